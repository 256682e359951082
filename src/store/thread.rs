//! One ticket with all that belongs to it.

use std::collections::HashMap;

use rusqlite::{Connection, Row, params};

use super::rows::{self, COLS};
use super::{Beside, ExportRow, Result, import, outbox, put, remote};
use crate::domain::change::LinkKind;
use crate::domain::people::AgentId;
use crate::domain::text::Untrusted;
use crate::domain::thread::{
    Attachment, AttachmentId, Author, Link, Message, MessageId, Thread, TimelineEntry, Visibility,
};
use crate::domain::ticket::{Status, Ticket, TicketId, TicketKey};

/// So many characters of a body are loaded with a thread.
const BODY: i64 = 64 * 1024;

const MEMBERS: &str = "WITH RECURSIVE member(id) AS (SELECT ?1 UNION SELECT t.id FROM ticket t JOIN member m ON t.merged = m.id)";

fn untrusted(r: &Row<'_>, i: usize) -> rusqlite::Result<Option<Untrusted>> {
    Ok(r.get::<_, Option<String>>(i)?.map(Untrusted::new))
}

pub fn author(side: i64, name: Option<String>) -> Author {
    let name = name.unwrap_or_default();
    match side {
        1 => Author::Requester {
            name: Untrusted::new(name),
        },
        2 => match AgentId::parse(&name) {
            Ok(id) => Author::Agent { id },
            Err(_) => Author::Helper {
                name: Untrusted::new(name),
            },
        },
        3 => Author::Helper {
            name: Untrusted::new(name),
        },
        _ => Author::System,
    }
}

fn messages(
    conn: &Connection,
    id: TicketId,
    cut: i64,
    merged: bool,
    own: Option<bool>,
) -> Result<Vec<Message>> {
    let scope = if merged {
        "ticket IN member"
    } else {
        "ticket = ?1"
    };
    let own = match own {
        None => "",
        Some(true) => "AND change IS NOT NULL",
        Some(false) => "AND change IS NULL",
    };
    let mut stmt = conn.prepare_cached(&format!(
        "{MEMBERS} SELECT id, ticket, at, side, author, visibility, CASE WHEN octet_length(body) <= ?2 THEN body ELSE substr(body, 1, ?2) END, octet_length(body), waiting, missing
           FROM message WHERE {scope} {own} ORDER BY at, ticket, id"
    ))?;
    let found = stmt.query_map(params![id.0, cut], |r| {
        let body: String = r.get(6)?;
        let whole: u64 = r.get::<_, i64>(7)?.unsigned_abs();
        Ok(Message {
            id: MessageId(r.get(0)?),
            ticket: TicketId(r.get(1)?),
            at: rows::at(r.get(2)?),
            author: author(r.get(3)?, r.get(4)?),
            visibility: visibility(r.get(5)?),
            cut_from: (whole > body.len() as u64).then_some(whole),
            body: Untrusted::new(body),
            attachments: Vec::new(),
            waiting: r.get(8)?,
            missing: r.get(9)?,
        })
    })?;
    let mut out: Vec<Message> = found.collect::<rusqlite::Result<_>>()?;
    let mut files = conn.prepare_cached(
        "SELECT id, name, media_type, size FROM attachment WHERE message = ?1 ORDER BY id",
    )?;
    for m in &mut out {
        let of = files.query_map([m.id.0], |r| {
            Ok(Attachment {
                id: AttachmentId(r.get(0)?),
                name: untrusted(r, 1)?.unwrap_or_default(),
                media_type: untrusted(r, 2)?.unwrap_or_default(),
                size: r.get::<_, i64>(3)?.unsigned_abs(),
            })
        })?;
        m.attachments = of.collect::<rusqlite::Result<_>>()?;
    }
    Ok(out)
}

/// The visibility behind a stored number.
pub const fn visibility(code: i64) -> Visibility {
    if code == 1 {
        Visibility::Public
    } else {
        Visibility::Internal
    }
}

