//! How a query is answered: which index drives, over which stretches, and what SQL can
//! rule out early. Whatever is planned here, `Query::matches_by` has the last word on
//! each row, so a plan may only be too wide, never too narrow.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params};

use super::Result;
use super::rows::{self, ms};
use crate::domain::list::{Asker, Sort};
use crate::domain::query::{DueState, Flag, Query, Stamp, Test, Who};
use crate::domain::ticket::{Kind, Priority, Status, Turn};

/// A stretch of one index: rows with these equal values, in the order of one key.
#[derive(Debug, Clone)]
pub struct Branch {
    /// The table expression, with the index named.
    pub from: &'static str,
    /// The condition before the key, with ?1 and ?2.
    pub on: &'static str,
    /// The key's column.
    pub key: &'static str,
    /// The id's column.
    pub id: &'static str,
    /// ?1 and ?2.
    pub args: [Value; 2],
}

/// What a query comes to.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Merged they give the candidates in order.
    pub branches: Vec<Branch>,
    /// Only keys from this one on, and below that one.
    pub keys: (i64, i64),
    /// SQL that is true at least for every row that is meant.
    pub rule_out: String,
    /// How many candidates there are, as far as counters tell.
    pub estimate: i64,
    /// The estimate is the exact count of the query.
    pub exact: bool,
    /// Candidates come in the wrong order: few enough to sort them.
    pub gather: bool,
    /// Nothing can match.
    pub empty: bool,
}

/// Up to so many candidates are gathered and sorted in memory.
const GATHER: i64 = 1500;

struct Driver {
    dim: &'static str,
    from: &'static str,
    on: &'static str,
    key: &'static str,
    id: &'static str,
    values: Vec<Value>,
    counted: Vec<String>,
}

impl Plan {
    /// Makes a plan.
    pub fn of(conn: &Connection, q: &Query, sort: Sort, asker: &Asker) -> Result<Self> {
        let shelves = shelves(conn, q, asker)?;
        let mut keys = key_range(q, sort, asker);
        let rule_out = rule_out(q, asker);
        let total = count(conn, "all", &[String::new()], &shelves)?;
        let (key, from) = match sort {
            Sort::Due => ("t.k_due", "ticket t INDEXED BY ticket_due"),
            Sort::Updated => ("t.k_upd", "ticket t INDEXED BY ticket_upd"),
            Sort::Priority => ("t.k_prio", "ticket t INDEXED BY ticket_prio"),
            Sort::Age => ("0", "ticket t INDEXED BY ticket_age"),
        };
        let all = shelves.iter().map(|s| Branch {
            from,
            on: "t.shelf = ?1 AND ?2 IS NULL",
            key,
            id: "t.id",
            args: [Value::Integer(*s), Value::Null],
        });
        let mut plan = Self {
            branches: all.collect(),
            keys,
            rule_out,
            estimate: total,
            exact: false,
            gather: false,
            empty: shelves.is_empty(),
        };
        let mut covered = covered_terms(q, asker);
        let snoozed = |t: &crate::domain::query::Term| matches!(&t.test, Test::Is(f) if f.contains(&Flag::Snoozed));
        covered.sharp &= !(q.terms.iter().any(snoozed) && overdue(conn, asker)?);
        plan.exact = covered.all_but_shelves == 0 && asker.scope.is_empty() && covered.sharp;
        let mut best: Option<(i64, Driver)> = None;
        for d in drivers(q, asker) {
            let n = count(conn, d.dim, &d.counted, &shelves)?;
            if best.as_ref().is_none_or(|(m, _)| n < *m) {
                best = Some((n, d));
            }
        }
        if let Some((n, d)) = best {
            let gather = sort != Sort::Due;
            plan.exact = covered.all_but_shelves == 1 && asker.scope.is_empty() && covered.sharp;
            if plan.exact {
                plan.estimate = n;
            }
            if !gather || n <= GATHER {
                plan.estimate = n;
                plan.gather = gather;
                if gather {
                    keys = (i64::MIN, i64::MAX);
                    plan.keys = keys;
                }
                plan.branches = d.branches(&shelves);
            }
        } else if sort != Sort::Due && keys_of_due(q, asker).1 < rows::NOT_RUNNING {
            plan.try_due_range(conn, q, asker, &shelves)?;
        }
        Ok(plan)
    }

