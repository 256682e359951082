//! The counting itself: running totals of open time and of working dates, and the way back from a total
//! to an instant. Nothing here allocates, and nothing walks: the ordinary week is multiplied, and what
//! differs from it is found by the week it lies in.

use super::build::{Read, Stretches, length, weekday};
use super::zone::{DAY, FIRST_DAY, LAST_DAY, Zone};
use std::sync::Arc;

/// A date that may differ from its weekday.
#[derive(Debug)]
struct Odd {
    day: i64,
    /// Sum of the differences of all odd dates before this one.
    before: i64,
    open: Stretches,
}

/// The tables of one calendar.
#[derive(Debug)]
pub(super) struct Tables {
    pub(super) zone: Arc<Zone>,
    pub(super) read: Read,
    always: bool,
    /// Open seconds of a week before each weekday, and of the whole.
    week_sums: [i64; 8],
    odd: Vec<Odd>,
    /// How many odd dates lie before each week.
    odd_by_week: ByWeek,
    /// Sum of the differences of all odd dates.
    difference: i64,
    /// Working dates of a week before each weekday, and in the whole.
    week_dates: [i64; 8],
    /// Holidays on weekdays that have hours.
    closed: Vec<i64>,
    closed_by_week: ByWeek,
}

/// How many of some days, in order, lie before each week: where to look for one.
#[derive(Debug)]
struct ByWeek(Vec<u32>);

impl ByWeek {
    fn new(days: impl Iterator<Item = i64>) -> Self {
        let mut days = days.peekable();
        let mut passed = 0;
        let before = (week(FIRST_DAY)..=week(LAST_DAY)).map(|w| {
            while days.next_if(|day| week(*day) < w).is_some() {
                passed += 1;
            }
            passed
        });
        Self(before.collect())
    }

    /// How many lie before a day; `at` gives the n-th of them.
    fn before(&self, day: i64, at: impl Fn(usize) -> Option<i64>) -> usize {
        let slot = usize::try_from(week(day) - week(FIRST_DAY)).unwrap_or_default();
        let start = self.0.get(slot).or(self.0.last());
        let mut n = start.map_or(0, |n| usize::try_from(*n).unwrap_or_default());
        while at(n).is_some_and(|other| other < day) {
            n += 1;
        }
        n
    }
}

/// Weeks since a Monday long ago; Monday begins them.
const fn week(day: i64) -> i64 {
    (day + 3).div_euclid(7)
}

impl Tables {
    pub(super) fn new(zone: Arc<Zone>, read: Read, always: bool) -> Self {
        let (mut week_sums, mut week_dates) = ([0; 8], [0; 8]);
        for (i, open) in read.week.iter().enumerate() {
            week_sums[i + 1] = week_sums[i] + length(open);
            week_dates[i + 1] = week_dates[i] + i64::from(!open.is_empty());
        }
        let mut difference = 0;
        let odd: Vec<Odd> = read
            .odd(&zone, always)
            .into_iter()
            .map(|(day, open)| {
                let before = difference;
                difference += length(&open) - length(&read.week[weekday(day)]);
                Odd { day, before, open }
            })
            .collect();
        let hours = |day: &&i64| !read.week[weekday(**day)].is_empty();
        let closed = if always {
            Vec::new()
        } else {
            read.holidays.keys().filter(hours).copied().collect()
        };
        Self {
            zone,
            read,
            always,
            week_sums,
            odd_by_week: ByWeek::new(odd.iter().map(|o| o.day)),
            odd,
            difference,
            week_dates,
            closed_by_week: ByWeek::new(closed.iter().copied()),
            closed,
        }
    }

