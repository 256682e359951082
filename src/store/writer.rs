//! Writing: the only connection that may.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest, Sha256};

use super::lay::{self, Scene};
use super::*;
use crate::domain::import::{ImportOutcome, ImportTicket, NewTicket};
use crate::domain::people::{Absence, Agent, Tenant, Workspace};
use crate::domain::thread::{Draft, DraftSeen, Kept};

/// The connection that writes.
#[derive(Debug)]
pub struct Writer {
    pub(super) conn: Connection,
    pub(super) rules: Rules,
    pub(super) path: std::path::PathBuf,
    /// SQLite's count of what other connections have written.
    others: i64,
}

/// Tickets of one step of a recomputation: an act of the person waits for one step at the most.
const STEP: usize = 250;
/// The cache in KiB of a connection that reads everything once.
const CACHE_OF_ONE_PASS: i64 = 1024;

/// The stored number of a sort of named things.
pub(super) const fn shelf_code(shelf: Shelf) -> i64 {
    match shelf {
        Shelf::Macro => 1,
        Shelf::Snippet => 2,
        Shelf::View => 3,
    }
}

impl Writer {
    /// One transaction; the counters are written with it. `durable`: it is on the disk
    /// when this returns; otherwise it is whole but may be lost with the power.
    pub(super) fn scene<T>(
        &mut self,
        durable: bool,
        act: impl FnOnce(&mut Scene<'_>) -> Result<T>,
    ) -> Result<T> {
        let path = self.path.clone();
        let run = || -> Result<T> {
            self.conn.pragma_update(
                None,
                "synchronous",
                if durable { "FULL" } else { "NORMAL" },
            )?;
            let tx = self
                .conn
                .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let mut scene = Scene {
                conn: &tx,
                rules: &self.rules,
                counters: put::Counters::default(),
            };
            let out = act(&mut scene)?;
            let mut counters = scene.counters;
            counters.flush(&tx)?;
            tx.commit()?;
            Ok(out)
        };
        run().map_err(|e| open::explain(&path, e))
    }

    /// What goes wrong names the file, and damage leaves a note beside it.
    pub(super) fn run<T>(&self, act: impl FnOnce() -> Result<T>) -> Result<T> {
        act().map_err(|e| open::explain(&self.path, e))
    }

    fn marks(&mut self, ids: &[TicketId], sql: &str) -> Result<()> {
        self.scene(false, |s| {
            for id in ids {
                s.conn.prepare_cached(sql)?.execute([id.0])?;
            }
            Ok(())
        })
    }

    fn rules_hash(&self) -> String {
        let policy = serde_json::to_string(&self.rules.policy).unwrap_or_default();
        let text = format!("{policy}{:?}", self.rules.calendar.spec());
        Sha256::digest(text.as_bytes())
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect()
    }

    /// Whether the due instants in the file were computed by other rules. A file without
    /// any takes these.
    fn note_rules(&self) -> Result<bool> {
        let hash = self.rules_hash();
        let kept: Option<String> = rusqlite::OptionalExtension::optional(self.conn.query_row(
            "SELECT value FROM meta WHERE key = 'rules'",
            [],
            |r| r.get(0),
        ))?;
        if kept.is_none() {
            self.conn
                .execute("INSERT OR REPLACE INTO meta VALUES('rules', ?1)", [&hash])?;
        }
        Ok(kept.is_some_and(|k| k != hash))
    }

    /// Opens the file, makes it if it is not there, brings an old one up to date, sets a
    /// damaged one aside. `now` names the file that is set aside.
    ///
    /// # Errors
    /// A newer file, one in use, no permission, a full disk.
    pub fn open(path: &Path, rules: Rules, now: Instant) -> Result<Opened> {
        match Self::try_open(path, rules.clone(), now) {
            // The damage showed with the first look inside, and was noted: once more.
            Err(StoreError::Damaged { .. }) => Self::try_open(path, rules, now),
            opened => opened,
        }
    }

    fn try_open(path: &Path, rules: Rules, now: Instant) -> Result<Opened> {
        let file = open::for_writing(path, now)?;
        let mut writer = Self {
            conn: file.conn,
            rules,
            path: path.to_owned(),
            others: 0,
        };
        writer.was_written_by_others()?;
        let due_stale = writer.run(|| writer.note_rules())? && !file.fresh;
        Ok(Opened {
            writer,
            set_aside: file.set_aside,
            mended: file.mended,
            fresh: file.fresh,
            due_stale,
        })
    }

    /// Takes other rules; true if due instants have to be computed again.
    ///
    /// # Errors
    /// As all writes: no room, no permission, damage, another writer.
    pub fn set_rules(&mut self, rules: Rules) -> Result<bool> {
        self.rules = rules;
        self.note_rules()
    }

    /// Whether another process has written since this was last asked.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn was_written_by_others(&mut self) -> Result<bool> {
        let now: i64 = self
            .conn
            .query_row("PRAGMA data_version", [], |r| r.get(0))?;
        Ok(std::mem::replace(&mut self.others, now) != now)
    }

