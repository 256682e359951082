//! What a requester has said in a ticket that is worked on here, out of a file that is newer: an
//! answer must come through although the ticket's fields stand as they were set here.

use rusqlite::params;

use super::lay::{Scene, visibility_code};
use super::rows::ms;
use super::{Result, put};
use crate::domain::import::{ImportMessage, ImportTicket};
use crate::domain::sla::{SlaEvent, What};
use crate::domain::thread::{Author, Visibility};
use crate::domain::ticket::{TicketId, Turn};

impl Scene<'_> {
    /// Adds what the requester has said publicly and that is not here by its words; nothing else
    /// of the line is taken. Says whether there was anything.
    pub fn hear_requester(&mut self, i: &ImportTicket, next: &mut i64) -> Result<bool> {
        let Some(id) = put::by_key(self.conn, &i.key)? else {
            return Ok(false);
        };
        let shown = self.ticket(id)?;
        // What is merged goes on elsewhere.
        if shown.merged_into.is_some() {
            return Ok(false);
        }
        let mut base = self.base(&shown)?;
        let mut history = put::history(self.conn, base.clone())?;
        let mut heard = false;
        for m in &i.messages {
            let Author::Requester { name } = &m.author else {
                continue;
            };
            if m.visibility != Visibility::Public || self.is_here(id, m)? {
                continue;
            }
            self.conn
                .prepare_cached("INSERT INTO message(id,ticket,at,side,author,visibility,body) VALUES(?1,?2,?3,1,?4,?5,?6)")?
                .execute(params![*next, id.0, ms(m.at), name.raw(), visibility_code(m.visibility), m.body.raw()])?;
            for a in &m.attachments {
                super::lay::attach(self.conn, *next, a.name.raw(), a.media_type.raw(), &a.bytes)?;
            }
            *next += 1;
            heard = true;
            base.updated = base.updated.max(m.at);
            history.events.push(SlaEvent {
                at: m.at,
                what: What::RequesterMessage,
            });
        }
        if !heard {
            return Ok(false);
        }
        history.events.sort_by_key(|e| e.at);
        let (by, first) = (history.opened_by, history.first_status);
        put::write_history(self.conn, id, by, first, &history.events)?;
        base.turn = Turn::Ours;
        base.version += 1;
        self.keep_base(&base)?;
        self.project(id)?;
        let shown = self.ticket(id)?;
        let mut t = shown.clone();
        t.unread = true;
        put::write(self.conn, Some(&shown), &t, &mut self.counters)?;
        self.reindex(&[id])?;
        Ok(true)
    }

    fn is_here(&self, ticket: TicketId, m: &ImportMessage) -> Result<bool> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT EXISTS(SELECT 1 FROM message WHERE ticket = ?1 AND side = 1 AND body = ?2)",
            )?
            .query_row(params![ticket.0, m.body.raw()], |r| r.get(0))?)
    }
}
