//! What a message already says about a problem: suggestions, each with the words it came from.
//!
//! The writer's own words are cut out first (`own`): quotes, repeated mails and signatures say
//! nothing new. Then headed parts are read (`heads`: "Steps to reproduce:", "Verwacht:"), and
//! the rest by rules: names and addresses (`names`), lists and tales of steps (`steps`), what was
//! expected and what happened (`outcome`), error texts (`errors`), moments (`since`), and what helps besides
//! (`extras`). English and Dutch.

mod errors;
mod extras;
mod heads;
mod names;
mod outcome;
mod own;
pub(super) mod since;
mod steps;

use std::ops::Range;

use chrono_tz::Tz;
use regex::Regex;
use serde::Serialize;

use super::form::{Draft, Evidence, Field, Since, WorkspaceRole};
use super::impact::{Impact, Share};
use super::known::Known;
use super::language::{Language, language};
use super::person::Person;
use super::words;
use crate::domain::Instant;
use crate::domain::text::Untrusted;
use own::Own;
use since::Moment;
pub(super) use steps::items as steps_of;

/// How much of a message is read, in bytes: of real tickets 99 in 100 have less than 3,000, and
/// what is a report says what it has to say at its beginning.
pub const MOST_READ: usize = 256 * 1024;

/// Suggestions for one field beyond which the rest are left out.
const MOST_A_FIELD: usize = 8;

/// A message to be read.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// Plain text; a subject may stand on the first line.
    pub text: &'a str,
    /// When it was written.
    pub at: Instant,
    /// The zone in which its writer lives.
    pub zone: Tz,
}

/// How sure a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// It could be meant so.
    Low,
    /// It reads so.
    Medium,
    /// It says so.
    High,
}

/// What is suggested for a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "field", content = "value")]
pub enum Value {
    /// A Workspace by its full name where it is known, else as written.
    Workspace(String),
    /// Somebody.
    User(Person),
    /// A role.
    Role(WorkspaceRole),
    /// All steps, in order.
    Steps(Vec<String>),
    /// What should have happened.
    Expected(String),
    /// What happened.
    Actual(String),
    /// An error's text, for what happened.
    Error(String),
    /// From when on.
    Since(Moment),
    /// It never was otherwise.
    Always,
    /// How many users.
    Users(Share),
    /// How many Workspaces.
    Workspaces(Share),
    /// A breach of security or privacy.
    Breach,
    /// What was tried.
    Tried(String),
    /// Version, system or VM.
    Environment(String),
    /// A file, or words that speak of one.
    Evidence(String),
}

impl Value {
    /// The field it is for.
    pub const fn field(&self) -> Field {
        match self {
            Self::Workspace(_) => Field::Workspace,
            Self::User(_) => Field::User,
            Self::Role(_) => Field::Role,
            Self::Steps(_) => Field::Steps,
            Self::Expected(_) => Field::Expected,
            Self::Actual(_) | Self::Error(_) => Field::Actual,
            Self::Since(_) | Self::Always => Field::Since,
            Self::Users(_) | Self::Workspaces(_) | Self::Breach => Field::Impact,
            Self::Tried(_) => Field::Tried,
            Self::Environment(_) => Field::Environment,
            Self::Evidence(_) => Field::Evidence,
        }
    }

    /// As one line or more, not passed through the gate.
    pub fn words(&self, zone: Tz) -> String {
        match self {
            Self::Workspace(text)
            | Self::Expected(text)
            | Self::Actual(text)
            | Self::Error(text)
            | Self::Tried(text)
            | Self::Environment(text)
            | Self::Evidence(text) => text.clone(),
            Self::User(person) => person.line(),
            Self::Role(role) => role.word().to_owned(),
            Self::Steps(steps) => {
                let numbered = steps.iter().enumerate();
                let lines: Vec<String> = numbered.map(|(i, s)| format!("{}. {s}", i + 1)).collect();
                lines.join("\n")
            }
            Self::Since(moment) => moment.line(zone),
            Self::Always => "always".to_owned(),
            Self::Users(_) | Self::Workspaces(_) | Self::Breach => {
                let mut impact = Impact::default();
                self.put_impact(&mut impact);
                impact.lines().join(", ")
            }
        }
    }

