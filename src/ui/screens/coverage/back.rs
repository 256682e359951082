//! What goes back, what stays and why.

use ratatui::layout::Rect;

use super::{below, foot, nothing};
use crate::app::cover_words::{called, digest, happened};
use crate::app::state::{BackRow, BackView, Pane, State};
use crate::domain::text::line;
use crate::ui::pen::Pen;
use crate::ui::screens::panes::{cursor_sign, key_room};
use crate::ui::theme::Role;
use crate::ui::widgets::{ErasedShown, heading};

/// Draws it.
pub fn back(state: &State, pen: &mut Pen<'_>, area: Rect, view: &BackView) {
    let who = called(state, &view.returning.handed.who);
    let early = match view.returning.ended {
        Some(_) => "the absence ends now",
        None => "",
    };
    let words: [&dyn ErasedShown; 3] = [&"Return", &who, &early];
    heading(pen, area, &words, state.pane == Pane::Coverage);
    let mut room = below(area, 1);
    for words in digest(state, view) {
        pen.put(
            room.x + 3,
            room.y,
            room.width.saturating_sub(3),
            &words,
            Role::Text,
        );
        room = below(room, 1);
    }
    room = below(room, 1);
    let none = "Nothing was handed over; nothing has to come back.";
    if nothing(state, pen, room, view.rows.is_empty(), none) {
        return;
    }
    let (room, first) = foot(state, pen, area);
    let key = key_room(view.rows.iter().map(|r| &r.key));
    let seen = view.rows.iter().enumerate().skip(first);
    for ((i, row), y) in seen.zip(room.y..room.bottom()) {
        cursor_sign(pen, room.x + 1, y, i == view.cursor);
        ticket(
            state,
            pen,
            Rect::new(room.x, y, room.width, 1),
            (row, key),
            view,
        );
    }
}

fn ticket(
    state: &State,
    pen: &mut Pen<'_>,
    area: Rect,
    (row, key): (&BackRow, u16),
    view: &BackView,
) {
    let (x, y, end) = (area.x + 3, area.y, area.right());
    let (words, role) = match (row.happened.is_empty(), view.also.contains(&row.key)) {
        (true, _) => ("← back", Role::Good),
        (false, true) => ("← along", Role::Accent),
        (false, false) => ("  stays", Role::Soon),
    };
    pen.put(x, y, 8, words, role);
    pen.put(x + 9, y, key, &row.key, Role::Dim);
    let at = x + 9 + key + 1;
    let who = row
        .with
        .as_ref()
        .map(|w| called(state, w))
        .unwrap_or_default();
    pen.put(at, y, 8, &who, Role::Dim);
    let at = at + 9;
    let sign = if row.wrote { "◂" } else { "" };
    pen.put(at, y, 1, sign, Role::News);
    let at = at + 2;
    let room = end.saturating_sub(at);
    let why = line(&happened(state, &row.happened));
    let reason = if row.happened.is_empty() {
        0
    } else {
        (room / 2).min(30)
    };
    let subject = room.saturating_sub(reason + u16::from(reason > 0));
    pen.put(at, y, subject, &row.subject, Role::Text);
    if reason > 0 {
        pen.put(at + subject + 1, y, reason, &why, Role::Dim);
    }
}
