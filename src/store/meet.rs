//! Where a change of ours meets somebody else's: both are kept, the person chooses.

use rusqlite::{OptionalExtension, params};

use super::lay::{Scene, to_json};
use super::outbox::{set_stage, stage_of};
use super::rows::ms;
use super::{Asked, KeptPull, Result, StoreError, Undone, audit, put};
use crate::domain::Instant;
use crate::domain::change::{Act, Change, ChangeId, Stage};
use crate::domain::conflict::{Choice, Meeting, meeting, replies_meet, words};
use crate::domain::remote::{Told, ToldFields};
use crate::domain::text::Untrusted;
use crate::domain::ticket::{Ticket, TicketId};

/// What was told of a ticket just now, as our changes meet it.
pub struct ToldNow<'a> {
    /// The base as it was, with what of ours has arrived.
    pub mine: &'a Ticket,
    /// The base as it is.
    pub base: &'a Ticket,
    /// What was told of the fields.
    pub fields: Option<&'a ToldFields>,
    /// When colleagues have answered, as far as it was not known.
    pub replies: &'a [Instant],
}

impl Scene<'_> {
    /// Holds every open change that is not being sent against what was told; gives how many
    /// meet something. The caller projects the ticket.
    pub fn judge(&mut self, told: &ToldNow<'_>, now: Instant) -> Result<usize> {
        let open = super::outbox::staged(self.conn, told.base.id)?;
        let mut conflicts = 0;
        for (change, stage) in &open {
            match (stage, judged(change, *stage, &open, told)) {
                (_, Meeting::Free) => {}
                (Stage::InFlight, Meeting::Conflict) => self.remember_theirs(change, told.base)?,
                (Stage::InFlight, Meeting::There) => self.forget_theirs(change)?,
                // One before it may still arrive and change it.
                (_, Meeting::There) if is_behind(change, &open) => {}
                (_, Meeting::There) => self.is_there(change, now)?,
                (stage, Meeting::Conflict) => {
                    self.set_conflict(change, told.base, now)?;
                    conflicts += usize::from(*stage == Stage::Waiting);
                }
            }
        }
        self.refresh_replies(told.base.id)?;
        Ok(conflicts)
    }

    /// The desk has it so without our doing: nothing of ours happened there.
    fn is_there(&mut self, change: &Change, now: Instant) -> Result<()> {
        self.drop_turn(change)?;
        self.forget_theirs(change)?;
        self.confirm_as(change.id, None, true, now)?;
        Ok(())
    }

    fn forget_theirs(&self, change: &Change) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE outbox SET theirs = NULL WHERE id = ?1")?
            .execute([change.id.0.as_bytes().as_slice()])?;
        Ok(())
    }

    /// Nobody knows yet whether it has arrived: if it has not, it meets this and must not go
    /// over it, though the base has it by then.
    fn remember_theirs(&self, change: &Change, base: &Ticket) -> Result<()> {
        let theirs = words(&change.act, base);
        self.conn
            .prepare_cached("UPDATE outbox SET theirs = ?2 WHERE id = ?1")?
            .execute(params![
                change.id.0.as_bytes().as_slice(),
                theirs.as_ref().map_or("", |t| t.raw())
            ])?;
        Ok(())
    }

    /// It waits for the person, with what stands there instead.
    fn set_conflict(&self, change: &Change, base: &Ticket, now: Instant) -> Result<()> {
        let theirs = match &change.act {
            Act::Say { .. } => self.latest_reply(change.ticket)?,
            act => words(act, base),
        };
        let was = stage_of(self.conn, change.id)?.map(|(_, stage)| stage);
        self.conn
            .prepare_cached("UPDATE outbox SET stage = 5, theirs = ?2 WHERE id = ?1")?
            .execute(params![
                change.id.0.as_bytes().as_slice(),
                theirs.as_ref().map(|t| t.raw())
            ])?;
        if was != Some(Stage::Conflict) {
            self.note(change, "meets", now)?;
        }
        Ok(())
    }

    fn note(&self, change: &Change, what: &str, now: Instant) -> Result<()> {
        let (by, id) = (change.by.as_str(), change.id.0.to_string());
        audit::add(self.conn, now, by, Some(change.ticket), what, &id)
    }

    /// The text of the newest public reply of a colleague, if it is here.
    fn latest_reply(&self, ticket: TicketId) -> Result<Option<Untrusted>> {
        let found: Option<(String, bool)> = self
            .conn
            .prepare_cached(
                "SELECT body, missing FROM message WHERE ticket = ?1 AND visibility = 1 AND side IN (2, 3) AND remote IS NOT NULL
                   AND author IS NOT ?2 ORDER BY at DESC LIMIT 1",
            )?
            .query_row(params![ticket.0, self.rules.me.as_str()], |r| {
                Ok((r.get(0)?, r.get(1)?))
            })
            .optional()?;
        Ok(found
            .filter(|(_, missing)| !missing)
            .map(|(body, _)| Untrusted::new(body)))
    }

    /// A reply's text may come later than the news of it.
    fn refresh_replies(&self, ticket: TicketId) -> Result<()> {
        let Some(text) = self.latest_reply(ticket)? else {
            return Ok(());
        };
        self.conn
            .prepare_cached(
                "UPDATE outbox SET theirs = ?2 WHERE ticket = ?1 AND stage = 5 AND json ->> '$.act.act' = 'say'",
            )?
            .execute(params![ticket.0, text.raw()])?;
        Ok(())
    }

    /// It meets a change of somebody else, as the desk has told it: that is kept too. None: what
    /// was told since may be newer, and whether it meets that is to be looked at.
    pub fn meets(
        &mut self,
        id: ChangeId,
        theirs: &Told,
        asked: Asked,
        now: Instant,
    ) -> Result<Option<Vec<TicketId>>> {
        let mut kept = KeptPull::default();
        let unclear = match put::by_key(self.conn, &theirs.key)? {
            Some(ticket) => self.is_unclear(ticket, asked)?,
            None => false,
        };
        let order = self.order(asked)?;
        self.keep_told(theirs, order, now, &mut kept)?;
        if unclear {
            return Ok(None);
        }
        if let Some((change, stage)) = stage_of(self.conn, id)?
            && matches!(stage, Stage::Waiting | Stage::InFlight)
        {
            let base = self.base(&self.ticket(change.ticket)?)?;
            self.set_conflict(&change, &base, now)?;
            kept.tickets.push(change.ticket);
        }
        super::outbox::tidy(&mut kept.tickets);
        Ok(Some(kept.tickets))
    }

    /// What was refused, or meets something, waits again and is laid over its ticket again.
    pub fn retry(&mut self, id: ChangeId, now: Instant) -> Result<Vec<TicketId>> {
        match stage_of(self.conn, id)? {
            // What waits is held back until then: not any more.
            Some((change, Stage::Waiting | Stage::Conflict)) => {
                self.wait_again(&change)?;
                self.note(&change, "retry", now)?;
                Ok(vec![change.ticket])
            }
            Some((change, Stage::Refused)) => self.lay_again(change, now),
            _ => Ok(Vec::new()),
        }
    }

    fn lay_again(&mut self, mut change: Change, now: Instant) -> Result<Vec<TicketId>> {
        let Ok(before) = self.ticket(change.ticket) else {
            return Err(StoreError::Refused(
                "its ticket is not at the desk any more; copy what is of use, or take the change back".into(),
            ));
        };
        if let Some(why) = self.against(&change, &before)? {
            return Err(StoreError::Refused(why));
        }
        if self.base_is_missing(change.ticket)? {
            self.keep_base(&before)?;
        }
        (change.at, change.base) = (now, before.version);
        let mut also = self.lay(&mut change, &before)?;
        self.wait_again(&change)?;
        self.take_inverse(&change, &before)?;
        self.project(change.ticket)?;
        self.reindex(&also)?;
        self.note(&change, "retry", now)?;
        also.push(change.ticket);
        super::outbox::tidy(&mut also);
        Ok(also)
    }

    /// What takes it back is told by what it is laid over now. A tie knows already.
    fn take_inverse(&self, change: &Change, before: &Ticket) -> Result<()> {
        if matches!(change.act, Act::Link { .. } | Act::Unlink { .. }) {
            return Ok(());
        }
        let inverse = change.act.inverse(before);
        let inverse = inverse.map(|i| to_json("an act", &i)).transpose()?;
        self.conn
            .prepare_cached("UPDATE outbox SET inverse = ?2 WHERE id = ?1")?
            .execute(params![change.id.0.as_bytes().as_slice(), inverse])?;
        Ok(())
    }

    /// It may be sent at once, in its old place.
    fn wait_again(&self, change: &Change) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE outbox SET stage = 1, reason = CASE WHEN reason = 'undone' THEN reason END, theirs = NULL, not_before = NULL, at = ?3, json = ?2 WHERE id = ?1")?
            .execute(params![
                change.id.0.as_bytes().as_slice(),
                to_json("a change", change)?,
                ms(change.at)
            ])?;
        Ok(())
    }

    /// Takes one change back that the desk does not have; its text becomes a draft again.
    pub fn take_back(&mut self, id: ChangeId, now: Instant) -> Result<Undone> {
        let mut done = Undone {
            what: "Nothing was taken back".to_owned(),
            tickets: Vec::new(),
            text_back: None,
            done: 0,
        };
        let Some((change, stage)) = stage_of(self.conn, id)? else {
            return Ok(done);
        };
        if !matches!(stage, Stage::Waiting | Stage::Refused | Stage::Conflict) {
            return Ok(done);
        }
        self.note(&change, "withdraw", now)?;
        let field = change.act.field();
        done.done = 1;
        self.forget_theirs(&change)?;
        let Ok(shown) = self.ticket(change.ticket) else {
            set_stage(self.conn, id, Stage::Withdrawn, None)?;
            done.what = format!("Took back the {field}; its text stays in the outbox");
            return Ok(done);
        };
        if stage == Stage::Refused {
            set_stage(self.conn, id, Stage::Withdrawn, None)?;
            done.tickets.push(change.ticket);
        } else {
            self.remember_event(&change)?;
            done.tickets = self.withdraw(&change, Stage::Withdrawn, None)?;
            super::outbox::tidy(&mut done.tickets);
        }
        done.text_back = self.text_back(change.ticket, &change, now)?;
        done.what = format!("Took back the {field} of {}", shown.key);
        Ok(done)
    }

    /// What the person decides about a change that meets somebody else's.
    pub fn choose(&mut self, id: ChangeId, choice: Choice, now: Instant) -> Result<Undone> {
        let nothing = Undone {
            what: "Nothing was decided".to_owned(),
            tickets: Vec::new(),
            text_back: None,
            done: 0,
        };
        let Some((mut change, Stage::Conflict)) = stage_of(self.conn, id)? else {
            return Ok(nothing);
        };
        let says = matches!(change.act, Act::Say { .. });
        match choice {
            Choice::Theirs => return self.take_back(id, now),
            Choice::Both if !says => {
                return Err(StoreError::Refused(format!(
                    "the {} of a ticket cannot be both; choose yours or theirs",
                    change.act.field()
                )));
            }
            Choice::Mine | Choice::Both => {}
        }
        let shown = self.ticket(change.ticket)?;
        change.base = self.base(&shown)?.version;
        if says {
            self.say_now(&mut change, now)?;
        }
        self.wait_again(&change)?;
        self.project(change.ticket)?;
        self.note(&change, "choose", now)?;
        Ok(Undone {
            what: format!(
                "The {} of {} goes {} theirs",
                change.act.field(),
                shown.key,
                if says { "after" } else { "over" }
            ),
            tickets: vec![change.ticket],
            done: 1,
            ..nothing
        })
    }

    /// It is said after what it met, which it does not meet again; the desk's clock may be ahead.
    fn say_now(&self, change: &mut Change, now: Instant) -> Result<()> {
        let latest: Option<i64> = self
            .conn
            .prepare_cached("SELECT max(at) FROM message WHERE ticket = ?1 AND waiting = 0")?
            .query_row([change.ticket.0], |r| r.get(0))?;
        change.at = latest.map_or(now, |at| now.max(super::rows::at(at)));
        self.conn
            .prepare_cached("UPDATE message SET at = ?2 WHERE change = ?1")?
            .execute(params![change.id.0.as_bytes().as_slice(), ms(change.at)])?;
        Ok(())
    }
}

