//! From the file form to the domain's words.
//!
//! Decisions: `pending_user` is pending, the other `pending_*` are on hold (the source's
//! name is kept as the status' own); `unknown` and a missing status follow from what
//! happened; critical to low are priorities 1 to 4; a group becomes the label of its name,
//! as do tags and a topic; the assignee's reference is the handle. Without a subject the
//! beginning of the body stands for it, else the category; a line with none of these and
//! without events tells nothing and is bad. A ticket without any time counts as asked when
//! it is read and carries the label `undated`. What only this program knows stands in an
//! object `deskhand`, which other readers ignore.

use serde_json::{Map, Value};

use super::markup;
use super::own;
use super::schema::{BadLine, Object, parse, shown};
use crate::domain::Instant;
use crate::domain::import::{ImportAttachment, ImportMessage, ImportTicket};
use crate::domain::markup::{entities, html};
use crate::domain::people::AgentId;
use crate::domain::sla::{Side, SlaEvent, What};
use crate::domain::text::Untrusted;
use crate::domain::thread::{Author, TimelineEntry, Visibility};
use crate::domain::ticket::{Channel, Kind, Priority, Status, TicketKey, Turn};

/// Reads one line.
///
/// # Errors
/// Says which field is wrong and how, or where the JSON breaks.
pub fn ticket(line: &[u8], now: Instant) -> Result<ImportTicket, BadLine> {
    placed(line, now).map(|p| p.ticket)
}

/// A ticket, and where in its line each of its messages stands.
pub struct Placed {
    /// The ticket.
    pub ticket: ImportTicket,
    /// For each message the index of its event; none: it is the `body`.
    pub places: Vec<Option<usize>>,
}

/// Reads one line and remembers what stood where.
///
/// # Errors
/// As [`ticket`].
pub fn placed(line: &[u8], now: Instant) -> Result<Placed, BadLine> {
    let map = parse(line)?;
    let wire = Object::new(&map, "");
    let version = wire.count("v")?.unwrap_or(1);
    if version != 1 {
        return Err(BadLine::field(
            "v",
            format!("is {version}; this program reads version 1"),
        ));
    }
    let Some(key) = wire.read("id", TicketKey::parse)? else {
        return Err(BadLine::field("id", "is missing; each ticket needs one"));
    };
    let format = Format::of(wire.text("body_format")?)?;
    let events = events(&wire, format)?;
    let own = wire.object("deskhand")?.map(|o| Object::new(o, "deskhand"));
    let kept = match &own {
        Some(own) => own.time("created")?,
        None => None,
    };
    let created_at = wire.time("created_at")?;
    let registered = wire.time("registered_at")?;
    let updated_at = wire.time("updated_at")?;
    let created = kept
        .or(created_at)
        .or(registered)
        .or(events.first().map(|e| e.at))
        .or(updated_at)
        .unwrap_or(now);
    let subject = subject(&wire, format)?;
    let own_subject = own.as_ref().and_then(|o| o.get("subject"));
    let tells = subject.is_some() || own_subject.is_some() || !events.is_empty();
    let subject = subject.unwrap_or_else(|| "(no subject)".into());
    let mut t = ImportTicket::new(key, Untrusted::new(subject), created);
    t.original = line.to_vec();
    t.resolved = wire.time("resolved_at")?;
    t.closed = wire.time("closed_at")?;
    t.updated = updated_at.unwrap_or(created);
    t.labels = labels(&wire)?;
    if created_at.or(registered).or(updated_at).is_none() && events.is_empty() {
        t.labels.push("undated".into());
    }
    fields(&wire, &mut t)?;
    let requester = t.requester.clone();
    let places = story(&wire, &mut t, &events, format, requester)?;
    state(&wire, &mut t, &events)?;
    if let Some(own) = &own {
        own::fields(own, &mut t)?;
    }
    if !tells {
        return Err(BadLine::field(
            "subject",
            "is missing, and so is all that could stand for it: body, category, events",
        ));
    }
    t.labels.sort_unstable();
    t.labels.dedup();
    // Orders by the last change and searches by time rely on nothing being later than this.
    let last = events.iter().map(|e| e.at).max();
    t.updated = [Some(t.created), t.resolved, t.closed, last]
        .into_iter()
        .flatten()
        .fold(t.updated, Instant::max);
    Ok(Placed { ticket: t, places })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Html,
    Text,
    Jira,
}

