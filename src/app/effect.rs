//! What is wanted of the outside, as plain data.

use std::collections::BTreeSet;

use crate::domain::Instant;
use crate::domain::change::{BatchId, Change, ChangeId};
use crate::domain::conflict::Choice;
use crate::domain::list::{Asker, ListRequest};
use crate::domain::query::Query;
use crate::domain::request::Ends;
use crate::domain::text::Printable;
use crate::domain::thread::{AttachmentId, Draft, DraftSeen};
use crate::domain::ticket::{TicketId, TicketKey};
use crate::domain::warn::Said;

use super::books::BookWish;
use super::cover::CoverWish;
use super::escalation::EscalateWish;
use super::event::Generation;
use super::reports::ReportWish;
use super::state::View;

/// A wish for the outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A window of rows. One request runs per slot; the newest replaces one that waits.
    List {
        /// Which request.
        generation: Generation,
        /// Who asks.
        asker: Asker,
        /// What for.
        request: ListRequest,
    },
    /// The tickets of a list, to mark them all.
    Marks {
        /// Which request.
        generation: Generation,
        /// Who asks.
        asker: Asker,
        /// Which list, and how many at most.
        request: ListRequest,
    },
    /// How many tickets each view has.
    Counts {
        /// Which request.
        generation: Generation,
        /// Who asks.
        asker: Asker,
        /// The views in order.
        queries: Vec<Query>,
    },
    /// A ticket with all that belongs to it.
    Thread {
        /// Which request.
        generation: Generation,
        /// Which ticket.
        ticket: TicketId,
    },
    /// What the next key may want: both ends of the list, the ticket under the cursor, the most
    /// urgent.
    Ahead {
        /// Which request.
        generation: Generation,
        /// Who asks.
        asker: Asker,
        /// The first and the last screen, where they are not here.
        ends: Option<Box<[ListRequest; 2]>>,
        /// The ticket, where it is not here.
        ticket: Option<TicketId>,
        /// The most urgent, these left out, where it is not here.
        urgent: Option<Vec<TicketId>>,
    },
    /// The most urgent ticket that the asker may work on, these left out.
    NextUrgent {
        /// Which request.
        generation: Generation,
        /// Who asks.
        asker: Asker,
        /// Seen already.
        skip: Vec<TicketId>,
    },
    /// What falls due until an instant: late marks and marks to come.
    Outlook {
        /// Which request.
        generation: Generation,
        /// Who asks.
        asker: Asker,
        /// End of the stretch.
        until: Instant,
        /// At most so many marks of both kinds.
        limit: usize,
    },
    /// The tickets that fall due next of each list that warns, and which warnings were given.
    Approaching {
        /// Which request.
        generation: Generation,
        /// Who asks.
        asker: Asker,
        /// The lists.
        lists: Vec<ListRequest>,
    },
    /// Remembers which warnings were given.
    KeepSaid(BTreeSet<Said>),
    /// The outbox, latest first.
    Outbox {
        /// Which request.
        generation: Generation,
        /// At most so many.
        limit: usize,
    },
    /// The audit trail, latest first.
    Audit {
        /// Which request.
        generation: Generation,
        /// Only this ticket's.
        ticket: Option<TicketId>,
        /// At most so many.
        limit: usize,
        /// The zone in which times are told.
        zone: chrono_tz::Tz,
    },
    /// The words that completion knows; absences that are over by then are left out.
    Vocabulary(Instant),
    /// Which ticket has this number, within the asker's scope.
    FindTicket {
        /// Which request.
        generation: Generation,
        /// Its number.
        key: TicketKey,
    },
    /// Acts, in one transaction and one batch.
    Commit {
        /// What they are undone with.
        batch: BatchId,
        /// The acts.
        changes: Vec<Change>,
        /// The draft that they use up: dropped in the same transaction.
        draft_of: Option<DraftSeen>,
        /// The requests that end with them.
        ends: Vec<(TicketId, Ends)>,
    },
    /// Takes back the latest batch that is not taken back.
    Undo,
    /// Does the latest batch that was taken back again.
    Redo,
    /// Sends a change of the outbox again, at once.
    Retry(ChangeId),
    /// Takes one change back that the desk does not have.
    Withdraw(ChangeId),
    /// Settles a conflict.
    Choose(ChangeId, Choice),
    /// Puts a draft on disk; what stands there and was not seen here is kept too.
    SaveDraft(Draft, DraftSeen),
    /// Forgets a draft that was emptied; text that was not seen here stays.
    DropDraft(DraftSeen),
    /// I have looked at it.
    MarkRead(TicketId),
    /// I want to see it as new again.
    MarkUnread(Vec<TicketId>),
    /// The person's own editor for this text.
    OpenEditor {
        /// For a file name the person recognises.
        key: TicketKey,
        /// The text so far.
        text: String,
    },
    /// Looks at a file that is to go with the text of a ticket.
    Attach {
        /// Whose text.
        ticket: TicketId,
        /// The path as it was typed; `~/` is the home folder.
        path: String,
    },
    /// Which paths go on from what was typed.
    Paths {
        /// Which request.
        generation: Generation,
        /// What was typed.
        typed: String,
    },
    /// Writes an attachment into the person's downloads, or where they want it.
    SaveAttachment {
        /// Which.
        id: AttachmentId,
        /// A folder or file as it was typed.
        to: Option<String>,
    },
    /// Opens an attachment with the machine's own program; asked and confirmed before.
    OpenAttachment(AttachmentId),
    /// Opens an address in the browser; its host has been shown.
    OpenUrl(String),
    /// Puts text into the clipboard; says so with a toast.
    Copy {
        /// The text.
        text: String,
        /// What it is, for the toast: "number 10482".
        what: Printable,
    },
    /// Keeps an own view in the config; one of the same name is replaced.
    SaveView(View),
    /// Forgets an own view.
    DeleteView(String),
    /// One ring, at most.
    Bell,
    /// A notification on the person's desktop, where the terminal shows them.
    Notify(Printable),
    /// The window's title.
    Title(Printable),
    /// Makes and opens the demo desk.
    StartDemo,
    /// Makes and opens an empty local desk.
    StartLocal,
    /// Talks to the desk now.
    Sync,
    /// What the form of a report wishes.
    Reports(Generation, ReportWish),
    /// What escalating a ticket would do.
    Escalate(Generation, EscalateWish),
    /// What absences and coverage wish.
    Cover(Generation, CoverWish),
    /// What knowledge, requests and registers wish.
    Books(Generation, BookWish),
    /// Ends the program; drafts are on disk.
    Quit,
}
