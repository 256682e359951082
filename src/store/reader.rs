//! Reading for the screen.

use std::path::Path;

use super::*;
use crate::domain::change::OutboxRow;
use crate::domain::list::{Asker, Count, ListRequest, Outlook, Page, Urgent, Vocabulary};
use crate::domain::query::Query;
use crate::domain::thread::{AttachmentId, Draft, MessageId, Thread};
use crate::domain::ticket::TicketKey;

type Result<T> = std::result::Result<T, StoreError>;

/// A read-only connection of its own.
#[derive(Debug)]
pub struct Reader {
    _private: (),
}

fn later<T>() -> Result<T> {
    Err(StoreError::Refused("not built yet".into()))
}

impl Reader {
    /// Opens a store that a [`Writer`] has made.
    ///
    /// # Errors
    /// Says why the file cannot be read.
    pub fn open(_path: &Path) -> Result<Self> {
        later()
    }

    /// Stops what this reader is doing, from another thread.
    pub fn interrupter(&self) -> rusqlite::InterruptHandle {
        unreachable!()
    }

    /// A window of a list.
    ///
    /// # Errors
    /// As all reads: the file is damaged or gone, or the reading was interrupted.
    pub fn list(&self, _request: &ListRequest, _asker: &Asker) -> Result<Page> {
        later()
    }

    /// How many tickets each query means.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn counts(&self, _queries: &[Query], _asker: &Asker) -> Result<Vec<Count>> {
        later()
    }

    /// A ticket with all that belongs to it; long bodies are cut, see [`Self::body`].
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn thread(&self, _id: TicketId) -> Result<Option<Thread>> {
        later()
    }

    /// A message's whole text.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn body(&self, _id: MessageId) -> Result<Option<Untrusted>> {
        later()
    }

    /// A ticket's fields.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn ticket(&self, _id: TicketId) -> Result<Option<Ticket>> {
        later()
    }

    /// The ticket behind a number; large and small letters are one.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn find(&self, _key: &TicketKey) -> Result<Option<TicketId>> {
        later()
    }

    /// The ticket to do next: live, awake, not waiting, mine or nobody's, within my scope; by due.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn next_urgent(&self, _asker: &Asker, _skip: &[TicketId]) -> Result<Option<Urgent>> {
        later()
    }

    /// What falls due before `until`.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn outlook(&self, _until: Instant, _limit: usize, _asker: &Asker) -> Result<Outlook> {
        later()
    }

    /// The words completion knows; absences that are over at `now` are left out.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn vocabulary(&self, _now: Instant) -> Result<Vocabulary> {
        later()
    }

    /// The outbox: what is not confirmed first, then the newest of the rest, at most 500.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn outbox(&self) -> Result<Vec<OutboxRow>> {
        later()
    }

    /// The newest lines of the audit trail, of one ticket or of all.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn audit(&self, _limit: usize, _ticket: Option<TicketId>) -> Result<Vec<AuditRow>> {
        later()
    }

    /// Whether the audit trail is whole. Reads all of it.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn verify_audit(&self) -> Result<AuditVerdict> {
        later()
    }

    /// An attachment's bytes.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn attachment(&self, _id: AttachmentId) -> Result<Option<Vec<u8>>> {
        later()
    }

    /// All drafts, the newest first.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn drafts(&self) -> Result<Vec<Draft>> {
        later()
    }

    /// Macros, snippets or views, by name.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn named(&self, _shelf: Shelf) -> Result<Vec<Named>> {
        later()
    }

    /// A remembered value.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn meta(&self, _key: &str) -> Result<Option<String>> {
        later()
    }

    /// A ticket's life as far as clocks care.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn history(&self, _id: TicketId) -> Result<Option<TicketHistory>> {
        later()
    }

    /// Hands every ticket to `each`, oldest first, until it says stop with `false`.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn export(&self, _each: &mut dyn FnMut(ExportRow) -> bool) -> Result<()> {
        later()
    }
}
