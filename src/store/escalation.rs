//! Escalations: begun, ended and taken up again by acts on their tickets, and what became of them.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::lay::{self, Scene};
use super::rows::{self, ms};
use super::{Reader, Result, StoreError, Stored, Writer, audit};
use crate::domain::Instant;
use crate::domain::change::{Act, BatchId, Change, ChangeId};
use crate::domain::escalation::{
    Brought, Escalation, EscalationId, Heard, Package, Stage, Theirs, from_vendor, taken_back,
    taken_up,
};
use crate::domain::people::AgentId;
use crate::domain::remote::RemoteId;
use crate::domain::request::Form;
use crate::domain::sla::Owner;
use crate::domain::text::Untrusted;
use crate::domain::thread::{AttachmentId, MessageId, Visibility};
use crate::domain::ticket::{TicketId, TicketKey};

/// The stored stage of what is back while nobody knows whether it has left.
const BACK_UNKNOWN: i64 = 7;

impl Reader {
    /// The latest escalation of a ticket, if it ever was escalated.
    ///
    /// # Errors
    /// As all reads: the file is damaged or gone, or the reading was interrupted.
    pub fn escalation(&self, ticket: TicketId) -> Result<Option<Escalation>> {
        self.run(|| latest(&self.conn, ticket))
    }

    /// The ticket that something handed over became here.
    ///
    /// # Errors
    /// As [`Self::escalation`].
    pub fn arrived(&self, id: Uuid) -> Result<Option<TicketId>> {
        self.run(|| super::arrival::of(&self.conn, id))
    }
}

/// The latest escalation of a ticket: the open one, else the one that came back last.
pub fn latest(conn: &Connection, ticket: TicketId) -> Result<Option<Escalation>> {
    let all = load(
        conn,
        "ticket = ?1 ORDER BY stage, id DESC LIMIT 1",
        [ticket.0],
    )?;
    Ok(all.into_iter().next())
}

pub(super) fn load(
    conn: &Connection,
    which: &str,
    args: impl rusqlite::Params,
) -> Result<Vec<Escalation>> {
    let mut stmt = conn.prepare_cached(&format!("SELECT json FROM escalation WHERE {which}"))?;
    let mut found = stmt.query(args)?;
    let mut all = Vec::new();
    while let Some(r) = found.next()? {
        all.push(lay::parse(
            "an escalation",
            r.get_ref(0)?.as_str().unwrap_or(""),
        )?);
    }
    Ok(all)
}

pub(super) fn one(conn: &Connection, id: EscalationId) -> Result<Option<Escalation>> {
    let all = load(conn, "id = ?1", [id.0.as_bytes().as_slice()])?;
    Ok(all.into_iter().next())
}

pub(super) fn keep(conn: &Connection, e: &Escalation) -> Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO escalation VALUES(?1,?2,?3,?4)")?
        .execute(params![
            e.id.0.as_bytes().as_slice(),
            e.ticket.0,
            match e.stage {
                Stage::Back if e.flying => BACK_UNKNOWN,
                stage => stage.code(),
            },
            lay::to_json("an escalation", e)?
        ])?;
    Ok(())
}

