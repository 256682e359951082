//! Hostile text in, printable text out: the one gate.

use serde::{Deserialize, Serialize};

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
}

impl std::fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0.escape_debug().to_string())
    }
}
