//! The smaller panes: who did what, and what lists have in common.

use ratatui::layout::Rect;

use crate::app::state::{Pane, State};
use crate::domain::text::Printable;
use crate::ui::pen::{Pen, Shown};
use crate::ui::theme::Role;
use crate::ui::widgets::heading;
use crate::ui::words;

pub(super) fn cursor_sign(pen: &mut Pen<'_>, x: u16, y: u16, on: bool) {
    if on {
        pen.put(x, y, 1, "▌", Role::Accent);
    }
}

/// The columns that a list gives its tickets' numbers.
pub(super) fn key_room<T: Shown>(keys: impl Iterator<Item = T>) -> u16 {
    keys.map(|k| k.columns()).max().unwrap_or(0).clamp(5, 12)
}

/// Draws the heading of a list that begins with the latest; gives the room below it.
fn latest_first(pen: &mut Pen<'_>, area: Rect, title: &'static str, focused: bool) -> Rect {
    heading(pen, area, &[&title, &"latest first"], focused);
    Rect::new(
        area.x,
        area.y + 1,
        area.width,
        area.height.saturating_sub(1),
    )
}

/// Draws the audit trail.
pub fn audit(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let a = &state.audit;
    let list = latest_first(pen, area, "Audit", state.pane == Pane::Audit);
    let (x, end) = (list.x, list.right().saturating_sub(1));
    if a.rows.is_empty() {
        let none = "Nobody has done anything yet.";
        return note(pen, list, a.error.as_ref(), a.loaded, none);
    }
    let key = key_room(
        a.rows
            .iter()
            .filter_map(|r| r.ticket.as_ref())
            .map(|t| &t.1),
    );
    let seen = a.rows.iter().enumerate().skip(a.top);
    for ((i, row), y) in seen.zip(list.y..list.bottom()) {
        cursor_sign(pen, x + 1, y, i == a.cursor);
        pen.put(x + 3, y, 13, words::when(state, row.at), Role::Dim);
        pen.put(x + 17, y, 10, &row.by, Role::Text);
        if let Some((_, number)) = &row.ticket {
            pen.put(x + 28, y, key, number, Role::Dim);
        }
        let at = x + 28 + key + 2;
        pen.put(at, y, end.saturating_sub(at), &row.what, Role::Text);
    }
}

/// Says why there are no rows.
pub(super) fn note(
    pen: &mut Pen<'_>,
    area: Rect,
    error: Option<&Printable>,
    loaded: bool,
    none: &'static str,
) {
    if area.height == 0 {
        return;
    }
    let (x, w) = (area.x + 3, area.width.saturating_sub(3));
    match (error, loaded) {
        (Some(error), _) => pen.put(x, area.y, w, error, Role::Bad),
        (None, false) => pen.put(x, area.y, w, "not here yet …", Role::Dim),
        (None, true) => pen.put(x, area.y, w, none, Role::Dim),
    };
}
