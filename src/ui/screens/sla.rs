//! What falls due: the strip of hours, the days against the people who are there, and the deadlines one by one.

use std::ops::Range;

use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz;
use ratatui::layout::Rect;

use super::panes::{cursor_sign, key_room};
use crate::app::layout::{sla_days, sla_first, sla_head};
use crate::app::state::{Pane, State};
use crate::app::top::{as_of, count};
use crate::domain::forecast::{Day, NEAR, Share};
use crate::domain::list::{Count, Outlook};
use crate::domain::people::AgentId;
use crate::domain::sla::Target;
use crate::domain::text::Printable;
use crate::ui::pen::{Pen, Short, Shown};
use crate::ui::theme::Role;
use crate::ui::widgets::{ErasedShown, Loud, heading};
use crate::ui::words;

/// Draws in short what falls due in the next two working days.
pub fn strip(state: &State, pen: &mut Pen<'_>, area: Rect) {
    title(state, pen, area, "next two working days");
    if area.height < 4 {
        return;
    }
    let Some(outlook) = known(state, pen, area) else {
        return;
    };
    let inner = Rect::new(area.x + 1, area.y + 1, area.width.saturating_sub(2), 2);
    scale(state, pen, inner, outlook, NEAR, None);
    let line = Rect::new(inner.x, area.y + 3, inner.width, 1);
    let all = &state.sla.forecast.near_on;
    people(state, pen, line, all, outlook.paused, true);
}

fn title(state: &State, pen: &mut Pen<'_>, area: Rect, what: &'static str) {
    let ahead = state
        .as_of
        .map(|at| Short::new().s(as_of(state, at)).s(" "));
    let ahead = Loud(ahead.unwrap_or_default());
    let words: [&dyn ErasedShown; 3] = [&"SLA", &ahead, &what];
    heading(pen, area, &words, state.pane == Pane::Sla);
}

/// What falls due, once it is here; until then it says so.
fn known<'s>(state: &'s State, pen: &mut Pen<'_>, area: Rect) -> Option<&'s Outlook> {
    if state.sla.outlook.is_none() && area.height > 1 {
        let (x, y, w) = (area.x + 1, area.y + 1, area.width.saturating_sub(1));
        match &state.sla.error {
            Some(error) => pen.put(x, y, w, error, Role::Bad),
            None => pen.put(x, y, w, "not here yet …", Role::Dim),
        };
    }
    state.sla.outlook.as_ref()
}

/// A column of the strip.
struct Column {
    /// When its hour begins.
    from: DateTime<Tz>,
    /// It begins a day.
    opens: bool,
    /// What falls due in it.
    due: Range<usize>,
    /// It is the hour that is shown as now.
    this_hour: bool,
}

impl Column {
    /// The day and the hour where the strip or a day begins, else the hour alone.
    fn label(&self, first: bool) -> Short {
        let form = if first || self.opens { "%a %H" } else { "%H" };
        Short::new().t(&self.from, form)
    }

    /// A bar stands before it.
    const fn bar(&self, first: bool) -> bool {
        self.opens && !first
    }

    /// Its columns of the screen, the bar before it and the gap behind it included.
    fn wide(&self, first: bool) -> u16 {
        self.label(first).columns() + 2 + if self.bar(first) { 2 } else { 0 }
    }
}

fn columns(state: &State, days: usize) -> Vec<Column> {
    let moment = state.moment();
    let mut out: Vec<Column> = Vec::new();
    for day in state.sla.forecast.days.iter().take(days) {
        for (i, hour) in day.hours.iter().enumerate() {
            let until = hour.from + TimeDelta::hours(1);
            out.push(Column {
                from: words::local(state, hour.from),
                opens: i == 0,
                due: hour.due.clone(),
                this_hour: hour.from <= moment && moment < until,
            });
        }
    }
    out
}

