//! Moments as people write them about what is past: `since yesterday 14:00`, `vanaf maandag`,
//! `three weeks ago`, `26-Sep-24`, against the date and zone of the message.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::LazyLock;

use chrono::{DateTime, Datelike, Days, Duration, Months, NaiveDate, Timelike};
use chrono_tz::Tz;
use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};

use super::pattern;
use crate::domain::Instant;
use crate::domain::calendar::resolve_local;

/// How exactly a moment was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// With a clock time.
    Minute,
    /// A part of a day; the instant is its beginning: 6, 12 or 18 o'clock, or midnight.
    Part,
    /// A day; the instant is its midnight, as for all that are coarser.
    Day,
    /// About a week.
    Week,
    /// About a month.
    Month,
    /// About a year.
    Year,
}

/// A moment in the past and how exactly it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// The earliest instant that was meant.
    pub at: Instant,
    /// How exactly.
    pub precision: Precision,
}

impl Moment {
    /// As one line in a zone: `2026-11-23 14:00`; what is coarser than a part of a day as a date.
    pub fn line(&self, zone: Tz) -> String {
        let there = self.at.with_timezone(&zone);
        match self.precision {
            Precision::Minute => there.format("%Y-%m-%d %H:%M").to_string(),
            Precision::Part => there.format("%Y-%m-%d, from about %H:00").to_string(),
            Precision::Day => there.format("%Y-%m-%d").to_string(),
            Precision::Week => there.format("about %Y-%m-%d").to_string(),
            Precision::Month => there.format("about %Y-%m").to_string(),
            Precision::Year => there.format("about %Y").to_string(),
        }
    }
}

/// A moment in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Where its words stand, with the word that leads it.
    pub span: Range<usize>,
    /// What they mean.
    pub moment: Moment,
    /// A word such as "since" leads it.
    pub led: bool,
}

const LEAD: &str = r"(?:\b(?P<lead>ever since|since|as of|as from|starting(?: from| on)?|started(?: happening| occurring| acting up| doing (?:this|it))?|start(?:s|ing)? on|began|begun|beginning|sinds|vanaf|begonnen|begon|gestart|(?:bestaat|speelt|gebeurt) al)(?: on| about| around| only| just| pas| rond| ongeveer| op| in| de| the| het| approximately| approx\.?)*\s+)?";
const NUMBER: &str = r"\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|a few|few|several|a couple(?: of)?|couple(?: of)?|een paar|paar|enkele|some|een|één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|twaalf";
const UNIT: &str = r"min(?:ute|uut|uten)?s?|hours?|hrs?|uur|uren|days?|dag(?:en)?|weeks?|we(?:ek|ken)|months?|maand(?:en)?|years?|jaar|jaren";
const MONTHS: &str = r"jan(?:uar[yi])?|feb(?:ruar[yi])?|mar(?:ch)?|maart|mrt|apr(?:il)?|may|mei|june?|juni|july?|juli|aug(?:ust|ustus)?|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|dec(?:ember)?";
const WEEKDAYS: &str = r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|tues|wed|thu|thur|thurs|fri|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag";
const PARTS: &str = r"morning|afternoon|evening|night|ochtend|morgen|middag|avond|nacht";
const TIME: &str = r"(?:,?\s*(?:at|om|around|about|rond|ongeveer|omstreeks|approximately|~|-)?\s*(?P<clock>[0-2]?\d[:.][0-5]\d(?::[0-5]\d)?(?:\s*[ap]\.?m\b\.?)?|[01]?\d\s*[ap]\.?m\b\.?|[0-2]?\d\s*(?:uur|u)\b|[0-2]?\d\s?h\d{0,2}\b|noon\b)(?:\s*(?:uur|u|hrs?|h)\b)?)";

