//! Handing a ticket to the vendor, and having it back.
//!
//! [`plan()`] says, before anything is done, what leaves with which words taken out, what becomes
//! of the ticket here and who sees it; only what passed the gate has a plan. A planned escalation
//! is one act on the ticket ([`super::change::Act::Owner`]), which carries the [`Package`]: undo,
//! audit and the undo window are those of every act. What became of it at the vendor's is an
//! [`Escalation`]. Looking things up, sending and waiting are others'.

mod back;
mod file;
mod plan;
mod word;

use std::path::Path;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use back::{Back, back};
pub use file::{Content, Fate, File, Leaving, Parcel, fate, is_evidence, package_files, stays};
pub use plan::{Case, Passage, Plan, Refusal, Row, goes_along, plan};
pub use word::{TO_VENDOR, addressed, from_vendor, heard_there, taken_back, taken_up, to_vendor};

use super::Instant;
use super::change::MOST_ATTACHED;
use super::import::ImportAttachment;
use super::people::{AgentId, TenantId};
use super::remote::{RemoteId, ToldFile};
use super::text::{Printable, Untrusted, line};
use super::thread::AttachmentId;
use super::ticket::{Kind, Priority, Status, TicketId, TicketKey};

/// An escalation's identity from birth; the vendor's desk can be asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EscalationId(pub Uuid);

impl EscalationId {
    /// The word by which it is found where tickets have no field for it: in a subject.
    pub fn mark(self) -> String {
        let all = self.0.simple().to_string();
        format!("esc-{}", all.get(20..).unwrap_or(&all))
    }
}

/// How the vendor is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// At a desk of the vendor's own: a ticket is made there.
    Apart,
    /// In a department of the same desk: the ticket moves there and stays one.
    Within {
        /// Whose it becomes.
        to: TenantId,
        /// Whose it was, to come back to.
        from: Option<TenantId>,
    },
}

/// Which desk of a vendor's: what went to one is neither looked for nor spoken of at another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address(String);

impl Address {
    /// A local desk, by its store.
    pub fn store(file: &Path) -> Self {
        Self(file.display().to_string())
    }

    /// A queue of a desk over a network.
    pub fn queue(url: &str, queue: &str) -> Self {
        let url = url.trim().trim_end_matches('/');
        let url = url.strip_suffix("/REST/2.0").unwrap_or(url);
        Self(format!("{queue} at {url}"))
    }
}

impl From<String> for Address {
    fn from(kept: String) -> Self {
        Self(kept)
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The vendor as the settings name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vendor {
    /// Its name for people.
    pub name: String,
    /// Which desk it is; none: a department.
    pub address: Option<Address>,
    /// The department of the same desk; none: a desk of its own.
    pub department: Option<TenantId>,
}

/// A file that goes along; its bytes stay where they are until it leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packed {
    /// The ticket's attachment.
    pub attachment: AttachmentId,
    /// Its name there.
    pub name: String,
}

/// What leaves with an escalation. Nothing in it has not been through the rules that take out
/// secrets and personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// The vendor's name.
    pub vendor: String,
    /// Where it goes.
    pub way: Way,
    /// The vendor's desk that was meant; none: a department, or it was not kept yet.
    #[serde(default)]
    pub address: Option<Address>,
    /// The subject there.
    pub subject: Untrusted,
    /// The first message there.
    pub body: Untrusted,
    /// The report as JSON, to be put beside; none where there is no report.
    pub report: Option<String>,
    /// How urgent.
    pub priority: Option<Priority>,
    /// What sort of work.
    pub kind: Kind,
    /// Whose client organisation it is about.
    pub tenant: Option<TenantId>,
    /// The Workspace it is about.
    pub workspace: Option<Untrusted>,
    /// The files that go along.
    pub files: Vec<Packed>,
    /// Words that stay in the files although they are somebody's.
    pub keep: Vec<String>,
    /// What the gate missed when it was passed with a reason; empty: it said yes.
    pub past: Vec<String>,
}

/// Where an escalation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It can still be taken back unseen: its act is in the outbox.
    Held,
    /// It may leave.
    Waiting,
    /// It is leaving; after a crash it is looked up there before it is sent again.
    InFlight,
    /// The vendor has it.
    There,
    /// The vendor calls it resolved.
    Resolved,
    /// It is ours again.
    Back,
}

impl Stage {
    /// All of them with their stored numbers. Never change once released.
    pub const ALL: &[(Self, i64)] = &[
        (Self::Held, 1),
        (Self::Waiting, 2),
        (Self::InFlight, 3),
        (Self::There, 4),
        (Self::Resolved, 5),
        (Self::Back, 6),
    ];

    /// The number that the store keeps.
    pub fn code(self) -> i64 {
        let found = Self::ALL.iter().find(|(s, _)| *s == self);
        found.map_or(0, |(_, code)| *code)
    }

    /// The stage behind a stored number.
    pub fn from_code(code: i64) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, c)| *c == code);
        found.map(|(s, _)| *s)
    }

    /// The vendor has been asked and it is not ours again.
    pub fn is_open(self) -> bool {
        self != Self::Back
    }

    /// It has left, or may have.
    pub fn has_left(self) -> bool {
        matches!(self, Self::InFlight | Self::There | Self::Resolved)
    }

    /// The word for it in lists.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Held | Self::Waiting | Self::InFlight => "not with the vendor yet",
            Self::There => "with the vendor",
            Self::Resolved => "resolved by the vendor",
            Self::Back => "back from the vendor",
        }
    }
}

