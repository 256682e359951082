//! Working time: weekly hours, holidays, special dates and breaks in one zone.
//!
//! Everything about "when is the desk open" lives here; promises and their clocks
//! are in [`super::sla`]. Whole seconds; the zone is the calendar's, never the viewer's.
//!
//! Open time is a running total: whole weeks are multiplied, and the dates that differ from their
//! weekday (holidays, special dates, clock changes, absences) are kept with the sum of their
//! differences. A question over a century costs what one over an hour does, without allocating.
//! Special things are known from 1900 to 2200; 1 January 2200 stands for "never".

mod build;
mod holidays;
mod spec;
mod zone;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;

pub use holidays::{Country, IcsError, parse_ics_holidays};
pub use spec::{CalendarError, CalendarSpec, Span, Weekly};

use self::build::{Read, Stretches, clock, day_number, weekday};
use self::zone::{DAY, FIRST_DAY, LAST_DAY, Zone};
use super::Instant;

/// One working day as the SLA pane draws it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayHours {
    /// The local date.
    pub date: NaiveDate,
    /// Open stretches of that date, in order, half open.
    pub intervals: Vec<(Instant, Instant)>,
}

/// A date that may differ from its weekday.
#[derive(Debug)]
struct Odd {
    day: i64,
    /// Sum of the differences of all odd dates before this one.
    before: i64,
    open: Stretches,
}

/// A calendar that has been checked and is ready to count. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Calendar {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    spec: CalendarSpec,
    tz: Tz,
    zone: Arc<Zone>,
    read: Read,
    /// Open seconds of a week before each weekday, and of the whole.
    week_sums: [i64; 8],
    odd: Vec<Odd>,
    /// Sum of the differences of all odd dates.
    difference: i64,
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
        let mut week_sums = [0; 8];
        for i in 0..7 {
            week_sums[i + 1] = week_sums[i] + length(&read.week[i]);
        }
        let mut difference = 0;
        let odd = read
            .odd(&zone, spec.always_open)
            .into_iter()
            .map(|(day, open)| {
                let before = difference;
                difference += length(&open) - length(&read.week[weekday(day)]);
                Odd { day, before, open }
            })
            .collect();
        Self {
            inner: Arc::new(Inner {
                spec,
                tz,
                zone,
                read,
                week_sums,
                odd,
                difference,
            }),
        }
    }

    /// Monday to Friday 09:00-17:00 in Amsterdam without the Dutch public holidays.
    pub fn standard() -> Self {
        let spec = CalendarSpec::standard();
        let read = Read::new(&spec).unwrap_or_default();
        Self::build(spec, Tz::Europe__Amsterdam, read)
    }

    /// The description it was made from.
    pub fn spec(&self) -> &CalendarSpec {
        &self.inner.spec
    }

    /// The zone in which hours and dates are read.
    pub fn zone(&self) -> Tz {
        self.inner.tz
    }

    /// The earliest instant by which `seconds` of open time have passed since `at`; with 0 `at` if it is
    /// open, else the next opening. 1 January 2200 if that never happens.
    pub fn add(&self, at: Instant, seconds: i64) -> Instant {
        let i = &self.inner;
        let (day, total) = i.total(at.timestamp());
        instant(if seconds > 0 {
            i.earliest(total.saturating_add(seconds), day)
        } else {
            i.latest(total, day)
        })
    }

    /// The latest instant from which `seconds` of open time pass until `at`; with 0 the latest instant
    /// not after `at` that has open time directly before it.
    pub fn subtract(&self, at: Instant, seconds: i64) -> Instant {
        let i = &self.inner;
        let (day, total) = i.total(at.timestamp());
        instant(if seconds > 0 {
            i.latest(total.saturating_sub(seconds), day)
        } else {
            i.earliest(total, day)
        })
    }

    /// Open seconds in `[from, to)`; 0 if `to` is not after `from`.
    pub fn elapsed(&self, from: Instant, to: Instant) -> i64 {
        if to <= from {
            return 0;
        }
        self.inner.total(to.timestamp()).1 - self.inner.total(from.timestamp()).1
    }

    /// Is the desk open at that instant? The closing instant is not open.
    pub fn is_open(&self, at: Instant) -> bool {
        self.inner.is_open(at.timestamp())
    }

    /// The earliest open instant not before `at`; none if it never opens again.
    pub fn next_open(&self, at: Instant) -> Option<Instant> {
        if self.is_open(at) {
            return Some(at);
        }
        let (day, total) = self.inner.total(at.timestamp());
        let t = self.inner.latest(total, day);
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
        self.inner.close_after(open).map(instant)
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
                    .inner
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
        date_of(self.inner.local(at.timestamp()).0)
    }

    /// The local clock time of an instant, in seconds since midnight on the wall.
    pub fn clock(&self, at: Instant) -> i64 {
        self.inner.local(at.timestamp()).1
    }

    /// The instant at which a local date begins.
    pub fn midnight(&self, date: NaiveDate) -> Instant {
        instant(self.inner.zone.resolve(day_number(date) * DAY))
    }

    /// The name of the holiday on that date, if there is one.
    pub fn holiday(&self, date: NaiveDate) -> Option<&str> {
        let name = self.inner.read.holidays.get(&day_number(date))?;
        Some(name.as_str())
    }

    /// Has the weekday hours in an ordinary week?
    pub fn has_hours(&self, date: NaiveDate) -> bool {
        !self.inner.read.week[weekday(day_number(date))].is_empty()
    }

    /// Does a break cover the instant?
    pub fn on_break(&self, at: Instant) -> bool {
        self.inner.read.in_break(&self.inner.zone, at.timestamp())
    }

    /// Has the weekday hours, and is the date no holiday? Special hours do not count here.
    pub fn is_working_date(&self, date: NaiveDate) -> bool {
        self.inner.is_working(day_number(date))
    }

    /// Moves a date by working dates; a closed one first rolls to the nearest working date in the
    /// direction of the move, forward for 0.
    pub fn shift_date(&self, date: NaiveDate, days: i32) -> NaiveDate {
        date_of(self.inner.shift(day_number(date), i64::from(days)))
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
        let i = &self.inner;
        let (day, seconds) = i.local(at.timestamp());
        instant(
            i.zone
                .resolve(i.shift(day, i64::from(days)) * DAY + seconds),
        )
    }

    /// The last closing of the local date of `at`; `at` itself on a date that is closed.
    pub fn end_of_day(&self, at: Instant) -> Instant {
        let (day, _) = self.inner.local(at.timestamp());
        self.inner
            .open(day)
            .last()
            .map_or(at, |(_, end)| instant(end))
    }
}