/// Draws the hours with their marks: what is late first, then as many hours as there is room for, so that the one
/// of the mark under the cursor is seen.
fn scale(
    state: &State,
    pen: &mut Pen<'_>,
    area: Rect,
    outlook: &Outlook,
    days: usize,
    cursor: Option<usize>,
) {
    let (y, end) = (area.y, area.right());
    let mut x = area.x;
    if !matches!(outlook.late, Count::Exact(0) | Count::Unknown) {
        let number = Short::new().s("!! ").s(count(outlook.late));
        let on = cursor.is_some_and(|at| at < state.sla.forecast.late);
        let role = if on { Role::Accent } else { Role::Late };
        let a = pen.put(x, y, 5, "late", role);
        let b = pen.put(x, y + 1, end.saturating_sub(x), &number, Role::Late);
        x = a.max(b) + 1;
        pen.column(x, y, 2, "║", Role::Rule);
        x += 2;
    }
    let all = columns(state, days);
    let on = cursor.and_then(|at| all.iter().position(|c| c.due.contains(&at)));
    let first = first_column(&all, on, end.saturating_sub(x));
    if first > 0 {
        pen.put(x, y, 1, "‹", Role::Dim);
        x += 2;
    }
    for (i, column) in all.iter().enumerate().skip(first) {
        // Where more hours follow, there is room for the sign that says so.
        let kept = if i + 1 < all.len() { 0 } else { 2 };
        if x + column.wide(i == first) > end + kept {
            pen.put_right(end, y, 1, "›", Role::Dim);
            break;
        }
        if column.bar(i == first) {
            pen.column(x, y, 2, "║", Role::Rule);
            x += 2;
        }
        let role = if on == Some(i) {
            Role::Accent
        } else {
            Role::Dim
        };
        let label = column.label(i == first);
        let next = pen.put(x, y, end.saturating_sub(x), &label, role);
        marks(pen, next.saturating_sub(2), y + 1, column);
        x = next + 2;
    }
}

/// The first column so that the one under the cursor is seen.
fn first_column(all: &[Column], on: Option<usize>, room: u16) -> usize {
    let Some(on) = on else {
        return 0;
    };
    let wide = |first: usize| -> u16 {
        let seen = all.iter().enumerate().take(on + 1).skip(first);
        let all: u16 = seen.map(|(i, c)| c.wide(i == first)).sum();
        all + if first > 0 { 2 } else { 0 }
    };
    let mut first = 0;
    while first < on && wide(first) > room {
        first += 1;
    }
    first
}

fn marks(pen: &mut Pen<'_>, x: u16, y: u16, column: &Column) {
    let role = if column.this_hour {
        Role::Soon
    } else {
        Role::Text
    };
    match column.due.len() {
        n @ 0..=3 => pen.run(x, y, u16::try_from(n).unwrap_or(3), "▲", role),
        n => {
            let next = pen.put(x, y, 1, "▲", role);
            let many = i128::try_from(n.min(99)).unwrap_or(99);
            let more = if n > 99 { "+" } else { "" };
            pen.put(next, y, 3, Short::new().n(many).s(more), role);
        }
    }
}

fn name_of(state: &State, who: Option<&AgentId>) -> Printable {
    let Some(who) = who else {
        return Printable::literal("nobody");
    };
    if *who == state.me {
        return Printable::literal("You");
    }
    state.names.short(who)
}

