//! Sending what is ready and settling each change.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{StreamExt as _, stream};

use super::ledger::{Ledger, begin, pending, settle};
use super::plan::{Step, Verdict, plan, verdict};
use crate::desk::{DeskError, Door, Prepared};
use crate::domain::Instant;
use crate::domain::change::ChangeId;
use crate::domain::reach::Reach;
use crate::domain::remote::{Mark, Outgoing, Receipt};
use crate::domain::text::Untrusted;
use crate::domain::ticket::TicketId;
use crate::store::{Asked, StoreError};

/// So many tickets are sent for at the same time.
const SIDE_BY_SIDE: usize = 4;
/// A change that is met by somebody faster is prepared again so often in one round.
const TRIES: u8 = 3;

/// What a round of sending did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Changes the desk has now.
    pub confirmed: u64,
    /// Changes the desk refused, or that meet somebody else's.
    pub refused: u64,
    /// Tickets that look different now.
    pub tickets: Vec<TicketId>,
    /// The desk could not be reached, or wants to be left alone: come back then.
    pub again_at: Option<Instant>,
    /// Why, where that is so.
    pub trouble: Option<DeskError>,
}

/// What came of one change.
struct Outcome {
    id: ChangeId,
    verdict: Verdict,
    error: Option<DeskError>,
}

/// Sends all that may be sent now: in order within a ticket, side by side across tickets. A
/// desk that cannot be reached, does not let us in or wants to be left alone is not asked
/// for the rest.
///
/// # Errors
/// The store cannot be read or written. What the desk says is not an error: it is written
/// into the outbox.
pub async fn push<L: Ledger, D: Door>(
    ledger: &L,
    desk: &D,
    now: Instant,
) -> Result<Pushed, StoreError> {
    let mut done = Pushed::default();
    let mut tries: HashMap<ChangeId, u8> = HashMap::new();
    let stop = AtomicBool::new(false);
    while !stop.load(Ordering::Relaxed) {
        let (asked, waiting) = ledger
            .with(move |w| Ok((w.asks()?, pending(w, now)?)))
            .await?;
        let mut steps = plan(waiting);
        steps.retain(|s| tries.get(&s.out().change.id).is_none_or(|n| *n < TRIES));
        if steps.is_empty() {
            break;
        }
        for step in &steps {
            *tries.entry(step.out().change.id).or_default() += 1;
        }
        let mut answers = stream::iter(steps)
            .map(|step| take(ledger, desk, step, (asked, now), &stop))
            .buffer_unordered(SIDE_BY_SIDE);
        let mut broken = None;
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(None) => {}
                Ok(Some((outcome, tickets))) => done.add(outcome, tickets, &mut tries, now),
                // What is under way beside it still gets its answer written down.
                Err(error) => {
                    stop.store(true, Ordering::Relaxed);
                    broken = broken.or(Some(error));
                }
            }
        }
        if let Some(error) = broken {
            return Err(error);
        }
    }
    Ok(done)
}

impl Pushed {
    fn add(
        &mut self,
        outcome: Outcome,
        tickets: Vec<TicketId>,
        tries: &mut HashMap<ChangeId, u8>,
        now: Instant,
    ) {
        self.tickets.extend(tickets);
        match outcome.verdict {
            Verdict::Confirmed { .. } => self.confirmed += 1,
            Verdict::Refused { .. } | Verdict::Conflict { .. } => self.refused += 1,
            Verdict::Again { at } | Verdict::Unclear { at } => {
                // Not in this round any more; what goes at once is in the next turn of it.
                if at > now {
                    tries.insert(outcome.id, TRIES);
                    self.again_at = Some(self.again_at.map_or(at, |t| t.max(at)));
                }
                self.trouble = outcome.error.or(self.trouble.take());
            }
        }
    }
}

