//! A change: one person's act on one ticket. It is written to the outbox before the
//! screen says so, laid over what the desk last told us, and taken away again when it
//! is undone or refused.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Instant;
use super::escalation::{EscalationId, Package};
use super::people::{AgentId, TenantId};
use super::sla::Owner;
use super::text::Untrusted;
use super::thread::{MessageId, Visibility};
use super::ticket::{Kind, Priority, Status, Ticket, TicketId};

/// A change's identity from birth; a desk that has seen it can be asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangeId(pub Uuid);

/// Changes that were made by one press of a key and are undone by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BatchId(pub Uuid);

/// How two tickets belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkKind {
    /// They concern each other.
    Related,
    /// This one waits for the other.
    BlockedBy,
    /// This one was split from the other.
    SplitFrom,
}

/// A file that goes with a message; its bytes are in the store already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAttachment {
    /// Its name as the person's machine had it.
    pub name: Untrusted,
    /// Where it lies on this machine until the store has taken it.
    pub path: std::path::PathBuf,
    /// Its size in bytes when it was chosen.
    pub size: u64,
}

/// Files larger than this many bytes are not attached: helpdesks and mail refuse them.
pub const MOST_ATTACHED: u64 = 25 * 1024 * 1024;

/// What is done. Values are the wanted ones, so that doing it twice is doing it once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum Act {
    /// Sets the status.
    Status {
        /// The wanted status.
        to: Status,
    },
    /// Sets or clears the priority.
    Priority {
        /// The wanted priority.
        to: Option<Priority>,
    },
    /// Assigns, or releases with none.
    Assign {
        /// The wanted assignee.
        to: Option<AgentId>,
    },
    /// Puts it out of sight until an instant, or back.
    Snooze {
        /// Until when; none wakes it.
        until: Option<Instant>,
    },
    /// Puts a label on.
    AddLabel {
        /// The label, lower case.
        label: String,
    },
    /// Takes a label off.
    RemoveLabel {
        /// The label, lower case.
        label: String,
    },
    /// Changes the subject.
    Subject {
        /// The new line.
        to: Untrusted,
    },
    /// Changes the kind of work.
    Kind {
        /// The new kind.
        to: Kind,
    },
    /// Changes whose it is.
    Tenant {
        /// The new tenant.
        to: Option<TenantId>,
    },
    /// Changes the Workspace it is about.
    Workspace {
        /// The new Workspace.
        to: Option<Untrusted>,
    },
    /// Says something, to the requester or among agents.
    Say {
        /// The message's identity.
        message: MessageId,
        /// Who may read it.
        visibility: Visibility,
        /// What is said.
        body: Untrusted,
        /// Files that go with it.
        attachments: Vec<NewAttachment>,
    },
    /// Ties it to another ticket.
    Link {
        /// The other ticket.
        to: TicketId,
        /// How.
        kind: LinkKind,
    },
    /// Unties it.
    Unlink {
        /// The other ticket.
        to: TicketId,
        /// How it was tied.
        kind: LinkKind,
    },
    /// Lets it live on in another ticket: closed here, its conversation shown there.
    Merge {
        /// The ticket that goes on.
        into: TicketId,
    },
    /// Takes a merge back.
    Unmerge {
        /// The status it returns to.
        status: Status,
    },
    /// Moves messages to a new ticket of their own.
    Split {
        /// The new ticket's subject.
        subject: Untrusted,
        /// The messages that move.
        messages: Vec<MessageId>,
        /// The new ticket's id; the store fills it in when it makes the ticket.
        new: Option<TicketId>,
    },
    /// Brings split messages back and takes the new ticket away.
    Unsplit {
        /// The ticket that was split off.
        new: TicketId,
        /// The messages that come back.
        messages: Vec<MessageId>,
    },
    /// Hands the clocks to the vendor, or takes them back.
    Owner {
        /// Whose time passes from then on.
        to: Owner,
        /// The escalation that it begins, ends or takes up again.
        of: EscalationId,
        /// What leaves with it; none: it is taken up again, or taken back.
        package: Option<Box<Package>>,
    },
    /// Creates the ticket itself; what it holds is in the fields.
    Create {
        /// The first message.
        body: Untrusted,
    },
}

impl Act {
    /// The act that gives a field a value as a person writes it: `subject`, `kind`, `tenant`
    /// or `workspace`; `none` clears the last two.
    ///
    /// # Errors
    /// A sentence: there is no such field, or it cannot be that.
    pub fn edit(field: &str, value: &str) -> Result<Self, String> {
        let value = value.trim();
        let none = value.is_empty() || value == "none";
        Ok(match field {
            "subject" if value.is_empty() => return Err("a ticket needs a subject".into()),
            "subject" => Self::Subject {
                to: Untrusted::new(value),
            },
            "kind" => Self::Kind {
                to: value.parse::<Kind>().map_err(|e| e.to_string())?,
            },
            "tenant" if none => Self::Tenant { to: None },
            "tenant" => Self::Tenant {
                to: Some(TenantId::parse(value)?),
            },
            "workspace" => Self::Workspace {
                to: (!none).then(|| Untrusted::new(value)),
            },
            other => {
                return Err(format!(
                    "\"{}\" cannot be edited so; name subject, kind, tenant or workspace",
                    super::text::line(other)
                ));
            }
        })
    }

