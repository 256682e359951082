//! A zone's offset changes as a table, so that a clock time becomes an instant without searching the zone data.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;
/// 1 January 1900 as a day number (days since 1 January 1970).
pub(super) const FIRST_DAY: i64 = -25_567;
/// 1 January 2200 as a day number: what a calendar reports as "never".
pub(super) const LAST_DAY: i64 = 84_006;

/// The changes of one zone from 1900 to 2200.
#[derive(Debug)]
pub(super) struct Zone {
    starts: Vec<i64>,
    offsets: Vec<i64>,
    /// By week: which change was in force when it began.
    by_week: Vec<u16>,
}

/// Weeks of 1 January 1900 and later.
const WEEK: i64 = 7 * DAY;

static KNOWN: LazyLock<Mutex<HashMap<Tz, Arc<Zone>>>> = LazyLock::new(Mutex::default);

impl Zone {
    /// The table of a zone; made once per process.
    pub(super) fn of(tz: Tz) -> Arc<Self> {
        let mut known = KNOWN
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(known.entry(tz).or_insert_with(|| Arc::new(Self::read(tz))))
    }

    /// Looks at the zone every other day and narrows each change down. Freetown went back to its old time after
    /// four days in 1939, Recife after less than a week in 2000; nothing shorter is known.
    fn read(tz: Tz) -> Self {
        let offset = |t: i64| {
            let naive = DateTime::from_timestamp(t, 0)
                .unwrap_or_default()
                .naive_utc();
            i64::from(tz.offset_from_utc_datetime(&naive).fix().local_minus_utc())
        };
        let mut at = FIRST_DAY * DAY;
        let mut zone = Self {
            starts: vec![i64::MIN],
            offsets: vec![offset(at)],
            by_week: Vec::new(),
        };
        let mut now = offset(at);
        while at < LAST_DAY * DAY {
            let next = at + 2 * DAY;
            let then = offset(next);
            if then != now {
                let (mut before, mut after) = (at, next);
                while after - before > 1 {
                    let middle = i64::midpoint(before, after);
                    if offset(middle) == now {
                        before = middle;
                    } else {
                        after = middle;
                    }
                }
                zone.starts.push(after);
                zone.offsets.push(then);
                now = then;
            }
            at = next;
        }
        let weeks = 0..=(LAST_DAY - FIRST_DAY) / 7;
        zone.by_week = weeks
            .map(|n| FIRST_DAY * DAY + n * WEEK)
            .map(|start| zone.starts.partition_point(|s| *s <= start).max(1) - 1)
            .map(|i| u16::try_from(i).unwrap_or(u16::MAX))
            .collect();
        zone
    }

    fn index(&self, utc: i64) -> usize {
        let week = (utc - FIRST_DAY * DAY).div_euclid(WEEK);
        let slot = usize::try_from(week).unwrap_or_default();
        let start = self.by_week.get(slot).or(self.by_week.last());
        let mut i = start.map_or(0, |i| usize::from(*i));
        while self.starts.get(i + 1).is_some_and(|s| *s <= utc) {
            i += 1;
        }
        i
    }

    /// Seconds east of UTC at an instant.
    pub(super) fn offset(&self, utc: i64) -> i64 {
        self.offsets[self.index(utc)]
    }

    /// Is the instant more than two days away from every change?
    pub(super) fn calm(&self, utc: i64) -> Option<i64> {
        let i = self.index(utc);
        let far = |other: i64| other.abs_diff(utc) > 2 * DAY.unsigned_abs();
        (far(self.starts[i]) && self.starts.get(i + 1).is_none_or(|s| far(*s)))
            .then(|| self.offsets[i])
    }

    /// The instant of a clock time (seconds since 1970 on the wall). A skipped time moves forward by the
    /// gap, a repeated one is its first occurrence.
    pub(super) fn resolve(&self, local: i64) -> i64 {
        // No offset reaches 26 hours, so the first candidate starts before any match.
        let mut i = self.index(local - 26 * 3600);
        while self
            .starts
            .get(i + 1)
            .is_some_and(|end| local - self.offsets[i] >= *end)
        {
            i += 1;
        }
        let utc = local - self.offsets[i];
        if i > 0 && utc < self.starts[i] {
            local - self.offsets[i - 1]
        } else {
            utc
        }
    }

    /// Every change as (instant, offset before, offset after).
    pub(super) fn changes(&self) -> impl Iterator<Item = (i64, i64, i64)> + '_ {
        (1..self.starts.len()).map(|i| (self.starts[i], self.offsets[i - 1], self.offsets[i]))
    }

    /// Does the zone skip that date altogether?
    pub(super) fn skips(&self, day: i64) -> bool {
        let start = self.resolve(day * DAY);
        (start + self.offset(start)).div_euclid(DAY) != day
    }
}
