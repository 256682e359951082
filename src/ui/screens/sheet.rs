//! A register as a table. On a narrow screen columns give way from the right; those that name
//! the row never do, and the column under the cursor is always in sight.

use ratatui::layout::Rect;

use super::panes::{cursor_sign, note};
use super::requests::{below, title};
use crate::app::layout::requests_foot;
use crate::app::state::{Sheet, State};
use crate::domain::register::Register;
use crate::domain::text::Printable;
use crate::ui::pen::Pen;
use crate::ui::theme::Role;

/// Blanks between columns.
const GAP: u16 = 2;
/// Signs before the first column.
const LEAD: u16 = 5;

/// Draws it.
pub fn sheet(state: &State, pen: &mut Pen<'_>, area: Rect, register: Register) {
    let r = &state.requests;
    let sheet = &r.sheet;
    title(state, pen, area, sheet.rows.len());
    let (top, foot) = (area.y + 1, requests_foot(state));
    if sheet.rows.is_empty() {
        let list = Rect::new(area.x, top, area.width, area.height.saturating_sub(1));
        let none = if r.words.is_empty() {
            "Nothing is in it. :register import FILE brings rows in from a CSV file; I adds one."
        } else {
            "No row holds that. Esc shows them all."
        };
        return note(pen, list, r.error.as_ref(), r.loaded, none);
    }
    let columns = register.columns();
    let shown = seen(sheet, register, area.width);
    for (column, x, wide) in &shown {
        let name = columns.get(*column).map_or("", |c| c.name);
        let on = *column == sheet.column;
        let role = if on { Role::Accent } else { Role::Dim };
        pen.put(*x + area.x, top, *wide, name, role);
    }
    let end = area.bottom().saturating_sub(foot);
    let rows = sheet.rows.iter().enumerate().skip(sheet.top);
    for ((i, row), y) in rows.zip(top + 1..end) {
        let here = i == sheet.cursor;
        cursor_sign(pen, area.x + 1, y, here);
        if row.pressing {
            pen.put(area.x + 3, y, 1, "!", Role::Late);
        }
        for (column, x, wide) in &shown {
            let cell = row.cells.get(*column).filter(|c| !c.is_empty());
            let on = here && *column == sheet.column;
            let role = match (on, columns.get(*column).is_some_and(|c| c.names)) {
                (true, _) => Role::Accent,
                (false, true) => Role::Strong,
                (false, false) => Role::Text,
            };
            match cell {
                Some(cell) => pen.put(*x + area.x, y, *wide, cell, role),
                None if on => pen.put(*x + area.x, y, *wide, "-", role),
                None => *x,
            };
        }
    }
    if foot > 0 {
        let row = sheet.rows.get(sheet.cursor);
        let about = columns.get(sheet.column).map(|c| {
            let words = [Printable::literal(c.name), Printable::literal(c.about)];
            Printable::join(" · ", words)
        });
        let cell = row.and_then(|r| r.cells.get(sheet.column));
        let whole = cell.filter(|c| {
            let wide = shown.iter().find(|(at, ..)| *at == sheet.column);
            wide.is_some_and(|(_, _, wide)| crate::ui::pen::columns(c.as_str()) > *wide)
        });
        let notes = row.into_iter().flat_map(|r| &r.notes);
        let area = Rect::new(area.x, end, area.width, foot);
        below(
            pen,
            area,
            whole.into_iter().chain(notes).chain(about.as_ref()),
        );
    }
}

/// The columns in sight: which, where and how wide.
fn seen(sheet: &Sheet, register: Register, width: u16) -> Vec<(usize, u16, u16)> {
    let columns = register.columns();
    let wide = |at: usize| sheet.widths.get(at).copied().unwrap_or(8);
    let names = columns.iter().filter(|c| c.names).count();
    // Those that name the row stand first; so they do in the table.
    let room = width.saturating_sub(LEAD + 1);
    let taken: u16 = (0..names).map(|at| wide(at) + GAP).sum();
    let mut first = names;
    let fits = |first: usize| {
        let used: u16 = (first..=sheet.column).map(|at| wide(at) + GAP).sum();
        taken.saturating_add(used).saturating_sub(GAP) <= room
    };
    while first < sheet.column && !fits(first) {
        first += 1;
    }
    let mut shown = Vec::new();
    let mut x = LEAD;
    for at in (0..names).chain(first..columns.len()) {
        let left = width.saturating_sub(x + 1);
        if left < 4 {
            break;
        }
        let wide = wide(at).min(left);
        shown.push((at, x, wide));
        x = x.saturating_add(wide + GAP);
    }
    shown
}
