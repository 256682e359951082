//! Who is there when: the map, hand-overs, a preview, a note, a return.

mod back;
mod form;
mod map;
mod note;
mod plan;
mod turns;

use ratatui::layout::Rect;

use super::panes::note as says;
use crate::app::state::{Face, State};
use crate::domain::text::Printable;
use crate::ui::pen::Pen;
use crate::ui::theme::Role;

pub use form::form;

/// Draws what the pane shows.
pub fn coverage(state: &State, pen: &mut Pen<'_>, area: Rect) {
    match &state.coverage.face {
        Face::Map => map::map(state, pen, area),
        Face::Turns => turns::turns(state, pen, area),
        Face::Plan(p) => plan::plan(state, pen, area, p),
        Face::Note(n) => note::note(state, pen, area, n),
        Face::Back(b) => back::back(state, pen, area, b),
    }
}

/// Draws whom one stands in for, or what an absence asks for.
pub fn banner(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let (Some(words), true) = (&state.coverage.banner, area.height > 0) else {
        return;
    };
    let (sign, role) = match state.coverage.banner_asks {
        true => ("! ", Role::Soon),
        false => ("⇄ ", Role::Accent),
    };
    let x = pen.put(area.x + 1, area.y, area.width - 1, sign, role);
    let room = area.right().saturating_sub(x + 1);
    pen.put(x, area.y, room, words, role);
}

/// The room below the heading.
const fn below(area: Rect, rows: u16) -> Rect {
    let rows = if rows > area.height {
        area.height
    } else {
        rows
    };
    Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}

/// Says in the place of rows why there are none; false where there is something to show.
fn nothing(state: &State, pen: &mut Pen<'_>, area: Rect, empty: bool, none: &'static str) -> bool {
    let c = &state.coverage;
    if c.error.is_some() || !c.loaded || empty {
        says(pen, area, c.error.as_ref(), c.loaded, none);
        return true;
    }
    false
}

/// Lines in the foot of a pane, below a rule; gives the room above.
fn foot(pen: &mut Pen<'_>, area: Rect, lines: &[Printable], most: u16) -> Rect {
    let room = usize::from(area.width.saturating_sub(4));
    let rows: Vec<Printable> = lines
        .iter()
        .flat_map(|l| crate::domain::text::wrap(l, room))
        .collect();
    let tall = u16::try_from(rows.len()).unwrap_or(most).min(most);
    let tall = tall.min(area.height / 2);
    if tall == 0 {
        return area;
    }
    let y = area.bottom() - tall;
    for (row, y) in rows.iter().zip(y..area.bottom()) {
        let role = if row.as_str().starts_with('!') {
            Role::Late
        } else {
            Role::Text
        };
        pen.put(area.x + 3, y, area.width.saturating_sub(3), row, role);
    }
    pen.run(area.x, y.saturating_sub(1), area.width, "─", Role::Rule);
    Rect {
        height: area.height - tall - 1,
        ..area
    }
}

/// The first of so many rows that is seen, so that the one under the cursor is.
const fn first_of(top: usize, cursor: usize, rows: u16) -> usize {
    let rows = if rows == 0 { 1 } else { rows as usize };
    let low = (cursor + 1).saturating_sub(rows);
    let top = if top < low { low } else { top };
    if top > cursor { cursor } else { top }
}
