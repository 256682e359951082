//! Articles on the screen.

use crate::domain::knowledge::{Article, ArticleKey, Look};
use crate::domain::text::Printable;
use crate::domain::ticket::{TicketId, TicketKey};

/// A line of an article, as wide as its pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleLine {
    /// How it looks.
    pub look: Look,
    /// What it says.
    pub text: Printable,
}

/// Articles.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// They are here.
    pub loaded: bool,
    /// What went wrong with the latest request.
    pub error: Option<Printable>,
    /// All of them, by name.
    pub all: Vec<Article>,
    /// The rows: indexes into them, in order.
    pub rows: Vec<usize>,
    /// The row under the cursor.
    pub cursor: usize,
    /// The first row that is shown.
    pub top: usize,
    /// Words by which the list is narrowed; empty: all are shown.
    pub words: String,
    /// What was found with them, the best first; none: not here yet.
    pub found: Option<Vec<ArticleKey>>,
    /// The article is read: keys scroll it.
    pub reading: bool,
    /// Its lines, wrapped for a width.
    pub lines: Vec<ArticleLine>,
    /// Of which article and for which width they are.
    pub lines_of: Option<(ArticleKey, u16)>,
    /// The first line that is shown.
    pub scroll: usize,
    /// The ticket from which the person came.
    pub from: Option<(TicketId, TicketKey)>,
}

impl Knowledge {
    /// The article under the cursor.
    pub fn selected(&self) -> Option<&Article> {
        self.all.get(*self.rows.get(self.cursor)?)
    }
}
