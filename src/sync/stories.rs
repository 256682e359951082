//! Fetching what was said in a ticket: on demand, and ahead while nothing else is to do.

use std::collections::HashSet;

use futures_util::{StreamExt as _, stream};

use super::ledger::{Ledger, keep_story};
use crate::desk::{DeskError, Door};
use crate::domain::Instant;
use crate::domain::ticket::{TicketId, TicketKey};
use crate::store::StoreError;

/// So many texts are fetched ahead before something else gets its turn.
pub const AHEAD: usize = 2;

/// What fetching texts did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Tickets that look different now.
    pub tickets: Vec<TicketId>,
    /// Tickets that the desk would not tell of, and why.
    pub failed: Vec<(TicketKey, DeskError)>,
    /// How many were asked for.
    pub asked: usize,
}

/// Fetches all of one ticket.
///
/// # Errors
/// The store cannot be read or written. What the desk says is not an error.
pub async fn story<L: Ledger, D: Door>(
    ledger: &L,
    desk: &D,
    key: TicketKey,
    now: Instant,
) -> Result<Fetched, StoreError> {
    let mut done = Fetched {
        asked: 1,
        ..Fetched::default()
    };
    match desk.story(&key, now).await {
        Err(error) => done.failed.push((key, error)),
        Ok(told) => {
            let kept = ledger.with(move |w| keep_story(w, key, told, now)).await?;
            done.tickets = kept.tickets;
        }
    }
    Ok(done)
}

/// Fetches the next few texts that are worth having, side by side, these left out.
///
/// # Errors
/// As [`story`].
pub async fn ahead<L: Ledger, D: Door>(
    ledger: &L,
    desk: &D,
    skip: &HashSet<TicketKey>,
    now: Instant,
) -> Result<Fetched, StoreError> {
    let most = AHEAD + skip.len();
    let mut wanted = ledger.with(move |w| w.wanted(most)).await?;
    wanted.retain(|key| !skip.contains(key));
    wanted.truncate(AHEAD);
    let mut answers = stream::iter(wanted)
        .map(|key| story(ledger, desk, key, now))
        .buffer_unordered(AHEAD);
    let mut done = Fetched::default();
    while let Some(one) = answers.next().await {
        let one = one?;
        done.asked += one.asked;
        done.tickets.extend(one.tickets);
        done.failed.extend(one.failed);
    }
    Ok(done)
}
