//! Which part of the screen lies where.

use ratatui::layout::Rect;

use crate::app::state::{Pane, State};

/// From this width on the ticket lies beside the list.
const BESIDE: u16 = 120;
/// From this height on there is room for the strip of what falls due.
const STRIP: u16 = 28;
/// Heading, hours, marks, people.
const STRIP_ROWS: u16 = 4;

/// The parts; an empty one is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Geometry {
    /// Views and facts.
    pub top: Rect,
    /// All between top and footer.
    pub body: Rect,
    /// The list, or what stands in its place: outbox, audit, the full SLA pane. Its heading included.
    pub main: Rect,
    /// What falls due, in short.
    pub strip: Rect,
    /// The ticket, its heading included.
    pub detail: Rect,
    /// The text being written.
    pub composer: Rect,
    /// Keys, or what is being typed.
    pub footer: Rect,
}

/// Shares out the screen.
pub fn geometry(state: &State, area: Rect) -> Geometry {
    let mut g = Geometry::default();
    if area.height < 3 {
        return g;
    }
    g.top = Rect { height: 1, ..area };
    g.footer = Rect {
        y: area.bottom() - 1,
        height: 1,
        ..area
    };
    g.body = Rect {
        y: area.y + 1,
        height: area.height - 2,
        ..area
    };
    let reading = state.pane == Pane::Detail || state.composer.is_some();
    let body = g.body;
    if state.zoomed || area.width < BESIDE {
        if reading && state.detail.is_some() {
            g.detail = body;
        } else {
            g.main = body;
        }
    } else {
        let left = (body.width * 46 / 100).max(60);
        g.main = Rect {
            width: left,
            ..body
        };
        g.detail = Rect {
            x: body.x + left + 2,
            width: body.width - left - 2,
            ..body
        };
    }
    let strip_fits = !state.zoomed
        && state.pane != Pane::Sla
        && g.main.height >= STRIP - 2
        && g.main.width >= 60;
    if strip_fits {
        g.main.height -= STRIP_ROWS;
        g.strip = Rect {
            y: g.main.bottom(),
            height: STRIP_ROWS,
            ..g.main
        };
    }
    if state.composer.is_some() {
        let host = if g.detail.width > 0 {
            &mut g.detail
        } else {
            &mut g.main
        };
        let tall = (host.height / 2).max(8).min(host.height);
        host.height -= tall;
        g.composer = Rect {
            y: host.bottom(),
            height: tall,
            ..*host
        };
    }
    g
}
