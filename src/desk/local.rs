//! The embedded desk: a desk like any other whose confirmation is immediate. Its tickets
//! lie in the store alone, so taking a change needs nothing but saying so, and there is
//! nothing to pull.

use super::{Answer, DeskError, Door, ErrorKind, Prepared};
use crate::domain::Instant;
use crate::domain::reach::Abilities;
use crate::domain::remote::{Cursor, Gone, Mark, Outgoing, Pulled, Receipt, RemoteId, Told};
use crate::domain::text::Untrusted;
use crate::domain::ticket::TicketKey;

/// The embedded desk.
#[derive(Debug, Default)]
pub struct Local {
    _private: (),
}

impl Local {
    /// The desk of this machine.
    pub fn new() -> Self {
        Self::default()
    }
}

/// What is asked for lies in the store, or nowhere.
fn not_elsewhere() -> DeskError {
    DeskError {
        kind: ErrorKind::Refused,
        what: Untrusted::new("the local desk keeps nothing outside its store"),
        hint: None,
        retry_at: None,
    }
}

impl Door for Local {
    fn abilities(&self) -> Abilities {
        Abilities::all()
    }

    async fn pull(&self, from: Option<&Cursor>, _now: Instant) -> Answer<Pulled> {
        Ok(Pulled {
            tickets: Vec::new(),
            gone: Vec::new(),
            names: None,
            cursor: from.cloned().unwrap_or_else(|| Cursor(String::new())),
            more: false,
            progress: None,
        })
    }

    async fn story(&self, _key: &TicketKey, _now: Instant) -> Answer<Result<Told, Gone>> {
        Err(not_elsewhere())
    }

    async fn file(&self, _file: &RemoteId, _now: Instant) -> Answer<Vec<u8>> {
        Err(not_elsewhere())
    }

    async fn prepare(&self, _out: &Outgoing, _now: Instant) -> Answer<Prepared> {
        Ok(Prepared::Free(Mark::default()))
    }

    async fn send(&self, _out: &Outgoing, _mark: &Mark, _now: Instant) -> Answer<Receipt> {
        Ok(Receipt::default())
    }

    /// A change that was under way when the program ended is in the outbox, which is all
    /// that this desk has: it has it.
    async fn look_up(
        &self,
        _out: &Outgoing,
        _mark: &Mark,
        _now: Instant,
    ) -> Answer<Option<Receipt>> {
        Ok(Some(Receipt::default()))
    }
}
