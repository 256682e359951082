//! The lines at the top and the bottom: views with their counts, what is known about the desk,
//! the keys of the moment, and what has just happened.

use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::app::top::{Tab, Top, Weight};
use crate::domain::text::Printable;
use crate::ui::pen::{Pen, Short, Shown};
use crate::ui::theme::Role;

/// The top line: views with their counts, and what is known about the desk.
pub fn top(pen: &mut Pen<'_>, area: Rect, top: &Top) {
    if area.height == 0 {
        return;
    }
    let (y, right) = (area.y, area.right());
    if top.named {
        pen.put(area.x, y, area.width, " deskhand ", Role::Dim);
    }
    for fact in &top.facts {
        let role = match fact.weight {
            Weight::Quiet => Role::Dim,
            Weight::Watch => Role::Soon,
            Weight::Alarm => Role::Late,
            Weight::Ahead => Role::Ahead,
        };
        pen.put(fact.x, y, right.saturating_sub(fact.x), &fact.words, role);
    }
    for (at, sign) in [(top.before, "‹"), (top.after, "›")] {
        if let Some(x) = at {
            pen.put(x, y, 1, sign, Role::Dim);
        }
    }
    for tab in &top.tabs {
        tab_of_view(pen, y, tab);
    }
}

fn tab_of_view(pen: &mut Pen<'_>, y: u16, tab: &Tab) {
    let words = Short::new().s(&tab.name).s(" ").s(&tab.count);
    if tab.active {
        let look = pen.look(Role::Accent).add_modifier(Modifier::UNDERLINED);
        pen.put_styled(tab.x, y, tab.width, &words, look);
        return;
    }
    let end = pen.put(tab.x, y, tab.width, &words, Role::Text);
    let from = tab.x + tab.name.columns();
    if from < end {
        let look = pen.look(if tab.alarm { Role::Late } else { Role::Dim });
        pen.lay(Rect::new(from, y, end - from, 1), look);
    }
}

/// A key and what it does, for the last line.
#[derive(Debug, Clone)]
pub struct Hint {
    /// The key as the person's map has it.
    pub key: Printable,
    /// What it does.
    pub words: &'static str,
}

/// The last line: keys of the moment, as many as fit; the last one always stays.
pub fn footer(pen: &mut Pen<'_>, area: Rect, hints: &[Hint]) {
    let Some((last, rest)) = hints.split_last() else {
        return;
    };
    let wide = |h: &Hint| h.key.columns() + 1 + h.words.columns();
    let end = area.right().saturating_sub(1);
    let mut x = area.x + 1;
    let kept = wide(last) + 3;
    for hint in rest {
        if x + wide(hint) + kept > end {
            break;
        }
        x = one_hint(pen, x, area.y, end, hint) + 3;
    }
    one_hint(pen, x, area.y, end, last);
}

fn one_hint(pen: &mut Pen<'_>, x: u16, y: u16, end: u16, hint: &Hint) -> u16 {
    let x = pen.put(x, y, end.saturating_sub(x), &hint.key, Role::Accent);
    pen.put(x + 1, y, end.saturating_sub(x + 1), hint.words, Role::Dim)
}

/// How something went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Well.
    Good,
    /// Neither.
    Plain,
    /// It needs an eye.
    Warning,
    /// It failed.
    Error,
}

impl Tone {
    const fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Plain => "·",
            Self::Warning => "!",
            Self::Error => "✗",
        }
    }

    const fn role(self) -> Role {
        match self {
            Self::Good => Role::Good,
            Self::Plain => Role::Text,
            Self::Warning => Role::Soon,
            Self::Error => Role::Bad,
        }
    }
}

/// What has just happened, at the bottom of `body`: the sentence, and below it what to do next.
/// It takes no key.
pub fn toast(
    pen: &mut Pen<'_>,
    body: Rect,
    tone: Tone,
    words: &Printable,
    hint: Option<&Printable>,
) {
    if body.width < 8 || body.height < 2 {
        return;
    }
    let room = usize::from(body.width - 6);
    let mut rows = crate::domain::text::wrap(words, room);
    let said = rows.len().min(3);
    rows.truncate(said);
    let mut hints = hint.map_or_else(Vec::new, |h| crate::domain::text::wrap(h, room));
    hints.truncate(2);
    let tall = u16::try_from(rows.len() + hints.len())
        .unwrap_or(1)
        .min(body.height);
    let wide = rows
        .iter()
        .chain(&hints)
        .map(Shown::columns)
        .max()
        .unwrap_or(0)
        + 6;
    let wide = wide.min(body.width);
    let area = Rect::new(body.right() - wide, body.bottom() - tall, wide, tall);
    pen.clear(area);
    let role = tone.role();
    for (i, (row, role)) in rows
        .iter()
        .map(|r| (r, role))
        .chain(hints.iter().map(|r| (r, Role::Dim)))
        .take(usize::from(tall))
        .enumerate()
    {
        let y = area.y + u16::try_from(i).unwrap_or(0);
        pen.put(area.x, y, 1, "▐", tone.role());
        if i == 0 {
            pen.put(area.x + 2, y, 1, tone.sign(), tone.role());
        }
        pen.put(area.x + 4, y, area.width.saturating_sub(5), row, role);
    }
}
