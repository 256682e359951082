//! A report as it lies on disk between two sittings.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::form::{Draft, Field};
use super::language::Language;
use crate::domain::Instant;
use crate::domain::people::AgentId;
use crate::domain::ticket::TicketId;

/// Names a report, with a ticket or before there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReportId(pub Uuid);

/// What the requester was asked, so that the answer is read as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedBack {
    /// When.
    pub at: Instant,
    /// In which language.
    pub language: Language,
    /// For what, in the order of the questions.
    pub fields: Vec<Field>,
}

/// A report as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its name.
    pub id: ReportId,
    /// The ticket it is about; none: it is to become one. A ticket has one report.
    pub ticket: Option<TicketId>,
    /// What is filled in.
    pub draft: Draft,
    /// What the requester was asked last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<AskedBack>,
    /// When it was last touched.
    pub at: Instant,
    /// By whom.
    pub by: AgentId,
}
