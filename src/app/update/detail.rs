//! The ticket: opening, scrolling, files, folding, and why its deadline is what it is.

use crate::app::effect::Effect;
use crate::app::layout::detail_lines;
use crate::app::prepare;
use crate::app::state::{LineKind, Overlay, Pane, QueueRow, State, Tab, Why};
use crate::domain::list::Sort;
use crate::domain::sla::{self, History, Reason, Side, SlaEvent, What};
use crate::domain::text::{Printable, line};
use crate::domain::thread::{Author, Thread, Visibility};
use crate::domain::ticket::{Due, Status, TicketId};

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
        self.step(by);
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
            return self.refuse("this ticket has no files");
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

    /// To the next or previous line that holds a word that was found.
    pub fn match_in_detail(&mut self, forward: bool) {
        let words = self.s.queue.words.clone();
        let Some(d) = &mut self.s.detail else {
            return;
        };
        let hit = |l: &crate::app::state::DetailLine| {
            let low = l.text.to_lowercase();
            words.iter().any(|w| low.contains(w))
        };
        let lines = d.lines();
        let to = if forward {
            lines
                .iter()
                .enumerate()
                .skip(d.scroll + 1)
                .find(|(_, l)| hit(l))
                .map(|(i, _)| i)
        } else {
            lines
                .iter()
                .enumerate()
                .take(d.scroll)
                .rev()
                .find(|(_, l)| hit(l))
                .map(|(i, _)| i)
        };
        match to {
            Some(to) => {
                d.scroll = to;
                self.scroll_detail(0);
            }
            None => self.refuse("no further match in this text"),
        }
    }

    /// Why the deadline, the order and the permission are what they are.
    pub fn why(&mut self) {
        let Some(row) = self.s.subject().cloned() else {
            return self.refuse("there is nothing under the cursor to explain");
        };
        let mut lines = self.place_in_list(&row);
        if let Some((id, passed)) = &self.s.inner.urgent_why
            && *id == row.ticket.id
        {
            lines.push(line("It is the most urgent ticket that you may work on."));
            let over = passed.iter();
            lines.extend(over.map(|(why, n)| line(&format!("  passed over: {n} · {why}"))));
        }
        lines.push(self.permission(&row));
        lines.push(Printable::empty());
        lines.push(due_line(self.s, &row));
        let thread = self.s.detail.as_ref().filter(|d| d.ticket == row.ticket.id);
        if let Some(l) = thread.and_then(|d| d.loaded.as_ref()) {
            lines.extend(self.segments(&l.thread));
        }
        let title = line(&format!("Why: #{}", row.key));
        self.s.overlays.push(Overlay::Why(Why {
            title,
            lines,
            scroll: 0,
        }));
    }

    /// Where it stands in the list and between which neighbours.
    fn place_in_list(&self, row: &QueueRow) -> Vec<Printable> {
        let q = &self.s.queue;
        let Some(at) = q.rows.iter().position(|r| r.ticket.id == row.ticket.id) else {
            return vec![line("It is not in the list beside it.")];
        };
        let rule = match (&q.find, q.sort) {
            (Some(_), _) => "newest first",
            (None, Sort::Due) => {
                "by due: what is late longest, what runs out next, what is paused, what has no promise"
            }
            (None, Sort::Updated) => "by updated: what was touched last comes first",
            (None, Sort::Priority) => "by priority, and by due within one priority",
            (None, Sort::Age) => "by age: the oldest first",
        };
        let list = match (&q.find, self.s.views.get(self.s.active)) {
            (None, Some(view)) => view.name.to_string(),
            _ => "what was found".to_owned(),
        };
        let number = q.before.map(|n| n + at as u64 + 1);
        let number = number.map_or_else(|| "A row".to_owned(), |n| format!("Row {n}"));
        let mut lines = vec![line(&format!("{number} of {list}, {rule}."))];
        let beside = |word: &str, r: &QueueRow| {
            let target = r.target.map_or("", |t| t.long());
            line(&format!(
                "  {word} #{}: {} {target}",
                r.key, r.countdown.text
            ))
        };
        let above = at.checked_sub(1).and_then(|i| q.rows.get(i));
        lines.extend(above.map(|r| beside("after", r)));
        lines.extend(q.rows.get(at + 1).map(|r| beside("before", r)));
        lines
    }

    /// Whether the person may work on it, and by which rule.
    fn permission(&self, row: &QueueRow) -> Printable {
        let t = &row.ticket;
        let scope = match (&t.tenant, self.s.scope.is_empty()) {
            (_, true) => "your scope is all tenants".to_owned(),
            (Some(tenant), false) if self.s.scope.contains(tenant) => {
                format!("{tenant} is in your scope")
            }
            (Some(tenant), false) => format!("{tenant} is outside your scope"),
            (None, false) => "it belongs to no tenant".to_owned(),
        };
        line(&match &t.assignee {
            None => format!("You may work on it: it is nobody's, and {scope}."),
            Some(a) if *a == self.s.me => format!("You may work on it: it is yours, and {scope}."),
            Some(_) => format!(
                "{} works on it; i takes it over, and {scope}.",
                row.assignee
            ),
        })
    }

    fn segments(&self, thread: &Thread) -> Vec<Printable> {
        let events = history(thread);
        let status = thread
            .timeline
            .iter()
            .find(|e| e.field == "status")
            .and_then(|e| e.old.as_ref()?.raw().parse().ok());
        let history = History {
            created: thread.ticket.created,
            opened_by: Side::Requester,
            kind: thread.ticket.kind,
            priority: thread.ticket.priority,
            status: status.unwrap_or(if events.is_empty() {
                thread.ticket.status
            } else {
                Status::New
            }),
            events: &events,
        };
        let mut lines = vec![line(&format!(
            "Policy: {}. Times are working time.",
            self.s.policy.name
        ))];
        let parts = sla::why(&history, &self.s.policy, &self.s.calendar, self.s.now);
        for p in parts {
            let what = match &p.what {
                Reason::Counted => format!("{} counted", span(p.secs)),
                Reason::Ahead => format!("{} still to count until the deadline", span(p.secs)),
                Reason::Over => format!("{} over the deadline", span(p.secs)),
                Reason::Paused { status, spared } => {
                    format!("paused while {status}: {} spared", span(*spared))
                }
                Reason::Holiday(name) => format!("holiday: {name}"),
            };
            let (from, to) = (prepare::time(self.s, p.from), prepare::time(self.s, p.to));
            lines.push(line(&format!("{from} – {to}  {what}")));
        }
        lines
    }
}

