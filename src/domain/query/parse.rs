//! Reading a query.

use std::ops::Range;
use std::str::FromStr;

use super::lex::{self, Piece, Value, Word};
use super::time::{day, span};
use super::words::{self, FIELDS, Field, nearest};
use super::{Compare, DueState, Flag, Query, QueryError, Stamp, Term, Test, Text, When, Who};
use crate::domain::people::{AgentId, TenantId};
use crate::domain::text::{fit, line};
use crate::domain::ticket::{Channel, Kind, Priority, Status, TicketKey, Turn};

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// Points at the word that is wrong and names the nearest right one.
    pub fn parse(input: &str) -> Result<Self, QueryError> {
        let terms = lex::words(input)
            .iter()
            .map(term)
            .collect::<Result<_, _>>()
            .map_err(|e| whole_characters(e, input))?;
        Ok(Self { terms })
    }

    /// Reads plain words to find; none of them is read as a field.
    pub fn text(input: &str) -> Self {
        let terms = input
            .split_whitespace()
            .filter_map(Text::word)
            .map(|text| Term {
                negated: false,
                test: Test::Text(text),
            })
            .collect();
        Self { terms }
    }
}

/// Quotes that were taken off can lie inside what an error points at.
fn whole_characters(mut e: QueryError, input: &str) -> QueryError {
    e.span.end = e.span.end.min(input.len());
    while !input.is_char_boundary(e.span.end) {
        e.span.end += 1;
    }
    e.span.start = e.span.start.min(e.span.end);
    while !input.is_char_boundary(e.span.start) {
        e.span.start -= 1;
    }
    e
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(s: &str) -> Result<Self, QueryError> {
        Self::parse(s)
    }
}

/// An operator as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Is,
    Less,
    UpTo,
    More,
    From,
}

type Parsed<T> = Result<T, QueryError>;

fn error<T>(span: Range<usize>, message: impl Into<String>, hint: impl Into<String>) -> Parsed<T> {
    let hint = hint.into();
    Err(QueryError {
        span,
        message: message.into(),
        hint: (!hint.is_empty()).then_some(hint),
    })
}

/// What was written, short and printable, for a message.
fn shown(text: &str) -> String {
    format!("\"{}\"", fit(&line(text), 40))
}

fn did_you_mean(written: &str, words: &[&str]) -> String {
    nearest(written, words.iter().copied()).map_or_else(
        || format!("use one of {}", words.join(", ")),
        |w| format!("did you mean \"{w}\"?"),
    )
}

/// Takes the signs of negation off; says whether an odd number stood there.
pub(super) fn unsign(pieces: &[Piece]) -> (bool, &[Piece]) {
    let (mut negated, mut rest) = (false, pieces);
    loop {
        let n = match rest {
            [p, ..] if p.is('-') || p.is('!') => 1,
            [n, o, t, c, ..]
                if (n.is('n') || n.is('N'))
                    && (o.is('o') || o.is('O'))
                    && (t.is('t') || t.is('T'))
                    && c.is(':') =>
            {
                4
            }
            _ => return (negated, rest),
        };
        negated = !negated;
        rest = &rest[n..];
    }
}

fn term(word: &Word) -> Parsed<Term> {
    if let Some(at) = word.open_quote {
        return error(
            at..word.span.end,
            "this quotation mark has no second one",
            "write \" where the phrase ends",
        );
    }
    let (negated, pieces) = unsign(&word.pieces);
    if pieces.is_empty() {
        return error(
            word.span.clone(),
            "there is nothing here to look for",
            "write a word or a field such as status:open",
        );
    }
    let test = match field_part(pieces) {
        Some((name, op, rest)) => field_test(word, name, op, rest)?,
        None => text_test(word, pieces)?,
    };
    Ok(Term { negated, test })
}

fn text_test(word: &Word, pieces: &[Piece]) -> Parsed<Test> {
    let text: String = pieces.iter().map(|p| p.c).collect();
    let quoted = pieces.iter().any(|p| p.quoted);
    let found = if quoted {
        Text::phrase(&text)
    } else {
        Text::word(&text)
    };
    match found {
        Some(text) => Ok(Test::Text(text)),
        None => error(
            word.span.clone(),
            format!("{} holds no letter or digit to look for", shown(&text)),
            "leave it out",
        ),
    }
}

