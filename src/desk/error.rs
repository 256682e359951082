//! Why a desk did not take something, in the few kinds that make a difference.

use std::fmt;

use crate::domain::Instant;
use crate::domain::text::Untrusted;

/// What sort of failure; each has its own consequence in sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// It could not be reached; whether it got the change is not known.
    Unreachable,
    /// Not signed in, or no longer.
    SignIn,
    /// Too many requests; it says when to come back.
    TooMany,
    /// It understood and said no: no right, a rule, a field it does not have.
    Refused,
    /// Somebody changed the same thing in the meantime.
    Conflict,
    /// An answer that makes no sense to us.
    Odd,
}

impl ErrorKind {
    /// Sending the same again later may work.
    pub const fn is_passing(self) -> bool {
        matches!(
            self,
            Self::Unreachable | Self::SignIn | Self::TooMany | Self::Odd
        )
    }

    /// It concerns the desk as a whole: the next question would only hear the same.
    pub const fn is_for_all(self) -> bool {
        matches!(self, Self::Unreachable | Self::SignIn | Self::TooMany)
    }
}

/// A desk's failure, as a sentence with what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskError {
    /// What sort.
    pub kind: ErrorKind,
    /// What the desk said, or what happened; passes the gate before it is shown.
    pub what: Untrusted,
    /// What to do.
    pub hint: Option<String>,
    /// Not before this instant again.
    pub retry_at: Option<Instant>,
}

impl std::error::Error for DeskError {}

impl fmt::Display for DeskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what.line())?;
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}
