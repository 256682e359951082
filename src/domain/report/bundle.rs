//! A report for another reader: Markdown, JSON with a schema, or plain text for pasting.
//!
//! Nothing is written that has not been through [`redact`], and what was taken out comes beside,
//! as a diff to be looked at before anything leaves.

use std::fmt::Write as _;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::check::{Missing, Verdict};
use super::form::{Draft, Evidence, Field, Since};
use super::impact::priority;
use super::person::Person;
use super::redact::{Removed, diff, redact};
use crate::domain::text::{self, Untrusted};
use crate::domain::ticket::TicketKey;

/// What a JSON bundle says it is. It changes when an old reader would misread a new bundle.
pub const FORMAT: &str = "deskhand-report/1";

/// The JSON Schema (draft 2020-12) of a JSON bundle.
pub const SCHEMA: &str = include_str!("../../../assets/report/report.schema.json");

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Markdown, with headings.
    Markdown,
    /// JSON, by [`SCHEMA`]; [`parse_json`] gives the report back.
    Json,
    /// Plain text for a form on the web or a mail.
    Text,
}

/// A report, ready to leave when somebody has seen what was taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The text; printable.
    pub text: String,
    /// What was taken out, by the place it stood in.
    pub removed: Vec<(String, Removed)>,
    /// The same as the lines of a diff, not passed through the gate.
    pub diff: Vec<String>,
    /// The files that go beside it: their names here and there. Their contents are not looked into.
    pub beside: Vec<(Untrusted, String)>,
}

#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<&'a TicketKey>,
    complete: bool,
    missing: Vec<Field>,
    priority: Ranked,
    report: &'a Draft,
    removed: Vec<Gone<'a>>,
}

#[derive(Serialize)]
struct Ranked {
    value: String,
    why: String,
}

#[derive(Serialize)]
struct Gone<'a> {
    place: &'a str,
    kind: super::redact::RemovedKind,
}

#[derive(Deserialize)]
struct Outer {
    format: String,
    report: Draft,
}

/// Writes a report, complete or not, for somebody outside. The verdict is that of the gate on the
/// same draft.
pub fn bundle(
    draft: &Draft,
    verdict: &Verdict,
    ticket: Option<&TicketKey>,
    form: Form,
    zone: Tz,
) -> Bundle {
    let complete = verdict.outcome.as_ref().ok();
    let source = complete.map_or(draft, |c| c.draft());
    let mut cleaner = Cleaner {
        keep: vec![
            source.user.email.raw().trim().to_owned(),
            source.workspace.name.raw().trim().to_owned(),
        ],
        removed: Vec::new(),
        diff: Vec::new(),
    };
    let clean = cleaner.draft(source);
    let text = match form {
        Form::Json => json(&clean, verdict, ticket, &cleaner.removed),
        Form::Markdown => prose(&clean, verdict, ticket, zone, &Markdown),
        Form::Text => prose(&clean, verdict, ticket, zone, &Plain),
    };
    Bundle {
        text,
        beside: source
            .evidence
            .iter()
            .zip(&clean.evidence)
            .filter(|(from, _)| from.size.is_some())
            .map(|(from, to)| (from.name.clone(), text::file_name(to.name.raw())))
            .collect(),
        removed: cleaner.removed,
        diff: cleaner.diff,
    }
}

/// Reads a report back from a JSON bundle, or from a bare report.
///
/// # Errors
/// Says where the text is no such thing.
pub fn parse_json(text: &str) -> Result<Draft, String> {
    let wrong =
        |e: serde_json::Error| format!("this is no report: {e}; compare it with the schema");
    let value: serde_json::Value = serde_json::from_str(text).map_err(wrong)?;
    if !value.is_object() {
        return Err("this is no report: it is no object; compare it with the schema".into());
    }
    if value.get("format").is_none() {
        return serde_json::from_value(value).map_err(wrong);
    }
    let outer: Outer = serde_json::from_value(value).map_err(wrong)?;
    if outer.format != FORMAT {
        let format = Untrusted::new(outer.format);
        return Err(format!(
            "this report has the form \"{}\"; this version reads {FORMAT}, use a newer one",
            format.line()
        ));
    }
    Ok(outer.report)
}

/// Takes out, field by field, and remembers what and where.
struct Cleaner {
    keep: Vec<String>,
    removed: Vec<(String, Removed)>,
    diff: Vec<String>,
}

impl Cleaner {
    fn draft(&mut self, from: &Draft) -> Draft {
        let mut clean = from.clone();
        clean.workspace.name = self.text("Workspace", &from.workspace.name);
        clean.user = Person {
            name: self.text("user", &from.user.name),
            email: self.text("user", &from.user.email),
        };
        clean.steps = from
            .steps
            .iter()
            .enumerate()
            .map(|(i, step)| self.text(&format!("step {}", i + 1), step))
            .collect();
        clean.expected = self.text("expected", &from.expected);
        clean.actual = self.text("actual", &from.actual);
        clean.tried = self.text("tried", &from.tried);
        clean.environment = self.text("environment", &from.environment);
        clean.evidence = from
            .evidence
            .iter()
            .map(|e| Evidence {
                name: self.text("evidence", &e.name),
                size: e.size,
            })
            .collect();
        if let Some(Since::Typed(typed)) = &from.since {
            clean.since = Some(Since::Typed(self.text("since", typed)));
        }
        clean
    }

