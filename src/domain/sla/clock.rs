//! The counting: from a history to clocks, the due instant, and the sum behind it.
//!
//! The priority, kind, policy and calendar that hold now apply to the ticket's whole life: a change
//! never restarts a clock, and what was used up stays used up.

use chrono::TimeDelta;

use super::{
    Amount, Clock, ClockState, History, NextResponseScope, Owner, Policy, Reason, Rule, Segment,
    Side, Target, What,
};
use crate::domain::Instant;
use crate::domain::calendar::Calendar;
use crate::domain::ticket::{Due, Status};

/// The time a promise is counted in.
#[derive(Clone, Copy)]
enum Line<'a> {
    Working(&'a Calendar),
    Calendar,
}

impl Line<'_> {
    fn elapsed(self, from: Instant, to: Instant) -> i64 {
        match self {
            Self::Working(c) => c.elapsed(from, to),
            Self::Calendar => (to - from).num_seconds().max(0),
        }
    }

    fn add(self, at: Instant, seconds: i64) -> Instant {
        match self {
            Self::Working(c) => c.add(at, seconds),
            Self::Calendar => at + TimeDelta::seconds(seconds),
        }
    }

    fn subtract(self, at: Instant, seconds: i64) -> Instant {
        match self {
            Self::Working(c) => c.subtract(at, seconds),
            Self::Calendar => at - TimeDelta::seconds(seconds),
        }
    }
}

/// A part of a clock's life in which one status held.
#[derive(Clone, Copy)]
struct Part {
    from: Instant,
    to: Instant,
    /// The status that stopped the clock.
    stopped: Option<Status>,
}

/// One clock with all that is needed to explain it.
struct Counted<'a> {
    clock: Clock,
    rule: &'a Rule,
    line: Line<'a>,
    parts: Vec<Part>,
    /// The end of the clock, or the instant at which it was looked at.
    until: Instant,
}

/// When the clock of a target started and ended, if it ever started.
fn span(
    history: &History<'_>,
    policy: &Policy,
    target: Target,
    now: Instant,
) -> Option<(Instant, Option<Instant>)> {
    let events = || history.events.iter().take_while(|e| e.at <= now);
    match target {
        Target::FirstResponse => {
            if history.opened_by == Side::Agent {
                return None;
            }
            let reply = events().find(|e| e.what == What::AgentReply);
            Some((history.created, reply.map(|e| e.at)))
        }
        Target::NextResponse => next_response(history, policy.next_response, now),
        Target::Resolution => {
            let mut done = (!history.status.is_live()).then_some(history.created);
            for e in events() {
                if let What::Status(status) = e.what {
                    done = if status.is_live() {
                        None
                    } else {
                        done.or(Some(e.at))
                    };
                }
            }
            Some((history.created, done))
        }
    }
}

/// The exchange that waits, else the last one. What agents open counts as their first word. A message
/// and an answer at the same instant are asked and answered, in whichever order they are listed.
fn next_response(
    history: &History<'_>,
    scope: NextResponseScope,
    now: Instant,
) -> Option<(Instant, Option<Instant>)> {
    let any = scope == NextResponseScope::AnyUnanswered;
    let by_agent = history.opened_by == Side::Agent;
    let mut counts = any || by_agent;
    let mut waiting = (any && !by_agent).then_some(history.created);
    let mut last = None;
    let mut rest = history.events;
    while let Some(first) = rest.first().filter(|e| e.at <= now) {
        let same = rest.iter().take_while(|e| e.at == first.at).count();
        let (group, later) = rest.split_at(same);
        rest = later;
        let has = |what: What| group.iter().any(|e| e.what == what);
        if has(What::RequesterMessage) && counts && waiting.is_none() {
            waiting = Some(first.at);
        }
        if has(What::AgentReply) {
            counts = true;
            if let Some(start) = waiting.take() {
                last = Some((start, Some(first.at)));
            }
        }
    }
    waiting.map(|start| (start, None)).or(last)
}

