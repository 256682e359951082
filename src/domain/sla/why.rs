//! The sum behind a deadline: every part of a clock's life, what it added and who is behind it.

use serde::{Deserialize, Serialize};

use super::clock::{Counted, count, pressing};
use super::{Amount, Clock, History, Owner, Policy, Rule, Subject, Target};
use crate::domain::Instant;
use crate::domain::calendar::Calendar;
use crate::domain::people::TenantId;
use crate::domain::text::Untrusted;
use crate::domain::thread::TimelineEntry;
use crate::domain::ticket::{Kind, Priority, Status};

/// A part of the sum that makes a deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// From then.
    pub from: Instant,
    /// Until then; the same instant where something changed and no time passed.
    pub to: Instant,
    /// Why it counts or does not.
    pub what: Reason,
    /// Seconds it adds to the clock; 0 where it stood still.
    pub secs: i64,
    /// Whose time it is.
    pub owner: Owner,
    /// Who set it, as the desk names them; none where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Untrusted>,
}

/// Why a part of a ticket's life counts or does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The clock has counted here.
    Counted,
    /// The clock will count here until the deadline.
    Ahead,
    /// The clock went on after the deadline.
    Over,
    /// The status stopped the clock; so many open seconds cost nothing.
    Paused {
        /// The status.
        status: Status,
        /// Open seconds that went by.
        spared: i64,
    },
    /// A holiday lies within the part before. Its name may come from a file.
    Holiday(String),
    /// The promise became another, on the time that was already used.
    Changed {
        /// Which field of the ticket changed it.
        field: String,
        /// What was promised until then; none: nothing.
        was: Option<Amount>,
        /// What was promised from then on; none: nothing.
        now: Option<Amount>,
    },
}

/// One clock and the sum behind its deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    /// How it stands.
    pub clock: Clock,
    /// The promise.
    pub within: Amount,
    /// The name of the calendar that counts; none: the desk's own, or every second counts.
    pub calendar: Option<String>,
    /// Its parts in order of time. The seconds of `Counted` and `Ahead` add up to the promise; `Over` is
    /// what came on top. Only where the calendar never opens again is the sum short of the promise.
    pub segments: Vec<Segment>,
}

/// The sum behind the deadline of the most urgent open clock; see [`explain`].
pub fn why(
    history: &History<'_>,
    trail: &[TimelineEntry],
    policy: &Policy,
    calendar: &Calendar,
    now: Instant,
) -> Option<Explained> {
    let then = Earlier::at(history, trail, now);
    let history = then.history(history);
    let (_, counted) = pressing(&history, policy, calendar, now)?;
    Some(explained(&counted, &history, trail, policy, calendar, now))
}

/// Every clock that has started with its sum. The trail of the ticket, in order of time, says who set a
/// status and when the promise itself changed: there an old priority, kind or tenant stands with the new one.
/// Looked at from before such a change, the ticket is what it was then.
pub fn explain(
    history: &History<'_>,
    trail: &[TimelineEntry],
    policy: &Policy,
    calendar: &Calendar,
    now: Instant,
) -> Vec<Explained> {
    let then = Earlier::at(history, trail, now);
    let history = then.history(history);
    Target::ALL
        .into_iter()
        .filter_map(|target| count(&history, policy, calendar, target, now))
        .map(|counted| explained(&counted, &history, trail, policy, calendar, now))
        .collect()
}

fn explained(
    counted: &Counted<'_>,
    history: &History<'_>,
    trail: &[TimelineEntry],
    policy: &Policy,
    calendar: &Calendar,
    now: Instant,
) -> Explained {
    let clock = counted.clock();
    let mut segments = segments(counted, &clock, policy.calendar(counted.rule, calendar));
    name_setters(&mut segments, trail);
    segments.extend(changes(history, trail, policy, &clock, now));
    // Stable: a holiday stays behind the part that begins with it.
    segments.sort_by_key(|s| s.from);
    Explained {
        clock,
        within: counted.rule.within,
        calendar: counted.rule.calendar.clone(),
        segments,
    }
}

fn segments(counted: &Counted<'_>, clock: &Clock, calendar: &Calendar) -> Vec<Segment> {
    let line = counted.line;
    let mut out: Vec<Segment> = Vec::new();
    let mut put = |from: Instant, to: Instant, what: Reason, secs: i64, owner: Owner| {
        if from >= to {
            return;
        }
        match out.last_mut() {
            Some(last) if last.what == what && last.owner == owner && last.to == from => {
                last.to = to;
                last.secs += secs;
            }
            _ => out.push(Segment {
                from,
                to,
                what,
                secs,
                owner,
                by: None,
            }),
        }
    };
    for p in counted.parts.clone() {
        if let Some(status) = p.stopped {
            let spared = line.elapsed(p.from, p.to);
            put(p.from, p.to, Reason::Paused { status, spared }, 0, p.owner);
            continue;
        }
        let middle = clock.deadline.clamp(p.from, p.to);
        let (within, over) = (line.elapsed(p.from, middle), line.elapsed(middle, p.to));
        put(p.from, middle, Reason::Counted, within, p.owner);
        put(middle, p.to, Reason::Over, over, p.owner);
    }
    let ahead = line.elapsed(counted.until, clock.deadline);
    put(
        counted.until,
        clock.deadline,
        Reason::Ahead,
        ahead,
        clock.owner,
    );
    if matches!(counted.rule.within, Amount::Calendar(_)) {
        return out;
    }
    let with_holidays = |s: Segment| {
        let days = match s.what {
            Reason::Counted | Reason::Ahead => holidays(calendar, &s),
            _ => Vec::new(),
        };
        std::iter::once(s).chain(days)
    };
    out.into_iter().flat_map(with_holidays).collect()
}

