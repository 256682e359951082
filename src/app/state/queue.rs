//! The list of tickets: a window of rows around the cursor.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::list::{Count, Place, Sort};
use crate::domain::query::{Query, QueryError};
use crate::domain::sla::{Countdown, Target};
use crate::domain::text::Printable;
use crate::domain::ticket::{Ticket, TicketId};

/// A row with its texts made ready when it arrived.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueRow {
    /// Its place in the order.
    pub place: Place,
    /// The ticket's fields.
    pub ticket: Arc<Ticket>,
    /// Sign, words and urgency of what is due; renewed when time changes it.
    pub countdown: Countdown,
    /// The other side's due instant in words, where the desk and we differ; else empty.
    pub other: Printable,
    /// Which promise the countdown is about.
    pub target: Option<Target>,
    /// The number.
    pub key: Printable,
    /// The subject.
    pub subject: Printable,
    /// "You", a name, or "-".
    pub assignee: Printable,
    /// The same where there is little room.
    pub short: Printable,
    /// The requester's name.
    pub requester: Printable,
    /// The tenant's code.
    pub tenant: Printable,
    /// The Workspace.
    pub workspace: Printable,
    /// The status in the desk's own words.
    pub status: Printable,
    /// The labels, separated by blanks.
    pub labels: Printable,
}

/// A marked ticket; it stays marked while the window moves on.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The ticket as it was when it was marked.
    pub ticket: Arc<Ticket>,
}

/// A search over everything that is going on.
#[derive(Debug, Clone, PartialEq)]
pub struct Find {
    /// What was typed.
    pub text: String,
    /// The ticket under the cursor before, to return to.
    pub back: Option<TicketId>,
    /// The cursor's row on the screen before.
    pub back_row: usize,
    /// The place before, for the window to be asked again.
    pub back_place: Option<Place>,
}

/// The list.
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    /// The window's rows in order.
    pub rows: Vec<QueueRow>,
    /// Nothing lies before the first row.
    pub at_start: bool,
    /// Nothing lies after the last row.
    pub at_end: bool,
    /// How many rows lie before the window, where that is known.
    pub before: Option<u64>,
    /// How many rows the whole list has.
    pub total: Count,
    /// Where the looking has come to, if not all above the rows was looked at.
    pub above: Option<Place>,
    /// Where the looking has come to, if not all below the rows was looked at.
    pub below: Option<Place>,
    /// The cursor's row in `rows`; 0 when there is none.
    pub cursor: usize,
    /// The first visible row in `rows`.
    pub top: usize,
    /// The order.
    pub sort: Sort,
    /// The narrowing filter.
    pub filter: Query,
    /// The filter as it was typed; empty: none.
    pub filter_text: String,
    /// What is wrong with the filter as it is being typed.
    pub filter_error: Option<QueryError>,
    /// A search over everything.
    pub find: Option<Find>,
    /// Words to highlight in the rows, folded to lower case.
    pub words: Vec<String>,
    /// Marked tickets.
    pub marks: BTreeMap<TicketId, Mark>,
    /// Where a range began.
    pub range: Option<(TicketId, Place)>,
    /// An answer is on its way.
    pub loading: bool,
    /// The first answer has come: an empty list is empty, not unknown.
    pub loaded: bool,
    /// What went wrong with the latest request; the rows are the ones from before.
    pub error: Option<Printable>,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            at_start: true,
            at_end: true,
            before: Some(0),
            total: Count::Unknown,
            above: None,
            below: None,
            cursor: 0,
            top: 0,
            sort: Sort::Due,
            filter: Query::all(),
            filter_text: String::new(),
            filter_error: None,
            find: None,
            words: Vec::new(),
            marks: BTreeMap::new(),
            range: None,
            loading: false,
            loaded: false,
            error: None,
        }
    }
}

impl Queue {
    /// The row under the cursor.
    pub fn selected(&self) -> Option<&QueueRow> {
        self.rows.get(self.cursor)
    }

    /// Not all was looked at yet: more may match.
    pub const fn is_partial(&self) -> bool {
        self.above.is_some() || self.below.is_some()
    }
}
