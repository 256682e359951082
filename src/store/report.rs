//! Problem reports between two sittings.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::lay::Scene;
use super::{Reader, Result, Writer, lay, rows};
use crate::domain::Instant;
use crate::domain::change::{Act, BatchId, Change, ChangeId};
use crate::domain::import::NewTicket;
use crate::domain::people::{AgentId, TenantId};
use crate::domain::report::{AskedBack, Draft, Kept, ReportId};
use crate::domain::text::Untrusted;
use crate::domain::ticket::{Status, Ticket, TicketId};

/// Tickets whose requester was asked for the rest of a report and has had the last word since:
/// their turn to wait is over.
const ANSWERED: &str = "\
SELECT t.id FROM report r INDEXED BY report_asked CROSS JOIN ticket t ON t.id = r.ticket
 WHERE r.asked IS NOT NULL AND t.turn = 1 AND t.shelf IN (0, 1)
   AND EXISTS (SELECT 1 FROM message m WHERE m.ticket = t.id AND m.side = 1 AND m.at > r.asked)";

impl Reader {
    /// The report of a ticket, if one was begun.
    ///
    /// # Errors
    /// As all reads: the file is damaged or gone, or the reading was interrupted.
    pub fn report(&self, ticket: TicketId) -> Result<Option<Kept>> {
        self.run(|| load(&self.conn, "ticket = ?1", &ticket.0))
    }

    /// A report by its own name.
    ///
    /// # Errors
    /// As [`Self::report`].
    pub fn report_named(&self, id: ReportId) -> Result<Option<Kept>> {
        self.run(|| load(&self.conn, "id = ?1", &id.0.to_string()))
    }

    /// Reports that are to become tickets, the latest first.
    ///
    /// # Errors
    /// As [`Self::report`].
    pub fn begun_reports(&self) -> Result<Vec<Kept>> {
        self.run(|| {
            all(
                &self.conn,
                "SELECT json FROM report INDEXED BY report_begun WHERE ticket IS NULL ORDER BY updated DESC",
            )
        })
    }

    /// The latest reports, whatever has become of them: what was answered before.
    ///
    /// # Errors
    /// As [`Self::report`].
    pub fn latest_reports(&self, limit: usize) -> Result<Vec<Kept>> {
        let sql = format!(
            "SELECT json FROM report INDEXED BY report_updated ORDER BY updated DESC LIMIT {limit}"
        );
        self.run(|| all(&self.conn, &sql))
    }

    /// Tickets whose requester has answered what was asked for the report.
    ///
    /// # Errors
    /// As [`Self::report`].
    pub fn answered_reports(&self) -> Result<Vec<TicketId>> {
        self.run(|| answered(&self.conn, ""))
    }
}

fn all(conn: &Connection, sql: &str) -> Result<Vec<Kept>> {
    let mut stmt = conn.prepare_cached(sql)?;
    let mut found = stmt.query([])?;
    let mut reports = Vec::new();
    while let Some(r) = found.next()? {
        reports.push(lay::parse("a report", &r.get::<_, String>(0)?)?);
    }
    Ok(reports)
}

