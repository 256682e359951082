//! What can come next while a query is typed.

use std::ops::Range;

use crate::domain::list::Vocabulary;
use crate::domain::text::Printable;

/// Something that can be put at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The bytes of the input that it replaces.
    pub replace: Range<usize>,
    /// What to put there.
    pub text: Printable,
    /// What it means, in a few words.
    pub help: Printable,
}

/// What fits at the cursor (a byte offset), the most likely first; at most 50.
pub fn complete(_input: &str, _cursor: usize, _vocabulary: &Vocabulary) -> Vec<Completion> {
    Vec::new()
}
