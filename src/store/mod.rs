//! What this machine knows: one SQLite file a desk.
//!
//! Tickets are rows as the desk last told us (the base) with the outbox laid over
//! them; lists are windows over indexes and the counts of the usual views are kept,
//! not counted, so that a million tickets feel like a thousand. Everything here is
//! synchronous: [`Writer`] belongs on one thread, each [`Reader`] on one of its own.
//!
//! Not here: when to talk to a desk (sync), what a key means (app), reading files of
//! tickets (cli). Time is always told.

mod against;
mod ahead;
mod arrival;
mod article;
mod audit;
mod away;
mod draft;
mod error;
mod escalation;
mod exchange;
mod gone;
mod hand;
mod health;
mod hear;
mod hold;
mod import;
mod keep;
mod lay;
mod left_behind;
mod list;
mod lived;
mod meet;
mod mend;
mod open;
mod order;
mod outbox;
mod part;
mod plan;
mod put;
mod reader;
mod receipt;
mod register;
mod remote;
mod report;
mod request;
mod rows;
mod said;
mod shared;
mod shelf;
mod sift;
mod suspect;
mod swap;
mod texts;
mod thread;
mod undo;
mod vendor_word;
mod was;
mod ways;
mod window;
mod words;
mod writer;

/// What the store's calls give.
pub type Result<T> = std::result::Result<T, StoreError>;

use std::path::PathBuf;

pub use ahead::SAID;
pub use article::Found as FoundArticle;
pub use error::StoreError;
pub use health::{Health, check, health};
pub use hold::Roll;
pub use open::set_aside;
pub use order::Asked;
pub use reader::Reader;
pub use register::Put;
pub use shared::SharedState;
pub use shelf::{ArticleVerdict, KeptArticles, Sent, ToSend};
pub use vendor_word::Word;
pub use was::{Remembered, TakenBack};
pub use writer::Writer;

use crate::domain::Instant;
use crate::domain::calendar::Calendar;
use crate::domain::change::{BatchId, Change, ChangeId, LinkKind};
use crate::domain::people::AgentId;
use crate::domain::remote::RemoteId;
use crate::domain::sla::{Policy, Side, SlaEvent};
use crate::domain::text::Untrusted;
use crate::domain::thread::{DraftPlace, DraftSeen, Message, TimelineEntry};
use crate::domain::ticket::{Status, Ticket, TicketId, TicketKey};

/// What the outbox holds that is not settled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutboxCounts {
    /// Changes that the desk has not confirmed; those that meet something are among them.
    pub open: u64,
    /// Changes that meet somebody else's.
    pub conflicts: u64,
    /// Changes that the desk refused, and nobody has done anything about it.
    pub refused: u64,
}

impl OutboxCounts {
    /// What waits for the person.
    pub const fn stuck(&self) -> u64 {
        self.conflicts.saturating_add(self.refused)
    }
}

/// What the store needs to know to say when a ticket is due, and who sits here.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// What is promised.
    pub policy: Policy,
    /// When the desk is open.
    pub calendar: Calendar,
    /// The agent at the keyboard.
    pub me: AgentId,
}

/// A store that is open for writing.
#[derive(Debug)]
pub struct Opened {
    /// The one that writes.
    pub writer: Writer,
    /// A damaged file was found, set aside under this name, and a new one begun.
    pub set_aside: Option<PathBuf>,
    /// The new one holds all that the damaged one did: only the search index was hurt.
    pub mended: bool,
    /// The file was made just now.
    pub fresh: bool,
    /// Policy or calendar changed since last time: call [`Writer::recompute_due`] until it is done.
    pub due_stale: bool,
}

impl Opened {
    /// What the person has to be told about the file.
    pub fn news(&self) -> Option<String> {
        let aside = self.set_aside.as_ref()?.display();
        Some(if self.mended {
            format!(
                "the search index of the store was damaged; it was made anew from the tickets, which are all there, and the damaged file was set aside as {aside}"
            )
        } else {
            format!("the store was damaged; it was set aside as {aside} and a new one begun")
        })
    }
}

