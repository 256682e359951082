//! The embedded desk: a desk like any other whose confirmation is immediate. Its tickets
//! lie in the store alone, so taking a change needs nothing but saying so.

use super::{Answer, Capabilities, Receipt};
use crate::domain::Instant;
use crate::domain::change::{Change, ChangeId};

/// The embedded desk.
#[derive(Debug, Default)]
pub struct Local {
    _private: (),
}

impl Local {
    /// The desk of this machine.
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) const fn capabilities(&self) -> Capabilities {
        Capabilities {
            looks_up: true,
            merges: true,
            links: true,
            labels: true,
            attachments: true,
            creates: true,
        }
    }

    #[expect(
        clippy::unused_async,
        reason = "the same door as desks that have to be asked over a network"
    )]
    pub(super) async fn push(&mut self, _change: &Change, _now: Instant) -> Answer<Receipt> {
        Ok(Receipt { version: None })
    }

    /// A change that was under way when the program ended is in the outbox, which is all
    /// that this desk has: it has it.
    #[expect(
        clippy::unused_async,
        reason = "the same door as desks that have to be asked over a network"
    )]
    pub(super) async fn look_up(
        &mut self,
        _id: ChangeId,
        _now: Instant,
    ) -> Answer<Option<Receipt>> {
        Ok(Some(Receipt { version: None }))
    }
}
