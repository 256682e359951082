//! Swaps: somebody asks another to stand in for them, for something in return or as a favour.
//!
//! What is given away is one turn of standing in for somebody, or a stretch of one's own time. The first
//! changes the covers of that turn; the second is a short absence with the other as its cover. What is refused
//! is refused when it is asked and again when it is answered: things change meanwhile.

use serde::{Deserialize, Serialize};

use super::{
    Absence, AbsenceId, Against, Cover, Occurrence, Office, Right, Scope, Team, Times, Why,
};
use crate::domain::Instant;
use crate::domain::calendar::Calendar;
use crate::domain::people::AgentId;
use crate::domain::text::Untrusted;

/// A swap's identity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SwapId(pub String);

impl std::fmt::Display for SwapId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// Something that one has to do and another could.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Duty {
    /// Standing in for somebody in one turn of their absence.
    Cover {
        /// Which absence.
        absence: AbsenceId,
        /// When that turn begins.
        from: Instant,
    },
    /// Being there in a stretch of one's own time.
    Stretch {
        /// From.
        from: Instant,
        /// Until.
        to: Instant,
    },
}

/// What became of an ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// It was taken.
    pub yes: bool,
    /// When.
    pub at: Instant,
}

/// Somebody asks another for a swap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swap {
    /// Its identity.
    pub id: SwapId,
    /// Who asks.
    pub by: AgentId,
    /// Who is asked.
    pub with: AgentId,
    /// What the one who is asked would do.
    pub gives: Duty,
    /// What the one who asks would do in return; none: it is a favour.
    pub takes: Option<Duty>,
    /// When it was asked.
    pub at: Instant,
    /// A word about it.
    #[serde(default)]
    pub note: Untrusted,
    /// The answer; none: it is open.
    pub answered: Option<Answered>,
}

/// What a swap does to the plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swapped {
    /// Absences as they are then, new ones among them.
    pub put: Vec<Absence>,
    /// Turns whose work goes from one to the other.
    pub moves: Vec<Moves>,
}

/// The work of one turn goes from one to the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moves {
    /// Of which absence it was handed over: the series where it is one.
    pub absence: AbsenceId,
    /// When that turn began.
    pub begun: Instant,
    /// Which it is afterwards: a turn of a series becomes one by itself.
    pub becomes: AbsenceId,
    /// Who has it.
    pub from: AgentId,
    /// Who gets it.
    pub to: AgentId,
}

fn turn(absence: &Absence, from: Instant) -> Result<Occurrence, String> {
    let at = |o: &Occurrence| o.from == from;
    let found = absence.away(from, from + chrono::TimeDelta::seconds(1));
    found.into_iter().find(at).ok_or_else(|| {
        format!(
            "{} has no turn that begins then any more; ask again for another one",
            absence.id
        )
    })
}

impl Duty {
    fn find<'a>(&self, plan: &'a [Absence]) -> Result<Option<&'a Absence>, String> {
        let Self::Cover { absence: id, .. } = self else {
            return Ok(None);
        };
        let found = plan.iter().find(|a| a.id == *id);
        found.map(Some).ok_or_else(|| {
            format!("the absence {id} is not planned any more; ask again for another one")
        })
    }

    /// When it is.
    ///
    /// # Errors
    /// A sentence: it is not planned any more.
    pub fn span(&self, plan: &[Absence]) -> Result<(Instant, Instant), String> {
        match (self, self.find(plan)?) {
            (Self::Cover { from, .. }, Some(absence)) => {
                turn(absence, *from).map(|o| (o.from, o.to))
            }
            (Self::Cover { from, .. }, None) => Ok((*from, *from)),
            (Self::Stretch { from, to }, _) => Ok((*from, *to)),
        }
    }

    /// Refuses a duty that somebody does not have.
    fn is_of(&self, who: &AgentId, plan: &[Absence], now: Instant) -> Result<(), String> {
        let (from, to) = self.span(plan)?;
        if to <= now {
            return Err("it is over; name a later one".into());
        }
        if from >= to {
            return Err("it ends before it begins; give a later end".into());
        }
        match self.find(plan)? {
            Some(a) if !a.covers.iter().any(|c| c.who == *who) => Err(format!(
                "{who} does not stand in for {} then; `deskhand absence list` shows who does",
                a.who
            )),
            _ => Ok(()),
        }
    }

    /// What the other one has to be able to do.
    fn scopes(&self, who: &AgentId, plan: &[Absence]) -> Result<Vec<Scope>, String> {
        Ok(self.find(plan)?.map_or_else(Vec::new, |a| {
            let own = a.covers.iter().filter(|c| c.who == *who);
            own.map(|c| c.scope.clone()).collect()
        }))
    }
}