impl Format {
    fn of(word: Option<&str>) -> Result<Self, BadLine> {
        match word {
            Some("html") => Ok(Self::Html),
            None | Some("text") => Ok(Self::Text),
            Some("jira") => Ok(Self::Jira),
            Some(other) => Err(BadLine::field(
                "body_format",
                format!("{} is none of html, text, jira", shown(other)),
            )),
        }
    }

    fn plain(self, source: &str) -> String {
        match self {
            Self::Html => html(source),
            Self::Text => source.to_owned(),
            Self::Jira => markup::jira(source),
        }
    }
}

struct Event<'a> {
    index: usize,
    at: Instant,
    by: &'a str,
    kind: &'a str,
    from_requester: bool,
    from_desk: bool,
    agent: Option<AgentId>,
    body: Option<String>,
    files: Vec<ImportAttachment>,
    changes: Option<&'a Map<String, Value>>,
    path: String,
}

fn events<'a>(wire: &Object<'a>, format: Format) -> Result<Vec<Event<'a>>, BadLine> {
    let mut all = Vec::new();
    // What other sources call attachments is theirs and passed over.
    let ours = wire.get("deskhand").is_some();
    for (n, value) in wire.list("events")?.iter().enumerate() {
        let path = format!("events[{n}]");
        let Value::Object(map) = value else {
            return Err(BadLine::field(path, "should be an object"));
        };
        let e = Object::new(map, &path);
        let Some(at) = e.time("at")? else {
            return Err(BadLine::field(e.name("at"), "is missing"));
        };
        let format = match e.text("body_format")? {
            Some(own) => Format::of(Some(own))?,
            None => format,
        };
        all.push(Event {
            index: n,
            at,
            by: e.text("by")?.unwrap_or(""),
            kind: e.text("kind")?.unwrap_or("touched"),
            from_requester: e.text("role")? == Some("requester"),
            from_desk: ours && e.get("side").and_then(Value::as_str) == Some("system"),
            agent: e.read("agent", AgentId::parse)?,
            body: e.text("body")?.map(|b| format.plain(b)),
            files: if ours { own::files(&e)? } else { Vec::new() },
            changes: e.object("changes")?,
            path: path.clone(),
        });
    }
    // One ticket of the data goes back in time; what was said keeps its order otherwise.
    all.sort_by_key(|e| e.at);
    Ok(all)
}

fn subject(wire: &Object<'_>, format: Format) -> Result<Option<String>, BadLine> {
    if let Some(subject) = wire.text("subject")?.filter(|s| !s.trim().is_empty()) {
        return Ok(Some(entities(subject)));
    }
    if let Some(body) = wire.text("body")?.filter(|b| !b.trim().is_empty()) {
        let start: String = body.chars().take(4000).collect();
        let plain = format.plain(&start);
        if let Some(line) = plain.lines().map(str::trim).find(|l| !l.is_empty()) {
            let mut line: String = line.chars().take(81).collect();
            if line.chars().count() > 80 {
                line.pop();
                line.push('…');
            }
            return Ok(Some(line));
        }
    }
    let mut codes = Vec::new();
    for key in ["category", "subcategory", "symptom"] {
        codes.extend(wire.text(key)?);
    }
    Ok((!codes.is_empty()).then(|| codes.join(", ")))
}

fn label(word: &str) -> Option<String> {
    let word: String = word
        .trim()
        .to_lowercase()
        .chars()
        .map(|c| if c.is_whitespace() { '-' } else { c })
        .filter(|c| !c.is_control())
        .take(64)
        .collect();
    (!word.is_empty()).then_some(word)
}

