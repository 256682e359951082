//! What became of a ticket's promises: kept or broken, and how much time they used.

use super::clock::count;
use super::{Clock, ClockState, History, Policy, Target, What};
use crate::domain::Instant;
use crate::domain::calendar::Calendar;

/// A promise of which it is known whether it was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Which promise.
    pub target: Target,
    /// When it was decided: kept when what it waited for came, broken when its time was used up.
    pub at: Instant,
    /// What it waited for came in time.
    pub kept: bool,
    /// Seconds of its own kind of time that were counted; of one that is late and open, until now.
    pub used: i64,
}

/// Every promise that is decided at `now`, in the order of [`Target::ALL`] and of time. A first response
/// and a resolution are decided once, the other two as often as there was something to answer. What is open
/// and in time is not among them, nor what ended without being waited for to the end: a ticket that was
/// closed unanswered but in time, an update that the requester's own message made pointless.
pub fn outcomes(
    history: &History<'_>,
    policy: &Policy,
    calendar: &Calendar,
    now: Instant,
) -> Vec<Outcome> {
    let clock = |history: &History<'_>, target, at| {
        count(history, policy, calendar, target, at).map(|c| c.clock())
    };
    let mut out = Vec::new();
    for target in Target::ALL {
        match target {
            Target::FirstResponse | Target::Resolution => {}
            Target::NextResponse => {
                let answers = moments(history, now).filter(|(_, answered)| *answered);
                let then = answers.filter_map(|(i, _)| {
                    let at = history.events.get(i)?.at;
                    clock(history, target, at).filter(|c| ended(c) == Some(at))
                });
                out.extend(then.filter_map(|c| decided(&c)));
            }
            Target::PeriodicUpdate => {
                // The next word starts it anew: as it stood just before.
                let updates = moments(history, now).filter_map(|(i, answered)| {
                    let (before, rest) = history.events.split_at_checked(i)?;
                    let at = rest.first()?.at;
                    let events = before;
                    let c = clock(&History { events, ..*history }, target, at)?;
                    decided(&c).or_else(|| {
                        let kept = answered
                            && matches!(
                                c.state,
                                ClockState::Running { .. } | ClockState::Paused { .. }
                            );
                        kept.then(|| outcome(&c, at, true))
                    })
                });
                out.extend(updates);
            }
        }
        let last = clock(history, target, now);
        let told = |c: &Clock| target == Target::NextResponse && ended(c).is_some();
        out.extend(last.filter(|c| !told(c)).and_then(|c| decided(&c)));
    }
    out
}

/// The first event of each moment at which somebody spoke, and whether the desk did.
fn moments<'a>(
    history: &History<'a>,
    now: Instant,
) -> impl Iterator<Item = (usize, bool)> + use<'a> {
    let spoke = |what| matches!(what, What::RequesterMessage | What::AgentReply);
    let mut next = 0;
    let events = history.events;
    std::iter::from_fn(move || {
        loop {
            let first = next;
            let at = events.get(first)?.at;
            if at > now {
                return None;
            }
            let group = events.iter().skip(first).take_while(|e| e.at == at);
            let (n, said, answered) = group.fold((0, false, false), |(n, said, answered), e| {
                (
                    n + 1,
                    said || spoke(e.what),
                    answered || e.what == What::AgentReply,
                )
            });
            next += n;
            if said {
                return Some((first, answered));
            }
        }
    })
}

const fn ended(c: &Clock) -> Option<Instant> {
    match c.state {
        ClockState::Met { at } | ClockState::Breached { at } => Some(at),
        _ => None,
    }
}

fn decided(c: &Clock) -> Option<Outcome> {
    match (c.state, c.breached_at) {
        (ClockState::Met { at }, _) => Some(outcome(c, at, true)),
        (_, Some(at)) => Some(outcome(c, at, false)),
        _ => None,
    }
}

const fn outcome(c: &Clock, at: Instant, kept: bool) -> Outcome {
    Outcome {
        target: c.target,
        at,
        kept,
        used: c.elapsed,
    }
}
