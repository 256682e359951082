//! Writing a query in its plainest form. What is written is read back as the same.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::words::{is_bare, is_quote, name};
use super::{
    Compare, Day, DueState, Flag, Query, Span, Stamp, Term, Test, Text, Unit, When, Who,
    words::Field,
};
use crate::domain::ticket::{Channel, Kind, Priority, Status, Turn};

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, term) in self.terms.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{term}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_str("-")?;
        }
        write!(f, "{}", self.test)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.whole || !is_bare(&self.text) {
            f.write_str(&quoted(&self.text))
        } else {
            f.write_str(&self.text)
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (field, values): (Field, Vec<String>) = match self {
            Self::Text(text) => return write!(f, "{text}"),
            Self::DueAt(when) => return write!(f, "due{when}"),
            Self::Time(stamp, when) => return write!(f, "{}{when}", stamp_name(*stamp, *when)),
            Self::Status(v) => (Field::Status, list(v, |v| Status::word(*v).to_owned())),
            Self::Assignee(v) => (Field::Assignee, list(v, who)),
            Self::Tenant(v) => (
                Field::Tenant,
                list(v, |v| or_none(v, |t| value(t.as_str()))),
            ),
            Self::Workspace(v) => (Field::Workspace, list(v, |v| or_none(v, |v| value(v)))),
            Self::Requester(v) => (Field::Requester, list(v, |v| or_none(v, |v| value(v)))),
            Self::Label(v) => (Field::Label, list(v, |v| or_none(v, |v| value(v)))),
            Self::Priority(v) => (
                Field::Priority,
                list(v, |v| or_none(v, |p| Priority::word(*p).to_owned())),
            ),
            Self::Kind(v) => (Field::Kind, list(v, |v| Kind::word(*v).to_owned())),
            Self::Channel(v) => (
                Field::Channel,
                list(v, |v| or_none(v, |c| Channel::word(*c).to_owned())),
            ),
            Self::Turn(v) => (Field::Turn, list(v, |v| Turn::word(*v).to_owned())),
            Self::Id(v) => (Field::Id, list(v, |v| value(v.as_str()))),
            Self::Is(v) => (Field::Is, list(v, |v| Flag::word(*v).to_owned())),
            Self::DueIs(v) => (Field::Due, list(v, |v| DueState::word(*v).to_owned())),
        };
        write!(f, "{}:{}", name(field), values.join(","))
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Within(span) => write!(f, "<{span}"),
            Self::Beyond(span) => write!(f, ">{span}"),
            Self::Days(compare, day) => {
                f.write_str(match compare {
                    Compare::Before => "<",
                    Compare::UpTo => "<=",
                    Compare::On => ":",
                    Compare::From => ">=",
                    Compare::After => ">",
                })?;
                match day {
                    Day::Date(date) => write!(f, "{}", date.format("%Y-%m-%d")),
                    Day::Yesterday => f.write_str("yesterday"),
                    Day::Today => f.write_str("today"),
                    Day::Tomorrow => f.write_str("tomorrow"),
                }
            }
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Minutes => 'm',
            Unit::Hours => 'h',
            Unit::Days => 'd',
            Unit::Weeks => 'w',
        };
        write!(f, "{}{unit}", self.count)
    }
}

/// `age` and `idle` are the shorter words where a length of time is meant.
fn stamp_name(stamp: Stamp, when: When) -> &'static str {
    name(match (stamp, when) {
        (Stamp::Created, When::Within(_) | When::Beyond(_)) => Field::Elapsed(Stamp::Created),
        (Stamp::Updated, When::Beyond(_)) => Field::Elapsed(Stamp::Updated),
        _ => Field::Time(stamp),
    })
}

fn list<T>(values: &[T], write: impl Fn(&T) -> String) -> Vec<String> {
    values.iter().map(write).collect()
}

fn or_none<T>(value: &Option<T>, write: impl Fn(&T) -> String) -> String {
    value.as_ref().map_or_else(|| "none".to_owned(), write)
}

fn who(who: &Option<Who>) -> String {
    match who {
        None => "none".to_owned(),
        Some(Who::Me) => "me".to_owned(),
        Some(Who::Agent(id)) => value(id.as_str()),
    }
}

/// A value, in quotes if it would be read as something else without.
pub(super) fn value(text: &str) -> String {
    let is_word = ["none", "nobody", "me"]
        .iter()
        .any(|w| text.eq_ignore_ascii_case(w));
    let has_sign = text.contains(|c: char| c.is_whitespace() || c == ',' || is_quote(c));
    if text.is_empty() || is_word || has_sign || text.starts_with(['<', '>', '=']) {
        quoted(text)
    } else {
        text.to_owned()
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

impl Serialize for Query {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Query {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}
