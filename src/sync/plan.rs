//! What to do next with the outbox, and what an answer means: pure.

use chrono::TimeDelta;

use crate::desk::{Answer, DeskError, ErrorKind};
use crate::domain::Instant;
use crate::domain::remote::{Mark, Outgoing, Receipt, Told};
use crate::domain::text::Untrusted;

/// What the outbox holds, as far as sending is concerned.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pending {
    /// Was being sent when the program ended, or got no clear answer; with its mark.
    pub in_flight: Vec<(Outgoing, Mark)>,
    /// May be sent now, at most one a ticket and the oldest of it.
    pub ready: Vec<Outgoing>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Ask the desk whether it has this.
    LookUp(Outgoing, Mark),
    /// Send this.
    Send(Outgoing),
}

impl Step {
    /// The change it is about.
    pub const fn out(&self) -> &Outgoing {
        match self {
            Self::LookUp(out, _) | Self::Send(out) => out,
        }
    }
}

/// The next things to do, in order. What is in flight comes first, and nothing of its
/// ticket is sent before it is settled: changes to one ticket keep their order.
pub fn plan(pending: Pending) -> Vec<Step> {
    let mut seen: Vec<_> = pending
        .in_flight
        .iter()
        .map(|(o, _)| o.change.ticket)
        .collect();
    let looks = pending.in_flight.into_iter();
    let mut steps: Vec<Step> = looks.map(|(o, mark)| Step::LookUp(o, mark)).collect();
    for out in pending.ready {
        if !seen.contains(&out.change.ticket) {
            seen.push(out.change.ticket);
            steps.push(Step::Send(out));
        }
    }
    steps
}

/// What an answer means for the change.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The desk has it.
    Confirmed {
        /// Its word.
        receipt: Receipt,
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
    /// Somebody else has changed the same thing; the person chooses.
    Conflict {
        /// The ticket as the desk has it.
        theirs: Box<Told>,
    },
}

/// How long to wait where the desk does not say. A refused sign-in is not tried again and
/// again: desks lock accounts for that. Whoever was faster is met at once.
const fn patience(kind: ErrorKind) -> TimeDelta {
    match kind {
        ErrorKind::SignIn => TimeDelta::minutes(10),
        ErrorKind::Conflict => TimeDelta::zero(),
        _ => TimeDelta::seconds(30),
    }
}

/// What the answer to a send means.
pub fn verdict(answer: Answer<Receipt>, now: Instant) -> Verdict {
    let error = match answer {
        Ok(receipt) => return Verdict::Confirmed { receipt },
        Err(error) => error,
    };
    let at = error
        .retry_at
        .unwrap_or(now + patience(error.kind))
        .max(now);
    match error.kind {
        ErrorKind::Unreachable | ErrorKind::Odd => Verdict::Unclear { at },
        // A conflict at the moment of sending is looked at again from the beginning.
        ErrorKind::SignIn | ErrorKind::TooMany | ErrorKind::Conflict => Verdict::Again { at },
        ErrorKind::Refused => Verdict::Refused { reason: why(error) },
    }
}

fn why(error: DeskError) -> Untrusted {
    match error.hint {
        Some(hint) => Untrusted::new(format!("{}; {hint}", error.what.raw())),
        None => error.what,
    }
}
