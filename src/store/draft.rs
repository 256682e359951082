//! Drafts: text that is being written, one a ticket.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::lay::{to_json, visibility_code};
use super::rows::{self, ms};
use super::thread::visibility;
use super::{Result, lay};
use crate::domain::thread::{Draft, Visibility};
use crate::domain::ticket::TicketId;

const COLUMNS: &str = "SELECT ticket, visibility, body, at, files FROM draft";

fn read(r: &Row<'_>) -> Result<Draft> {
    Ok(Draft {
        ticket: TicketId(r.get(0)?),
        visibility: visibility(r.get(1)?),
        body: r.get(2)?,
        at: rows::at(r.get(3)?),
        files: lay::parse("a draft's files", &r.get::<_, String>(4)?)?,
    })
}

/// The draft of a ticket.
pub fn of(conn: &Connection, ticket: TicketId) -> Result<Option<Draft>> {
    conn.prepare_cached(&format!("{COLUMNS} WHERE ticket = ?1"))?
        .query_row([ticket.0], |r| Ok(read(r)))
        .optional()?
        .transpose()
}

/// All drafts, the newest first.
pub fn all(conn: &Connection) -> Result<Vec<Draft>> {
    let mut stmt = conn.prepare_cached(&format!("{COLUMNS} ORDER BY at DESC"))?;
    let mut found = stmt.query([])?;
    let mut out = Vec::new();
    while let Some(r) = found.next()? {
        out.push(read(r)?);
    }
    Ok(out)
}

/// Keeps a draft in the place of the one before.
pub fn keep(conn: &Connection, draft: &Draft) -> Result<()> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO draft(ticket, visibility, body, at, files) VALUES(?1,?2,?3,?4,?5)",
    )?
    .execute(params![
        draft.ticket.0,
        visibility_code(draft.visibility),
        draft.body,
        ms(draft.at),
        to_json("a draft's files", &draft.files)?
    ])?;
    Ok(())
}

/// Keeps a draft behind the one that is there; nothing of either is lost. What only agents
/// were to read stays internal.
pub fn join(conn: &Connection, draft: Draft) -> Result<()> {
    let Some(mut there) = of(conn, draft.ticket)? else {
        return keep(conn, &draft);
    };
    if there.body.trim().is_empty() {
        there.body = draft.body;
    } else if !draft.body.trim().is_empty() {
        there.body = format!("{}\n\n{}", there.body, draft.body);
    }
    if draft.visibility == Visibility::Internal {
        there.visibility = Visibility::Internal;
    }
    there.at = there.at.max(draft.at);
    let new = draft.files.into_iter();
    let new: Vec<_> = new.filter(|f| !there.files.contains(f)).collect();
    there.files.extend(new);
    keep(conn, &there)
}

/// Forgets a draft.
pub fn forget(conn: &Connection, ticket: TicketId) -> Result<()> {
    conn.prepare_cached("DELETE FROM draft WHERE ticket = ?1")?
        .execute([ticket.0])?;
    Ok(())
}
