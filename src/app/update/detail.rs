//! The ticket: opening, scrolling, files, folding, and why its deadline is what it is.

use crate::app::effect::Effect;
use crate::app::layout::detail_lines;
use crate::app::prepare;
use crate::app::state::{Found, LineKind, Overlay, Pane, QueueRow, State, Tab, Why};
use crate::domain::list::Sort;
use crate::domain::next;
use crate::domain::sla::{self, Reason, Subject, Whose};
use crate::domain::text::{Printable, line};
use crate::domain::thread::Thread;
use crate::domain::ticket::{Due, TicketId};

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

    /// Why the deadline, the order and the permission are what they are.
    pub fn why(&mut self) {
        if self.s.pane == Pane::Outbox {
            return self.why_change();
        }
        let Some(row) = self.s.subject().cloned() else {
            return self.refuse("there is nothing under the cursor to explain");
        };
        let mut lines = self.place_in_list(&row);
        if let Some((id, passed)) = &self.s.inner.urgent_why
            && *id == row.ticket.id
        {
            lines.push(line("It is the most urgent ticket that you may work on."));
            lines.push(line(&format!("The order of what is next: {}.", next::RULE)));
            let over = passed.iter();
            lines.extend(over.map(|(why, n)| line(&format!("Passed over: {n}, because {why}."))));
        }
        lines.push(self.permission(&row));
        lines.push(Printable::empty());
        lines.push(due_line(self.s, &row));
        lines.extend(whose_line(&row));
        lines.extend(rule_line(self.s, &row));
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
            let words = if q.at_start && q.at_end {
                "It is not in the list beside it."
            } else {
                "The list beside it shows another part; its place there is not known here."
            };
            return vec![line(words)];
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
            let target = r.target.map_or("no promise", |t| t.long());
            let due = &r.countdown.text;
            let gap = if due.is_empty() { "" } else { " " };
            format!("{word} #{} ({target}{gap}{due})", r.key)
        };
        let above = at.checked_sub(1).and_then(|i| q.rows.get(i));
        let around: Vec<String> = above
            .map(|r| beside("After", r))
            .into_iter()
            .chain(q.rows.get(at + 1).map(|r| beside("before", r)))
            .collect();
        if !around.is_empty() {
            lines.push(line(&format!("{}.", around.join(", "))));
        }
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
        let history = thread.history();
        let mut lines = Vec::new();
        let (policy, calendar) = (&self.s.policy, &self.s.calendar);
        let why = sla::why(&history, &thread.timeline, policy, calendar, self.s.now);
        for p in why.into_iter().flat_map(|why| why.segments) {
            let what = match &p.what {
                Reason::Counted => format!("{} counted", span(p.secs)),
                Reason::Ahead => format!("{} still to count until the deadline", span(p.secs)),
                Reason::Over => format!("{} over the deadline", span(p.secs)),
                Reason::Paused { status, spared } => {
                    format!("paused while {status}: {} spared", span(*spared))
                }
                Reason::Holiday(name) => format!("holiday: {name}"),
                Reason::Changed { field, was, now } => {
                    let promise = |of: &Option<sla::Amount>| {
                        of.map_or_else(|| "nothing".to_owned(), |a| a.to_string())
                    };
                    format!(
                        "promise changed by its {field}: {} to {}",
                        promise(was),
                        promise(now)
                    )
                }
            };
            let (from, to) = (prepare::time(self.s, p.from), prepare::time(self.s, p.to));
            let by = p.by.as_ref();
            let by = by.map_or_else(String::new, |by| format!(", by {}", by.line()));
            lines.push(line(&format!("{from} – {to} · {what}{by}")));
        }
        lines
    }
}

/// The line of the policy that makes the promise.
fn rule_line(s: &State, row: &QueueRow) -> Option<Printable> {
    let target = row.target?;
    let t = &row.ticket;
    let rule = s.policy.rule(target, &Subject::of(t))?;
    let mut of: Vec<String> = Vec::new();
    if let (Some(p), false) = (t.priority, rule.priorities.is_empty()) {
        of.push(format!("priority {p}"));
    }
    if !rule.kinds.is_empty() {
        of.push(t.kind.to_string());
    }
    let of = if of.is_empty() {
        "everything else".to_owned()
    } else {
        of.join(", ")
    };
    let clock = match rule.within {
        sla::Amount::Calendar(_) => "",
        _ => " of working time",
    };
    Some(line(&format!(
        "Policy {}: {} for {of} within {}{clock}.",
        s.policy.name,
        target.long(),
        rule.within
    )))
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

/// Whose instant that is, where the desk gives its own.
fn whose_line(row: &QueueRow) -> Option<Printable> {
    let whose = row.ticket.beside.whose;
    match (whose, row.other.is_empty()) {
        (Whose::Ours, true) => None,
        (Whose::Theirs, true) => Some(line("The desk gives that instant; the settings trust it.")),
        (_, false) => Some(line(&format!(
            "That instant is {}; it presses more than the other side's ({}).",
            whose.word(),
            row.other
        ))),
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
