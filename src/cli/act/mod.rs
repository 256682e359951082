//! The subcommands that act: each is one batch of changes, as a key in the console is.
//!
//! What a text becomes is in `text`, what has to pass the gate in `gate`, fields, labels and
//! new tickets in `fields`; here is what they share: all is planned before anything is done.

mod fields;
pub(super) mod gate;
mod text;

pub use text::new_message;

use serde_json::json;

use super::args::{Command, Tie};
use super::exit::{Code, Fail};
use super::out::Out;
use super::session::Session;
use crate::domain::Instant;
use crate::domain::change::{Act, LinkKind};
use crate::domain::escalation::addressed;
use crate::domain::people::{AgentId, known_agent};
use crate::domain::reach::Reach;
use crate::domain::request::Ends;
use crate::domain::sla::Owner;
use crate::domain::thread::Visibility;
use crate::domain::ticket::{Priority, Status, Ticket};
use crate::domain::when::parse_when;
use crate::store::{Reader, Undone};

type Done = Result<Code, Fail>;

/// What to do with one ticket; a refusal is a sentence.
pub(super) type Plan<'a> = &'a dyn Fn(&Ticket, &Reader) -> Result<Vec<Act>, Fail>;

/// Carries out one of them.
pub fn run(session: &Session, command: &Command, out: &mut Out) -> Done {
    let one = |act: Act| move |_: &Ticket, _: &Reader| Ok(vec![act.clone()]);
    match command {
        Command::Note(a) => text::speak(session, a, Visibility::Internal, out),
        Command::Reply(a) => text::speak(session, a, Visibility::Public, out),
        Command::Macro { ids, name, gate } => text::run_macro(session, ids, name, gate, out),
        Command::Take(a) => {
            let to = Some(session.me.clone());
            act(session, &a.ids, a.dry_run, &one(Act::Assign { to }), out)
        }
        Command::Assign { ids, who, dry_run } => {
            let to = agent(session, who)?;
            act(
                session,
                &split(ids),
                *dry_run,
                &one(Act::Assign { to }),
                out,
            )
        }
        Command::Release(a) => act(
            session,
            &a.ids,
            a.dry_run,
            &one(Act::Assign { to: None }),
            out,
        ),
        Command::Status { ids, value, gate } => {
            let to: Status = value.parse().map_err(word)?;
            gate::status(session, &split(ids), to, gate, out)
        }
        Command::Priority(a) => {
            let to = priority(&a.value)?;
            act(
                session,
                &split(&a.ids),
                a.dry_run,
                &one(Act::Priority { to }),
                out,
            )
        }
        Command::Label {
            ids,
            labels,
            dry_run,
        } => fields::label(session, ids, labels, *dry_run, out),
        Command::Edit {
            ids,
            field,
            value,
            dry_run,
        } => fields::edit(session, &split(ids), field, &value.join(" "), *dry_run, out),
        Command::Snooze {
            ids,
            until,
            dry_run,
        } => {
            let text = until.join(" ");
            let until = match text.as_str() {
                "off" | "none" | "wake" => None,
                text => Some(
                    parse_when(text, session.now, &session.config.calendar).map_err(Fail::usage)?,
                ),
            };
            act(
                session,
                &split(ids),
                *dry_run,
                &one(Act::Snooze { until }),
                out,
            )
        }
        Command::Resolve { ids, gate } => gate::status(session, ids, Status::Resolved, gate, out),
        Command::Reopen(a) => gate::reopen(session, &a.ids, a.dry_run, out),
        Command::Merge { id, into, gate } => gate::merge(session, id, into, gate, out),
        Command::Link {
            id,
            to,
            kind,
            dry_run,
        } => {
            let kind = match kind {
                Tie::Related => LinkKind::Related,
                Tie::BlockedBy => LinkKind::BlockedBy,
            };
            let to = session.ticket(&session.reader()?, to)?.id;
            let plan = move |t: &Ticket, _: &Reader| {
                if t.id == to {
                    return Err(Fail::usage("a ticket cannot be tied to itself"));
                }
                Ok(vec![Act::Link { to, kind }])
            };
            act(session, std::slice::from_ref(id), *dry_run, &plan, out)
        }
        Command::Split {
            id,
            messages,
            subject,
            dry_run,
        } => fields::split_off(session, id, messages, subject, *dry_run, out),
        Command::New(a) => fields::create(session, a, out),
        Command::Undo => {
            let mut writer = session.writer()?;
            let undone = writer.undo(&session.me, session.now)?;
            session.push(&mut writer)?;
            took(session, undone, "there is nothing to take back", out)
        }
        Command::Redo => {
            let mut writer = session.writer()?;
            let redone = writer.redo(&session.me, session.now)?;
            session.push(&mut writer)?;
            took(session, redone, "there is nothing to do again", out)
        }
        Command::Unread(a) => mark(session, &a.ids, true, a.dry_run, out),
        Command::MarkRead(a) => mark(session, &a.ids, false, a.dry_run, out),
        _ => Err(Fail::usage("this is no act")),
    }
}

