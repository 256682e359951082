//! Planned absences, and what was handed over for them. The acts of handing over and giving back are `hand`'s.

use chrono::TimeDelta;
use rusqlite::{Connection, OptionalExtension, params};

use super::lay::{Scene, parse, to_json};
use super::{Reader, Result, Writer, rows};
use crate::domain::Instant;
use crate::domain::absence::{Absence, AbsenceId, Handed};
use crate::domain::people::{self, AgentId};
use crate::domain::ticket::Ticket;

/// How far ahead the queue knows of planned absences, in days.
const AHEAD: i64 = 400;

impl Scene<'_> {
    pub(super) fn planned(&self) -> Result<Vec<Absence>> {
        let mut stmt = self
            .conn
            .prepare_cached("SELECT json FROM away ORDER BY id")?;
        let found = stmt.query_map([], |r| r.get::<_, String>(0))?;
        found.map(|json| parse("an absence", &json?)).collect()
    }

    pub(super) fn keep_planned(&self, absence: &Absence) -> Result<()> {
        self.conn
            .prepare_cached("INSERT OR REPLACE INTO away(id, uid, json) VALUES(?1,?2,?3)")?
            .execute(params![
                absence.id.0,
                absence.uid,
                to_json("an absence", absence)?
            ])?;
        Ok(())
    }

    /// Writes anew what the queue knows of planned absences.
    pub(super) fn tell_the_queue(&self, now: Instant) -> Result<()> {
        self.conn.execute("DELETE FROM absence WHERE planned", [])?;
        let ahead = now + TimeDelta::try_days(AHEAD).unwrap_or_default();
        for absence in self.planned()? {
            for stretch in absence.away(now, ahead) {
                let told = people::Absence {
                    agent: absence.who.clone(),
                    from: stretch.from,
                    to: stretch.to,
                    cover: absence.covers.first().map(|c| c.who.clone()),
                };
                self.conn
                    .prepare_cached("INSERT INTO absence(until, json, planned) VALUES(?1,?2,1)")?
                    .execute(params![rows::ms(stretch.to), to_json("an absence", &told)?])?;
            }
        }
        Ok(())
    }

    /// What is handed over for a stretch and not given back.
    pub(super) fn handed(&self, absence: &AbsenceId, from: Instant) -> Result<Option<Handed>> {
        let json: Option<String> = self
            .conn
            .prepare_cached(
                "SELECT json FROM handed WHERE absence = ?1 AND begun = ?2 AND back IS NULL",
            )?
            .query_row(params![absence.0, rows::ms(from)], |r| r.get(0))
            .optional()?;
        json.map(|json| parse("a hand-over", &json)).transpose()
    }

    pub(super) fn forget_handed(&self, handed: &Handed) -> Result<()> {
        self.conn
            .prepare_cached("DELETE FROM handed WHERE absence = ?1 AND begun = ?2 AND at = ?3")?
            .execute(params![
                handed.absence.0,
                rows::ms(handed.from),
                rows::ms(handed.at)
            ])?;
        Ok(())
    }

    pub(super) fn keep_handed(&self, handed: &Handed) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT OR REPLACE INTO handed(absence, begun, at, back, json) VALUES(?1,?2,?3,?4,?5)",
            )?
            .execute(params![
                handed.absence.0,
                rows::ms(handed.from),
                rows::ms(handed.at),
                handed.back.map(rows::ms),
                to_json("a hand-over", handed)?
            ])?;
        Ok(())
    }
}

impl Writer {
    /// Keeps absences, in the place of those of the same identity.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn put_planned(&mut self, absences: &[Absence], now: Instant) -> Result<()> {
        self.scene(true, |s| {
            for absence in absences {
                s.keep_planned(absence)?;
            }
            s.tell_the_queue(now)
        })
    }

    /// Forgets an absence; what was handed over for it is still known.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn drop_planned(&mut self, id: &AbsenceId, now: Instant) -> Result<()> {
        self.scene(true, |s| {
            s.conn.execute("DELETE FROM away WHERE id = ?1", [&id.0])?;
            s.tell_the_queue(now)
        })
    }
}

impl Reader {
    /// The planned absences, those that a desk tells of included.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn absences(&self) -> Result<Vec<Absence>> {
        self.run(|| {
            let mut all: Vec<Absence> =
                self.stored("an absence", "SELECT json FROM away ORDER BY id")?;
            let told: Vec<people::Absence> = self.stored(
                "an absence",
                "SELECT json FROM absence WHERE NOT planned ORDER BY until",
            )?;
            all.extend(told.iter().map(Absence::of_desk));
            Ok(all)
        })
    }

    /// What is handed over and not given back, and what was given back of stretches that began at an
    /// instant or later; the oldest first.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn handed(&self, since: Instant) -> Result<Vec<Handed>> {
        self.run(|| {
            let mut all: Vec<Handed> =
                self.stored("a hand-over", "SELECT json FROM handed WHERE back IS NULL")?;
            let mut stmt = self
                .conn
                .prepare_cached("SELECT json FROM handed WHERE begun >= ?1 AND back IS NOT NULL")?;
            let found = stmt.query_map([rows::ms(since)], |r| r.get::<_, String>(0))?;
            for json in found {
                all.push(parse("a hand-over", &json?)?);
            }
            all.sort_by(|a, b| (a.from, a.at, &a.absence).cmp(&(b.from, b.at, &b.absence)));
            Ok(all)
        })
    }

    /// How many live tickets everybody has.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn loads(&self) -> Result<Vec<(AgentId, usize)>> {
        self.run(|| loads(&self.conn))
    }

    /// The live tickets of somebody, and what is done but was touched from an instant on.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn tickets_of(&self, who: &AgentId, since: Instant) -> Result<Vec<Ticket>> {
        self.run(|| tickets_of(&self.conn, who, since))
    }
}

pub(super) fn loads(conn: &Connection) -> Result<Vec<(AgentId, usize)>> {
    let mut stmt = conn.prepare_cached(
        "SELECT value, sum(n) FROM counter WHERE dim = 'assignee' AND shelf IN (0, 1) GROUP BY value",
    )?;
    let mut found = stmt.query([])?;
    let mut out = Vec::new();
    while let Some(r) = found.next()? {
        let n: i64 = r.get(1)?;
        if let Ok(who) = AgentId::parse(&r.get::<_, String>(0)?) {
            out.push((who, usize::try_from(n).unwrap_or(0)));
        }
    }
    Ok(out)
}

pub(super) fn tickets_of(conn: &Connection, who: &AgentId, since: Instant) -> Result<Vec<Ticket>> {
    let sql = format!(
        "SELECT {cols} FROM ticket t WHERE t.assignee = ?1 AND t.shelf IN (0, 1)
         UNION ALL SELECT {cols} FROM ticket t WHERE t.assignee = ?1 AND t.shelf = 2 AND t.updated >= ?2
         ORDER BY 1",
        cols = rows::COLS
    );
    let mut stmt = conn.prepare_cached(&sql)?;
    let mut found = stmt.query(params![who.as_str(), rows::ms(since)])?;
    let mut out = Vec::new();
    while let Some(r) = found.next()? {
        out.push(rows::ticket(r)?);
    }
    Ok(out)
}
