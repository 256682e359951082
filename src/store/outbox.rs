//! The outbox: what a person did, and where it is on its way. Taking it back is `undo`'s.

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::{ContextV7, Timestamp, Uuid};

use super::lay::{Scene, parse, settle, to_json};
use super::rows::{self, ms};
use super::{Committed, Result, StoreError, audit};
use crate::domain::Instant;
use crate::domain::change::{Act, BatchId, Change, ChangeId, OutboxRow, Stage};
use crate::domain::people::AgentId;
use crate::domain::text::Untrusted;
use crate::domain::ticket::{Ticket, TicketId, TicketKey};

/// An identity of a time.
pub fn identity(now: Instant) -> Uuid {
    let seconds = now.timestamp().max(0).unsigned_abs();
    Uuid::new_v7(Timestamp::from_unix(
        ContextV7::new(),
        seconds,
        now.timestamp_subsec_nanos(),
    ))
}

/// Changes of the outbox that a condition is true for.
pub fn changes(
    conn: &Connection,
    filter: &str,
    args: impl rusqlite::Params,
) -> Result<Vec<Change>> {
    let mut stmt = conn.prepare_cached(&format!("SELECT json FROM outbox WHERE {filter}"))?;
    let mut found = stmt.query(args)?;
    let mut out = Vec::new();
    while let Some(row) = found.next()? {
        out.push(parse("a change", row.get_ref(0)?.as_str().unwrap_or(""))?);
    }
    Ok(out)
}

/// The changes that are laid over a ticket, oldest first.
pub fn laid_over(conn: &Connection, id: TicketId) -> Result<Vec<Change>> {
    changes(
        conn,
        "ticket = ?1 AND stage IN (1, 2, 5) ORDER BY seq",
        [id.0],
    )
}

/// The same, with where each of them is.
pub fn staged(conn: &Connection, id: TicketId) -> Result<Vec<(Change, Stage)>> {
    let mut stmt = conn.prepare_cached(
        "SELECT json, stage FROM outbox WHERE ticket = ?1 AND stage IN (1, 2, 5) ORDER BY seq",
    )?;
    let mut found = stmt.query([id.0])?;
    let mut out = Vec::new();
    while let Some(r) = found.next()? {
        let change = parse("a change", r.get_ref(0)?.as_str().unwrap_or(""))?;
        out.push((
            change,
            Stage::from_code(r.get(1)?).unwrap_or(Stage::Waiting),
        ));
    }
    Ok(out)
}

/// What the changes that are laid over a ticket mean to its clocks. Those that take
/// something back mean nothing of their own: what they take back is gone from the history.
pub fn clock_events(conn: &Connection, id: TicketId) -> Result<Vec<crate::domain::sla::SlaEvent>> {
    let own = changes(
        conn,
        "ticket = ?1 AND stage IN (1, 2, 5) AND batch IN (SELECT id FROM batch) AND reason IS NOT 'undone' ORDER BY seq",
        [id.0],
    )?;
    Ok(own.iter().filter_map(super::lay::clock_event).collect())
}

/// A ticket's clock events with those of the changes that are laid over it.
pub fn shown_history(conn: &Connection, ticket: Ticket) -> Result<super::TicketHistory> {
    let id = ticket.id;
    let mut h = super::put::history(conn, ticket)?;
    h.events.extend(clock_events(conn, id)?);
    h.events.sort_by_key(|e| e.at);
    Ok(h)
}

/// What is being sent.
pub fn in_flight(conn: &Connection) -> Result<Vec<Change>> {
    changes(conn, "stage IN (1, 2, 5) AND stage = 2 ORDER BY seq", [])
}

/// For each ticket its oldest open change, if that may be sent now.
pub fn next_to_send(conn: &Connection, now: Instant) -> Result<Vec<Change>> {
    changes(
        conn,
        "stage IN (1, 2, 5) AND stage = 1 AND coalesce(not_before, 0) <= ?1 AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.ticket = outbox.ticket
           AND o.seq < outbox.seq AND o.stage IN (1, 2, 5)) ORDER BY seq LIMIT 64",
        [ms(now)],
    )
}

