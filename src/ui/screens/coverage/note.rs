//! The hand-over note.

use ratatui::layout::Rect;

use super::below;
use crate::app::cover_words::called;
use crate::app::state::{NoteView, Pane, State};
use crate::domain::text::{block, wrap};
use crate::ui::pen::{Pen, Short};
use crate::ui::theme::Role;
use crate::ui::widgets::{ErasedShown, heading};

/// Text is read best in so many columns.
const WIDEST: u16 = 96;

/// Draws it.
pub fn note(state: &State, pen: &mut Pen<'_>, area: Rect, view: &NoteView) {
    let who = called(state, &view.noted.note.who);
    let made = match view.is_edited() {
        true => "edited; :hand-over-note new makes it anew",
        false => "as it is made",
    };
    let words: [&dyn ErasedShown; 3] = [&"Hand-over note", &who, &made];
    heading(pen, area, &words, state.pane == Pane::Coverage);
    let room = below(area, 1);
    let hint = Short::new().s("e edits   X saves as a file   I writes it into the tickets");
    pen.put(
        room.x + 3,
        room.y,
        room.width.saturating_sub(3),
        &hint,
        Role::Dim,
    );
    let room = below(room, 2);
    let wide = room.width.saturating_sub(6).min(WIDEST);
    let mut y = room.y;
    for row in view.text.lines().skip(view.top) {
        let role = match row {
            r if r.starts_with("# ") => Role::Accent,
            r if r.starts_with("## ") => Role::Strong,
            _ => Role::Text,
        };
        let rows = wrap(&block(row), usize::from(wide));
        if rows.is_empty() {
            y += 1;
        }
        for part in rows {
            if y >= room.bottom() {
                return;
            }
            pen.put(room.x + 3, y, wide, &part, role);
            y += 1;
        }
    }
}
