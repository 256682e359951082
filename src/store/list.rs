//! Windows of lists: candidates from index stretches merged in order, each row held
//! against the query, within a budget of rows looked at.

use std::cell::Cell;
use std::collections::VecDeque;

use rusqlite::{Connection, OptionalExtension, params};

use super::plan::{Branch, Plan, rule_out};
use super::rows::{self, COLS};
use super::{Result, words};
use crate::domain::list::{Anchor, Asker, Count, ListRequest, Page, Place, Row, Sort};
use crate::domain::query::{Query, Term, Test, Text};
use crate::domain::ticket::{Ticket, TicketId};

/// So many rows are looked at for one window; then it is given as it is.
const BUDGET: i64 = 16_000;
/// A row that only the full rule could turn away costs so many.
const DEAR: i64 = 4;
/// Others are counted up to here.
const CAP: usize = 1000;

/// One question and what has been spent on it.
pub struct Ask<'a> {
    conn: &'a Connection,
    query: &'a Query,
    asker: &'a Asker,
    sort: Sort,
    plan: Plan,
    texts: Vec<&'a Text>,
    left: Cell<i64>,
}

struct Cursor<'p> {
    branch: &'p Branch,
    rows: VecDeque<(i64, i64, Option<Ticket>)>,
    from: (i64, i64),
    chunk: i64,
    done: bool,
}

impl<'a> Ask<'a> {
    /// Gets ready to answer.
    pub fn new(
        conn: &'a Connection,
        query: &'a Query,
        sort: Sort,
        asker: &'a Asker,
    ) -> Result<Self> {
        Ok(Self {
            conn,
            query,
            asker,
            sort,
            plan: Plan::of(conn, query, sort, asker)?,
            texts: query.words(),
            left: Cell::new(BUDGET),
        })
    }

    fn spend(&self, n: i64) -> bool {
        self.left.set(self.left.get() - n);
        self.left.get() > 0
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
        matches!(found, Ok(Some(())))
    }

    fn fits(&self, t: &Ticket) -> bool {
        self.query.matches_by(t, self.asker, |text| {
            self.texts.contains(&text) || self.has(t.id, text)
        }) && (t.merged_into.is_none() || names_merged(self.query))
    }

