//! Whole screens: what of the State goes into which widget.

mod ask;
mod conflict;
mod coverage;
mod desk;
mod detail;
mod knowledge;
mod outbox;
mod overlay;
mod panes;
mod preview;
mod queue;
mod report;
mod requests;
mod sheet;
mod sla;
mod welcome;

pub use desk::{desk, toasts};
pub use overlay::overlays;
pub use welcome::{connect, too_small, welcome};

/// Where the terminal's own cursor is wanted.
pub type Cursor = Option<(u16, u16)>;
