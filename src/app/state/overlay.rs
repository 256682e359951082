//! What lies over the panes: help, palette, command line, questions, previews, reasons.

use crate::domain::change::{Act, ChangeId};
use crate::domain::conflict::Choice as Settle;
use crate::domain::query::QueryError;
use crate::domain::request::Ends;
use crate::domain::text::Printable;
use crate::domain::thread::AttachmentId;
use crate::domain::ticket::{TicketId, TicketKey};

use super::super::books::BookWish;
use super::super::commands::{Action, Command};
use super::super::signs::Sign;
use super::AbsenceForm;
use crate::app::cover::CoverWish;

/// One line of text with a cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Input {
    /// The text.
    pub text: String,
    /// The cursor's byte, on a character's boundary.
    pub cursor: usize,
}

/// Something that fits what was typed so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What is shown.
    pub label: Printable,
    /// A second, fainter text.
    pub detail: Printable,
    /// The bytes of the input that it replaces.
    pub replace: std::ops::Range<usize>,
    /// What is put there.
    pub insert: String,
}

/// A line of help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelpRow {
    /// What a key does.
    Act(&'static Command),
    /// What a sign means.
    Sign(&'static Sign),
}

impl HelpRow {
    /// What it is listed under: first what is this pane's own, then signs, then what every pane has.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Act(command) if command.is_everywhere() => "In every pane",
            Self::Act(command) => command.group,
            Self::Sign(_) => "Signs",
        }
    }
}

/// The keys and signs of this pane, searchable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Help {
    /// What is searched for.
    pub input: Input,
    /// What fits, the pane's own first.
    pub rows: Vec<HelpRow>,
    /// First visible row.
    pub scroll: usize,
}

/// All commands, by what is typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Palette {
    /// What was typed.
    pub input: Input,
    /// The commands that fit, best first.
    pub rows: Vec<Action>,
    /// The row under the cursor.
    pub cursor: usize,
}

/// The command line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommandLine {
    /// What was typed.
    pub input: Input,
    /// What fits.
    pub suggestions: Vec<Suggestion>,
    /// The suggestion that Tab has put in.
    pub chosen: Option<usize>,
    /// What is wrong with it, after Enter.
    pub error: Option<Printable>,
}

/// What a question is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To whom.
    Assign,
    /// Which status.
    Status,
    /// Which priority.
    Priority,
    /// Which labels, `-name` takes one off.
    Labels,
    /// Until when.
    Snooze,
    /// Merge into which, link with which, or split.
    Merge,
    /// Tie to which.
    Link,
    /// The new ticket's subject.
    Split,
    /// Which macro.
    Macro,
    /// The narrowing filter.
    Filter,
    /// What to find in everything.
    Find,
    /// Words to find in this pane.
    FindHere,
    /// Subject, kind, tenant or Workspace: `subject New words`.
    Edit,
    /// Which file goes with the text, `-name` takes one off.
    Attach,
    /// The reason why a gate is passed over.
    Override,
    /// The reason why a ticket is escalated although its gate says no.
    EscalateAnyway,
    /// The reason why a report goes on that is not complete.
    PassReport,
    /// What is begun: a report or a request.
    New,
    /// The name of the view to save.
    ViewName,
    /// Who gets the ticket of a preview instead.
    Give,
    /// Until when an absence lasts.
    Until,
    /// Into which file the hand-over note goes.
    NoteFile,
    /// Something of a request, a register or an article.
    Book,
}

/// A choice of a question that has few.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is shown.
    pub label: Printable,
    /// A second, fainter text.
    pub detail: Printable,
    /// What it stands for in the input.
    pub value: String,
}

/// A question with one line to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// What it is for.
    pub purpose: Purpose,
    /// The question.
    pub title: Printable,
    /// What was typed.
    pub input: Input,
    /// What can be chosen and fits what was typed, best first.
    pub choices: Vec<Choice>,
    /// The choice under the cursor; none: what was typed counts.
    pub cursor: Option<usize>,
    /// Completions of a filter.
    pub suggestions: Vec<Suggestion>,
    /// What is wrong with what was typed.
    pub error: Option<Printable>,
    /// Where a filter is wrong.
    pub query_error: Option<QueryError>,
    /// The tickets it is about; empty for finding and filtering.
    pub tickets: Vec<TicketId>,
}

