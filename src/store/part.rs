//! Whether all that was said in a ticket is here.

use rusqlite::OptionalExtension as _;

use super::{Result, Writer};
use crate::domain::ticket::{TicketId, TicketKey};

impl Writer {
    /// The number by which the desk knows a ticket of which it has not told all; none: all is
    /// here, or there is no such ticket.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn part(&self, id: TicketId) -> Result<Option<TicketKey>> {
        self.run(|| {
            let key: Option<String> = self
                .conn
                .prepare_cached(
                    "SELECT t.key FROM told d JOIN ticket t ON t.id = d.ticket
                     WHERE d.ticket = ?1 AND d.whole = 0",
                )?
                .query_row([id.0], |r| r.get(0))
                .optional()?;
            Ok(key.and_then(|k| TicketKey::parse(&k).ok()))
        })
    }
}
