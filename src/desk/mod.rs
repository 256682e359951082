//! Helpdesks. A desk takes changes and says what it made of them; here is what every
//! desk is ([`Desk`], [`Capabilities`], [`DeskError`]) and one file or folder a kind.
//!
//! A desk knows nothing of the store, the outbox or the screen: what is sent when, and
//! what an answer means for the outbox, is sync's.

mod error;
mod local;

pub use error::{DeskError, ErrorKind};
pub use local::Local;

use crate::domain::Instant;
use crate::domain::change::{Change, ChangeId};

/// A kind of desk that can be connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// As settings call it: [`Desk::kind`].
    pub kind: &'static str,
    /// As people call it.
    pub name: &'static str,
    /// What has to be at hand to connect it.
    pub needs: &'static str,
}

/// The kinds that are built; what is not is not offered.
pub const KINDS: &[Kind] = &[Kind {
    kind: "local",
    name: "local desk",
    needs: "nothing: it lies on this machine, and `deskhand import FILE` fills it",
}];

/// What a desk can do, so that nothing is offered that it will refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// It can be asked whether it has a change already, by the change's own id.
    pub looks_up: bool,
    /// Merging and splitting.
    pub merges: bool,
    /// Ties between tickets.
    pub links: bool,
    /// Free labels.
    pub labels: bool,
    /// Files that go with a message.
    pub attachments: bool,
    /// Tickets can be made in it.
    pub creates: bool,
}

/// The desk's word that it has a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The ticket's version there, where the desk counts versions.
    pub version: Option<u64>,
}

/// An answer of a desk.
pub type Answer<T> = Result<T, DeskError>;

/// One of the helpdesks we can talk to.
#[derive(Debug)]
pub enum Desk {
    /// The embedded desk.
    Local(Local),
}

impl Desk {
    /// The kind, as settings and messages call it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Local(_) => "local",
        }
    }

    /// What it can do.
    pub const fn capabilities(&self) -> Capabilities {
        match self {
            Self::Local(desk) => desk.capabilities(),
        }
    }

    /// Sends a change. Sending one that it has already changes nothing.
    ///
    /// # Errors
    /// Says why not, and whether and when to try again.
    pub async fn push(&mut self, change: &Change, now: Instant) -> Answer<Receipt> {
        match self {
            Self::Local(desk) => desk.push(change, now).await,
        }
    }

    /// Asks whether it has a change; none: it does not.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub async fn look_up(&mut self, id: ChangeId, now: Instant) -> Answer<Option<Receipt>> {
        match self {
            Self::Local(desk) => desk.look_up(id, now).await,
        }
    }
}
