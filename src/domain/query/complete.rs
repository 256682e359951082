//! What can come next while a query is typed.

use std::ops::Range;

use super::lex::{self, Piece, Value, Word};
use super::parse::{field_part, unsign};
use super::print::value;
use super::words::{self, FIELDS, Field};
use super::{DueState, Flag};
use crate::domain::list::Vocabulary;
use crate::domain::text::{Printable, line};
use crate::domain::ticket::{Channel, Kind, Priority, Status, Turn};

/// The most that is offered at once.
const MOST: usize = 50;

/// Something that can be put at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The bytes of the input that it replaces.
    pub replace: Range<usize>,
    /// What to put there.
    pub text: Printable,
    /// What it means, in a few words.
    pub help: Printable,
}

/// What fits at the cursor (a byte offset), the most likely first; at most 50.
/// A text that ends in `:` or `<` wants a value; after any other a blank may follow.
pub fn complete(input: &str, cursor: usize, vocabulary: &Vocabulary) -> Vec<Completion> {
    let Some(before) = input.get(..cursor.min(input.len())) else {
        return Vec::new();
    };
    let word = lex::words(before)
        .pop()
        .filter(|w| w.span.end == before.len());
    let pieces = word
        .as_ref()
        .map_or(&[][..], |w: &Word| unsign(&w.pieces).1);
    let mut offers = Offers {
        found: Vec::new(),
        replace: pieces.first().map_or(before.len(), |p| p.at)..before.len(),
        written: String::new(),
    };
    match field_part(pieces) {
        Some((name, signs, rest)) => {
            let name: String = name.iter().map(|p| p.c).collect();
            if let Some(field) = words::field(&name) {
                let (signs, rest) = rest.split_at(signs);
                offers.narrow(lex::values(rest, before.len()).pop(), before);
                offers.values(field, signs, vocabulary);
            }
        }
        None if pieces.iter().any(|p| p.quoted)
            || word.as_ref().is_some_and(|w| w.open_quote.is_some()) => {}
        None => {
            offers.written = pieces.iter().map(|p| p.c).collect();
            offers.fields(vocabulary);
        }
    }
    offers.found.truncate(MOST);
    offers.found
}

struct Offers {
    found: Vec<Completion>,
    replace: Range<usize>,
    /// What stands before the cursor already.
    written: String,
}

impl Offers {
    /// From here on the last value is replaced, not the word.
    fn narrow(&mut self, last: Option<Value>, before: &str) {
        let end = before.len();
        let Some(last) = last else {
            self.replace = end..end;
            return;
        };
        let mut start = if last.text.is_empty() {
            end
        } else {
            last.span.start
        };
        if last.quoted && before[..start].ends_with(words::is_quote) {
            start = before[..start]
                .char_indices()
                .next_back()
                .map_or(start, |(at, _)| at);
        }
        self.replace = start..end;
        self.written = last.text;
    }

    /// Offers a text if one of its names begins with what is written.
    fn offer(&mut self, text: String, names: &[&str], help: Printable) {
        let fits = |n: &&str| {
            let head: String = n.chars().take(self.written.chars().count()).collect();
            head.to_lowercase() == self.written.to_lowercase()
        };
        let printable = line(&text);
        if self.found.len() < MOST && names.iter().any(fits) && *printable == *text {
            self.found.push(Completion {
                replace: self.replace.clone(),
                text: printable,
                help,
            });
        }
    }

    fn word(&mut self, word: &'static str, help: &'static str) {
        self.offer(word.to_owned(), &[word], Printable::literal(help));
    }

    fn words(&mut self, words: impl IntoIterator<Item = &'static str>) {
        for word in words {
            self.word(word, "");
        }
    }

    fn fields(&mut self, vocabulary: &Vocabulary) {
        for (field, name, others, help) in FIELDS {
            let sign = match field {
                Field::Due | Field::Time(_) => '<',
                Field::Elapsed(_) => '>',
                _ => ':',
            };
            let names: Vec<&str> = std::iter::once(*name)
                .chain(others.iter().copied())
                .collect();
            self.offer(format!("{name}{sign}"), &names, Printable::literal(help));
        }
        if self.written.is_empty() {
            return;
        }
        for (_, flag, help) in Flag::ALL {
            self.offer(format!("is:{flag}"), &[flag], Printable::literal(help));
        }
        for status in Status::ALL {
            self.offer(
                format!("status:{status}"),
                &[status.word()],
                Printable::empty(),
            );
        }
        for tenant in &vocabulary.tenants {
            let text = format!("tenant:{}", value(tenant.id.as_str()));
            self.offer(
                text,
                &[tenant.id.as_str(), tenant.name.raw()],
                tenant.name.line(),
            );
        }
        for agent in &vocabulary.agents {
            let text = format!("assignee:{}", value(agent.id.as_str()));
            self.offer(
                text,
                &[agent.id.as_str(), agent.name.raw()],
                agent.name.line(),
            );
        }
        for label in &vocabulary.labels {
            self.offer(
                format!("label:{}", value(label)),
                &[label],
                Printable::empty(),
            );
        }
    }

    fn values(&mut self, field: Field, signs: &[Piece], vocabulary: &Vocabulary) {
        let colon = !signs.iter().any(|p| matches!(p.c, '<' | '>'));
        match field {
            Field::Status => self.words(Status::ALL.iter().map(|s| s.word())),
            Field::Kind => self.words(Kind::ALL.iter().map(|k| k.word())),
            Field::Turn => self.words(Turn::ALL.iter().map(|t| t.word())),
            Field::Priority => self.words(Priority::ALL.iter().map(|p| p.word())),
            Field::Channel => self.words(Channel::ALL.iter().map(|c| c.word())),
            Field::Is => Flag::ALL
                .iter()
                .for_each(|(_, word, help)| self.word(word, help)),
            Field::Assignee => {
                self.word("me", "whoever asks");
                self.word("none", "nobody");
                for agent in &vocabulary.agents {
                    let id = agent.id.as_str();
                    self.offer(value(id), &[id, agent.name.raw()], agent.name.line());
                }
            }
            Field::Tenant => {
                for tenant in &vocabulary.tenants {
                    let id = tenant.id.as_str();
                    self.offer(value(id), &[id, tenant.name.raw()], tenant.name.line());
                }
                self.word("none", "no tenant is known");
            }
            Field::Workspace => {
                for name in vocabulary.workspaces.iter().map(|w| w.raw()) {
                    let short = name.strip_prefix("dws-").unwrap_or(name);
                    self.offer(value(name), &[name, short], Printable::empty());
                }
            }
            Field::Label => {
                for label in &vocabulary.labels {
                    self.offer(value(label), &[label], Printable::empty());
                }
                self.word("none", "no label");
            }
            Field::Due if colon => {
                DueState::ALL
                    .iter()
                    .for_each(|(_, word, help)| self.word(word, help));
                self.words(["today", "tomorrow"]);
            }
            Field::Due => self.lengths(&["30m", "1h", "2h", "4h", "1d", "tomorrow"]),
            Field::Time(_) if colon => self.words(["today", "yesterday"]),
            Field::Time(_) => self.lengths(&["1h", "2h", "1d", "7d", "4w", "today", "yesterday"]),
            Field::Elapsed(_) => self.lengths(&["2h", "1d", "3d", "7d", "4w"]),
            Field::Requester | Field::Id => {}
        }
    }

    fn lengths(&mut self, lengths: &[&'static str]) {
        self.words(lengths.iter().copied());
    }
}
