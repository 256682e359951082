//! What the form of a report wishes of the outside, and what comes back.

use crate::domain::report::Kept;
use crate::domain::ticket::TicketId;

use super::event::Fault;

/// A wish.
#[derive(Debug, Clone, PartialEq)]
pub enum ReportWish {
    /// The report of a ticket.
    Load(TicketId),
}

impl ReportWish {
    /// It reads only.
    pub const fn reads(&self) -> bool {
        matches!(self, Self::Load(_))
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub enum ReportNews {
    /// The report of a ticket; none: none was begun.
    Loaded(Option<Box<Kept>>),
    /// It could not be done.
    Failed(Fault),
}
