//! The filter language: which tickets.
//!
//! A query is a row of terms; a ticket is meant when every term holds. A term is a
//! field with an operator and values (`status:open,pending`, `due<2h`, `is:unread`),
//! of which one has to fit, or a word or a `"phrase"` to be found in the text. `-`,
//! `!` and `not:` turn a term around. `me` and `today` keep their meaning until the
//! query is asked: [`Query::matches`] is the plain, slow meaning that the store's
//! SQL is held against.
//!
//! Here: the types and their meaning in `meaning`, reading in `parse`, writing in
//! `print`, what comes next while typing in `complete`. Not here: SQL, views, order.

mod complete;
mod lex;
mod meaning;
mod parse;
mod print;
mod time;
mod words;

use std::ops::Range;

use chrono::NaiveDate;

pub use complete::{Completion, complete};
pub use meaning::tokens;
pub(in crate::domain) use words::nearest;

use super::people::{AgentId, TenantId};
use super::ticket::{Channel, Kind, Priority, Status, TicketKey, Turn};

/// Which tickets: those for which every term holds. Without terms, all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Query {
    /// The terms in the order in which they were written.
    pub terms: Vec<Term>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// Holds for the tickets for which the test does not.
    pub negated: bool,
    /// What is tested.
    pub test: Test,
}

/// What a term tests. Lists are not empty, and one of their values has to fit;
/// `None` in a list is the word `none`: the field is empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Test {
    /// `status:open,pending`
    Status(Vec<Status>),
    /// `assignee:me`, `assignee:ana,none`
    Assignee(Vec<Option<Who>>),
    /// `tenant:umc`
    Tenant(Vec<Option<TenantId>>),
    /// `ws:dws-3049`, `ws:3049`: the name, or what follows one of its hyphens, starts
    /// with the value; large and small ASCII letters are one.
    Workspace(Vec<Option<String>>),
    /// `requester:jan`: the requester holds the value; ASCII case does not matter.
    Requester(Vec<Option<String>>),
    /// `label:vpn`: one of the labels is the value; ASCII case does not matter.
    Label(Vec<Option<String>>),
    /// `priority:1`, `p:1,2`, `p<3`
    Priority(Vec<Option<Priority>>),
    /// `kind:problem`
    Kind(Vec<Kind>),
    /// `channel:email`
    Channel(Vec<Option<Channel>>),
    /// `turn:ours`
    Turn(Vec<Turn>),
    /// `id:10482`; ASCII case does not matter.
    Id(Vec<TicketKey>),
    /// `is:unread,changed`
    Is(Vec<Flag>),
    /// `due:late`, `due:paused,none`
    DueIs(Vec<DueState>),
    /// `due<2h`, `due>2026-11-30`: a clock runs and its end lies so. Before now is `<` too.
    DueAt(When),
    /// `age>3d`, `updated<2h`, `created>2026-11-01`: the instant is known and lies so.
    Time(Stamp, When),
    /// A word or a phrase in the subject, the conversation or the ticket's names.
    Text(Text),
}

/// A person in a query.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Who {
    /// Whoever asks.
    Me,
    /// This agent.
    Agent(AgentId),
}

/// What a ticket can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// I have not opened it since it came.
    Unread,
    /// Somebody else changed it since I looked.
    Changed,
    /// `snoozed_until` is later than now.
    Snoozed,
    /// A clock runs and its end is before now: the same as `due:late`.
    Late,
    /// Has no assignee.
    Unassigned,
    /// Neither resolved nor closed.
    Live,
    /// Pending or on hold.
    Waiting,
    /// Lives on in another ticket.
    Merged,
    /// Holds changes of ours that the desk has not confirmed.
    Unsent,
    /// A text for it was begun and not sent.
    Draft,
    /// With the vendor, or on its way there.
    Escalated,
    /// Marked on the screen. The store knows no marks: [`Query::with_marks`] puts numbers in its place.
    Marked,
}

/// What the most urgent clock does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DueState {
    /// Runs, and its end is before now.
    Late,
    /// Runs, late or not.
    Running,
    /// Stands still.
    Paused,
    /// There is none.
    None,
}

/// An instant in a ticket's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stamp {
    /// When it was asked.
    Created,
    /// When anything last happened to it.
    Updated,
    /// When it was resolved.
    Resolved,
    /// When it was closed.
    Closed,
}

