//! How a due instant reads in the queue, and when that reading next changes.
//!
//! `in` counts **working** time, and is said only where that is what the clock on the wall says too:
//! the deadline is today and the desk is open from now until then. At 06:40, or before a lunch break,
//! `in 9 m` would be a riddle; there the deadline's own time is told, `at 09:09`. On Friday at 16:30 a
//! deadline on Monday morning reads `Mon 09:35`. Minutes are rounded down, so nobody is promised time
//! that is not there.
//!
//! `late` counts open time since the deadline; pauses after the deadline are not taken out of it
//! (`why` does that). From a hundred working hours on nobody counts hours any more: then it is
//! calendar days, as in the ages beside it and between dates, and from 365 of them on years.

use chrono::{Datelike, NaiveDate, TimeDelta};

use crate::domain::Instant;
use crate::domain::calendar::Calendar;
use crate::domain::ticket::Due;

/// With less working time left than this (seconds), a deadline is urgent.
pub const SOON: i64 = 2 * 3600;

/// How much a row wants to be seen, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// Past the deadline.
    Late,
    /// Less than [`SOON`] working time left.
    Soon,
    /// Due today.
    Today,
    /// Due on another day.
    Later,
    /// The clock stands still.
    Paused,
    /// No promise.
    None,
}

impl Urgency {
    /// The sign in front of the row, so that colour is never the only signal.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Late => "!!",
            Self::Soon => "!",
            _ => "",
        }
    }
}

/// A due instant in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Countdown {
    /// `late 42 m`, `in 1 h 05`, `at 09:09`, `Tue 10:15`, `due now` (used up exactly at closing time), `paused`, or nothing.
    pub text: String,
    /// How urgent.
    pub urgency: Urgency,
    /// The next instant at which text or urgency change; none: not by time alone.
    pub changes_at: Option<Instant>,
}

impl Countdown {
    /// `!!`, `!` or nothing.
    pub const fn sign(&self) -> &'static str {
        self.urgency.sign()
    }

    const fn still(text: String, urgency: Urgency) -> Self {
        Self {
            text,
            urgency,
            changes_at: None,
        }
    }
}

/// How `due` reads at `now`.
pub fn countdown(due: &Due, now: Instant, calendar: &Calendar) -> Countdown {
    let at = match due {
        Due::Running { at, .. } => *at,
        Due::Paused { .. } => return Countdown::still("paused".into(), Urgency::Paused),
        Due::None => return Countdown::still(String::new(), Urgency::None),
    };
    let over = calendar.elapsed(at, now);
    if over > 0 {
        let (distance, changes_at) = if over < ENDLESS {
            let step = if over < LONG { 60 } else { 3600 };
            (distance(over), calendar.add(now, step - over % step))
        } else {
            days_late(at, now)
        };
        return Countdown {
            text: format!("late {distance}"),
            urgency: Urgency::Late,
            changes_at: Some(changes_at),
        };
    }
    let left = calendar.elapsed(now, at);
    if left == 0 && at <= now {
        return Countdown {
            text: "due now".into(),
            urgency: Urgency::Soon,
            changes_at: Some(calendar.add(now, 1)),
        };
    }
    let (today, date) = (calendar.date(now), calendar.date(at));
    let soon = left < SOON;
    // A deadline outside working hours (calendar time) has no working distance: it shows its clock time.
    let through = left == (at - now).num_seconds();
    if date == today && left > 0 && through {
        let next = if left < 60 {
            left
        } else if left < LONG {
            left % 60 + 1
        } else {
            left % 3600 + 1
        };
        return Countdown {
            text: format!("in {}", distance(left)),
            urgency: if soon { Urgency::Soon } else { Urgency::Today },
            changes_at: Some(calendar.add(now, next)),
        };
    }
    let urgency = match (soon, date == today) {
        (true, _) => Urgency::Soon,
        (_, true) => Urgency::Today,
        _ => Urgency::Later,
    };
    let mut next_look = today
        .succ_opt()
        .map_or(at, |tomorrow| calendar.midnight(tomorrow))
        .min(at);
    if date == today && left > 0 {
        // Where the desk opens or closes next, the rest of the way may be open.
        let opens = calendar.add(now, 0);
        let turns = if opens > now {
            Some(opens)
        } else {
            calendar.next_close(now)
        };
        next_look = turns.map_or(next_look, |turns| next_look.min(turns));
    }
    let changes_at = if soon {
        next_look
    } else {
        next_look.min(calendar.add(now, left - SOON + 1))
    };
    Countdown {
        text: day_and_time(calendar, at, date, today),
        urgency,
        changes_at: Some(changes_at.max(now)),
    }
}

/// From here on (seconds) minutes are left out.
const LONG: i64 = 10 * 3600;

fn distance(seconds: i64) -> String {
    match seconds {
        ..60 => "<1 m".into(),
        60..3600 => format!("{} m", seconds / 60),
        3600..LONG => format!("{} h {:02}", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

/// From here on (seconds of working time) days are counted.
const ENDLESS: i64 = 100 * 3600;
/// A year of lateness, in days.
const YEAR: i64 = 365;

/// How many days or years ago that was, and when that changes.
fn days_late(at: Instant, now: Instant) -> (String, Instant) {
    let days = (now - at).num_days();
    if days < YEAR {
        (format!("{days} d"), at + TimeDelta::days(days + 1))
    } else {
        let years = days / YEAR;
        (
            format!("{years} y"),
            at + TimeDelta::days((years + 1) * YEAR),
        )
    }
}

/// `at 10:15` today, `Tue 10:15` within a week, `3 Dec` within the year, else `26 Jan 2021`.
fn day_and_time(calendar: &Calendar, at: Instant, date: NaiveDate, today: NaiveDate) -> String {
    let minutes = calendar.clock(at) / 60;
    let clock = format!("{:02}:{:02}", minutes / 60, minutes % 60);
    if date == today {
        format!("at {clock}")
    } else if (date - today).num_days() < 7 {
        format!("{} {clock}", date.weekday())
    } else if date.year() == today.year() {
        date.format("%-d %b").to_string()
    } else {
        date.format("%-d %b %Y").to_string()
    }
}
