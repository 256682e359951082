//! What lies over the panes: help, palette, command line, questions, previews, reasons.

use std::ops::Range;

use ratatui::layout::Rect;

use super::Cursor;
use crate::app::Action;
use crate::app::state::{Confirm, Help, Input, Overlay, Palette, Prompt, State, Suggestion, Why};
use crate::domain::text::{Printable, block, line, wrap};
use crate::ui::pen::{Pen, Short, Shown, columns};
use crate::ui::theme::Role;
use crate::ui::widgets::{boxed, centred, first_seen};

/// Draws all of them, the last one on top; says where the cursor belongs.
pub fn overlays(state: &State, pen: &mut Pen<'_>, area: Rect) -> Cursor {
    let mut cursor = None;
    for overlay in &state.overlays {
        cursor = match overlay {
            Overlay::Help(h) => help(state, pen, area, h),
            Overlay::Palette(p) => palette(state, pen, area, p),
            Overlay::Line(l) => {
                let trouble = l.error.clone().map(Trouble::whole);
                let offers = offered(&l.suggestions);
                let ask = Asked {
                    title: Short::new().s(":"),
                    input: &l.input,
                    trouble,
                    offers,
                    chosen: l.chosen,
                };
                bottom_line(pen, area, &ask)
            }
            Overlay::Prompt(p) => prompt(pen, area, p),
            Overlay::Confirm(c) => {
                confirm(pen, area, c);
                None
            }
            Overlay::Why(w) => {
                why(pen, area, w);
                None
            }
        };
    }
    cursor
}

fn list_box(pen: &mut Pen<'_>, area: Rect, title: &'static str) -> Rect {
    let wide = area.width.saturating_sub(4).min(92);
    let tall = area.height.saturating_sub(4).min(34);
    boxed(pen, centred(area, wide, tall), title, Role::Rule)
}

const fn below(inner: Rect) -> Rect {
    let head = if inner.height < 2 { inner.height } else { 2 };
    Rect {
        y: inner.y + head,
        height: inner.height - head,
        ..inner
    }
}

fn help(state: &State, pen: &mut Pen<'_>, area: Rect, help: &Help) -> Cursor {
    let inner = list_box(pen, area, "Keys · type to search, Esc closes");
    let cursor = typed(pen, inner, "/ ", &help.input);
    let rows = below(inner);
    if help.rows.is_empty() && rows.height > 0 {
        let words = "No key does that. Esc clears the search.";
        pen.put(rows.x, rows.y, rows.width, words, Role::Dim);
    }
    let seen = help.rows.iter().skip(help.scroll);
    for (action, y) in seen.zip(rows.y..rows.bottom()) {
        command(
            state,
            pen,
            Rect {
                y,
                height: 1,
                ..rows
            },
            *action,
            false,
        );
    }
    cursor
}

fn palette(state: &State, pen: &mut Pen<'_>, area: Rect, palette: &Palette) -> Cursor {
    let inner = list_box(pen, area, "Commands · Enter does it, Esc closes");
    let cursor = typed(pen, inner, "> ", &palette.input);
    let rows = below(inner);
    if palette.rows.is_empty() && rows.height > 0 {
        pen.put(rows.x, rows.y, rows.width, "No command fits.", Role::Dim);
    }
    let first = first_seen(palette.cursor, palette.rows.len(), usize::from(rows.height));
    let seen = palette.rows.iter().enumerate().skip(first);
    for ((i, action), y) in seen.zip(rows.y..rows.bottom()) {
        command(
            state,
            pen,
            Rect {
                y,
                height: 1,
                ..rows
            },
            *action,
            i == palette.cursor,
        );
    }
    cursor
}

fn command(state: &State, pen: &mut Pen<'_>, area: Rect, action: Action, on: bool) {
    let y = area.y;
    let (keys, words) = crate::ui::words::command(state, action);
    let (sign, role) = if on {
        ("▌", Role::Strong)
    } else {
        (" ", Role::Text)
    };
    pen.put(area.x, y, 1, sign, Role::Accent);
    pen.put(area.x + 2, y, 18, &keys, Role::Accent);
    pen.put(area.x + 22, y, area.width.saturating_sub(22), &words, role);
}

