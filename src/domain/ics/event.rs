//! Events: what calendars of any make tell, as times and recurrences of ours.

use std::collections::BTreeMap;

use chrono::{NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

use super::lines::{Line, plain, unfold};
use super::turn::Turn;
use super::value::{Moment, date_or_time, duration, moment, moments};
use super::zone::Zones;
use crate::domain::absence::{Cover, Length, Rule, Times, Why};
use crate::domain::people::{Agent, AgentId};
use crate::domain::text::{self, Untrusted};

/// Something that was passed over, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the calendar file: {what}")]
pub struct Problem {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub what: String,
}

/// An event of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The line on which it begins.
    pub line: usize,
    /// Its name in its calendar; the same in every version of it.
    pub uid: String,
    /// What it is called.
    pub summary: Untrusted,
    /// Its categories, as they stand there.
    pub categories: Vec<String>,
    /// Mail addresses and names of its organiser and of those who take part.
    pub people: Vec<(String, String)>,
    /// The agent that a feed of ours names.
    pub agent: Option<AgentId>,
    /// Who stands in, where a calendar of ours says so.
    pub covers: Vec<Cover>,
    /// Why, where a calendar of ours says so.
    pub said_why: Option<Why>,
    /// Whoever's it is can be reached all the same: shown as free.
    pub free: bool,
    /// When.
    pub times: Times,
}

/// What a file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The events that can be used, in the order of the file.
    pub events: Vec<Event>,
    /// Events that were called off, by their names.
    pub cancelled: Vec<String>,
    /// Turns of series that are not in the file. One that is elsewhere is also an event by itself, for
    /// whoever does not know its series.
    pub turns: Vec<Turn>,
    /// What cannot be used, in the order of the file.
    pub problems: Vec<Problem>,
}

/// The lines of one event.
pub(super) struct Raw {
    pub begun: usize,
    lines: Vec<Line>,
}

impl Raw {
    pub fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|l| l.name == name)
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Line> {
        self.lines.iter().filter(move |l| l.name == name)
    }

    fn says(&self, name: &str, word: &str) -> bool {
        self.line(name)
            .is_some_and(|l| l.value.eq_ignore_ascii_case(word))
    }

    fn sequence(&self) -> u64 {
        self.line("SEQUENCE")
            .and_then(|l| l.value.parse().ok())
            .unwrap_or(0)
    }

    /// Its name; files exist in which events have none.
    pub fn uid(&self) -> String {
        match self.line("UID") {
            Some(l) if !l.value.is_empty() => l.value.clone(),
            _ => {
                let value = |name| self.line(name).map_or("", |l| l.value.as_str());
                format!("{}-{}", value("DTSTART"), value("SUMMARY"))
            }
        }
    }
}

/// The components of a file that matter here.
#[derive(Default)]
struct Parts {
    events: Vec<Raw>,
    zones: Vec<Vec<Line>>,
    called_off: bool,
    is_calendar: bool,
    problems: Vec<Problem>,
}

/// What is being read.
enum Open {
    Nothing,
    Event(Raw, usize),
    Zone(Vec<Line>),
}

impl Parts {
    fn read(text: &str) -> Self {
        let mut parts = Self::default();
        let mut open = Open::Nothing;
        for (number, content) in unfold(text) {
            if content.trim().is_empty() {
                continue;
            }
            match Line::read(number, &content) {
                Some(line) => open = parts.take(open, line),
                None => parts.wrong(
                    number,
                    "there is no colon in it; a line reads NAME:VALUE, and one that goes on begins with a blank",
                ),
            }
        }
        if let Open::Event(raw, _) = open {
            parts.wrong(
                raw.begun,
                "the event has no END:VEVENT; the file is cut off",
            );
        }
        if !parts.is_calendar {
            parts.wrong(1, "there is no BEGIN:VCALENDAR; choose an .ics file");
        }
        parts
    }

    fn wrong(&mut self, line: usize, what: &str) {
        self.problems.push(Problem {
            line,
            what: what.into(),
        });
    }

