//! Promises kept and broken, by what a team wants to compare.

use std::collections::BTreeMap;

use chrono::Datelike as _;
use chrono_tz::Tz;

use super::{Outcome, Target};
use crate::domain::Instant;
use crate::domain::people::{AgentId, TenantId};

/// What a report sets side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Which promise.
    Target,
    /// Whose ticket it is.
    Tenant,
    /// Who has the ticket now.
    Agent,
    /// The week in which it was decided.
    Week,
}

impl By {
    /// All of them with their words.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Target, "target"),
        (Self::Tenant, "tenant"),
        (Self::Agent, "agent"),
        (Self::Week, "week"),
    ];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Tenant => "tenant",
            Self::Agent => "agent",
            Self::Week => "week",
        }
    }
}

/// One value of what is set side by side; nobody's tickets come first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A promise.
    Target(Target),
    /// A client organisation.
    Tenant(Option<TenantId>),
    /// A member of the team.
    Agent(Option<AgentId>),
    /// A week as ISO 8601 counts them: year and number.
    Week(i32, u32),
}

impl Key {
    /// How it reads; none: there is no such thing on the ticket.
    pub fn word(&self) -> Option<String> {
        match self {
            Self::Target(t) => Some(t.long().to_owned()),
            Self::Tenant(t) => t.as_ref().map(ToString::to_string),
            Self::Agent(a) => a.as_ref().map(ToString::to_string),
            Self::Week(year, week) => Some(format!("{year}-W{week:02}")),
        }
    }
}

/// How many were kept and broken, and what they used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums {
    /// Kept.
    pub met: u64,
    /// Broken.
    pub breached: u64,
    /// How many used so many whole minutes: this grows with the minutes there are, not with the tickets.
    used: BTreeMap<i64, u64>,
}

impl Sums {
    fn add(&mut self, outcome: &Outcome) {
        if outcome.kept {
            self.met += 1;
        } else {
            self.breached += 1;
        }
        *self.used.entry(outcome.used / 60).or_default() += 1;
    }

    /// Whole minutes that so many in a hundred did not exceed: the smallest value that is enough
    /// (nearest rank). None of nothing.
    pub fn minutes(&self, percent: u64) -> Option<i64> {
        let rank = ((self.met + self.breached) * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let mut values = self.used.iter();
        values.find_map(|(minutes, n)| {
            seen += n;
            (seen >= rank).then_some(*minutes)
        })
    }
}

/// A report on its way: tickets go in one by one and none is kept.
#[derive(Debug, Clone)]
pub struct Report {
    by: Vec<By>,
    zone: Tz,
    from: Option<Instant>,
    to: Option<Instant>,
    groups: BTreeMap<Vec<Key>, Sums>,
    total: Sums,
}

impl Report {
    /// An empty one: side by side in that order, weeks as in that zone, only what was decided from `from` on and before `to`.
    pub const fn new(by: Vec<By>, zone: Tz, from: Option<Instant>, to: Option<Instant>) -> Self {
        Self {
            by,
            zone,
            from,
            to,
            groups: BTreeMap::new(),
            total: Sums {
                met: 0,
                breached: 0,
                used: BTreeMap::new(),
            },
        }
    }

    /// Counts what became of the promises on one ticket: its tenant, who has it, and what was decided.
    pub fn add(
        &mut self,
        tenant: Option<&TenantId>,
        agent: Option<&AgentId>,
        outcomes: &[Outcome],
    ) {
        for o in outcomes {
            if self.from.is_some_and(|from| o.at < from) || self.to.is_some_and(|to| o.at >= to) {
                continue;
            }
            let key = |by: &By| match by {
                By::Target => Key::Target(o.target),
                By::Tenant => Key::Tenant(tenant.cloned()),
                By::Agent => Key::Agent(agent.cloned()),
                By::Week => {
                    let week = o.at.with_timezone(&self.zone).iso_week();
                    Key::Week(week.year(), week.week())
                }
            };
            let keys = self.by.iter().map(key).collect();
            self.groups.entry(keys).or_default().add(o);
            self.total.add(o);
        }
    }

    /// What is set side by side.
    pub fn by(&self) -> &[By] {
        &self.by
    }

    /// The groups in order.
    pub fn groups(&self) -> impl Iterator<Item = (&[Key], &Sums)> {
        self.groups.iter().map(|(k, s)| (k.as_slice(), s))
    }

    /// All groups together.
    pub const fn total(&self) -> &Sums {
        &self.total
    }
}
