//! Calendar files in and out.

use std::io::Read as _;
use std::path::Path;

use serde_json::json;

use super::Done;
use super::args::Feed;
use super::office;
use crate::cli::exit::{Code, Fail};
use crate::cli::out::{self, Out};
use crate::cli::session::Session;
use crate::domain::Instant;
use crate::domain::absence::{Absence, Cover, Incoming, Known, Occurrence, Source, incoming};
use crate::domain::ics::{self, Entry, EntryTime, Reading};
use crate::domain::people::AgentId;
use crate::domain::text::{self, Untrusted};
use crate::domain::ticket::Due;
use crate::shell::plans::{self, new_absence_id};
use crate::store::Reader;

/// Larger files are no calendars.
const MOST: u64 = 50 * 1024 * 1024;

fn text_of(file: &str) -> Result<String, Fail> {
    let cannot = |e: std::io::Error| {
        let code = match e.kind() {
            std::io::ErrorKind::NotFound => Code::NotFound,
            _ => Code::Failure,
        };
        Fail::new(
            code,
            format!("{} cannot be read: {e}; correct its path", text::line(file)),
        )
    };
    let mut bytes = Vec::new();
    if file == "-" {
        std::io::stdin()
            .take(MOST)
            .read_to_end(&mut bytes)
            .map_err(cannot)?;
    } else {
        let opened = std::fs::File::open(file).map_err(cannot)?;
        opened.take(MOST).read_to_end(&mut bytes).map_err(cannot)?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What an import did.
#[derive(Default)]
struct Tally {
    new: usize,
    again: usize,
    cancelled: usize,
    free: usize,
    strange: usize,
    problems: usize,
}

impl Tally {
    fn add(&mut self, found: &Incoming) {
        self.new += found.new;
        self.again += found.same + found.put.len() - found.new;
        self.cancelled += found.gone.len();
        self.free += found.free;
        self.strange += found.strange;
        self.problems += found.problems.len();
    }
}

/// Brings absences in. What came before under the same name is replaced, its covers kept; what was called
/// off goes.
pub fn import(
    session: &Session,
    files: &[String],
    who: Option<&str>,
    covers: &[String],
    dry: bool,
    out: &mut Out,
) -> Done {
    // Whoever brings absences in before there is a desk begins one.
    drop(session.writer()?);
    let reader = session.reader()?;
    let known = plans::known(&session.config, &reader, &session.me)?;
    let who = who
        .map(|w| office::agent(session, &reader, w))
        .transpose()?;
    let covers: Vec<Cover> = covers
        .iter()
        .map(|c| office::cover(session, &reader, c))
        .collect::<Result<_, _>>()?;
    let mut all = reader.absences()?;
    drop(reader);
    let source = Source { who, covers };
    let mut tally = Tally::default();
    let (mut keep, mut gone) = (Vec::new(), Vec::new());
    for file in files {
        let reading = ics::read(&text_of(file)?, session.config.zone);
        if source.who.is_none() {
            strangers(file, &reading, &known);
        }
        let new = &mut new_absence_id;
        let found = incoming(
            &reading,
            &source,
            &all,
            (&[], false),
            &known,
            (session.now, new),
        );
        for (line, what) in &found.problems {
            let file = text::line(file);
            out::complain(&format!("{file}: line {line} of the calendar file: {what}"));
        }
        tally.add(&found);
        all.retain(|a| !found.put.iter().chain(&found.gone).any(|b| b.id == a.id));
        all.extend(found.put.iter().cloned());
        keep.extend(found.put);
        gone.extend(found.gone);
    }
    if !dry {
        let mut writer = session.writer()?;
        writer.put_planned(&keep, session.now)?;
        for absence in &gone {
            writer.drop_planned(&absence.id, session.now)?;
        }
    }
    if session.json {
        out.json(&json!({
            "dry_run": dry, "new": tally.new, "again": tally.again, "cancelled": tally.cancelled,
            "free": tally.free, "nobody": tally.strange, "problems": tally.problems,
        }))?;
    } else {
        out.row(&format!(
            "{} new, {} known before, {} called off, {} passed over",
            tally.new,
            tally.again,
            tally.cancelled,
            tally.free + tally.strange + tally.problems
        ))?;
    }
    Ok(match tally.problems + tally.strange {
        0 => Code::Ok,
        _ => Code::BadLines,
    })
}

/// Says of which events nobody knows whose they are.
fn strangers(file: &str, reading: &Reading, known: &Known) {
    let all = reading.events.iter().filter(|e| !e.free);
    for event in all.filter(|e| known.whose(e).is_none()) {
        out::complain(&format!(
            "{}: line {}: \"{}\" names nobody of the team; say whose it is with --for",
            text::line(file),
            event.line,
            event.summary.line()
        ));
    }
}

/// Writes a calendar.
pub fn export(
    session: &Session,
    what: Feed,
    who: Option<&str>,
    days: u16,
    output: Option<&Path>,
    out: &mut Out,
) -> Done {
    let reader = session.reader()?;
    let who = who
        .map(|w| office::agent(session, &reader, w))
        .transpose()?;
    let until = session.now + office::days(days);
    let (name, entries) = match what {
        Feed::Absences => ("Absences", absences(session, &reader, who.as_ref(), until)?),
        Feed::Cover => ("Cover", cover(session, &reader, who.as_ref(), until)?),
        Feed::Due => ("Due tickets", due(session, &reader, who.as_ref(), until)?),
    };
    let feed = ics::feed(&format!("Deskhand: {name}"), &entries, session.now);
    let Some(path) = output else {
        out.bytes(feed.as_bytes())?;
        return Ok(Code::Ok);
    };
    std::fs::write(path, &feed).map_err(|e| {
        Fail::new(
            Code::Failure,
            format!(
                "{} cannot be written: {e}; choose another place",
                path.display()
            ),
        )
    })?;
    if session.json {
        out.json(&json!({"events": entries.len(), "file": path.display().to_string()}))?;
    } else {
        out.row(&format!(
            "wrote {} events to {}",
            entries.len(),
            path.display()
        ))?;
    }
    Ok(Code::Ok)
}

fn time(absence: &Absence, from: Instant, to: Instant) -> EntryTime {
    match absence.whole_days(Occurrence { from, to }) {
        Some((first, after)) => EntryTime::Days(first, after),
        None => EntryTime::Between(from, to),
    }
}

fn absences(
    session: &Session,
    reader: &Reader,
    who: Option<&AgentId>,
    until: Instant,
) -> Result<Vec<Entry>, Fail> {
    let office = office::read(session, reader)?;
    let team = office.team(&session.config.calendar, (session.now, until));
    let of = |a: &&crate::domain::absence::Away<'_>| who.is_none_or(|w| a.absence.who == *w);
    Ok(team
        .away()
        .iter()
        .filter(of)
        .map(|a| Entry {
            uid: ics::stretch_uid(&a.absence.id, a.from),
            summary: Untrusted::new(format!("{}: {}", a.absence.who, a.absence.why.word())),
            description: Untrusted::default(),
            time: time(a.absence, a.from, a.to),
            agent: Some(a.absence.who.clone()),
            free: false,
        })
        .collect())
}

fn cover(
    session: &Session,
    reader: &Reader,
    who: Option<&AgentId>,
    until: Instant,
) -> Result<Vec<Entry>, Fail> {
    let office = office::read(session, reader)?;
    let team = office.team(&session.config.calendar, (session.now, until));
    let mut out = Vec::new();
    for a in team.away() {
        let covers = a.absence.covers.iter();
        for c in covers.filter(|c| who.is_none_or(|w| c.who == *w)) {
            out.push(Entry {
                uid: format!("{}-{}-{}@deskhand", a.absence.id, a.from.timestamp(), c.who),
                summary: Untrusted::new(format!("{} stands in for {}", c.who, a.absence.who)),
                description: Untrusted::default(),
                time: time(a.absence, a.from, a.to),
                agent: Some(c.who.clone()),
                free: true,
            });
        }
    }
    Ok(out)
}

fn due(
    session: &Session,
    reader: &Reader,
    who: Option<&AgentId>,
    until: Instant,
) -> Result<Vec<Entry>, Fail> {
    let who = who.unwrap_or(&session.me);
    let mut tickets = reader.tickets_of(who, until)?;
    tickets.retain(|t| session.sees(t));
    let entry = |t: &crate::domain::ticket::Ticket| match t.due {
        Due::Running { target, at } if at < until => Some(Entry {
            uid: format!("due-{}@deskhand", t.key),
            summary: Untrusted::new(format!("{} {}: {}", t.key, target.long(), t.subject.raw())),
            description: Untrusted::default(),
            time: EntryTime::Between(at - chrono::TimeDelta::minutes(15), at),
            agent: None,
            free: true,
        }),
        _ => None,
    };
    Ok(tickets.iter().filter_map(entry).collect())
}
