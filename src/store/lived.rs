//! What follows from all that is known to have happened to a ticket of a desk over a network:
//! its clocks, whose turn it is, how often it changed hands. It is derived anew from what is
//! kept whenever something comes, so that the order in which it comes means nothing.

use chrono::TimeDelta;
use rusqlite::{OptionalExtension, params};

use super::lay::{Scene, clock_event};
use super::outbox::changes;
use super::{Result, put, rows};
use crate::domain::Instant;
use crate::domain::change::Act;
use crate::domain::sla::{Side, SlaEvent, What};
use crate::domain::ticket::{Status, Ticket, TicketId, Turn};

/// The first public message is the creation itself if it is not later than so after it.
const OPENING: TimeDelta = TimeDelta::seconds(60);

impl Scene<'_> {
    /// Derives the clocks' history, and the turn and the hand-overs of the base; true if the
    /// history is another than before.
    pub fn relive(&self, base: &mut Ticket) -> Result<bool> {
        let id = base.id;
        let said = self.public_messages(id)?;
        let (first, opened) = self.beginning(base, said.first().map(|(_, side)| *side))?;
        base.turn = match said.last() {
            Some((_, Side::Requester)) => Turn::Ours,
            Some((_, Side::Agent)) => Turn::Theirs,
            None if opened == Side::Requester => Turn::Ours,
            None => Turn::Nobody,
        };
        base.reassignments = self.hand_overs(id)?;
        let mut events = self.moves(id)?;
        let opening = said
            .first()
            .is_some_and(|(at, _)| *at <= base.created + OPENING);
        events.extend(said.iter().skip(usize::from(opening)).map(|(at, side)| {
            let what = match side {
                Side::Requester => What::RequesterMessage,
                Side::Agent => What::AgentReply,
            };
            SlaEvent { at: *at, what }
        }));
        events.sort_by_key(|e| (e.at, put::what_code(e.what)));
        let known = put::history(self.conn, base.clone())?;
        if (known.opened_by, known.first_status) == (opened, first) && known.events == events {
            return Ok(false);
        }
        put::write_history(self.conn, id, opened, first, &events)?;
        Ok(true)
    }

    /// Public messages that the desk has, oldest first. What the desk says by itself is no answer.
    fn public_messages(&self, id: TicketId) -> Result<Vec<(Instant, Side)>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT at, side FROM message WHERE ticket = ?1 AND visibility = 1 AND waiting = 0 AND side IN (1, 2, 3) ORDER BY at",
        )?;
        let found = stmt.query_map([id.0], |r| {
            let side = match r.get::<_, i64>(1)? {
                1 => Side::Requester,
                _ => Side::Agent,
            };
            Ok((rows::at(r.get(0)?), side))
        })?;
        let mut said: Vec<(Instant, Side)> = found.collect::<rusqlite::Result<_>>()?;
        // What lies in one moment is in the same order, whichever was told first.
        said.sort_by_key(|(at, side)| (*at, *side == Side::Agent));
        Ok(said)
    }

    /// The status it began with and who opened it. Where that was not told, the earliest change
    /// that was says what it had been; without any, it has always been as it is: a clock that
    /// would run for want of a history is a false alarm.
    fn beginning(&self, base: &Ticket, first_word: Option<Side>) -> Result<(Status, Side)> {
        let told: Option<(Option<i64>, Option<i64>)> = self
            .conn
            .prepare_cached("SELECT first_status, opened_by FROM told WHERE ticket = ?1")?
            .query_row([base.id.0], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?;
        let (first, opened) = told.unwrap_or_default();
        let was: Option<i64> = self
            .conn
            .prepare_cached("SELECT was FROM timeline WHERE ticket = ?1 AND was IS NOT NULL ORDER BY at LIMIT 1")?
            .query_row([base.id.0], |r| r.get(0))
            .optional()?;
        let first = first.or(was).and_then(Status::from_code);
        let opened = match opened {
            Some(2) => Side::Agent,
            Some(_) => Side::Requester,
            None => first_word.unwrap_or(Side::Requester),
        };
        Ok((first.unwrap_or(base.status), opened))
    }

    /// Changes from one person to another, those of ours that the desk has among them.
    fn hand_overs(&self, id: TicketId) -> Result<u32> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT count(*) FROM timeline WHERE ticket = ?1 AND field = 'assignee' AND old IS NOT NULL AND new IS NOT NULL
                   AND old <> new AND (change IS NULL OR EXISTS (SELECT 1 FROM outbox o WHERE o.id = timeline.change AND o.stage = 3))",
            )?
            .query_row(params![id.0], |r| r.get(0))?)
    }

    /// Changes of the status and of the clocks' owner: told ones, and those of ours that the desk has and has not told yet.
    fn moves(&self, id: TicketId) -> Result<Vec<SlaEvent>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT at, became FROM timeline WHERE ticket = ?1 AND became IS NOT NULL ORDER BY at",
        )?;
        let mut found = stmt.query([id.0])?;
        let mut out = Vec::new();
        while let Some(r) = found.next()? {
            if let Some(what) = put::what_of(r.get(1)?) {
                let at = rows::at(r.get(0)?);
                out.push(SlaEvent { at, what });
            }
        }
        let own = changes(
            self.conn,
            "ticket = ?1 AND stage = 3
               AND EXISTS (SELECT 1 FROM timeline t WHERE t.change = outbox.id AND t.remote IS NULL) ORDER BY seq",
            [id.0],
        )?;
        let own = own.iter().filter(|c| !matches!(c.act, Act::Say { .. }));
        out.extend(own.filter_map(clock_event));
        Ok(out)
    }
}
