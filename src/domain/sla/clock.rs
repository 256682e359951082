//! The counting: from a history to clocks and the due instant.
//!
//! The priority, kind, policy and calendar that hold now apply to the ticket's whole life: a change
//! never restarts a clock, and what was used up stays used up. Nothing here allocates but the list of
//! clocks itself: a store recomputes a million tickets after a change of the calendar.

use chrono::{DateTime, TimeDelta};

use super::life::{self, Parts};
use super::{Amount, Clock, ClockState, History, Owner, Policy, Rule, Target};
use crate::domain::Instant;
use crate::domain::calendar::{Calendar, Reading};
use crate::domain::ticket::{Due, Status};

/// The time a promise is counted in.
#[derive(Clone, Copy)]
pub(super) enum Line<'a> {
    /// Open time of a calendar.
    Working(&'a Calendar),
    /// Every second.
    Around,
}

impl Line<'_> {
    fn reading(self, at: Instant) -> Reading {
        match self {
            Self::Working(c) => c.reading(at),
            Self::Around => Reading::around(at),
        }
    }

    fn after(self, from: Reading, seconds: i64) -> Instant {
        match self {
            Self::Working(c) => c.after(from, seconds),
            Self::Around => DateTime::from_timestamp(from.seconds().saturating_add(seconds), 0)
                .unwrap_or(DateTime::<chrono::Utc>::MAX_UTC),
        }
    }

    pub(super) fn elapsed(self, from: Instant, to: Instant) -> i64 {
        if to <= from {
            return 0;
        }
        self.reading(to).since(self.reading(from))
    }

    fn subtract(self, at: Instant, seconds: i64) -> Instant {
        match self {
            Self::Working(c) => c.subtract(at, seconds),
            Self::Around => at - TimeDelta::try_seconds(seconds).unwrap_or_default(),
        }
    }
}

/// What a clock has counted and when it is used up.
struct Tally {
    /// The whole promise.
    total: i64,
    counted: i64,
    counted_vendor: i64,
    paused: i64,
    deadline: Instant,
}

impl Tally {
    fn of_seconds(total: i64, line: Line<'_>, start: Instant, parts: Parts<'_>) -> Self {
        let (mut counted, mut counted_vendor, mut paused) = (0, 0, 0);
        let mut deadline = None;
        let mut at = line.reading(start);
        for p in parts {
            let end = line.reading(p.to);
            let seconds = end.since(at);
            if p.stopped.is_some() {
                paused += seconds;
            } else {
                if deadline.is_none() && counted + seconds >= total {
                    deadline = Some(line.after(at, total - counted));
                }
                counted += seconds;
                if p.owner == Owner::Vendor {
                    counted_vendor += seconds;
                }
            }
            at = end;
        }
        Self {
            total,
            counted,
            counted_vendor,
            paused,
            deadline: deadline.unwrap_or_else(|| line.after(at, total - counted)),
        }
    }

    /// The deadline without pauses, then moved by the open seconds that they took.
    fn of_days(base: Instant, line: Line<'_>, start: Instant, parts: Parts<'_>) -> Self {
        let (mut counted, mut counted_vendor, mut paused, mut lost) = (0, 0, 0, 0);
        let mut deadline = base;
        let (mut at, based) = (line.reading(start), line.reading(base));
        // Where clocks go back, the same clock time can be an earlier instant.
        let total = based.since(at).max(0);
        for p in parts {
            let end = line.reading(p.to);
            let seconds = end.since(at);
            if p.stopped.is_none() {
                counted += seconds;
                if p.owner == Owner::Vendor {
                    counted_vendor += seconds;
                }
            } else {
                paused += seconds;
                // What stands still after the promise is used up cannot move the deadline any more.
                if counted < total && seconds > 0 {
                    lost += seconds;
                    deadline = line.after(based, lost);
                }
            }
            at = end;
        }
        Self {
            total,
            counted,
            counted_vendor,
            paused,
            deadline,
        }
    }

    const fn remaining(&self) -> i64 {
        self.total - self.counted
    }
}

/// One clock with all that is needed to explain it.
pub(super) struct Counted<'a> {
    pub(super) rule: &'a Rule,
    pub(super) line: Line<'a>,
    /// The life of the clock in parts.
    pub(super) parts: Parts<'a>,
    /// The end of the clock, or the instant at which it was looked at.
    pub(super) until: Instant,
    target: Target,
    start: Instant,
    end: Option<Instant>,
    status: Status,
    owner: Owner,
    paused: bool,
    warn_before: Option<i64>,
    tally: Tally,
}

