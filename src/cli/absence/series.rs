//! This and all later turns of a recurring absence: ending it from a day on, and going on otherwise.

use super::office::{self, Typed};
use super::{Done, keep, sync};
use crate::cli::exit::{Code, Fail};
use crate::cli::out::Out;
use crate::cli::session::Session;
use crate::domain::absence::{Absence, Office, Times};
use crate::domain::people::AgentId;

fn refused(why: String) -> Fail {
    Fail::new(Code::Refused, why)
}

/// `absence until --series`: the turns after a day, or a moment, do not take place.
pub fn end(session: &Session, typed: &str, last: &str, out: &mut Out) -> Done {
    let office = office::read(session, &session.reader()?)?;
    let mut absence = office::absence(&office, typed, session.now)?.clone();
    office::is_ours(&office, &absence)?;
    let end = Typed::read(session, "the new end", last)?.end_instant(session);
    let end = end.with_timezone(&absence.times.zone).naive_local();
    absence.times.end_before(end).map_err(refused)?;
    session
        .writer()?
        .put_planned(std::slice::from_ref(&absence), session.now)?;
    sync::after(session)?;
    keep::say_planned(session, &absence, session.now, &office, out)
}

/// A recurring absence that ends before another one begins in its place.
pub fn ended_before(
    office: &Office,
    session: &Session,
    typed: &str,
    who: &AgentId,
    next: &Times,
) -> Result<Absence, Fail> {
    let mut absence = office::absence(office, typed, session.now)?.clone();
    office::is_ours(office, &absence)?;
    if absence.who != *who {
        return Err(Fail::usage(format!(
            "{} is an absence of {}, not of {who}; name one of theirs",
            absence.id, absence.who
        )));
    }
    absence.times.end_before(next.start).map_err(refused)?;
    Ok(absence)
}
