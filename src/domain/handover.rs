//! The hand-over note: what the cover has to know, each ticket once. Same input, same text.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::Instant;
use super::absence::{Because, Fate, Handed, Preview, Return, Row};
use super::people::AgentId;
use super::sla::Target;
use super::text::Untrusted;
use super::ticket::{Due, Status, Ticket, TicketId, TicketKey, Turn};

/// From this many changes of hands on a ticket is at risk: four miss four of five promises.
const MANY_HANDS: u32 = 3;
/// Less working time than this, in seconds, is little when somebody comes back to a ticket.
const LITTLE: i64 = 2 * 3600;

/// A ticket with what only the store knows of it.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// The ticket.
    pub ticket: &'a Ticket,
    /// A reply to the requester was begun and not sent.
    pub reply_begun: bool,
    /// A note was begun and not kept.
    pub note_begun: bool,
}

/// What the note is about.
#[derive(Debug, Clone, Copy)]
pub struct Interval {
    /// What was touched from then on is in it.
    pub since: Instant,
    /// The first instant away.
    pub from: Instant,
    /// The first instant back.
    pub to: Instant,
}

/// Where a ticket stands in the note: the first part that fits has it, and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// It needs somebody, and nobody can take it.
    Gap,
    /// It is late when the absence begins, or falls due meanwhile.
    Due,
    /// Somebody was promised to hear of it meanwhile.
    Promised,
    /// The requester waits for us.
    Ours,
    /// We wait for the requester or a third party.
    Theirs,
    /// Touched lately, or handed over because it is open.
    Open,
    /// Done lately.
    Done,
}

impl Part {
    /// All with their headings, in the order of the note.
    pub const ALL: &[(Self, &str)] = &[
        (Self::Gap, "Nobody can take these"),
        (Self::Due, "Falls due"),
        (Self::Promised, "Promised"),
        (Self::Ours, "The requester waits for us"),
        (Self::Theirs, "We wait for somebody"),
        (Self::Open, "Also open"),
        (Self::Done, "Done lately"),
    ];
}

/// One ticket of the note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Which.
    pub ticket: TicketId,
    /// Its number.
    pub key: TicketKey,
    /// What it is about.
    pub subject: Untrusted,
    /// Who asked.
    pub requester: Option<Untrusted>,
    /// Where it stands in the note.
    pub part: Part,
    /// Who takes it over; none: it stays.
    pub to: Option<AgentId>,
    /// What has to be known of it, in words that can be printed.
    pub facts: Vec<String>,
}

/// The note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Who is away.
    pub who: AgentId,
    /// First instant away.
    pub from: Instant,
    /// First instant back.
    pub to: Instant,
    /// By part, and within one by what is due first.
    pub entries: Vec<Entry>,
}

fn time(at: Instant, zone: Tz) -> String {
    at.with_timezone(&zone)
        .format("%a %-d %b %H:%M")
        .to_string()
}

/// Where a ticket belongs; none: the note does not need it.
fn part(t: &Ticket, row: Option<&Row>, span: &Interval) -> Option<Part> {
    let within = |at: Instant| at < span.to;
    let moves = row.is_some_and(|r| r.fate != Fate::Stays);
    if row.is_some_and(|r| r.fate == Fate::Gap) {
        return Some(Part::Gap);
    }
    let touched = t.updated >= span.since && within(t.updated);
    if !t.status.is_live() {
        return touched.then_some(Part::Done);
    }
    match t.due {
        Due::Running { target, at } if within(at) => {
            let update = target == Target::PeriodicUpdate;
            return Some(if update { Part::Promised } else { Part::Due });
        }
        _ => {}
    }
    if t.snoozed_until
        .is_some_and(|at| at >= span.from && within(at))
    {
        return Some(Part::Promised);
    }
    if !moves && !touched {
        return None;
    }
    Some(match (t.status, t.turn) {
        (Status::Pending | Status::OnHold, _) => Part::Theirs,
        (_, Turn::Ours) => Part::Ours,
        _ => Part::Open,
    })
}

fn facts(item: &Item<'_>, row: Option<&Row>, zone: Tz) -> Vec<String> {
    let t = item.ticket;
    let mut facts = Vec::new();
    match t.due {
        Due::Running { target, at } => {
            facts.push(format!("{} due {}", target.long(), time(at, zone)));
        }
        Due::Paused { target, left } => {
            let hours = left.div_euclid(3600);
            facts.push(format!("{} paused with {hours} h left", target.long()));
        }
        Due::None => {}
    }
    if let Some(until) = t.snoozed_until {
        facts.push(format!("to be looked at again {}", time(until, zone)));
    }
    match t.status {
        Status::Pending => facts.push("waits for the requester".into()),
        Status::OnHold => facts.push("waits for a third party".into()),
        _ => {}
    }
    if item.reply_begun {
        facts.push("a reply was begun and not sent".into());
    }
    if item.note_begun {
        facts.push("a note was begun and not kept".into());
    }
    if t.reassignments >= MANY_HANDS {
        facts.push(format!(
            "at risk: it changed hands {} times already",
            t.reassignments
        ));
    }
    let Some(row) = row else {
        return facts;
    };
    match row.because {
        Because::Before { .. } => facts.push("it is due before the absence begins".into()),
        Because::Early { at } => {
            facts.push(format!("changes hands {}", time(at, zone)));
        }
        _ => {}
    }
    if let Some(right) = &row.right {
        facts.push(format!("asks for the right {right}"));
    }
    if let Some(effect) = row.effect.filter(|e| e.with < LITTLE && e.with > 0) {
        let minutes = effect.with / 60;
        facts.push(format!(
            "at risk: {minutes} minutes of working time before it is due"
        ));
    }
    if row.fate == Fate::Gap {
        let refused = row.candidates.iter().filter_map(|c| {
            let against = c.against.as_ref()?;
            Some(format!("{} {}", c.who, against.words(zone)))
        });
        facts.extend(refused);
        if row.candidates.is_empty() {
            facts.push("nobody was named to stand in".into());
        }
        if !row.proposals.is_empty() {
            let names: Vec<&str> = row.proposals.iter().map(AgentId::as_str).collect();
            facts.push(format!("could take it: {}", names.join(", ")));
        }
    }
    facts
}

