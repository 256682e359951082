//! Two changes to one thing: theirs and ours beside each other, or below each other where it
//! is narrow, and what can be chosen with what happens then.

use ratatui::layout::Rect;

use crate::app::state::Conflict;
use crate::domain::text::{Printable, line, wrap};
use crate::ui::pen::{Pen, Short, Shown};
use crate::ui::theme::Role;
use crate::ui::widgets::{boxed, centred};

/// From this width inside the box on both stand beside each other.
const BESIDE: u16 = 76;
/// Blanks between the two.
const BETWEEN: u16 = 3;

/// A row: what stands at the left, and what at the right where both stand beside each other.
struct Pair {
    left: (Printable, Role),
    right: Option<(Printable, Role)>,
}

/// Draws it. Nothing is cut away: what has no room below can be scrolled to.
pub fn conflict(pen: &mut Pen<'_>, area: Rect, c: &Conflict) {
    let wide = area.width.saturating_sub(4).min(120);
    let inside = wide.saturating_sub(4);
    let rows = if inside >= BESIDE {
        beside(c, (inside - BETWEEN) / 2)
    } else {
        below(c, inside)
    };
    let choices = c.choices();
    // Subject and a blank above; a blank, the choices and how to leave below.
    let around = u16::try_from(choices.len()).unwrap_or(0) + 4;
    let wanted = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    let tall = wanted
        .saturating_add(around + 2)
        .min(area.height.saturating_sub(2));
    let inner = boxed(pen, centred(area, wide, tall), &c.title, Role::Accent);
    pen.put(inner.x, inner.y, inner.width, &c.subject, Role::Dim);
    let shown = usize::from(inner.height.saturating_sub(around));
    let first = c.scroll.min(rows.len().saturating_sub(shown));
    let half = inner.width.saturating_sub(BETWEEN) / 2;
    let top = inner.y + 2;
    for (row, y) in rows.iter().skip(first).take(shown).zip(top..inner.bottom()) {
        let (words, role) = &row.left;
        let room = if row.right.is_some() {
            half
        } else {
            inner.width
        };
        pen.put(inner.x, y, room, words, *role);
        if let Some((words, role)) = &row.right {
            pen.put(inner.x + half + 1, y, 1, "│", Role::Rule);
            pen.put(inner.x + half + BETWEEN, y, half, words, *role);
        }
    }
    let mut y = inner.bottom().saturating_sub(around - 3);
    for (key, _, name, then) in choices {
        let key = Short::new().s(line(&key.to_string())).s("  ");
        let x = pen.put(inner.x, y, inner.width, &key, Role::Accent);
        let x = pen.put(x, y, 8, *name, Role::Strong);
        let x = x.max(inner.x + key.columns() + 8);
        pen.put(x, y, inner.right().saturating_sub(x), *then, Role::Text);
        y += 1;
    }
    let leave = if rows.len() > shown {
        "Esc  decide later · Up Down PageUp PageDown scroll"
    } else {
        "Esc  decide later"
    };
    pen.put(inner.x, y, inner.width, leave, Role::Dim);
}

const THEIRS: &str = "theirs, as the desk has it";
const MINE: &str = "mine, not sent";

fn wrapped(lines: &[Printable], wide: u16) -> Vec<Printable> {
    lines
        .iter()
        .flat_map(|l| wrap(l, usize::from(wide)))
        .collect()
}

fn beside(c: &Conflict, half: u16) -> Vec<Pair> {
    let (theirs, mine) = (wrapped(&c.theirs, half), wrapped(&c.mine, half));
    let mut rows = vec![Pair {
        left: (Printable::literal(THEIRS), Role::Dim),
        right: Some((Printable::literal(MINE), Role::Dim)),
    }];
    let at = |all: &[Printable], i: usize| {
        let words = all.get(i).cloned().unwrap_or_default();
        (words, Role::Text)
    };
    rows.extend((0..theirs.len().max(mine.len())).map(|i| Pair {
        left: at(&theirs, i),
        right: Some(at(&mine, i)),
    }));
    rows
}

fn below(c: &Conflict, wide: u16) -> Vec<Pair> {
    let one = |words: Printable, role| Pair {
        left: (words, role),
        right: None,
    };
    let mut rows = vec![one(Printable::literal(THEIRS), Role::Dim)];
    rows.extend(
        wrapped(&c.theirs, wide)
            .into_iter()
            .map(|w| one(w, Role::Text)),
    );
    rows.push(one(Printable::default(), Role::Text));
    rows.push(one(Printable::literal(MINE), Role::Dim));
    rows.extend(
        wrapped(&c.mine, wide)
            .into_iter()
            .map(|w| one(w, Role::Text)),
    );
    rows
}
