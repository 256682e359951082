//! The ways by which a query's candidates can be reached: stretches of indexes, each with
//! its number of rows, from the counters where they know it, else counted up to a limit.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params};

use super::plan::{GATHER, Stretch, is_shelf, stretch};
use super::{Result, rows, sift};
use crate::domain::list::{Asker, Sort};
use crate::domain::query::{Flag, Query, Test, Who};
use crate::domain::ticket::{Kind, Priority, Status, Turn};

/// A stretch of one index: rows with these equal values, in the order of one key.
#[derive(Debug, Clone)]
pub struct Branch {
    /// The table expression, with the index named.
    pub from: &'static str,
    /// The condition before the key, with ?1 and ?2.
    pub on: &'static str,
    /// The key's column; the id itself where that is the order.
    pub key: &'static str,
    /// The id's column.
    pub id: &'static str,
    /// ?1 and ?2.
    pub args: [Value; 2],
    /// What is added to a key in this index.
    pub shift: i64,
    /// Its rows are sorted with each question: all are asked for at once.
    pub loose: bool,
}

/// A way to candidates.
#[derive(Debug)]
pub struct Way {
    /// Merged they give the candidates in order.
    pub branches: Vec<Branch>,
    /// Which order.
    pub order: Sort,
    /// Only keys from this one on, and below that one.
    pub keys: (i64, i64),
    /// How many candidates, counted up to [`FAR`] where the counters do not know.
    pub n: i64,
    /// How many terms it says exactly: with none left over, `n` is the count. None: it says
    /// none, or was not counted to the end.
    pub covers: Option<usize>,
}

/// Nothing is counted further than this: it takes half a millisecond.
const FAR: i64 = 20_000;
/// So many names are looked through for those that hold a value.
const NAMES: i64 = 60_000;
/// So many stretches are merged at most.
const MERGED: usize = 256;

/// All ways there are. One in the wished order is always among them, unless no shelf is left.
pub fn ways(
    conn: &Connection,
    q: &Query,
    sort: Sort,
    asker: &Asker,
    shelves: &[i64],
) -> Result<Vec<Way>> {
    let mut all = Vec::new();
    if shelves.is_empty() {
        return Ok(all);
    }
    for (order, _) in Sort::ALL {
        let stretch = stretch(q, *order, asker);
        if *order == sort || stretch.is_part() {
            all.push(shelf_way(conn, *order, stretch, shelves)?);
        }
    }
    let due = stretch(q, Sort::Due, asker);
    let mut see = Search {
        conn,
        shelves,
        due,
        all,
    };
    for term in q.terms.iter().filter(|t| !t.negated && !is_shelf(t)) {
        see.by(&term.test, asker)?;
    }
    if !asker.scope.is_empty() {
        // A ticket that belongs to nobody is within every scope.
        let scope = asker.scope.iter().map(|t| Some(t.as_str()));
        see.by_name("tenant", TENANT, scope.chain([None]).collect())?;
    }
    Ok(see.all)
}

fn shelf_way(conn: &Connection, order: Sort, stretch: Stretch, shelves: &[i64]) -> Result<Way> {
    let (key, from) = match order {
        Sort::Due => ("t.k_due", "ticket t INDEXED BY ticket_due"),
        Sort::Updated => ("t.k_upd", "ticket t INDEXED BY ticket_upd"),
        Sort::Priority => ("t.k_prio", "ticket t INDEXED BY ticket_prio"),
        Sort::Age => ("t.id", "ticket t INDEXED BY ticket_age"),
    };
    let branches: Vec<Branch> = shelves
        .iter()
        .map(|s| branch(from, "t.shelf = ?2 AND ?1 IS NULL", key, Value::Null, *s))
        .collect();
    let (n, known) = if stretch.is_part() {
        count_rows(conn, &branches, stretch.keys)?
    } else {
        (counted(conn, "all", &[String::new()], shelves)?, true)
    };
    Ok(Way {
        branches,
        order,
        keys: stretch.keys,
        n,
        covers: known.then_some(stretch.covers),
    })
}

fn branch(
    from: &'static str,
    on: &'static str,
    key: &'static str,
    value: Value,
    shelf: i64,
) -> Branch {
    Branch {
        from,
        on,
        key,
        id: "t.id",
        args: [value, Value::Integer(shelf)],
        shift: 0,
        loose: false,
    }
}

