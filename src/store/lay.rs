//! Laying a change over a ticket and taking it off again: the fields by projection, and
//! beside them messages, timeline, links, merges and splits.

use rusqlite::{Connection, OptionalExtension, params};

use super::draft;
use super::put::{self, Counters};
use super::rows::{self, ms};
use super::{Result, Rules, StoreError};
use crate::domain::change::{Act, Change, LinkKind, Stage};
use crate::domain::sla::{Owner, Side, SlaEvent, What};
use crate::domain::text::Untrusted;
use crate::domain::thread::Visibility;
use crate::domain::ticket::{Status, Ticket, TicketId, TicketKey, Turn};

/// What a transaction carries along.
pub struct Scene<'a> {
    pub conn: &'a Connection,
    pub rules: &'a Rules,
    pub counters: Counters,
}

/// The stored number of a tie.
pub const fn link_code(kind: LinkKind) -> i64 {
    match kind {
        LinkKind::Related => 1,
        LinkKind::BlockedBy => 2,
        LinkKind::SplitFrom => 3,
    }
}

/// What an act means to the clocks.
pub fn clock_event(change: &Change) -> Option<SlaEvent> {
    let what = match &change.act {
        Act::Status { to } => What::Status(*to),
        Act::Merge { .. } => What::Status(Status::Closed),
        Act::Unmerge { status } => What::Status(*status),
        Act::Say {
            visibility: Visibility::Public,
            ..
        } => What::AgentReply,
        Act::Owner { to, .. } => What::Owner(*to),
        _ => return None,
    };
    Some(SlaEvent {
        at: change.at,
        what,
    })
}

/// The stored number of a visibility.
pub const fn visibility_code(v: Visibility) -> i64 {
    match v {
        Visibility::Public => 1,
        Visibility::Internal => 2,
    }
}