    fn take(&mut self, open: Open, line: Line) -> Open {
        let word = line.value.to_ascii_uppercase();
        match (open, line.name.as_str(), word.as_str()) {
            (Open::Event(raw, _), "BEGIN", "VEVENT") => {
                self.wrong(raw.begun, "the event has no END:VEVENT; add it");
                Open::Event(begun(&line), 0)
            }
            (_, "BEGIN", "VEVENT") => Open::Event(begun(&line), 0),
            (Open::Event(raw, 0), "END", "VEVENT") => {
                self.events.push(raw);
                Open::Nothing
            }
            // Alarms lie within an event and have properties of their own.
            (Open::Event(raw, depth), "BEGIN", _) => Open::Event(raw, depth + 1),
            (Open::Event(raw, depth), "END", _) => Open::Event(raw, depth.saturating_sub(1)),
            (Open::Event(mut raw, 0), ..) => {
                raw.lines.push(line);
                Open::Event(raw, 0)
            }
            (Open::Zone(lines), "END", "VTIMEZONE") => {
                self.zones.push(lines);
                Open::Nothing
            }
            (Open::Zone(mut lines), ..) => {
                lines.push(line);
                Open::Zone(lines)
            }
            (_, "BEGIN", "VTIMEZONE") => Open::Zone(Vec::new()),
            (open, "BEGIN", "VCALENDAR") => {
                self.is_calendar = true;
                open
            }
            (open, "METHOD", "CANCEL") => {
                self.called_off = true;
                open
            }
            (Open::Nothing, "END", "VEVENT") => {
                self.wrong(line.number, "END:VEVENT without its BEGIN:VEVENT; add it");
                Open::Nothing
            }
            (open, ..) => open,
        }
    }
}

const fn begun(line: &Line) -> Raw {
    Raw {
        begun: line.number,
        lines: Vec::new(),
    }
}

/// Reads a calendar file. Times without a zone are read in `zone`.
pub fn read(text: &str, zone: Tz) -> Reading {
    let parts = Parts::read(text);
    let mut zones = Zones::new(zone);
    for lines in &parts.zones {
        zones.add(lines);
    }
    let mut reading = Reading {
        problems: parts.problems,
        ..Reading::default()
    };
    let (turns, masters): (Vec<Raw>, Vec<Raw>) = parts
        .events
        .into_iter()
        .partition(|raw| raw.line("RECURRENCE-ID").is_some());
    for master in newest(masters) {
        if parts.called_off || master.says("STATUS", "CANCELLED") {
            reading.cancelled.push(master.uid());
            continue;
        }
        match event(&master, &zones) {
            Ok(event) => reading.events.push(event),
            Err(problem) => reading.problems.push(problem),
        }
    }
    for raw in &turns {
        let gone = parts.called_off || raw.says("STATUS", "CANCELLED");
        if let Err(problem) = turn(raw, gone, &mut reading, &zones) {
            reading.problems.push(problem);
        }
    }
    reading.problems.sort_by_key(|p| p.line);
    reading.events.sort_by_key(|e| e.line);
    reading
}

/// Takes in a turn that is otherwise than its series has it.
fn turn(raw: &Raw, gone: bool, reading: &mut Reading, zones: &Zones) -> Result<(), Problem> {
    let Some(turn) = Turn::read(raw, gone, zones)? else {
        return Ok(());
    };
    if let Some(series) = reading.events.iter_mut().find(|e| e.uid == turn.uid) {
        return turn.put_into(&mut series.times);
    }
    match gone {
        true => reading.cancelled.push(turn.own.clone()),
        false => reading.events.push(Event {
            uid: turn.own.clone(),
            ..event(raw, zones)?
        }),
    }
    reading.turns.push(turn);
    Ok(())
}

/// Of several versions of an event the latest.
fn newest(masters: Vec<Raw>) -> Vec<Raw> {
    let mut by_uid: BTreeMap<String, Raw> = BTreeMap::new();
    for raw in masters {
        match by_uid.get(&raw.uid()) {
            Some(known) if known.sequence() > raw.sequence() => {}
            _ => {
                by_uid.insert(raw.uid(), raw);
            }
        }
    }
    let mut all: Vec<Raw> = by_uid.into_values().collect();
    all.sort_by_key(|raw| raw.begun);
    all
}

pub(super) fn at(line: &Line) -> impl Fn(String) -> Problem {
    let line = line.number;
    move |what| Problem { line, what }
}

