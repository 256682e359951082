//! Who is there when, on the screen: the map, hand-overs, a preview, a note, a return.

use std::collections::BTreeSet;
use std::sync::Arc;

use tui_textarea::TextArea;

use crate::app::cover::{Noted, Plan, Returning, TurnOf};
use crate::app::cover_layout::Pitch;
use crate::domain::Instant;
use crate::domain::absence::{Because, Fate, Happened, Office, Row};
use crate::domain::people::AgentId;
use crate::domain::roster::{Map, Roster};
use crate::domain::text::Printable;
use crate::domain::ticket::{TicketId, TicketKey};

/// How far the map reaches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// Two weeks.
    #[default]
    Fortnight,
    /// Thirty days.
    Month,
    /// Ninety days.
    Quarter,
}

impl Reach {
    /// Days from today on.
    pub const fn days(self) -> i64 {
        match self {
            Self::Fortnight => 14,
            Self::Month => 30,
            Self::Quarter => 90,
        }
    }

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Fortnight => "two weeks",
            Self::Month => "30 days",
            Self::Quarter => "90 days",
        }
    }

    /// One step farther, or nearer.
    #[must_use]
    pub const fn step(self, farther: bool) -> Self {
        match (self, farther) {
            (Self::Fortnight, true) | (Self::Quarter, false) => Self::Month,
            (Self::Month, true) | (Self::Quarter, true) => Self::Quarter,
            (Self::Month, false) | (Self::Fortnight, false) => Self::Fortnight,
        }
    }
}

/// How a stretch of an absence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It comes, and nothing is handed over.
    Coming,
    /// It is on, and nothing is handed over.
    On,
    /// So many tickets are with others.
    Handed(usize),
    /// It is over, and so many tickets are still with others.
    Over(usize),
}

/// A stretch of an absence in the list of hand-overs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnRow {
    /// Which.
    pub turn: TurnOf,
    /// Who is away.
    pub who: AgentId,
    /// First instant back.
    pub to: Instant,
    /// How it stands.
    pub stage: Stage,
    /// Who stands in, in words.
    pub covers: Printable,
}

/// A preview on the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanView {
    /// What is applied, exactly.
    pub plan: Plan,
    /// Its rows in the order of the screen: gaps first, then what moves, then what stays.
    pub order: Vec<usize>,
    /// The row under the cursor, by its place on the screen.
    pub cursor: usize,
    /// First visible row.
    pub top: usize,
    /// Rows that the person decided.
    pub decided: BTreeSet<TicketId>,
    /// Tickets changed since it was made.
    pub stale: bool,
}

impl PlanView {
    /// A preview as it comes.
    pub fn new(plan: Plan) -> Self {
        let mut order: Vec<usize> = (0..plan.preview.rows.len()).collect();
        let rank = |r: &Row| match (&r.fate, r.because) {
            (Fate::Gap, _) => 0,
            (Fate::Moves { .. }, Because::Late { .. } | Because::Due { .. }) => 1,
            (Fate::Moves { .. }, _) => 2,
            (Fate::Stays, _) => 3,
        };
        order.sort_by_key(|i| plan.preview.rows.get(*i).map_or(4, rank));
        Self {
            plan,
            order,
            cursor: 0,
            top: 0,
            decided: BTreeSet::new(),
            stale: false,
        }
    }

    /// The row at a place on the screen.
    pub fn at(&self, place: usize) -> Option<&Row> {
        self.plan.preview.rows.get(*self.order.get(place)?)
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&Row> {
        self.at(self.cursor)
    }
}

/// A hand-over note that is being written.
#[derive(Debug, Clone)]
pub struct NoteWriting {
    /// The text and its cursor.
    pub area: TextArea<'static>,
    /// It was touched, and is not known to be on disk.
    pub touched: bool,
    /// Why it is not on disk, if saving failed.
    pub error: Option<Printable>,
}

impl NoteWriting {
    /// The text.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }
}

/// A hand-over note on the screen.
#[derive(Debug, Clone)]
pub struct NoteView {
    /// The note.
    pub noted: Noted,
    /// As it is shown and exported.
    pub text: String,
    /// What is known to be on disk of what was edited; empty: nothing.
    pub on_disk: String,
    /// First visible line.
    pub top: usize,
    /// It is being written.
    pub writing: Option<NoteWriting>,
}

impl NoteView {
    /// It was changed by a person.
    pub const fn is_edited(&self) -> bool {
        self.noted.edited.is_some()
    }
}

/// A ticket of a return on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackRow {
    /// Which.
    pub ticket: TicketId,
    /// Its number.
    pub key: TicketKey,
    /// What it is about.
    pub subject: Printable,
    /// Who has it.
    pub with: Option<AgentId>,
    /// What happened to it; empty: it goes back.
    pub happened: Vec<Happened>,
    /// The requester wrote meanwhile.
    pub wrote: bool,
}

impl BackRow {
    /// It can come back all the same.
    pub fn can_come(&self) -> bool {
        let over = |h: &Happened| {
            matches!(
                h,
                Happened::Gone | Happened::Merged | Happened::Done | Happened::BackAlready
            )
        };
        !self.happened.iter().any(over)
    }
}

