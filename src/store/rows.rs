//! Between a ticket and its row: columns, sort keys, shelves.

use chrono::{DateTime, Utc};
use rusqlite::Row;

use crate::domain::Instant;
use crate::domain::escalation::Stage;
use crate::domain::list::Sort;
use crate::domain::people::{AgentId, TenantId};
use crate::domain::sla::{Beside, Target, Whose};
use crate::domain::text::Untrusted;
use crate::domain::ticket::{
    Channel, Due, Kind, Priority, Status, Ticket, TicketId, TicketKey, Turn,
};

/// The columns of a ticket in the order of [`ticket`].
pub const COLS: &str = "t.id,t.key,t.subject,t.status,t.status_label,t.priority,t.kind,t.tenant,t.workspace,t.requester,t.assignee,t.labels,t.channel,t.created,t.updated,t.resolved,t.closed,t.snoozed,t.turn,t.due_state,t.due_target,t.due_value,t.reassignments,t.version,t.unread,t.changed,t.waiting,t.merged,EXISTS(SELECT 1 FROM draft d WHERE d.ticket = t.id),t.due_whose,t.other_state,t.other_target,t.other_value,(SELECT e.stage FROM escalation e WHERE e.ticket = t.id AND e.stage < 6)";

/// How many they are: what else is asked for stands behind them.
pub const WIDTH: usize = 34;

/// Where a ticket lies: live, live and snoozed, done, merged.
pub const SHELVES: [i64; 4] = [0, 1, 2, 3];

/// Milliseconds since 1970.
pub const fn ms(at: Instant) -> i64 {
    at.timestamp_millis()
}

/// The first whole millisecond that is not before an instant.
pub fn ceil_ms(i: Instant) -> i64 {
    let floor = ms(i);
    floor + i64::from(!i.timestamp_subsec_nanos().is_multiple_of(1_000_000))
}

/// The instant behind stored milliseconds.
pub fn at(ms: i64) -> Instant {
    DateTime::<Utc>::from_timestamp_millis(ms).unwrap_or(DateTime::UNIX_EPOCH)
}

/// Cuts what the store does not keep of an instant.
pub fn whole_ms(i: Instant) -> Instant {
    at(ms(i))
}

/// A ticket's shelf.
pub const fn shelf(t: &Ticket) -> i64 {
    if t.merged_into.is_some() {
        3
    } else if !t.status.is_live() {
        2
    } else if t.snoozed_until.is_some() {
        1
    } else {
        0
    }
}

const PAUSED: i64 = 1 << 45;
const NONE: i64 = 1 << 46;

/// Orders by due as [`crate::domain::next::Rank`] does: what runs by its instant, what is paused by what is left, then what has none.
pub fn k_due(due: &Due) -> i64 {
    match due {
        Due::Running { at, .. } => due_bound(*at),
        Due::Paused { left, .. } => PAUSED + (1 << 44) + (*left).clamp(-(1 << 43), 1 << 43),
        Due::None => NONE,
    }
}

/// The sort key of a clock that runs out at an instant.
pub fn due_bound(at: Instant) -> i64 {
    ms(at).clamp(0, PAUSED - 1)
}

/// All keys from here on belong to tickets whose clock does not run.
pub const NOT_RUNNING: i64 = PAUSED;
/// All keys from here on belong to tickets without a promise.
pub const NO_PROMISE: i64 = NONE;

/// Orders by priority, then by due.
pub fn k_prio(t: &Ticket) -> i64 {
    prio_floor(t.priority) + k_due(&t.due)
}

/// The first key of a priority.
pub fn prio_floor(p: Option<Priority>) -> i64 {
    p.map_or(9, Priority::code) << 48
}

/// A ticket's key in an order.
pub fn key_of(t: &Ticket, sort: Sort) -> i64 {
    match sort {
        Sort::Due => k_due(&t.due),
        Sort::Updated => -ms(t.updated),
        Sort::Priority => k_prio(t),
        Sort::Age => 0,
    }
}

fn code<T>(row: &Row<'_>, i: usize, from: impl Fn(i64) -> Option<T>, or: T) -> rusqlite::Result<T> {
    Ok(row.get::<_, Option<i64>>(i)?.and_then(from).unwrap_or(or))
}

