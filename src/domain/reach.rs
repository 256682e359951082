//! How far an act reaches at a desk: said before it is tried, so that it is never an error.

use super::change::Act;

/// How far an act reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The desk takes it.
    Sent,
    /// The desk has no such thing: it is kept on this machine and said so.
    Here,
    /// It cannot be done, and why, with what to do instead.
    No(&'static str),
}

/// What a desk can do, act by act.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Abilities {
    /// Fields of [`Act::field`] that are kept here.
    pub here: Vec<&'static str>,
    /// Fields that cannot be changed, and why.
    pub not: Vec<(&'static str, &'static str)>,
    /// Why a merge cannot be taken back; none: it can.
    pub no_unmerge: Option<&'static str>,
    /// Why no ticket can be made from here; none: it can.
    pub no_new_ticket: Option<&'static str>,
    /// Texts of many tickets can be had in one request.
    pub texts_in_bulk: bool,
    /// It keeps articles, which are read here and sent there.
    pub articles: bool,
}

impl Abilities {
    /// All that there is: the embedded desk.
    pub const fn all() -> Self {
        Self {
            here: Vec::new(),
            not: Vec::new(),
            no_unmerge: None,
            no_new_ticket: None,
            texts_in_bulk: false,
            articles: false,
        }
    }

    /// How far an act reaches.
    pub fn reach(&self, act: &Act) -> Reach {
        if let (Act::Unmerge { .. }, Some(why)) = (act, self.no_unmerge) {
            return Reach::No(why);
        }
        self.of_field(act.field())
    }

    /// How far an act on a field of [`Act::field`] reaches.
    pub fn of_field(&self, field: &str) -> Reach {
        match self.not.iter().find(|(f, _)| *f == field) {
            Some((_, why)) => Reach::No(why),
            None if self.here.contains(&field) => Reach::Here,
            None => Reach::Sent,
        }
    }
}
