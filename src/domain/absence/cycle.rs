//! People who would stand in for each other at the same time.

use chrono_tz::Tz;

use super::{Absence, Away, Scope, Team};
use crate::domain::Instant;
use crate::domain::people::AgentId;

/// Everybody in it is away, and each stands in for the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// Who, the first one being the cover of the last.
    pub people: Vec<AgentId>,
    /// From when on.
    pub at: Instant,
    /// Where that is read.
    pub zone: Tz,
}

impl std::fmt::Display for Cycle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.people.iter().map(AgentId::as_str).collect();
        write!(
            f,
            "{} would stand in for each other while all of them are away from {}; name somebody else as cover",
            names.join(", "),
            self.at.with_timezone(&self.zone).format("%Y-%m-%d %H:%M")
        )
    }
}

/// The first moment at which somebody away would be covered, over others who are away, by themselves.
/// Only absences that begin while this one lasts, or last while it begins, can close such a ring.
pub fn cycle(new: &Absence, team: &Team<'_>) -> Option<Cycle> {
    let mine = team.away().iter().filter(|a| a.absence.id == new.id);
    for own in mine {
        let begins = team
            .away()
            .iter()
            .map(|a| a.from)
            .filter(|at| *at >= own.from && *at < own.to);
        let mut moments: Vec<Instant> = begins.chain([own.from]).collect();
        moments.sort_unstable();
        moments.dedup();
        for at in moments {
            let mut path = vec![new.who.clone()];
            if leads_back(team, own, at, &Scope::default(), &mut path) {
                return Some(Cycle {
                    people: path,
                    at,
                    zone: team.calendar().zone(),
                });
            }
        }
    }
    None
}

/// Whether the covers of an absence lead back to the first of the path.
fn leads_back(
    team: &Team<'_>,
    away: &Away<'_>,
    at: Instant,
    scope: &Scope,
    path: &mut Vec<AgentId>,
) -> bool {
    for cover in &away.absence.covers {
        let Some(scope) = scope.and(&cover.scope) else {
            continue;
        };
        if path.first() == Some(&cover.who) {
            return true;
        }
        if path.contains(&cover.who) {
            continue;
        }
        path.push(cover.who.clone());
        let mut theirs = team.absences_of(&cover.who, at);
        if theirs.any(|a| leads_back(team, &a, at, &scope, path)) {
            return true;
        }
        path.pop();
    }
    false
}
