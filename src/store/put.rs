//! Keeping a ticket's row and all that follows from it: sort keys, labels, counters, words.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{self, COLS, ms};
use super::words;
use super::{Result, Rules, TicketHistory};
use crate::domain::sla::{
    self, Beside, Owner, Side, SlaEvent, Target, TheirDue, Trust, What, Whose,
};
use crate::domain::ticket::{Due, Status, Ticket, TicketId, TicketKey};

/// Changes of the counters, added up before they are written.
#[derive(Debug, Default)]
pub struct Counters(HashMap<(&'static str, String, i64), i64>);

impl Counters {
    /// Counts a ticket in (1) or out (-1).
    pub fn add(&mut self, t: &Ticket, by: i64) {
        let shelf = rows::shelf(t);
        let mut one = |dim, value: String| *self.0.entry((dim, value, shelf)).or_default() += by;
        one("all", String::new());
        one(
            "assignee",
            t.assignee
                .as_ref()
                .map_or_else(String::new, |a| a.as_str().into()),
        );
        one(
            "tenant",
            t.tenant
                .as_ref()
                .map_or_else(String::new, |a| a.as_str().into()),
        );
        one("status", t.status.code().to_string());
        one("turn", t.turn.code().to_string());
        one("kind", t.kind.code().to_string());
        one(
            "priority",
            t.priority
                .map_or(0, crate::domain::ticket::Priority::code)
                .to_string(),
        );
        if let Some(w) = &t.workspace {
            one("workspace", w.raw().to_owned());
        }
        if let Some(r) = &t.requester {
            one("requester", r.raw().to_owned());
        }
        for label in &t.labels {
            one("label", label.clone());
        }
    }

    /// Writes what has come together.
    pub fn flush(&mut self, conn: &Connection) -> Result<()> {
        let mut put = conn.prepare_cached(
            "INSERT INTO counter(dim,value,shelf,n) VALUES(?1,?2,?3,?4) ON CONFLICT DO UPDATE SET n = n + excluded.n",
        )?;
        for ((dim, value, shelf), n) in self.0.drain().filter(|(_, n)| *n != 0) {
            put.execute(params![dim, value, shelf, n])?;
        }
        Ok(())
    }
}

/// The ticket as it is shown.
pub fn load(conn: &Connection, id: TicketId) -> Result<Option<Ticket>> {
    let sql = format!("SELECT {COLS} FROM ticket t WHERE t.id = ?1");
    Ok(conn
        .prepare_cached(&sql)?
        .query_row([id.0], rows::ticket)
        .optional()?)
}

/// The ticket that people know by that number.
pub fn by_key(conn: &Connection, key: &TicketKey) -> Result<Option<TicketId>> {
    Ok(conn
        .prepare_cached("SELECT id FROM ticket WHERE key = ?1")?
        .query_row([key.as_str()], |r| r.get(0))
        .optional()?
        .map(TicketId))
}

/// The tickets that were merged into this one.
pub fn merged_into(conn: &Connection, id: TicketId) -> Result<Vec<TicketId>> {
    let ids: Vec<i64> = conn
        .prepare_cached("SELECT id FROM ticket WHERE merged = ?1")?
        .query_map([id.0], |r| r.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids.into_iter().map(TicketId).collect())
}

/// Writes a ticket's row in the place of what was there.
pub fn write(
    conn: &Connection,
    old: Option<&Ticket>,
    t: &Ticket,
    counters: &mut Counters,
) -> Result<()> {
    if let Some(old) = old {
        counters.add(old, -1);
        labels_off(conn, old)?;
    }
    counters.add(t, 1);
    let (shelf, k_due) = (rows::shelf(t), rows::k_due(&t.due));
    let (state, target, value) = rows::due_columns(&t.due);
    let other = t.beside.other.as_ref().map(rows::due_columns);
    let other = other.map_or((None, None, None), |(s, t, v)| (Some(s), t, v));
    conn.prepare_cached(
        "INSERT OR REPLACE INTO ticket VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,?27,?28,?29,?30,?31,?32,?33,?34,?35,?36)",
    )?
    .execute(params![
        t.id.0, t.key.as_str(), t.subject.raw(), t.status.code(),
        t.status_label.as_ref().map(|s| s.raw()), t.priority.map(crate::domain::ticket::Priority::code),
        t.kind.code(), t.tenant.as_ref().map(|s| s.as_str()), t.workspace.as_ref().map(|s| s.raw()),
        t.requester.as_ref().map(|s| s.raw()), t.assignee.as_ref().map(|s| s.as_str()),
        t.labels.join("\n"), t.channel.map(crate::domain::ticket::Channel::code),
        ms(t.created), ms(t.updated), t.resolved.map(ms), t.closed.map(ms), t.snoozed_until.map(ms),
        t.turn.code(), state, target, value, t.reassignments, i64::try_from(t.version).unwrap_or(i64::MAX),
        t.unread, t.changed, t.waiting, t.merged_into.map(|m| m.0),
        shelf, k_due, -ms(t.updated), rows::k_prio(t),
        i64::from(t.beside.whose == Whose::Theirs), other.0, other.1, other.2,
    ])?;
    let mut on = conn.prepare_cached("INSERT OR IGNORE INTO ticket_label VALUES(?1,?2,?3,?4)")?;
    for label in &t.labels {
        on.execute(params![label, shelf, k_due, t.id.0])?;
    }
    Ok(())
}

fn labels_off(conn: &Connection, t: &Ticket) -> Result<()> {
    let mut off = conn.prepare_cached(
        "DELETE FROM ticket_label WHERE label=?1 AND shelf=?2 AND k_due=?3 AND ticket=?4",
    )?;
    for label in &t.labels {
        off.execute(params![label, rows::shelf(t), rows::k_due(&t.due), t.id.0])?;
    }
    Ok(())
}

/// Takes a ticket's row and all that hangs on it away.
pub fn erase(conn: &Connection, t: &Ticket, counters: &mut Counters) -> Result<()> {
    counters.add(t, -1);
    labels_off(conn, t)?;
    let id = t.id.0;
    for sql in [
        "DELETE FROM ticket WHERE id = ?1",
        "DELETE FROM words WHERE rowid = ?1",
        "DELETE FROM base WHERE ticket = ?1",
        "DELETE FROM sla WHERE ticket = ?1",
        "DELETE FROM timeline WHERE ticket = ?1",
        "DELETE FROM link WHERE ticket = ?1 OR other = ?1",
        "DELETE FROM original WHERE ticket = ?1",
        "DELETE FROM draft WHERE ticket = ?1",
        "DELETE FROM told WHERE ticket = ?1",
        "DELETE FROM their_due WHERE ticket = ?1",
        "DELETE FROM request WHERE ticket = ?1",
        "DELETE FROM report WHERE ticket = ?1",
        "DELETE FROM vendor_word WHERE escalation IN (SELECT id FROM escalation WHERE ticket = ?1)",
        "DELETE FROM escalation WHERE ticket = ?1",
        "DELETE FROM arrived WHERE ticket = ?1",
    ] {
        conn.prepare_cached(sql)?.execute([id])?;
    }
    Ok(())
}

/// The small number of what moves a clock; a status keeps its own. Never changes once released.
pub const fn what_code(what: What) -> i64 {
    match what {
        What::Status(s) => s.code(),
        What::Owner(Owner::Team) => 12,
        What::Owner(Owner::Vendor) => 13,
        What::RequesterMessage => 14,
        What::AgentReply => 15,
    }
}

/// What moves a clock, by its number.
pub fn what_of(code: i64) -> Option<What> {
    Some(match code {
        12 => What::Owner(Owner::Team),
        13 => What::Owner(Owner::Vendor),
        14 => What::RequesterMessage,
        15 => What::AgentReply,
        s => What::Status(Status::from_code(s)?),
    })
}

/// Packs clock events, 8 bytes each.
pub fn pack(events: &[SlaEvent]) -> Vec<u8> {
    events
        .iter()
        .flat_map(|e| {
            let code = what_code(e.what);
            ((ms(e.at) << 4) | code).to_be_bytes()
        })
        .collect()
}

fn unpack(bytes: &[u8]) -> Vec<SlaEvent> {
    bytes
        .chunks_exact(8)
        .filter_map(|c| {
            let n = i64::from_be_bytes(c.try_into().ok()?);
            let what = what_of(n & 15)?;
            Some(SlaEvent {
                at: rows::at(n >> 4),
                what,
            })
        })
        .collect()
}

/// A ticket's clock events as the desk knows them.
pub fn history(conn: &Connection, ticket: Ticket) -> Result<TicketHistory> {
    let found = conn
        .prepare_cached("SELECT opened_by, first_status, events FROM sla WHERE ticket = ?1")?
        .query_row([ticket.id.0], |r| {
            Ok((
                r.get::<_, i64>(0)?,
                r.get::<_, i64>(1)?,
                r.get::<_, Vec<u8>>(2)?,
            ))
        })
        .optional()?;
    let (by, first, events) = found.unwrap_or_default();
    Ok(TicketHistory {
        opened_by: if by == 2 {
            Side::Agent
        } else {
            Side::Requester
        },
        first_status: Status::from_code(first).unwrap_or(Status::New),
        events: unpack(&events),
        ticket,
    })
}

/// Keeps clock events.
pub fn write_history(
    conn: &Connection,
    id: TicketId,
    by: Side,
    first: Status,
    events: &[SlaEvent],
) -> Result<()> {
    let by = if by == Side::Agent { 2 } else { 1 };
    conn.prepare_cached("INSERT OR REPLACE INTO sla VALUES(?1,?2,?3,?4)")?
        .execute(params![id.0, by, first.code(), pack(events)])?;
    Ok(())
}

/// The due instants that the desk gives by itself, by promise.
pub fn their_due(conn: &Connection, id: TicketId) -> Result<Vec<TheirDue>> {
    let mut stmt =
        conn.prepare_cached("SELECT target, at FROM their_due WHERE ticket = ?1 ORDER BY target")?;
    let mut found = stmt.query([id.0])?;
    let mut out = Vec::new();
    while let Some(r) = found.next()? {
        if let Some(target) = Target::from_code(r.get(0)?) {
            let at = rows::at(r.get(1)?);
            out.push(TheirDue { target, at });
        }
    }
    Ok(out)
}

/// The ticket with when it is due, in our view and the desk's as far as that is trusted. Tickets
/// that are done have no promise open.
pub fn with_due(conn: &Connection, rules: &Rules, history: TicketHistory) -> Result<Ticket> {
    let live = history.ticket.status.is_live();
    let ours = match live {
        true => sla::due(&history.as_history(), &rules.policy, &rules.calendar),
        false => Due::None,
    };
    let mut t = history.ticket;
    (t.due, t.beside) = (in_ms(ours), Beside::default());
    if live && rules.policy.trust != Trust::Ours {
        let settled = sla::settle(t.due, &their_due(conn, t.id)?, rules.policy.trust);
        (t.due, t.beside.whose, t.beside.other) = (settled.due, settled.whose, settled.other);
    }
    Ok(t)
}

fn in_ms(due: Due) -> Due {
    match due {
        Due::Running { target, at } => Due::Running {
            target,
            at: rows::whole_ms(at),
        },
        other => other,
    }
}

/// The ticket in which one lives on, through all merges; itself if it is not merged.
pub fn lives_on_in(conn: &Connection, id: TicketId) -> Result<TicketId> {
    let last = conn
        .prepare_cached(
            "WITH RECURSIVE up(id, next) AS (SELECT id, merged FROM ticket WHERE id = ?1
               UNION SELECT t.id, t.merged FROM up JOIN ticket t ON t.id = up.next)
             SELECT id FROM up WHERE next IS NULL",
        )?
        .query_row([id.0], |r| r.get(0))
        .optional()?;
    Ok(last.map_or(id, TicketId))
}

/// Makes the ticket's words findable again, with those of tickets merged into it.
pub fn index_words(conn: &Connection, t: &Ticket) -> Result<()> {
    conn.prepare_cached("DELETE FROM words WHERE rowid = ?1")?
        .execute([t.id.0])?;
    if t.merged_into.is_some() {
        return Ok(());
    }
    let mut doc = words::Doc::new(t);
    let mut of = conn.prepare_cached(
        "WITH RECURSIVE member(id) AS (SELECT ?1 UNION SELECT t.id FROM ticket t JOIN member m ON t.merged = m.id)
         SELECT body FROM message WHERE ticket IN member",
    )?;
    let mut found = of.query([t.id.0])?;
    while let Some(row) = found.next()? {
        doc.add(row.get_ref(0)?.as_str().unwrap_or(""));
    }
    conn.prepare_cached("INSERT INTO words(rowid, text) VALUES(?1, ?2)")?
        .execute(params![t.id.0, doc.finish()])?;
    Ok(())
}
