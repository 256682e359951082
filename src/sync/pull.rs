//! One step of asking what is new.

use super::ledger::{Ledger, in_parts};
use super::stories;
use crate::desk::{DeskError, Door};
use crate::domain::Instant;
use crate::domain::remote::{Cursor, Pulled};
use crate::domain::ticket::TicketId;
use crate::store::{Asked, StoreError};

/// What a step of a pull did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PulledRound {
    /// Tickets that look different now.
    pub tickets: Vec<TicketId>,
    /// Agents, tenants, Workspaces or labels changed.
    pub names: bool,
    /// Changes of ours that meet somebody else's since.
    pub conflicts: usize,
    /// The desk had something to tell.
    pub brought: bool,
    /// The next step has more to tell at once.
    pub more: bool,
    /// How many of how many tickets a first pull has told; none: that is over.
    pub progress: Option<(u64, u64)>,
    /// Why nothing was told.
    pub trouble: Option<DeskError>,
}

/// Asks the desk for the next step and keeps it, after what has to be asked for anew. Where
/// nothing is told and the place is the same, nothing is written.
///
/// # Errors
/// The store cannot be read or written. What the desk says is not an error: it is in the
/// round.
pub async fn pull<L: Ledger, D: Door>(
    ledger: &L,
    desk: &D,
    now: Instant,
) -> Result<PulledRound, StoreError> {
    let mut round = PulledRound::default();
    let anew = stories::unclear(ledger, desk, now).await?;
    round.tickets = anew.tickets;
    round.conflicts = anew.conflicts;
    if let Some((_, error)) = anew.failed.into_iter().next() {
        round.trouble = Some(error);
        return Ok(round);
    }
    let (from, asked) = ledger.with(|w| Ok((w.cursor()?, w.asks()?))).await?;
    let step = match desk.pull(from.as_ref(), now).await {
        Ok(step) => step,
        Err(error) => {
            round.trouble = Some(error);
            return Ok(round);
        }
    };
    let brought = !step.tickets.is_empty() || !step.gone.is_empty();
    round = PulledRound {
        brought,
        // A desk that stays where it is and has more would be asked for ever.
        more: step.more && from.as_ref() != Some(&step.cursor),
        progress: step.progress,
        ..round
    };
    let all_told = !round.more;
    if brought || step.names.is_some() || from.as_ref() != Some(&step.cursor) {
        keep(ledger, step, from, asked, now, &mut round).await?;
    }
    if all_told {
        ledger.with(move |w| w.note_synced(brought, now)).await?;
    }
    Ok(round)
}

async fn keep<L: Ledger>(
    ledger: &L,
    step: Pulled,
    from: Option<Cursor>,
    asked: Asked,
    now: Instant,
    round: &mut PulledRound,
) -> Result<(), StoreError> {
    for part in in_parts(step, from) {
        let kept = ledger.with(move |w| w.keep(&part, asked, now)).await?;
        round.tickets.extend(kept.tickets);
        round.names |= kept.names;
        round.conflicts += kept.conflicts;
    }
    round.tickets.sort();
    round.tickets.dedup();
    Ok(())
}