/// Splits a word into the name of a field, an operator and the rest, if it is a field's.
pub(super) fn field_part(pieces: &[Piece]) -> Option<(&[Piece], usize, &[Piece])> {
    let n = pieces
        .iter()
        .take_while(|p| !p.quoted && p.c.is_ascii_alphabetic())
        .count();
    let (name, rest) = pieces.split_at(n);
    let sign = *rest.first()?;
    if n == 0 || !(sign.is(':') || sign.is('<') || sign.is('>') || sign.is('=')) {
        return None;
    }
    let known = words::field(&name.iter().map(|p| p.c).collect::<String>()).is_some();
    if !known {
        // An address, a path, a word before a colon, a piece of code: text.
        let next = rest.get(1);
        if sign.is('=') || next.is_none_or(|p| matches!(p.c, '/' | '\\' | ':') && !p.quoted) {
            return None;
        }
    }
    let signs = match rest {
        [a, b, c, ..] if a.is(':') && (b.is('<') || b.is('>')) && c.is('=') => 3,
        [a, b, ..] if a.is(':') && (b.is('<') || b.is('>')) => 2,
        [a, b, ..] if (a.is('<') || a.is('>')) && b.is('=') => 2,
        _ => 1,
    };
    Some((name, signs, rest))
}

fn operator(signs: &[Piece]) -> Op {
    let or_equal = signs.iter().any(|p| p.c == '=');
    match signs.iter().map(|p| p.c).find(|c| matches!(c, '<' | '>')) {
        Some('<') if or_equal => Op::UpTo,
        Some('<') => Op::Less,
        Some(_) if or_equal => Op::From,
        Some(_) => Op::More,
        None => Op::Is,
    }
}

fn field_test(word: &Word, name: &[Piece], signs: usize, rest: &[Piece]) -> Parsed<Test> {
    let written: String = name.iter().map(|p| p.c).collect();
    let start = name.first().map_or(word.span.start, |p| p.at);
    let Some(field) = words::field(&written) else {
        let names: Vec<&str> = FIELDS.iter().map(|(_, n, ..)| *n).collect();
        let hint = nearest(&written, names.iter().copied()).map_or_else(
            || "to find the text itself, put it in quotes".to_owned(),
            |w| format!("did you mean \"{w}\"? To find the text itself, put it in quotes"),
        );
        return error(
            start..name.last().map_or(start, |p| p.at + 1),
            format!("there is no field {}", shown(&written)),
            hint,
        );
    };
    let (signs, rest) = rest.split_at(signs);
    let op = operator(signs);
    let end = word.span.end;
    let name = words::name(field);
    if rest.is_empty() {
        return error(
            start..end,
            format!("{name} needs a value"),
            format!("for instance {}", example(field)),
        );
    }
    let values = lex::values(rest, end);
    if let Some(empty) = values.iter().find(|v| v.text.trim().is_empty()) {
        let at = empty
            .span
            .start
            .saturating_sub(usize::from(empty.span.is_empty()));
        return error(
            at..empty.span.end.max(end.min(at + 1)),
            format!("a value of {name} is empty"),
            "write one between the commas or leave the comma out",
        );
    }
    let given = Given {
        field,
        op,
        values: &values,
        signs: signs.first().map_or(start, |p| p.at)..rest[0].at.min(end),
    };
    given.test()
}

fn example(field: Field) -> &'static str {
    match field {
        Field::Status => "status:open",
        Field::Assignee => "assignee:me",
        Field::Tenant => "tenant:umc",
        Field::Workspace => "ws:dws-3049",
        Field::Requester => "requester:jan",
        Field::Label => "label:vpn",
        Field::Priority => "priority:1",
        Field::Kind => "kind:problem",
        Field::Channel => "channel:email",
        Field::Turn => "turn:ours",
        Field::Id => "id:10482",
        Field::Is => "is:unread",
        Field::Due => "due<2h, due:today or due:late",
        Field::Elapsed(Stamp::Created) => "age>3d",
        Field::Elapsed(_) => "idle>7d",
        Field::Time(Stamp::Created) => "created>2026-11-01",
        Field::Time(Stamp::Updated) => "updated<2h",
        Field::Time(Stamp::Resolved) => "resolved<7d",
        Field::Time(Stamp::Closed) => "closed<7d",
    }
}

