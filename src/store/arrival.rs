//! What other desks hand to this one: the vendor's side of an escalation between two local desks.

use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use super::lay::{Scene, attach};
use super::rows::{self, ms};
use super::{Result, StoreError, Writer, put};
use crate::domain::Instant;
use crate::domain::change::ChangeId;
use crate::domain::escalation::{EscalationId, Package};
use crate::domain::import::{ImportAttachment, NewTicket};
use crate::domain::people::AgentId;
use crate::domain::sla::{SlaEvent, What};
use crate::domain::text::Untrusted;
use crate::domain::ticket::{Status, TicketId, TicketKey, Turn};

/// The ticket that something handed over became here.
pub fn of(conn: &Connection, id: Uuid) -> Result<Option<TicketId>> {
    Ok(conn
        .prepare_cached("SELECT ticket FROM arrived WHERE id = ?1")?
        .query_row([id.as_bytes().as_slice()], |r| r.get(0))
        .optional()?
        .map(TicketId))
}

fn note(conn: &Connection, id: Uuid, ticket: TicketId) -> Result<()> {
    conn.prepare_cached("INSERT INTO arrived VALUES(?1, ?2)")?
        .execute(params![id.as_bytes().as_slice(), ticket.0])?;
    Ok(())
}

impl Writer {
    /// Takes in what another desk escalates: one ticket, however often it is handed over.
    /// `from`: who escalates, as people read it.
    ///
    /// # Errors
    /// As [`Self::create_ticket`].
    pub fn receive(
        &mut self,
        id: EscalationId,
        package: &Package,
        files: &[ImportAttachment],
        from: &Untrusted,
        now: Instant,
    ) -> Result<TicketKey> {
        let now = rows::whole_ms(now);
        self.scene(true, |s| {
            if let Some(there) = of(s.conn, id.0)? {
                return Ok(s.ticket(there)?.key);
            }
            let new = NewTicket {
                subject: package.subject.clone(),
                body: package.body.clone(),
                requester: Some(from.clone()),
                tenant: package.tenant.clone(),
                workspace: package.workspace.clone(),
                kind: package.kind,
                priority: package.priority,
                assignee: None,
                labels: Vec::new(),
            };
            let by = AgentId::parse("escalation").map_err(StoreError::Refused)?;
            let ticket = s.create(&new, &by, now)?;
            // The one that was just made.
            let message: Option<i64> = s
                .conn
                .prepare_cached("SELECT min(id) FROM message WHERE ticket = ?1")?
                .query_row([ticket.id.0], |r| r.get(0))?;
            for file in files {
                if let Some(message) = message {
                    let (name, media) = (file.name.raw(), file.media_type.raw());
                    attach(s.conn, message, name, media, &file.bytes)?;
                }
            }
            s.conn
                .prepare_cached("UPDATE ticket SET unread = 1 WHERE id = ?1")?
                .execute([ticket.id.0])?;
            note(s.conn, id.0, ticket.id)?;
            Ok(ticket.key)
        })
    }

    /// Takes in a word of whoever escalated, once: it is the requester's, and opens again what
    /// was done.
    ///
    /// # Errors
    /// As [`Self::create_ticket`]; the ticket is not here any more.
    pub fn receive_word(
        &mut self,
        id: ChangeId,
        escalation: EscalationId,
        from: &Untrusted,
        body: &Untrusted,
        now: Instant,
    ) -> Result<()> {
        let now = rows::whole_ms(now);
        self.scene(true, |s| {
            if of(s.conn, id.0)?.is_some() {
                return Ok(());
            }
            let there = of(s.conn, escalation.0)?;
            let gone = || StoreError::NoTicket("that this escalation became".into());
            let there = there.ok_or_else(gone)?;
            let there = put::lives_on_in(s.conn, there)?;
            s.hear_word(there, from, body, now)?;
            note(s.conn, id.0, there)
        })
    }
}

impl Scene<'_> {
    fn hear_word(
        &mut self,
        id: TicketId,
        from: &Untrusted,
        body: &Untrusted,
        now: Instant,
    ) -> Result<()> {
        self.conn
            .prepare_cached("INSERT INTO message(ticket,at,side,author,visibility,body,waiting) VALUES(?1,?2,1,?3,1,?4,0)")?
            .execute(params![id.0, ms(now), from.raw(), body.raw()])?;
        let shown = self.ticket(id)?;
        let mut base = self.base(&shown)?;
        let mut history = put::history(self.conn, base.clone())?;
        let mut happened = |what| history.events.push(SlaEvent { at: now, what });
        happened(What::RequesterMessage);
        if !base.status.is_live() {
            (base.status, base.status_label) = (Status::Open, None);
            (base.resolved, base.closed) = (None, None);
            happened(What::Status(Status::Open));
        }
        (base.turn, base.updated) = (Turn::Ours, base.updated.max(now));
        base.version = base.version.saturating_add(1);
        let (by, first) = (history.opened_by, history.first_status);
        put::write_history(self.conn, id, by, first, &history.events)?;
        self.keep_base(&base)?;
        self.project(id)?;
        self.conn
            .prepare_cached("UPDATE ticket SET changed = 1 WHERE id = ?1")?
            .execute([id.0])?;
        self.reindex(&[id])
    }
}
