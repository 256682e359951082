//! Deskhand, a keyboard-driven terminal console for support desks.

pub mod domain;
