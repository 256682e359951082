//! What to do next with the outbox, and what an answer means: pure.

use chrono::TimeDelta;

use crate::desk::{Answer, DeskError, ErrorKind, Receipt};
use crate::domain::Instant;
use crate::domain::change::Change;
use crate::domain::text::Untrusted;

/// What the outbox holds, as far as sending is concerned.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pending {
    /// Was being sent when the program ended, or got no clear answer.
    pub in_flight: Vec<Change>,
    /// May be sent now, at most one a ticket and the oldest of it.
    pub ready: Vec<Change>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Ask the desk whether it has this.
    LookUp(Change),
    /// Send this.
    Send(Change),
}

/// The next things to do, in order. What is in flight comes first, and nothing of its
/// ticket is sent before it is settled: changes to one ticket keep their order.
pub fn plan(pending: Pending) -> Vec<Step> {
    let held: Vec<_> = pending.in_flight.iter().map(|c| c.ticket).collect();
    let mut steps: Vec<Step> = pending.in_flight.into_iter().map(Step::LookUp).collect();
    let mut seen = held;
    for change in pending.ready {
        if !seen.contains(&change.ticket) {
            seen.push(change.ticket);
            steps.push(Step::Send(change));
        }
    }
    steps
}

/// What an answer means for the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The desk has it.
    Confirmed {
        /// The ticket's version there.
        version: Option<u64>,
    },
    /// It goes again, not before then.
    Again {
        /// When.
        at: Instant,
    },
    /// It stays in flight: nobody knows yet, ask again then.
    Unclear {
        /// When.
        at: Instant,
    },
    /// The desk said no; the text is kept.
    Refused {
        /// Why.
        reason: Untrusted,
    },
}

/// How long to wait where the desk does not say.
const PATIENCE: TimeDelta = TimeDelta::seconds(30);

/// What the answer to a send means.
pub fn verdict(answer: Answer<Receipt>, now: Instant) -> Verdict {
    let error = match answer {
        Ok(Receipt { version }) => return Verdict::Confirmed { version },
        Err(error) => error,
    };
    let at = error.retry_at.unwrap_or(now + PATIENCE).max(now);
    match error.kind {
        ErrorKind::Unreachable | ErrorKind::Odd => Verdict::Unclear { at },
        ErrorKind::SignIn | ErrorKind::TooMany => Verdict::Again { at },
        ErrorKind::Refused | ErrorKind::Conflict => Verdict::Refused { reason: why(error) },
    }
}

fn why(error: DeskError) -> Untrusted {
    match error.hint {
        Some(hint) => Untrusted::new(format!("{}; {hint}", error.what.raw())),
        None => error.what,
    }
}
