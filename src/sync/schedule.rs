//! When the desk is asked next: pure.

use chrono::TimeDelta;

use crate::desk::{DeskError, ErrorKind};
use crate::domain::Instant;

/// Asks that went wrong, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// How many in a row, at least one.
    pub count: u32,
    /// What sort the latest was.
    pub kind: ErrorKind,
    /// When the latest was.
    pub at: Instant,
    /// The desk does not want to be asked before.
    pub retry_at: Option<Instant>,
}

impl Failures {
    /// One more.
    #[must_use]
    pub fn after(before: Option<Self>, error: &DeskError, now: Instant) -> Self {
        Self {
            count: before.map_or(0, |f| f.count).saturating_add(1),
            kind: error.kind,
            at: now,
            retry_at: error.retry_at,
        }
    }
}

/// All that decides when the desk is asked next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// When the desk last told all it had; none: never since the program runs.
    pub told: Option<Instant>,
    /// What went wrong since.
    pub failures: Option<Failures>,
    /// The terminal has the focus.
    pub focused: bool,
    /// When the person last did something.
    pub active: Instant,
    /// The last answer brought something: more is likely to come.
    pub brought: bool,
    /// The person asks, came back, or the desk is there again.
    pub at_once: bool,
}

/// The person sits there and works.
const BUSY: TimeDelta = TimeDelta::seconds(10);
/// The person reads, or is away for a moment.
const CALM: TimeDelta = TimeDelta::seconds(30);
/// Something else is in front.
const ASIDE: TimeDelta = TimeDelta::minutes(2);
/// Nobody has been here for long.
const ALONE: TimeDelta = TimeDelta::minutes(5);
/// Without a key for so long nobody works.
const RESTS: TimeDelta = TimeDelta::minutes(2);
/// Without a key for so long nobody is here.
const AWAY: TimeDelta = TimeDelta::hours(1);
/// The first pause after a failure; each further one is twice as long.
const FIRST: TimeDelta = TimeDelta::seconds(5);
/// No pause after a failure is longer, jitter aside.
const LONGEST: TimeDelta = TimeDelta::minutes(5);
/// A sign-in that was refused waits for the person; without one it is tried so seldom.
const SIGN_IN: TimeDelta = TimeDelta::minutes(10);

/// The instant at which the desk is asked next, never before `now`. `chance` is
/// any number and spreads those who failed together by a fifth either way. Everything is measured from
/// what happened, so after a sleep of the machine the instant has passed already.
pub fn next(s: &Situation, now: Instant, chance: u32) -> Instant {
    let Some(failures) = s.failures else {
        let at = match s.told {
            Some(told) if !s.at_once => told.min(now) + interval(s, now),
            _ => now,
        };
        return at.max(now);
    };
    let pause = if s.at_once {
        TimeDelta::zero()
    } else {
        pause(&failures, chance)
    };
    let at = failures.at.min(now) + pause;
    at.max(failures.retry_at.unwrap_or(at)).max(now)
}

/// How long between two asks when all is well.
fn interval(s: &Situation, now: Instant) -> TimeDelta {
    let still = now - s.active;
    let calm = if s.focused {
        if still < RESTS { BUSY } else { CALM }
    } else if still < AWAY {
        ASIDE
    } else {
        ALONE
    };
    // Something is going on: one step livelier.
    match (s.brought, calm) {
        (false, calm) => calm,
        (true, ALONE) => ASIDE,
        (true, ASIDE) => CALM,
        (true, _) => BUSY,
    }
}

/// How long to leave the desk alone after failures.
fn pause(failures: &Failures, chance: u32) -> TimeDelta {
    if failures.kind == ErrorKind::SignIn {
        return SIGN_IN;
    }
    let doubled = failures.count.saturating_sub(1).min(10);
    let plain = (FIRST * (1 << doubled)).min(LONGEST);
    let thousandths = 800 + i32::try_from(chance % 401).unwrap_or(200);
    plain * thousandths / 1000
}
