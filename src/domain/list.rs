//! What a list asks for and what it gets: a window of rows around a place, never all of them.

use serde::{Deserialize, Serialize};

use super::Instant;
use super::people::{AgentId, TenantId};
use super::query::Query;
use super::sla::Target;
use super::text::Untrusted;
use super::ticket::{Ticket, TicketId, TicketKey};

/// The order of a list. With words to search for, the order is always newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// What falls due first; then what is paused; then what has no promise.
    #[default]
    Due,
    /// What was touched last.
    Updated,
    /// Priority 1 first, and by due within one priority.
    Priority,
    /// The oldest first.
    Age,
}

impl Sort {
    /// All orders with their words.
    pub const ALL: &[(Self, &str)] = &[
        (Self::Due, "due"),
        (Self::Updated, "updated"),
        (Self::Priority, "priority"),
        (Self::Age, "age"),
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(s, _)| *s == self)
            .map_or("", |(_, w)| w)
    }
}

/// A row's place in an order: its sort values and its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// First sort value.
    pub major: i64,
    /// Second sort value.
    pub minor: i64,
    /// Breaks ties.
    pub id: TicketId,
}

/// Where a window lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// From the top.
    First,
    /// Up to the bottom.
    Last,
    /// Around this place, whether or not a row is still there.
    Around(Place),
    /// Around this ticket if it is in the list, else from the top.
    Ticket(TicketId),
}

/// Who asks, and when: what `me` and `now` mean in a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// The agent at the keyboard.
    pub me: AgentId,
    /// The time.
    pub now: Instant,
    /// Tenants within this team's scope; empty means all.
    pub scope: Vec<TenantId>,
    /// The zone in which days are read.
    pub zone: chrono_tz::Tz,
}

/// A wish for a window of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct ListRequest {
    /// Which tickets.
    pub query: Query,
    /// In which order.
    pub sort: Sort,
    /// Around which place.
    pub anchor: Anchor,
    /// At most so many rows before the anchor.
    pub before: usize,
    /// At most so many rows from the anchor on (the anchor's row included).
    pub after: usize,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Count {
    /// Exactly so many.
    Exact(u64),
    /// So many and more: counting on would have cost time.
    AtLeast(u64),
    /// Not counted yet.
    Unknown,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its place in the order.
    pub place: Place,
    /// The ticket's fields.
    pub ticket: Ticket,
}

/// A window of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The rows in order.
    pub rows: Vec<Row>,
    /// The index in `rows` of the first row at or after the anchor; `rows.len()` if none is.
    pub anchor: usize,
    /// There is nothing before the first row.
    pub at_start: bool,
    /// There is nothing after the last row.
    pub at_end: bool,
    /// How many rows the list has.
    pub total: Count,
    /// Time ran out before all rows were looked at: more may match further on.
    pub partial: bool,
    /// Time ran out before the beginning: a window around this place looks further up.
    pub above: Option<Place>,
    /// Time ran out before the end: a window around this place looks further down.
    pub below: Option<Place>,
}

/// The ticket to do next, and why it is first.
#[derive(Debug, Clone, PartialEq)]
pub struct Urgent {
    /// The ticket.
    pub ticket: Ticket,
    /// How many more urgent ones were passed over, and why: others are on them, they wait, they sleep.
    pub passed: Vec<(String, u64)>,
}

/// What falls due in a stretch of time, for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueMark {
    /// Which ticket.
    pub id: TicketId,
    /// Its number.
    pub key: TicketKey,
    /// What it is about.
    pub subject: Untrusted,
    /// Which promise falls due.
    pub target: Option<Target>,
    /// When it falls due.
    pub at: Instant,
    /// On whom.
    pub assignee: Option<AgentId>,
}

/// What falls due before an instant: the marks themselves up to a limit, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// Marks in order of time, the late ones first. Of both kinds at most as many as were asked for.
    pub marks: Vec<DueMark>,
    /// How many are late.
    pub late: Count,
    /// How many are paused.
    pub paused: Count,
    /// More fall due than there are marks of.
    pub cut: bool,
}

/// What a warning needs to know: the tickets that fall due next, and what was said of them before.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Approaching {
    /// The tickets that warn, each once, by deadline.
    pub tickets: Vec<Ticket>,
    /// Warnings that were given, in this window or another.
    pub said: std::collections::BTreeSet<super::warn::Said>,
}

/// The words that completion knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Agents by handle and name.
    pub agents: Vec<super::people::Agent>,
    /// Tenants by code and name.
    pub tenants: Vec<super::people::Tenant>,
    /// Workspaces, most used first, at most a few thousand.
    pub workspaces: Vec<Untrusted>,
    /// Labels, most used first.
    pub labels: Vec<String>,
    /// Planned absences that are not over.
    pub absences: Vec<super::people::Absence>,
}
