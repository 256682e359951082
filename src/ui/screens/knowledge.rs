//! Articles: the list, and the one that is read beside it or in its place.

use ratatui::layout::Rect;

use super::panes::{cursor_sign, note};
use crate::app::layout::{ARTICLE_HEAD, layout};
use crate::app::state::{Pane, State};
use crate::domain::knowledge::{Article, Look};
use crate::domain::text::{Printable, line, wrap};
use crate::ui::pen::{Pen, Short};
use crate::ui::theme::Role;
use crate::ui::widgets::heading;

/// Columns of how an article stands, and of the day it was found right.
const STATE: u16 = 9;
const DAY: u16 = 12;

/// Draws the list, or the article where there is no room beside.
pub fn knowledge(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let k = &state.knowledge;
    if k.reading && layout(state).detail.width == 0 {
        return article(state, pen, area);
    }
    let focused = state.pane == Pane::Knowledge && !k.reading;
    let n = |n: usize| Short::new().n(i128::try_from(n).unwrap_or(0));
    let count = if k.loaded {
        n(k.rows.len())
    } else {
        Short::new()
    };
    let words = if k.words.is_empty() {
        Short::new()
    } else {
        Short::new().s("with \"").s(line(&k.words)).s("\"")
    };
    let from = k
        .from
        .as_ref()
        .map_or_else(Short::new, |(_, key)| Short::new().s("from #").s(key));
    heading(pen, area, &[&"Knowledge", &count, &words, &from], focused);
    let list = Rect::new(
        area.x,
        area.y + 1,
        area.width,
        area.height.saturating_sub(1),
    );
    if k.rows.is_empty() {
        let none = if k.words.is_empty() {
            "No articles yet. I drafts one; deskhand kb import FOLDER brings them in."
        } else {
            "No article holds all these words. Try fewer; Esc shows them all."
        };
        return note(pen, list, k.error.as_ref(), k.loaded, none);
    }
    let seen = k.rows.iter().enumerate().skip(k.top);
    for ((i, at), y) in seen.zip(list.y..list.bottom()) {
        let Some(a) = k.all.get(*at) else { continue };
        cursor_sign(pen, list.x + 1, y, i == k.cursor);
        row(pen, Rect::new(list.x, y, list.width, 1), a);
    }
}

fn row(pen: &mut Pen<'_>, area: Rect, a: &Article) {
    let (x, y, end) = (area.x + 3, area.y, area.right().saturating_sub(1));
    let (word, role) = state_of(a);
    pen.put(x, y, STATE - 1, word, role);
    let at = x + STATE;
    let day = a
        .reviewed
        .map_or_else(|| Printable::literal("-"), |d| line(&d.to_string()));
    let right = end.saturating_sub(DAY);
    pen.put(right + 1, y, DAY, &day, Role::Dim);
    let room = right.saturating_sub(at + 1);
    let at = pen.put(at, y, room, a.title.line(), Role::Text);
    let name = line(a.key.as_str());
    pen.put(at + 2, y, right.saturating_sub(at + 3), &name, Role::Dim);
}

fn state_of(a: &Article) -> (&'static str, Role) {
    match a.state() {
        "draft" => ("✎ draft", Role::Soon),
        "sending" => ("↑ going", Role::Soon),
        "refused" => ("! not in", Role::Late),
        "conflict" => ("! clash", Role::Late),
        "gone" => ("- gone", Role::Dim),
        "stale" => ("! stale", Role::Late),
        _ => ("", Role::Text),
    }
}

/// Draws the article under the cursor.
pub fn article(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let k = &state.knowledge;
    let Some(a) = k.selected() else {
        heading(pen, area, &[&"Article"], false);
        return;
    };
    let rows = usize::from(area.height.saturating_sub(ARTICLE_HEAD));
    let part = if k.lines.len() > rows && !k.lines.is_empty() {
        let last = (k.scroll + rows).min(k.lines.len());
        Short::new()
            .n(i128::try_from(last * 100 / k.lines.len()).unwrap_or(100))
            .s(" %")
    } else {
        Short::new()
    };
    heading(pen, area, &[&a.title.line(), &part], k.reading);
    let (x, wide) = (area.x + 2, area.width.saturating_sub(4));
    let (facts, role) = facts(state, a);
    let rows = wrap(&facts, usize::from(wide));
    for (fact, y) in rows.iter().zip(area.y + 1..area.y + ARTICLE_HEAD) {
        pen.put(x, y, wide, fact, role);
    }
    let seen = k.lines.iter().skip(k.scroll);
    for (l, y) in seen.zip(area.y + ARTICLE_HEAD..area.bottom()) {
        let role = match l.look {
            Look::Text => Role::Text,
            Look::Heading => Role::Strong,
            Look::Code => Role::Internal,
            Look::Quote => Role::Quoted,
            Look::Rule | Look::Under => Role::Rule,
        };
        pen.put(x, y, wide, &l.text, role);
    }
}

/// How it stands, where it comes from, and what is wrong with it.
fn facts(state: &State, a: &Article) -> (Printable, Role) {
    if let Some(stale) = &a.stale {
        let of = stale.ticket.as_ref();
        let of = of.map_or_else(String::new, |t| format!(" (#{t})"));
        let by = state.names.whole(&stale.by);
        let words = format!("! stale: {}{of}, said {by}", stale.why.line());
        return (line(&words), Role::Late);
    }
    if let Some(why) = a.going.as_ref().and_then(|g| g.why()) {
        return (line(&format!("! not sent: {}", why.line())), Role::Late);
    }
    let mut all = vec![line(a.key.as_str())];
    if a.is_gone() {
        all.push(Printable::literal("gone from the desk"));
    } else if a.going.is_some() {
        all.push(Printable::literal("on its way to the desk"));
    }
    if let Some(of) = &a.corrects {
        all.push(line(&format!("draft, to take the place of {of}")));
    } else if a.is_draft {
        all.push(Printable::literal("draft"));
    }
    all.push(match a.reviewed {
        Some(on) => line(&format!("found right on {on}")),
        None => Printable::literal("not reviewed yet"),
    });
    all.push(match &a.source {
        Some(source) => source.line(),
        None if a.desk.is_some() => Printable::literal("the desk's"),
        None => Printable::literal("kept on this machine"),
    });
    (Printable::join(" · ", all), Role::Dim)
}
