//! The map: people and what has to be covered as rows, working time as columns.

use chrono::Datelike;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::{area, below, foot, nothing};
use crate::app::cover_layout::{Places, SCALE};
use crate::app::cover_words::called;
use crate::app::layout::map_names;
use crate::app::state::{MapLine, Pane, State};
use crate::domain::roster::{Gone, Grain, Line, Map, Presence, Roster};
use crate::domain::text::{Printable, line};
use crate::ui::pen::{Pen, Short, Shown};
use crate::ui::screens::panes::cursor_sign;
use crate::ui::theme::Role;
use crate::ui::widgets::{Alarm, ErasedShown, heading};
use crate::ui::words::local;

/// Draws it.
pub fn map(state: &State, pen: &mut Pen<'_>, area: Rect) {
    title(state, pen, area);
    let room = below(area, 1);
    let c = &state.coverage;
    if nothing(state, pen, room, false, "") {
        return;
    }
    let (Some(roster), Some(map)) = (&c.roster, &c.map) else {
        pen.put(room.x + 3, room.y, room.width, "not here yet …", Role::Dim);
        return;
    };
    on_call(state, pen, room);
    let (list, first) = foot(state, pen, area);
    if list.height == 0 {
        return;
    }
    let places = Places::of(state, map, self::area(area));
    let above = Rect {
        y: list.y - SCALE,
        height: SCALE,
        ..list
    };
    scale(state, pen, above, map, &places);
    let lines = c.lines();
    let seen = lines.iter().enumerate().skip(first);
    for ((i, l), y) in seen.zip(list.y..list.bottom()) {
        cursor_sign(pen, list.x + 1, y, i == c.line);
        row(
            state,
            pen,
            Rect::new(list.x, y, list.width, 1),
            *l,
            (roster, map, &places),
        );
        if i == c.line
            && let Some(x) = places.x(c.column)
        {
            let look = pen.look(Role::Selection).add_modifier(Modifier::REVERSED);
            pen.lay(Rect::new(x, y, places.pitch.cell, 1), look);
        }
    }
    let used = u16::try_from(lines.len().saturating_sub(first)).unwrap_or(u16::MAX);
    spare(state, pen, below(list, used.saturating_add(1)));
    let more = lines.len().saturating_sub(first + usize::from(list.height));
    if more > 0 && list.height > 0 {
        let words = Short::new()
            .s(" ")
            .n(i128::try_from(more).unwrap_or(0))
            .s(" more below ");
        pen.put_right(
            list.right(),
            list.bottom(),
            words.columns(),
            &words,
            Role::Dim,
        );
    }
}

/// What room is left says the gaps in words, and what the signs mean.
fn spare(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let gaps = &state.coverage.gaps;
    let (x, room) = (area.x + 3, area.width.saturating_sub(3));
    if area.height < 3 {
        return;
    }
    let legend = "· there   ░ away, who stands in   ▒ partly   ! nobody   2 so many, + more";
    pen.put(x, area.bottom() - 1, room, legend, Role::Dim);
    let alone = state
        .coverage
        .roster
        .as_ref()
        .is_some_and(|r| r.people.len() < 2);
    if alone {
        let words = "Only you are known here: [people.HANDLE] in config.toml names the team.";
        pen.put(x, area.y, room, words, Role::Dim);
        return;
    }
    let tall = usize::from(area.height.saturating_sub(2));
    for (gap, y) in gaps.iter().take(tall).zip(area.y..) {
        pen.put(x, y, room, gap, Role::Late);
    }
}

fn title(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let c = &state.coverage;
    let grain = c.map.as_ref().map_or("", |m| m.grain.word());
    let how = Short::new().s(c.reach.words()).s(" by the ").s(grain);
    let gaps = c.roster.as_ref().map_or(0, |r| r.gaps());
    let n = i128::try_from(gaps).unwrap_or(0);
    let gaps = match gaps {
        0 => Short::new(),
        1 => Short::new().s("! 1 gap"),
        _ => Short::new().s("! ").n(n).s(" gaps"),
    };
    let gaps = Alarm(gaps);
    let words: [&dyn ErasedShown; 3] = [&"Coverage", &how, &gaps];
    heading(pen, area, &words, state.pane == Pane::Coverage);
}

fn on_call(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let mut x = area.x + 3;
    let end = area.right();
    for (i, part) in state.coverage.on_call.as_str().split(" · ").enumerate() {
        let role = if part.starts_with('!') {
            Role::Late
        } else {
            Role::Text
        };
        if i > 0 {
            x = pen.put(x, area.y, end.saturating_sub(x), " · ", Role::Dim);
        }
        x = pen.put(x, area.y, end.saturating_sub(x), line(part), role);
    }
}