/// Whether it is the last wish for a field of which another change is being sent. Those in
/// between are done with: they would only go over what is there and be gone over themselves.
fn is_behind(change: &Change, open: &[(Change, Stage)]) -> bool {
    let field = change.act.field();
    let mut same = open.iter().filter(|(c, _)| c.act.field() == field);
    same.clone()
        .next_back()
        .is_some_and(|(c, _)| c.id == change.id)
        && same.any(|(_, stage)| *stage == Stage::InFlight)
}

/// How one change meets what was told. Of several that wait to change one field, the last is
/// what the person wants: the others go the same way. What is being sent goes its own.
fn judged(change: &Change, stage: Stage, open: &[(Change, Stage)], told: &ToldNow<'_>) -> Meeting {
    let replied = told.replies.iter().any(|at| *at > change.at);
    if stage == Stage::Waiting && replies_meet(&change.act, replied) {
        return Meeting::Conflict;
    }
    let Some(fields) = told.fields else {
        return Meeting::Free;
    };
    let same = |c: &&(Change, Stage)| c.0.act.field() == change.act.field();
    let last = open.iter().rfind(same).map_or(&change.act, |(c, _)| &c.act);
    let wanted = match stage {
        Stage::InFlight => &change.act,
        _ => last,
    };
    match meeting(wanted, told.mine, fields) {
        // It meets something until the person has chosen; what stands there may have changed again.
        Meeting::Free if stage == Stage::Conflict && !matches!(change.act, Act::Say { .. }) => {
            Meeting::Conflict
        }
        met => met,
    }
}
