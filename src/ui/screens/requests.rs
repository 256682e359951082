//! Requests: the list, and the form of one. Registers are in `sheet`.

use ratatui::layout::Rect;

use super::panes::{cursor_sign, key_room, note};
use super::sheet;
use crate::app::layout::{requests_foot, requests_head};
use crate::app::state::{AnswerLine, OpenForm, Page, Pane, RequestRow, Stand, State, What};
use crate::domain::sla::countdown;
use crate::domain::text::{Printable, line, wrap};
use crate::ui::pen::{Pen, Short};
use crate::ui::theme::Role;
use crate::ui::widgets::heading;
use crate::ui::widgets::queue::urgency_role;

/// Columns of a countdown with its sign.
const DUE: u16 = 15;
/// Columns of a kind's title, and of who does it.
const KIND: u16 = 18;
const DOER: u16 = 12;
/// Columns of what is to do and of how words stand.
const OPEN: u16 = 13;
const WORD: u16 = 16;
/// A subject that is shorter says nothing.
const SUBJECT: u16 = 12;
/// From this width on there is room for who does it, and for the words.
const WITH_DOER: u16 = 76;
const WITH_WORD: u16 = 110;

/// Draws it.
pub fn requests(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let r = &state.requests;
    match (&r.open, r.page) {
        (Some(open), _) => form(state, pen, area, open),
        (None, Page::Requests) => list(state, pen, area),
        (None, Page::Register(register)) => sheet::sheet(state, pen, area, register),
    }
}

/// The title of a page, how many rows it has, and by what it is narrowed.
pub(super) fn title(state: &State, pen: &mut Pen<'_>, area: Rect, count: usize) {
    let r = &state.requests;
    let count = if r.loaded {
        Short::new().n(i128::try_from(count).unwrap_or(0))
    } else {
        Short::new()
    };
    let words = if r.words.is_empty() {
        Short::new()
    } else {
        Short::new().s("with \"").s(line(&r.words)).s("\"")
    };
    let turn = "[ ] other registers";
    let title = r.page.title();
    let focused = state.pane == Pane::Requests;
    heading(pen, area, &[&title, &count, &words, &turn], focused);
}

fn list(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let r = &state.requests;
    title(state, pen, area, r.rows.len());
    let list = Rect::new(
        area.x,
        area.y + 1,
        area.width,
        area.height.saturating_sub(1),
    );
    if r.rows.is_empty() {
        let none = if r.words.is_empty() {
            "No requests are open. I makes one; n makes one of the ticket under the cursor."
        } else {
            "No request holds that. Esc shows them all."
        };
        return note(pen, list, r.error.as_ref(), r.loaded, none);
    }
    let key = key_room(r.rows.iter().map(|row| &row.key));
    let seen = r.rows.iter().enumerate().skip(r.top);
    for ((i, row), y) in seen.zip(list.y..list.bottom()) {
        let at = Rect::new(list.x, y, list.width, 1);
        cursor_sign(pen, list.x + 1, y, i == r.cursor);
        request(state, pen, at, row, key);
    }
}

fn request(state: &State, pen: &mut Pen<'_>, area: Rect, row: &RequestRow, key: u16) {
    let (mut x, y, end) = (area.x + 3, area.y, area.right().saturating_sub(1));
    let due = countdown(&row.ticket.due, state.moment(), &state.calendar);
    let role = urgency_role(due.urgency);
    pen.put(x, y, 2, due.urgency.sign(), role);
    pen.put(x + 3, y, DUE - 3, &due, role);
    x += DUE;
    let kind = if area.width < WITH_DOER {
        KIND - 4
    } else {
        KIND
    };
    pen.put(x, y, kind - 1, &row.kind, Role::Text);
    x += kind;
    pen.put(x, y, key, &row.key, Role::Dim);
    x += key + 1;
    let mut right = end;
    if area.width >= WITH_WORD {
        right -= WORD;
        let role = if row.word == "refused" {
            Role::Bad
        } else {
            Role::Dim
        };
        pen.put(right, y, WORD, &row.word, role);
        right -= 1;
    }
    if area.width >= WITH_DOER {
        right -= DOER;
        pen.put(right, y, DOER, &row.doer, Role::Dim);
        right -= 1;
    }
    right = right.saturating_sub(OPEN);
    let role = if row.open == "may be closed" {
        Role::Good
    } else {
        Role::Text
    };
    pen.put(right, y, OPEN, &row.open, role);
    let room = right.saturating_sub(x + 1);
    let at = pen.put(x, y, room, &row.who, Role::Strong);
    let left = right.saturating_sub(at + 3);
    if left >= SUBJECT {
        pen.put(at + 2, y, left, &row.subject, Role::Dim);
    }
}