fn split(ids: &str) -> Vec<String> {
    ids.split(',').map(str::to_owned).collect()
}

fn word(e: crate::domain::ticket::UnknownWord) -> Fail {
    Fail::usage(e.to_string())
}

/// Whom a ticket is for; nobody: it is released.
fn agent(session: &Session, who: &str) -> Result<Option<AgentId>, Fail> {
    match who {
        "me" => Ok(Some(session.me.clone())),
        "none" => Ok(None),
        who => {
            let known = session.reader()?.vocabulary(session.now)?.agents;
            let found = known_agent(who, &known, &session.me);
            found.map(Some).map_err(Fail::usage)
        }
    }
}

fn priority(text: &str) -> Result<Option<Priority>, Fail> {
    if text == "none" {
        return Ok(None);
    }
    let text = text.strip_prefix(['p', 'P']).unwrap_or(text);
    text.parse().map(Some).map_err(word)
}

/// Somebody outside the team reads it.
fn is_read_outside(act: &Act) -> bool {
    match act {
        Act::Say {
            visibility: Visibility::Public,
            ..
        } => true,
        Act::Say { body, .. } => addressed(body.raw()).is_some(),
        _ => false,
    }
}

/// What is done to one ticket, and how the request ends that it is, if it is one and ends.
#[derive(Debug, Default)]
struct Acts {
    acts: Vec<Act>,
    ends: Option<Ends>,
}

/// What to do with one ticket that may end.
type PlanEnding<'a> = &'a dyn Fn(&Ticket, &Reader) -> Result<Acts, Fail>;

/// Does what ends no ticket.
pub(super) fn act(
    session: &Session,
    ids: &[String],
    dry: bool,
    plan: Plan<'_>,
    out: &mut Out,
) -> Done {
    let plan = |t: &Ticket, reader: &Reader| {
        let acts = plan(t, reader)?;
        Ok(Acts { acts, ends: None })
    };
    act_ending(session, ids, dry, &plan, out)
}

/// Plans for all tickets first, so that a refusal leaves everything as it was; then commits
/// them as one batch.
fn act_ending(
    session: &Session,
    ids: &[String],
    dry: bool,
    plan: PlanEnding<'_>,
    out: &mut Out,
) -> Done {
    let reader = session.reader()?;
    let (mut wanted, mut ended) = (Vec::new(), Vec::new());
    for id in ids {
        let ticket = session.ticket(&reader, id)?;
        // Nothing is done to it, and a dry run says so too.
        if let Some(into) = ticket.merged_into
            && let Some(into) = reader.ticket(into)?
        {
            let why = crate::domain::gate::goes_on(&ticket.key, &into.key);
            return Err(Fail::new(Code::Refused, why));
        }
        let Acts { acts, ends } = plan(&ticket, &reader)?;
        ended.extend(ends.map(|ends| (ticket.id, ends)));
        wanted.extend(acts.into_iter().map(|act| (ticket.clone(), act)));
    }
    drop(reader);
    let here = kept_here(session, &wanted)?;
    let window = i64::from(session.config.undo_window);
    // What goes out with a reply waits with it: taken back, nothing of it has happened.
    let waits = window > 0 && wanted.iter().any(|(_, act)| is_read_outside(act));
    let until = waits.then(|| session.now + chrono::TimeDelta::seconds(window));
    let keys: Vec<String> = wanted.iter().map(|(t, _)| t.key.to_string()).collect();
    let acts = wanted.into_iter().map(|(t, act)| (t.id, t.version, act));
    let changes = session.batch(until, acts);
    let mut made = Vec::new();
    if !dry && !changes.is_empty() {
        let mut writer = session.writer()?;
        let done = writer.commit_ending(&changes, &ended, &session.me, session.now)?;
        made = done.made;
        session.push(&mut writer)?;
    }
    let made = if made.is_empty() {
        Vec::new()
    } else {
        let reader = session.reader()?;
        made.iter()
            .map(|id| Session::key(&reader, *id))
            .collect::<Result<_, _>>()?
    };
    if session.json {
        let rows: Vec<_> = keys
            .iter()
            .zip(&changes)
            .map(|(key, c)| json!({"ticket": key, "change": c.id, "act": c.act, "not_before": c.not_before}))
            .collect();
        out.json(&json!({"dry_run": dry, "changes": rows, "made": made}))?;
        return Ok(Code::Ok);
    }
    for (key, c) in keys.iter().zip(&changes) {
        let what = describe(session, &c.act);
        out.row(&if dry {
            format!("would {what} on {key}")
        } else {
            format!("{key}: {what}")
        })?;
    }
    if let Some(field) = here {
        out.row(&format!("kept on this machine: the desk has no {field}"))?;
    }
    for key in made {
        out.row(&format!("made {key}"))?;
    }
    if let (Some(until), false) = (until, dry) {
        out.row(&waiting(session, until))?;
    }
    if changes.is_empty() {
        out.row("nothing to do")?;
    }
    Ok(Code::Ok)
}

