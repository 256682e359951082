//! The ticket: opening, scrolling, files, folding.

use crate::app::effect::Effect;
use crate::app::layout::detail_lines;
use crate::app::prepare;
use crate::app::state::{Found, LineKind, Pane, Tab};
use crate::domain::ticket::TicketId;

use super::Turn;

impl Turn<'_> {
    /// Asks for a thread.
    pub fn ask_thread(&mut self, ticket: TicketId) {
        let generation = self.next();
        self.s.inner.thread = generation;
        self.fx.push(Effect::Thread { generation, ticket });
    }

    /// Opens a ticket and gives it the keys.
    pub fn open_ticket(&mut self, ticket: TicketId) {
        self.s.inner.follow_at = None;
        match &mut self.s.detail {
            Some(d) if d.ticket == ticket => {
                if !d.opened {
                    d.opened = true;
                    self.fx.push(Effect::MarkRead(ticket));
                }
            }
            _ => self.show(ticket, true),
        }
        self.s.pane = Pane::Detail;
    }

    /// The next or previous ticket of the list while reading.
    pub fn neighbour(&mut self, by: isize) {
        // What is read may have left the list meanwhile: then the cursor is on the next already.
        let shown = self.s.detail.as_ref().map(|d| d.ticket);
        let here = self.s.queue.selected().map(|r| r.ticket.id);
        let left = self.s.pane == Pane::Detail && shown != here && by > 0;
        if !left {
            self.step(by);
        }
        if self.s.pane == Pane::Detail
            && let Some(id) = self.s.queue.selected().map(|r| r.ticket.id)
        {
            self.open_ticket(id);
        }
    }

    /// Scrolls by lines.
    pub fn scroll_detail(&mut self, by: isize) {
        let rows = detail_lines(self.s).0;
        if let Some(d) = &mut self.s.detail {
            let most = d.lines().len().saturating_sub(rows);
            d.scroll = d.scroll.saturating_add_signed(by).min(most);
        }
    }

    /// Wraps again if the pane has another width.
    pub fn rewrap(&mut self) {
        if self.s.pane == crate::app::state::Pane::Knowledge {
            self.wrap_article();
        }
        let width = detail_lines(self.s).1;
        let Some(mut d) = self.s.detail.take() else {
            return;
        };
        if d.width != width
            && let Some(l) = &mut d.loaded
        {
            let share = d.scroll.saturating_mul(1000) / l.conversation.len().max(1);
            prepare::lines(self.s, l, width, &d.unfolded);
            d.scroll = share * l.conversation.len() / 1000;
        }
        d.width = width;
        self.s.detail = Some(d);
        self.scroll_detail(0);
    }

    /// Folds or unfolds all quoted text.
    pub fn quotes(&mut self) {
        let Some(mut d) = self.s.detail.take() else {
            return;
        };
        if let Some(l) = &mut d.loaded {
            if d.unfolded.is_empty() {
                d.unfolded = l.thread.messages.iter().map(|m| m.id).collect();
            } else {
                d.unfolded.clear();
            }
            prepare::lines(self.s, l, d.width, &d.unfolded);
        }
        self.s.detail = Some(d);
        self.scroll_detail(0);
    }

    /// Conversation or timeline.
    pub fn timeline(&mut self) {
        if let Some(d) = &mut self.s.detail {
            d.tab = if d.tab == Tab::Timeline {
                Tab::Conversation
            } else {
                Tab::Timeline
            };
            d.scroll = 0;
        }
    }

    /// The next file, brought into sight.
    pub fn next_file(&mut self) {
        let rows = detail_lines(self.s).0;
        let Some(d) = &mut self.s.detail else {
            return;
        };
        let n = d.loaded.as_ref().map_or(0, |l| l.attachments.len());
        if n == 0 {
            return self.refuse("this ticket has no attachments");
        }
        d.tab = Tab::Conversation;
        let next = d.attachment.map_or(0, |a| (a + 1) % n);
        d.attachment = Some(next);
        let at = d
            .lines()
            .iter()
            .position(|l| l.kind == LineKind::Attachment { index: next })
            .unwrap_or(0);
        if at < d.scroll || at >= d.scroll + rows {
            d.scroll = at.saturating_sub(rows / 2);
        }
        self.scroll_detail(0);
    }

    /// Marks or unmarks the message under the cursor and steps to the next.
    pub fn mark_message(&mut self) {
        let rows = detail_lines(self.s).0;
        let Some(d) = &mut self.s.detail else {
            return;
        };
        let Some(l) = &d.loaded else {
            return self.refuse("the ticket is not here yet");
        };
        let first = d.lines().iter().skip(d.scroll).find_map(|x| x.message);
        let index = d.at.or(first).unwrap_or(0);
        let Some(id) = l.thread.messages.get(index).map(|m| m.id) else {
            return self.refuse("there is no message to mark");
        };
        let next = (index + 1).min(l.thread.messages.len() - 1);
        if !d.marked.remove(&id) {
            d.marked.insert(id);
        }
        d.tab = Tab::Conversation;
        d.at = Some(next);
        let head = |x: &crate::app::state::DetailLine| {
            x.message == Some(next) && matches!(x.kind, LineKind::Head { .. })
        };
        if let Some(at) = d.lines().iter().position(head)
            && (at < d.scroll || at + 1 >= d.scroll + rows)
        {
            d.scroll = at;
        }
        self.scroll_detail(0);
    }

    /// Takes all marks off the messages; says whether there were any.
    pub fn unmark_messages(&mut self) -> bool {
        let Some(d) = &mut self.s.detail else {
            return false;
        };
        d.at = None;
        !std::mem::take(&mut d.marked).is_empty()
    }

    /// Finds words in the ticket that is open, from where it stands on.
    pub fn find_here(&mut self, text: &str) {
        // As it is typed, blanks and all: this is one text, not a list.
        let typed = text.trim().to_lowercase();
        let words: Vec<String> = (!typed.is_empty()).then_some(typed).into_iter().collect();
        if let Some(d) = &mut self.s.detail {
            d.scroll = *d.found_from.get_or_insert(d.scroll);
            (d.words, d.found) = (words, None);
            if !d.words.is_empty() {
                self.match_in_detail(true);
            }
        }
    }

    /// Ends finding in the ticket; where nothing was kept, back to where it began.
    pub fn unfind_here(&mut self, back: bool) {
        if let Some(d) = &mut self.s.detail {
            let from = d.found_from.take();
            if back {
                d.words.clear();
                d.scroll = from.unwrap_or(d.scroll);
            }
            self.scroll_detail(0);
        }
    }

    /// To the next or previous line that holds a word that was found; behind the last comes
    /// the first.
    pub fn match_in_detail(&mut self, forward: bool) {
        let rows = detail_lines(self.s).0;
        let list = self.s.queue.words.clone();
        let Some(d) = &mut self.s.detail else {
            return;
        };
        if d.words.is_empty() {
            d.words = list;
        }
        if d.words.is_empty() {
            return self.refuse("/ finds words in this ticket; then n goes to the next");
        }
        let sight = d.scroll..d.scroll + rows;
        let at = d.found.map(|f| f.line).filter(|at| sight.contains(at));
        let lines = d.lines().iter().enumerate();
        let all: Vec<usize> = lines.filter(|(_, l)| d.holds(l)).map(|(i, _)| i).collect();
        let nth = if forward {
            let from = at.map_or(d.scroll, |at| at + 1);
            all.iter().position(|i| *i >= from).unwrap_or(0)
        } else {
            let until = at.unwrap_or(d.scroll);
            let before = all.iter().rposition(|i| *i < until);
            before.unwrap_or(all.len().saturating_sub(1))
        };
        let Some(line) = all.get(nth).copied() else {
            d.found = None;
            return self.refuse("nothing in this ticket has these words");
        };
        let of = all.len();
        d.found = Some(Found { line, nth, of });
        if !sight.contains(&line) {
            d.scroll = line.saturating_sub(rows / 3);
        }
        self.scroll_detail(0);
    }
}