/// The note for an absence. Of each ticket that is due, touched or promised in the interval, or changes
/// hands, it tells once.
pub fn note(preview: &Preview, items: &[Item<'_>], span: &Interval, zone: Tz) -> Note {
    let mut found: Vec<(Part, (u8, i64), TicketId, Entry)> = Vec::new();
    for item in items {
        let t = item.ticket;
        let row = preview.rows.iter().find(|r| r.ticket == t.id);
        let Some(part) = part(t, row, span) else {
            continue;
        };
        let to = match row.map(|r| &r.fate) {
            Some(Fate::Moves { to }) => Some(to.clone()),
            _ => None,
        };
        let due = match t.due {
            Due::Running { at, .. } => (0, at.timestamp()),
            Due::Paused { left, .. } => (1, left),
            Due::None => (2, t.id.0),
        };
        let entry = Entry {
            ticket: t.id,
            key: t.key.clone(),
            subject: t.subject.clone(),
            requester: t.requester.clone(),
            part,
            to,
            facts: facts(item, row, zone),
        };
        found.push((part, due, t.id, entry));
    }
    found.sort_by_key(|(part, due, id, _)| (*part, *due, *id));
    found.dedup_by_key(|(.., id, _)| *id);
    Note {
        who: preview.who.clone(),
        from: preview.from,
        to: preview.to,
        entries: found.into_iter().map(|(.., entry)| entry).collect(),
    }
}

/// How the note is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Plain text.
    Text,
    /// Markdown; what has a meaning there is escaped in what people wrote.
    Markdown,
}

fn escaped(text: &str, form: Form) -> String {
    if form == Form::Text {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_[]<>#|!~".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

impl Entry {
    /// What it tells, in one line.
    pub fn line(&self, form: Form) -> String {
        let mut said = vec![escaped(&self.subject.line(), form)];
        if let Some(requester) = &self.requester {
            said.push(escaped(&requester.line(), form));
        }
        if let Some(to) = &self.to {
            said.push(format!("goes to {}", escaped(to.as_str(), form)));
        }
        said.extend(self.facts.iter().map(|f| escaped(f, form)));
        said.join("; ")
    }
}

impl Note {
    /// What it says of one ticket, as a note in that ticket.
    pub fn in_ticket(&self, said: &str) -> String {
        format!("Hand-over of {}: {said}", self.who)
    }

    /// The note as a text that can be printed.
    pub fn text(&self, form: Form, zone: Tz) -> String {
        let mut out = Vec::new();
        let title = format!(
            "Hand-over of {}, {} to {}",
            escaped(self.who.as_str(), form),
            time(self.from, zone),
            time(self.to, zone)
        );
        out.push(match form {
            Form::Markdown => format!("# {title}"),
            Form::Text => title,
        });
        if self.entries.is_empty() {
            out.push(String::new());
            out.push("Nothing is open, due or promised.".into());
        }
        for (part, heading) in Part::ALL {
            let mut entries = self.entries.iter().filter(|e| e.part == *part).peekable();
            if entries.peek().is_none() {
                continue;
            }
            out.push(String::new());
            match form {
                Form::Markdown => out.extend([format!("## {heading}"), String::new()]),
                Form::Text => out.push((*heading).to_owned()),
            }
            for e in entries {
                let line = e.line(form);
                out.push(match form {
                    Form::Markdown => format!("- **{}** {line}", escaped(e.key.as_str(), form)),
                    Form::Text => format!("  {}  {line}", e.key),
                });
            }
        }
        out.push(String::new());
        out.join("\n")
    }
}

/// What a note says of a ticket, as somebody edited it; none: they took it out.
pub fn said_of(text: &str, key: &TicketKey) -> Option<String> {
    let starts = |l: &&str| {
        let l = l.trim_start_matches(['-', '*', ' ']);
        l.strip_prefix(key.as_str())
            .is_some_and(|rest| rest.starts_with(['*', ' ', ':']))
    };
    let found = text.lines().find(starts)?;
    let plain = found.trim_start_matches(['-', '*', ' ']);
    let said = plain.strip_prefix(key.as_str())?;
    Some(said.trim_start_matches(['*', ' ', ':']).replace('\\', ""))
}

/// What somebody who comes back has to know: how much came back, what is still theirs to answer, and what
/// was decided meanwhile.
pub fn digest(handed: &Handed, back: &Return) -> Vec<String> {
    if handed.tickets.is_empty() {
        return vec!["nothing was handed over".to_owned()];
    }
    let mut out = Vec::new();
    let count = |n: usize, one: &str, many: &str| match n {
        1 => format!("1 {one}"),
        n => format!("{n} {many}"),
    };
    out.push(format!(
        "{} of {} back as before",
        back.back.len(),
        count(handed.tickets.len(), "ticket", "tickets")
    ));
    for b in back.back.iter().filter(|b| b.wrote) {
        out.push(format!("{}: the requester wrote; yours to answer", b.key));
    }
    for s in &back.stays {
        let what: Vec<String> = s.happened.iter().map(ToString::to_string).collect();
        out.push(format!("{} (with {}): {}", s.key, s.with, what.join("; ")));
    }
    out
}