    /// Up to `limit` rows after (or before) a place, in the order of walking.
    pub fn walk(&self, from: (i64, i64), forward: bool, limit: usize) -> Result<Vec<Row>> {
        if limit == 0 || self.plan.empty {
            return Ok(Vec::new());
        }
        if !self.texts.is_empty() {
            return self.search(from, forward, limit);
        }
        let (lo, hi) = self.plan.keys;
        let start = if forward {
            from.max((lo, i64::MIN))
        } else {
            from.min((hi, i64::MIN))
        };
        let start = if self.sort == Sort::Age && !self.plan.gather {
            (0, from.1)
        } else {
            start
        };
        let mut cursors: Vec<Cursor<'_>> = self
            .plan
            .branches
            .iter()
            .map(|branch| Cursor {
                branch,
                rows: VecDeque::new(),
                from: start,
                chunk: 64,
                done: false,
            })
            .collect();
        let mut out: Vec<Row> = Vec::new();
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
            let Some((_, at)) = (if forward { heads.min() } else { heads.max() }) else {
                break;
            };
            let Some((_, id, found)) = cursors[at].rows.pop_front() else {
                break;
            };
            if !self.spend(1) {
                break;
            }
            let Some(t) = found else { continue };
            if out.last().is_some_and(|r| r.ticket.id.0 == id) {
                continue;
            }
            if !self.fits(&t) {
                self.spend(DEAR);
                continue;
            }
            out.push(row(t, self.sort));
            if out.len() == limit {
                break;
            }
        }
        Ok(out)
    }

    fn walk_sql(&self, b: &Branch, forward: bool) -> String {
        let (key, id) = (b.key, b.id);
        let (op, order, bound) = if forward {
            (">", "", "<")
        } else {
            ("<", "DESC", ">=")
        };
        let (after, by) = if key == "0" {
            (
                format!("?5 IS NOT NULL AND ?3 IS NOT NULL AND {id} {op} ?4"),
                format!("{id} {order}"),
            )
        } else {
            (
                format!("({key}, {id}) {op} (?3, ?4) AND {key} {bound} ?5"),
                format!("{key} {order}, {id} {order}"),
            )
        };
        format!(
            "SELECT {COLS}, {key}, ({}) FROM {} WHERE {} AND {after} ORDER BY {by} LIMIT ?6",
            self.plan.rule_out, b.from, b.on
        )
    }

    fn refill(&self, c: &mut Cursor<'_>, forward: bool) -> Result<()> {
        let b = c.branch;
        let edge = if forward {
            self.plan.keys.1
        } else {
            self.plan.keys.0
        };
        let mut stmt = self.conn.prepare_cached(&self.walk_sql(b, forward))?;
        let mut found = stmt.query(params![
            b.args[0], b.args[1], c.from.0, c.from.1, edge, c.chunk
        ])?;
        let mut n = 0;
        while let Some(r) = found.next()? {
            n += 1;
            let (key, id): (i64, i64) = (r.get(32)?, r.get(0)?);
            let ok: Option<bool> = r.get(33)?;
            let ticket = if ok.unwrap_or(false) {
                Some(rows::ticket(r)?)
            } else {
                None
            };
            c.from = (key, id);
            c.rows.push_back((key, id, ticket));
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
        let rule = rule_out(self.query, self.asker);
        [
            format!(
                "SELECT rowid FROM words WHERE words MATCH ?1 AND rowid {op} ?2 ORDER BY rowid {order}"
            ),
            format!("SELECT {edge}"),
            format!("SELECT {COLS}, ({rule}) FROM ticket t WHERE t.id = ?1"),
        ]
    }

    /// How SQLite goes about it, both ways: its own words, one line a step.
    pub fn explain(&self) -> Result<Vec<String>> {
        let mut asked = Vec::new();
        for forward in [true, false] {
            if self.texts.is_empty() {
                let all = self.plan.branches.iter();
                asked.extend(all.map(|b| self.walk_sql(b, forward)));
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
    fn search(&self, from: (i64, i64), forward: bool, limit: usize) -> Result<Vec<Row>> {
        let mut out = Vec::new();
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
        let mut at = bound;
        while let Some(id) = next.query_row([at], |r| r.get::<_, Option<i64>>(0))? {
            let week = words::week(TicketId(id));
            let mut hits = walk.query(params![words::expression(&self.texts, week), bound])?;
            while let Some(hit) = hits.next()? {
                let id: i64 = hit.get(0)?;
                let found = load
                    .query_row([id], |r| {
                        let ok: Option<bool> = r.get(32)?;
                        if ok.unwrap_or(false) {
                            rows::ticket(r).map(Some)
                        } else {
                            Ok(None)
                        }
                    })
                    .optional()?
                    .flatten();
                if let Some(t) = found.filter(|t| self.fits(t)) {
                    out.push(Row {
                        place: Place {
                            major: -id,
                            minor: 0,
                            id: t.id,
                        },
                        ticket: t,
                    });
                }
                if out.len() == limit || !self.spend(2) {
                    return Ok(out);
                }
            }
            if !self.spend(DEAR) {
                break;
            }
            at = if forward {
                words::first_id(week) - 1
            } else {
                words::first_id(week + 1)
            };
        }
        Ok(out)
    }

    /// How many there are, counted up to a cap.
    pub fn count(&self) -> Result<Count> {
        if self.plan.empty {
            return Ok(Count::Exact(0));
        }
        if self.plan.exact && self.texts.is_empty() {
            return Ok(Count::Exact(self.plan.estimate.unsigned_abs()));
        }
        let cap = if self.texts.is_empty() { CAP } else { CAP / 4 };
        let n = self.walk((i64::MIN, i64::MIN), true, cap + 1)?.len();
        Ok(if n > cap {
            Count::AtLeast(cap as u64)
        } else if self.left.get() <= 0 {
            Count::AtLeast(n as u64)
        } else {
            Count::Exact(n as u64)
        })
    }

    fn place(&self, id: TicketId) -> Result<Option<Place>> {
        let Some(t) = super::put::load(self.conn, id)? else {
            return Ok(None);
        };
        if !self.fits(&t) || !self.texts.iter().all(|text| self.has(id, text)) {
            return Ok(None);
        }
        Ok(Some(if self.texts.is_empty() {
            row(t, self.sort).place
        } else {
            Place {
                major: -id.0,
                minor: 0,
                id,
            }
        }))
    }
}

fn names_merged(q: &Query) -> bool {
    q.terms.iter().any(|t: &Term| {
        matches!(&t.test, Test::Is(f) if f.contains(&crate::domain::query::Flag::Merged))
            || matches!(t.test, Test::Id(_))
    })
}

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

/// A window of a list.
pub fn window(conn: &Connection, req: &ListRequest, asker: &Asker) -> Result<Page> {
    let ask = Ask::new(conn, &req.query, req.sort, asker)?;
    let anchor = match req.anchor {
        Anchor::Ticket(id) => ask.place(id)?.map_or(Anchor::First, Anchor::Around),
        other => other,
    };
    if ask.plan.gather && ask.texts.is_empty() {
        return gathered(&ask, req, anchor);
    }
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let (mut at_start, mut at_end) = (true, true);
    let size = req.before + req.after;
    match anchor {
        Anchor::First | Anchor::Ticket(_) => {
            after = ask.walk((i64::MIN, i64::MIN), true, size + 1)?
        }
        Anchor::Last => before = ask.walk((i64::MAX, i64::MAX), false, size + 1)?,
        Anchor::Around(p) => {
            let (inclusive, exclusive) = if ask.texts.is_empty() {
                (p.id.0 - 1, p.id.0)
            } else {
                (p.id.0 + 1, p.id.0)
            };
            before = ask.walk(
                (
                    p.major,
                    if ask.texts.is_empty() {
                        exclusive
                    } else {
                        p.id.0
                    },
                ),
                false,
                req.before + 1,
            )?;
            after = ask.walk((p.major, inclusive), true, req.after + 1)?;
        }
    }
    let (keep_before, keep_after) = match anchor {
        Anchor::Around(_) => (req.before, req.after),
        Anchor::Last => (size, 0),
        _ => (0, size),
    };
    if before.len() > keep_before {
        before.truncate(keep_before);
        at_start = false;
    }
    if after.len() > keep_after {
        after.truncate(keep_after);
        at_end = false;
    }
    let partial = ask.left.get() <= 0;
    before.reverse();
    let at = before.len();
    before.extend(after);
    let total = if at_start && at_end && !partial {
        Count::Exact(before.len() as u64)
    } else if ask.plan.exact && ask.texts.is_empty() {
        Count::Exact(ask.plan.estimate.unsigned_abs())
    } else if partial || !ask.texts.is_empty() || matches!(anchor, Anchor::Around(_)) {
        Count::AtLeast(before.len() as u64)
    } else {
        ask.left.set(BUDGET / 4);
        ask.count()?
    };
    Ok(Page {
        anchor: at,
        rows: before,
        at_start,
        at_end,
        total,
        partial,
    })
}

/// Few candidates in another order than the wished one: all of them, sorted.
fn gathered(ask: &Ask<'_>, req: &ListRequest, anchor: Anchor) -> Result<Page> {
    let mut all = ask.walk((i64::MIN, i64::MIN), true, usize::MAX)?;
    all.sort_by_key(|r| (r.place.major, r.place.id));
    all.dedup_by_key(|r| r.ticket.id);
    let n = all.len();
    let at = match anchor {
        Anchor::Last => n,
        Anchor::Around(p) => all.partition_point(|r| (r.place.major, r.place.id) < (p.major, p.id)),
        _ => 0,
    };
    let (from, to) = match anchor {
        Anchor::Around(_) => (at.saturating_sub(req.before), (at + req.after).min(n)),
        Anchor::Last => (n.saturating_sub(req.before + req.after), n),
        _ => (0, (req.before + req.after).min(n)),
    };
    let rows: Vec<Row> = all.drain(from..to).collect();
    Ok(Page {
        rows,
        anchor: at - from,
        at_start: from == 0,
        at_end: to == n,
        total: Count::Exact(n as u64),
        partial: ask.left.get() <= 0,
    })
}
