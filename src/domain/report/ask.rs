//! Asking the requester for what a report lacks, and only for that; and reading the answer.

use serde::Deserialize;

use super::check::Missing;
use super::form::{Draft, Field, Since, WorkspaceRole};
use super::known::Known;
use super::language::Language;
use super::person::Person;
use super::read::{Confidence, Message, Suggestion, Value, read, steps_of, tidy};
use super::words;
use crate::domain::text::{SegmentKind, fold_quotes};

/// A text that asks, and a question for each field. Two come with the program
/// ([`Template::shipped`]); others can be read from a file of the same form.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its language.
    pub language: Language,
    text: String,
    one: String,
    questions: Questions,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Questions {
    workspace: String,
    user: String,
    steps: String,
    expected: String,
    actual: String,
    since: String,
}

/// Why a text cannot be used as a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It has not the form.
    #[error(
        "the template cannot be read: {0}; compare it with the one that comes with the program"
    )]
    Form(String),
    /// It asks nothing.
    #[error(
        "the template has no {{questions}}; put it on a line of its own where they should stand"
    )]
    NoQuestions,
    /// A question is empty.
    #[error("the template has no question for {0}; write one")]
    EmptyQuestion(&'static str),
}

impl Template {
    /// The template that comes with the program.
    pub fn shipped(language: Language) -> Self {
        let text = match language {
            Language::English => include_str!("../../../assets/report/ask.en.toml"),
            Language::Dutch => include_str!("../../../assets/report/ask.nl.toml"),
        };
        Self::parse(text).unwrap_or_else(|_| Self::bare(language))
    }

    /// What is left if a shipped file were no template; a test reads both.
    fn bare(language: Language) -> Self {
        let question = |field: Field| format!("{}?", field.word());
        Self {
            language,
            text: "{questions}".into(),
            one: String::new(),
            questions: Questions {
                workspace: question(Field::Workspace),
                user: question(Field::User),
                steps: question(Field::Steps),
                expected: question(Field::Expected),
                actual: question(Field::Actual),
                since: question(Field::Since),
            },
        }
    }

    /// Reads a template from TOML.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let template: Self =
            toml::from_str(text).map_err(|e| TemplateError::Form(e.message().to_owned()))?;
        if !template.text.contains("{questions}") {
            return Err(TemplateError::NoQuestions);
        }
        for field in Field::ALL {
            if template
                .question(*field)
                .is_some_and(|q| q.trim().is_empty())
            {
                return Err(TemplateError::EmptyQuestion(field.word()));
            }
        }
        Ok(template)
    }

    /// The fields whose questions stand in a text, in the text's order: what it asks for.
    pub fn asked_in(&self, text: &str) -> Vec<Field> {
        let place = |f: &Field| Some((text.find(self.question(*f)?.trim())?, *f));
        let mut found: Vec<_> = Field::ALL.iter().filter_map(place).collect();
        found.sort();
        found.into_iter().map(|(_, f)| f).collect()
    }

    /// The question for a field; none where nothing is asked.
    pub fn question(&self, field: Field) -> Option<&str> {
        let q = &self.questions;
        Some(match field {
            Field::Workspace => &q.workspace,
            Field::User => &q.user,
            Field::Steps => &q.steps,
            Field::Expected => &q.expected,
            Field::Actual => &q.actual,
            Field::Since => &q.since,
            _ => return None,
        })
    }
}

/// The draft of a public reply that asks for what is missing; none if nothing is. The
/// placeholders `{requester.first}`, `{ticket.key}` and `{agent.name}` are left for
/// [`crate::domain::fill::fill`], which knows the ticket, or for [`crate::domain::fill::address`].
pub fn ask(missing: &[Missing], template: &Template) -> Option<String> {
    let questions: Vec<&str> = asked(missing)
        .into_iter()
        .filter_map(|f| template.question(f))
        .collect();
    let list = match questions.as_slice() {
        [] => return None,
        [only] => (*only).to_owned(),
        several => {
            let numbered = several.iter().enumerate();
            let lines: Vec<String> = numbered.map(|(i, q)| format!("{}. {q}", i + 1)).collect();
            lines.join("\n")
        }
    };
    let mut out = String::new();
    for line in template.text.trim().lines() {
        // With one question left, the line that announces several says so.
        let announces = line.trim_end().ends_with(':') && questions.len() == 1;
        let line = match line.trim() {
            "{questions}" => &list,
            _ if announces && !template.one.is_empty() => &template.one,
            _ => line,
        };
        out.push_str(line);
        out.push('\n');
    }
    Some(out.trim_end().to_owned())
}