/// Reads a ticket from a row that begins with [`COLS`].
pub fn ticket(row: &Row<'_>) -> rusqlite::Result<Ticket> {
    let text = |i: usize| -> rusqlite::Result<Option<Untrusted>> {
        Ok(row.get::<_, Option<String>>(i)?.map(Untrusted::new))
    };
    let when = |i: usize| -> rusqlite::Result<Option<Instant>> {
        Ok(row.get::<_, Option<i64>>(i)?.map(at))
    };
    let labels: String = row.get(11)?;
    Ok(Ticket {
        id: TicketId(row.get(0)?),
        key: parse(row, 1, TicketKey::parse)?,
        subject: text(2)?.unwrap_or_default(),
        status: code(row, 3, Status::from_code, Status::Open)?,
        status_label: text(4)?,
        priority: row.get::<_, Option<i64>>(5)?.and_then(Priority::from_code),
        kind: code(row, 6, Kind::from_code, Kind::Problem)?,
        tenant: maybe(row, 7, TenantId::parse)?,
        workspace: text(8)?,
        requester: text(9)?,
        assignee: maybe(row, 10, AgentId::parse)?,
        labels: split_labels(&labels),
        channel: row.get::<_, Option<i64>>(12)?.and_then(Channel::from_code),
        created: at(row.get(13)?),
        updated: at(row.get(14)?),
        resolved: when(15)?,
        closed: when(16)?,
        snoozed_until: when(17)?,
        turn: code(row, 18, Turn::from_code, Turn::Nobody)?,
        due: due(row, 19)?.unwrap_or(Due::None),
        beside: Beside {
            whose: if row.get(29)? {
                Whose::Theirs
            } else {
                Whose::Ours
            },
            other: due(row, 30)?,
        },
        reassignments: row.get(22)?,
        version: row.get::<_, i64>(23)?.unsigned_abs(),
        unread: row.get(24)?,
        changed: row.get(25)?,
        waiting: row.get(26)?,
        merged_into: row.get::<_, Option<i64>>(27)?.map(TicketId),
        draft: row.get(28)?,
        vendor: row.get::<_, Option<i64>>(33)?.and_then(Stage::from_code),
    })
}

/// State, target and value of a due, from that column on.
fn due(row: &Row<'_>, i: usize) -> rusqlite::Result<Option<Due>> {
    let Some(state) = row.get::<_, Option<i64>>(i)? else {
        return Ok(None);
    };
    let target = code(row, i + 1, Target::from_code, Target::FirstResponse)?;
    let value = row.get::<_, Option<i64>>(i + 2)?.unwrap_or(0);
    Ok(Some(match state {
        0 => Due::Running {
            target,
            at: at(value),
        },
        1 => Due::Paused {
            target,
            left: value,
        },
        _ => Due::None,
    }))
}

/// State, target and value of a due.
pub fn due_columns(due: &Due) -> (i64, Option<i64>, Option<i64>) {
    match due {
        Due::Running { target, at } => (0, Some(target.code()), Some(ms(*at))),
        Due::Paused { target, left } => (1, Some(target.code()), Some(*left)),
        Due::None => (2, None, None),
    }
}

fn split_labels(labels: &str) -> Vec<String> {
    labels
        .split('\n')
        .filter(|l| !l.is_empty())
        .map(str::to_owned)
        .collect()
}

fn unreadable(i: usize, why: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(i, rusqlite::types::Type::Text, why.into())
}

fn parse<T>(row: &Row<'_>, i: usize, f: impl Fn(&str) -> Result<T, String>) -> rusqlite::Result<T> {
    f(row.get_ref(i)?.as_str().unwrap_or("")).map_err(|e| unreadable(i, e))
}

fn maybe<T>(
    row: &Row<'_>,
    i: usize,
    f: impl Fn(&str) -> Result<T, String>,
) -> rusqlite::Result<Option<T>> {
    match row
        .get_ref(i)?
        .as_str_or_null()
        .map_err(|e| unreadable(i, e.to_string()))?
    {
        Some(s) => f(s).map(Some).map_err(|e| unreadable(i, e)),
        None => Ok(None),
    }
}
