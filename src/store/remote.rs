//! Changes on their way to a desk over a network, and what such a desk tells.

use chrono::TimeDelta;
use rusqlite::{Connection, OptionalExtension, params};

use super::lay::{Scene, parse};
use super::{Result, Stored, order, put, rows};
use crate::domain::Instant;
use crate::domain::change::{Act, Change, ChangeId};
use crate::domain::people::AgentId;
use crate::domain::remote::{Cursor, Mark, Outgoing, OutgoingFile, RemoteId};
use crate::domain::text::Untrusted;
use crate::domain::thread::AttachmentId;
use crate::domain::ticket::{TicketId, TicketKey};

/// How much of a ticket the desk has told.
pub struct ToldRow {
    /// The desk's mark of the version.
    pub version: Option<String>,
    /// All that happened is here.
    pub whole: bool,
    /// Fields that are shown as they are.
    pub further: Vec<(String, Untrusted)>,
}

/// What is known of what the desk has told of a ticket; none: it is kept on this machine only.
pub fn told(conn: &Connection, id: TicketId) -> Result<Option<ToldRow>> {
    let found: Option<(Option<String>, bool, String)> = conn
        .prepare_cached("SELECT version, whole, further FROM told WHERE ticket = ?1")?
        .query_row([id.0], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .optional()?;
    found
        .map(|(version, whole, further)| {
            Ok(ToldRow {
                version,
                whole,
                further: parse("a ticket's further fields", &further)?,
            })
        })
        .transpose()
}

/// Whether a desk over a network tells of this ticket.
pub fn is_told(conn: &Connection, id: TicketId) -> Result<bool> {
    Ok(conn
        .prepare_cached("SELECT EXISTS(SELECT 1 FROM told WHERE ticket = ?1)")?
        .query_row([id.0], |r| r.get(0))?)
}

/// A change with all that a desk needs to take it.
pub fn outgoing(scene: &Scene<'_>, change: Change) -> Result<Outgoing> {
    let shown = scene.ticket(change.ticket)?;
    let base = scene.base(&shown)?;
    let other = match &change.act {
        Act::Link { to, .. } | Act::Unlink { to, .. } | Act::Merge { into: to } => Some(*to),
        _ => None,
    };
    let other = match other {
        Some(id) => put::load(scene.conn, id)?.map(|t| t.key),
        None => None,
    };
    let told = told(scene.conn, change.ticket)?;
    Ok(Outgoing {
        key: shown.key,
        base,
        other,
        // The embedded desk has the bytes where they are.
        files: match told {
            Some(_) => files(scene.conn, &change)?,
            None => Vec::new(),
        },
        version: told.and_then(|t| t.version),
        taken: taken(scene.conn, change.ticket)?,
        change,
    })
}

fn files(conn: &Connection, change: &Change) -> Result<Vec<OutgoingFile>> {
    // What the vendor added to their words is not among those of the act.
    if !matches!(&change.act, Act::Say { .. }) {
        return Ok(Vec::new());
    }
    let mut stmt = conn.prepare_cached(
        "SELECT a.name, a.media_type, d.bytes FROM attachment a JOIN attachment_data d ON d.id = a.id
         WHERE a.message = (SELECT id FROM message WHERE change = ?1) ORDER BY a.id",
    )?;
    let found = stmt.query_map([change.id.0.as_bytes().as_slice()], |r| {
        Ok(OutgoingFile {
            name: Untrusted::new(r.get::<_, String>(0)?),
            media_type: Untrusted::new(r.get::<_, String>(1)?),
            bytes: r.get(2)?,
        })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Entries that earlier changes to this ticket became.
fn taken(conn: &Connection, id: TicketId) -> Result<Vec<RemoteId>> {
    let mut stmt =
        conn.prepare_cached("SELECT entry FROM outbox WHERE ticket = ?1 AND entry IS NOT NULL")?;
    let found = stmt.query_map([id.0], |r| Ok(RemoteId(r.get(0)?)))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The mark under which a change was sent.
pub fn mark(conn: &Connection, id: ChangeId) -> Result<Mark> {
    let mark: Option<Option<String>> = conn
        .prepare_cached("SELECT mark FROM outbox WHERE id = ?1")?
        .query_row([id.0.as_bytes().as_slice()], |r| r.get(0))
        .optional()?;
    Ok(Mark(mark.flatten().unwrap_or_default()))
}

/// It is being sent from now on, under that mark; false if it was taken back in the meantime.
pub fn begin(conn: &Connection, id: ChangeId, mark: &Mark) -> Result<bool> {
    let n = conn
        .prepare_cached(
            "UPDATE outbox SET stage = 2, mark = ?2, begun = ?3 WHERE id = ?1 AND stage = 1",
        )?
        .execute(params![
            id.0.as_bytes().as_slice(),
            mark.0,
            order::code(order::kept(conn)?)
        ])?;
    Ok(n > 0)
}

/// Where the next pull goes on; none: nothing was pulled yet.
pub fn cursor(conn: &Connection) -> Result<Option<Cursor>> {
    Ok(conn
        .prepare_cached("SELECT value FROM meta WHERE key = 'cursor'")?
        .query_row([], |r| r.get(0))
        .optional()?
        .map(Cursor))
}

/// When the desk last told all it had.
pub fn synced(conn: &Connection) -> Result<Option<Instant>> {
    let at: Option<i64> = conn
        .prepare_cached("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'synced'")?
        .query_row([], |r| r.get(0))
        .optional()?;
    Ok(at.map(rows::at))
}

/// A desk that has nothing new is asked every few seconds: that is not worth a write each time.
const NOTED: TimeDelta = TimeDelta::minutes(5);

/// It has told all it had.
pub fn note_synced(conn: &Connection, brought: bool, now: Instant) -> Result<()> {
    let known = synced(conn)?;
    // A clock that was set back is right from now on.
    let fresh = known.is_some_and(|at| at <= now && now - at < NOTED);
    if brought || !fresh {
        conn.prepare_cached("INSERT OR REPLACE INTO meta VALUES('synced', ?1)")?
            .execute([rows::ms(now).to_string()])?;
    }
    Ok(())
}

/// What is here of a file that came with a message.
pub fn stored(conn: &Connection, id: AttachmentId) -> Result<Option<Stored>> {
    let found: Option<(Option<Vec<u8>>, Option<String>)> = conn
        .prepare_cached(
            "SELECT d.bytes, a.remote FROM attachment a LEFT JOIN attachment_data d ON d.id = a.id WHERE a.id = ?1",
        )?
        .query_row([id.0], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    Ok(match found {
        Some((Some(bytes), _)) => Some(Stored::Here(bytes)),
        Some((None, Some(remote))) => Some(Stored::Remote(RemoteId(remote))),
        _ => None,
    })
}

/// Keeps the bytes of a file that its desk was asked for. A file that is gone meanwhile is none.
pub fn keep_file(conn: &Connection, id: AttachmentId, bytes: &[u8]) -> Result<()> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO attachment_data SELECT id, ?2 FROM attachment WHERE id = ?1",
    )?
    .execute(params![id.0, bytes])?;
    Ok(())
}

/// Where tickets whose texts are not here are looked for, the most wanted first. Each takes
/// a limit and the agent at the keyboard.
const WANTED: [&str; MINE + 2] = [
    "SELECT t.key FROM ticket t JOIN told d ON d.ticket = t.id WHERE d.whole = 0 AND t.shelf IN (0, 1) AND ?2 <> ''
       AND t.id IN (SELECT DISTINCT ticket FROM draft) LIMIT ?1",
    "SELECT t.key FROM outbox o JOIN told d ON d.ticket = o.ticket JOIN ticket t ON t.id = o.ticket
      WHERE o.stage IN (1, 2, 5) AND d.whole = 0 AND t.shelf IN (0, 1) AND ?2 <> '' LIMIT ?1",
    "SELECT t.key FROM ticket t INDEXED BY ticket_assignee JOIN told d ON d.ticket = t.id
      WHERE t.assignee = ?2 AND t.shelf = 0 AND d.whole = 0 ORDER BY t.k_due LIMIT ?1",
    "SELECT t.key FROM ticket t INDEXED BY ticket_age JOIN told d ON d.ticket = t.id
      WHERE t.shelf = 0 AND t.id > 0 AND d.whole = 0 AND ?2 <> '' ORDER BY t.id DESC LIMIT ?1",
    "SELECT t.key FROM ticket t INDEXED BY ticket_age JOIN told d ON d.ticket = t.id
      WHERE t.shelf = 1 AND t.id > 0 AND d.whole = 0 AND ?2 <> '' ORDER BY t.id DESC LIMIT ?1",
];

/// So many of these look for what the person works on or has to.
const MINE: usize = 3;

/// Tickets of which not all is here yet and it is worth having.
pub fn wanted(
    conn: &Connection,
    me: &AgentId,
    others: bool,
    limit: usize,
) -> Result<Vec<TicketKey>> {
    let mut out: Vec<TicketKey> = Vec::new();
    let places = if others { WANTED.len() } else { MINE };
    for sql in WANTED.into_iter().take(places) {
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut stmt = conn.prepare_cached(sql)?;
        let found = stmt.query_map(params![most, me.as_str()], |r| r.get::<_, String>(0))?;
        for key in found {
            if let Ok(key) = TicketKey::parse(&key?)
                && !out.contains(&key)
            {
                out.push(key);
            }
        }
        if out.len() >= limit {
            break;
        }
    }
    out.truncate(limit);
    Ok(out)
}
