//! Reading for the screen.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use super::*;
use crate::domain::change::OutboxRow;
use crate::domain::list::{Asker, Count, ListRequest, Outlook, Page, Urgent, Vocabulary};
use crate::domain::list::{DueMark, Sort};
use crate::domain::people::TenantId;
use crate::domain::query::{Flag, Query, Term, Test, Who};
use crate::domain::thread::{AttachmentId, Draft, MessageId, Thread};
use crate::domain::ticket::TicketKey;

/// A read-only connection of its own.
#[derive(Debug)]
pub struct Reader {
    conn: Connection,
    path: std::path::PathBuf,
}

impl Reader {
    fn named_error<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|e| e.at(&self.path))
    }

    fn stored<T: serde::de::DeserializeOwned>(
        &self,
        what: &'static str,
        sql: &str,
    ) -> Result<Vec<T>> {
        let mut stmt = self.conn.prepare_cached(sql)?;
        let mut found = stmt.query([])?;
        let mut out = Vec::new();
        while let Some(r) = found.next()? {
            out.push(lay::parse(what, &r.get::<_, String>(0)?)?);
        }
        Ok(out)
    }

    fn narrow_to_my_tenants(&self, asker: &mut Asker) -> Result<()> {
        let me: Option<String> = self
            .conn
            .prepare_cached("SELECT json FROM agent WHERE id = ?1")?
            .query_row([asker.me.as_str()], |r| r.get(0))
            .optional()?;
        let Some(me) = me else { return Ok(()) };
        let me: crate::domain::people::Agent = lay::parse("an agent", &me)?;
        if !me.tenants.is_empty() {
            let scope = std::mem::take(&mut asker.scope);
            asker.scope = me
                .tenants
                .into_iter()
                .filter(|t| scope.is_empty() || scope.contains(t))
                .collect();
        }
        Ok(())
    }

    fn passed(&self, key: i64, me: &AgentId, skipped: u64) -> Result<Vec<(String, u64)>> {
        let (others, waiting): (Option<i64>, Option<i64>) = self.conn.prepare_cached(
            "SELECT sum(a <> ?2 AND s NOT IN (3, 4)), sum(s IN (3, 4)) FROM (SELECT coalesce(assignee, ?2) a, status s
               FROM ticket INDEXED BY ticket_due WHERE shelf = 0 AND k_due < ?1 ORDER BY k_due LIMIT 1000)",
        )?.query_row(params![key, me.as_str()], |r| Ok((r.get(0)?, r.get(1)?)))?;
        let asleep: i64 = self.conn.prepare_cached("SELECT count(*) FROM (SELECT 1 FROM ticket INDEXED BY ticket_due WHERE shelf = 1 AND k_due < ?1 LIMIT 1000)")?
            .query_row([key], |r| r.get(0))?;
        let all = [
            ("others are on them", others.unwrap_or(0)),
            ("they wait", waiting.unwrap_or(0)),
            ("they sleep", asleep),
        ];
        let mut out: Vec<(String, u64)> = all
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .map(|(w, n)| (w.to_owned(), n.unsigned_abs()))
            .collect();
        if skipped > 0 {
            out.push(("you passed them over".into(), skipped));
        }
        Ok(out)
    }

    fn look_ahead(&self, until: Instant, limit: usize, asker: &Asker) -> Result<Outlook> {
        const MOST: usize = 3000;
        let rule = plan::rule_out(&Query::all(), asker);
        let mut stmt = self.conn.prepare_cached(&format!(
            "SELECT t.id, t.due_value, t.assignee FROM ticket t INDEXED BY ticket_due WHERE t.shelf = 0 AND t.k_due < ?1 AND {rule} ORDER BY t.k_due LIMIT ?2"
        ))?;
        let mut found = stmt.query(params![rows::due_bound(until), MOST as i64 + 1])?;
        let (mut marks, mut late, mut seen) = (Vec::new(), 0_u64, 0_usize);
        let mut load: std::collections::HashMap<Option<AgentId>, u64> =
            std::collections::HashMap::new();
        while let Some(r) = found.next()? {
            seen += 1;
            let at = rows::at(r.get(1)?);
            let assignee = r
                .get::<_, Option<String>>(2)?
                .and_then(|a| AgentId::parse(&a).ok());
            late += u64::from(at < asker.now);
            *load.entry(assignee.clone()).or_default() += 1;
            if marks.len() < limit {
                marks.push(DueMark {
                    id: TicketId(r.get(0)?),
                    at,
                    assignee,
                });
            }
        }
        let paused: i64 = self.conn.prepare_cached(&format!(
            "SELECT count(*) FROM (SELECT 1 FROM ticket t INDEXED BY ticket_due WHERE t.shelf = 0 AND t.k_due >= ?1 AND t.k_due < ?2 AND {rule} LIMIT 1001)"
        ))?.query_row([rows::NOT_RUNNING, rows::NO_PROMISE], |r| r.get(0))?;
        let mut load: Vec<_> = load.into_iter().collect();
        load.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Ok(Outlook {
            cut: seen > marks.len(),
            late: if seen > MOST && late > MOST as u64 {
                Count::AtLeast(MOST as u64)
            } else {
                Count::Exact(late)
            },
            paused: if paused > 1000 {
                Count::AtLeast(1000)
            } else {
                Count::Exact(paused.unsigned_abs())
            },
            marks,
            load,
        })
    }

    /// Opens a store that a [`Writer`] has made.
    ///
    /// # Errors
    /// Says why the file cannot be read.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self {
            conn: open::for_reading(path)?,
            path: path.to_owned(),
        })
    }

    /// Stops what this reader is doing, from another thread.
    pub fn interrupter(&self) -> rusqlite::InterruptHandle {
        self.conn.get_interrupt_handle()
    }

    /// A window of a list.
    ///
    /// # Errors
    /// As all reads: the file is damaged or gone, or the reading was interrupted.
    pub fn list(&self, request: &ListRequest, asker: &Asker) -> Result<Page> {
        self.named_error(list::window(&self.conn, request, asker))
    }

    /// By which indexes a list is walked, in SQLite's words: for whoever wonders why one is slow.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn explain(&self, request: &ListRequest, asker: &Asker) -> Result<Vec<String>> {
        let ask = list::Ask::new(&self.conn, &request.query, request.sort, asker);
        self.named_error(ask.and_then(|a| a.explain()))
    }

    /// How many tickets each query means.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn counts(&self, queries: &[Query], asker: &Asker) -> Result<Vec<Count>> {
        self.named_error(
            queries
                .iter()
                .map(|q| list::Ask::new(&self.conn, q, Sort::Due, asker)?.count())
                .collect(),
        )
    }

    /// A ticket with all that belongs to it; long bodies are cut, see [`Self::body`].
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn thread(&self, id: TicketId) -> Result<Option<Thread>> {
        self.named_error(thread::thread(&self.conn, id))
    }

    /// A message's whole text.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn body(&self, id: MessageId) -> Result<Option<Untrusted>> {
        Ok(self
            .conn
            .prepare_cached("SELECT body FROM message WHERE id = ?1")?
            .query_row([id.0], |r| r.get::<_, String>(0))
            .optional()?
            .map(Untrusted::new))
    }

    /// A ticket's fields.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn ticket(&self, id: TicketId) -> Result<Option<Ticket>> {
        self.named_error(put::load(&self.conn, id))
    }

    /// The ticket behind a number; large and small letters are one.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn find(&self, key: &TicketKey) -> Result<Option<TicketId>> {
        Ok(self
            .conn
            .prepare_cached("SELECT id FROM ticket WHERE key = ?1")?
            .query_row([key.as_str()], |r| r.get(0))
            .optional()?
            .map(TicketId))
    }

    /// The ticket to do next: live, awake, not waiting, mine or nobody's, within my scope; by due.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn next_urgent(&self, asker: &Asker, skip: &[TicketId]) -> Result<Option<Urgent>> {
        let mut asker = asker.clone();
        self.narrow_to_my_tenants(&mut asker)?;
        let flag = |f, negated| Term {
            negated,
            test: Test::Is(vec![f]),
        };
        let mut query = Query::all();
        query.terms = vec![
            flag(Flag::Live, false),
            flag(Flag::Snoozed, true),
            flag(Flag::Waiting, true),
        ];
        query = query.and(Test::Assignee(vec![Some(Who::Me), None]));
        let ask = list::Ask::new(&self.conn, &query, Sort::Due, &asker)?;
        let found = ask.walk((i64::MIN, i64::MIN), true, skip.len() + 1)?;
        let Some(row) = found.into_iter().find(|r| !skip.contains(&r.ticket.id)) else {
            return Ok(None);
        };
        let passed = self.passed(row.place.major, &asker.me, skip.len() as u64)?;
        Ok(Some(Urgent {
            ticket: row.ticket,
            passed,
        }))
    }

    /// What falls due before `until`.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn outlook(&self, until: Instant, limit: usize, asker: &Asker) -> Result<Outlook> {
        self.named_error(self.look_ahead(until, limit, asker))
    }

    /// The words completion knows; absences that are over at `now` are left out.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn vocabulary(&self, now: Instant) -> Result<Vocabulary> {
        let mut v = Vocabulary {
            agents: self.stored("an agent", "SELECT json FROM agent ORDER BY id")?,
            tenants: self.stored("a tenant", "SELECT json FROM tenant ORDER BY id")?,
            absences: self.stored("an absence", "SELECT json FROM absence ORDER BY until")?,
            ..Vocabulary::default()
        };
        v.absences
            .retain(|a: &crate::domain::people::Absence| a.to > now);
        let used = |dim: &str, n: i64| -> Result<Vec<String>> {
            let mut stmt = self.conn.prepare_cached("SELECT value FROM counter WHERE dim = ?1 AND value <> '' GROUP BY value HAVING sum(n) > 0 ORDER BY sum(n) DESC, value LIMIT ?2")?;
            Ok(stmt
                .query_map(params![dim, n], |r| r.get(0))?
                .collect::<rusqlite::Result<_>>()?)
        };
        v.labels = used("label", 2000)?;
        let mut names = used("workspace", 3000)?;
        let mut stmt = self
            .conn
            .prepare_cached("SELECT name FROM workspace ORDER BY name LIMIT 3000")?;
        for name in stmt.query_map([], |r| r.get::<_, String>(0))? {
            names.push(name?);
        }
        let mut seen = std::collections::HashSet::new();
        names.retain(|n| seen.insert(n.clone()));
        v.workspaces = names.into_iter().map(Untrusted::new).collect();
        for id in used("assignee", 2000)? {
            if let Ok(id) = AgentId::parse(&id)
                && !v
                    .agents
                    .iter()
                    .any(|a: &crate::domain::people::Agent| a.id == id)
            {
                v.agents.push(crate::domain::people::Agent {
                    name: Untrusted::new(id.as_str()),
                    id,
                    tenants: Vec::new(),
                });
            }
        }
        for id in used("tenant", 2000)? {
            if let Ok(id) = TenantId::parse(&id)
                && !v
                    .tenants
                    .iter()
                    .any(|t: &crate::domain::people::Tenant| t.id == id)
            {
                v.tenants.push(crate::domain::people::Tenant {
                    name: Untrusted::new(id.as_str()),
                    id,
                });
            }
        }
        Ok(v)
    }

    /// The outbox: what is not confirmed first, then the newest of the rest, at most 500.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn outbox(&self) -> Result<Vec<OutboxRow>> {
        outbox::shown(&self.conn)
    }

    /// The newest lines of the audit trail, of one ticket or of all.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn audit(&self, limit: usize, ticket: Option<TicketId>) -> Result<Vec<AuditRow>> {
        audit::newest(&self.conn, limit, ticket)
    }

    /// Whether the audit trail is whole. Reads all of it.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn verify_audit(&self) -> Result<AuditVerdict> {
        audit::verify(&self.conn)
    }

    /// An attachment's bytes.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn attachment(&self, id: AttachmentId) -> Result<Option<Vec<u8>>> {
        Ok(self
            .conn
            .prepare_cached("SELECT bytes FROM attachment_data WHERE id = ?1")?
            .query_row([id.0], |r| r.get(0))
            .optional()?)
    }

    /// An attachment's name.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn attachment_name(&self, id: AttachmentId) -> Result<Option<Untrusted>> {
        Ok(self
            .conn
            .prepare_cached("SELECT name FROM attachment WHERE id = ?1")?
            .query_row([id.0], |r| r.get::<_, String>(0))
            .optional()?
            .map(Untrusted::new))
    }

    /// All drafts, the newest first.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn drafts(&self) -> Result<Vec<Draft>> {
        let mut stmt = self
            .conn
            .prepare_cached("SELECT ticket, visibility, body, at FROM draft ORDER BY at DESC")?;
        Ok(stmt
            .query_map([], thread::draft)?
            .collect::<rusqlite::Result<_>>()?)
    }

    /// Macros, snippets or views, by name.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn named(&self, shelf: Shelf) -> Result<Vec<Named>> {
        let mut stmt = self
            .conn
            .prepare_cached("SELECT name, body FROM named WHERE sort = ?1 ORDER BY name")?;
        let found = stmt.query_map([writer::shelf_code(shelf)], |r| {
            Ok(Named {
                name: r.get(0)?,
                body: r.get(1)?,
            })
        })?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// A remembered value.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn meta(&self, key: &str) -> Result<Option<String>> {
        Ok(self
            .conn
            .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
            .query_row([key], |r| r.get(0))
            .optional()?)
    }

    /// A ticket's life as far as clocks care.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn history(&self, id: TicketId) -> Result<Option<TicketHistory>> {
        let Some(t) = put::load(&self.conn, id)? else {
            return Ok(None);
        };
        let mut h = put::history(&self.conn, t)?;
        h.events.extend(outbox::clock_events(&self.conn, id)?);
        h.events.sort_by_key(|e| e.at);
        Ok(Some(h))
    }

    /// Hands every ticket to `each`, oldest first, until it says stop with `false`.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn export(&self, each: &mut dyn FnMut(ExportRow) -> bool) -> Result<()> {
        thread::export(&self.conn, each)
    }
}
