//! Who is there when, on the screen.

use crate::domain::text::Printable;

/// Who is there when.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// It is here.
    pub loaded: bool,
    /// What went wrong with the latest request.
    pub error: Option<Printable>,
}
