//! Walking along a list: candidates from index stretches merged in order, each row held
//! against the query, within a budget of rows looked at.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use rusqlite::{Connection, OptionalExtension, params};

use super::plan::Plan;
use super::rows::{self, COLS};
use super::ways::Branch;
use super::{Result, StoreError, sift, words};
use crate::domain::list::{Asker, Count, Place, Row, Sort};
use crate::domain::query::{Query, Term, Test, Text};
use crate::domain::ticket::{Ticket, TicketId};

/// So many rows are looked at in each direction; then the window is given as it is, with
/// the place from where to look on.
pub const BUDGET: i64 = 16_000;
/// A row that only the full rule could turn away costs so many.
const DEAR: i64 = 4;
/// Up to so many are asked for their words one by one, instead of all words for them.
const FEW: i64 = 200;
/// Others are counted up to here.
const CAP: usize = 1000;

/// One question.
pub struct Ask<'a> {
    conn: &'a Connection,
    query: &'a Query,
    asker: &'a Asker,
    sort: Sort,
    /// The way to the candidates.
    pub plan: Plan,
    /// What SQL can tell of the query.
    pub sieve: sift::Sieve,
    texts: Vec<&'a Text>,
    /// What went wrong while a row was held against the query.
    failed: RefCell<Option<StoreError>>,
}

/// What a walk met: rows in the order of walking, and where it gave up, if it did.
#[derive(Default)]
pub struct Walk {
    /// The rows.
    pub rows: Vec<Row>,
    /// A window around this place goes on where the walk gave up.
    pub stopped: Option<Place>,
}

/// What may still be spent on looking.
struct Purse(Cell<i64>);

impl Purse {
    fn spend(&self, n: i64) -> bool {
        self.0.set(self.0.get().saturating_sub(n));
        self.0.get() > 0
    }
}

struct Cursor<'p> {
    branch: &'p Branch,
    rows: VecDeque<(i64, i64, bool)>,
    from: (i64, i64),
    chunk: i64,
    done: bool,
}

impl<'a> Ask<'a> {
    /// Gets ready to answer with rows.
    pub fn new(
        conn: &'a Connection,
        query: &'a Query,
        sort: Sort,
        asker: &'a Asker,
    ) -> Result<Self> {
        let plan = if query.words().is_empty() {
            Plan::of(conn, query, sort, asker)?
        } else {
            // What is found by words has its own order.
            Plan::to_count(conn, query, asker)?
        };
        Ok(Self::with(conn, query, sort, asker, plan))
    }

    /// Gets ready to count.
    pub fn to_count(conn: &'a Connection, query: &'a Query, asker: &'a Asker) -> Result<Self> {
        let plan = Plan::to_count(conn, query, asker)?;
        Ok(Self::with(conn, query, Sort::Due, asker, plan))
    }

    fn with(
        conn: &'a Connection,
        query: &'a Query,
        sort: Sort,
        asker: &'a Asker,
        plan: Plan,
    ) -> Self {
        Self {
            conn,
            query,
            asker,
            sort,
            plan,
            sieve: sift::conditions(query, asker),
            texts: query.words(),
            failed: RefCell::default(),
        }
    }

    /// Whether the words of a term that is turned around, or one beside the search, occur.
    fn has(&self, id: TicketId, text: &Text) -> bool {
        let expression = words::expression(&[text], words::week(id));
        let found = self
            .conn
            .prepare_cached("SELECT 1 FROM words WHERE words MATCH ?1 AND rowid = ?2")
            .and_then(|mut s| {
                s.query_row(params![expression, id.0], |_| Ok(()))
                    .optional()
            });
        match found {
            Ok(found) => found.is_some(),
            Err(e) => {
                self.failed.replace(Some(e.into()));
                false
            }
        }
    }

    /// The query is a search for words.
    pub fn is_search(&self) -> bool {
        !self.texts.is_empty()
    }

    fn fits(&self, t: &Ticket) -> bool {
        self.query.matches_by(t, self.asker, |text| {
            self.texts.contains(&text) || self.has(t.id, text)
        }) && (t.merged_into.is_none() || names_merged(self.query))
    }

    /// Whether a ticket is meant, words apart that the search itself has found.
    fn is_meant(&self, t: &Ticket) -> Result<bool> {
        let meant = self.sieve.exact || self.fits(t);
        self.failed.take().map_or(Ok(meant), Err)
    }

    /// The ticket, if it is meant. What the sieve lets through is meant if that says all.
    pub fn load(&self, id: i64) -> Result<Option<Ticket>> {
        let Some(t) = super::put::load(self.conn, TicketId(id))? else {
            return Ok(None);
        };
        Ok(self.is_meant(&t)?.then_some(t))
    }