/// One change, from the look to what is written down of it; none: it was taken back in the
/// meantime, or the desk is not to be asked any more.
async fn take<L: Ledger, D: Door>(
    ledger: &L,
    desk: &D,
    step: Step,
    (asked, now): (Asked, Instant),
    stop: &AtomicBool,
) -> Result<Option<(Outcome, Vec<TicketId>)>, StoreError> {
    if stop.load(Ordering::Relaxed) {
        return Ok(None);
    }
    let outcome = match &step {
        Step::LookUp(out, mark) => Some(look_up(desk, out, mark, now).await),
        Step::Send(out) => send(ledger, desk, out, now).await?,
    };
    let Some(mut outcome) = outcome else {
        return Ok(None);
    };
    if outcome.error.as_ref().is_some_and(|e| e.kind.is_for_all()) {
        stop.store(true, Ordering::Relaxed);
    }
    let (id, verdict) = (outcome.id, outcome.verdict.clone());
    let tickets = ledger
        .with(move |w| settle(w, id, verdict, asked, now))
        .await?;
    if tickets.is_none() {
        outcome.verdict = Verdict::Again { at: now };
    }
    Ok(Some((outcome, tickets.unwrap_or_default())))
}

/// Sends one change; none: it was taken back in the meantime.
async fn send<L: Ledger, D: Door>(
    ledger: &L,
    desk: &D,
    out: &Outgoing,
    now: Instant,
) -> Result<Option<Outcome>, StoreError> {
    let id = out.change.id;
    let plain = |verdict| {
        Ok(Some(Outcome {
            id,
            verdict,
            error: None,
        }))
    };
    match desk.abilities().reach(&out.change.act) {
        Reach::Here => {
            return plain(Verdict::Confirmed {
                receipt: Receipt::default(),
            });
        }
        Reach::No(why) => {
            return plain(Verdict::Refused {
                reason: Untrusted::new(why),
            });
        }
        Reach::Sent => {}
    }
    let mark = match desk.prepare(out, now).await {
        Ok(Prepared::Free(mark)) => mark,
        Ok(Prepared::There(receipt)) => return plain(Verdict::Confirmed { receipt }),
        Ok(Prepared::Conflict(theirs)) => return plain(Verdict::Conflict { theirs }),
        // Nothing was sent, so nothing is unclear.
        Err(error) => {
            let verdict = match verdict(Err(error.clone()), now) {
                Verdict::Unclear { at } => Verdict::Again { at },
                other => other,
            };
            return Ok(Some(Outcome {
                id,
                verdict,
                error: Some(error),
            }));
        }
    };
    if !begin(ledger, id, mark.clone()).await? {
        return Ok(None);
    }
    let answer = desk.send(out, &mark, now).await;
    Ok(Some(Outcome {
        id,
        error: answer.as_ref().err().cloned(),
        verdict: verdict(answer, now),
    }))
}

/// A change of unknown fate: the desk is asked, and gets it only if it has it not.
async fn look_up<D: Door>(desk: &D, out: &Outgoing, mark: &Mark, now: Instant) -> Outcome {
    let answer = desk.look_up(out, mark, now).await;
    let error = answer.as_ref().err().cloned();
    let verdict = match answer {
        Ok(Some(receipt)) => Verdict::Confirmed { receipt },
        // It goes again from the beginning: it may meet something by now.
        Ok(None) => Verdict::Again { at: now },
        Err(error) => match verdict(Err(error), now) {
            Verdict::Again { at } => Verdict::Unclear { at },
            Verdict::Refused { reason } => Verdict::Refused {
                reason: unknown(&reason),
            },
            other => other,
        },
    };
    Outcome {
        id: out.change.id,
        verdict,
        error,
    }
}

/// The desk does not let us look any more: the person has to know that it may have arrived.
fn unknown(reason: &Untrusted) -> Untrusted {
    Untrusted::new(format!(
        "{}; it was sent and may have arrived, look there before you do it again",
        reason.raw()
    ))
}