/// Writes the first row of an area as a line that is being typed; says where its cursor is.
/// A line that is too long shows the part before the cursor.
fn typed(pen: &mut Pen<'_>, area: Rect, sign: &'static str, input: &Input) -> Cursor {
    if area.height == 0 || area.width < 4 {
        return None;
    }
    let x = pen.put(area.x, area.y, area.width, sign, Role::Accent);
    let room = area.right().saturating_sub(x + 1);
    let cursor = if input.text.is_char_boundary(input.cursor) {
        input.cursor
    } else {
        input.text.len()
    };
    let (before, after) = input.text.split_at(cursor);
    let (before, after) = (one_row(before), one_row(after));
    let wide = before.columns();
    if wide < room {
        let at = pen.put(x, area.y, room, &before, Role::Text);
        pen.put(at, area.y, room - wide, &after, Role::Text);
        return Some((at, area.y));
    }
    let at = pen.put(x, area.y, 1, "…", Role::Dim);
    let at = pen.put(
        at,
        area.y,
        room,
        tail(&before, room.saturating_sub(2)),
        Role::Text,
    );
    Some((at, area.y))
}

/// Typed text as one row, blanks kept.
fn one_row(text: &str) -> Printable {
    block(&text.replace(['\n', '\r'], " "))
}

fn tail(text: &Printable, room: u16) -> Printable {
    let (mut from, mut used) = (text.len(), 0);
    for (at, c) in text.char_indices().rev() {
        used += columns(c.encode_utf8(&mut [0; 4]));
        if used > room {
            break;
        }
        from = at;
    }
    block(&text[from..])
}

/// What is wrong with what was typed.
struct Trouble {
    /// With which bytes, where that is known.
    span: Option<Range<usize>>,
    words: Printable,
    hint: Option<Printable>,
}

impl Trouble {
    const fn whole(words: Printable) -> Self {
        Self {
            span: None,
            words,
            hint: None,
        }
    }
}

/// A line at the bottom that is being typed.
struct Asked<'a> {
    title: Short,
    input: &'a Input,
    trouble: Option<Trouble>,
    /// What can be chosen: a label and a fainter text.
    offers: Vec<(&'a Printable, &'a Printable)>,
    chosen: Option<usize>,
}

fn offered(suggestions: &[Suggestion]) -> Vec<(&Printable, &Printable)> {
    suggestions.iter().map(|s| (&s.label, &s.detail)).collect()
}

fn prompt(pen: &mut Pen<'_>, area: Rect, p: &Prompt) -> Cursor {
    let trouble = match (&p.query_error, &p.error) {
        (Some(e), _) => Some(Trouble {
            span: Some(e.span.clone()),
            words: line(&e.message),
            hint: e.hint.as_deref().map(line),
        }),
        (None, Some(e)) => Some(Trouble::whole(e.clone())),
        (None, None) => None,
    };
    let offers = if p.choices.is_empty() {
        offered(&p.suggestions)
    } else {
        p.choices.iter().map(|c| (&c.label, &c.detail)).collect()
    };
    let ask = Asked {
        title: Short::new().s(&p.title).s(" "),
        input: &p.input,
        trouble,
        offers,
        chosen: p.cursor,
    };
    bottom_line(pen, area, &ask)
}

/// Draws the line, above it what fits, and below it what is wrong, with a caret under the word.
fn bottom_line(pen: &mut Pen<'_>, area: Rect, ask: &Asked<'_>) -> Cursor {
    let faulty = u16::from(ask.trouble.is_some());
    let tall = u16::try_from(ask.offers.len()).unwrap_or(10);
    let tall = tall.min(10).min(area.height / 2);
    let rule = u16::from(tall > 0);
    let height = 1 + faulty + tall + rule;
    let all = Rect {
        y: area.bottom().saturating_sub(height),
        height,
        ..area
    };
    pen.clear(all);
    if rule > 0 {
        pen.run(all.x, all.y, all.width, "─", Role::Rule);
    }
    let top = all.y + rule;
    let chosen = ask.chosen.unwrap_or(0);
    let first = first_seen(chosen, ask.offers.len(), usize::from(tall));
    let seen = ask.offers.iter().enumerate().skip(first);
    for ((i, (label, detail)), y) in seen.zip(top..top + tall) {
        let on = ask.chosen == Some(i);
        let (sign, role) = if on {
            ("▌", Role::Accent)
        } else {
            (" ", Role::Text)
        };
        pen.put(all.x + 1, y, 1, sign, Role::Accent);
        let at = pen
            .put(all.x + 3, y, all.width / 2, label, role)
            .max(all.x + 22)
            + 2;
        pen.put(at, y, all.right().saturating_sub(at), detail, Role::Dim);
    }
    let y = top + tall;
    let x = pen.put(all.x + 1, y, all.width / 2, &ask.title, Role::Accent);
    let row = Rect::new(x, y, all.right().saturating_sub(x), 1);
    let cursor = typed(pen, row, "", ask.input);
    if let Some(trouble) = &ask.trouble {
        wrong(
            pen,
            Rect::new(all.x, y + 1, all.width, 1),
            x,
            &ask.input.text,
            trouble,
        );
    }
    cursor
}