/// The fields that are asked for, in the order of the questions.
fn asked(missing: &[Missing]) -> Vec<Field> {
    missing.iter().map(|m| m.field).collect()
}

/// What a reply to [`ask()`] says of what was missing before: answers by the number of their
/// question or below it, a whole short reply where only one thing was asked, and whatever else the
/// message says of a field that was missing. What stood in order is not touched.
pub fn answered(
    missing: &[Missing],
    before: &Draft,
    message: &Message<'_>,
    known: &dyn Known,
    template: &Template,
) -> Vec<Suggestion> {
    let fields = asked(missing);
    let mut out = numbered(&fields, message, known);
    out.extend(below(&fields, message, known, template));
    if let [only] = fields.as_slice()
        && out.is_empty()
    {
        out.extend(whole(*only, message, known));
    }
    for suggestion in read(message, known).suggestions {
        let field = suggestion.value.field();
        let told = out.iter().any(|s| s.value.field() == field);
        let helps = fields.contains(&field) || (!field.is_required() && !before.has(field));
        if helps && !told {
            out.push(suggestion);
        }
    }
    out.sort_by_key(|s| (s.value.field(), std::cmp::Reverse(s.confidence)));
    out
}

/// One line of a message, and whether its writer wrote it.
struct Line<'a> {
    start: usize,
    text: &'a str,
    own: bool,
}

fn lines<'a>(text: &'a str) -> Vec<Line<'a>> {
    let kinds = fold_quotes(text)
        .into_iter()
        .flat_map(|s| std::iter::repeat_n(s.kind == SegmentKind::Own, s.lines));
    let mut at = 0;
    text.split('\n')
        .zip(kinds)
        .map(|(line, own)| {
            let start = at;
            at += line.len() + 1;
            Line {
                start,
                text: line.trim_end_matches('\r'),
                own,
            }
        })
        .collect()
}

/// "1. dws-3049-AUBioLab" where the first question was for the Workspace.
fn numbered(fields: &[Field], message: &Message<'_>, known: &dyn Known) -> Vec<Suggestion> {
    if fields.len() < 2 {
        return Vec::new();
    }
    let mut answers: Vec<(usize, Span)> = Vec::new();
    for line in lines(super::read::head(message.text, super::read::MOST_READ)) {
        if !line.own {
            continue;
        }
        let trimmed = line.text.trim_start();
        let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = trimmed.split_at(digits);
        let number: Option<usize> = number.parse().ok();
        let rest = rest.strip_prefix(['.', ')', ':', '-']);
        match (number, rest) {
            (Some(n), Some(rest)) => {
                let rest = rest.trim_start();
                let start = line.start + line.text.len() - rest.len();
                answers.push((n, start..start + rest.trim_end().len()));
            }
            _ if line.text.trim().is_empty() => {}
            // Steps below their question go on over lines of their own.
            _ => {
                if let Some((_, span)) = answers.last_mut()
                    && message
                        .text
                        .get(span.end..line.start)
                        .is_some_and(|gap| gap.trim().is_empty() && gap.matches('\n').count() <= 1)
                {
                    span.end = line.start + line.text.trim_end().len();
                }
            }
        }
    }
    // A list that counts further, or twice, is one of steps and not of answers.
    let too_far = answers.iter().any(|(n, _)| *n == 0 || *n > fields.len());
    let in_order = !too_far
        && answers
            .windows(2)
            .all(|w| matches!(w, [(a, _), (b, _)] if a < b));
    if !in_order {
        return Vec::new();
    }
    answers
        .into_iter()
        .filter_map(|(n, span)| {
            let field = *fields.get(n - 1)?;
            answer(
                field,
                span,
                message,
                known,
                "answers the question of this number",
            )
        })
        .collect()
}

type Span = std::ops::Range<usize>;

