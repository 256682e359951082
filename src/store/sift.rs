//! What a query means to SQL: conditions that turn rows away where they lie. They may let
//! too many through, never too few: `Query::matches_by` has the last word on each row.

use super::rows::{ceil_ms, ms};
use crate::domain::Instant;
use crate::domain::list::Asker;
use crate::domain::query::{DueState, Flag, Query, Stamp, Test, When, Who};

/// More numbers than these would make a statement that takes longer to read than the rows.
const MANY: usize = 100;

/// Conditions, and whether they say all of the query.
#[derive(Debug)]
pub struct Sieve {
    /// True of every row that is meant; `1` if there is nothing to say.
    pub sql: String,
    /// True of no other row.
    pub exact: bool,
}

/// The conditions of all terms and of the asker's scope, joined.
pub fn conditions(q: &Query, asker: &Asker) -> Sieve {
    let mut out = String::from("1");
    let mut exact = true;
    for t in &q.terms {
        match (condition(&t.test, asker), t.negated) {
            (None, _) => exact = false,
            (Some(cond), false) => out.push_str(&format!(" AND {cond}")),
            // All conditions are exact, so that the opposite of one turns nothing away wrongly.
            (Some(cond), true) => out.push_str(&format!(" AND NOT coalesce({cond}, 0)")),
        }
    }
    if !asker.scope.is_empty() {
        let names = asker.scope.iter().map(|t| quote(t.as_str()));
        out.push_str(&format!(
            " AND (t.tenant IN ({}) OR t.tenant IS NULL)",
            join(names)
        ));
    }
    Sieve { sql: out, exact }
}

/// A text in SQL. What holds a NUL cannot stand there.
fn quote(s: &str) -> String {
    format!("'{}'", s.replace('\'', "''").replace('\0', ""))
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(",")
}

fn any(parts: impl IntoIterator<Item = String>) -> String {
    format!("({})", parts.into_iter().collect::<Vec<_>>().join(" OR "))
}

fn listed(col: &str, values: impl Iterator<Item = Option<String>>) -> String {
    let (mut some, mut none) = (Vec::new(), false);
    for value in values {
        match value {
            Some(v) => some.push(v),
            None => none = true,
        }
    }
    let none = if none {
        format!(" OR {col} IS NULL")
    } else {
        String::new()
    };
    format!("({col} IN ({}){none})", some.join(","))
}

/// Names that hold a value somewhere, or after their beginning or one of their hyphens. The
/// letters that SQL folds are those that the language folds: ASCII.
pub fn names(col: &str, values: &[Option<String>], parts: bool) -> Option<String> {
    if values.iter().flatten().any(|v| v.contains('\0')) {
        return None;
    }
    Some(any(values.iter().map(|v| match v {
        None => format!("{col} IS NULL"),
        Some(v) => {
            let low = v.to_ascii_lowercase();
            if parts {
                format!(
                    "instr(lower({col}), {}) = 1 OR instr(lower({col}), {}) > 0",
                    quote(&low),
                    quote(&format!("-{low}"))
                )
            } else {
                format!("instr(lower({col}), {}) > 0", quote(&low))
            }
        }
    })))
}

