//! Sending what is ready and settling each change.

use std::future::Future;

use super::plan::{Pending, Step, Verdict, plan, verdict};
use crate::desk::{Answer, Desk, Receipt};
use crate::domain::Instant;
use crate::domain::change::{Change, ChangeId};
use crate::domain::ticket::TicketId;
use crate::store::{StoreError, Writer};

/// Where the outbox is kept. A [`Writer`] is one; so is whatever reaches the thread that has one.
pub trait Ledger: Send {
    /// What is in flight and what may be sent.
    fn pending(&mut self, now: Instant)
    -> impl Future<Output = Result<Pending, StoreError>> + Send;

    /// Marks a change as being sent, durably; false if it was taken back in the meantime.
    fn begin(&mut self, id: ChangeId) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Writes down what became of it; names the tickets that look different now.
    fn settle(
        &mut self,
        id: ChangeId,
        verdict: Verdict,
        now: Instant,
    ) -> impl Future<Output = Result<Vec<TicketId>, StoreError>> + Send;
}

impl Ledger for Writer {
    async fn pending(&mut self, now: Instant) -> Result<Pending, StoreError> {
        Ok(Pending {
            in_flight: self.in_flight()?,
            ready: self.next_to_send(now)?,
        })
    }

    async fn begin(&mut self, id: ChangeId) -> Result<bool, StoreError> {
        self.mark_in_flight(id)
    }

    async fn settle(
        &mut self,
        id: ChangeId,
        verdict: Verdict,
        now: Instant,
    ) -> Result<Vec<TicketId>, StoreError> {
        match verdict {
            Verdict::Confirmed { version } => self.confirm(id, version, now),
            Verdict::Refused { reason } => self.refuse(id, &reason, now),
            Verdict::Again { at } => self.retry_later(id, Some(at)).map(|()| Vec::new()),
            Verdict::Unclear { .. } => Ok(Vec::new()),
        }
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
pub async fn push<L: Ledger>(
    ledger: &mut L,
    desk: &mut Desk,
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
            let (change, answer) = match step {
                Step::LookUp(change) => look_up(desk, change, now).await,
                Step::Send(change) => {
                    if !ledger.begin(change.id).await? {
                        continue;
                    }
                    let answer = desk.push(&change, now).await;
                    (change, answer)
                }
            };
            let verdict = verdict(answer, now);
            match &verdict {
                Verdict::Confirmed { .. } => done.confirmed += 1,
                Verdict::Refused { .. } => done.refused += 1,
                Verdict::Again { at } | Verdict::Unclear { at } => {
                    done.again_at = Some(done.again_at.map_or(*at, |t| t.min(*at)));
                }
            }
            done.tickets
                .extend(ledger.settle(change.id, verdict, now).await?);
        }
        // Nothing moved: going round again would only ask the same of the same desk.
        if done.confirmed + done.refused == before {
            return Ok(done);
        }
    }
}

/// A change of unknown fate: the desk is asked, and gets it only if it has it not.
async fn look_up(desk: &mut Desk, change: Change, now: Instant) -> (Change, Answer<Receipt>) {
    let answer = match desk.look_up(change.id, now).await {
        Ok(Some(receipt)) => Ok(receipt),
        Ok(None) => desk.push(&change, now).await,
        Err(error) => Err(error),
    };
    (change, answer)
}
