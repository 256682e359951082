//! Passing on what arrives for somebody who is away: looked at and done in one transaction, so that of two
//! windows that look at the same moment only one finds something.

use super::away::{loads, tickets_of};
use super::lay::{Scene, parse};
use super::{Result, Writer};
use crate::domain::Instant;
use crate::domain::absence::{Absence, Handed, Held};
use crate::domain::people::{self, Agent, AgentId};
use crate::domain::ticket::{Ticket, TicketId};

/// What a decision is made from.
#[derive(Debug, Clone)]
pub struct Roll {
    /// Everybody whom the desk knows.
    pub agents: Vec<Agent>,
    /// All absences, those that a desk tells of included.
    pub absences: Vec<Absence>,
    /// What is handed over and not given back.
    pub handed: Vec<Handed>,
    /// How many live tickets everybody has.
    pub loads: Vec<(AgentId, usize)>,
    /// The live tickets of those for whom something is handed over.
    pub tickets: Vec<(AgentId, Vec<Ticket>)>,
}

impl Scene<'_> {
    fn all<T: serde::de::DeserializeOwned>(&self, what: &'static str, sql: &str) -> Result<Vec<T>> {
        let mut stmt = self.conn.prepare_cached(sql)?;
        let found = stmt.query_map([], |r| r.get::<_, String>(0))?;
        found.map(|json| parse(what, &json?)).collect()
    }

    fn roll(&self, handed: Vec<Handed>, now: Instant) -> Result<Roll> {
        let mut absences = self.planned()?;
        let told: Vec<people::Absence> = self.all(
            "an absence",
            "SELECT json FROM absence WHERE NOT planned ORDER BY until",
        )?;
        absences.extend(told.iter().map(Absence::of_desk));
        let mut who: Vec<AgentId> = handed.iter().map(|h| h.who.clone()).collect();
        who.sort_unstable();
        who.dedup();
        let mut tickets = Vec::with_capacity(who.len());
        for who in who {
            let mut own = tickets_of(self.conn, &who, now)?;
            own.retain(|t| t.status.is_live());
            tickets.push((who, own));
        }
        Ok(Roll {
            agents: self.all("an agent", "SELECT json FROM agent ORDER BY id")?,
            absences,
            handed,
            loads: loads(self.conn)?,
            tickets,
        })
    }
}

impl Writer {
    /// Passes on what `act` says, with what is known of it for the return; names the tickets that look
    /// different. Nobody's undo takes it back: nobody did it. Where nothing is handed over nothing is asked.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn hold(
        &mut self,
        now: Instant,
        act: impl FnOnce(&Roll) -> Vec<Held>,
    ) -> Result<(Vec<TicketId>, Vec<Held>)> {
        if self.open_handed()? == 0 {
            return Ok((Vec::new(), Vec::new()));
        }
        self.scene(true, |s| {
            let handed: Vec<Handed> =
                s.all("a hand-over", "SELECT json FROM handed WHERE back IS NULL")?;
            let held = act(&s.roll(handed, now)?);
            let mut tickets = Vec::new();
            for held in &held {
                tickets.extend(s.commit(&held.changes, false)?.tickets);
                if held.handed.tickets.is_empty() {
                    continue;
                }
                if let Some(before) = s.handed(&held.handed.absence, held.handed.from)? {
                    s.keep_handed(&before.and(held.handed.clone()))?;
                }
            }
            Ok((tickets, held))
        })
    }

    fn open_handed(&self) -> Result<i64> {
        Ok(self
            .conn
            .prepare_cached("SELECT count(*) FROM handed WHERE back IS NULL")?
            .query_row([], |r| r.get(0))?)
    }
}