/// The parts of `[start, until)`, each with the status that stopped the clock in it.
fn parts(
    history: &History<'_>,
    policy: &Policy,
    target: Target,
    start: Instant,
    until: Instant,
) -> Vec<Part> {
    let stopped = |status: Status| policy.pauses(target, status).then_some(status);
    let mut parts: Vec<Part> = Vec::new();
    let mut put = |from: Instant, to: Instant, stopped: Option<Status>| {
        let (from, to) = (from.max(start), to.min(until));
        if from >= to {
            return;
        }
        match parts.last_mut() {
            Some(last) if last.stopped == stopped => last.to = to,
            _ => parts.push(Part { from, to, stopped }),
        }
    };
    let (mut at, mut status) = (history.created, history.status);
    for e in history.events {
        if let What::Status(next) = e.what {
            put(at, e.at, stopped(status));
            (at, status) = (e.at, next);
        }
    }
    put(at, until, stopped(status));
    parts
}

fn status_at(history: &History<'_>, now: Instant) -> Status {
    let changes = history.events.iter().take_while(|e| e.at <= now);
    changes.fold(history.status, |status, e| match e.what {
        What::Status(next) => next,
        _ => status,
    })
}

/// Target seconds and deadline.
fn deadline(
    amount: Amount,
    line: Line<'_>,
    calendar: &Calendar,
    start: Instant,
    parts: &[Part],
    until: Instant,
) -> (i64, Instant) {
    match amount {
        Amount::Working(target) | Amount::Calendar(target) => {
            let mut left = target;
            for p in parts.iter().filter(|p| p.stopped.is_none()) {
                let counted = line.elapsed(p.from, p.to);
                if counted >= left {
                    return (target, line.add(p.from, left));
                }
                left -= counted;
            }
            (target, line.add(until.max(start), left))
        }
        Amount::Days { days, end_of_day } => {
            let mut base = calendar.add_days(start, days);
            if end_of_day {
                base = calendar.end_of_day(base);
            }
            let (mut lost, mut at) = (0, base);
            for p in parts.iter().filter(|p| p.stopped.is_some()) {
                // What stands still after the deadline cannot move it any more.
                if p.from >= at {
                    break;
                }
                lost += line.elapsed(p.from, p.to);
                if lost > 0 {
                    at = line.add(base, lost);
                }
            }
            (line.elapsed(start, base), at)
        }
    }
}

fn count<'a>(
    history: &History<'_>,
    policy: &'a Policy,
    calendar: &'a Calendar,
    target: Target,
    now: Instant,
) -> Option<Counted<'a>> {
    let rule = policy.rule(target, history.kind, history.priority)?;
    if now < history.created {
        return None;
    }
    let (start, end) = span(history, policy, target, now)?;
    let until = end.unwrap_or(now);
    let line = match rule.within {
        Amount::Calendar(_) => Line::Calendar,
        Amount::Working(_) | Amount::Days { .. } => Line::Working(calendar),
    };
    let parts = parts(history, policy, target, start, until);
    let sum = |stopped: bool| -> i64 {
        let fitting = parts.iter().filter(|p| p.stopped.is_some() == stopped);
        fitting.map(|p| line.elapsed(p.from, p.to)).sum()
    };
    let (elapsed, paused_seconds) = (sum(false), sum(true));
    let (total, deadline) = deadline(rule.within, line, calendar, start, &parts, until);
    let remaining = total - elapsed;
    let breached_at = parts.iter().filter(|p| p.stopped.is_none()).find_map(|p| {
        let at = line.add(deadline.max(p.from), 0);
        (at < p.to).then_some(at)
    });
    let status = status_at(history, now);
    let state = match end {
        Some(at) if breached_at.is_some() => ClockState::Breached { at },
        Some(at) => ClockState::Met { at },
        None if !status.is_live() => ClockState::Stopped,
        None if policy.pauses(target, status) => ClockState::Paused { left: remaining },
        None => ClockState::Running { due: deadline },
    };
    let warn = rule.warn_before.or(policy.warn_before);
    let warn_at = match state {
        ClockState::Running { .. } => warn.map(|w| line.subtract(deadline, w)),
        _ => None,
    };
    let owner = if status == Status::OnHold {
        Owner::Vendor
    } else {
        Owner::Team
    };
    let clock = Clock {
        target,
        state,
        start,
        deadline,
        elapsed,
        remaining,
        paused_seconds,
        breached: breached_at.is_some(),
        breached_at,
        warn_at,
        owner,
    };
    Some(Counted {
        clock,
        rule,
        line,
        parts,
        until,
    })
}