    /// A stretch of due instants that is short is gathered by it, whatever the order.
    fn try_due_range(
        &mut self,
        conn: &Connection,
        q: &Query,
        asker: &Asker,
        shelves: &[i64],
    ) -> Result<()> {
        let keys = keys_of_due(q, asker);
        let mut n = 0;
        for shelf in shelves {
            n += conn.prepare_cached("SELECT count(*) FROM (SELECT 1 FROM ticket INDEXED BY ticket_due WHERE shelf = ?1 AND k_due >= ?2 AND k_due < ?3 LIMIT ?4)")?
                .query_row(params![shelf, keys.0, keys.1, GATHER + 1], |r| r.get::<_, i64>(0))?;
        }
        if n <= GATHER {
            self.branches = shelves
                .iter()
                .map(|s| Branch {
                    from: "ticket t INDEXED BY ticket_due",
                    on: "t.shelf = ?1 AND ?2 IS NULL",
                    key: "t.k_due",
                    id: "t.id",
                    args: [Value::Integer(*s), Value::Null],
                })
                .collect();
            (self.keys, self.gather, self.estimate) = (keys, true, n);
        }
        Ok(())
    }
}

impl Driver {
    fn branches(&self, shelves: &[i64]) -> Vec<Branch> {
        let mut out = Vec::new();
        for value in &self.values {
            for shelf in shelves {
                out.push(Branch {
                    from: self.from,
                    on: self.on,
                    key: self.key,
                    id: self.id,
                    args: [value.clone(), Value::Integer(*shelf)],
                });
            }
        }
        out
    }
}

struct Covered {
    all_but_shelves: usize,
    sharp: bool,
}

/// How many terms are more than a choice of shelves, and whether counters can tell all of them.
fn covered_terms(q: &Query, asker: &Asker) -> Covered {
    let mut c = Covered {
        all_but_shelves: 0,
        sharp: true,
    };
    // Merged tickets lie on one shelf, whether live or asleep otherwise.
    let on_shelf = |t: &&crate::domain::query::Term| matches!(&t.test, Test::Is(f) if matches!(f.as_slice(), [Flag::Live | Flag::Snoozed | Flag::Merged]));
    let merged = |t: &crate::domain::query::Term| matches!(&t.test, Test::Is(f) if f.contains(&Flag::Merged));
    c.sharp &= !q.terms.iter().any(merged) || q.terms.iter().filter(on_shelf).count() < 2;
    for t in &q.terms {
        match &t.test {
            Test::Is(f) if matches!(f.as_slice(), [Flag::Live | Flag::Snoozed | Flag::Merged]) => {}
            _ if t.negated => c.sharp = false,
            test => {
                c.all_but_shelves += 1;
                c.sharp &=
                    driver(test, asker).is_some_and(|d| d.dim != "label" || d.values.len() == 1);
            }
        }
    }
    c
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
fn shelves(conn: &Connection, q: &Query, asker: &Asker) -> Result<Vec<i64>> {
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
                ([Flag::Snoozed], true) => on[1] &= overdue(conn, asker)?,
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
            Test::Time(Stamp::Closed | Stamp::Resolved, _) if !t.negated => {}
            _ => {}
        }
    }
    Ok(rows::SHELVES
        .into_iter()
        .filter(|s| on[usize::try_from(*s).unwrap_or(0)])
        .collect())
}

fn keys_of_due(q: &Query, asker: &Asker) -> (i64, i64) {
    let (mut from, mut to) = (i64::MIN, i64::MAX);
    for t in q.terms.iter().filter(|t| !t.negated) {
        match &t.test {
            Test::DueAt(when) => {
                let (a, b) = when.until_due(asker);
                from = from.max(a.map_or(i64::MIN, rows::due_bound));
                // One more: instants of the query may be finer than those of the store.
                to = to.min(b.map_or(rows::NOT_RUNNING, |b| rows::due_bound(b).saturating_add(1)));
            }
            Test::DueIs(v) if v.iter().all(|d| matches!(d, DueState::Late)) => {
                to = to.min(rows::due_bound(asker.now).saturating_add(1))
            }
            Test::DueIs(v)
                if v.iter()
                    .all(|d| matches!(d, DueState::Late | DueState::Running)) =>
            {
                to = to.min(rows::NOT_RUNNING)
            }
            Test::DueIs(v) if v.as_slice() == [DueState::Paused] => {
                (from, to) = (from.max(rows::NOT_RUNNING), to.min(rows::NO_PROMISE))
            }
            Test::DueIs(v) if v.as_slice() == [DueState::None] => from = from.max(rows::NO_PROMISE),
            Test::Is(v) if v.as_slice() == [Flag::Late] => {
                to = to.min(rows::due_bound(asker.now).saturating_add(1))
            }
            _ => {}
        }
    }
    (from, to)
}

