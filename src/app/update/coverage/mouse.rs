//! The mouse: a click points at a row, on the map at a stretch too; a double click opens, the wheel scrolls.

use crate::app::cover_layout::{Places, SCALE, rows};
use crate::app::event::MouseKind;
use crate::app::layout::layout;
use crate::app::state::{Face, MapLine};

use super::super::Turn;

/// Rows of one step of the wheel.
const STEP: i16 = 3;

impl Turn<'_> {
    /// The mouse did something in the pane.
    pub fn mouse_in_coverage(&mut self, kind: MouseKind, col: u16, row: u16) {
        match kind {
            MouseKind::WheelUp => self.wheel_in_coverage(-STEP),
            MouseKind::WheelDown => self.wheel_in_coverage(STEP),
            MouseKind::Click => {
                self.point_at(col, row);
            }
            MouseKind::DoubleClick => {
                if self.point_at(col, row) {
                    self.open();
                }
            }
        }
    }

    fn wheel_in_coverage(&mut self, by: i16) {
        match self.note_writing() {
            Some(w) => w.area.scroll((by, 0)),
            None => self.move_in_coverage(isize::from(by)),
        }
    }

    /// Puts the cursor there; false where nothing is to be opened.
    fn point_at(&mut self, col: u16, row: u16) -> bool {
        let main = layout(self.s).main;
        let shown = rows(self.s, main);
        let list = shown.list;
        let c = &self.s.coverage;
        let column = match (&c.face, &c.map) {
            (Face::Map, Some(map)) => Places::of(self.s, map, main).column_at(col),
            _ => None,
        };
        let c = &mut self.s.coverage;
        if row + SCALE >= list.y && row < list.y {
            // The scale: the stretch, on whatever row the cursor is.
            c.column = column.unwrap_or(c.column);
            return false;
        }
        if !list.holds(col, row) {
            return false;
        }
        let at = shown.first + usize::from(row - list.y);
        let (cursor, is_there) = match &c.face {
            Face::Map => {
                let line = c.lines().get(at).copied();
                (c.line, line.is_some_and(|l| l != MapLine::Heading))
            }
            Face::Turns => (c.turn, at < c.turns.len()),
            Face::Plan(p) => (p.cursor, at < p.order.len()),
            Face::Back(b) => (b.cursor, at < b.rows.len()),
            Face::Note(_) => (0, false),
        };
        if is_there {
            c.column = column.unwrap_or(c.column);
            self.move_in_coverage(at.cast_signed() - cursor.cast_signed());
        }
        is_there
    }
}