/// The rows of stretches, up to a limit; and whether that was all.
fn count_rows(conn: &Connection, branches: &[Branch], keys: (i64, i64)) -> Result<(i64, bool)> {
    let mut n = 0;
    for b in branches {
        let keys = b.keys(keys);
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM {} WHERE {} AND {key} >= ?3 AND {key} < ?4 LIMIT ?5)",
            b.from,
            b.on,
            key = b.key
        );
        n += conn.prepare_cached(&sql)?.query_row(
            params![b.args[0], b.args[1], keys.0, keys.1, FAR - n],
            |r| r.get::<_, i64>(0),
        )?;
        if n >= FAR {
            return Ok((n, false));
        }
    }
    Ok((n, true))
}

/// What the counters say.
fn counted(conn: &Connection, dim: &str, values: &[String], shelves: &[i64]) -> Result<i64> {
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

impl Branch {
    /// A key of the order as it stands in this index.
    pub fn key_at(&self, key: i64) -> i64 {
        if self.shift == 0 {
            key
        } else {
            // All due keys lie within; the open ends must not run into the next stretch.
            key.clamp(0, (1 << 48) - 1) + self.shift
        }
    }

    fn keys(&self, keys: (i64, i64)) -> (i64, i64) {
        (self.key_at(keys.0), self.key_at(keys.1))
    }
}

/// An index over one column, the shelf and the due key.
struct Index {
    from: &'static str,
    on: &'static str,
    /// The same for a list of values in one argument.
    among: &'static str,
}

macro_rules! index {
    ($name:ident, $col:literal) => {
        const $name: Index = Index {
            from: concat!("ticket t INDEXED BY ticket_", $col),
            on: concat!("t.", $col, " IS ?1 AND t.shelf = ?2"),
            among: concat!(
                "t.",
                $col,
                " IN (SELECT value FROM json_each(?1)) AND t.shelf = ?2"
            ),
        };
    };
}
index!(ASSIGNEE, "assignee");
index!(TENANT, "tenant");
index!(STATUS, "status");
index!(TURN, "turn");
index!(KIND, "kind");
index!(WORKSPACE, "workspace");
index!(REQUESTER, "requester");
index!(KEY, "key");

struct Search<'a> {
    conn: &'a Connection,
    shelves: &'a [i64],
    due: Stretch,
    all: Vec<Way>,
}

