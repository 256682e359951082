//! How a due instant reads in the queue, and when that reading next changes.
//!
//! Distances are **working** time: `in 1 h 05` on Friday at 16:30 may end on Monday morning, but then it
//! reads `Mon 09:35`, because `in` is used only for deadlines on today's date. Minutes are rounded down,
//! so nobody is promised time that is not there. `late` counts open time since the deadline; pauses
//! after the deadline are not taken out of it (`why` does that).

use chrono::{Datelike, NaiveDate};

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
    /// `late 42 m`, `in 1 h 05`, `Tue 10:15`, `due now` (used up exactly at closing time), `paused`, or nothing.
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
        let step = if over < LONG { 60 } else { 3600 };
        return Countdown {
            text: format!("late {}", distance(over)),
            urgency: Urgency::Late,
            changes_at: Some(calendar.add(now, step - over % step)),
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
    if date == today && left > 0 {
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
    let midnight = today
        .succ_opt()
        .map_or(at, |tomorrow| calendar.midnight(tomorrow))
        .min(at);
    let changes_at = if soon {
        midnight
    } else {
        midnight.min(calendar.add(now, left - SOON + 1))
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

/// `Tue 10:15` within a week, `3 Dec` within the year, else the date.
fn day_and_time(calendar: &Calendar, at: Instant, date: NaiveDate, today: NaiveDate) -> String {
    if (date - today).num_days() < 7 {
        let minutes = calendar.clock(at) / 60;
        format!("{} {:02}:{:02}", date.weekday(), minutes / 60, minutes % 60)
    } else if date.year() == today.year() {
        date.format("%-d %b").to_string()
    } else {
        date.to_string()
    }
}
