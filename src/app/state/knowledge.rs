//! Articles on the screen.

use crate::domain::text::Printable;

/// Articles.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// They are here.
    pub loaded: bool,
    /// What went wrong with the latest request.
    pub error: Option<Printable>,
}