/// What stands against somebody who would do it from then to then, with so many tickets more.
fn against(
    team: &Team<'_>,
    who: &AgentId,
    (from, to): (Instant, Instant),
    scopes: &[Scope],
    more: usize,
) -> Option<Against> {
    let Some(person) = team.people().find(|p| p.id == *who) else {
        return Some(Against::Unknown);
    };
    for scope in scopes {
        let tenants: Vec<_> = match scope.tenants.as_slice() {
            [] => vec![None],
            some => some.iter().map(Some).collect(),
        };
        let of_queues = scope.queues.iter().copied().filter_map(Right::needed);
        let mut rights: Vec<Option<Right>> = scope
            .rights
            .iter()
            .cloned()
            .chain(of_queues)
            .map(Some)
            .collect();
        if rights.is_empty() {
            rights.push(None);
        }
        let may = |tenant| rights.iter().all(|r| person.may(tenant, r.as_ref()));
        if !tenants.into_iter().all(may) {
            return Some(Against::MayNot);
        }
    }
    let mut gone = team.away().iter().filter(|a| a.absence.who == *who);
    if let Some(a) = gone.find(|a| a.from < to && from < a.to) {
        return Some(Against::Away { until: a.to });
    }
    if team.worked(who, from, to) == 0 {
        return Some(Against::NotThere);
    }
    let open = team.load(who) + more;
    let full = person
        .room
        .is_some_and(|room| open > room || team.load(who) >= room);
    full.then_some(Against::NoRoom {
        open: team.load(who),
    })
}

impl Swap {
    /// Both sides: who has a duty, who would have it, and which.
    fn sides(&self) -> Vec<(&AgentId, &AgentId, &Duty)> {
        let back = self.takes.iter().map(|d| (&self.with, &self.by, d));
        [(&self.by, &self.with, &self.gives)]
            .into_iter()
            .chain(back)
            .collect()
    }

    /// Refuses what cannot be: a duty that is not theirs, or one that the other is away for, may not do or
    /// has no room for. `load` says how many tickets go along with a duty.
    ///
    /// # Errors
    /// A sentence.
    pub fn check(
        &self,
        team: &Team<'_>,
        plan: &[Absence],
        load: &dyn Fn(&Duty, &AgentId) -> usize,
        now: Instant,
    ) -> Result<(), String> {
        if self.by == self.with {
            return Err("a swap takes two people; name somebody else".into());
        }
        for (has, gets, duty) in self.sides() {
            duty.is_of(has, plan, now)?;
            if let Some(a) = duty.find(plan)?.filter(|a| a.who == *gets) {
                return Err(format!(
                    "{gets} cannot stand in for themselves ({}); name another one",
                    a.id
                ));
            }
            let span = duty.span(plan)?;
            let scopes = duty.scopes(has, plan)?;
            if let Some(why) = against(team, gets, span, &scopes, load(duty, has)) {
                return Err(format!(
                    "{gets} cannot take this over: {}; ask somebody else, or for another time",
                    why.words(team.calendar().zone())
                ));
            }
        }
        Ok(())
    }

