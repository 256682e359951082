//! `request`: kinds, forms, approvals, checklists, and the gate before a request is closed.
//!
//! What is shown is in `show`; here is what changes. Everything is tried on the form as it was
//! read, so that a wrong word is refused before anything is written, and done on the form as it
//! is kept at that moment.

pub mod args;
mod show;

use std::rc::Rc;

use serde_json::json;

use self::args::{CloseArgs, NewArgs, RequestWhat, SaidArgs};
use super::act::gate;
use super::exit::{Code, Fail};
use super::out::Out;
use super::session::Session;
use super::sla;
use crate::config;
use crate::domain::change::Act;
use crate::domain::import::NewTicket;
use crate::domain::people::{TenantId, known_tenant};
use crate::domain::register::Book;
use crate::domain::request::{Asked, Ending, Ends, Form, KindSpec, Kinds, Said, Tick, Verdict};
use crate::domain::text::{self, Untrusted};
use crate::domain::ticket::{Kind, Ticket};
use crate::domain::value::Role;
use crate::store::Reader;

type Done = Result<Code, Fail>;

/// A request as it is at this moment.
struct Found {
    spec: KindSpec,
    form: Form,
    ticket: Ticket,
    book: Rc<Book>,
}

impl Found {
    fn asked(&self) -> Asked<'_> {
        Asked {
            spec: &self.spec,
            form: &self.form,
            ticket: &self.ticket,
            book: &self.book,
        }
    }
}

/// Carries it out.
pub fn run(session: &Session, what: &RequestWhat, out: &mut Out) -> Done {
    let kinds = config::load_requests(&session.paths)?;
    match what {
        RequestWhat::Kinds { kind: None } => show::kinds(session, &kinds, out),
        RequestWhat::Kinds { kind: Some(kind) } => {
            let reader = session.reader().ok();
            let book = reader.map_or_else(|| Ok(Book::default()), |r| r.book())?;
            show::kind(session, spec_of(&kinds, kind)?, &book, out)
        }
        RequestWhat::List { all, limit } => show::list(session, &kinds, *all, *limit, out),
        RequestWhat::Show { id } => show::request(session, &find(session, &kinds, id)?, out),
        RequestWhat::New(args) => new(session, &kinds, args, out),
        RequestWhat::Set {
            id,
            values,
            dry_run,
        } => {
            let step = json!({"act": "set", "fields": names(values)});
            change(session, &kinds, id, *dry_run, &step, out, |form, spec| {
                answer(form, spec, values)
            })
        }
        RequestWhat::Tick {
            id,
            items,
            off,
            dry_run,
        } => {
            let step = json!({"act": if *off { "untick" } else { "tick" }, "items": items});
            change(session, &kinds, id, *dry_run, &step, out, |form, spec| {
                for item in items {
                    let tick = Tick {
                        by: session.me.clone(),
                        at: session.now,
                    };
                    form.tick(spec, item, (!off).then_some(tick))?;
                }
                Ok(())
            })
        }
        RequestWhat::Check { id } => check(session, &find(session, &kinds, id)?, out),
        RequestWhat::Approve(args) => {
            let said = said(session, args)?;
            let step = json!({"act": "approve", "name": args.name, "verdict": said.verdict});
            change(
                session,
                &kinds,
                &args.id,
                args.dry_run,
                &step,
                out,
                |form, spec| form.approve(spec, said.clone()),
            )
        }
        RequestWhat::Instruct(args) => {
            let said = said(session, args)?;
            let step = json!({"act": "instruct", "name": args.name, "verdict": said.verdict});
            change(
                session,
                &kinds,
                &args.id,
                args.dry_run,
                &step,
                out,
                |form, spec| form.instruct(spec, said.clone()),
            )
        }
        RequestWhat::Close(args) => close(session, &kinds, args, out),
    }
}

fn spec_of<'k>(kinds: &'k Kinds, kind: &str) -> Result<&'k KindSpec, Fail> {
    let none = || {
        let known: Vec<&str> = kinds.all.iter().map(|k| k.kind.word()).collect();
        Fail::usage(format!(
            "\"{kind}\" is no kind of request; there are {}",
            known.join(", ")
        ))
    };
    let kind: Kind = kind.parse().map_err(|_| none())?;
    kinds.of(kind).ok_or_else(none)
}

