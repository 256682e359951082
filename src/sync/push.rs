//! Sending what is ready and settling each change.

use std::future::Future;

use super::plan::{Pending, Step, Verdict, plan, verdict};
use crate::desk::{Door, Prepared};
use crate::domain::Instant;
use crate::domain::change::ChangeId;
use crate::domain::reach::Reach;
use crate::domain::remote::{Mark, Outgoing, Receipt};
use crate::domain::text::Untrusted;
use crate::domain::ticket::TicketId;
use crate::store::{StoreError, Writer};

/// Where the outbox is kept. A [`Writer`] is one; so is whatever reaches the thread that has one.
pub trait Ledger: Send {
    /// What is in flight and what may be sent.
    fn pending(&mut self, now: Instant)
    -> impl Future<Output = Result<Pending, StoreError>> + Send;

    /// Marks a change as being sent, durably; false if it was taken back in the meantime.
    fn begin(
        &mut self,
        id: ChangeId,
        mark: Mark,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Writes down what became of it; names the tickets that look different now.
    fn settle(
        &mut self,
        id: ChangeId,
        verdict: Verdict,
        now: Instant,
    ) -> impl Future<Output = Result<Vec<TicketId>, StoreError>> + Send;
}

/// What is to be sent, as a writer has it.
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

/// Writes down what became of a change.
///
/// # Errors
/// The store cannot be written.
pub fn settle(
    writer: &mut Writer,
    id: ChangeId,
    verdict: Verdict,
    now: Instant,
) -> Result<Vec<TicketId>, StoreError> {
    match verdict {
        Verdict::Confirmed { receipt } => writer.received(id, &receipt, now),
        Verdict::Refused { reason } => writer.refuse(id, &reason, now),
        Verdict::Again { at } => writer.retry_later(id, Some(at)).map(|()| Vec::new()),
        Verdict::Conflict { theirs } => writer.meets(id, &theirs, now),
        Verdict::Unclear { .. } => Ok(Vec::new()),
    }
}

impl Ledger for Writer {
    async fn pending(&mut self, now: Instant) -> Result<Pending, StoreError> {
        pending(self, now)
    }

    async fn begin(&mut self, id: ChangeId, mark: Mark) -> Result<bool, StoreError> {
        Self::begin(self, id, &mark)
    }

    async fn settle(
        &mut self,
        id: ChangeId,
        verdict: Verdict,
        now: Instant,
    ) -> Result<Vec<TicketId>, StoreError> {
        settle(self, id, verdict, now)
    }
}

/// What a round of sending did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Changes the desk has now.
    pub confirmed: u64,
    /// Changes the desk refused.
    pub refused: u64,
    /// Tickets that look different now.
    pub tickets: Vec<TicketId>,
    /// The desk could not be reached, or wants to be left alone: come back then.
    pub again_at: Option<Instant>,
}

/// Sends all that may be sent now, oldest first and in order within a ticket.
///
/// # Errors
/// The store cannot be read or written. What the desk says is not an error: it is written
/// into the outbox.
pub async fn push<L: Ledger, D: Door>(
    ledger: &mut L,
    desk: &D,
    now: Instant,
) -> Result<Pushed, StoreError> {
    let mut done = Pushed::default();
    loop {
        let steps = plan(ledger.pending(now).await?);
        if steps.is_empty() {
            return Ok(done);
        }
        let before = done.confirmed + done.refused;
        for step in steps {
            let settled = match step {
                Step::LookUp(out, mark) => {
                    Some((out.change.id, look_up(desk, &out, &mark, now).await))
                }
                Step::Send(out) => send(ledger, desk, &out, now)
                    .await?
                    .map(|verdict| (out.change.id, verdict)),
            };
            let Some((id, verdict)) = settled else {
                continue;
            };
            match &verdict {
                Verdict::Confirmed { .. } => done.confirmed += 1,
                Verdict::Refused { .. } | Verdict::Conflict { .. } => done.refused += 1,
                Verdict::Again { at } | Verdict::Unclear { at } => {
                    done.again_at = Some(done.again_at.map_or(*at, |t| t.min(*at)));
                }
            }
            done.tickets.extend(ledger.settle(id, verdict, now).await?);
        }
        // Nothing moved: going round again would only ask the same of the same desk.
        if done.confirmed + done.refused == before {
            return Ok(done);
        }
    }
}

/// Sends one change; none: it was taken back in the meantime.
async fn send<L: Ledger, D: Door>(
    ledger: &mut L,
    desk: &D,
    out: &Outgoing,
    now: Instant,
) -> Result<Option<Verdict>, StoreError> {
    match desk.abilities().reach(&out.change.act) {
        Reach::Here => {
            let receipt = Receipt::default();
            return Ok(Some(Verdict::Confirmed { receipt }));
        }
        Reach::No(why) => {
            let reason = Untrusted::new(why);
            return Ok(Some(Verdict::Refused { reason }));
        }
        Reach::Sent => {}
    }
    let mark = match desk.prepare(out, now).await {
        Ok(Prepared::Free(mark)) => mark,
        Ok(Prepared::There(receipt)) => return Ok(Some(Verdict::Confirmed { receipt })),
        Ok(Prepared::Conflict(theirs)) => return Ok(Some(Verdict::Conflict { theirs })),
        // Nothing was sent, so nothing is unclear.
        Err(error) => {
            return Ok(Some(match verdict(Err(error), now) {
                Verdict::Unclear { at } => Verdict::Again { at },
                other => other,
            }));
        }
    };
    if !ledger.begin(out.change.id, mark.clone()).await? {
        return Ok(None);
    }
    Ok(Some(verdict(desk.send(out, &mark, now).await, now)))
}

/// A change of unknown fate: the desk is asked, and gets it only if it has it not.
async fn look_up<D: Door>(desk: &D, out: &Outgoing, mark: &Mark, now: Instant) -> Verdict {
    match desk.look_up(out, mark, now).await {
        Ok(Some(receipt)) => Verdict::Confirmed { receipt },
        // It goes again from the beginning: it may meet something by now.
        Ok(None) => Verdict::Again { at: now },
        Err(error) => match verdict(Err(error), now) {
            Verdict::Again { at } => Verdict::Unclear { at },
            other => other,
        },
    }
}
