//! How a query is answered: which index drives and over which stretches. All ways that a
//! query's terms open are counted, roughly, and the one with the fewest candidates is taken,
//! if they come in the wished order or are few enough to be sorted. Whatever is planned
//! here, `Query::matches_by` has the last word on each row, so a plan may only be too wide,
//! never too narrow.

use rusqlite::{Connection, OptionalExtension};

use super::Result;
use super::rows::{self, ceil_ms, ms};
use super::ways::{Branch, Way, ways};
use crate::domain::Instant;
use crate::domain::list::{Asker, Sort};
use crate::domain::query::{DueState, Flag, Query, Stamp, Term, Test};

/// Up to so many candidates are gathered and sorted in memory.
pub const GATHER: i64 = 1500;

/// What a query comes to.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Merged they give the candidates in order.
    pub branches: Vec<Branch>,
    /// Only keys from this one on, and below that one.
    pub keys: (i64, i64),
    /// How many the query means, where the indexes alone can tell.
    pub exact: Option<u64>,
    /// How many candidates there are, as far as they were counted.
    pub n: i64,
    /// Candidates come in the wrong order: few enough to sort them.
    pub gather: bool,
    /// Nothing can match.
    pub empty: bool,
}

impl Plan {
    /// Makes a plan for rows in an order.
    pub fn of(conn: &Connection, q: &Query, sort: Sort, asker: &Asker) -> Result<Self> {
        Self::make(conn, q, Some(sort), asker)
    }

    /// Makes a plan for counting: the order does not matter.
    pub fn to_count(conn: &Connection, q: &Query, asker: &Asker) -> Result<Self> {
        Self::make(conn, q, None, asker)
    }

    fn make(conn: &Connection, q: &Query, sort: Option<Sort>, asker: &Asker) -> Result<Self> {
        let late = overdue(conn, asker)?;
        let shelves = shelves(q, late);
        let mut all = ways(conn, q, sort.unwrap_or_default(), asker, &shelves)?;
        let open = open_terms(q) + usize::from(!asker.scope.is_empty());
        let snoozed = |t: &Term| matches!(&t.test, Test::Is(f) if f.contains(&Flag::Snoozed));
        // Shelves alone do not tell whether what was merged would be live or done by itself.
        let sharp =
            !(late && q.terms.iter().any(snoozed)) && (!shelves.contains(&3) || q.terms.len() == 1);
        let exact = all
            .iter()
            .find(|w| sharp && w.covers == Some(open))
            .map(|w| w.n.unsigned_abs());
        let fewest = |ways: &[Way], fits: &dyn Fn(&Way) -> bool| {
            (0..ways.len())
                .filter(|i| ways.get(*i).is_some_and(fits))
                .min_by_key(|i| ways.get(*i).map_or(i64::MAX, |w| w.n))
        };
        let best = fewest(&all, &|_| true);
        let own = fewest(&all, &|w| sort.is_none_or(|s| w.order == s));
        let few = |i: usize| all.get(i).map_or(i64::MAX, |w| w.n);
        let chosen = match (best, own) {
            (Some(best), Some(own)) if few(best) <= GATHER && few(best) < few(own) => Some(best),
            (best, own) => own.or(best),
        };
        let Some(way) = chosen.map(|i| all.swap_remove(i)) else {
            return Ok(Self {
                branches: Vec::new(),
                keys: (i64::MIN, i64::MAX),
                exact: Some(0),
                n: 0,
                gather: false,
                empty: true,
            });
        };
        Ok(Self {
            gather: sort.is_some_and(|s| way.order != s),
            branches: way.branches,
            keys: way.keys,
            exact,
            n: way.n,
            empty: shelves.is_empty(),
        })
    }
}

/// Whether a term is no more than a choice of shelves.
pub fn is_shelf(t: &Term) -> bool {
    match &t.test {
        Test::Is(f) => matches!(f.as_slice(), [Flag::Live | Flag::Snoozed | Flag::Merged]),
        Test::Status(v) if !t.negated => is_done(v),
        _ => false,
    }
}

/// Exactly what lies on the shelf of what is done.
fn is_done(v: &[crate::domain::ticket::Status]) -> bool {
    use crate::domain::ticket::Status;
    v.iter().all(|s| !s.is_live()) && v.contains(&Status::Resolved) && v.contains(&Status::Closed)
}

/// How many terms are more than a choice of shelves.
fn open_terms(q: &Query) -> usize {
    q.terms.iter().filter(|t| !is_shelf(t)).count()
}