/// The days over the columns, and below them hours, days or weeks as far as there is room.
fn scale(state: &State, pen: &mut Pen<'_>, area: Rect, map: &Map, places: &Places) {
    let mut free = area.x;
    let cursor = places.x(state.coverage.column).unwrap_or(0);
    for (i, x) in places.seen() {
        let Some(column) = map.columns.get(i) else {
            continue;
        };
        let at = local(state, column.from);
        let on = i == state.coverage.column;
        let role = if on { Role::Accent } else { Role::Dim };
        let opens = column.opens || i == places.first;
        if opens {
            let room = places
                .until_next(map, i, area.right())
                .saturating_sub(x + 1);
            pen.put(
                x,
                area.y,
                room.max(2),
                group(map.grain, &at, room),
                Role::Text,
            );
        }
        let label = match map.grain {
            Grain::Hour => Short::new().t(&at, "%H"),
            Grain::Day if places.pitch.cell > 3 => Short::new().t(&at, "%a"),
            Grain::Half | Grain::Day | Grain::Week => Short::new().t(&at, "%-d"),
        };
        let wide = label.columns();
        // Where not every column has room, what the line above does not say, and the one under the cursor.
        let told = match map.grain {
            Grain::Hour | Grain::Half => opens,
            Grain::Day | Grain::Week => wide < places.pitch.cell,
        };
        // The one under the cursor needs the room.
        let beside = x < cursor && cursor <= x + wide;
        if on || (told && x >= free && !beside) {
            pen.put(x, area.y + 1, wide, &label, role);
            free = x + wide + 1;
        }
    }
    if places.first > 0 {
        pen.put(
            area.x + map_names(area.width) - 2,
            area.y + 1,
            1,
            "‹",
            Role::Dim,
        );
    }
    if places.goes_on(map) {
        pen.put_right(area.right(), area.y + 1, 1, "›", Role::Dim);
    }
}

/// What stands over a day, a week of days, or a month of weeks.
fn group(grain: Grain, at: &chrono::DateTime<chrono_tz::Tz>, room: u16) -> Short {
    let form = match (grain, room) {
        (Grain::Hour, 6..) => "%a %-d",
        (Grain::Hour | Grain::Half, _) => "%a",
        (Grain::Day, 6..) => "%-d %b",
        (Grain::Week, _) => "%b",
        _ => "%-d",
    };
    Short::new().t(at, form)
}

type Seen<'a> = (&'a Roster, &'a Map, &'a Places);

fn row(state: &State, pen: &mut Pen<'_>, area: Rect, line: MapLine, seen: Seen<'_>) {
    let (roster, map, places) = seen;
    let name = Rect::new(area.x + 3, area.y, map_names(area.width) - 4, 1);
    match line {
        MapLine::Person(i) => {
            let (Some(person), Some(cells)) = (roster.people.get(i), map.people.get(i)) else {
                return;
            };
            let words = called(state, &person.who);
            pen.put(name.x, name.y, name.width, &words, Role::Text);
            people_cells(state, pen, area.y, person, cells, (map, places));
        }
        MapLine::Heading => {
            pen.put(
                name.x,
                name.y,
                area.width,
                "so many are there for",
                Role::Dim,
            );
        }
        MapLine::Need(i) => {
            let (Some(needed), Some(counts)) = (roster.needs.get(i), map.needs.get(i)) else {
                return;
            };
            let words = need_words(&needed.need);
            let role = match counts.contains(&0) {
                true => Role::Late,
                false => Role::Text,
            };
            pen.put(name.x, name.y, name.width, &words, role);
            for (at, x) in places.seen() {
                let n = counts.get(at).copied().unwrap_or(0);
                need_cell(pen, x, area.y, places.pitch.cell, n);
            }
            say_gaps(pen, area.y, counts, places);
        }
        MapLine::Due => {
            pen.put(name.x, name.y, name.width, "falls due", Role::Text);
            for (at, x) in places.seen() {
                let n = map.due.get(at).copied().unwrap_or(0);
                let there = map.needs.first().and_then(|r| r.get(at)).copied();
                due_cell(pen, x, area.y, places.pitch.cell, n, there.unwrap_or(0));
            }
        }
    }
}

fn need_words(need: &crate::domain::coverage::Need) -> Printable {
    match (&need.tenant, &need.right) {
        (None, None) => Printable::literal("anything"),
        (Some(t), None) => Printable::from(t),
        (None, Some(r)) => line(&r.to_string()),
        (Some(t), Some(r)) => line(&format!("{t} {r}")),
    }
}

