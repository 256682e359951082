//! A desk of the vendor's: it takes in what is escalated and says how that stands.

use std::future::Future;

use super::Answer;
use crate::domain::Instant;
use crate::domain::change::ChangeId;
use crate::domain::escalation::{Address, EscalationId, Package, Theirs};
use crate::domain::remote::{Gone, Mark, OutgoingFile, RemoteId};
use crate::domain::text::Untrusted;
use crate::domain::ticket::TicketKey;

/// Something that is said to the vendor.
#[derive(Debug, Clone, Copy)]
pub struct ToSay<'a> {
    /// Its identity from birth.
    pub id: ChangeId,
    /// Of which escalation.
    pub of: EscalationId,
    /// On which ticket of theirs.
    pub key: &'a TicketKey,
    /// What.
    pub body: &'a Untrusted,
    /// What earlier words became there: none of it is this one.
    pub taken: &'a [RemoteId],
}

/// What became of a word: it is there, under that name where the desk gives it one.
pub type SaidThere = Option<RemoteId>;

/// The vendor's desk. Nothing but [`Self::receive`] and [`Self::say`] changes anything there,
/// and neither is tried twice by itself.
pub trait Vendor: Send + Sync {
    /// Which desk it is.
    fn address(&self) -> Address;

    /// The ticket that an escalation became there; none: it has not arrived.
    ///
    /// # Errors
    /// Says why it cannot be told, and whether and when to try again.
    fn find(
        &self,
        id: EscalationId,
        now: Instant,
    ) -> impl Future<Output = Answer<Option<TicketKey>>> + Send;

    /// Makes a ticket of it there, once.
    ///
    /// # Errors
    /// As [`Self::find`]; refused: nothing was made.
    fn receive(
        &self,
        id: EscalationId,
        package: &Package,
        files: Vec<OutgoingFile>,
        now: Instant,
    ) -> impl Future<Output = Answer<TicketKey>> + Send;

    /// How that escalation stands there, under the number it was given, and what was said to us.
    /// A ticket of that number that is another's is not told of.
    ///
    /// # Errors
    /// As [`Self::find`].
    fn tell(
        &self,
        of: EscalationId,
        key: &TicketKey,
        now: Instant,
    ) -> impl Future<Output = Answer<Result<Theirs, Gone>>> + Send;

    /// The bytes of a file that they added.
    ///
    /// # Errors
    /// As [`Self::find`].
    fn file(&self, file: &RemoteId, now: Instant) -> impl Future<Output = Answer<Vec<u8>>> + Send;

    /// The mark of the moment before something is said.
    ///
    /// # Errors
    /// As [`Self::find`]; refused: the ticket of that number is another's.
    fn mark(&self, word: ToSay<'_>, now: Instant) -> impl Future<Output = Answer<Mark>> + Send;

    /// Says it, once.
    ///
    /// # Errors
    /// As [`Self::receive`].
    fn say(&self, word: ToSay<'_>, now: Instant) -> impl Future<Output = Answer<SaidThere>> + Send;

    /// Whether it was said, if it was sent after that mark; none: it was not.
    ///
    /// # Errors
    /// As [`Self::find`].
    fn find_word(
        &self,
        word: ToSay<'_>,
        mark: &Mark,
        now: Instant,
    ) -> impl Future<Output = Answer<Option<SaidThere>>> + Send;
}