    /// The same of a ticket that no search has found.
    pub fn load_by_itself(&self, id: i64) -> Result<Option<Ticket>> {
        let id = TicketId(id);
        let found = self.texts.iter().all(|text| self.has(id, text));
        if let Some(e) = self.failed.take() {
            return Err(e);
        }
        if found { self.load(id.0) } else { Ok(None) }
    }

    /// A ticket as a row of this list.
    pub fn row(&self, t: Ticket) -> Row {
        if self.is_search() {
            Row {
                place: found_place(t.id.0),
                ticket: t,
            }
        } else {
            row(t, self.sort)
        }
    }

    /// So few candidates that all of them are looked at and sorted.
    pub fn is_gathered(&self) -> bool {
        if self.is_search() {
            self.plan.n <= FEW
        } else {
            self.plan.gather
        }
    }

    /// Up to `limit` rows after (or before) a place, in the order of walking.
    pub fn walk(&self, from: (i64, i64), forward: bool, limit: usize) -> Result<Walk> {
        if limit == 0 || self.plan.empty {
            return Ok(Walk::default());
        }
        let purse = Purse(Cell::new(BUDGET));
        if !self.texts.is_empty() {
            return self.search(from, forward, limit, &purse);
        }
        let mut rows = Vec::new();
        let stopped = self.each(from, forward, &purse, &mut |id| {
            let found = self.load(id)?;
            let fits = found.is_some();
            rows.extend(found.map(|t| row(t, self.sort)));
            Ok((fits, rows.len() < limit))
        })?;
        Ok(Walk { rows, stopped })
    }

    /// Hands on what the sieve lets through, until told to stop (the second word of the
    /// answer; the first: it was meant) or the purse is empty: then the place from where to
    /// go on is given.
    fn each(
        &self,
        from: (i64, i64),
        forward: bool,
        purse: &Purse,
        take: &mut dyn FnMut(i64) -> Result<(bool, bool)>,
    ) -> Result<Option<Place>> {
        let start = self.start(from, forward);
        let branches = &self.plan.branches;
        // Many stretches together fill a screen from a few rows each.
        let share = 512 / i64::try_from(branches.len().max(1)).unwrap_or(512);
        let mut cursors: Vec<Cursor<'_>> = branches
            .iter()
            .map(|branch| Cursor {
                branch,
                rows: VecDeque::new(),
                from: start,
                chunk: if branch.loose {
                    4096
                } else {
                    share.clamp(8, 64)
                },
                done: false,
            })
            .collect();
        let (mut last, mut before) = (None, None);
        loop {
            for c in &mut cursors {
                if c.rows.is_empty() && !c.done {
                    self.refill(c, forward)?;
                }
            }
            let heads = cursors
                .iter()
                .enumerate()
                .filter_map(|(i, c)| c.rows.front().map(|r| ((r.0, r.1), i)));
            let Some((here, at)) = (if forward { heads.min() } else { heads.max() }) else {
                break;
            };
            let Some((_, id, seen)) = cursors.get_mut(at).and_then(|c| c.rows.pop_front()) else {
                break;
            };
            if !purse.spend(1) {
                // A window around a place begins with it, and ends before it.
                let edge = if forward { Some(here) } else { last };
                return Ok(edge.map(|(major, id)| self.place_of(major, id)));
            }
            last = Some(here);
            // Stretches may overlap: a ticket with two of the labels is in both.
            if !seen || before.replace(id) == Some(id) {
                continue;
            }
            let (fits, on) = take(id)?;
            if !fits {
                purse.spend(DEAR);
            }
            if !on {
                break;
            }
        }
        Ok(None)
    }

    /// Where a walk begins: not before the plan's stretch.
    fn start(&self, from: (i64, i64), forward: bool) -> (i64, i64) {
        let (lo, hi) = self.plan.keys;
        let by_id = self.plan.branches.iter().any(|b| b.key == b.id);
        match (by_id, forward) {
            (true, true) => (0, from.1.max(lo.saturating_sub(1))),
            (true, false) => (0, from.1.min(hi)),
            (false, true) => from.max((lo, i64::MIN)),
            (false, false) => from.min((hi, i64::MIN)),
        }
    }

    fn place_of(&self, major: i64, id: i64) -> Place {
        Place {
            major: if self.sort == Sort::Age { 0 } else { major },
            minor: 0,
            id: TicketId(id),
        }
    }

