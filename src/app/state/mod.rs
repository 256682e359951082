//! Everything a frame needs, and nothing else: no channel, handle, clock or client.
//!
//! The parts of the screen have a file each. What changes them is in `update`.

mod absence_form;
mod composer;
mod coverage;
mod detail;
mod knowledge;
mod overlay;
mod panes;
mod queue;
mod report;
mod requests;
mod setup;

use std::sync::Arc;

use chrono::TimeDelta;
use chrono_tz::Tz;
use keybinds::KeyInput;

use crate::domain::Instant;
use crate::domain::absence::{AtStart, Person};
use crate::domain::calendar::Calendar;
use crate::domain::list::{Count, DueMark, Sort, Vocabulary};
use crate::domain::macros::Macro;
use crate::domain::people::{AgentId, TenantId};
use crate::domain::query::Query;
use crate::domain::reach::Abilities;
use crate::domain::sla::Policy;
use crate::domain::text::Printable;
use crate::domain::ticket::TicketId;
use crate::domain::warn::Thresholds;

pub use absence_form::{AbsenceForm, Part};
pub use composer::{Composer, Popup, PopupItem};
pub use coverage::{
    BackRow, BackView, Coverage, Covering, Face, MapLine, NoteView, NoteWriting, PlanView, Reach,
    Stage, TurnRow,
};
pub use detail::{Detail, DetailLine, Found, LineKind, Loaded, Tab};
pub use knowledge::{ArticleLine, Knowledge};
pub use overlay::{
    Choice, CommandLine, Confirm, Conflict, Go, Help, HelpRow, Input, Overlay, Palette, PreviewRow,
    Prompt, Purpose, Suggestion, Wanted, Why,
};
pub use panes::{Audit, AuditRow, Outbox, OutboxLine, Section, Sla};
pub use queue::{Find, Mark, Queue, QueueRow};
pub use report::{
    Fits, Form, FormKind, FormLine, Look, Report, Saving, Taken, is_one_line, is_text,
};
pub use requests::{
    AnswerLine, OpenForm, Page, RequestRow, Requests, Sheet, SheetRow, Stand, What,
};
pub use setup::{DeskKind, Setup, Snippet};

use super::commands::Context;
use super::event::{Freshness, Generation};
use super::inner::Inner;
use super::keymap::Keymap;
use super::names::Names;
use super::views::built_in;

/// The terminal's size in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Size {
    /// Below this there is only a polite line.
    pub const LEAST: Self = Self {
        width: 60,
        height: 16,
    };

    /// Too small to work in.
    pub const fn is_too_small(self) -> bool {
        self.width < Self::LEAST.width || self.height < Self::LEAST.height
    }
}

/// Which of the two screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// The first run: nothing is configured and there is no desk yet.
    Welcome {
        /// The choice under the cursor: 0 the demo desk, 1 an empty local desk, 2 connecting a
        /// helpdesk; while connecting, a kind of helpdesk.
        choice: usize,
        /// The kinds of helpdesk are offered.
        connecting: bool,
        /// A choice was made and is being carried out.
        busy: bool,
    },
    /// The desk is open.
    Desk,
}

/// A part of the screen that can have the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pane {
    /// The list of tickets.
    Queue,
    /// What falls due when.
    Sla,
    /// One ticket.
    Detail,
    /// Changes on their way.
    Outbox,
    /// Who did what.
    Audit,
    /// The problem report, or the form of a request.
    Report,
    /// Who is there when.
    Coverage,
    /// Articles.
    Knowledge,
    /// Requests and registers.
    Requests,
}

/// A named list.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Its name.
    pub name: Printable,
    /// Which tickets.
    pub query: Query,
    /// The query as it was written.
    pub text: String,
    /// In which order.
    pub sort: Sort,
    /// Made by the person, and theirs to delete.
    pub own: bool,
    /// Its tickets warn before they fall due.
    pub warn: bool,
    /// How many tickets it has.
    pub count: Count,
}

/// How a toast is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It went well.
    Good,
    /// Worth knowing.
    Note,
    /// It wants an eye soon.
    Warning,
    /// It went wrong.
    Bad,
}

/// A message that comes, says one thing and goes; it never takes keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// What it says, one line.
    pub text: Printable,
    /// A second line: what to do next.
    pub hint: Option<Printable>,
    /// How it is meant.
    pub tone: Tone,
    /// When it goes.
    pub until: Instant,
    /// Show the seconds that are left: the undo window of a reply.
    pub countdown: bool,
}

