//! What sync wants of the one that writes.

use super::lay::Scene;
use super::rows::whole_ms;
use super::{Asked, KeptPull, Result, Undone, Writer, open, put, remote};
use crate::domain::Instant;
use crate::domain::change::{Change, ChangeId};
use crate::domain::conflict::Choice;
use crate::domain::remote::{Cursor, Mark, Outgoing, Pulled, Receipt, Told};
use crate::domain::thread::AttachmentId;
use crate::domain::ticket::{TicketId, TicketKey};

impl Writer {
    /// Changes with all that a desk needs to take them.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn outgoing(&mut self, changes: Vec<Change>) -> Result<Vec<Outgoing>> {
        let path = self.path.clone();
        let scene = Scene {
            conn: &self.conn,
            rules: &self.rules,
            counters: put::Counters::default(),
        };
        let all = changes.into_iter().map(|c| remote::outgoing(&scene, c));
        all.collect::<Result<_>>()
            .map_err(|e| open::explain(&path, e))
    }

    /// What was being sent, with the mark under which it was.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn in_flight_since(&mut self) -> Result<Vec<(Outgoing, Mark)>> {
        let all = self.in_flight()?;
        let marks = all.iter().map(|c| remote::mark(&self.conn, c.id));
        let marks: Vec<Mark> = marks.collect::<Result<_>>()?;
        Ok(self.outgoing(all)?.into_iter().zip(marks).collect())
    }

    /// It is being sent from now on; false if it was taken back in the meantime. Durable.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn begin(&mut self, id: ChangeId, mark: &Mark) -> Result<bool> {
        self.scene(true, |s| remote::begin(s.conn, id, mark))
    }

    /// The desk has it, as it answers to what was asked then.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn received(
        &mut self,
        id: ChangeId,
        receipt: &Receipt,
        asked: Asked,
        now: Instant,
    ) -> Result<Vec<TicketId>> {
        self.scene(true, |s| s.received(id, receipt, asked, whole_ms(now)))
    }

    /// It meets a change of somebody else, as the desk tells it: the person chooses. None: newer
    /// things were told since the desk was asked, and whether it meets them is to be looked at.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn meets(
        &mut self,
        id: ChangeId,
        theirs: &Told,
        asked: Asked,
        now: Instant,
    ) -> Result<Option<Vec<TicketId>>> {
        self.scene(true, |s| s.meets(id, theirs, asked, whole_ms(now)))
    }

    /// Keeps one step of a pull, as the desk answers to what was asked then, and where the next
    /// goes on: as a whole, or not at all.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn keep(&mut self, pulled: &Pulled, asked: Asked, now: Instant) -> Result<KeptPull> {
        self.scene(false, |s| s.keep(pulled, asked, whole_ms(now)))
    }

    /// Where the next pull goes on; none: nothing was pulled yet.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn cursor(&self) -> Result<Option<Cursor>> {
        self.run(|| remote::cursor(&self.conn))
    }

    /// The file that is written.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// When the desk last told all it had; none: never.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn synced(&self) -> Result<Option<Instant>> {
        self.run(|| remote::synced(&self.conn))
    }

    /// The desk has told all it had. Where nothing is new that is written now and then only.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn note_synced(&mut self, brought: bool, now: Instant) -> Result<()> {
        self.run(|| remote::note_synced(&self.conn, brought, now))
    }

    /// Tickets of which not all is here and it is worth having: those that the person works
    /// on or has to, then other live ones too, the newest first.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn wanted(&self, others: bool, limit: usize) -> Result<Vec<TicketKey>> {
        self.run(|| remote::wanted(&self.conn, &self.rules.me, others, limit))
    }

    /// Keeps the bytes of a file that its desk was asked for.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn keep_file(&mut self, id: AttachmentId, bytes: &[u8]) -> Result<()> {
        self.scene(false, |s| remote::keep_file(s.conn, id, bytes))
    }

    /// A change that was refused or meets somebody else's waits again and is laid over its
    /// ticket again. One that is in no need of it stays as it is.
    ///
    /// # Errors
    /// As [`Self::commit`]; its ticket is gone, or a file that goes with it.
    pub fn retry(&mut self, id: ChangeId, now: Instant) -> Result<Vec<TicketId>> {
        self.scene(true, |s| s.retry(id, whole_ms(now)))
    }

    /// Takes one change back that the desk does not have; a text becomes a draft again.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn withdraw(&mut self, id: ChangeId, now: Instant) -> Result<Undone> {
        self.scene(true, |s| s.take_back(id, whole_ms(now)))
    }

    /// What the person decides about a change that meets somebody else's. One that does not
    /// meet any stays as it is.
    ///
    /// # Errors
    /// As [`Self::set_rules`]; both are wanted of what is no message.
    pub fn choose(&mut self, id: ChangeId, choice: Choice, now: Instant) -> Result<Undone> {
        self.scene(true, |s| s.choose(id, choice, whole_ms(now)))
    }
}
