//! What the update remembers between events and no frame needs.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::domain::Instant;
use crate::domain::absence::{Absence, AbsenceId};
use crate::domain::change::BatchId;
use crate::domain::knowledge::ArticleKey;
use crate::domain::list::{Page, Place, Sort};
use crate::domain::query::Query;
use crate::domain::report::AskedBack;
use crate::domain::request::{Request, Step};
use crate::domain::text::{Printable, Untrusted};
use crate::domain::thread::{Draft, DraftPlace, DraftSeen, Thread};
use crate::domain::ticket::{Kind, Status, Ticket, TicketId, TicketKey};
use crate::domain::warn::Said;

use super::books::Asking;
use super::cover::TurnOf;
use super::event::{Generation, NextUp};
use super::state::Wanted;

/// Where the cursor goes when the rows come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Intent {
    /// Stay on the ticket, else on its neighbour.
    #[default]
    Keep,
    /// The first row.
    First,
    /// The last row.
    Last,
    /// This ticket, on this row of the screen.
    Ticket(TicketId, usize),
    /// Stay; what is found from this place on, down or up, is added to the rows there are.
    On(Place, bool),
}

/// What to do with a ticket that was asked for by number.
#[derive(Debug, Clone, PartialEq)]
pub enum After {
    /// Open it.
    Open,
    /// Merge these into it.
    Merge(Vec<TicketId>),
    /// Tie these to it.
    Link(Vec<TicketId>),
}

/// An act that is not known to be on disk yet.
#[derive(Debug, Clone)]
pub struct Sending {
    /// What is said when it is.
    pub words: Printable,
    /// Until when it can be taken back before it leaves, if it leaves.
    pub until: Option<Instant>,
    /// The text to open again if it cannot be kept.
    pub draft: Option<Draft>,
}

/// Both ends of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Ends {
    /// Of which list.
    pub query: Query,
    pub sort: Sort,
    /// Its first screen.
    pub first: Page,
    /// Its last screen.
    pub last: Page,
}

/// What is here before it is wanted, so that the next key need not wait for the store. It is
/// only ever shown instead of asking: any change in the store drops it.
#[derive(Debug, Clone, Default)]
pub struct Ahead {
    /// When to ask.
    pub at: Option<Instant>,
    /// The latest request, while its answer is wanted: of which list it asks the ends, and
    /// which tickets the most urgent is not.
    pub asked: Option<(Generation, Query, Sort, Vec<TicketId>)>,
    /// Both ends of the list that is shown.
    pub ends: Option<Ends>,
    /// The ticket under the cursor.
    pub thread: Option<Box<Thread>>,
    /// The most urgent ticket but for these.
    pub urgent: Option<(Vec<TicketId>, NextUp)>,
}

/// A hand-over note on its way to the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSave {
    /// Which wish.
    pub generation: Generation,
    /// For which stretch.
    pub turn: TurnOf,
    /// What stands in it.
    pub text: String,
}

/// An act on the plan of absences, and the way back.
#[derive(Debug, Clone, PartialEq)]
pub enum PlanAct {
    /// An absence was kept or dropped; before it was this.
    Absence(AbsenceId, Option<Box<Absence>>),
    /// Tickets were handed over, given back, or acted on otherwise: the store knows the way back.
    Tickets,
    /// A note that was edited is made anew; before it was this.
    Note(TurnOf, String),
}

/// What ends tickets.
#[derive(Debug, Clone, PartialEq)]
pub enum EndBy {
    /// A status; none: resolved, or closed where they are resolved.
    Status(Option<Status>),
    /// A macro.
    Macro(String),
    /// They live on in this ticket.
    Merge(Box<Ticket>),
}

/// Tickets that are to end, until it is known which of them are requests.
#[derive(Debug, Clone, PartialEq)]
pub struct AtGate {
    /// Which request for their forms.
    pub generation: Generation,
    /// What ends them.
    pub by: EndBy,
    /// The tickets.
    pub tickets: Vec<TicketId>,
}

/// A text that is in the person's own editor and is no reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Editing {
    /// An article's, as it was.
    Article(ArticleKey, Untrusted),
    /// A field's of a request.
    Field(TicketId, String),
}