/// A stretch of time. What it means exactly: [`When::since`] and [`When::until_due`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// `<2h`: less than so long ago; of a due instant, less than so long from now.
    Within(Span),
    /// `>2h`: so long ago or longer; of a due instant, so long from now or later.
    Beyond(Span),
    /// `<2026-11-01`, `>=today`, `:yesterday`: days as read in the asker's zone.
    Days(Compare, Day),
}

/// How an instant lies to a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compare {
    /// `<`: before the day begins.
    Before,
    /// `<=`: before the day is over.
    UpTo,
    /// `:`: on the day.
    On,
    /// `>=`: from its beginning.
    From,
    /// `>`: after it.
    After,
}

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Day {
    /// By date.
    Date(NaiveDate),
    /// The asker's day before.
    Yesterday,
    /// The asker's day.
    Today,
    /// The asker's day after.
    Tomorrow,
}

/// A length of time as it was written, for instance `90m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

/// A unit of time. Days and weeks are 24 and 168 hours here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// `m`
    Minutes,
    /// `h`
    Hours,
    /// `d`
    Days,
    /// `w`
    Weeks,
}

/// Words to be found, next to each other and in this order. Holds at least one
/// letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Text {
    text: String,
    whole: bool,
}

/// A query that cannot be read: where, why, and what was probably meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", self.hint.as_ref().map(|h| format!("; {h}")).unwrap_or_default())]
pub struct QueryError {
    /// The bytes of the input that are wrong; on character boundaries.
    pub span: Range<usize>,
    /// What is wrong with them. Printable.
    pub message: String,
    /// What to write instead, if that can be guessed. Printable.
    pub hint: Option<String>,
}

impl Query {
    /// All tickets.
    pub const fn all() -> Self {
        Self { terms: Vec::new() }
    }

    /// Adds a term.
    #[must_use]
    pub fn and(mut self, test: Test) -> Self {
        self.terms.push(Term {
            negated: false,
            test,
        });
        self
    }

    /// Adds the terms of another query.
    #[must_use]
    pub fn and_all(mut self, other: &Self) -> Self {
        self.terms.extend(other.terms.iter().cloned());
        self
    }

    /// The words and phrases that are looked for, for highlighting. Those that must
    /// not be there are not among them.
    pub fn words(&self) -> Vec<&Text> {
        self.terms
            .iter()
            .filter(|t| !t.negated)
            .filter_map(|t| match &t.test {
                Test::Text(text) => Some(text),
                _ => None,
            })
            .collect()
    }

    /// Puts the numbers of the marked tickets in the place of `is:marked`.
    #[must_use]
    pub fn with_marks(&self, marked: &[TicketKey]) -> Self {
        let mut query = self.clone();
        for term in &mut query.terms {
            if matches!(&term.test, Test::Is(flags) if flags.as_slice() == [Flag::Marked])
                && !marked.is_empty()
            {
                term.test = Test::Id(marked.to_vec());
            }
        }
        query
    }
}

impl Text {
    /// A word as it is typed: the last of its letters may be the middle of a word
    /// (`moun` finds "mounting"). None if there is no letter or digit in it.
    pub fn word(text: &str) -> Option<Self> {
        Self::new(text, false)
    }

    /// A phrase: whole words. None if there is no letter or digit in it.
    pub fn phrase(text: &str) -> Option<Self> {
        Self::new(text, true)
    }

    fn new(text: &str, whole: bool) -> Option<Self> {
        let text = text.trim();
        (!tokens(text).is_empty()).then(|| Self {
            text: text.to_owned(),
            // Only what can be written without quotes can be the beginning of a word.
            whole: whole || !words::is_bare(text),
        })
    }

    /// The text as it was written, without quotes.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Only whole words fit; otherwise the last one may go on.
    pub const fn is_whole(&self) -> bool {
        self.whole
    }
}

impl Span {
    /// Its length in seconds.
    pub const fn seconds(self) -> i64 {
        let unit = match self.unit {
            Unit::Minutes => 60,
            Unit::Hours => 3600,
            Unit::Days => 86_400,
            Unit::Weeks => 604_800,
        };
        self.count as i64 * unit
    }
}