/// All clocks of a ticket at `now` that have started, in the order of [`Target::ALL`].
pub fn clocks(
    history: &History<'_>,
    policy: &Policy,
    calendar: &Calendar,
    now: Instant,
) -> Vec<Clock> {
    Target::ALL
        .into_iter()
        .filter_map(|target| count(history, policy, calendar, target, now))
        .map(|c| c.clock)
        .collect()
}

/// The open clock that presses most: the earliest deadline among those that run, else the paused one
/// with the least time left; the earlier of [`Target::ALL`] where they are equal.
fn pressing<'a>(
    history: &History<'_>,
    policy: &'a Policy,
    calendar: &'a Calendar,
    now: Instant,
) -> Option<Counted<'a>> {
    Target::ALL
        .into_iter()
        .filter_map(|target| count(history, policy, calendar, target, now))
        .filter_map(|c| match c.clock.state {
            ClockState::Running { due } => Some(((0, due.timestamp()), c)),
            ClockState::Paused { left } => Some(((1, left), c)),
            _ => None,
        })
        .min_by_key(|(key, _)| *key)
        .map(|(_, c)| c)
}

/// The most urgent open clock: the earliest deadline among those that run, else the
/// paused one with the least time left. Holds until an event, the policy or the calendar changes.
pub fn due(history: &History<'_>, policy: &Policy, calendar: &Calendar) -> Due {
    // Nothing moves a deadline after the last event, so that is when to look.
    let last = history
        .events
        .last()
        .map_or(history.created, |e| e.at.max(history.created));
    let Some(Counted { clock, .. }) = pressing(history, policy, calendar, last) else {
        return Due::None;
    };
    match clock.state {
        ClockState::Running { due } => Due::Running {
            target: clock.target,
            at: due,
        },
        ClockState::Paused { left } => Due::Paused {
            target: clock.target,
            left,
        },
        _ => Due::None,
    }
}

/// The parts that add up to the deadline of the most urgent open clock, in order of time. The seconds of
/// `Counted` and `Ahead` add up to the promise; `Over` is what came on top. Holidays follow the part they lie in.
pub fn why(
    history: &History<'_>,
    policy: &Policy,
    calendar: &Calendar,
    now: Instant,
) -> Vec<Segment> {
    let Some(counted) = pressing(history, policy, calendar, now) else {
        return Vec::new();
    };
    let Counted {
        clock,
        rule,
        line,
        parts,
        until,
    } = counted;
    let mut out = Vec::new();
    let mut put = |from: Instant, to: Instant, what: Reason, secs: i64| {
        if from >= to {
            return;
        }
        let working = matches!(what, Reason::Counted | Reason::Ahead);
        out.push(Segment {
            from,
            to,
            what,
            secs,
        });
        if working && !matches!(rule.within, Amount::Calendar(_)) {
            out.extend(holidays(calendar, from, to));
        }
    };
    for p in &parts {
        if let Some(status) = p.stopped {
            let spared = line.elapsed(p.from, p.to);
            put(p.from, p.to, Reason::Paused { status, spared }, 0);
            continue;
        }
        let middle = clock.deadline.clamp(p.from, p.to);
        put(
            p.from,
            middle,
            Reason::Counted,
            line.elapsed(p.from, middle),
        );
        put(middle, p.to, Reason::Over, line.elapsed(middle, p.to));
    }
    let ahead = line.elapsed(until, clock.deadline);
    put(until, clock.deadline, Reason::Ahead, ahead);
    out
}

/// The named holidays within a part, on days of the week that are otherwise open.
fn holidays(calendar: &Calendar, from: Instant, to: Instant) -> Vec<Segment> {
    let days = calendar
        .date(from)
        .iter_days()
        .take_while(|d| *d <= calendar.date(to));
    // A promise of more than two years would list more than anybody reads.
    days.take(731)
        .filter_map(|date| {
            let name = calendar
                .holiday(date)
                .filter(|_| calendar.has_hours(date))?;
            let next = date.succ_opt()?;
            Some(Segment {
                from: calendar.midnight(date).max(from),
                to: calendar.midnight(next).min(to),
                what: Reason::Holiday(name.to_owned()),
                secs: 0,
            })
        })
        .collect()
}