fn timeline(conn: &Connection, id: TicketId, own: Option<bool>) -> Result<Vec<TimelineEntry>> {
    let own = match own {
        None => "",
        Some(true) => "AND change IS NOT NULL",
        Some(false) => "AND change IS NULL",
    };
    let mut stmt = conn.prepare_cached(&format!(
        "SELECT at, by, field, old, new FROM timeline WHERE ticket = ?1 {own} ORDER BY at, id"
    ))?;
    let found = stmt.query_map([id.0], |r| {
        Ok(TimelineEntry {
            at: rows::at(r.get(0)?),
            by: untrusted(r, 1)?.unwrap_or_default(),
            field: r.get(2)?,
            old: untrusted(r, 3)?,
            new: untrusted(r, 4)?,
        })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

fn links(conn: &Connection, id: TicketId) -> Result<Vec<Link>> {
    let mut stmt = conn.prepare_cached(
        "SELECT t.id, t.key, t.subject, t.status, l.kind, 0 FROM link l JOIN ticket t ON t.id = l.other WHERE l.ticket = ?1
         UNION ALL SELECT t.id, t.key, t.subject, t.status, l.kind, 1 FROM link l JOIN ticket t ON t.id = l.ticket WHERE l.other = ?1",
    )?;
    let mut found = stmt.query([id.0])?;
    let mut out = Vec::new();
    while let Some(r) = found.next()? {
        let Ok(key) = TicketKey::parse(&r.get::<_, String>(1)?) else {
            continue;
        };
        out.push(Link {
            to: TicketId(r.get(0)?),
            key,
            subject: untrusted(r, 2)?.unwrap_or_default(),
            status: Status::from_code(r.get(3)?).unwrap_or(Status::Open),
            kind: link_kind(r.get(4)?),
            incoming: r.get(5)?,
        });
    }
    Ok(out)
}

/// The tie behind a stored number.
const fn link_kind(code: i64) -> LinkKind {
    match code {
        2 => LinkKind::BlockedBy,
        3 => LinkKind::SplitFrom,
        _ => LinkKind::Related,
    }
}

/// A ticket with all that belongs to it.
pub fn thread(conn: &Connection, id: TicketId) -> Result<Option<Thread>> {
    let Some(ticket) = put::load(conn, id)? else {
        return Ok(None);
    };
    let mut stmt = conn.prepare_cached(&format!(
        "{MEMBERS} SELECT key FROM ticket WHERE id IN member AND id <> ?1 ORDER BY id"
    ))?;
    let merged: Vec<String> = stmt
        .query_map([id.0], |r| r.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut history = put::history(conn, ticket.clone())?;
    history
        .events
        .extend(super::outbox::clock_events(conn, id)?);
    history.events.sort_by_key(|e| e.at);
    let into = match ticket.merged_into {
        Some(into) => put::load(conn, into)?.map(|t| (t.id, t.key)),
        None => None,
    };
    let told = remote::told(conn, id)?;
    Ok(Some(Thread {
        ticket,
        messages: messages(conn, id, BODY, true, None)?,
        timeline: timeline(conn, id, None)?,
        links: links(conn, id)?,
        drafts: super::draft::of(conn, id)?,
        into,
        opened_by: history.opened_by,
        first_status: history.first_status,
        clock_events: history.events,
        merged: merged
            .iter()
            .filter_map(|k| TicketKey::parse(k).ok())
            .collect(),
        whole: told.as_ref().is_none_or(|t| t.whole),
        further: told.map(|t| t.further).unwrap_or_default(),
        vendor: super::escalation::latest(conn, id)?.map(Box::new),
    }))
}

/// A ticket's own ties and its merge, with those that wait for a ticket which has not come.
fn beside(conn: &Connection, ticket: &Ticket, later: &Later) -> Result<Beside> {
    let mut links: Vec<(TicketKey, LinkKind)> = links(conn, ticket.id)?
        .into_iter()
        .filter(|l| !l.incoming)
        .map(|l| (l.key, l.kind))
        .collect();
    let mut merged_into = ticket
        .merged_into
        .map(|into| put::load(conn, into))
        .transpose()?
        .flatten()
        .map(|into| into.key);
    for (key, code) in later.get(&ticket.id).into_iter().flatten() {
        if *code == import::MERGE_LATER {
            merged_into.get_or_insert_with(|| key.clone());
        } else {
            links.push((key.clone(), link_kind(*code)));
        }
    }
    Ok(Beside {
        links,
        merged_into,
        clocks: outbox::shown_history(conn, ticket.clone())?,
    })
}

type Later = HashMap<TicketId, Vec<(TicketKey, i64)>>;

fn later(conn: &Connection) -> Result<Later> {
    let mut stmt =
        conn.prepare_cached("SELECT ticket, key, kind FROM link_later ORDER BY ticket, key, kind")?;
    let mut found = stmt.query([])?;
    let mut out = Later::new();
    while let Some(r) = found.next()? {
        if let Ok(key) = TicketKey::parse(&r.get::<_, String>(1)?) {
            let of = out.entry(TicketId(r.get(0)?)).or_default();
            of.push((key, r.get(2)?));
        }
    }
    Ok(out)
}

/// Hands out every ticket, oldest first.
pub fn export(conn: &Connection, each: &mut dyn FnMut(ExportRow) -> bool) -> Result<()> {
    let later = later(conn)?;
    let mut last = i64::MIN;
    loop {
        let mut stmt = conn.prepare_cached(&format!(
            "SELECT {COLS} FROM ticket t WHERE t.id > ?1 ORDER BY t.id LIMIT 200"
        ))?;
        let batch: Vec<_> = stmt
            .query_map([last], rows::ticket)?
            .collect::<rusqlite::Result<_>>()?;
        let Some(end) = batch.last() else {
            return Ok(());
        };
        last = end.id.0;
        for ticket in batch {
            let kept = import::original(conn, ticket.id)?;
            let mut all = messages(conn, ticket.id, i64::MAX, false, Some(false))?;
            // What is not here cannot go out; an empty text would be a lie.
            let known = all.len();
            all.retain(|m| !m.missing);
            let own_messages = all.len();
            all.extend(messages(conn, ticket.id, i64::MAX, false, Some(true))?);
            let mut changes = timeline(conn, ticket.id, Some(false))?;
            let own_timeline = changes.len();
            changes.extend(timeline(conn, ticket.id, Some(true))?);
            let (original, version) = kept.unwrap_or((None, 0));
            let touched = ticket.version != version
                || ticket.waiting > 0
                || own_messages < all.len()
                || own_timeline < changes.len();
            let beside = (touched || original.is_none())
                .then(|| beside(conn, &ticket, &later))
                .transpose()?;
            if !each(ExportRow {
                touched,
                original,
                messages: all,
                missing: known - own_messages,
                own_messages,
                timeline: changes,
                own_timeline,
                beside,
                ticket,
            }) {
                return Ok(());
            }
        }
    }
}