/// A return on the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct BackView {
    /// What it was made of.
    pub returning: Returning,
    /// What stays first, then what goes back.
    pub rows: Vec<BackRow>,
    /// Those that are taken along although somebody touched them.
    pub also: BTreeSet<TicketKey>,
    /// The row under the cursor.
    pub cursor: usize,
    /// First visible row.
    pub top: usize,
    /// Tickets changed since it was made.
    pub stale: bool,
}

impl BackView {
    /// A return as it comes.
    pub fn new(returning: Returning) -> Self {
        let subject = |key: &TicketKey| {
            let found = returning.subjects.iter().find(|(k, _)| k == key);
            found.map(|(_, s)| s.clone()).unwrap_or_default()
        };
        let stays = returning.found.stays.iter().map(|s| BackRow {
            ticket: s.ticket,
            key: s.key.clone(),
            subject: subject(&s.key),
            with: Some(s.with.clone()),
            happened: s.happened.clone(),
            wrote: s.happened.contains(&Happened::RequesterWrote),
        });
        let back = returning.found.back.iter().map(|b| BackRow {
            ticket: b.ticket,
            key: b.key.clone(),
            subject: subject(&b.key),
            with: None,
            happened: Vec::new(),
            wrote: b.wrote,
        });
        Self {
            rows: stays.chain(back).collect(),
            returning,
            also: BTreeSet::new(),
            cursor: 0,
            top: 0,
            stale: false,
        }
    }

    /// How many come back.
    pub fn coming(&self) -> usize {
        self.returning.found.back.len() + self.also.len()
    }
}

/// What the pane shows.
#[derive(Debug, Clone, Default)]
pub enum Face {
    /// The map.
    #[default]
    Map,
    /// Hand-overs and returns.
    Turns,
    /// What would become of each ticket.
    Plan(Box<PlanView>),
    /// The hand-over note.
    Note(Box<NoteView>),
    /// What goes back.
    Back(Box<BackView>),
}

/// A line of the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapLine {
    /// Somebody, by the place among the people.
    Person(usize),
    /// The heading of what is needed.
    Heading,
    /// Something that is needed, by its place.
    Need(usize),
    /// What falls due.
    Due,
}

/// Somebody whom the person at the keyboard stands in for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covering {
    /// For whom.
    pub who: AgentId,
    /// Until when.
    pub until: Instant,
    /// Their tickets.
    pub tickets: Vec<TicketKey>,
}

/// Who is there when.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// It is here.
    pub loaded: bool,
    /// What went wrong with the latest request.
    pub error: Option<Printable>,
    /// The team, its absences and what is handed over.
    pub office: Arc<Office>,
    /// Who is there when, for the map.
    pub roster: Option<Arc<Roster>>,
    /// The roster in the columns that there is room for.
    pub map: Option<Map>,
    /// How wide its columns are on the screen.
    pub pitch: Pitch,
    /// Its gaps in words.
    pub gaps: Vec<Printable>,
    /// How far the map reaches.
    pub reach: Reach,
    /// The line of the map under the cursor, its column, and the first that is seen.
    pub line: usize,
    /// See `line`.
    pub column: usize,
    /// See `line`.
    pub top: usize,
    /// What the pane shows.
    pub face: Face,
    /// Hand-overs and returns.
    pub turns: Vec<TurnRow>,
    /// The one under the cursor.
    pub turn: usize,
    /// Who is there now, and what nobody may do now.
    pub on_call: Printable,
    /// What lies over the panes in one line: whom one stands in for, or what an absence asks for.
    pub banner: Option<Printable>,
    /// The banner asks for something: loud.
    pub banner_asks: bool,
    /// Whom the person at the keyboard stands in for.
    pub covering: Vec<Covering>,
}

impl Coverage {
    /// The lines of the map in order.
    pub fn lines(&self) -> Vec<MapLine> {
        let Some(roster) = &self.roster else {
            return Vec::new();
        };
        let people = (0..roster.people.len()).map(MapLine::Person);
        let needs = (0..roster.needs.len()).map(MapLine::Need);
        people
            .chain([MapLine::Heading])
            .chain(needs)
            .chain([MapLine::Due])
            .collect()
    }

    /// The hand-over note is being written.
    pub const fn writes(&self) -> bool {
        match &self.face {
            Face::Note(n) => n.writing.is_some(),
            _ => false,
        }
    }

    /// The line under the cursor.
    pub fn line_on(&self) -> Option<MapLine> {
        self.lines().get(self.line).copied()
    }

    /// The ticket under the cursor.
    pub fn ticket(&self) -> Option<TicketId> {
        match &self.face {
            Face::Plan(p) => p.selected().map(|r| r.ticket),
            Face::Back(b) => b.rows.get(b.cursor).map(|r| r.ticket),
            Face::Map | Face::Turns | Face::Note(_) => None,
        }
    }

    /// A ticket beside it helps.
    pub const fn wants_ticket(&self) -> bool {
        matches!(self.face, Face::Plan(_) | Face::Back(_))
    }
}
