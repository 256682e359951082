//! Taking tickets in from outside, by the thousand.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::lay::{Scene, attach, link_code, new_id, to_json, visibility_code};
use super::rows::{ms, whole_ms};
use super::{Result, put, words};
use crate::domain::import::{ImportOutcome, ImportTicket};
use crate::domain::thread::Author;
use crate::domain::ticket::{Ticket, TicketId, TicketKey};

/// Lines longer than this are packed.
const PACK_FROM: usize = 2048;

/// Among the ties that wait for a ticket which has not come: this one lives on there.
pub const MERGE_LATER: i64 = 9;

enum Known {
    No,
    Same,
    Touched,
    Older(Box<Ticket>),
}

impl Scene<'_> {
    /// Keeps a batch; the caller holds the transaction.
    pub fn import(&mut self, tickets: &[ImportTicket]) -> Result<ImportOutcome> {
        let mut out = ImportOutcome::default();
        let mut order: Vec<&ImportTicket> = tickets.iter().collect();
        order.sort_by_key(|t| t.created);
        let mut next_message = next_message(self.conn)?;
        let mut waiting = waiting_for_others(self.conn)?;
        for t in order {
            let hash = digest(t)?;
            let known = self.known(t, &hash)?;
            let put = match known {
                Known::Same => {
                    out.unchanged += 1;
                    continue;
                }
                Known::Touched if self.hear_requester(t, &mut next_message)? => {
                    out.updated += 1;
                    continue;
                }
                Known::Touched => {
                    out.kept += 1;
                    continue;
                }
                Known::No => {
                    let id = new_id(self.conn, t.created)?;
                    self.put_in(t, id, None, &hash, &mut next_message)?;
                    out.added += 1;
                    id
                }
                Known::Older(old) => {
                    self.clear(old.id)?;
                    if waiting.remove(&old.id.0) {
                        self.conn
                            .prepare_cached("DELETE FROM link_later WHERE ticket = ?1")?
                            .execute([old.id.0])?;
                    }
                    self.put_in(t, old.id, Some(&old), &hash, &mut next_message)?;
                    out.updated += 1;
                    old.id
                }
            };
            if !t.links.is_empty() || t.merged_into.is_some() {
                waiting.insert(put.0);
            }
        }
        Ok(out)
    }

    fn known(&self, t: &ImportTicket, hash: &[u8]) -> Result<Known> {
        let Some(id) = put::by_key(self.conn, &t.key)? else {
            return Ok(Known::No);
        };
        let Some(shown) = put::load(self.conn, id)? else {
            return Ok(Known::No);
        };
        let kept: Option<(Vec<u8>, i64)> = self
            .conn
            .prepare_cached("SELECT hash, version FROM original WHERE ticket = ?1")?
            .query_row([id.0], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?;
        Ok(match kept {
            Some((h, _)) if h == hash => Known::Same,
            Some((_, v)) if v.unsigned_abs() == shown.version && shown.waiting == 0 => {
                Known::Older(Box::new(shown))
            }
            _ => Known::Touched,
        })
    }

    fn clear(&self, id: TicketId) -> Result<()> {
        for sql in [
            "DELETE FROM attachment_data WHERE id IN (SELECT a.id FROM attachment a JOIN message m ON m.id = a.message WHERE m.ticket = ?1)",
            "DELETE FROM attachment WHERE message IN (SELECT id FROM message WHERE ticket = ?1)",
            "DELETE FROM message WHERE ticket = ?1",
            "DELETE FROM timeline WHERE ticket = ?1",
            "DELETE FROM link WHERE ticket = ?1",
            "DELETE FROM words WHERE rowid = ?1",
        ] {
            self.conn.prepare_cached(sql)?.execute([id.0])?;
        }
        Ok(())
    }

    fn put_in(
        &mut self,
        i: &ImportTicket,
        id: TicketId,
        old: Option<&Ticket>,
        hash: &[u8],
        next: &mut i64,
    ) -> Result<()> {
        let mut t = row_of(i, id);
        if let Some(old) = old {
            t.version = old.version + 1;
            t.unread = old.unread;
            t.changed = true;
        }
        put::write_history(self.conn, id, i.opened_by, i.first_status, &i.sla)?;
        let history = super::TicketHistory {
            ticket: t,
            opened_by: i.opened_by,
            first_status: i.first_status,
            events: i.sla.clone(),
        };
        let mut t = put::with_due(self.conn, self.rules, history)?;
        t.merged_into = self.merge_target(i, id)?;
        put::write(self.conn, old, &t, &mut self.counters)?;
        let mut doc = words::Doc::new(&t);
        for m in &i.messages {
            let (side, author) = match &m.author {
                Author::Requester { name } => (1, Some(name.raw())),
                Author::Agent { id } => (2, Some(id.as_str())),
                Author::Helper { name } => (3, Some(name.raw())),
                Author::System => (4, None),
            };
            self.conn
                .prepare_cached("INSERT INTO message(id,ticket,at,side,author,visibility,body) VALUES(?1,?2,?3,?4,?5,?6,?7)")?
                .execute(params![*next, id.0, ms(m.at), side, author, visibility_code(m.visibility), m.body.raw()])?;
            for a in &m.attachments {
                attach(self.conn, *next, a.name.raw(), a.media_type.raw(), &a.bytes)?;
            }
            *next += 1;
            doc.add(m.body.raw());
        }
        for e in &i.timeline {
            self.conn
                .prepare_cached(
                    "INSERT INTO timeline(ticket,at,by,field,old,new) VALUES(?1,?2,?3,?4,?5,?6)",
                )?
                .execute(params![
                    id.0,
                    ms(e.at),
                    e.by.raw(),
                    e.field,
                    e.old.as_ref().map(|o| o.raw()),
                    e.new.as_ref().map(|o| o.raw())
                ])?;
        }
        let joined = self.merge_those_that_waited(&i.key, id)?;
        let left = old.and_then(|o| o.merged_into);
        if t.merged_into.is_none() && !joined && old.is_none() {
            self.conn
                .prepare_cached("INSERT INTO words(rowid, text) VALUES(?1, ?2)")?
                .execute(params![id.0, doc.finish()])?;
        } else {
            // The words of what is merged stand with the ticket that goes on.
            let all: Vec<TicketId> = [Some(id), t.merged_into, left]
                .into_iter()
                .flatten()
                .collect();
            self.reindex(&all)?;
        }
        self.put_links(i, id)?;
        self.tie_those_that_waited(&i.key, id)?;
        keep_original(self.conn, &t, &i.original, hash)
    }

    /// The ticket that goes on, if it is here already; otherwise the merge waits for it.
    fn merge_target(&self, i: &ImportTicket, id: TicketId) -> Result<Option<TicketId>> {
        let Some(key) = &i.merged_into else {
            return Ok(None);
        };
        match put::by_key(self.conn, key)? {
            Some(into) => Ok((!self.leads_to(into, id)?).then_some(into)),
            None => {
                self.conn
                    .prepare_cached("INSERT OR IGNORE INTO link_later VALUES(?1,?2,?3)")?
                    .execute(params![id.0, key.as_str(), MERGE_LATER])?;
                Ok(None)
            }
        }
    }

    /// Whether following the merges from one ticket leads to the other: a file may say
    /// anything, and tickets that live on in each other would be nowhere.
    pub fn leads_to(&self, from: TicketId, to: TicketId) -> Result<bool> {
        let mut next = Some(from);
        while let Some(at) = next {
            if at == to {
                return Ok(true);
            }
            next = self
                .conn
                .prepare_cached("SELECT merged FROM ticket WHERE id = ?1")?
                .query_row([at.0], |r| r.get::<_, Option<i64>>(0))
                .optional()?
                .flatten()
                .map(TicketId);
        }
        Ok(false)
    }

    /// Tickets whose line said that they live on in this one, which had not come then. One
    /// that is worked on here in the meantime stays as it is.
    pub fn merge_those_that_waited(&mut self, key: &TicketKey, into: TicketId) -> Result<bool> {
        let ids: Vec<i64> = self
            .conn
            .prepare_cached("SELECT ticket FROM link_later WHERE key = ?1 AND kind = ?2")?
            .query_map(params![key.as_str(), MERGE_LATER], |r| r.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let mut joined = false;
        for from in ids.into_iter().map(TicketId) {
            let Some(old) = put::load(self.conn, from)? else {
                continue;
            };
            let read = original(self.conn, from)?.map(|(_, version)| version);
            // What a desk over a network says of its tickets is so.
            let told = super::remote::is_told(self.conn, from)?;
            let at_work = old.status.is_live() && read != Some(old.version) && !told;
            if at_work || old.merged_into.is_some() || self.leads_to(into, from)? {
                continue;
            }
            joined = true;
            if told {
                self.live_on(&old, into)?;
                continue;
            }
            let mut base = self.base(&old)?;
            let mut t = old.clone();
            t.merged_into = Some(into);
            put::write(self.conn, Some(&old), &t, &mut self.counters)?;
            if old.waiting > 0 {
                base.merged_into = Some(into);
                self.keep_base(&base)?;
            }
            put::index_words(self.conn, &t)?;
            self.reindex(&[from])?;
        }
        self.conn
            .prepare_cached("DELETE FROM link_later WHERE key = ?1 AND kind = ?2")?
            .execute(params![key.as_str(), MERGE_LATER])?;
        Ok(joined)
    }

    fn put_links(&self, i: &ImportTicket, id: TicketId) -> Result<()> {
        for (key, kind) in &i.links {
            match put::by_key(self.conn, key)? {
                Some(other) if other == id => continue,
                Some(other) => self
                    .conn
                    .prepare_cached("INSERT OR IGNORE INTO link VALUES(?1,?2,?3)")?
                    .execute(params![id.0, other.0, link_code(*kind)])?,
                None => self
                    .conn
                    .prepare_cached("INSERT OR IGNORE INTO link_later VALUES(?1,?2,?3)")?
                    .execute(params![id.0, key.as_str(), link_code(*kind)])?,
            };
        }
        Ok(())
    }

    /// Ties of other tickets to this one, which had not come then.
    pub fn tie_those_that_waited(&self, key: &TicketKey, id: TicketId) -> Result<()> {
        let tied = self
            .conn
            .prepare_cached(
                "INSERT OR IGNORE INTO link SELECT ticket, ?2, kind FROM link_later WHERE key = ?1",
            )?
            .execute(params![key.as_str(), id.0])?;
        if tied > 0 {
            self.conn
                .prepare_cached("DELETE FROM link_later WHERE key = ?1")?
                .execute([key.as_str()])?;
        }
        Ok(())
    }
}

/// Tickets with ties that wait for a ticket which has not come.
fn waiting_for_others(conn: &Connection) -> Result<HashSet<i64>> {
    let mut stmt = conn.prepare_cached("SELECT DISTINCT ticket FROM link_later")?;
    let found = stmt.query_map([], |r| r.get(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The next free number of a message that was not written here.
pub fn next_message(conn: &Connection) -> Result<i64> {
    let max: Option<i64> =
        conn.query_row("SELECT max(id) FROM message WHERE id < 1 << 40", [], |r| {
            r.get(0)
        })?;
    Ok(max.unwrap_or(0) + 1)
}

fn digest(t: &ImportTicket) -> Result<Vec<u8>> {
    if t.original.is_empty() {
        return Ok(Sha256::digest(to_json("an imported ticket", t)?.as_bytes()).to_vec());
    }
    Ok(Sha256::digest(&t.original).to_vec())
}

fn keep_original(conn: &Connection, t: &Ticket, line: &[u8], hash: &[u8]) -> Result<()> {
    let packed = if line.len() >= PACK_FROM {
        zstd::bulk::compress(line, 1).ok()
    } else {
        None
    };
    let size = i64::try_from(line.len()).unwrap_or(0);
    let version = i64::try_from(t.version).unwrap_or(i64::MAX);
    let (packed, bytes) = packed.as_deref().map_or((0, line), |p| (size, p));
    conn.prepare_cached("INSERT OR REPLACE INTO original VALUES(?1,?2,?3,?4,?5)")?
        .execute(params![t.id.0, hash, version, packed, bytes])?;
    Ok(())
}

/// The line a ticket was read from, and the version it had then. An empty line is none.
pub fn original(conn: &Connection, id: TicketId) -> Result<Option<(Option<Vec<u8>>, u64)>> {
    let row: Option<(i64, i64, Vec<u8>)> = conn
        .prepare_cached("SELECT version, packed, line FROM original WHERE ticket = ?1")?
        .query_row([id.0], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .optional()?;
    Ok(row.map(|(version, packed, line)| {
        let line = match usize::try_from(packed) {
            Ok(size) if size > 0 => zstd::bulk::decompress(&line, size).ok(),
            _ => (!line.is_empty()).then_some(line),
        };
        (line, version.unsigned_abs())
    }))
}

fn row_of(i: &ImportTicket, id: TicketId) -> Ticket {
    let mut labels = i.labels.clone();
    labels.retain(|l| !l.is_empty());
    for l in &mut labels {
        *l = l.replace('\n', " ").to_lowercase();
    }
    labels.sort();
    labels.dedup();
    Ticket {
        subject: i.subject.clone(),
        status: i.status,
        status_label: i.status_label.clone(),
        priority: i.priority,
        kind: i.kind,
        tenant: i.tenant.clone(),
        workspace: i.workspace.clone(),
        requester: i.requester.clone(),
        assignee: i.assignee.clone(),
        labels,
        channel: i.channel,
        updated: whole_ms(i.updated),
        resolved: i.resolved.map(whole_ms),
        closed: i.closed.map(whole_ms),
        snoozed_until: i.snoozed_until.map(whole_ms),
        turn: i.turn,
        reassignments: i.reassignments,
        unread: i.unread,
        ..Ticket::blank(id, i.key.clone(), whole_ms(i.created))
    }
}
