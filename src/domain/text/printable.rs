//! Text that has passed the gate, and ways to put such text together.

use std::fmt;
use std::ops::Deref;

use serde::Serialize;

use super::gate;
use crate::domain::people::{AgentId, TenantId};
use crate::domain::ticket::{Channel, Kind, Priority, Status, TicketKey, Turn};

/// Text that can be shown on any terminal: it holds no control, no escape
/// sequence, no change of direction and nothing invisible, and it does not start
/// with a mark that would join what stands before it. Newlines are its only
/// white space besides the blank.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Printable(String);

impl Printable {
    /// Only for the rooms of this folder: the text must be the gate's own.
    pub(super) const fn trusted(text: String) -> Self {
        Self(text)
    }

    /// A text of the program's own.
    pub fn literal(text: &'static str) -> Self {
        gate::block(text)
    }

    /// The empty text.
    pub const fn empty() -> Self {
        Self(String::new())
    }

    /// Blanks.
    pub fn blanks(n: usize) -> Self {
        Self(" ".repeat(n))
    }

    /// A number in decimals.
    pub fn number(n: impl Into<i128>) -> Self {
        Self(n.into().to_string())
    }

    /// A number with groups of thousands, so that `100 000` is read at a glance.
    pub fn grouped(n: u64) -> Self {
        let digits = n.to_string();
        let mut all = String::with_capacity(digits.len() + 4);
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && digits.len() > 4 && (digits.len() - i).is_multiple_of(3) {
                all.push(' ');
            }
            all.push(digit);
        }
        Self(all)
    }

    /// A number of bytes in words: `234 B`, `12 kB`, `3 MB`.
    pub fn bytes(n: u64) -> Self {
        Self(match n {
            0..1024 => format!("{n} B"),
            1024..1_048_576 => format!("{} kB", n / 1024),
            _ => format!("{} MB", n / 1_048_576),
        })
    }

    /// The parts one after the other.
    pub fn from_parts<I>(parts: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Self>,
    {
        let mut all = Self::empty();
        for part in parts {
            all.push(&part.into());
        }
        all
    }

    /// The parts with a text of the program's own between them.
    pub fn join<I>(separator: &'static str, parts: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Self>,
    {
        let between = Self::literal(separator);
        let mut all = Self::empty();
        for (i, part) in parts.into_iter().enumerate() {
            if i > 0 {
                all.push(&between);
            }
            all.push(&part.into());
        }
        all
    }

    /// Adds text at the end.
    pub fn push(&mut self, more: &Self) {
        self.0.push_str(&more.0);
    }

    /// Adds a text of the program's own at the end.
    #[must_use]
    pub fn with(mut self, more: &'static str) -> Self {
        self.push(&Self::literal(more));
        self
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, given away.
    pub fn into_string(self) -> String {
        self.0
    }

    /// Its lines, each printable by itself.
    pub fn rows(&self) -> impl Iterator<Item = Self> + '_ {
        self.0.lines().map(|l| Self(l.to_owned()))
    }
}

impl Deref for Printable {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Printable {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Printable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Printable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl PartialEq<str> for Printable {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Printable {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl From<&'static str> for Printable {
    fn from(text: &'static str) -> Self {
        Self::literal(text)
    }
}

impl From<&Self> for Printable {
    fn from(text: &Self) -> Self {
        text.clone()
    }
}

impl From<Printable> for String {
    fn from(text: Printable) -> Self {
        text.0
    }
}

/// Words that the domain has checked when it took them are printable as they are,
/// but passing the gate costs nothing and keeps the promise in one place.
macro_rules! checked_names {
    ($($name:ty),+) => { $(
        impl From<&$name> for Printable {
            fn from(name: &$name) -> Self {
                gate::line(name.as_str())
            }
        }
    )+ };
}

macro_rules! own_words {
    ($($name:ty),+) => { $(
        impl From<$name> for Printable {
            fn from(value: $name) -> Self {
                Self::literal(value.word())
            }
        }
    )+ };
}

checked_names!(TicketKey, AgentId, TenantId);
own_words!(Status, Priority, Kind, Turn, Channel);
