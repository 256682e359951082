//! Text being written to a requester or among agents.

use tui_textarea::TextArea;

use crate::domain::Instant;
use crate::domain::change::NewAttachment;
use crate::domain::text::Printable;
use crate::domain::thread::{Draft, Visibility};
use crate::domain::ticket::{TicketId, TicketKey};

/// One line of the popup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopupItem {
    /// What is shown.
    pub label: Printable,
    /// A second, fainter text.
    pub detail: Printable,
    /// What is put into the text.
    pub insert: String,
    /// What Tab puts there instead, where that is something else: an article's own words.
    pub words: Option<String>,
}

/// Snippets after `::`, people after `@@`, articles after `??`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Popup {
    /// `::`, `@@` or `??`.
    pub sign: &'static str,
    /// What was typed after the sign.
    pub typed: String,
    /// What fits, best first.
    pub items: Vec<PopupItem>,
    /// The item under the cursor.
    pub cursor: usize,
}

/// The editor.
#[derive(Debug, Clone)]
pub struct Composer {
    /// Which ticket it is for.
    pub ticket: TicketId,
    /// Its number, for the title.
    pub key: TicketKey,
    /// Its subject, for the title.
    pub subject: Printable,
    /// Who will read a public reply.
    pub requester: Printable,
    /// For whom.
    pub visibility: Visibility,
    /// Files that go with it.
    pub files: Vec<NewAttachment>,
    /// The text and its cursor.
    pub area: TextArea<'static>,
    /// What is offered while typing.
    pub popup: Option<Popup>,
    /// When the text was last touched and is not known to be on disk.
    pub touched: Option<Instant>,
    /// When the text on disk was saved; none: never.
    pub saved: Option<Instant>,
    /// Why it is not on disk, if saving failed.
    pub error: Option<Printable>,
}

impl Composer {
    /// The text.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// It as a draft.
    pub fn draft(&self, at: Instant) -> Draft {
        Draft {
            ticket: self.ticket,
            visibility: self.visibility,
            body: self.text(),
            at,
            files: self.files.clone(),
        }
    }

    /// There is nothing in it worth keeping.
    pub fn is_empty(&self) -> bool {
        self.is_blank() && self.files.is_empty()
    }

    /// There is nothing in it but blanks.
    pub fn is_blank(&self) -> bool {
        self.area.lines().iter().all(|l| l.trim().is_empty())
    }
}
