//! What the events of a calendar come to: absences that are new, changed or gone, and what nobody can use.

use chrono_tz::Tz;

use super::office::check;
use super::{Absence, AbsenceId, Cover, Person};
use crate::domain::Instant;
use crate::domain::calendar::Calendar;
use crate::domain::ics::{self, Event, Reading};
use crate::domain::people::{Agent, AgentId};
use crate::domain::text::Untrusted;

/// Whom and what a calendar is read against.
#[derive(Debug, Clone)]
pub struct Known {
    /// Everybody whose name may stand in an event.
    pub agents: Vec<Agent>,
    /// The team.
    pub people: Vec<Person>,
    /// When the desk is open.
    pub calendar: Calendar,
    /// The zone of times without one.
    pub zone: Tz,
}

/// Where events come from, as far as it says something about them.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// All of them are this person's; none: whom each event names.
    pub who: Option<AgentId>,
    /// Who stands in, where neither the event says so nor anything is known from before.
    pub covers: Vec<Cover>,
}

/// What a calendar's events come to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Incoming {
    /// Absences as they are now; those that are as before are not among them.
    pub put: Vec<Absence>,
    /// Absences whose events were called off, or are not there any more.
    pub gone: Vec<Absence>,
    /// So many of `put` are new.
    pub new: usize,
    /// So many are as they were before.
    pub same: usize,
    /// So many events take nobody's time.
    pub free: usize,
    /// So many name nobody of the team.
    pub strange: usize,
    /// What cannot be used, with the line and what to do.
    pub problems: Vec<(usize, String)>,
}

impl Known {
    /// Refuses what can never work: covers of oneself, and rings of covers.
    ///
    /// # Errors
    /// A sentence that names them.
    pub fn check(&self, new: &Absence, all: &[Absence], now: Instant) -> Result<(), String> {
        check(new, all, (&self.people, &self.calendar), now)
    }

    /// Whose absence an event is.
    pub fn whose(&self, event: &Event) -> Option<AgentId> {
        ics::whose(event, &self.agents)
    }
}

/// The absence that an event tells of, with what is known of it from before.
pub(super) fn absence(
    event: &Event,
    who: AgentId,
    before: Option<&Absence>,
    source: &Source,
    new: impl FnOnce() -> AbsenceId,
) -> Absence {
    let why = event.why();
    let is_title = event.summary.raw().trim() == ics::untitled(&who, why);
    let kept = before.map_or(&[][..], |a| a.covers.as_slice());
    let covers = [event.covers.as_slice(), kept, &source.covers];
    let said = covers.into_iter().find(|c| !c.is_empty());
    Absence {
        id: before.map_or_else(new, |a| a.id.clone()),
        note: match is_title && event.agent.is_some() {
            true => Untrusted::default(),
            false => event.summary.clone(),
        },
        who,
        times: event.times.clone(),
        why,
        covers: said.unwrap_or_default().to_vec(),
        uid: Some(event.uid.clone()),
    }
}

impl Incoming {
    /// Takes an absence as it is now, if it is otherwise than before and can be kept.
    fn take(
        &mut self,
        absence: Absence,
        plan: &mut Vec<Absence>,
        line: usize,
        known: &Known,
        now: Instant,
    ) {
        let before = plan.iter().find(|a| a.id == absence.id);
        if before == Some(&absence) {
            self.same += 1;
            return;
        }
        if let Err(why) = known.check(&absence, plan, now) {
            self.problems.push((line, why));
            return;
        }
        self.new += usize::from(before.is_none());
        for list in [plan, &mut self.put] {
            list.retain(|a| a.id != absence.id);
            list.push(absence.clone());
        }
    }
}

/// What a reading comes to beside the absences that there are. `whole`: what came from the same calendar
/// before (`from`) and is not in it now is gone; while something of it cannot be read nothing is taken for gone.
pub fn incoming(
    reading: &Reading,
    source: &Source,
    all: &[Absence],
    (from, whole): (&[AbsenceId], bool),
    known: &Known,
    (now, new): (Instant, &mut dyn FnMut() -> AbsenceId),
) -> Incoming {
    let mut out = Incoming {
        free: reading.events.iter().filter(|e| e.free).count(),
        ..Incoming::default()
    };
    let problems = reading.problems.iter().map(|p| (p.line, p.what.clone()));
    out.problems.extend(problems);
    let mut plan = all.to_vec();
    // A calendar that is whole has no turn without its series: there it stands for itself.
    let turns = reading.turns.iter().filter(|_| !whole);
    let mut done: Vec<&str> = Vec::new();
    for turn in turns {
        let series = plan.iter().find(|a| a.uid.as_ref() == Some(&turn.uid));
        let Some(mut series) = series.cloned() else {
            continue;
        };
        done.push(&turn.own);
        match turn.put_into(&mut series.times) {
            Ok(()) => out.take(series, &mut plan, turn.line, known, now),
            Err(p) => out.problems.push((p.line, p.what)),
        }
    }
    for event in reading.events.iter().filter(|e| !e.free) {
        if done.contains(&event.uid.as_str()) {
            continue;
        }
        // A feed of ours that comes back says what is known.
        if plan.iter().any(|a| ics::is_stretch_of(&event.uid, &a.id)) {
            out.same += 1;
            continue;
        }
        let Some(who) = source.who.clone().or_else(|| known.whose(event)) else {
            out.strange += 1;
            continue;
        };
        let by_uid = |a: &&Absence| a.uid.as_deref() == Some(event.uid.as_str());
        let before = plan.iter().find(by_uid);
        let absence = absence(event, who, before, source, &mut *new);
        out.take(absence, &mut plan, event.line, known, now);
    }
    let whole = whole && reading.problems.is_empty();
    let is_there = |uid: &str| reading.events.iter().any(|e| !e.free && e.uid == uid);
    let is_gone = |a: &&Absence| {
        let Some(uid) = &a.uid else { return false };
        reading.cancelled.contains(uid) || (whole && from.contains(&a.id) && !is_there(uid))
    };
    out.gone = all.iter().filter(is_gone).cloned().collect();
    out
}