/// The first field that the desk has no place for. What it cannot do is refused before anything
/// is done; a desk that cannot be asked yet says so when it is sent.
fn kept_here(session: &Session, wanted: &[(Ticket, Act)]) -> Result<Option<&'static str>, Fail> {
    let Some(abilities) = session.abilities() else {
        return Ok(None);
    };
    let mut here = None;
    for (ticket, act) in wanted {
        match abilities.reach(act) {
            Reach::Sent => {}
            Reach::Here => here = here.or(Some(act.field())),
            Reach::No(why) => {
                return Err(Fail::new(Code::Refused, format!("{}: {why}", ticket.key)));
            }
        }
    }
    Ok(here)
}

/// Nothing runs between two subcommands, so the sentence says who sends it.
fn waiting(session: &Session, until: Instant) -> String {
    format!(
        "it waits in the outbox until {}, and `deskhand undo` takes it back; after that an open console, `deskhand sync` or your next act sends it",
        until.with_timezone(&session.config.zone).format("%H:%M:%S")
    )
}

fn describe(session: &Session, act: &Act) -> String {
    match act {
        Act::Status { to } => format!("set status {to}"),
        Act::Priority { to: Some(p) } => format!("set priority {p}"),
        Act::Priority { to: None } => "clear the priority".into(),
        Act::Assign { to: Some(a) } => format!("assign to {a}"),
        Act::Assign { to: None } => "release".into(),
        Act::Snooze { until: Some(u) } => {
            format!("snooze until {}", super::shape::local(*u, session))
        }
        Act::Snooze { until: None } => "wake".into(),
        Act::AddLabel { label } => format!("add label {label}"),
        Act::RemoveLabel { label } => format!("remove label {label}"),
        Act::Say {
            visibility,
            attachments,
            ..
        } => match attachments.len() {
            0 => format!("add {}", visibility.word()),
            1 => format!("add {} with a file", visibility.word()),
            n => format!("add {} with {n} files", visibility.word()),
        },
        Act::Subject { to } => format!("set subject {}", to.line()),
        Act::Kind { to } => format!("set kind {to}"),
        Act::Tenant { to: Some(to) } => format!("set tenant {to}"),
        Act::Tenant { to: None } => "clear the tenant".into(),
        Act::Workspace { to: Some(to) } => format!("set Workspace {}", to.line()),
        Act::Workspace { to: None } => "clear the Workspace".into(),
        Act::Merge { .. } => "merge".into(),
        Act::Link { .. } => "link".into(),
        Act::Split { messages, .. } => match messages.len() {
            1 => "split off 1 message".into(),
            n => format!("split off {n} messages"),
        },
        Act::Owner { to, .. } => match to {
            Owner::Vendor => "escalate".into(),
            Owner::Team => "take back from the vendor".into(),
        },
        other => format!("change {}", other.field()),
    }
}

fn took(session: &Session, undone: Option<Undone>, nothing: &str, out: &mut Out) -> Done {
    let done = undone.is_some();
    let what = undone.map_or_else(|| nothing.to_owned(), |u| u.what);
    if session.json {
        out.json(&json!({"done": done, "what": what}))?;
    } else {
        out.row(&what)?;
    }
    Ok(Code::Ok)
}

/// Marks tickets as unread, or as read.
fn mark(session: &Session, ids: &[String], unread: bool, dry: bool, out: &mut Out) -> Done {
    let reader = session.reader()?;
    let tickets = ids
        .iter()
        .map(|id| session.ticket(&reader, id))
        .collect::<Result<Vec<_>, _>>()?;
    drop(reader);
    if !dry {
        let all: Vec<_> = tickets.iter().map(|t| t.id).collect();
        let mut writer = session.writer()?;
        if unread {
            writer.mark_unread(&all)?;
        } else {
            writer.mark_read(&all)?;
        }
    }
    let keys: Vec<&str> = tickets.iter().map(|t| t.key.as_str()).collect();
    let word = if unread { "unread" } else { "read" };
    if session.json {
        let mut value = json!({"dry_run": dry});
        if let Some(map) = value.as_object_mut() {
            map.insert(word.into(), keys.into());
        }
        out.json(&value)?;
    } else {
        let would = if dry { "would mark" } else { "marked" };
        out.row(&format!("{would} {} as {word}", keys.join(", ")))?;
    }
    Ok(Code::Ok)
}
