//! Closing a request: through the gate of its kind and that of every ticket.

use std::sync::Arc;

use crate::app::books::{Asking, BookWish, Closing, Kept};
use crate::app::effect::Effect;
use crate::app::inner::AtGate;
use crate::app::state::Go;
use crate::domain::change::{Act, BatchId, Change, ChangeId};
use crate::domain::gate::past_the_gate;
use crate::domain::register::Book;
use crate::domain::request::{Asked, Ending, Outcome, against_closing};
use crate::domain::text::{Untrusted, line};
use crate::domain::thread::Visibility;
use crate::domain::ticket::{Status, Ticket, TicketId};

use super::Turn;
use super::acts::wanted;

impl Turn<'_> {
    /// Looks at the forms of tickets that are to be done, where any of them may be a request;
    /// false: none can be.
    pub fn asks_for_forms<'t>(
        &mut self,
        live: impl Iterator<Item = &'t Ticket>,
        to: Option<Status>,
    ) -> bool {
        let kinds = &self.s.requests.kinds;
        let ids: Vec<TicketId> = live
            .filter(|t| kinds.of(t.kind).is_some())
            .map(|t| t.id)
            .collect();
        if ids.is_empty() {
            return false;
        }
        let generation = self.next();
        let tickets = self.targets().iter().map(|t| t.id).collect();
        self.s.inner.gate = Some(AtGate {
            generation,
            to,
            tickets,
        });
        self.fx.push(Effect::Books(generation, BookWish::Gate(ids)));
        true
    }

    /// The forms came: requests are asked how they ended, the others go on as ever.
    pub fn gate_here(&mut self, kept: Vec<Kept>, book: Book) {
        let Some(gate) = self.s.inner.gate.take() else {
            return;
        };
        self.s.requests.book = Arc::new(book);
        let mut requests = kept
            .into_iter()
            .filter_map(|(ticket, form)| Some((ticket, form?)))
            .filter(|(ticket, _)| ticket.status.is_live());
        let Some((ticket, form)) = requests.next() else {
            let targets: Vec<_> = gate
                .tickets
                .iter()
                .filter_map(|id| self.known(*id))
                .collect();
            return self.resolve_all(&targets, gate.to);
        };
        if gate.tickets.len() > 1 {
            return self.refuse(&format!(
                "#{} is a request; close it by itself, so that its checklist is looked at",
                ticket.key
            ));
        }
        let to = gate.to.unwrap_or(Status::Resolved);
        let id = ticket.id;
        self.s.inner.ending = Some(Box::new((ticket, form)));
        self.ask_about(Asking::Ending(id, to));
    }

    /// How it ended was said: shows what stands against it, or what would happen.
    ///
    /// # Errors
    /// It begins with none of the words.
    pub fn ended(&mut self, to: Status, text: &str) -> Result<(), String> {
        let (ending, resolution) = Ending::read(text)?;
        let Some(kept) = self.s.inner.ending.clone() else {
            return Err("the request is not here any more; press C again".into());
        };
        let (ticket, form) = *kept;
        let kinds = Arc::clone(&self.s.requests.kinds);
        let spec = kinds
            .of(form.kind)
            .ok_or("its kind is not known any more")?;
        let asked = Asked {
            spec,
            form: &form,
            ticket: &ticket,
            book: &self.s.requests.book,
        };
        let against = against_closing(asked, ending, resolution);
        let mut lines: Vec<_> = against
            .iter()
            .map(|a| line(&format!("· {}", a.sentence())))
            .collect();
        let general = self.gate(&ticket);
        let is_free = lines.is_empty() && general.is_empty();
        lines.extend(general);
        let closing = Closing {
            kind: form.kind,
            ending,
            resolution: resolution.map(Untrusted::new),
            against: against.iter().map(|a| a.word()).collect(),
            want: wanted(&ticket, Act::Status { to }),
        };
        let verb = format!("close #{} as {}", ticket.key, ending.word());
        if is_free {
            lines.extend(resolution.map(line));
            lines.push(line("Nothing stands against it. z opens the ticket again."));
            self.confirm(&verb, lines, Vec::new(), Go::Close(Box::new(closing)));
        } else {
            lines.push(line(
                "y asks for your reason, which goes into an internal note and the trail.",
            ));
            let verb = format!("{verb} anyway");
            self.confirm(&verb, lines, Vec::new(), Go::CloseAnyway(Box::new(closing)));
        }
        Ok(())
    }

    /// Closes it; a reason is why it is closed past its gate.
    pub fn close_request(&mut self, closing: Closing, reason: Option<&str>) {
        let at = self.s.now;
        let batch = BatchId(self.s.inner.id(at));
        let Closing { want, .. } = closing;
        let mut acts = vec![want.act];
        if let Some(reason) = reason {
            acts.push(Act::Say {
                message: self.message_id(),
                visibility: Visibility::Internal,
                body: Untrusted::new(past_the_gate(reason)),
                attachments: Vec::new(),
            });
        }
        let changes = acts
            .into_iter()
            .map(|act| Change {
                id: ChangeId(self.s.inner.id(at)),
                batch,
                ticket: want.ticket,
                at,
                by: self.s.me.clone(),
                base: want.base,
                not_before: None,
                act,
            })
            .collect();
        let past = reason.filter(|_| !closing.against.is_empty());
        let outcome = Outcome {
            ending: closing.ending,
            resolution: closing.resolution,
            by: self.s.me.clone(),
            at,
            past: past.map(Untrusted::new),
        };
        self.s.inner.ending = None;
        self.s.inner.handled.insert(want.ticket, at);
        self.s.requests.open = None;
        self.wish(BookWish::Close {
            ticket: want.ticket,
            kind: closing.kind,
            outcome: Box::new(outcome),
            against: closing.against,
            changes,
        });
    }
}