    /// Local day number and seconds on the wall.
    pub(super) fn local(&self, at: i64) -> (i64, i64) {
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

    /// How many odd dates lie before a day.
    fn odd_before(&self, day: i64) -> usize {
        self.odd_by_week
            .before(day, |n| self.odd.get(n).map(|o| o.day))
    }

    /// Open stretches between a date's midnight and the next.
    pub(super) fn open(&self, day: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.open_at(day, self.odd_before(day))
    }

    fn open_at(&self, day: i64, i: usize) -> impl Iterator<Item = (i64, i64)> + '_ {
        let (spans, shift): (&[(i64, i64)], i64) = match self.odd.get(i) {
            Some(odd) if odd.day == day => (&odd.open, 0),
            _ => {
                let spans = &self.read.week[weekday(day)];
                // Where clocks change is odd: any of the day's clock times has the offset of all.
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
        self.before_at(day, self.odd_before(day))
    }

    fn before_at(&self, day: i64, i: usize) -> i64 {
        let difference = self.odd.get(i).map_or(self.difference, |o| o.before);
        week(day) * self.week_sums[7] + self.week_sums[weekday(day)] + difference
    }

    /// The instant's day and the open seconds before it.
    pub(super) fn total(&self, at: i64) -> (i64, i64) {
        let within = |spans: &[(i64, i64)], at: i64| -> i64 {
            spans.iter().map(|(a, b)| (at.min(*b) - a).max(0)).sum()
        };
        if let Some(offset) = self.zone.calm(at) {
            let wall = at + offset;
            let day = wall.div_euclid(DAY);
            let i = self.odd_before(day);
            let within = match self.odd.get(i) {
                Some(odd) if odd.day == day => within(&odd.open, at),
                _ => within(&self.read.week[weekday(day)], wall.rem_euclid(DAY)),
            };
            return (day, self.before_at(day, i) + within);
        }
        let day = self.cell(at);
        let i = self.odd_before(day);
        let spans = self.open_at(day, i);
        let within: i64 = spans.map(|(a, b)| (at.min(b) - a).max(0)).sum();
        (day, self.before_at(day, i) + within)
    }

    pub(super) fn is_open(&self, at: i64) -> bool {
        self.open(self.cell(at)).any(|(a, b)| (a..b).contains(&at))
    }

    /// The first day for which a test, false up to some day and true from then on, holds. Looks in
    /// doubling steps from `near`; no day before `least` is asked.
    fn first_day(near: i64, least: i64, test: impl Fn(i64) -> bool) -> Option<i64> {
        let near = near.clamp(FIRST_DAY, LAST_DAY);
        let least = least.clamp(FIRST_DAY, near);
        let (mut no, mut yes) = (near, near);
        let mut step = 1;
        if test(near) {
            loop {
                no = yes - step;
                if no < least {
                    no = least - 1;
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

    /// About where so many open seconds from a day lead.
    fn guess(&self, near: i64, seconds: i64) -> i64 {
        let weeks = seconds.checked_div(self.week_sums[7]).unwrap_or_default();
        near.saturating_add(weeks.saturating_mul(7))
    }

    /// The earliest instant with at least so many open seconds before it, about `distance` open seconds
    /// after a day; never before it where that is more than none.
    pub(super) fn earliest(&self, total: i64, near: i64, distance: i64) -> i64 {
        let least = if distance > 0 { near } else { FIRST_DAY };
        let near = self.guess(near, distance);
        let Some(day) = Self::first_day(near, least, |d| self.before(d + 1) >= total) else {
            return LAST_DAY * DAY;
        };
        let i = self.odd_before(day);
        let mut left = (total - self.before_at(day, i)).max(0);
        let mut end = None;
        for (a, b) in self.open_at(day, i) {
            if b - a >= left {
                return a + left;
            }
            left -= b - a;
            end = Some(b);
        }
        end.unwrap_or_else(|| self.zone.resolve(day * DAY))
    }

    /// The latest instant with at most so many open seconds before it, about `distance` open seconds
    /// after a day; never before it where that is none.
    pub(super) fn latest(&self, total: i64, near: i64, distance: i64) -> i64 {
        let least = if distance == 0 { near } else { FIRST_DAY };
        let near = self.guess(near, distance);
        let Some(day) = Self::first_day(near, least, |d| self.before(d + 1) > total) else {
            return LAST_DAY * DAY;
        };
        let i = self.odd_before(day);
        let mut left = (total - self.before_at(day, i)).max(0);
        let mut end = None;
        for (a, b) in self.open_at(day, i) {
            if b - a > left {
                return a + left;
            }
            left -= b - a;
            end = Some(b);
        }
        end.unwrap_or_else(|| self.zone.resolve(day * DAY))
    }

    /// The end of the stretch that an open instant is in.
    pub(super) fn close_after(&self, open: i64) -> Option<i64> {
        let (near, total) = self.total(open);
        let day = Self::first_day(near, near, |d| {
            d >= near && self.before(d + 1) - total != self.zone.resolve((d + 1) * DAY) - open
        })?;
        let at = open.max(self.zone.resolve(day * DAY));
        let inside = self.open(day).find(|(a, b)| (*a..*b).contains(&at));
        Some(inside.map_or(at, |(_, end)| end))
    }

    pub(super) fn is_working(&self, day: i64) -> bool {
        !self.read.week[weekday(day)].is_empty()
            && (self.always || !self.read.holidays.contains_key(&day))
    }

    /// Working dates between a fixed Monday and a day.
    fn dates_before(&self, day: i64) -> i64 {
        let closed = self
            .closed_by_week
            .before(day, |n| self.closed.get(n).copied());
        let closed = i64::try_from(closed).unwrap_or(i64::MAX);
        week(day) * self.week_dates[7] + self.week_dates[weekday(day)] - closed
    }

    /// Moves a day by working dates; a closed one first rolls in the direction of the move.
    pub(super) fn shift(&self, day: i64, days: i64) -> i64 {
        let from = if days < 0 {
            self.dates_before(day + 1) - 1
        } else {
            self.dates_before(day)
        };
        let least = if days < 0 { FIRST_DAY } else { day };
        let weeks = days.checked_div(self.week_dates[7]).unwrap_or_default();
        let wanted = from + days;
        let near = day + weeks * 7;
        Self::first_day(near, least, |d| self.dates_before(d + 1) > wanted).unwrap_or(LAST_DAY)
    }
}
