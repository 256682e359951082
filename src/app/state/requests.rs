//! Requests and registers on the screen.

use crate::domain::text::Printable;
use crate::domain::ticket::TicketId;

/// Requests and registers.
#[derive(Debug, Clone, Default)]
pub struct Requests {
    /// The ticket of the request under the cursor.
    pub ticket: Option<TicketId>,
    /// They are here.
    pub loaded: bool,
    /// What went wrong with the latest request.
    pub error: Option<Printable>,
}
