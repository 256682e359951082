//! Ending tickets: through the gate of every ticket, and where it is a request that of its kind.

use std::sync::Arc;

use crate::app::books::{Asking, BookWish, Kept};
use crate::app::effect::Effect;
use crate::app::inner::{AtGate, EndBy};
use crate::app::state::{Go, Wanted};
use crate::domain::change::Act;
use crate::domain::register::Book;
use crate::domain::request::{Asked, Ending, Ends, Request};
use crate::domain::text::line;
use crate::domain::ticket::{Status, Ticket, TicketId};

use super::Turn;
use super::acts::wanted;

/// What is known of the requests among tickets that are to end.
#[derive(Debug, Default)]
pub struct Forms {
    requests: Vec<Request>,
    book: Arc<Book>,
}

impl Forms {
    /// What a ticket is asked about, if it is a request that is not done.
    pub fn of(&self, ticket: TicketId) -> Option<Asked<'_>> {
        let found = self.requests.iter().find(|r| r.ticket.id == ticket)?;
        Some(found.asked(&self.book))
    }
}

impl Turn<'_> {
    /// Looks at the forms of tickets that are to end, where any of them may be a request;
    /// false: none can be.
    pub fn asks_for_forms(&mut self, targets: &[Arc<Ticket>], by: EndBy) -> bool {
        let kinds = &self.s.requests.kinds;
        let may_be = |t: &&Arc<Ticket>| t.status.is_live() && kinds.of(t.kind).is_some();
        let ids: Vec<TicketId> = targets.iter().filter(may_be).map(|t| t.id).collect();
        if ids.is_empty() {
            return false;
        }
        let generation = self.next();
        self.s.inner.gate = Some(AtGate {
            generation,
            by,
            tickets: targets.iter().map(|t| t.id).collect(),
        });
        self.fx.push(Effect::Books(generation, BookWish::Gate(ids)));
        true
    }

    /// The forms came: one request is asked how it ended, the others end as fulfilled.
    pub fn gate_here(&mut self, kept: Vec<Kept>, book: Book) {
        let Some(gate) = self.s.inner.gate.take() else {
            return;
        };
        self.s.requests.book = Arc::new(book);
        let kinds = &self.s.requests.kinds;
        let live = kept.into_iter().filter(|(t, _)| t.status.is_live());
        let forms = Forms {
            requests: live
                .filter_map(|(t, form)| kinds.request(&t, form))
                .collect(),
            book: Arc::clone(&self.s.requests.book),
        };
        let ids = gate.tickets.iter();
        let targets: Vec<_> = ids.filter_map(|id| self.known(*id)).collect();
        match gate.by {
            EndBy::Status(to) => match forms.requests.as_slice() {
                [one] if targets.len() == 1 => self.ask_how_it_ends(one.clone(), to),
                _ => self.resolve_all(&targets, to, &forms),
            },
            EndBy::Macro(name) => self.run_macro_on(&name, &targets, &forms),
            EndBy::Merge(into) => self.show_merge(&targets, &into, &forms),
        }
    }

    fn ask_how_it_ends(&mut self, request: Request, to: Option<Status>) {
        let asking = Asking::Ending(request.ticket.id, to.unwrap_or(Status::Resolved));
        self.s.inner.ending = Some(Box::new(request));
        self.ask_about(asking);
    }

    /// How it ended was said: shows what stands against it, or what would happen.
    ///
    /// # Errors
    /// It begins with none of the words.
    pub fn ended(&mut self, to: Status, text: &str) -> Result<(), String> {
        let (ending, resolution) = Ending::read(text)?;
        let Some(request) = self.s.inner.ending.clone() else {
            return Err("the request is not here any more; press C again".into());
        };
        let ends = Ends::new(request.asked(&self.s.requests.book), ending, resolution);
        let ticket = &request.ticket;
        let sentences = ends.against.iter().map(|a| format!("· {}", a.sentence()));
        let mut lines: Vec<_> = sentences.map(|s| line(&s)).collect();
        lines.extend(self.gate(ticket, to, None));
        let verb = format!("close #{} as {}", ticket.key, ending.word());
        let wants = vec![Wanted {
            ends: Some(Box::new(ends)),
            ..wanted(ticket, Act::Status { to })
        }];
        if lines.is_empty() {
            lines.extend(resolution.map(line));
            lines.push(line("Nothing stands against it. z opens the ticket again."));
            self.confirm(&verb, lines, Vec::new(), Go::Commit(wants));
        } else {
            lines.push(line(
                "y asks for your reason, which goes into an internal note and the trail.",
            ));
            let verb = format!("{verb} anyway");
            self.confirm(&verb, lines, Vec::new(), Go::Override(wants));
        }
        Ok(())
    }

    /// The requests that these acts end, and how. Nothing is asked about them any more.
    pub fn ending(&mut self, wants: &[Wanted]) -> Vec<(TicketId, Ends)> {
        let ends = wants.iter();
        let ends: Vec<_> = ends
            .filter_map(|w| Some((w.ticket, w.ends.as_deref()?.clone())))
            .collect();
        if let Some((ticket, _)) = ends.first() {
            self.s.inner.ending = None;
            self.s.requests.open.take_if(|o| o.ticket.id == *ticket);
        }
        ends
    }
}