/// There a point, away a shade with the name of who stands in, not at work nothing.
fn people_cells(
    state: &State,
    pen: &mut Pen<'_>,
    y: u16,
    person: &Line,
    cells: &[Presence],
    (map, places): (&Map, &Places),
) {
    let mut last_end = None;
    for (at, x) in places.seen() {
        let Some(presence) = cells.get(at) else {
            continue;
        };
        // Between two groups an absence goes on.
        let away = matches!(presence, Presence::Away);
        if let (true, Some(end)) = (away, last_end)
            && end < x
        {
            pen.run(end, y, x - end, "░", Role::Paused);
        }
        last_end = away.then_some(x + places.pitch.cell);
        let (sign, role) = match presence {
            Presence::There => ("·", Role::Dim),
            Presence::Partly => ("▒", Role::Paused),
            Presence::Away => ("░", Role::Paused),
            Presence::Off => (" ", Role::Text),
        };
        // An absence has no blanks in it.
        let wide = match presence {
            Presence::Away => places.pitch.cell,
            _ => places.pitch.ink(),
        };
        pen.run(x, y, wide, sign, role);
    }
    for gone in &person.gone {
        stands_in(state, pen, y, gone, (map, places));
    }
}

/// Who stands in, written over the shade; unmistakable where nobody does.
fn stands_in(
    state: &State,
    pen: &mut Pen<'_>,
    y: u16,
    gone: &Gone,
    (map, places): (&Map, &Places),
) {
    let inside = |c: &crate::domain::roster::Column| gone.from < c.to && gone.to > c.from;
    let mut all = places
        .seen()
        .filter(|(at, _)| map.columns.get(*at).is_some_and(inside))
        .map(|(_, x)| x);
    let Some(first) = all.next() else {
        return;
    };
    let room = all.last().unwrap_or(first) + places.pitch.cell - first;
    let (words, role) = match (gone.cover(), gone.covers.first()) {
        (Some(who), _) => (called(state, who), Role::Paused),
        (None, Some((who, _))) => (
            Printable::join("", [Printable::literal("!"), called(state, who)]),
            Role::Late,
        ),
        (None, None) => (Printable::literal("!nobody"), Role::Late),
    };
    if words.columns() < room {
        pen.put(first + 1, y, room - 1, &words, role);
    } else if words.columns() == room {
        pen.put(first, y, room, &words, role);
    } else if role == Role::Late {
        pen.put(first, y, 1, "!", role);
    }
}

fn need_cell(pen: &mut Pen<'_>, x: u16, y: u16, cell: u16, n: usize) {
    if n == 0 {
        return pen.run(x, y, cell, "!", Role::Late);
    }
    let role = if n == 1 { Role::Text } else { Role::Dim };
    number(pen, x, y, cell, n, role);
}

/// Where a gap is long enough it says so in a word.
fn say_gaps(pen: &mut Pen<'_>, y: u16, counts: &[usize], places: &Places) {
    const WORD: u16 = 6;
    let mut begun: Option<(u16, u16)> = None;
    let closing = places.seen().chain([(usize::MAX, 0)]);
    for (at, x) in closing {
        let gap = counts.get(at) == Some(&0);
        begun = match (gap, begun) {
            (true, None) => Some((x, x + places.pitch.cell)),
            // Between two days there is a blank: the word stands in one of them.
            (true, Some((from, end))) if end == x => Some((from, x + places.pitch.cell)),
            (_, Some((from, end))) => {
                if end - from >= WORD + 2 {
                    pen.put(from + 1, y, WORD, "nobody", Role::Late);
                }
                gap.then_some((x, x + places.pitch.cell))
            }
            (false, None) => None,
        };
    }
}

fn due_cell(pen: &mut Pen<'_>, x: u16, y: u16, cell: u16, n: usize, there: usize) {
    let role = match (n, there) {
        (0, _) => return pen.run(x, y, 1, "·", Role::Dim),
        (_, 0) => Role::Late,
        (n, there) if n > there * 5 => Role::Soon,
        _ => Role::Text,
    };
    number(pen, x, y, cell, n, role);
}

/// A number as far as it fits with a blank before the next; what does not is a plus.
fn number(pen: &mut Pen<'_>, x: u16, y: u16, cell: u16, n: usize, role: Role) {
    let words = Short::new().n(i128::try_from(n).unwrap_or(0));
    if words.columns() < cell || words.columns() == 1 {
        pen.put(x, y, cell, &words, role);
    } else {
        pen.put(x, y, 1, "+", role);
    }
}

/// The month that a day begins, for the calendar.
pub fn same_month(a: chrono::NaiveDate, b: chrono::NaiveDate) -> bool {
    (a.year(), a.month()) == (b.year(), b.month())
}