fn due_line(s: &State, row: &QueueRow) -> Printable {
    match &row.ticket.due {
        Due::Running { target, at } => line(&format!(
            "Its {} is due {}: {}.",
            target.long(),
            prepare::time(s, *at),
            row.countdown.text
        )),
        Due::Paused { target, left } => line(&format!(
            "Its {} is paused with {} of working time left, because it is {}.",
            target.long(),
            span(*left),
            row.status
        )),
        Due::None => line("No promise is open on it."),
    }
}

fn span(secs: i64) -> String {
    let (sign, m) = (if secs < 0 { "-" } else { "" }, secs.abs() / 60);
    if m >= 60 {
        format!("{sign}{} h {:02}", m / 60, m % 60)
    } else {
        format!("{sign}{m} m")
    }
}

fn history(thread: &Thread) -> Vec<SlaEvent> {
    let said = thread
        .messages
        .iter()
        .skip(1)
        .filter(|m| m.visibility == Visibility::Public && !m.waiting);
    let said = said.filter_map(|m| {
        let what = match m.author {
            Author::Requester { .. } => What::RequesterMessage,
            Author::Agent { .. } | Author::Helper { .. } => What::AgentReply,
            Author::System => return None,
        };
        Some(SlaEvent { at: m.at, what })
    });
    let moved = thread
        .timeline
        .iter()
        .filter(|e| e.field == "status")
        .filter_map(|e| {
            let to = e.new.as_ref()?.raw().parse().ok()?;
            Some(SlaEvent {
                at: e.at,
                what: What::Status(to),
            })
        });
    let mut all: Vec<_> = said.chain(moved).collect();
    all.sort_by_key(|e| e.at);
    all
}