    /// The rows behind a place, in two questions: those with its own key, then those with the
    /// next ones. Asked as one, all rows with its key would be read, and there may be many.
    fn walk_sql(&self, b: &Branch, forward: bool) -> Vec<String> {
        let (key, id) = (b.key, b.id);
        let (op, order, bound) = if forward {
            (">", "", "<")
        } else {
            ("<", "DESC", ">=")
        };
        let walks = if key == id {
            vec![(
                format!("{id} {op} ?4 AND {id} {bound} ?5 AND ?3 IS NOT NULL"),
                format!("{id} {order}"),
            )]
        } else {
            vec![
                (
                    format!("{key} = ?3 AND {id} {op} ?4 AND {key} {bound} ?5"),
                    format!("{id} {order}"),
                ),
                (
                    format!("{key} {op} ?3 AND {key} {bound} ?5 AND ?4 IS NOT NULL"),
                    format!("{key} {order}, {id} {order}"),
                ),
            ]
        };
        let walk = |(after, by): &(String, String)| {
            format!(
                "SELECT {key}, {id}, ({}) FROM {} WHERE {} AND {after} ORDER BY {by} LIMIT ?6",
                self.sieve.sql, b.from, b.on
            )
        };
        walks.iter().map(walk).collect()
    }

    fn refill(&self, c: &mut Cursor<'_>, forward: bool) -> Result<()> {
        let b = c.branch;
        let edge = if forward {
            self.plan.keys.1
        } else {
            self.plan.keys.0
        };
        let (mut n, place) = (0, c.from);
        for walk in self.walk_sql(b, forward) {
            if n == c.chunk {
                break;
            }
            let mut stmt = self.conn.prepare_cached(&walk)?;
            let mut found = stmt.query(params![
                b.args[0],
                b.args[1],
                b.key_at(place.0),
                place.1,
                b.key_at(edge),
                c.chunk - n
            ])?;
            while let Some(r) = found.next()? {
                n += 1;
                let (key, id): (i64, i64) = (r.get::<_, i64>(0)? - b.shift, r.get(1)?);
                let seen: Option<bool> = r.get(2)?;
                c.from = (key, id);
                c.rows.push_back((key, id, seen.unwrap_or(false)));
            }
        }
        c.done = n < c.chunk;
        c.chunk = (c.chunk * 2).min(512);
        Ok(())
    }

    /// What is asked for a search: the hits of a week, the next ticket, a ticket.
    fn search_sql(&self, forward: bool) -> [String; 3] {
        let (op, order, edge) = if forward {
            ("<", "DESC", "max(id) FROM ticket WHERE id <= ?1")
        } else {
            (">", "", "min(id) FROM ticket WHERE id >= ?1")
        };
        [
            format!(
                "SELECT rowid FROM words WHERE words MATCH ?1 AND rowid {op} ?2 ORDER BY rowid {order}"
            ),
            format!("SELECT {edge}"),
            format!(
                "SELECT {COLS}, ({}) FROM ticket t WHERE t.id = ?1",
                self.sieve.sql
            ),
        ]
    }

    /// How SQLite goes about it, both ways: its own words, one line a step.
    pub fn explain(&self) -> Result<Vec<String>> {
        let mut asked = Vec::new();
        for forward in [true, false] {
            if self.texts.is_empty() {
                let all = self.plan.branches.iter();
                asked.extend(all.flat_map(|b| self.walk_sql(b, forward)));
            } else {
                asked.extend(self.search_sql(forward));
            }
        }
        asked.dedup();
        let mut out = Vec::new();
        for sql in asked {
            let mut stmt = self.conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            let mut found = stmt.raw_query();
            while let Some(r) = found.next()? {
                out.push(r.get(3)?);
            }
        }
        Ok(out)
    }

