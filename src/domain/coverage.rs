//! Who is there. The one place that knows: the forecast asks here and nowhere else.

use super::Instant;
use super::people::{Absence, Agent, AgentId};

/// Who of the team is there in some part of a stretch of working time: everybody, but those who are away all the while.
pub fn who_is_there<'a>(
    team: &'a [Agent],
    absences: &[Absence],
    (from, to): (Instant, Instant),
) -> Vec<&'a AgentId> {
    let away = |who: &AgentId| {
        let mut absences = absences.iter().filter(|a| a.agent == *who);
        absences.any(|a| a.from <= from && a.to >= to)
    };
    team.iter().map(|a| &a.id).filter(|id| !away(id)).collect()
}