impl Scene<'_> {
    /// The ticket, or a sentence.
    pub fn ticket(&self, id: TicketId) -> Result<Ticket> {
        put::load(self.conn, id)?
            .ok_or_else(|| StoreError::NoTicket(format!("with the inner number {}", id.0)))
    }

    /// The ticket as the desk knows it.
    pub fn base(&self, shown: &Ticket) -> Result<Ticket> {
        let json: Option<String> = self
            .conn
            .prepare_cached("SELECT json FROM base WHERE ticket = ?1")?
            .query_row([shown.id.0], |r| r.get(0))
            .optional()?;
        json.map_or_else(|| Ok(shown.clone()), |j| parse("a ticket's base", &j))
    }

    /// Keeps the base.
    pub fn keep_base(&self, base: &Ticket) -> Result<()> {
        let json = to_json("a ticket's base", base)?;
        self.conn
            .prepare_cached("INSERT OR REPLACE INTO base VALUES(?1, ?2)")?
            .execute(params![base.id.0, json])?;
        Ok(())
    }

    /// Computes what is shown from the base and the changes that are laid over it.
    pub fn project(&mut self, id: TicketId) -> Result<()> {
        let shown = self.ticket(id)?;
        let mut t = self.base(&shown)?;
        let open = super::outbox::laid_over(self.conn, id)?;
        let mut history = put::history(self.conn, t.clone())?;
        for change in &open {
            change.act.apply(&mut t, change.at);
        }
        history
            .events
            .extend(super::outbox::clock_events(self.conn, id)?);
        history.events.sort_by_key(|e| e.at);
        (t.unread, t.changed) = (shown.unread, shown.changed);
        t.waiting = u32::try_from(open.len()).unwrap_or(u32::MAX);
        t.labels.sort();
        t.labels.dedup();
        history.ticket = t;
        let t = put::with_due(self.conn, self.rules, history)?;
        put::write(self.conn, Some(&shown), &t, &mut self.counters)?;
        if open.is_empty() {
            self.conn
                .prepare_cached("DELETE FROM base WHERE ticket = ?1")?
                .execute([id.0])?;
        }
        if shown.subject != t.subject
            || shown.labels != t.labels
            || shown.workspace != t.workspace
            || shown.merged_into != t.merged_into
        {
            put::index_words(self.conn, &t)?;
        }
        if shown.merged_into != t.merged_into {
            let both = [shown.merged_into, t.merged_into];
            self.reindex(&both.into_iter().flatten().collect::<Vec<_>>())?;
        }
        Ok(())
    }

    /// Does what stands beside the fields; may fill in the act what only the store knows.
    pub fn lay(&mut self, change: &mut Change, before: &Ticket) -> Result<Vec<TicketId>> {
        let mut also = Vec::new();
        // Afterwards it is gone, and its number with it.
        let gone = match &change.act {
            Act::Unsplit { new, .. } => self.key(*new)?,
            _ => None,
        };
        match &mut change.act {
            Act::Say { .. } => {
                self.say(change)?;
                self.overheard(change)?;
            }
            Act::Owner { .. } => self.hand(change)?,
            Act::Link { to, kind } => {
                self.tie(change.ticket, *to, *kind, true)?;
                also.push(*to);
            }
            Act::Unlink { to, kind } => {
                self.tie(change.ticket, *to, *kind, false)?;
                also.push(*to);
            }
            Act::Merge { into } => {
                if *into == change.ticket || self.ticket(*into)?.merged_into.is_some() {
                    return Err(StoreError::Refused("a ticket cannot be merged into itself or into one that is merged; choose the ticket that goes on".into()));
                }
                draft::follow(self.conn, change.ticket, *into)?;
                also.push(*into);
            }
            Act::Unmerge { .. } => {
                draft::return_home(self.conn, change.ticket)?;
                also.extend(before.merged_into);
            }
            Act::Split {
                subject,
                messages,
                new,
            } => {
                let made = self.split(before, subject, new.take(), change.at)?;
                for m in messages.iter() {
                    self.conn
                        .prepare_cached(
                            "UPDATE message SET ticket = ?1 WHERE id = ?2 AND ticket = ?3",
                        )?
                        .execute(params![made.0, m.0, change.ticket.0])?;
                }
                *new = Some(made);
                also.extend([change.ticket, made]);
            }
            Act::Unsplit { new, .. } => {
                let new = *new;
                self.unsplit(change.ticket, new)?;
                also.push(change.ticket);
            }
            _ => {}
        }
        self.note_timeline(change, before, gone)?;
        Ok(also)
    }

    /// Takes away what stands beside the fields. The outbox row is no longer laid over.
    pub fn lift(&mut self, change: &Change) -> Result<Vec<TicketId>> {
        let id = change.id.0.as_bytes().as_slice();
        let mut also = Vec::new();
        match &change.act {
            Act::Say { .. } => {
                // It may lie in a ticket that was split off since.
                let mut of = self
                    .conn
                    .prepare_cached("SELECT ticket FROM message WHERE change = ?1")?;
                for at in of.query_map([id], |r| r.get(0))? {
                    also.push(TicketId(at?));
                }
                for sql in [
                    "DELETE FROM attachment_data WHERE id IN (SELECT a.id FROM attachment a JOIN message m ON m.id = a.message WHERE m.change = ?1)",
                    "DELETE FROM attachment WHERE message IN (SELECT id FROM message WHERE change = ?1)",
                    "DELETE FROM message WHERE change = ?1",
                ] {
                    self.conn.prepare_cached(sql)?.execute([id])?;
                }
                self.unsay_to_vendor(change.id)?;
                also.push(change.ticket);
            }
            Act::Owner { .. } => self.unhand(change)?,
            // A tie that was there before the change stays, one that was not does not come.
            Act::Link { to, kind } | Act::Unlink { to, kind } if self.has_inverse(change)? => {
                let cut = matches!(change.act, Act::Unlink { .. });
                self.tie(change.ticket, *to, *kind, cut)?;
            }
            Act::Merge { into } => {
                draft::return_home(self.conn, change.ticket)?;
                also.push(*into);
            }
            Act::Split { new: Some(new), .. } => {
                self.unsplit(change.ticket, *new)?;
                also.push(change.ticket);
            }
            _ => {}
        }
        self.conn
            .prepare_cached("DELETE FROM timeline WHERE change = ?1")?
            .execute([id])?;
        Ok(also)
    }

    /// Makes a ticket of its own.
    pub fn create(
        &mut self,
        new: &crate::domain::import::NewTicket,
        by: &crate::domain::people::AgentId,
        now: crate::domain::Instant,
    ) -> Result<Ticket> {
        if let Some(why) = super::against::against_subject(&new.subject) {
            return Err(StoreError::Refused(why));
        }
        let key = new_key(self.conn)?;
        let mut i = crate::domain::import::ImportTicket::new(key.clone(), new.subject.clone(), now);
        (i.kind, i.priority, i.unread) = (new.kind, new.priority, false);
        (i.tenant, i.workspace) = (new.tenant.clone(), new.workspace.clone());
        (i.requester, i.assignee, i.labels) = (
            new.requester.clone(),
            new.assignee.clone(),
            new.labels.clone(),
        );
        let author = new.requester.clone().map_or_else(
            || crate::domain::thread::Author::Agent { id: by.clone() },
            |name| crate::domain::thread::Author::Requester { name },
        );
        if !new.body.raw().is_empty() {
            i.messages.push(crate::domain::import::ImportMessage {
                at: now,
                author,
                visibility: Visibility::Public,
                body: new.body.clone(),
                attachments: Vec::new(),
            });
        }
        self.import(std::slice::from_ref(&i))?;
        let id: i64 = self.conn.query_row(
            "SELECT id FROM ticket WHERE key = ?1",
            [key.as_str()],
            |r| r.get(0),
        )?;
        super::audit::add(
            self.conn,
            now,
            by.as_str(),
            Some(TicketId(id)),
            "create",
            "{}",
        )?;
        self.ticket(TicketId(id))
    }

    /// Makes the words of these tickets findable as they are now, where they live on.
    pub fn reindex(&self, ids: &[TicketId]) -> Result<()> {
        for id in ids {
            if let Some(t) = put::load(self.conn, put::lives_on_in(self.conn, *id)?)? {
                put::index_words(self.conn, &t)?;
            }
        }
        Ok(())
    }

    fn say(&mut self, change: &Change) -> Result<()> {
        let Act::Say {
            message,
            visibility,
            body,
            attachments,
        } = &change.act
        else {
            return Ok(());
        };
        let taken: bool = self
            .conn
            .prepare_cached("SELECT EXISTS(SELECT 1 FROM message WHERE id = ?1)")?
            .query_row([message.0], |r| r.get(0))?;
        self.conn
            .prepare_cached("INSERT INTO message(id,ticket,at,side,author,visibility,body,change,waiting) VALUES(?1,?2,?3,2,?4,?5,?6,?7,1)")?
            .execute(params![
                (!taken).then_some(message.0), change.ticket.0, ms(change.at), change.by.as_str(),
                visibility_code(*visibility), body.raw(), change.id.0.as_bytes().as_slice()
            ])?;
        let row = self.conn.last_insert_rowid();
        for file in attachments {
            let bytes = std::fs::read(&file.path).map_err(|e| match e.kind() {
                // It was there when it was attached: the disk is well, the file has moved.
                std::io::ErrorKind::NotFound => {
                    let name = file.name.line();
                    StoreError::Refused(format!(
                        "{name} is not there any more; Ctrl-o -{name} takes it off the text"
                    ))
                }
                _ => StoreError::io(&file.path, e),
            })?;
            let media = mime_guess::from_path(&file.path).first_or_octet_stream();
            attach(self.conn, row, file.name.raw(), media.as_ref(), &bytes)?;
        }
        self.reindex(&[change.ticket])
    }

    fn has_inverse(&self, change: &Change) -> Result<bool> {
        Ok(self
            .conn
            .prepare_cached("SELECT inverse IS NOT NULL FROM outbox WHERE id = ?1")?
            .query_row([change.id.0.as_bytes().as_slice()], |r| r.get(0))?)
    }

    /// Ties two tickets, or cuts the tie.
    pub fn tie(&self, a: TicketId, b: TicketId, kind: LinkKind, on: bool) -> Result<()> {
        let sql = if on {
            "INSERT OR IGNORE INTO link VALUES(?1,?2,?3)"
        } else {
            "DELETE FROM link WHERE ticket = ?1 AND other = ?2 AND kind = ?3"
        };
        self.conn
            .prepare_cached(sql)?
            .execute(params![a.0, b.0, link_code(kind)])?;
        Ok(())
    }

    fn split(
        &mut self,
        from: &Ticket,
        subject: &Untrusted,
        want: Option<TicketId>,
        now: crate::domain::Instant,
    ) -> Result<TicketId> {
        let id = match want {
            Some(id) if put::load(self.conn, id)?.is_none() => id,
            _ => new_id(self.conn, now)?,
        };
        let mut t = from.clone();
        (t.id, t.key, t.subject) = (id, new_key(self.conn)?, subject.clone());
        (t.created, t.updated, t.resolved, t.closed, t.snoozed_until) =
            (now, now, None, None, None);
        (t.status, t.status_label, t.merged_into) = (Status::Open, None, None);
        (t.reassignments, t.version, t.waiting, t.turn) = (0, 1, 0, Turn::Ours);
        put::write_history(self.conn, id, Side::Requester, t.status, &[])?;
        let t = put::with_due(self.conn, self.rules, put::history(self.conn, t)?)?;
        put::write(self.conn, None, &t, &mut self.counters)?;
        self.tie(id, from.id, LinkKind::SplitFrom, true)?;
        Ok(id)
    }

    fn unsplit(&mut self, home: TicketId, new: TicketId) -> Result<()> {
        let Some(t) = put::load(self.conn, new)? else {
            return Ok(());
        };
        self.split_takes_along(home, new)?;
        for change in super::outbox::laid_over(self.conn, new)? {
            super::outbox::set_stage(self.conn, change.id, Stage::Withdrawn, None)?;
            if matches!(change.act, Act::Say { .. }) {
                self.lift(&change)?;
                self.text_back(home, &change, change.at)?;
            }
        }
        self.conn.execute(
            "UPDATE message SET ticket = ?1 WHERE ticket = ?2",
            params![home.0, new.0],
        )?;
        draft::hand_over(self.conn, new, home)?;
        self.release_merged(home, new)?;
        put::erase(self.conn, &t, &mut self.counters)?;
        // What it had been merged into no longer holds its words.
        self.reindex(&t.merged_into.into_iter().collect::<Vec<_>>())
    }

    /// What was merged into a ticket that goes away comes back, or lives on in the one it
    /// was split from if the desk has the merge already.
    fn release_merged(&mut self, home: TicketId, gone: TicketId) -> Result<()> {
        for id in put::merged_into(self.conn, gone)? {
            for change in super::outbox::laid_over(self.conn, id)? {
                if matches!(change.act, Act::Merge { into } if into == gone) {
                    super::outbox::set_stage(self.conn, change.id, Stage::Withdrawn, None)?;
                    self.lift(&change)?;
                }
            }
            let mut base = self.base(&self.ticket(id)?)?;
            if base.merged_into == Some(gone) {
                base.merged_into = Some(home).filter(|h| *h != id);
            }
            self.keep_base(&base)?;
            self.project(id)?;
            self.reindex(&[id])?;
        }
        Ok(())
    }

    /// A ticket's number for people.
    fn key(&self, id: TicketId) -> Result<Option<String>> {
        Ok(put::load(self.conn, id)?.map(|t| t.key.as_str().to_owned()))
    }

    fn note_timeline(&self, change: &Change, before: &Ticket, gone: Option<String>) -> Result<()> {
        let mut after = before.clone();
        change.act.apply(&mut after, change.at);
        let field = change.act.field();
        let value = |t: &Ticket| -> Option<String> {
            match field {
                "status" => Some(t.status.word().to_owned()),
                "priority" => t.priority.map(|p| p.word().to_owned()),
                "assignee" => t.assignee.as_ref().map(|a| a.as_str().to_owned()),
                "snooze" => t.snoozed_until.map(|s| s.to_rfc3339()),
                "label" => (!t.labels.is_empty()).then(|| t.labels.join(", ")),
                "subject" => Some(t.subject.raw().to_owned()),
                "kind" => Some(t.kind.word().to_owned()),
                "tenant" => t.tenant.as_ref().map(|a| a.as_str().to_owned()),
                "workspace" => t.workspace.as_ref().map(|a| a.raw().to_owned()),
                _ => None,
            }
        };
        let (old, new) = match &change.act {
            Act::Merge { into: to } | Act::Split { new: Some(to), .. } | Act::Link { to, .. } => {
                (None, self.key(*to)?)
            }
            Act::Unmerge { .. } => match before.merged_into {
                Some(into) => (self.key(into)?, None),
                None => (None, None),
            },
            Act::Unsplit { .. } => (gone, None),
            Act::Owner { to, .. } => owners(*to),
            Act::Unlink { to, .. } => (self.key(*to)?, None),
            _ => (value(before), value(&after)),
        };
        if old == new && !matches!(field, "merge" | "split" | "link") {
            return Ok(());
        }
        self.conn
            .prepare_cached("INSERT INTO timeline(ticket,at,by,field,old,new,change) VALUES(?1,?2,?3,?4,?5,?6,?7)")?
            .execute(params![change.ticket.0, ms(change.at), change.by.as_str(), field, old, new, change.id.0.as_bytes().as_slice()])?;
        Ok(())
    }
}

