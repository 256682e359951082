//! What follows for a ticket from its report.

use super::form::{Draft, Field};
use super::impact::priority;
use crate::domain::change::Act;
use crate::domain::ticket::{Kind, Ticket};

/// The acts that a report which went through the gate brings to its ticket: its Workspace, the kind
/// problem, and the priority where something was answered about the impact. What is so already is
/// left out.
pub fn following(draft: &Draft, ticket: &Ticket) -> Vec<Act> {
    let mut acts = Vec::new();
    if draft.has(Field::Workspace) {
        acts.push(Act::Workspace {
            to: Some(draft.workspace.name.clone()),
        });
    }
    acts.push(Act::Kind { to: Kind::Problem });
    if draft.impact.is_answered() {
        let (value, _) = priority(&draft.impact);
        acts.push(Act::Priority { to: Some(value) });
    }
    acts.retain(|act| !act.is_so_already(ticket));
    acts
}
