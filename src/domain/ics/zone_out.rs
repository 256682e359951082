//! Time zones as calendars want them described beside the events that name them (RFC 5545, 3.6.5).

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Weekday};
use chrono_tz::{OffsetComponents as _, Tz};

/// So many years are written out where a zone's changes follow no rule.
const YEARS: i32 = 10;

/// A change of a zone's offset.
#[derive(Debug, Clone, Copy)]
struct Change {
    /// On the wall as it was before.
    at: NaiveDateTime,
    /// Seconds east of UTC.
    before: i32,
    after: i32,
    summer: bool,
}

fn offset(tz: Tz, utc: NaiveDateTime) -> (i32, bool) {
    let offset = tz.offset_from_utc_datetime(&utc);
    let all = offset.base_utc_offset() + offset.dst_offset();
    let seconds = i32::try_from(all.num_seconds()).unwrap_or(0);
    (seconds, offset.dst_offset() > TimeDelta::zero())
}

/// The changes between two moments in UTC. A day is looked at as a whole: nothing shorter is known.
fn changes(tz: Tz, from: NaiveDateTime, to: NaiveDateTime) -> Vec<Change> {
    let mut found = Vec::new();
    let mut at = from;
    while at < to {
        let Some(next) = at.checked_add_days(Days::new(1)) else {
            break;
        };
        let (before, _) = offset(tz, at);
        if offset(tz, next).0 != before {
            let (mut low, mut high) = (at, next);
            while (high - low).num_seconds() > 1 {
                let middle = low + TimeDelta::seconds((high - low).num_seconds() / 2);
                match offset(tz, middle).0 == before {
                    true => low = middle,
                    false => high = middle,
                }
            }
            let (after, summer) = offset(tz, high);
            found.push(Change {
                at: high + TimeDelta::seconds(before.into()),
                before,
                after,
                summer,
            });
        }
        at = next;
    }
    found
}

const fn word(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "MO",
        Weekday::Tue => "TU",
        Weekday::Wed => "WE",
        Weekday::Thu => "TH",
        Weekday::Fri => "FR",
        Weekday::Sat => "SA",
        Weekday::Sun => "SU",
    }
}

/// Which of its weekdays in its month a day is, and whether it is the last.
fn place(day: NaiveDate) -> (u32, bool) {
    let next = day.checked_add_days(Days::new(7));
    let last = next.is_none_or(|next| next.month() != day.month());
    (day.day0() / 7 + 1, last)
}

/// The yearly rule that gives all of these; none: there is none.
fn yearly(all: &[Change]) -> Option<String> {
    let (first, rest) = all.split_first()?;
    let like = |c: &Change| {
        (c.at.month(), c.at.weekday(), c.at.time())
            == (first.at.month(), first.at.weekday(), first.at.time())
            && (c.before, c.after) == (first.before, first.after)
    };
    let by_year = all.windows(2).all(|w| match w {
        [a, b] => b.at.year() == a.at.year() + 1,
        _ => true,
    });
    if rest.is_empty() || !by_year || !rest.iter().all(like) {
        return None;
    }
    let places: Vec<(u32, bool)> = all.iter().map(|c| place(c.at.date())).collect();
    let nth = match places.as_slice() {
        all if all.iter().all(|(_, last)| *last) => "-1".to_owned(),
        [(n, _), rest @ ..] if rest.iter().all(|(m, _)| m == n) => n.to_string(),
        _ => return None,
    };
    let (month, day) = (first.at.month(), word(first.at.weekday()));
    Some(format!(
        "RRULE:FREQ=YEARLY;BYMONTH={month};BYDAY={nth}{day}"
    ))
}

fn east(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let (h, m, s) = (
        seconds.abs() / 3600,
        seconds.abs() / 60 % 60,
        seconds.abs() % 60,
    );
    match s {
        0 => format!("{sign}{h:02}{m:02}"),
        s => format!("{sign}{h:02}{m:02}{s:02}"),
    }
}

fn part(out: &mut Vec<String>, c: &Change, rule: Option<String>) {
    let kind = if c.summer { "DAYLIGHT" } else { "STANDARD" };
    out.push(format!("BEGIN:{kind}"));
    out.push(format!("DTSTART:{}", c.at.format("%Y%m%dT%H%M%S")));
    out.extend(rule);
    out.push(format!("TZOFFSETFROM:{}", east(c.before)));
    out.push(format!("TZOFFSETTO:{}", east(c.after)));
    out.push(format!("END:{kind}"));
}

/// The lines that describe a zone from the year of a moment on: by its yearly rules where it has such, else
/// change by change for ten years.
pub(super) fn describe(tz: Tz, from: NaiveDateTime) -> Vec<String> {
    let mut out = vec!["BEGIN:VTIMEZONE".to_owned(), format!("TZID:{}", tz.name())];
    let new_year = |year| {
        NaiveDate::from_ymd_opt(year, 1, 1).map_or(DateTime::UNIX_EPOCH.naive_utc(), |d| d.into())
    };
    let year = from.year() - 1;
    let all = changes(tz, new_year(year), new_year(year + 4));
    let (summer, winter): (Vec<Change>, Vec<Change>) = all.iter().partition(|c| c.summer);
    match (yearly(&winter), yearly(&summer)) {
        (Some(w), Some(s)) => {
            for (all, rule) in [(winter, w), (summer, s)] {
                if let Some(first) = all.first() {
                    part(&mut out, first, Some(rule));
                }
            }
        }
        _ => {
            let (before, summer) = offset(tz, new_year(year));
            let at = new_year(year);
            part(
                &mut out,
                &Change {
                    at,
                    before,
                    after: before,
                    summer,
                },
                None,
            );
            for c in changes(tz, new_year(year), new_year(year + YEARS)) {
                part(&mut out, &c, None);
            }
        }
    }
    out.push("END:VTIMEZONE".to_owned());
    out
}
