//! What lies over the panes: which of it, and help and palette themselves.

use ratatui::layout::Rect;

use super::ask::{self, typed};
use super::{Cursor, conflict, coverage, preview};
use crate::app::Action;
use crate::app::state::{Help, HelpRow, Overlay, Palette, State};
use crate::domain::text::{Printable, wrap};
use crate::ui::pen::{Pen, Short, Shown};
use crate::ui::theme::Role;
use crate::ui::widgets::{boxed, centred, first_seen};
use crate::ui::words;

/// Draws all of them, the last one on top; says where the cursor belongs.
pub fn overlays(state: &State, pen: &mut Pen<'_>, area: Rect) -> Cursor {
    let mut cursor = None;
    for overlay in &state.overlays {
        cursor = match overlay {
            Overlay::Help(h) => help(state, pen, area, h),
            Overlay::Palette(p) => palette(state, pen, area, p),
            Overlay::Line(l) => ask::command_line(pen, area, l),
            Overlay::Prompt(p) => ask::prompt(state, pen, area, p),
            Overlay::Confirm(c) => {
                preview::confirm(pen, area, c);
                None
            }
            Overlay::Conflict(c) => {
                conflict::conflict(pen, area, c);
                None
            }
            Overlay::Absence(f) => coverage::form(state, pen, area, f),
            Overlay::Why(w) => {
                preview::why(pen, area, w);
                None
            }
        };
    }
    cursor
}

fn list_box(area: Rect) -> Rect {
    let wide = area.width.saturating_sub(4).min(92);
    let tall = area.height.saturating_sub(4).min(34);
    centred(area, wide, tall)
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
    let outer = list_box(area);
    let inner = boxed(pen, outer, "Keys · type to search, Esc closes", Role::Rule);
    let cursor = typed(pen, inner, "/ ", &help.input);
    let room = below(inner);
    if help.rows.is_empty() && room.height > 0 {
        let words = "No key and no sign does that. Esc closes.";
        pen.put(room.x, room.y, room.width, words, Role::Dim);
    }
    let rows = helped(state, help, room.width);
    let first = help.scroll.min(last_first(&rows, room.height));
    let more = list(pen, room, &rows, first, None);
    more_below(pen, outer, more);
    cursor
}

fn palette(state: &State, pen: &mut Pen<'_>, area: Rect, palette: &Palette) -> Cursor {
    let outer = list_box(area);
    let title = "Commands · Enter does it, Esc closes";
    let inner = boxed(pen, outer, title, Role::Rule);
    let cursor = typed(pen, inner, "> ", &palette.input);
    let room = below(inner);
    if palette.rows.is_empty() && room.height > 0 {
        pen.put(room.x, room.y, room.width, "No command fits.", Role::Dim);
    }
    let one = |action: &Action| act(state, *action, room.width);
    let rows: Vec<Entry> = palette.rows.iter().map(one).collect();
    let tall = usize::from(room.height);
    let mut first =
        first_seen(palette.cursor, rows.len(), tall).min(last_first(&rows, room.height));
    let seen = |first: usize| rows.iter().take(palette.cursor + 1).skip(first);
    while seen(first).map(Entry::tall).sum::<usize>() > tall && first < palette.cursor {
        first += 1;
    }
    let more = list(pen, room, &rows, first, Some(palette.cursor));
    more_below(pen, outer, more);
    cursor
}

/// A line of a list: a heading above it, keys or a sign, a name, and what it does in as many rows as that takes.
struct Entry {
    above: Option<&'static str>,
    keys: Short,
    name: Short,
    help: Vec<Printable>,
}

impl Entry {
    /// In rows: a heading has a blank row above it.
    fn tall(&self) -> usize {
        self.help.len() + if self.above.is_some() { 2 } else { 0 }
    }
}

/// Where names begin, and where help does beside them or, on a narrow screen, beside the keys alone.
const NAME_AT: u16 = 16;
const HELP_AT: u16 = NAME_AT + 16;
/// From this width on names have a column of their own.
const NAMES_FROM: u16 = 68;

