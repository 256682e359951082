//! `deskhand report`: what a message says about a problem, whether a report is complete, the
//! question about the rest, and the report for another reader. Needs no ticket; where there is a
//! store, its Workspaces are the known ones. A ticket's report is begun and filled in `new`, goes
//! through the gate in `through`; what is written into a folder is `folder`'s.

pub mod args;
mod folder;
mod new;
mod through;

use std::io::Read as _;

use serde_json::json;

use self::args::{ReportForm, ReportInput, ReportWhat};
use super::exit::{Code, Fail};
use super::out::{self, Out};
use super::session::Session;
use crate::config;
use crate::domain::Instant;
use crate::domain::fill;
use crate::domain::markup::html;
use crate::domain::report::{
    AskedBack, Confidence, Draft, Form, Language, Message, Person, Reading, Register, Template,
    Verdict, address, ask, bundle, check, fill as take_over, parse_json, priority, read,
};
use crate::domain::text::line;
use crate::domain::thread::{Author, Message as Said, Visibility};
use crate::domain::ticket::Ticket;
use crate::shell::escalation::register;
use crate::store::Reader;

/// The most that is taken in, in bytes.
const MOST: u64 = 16 << 20;

/// A report as it was given: as JSON, or read from a text.
struct Given {
    draft: Draft,
    language: Language,
    at: Instant,
    known: Register,
    ticket: Option<Ticket>,
}

impl Given {
    fn verdict(&self) -> Verdict {
        check(&self.draft, &self.known, self.at)
    }
}

/// `report`
pub fn run(session: &Session, what: &ReportWhat, out: &mut Out) -> Result<Code, Fail> {
    match what {
        ReportWhat::Read { input } => said(session, input, out),
        ReportWhat::Check { input } => verdict(session, input, out),
        ReportWhat::Complete(args) => through::complete(session, args, out),
        ReportWhat::Ask {
            input,
            language,
            send,
            dry_run,
        } => {
            let send = send.then_some(*dry_run);
            question(session, input, language.as_deref(), send, out)
        }
        ReportWhat::New(args) => new::run(session, args, out),
        ReportWhat::Export {
            input,
            to: Some(to),
            yes,
            ..
        } => folder::export(session, &given(session, input)?, to, *yes, out),
        ReportWhat::Export { input, form, .. } => export(session, input, *form, out),
    }
}

fn said(session: &Session, input: &ReportInput, out: &mut Out) -> Result<Code, Fail> {
    let (text, input) = match &input.ticket {
        Some(number) => {
            let reader = session.reader()?;
            let ticket = session.ticket(&reader, number)?;
            let first = asked_first(&reader, &ticket)?;
            let at = first.as_ref().map_or(ticket.created, |m| m.at);
            let text = first.map_or_else(String::new, |m| m.body.raw().to_owned());
            let at = input.at.or(Some(at));
            (
                text,
                ReportInput {
                    at,
                    ..input.clone()
                },
            )
        }
        None => (take(file_of(input))?, input.clone()),
    };
    let reading = reading(session, &input, &text, &known(session, &input)?);
    if session.json {
        let rows: Vec<_> = reading
            .suggestions
            .iter()
            .map(|s| {
                json!({
                    "field": s.value.field(),
                    "value": s.value.words(session.config.zone),
                    "suggestion": s.value,
                    "words": s.words(&text),
                    "start": s.span.start,
                    "end": s.span.end,
                    "confidence": s.confidence,
                    "reason": s.reason,
                })
            })
            .collect();
        out.json(
            &json!({"language": reading.language.code(), "cut": reading.cut, "suggestions": rows}),
        )?;
        return Ok(Code::Ok);
    }
    for s in &reading.suggestions {
        let value = s.value.words(session.config.zone).replace('\n', "  ");
        out.row(&format!("{:<11}  {}", s.value.field().word(), line(&value)))?;
        out.row(&format!(
            "             from: {} ({})",
            line(s.words(&text)),
            s.reason
        ))?;
    }
    if reading.suggestions.is_empty() {
        out.row("nothing that a report needs was found in it")?;
    }
    if reading.cut {
        out::complain("the text is long; only its beginning was read");
    }
    Ok(Code::Ok)
}

