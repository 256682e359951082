//! Reading for the screen.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use super::*;
use crate::domain::change::OutboxRow;
use crate::domain::list::Sort;
use crate::domain::list::{Asker, Count, ListRequest, Page, Urgent, Vocabulary};
use crate::domain::next;
use crate::domain::people::TenantId;
use crate::domain::query::Query;
use crate::domain::thread::{AttachmentId, Draft, MessageId, Thread};
use crate::domain::ticket::TicketKey;

/// True of what is within the asker's scope.
pub(super) fn scope(asker: &Asker) -> String {
    sift::conditions(&Query::all(), asker).sql
}

/// A read-only connection of its own.
#[derive(Debug)]
pub struct Reader {
    pub(super) conn: Connection,
    path: std::path::PathBuf,
}

impl Reader {
    /// What goes wrong names the file, and damage leaves a note beside it.
    fn named_error<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|e| match e {
            // A search that is interrupted while it opens its index tells it in the words of
            // damage; an index that opens now is whole.
            StoreError::Damaged { detail, .. }
                if detail.contains("vtable constructor") && self.index_opens() =>
            {
                StoreError::Interrupted
            }
            e => open::explain(&self.path, e),
        })
    }

    fn index_opens(&self) -> bool {
        self.conn
            .query_row("SELECT 1 FROM words WHERE rowid = -1", [], |_| Ok(()))
            .optional()
            .is_ok()
    }

    pub(super) fn run<T>(&self, read: impl FnOnce() -> Result<T>) -> Result<T> {
        self.named_error(read())
    }

    pub(super) fn stored<T: serde::de::DeserializeOwned>(
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

    /// The asker's scope, narrowed to the tenants this agent may act for; false if nothing
    /// is left. The team's scope says what is seen; an agent's own tenants only what this
    /// person is sent to: colleagues see each other's work, and help where they are asked.
    fn narrow_to_my_tenants(&self, asker: &mut Asker) -> Result<bool> {
        let me: Option<String> = self
            .conn
            .prepare_cached("SELECT json FROM agent WHERE id = ?1")?
            .query_row([asker.me.as_str()], |r| r.get(0))
            .optional()?;
        let Some(me) = me else { return Ok(true) };
        let me: crate::domain::people::Agent = lay::parse("an agent", &me)?;
        if me.tenants.is_empty() {
            return Ok(true);
        }
        let scope = std::mem::take(&mut asker.scope);
        asker.scope = me
            .tenants
            .into_iter()
            .filter(|t| scope.is_empty() || scope.contains(t))
            .collect();
        // An empty scope would mean all tenants, not none.
        Ok(!asker.scope.is_empty())
    }

    /// What lies before a key, and why it was passed over: what the team sees, apart from
    /// what this agent may act for.
    fn passed(
        &self,
        key: i64,
        (seen, mine): (&Asker, &Asker),
        skipped: u64,
    ) -> Result<Vec<(String, u64)>> {
        let (seen, to_me) = (scope(seen), scope(mine));
        let (others, waiting, strange): (Option<i64>, Option<i64>, Option<i64>) = self.conn.prepare_cached(&format!(
            "SELECT sum(m AND a <> ?2 AND s NOT IN (3, 4)), sum(m AND s IN (3, 4)), sum(NOT m)
               FROM (SELECT coalesce(t.assignee, ?2) a, t.status s, ({to_me}) m FROM ticket t INDEXED BY ticket_due
                 WHERE t.shelf = 0 AND t.k_due < ?1 AND {seen} ORDER BY t.k_due LIMIT 1000)",
        ))?.query_row(params![key, mine.me.as_str()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
        let asleep: i64 = self.conn.prepare_cached(&format!(
            "SELECT count(*) FROM (SELECT 1 FROM ticket t INDEXED BY ticket_due WHERE t.shelf = 1 AND t.k_due < ?1 AND {to_me} LIMIT 1000)"
        ))?.query_row([key], |r| r.get(0))?;
        let all = [
            ("others are on them", others.unwrap_or(0)),
            ("they wait", waiting.unwrap_or(0)),
            ("they sleep", asleep),
            (
                "they are of tenants you do not act for",
                strange.unwrap_or(0),
            ),
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
        self.named_error(window::window(&self.conn, request, asker))
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
                .map(|q| list::Ask::to_count(&self.conn, q, asker)?.count())
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
        self.run(|| {
            Ok(self
                .conn
                .prepare_cached("SELECT body FROM message WHERE id = ?1")?
                .query_row([id.0], |r| r.get::<_, String>(0))
                .optional()?
                .map(Untrusted::new))
        })
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
        self.run(|| put::by_key(&self.conn, key))
    }

    /// The same, as the asker's team sees it: none if the ticket is outside its scope.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn find_for(&self, key: &TicketKey, asker: &Asker) -> Result<Option<TicketId>> {
        self.run(|| {
            let sql = format!(
                "SELECT t.id FROM ticket t WHERE t.key = ?1 AND {}",
                scope(asker)
            );
            Ok(self
                .conn
                .prepare_cached(&sql)?
                .query_row([key.as_str()], |r| r.get(0))
                .optional()?
                .map(TicketId))
        })
    }

    /// The ticket to do next: live, awake, not waiting, mine or nobody's, within the team's
    /// scope and of a tenant this agent may act for; the first by [`next::Rank`].
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn next_urgent(&self, asker: &Asker, skip: &[TicketId]) -> Result<Option<Urgent>> {
        self.run(|| {
            let (seen, mut asker) = (asker, asker.clone());
            if !self.narrow_to_my_tenants(&mut asker)? {
                return Ok(None);
            }
            let query = next::candidates();
            let ask = list::Ask::new(&self.conn, &query, Sort::Due, &asker)?;
            let mut from = (i64::MIN, i64::MIN);
            let row = loop {
                let found = ask.walk(from, true, skip.len() + 1)?;
                let mut rows = found.rows.into_iter();
                match (rows.find(|r| !skip.contains(&r.ticket.id)), found.stopped) {
                    (Some(row), _) => break row,
                    // "Nothing is left" is said only after all was looked at.
                    (None, Some(p)) => from = (p.major, p.id.0 - 1),
                    (None, None) => return Ok(None),
                }
            };
            let passed = self.passed(row.place.major, (seen, &asker), skip.len() as u64)?;
            Ok(Some(Urgent {
                ticket: row.ticket,
                passed,
            }))
        })
    }

    /// The agents that were made known, by handle.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn agents(&self) -> Result<Vec<crate::domain::people::Agent>> {
        self.run(|| self.stored("an agent", "SELECT json FROM agent ORDER BY id"))
    }

    /// The Workspaces that are known by name, those of the most tickets first.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn workspaces(&self) -> Result<Vec<Untrusted>> {
        self.run(|| {
            let mut names = self.used("workspace", 3000)?;
            let mut stmt = self.conn.prepare_cached(
                "SELECT name FROM workspace UNION SELECT key FROM register WHERE sort = 'workspaces' ORDER BY 1 LIMIT 3000",
            )?;
            for name in stmt.query_map([], |r| r.get::<_, String>(0))? {
                names.push(name?);
            }
            let mut seen = std::collections::HashSet::new();
            names.retain(|n| seen.insert(n.clone()));
            Ok(names.into_iter().map(Untrusted::new).collect())
        })
    }

    /// What tickets have of a kind, the most frequent first.
    fn used(&self, dim: &str, most: i64) -> Result<Vec<String>> {
        let mut stmt = self.conn.prepare_cached("SELECT value FROM counter WHERE dim = ?1 AND value <> '' GROUP BY value HAVING sum(n) > 0 ORDER BY sum(n) DESC, value LIMIT ?2")?;
        Ok(stmt
            .query_map(params![dim, most], |r| r.get(0))?
            .collect::<rusqlite::Result<_>>()?)
    }

    /// The words completion knows; absences that are over at `now` are left out.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn vocabulary(&self, now: Instant) -> Result<Vocabulary> {
        self.run(|| {
            let mut v = Vocabulary {
                agents: self.agents()?,
                tenants: self.stored("a tenant", "SELECT json FROM tenant ORDER BY id")?,
                absences: self.stored("an absence", "SELECT json FROM absence ORDER BY until")?,
                ..Vocabulary::default()
            };
            v.absences
                .retain(|a: &crate::domain::people::Absence| a.to > now);
            v.labels = self.used("label", 2000)?;
            v.workspaces = self.workspaces()?;
            let tenants = self.records(crate::domain::register::Register::Tenants)?;
            for tenant in crate::domain::register::Book::new(tenants).tenants() {
                if !v
                    .tenants
                    .iter()
                    .any(|t: &crate::domain::people::Tenant| t.id == tenant.id)
                {
                    v.tenants.push(tenant);
                }
            }
            for id in self.used("assignee", 2000)? {
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
            for id in self.used("tenant", 2000)? {
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
        })
    }

    /// The outbox: what is not confirmed first, then the newest of the rest, at most 500.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn outbox(&self) -> Result<Vec<OutboxRow>> {
        self.run(|| outbox::shown(&self.conn))
    }

    /// The newest lines of the audit trail, of one ticket or of all.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn audit(&self, limit: usize, ticket: Option<TicketId>) -> Result<Vec<AuditRow>> {
        self.run(|| audit::newest(&self.conn, limit, ticket))
    }

    /// Whether the audit trail is whole. Reads all of it.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn verify_audit(&self) -> Result<AuditVerdict> {
        self.run(|| audit::verify(&self.conn))
    }

    /// An attachment's bytes.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn attachment(&self, id: AttachmentId) -> Result<Option<Vec<u8>>> {
        self.run(|| {
            Ok(self
                .conn
                .prepare_cached("SELECT bytes FROM attachment_data WHERE id = ?1")?
                .query_row([id.0], |r| r.get(0))
                .optional()?)
        })
    }

    /// Where an attachment's bytes are; none: there is no such file, or nobody has them.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn file(&self, id: AttachmentId) -> Result<Option<super::Stored>> {
        self.run(|| super::remote::stored(&self.conn, id))
    }

    /// An attachment's name.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn attachment_name(&self, id: AttachmentId) -> Result<Option<Untrusted>> {
        self.run(|| {
            Ok(self
                .conn
                .prepare_cached("SELECT name FROM attachment WHERE id = ?1")?
                .query_row([id.0], |r| r.get::<_, String>(0))
                .optional()?
                .map(Untrusted::new))
        })
    }

    /// The drafts of a ticket.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn drafts_of(&self, ticket: TicketId) -> Result<Vec<Draft>> {
        draft::of(&self.conn, ticket)
    }

    /// All drafts, the newest first.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn drafts(&self) -> Result<Vec<Draft>> {
        self.run(|| draft::all(&self.conn))
    }

    /// Macros, snippets or views, by name.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn named(&self, shelf: Shelf) -> Result<Vec<Named>> {
        self.run(|| {
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
        })
    }

    /// A remembered value.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn meta(&self, key: &str) -> Result<Option<String>> {
        self.run(|| {
            Ok(self
                .conn
                .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
                .query_row([key], |r| r.get(0))
                .optional()?)
        })
    }

    /// A ticket's life as far as clocks care.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn history(&self, id: TicketId) -> Result<Option<TicketHistory>> {
        self.run(|| {
            put::load(&self.conn, id)?
                .map(|t| outbox::shown_history(&self.conn, t))
                .transpose()
        })
    }

    /// Hands what clocks care of to `each`, of every ticket that is meant and lives on under its own number,
    /// oldest first, until it says stop with `false`. One is in memory at a time.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn histories(
        &self,
        query: &Query,
        asker: &Asker,
        each: &mut dyn FnMut(TicketHistory) -> bool,
    ) -> Result<()> {
        self.run(|| {
            let ask = list::Ask::to_count(&self.conn, query, asker)?;
            let meant = &ask.sieve.sql;
            let mut stmt = self.conn.prepare(&format!(
                "SELECT t.id FROM ticket t WHERE t.merged IS NULL AND ({meant}) ORDER BY t.id"
            ))?;
            let mut found = stmt.query([])?;
            while let Some(row) = found.next()? {
                let Some(ticket) = ask.load_by_itself(row.get(0)?)? else {
                    continue;
                };
                if !each(outbox::shown_history(&self.conn, ticket)?) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// Hands every ticket to `each`, oldest first, until it says stop with `false`.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn export(&self, each: &mut dyn FnMut(ExportRow) -> bool) -> Result<()> {
        self.run(|| thread::export(&self.conn, each))
    }
}