/// The memory of the update.
#[derive(Debug, Clone, Default)]
pub struct Inner {
    /// The latest request of each kind.
    pub list: Generation,
    pub marks: Generation,
    /// The last ticket of the range that is being marked.
    pub marks_until: Option<TicketId>,
    pub counts: Generation,
    pub thread: Generation,
    pub urgent: Generation,
    pub outlook: Generation,
    pub approaching: Generation,
    pub outbox: Generation,
    pub audit: Generation,
    pub reports: Generation,
    pub cover: Generation,
    /// What somebody waits for in the pane of coverage.
    pub plan: Generation,
    /// Acts on the plan of absences, to take back.
    pub plan_acts: Vec<PlanAct>,
    /// When somebody comes or goes next.
    pub cover_at: Option<Instant>,
    /// Absences that were handed over by themselves in this session: not tried again.
    pub handed_at_once: Vec<TurnOf>,
    /// The hand-over note is in the person's own editor.
    pub note_in_editor: bool,
    /// When the note that is being written is saved.
    pub note_save_at: Option<Instant>,
    /// Notes on their way to the disk, the latest last.
    pub note_saves: Vec<NoteSave>,
    pub books: Generation,
    pub hits: Generation,
    /// What the question of a request, register or article is about.
    pub asking: Option<Asking>,
    /// What is to be done to tickets of which some may be requests, until their forms are here.
    pub gate: Option<AtGate>,
    /// The request whose end is asked for.
    pub ending: Option<Box<Request>>,
    /// The request that is being opened.
    pub opening: Option<TicketId>,
    /// The article or field whose text is in the person's own editor.
    pub editing: Option<Editing>,
    /// What takes the latest changes of forms back.
    pub form_undo: Vec<(TicketId, Kind, Step)>,
    /// Put the cursor there when it comes.
    pub wanted_article: Option<ArticleKey>,
    pub found: Generation,
    /// Where the cursor goes when the list comes.
    pub intent: Intent,
    /// The list changed while an answer was on its way.
    pub stale: bool,
    /// Counts are on their way, and whether they are to be asked again then.
    pub counting: bool,
    pub recount: bool,
    /// When the ticket under the cursor is loaded beside the list.
    pub follow_at: Option<Instant>,
    /// What is here before it is wanted.
    pub ahead: Ahead,
    /// Seen with the key for the most urgent, in a row.
    pub skip: Vec<TicketId>,
    /// The reasons of the latest most urgent.
    pub urgent_why: Option<(TicketId, Vec<(String, u64)>)>,
    /// What the ticket asked for by number is for.
    pub after: Option<(TicketKey, After)>,
    /// When the draft is to be saved.
    pub save_at: Option<Instant>,
    /// The draft that is on disk is not known yet: nothing is saved over it.
    pub draft_unknown: Option<DraftPlace>,
    /// What is known to have been on disk, or was sent there: only that is written over.
    pub seen: BTreeMap<DraftPlace, Vec<Draft>>,
    /// Drafts that are not known to be on disk.
    pub drafts: BTreeMap<DraftPlace, Draft>,
    /// Acts on their way into the outbox, until it has them.
    pub sending: BTreeMap<BatchId, Sending>,
    /// This ticket's text could not be put on disk and is opened again.
    pub unsaved: Option<DraftPlace>,
    /// The latest request for paths.
    pub paths: Generation,
    /// Open this ticket's text when its thread comes.
    pub compose: Option<DraftPlace>,
    /// The text of this withdrawn change is wanted in the editor.
    pub rework: bool,
    /// The tickets of the question that is being answered.
    pub asked: Option<Vec<TicketId>>,
    /// A gate that is being passed over.
    pub override_wants: Vec<Wanted>,
    /// When the views are counted again because time went by.
    pub recount_at: Option<Instant>,
    /// When the views are counted again because something changed: once for a burst.
    pub recount_soon: Option<Instant>,
    /// The ticket that the cursor goes to with the next rows, if it is among them.
    pub prefer: Option<TicketId>,
    /// Rows that the cursor is to move on when the window reaches so far.
    pub owed: isize,
    /// When the tickets that fall due next are looked at for a warning, and which warnings were given.
    pub warn_at: Option<Instant>,
    pub said: BTreeSet<Said>,
    /// They were looked at before: what has passed a threshold since is news.
    pub warned: bool,
    /// When the person last did something to a ticket: lately, for warnings.
    pub handled: BTreeMap<TicketId, Instant>,
    /// The ticket whose escalation is looked at, and the request for it.
    pub escalating: Option<(Generation, TicketId)>,
    /// This ticket's deadline is to be explained when its thread comes.
    pub why: Option<TicketId>,
    /// Where the list was before a search.
    pub back_place: Option<Place>,
    /// Something was typed into the open search.
    pub find_typed: bool,
    /// The filter before it was edited.
    pub filter_before: String,
    /// When the form is to be saved.
    pub report_save_at: Option<Instant>,
    /// Forms that were left before the disk had them.
    pub parked: Vec<super::state::Form>,
    /// What was typed while the form was on its way: it is typed into it when it is here.
    pub report_ahead: Vec<keybinds::KeyInput>,
    /// The pane from which the form was opened.
    pub report_from: Option<super::state::Pane>,
    /// This ticket's requester is to be asked when it is known what is missing.
    pub ask_back: Option<TicketId>,
    /// Whose requesters were asked since the start, and what they had been asked before: that
    /// stands again when the reply is taken back.
    pub asked_lately: BTreeMap<TicketId, Option<AskedBack>>,
    /// This ticket is escalated when its report is on disk.
    pub escalate_saved: Option<TicketId>,
    /// This text goes into the reply when its draft is here.
    pub question: Option<(TicketId, String)>,
    /// The report that is marked complete when its reason is given.
    pub passing: Option<crate::domain::report::ReportId>,
    /// Seeds ids.
    pub seed: u64,
    pub counter: u64,
}

impl Inner {
    /// What is known of a draft on disk.
    pub fn draft_seen(&self, place: DraftPlace) -> DraftSeen {
        DraftSeen {
            place,
            texts: self.seen.get(&place).cloned().unwrap_or_default(),
        }
    }

    /// A new id: by time, then by a counter and the seed, so that equal runs give equal ids.
    pub fn id(&mut self, at: Instant) -> Uuid {
        self.counter += 1;
        let mut x = self.seed ^ self.counter.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut word = || {
            x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = x;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        let (a, b) = (word().to_be_bytes(), word().to_be_bytes());
        let mut random = [0_u8; 10];
        random[..8].copy_from_slice(&a);
        random[8..].copy_from_slice(&b[..2]);
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}
