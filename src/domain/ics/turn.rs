//! Turns of a series that are otherwise: one by itself, or one and all after it.

use chrono::NaiveTime;

use super::event::{Problem, Raw, at, start_and_length};
use super::value::{Moment, moment};
use super::zone::Zones;
use crate::domain::absence::{Later, Length, Moved, Times};

/// A turn of a series that is elsewhere, or does not take place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The line on which it begins.
    pub line: usize,
    /// The name of its series.
    pub uid: String,
    /// The name of the turn by itself.
    pub own: String,
    /// When it would be.
    was: Moment,
    /// All later ones are so too.
    and_later: bool,
    /// When it is, and how long; none: it does not take place.
    to: Option<(Moment, Length)>,
}

impl Turn {
    /// Reads one; `gone`: it was called off.
    pub(super) fn read(raw: &Raw, gone: bool, zones: &Zones) -> Result<Option<Self>, Problem> {
        let Some(l) = raw.line("RECURRENCE-ID") else {
            return Ok(None);
        };
        let range = l.param("RANGE");
        let and_later = range.is_some_and(|r| r.eq_ignore_ascii_case("THISANDFUTURE"));
        if range.is_some() && !and_later {
            return Err(at(l)(
                "RANGE is THISANDFUTURE or is not there at all; change that turn alone, or it and all later ones"
                    .into(),
            ));
        }
        let was = moment(l, &l.value, zones).map_err(at(l))?;
        let to = match gone {
            true => None,
            false => Some(start_and_length(raw, zones)?),
        };
        let uid = raw.uid();
        Ok(Some(Self {
            line: raw.begun,
            own: format!("{uid}/{}", l.value),
            uid,
            was,
            and_later,
            to,
        }))
    }

    /// Puts it into its series.
    ///
    /// # Errors
    /// It and all after it are called off, and nothing would be left.
    pub fn put_into(&self, times: &mut Times) -> Result<(), Problem> {
        let was = self.was.on(times.zone, times.start.time());
        let to = self
            .to
            .map(|(start, length)| (start.on(times.zone, NaiveTime::MIN), length));
        match (self.and_later, to) {
            (true, None) => times.end_before(was).map_err(|what| Problem {
                line: self.line,
                what,
            })?,
            // RFC 5545, 3.2.13.
            (true, Some((start, length))) => {
                times.later.retain(|l| l.from != was);
                times.later.push(Later {
                    from: was,
                    shift: (start - was).num_seconds(),
                    length,
                });
                times.later.sort_by_key(|l| l.from);
            }
            (false, to) => {
                times.moved.retain(|m| m.was != was);
                times.moved.push(Moved { was, to });
            }
        }
        Ok(())
    }
}
