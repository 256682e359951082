//! Report.

use ratatui::layout::Rect;

use super::panes::note;
use crate::app::state::{Pane, State};
use crate::ui::pen::Pen;
use crate::ui::widgets::heading;

/// Draws it.
pub fn report(state: &State, pen: &mut Pen<'_>, area: Rect) {
    heading(pen, area, &[&"Report"], state.pane == Pane::Report);
    let below = Rect::new(
        area.x,
        area.y + 1,
        area.width,
        area.height.saturating_sub(1),
    );
    let shown = &state.report;
    note(pen, below, shown.error.as_ref(), shown.loaded, "");
}