/// An answer below the quoted question.
fn below(
    fields: &[Field],
    message: &Message<'_>,
    known: &dyn Known,
    template: &Template,
) -> Vec<Suggestion> {
    let mut out = Vec::new();
    let mut open: Option<(Field, Option<Span>)> = None;
    let mut close = |open: &mut Option<(Field, Option<Span>)>| {
        if let Some((field, Some(span))) = open.take() {
            out.extend(answer(
                field,
                span,
                message,
                known,
                "stands below the question",
            ));
        }
    };
    for line in lines(super::read::head(message.text, super::read::MOST_READ)) {
        let bare = line.text.trim_start_matches(['>', ' ', '\t']);
        let question = fields.iter().find(|f| {
            template
                .question(**f)
                .is_some_and(|q| says_the_same(bare, q))
        });
        if let Some(field) = question {
            close(&mut open);
            open = Some((*field, None));
        } else if !line.own {
            // The next words of a question that was broken over lines.
            if matches!(open, Some((_, Some(_)))) {
                close(&mut open);
            }
        } else if let Some((_, span)) = open.as_mut()
            && !line.text.trim().is_empty()
        {
            let end = line.start + line.text.trim_end().len();
            let start = line.start + line.text.len() - line.text.trim_start().len();
            *span = Some(span.as_ref().map_or(start..end, |s| s.start..end));
        }
    }
    close(&mut open);
    out
}

/// A quoted line that is a question of ours, or its beginning where it was broken.
fn says_the_same(line: &str, question: &str) -> bool {
    let line: Vec<String> = words::words(super::read::head(line, 400))
        .take(40)
        .collect();
    let line = match line.split_first() {
        Some((first, rest)) if first.bytes().all(|b| b.is_ascii_digit()) => rest.to_vec(),
        _ => line,
    };
    let question: Vec<String> = words::words(question).collect();
    line.len() >= 4.min(question.len())
        && (question.starts_with(&line) || line.starts_with(&question))
}

/// A reply that is nothing but the answer to the one question.
fn whole(field: Field, message: &Message<'_>, known: &dyn Known) -> Option<Suggestion> {
    let own: Vec<Line<'_>> = lines(super::read::head(message.text, super::read::MOST_READ))
        .into_iter()
        .filter(|l| l.own && !l.text.trim().is_empty())
        .collect();
    let is_greeting = |l: &Line<'_>| {
        let first = words::words(l.text).next().unwrap_or_default();
        words::words(l.text).count() <= 4
            && matches!(
                first.as_str(),
                "hi" | "hello"
                    | "dear"
                    | "hoi"
                    | "hallo"
                    | "beste"
                    | "dag"
                    | "geachte"
                    | "good"
                    | "goedemorgen"
                    | "goedemiddag"
            )
    };
    let is_farewell = |l: &Line<'_>| {
        let first = words::words(l.text).next().unwrap_or_default();
        words::words(l.text).count() <= 4
            && matches!(
                first.as_str(),
                "thanks"
                    | "thank"
                    | "regards"
                    | "kind"
                    | "best"
                    | "groet"
                    | "groeten"
                    | "groetjes"
                    | "met"
                    | "mvg"
                    | "bedankt"
                    | "dank"
                    | "cheers"
            )
    };
    let own: Vec<&Line<'_>> = own
        .iter()
        .skip_while(|l| is_greeting(l))
        .take_while(|l| !is_farewell(l))
        .collect();
    let (first, last) = (own.first()?, own.last()?);
    let start = first.start + first.text.len() - first.text.trim_start().len();
    let end = last.start + last.text.trim_end().len();
    (end.saturating_sub(start) <= 2_000).then(|| {
        answer(
            field,
            start..end,
            message,
            known,
            "the reply to the one question",
        )
    })?
}

/// What an answer means for its field; none if it does not say it.
fn answer(
    field: Field,
    span: Span,
    message: &Message<'_>,
    known: &dyn Known,
    reason: &'static str,
) -> Option<Suggestion> {
    let said = message.text.get(span.clone())?;
    let part = Message {
        text: said,
        ..*message
    };
    let better = || {
        let found = read(&part, known).suggestions;
        found
            .into_iter()
            .find(|s| s.value.field() == field)
            .map(|s| s.value)
    };
    let text = tidy(said);
    let value = match field {
        Field::Workspace => better().or_else(|| {
            known
                .workspace(&text)
                .map(|w| Value::Workspace(w.to_owned()))
        })?,
        Field::User => match Person::of(&text, known) {
            Some(person) => Value::User(person),
            None => better()?,
        },
        Field::Steps => {
            let steps = steps_of(said);
            (!steps.is_empty()).then_some(Value::Steps(steps))?
        }
        Field::Expected => Value::Expected(text),
        Field::Actual => Value::Actual(text),
        Field::Since => match Since::parse(&text, message.at, message.zone) {
            Since::At(moment) => Value::Since(moment),
            Since::Always => Value::Always,
            Since::Typed(_) => better()?,
        },
        Field::Role => Value::Role(WorkspaceRole::parse(&text)?),
        _ => return None,
    };
    Some(Suggestion {
        value,
        span,
        confidence: Confidence::High,
        reason,
    })
}