/// Something that the vendor said to us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// The vendor's name for it: what is told twice is kept once.
    pub id: RemoteId,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: Untrusted,
    /// What; plain text.
    pub body: Untrusted,
    /// The files that they added to it.
    #[serde(default)]
    pub files: Vec<ToldFile>,
}

impl Heard {
    /// Why a file of theirs stays there; none: it may be brought over.
    pub fn stays(file: &ToldFile) -> Option<&'static str> {
        match file.size {
            0 => Some("it is empty"),
            size if size > MOST_ATTACHED => Some("it is larger than 25 MB"),
            _ => None,
        }
    }
}

/// What became of the files of something that the vendor said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brought {
    /// Those that are here now.
    pub files: Vec<ImportAttachment>,
    /// Those that stayed there, each with why.
    pub left: Vec<(Untrusted, String)>,
}

/// The vendor's ticket as it was last told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Theirs {
    /// Its status.
    pub status: Status,
    /// The vendor's own word for it.
    pub label: Option<Untrusted>,
    /// Who has it.
    pub with: Option<Untrusted>,
    /// Since when it is in that status.
    pub since: Instant,
    /// What they said to us, oldest first.
    pub said: Vec<Heard>,
}

/// A ticket's escalation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Escalation {
    /// Its identity.
    pub id: EscalationId,
    /// Our ticket.
    pub ticket: TicketId,
    /// When it was escalated.
    pub at: Instant,
    /// By whom.
    pub by: AgentId,
    /// Where it is.
    pub stage: Stage,
    /// What leaves, or has left.
    pub package: Package,
    /// The vendor's number for it, once it is there.
    pub key: Option<TicketKey>,
    /// What is in the way; none: nothing.
    pub trouble: Option<Untrusted>,
    /// It was being sent, and nobody knows yet whether it arrived.
    #[serde(default)]
    pub flying: bool,
    /// It is not tried again before this instant.
    pub again: Option<Instant>,
    /// The vendor's ticket, without what was said.
    pub theirs: Option<Theirs>,
    /// The latest of what they said.
    pub last: Option<Heard>,
    /// Why their desk would not take what was said to them last; none: it took it.
    #[serde(default)]
    pub unsaid: Option<Untrusted>,
}

impl Escalation {
    /// One that begins.
    pub fn new(
        id: EscalationId,
        ticket: TicketId,
        package: Package,
        by: AgentId,
        at: Instant,
    ) -> Self {
        Self {
            id,
            ticket,
            at,
            by,
            stage: Stage::Held,
            package,
            key: None,
            trouble: None,
            flying: false,
            again: None,
            theirs: None,
            last: None,
            unsaid: None,
        }
    }

    /// Where it is by what the vendor told last.
    pub fn seen(&self) -> Stage {
        match &self.theirs {
            Some(theirs) if !theirs.status.is_live() => Stage::Resolved,
            _ => Stage::There,
        }
    }

    /// It is at a desk of the vendor's own.
    pub fn is_apart(&self) -> bool {
        self.package.way == Way::Apart
    }

    /// Its name for people: the vendor's, with the number there.
    pub fn name(&self) -> String {
        match &self.key {
            Some(key) if self.is_apart() => format!("{} #{key}", self.package.vendor),
            _ => self.package.vendor.clone(),
        }
    }

    /// How it stands with the vendor, for the head of the ticket: `open, with Vera · since 2 h`.
    pub fn line(&self, now: Instant) -> Printable {
        if !self.is_apart() {
            return line(&format!("with {}", self.package.vendor));
        }
        if let Some(trouble) = self.trouble.as_ref().map(Untrusted::line) {
            return match &self.key {
                Some(key) => line(&format!("#{key}: {trouble}")),
                None => line(&format!("not sent: {trouble}")),
            };
        }
        let Some(key) = &self.key else {
            return line("not sent yet");
        };
        let Some(theirs) = &self.theirs else {
            return line(&format!("#{key}, not heard of yet"));
        };
        let status = match &theirs.label {
            Some(label) => label.line().into_string(),
            None => theirs.status.word().replace('-', " "),
        };
        let with = theirs.with.as_ref().map(|w| format!(", with {}", w.line()));
        let since = span(now - theirs.since);
        let word = match (&self.unsaid, &self.last) {
            (Some(why), _) => format!(" · your word was refused: {}", why.line()),
            // Why they are done with it, a refusal above all, is in their last word.
            (None, Some(last)) if !theirs.status.is_live() => {
                format!(" · \"{}\"", first_line(&last.body))
            }
            _ => String::new(),
        };
        line(&format!(
            "{status}{} · since {since}{word}",
            with.unwrap_or_default()
        ))
    }
}

/// The first line of a text that says something.
fn first_line(text: &Untrusted) -> Printable {
    let mut lines = text.raw().lines().map(line);
    lines
        .find(|l| !l.is_empty())
        .unwrap_or_else(Printable::empty)
}

/// A stretch of time in one word: `5 min`, `2 h`, `3 days`.
fn span(of: chrono::TimeDelta) -> String {
    match (of.num_minutes(), of.num_hours(), of.num_days()) {
        (..1, ..) => "now".to_owned(),
        (minutes @ ..60, ..) => format!("{minutes} min"),
        (_, hours @ ..48, _) => format!("{hours} h"),
        (.., days) => format!("{days} days"),
    }
}
