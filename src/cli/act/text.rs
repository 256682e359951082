//! What is said: notes, replies, files that go with them, macros.

use uuid::Uuid;

use super::{Done, Reader, act, gate, split};
use crate::app::state::{Macro, MacroStep};
use crate::cli::args::{PastGate, SayArgs};
use crate::cli::exit::Fail;
use crate::cli::out::Out;
use crate::cli::say;
use crate::cli::session::Session;
use crate::domain::change::Act;
use crate::domain::fill::fill;
use crate::domain::text::Untrusted;
use crate::domain::thread::{MessageId, Visibility};
use crate::domain::ticket::Ticket;
use crate::shell;

/// A message's identity: it follows the time, so that what was said in one moment keeps its
/// order, and it is never a number that the store gives itself.
pub fn new_message() -> MessageId {
    let (high, _) = Uuid::now_v7().as_u64_pair();
    MessageId(i64::try_from(high).unwrap_or(i64::MAX))
}

/// A note or a reply.
pub fn speak(session: &Session, a: &SayArgs, visibility: Visibility, out: &mut Out) -> Done {
    // First that there is such a ticket and such a file: a text must not be typed for nothing.
    session.ticket(&session.reader()?, &a.id)?;
    let mut attachments = Vec::new();
    for path in &a.attach {
        attachments.push(shell::to_attach(path).map_err(Fail::usage)?);
    }
    let body = say::text(session, a.text.as_deref(), &a.id)?;
    let own = new_message();
    let plan = |_: &Ticket, _: &Reader| {
        Ok(vec![Act::Say {
            message: own,
            visibility,
            body: Untrusted::new(body.as_str()),
            attachments: attachments.clone(),
        }])
    };
    act(session, std::slice::from_ref(&a.id), a.dry_run, &plan, out)
}

/// Runs a macro of the desk or of the settings.
pub fn run_macro(session: &Session, ids: &str, name: &str, past: &PastGate, out: &mut Out) -> Done {
    let reader = session.reader()?;
    let all = shell::macros(&session.store, &session.config);
    let wanted = name.trim();
    let found = all.iter().find(|m| m.name.eq_ignore_ascii_case(wanted));
    let Some(found) = found else {
        let names: Vec<&str> = all.iter().map(|m| m.name.as_str()).collect();
        let known = if names.is_empty() {
            "none are set up; `deskhand config sample` shows how".to_owned()
        } else {
            format!("there are {}", names.join(", "))
        };
        return Err(Fail::not_found(format!(
            "there is no macro \"{wanted}\"; {known}"
        )));
    };
    let agents = reader.agents()?;
    drop(reader);
    let agent = agents
        .iter()
        .find(|a| a.id == session.me)
        .map_or_else(|| session.me.to_string(), |a| a.name.line().into_string());
    let plan = |t: &Ticket, reader: &Reader| steps(session, found, t, &agent, past, reader);
    act(session, &split(ids), past.dry_run, &plan, out)
}

/// What a macro does to a ticket. Each step sees what the ones before have made of it, so
/// that a macro which replies and resolves passes the gate as a person would.
fn steps(
    session: &Session,
    m: &Macro,
    t: &Ticket,
    agent: &str,
    past: &PastGate,
    reader: &Reader,
) -> Result<Vec<Act>, Fail> {
    let mut t = t.clone();
    let mut acts = Vec::new();
    for step in &m.steps {
        let say = |visibility, text: &str, t: &Ticket| Act::Say {
            message: new_message(),
            visibility,
            body: Untrusted::new(fill(text, t, agent)),
            attachments: Vec::new(),
        };
        let act = match step {
            MacroStep::Status(to) => Act::Status { to: *to },
            MacroStep::Priority(to) => Act::Priority { to: Some(*to) },
            MacroStep::AssignMe => Act::Assign {
                to: Some(session.me.clone()),
            },
            MacroStep::Assign(to) => Act::Assign {
                to: Some(to.clone()),
            },
            MacroStep::AddLabel(label) => Act::AddLabel {
                label: label.clone(),
            },
            MacroStep::RemoveLabel(label) => Act::RemoveLabel {
                label: label.clone(),
            },
            MacroStep::Note(text) => say(Visibility::Internal, text, &t),
            MacroStep::Reply(text) => say(Visibility::Public, text, &t),
        };
        if act.is_so_already(&t) {
            continue;
        }
        let note = match &act {
            Act::Status { to } => gate::check(&t, *to, past, reader)?,
            _ => None,
        };
        act.apply(&mut t, session.now);
        acts.push(act);
        acts.extend(note);
    }
    Ok(acts)
}
