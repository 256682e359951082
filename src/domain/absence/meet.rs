//! What three versions of one absence come to: what both sides had last, ours and theirs.

use super::Absence;
use crate::domain::ics::same;

/// Meeting something on the way: what three versions of one absence come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Met {
    /// Both sides have the same.
    Agreed,
    /// Theirs is taken.
    Take(Box<Absence>),
    /// It is gone there, and nobody changed it here.
    Drop,
    /// Ours is to be sent.
    Send,
    /// Both changed the same.
    Clash,
}

/// Each field from whoever changed it; none: both changed one of them.
fn together(agreed: &Absence, ours: &Absence, theirs: &Absence) -> Option<Absence> {
    fn one<T: Clone + PartialEq>(agreed: &T, ours: &T, theirs: &T) -> Option<T> {
        match (ours == agreed, theirs == agreed) {
            (true, _) => Some(theirs.clone()),
            (_, true) => Some(ours.clone()),
            _ => (ours == theirs).then(|| ours.clone()),
        }
    }
    Some(Absence {
        id: ours.id.clone(),
        who: one(&agreed.who, &ours.who, &theirs.who)?,
        times: one(&agreed.times, &ours.times, &theirs.times)?,
        why: one(&agreed.why, &ours.why, &theirs.why)?,
        covers: one(&agreed.covers, &ours.covers, &theirs.covers)?,
        note: one(&agreed.note, &ours.note, &theirs.note)?,
        uid: theirs.uid.clone(),
    })
}

/// What three versions of one absence come to: what both sides had last, ours and theirs; none: gone.
pub fn meet(agreed: Option<&Absence>, ours: Option<&Absence>, theirs: Option<&Absence>) -> Met {
    let alike = |a: Option<&Absence>, b: Option<&Absence>| match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (None, None) => true,
        _ => false,
    };
    if alike(ours, theirs) {
        return Met::Agreed;
    }
    if alike(theirs, agreed) {
        return Met::Send;
    }
    if alike(ours, agreed) {
        return theirs.map_or(Met::Drop, |t| Met::Take(Box::new(t.clone())));
    }
    match (agreed, ours, theirs) {
        (Some(a), Some(o), Some(t)) => {
            together(a, o, t).map_or(Met::Clash, |all| Met::Take(Box::new(all)))
        }
        _ => Met::Clash,
    }
}