impl Scene<'_> {
    /// Begins, ends or takes up an escalation, as a change wants it.
    pub fn hand(&self, change: &Change) -> Result<()> {
        let Act::Owner { to, of, package } = &change.act else {
            return Ok(());
        };
        match (to, one(self.conn, *of)?) {
            (Owner::Vendor, known) => {
                if let Some(other) = self.other_open(change.ticket, *of)? {
                    return Err(StoreError::Refused(format!(
                        "ticket {} went to {} in the meantime and nothing was done; look at it again",
                        self.ticket(change.ticket)?.key,
                        other.name()
                    )));
                }
                match (known, package) {
                    (Some(e), _) => self.take_up(change, e),
                    (None, Some(package)) => self.begin_hand(change, *of, package),
                    (None, None) => Ok(()),
                }
            }
            (Owner::Team, Some(e)) => self.give_back(change, e),
            (Owner::Team, None) => Ok(()),
        }
    }

    /// Another escalation of the ticket that is open: a plan may be older than it.
    fn other_open(&self, ticket: TicketId, than: EscalationId) -> Result<Option<Escalation>> {
        let found = latest(self.conn, ticket)?;
        Ok(found.filter(|e| e.id != than && e.stage.is_open()))
    }

    fn begin_hand(&self, change: &Change, of: EscalationId, package: &Package) -> Result<()> {
        let (by, at) = (change.by.clone(), change.at);
        let e = Escalation::new(of, change.ticket, package.clone(), by, at);
        keep(self.conn, &e)
    }

    /// It goes on where it was; the vendor is told if they heard that it was over.
    fn take_up(&self, change: &Change, mut e: Escalation) -> Result<()> {
        if e.stage.is_open() {
            return Ok(());
        }
        e.stage = match (e.is_apart(), &e.key) {
            (true, None) if e.flying => Stage::InFlight,
            (true, None) => Stage::Held,
            _ => e.seen(),
        };
        keep(self.conn, &e)?;
        if !self.forget_words(e.id, taken_back())? && e.stage == Stage::There && e.is_apart() {
            self.say_to_vendor(change, e.id, taken_up())?;
        }
        Ok(())
    }

    /// It is over; the vendor is told if it has left and they are not done.
    fn give_back(&self, change: &Change, mut e: Escalation) -> Result<()> {
        if !e.stage.is_open() {
            return Ok(());
        }
        let tell = e.is_apart() && e.stage.has_left() && e.stage != Stage::Resolved;
        e.stage = Stage::Back;
        keep(self.conn, &e)?;
        if tell && !self.forget_words(e.id, taken_up())? {
            self.say_to_vendor(change, e.id, taken_back())?;
        }
        Ok(())
    }

    /// A change that handed the clocks over or back is taken off its ticket.
    pub fn unhand(&self, change: &Change) -> Result<()> {
        let Act::Owner { to, of, package } = &change.act else {
            return Ok(());
        };
        self.unsay_to_vendor(change.id)?;
        let Some(mut e) = one(self.conn, *of)? else {
            return Ok(());
        };
        match to {
            Owner::Vendor if package.is_some() && !e.stage.has_left() => {
                self.conn
                    .prepare_cached("DELETE FROM escalation WHERE id = ?1")?
                    .execute([of.0.as_bytes().as_slice()])?;
                Ok(())
            }
            Owner::Vendor => {
                e.stage = Stage::Back;
                keep(self.conn, &e)
            }
            Owner::Team if self.other_open(change.ticket, *of)?.is_some() => Ok(()),
            Owner::Team => self.take_up(change, e),
        }
    }

    /// What a change begins may leave from now on.
    pub fn hand_confirmed(&self, change: &Change) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE vendor_word SET stage = 1 WHERE id = ?1 AND stage = 0")?
            .execute([change.id.0.as_bytes().as_slice()])?;
        let Act::Owner {
            to: Owner::Vendor,
            of,
            ..
        } = &change.act
        else {
            return Ok(());
        };
        let Some(mut e) = one(self.conn, *of)?.filter(|e| e.stage == Stage::Held) else {
            return Ok(());
        };
        e.stage = if e.is_apart() {
            Stage::Waiting
        } else {
            Stage::There
        };
        keep(self.conn, &e)
    }
}

impl Writer {
    /// Escalations that may leave now, and those of which nobody knows whether they have left.
    ///
    /// # Errors
    /// As all writes: no room, no permission, damage, another writer.
    pub fn leaving(&self, now: Instant) -> Result<Vec<Escalation>> {
        self.run(|| {
            let mut all = load(&self.conn, "stage IN (2, 3, 7)", [])?;
            all.retain(|e| e.again.is_none_or(|at| at <= now));
            all.sort_by_key(|e| e.id);
            Ok(all)
        })
    }

    /// Escalations that the vendor has and that are open.
    ///
    /// # Errors
    /// As [`Self::leaving`].
    pub fn with_vendor(&self) -> Result<Vec<Escalation>> {
        self.run(|| {
            let mut all = load(&self.conn, "stage IN (4, 5)", [])?;
            all.retain(|e| e.is_apart() && e.key.is_some());
            all.sort_by_key(|e| e.id);
            Ok(all)
        })
    }

    /// It is leaving from now on; false if it was taken back in the meantime. Durable.
    ///
    /// # Errors
    /// As [`Self::leaving`].
    pub fn begin_escalation(&mut self, id: EscalationId) -> Result<bool> {
        self.on_escalation(id, |e| {
            let may = e.stage == Stage::Waiting;
            if may {
                (e.stage, e.flying, e.trouble, e.again) = (Stage::InFlight, true, None, None);
            }
            may
        })
    }

    /// The vendor has it, under that number.
    ///
    /// # Errors
    /// As [`Self::leaving`].
    pub fn escalation_there(
        &mut self,
        id: EscalationId,
        key: &TicketKey,
        now: Instant,
    ) -> Result<Vec<TicketId>> {
        self.scene(true, |s| {
            let Some(mut e) = one(s.conn, id)? else {
                return Ok(Vec::new());
            };
            (e.key, e.flying, e.trouble, e.again) = (Some(key.clone()), false, None, None);
            if e.stage.is_open() {
                e.stage = Stage::There;
            }
            keep(s.conn, &e)?;
            s.vendor_was_asked(&e, now)?;
            let detail = serde_json::json!({"escalation": id, "vendor": key.as_str()});
            let by = e.by.as_str();
            audit::add(
                s.conn,
                now,
                by,
                Some(e.ticket),
                "escalated",
                &detail.to_string(),
            )?;
            Ok(vec![e.ticket])
        })
    }

