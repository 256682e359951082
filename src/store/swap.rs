//! Swaps of cover: what was asked, and what a yes does, in one transaction.

use rusqlite::{OptionalExtension, params};

use super::lay::{Scene, parse, to_json};
use super::{Committed, Reader, Result, StoreError, Writer};
use crate::domain::Instant;
use crate::domain::absence::{Absence, AbsenceId, Handed, Swap};
use crate::domain::change::Change;

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

impl Writer {
    /// Keeps what somebody asks.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn ask_swap(&mut self, swap: &Swap) -> Result<()> {
        self.scene(true, |s| s.keep_swap(swap))
    }

    /// Answers: the answer, the plan as it is then, and the tickets that go along, or nothing of it. What was
    /// handed over is told with the absence that it was handed over for.
    ///
    /// # Errors
    /// As [`Self::commit`]; it was answered meanwhile.
    pub fn answer_swap(
        &mut self,
        swap: &Swap,
        plan: &[Absence],
        (changes, handed): (&[Change], &[(AbsenceId, Handed)]),
        now: Instant,
    ) -> Result<Committed> {
        self.scene(true, |s| {
            s.is_open(swap)?;
            s.keep_swap(swap)?;
            // Two agreed: neither takes it back alone.
            let done = s.commit(changes, false)?;
            for (of, handed) in handed {
                let Some(mut open) = s.handed(of, handed.from)? else {
                    continue;
                };
                // A turn of a series is an absence by itself from now on.
                s.forget_handed(&open)?;
                open.absence = handed.absence.clone();
                s.keep_handed(&open.and(handed.clone()))?;
            }
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
