//! "Until when", as people write it: `2h`, `tomorrow 9:00`, `fri`, `2026-12-01`, `+1wd`.
//!
//! One reader for the console, the command line and the subcommands. Lengths of time
//! count from now; days are read in the calendar's zone, and a day without a time means
//! the moment the desk opens on it. Writing instants for people is not done here.

use chrono::{Datelike, Days, Duration, LocalResult, NaiveDate, NaiveTime, TimeZone, Weekday};
use chrono_tz::Tz;

use super::Instant;
use super::calendar::Calendar;

/// What can be written, for hints and help.
pub const WHEN_FORMS: &str =
    "2h, 30m, 3d, 1w, +1wd, tomorrow 9:00, fri, fri 14:00, next week, 2026-12-01 10:30";

/// Nothing is put off further than this.
const FURTHEST_YEARS: u32 = 10;

/// Reads an instant that lies ahead of `now`.
///
/// # Errors
/// A sentence that says which word is not understood, or that the instant is not ahead.
pub fn parse_when(text: &str, now: Instant, calendar: &Calendar) -> Result<Instant, String> {
    let lower = text.trim().to_lowercase();
    let mut words: Vec<&str> = lower
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|w| !w.is_empty() && !matches!(*w, "at" | "on" | "until" | "till"))
        .collect();
    if words.first() == Some(&"in") {
        words.remove(0);
    }
    if words.is_empty() {
        return Err(format!("say until when, for instance {WHEN_FORMS}"));
    }
    let reader = Reader {
        now,
        furthest: furthest(now, calendar.zone()),
        calendar,
    };
    let at = match reader.length(&words)? {
        Some(at) => at,
        None => reader.day_and_time(&words)?,
    };
    if at <= now {
        return Err(format!(
            "{} is already past; give a later moment",
            local(at, calendar.zone())
        ));
    }
    if at.with_timezone(&calendar.zone()).date_naive() > reader.furthest {
        return Err(format!(
            "{} is more than {FURTHEST_YEARS} years ahead; give an earlier moment",
            local(at, calendar.zone())
        ));
    }
    Ok(at)
}

/// The last day that is understood.
fn furthest(now: Instant, zone: Tz) -> NaiveDate {
    now.with_timezone(&zone)
        .date_naive()
        .checked_add_days(Days::new(u64::from(FURTHEST_YEARS) * 366))
        .unwrap_or(NaiveDate::MAX)
}

fn local(at: Instant, zone: Tz) -> String {
    at.with_timezone(&zone)
        .format("%a %Y-%m-%d %H:%M")
        .to_string()
}

struct Reader<'a> {
    now: Instant,
    furthest: NaiveDate,
    calendar: &'a Calendar,
}

