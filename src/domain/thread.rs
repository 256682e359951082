//! What belongs to one ticket besides its fields: messages, attachments, the timeline
//! of field changes, links and the draft.

use serde::{Deserialize, Serialize};

use super::Instant;
use super::change::{LinkKind, NewAttachment};
use super::people::AgentId;
use super::sla::{History, Side, SlaEvent, Subject};
use super::text::Untrusted;
use super::ticket::{Status, Ticket, TicketId, TicketKey};

/// A message's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub i64);

/// An attachment's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttachmentId(pub i64);

/// Who may read a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Visibility {
    /// The requester reads it.
    Public,
    /// Only agents read it.
    Internal,
}

impl Visibility {
    /// The word on the screen; the two never look alike.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "public reply",
            Self::Internal => "internal note",
        }
    }

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Public => Self::Internal,
            Self::Internal => Self::Public,
        }
    }
}

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "side")]
pub enum Author {
    /// The requester, or somebody on their side.
    Requester {
        /// Their name.
        name: Untrusted,
    },
    /// A member of the team known by handle.
    Agent {
        /// The handle.
        id: AgentId,
    },
    /// Somebody on our side whom we know only by a name.
    Helper {
        /// The name.
        name: Untrusted,
    },
    /// The desk itself.
    System,
}

/// A file that came with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its identity.
    pub id: AttachmentId,
    /// The name it came with.
    pub name: Untrusted,
    /// Its media type as it was told to us.
    pub media_type: Untrusted,
    /// Size in bytes.
    pub size: u64,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its identity.
    pub id: MessageId,
    /// The ticket it was said in; another than the thread's after a merge.
    pub ticket: TicketId,
    /// When.
    pub at: Instant,
    /// By whom.
    pub author: Author,
    /// Who may read it.
    pub visibility: Visibility,
    /// Plain text.
    pub body: Untrusted,
    /// How many bytes the whole body has, where only its beginning was loaded.
    pub cut_from: Option<u64>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Still in the outbox.
    pub waiting: bool,
    /// The desk has told that it was said; its text is not here yet.
    pub missing: bool,
}

/// A field that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When.
    pub at: Instant,
    /// By whom, as the desk names them.
    pub by: Untrusted,
    /// Which field.
    pub field: String,
    /// What it was; none if it was empty.
    pub old: Option<Untrusted>,
    /// What it became; none if it was emptied.
    pub new: Option<Untrusted>,
}

/// A tie to another ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The other ticket.
    pub to: TicketId,
    /// Its number.
    pub key: TicketKey,
    /// Its subject.
    pub subject: Untrusted,
    /// Its status.
    pub status: Status,
    /// How they belong together, seen from this ticket.
    pub kind: LinkKind,
    /// The other ticket points at this one.
    pub incoming: bool,
}

/// Which draft: of that ticket, for those readers.
pub type DraftPlace = (TicketId, Visibility);

/// Text that is being written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The ticket it is for.
    pub ticket: TicketId,
    /// For whom it is meant.
    pub visibility: Visibility,
    /// The text so far.
    pub body: String,
    /// Files that will go with it.
    pub files: Vec<NewAttachment>,
    /// When it was last touched.
    pub at: Instant,
}

impl Draft {
    /// Which of the drafts it is.
    pub const fn place(&self) -> DraftPlace {
        (self.ticket, self.visibility)
    }

    /// This text with another behind it, and the files of both.
    #[must_use]
    pub fn joined(mut self, more: Self) -> Self {
        if self.body.trim().is_empty() {
            self.body = more.body;
        } else if !more.body.trim().is_empty() && self.body != more.body {
            self.body = format!("{}\n\n{}", self.body, more.body);
        }
        self.at = self.at.max(more.at);
        for file in more.files {
            if !self.files.contains(&file) {
                self.files.push(file);
            }
        }
        self
    }

