//! The first run, and a screen without room.

use ratatui::layout::Rect;

use crate::app::state::DeskKind;
use crate::domain::text::{Printable, wrap};
use crate::ui::pen::{Pen, Short, Shown};
use crate::ui::theme::Role;
use crate::ui::widgets::centred;

/// Greets and offers what there is to begin with.
pub fn welcome(pen: &mut Pen<'_>, area: Rect, choice: usize, busy: bool) {
    let room = room(area);
    let what = "The queue, the ticket and the promises, in one console.";
    title(pen, room, "Welcome to Deskhand", what);
    let choices = [
        (
            "Look around in a demo desk",
            "some 300 invented tickets; nothing leaves here",
        ),
        (
            "Start an empty local desk",
            "on this machine; deskhand import FILE fills it",
        ),
        (
            "Connect a helpdesk",
            "which kinds there are, and what each needs",
        ),
    ];
    let mut y = room.y + 3;
    for (i, (what, more)) in choices.into_iter().enumerate() {
        offer(pen, Rect { y, ..room }, i, i == choice, what);
        let (x, wide) = (room.x + TEXT_AT, room.width.saturating_sub(TEXT_AT));
        pen.put(x, y + 1, wide, more, Role::Dim);
        y += 3;
    }
    last_row(pen, Rect { y, ..room }, busy, "q leave");
}

/// Offers the kinds of helpdesk, each with what it needs.
pub fn connect(pen: &mut Pen<'_>, area: Rect, kinds: &[DeskKind], choice: usize, busy: bool) {
    let room = room(area);
    let what = "These are built; others are offered as they come.";
    title(pen, room, "Connect a helpdesk", what);
    let mut y = room.y + 3;
    for (i, kind) in kinds.iter().enumerate() {
        offer(pen, Rect { y, ..room }, i, i == choice, &kind.name);
        y += 1;
        let wide = room.width.saturating_sub(TEXT_AT);
        let mut needs = Printable::literal("needs ");
        needs.push(&kind.needs);
        for row in wrap(&needs, usize::from(wide)) {
            pen.put(room.x + TEXT_AT, y, wide, &row, Role::Dim);
            y += 1;
        }
        if let Some(command) = &kind.command {
            let words = Short::new().s("leave with q and type: ").s(command);
            pen.put(room.x + TEXT_AT, y, wide, &words, Role::Accent);
            y += 1;
        }
        y += 1;
    }
    last_row(pen, Rect { y, ..room }, busy, "Esc back   q leave");
}

/// Cursor, number and a blank before a choice.
const TEXT_AT: u16 = 5;

fn room(area: Rect) -> Rect {
    centred(area, area.width.saturating_sub(4).min(64), 13)
}

fn title(pen: &mut Pen<'_>, room: Rect, title: &'static str, what: &'static str) {
    pen.put(room.x, room.y, room.width, title, Role::Accent);
    pen.put(room.x, room.y + 1, room.width, what, Role::Dim);
}

/// A choice with its number, which is also its key.
fn offer(pen: &mut Pen<'_>, area: Rect, i: usize, on: bool, what: impl Shown) {
    let (x, y) = (area.x, area.y);
    let mut look = pen.look(Role::Text);
    if on {
        pen.put(x, y, 1, "▌", Role::Accent);
        look = pen.look(Role::Strong).patch(pen.look(Role::Selection));
    }
    let number = Short::new().n(i128::try_from(i + 1).unwrap_or(0));
    pen.put(x + 2, y, 2, &number, Role::Accent);
    let wide = area.width.saturating_sub(TEXT_AT);
    pen.put_styled(x + TEXT_AT, y, wide, what, look);
}

fn last_row(pen: &mut Pen<'_>, area: Rect, busy: bool, leave: &'static str) {
    if busy {
        pen.put(
            area.x,
            area.y,
            area.width,
            "Making the desk …",
            Role::Accent,
        );
    } else {
        let keys = Short::new().s("j k choose   Enter begin   ").s(leave);
        pen.put(area.x, area.y, area.width, &keys, Role::Dim);
    }
}

/// A polite line where there is no room to work.
pub fn too_small(pen: &mut Pen<'_>, area: Rect) {
    let y = area.y + area.height / 2;
    let words = if area.width >= 48 {
        " Deskhand needs 60 columns and 16 rows; q quits"
    } else if area.width >= 24 {
        "needs 60x16; q quits"
    } else {
        "60x16"
    };
    pen.put(area.x, y, area.width, words, Role::Text);
}
