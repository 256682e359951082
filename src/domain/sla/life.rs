//! A ticket's life as one clock sees it: when it started and ended, and the parts in which it stood still.

use super::{History, NextResponseScope, Owner, Policy, Reopening, Side, SlaEvent, Target, What};
use crate::domain::Instant;
use crate::domain::ticket::Status;

/// Start of a clock, and its end if what it waits for has come.
pub(super) type Span = (Instant, Option<Instant>);

/// When the clock of a target started and ended by `now`, if it ever started.
pub(super) fn span(
    history: &History<'_>,
    policy: &Policy,
    target: Target,
    now: Instant,
) -> Option<Span> {
    match target {
        Target::FirstResponse => {
            if history.opened_by == Side::Agent {
                return None;
            }
            let reply = until(history, now).find(|e| e.what == What::AgentReply);
            Some((history.created, reply.map(|e| e.at)))
        }
        Target::NextResponse => next_response(history, policy.next_response, now),
        Target::Resolution => Some(resolution(history, policy.reopening, now)),
        Target::PeriodicUpdate => periodic_update(history, now),
    }
}

fn until<'a>(history: &History<'a>, now: Instant) -> impl Iterator<Item = &'a SlaEvent> {
    history.events.iter().take_while(move |e| e.at <= now)
}

/// Ends when the ticket became done, if it still is.
fn resolution(history: &History<'_>, reopening: Reopening, now: Instant) -> Span {
    let mut start = history.created;
    let mut done = (!history.status.is_live()).then_some(history.created);
    for e in until(history, now) {
        let What::Status(status) = e.what else {
            continue;
        };
        if !status.is_live() {
            done = done.or(Some(e.at));
        } else if done.take().is_some() && reopening == Reopening::Restarts {
            start = e.at;
        }
    }
    (start, done)
}

/// Of all that happened at one instant: did the requester write, did an agent answer?
fn exchanges<'a>(
    history: &History<'a>,
    now: Instant,
) -> impl Iterator<Item = (Instant, bool, bool)> + use<'a> {
    let mut rest = history.events;
    std::iter::from_fn(move || {
        let first = rest.first().filter(|e| e.at <= now)?;
        let same = rest.iter().take_while(|e| e.at == first.at).count();
        let (group, later) = rest.split_at(same);
        rest = later;
        let has = |what: What| group.iter().any(|e| e.what == what);
        Some((first.at, has(What::RequesterMessage), has(What::AgentReply)))
    })
}

/// The exchange that waits, else the last one. What agents open counts as their first word. A message
/// and an answer at the same instant are asked and answered, in whichever order they are listed.
fn next_response(history: &History<'_>, scope: NextResponseScope, now: Instant) -> Option<Span> {
    let any = scope == NextResponseScope::AnyUnanswered;
    let by_agent = history.opened_by == Side::Agent;
    let mut counts = any || by_agent;
    let mut waiting = (any && !by_agent).then_some(history.created);
    let mut last = None;
    for (at, asked, answered) in exchanges(history, now) {
        if asked && counts && waiting.is_none() {
            waiting = Some(at);
        }
        if answered {
            counts = true;
            if let Some(start) = waiting.take() {
                last = Some((start, Some(at)));
            }
        }
    }
    waiting.map(|start| (start, None)).or(last)
}

/// From our last answer on, while no message of the requester waits; the next answer starts it anew.
fn periodic_update(history: &History<'_>, now: Instant) -> Option<Span> {
    let mut start = None;
    for (at, asked, answered) in exchanges(history, now) {
        if answered {
            start = Some(at);
        } else if asked {
            start = None;
        }
    }
    start.map(|at| (at, None))
}

/// Whose time passes in a status, after the last escalation or the way back from it.
const fn owner(escalated: Owner, status: Status) -> Owner {
    match (escalated, status) {
        (Owner::Vendor, _) | (_, Status::OnHold) => Owner::Vendor,
        _ => Owner::Team,
    }
}

/// The status at an instant, and whose time passes then.
pub(super) fn stands(history: &History<'_>, now: Instant) -> (Status, Owner) {
    let (mut status, mut escalated) = (history.status, Owner::Team);
    for e in until(history, now) {
        match e.what {
            What::Status(next) => status = next,
            What::Owner(owner) => escalated = owner,
            What::RequesterMessage | What::AgentReply => {}
        }
    }
    (status, owner(escalated, status))
}

/// A part of a clock's life in which the same held throughout. Never empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) from: Instant,
    pub(super) to: Instant,
    /// The status that stopped the clock.
    pub(super) stopped: Option<Status>,
    pub(super) owner: Owner,
}

/// The parts of a clock's life, in order and without a gap between them.
#[derive(Clone)]
pub(super) struct Parts<'a> {
    policy: &'a Policy,
    target: Target,
    events: &'a [SlaEvent],
    at: Instant,
    until: Instant,
    status: Status,
    escalated: Owner,
}

impl<'a> Parts<'a> {
    /// Those of `[start, until)`.
    pub(super) fn new(
        history: &History<'a>,
        policy: &'a Policy,
        target: Target,
        start: Instant,
        until: Instant,
    ) -> Self {
        Self {
            policy,
            target,
            events: history.events,
            at: start,
            until,
            status: history.status,
            escalated: Owner::Team,
        }
    }

    fn now(&self) -> (Option<Status>, Owner) {
        let stopped = self.policy.pauses(self.target, self.status);
        let status = self.status;
        (stopped.then_some(status), owner(self.escalated, status))
    }
}

impl Iterator for Parts<'_> {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        if self.at >= self.until {
            return None;
        }
        let from = self.at;
        let (mut stopped, mut owner) = self.now();
        while let Some((e, later)) = self.events.split_first() {
            if e.at >= self.until {
                break;
            }
            self.events = later;
            match e.what {
                What::Status(status) => self.status = status,
                What::Owner(owner) => self.escalated = owner,
                What::RequesterMessage | What::AgentReply => continue,
            }
            let next = self.now();
            if next == (stopped, owner) {
                continue;
            }
            if e.at > from {
                self.at = e.at;
                return Some(Part {
                    from,
                    to: e.at,
                    stopped,
                    owner,
                });
            }
            (stopped, owner) = next;
        }
        self.at = self.until;
        Some(Part {
            from,
            to: self.until,
            stopped,
            owner,
        })
    }
}
