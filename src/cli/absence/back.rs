//! The way back: what nobody touched is as it was, the rest is listed.

use serde_json::{Value, json};
use uuid::Uuid;

use super::Done;
use super::office;
use crate::cli::exit::{Code, Fail};
use crate::cli::out::Out;
use crate::cli::session::Session;
use crate::domain::absence::{Absence, Handed, Return, bring_back, take_along};
use crate::domain::handover;
use crate::domain::text;
use crate::domain::ticket::TicketKey;
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
    let office = office::read(session, &reader)?;
    let meant = |h: &&Handed| match typed.map(str::to_lowercase) {
        Some(typed) => h.absence.0.starts_with(&typed) || h.who.as_str() == typed,
        None => office.ends(h) <= session.now,
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
        all.push(look(session, &reader, handed)?);
    }
    for key in also {
        let key = TicketKey::parse(key).map_err(Fail::usage)?;
        let has = |l: &&mut Looked| l.decided.stays.iter().any(|s| s.key == key);
        let Some(looked) = all.iter_mut().find(has) else {
            return Err(Fail::not_found(format!(
                "ticket {key} is not among those that stay; --dry-run lists them"
            )));
        };
        take_along(&mut looked.decided, &key, &looked.handed.who)
            .map_err(|e| Fail::new(Code::Refused, e))?;
        looked.also.push(key);
    }
    if !dry {
        for looked in &all {
            looked.bring(session, None)?;
        }
    }
    say(session, &all, dry, out)
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
    found.bring(session, Some(absence))?;
    say(session, &[found], false, out)
}

/// What was handed over, and what would come back of it.
struct Looked {
    handed: Handed,
    /// As it is in the store.
    found: Return,
    /// The same with what is taken along.
    decided: Return,
    also: Vec<TicketKey>,
}

fn look(session: &Session, reader: &Reader, handed: &Handed) -> Result<Looked, Fail> {
    let found = reader.look_back(handed, session.now)?.0;
    Ok(Looked {
        handed: handed.clone(),
        decided: found.clone(),
        found,
        also: Vec::new(),
    })
}

impl Looked {
    fn bring(&self, session: &Session, ended: Option<&Absence>) -> Result<(), Fail> {
        let back = bring_back(
            (&self.handed, &self.found),
            &self.also,
            ended.cloned(),
            &session.me,
            (session.now, &mut Uuid::now_v7),
        );
        let mut writer = session.writer()?;
        writer.take_back(&back)?;
        session.push(&mut writer)
    }
}

fn value(looked: &Looked) -> Value {
    let (handed, found) = (&looked.handed, &looked.decided);
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

fn say(session: &Session, all: &[Looked], dry: bool, out: &mut Out) -> Done {
    if session.json {
        let all: Vec<Value> = all.iter().map(value).collect();
        out.json(&json!({"dry_run": dry, "returns": all}))?;
        return Ok(Code::Ok);
    }
    if all.is_empty() {
        out.row("nothing has to come back")?;
    }
    for looked in all {
        let (handed, found) = (&looked.handed, &looked.decided);
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
