//! Which of two answers of a desk is the newer one. Answers overtake each other, and clocks differ
//! and are set back: what counts is what had been kept here when a question was asked. An
//! answer is newer than that. What was kept while it was under way may be older or newer than
//! it: then nobody knows, and the ticket is asked for anew.

use rusqlite::{Connection, OptionalExtension, params};

use super::lay::Scene;
use super::{Result, Writer};
use crate::domain::change::ChangeId;
use crate::domain::ticket::{TicketId, TicketKey};

/// How much had been kept of a desk when it was asked: [`Writer::asks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked(i64);

/// An answer on its way into the store.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// When its question was asked.
    pub asked: Asked,
    /// The number that it is kept under.
    pub turn: i64,
}

impl Scene<'_> {
    /// An answer to a question that was asked then is kept now.
    pub fn order(&self, asked: Asked) -> Result<Order> {
        let turn = self
            .conn
            .prepare_cached(
                "INSERT INTO meta VALUES('kept', '1') ON CONFLICT(key) DO UPDATE SET value = CAST(value AS INTEGER) + 1
                 RETURNING CAST(value AS INTEGER)",
            )?
            .query_row([], |r| r.get(0))?;
        Ok(Order { asked, turn })
    }

    /// Something of that ticket was kept since the question was asked.
    pub fn is_unclear(&self, id: TicketId, asked: Asked) -> Result<bool> {
        Ok(self
            .conn
            .prepare_cached("SELECT EXISTS(SELECT 1 FROM told WHERE ticket = ?1 AND kept > ?2)")?
            .query_row(params![id.0, asked.0], |r| r.get(0))?)
    }

    /// A change is in the base from now on. `unclear`: nobody knows whether it was there before.
    pub fn keep_in_order(&self, id: TicketId, order: Order, unclear: bool) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE told SET kept = ?2, again = max(again, ?3) WHERE ticket = ?1")?
            .execute(params![id.0, order.turn, unclear])?;
        Ok(())
    }

    /// How much was kept when a change began to be sent.
    pub fn begun(&self, id: ChangeId) -> Result<Asked> {
        let begun: Option<Option<i64>> = self
            .conn
            .prepare_cached("SELECT begun FROM outbox WHERE id = ?1")?
            .query_row([id.0.as_bytes().as_slice()], |r| r.get(0))
            .optional()?;
        Ok(Asked(begun.flatten().unwrap_or(0)))
    }
}

/// How much was kept of the desk up to now.
pub fn kept(conn: &Connection) -> Result<Asked> {
    let kept: Option<i64> = conn
        .prepare_cached("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'kept'")?
        .query_row([], |r| r.get(0))
        .optional()?;
    Ok(Asked(kept.unwrap_or(0)))
}

/// The number of a moment, as it is stored with what begins then.
pub const fn code(asked: Asked) -> i64 {
    asked.0
}

impl Writer {
    /// The desk is asked something now. What it answers is kept with this, so that an answer
    /// that was overtaken does not go over a newer one.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn asks(&self) -> Result<Asked> {
        self.run(|| kept(&self.conn))
    }

    /// Tickets of which nobody can say which of two answers is the newer one: to be asked for
    /// anew, a few at a time.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn unclear(&self, limit: usize) -> Result<Vec<TicketKey>> {
        self.run(|| {
            let mut stmt = self.conn.prepare_cached(
                "SELECT t.key FROM told d INDEXED BY told_again JOIN ticket t ON t.id = d.ticket WHERE d.again = 1 LIMIT ?1",
            )?;
            let most = i64::try_from(limit).unwrap_or(i64::MAX);
            let keys: Vec<String> = stmt
                .query_map([most], |r| r.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(keys.iter().filter_map(|k| TicketKey::parse(k).ok()).collect())
        })
    }

    /// The desk does not tell of that ticket alone: what it told last stays.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn leave_unclear(&mut self, key: &TicketKey) -> Result<()> {
        self.run(|| {
            self.conn
                .prepare_cached(
                    "UPDATE told SET again = 0 WHERE ticket = (SELECT id FROM ticket WHERE key = ?1)",
                )?
                .execute([key.as_str()])?;
            Ok(())
        })
    }
}