fn form(state: &State, pen: &mut Pen<'_>, area: Rect, open: &OpenForm) {
    let key = Short::new().s("#").s(&open.ticket.key);
    let left = match open.against {
        _ if open.form.outcome.is_some() && !open.ticket.status.is_live() => {
            Short::new().s("closed")
        }
        0 => Short::new().s("may be closed: C"),
        n => Short::new().n(i128::try_from(n).unwrap_or(0)).s(" to do"),
    };
    let due = countdown(&open.ticket.due, state.moment(), &state.calendar);
    let focused = state.pane == Pane::Requests;
    heading(pen, area, &[&open.title, &key, &left, &due], focused);
    let (x, wide) = (area.x + 3, area.width.saturating_sub(4));
    for (i, (fact, y)) in open.facts.iter().zip(area.y + 1..area.bottom()).enumerate() {
        let role = if i == 0 { Role::Strong } else { Role::Dim };
        pen.put(x, y, wide, fact, role);
    }
    let top = area.y + 1 + requests_head(state);
    let foot = requests_foot(state);
    let end = area.bottom().saturating_sub(foot);
    let widest = open.lines.iter().filter(|l| is_asked(l));
    let widest = widest
        .map(|l| crate::ui::pen::columns(l.label.as_str()))
        .max();
    let label = widest.unwrap_or(20).clamp(12, area.width * 2 / 5);
    let seen = open.lines.iter().enumerate().skip(open.top);
    for ((i, l), y) in seen.zip(top..end) {
        cursor_sign(pen, area.x + 1, y, i == open.cursor);
        form_line(pen, Rect::new(area.x, y, area.width, 1), l, label);
    }
    if foot > 0 {
        let note = open.lines.get(open.cursor).map(|l| &l.note);
        below(
            pen,
            Rect::new(area.x, end, area.width, foot),
            note.into_iter(),
        );
    }
}

const fn is_asked(l: &AnswerLine) -> bool {
    !matches!(l.what, What::Item(_) | What::Head)
}

fn form_line(pen: &mut Pen<'_>, area: Rect, l: &AnswerLine, label: u16) {
    let (x, y, end) = (area.x + 3, area.y, area.right().saturating_sub(1));
    let room = |x: u16| end.saturating_sub(x);
    let item = matches!(l.what, What::Item(_));
    if l.what == What::Head {
        pen.put(x, y, room(x), &l.label, Role::Accent);
        return;
    }
    let (sign, role) = match (l.stand, item) {
        (Stand::Done, _) => ("✓", Role::Good),
        (Stand::Wrong, _) => ("✗", Role::Bad),
        (Stand::Missing, true) => ("☐", Role::Text),
        (Stand::Missing, false) => ("✗", Role::Soon),
        (Stand::Plain, _) => ("·", Role::Dim),
    };
    pen.put(x, y, 1, sign, role);
    if item {
        let right = pen.put_right(end, y, room(x) / 3, &l.value, Role::Dim);
        pen.put(x + 2, y, right.saturating_sub(x + 3), &l.label, Role::Text);
        return;
    }
    pen.put(x + 2, y, label, &l.label, Role::Dim);
    let at = x + 2 + label + 2;
    if l.value.is_empty() {
        let words = match l.stand {
            Stand::Missing => "missing",
            _ => "-",
        };
        pen.put(at, y, room(at), words, role);
    } else {
        let role = if l.stand == Stand::Wrong {
            Role::Bad
        } else {
            Role::Text
        };
        pen.put(at, y, room(at), &l.value, role);
    }
}

/// What to know about what is under the cursor, below the list.
pub(super) fn below<'a>(pen: &mut Pen<'_>, area: Rect, notes: impl Iterator<Item = &'a Printable>) {
    let (x, wide) = (area.x + 1, area.width.saturating_sub(2));
    pen.run(x, area.y, wide, "─", Role::Rule);
    let rows = notes.flat_map(|n| wrap(n, usize::from(wide.saturating_sub(2))));
    for (words, y) in rows.zip(area.y + 1..area.bottom()) {
        pen.put(x + 2, y, wide.saturating_sub(2), &words, Role::Text);
    }
}
