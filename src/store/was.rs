//! Taking back what was done to registers and articles.
//!
//! Only the latest acts are remembered: what somebody took away because it should be gone must
//! not lie here for long. What another act has touched since stays as that one left it.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::lay::Scene;
use super::{Result, Writer, article, audit, register};
use crate::domain::Instant;
use crate::domain::people::AgentId;

/// So many acts can be taken back.
const MOST: i64 = 20;

/// What the acts were done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remembered {
    /// Rows of the registers.
    Registers,
    /// Articles.
    Articles,
}

/// What was taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// The names of what is as it was.
    pub back: Vec<String>,
    /// The names of what somebody has changed since, and which stays.
    pub stays: Vec<String>,
}

impl Writer {
    /// Takes back this person's latest act on registers, or on articles; none: there is none
    /// that is remembered.
    ///
    /// # Errors
    /// As all writes: no room, no permission, damage, another writer.
    pub fn put_back(
        &mut self,
        kept: Remembered,
        by: &AgentId,
        now: Instant,
    ) -> Result<Option<TakenBack>> {
        self.scene(true, |s| s.put_back(kept, by, now))
    }
}

/// The number of the next act.
pub(super) fn next_batch(conn: &Connection) -> Result<i64> {
    let last: Option<i64> = conn
        .prepare_cached("SELECT max(batch) FROM was")?
        .query_row([], |r| r.get(0))?;
    Ok(last.unwrap_or(0) + 1)
}

/// Remembers what became of a row, and forgets the oldest acts.
pub(super) fn remember(
    conn: &Connection,
    batch: i64,
    (what, key): (&str, &str),
    (was, became): (Option<&str>, Option<&str>),
    by: &AgentId,
) -> Result<()> {
    // A row that one act touches twice was, before it, what it was the first time.
    conn.prepare_cached(
        "INSERT INTO was VALUES(?1,?2,?3,?4,?5,?6) ON CONFLICT(batch, what, key) DO UPDATE SET became = excluded.became",
    )?
    .execute(params![batch, what, key, was, became, by.as_str()])?;
    conn.prepare_cached("DELETE FROM was WHERE batch <= ?1")?
        .execute([batch - MOST])?;
    Ok(())
}

/// An act as it is remembered: what, key, was, became.
type Row = (String, String, Option<String>, Option<String>);

impl Scene<'_> {
    fn put_back(
        &mut self,
        kept: Remembered,
        by: &AgentId,
        now: Instant,
    ) -> Result<Option<TakenBack>> {
        let articles = kept == Remembered::Articles;
        let batch: Option<i64> = self
            .conn
            .prepare_cached(
                "SELECT batch FROM was WHERE by = ?1 AND (what = ?2) = ?3 ORDER BY batch DESC LIMIT 1",
            )?
            .query_row(params![by.as_str(), article::WHAT, articles], |r| r.get(0))
            .optional()?;
        let Some(batch) = batch else {
            return Ok(None);
        };
        let mut done = TakenBack::default();
        for (what, key, was, became) in self.rows(batch)? {
            let is = if articles {
                article::kept(self.conn, &key)?
            } else {
                register::kept(self.conn, &what, &key)?
            };
            if is != became {
                done.stays.push(key);
                continue;
            }
            if articles {
                article::restore(self.conn, &key, was.as_deref())?;
            } else {
                register::restore(self.conn, (&what, &key), was.as_deref(), by, now)?;
            }
            done.back.push(key);
        }
        self.conn
            .prepare_cached("DELETE FROM was WHERE batch = ?1")?
            .execute([batch])?;
        let what = if articles { "knowledge" } else { "register" };
        let detail =
            serde_json::json!({"act": "undo", "back": done.back.len(), "stay": done.stays.len()});
        audit::add(self.conn, now, by.as_str(), None, what, &detail.to_string())?;
        Ok(Some(done))
    }

    fn rows(&self, batch: i64) -> Result<Vec<Row>> {
        let mut stmt = self
            .conn
            .prepare_cached("SELECT what, key, was, became FROM was WHERE batch = ?1")?;
        let found = stmt.query_map([batch], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))
        })?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}
