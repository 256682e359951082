//! Public holidays: those built in, and a reader for calendar files of whole days.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// A country whose public holidays are built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Country {
    /// The Netherlands.
    Nl,
}

impl Country {
    /// The country behind an ISO code.
    pub fn parse(code: &str) -> Option<Self> {
        code.trim().eq_ignore_ascii_case("nl").then_some(Self::Nl)
    }

    /// Its public holidays of a year with their English names, in order.
    pub fn holidays(self, year: i32) -> Vec<(NaiveDate, &'static str)> {
        let Self::Nl = self;
        dutch(year)
    }
}

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876).
fn easter(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(
        year,
        u32::try_from(n / 31).ok()?,
        u32::try_from(n % 31 + 1).ok()?,
    )
}

/// The list of the Algemene termijnenwet with Good Friday, which that law treats alike; Liberation Day
/// only in the years in which it is commonly a day off (every fifth).
fn dutch(year: i32) -> Vec<(NaiveDate, &'static str)> {
    let day = |m, d| NaiveDate::from_ymd_opt(year, m, d);
    let from_easter = |n: i64| {
        let sunday = easter(year)?;
        let days = Days::new(n.unsigned_abs());
        if n < 0 {
            sunday.checked_sub_days(days)
        } else {
            sunday.checked_add_days(days)
        }
    };
    let sunday = |d: Option<NaiveDate>| d.is_some_and(|d| d.weekday() == Weekday::Sun);
    let royal = match year {
        ..2014 if sunday(day(4, 30)) => (day(4, 29), "Queen's Day"),
        ..2014 => (day(4, 30), "Queen's Day"),
        _ if sunday(day(4, 27)) => (day(4, 26), "King's Day"),
        _ => (day(4, 27), "King's Day"),
    };
    let mut list = vec![
        (day(1, 1), "New Year's Day"),
        (from_easter(-2), "Good Friday"),
        (from_easter(0), "Easter Sunday"),
        (from_easter(1), "Easter Monday"),
        royal,
        (from_easter(39), "Ascension Day"),
        (from_easter(49), "Whit Sunday"),
        (from_easter(50), "Whit Monday"),
        (day(12, 25), "Christmas Day"),
        (day(12, 26), "Second Day of Christmas"),
    ];
    if year % 5 == 0 {
        list.push((day(5, 5), "Liberation Day"));
    }
    let mut list: Vec<_> = list
        .into_iter()
        .filter_map(|(d, name)| Some((d?, name)))
        .collect();
    list.sort_by_key(|h| h.0);
    list
}

/// Why a calendar file cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the calendar file: {problem}")]
pub struct IcsError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub problem: String,
}

/// The dates of all whole-day events of an iCalendar file, sorted; an event of several days gives them all
/// (its `DTEND` is the day after the last). Events with a clock time are passed over.
///
/// # Errors
/// Names the line that is no date, or says that the file holds no calendar.
pub fn parse_ics_holidays(text: &str) -> Result<Vec<NaiveDate>, IcsError> {
    let mut dates = Vec::new();
    let mut event: Option<(usize, Option<NaiveDate>, Option<NaiveDate>)> = None;
    let mut calendar = false;
    for (n, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = n + 1;
        let wrong = |problem: String| IcsError { line, problem };
        // A folded line goes on behind a blank; dates are too short to be folded.
        if raw.starts_with([' ', '\t']) {
            continue;
        }
        let raw = raw.trim_end();
        let upper = raw.to_ascii_uppercase();
        match upper.as_str() {
            "BEGIN:VCALENDAR" => calendar = true,
            "BEGIN:VEVENT" => event = Some((line, None, None)),
            "END:VEVENT" => {
                let Some((begun, start, end)) = event.take() else {
                    return Err(wrong("END:VEVENT without its BEGIN:VEVENT".into()));
                };
                let Some(start) = start else { continue };
                let end = end.or_else(|| start.succ_opt()).unwrap_or(start);
                if end < start || (end - start).num_days() > 366 {
                    return Err(IcsError {
                        line: begun,
                        problem: format!(
                            "the event from {start} to {end} ends before it starts or lasts over a year"
                        ),
                    });
                }
                dates.push(start);
                dates.extend(start.iter_days().skip(1).take_while(|d| *d < end));
            }
            _ => {
                let Some((name, value)) = upper.split_once(':') else {
                    continue;
                };
                let property = name.split(';').next().unwrap_or_default();
                let (Some(event), true) = (event.as_mut(), matches!(property, "DTSTART" | "DTEND"))
                else {
                    continue;
                };
                if value.contains('T') {
                    continue;
                }
                let date = NaiveDate::parse_from_str(value, "%Y%m%d").map_err(|_| {
                    wrong(format!("\"{value}\" is no date; it should read YYYYMMDD"))
                })?;
                if property == "DTSTART" {
                    event.1 = Some(date);
                } else {
                    event.2 = Some(date);
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
    dates.sort_unstable();
    dates.dedup();
    Ok(dates)
}
