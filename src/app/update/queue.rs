//! The list: asking for windows, moving, marks, filter and search.

use std::sync::Arc;

use crate::app::effect::Effect;
use crate::app::inner::Intent;
use crate::app::layout::list_rows;
use crate::app::prepare;
use crate::app::state::{Detail, Find, Mark, Pane, QueueRow, Tab};
use crate::domain::list::{Anchor, Count, ListRequest, Page, Sort};
use crate::domain::query::{Query, tokens};
use crate::domain::ticket::TicketId;

use super::Turn;

/// The pause after the last move before the ticket is loaded beside the list.
const FOLLOW_MILLIS: i64 = 150;
/// The pause after a change before everything that is counted is counted again.
const RECOUNT_MILLIS: i64 = 120;
/// At most so many are marked at once: a preview that nobody can read through is none.
pub const MARK_LIMIT: usize = 2000;

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
            // Only what is seen, so that it is there at once; the margin follows.
            Intent::First => (Anchor::First, 0, rows),
            Intent::Last => (Anchor::Last, rows, 1),
            Intent::Ticket(id, _) => (
                self.s
                    .inner
                    .back_place
                    .map_or(Anchor::Ticket(id), Anchor::Around),
                margin,
                rows + margin,
            ),
            Intent::On(place, true) => (Anchor::Around(place), 0, rows + margin),
            Intent::On(place, false) => (Anchor::Around(place), rows + margin, 0),
            Intent::Keep => match self.s.queue.selected() {
                Some(row) => (Anchor::Around(row.place), margin, rows + margin),
                None => (Anchor::First, 0, rows),
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
        let asker = self.asker_then();
        self.fx.push(Effect::List {
            generation,
            asker,
            request,
        });
    }

    /// Asks again from the first row: another list.
    pub fn ask_other_list(&mut self) {
        self.s.inner.owed = 0;
        self.s.inner.intent = Intent::First;
        self.s.queue.words = words(&self.query());
        self.s.queue.range = None;
        // Marks that were asked for another list are not wanted any more.
        self.s.inner.marks = self.next();
        self.ask_list();
    }

    /// Asks for more before the window runs out; moving within it never waits. Where the
    /// store gave up looking, it goes on from there until the window is full or all was seen.
    pub fn ask_more(&mut self) {
        let (q, rows) = (&self.s.queue, list_rows(self.s));
        if q.loading || q.error.is_some() {
            return;
        }
        let (above, below) = (q.cursor, q.rows.len().saturating_sub(q.cursor + 1));
        let place = |row: Option<&QueueRow>| row.map(|r| r.place);
        let on = if !q.at_end && below < rows * 2 {
            q.below
                .or(place(q.rows.last()))
                .map(|p| Intent::On(p, true))
        } else if !q.at_start && above < rows * 2 {
            q.above
                .or(place(q.rows.first()))
                .map(|p| Intent::On(p, false))
        } else {
            None
        };
        if let Some(on) = on {
            self.s.inner.intent = on;
            self.ask_list();
        }
    }

    /// The rows came; what is still missing around them is asked for.
    pub fn listed(&mut self, page: Page) {
        self.take_in(page);
        if std::mem::take(&mut self.s.inner.stale) {
            self.ask_list();
        } else {
            match std::mem::take(&mut self.s.inner.owed) {
                0 => self.ask_more(),
                owed => self.step(owed),
            }
        }
    }

    /// Shows a page, with the cursor where it was meant to go.
    fn take_in(&mut self, mut page: Page) {
        let old = self.s.queue.selected().map(|r| r.ticket.id);
        let on_screen = self.s.queue.cursor.saturating_sub(self.s.queue.top);
        let mut rows: Vec<_> = std::mem::take(&mut page.rows)
            .into_iter()
            .map(|r| prepare::row(self.s, r))
            .collect();
        if let Intent::On(_, down) = self.s.inner.intent {
            rows = self.joined(rows, &mut page, down);
        }
        let at = |id: TicketId| rows.iter().position(|r| r.ticket.id == id);
        let last = rows.len().saturating_sub(1);
        let height = list_rows(self.s);
        let (cursor, on_screen) = match self.s.inner.intent {
            Intent::First => (0, 0),
            Intent::Last => (last, height - 1),
            Intent::Ticket(id, row) => (at(id).unwrap_or(page.anchor), row),
            Intent::Keep | Intent::On(..) => {
                let prefer = self.s.inner.prefer.and_then(at);
                if prefer.is_some() {
                    self.s.inner.prefer = None;
                }
                let cursor = prefer.or(old.and_then(at)).unwrap_or(page.anchor);
                // Where the list is seen from its beginning, what is new there is seen too.
                let q = &self.s.queue;
                let from_start = q.top == 0 && q.at_start && page.at_start && cursor < height;
                (cursor, if from_start { cursor } else { on_screen })
            }
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
        (q.above, q.below) = (page.above, page.below);
        q.loaded = true;
        q.loading = false;
        q.error = None;
        self.s.inner.intent = Intent::Keep;
        self.s.inner.back_place = None;
        self.look_ahead();
        let new = self.s.queue.selected().map(|r| r.ticket.id);
        if new != old || self.s.detail.is_none() {
            self.moved();
        }
    }

    /// The rows there are with those that were found further on; the page then tells of both.
    fn joined(&mut self, found: Vec<QueueRow>, page: &mut Page, down: bool) -> Vec<QueueRow> {
        let keep = (list_rows(self.s) * 8).max(400);
        let q = &mut self.s.queue;
        let mut rows = std::mem::take(&mut q.rows);
        let known: std::collections::HashSet<_> = rows.iter().map(|r| r.ticket.id).collect();
        let new = found.into_iter().filter(|r| !known.contains(&r.ticket.id));
        if down {
            rows.extend(new);
            (page.at_start, page.above) = (q.at_start, q.above);
            // What lies far above is asked for again when somebody goes there.
            let far = rows.len().saturating_sub(keep).min(q.cursor / 2);
            if far > 0 {
                rows.drain(..far);
                (page.at_start, page.above) = (false, None);
            }
        } else {
            let before = rows.len();
            rows.splice(0..0, new);
            (page.at_end, page.below) = (q.at_end, q.below);
            let cursor = q.cursor + rows.len() - before;
            let far = rows
                .len()
                .saturating_sub(keep)
                .min((rows.len() - cursor) / 2);
            if far > 0 {
                rows.truncate(rows.len() - far);
                (page.at_end, page.below) = (false, None);
            }
        }
        page.anchor = 0;
        let n = rows.len() as u64;
        page.total = match q.total {
            _ if page.at_start && page.at_end => Count::Exact(n),
            Count::AtLeast(m) => Count::AtLeast(m.max(n)),
            Count::Unknown => Count::AtLeast(n),
            exact => exact,
        };
        rows
    }

    /// Keeps the cursor in sight.
    pub fn scroll_to_cursor(&mut self) {
        let rows = list_rows(self.s);
        let q = &mut self.s.queue;
        // A step over the edge moves the list by half a page: on a slow line a held key paints
        // the whole list once in so many rows, and the eye rests in between.
        if q.cursor < q.top {
            q.top = if q.top - q.cursor == 1 {
                (q.cursor + 1).saturating_sub(rows.div_ceil(2))
            } else {
                q.cursor
            };
        } else if q.cursor >= q.top + rows {
            q.top = if q.cursor == q.top + rows {
                q.cursor.saturating_sub(rows / 2)
            } else {
                q.cursor + 1 - rows
            };
        }
        q.top = q
            .top
            .min(q.rows.len().saturating_sub(rows.min(q.rows.len())));
    }

    /// Moves by rows.
    pub fn step(&mut self, by: isize) {
        let q = &mut self.s.queue;
        let last = q.rows.len().saturating_sub(1).cast_signed();
        let by = by.saturating_add(self.s.inner.owed);
        let wanted = q.cursor.cast_signed().saturating_add(by);
        let to = wanted.clamp(0, last);
        // Keys that are faster than the store: the rest of the way is owed.
        let open = if wanted < to { !q.at_start } else { !q.at_end };
        self.s.inner.owed = if open { wanted - to } else { 0 };
        if to.unsigned_abs() != q.cursor {
            q.cursor = to.unsigned_abs();
            self.moved();
        }
        self.ask_more();
    }

    /// To the first or last row of the whole list.
    pub fn edge(&mut self, last: bool) {
        self.s.inner.owed = 0;
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
            match self.end_ahead(last) {
                Some(page) => {
                    // What was asked for before is not wanted any more; what lies around is
                    // asked for when the picture is there.
                    self.s.inner.list = self.next();
                    self.take_in(page);
                }
                None => self.ask_list(),
            }
        }
    }

    /// The cursor is on another ticket: the detail follows after a pause.
    pub fn moved(&mut self) {
        self.look_ahead();
        let follows =
            self.s.detail.as_ref().is_none_or(|d| !d.opened) || self.s.pane != Pane::Detail;
        if follows && self.s.composer.is_none() {
            self.s.inner.follow_at = Some(self.after(FOLLOW_MILLIS));
        }
    }

    /// Loads the ticket under the cursor beside the list, where there is room for it.
    pub fn follow(&mut self) {
        let Some(id) = self.s.under_cursor() else {
            return;
        };
        let shown = crate::app::layout::layout(self.s).detail.width > 0;
        let same = self.s.detail.as_ref().is_some_and(|d| d.ticket == id);
        // Acts in other panes need the ticket's fields, seen or not.
        let wanted = shown || self.s.pane != Pane::Queue;
        if !wanted || same || self.s.composer.is_some() {
            return;
        }
        self.show(id, false);
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
            words: Vec::new(),
            found: None,
            found_from: None,
            at: None,
            marked: Default::default(),
            unfolded: Default::default(),
            width,
            opened,
        });
        self.thread_ahead(ticket);
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

    /// Begins a range, or marks from its beginning to the cursor, however far that is.
    pub fn range(&mut self) {
        let q = &mut self.s.queue;
        let Some(here) = q.selected() else {
            return;
        };
        let (id, place, ticket) = (here.ticket.id, here.place, Arc::clone(&here.ticket));
        let Some(from) = q.range.take() else {
            q.range = Some((id, place));
            let words = format!(
                "a range begins at #{}; v ends it, Esc forgets it",
                ticket.key
            );
            q.marks.insert(id, Mark { ticket });
            return self.refuse(&words);
        };
        if let Some(at) = q.rows.iter().position(|r| r.ticket.id == from.0) {
            let (a, b) = (at.min(q.cursor), at.max(q.cursor));
            for row in &q.rows[a..=b] {
                let ticket = Arc::clone(&row.ticket);
                q.marks.insert(ticket.id, Mark { ticket });
            }
            return;
        }
        // It began outside the window: the rows between are asked for.
        let down = (from.1.major, from.1.minor, from.0) <= (place.major, place.minor, id);
        let (first, last) = if down { (from.1, id) } else { (place, from.0) };
        self.ask_marks(Anchor::Around(first), Some(last));
    }

    /// Marks all tickets of the list, those that are not loaded too; again: none.
    pub fn mark_all(&mut self) {
        let q = &self.s.queue;
        let all = |r: &crate::app::state::QueueRow| q.marks.contains_key(&r.ticket.id);
        if !q.rows.is_empty() && q.rows.iter().all(all) {
            self.s.queue.marks.clear();
            return;
        }
        self.ask_marks(Anchor::First, None);
    }

    fn ask_marks(&mut self, anchor: Anchor, until: Option<TicketId>) {
        let generation = self.next();
        self.s.inner.marks = generation;
        self.s.inner.marks_until = until;
        let request = ListRequest {
            query: self.query(),
            sort: self.s.queue.sort,
            anchor,
            before: 0,
            after: MARK_LIMIT,
        };
        let asker = self.asker_then();
        self.fx.push(Effect::Marks {
            generation,
            asker,
            request,
        });
    }

    /// The tickets to mark came.
    pub fn marked(&mut self, page: Page) {
        let until = self.s.inner.marks_until.take();
        let marks = &mut self.s.queue.marks;
        let mut whole = page.at_end && !page.partial;
        for row in page.rows {
            let ticket = Arc::new(row.ticket);
            let id = ticket.id;
            marks.insert(id, Mark { ticket });
            if until == Some(id) {
                whole = true;
                break;
            }
        }
        let n = marks.len();
        if !whole {
            self.refuse(&format!(
                "{n} tickets are marked, the first of the list; narrow it with \\ to reach the rest"
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

    /// Something changed: counts and what falls due follow in a moment, once for a burst.
    pub fn recount_soon(&mut self) {
        let at = self.after(RECOUNT_MILLIS);
        self.s.inner.recount_soon.get_or_insert(at);
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
        let asker = self.asker_then();
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
