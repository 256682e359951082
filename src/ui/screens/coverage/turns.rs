//! Hand-overs and returns, as a list.

use ratatui::layout::Rect;

use super::{below, foot, nothing};
use crate::app::cover_layout::TURNS_WIDE;
use crate::app::cover_words::{called, cover_words, span};
use crate::app::state::{Pane, Stage, State, TurnRow};
use crate::domain::text::line;
use crate::ui::pen::{Pen, Short};
use crate::ui::screens::panes::cursor_sign;
use crate::ui::theme::Role;
use crate::ui::widgets::{ErasedShown, heading};

/// Room for when it is, and for how it stands.
const SPAN: u16 = 36;
const STAGE: u16 = 23;

fn stage(row: &TurnRow) -> (Short, Role) {
    let n = |n: usize| i128::try_from(n).unwrap_or(0);
    match row.stage {
        Stage::Coming => (Short::new().s("comes"), Role::Dim),
        Stage::On => (Short::new().s("! on, not handed over"), Role::Soon),
        Stage::Handed(k) => (Short::new().n(n(k)).s(" handed over"), Role::Good),
        Stage::Over(k) => (
            Short::new().s("! over, ").n(n(k)).s(" to give back"),
            Role::Soon,
        ),
    }
}

/// Draws it.
pub fn turns(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let c = &state.coverage;
    let words: [&dyn ErasedShown; 2] = [&"Hand-overs", &"what is with others, and what comes"];
    heading(pen, area, &words, state.pane == Pane::Coverage);
    let room = below(area, 1);
    let none = "Nobody is away and all is back. N plans an absence.";
    if nothing(state, pen, room, c.turns.is_empty(), none) {
        return;
    }
    let (room, first) = foot(state, pen, area);
    let seen = c.turns.iter().enumerate().skip(first);
    for ((i, row), y) in seen.zip(room.y..room.bottom()) {
        cursor_sign(pen, room.x + 1, y, i == c.turn);
        let (words, role) = stage(row);
        let x = room.x + 3;
        pen.put(x, y, 10, called(state, &row.who), Role::Strong);
        let span = line(&span(state, row.turn.from, row.to));
        let at = x + 11;
        let left = room.right().saturating_sub(at);
        // Where there is little room the end gives way, not how it stands.
        let span_room = SPAN.min(left.saturating_sub(STAGE + 1));
        pen.put(at, y, span_room, &span, Role::Text);
        let at = at + span_room + 1;
        pen.put(at, y, STAGE, &words, role);
        if room.width >= TURNS_WIDE {
            let at = at + STAGE + 1;
            let covers = cover_words(row);
            let role = match covers.as_str().starts_with('!') {
                true => Role::Late,
                false => Role::Dim,
            };
            pen.put(at, y, room.right().saturating_sub(at), &covers, role);
        }
    }
}
