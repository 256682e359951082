//! A reader for calendar files (iCalendar, RFC 5545) of whole days.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::domain::ics::{plain, split, unfold};

/// Why a calendar file cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the calendar file: {problem}")]
pub struct IcsError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub problem: String,
}

/// The last year into which a yearly event is repeated: a calendar knows nothing later.
const LAST_YEAR: i32 = 2199;
/// Longer events are taken for a mistake.
const LONGEST: i64 = 366;

/// An event while its lines are read.
#[derive(Default)]
struct Event {
    begun: usize,
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
    days: Option<i64>,
    name: String,
    repeats: Option<(usize, Repeat)>,
    except: Vec<NaiveDate>,
    cancelled: bool,
}

/// `FREQ=YEARLY`, on the same date or on a weekday of a month.
struct Repeat {
    every: i32,
    count: Option<u32>,
    until: Option<NaiveDate>,
    /// The n-th weekday of the month, counted from its end where negative.
    weekday: Option<(i8, Weekday)>,
    month: Option<u32>,
}

/// The dates of all whole-day events of an iCalendar file with the events' names, which are outside text.
/// An event of several days gives them all (its `DTEND` is the day after the last), a yearly one every year
/// until 2199. Events with a clock time and cancelled ones are passed over.
///
/// # Errors
/// Names the line that is no date or repeats in a way that is not understood, or says that the file holds
/// no calendar.
pub fn parse_ics_holidays(text: &str) -> Result<BTreeMap<NaiveDate, String>, IcsError> {
    let mut dates = BTreeMap::new();
    let mut event: Option<Event> = None;
    // Alarms and the like lie within an event and have properties of their own.
    let mut inner = 0_usize;
    let mut calendar = false;
    for (line, content) in unfold(text) {
        let wrong = |problem: String| IcsError { line, problem };
        let Some((head, value)) = split(&content) else {
            continue;
        };
        let property = head.split(';').next().unwrap_or_default();
        let property = property.to_ascii_uppercase();
        match (property.as_str(), value.to_ascii_uppercase().as_str()) {
            ("BEGIN", "VCALENDAR") => calendar = true,
            ("BEGIN", "VEVENT") => {
                event = Some(Event {
                    begun: line,
                    ..Event::default()
                });
            }
            ("END", "VEVENT") => {
                let event = event
                    .take()
                    .ok_or_else(|| wrong("END:VEVENT without its BEGIN:VEVENT".into()))?;
                event.put(&mut dates)?;
            }
            ("BEGIN", _) => inner += usize::from(event.is_some()),
            ("END", _) => inner = inner.saturating_sub(1),
            (name, _) => {
                if let (Some(event), 0) = (event.as_mut(), inner) {
                    event.take(line, name, value).map_err(wrong)?;
                }
            }
        }
    }
    if !calendar {
        return Err(IcsError {
            line: 1,
            problem: "there is no BEGIN:VCALENDAR; choose an .ics file".into(),
        });
    }
    Ok(dates)
}

fn date(value: &str) -> Result<NaiveDate, String> {
    let value = value.trim();
    NaiveDate::parse_from_str(value, "%Y%m%d")
        .ok()
        .filter(|_| value.len() == 8)
        .ok_or_else(|| format!("\"{value}\" is no date; write YYYYMMDD, such as 20261225"))
}

/// A whole day; none where a clock time stands.
fn whole_day(value: &str) -> Result<Option<NaiveDate>, String> {
    if value.contains(['T', 't']) {
        return Ok(None);
    }
    date(value).map(Some)
}

impl Event {
    fn take(&mut self, line: usize, property: &str, value: &str) -> Result<(), String> {
        match property {
            "DTSTART" => self.start = whole_day(value)?,
            "DTEND" => self.end = whole_day(value)?,
            "DURATION" => self.days = days(value),
            "SUMMARY" => self.name = plain(value),
            "STATUS" => self.cancelled = value.trim().eq_ignore_ascii_case("cancelled"),
            "EXDATE" => {
                for one in value.split(',') {
                    self.except.extend(whole_day(one)?);
                }
            }
            "RDATE" => return Err("RDATE is not understood; write an event for each date".into()),
            "RRULE" => self.repeats = Some((line, Repeat::read(value)?)),
            _ => {}
        }
        Ok(())
    }