/// Draws on whom it falls, as many as there is room for. Until when somebody is away is told only where it is asked
/// for, and where it pushes nobody off the line.
fn people(
    state: &State,
    pen: &mut Pen<'_>,
    area: Rect,
    all: &[Share],
    paused: Count,
    until_when: bool,
) {
    // Of a large team only those are put in words who can have room: "A 1 · " takes six columns.
    let room = usize::from(area.width / 6) + 1;
    let of = |whole: bool| -> Vec<(Short, Role)> {
        let one = |share: &Share| {
            let name = name_of(state, share.who.as_ref());
            let words = Short::new().s(name).s(" ").s(Printable::grouped(share.due));
            let role = if share.who.is_none() {
                Role::Text
            } else {
                Role::Dim
            };
            let words = match until_when {
                true => away(state, share.who.as_ref(), words, whole),
                false if share.away => words.s(" (away)"),
                false => words,
            };
            (words, role)
        };
        all.iter().take(room).map(one).collect()
    };
    let unseen = all.len().saturating_sub(room);
    let wide = |all: &[(Short, Role)]| all.iter().map(|(w, _)| w.columns() + 3).sum::<u16>();
    let mut said = of(unseen == 0);
    if unseen == 0 && wide(&said) > area.width {
        said = of(false);
    }
    if let Count::Exact(1..) | Count::AtLeast(_) = paused {
        let words = Short::new().s("paused ").s(count(paused));
        said.push((words, Role::Dim));
    }
    let (mut x, end) = (area.x, area.right());
    for (i, (words, role)) in said.iter().enumerate() {
        let lead = if i > 0 { " · " } else { "" };
        let left = said.len() - i + unseen;
        let more = Short::new()
            .s(lead)
            .n(i128::try_from(left).unwrap_or(0))
            .s(" more");
        // What stands last needs no room for saying what is left out.
        let kept = if left > 1 { more.columns() + 3 } else { 0 };
        if x + lead.columns() + words.columns() + kept > end {
            pen.put(x, area.y, end.saturating_sub(x), &more, Role::Dim);
            return;
        }
        x = pen.put(x, area.y, end - x, lead, Role::Dim);
        x = pen.put(x, area.y, end - x, words, *role);
    }
}

/// Adds until when somebody is away and who stands in.
fn away(state: &State, who: Option<&AgentId>, words: Short, whole: bool) -> Short {
    let absences = &state.vocabulary.absences;
    let moment = state.moment();
    let away = who.and_then(|w| absences.iter().find(|a| a.agent == *w && a.to > moment));
    let Some(absence) = away else {
        return words;
    };
    if !whole {
        let now = absence.from <= moment;
        return if now { words.s(" (away)") } else { words };
    }
    let last = absence.to - TimeDelta::seconds(1);
    let words = words
        .s(" (away ")
        .t(&words::local(state, absence.from), "%a %-d")
        .s("-")
        .t(&words::local(state, last), "%a %-d");
    match &absence.cover {
        Some(cover) => words.s(", cover: ").s(name_of(state, Some(cover))).s(")"),
        None => words.s(", no cover)"),
    }
}

/// Draws the full pane: the strip, the days, and below them the deadlines one by one.
pub fn sla(state: &State, pen: &mut Pen<'_>, area: Rect) {
    title(state, pen, area, "next five working days");
    let Some(outlook) = known(state, pen, area) else {
        return;
    };
    let inner = Rect::new(area.x + 1, area.y + 1, area.width.saturating_sub(2), 2);
    if area.height < 5 {
        return;
    }
    let days = state.sla.forecast.days.len();
    scale(state, pen, inner, outlook, days, Some(state.sla.cursor));
    let line = Rect::new(inner.x, area.y + 3, inner.width, 1);
    match state.as_of {
        Some(_) => until_then(state, pen, line, outlook),
        None => {
            let all = &state.sla.forecast.all_on;
            people(state, pen, line, all, outlook.paused, true);
        }
    }
    let of_days = Rect::new(inner.x, area.y + 4, inner.width, sla_days(state));
    load(state, pen, of_days, outlook);
    let top = (area.y + sla_head(state)).min(area.bottom());
    let list = Rect::new(area.x, top, area.width, area.bottom() - top);
    deadlines(state, pen, list, outlook);
}

/// What will have become late by the moment that is shown.
fn until_then(state: &State, pen: &mut Pen<'_>, area: Rect, outlook: &Outlook) {
    let now = outlook.marks.partition_point(|m| m.at < state.now);
    let then = state.sla.forecast.late.saturating_sub(now);
    let number = |n: usize| Printable::grouped(n as u64);
    let more = if matches!(outlook.late, Count::AtLeast(_)) {
        "+"
    } else {
        ""
    };
    let words = Short::new()
        .s("late by then ")
        .s(count(outlook.late))
        .s(": ")
        .s(number(now))
        .s(" late already, ")
        .s(number(then))
        .s(more)
        .s(" fall due until then");
    pen.put(area.x, area.y, area.width, &words, Role::Strong);
}