/// A caret under what is wrong, and beside it why.
fn wrong(pen: &mut Pen<'_>, area: Rect, x: u16, text: &str, trouble: &Trouble) {
    let (y, end) = (area.y, area.right());
    let span = trouble.span.clone().unwrap_or(0..0);
    let skip = text.get(..span.start).map_or(0, |t| one_row(t).columns());
    let wide = text.get(span).map_or(1, |t| one_row(t).columns()).max(1);
    let at = x.saturating_add(skip);
    let mut at = if trouble.span.is_some() && at + 30 < end {
        let wide = wide.min(end - at - 29);
        pen.run(at, y, wide, "^", Role::Bad);
        at + wide + 1
    } else {
        pen.put(area.x + 1, y, 1, "✗", Role::Bad) + 1
    };
    at = pen.put(at, y, end.saturating_sub(at), &trouble.words, Role::Bad);
    if let Some(hint) = &trouble.hint {
        at = pen.put(at, y, end.saturating_sub(at), "; ", Role::Dim);
        pen.put(at, y, end.saturating_sub(at), hint, Role::Dim);
    }
}

fn confirm(pen: &mut Pen<'_>, area: Rect, c: &Confirm) {
    let width = area.width.saturating_sub(8).min(92);
    let room = usize::from(width.saturating_sub(4));
    let lines: Vec<Printable> = c.lines.iter().flat_map(|l| wrap(l, room)).collect();
    let wanted = u16::try_from(lines.len() + c.rows.len() + 4).unwrap_or(u16::MAX);
    let tall = wanted.min(area.height.saturating_sub(2));
    let inner = boxed(pen, centred(area, width, tall), &c.title, Role::Accent);
    if inner.height < 2 {
        return;
    }
    let last = inner.bottom() - 1;
    let mut y = inner.y;
    for l in lines.iter().skip(c.scroll) {
        if y + 1 >= last {
            break;
        }
        pen.put(inner.x, y, inner.width, l, Role::Text);
        y += 1;
    }
    for row in c.rows.iter().skip(c.scroll.saturating_sub(lines.len())) {
        if y + 1 >= last {
            break;
        }
        let half = inner.x + inner.width / 2;
        let x = pen
            .put(inner.x, y, 12, &row.key, Role::Dim)
            .max(inner.x + 6)
            + 1;
        pen.put(x, y, half.saturating_sub(x + 2), &row.subject, Role::Text);
        if let Some(reason) = &row.skipped {
            let x = pen.put(half, y, 10, "left out: ", Role::Dim);
            pen.put(x, y, inner.right().saturating_sub(x), reason, Role::Dim);
        } else {
            let x = pen.put(half, y, inner.width / 4, &row.before, Role::Dim);
            let x = pen.put(x, y, 3, " → ", Role::Dim);
            pen.put(
                x,
                y,
                inner.right().saturating_sub(x),
                &row.after,
                Role::Strong,
            );
        }
        y += 1;
    }
    let key = Short::new().s(line(&c.key.to_string()));
    let x = pen.put(inner.x, last, 3, &key, Role::Accent) + 1;
    let x = pen.put(
        x,
        last,
        inner.width.saturating_sub(24),
        &c.verb,
        Role::Strong,
    ) + 3;
    let no = "any other key: no";
    pen.put(x, last, inner.right().saturating_sub(x), no, Role::Dim);
}

fn why(pen: &mut Pen<'_>, area: Rect, w: &Why) {
    let width = area.width.saturating_sub(8).min(84);
    let room = usize::from(width.saturating_sub(4));
    let lines: Vec<Printable> = w.lines.iter().flat_map(|l| wrap(l, room)).collect();
    let wanted = u16::try_from(lines.len() + 4).unwrap_or(u16::MAX);
    let tall = wanted.min(area.height.saturating_sub(2));
    let inner = boxed(pen, centred(area, width, tall), &w.title, Role::Rule);
    let last = inner.bottom().saturating_sub(1);
    for (l, y) in lines
        .iter()
        .skip(w.scroll)
        .zip(inner.y..last.saturating_sub(1))
    {
        pen.put(inner.x, y, inner.width, l, Role::Text);
    }
    pen.put(inner.x, last, inner.width, "Esc closes", Role::Dim);
}
