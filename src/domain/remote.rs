//! What a desk tells of its tickets, already in the domain's words. Reading a particular
//! desk's form is its adapter's; keeping it is the store's.

use serde::{Deserialize, Serialize};

use super::Instant;
use super::change::{Change, LinkKind};
use super::people::{Agent, AgentId, Tenant, TenantId, Workspace};
use super::sla::{Owner, TheirDue};
use super::text::Untrusted;
use super::thread::{Author, Visibility};
use super::ticket::{Channel, Kind, Priority, Status, Ticket, TicketKey};

/// A desk's own name for a thing that it keeps: a message, a file, an entry of a history.
/// Unique within the desk and the sort of thing; never shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RemoteId(pub String);

/// Where a pull has come to, in the words of the desk's adapter, which alone reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// A ticket's fields as the desk has them. What is none where an `Option` wraps another is a
/// field that this desk does not have: what is kept here stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToldFields {
    /// One line that says what it is about.
    pub subject: Untrusted,
    /// Where it stands.
    pub status: Status,
    /// The desk's own name of the status.
    pub status_label: Option<Untrusted>,
    /// How urgent.
    pub priority: Option<Priority>,
    /// What sort of work.
    pub kind: Option<Kind>,
    /// Whose client organisation.
    pub tenant: Option<Option<TenantId>>,
    /// The Workspace it is about.
    pub workspace: Option<Option<Untrusted>>,
    /// Who asked.
    pub requester: Option<Untrusted>,
    /// Who handles it.
    pub assignee: Option<AgentId>,
    /// Free words on it.
    pub labels: Option<Vec<String>>,
    /// How it came.
    pub channel: Option<Channel>,
    /// When it was asked.
    pub created: Instant,
    /// When anything last happened to it.
    pub updated: Instant,
    /// When it was resolved.
    pub resolved: Option<Instant>,
    /// When it was closed.
    pub closed: Option<Instant>,
    /// When it is due in the desk's own view, by promise; empty: the desk gives none.
    pub due: Vec<TheirDue>,
    /// Further fields that are shown as they are, by name: custom fields, levels, the due
    /// instant as the desk has it.
    pub further: Vec<(String, Untrusted)>,
}

/// A file that the desk keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldFile {
    /// The desk's name for it, by which its bytes are asked for.
    pub remote: RemoteId,
    /// The name it came with.
    pub name: Untrusted,
    /// Its media type as it was told to us.
    pub media_type: Untrusted,
    /// Size in bytes.
    pub size: u64,
}

/// What was said in an entry, as plain text, with its files.
pub type Said = (Untrusted, Vec<ToldFile>);

/// Which texts are fetched before somebody asks for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ahead {
    /// All: everything can be searched and read without a network.
    #[default]
    All,
    /// Those of tickets that are worked on.
    Live,
    /// None: a ticket's texts are fetched when it is opened.
    Opened,
}

impl Ahead {
    /// The word for it in settings.
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Live => "live",
            Self::Opened => "opened",
        }
    }
}

/// One thing that happened to a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The desk's name for it: the same entry told twice is one entry.
    pub remote: RemoteId,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: Author,
    /// What.
    pub what: Happened,
}

/// What happened to a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Happened {
    /// It came into being, in that status. A first message is an entry of its own.
    Created {
        /// The status it began with.
        status: Status,
    },
    /// Something was said.
    Said {
        /// Who may read it.
        visibility: Visibility,
        /// Plain text and files; none: not fetched yet.
        content: Option<Said>,
    },
    /// The status changed.
    Status {
        /// What it was.
        from: Status,
        /// What it became.
        to: Status,
        /// What it was and became, in the desk's own words.
        words: (Untrusted, Untrusted),
    },
    /// The assignee changed.
    Assigned {
        /// Who had it.
        from: Option<AgentId>,
        /// Who has it.
        to: Option<AgentId>,
    },
    /// The clocks' owner changed: it went to a third party, or came back from there.
    Owner {
        /// Whose time passes from then on.
        to: Owner,
    },
    /// Another field changed.
    Field {
        /// Which.
        field: String,
        /// What it was.
        from: Option<Untrusted>,
        /// What it became.
        to: Option<Untrusted>,
    },
}

/// What the desk tells of one ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The number by which the desk knows it.
    pub key: TicketKey,
    /// Its fields now; none: only what happened is told.
    pub fields: Option<ToldFields>,
    /// The desk's mark of this version, for conditional requests; none: not known.
    pub version: Option<String>,
    /// What happened to it, in any order; what was told before may be told again.
    pub entries: Vec<Entry>,
    /// All that happened up to now is among the entries or was told before, texts included.
    pub whole: bool,
    /// Its ties to other tickets, all of them; none: not told.
    pub links: Option<Vec<(TicketKey, LinkKind)>>,
}

/// Why a ticket is not to be had any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gone {
    /// It was deleted there.
    Deleted,
    /// We may not see it any more.
    Hidden,
    /// It lives on in this one.
    Merged(TicketKey),
}

/// People and places that a desk knows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ToldNames {
    /// Members of the team.
    pub agents: Vec<Agent>,
    /// Client organisations.
    pub tenants: Vec<Tenant>,
    /// Workspaces.
    pub workspaces: Vec<Workspace>,
}

/// One step of a pull. It is kept as a whole, together with the cursor, or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulled {
    /// Tickets that are new or have changed.
    pub tickets: Vec<Told>,
    /// Tickets that are not to be had any more.
    pub gone: Vec<(TicketKey, Gone)>,
    /// Who and what is known there, where this step has asked for it.
    pub names: Option<ToldNames>,
    /// Where the next step goes on.
    pub cursor: Cursor,
    /// The next step has more to tell at once.
    pub more: bool,
    /// How many of how many tickets a first pull has told; none: that is over.
    pub progress: Option<(u64, u64)>,
}

/// The desk's mark of the moment before something was sent: what came after it is looked
/// through when nobody knows whether it arrived. Only the desk's adapter reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mark(pub String);

/// The desk's word that it has a change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The ticket's version there now, where the desk has such.
    pub version: Option<String>,
    /// The entry that the change became there: a message keeps its identity by it.
    pub entry: Option<RemoteId>,
}

/// A file on its way to the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingFile {
    /// Its name.
    pub name: Untrusted,
    /// Its media type.
    pub media_type: Untrusted,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A change with all that a desk needs to take it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// The change.
    pub change: Change,
    /// The number by which the desk knows its ticket.
    pub key: TicketKey,
    /// The ticket as the desk last told it, without our changes.
    pub base: Ticket,
    /// The desk's mark of that version.
    pub version: Option<String>,
    /// The other ticket of a tie or a merge.
    pub other: Option<TicketKey>,
    /// The files of a message.
    pub files: Vec<OutgoingFile>,
    /// Entries of this ticket that earlier changes became: none of them is this one.
    pub taken: Vec<RemoteId>,
}
