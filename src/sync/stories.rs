//! Fetching what was said in a ticket: on demand, and ahead while nothing else is to do.

use std::collections::HashSet;

use futures_util::{StreamExt as _, stream};

use super::ledger::{Ledger, keep_story};
use crate::desk::{DeskError, Door};
use crate::domain::Instant;
use crate::domain::remote::{Ahead, RemoteId};
use crate::domain::ticket::{TicketId, TicketKey};
use crate::store::{StoreError, Writer};

/// So many tickets are fetched ahead before something else gets its turn.
pub const AHEAD: usize = 2;
/// So many texts of any tickets are asked for in one go.
pub const IN_BULK: usize = 50;

/// So many tickets are asked for anew in one step.
const ANEW: usize = 8;

/// What the desk would not tell, and is not asked ahead again.
#[derive(Debug, Clone, Default)]
pub struct Skip {
    /// Tickets.
    pub tickets: HashSet<TicketKey>,
    /// Entries whose texts are not to be had.
    pub entries: HashSet<RemoteId>,
}

/// What fetching texts did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Tickets that look different now.
    pub tickets: Vec<TicketId>,
    /// Tickets that the desk would not tell of, and why.
    pub failed: Vec<(TicketKey, DeskError)>,
    /// Changes of ours that meet somebody else's since.
    pub conflicts: usize,
    /// How many were asked for.
    pub asked: usize,
}

/// What fetching texts of any tickets did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// Tickets that look different now.
    pub tickets: Vec<TicketId>,
    /// How many were told.
    pub told: usize,
    /// Entries whose texts are not to be had.
    pub missing: Vec<RemoteId>,
    /// Why nothing was told.
    pub trouble: Option<DeskError>,
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
    let asked = ledger.with(|w| w.asks()).await?;
    match desk.story(&key, now).await {
        Err(error) => done.failed.push((key, error)),
        Ok(told) => {
            let keep = move |w: &mut Writer| {
                let gone = told.is_err().then(|| key.clone());
                let kept = keep_story(w, key, told, asked, now)?;
                // Nothing more will be told of it.
                if let Some(gone) = gone {
                    w.leave_unclear(&gone)?;
                }
                Ok(kept)
            };
            let kept = ledger.with(keep).await?;
            done.tickets = kept.tickets;
            done.conflicts = kept.conflicts;
        }
    }
    Ok(done)
}

/// Fetches the next texts that are not here, the newest first, of whichever tickets; those to
/// skip left out.
///
/// # Errors
/// As [`story`].
pub async fn texts<L: Ledger, D: Door>(
    ledger: &L,
    desk: &D,
    skip: &Skip,
    now: Instant,
) -> Result<Texts, StoreError> {
    let most = IN_BULK + skip.entries.len();
    let mut lacking = ledger.with(move |w| w.lacking(most)).await?;
    lacking.retain(|entry| !skip.entries.contains(entry));
    lacking.truncate(IN_BULK);
    let mut done = Texts::default();
    if lacking.is_empty() {
        return Ok(done);
    }
    loop {
        match desk.texts(&lacking, now).await {
            // One that the desk chokes on must not keep the others away.
            Err(error) if !error.kind.is_for_all() && lacking.len() > 1 => {
                lacking.truncate(lacking.len() / 2);
            }
            Err(error) if !error.kind.is_for_all() => {
                done.missing = lacking;
                return Ok(done);
            }
            Err(error) => {
                done.trouble = Some(error);
                return Ok(done);
            }
            Ok(told) => {
                lacking.retain(|entry| told.iter().all(|(told, _)| told != entry));
                (done.told, done.missing) = (told.len(), lacking);
                done.tickets = ledger.with(move |w| w.keep_texts(&told)).await?;
                return Ok(done);
            }
        }
    }
}

/// Fetches the next few tickets of which not all is here and it is worth having, side by side,
/// those to skip left out. Where texts come in bulk only the person's own are.
///
/// # Errors
/// As [`story`].
pub async fn ahead<L: Ledger, D: Door>(
    ledger: &L,
    desk: &D,
    skip: &Skip,
    policy: Ahead,
    now: Instant,
) -> Result<Fetched, StoreError> {
    let most = AHEAD + skip.tickets.len();
    let others = policy == Ahead::Live || !desk.abilities().texts_in_bulk;
    let mut wanted = ledger.with(move |w| w.wanted(others, most)).await?;
    wanted.retain(|key| !skip.tickets.contains(key));
    wanted.truncate(AHEAD);
    let mut answers = stream::iter(wanted)
        .map(|key| story(ledger, desk, key, now))
        .buffer_unordered(AHEAD);
    let mut done = Fetched::default();
    while let Some(one) = answers.next().await {
        done.add(one?);
    }
    Ok(done)
}

/// Asks anew for tickets of which nobody can say which of two answers is the newer one, one
/// after the other. What the desk does not tell singly, or chokes on, is left as it was told
/// last: it must not hold up the rest. Only a failure of the whole desk is given back.
///
/// # Errors
/// As [`story`].
pub(super) async fn unclear<L: Ledger, D: Door>(
    ledger: &L,
    desk: &D,
    now: Instant,
) -> Result<Fetched, StoreError> {
    let mut done = Fetched::default();
    for key in ledger.with(|w| w.unclear(ANEW)).await? {
        let mut one = story(ledger, desk, key, now).await?;
        for (key, _) in one.failed.extract_if(.., |(_, e)| !e.kind.is_for_all()) {
            ledger.with(move |w| w.leave_unclear(&key)).await?;
        }
        let for_all = !one.failed.is_empty();
        done.add(one);
        if for_all {
            break;
        }
    }
    Ok(done)
}

impl Fetched {
    fn add(&mut self, one: Self) {
        self.asked += one.asked;
        self.conflicts += one.conflicts;
        self.tickets.extend(one.tickets);
        self.failed.extend(one.failed);
    }
}
