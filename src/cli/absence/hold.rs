//! Passing on what came for those who are away, from a scheduler or with every exchange.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Done, plan};
use crate::cli::exit::Code;
use crate::cli::out::Out;
use crate::cli::session::Session;
use crate::domain::Instant;
use crate::domain::absence::{Fate, Held};
use crate::domain::ticket::TicketId;
use crate::shell::plans::Holder;
use crate::store::{StoreError, Writer};

fn holder(session: &Session) -> Holder {
    Holder::new(Arc::new(session.config.clone()), session.me.clone())
}

/// Passes on what is to be passed on; names the tickets that look different.
///
/// # Errors
/// The store cannot be read or written.
pub fn pass_on(
    session: &Session,
    writer: &mut Writer,
    now: Instant,
) -> Result<Vec<TicketId>, StoreError> {
    holder(session).hold(writer, now)
}

/// `absence hold`
pub fn hold(session: &Session, dry: bool, out: &mut Out) -> Done {
    let holder = holder(session);
    let mut writer = session.writer()?;
    let mut all = Vec::new();
    writer.hold(session.now, |roll| {
        all = holder.decide(roll, session.now);
        if dry { Vec::new() } else { all.clone() }
    })?;
    if !dry {
        session.push(&mut writer)?;
    }
    say(session, &all, dry, out)?;
    Ok(
        match all.iter().any(|h| h.preview.gaps().next().is_some()) {
            true => Code::Gap,
            false => Code::Ok,
        },
    )
}

fn say(session: &Session, all: &[Held], dry: bool, out: &mut Out) -> Done {
    if session.json {
        let value = |h: &Held| {
            let rows = h.preview.rows.iter().filter(|r| r.fate != Fate::Stays);
            let rows: Vec<Value> = rows.map(plan::row_value).collect();
            json!({"absence": h.handed.absence, "who": h.handed.who, "tickets": rows})
        };
        let held: Vec<Value> = all.iter().map(value).collect();
        out.json(&json!({"dry_run": dry, "held": held}))?;
        return Ok(Code::Ok);
    }
    if all.is_empty() {
        out.row("nothing came for anybody who is away")?;
    }
    for held in all {
        out.row(&format!("{} ({}):", held.handed.who, held.handed.absence))?;
        for row in held.preview.rows.iter().filter(|r| r.fate != Fate::Stays) {
            plan::print(row, session, out)?;
        }
    }
    if dry && !all.is_empty() {
        out.row("nothing was changed")?;
    }
    Ok(Code::Ok)
}
