//! Drafts: text that is being written, one for each ticket and each kind of reader.

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

use super::lay::{parse, to_json, visibility_code};
use super::rows::{self, ms};
use super::thread::visibility;
use super::{Result, StoreError};
use crate::domain::change::{Act, Change};
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
        if for_whom == Visibility::Internal {
            stay(conn, ticket)?;
        }
    }
    Ok(())
}

/// What came here with merges, however many, was used here: it does not go home again.
fn stay(conn: &Connection, ticket: TicketId) -> Result<()> {
    conn.prepare_cached(
        "WITH RECURSIVE up(t) AS (VALUES (?1) UNION SELECT m.ticket FROM moved_draft m JOIN up ON m.went_to = up.t)
         DELETE FROM moved_draft WHERE went_to IN (SELECT t FROM up)",
    )?
    .execute([ticket.0])?;
    Ok(())
}

/// A text that another window has sent meanwhile does not go a second time: its draft is gone,
/// and the same words were said since it was seen.
pub fn against_twice(conn: &Connection, changes: &[Change], seen: &DraftSeen) -> Result<()> {
    let (ticket, for_whom) = seen.place;
    if one(conn, ticket, for_whom)?.is_some() {
        return Ok(());
    }
    for change in changes {
        let Act::Say { body, .. } = &change.act else {
            continue;
        };
        let Some(since) = seen.texts.iter().rfind(|d| d.body == body.raw()) else {
            continue;
        };
        let said: bool = conn
            .prepare_cached(
                "SELECT EXISTS(SELECT 1 FROM message WHERE ticket = ?1 AND at >= ?2 AND author = ?3
                  AND visibility = ?4 AND body = ?5)",
            )?
            .query_row(
                params![
                    ticket.0,
                    ms(since.at),
                    change.by.as_str(),
                    visibility_code(for_whom),
                    body.raw()
                ],
                |r| r.get(0),
            )?;
        if said {
            return Err(StoreError::Refused(
                "another window has sent this text already; Esc leaves it, Ctrl-s again sends it a second time".to_owned(),
            ));
        }
    }
    Ok(())
}

/// Forgets a draft.
pub fn forget(conn: &Connection, ticket: TicketId, for_whom: Visibility) -> Result<()> {
    conn.prepare_cached("DELETE FROM draft WHERE ticket = ?1 AND visibility = ?2")?
        .execute(params![ticket.0, visibility_code(for_whom)])?;
    Ok(())
}

/// A draft that went along with a merge, and what was there before and after it came: files
/// of an earlier form do not say.
#[derive(Serialize, Deserialize)]
struct Moved {
    #[serde(flatten)]
    draft: Draft,
    #[serde(default)]
    before: Option<Draft>,
    #[serde(default)]
    after: Option<Draft>,
}

/// Lets the drafts of a ticket that is merged go along. What was meant for its requester
/// becomes a note there: another person may be asking in the other ticket.
pub fn follow(conn: &Connection, from: TicketId, into: TicketId) -> Result<()> {
    for draft in of(conn, from)? {
        forget(conn, from, draft.visibility)?;
        let (ticket, visibility) = (into, Visibility::Internal);
        let before = one(conn, ticket, visibility)?;
        join(
            conn,
            Draft {
                ticket,
                visibility,
                ..draft.clone()
            },
        )?;
        let moved = Moved {
            before,
            after: one(conn, ticket, visibility)?,
            draft,
        };
        conn.prepare_cached(
            "INSERT OR REPLACE INTO moved_draft(ticket, visibility, went_to, json) VALUES(?1,?2,?3,?4)",
        )?
        .execute(params![
            from.0,
            visibility_code(moved.draft.visibility),
            into.0,
            to_json("a draft", &moved)?
        ])?;
    }
    Ok(())
}

/// Gives back the drafts that went along with a merge. What was written there since stays there.
pub fn return_home(conn: &Connection, home: TicketId) -> Result<()> {
    // The last that came is taken off first: it lies behind the others.
    let moved: Vec<(i64, String)> = conn
        .prepare_cached(
            "SELECT went_to, json FROM moved_draft WHERE ticket = ?1 ORDER BY visibility DESC",
        )?
        .query_map([home.0], |r| Ok((r.get(0)?, r.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (went_to, json) in moved {
        let moved: Moved = parse("a draft", &json)?;
        if let Some(there) = one(conn, TicketId(went_to), Visibility::Internal)? {
            keep(conn, &without(there, &moved))?;
        }
        join(conn, moved.draft)?;
    }
    conn.prepare_cached("DELETE FROM moved_draft WHERE ticket = ?1")?
        .execute([home.0])?;
    Ok(())
}

/// A draft without what came to it: as it was before, with what was written to it since.
/// What cannot be told apart stays; a leftover is better than a loss.
fn without(mut there: Draft, moved: &Moved) -> Draft {
    let before = moved.before.as_ref();
    let had = before.map_or("", |d| d.body.as_str());
    let after = moved.after.as_ref().map(|d| d.body.as_str());
    match &moved.after {
        Some(after) if (&there.body, &there.files) == (&after.body, &after.files) => {
            if let Some(before) = before {
                return before.clone();
            }
            there.body.clear();
        }
        _ => {
            there.body = since(&there.body, had, after)
                .unwrap_or_else(|| without_block(&there.body, &moved.draft.body));
        }
    }
    let had = before.map_or(&[][..], |d| &d.files);
    let came = &moved.draft.files;
    there.files.retain(|f| had.contains(f) || !came.contains(f));
    there
}

/// What a text was before, with the lines that were written in front of or behind what it
/// became. Where the last line itself goes on, it is not a copy any more.
fn since(text: &str, before: &str, after: Option<&str>) -> Option<String> {
    let after = after?;
    if after == before {
        return Some(text.to_owned());
    }
    let apart = |more: &str| more.is_empty() || more.starts_with('\n');
    if let Some(more) = text.strip_prefix(after).filter(|m| apart(m)) {
        return Some(
            format!("{before}{more}")
                .trim_start_matches('\n')
                .to_owned(),
        );
    }
    let more = text
        .strip_suffix(after)
        .filter(|m| m.is_empty() || m.ends_with('\n'))?;
    Some(format!("{more}{before}").trim_end_matches('\n').to_owned())
}

/// A text without the last of its blocks that reads so.
fn without_block(text: &str, block: &str) -> String {
    let found = text
        .rmatch_indices(block)
        .filter(|_| !block.trim().is_empty())
        .map(|(at, _)| {
            let (head, tail) = text.split_at(at);
            (head, tail.strip_prefix(block).unwrap_or(tail))
        })
        .find(|(head, tail)| {
            (head.is_empty() || head.ends_with("\n\n"))
                && (tail.is_empty() || tail.starts_with("\n\n"))
        });
    match found {
        None => text.to_owned(),
        Some((head, "")) => head.trim_end_matches('\n').to_owned(),
        Some((head, tail)) => format!("{head}{}", tail.trim_start_matches('\n')),
    }
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