impl Reader<'_> {
    fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.calendar.zone()).date_naive()
    }

    /// `2h`, `1h30m`, `3 days`, `+2wd`: none if the words are no length of time.
    fn length(&self, words: &[&str]) -> Result<Option<Instant>, String> {
        let joined = words.concat();
        let Some(parts) = split_length(joined.strip_prefix('+').unwrap_or(&joined)) else {
            return Ok(None);
        };
        let zone = self.calendar.zone();
        let mut at = self.now;
        for (number, unit) in parts {
            let too_long = || {
                let number = shown(number);
                format!(
                    "{number} {unit} is too long; the furthest is {FURTHEST_YEARS} years ahead, give an earlier moment"
                )
            };
            let amount = number.parse::<u32>().map_err(|_| too_long())?;
            let ahead = match unit {
                "m" | "min" | "mins" | "minute" | "minutes" => {
                    at.checked_add_signed(Duration::minutes(i64::from(amount)))
                }
                "h" | "hour" | "hours" => at.checked_add_signed(Duration::hours(i64::from(amount))),
                "wd" | "workday" | "workdays" => Some(self.working_days(at, amount)?),
                "d" | "day" | "days" => self.days(at, u64::from(amount)),
                "w" | "week" | "weeks" => self.days(at, u64::from(amount) * 7),
                _ => return Ok(None),
            };
            // Part by part: what is refused at the end must not have overflowed before.
            at = ahead
                .filter(|at| at.with_timezone(&zone).date_naive() <= self.furthest)
                .ok_or_else(too_long)?;
        }
        Ok(Some(at))
    }

    /// So many days later at the same time on the wall.
    fn days(&self, at: Instant, days: u64) -> Option<Instant> {
        let there = at.with_timezone(&self.calendar.zone());
        let date = there.date_naive().checked_add_days(Days::new(days))?;
        (date <= self.furthest).then(|| self.instant(date, there.time()))
    }

    /// The opening of the n-th working day after the day of `at`.
    fn working_days(&self, at: Instant, n: u32) -> Result<Instant, String> {
        if n == 0 || n > 2_600 {
            return Err("give between 1 and 2600 working days".into());
        }
        let day = at.with_timezone(&self.calendar.zone()).date_naive();
        self.calendar
            .days(day + Days::new(1), n as usize)
            .get(n as usize - 1)
            .and_then(|d| d.intervals.first())
            .map(|(open, _)| *open)
            .ok_or_else(|| "the calendar has no such working day; give a date".into())
    }

    fn day_and_time(&self, words: &[&str]) -> Result<Instant, String> {
        let (day, rest) = self.day(words)?;
        let time = match rest {
            [] => None,
            [t] => Some(time(t).ok_or_else(|| not_understood(t))?),
            [t, half @ ("am" | "pm")] => {
                Some(time(&format!("{t}{half}")).ok_or_else(|| not_understood(t))?)
            }
            [_, extra, ..] => return Err(not_understood(extra)),
        };
        let today = self.today();
        Ok(match (day, time) {
            (Day::Any, None) => return Err(not_understood(words.first().unwrap_or(&""))),
            (Day::Any, Some(t)) => {
                let at = self.instant(today, t);
                if at > self.now {
                    at
                } else {
                    self.instant(today + Days::new(1), t)
                }
            }
            (Day::At(at), _) => at,
            (Day::Date(date), Some(t)) => self.instant(date, t),
            (Day::Date(date), None) => self.opening(date),
            (Day::Weekday(day), time) => {
                let ahead =
                    (7 + day.num_days_from_monday() - today.weekday().num_days_from_monday()) % 7;
                match time {
                    Some(t) if ahead == 0 && self.instant(today, t) > self.now => {
                        self.instant(today, t)
                    }
                    time => {
                        let ahead = if ahead == 0 { 7 } else { ahead };
                        let date = today + Days::new(u64::from(ahead));
                        time.map_or_else(|| self.opening(date), |t| self.instant(date, t))
                    }
                }
            }
            (Day::WorkEnds, None) => self
                .calendar
                .next_close(self.now)
                .ok_or("the calendar never closes; give a time")?,
            (Day::WorkEnds, Some(_)) => return Err(not_understood(words.last().unwrap_or(&""))),
        })
    }

    /// The day at the front of the words, and the words behind it.
    fn day<'w>(&self, words: &'w [&'w str]) -> Result<(Day, &'w [&'w str]), String> {
        let today = self.today();
        let in_days = |n: u32| Day::Date(today + Days::new(u64::from(n)));
        let to_monday = 7 - today.weekday().num_days_from_monday();
        Ok(match words {
            ["today", rest @ ..] => (in_days(0), rest),
            ["tomorrow" | "tom" | "tmr", rest @ ..] => (in_days(1), rest),
            ["eod"] => (Day::WorkEnds, &[]),
            ["end", "of", "day"] => (Day::WorkEnds, &[]),
            ["next", "week", rest @ ..] => (in_days(to_monday), rest),
            ["next", "month", rest @ ..] => {
                let (year, month) = if today.month() == 12 {
                    (today.year() + 1, 1)
                } else {
                    (today.year(), today.month() + 1)
                };
                let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(today);
                (Day::Date(first), rest)
            }
            ["next", word, rest @ ..] => {
                let day = weekday(word).ok_or_else(|| not_understood(word))?;
                // The one in the week that starts on the coming Monday.
                (in_days(to_monday + day.num_days_from_monday()), rest)
            }
            [word, rest @ ..] => {
                if let Some(day) = weekday(word) {
                    (Day::Weekday(day), rest)
                } else if let Some((date, time)) = word.split_once('t')
                    && let Ok(date) = NaiveDate::parse_from_str(date, "%Y-%m-%d")
                {
                    return self.stamp(date, time, rest, word);
                } else if word.contains('-') {
                    let date = NaiveDate::parse_from_str(word, "%Y-%m-%d").map_err(|_| {
                        format!(
                            "\"{}\" is no date; write year-month-day, as in 2026-12-01",
                            shown(word)
                        )
                    })?;
                    (Day::Date(self.near(date)?), rest)
                } else if time(word).is_some() {
                    (Day::Any, words)
                } else {
                    return Err(not_understood(word));
                }
            }
            [] => return Err(format!("say until when, for instance {WHEN_FORMS}")),
        })
    }

    /// A date near enough to be reckoned with; one day past may still lie ahead elsewhere.
    fn near(&self, date: NaiveDate) -> Result<NaiveDate, String> {
        if date.succ_opt().is_some_and(|next| next < self.today()) {
            return Err(format!("{date} is already past; give a later moment"));
        }
        if date > self.furthest {
            return Err(format!(
                "{date} is more than {FURTHEST_YEARS} years ahead; give an earlier moment"
            ));
        }
        Ok(date)
    }

    /// `2026-12-01T10:30[:00][Z]`, as programs write it.
    fn stamp<'w>(
        &self,
        date: NaiveDate,
        time_text: &str,
        rest: &'w [&'w str],
        word: &str,
    ) -> Result<(Day, &'w [&'w str]), String> {
        let bad = || {
            let word = shown(word);
            format!("\"{word}\" is no instant; write it as in 2026-12-01T10:30:00Z")
        };
        let date = self.near(date)?;
        if !rest.is_empty() {
            return Err(bad());
        }
        let (text, utc) = match time_text.strip_suffix('z') {
            Some(t) => (t, true),
            None => (time_text, false),
        };
        let t = NaiveTime::parse_from_str(text, "%H:%M:%S")
            .or_else(|_| NaiveTime::parse_from_str(text, "%H:%M"))
            .map_err(|_| bad())?;
        let at = if utc {
            date.and_time(t).and_utc()
        } else {
            self.instant(date, t)
        };
        Ok((Day::At(at), &[]))
    }

    /// The instant of a local time; one the clocks skip becomes the first that exists
    /// after it, one they show twice the first of the two.
    fn instant(&self, date: NaiveDate, time: NaiveTime) -> Instant {
        let wall = date.and_time(time);
        let zone = self.calendar.zone();
        for minutes in 0..=180 {
            match zone.from_local_datetime(&(wall + Duration::minutes(minutes))) {
                LocalResult::Single(t) | LocalResult::Ambiguous(t, _) => return t.to_utc(),
                LocalResult::None => {}
            }
        }
        wall.and_utc()
    }

    /// When the desk opens on that date; nine where it stays closed.
    fn opening(&self, date: NaiveDate) -> Instant {
        let nine = NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default();
        self.calendar
            .days(date, 1)
            .first()
            .filter(|d| d.date == date)
            .and_then(|d| d.intervals.first())
            .map_or_else(|| self.instant(date, nine), |(open, _)| *open)
    }
}