    /// Whether it would leave the ticket's fields as they are. What stands beside the fields,
    /// such as messages and ties, is never so.
    pub fn is_so_already(&self, ticket: &Ticket) -> bool {
        match self {
            Self::Status { to } => ticket.status == *to,
            Self::Priority { to } => ticket.priority == *to,
            Self::Assign { to } => ticket.assignee == *to,
            Self::Snooze { until } => ticket.snoozed_until == *until,
            Self::AddLabel { label } => ticket.labels.contains(label),
            Self::RemoveLabel { label } => !ticket.labels.contains(label),
            Self::Subject { to } => ticket.subject == *to,
            Self::Kind { to } => ticket.kind == *to,
            Self::Tenant { to } => ticket.tenant == *to,
            Self::Workspace { to } => ticket.workspace == *to,
            _ => false,
        }
    }

    /// The field it touches: two changes to one field from one base are a conflict.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Priority { .. } => "priority",
            Self::Assign { .. } => "assignee",
            Self::Snooze { .. } => "snooze",
            Self::AddLabel { .. } | Self::RemoveLabel { .. } => "label",
            Self::Subject { .. } => "subject",
            Self::Kind { .. } => "kind",
            Self::Tenant { .. } => "tenant",
            Self::Workspace { .. } => "workspace",
            Self::Say {
                visibility: Visibility::Public,
                ..
            } => "reply",
            Self::Say {
                visibility: Visibility::Internal,
                ..
            } => "note",
            Self::Link { .. } | Self::Unlink { .. } => "link",
            Self::Merge { .. } | Self::Unmerge { .. } => "merge",
            Self::Split { .. } | Self::Unsplit { .. } => "split",
            Self::Owner { .. } => "escalation",
            Self::Create { .. } => "ticket",
        }
    }

    /// The act that takes this one back, given the ticket as it was before. None where
    /// nothing needs taking back, or where only withdrawing before sending can (a message).
    pub fn inverse(&self, before: &Ticket) -> Option<Self> {
        Some(match self {
            Self::Status { .. } => Self::Status { to: before.status },
            Self::Priority { .. } => Self::Priority {
                to: before.priority,
            },
            Self::Assign { .. } => Self::Assign {
                to: before.assignee.clone(),
            },
            Self::Snooze { .. } => Self::Snooze {
                until: before.snoozed_until,
            },
            Self::AddLabel { label } if before.labels.contains(label) => return None,
            Self::AddLabel { label } => Self::RemoveLabel {
                label: label.clone(),
            },
            Self::RemoveLabel { label } if !before.labels.contains(label) => return None,
            Self::RemoveLabel { label } => Self::AddLabel {
                label: label.clone(),
            },
            Self::Subject { .. } => Self::Subject {
                to: before.subject.clone(),
            },
            Self::Kind { .. } => Self::Kind { to: before.kind },
            Self::Tenant { .. } => Self::Tenant {
                to: before.tenant.clone(),
            },
            Self::Workspace { .. } => Self::Workspace {
                to: before.workspace.clone(),
            },
            Self::Link { to, kind } => Self::Unlink {
                to: *to,
                kind: *kind,
            },
            Self::Unlink { to, kind } => Self::Link {
                to: *to,
                kind: *kind,
            },
            Self::Merge { .. } => match before.merged_into {
                Some(into) => Self::Merge { into },
                None => Self::Unmerge {
                    status: before.status,
                },
            },
            Self::Unmerge { .. } => Self::Merge {
                into: before.merged_into?,
            },
            Self::Split { messages, new, .. } => Self::Unsplit {
                new: (*new)?,
                messages: messages.clone(),
            },
            Self::Owner { to, of, .. } => Self::Owner {
                to: match to {
                    Owner::Vendor => Owner::Team,
                    Owner::Team => Owner::Vendor,
                },
                of: *of,
                package: None,
            },
            Self::Unsplit { .. } | Self::Say { .. } | Self::Create { .. } => return None,
        })
    }

    /// Lays the act over a ticket's fields. Messages, links and merged conversations live
    /// beside the ticket and are the store's to move.
    pub fn apply(&self, ticket: &mut Ticket, at: Instant) {
        match self {
            Self::Status { to } => set_status(ticket, *to, at),
            Self::Priority { to } => ticket.priority = *to,
            Self::Assign { to } => {
                if ticket.assignee.is_some() && to.is_some() && ticket.assignee != *to {
                    ticket.reassignments = ticket.reassignments.saturating_add(1);
                }
                ticket.assignee.clone_from(to);
            }
            // What is done does not sleep.
            Self::Snooze { until } => {
                ticket.snoozed_until = until.filter(|_| ticket.status.is_live());
            }
            Self::AddLabel { label } => {
                if let Err(place) = ticket.labels.binary_search(label) {
                    ticket.labels.insert(place, label.clone());
                }
            }
            Self::RemoveLabel { label } => ticket.labels.retain(|l| l != label),
            Self::Subject { to } => ticket.subject = to.clone(),
            Self::Kind { to } => ticket.kind = *to,
            Self::Tenant { to } => ticket.tenant.clone_from(to),
            Self::Workspace { to } => ticket.workspace.clone_from(to),
            Self::Say {
                visibility: Visibility::Public,
                ..
            } => ticket.turn = super::ticket::Turn::Theirs,
            Self::Merge { into } => {
                ticket.merged_into = Some(*into);
                set_status(ticket, Status::Closed, at);
            }
            Self::Unmerge { status } => {
                ticket.merged_into = None;
                set_status(ticket, *status, at);
            }
            Self::Say { .. }
            | Self::Link { .. }
            | Self::Unlink { .. }
            | Self::Split { .. }
            | Self::Unsplit { .. }
            | Self::Owner { .. }
            | Self::Create { .. } => {}
        }
        ticket.updated = ticket.updated.max(at);
        ticket.version = ticket.version.saturating_add(1);
    }
}

