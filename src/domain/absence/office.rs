//! All that is known of a team and its absences, as it is kept: what every question about them begins with.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::{
    Absence, AbsenceId, Away, Grant, Handed, Occurrence, Person, Preview, Right, Swap, Team,
    balance, cycle, preview, stints,
};
use crate::domain::Instant;
use crate::domain::calendar::Calendar;
use crate::domain::people::{Agent, AgentId};
use crate::domain::ticket::Ticket;

/// So many days back it is known what was handed over, and so many ahead who is away.
pub const KNOWN_DAYS: i64 = 400;
/// A turn of an absence is looked for as far ahead as this, in days.
const FURTHEST_DAYS: i64 = 3660;
/// Who has stood in how much counts for so many days, where somebody is proposed.
const LATELY_DAYS: i64 = 180;

/// Who works here, who is away when, and what was handed over.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Office {
    /// The team.
    pub people: Vec<Person>,
    /// All absences that are known.
    pub absences: Vec<Absence>,
    /// What was handed over.
    pub handed: Vec<Handed>,
    /// How many live tickets everybody has.
    pub loads: Vec<(AgentId, usize)>,
    /// How much of their own hours everybody stood in lately, in thousandths; see [`Self::with_shares`].
    pub shares: Vec<(AgentId, i64)>,
    /// Absences that come from a calendar at an address.
    pub followed: Vec<AbsenceId>,
    /// Swaps that were asked for, the latest first.
    pub swaps: Vec<Swap>,
}

const fn days(n: i64) -> TimeDelta {
    match TimeDelta::try_days(n) {
        Some(days) => days,
        None => TimeDelta::zero(),
    }
}

/// The team: whom the settings name, else whom the desk knows, else whoever works there and whom the plan names.
pub fn team_of(
    settings: &[Person],
    agents: Vec<Agent>,
    absences: &[Absence],
    me: &AgentId,
) -> Vec<Person> {
    let mut people: BTreeMap<AgentId, Person> = BTreeMap::new();
    for person in settings {
        people.insert(person.id.clone(), person.clone());
    }
    if people.is_empty() {
        for agent in agents {
            let mut person = Person::new(agent.id);
            if !agent.tenants.is_empty() {
                person.grants.push(Grant {
                    tenants: agent.tenants,
                    rights: None,
                });
            }
            people.insert(person.id.clone(), person);
        }
    }
    if people.is_empty() {
        let covers = absences
            .iter()
            .flat_map(|a| a.covers.iter().map(|c| &c.who));
        let named = absences.iter().map(|a| &a.who).chain(covers);
        for id in named.chain([me]) {
            people.insert(id.clone(), Person::new(id.clone()));
        }
    }
    people.into_values().collect()
}

/// Refuses what can never be kept beside the others: a cover of oneself, alone or in a ring.
///
/// # Errors
/// A sentence that names them.
pub fn check(
    new: &Absence,
    others: &[Absence],
    (people, calendar): (&[Person], &Calendar),
    now: Instant,
) -> Result<(), String> {
    if new.covers.iter().any(|c| c.who == new.who) {
        return Err(format!(
            "{} cannot stand in for themselves; name somebody else as cover",
            new.who
        ));
    }
    let others = others.iter().filter(|a| a.id != new.id);
    let all: Vec<Absence> = others.chain([new]).cloned().collect();
    let span = (now - days(KNOWN_DAYS), now + days(KNOWN_DAYS));
    let team = Team::new(people, calendar, &all, span);
    cycle(new, &team).map_or(Ok(()), |ring| Err(ring.to_string()))
}

/// The turn of an absence that is on at an instant, or the next one.
pub fn next_turn(absence: &Absence, now: Instant) -> Option<Occurrence> {
    let soon = absence.away(now, now + days(KNOWN_DAYS));
    let later = || absence.away(now, now + days(FURTHEST_DAYS));
    soon.first().copied().or_else(|| later().first().copied())
}

impl Office {
    /// Knows who stood in how much lately: whoever did least is proposed first.
    #[must_use]
    pub fn with_shares(mut self, calendar: &Calendar, now: Instant) -> Self {
        let since = now - days(LATELY_DAYS);
        let stints = stints(&self.handed, since, now);
        if !stints.is_empty() {
            let team = Team::new(&self.people, calendar, &self.absences, (since, now));
            let all = balance(&team, &stints, since, now).into_iter();
            self.shares = all.map(|b| (b.who.clone(), b.share())).collect();
        }
        self
    }

    /// The team between two instants.
    pub fn team<'a>(&'a self, calendar: &'a Calendar, span: (Instant, Instant)) -> Team<'a> {
        Team::new(&self.people, calendar, &self.absences, span)
            .with_loads(self.loads.iter().cloned())
            .with_shares(self.shares.iter().cloned())
    }

