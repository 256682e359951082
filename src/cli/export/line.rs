//! One ticket as a line.
//!
//! A ticket that nobody touched here is its original line, byte for byte. A touched one is
//! its line with the new values laid over it: what was said or changed here is appended to
//! `events`, what was split off is left out of it, and an object `deskhand` holds what the
//! form has no word for. A ticket that was made here is composed in the same form; all that
//! was said in it stands in `events`, with who may read it.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::cli::exit::Fail;
use crate::cli::import::{
    self, ESCALATED, LONGEST, Placed, REPLY, REQUEST, RETURNED, source_status, tie_word,
};
use crate::cli::out;
use crate::domain::Instant;
use crate::domain::import::ImportMessage;
use crate::domain::sla::{Owner, Side, What};
use crate::domain::text::Untrusted;
use crate::domain::thread::{AttachmentId, Author, Message, TimelineEntry, Visibility};
use crate::domain::ticket::{Priority, Status, Ticket};
use crate::store::{Beside, ExportRow};

/// Gives the bytes of a file.
type Bytes<'a> = &'a mut dyn FnMut(AttachmentId) -> Result<Option<Vec<u8>>, Fail>;

/// One ticket as a line, without its end.
pub fn line(row: &ExportRow, bytes: Bytes<'_>) -> Result<Vec<u8>, Fail> {
    if let (Some(original), false) = (&row.original, row.touched) {
        return Ok(original.clone());
    }
    let read = row.original.as_ref().and_then(|line| {
        let map = serde_json::from_slice(line).ok()?;
        Some((map, import::placed(line, row.ticket.created).ok()?))
    });
    let (mut map, said, changed) = match read {
        Some((mut map, was)) => {
            let said = leave_out(&mut map, &was, row);
            lay_over(&mut map, &was, &row.ticket);
            let changed = row.timeline.get(row.own_timeline..).unwrap_or_default();
            (map, said, changed)
        }
        None => {
            let (map, said) = compose(row);
            (map, said, row.timeline.as_slice())
        }
    };
    append(&mut map, &said, changed, row, bytes)?;
    map.insert("deskhand".into(), own_fields(row));
    if row.missing > 0 {
        out::complain(&format!(
            "{} of ticket {} without a text here; a sync fetches what is missing",
            match row.missing {
                1 => "1 message is left out".to_owned(),
                n => format!("{n} messages are left out"),
            },
            row.ticket.key
        ));
    }
    let line = Value::Object(map).to_string().into_bytes();
    if line.len() > LONGEST {
        out::complain(&format!(
            "the line of ticket {} has {} MB with its files, more than an import reads; keep its files apart",
            row.ticket.key,
            line.len() >> 20
        ));
    }
    Ok(line)
}

fn time(at: Instant) -> Value {
    Value::String(at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

fn subject(t: &Ticket) -> Value {
    t.subject.raw().replace('&', "&amp;").into()
}

/// The form's word for a status.
const fn status(s: Status) -> &'static str {
    match s {
        Status::Pending => "pending_user",
        Status::OnHold => "pending_vendor",
        other => other.word(),
    }
}

const fn priority(p: Priority) -> &'static str {
    match p {
        Priority::P1 => "critical",
        Priority::P2 => "high",
        Priority::P3 => "moderate",
        Priority::P4 => "low",
    }
}

fn set(map: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    match value {
        Some(v) => map.insert(key.to_owned(), v),
        None => map.shift_remove(key),
    };
}

/// What was said in a ticket in the order in which it is shown.
fn in_order(row: &ExportRow) -> Vec<&Message> {
    let mut all: Vec<&Message> = row.messages.iter().collect();
    all.sort_by_key(|m| m.at);
    all
}

/// A ticket that was made here, in the form's own words, and what of it goes into the events.
/// The `body` is the requester's public word at the beginning; nothing else may stand there,
/// because that is how it is read.
fn compose(row: &ExportRow) -> (Map<String, Value>, Vec<&Message>) {
    let t = &row.ticket;
    let mut map = Map::new();
    map.insert("v".into(), 1.into());
    map.insert("id".into(), t.key.as_str().into());
    map.insert("source".into(), "deskhand".into());
    map.insert("created_at".into(), time(t.created));
    map.insert("subject".into(), subject(t));
    if let Some(r) = &t.requester {
        map.insert("requester".into(), r.raw().into());
    }
    let mut said = in_order(row);
    let asked = said.first().is_some_and(|m| {
        let name = t.requester.as_ref().map_or("", Untrusted::raw);
        let asks = matches!(&m.author, Author::Requester { name: n } if n.raw() == name);
        asks && m.visibility == Visibility::Public && m.at == t.created && m.attachments.is_empty()
    });
    if asked {
        let first = said.remove(0);
        map.insert("body".into(), first.body.raw().into());
        map.insert("body_format".into(), "text".into());
    }
    set_fields(&mut map, t);
    map.insert("status".into(), status(t.status).into());
    (map, said)
}

