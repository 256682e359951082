//! The first run, and a screen without room.

use ratatui::layout::Rect;

use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use crate::ui::widgets::centred;

/// Greets and offers what there is to begin with.
pub fn welcome(pen: &mut Pen<'_>, area: Rect, choice: usize, busy: bool) {
    let room = centred(area, 66, 13);
    let (x, mut y, w) = (room.x, room.y, room.width);
    pen.put(x, y, w, "Welcome to Deskhand", Role::Accent);
    let what = "A console for support desks: the queue, the ticket, the promises.";
    pen.put(x, y + 1, w, what, Role::Dim);
    y += 3;
    let choices = [
        (
            "Look around in a demo desk",
            "some 300 invented tickets; nothing leaves this machine",
        ),
        (
            "Start an empty local desk",
            "yours, on this machine; fill it with: deskhand import FILE",
        ),
    ];
    for (i, (what, more)) in choices.into_iter().enumerate() {
        let mut look = pen.look(Role::Text);
        if i == choice {
            pen.put(x, y, 1, "▌", Role::Accent);
            look = pen.look(Role::Strong).patch(pen.look(Role::Selection));
        }
        pen.put_styled(x + 2, y, w - 2, what, look);
        pen.put(x + 2, y + 1, w - 2, more, Role::Dim);
        y += 3;
    }
    if busy {
        pen.put(x, y, w, "Making the desk …", Role::Accent);
    } else {
        let keys = "j k choose   Enter begin   q leave";
        pen.put(x, y, w, keys, Role::Dim);
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