    /// A secret that is broken by signs nobody sees is found in what is shown; where that finds
    /// more, what is shown is all that is given.
    fn text(&mut self, place: &str, from: &Untrusted) -> Untrusted {
        let keep: Vec<&str> = self.keep.iter().map(String::as_str).collect();
        let raw = from.raw();
        let shown = from.block();
        let (as_raw, as_shown) = (redact(raw, &keep), redact(&shown, &keep));
        let (source, (clean, removed)) = if as_shown.1.len() > as_raw.1.len() {
            (shown.as_str(), as_shown)
        } else {
            (raw, as_raw)
        };
        self.diff.extend(diff(place, source, &removed));
        let gone = removed.into_iter().map(|r| (place.to_owned(), r));
        self.removed.extend(gone);
        Untrusted::new(clean)
    }
}

fn json(
    draft: &Draft,
    verdict: &Verdict,
    ticket: Option<&TicketKey>,
    removed: &[(String, Removed)],
) -> String {
    let (value, why) = priority(&draft.impact);
    let written = Written {
        format: FORMAT,
        ticket,
        complete: verdict.is_complete(),
        missing: verdict.missing().iter().map(|m| m.field).collect(),
        priority: Ranked {
            value: value.word().to_owned(),
            why,
        },
        report: draft,
        removed: removed
            .iter()
            .map(|(place, r)| Gone {
                place,
                kind: r.kind,
            })
            .collect(),
    };
    // Only maps with keys that are no words could fail, and there are none.
    let value = serde_json::to_value(&written).unwrap_or_default();
    text::to_printable_json(&value, true)
}

/// How headings, words and lists look.
trait Style {
    fn title(&self, words: &str) -> String;
    fn heading(&self, words: &str) -> String;
    fn words(&self, words: &str) -> String;
}

struct Markdown;
struct Plain;

impl Style for Markdown {
    fn title(&self, words: &str) -> String {
        format!("# {words}\n")
    }

    fn heading(&self, words: &str) -> String {
        format!("\n## {words}\n\n")
    }

    /// What would be a sign of Markdown is one of the writer's.
    fn words(&self, words: &str) -> String {
        let mut out = String::with_capacity(words.len());
        for (i, line) in words.lines().enumerate() {
            if i > 0 {
                out.push_str("  \n");
            }
            for (at, c) in line.char_indices() {
                let first = line[..at].trim().is_empty();
                if "\\`*_[]<>#|~!&".contains(c) || (first && "-+=".contains(c)) {
                    out.push('\\');
                }
                out.push(c);
            }
        }
        out
    }
}

impl Style for Plain {
    fn title(&self, words: &str) -> String {
        format!("{words}\n")
    }

    fn heading(&self, words: &str) -> String {
        format!("\n{words}:\n")
    }

    fn words(&self, words: &str) -> String {
        words.to_owned()
    }
}

fn prose(
    draft: &Draft,
    verdict: &Verdict,
    ticket: Option<&TicketKey>,
    zone: Tz,
    style: &dyn Style,
) -> String {
    let mut out = match ticket {
        Some(key) => style.title(&format!(
            "Problem report, ticket {}",
            style.words(key.as_str())
        )),
        None => style.title("Problem report"),
    };
    let (priority, why) = priority(&draft.impact);
    if !verdict.is_complete() {
        let names: Vec<&str> = verdict
            .missing()
            .iter()
            .map(|m: &Missing| m.field.word())
            .collect();
        let _ = writeln!(out, "\nNot complete; it lacks: {}", names.join(", "));
    }
    let mut part = |heading: &str, words: String| {
        if !words.trim().is_empty() {
            out.push_str(&style.heading(heading));
            out.push_str(&words);
            out.push('\n');
        }
    };
    let said = |text: &Untrusted| style.words(text.block().trim());
    let mut workspace = said(&draft.workspace.name);
    if draft.workspace.confirmed_new {
        workspace.push_str(" (new to us, confirmed)");
    }
    part("Workspace", workspace);
    let mut user = style.words(&draft.user.line());
    if let Some(role) = draft.role {
        let _ = write!(user, ", {}", role.word());
    }
    part("User and role", user.trim_start_matches(", ").to_owned());
    part("Steps to repeat", numbered(&draft.steps, style));
    part("Expected", said(&draft.expected));
    part("Actual", said(&draft.actual));
    let since = draft.since.as_ref();
    part(
        "Since",
        since.map_or_else(String::new, |s| {
            let zoned = matches!(s, Since::At(_));
            let zone_name = if zoned {
                format!(" ({zone})")
            } else {
                String::new()
            };
            style.words(&format!("{}{zone_name}", s.line(zone)))
        }),
    );
    part(
        "Impact",
        format!(
            "{}{}Priority {}: {why}",
            draft.impact.lines().join("; "),
            if draft.impact.is_answered() { ". " } else { "" },
            priority.word()
        ),
    );
    part("Tried", said(&draft.tried));
    part("Environment", said(&draft.environment));
    let evidence: Vec<Untrusted> = draft.evidence.iter().map(|e| e.name.clone()).collect();
    part("Evidence", numbered(&evidence, style));
    out
}

fn numbered(items: &[Untrusted], style: &dyn Style) -> String {
    let lines: Vec<String> = items
        .iter()
        .filter(|i| !i.raw().trim().is_empty())
        .enumerate()
        .map(|(i, item)| format!("{}. {}", i + 1, style.words(&item.line())))
        .collect();
    lines.join("\n")
}