/// The values that others read too.
fn set_fields(map: &mut Map<String, Value>, t: &Ticket) {
    set(map, "updated_at", Some(time(t.updated)));
    set(map, "resolved_at", t.resolved.map(time));
    set(map, "closed_at", t.closed.map(time));
    set(map, "priority", t.priority.map(|p| priority(p).into()));
    let assignee = t.assignee.as_ref();
    set(map, "assignee", assignee.map(|a| a.as_str().into()));
}

/// Lays a ticket's values over the line it was read from; words that still mean the same stay.
fn lay_over(map: &mut Map<String, Value>, was: &Placed, t: &Ticket) {
    set_fields(map, t);
    if was.ticket.subject != t.subject {
        set(map, "subject", Some(subject(t)));
    }
    let same = map
        .get("status")
        .and_then(Value::as_str)
        .is_some_and(|word| source_status(word) == Ok(Some(t.status)));
    if !same {
        set(map, "status", Some(status(t.status).into()));
    }
}

/// Takes what was split off out of the line that was read; gives what of the ticket's
/// conversation does not stand in it.
fn leave_out<'a>(
    map: &mut Map<String, Value>,
    was: &Placed,
    row: &'a ExportRow,
) -> Vec<&'a Message> {
    let (read, own) = row
        .messages
        .split_at(row.own_messages.min(row.messages.len()));
    let mut left: Vec<Option<&Message>> = read.iter().map(Some).collect();
    let mut from = 0;
    let mut gone = BTreeSet::new();
    for (place, m) in was.places.iter().zip(&was.ticket.messages) {
        while left.get(from).is_some_and(Option::is_none) {
            from += 1;
        }
        let found = left.iter_mut().skip(from);
        match found.into_iter().find(|l| l.is_some_and(|l| is_same(l, m))) {
            Some(place) => *place = None,
            None => {
                gone.insert(*place);
            }
        }
    }
    if gone.remove(&None) {
        map.shift_remove("body");
    }
    if let (false, Some(events)) = (
        gone.is_empty(),
        map.get_mut("events").and_then(Value::as_array_mut),
    ) {
        let mut index = 0;
        events.retain_mut(|event| {
            let here = Some(index);
            index += 1;
            if !gone.contains(&here) {
                return true;
            }
            let Some(event) = event.as_object_mut() else {
                return true;
            };
            event.shift_remove("body");
            event.shift_remove("attachments");
            event.contains_key("changes")
        });
    }
    let mut said: Vec<&Message> = left.into_iter().flatten().chain(own).collect();
    said.sort_by_key(|m| m.at);
    said
}

fn is_same(m: &Message, read: &ImportMessage) -> bool {
    m.at.timestamp_millis() == read.at.timestamp_millis()
        && m.visibility == read.visibility
        && m.author == read.author
        && m.body == read.body
        && m.attachments.len() == read.attachments.len()
        && m.attachments
            .iter()
            .zip(&read.attachments)
            .all(|(a, b)| a.name == b.name && a.size == b.bytes.len() as u64)
}

/// Appends what was said and changed here to the events, in order of time.
fn append(
    map: &mut Map<String, Value>,
    messages: &[&Message],
    changes: &[TimelineEntry],
    row: &ExportRow,
    bytes: Bytes<'_>,
) -> Result<(), Fail> {
    let mut own: Vec<(Instant, Value)> = Vec::new();
    for m in messages {
        own.push((m.at, said(m, row, bytes)?));
    }
    own.extend(changes.iter().map(|e| (e.at, changed(e))));
    own.sort_by_key(|(at, _)| *at);
    if own.is_empty() {
        return Ok(());
    }
    let events = map
        .entry("events")
        .or_insert_with(|| Value::Array(Vec::new()));
    let Some(events) = events.as_array_mut() else {
        return Ok(());
    };
    let known = events.iter().filter_map(|e| e.get("seq")?.as_u64()).max();
    let mut seq = known.unwrap_or(0).max(events.len() as u64);
    for (_, mut event) in own {
        seq = seq.saturating_add(1);
        if let Some(e) = event.as_object_mut() {
            e.insert("seq".into(), seq.into());
        }
        events.push(event);
    }
    Ok(())
}