/// How the clock of a target stands at `now`, if it has started.
pub(super) fn count<'a>(
    history: &History<'a>,
    policy: &'a Policy,
    desk: &'a Calendar,
    target: Target,
    now: Instant,
) -> Option<Counted<'a>> {
    let rule = policy.rule(target, &history.subject)?;
    if now < history.created {
        return None;
    }
    let (start, end) = life::span(history, policy, target, now)?;
    let until = end.unwrap_or(now);
    let calendar = policy.calendar(rule, desk);
    let parts = Parts::new(history, policy, target, start, until);
    let working = Line::Working(calendar);
    let (line, tally) = match rule.within {
        Amount::Working(total) => {
            let tally = Tally::of_seconds(total, working, start, parts.clone());
            (working, tally)
        }
        Amount::Calendar(total) => {
            let tally = Tally::of_seconds(total, Line::Around, start, parts.clone());
            (Line::Around, tally)
        }
        Amount::Days { days, end_of_day } => {
            let mut base = calendar.add_days(start, days);
            if end_of_day {
                base = calendar.end_of_day(base);
            }
            let tally = Tally::of_days(base, working, start, parts.clone());
            (working, tally)
        }
    };
    let (status, owner) = life::stands(history, now);
    Some(Counted {
        rule,
        line,
        parts,
        until,
        target,
        start,
        end,
        status,
        owner,
        paused: policy.pauses(target, status),
        warn_before: rule.warn_before.or(policy.warn_before),
        tally,
    })
}

impl Counted<'_> {
    /// What the clock says about the ticket's urgency; none of a clock that has ended.
    fn due(&self) -> Due {
        let target = self.target;
        if self.end.is_some() || !self.status.is_live() {
            return Due::None;
        }
        if self.paused {
            let left = self.tally.remaining();
            return Due::Paused { target, left };
        }
        let at = self.tally.deadline;
        Due::Running { target, at }
    }

    /// The first instant from which on more than the promise was counted.
    fn breached_at(&self) -> Option<Instant> {
        if self.tally.remaining() >= 0 {
            return None;
        }
        let mut counting = self.parts.clone().filter(|p| p.stopped.is_none());
        counting.find_map(|p| {
            let from = self.tally.deadline.max(p.from);
            let at = self.line.after(self.line.reading(from), 0);
            (at < p.to).then_some(at)
        })
    }

    pub(super) fn clock(&self) -> Clock {
        let tally = &self.tally;
        let breached_at = self.breached_at();
        let state = match (self.end, self.due()) {
            (Some(at), _) if breached_at.is_some() => ClockState::Breached { at },
            (Some(at), _) => ClockState::Met { at },
            (None, Due::Running { at, .. }) => ClockState::Running { due: at },
            (None, Due::Paused { left, .. }) => ClockState::Paused { left },
            (None, Due::None) => ClockState::Stopped,
        };
        let warn_at = match state {
            ClockState::Running { due } => self.warn_before.map(|w| self.line.subtract(due, w)),
            _ => None,
        };
        Clock {
            target: self.target,
            state,
            start: self.start,
            deadline: tally.deadline,
            elapsed: tally.counted,
            elapsed_vendor: tally.counted_vendor,
            remaining: tally.remaining(),
            paused_seconds: tally.paused,
            breached: breached_at.is_some(),
            breached_at,
            warn_at,
            owner: self.owner,
        }
    }
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
        .map(|c| c.clock())
        .collect()
}

/// The open clock that presses most: the earliest deadline among those that run, else the paused one
/// with the least time left; the earlier of [`Target::ALL`] where they are equal.
pub(super) fn pressing<'a>(
    history: &History<'a>,
    policy: &'a Policy,
    calendar: &'a Calendar,
    now: Instant,
) -> Option<(Due, Counted<'a>)> {
    let mut first: Option<((u8, i64), Due, Counted<'a>)> = None;
    for target in Target::ALL {
        let Some(c) = count(history, policy, calendar, target, now) else {
            continue;
        };
        let due = c.due();
        if due == Due::None {
            continue;
        }
        let key = due.presses();
        if first.as_ref().is_none_or(|(known, _, _)| key < *known) {
            first = Some((key, due, c));
        }
    }
    first.map(|(_, due, c)| (due, c))
}

/// The most urgent open clock: the earliest deadline among those that run, else the
/// paused one with the least time left. Holds until an event, the policy or the calendar changes.
pub fn due(history: &History<'_>, policy: &Policy, calendar: &Calendar) -> Due {
    // Nothing moves a deadline after the last event, so that is when to look.
    let last = history
        .events
        .last()
        .map_or(history.created, |e| e.at.max(history.created));
    pressing(history, policy, calendar, last).map_or(Due::None, |(due, _)| due)
}
