//! What escalating wishes of the outside, and what comes back.

use crate::domain::escalation::{Back, Plan, Refusal};
use crate::domain::ticket::TicketId;

use super::event::Fault;

/// What would happen to a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EscalateWish {
    /// The ticket.
    pub ticket: TicketId,
    /// Why it goes past its gate.
    pub reason: Option<String>,
}

/// What would happen, or why nothing does.
#[derive(Debug, Clone, PartialEq)]
pub enum EscalateNews {
    /// It goes to the vendor.
    Out(Box<Plan>),
    /// It comes back.
    Back(Box<Back>),
    /// Something stands against it.
    Against(Refusal),
    /// It could not be found out.
    Failed(Fault),
}
