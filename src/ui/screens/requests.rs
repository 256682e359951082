//! Requests.

use ratatui::layout::Rect;

use super::panes::note;
use crate::app::state::{Pane, State};
use crate::ui::pen::Pen;
use crate::ui::widgets::heading;

/// Draws it.
pub fn requests(state: &State, pen: &mut Pen<'_>, area: Rect) {
    heading(pen, area, &[&"Requests"], state.pane == Pane::Requests);
    let below = Rect::new(
        area.x,
        area.y + 1,
        area.width,
        area.height.saturating_sub(1),
    );
    let shown = &state.requests;
    note(pen, below, shown.error.as_ref(), shown.loaded, "");
}
