//! What an act would do, before it is done; and why a number is what it is.

use ratatui::layout::Rect;

use crate::app::state::{Confirm, PreviewRow, Why};
use crate::domain::text::{Printable, line, width, wrap};
use crate::ui::pen::{Pen, Short, Shown};
use crate::ui::theme::Role;
use crate::ui::widgets::{boxed, centred};

/// From this width on a ticket and what becomes of it stand in one row.
const ONE_ROW: u16 = 66;
/// What a ticket's row and those that belong to it are moved in by.
const INDENT: u16 = 4;

/// A stretch of a row: where it begins, what it says and how.
type Part = (u16, Printable, Role);
/// A row's parts.
type Line = Vec<Part>;

/// The room for a box over everything: the pane's title above it stays in sight.
fn room(area: Rect) -> Rect {
    let head = if area.height >= 24 { 2 } else { 1 };
    Rect {
        y: area.y + head,
        height: area.height.saturating_sub(head + 1),
        ..area
    }
}

/// Draws a question about an effect. Nothing of the effect is cut away: lines are wrapped, and
/// what has no room below can be scrolled to. The last row always says which key means yes.
pub fn confirm(pen: &mut Pen<'_>, area: Rect, c: &Confirm) {
    let room = room(area);
    let wide = area
        .width
        .saturating_sub(if area.width < 80 { 4 } else { 8 })
        .min(92);
    let inside = wide.saturating_sub(4);
    let items = items(c, inside);
    let rows: usize = items.iter().map(Vec::len).sum();
    let wanted = u16::try_from(rows + 4).unwrap_or(u16::MAX);
    let outer = centred(room, wide, wanted.min(room.height));
    let inner = boxed(pen, outer, &c.title, Role::Accent);
    if inner.height < 2 {
        return;
    }
    let last = inner.bottom() - 1;
    // A blank row above the last one, which says how much there is below.
    let shown = usize::from(inner.height.saturating_sub(2));
    let first = c.scroll.min(last_first(&items, shown));
    let all = items.iter().skip(first).flatten();
    for (row, y) in all.zip(inner.y..inner.y + inner.height.saturating_sub(2)) {
        for (x, words, role) in row {
            pen.put(inner.x + x, y, inner.width.saturating_sub(*x), words, *role);
        }
    }
    let mut seen = 0;
    let whole = items.iter().skip(first).take_while(|i| {
        seen += i.len();
        seen <= shown
    });
    let more = items.len() - first - whole.count();
    let beside = answers(
        pen,
        Rect {
            y: last,
            height: 1,
            ..inner
        },
        c,
        rows > shown,
    );
    let mut below = Short::new();
    if more > 0 {
        below = below
            .s("and ")
            .n(i128::try_from(more).unwrap_or(0))
            .s(" more");
    }
    if rows > shown && !beside {
        let lead = if more > 0 { " · " } else { "" };
        below = below.s(lead).s(SCROLL);
    }
    pen.put(inner.x, last - 1, inner.width, &below, Role::Dim);
}

const SCROLL: &str = "Up Down PageUp PageDown scroll";

/// The row with the keys; says whether those that scroll had room in it.
fn answers(pen: &mut Pen<'_>, area: Rect, c: &Confirm, scrolls: bool) -> bool {
    let no = " · any other key: no";
    let key = Short::new().s(line(&c.key.to_string())).s(" ");
    let spare = area.width.saturating_sub(key.columns() + no.columns());
    let beside = scrolls && c.verb.columns() + 3 + SCROLL.columns() <= spare;
    let (y, end) = (area.y, area.right());
    let x = pen.put(area.x, y, area.width, &key, Role::Accent);
    let x = pen.put(x, y, spare, &c.verb, Role::Strong);
    let x = pen.put(x, y, end.saturating_sub(x), no, Role::Dim);
    if beside {
        pen.put(x + 3, y, end.saturating_sub(x + 3), SCROLL, Role::Dim);
    }
    beside
}

