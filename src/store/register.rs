//! The team's registers, and the duties that recur.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::lay::{self, Scene};
use super::rows::{ms, whole_ms};
use super::{Reader, Result, StoreError, Writer, audit, was};
use crate::domain::Instant;
use crate::domain::people::AgentId;
use crate::domain::register::duty::Occasion;
use crate::domain::register::{Book, Edit, Record, Register};
use crate::domain::text::Untrusted;
use crate::domain::ticket::{Ticket, TicketId};

/// What putting rows did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Put {
    /// Not there before.
    pub added: usize,
    /// There before, and otherwise.
    pub changed: usize,
    /// There before, exactly so.
    pub same: usize,
    /// Taken away.
    pub dropped: usize,
}

fn read(sort: &str, json: &str) -> Result<Option<Record>> {
    // A register of a newer program says nothing to this one.
    let Ok(register) = Register::parse(sort) else {
        return Ok(None);
    };
    let cells: BTreeMap<String, Untrusted> = lay::parse("a row of a register", json)?;
    Ok(Some(Record::kept(register, cells)))
}

fn rows_of(conn: &Connection, register: Option<Register>) -> Result<Vec<Record>> {
    let mut stmt = conn.prepare_cached(
        "SELECT sort, json FROM register WHERE ?1 IS NULL OR sort = ?1 ORDER BY sort, key",
    )?;
    let mut found = stmt.query([register.map(Register::word)])?;
    let mut records = Vec::new();
    while let Some(r) = found.next()? {
        let (sort, json): (String, String) = (r.get(0)?, r.get(1)?);
        records.extend(read(&sort, &json)?);
    }
    Ok(records)
}

impl Reader {
    /// All registers, each in the order of its names.
    ///
    /// # Errors
    /// As all reads: the file is damaged or gone, or the reading was interrupted.
    pub fn book(&self) -> Result<Book> {
        self.run(|| rows_of(&self.conn, None).map(Book::new))
    }

    /// One register, in the order of its names.
    ///
    /// # Errors
    /// As [`Self::book`].
    pub fn records(&self, register: Register) -> Result<Vec<Record>> {
        self.run(|| rows_of(&self.conn, Some(register)))
    }

    /// The ticket of a duty's period, if it was made.
    ///
    /// # Errors
    /// As [`Self::book`].
    pub fn duty_done(&self, duty: &str, period: &str) -> Result<Option<TicketId>> {
        self.run(|| {
            let found = self
                .conn
                .prepare_cached("SELECT ticket FROM duty_done WHERE duty = ?1 AND period = ?2")?
                .query_row([duty, period], |r| r.get(0))
                .optional()?;
            Ok(found.map(TicketId))
        })
    }
}

impl Writer {
    /// Puts rows into their registers, each in the place of the one of its name, and takes others
    /// away by their names: all or nothing, durably. The trail keeps how many, not what they hold.
    ///
    /// # Errors
    /// As all writes: no room, no permission, damage, another writer.
    pub fn put_records(
        &mut self,
        register: Register,
        records: &[Record],
        drop: &[String],
        by: &AgentId,
        now: Instant,
    ) -> Result<Put> {
        self.scene(true, |s| s.put_records(register, records, drop, by, now))
    }

    /// Sets cells of a row as it is kept at this moment, or makes it: what somebody else has put
    /// into its other cells meanwhile stays. Says what became of it.
    ///
    /// # Errors
    /// As [`Self::put_records`], and what the register says against it.
    pub fn edit_record(
        &mut self,
        (register, key): (Register, &str),
        cells: &[(&str, &str)],
        by: &AgentId,
        now: Instant,
    ) -> Result<Edit> {
        self.scene(true, |s| {
            let book = Book::new(rows_of(s.conn, Some(register))?);
            let edit = book.edit(register, key, cells);
            let edit = edit.map_err(|wrong| StoreError::Refused(wrong.join("; ")))?;
            let rows = std::slice::from_ref(&edit.record);
            s.put_records(register, rows, &edit.drop, by, now)?;
            Ok(edit)
        })
    }