fn labels(wire: &Object<'_>) -> Result<Vec<String>, BadLine> {
    let mut all = Vec::new();
    all.extend(wire.text("group")?.and_then(label));
    if wire.text("source")? != Some("uci-498") {
        all.extend(wire.text("category")?.and_then(label));
    }
    for (n, tag) in wire.list("tags")?.iter().enumerate() {
        let Some(tag) = tag.as_str() else {
            return Err(BadLine::field(format!("tags[{n}]"), "should be a text"));
        };
        all.extend(label(tag));
    }
    Ok(all)
}

/// The source's word for a status, as ours; none for `unknown`.
pub fn status(word: &str) -> Result<Option<Status>, String> {
    Ok(Some(match word {
        "pending_user" => Status::Pending,
        "pending_vendor" | "pending_problem" | "pending_evidence" => Status::OnHold,
        "unknown" => return Ok(None),
        other => other
            .parse()
            .map_err(|_| format!("{} is no status; use new, open, pending_user, pending_vendor, pending_problem, pending_evidence, resolved, closed or unknown", shown(other)))?,
    }))
}

pub fn priority(word: &str) -> Result<Priority, String> {
    match word {
        "critical" => Ok(Priority::P1),
        "high" => Ok(Priority::P2),
        "moderate" => Ok(Priority::P3),
        "low" => Ok(Priority::P4),
        other => other.parse().map_err(|_| {
            format!(
                "{} is no priority; use critical, high, moderate or low",
                shown(other)
            )
        }),
    }
}

pub fn channel(word: &str) -> Result<Channel, String> {
    match word {
        "self_service" => Ok(Channel::SelfService),
        "direct_opening" => Ok(Channel::Direct),
        other => other.parse().map_err(|_| {
            format!(
                "{} is no channel; use phone, email, web, self_service, ivr or direct_opening",
                shown(other)
            )
        }),
    }
}

fn fields(wire: &Object<'_>, t: &mut ImportTicket) -> Result<(), BadLine> {
    t.priority = wire.read("priority", priority)?;
    t.channel = wire.read("channel", channel)?;
    t.assignee = wire.read("assignee", AgentId::parse)?;
    t.requester = wire.text("requester")?.map(Untrusted::new);
    if wire.text("source")?.is_some_and(|s| s.starts_with("sumo-")) {
        t.kind = Kind::Question;
    }
    if let Some(counts) = wire.object("counts")? {
        let n = Object::new(counts, "counts").count("reassignments")?;
        t.reassignments = n.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    }
    if let Some(opened_by) = wire.text("opened_by")?
        && wire.text("requester")?.is_some_and(|r| r != opened_by)
        && wire.text("source")? == Some("deskhand")
    {
        t.opened_by = Side::Agent;
    }
    Ok(())
}

