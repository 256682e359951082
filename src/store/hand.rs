//! Hand-overs and returns: each is one batch, with what it means to what is handed over. Whoever takes the batch
//! back, or does it again, does the same with that: otherwise tickets would come back that nobody gave away.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::lay::{Scene, parse, to_json};
use super::{Committed, Reader, Result, StoreError, Writer, rows, thread};
use crate::domain::Instant;
use crate::domain::absence::{Absence, GiveBack, HandOver, Handed, Return, Since, give_back};
use crate::domain::change::BatchId;
use crate::domain::people::AgentId;
use crate::domain::thread::Thread;
use crate::domain::ticket::TicketId;

/// What a batch meant beside its changes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
enum Meant {
    /// Tickets were handed over.
    HandedOver {
        /// Which.
        handed: Handed,
        /// What was handed over for the same stretch before.
        before: Option<Handed>,
    },
    /// They were given back.
    GaveBack {
        /// Which.
        handed: Handed,
        /// The absence ended with it: as it was, and as it is since.
        ended: Option<Box<(Absence, Absence)>>,
    },
}

impl Meant {
    fn words(&self) -> String {
        match self {
            Self::HandedOver { handed, .. } => format!("the hand-over of {}", handed.who),
            Self::GaveBack { handed, .. } => format!("the return to {}", handed.who),
        }
    }
}

/// What of a batch was taken back, or done again.
#[derive(Debug, Clone, Copy)]
pub struct Turned<'a> {
    /// The tickets whose changes were.
    pub tickets: &'a [TicketId],
    /// So many changes it had.
    pub of: usize,
}

impl Turned<'_> {
    /// Others have changed all of it since.
    const fn is_nothing(self) -> bool {
        self.of > 0 && self.tickets.is_empty()
    }

    fn has(self, ticket: TicketId) -> bool {
        self.tickets.contains(&ticket)
    }
}

/// What would come back of what was handed over, and the conversations that say so.
fn look_back(conn: &Connection, handed: &Handed, now: Instant) -> Result<(Return, Vec<Thread>)> {
    let mut threads: Vec<Thread> = Vec::with_capacity(handed.tickets.len());
    for t in &handed.tickets {
        threads.extend(thread::thread(conn, t.ticket)?);
    }
    let since = |id| {
        let thread = threads.iter().find(|t| t.ticket.id == id)?;
        Some(Since {
            ticket: &thread.ticket,
            messages: &thread.messages,
            timeline: &thread.timeline,
        })
    };
    let found = give_back(handed, since, now);
    Ok((found, threads))
}

/// Of a hand-over those tickets that were taken back are not handed over any more; what was known of them, and
/// of what was left, before is known again.
fn without(
    mut open: Handed,
    act: &Handed,
    before: Option<&Handed>,
    back: Turned<'_>,
    now: Instant,
) -> Handed {
    let gone = |t: TicketId| back.has(t) && act.tickets.iter().any(|h| h.ticket == t);
    let was_kept = |t: &TicketId| before.is_some_and(|b| b.kept.contains(t));
    open.tickets.retain(|t| !gone(t.ticket));
    open.kept.retain(|t| was_kept(t) || !act.kept.contains(t));
    if let Some(before) = before {
        let again = before.tickets.iter().filter(|t| gone(t.ticket));
        open.tickets.extend(again.cloned());
        let again = before.kept.iter().filter(|t| gone(**t));
        open.kept.extend(again.copied());
    }
    // While it is on, what is passed on by itself must not move it again.
    if act.from <= now {
        let left = act.tickets.iter().map(|h| h.ticket).filter(|t| gone(*t));
        open.kept.extend(left);
    }
    open.kept.sort_unstable();
    open.kept.dedup();
    open
}

