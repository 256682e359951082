//! What stands against an act: before a ticket is done, before two become one, and whose
//! tickets a team may see at all. Every face asks here, so that none lets through what
//! another refuses; the words name the reason, how to see to it is the face's to say.

use std::borrow::Cow;

use super::people::TenantId;
use super::request::{Against, Asked, Ends};
use super::ticket::{Status, Ticket, TicketKey, Turn};

/// Why a status should not be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgainstStatus {
    /// The requester had the last word.
    Unanswered,
    /// Nobody has taken it.
    Unassigned,
    /// A text for it was begun and not sent.
    UnsentDraft,
    /// It lives on in another ticket; its status is that one's.
    Merged,
    /// It is a request, and the gate of its kind says no.
    Request(Against),
}

impl AgainstStatus {
    /// The reason, to stand behind the ticket's number.
    pub fn words(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Unanswered => "waits for an answer: the requester had the last word",
            Self::Unassigned => "has no assignee",
            Self::UnsentDraft => "has a draft that was not sent",
            Self::Merged => "lives on in another ticket",
            Self::Request(why) => return Cow::Owned(format!("is a request: {}", why.sentence())),
        })
    }

    /// No reason of a person's lets it pass; only taking the merge back does.
    pub const fn is_firm(&self) -> bool {
        matches!(self, Self::Merged)
    }
}

/// What stands against resolving or closing a ticket that is live, given whether a draft of
/// it is unsent. Nothing stands against what is done already.
pub fn against_resolving(ticket: &Ticket, draft_is_unsent: bool) -> Vec<AgainstStatus> {
    if !ticket.status.is_live() {
        return Vec::new();
    }
    let asked = [
        (ticket.turn == Turn::Ours, AgainstStatus::Unanswered),
        (ticket.assignee.is_none(), AgainstStatus::Unassigned),
        (draft_is_unsent, AgainstStatus::UnsentDraft),
    ];
    let holds = asked.into_iter().filter(|(holds, _)| *holds);
    holds.map(|(_, why)| why).collect()
}

/// What stands against setting a status; a request is asked by the gate of its kind too.
pub fn against_status(
    ticket: &Ticket,
    to: Status,
    draft_is_unsent: bool,
    request: Option<Asked<'_>>,
) -> Vec<AgainstStatus> {
    if ticket.status == to {
        return Vec::new();
    }
    if ticket.merged_into.is_some() {
        return vec![AgainstStatus::Merged];
    }
    if to.is_live() || !ticket.status.is_live() {
        return Vec::new();
    }
    let mut all = request.map_or_else(Vec::new, against_ending);
    all.extend(against_resolving(ticket, draft_is_unsent));
    all
}

/// What stands against a request's ending as fulfilled with its ticket.
fn against_ending(request: Asked<'_>) -> Vec<AgainstStatus> {
    let against = Ends::with_ticket(request).against.into_iter();
    against.map(AgainstStatus::Request).collect()
}

/// What stands against a request's going on in another ticket. Where that one is of the same
/// kind, its gate waits there; any other would end it without.
pub fn against_leaving(request: Asked<'_>, into: &Ticket) -> Vec<AgainstStatus> {
    let goes_on = into.status.is_live() && into.kind == request.form.kind;
    if goes_on || !request.ticket.status.is_live() {
        return Vec::new();
    }
    against_ending(request)
}

/// How the internal note begins when somebody resolves all the same.
const PAST: &str = "Resolved past the gate: ";

/// What the internal note says when somebody resolves all the same.
pub fn past_the_gate(reason: &str) -> String {
    format!("{PAST}{reason}")
}

/// Whether a note is such a one: made by the program, not written.
pub fn is_past_the_gate(note: &str) -> bool {
    note.starts_with(PAST)
}

/// Why nothing is done to a ticket that was merged, given its number and that of the other.
pub fn goes_on(key: &TicketKey, into: &TicketKey) -> String {
    format!("{key} was merged into {into}; go on there, or undo the merge")
}

/// Why two tickets cannot become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgainstMerging {
    /// They are the same.
    Itself,
    /// The one that would end lives on in another already.
    EndsMerged,
    /// The one that would go on lives on in another already.
    GoesOnMerged,
    /// They belong to different tenants: one would read the other's words.
    Tenants,
}

impl AgainstMerging {
    /// The sentence, given the number of the ticket that would end and that of the other.
    pub fn sentence(self, from: &TicketKey, into: &TicketKey) -> String {
        match self {
            Self::Itself => "a ticket cannot be merged into itself; name another one".to_owned(),
            Self::EndsMerged => {
                format!(
                    "{from} is merged already; undo that merge, or merge the ticket it lives on in"
                )
            }
            Self::GoesOnMerged => {
                format!("{into} is merged already; name the ticket it lives on in")
            }
            Self::Tenants => {
                format!("{from} and {into} belong to different tenants; link them instead")
            }
        }
    }
}

/// What stands against merging one ticket into another, the gravest first. A ticket without
/// a tenant may be merged with any.
pub fn against_merging(from: &Ticket, into: &Ticket) -> Option<AgainstMerging> {
    if from.id == into.id {
        return Some(AgainstMerging::Itself);
    }
    if from.merged_into.is_some() {
        return Some(AgainstMerging::EndsMerged);
    }
    if into.merged_into.is_some() {
        return Some(AgainstMerging::GoesOnMerged);
    }
    match (&from.tenant, &into.tenant) {
        (Some(a), Some(b)) if a != b => Some(AgainstMerging::Tenants),
        _ => None,
    }
}

/// Whether what belongs to a tenant is within a team's scope: an empty scope is all, and what
/// belongs to nobody is everybody's.
pub fn is_in_scope(tenant: Option<&TenantId>, scope: &[TenantId]) -> bool {
    scope.is_empty() || tenant.is_none_or(|t| scope.contains(t))
}