    /// Puts changes into the outbox and lays them over their tickets, durably and all or none.
    ///
    /// # Errors
    /// As [`Self::set_rules`]; a ticket that is not there, or goes on in another.
    pub fn commit(&mut self, changes: &[Change]) -> Result<Committed> {
        self.scene(true, |s| s.commit(changes, true))
    }

    /// The same, and the draft the text came from is gone in the same moment.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn commit_draft(&mut self, from: &FromDraft) -> Result<Committed> {
        self.scene(true, |s| {
            draft::against_twice(s.conn, &from.changes, &from.draft_of)?;
            let done = s.commit(&from.changes, true)?;
            draft::give_up(s.conn, &from.draft_of)?;
            Ok(done)
        })
    }

    /// Makes a ticket.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn create_ticket(&mut self, new: &NewTicket, by: &AgentId, now: Instant) -> Result<Ticket> {
        let (by, now) = (by.clone(), rows::whole_ms(now));
        self.scene(true, |s| s.create(new, &by, now))
    }

    /// Makes tickets, all or none.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn create_tickets(
        &mut self,
        all: &[NewTicket],
        by: &AgentId,
        now: Instant,
    ) -> Result<Vec<Ticket>> {
        let now = rows::whole_ms(now);
        self.scene(true, |s| {
            all.iter().map(|new| s.create(new, by, now)).collect()
        })
    }

    /// Takes back the latest batch of this person that is not taken back yet.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn undo(&mut self, me: &AgentId, now: Instant) -> Result<Option<Undone>> {
        self.scene(true, |s| s.undo(me, rows::whole_ms(now)))
    }

    /// Does again what was taken back last, unless something else was done since.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn redo(&mut self, me: &AgentId, now: Instant) -> Result<Option<Undone>> {
        self.scene(true, |s| s.redo(me, rows::whole_ms(now)))
    }

    /// Keeps a draft, durably. What somebody else wrote there meanwhile is kept too.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn save_draft(&mut self, draft: Draft, seen: &DraftSeen) -> Result<Kept> {
        self.scene(true, |s| draft::save(s.conn, draft, seen))
    }

    /// Forgets a draft, unless somebody else wrote there meanwhile.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn drop_draft(&mut self, seen: &DraftSeen) -> Result<()> {
        self.scene(true, |s| draft::give_up(s.conn, seen))
    }

    /// I have looked at it: neither unread nor changed.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn mark_read(&mut self, ids: &[TicketId]) -> Result<()> {
        self.marks(
            ids,
            "UPDATE ticket SET unread = 0, changed = 0 WHERE id = ?1 AND (unread OR changed)",
        )
    }

    /// I want to see it as new.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn mark_unread(&mut self, ids: &[TicketId]) -> Result<()> {
        self.scene(false, |s| {
            for id in ids {
                if let Some(why) = s.against_merged(&s.ticket(*id)?)? {
                    return Err(StoreError::Refused(why));
                }
                s.conn
                    .prepare_cached("UPDATE ticket SET unread = 1 WHERE id = ?1")?
                    .execute([id.0])?;
            }
            Ok(())
        })
    }

    /// Brings tickets back whose snooze is over, and names them.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn wake_snoozed(&mut self, now: Instant) -> Result<Vec<TicketId>> {
        let now = rows::ms(now);
        self.scene(false, |s| {
            let ids: Vec<i64> = s
                .conn
                .prepare_cached(
                    "SELECT id FROM ticket INDEXED BY ticket_snoozed WHERE shelf = 1 AND snoozed <= ?1 ORDER BY snoozed",
                )?
                .query_map([now], |r| r.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            for id in &ids {
                let old = s.ticket(TicketId(*id))?;
                let mut base = s.base(&old)?;
                let mut t = old.clone();
                t.snoozed_until = None;
                put::write(s.conn, Some(&old), &t, &mut s.counters)?;
                if old.waiting > 0 {
                    base.snoozed_until = None;
                    s.keep_base(&base)?;
                }
            }
            Ok(ids.into_iter().map(TicketId).collect())
        })
    }

    /// When the next snooze is over.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn next_wake(&self) -> Result<Option<Instant>> {
        self.run(|| {
            let at: Option<i64> = self
                .conn
                .prepare_cached(
                    "SELECT min(snoozed) FROM ticket INDEXED BY ticket_snoozed WHERE shelf = 1",
                )?
                .query_row([], |r| r.get(0))?;
            Ok(at.map(rows::at))
        })
    }

    /// What may be sent now: for each ticket its oldest waiting change, unless one is under way
    /// or held up before it.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn next_to_send(&self, now: Instant) -> Result<Vec<Change>> {
        self.run(|| outbox::next_to_send(&self.conn, now))
    }

    /// The earliest instant at which something that is held back may be sent.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn next_not_before(&self) -> Result<Option<Instant>> {
        self.run(|| outbox::next_not_before(&self.conn))
    }

    /// How many changes the desk has not confirmed, and how many wait for the person.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn outbox_counts(&self) -> Result<OutboxCounts> {
        self.run(|| {
            let (open, conflicts): (i64, i64) = self
            .conn
            .prepare_cached(
                "SELECT count(*), coalesce(sum(stage = 5), 0) FROM outbox WHERE stage IN (1, 2, 5)",
            )?
            .query_row([], |r| Ok((r.get(0)?, r.get(1)?)))?;
            let refused: i64 = self
                .conn
                .prepare_cached("SELECT count(*) FROM outbox WHERE stage = 4")?
                .query_row([], |r| r.get(0))?;
            Ok(OutboxCounts {
                open: open.unsigned_abs(),
                conflicts: conflicts.unsigned_abs(),
                refused: refused.unsigned_abs(),
            })
        })
    }

    /// What was being sent when the program ended: to be looked up, not sent again blindly.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn in_flight(&self) -> Result<Vec<Change>> {
        self.run(|| outbox::in_flight(&self.conn))
    }

    /// The send failed in a way that is worth another try: it waits again, until `not_before`;
    /// for the person, if what somebody else has done was told meanwhile.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn retry_later(&mut self, id: ChangeId, not_before: Option<Instant>) -> Result<()> {
        self.run(|| {
        self.conn.execute(
            "UPDATE outbox SET stage = iif(theirs IS NULL, 1, 5), theirs = nullif(theirs, ''), not_before = coalesce(?2, not_before)
             WHERE id = ?1 AND stage = 2",
            params![id.0.as_bytes().as_slice(), not_before.map(rows::ms)],
        )?;
        Ok(())
        })
    }

    /// The desk has it; `version` is the ticket's version there, if the desk has such.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn confirm(
        &mut self,
        id: ChangeId,
        version: Option<u64>,
        now: Instant,
    ) -> Result<Vec<TicketId>> {
        self.scene(true, |s| s.confirm(id, version, now))
    }

    /// The desk said no: the change is taken off the ticket, its text is kept in the outbox.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn refuse(
        &mut self,
        id: ChangeId,
        reason: &Untrusted,
        now: Instant,
    ) -> Result<Vec<TicketId>> {
        self.scene(true, |s| s.refuse(id, reason, now))
    }

    /// Keeps a batch of tickets from outside, in one transaction. About a thousand at a time.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn import(&mut self, tickets: &[ImportTicket], now: Instant) -> Result<ImportOutcome> {
        let me = self.rules.me.clone();
        self.scene(false, |s| {
            let done = s.import(tickets)?;
            if done.added + done.updated + done.kept > 0 {
                let detail = format!(
                    "{} added, {} updated, {} unchanged, {} kept",
                    done.added, done.updated, done.unchanged, done.kept
                );
                audit::add(s.conn, now, me.as_str(), None, "import", &detail)?;
            }
            Ok(done)
        })
    }

    /// Adds or renames agents.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn put_agents(&mut self, agents: &[Agent]) -> Result<()> {
        self.scene(false, |s| {
            for a in agents {
                s.conn
                    .prepare_cached("INSERT OR REPLACE INTO agent VALUES(?1,?2)")?
                    .execute(params![a.id.as_str(), lay::to_json("an agent", a)?])?;
            }
            Ok(())
        })
    }

    /// Adds or renames tenants.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn put_tenants(&mut self, tenants: &[Tenant]) -> Result<()> {
        self.scene(false, |s| {
            for a in tenants {
                s.conn
                    .prepare_cached("INSERT OR REPLACE INTO tenant VALUES(?1,?2)")?
                    .execute(params![a.id.as_str(), lay::to_json("a tenant", a)?])?;
            }
            Ok(())
        })
    }

    /// Adds Workspaces.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn put_workspaces(&mut self, workspaces: &[Workspace]) -> Result<()> {
        self.scene(false, |s| {
            for w in workspaces {
                s.conn
                    .prepare_cached("INSERT OR REPLACE INTO workspace VALUES(?1,?2)")?
                    .execute(params![w.name.raw(), w.tenant.as_ref().map(|t| t.as_str())])?;
            }
            Ok(())
        })
    }

    /// Puts these in the place of all absences that a desk tells of.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn put_absences(&mut self, absences: &[Absence]) -> Result<()> {
        self.scene(false, |s| {
            s.conn
                .execute("DELETE FROM absence WHERE NOT planned", [])?;
            for a in absences {
                s.conn
                    .prepare_cached("INSERT INTO absence(until, json) VALUES(?1,?2)")?
                    .execute(params![rows::ms(a.to), lay::to_json("an absence", a)?])?;
            }
            Ok(())
        })
    }

    /// Adds or replaces a macro, snippet or view; an empty body takes it away.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn put_named(&mut self, shelf: Shelf, items: &[Named]) -> Result<()> {
        self.scene(true, |s| {
            for n in items {
                let sql = if n.body.is_empty() {
                    "DELETE FROM named WHERE sort = ?1 AND name = ?2 AND ?3 = ''"
                } else {
                    "INSERT OR REPLACE INTO named VALUES(?1,?2,?3)"
                };
                s.conn
                    .execute(sql, params![shelf_code(shelf), n.name, n.body])?;
            }
            Ok(())
        })
    }

    /// Remembers a value; an empty one forgets it.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn set_meta(&mut self, key: &str, value: &str) -> Result<()> {
        self.run(|| {
            let sql = if value.is_empty() {
                "DELETE FROM meta WHERE key = ?1 AND ?2 = ''"
            } else {
                "INSERT OR REPLACE INTO meta VALUES(?1, ?2)"
            };
            self.conn.prepare_cached(sql)?.execute([key, value])?;
            Ok(())
        })
    }

    /// Makes a new value of the one that is remembered, in one step; an empty one stands for none.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn meet_meta(&mut self, key: &str, meet: impl FnOnce(&str) -> String) -> Result<String> {
        self.scene(true, |s| {
            let sql = "SELECT value FROM meta WHERE key = ?1";
            let there = s.conn.query_row(sql, [key], |r| r.get(0)).optional()?;
            let there: String = there.unwrap_or_default();
            let new = meet(&there);
            match new.is_empty() {
                true => s.conn.execute("DELETE FROM meta WHERE key = ?1", [key])?,
                false => s.conn.execute(
                    "INSERT OR REPLACE INTO meta VALUES(?1, ?2)",
                    [key, new.as_str()],
                )?,
            };
            Ok(new)
        })
    }

    /// Computes due instants again, some 250 tickets a step, from `from` on. It reads every live ticket once
    /// and needs no more memory than a step does: what it has read is not wanted again.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn recompute_due(&mut self, from: Option<TicketId>) -> Result<Progress> {
        let hash = self.rules_hash();
        if from.is_none() {
            open::cache(&self.conn, CACHE_OF_ONE_PASS)?;
        }
        let progress = self.scene(false, |s| {
            if from.is_none() {
                // Until it is done, what is kept is by no rules alone.
                s.conn
                    .execute("INSERT OR REPLACE INTO meta VALUES('rules', 'under way')", [])?;
            }
            let ids: Vec<i64> = s
                .conn
                .prepare_cached(
                    "SELECT id FROM ticket INDEXED BY ticket_age WHERE shelf = 0 AND id > ?1
                     UNION ALL SELECT id FROM ticket INDEXED BY ticket_age WHERE shelf = 1 AND id > ?1 ORDER BY id LIMIT 250",
                )?
                .query_map([from.map_or(i64::MIN, |f| f.0)], |r| r.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            for id in &ids {
                let old = s.ticket(TicketId(*id))?;
                let mut h = put::history(s.conn, old.clone())?;
                h.events.extend(outbox::clock_events(s.conn, old.id)?);
                h.events.sort_by_key(|e| e.at);
                let t = put::with_due(s.conn, s.rules, h)?;
                if (t.due, t.beside) != (old.due, old.beside) {
                    put::write(s.conn, Some(&old), &t, &mut s.counters)?;
                }
            }
            let next = (ids.len() == STEP)
                .then(|| ids.last().copied().map(TicketId))
                .flatten();
            if next.is_none() {
                s.conn
                    .execute("INSERT OR REPLACE INTO meta VALUES('rules', ?1)", [hash])?;
            }
            Ok(Progress {
                looked: ids.len() as u64,
                next,
            })
        })?;
        if progress.next.is_none() {
            open::cache(&self.conn, open::WRITERS_CACHE)?;
        }
        Ok(progress)
    }
}