/// What is shown: each line and each ticket with the rows that it takes.
fn items(c: &Confirm, wide: u16) -> Vec<Vec<Line>> {
    let plain = |l: &Printable| -> Vec<Line> {
        let rows = wrap(l, usize::from(wide)).into_iter();
        rows.map(|row| vec![(0, row, Role::Text)]).collect()
    };
    let keys = c.rows.iter().map(|r| r.key.columns()).max().unwrap_or(0);
    let mut all: Vec<Vec<Line>> = c.lines.iter().map(plain).collect();
    if let Some(last) = all.last_mut()
        && !c.rows.is_empty()
    {
        last.push(Vec::new());
    }
    all.extend(c.rows.iter().map(|r| ticket(r, wide, keys.clamp(5, 12))));
    all
}

/// A ticket, and what it is and becomes: beside its subject where there is room, else below.
fn ticket(row: &PreviewRow, wide: u16, keys: u16) -> Vec<Line> {
    let effect = effect(row);
    let taken: usize = effect.iter().map(|(words, _)| width(words)).sum();
    let at = keys + 2;
    let half = wide / 2;
    let key = (0, row.key.clone(), Role::Dim);
    let fit = |room: u16| crate::domain::text::fit(&row.subject, usize::from(room));
    if wide >= ONE_ROW && taken <= usize::from(wide - half) {
        let subject = fit(half.saturating_sub(at + 2));
        let mut line = vec![key, (at, subject, Role::Text)];
        let mut x = half;
        for (words, role) in effect {
            let next = x + words.columns();
            line.push((x, words, role));
            x = next;
        }
        return vec![line];
    }
    let mut rows = vec![vec![key, (at, fit(wide.saturating_sub(at)), Role::Text)]];
    let whole = Printable::from_parts(effect.iter().map(|(words, _)| words));
    let role = effect.last().map_or(Role::Text, |(_, role)| *role);
    let below = wrap(&whole, usize::from(wide.saturating_sub(INDENT)));
    rows.extend(below.into_iter().map(|row| vec![(INDENT, row, role)]));
    rows
}

fn effect(row: &PreviewRow) -> Vec<(Printable, Role)> {
    if let Some(reason) = &row.skipped {
        let lead = Printable::literal("left out: ");
        return vec![(lead, Role::Dim), (reason.clone(), Role::Dim)];
    }
    let mut all = Vec::new();
    if !row.before.is_empty() {
        all.push((row.before.clone(), Role::Dim));
        all.push((Printable::literal(" → "), Role::Dim));
    }
    all.push((row.after.clone(), Role::Strong));
    all
}

/// The last item that may stand first so that the end is in sight; one that has more rows than
/// there is room for is shown as far as it goes.
fn last_first(items: &[Vec<Line>], shown: usize) -> usize {
    let mut left = shown;
    let mut first = items.len();
    for item in items.iter().rev() {
        if item.len() > left {
            break;
        }
        left -= item.len();
        first -= 1;
    }
    first.min(items.len().saturating_sub(1))
}

/// Draws a reason.
pub fn why(pen: &mut Pen<'_>, area: Rect, w: &Why) {
    let room = room(area);
    let wide = area.width.saturating_sub(8).min(84);
    let inside = usize::from(wide.saturating_sub(4));
    let items: Vec<Vec<Line>> = w
        .lines
        .iter()
        .map(|l| {
            let rows = wrap(l, inside).into_iter();
            rows.map(|row| vec![(0, row, Role::Text)]).collect()
        })
        .collect();
    let rows: usize = items.iter().map(Vec::len).sum();
    let wanted = u16::try_from(rows + 4).unwrap_or(u16::MAX);
    let outer = centred(room, wide, wanted.min(room.height));
    let inner = boxed(pen, outer, &w.title, Role::Rule);
    let last = inner.bottom().saturating_sub(1);
    let shown = usize::from(inner.height.saturating_sub(2));
    let first = w.scroll.min(last_first(&items, shown));
    let seen = items.iter().skip(first).flatten();
    for (row, y) in seen.zip(inner.y..last.saturating_sub(1)) {
        for (x, words, role) in row {
            pen.put(inner.x + x, y, inner.width, words, *role);
        }
    }
    let words = if rows > shown {
        "Esc closes · Up Down scroll"
    } else {
        "Esc closes"
    };
    pen.put(inner.x, last, inner.width, words, Role::Dim);
}
