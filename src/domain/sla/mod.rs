//! Promises and their clocks: targets, policies, what is due and why.
//!
//! Working time itself is [`super::calendar`]'s. The rules (what starts, pauses and
//! ends a clock) are pure functions of a ticket's history, a policy and a calendar.

mod amount;
mod clock;
mod countdown;
mod life;
mod outcome;
mod policy;
mod report;
mod theirs;
mod why;

pub use amount::Amount;
pub use clock::{clocks, due};
pub use countdown::{Countdown, SOON, Urgency, countdown};
pub use outcome::{Outcome, outcomes};
pub use policy::{NextResponseScope, Policy, Reopening, Rule};
pub use report::{By, Key, Report, Sums};
pub use theirs::{Beside, Settled, TheirDue, Trust, Whose, settle};
pub use why::{Explained, Reason, Segment, explain, why};

use serde::{Deserialize, Serialize};

use super::Instant;
use super::people::TenantId;
use super::ticket::{Kind, Priority, Status, Ticket};

/// A promise that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The first public answer.
    FirstResponse,
    /// The answer to the requester's latest word.
    NextResponse,
    /// The solution.
    Resolution,
    /// The next word to a requester who waits for nothing but the solution.
    PeriodicUpdate,
}

impl Target {
    /// All of them, the most pressing kind first.
    pub const ALL: [Self; 4] = [
        Self::FirstResponse,
        Self::NextResponse,
        Self::Resolution,
        Self::PeriodicUpdate,
    ];

    /// The short word of the queue's column.
    pub const fn word(self) -> &'static str {
        match self {
            Self::FirstResponse => "first",
            Self::NextResponse => "next",
            Self::Resolution => "resol.",
            Self::PeriodicUpdate => "update",
        }
    }

    /// The word in sentences.
    pub const fn long(self) -> &'static str {
        match self {
            Self::FirstResponse => "first response",
            Self::NextResponse => "next response",
            Self::Resolution => "resolution",
            Self::PeriodicUpdate => "periodic update",
        }
    }

    /// The small number that the store keeps; never changes once released.
    pub const fn code(self) -> i64 {
        match self {
            Self::FirstResponse => 1,
            Self::NextResponse => 2,
            Self::Resolution => 3,
            Self::PeriodicUpdate => 4,
        }
    }

    /// The target behind a stored number, if the number is known.
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::FirstResponse),
            2 => Some(Self::NextResponse),
            3 => Some(Self::Resolution),
            4 => Some(Self::PeriodicUpdate),
            _ => None,
        }
    }
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The person who asks.
    Requester,
    /// Somebody of the desk.
    Agent,
}

/// Something that moves a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaEvent {
    /// When it happened.
    pub at: Instant,
    /// What happened.
    pub what: What,
}

/// What moves a clock. Internal notes do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The ticket's status became this one.
    Status(Status),
    /// A public message of the requester.
    RequesterMessage,
    /// A public answer of the desk.
    AgentReply,
    /// The clocks' owner became this one: an escalation, or the way back from it.
    Owner(Owner),
}

/// What a promise depends on, as it is now: it applies to the whole life, what was used up stays used up.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// What sort of work.
    pub kind: Kind,
    /// How urgent.
    pub priority: Option<Priority>,
    /// Whose client organisation.
    pub tenant: Option<&'a TenantId>,
    /// Free words on the ticket.
    pub labels: &'a [String],
}

impl<'a> Subject<'a> {
    /// That of a ticket.
    pub fn of(ticket: &'a Ticket) -> Self {
        Self {
            kind: ticket.kind,
            priority: ticket.priority,
            tenant: ticket.tenant.as_ref(),
            labels: &ticket.labels,
        }
    }
}

/// A ticket's life as far as clocks care.
#[derive(Debug, Clone, Copy)]
pub struct History<'a> {
    /// When it was asked.
    pub created: Instant,
    /// Who opened it.
    pub opened_by: Side,
    /// What its promises depend on.
    pub subject: Subject<'a>,
    /// The status at creation.
    pub status: Status,
    /// What happened since, in order of time. The first message is the creation, not an event.
    pub events: &'a [SlaEvent],
}

/// Whose time a clock uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// The team's own.
    Team,
    /// A third party's: it was escalated to them, or is on hold for them.
    Vendor,
}

impl Owner {
    /// The one that it is not.
    pub const fn other(self) -> Self {
        match self {
            Self::Team => Self::Vendor,
            Self::Vendor => Self::Team,
        }
    }

    /// The word in a ticket's history.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Vendor => "vendor",
        }
    }
}

/// How a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum ClockState {
    /// It counts whenever the desk is open.
    Running {
        /// When it is used up.
        due: Instant,
    },
    /// It stands still with so many seconds left; negative when over.
    Paused {
        /// Seconds of its own kind of time.
        left: i64,
    },
    /// What it waited for came in time.
    Met {
        /// When it came.
        at: Instant,
    },
    /// What it waited for came too late.
    Breached {
        /// When it came.
        at: Instant,
    },
    /// The ticket is done although what it waited for never came.
    Stopped,
}

/// One promise on one ticket at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// Which promise.
    pub target: Target,
    /// How it stands.
    #[serde(flatten)]
    pub state: ClockState,
    /// When it started.
    pub start: Instant,
    /// When it is or was used up: pauses as they happened, and from then on as if it ran.
    pub deadline: Instant,
    /// Seconds counted.
    pub elapsed: i64,
    /// Those of them that passed while a third party had it.
    pub elapsed_vendor: i64,
    /// The target minus that; negative when over.
    pub remaining: i64,
    /// Open seconds that pauses took away.
    pub paused_seconds: i64,
    /// It counted something after the deadline.
    pub breached: bool,
    /// The first instant from which on more than the target was counted.
    pub breached_at: Option<Instant>,
    /// When to warn, while it runs.
    pub warn_at: Option<Instant>,
    /// Whose time it uses now.
    pub owner: Owner,
}
