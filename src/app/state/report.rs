//! The form of a report on the screen.

use crate::domain::text::Printable;
use crate::domain::ticket::TicketId;

/// The form of a report.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The ticket it is about; none: it is to become one, or there is no form.
    pub ticket: Option<TicketId>,
    /// It is here.
    pub loaded: bool,
    /// What went wrong with the latest request.
    pub error: Option<Printable>,
}