static MOMENT: LazyLock<Regex> = LazyLock::new(|| {
    let mut p = String::new();
    let _ = write!(p, r"{LEAD}(?:");
    // 3 weeks ago; for the last three weeks; al drie weken; for two days now
    let _ = write!(
        p,
        r"(?:\b(?:about|around|ongeveer|over|approximately|approx\.?|circa|ca\.?|some|zo'n)\s+)?\b(?P<ago>{NUMBER})\s+(?P<agounit>{UNIT})\s+(?:ago|back|geleden|terug)\b"
    );
    let _ = write!(
        p,
        r"|\b(?:for|over|on|in|within|during|de|al|sinds|nu al|since|gedurende|binnen)\s+(?:(?:the|de|about|at least|over|more than|meer dan|ongeveer|minstens)\s+)*(?:(?:last|past|laatste|afgelopen)\s+)(?P<past>{NUMBER})\s+(?P<pastunit>{UNIT})\b"
    );
    let _ = write!(
        p,
        r"|\b(?:al|nu al|reeds|sinds|since|that[`'’]?s|it[`'’]?s been)\s+(?:(?:zo'n|ongeveer|ruim|bijna|about|almost|nearly|over|like|only|zeker|around)\s+)?(?P<al>{NUMBER})\s+(?P<alunit>{UNIT})\b"
    );
    let _ = write!(
        p,
        r"|\bfor\s+(?:(?:about|at least|over|more than|almost|nearly)\s+)?(?P<now>{NUMBER})\s+(?P<nowunit>{UNIT})\s+now\b"
    );
    // yesterday afternoon, gistermiddag
    let _ = write!(
        p,
        r"|\b(?P<word>the day before yesterday|yesterday|today|eergisteren|gisteren|vandaag|gister(?:ochtend|morgen|middag|avond|nacht)|vanochtend|vanmorgen|vanmiddag|vanavond|vannacht|this (?:morning|afternoon|evening)|last night|tonight)\b(?:\s*(?P<part>{PARTS})\b)?"
    );
    // last Monday; since Monday 9:00; maandagochtend
    let _ = write!(
        p,
        r"|\b(?P<which>last|past|this|previous|afgelopen|vorige|deze|jongstleden|on|op|since|sinds|vanaf)?\s*\b(?P<weekday>{WEEKDAYS})(?:\s*(?P<wpart>{PARTS}))?\b(?P<wlast>\s+(?:last week|vorige week|jl\b\.?|jongstleden))?"
    );
    // last week
    let _ = write!(
        p,
        r"|\b(?P<lastwhich>last|past|previous|vorige|afgelopen|this|deze|dit)\s+(?P<lastunit>week-?end(?:s)?|weekeinde|week|month|maand|year|jaar)\b"
    );
    // dates
    let _ = write!(
        p,
        r"|\b(?P<y>(?:19|20)\d\d)[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}})(?:t|\b)"
    );
    let _ = write!(
        p,
        r"|\b(?P<d2>\d{{1,2}})[-/.](?P<m2>\d{{1,2}})[-/.](?P<y2>(?:19|20)?\d\d)\b"
    );
    let _ = write!(
        p,
        r"|\b(?P<d3>\d{{1,2}})(?:st|nd|rd|th|e)?(?:\s+of)?[\s-]+(?P<m3>{MONTHS})\b\.?(?:,?[\s-]+'?(?P<y3>(?:19|20)\d\d|\d\d\b))?"
    );
    let _ = write!(
        p,
        r"|\b(?P<m4>{MONTHS})\b\.?\s+(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y4>(?:19|20)\d\d))?"
    );
    let _ = write!(
        p,
        r"|\b(?P<m5>{MONTHS})\b\.?(?:\s+(?P<y5>(?:19|20)\d\d)\b)?"
    );
    // a clock time alone, only behind a lead (looked at below)
    let _ = write!(p, r"|{}", TIME.replace("clock", "alone"));
    let _ = write!(p, "){TIME}?");
    pattern(&p)
});

/// All moments of a text, as seen at `at`. A bare time of day or month counts only behind a word
/// such as "since".
pub(super) fn scan(text: &str, at: Instant, zone: Tz) -> Vec<Found> {
    let here = Here {
        now: at,
        there: at.with_timezone(&zone),
        zone,
    };
    // In small letters: a third less of a pattern than one that takes both.
    let low = text.to_ascii_lowercase();
    MOMENT
        .captures_iter(&low)
        .filter_map(|c| {
            let whole = c.get(0)?;
            let led = c.name("lead").is_some()
                || c.name("past").is_some()
                || c.name("al").is_some()
                || c.name("now").is_some()
                || c.name("which")
                    .is_some_and(|w| matches!(w.as_str(), "since" | "sinds" | "vanaf"));
            let moment = here.meaning(&c, led)?;
            if !stands_free(text, whole.range()) {
                return None;
            }
            let lead = text[whole.range()].len() - text[whole.range()].trim_start().len();
            Some(Found {
                span: whole.start() + lead..whole.end(),
                moment,
                led,
            })
        })
        .collect()
}