    const fn put_impact(&self, impact: &mut Impact) {
        match self {
            Self::Users(share) => impact.users = Some(*share),
            Self::Workspaces(share) => impact.workspaces = Some(*share),
            Self::Breach => impact.breach = Some(true),
            _ => {}
        }
    }
}

/// What a message says about one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The field and what it would get.
    #[serde(flatten)]
    pub value: Value,
    /// Where the words stand in the message, in bytes.
    pub span: Range<usize>,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What made the rule see it.
    pub reason: &'static str,
}

impl Suggestion {
    /// The words it came from.
    pub fn words<'a>(&self, message: &'a str) -> &'a str {
        message.get(self.span.clone()).unwrap_or("")
    }

    /// Puts it into a report, in place of what stood in the field; files are added.
    pub fn accept(&self, draft: &mut Draft) {
        match &self.value {
            Value::Workspace(name) => draft.workspace.name = Untrusted::new(name),
            Value::User(person) => {
                let other = std::mem::take(&mut draft.user);
                draft.user = joined(person.clone(), other);
            }
            Value::Role(role) => draft.role = Some(*role),
            Value::Steps(steps) => draft.steps = steps.iter().map(Untrusted::new).collect(),
            Value::Expected(text) => draft.expected = Untrusted::new(text),
            Value::Actual(text) | Value::Error(text) => draft.actual = Untrusted::new(text),
            Value::Since(moment) => draft.since = Some(Since::At(*moment)),
            Value::Always => draft.since = Some(Since::Always),
            Value::Users(_) | Value::Workspaces(_) | Value::Breach => {
                self.value.put_impact(&mut draft.impact);
            }
            Value::Tried(text) => draft.tried = Untrusted::new(text),
            Value::Environment(text) => draft.environment = Untrusted::new(text),
            Value::Evidence(name) => {
                let name = Untrusted::new(name);
                if !draft.evidence.iter().any(|e| e.name == name) {
                    draft.evidence.push(Evidence { name, size: None });
                }
            }
        }
    }
}

/// A name that is taken joins an address that stands there, and the other way round.
fn joined(new: Person, old: Person) -> Person {
    let or = |a: Untrusted, b: Untrusted| if a.raw().is_empty() { b } else { a };
    let both = !new.name.raw().is_empty() && !new.email.raw().is_empty();
    let same_kind = new.name.raw().is_empty() == old.name.raw().is_empty();
    if both || same_kind {
        return new;
    }
    Person {
        name: or(new.name, old.name),
        email: or(new.email, old.email),
    }
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// The language it is written in.
    pub language: Language,
    /// In the order of the form, the surest of a field first.
    pub suggestions: Vec<Suggestion>,
    /// The message is longer than what was read.
    pub cut: bool,
}

/// Reads a message. Takes time in its length only, and no more than for [`MOST_READ`] bytes.
pub fn read(message: &Message<'_>, known: &dyn Known) -> Reading {
    let text = head(message.text, MOST_READ);
    let own = Own::of(text);
    let mut found = Vec::new();
    let taken = heads::read(&own, message, known, &mut found);
    names::read(&own, known, &mut found);
    steps::read(&own, &taken, &mut found);
    outcome::read(&own, &taken, &mut found);
    extras::read(&own, message, &taken, &mut found);
    Reading {
        language: language(text),
        suggestions: in_order(found),
        cut: text.len() < message.text.len(),
    }
}

/// Fills the empty fields of a report with the surest suggestions that are at least `least`
/// sure: for a report on the command line; on the screen each waits for its key.
pub fn fill(draft: &mut Draft, suggestions: &[Suggestion], least: Confidence) {
    let before = draft.clone();
    let mut filled: Vec<Field> = Vec::new();
    for suggestion in suggestions.iter().filter(|s| s.confidence >= least) {
        let field = suggestion.value.field();
        let again = matches!(field, Field::Evidence | Field::Impact);
        let name_too = field == Field::User
            && (draft.user.name.raw().is_empty() || draft.user.email.raw().is_empty());
        if before.has(field)
            || (filled.contains(&field) && !again && !(name_too && completes(draft, suggestion)))
        {
            continue;
        }
        suggestion.accept(draft);
        filled.push(field);
    }
}

