//! Absences as people type them: who, who stands in for what, at which hours, how often.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::{Cover, Duty, Office, Person, Rule, next_turn};
use crate::domain::Instant;
use crate::domain::calendar::resolve_wall;
use crate::domain::ics;
use crate::domain::people::{Agent, AgentId, known_agent};
use crate::domain::text::{self, Untrusted};

/// Who can be meant by a name.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Whom the desk knows.
    pub agents: &'a [Agent],
    /// Whom the settings name.
    pub people: &'a [Person],
    /// Who types.
    pub me: &'a AgentId,
}

/// Whom somebody means by a name.
///
/// # Errors
/// A sentence that says who is known.
pub fn agent(typed: &str, known: Known<'_>) -> Result<AgentId, String> {
    let typed = typed.trim();
    if typed == "me" {
        return Ok(known.me.clone());
    }
    let mut all = known.agents.to_vec();
    for person in known.people {
        if !all.iter().any(|a| a.id == person.id) {
            all.push(Agent {
                id: person.id.clone(),
                name: Untrusted::new(person.id.as_str()),
                tenants: Vec::new(),
            });
        }
    }
    known_agent(typed, &all, known.me)
}

/// Reads `ben` or `ben:tenant=umc+sra,label=vpn`.
///
/// # Errors
/// A sentence that says what is not understood.
pub fn cover(typed: &str, known: Known<'_>) -> Result<Cover, String> {
    let (who, parts) = typed.split_once(':').unwrap_or((typed, ""));
    Cover::read(&format!("{}:{parts}", agent(who, known)?))
}

/// Reads several of them, blanks between, the preferred one first.
///
/// # Errors
/// As [`cover`].
pub fn covers(typed: &str, known: Known<'_>) -> Result<Vec<Cover>, String> {
    typed.split_whitespace().map(|c| cover(c, known)).collect()
}

/// Reads `1a2b3c4d`, `1a2b3c4d@2026-12-04`, `2026-12-04` or `2026-12-04T13:00..2026-12-04T17:00`: one turn of
/// standing in, or a stretch of one's own time.
///
/// # Errors
/// A sentence that says what is not understood, or that there is no such turn.
pub fn duty(typed: &str, office: &Office, (zone, now): (Tz, Instant)) -> Result<Duty, String> {
    let whole = |typed: &str| {
        let day = NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok()?;
        let next = day.succ_opt()?;
        let at = |day: NaiveDate| resolve_wall(zone, day.and_time(NaiveTime::MIN));
        Some((at(day), at(next)))
    };
    let moment = |typed: &str| {
        let at = NaiveDateTime::parse_from_str(typed, "%Y-%m-%dT%H:%M").ok();
        at.map(|at| resolve_wall(zone, at))
    };
    let not_understood = || {
        format!(
            "\"{}\" is not understood; write an absence's number, a day as in 2026-12-04, or 2026-12-04T13:00..2026-12-04T17:00",
            text::line(typed)
        )
    };
    if let Some((from, to)) = typed.split_once("..") {
        let from = moment(from).or_else(|| Some(whole(from)?.0));
        let to = moment(to).or_else(|| Some(whole(to)?.1));
        let (Some(from), Some(to)) = (from, to) else {
            return Err(not_understood());
        };
        return Ok(Duty::Stretch { from, to });
    }
    if let Some((from, to)) = whole(typed) {
        return Ok(Duty::Stretch { from, to });
    }
    let (id, day) = match typed.split_once('@') {
        Some((id, day)) => (id, Some(whole(day).ok_or_else(not_understood)?)),
        None => (typed, None),
    };
    let mut fits = office.absences.iter().filter(|a| a.id.0.starts_with(id));
    let (Some(absence), None) = (fits.next(), fits.next()) else {
        return Err(not_understood());
    };
    let turn = match day {
        None => next_turn(absence, now),
        Some((from, to)) => absence.away(from, to).first().copied(),
    };
    let turn = turn.ok_or_else(|| format!("{} has no turn then; name another day", absence.id))?;
    Ok(Duty::Cover {
        absence: absence.id.clone(),
        from: turn.from,
    })
}

impl std::fmt::Display for Cover {
    /// As it is typed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", text::line(&self.text()))
    }
}