/// No part of a longer number, a path or a file's name.
fn stands_free(text: &str, span: Range<usize>) -> bool {
    let inside = |c: char| c.is_alphanumeric() || "-_/=".contains(c);
    let words = text.get(span.clone()).unwrap_or("");
    let before = text.get(..span.start).and_then(|t| t.chars().next_back());
    let after = text.get(span.end..).and_then(|t| t.chars().next());
    words.starts_with(char::is_whitespace)
        || !(before.is_some_and(inside) || after.is_some_and(inside))
}

/// The moment that a text of its own names, such as what was typed into a field; none if it
/// says more than a moment.
pub(crate) fn moment(text: &str, at: Instant, zone: Tz) -> Option<Moment> {
    if text.len() > 200 {
        return None;
    }
    let text = text.trim();
    let said = format!("since {text}");
    let found = scan(&said, at, zone)
        .into_iter()
        .chain(scan(text, at, zone))
        .max_by_key(|f| f.span.len())?;
    let inside = found.span.len();
    // A few words around it are said by habit: "it started", "about", "or so".
    (inside * 10 >= text.len() * 4).then_some(found.moment)
}

struct Here {
    now: Instant,
    there: DateTime<Tz>,
    zone: Tz,
}

impl Here {
    fn today(&self) -> NaiveDate {
        self.there.date_naive()
    }

    fn meaning(&self, c: &Captures<'_>, led: bool) -> Option<Moment> {
        let text = |name: &str| c.name(name).map(|m| m.as_str());
        for (number, unit) in [
            ("ago", "agounit"),
            ("past", "pastunit"),
            ("al", "alunit"),
            ("now", "nowunit"),
        ] {
            if let (Some(n), Some(u)) = (text(number), text(unit)) {
                return self.ago(number_of(n)?, u);
            }
        }
        let clock = text("clock");
        if let Some(word) = text("word") {
            return self.day_word(word, text("part"), clock);
        }
        if let Some(day) = text("weekday") {
            // A weekday alone is as often one of the calendar on the screen.
            let known =
                led || text("which").is_some() || text("wlast").is_some() || clock.is_some();
            let last = text("which").is_some_and(|w| {
                matches!(w, "last" | "past" | "previous" | "vorige" | "afgelopen")
            });
            let week = text("wlast").is_some_and(|w| w.contains("week"));
            let date = self.weekday(day, last, week).filter(|_| known)?;
            return self.on(date, text("wpart"), clock);
        }
        let past = text("lastwhich").is_some_and(|w| w == "past");
        if let Some(unit) = text("lastunit").filter(|_| past) {
            return self.ago(1, unit);
        }
        if let Some(unit) = text("lastunit") {
            let this = text("lastwhich").is_some_and(|w| matches!(w, "this" | "deze" | "dit"));
            return self.last(unit, this);
        }
        if let (Some(y), Some(m), Some(d)) = (text("y"), text("m"), text("d")) {
            let date = NaiveDate::from_ymd_opt(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?)?;
            return self.on(date, None, clock);
        }
        if let (Some(d), Some(m), Some(y)) = (text("d2"), text("m2"), text("y2")) {
            return self.on(self.numbers(d, m, y)?, None, clock);
        }
        for (d, m, y) in [("d3", "m3", "y3"), ("d4", "m4", "y4")] {
            if let (Some(d), Some(m)) = (text(d), text(m)) {
                let date = self.named(d, m, text(y))?;
                return self.on(date, None, clock);
            }
        }
        if !led {
            return None;
        }
        if let Some(m) = text("m5") {
            let date = self.named("1", m, text("y5"))?;
            return self.moment(date, "00:00", Precision::Month);
        }
        let time = clock_of(text("alone")?)?;
        let mut date = self.today();
        if resolve_local(self.zone, date, &time).ok()? > self.now {
            date = date.pred_opt()?;
        }
        self.moment(date, &time, Precision::Minute)
    }