/// Draws what is late and each day: how much falls due, how many people are there, on whom it falls.
fn load(state: &State, pen: &mut Pen<'_>, area: Rect, outlook: &Outlook) {
    let forecast = &state.sla.forecast;
    let mut y = area.y;
    if area.height == 0 {
        return;
    }
    let late = forecast.late > 0;
    let role = if late { Role::Late } else { Role::Dim };
    pen.put(area.x, y, DAY, "late", role);
    amount(pen, area, y, count(outlook.late), late, role);
    row_people(state, pen, area, y, &forecast.late_on);
    for day in &forecast.days {
        y += 1;
        if y >= area.bottom() {
            return;
        }
        of_day(state, pen, area, y, day);
    }
}

/// The columns of a day's row: its name, how much falls due, who is there, and on whom it falls.
const DAY: u16 = 7;
const DUE: u16 = 10;
const THERE: u16 = 16;
const PEOPLE: u16 = 30;

fn amount(pen: &mut Pen<'_>, area: Rect, y: u16, n: Printable, any: bool, role: Role) {
    if any {
        pen.put_right(area.x + DUE, y, DUE - DAY + 1, n, role);
    } else {
        pen.put_right(area.x + DUE, y, 1, "-", Role::Dim);
    }
}

fn of_day(state: &State, pen: &mut Pen<'_>, area: Rect, y: u16, day: &Day) {
    let Some(first) = day.hours.first() else {
        return;
    };
    let name = Short::new().t(&words::local(state, first.from), "%a %-d");
    pen.put(area.x, y, DAY, &name, Role::Text);
    let due = day.due();
    amount(pen, area, y, Printable::grouped(due), due > 0, Role::Text);
    if due > 0 {
        pen.put(area.x + DUE + 1, y, 3, "due", Role::Dim);
    }
    let there = i128::try_from(day.there).unwrap_or(0);
    let (words, role) = match (day.there, due) {
        (0, 1..) => (Short::new().s("nobody there"), Role::Late),
        (0, 0) => (Short::new().s("nobody there"), Role::Dim),
        (1.., _) => (Short::new().n(there).s(" there"), Role::Dim),
    };
    pen.put(area.x + THERE, y, PEOPLE - THERE - 1, &words, role);
    row_people(state, pen, area, y, &day.on);
}

fn row_people(state: &State, pen: &mut Pen<'_>, area: Rect, y: u16, on: &[Share]) {
    let room = Rect::new(area.x + PEOPLE, y, area.width.saturating_sub(PEOPLE), 1);
    people(state, pen, room, on, Count::Unknown, false);
}

/// Draws the deadlines one by one.
fn deadlines(state: &State, pen: &mut Pen<'_>, area: Rect, outlook: &Outlook) {
    let (x, end) = (area.x, area.right());
    if outlook.marks.is_empty() && area.height > 0 {
        pen.put(
            x + 1,
            area.y,
            area.width - 1,
            "Nothing falls due.",
            Role::Dim,
        );
    }
    let key = key_room(outlook.marks.iter().map(|m| &m.key));
    let seen = outlook.marks.iter().enumerate().skip(sla_first(state));
    for ((i, mark), y) in seen.zip(area.y..area.bottom()) {
        let (sign, role) = if mark.at < state.moment() {
            ("!!", Role::Late)
        } else {
            ("", Role::Text)
        };
        cursor_sign(pen, x + 1, y, i == state.sla.cursor);
        pen.put(x + 2, y, 2, sign, role);
        pen.put(x + 5, y, 12, words::when(state, mark.at), role);
        let target = mark.target.map_or("", Target::word);
        pen.put(x + 18, y, 6, target, Role::Dim);
        pen.put(x + 25, y, key, &mark.key, Role::Dim);
        let at = x + 25 + key + 2;
        let who = name_of(state, mark.assignee.as_ref());
        let edge = end.saturating_sub(state.names.widest().clamp(6, 14) + 1);
        let room = edge.saturating_sub(at + 1);
        pen.put(at, y, room, mark.subject.line(), Role::Text);
        pen.put(edge, y, 14, &who, Role::Dim);
    }
}
