//! Values: dates, times and durations.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

use super::lines::Line;
use super::zone::Zones;
use crate::domain::Instant;
use crate::domain::absence::Length;
use crate::domain::calendar::resolve_wall;

/// A moment as a calendar gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// A whole day.
    Day(NaiveDate),
    /// A time on the wall of a zone; UTC is one.
    Wall(NaiveDateTime, Tz),
}

impl Moment {
    /// The first moment of it, on its own wall.
    pub fn start(self) -> NaiveDateTime {
        match self {
            Self::Day(day) => day.and_time(NaiveTime::MIN),
            Self::Wall(at, _) => at,
        }
    }

    /// The instant; days begin at midnight in `zone`.
    pub fn instant(self, zone: Tz) -> Instant {
        match self {
            Self::Day(day) => resolve_wall(zone, day.and_time(NaiveTime::MIN)),
            Self::Wall(at, own) => resolve_wall(own, at),
        }
    }

    /// The same moment on another wall; a day means the moment `like` on it.
    pub fn on(self, zone: Tz, like: NaiveTime) -> NaiveDateTime {
        match self {
            Self::Day(day) => day.and_time(like),
            Self::Wall(at, own) if own == zone => at,
            Self::Wall(at, own) => resolve_wall(own, at).with_timezone(&zone).naive_local(),
        }
    }
}

fn day(text: &str) -> Option<NaiveDate> {
    let plain = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    NaiveDate::parse_from_str(text, "%Y%m%d")
        .ok()
        .filter(|_| plain)
}

fn clock(text: &str) -> Option<NaiveTime> {
    let plain = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
    // A leap second is the last one of its minute.
    let text = match text.strip_suffix("60") {
        Some(rest) if plain => format!("{rest}59"),
        _ => text.to_owned(),
    };
    NaiveTime::parse_from_str(&text, "%H%M%S")
        .ok()
        .filter(|_| plain)
}

/// A date, or a date with a time; true where it is in UTC.
pub(super) fn date_or_time(text: &str) -> Option<(NaiveDate, Option<(NaiveTime, bool)>)> {
    let text = text.trim();
    let Some((date, time)) = text.split_once(['T', 't']) else {
        return day(text).map(|d| (d, None));
    };
    let bare = time.strip_suffix(['Z', 'z']);
    Some((
        day(date)?,
        Some((clock(bare.unwrap_or(time))?, bare.is_some())),
    ))
}

fn no_date(text: &str) -> String {
    format!(
        "\"{}\" is no date; write YYYYMMDD or YYYYMMDDTHHMMSS",
        crate::domain::text::line(text)
    )
}

/// One moment out of a line's value, in the line's zone.
pub(super) fn moment(line: &Line, text: &str, zones: &Zones) -> Result<Moment, String> {
    let (date, time) = date_or_time(text).ok_or_else(|| no_date(text))?;
    let Some((time, utc)) = time else {
        return Ok(Moment::Day(date));
    };
    let at = date.and_time(time);
    let zone = match (utc, line.param("TZID")) {
        (true, _) => Tz::UTC,
        (false, None) => zones.floating(),
        (false, Some(id)) => zones.find(id, at)?,
    };
    Ok(Moment::Wall(at, zone))
}

/// All moments of a line, with the length that a period has.
pub(super) fn moments(line: &Line, zones: &Zones) -> Result<Vec<(Moment, Option<Length>)>, String> {
    let mut out = Vec::new();
    for one in line.value.split(',').filter(|v| !v.trim().is_empty()) {
        let Some((from, to)) = one.split_once('/') else {
            out.push((moment(line, one, zones)?, None));
            continue;
        };
        let from = moment(line, from, zones)?;
        let length = match duration(to) {
            Some(length) => length,
            None => {
                let end = moment(line, to, zones)?.instant(zones.floating());
                let seconds = (end - from.instant(zones.floating())).num_seconds();
                Length { days: 0, seconds }
            }
        };
        if !length.is_sane() {
            return Err(format!(
                "the period \"{}\" ends before it begins, lasts no time or over ten years; correct its end",
                crate::domain::text::line(one)
            ));
        }
        out.push((from, Some(length)));
    }
    Ok(out)
}

/// A duration such as `P1DT2H` or `P2W`; negative ones are none.
pub(super) fn duration(text: &str) -> Option<Length> {
    let text = text.trim().trim_start_matches('+').to_ascii_uppercase();
    let (date, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((date, time)) => (date.to_owned(), time.to_owned()),
        None => (text.strip_prefix('P')?.to_owned(), String::new()),
    };
    let mut length = Length::default();
    for (part, units) in [(date, "WD"), (time, "HMS")] {
        let mut number = String::new();
        for c in part.chars() {
            if c.is_ascii_digit() {
                number.push(c);
                continue;
            }
            let n: i64 = std::mem::take(&mut number).parse().ok()?;
            if !units.contains(c) {
                return None;
            }
            match c {
                'W' => length.days = length.days.checked_add(n.checked_mul(7)?)?,
                'D' => length.days = length.days.checked_add(n)?,
                'H' => length.seconds = length.seconds.checked_add(n.checked_mul(3600)?)?,
                'M' => length.seconds = length.seconds.checked_add(n.checked_mul(60)?)?,
                _ => length.seconds = length.seconds.checked_add(n)?,
            }
        }
        if !number.is_empty() {
            return None;
        }
    }
    Some(length)
}