    fn moment(&self, date: NaiveDate, time: &str, precision: Precision) -> Option<Moment> {
        let at = resolve_local(self.zone, date, time).ok()?;
        // Nothing here began before there were computers, and nothing begins in a later year.
        ((1970..=self.there.year() + 1).contains(&date.year())).then_some(Moment { at, precision })
    }

    fn on(&self, date: NaiveDate, part: Option<&str>, clock: Option<&str>) -> Option<Moment> {
        if let Some(time) = clock.and_then(clock_of) {
            return self.moment(date, &time, Precision::Minute);
        }
        match part.and_then(part_of) {
            Some(time) => self.moment(date, time, Precision::Part),
            None => self.moment(date, "00:00", Precision::Day),
        }
    }

    fn ago(&self, n: u32, unit: &str) -> Option<Moment> {
        let today = self.today();
        let days = |n: u32| today.checked_sub_days(Days::new(u64::from(n)));
        let (date, precision) = match unit.get(..1)? {
            "m" if unit.starts_with("mi") => return self.earlier(Duration::minutes(n.into())),
            "h" | "u" => return self.earlier(Duration::hours(n.into())),
            "d" => (days(n)?, Precision::Day),
            "w" => (days(n * 7)?, Precision::Week),
            "m" => (today.checked_sub_months(Months::new(n))?, Precision::Month),
            _ => (
                today.checked_sub_months(Months::new(n * 12))?,
                Precision::Year,
            ),
        };
        self.moment(date, "00:00", precision)
    }

    /// So much earlier, without the seconds.
    fn earlier(&self, by: Duration) -> Option<Moment> {
        let at = self.now.checked_sub_signed(by)?;
        Some(Moment {
            at: at.with_second(0)?.with_nanosecond(0)?,
            precision: Precision::Minute,
        })
    }

    fn day_word(&self, word: &str, part: Option<&str>, clock: Option<&str>) -> Option<Moment> {
        let back = match word {
            w if w.contains("before yesterday") || w == "eergisteren" => 2,
            w if w.starts_with("yesterday") || w.starts_with("gister") || w == "last night" => 1,
            _ => 0,
        };
        let date = self.today().checked_sub_days(Days::new(back))?;
        let inner = word
            .strip_prefix("gister")
            .or_else(|| word.strip_prefix("van"))
            .or_else(|| word.strip_prefix("this "));
        let inner = match word {
            "last night" | "tonight" => Some("evening"),
            _ => inner,
        };
        self.on(date, part.or(inner), clock)
    }

    fn weekday(&self, day: &str, last: bool, week_before: bool) -> Option<NaiveDate> {
        let wanted = match day.get(..2)? {
            "mo" | "ma" => 0,
            "tu" | "di" => 1,
            "we" | "wo" => 2,
            "th" | "do" => 3,
            "fr" | "vr" => 4,
            "sa" | "za" => 5,
            _ => 6,
        };
        let today = self.today();
        let is = today.weekday().num_days_from_monday();
        let back = (7 + is - wanted) % 7;
        let back = match (back, last, week_before) {
            (_, _, true) => is + 7 - wanted,
            (0, true, _) => 7,
            (n, _, _) => n,
        };
        today.checked_sub_days(Days::new(u64::from(back)))
    }

    fn last(&self, unit: &str, this: bool) -> Option<Moment> {
        let today = self.today();
        let monday =
            today.checked_sub_days(Days::new(u64::from(today.weekday().num_days_from_monday())))?;
        let back = u32::from(!this);
        match unit {
            u if u.starts_with("week") && u.len() > 5 => {
                let saturday = monday.checked_sub_days(Days::new(2))?;
                self.moment(saturday, "00:00", Precision::Day)
            }
            "week" => {
                let from = monday.checked_sub_days(Days::new(u64::from(back) * 7))?;
                self.moment(from, "00:00", Precision::Week)
            }
            "month" | "maand" => {
                let from = today.with_day(1)?.checked_sub_months(Months::new(back))?;
                self.moment(from, "00:00", Precision::Month)
            }
            _ => {
                let from = NaiveDate::from_ymd_opt(today.year() - i32::try_from(back).ok()?, 1, 1)?;
                self.moment(from, "00:00", Precision::Year)
            }
        }
    }

