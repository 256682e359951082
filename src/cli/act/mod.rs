//! The subcommands that act: each is one batch of changes, as a key in the console is.

use serde_json::json;
use uuid::Uuid;

use super::args::{Command, NewArgs, SayArgs, Tie};
use super::exit::{Code, Fail};
use super::out::Out;
use super::say;
use super::session::Session;
use crate::domain::change::{Act, BatchId, Change, ChangeId, LinkKind};
use crate::domain::import::NewTicket;
use crate::domain::people::{AgentId, TenantId};
use crate::domain::text::Untrusted;
use crate::domain::thread::{MessageId, Visibility};
use crate::domain::ticket::{Kind, Priority, Status, Ticket, Turn};
use crate::domain::when::parse_when;
use crate::store::Undone;

type Done = Result<Code, Fail>;

/// What to do with one ticket; a refusal is a sentence.
type Plan<'a> = &'a dyn Fn(&Ticket) -> Result<Vec<Act>, Fail>;

/// Carries out one of them.
pub fn run(session: &Session, command: &Command, out: &mut Out) -> Done {
    let one = |act: Act| move |_: &Ticket| Ok(vec![act.clone()]);
    match command {
        Command::Note(a) => speak(session, a, Visibility::Internal, out),
        Command::Reply(a) => speak(session, a, Visibility::Public, out),
        Command::Take(a) => {
            let to = Some(session.me.clone());
            act(session, &a.ids, a.dry_run, &one(Act::Assign { to }), out)
        }
        Command::Assign { ids, who, dry_run } => {
            let to = Some(agent(session, who)?);
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
        Command::Status(a) => {
            let to: Status = a.value.parse().map_err(word)?;
            act(
                session,
                &split(&a.ids),
                a.dry_run,
                &one(Act::Status { to }),
                out,
            )
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
        Command::Label { ids, labels } => label(session, ids, labels, out),
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
        Command::Resolve { ids, anyway } => {
            let anyway = *anyway;
            act(
                session,
                &ids.ids,
                ids.dry_run,
                &move |t| resolve(t, anyway),
                out,
            )
        }
        Command::Reopen(a) => act(session, &a.ids, a.dry_run, &reopen, out),
        Command::Merge { id, into, dry_run } => merge(session, id, into, *dry_run, out),
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
            let plan = move |t: &Ticket| {
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
        } => split_off(session, id, messages, subject, *dry_run, out),
        Command::New(a) => create(session, a, out),
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
        Command::Unread(a) => unread(session, &a.ids, a.dry_run, out),
        _ => Err(Fail::usage("this is no act")),
    }
}

fn split(ids: &str) -> Vec<String> {
    ids.split(',').map(str::to_owned).collect()
}

fn word(e: crate::domain::ticket::UnknownWord) -> Fail {
    Fail::usage(e.to_string())
}

fn agent(session: &Session, who: &str) -> Result<AgentId, Fail> {
    if who == "me" {
        return Ok(session.me.clone());
    }
    AgentId::parse(who).map_err(Fail::usage)
}

fn priority(text: &str) -> Result<Option<Priority>, Fail> {
    if text == "none" {
        return Ok(None);
    }
    let text = text.strip_prefix(['p', 'P']).unwrap_or(text);
    text.parse().map(Some).map_err(word)
}

fn change(session: &Session, ticket: &Ticket, batch: BatchId, act: Act) -> Change {
    let public = matches!(
        &act,
        Act::Say {
            visibility: Visibility::Public,
            ..
        }
    );
    let window = chrono::TimeDelta::seconds(i64::from(session.config.undo_window));
    Change {
        id: ChangeId(Uuid::now_v7()),
        batch,
        ticket: ticket.id,
        at: session.now,
        by: session.me.clone(),
        base: ticket.version,
        not_before: public.then(|| session.now + window),
        act,
    }
}

/// Plans for all tickets first, so that a refusal leaves everything as it was; then commits
/// them as one batch.
fn act(session: &Session, ids: &[String], dry: bool, plan: Plan<'_>, out: &mut Out) -> Done {
    let reader = session.reader()?;
    let batch = BatchId(Uuid::now_v7());
    let mut changes = Vec::new();
    for id in ids {
        let ticket = session.ticket(&reader, id)?;
        for act in plan(&ticket)? {
            changes.push((ticket.key.to_string(), change(session, &ticket, batch, act)));
        }
    }
    drop(reader);
    let mut made = Vec::new();
    if !dry && !changes.is_empty() {
        let mut writer = session.writer()?;
        let all: Vec<Change> = changes.iter().map(|(_, c)| c.clone()).collect();
        made = writer.commit(&all)?.made;
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
        let rows: Vec<_> = changes
            .iter()
            .map(|(key, c)| json!({"ticket": key, "change": c.id, "act": c.act, "not_before": c.not_before}))
            .collect();
        out.json(&json!({"dry_run": dry, "changes": rows, "made": made}))?;
        return Ok(Code::Ok);
    }
    for (key, c) in &changes {
        let what = describe(session, &c.act);
        out.row(&if dry {
            format!("would {what} on {key}")
        } else {
            format!("{key}: {what}")
        })?;
    }
    for key in made {
        out.row(&format!("made {key}"))?;
    }
    if changes.is_empty() {
        out.row("nothing to do")?;
    }
    Ok(Code::Ok)
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
        Act::Say { visibility, .. } => format!("add {}", visibility.word()),
        Act::Merge { .. } => "merge".into(),
        Act::Link { .. } => "link".into(),
        Act::Split { messages, .. } => format!("split off {} messages", messages.len()),
        other => format!("change {}", other.field()),
    }
}

fn speak(session: &Session, a: &SayArgs, visibility: Visibility, out: &mut Out) -> Done {
    // First that there is such a ticket: a text must not be typed for nothing.
    session.ticket(&session.reader()?, &a.id)?;
    let body = say::text(session, a.text.as_deref(), &a.id)?;
    let own = new_message();
    let plan = |_: &Ticket| {
        Ok(vec![Act::Say {
            message: own,
            visibility,
            body: Untrusted::new(body.as_str()),
            attachments: Vec::new(),
        }])
    };
    act(session, std::slice::from_ref(&a.id), a.dry_run, &plan, out)
}

/// A message's identity: it follows the time, so that what was said in one moment keeps its
/// order, and it is never a number that the store gives itself.
fn new_message() -> MessageId {
    let (high, _) = Uuid::now_v7().as_u64_pair();
    MessageId(i64::try_from(high).unwrap_or(i64::MAX))
}

fn label(session: &Session, ids: &str, words: &[String], out: &mut Out) -> Done {
    let (mut acts, mut dry, mut json) = (Vec::new(), false, session.json);
    for w in words {
        match w.as_str() {
            "--dry-run" => dry = true,
            "--json" => json = true,
            _ => {
                let (put, name) = match (w.strip_prefix('+'), w.strip_prefix('-')) {
                    (Some(name), _) => (true, name),
                    (_, Some(name)) => (false, name),
                    _ => (true, w.as_str()),
                };
                let name = name.trim().to_lowercase();
                if name.is_empty() || name.starts_with('-') || name.contains(char::is_whitespace) {
                    return Err(Fail::usage(format!(
                        "\"{w}\" is no label; write +vpn to put one on and -vpn to take it off"
                    )));
                }
                acts.push(if put {
                    Act::AddLabel { label: name }
                } else {
                    Act::RemoveLabel { label: name }
                });
            }
        }
    }
    let plan = |t: &Ticket| {
        Ok(acts
            .iter()
            .filter(|a| match a {
                Act::AddLabel { label } => !t.labels.contains(label),
                Act::RemoveLabel { label } => t.labels.contains(label),
                _ => true,
            })
            .cloned()
            .collect())
    };
    act(&session.with_json(json), &split(ids), dry, &plan, out)
}

/// The gate: a requester who had the last word is not left without an answer.
fn resolve(t: &Ticket, anyway: bool) -> Result<Vec<Act>, Fail> {
    if !t.status.is_live() {
        return Ok(Vec::new());
    }
    if t.turn == Turn::Ours && !anyway {
        return Err(Fail::new(
            Code::Refused,
            format!(
                "ticket {} waits for an answer: the requester had the last word; reply first, or add --anyway",
                t.key
            ),
        ));
    }
    Ok(vec![Act::Status {
        to: Status::Resolved,
    }])
}

fn reopen(t: &Ticket) -> Result<Vec<Act>, Fail> {
    if t.merged_into.is_some() {
        return Err(Fail::new(
            Code::Refused,
            format!(
                "ticket {} lives on in another; undo the merge instead",
                t.key
            ),
        ));
    }
    Ok(if t.status.is_live() {
        Vec::new()
    } else {
        vec![Act::Status { to: Status::Open }]
    })
}

fn merge(session: &Session, id: &str, into: &str, dry: bool, out: &mut Out) -> Done {
    let target = session.ticket(&session.reader()?, into)?;
    let plan = move |t: &Ticket| {
        if t.id == target.id {
            return Err(Fail::usage("a ticket cannot be merged into itself"));
        }
        if t.merged_into.is_some() || target.merged_into.is_some() {
            return Err(Fail::new(
                Code::Refused,
                "one of the two is merged already; merge the one that goes on",
            ));
        }
        if t.tenant.is_some() && target.tenant.is_some() && t.tenant != target.tenant {
            return Err(Fail::new(
                Code::Refused,
                format!(
                    "{} and {} belong to different tenants; link them instead",
                    t.key, target.key
                ),
            ));
        }
        Ok(vec![Act::Merge { into: target.id }])
    };
    act(session, &[id.to_owned()], dry, &plan, out)
}

fn split_off(
    session: &Session,
    id: &str,
    numbers: &[usize],
    subject: &str,
    dry: bool,
    out: &mut Out,
) -> Done {
    let reader = session.reader()?;
    let ticket = session.ticket(&reader, id)?;
    let thread = reader
        .thread(ticket.id)?
        .ok_or_else(|| Fail::not_found(format!("there is no ticket {id} here")))?;
    let mut messages = Vec::new();
    for n in numbers {
        let m = n
            .checked_sub(1)
            .and_then(|i| thread.messages.get(i))
            .ok_or_else(|| {
                Fail::not_found(format!(
                    "ticket {id} has no message {n}; it has {}",
                    thread.messages.len()
                ))
            })?;
        messages.push(m.id);
    }
    drop(reader);
    let plan = |_: &Ticket| {
        Ok(vec![Act::Split {
            subject: Untrusted::new(subject),
            messages: messages.clone(),
            new: None,
        }])
    };
    act(session, &[id.to_owned()], dry, &plan, out)
}

fn create(session: &Session, a: &NewArgs, out: &mut Out) -> Done {
    let kind: Kind = a.kind.parse().map_err(word)?;
    let priority = a.priority.as_deref().map(priority).transpose()?.flatten();
    let tenant = a
        .tenant
        .as_deref()
        .map(TenantId::parse)
        .transpose()
        .map_err(Fail::usage)?;
    let new = NewTicket {
        subject: Untrusted::new(a.subject.as_str()),
        body: Untrusted::new(say::text(session, a.text.as_deref(), "new")?),
        requester: a.requester.as_deref().map(Untrusted::new),
        tenant,
        workspace: a.workspace.as_deref().map(Untrusted::new),
        kind,
        priority,
        assignee: None,
        labels: a.label.iter().map(|l| l.to_lowercase()).collect(),
    };
    if a.dry_run {
        out.row("would make a ticket; nothing was changed")?;
        return Ok(Code::Ok);
    }
    let mut writer = session.writer()?;
    let ticket = writer.create_ticket(&new, &session.me, session.now)?;
    session.push(&mut writer)?;
    if session.json {
        out.json(&super::shape::ticket(&ticket, session))?;
    } else {
        out.row(&format!("made {}", ticket.key))?;
    }
    Ok(Code::Ok)
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

fn unread(session: &Session, ids: &[String], dry: bool, out: &mut Out) -> Done {
    let reader = session.reader()?;
    let tickets = ids
        .iter()
        .map(|id| session.ticket(&reader, id))
        .collect::<Result<Vec<_>, _>>()?;
    drop(reader);
    if !dry {
        let all: Vec<_> = tickets.iter().map(|t| t.id).collect();
        session.writer()?.mark_unread(&all)?;
    }
    let keys: Vec<&str> = tickets.iter().map(|t| t.key.as_str()).collect();
    if session.json {
        out.json(&json!({"dry_run": dry, "unread": keys}))?;
    } else {
        let would = if dry { "would mark" } else { "marked" };
        out.row(&format!("{would} {} as unread", keys.join(", ")))?;
    }
    Ok(Code::Ok)
}