    /// The team as far as an absence needs it, which reaches beyond its end: to what is due soon after.
    pub fn team_for<'a>(
        &'a self,
        calendar: &'a Calendar,
        away: &Away<'_>,
        now: Instant,
    ) -> Team<'a> {
        self.team(calendar, (away.from.min(now), away.to + days(60)))
    }

    /// An absence by its identity.
    pub fn absence(&self, id: &AbsenceId) -> Option<&Absence> {
        self.absences.iter().find(|a| a.id == *id)
    }

    /// What is handed over for a stretch of an absence and not given back.
    pub fn open(&self, id: &AbsenceId, from: Instant) -> Option<&Handed> {
        let fits = |h: &&Handed| h.back.is_none() && h.absence == *id && h.from == from;
        self.handed.iter().find(fits)
    }

    /// What would become of each ticket, those that somebody left where they are before included.
    pub fn preview(
        &self,
        team: &Team<'_>,
        away: &Away<'_>,
        tickets: &[Ticket],
        now: Instant,
    ) -> Preview {
        let mut preview = preview(team, away, tickets, now);
        if let Some(before) = self.open(&away.absence.id, away.from) {
            preview.leave(&before.kept);
        }
        preview
    }

    /// A stretch of an absence was handed over, be it given back since: whether to is decided.
    pub fn is_decided(&self, id: &AbsenceId, from: Instant) -> bool {
        let mut all = self.handed.iter();
        all.any(|h| h.absence == *id && h.from == from)
    }

    /// Where an absence is told of, if that is not here: it is changed there.
    pub fn elsewhere(&self, absence: &Absence) -> Option<&'static str> {
        if absence.is_of_desk() {
            Some("is the desk's own")
        } else if self.followed.contains(&absence.id) {
            Some("comes from a calendar at an address")
        } else {
            None
        }
    }

    /// When a hand-over is over: as the plan says now, else as it said then.
    pub fn ends(&self, handed: &Handed) -> Instant {
        let planned = self.absence(&handed.absence);
        let turns = planned.map(|a| a.away(handed.from, handed.from + TimeDelta::seconds(1)));
        let end = turns.and_then(|t| t.first().map(|o| o.to));
        end.unwrap_or(handed.to)
    }

    /// Rights that somebody lacks: those that coverage has to look at.
    pub fn rights(&self) -> Vec<Right> {
        let lacks = |r: &Right| self.people.iter().any(|p| !p.may(None, Some(r)));
        Right::all().filter(lacks).collect()
    }

    /// Why an absence can never be kept: it covers itself, alone or in a ring.
    ///
    /// # Errors
    /// A sentence.
    pub fn check(&self, new: &Absence, calendar: &Calendar, now: Instant) -> Result<(), String> {
        check(new, &self.absences, (&self.people, calendar), now)
    }

    /// What is worth knowing before an absence is kept, in sentences: it overlaps with another of the same
    /// person, nobody stands in, or a cover is away or not of the team.
    pub fn doubts(&self, new: &Absence, now: Instant) -> Vec<String> {
        let Some(turn) = next_turn(new, now) else {
            return vec!["it lies in the past".into()];
        };
        let mut out = Vec::new();
        let meets = |a: &&Absence| !a.away(turn.from, turn.to).is_empty();
        let others = || self.absences.iter().filter(|a| a.id != new.id);
        for other in others().filter(|a| a.who == new.who).filter(meets) {
            out.push(format!(
                "{} is away then already ({})",
                new.who,
                other.why.word()
            ));
        }
        if new.covers.is_empty() {
            out.push("nobody stands in: what is due meanwhile has no one".into());
        }
        for cover in &new.covers {
            if !self.people.iter().any(|p| p.id == cover.who) {
                out.push(format!("{} is not of the team", cover.who));
            } else if let Some(theirs) = others().filter(|a| a.who == cover.who).find(meets) {
                out.push(format!(
                    "{} is away then too ({})",
                    cover.who,
                    theirs.why.word()
                ));
            }
        }
        let able = |r: &Right| {
            let mut covers = new.covers.iter();
            covers.any(|c| {
                let person = self.people.iter().find(|p| p.id == c.who);
                person.is_some_and(|p| p.may(None, Some(r)))
            })
        };
        let own = self.people.iter().find(|p| p.id == new.who);
        let held = |r: &Right| own.is_none_or(|p| p.may(None, Some(r)));
        let lost: Vec<String> = self
            .rights()
            .into_iter()
            .filter(|r| held(r) && !able(r) && !new.covers.is_empty())
            .map(|r| r.to_string())
            .collect();
        if !lost.is_empty() {
            out.push(format!("who stands in may not: {}", lost.join(", ")));
        }
        out
    }
}
