//! Pictures of plain values: each takes an area and what is to be seen in it, none knows the State.

pub mod bars;
pub mod queue;

use ratatui::layout::Rect;

use super::pen::{Pen, Short, Shown};
use super::theme::Role;

/// The heading of a pane: `─ Queue · All open · by due ─────`. The pane with the focus says
/// so with weight and colour.
pub fn heading(pen: &mut Pen<'_>, area: Rect, words: &[&dyn ErasedShown], focused: bool) {
    if area.width < 4 || area.height == 0 {
        return;
    }
    pen.run(area.x, area.y, area.width, "─", Role::Rule);
    // A blank and a piece of the rule stand behind the longest words.
    let right = area.right() - 2;
    let mut x = area.x + 2;
    for (i, word) in words.iter().enumerate() {
        if word.text().is_empty() {
            continue;
        }
        let lead = if i == 0 { " " } else { " · " };
        x = pen.put(
            x.saturating_sub(u16::from(i == 0)),
            area.y,
            right.saturating_sub(x),
            lead,
            Role::Rule,
        );
        let role = match (i, focused) {
            (0, true) => Role::Accent,
            (0, false) => Role::Strong,
            _ => Role::Dim,
        };
        x = word.put_on(pen, x, area.y, right.saturating_sub(x), role);
    }
    pen.put(x, area.y, 1, " ", Role::Rule);
}

/// [`Shown`] behind a reference, so that texts of several types can stand in one list.
pub trait ErasedShown {
    /// The text.
    fn text(&self) -> &str;
    /// Writes it; gives the column after it.
    fn put_on(&self, pen: &mut Pen<'_>, x: u16, y: u16, max: u16, role: Role) -> u16;
}

impl<T: Shown> ErasedShown for T {
    fn text(&self) -> &str {
        self.shown()
    }

    fn put_on(&self, pen: &mut Pen<'_>, x: u16, y: u16, max: u16, role: Role) -> u16 {
        pen.put(x, y, max, self, role)
    }
}

/// Words of a heading that nobody may overlook: what is shown is not now.
pub struct Loud(pub Short);

impl ErasedShown for Loud {
    fn text(&self) -> &str {
        self.0.shown()
    }

    fn put_on(&self, pen: &mut Pen<'_>, x: u16, y: u16, max: u16, _: Role) -> u16 {
        pen.put(x, y, max, &self.0, Role::Ahead)
    }
}

/// Words of a heading that want an eye.
pub struct Alarm(pub Short);

impl ErasedShown for Alarm {
    fn text(&self) -> &str {
        self.0.shown()
    }

    fn put_on(&self, pen: &mut Pen<'_>, x: u16, y: u16, max: u16, _: Role) -> u16 {
        pen.put(x, y, max, &self.0, Role::Late)
    }
}

/// The part of a list that is seen, so that the row under the cursor is in it: the first row's index.
pub const fn first_seen(cursor: usize, rows: usize, height: usize) -> usize {
    if height == 0 || rows <= height {
        return 0;
    }
    let last = rows - height;
    let half = height / 2;
    let wanted = cursor.saturating_sub(half);
    if wanted > last { last } else { wanted }
}

/// The rectangle in the middle of another, at most as large as it.
pub fn centred(outer: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(outer.width), height.min(outer.height));
    Rect::new(
        outer.x + (outer.width - width) / 2,
        outer.y + (outer.height - height) / 2,
        width,
        height,
    )
}

/// A box on top of everything else, with a title; gives the room inside it.
pub fn boxed(pen: &mut Pen<'_>, area: Rect, title: impl Shown, role: Role) -> Rect {
    pen.clear(area);
    if area.width < 4 || area.height < 3 {
        return Rect::new(area.x, area.y, 0, 0);
    }
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    pen.run(area.x, area.y, area.width, "─", role);
    pen.run(area.x, bottom, area.width, "─", role);
    pen.column(area.x, area.y, area.height, "│", role);
    pen.column(right, area.y, area.height, "│", role);
    for (x, y, corner) in [
        (area.x, area.y, "╭"),
        (right, area.y, "╮"),
        (area.x, bottom, "╰"),
        (right, bottom, "╯"),
    ] {
        pen.put(x, y, 1, corner, role);
    }
    if title.columns() > 0 {
        let x = pen.put(area.x + 1, area.y, 2, "─ ", role);
        let x = pen.put(x, area.y, right.saturating_sub(x + 1), title, Role::Accent);
        pen.put(x, area.y, 1, " ", role);
    }
    Rect::new(area.x + 2, area.y + 1, area.width - 4, area.height - 2)
}