    /// This text with one behind it that was written on `base` meanwhile: what is in both is
    /// kept once.
    #[must_use]
    pub fn with_later(self, mut more: Self, base: &str) -> Self {
        let lines = |text: &str| format!("\n{text}\n");
        if lines(&self.body).contains(&lines(&more.body)) {
            more.body.clear();
        } else if lines(&more.body).contains(&lines(&self.body)) {
            let whole = std::mem::take(&mut more.body);
            let mut both = self.joined(more);
            both.body = whole;
            return both;
        } else if let Some(added) = more.body.strip_prefix(base)
            && !base.trim().is_empty()
            && self.body.starts_with(base)
        {
            more.body = added.trim_start_matches('\n').to_owned();
        }
        self.joined(more)
    }

    /// There is nothing in it worth keeping.
    pub fn is_empty(&self) -> bool {
        self.body.trim().is_empty() && self.files.is_empty()
    }
}

/// What a writer knows of the stored draft: text that is none of these is somebody else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftSeen {
    /// Which draft.
    pub place: DraftPlace,
    /// What was read there or put there from here, the latest last; an empty one: nothing.
    pub texts: Vec<Draft>,
}

impl DraftSeen {
    /// Whether nothing is lost when what is stored gives way.
    pub fn covers(&self, stored: Option<&Draft>) -> bool {
        let Some(stored) = stored.filter(|d| !d.is_empty()) else {
            return true;
        };
        let same = |d: &Draft| d.body == stored.body && d.files == stored.files;
        self.texts.iter().any(same)
    }

    /// Whether there was a text here that is not stored any more.
    fn is_gone(&self, stored: Option<&Draft>) -> bool {
        stored.is_none_or(Draft::is_empty)
            && !self.texts.is_empty()
            && self.texts.iter().all(|d| !d.is_empty())
    }

    /// What is to be stored for this text, given what is stored, and what became of it.
    pub fn keep(&self, mine: Draft, stored: Option<Draft>) -> (Draft, Kept) {
        if self.is_gone(stored.as_ref()) && !mine.is_empty() {
            return (mine, Kept::Again);
        }
        let Some(there) = stored.filter(|d| !self.covers(Some(d))) else {
            return (mine, Kept::Whole);
        };
        let base = self.texts.last().map_or("", |d| d.body.as_str());
        let both = there.with_later(mine.clone(), base);
        if both.body == mine.body && both.files == mine.files {
            return (mine, Kept::Whole);
        }
        (both.clone(), Kept::Joined(both))
    }
}

/// What became of a draft that was to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// It is stored as it is.
    Whole,
    /// Somebody wrote there too: this is stored, with the words of both.
    Joined(Draft),
    /// What was there is gone, sent or deleted: this text is stored anew.
    Again,
}

/// A ticket with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Thread {
    /// The fields.
    pub ticket: Ticket,
    /// What was said, oldest first.
    pub messages: Vec<Message>,
    /// What changed, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// Other tickets.
    pub links: Vec<Link>,
    /// What is being written: at most one text for each kind of reader.
    pub drafts: Vec<Draft>,
    /// The ticket in which this one lives on, if it was merged.
    pub into: Option<(TicketId, TicketKey)>,
    /// Who opened it.
    pub opened_by: Side,
    /// The status it began with.
    pub first_status: Status,
    /// What moved its clocks since, oldest first.
    pub clock_events: Vec<SlaEvent>,
    /// Tickets that were merged into this one.
    pub merged: Vec<TicketKey>,
    /// Fields that are shown as the desk has them, by name.
    pub further: Vec<(String, Untrusted)>,
    /// All that happened is here, texts included; so it is wherever no remote desk tells.
    pub whole: bool,
    /// Its latest escalation; it may be ours again.
    #[serde(default)]
    pub vendor: Option<Box<super::escalation::Escalation>>,
}

impl Thread {
    /// The form in which the clocks take it.
    pub fn history(&self) -> History<'_> {
        History {
            created: self.ticket.created,
            opened_by: self.opened_by,
            subject: Subject::of(&self.ticket),
            status: self.first_status,
            events: &self.clock_events,
        }
    }
}
