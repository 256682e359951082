//! The mouse: a click selects, a double click opens, the wheel scrolls what it is over.

use crate::app::commands::Context;
use crate::app::event::MouseKind;
use crate::app::layout::{layout, outbox_foot, requests_foot, requests_head, sla_first, sla_head};
use crate::app::state::{OutboxLine, Overlay, Pane, Screen};
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
        // What is being written has the keys, and keeps them.
        let writes = matches!(self.context(), Context::Composer | Context::Note);
        if l.top.holds(col, row) && !writes {
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
            if list == Pane::Coverage {
                return self.mouse_in_coverage(kind, col, row);
            }
            match kind {
                MouseKind::WheelUp => self.move_in(list, -3),
                MouseKind::WheelDown => self.move_in(list, 3),
                MouseKind::Click | MouseKind::DoubleClick => {
                    self.s.pane = list;
                    if let Some(at) = self.row_at(list, row.saturating_sub(l.main.y)) {
                        let by = at.cast_signed() - self.cursor_in(list).cast_signed();
                        self.move_in(list, by);
                        if kind == MouseKind::DoubleClick {
                            self.open();
                        }
                    }
                }
            }
        } else if l.strip.holds(col, row) {
            let click = matches!(kind, MouseKind::Click | MouseKind::DoubleClick);
            if click && self.s.composer.is_none() {
                self.go(Pane::Sla);
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

    /// Which row of a list stands so many rows below its pane's first.
    fn row_at(&self, list: Pane, below: u16) -> Option<usize> {
        let s = &self.s;
        let marks = s.sla.outlook.as_ref().map_or(0, |o| o.marks.len());
        if list == Pane::Outbox {
            let line = s.outbox.top + usize::from(below.checked_sub(1)?);
            let foot = layout(s).main.height.saturating_sub(outbox_foot(s));
            return match s.outbox.lines().get(line) {
                Some(OutboxLine::Row(at)) if below < foot => Some(*at),
                _ => None,
            };
        }
        let (head, first, all) = match list {
            Pane::Queue => (1, s.queue.top, s.queue.rows.len()),
            Pane::Sla => (sla_head(s), sla_first(s), marks),
            Pane::Audit => (1, s.audit.top, s.audit.rows.len()),
            Pane::Knowledge if !s.knowledge.reading => (1, s.knowledge.top, s.knowledge.rows.len()),
            Pane::Requests => {
                let r = &s.requests;
                let (top, all) = match (&r.open, r.register()) {
                    (Some(open), _) => (open.top, open.lines.len()),
                    (None, Some(_)) => (r.sheet.top, r.sheet.rows.len()),
                    (None, None) => (r.top, r.rows.len()),
                };
                let foot = layout(s).main.height.saturating_sub(requests_foot(s));
                if below >= foot {
                    return None;
                }
                (1 + requests_head(s), top, all)
            }
            Pane::Outbox | Pane::Detail | Pane::Report | Pane::Coverage | Pane::Knowledge => {
                return None;
            }
        };
        let at = first + usize::from(below.checked_sub(head)?);
        (at < all).then_some(at)
    }

    fn cursor_in(&self, list: Pane) -> usize {
        match list {
            Pane::Queue | Pane::Detail => self.s.queue.cursor,
            Pane::Sla => self.s.sla.cursor,
            Pane::Outbox => self.s.outbox.cursor,
            Pane::Audit => self.s.audit.cursor,
            Pane::Knowledge => self.s.knowledge.cursor,
            Pane::Requests => {
                let r = &self.s.requests;
                match (&r.open, r.register()) {
                    (Some(open), _) => open.cursor,
                    (None, Some(_)) => r.sheet.cursor,
                    (None, None) => r.cursor,
                }
            }
            Pane::Report | Pane::Coverage => 0,
        }
    }
}
