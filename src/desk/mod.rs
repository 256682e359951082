//! Helpdesks. A desk takes changes and says what it made of them; here is what every
//! desk is ([`Door`], [`Desk`], [`DeskError`]) and one file or folder a kind.
//!
//! A desk knows nothing of the store, the outbox or the screen: what is sent when, and
//! what an answer means for the outbox, is sync's.

pub mod caldav;
mod error;
mod http;
pub mod ics;
mod local;
pub mod rt;
mod secret;
mod vendor;

use std::future::Future;

pub use error::{DeskError, ErrorKind};
pub use local::Local;
pub use rt::Rt;
pub use secret::Secret;
pub use vendor::{SaidThere, ToSay, Vendor};

use crate::domain::Instant;
use crate::domain::knowledge::{Met, OutgoingArticle, PulledArticles, ToldArticle};
use crate::domain::people::AgentId;
use crate::domain::reach::Abilities;
use crate::domain::remote::{Cursor, Gone, Mark, Outgoing, Pulled, Receipt, RemoteId, Said, Told};
use crate::domain::text::Untrusted;
use crate::domain::ticket::TicketKey;

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
pub const KINDS: &[Kind] = &[
    Kind {
        kind: "local",
        name: "local desk",
        needs: "nothing: it lies on this machine, and `deskhand import FILE` fills it",
    },
    Kind {
        kind: "rt",
        name: "Request Tracker 5",
        needs: "its address, and a token or your password there",
    },
];

/// An answer of a desk.
pub type Answer<T> = Result<T, DeskError>;

/// How a change stands with the desk before it is sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Prepared {
    /// It may be sent; the mark is kept first, so that it can be looked for afterwards.
    Free(Mark),
    /// The desk has it so already: nothing is sent.
    There(Receipt),
    /// Somebody else has changed the same thing: the person chooses.
    Conflict(Box<Told>),
}

/// Who we are at a desk and what it is: what a person is shown when it is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The agent whose account it is.
    pub me: AgentId,
    /// The name people read.
    pub name: Untrusted,
    /// The desk's version, as it says it.
    pub version: Untrusted,
    /// Its clock; none where it does not tell.
    pub clock: Option<Instant>,
    /// Departments or queues that we may see.
    pub queues: Vec<Untrusted>,
    /// Statuses that were seen there.
    pub statuses: Vec<Untrusted>,
    /// Custom fields that were seen there.
    pub fields: Vec<Untrusted>,
    /// What we may do, in words: "reply", "note", "take", ...
    pub rights: Vec<String>,
    /// Where articles are kept that we may see, and whether we may write new ones there.
    pub shelves: Vec<(Untrusted, bool)>,
}

/// One helpdesk. All that sync wants of it; [`Desk`] is one, and so is a test's model of one.
///
/// No call waits longer than the desk's own time limit, none retries a write by itself, and
/// none changes anything but [`Self::send`] and [`Self::put_article`]. Of articles it is asked
/// only where [`Abilities::articles`] says so.
pub trait Door: Send + Sync {
    /// What it can do.
    fn abilities(&self) -> Abilities;

    /// The next step of a pull; none: from the beginning.
    ///
    /// # Errors
    /// Says why not, and whether and when to try again.
    fn pull(
        &self,
        from: Option<&Cursor>,
        now: Instant,
    ) -> impl Future<Output = Answer<Pulled>> + Send;

    /// All of one ticket, texts included.
    ///
    /// # Errors
    /// As [`Self::pull`].
    fn story(
        &self,
        key: &TicketKey,
        now: Instant,
    ) -> impl Future<Output = Answer<Result<Told, Gone>>> + Send;