    /// What it would do to the plan as it is now, or why it cannot be.
    ///
    /// # Errors
    /// As [`Self::check`], or the plan would not hold with it.
    pub fn fits(
        &self,
        office: &Office,
        calendar: &Calendar,
        (now, new): (Instant, &mut dyn FnMut() -> AbsenceId),
    ) -> Result<Swapped, String> {
        let duties = [Some(&self.gives), self.takes.as_ref()];
        let spans = duties.into_iter().flatten();
        let spans: Vec<_> = spans
            .filter_map(|d| d.span(&office.absences).ok())
            .collect();
        let from = spans.iter().map(|s| s.0).min().unwrap_or(now).min(now);
        let to = spans.iter().map(|s| s.1).max().unwrap_or(now);
        let team = office.team(calendar, (from, to + chrono::TimeDelta::days(1)));
        let load = |duty: &Duty, who: &AgentId| match duty {
            Duty::Cover { absence, from } => {
                let open = office.open(absence, *from);
                open.map_or(0, |h| h.tickets.iter().filter(|t| t.to == *who).count())
            }
            Duty::Stretch { .. } => 0,
        };
        self.check(&team, &office.absences, &load, now)?;
        let swapped = self.apply(&office.absences, new)?;
        let mut then = office.clone();
        then.absences
            .retain(|a| !swapped.put.iter().any(|b| b.id == a.id));
        then.absences.extend(swapped.put.iter().cloned());
        for absence in &swapped.put {
            then.check(absence, calendar, now)?;
        }
        Ok(swapped)
    }

    /// Refuses an answer of somebody who is not asked; whoever asked may take it back.
    ///
    /// # Errors
    /// A sentence.
    pub fn may_answer(&self, me: &AgentId, yes: bool) -> Result<(), String> {
        match *me == self.with || (!yes && *me == self.by) {
            true => Ok(()),
            false => Err(format!(
                "{} is asked, not you; they answer for themselves",
                self.with
            )),
        }
    }

    /// What it does to the plan, all of it at once.
    ///
    /// # Errors
    /// A sentence: something of it is not planned any more.
    pub fn apply(
        &self,
        plan: &[Absence],
        new: &mut dyn FnMut() -> AbsenceId,
    ) -> Result<Swapped, String> {
        let mut all = plan.to_vec();
        let mut done = Swapped::default();
        for (has, gets, duty) in self.sides() {
            let changed = match duty {
                Duty::Stretch { from, to } => vec![stands_in(new(), has, gets, (*from, *to))],
                Duty::Cover { from, .. } => {
                    let Some(absence) = duty.find(&all)? else {
                        continue;
                    };
                    let turned = handed_on(alone(absence, *from, new)?, has, gets);
                    done.moves.push(Moves {
                        absence: absence.id.clone(),
                        begun: *from,
                        becomes: turned.last().unwrap_or(absence).id.clone(),
                        from: has.clone(),
                        to: gets.clone(),
                    });
                    turned
                }
            };
            for absence in changed {
                all.retain(|a| a.id != absence.id);
                done.put.retain(|a| a.id != absence.id);
                all.push(absence.clone());
                done.put.push(absence);
            }
        }
        Ok(done)
    }
}

fn stands_in(
    id: AbsenceId,
    away: &AgentId,
    by: &AgentId,
    (from, to): (Instant, Instant),
) -> Absence {
    Absence {
        id,
        who: away.clone(),
        times: Times::between(from, to),
        why: Why::Other,
        covers: vec![Cover {
            who: by.clone(),
            scope: Scope::default(),
        }],
        note: Untrusted::default(),
        uid: None,
    }
}

/// One turn by itself, after the series without it where it is one.
fn alone(
    absence: &Absence,
    from: Instant,
    new: &mut dyn FnMut() -> AbsenceId,
) -> Result<Vec<Absence>, String> {
    let on = turn(absence, from)?;
    if !absence.times.recurs() {
        return Ok(vec![absence.clone()]);
    }
    let mut series = absence.clone();
    let mut one = absence.clone();
    one.id = new();
    one.uid = None;
    one.times = series.times.take_out(on)?;
    Ok(vec![series, one])
}

/// The covers of the last of these with one person in the place of the other; what both did is once there.
fn handed_on(mut all: Vec<Absence>, has: &AgentId, gets: &AgentId) -> Vec<Absence> {
    if let Some(turn) = all.last_mut() {
        let mut covers: Vec<Cover> = Vec::new();
        for mut cover in std::mem::take(&mut turn.covers) {
            if cover.who == *has {
                cover.who = gets.clone();
            }
            if !covers.contains(&cover) {
                covers.push(cover);
            }
        }
        turn.covers = covers;
    }
    all
}