/// Whose time passed before the clocks were handed over, and whose passes then.
fn owners(to: Owner) -> (Option<String>, Option<String>) {
    let (team, vendor) = (Some("team".to_owned()), Some("vendor".to_owned()));
    match to {
        Owner::Vendor => (team, vendor),
        Owner::Team => (vendor, team),
    }
}

/// Keeps a file.
pub fn attach(
    conn: &Connection,
    message: i64,
    name: &str,
    media: &str,
    bytes: &[u8],
) -> Result<()> {
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    conn.prepare_cached(
        "INSERT INTO attachment(message,name,media_type,size) VALUES(?1,?2,?3,?4)",
    )?
    .execute(params![message, name, media, size])?;
    let id = conn.last_insert_rowid();
    conn.prepare_cached("INSERT INTO attachment_data VALUES(?1,?2)")?
        .execute(params![id, bytes])?;
    Ok(())
}

/// The next free number that follows the time of creation.
pub fn new_id(conn: &Connection, created: crate::domain::Instant) -> Result<TicketId> {
    let first = created.timestamp().max(1) << 12;
    let mut last = conn.prepare_cached("SELECT max(id) FROM ticket WHERE id >= ?1 AND id < ?2")?;
    let mut from = first;
    loop {
        let max: Option<i64> = last.query_row([from, from + 4096], |r| r.get(0))?;
        match max {
            None => return Ok(TicketId(from)),
            Some(m) if m + 1 < from + 4096 => return Ok(TicketId(m + 1)),
            Some(_) => from += 4096,
        }
    }
}