/// All that a frame needs.
#[derive(Debug)]
pub struct State {
    /// The time of the latest event.
    pub now: Instant,
    /// The moment that is looked ahead to, as if nothing were done until then; none: now is shown.
    pub as_of: Option<Instant>,
    /// The terminal's size.
    pub size: Size,
    /// The terminal has the focus.
    pub focused: bool,
    /// The zone in which times are shown and days are read.
    pub zone: Tz,
    /// Who is at the keyboard.
    pub me: AgentId,
    /// The desk's name.
    pub desk: Printable,
    /// The tenants of this team; empty means all.
    pub scope: Vec<TenantId>,
    /// Working time, for countdowns.
    pub calendar: Arc<Calendar>,
    /// What the settings say of members of the team.
    pub people: Arc<[Person]>,
    /// The names of the calendars at addresses that absences come from.
    pub followed: Arc<[String]>,
    /// What happens when an absence begins.
    pub at_start: AtStart,
    /// What is promised.
    pub policy: Arc<Policy>,
    /// When to warn before something falls due.
    pub warn: Thresholds,
    /// A ticket's page at the desk, `{key}` being its number; none: it has no pages.
    pub ticket_url: Option<String>,
    /// How long a public reply can be taken back before it goes; zero: it goes at once.
    pub undo_window: TimeDelta,
    /// What the desk can do.
    pub abilities: Abilities,
    /// Welcome, or the desk.
    pub screen: Screen,
    /// The pane that has the keys.
    pub pane: Pane,
    /// The pane fills the screen.
    pub zoomed: bool,
    /// The views in order; the first nine or so are in the header.
    pub views: Vec<View>,
    /// Which view is shown.
    pub active: usize,
    /// The list.
    pub queue: Queue,
    /// The ticket beside it or over it; none before the first.
    pub detail: Option<Detail>,
    /// What falls due.
    pub sla: Sla,
    /// Changes on their way.
    pub outbox: Outbox,
    /// Who did what.
    pub audit: Audit,
    /// The form of a report.
    pub report: Report,
    /// Who is there when.
    pub coverage: Coverage,
    /// Articles.
    pub knowledge: Knowledge,
    /// Requests and registers.
    pub requests: Requests,
    /// Text being written; it has the keys while it is there, overlays aside.
    pub composer: Option<Composer>,
    /// What lies over the panes; the last one has the keys.
    pub overlays: Vec<Overlay>,
    /// Messages, the latest last.
    pub toasts: Vec<Toast>,
    /// How we stand with the desk.
    pub freshness: Freshness,
    /// Keys of a sequence that is not complete.
    pub pending: Vec<KeyInput>,
    /// The words that completion knows.
    pub vocabulary: Vocabulary,
    /// What its people are called; made anew with it.
    pub names: Names,
    /// Ready-made texts.
    pub snippets: Vec<Snippet>,
    /// Ready-made acts.
    pub macros: Vec<Macro>,
    /// The kinds of helpdesk that can be connected, for the welcome.
    pub kinds: Vec<DeskKind>,
    /// The program is ending: nothing is drawn any more.
    pub quitting: bool,
    /// Which keys mean what.
    pub keymap: Arc<Keymap>,
    /// Numbers requests.
    pub(super) generation: Generation,
    /// What the update remembers between events.
    pub(super) inner: Inner,
}