fn length(spans: &[(i64, i64)]) -> i64 {
    spans.iter().map(|(a, b)| b - a).sum()
}

impl Inner {
    /// Local day number and seconds on the wall.
    fn local(&self, at: i64) -> (i64, i64) {
        let wall = at + self.zone.offset(at);
        (wall.div_euclid(DAY), wall.rem_euclid(DAY))
    }

    /// The day whose midnight is the last one at or before the instant. Differs from the local date only
    /// where clocks go back over midnight.
    fn cell(&self, at: i64) -> i64 {
        if let Some(offset) = self.zone.calm(at) {
            return (at + offset).div_euclid(DAY);
        }
        let mut day = self.local(at).0;
        while self.zone.resolve((day + 1) * DAY) <= at {
            day += 1;
        }
        while self.zone.resolve(day * DAY) > at {
            day -= 1;
        }
        day
    }

    /// Open stretches between a date's midnight and the next.
    fn open(&self, day: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        let (spans, shift): (&[(i64, i64)], i64) =
            match self.odd.binary_search_by_key(&day, |o| o.day) {
                Ok(i) => (&self.odd[i].open, 0),
                Err(_) => {
                    let spans = &self.read.week[weekday(day)];
                    let shift = spans
                        .first()
                        .map_or(0, |(a, _)| self.zone.resolve(day * DAY + a) - a);
                    (spans, shift)
                }
            };
        spans.iter().map(move |(a, b)| (a + shift, b + shift))
    }

