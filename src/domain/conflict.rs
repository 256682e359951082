//! Two changes to one field from one base: both are kept, the person chooses. Different
//! fields merge.

use serde::{Deserialize, Serialize};

use super::change::Act;
use super::remote::ToldFields;
use super::text::Untrusted;
use super::thread::Visibility;
use super::ticket::Ticket;

/// How a change of ours meets the ticket as the desk has it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meeting {
    /// Nobody else has touched the field.
    Free,
    /// The field is as the change wants it already.
    There,
    /// Somebody else has changed the field to something else.
    Conflict,
}

/// What the person decides about a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// Ours goes over theirs.
    Mine,
    /// Theirs stands; a text of ours becomes a draft again.
    Theirs,
    /// Both texts: theirs stands, ours goes after it. For messages only.
    Both,
}

/// A field of a ticket in words, for showing two versions beside each other.
pub fn words(act: &Act, ticket: &Ticket) -> Option<Untrusted> {
    let text = |s: &str| Some(Untrusted::new(s));
    match act {
        Act::Status { .. } => ticket
            .status_label
            .clone()
            .or_else(|| text(ticket.status.word())),
        Act::Priority { .. } => ticket.priority.and_then(|p| text(p.word())),
        Act::Assign { .. } => ticket.assignee.as_ref().and_then(|a| text(a.as_str())),
        Act::Subject { .. } => Some(ticket.subject.clone()),
        Act::Kind { .. } => text(ticket.kind.word()),
        Act::Tenant { .. } => ticket.tenant.as_ref().and_then(|t| text(t.as_str())),
        Act::Workspace { .. } => ticket.workspace.clone(),
        _ => None,
    }
}

/// A ticket with what the desk tells laid over it. What the desk does not have stays.
pub fn overlay(base: &Ticket, told: &ToldFields) -> Ticket {
    let mut t = base.clone();
    t.subject = told.subject.clone();
    t.status = told.status;
    t.status_label.clone_from(&told.status_label);
    t.priority = told.priority;
    t.kind = told.kind.unwrap_or(t.kind);
    if let Some(tenant) = &told.tenant {
        t.tenant.clone_from(tenant);
    }
    if let Some(workspace) = &told.workspace {
        t.workspace.clone_from(workspace);
    }
    t.requester.clone_from(&told.requester);
    t.assignee.clone_from(&told.assignee);
    if let Some(labels) = &told.labels {
        t.labels.clone_from(labels);
        t.labels.sort();
        t.labels.dedup();
    }
    t.channel = told.channel.or(t.channel);
    (t.created, t.updated) = (told.created, told.updated);
    (t.resolved, t.closed) = (told.resolved, told.closed);
    if !t.status.is_live() {
        t.snoozed_until = None;
    }
    t
}

/// How a change meets what the desk tells now, given what it told before. Labels are sets: one
/// more and one less never meet. Messages and ties are added and meet nothing, but a public
/// reply meets somebody else's: see [`replies_meet`].
pub fn meeting(act: &Act, base: &Ticket, told: &ToldFields) -> Meeting {
    let now = overlay(base, told);
    let same = match act {
        Act::Status { .. } => base.status == now.status,
        Act::Priority { .. } => base.priority == now.priority,
        Act::Assign { .. } => base.assignee == now.assignee,
        Act::Subject { .. } => base.subject == now.subject,
        Act::Kind { .. } => base.kind == now.kind,
        Act::Tenant { .. } => base.tenant == now.tenant,
        Act::Workspace { .. } => base.workspace == now.workspace,
        _ => return Meeting::Free,
    };
    if act.is_so_already(&now) {
        Meeting::There
    } else if same {
        Meeting::Free
    } else {
        Meeting::Conflict
    }
}

/// Whether a message of ours, not sent yet, meets a public reply that a colleague has sent
/// since ours was written: the requester must not get two answers that do not know of each other.
pub const fn replies_meet(act: &Act, colleague_replied_since: bool) -> bool {
    matches!(
        act,
        Act::Say {
            visibility: Visibility::Public,
            ..
        }
    ) && colleague_replied_since
}
