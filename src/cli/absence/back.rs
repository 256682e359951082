//! The way back: what nobody touched is as it was, the rest is listed.

use serde_json::{Value, json};

use super::Done;
use super::office::Office;
use crate::cli::exit::{Code, Fail};
use crate::cli::out::Out;
use crate::cli::session::Session;
use crate::domain::absence::{Absence, Handed, Return, take_along};
use crate::domain::handover;
use crate::domain::text;
use crate::domain::ticket::TicketKey;
use crate::shell::plans;
use crate::store::Reader;

/// Gives back for one absence, or for all that are over.
pub fn give(
    session: &Session,
    typed: Option<&str>,
    also: &[String],
    dry: bool,
    out: &mut Out,
) -> Done {
    let reader = session.reader()?;
    let office = Office::read(session, &reader)?;
    let meant = |h: &&Handed| match typed.map(str::to_lowercase) {
        Some(typed) => h.absence.0.starts_with(&typed) || h.who.as_str() == typed,
        None => is_over(h, &office, session),
    };
    let open: Vec<&Handed> = office
        .handed
        .iter()
        .filter(|h| h.back.is_none())
        .filter(meant)
        .collect();
    if let (Some(typed), true) = (typed, open.is_empty()) {
        return Err(Fail::not_found(format!(
            "nothing is handed over for \"{}\"; `deskhand absence list` shows what is",
            text::line(typed)
        )));
    }
    let mut all = Vec::new();
    for handed in open {
        all.push((handed, look(session, &reader, handed)?));
    }
    for key in also {
        let key = TicketKey::parse(key).map_err(Fail::usage)?;
        let has = |found: &Return| found.stays.iter().any(|s| s.key == key);
        let Some((handed, found)) = all.iter_mut().find(|(_, found)| has(found)) else {
            return Err(Fail::not_found(format!(
                "ticket {key} is not among those that stay; --dry-run lists them"
            )));
        };
        take_along(found, &key, &handed.who).map_err(|e| Fail::new(Code::Refused, e))?;
    }
    if !dry {
        for (handed, found) in &all {
            bring(session, handed, found, None)?;
        }
    }
    say(session, &all, dry, out)
}

/// An absence that was changed meanwhile ends when its plan says now.
fn is_over(h: &Handed, office: &Office, session: &Session) -> bool {
    let planned = office.absences.iter().find(|a| a.id == h.absence);
    let turns = planned.map(|a| a.away(h.from, h.from + chrono::TimeDelta::seconds(1)));
    let end = turns.and_then(|t| t.first().map(|o| o.to));
    end.unwrap_or(h.to) <= session.now
}

/// Gives back for an absence that ends by now, and writes that it does, in one act.
pub fn ended(
    session: &Session,
    reader: &Reader,
    handed: &Handed,
    absence: &Absence,
    out: &mut Out,
) -> Done {
    let found = look(session, reader, handed)?;
    bring(session, handed, &found, Some(absence))?;
    say(session, &[(handed, found)], false, out)
}

fn look(session: &Session, reader: &Reader, handed: &Handed) -> Result<Return, Fail> {
    Ok(plans::look_back(reader, handed, session.now)?.0)
}

fn bring(
    session: &Session,
    handed: &Handed,
    found: &Return,
    ended: Option<&Absence>,
) -> Result<(), Fail> {
    let acts = found.back.iter();
    let changes = session.batch(None, acts.map(|b| (b.ticket, b.version, b.act.clone())));
    let mut writer = session.writer()?;
    writer.take_back(&changes, handed, ended, session.now)?;
    session.push(&mut writer)
}

fn value((handed, found): &(&Handed, Return)) -> Value {
    let back = found.back.iter();
    let back: Vec<Value> = back
        .map(|b| json!({"id": b.key, "requester_wrote": b.wrote}))
        .collect();
    let stays = found.stays.iter();
    let stays: Vec<Value> = stays
        .map(|s| json!({"id": s.key, "with": s.with, "happened": s.happened}))
        .collect();
    json!({"absence": handed.absence, "who": handed.who, "back": back, "stays": stays})
}

fn say(session: &Session, all: &[(&Handed, Return)], dry: bool, out: &mut Out) -> Done {
    if session.json {
        let all: Vec<Value> = all.iter().map(value).collect();
        out.json(&json!({"dry_run": dry, "returns": all}))?;
        return Ok(Code::Ok);
    }
    if all.is_empty() {
        out.row("nothing has to come back")?;
    }
    for (handed, found) in all {
        out.row(&format!("{} ({}):", handed.who, handed.absence))?;
        for line in handover::digest(handed, found) {
            out.row(&format!("  {line}"))?;
        }
        if !found.stays.is_empty() && dry {
            out.row("  with --also NUMBER one of those comes back too")?;
        }
    }
    Ok(Code::Ok)
}
