//! What happens: input, answers to effects, news from the store, the passing of time.

use keybinds::KeyInput;

use crate::domain::Instant;
use crate::domain::calendar::Calendar;
use crate::domain::change::{BatchId, NewAttachment, OutboxRow};
use crate::domain::list::{Approaching, Count, Outlook, Page, Urgent, Vocabulary};
use crate::domain::sla::Policy;
use crate::domain::text::Printable;
use crate::domain::thread::{DraftPlace, Kept, Thread};
use crate::domain::ticket::{Ticket, TicketId, TicketKey};

use super::books::BookNews;
use super::cover::CoverNews;
use super::escalation::EscalateNews;
use super::reports::ReportNews;
use super::state::{AuditRow, Setup, View};

/// Numbers the requests of one slot: an answer to anything but the latest is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Generation(pub u64);

/// Something went wrong outside: a sentence for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What happened and where.
    pub what: Printable,
    /// What to do next, if there is anything.
    pub hint: Option<Printable>,
}

/// An answer from outside.
pub type Answer<T> = Result<T, Fault>;

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseKind {
    /// The left button went down.
    Click,
    /// The left button went down twice in short order.
    DoubleClick,
    /// The wheel turned away from the person: towards the beginning.
    WheelUp,
    /// The wheel turned towards the person: towards the end.
    WheelDown,
}

/// What is known about being in touch with the desk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Freshness {
    /// When the desk last told us everything; none: never yet.
    pub synced: Option<Instant>,
    /// A sync is running.
    pub running: bool,
    /// The desk cannot be reached.
    pub offline: bool,
    /// How many of how many tickets the first sync has brought; none: that is over.
    pub progress: Option<(u64, u64)>,
    /// What is wrong between us and the desk, in a sentence for the status line.
    pub trouble: Option<Printable>,
    /// When the desk is asked next by itself.
    pub next: Option<Instant>,
    /// Changes not yet confirmed by the desk.
    pub outbox: u64,
    /// Of those, how many wait for the person: refused or in conflict.
    pub stuck: u64,
}

/// What changed in the store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changed {
    /// These tickets; empty together with `all` false: only the outbox or vocabulary.
    pub tickets: Vec<TicketId>,
    /// Too many to name.
    pub all: bool,
    /// Agents, tenants, Workspaces, labels or absences changed.
    pub vocabulary: bool,
    /// Where we are with the desk now.
    pub freshness: Freshness,
}

/// Which way an undo went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// How many tickets it touched.
    pub tickets: usize,
    /// What was undone or redone, in words: "assigned to ana".
    pub what: Printable,
    /// The text that was withdrawn before it was sent, to be opened again as a draft.
    pub text_back: Option<DraftPlace>,
    /// The first of the tickets.
    pub ticket: Option<TicketId>,
    /// Something was done; else the words say why not.
    pub done: bool,
}

/// The most urgent ticket with all that belongs to it.
pub type NextUp = Box<(Urgent, Thread)>;

