//! `deskhand export`: the form in which tickets came, losslessly.
//!
//! A ticket that nobody touched here is its original line, byte for byte. A touched one is
//! its line with the new values laid over it, its own messages and changes appended to
//! `events`, and an object `deskhand` for what the form has no word for. A ticket that was
//! made here is composed in the same form.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::args::ExportArgs;
use super::exit::{Code, Fail};
use super::out::Out;
use super::session::Session;
use crate::domain::Instant;
use crate::domain::query::Query;
use crate::domain::text::Untrusted;
use crate::domain::thread::{Author, Message, TimelineEntry, Visibility};
use crate::domain::ticket::{Priority, Status};
use crate::store::ExportRow;

enum Sink<'a> {
    Plain(Box<dyn Write + 'a>),
    Zstd(zstd::stream::write::Encoder<'static, Box<dyn Write + 'a>>),
    Gzip(flate2::write::GzEncoder<Box<dyn Write + 'a>>),
}

impl Write for Sink<'_> {
    fn write(&mut self, b: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(w) => w.write(b),
            Self::Zstd(w) => w.write(b),
            Self::Gzip(w) => w.write(b),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(w) => w.flush(),
            Self::Zstd(w) => w.flush(),
            Self::Gzip(w) => w.flush(),
        }
    }
}

impl<'a> Sink<'a> {
    fn new(args: &ExportArgs, to: Box<dyn Write + 'a>) -> std::io::Result<Self> {
        Ok(if args.zstd {
            Self::Zstd(zstd::stream::write::Encoder::new(to, 3)?)
        } else if args.gzip {
            Self::Gzip(flate2::write::GzEncoder::new(
                to,
                flate2::Compression::default(),
            ))
        } else {
            Self::Plain(to)
        })
    }

    fn finish(self) -> std::io::Result<()> {
        match self {
            Self::Plain(w) => Ok(w),
            Self::Zstd(w) => w.finish(),
            Self::Gzip(w) => w.finish(),
        }?
        .flush()
    }
}

struct Through<'a>(&'a mut Out);

impl Write for Through<'_> {
    fn write(&mut self, b: &[u8]) -> std::io::Result<usize> {
        self.0.bytes(b)?;
        Ok(b.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.finish()
    }
}

/// Writes the tickets.
pub fn run(session: &Session, args: &ExportArgs, out: &mut Out) -> Result<(), Fail> {
    let query = super::query(&args.filter)?;
    let Some(path) = &args.output else {
        let sink = Sink::new(args, Box::new(Through(out)))?;
        write_all(session, &query, sink)?;
        return Ok(());
    };
    let wrong = |e: std::io::Error| {
        Fail::new(
            Code::Failure,
            format!("{} cannot be written: {e}", path.display()),
        )
    };
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or_else(|| std::path::Path::new("."));
    // It takes its name when it is whole: an export that was cut off replaces nothing.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(wrong)?;
    let buffered = std::io::BufWriter::new(file.as_file_mut());
    let sink = Sink::new(args, Box::new(buffered)).map_err(wrong)?;
    let n = write_all(session, &query, sink)?;
    file.as_file().sync_all().map_err(wrong)?;
    file.persist(path).map_err(|e| wrong(e.error))?;
    if session.json {
        out.json(&json!({"exported": n, "file": path.display().to_string()}))?;
    } else {
        out.row(&format!("{n} tickets written to {}", path.display()))?;
    }
    Ok(())
}

fn write_all(session: &Session, query: &Query, mut sink: Sink<'_>) -> Result<u64, Fail> {
    let reader = session.reader()?;
    let asker = session.asker();
    let mut result = Ok(());
    let mut n = 0;
    reader.export(&mut |row| {
        let t = &row.ticket;
        let scoped =
            asker.scope.is_empty() || t.tenant.as_ref().is_none_or(|x| asker.scope.contains(x));
        let wanted = query.terms.is_empty()
            || query.matches_by(t, &asker, |text| {
                text.is_in(t.subject.raw())
                    || text.is_in(t.key.as_str())
                    || row.messages.iter().any(|m| text.is_in(m.body.raw()))
            });
        if !(scoped && wanted) {
            return true;
        }
        n += 1;
        let mut line = line(&row);
        line.push(b'\n');
        result = sink.write_all(&line);
        result.is_ok()
    })?;
    result?;
    sink.finish()?;
    Ok(n)
}

/// One ticket as a line, without its end.
pub fn line(row: &ExportRow) -> Vec<u8> {
    if let (Some(original), false) = (&row.original, row.touched) {
        return original.clone();
    }
    let mut map = row
        .original
        .as_ref()
        .and_then(|o| serde_json::from_slice::<Map<String, Value>>(o).ok())
        .unwrap_or_else(|| compose(row));
    overlay(&mut map, row);
    Value::Object(map).to_string().into_bytes()
}

fn time(at: Instant) -> Value {
    Value::String(at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

/// A ticket that was made here, in the form's own words.
fn compose(row: &ExportRow) -> Map<String, Value> {
    let t = &row.ticket;
    let body = row.messages.first().map_or("", |m| m.body.raw());
    let value = json!({
        "v": 1, "id": t.key.as_str(), "source": "deskhand",
        "created_at": time(t.created), "subject": t.subject.raw().replace('&', "&amp;"),
        "body": body, "body_format": "text",
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn overlay(map: &mut Map<String, Value>, row: &ExportRow) {
    let t = &row.ticket;
    let mut set = |key: &str, value: Option<Value>| {
        match value {
            Some(v) => map.insert(key.to_owned(), v),
            None => map.shift_remove(key),
        };
    };
    set("updated_at", Some(time(t.updated)));
    set("resolved_at", t.resolved.map(time));
    set("closed_at", t.closed.map(time));
    let status = match t.status {
        Status::Pending => "pending_user",
        Status::OnHold => "pending_vendor",
        other => other.word(),
    };
    set("status", Some(status.into()));
    let priority = t.priority.map(|p| match p {
        Priority::P1 => "critical",
        Priority::P2 => "high",
        Priority::P3 => "moderate",
        Priority::P4 => "low",
    });
    set("priority", priority.map(Into::into));
    set("assignee", t.assignee.as_ref().map(|a| a.as_str().into()));
    if let Some(r) = &t.requester {
        set("requester", Some(r.raw().into()));
    }
    let read = row.original.is_some();
    let first = if read { row.own_messages } else { 1 };
    let changes = if read { row.own_timeline } else { 0 };
    let mut own: Vec<(Instant, Value)> = Vec::new();
    own.extend(row.messages.iter().skip(first).map(|m| (m.at, said(m))));
    own.extend(
        row.timeline
            .iter()
            .skip(changes)
            .map(|e| (e.at, changed(e))),
    );
    own.sort_by_key(|(at, _)| *at);
    if !own.is_empty() {
        let events = map
            .entry("events")
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Some(events) = events.as_array_mut() {
            for (_, mut event) in own {
                if let Some(e) = event.as_object_mut() {
                    e.insert("seq".into(), (events.len() + 1).into());
                }
                events.push(event);
            }
        }
    }
    map.insert("deskhand".into(), own_fields(row));
}

fn said(m: &Message) -> Value {
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
    let mut value = json!({
        "at": time(m.at), "by": by, "kind": kind, "role": role, "body": m.body.raw(), "body_format": "text",
    });
    if let (Some(map), Some(agent)) = (value.as_object_mut(), agent) {
        map.insert("agent".into(), agent.into());
    }
    value
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
    }
    value
}