/// The outbox as it is shown.
pub fn shown(conn: &Connection) -> Result<Vec<OutboxRow>> {
    let mut stmt = conn.prepare_cached(
        "SELECT o.json, o.stage, coalesce(t.key, '?'), coalesce(t.subject, ''), o.reason, o.theirs FROM outbox o LEFT JOIN ticket t ON t.id = o.ticket
         WHERE o.seq IN (SELECT seq FROM outbox WHERE stage IN (1, 2, 5) UNION SELECT seq FROM (SELECT seq FROM outbox ORDER BY seq DESC LIMIT 500))
         ORDER BY o.stage NOT IN (1, 2, 5), o.stage <> 4, o.seq DESC LIMIT 500",
    )?;
    let mut found = stmt.query([])?;
    let mut out = Vec::new();
    while let Some(r) = found.next()? {
        out.push(outbox_row(r)?);
    }
    Ok(out)
}

fn outbox_row(r: &Row<'_>) -> Result<OutboxRow> {
    Ok(OutboxRow {
        change: parse("a change", r.get_ref(0)?.as_str().unwrap_or(""))?,
        stage: Stage::from_code(r.get(1)?).unwrap_or(Stage::Waiting),
        key: TicketKey::parse(&r.get::<_, String>(2)?).map_err(StoreError::Refused)?,
        subject: Untrusted::new(r.get::<_, String>(3)?),
        reason: r.get::<_, Option<String>>(4)?.map(Untrusted::new),
        // An empty one only says that something was met.
        theirs: r
            .get::<_, Option<String>>(5)?
            .filter(|t| !t.is_empty())
            .map(Untrusted::new),
    })
}

