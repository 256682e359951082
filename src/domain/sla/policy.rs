//! What is promised to whom: rules by priority, kind of work, tenant and label.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{Amount, Subject, Target, Trust};
use crate::domain::calendar::Calendar;
use crate::domain::people::TenantId;
use crate::domain::ticket::{Kind, Priority, Status};

/// One line of a policy: for these tickets, this promise. The first line that fits wins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which promise.
    pub target: Target,
    /// Only these priorities; empty: all, and tickets without one.
    #[serde(default)]
    pub priorities: Vec<Priority>,
    /// Only these kinds of work; empty: all.
    #[serde(default)]
    pub kinds: Vec<Kind>,
    /// Only these tenants; empty: all, and tickets without one.
    #[serde(default)]
    pub tenants: Vec<TenantId>,
    /// Only tickets with one of these labels; empty: all.
    #[serde(default)]
    pub labels: Vec<String>,
    /// How much time.
    pub within: Amount,
    /// The name of the calendar in which it is counted; absent: the desk's.
    #[serde(default)]
    pub calendar: Option<String>,
    /// Seconds of the same clock before the deadline at which to warn; absent: the policy's.
    #[serde(default)]
    pub warn_before: Option<i64>,
}

impl Rule {
    /// A promise to everybody in the desk's own calendar.
    pub const fn new(target: Target, within: Amount) -> Self {
        Self {
            target,
            priorities: Vec::new(),
            kinds: Vec::new(),
            tenants: Vec::new(),
            labels: Vec::new(),
            within,
            calendar: None,
            warn_before: None,
        }
    }

    fn fits(&self, of: &Subject<'_>) -> bool {
        let any = |known: &[String]| known.iter().any(|label| of.labels.contains(label));
        (self.kinds.is_empty() || self.kinds.contains(&of.kind))
            && (self.priorities.is_empty()
                || of.priority.is_some_and(|p| self.priorities.contains(&p)))
            && (self.tenants.is_empty() || of.tenant.is_some_and(|t| self.tenants.contains(t)))
            && (self.labels.is_empty() || any(&self.labels))
    }
}

/// Which of the requester's messages want an answer in the sense of "next response".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NextResponseScope {
    /// Those after our first reply; the first is the first response's affair.
    #[default]
    AfterFirstReply,
    /// Every unanswered one, the creation too.
    AnyUnanswered,
}

/// What the resolution clock does when a ticket that was done is opened again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reopening {
    /// It goes on where it stopped.
    #[default]
    Continues,
    /// It starts anew at the re-opening.
    Restarts,
}

/// What is promised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// How people call it.
    pub name: String,
    /// The promises; for each target the first that fits wins, and none is no promise.
    pub rules: Vec<Rule>,
    /// Statuses in which paused clocks stand still. Resolved and closed always do.
    #[serde(default = "waiting")]
    pub pause_on: Vec<Status>,
    /// Which targets those statuses pause.
    #[serde(default = "all_targets")]
    pub pausing: Vec<Target>,
    /// Which messages want a next response.
    #[serde(default)]
    pub next_response: NextResponseScope,
    /// What a re-opening does to the resolution clock.
    #[serde(default)]
    pub reopening: Reopening,
    /// Whose due instants count where the desk gives its own.
    #[serde(default)]
    pub trust: Trust,
    /// Seconds of the same clock before a deadline at which to warn, where the rule does not say.
    #[serde(default)]
    pub warn_before: Option<i64>,
    /// Calendars beside the desk's, by the names that rules use.
    #[serde(default)]
    pub calendars: BTreeMap<String, Calendar>,
}

fn waiting() -> Vec<Status> {
    vec![Status::Pending, Status::OnHold]
}

fn all_targets() -> Vec<Target> {
    Target::ALL.to_vec()
}

static MYDRE: LazyLock<Policy> = LazyLock::new(|| {
    let text = include_str!("../../../assets/sla/mydre.toml");
    // A test reads the file: what is built in cannot be wrong at a user's desk.
    toml::from_str(text).unwrap_or_else(|_| Policy::empty("mydre"))
});

impl Policy {
    /// The portal's published service levels; `assets/sla/mydre.toml` has them with their source.
    pub fn mydre() -> Self {
        MYDRE.clone()
    }

    /// Promises nothing; pending and on hold stop every clock.
    pub fn empty(name: &str) -> Self {
        Self {
            name: name.into(),
            rules: Vec::new(),
            pause_on: waiting(),
            pausing: all_targets(),
            next_response: NextResponseScope::default(),
            reopening: Reopening::default(),
            trust: Trust::default(),
            warn_before: None,
            calendars: BTreeMap::new(),
        }
    }

    /// The promise for that target on such a ticket, if there is one.
    pub fn rule(&self, target: Target, of: &Subject<'_>) -> Option<&Rule> {
        self.rules.iter().find(|r| r.target == target && r.fits(of))
    }

    /// The calendar in which a rule is counted: its own, else the desk's.
    pub fn calendar<'a>(&'a self, rule: &Rule, desk: &'a Calendar) -> &'a Calendar {
        let named = rule.calendar.as_ref();
        named
            .and_then(|name| self.calendars.get(name))
            .unwrap_or(desk)
    }

    /// A calendar that a rule names and that is not there.
    pub fn missing_calendar(&self) -> Option<&str> {
        let named = self.rules.iter().filter_map(|r| r.calendar.as_deref());
        let mut missing = named.filter(|name| !self.calendars.contains_key(*name));
        missing.next()
    }

    /// Does that status stop that clock?
    pub fn pauses(&self, target: Target, status: Status) -> bool {
        !status.is_live() || (self.pause_on.contains(&status) && self.pausing.contains(&target))
    }
}