    /// It was looked for there and is not: it may leave again, unless it was taken back.
    ///
    /// # Errors
    /// As [`Self::leaving`].
    pub fn escalation_not_there(&mut self, id: EscalationId) -> Result<()> {
        self.on_escalation(id, |e| {
            e.flying = false;
            if e.stage == Stage::InFlight {
                e.stage = Stage::Waiting;
            }
        })?;
        // Nobody there knows of it: there is nothing to take back.
        self.run(|| {
            self.conn.execute(
                "DELETE FROM vendor_word WHERE escalation IN (SELECT id FROM escalation WHERE id = ?1 AND stage >= 6)",
                [id.0.as_bytes().as_slice()],
            )?;
            Ok(())
        })
    }

    /// It could not leave now; `known`: nothing arrived there.
    ///
    /// # Errors
    /// As [`Self::leaving`].
    pub fn escalation_held_up(
        &mut self,
        id: EscalationId,
        why: &Untrusted,
        known: bool,
        again: Instant,
    ) -> Result<Vec<TicketId>> {
        self.on_escalation(id, |e| {
            (e.trouble, e.again) = (Some(why.clone()), Some(rows::whole_ms(again)));
            if known && e.stage == Stage::InFlight {
                (e.stage, e.flying) = (Stage::Waiting, false);
            }
            vec![e.ticket]
        })
    }

    /// Where the bytes of a file that goes along are.
    ///
    /// # Errors
    /// As [`Self::leaving`].
    pub fn stored(&self, id: AttachmentId) -> Result<Option<Stored>> {
        self.run(|| super::remote::stored(&self.conn, id))
    }

    /// When one that is held up is tried again; none: none is.
    ///
    /// # Errors
    /// As [`Self::leaving`].
    pub fn next_escalation(&self) -> Result<Option<Instant>> {
        self.run(|| {
            let all = load(&self.conn, "stage IN (2, 3, 7)", [])?;
            Ok(all.into_iter().filter_map(|e| e.again).min())
        })
    }

    fn on_escalation<T: Default>(
        &mut self,
        id: EscalationId,
        change: impl FnOnce(&mut Escalation) -> T,
    ) -> Result<T> {
        self.scene(true, |s| {
            let Some(mut e) = one(s.conn, id)? else {
                return Ok(T::default());
            };
            let out = change(&mut e);
            keep(s.conn, &e)?;
            Ok(out)
        })
    }

    /// What of this is not kept here yet and has files to be brought over.
    ///
    /// # Errors
    /// As [`Self::leaving`].
    pub fn unheard(&self, id: EscalationId, said: Vec<Heard>) -> Result<Vec<Heard>> {
        self.run(|| {
            let mut new = Vec::new();
            for heard in said.into_iter().filter(|h| !h.files.is_empty()) {
                let (note, _) = identity(id, &heard.id);
                if super::outbox::stage_of(&self.conn, note)?.is_none() {
                    new.push(heard);
                }
            }
            Ok(new)
        })
    }

    /// Why the vendor's desk would not take a word; it is shown until it takes one.
    ///
    /// # Errors
    /// As [`Self::leaving`].
    pub fn vendor_unsaid(&mut self, id: EscalationId, why: Untrusted) -> Result<Vec<TicketId>> {
        self.on_escalation(id, |e| {
            e.unsaid = Some(why);
            vec![e.ticket]
        })
    }

    /// What the vendor tells of its ticket: how it stands, and what was said, which becomes
    /// internal notes here, each once, with the files that were brought over. Names our ticket
    /// if it looks different now.
    ///
    /// # Errors
    /// As [`Self::leaving`].
    pub fn hear_vendor(
        &mut self,
        id: EscalationId,
        theirs: &Theirs,
        files: &BTreeMap<RemoteId, Brought>,
        now: Instant,
    ) -> Result<Vec<TicketId>> {
        self.scene(true, |s| {
            let Some(mut e) = one(s.conn, id)?.filter(|e| e.stage.is_open()) else {
                return Ok(Vec::new());
            };
            let before = e.clone();
            let mut theirs = theirs.clone();
            theirs.since = rows::whole_ms(theirs.since);
            let said = std::mem::take(&mut theirs.said);
            (e.theirs, e.trouble) = (Some(theirs), None);
            e.stage = e.seen();
            e.last = said.last().cloned().or(e.last);
            let new = s.keep_heard(&e, &said, files, now)?;
            if e == before && !new {
                return Ok(Vec::new());
            }
            keep(s.conn, &e)?;
            if new || e.stage != before.stage {
                s.conn
                    .prepare_cached("UPDATE ticket SET changed = 1 WHERE id = ?1")?
                    .execute([e.ticket.0])?;
            }
            Ok(vec![e.ticket])
        })
    }

