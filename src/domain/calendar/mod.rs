//! Working time: weekly hours, holidays, special dates and breaks in one zone.
//!
//! Everything about "when is the desk open" lives here; promises and their clocks
//! are in [`super::sla`]. Whole seconds; the zone is the calendar's, never the viewer's.
//!
//! Open time is a running total: whole weeks are multiplied, and the dates that differ from their
//! weekday (holidays, special dates, clock changes, absences) are kept with the sum of their
//! differences. A question over a century costs what one over an hour does, without allocating.
//! Special things are known from 1900 to 2200; 1 January 2200 stands for "never". Instants are cut to
//! whole seconds.

mod build;
mod count;
mod ics;
mod public;
mod spec;
mod zone;

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

pub use ics::{IcsError, parse_ics_holidays};
pub use public::PublicHolidays;
pub use spec::{CalendarError, CalendarSpec, Span, Weekly};

use self::build::{Read, clock, day_number, weekday};
use self::count::Tables;
use self::zone::{DAY, LAST_DAY, Zone};
use super::Instant;

/// One working day as the SLA pane draws it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayHours {
    /// The local date.
    pub date: NaiveDate,
    /// Open stretches of that date, in order, half open.
    pub intervals: Vec<(Instant, Instant)>,
}

/// A calendar that has been checked and is ready to count. Cheap to clone.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "CalendarSpec", into = "CalendarSpec")]
pub struct Calendar {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    spec: CalendarSpec,
    tz: Tz,
    tables: Tables,
}

/// What a meter shows that runs while a calendar is open: the difference of two readings of one calendar is
/// the open time between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    seconds: i64,
    day: i64,
}

impl Reading {
    /// That of a meter that never stops.
    pub const fn around(at: Instant) -> Self {
        let seconds = at.timestamp();
        Self { seconds, day: 0 }
    }

    /// Seconds, from a beginning that means nothing.
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Seconds since an earlier reading.
    pub const fn since(self, earlier: Self) -> i64 {
        self.seconds - earlier.seconds
    }
}

static STANDARD: LazyLock<Calendar> = LazyLock::new(|| {
    let spec = CalendarSpec::standard();
    let read = Read::new(&spec).unwrap_or_default();
    Calendar::build(spec, Tz::Europe__Amsterdam, read)
});

impl TryFrom<CalendarSpec> for Calendar {
    type Error = CalendarError;

    fn try_from(spec: CalendarSpec) -> Result<Self, CalendarError> {
        Self::new(spec)
    }
}

impl From<Calendar> for CalendarSpec {
    fn from(calendar: Calendar) -> Self {
        calendar.inner.spec.clone()
    }
}

impl PartialEq for Calendar {
    fn eq(&self, other: &Self) -> bool {
        self.inner.spec == other.inner.spec
    }
}

fn instant(t: i64) -> Instant {
    DateTime::from_timestamp(t, 0).unwrap_or_default()
}

fn date_of(day: i64) -> NaiveDate {
    instant(day * DAY).date_naive()
}

/// The instant of a clock time (`HH:MM` to `24:00`) on a date: skipped times move forward by the gap,
/// of repeated ones the first counts.
///
/// # Errors
/// When the text is no clock time.
pub fn resolve_local(tz: Tz, date: NaiveDate, time: &str) -> Result<Instant, CalendarError> {
    let seconds = clock("clock time", time)?;
    Ok(instant(
        Zone::of(tz).resolve(day_number(date) * DAY + seconds),
    ))
}

/// The instant of a date and time on the wall, by the rule of [`resolve_local`].
pub fn resolve_wall(tz: Tz, wall: NaiveDateTime) -> Instant {
    instant(Zone::of(tz).resolve(wall.and_utc().timestamp()))
}

impl Calendar {
    /// Checks the description and prepares the counting.
    ///
    /// # Errors
    /// Names the entry that is wrong and how to write it.
    pub fn new(spec: CalendarSpec) -> Result<Self, CalendarError> {
        let tz = spec.tz()?;
        let read = Read::new(&spec)?;
        Ok(Self::build(spec, tz, read))
    }

    fn build(spec: CalendarSpec, tz: Tz, read: Read) -> Self {
        // Calendar time has no clock changes to care for.
        let zone = Zone::of(if spec.always_open { Tz::UTC } else { tz });
        let tables = Tables::new(zone, read, spec.always_open);
        let inner = Arc::new(Inner { spec, tz, tables });
        Self { inner }
    }

    /// Monday to Friday 09:00-17:00 in Amsterdam without the Dutch public holidays.
    pub fn standard() -> Self {
        STANDARD.clone()
    }

    /// The description it was made from.
    pub fn spec(&self) -> &CalendarSpec {
        &self.inner.spec
    }

    /// The zone in which hours and dates are read.
    pub fn zone(&self) -> Tz {
        self.inner.tz
    }

    fn tables(&self) -> &Tables {
        &self.inner.tables
    }

    /// What the calendar's meter shows at an instant.
    pub fn reading(&self, at: Instant) -> Reading {
        let (day, seconds) = self.tables().total(at.timestamp());
        Reading { seconds, day }
    }

    /// The instant that is so many open seconds after the one of a reading of this calendar; see [`Self::add`].
    pub fn after(&self, from: Reading, seconds: i64) -> Instant {
        instant(if seconds > 0 {
            let total = from.seconds.saturating_add(seconds);
            self.tables().earliest(total, from.day, seconds)
        } else {
            self.tables().latest(from.seconds, from.day, 0)
        })
    }

    /// The earliest instant by which `seconds` of open time have passed since `at`; with 0 `at` if it is
    /// open, else the next opening. 1 January 2200 if that never happens.
    pub fn add(&self, at: Instant, seconds: i64) -> Instant {
        self.after(self.reading(at), seconds)
    }