/// The request of a ticket. A ticket of such a kind that came without a form has an empty one.
fn find(session: &Session, kinds: &Kinds, id: &str) -> Result<Found, Fail> {
    let reader = session.reader()?;
    let ticket = session.ticket(&reader, id)?;
    let book = Rc::new(reader.book()?);
    found(kinds, ticket, &reader, &book)
}

fn found(kinds: &Kinds, ticket: Ticket, reader: &Reader, book: &Rc<Book>) -> Result<Found, Fail> {
    let form = reader.request(ticket.id)?;
    let kind = form.as_ref().map_or(ticket.kind, |f| f.kind);
    let spec = kinds.of(kind).ok_or_else(|| {
        Fail::new(
            Code::Refused,
            format!(
                "ticket {} is a {kind}, which is no request; make it one with `deskhand request new KIND --ticket {}`",
                ticket.key, ticket.key
            ),
        )
    })?;
    Ok(Found {
        spec: spec.clone(),
        form: form.unwrap_or_else(|| spec.begun(&ticket)),
        ticket,
        book: Rc::clone(book),
    })
}

/// The names of `name=value` words, for the trail: what was answered is nobody's business there.
fn names(values: &[String]) -> Vec<&str> {
    let parts = values.iter().map(|v| v.split_once('='));
    parts.flatten().map(|(name, _)| name).collect()
}

/// Answers fields as they are typed.
fn answer(form: &mut Form, spec: &KindSpec, values: &[String]) -> Result<(), String> {
    for typed in values {
        let Some((name, value)) = typed.split_once('=') else {
            return Err(format!(
                "\"{}\" answers nothing; write it as in first-name=Ana",
                text::line(typed)
            ));
        };
        let (name, value) = (name.trim(), value.trim());
        match name {
            _ if spec.field(name).is_some() => form.answer(spec, name, value)?,
            "role" if value.is_empty() => form.role = None,
            "role" => form.role = Some(Role::parse(value)?),
            "vendor" => form.vendor = (!value.is_empty()).then(|| Untrusted::new(value)),
            _ => form.answer(spec, name, value)?,
        }
    }
    Ok(())
}

/// Changes the form of a request and says what still stands against closing it.
fn change(
    session: &Session,
    kinds: &Kinds,
    id: &str,
    dry: bool,
    step: &serde_json::Value,
    out: &mut Out,
    with: impl Fn(&mut Form, &KindSpec) -> Result<(), String>,
) -> Done {
    let mut found = find(session, kinds, id)?;
    open_only(&found.ticket, &found.form)?;
    with(&mut found.form, &found.spec).map_err(Fail::usage)?;
    if !dry {
        let (spec, ticket) = (&found.spec, &found.ticket);
        let mut writer = session.writer()?;
        found.form = writer.keep_request(
            found.ticket.id,
            &session.me,
            session.now,
            &step.to_string(),
            |kept| {
                let mut form = kept.unwrap_or_else(|| spec.begun(ticket));
                // Its ticket was opened again: it goes on.
                form.outcome = None;
                with(&mut form, spec)?;
                Ok(form)
            },
        )?;
    }
    show::state(session, &found, dry, out)
}

/// What is done stays as it was.
fn open_only(ticket: &Ticket, form: &Form) -> Result<(), Fail> {
    match &form.outcome {
        Some(outcome) if !ticket.status.is_live() => Err(Fail::new(
            Code::Refused,
            format!(
                "the request of {} is closed ({}); reopen the ticket first",
                ticket.key,
                outcome.ending.word()
            ),
        )),
        _ => Ok(()),
    }
}

