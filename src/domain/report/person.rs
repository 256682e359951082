//! Whom a problem happens to.

use serde::{Deserialize, Serialize};

use super::{Known, words};
use crate::domain::text::Untrusted;

/// A person by name, address or both, as they were given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    /// The name.
    pub name: Untrusted,
    /// The e-mail address.
    pub email: Untrusted,
}

/// What a shared mailbox is called; nobody in particular reads it.
const MAILBOXES: &[&str] = &[
    "admin",
    "administrator",
    "contact",
    "helpdesk",
    "hello",
    "help",
    "info",
    "it",
    "mail",
    "mailer-daemon",
    "no-reply",
    "noreply",
    "donotreply",
    "office",
    "postmaster",
    "root",
    "sales",
    "secretariaat",
    "service",
    "servicedesk",
    "support",
    "team",
    "webmaster",
];

/// Words that name no person in particular.
const NOBODY: &[&str] = &[
    "all",
    "alle",
    "allen",
    "anyone",
    "anybody",
    "collega",
    "colleague",
    "colleagues",
    "collega's",
    "department",
    "afdeling",
    "everybody",
    "everyone",
    "gebruiker",
    "gebruikers",
    "group",
    "groep",
    "he",
    "she",
    "hij",
    "zij",
    "i",
    "ik",
    "iedereen",
    "me",
    "mij",
    "ikzelf",
    "multiple",
    "meerdere",
    "my",
    "mijn",
    "myself",
    "nobody",
    "niemand",
    "onbekend",
    "people",
    "mensen",
    "several",
    "some",
    "someone",
    "somebody",
    "iemand",
    "student",
    "students",
    "studenten",
    "team",
    "the",
    "de",
    "them",
    "they",
    "unknown",
    "us",
    "ons",
    "user",
    "users",
    "various",
    "verschillende",
    "we",
    "wij",
    "you",
    "account",
    "admin",
    "test",
    "n/a",
    "nvt",
];

impl Person {
    /// Whoever a text names: the known person of that address or name, else the text itself if it
    /// can be a person; none: it names nobody.
    pub fn of(text: &str, known: &dyn Known) -> Option<Self> {
        let person = Self::parse(text);
        let registered = [person.email.raw(), person.name.raw()]
            .into_iter()
            .find_map(|n| known.person(n));
        registered
            .cloned()
            .or_else(|| Some(person).filter(Self::is_one))
    }

    /// Takes `Jan de Vries`, `jan@x.org` or `Jan de Vries <jan@x.org>` apart.
    pub fn parse(text: &str) -> Self {
        let mut rest = String::with_capacity(text.len());
        let mut email = String::new();
        for word in text.split_whitespace() {
            let bare = word
                .trim_start_matches("mailto:")
                .trim_matches(|c: char| "<>()[],;:\"'".contains(c));
            if email.is_empty() && is_address(bare) {
                email = bare.trim_end_matches('.').to_owned();
            } else {
                rest.push_str(word);
                rest.push(' ');
            }
        }
        let name = rest
            .trim()
            .trim_matches(|c: char| "<>()[],;:\"'".contains(c));
        Self {
            name: Untrusted::new(name.trim()),
            email: Untrusted::new(email),
        }
    }

    /// Neither name nor address.
    pub fn is_empty(&self) -> bool {
        self.name.raw().trim().is_empty() && self.email.raw().trim().is_empty()
    }

    /// As one line: `Jan de Vries <jan@x.org>`.
    pub fn line(&self) -> String {
        let (name, email) = (self.name.line(), self.email.line());
        match (name.is_empty(), email.is_empty()) {
            (false, false) => format!("{name} <{email}>"),
            (true, _) => email.into_string(),
            (_, true) => name.into_string(),
        }
    }

    /// Whether this is one person that can be found: an address that is no shared mailbox, or a
    /// first and a last name.
    pub fn is_one(&self) -> bool {
        let email = self.email.raw().trim();
        if is_address(email) && !is_mailbox(email) {
            return true;
        }
        let words: Vec<String> = words::words(self.name.raw()).collect();
        let named = |w: &&String| {
            w.chars().filter(|c| c.is_alphabetic()).count() >= 2 && !NOBODY.contains(&w.as_str())
        };
        (2..=7).contains(&words.len())
            && words.iter().filter(named).count() >= 2
            && !words
                .iter()
                .any(|w| w.contains(|c: char| c.is_ascii_digit()))
            && !words
                .iter()
                .any(|w| NOBODY.contains(&w.as_str()) && w != "de")
            && !words::is_vague(self.name.raw())
    }
}

/// Whether a word has the form of an e-mail address.
pub fn is_address(word: &str) -> bool {
    word.len() <= 254
        && word.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty()
                && host.contains('.')
                && !host.contains('@')
                && host.split('.').all(|part| {
                    !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-')
                })
        })
}

/// Whether an address is a shared mailbox by its name.
pub fn is_mailbox(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or("").to_lowercase();
    let local = local.split('+').next().unwrap_or("");
    MAILBOXES.contains(&local)
}
