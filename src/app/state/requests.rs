//! Requests and registers on the screen.

use std::sync::Arc;

use crate::domain::register::{Book, Register};
use crate::domain::request::{Form, Kinds};
use crate::domain::text::Printable;
use crate::domain::ticket::{Ticket, TicketId};

/// What the pane shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Page {
    /// The requests that are open.
    #[default]
    Requests,
    /// A register.
    Register(Register),
}

impl Page {
    /// All pages in order.
    pub const ALL: &[Self] = &[
        Self::Requests,
        Self::Register(Register::Workspaces),
        Self::Register(Register::Subscriptions),
        Self::Register(Register::Share),
        Self::Register(Register::LicenseServers),
        Self::Register(Register::People),
        Self::Register(Register::Tenants),
        Self::Register(Register::Agreements),
        Self::Register(Register::Trainings),
        Self::Register(Register::Readings),
    ];

    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Requests => "Requests",
            Self::Register(Register::Workspaces) => "Workspaces",
            Self::Register(Register::Subscriptions) => "Subscriptions",
            Self::Register(Register::Share) => "Software share",
            Self::Register(Register::LicenseServers) => "License servers",
            Self::Register(Register::People) => "People",
            Self::Register(Register::Tenants) => "Tenants",
            Self::Register(Register::Agreements) => "Agreements",
            Self::Register(Register::Trainings) => "Trainings",
            Self::Register(Register::Readings) => "Readings",
        }
    }
}

/// A request in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestRow {
    /// Its ticket.
    pub ticket: Arc<Ticket>,
    /// Its form; an empty one if it came without.
    pub form: Form,
    /// Its number.
    pub key: Printable,
    /// Its kind.
    pub kind: Printable,
    /// Who asked.
    pub who: Printable,
    /// What it is about.
    pub subject: Printable,
    /// How much stands against closing it: "3 to do", "may be closed".
    pub open: Printable,
    /// Who does it.
    pub doer: Printable,
    /// How its approvals stand; empty: it needs none.
    pub word: Printable,
}

/// What a line of a form is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A heading.
    Head,
    /// A field.
    Field(String),
    /// What the requester is.
    Role,
    /// The vendor's name for it.
    Vendor,
    /// Somebody's consent.
    Approval(String),
    /// Somebody's order.
    Instruction(String),
    /// An item of the checklist.
    Item(String),
}

/// How a line of a form stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Nothing is asked.
    Plain,
    /// It is as it has to be.
    Done,
    /// Something is missing before the request can be closed.
    Missing,
    /// It cannot be closed like this.
    Wrong,
}

/// A line of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerLine {
    /// What it is about.
    pub what: What,
    /// How it stands.
    pub stand: Stand,
    /// Its name, or what is true when it is done.
    pub label: Printable,
    /// What stands in it; who ticked it and when.
    pub value: Printable,
    /// What to know about it, below the form.
    pub note: Printable,
}

/// A request that is looked at.
#[derive(Debug, Clone)]
pub struct OpenForm {
    /// Its ticket.
    pub ticket: Arc<Ticket>,
    /// What is kept of it.
    pub form: Form,
    /// Its kind's title.
    pub title: Printable,
    /// Who asked, for which tenant and Workspace, and who does it.
    pub facts: Vec<Printable>,
    /// Its lines.
    pub lines: Vec<AnswerLine>,
    /// The line under the cursor.
    pub cursor: usize,
    /// The first line that is shown.
    pub top: usize,
    /// How many things stand against closing it.
    pub against: usize,
}

/// A row of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// Its name.
    pub key: String,
    /// What stands in its columns.
    pub cells: Vec<Printable>,
    /// It wants something soon.
    pub pressing: bool,
    /// What to know about it, below the table.
    pub notes: Vec<Printable>,
}

/// A register.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Its rows, as far as they hold the words that are looked for.
    pub rows: Vec<SheetRow>,
    /// How wide each column wants to be.
    pub widths: Vec<u16>,
    /// The row under the cursor.
    pub cursor: usize,
    /// The first row that is shown.
    pub top: usize,
    /// The column under the cursor.
    pub column: usize,
    /// The row that the cursor goes to when it is there.
    pub wanted: Option<String>,
}

/// Requests and registers.
#[derive(Debug, Clone, Default)]
pub struct Requests {
    /// The kinds of request.
    pub kinds: Arc<Kinds>,
    /// They are here.
    pub loaded: bool,
    /// What went wrong with the latest request.
    pub error: Option<Printable>,
    /// What is shown.
    pub page: Page,
    /// The registers.
    pub book: Arc<Book>,
    /// All open requests, what falls due first at the top.
    pub all: Vec<RequestRow>,
    /// Those that hold the words that are looked for.
    pub rows: Vec<RequestRow>,
    /// Words by which the list or the register is narrowed; empty: all is shown.
    pub words: String,
    /// The row under the cursor.
    pub cursor: usize,
    /// The first row that is shown.
    pub top: usize,
    /// The request that is looked at, over the list.
    pub open: Option<OpenForm>,
    /// The register that is shown.
    pub sheet: Sheet,
}

impl Requests {
    /// The ticket of the request under the cursor.
    pub fn ticket(&self) -> Option<TicketId> {
        match (&self.open, self.page) {
            (Some(open), _) => Some(open.ticket.id),
            (None, Page::Requests) => self.rows.get(self.cursor).map(|r| r.ticket.id),
            (None, Page::Register(_)) => None,
        }
    }

    /// The register that is shown; none: the requests are.
    pub const fn register(&self) -> Option<Register> {
        match (&self.open, self.page) {
            (None, Page::Register(register)) => Some(register),
            _ => None,
        }
    }

    /// The line of the form under the cursor.
    pub fn line(&self) -> Option<&AnswerLine> {
        let open = self.open.as_ref()?;
        open.lines.get(open.cursor)
    }
}