/// The first start and the length.
pub(super) fn start_and_length(raw: &Raw, zones: &Zones) -> Result<(Moment, Length), Problem> {
    let line = raw.line("DTSTART").ok_or_else(|| Problem {
        line: raw.begun,
        what: "the event has no DTSTART; give it one".into(),
    })?;
    let start = moment(line, &line.value, zones).map_err(at(line))?;
    let (length, from) = match (raw.line("DTEND"), raw.line("DURATION"), start) {
        (Some(end), ..) => {
            let wrong = at(end);
            let to = moment(end, &end.value, zones).map_err(&wrong)?;
            (between(start, to).map_err(wrong)?, end)
        }
        (None, Some(l), _) => {
            let length = duration(&l.value).ok_or_else(|| {
                at(l)(format!(
                    "\"{}\" is no duration; write it as in P2D or PT4H",
                    text::line(&l.value)
                ))
            })?;
            (length, l)
        }
        (None, None, Moment::Day(_)) => (Length::days(1), line),
        (None, None, Moment::Wall(..)) => (Length::default(), line),
    };
    if !length.is_sane() {
        return Err(at(from)(
            "the event ends before it begins, lasts no time or over ten years; correct its end"
                .into(),
        ));
    }
    Ok((start, length))
}

fn between(from: Moment, to: Moment) -> Result<Length, String> {
    match (from, to) {
        // Files exist whose DTEND is the day itself.
        (Moment::Day(a), Moment::Day(b)) if a == b => Ok(Length::days(1)),
        (Moment::Day(a), Moment::Day(b)) => Ok(Length::days((b - a).num_days())),
        (Moment::Wall(_, zone), Moment::Wall(..)) => Ok(Length {
            days: 0,
            seconds: (to.instant(zone) - from.instant(zone)).num_seconds(),
        }),
        _ => Err(
            "one of DTSTART and DTEND has a time and the other has none; write both alike".into(),
        ),
    }
}

fn event(raw: &Raw, zones: &Zones) -> Result<Event, Problem> {
    let (start, length) = start_and_length(raw, zones)?;
    let zone = match start {
        Moment::Day(_) => zones.floating(),
        Moment::Wall(_, zone) => zone,
    };
    let mut times = Times::once(start.start(), length, zone);
    times.all_day = matches!(start, Moment::Day(_));
    if let Some(days) = whole_days(raw, &times) {
        times.length = Length::days(days);
        times.all_day = true;
    }
    let like = times.start.time();
    for l in raw.all("RRULE") {
        let rule = rule(&l.value, times.start, zone).map_err(at(l))?;
        times.rules.push(rule);
    }
    // Taking no notice of it would mean more days away than there are.
    if let Some(l) = raw.line("EXRULE") {
        return Err(at(l)(
            "EXRULE is not understood, and no calendar of today writes it; give the days that fall out as EXDATE"
                .into(),
        ));
    }
    for l in raw.all("EXDATE") {
        let found = moments(l, zones).map_err(at(l))?;
        let on = found.into_iter().map(|(m, _)| m.on(zone, like));
        times.except.extend(on);
    }
    for l in raw.all("RDATE") {
        for (m, length) in moments(l, zones).map_err(at(l))? {
            times.also.push((m.on(zone, like), length));
        }
    }
    Ok(Event {
        line: raw.begun,
        uid: raw.uid(),
        summary: Untrusted::new(
            raw.line("SUMMARY")
                .map_or(String::new(), |l| plain(&l.value)),
        ),
        categories: raw
            .all("CATEGORIES")
            .flat_map(|l| l.value.split(',').map(plain))
            .collect(),
        people: raw
            .all("ORGANIZER")
            .chain(raw.all("ATTENDEE"))
            .map(person)
            .collect(),
        agent: raw
            .line("X-DESKHAND-AGENT")
            .and_then(|l| AgentId::parse(&l.value).ok()),
        covers: covers(raw)?,
        said_why: raw.line("X-DESKHAND-WHY").and_then(|l| Why::of(&l.value)),
        free: raw.says("X-MICROSOFT-CDO-BUSYSTATUS", "FREE"),
        times,
    })
}

/// The covers that a calendar of ours names, the preferred one first.
fn covers(raw: &Raw) -> Result<Vec<Cover>, Problem> {
    let read = |l: &Line| {
        Cover::read(&plain(&l.value))
            .map_err(|why| at(l)(format!("the cover \"{}\": {why}", text::line(&l.value))))
    };
    raw.all("X-DESKHAND-COVER").map(read).collect()
}