    /// Makes the ticket of an occasion, unless its period has one: none then.
    ///
    /// # Errors
    /// As [`Self::put_records`].
    pub fn do_duty(
        &mut self,
        occasion: &Occasion,
        by: &AgentId,
        now: Instant,
    ) -> Result<Option<Ticket>> {
        let now = whole_ms(now);
        self.scene(true, |s| {
            let name = [&occasion.duty, &occasion.period];
            let done: bool = s
                .conn
                .prepare_cached(
                    "SELECT EXISTS(SELECT 1 FROM duty_done WHERE duty = ?1 AND period = ?2)",
                )?
                .query_row(name, |r| r.get(0))?;
            if done {
                return Ok(None);
            }
            let ticket = s.create(&occasion.ticket, by, now)?;
            s.conn
                .prepare_cached("INSERT INTO duty_done VALUES(?1,?2,?3,?4)")?
                .execute(params![
                    occasion.duty,
                    occasion.period,
                    ticket.id.0,
                    ms(now)
                ])?;
            Ok(Some(ticket))
        })
    }
}

impl Scene<'_> {
    fn drop_record(
        &self,
        sort: &str,
        key: &str,
        batch: i64,
        by: &AgentId,
        done: &mut Put,
    ) -> Result<()> {
        let Some(before) = kept(self.conn, sort, key)? else {
            return Ok(());
        };
        remove(self.conn, sort, key)?;
        done.dropped += 1;
        was::remember(self.conn, batch, (sort, key), (Some(&before), None), by)
    }

    fn put_records(
        &self,
        register: Register,
        records: &[Record],
        drop: &[String],
        by: &AgentId,
        now: Instant,
    ) -> Result<Put> {
        let mut done = Put::default();
        let batch = was::next_batch(self.conn)?;
        for key in drop {
            self.drop_record(register.word(), key, batch, by, &mut done)?;
        }
        for record in records.iter().filter(|r| r.register() == register) {
            self.put_record(record, batch, by, now, &mut done)?;
        }
        if done.added + done.changed + done.dropped > 0 {
            let detail = serde_json::json!({
                "register": register.word(), "added": done.added,
                "changed": done.changed, "dropped": done.dropped,
            });
            audit::add(
                self.conn,
                now,
                by.as_str(),
                None,
                "register",
                &detail.to_string(),
            )?;
        }
        Ok(done)
    }

    fn put_record(
        &self,
        record: &Record,
        batch: i64,
        by: &AgentId,
        now: Instant,
        done: &mut Put,
    ) -> Result<()> {
        let cells: BTreeMap<&str, &Untrusted> = record.cells().collect();
        let json = lay::to_json("a row of a register", &cells)?;
        let (sort, key) = (record.register().word(), record.key());
        if key.trim_matches('/').is_empty() {
            return Err(StoreError::Refused(
                "a row needs a name; fill its first column".into(),
            ));
        }
        let before = kept(self.conn, sort, &key)?;
        match &before {
            Some(same) if *same == json => {
                done.same += 1;
                return Ok(());
            }
            Some(_) => done.changed += 1,
            None => done.added += 1,
        }
        write(self.conn, record, &json, by, now)?;
        let lives = (before.as_deref(), Some(json.as_str()));
        was::remember(self.conn, batch, (sort, &key), lives, by)
    }
}

/// A row as it is kept.
pub(super) fn kept(conn: &Connection, sort: &str, key: &str) -> Result<Option<String>> {
    Ok(conn
        .prepare_cached("SELECT json FROM register WHERE sort = ?1 AND key = ?2")?
        .query_row([sort, key], |r| r.get(0))
        .optional()?)
}

/// Makes a row what it was.
pub(super) fn restore(
    conn: &Connection,
    (sort, key): (&str, &str),
    was: Option<&str>,
    by: &AgentId,
    now: Instant,
) -> Result<()> {
    match was {
        None => remove(conn, sort, key),
        Some(json) => match read(sort, json)? {
            Some(record) => write(conn, &record, json, by, now),
            None => Ok(()),
        },
    }
}

fn remove(conn: &Connection, sort: &str, key: &str) -> Result<()> {
    conn.prepare_cached("DELETE FROM register WHERE sort = ?1 AND key = ?2")?
        .execute([sort, key])?;
    Ok(())
}

fn write(conn: &Connection, record: &Record, json: &str, by: &AgentId, now: Instant) -> Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO register VALUES(?1,?2,?3,?4,?5,?6)")?
        .execute(params![
            record.register().word(),
            record.key(),
            record.tenant().as_ref().map(|t| t.as_str()),
            json,
            ms(now),
            by.as_str()
        ])?;
    Ok(())
}
