//! What becomes of a ticket: a new article or a correction, without the people in it.
//!
//! What is removed is the caller's to say: a function from text to text. The one here takes
//! out what a report may not leave with, names that are known, and the names of Workspaces,
//! which tell whose research it is.

use super::Article;
use crate::domain::report;
use crate::domain::text::{SegmentKind, Untrusted, fold_quotes};
use crate::domain::thread::{Author, Message, Thread, Visibility};

/// A title and a text that somebody goes on writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The title.
    pub title: Untrusted,
    /// The text, in Markdown.
    pub body: Untrusted,
}

/// What takes personal data out of a text.
pub type Redact<'a> = &'a dyn Fn(&str) -> String;

/// A new article: what was asked first, and what was last answered to the requester. Internal
/// notes, quoted mails and signatures stay where they are.
pub fn draft(thread: &Thread, redact: Redact<'_>) -> Draft {
    let title = redact(thread.ticket.subject.raw());
    let mut body = format!("# {title}\n\n## Question\n\n");
    body.push_str(&redact(&asked(thread)));
    body.push_str("\n\n## Answer\n\n");
    body.push_str(&redact(&answered(thread)));
    body.push('\n');
    Draft {
        title: Untrusted::new(title),
        body: Untrusted::new(body),
    }
}

/// A correction of an article: its text as it is, with what the ticket says below.
pub fn correction(of: &Article, thread: &Thread, redact: Redact<'_>) -> Draft {
    let body = format!(
        "{}\n\n## To correct\n\n{}\n\n{}\n",
        of.body.raw().trim_end(),
        redact(&asked(thread)),
        redact(&answered(thread))
    );
    Draft {
        title: of.title.clone(),
        body: Untrusted::new(body),
    }
}

fn own_words(message: &Message) -> String {
    let parts = fold_quotes(message.body.raw());
    let own = parts.into_iter().filter(|p| p.kind == SegmentKind::Own);
    let text: Vec<String> = own.map(|p| p.text).collect();
    text.join("\n").trim().to_owned()
}

fn public(thread: &Thread) -> impl DoubleEndedIterator<Item = &Message> {
    thread
        .messages
        .iter()
        .filter(|m| m.visibility == Visibility::Public && !m.missing)
}

fn asked(thread: &Thread) -> String {
    public(thread).map(own_words).next().unwrap_or_default()
}

fn answered(thread: &Thread) -> String {
    let ours = |m: &&Message| matches!(m.author, Author::Agent { .. } | Author::Helper { .. });
    // The first message is the question, whoever wrote it down.
    let first = thread.messages.first().map(|m| m.id);
    public(thread)
        .rev()
        .filter(ours)
        .find(|m| Some(m.id) != first)
        .map(own_words)
        .unwrap_or_default()
}

/// Takes out secrets and personal data by the report's own rules, names of Workspaces, and these
/// names of people. Of a name its parts of three letters or more are taken out too, where they
/// are written with a capital: `jan` is a month.
pub fn without_personal_data(text: &str, names: &[&str]) -> String {
    let (text, _) = report::redact(text, &[]);
    without_names(&without_workspaces(&text), names)
}

fn without_workspaces(text: &str) -> String {
    let part = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    let mut out = String::with_capacity(text.len());
    for stretch in text.split_inclusive(|c: char| !part(c)) {
        let word = stretch.trim_end_matches(|c: char| !part(c));
        let core = word.trim_matches(['.', '-', '_']);
        let begins = core.get(..4);
        if begins.is_some_and(|b| b.eq_ignore_ascii_case("dws-")) {
            out.push_str(&stretch.replacen(core, "[Workspace]", 1));
        } else {
            out.push_str(stretch);
        }
    }
    out
}

/// The least letters that a part of a name must have to be taken out by itself.
const LEAST: usize = 3;

fn without_names(text: &str, names: &[&str]) -> String {
    let mut whole: Vec<&str> = names
        .iter()
        .map(|n| n.trim())
        .filter(|n| n.len() >= LEAST)
        .collect();
    // The longest first, so that none is left in half.
    whole.sort_by_key(|n| std::cmp::Reverse(n.len()));
    let mut out = text.to_owned();
    for name in &whole {
        out = without_word(&out, name, |found| {
            found.to_lowercase() == name.to_lowercase()
        });
    }
    let parts = whole.iter().flat_map(|n| n.split_whitespace());
    for part in parts.filter(|p| p.chars().count() >= LEAST) {
        let capital = |found: &str| {
            found.chars().next().is_some_and(char::is_uppercase)
                && found.to_lowercase() == part.to_lowercase()
        };
        out = without_word(&out, part, capital);
    }
    out
}

/// Puts `[name]` where a stretch of as many letters as the word has stands by itself and is it.
fn without_word(text: &str, word: &str, is_it: impl Fn(&str) -> bool) -> String {
    let long = word.chars().count();
    let mut out = String::with_capacity(text.len());
    let mut last = ' ';
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let end = rest
            .char_indices()
            .nth(long)
            .map_or(rest.len(), |(at, _)| at);
        let (found, after) = rest.split_at(end);
        let alone = !last.is_alphanumeric() && !after.starts_with(char::is_alphanumeric);
        if alone && is_it(found) {
            out.push_str("[name]");
            last = ']';
            rest = after;
        } else {
            out.push(c);
            last = c;
            rest = rest.get(c.len_utf8()..).unwrap_or("");
        }
    }
    out
}