/// Exchange writes whole days from midnight to midnight and says so beside.
fn whole_days(raw: &Raw, times: &Times) -> Option<i64> {
    let said = raw.says("X-MICROSOFT-CDO-ALLDAYEVENT", "TRUE");
    if !said || times.all_day || times.start.time() != NaiveTime::MIN {
        return None;
    }
    // A day of a clock change has 23 or 25 hours.
    let days = (times.length.seconds + 12 * 3600).div_euclid(86_400);
    (days > 0).then_some(days)
}

fn person(l: &Line) -> (String, String) {
    let value = l.value.to_lowercase();
    let mail = value.strip_prefix("mailto:").unwrap_or(&value).to_owned();
    (mail, l.param("CN").unwrap_or_default().to_owned())
}

/// A rule without its end, and the end.
pub(super) fn without_until(text: &str) -> (String, Option<String>) {
    let mut until = None;
    let kept: Vec<&str> = text
        .split(';')
        .map(str::trim)
        .filter(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            if name.eq_ignore_ascii_case("UNTIL") {
                until = Some(value.to_owned());
                return false;
            }
            !part.is_empty() && !name.to_ascii_uppercase().starts_with("X-")
        })
        .collect();
    (kept.join(";"), until)
}

/// Reads a rule with its end, for something that first starts at a time on the wall of a zone.
///
/// # Errors
/// A sentence that says what is not understood.
pub fn rule(typed: &str, start: NaiveDateTime, zone: Tz) -> Result<Rule, String> {
    let (rule, until) = without_until(typed);
    let until = match until {
        None => None,
        Some(text) => Some(last_start(&text, zone).ok_or_else(|| {
            format!(
                "UNTIL \"{}\" is no date; write YYYYMMDD or YYYYMMDDTHHMMSSZ",
                text::line(&text)
            )
        })?),
    };
    Rule::new(&rule, until, start)
}

/// The end of a rule on the wall: a date means all of that day.
fn last_start(until: &str, zone: Tz) -> Option<NaiveDateTime> {
    let (date, time) = date_or_time(until)?;
    Some(match time {
        None => date.and_hms_opt(23, 59, 59)?,
        Some((time, true)) => Moment::Wall(date.and_time(time), Tz::UTC).on(zone, time),
        Some((time, false)) => date.and_time(time),
    })
}

impl Event {
    /// Why somebody is away: as a calendar of ours says, else as far as the words tell.
    pub fn why(&self) -> Why {
        if let Some(why) = self.said_why {
            return why;
        }
        let mut words = self.summary.raw().to_lowercase();
        for c in &self.categories {
            words.push(' ');
            words.push_str(&c.to_lowercase());
        }
        let has = |list: &[&str]| list.iter().any(|w| words.contains(w));
        if has(&["sick", "ill ", "ziek", "krank", "malad"]) {
            Why::Sick
        } else if has(&["training", "course", "conference", "cursus", "congres"]) {
            Why::Training
        } else if has(&["part-time", "parttime", "part time", "day off", "vrije dag"]) {
            Why::PartTime
        } else {
            Why::Leave
        }
    }
}

/// Whose absence an event is: the agent that it names itself, else the one whose handle or name its title
/// begins with, else the only one of ours among its people.
pub fn whose(event: &Event, known: &[Agent]) -> Option<AgentId> {
    if let Some(agent) = &event.agent {
        return Some(agent.clone());
    }
    let title = event.summary.raw().to_lowercase();
    let begins = |name: &str| {
        let name = name.to_lowercase();
        let rest = title.strip_prefix(name.as_str());
        !name.is_empty() && rest.is_some_and(|r| !r.starts_with(char::is_alphanumeric))
    };
    if let Some(a) = known
        .iter()
        .find(|a| begins(a.id.as_str()) || begins(a.name.raw()))
    {
        return Some(a.id.clone());
    }
    let is_one = |a: &&Agent| {
        event.people.iter().any(|(mail, name)| {
            let local = mail.split('@').next().unwrap_or_default();
            mail == a.id.as_str()
                || local == a.id.as_str()
                || (!name.is_empty() && name.eq_ignore_ascii_case(a.name.raw()))
        })
    };
    let mut ours = known.iter().filter(is_one);
    match (ours.next(), ours.next()) {
        (Some(one), None) => Some(one.id.clone()),
        _ => None,
    }
}