    /// `20/11/2026`: the day first, as in Europe, where it can be.
    fn numbers(&self, d: &str, m: &str, y: &str) -> Option<NaiveDate> {
        let (d, m): (u32, u32) = (d.parse().ok()?, m.parse().ok()?);
        let year = year_of(y)?;
        let first = NaiveDate::from_ymd_opt(year, m, d);
        // Of two readings the one that is not past the message is meant.
        let told = |date: &NaiveDate| *date <= self.today();
        let other = NaiveDate::from_ymd_opt(year, d, m);
        first
            .filter(told)
            .or(other.filter(told))
            .or(first)
            .or(other)
    }

    fn named(&self, d: &str, month: &str, y: Option<&str>) -> Option<NaiveDate> {
        let m = month_of(month)?;
        let d = d.parse().ok()?;
        if let Some(y) = y {
            return NaiveDate::from_ymd_opt(year_of(y)?, m, d);
        }
        let year = self.there.year();
        let this = NaiveDate::from_ymd_opt(year, m, d)?;
        if this > self.today().succ_opt()? {
            return NaiveDate::from_ymd_opt(year - 1, m, d);
        }
        Some(this)
    }
}

/// The beginning of an instant's day in a zone.
pub(super) fn midnight(at: Instant, zone: Tz) -> Option<Instant> {
    resolve_local(zone, at.with_timezone(&zone).date_naive(), "00:00").ok()
}

fn year_of(y: &str) -> Option<i32> {
    let year: i32 = y.parse().ok()?;
    Some(if year < 100 { year + 2000 } else { year })
}

fn number_of(word: &str) -> Option<u32> {
    Some(match word {
        "a" | "an" | "one" | "een" | "één" => 1,
        "two" | "twee" => 2,
        w if w.contains("couple") => 2,
        "three" | "drie" => 3,
        w if w.contains("few")
            || w.contains("paar")
            || matches!(w, "several" | "enkele" | "some") =>
        {
            3
        }
        "four" | "vier" => 4,
        "five" | "vijf" => 5,
        "six" | "zes" => 6,
        "seven" | "zeven" => 7,
        "eight" | "acht" => 8,
        "nine" | "negen" => 9,
        "ten" | "tien" => 10,
        "twelve" | "twaalf" => 12,
        digits => digits.parse().ok()?,
    })
}

fn month_of(name: &str) -> Option<u32> {
    const STARTS: [&str; 12] = [
        "jan", "feb", "ma", "apr", "mei", "jun", "jul", "aug", "sep", "ok", "nov", "dec",
    ];
    let at = match name.get(..3)? {
        "may" => 4,
        "oct" => 9,
        "mrt" => 2,
        _ => STARTS.iter().position(|s| name.starts_with(s))?,
    };
    u32::try_from(at + 1).ok()
}

fn part_of(part: &str) -> Option<&'static str> {
    Some(match part.trim() {
        "morning" | "ochtend" | "morgen" => "06:00",
        "afternoon" | "middag" => "12:00",
        "evening" | "avond" | "night" => "18:00",
        "nacht" => "00:00",
        _ => return None,
    })
}

/// `HH:MM` of a clock time in any of the forms that are found.
fn clock_of(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    if text == "noon" {
        return Some("12:00".into());
    }
    let half = if text.contains('p') {
        12
    } else if text.contains('a') {
        0
    } else {
        24
    };
    let digits: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { c } else { ' ' })
        .collect();
    let mut numbers = digits.split_whitespace();
    let hour: u32 = numbers.next()?.parse().ok()?;
    let minute: u32 = numbers.next().map_or(Some(0), |m| m.parse().ok())?;
    let hour = match half {
        24 => hour,
        _ if (1..=12).contains(&hour) => hour % 12 + half,
        _ => hour,
    };
    (hour < 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}
