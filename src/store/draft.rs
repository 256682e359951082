//! Drafts: text that is being written, one for each ticket and each kind of reader.

use rusqlite::{Connection, Row, params};

use super::Result;
use super::lay::{parse, to_json, visibility_code};
use super::rows::{self, ms};
use super::thread::visibility;
use crate::domain::thread::{Draft, DraftSeen, Kept, Visibility};
use crate::domain::ticket::TicketId;

const COLUMNS: &str = "SELECT ticket, visibility, body, at, files FROM draft";

fn read(r: &Row<'_>) -> Result<Draft> {
    Ok(Draft {
        ticket: TicketId(r.get(0)?),
        visibility: visibility(r.get(1)?),
        body: r.get(2)?,
        at: rows::at(r.get(3)?),
        files: parse("a draft's files", &r.get::<_, String>(4)?)?,
    })
}

fn found(conn: &Connection, rest: &str, args: impl rusqlite::Params) -> Result<Vec<Draft>> {
    let mut stmt = conn.prepare_cached(&format!("{COLUMNS} {rest}"))?;
    let mut found = stmt.query(args)?;
    let mut out = Vec::new();
    while let Some(r) = found.next()? {
        out.push(read(r)?);
    }
    Ok(out)
}

/// The drafts of a ticket: at most one for each kind of reader.
pub fn of(conn: &Connection, ticket: TicketId) -> Result<Vec<Draft>> {
    found(conn, "WHERE ticket = ?1 ORDER BY visibility", [ticket.0])
}

fn one(conn: &Connection, ticket: TicketId, for_whom: Visibility) -> Result<Option<Draft>> {
    let one = "WHERE ticket = ?1 AND visibility = ?2";
    Ok(found(conn, one, params![ticket.0, visibility_code(for_whom)])?.pop())
}

/// All drafts, the newest first.
pub fn all(conn: &Connection) -> Result<Vec<Draft>> {
    found(conn, "ORDER BY at DESC", [])
}

/// Keeps a draft in the place of the one before; an empty one is forgotten.
pub fn keep(conn: &Connection, draft: &Draft) -> Result<()> {
    if draft.is_empty() {
        return forget(conn, draft.ticket, draft.visibility);
    }
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

/// Keeps a draft behind the one that is there; nothing of either is lost.
pub fn join(conn: &Connection, draft: Draft) -> Result<()> {
    let Some(there) = one(conn, draft.ticket, draft.visibility)? else {
        return keep(conn, &draft);
    };
    keep(conn, &there.joined(draft))
}

/// Keeps a draft over what its writer has seen, and beside what somebody else wrote.
pub fn save(conn: &Connection, draft: Draft, seen: &DraftSeen) -> Result<Kept> {
    let stored = one(conn, draft.ticket, draft.visibility)?;
    let (draft, kept) = seen.keep(draft, stored);
    keep(conn, &draft)?;
    Ok(kept)
}

/// Forgets a draft, unless there is text in it that whoever gives it up has not seen.
pub fn give_up(conn: &Connection, seen: &DraftSeen) -> Result<()> {
    let (ticket, for_whom) = seen.place;
    if seen.covers(one(conn, ticket, for_whom)?.as_ref()) {
        forget(conn, ticket, for_whom)?;
    }
    Ok(())
}

/// Forgets a draft.
pub fn forget(conn: &Connection, ticket: TicketId, for_whom: Visibility) -> Result<()> {
    conn.prepare_cached("DELETE FROM draft WHERE ticket = ?1 AND visibility = ?2")?
        .execute(params![ticket.0, visibility_code(for_whom)])?;
    Ok(())
}

/// Lets the drafts of a ticket that is merged go along. What was meant for its requester
/// becomes a note there: another person may be asking in the other ticket.
pub fn follow(conn: &Connection, from: TicketId, into: TicketId) -> Result<()> {
    for draft in of(conn, from)? {
        conn.prepare_cached(
            "INSERT OR REPLACE INTO moved_draft(ticket, visibility, went_to, json) VALUES(?1,?2,?3,?4)",
        )?
        .execute(params![
            from.0,
            visibility_code(draft.visibility),
            into.0,
            to_json("a draft", &draft)?
        ])?;
        forget(conn, from, draft.visibility)?;
        let (ticket, visibility) = (into, Visibility::Internal);
        join(
            conn,
            Draft {
                ticket,
                visibility,
                ..draft
            },
        )?;
    }
    Ok(())
}

/// Gives back the drafts that went along with a merge. What was written there since stays there.
pub fn return_home(conn: &Connection, home: TicketId) -> Result<()> {
    let moved: Vec<(i64, String)> = conn
        .prepare_cached("SELECT went_to, json FROM moved_draft WHERE ticket = ?1")?
        .query_map([home.0], |r| Ok((r.get(0)?, r.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (went_to, json) in moved {
        let draft: Draft = parse("a draft", &json)?;
        if let Some(mut there) = one(conn, TicketId(went_to), Visibility::Internal)? {
            let rest = there.body.strip_suffix(draft.body.as_str());
            if let Some(rest) = rest.map(|r| r.trim_end_matches('\n').to_owned()) {
                there.body = rest;
                there.files.retain(|f| !draft.files.contains(f));
                keep(conn, &there)?;
                if there.is_empty() {
                    forget(conn, there.ticket, there.visibility)?;
                }
            }
        }
        join(conn, draft)?;
    }
    conn.prepare_cached("DELETE FROM moved_draft WHERE ticket = ?1")?
        .execute([home.0])?;
    Ok(())
}

/// Moves all drafts of a ticket that goes away to another.
pub fn hand_over(conn: &Connection, from: TicketId, to: TicketId) -> Result<()> {
    for draft in of(conn, from)? {
        forget(conn, from, draft.visibility)?;
        join(
            conn,
            Draft {
                ticket: to,
                ..draft
            },
        )?;
    }
    Ok(())
}
