//! `deskhand report`: what a message says about a problem, whether a report is complete, the
//! question about the rest, and the report for another reader. Needs no ticket; where there is a
//! store, its Workspaces are the known ones.

use std::io::Read as _;

use serde_json::json;

use super::args::{ReportForm, ReportInput, ReportWhat};
use super::exit::{Code, Fail};
use super::out::{self, Out};
use super::session::Session;
use crate::config;
use crate::domain::Instant;
use crate::domain::report::{
    Confidence, Draft, Form, Language, Message, Person, Reading, Register, Template, Verdict,
    address, ask, bundle, check, fill, parse_json, priority, read,
};
use crate::domain::text::line;

/// The most that is taken in, in bytes.
const MOST: u64 = 16 << 20;

/// A report as it was given: as JSON, or read from a text.
struct Given {
    draft: Draft,
    language: Language,
    at: Instant,
    known: Register,
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
        ReportWhat::Ask { input, language } => question(session, input, language.as_deref(), out),
        ReportWhat::Export { input, form } => export(session, input, *form, out),
    }
}

fn said(session: &Session, input: &ReportInput, out: &mut Out) -> Result<Code, Fail> {
    let text = take(input)?;
    let reading = reading(session, input, &text, &known(session, input)?);
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
    let verdict = given.verdict();
    let (value, why) = priority(&given.draft.impact);
    if session.json {
        out.json(&json!({
            "complete": verdict.is_complete(),
            "meter": verdict.meter,
            "missing": verdict.missing(),
            "priority": {"value": value.word(), "why": why},
            "report": given.draft,
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
    let text = ask(given.verdict().missing(), &template).map(|text| address(&text, &names));
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
    let bundle = bundle(&given.draft, &verdict, None, form, session.config.zone);
    out.row(&bundle.text)?;
    if !bundle.diff.is_empty() {
        out::complain(&format!(
            "taken out before it leaves:\n{}",
            bundle.diff.join("\n")
        ));
    }
    Ok(if verdict.is_complete() {
        Code::Ok
    } else {
        Code::Refused
    })
}

fn given(session: &Session, input: &ReportInput) -> Result<Given, Fail> {
    let text = take(input)?;
    let known = known(session, input)?;
    let at = input.at.unwrap_or(session.now);
    let (mut draft, language) = if text.trim_start().starts_with('{') {
        (parse_json(&text).map_err(Fail::usage)?, Language::English)
    } else {
        let reading = reading(session, input, &text, &known);
        let mut draft = Draft::default();
        fill(&mut draft, &reading.suggestions, Confidence::Medium);
        (draft, reading.language)
    };
    draft.workspace.confirmed_new |= input.new_workspace;
    Ok(Given {
        draft,
        language,
        at,
        known,
    })
}

fn reading(session: &Session, input: &ReportInput, text: &str, known: &Register) -> Reading {
    let message = Message {
        text,
        at: input.at.unwrap_or(session.now),
        zone: session.config.zone,
    };
    read(&message, known)
}

/// The Workspaces of the store, if there is one, and those that were named.
fn known(session: &Session, input: &ReportInput) -> Result<Register, Fail> {
    let mut names = input.known.clone();
    if session.store.exists() {
        let stored = session.reader()?.vocabulary(session.now)?.workspaces;
        names.extend(stored.iter().map(|w| w.raw().to_owned()));
    }
    Ok(Register::new(names, std::iter::empty::<Person>()))
}

fn take(input: &ReportInput) -> Result<String, Fail> {
    let file = input.file.as_str();
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
    String::from_utf8(bytes)
        .map_err(|_| Fail::usage(format!("{name} is not UTF-8; convert it first")))
}
