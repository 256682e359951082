//! A desk's own due instants beside ours: which of them counts.

use serde::{Deserialize, Serialize};

use super::Target;
use crate::domain::Instant;
use crate::domain::ticket::Due;

/// Whose due instants count where a desk gives its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// Ours; theirs are not looked at.
    #[default]
    Ours,
    /// Theirs; ours where they give none.
    Theirs,
    /// The more urgent one leads, and both are shown where they differ.
    Both,
}

/// A due instant as a desk gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TheirDue {
    /// Which promise.
    pub target: Target,
    /// When it is used up in the desk's view.
    pub at: Instant,
}

/// Whose due instant it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// Counted here.
    #[default]
    Ours,
    /// Given by the desk.
    Theirs,
}

impl Whose {
    /// The other side.
    pub const fn other(self) -> Self {
        match self {
            Self::Ours => Self::Theirs,
            Self::Theirs => Self::Ours,
        }
    }

    /// How it is said beside an instant.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Theirs => "the desk's",
        }
    }
}

/// What is to be known beside a due instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// Whose it is.
    pub whose: Whose,
    /// The other side's, where both are to be shown and they differ.
    pub other: Option<Due>,
}

/// What counts, and what else is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// What counts.
    pub due: Due,
    /// Whose it is.
    pub whose: Whose,
    /// The other side's word, where both are to be shown and they differ.
    pub other: Option<Due>,
}

/// Due instants closer than this (seconds) say the same: screens show minutes.
const SAME: u64 = 60;

/// Which due instant of a live ticket counts. Of several of theirs the earliest is theirs. A clock of theirs
/// never stands still: a desk that pauses moves its instant, or gives none.
pub fn settle(ours: Due, theirs: &[TheirDue], trust: Trust) -> Settled {
    let first = theirs.iter().min_by_key(|t| t.at);
    let given = first.map(|t| Due::Running {
        target: t.target,
        at: t.at,
    });
    let settled = |due, whose, other| Settled { due, whose, other };
    match (trust, given) {
        (Trust::Ours, _) | (_, None) => settled(ours, Whose::Ours, None),
        (Trust::Theirs, Some(theirs)) => settled(theirs, Whose::Theirs, None),
        (Trust::Both, Some(theirs)) if same(&ours, &theirs) => settled(ours, Whose::Ours, None),
        (Trust::Both, Some(theirs)) if ours.presses() <= theirs.presses() => {
            settled(ours, Whose::Ours, Some(theirs))
        }
        (Trust::Both, Some(theirs)) => settled(theirs, Whose::Theirs, Some(ours)),
    }
}

/// The instant decides, whatever the promise is called.
fn same(a: &Due, b: &Due) -> bool {
    match (a, b) {
        (Due::Running { at: a, .. }, Due::Running { at: b, .. }) => {
            a.timestamp().abs_diff(b.timestamp()) < SAME
        }
        _ => a == b,
    }
}