/// The next free number for people, of tickets that are made here.
pub fn new_key(conn: &Connection) -> Result<TicketKey> {
    let known: Option<String> = conn
        .query_row("SELECT value FROM meta WHERE key = 'next_key'", [], |r| {
            r.get(0)
        })
        .optional()?;
    let mut n: i64 = known.and_then(|k| k.parse().ok()).unwrap_or(10_001);
    let mut taken = conn.prepare_cached("SELECT EXISTS(SELECT 1 FROM ticket WHERE key = ?1)")?;
    while taken.query_row([n.to_string()], |r| r.get::<_, bool>(0))? {
        n += 1;
    }
    conn.execute(
        "INSERT OR REPLACE INTO meta VALUES('next_key', ?1)",
        [(n + 1).to_string()],
    )?;
    TicketKey::parse(&n.to_string()).map_err(StoreError::Refused)
}

/// Reads stored JSON.
pub fn parse<T: serde::de::DeserializeOwned>(what: &'static str, json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|e| StoreError::Unreadable {
        what,
        detail: e.to_string(),
    })
}

/// Writes JSON to be stored.
pub fn to_json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| StoreError::Unreadable {
        what,
        detail: e.to_string(),
    })
}

/// Cuts a change's instants to what the store keeps.
pub fn settle(change: &mut Change) {
    change.at = rows::whole_ms(change.at);
    change.not_before = change.not_before.map(rows::whole_ms);
    if let Act::Snooze { until } = &mut change.act {
        *until = until.map(rows::whole_ms);
    }
}
