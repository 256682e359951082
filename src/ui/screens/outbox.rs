//! The outbox: what is on its way, part by part, and all of the change under the cursor.

use ratatui::layout::Rect;

use super::panes::{cursor_sign, key_room, note};
use crate::app::layout::outbox_foot;
use crate::app::state::{OutboxLine, Pane, State};
use crate::domain::change::{OutboxRow, Stage};
use crate::domain::text::{Printable, line, wrap};
use crate::ui::pen::{Pen, Short, Shown as _};
use crate::ui::theme::Role;
use crate::ui::widgets::heading;
use crate::ui::words;

/// Draws the pane.
pub fn outbox(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let o = &state.outbox;
    let focused = state.pane == Pane::Outbox;
    let trouble = state.freshness.trouble.clone().unwrap_or_default();
    heading(pen, area, &[&"Outbox", &trouble], focused);
    let foot = outbox_foot(state).min(area.height.saturating_sub(2));
    let list = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1 + foot),
        ..area
    };
    if o.rows.is_empty() {
        let none = "Nothing waits; the desk has everything.";
        return note(pen, list, o.error.as_ref(), o.loaded, none);
    }
    let key = key_room(o.rows.iter().map(|r| &r.key));
    let lines = o.lines();
    for (at, y) in lines.iter().skip(o.top).zip(list.y..list.bottom()) {
        let row = Rect {
            y,
            height: 1,
            ..list
        };
        match at {
            OutboxLine::Title(section) => {
                pen.put(row.x + 1, y, row.width - 1, section.title(), Role::Dim);
            }
            OutboxLine::Row(i) => change(state, pen, row, *i, key),
        }
    }
    let below = Rect {
        y: list.bottom(),
        height: foot,
        ..area
    };
    if let Some(row) = o.selected()
        && foot > 1
    {
        selected(state, pen, below, row);
    }
}

/// A sign and its colour: how a change stands, also without the colour.
const fn sign(stage: Stage) -> (&'static str, Role) {
    match stage {
        Stage::Waiting | Stage::InFlight => ("↑", Role::Soon),
        Stage::Confirmed => ("✓", Role::Good),
        Stage::Refused => ("✗", Role::Bad),
        Stage::Conflict => ("≠", Role::Bad),
        Stage::Withdrawn => ("·", Role::Dim),
    }
}

fn change(state: &State, pen: &mut Pen<'_>, area: Rect, i: usize, key: u16) {
    let o = &state.outbox;
    let (Some(row), Some(act)) = (o.rows.get(i), o.words.get(i)) else {
        return;
    };
    let (x, y, end) = (area.x, area.y, area.right().saturating_sub(1));
    cursor_sign(pen, x + 1, y, i == o.cursor);
    let (sign, role) = sign(row.stage);
    pen.put(x + 3, y, 1, sign, role);
    pen.put(x + 5, y, 12, words::when(state, row.change.at), Role::Dim);
    pen.put(x + 18, y, key, &row.key, Role::Dim);
    let at = x + 18 + key + 2;
    let look = if i == o.cursor {
        Role::Strong
    } else {
        Role::Text
    };
    let at = pen.put(at, y, end.saturating_sub(at), act, look) + 2;
    let left = end.saturating_sub(at);
    match (&row.reason, held(state, row)) {
        (Some(reason), _) if row.stage == Stage::Refused => {
            pen.put(at, y, left, reason.line(), Role::Bad)
        }
        (_, Some(until)) => pen.put(at, y, left, &until, Role::Soon),
        _ => pen.put(at, y, left, row.subject.line(), Role::Dim),
    };
}

/// Until when a change is held back, if it is.
fn held(state: &State, row: &OutboxRow) -> Option<Short> {
    let until = row.change.not_before.filter(|at| *at > state.now)?;
    let local = words::local(state, until);
    (row.stage == Stage::Waiting).then(|| Short::new().s("held until ").t(&local, "%H:%M:%S"))
}

/// All of the change under the cursor: the ticket, the act, how it stands since when, and the
/// desk's reason in full, as far as there is room.
fn selected(state: &State, pen: &mut Pen<'_>, area: Rect, row: &OutboxRow) {
    let (x, wide) = (area.x + 1, area.width.saturating_sub(2));
    pen.run(x, area.y, wide, "─", Role::Rule);
    let mut all: Vec<(Printable, Role)> = Vec::new();
    let head = Printable::join(" · ", [Printable::from(&row.key), row.subject.line()]);
    all.push((
        Printable::join("", [Printable::literal("#"), head]),
        Role::Strong,
    ));
    let (_, role) = sign(row.stage);
    let since = Short::new()
        .s(row.stage.word())
        .s(" · since ")
        .s(words::when(state, row.change.at))
        .s(" · by ")
        .s(state.names.whole(&row.change.by));
    let since = match held(state, row) {
        Some(until) => since.s(" · ").s(&until),
        None => since,
    };
    all.push((line(since.shown()), role));
    if let Some(reason) = &row.reason {
        all.push((reason.line(), Role::Bad));
    }
    if let Some(act) = state.outbox.words.get(state.outbox.cursor) {
        all.push((act.clone(), Role::Text));
    }
    let rows = all.iter().flat_map(|(words, role)| {
        wrap(words, usize::from(wide))
            .into_iter()
            .map(move |w| (w, *role))
    });
    for ((words, role), y) in rows.zip(area.y + 1..area.bottom()) {
        pen.put(x, y, wide, &words, role);
    }
}
