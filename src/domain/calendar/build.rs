//! Turning a written calendar into tables: the ordinary week, and every date that differs from it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use super::ics::join;
use super::public::PublicHolidays;
use super::spec::{CalendarError, CalendarSpec, Span};
use super::zone::{DAY, FIRST_DAY, LAST_DAY, Zone};

/// Stretches of seconds, sorted, apart from each other.
pub(super) type Stretches = Vec<(i64, i64)>;

/// Monday is 0.
pub(super) fn weekday(day: i64) -> usize {
    usize::try_from((day + 3).rem_euclid(7)).unwrap_or_default()
}

/// Days since 1 January 1970.
pub(super) fn day_number(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

/// The description with every text understood, before anything is counted.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// What is open in an ordinary week, by clock time.
    pub(super) week: [Stretches; 7],
    /// The same as it is written. Where clocks change, pairs that overlap on the clock may lie apart, so
    /// there each is turned into instants by itself.
    pairs: [Stretches; 7],
    pub(super) holidays: BTreeMap<i64, String>,
    special: BTreeMap<i64, Stretches>,
    breaks: BTreeMap<i64, Stretches>,
    absences: Stretches,
}

impl Read {
    pub(super) fn new(spec: &CalendarSpec) -> Result<Self, CalendarError> {
        let mut read = Self::default();
        for (from, to) in &spec.absences {
            if to < from {
                return Err(CalendarError::Absence {
                    from: *from,
                    to: *to,
                });
            }
            read.absences.push((from.timestamp(), to.timestamp()));
        }
        read.absences = union(std::mem::take(&mut read.absences));
        for (i, (name, spans)) in spec.weekly.days().into_iter().enumerate() {
            read.pairs[i] = clock_spans(&format!("weekly.{name}"), spans)?;
            read.week[i] = union(read.pairs[i].clone());
        }
        for (date, spans) in &spec.special_dates {
            let spans = clock_spans(&format!("special_dates.{date}"), spans)?;
            read.special.insert(day_number(*date), spans);
        }
        for (date, spans) in &spec.breaks {
            let spans = clock_spans(&format!("breaks.{date}"), spans)?;
            read.breaks.insert(day_number(*date), spans);
        }
        read.read_holidays(spec)?;
        if spec.always_open {
            read.week = std::array::from_fn(|_| vec![(0, DAY)]);
            read.pairs = read.week.clone();
            read.special.clear();
            read.breaks.clear();
            return Ok(read);
        }
        if read.week.iter().all(Vec::is_empty) && read.special.values().all(Vec::is_empty) {
            return Err(CalendarError::NeverOpen);
        }
        Ok(read)
    }

    fn read_holidays(&mut self, spec: &CalendarSpec) -> Result<(), CalendarError> {
        let mut dates = spec.named_holidays.clone();
        for code in &spec.public_holidays {
            let known =
                PublicHolidays::of(code).ok_or_else(|| CalendarError::Country(code.clone()))?;
            for (date, name) in (1980..2200).flat_map(|year| known.in_year(year)) {
                join(&mut dates, date, &name);
            }
        }
        self.holidays
            .extend(dates.into_iter().map(|(d, name)| (day_number(d), name)));
        for text in &spec.yearly_holidays {
            let wrong = || CalendarError::Yearly(text.clone());
            let (month, day) = text.split_once('-').ok_or_else(wrong)?;
            let month = month.parse().map_err(|_| wrong())?;
            let day = day.parse().map_err(|_| wrong())?;
            // 2000 has a 29 February; other years may not, and then skip it.
            NaiveDate::from_ymd_opt(2000, month, day).ok_or_else(wrong)?;
            for date in (1900..2200).filter_map(|y| NaiveDate::from_ymd_opt(y, month, day)) {
                self.holidays
                    .entry(day_number(date))
                    .or_insert_with(|| "holiday".into());
            }
        }
        for date in &spec.holidays {
            self.holidays
                .entry(day_number(*date))
                .or_insert_with(|| "holiday".into());
        }
        Ok(())
    }

    /// The open stretches that belong to a date by its own hours.
    fn own(&self, zone: &Zone, day: i64, always: bool) -> Stretches {
        if !always && (self.holidays.contains_key(&day) || zone.skips(day)) {
            return Vec::new();
        }
        let hours = self.special.get(&day).unwrap_or(&self.pairs[weekday(day)]);
        let instants = |spans: &[(i64, i64)]| {
            union(
                spans
                    .iter()
                    .map(|(a, b)| (zone.resolve(day * DAY + a), zone.resolve(day * DAY + b)))
                    .collect(),
            )
        };
        let open = instants(hours);
        match self.breaks.get(&day) {
            Some(breaks) => without(&open, &instants(breaks)),
            None => open,
        }
    }

