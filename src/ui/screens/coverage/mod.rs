//! Who is there when: the map, hand-overs, a preview, a note, a return.

mod back;
mod form;
mod map;
mod note;
mod plan;
mod turns;

use ratatui::layout::Rect;

use super::panes::note as says;
use crate::app::cover_layout::rows;
use crate::app::layout::Area;
use crate::app::state::{Face, State};
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

/// Draws what stands in the foot of the pane, below a rule; gives the room of the list above, and its first row.
fn foot(state: &State, pen: &mut Pen<'_>, pane: Rect) -> (Rect, usize) {
    let shown = rows(state, area(pane));
    let tall = u16::try_from(shown.foot.len()).unwrap_or(0);
    if tall > 0 {
        let y = pane.bottom() - tall;
        pen.run(pane.x, y.saturating_sub(1), pane.width, "─", Role::Rule);
        for (row, y) in shown.foot.iter().zip(y..pane.bottom()) {
            let role = if row.as_str().starts_with('!') {
                Role::Late
            } else {
                Role::Text
            };
            pen.put(pane.x + 3, y, pane.width.saturating_sub(3), row, role);
        }
    }
    let l = shown.list;
    (Rect::new(l.x, l.y, l.width, l.height), shown.first)
}

/// The same in the terms of what lays out.
const fn area(r: Rect) -> Area {
    Area {
        x: r.x,
        y: r.y,
        width: r.width,
        height: r.height,
    }
}