/// A field with what was written behind it.
struct Given<'a> {
    field: Field,
    op: Op,
    values: &'a [Value],
    signs: Range<usize>,
}

impl Given<'_> {
    fn test(&self) -> Parsed<Test> {
        match self.field {
            Field::Priority => return self.priority(),
            Field::Due => return self.due(),
            Field::Time(stamp) => return Ok(Test::Time(stamp, self.when()?)),
            Field::Elapsed(stamp) => return self.elapsed(stamp),
            _ if self.op != Op::Is => {
                return error(
                    self.signs.clone(),
                    format!("{} knows no smaller or larger", words::name(self.field)),
                    format!("write a colon: {}", example(self.field)),
                );
            }
            _ => {}
        }
        Ok(match self.field {
            Field::Status => {
                Test::Status(self.each(|v| match v.text.to_ascii_lowercase().as_str() {
                    "hold" | "onhold" | "on hold" => Ok(Status::OnHold),
                    _ => word_of(v, "status", Status::ALL, Status::word),
                })?)
            }
            Field::Assignee => Test::Assignee(self.each(|v| {
                if v.says("none") || v.says("nobody") {
                    Ok(None)
                } else if v.says("me") {
                    Ok(Some(Who::Me))
                } else {
                    named(v, AgentId::parse).map(|a| Some(Who::Agent(a)))
                }
            })?),
            Field::Tenant => {
                Test::Tenant(self.each(|v| or_none(v, |v| named(v, TenantId::parse)))?)
            }
            Field::Workspace => Test::Workspace(self.texts()?),
            Field::Requester => Test::Requester(self.texts()?),
            Field::Label => Test::Label(self.texts()?),
            Field::Kind => Test::Kind(self.each(|v| word_of(v, "kind", Kind::ALL, Kind::word))?),
            Field::Channel => Test::Channel(
                self.each(|v| or_none(v, |v| word_of(v, "channel", Channel::ALL, Channel::word)))?,
            ),
            Field::Turn => Test::Turn(self.each(|v| word_of(v, "turn", Turn::ALL, Turn::word))?),
            Field::Id => Test::Id(self.each(|v| named(v, TicketKey::parse))?),
            _ => {
                let all: Vec<Flag> = Flag::ALL.iter().map(|(f, ..)| *f).collect();
                Test::Is(self.each(|v| word_of(v, "property of a ticket", &all, Flag::word))?)
            }
        })
    }

    fn each<T>(&self, read: impl Fn(&Value) -> Parsed<T>) -> Parsed<Vec<T>> {
        self.values.iter().map(read).collect()
    }

    fn texts(&self) -> Parsed<Vec<Option<String>>> {
        self.each(|v| or_none(v, |v| Ok(v.text.clone())))
    }

    /// For what takes one value: that value.
    fn only(&self) -> Parsed<&Value> {
        match self.values {
            [value] => Ok(value),
            _ => error(
                self.span(),
                format!("{} takes one value here", words::name(self.field)),
                format!("for instance {}", example(self.field)),
            ),
        }
    }

    fn span(&self) -> Range<usize> {
        let start = self
            .values
            .first()
            .map_or(self.signs.start, |v| v.span.start);
        start..self.values.last().map_or(self.signs.end, |v| v.span.end)
    }

    fn priority(&self) -> Parsed<Test> {
        if self.op == Op::Is {
            return Ok(Test::Priority(self.each(|v| or_none(v, priority))?));
        }
        let limit = priority(self.only()?)?;
        let fits: Vec<_> = Priority::ALL
            .iter()
            .filter(|p| match self.op {
                Op::Less => p.code() < limit.code(),
                Op::UpTo => p.code() <= limit.code(),
                Op::More => p.code() > limit.code(),
                Op::From | Op::Is => p.code() >= limit.code(),
            })
            .map(|p| Some(*p))
            .collect();
        if fits.is_empty() {
            return error(
                self.span(),
                "there is no such priority",
                "priorities go from 1 to 4",
            );
        }
        Ok(Test::Priority(fits))
    }

    fn due(&self) -> Parsed<Test> {
        let first_is_state = self
            .values
            .first()
            .is_some_and(|v| DueState::ALL.iter().any(|(_, w, _)| v.says(w)));
        if self.op == Op::Is && (self.values.len() > 1 || first_is_state) {
            let all: Vec<DueState> = DueState::ALL.iter().map(|(d, ..)| *d).collect();
            return Ok(Test::DueIs(self.each(|v| {
                word_of(v, "state of a promise", &all, DueState::word)
            })?));
        }
        Ok(Test::DueAt(self.when()?))
    }

    fn elapsed(&self, stamp: Stamp) -> Parsed<Test> {
        let when = self.when()?;
        if matches!(when, When::Days(..)) {
            let other = words::name(Field::Time(stamp));
            return error(
                self.span(),
                format!(
                    "{} is a length of time, this is a day",
                    words::name(self.field)
                ),
                format!(
                    "for instance {}, or {other} with a day",
                    example(self.field)
                ),
            );
        }
        Ok(Test::Time(stamp, when))
    }

    fn when(&self) -> Parsed<When> {
        let value = self.only()?;
        if let Some(day) = day(&value.text) {
            let compare = match self.op {
                Op::Is => Compare::On,
                Op::Less => Compare::Before,
                Op::UpTo => Compare::UpTo,
                Op::From => Compare::From,
                Op::More => Compare::After,
            };
            return Ok(When::Days(compare, day));
        }
        let name = words::name(self.field);
        let Some(span) = span(&value.text) else {
            let days = ["today", "yesterday", "tomorrow"];
            let states = DueState::ALL.iter().map(|(_, w, _)| *w);
            let states = states.filter(|_| self.field == Field::Due);
            let hint = nearest(&value.text, days.into_iter().chain(states)).map_or_else(
                || format!("write {}", example(self.field)),
                |w| format!("did you mean \"{w}\"?"),
            );
            return error(
                value.span.clone(),
                format!(
                    "{} is neither a length of time (90m, 2h, 3d, 1w) nor a day (2026-11-30, today)",
                    shown(&value.text)
                ),
                hint,
            );
        };
        match self.op {
            Op::Less | Op::UpTo => Ok(When::Within(span)),
            Op::More | Op::From => Ok(When::Beyond(span)),
            Op::Is => error(
                self.signs.start..value.span.end,
                format!("with a length of time, {name} needs to know whether less or more"),
                format!(
                    "write {name}<{0} for less or {name}>{0} for more",
                    value.text
                ),
            ),
        }
    }
}

