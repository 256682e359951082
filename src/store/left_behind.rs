//! What was to go to the vendor with an escalation and did not.

use super::{Result, Writer, escalation};
use crate::domain::Instant;
use crate::domain::change::{Act, BatchId, Change};
use crate::domain::escalation::EscalationId;
use crate::domain::remote::RemoteId;
use crate::domain::text::Untrusted;
use crate::domain::thread::Visibility;
use crate::domain::ticket::TicketId;

impl Writer {
    /// Says in an internal note which files do not go along, and why: once, however often the
    /// escalation is tried.
    ///
    /// # Errors
    /// As all writes: no room, no permission, damage, another writer.
    pub fn left_behind(
        &mut self,
        id: EscalationId,
        why: &[String],
        now: Instant,
    ) -> Result<Vec<TicketId>> {
        self.scene(true, |s| {
            let Some(e) = escalation::one(s.conn, id)? else {
                return Ok(Vec::new());
            };
            let (change, message) = escalation::identity(id, &RemoteId("left behind".into()));
            if super::outbox::stage_of(s.conn, change)?.is_some() {
                return Ok(Vec::new());
            }
            let note = format!("To {}, without:\n\n{}", e.package.vendor, why.join("\n"));
            let change = Change {
                id: change,
                batch: BatchId(change.0),
                ticket: e.ticket,
                at: now,
                by: e.by,
                base: s.ticket(e.ticket)?.version,
                not_before: None,
                act: Act::Say {
                    message,
                    visibility: Visibility::Internal,
                    body: Untrusted::new(note),
                    attachments: Vec::new(),
                },
            };
            s.commit(&[change], false)?;
            Ok(vec![e.ticket])
        })
    }
}