enum Day {
    /// A time was given and no day.
    Any,
    Date(NaiveDate),
    Weekday(Weekday),
    WorkEnds,
    At(Instant),
}

/// A word of the person's, for a sentence.
fn shown(word: &str) -> super::text::Printable {
    super::text::line(&super::text::fit(&super::text::line(word), 40))
}

fn not_understood(word: &str) -> String {
    let shown = shown(word);
    format!("\"{shown}\" is no moment that is understood; write for instance {WHEN_FORMS}")
}

/// Whole weekday names and their beginnings of two letters or more.
fn weekday(word: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("monday", Weekday::Mon),
        ("tuesday", Weekday::Tue),
        ("wednesday", Weekday::Wed),
        ("thursday", Weekday::Thu),
        ("friday", Weekday::Fri),
        ("saturday", Weekday::Sat),
        ("sunday", Weekday::Sun),
    ];
    NAMES
        .iter()
        .find(|(name, _)| word.len() >= 2 && name.starts_with(word))
        .map(|(_, day)| *day)
}

/// `9:00`, `09.30`, `9am`, `2:30pm`, `noon`, `midnight`; a bare number is no time.
fn time(word: &str) -> Option<NaiveTime> {
    match word {
        "noon" => return NaiveTime::from_hms_opt(12, 0, 0),
        "midnight" => return NaiveTime::from_hms_opt(0, 0, 0),
        _ => {}
    }
    let (digits, half) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
        (Some(d), _) => (d, Some(0)),
        (_, Some(d)) => (d, Some(12)),
        _ => (word, None),
    };
    let (hour, minute) = match digits.split_once([':', '.']) {
        Some((h, m)) if m.len() == 2 => (h, m),
        None if half.is_some() => (digits, "0"),
        _ => return None,
    };
    if !hour
        .bytes()
        .chain(minute.bytes())
        .all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = match half {
        Some(add) if (1..=12).contains(&hour) => hour % 12 + add,
        Some(_) => return None,
        None => hour,
    };
    NaiveTime::from_hms_opt(hour, minute, 0)
}

/// Pairs of number and unit; none if the text is anything else.
fn split_length(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let letters = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at(letters);
        let end = tail
            .find(|c: char| !c.is_ascii_lowercase())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        if number.is_empty() || unit.is_empty() {
            return None;
        }
        parts.push((number, unit));
        rest = tail;
    }
    (!parts.is_empty()).then_some(parts)
}
