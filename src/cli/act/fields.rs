//! Fields, labels, new tickets and messages that move to one of their own.

use super::{Done, Reader, act, priority, split, word};
use crate::cli::args::NewArgs;
use crate::cli::exit::{Code, Fail};
use crate::cli::out::Out;
use crate::cli::say;
use crate::cli::session::Session;
use crate::cli::shape;
use crate::domain::change::Act;
use crate::domain::import::NewTicket;
use crate::domain::people::{TenantId, known_tenant};
use crate::domain::text::Untrusted;
use crate::domain::ticket::{Kind, Ticket};

/// The longest label.
const LONGEST: usize = 64;

/// A label as it is kept.
fn label_name(typed: &str, whole: &str) -> Result<String, Fail> {
    let name = typed.trim().to_lowercase();
    let wrong = name.is_empty()
        || name.starts_with('-')
        || name.chars().count() > LONGEST
        || name.contains(|c: char| c.is_whitespace() || c.is_control());
    if wrong {
        return Err(Fail::usage(format!(
            "\"{whole}\" is no label: one word of at most {LONGEST} characters; write +vpn to put one on and -vpn to take it off"
        )));
    }
    Ok(name)
}

/// Puts labels on and takes them off. A word that takes a label off begins like a flag, so
/// flags behind the first label arrive here among the words.
pub fn label(session: &Session, ids: &str, words: &[String], dry: bool, out: &mut Out) -> Done {
    let mut acts = Vec::new();
    let behind = |flag: &str| words.iter().any(|w| w == flag);
    let dry = dry || behind("--dry-run");
    let session = &Session {
        json: session.json || behind("--json"),
        ..session.clone()
    };
    for w in words {
        if matches!(w.as_str(), "--dry-run" | "--json") {
            continue;
        }
        if w.starts_with("--") {
            return Err(Fail::usage(format!(
                "\"{w}\" is no label; flags stand before the labels"
            )));
        }
        let (put, name) = match (w.strip_prefix('+'), w.strip_prefix('-')) {
            (Some(name), _) => (true, name),
            (_, Some(name)) => (false, name),
            _ => (true, w.as_str()),
        };
        let label = label_name(name, w)?;
        acts.push(if put {
            Act::AddLabel { label }
        } else {
            Act::RemoveLabel { label }
        });
    }
    changed(session, &split(ids), &acts, dry, out)
}

/// Gives a field a value.
pub fn edit(
    session: &Session,
    ids: &[String],
    field: &str,
    value: &str,
    dry: bool,
    out: &mut Out,
) -> Done {
    let wanted = Act::edit(field, value).map_err(Fail::usage)?;
    if let Act::Tenant { to: Some(to) } = &wanted {
        session.allow_tenant(to)?;
        let known = session.reader()?.vocabulary(session.now)?.tenants;
        known_tenant(to, &known).map_err(Fail::usage)?;
    }
    changed(session, ids, &[wanted], dry, out)
}

/// Those of the acts that change something.
fn changed(session: &Session, ids: &[String], acts: &[Act], dry: bool, out: &mut Out) -> Done {
    let plan = |t: &Ticket, _: &Reader| {
        let new = acts.iter().filter(|a| !a.is_so_already(t));
        Ok(new.cloned().collect())
    };
    act(session, ids, dry, &plan, out)
}

/// Moves messages to a new ticket of their own.
pub fn split_off(
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
    let plan = |_: &Ticket, _: &Reader| {
        Ok(vec![Act::Split {
            subject: Untrusted::new(subject),
            messages: messages.clone(),
            new: None,
        }])
    };
    act(session, &[id.to_owned()], dry, &plan, out)
}

/// Makes a ticket.
pub fn create(session: &Session, a: &NewArgs, out: &mut Out) -> Done {
    session.makes_tickets()?;
    let kind: Kind = a.kind.parse().map_err(word)?;
    let priority = a.priority.as_deref().map(priority).transpose()?.flatten();
    let tenant = a
        .tenant
        .as_deref()
        .map(TenantId::parse)
        .transpose()
        .map_err(Fail::usage)?;
    if let Some(tenant) = &tenant {
        session.allow_tenant(tenant)?;
    }
    let labels = a.label.iter().map(|l| label_name(l, l));
    let labels = labels.collect::<Result<_, _>>()?;
    let new = NewTicket {
        subject: Untrusted::new(a.subject.as_str()),
        body: Untrusted::new(say::text(session, a.text.as_deref(), "new")?),
        requester: a.requester.as_deref().map(Untrusted::new),
        tenant,
        workspace: a.workspace.as_deref().map(Untrusted::new),
        kind,
        priority,
        assignee: None,
        labels,
    };
    if a.dry_run {
        if session.json {
            out.json(&serde_json::json!({"dry_run": true}))?;
        } else {
            out.row("would make a ticket; nothing was changed")?;
        }
        return Ok(Code::Ok);
    }
    let mut writer = session.writer()?;
    let ticket = writer.create_ticket(&new, &session.me, session.now)?;
    session.push(&mut writer)?;
    if session.json {
        out.json(&shape::ticket(&ticket, session))?;
    } else {
        out.row(&format!("made {}", ticket.key))?;
    }
    Ok(Code::Ok)
}