    /// Dates that may differ from their weekday; true where stretches may cross a midnight.
    fn odd_days(&self, zone: &Zone, always: bool) -> BTreeMap<i64, bool> {
        let mut days = BTreeMap::new();
        let plain: BTreeSet<i64> = self
            .special
            .keys()
            .chain(self.breaks.keys())
            .copied()
            .collect();
        days.extend(plain.into_iter().map(|d| (d, false)));
        if !always {
            days.extend(self.holidays.keys().map(|d| (*d, false)));
        }
        for (from, to) in &self.absences {
            let date = |t: i64| (t + zone.offset(t)).div_euclid(DAY);
            let last = (date(*to) + 1).min(LAST_DAY);
            days.extend(((date(*from) - 1).max(FIRST_DAY)..=last).map(|d| (d, false)));
        }
        for (at, before, after) in zone.changes() {
            let (low, high) = (at + before.min(after), at + before.max(after));
            let first = low.div_euclid(DAY);
            let last = (high + high - low).div_euclid(DAY);
            let crosses = first != last;
            let margin = i64::from(crosses);
            let touched = first - margin..=last + margin;
            let matters = touched
                .clone()
                .any(|d| days.contains_key(&d) || !self.week[weekday(d)].is_empty());
            if matters {
                for d in touched {
                    *days.entry(d).or_default() |= crosses;
                }
            }
        }
        days
    }

    /// Every date that may differ from its weekday with what is open between its midnight and the next.
    pub(super) fn odd(&self, zone: &Zone, always: bool) -> Vec<(i64, Stretches)> {
        let cell = |day: i64, crosses: bool| {
            let mut open = self.own(zone, day, always);
            if crosses {
                open.extend(self.own(zone, day - 1, always));
                open.extend(self.own(zone, day + 1, always));
                open = union(open);
            }
            let (start, end) = (zone.resolve(day * DAY), zone.resolve((day + 1) * DAY));
            let open: Stretches = open
                .into_iter()
                .map(|(a, b)| (a.max(start), b.min(end)))
                .filter(|(a, b)| a < b)
                .collect();
            without(&open, &self.absences)
        };
        self.odd_days(zone, always)
            .into_iter()
            .map(|(day, crosses)| (day, cell(day, crosses)))
            .collect()
    }

    /// Is the instant within a break of its date?
    pub(super) fn in_break(&self, zone: &Zone, at: i64) -> bool {
        let day = (at + zone.offset(at)).div_euclid(DAY);
        (day - 1..=day + 1).any(|d| {
            self.breaks.get(&d).is_some_and(|spans| {
                spans.iter().any(|(a, b)| {
                    (zone.resolve(d * DAY + a)..zone.resolve(d * DAY + b)).contains(&at)
                })
            })
        })
    }
}

/// Sorts, drops the empty and joins what overlaps or touches.
fn union(mut spans: Stretches) -> Stretches {
    spans.retain(|(a, b)| a < b);
    spans.sort_unstable();
    let mut out: Stretches = Vec::with_capacity(spans.len());
    for (a, b) in spans {
        match out.last_mut() {
            Some(last) if a <= last.1 => last.1 = last.1.max(b),
            _ => out.push((a, b)),
        }
    }
    out
}

/// Seconds in all.
pub(super) fn length(spans: &[(i64, i64)]) -> i64 {
    spans.iter().map(|(a, b)| b - a).sum()
}

/// Takes sorted stretches away from sorted stretches.
fn without(open: &[(i64, i64)], closed: &[(i64, i64)]) -> Stretches {
    let mut out = Vec::with_capacity(open.len());
    for &(start, b) in open {
        let mut a = start;
        for &(c, d) in closed.iter().filter(|(c, d)| *c < b && *d > start) {
            if c > a {
                out.push((a, c));
            }
            a = a.max(d);
        }
        if a < b {
            out.push((a, b));
        }
    }
    out
}

/// Pairs of clock times as seconds, without the empty ones.
fn clock_spans(entry: &str, spans: &[Span]) -> Result<Stretches, CalendarError> {
    let mut read = Stretches::with_capacity(spans.len());
    for (from, to) in spans {
        let (a, b) = (clock(entry, from)?, clock(entry, to)?);
        if b < a {
            return Err(CalendarError::Backwards {
                entry: entry.into(),
                from: from.clone(),
                to: to.clone(),
            });
        }
        if a < b {
            read.push((a, b));
        }
    }
    Ok(read)
}

/// `HH:MM` or `HH:MM:SS` as seconds, up to `24:00`.
pub(super) fn clock(entry: &str, text: &str) -> Result<i64, CalendarError> {
    let wrong = || CalendarError::Clock {
        entry: entry.into(),
        text: text.into(),
    };
    let mut total = 0;
    let parts: Vec<&str> = text.split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return Err(wrong());
    }
    for (part, unit) in parts.iter().zip([3600, 60, 1]) {
        let number: u8 = part.parse().map_err(|_| wrong())?;
        let digits = part.bytes().all(|b| b.is_ascii_digit()) && (1..=2).contains(&part.len());
        if !digits || (unit < 3600 && number > 59) {
            return Err(wrong());
        }
        total += i64::from(number) * unit;
    }
    if total > DAY { Err(wrong()) } else { Ok(total) }
}
