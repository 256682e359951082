//! Hostile text in, printable text out: the one gate.
//!
//! Everything that people and machines outside have written is [`Untrusted`]. It
//! cannot be shown; [`Untrusted::line`] and [`Untrusted::block`] make a
//! [`Printable`] of it, and whatever shows text takes only those. What the gate
//! lets pass and why is in `gate`; what a cluster takes in `cells`, measuring,
//! cutting and wrapping in `shape`; quoted mail in `quotes`; text for JSON in `json`; names for files in
//! `file`, cells of tables in `csv`. Turning HTML into text is not done here.

mod cells;
mod csv;
mod file;
mod gate;
mod json;
mod printable;
mod quotes;
mod shape;

use serde::{Deserialize, Serialize};

pub use cells::{cell_width, spread};
pub use csv::csv_cell;
pub use file::file_name;
pub use gate::{block, line};
pub use json::{json_escaped, printable_json, to_printable_json};
pub use printable::Printable;
pub use quotes::{Segment, SegmentKind, fold_quotes};
pub use shape::{columns, fit, pad, width, wrap};

/// Text from outside, as it was received. It has no `Display`: to show it, pass
/// it through the gate with [`Untrusted::line`] or [`Untrusted::block`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Untrusted(String);

impl Untrusted {
    /// Takes text as it came.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as it came, for storing, searching and comparing; never for showing.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// The text as one line that can be shown: see [`line()`].
    pub fn line(&self) -> Printable {
        line(&self.0)
    }

    /// The text as lines that can be shown: see [`block()`].
    pub fn block(&self) -> Printable {
        block(&self.0)
    }
}

impl std::fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0.escape_debug().to_string())
    }
}
