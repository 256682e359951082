//! Turns of a series that are otherwise: one by itself, or one and all after it.

use chrono::{NaiveDateTime, NaiveTime};

use super::event::{Problem, Raw, at, start_and_length};
use super::value::moment;
use super::zone::Zones;
use crate::domain::absence::{Later, Moved, Times};

/// One turn of a series that is elsewhere, or does not take place.
pub(super) fn moved(
    turn: &Raw,
    gone: bool,
    times: &mut Times,
    zones: &Zones,
) -> Result<(), Problem> {
    let Some(l) = turn.line("RECURRENCE-ID") else {
        return Ok(());
    };
    let range = l.param("RANGE");
    let and_later = range.is_some_and(|r| r.eq_ignore_ascii_case("THISANDFUTURE"));
    if range.is_some() && !and_later {
        return Err(at(l)(
            "RANGE is THISANDFUTURE or is not there at all; change that turn alone, or it and all later ones"
                .into(),
        ));
    }
    let id = moment(l, &l.value, zones).map_err(at(l))?;
    let was = id.on(times.zone, times.start.time());
    if and_later {
        return from_then_on(turn, gone, was, times, zones);
    }
    let to = if gone {
        None
    } else {
        let (start, length) = start_and_length(turn, zones)?;
        Some((start.on(times.zone, NaiveTime::MIN), length))
    };
    times.moved.retain(|m| m.was != was);
    times.moved.push(Moved { was, to });
    Ok(())
}

/// A turn and all after it are otherwise, or do not take place (RFC 5545, 3.2.13).
fn from_then_on(
    turn: &Raw,
    gone: bool,
    was: NaiveDateTime,
    times: &mut Times,
    zones: &Zones,
) -> Result<(), Problem> {
    if gone {
        return times.end_before(was).map_err(|what| Problem {
            line: turn.begun,
            what,
        });
    }
    let (start, length) = start_and_length(turn, zones)?;
    let start = start.on(times.zone, NaiveTime::MIN);
    times.later.retain(|l| l.from != was);
    times.later.push(Later {
        from: was,
        shift: (start - was).num_seconds(),
        length,
    });
    times.later.sort_by_key(|l| l.from);
    Ok(())
}