impl Scene<'_> {
    fn mean(&self, batch: BatchId, meant: &Meant) -> Result<()> {
        self.conn
            .prepare_cached("INSERT OR REPLACE INTO meant(batch, json) VALUES(?1,?2)")?
            .execute(params![
                batch.0.as_bytes().as_slice(),
                to_json("a hand-over", meant)?
            ])?;
        Ok(())
    }

    fn meant(&self, batch: &[u8]) -> Result<Option<Meant>> {
        let json: Option<String> = self
            .conn
            .prepare_cached("SELECT json FROM meant WHERE batch = ?1")?
            .query_row([batch], |r| r.get(0))
            .optional()?;
        json.map(|json| parse("a hand-over", &json)).transpose()
    }

    fn keep_hand_over(&self, batch: BatchId, handed: Handed) -> Result<()> {
        let before = self.handed(&handed.absence, handed.from)?;
        let all = match before.clone() {
            Some(before) => before.and(handed.clone()),
            None => handed.clone(),
        };
        self.keep_handed(&all)?;
        self.mean(batch, &Meant::HandedOver { handed, before })
    }

    /// Closes what is handed over, and ends the absence where it ends with it.
    fn keep_return(
        &self,
        batch: BatchId,
        mut handed: Handed,
        ended: Option<&Absence>,
        now: Instant,
    ) -> Result<()> {
        handed.back = Some(now);
        self.keep_handed(&handed)?;
        let mut was = None;
        if let Some(ended) = ended {
            let before = self.planned()?.into_iter().find(|a| a.id == ended.id);
            was = before.map(|before| Box::new((before, ended.clone())));
            self.plan_instead(ended, now)?;
        }
        self.mean(batch, &Meant::GaveBack { handed, ended: was })
    }

    fn plan_instead(&self, absence: &Absence, now: Instant) -> Result<()> {
        self.keep_planned(absence)?;
        self.tell_the_queue(now)
    }

    /// A batch was taken back: so is what it meant. Says what that was; none: it meant nothing, or nothing of it
    /// could be taken back.
    pub(super) fn mean_no_more(
        &self,
        batch: &[u8],
        back: Turned<'_>,
        now: Instant,
    ) -> Result<Option<String>> {
        let Some(meant) = self.meant(batch)? else {
            return Ok(None);
        };
        if back.is_nothing() {
            return Ok(None);
        }
        match &meant {
            Meant::HandedOver { handed, before } => {
                let Some(open) = self.handed(&handed.absence, handed.from)? else {
                    return Ok(None);
                };
                let mut open = without(open, handed, before.as_ref(), back, now);
                if before.is_none() && open.tickets.is_empty() {
                    if handed.from > now {
                        self.forget_handed(&open)?;
                        return Ok(Some(meant.words()));
                    }
                    // It began: that nothing is handed over is decided by now.
                    open.back = Some(now);
                    open.kept.clear();
                }
                self.keep_handed(&open)?;
            }
            Meant::GaveBack { handed, ended } => {
                if self.handed(&handed.absence, handed.from)?.is_some() {
                    return Ok(None);
                }
                let mut open = Handed {
                    back: None,
                    ..handed.clone()
                };
                // To and fro is no touch of anybody.
                for t in open.tickets.iter_mut().filter(|t| back.has(t.ticket)) {
                    t.at = Some(now);
                }
                self.keep_handed(&open)?;
                if let Some((before, after)) = ended.as_deref() {
                    self.plan_if_still(after, before, now)?;
                }
            }
        }
        Ok(Some(meant.words()))
    }

    /// Plans an absence otherwise, if nobody did so meanwhile.
    fn plan_if_still(&self, is: &Absence, to: &Absence, now: Instant) -> Result<()> {
        if self.planned()?.contains(is) {
            self.plan_instead(to, now)?;
        }
        Ok(())
    }

    /// A batch was done again, as another one: so is what it meant.
    pub(super) fn mean_again(
        &self,
        batch: &[u8],
        (fresh, by): (BatchId, &AgentId),
        again: Turned<'_>,
        now: Instant,
    ) -> Result<Option<String>> {
        let Some(meant) = self.meant(batch)? else {
            return Ok(None);
        };
        if again.is_nothing() {
            return Ok(None);
        }
        let words = meant.words();
        self.open_batch(fresh, by, now)?;
        match meant {
            Meant::HandedOver { mut handed, .. } => {
                handed.tickets.retain(|t| again.has(t.ticket));
                for t in &mut handed.tickets {
                    t.at = Some(now);
                }
                handed.at = now;
                self.keep_hand_over(fresh, handed)?;
            }
            Meant::GaveBack { handed, ended } => {
                let Some(open) = self.handed(&handed.absence, handed.from)? else {
                    return Ok(None);
                };
                let planned = self.planned()?;
                let still = ended.filter(|e| planned.contains(&e.0));
                self.keep_return(fresh, open, still.as_ref().map(|e| &e.1), now)?;
            }
        }
        Ok(Some(words))
    }

    /// Of a return that is done again: what somebody has touched since is not taken from them.
    pub(super) fn touched_since(&self, batch: &[u8], now: Instant) -> Result<Vec<TicketId>> {
        let Some(Meant::GaveBack { handed, .. }) = self.meant(batch)? else {
            return Ok(Vec::new());
        };
        let Some(open) = self.handed(&handed.absence, handed.from)? else {
            return Ok(handed.tickets.iter().map(|t| t.ticket).collect());
        };
        let (found, _) = look_back(self.conn, &open, now)?;
        Ok(found.stays.iter().map(|s| s.ticket).collect())
    }
}

impl Writer {
    /// Hands tickets over: the changes and what is known of them, or neither. What was handed over for
    /// the same stretch before stays known.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn hand_over(&mut self, over: &HandOver) -> Result<Committed> {
        self.scene(true, |s| {
            let mut done = s.commit(&over.changes, true)?;
            // Without a ticket too: what arrives later goes the same way, and it can be taken back.
            s.open_batch(over.batch, &over.by, over.handed.at)?;
            done.undo = Some(over.batch);
            s.keep_hand_over(over.batch, over.handed.clone())?;
            Ok(done)
        })
    }

    /// Gives tickets back: the changes and that they were given back, or neither; the absence may end
    /// in the same moment.
    ///
    /// # Errors
    /// As [`Self::commit`]; nothing is handed over, or somebody did something since it was looked at.
    pub fn take_back(&mut self, back: &GiveBack) -> Result<Committed> {
        let now = rows::whole_ms(back.at);
        self.scene(true, |s| {
            let Some(open) = s.handed(&back.handed.absence, back.handed.from)? else {
                return Err(StoreError::Refused(format!(
                    "nothing was handed over for {}; `deskhand absence apply` does",
                    back.handed.absence
                )));
            };
            let (found, _) = look_back(s.conn, &open, back.at)?;
            if found != back.looked {
                return Err(StoreError::Refused(
                    "tickets changed since this was looked at; look at the return again".into(),
                ));
            }
            let mut done = s.commit(&back.changes, true)?;
            s.open_batch(back.batch, &back.by, now)?;
            done.undo = Some(back.batch);
            s.keep_return(back.batch, open, back.ended.as_ref(), now)?;
            Ok(done)
        })
    }
}

impl Reader {
    /// What would come back of what was handed over, and the conversations that say so.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn look_back(&self, handed: &Handed, now: Instant) -> Result<(Return, Vec<Thread>)> {
        self.run(|| look_back(&self.conn, handed, now))
    }
}
