//! Changes on their way to a desk over a network, and what such a desk tells.

use rusqlite::{Connection, OptionalExtension, params};

use super::lay::Scene;
use super::{KeptPull, Result, outbox, put};
use crate::domain::Instant;
use crate::domain::change::{Act, Change, ChangeId};
use crate::domain::remote::{
    Cursor, Mark, Outgoing, OutgoingFile, Pulled, Receipt, RemoteId, Told,
};
use crate::domain::text::Untrusted;
use crate::domain::ticket::{TicketId, TicketKey};

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
    Ok(Outgoing {
        key: shown.key,
        base,
        version: version(scene.conn, change.ticket)?,
        other,
        files: files(scene.conn, &change)?,
        taken: taken(scene.conn, change.ticket)?,
        change,
    })
}

fn version(conn: &Connection, id: TicketId) -> Result<Option<String>> {
    let found: Option<Option<String>> = conn
        .prepare_cached("SELECT version FROM told WHERE ticket = ?1")?
        .query_row([id.0], |r| r.get(0))
        .optional()?;
    Ok(found.flatten())
}

fn files(conn: &Connection, change: &Change) -> Result<Vec<OutgoingFile>> {
    if !matches!(&change.act, Act::Say { attachments, .. } if !attachments.is_empty()) {
        return Ok(Vec::new());
    }
    let mut stmt = conn.prepare_cached(
        "SELECT a.name, a.media_type, d.bytes FROM attachment a JOIN attachment_data d ON d.id = a.id
         WHERE a.message IN (SELECT id FROM message WHERE change = ?1) ORDER BY a.id",
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
        .prepare_cached("UPDATE outbox SET stage = 2, mark = ?2 WHERE id = ?1 AND stage = 1")?
        .execute(params![id.0.as_bytes().as_slice(), mark.0])?;
    Ok(n > 0)
}

impl Scene<'_> {
    /// The desk has it; a message keeps its identity there.
    pub fn received(
        &mut self,
        id: ChangeId,
        receipt: &Receipt,
        now: Instant,
    ) -> Result<Vec<TicketId>> {
        let tickets = self.confirm(id, None, now)?;
        if let Some(entry) = &receipt.entry {
            self.conn
                .prepare_cached("UPDATE outbox SET entry = ?2 WHERE id = ?1")?
                .execute(params![id.0.as_bytes().as_slice(), entry.0])?;
        }
        Ok(tickets)
    }

    /// It meets a change of somebody else: the person chooses.
    pub fn meets(&mut self, id: ChangeId, _theirs: &Told, _now: Instant) -> Result<Vec<TicketId>> {
        outbox::set_stage(self.conn, id, crate::domain::change::Stage::Conflict, None)?;
        Ok(Vec::new())
    }

    /// Keeps one step of a pull, and where the next goes on.
    pub fn keep(&mut self, pulled: &Pulled, _now: Instant) -> Result<KeptPull> {
        self.conn
            .prepare_cached("INSERT OR REPLACE INTO meta VALUES('cursor', ?1)")?
            .execute([&pulled.cursor.0])?;
        Ok(KeptPull::default())
    }
}

/// Where the next pull goes on; none: nothing was pulled yet.
pub fn cursor(conn: &Connection) -> Result<Option<Cursor>> {
    Ok(conn
        .prepare_cached("SELECT value FROM meta WHERE key = 'cursor'")?
        .query_row([], |r| r.get(0))
        .optional()?
        .map(Cursor))
}

/// Tickets whose texts are not here yet and are worth having: live ones, newest first.
pub fn wanted(conn: &Connection, limit: usize) -> Result<Vec<TicketKey>> {
    let mut stmt = conn.prepare_cached(
        "SELECT t.key FROM told d JOIN ticket t ON t.id = d.ticket
         WHERE d.whole = 0 AND t.shelf IN (0, 1) ORDER BY d.ticket DESC LIMIT ?1",
    )?;
    let found = stmt.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |r| {
        r.get::<_, String>(0)
    })?;
    let keys: Vec<String> = found.collect::<rusqlite::Result<_>>()?;
    Ok(keys
        .iter()
        .filter_map(|k| TicketKey::parse(k).ok())
        .collect())
}
