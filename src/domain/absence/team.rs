//! Who is there, who may, who has room, and who stands in for whom.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{Absence, Right};
use crate::domain::Instant;
use crate::domain::calendar::Calendar;
use crate::domain::people::{AgentId, TenantId};
use crate::domain::ticket::Ticket;

/// Something a person may do. What is empty leaves nothing out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Grant {
    /// For these client organisations.
    pub tenants: Vec<TenantId>,
    /// These rights, without any said all; what asks for none may always be done.
    pub rights: Option<Vec<Right>>,
}

/// A member of the team, as far as absences care.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The handle.
    pub id: AgentId,
    /// When this person works; none: when the desk is open.
    pub hours: Option<Calendar>,
    /// What this person may do; nothing said: everything.
    pub grants: Vec<Grant>,
    /// The most open tickets that this person takes; none: any number.
    pub room: Option<usize>,
}

impl Person {
    /// One who works when the desk is open, may do everything and takes any number.
    pub const fn new(id: AgentId) -> Self {
        Self {
            id,
            hours: None,
            grants: Vec::new(),
            room: None,
        }
    }

    /// Whether this person may act for a tenant with a right.
    pub fn may(&self, tenant: Option<&TenantId>, right: Option<&Right>) -> bool {
        let covers = |g: &Grant| {
            (g.tenants.is_empty() || tenant.is_none_or(|t| g.tenants.contains(t)))
                && (right.is_none_or(|r| g.rights.as_ref().is_none_or(|all| all.contains(r))))
        };
        self.grants.is_empty() || self.grants.iter().any(covers)
    }
}

/// One stretch in which somebody is away.
#[derive(Debug, Clone, Copy)]
pub struct Away<'a> {
    /// The absence it belongs to.
    pub absence: &'a Absence,
    /// First instant away.
    pub from: Instant,
    /// First instant back.
    pub to: Instant,
}

/// A ticket that needs somebody: from which moment on, and by when.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The ticket.
    pub ticket: &'a Ticket,
    /// When it changes hands.
    pub at: Instant,
    /// Until when the other one has to have had some time for it.
    pub by: Instant,
}

/// What stands against somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "why")]
pub enum Against {
    /// The team has nobody of that name.
    Unknown,
    /// They may not act for this tenant, or lack the right.
    MayNot,
    /// They are away themselves.
    Away {
        /// Until then.
        until: Instant,
    },
    /// They do not work before it is due.
    NotThere,
    /// They have as many tickets as they take.
    NoRoom {
        /// So many have they.
        open: usize,
    },
}

impl Against {
    /// What stands against somebody, with times as they are read in a zone.
    pub fn words(&self, zone: Tz) -> String {
        match self {
            Self::Unknown => "nobody here is called so".into(),
            Self::MayNot => "may not do this".into(),
            Self::Away { until } => {
                let back = until.with_timezone(&zone);
                match back.time() == NaiveTime::MIN {
                    // The day before is the last one away.
                    true => format!(
                        "away until {}",
                        (back - TimeDelta::seconds(1)).format("%Y-%m-%d")
                    ),
                    false => format!("away until {}", back.format("%Y-%m-%d %H:%M")),
                }
            }
            Self::NotThere => "does not work before it is due".into(),
            Self::NoRoom { open } => format!("has no room, with {open} tickets"),
        }
    }
}

/// Somebody who was looked at for a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Who.
    pub who: AgentId,
    /// Those between, each of whom is away too.
    pub via: Vec<AgentId>,
    /// What stands against them; none: they can take it.
    pub against: Option<Against>,
}

/// The team in a stretch of time.
#[derive(Debug, Clone)]
pub struct Team<'a> {
    people: BTreeMap<&'a AgentId, &'a Person>,
    calendar: &'a Calendar,
    away: Vec<Away<'a>>,
    /// The same by person, joined where they touch.
    gone: BTreeMap<&'a AgentId, Vec<(Instant, Instant)>>,
    load: BTreeMap<AgentId, usize>,
    share: BTreeMap<AgentId, i64>,
}