/// What a commit did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// Tickets that look different now.
    pub tickets: Vec<TicketId>,
    /// What takes it back.
    pub undo: Option<BatchId>,
    /// The tickets that splits have made, in the order of the changes.
    pub made: Vec<TicketId>,
}

/// What keeping a step of a pull did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptPull {
    /// Tickets that look different now.
    pub tickets: Vec<TicketId>,
    /// Agents, tenants, Workspaces or labels changed.
    pub names: bool,
    /// Changes of ours that meet somebody else's since.
    pub conflicts: usize,
}

/// Where the bytes of a file are that came with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// Here they are.
    Here(Vec<u8>),
    /// At the desk, which gives them for this name.
    Remote(RemoteId),
}

/// What an undo or a redo did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// One sentence: what was taken back, and what could not be. Safe to print.
    pub what: String,
    /// Tickets that look different now.
    pub tickets: Vec<TicketId>,
    /// The unsent text that was taken back and is a draft again.
    pub text_back: Option<DraftPlace>,
    /// How many changes were taken back or done again.
    pub done: usize,
}

/// How far a recomputation of due instants has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Tickets looked at in this step.
    pub looked: u64,
    /// Where to go on; none: done.
    pub next: Option<TicketId>,
}

/// One line of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its place in the trail.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: Untrusted,
    /// On which ticket.
    pub ticket: Option<TicketId>,
    /// What: "commit", "confirm", "undo", ...
    pub what: String,
    /// JSON; texts stand there as length and hash only.
    pub detail: String,
    /// The hash of this line and all before it, in hex.
    pub hash: String,
}

/// Whether the audit trail is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditVerdict {
    /// All lines fit together; so many.
    Whole(u64),
    /// The line with this number does not follow from those before it.
    Broken(i64),
}

/// A ticket on its way out.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportRow {
    /// Its fields now.
    pub ticket: Ticket,
    /// The line it was read from.
    pub original: Option<Vec<u8>>,
    /// Changed here since it was read: the line alone does not tell all.
    pub touched: bool,
    /// All that was said in it, whole.
    pub messages: Vec<Message>,
    /// So many more messages are only known of: their texts are not here.
    pub missing: usize,
    /// Messages from this index on were written here, not read.
    pub own_messages: usize,
    /// All that changed in it.
    pub timeline: Vec<TimelineEntry>,
    /// Entries from this index on were made here.
    pub own_timeline: usize,
    /// What its line does not tell; none where the line tells all.
    pub beside: Option<Beside>,
}

/// What belongs to a ticket on its way out and stands neither in its fields nor in what was said.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// Its ties to other tickets, by their numbers; those too that have not come yet.
    pub links: Vec<(TicketKey, LinkKind)>,
    /// The ticket it lives on in.
    pub merged_into: Option<TicketKey>,
    /// What moved its clocks.
    pub clocks: TicketHistory,
}

/// A ticket's life as far as clocks care; [`crate::domain::sla::History`] borrows from it.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketHistory {
    /// The fields now.
    pub ticket: Ticket,
    /// Who opened it.
    pub opened_by: Side,
    /// The status at creation.
    pub first_status: Status,
    /// What happened since, oldest first.
    pub events: Vec<SlaEvent>,
}

impl TicketHistory {
    /// The form in which the clocks take it.
    pub fn as_history(&self) -> crate::domain::sla::History<'_> {
        crate::domain::sla::History {
            created: self.ticket.created,
            opened_by: self.opened_by,
            subject: crate::domain::sla::Subject::of(&self.ticket),
            status: self.first_status,
            events: &self.events,
        }
    }
}

/// A saved text, macro or view: a name and what it holds, in the form its owner chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its name, unique within its sort.
    pub name: String,
    /// What it holds.
    pub body: String,
}

/// Which sort of named thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// Macros.
    Macro,
    /// Snippets.
    Snippet,
    /// Views.
    View,
}

/// A change that is to be committed together with the draft it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct FromDraft {
    /// The changes, one batch.
    pub changes: Vec<Change>,
    /// The draft that is used up by them.
    pub draft_of: DraftSeen,
}
