//! The filter language: parse, print, meaning.

/// Which tickets. (The full language lands beside this.)
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {}