/// What was read before it is wanted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Foreseen {
    /// The first and the last screen of the list.
    pub ends: Option<Box<[Page; 2]>>,
    /// The ticket under the cursor.
    pub thread: Option<Box<Thread>>,
    /// The most urgent.
    pub urgent: Option<NextUp>,
}

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// The loop runs and the size is known; asks for the first data.
    Started,
    /// A key went down.
    Key(KeyInput),
    /// Text was pasted (bracketed paste).
    Paste(String),
    /// The mouse did something at this cell; the top left is 0, 0.
    Mouse {
        /// What.
        kind: MouseKind,
        /// Column.
        col: u16,
        /// Row.
        row: u16,
    },
    /// The terminal has this size now.
    Resize {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// The terminal got or lost the focus.
    Focus(bool),
    /// The armed instant has come.
    Wake,
    /// Answer to [`super::Effect::List`].
    Listed {
        /// Which request.
        generation: Generation,
        /// The window.
        answer: Answer<Page>,
    },
    /// Answer to [`super::Effect::Marks`].
    Marked {
        /// Which request.
        generation: Generation,
        /// The tickets.
        answer: Answer<Page>,
    },
    /// Answer to [`super::Effect::Counts`], in the order of the request.
    Counted {
        /// Which request.
        generation: Generation,
        /// One count per view.
        answer: Answer<Vec<Count>>,
    },
    /// Answer to [`super::Effect::Thread`]; none: the ticket is not there any more.
    Threaded {
        /// Which request.
        generation: Generation,
        /// The thread.
        answer: Answer<Option<Box<Thread>>>,
    },
    /// Answer to [`super::Effect::Ahead`]; what could not be read is missing.
    Ahead {
        /// Which request.
        generation: Generation,
        /// What is here now.
        here: Foreseen,
    },
    /// Answer to [`super::Effect::NextUrgent`].
    NextUrgent {
        /// Which request.
        generation: Generation,
        /// The ticket with all that belongs to it; none: nothing is left.
        answer: Answer<Option<NextUp>>,
    },
    /// Answer to [`super::Effect::Outlook`].
    Outlooked {
        /// Which request.
        generation: Generation,
        /// What falls due.
        answer: Answer<Outlook>,
    },
    /// Answer to [`super::Effect::Approaching`].
    Approached {
        /// Which request.
        generation: Generation,
        /// The tickets.
        answer: Answer<Approaching>,
    },
    /// Answer to [`super::Effect::Outbox`].
    Outboxed {
        /// Which request.
        generation: Generation,
        /// Latest first.
        answer: Answer<Vec<OutboxRow>>,
    },
    /// Answer to [`super::Effect::Audit`].
    Audited {
        /// Which request.
        generation: Generation,
        /// Latest first.
        answer: Answer<Vec<AuditRow>>,
    },
    /// Answer to [`super::Effect::Vocabulary`].
    Vocabulary(Answer<Box<Vocabulary>>),
    /// Answer to [`super::Effect::FindTicket`].
    Found {
        /// Which request.
        generation: Generation,
        /// What was asked for.
        key: TicketKey,
        /// The ticket; none: there is no such ticket.
        answer: Answer<Option<Box<Ticket>>>,
    },
    /// Answer to [`super::Effect::Commit`].
    Committed {
        /// Which batch.
        batch: BatchId,
        /// How many changes were taken.
        answer: Answer<usize>,
    },
    /// Answer to [`super::Effect::Undo`]; none: nothing to undo.
    Undone(Answer<Option<Undone>>),
    /// Answer to [`super::Effect::Redo`]; none: nothing to redo.
    Redone(Answer<Option<Undone>>),
    /// Answer to [`super::Effect::Retry`].
    Retried(Answer<()>),
    /// Answer to [`super::Effect::Withdraw`]; none: the desk has it already.
    Withdrawn(Answer<Option<Undone>>),
    /// Answer to [`super::Effect::Choose`]; none: it was settled in the meantime.
    Chosen(Answer<Option<Undone>>),
    /// Answer to [`super::Effect::SaveDraft`].
    DraftSaved {
        /// Which draft.
        place: DraftPlace,
        /// The draft's own time, as it was in the effect.
        at: Instant,
        /// Whether it is on disk, and what met it there.
        answer: Answer<Kept>,
    },
    /// Answer to [`super::Effect::Attach`]: the file, if it can be attached.
    Attached {
        /// Whose text.
        ticket: TicketId,
        /// The file.
        answer: Answer<NewAttachment>,
    },
    /// Answer to [`super::Effect::Paths`].
    Paths {
        /// Which request.
        generation: Generation,
        /// Paths that begin with what was typed; folders end in `/`.
        paths: Vec<String>,
    },
    /// Answer to [`super::Effect::OpenEditor`]: the text as the editor left it; none: not changed.
    Edited(Answer<Option<String>>),
    /// Answer to [`super::Effect::SaveView`] and [`super::Effect::DeleteView`]: all own views.
    ViewsSaved(Answer<Vec<View>>),
    /// Answer to [`super::Effect::Reports`].
    Reports(Generation, ReportNews),
    /// Answer to [`super::Effect::Escalate`].
    Escalation(Generation, EscalateNews),
    /// Answer to [`super::Effect::Cover`].
    Cover(Generation, CoverNews),
    /// Answer to [`super::Effect::Books`].
    Books(Generation, BookNews),
    /// Another act from outside went well; the words are for a toast.
    Done(Printable),
    /// Another act from outside failed.
    Failed(Fault),
    /// The store or the desk changed.
    Changed(Changed),
    /// Working time and promises are counted by these from now on; lists come anew when they are.
    Hours(Box<(Calendar, Policy)>),
    /// A desk was opened after the welcome: everything begins anew.
    DeskOpened(Box<Setup>),
}
