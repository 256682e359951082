//! What sync asks of the store, and the two ways to it.

use std::future::Future;
use std::sync::{Mutex, PoisonError};

use super::plan::{Pending, Verdict};
use crate::domain::Instant;
use crate::domain::change::ChangeId;
use crate::domain::remote::{Cursor, Gone, Mark, Pulled, Told};
use crate::domain::ticket::{TicketId, TicketKey};
use crate::store::{Asked, KeptPull, StoreError, Writer};

/// Where the outbox is kept, and what a desk tells. A `Mutex<&mut Writer>` is one; so is
/// whatever reaches the thread that has a writer.
pub trait Ledger: Sync {
    /// Does something with the writer, in its turn.
    ///
    /// # Errors
    /// What the job says; the store has been closed.
    fn with<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Writer) -> Result<T, StoreError> + Send + 'static,
    ) -> impl Future<Output = Result<T, StoreError>> + Send;
}

impl Ledger for Mutex<&mut Writer> {
    async fn with<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Writer) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        job(&mut self.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What is in flight and what may be sent, as a writer has it.
///
/// # Errors
/// The store cannot be read.
pub fn pending(writer: &mut Writer, now: Instant) -> Result<Pending, StoreError> {
    let ready = writer.next_to_send(now)?;
    Ok(Pending {
        in_flight: writer.in_flight_since()?,
        ready: writer.outgoing(ready)?,
    })
}

/// Marks a change as being sent, durably; false if it was taken back in the meantime.
pub(super) async fn begin<L: Ledger>(
    ledger: &L,
    id: ChangeId,
    mark: Mark,
) -> Result<bool, StoreError> {
    ledger.with(move |w| w.begin(id, &mark)).await
}

/// Writes down what became of a change, given when the desk was asked; names the tickets that
/// look different now. None: newer things were told meanwhile, the change is to be looked at
/// once more.
///
/// # Errors
/// The store cannot be written.
pub fn settle(
    writer: &mut Writer,
    id: ChangeId,
    verdict: Verdict,
    asked: Asked,
    now: Instant,
) -> Result<Option<Vec<TicketId>>, StoreError> {
    match verdict {
        Verdict::Confirmed { receipt } => writer.received(id, &receipt, asked, now).map(Some),
        Verdict::Refused { reason } => writer.refuse(id, &reason, now).map(Some),
        Verdict::Again { at } => writer.retry_later(id, Some(at)).map(|()| Some(Vec::new())),
        Verdict::Conflict { theirs } => writer.meets(id, &theirs, asked, now),
        Verdict::Unclear { .. } => Ok(Some(Vec::new())),
    }
}

/// So many tickets are kept in one transaction: the person's own acts wait no longer than that.
const AT_ONCE: usize = 200;

/// A step in parts, each kept as a whole. Only the last one moves the cursor: what is told
/// again after a kill is what was told before. A first step has no place to stay at and is
/// kept in one.
pub(super) fn in_parts(step: Pulled, from: Option<Cursor>) -> Vec<Pulled> {
    let Some(from) = from.filter(|_| step.tickets.len() > AT_ONCE) else {
        return vec![step];
    };
    let mut step = step;
    let mut tickets = std::mem::take(&mut step.tickets);
    let mut parts = Vec::new();
    while tickets.len() > AT_ONCE {
        let rest = tickets.split_off(AT_ONCE);
        parts.push(Pulled {
            tickets: std::mem::replace(&mut tickets, rest),
            gone: Vec::new(),
            names: step.names.take(),
            cursor: from.clone(),
            more: true,
            progress: step.progress,
        });
    }
    step.tickets = tickets;
    parts.push(step);
    parts
}

/// Keeps all of one ticket, or that it is gone. The cursor stays where it is.
///
/// # Errors
/// The store cannot be written.
pub(super) fn keep_story(
    writer: &mut Writer,
    key: TicketKey,
    told: Result<Told, Gone>,
    asked: Asked,
    now: Instant,
) -> Result<KeptPull, StoreError> {
    // Without a first step there is no ticket to tell of.
    let Some(cursor) = writer.cursor()? else {
        return Ok(KeptPull::default());
    };
    let (tickets, gone) = match told {
        Ok(told) => (vec![told], Vec::new()),
        Err(gone) => (Vec::new(), vec![(key, gone)]),
    };
    let step = Pulled {
        tickets,
        gone,
        names: None,
        cursor,
        more: false,
        progress: None,
    };
    writer.keep(&step, asked, now)
}
