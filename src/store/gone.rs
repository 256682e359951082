//! Tickets that are not to be had any more at their desk. What people wrote here stays.

use rusqlite::params;

use super::lay::{Scene, to_json};
use super::outbox::{identity, laid_over};
use super::rows::ms;
use super::{KeptPull, Result, audit, draft, import, put};
use crate::domain::Instant;
use crate::domain::change::{Act, BatchId, Change, ChangeId};
use crate::domain::remote::Gone;
use crate::domain::text::Untrusted;
use crate::domain::thread::{Draft, MessageId};
use crate::domain::ticket::{Ticket, TicketId, TicketKey};

impl Scene<'_> {
    /// Takes a ticket away that its desk does not give any more, or lets it live on in another.
    pub fn let_go(
        &mut self,
        key: &TicketKey,
        gone: &Gone,
        now: Instant,
        kept: &mut KeptPull,
    ) -> Result<()> {
        let Some(id) = put::by_key(self.conn, key)? else {
            return Ok(());
        };
        let shown = self.ticket(id)?;
        let why = match gone {
            Gone::Deleted => format!("the ticket {key} was deleted at the desk"),
            Gone::Hidden => format!("the ticket {key} may not be seen any more"),
            Gone::Merged(into) => return self.let_merge(&shown, into, now, kept),
        };
        self.refuse_all(id, &why, now)?;
        self.come_back(id, &why, now, kept)?;
        self.keep_drafts(id, &why, now)?;
        self.forget(&self.ticket(id)?)?;
        audit::add(self.conn, now, "desk", Some(id), "gone", "{}")?;
        kept.tickets.push(id);
        Ok(())
    }

    /// Every open change of a ticket is refused; what it says stays in the outbox.
    fn refuse_all(&mut self, id: TicketId, why: &str, now: Instant) -> Result<()> {
        let why = Untrusted::new(format!("{why}; what was written stays here"));
        for change in laid_over(self.conn, id)? {
            self.refuse(change.id, &why, now)?;
        }
        Ok(())
    }

    /// What was begun becomes a refused text in the outbox: a draft has no place without a ticket.
    fn keep_drafts(&self, id: TicketId, why: &str, now: Instant) -> Result<()> {
        for draft in draft::of(self.conn, id)? {
            draft::forget(self.conn, id, draft.visibility)?;
            self.keep_refused(draft, why, now)?;
        }
        Ok(())
    }

    fn keep_refused(&self, draft: Draft, why: &str, now: Instant) -> Result<()> {
        let change = Change {
            id: ChangeId(identity(now)),
            batch: BatchId(identity(now)),
            ticket: draft.ticket,
            at: draft.at,
            by: self.rules.me.clone(),
            base: 0,
            not_before: None,
            act: Act::Say {
                message: MessageId(0),
                visibility: draft.visibility,
                body: Untrusted::new(draft.body),
                attachments: draft.files,
            },
        };
        self.conn
            .prepare_cached("INSERT INTO outbox(id,batch,ticket,stage,at,by,json,reason) VALUES(?1,?2,?3,4,?4,?5,?6,?7)")?
            .execute(params![
                change.id.0.as_bytes().as_slice(), change.batch.0.as_bytes().as_slice(), change.ticket.0,
                ms(change.at), change.by.as_str(), to_json("a change", &change)?,
                format!("{why} before this was sent; it stays here")
            ])?;
        Ok(())
    }

    /// What was merged into a ticket that goes away stands for itself again,
    /// with the drafts that went along.
    fn come_back(
        &mut self,
        gone: TicketId,
        why: &str,
        now: Instant,
        kept: &mut KeptPull,
    ) -> Result<()> {
        for id in put::merged_into(self.conn, gone)? {
            for change in laid_over(self.conn, id)? {
                if matches!(change.act, Act::Merge { into } if into == gone) {
                    self.refuse(change.id, &Untrusted::new(why), now)?;
                }
            }
            let mut base = self.base(&self.ticket(id)?)?;
            if base.merged_into == Some(gone) {
                base.merged_into = None;
                self.keep_base(&base)?;
                self.project(id)?;
                self.reindex(&[id])?;
            }
            draft::return_home(self.conn, id)?;
            kept.tickets.push(id);
        }
        Ok(())
    }

    /// Takes away all that belongs to a ticket.
    fn forget(&mut self, t: &Ticket) -> Result<()> {
        for sql in [
            "DELETE FROM attachment_data WHERE id IN (SELECT a.id FROM attachment a JOIN message m ON m.id = a.message WHERE m.ticket = ?1)",
            "DELETE FROM attachment WHERE message IN (SELECT id FROM message WHERE ticket = ?1)",
            "DELETE FROM message WHERE ticket = ?1",
            "DELETE FROM moved_draft WHERE ticket = ?1",
            "DELETE FROM link_later WHERE ticket = ?1",
        ] {
            self.conn.prepare_cached(sql)?.execute([t.id.0])?;
        }
        put::erase(self.conn, t, &mut self.counters)?;
        // What it had been merged into no longer holds its words.
        self.reindex(&t.merged_into.into_iter().collect::<Vec<_>>())
    }

    /// It lives on in another ticket; if that has not come yet, when it comes.
    fn let_merge(
        &mut self,
        shown: &Ticket,
        key: &TicketKey,
        now: Instant,
        kept: &mut KeptPull,
    ) -> Result<()> {
        let Some(into) = put::by_key(self.conn, key)? else {
            self.conn
                .prepare_cached("INSERT OR IGNORE INTO link_later VALUES(?1,?2,?3)")?
                .execute(params![shown.id.0, key.as_str(), import::MERGE_LATER])?;
            return Ok(());
        };
        if self.base(shown)?.merged_into == Some(into) || self.leads_to(into, shown.id)? {
            return Ok(());
        }
        self.live_on(shown, into)?;
        let detail = format!("{{\"into\":\"{key}\"}}");
        audit::add(self.conn, now, "desk", Some(shown.id), "merged", &detail)?;
        kept.tickets.extend([shown.id, into]);
        Ok(())
    }

    /// A told ticket lives on in another from now on, and its drafts go along.
    pub fn live_on(&mut self, shown: &Ticket, into: TicketId) -> Result<()> {
        let mut base = self.base(shown)?;
        base.merged_into = Some(into);
        base.version = base.version.saturating_add(1);
        self.keep_base(&base)?;
        draft::follow(self.conn, shown.id, into)?;
        self.project(shown.id)
    }
}