fn answered(conn: &Connection, also: &str) -> Result<Vec<TicketId>> {
    let mut stmt = conn.prepare_cached(&format!("{ANSWERED} {also}"))?;
    let ids = stmt.query_map([], |r| Ok(TicketId(r.get(0)?)))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

fn load(conn: &Connection, which: &str, value: &dyn rusqlite::ToSql) -> Result<Option<Kept>> {
    let json: Option<String> = conn
        .prepare_cached(&format!("SELECT json FROM report WHERE {which}"))?
        .query_row([value], |r| r.get(0))
        .optional()?;
    json.map(|json| lay::parse("a report", &json)).transpose()
}

/// What is stored for a report: under its name, or under that of its ticket.
fn stored(conn: &Connection, report: &Kept) -> Result<Option<Kept>> {
    if let Some(there) = load(conn, "id = ?1", &report.id.0.to_string())? {
        return Ok(Some(there));
    }
    match report.ticket {
        Some(ticket) => load(conn, "ticket = ?1", &ticket.0),
        None => Ok(None),
    }
}

/// Whose a Workspace is, as far as is known.
fn tenant_of(conn: &Connection, workspace: &Untrusted) -> Result<Option<TenantId>> {
    let name: Option<String> = conn
        .prepare_cached(
            "SELECT tenant FROM workspace WHERE name = ?1 AND tenant IS NOT NULL
             UNION ALL SELECT tenant FROM register WHERE sort = 'workspaces' AND key = ?1 COLLATE NOCASE AND tenant IS NOT NULL
             LIMIT 1",
        )?
        .query_row([workspace.raw()], |r| r.get(0))
        .optional()?;
    Ok(name.and_then(|n| TenantId::parse(&n).ok()))
}

fn put(conn: &Connection, report: &Kept) -> Result<()> {
    let open = report.asked.as_ref().filter(|_| report.through.is_none());
    conn.prepare_cached("INSERT OR REPLACE INTO report VALUES(?1,?2,?3,?4,?5)")?
        .execute(params![
            report.id.0.to_string(),
            report.ticket.map(|t| t.0),
            lay::to_json("a report", report)?,
            rows::ms(report.at),
            open.map(|a| rows::ms(a.at)),
        ])?;
    Ok(())
}

impl Writer {
    /// Puts a report on disk, durably, `base` being the draft as it was last read there or put
    /// there by whoever writes. What somebody else has put there meanwhile is kept too: the
    /// report as it is stored then comes back.
    ///
    /// # Errors
    /// As all writes: no room, no permission, damage, another writer.
    pub fn keep_report(&mut self, report: &Kept, base: &Draft) -> Result<Option<Kept>> {
        self.scene(true, |s| {
            let Some(there) = stored(s.conn, report)? else {
                put(s.conn, report)?;
                return Ok(None);
            };
            let (merged, _) = report.clone().over(base, there);
            put(s.conn, &merged)?;
            Ok((merged != *report).then_some(merged))
        })
    }

    /// The requester was asked for the rest of a report, or, with none, that was taken back.
    /// Where no report was begun, `empty` is.
    ///
    /// # Errors
    /// As [`Self::keep_report`].
    pub fn note_asked(&mut self, empty: &Kept, asked: Option<&AskedBack>) -> Result<()> {
        self.scene(true, |s| {
            let report = match (stored(s.conn, empty)?, asked) {
                (None, None) => return Ok(()),
                (there, asked) => Kept {
                    asked: asked.cloned(),
                    ..there.unwrap_or_else(|| empty.clone())
                },
            };
            put(s.conn, &report)
        })
    }

    /// Makes the ticket of a report, and ties the two; `base` as in [`Self::keep_report`].
    ///
    /// # Errors
    /// As [`Self::keep_report`], and where a ticket cannot be made of that.
    pub fn create_reported(
        &mut self,
        new: &NewTicket,
        (report, base): (&Kept, &Draft),
        by: &AgentId,
        now: Instant,
    ) -> Result<Ticket> {
        let now = rows::whole_ms(now);
        self.scene(true, |s| {
            let there = load(s.conn, "id = ?1", &report.id.0.to_string())?;
            // Another window may have made it already.
            if let Some(ticket) = there.as_ref().and_then(|r| r.ticket) {
                return s.ticket(ticket);
            }
            let report = match there {
                Some(there) => report.clone().over(base, there).0,
                None => report.clone(),
            };
            let mut new = new.clone();
            if let (None, Some(name)) = (&new.tenant, &new.workspace) {
                new.tenant = tenant_of(s.conn, name)?;
            }
            let ticket = s.create(&new, by, now)?;
            let report = Kept {
                ticket: Some(ticket.id),
                ..report
            };
            put(s.conn, &report)?;
            Ok(ticket)
        })
    }

    /// Forgets a report.
    ///
    /// # Errors
    /// As [`Self::keep_report`].
    pub fn drop_report(&mut self, id: ReportId) -> Result<()> {
        self.scene(true, |s| {
            s.conn
                .prepare_cached("DELETE FROM report WHERE id = ?1")?
                .execute([id.0.to_string()])?;
            Ok(())
        })
    }

    /// Opens again what waited for its requester, who has answered what was asked for the report,
    /// unless somebody has set its status since they did:
    /// an act by `me` that is seen in the outbox, and not the one that the next undo takes back.
    ///
    /// # Errors
    /// As [`Self::keep_report`].
    pub fn reopen_answered(&mut self, now: Instant) -> Result<Vec<TicketId>> {
        let me = self.rules.me.clone();
        let waits = format!(
            "AND t.status = {}
   AND NOT EXISTS (SELECT 1 FROM timeline l WHERE l.ticket = t.id AND l.field = 'status'
     AND l.at > (SELECT max(m.at) FROM message m WHERE m.ticket = t.id AND m.side = 1))",
            Status::Pending.code()
        );
        let ids = self.run(|| answered(&self.conn, &waits))?;
        if ids.is_empty() {
            return Ok(ids);
        }
        let now = rows::whole_ms(now);
        self.scene(true, |s| {
            let batch = BatchId(super::outbox::identity(now));
            let changes = ids
                .iter()
                .map(|id| s.open_again(*id, batch, &me, now))
                .collect::<Result<Vec<_>>>()?;
            Ok(s.commit(&changes, false)?.tickets)
        })
    }
}

impl Scene<'_> {
    fn open_again(
        &self,
        ticket: TicketId,
        batch: BatchId,
        by: &AgentId,
        at: Instant,
    ) -> Result<Change> {
        Ok(Change {
            id: ChangeId(super::outbox::identity(at)),
            batch,
            ticket,
            at,
            by: by.clone(),
            base: self.ticket(ticket)?.version,
            not_before: None,
            act: Act::Status { to: Status::Open },
        })
    }
}
