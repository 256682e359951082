//! What knowledge, requests and registers wish of the outside, and what comes back.

use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};

use crate::domain::change::Change;
use crate::domain::import::NewTicket;
use crate::domain::knowledge::{Article, ArticleKey, Stale};
use crate::domain::people::TenantId;
use crate::domain::register::{Book, Record, Register};
use crate::domain::request::{Form, Kinds, Step};
use crate::domain::text::{Printable, Untrusted};
use crate::domain::ticket::{Kind, Status, Ticket, TicketId};

use super::event::Fault;

/// What can be taken back besides acts on tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// Rows of the registers.
    Registers,
    /// Articles.
    Articles,
}

/// A change of an article as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArticleAct {
    /// It is no longer right.
    Stale(Stale),
    /// It was found right on that day.
    Reviewed(NaiveDate),
    /// It is for use from now on; a correction takes the place of what it corrects.
    Publish(NaiveDate),
}

/// A wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BookWish {
    /// All articles.
    Articles,
    /// The articles that hold these words, for the list or for a text that is written.
    Find(String),
    /// The open requests of these kinds, and the registers.
    Books(Arc<Kinds>),
    /// One request with its form.
    Request(TicketId),
    /// The forms of tickets that are to be done, and the registers.
    Gate(Vec<TicketId>),
    /// Makes a ticket with its form.
    MakeRequest(Box<(NewTicket, Form)>),
    /// Makes a request of a ticket; the change gives it its kind.
    OfTicket {
        /// Which.
        ticket: TicketId,
        /// What gives it its kind, if it has another.
        changes: Vec<Change>,
        /// What is filled in.
        form: Box<Form>,
    },
    /// Changes the form of a request.
    Step {
        /// Whose.
        ticket: TicketId,
        /// Its kind.
        kind: Kind,
        /// What the kinds mean.
        kinds: Arc<Kinds>,
        /// What is filled in where nothing is kept yet.
        begun: Box<Form>,
        /// What changes.
        step: Box<Step>,
    },
    /// Sets cells of a row of a register, or makes it.
    Edit {
        /// Which register.
        register: Register,
        /// The row's name.
        key: String,
        /// Columns and what they get.
        cells: Vec<(&'static str, String)>,
        /// What is said when it is done.
        words: Printable,
    },
    /// Puts rows of a register and takes others away.
    Put {
        /// Which register.
        register: Register,
        /// The rows.
        records: Vec<Record>,
        /// The names of those that go.
        drop: Vec<String>,
        /// What is said when it is done.
        words: Printable,
    },
    /// Makes tickets.
    MakeTickets(Vec<NewTicket>),
    /// Takes back the latest act on these.
    TakeBack(Shelf),
    /// Brings rows in from a file; only says what that would do, or does it.
    Import {
        /// Which register.
        register: Register,
        /// The file as it was typed.
        path: String,
        /// Whose rows may be changed; empty: all.
        scope: Vec<TenantId>,
        /// Nothing is written.
        dry: bool,
    },
    /// Writes a register into a file.
    Export {
        /// Which register.
        register: Register,
        /// The file as it was typed.
        path: String,
        /// Whose rows; empty: all.
        scope: Vec<TenantId>,
    },
    /// Drafts an article from a ticket, or a correction of one, without the people in it.
    Draft {
        /// The ticket.
        ticket: TicketId,
        /// What it corrects.
        corrects: Option<ArticleKey>,
    },
    /// Keeps a new article.
    NewArticle(Box<Article>),
    /// Keeps an article's text as somebody wrote it.
    Write {
        /// Which.
        key: ArticleKey,
        /// The text that was changed.
        seen: Untrusted,
        /// The text as it is to be.
        body: Untrusted,
    },
    /// Changes an article otherwise.
    Change(ArticleKey, ArticleAct),
    /// Sends a draft to the desk.
    SendArticle {
        /// Which.
        key: ArticleKey,
        /// It can be taken back for so long.
        window: TimeDelta,
        /// Where it belongs there, if the person says so.
        category: Option<Untrusted>,
        /// The version there that it takes the place of; none: it is a new article.
        over: Option<String>,
    },
    /// Takes an article away.
    DropArticle(ArticleKey),
}

impl BookWish {
    /// It reads only.
    pub const fn reads(&self) -> bool {
        matches!(
            self,
            Self::Articles | Self::Find(_) | Self::Books(_) | Self::Request(_) | Self::Gate(_)
        )
    }
}

/// What a question of these panes is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asking {
    /// A field of the form.
    Field(String),
    /// What the requester is.
    Role,
    /// The vendor's name for it.
    Vendor,
    /// Somebody's word: an order, or a consent.
    Word {
        /// Which.
        name: String,
        /// It is an order.
        order: bool,
    },
    /// The cell under the cursor.
    Cell(&'static str),
    /// The next cell of a new row, with those that are filled in.
    Row(Vec<(&'static str, String)>),
    /// Which kind of request, of this ticket or a new one.
    Kind(Option<TicketId>),
    /// Who asks for a new request of a kind.
    Requester(Kind),
    /// How a request ended; the ticket's status then.
    Ending(TicketId, Status),
    /// How those who must be told of a change are told.
    Tell,
    /// What is wrong with an article.
    Stale(ArticleKey),
    /// The title of a new article.
    Title,
    /// By which words the list is narrowed; what they were before.
    Narrow(String),
}

/// An article that holds the words that were looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Which.
    pub article: Article,
    /// The words around.
    pub extract: Untrusted,
}

/// What is to be shown when something was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// What is there.
    Stay,
    /// This request.
    Request(TicketId),
    /// This article.
    Article(ArticleKey),
}

/// What bringing rows in would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WouldImport {
    /// Which register.
    pub register: Register,
    /// The file as it was typed.
    pub path: String,
    /// New rows, changed ones, and those that are so already.
    pub counts: (usize, usize, usize),
    /// What is wrong with which line.
    pub bad: Vec<Printable>,
}

/// A request as the store has it; no form: it came without one.
pub type Kept = (Ticket, Option<Form>);

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub enum BookNews {
    /// All articles.
    Articles(Vec<Article>),
    /// What was found, the best first.
    Found(Vec<Hit>),
    /// Requests and registers.
    Books(Vec<Kept>, Box<Book>),
    /// One request; none: the ticket is gone.
    Request(Option<Box<Kept>>),
    /// Forms of tickets that are to be done.
    Gate(Vec<Kept>, Box<Book>),
    /// What bringing rows in would do.
    WouldImport(WouldImport),
    /// It is done and on disk.
    Done(Printable, Then),
    /// It could not be read.
    Failed(Fault),
    /// It could not be done; nothing changed.
    Refused(Fault),
}
