//! What must not leave with a report: secrets always, personal data unless the reader needs it.
//!
//! Sources of the forms: the documented prefixes of the tokens' issuers (GitHub, GitLab, Slack,
//! AWS, Google, Azure, npm, PyPI and others), RFC 7519 (tokens that begin with `eyJ`), RFC 7468
//! (key blocks), RFC 3986 (user information in addresses), ISO 13616 (IBAN), ISO/IEC 7812 (card
//! numbers and their check digit), E.164 (telephone numbers). A citizen service number has nine
//! digits; since a mistyped one is still somebody's, its check digit is not asked.

mod judge;
mod rules;

use std::collections::BTreeMap;
use std::ops::Range;

use regex::Captures;
use serde::{Deserialize, Serialize};

use judge::stands_free;
use rules::{RULES, Rule};

/// What was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemovedKind {
    /// A private key.
    Key,
    /// A token, or a word that looks as if drawn by lot.
    Token,
    /// A password.
    Password,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// Nine digits, as a citizen service number has.
    CitizenNumber,
    /// A bank account.
    Account,
    /// A payment card.
    Card,
    /// Somebody's name in a path.
    Home,
}

impl RemovedKind {
    /// What stands in its place.
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Key => "[private key]",
            Self::Token => "[token]",
            Self::Password => "[password]",
            Self::Email => "[e-mail address]",
            Self::Phone => "[phone number]",
            Self::CitizenNumber => "[personal number]",
            Self::Account => "[bank account]",
            Self::Card => "[card number]",
            Self::Home => "[account name]",
        }
    }
}

/// Something that was taken out, for the person who is to see it before anything leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// What it is.
    pub kind: RemovedKind,
    /// Where it stood in the text that was given, in bytes.
    pub span: Range<usize>,
    /// The words; they stay on this machine.
    pub text: String,
}

/// Takes out what must not leave. What is in `keep`, to the letter but for case, stays: the
/// address of the user whom the report is about, say. Secrets are taken out all the same.
pub fn redact(text: &str, keep: &[&str]) -> (String, Vec<Removed>) {
    // By where they begin; none overlaps another.
    let mut removed: BTreeMap<usize, Removed> = BTreeMap::new();
    for rule in RULES.iter() {
        for found in rule.pattern.captures_iter(text) {
            let Some(span) = goes(rule, &found, text) else {
                continue;
            };
            let words = text.get(span.clone()).unwrap_or("");
            let kept = rule.kind >= RemovedKind::Email && is_kept(words, keep);
            let before = removed.range(..span.end).next_back();
            let overlaps = before.is_some_and(|(_, r)| r.span.end > span.start);
            if !kept && !overlaps {
                let kind = rule.kind;
                let text = words.to_owned();
                removed.insert(span.start, Removed { kind, span, text });
            }
        }
    }
    let removed: Vec<Removed> = removed.into_values().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for r in &removed {
        out.push_str(text.get(at..r.span.start).unwrap_or(""));
        out.push_str(r.kind.mark());
        at = r.span.end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    (out, removed)
}

/// The part of a match that goes, without the sentence's own signs behind it.
fn goes(rule: &Rule, found: &Captures<'_>, whole: &str) -> Option<Range<usize>> {
    use RemovedKind::{Card, CitizenNumber, Key, Password, Phone};
    let named = found.name("x");
    let part = named.or_else(|| found.get(0))?;
    if !(rule.holds)(part.as_str()) {
        return None;
    }
    let text = match rule.kind {
        Password => part.as_str().trim_end_matches(['.', ',', ';', ':', ')']),
        Key => part.as_str(),
        _ => part
            .as_str()
            .trim_end_matches(|c: char| c.is_whitespace() || ".,;:-".contains(c)),
    };
    let span = part.start()..part.start() + text.len();
    let number = matches!(rule.kind, Phone | CitizenNumber | Card) && named.is_none();
    (!text.is_empty() && (!number || stands_free(whole, &span))).then_some(span)
}

fn is_kept(words: &str, keep: &[&str]) -> bool {
    let low = words.trim().to_lowercase();
    keep.iter()
        .any(|k| !k.is_empty() && k.trim().to_lowercase() == low)
}

/// What was taken out of which text, as the lines of a diff: `- steps 2: log in with Xyz123!` and
/// `+ steps 2: log in with [password]`, with what stood around it.
pub fn diff(of: &str, text: &str, removed: &[Removed]) -> Vec<String> {
    const AROUND: usize = 24;
    removed
        .iter()
        .map(|r| {
            let mut from = r.span.start.saturating_sub(AROUND);
            while !text.is_char_boundary(from) {
                from -= 1;
            }
            let before = text.get(from..r.span.start).unwrap_or("");
            let before = before.rsplit('\n').next().unwrap_or("");
            let dots = if from > 0 { "…" } else { "" };
            let words = r.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let words = crate::domain::report::read::head(&words, 120);
            let mark = r.kind.mark();
            format!("- {of}: {dots}{before}{words}\n+ {of}: {dots}{before}{mark}")
        })
        .collect()
}
