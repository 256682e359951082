//! The desk's word that it has a change of ours, whether or not it has told of it before.

use rusqlite::{OptionalExtension, params};

use super::hear::{SKEW_MS, same_text};
use super::lay::{Scene, visibility_code};
use super::outbox::stage_of;
use super::rows::ms;
use super::{Asked, Result, remote};
use crate::domain::Instant;
use crate::domain::change::{Act, Change, ChangeId, Stage};
use crate::domain::conflict::words;
use crate::domain::remote::Receipt;
use crate::domain::text::Untrusted;
use crate::domain::thread::Visibility;
use crate::domain::ticket::{Ticket, TicketId};

impl Scene<'_> {
    /// The desk has it; a message keeps its identity there, and what was told of it before is
    /// it and no other.
    pub fn received(
        &mut self,
        id: ChangeId,
        receipt: &Receipt,
        asked: Asked,
        now: Instant,
    ) -> Result<Vec<TicketId>> {
        let Some((change, stage)) = stage_of(self.conn, id)? else {
            return Ok(Vec::new());
        };
        if !stage.is_laid_over() || !remote::is_told(self.conn, change.ticket)? {
            return self.confirm(id, None, now);
        }
        let since = match stage {
            Stage::InFlight => self.begun(id)?,
            _ => asked,
        };
        // What was told meanwhile may hold it already, and what came after it.
        let says = matches!(change.act, Act::Say { .. });
        let unclear = !says && self.is_unclear(change.ticket, since)?;
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
        if !says {
            let order = self.order(asked)?;
            self.keep_in_order(change.ticket, order, unclear)?;
        }
        if let Some(version) = receipt.version.as_ref().filter(|_| !unclear) {
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
    /// Clocks run back: where it matters the ticket is asked for anew.
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
        let Some(told) = self.told_turn(change, receipt, now)? else {
            return Ok(false);
        };
        self.drop_turn(change)?;
        self.conn
            .prepare_cached("UPDATE timeline SET change = ?2 WHERE id = ?1")?
            .execute(params![told, own])?;
        self.was_changed_since(&change.act, told)
    }

    /// What was told and is that change: named by the receipt, or in our name, within that time
    /// and to that value. What was no change when it was laid here may be one there.
    fn told_turn(&self, change: &Change, receipt: &Receipt, now: Instant) -> Result<Option<i64>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT id, remote IS ?3, old, new FROM timeline
             WHERE ticket = ?1 AND field = ?2 AND change IS NULL AND remote IS NOT NULL
               AND (remote IS ?3 OR (by = ?4 AND at BETWEEN ?5 AND ?6))",
        )?;
        let args = params![
            change.ticket.0,
            change.act.field(),
            receipt.entry.as_ref().map(|e| &e.0),
            change.by.as_str(),
            ms(change.at) - SKEW_MS,
            ms(now) + SKEW_MS
        ];
        let mut wanted = self.base(&self.ticket(change.ticket)?)?;
        change.act.apply(&mut wanted, change.at);
        wanted.status_label = None;
        let mut found = stmt.query(args)?;
        let (mut equal, mut any) = (None, None);
        while let Some(r) = found.next()? {
            let (id, named): (i64, bool) = (r.get(0)?, r.get(1)?);
            if named {
                return Ok(Some(id));
            }
            let (old, new): (Option<String>, Option<String>) = (r.get(2)?, r.get(3)?);
            if became(&change.act, &wanted, old.as_deref(), new.as_deref()) {
                equal = equal.or(Some(id));
            }
            any = any.or(Some(id));
        }
        // These are compared in plain words; others a desk may write in its own.
        let plain = matches!(
            change.act,
            Act::Status { .. }
                | Act::Assign { .. }
                | Act::AddLabel { .. }
                | Act::RemoveLabel { .. }
        );
        Ok(equal.or(any.filter(|_| !plain)))
    }
}

/// Whether a told change of a field is what an act does, given the ticket as the act wants it.
fn became(act: &Act, wanted: &Ticket, old: Option<&str>, new: Option<&str>) -> bool {
    let is = |told: Option<&str>, label: &str| told.is_some_and(|t| t.to_lowercase() == label);
    match act {
        Act::AddLabel { label } => is(new, label),
        Act::RemoveLabel { label } => is(old, label),
        act => words(act, wanted).as_ref().map(Untrusted::raw) == new,
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
