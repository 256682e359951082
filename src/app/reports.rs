//! What the form of a report wishes of the outside, and what comes back.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono_tz::Tz;

use crate::domain::Instant;
use crate::domain::import::NewTicket;
use crate::domain::report::{AskedBack, Draft, Field, Kept, Register, ReportId, Template, Told};
use crate::domain::ticket::{Ticket, TicketId};

use super::event::{Answer, Fault};

/// A wish.
#[derive(Debug, Clone, PartialEq)]
pub enum ReportWish {
    /// The Workspaces and people that are known here, and what was answered before.
    Known,
    /// With which texts requesters are asked.
    Templates,
    /// The report of a ticket, and what the ticket says by itself.
    Load {
        /// Which.
        ticket: TicketId,
        /// What is known.
        known: Arc<Register>,
        /// With what was asked.
        templates: Arc<[Template]>,
        /// The zone in which the requester's times are read.
        zone: Tz,
    },
    /// The tickets whose requester has answered.
    Answered,
    /// The reports that are to become tickets.
    Begun,
    /// Puts a report on disk.
    Save {
        /// It.
        report: Box<Kept>,
        /// The draft as it was last read there, or put there from here.
        base: Box<Draft>,
    },
    /// Forgets a report in which nothing stands.
    Drop(ReportId),
    /// The requester was asked, or that was taken back.
    Asked {
        /// The report where none was begun.
        empty: Box<Kept>,
        /// For what; none: it was taken back.
        asked: Option<AskedBack>,
    },
    /// Makes the ticket of a report.
    Create {
        /// It.
        report: Box<Kept>,
        /// The draft as it was last read there, or put there from here.
        base: Box<Draft>,
        /// The ticket.
        new: Box<NewTicket>,
    },
}

impl ReportWish {
    /// It reads only.
    pub const fn reads(&self) -> bool {
        matches!(
            self,
            Self::Known | Self::Load { .. } | Self::Answered | Self::Begun
        )
    }
}

/// What is known here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Here {
    /// Workspaces and people.
    pub register: Register,
    /// What was answered before, the latest first, each once.
    pub past: Vec<(Field, String)>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub enum ReportNews {
    /// What is known here.
    Known(Box<Here>),
    /// The texts.
    Templates(Vec<Template>),
    /// The report of a ticket, none if none was begun, and what the ticket says.
    Loaded {
        /// Which.
        ticket: TicketId,
        /// The report.
        kept: Option<Box<Kept>>,
        /// What the ticket says.
        told: Box<Told>,
    },
    /// Tickets whose requester has answered.
    Answered(BTreeSet<TicketId>),
    /// The reports that are to become tickets.
    Begun(Vec<Kept>),
    /// A report is on disk, with what somebody else has put there meanwhile; or it is not.
    Saved {
        /// Which.
        id: ReportId,
        /// Its own time.
        at: Instant,
        /// How it is stored, where that is not as it was sent.
        answer: Answer<Option<Box<Kept>>>,
    },
    /// The ticket of a report was made.
    Created {
        /// Which report.
        id: ReportId,
        /// The ticket.
        answer: Answer<Box<Ticket>>,
    },
    /// It could not be done.
    Failed(Fault),
}
