//! The smaller panes: what falls due, what is on its way, who did what.

use crate::domain::Instant;
use crate::domain::calendar::DayHours;
use crate::domain::change::OutboxRow;
use crate::domain::list::Outlook;
use crate::domain::text::Printable;
use crate::domain::ticket::TicketId;

/// What falls due in the coming working days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sla {
    /// The marks, once they are here.
    pub outlook: Option<Outlook>,
    /// The working days it covers; the calendar's own dates.
    pub days: Vec<DayHours>,
    /// First visible line of the full pane.
    pub scroll: usize,
    /// The mark under the cursor in the full pane.
    pub cursor: usize,
    /// What went wrong with the latest request.
    pub error: Option<Printable>,
}

/// Changes on their way, latest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outbox {
    /// The rows.
    pub rows: Vec<OutboxRow>,
    /// Each row's act in words, same order.
    pub words: Vec<Printable>,
    /// The row under the cursor.
    pub cursor: usize,
    /// First visible row.
    pub top: usize,
    /// The first answer has come.
    pub loaded: bool,
    /// What went wrong with the latest request.
    pub error: Option<Printable>,
}

/// A line of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// When.
    pub at: Instant,
    /// Who.
    pub by: Printable,
    /// On which ticket.
    pub ticket: Option<(TicketId, Printable)>,
    /// What, in words.
    pub what: Printable,
}

/// Who did what, latest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Audit {
    /// The rows.
    pub rows: Vec<AuditRow>,
    /// Only of this ticket.
    pub ticket: Option<TicketId>,
    /// The row under the cursor.
    pub cursor: usize,
    /// First visible row.
    pub top: usize,
    /// The first answer has come.
    pub loaded: bool,
    /// What went wrong with the latest request.
    pub error: Option<Printable>,
}