/// A change and where it is.
pub fn stage_of(conn: &Connection, id: ChangeId) -> Result<Option<(Change, Stage)>> {
    let row: Option<(String, i64)> = conn
        .prepare_cached("SELECT json, stage FROM outbox WHERE id = ?1")?
        .query_row([id.0.as_bytes().as_slice()], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    row.map(|(json, stage)| {
        Ok((
            parse("a change", &json)?,
            Stage::from_code(stage).unwrap_or(Stage::Waiting),
        ))
    })
    .transpose()
}

/// Moves a change to a stage.
pub fn set_stage(
    conn: &Connection,
    id: ChangeId,
    stage: Stage,
    reason: Option<&str>,
) -> Result<()> {
    conn.prepare_cached("UPDATE outbox SET stage = ?2, reason = ?3 WHERE id = ?1")?
        .execute(params![id.0.as_bytes().as_slice(), stage.code(), reason])?;
    Ok(())
}

impl Scene<'_> {
    /// Writes changes into the outbox and lays them over their tickets.
    pub fn commit(&mut self, changes: &[Change], undoable: bool) -> Result<Committed> {
        let mut done = Committed {
            tickets: Vec::new(),
            undo: None,
            made: Vec::new(),
        };
        let mut words = Vec::new();
        for change in changes {
            let mut change = change.clone();
            settle(&mut change);
            if stage_of(self.conn, change.id)?.is_some() {
                continue;
            }
            let before = self.ticket(change.ticket)?;
            if undoable && let Some(why) = self.against(&change, &before)? {
                return Err(StoreError::Refused(why));
            }
            if self.base_is_missing(change.ticket)? {
                self.keep_base(&before)?;
            }
            let tied = self.tie_exists(&change)?;
            let also = self.lay(&mut change, &before)?;
            let inverse = if tied {
                None
            } else {
                change.act.inverse(&before)
            };
            self.insert(&change, inverse.as_ref())?;
            if undoable {
                self.open_batch(change.batch, &change.by, change.at)?;
                done.undo = Some(change.batch);
            }
            self.project(change.ticket)?;
            if let Act::Split { new: Some(new), .. } = &change.act {
                done.made.push(*new);
            }
            audit::add(
                self.conn,
                change.at,
                change.by.as_str(),
                Some(change.ticket),
                "commit",
                &audit::describe(&change.act),
            )?;
            words.extend(
                also.iter()
                    .copied()
                    .filter(|_| !matches!(change.act, Act::Link { .. } | Act::Unlink { .. })),
            );
            done.tickets.push(change.ticket);
            done.tickets.extend(also);
        }
        self.reindex(&words)?;
        tidy(&mut done.tickets);
        Ok(done)
    }

    /// Nothing is laid over the ticket.
    pub fn base_is_missing(&self, id: TicketId) -> Result<bool> {
        Ok(self
            .conn
            .prepare_cached("SELECT NOT EXISTS(SELECT 1 FROM base WHERE ticket = ?1)")?
            .query_row([id.0], |r| r.get(0))?)
    }

    /// A tie that is there already, or not there to be cut: nothing to take back.
    fn tie_exists(&self, change: &Change) -> Result<bool> {
        let (to, kind, want) = match &change.act {
            Act::Link { to, kind } => (to, kind, true),
            Act::Unlink { to, kind } => (to, kind, false),
            _ => return Ok(false),
        };
        let there: bool = self
            .conn
            .prepare_cached(
                "SELECT EXISTS(SELECT 1 FROM link WHERE ticket = ?1 AND other = ?2 AND kind = ?3)",
            )?
            .query_row(
                params![change.ticket.0, to.0, super::lay::link_code(*kind)],
                |r| r.get(0),
            )?;
        Ok(there == want)
    }

    fn insert(&self, c: &Change, inverse: Option<&Act>) -> Result<()> {
        let inverse = inverse.map(|i| to_json("an act", i)).transpose()?;
        self.conn
            .prepare_cached("INSERT INTO outbox(id,batch,ticket,stage,at,by,not_before,json,inverse) VALUES(?1,?2,?3,1,?4,?5,?6,?7,?8)")?
            .execute(params![
                c.id.0.as_bytes().as_slice(), c.batch.0.as_bytes().as_slice(), c.ticket.0, ms(c.at), c.by.as_str(),
                c.not_before.map(ms), to_json("a change", c)?, inverse
            ])?;
        Ok(())
    }

    /// A batch that can be taken back as one, if it is not there yet.
    pub fn open_batch(&self, batch: BatchId, by: &AgentId, at: Instant) -> Result<()> {
        let new = self
            .conn
            .prepare_cached("INSERT OR IGNORE INTO batch(id,by,at,state) VALUES(?1,?2,?3,0)")?
            .execute(params![batch.0.as_bytes().as_slice(), by.as_str(), ms(at)])?;
        if new > 0 {
            self.conn
                .prepare_cached("UPDATE batch SET state = 2 WHERE by = ?1 AND state = 1")?
                .execute([by.as_str()])?;
        }
        Ok(())
    }

    /// Takes what a confirmed change meant to the clocks out of the history.
    pub fn forget_event(&self, change: &Change, shown: &Ticket) -> Result<()> {
        let Some(event) = super::lay::clock_event(change) else {
            return Ok(());
        };
        let mut h = super::put::history(self.conn, shown.clone())?;
        if let Some(at) = h.events.iter().rposition(|e| *e == event) {
            h.events.remove(at);
            super::put::write_history(self.conn, shown.id, h.opened_by, h.first_status, &h.events)?;
        }
        Ok(())
    }

    /// Takes a change off its ticket.
    pub fn withdraw(
        &mut self,
        change: &Change,
        stage: Stage,
        reason: Option<&str>,
    ) -> Result<Vec<TicketId>> {
        set_stage(self.conn, change.id, stage, reason)?;
        let mut also = self.lift(change)?;
        self.project(change.ticket)?;
        also.push(change.ticket);
        self.reindex(&also)?;
        Ok(also)
    }

    /// The desk has it.
    pub fn confirm(
        &mut self,
        id: ChangeId,
        version: Option<u64>,
        now: Instant,
    ) -> Result<Vec<TicketId>> {
        self.confirm_as(id, version, false, now)
    }

    /// The desk has it. `told`: what it made of the ticket is in the base already.
    pub fn confirm_as(
        &mut self,
        id: ChangeId,
        version: Option<u64>,
        told: bool,
        now: Instant,
    ) -> Result<Vec<TicketId>> {
        let Some((change, stage)) = stage_of(self.conn, id)? else {
            return Ok(Vec::new());
        };
        if !stage.is_laid_over() {
            return Ok(Vec::new());
        }
        // What takes something back, and what was taken back under way, means nothing to the clocks.
        let (undoable, undone): (bool, bool) = self
            .conn
            .prepare_cached("SELECT EXISTS(SELECT 1 FROM batch WHERE id = o.batch), reason IS 'undone' FROM outbox o WHERE id = ?1")?
            .query_row([id.0.as_bytes().as_slice()], |r| Ok((r.get(0)?, r.get(1)?)))?;
        let shown = self.ticket(change.ticket)?;
        let mut base = self.base(&shown)?;
        if !told {
            change.act.apply(&mut base, change.at);
            let event = super::lay::clock_event(&change).filter(|_| undoable && !undone);
            if let Some(event) = event {
                self.keep_event(event, base.clone())?;
            }
        }
        if let Some(version) = version {
            base.version = version;
        }
        self.keep_base(&base)?;
        self.hand_confirmed(&change)?;
        set_stage(self.conn, id, Stage::Confirmed, undone.then_some("undone"))?;
        self.conn
            .prepare_cached("UPDATE message SET waiting = 0 WHERE change = ?1")?
            .execute([id.0.as_bytes().as_slice()])?;
        self.project(change.ticket)?;
        audit::add(
            self.conn,
            now,
            change.by.as_str(),
            Some(change.ticket),
            "confirm",
            &id.0.to_string(),
        )?;
        Ok(vec![change.ticket])
    }

    /// The desk said no.
    pub fn refuse(
        &mut self,
        id: ChangeId,
        reason: &Untrusted,
        now: Instant,
    ) -> Result<Vec<TicketId>> {
        let Some((change, stage)) = stage_of(self.conn, id)? else {
            return Ok(Vec::new());
        };
        if !stage.is_laid_over() {
            return Ok(Vec::new());
        }
        audit::add(
            self.conn,
            now,
            change.by.as_str(),
            Some(change.ticket),
            "refuse",
            &id.0.to_string(),
        )?;
        self.remember_event(&change)?;
        self.withdraw(&change, Stage::Refused, Some(reason.raw()))
    }

    /// Where what took something back is refused, that stands again, for the clocks too.
    pub fn remember_event(&self, back: &Change) -> Result<()> {
        let stands: Option<(String, i64)> = self
            .conn
            .prepare_cached(
                "SELECT o.json, o.stage FROM outbox o JOIN outbox b ON b.ticket = o.ticket AND b.seq > o.seq AND b.id = ?1
                 WHERE o.ticket = ?2 AND o.reason = 'undone' AND o.inverse = ?3
                   AND NOT EXISTS (SELECT 1 FROM batch WHERE id = b.batch) ORDER BY o.seq DESC LIMIT 1",
            )?
            .query_row(
                params![
                    back.id.0.as_bytes().as_slice(),
                    back.ticket.0,
                    to_json("an act", &back.act)?
                ],
                |r| Ok((r.get(0)?, r.get(1)?)),
            )
            .optional()?;
        let Some((json, stage)) = stands else {
            return Ok(());
        };
        let change: Change = parse("a change", &json)?;
        self.conn
            .prepare_cached("UPDATE outbox SET reason = NULL WHERE id = ?1")?
            .execute([change.id.0.as_bytes().as_slice()])?;
        if let Some(event) = super::lay::clock_event(&change)
            && Stage::from_code(stage) == Some(Stage::Confirmed)
        {
            self.keep_event(event, self.ticket(change.ticket)?)?;
        }
        Ok(())
    }

    fn keep_event(&self, event: crate::domain::sla::SlaEvent, of: Ticket) -> Result<()> {
        let mut h = super::put::history(self.conn, of)?;
        h.events.push(event);
        h.events.sort_by_key(|e| e.at);
        super::put::write_history(
            self.conn,
            h.ticket.id,
            h.opened_by,
            h.first_status,
            &h.events,
        )
    }
}

/// In order, each once.
pub fn tidy(ids: &mut Vec<TicketId>) {
    ids.sort();
    ids.dedup();
}

/// The earliest instant at which something that is held back may be sent. What waits behind
/// an earlier change of its ticket is not asked: it may go when that has gone.
pub fn next_not_before(conn: &Connection) -> Result<Option<Instant>> {
    let at: Option<i64> = conn
        .prepare_cached(
            "SELECT min(not_before) FROM outbox WHERE stage IN (1, 2, 5) AND stage = 1 AND NOT EXISTS (SELECT 1 FROM outbox o
               WHERE o.ticket = outbox.ticket AND o.seq < outbox.seq AND o.stage IN (1, 2, 5))",
        )?
        .query_row([], |r| r.get(0))?;
    Ok(at.map(rows::at))
}