    /// Newest first, week by week. Places are (-id, id).
    fn search(&self, from: (i64, i64), forward: bool, limit: usize, purse: &Purse) -> Result<Walk> {
        let mut out = Walk::default();
        let [walk, next, load] = self.search_sql(forward);
        let mut walk = self.conn.prepare_cached(&walk)?;
        let mut next = self.conn.prepare_cached(&next)?;
        let mut load = self.conn.prepare_cached(&load)?;
        // Saturating: the open ends stand for themselves.
        let bound = match from.0 {
            i64::MIN => i64::MAX,
            i64::MAX => i64::MIN,
            _ => from.1,
        };
        // A window around a place begins with it, and ends before it.
        let stop = |id: i64| Some(found_place(id.saturating_sub(i64::from(forward))));
        let mut at = bound;
        while let Some(id) = next.query_row([at], |r| r.get::<_, Option<i64>>(0))? {
            let week = words::week(TicketId(id));
            let mut hits = walk.query(params![words::expression(&self.texts, week), bound])?;
            while let Some(hit) = hits.next()? {
                let id: i64 = hit.get(0)?;
                let found = load
                    .query_row([id], |r| {
                        let ok: Option<bool> = r.get(rows::WIDTH)?;
                        if ok.unwrap_or(false) {
                            rows::ticket(r).map(Some)
                        } else {
                            Ok(None)
                        }
                    })
                    .optional()?
                    .flatten();
                if let Some(t) = found
                    && self.is_meant(&t)?
                {
                    out.rows.push(self.row(t));
                }
                if out.rows.len() == limit {
                    return Ok(out);
                }
                if !purse.spend(2) {
                    out.stopped = stop(id);
                    return Ok(out);
                }
            }
            at = if forward {
                words::first_id(week) - 1
            } else {
                words::first_id(week + 1)
            };
            if !purse.spend(DEAR) {
                out.stopped = Some(found_place(if forward { at } else { at - 1 }));
                break;
            }
        }
        Ok(out)
    }

    /// How many there are, counted up to a cap.
    pub fn count(&self) -> Result<Count> {
        self.count_for(BUDGET)
    }

    /// The same, with so many rows to look at.
    pub fn count_for(&self, budget: i64) -> Result<Count> {
        if self.plan.empty {
            return Ok(Count::Exact(0));
        }
        if let (Some(n), true) = (self.plan.exact, self.texts.is_empty()) {
            return Ok(Count::Exact(n));
        }
        if self.is_search() && self.is_gathered() {
            let mut n = 0;
            for (_, id) in self.gather()? {
                n += u64::from(self.load_by_itself(id)?.is_some());
            }
            return Ok(Count::Exact(n));
        }
        let (from, purse) = ((i64::MIN, i64::MIN), Purse(Cell::new(budget)));
        let cap = if self.texts.is_empty() { CAP } else { CAP / 4 };
        let (n, stopped) = if self.texts.is_empty() {
            let mut n = 0;
            let stopped = self.each(from, true, &purse, &mut |id| {
                let fits = self.sieve.exact || self.load(id)?.is_some();
                n += usize::from(fits);
                Ok((fits, n <= cap))
            })?;
            (n, stopped)
        } else {
            let walk = self.search(from, true, cap + 1, &purse)?;
            (walk.rows.len(), walk.stopped)
        };
        Ok(if n > cap {
            Count::AtLeast(cap as u64)
        } else if stopped.is_some() {
            Count::AtLeast(n as u64)
        } else {
            Count::Exact(n as u64)
        })
    }

    /// The keys and ids of all candidates, in the order that is wished for.
    pub fn gather(&self) -> Result<Vec<(i64, i64)>> {
        let wished = match self.sort {
            _ if self.is_search() => "-t.id",
            Sort::Due => "t.k_due",
            Sort::Updated => "t.k_upd",
            Sort::Priority => "t.k_prio",
            Sort::Age => "0",
        };
        let mut all = Vec::new();
        for b in &self.plan.branches {
            let sql = format!(
                "SELECT {wished}, {}, ({}) FROM {} WHERE {} AND {key} >= ?3 AND {key} < ?4",
                b.id,
                self.sieve.sql,
                b.from,
                b.on,
                key = b.key
            );
            let (lo, hi) = self.plan.keys;
            let mut stmt = self.conn.prepare_cached(&sql)?;
            let mut found =
                stmt.query(params![b.args[0], b.args[1], b.key_at(lo), b.key_at(hi)])?;
            while let Some(r) = found.next()? {
                if r.get::<_, Option<bool>>(2)?.unwrap_or(false) {
                    all.push((r.get(0)?, r.get(1)?));
                }
            }
        }
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }

    /// A ticket's place in the list, if it is in it.
    pub fn place(&self, id: TicketId) -> Result<Option<Place>> {
        Ok(self.load_by_itself(id.0)?.map(|t| self.row(t).place))
    }
}

/// The place of something found by words: newest first.
const fn found_place(id: i64) -> Place {
    Place {
        major: id.saturating_neg(),
        minor: 0,
        id: TicketId(id),
    }
}

fn names_merged(q: &Query) -> bool {
    q.terms.iter().any(|t: &Term| {
        matches!(&t.test, Test::Is(f) if f.contains(&crate::domain::query::Flag::Merged))
            || matches!(t.test, Test::Id(_))
    })
}

/// A ticket as a row of an order.
fn row(t: Ticket, sort: Sort) -> Row {
    Row {
        place: Place {
            major: rows::key_of(&t, sort),
            minor: 0,
            id: t.id,
        },
        ticket: t,
    }
}
