//! The ticket: one person's question or problem, in the field's own terms.
//!
//! These are the app's own shapes. What a desk calls things stays in that desk's
//! adapter; here live the meanings that all desks share.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Instant;
use super::people::{AgentId, TenantId};
use super::text::Untrusted;

/// A word that is none of the words a field knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{word}\" is no {what}; use one of {allowed}")]
pub struct UnknownWord {
    /// What was written.
    pub word: String,
    /// What it should have been: "status", "priority", ...
    pub what: &'static str,
    /// The words that are allowed, separated by commas.
    pub allowed: String,
}

/// Names an enum's variants once, for parsing, printing, completion and SQL.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident, $what:literal { $($(#[$vmeta:meta])* $variant:ident = $word:literal / $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// All values, in their natural order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word for it on screens, in filters and in JSON.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The small number that the store keeps; never changes once released.
            pub const fn code(self) -> i64 {
                match self { $(Self::$variant => $code),+ }
            }

            /// The value behind a stored number, if the number is known.
            pub const fn from_code(code: i64) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(s: &str) -> Result<Self, UnknownWord> {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|v| v.word().eq_ignore_ascii_case(s.trim()))
                    .ok_or_else(|| UnknownWord {
                        word: s.to_owned(),
                        what: $what,
                        allowed: Self::ALL.iter().map(|v| v.word()).collect::<Vec<_>>().join(", "),
                    })
            }
        }
    };
}

words! {
    /// Where a ticket stands. Each desk's own statuses map to these.
    Status, "status" {
        /// Nobody has taken it yet.
        New = "new" / 1,
        /// Somebody works on it.
        Open = "open" / 2,
        /// We wait for the requester.
        Pending = "pending" / 3,
        /// We wait for a third party.
        OnHold = "on-hold" / 4,
        /// Solved, in our view; the requester may still object.
        Resolved = "resolved" / 5,
        /// Over.
        Closed = "closed" / 6,
    }
}

impl Status {
    /// Still on somebody's plate: neither resolved nor closed.
    pub const fn is_live(self) -> bool {
        !matches!(self, Self::Resolved | Self::Closed)
    }

    /// Live, but waiting for somebody outside the team.
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Pending | Self::OnHold)
    }
}

words! {
    /// Priority 1 is the most urgent. The portal's meanings: 1, more than 20 % of
    /// users or Workspaces without service or a suspected breach; 2, an approved
    /// request outside the SLA; 3, everything else. 4 is for desks that have a "low".
    Priority, "priority" {
        /// Critical.
        P1 = "1" / 1,
        /// High.
        P2 = "2" / 2,
        /// Normal.
        P3 = "3" / 3,
        /// Low.
        P4 = "4" / 4,
    }
}

words! {
    /// What sort of work a ticket asks for.
    Kind, "kind" {
        /// Something does not work.
        Problem = "problem" / 1,
        /// Somebody wants to know something.
        Question = "question" / 2,
        /// A new Workspace is asked for.
        NewWorkspace = "new-workspace" / 3,
        /// A new user is to be added.
        NewUser = "new-user" / 4,
        /// A role, name or address changes.
        AccountChange = "account-change" / 5,
        /// Subscriptions and their capacity.
        Subscription = "subscription" / 6,
        /// Something for the software share.
        SoftwareShare = "software-share" / 7,
        /// A license server is new, moved or full.
        LicenseServer = "license-server" / 8,
        /// An address to be allowed through.
        Allowlisting = "allowlisting" / 9,
        /// A correction to the knowledge base.
        Knowledge = "knowledge" / 10,
        /// A suspected security or privacy incident.
        SecurityIncident = "security-incident" / 11,
        /// Feedback on the platform.
        Feedback = "feedback" / 12,
    }
}

words! {
    /// Who has to say something next.
    Turn, "turn" {
        /// The requester had the last word: ours to answer.
        Ours = "ours" / 1,
        /// We had the last word.
        Theirs = "theirs" / 2,
        /// Nobody has said anything that wants an answer.
        Nobody = "nobody" / 3,
    }
}

words! {
    /// How a ticket reached the desk.
    Channel, "channel" {
        /// By mail.
        Email = "email" / 1,
        /// By a form on the web.
        Web = "web" / 2,
        /// By telephone.
        Phone = "phone" / 3,
        /// Through a self-service portal.
        SelfService = "self-service" / 4,
        /// Through a telephone menu.
        Ivr = "ivr" / 5,
        /// Written straight into the desk by an agent.
        Direct = "direct" / 6,
    }
}

/// The store's own number for a ticket: it follows the time of creation, so that
/// newest-first is an order by id. Not shown to people; see [`TicketKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TicketId(pub i64);

/// The number or name by which a desk and its people know a ticket, for instance
/// `10482` or `INC0000062`. Unique within a desk, printable ASCII, at most 40 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TicketKey(String);

