//! What would become of each ticket: gaps first, then what moves, then what stays.

use ratatui::layout::Rect;

use super::{below, foot, nothing};
use crate::app::cover_words::{because, called, span, tally};
use crate::app::state::{Pane, PlanView, State};
use crate::domain::absence::{Fate, Row};
use crate::domain::text::{Printable, line};
use crate::ui::pen::{Pen, Short};
use crate::ui::screens::panes::{cursor_sign, key_room};
use crate::ui::theme::Role;
use crate::ui::widgets::{Alarm, ErasedShown, heading};

/// Draws it.
pub fn plan(state: &State, pen: &mut Pen<'_>, area: Rect, view: &PlanView) {
    let p = &view.plan.preview;
    let (moves, stay, gaps) = tally(p);
    let who = called(state, &p.who);
    let span = line(&span(state, p.from, p.to));
    let stale = Alarm(Short::new().s(if view.stale {
        "tickets changed, R looks again"
    } else {
        ""
    }));
    let words: [&dyn ErasedShown; 4] = [&"Hand-over", &who, &span, &stale];
    heading(pen, area, &words, state.pane == Pane::Coverage);
    let room = below(area, 1);
    let none = match p.at {
        None => "This absence is over; nothing has to move.",
        Some(_) => "No live ticket: nothing has to move.",
    };
    if nothing(state, pen, room, view.order.is_empty(), none) {
        return;
    }
    totals(pen, room, moves, stay, gaps);
    let (room, first) = foot(state, pen, area);
    let key = key_room(p.rows.iter().map(|r| &r.key));
    let seen = (first..view.order.len()).zip(room.y..room.bottom());
    for (at, y) in seen {
        let Some(row) = view.at(at) else { continue };
        cursor_sign(pen, room.x + 1, y, at == view.cursor);
        let own = view.decided.contains(&row.ticket);
        ticket(
            state,
            pen,
            Rect::new(room.x, y, room.width, 1),
            row,
            (key, own),
        );
    }
}

fn totals(pen: &mut Pen<'_>, area: Rect, moves: usize, stay: usize, gaps: usize) {
    let n = |n: usize| i128::try_from(n).unwrap_or(0);
    let (x, end) = (area.x + 3, area.right());
    let head = Short::new()
        .n(n(moves))
        .s(" to hand over · ")
        .n(n(stay))
        .s(" stay");
    let x = pen.put(x, area.y, end.saturating_sub(x), &head, Role::Text);
    if gaps > 0 {
        let words = Short::new().s(" · ! ").n(n(gaps)).s(" with nobody");
        pen.put(x, area.y, end.saturating_sub(x), &words, Role::Late);
    }
}

fn ticket(state: &State, pen: &mut Pen<'_>, area: Rect, row: &Row, (key, own): (u16, bool)) {
    let (x, y, end) = (area.x + 3, area.y, area.right());
    let (words, role) = match &row.fate {
        Fate::Gap => (Printable::literal("! nobody"), Role::Late),
        Fate::Moves { to } => (
            Printable::join("", [Printable::literal("→ "), called(state, to)]),
            Role::Accent,
        ),
        Fate::Stays => (Printable::literal("  stays"), Role::Dim),
    };
    pen.put(x, y, 11, &words, role);
    // Decided by hand, not by the plan.
    pen.put(x + 12, y, 1, if own { "*" } else { "" }, Role::Mark);
    pen.put(x + 14, y, key, &row.key, Role::Dim);
    let at = x + 14 + key + 1;
    let why = line(&because(state, row.because));
    let room = end.saturating_sub(at);
    let reason = if room > 48 { 28 } else { room / 2 };
    pen.put(at, y, reason, &why, Role::Dim);
    let at = at + reason + 1;
    pen.put(
        at,
        y,
        end.saturating_sub(at),
        row.subject.line(),
        Role::Text,
    );
}
