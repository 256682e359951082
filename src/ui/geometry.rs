//! Where the parts lie, in the terms of what draws: the answer itself is `app::layout`'s.

use ratatui::layout::Rect;

use crate::app::layout::{Area, layout};
use crate::app::state::State;

/// The parts; an empty one is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Views and facts.
    pub top: Rect,
    /// Whom one stands in for, or what an absence asks for.
    pub banner: Rect,
    /// All between top, banner and footer.
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

/// Shares out the screen; nothing reaches beyond it, even while a new size is on its way.
pub fn geometry(state: &State, screen: Rect) -> Geometry {
    let rect = |a: Area| Rect::new(a.x, a.y, a.width, a.height).intersection(screen);
    let l = layout(state);
    Geometry {
        top: rect(l.top),
        banner: rect(l.banner),
        body: rect(l.body),
        main: rect(l.main),
        strip: rect(l.strip),
        detail: rect(l.detail),
        composer: rect(l.composer),
        footer: rect(l.footer),
    }
}
