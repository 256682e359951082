//! The form of a report on the screen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tui_textarea::TextArea;

use crate::domain::Instant;
use crate::domain::report::{
    Draft, Field, Kept, Offer, Register, ReportId, Template, Told, Verdict,
};
use crate::domain::text::{Printable, Untrusted};
use crate::domain::ticket::{TicketId, TicketKey};

use super::PopupItem;

/// All about reports that the screen shows.
#[derive(Debug, Clone)]
pub struct Report {
    /// The ticket it is about; none: it is to become one, or there is no form.
    pub ticket: Option<TicketId>,
    /// It is here.
    pub loaded: bool,
    /// What went wrong with the latest request.
    pub error: Option<Printable>,
    /// The form, while one is open.
    pub form: Option<Box<Form>>,
    /// How far the report of the ticket is that is shown beside.
    pub look: Option<Box<Look>>,
    /// Workspaces and people that are known here.
    pub known: Arc<Register>,
    /// What was answered before.
    pub past: Arc<[(Field, String)]>,
    /// With which texts requesters are asked.
    pub templates: Arc<[Template]>,
    /// Tickets whose requester has answered what was asked.
    pub answered: BTreeSet<TicketId>,
    /// Reports that were begun and have no ticket yet, the latest first.
    pub begun: Vec<Kept>,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            ticket: None,
            loaded: false,
            error: None,
            form: None,
            look: None,
            known: Arc::default(),
            past: Arc::from([]),
            templates: Arc::from([]),
            answered: BTreeSet::new(),
            begun: Vec::new(),
        }
    }
}

/// How far the report of a ticket is.
#[derive(Debug, Clone)]
pub struct Look {
    /// Which ticket.
    pub ticket: TicketId,
    /// The report, if one was begun.
    pub kept: Option<Kept>,
    /// What the ticket says by itself.
    pub told: Told,
    /// What the gate says: of the report, or, before one was begun, of what the ticket says.
    pub verdict: Verdict,
}

impl Look {
    /// It was let through the gate, and nothing has changed since.
    pub fn is_through(&self) -> bool {
        self.kept.as_ref().is_some_and(|k| k.through.is_some())
    }
}

/// What a line of the form is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormKind {
    /// The first line of a field: its name stands before it.
    Head,
    /// What stands in the field, further down.
    More,
    /// What is wrong with it.
    Wrong,
    /// Why anybody wants to know.
    Why,
    /// What could be put there.
    Offer,
    /// What fits what was typed; it is under the cursor.
    Fits(bool),
    /// A word of help.
    Hint,
    /// Nothing.
    Blank,
}

/// A line of the form that fits its width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormLine {
    /// Of which field.
    pub field: Field,
    /// What it is.
    pub kind: FormKind,
    /// Which step, question or file of the field, from 0 on.
    pub row: usize,
    /// Its text.
    pub text: Printable,
}

/// What was put into fields by one key, to be taken back by one.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The fields.
    pub fields: Vec<Field>,
    /// What stood there.
    pub before: Draft,
}

/// A save that is under way.
#[derive(Debug, Clone)]
pub struct Saving {
    /// The report's own time.
    pub at: Instant,
    /// What was sent.
    pub sent: Draft,
    /// What is on disk if it fails.
    pub base: Draft,
}

/// What fits what was typed.
#[derive(Debug, Clone, Default)]
pub struct Fits {
    /// Best first.
    pub items: Vec<PopupItem>,
    /// The one under the cursor; none: what was typed counts.
    pub on: Option<usize>,
}

/// A report that is being filled in.
#[derive(Debug, Clone)]
pub struct Form {
    /// The report; its draft is what stands in the fields.
    pub kept: Kept,
    /// What is on disk as far as is known here, and since when.
    pub base: Draft,
    /// When that was put there.
    pub base_at: Option<Instant>,
    /// The number of its ticket.
    pub key: Option<TicketKey>,
    /// What the requester is called.
    pub first_name: Printable,
    /// The field that has the keys.
    pub at: Field,
    /// The step, question or file that has them, from 0 on.
    pub row: usize,
    /// The text fields but the steps.
    pub areas: BTreeMap<Field, TextArea<'static>>,
    /// The steps; at least one.
    pub steps: Vec<TextArea<'static>>,
    /// The ticket's files.
    pub files: Vec<(Untrusted, u64)>,
    /// What the ticket says and does not stand there yet.
    pub offers: Vec<Offer>,
    /// Fields that were left: what is wrong with them is said.
    pub left: BTreeSet<Field>,
    /// What the gate says.
    pub verdict: Verdict,
    /// What was put into fields by a key, the latest last.
    pub taken: Vec<Taken>,
    /// What fits what was typed.
    pub fits: Fits,
    /// The lines as they are drawn.
    pub lines: Vec<FormLine>,
    /// The priority that follows, and why.
    pub priority: Printable,
    /// First visible line.
    pub scroll: usize,
    /// When something was last touched that is not known to be on disk.
    pub touched: Option<Instant>,
    /// When it was saved; none: never.
    pub saved: Option<Instant>,
    /// A save is under way.
    pub saving: Option<Saving>,
    /// Why it is not on disk, if saving failed.
    pub error: Option<Printable>,
}

impl Form {
    /// Its name.
    pub const fn id(&self) -> ReportId {
        self.kept.id
    }

    /// The text that has the keys; none: the field is no text.
    pub fn area(&self) -> Option<&TextArea<'static>> {
        match self.at {
            Field::Steps => self.steps.get(self.row),
            field => self.areas.get(&field),
        }
    }

    /// The same, to be written in.
    pub fn area_mut(&mut self) -> Option<&mut TextArea<'static>> {
        match self.at {
            Field::Steps => self.steps.get_mut(self.row),
            field => self.areas.get_mut(&field),
        }
    }

    /// The suggestions for a field, the best first.
    pub fn offers_for(&self, field: Field) -> impl Iterator<Item = &Offer> {
        self.offers.iter().filter(move |o| o.field() == field)
    }

    /// Nothing stands in it that is worth keeping.
    pub fn is_empty(&self) -> bool {
        Field::ALL.iter().all(|f| !self.kept.draft.has(*f))
    }

    /// The lines of what has the keys: the first and how many.
    pub fn focus(&self) -> (usize, usize) {
        let on = |l: &&FormLine| {
            l.field == self.at
                && l.row == self.row
                && matches!(l.kind, FormKind::Head | FormKind::More)
        };
        let first = self.lines.iter().position(|l| on(&l)).unwrap_or(0);
        let many = self.lines.iter().skip(first).take_while(|l| on(l)).count();
        (first, many)
    }
}

/// Text in one line: Enter goes on to the next field.
pub const fn is_one_line(field: Field) -> bool {
    matches!(field, Field::Workspace | Field::User | Field::Since)
}

/// Text at all.
pub const fn is_text(field: Field) -> bool {
    !matches!(field, Field::Role | Field::Impact | Field::Evidence)
}
