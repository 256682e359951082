//! A report as it lies on disk between two sittings.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::form::{Draft, Field};
use super::language::Language;
use super::merge::merge;
use super::read::Value;
use crate::domain::Instant;
use crate::domain::people::AgentId;
use crate::domain::text::Untrusted;
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

/// A suggestion that somebody does not want to see again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Refused {
    /// The field it was for.
    pub field: Field,
    /// What it would have put there, its times in UTC.
    pub words: Untrusted,
}

impl Refused {
    /// That suggestion.
    pub fn of(value: &Value) -> Self {
        Self {
            field: value.field(),
            words: Untrusted::new(value.words(chrono_tz::UTC)),
        }
    }
}

/// Who let a report through the gate, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Through {
    /// When.
    pub at: Instant,
    /// Who.
    pub by: AgentId,
    /// The reason, where it went through without being complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Untrusted>,
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
    /// Suggestions that were refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// It was marked complete; none: it is being filled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<Through>,
    /// When it was last touched.
    pub at: Instant,
    /// By whom.
    pub by: AgentId,
}

impl Kept {
    /// An empty one.
    pub fn new(id: ReportId, ticket: Option<TicketId>, at: Instant, by: AgentId) -> Self {
        Self {
            id,
            ticket,
            draft: Draft::default(),
            asked: None,
            refused: Vec::new(),
            through: None,
            at,
            by,
        }
    }

    /// This one over what somebody else has stored meanwhile, `base` being what both began with:
    /// what only one has changed is as that one has it, and of two texts in one field neither is
    /// lost. The fields in which both wrote come along.
    #[must_use]
    pub fn over(self, base: &Draft, there: Self) -> (Self, Vec<Field>) {
        let (draft, both) = merge(base, &self.draft, &there.draft);
        let later = |a: Option<AskedBack>, b: Option<AskedBack>| match (a, b) {
            (Some(a), Some(b)) => Some(if a.at >= b.at { a } else { b }),
            (a, b) => a.or(b),
        };
        let mut refused = there.refused;
        refused.extend(self.refused);
        refused.sort();
        refused.dedup();
        // What was let through and is changed since has to pass the gate again.
        let through = if self.draft == *base {
            self.through.or(there.through)
        } else {
            self.through
        };
        let merged = Self {
            id: there.id,
            ticket: self.ticket.or(there.ticket),
            draft,
            asked: later(self.asked, there.asked),
            refused,
            through,
            at: self.at.max(there.at),
            by: self.by,
        };
        (merged, both)
    }
}