/// Reads `13:00-17:30`; nothing means whole days.
///
/// # Errors
/// A sentence that says how hours are written.
pub fn hours(typed: &str) -> Result<Option<(NaiveTime, NaiveTime)>, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let wrong = || format!("\"{}\" are no hours; write 13:00-17:30", text::line(typed));
    let (from, to) = typed.split_once(['-', '–']).ok_or_else(wrong)?;
    let time = |t: &str| {
        let t = t.trim();
        let hour = || NaiveTime::from_hms_opt(t.parse().ok()?, 0, 0);
        NaiveTime::parse_from_str(t, "%H:%M").ok().or_else(hour)
    };
    match (time(from), time(to)) {
        (Some(from), Some(to)) => Ok(Some((from, to))),
        _ => Err(wrong()),
    }
}

const WEEKDAYS: [(&str, &str, chrono::Weekday); 7] = [
    ("mon", "MO", chrono::Weekday::Mon),
    ("tue", "TU", chrono::Weekday::Tue),
    ("wed", "WE", chrono::Weekday::Wed),
    ("thu", "TH", chrono::Weekday::Thu),
    ("fri", "FR", chrono::Weekday::Fri),
    ("sat", "SA", chrono::Weekday::Sat),
    ("sun", "SU", chrono::Weekday::Sun),
];

/// Reads `every friday`, `every 2 weeks until 2027-03-01`, `weekly`, or a rule of RFC 5545, for something that
/// first starts at a time on the wall of a zone; nothing means once.
///
/// # Errors
/// A sentence that says what is not understood, or that it begins on another weekday.
pub fn every(typed: &str, (start, zone): (NaiveDateTime, Tz)) -> Result<Option<Rule>, String> {
    let low = typed.trim().to_lowercase();
    if low.contains("until=") {
        return ics::rule(&low, start, zone).map(Some);
    }
    let (text, until) = match low.split_once("until") {
        Some((text, day)) => (text.trim(), Some(last_day(day.trim())?)),
        None => (low.as_str(), None),
    };
    let text = text.strip_prefix("every").unwrap_or(text).trim();
    if text.is_empty() {
        return match low.is_empty() {
            true => Ok(None),
            false => Err(EVERY.into()),
        };
    }
    let rule = match text {
        "day" | "daily" => "FREQ=DAILY".to_owned(),
        "week" | "weekly" => "FREQ=WEEKLY".to_owned(),
        "month" | "monthly" => "FREQ=MONTHLY".to_owned(),
        "year" | "yearly" => "FREQ=YEARLY".to_owned(),
        text if text.contains('=') => text.to_owned(),
        text => by_words(text, start)?,
    };
    Rule::new(&rule, until, start).map(Some)
}

const EVERY: &str = "how often is not understood; write every friday, every 2 weeks, monthly until 2027-03-01, or a rule such as FREQ=WEEKLY;BYDAY=FR";

fn by_words(text: &str, start: NaiveDateTime) -> Result<String, String> {
    if let Some((n, unit)) = text.split_once(' ')
        && let Ok(n) = n.parse::<u16>()
    {
        let freq = match unit.trim().trim_end_matches('s') {
            "day" => "DAILY",
            "week" => "WEEKLY",
            "month" => "MONTHLY",
            "year" => "YEARLY",
            _ => return Err(EVERY.into()),
        };
        return Ok(format!("FREQ={freq};INTERVAL={}", n.max(1)));
    }
    let words = text
        .split([' ', ','])
        .filter(|w| !w.is_empty() && *w != "and");
    let days: Vec<_> = words
        .map(|w| {
            let known = |d: &&(&str, &str, chrono::Weekday)| w.len() >= 3 && w.starts_with(d.0);
            WEEKDAYS.iter().find(known).ok_or_else(|| EVERY.to_owned())
        })
        .collect::<Result<_, _>>()?;
    if !days.iter().any(|d| d.2 == start.weekday()) {
        return Err(format!(
            "it begins on a {} and recurs on others; begin on one of those that recur",
            start.format("%A")
        ));
    }
    let codes: Vec<&str> = days.iter().map(|d| d.1).collect();
    Ok(format!("FREQ=WEEKLY;BYDAY={}", codes.join(",")))
}

/// The last moment of a day.
fn last_day(typed: &str) -> Result<NaiveDateTime, String> {
    let day = NaiveDate::parse_from_str(typed, "%Y-%m-%d").map_err(|_| {
        format!(
            "\"{}\" is no day; write the last one as in 2027-03-01",
            text::line(typed)
        )
    })?;
    Ok(day.and_time(NaiveTime::MIN) + TimeDelta::seconds(86_399))
}