fn said(session: &Session, args: &SaidArgs) -> Result<Said, Fail> {
    let at = match &args.at {
        Some(at) => sla::moment(session, "--at", at)?,
        None => session.now,
    };
    Ok(Said {
        name: args.name.clone(),
        verdict: if args.refused {
            Verdict::Refused
        } else {
            Verdict::Given
        },
        by: Untrusted::new(args.by.trim()),
        role: args.role,
        at,
        place: Untrusted::new(args.r#where.trim()),
        words: args.words.as_deref().map(Untrusted::new),
        kept_by: session.me.clone(),
        kept_at: session.now,
    })
}

fn new(session: &Session, kinds: &Kinds, args: &NewArgs, out: &mut Out) -> Done {
    let spec = spec_of(kinds, &args.kind)?;
    let mut form = Form::new(spec.kind);
    form.role = args.role;
    answer(&mut form, spec, &args.values).map_err(Fail::usage)?;
    if let Some(id) = &args.ticket {
        return of_ticket(session, kinds, id, spec, form, args.dry_run, out);
    }
    session.makes_tickets()?;
    let tenant = args
        .tenant
        .as_deref()
        .map(TenantId::parse)
        .transpose()
        .map_err(Fail::usage)?;
    if let Some(tenant) = &tenant {
        session.allow_tenant(tenant)?;
    }
    let workspace = args.workspace.clone().or_else(|| {
        let answered = form.answers.get("workspace")?;
        Some(answered.raw().to_owned())
    });
    let ticket = NewTicket {
        subject: Untrusted::new(args.subject.as_deref().unwrap_or(&spec.title)),
        body: Untrusted::new(form.as_text(spec)),
        requester: args.requester.as_deref().map(Untrusted::new),
        tenant,
        workspace: workspace.map(Untrusted::new),
        kind: spec.kind,
        priority: spec.priority,
        assignee: None,
        labels: Vec::new(),
    };
    if args.dry_run {
        return would_make(session, spec, out);
    }
    let mut writer = session.writer()?;
    if let Some(tenant) = &ticket.tenant {
        let known = session.reader()?.vocabulary(session.now)?.tenants;
        known_tenant(tenant, &known).map_err(Fail::usage)?;
    }
    let made = writer.create_request(&ticket, &form, &session.me, session.now)?;
    session.push(&mut writer)?;
    drop(writer);
    let found = find(session, kinds, made.key.as_str())?;
    show::made(session, &found, out)
}

fn would_make(session: &Session, spec: &KindSpec, out: &mut Out) -> Done {
    if session.json {
        out.json(&json!({"dry_run": true, "kind": spec.kind}))?;
    } else {
        out.row(&format!(
            "would make a request for {}; nothing was changed",
            spec.title
        ))?;
    }
    Ok(Code::Ok)
}

/// Makes a request of a ticket: it gets the kind and an empty or filled form.
fn of_ticket(
    session: &Session,
    kinds: &Kinds,
    id: &str,
    spec: &KindSpec,
    form: Form,
    dry: bool,
    out: &mut Out,
) -> Done {
    let reader = session.reader()?;
    let ticket = session.ticket(&reader, id)?;
    if let Some(kept) = reader.request(ticket.id)? {
        return Err(Fail::new(
            Code::Refused,
            format!(
                "ticket {} is a request already ({}); change it with `deskhand request set`",
                ticket.key, kept.kind
            ),
        ));
    }
    drop(reader);
    if dry {
        return would_make(session, spec, out);
    }
    let mut writer = session.writer()?;
    let mut changes = Vec::new();
    if ticket.kind != spec.kind {
        let act = Act::Kind { to: spec.kind };
        changes = session.batch(None, [(ticket.id, ticket.version, act)]);
    }
    let step = json!({"act": "new"}).to_string();
    writer.keep_request_with(
        ticket.id,
        (&session.me, session.now),
        &step,
        &changes,
        |kept| match kept {
            None => Ok(form),
            Some(_) => Err("somebody made it a request meanwhile; look at it first".into()),
        },
    )?;
    if !changes.is_empty() {
        session.push(&mut writer)?;
    }
    drop(writer);
    show::made(session, &find(session, kinds, id)?, out)
}

fn check(session: &Session, found: &Found, out: &mut Out) -> Done {
    let against = found.asked().open();
    show::against(session, found, &against, out)?;
    Ok(if against.is_empty() {
        Code::Ok
    } else {
        Code::Refused
    })
}

/// Closes through both gates: that of its kind, and that of every ticket.
fn close(session: &Session, kinds: &Kinds, args: &CloseArgs, out: &mut Out) -> Done {
    let found = find(session, kinds, &args.id)?;
    open_only(&found.ticket, &found.form)?;
    let ending: Ending = args.ending.into();
    let mut ends = Ends::new(found.asked(), ending, args.resolution.as_deref());
    if !ends.against.is_empty() && !args.gate.anyway {
        show::against(session, &found, &ends.against, out)?;
        return Err(Fail::new(
            Code::Refused,
            format!(
                "the request of {} cannot be closed as {} yet; see to the above, or add --anyway --reason TEXT",
                found.ticket.key,
                ending.word()
            ),
        ));
    }
    let reason = args.gate.reason.as_deref();
    ends.past = reason.map(Untrusted::new);
    if args.gate.dry_run {
        gate::would_pass(session, &found.ticket, &ends, &args.gate)?;
        return show::would_close(session, &found, ending, out);
    }
    gate::close(session, &found.ticket, &ends, &args.gate, out)
}
