//! Looking ahead: what falls due in a stretch of time, and the tickets that fall due next.

use rusqlite::params;

use super::reader::scope;
use super::{Reader, Result, StoreError, rows};
use crate::domain::Instant;
use crate::domain::list::{Approaching, Asker, Count, DueMark, ListRequest, Outlook};
use crate::domain::people::AgentId;
use crate::domain::sla::Target;
use crate::domain::text::Untrusted;
use crate::domain::ticket::{Due, TicketId, TicketKey};

/// The columns of a mark.
const MARK: &str = "t.id, t.due_value, t.assignee, t.key, t.subject, t.due_target";

/// Under this name the warnings that were given are remembered.
pub const SAID: &str = "warned";

/// Paused tickets are counted up to here.
const CAP: i64 = 1000;

impl Reader {
    /// Marks of what falls due in a stretch, at most so many: of what is awake, and of what sleeps and will have
    /// woken by the asker's time.
    fn marks(
        &self,
        (from, to): (Instant, Instant),
        limit: usize,
        asker: &Asker,
    ) -> Result<Vec<DueMark>> {
        let rule = scope(asker);
        let awake = format!(
            "SELECT {MARK} FROM ticket t INDEXED BY ticket_due WHERE t.shelf = 0 AND t.k_due >= ?1 AND t.k_due < ?2 AND {rule} AND ?3 IS NOT NULL ORDER BY t.k_due LIMIT ?4"
        );
        let woken = format!(
            "SELECT {MARK} FROM ticket t INDEXED BY ticket_snoozed WHERE t.shelf = 1 AND t.snoozed <= ?3 AND t.k_due >= ?1 AND t.k_due < ?2 AND {rule} ORDER BY t.snoozed LIMIT ?4"
        );
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        // Deadlines are whole milliseconds: the bounds are rounded up to them.
        let bound = |at: Instant| rows::due_bound(rows::at(rows::ceil_ms(at)));
        let mut marks = Vec::new();
        for sql in [awake, woken] {
            let mut stmt = self.conn.prepare_cached(&sql)?;
            let mut found =
                stmt.query(params![bound(from), bound(to), rows::ms(asker.now), most])?;
            while let Some(r) = found.next()? {
                let key = r.get_ref(3)?.as_str().unwrap_or_default();
                let who: Option<String> = r.get(2)?;
                marks.push(DueMark {
                    id: TicketId(r.get(0)?),
                    at: rows::at(r.get(1)?),
                    assignee: who.and_then(|a| AgentId::parse(&a).ok()),
                    key: TicketKey::parse(key).map_err(StoreError::Refused)?,
                    subject: Untrusted::new(r.get::<_, String>(4)?),
                    target: r.get::<_, Option<i64>>(5)?.and_then(Target::from_code),
                });
            }
        }
        marks.sort_by_key(|m| (m.at, m.id));
        Ok(marks)
    }

    /// What falls due before `until`, at most `limit` marks of what is late and as many of what is to come: two
    /// stretches of the index of due instants, however many tickets there are.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn outlook(&self, until: Instant, limit: usize, asker: &Asker) -> Result<Outlook> {
        self.run(|| {
            let cut = |marks: &mut Vec<DueMark>| {
                let over = marks.len() > limit;
                marks.truncate(limit);
                over
            };
            let mut marks = self.marks((Instant::MIN_UTC, asker.now), limit + 1, asker)?;
            let more_late = cut(&mut marks);
            let late = marks.len() as u64;
            let mut coming = self.marks((asker.now, until), limit + 1, asker)?;
            let cut = cut(&mut coming);
            marks.extend(coming);
            let rule = scope(asker);
            let sql = format!(
                "SELECT count(*) FROM (SELECT 1 FROM ticket t INDEXED BY ticket_due WHERE t.shelf = 0 AND t.k_due >= ?1 AND t.k_due < ?2 AND {rule} LIMIT 1001)"
            );
            let paused: i64 = self
                .conn
                .prepare_cached(&sql)?
                .query_row([rows::NOT_RUNNING, rows::NO_PROMISE], |r| r.get(0))?;
            let count = |n: u64, more| if more { Count::AtLeast(n) } else { Count::Exact(n) };
            Ok(Outlook {
                marks,
                late: count(late, more_late),
                paused: count(paused.min(CAP).unsigned_abs(), paused > CAP),
                cut,
            })
        })
    }

    /// The tickets of these lists, each once and by deadline, and which warnings were given.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub fn approaching(&self, lists: &[ListRequest], asker: &Asker) -> Result<Approaching> {
        let mut tickets = Vec::new();
        for list in lists {
            tickets.extend(self.list(list, asker)?.rows.into_iter().map(|r| r.ticket));
        }
        let due = |due: &Due| match due {
            Due::Running { at, .. } => Some(*at),
            Due::Paused { .. } | Due::None => None,
        };
        tickets.sort_by_key(|t| (due(&t.due), t.id));
        tickets.dedup_by_key(|t| t.id);
        // What cannot be read was never said: at worst somebody is told twice.
        let said = self.meta(SAID)?;
        let said = said.and_then(|s| serde_json::from_str(&s).ok());
        Ok(Approaching {
            tickets,
            said: said.unwrap_or_default(),
        })
    }
}
