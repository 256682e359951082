//! What the next key may want, asked for while the hands rest: both ends of the list, the
//! ticket under the cursor, the most urgent.

use crate::app::effect::Effect;
use crate::app::event::{Event, Foreseen, Generation};
use crate::app::inner::{Ahead, Ends};
use crate::app::layout::list_rows;
use crate::domain::list::{Anchor, ListRequest, Page};
use crate::domain::ticket::TicketId;

use super::Turn;

/// The pause before it: a key that is held down repeats faster.
const AHEAD_MILLIS: i64 = 40;

impl Turn<'_> {
    /// Looks ahead from here, after a pause.
    pub fn look_ahead(&mut self) {
        self.s.inner.ahead.at = Some(self.after(AHEAD_MILLIS));
    }

    /// What is here already may not be so any more.
    pub fn outdate(&mut self, event: &Event) {
        if matches!(
            event,
            Event::Changed(_)
                | Event::Committed { .. }
                | Event::DraftSaved { .. }
                | Event::Undone(_)
                | Event::Redone(_)
        ) {
            let at = self.s.inner.ahead.at;
            self.s.inner.ahead = Ahead {
                at,
                ..Default::default()
            };
        }
    }

    /// Asks for what is not here: the rows around first.
    pub fn ask_ahead(&mut self) {
        self.s.inner.ahead.at = None;
        self.ask_more();
        let (query, sort, rows) = (self.query(), self.s.queue.sort, list_rows(self.s));
        let q = &self.s.queue;
        let known = |e: &Ends| e.query == query && e.sort == sort;
        let all = q.at_start && q.at_end;
        let wanted = !all && !self.s.inner.ahead.ends.as_ref().is_some_and(known);
        let end = |anchor, before, after| ListRequest {
            query: query.clone(),
            sort,
            anchor,
            before,
            after,
        };
        let ends =
            wanted.then(|| Box::new([end(Anchor::First, 0, rows), end(Anchor::Last, rows, 1)]));
        let here = |id: &TicketId| {
            let thread = self.s.inner.ahead.thread.as_ref();
            let shown = self.s.detail.as_ref();
            thread.is_some_and(|t| t.ticket.id == *id) || shown.is_some_and(|d| d.ticket == *id)
        };
        let ticket = self.s.under_cursor().filter(|id| !here(id));
        let skip = self.s.inner.skip.clone();
        let known = self.s.inner.ahead.urgent.as_ref();
        // The most urgent is so now, whatever is looked ahead to.
        let here = self.s.as_of.is_some() || known.is_some_and(|u| u.0 == skip);
        let urgent = (!here).then(|| skip.clone());
        if ends.is_none() && ticket.is_none() && urgent.is_none() {
            return;
        }
        let generation = self.next();
        self.s.inner.ahead.asked = Some((generation, query, sort, skip));
        let asker = self.asker_then();
        self.fx.push(Effect::Ahead {
            generation,
            asker,
            ends,
            ticket,
            urgent,
        });
    }

    /// It came.
    pub fn is_ahead(&mut self, generation: Generation, here: Foreseen) {
        let ahead = &mut self.s.inner.ahead;
        let Some((_, query, sort, skip)) = ahead.asked.take_if(|a| a.0 == generation) else {
            return;
        };
        if let Some(ends) = here.ends {
            let [first, last] = *ends;
            ahead.ends = Some(Ends {
                query,
                sort,
                first,
                last,
            });
        }
        if here.thread.is_some() {
            ahead.thread = here.thread;
        }
        if let Some(urgent) = here.urgent {
            ahead.urgent = Some((skip, urgent));
        }
    }

    /// The first or last screen of the list, if it is here.
    pub fn end_ahead(&self, last: bool) -> Option<Page> {
        let ends = self.s.inner.ahead.ends.as_ref()?;
        let same = ends.query == self.query() && ends.sort == self.s.queue.sort;
        same.then(|| if last { &ends.last } else { &ends.first }.clone())
    }

    /// The thread of a ticket that is to be shown: the one that is here, else it is asked for.
    pub fn thread_ahead(&mut self, ticket: TicketId) {
        // A text that is being written goes on from what is on disk now.
        let writing = self.s.composer.is_some() || self.s.inner.compose.is_some();
        let here = self.s.inner.ahead.thread.take_if(|t| t.ticket.id == ticket);
        match here.filter(|_| !writing) {
            Some(thread) => {
                // A late answer is not newer than this.
                self.s.inner.thread = self.next();
                self.threaded(Ok(Some(thread)));
            }
            None => self.ask_thread(ticket),
        }
    }
}
