//! What a calendar server shares of the plan, and what came from calendars at addresses: read, changed and
//! written in one transaction, so that neither side's change is ever half known.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::lay::{Scene, parse, to_json};
use super::{Reader, Result, Writer};
use crate::domain::Instant;
use crate::domain::absence::{Absence, AbsenceId, Incoming, Plan, Shared};

/// Where it is kept how we stand with the calendar server.
const STATE: &str = "shared-calendar";

/// How we stand with a calendar server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SharedState {
    /// Its calendar's address.
    pub url: String,
    /// From where on it tells what is new; none: it is asked for everything.
    pub token: Option<String>,
    /// When it was last asked.
    pub asked: Option<Instant>,
    /// When it last told all there was.
    pub told: Option<Instant>,
    /// Why not since; none: it went well.
    pub trouble: Option<String>,
}

impl Scene<'_> {
    fn shared(&self) -> Result<Vec<Shared>> {
        let mut stmt = self
            .conn
            .prepare_cached("SELECT json FROM shared ORDER BY href")?;
        let found = stmt.query_map([], |r| r.get::<_, String>(0))?;
        found
            .map(|json| parse("a shared absence", &json?))
            .collect()
    }

    fn shared_state(&self) -> Result<SharedState> {
        let json: Option<String> = self
            .conn
            .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
            .query_row([STATE], |r| r.get(0))
            .optional()?;
        let read = json.map(|json| parse("the calendar's state", &json));
        Ok(read.transpose()?.unwrap_or_default())
    }

    fn absences_of(&self, calendar: &str) -> Result<Vec<AbsenceId>> {
        let mut stmt = self
            .conn
            .prepare_cached("SELECT absence FROM followed WHERE calendar = ?1")?;
        let found = stmt.query_map([calendar], |r| Ok(AbsenceId(r.get(0)?)))?;
        Ok(found.collect::<std::result::Result<_, _>>()?)
    }

    /// Writes what differs between two plans; true where absences do.
    fn keep_plan(&self, before: &Plan, after: &Plan) -> Result<bool> {
        let mut changed = false;
        for gone in before
            .absences
            .iter()
            .filter(|a| after.absence(&a.id).is_none())
        {
            changed = true;
            self.conn
                .execute("DELETE FROM away WHERE id = ?1", [&gone.id.0])?;
        }
        for absence in &after.absences {
            if before.absence(&absence.id) != Some(absence) {
                changed = true;
                self.keep_planned(absence)?;
            }
        }
        let is_left = |row: &Shared| after.rows.iter().any(|r| r.href == row.href);
        for gone in before.rows.iter().filter(|r| !is_left(r)) {
            self.conn
                .execute("DELETE FROM shared WHERE href = ?1", [&gone.href])?;
        }
        for row in after.rows.iter().filter(|r| !before.rows.contains(r)) {
            self.conn
                .prepare_cached("INSERT OR REPLACE INTO shared(href, json) VALUES(?1,?2)")?
                .execute(params![row.href, to_json("a shared absence", row)?])?;
        }
        Ok(changed)
    }
}

impl Writer {
    /// Changes the plan and what is known of the calendar server, in one transaction.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn share<T>(
        &mut self,
        now: Instant,
        act: impl FnOnce(&mut Plan, &mut SharedState) -> T,
    ) -> Result<T> {
        self.scene(true, |s| {
            let before = Plan {
                absences: s.planned()?,
                rows: s.shared()?,
            };
            let known = s.shared_state()?;
            let (mut plan, mut state) = (before.clone(), known.clone());
            let out = act(&mut plan, &mut state);
            if s.keep_plan(&before, &plan)? {
                s.tell_the_queue(now)?;
            }
            if state != known {
                let json = to_json("the calendar's state", &state)?;
                s.conn
                    .prepare_cached("INSERT OR REPLACE INTO meta VALUES(?1, ?2)")?
                    .execute([STATE, json.as_str()])?;
            }
            Ok(out)
        })
    }

    /// Takes in what a calendar at an address comes to beside the plan and what came from it before: absences
    /// that are new or changed, and those that are gone. What the calendar server has too is the server's: an
    /// address that tells of the same, and later, neither changes it nor takes it away there.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub fn follow(
        &mut self,
        calendar: &str,
        now: Instant,
        act: impl FnOnce(&[Absence], &[AbsenceId]) -> Incoming,
    ) -> Result<Incoming> {
        self.scene(true, |s| {
            let mut found = act(&s.planned()?, &s.absences_of(calendar)?);
            let shared: Vec<AbsenceId> =
                s.shared()?.into_iter().filter_map(|r| r.absence).collect();
            let is_servers = |a: &Absence| shared.contains(&a.id);
            let all = found.put.len();
            found.put.retain(|a| !is_servers(a));
            found.same += all - found.put.len();
            for gone in &found.gone {
                s.conn
                    .execute("DELETE FROM followed WHERE absence = ?1", [&gone.id.0])?;
            }
            found.gone.retain(|a| !is_servers(a));
            for absence in &found.put {
                s.keep_planned(absence)?;
                s.conn
                    .prepare_cached(
                        "INSERT OR REPLACE INTO followed(absence, calendar) VALUES(?1,?2)",
                    )?
                    .execute([absence.id.0.as_str(), calendar])?;
            }
            for gone in &found.gone {
                s.conn
                    .execute("DELETE FROM away WHERE id = ?1", [&gone.id.0])?;
            }
            if !found.put.is_empty() || !found.gone.is_empty() {
                s.tell_the_queue(now)?;
            }
            Ok(found)
        })
    }
}

impl Reader {
    /// The plan, and what is known of the calendar server. Absences that a desk tells of are not in it.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn shared_plan(&self) -> Result<Plan> {
        self.run(|| {
            Ok(Plan {
                absences: self.stored("an absence", "SELECT json FROM away ORDER BY id")?,
                rows: self.stored("a shared absence", "SELECT json FROM shared ORDER BY href")?,
            })
        })
    }

    /// How we stand with the calendar server.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn shared_state(&self) -> Result<SharedState> {
        let json = self.meta(STATE)?;
        let read = json.map(|json| parse("the calendar's state", &json));
        Ok(read.transpose()?.unwrap_or_default())
    }

    /// Which absences came from which calendar at an address.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn followed(&self) -> Result<Vec<(AbsenceId, String)>> {
        self.run(|| {
            let mut stmt = self
                .conn
                .prepare_cached("SELECT absence, calendar FROM followed ORDER BY absence")?;
            let found = stmt.query_map([], |r| Ok((AbsenceId(r.get(0)?), r.get(1)?)))?;
            Ok(found.collect::<std::result::Result<_, _>>()?)
        })
    }
}
