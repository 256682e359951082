//! What is kept of a request beside its ticket.

use rusqlite::{OptionalExtension as _, params};

use super::lay::{self, Scene};
use super::rows::{ms, whole_ms};
use super::{Committed, Reader, Result, StoreError, Writer, audit};
use crate::domain::Instant;
use crate::domain::change::Change;
use crate::domain::import::NewTicket;
use crate::domain::people::AgentId;
use crate::domain::request::{Ends, Form};
use crate::domain::ticket::{Kind, Ticket, TicketId};

impl Reader {
    /// The form of a ticket, if it is a request that has one.
    ///
    /// # Errors
    /// As all reads: the file is damaged or gone, or the reading was interrupted.
    pub fn request(&self, ticket: TicketId) -> Result<Option<Form>> {
        self.run(|| load(&self.conn, ticket))
    }

    /// The tickets of requests, the newest first, at most so many.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub fn requests(&self, closed_too: bool, limit: usize) -> Result<Vec<(Ticket, Form)>> {
        self.run(|| {
            let which = if closed_too { "" } else { "WHERE closed = 0" };
            let mut stmt = self.conn.prepare_cached(&format!(
                "SELECT ticket, json FROM request {which} ORDER BY ticket DESC LIMIT ?1"
            ))?;
            let most = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut found = stmt.query([most])?;
            let mut all = Vec::new();
            while let Some(r) = found.next()? {
                let ticket = super::put::load(&self.conn, TicketId(r.get(0)?))?;
                let form = lay::parse("a request's form", &r.get::<_, String>(1)?)?;
                all.extend(ticket.map(|t| (t, form)));
            }
            Ok(all)
        })
    }

    /// The live tickets of these kinds with their forms, what falls due first at the top, at most
    /// so many of each kind; and all other live ones that have a form.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub fn open_requests(
        &self,
        kinds: &[Kind],
        limit: usize,
    ) -> Result<Vec<(Ticket, Option<Form>)>> {
        self.run(|| {
            let most = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut ids: Vec<i64> = Vec::new();
            let mut of_kind = self.conn.prepare_cached(
                "SELECT id FROM ticket WHERE kind = ?1 AND shelf IN (0, 1) ORDER BY shelf, k_due LIMIT ?2",
            )?;
            for kind in kinds {
                let found = of_kind.query_map(params![kind.code(), most], |r| r.get(0))?;
                ids.extend(found.collect::<rusqlite::Result<Vec<i64>>>()?);
            }
            let mut with_form = self.conn.prepare_cached(
                "SELECT ticket FROM request WHERE closed = 0 ORDER BY ticket DESC LIMIT ?1",
            )?;
            let found = with_form.query_map([most], |r| r.get(0))?;
            ids.extend(found.collect::<rusqlite::Result<Vec<i64>>>()?);
            ids.sort_unstable();
            ids.dedup();
            let mut all = Vec::new();
            for id in ids.into_iter().map(TicketId) {
                let ticket = super::put::load(&self.conn, id)?;
                let live = ticket.filter(|t| t.status.is_live() && t.merged_into.is_none());
                if let Some(ticket) = live {
                    all.push((ticket, load(&self.conn, id)?));
                }
            }
            Ok(all)
        })
    }
}

fn load(conn: &rusqlite::Connection, ticket: TicketId) -> Result<Option<Form>> {
    let json: Option<String> = conn
        .prepare_cached("SELECT json FROM request WHERE ticket = ?1")?
        .query_row([ticket.0], |r| r.get(0))
        .optional()?;
    json.map(|json| lay::parse("a request's form", &json))
        .transpose()
}

impl Writer {
    /// Makes a ticket with its form, durably and both or none.
    ///
    /// # Errors
    /// As all writes: no room, no permission, damage, another writer.
    pub fn create_request(
        &mut self,
        new: &NewTicket,
        form: &Form,
        by: &AgentId,
        now: Instant,
    ) -> Result<Ticket> {
        let now = whole_ms(now);
        self.scene(true, |s| {
            let ticket = s.create(new, by, now)?;
            s.keep_form(ticket.id, form, by, now, r#"{"act":"new"}"#)?;
            Ok(ticket)
        })
    }

    /// Changes the form of a ticket as it is kept at this moment, whatever was read before;
    /// `change` gets none if there is none yet. `detail` goes into the trail: JSON without
    /// anybody's words or names.
    ///
    /// # Errors
    /// As [`Self::create_request`]; what `change` says against it.
    pub fn keep_request(
        &mut self,
        ticket: TicketId,
        by: &AgentId,
        now: Instant,
        detail: &str,
        change: impl FnOnce(Option<Form>) -> std::result::Result<Form, String>,
    ) -> Result<Form> {
        self.keep_request_with(ticket, (by, now), detail, &[], change)
    }

    /// [`Self::keep_request`] together with changes of the ticket: both or none.
    ///
    /// # Errors
    /// As [`Self::keep_request`] and [`Self::commit`].
    pub fn keep_request_with(
        &mut self,
        ticket: TicketId,
        (by, now): (&AgentId, Instant),
        detail: &str,
        changes: &[Change],
        change: impl FnOnce(Option<Form>) -> std::result::Result<Form, String>,
    ) -> Result<Form> {
        let now = whole_ms(now);
        self.scene(true, |s| {
            s.ticket(ticket)?;
            let form = change(load(s.conn, ticket)?).map_err(StoreError::Refused)?;
            s.keep_form(ticket, &form, by, now, detail)?;
            s.commit(changes, true)?;
            Ok(form)
        })
    }

    /// Ends requests with their tickets: how they ended and the changes, all of it or nothing.
    ///
    /// # Errors
    /// As [`Self::create_request`], and as [`Self::commit`].
    pub fn commit_ending(
        &mut self,
        changes: &[Change],
        ends: &[(TicketId, Ends)],
        by: &AgentId,
        now: Instant,
    ) -> Result<Committed> {
        let now = whole_ms(now);
        self.scene(true, |s| {
            for (ticket, ends) in ends {
                let form = ends.keep(load(s.conn, *ticket)?, by, now);
                s.keep_form(*ticket, &form, by, now, &ends.detail())?;
            }
            s.commit(changes, true)
        })
    }
}

impl Scene<'_> {
    fn keep_form(
        &self,
        ticket: TicketId,
        form: &Form,
        by: &AgentId,
        now: Instant,
        detail: &str,
    ) -> Result<()> {
        let json = lay::to_json("a request's form", form)?;
        self.conn
            .prepare_cached("INSERT OR REPLACE INTO request VALUES(?1,?2,?3,?4,?5)")?
            .execute(params![
                ticket.0,
                form.kind.code(),
                form.outcome.is_some(),
                json,
                ms(now)
            ])?;
        audit::add(self.conn, now, by.as_str(), Some(ticket), "request", detail)
    }
}
