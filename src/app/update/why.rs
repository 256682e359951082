//! Why a deadline, an order and a permission are what they are.

use crate::app::prepare;
use crate::app::state::{Detail, Loaded, Overlay, Pane, QueueRow, State, Why};
use crate::domain::list::Sort;
use crate::domain::next;
use crate::domain::sla::{self, Amount, Explained, Owner, Reason, Segment, Subject, Whose};
use crate::domain::text::{Printable, line};
use crate::domain::ticket::{Due, TicketId};

use super::Turn;

impl Turn<'_> {
    /// Explains what is under the cursor; what the sum is made of is fetched first where it is not here.
    pub fn why(&mut self) {
        if self.s.pane == Pane::Outbox {
            return self.why_change();
        }
        if self.s.pane == Pane::Coverage {
            return self.why_coverage();
        }
        if self.in_books() {
            return self.why_in_books();
        }
        let Some(id) = self.s.under_cursor() else {
            return self.refuse("there is nothing under the cursor to explain");
        };
        self.s.inner.why = Some(id);
        if self.loaded(id).is_some() {
            self.why_now();
        } else if self.s.detail.as_ref().is_none_or(|d| d.ticket != id) {
            self.s.inner.follow_at = None;
            self.show(id, false);
        } else {
            self.why_now();
        }
    }

    /// The ticket's thread, if it is here.
    fn loaded(&self, id: TicketId) -> Option<&Loaded> {
        let shown = self.s.detail.as_ref().filter(|d| d.ticket == id);
        shown.and_then(|d| d.loaded.as_deref())
    }

    /// What was to be explained is here now, or never will be.
    pub fn why_now(&mut self) {
        let Some(id) = self.s.inner.why.take() else {
            return;
        };
        if let Some(l) = self.loaded(id) {
            let why = self.explained(l);
            return self.s.overlays.push(Overlay::Why(why));
        }
        match self.s.detail.as_ref().filter(|d| d.ticket == id) {
            Some(Detail {
                error: Some(why), ..
            }) => {
                let why = why.to_string();
                self.refuse(&why);
            }
            Some(Detail { gone: true, .. }) => self.refuse("this ticket is not here any more"),
            // It is still on its way.
            Some(_) => self.s.inner.why = Some(id),
            // The person has gone on to another.
            None => {}
        }
    }

    fn explained(&self, l: &Loaded) -> Why {
        let (s, row) = (&*self.s, &l.row);
        let mut lines = Vec::new();
        if let Some(at) = s.as_of {
            let at = prepare::time(s, at);
            lines.push(line(&format!("As of {at}, if nothing is done until then.")));
        }
        lines.extend(self.place_in_list(row));
        if let Some((id, passed)) = &s.inner.urgent_why
            && *id == row.ticket.id
        {
            lines.push(line("It is the most urgent ticket that you may work on."));
            lines.push(line(&format!("The order of what is next: {}.", next::RULE)));
            let over = passed.iter();
            lines.extend(over.map(|(why, n)| line(&format!("Passed over: {n}, because {why}."))));
        }
        lines.push(self.permission(row));
        lines.push(Printable::empty());
        lines.push(due_line(s, row));
        lines.extend(whose_line(row));
        lines.extend(rule_line(s, row));
        lines.extend(self.vendor_why(l));
        let history = l.thread.history();
        let trail = &l.thread.timeline;
        if let Some(e) = sla::why(&history, trail, &s.policy, &s.calendar, s.moment()) {
            lines.extend(e.segments.iter().map(|part| segment_line(s, part)));
            lines.push(line(&sum(&e)));
        }
        Why {
            title: line(&format!("Why: #{}", row.key)),
            lines,
            scroll: 0,
        }
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
}

/// The line of the policy that makes the promise, and in which time it is counted.
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
    let clock = match (rule.within, &rule.calendar) {
        (Amount::Calendar(_), _) => ", around the clock".to_owned(),
        (_, Some(name)) => format!(" of the calendar \"{name}\""),
        (_, None) => format!(
            " of working time, by the desk's calendar ({})",
            s.calendar.zone()
        ),
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
            "Its {} is paused with {} of its time left, because it is {}.",
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

/// A part of the sum: from when to when, what it added and who set it.
fn segment_line(s: &State, p: &Segment) -> Printable {
    let promise = |of: &Option<Amount>| of.map_or_else(|| "nothing".to_owned(), |a| a.to_string());
    let what = match &p.what {
        Reason::Counted => format!("{} counted", span(p.secs)),
        Reason::Ahead => format!("{} still to count until the deadline", span(p.secs)),
        Reason::Over => format!("{} over the deadline", span(p.secs)),
        Reason::Paused { status, spared } => {
            format!("paused while {status}: {} spared", span(*spared))
        }
        Reason::Holiday(name) => format!("holiday: {name}"),
        Reason::Changed { field, was, now } => format!(
            "promise changed by its {field}: {} to {}",
            promise(was),
            promise(now)
        ),
    };
    let owner = match p.owner {
        Owner::Vendor => ", with the vendor",
        Owner::Team => "",
    };
    let by = p.by.as_ref();
    let by = by.map_or_else(String::new, |by| format!(", by {}", by.line()));
    let (from, to) = (prepare::time(s, p.from), prepare::time(s, p.to));
    let when = if p.from == p.to {
        from.into_string()
    } else {
        format!("{from} – {to}")
    };
    line(&format!("{when} · {what}{owner}{by}"))
}

/// What the parts add up to.
fn sum(e: &Explained) -> String {
    let of = |what: &Reason| -> i64 {
        let same = e.segments.iter().filter(|p| p.what == *what);
        same.map(|p| p.secs).sum()
    };
    let (counted, ahead, over) = (of(&Reason::Counted), of(&Reason::Ahead), of(&Reason::Over));
    let all = span(counted + ahead);
    match (ahead, over) {
        (0, 0) => format!("The sum: {all} counted, all of it."),
        (0, over) => format!(
            "The sum: {all} counted, all of it, and {} over.",
            span(over)
        ),
        _ => format!(
            "The sum: {} counted and {} to count make {all}.",
            span(counted),
            span(ahead)
        ),
    }
}

/// Hours and minutes, and seconds where there are any: the sum has to be exact.
fn span(secs: i64) -> String {
    let sign = if secs < 0 { "-" } else { "" };
    let s = secs.unsigned_abs();
    let (h, m, rest) = (s / 3600, s % 3600 / 60, s % 60);
    let mut parts = Vec::new();
    if h > 0 {
        parts.push(format!("{h} h"));
    }
    if m > 0 {
        parts.push(format!("{m} m"));
    }
    if rest > 0 || parts.is_empty() {
        parts.push(format!("{rest} s"));
    }
    format!("{sign}{}", parts.join(" "))
}