/// The named holidays within a part, on days of the week that are otherwise open.
fn holidays(calendar: &Calendar, part: &Segment) -> Vec<Segment> {
    let days = calendar
        .date(part.from)
        .iter_days()
        .take_while(|d| *d <= calendar.date(part.to));
    // A promise of more than two years would list more than anybody reads.
    days.take(731)
        .filter_map(|date| {
            let name = calendar
                .holiday(date)
                .filter(|_| calendar.has_hours(date))?;
            let next = date.succ_opt()?;
            let from = calendar.midnight(date).max(part.from);
            let to = calendar.midnight(next).min(part.to);
            (from < to).then(|| Segment {
                from,
                to,
                what: Reason::Holiday(name.to_owned()),
                secs: 0,
                owner: part.owner,
                by: None,
            })
        })
        .collect()
}

/// A pause begins with a change of status: whoever made that change set the pause.
fn name_setters(segments: &mut [Segment], trail: &[TimelineEntry]) {
    for s in segments {
        if !matches!(s.what, Reason::Paused { .. }) {
            continue;
        }
        let setter = trail
            .iter()
            .rev()
            .find(|e| e.at == s.from && e.field.eq_ignore_ascii_case("status"));
        s.by = setter.map(|e| e.by.clone());
    }
}

/// Where a change of the ticket gave the clock another promise, up to `now`.
fn changes(
    history: &History<'_>,
    trail: &[TimelineEntry],
    policy: &Policy,
    clock: &Clock,
    now: Instant,
) -> Vec<Segment> {
    let mut later = Earlier::of(&history.subject);
    let mut out = Vec::new();
    // Backwards: what is known is what holds at the end.
    for e in trail.iter().rev().skip_while(|e| e.at > now) {
        let before = later.before(e);
        let (was, becomes) = (
            before.rule(policy, clock.target),
            later.rule(policy, clock.target),
        );
        let promise = |rule: Option<&Rule>| rule.map(|r| r.within);
        if promise(was) != promise(becomes) && e.at >= history.created {
            out.push(Segment {
                from: e.at,
                to: e.at,
                what: Reason::Changed {
                    field: e.field.clone(),
                    was: promise(was),
                    now: promise(becomes),
                },
                secs: 0,
                owner: clock.owner,
                by: Some(e.by.clone()),
            });
        }
        later = before;
    }
    out.reverse();
    out
}

/// What promises depended on at some point of the trail.
#[derive(Clone)]
struct Earlier {
    kind: Kind,
    priority: Option<Priority>,
    tenant: Option<TenantId>,
    labels: Vec<String>,
}

impl Earlier {
    fn of(subject: &Subject<'_>) -> Self {
        Self {
            kind: subject.kind,
            priority: subject.priority,
            tenant: subject.tenant.cloned(),
            labels: subject.labels.to_vec(),
        }
    }

    /// What held at an instant.
    fn at(history: &History<'_>, trail: &[TimelineEntry], now: Instant) -> Self {
        let later = trail.iter().rev().take_while(|e| e.at > now);
        later.fold(Self::of(&history.subject), |known, e| known.before(e))
    }

    fn subject(&self) -> Subject<'_> {
        Subject {
            kind: self.kind,
            priority: self.priority,
            tenant: self.tenant.as_ref(),
            labels: &self.labels,
        }
    }

    /// The history of a ticket that is what this says.
    fn history<'a>(&'a self, of: &History<'a>) -> History<'a> {
        History {
            subject: self.subject(),
            ..*of
        }
    }

    fn rule<'p>(&self, policy: &'p Policy, target: Target) -> Option<&'p Rule> {
        policy.rule(target, &self.subject())
    }

    /// What held before that change. An old value in words that are not ours changes nothing: it is not known.
    fn before(&self, change: &TimelineEntry) -> Self {
        let mut earlier = self.clone();
        let old = change.old.as_ref().map(Untrusted::raw);
        match (change.field.to_lowercase().as_str(), old) {
            ("priority", None) => earlier.priority = None,
            ("priority", Some(word)) => {
                // Desks write "2 - High" too.
                let number = word.split(" - ").next().unwrap_or(word);
                earlier.priority = number.parse().ok().or(earlier.priority);
            }
            ("kind", Some(word)) => earlier.kind = word.parse().unwrap_or(earlier.kind),
            ("tenant", None) => earlier.tenant = None,
            ("tenant", Some(code)) => {
                earlier.tenant = TenantId::parse(code).ok().or(earlier.tenant);
            }
            _ => {}
        }
        earlier
    }
}