fn set_status(ticket: &mut Ticket, to: Status, at: Instant) {
    if ticket.status == to {
        return;
    }
    ticket.status = to;
    ticket.status_label = None;
    match to {
        Status::Resolved => ticket.resolved = Some(at),
        Status::Closed => {
            ticket.closed = Some(at);
            ticket.resolved = ticket.resolved.or(Some(at));
        }
        _ => {
            ticket.resolved = None;
            ticket.closed = None;
        }
    }
    if !to.is_live() {
        ticket.snoozed_until = None;
    }
}

/// An act with everything needed to keep, send, undo and explain it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its identity.
    pub id: ChangeId,
    /// What it is undone with.
    pub batch: BatchId,
    /// The ticket it concerns.
    pub ticket: TicketId,
    /// When the person did it.
    pub at: Instant,
    /// Who did it.
    pub by: AgentId,
    /// The version of the ticket it was made against.
    pub base: u64,
    /// It is not sent before this instant: the undo window of a public reply.
    pub not_before: Option<Instant>,
    /// What is done.
    pub act: Act,
}

/// What the changes of one press of a key have in common.
#[derive(Debug, Clone)]
pub struct Batch {
    /// What they are undone with.
    pub id: BatchId,
    /// Who did it.
    pub by: AgentId,
    /// When.
    pub at: Instant,
    /// Nothing of it is sent before this instant; none: at once.
    pub not_before: Option<Instant>,
}

impl Batch {
    /// One of them: an act on a ticket, made against that version of it.
    pub fn change(&self, id: ChangeId, (ticket, base): (TicketId, u64), act: Act) -> Change {
        Change {
            id,
            batch: self.id,
            ticket,
            at: self.at,
            by: self.by.clone(),
            base,
            not_before: self.not_before,
            act,
        }
    }
}

/// Where a change is on its way to the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// On disk here, not sent.
    Waiting,
    /// Being sent; after a crash it is looked up before it is sent again.
    InFlight,
    /// The desk has it.
    Confirmed,
    /// The desk said no; the text is kept.
    Refused,
    /// Somebody changed the same field; the person chooses.
    Conflict,
    /// Taken back before it was sent.
    Withdrawn,
}

impl Stage {
    /// All stages with their stored number and word.
    pub const ALL: &[(Self, i64, &str)] = &[
        (Self::Waiting, 1, "waiting"),
        (Self::InFlight, 2, "in flight"),
        (Self::Confirmed, 3, "confirmed"),
        (Self::Refused, 4, "refused"),
        (Self::Conflict, 5, "conflict"),
        (Self::Withdrawn, 6, "withdrawn"),
    ];

    /// The word for it on screens.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(s, ..)| *s == self)
            .map_or("", |(.., w)| w)
    }

    /// The number the store keeps.
    pub fn code(self) -> i64 {
        Self::ALL
            .iter()
            .find(|(s, ..)| *s == self)
            .map_or(0, |(_, c, _)| *c)
    }

    /// The stage behind a stored number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, c, _)| *c == code)
            .map(|(s, ..)| *s)
    }

    /// Laid over the base, because the desk has not confirmed it and nobody took it back.
    pub const fn is_laid_over(self) -> bool {
        matches!(self, Self::Waiting | Self::InFlight | Self::Conflict)
    }
}

/// A row of the outbox: a change and where it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboxRow {
    /// The change.
    pub change: Change,
    /// Where it is.
    pub stage: Stage,
    /// The ticket's number, for people.
    pub key: super::ticket::TicketKey,
    /// The ticket's subject.
    pub subject: Untrusted,
    /// The desk's reason, where it said no.
    pub reason: Option<Untrusted>,
    /// What stands at the desk instead, where it meets somebody else's change; none: nothing,
    /// or not fetched yet.
    pub theirs: Option<Untrusted>,
}