impl State {
    /// The state before the first event.
    pub fn new(setup: Setup, at: Instant) -> Self {
        let built_in = built_in().into_iter().map(|v| View {
            warn: setup.warn_views.iter().any(|name| v.name.as_str() == name),
            ..v
        });
        let views = built_in.chain(setup.views).collect();
        let screen = if setup.desk.is_some() {
            Screen::Desk
        } else {
            Screen::Welcome {
                choice: 0,
                connecting: false,
                busy: false,
            }
        };
        Self {
            now: at,
            as_of: setup.as_of.filter(|as_of| *as_of > at),
            size: setup.size,
            focused: true,
            zone: setup.zone,
            me: setup.me,
            desk: setup.desk.unwrap_or_default(),
            scope: setup.scope,
            calendar: setup.calendar,
            people: setup.people,
            followed: setup.followed,
            at_start: setup.at_start,
            policy: setup.policy,
            warn: setup.warn,
            ticket_url: setup.ticket_url,
            undo_window: setup.undo_window,
            abilities: setup.abilities,
            screen,
            pane: match setup.as_of {
                Some(_) => Pane::Sla,
                None => Pane::Queue,
            },
            zoomed: false,
            views,
            active: 0,
            queue: Queue::default(),
            detail: None,
            sla: Sla::default(),
            outbox: Outbox::default(),
            audit: Audit::default(),
            report: Report::default(),
            coverage: Coverage::default(),
            knowledge: Knowledge::default(),
            requests: Requests {
                kinds: setup.requests,
                ..Requests::default()
            },
            composer: None,
            overlays: Vec::new(),
            toasts: Vec::new(),
            freshness: Freshness::default(),
            pending: Vec::new(),
            names: Names::of(&setup.agents),
            vocabulary: Vocabulary {
                agents: setup.agents,
                ..Vocabulary::default()
            },
            snippets: setup.snippets,
            macros: setup.macros,
            kinds: setup.kinds,
            quitting: false,
            generation: Generation::default(),
            keymap: setup.keymap,
            inner: Inner {
                seed: setup.seed,
                ..Inner::default()
            },
        }
    }
}

impl State {
    /// The ticket that acts are about: the open one while reading, else the one under the cursor.
    pub fn subject(&self) -> Option<&QueueRow> {
        let open = |id| {
            let shown = self.detail.as_ref().filter(|d| d.ticket == id);
            let row = shown.and_then(Detail::row);
            row.or_else(|| self.queue.rows.iter().find(|r| r.ticket.id == id))
        };
        match self.pane {
            Pane::Queue => self.queue.selected(),
            Pane::Detail => self.detail.as_ref().and_then(|d| open(d.ticket)),
            _ => self.under_cursor().and_then(open),
        }
    }

    /// The ticket under the cursor of the pane that has the keys.
    pub fn under_cursor(&self) -> Option<TicketId> {
        match self.pane {
            Pane::Queue => self.queue.selected().map(|r| r.ticket.id),
            Pane::Detail => self.detail.as_ref().map(|d| d.ticket),
            Pane::Sla => self.marked_due().map(|m| m.id),
            Pane::Outbox => {
                let row = self.outbox.rows.get(self.outbox.cursor);
                row.map(|r| r.change.ticket)
            }
            Pane::Audit => {
                let row = self.audit.rows.get(self.audit.cursor);
                row.and_then(|r| r.ticket.as_ref()).map(|t| t.0)
            }
            Pane::Report => self.report.ticket,
            Pane::Requests => self.requests.ticket(),
            Pane::Coverage => self.coverage.ticket(),
            Pane::Knowledge => None,
        }
    }

    /// What falls due under the cursor of the pane of what falls due.
    pub fn marked_due(&self) -> Option<&DueMark> {
        let marks = self.sla.outlook.as_ref().map(|o| &o.marks);
        marks.and_then(|m| m.get(self.sla.cursor))
    }

    /// The instant that is shown: now, or the one that is looked ahead to.
    pub fn moment(&self) -> Instant {
        self.as_of.unwrap_or(self.now)
    }

    /// Where keys mean something now.
    pub fn context(&self) -> Context {
        if self.composer.is_some() {
            return Context::Composer;
        }
        match self.pane {
            Pane::Queue => Context::Queue,
            Pane::Sla => Context::Sla,
            Pane::Detail => Context::Detail,
            Pane::Outbox => Context::Outbox,
            Pane::Audit => Context::Audit,
            Pane::Report if self.report.form.is_some() => Context::Form,
            Pane::Report => Context::Report,
            Pane::Coverage if self.coverage.writes() => Context::Note,
            Pane::Coverage => Context::Coverage,
            Pane::Knowledge => Context::Knowledge,
            Pane::Requests => Context::Requests,
        }
    }

    /// Words are being found in the pane that has the keys: further keys mean something there.
    pub fn is_finding(&self) -> bool {
        self.composer.is_none()
            && match self.pane {
                Pane::Queue => self.queue.find.is_some(),
                Pane::Detail => {
                    let here = self.detail.as_ref().is_some_and(|d| !d.words.is_empty());
                    here || !self.queue.words.is_empty()
                }
                _ => false,
            }
    }
}
