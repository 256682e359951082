//! The mouse: a click selects, a double click opens, the wheel scrolls what it is over.

use crate::app::event::MouseKind;
use crate::app::layout::layout;
use crate::app::state::{Overlay, Pane, Screen};
use crate::app::top::top;

use super::Turn;

impl Turn<'_> {
    /// The mouse did something at that cell.
    pub fn mouse(&mut self, kind: MouseKind, col: u16, row: u16) {
        if self.s.screen != Screen::Desk {
            return;
        }
        if let Some(top) = self.s.overlays.last_mut() {
            let scroll = match top {
                Overlay::Help(h) => &mut h.scroll,
                Overlay::Confirm(c) => &mut c.scroll,
                Overlay::Why(w) => &mut w.scroll,
                _ => return,
            };
            match kind {
                MouseKind::WheelUp => *scroll = scroll.saturating_sub(3),
                MouseKind::WheelDown => *scroll += 3,
                _ => {}
            }
            return self.clamp_overlay();
        }
        let l = layout(self.s);
        if l.top.holds(col, row) && self.s.composer.is_none() {
            let step = |by: usize| (self.s.active + by) % self.s.views.len().max(1);
            return match kind {
                MouseKind::WheelUp => self.view(step(self.s.views.len().saturating_sub(1))),
                MouseKind::WheelDown => self.view(step(1)),
                MouseKind::Click | MouseKind::DoubleClick => {
                    if let Some(view) = top(self.s, l.top).view_at(col) {
                        self.view(view);
                    }
                }
            };
        }
        if l.composer.holds(col, row) {
            return;
        }
        let in_main = l.main.holds(col, row);
        if in_main && self.s.composer.is_none() {
            let list = if matches!(self.s.pane, Pane::Detail) {
                Pane::Queue
            } else {
                self.s.pane
            };
            match kind {
                MouseKind::WheelUp => self.move_in(list, -3),
                MouseKind::WheelDown => self.move_in(list, 3),
                MouseKind::Click | MouseKind::DoubleClick => {
                    self.s.pane = list;
                    let line = usize::from(row.saturating_sub(l.main.y + 1));
                    if row > l.main.y && list == Pane::Queue {
                        let at = self.s.queue.top + line;
                        if at < self.s.queue.rows.len() {
                            let by = at.cast_signed() - self.s.queue.cursor.cast_signed();
                            self.step(by);
                            if kind == MouseKind::DoubleClick {
                                self.open();
                            }
                        }
                    }
                }
            }
        } else if l.detail.holds(col, row) {
            match kind {
                MouseKind::WheelUp => self.scroll_detail(-3),
                MouseKind::WheelDown => self.scroll_detail(3),
                MouseKind::Click | MouseKind::DoubleClick => {
                    if let Some(id) = self.s.detail.as_ref().map(|d| d.ticket)
                        && self.s.composer.is_none()
                    {
                        self.open_ticket(id);
                    }
                }
            }
        }
    }
}