fn verdict(session: &Session, input: &ReportInput, out: &mut Out) -> Result<Code, Fail> {
    let given = given(session, input)?;
    judge(session, &given.draft, &given.verdict(), out)
}

/// Says what the gate says of a report.
fn judge(session: &Session, draft: &Draft, verdict: &Verdict, out: &mut Out) -> Result<Code, Fail> {
    let (value, why) = priority(&draft.impact);
    if session.json {
        out.json(&json!({
            "complete": verdict.is_complete(),
            "meter": verdict.meter,
            "missing": verdict.missing(),
            "priority": {"value": value.word(), "why": why},
            "report": draft,
        }))?;
    } else {
        out.row(&verdict.line())?;
        for missing in verdict.missing() {
            out.row(&format!("  {}: {}", missing.field.word(), missing.sentence))?;
            out.row(&format!("    why: {}", missing.why))?;
        }
        out.row(&format!("priority {}: {why}", value.word()))?;
    }
    Ok(if verdict.is_complete() {
        Code::Ok
    } else {
        Code::Refused
    })
}

fn question(
    session: &Session,
    input: &ReportInput,
    language: Option<&str>,
    send: Option<bool>,
    out: &mut Out,
) -> Result<Code, Fail> {
    let given = given(session, input)?;
    let language = match language {
        Some("nl") => Language::Dutch,
        Some(_) => Language::English,
        None => given.language,
    };
    // No ticket is at hand that would know the requester.
    let names = [
        ("requester.first", ""),
        ("ticket.key", ""),
        ("agent.name", session.me.as_str()),
    ];
    // The team's own text, where there is one.
    let own = config::load_questions(&session.paths)?;
    let own = own.into_iter().find(|t| t.language == language);
    let template = own.unwrap_or_else(|| Template::shipped(language));
    let me = session.me.as_str();
    let verdict = given.verdict();
    let text = ask(verdict.missing(), &template).map(|text| match &given.ticket {
        Some(ticket) => fill::fill(&text, ticket, me),
        None => address(&text, &names),
    });
    if let (Some(dry), Some(ticket), Some(text)) = (send, &given.ticket, &text) {
        let theirs = verdict.missing().iter().filter(|m| !m.is_ours());
        let asked = AskedBack {
            at: session.now,
            language,
            fields: theirs.map(|m| m.field).collect(),
        };
        return through::ask(session, (ticket, text), &asked, dry, out);
    }
    match (session.json, text) {
        (true, text) => out.json(&json!({"language": language.code(), "text": text}))?,
        (false, Some(text)) => out.row(&text)?,
        (false, None) => out.row("nothing is missing; there is nothing to ask")?,
    }
    Ok(Code::Ok)
}

fn export(
    session: &Session,
    input: &ReportInput,
    form: ReportForm,
    out: &mut Out,
) -> Result<Code, Fail> {
    let given = given(session, input)?;
    let form = match form {
        ReportForm::Md => Form::Markdown,
        ReportForm::Json => Form::Json,
        ReportForm::Text => Form::Text,
    };
    let verdict = given.verdict();
    let key = given.ticket.as_ref().map(|t| &t.key);
    let bundle = bundle(&given.draft, &verdict, key, form, session.config.zone);
    // Before the report: it may be on its way to another program's input.
    if !bundle.diff.is_empty() {
        out::complain(&format!(
            "taken out before it leaves:\n{}",
            bundle.diff.join("\n")
        ));
    }
    out.row(&bundle.text)?;
    Ok(if verdict.is_complete() {
        Code::Ok
    } else {
        Code::Refused
    })
}

fn given(session: &Session, input: &ReportInput) -> Result<Given, Fail> {
    if let Some(number) = &input.ticket {
        return of_ticket(session, number, input);
    }
    let text = take(file_of(input))?;
    let known = known(session, input)?;
    let at = input.at.unwrap_or(session.now);
    let (mut draft, language) = draft_of(session, input, &text, &known)?;
    draft.workspace.confirmed_new |= input.new_workspace;
    Ok(Given {
        draft,
        language,
        at,
        known,
        ticket: None,
    })
}

