//! The hand-over note.

use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use super::below;
use crate::app::cover_words::called;
use crate::app::state::{NoteView, NoteWriting, Pane, State};
use crate::domain::text::{block, wrap};
use crate::ui::pen::{Pen, Short};
use crate::ui::theme::Role;
use crate::ui::widgets::{ErasedShown, heading};

/// Text is read best in so many columns.
const WIDEST: u16 = 96;

/// Draws it.
pub fn note(state: &State, pen: &mut Pen<'_>, area: Rect, view: &NoteView) {
    let who = called(state, &view.noted.note.who);
    let made = match (&view.writing, view.is_edited()) {
        (Some(_), _) => "writing",
        (None, true) => "edited; :hand-over-note new makes it anew",
        (None, false) => "as it is made",
    };
    let words: [&dyn ErasedShown; 3] = [&"Hand-over note", &who, &made];
    heading(pen, area, &words, state.pane == Pane::Coverage);
    let room = below(area, 1);
    if let Some(writing) = &view.writing {
        return write(pen, room, view, writing);
    }
    let hint = Short::new().s("e writes in it   X saves as a file   I writes it into the tickets");
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

/// Draws it while it is being written, and whether it is on disk.
fn write(pen: &mut Pen<'_>, area: Rect, view: &NoteView, writing: &NoteWriting) {
    let (words, role) = match (&writing.error, writing.touched, view.is_edited()) {
        (Some(error), ..) => (Short::new().s("✗ not on disk: ").s(error), Role::Bad),
        (None, true, _) => (Short::new().s("draft …"), Role::Dim),
        (None, false, true) => (Short::new().s("on disk"), Role::Dim),
        (None, false, false) => (
            Short::new().s("what you change is kept as you write"),
            Role::Dim,
        ),
    };
    let wide = area.width.saturating_sub(3);
    pen.put(area.x + 3, area.y, wide, &words, role);
    let room = below(area, 2);
    let inner = Rect {
        x: room.x + 3,
        width: room.width.saturating_sub(6).min(WIDEST),
        ..room
    };
    (&writing.area).render(inner, pen.buf);
    pen.plain(inner);
    pen.gate(inner);
}
