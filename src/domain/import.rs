//! A ticket as it comes from a file or from another desk: all that the store needs to
//! keep it, already in the domain's words. Reading a particular form is the caller's.

use serde::{Deserialize, Serialize};

use super::Instant;
use super::change::LinkKind;
use super::people::{AgentId, TenantId};
use super::sla::{Side, SlaEvent};
use super::text::Untrusted;
use super::thread::{Author, TimelineEntry, Visibility};
use super::ticket::{Channel, Kind, Priority, Status, TicketKey, Turn};

/// A file that came with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportAttachment {
    /// The name it came with.
    pub name: Untrusted,
    /// Its media type as it was told to us.
    pub media_type: Untrusted,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportMessage {
    /// When.
    pub at: Instant,
    /// By whom.
    pub author: Author,
    /// Who may read it.
    pub visibility: Visibility,
    /// Plain text.
    pub body: Untrusted,
    /// Files.
    pub attachments: Vec<ImportAttachment>,
}

/// A ticket with all that belongs to it, before the store has given it a number of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportTicket {
    /// The number people use; a ticket that is known by it already is brought up to date.
    pub key: TicketKey,
    /// One line that says what it is about.
    pub subject: Untrusted,
    /// Where it stands.
    pub status: Status,
    /// The desk's own name of the status.
    pub status_label: Option<Untrusted>,
    /// How urgent.
    pub priority: Option<Priority>,
    /// What sort of work.
    pub kind: Kind,
    /// Whose.
    pub tenant: Option<TenantId>,
    /// The Workspace it is about.
    pub workspace: Option<Untrusted>,
    /// Who asked.
    pub requester: Option<Untrusted>,
    /// Who handles it.
    pub assignee: Option<AgentId>,
    /// Free words on it; the store sorts them.
    pub labels: Vec<String>,
    /// How it came.
    pub channel: Option<Channel>,
    /// When it was asked. The store's own number follows it.
    pub created: Instant,
    /// When anything last happened to it.
    pub updated: Instant,
    /// When it was resolved.
    pub resolved: Option<Instant>,
    /// When it was closed.
    pub closed: Option<Instant>,
    /// Out of sight until then.
    pub snoozed_until: Option<Instant>,
    /// Who is to speak next.
    pub turn: Turn,
    /// How often the assignee changed.
    pub reassignments: u32,
    /// Nobody here has opened it.
    pub unread: bool,
    /// What was said, oldest first.
    pub messages: Vec<ImportMessage>,
    /// What changed, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// Other tickets, by their numbers; those that are not known yet are tied when they come.
    pub links: Vec<(TicketKey, LinkKind)>,
    /// The ticket it lives on in, by its number; it is merged when that one comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<TicketKey>,
    /// Who opened it, for the clocks.
    pub opened_by: Side,
    /// The status at creation, for the clocks.
    pub first_status: Status,
    /// What moved its clocks, oldest first.
    pub sla: Vec<SlaEvent>,
    /// The line it was read from, byte for byte and without the end of the line; empty if there is none.
    pub original: Vec<u8>,
}

impl ImportTicket {
    /// A ticket with nothing but what it must have: new, a problem, ours to answer.
    pub const fn new(key: TicketKey, subject: Untrusted, created: Instant) -> Self {
        Self {
            key,
            subject,
            status: Status::New,
            status_label: None,
            priority: None,
            kind: Kind::Problem,
            tenant: None,
            workspace: None,
            requester: None,
            assignee: None,
            labels: Vec::new(),
            channel: None,
            created,
            updated: created,
            resolved: None,
            closed: None,
            snoozed_until: None,
            turn: Turn::Ours,
            reassignments: 0,
            unread: true,
            messages: Vec::new(),
            timeline: Vec::new(),
            links: Vec::new(),
            merged_into: None,
            opened_by: Side::Requester,
            first_status: Status::New,
            sla: Vec::new(),
            original: Vec::new(),
        }
    }
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportOutcome {
    /// Not known before.
    pub added: u64,
    /// Came before, exactly so.
    pub unchanged: u64,
    /// Came before, and has changed at its source since.
    pub updated: u64,
    /// Changed at its source, but touched here too: ours was kept.
    pub kept: u64,
}

/// A ticket that is made here, by a person at the keyboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTicket {
    /// What it is about.
    pub subject: Untrusted,
    /// The first message.
    pub body: Untrusted,
    /// Who asked, if it is made for somebody.
    pub requester: Option<Untrusted>,
    /// Whose.
    pub tenant: Option<TenantId>,
    /// The Workspace it is about.
    pub workspace: Option<Untrusted>,
    /// What sort of work.
    pub kind: Kind,
    /// How urgent.
    pub priority: Option<Priority>,
    /// Who handles it.
    pub assignee: Option<AgentId>,
    /// Free words.
    pub labels: Vec<String>,
}
