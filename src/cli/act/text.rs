//! What is said: notes, replies, files that go with them, macros.

use uuid::Uuid;

use super::gate::Gate;
use super::{Acts, Done, Reader, act, act_ending, split};
use crate::cli::args::{PastGate, SayArgs};
use crate::cli::escalate;
use crate::cli::exit::Fail;
use crate::cli::out::Out;
use crate::cli::say;
use crate::cli::session::Session;
use crate::domain::change::Act;
use crate::domain::macros::Runner;
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
    let ticket = session.ticket(&session.reader()?, &a.id)?;
    let mut attachments = Vec::new();
    for path in &a.attach {
        attachments.push(shell::to_attach(path).map_err(Fail::usage)?);
    }
    let mut body = say::text(session, a.text.as_deref(), &a.id)?;
    if visibility == Visibility::Internal {
        body = escalate::overheard(&ticket, &body, (a.dry_run, a.yes))?;
    }
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
    let gate = Gate::new(session, past)?;
    let plan = |t: &Ticket, reader: &Reader| {
        let request = gate.request(t, reader)?;
        let asked = gate.asked(request.as_ref(), reader)?;
        let by = Runner {
            me: &session.me,
            name: &agent,
            now: session.now,
            draft_is_unsent: !reader.drafts_of(t.id)?.is_empty(),
            request: asked,
        };
        let mut all = Acts::default();
        for (act, against) in found.acts(t, &by, &mut new_message) {
            if let Act::Status { to } = act {
                all.ends = gate.ends(t, to, asked).or(all.ends);
            }
            all.acts.push(act);
            all.acts.extend(gate.pass(t, &against)?);
        }
        Ok(all)
    };
    act_ending(session, &split(ids), past.dry_run, &plan, out)
}
