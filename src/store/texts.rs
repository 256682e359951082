//! Texts that the desk has and this machine lacks, wherever they belong.

use rusqlite::{OptionalExtension as _, params};

use super::lay::Scene;
use super::outbox::tidy;
use super::rows::at;
use super::thread::{author, visibility};
use super::{Result, Writer};
use crate::domain::remote::{Entry, Happened, RemoteId, Said};
use crate::domain::ticket::TicketId;

impl Writer {
    /// The entries whose texts are not here, the newest first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn lacking(&self, limit: usize) -> Result<Vec<RemoteId>> {
        self.run(|| {
            let mut stmt = self.conn.prepare_cached(
                "SELECT remote FROM message INDEXED BY message_missing
                 WHERE missing = 1 AND id > 0 AND remote IS NOT NULL ORDER BY id DESC LIMIT ?1",
            )?;
            let most = i64::try_from(limit).unwrap_or(i64::MAX);
            let found = stmt.query_map(params![most], |r| Ok(RemoteId(r.get(0)?)))?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Keeps what was said in entries that were told without their texts; gives the tickets
    /// that look different now.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn keep_texts(&mut self, texts: &[(RemoteId, Said)]) -> Result<Vec<TicketId>> {
        self.scene(false, |s| s.keep_texts(texts))
    }
}

impl Scene<'_> {
    fn keep_texts(&mut self, texts: &[(RemoteId, Said)]) -> Result<Vec<TicketId>> {
        let mut tickets = Vec::new();
        for (remote, said) in texts {
            // It may have been told, or its ticket taken away, in the meantime.
            let Some((ticket, entry)) = self.entry_without_text(remote, said)? else {
                continue;
            };
            let heard = self.hear(ticket, std::slice::from_ref(&entry), entry.at)?;
            if heard.words {
                tickets.push(ticket);
            }
        }
        tidy(&mut tickets);
        self.reindex(&tickets)?;
        Ok(tickets)
    }

    /// The entry as it was told, with its text.
    fn entry_without_text(
        &self,
        remote: &RemoteId,
        said: &Said,
    ) -> Result<Option<(TicketId, Entry)>> {
        let found = self
            .conn
            .prepare_cached(
                "SELECT ticket, at, side, author, visibility FROM message WHERE remote = ?1 AND missing = 1",
            )?
            .query_row([&remote.0], |r| {
                let entry = Entry {
                    remote: remote.clone(),
                    at: at(r.get(1)?),
                    by: author(r.get(2)?, r.get(3)?),
                    what: Happened::Said {
                        visibility: visibility(r.get(4)?),
                        content: Some(said.clone()),
                    },
                };
                Ok((TicketId(r.get(0)?), entry))
            });
        Ok(found.optional()?)
    }
}