const fn help_at(width: u16) -> u16 {
    if width < NAMES_FROM {
        NAME_AT + 2
    } else {
        HELP_AT
    }
}

/// Help's lines, under headings while nothing is searched for.
fn helped(state: &State, help: &Help, width: u16) -> Vec<Entry> {
    let mut last = "";
    let one = |row: &HelpRow| {
        let mut entry = match *row {
            HelpRow::Act(command) => act(state, command.action, width),
            HelpRow::Sign(sign) => Entry {
                above: None,
                keys: Short::new().s(sign.sign),
                name: Short::new(),
                help: wrap(&Printable::literal(sign.means), room_for_help(width)),
            },
        };
        let heading = row.heading();
        if help.input.text.is_empty() && heading != last {
            entry.above = Some(heading);
            last = heading;
        }
        entry
    };
    help.rows.iter().map(one).collect()
}

fn act(state: &State, action: Action, width: u16) -> Entry {
    let (mut keys, name, help) = words::command(state, action);
    if width < NAMES_FROM && keys.is_empty() {
        keys = name.clone();
    }
    Entry {
        above: None,
        keys,
        name,
        help: wrap(&help, room_for_help(width)),
    }
}

fn room_for_help(width: u16) -> usize {
    usize::from(width.saturating_sub(help_at(width)))
}

/// The last entry that may stand first so that the list's end is not left behind.
fn last_first(rows: &[Entry], tall: u16) -> usize {
    let mut left = usize::from(tall);
    let mut first = rows.len();
    for row in rows.iter().rev() {
        if row.tall() > left {
            break;
        }
        left -= row.tall();
        first -= 1;
    }
    first.min(rows.len().saturating_sub(1))
}

/// Draws a list from its entry `first` on; says how many entries are left over.
fn list(pen: &mut Pen<'_>, area: Rect, rows: &[Entry], first: usize, on: Option<usize>) -> usize {
    let named = area.width >= NAMES_FROM;
    let help = help_at(area.width);
    let mut y = area.y;
    for (i, row) in rows.iter().enumerate().skip(first) {
        let tall = u16::try_from(row.tall()).unwrap_or(u16::MAX);
        // One that is higher than all the room is shown as far as it goes.
        if y.saturating_add(tall) > area.bottom() && y > area.y {
            return rows.len() - i;
        }
        if let Some(heading) = row.above {
            // At the top of the list no blank row stands above it.
            y += if y > area.y { 1 } else { 0 };
            pen.put(area.x + 2, y, area.width - 2, heading, Role::Strong);
            y += 1;
        }
        let (sign, role) = if on == Some(i) {
            ("▌", Role::Strong)
        } else {
            (" ", Role::Text)
        };
        pen.put(area.x, y, 1, sign, Role::Accent);
        let keys = if named { NAME_AT } else { help };
        pen.put(
            area.x + 2,
            y,
            keys.saturating_sub(3),
            &row.keys,
            Role::Accent,
        );
        if named {
            pen.put(
                area.x + NAME_AT,
                y,
                HELP_AT - NAME_AT - 1,
                &row.name,
                Role::Dim,
            );
        }
        for (line, y) in row.help.iter().zip(y..area.bottom()) {
            pen.put(area.x + help, y, area.width - help, line, role);
        }
        y = y.saturating_add(u16::try_from(row.help.len()).unwrap_or(u16::MAX));
    }
    0
}

/// Says in a box's lower edge how much lies below it.
fn more_below(pen: &mut Pen<'_>, outer: Rect, more: usize) {
    if more == 0 || outer.height < 3 {
        return;
    }
    let words = Short::new()
        .s(" ")
        .n(i128::try_from(more).unwrap_or(0))
        .s(" more below ");
    let right = outer.right().saturating_sub(2);
    pen.put_right(
        right,
        outer.bottom() - 1,
        words.columns(),
        &words,
        Role::Dim,
    );
}
