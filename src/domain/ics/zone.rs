//! Time zones by the names that calendar programs give them.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, Offset, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::lines::Line;
use super::value::date_or_time;
use super::windows;
use crate::domain::absence::Rule;

/// Days between two looks at a zone's offset when it is compared with another.
const STEP: u64 = 10;

/// A part of the year with one offset, as a VTIMEZONE describes it.
#[derive(Debug)]
struct Observance {
    start: NaiveDateTime,
    /// Seconds east of UTC before it, and in it.
    before: i32,
    offset: i32,
    rule: Option<Rule>,
    also: Vec<NaiveDateTime>,
}

/// The zones that a file describes.
#[derive(Debug)]
pub(super) struct Zones {
    described: BTreeMap<String, Vec<Observance>>,
    /// The IANA name that a description says it is.
    said: BTreeMap<String, Tz>,
    floating: Tz,
}

impl Zones {
    /// None yet; times without a zone are read in this one.
    pub const fn new(floating: Tz) -> Self {
        Self {
            described: BTreeMap::new(),
            said: BTreeMap::new(),
            floating,
        }
    }

    /// The zone of times that name none.
    pub const fn floating(&self) -> Tz {
        self.floating
    }

    /// Takes the lines of a VTIMEZONE, with `BEGIN` and `END` of its parts.
    pub fn add(&mut self, lines: &[Line]) {
        let value = |name: &str| lines.iter().find(|l| l.name == name).map(|l| &l.value);
        let Some(id) = value("TZID") else { return };
        if let Some(tz) = value("X-LIC-LOCATION").and_then(|v| v.parse().ok()) {
            self.said.insert(id.clone(), tz);
        }
        let parts = lines
            .split(|l| l.name == "BEGIN")
            .skip(1)
            .filter_map(observance);
        self.described.insert(id.clone(), parts.collect());
    }

    /// The zone behind a name; `near` is the moment that it is asked for.
    pub fn find(&self, id: &str, near: NaiveDateTime) -> Result<Tz, String> {
        let id = id.trim();
        if let Some(tz) = self.said.get(id) {
            return Ok(*tz);
        }
        named(id)
            .or_else(|| windows::zone(id))
            .or_else(|| alike(self.described.get(id)?, near))
            .or_else(|| city(id))
            .ok_or_else(|| {
                format!(
                    "the time zone \"{}\" is not known, and the file does not describe it; write an IANA name such as Europe/Amsterdam",
                    crate::domain::text::line(id)
                )
            })
    }
}

/// An IANA name, also behind a prefix such as `/citadel.org/20210210_1/Europe/Berlin`.
fn named(id: &str) -> Option<Tz> {
    if let Ok(tz) = id.parse() {
        return Some(tz);
    }
    let ends = id.match_indices('/').map(|(i, _)| i + 1);
    ends.filter_map(|i| id.get(i..))
        .find_map(|end| end.parse().ok())
}

/// A name that lists cities, as Outlook shows it: `(UTC+01:00) Amsterdam, Berlin, Rome`.
fn city(id: &str) -> Option<Tz> {
    if !id.starts_with('(') {
        return None;
    }
    let (_, cities) = id.split_once(')')?;
    cities.split(',').find_map(|city| {
        let city = city.trim().replace(' ', "_");
        let ends = |tz: &&Tz| tz.name().rsplit('/').next() == Some(city.as_str());
        TZ_VARIANTS.iter().find(ends).copied()
    })
}

/// `+0100`, `-033015`.
fn offset(text: &str) -> Option<i32> {
    let text = text.trim();
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let two = |i: usize| {
        digits
            .get(i..i + 2)
            .map_or(Some(0), |d| d.parse::<i32>().ok())
    };
    if digits.len() < 4 {
        return None;
    }
    Some(sign * (two(0)? * 3600 + two(2)? * 60 + two(4)?))
}

fn wall(text: &str) -> Option<NaiveDateTime> {
    let (date, time) = date_or_time(text)?;
    Some(date.and_time(time.map_or(chrono::NaiveTime::MIN, |(t, _)| t)))
}

fn observance(lines: &[Line]) -> Option<Observance> {
    let value = |name: &str| {
        lines
            .iter()
            .find(|l| l.name == name)
            .map(|l| l.value.as_str())
    };
    let start = wall(value("DTSTART")?)?;
    let rule = value("RRULE").and_then(|text| {
        let (text, until) = super::event::without_until(text);
        let until = until.and_then(|u| wall(&u));
        Rule::new(&text, until, start).ok()
    });
    let also = lines.iter().filter(|l| l.name == "RDATE");
    Some(Observance {
        start,
        before: offset(value("TZOFFSETFROM")?)?,
        offset: offset(value("TZOFFSETTO")?)?,
        rule,
        also: also
            .flat_map(|l| l.value.split(',').filter_map(wall))
            .collect(),
    })
}

impl Observance {
    /// When it last began by a moment.
    fn began(&self, by: NaiveDateTime) -> Option<NaiveDateTime> {
        let year_before = by.checked_sub_days(Days::new(800))?;
        let ruled = self
            .rule
            .iter()
            .flat_map(|r| r.starts(self.start, year_before, by));
        let also = self.also.iter().copied().chain([self.start]);
        ruled.chain(also).filter(|at| *at <= by).max()
    }
}

fn offset_of(parts: &[Observance], at: NaiveDateTime) -> Option<i32> {
    let began = parts.iter().filter_map(|p| Some((p.began(at)?, p.offset)));
    let now = began.max_by_key(|(at, _)| *at).map(|(_, offset)| offset);
    now.or_else(|| parts.iter().min_by_key(|p| p.start).map(|p| p.before))
}

/// A known zone with the same offsets all through the year of a moment.
fn alike(parts: &[Observance], near: NaiveDateTime) -> Option<Tz> {
    let first = NaiveDate::from_ymd_opt(near.year(), 1, 1)?.and_hms_opt(12, 0, 0)?;
    let days = (0..366).step_by(usize::try_from(STEP).ok()?);
    let looks: Vec<(NaiveDateTime, i32)> = days
        .filter_map(|n| {
            let at = first.checked_add_days(Days::new(n))?;
            Some((at, offset_of(parts, at)?))
        })
        .collect();
    let same = |tz: &Tz| {
        looks.iter().all(|(at, offset)| {
            let there = tz.offset_from_local_datetime(at).earliest();
            there.is_some_and(|o| o.fix().local_minus_utc() == *offset)
        })
    };
    let usual = windows::all().chain(TZ_VARIANTS.iter().copied());
    usual.filter(|_| !looks.is_empty()).find(|tz| same(tz))
}
