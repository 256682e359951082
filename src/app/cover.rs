//! What absences and coverage wish of the outside, and what comes back.

use std::sync::Arc;

use chrono_tz::Tz;

use super::event::Fault;
use crate::domain::Instant;
use crate::domain::absence::{
    Absence, AbsenceId, GiveBack, HandOver, Handed, Office, Person, Preview, Return, Swap, Swapped,
};
use crate::domain::calendar::Calendar;
use crate::domain::handover;
use crate::domain::people::{AgentId, TenantId};
use crate::domain::roster::Roster;
use crate::domain::text::Printable;
use crate::domain::ticket::{Ticket, TicketId, TicketKey};

/// What every question about the team begins with, of the settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Bench {
    /// Whom the settings name.
    pub people: Arc<[Person]>,
    /// When the desk is open.
    pub calendar: Arc<Calendar>,
    /// In which days are read.
    pub zone: Tz,
    /// The tenants of this team; empty means all.
    pub scope: Vec<TenantId>,
    /// Who is at the keyboard.
    pub me: AgentId,
    /// The names of the calendars at addresses that absences come from.
    pub followed: Arc<[String]>,
}

/// One stretch of an absence, by its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnOf {
    /// Which absence.
    pub absence: AbsenceId,
    /// When it begins.
    pub from: Instant,
}

/// A wish.
#[derive(Debug, Clone, PartialEq)]
pub enum CoverWish {
    /// Who is away, what is handed over, and up to an instant who is there when.
    Standing {
        /// Of the settings.
        bench: Bench,
        /// Now.
        now: Instant,
        /// The map reaches so far; none: no map is wanted.
        until: Option<Instant>,
    },
    /// What would become of each ticket.
    Plan {
        /// Of the settings.
        bench: Bench,
        /// For which stretch.
        turn: TurnOf,
        /// Now.
        now: Instant,
        /// It is applied when it comes, without looking at it.
        at_once: bool,
    },
    /// The hand-over note: as it was edited, else as it is made.
    Note {
        /// Of the settings.
        bench: Bench,
        /// For which stretch.
        turn: TurnOf,
        /// Now.
        now: Instant,
        /// What was edited is left aside.
        anew: bool,
    },
    /// What goes back and what stays.
    Back {
        /// For which stretch.
        turn: TurnOf,
        /// The absence as it ends now, where it ends early.
        ended: Option<Box<Absence>>,
        /// Now.
        now: Instant,
    },
    /// Keeps absences.
    Keep(Vec<Absence>, Printable),
    /// Forgets an absence.
    Drop(AbsenceId, Printable),
    /// Hands tickets over, in one batch.
    HandOver(Box<HandOver>, Printable),
    /// Gives tickets back, in one batch.
    TakeBack(Box<GiveBack>, Printable),
    /// Asks somebody for a swap.
    AskSwap(Box<Swap>, Printable),
    /// Answers one, with what that does to the plan.
    AnswerSwap(Box<(Swap, Swapped)>, Printable),
    /// Keeps an edited note; empty: forgets it.
    KeepNote {
        /// For which stretch.
        turn: TurnOf,
        /// What stands in it.
        text: String,
        /// What may be there already; anything else is somebody else's, and both are kept. None: whatever
        /// is there goes.
        seen: Option<Vec<String>>,
    },
    /// Writes a note into a file.
    WriteNote {
        /// Where, as it was typed; none: among the downloads.
        path: Option<String>,
        /// Its name, where none was typed.
        name: String,
        /// What.
        text: String,
    },
}

impl CoverWish {
    /// It reads only.
    pub const fn reads(&self) -> bool {
        matches!(
            self,
            Self::Standing { .. } | Self::Plan { .. } | Self::Note { .. } | Self::Back { .. }
        )
    }

    /// It asks how things stand, which is asked again and again; else somebody waits for the answer.
    pub const fn is_standing(&self) -> bool {
        matches!(self, Self::Standing { .. })
    }
}

/// How things stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The team, its absences and what is handed over.
    pub office: Office,
    /// Who is there when, where that was asked.
    pub roster: Option<Roster>,
}

/// A preview with the tickets that it was made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What would become of each.
    pub preview: Preview,
    /// The tickets.
    pub tickets: Vec<Ticket>,
    /// It is applied at once.
    pub at_once: bool,
}

/// A hand-over note.
#[derive(Debug, Clone, PartialEq)]
pub struct Noted {
    /// For which stretch.
    pub turn: TurnOf,
    /// As it is made.
    pub note: handover::Note,
    /// As it was edited.
    pub edited: Option<String>,
    /// What stands already in the tickets.
    pub written: Vec<(TicketId, String)>,
}

/// What a return would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Returning {
    /// What was handed over.
    pub handed: Handed,
    /// What goes back and what stays.
    pub found: Return,
    /// What the tickets are about.
    pub subjects: Vec<(TicketKey, Printable)>,
    /// The absence as it ends now, where it ends early.
    pub ended: Option<Absence>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub enum CoverNews {
    /// How things stand.
    Standing(Box<Standing>),
    /// What would become of each ticket.
    Plan(Box<Plan>),
    /// The note.
    Note(Box<Noted>),
    /// What goes back and what stays.
    Back(Box<Returning>),
    /// A note is on disk. The text is there in its place where somebody else wrote in it too: both.
    NoteKept(Option<String>),
    /// Something was written; the words are for a toast, where there is something to say.
    Done(Option<Printable>),
    /// It could not be done.
    Failed(Fault),
}
