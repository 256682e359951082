//! Who is told that a promise runs out, when, and never twice: thresholds of the time that the promise counts,
//! quiet hours, and one sentence for many.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::Instant;
use super::calendar::{Calendar, resolve_local};
use super::sla::{Amount, Policy, Subject, Target};
use super::text::Untrusted;
use super::ticket::{Due, Ticket, TicketId, TicketKey};

/// Stretches of every day, by the clock on the wall, in which nobody is disturbed; one that ends before it
/// begins lasts over midnight.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quiet(Vec<(NaiveTime, NaiveTime)>);

impl Quiet {
    /// Reads clock times `HH:MM`; `24:00` is midnight.
    ///
    /// # Errors
    /// A sentence that names what is no clock time, or a stretch that has no length.
    pub fn parse(spans: &[(String, String)]) -> Result<Self, String> {
        let clock = |text: &str| {
            let text = if text == "24:00" { "00:00" } else { text };
            NaiveTime::parse_from_str(text, "%H:%M")
                .map_err(|_| format!("\"{text}\" is no clock time; write it as in \"18:00\""))
        };
        let mut out = Vec::with_capacity(spans.len());
        for (from, to) in spans {
            let (a, b) = (clock(from)?, clock(to)?);
            if a == b {
                return Err(format!(
                    "from {from} to {to} is no stretch; give two different times"
                ));
            }
            out.push((a, b));
        }
        Ok(Self(out))
    }

    /// When the quiet of an instant ends; none: it is not quiet then.
    pub fn until(&self, at: Instant, zone: Tz) -> Option<Instant> {
        let mut end = None;
        let mut look = at;
        // One stretch may run into the next; around the clock there is no end within a week.
        for _ in 0..16 {
            let Some(next) = self.end_of_one(look, zone) else {
                return end;
            };
            end = Some(next);
            look = next;
        }
        end
    }

    fn end_of_one(&self, at: Instant, zone: Tz) -> Option<Instant> {
        let wall = at.with_timezone(&zone).naive_local();
        let (date, time) = (wall.date(), wall.time());
        let ends = self.0.iter().filter_map(|(from, to)| {
            let day = match (from < to, time >= *from, time < *to) {
                (true, true, true) => Some(date),
                // Over midnight: its evening ends tomorrow, its morning today.
                (false, true, _) => date.succ_opt(),
                (false, false, true) => Some(date),
                _ => None,
            };
            resolve_local(zone, day?, &to.format("%H:%M").to_string()).ok()
        });
        ends.filter(|end| *end > at).max()
    }
}

/// When to warn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thresholds {
    /// Seconds of the time that a promise counts; none: what the policy says.
    pub before: Option<Vec<i64>>,
    /// The same for one promise.
    pub of: BTreeMap<Target, Vec<i64>>,
    /// When nobody is disturbed.
    pub quiet: Quiet,
}

/// What a deadline is counted by, and in whose zone it is quiet.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// When to warn.
    pub thresholds: &'a Thresholds,
    /// What is promised.
    pub policy: &'a Policy,
    /// The desk's working time.
    pub calendar: &'a Calendar,
    /// The zone of whoever is warned.
    pub zone: Tz,
}

/// A warning that was given: it is never given again for this deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Said {
    /// The deadline.
    pub due: Instant,
    /// Of which ticket.
    pub ticket: TicketId,
    /// Which threshold, in seconds.
    pub before: i64,
}

/// A warning to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Which ticket.
    pub ticket: TicketId,
    /// The ticket's number.
    pub key: TicketKey,
    /// What it is about.
    pub subject: Untrusted,
    /// Which promise runs out.
    pub target: Target,
    /// When.
    pub due: Instant,
    /// No more than so many seconds are left.
    pub before: i64,
}