/// A name for the address that is there, only where one belongs to the other.
fn completes(draft: &Draft, suggestion: &Suggestion) -> bool {
    let Value::User(person) = &suggestion.value else {
        return false;
    };
    let (name, email) = if draft.user.email.raw().is_empty() {
        (draft.user.name.raw(), person.email.raw())
    } else {
        (person.name.raw(), draft.user.email.raw())
    };
    let email = email.to_lowercase();
    words::words(name).any(|part| part.len() > 2 && email.contains(&part))
}

/// Suggestions by field and how sure they are, without those that repeat a surer one.
fn in_order(mut found: Vec<Suggestion>) -> Vec<Suggestion> {
    let place = |s: &Suggestion| {
        (
            s.value.field(),
            std::cmp::Reverse(s.confidence),
            s.span.start,
        )
    };
    found.sort_by_key(place);
    let mut kept: Vec<Suggestion> = Vec::new();
    for suggestion in found {
        let field = suggestion.value.field();
        let of_field = kept.iter().rev().take_while(|k| k.value.field() == field);
        let (mut count, mut twice) = (0, false);
        for k in of_field {
            count += 1;
            twice |= k.value == suggestion.value
                || (overlaps(&k.span, &suggestion.span)
                    && std::mem::discriminant(&k.value)
                        == std::mem::discriminant(&suggestion.value));
        }
        if !twice && count < MOST_A_FIELD {
            kept.push(suggestion);
        }
    }
    kept
}

fn overlaps(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// The beginning of a text, at most so many bytes.
pub(super) fn head(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}

/// The end of a text, at most so many bytes.
pub(super) fn tail(text: &str, most: usize) -> &str {
    let mut start = text.len().saturating_sub(most);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text.get(start..).unwrap_or("")
}

/// Whether a text holds one of some words in small letters: asked before a pattern that follows
/// many ways at once, since all that a pattern has followed stays in memory.
pub(super) fn holds(text: &str, words: &[&str]) -> bool {
    let low = text.to_ascii_lowercase();
    words.iter().any(|w| low.contains(w))
}

/// A text as one line with single blanks, cut where it is longer than a field is read.
pub(super) fn tidy(text: &str) -> String {
    let text = head(text, 2_000);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the classes of a pattern stand for here: the letters of living scripts by the blocks they
/// lie in, the blanks that mail is written with, the digits that numbers are read from. The full
/// tables of Unicode have hundreds of ranges, and a pattern keeps each of them in memory, once for
/// every place where a class stands. The edges of words are those of ASCII: for any others the
/// engine would leave its fast way on text with accents.
const CLASSES: [(&str, &str); 8] = [
    (r"\b", r"(?-u:\b)"),
    (r"\d", "[0-9]"),
    (r"\D", "[^0-9]"),
    (r"\s", r"[\t-\r\x20\u{a0}\u{2000}-\u{200a}\u{202f}]"),
    (r"\S", r"[^\t-\r\x20\u{a0}\u{2000}-\u{200a}\u{202f}]"),
    (r"\w", r"[0-9A-Za-z_À-ÖØ-öø-\u{1fff}\u{3040}-\u{d7ff}]"),
    (r"\p{L}", r"[A-Za-zÀ-ÖØ-öø-\u{1fff}\u{3040}-\u{d7ff}]"),
    // Where capital and small letters take turns, both.
    (
        r"\p{Lu}",
        r"[A-ZÀ-ÖØ-Þ\u{100}-\u{24f}\u{386}-\u{3ab}\u{400}-\u{42f}]",
    ),
];

/// One of the rules' own patterns, in a few ranges; a test reads enough to have met them all.
pub(super) fn pattern(pattern: &str) -> Regex {
    let wide = pattern.to_owned();
    let plain = CLASSES
        .iter()
        .fold(wide, |p, (class, ranges)| p.replace(class, ranges));
    Regex::new(&plain).unwrap_or_else(|e| {
        debug_assert!(false, "{e}");
        nothing()
    })
}

/// Matches nothing.
fn nothing() -> Regex {
    match Regex::new(r"[^\s\S]") {
        Ok(nothing) => nothing,
        Err(_) => unreachable!("the empty class is a pattern"),
    }
}