    /// What was said in these entries of any tickets; those whose texts are not to be had are
    /// left out. Asked only where [`Abilities::texts_in_bulk`] says so, and for a page or so.
    ///
    /// # Errors
    /// As [`Self::pull`].
    fn texts(
        &self,
        _entries: &[RemoteId],
        _now: Instant,
    ) -> impl Future<Output = Answer<Vec<(RemoteId, Said)>>> + Send {
        std::future::ready(Ok(Vec::new()))
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// As [`Self::pull`].
    fn file(&self, file: &RemoteId, now: Instant) -> impl Future<Output = Answer<Vec<u8>>> + Send;

    /// Looks how a change would meet what the desk has now.
    ///
    /// # Errors
    /// As [`Self::pull`].
    fn prepare(
        &self,
        out: &Outgoing,
        now: Instant,
    ) -> impl Future<Output = Answer<Prepared>> + Send;

    /// Sends it, once. The answer is the truth as read back, not what the desk said of it.
    ///
    /// # Errors
    /// As [`Self::pull`]; refused: nothing was changed, with the desk's reason; a conflict:
    /// somebody was faster, nothing was changed.
    fn send(
        &self,
        out: &Outgoing,
        mark: &Mark,
        now: Instant,
    ) -> impl Future<Output = Answer<Receipt>> + Send;

    /// Asks whether the desk has it, if it was sent after that mark; none: it has not.
    ///
    /// # Errors
    /// As [`Self::pull`].
    fn look_up(
        &self,
        out: &Outgoing,
        mark: &Mark,
        now: Instant,
    ) -> impl Future<Output = Answer<Option<Receipt>>> + Send;

    /// The next step of asking for articles that are new, changed or gone; none: from the
    /// beginning.
    ///
    /// # Errors
    /// As [`Self::pull`].
    fn articles(
        &self,
        _from: Option<&Cursor>,
        _now: Instant,
    ) -> impl Future<Output = Answer<PulledArticles>> + Send {
        std::future::ready(Err(no_articles()))
    }

    /// Looks how an article would meet what the desk has now: before it is sent, and again where
    /// nobody knows whether it arrived.
    ///
    /// # Errors
    /// As [`Self::pull`]; refused: it cannot be taken there at all.
    fn meet_article(
        &self,
        _out: &OutgoingArticle,
        _now: Instant,
    ) -> impl Future<Output = Answer<Met>> + Send {
        std::future::ready(Err(no_articles()))
    }

    /// Sends an article, once. The answer is the truth as read back.
    ///
    /// # Errors
    /// As [`Self::send`].
    fn put_article(
        &self,
        _out: &OutgoingArticle,
        _mark: &Mark,
        _now: Instant,
    ) -> impl Future<Output = Answer<ToldArticle>> + Send {
        std::future::ready(Err(no_articles()))
    }
}

fn no_articles() -> DeskError {
    http::refused("this desk keeps no articles")
}

/// One of the helpdesks we can talk to.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one of it in the whole program"
)]
pub enum Desk {
    /// The embedded desk.
    Local(Local),
    /// Request Tracker 5.
    Rt(Rt),
}

impl Desk {
    /// The kind, as settings and messages call it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Local(_) => "local",
            Self::Rt(_) => "rt",
        }
    }

    /// How many requests were sent and how many bytes of answers were read, since the start.
    pub fn traffic(&self) -> (u64, u64) {
        match self {
            Self::Local(_) => (0, 0),
            Self::Rt(desk) => desk.traffic(),
        }
    }

    /// Whether it has to be asked over a network.
    pub const fn is_remote(&self) -> bool {
        !matches!(self, Self::Local(_))
    }
}

/// Hands a call on to the desk at hand.
macro_rules! at {
    ($self:ident, $desk:ident => $call:expr) => {
        match $self {
            Desk::Local($desk) => $call,
            Desk::Rt($desk) => $call,
        }
    };
}

impl Door for Desk {
    fn abilities(&self) -> Abilities {
        at!(self, desk => desk.abilities())
    }

    async fn pull(&self, from: Option<&Cursor>, now: Instant) -> Answer<Pulled> {
        at!(self, desk => desk.pull(from, now).await)
    }

    async fn story(&self, key: &TicketKey, now: Instant) -> Answer<Result<Told, Gone>> {
        at!(self, desk => desk.story(key, now).await)
    }

    async fn texts(&self, entries: &[RemoteId], now: Instant) -> Answer<Vec<(RemoteId, Said)>> {
        at!(self, desk => desk.texts(entries, now).await)
    }

    async fn file(&self, file: &RemoteId, now: Instant) -> Answer<Vec<u8>> {
        at!(self, desk => desk.file(file, now).await)
    }

    async fn prepare(&self, out: &Outgoing, now: Instant) -> Answer<Prepared> {
        at!(self, desk => desk.prepare(out, now).await)
    }

    async fn send(&self, out: &Outgoing, mark: &Mark, now: Instant) -> Answer<Receipt> {
        at!(self, desk => desk.send(out, mark, now).await)
    }

    async fn look_up(&self, out: &Outgoing, mark: &Mark, now: Instant) -> Answer<Option<Receipt>> {
        at!(self, desk => desk.look_up(out, mark, now).await)
    }

    async fn articles(&self, from: Option<&Cursor>, now: Instant) -> Answer<PulledArticles> {
        at!(self, desk => desk.articles(from, now).await)
    }

    async fn meet_article(&self, out: &OutgoingArticle, now: Instant) -> Answer<Met> {
        at!(self, desk => desk.meet_article(out, now).await)
    }

    async fn put_article(
        &self,
        out: &OutgoingArticle,
        mark: &Mark,
        now: Instant,
    ) -> Answer<ToldArticle> {
        at!(self, desk => desk.put_article(out, mark, now).await)
    }
}
