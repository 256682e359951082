//! How a due instant reads in the queue, and when that reading next changes.

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
    /// `late 42 m`, `in 1 h 05`, `Tue 10:15`, `paused`, or nothing.
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
}

/// How `due` reads at `now`.
pub fn countdown(due: &Due, _now: Instant, _calendar: &Calendar) -> Countdown {
    let (text, urgency) = match due {
        Due::Running { at, .. } => (at.format("%a %H:%M").to_string(), Urgency::Later),
        Due::Paused { .. } => ("paused".into(), Urgency::Paused),
        Due::None => (String::new(), Urgency::None),
    };
    Countdown {
        text,
        urgency,
        changes_at: None,
    }
}