impl Search<'_> {
    fn by(&mut self, test: &Test, asker: &Asker) -> Result<()> {
        match test {
            Test::Assignee(v) => {
                let who = v.iter().map(|w| {
                    w.as_ref().map(|w| match w {
                        Who::Me => asker.me.as_str(),
                        Who::Agent(a) => a.as_str(),
                    })
                });
                self.by_name("assignee", ASSIGNEE, who.collect())
            }
            Test::Tenant(v) => {
                let names = v.iter().map(|t| t.as_ref().map(|t| t.as_str()));
                self.by_name("tenant", TENANT, names.collect())
            }
            Test::Status(v) => self.by_code("status", STATUS, v.iter().map(|s| s.code()).collect()),
            Test::Turn(v) => {
                self.by_code("turn", TURN, v.iter().copied().map(Turn::code).collect())
            }
            Test::Kind(v) => {
                self.by_code("kind", KIND, v.iter().copied().map(Kind::code).collect())
            }
            Test::Priority(v) => self.by_priority(v),
            Test::Label(v) => self.by_label(v),
            Test::Workspace(v) => self.by_part("workspace", WORKSPACE, v, true),
            Test::Requester(v) => self.by_part("requester", REQUESTER, v, false),
            Test::Id(v) => {
                let keys: Vec<&str> = v.iter().map(|k| k.as_str()).collect();
                // Whether they are there shows when they are looked at; few enough to sort.
                let n = i64::try_from(keys.len()).unwrap_or(GATHER).min(GATHER);
                self.among(KEY, &keys, n, None)
            }
            Test::Is(f) => match f.as_slice() {
                [Flag::Unassigned] => self.by_name("assignee", ASSIGNEE, vec![None]),
                [Flag::Waiting] => {
                    let codes = vec![Status::Pending.code(), Status::OnHold.code()];
                    self.by_code("status", STATUS, codes)
                }
                [Flag::Unread] => self.by_flag(
                    "ticket t INDEXED BY ticket_unread",
                    "t.unread AND t.shelf = ?2 AND ?1 IS NULL",
                ),
                [Flag::Changed] => self.by_flag(
                    "ticket t INDEXED BY ticket_changed",
                    "t.changed AND t.shelf = ?2 AND ?1 IS NULL",
                ),
                [Flag::Draft] => self.by_key_of("SELECT DISTINCT ticket FROM draft"),
                [Flag::Escalated] => self.by_key_of(
                    "SELECT ticket FROM escalation INDEXED BY escalation_open WHERE stage < 6",
                ),
                [Flag::Unsent] => self.by_flag(
                    "ticket t INDEXED BY ticket_unsent",
                    "t.waiting > 0 AND t.shelf = ?2 AND ?1 IS NULL",
                ),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// By the tickets that something small beside them names: texts that are being written,
    /// escalations.
    fn by_key_of(&mut self, named: &'static str) -> Result<()> {
        let keys: Vec<String> = self
            .conn
            .prepare_cached(&format!(
                "SELECT t.key FROM ({named} LIMIT ?1) d CROSS JOIN ticket t ON t.id = d.ticket"
            ))?
            .query_map([GATHER + 1], |r| r.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let n = i64::try_from(keys.len()).unwrap_or(i64::MAX);
        if n > GATHER {
            return Ok(());
        }
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        self.among(KEY, &keys, n, None)
    }

    /// Takes a way in; `n` is what the counters say, if they know.
    fn add(&mut self, branches: Vec<Branch>, n: Option<i64>, covers: Option<usize>) -> Result<()> {
        let narrowed = self.due.is_part() && branches.len() <= 16;
        let (n, covers) = match n {
            Some(n) if !narrowed => (n, covers),
            _ => {
                let (n, known) = count_rows(self.conn, &branches, self.due.keys)?;
                let covers = covers.map(|c| c + self.due.covers);
                (n, covers.filter(|_| known))
            }
        };
        self.all.push(Way {
            branches,
            order: Sort::Due,
            keys: self.due.keys,
            n,
            covers,
        });
        Ok(())
    }

    fn values(&self, index: &Index, values: &[Value]) -> Vec<Branch> {
        values
            .iter()
            .flat_map(|v| {
                self.shelves
                    .iter()
                    .map(|s| branch(index.from, index.on, "t.k_due", v.clone(), *s))
            })
            .collect()
    }

    fn by_name(&mut self, dim: &str, index: Index, mut names: Vec<Option<&str>>) -> Result<()> {
        names.sort_unstable();
        names.dedup();
        let counted_as: Vec<String> = names
            .iter()
            .map(|n| n.unwrap_or_default().to_owned())
            .collect();
        let values: Vec<Value> = names
            .iter()
            .map(|n| n.map_or(Value::Null, |n| Value::Text(n.to_owned())))
            .collect();
        let n = counted(self.conn, dim, &counted_as, self.shelves)?;
        let branches = self.values(&index, &values);
        self.add(branches, Some(n), Some(1))
    }

    fn by_code(&mut self, dim: &str, index: Index, mut codes: Vec<i64>) -> Result<()> {
        codes.sort_unstable();
        codes.dedup();
        let counted_as: Vec<String> = codes.iter().map(ToString::to_string).collect();
        let values: Vec<Value> = codes.into_iter().map(Value::Integer).collect();
        let n = counted(self.conn, dim, &counted_as, self.shelves)?;
        let branches = self.values(&index, &values);
        self.add(branches, Some(n), Some(1))
    }

    /// Within one priority its index is in the order of due.
    fn by_priority(&mut self, priorities: &[Option<Priority>]) -> Result<()> {
        let mut wanted: Vec<Option<Priority>> = Vec::new();
        for p in priorities {
            if !wanted.contains(p) {
                wanted.push(*p);
            }
        }
        let counted_as: Vec<String> = wanted
            .iter()
            .map(|p| p.map_or(0, Priority::code).to_string())
            .collect();
        let n = counted(self.conn, "priority", &counted_as, self.shelves)?;
        let mut branches = Vec::new();
        for p in wanted {
            for shelf in self.shelves {
                branches.push(Branch {
                    shift: rows::prio_floor(p),
                    ..branch(
                        "ticket t INDEXED BY ticket_prio",
                        "t.shelf = ?2 AND ?1 IS NULL",
                        "t.k_prio",
                        Value::Null,
                        *shelf,
                    )
                });
            }
        }
        self.add(branches, Some(n), Some(1))
    }

    fn by_label(&mut self, labels: &[Option<String>]) -> Result<()> {
        let mut low: Vec<String> = labels
            .iter()
            .flatten()
            .map(|l| l.to_ascii_lowercase())
            .collect();
        // How many have none is not counted, and most have none.
        if low.len() < labels.len() {
            return Ok(());
        }
        low.sort_unstable();
        low.dedup();
        let n = counted(self.conn, "label", &low, self.shelves)?;
        let mut branches = Vec::new();
        for label in &low {
            for shelf in self.shelves {
                branches.push(Branch {
                    from: "ticket_label l CROSS JOIN ticket t ON t.id = l.ticket",
                    on: "l.label = ?1 AND l.shelf = ?2",
                    key: "l.k_due",
                    id: "l.ticket",
                    args: [Value::Text(label.clone()), Value::Integer(*shelf)],
                    shift: 0,
                    loose: false,
                });
            }
        }
        // A ticket with two of them is counted twice.
        let covers = (low.len() == 1).then_some(1);
        self.add(branches, Some(n), covers)
    }

    fn by_flag(&mut self, from: &'static str, on: &'static str) -> Result<()> {
        let one = |s: &i64| branch(from, on, "t.k_due", Value::Null, *s);
        let branches = self.shelves.iter().map(one).collect();
        self.add(branches, None, Some(1))
    }

    /// Names are looked through where each stands once; then they are like any other.
    fn by_part(
        &mut self,
        dim: &str,
        index: Index,
        values: &[Option<String>],
        parts: bool,
    ) -> Result<()> {
        if values.iter().all(Option::is_none) {
            let branches = self.values(&index, &[Value::Null]);
            return self.add(branches, None, Some(1));
        }
        let Some(fits) = sift::names("value", values, parts) else {
            return Ok(());
        };
        let too_many = self
            .conn
            .prepare_cached("SELECT 1 FROM counter WHERE dim = ?1 LIMIT 1 OFFSET ?2")?
            .query_row(params![dim, NAMES], |_| Ok(()))
            .optional()?;
        if too_many.is_some() || values.iter().any(Option::is_none) {
            return Ok(());
        }
        let shelves: Vec<String> = self.shelves.iter().map(ToString::to_string).collect();
        let sql = format!(
            "SELECT value, sum(n) FROM counter WHERE dim = ?1 AND n > 0 AND shelf IN ({}) AND {fits} GROUP BY value LIMIT ?2",
            shelves.join(",")
        );
        let mut stmt = self.conn.prepare(&sql)?;
        let found = stmt.query_map(params![dim, GATHER + 1], |r| {
            Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?))
        })?;
        let (mut names, mut n) = (Vec::new(), 0);
        for one in found {
            let (name, count) = one?;
            n += count;
            names.push(name);
        }
        if n <= GATHER {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            return self.among(index, &names, n, Some(1));
        }
        if names.len() * self.shelves.len() > MERGED {
            return Ok(());
        }
        let values: Vec<Value> = names.into_iter().map(Value::Text).collect();
        let branches = self.values(&index, &values);
        self.add(branches, Some(n), Some(1))
    }

    /// Few rows by many values: one question for all, sorted there.
    fn among(
        &mut self,
        index: Index,
        values: &[&str],
        n: i64,
        covers: Option<usize>,
    ) -> Result<()> {
        let all = serde_json::to_string(values).unwrap_or_default();
        let one = |s: &i64| {
            let all = Value::Text(all.clone());
            Branch {
                loose: true,
                ..branch(index.from, index.among, "t.k_due", all, *s)
            }
        };
        let branches = self.shelves.iter().map(one).collect();
        self.add(branches, Some(n), covers)
    }
}