impl TicketKey {
    /// The address of the ticket's page, where `{key}` in the template stands for its number.
    pub fn page(&self, template: &str) -> String {
        let number: String = self
            .0
            .bytes()
            .map(|b| match b {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    char::from(b).to_string()
                }
                b => format!("%{b:02X}"),
            })
            .collect();
        template.replace("{key}", &number)
    }

    /// The longest key that is accepted.
    pub const MAX: usize = 40;

    /// A number as a key.
    pub fn number(n: u64) -> Self {
        Self(n.to_string())
    }

    /// Takes a key from outside.
    ///
    /// # Errors
    /// Says why when it is empty, too long or holds anything but printable ASCII without blanks.
    pub fn parse(s: &str) -> Result<Self, String> {
        let s = s.trim().trim_start_matches('#');
        if s.is_empty() {
            return Err("a ticket number is missing".into());
        }
        if s.len() > Self::MAX {
            return Err(format!(
                "a ticket number has at most {} characters",
                Self::MAX
            ));
        }
        if !s.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(
                "a ticket number holds only letters, digits and signs, without blanks".into(),
            );
        }
        Ok(Self(s.to_owned()))
    }

    /// The key as text. Always printable.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TicketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for TicketKey {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

/// What the SLA says of a ticket's most urgent clock, as the store keeps it: it
/// holds until an event, a policy or a calendar changes, whatever time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Due {
    /// A clock runs; late once `now` is past `at` and the clock has counted since.
    Running {
        /// Which promise.
        target: super::sla::Target,
        /// When it is used up.
        at: Instant,
    },
    /// The clock stands still; the status says for whom.
    Paused {
        /// Which promise.
        target: super::sla::Target,
        /// Working seconds that are left once it runs again; negative when over.
        left: i64,
    },
    /// No promise is open on it.
    None,
}

impl Due {
    /// The smaller the more urgent: what runs by its instant in milliseconds, what is paused by the
    /// seconds it has left, no promise.
    pub const fn presses(&self) -> (u8, i64) {
        match self {
            Self::Running { at, .. } => (0, at.timestamp_millis()),
            Self::Paused { left, .. } => (1, *left),
            Self::None => (2, 0),
        }
    }
}

/// A ticket's fields, without its conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// The store's own number.
    pub id: TicketId,
    /// The number people use.
    pub key: TicketKey,
    /// One line that says what it is about.
    pub subject: Untrusted,
    /// Where it stands.
    pub status: Status,
    /// The desk's own name of the status, where it has one.
    pub status_label: Option<Untrusted>,
    /// How urgent; none where the desk did not say.
    pub priority: Option<Priority>,
    /// What sort of work.
    pub kind: Kind,
    /// Whose client organisation.
    pub tenant: Option<TenantId>,
    /// The Workspace it is about, for instance `dws-3049-AUBioLab`.
    pub workspace: Option<Untrusted>,
    /// Who asked.
    pub requester: Option<Untrusted>,
    /// Who handles it.
    pub assignee: Option<AgentId>,
    /// Free words on it, sorted.
    pub labels: Vec<String>,
    /// How it came.
    pub channel: Option<Channel>,
    /// When it was asked.
    pub created: Instant,
    /// When anything last happened to it.
    pub updated: Instant,
    /// When it was resolved, if it is.
    pub resolved: Option<Instant>,
    /// When it was closed, if it is.
    pub closed: Option<Instant>,
    /// Out of sight until then.
    pub snoozed_until: Option<Instant>,
    /// Who is to speak next.
    pub turn: Turn,
    /// The most urgent promise.
    pub due: Due,
    /// Whose that is, and what the other side says.
    #[serde(default)]
    pub beside: super::sla::Beside,
    /// How often the assignee changed. Four hand-overs miss four of five SLAs: warn at the third.
    pub reassignments: u32,
    /// Grows with each change of the ticket; a change names the version it was made against.
    pub version: u64,
    /// I have not opened it since it came.
    pub unread: bool,
    /// Somebody else has changed it since I last looked.
    pub changed: bool,
    /// Changes of ours that the desk has not confirmed.
    pub waiting: u32,
    /// Merged into that ticket; it lives on there.
    pub merged_into: Option<TicketId>,
    /// A text for it was begun and not sent.
    #[serde(default)]
    pub draft: bool,
    /// How far it is with the vendor; none: it is ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<super::escalation::Stage>,
}

impl Ticket {
    /// A new question of nobody's, of which nothing else is known.
    pub fn blank(id: TicketId, key: TicketKey, created: Instant) -> Self {
        Self {
            id,
            key,
            subject: Untrusted::default(),
            status: Status::New,
            status_label: None,
            priority: None,
            kind: Kind::Question,
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
            turn: Turn::Nobody,
            due: Due::None,
            beside: super::sla::Beside::default(),
            reassignments: 0,
            version: 1,
            unread: false,
            changed: false,
            waiting: 0,
            merged_into: None,
            draft: false,
            vendor: None,
        }
    }
}