fn or_none<T>(value: &Value, read: impl Fn(&Value) -> Parsed<T>) -> Parsed<Option<T>> {
    if value.says("none") {
        Ok(None)
    } else {
        read(value).map(Some)
    }
}

fn named<T>(value: &Value, read: impl Fn(&str) -> Result<T, String>) -> Parsed<T> {
    read(&value.text).or_else(|why| error(value.span.clone(), line(&why).into_string(), ""))
}

fn word_of<T: Copy>(
    value: &Value,
    what: &str,
    all: &[T],
    word: impl Fn(T) -> &'static str,
) -> Parsed<T> {
    let written = value.text.trim();
    if let Some(found) = all.iter().find(|v| word(**v).eq_ignore_ascii_case(written)) {
        return Ok(*found);
    }
    let words: Vec<&str> = all.iter().map(|v| word(*v)).collect();
    let hint = match Flag::ALL
        .iter()
        .find(|(_, w, _)| w.eq_ignore_ascii_case(written))
    {
        Some((_, flag, _)) => format!("did you mean is:{flag}?"),
        None => did_you_mean(written, &words),
    };
    error(
        value.span.clone(),
        format!("{} is no {what}", shown(written)),
        hint,
    )
}

fn priority(value: &Value) -> Parsed<Priority> {
    let text = value.text.trim().to_ascii_lowercase();
    match text.strip_prefix('p').unwrap_or(&text) {
        "1" | "critical" | "urgent" => Ok(Priority::P1),
        "2" | "high" => Ok(Priority::P2),
        "3" | "normal" | "medium" => Ok(Priority::P3),
        "4" | "low" => Ok(Priority::P4),
        _ => error(
            value.span.clone(),
            format!("{} is no priority", shown(&value.text)),
            "use 1, 2, 3, 4 or none; 1 is the most urgent",
        ),
    }
}
