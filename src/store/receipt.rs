//! The desk's word that it has a change of ours, whether or not it has told of it before.

use rusqlite::{OptionalExtension, params};

use super::hear::{SKEW_MS, same_text};
use super::lay::{Scene, visibility_code};
use super::outbox::stage_of;
use super::rows::ms;
use super::{Result, remote};
use crate::domain::Instant;
use crate::domain::change::{Act, Change, ChangeId, Stage};
use crate::domain::remote::Receipt;
use crate::domain::thread::Visibility;
use crate::domain::ticket::TicketId;

impl Scene<'_> {
    /// The desk has it; a message keeps its identity there, and what was told of it before is
    /// it and no other.
    pub fn received(
        &mut self,
        id: ChangeId,
        receipt: &Receipt,
        now: Instant,
    ) -> Result<Vec<TicketId>> {
        let Some((change, stage)) = stage_of(self.conn, id)? else {
            return Ok(Vec::new());
        };
        if !stage.is_laid_over() || !remote::is_told(self.conn, change.ticket)? {
            return self.confirm(id, None, now);
        }
        self.conn
            .prepare_cached(
                "UPDATE outbox SET entry = ?2, taken = ?3, theirs = NULL WHERE id = ?1",
            )?
            .execute(params![
                id.0.as_bytes().as_slice(),
                receipt.entry.as_ref().map(|e| &e.0),
                ms(now)
            ])?;
        let moved_on = match &change.act {
            Act::Say { visibility, .. } => {
                self.join_message(&change, *visibility, receipt, now)?;
                false
            }
            // It was never sent, so the desk had it so: nothing of ours happened there. Other
            // fields may be kept here only, and this is all that tells of them.
            Act::Status { .. } | Act::Assign { .. } if stage == Stage::Waiting => {
                self.drop_turn(&change)?;
                false
            }
            _ => self.join_turn(&change, receipt, now)?,
        };
        let tickets = self.confirm_as(id, None, moved_on, now)?;
        if let Some(version) = &receipt.version {
            self.conn
                .prepare_cached("UPDATE told SET version = ?2 WHERE ticket = ?1")?
                .execute(params![change.ticket.0, version])?;
        }
        self.live_again(change.ticket)?;
        Ok(tickets)
    }

    /// Derives a told ticket's history, and what is shown of it, from what is known now.
    pub fn live_again(&mut self, id: TicketId) -> Result<()> {
        let old = self.base(&self.ticket(id)?)?;
        let mut base = old.clone();
        if self.relive(&mut base)? || base != old {
            self.keep_base(&base)?;
            self.project(id)?;
        }
        Ok(())
    }

    /// A message that was told before it was confirmed is ours: it stays once, with our text
    /// and files and the desk's name and time.
    fn join_message(
        &self,
        change: &Change,
        visibility: Visibility,
        receipt: &Receipt,
        now: Instant,
    ) -> Result<()> {
        let own = change.id.0.as_bytes().as_slice();
        let twin = match &receipt.entry {
            Some(entry) => self
                .conn
                .prepare_cached("SELECT id FROM message WHERE remote = ?1 AND change IS NULL")?
                .query_row([&entry.0], |r| r.get(0))
                .optional()?,
            None => self.twin_of(change, visibility, now)?,
        };
        let told: Option<(String, i64)> = match twin {
            Some(twin) => Some(self.take_twin(twin)?),
            None => None,
        };
        let remote = receipt.entry.as_ref().map(|e| e.0.clone());
        let (remote, at) = match told {
            Some((name, at)) => (Some(name), Some(at)),
            None => (remote, None),
        };
        // Should the desk give one name to two of our texts, both stay; only one can have it.
        self.conn
            .prepare_cached("UPDATE OR IGNORE message SET remote = coalesce(?2, remote), at = coalesce(?3, at) WHERE change = ?1")?
            .execute(params![own, remote, at])?;
        self.reindex(&[change.ticket])
    }

    /// What was told of a message of ours that the desk took without saying what it became.
    fn twin_of(
        &self,
        change: &Change,
        visibility: Visibility,
        now: Instant,
    ) -> Result<Option<i64>> {
        let Act::Say { body, .. } = &change.act else {
            return Ok(None);
        };
        let mut stmt = self.conn.prepare_cached(
            "SELECT id, body FROM message WHERE ticket = ?1 AND change IS NULL AND remote IS NOT NULL AND missing = 0
               AND side = 2 AND author = ?2 AND visibility = ?3 AND at BETWEEN ?4 AND ?5",
        )?;
        let args = params![
            change.ticket.0,
            change.by.as_str(),
            visibility_code(visibility),
            ms(change.at) - SKEW_MS,
            ms(now) + SKEW_MS
        ];
        let mut found = stmt.query(args)?;
        while let Some(r) = found.next()? {
            if same_text(body.raw(), r.get_ref(1)?.as_str().unwrap_or("")) {
                return Ok(Some(r.get(0)?));
            }
        }
        Ok(None)
    }

    /// A told message's name at the desk and its time; the message itself goes.
    fn take_twin(&self, row: i64) -> Result<(String, i64)> {
        let told = self
            .conn
            .prepare_cached("SELECT remote, at FROM message WHERE id = ?1")?
            .query_row([row], |r| Ok((r.get(0)?, r.get(1)?)))?;
        self.take_message(row)?;
        Ok(told)
    }

    /// Whether what an act did was told to have been done otherwise after it. A field of one
    /// value is so with any later change of it; a label if that very one went on or came off.
    fn was_changed_since(&self, act: &Act, told: i64) -> Result<bool> {
        let (off, on) = match act {
            Act::AddLabel { label } => (Some(label), None),
            Act::RemoveLabel { label } => (None, Some(label)),
            act if is_one_value(act) => (None, None),
            _ => return Ok(false),
        };
        Ok(self
            .conn
            .prepare_cached(
                "SELECT EXISTS(SELECT 1 FROM timeline t JOIN timeline later
                     ON later.ticket = t.ticket AND (later.at > t.at OR (later.at = t.at AND later.id > t.id))
                   WHERE t.id = ?1 AND later.field = t.field AND later.remote IS NOT NULL
                     AND (?2 IS NULL OR later.old = ?2) AND (?3 IS NULL OR later.new = ?3))",
            )?
            .query_row(params![told, off, on], |r| r.get(0))?)
    }

    /// What the timeline says of a change of ours that the desk has not told.
    pub fn drop_turn(&self, change: &Change) -> Result<()> {
        self.conn
            .prepare_cached("DELETE FROM timeline WHERE change = ?1 AND remote IS NULL")?
            .execute([change.id.0.as_bytes().as_slice()])?;
        Ok(())
    }

    /// A field's change that was told before it was confirmed is ours: what is told stays. True
    /// if the field was told to have changed again since: then it must not change back.
    fn join_turn(&self, change: &Change, receipt: &Receipt, now: Instant) -> Result<bool> {
        let own = change.id.0.as_bytes().as_slice();
        let mut stmt = self.conn.prepare_cached(
            "SELECT t.id, t.new IS own.new OR t.new = ?5 OR t.old = ?6, t.remote IS ?3 FROM timeline own
               JOIN timeline t ON t.ticket = own.ticket AND t.field = own.field
             WHERE own.change = ?1 AND own.remote IS NULL AND t.change IS NULL AND t.remote IS NOT NULL
               AND (t.remote IS ?3 OR (t.by = own.by AND t.at BETWEEN ?2 AND ?4))",
        )?;
        let entry = receipt.entry.as_ref().map(|e| &e.0);
        let (on, off) = match &change.act {
            Act::AddLabel { label } => (Some(label), None),
            Act::RemoveLabel { label } => (None, Some(label)),
            _ => (None, None),
        };
        let (from, to) = (ms(change.at) - SKEW_MS, ms(now) + SKEW_MS);
        let args = params![own, from, entry, to, on, off];
        let found: Vec<(i64, bool, bool)> = stmt
            .query_map(args, |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?
            .collect::<rusqlite::Result<_>>()?;
        // A status or an assignee is compared in plain words; others a desk may write in its own.
        let plain = matches!(change.act, Act::Status { .. } | Act::Assign { .. });
        let equal = found.iter().find(|(_, same, named)| *same || *named);
        let Some((told, ..)) = equal.or(found.first().filter(|_| !plain)) else {
            return Ok(false);
        };
        self.drop_turn(change)?;
        self.conn
            .prepare_cached("UPDATE timeline SET change = ?2 WHERE id = ?1")?
            .execute(params![told, own])?;
        self.was_changed_since(&change.act, *told)
    }
}

/// The field holds one value, so that the later change is the whole of it.
const fn is_one_value(act: &Act) -> bool {
    matches!(
        act,
        Act::Status { .. }
            | Act::Priority { .. }
            | Act::Assign { .. }
            | Act::Subject { .. }
            | Act::Kind { .. }
            | Act::Tenant { .. }
            | Act::Workspace { .. }
    )
}