    /// Open seconds between a fixed Monday and the midnight of a day.
    fn before(&self, day: i64) -> i64 {
        let i = self.odd.partition_point(|o| o.day < day);
        let difference = self.odd.get(i).map_or(self.difference, |o| o.before);
        (day + 3).div_euclid(7) * self.week_sums[7] + self.week_sums[weekday(day)] + difference
    }

    /// The instant's day and the open seconds before it.
    fn total(&self, at: i64) -> (i64, i64) {
        let day = self.cell(at);
        let within: i64 = self.open(day).map(|(a, b)| (at.min(b) - a).max(0)).sum();
        (day, self.before(day) + within)
    }

    fn is_open(&self, at: i64) -> bool {
        self.open(self.cell(at)).any(|(a, b)| (a..b).contains(&at))
    }

    /// The first day for which a test, false up to some day and true from then on, holds. Looks in
    /// doubling steps from `near`.
    fn first_day(&self, near: i64, test: impl Fn(i64) -> bool) -> Option<i64> {
        let near = near.clamp(FIRST_DAY, LAST_DAY);
        let (mut no, mut yes) = (near, near);
        let mut step = 1;
        if test(near) {
            loop {
                no = yes - step;
                if no < FIRST_DAY {
                    no = FIRST_DAY - 1;
                    break;
                }
                if !test(no) {
                    break;
                }
                yes = no;
                step *= 2;
            }
        } else {
            loop {
                yes = (no + step).min(LAST_DAY);
                if test(yes) {
                    break;
                }
                if yes == LAST_DAY {
                    return None;
                }
                no = yes;
                step *= 2;
            }
        }
        while yes - no > 1 {
            let middle = i64::midpoint(no, yes);
            if test(middle) {
                yes = middle;
            } else {
                no = middle;
            }
        }
        Some(yes)
    }

    /// The earliest instant with at least so many open seconds before it.
    fn earliest(&self, total: i64, near: i64) -> i64 {
        let Some(day) = self.first_day(near, |d| self.before(d + 1) >= total) else {
            return LAST_DAY * DAY;
        };
        let mut left = (total - self.before(day)).max(0);
        let mut end = self.zone.resolve(day * DAY);
        for (a, b) in self.open(day) {
            if b - a >= left {
                return a + left;
            }
            left -= b - a;
            end = b;
        }
        end
    }

    /// The latest instant with at most so many open seconds before it.
    fn latest(&self, total: i64, near: i64) -> i64 {
        let Some(day) = self.first_day(near, |d| self.before(d + 1) > total) else {
            return LAST_DAY * DAY;
        };
        let mut left = (total - self.before(day)).max(0);
        let mut end = self.zone.resolve(day * DAY);
        for (a, b) in self.open(day) {
            if b - a > left {
                return a + left;
            }
            left -= b - a;
            end = b;
        }
        end
    }

    /// The end of the stretch that an open instant is in.
    fn close_after(&self, open: i64) -> Option<i64> {
        let (near, total) = self.total(open);
        let day = self.first_day(near, |d| {
            d >= near && self.before(d + 1) - total != self.zone.resolve((d + 1) * DAY) - open
        })?;
        let at = open.max(self.zone.resolve(day * DAY));
        let inside = self.open(day).find(|(a, b)| (*a..*b).contains(&at));
        Some(inside.map_or(at, |(_, end)| end))
    }

    fn is_working(&self, day: i64) -> bool {
        self.spec.always_open
            || (!self.read.week[weekday(day)].is_empty() && !self.read.holidays.contains_key(&day))
    }

    fn shift(&self, day: i64, days: i64) -> i64 {
        let step = if days < 0 { -1 } else { 1 };
        let mut left = days.abs();
        let mut at = day;
        loop {
            if self.is_working(at) {
                if left == 0 {
                    return at;
                }
                left -= 1;
            }
            at += step;
            if !(FIRST_DAY..LAST_DAY).contains(&at) {
                return at;
            }
        }
    }
}
