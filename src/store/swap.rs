//! Swaps of cover: what was asked, and what a yes does, in one transaction.

use rusqlite::{OptionalExtension, params};

use super::lay::{Scene, parse, to_json};
use super::outbox::identity;
use super::{Committed, Reader, Result, StoreError, Writer};
use crate::domain::Instant;
use crate::domain::absence::{Fields, Moves, Swap, Swapped};
use crate::domain::change::{Act, BatchId, Change, ChangeId};
use crate::domain::people::AgentId;

impl Scene<'_> {
    fn keep_swap(&self, swap: &Swap) -> Result<()> {
        self.conn
            .prepare_cached("INSERT OR REPLACE INTO swap(id, json) VALUES(?1,?2)")?
            .execute(params![swap.id.0, to_json("a swap", swap)?])?;
        Ok(())
    }

    /// An ask that was answered meanwhile is not answered again.
    fn is_open(&self, swap: &Swap) -> Result<()> {
        let json: Option<String> = self
            .conn
            .prepare_cached("SELECT json FROM swap WHERE id = ?1")?
            .query_row([&swap.id.0], |r| r.get(0))
            .optional()?;
        let kept: Option<Swap> = json.map(|json| parse("a swap", &json)).transpose()?;
        match kept {
            Some(kept) if kept.answered.is_none() => Ok(()),
            _ => Err(StoreError::Refused(format!(
                "{} was answered meanwhile; `deskhand absence swap list --all` shows how",
                swap.id
            ))),
        }
    }
}

impl Scene<'_> {
    /// What was handed over for a turn and is still with the one goes to the other, and stays known for the return.
    fn go_along(&self, moves: &Moves, by: &AgentId, now: Instant) -> Result<Vec<Change>> {
        let Some(mut open) = self.handed(&moves.absence, moves.begun)? else {
            return Ok(Vec::new());
        };
        // A turn of a series is an absence by itself from now on.
        self.forget_handed(&open)?;
        open.absence = moves.becomes.clone();
        let batch = BatchId(identity(now));
        let mut changes = Vec::new();
        for t in open.tickets.iter_mut().filter(|t| t.to == moves.from) {
            let Ok(ticket) = self.ticket(t.ticket) else {
                continue;
            };
            if ticket.assignee.as_ref() != Some(&moves.from) || !ticket.status.is_live() {
                continue;
            }
            changes.push(Change {
                id: ChangeId(identity(now)),
                batch,
                ticket: ticket.id,
                at: now,
                by: by.clone(),
                base: ticket.version,
                not_before: None,
                act: Act::Assign {
                    to: Some(moves.to.clone()),
                },
            });
            t.to = moves.to.clone();
            t.fields = Fields::of(&ticket);
            t.at = Some(now);
        }
        self.keep_handed(&open)?;
        Ok(changes)
    }
}

impl Writer {
    /// Keeps what somebody asks.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn ask_swap(&mut self, swap: &Swap) -> Result<()> {
        self.scene(true, |s| s.keep_swap(swap))
    }

    /// Answers: the answer, the plan as it is then, and the tickets that go along, or nothing of it.
    ///
    /// # Errors
    /// As [`Self::commit`]; it was answered meanwhile.
    pub fn answer_swap(
        &mut self,
        swap: &Swap,
        swapped: &Swapped,
        by: &AgentId,
        now: Instant,
    ) -> Result<Committed> {
        self.scene(true, |s| {
            s.is_open(swap)?;
            s.keep_swap(swap)?;
            let mut changes = Vec::new();
            for moves in &swapped.moves {
                changes.extend(s.go_along(moves, by, now)?);
            }
            // Two agreed: neither takes it back alone.
            let done = s.commit(&changes, false)?;
            let plan = &swapped.put;
            for absence in plan {
                s.keep_planned(absence)?;
            }
            if !plan.is_empty() {
                s.tell_the_queue(now)?;
            }
            Ok(done)
        })
    }
}

impl Reader {
    /// All swaps that were asked for, the latest first.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn swaps(&self) -> Result<Vec<Swap>> {
        let mut all: Vec<Swap> = self.run(|| self.stored("a swap", "SELECT json FROM swap"))?;
        all.sort_by(|a, b| (b.at, &a.id).cmp(&(a.at, &b.id)));
        Ok(all)
    }
}