    fn put(self, dates: &mut BTreeMap<NaiveDate, String>) -> Result<(), IcsError> {
        let Some(start) = self.start.filter(|_| !self.cancelled) else {
            return Ok(());
        };
        let length = match (self.end, self.days) {
            (Some(end), _) => (end - start).num_days(),
            (None, Some(days)) => days,
            (None, None) => 1,
        };
        if !(0..=LONGEST).contains(&length) {
            return Err(IcsError {
                line: self.begun,
                problem: format!(
                    "the event of {start} ends before it starts or lasts over a year; correct its DTEND"
                ),
            });
        }
        // Files exist whose DTEND is the day itself.
        let length = u64::try_from(length.max(1)).unwrap_or(1);
        let starts = match &self.repeats {
            None => vec![start],
            Some((line, repeat)) => repeat.starts(start).ok_or_else(|| IcsError {
                line: *line,
                problem: "the event does not begin on a day of its own rule; correct its DTSTART"
                    .into(),
            })?,
        };
        let name = if self.name.is_empty() {
            "holiday"
        } else {
            &self.name
        };
        for start in starts.into_iter().filter(|s| !self.except.contains(s)) {
            for day in (0..length).filter_map(|n| start.checked_add_days(Days::new(n))) {
                join(dates, day, name);
            }
        }
        Ok(())
    }
}

/// Names a date; two names on one date share it.
pub(super) fn join(dates: &mut BTreeMap<NaiveDate, String>, day: NaiveDate, name: &str) {
    dates
        .entry(day)
        .and_modify(|known| {
            if !known.split("; ").any(|k| k == name) {
                known.push_str("; ");
                known.push_str(name);
            }
        })
        .or_insert_with(|| name.to_owned());
}

/// Whole days of a duration: `P2D`, `P1W`.
fn days(value: &str) -> Option<i64> {
    let number = value.trim().strip_prefix(['P', 'p'])?;
    let (number, unit) = number.split_at_checked(number.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok()?;
    match unit {
        "D" | "d" => Some(number),
        "W" | "w" => number.checked_mul(7),
        _ => None,
    }
}

impl Repeat {
    fn read(value: &str) -> Result<Self, String> {
        let wrong = |part: &str| {
            format!(
                "the repetition \"{part}\" is not understood; only yearly dates and weekdays of a month are, so write an event for each date"
            )
        };
        let mut repeat = Self {
            every: 1,
            count: None,
            until: None,
            weekday: None,
            month: None,
        };
        let upper = value.trim().to_ascii_uppercase();
        let mut yearly = false;
        for part in upper.split(';').filter(|p| !p.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| wrong(part))?;
            match name {
                "FREQ" => yearly = value == "YEARLY",
                "INTERVAL" => {
                    repeat.every = value
                        .parse()
                        .ok()
                        .filter(|n| *n > 0)
                        .ok_or_else(|| wrong(part))?
                }
                "COUNT" => repeat.count = Some(value.parse().map_err(|_| wrong(part))?),
                "UNTIL" => repeat.until = Some(date(value.split('T').next().unwrap_or_default())?),
                "BYMONTH" => repeat.month = Some(value.parse().map_err(|_| wrong(part))?),
                "BYDAY" => repeat.weekday = Some(nth_weekday(value).ok_or_else(|| wrong(part))?),
                // Says again what DTSTART says: `starts` finds out if it does not.
                "BYMONTHDAY" if value.parse::<u32>().is_ok() => {}
                "WKST" => {}
                _ => return Err(wrong(part)),
            }
        }
        if !yearly {
            return Err(wrong(&upper));
        }
        Ok(repeat)
    }

    /// The first days of all its turns; none where the first is not one of them.
    fn starts(&self, first: NaiveDate) -> Option<Vec<NaiveDate>> {
        let month = self.month.unwrap_or(first.month());
        let of = |year: i32| match self.weekday {
            None => NaiveDate::from_ymd_opt(year, month, first.day()),
            Some((n, weekday)) => weekday_of(year, month, n, weekday),
        };
        if of(first.year()) != Some(first) {
            return None;
        }
        let step = usize::try_from(self.every).ok()?;
        let turns = (first.year()..=LAST_YEAR).step_by(step).filter_map(of);
        let count = self
            .count
            .map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
        let within = |d: &NaiveDate| self.until.is_none_or(|last| *d <= last);
        Some(turns.take(count).take_while(within).collect())
    }
}

/// `4TH`, `-1MO`.
fn nth_weekday(text: &str) -> Option<(i8, Weekday)> {
    let (n, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let weekday = match day {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    };
    let n: i8 = n.parse().ok()?;
    (n != 0 && (-5..=5).contains(&n)).then_some((n, weekday))
}

fn weekday_of(year: i32, month: u32, n: i8, weekday: Weekday) -> Option<NaiveDate> {
    if n > 0 {
        return NaiveDate::from_weekday_of_month_opt(year, month, weekday, n.unsigned_abs());
    }
    // The last of four or five, then back.
    let last = (4..=5)
        .rev()
        .find_map(|n| NaiveDate::from_weekday_of_month_opt(year, month, weekday, n))?;
    let back = last.checked_sub_days(Days::new(7 * u64::from(n.unsigned_abs() - 1)))?;
    (back.month() == month).then_some(back)
}
