//! Duties that recur: which there are, and the tickets they make.

use serde_json::{Value, json};

use super::Done;
use super::args::DutiesWhat;
use crate::cli::exit::{Code, Fail};
use crate::cli::out::Out;
use crate::cli::session::Session;
use crate::config;
use crate::domain::people::AgentId;
use crate::domain::register::duty::Occasion;
use crate::shell;

/// Carries it out.
pub fn run(session: &Session, what: Option<&DutiesWhat>, out: &mut Out) -> Done {
    match what {
        None => list(session, out),
        Some(DutiesWhat::Run { away, dry_run }) => make(session, away, *dry_run, out),
    }
}

fn due(session: &Session, away: &[AgentId]) -> Result<Vec<Occasion>, Fail> {
    let duties = config::load_duties(&session.paths)?;
    if !session.store.exists() {
        return Ok(Vec::new());
    }
    let settings = (&session.config, &duties);
    let reader = session.reader()?;
    let due = shell::duties_due(&reader, settings, &session.me, away, session.now);
    due.map_err(Fail::from)
}

/// The number of the ticket that was made for it.
fn done(session: &Session, occasion: &Occasion) -> Result<Option<String>, Fail> {
    let reader = session.reader()?;
    let id = reader.duty_done(&occasion.duty, &occasion.period)?;
    id.map(|id| Session::key(&reader, id)).transpose()
}

fn list(session: &Session, out: &mut Out) -> Done {
    let due = due(session, &[])?;
    let mut values = Vec::new();
    for o in &due {
        let key = done(session, o)?;
        if session.json {
            values.push(json!({"duty": o.duty, "period": o.period, "ticket": key}));
        } else {
            let state = key.unwrap_or_else(|| "due".into());
            out.row(&format!("{:<20} {:<16} {state}", o.duty, o.period))?;
        }
    }
    if session.json {
        out.json(&Value::from(values))?;
    } else if due.is_empty() {
        out.row("nothing recurs: the registers hold nothing to look at")?;
    }
    Ok(Code::Ok)
}

fn make(session: &Session, away: &[AgentId], dry: bool, out: &mut Out) -> Done {
    session.makes_tickets()?;
    let mut values = Vec::new();
    let mut writer = None;
    for o in due(session, away)? {
        if done(session, &o)?.is_some() {
            continue;
        }
        let key = if dry {
            None
        } else {
            let writer = match &mut writer {
                Some(writer) => writer,
                none => none.insert(session.writer()?),
            };
            // Another window may have made it this moment.
            match writer.do_duty(&o, &session.me, session.now)? {
                Some(ticket) => Some(ticket.key.to_string()),
                None => continue,
            }
        };
        if !session.json {
            let subject = o.ticket.subject.line();
            out.row(&match &key {
                Some(key) => format!("made {key}  {subject}"),
                None => format!("would make a ticket  {subject}"),
            })?;
            if let Some(why) = &o.why {
                out.row(&format!("  {why}"))?;
            }
        }
        values.push(json!({
            "duty": o.duty, "period": o.period, "ticket": key,
            "assignee": o.ticket.assignee, "why": o.why, "subject": o.ticket.subject.raw(),
        }));
    }
    if let Some(mut writer) = writer {
        session.push(&mut writer)?;
    }
    if session.json {
        out.json(&json!({"dry_run": dry, "made": values}))?;
    } else if values.is_empty() {
        out.row("nothing is due: each duty has its ticket for this period")?;
    }
    Ok(Code::Ok)
}