/// Sorted stretches, joined where they overlap or touch.
fn joined(mut spans: Vec<(Instant, Instant)>) -> Vec<(Instant, Instant)> {
    spans.sort_unstable();
    let mut out: Vec<(Instant, Instant)> = Vec::with_capacity(spans.len());
    for (from, to) in spans {
        match out.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

impl<'a> Team<'a> {
    /// The team between two instants: what lies outside is not known to it.
    pub fn new(
        people: &'a [Person],
        calendar: &'a Calendar,
        absences: &'a [Absence],
        (from, to): (Instant, Instant),
    ) -> Self {
        let mut away: Vec<Away<'a>> = absences
            .iter()
            .flat_map(|absence| {
                let stretches = absence.away(from, to).into_iter();
                stretches.map(move |o| Away {
                    absence,
                    from: o.from,
                    to: o.to,
                })
            })
            .collect();
        away.sort_by(|a, b| (a.from, a.to, &a.absence.id).cmp(&(b.from, b.to, &b.absence.id)));
        let mut gone: BTreeMap<&'a AgentId, Vec<(Instant, Instant)>> = BTreeMap::new();
        for a in &away {
            gone.entry(&a.absence.who).or_default().push((a.from, a.to));
        }
        for spans in gone.values_mut() {
            *spans = joined(std::mem::take(spans));
        }
        Self {
            people: people.iter().map(|p| (&p.id, p)).collect(),
            calendar,
            away,
            gone,
            load: BTreeMap::new(),
            share: BTreeMap::new(),
        }
    }

    /// Knows how many tickets everybody has, for who has room.
    #[must_use]
    pub fn with_loads(mut self, loads: impl IntoIterator<Item = (AgentId, usize)>) -> Self {
        self.load.extend(loads);
        self
    }

    /// Knows how much of their own working time everybody has stood in for others lately, in thousandths.
    #[must_use]
    pub fn with_shares(mut self, shares: impl IntoIterator<Item = (AgentId, i64)>) -> Self {
        self.share.extend(shares);
        self
    }

    /// One ticket more for somebody.
    pub fn takes(&mut self, who: &AgentId) {
        *self.load.entry(who.clone()).or_default() += 1;
    }

    /// How many tickets somebody has.
    pub fn load(&self, who: &AgentId) -> usize {
        self.load.get(who).copied().unwrap_or(0)
    }

    /// When the desk is open.
    pub const fn calendar(&self) -> &'a Calendar {
        self.calendar
    }

    /// Everybody, by handle.
    pub fn people(&self) -> impl Iterator<Item = &'a Person> + '_ {
        self.people.values().copied()
    }

    /// All stretches in which somebody is away, by their beginning.
    pub fn away(&self) -> &[Away<'a>] {
        &self.away
    }

    /// Until when somebody is away; none: they are not.
    pub fn away_until(&self, who: &AgentId, at: Instant) -> Option<Instant> {
        let spans = self.gone.get(who)?;
        let (_, to) = spans.iter().find(|(from, to)| *from <= at && at < *to)?;
        Some(*to)
    }

    fn hours(&self, person: &'a Person) -> &'a Calendar {
        person.hours.as_ref().unwrap_or(self.calendar)
    }

    /// The stretches in which somebody works and is not away.
    pub fn presence(&self, who: &AgentId, from: Instant, to: Instant) -> Vec<(Instant, Instant)> {
        let Some(person) = self.people.get(who) else {
            return Vec::new();
        };
        let gone = self.gone.get(who).map_or(&[][..], Vec::as_slice);
        let mut there = Vec::new();
        for (open, close) in self.hours(person).stretches(from, to) {
            let mut at = open;
            let first = gone.partition_point(|(_, back)| *back <= open);
            for (leave, back) in gone.iter().skip(first).take_while(|(l, _)| *l < close) {
                if at < *leave {
                    there.push((at, *leave));
                }
                at = at.max(*back);
            }
            if at < close {
                there.push((at, close));
            }
        }
        there
    }

    /// Seconds that somebody works and is not away.
    pub fn worked(&self, who: &AgentId, from: Instant, to: Instant) -> i64 {
        let Some(person) = self.people.get(who) else {
            return 0;
        };
        let hours = self.hours(person);
        let gone = self.gone.get(who).map_or(&[][..], Vec::as_slice);
        let first = gone.partition_point(|(_, back)| *back <= from);
        let missed: i64 = gone
            .iter()
            .skip(first)
            .take_while(|(leave, _)| *leave < to)
            .map(|(leave, back)| hours.elapsed((*leave).max(from), (*back).min(to)))
            .sum();
        hours.elapsed(from, to) - missed
    }

    /// What stands against somebody who would take a ticket.
    pub fn against(&self, who: &AgentId, ask: &Ask<'_>) -> Option<Against> {
        let Some(person) = self.people.get(who) else {
            return Some(Against::Unknown);
        };
        let right = Right::needed(ask.ticket.kind);
        if !person.may(ask.ticket.tenant.as_ref(), right.as_ref()) {
            return Some(Against::MayNot);
        }
        if let Some(until) = self.away_until(who, ask.at) {
            return Some(Against::Away { until });
        }
        if self.worked(who, ask.at, ask.by) == 0 {
            return Some(Against::NotThere);
        }
        let open = self.load(who);
        let full = person.room.is_some_and(|room| open >= room);
        full.then_some(Against::NoRoom { open })
    }

    /// Those who stand in for the one who is away, for a ticket: in order of preference, and in the place
    /// of each who is away too, those who stand in for them. Nobody is looked at twice, so chains end.
    pub fn candidates(&self, absence: &Absence, ask: &Ask<'_>) -> Vec<Candidate> {
        let mut seen = BTreeSet::from([absence.who.clone()]);
        let mut found = Vec::new();
        self.walk(absence, ask, &mut Vec::new(), &mut seen, &mut found);
        found
    }

    fn walk(
        &self,
        absence: &Absence,
        ask: &Ask<'_>,
        via: &mut Vec<AgentId>,
        seen: &mut BTreeSet<AgentId>,
        found: &mut Vec<Candidate>,
    ) {
        for cover in absence.covers.iter().filter(|c| c.scope.means(ask.ticket)) {
            if !seen.insert(cover.who.clone()) {
                continue;
            }
            let against = self.against(&cover.who, ask);
            let is_away = self.away_until(&cover.who, ask.at).is_some();
            found.push(Candidate {
                who: cover.who.clone(),
                via: via.clone(),
                against,
            });
            if !is_away {
                continue;
            }
            via.push(cover.who.clone());
            for theirs in self.absences_of(&cover.who, ask.at) {
                self.walk(theirs.absence, ask, via, seen, found);
            }
            via.pop();
        }
    }

    /// The stretches in which somebody is away at an instant.
    pub fn absences_of(&self, who: &AgentId, at: Instant) -> impl Iterator<Item = Away<'a>> {
        self.away
            .iter()
            .filter(move |a| a.from <= at && at < a.to && a.absence.who == *who)
            .copied()
    }

    /// Who should have a ticket that arrives or comes back at an instant, where the one it is on is away;
    /// none: it stays where it is.
    pub fn route(&self, ticket: &Ticket, at: Instant) -> Option<Vec<Candidate>> {
        let who = ticket.assignee.as_ref()?;
        let away: Vec<_> = self.absences_of(who, at).collect();
        let until = away.iter().map(|a| a.to).max()?;
        let by = match ticket.due {
            crate::domain::ticket::Due::Running { at: due, .. } if due > at => due.min(until),
            _ => until,
        };
        let at = self.calendar.next_open(at).filter(|t| *t < until)?;
        let ask = Ask { ticket, at, by };
        Some(
            away.iter()
                .flat_map(|a| self.candidates(a.absence, &ask))
                .collect(),
        )
    }

    /// Others who could take a ticket: first who has stood in least for their hours, then who has the least
    /// on them.
    pub fn proposals(&self, not: &[Candidate], absent: &AgentId, ask: &Ask<'_>) -> Vec<AgentId> {
        let mut able: Vec<&AgentId> = self
            .people
            .keys()
            .copied()
            .filter(|who| *who != absent && !not.iter().any(|c| c.who == **who))
            .filter(|who| self.against(who, ask).is_none())
            .collect();
        let share = |who: &AgentId| self.share.get(who).copied().unwrap_or(0);
        able.sort_by_key(|who| (share(who), self.load(who), (*who).clone()));
        able.into_iter().take(3).cloned().collect()
    }
}
