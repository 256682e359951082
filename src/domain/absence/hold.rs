//! While an absence is applied: what arrives for the one who is away, or comes back to them, goes the way that
//! the preview would send it. Each ticket goes once; what somebody decided to leave stays.

use uuid::Uuid;

use super::{Absence, Away, HandOver, Handed, Preview, Team, preview};
use crate::domain::Instant;
use crate::domain::change::Change;
use crate::domain::people::AgentId;
use crate::domain::ticket::Ticket;

/// What is passed on for one applied absence.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// What becomes of each ticket that has not been decided before.
    pub preview: Preview,
    /// What is known of it for the return.
    pub handed: Handed,
    /// The acts that do it.
    pub changes: Vec<Change>,
}

/// The turns that are applied, on now and not given back, with their absences as they are planned now.
pub fn applied<'a>(
    handed: &'a [Handed],
    plan: &'a [Absence],
    now: Instant,
) -> Vec<(&'a Handed, Away<'a>)> {
    let on = |h: &'a Handed| {
        let absence = plan.iter().find(|a| a.id == h.absence)?;
        let turns = absence.away(now, now + chrono::TimeDelta::seconds(1));
        let turn = turns.into_iter().find(|o| o.from == h.from)?;
        let away = Away {
            absence,
            from: turn.from,
            to: turn.to,
        };
        h.back.is_none().then_some((h, away))
    };
    handed.iter().filter_map(on).collect()
}

/// What is passed on now. `tickets` tells the live ones of somebody, `new` gives each change its identity.
pub fn hold(
    team: &Team<'_>,
    applied: &[(&Handed, Away<'_>)],
    tickets: &dyn Fn(&AgentId) -> Vec<Ticket>,
    by: &AgentId,
    (now, new): (Instant, &mut dyn FnMut() -> Uuid),
) -> Vec<Held> {
    let mut team = team.clone();
    let mut all: Vec<Held> = Vec::new();
    for (handed, away) in applied {
        let mut mine = tickets(&handed.who);
        mine.retain(|t| {
            let decided = handed.tickets.iter().any(|h| h.ticket == t.id);
            let passed_on = all
                .iter()
                .any(|h| h.handed.tickets.iter().any(|p| p.ticket == t.id));
            !decided && !passed_on && !handed.kept.contains(&t.id)
        });
        let preview = preview(&team, away, &mine, now);
        let over = preview.apply(&mine, by, (now, &mut *new));
        let HandOver {
            changes,
            handed: passed,
            ..
        } = over;
        if passed.tickets.is_empty() && preview.gaps().next().is_none() {
            continue;
        }
        for t in &passed.tickets {
            team.takes(&t.to);
        }
        all.push(Held {
            preview,
            handed: passed,
            changes,
        });
    }
    all
}