/// Whether a snooze is over that nobody has woken yet.
fn overdue(conn: &Connection, asker: &Asker) -> Result<bool> {
    let found = conn
        .prepare_cached("SELECT 1 FROM ticket INDEXED BY ticket_snoozed WHERE shelf = 1 AND snoozed <= ?1 LIMIT 1")?
        .query_row([ms(asker.now)], |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}

/// Which shelves can hold what is meant. A snooze that is over but not yet woken counts as awake.
fn shelves(q: &Query, late: bool) -> Vec<i64> {
    let mut on = [true, true, true, false];
    for t in &q.terms {
        if matches!(&t.test, Test::Is(f) if f.contains(&Flag::Merged))
            || matches!(t.test, Test::Id(_))
        {
            on[3] = true;
        }
    }
    for t in &q.terms {
        match &t.test {
            Test::Is(f) => match (f.as_slice(), t.negated) {
                ([Flag::Live], false) => on[2] = false,
                ([Flag::Live], true) => (on[0], on[1]) = (false, false),
                ([Flag::Snoozed], false) => (on[0], on[2]) = (false, false),
                ([Flag::Snoozed], true) => on[1] &= late,
                ([Flag::Merged], false) => on = [false, false, false, true],
                ([Flag::Merged], true) => on[3] = false,
                ([Flag::Waiting], false) => on[2] = false,
                _ => {}
            },
            Test::Status(v) if !t.negated => {
                on[2] &= v.iter().any(|s| !s.is_live());
                let live = v.iter().any(|s| s.is_live());
                (on[0], on[1]) = (on[0] && live, on[1] && live);
            }
            _ => {}
        }
    }
    rows::SHELVES
        .into_iter()
        .filter(|s| on[usize::try_from(*s).unwrap_or(0)])
        .collect()
}

/// A stretch of keys, and how many terms it says exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// From this one on, and below that one.
    pub keys: (i64, i64),
    /// How many terms it says.
    pub covers: usize,
}

impl Stretch {
    const ALL: Self = Self {
        keys: (i64::MIN, i64::MAX),
        covers: 0,
    };

    /// It leaves something out.
    pub fn is_part(&self) -> bool {
        self.keys != Self::ALL.keys
    }

    fn narrow(&mut self, from: i64, to: i64, exact: bool) {
        self.keys = (self.keys.0.max(from), self.keys.1.min(to));
        self.covers += usize::from(exact);
    }
}

/// The keys of an order that can belong to what is meant.
pub fn stretch(q: &Query, sort: Sort, asker: &Asker) -> Stretch {
    let mut s = Stretch::ALL;
    for t in q.terms.iter().filter(|t| !t.negated) {
        match sort {
            Sort::Due => due_keys(&mut s, &t.test, asker),
            Sort::Updated => updated_keys(&mut s, &t.test, asker),
            Sort::Priority => {
                if let Test::Priority(v) = &t.test {
                    let floors = || v.iter().map(|p| rows::prio_floor(*p));
                    let lo = floors().min().unwrap_or(i64::MIN);
                    let hi = floors().max().map_or(i64::MAX, |h| h + (1 << 48));
                    s.narrow(lo, hi, v.len() == 1);
                }
            }
            // An id begins with the second in which its ticket was asked.
            Sort::Age => {
                if let Test::Time(Stamp::Created, when) = &t.test {
                    let (from, to) = when.since(asker);
                    let id = |at: Instant| (ms(at).div_euclid(1000)).saturating_mul(1 << 12);
                    s.narrow(
                        from.map_or(i64::MIN, id),
                        to.map_or(i64::MAX, |t| id(t).saturating_add(1 << 12)),
                        false,
                    );
                }
            }
        }
    }
    s
}

fn due_keys(s: &mut Stretch, test: &Test, asker: &Asker) {
    // Instants before 1970 and after 3084 share a key: there the stretch is only wide.
    let until = |s: &mut Stretch, at: Instant| match ceil_ms(at) {
        n if n <= 0 => s.narrow(i64::MIN, 1, false),
        n if n >= rows::NOT_RUNNING - 1 => s.narrow(i64::MIN, rows::NOT_RUNNING, false),
        n => s.narrow(i64::MIN, n, true),
    };
    match test {
        Test::DueAt(when) => match when.until_due(asker) {
            (None, Some(to)) => until(s, to),
            (Some(from), to) => {
                let to = to.map_or(rows::NOT_RUNNING, |to| {
                    ceil_ms(to).clamp(1, rows::NOT_RUNNING)
                });
                let from = ceil_ms(from).clamp(0, rows::NOT_RUNNING - 1);
                let inside = from > 0 && to < rows::NOT_RUNNING;
                s.narrow(from, to, inside);
            }
            (None, None) => s.narrow(i64::MIN, rows::NOT_RUNNING, true),
        },
        Test::Is(v) if v.as_slice() == [Flag::Late] => until(s, asker.now),
        Test::DueIs(v) => {
            let all = |d: &[DueState]| v.iter().all(|x| d.contains(x));
            if all(&[DueState::Late]) {
                until(s, asker.now);
            } else if all(&[DueState::Late, DueState::Running]) {
                s.narrow(i64::MIN, rows::NOT_RUNNING, true);
            } else if all(&[DueState::Paused]) {
                s.narrow(rows::NOT_RUNNING, rows::NO_PROMISE, true);
            } else if all(&[DueState::None]) {
                s.narrow(rows::NO_PROMISE, i64::MAX, true);
            }
        }
        _ => {}
    }
}

fn updated_keys(s: &mut Stretch, test: &Test, asker: &Asker) {
    let Test::Time(stamp, when) = test else {
        return;
    };
    let (from, to) = when.since(asker);
    // The latest first: the key is the instant turned around.
    let after = from.map_or(i64::MAX, |f| (-ceil_ms(f)).saturating_add(1));
    if *stamp == Stamp::Updated {
        let before = to.map_or(i64::MIN, |t| (-ceil_ms(t)).saturating_add(1));
        s.narrow(before, after, true);
    } else {
        // What was asked, resolved or closed then was touched then or later.
        s.narrow(i64::MIN, after.saturating_add(1), false);
    }
}