/// What comes of looking at the tickets that fall due next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// What to say now, the earliest deadline first.
    pub say: Vec<Warning>,
    /// What has been said then; deadlines that are past are forgotten.
    pub said: BTreeSet<Said>,
    /// When to look again.
    pub next: Option<Instant>,
}

/// Says which thresholds were passed since they were last looked at. Of a ticket that has passed several only the
/// nearest is said. In quiet hours nothing is said and nothing is lost: what still matters is said at their end.
pub fn look<'t>(
    tickets: impl Iterator<Item = &'t Ticket>,
    rules: Rules<'_>,
    said: &BTreeSet<Said>,
    now: Instant,
) -> Look {
    let quiet = &rules.thresholds.quiet;
    let quiet_until = quiet.until(now, rules.zone);
    let mut out = Look {
        said: said.iter().filter(|s| s.due >= now).copied().collect(),
        ..Look::default()
    };
    let mut next: Option<Instant> = None;
    let mut look_at = |at: Instant| {
        let at = quiet.until(at, rules.zone).unwrap_or(at);
        next = Some(next.map_or(at, |known| known.min(at)));
    };
    for t in tickets {
        let Due::Running { target, at } = t.due else {
            continue;
        };
        if at < now {
            continue;
        }
        let mut passed: Vec<i64> = Vec::new();
        for before in rules.thresholds_of(t, target) {
            let when = rules.warn_at(t, target, at, before);
            if when <= now {
                passed.push(before);
            } else {
                look_at(when);
            }
        }
        let said_of = |before: i64| Said {
            due: at,
            ticket: t.id,
            before,
        };
        let Some(nearest) = passed.iter().min().copied() else {
            continue;
        };
        if out.said.contains(&said_of(nearest)) {
            continue;
        }
        if let Some(end) = quiet_until {
            look_at(end);
            continue;
        }
        out.said.extend(passed.into_iter().map(said_of));
        out.say.push(Warning {
            ticket: t.id,
            key: t.key.clone(),
            subject: t.subject.clone(),
            target,
            due: at,
            before: nearest,
        });
    }
    out.next = next;
    out.say
        .sort_by(|a, b| a.due.cmp(&b.due).then_with(|| a.key.cmp(&b.key)));
    out
}

impl Rules<'_> {
    /// The thresholds of a promise: its own, else the general ones, else what the rule or the policy says.
    fn thresholds_of(&self, t: &Ticket, target: Target) -> Vec<i64> {
        let own = self
            .thresholds
            .of
            .get(&target)
            .or(self.thresholds.before.as_ref());
        if let Some(own) = own {
            return own.clone();
        }
        let rule = self.policy.rule(target, &Subject::of(t));
        let before = rule.and_then(|r| r.warn_before).or(self.policy.warn_before);
        before.into_iter().collect()
    }

    /// The instant at which so many seconds are left, in the time that the promise counts.
    fn warn_at(&self, t: &Ticket, target: Target, due: Instant, before: i64) -> Instant {
        match self.policy.rule(target, &Subject::of(t)) {
            Some(rule) => match rule.within {
                Amount::Calendar(_) => due - TimeDelta::seconds(before),
                _ => self
                    .policy
                    .calendar(rule, self.calendar)
                    .subtract(due, before),
            },
            None => self.calendar.subtract(due, before),
        }
    }
}

/// One sentence, for one or for many; none for nothing.
pub fn sentence(warnings: &[Warning]) -> Option<String> {
    let most = warnings.iter().map(|w| w.before).max()?;
    let within = Amount::Working(most);
    Some(match warnings {
        [w] => format!(
            "#{} falls due within {within}: {} · {}",
            w.key,
            w.target.long(),
            w.subject.line()
        ),
        many => {
            let first: Vec<String> = many.iter().take(3).map(|w| format!("#{}", w.key)).collect();
            let more = if many.len() > 3 { ", …" } else { "" };
            format!(
                "{} tickets fall due within {within}: {}{more}",
                many.len(),
                first.join(", ")
            )
        }
    })
}
