//! The list: asking for windows, moving, marks, filter and search.

use std::sync::Arc;

use crate::app::effect::Effect;
use crate::app::inner::Intent;
use crate::app::layout::list_rows;
use crate::app::prepare;
use crate::app::state::{Detail, Find, Mark, Pane, Tab};
use crate::domain::list::{Anchor, ListRequest, Page, Sort};
use crate::domain::query::{Query, tokens};
use crate::domain::ticket::TicketId;

use super::Turn;

/// The pause after the last move before the ticket is loaded beside the list.
const FOLLOW_MILLIS: i64 = 150;
/// Marks are taken from what is loaded, at most so many.
pub const MARK_LIMIT: usize = 500;

impl Turn<'_> {
    /// What the list shows now.
    pub fn query(&self) -> Query {
        let q = &self.s.queue;
        if let Some(find) = &q.find {
            return Query::text(&find.text);
        }
        let view = self
            .s
            .views
            .get(self.s.active)
            .map_or_else(Query::all, |v| v.query.clone());
        let marked: Vec<_> = q.marks.values().map(|m| m.ticket.key.clone()).collect();
        view.and_all(&q.filter.with_marks(&marked))
    }

    /// Asks for the window that the intent wants.
    pub fn ask_list(&mut self) {
        let rows = list_rows(self.s);
        let margin = (rows * 3).max(100);
        let (anchor, before, after) = match self.s.inner.intent {
            Intent::First => (Anchor::First, 0, rows + margin),
            Intent::Last => (Anchor::Last, rows + margin, 1),
            Intent::Ticket(id, _) => (
                self.s
                    .inner
                    .back_place
                    .map_or(Anchor::Ticket(id), Anchor::Around),
                margin,
                rows + margin,
            ),
            Intent::Keep => match self.s.queue.selected() {
                Some(row) => (Anchor::Around(row.place), margin, rows + margin),
                None => (Anchor::First, 0, rows + margin),
            },
        };
        let generation = self.next();
        self.s.inner.list = generation;
        self.s.inner.stale = false;
        self.s.queue.loading = true;
        let request = ListRequest {
            query: self.query(),
            sort: self.s.queue.sort,
            anchor,
            before,
            after,
        };
        let asker = self.asker();
        self.fx.push(Effect::List {
            generation,
            asker,
            request,
        });
    }

    /// Asks again from the first row: another list.
    pub fn ask_other_list(&mut self) {
        self.s.inner.intent = Intent::First;
        self.s.queue.words = words(&self.query());
        self.s.queue.range = None;
        self.ask_list();
    }

    /// Asks for more before the window runs out; moving within it never waits.
    pub fn ask_more(&mut self) {
        let (q, rows) = (&self.s.queue, list_rows(self.s));
        if q.loading || q.rows.is_empty() || q.error.is_some() {
            return;
        }
        let (above, below) = (q.cursor, q.rows.len() - 1 - q.cursor);
        if (!q.at_start && above < rows * 2) || (!q.at_end && below < rows * 2) {
            self.s.inner.intent = Intent::Keep;
            self.ask_list();
        }
    }

    /// The rows came.
    pub fn listed(&mut self, page: Page) {
        let old = self.s.queue.selected().map(|r| r.ticket.id);
        let on_screen = self.s.queue.cursor.saturating_sub(self.s.queue.top);
        let rows: Vec<_> = page
            .rows
            .into_iter()
            .map(|r| prepare::row(self.s, r))
            .collect();
        let at = |id: TicketId| rows.iter().position(|r| r.ticket.id == id);
        let last = rows.len().saturating_sub(1);
        let height = list_rows(self.s);
        let (cursor, on_screen) = match self.s.inner.intent {
            Intent::First => (0, 0),
            Intent::Last => (last, height - 1),
            Intent::Ticket(id, row) => (at(id).unwrap_or(page.anchor), row),
            Intent::Keep => (old.and_then(at).unwrap_or(page.anchor), on_screen),
        };
        for row in &rows {
            if let Some(mark) = self.s.queue.marks.get_mut(&row.ticket.id) {
                mark.ticket = Arc::clone(&row.ticket);
            }
        }
        let q = &mut self.s.queue;
        q.cursor = cursor.min(last);
        q.top = q.cursor.saturating_sub(on_screen);
        q.rows = rows;
        q.at_start = page.at_start;
        q.at_end = page.at_end;
        q.before = page.at_start.then_some(0);
        q.total = page.total;
        q.partial = page.partial;
        q.loaded = true;
        q.loading = false;
        q.error = None;
        self.s.inner.intent = Intent::Keep;
        self.s.inner.back_place = None;
        let new = self.s.queue.selected().map(|r| r.ticket.id);
        if new != old || self.s.detail.is_none() {
            self.moved();
        }
        if std::mem::take(&mut self.s.inner.stale) {
            self.ask_list();
        } else {
            self.ask_more();
        }
    }

    /// Keeps the cursor in sight.
    pub fn scroll_to_cursor(&mut self) {
        let rows = list_rows(self.s);
        let q = &mut self.s.queue;
        q.top = q.top.min(q.cursor).max((q.cursor + 1).saturating_sub(rows));
        q.top = q
            .top
            .min(q.rows.len().saturating_sub(rows.min(q.rows.len())));
    }

    /// Moves by rows.
    pub fn step(&mut self, by: isize) {
        let q = &mut self.s.queue;
        let last = q.rows.len().saturating_sub(1);
        let to = q.cursor.saturating_add_signed(by).min(last);
        if to != q.cursor {
            q.cursor = to;
            self.moved();
        }
        self.ask_more();
    }

    /// To the first or last row of the whole list.
    pub fn edge(&mut self, last: bool) {
        let q = &mut self.s.queue;
        if (last && q.at_end) || (!last && q.at_start) {
            q.cursor = if last {
                q.rows.len().saturating_sub(1)
            } else {
                0
            };
            self.moved();
        } else {
            self.s.inner.intent = if last { Intent::Last } else { Intent::First };
            self.ask_list();
        }
    }

    /// The cursor is on another ticket: the detail follows after a pause.
    pub fn moved(&mut self) {
        let follows =
            self.s.detail.as_ref().is_none_or(|d| !d.opened) || self.s.pane == Pane::Queue;
        if follows && self.s.composer.is_none() {
            self.s.inner.follow_at = Some(self.after(FOLLOW_MILLIS));
        }
    }

    /// Loads the ticket under the cursor beside the list, where there is room for it.
    pub fn follow(&mut self) {
        let Some(row) = self.s.queue.selected().cloned() else {
            return;
        };
        let shown = crate::app::layout::layout(self.s).detail.width > 0;
        let same = self
            .s
            .detail
            .as_ref()
            .is_some_and(|d| d.ticket == row.ticket.id);
        if !shown || same || self.s.composer.is_some() {
            return;
        }
        self.show(row.ticket.id, false);
    }

    /// Shows a ticket in the detail pane.
    pub fn show(&mut self, ticket: TicketId, opened: bool) {
        let row = self
            .s
            .queue
            .rows
            .iter()
            .find(|r| r.ticket.id == ticket)
            .cloned();
        let width = crate::app::layout::detail_lines(self.s).1;
        self.s.detail = Some(Detail {
            ticket,
            row,
            loaded: None,
            gone: false,
            error: None,
            tab: Tab::Conversation,
            scroll: 0,
            attachment: None,
            unfolded: Default::default(),
            width,
            opened,
        });
        self.ask_thread(ticket);
        if opened {
            self.fx.push(Effect::MarkRead(ticket));
        }
    }

    /// Marks or unmarks the row under the cursor.
    pub fn mark(&mut self) {
        let Some(ticket) = self.s.queue.selected().map(|r| Arc::clone(&r.ticket)) else {
            return;
        };
        let marks = &mut self.s.queue.marks;
        if marks.remove(&ticket.id).is_none() {
            marks.insert(ticket.id, Mark { ticket });
        }
    }

    /// Begins a range, or marks from its beginning to the cursor.
    pub fn range(&mut self) {
        let q = &mut self.s.queue;
        let Some(here) = q.selected().map(|r| r.ticket.id) else {
            return;
        };
        let Some(from) = q.range.take() else {
            q.range = Some(here);
            q.marks.insert(
                here,
                Mark {
                    ticket: Arc::clone(&q.rows[q.cursor].ticket),
                },
            );
            return;
        };
        let Some(from) = q.rows.iter().position(|r| r.ticket.id == from) else {
            return self.refuse("the range began too far away; begin it again with v");
        };
        let (a, b) = (from.min(q.cursor), from.max(q.cursor));
        for row in &q.rows[a..=b] {
            q.marks.insert(
                row.ticket.id,
                Mark {
                    ticket: Arc::clone(&row.ticket),
                },
            );
        }
    }

    /// Marks all rows that are loaded; says it when that is not all of the list.
    pub fn mark_all(&mut self) {
        let q = &mut self.s.queue;
        if !q.marks.is_empty()
            && q.rows
                .iter()
                .take(MARK_LIMIT)
                .all(|r| q.marks.contains_key(&r.ticket.id))
        {
            q.marks.clear();
            return;
        }
        let whole = q.at_start && q.at_end && q.rows.len() <= MARK_LIMIT;
        for row in q.rows.iter().take(MARK_LIMIT) {
            q.marks.insert(
                row.ticket.id,
                Mark {
                    ticket: Arc::clone(&row.ticket),
                },
            );
        }
        let n = q.marks.len();
        if !whole {
            self.refuse(&format!(
                "{n} tickets around the cursor are marked; the list has more"
            ));
        }
    }

    /// Another view.
    pub fn view(&mut self, to: usize) {
        if to >= self.s.views.len() {
            return;
        }
        self.s.active = to;
        let q = &mut self.s.queue;
        q.sort = self.s.views[to].sort;
        q.find = None;
        q.filter = Query::all();
        q.filter_text.clear();
        q.filter_error = None;
        self.s.pane = Pane::Queue;
        self.ask_other_list();
    }

    /// Another order.
    pub fn sort(&mut self, to: Sort) {
        self.s.queue.sort = to;
        self.ask_other_list();
    }

    /// Sets the filter; the list follows.
    pub fn filter(&mut self, text: &str) {
        match Query::parse(text) {
            Ok(query) => {
                let q = &mut self.s.queue;
                q.filter_error = None;
                if q.filter_text != text.trim() || q.find.is_some() {
                    q.find = None;
                    q.filter = query;
                    text.trim().clone_into(&mut q.filter_text);
                    self.ask_other_list();
                }
            }
            Err(e) => self.s.queue.filter_error = Some(e),
        }
    }

    /// Finds in everything; an empty text leaves things as they were before.
    pub fn find(&mut self, text: &str) {
        if text.trim().is_empty() {
            return self.unfind();
        }
        let q = &mut self.s.queue;
        match &mut q.find {
            Some(find) if find.text == text => return,
            Some(find) => text.clone_into(&mut find.text),
            None => {
                let row = q.rows.get(q.cursor);
                q.find = Some(Find {
                    text: text.to_owned(),
                    back: row.map(|r| r.ticket.id),
                    back_row: q.cursor.saturating_sub(q.top),
                    back_place: row.map(|r| r.place),
                });
            }
        }
        self.ask_other_list();
    }

    /// Back to the list and place before the search.
    pub fn unfind(&mut self) {
        let Some(find) = self.s.queue.find.take() else {
            return;
        };
        self.s.inner.intent = find
            .back
            .map_or(Intent::First, |id| Intent::Ticket(id, find.back_row));
        self.s.inner.back_place = find.back_place;
        self.s.queue.words = words(&self.query());
        self.ask_list();
    }

    /// Asks how many tickets each view has.
    pub fn ask_counts(&mut self) {
        if self.s.inner.counting {
            self.s.inner.recount = true;
            return;
        }
        let generation = self.next();
        self.s.inner.counts = generation;
        self.s.inner.counting = true;
        self.s.inner.recount_at = Some(self.after(60_000));
        let queries = self.s.views.iter().map(|v| v.query.clone()).collect();
        let asker = self.asker();
        self.fx.push(Effect::Counts {
            generation,
            asker,
            queries,
        });
    }
}

/// Words to highlight.
fn words(query: &Query) -> Vec<String> {
    let mut all: Vec<String> = query
        .words()
        .into_iter()
        .flat_map(|w| tokens(w.as_str()))
        .collect();
    all.sort();
    all.dedup();
    all
}
