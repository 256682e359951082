//! Problem reports between two sittings.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Reader, Result, Writer, lay, rows};
use crate::domain::report::{Kept, ReportId};
use crate::domain::ticket::TicketId;

impl Reader {
    /// The report of a ticket, if one was begun.
    ///
    /// # Errors
    /// As all reads: the file is damaged or gone, or the reading was interrupted.
    pub fn report(&self, ticket: TicketId) -> Result<Option<Kept>> {
        self.run(|| load(&self.conn, "ticket = ?1", &ticket.0))
    }

    /// Reports that are to become tickets, the latest first.
    ///
    /// # Errors
    /// As [`Self::report`].
    pub fn begun_reports(&self) -> Result<Vec<Kept>> {
        self.run(|| {
            let mut stmt = self.conn.prepare_cached(
                "SELECT json FROM report INDEXED BY report_begun WHERE ticket IS NULL ORDER BY updated DESC",
            )?;
            let mut found = stmt.query([])?;
            let mut all = Vec::new();
            while let Some(r) = found.next()? {
                all.push(lay::parse("a report", &r.get::<_, String>(0)?)?);
            }
            Ok(all)
        })
    }
}

fn load(conn: &Connection, which: &str, value: &dyn rusqlite::ToSql) -> Result<Option<Kept>> {
    let json: Option<String> = conn
        .prepare_cached(&format!("SELECT json FROM report WHERE {which}"))?
        .query_row([value], |r| r.get(0))
        .optional()?;
    json.map(|json| lay::parse("a report", &json)).transpose()
}

impl Writer {
    /// Puts a report on disk, durably; one of the same name or the same ticket is replaced.
    ///
    /// # Errors
    /// As all writes: no room, no permission, damage, another writer.
    pub fn keep_report(&mut self, report: &Kept) -> Result<()> {
        self.scene(true, |s| {
            let json = lay::to_json("a report", report)?;
            s.conn
                .prepare_cached("INSERT OR REPLACE INTO report VALUES(?1,?2,?3,?4)")?
                .execute(params![
                    report.id.0.to_string(),
                    report.ticket.map(|t| t.0),
                    json,
                    rows::ms(report.at)
                ])?;
            Ok(())
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
}
