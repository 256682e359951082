//! The lines at the top and the bottom: views with their counts, what is known about the desk,
//! the keys of the moment, and what has just happened.

use ratatui::layout::Rect;

use crate::domain::list::Count;
use crate::domain::text::Printable;
use crate::ui::pen::{Pen, Short, Shown};
use crate::ui::theme::Role;

/// A view's name and how many tickets it has.
#[derive(Debug, Clone)]
pub struct Tab {
    /// Its name.
    pub name: Printable,
    /// How many.
    pub count: Count,
    /// The one that is shown.
    pub active: bool,
    /// More than none is a reason to look: late tickets, changes that wait for the person.
    pub alarm: bool,
}

/// A short fact at the right end of the top line.
#[derive(Debug, Clone)]
pub struct Fact {
    /// The words.
    pub words: Short,
    /// How it looks.
    pub role: Role,
}

/// A count in words: a number, `1000+`, or `…` while it is not known.
pub fn count_words(count: Count) -> Short {
    match count {
        Count::Exact(n) => Short::new().grouped(n),
        Count::AtLeast(n) => Short::new().grouped(n).s("+"),
        Count::Unknown => Short::new().s("…"),
    }
}

/// The top line. Facts stand at the right, the most important last; views that do not fit
/// are left out at the end the shown one is farther from, and `‹` `›` say so.
pub fn top(pen: &mut Pen<'_>, area: Rect, tabs: &[Tab], facts: &[Fact]) {
    if area.height == 0 {
        return;
    }
    let y = area.y;
    let name = if area.width >= 100 { " deskhand " } else { " " };
    let left = pen.put(area.x, y, area.width, name, Role::Dim);
    let names: Vec<Short> = tabs
        .iter()
        .map(|t| Short::new().s(&t.name).s(" ").s(count_words(t.count)))
        .collect();
    let shown = tabs.iter().position(|t| t.active).unwrap_or(0);
    let least = names.get(shown).map_or(0, |n| n.columns() + 4);
    let mut right = area.right().saturating_sub(1);
    for fact in facts.iter().rev() {
        let wide = fact.words.columns();
        if wide == 0 {
            continue;
        }
        if right < left + least + wide + 3 {
            break;
        }
        right = pen
            .put_right(right, y, wide, &fact.words, fact.role)
            .saturating_sub(3);
    }
    draw_tabs(
        pen,
        Rect::new(left, y, right.saturating_sub(left), 1),
        tabs,
        &names,
        shown,
    );
}

fn draw_tabs(pen: &mut Pen<'_>, area: Rect, tabs: &[Tab], names: &[Short], shown: usize) {
    let wide = |range: std::ops::Range<usize>| -> usize {
        names[range]
            .iter()
            .map(|n| usize::from(n.columns()) + 3)
            .sum()
    };
    let room = usize::from(area.width).saturating_sub(2);
    let mut first = 0;
    while first < shown && wide(first..shown + 1) > room {
        first += 1;
    }
    let mut x = area.x;
    if first > 0 {
        x = pen.put(x, area.y, 1, "‹", Role::Dim);
    }
    for (i, (tab, name)) in tabs.iter().zip(names).enumerate().skip(first) {
        let left = area.right().saturating_sub(x);
        let fits = name.columns() + 2 <= left;
        if !fits && i != shown {
            pen.put(
                area.right().saturating_sub(1).max(x),
                area.y,
                1,
                "›",
                Role::Dim,
            );
            break;
        }
        let some = !matches!(tab.count, Count::Exact(0) | Count::Unknown);
        let start = x + 1;
        let role = if tab.active { Role::Accent } else { Role::Text };
        let room = left.saturating_sub(1);
        let style = if tab.active {
            pen.look(role)
                .add_modifier(ratatui::style::Modifier::UNDERLINED)
        } else {
            pen.look(role)
        };
        let end = pen.put_styled(start, area.y, room, name, style);
        if !tab.active && start + tab.name.columns() < end {
            let role = if tab.alarm && some {
                Role::Late
            } else {
                Role::Dim
            };
            let from = start + tab.name.columns();
            let look = pen.look(role);
            pen.lay(Rect::new(from, area.y, end - from, 1), look);
        }
        x = end + 2;
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