/// A report from a text: JSON of one, or a message.
fn draft_of(
    session: &Session,
    input: &ReportInput,
    text: &str,
    known: &Register,
) -> Result<(Draft, Language), Fail> {
    if text.trim_start().starts_with('{') {
        let draft = parse_json(text).map_err(Fail::usage)?;
        return Ok((draft, Language::English));
    }
    let reading = reading(session, input, text, known);
    let mut draft = Draft::default();
    take_over(&mut draft, &reading.suggestions, Confidence::Medium);
    Ok((draft, reading.language))
}

/// The report that is kept of a ticket; where none is, what its first message says.
fn of_ticket(session: &Session, number: &str, input: &ReportInput) -> Result<Given, Fail> {
    let reader = session.reader()?;
    let ticket = session.ticket(&reader, number)?;
    let known = known(session, input)?;
    let first = asked_first(&reader, &ticket)?;
    let text = first.as_ref().map_or("", |m| m.body.raw());
    let message = Message {
        text,
        at: first.as_ref().map_or(ticket.created, |m| m.at),
        zone: session.config.zone,
    };
    let reading = read(&message, &known);
    let mut draft = match reader.report(ticket.id)? {
        Some(kept) => kept.draft,
        None => {
            out::complain("no report is kept of it; this is what its first message says");
            let mut draft = Draft::default();
            take_over(&mut draft, &reading.suggestions, Confidence::Medium);
            draft
        }
    };
    draft.workspace.confirmed_new |= input.new_workspace;
    Ok(Given {
        draft,
        language: reading.language,
        at: session.now,
        known,
        ticket: Some(ticket),
    })
}

/// What the requester wrote first.
fn asked_first(reader: &Reader, ticket: &Ticket) -> Result<Option<Said>, Fail> {
    let messages = reader.thread(ticket.id)?.map(|t| t.messages);
    let asks = |m: &Said| {
        m.visibility == Visibility::Public && matches!(m.author, Author::Requester { .. })
    };
    Ok(messages.into_iter().flatten().find(asks))
}

fn file_of(input: &ReportInput) -> &str {
    input.file.as_deref().unwrap_or("-")
}

fn reading(session: &Session, input: &ReportInput, text: &str, known: &Register) -> Reading {
    let message = Message {
        text,
        at: input.at.unwrap_or(session.now),
        zone: session.config.zone,
    };
    read(&message, known)
}

/// The Workspaces and people of the store, if there is one, and the Workspaces that were named.
fn known(session: &Session, input: &ReportInput) -> Result<Register, Fail> {
    let mut known = match session.store.exists() {
        true => register(&session.reader()?)?,
        false => Register::new(std::iter::empty(), std::iter::empty::<Person>()),
    };
    for name in &input.known {
        known.add_workspace(name.clone());
    }
    Ok(known)
}

fn take(file: &str) -> Result<String, Fail> {
    let name = if file == "-" { "standard input" } else { file };
    let unreadable = |e: std::io::Error| {
        let code = match e.kind() {
            std::io::ErrorKind::NotFound => Code::NotFound,
            _ => Code::Failure,
        };
        Fail::new(code, format!("{name} cannot be read: {e}"))
    };
    let mut bytes = Vec::new();
    let read = if file == "-" {
        std::io::stdin()
            .lock()
            .take(MOST + 1)
            .read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|f| f.take(MOST + 1).read_to_end(&mut bytes))
    };
    read.map_err(unreadable)?;
    if bytes.len() as u64 > MOST {
        return Err(Fail::usage(format!(
            "{name} has more than {MOST} bytes; give the message alone"
        )));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Fail::usage(format!("{name} is not UTF-8; convert it first")))?;
    Ok(if is_html(&text) { html(&text) } else { text })
}

/// A mail saved as a page, or a body as desks keep it: it begins with an element and closes one.
fn is_html(text: &str) -> bool {
    let begins = text.trim_start().strip_prefix('<');
    begins.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!'))
        && text.contains("</")
}