/// What is true of exactly the rows for which the test holds; none if SQL cannot tell.
fn condition(test: &Test, asker: &Asker) -> Option<String> {
    let code = |n: i64| Some(n.to_string());
    Some(match test {
        Test::Status(v) => listed("t.status", v.iter().map(|s| code(s.code()))),
        Test::Turn(v) => listed("t.turn", v.iter().map(|s| code(s.code()))),
        Test::Kind(v) => listed("t.kind", v.iter().map(|s| code(s.code()))),
        Test::Priority(v) => listed(
            "t.priority",
            v.iter().map(|p| p.map(|p| p.code().to_string())),
        ),
        Test::Channel(v) => listed(
            "t.channel",
            v.iter().map(|c| c.map(|c| c.code().to_string())),
        ),
        Test::Assignee(v) => listed(
            "t.assignee",
            v.iter().map(|w| {
                w.as_ref().map(|w| match w {
                    Who::Me => quote(asker.me.as_str()),
                    Who::Agent(a) => quote(a.as_str()),
                })
            }),
        ),
        Test::Tenant(v) => listed(
            "t.tenant",
            v.iter().map(|n| n.as_ref().map(|n| quote(n.as_str()))),
        ),
        Test::Workspace(v) => names("t.workspace", v, true)?,
        Test::Requester(v) => names("t.requester", v, false)?,
        Test::Label(v) => {
            if v.iter()
                .flatten()
                .any(|l| l.is_empty() || l.contains(['\0', '\n']))
            {
                return None;
            }
            any(v.iter().map(|l| match l {
                None => "t.labels = ''".to_owned(),
                Some(l) => format!(
                    "instr(char(10) || lower(t.labels) || char(10), char(10) || {} || char(10)) > 0",
                    quote(&l.to_ascii_lowercase())
                ),
            }))
        }
        Test::Id(v) if v.len() <= MANY => {
            let keys = v.iter().map(|k| Some(quote(k.as_str())));
            listed("t.key", keys)
        }
        Test::Id(_) | Test::Text(_) => return None,
        Test::Is(v) => any(v.iter().map(|f| flag(*f, asker))),
        Test::DueIs(v) => any(v.iter().map(|d| due_is(*d, asker))),
        Test::DueAt(when) => {
            let (from, to) = when.until_due(asker);
            format!(
                "(t.due_state = 0{})",
                between("coalesce(t.due_value, 0)", from, to)
            )
        }
        Test::Time(stamp, when) => time(*stamp, *when, asker),
    })
}

/// Instants in the store are whole milliseconds: the bounds are rounded up to them.
fn between(col: &str, from: Option<Instant>, to: Option<Instant>) -> String {
    let mut out = String::new();
    if let Some(from) = from {
        out.push_str(&format!(" AND {col} >= {}", ceil_ms(from)));
    }
    if let Some(to) = to {
        out.push_str(&format!(" AND {col} < {}", ceil_ms(to)));
    }
    out
}

fn time(stamp: Stamp, when: When, asker: &Asker) -> String {
    let col = match stamp {
        Stamp::Created => "t.created",
        Stamp::Updated => "t.updated",
        Stamp::Resolved => "t.resolved",
        Stamp::Closed => "t.closed",
    };
    let (from, to) = when.since(asker);
    format!("({col} IS NOT NULL{})", between(col, from, to))
}

fn due_is(state: DueState, asker: &Asker) -> String {
    match state {
        DueState::Late => format!(
            "(t.due_state = 0{})",
            between("coalesce(t.due_value, 0)", None, Some(asker.now))
        ),
        DueState::Running => "t.due_state = 0".into(),
        DueState::Paused => "t.due_state = 1".into(),
        DueState::None => "t.due_state NOT IN (0, 1)".into(),
    }
}

fn flag(flag: Flag, asker: &Asker) -> String {
    match flag {
        Flag::Unread => "t.unread".into(),
        Flag::Changed => "t.changed".into(),
        Flag::Snoozed => format!("coalesce(t.snoozed > {}, 0)", ms(asker.now)),
        Flag::Late => due_is(DueState::Late, asker),
        Flag::Unassigned => "t.assignee IS NULL".into(),
        Flag::Live => "t.status NOT IN (5, 6)".into(),
        Flag::Waiting => "t.status IN (3, 4)".into(),
        Flag::Merged => "t.merged IS NOT NULL".into(),
        Flag::Unsent => "t.waiting > 0".into(),
        Flag::Draft => "EXISTS(SELECT 1 FROM draft d WHERE d.ticket = t.id)".into(),
        Flag::Escalated => {
            "EXISTS(SELECT 1 FROM escalation e WHERE e.ticket = t.id AND e.stage < 6)".into()
        }
        Flag::Marked => "0".into(),
    }
}
