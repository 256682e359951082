//! Coming back from the vendor: one act.

use super::{Escalation, Row, Stage, Way};
use crate::domain::change::Act;
use crate::domain::sla::Owner;
use crate::domain::text::Untrusted;
use crate::domain::thread::{MessageId, Visibility};
use crate::domain::ticket::{Status, Ticket};

/// What coming back does.
#[derive(Debug, Clone, PartialEq)]
pub struct Back {
    /// Before and after.
    pub rows: Vec<Row>,
    /// What else there is to know, as sentences.
    pub lines: Vec<String>,
    acts: Vec<Act>,
    note: String,
}

impl Back {
    /// The acts of it, one batch.
    pub fn acts(&self, message: MessageId) -> Vec<Act> {
        let mut acts = self.acts.clone();
        acts.push(Act::Say {
            message,
            visibility: Visibility::Internal,
            body: Untrusted::new(self.note.as_str()),
            attachments: Vec::new(),
        });
        acts
    }
}

/// What becomes of the ticket when it is ours again: its clocks, its status, and a note with the
/// vendor's last word.
pub fn back(ticket: &Ticket, escalation: &Escalation) -> Back {
    let name = escalation.name();
    let mut rows = vec![Row::new("clocks", format!("with {name}"), "with us")];
    let mut acts = vec![Act::Owner {
        to: Owner::Team,
        of: escalation.id,
        package: None,
    }];
    if let Way::Within { from, .. } = &escalation.package.way
        && *from != ticket.tenant
    {
        let word = |t: &Option<crate::domain::people::TenantId>| {
            t.as_ref()
                .map_or_else(|| "none".into(), ToString::to_string)
        };
        rows.push(Row::new("tenant", word(&ticket.tenant), word(from)));
        acts.push(Act::Tenant { to: from.clone() });
    }
    if ticket.status.is_live() && ticket.status != Status::Open {
        rows.push(Row::new(
            "status",
            ticket.status.word(),
            Status::Open.word(),
        ));
        acts.push(Act::Status { to: Status::Open });
    }
    let mut lines = Vec::new();
    let mut note = format!("Back from {name}.");
    match &escalation.last {
        Some(heard) => {
            note = format!(
                "Back from {name}. The last word of {}:\n\n{}",
                heard.by.line(),
                heard.body.raw().trim()
            );
            lines.push(format!("Their last word: {}", heard.body.line()));
        }
        None if escalation.is_apart() => lines.push("They have not said anything.".into()),
        None => {}
    }
    match escalation.stage {
        Stage::Held | Stage::Waiting => {
            lines.push("It has not left; they will not hear of it.".into())
        }
        Stage::InFlight | Stage::There if escalation.is_apart() => {
            lines.push("They have not resolved it; they are told that you take it back.".into());
        }
        _ => {}
    }
    lines.push("The requester sees nothing of it. One undo (z) takes it back.".into());
    Back {
        rows,
        lines,
        acts,
        note,
    }
}