    /// The vendor does not tell of it; said where it is not known yet.
    ///
    /// # Errors
    /// As [`Self::leaving`].
    pub fn vendor_silent(&mut self, id: EscalationId, why: &Untrusted) -> Result<Vec<TicketId>> {
        self.on_escalation(id, |e| {
            let news = e.trouble.as_ref() != Some(why);
            e.trouble = Some(why.clone());
            if news { vec![e.ticket] } else { Vec::new() }
        })
    }
}

pub(super) fn uuid(bytes: &[u8]) -> std::result::Result<Uuid, uuid::Error> {
    Uuid::from_slice(bytes)
}

impl Scene<'_> {
    /// What the vendor said becomes internal notes, each once however often it is told.
    fn keep_heard(
        &mut self,
        e: &Escalation,
        said: &[Heard],
        files: &BTreeMap<RemoteId, Brought>,
        now: Instant,
    ) -> Result<bool> {
        let none = Brought::default();
        let Ok(by) = AgentId::parse("vendor") else {
            return Ok(false);
        };
        let base = self.ticket(e.ticket)?.version;
        let (mut changes, mut notes) = (Vec::new(), Vec::new());
        for heard in said {
            let (id, message) = identity(e.id, &heard.id);
            if super::outbox::stage_of(self.conn, id)?.is_none() {
                let brought = files.get(&heard.id).unwrap_or(&none);
                notes.push((id, brought));
                changes.push(Change {
                    id,
                    batch: BatchId(id.0),
                    ticket: e.ticket,
                    at: heard.at.min(now),
                    by: by.clone(),
                    base,
                    not_before: None,
                    act: Act::Say {
                        message,
                        visibility: Visibility::Internal,
                        body: from_vendor(e, heard, brought),
                        attachments: Vec::new(),
                    },
                });
            }
        }
        self.commit(&changes, false)?;
        for (note, brought) in notes {
            self.attach_to_note(note, brought)?;
        }
        Ok(!changes.is_empty())
    }

    fn attach_to_note(&self, note: ChangeId, brought: &Brought) -> Result<()> {
        for file in &brought.files {
            let message = self
                .conn
                .prepare_cached("SELECT id FROM message WHERE change = ?1")?
                .query_row([note.0.as_bytes().as_slice()], |r| r.get(0))?;
            let (name, media) = (file.name.raw(), file.media_type.raw());
            lay::attach(self.conn, message, name, media, &file.bytes)?;
        }
        Ok(())
    }

    /// The form of a request says that the vendor was asked, and under which number.
    fn vendor_was_asked(&self, e: &Escalation, now: Instant) -> Result<()> {
        let found: Option<String> = self
            .conn
            .prepare_cached("SELECT json FROM request WHERE ticket = ?1")?
            .query_row([e.ticket.0], |r| r.get(0))
            .optional()?;
        let Some(json) = found else { return Ok(()) };
        let mut form: Form = lay::parse("a request's form", &json)?;
        if form.vendor.is_some() {
            return Ok(());
        }
        form.vendor = Some(Untrusted::new(e.name()));
        self.conn
            .prepare_cached("UPDATE request SET json = ?2, updated = ?3 WHERE ticket = ?1")?
            .execute(params![
                e.ticket.0,
                lay::to_json("a request's form", &form)?,
                ms(now)
            ])?;
        Ok(())
    }
}

/// The identities of the note that keeps something the vendor said: the same each time.
pub(super) fn identity(of: EscalationId, heard: &RemoteId) -> (ChangeId, MessageId) {
    let hash = Sha256::new()
        .chain_update(of.0.as_bytes())
        .chain_update(heard.0.as_bytes())
        .finalize();
    let (mut id, mut message) = ([0; 16], [0; 8]);
    id.copy_from_slice(&hash[..16]);
    message.copy_from_slice(&hash[16..24]);
    let id = uuid::Builder::from_custom_bytes(id).into_uuid();
    // Above all numbers that the store gives itself.
    let message = (i64::from_be_bytes(message) & i64::MAX) | (1 << 61);
    (ChangeId(id), MessageId(message))
}
