//! One absence as an object of a calendar server (RFC 4791, 4.1): new, or as the server has it with what is
//! ours changed and everything else left as it stands there.

use chrono::{NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

use super::event::read;
use super::feed::{put, utc, value};
use super::lines::{Line, unfold};
use super::value::moment;
use super::zone::Zones;
use super::zone_out::describe;
use crate::domain::Instant;
use crate::domain::absence::{Absence, Length, Rule, Times, Why};
use crate::domain::calendar::resolve_wall;
use crate::domain::people::AgentId;
use crate::domain::text;

/// The properties that say when.
const WHEN: &[&str] = &["DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RDATE"];
/// The properties of ours that say the rest.
const OURS: &[&str] = &["X-DESKHAND-AGENT", "X-DESKHAND-WHY", "X-DESKHAND-COVER"];

/// A piece of a calendar: a line, or a component with its pieces.
#[derive(Debug, Clone)]
enum Piece {
    Line(String),
    Part(String, Vec<Piece>),
}

/// Takes a calendar apart; what is not closed is closed by the end.
fn pieces(text: &str) -> Vec<Piece> {
    let mut open: Vec<(String, Vec<Piece>)> = vec![(String::new(), Vec::new())];
    for (_, line) in unfold(text) {
        let (name, rest) = line.split_once(':').unwrap_or((&line, ""));
        let word = rest.trim().to_ascii_uppercase();
        if name.eq_ignore_ascii_case("BEGIN") {
            open.push((word, Vec::new()));
        } else if name.eq_ignore_ascii_case("END") && open.len() > 1 {
            close(&mut open);
        } else if !line.trim().is_empty() {
            add(&mut open, Piece::Line(line));
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().map_or_else(Vec::new, |(_, all)| all)
}

fn add(open: &mut [(String, Vec<Piece>)], piece: Piece) {
    if let Some((_, all)) = open.last_mut() {
        all.push(piece);
    }
}

fn close(open: &mut Vec<(String, Vec<Piece>)>) {
    if let Some((name, all)) = open.pop() {
        add(open, Piece::Part(name, all));
    }
}

fn print(out: &mut String, all: &[Piece]) {
    for piece in all {
        match piece {
            Piece::Line(line) => put(out, line),
            Piece::Part(name, all) => {
                put(out, &format!("BEGIN:{name}"));
                print(out, all);
                put(out, &format!("END:{name}"));
            }
        }
    }
}

/// A line that stands directly in a component.
fn line(all: &[Piece], name: &str) -> Option<Line> {
    all.iter().find_map(|p| match p {
        Piece::Line(text) => Line::read(0, text).filter(|l| l.name == name),
        Piece::Part(..) => None,
    })
}

fn drop_lines(all: &mut Vec<Piece>, names: &[&str]) {
    all.retain(|p| match p {
        Piece::Line(text) => Line::read(0, text).is_none_or(|l| !names.contains(&l.name.as_str())),
        Piece::Part(..) => true,
    });
}

/// Puts lines where those of the same names were, or before what lies within the component.
fn set_lines(all: &mut Vec<Piece>, names: &[&str], lines: Vec<String>) {
    let is_one = |p: &Piece| match p {
        Piece::Line(text) => Line::read(0, text).is_some_and(|l| names.contains(&l.name.as_str())),
        Piece::Part(..) => false,
    };
    let there = all.iter().position(is_one);
    drop_lines(all, names);
    let end = || all.iter().position(|p| matches!(p, Piece::Part(..)));
    let at = there.or_else(end).unwrap_or(all.len()).min(all.len());
    all.splice(at..at, lines.into_iter().map(Piece::Line));
}

/// How moments of one absence are written.
struct Pen {
    zone: Tz,
    all_day: bool,
}

fn plain(at: NaiveDateTime) -> String {
    at.format("%Y%m%dT%H%M%S").to_string()
}

impl Pen {
    /// `;VALUE=DATE:20261201`, `:20261201T090000Z` or `;TZID=Europe/Amsterdam:20261201T090000`.
    fn moment(&self, at: NaiveDateTime, day: bool) -> String {
        match (day, self.zone) {
            (true, _) => format!(";VALUE=DATE:{}", at.format("%Y%m%d")),
            (false, Tz::UTC) => format!(":{}Z", plain(at)),
            (false, zone) => format!(";TZID={}:{}", zone.name(), plain(at)),
        }
    }

    /// Start and length.
    fn stretch(&self, start: NaiveDateTime, length: Length) -> Vec<String> {
        let day = self.all_day && length.seconds == 0 && start.time() == NaiveTime::MIN;
        let first = format!("DTSTART{}", self.moment(start, day));
        let end = if day {
            let days = u64::try_from(length.days).unwrap_or(1);
            let end = start
                .checked_add_days(chrono::Days::new(days))
                .unwrap_or(start);
            format!("DTEND{}", self.moment(end, true))
        } else {
            self.end(start, length)
                .unwrap_or_else(|| format!("DURATION:{}", duration(length)))
        };
        vec![first, end]
    }

    /// The end of exact seconds; none where its wall shows that time twice.
    fn end(&self, start: NaiveDateTime, length: Length) -> Option<String> {
        if length.days != 0 {
            return None;
        }
        let end = resolve_wall(self.zone, start) + chrono::TimeDelta::seconds(length.seconds);
        let there = end.with_timezone(&self.zone).naive_local();
        (resolve_wall(self.zone, there) == end)
            .then(|| format!("DTEND{}", self.moment(there, false)))
    }

    fn rule(&self, rule: &Rule) -> String {
        let until = rule.until().map(|until| match self.all_day {
            true => format!(";UNTIL={}", until.format("%Y%m%d")),
            false => format!(";UNTIL={}", utc(resolve_wall(self.zone, until))),
        });
        format!("RRULE:{}{}", rule.pattern(), until.unwrap_or_default())
    }
}

fn duration(length: Length) -> String {
    match length {
        Length { days, seconds: 0 } => format!("P{days}D"),
        Length { days: 0, seconds } => format!("PT{seconds}S"),
        Length { days, seconds } => format!("P{days}DT{seconds}S"),
    }
}

/// A turn that is otherwise: the line that names it, and when it is.
type Turn = (String, Vec<String>);

/// The lines that say when a series is, and its turns that are otherwise, both in a fixed order.
fn when(times: &Times) -> (Vec<String>, Vec<Turn>) {
    let pen = Pen {
        zone: times.zone,
        all_day: times.all_day,
    };
    let mut lines = pen.stretch(times.start, times.length);
    lines.extend(times.rules.iter().map(|r| pen.rule(r)));
    let gone = times.moved.iter().filter(|m| m.to.is_none()).map(|m| m.was);
    let mut except: Vec<NaiveDateTime> = times.except.iter().copied().chain(gone).collect();
    except.sort_unstable();
    except.dedup();
    let out = except
        .into_iter()
        .map(|at| format!("EXDATE{}", pen.moment(at, times.all_day)));
    lines.extend(out);
    let mut also: Vec<String> = times
        .also
        .iter()
        .map(|(at, length)| match (length, times.zone) {
            (None, _) => format!("RDATE{}", pen.moment(*at, times.all_day)),
            (Some(l), Tz::UTC) => format!("RDATE;VALUE=PERIOD:{}Z/{}", plain(*at), duration(*l)),
            (Some(l), zone) => {
                let (at, l) = (plain(*at), duration(*l));
                format!("RDATE;TZID={};VALUE=PERIOD:{at}/{l}", zone.name())
            }
        })
        .collect();
    also.sort_unstable();
    lines.extend(also);
    let named = |range: &str, was: NaiveDateTime| {
        format!("RECURRENCE-ID{range}{}", pen.moment(was, times.all_day))
    };
    let moved = times.moved.iter().filter_map(|m| {
        let (start, length) = m.to?;
        Some((named("", m.was), pen.stretch(start, length)))
    });
    let later = times.later.iter().map(|l| {
        let start = l.from + chrono::TimeDelta::seconds(l.shift);
        let range = named(";RANGE=THISANDFUTURE", l.from);
        (range, pen.stretch(start, l.length))
    });
    let mut turns: Vec<Turn> = moved.chain(later).collect();
    turns.sort_unstable();
    (lines, turns)
}

/// What it is called there: its own words, else who and why.
fn title(a: &Absence) -> String {
    match text::line(a.note.raw()).trim() {
        "" => untitled(&a.who, a.why),
        note => note.to_owned(),
    }
}

/// The title of an absence without words of its own.
pub fn untitled(who: &AgentId, why: Why) -> String {
    format!("{who}: {}", why.word())
}

fn ours(a: &Absence) -> Vec<String> {
    let mut out = vec![
        format!("X-DESKHAND-AGENT:{}", a.who),
        format!("X-DESKHAND-WHY:{}", a.why.word()),
    ];
    let covers = a
        .covers
        .iter()
        .map(|c| format!("X-DESKHAND-COVER:{}", value(&c.text())));
    out.extend(covers);
    out
}

/// Whether two absences say the same, however they say it.
pub fn same(a: &Absence, b: &Absence) -> bool {
    (ours(a), title(a)) == (ours(b), title(b)) && when(&a.times) == when(&b.times)
}

/// Whether an object holds one event that stands for one absence: only such a one can be written again.
pub fn is_simple(text: &str, zone: Tz) -> bool {
    is_single(text) && read(text, zone).events.len() == 1
}

/// Whether it holds one event, be it one that cannot be used.
pub fn is_single(text: &str) -> bool {
    let all = pieces(text);
    let Some(Piece::Part(_, calendar)) = all.iter().find(|p| is_part(p, "VCALENDAR")) else {
        return false;
    };
    let is_master = |p: &&Piece| matches!(p, Piece::Part(name, all) if name == "VEVENT" && line(all, "RECURRENCE-ID").is_none());
    calendar.iter().filter(is_master).count() == 1
}

fn is_part(piece: &Piece, wanted: &str) -> bool {
    matches!(piece, Piece::Part(name, _) if name == wanted)
}

/// The object of an absence as it is to be written: `before` is what the server has of it. Alarms, people,
/// zones and whatever else stands there stays; `zone` is that of times without one.
pub fn object(a: &Absence, before: Option<&str>, zone: Tz, now: Instant) -> String {
    let uid = a.uid.clone().unwrap_or_else(|| a.id.0.clone());
    let mut all = before.map_or_else(Vec::new, pieces);
    if !all.iter().any(|p| is_part(p, "VCALENDAR")) {
        let line = |text: &str| Piece::Line(text.to_owned());
        let new = vec![
            line("VERSION:2.0"),
            line("PRODID:-//Deskhand//Deskhand//EN"),
        ];
        all = vec![Piece::Part("VCALENDAR".into(), new)];
    }
    let known = before.and_then(|text| read(text, zone).events.into_iter().next());
    for piece in &mut all {
        let Piece::Part(name, calendar) = piece else {
            continue;
        };
        if name == "VCALENDAR" {
            let known = known.as_ref().map(|e| (&e.times, e.summary.raw()));
            rewrite(calendar, a, &uid, known, (zone, now));
        }
    }
    let mut out = String::new();
    print(&mut out, &all);
    out
}

fn rewrite(
    calendar: &mut Vec<Piece>,
    a: &Absence,
    uid: &str,
    known: Option<(&Times, &str)>,
    (zone, now): (Tz, Instant),
) {
    let new_times = known.is_none_or(|(times, _)| when(times) != when(&a.times));
    let (lines, turns) = when(&a.times);
    let is_master = |p: &Piece| matches!(p, Piece::Part(name, all) if name == "VEVENT" && line(all, "RECURRENCE-ID").is_none());
    if !calendar.iter().any(is_master) {
        let event = vec![
            Piece::Line(format!("UID:{uid}")),
            Piece::Line("TRANSP:OPAQUE".into()),
        ];
        calendar.push(Piece::Part("VEVENT".into(), event));
    }
    for piece in calendar.iter_mut().filter(|p| is_master(p)) {
        let Piece::Part(_, event) = piece else {
            continue;
        };
        let sequence = line(event, "SEQUENCE").and_then(|l| l.value.parse::<u64>().ok());
        set_lines(event, &["DTSTAMP"], vec![format!("DTSTAMP:{}", utc(now))]);
        set_lines(
            event,
            &["LAST-MODIFIED"],
            vec![format!("LAST-MODIFIED:{}", utc(now))],
        );
        if new_times {
            let next = sequence.map_or(0, |n| n.saturating_add(1));
            set_lines(event, &["SEQUENCE"], vec![format!("SEQUENCE:{next}")]);
            set_lines(event, WHEN, lines.clone());
        }
        if known.is_none_or(|(_, summary)| *text::line(summary).trim() != title(a)) {
            set_lines(
                event,
                &["SUMMARY"],
                vec![format!("SUMMARY:{}", value(&title(a)))],
            );
        }
        set_lines(event, OURS, ours(a));
    }
    if !new_times {
        return;
    }
    let zones = zones_of(calendar, zone);
    let first = known.map_or(a.times.start, |(times, _)| times.start);
    let mut left = turns;
    calendar.retain_mut(|piece| match piece {
        Piece::Part(name, event) if name == "VEVENT" => {
            let Some(id) = line(event, "RECURRENCE-ID") else {
                return true;
            };
            let range = match id.param("RANGE") {
                Some(_) => ";RANGE=THISANDFUTURE",
                None => "",
            };
            let was = moment(&id, &id.value, &zones).map(|m| m.on(a.times.zone, first.time()));
            let pen = Pen {
                zone: a.times.zone,
                all_day: a.times.all_day,
            };
            let named =
                was.map(|was| format!("RECURRENCE-ID{range}{}", pen.moment(was, a.times.all_day)));
            let at = left.iter().position(|(name, _)| Ok(name) == named.as_ref());
            let Some(at) = at else { return false };
            let (name, lines) = left.remove(at);
            set_lines(event, &["RECURRENCE-ID"], vec![name]);
            set_lines(event, WHEN, lines);
            if line(event, "STATUS").is_some_and(|l| l.value.eq_ignore_ascii_case("CANCELLED")) {
                drop_lines(event, &["STATUS"]);
            }
            true
        }
        _ => true,
    });
    for (name, lines) in left {
        let head = [format!("UID:{uid}"), format!("DTSTAMP:{}", utc(now)), name];
        let title = [format!("SUMMARY:{}", value(&title(a)))];
        let event = head.into_iter().chain(lines).chain(title).map(Piece::Line);
        calendar.push(Piece::Part("VEVENT".into(), event.collect()));
    }
    describe_zone(calendar, &a.times);
}

/// The zones that the object describes.
fn zones_of(calendar: &[Piece], zone: Tz) -> Zones {
    let mut zones = Zones::new(zone);
    for piece in calendar.iter().filter(|p| is_part(p, "VTIMEZONE")) {
        let mut text = String::new();
        if let Piece::Part(_, all) = piece {
            print(&mut text, all);
        }
        let lines: Vec<Line> = unfold(&text)
            .iter()
            .filter_map(|(n, l)| Line::read(*n, l))
            .collect();
        zones.add(&lines);
    }
    zones
}

/// A zone that is named has to be described (RFC 5545, 3.2.19).
fn describe_zone(calendar: &mut Vec<Piece>, times: &Times) {
    let id = times.zone.name();
    let mut text = String::new();
    print(&mut text, calendar);
    let is_named = unfold(&text)
        .iter()
        .any(|(_, l)| l.contains(&format!(";TZID={id}")));
    let is_it = |p: &Piece| matches!(p, Piece::Part(name, all) if name == "VTIMEZONE" && line(all, "TZID").is_some_and(|l| l.value == id));
    if !is_named || calendar.iter().any(is_it) {
        return;
    }
    let zone = describe(times.zone, times.start).join("\r\n");
    let at = calendar.iter().position(|p| matches!(p, Piece::Part(..)));
    let at = at.unwrap_or(calendar.len());
    calendar.splice(at..at, pieces(&zone));
}
