//! Tickets as JSON values and as rows of text.

use serde_json::{Value, json};

use super::session::Session;
use crate::domain::Instant;
use crate::domain::sla::{Whose, countdown};
use crate::domain::text::{self, Printable, Untrusted};
use crate::domain::thread::{Author, Message};
use crate::domain::ticket::{Due, Ticket};

fn raw(text: Option<&Untrusted>) -> Option<&str> {
    text.map(Untrusted::raw)
}

/// A ticket's fields.
pub fn ticket(t: &Ticket, session: &Session) -> Value {
    json!({
        "id": t.key.as_str(),
        "subject": t.subject.raw(),
        "status": t.status.word(),
        "status_label": raw(t.status_label.as_ref()),
        "priority": t.priority.map(|p| p.code()),
        "kind": t.kind.word(),
        "tenant": t.tenant.as_ref().map(|x| x.as_str()),
        "workspace": raw(t.workspace.as_ref()),
        "requester": raw(t.requester.as_ref()),
        "assignee": t.assignee.as_ref().map(|x| x.as_str()),
        "labels": t.labels,
        "channel": t.channel.map(|c| c.word()),
        "created": t.created,
        "updated": t.updated,
        "resolved": t.resolved,
        "closed": t.closed,
        "snoozed_until": t.snoozed_until,
        "turn": t.turn.word(),
        "due": due_value(&t.due, session),
        "due_whose": t.beside.whose,
        "due_other": t.beside.other.as_ref().map(|d| due_value(d, session)),
        "reassignments": t.reassignments,
        "unread": t.unread,
        "changed": t.changed,
        "waiting": t.waiting,
        "version": t.version,
    })
}

/// Adds the moment that the answer is about, where that is not now.
pub fn say_ahead(value: &mut Value, session: &Session) {
    if let (true, Some(map)) = (session.is_ahead, value.as_object_mut()) {
        map.insert("at".into(), json!(session.now));
    }
}

fn due_value(due: &Due, session: &Session) -> Value {
    match due {
        Due::Running { target, at } => {
            json!({"state": "running", "target": target.word(), "at": at, "late": *at < session.now})
        }
        Due::Paused { target, left } => {
            json!({"state": "paused", "target": target.word(), "left_seconds": left})
        }
        Due::None => json!({"state": "none"}),
    }
}

/// Whose the due instant is, and what the other side says; none where only we count.
pub fn beside(t: &Ticket, session: &Session) -> Option<String> {
    let whose = t.beside.whose;
    let other = t.beside.other.map(|due| {
        let says = match due {
            Due::Running { target, at } => format!("{} {}", target.long(), local(at, session)),
            Due::Paused { .. } => "paused".to_owned(),
            Due::None => "no promise".to_owned(),
        };
        format!(", {}: {says}", whose.other().word())
    });
    let tell = other.is_some() || whose == Whose::Theirs;
    tell.then(|| format!("{}{}", whose.word(), other.unwrap_or_default()))
}

/// Who speaks.
pub fn author(a: &Author) -> (&'static str, String) {
    match a {
        Author::Requester { name } => ("requester", name.raw().to_owned()),
        Author::Agent { id } => ("agent", id.to_string()),
        Author::Helper { name } => ("helper", name.raw().to_owned()),
        Author::System => ("system", "the desk".to_owned()),
    }
}

/// A message with its number from 1.
pub fn message(n: usize, m: &Message) -> Value {
    let (side, name) = author(&m.author);
    let files: Vec<Value> = m
        .attachments
        .iter()
        .map(|a| json!({"name": a.name.raw(), "media_type": a.media_type.raw(), "size": a.size}))
        .collect();
    json!({
        "n": n, "at": m.at, "side": side, "by": name, "visibility": m.visibility.word(),
        "body": m.body.raw(), "attachments": files, "waiting": m.waiting,
    })
}

/// An instant as people here read it.
pub fn local(at: Instant, session: &Session) -> String {
    at.with_timezone(&session.config.zone)
        .format("%a %Y-%m-%d %H:%M")
        .to_string()
}

/// How its most urgent promise stands.
pub fn due(t: &Ticket, session: &Session) -> String {
    let c = countdown(&t.due, session.now, &session.config.calendar);
    match c.sign() {
        "" => c.text,
        sign => format!("{sign} {}", c.text),
    }
}

/// A row of a list; `columns` is the width of the terminal, none for pipes.
pub fn row(t: &Ticket, session: &Session, columns: Option<usize>) -> String {
    let cell = |s: &str, n: usize| text::pad(&text::line(s), n).into_string();
    let who = t.assignee.as_ref().map_or("-", |a| a.as_str());
    let mut row = String::new();
    row.push_str(if t.unread { "*" } else { " " });
    row.push_str(&cell(&due(t, session), 16));
    row.push_str("  ");
    row.push_str(&cell(t.key.as_str(), 11));
    row.push_str("  ");
    row.push_str(&cell(t.status.word(), 8));
    row.push_str("  ");
    row.push_str(t.priority.map_or("-", |p| p.word()));
    row.push_str("  ");
    row.push_str(&cell(who, 12));
    row.push_str("  ");
    let subject = t.subject.line();
    let left = columns.map(|c| c.saturating_sub(text::width(&row)).max(10));
    row.push_str(&left.map_or_else(|| subject.clone(), |n| text::fit(&subject, n)));
    row
}

/// The width of the terminal that standard output is, if it is one.
pub fn columns() -> Option<usize> {
    use std::io::IsTerminal as _;
    if !std::io::stdout().is_terminal() {
        return None;
    }
    crossterm::terminal::size()
        .ok()
        .map(|(w, _)| usize::from(w))
}

/// A text behind a margin.
pub fn indented(body: &Printable, columns: Option<usize>) -> Vec<String> {
    text::wrap(body, columns.unwrap_or(100).clamp(24, 100) - 4)
        .into_iter()
        .map(|l| format!("    {l}"))
        .collect()
}
