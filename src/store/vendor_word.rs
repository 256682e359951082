//! Words to the vendor on their way: heard in notes, sent once, settled.

use rusqlite::params;

use super::escalation::{keep, latest, load, uuid};
use super::lay::Scene;
use super::rows::{self, ms};
use super::{Result, Writer};
use crate::domain::Instant;
use crate::domain::change::{Act, Change, ChangeId, Stage as Sent};
use crate::domain::escalation::{Address, EscalationId, heard_there};
use crate::domain::remote::{Mark, RemoteId};
use crate::domain::text::Untrusted;
use crate::domain::thread::Visibility;
use crate::domain::ticket::TicketKey;

/// Something that is said to the vendor, on its way there.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Its identity: that of the change that says it.
    pub id: ChangeId,
    /// Of which escalation.
    pub escalation: EscalationId,
    /// The vendor's number of it.
    pub key: TicketKey,
    /// The vendor's desk that has it; none: it was not kept yet.
    pub address: Option<Address>,
    /// When it was said.
    pub at: Instant,
    /// What.
    pub body: Untrusted,
    /// It was being sent, after that mark of the vendor's desk.
    pub mark: Option<Mark>,
    /// What earlier words became there: none of it is this one.
    pub taken: Vec<RemoteId>,
}

impl Scene<'_> {
    /// A note that is addressed to the vendor goes there too, without what must not leave: this
    /// is the one place that every note passes, whoever wrote it.
    pub fn overheard(&self, change: &Change) -> Result<()> {
        let Act::Say {
            visibility: Visibility::Internal,
            body,
            ..
        } = &change.act
        else {
            return Ok(());
        };
        let Some(e) = latest(self.conn, change.ticket)? else {
            return Ok(());
        };
        if !e.stage.is_open() || !e.is_apart() {
            return Ok(());
        }
        let workspace = self.ticket(change.ticket)?.workspace;
        match heard_there(body.raw(), workspace.as_ref()) {
            Some(words) => self.say_to_vendor(change, e.id, &words),
            None => Ok(()),
        }
    }

    /// Words that go to the vendor with a change of the ticket.
    pub fn say_to_vendor(&self, change: &Change, of: EscalationId, words: &str) -> Result<()> {
        self.conn
            .prepare_cached("INSERT OR IGNORE INTO vendor_word(id,escalation,stage,at,body) VALUES(?1,?2,0,?3,?4)")?
            .execute(params![
                change.id.0.as_bytes().as_slice(),
                of.0.as_bytes().as_slice(),
                ms(change.at),
                words
            ])?;
        Ok(())
    }

    /// The note that said it is taken back: so is the word, if it has not left.
    pub fn unsay_to_vendor(&self, id: ChangeId) -> Result<()> {
        self.conn
            .prepare_cached("DELETE FROM vendor_word WHERE id = ?1 AND stage < 2")?
            .execute([id.0.as_bytes().as_slice()])?;
        Ok(())
    }

    /// Forgets words of that sort that have not left; whether there were any.
    pub fn forget_words(&self, of: EscalationId, words: &str) -> Result<bool> {
        let n = self
            .conn
            .prepare_cached(
                "DELETE FROM vendor_word WHERE escalation = ?1 AND stage < 2 AND body = ?2",
            )?
            .execute(params![of.0.as_bytes().as_slice(), words])?;
        Ok(n > 0)
    }

    /// The vendor's desk took a word: that one before was refused is not said any more.
    fn taken_again(&self, word: ChangeId) -> Result<()> {
        let of = load(
            self.conn,
            "id = (SELECT escalation FROM vendor_word WHERE id = ?1)",
            [word.0.as_bytes().as_slice()],
        )?;
        for mut e in of.into_iter().filter(|e| e.unsaid.is_some()) {
            e.unsaid = None;
            keep(self.conn, &e)?;
        }
        Ok(())
    }
}

impl Writer {
    /// Words that may go to the vendor, and those of which nobody knows whether they went.
    ///
    /// # Errors
    /// As [`Self::leaving`].
    pub fn vendor_words(&self) -> Result<Vec<Word>> {
        self.run(|| {
            let mut stmt = self.conn.prepare_cached(
                "SELECT w.id, w.escalation, w.at, w.body, CASE WHEN w.stage = 2 THEN coalesce(w.mark, '') END, e.json ->> '$.key', w.seq, e.json ->> '$.package.address'
                 FROM vendor_word w CROSS JOIN escalation e ON e.id = w.escalation WHERE w.stage IN (1, 2)",
            )?;
            let mut taken = self.conn.prepare_cached(
                "SELECT entry FROM vendor_word WHERE escalation = ?1 AND entry IS NOT NULL",
            )?;
            let mut found = stmt.query([])?;
            let mut all = Vec::new();
            while let Some(r) = found.next()? {
                let key = r.get::<_, Option<String>>(5)?;
                let Some(key) = key.and_then(|k| TicketKey::parse(&k).ok()) else {
                    continue;
                };
                let of: Vec<u8> = r.get(1)?;
                let (Ok(id), Ok(escalation)) = (uuid(&r.get::<_, Vec<u8>>(0)?), uuid(&of)) else {
                    continue;
                };
                let taken = taken.query_map([of], |r| r.get(0).map(RemoteId))?;
                let word = Word {
                    id: ChangeId(id),
                    escalation: EscalationId(escalation),
                    key,
                    address: r.get::<_, Option<String>>(7)?.map(Address::from),
                    at: rows::at(r.get(2)?),
                    body: Untrusted::new(r.get::<_, String>(3)?),
                    mark: r.get::<_, Option<String>>(4)?.map(Mark),
                    taken: taken.collect::<rusqlite::Result<_>>()?,
                };
                all.push((r.get::<_, i64>(6)?, word));
            }
            all.sort_by_key(|(seq, _)| *seq);
            Ok(all.into_iter().map(|(_, word)| word).collect())
        })
    }

    /// A word is being sent from now on; false if it was taken back in the meantime. Durable.
    ///
    /// # Errors
    /// As [`Self::leaving`].
    pub fn begin_word(&mut self, id: ChangeId, mark: &Mark) -> Result<bool> {
        self.scene(true, |s| {
            let n = s
                .conn
                .prepare_cached(
                    "UPDATE vendor_word SET stage = 2, mark = ?2 WHERE id = ?1 AND stage = 1",
                )?
                .execute(params![id.0.as_bytes().as_slice(), mark.0])?;
            Ok(n > 0)
        })
    }

    /// What became of a word: the vendor has it, they will not have it, or it goes again.
    ///
    /// # Errors
    /// As [`Self::leaving`].
    pub fn word_settled(
        &mut self,
        id: ChangeId,
        stage: Sent,
        entry: Option<&RemoteId>,
    ) -> Result<()> {
        self.scene(true, |s| {
            s.conn
                .prepare_cached("UPDATE vendor_word SET stage = ?2, entry = ?3 WHERE id = ?1")?
                .execute(params![
                    id.0.as_bytes().as_slice(),
                    stage.code(),
                    entry.map(|e| e.0.as_str())
                ])?;
            if stage == Sent::Confirmed {
                s.taken_again(id)?;
            }
            Ok(())
        })
    }
}
