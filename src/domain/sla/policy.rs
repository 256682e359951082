//! What is promised to whom: rules by priority and kind of work.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Target;
use crate::domain::ticket::{Kind, Priority, Status};

/// How much time a promise gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Amount {
    /// Seconds of working time: `8 h`, `90 m`.
    Working(i64),
    /// Seconds around the clock: `24 h calendar`.
    Calendar(i64),
    /// Working days: `3 days`; with `end_of_day` (`3 days end`) until the last closing of that day.
    Days {
        /// How many.
        days: u16,
        /// Until the day closes instead of the same clock time.
        end_of_day: bool,
    },
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = |s: i64| match s {
            s if s % 3600 == 0 => format!("{} h", s / 3600),
            s if s % 60 == 0 => format!("{} m", s / 60),
            s => format!("{s} s"),
        };
        match *self {
            Self::Working(s) => f.write_str(&secs(s)),
            Self::Calendar(s) => write!(f, "{} calendar", secs(s)),
            Self::Days { days, end_of_day } => {
                let unit = if days == 1 { "day" } else { "days" };
                let end = if end_of_day { " end" } else { "" };
                write!(f, "{days} {unit}{end}")
            }
        }
    }
}

impl From<Amount> for String {
    fn from(a: Amount) -> Self {
        a.to_string()
    }
}

impl TryFrom<String> for Amount {
    type Error = String;

    fn try_from(s: String) -> Result<Self, String> {
        s.parse()
    }
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "\"{s}\" is no amount of time; write \"8 h\", \"90 m\", \"3 days\", \"3 days end\" or \"24 h calendar\""
            )
        };
        let text = s.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = text.split_at(digits);
        let number: i64 = number.parse().map_err(|_| wrong())?;
        let mut words = rest.split_whitespace();
        let unit = words.next().ok_or_else(wrong)?;
        let tail: Vec<&str> = words.collect();
        let seconds = match unit {
            "s" | "sec" => 1,
            "m" | "min" => 60,
            "h" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => {
                let days = u16::try_from(number).map_err(|_| wrong())?;
                return match tail[..] {
                    [] => Ok(Self::Days {
                        days,
                        end_of_day: false,
                    }),
                    ["end"] => Ok(Self::Days {
                        days,
                        end_of_day: true,
                    }),
                    _ => Err(wrong()),
                };
            }
            _ => return Err(wrong()),
        };
        let total = number
            .checked_mul(seconds)
            .filter(|t| *t <= 100 * 366 * 86_400)
            .ok_or_else(wrong)?;
        match tail[..] {
            [] => Ok(Self::Working(total)),
            ["calendar"] => Ok(Self::Calendar(total)),
            _ => Err(wrong()),
        }
    }
}

/// One line of a policy: for these priorities and kinds, this promise. The first line that fits wins.
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
    /// How much time.
    pub within: Amount,
    /// Seconds of the same clock before the deadline at which to warn; absent: the policy's.
    #[serde(default)]
    pub warn_before: Option<i64>,
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

/// What is promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Seconds of the same clock before a deadline at which to warn, where the rule does not say.
    #[serde(default)]
    pub warn_before: Option<i64>,
}

fn waiting() -> Vec<Status> {
    vec![Status::Pending, Status::OnHold]
}

fn all_targets() -> Vec<Target> {
    Target::ALL.to_vec()
}

impl Policy {
    /// The published service levels of the users' portal (`kb/andrea-service-level-agreement`,
    /// 28 November 2023): response times in working time. Priority 1: 2 h; priority 2: 8 h; a new
    /// Workspace or user: 8 h; everything else: 3 working days. No resolution time is published,
    /// so there is none.
    ///
    /// Our own choices, where the page is silent: a later message of the requester gets the same
    /// time as the first; a priority wins over a kind; pending and on hold stop the clocks; a
    /// warning comes one working hour before.
    pub fn mydre() -> Self {
        let mut rules = Vec::new();
        for target in [Target::FirstResponse, Target::NextResponse] {
            let rule = |priorities: &[Priority], kinds: &[Kind], within| Rule {
                target,
                priorities: priorities.to_vec(),
                kinds: kinds.to_vec(),
                within,
                warn_before: None,
            };
            rules.push(rule(&[Priority::P1], &[], Amount::Working(2 * 3600)));
            rules.push(rule(&[Priority::P2], &[], Amount::Working(8 * 3600)));
            rules.push(rule(
                &[],
                &[Kind::NewWorkspace, Kind::NewUser],
                Amount::Working(8 * 3600),
            ));
            rules.push(rule(
                &[],
                &[],
                Amount::Days {
                    days: 3,
                    end_of_day: false,
                },
            ));
        }
        Self {
            name: "mydre".into(),
            rules,
            pause_on: waiting(),
            pausing: all_targets(),
            next_response: NextResponseScope::AfterFirstReply,
            warn_before: Some(3600),
        }
    }

    /// The promise for that target on a ticket of that kind and priority, if there is one.
    pub fn rule(&self, target: Target, kind: Kind, priority: Option<Priority>) -> Option<&Rule> {
        self.rules.iter().find(|r| {
            r.target == target
                && (r.kinds.is_empty() || r.kinds.contains(&kind))
                && (r.priorities.is_empty() || priority.is_some_and(|p| r.priorities.contains(&p)))
        })
    }

    /// Does that status stop that clock?
    pub fn pauses(&self, target: Target, status: Status) -> bool {
        !status.is_live() || (self.pause_on.contains(&status) && self.pausing.contains(&target))
    }
}
