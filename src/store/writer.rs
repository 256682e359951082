//! Writing: the only connection that may.

use std::path::Path;

use super::*;
use crate::domain::import::{ImportOutcome, ImportTicket, NewTicket};
use crate::domain::people::{Absence, Agent, Tenant, Workspace};
use crate::domain::thread::Draft;

type Result<T> = std::result::Result<T, StoreError>;

/// The connection that writes.
#[derive(Debug)]
pub struct Writer {
    _private: (),
}

fn later<T>() -> Result<T> {
    Err(StoreError::Refused("not built yet".into()))
}

impl Writer {
    /// Opens the file, makes it if it is not there, brings an old one up to date, sets a
    /// damaged one aside. `now` names the file that is set aside.
    ///
    /// # Errors
    /// A newer file, one in use, no permission, a full disk.
    pub fn open(_path: &Path, _rules: Rules, _now: Instant) -> Result<Opened> {
        later()
    }

    /// Takes other rules; true if due instants have to be computed again.
    ///
    /// # Errors
    /// As all writes: no room, no permission, damage, another writer.
    pub fn set_rules(&mut self, _rules: Rules) -> Result<bool> {
        later()
    }

    /// Puts changes into the outbox and lays them over their tickets, durably and all or none.
    ///
    /// # Errors
    /// As [`Self::set_rules`]; a ticket that is not there.
    pub fn commit(&mut self, _changes: &[Change]) -> Result<Committed> {
        later()
    }

    /// The same, and the draft the text came from is gone in the same moment.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn commit_draft(&mut self, _from: &FromDraft) -> Result<Committed> {
        later()
    }

    /// Makes a ticket.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn create_ticket(
        &mut self,
        _new: &NewTicket,
        _by: &AgentId,
        _now: Instant,
    ) -> Result<Ticket> {
        later()
    }

    /// Takes back the latest batch of this person that is not taken back yet.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn undo(&mut self, _me: &AgentId, _now: Instant) -> Result<Option<Undone>> {
        later()
    }

    /// Does again what was taken back last, unless something else was done since.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn redo(&mut self, _me: &AgentId, _now: Instant) -> Result<Option<Undone>> {
        later()
    }

    /// Keeps a draft, durably.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn save_draft(&mut self, _draft: &Draft) -> Result<()> {
        later()
    }

    /// Forgets a draft.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn drop_draft(&mut self, _ticket: TicketId) -> Result<()> {
        later()
    }

    /// I have looked at it: neither unread nor changed.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn mark_read(&mut self, _ids: &[TicketId]) -> Result<()> {
        later()
    }

    /// I want to see it as new.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn mark_unread(&mut self, _ids: &[TicketId]) -> Result<()> {
        later()
    }

    /// Brings tickets back whose snooze is over, and names them.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn wake_snoozed(&mut self, _now: Instant) -> Result<Vec<TicketId>> {
        later()
    }

    /// When the next snooze is over.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn next_wake(&self) -> Result<Option<Instant>> {
        later()
    }

    /// What may be sent now: for each ticket its oldest waiting change, unless one is under way
    /// or held up before it.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn next_to_send(&self, _now: Instant) -> Result<Vec<Change>> {
        later()
    }

    /// The earliest instant at which something that is held back may be sent.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn next_not_before(&self) -> Result<Option<Instant>> {
        later()
    }

    /// What was being sent when the program ended: to be looked up, not sent again blindly.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn in_flight(&self) -> Result<Vec<Change>> {
        later()
    }

    /// It is being sent from now on; false if it was taken back in the meantime.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn mark_in_flight(&mut self, _id: ChangeId) -> Result<bool> {
        later()
    }

    /// The send failed in a way that is worth another try: it waits again, until `not_before`.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn retry_later(&mut self, _id: ChangeId, _not_before: Option<Instant>) -> Result<()> {
        later()
    }

    /// The desk has it; `version` is the ticket's version there, if the desk has such.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn confirm(
        &mut self,
        _id: ChangeId,
        _version: Option<u64>,
        _now: Instant,
    ) -> Result<Vec<TicketId>> {
        later()
    }

    /// The desk said no: the change is taken off the ticket, its text is kept in the outbox.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn refuse(
        &mut self,
        _id: ChangeId,
        _reason: &Untrusted,
        _now: Instant,
    ) -> Result<Vec<TicketId>> {
        later()
    }

    /// Keeps a batch of tickets from outside, in one transaction. About a thousand at a time.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn import(&mut self, _tickets: &[ImportTicket], _now: Instant) -> Result<ImportOutcome> {
        later()
    }

    /// Adds or renames agents.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn put_agents(&mut self, _agents: &[Agent]) -> Result<()> {
        later()
    }

    /// Adds or renames tenants.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn put_tenants(&mut self, _tenants: &[Tenant]) -> Result<()> {
        later()
    }

    /// Adds Workspaces.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn put_workspaces(&mut self, _workspaces: &[Workspace]) -> Result<()> {
        later()
    }

    /// Puts these in the place of all planned absences.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn put_absences(&mut self, _absences: &[Absence]) -> Result<()> {
        later()
    }

    /// Adds or replaces a macro, snippet or view; an empty body takes it away.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn put_named(&mut self, _shelf: Shelf, _items: &[Named]) -> Result<()> {
        later()
    }

    /// Remembers a value; an empty one forgets it.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn set_meta(&mut self, _key: &str, _value: &str) -> Result<()> {
        later()
    }

    /// Computes due instants again, some 500 tickets a step, from `from` on.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn recompute_due(&mut self, _from: Option<TicketId>) -> Result<Progress> {
        later()
    }
}