    /// The latest instant from which `seconds` of open time pass until `at`; with 0 the latest instant
    /// not after `at` that has open time directly before it.
    pub fn subtract(&self, at: Instant, seconds: i64) -> Instant {
        let (day, total) = self.tables().total(at.timestamp());
        instant(if seconds > 0 {
            let total = total.saturating_sub(seconds);
            self.tables().latest(total, day, seconds.saturating_neg())
        } else {
            self.tables().earliest(total, day, 0)
        })
    }

    /// Open seconds in `[from, to)`; 0 if `to` is not after `from`.
    pub fn elapsed(&self, from: Instant, to: Instant) -> i64 {
        if to <= from {
            return 0;
        }
        self.reading(to).since(self.reading(from))
    }

    /// Is the desk open at that instant? The closing instant is not open.
    pub fn is_open(&self, at: Instant) -> bool {
        self.tables().is_open(at.timestamp())
    }

    /// The earliest open instant not before `at`; none if it never opens again.
    pub fn next_open(&self, at: Instant) -> Option<Instant> {
        if self.is_open(at) {
            return Some(at);
        }
        let (day, total) = self.tables().total(at.timestamp());
        let t = self.tables().latest(total, day, 0);
        (t < LAST_DAY * DAY).then(|| instant(t))
    }

    /// The earliest start of a stretch strictly after `at`.
    pub fn next_opening(&self, at: Instant) -> Option<Instant> {
        if self.is_open(at) {
            let close = self.next_close(at)?;
            return self.next_open(close);
        }
        self.next_open(at)
    }

    /// The earliest end of a stretch strictly after `at`; none if it never closes again.
    pub fn next_close(&self, at: Instant) -> Option<Instant> {
        let open = self.next_open(at)?.timestamp();
        self.tables().close_after(open).map(instant)
    }

    /// The open stretches between two instants, cut at both.
    pub fn stretches(
        &self,
        from: Instant,
        to: Instant,
    ) -> impl Iterator<Item = (Instant, Instant)> + '_ {
        let mut at = Some(from);
        std::iter::from_fn(move || {
            let start = self.next_open(at?)?;
            if start >= to {
                return None;
            }
            at = self.next_close(start);
            Some((start, at.map_or(to, |end| end.min(to))))
        })
    }

    /// The next `n` dates with open time, from `from` on; looks at most ten years ahead.
    pub fn days(&self, from: NaiveDate, n: usize) -> Vec<DayHours> {
        let first = day_number(from);
        (first..first + 3660)
            .filter_map(|day| {
                let intervals: Vec<_> = self
                    .tables()
                    .open(day)
                    .map(|(a, b)| (instant(a), instant(b)))
                    .collect();
                (!intervals.is_empty()).then(|| DayHours {
                    date: date_of(day),
                    intervals,
                })
            })
            .take(n)
            .collect()
    }

    /// The local date of an instant.
    pub fn date(&self, at: Instant) -> NaiveDate {
        date_of(self.tables().local(at.timestamp()).0)
    }

    /// The local clock time of an instant, in seconds since midnight on the wall.
    pub fn clock(&self, at: Instant) -> i64 {
        self.tables().local(at.timestamp()).1
    }

    /// The instant at which a local date begins.
    pub fn midnight(&self, date: NaiveDate) -> Instant {
        instant(self.tables().zone.resolve(day_number(date) * DAY))
    }

    /// The name of the holiday on that date, if there is one.
    pub fn holiday(&self, date: NaiveDate) -> Option<&str> {
        let name = self.tables().read.holidays.get(&day_number(date))?;
        Some(name.as_str())
    }

    /// Has the weekday hours in an ordinary week?
    pub fn has_hours(&self, date: NaiveDate) -> bool {
        !self.tables().read.week[weekday(day_number(date))].is_empty()
    }

    /// Does a break cover the instant?
    pub fn on_break(&self, at: Instant) -> bool {
        self.tables()
            .read
            .in_break(&self.tables().zone, at.timestamp())
    }

    /// Has the weekday hours, and is the date no holiday? Special hours do not count here.
    pub fn is_working_date(&self, date: NaiveDate) -> bool {
        self.tables().is_working(day_number(date))
    }

    /// Moves a date by working dates; a closed one first rolls to the nearest working date in the
    /// direction of the move, forward for 0.
    pub fn shift_date(&self, date: NaiveDate, days: i32) -> NaiveDate {
        date_of(self.tables().shift(day_number(date), i64::from(days)))
    }

    /// `days` working days later: from the next open instant, the same clock time on the date that many
    /// working dates on, or the next opening after it.
    pub fn add_days(&self, at: Instant, days: u16) -> Instant {
        let start = self.add(at, 0);
        self.add(self.same_clock(start, i32::from(days)), 0)
    }

    /// `days` working days earlier, the mirror of [`Self::add_days`]: closings instead of openings.
    pub fn subtract_days(&self, at: Instant, days: u16) -> Instant {
        let start = self.subtract(at, 0);
        self.subtract(self.same_clock(start, -i32::from(days)), 0)
    }

    fn same_clock(&self, at: Instant, days: i32) -> Instant {
        let i = self.tables();
        let (day, seconds) = i.local(at.timestamp());
        instant(
            i.zone
                .resolve(i.shift(day, i64::from(days)) * DAY + seconds),
        )
    }

    /// The last closing of the local date of `at`; `at` itself on a date that is closed.
    pub fn end_of_day(&self, at: Instant) -> Instant {
        let (day, _) = self.tables().local(at.timestamp());
        self.tables()
            .open(day)
            .last()
            .map_or(at, |(_, end)| instant(end))
    }
}