/// Messages, the timeline, and what moved the clocks. Says where each message stands.
fn story(
    wire: &Object<'_>,
    t: &mut ImportTicket,
    events: &[Event<'_>],
    format: Format,
    requester: Option<Untrusted>,
) -> Result<Vec<Option<usize>>, BadLine> {
    let nobody = || Untrusted::new("");
    let mut places = Vec::new();
    if let Some(body) = wire.text("body")? {
        places.push(None);
        t.messages.push(ImportMessage {
            at: t.created,
            author: Author::Requester {
                name: requester.clone().unwrap_or_else(nobody),
            },
            visibility: Visibility::Public,
            body: Untrusted::new(format.plain(body)),
            attachments: Vec::new(),
        });
    }
    if let Some(initial) = wire.object("initial")? {
        let first = Object::new(initial, "initial").read("status", status)?;
        t.first_status = first.flatten().unwrap_or(Status::New);
    }
    for e in events {
        if let Some(body) = &e.body {
            let author = match (&e.agent, e.from_requester) {
                _ if e.from_desk => Author::System,
                (Some(id), _) => Author::Agent { id: id.clone() },
                (None, true) => Author::Requester {
                    name: Untrusted::new(e.by),
                },
                (None, false) => Author::Helper {
                    name: Untrusted::new(e.by),
                },
            };
            let internal = e.kind == "note";
            if !internal {
                let what = if e.from_requester {
                    What::RequesterMessage
                } else {
                    What::AgentReply
                };
                t.sla.push(SlaEvent { at: e.at, what });
            }
            places.push(Some(e.index));
            t.messages.push(ImportMessage {
                at: e.at,
                author,
                visibility: if internal {
                    Visibility::Internal
                } else {
                    Visibility::Public
                },
                body: Untrusted::new(body.as_str()),
                attachments: e.files.clone(),
            });
        }
        if let Some(changes) = e.changes {
            timeline(e, changes, t)?;
        }
    }
    Ok(places)
}

fn timeline(
    e: &Event<'_>,
    changes: &Map<String, Value>,
    t: &mut ImportTicket,
) -> Result<(), BadLine> {
    for (field, pair) in changes {
        let name = || format!("{}.changes.{field}", e.path);
        let Some([old, new]) = pair.as_array().map(Vec::as_slice) else {
            return Err(BadLine::field(name(), "should be [old, new]"));
        };
        if field == "status"
            && let Some(word) = new.as_str()
            && let Some(to) = status(word).map_err(|what| BadLine::field(name(), what))?
        {
            t.sla.push(SlaEvent {
                at: e.at,
                what: What::Status(to),
            });
        }
        t.timeline.push(TimelineEntry {
            at: e.at,
            by: Untrusted::new(e.by),
            field: label(field).unwrap_or_default(),
            old: value_text(old),
            new: value_text(new),
        });
    }
    Ok(())
}

fn value_text(value: &Value) -> Option<Untrusted> {
    match value {
        Value::Null => None,
        Value::String(s) => Some(Untrusted::new(s.as_str())),
        other => Some(Untrusted::new(other.to_string())),
    }
}

/// How it began, for the clocks, where the source tells neither that nor any change of the
/// status: a live ticket has always been what it is, so that one which waits has not run
/// late; a done one came as all do and was done when it says.
fn begin(wire: &Object<'_>, t: &mut ImportTicket) -> Result<(), BadLine> {
    let told = t.sla.iter().any(|e| matches!(e.what, What::Status(_)));
    if wire.object("initial")?.is_some() || told {
        return Ok(());
    }
    if t.status.is_live() {
        t.first_status = t.status;
    } else if let Some(at) = t.resolved.or(t.closed) {
        t.sla.push(SlaEvent {
            at: at.max(t.created),
            what: What::Status(t.status),
        });
        t.sla.sort_by_key(|e| e.at);
    }
    Ok(())
}

/// Where it stands and whose turn it is.
fn state(wire: &Object<'_>, t: &mut ImportTicket, events: &[Event<'_>]) -> Result<(), BadLine> {
    let word = wire.text("status")?;
    let given = wire.read("status", status)?.flatten();
    let answered = events
        .iter()
        .any(|e| e.body.is_some() && !e.from_requester && e.kind != "note");
    t.status = given.unwrap_or(if t.closed.is_some() {
        Status::Closed
    } else if t.resolved.is_some() {
        Status::Resolved
    } else if answered {
        Status::Open
    } else {
        Status::New
    });
    t.status_label = word
        .filter(|w| w.starts_with("pending_") && *w != "pending_user")
        .map(|w| Untrusted::new(w.replace('_', " ")));
    if let Some(raw) = wire.text("status_raw")? {
        t.status_label = Some(Untrusted::new(raw));
    }
    match t.status {
        Status::Closed => {
            t.closed = t.closed.or(t.resolved).or(Some(t.updated));
            t.resolved = t.resolved.or(t.closed);
        }
        Status::Resolved => {
            t.resolved = t.resolved.or(Some(t.updated));
            t.closed = None;
        }
        _ => {
            t.resolved = None;
            t.closed = None;
        }
    }
    begin(wire, t)?;
    let last = events
        .iter()
        .rev()
        .find(|e| e.body.is_some() && e.kind != "note");
    t.turn = match last {
        _ if !t.status.is_live() => Turn::Nobody,
        Some(e) if !e.from_requester => Turn::Theirs,
        None if t.status.is_waiting() => Turn::Theirs,
        _ => Turn::Ours,
    };
    t.unread = t.status.is_live();
    Ok(())
}