/// A row before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewRow {
    /// The ticket's number.
    pub key: Printable,
    /// Its subject.
    pub subject: Printable,
    /// The field as it is.
    pub before: Printable,
    /// The field as it will be.
    pub after: Printable,
    /// Why nothing happens to it, if nothing does.
    pub skipped: Option<Printable>,
}

/// An act that is wanted on a ticket; it gets its id and its time when it is confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The ticket.
    pub ticket: TicketId,
    /// Its number.
    pub key: TicketKey,
    /// The version it was shown with.
    pub base: u64,
    /// What is to be done.
    pub act: Act,
    /// How the request ends that it is, if it is one and the act ends it.
    pub ends: Option<Box<Ends>>,
}

/// What happens on yes.
#[derive(Debug, Clone, PartialEq)]
pub enum Go {
    /// These acts, as one batch.
    Commit(Vec<Wanted>),
    /// The person passes over a gate: asks for the reason first.
    Override(Vec<Wanted>),
    /// Escalates past the gate: asks for the reason first.
    EscalateAnyway,
    /// The report goes on although it is not complete: asks for the reason first.
    PassReport,
    /// Opens an address in the browser.
    OpenUrl(String),
    /// Opens a file with the machine's own program.
    OpenAttachment(AttachmentId),
    /// Sends a change again.
    Retry(ChangeId),
    /// Takes a change back.
    Withdraw(ChangeId),
    /// Forgets a view.
    DeleteView(String),
    /// Leaves the editor although its text could not be kept.
    LoseText,
    /// Sends the note that is being written: what is taken out for the vendor was looked at.
    SendNote,
    /// What absences wish.
    Cover(Box<CoverWish>),
    /// Something with requests, registers or articles.
    Book(Box<BookWish>),
    /// Leaves the program.
    Quit,
}

/// A question that wants a key of its own, with the effect shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirm {
    /// What will happen, in one line.
    pub title: Printable,
    /// The effect in words.
    pub lines: Vec<Printable>,
    /// Tickets before and after, for a bulk act.
    pub rows: Vec<PreviewRow>,
    /// First visible line.
    pub scroll: usize,
    /// The key that says yes; every other closes it.
    pub key: char,
    /// What that key does: "send", "merge 2 tickets".
    pub verb: Printable,
    /// What happens then.
    pub go: Go,
}

/// Why a number or an order is what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// What is explained.
    pub title: Printable,
    /// The reasons.
    pub lines: Vec<Printable>,
    /// First visible line.
    pub scroll: usize,
}

/// A change of ours and somebody else's to the same thing, beside each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Our change.
    pub change: ChangeId,
    /// What it is about: "#10482 status".
    pub title: Printable,
    /// The ticket's subject.
    pub subject: Printable,
    /// What the desk has, line by line.
    pub theirs: Vec<Printable>,
    /// What ours would make of it, line by line.
    pub mine: Vec<Printable>,
    /// It is about messages: both can stand.
    pub says: bool,
    /// First visible line.
    pub scroll: usize,
}

impl Conflict {
    /// What can be chosen: the key, what it is called, and what happens.
    pub const fn choices(&self) -> &'static [(char, Settle, &'static str, &'static str)] {
        if self.says {
            &[
                ('b', Settle::Both, "both", "yours goes out after theirs"),
                (
                    't',
                    Settle::Theirs,
                    "theirs",
                    "theirs stands, yours becomes a draft",
                ),
            ]
        } else {
            &[
                ('m', Settle::Mine, "mine", "yours goes over theirs"),
                (
                    't',
                    Settle::Theirs,
                    "theirs",
                    "theirs stands, yours is withdrawn",
                ),
            ]
        }
    }
}

/// What lies over the panes.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// The keys.
    Help(Help),
    /// The palette.
    Palette(Palette),
    /// The command line.
    Line(CommandLine),
    /// A question.
    Prompt(Prompt),
    /// A question about an effect.
    Confirm(Confirm),
    /// A reason.
    Why(Why),
    /// Two changes to one thing.
    Conflict(Conflict),
    /// An absence that is being entered.
    Absence(Box<AbsenceForm>),
}
