//! The audit trail: append-only, each line chained to those before by its hash. Texts
//! stand in it as length and hash only, so that what a desk deletes can go.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{AuditRow, AuditVerdict, Result, rows};
use crate::domain::Instant;
use crate::domain::change::Act;
use crate::domain::escalation::{EscalationId, Package};
use crate::domain::sla::Owner;
use crate::domain::text::Untrusted;
use crate::domain::ticket::TicketId;

fn chain(
    prev: &[u8],
    seq: i64,
    at: i64,
    by: &str,
    ticket: Option<i64>,
    what: &str,
    detail: &str,
) -> Vec<u8> {
    let mut h = Sha256::new();
    h.update(prev);
    h.update(format!("{seq}\0{at}\0{by}\0{ticket:?}\0{what}\0{detail}"));
    h.finalize().to_vec()
}

/// Adds a line.
pub fn add(
    conn: &Connection,
    now: Instant,
    by: &str,
    ticket: Option<TicketId>,
    what: &str,
    detail: &str,
) -> Result<()> {
    let last: Option<(i64, Vec<u8>)> = conn
        .prepare_cached("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    let (seq, prev) = last.unwrap_or_default();
    let (seq, at, ticket) = (seq + 1, rows::ms(now), ticket.map(|t| t.0));
    let hash = chain(&prev, seq, at, by, ticket, what, detail);
    conn.prepare_cached("INSERT INTO audit VALUES(?1,?2,?3,?4,?5,?6,?7)")?
        .execute(params![seq, at, by, ticket, what, detail, hash])?;
    Ok(())
}

/// An act as the trail keeps it: what people wrote stands in it as length and hash only, and
/// so do the names of their files; where those lay on this machine is nobody's business.
pub fn describe(act: &Act) -> String {
    if let Act::Owner { to, of, package } = act {
        return owner(*to, *of, package.as_deref());
    }
    let mut json = serde_json::to_value(act).unwrap_or_default();
    let texts: &[&str] = match act {
        Act::Subject { .. } => &["to"],
        Act::Split { .. } => &["subject"],
        Act::Say { .. } | Act::Create { .. } => &["body"],
        _ => &[],
    };
    for text in texts {
        if let Some(text) = json.get_mut(*text) {
            *text = sealed(text);
        }
    }
    if let Some(files) = json.get_mut("attachments").and_then(Value::as_array_mut) {
        for file in files.iter_mut().filter_map(Value::as_object_mut) {
            file.shift_remove("path");
            if let Some(name) = file.get_mut("name") {
                *name = sealed(name);
            }
        }
    }
    json.to_string()
}

/// What left, to whom, past which gate; what was written in it is sealed.
fn owner(to: Owner, of: EscalationId, package: Option<&Package>) -> String {
    let mut json = serde_json::json!({"act": "owner", "to": to, "of": of});
    if let (Some(map), Some(p)) = (json.as_object_mut(), package) {
        map.insert("vendor".into(), p.vendor.as_str().into());
        map.insert("body".into(), sealed(&Value::from(p.body.raw())));
        map.insert("files".into(), p.files.len().into());
        map.insert("past".into(), p.past.clone().into());
    }
    json.to_string()
}

fn sealed(text: &Value) -> Value {
    let text = text.as_str().unwrap_or("");
    serde_json::json!({ "bytes": text.len(), "sha256": hex(&Sha256::digest(text.as_bytes())) })
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The newest lines.
pub fn newest(conn: &Connection, limit: usize, ticket: Option<TicketId>) -> Result<Vec<AuditRow>> {
    let filter = if ticket.is_some() {
        "WHERE ticket = ?2"
    } else {
        "WHERE ?2 IS NULL"
    };
    let mut stmt = conn.prepare_cached(&format!(
        "SELECT seq, at, by, ticket, what, detail, hash FROM audit {filter} ORDER BY seq DESC LIMIT ?1"
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = stmt.query_map(params![limit, ticket.map(|t| t.0)], |r| {
        Ok(AuditRow {
            seq: r.get(0)?,
            at: rows::at(r.get(1)?),
            by: Untrusted::new(r.get::<_, String>(2)?),
            ticket: r.get::<_, Option<i64>>(3)?.map(TicketId),
            what: r.get(4)?,
            detail: r.get(5)?,
            hash: hex(&r.get::<_, Vec<u8>>(6)?),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Follows the chain from its beginning.
pub fn verify(conn: &Connection) -> Result<AuditVerdict> {
    let mut stmt =
        conn.prepare("SELECT seq, at, by, ticket, what, detail, hash FROM audit ORDER BY seq")?;
    let mut found = stmt.query([])?;
    let (mut prev, mut n) = (Vec::new(), 0_i64);
    while let Some(r) = found.next()? {
        n += 1;
        let hash: Vec<u8> = r.get(6)?;
        let (by, what, detail): (String, String, String) = (r.get(2)?, r.get(4)?, r.get(5)?);
        let want = chain(&prev, n, r.get(1)?, &by, r.get(3)?, &what, &detail);
        if want != hash || r.get::<_, i64>(0)? != n {
            return Ok(AuditVerdict::Broken(n));
        }
        prev = hash;
    }
    Ok(AuditVerdict::Whole(n.unsigned_abs()))
}