fn key_range(q: &Query, sort: Sort, asker: &Asker) -> (i64, i64) {
    match sort {
        Sort::Due => keys_of_due(q, asker),
        Sort::Updated => {
            let (mut from, mut to) = (i64::MIN, i64::MAX);
            for t in q.terms.iter().filter(|t| !t.negated) {
                if let Test::Time(stamp, when) = &t.test {
                    let (a, b) = when.since(asker);
                    // What is asked, resolved or closed then was touched then or later.
                    to = to.min(a.map_or(i64::MAX, |a| (-ms(a)).saturating_add(2)));
                    if *stamp == Stamp::Updated {
                        from = from.max(b.map_or(i64::MIN, |b| (-ms(b)).saturating_sub(2)));
                    }
                }
            }
            (from, to)
        }
        Sort::Priority => {
            let mut range = (i64::MIN, i64::MAX);
            for t in q.terms.iter().filter(|t| !t.negated) {
                if let Test::Priority(v) = &t.test {
                    let lo = v
                        .iter()
                        .map(|p| rows::prio_floor(*p))
                        .min()
                        .unwrap_or(i64::MIN);
                    let hi = v
                        .iter()
                        .map(|p| rows::prio_floor(*p))
                        .max()
                        .map_or(i64::MAX, |h| h + (1 << 48));
                    range = (range.0.max(lo), range.1.min(hi));
                }
            }
            range
        }
        Sort::Age => (i64::MIN, i64::MAX),
    }
}

fn count(conn: &Connection, dim: &str, values: &[String], shelves: &[i64]) -> Result<i64> {
    let mut stmt =
        conn.prepare_cached("SELECT n FROM counter WHERE dim = ?1 AND value = ?2 AND shelf = ?3")?;
    let mut sum = 0;
    for value in values {
        for shelf in shelves {
            sum += stmt
                .query_row(params![dim, value, shelf], |r| r.get::<_, i64>(0))
                .optional()?
                .unwrap_or(0);
        }
    }
    Ok(sum)
}

fn drivers<'a>(q: &'a Query, asker: &'a Asker) -> impl Iterator<Item = Driver> + 'a {
    q.terms
        .iter()
        .filter(|t| !t.negated)
        .filter_map(|t| driver(&t.test, asker))
}

fn text(s: &str) -> Value {
    Value::Text(s.to_owned())
}

macro_rules! by {
    ($dim:literal, $col:literal, $values:expr, $counted:expr) => {
        Some(Driver {
            dim: $dim,
            from: concat!("ticket t INDEXED BY ticket_", $col),
            on: concat!("t.", $col, " IS ?1 AND t.shelf = ?2"),
            key: "t.k_due",
            id: "t.id",
            values: $values,
            counted: $counted,
        })
    };
}

fn driver(test: &Test, asker: &Asker) -> Option<Driver> {
    let named = |names: Vec<Option<&str>>| -> (Vec<Value>, Vec<String>) {
        let mut names = names;
        names.sort_unstable();
        names.dedup();
        names
            .into_iter()
            .map(|n| (n.map_or(Value::Null, text), n.unwrap_or("").to_owned()))
            .unzip()
    };
    let coded = |codes: Vec<i64>| -> (Vec<Value>, Vec<String>) {
        let mut codes = codes;
        codes.sort_unstable();
        codes.dedup();
        codes
            .into_iter()
            .map(|n| (Value::Integer(n), n.to_string()))
            .unzip()
    };
    match test {
        Test::Assignee(v) => {
            let who = v.iter().map(|w| {
                w.as_ref().map(|w| match w {
                    Who::Me => asker.me.as_str(),
                    Who::Agent(a) => a.as_str(),
                })
            });
            let (values, counted) = named(who.collect());
            by!("assignee", "assignee", values, counted)
        }
        Test::Is(f) if f.as_slice() == [Flag::Unassigned] => by!(
            "assignee",
            "assignee",
            vec![Value::Null],
            vec![String::new()]
        ),
        Test::Is(f) if f.as_slice() == [Flag::Waiting] => {
            let (values, counted) = coded(vec![Status::Pending.code(), Status::OnHold.code()]);
            by!("status", "status", values, counted)
        }
        Test::Tenant(v) => {
            let (values, counted) =
                named(v.iter().map(|t| t.as_ref().map(|t| t.as_str())).collect());
            by!("tenant", "tenant", values, counted)
        }
        Test::Status(v) => {
            let (values, counted) = coded(v.iter().map(|s| s.code()).collect());
            by!("status", "status", values, counted)
        }
        Test::Turn(v) => {
            let (values, counted) = coded(v.iter().copied().map(Turn::code).collect());
            by!("turn", "turn", values, counted)
        }
        Test::Kind(v) => {
            let (values, counted) = coded(v.iter().copied().map(Kind::code).collect());
            by!("kind", "kind", values, counted)
        }
        Test::Label(v) if v.iter().all(Option::is_some) => {
            let low: Vec<String> = v.iter().flatten().map(|l| l.to_ascii_lowercase()).collect();
            let (values, counted) = named(low.iter().map(|l| Some(l.as_str())).collect());
            Some(Driver {
                dim: "label",
                from: "ticket_label l CROSS JOIN ticket t ON t.id = l.ticket",
                on: "l.label = ?1 AND l.shelf = ?2",
                key: "l.k_due",
                id: "l.ticket",
                values,
                counted,
            })
        }
        _ => None,
    }
}

