//! What absences and coverage wish of the outside, and what comes back.

use crate::domain::absence::Absence;

use super::event::Fault;

/// A wish.
#[derive(Debug, Clone, PartialEq)]
pub enum CoverWish {
    /// All planned absences.
    Absences,
}

impl CoverWish {
    /// It reads only.
    pub const fn reads(&self) -> bool {
        matches!(self, Self::Absences)
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub enum CoverNews {
    /// All planned absences.
    Absences(Vec<Absence>),
    /// It could not be done.
    Failed(Fault),
}
