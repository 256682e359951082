//! What is asked in the last lines: the command line, and questions with one line to answer.

use std::ops::Range;

use ratatui::layout::Rect;

use super::Cursor;
use crate::app::state::{CommandLine, Input, Prompt, State, Suggestion};
use crate::domain::text::{Printable, block, line, wrap};
use crate::ui::pen::{Pen, Shown, columns};
use crate::ui::theme::Role;
use crate::ui::widgets::first_seen;

/// Writes the first row of an area as a line that is being typed; says where its cursor is.
/// A line that is too long shows the part before the cursor.
pub fn typed(pen: &mut Pen<'_>, area: Rect, sign: &'static str, input: &Input) -> Cursor {
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
    title: Printable,
    input: &'a Input,
    trouble: Option<Trouble>,
    /// What can be chosen: a label and a fainter text.
    offers: Vec<(&'a Printable, &'a Printable)>,
    chosen: Option<usize>,
}

fn offered(suggestions: &[Suggestion]) -> Vec<(&Printable, &Printable)> {
    suggestions.iter().map(|s| (&s.label, &s.detail)).collect()
}

/// Draws the command line.
pub fn command_line(pen: &mut Pen<'_>, area: Rect, l: &CommandLine) -> Cursor {
    let ask = Asked {
        title: Printable::literal(":"),
        input: &l.input,
        trouble: l.error.clone().map(Trouble::whole),
        offers: offered(&l.suggestions),
        chosen: l.chosen,
    };
    bottom_line(pen, area, &ask)
}

/// Draws a question.
pub fn prompt(state: &State, pen: &mut Pen<'_>, area: Rect, p: &Prompt) -> Cursor {
    let trouble = match (&p.query_error, &p.error) {
        (Some(e), None) if is_being_typed(&e.span, &p.input) => None,
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
        title: title(state, p),
        input: &p.input,
        trouble,
        offers,
        chosen: p.cursor,
    };
    bottom_line(pen, area, &ask)
}

/// Whether what is wrong is the word under the cursor: nobody is told about a word that is not
/// finished. It is when a blank follows it.
fn is_being_typed(span: &Range<usize>, input: &Input) -> bool {
    let (Some(before), Some(after)) = (
        input.text.get(..input.cursor),
        input.text.get(input.cursor..),
    ) else {
        return false;
    };
    let start = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let end = input.cursor + after.find(char::is_whitespace).unwrap_or(after.len());
    start < end && span.start <= end && span.end >= start
}

/// The question, and which ticket it is about where it is about one.
fn title(state: &State, p: &Prompt) -> Printable {
    let [id] = p.tickets.as_slice() else {
        return p.title.clone();
    };
    let open = state.detail.as_ref().and_then(|d| d.row());
    let mut rows = state.queue.rows.iter().chain(open);
    match rows.find(|r| r.ticket.id == *id) {
        Some(row) => {
            let mut title = Printable::literal("#");
            title.push(&row.key);
            title.push(&Printable::literal(" · "));
            title.push(&p.title);
            title
        }
        None => p.title.clone(),
    }
}

/// A question that is longer than this stands above its answer.
const BESIDE: u16 = 32;
/// Between the question and the answer.
const PROMPT: &str = " › ";

/// Draws the line, above it what fits, and below it what is wrong, with carets under the word.
fn bottom_line(pen: &mut Pen<'_>, area: Rect, ask: &Asked<'_>) -> Cursor {
    let beside = ask.title.columns() <= BESIDE;
    let above = if beside {
        Vec::new()
    } else {
        wrap(&ask.title, usize::from(area.width.saturating_sub(2)))
    };
    let titles = u16::try_from(above.len()).unwrap_or(0);
    let wrong = ask
        .trouble
        .as_ref()
        .map(|t| explained(t, area.width))
        .unwrap_or_default();
    let faulty = u16::try_from(wrong.len()).unwrap_or(0);
    let caret = ask.trouble.as_ref().and_then(|t| t.span.clone());
    let faulty = faulty + u16::from(caret.is_some());
    let tall = u16::try_from(ask.offers.len()).unwrap_or(10);
    let tall = tall.min(10).min(area.height / 2);
    let rule = u16::from(tall + titles > 0);
    let height = (1 + faulty + tall + titles + rule).min(area.height);
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
    offers(
        pen,
        Rect {
            y: top,
            height: tall,
            ..all
        },
        ask,
    );
    for (words, y) in above.iter().zip(top + tall..) {
        pen.put(
            all.x + 1,
            y,
            all.width.saturating_sub(2),
            words,
            Role::Accent,
        );
    }
    let y = top + tall + titles;
    let mut x = all.x + 1;
    if beside {
        x = pen.put(x, y, all.width.saturating_sub(2), &ask.title, Role::Accent);
    }
    x = if ask.title == ":" {
        x + 1
    } else {
        let sign = if beside { PROMPT } else { "› " };
        pen.put(x, y, all.right().saturating_sub(x), sign, Role::Dim)
    };
    let row = Rect::new(x, y, all.right().saturating_sub(x), 1);
    let cursor = typed(pen, row, "", ask.input);
    let mut y = y + 1;
    if let Some(span) = caret {
        let skip = ask.input.text.get(..span.start);
        let skip = skip.map_or(0, |t| one_row(t).columns());
        let wide = ask.input.text.get(span).map_or(1, |t| one_row(t).columns());
        let at = x.saturating_add(skip);
        let wide = wide.max(1).min(all.right().saturating_sub(at));
        pen.run(at, y, wide, "^", Role::Bad);
        y += 1;
    }
    for ((words, role), y) in wrong.iter().zip(y..area.bottom()) {
        pen.put(all.x + 1, y, all.width.saturating_sub(1), words, *role);
    }
    cursor
}

/// What can be chosen, a row each.
fn offers(pen: &mut Pen<'_>, area: Rect, ask: &Asked<'_>) {
    let chosen = ask.chosen.unwrap_or(0);
    let first = first_seen(chosen, ask.offers.len(), usize::from(area.height));
    let seen = ask.offers.iter().enumerate().skip(first);
    for ((i, (label, detail)), y) in seen.zip(area.y..area.bottom()) {
        let on = ask.chosen == Some(i);
        let (sign, role) = if on {
            ("▌", Role::Accent)
        } else {
            (" ", Role::Text)
        };
        pen.put(area.x + 1, y, 1, sign, Role::Accent);
        let at = pen
            .put(area.x + 3, y, area.width / 2, label, role)
            .max(area.x + 22)
            + 2;
        pen.put(at, y, area.right().saturating_sub(at), detail, Role::Dim);
    }
}

/// What is wrong and what may have been meant, in rows.
fn explained(trouble: &Trouble, width: u16) -> Vec<(Printable, Role)> {
    let room = usize::from(width.saturating_sub(2));
    let mut whole = Printable::literal("✗ ");
    whole.push(&trouble.words);
    let rows = |text: &Printable, role| wrap(text, room).into_iter().map(move |r| (r, role));
    let mut all: Vec<_> = rows(&whole, Role::Bad).take(3).collect();
    if let Some(hint) = &trouble.hint {
        let mut indented = Printable::literal("  ");
        indented.push(hint);
        all.extend(rows(&indented, Role::Dim).take(2));
    }
    all
}