/// Conditions in SQL: cheap to look at, wide enough to keep all that is meant.
pub fn rule_out(q: &Query, asker: &Asker) -> String {
    let mut out = String::from("1");
    let quote = |s: &str| format!("'{}'", s.replace('\'', "''"));
    let list = |v: Vec<Option<String>>, col: &str| {
        let some: Vec<String> = v.iter().flatten().cloned().collect();
        let none = if v.iter().any(Option::is_none) {
            format!(" OR {col} IS NULL")
        } else {
            String::new()
        };
        format!("({col} IN ({}){none})", some.join(","))
    };
    for t in &q.terms {
        let cond = match &t.test {
            Test::Status(v) => list(
                v.iter().map(|s| Some(s.code().to_string())).collect(),
                "t.status",
            ),
            Test::Turn(v) => list(
                v.iter().map(|s| Some(s.code().to_string())).collect(),
                "t.turn",
            ),
            Test::Kind(v) => list(
                v.iter().map(|s| Some(s.code().to_string())).collect(),
                "t.kind",
            ),
            Test::Priority(v) => list(
                v.iter()
                    .map(|p| p.map(|p: Priority| p.code().to_string()))
                    .collect(),
                "t.priority",
            ),
            Test::Assignee(v) => list(
                v.iter()
                    .map(|w| {
                        w.as_ref().map(|w| match w {
                            Who::Me => quote(asker.me.as_str()),
                            Who::Agent(a) => quote(a.as_str()),
                        })
                    })
                    .collect(),
                "t.assignee",
            ),
            Test::Tenant(v) => list(
                v.iter()
                    .map(|n| n.as_ref().map(|n| quote(n.as_str())))
                    .collect(),
                "t.tenant",
            ),
            Test::Is(f) if f.len() == 1 => match f[0] {
                Flag::Unread => "t.unread".into(),
                Flag::Changed => "t.changed".into(),
                Flag::Unassigned => "t.assignee IS NULL".into(),
                Flag::Waiting => "t.status IN (3,4)".into(),
                Flag::Unsent => "t.waiting > 0".into(),
                Flag::Live => "t.status NOT IN (5,6)".into(),
                _ => continue,
            },
            Test::Workspace(v) if v.iter().all(Option::is_some) && !t.negated => {
                let any: Vec<String> = v
                    .iter()
                    .flatten()
                    .map(|w| {
                        format!(
                            "instr(lower(t.workspace), {})",
                            quote(&w.to_ascii_lowercase())
                        )
                    })
                    .collect();
                format!("({})", any.join(" OR "))
            }
            _ => continue,
        };
        if t.negated {
            out.push_str(&format!(" AND NOT coalesce({cond}, 0)"));
        } else {
            out.push_str(&format!(" AND {cond}"));
        }
    }
    if !asker.scope.is_empty() {
        let names: Vec<String> = asker.scope.iter().map(|t| quote(t.as_str())).collect();
        out.push_str(&format!(
            " AND (t.tenant IN ({}) OR t.tenant IS NULL)",
            names.join(",")
        ));
    }
    out
}
