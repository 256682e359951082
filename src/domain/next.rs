//! What to work on next: urgency, then wait, skipping what others are on.

use super::Instant;
use super::query::{Flag, Query, Term, Test, Who};
use super::ticket::Due;

/// The rule in words, for whoever asks why.
pub const RULE: &str = "what falls due first comes first, then what has waited longest; what others are on, what waits and what sleeps is passed over";

/// A ticket's place among those that somebody may work on; the smallest is next. What runs comes by its
/// instant, then what stands still by the time it has left, then what has no promise; of equals the one
/// that was asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    urgency: (u8, i64),
    asked: Instant,
}

impl Rank {
    /// That of a ticket that is due so and was asked then.
    pub const fn of(due: &Due, asked: Instant) -> Self {
        Self {
            urgency: due.presses(),
            asked,
        }
    }
}

/// What somebody may work on: live, awake, waiting for nobody, and theirs or nobody's.
pub fn candidates() -> Query {
    let flag = |f, negated| Term {
        negated,
        test: Test::Is(vec![f]),
    };
    let mut query = Query::all();
    query.terms = vec![
        flag(Flag::Live, false),
        flag(Flag::Snoozed, true),
        flag(Flag::Waiting, true),
    ];
    query.and(Test::Assignee(vec![Some(Who::Me), None]))
}