fn said(m: &Message, row: &ExportRow, bytes: Bytes<'_>) -> Result<Value, Fail> {
    let (role, by, agent) = match &m.author {
        Author::Requester { name } => ("requester", name.raw(), None),
        Author::Agent { id } => ("helper", id.as_str(), Some(id.as_str())),
        Author::Helper { name } => ("helper", name.raw(), None),
        Author::System => ("helper", "deskhand", None),
    };
    let kind = match m.visibility {
        Visibility::Public => "reply",
        Visibility::Internal => "note",
    };
    let mut event = Map::new();
    event.insert("at".into(), time(m.at));
    event.insert("by".into(), by.into());
    event.insert("kind".into(), kind.into());
    event.insert("role".into(), role.into());
    if let Some(agent) = agent {
        event.insert("agent".into(), agent.into());
    }
    if m.author == Author::System {
        event.insert("side".into(), "system".into());
    }
    event.insert("body".into(), m.body.raw().into());
    event.insert("body_format".into(), "text".into());
    let mut files = Vec::new();
    for a in &m.attachments {
        let Some(data) = bytes(a.id)? else {
            out::complain(&format!(
                "the file {} of ticket {} is not in the store; it is left out",
                a.name.line(),
                row.ticket.key
            ));
            continue;
        };
        files.push(json!({
            "name": a.name.raw(), "media_type": a.media_type.raw(), "base64": STANDARD.encode(data),
        }));
    }
    if !files.is_empty() {
        event.insert("attachments".into(), files.into());
    }
    Ok(Value::Object(event))
}

fn changed(e: &TimelineEntry) -> Value {
    let text = |v: &Option<Untrusted>| v.as_ref().map_or(Value::Null, |v| v.raw().into());
    let kind = if e.field == "status" {
        "status"
    } else {
        "edited"
    };
    let mut changes = Map::new();
    changes.insert(e.field.clone(), json!([text(&e.old), text(&e.new)]));
    json!({"at": time(e.at), "by": e.by.raw(), "kind": kind, "changes": changes})
}

fn own_fields(row: &ExportRow) -> Value {
    let t = &row.ticket;
    let raw = |v: &Option<Untrusted>| v.as_ref().map(|v| v.raw().to_owned());
    let mut value = json!({
        "subject": t.subject.raw(), "status": t.status.word(), "status_label": raw(&t.status_label),
        "priority": t.priority.map(|p| p.word()), "kind": t.kind.word(),
        "tenant": t.tenant.as_ref().map(|x| x.as_str()), "workspace": raw(&t.workspace),
        "requester": raw(&t.requester), "assignee": t.assignee.as_ref().map(|x| x.as_str()),
        "channel": t.channel.map(|c| c.word()), "labels": t.labels,
        "created": time(t.created), "updated": time(t.updated),
        "resolved": t.resolved.map(time), "closed": t.closed.map(time),
        "snoozed_until": t.snoozed_until.map(time), "turn": t.turn.word(),
        "reassignments": t.reassignments, "unread": t.unread,
    });
    if let Some(map) = value.as_object_mut() {
        map.retain(|_, v| !v.is_null());
        if let Some(beside) = &row.beside {
            beside_fields(map, beside);
        }
    }
    value
}

fn beside_fields(map: &mut Map<String, Value>, beside: &Beside) {
    let links: Vec<Value> = beside
        .links
        .iter()
        .map(|(to, kind)| json!({"to": to.as_str(), "kind": tie_word(*kind)}))
        .collect();
    if !links.is_empty() {
        map.insert("links".into(), links.into());
    }
    if let Some(into) = &beside.merged_into {
        map.insert("merged_into".into(), into.as_str().into());
    }
    let h = &beside.clocks;
    let events: Vec<Value> = h
        .events
        .iter()
        .map(|e| {
            let what = match e.what {
                What::AgentReply => REPLY,
                What::RequesterMessage => REQUEST,
                What::Owner(Owner::Vendor) => ESCALATED,
                What::Owner(Owner::Team) => RETURNED,
                What::Status(s) => s.word(),
            };
            json!({"at": time(e.at), "what": what})
        })
        .collect();
    let by = match h.opened_by {
        Side::Agent => "agent",
        Side::Requester => "requester",
    };
    map.insert(
        "clocks".into(),
        json!({"opened_by": by, "first_status": h.first_status.word(), "events": events}),
    );
}
