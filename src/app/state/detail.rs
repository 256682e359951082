//! One ticket: its thread, wrapped when it was loaded or the width changed.

use std::collections::BTreeSet;

use crate::domain::text::Printable;
use crate::domain::thread::{AttachmentId, MessageId, Thread, Visibility};
use crate::domain::ticket::TicketId;

use super::QueueRow;

/// What the detail pane shows below the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// What was said.
    Conversation,
    /// What changed.
    Timeline,
}

/// What a line is, for the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Nothing.
    Blank,
    /// Who said it and when.
    Head {
        /// For whom.
        visibility: Visibility,
        /// The requester or somebody on their side speaks.
        requester: bool,
        /// It is still in the outbox.
        waiting: bool,
    },
    /// What was said.
    Body {
        /// For whom.
        visibility: Visibility,
    },
    /// Quoted text that is unfolded.
    Quoted {
        /// For whom.
        visibility: Visibility,
    },
    /// Folded quotes or a signature: "… 12 quoted lines".
    Fold {
        /// For whom.
        visibility: Visibility,
    },
    /// A file: its place among all files of the thread.
    Attachment {
        /// Index in [`Loaded::attachments`].
        index: usize,
    },
    /// The body is longer than what is here, or not here.
    Cut,
    /// Fields that are shown as the desk has them.
    Further,
    /// A change of a field.
    Timeline,
    /// A tie to another ticket.
    Link,
    /// A heading.
    Title,
}

/// A line that fits the pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetailLine {
    /// What it is.
    pub kind: LineKind,
    /// Its text, at most as wide as the pane.
    pub text: Printable,
    /// Something at the right edge: the time of a message; empty for most.
    pub right: Printable,
    /// Which message it belongs to, by index in the thread.
    pub message: Option<usize>,
}

/// A thread with its texts made ready.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The thread.
    pub thread: Thread,
    /// The fields, ready to show.
    pub row: QueueRow,
    /// The lines of the conversation.
    pub conversation: Vec<DetailLine>,
    /// The lines of the timeline.
    pub timeline: Vec<DetailLine>,
    /// All files in the order of the messages.
    pub attachments: Vec<AttachmentId>,
}

/// A line in which words were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The line, by index in [`Detail::lines`].
    pub line: usize,
    /// Which of the lines with these words it is, from 0 on.
    pub nth: usize,
    /// How many lines have them.
    pub of: usize,
}

/// The detail pane.
#[derive(Debug, Clone, PartialEq)]
pub struct Detail {
    /// Which ticket.
    pub ticket: TicketId,
    /// Its fields from the list, shown until the thread is here.
    pub row: Option<QueueRow>,
    /// The thread; none: not here yet.
    pub loaded: Option<Box<Loaded>>,
    /// The store does not have it any more.
    pub gone: bool,
    /// What went wrong loading it.
    pub error: Option<Printable>,
    /// What is shown.
    pub tab: Tab,
    /// First visible line.
    pub scroll: usize,
    /// The file under the cursor, by index in [`Loaded::attachments`].
    pub attachment: Option<usize>,
    /// Words that are looked for in it, folded to lower case.
    pub words: Vec<String>,
    /// The latest match.
    pub found: Option<Found>,
    /// Where it stood before words were looked for.
    pub found_from: Option<usize>,
    /// The message under the cursor while messages are marked, by index in the thread.
    pub at: Option<usize>,
    /// Marked messages, to be split off.
    pub marked: BTreeSet<MessageId>,
    /// Messages whose quotes are unfolded.
    pub unfolded: BTreeSet<MessageId>,
    /// The width for which the lines were wrapped.
    pub width: u16,
    /// The person opened it (and has read it), it does not just follow the cursor.
    pub opened: bool,
}

impl Detail {
    /// The lines of the tab that is shown.
    pub fn lines(&self) -> &[DetailLine] {
        match (&self.loaded, self.tab) {
            (None, _) => &[],
            (Some(l), Tab::Conversation) => &l.conversation,
            (Some(l), Tab::Timeline) => &l.timeline,
        }
    }

    /// Whether a line holds a word that is looked for.
    pub fn holds(&self, l: &DetailLine) -> bool {
        let low = l.text.to_lowercase();
        self.words.iter().any(|w| low.contains(w))
    }

    /// The message that is in sight first, by index in the thread; the last one where all are.
    pub fn in_sight(&self) -> Option<usize> {
        let last = self.loaded.as_ref()?.thread.messages.len().checked_sub(1)?;
        if self.scroll == 0 {
            return Some(last);
        }
        let seen = self.lines().iter().skip(self.scroll);
        Some(seen.filter_map(|l| l.message).next().unwrap_or(last))
    }

    /// Whether a message, by its index in the thread, is marked.
    pub fn is_marked(&self, index: usize) -> bool {
        let messages = self.loaded.as_ref().map(|l| &l.thread.messages);
        messages
            .and_then(|m| m.get(index))
            .is_some_and(|m| self.marked.contains(&m.id))
    }

    /// The fields that are known: the thread's, else the list's.
    pub fn row(&self) -> Option<&QueueRow> {
        self.loaded.as_ref().map(|l| &l.row).or(self.row.as_ref())
    }
}
