//! The smaller panes: what falls due, what is on its way, who did what.

use std::collections::BTreeMap;

use crate::domain::Instant;
use crate::domain::change::{OutboxRow, Stage};
use crate::domain::forecast::Forecast;
use crate::domain::list::Outlook;
use crate::domain::text::Printable;
use crate::domain::ticket::TicketId;

/// What falls due in the coming working days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sla {
    /// The marks, once they are here.
    pub outlook: Option<Outlook>,
    /// The marks by hour and by day.
    pub forecast: Forecast,
    /// From when to when the marks tell.
    pub span: Option<(Instant, Instant)>,
    /// The same of the latest request.
    pub asked: Option<(Instant, Instant)>,
    /// First visible line of the full pane.
    pub scroll: usize,
    /// The mark under the cursor in the full pane.
    pub cursor: usize,
    /// What went wrong with the latest request.
    pub error: Option<Printable>,
}

/// A part of the outbox: what needs the person comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Somebody else changed the same; the person chooses.
    Conflict,
    /// The desk said no.
    Refused,
    /// Being sent.
    InFlight,
    /// Not sent yet.
    Waiting,
    /// Confirmed or taken back.
    Settled,
}

impl Section {
    /// The part in which changes of that stage stand.
    pub const fn of(stage: Stage) -> Self {
        match stage {
            Stage::Conflict => Self::Conflict,
            Stage::Refused => Self::Refused,
            Stage::InFlight => Self::InFlight,
            Stage::Waiting => Self::Waiting,
            Stage::Confirmed | Stage::Withdrawn => Self::Settled,
        }
    }

    /// What stands over it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Conflict => "In conflict: somebody else changed the same, you choose",
            Self::Refused => "Refused: the desk said no, nothing of it is lost",
            Self::InFlight => "In flight",
            Self::Waiting => "Waiting",
            Self::Settled => "Lately settled",
        }
    }
}

/// A line of the outbox on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxLine {
    /// The title of a part.
    Title(Section),
    /// A change, by its place among the rows.
    Row(usize),
}

/// Changes on their way, part by part, the latest first in each.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outbox {
    /// The rows, part by part.
    pub rows: Vec<OutboxRow>,
    /// Each row's act in words, same order.
    pub words: Vec<Printable>,
    /// The row under the cursor.
    pub cursor: usize,
    /// First visible line, titles counted.
    pub top: usize,
    /// Tickets with a change that waits for the person, and how it stands.
    pub stuck: BTreeMap<TicketId, Stage>,
    /// The first answer has come.
    pub loaded: bool,
    /// What went wrong with the latest request.
    pub error: Option<Printable>,
}

impl Outbox {
    /// The row under the cursor.
    pub fn selected(&self) -> Option<&OutboxRow> {
        self.rows.get(self.cursor)
    }

    /// Takes the rows, puts them part by part, and keeps the cursor on its change.
    pub fn take(&mut self, mut rows: Vec<OutboxRow>) {
        let on = self.selected().map(|r| r.change.id);
        rows.sort_by_key(|r| Section::of(r.stage));
        let at = on.and_then(|id| rows.iter().position(|r| r.change.id == id));
        self.cursor = at.unwrap_or(self.cursor).min(rows.len().saturating_sub(1));
        let stuck = rows
            .iter()
            .filter(|r| matches!(r.stage, Stage::Refused | Stage::Conflict));
        // A conflict wants an answer more than a refusal does.
        self.stuck = stuck.rev().map(|r| (r.change.ticket, r.stage)).collect();
        self.rows = rows;
    }

    /// The lines in order: each part with its title.
    pub fn lines(&self) -> Vec<OutboxLine> {
        let mut lines = Vec::with_capacity(self.rows.len() + 5);
        let mut part = None;
        for (i, row) in self.rows.iter().enumerate() {
            let section = Section::of(row.stage);
            if part != Some(section) {
                part = Some(section);
                lines.push(OutboxLine::Title(section));
            }
            lines.push(OutboxLine::Row(i));
        }
        lines
    }

    /// Moves the window of so many lines so that the row under the cursor is in sight, with
    /// the title over it where it is the first of its part.
    pub fn follow(&mut self, rows: usize) {
        let lines = self.lines();
        let is_on = |l: &OutboxLine| *l == OutboxLine::Row(self.cursor);
        let at = lines.iter().position(is_on).unwrap_or(0);
        let titled = at.checked_sub(1).and_then(|i| lines.get(i));
        let from = match titled {
            Some(OutboxLine::Title(_)) => at - 1,
            _ => at,
        };
        self.top = self.top.min(from).max((at + 1).saturating_sub(rows.max(1)));
    }
}

/// A line of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// When.
    pub at: Instant,
    /// Who.
    pub by: Printable,
    /// On which ticket.
    pub ticket: Option<(TicketId, Printable)>,
    /// What, in words.
    pub what: Printable,
}

/// Who did what, latest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Audit {
    /// The rows.
    pub rows: Vec<AuditRow>,
    /// Only of this ticket.
    pub ticket: Option<TicketId>,
    /// The row under the cursor.
    pub cursor: usize,
    /// First visible row.
    pub top: usize,
    /// The first answer has come.
    pub loaded: bool,
    /// What went wrong with the latest request.
    pub error: Option<Printable>,
}
