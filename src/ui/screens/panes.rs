//! The smaller panes: what falls due, what is on its way, who did what.

use chrono::{DateTime, Timelike};
use chrono_tz::Tz;
use ratatui::layout::Rect;

use crate::app::layout::{SLA_HEAD, sla_first};
use crate::app::state::{Pane, State};
use crate::app::top::count;
use crate::domain::list::{Count, DueMark, Outlook};
use crate::domain::people::AgentId;
use crate::domain::text::Printable;
use crate::ui::pen::{Pen, Short, Shown};
use crate::ui::theme::Role;
use crate::ui::widgets::heading;
use crate::ui::words;

/// A column of the strip: an hour and how many fall due in it.
struct Hour {
    start: DateTime<Tz>,
    due: u32,
}

/// The hours from now on that are open or in which something falls due.
fn hours(state: &State, marks: &[DueMark]) -> Vec<Hour> {
    let mut all: Vec<Hour> = Vec::new();
    for day in &state.sla.days {
        for hour in 0..24 {
            let start = day
                .date
                .and_hms_opt(hour, 0, 0)
                .and_then(|t| t.and_local_timezone(state.zone).earliest());
            let Some(start) = start else {
                continue;
            };
            let (from, to) = (start.to_utc(), start.to_utc() + chrono::TimeDelta::hours(1));
            if to <= state.now {
                continue;
            }
            // The marks stand in order of time.
            let until = |at| marks.partition_point(|m| m.at <= at);
            let due = until(to).saturating_sub(until(from.max(state.now)));
            let open = day.intervals.iter().any(|(a, b)| *a < to && *b > from);
            if open || due > 0 {
                let due = u32::try_from(due).unwrap_or(u32::MAX);
                all.push(Hour { start, due });
            }
        }
    }
    all
}

/// Draws what falls due in the coming working days, hour by hour.
pub fn strip(state: &State, pen: &mut Pen<'_>, area: Rect) {
    heading(
        pen,
        area,
        &[&"SLA", &"next two working days"],
        state.pane == Pane::Sla,
    );
    if area.height < 4 {
        return;
    }
    let Some(outlook) = &state.sla.outlook else {
        let (x, y, w) = (area.x + 1, area.y + 1, area.width.saturating_sub(1));
        match &state.sla.error {
            Some(error) => pen.put(x, y, w, error, Role::Bad),
            None => pen.put(x, y, w, "not here yet …", Role::Dim),
        };
        return;
    };
    let inner = Rect::new(area.x + 1, area.y + 1, area.width.saturating_sub(2), 2);
    scale(state, pen, inner, outlook);
    let last = Rect::new(inner.x, area.y + 3, inner.width, 1);
    people(state, pen, last, outlook);
}

fn scale(state: &State, pen: &mut Pen<'_>, area: Rect, outlook: &Outlook) {
    let (y, end) = (area.y, area.right());
    let mut x = area.x;
    if !matches!(outlook.late, Count::Exact(0) | Count::Unknown) {
        let count = Short::new().s("!! ").s(count(outlook.late));
        let a = pen.put(x, y, 5, "late", Role::Late);
        let b = pen.put(x, y + 1, end.saturating_sub(x), &count, Role::Late);
        x = a.max(b) + 1;
        pen.column(x, y, 2, "║", Role::Rule);
        x += 2;
    }
    let mut day = None;
    for hour in hours(state, &outlook.marks) {
        let date = Some(hour.start.date_naive());
        let (new_day, bar) = (day != date, day.is_some() && day != date);
        let wide = if new_day { 6 } else { 2 };
        if x + wide + if bar { 2 } else { 0 } > end {
            break;
        }
        if bar {
            pen.column(x, y, 2, "║", Role::Rule);
            x += 2;
        }
        day = date;
        let form = if new_day { "%a %H" } else { "%H" };
        let words = Short::new().t(&hour.start, form);
        let at = pen.put(x, y, end - x, &words, Role::Dim).saturating_sub(2);
        let this_hour = hour.start.hour() == words::local(state, state.now).hour()
            && hour.start.to_utc() <= state.now;
        let role = if this_hour { Role::Soon } else { Role::Text };
        match hour.due {
            n @ 0..=3 => pen.run(at, y + 1, u16::try_from(n).unwrap_or(3), "▲", role),
            n => {
                let x = pen.put(at, y + 1, 1, "▲", role);
                pen.put(x, y + 1, 3, Short::new().n(n), role);
            }
        }
        x = at + 4;
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

fn people(state: &State, pen: &mut Pen<'_>, area: Rect, outlook: &Outlook) {
    // Of a large team only those are put in words who can have room: "A 1 · " takes six columns.
    let room = usize::from(area.width / 6) + 1;
    let of = |whole: bool| -> Vec<(Short, Role)> {
        let one = |(who, n): &(Option<AgentId>, u64)| {
            let name = name_of(state, who.as_ref());
            let words = Short::new().s(name).s(" ").s(Printable::grouped(*n));
            let role = if who.is_none() { Role::Text } else { Role::Dim };
            (away(state, who.as_ref(), words, whole), role)
        };
        outlook.load.iter().take(room).map(one).collect()
    };
    let unseen = outlook.load.len().saturating_sub(room);
    // Until when somebody is away is told where it pushes nobody off the line.
    let wide = |all: &[(Short, Role)]| all.iter().map(|(w, _)| w.columns() + 3).sum::<u16>();
    let mut all = of(unseen == 0);
    if unseen == 0 && wide(&all) > area.width {
        all = of(false);
    }
    if let Count::Exact(n @ 1..) = outlook.paused {
        let words = Short::new().s("paused ").s(Printable::grouped(n));
        all.push((words, Role::Dim));
    }
    let (mut x, end) = (area.x, area.right());
    for (i, (words, role)) in all.iter().enumerate() {
        let lead = if i > 0 { " · " } else { "" };
        let left = all.len() - i + unseen;
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
    let away = who.and_then(|w| absences.iter().find(|a| a.agent == *w && a.to > state.now));
    let Some(absence) = away else {
        return words;
    };
    if !whole {
        let now = absence.from <= state.now;
        return if now { words.s(" (away)") } else { words };
    }
    let last = absence.to - chrono::TimeDelta::seconds(1);
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

/// Draws the full pane: the strip, and below it the deadlines one by one.
pub fn sla(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let head = Rect {
        height: area.height.min(4),
        ..area
    };
    strip(state, pen, head);
    let Some(outlook) = &state.sla.outlook else {
        return;
    };
    let (x, end) = (area.x, area.right());
    let top = (area.y + SLA_HEAD).min(area.bottom());
    if outlook.marks.is_empty() && top < area.bottom() {
        pen.put(x + 1, top, area.width - 1, "Nothing falls due.", Role::Dim);
    }
    let key = key_room(outlook.marks.iter().map(|m| &m.key));
    let seen = outlook.marks.iter().enumerate().skip(sla_first(state));
    for ((i, mark), y) in seen.zip(top..area.bottom()) {
        let (sign, role) = if mark.at <= state.now {
            ("!!", Role::Late)
        } else {
            ("", Role::Text)
        };
        cursor_sign(pen, x + 1, y, i == state.sla.cursor);
        pen.put(x + 2, y, 2, sign, role);
        pen.put(x + 5, y, 12, words::when(state, mark.at), role);
        let target = mark.target.map_or("", crate::domain::sla::Target::word);
        pen.put(x + 18, y, 6, target, Role::Dim);
        pen.put(x + 25, y, key, &mark.key, Role::Dim);
        let at = x + 25 + key + 2;
        let who = name_of(state, mark.assignee.as_ref());
        let edge = end.saturating_sub(state.names.widest().clamp(6, 14) + 1);
        pen.put(
            at,
            y,
            edge.saturating_sub(at + 1),
            mark.subject.line(),
            Role::Text,
        );
        pen.put(edge, y, 14, &who, Role::Dim);
    }
}

pub(super) fn cursor_sign(pen: &mut Pen<'_>, x: u16, y: u16, on: bool) {
    if on {
        pen.put(x, y, 1, "▌", Role::Accent);
    }
}

/// The columns that a list gives its tickets' numbers.
pub(super) fn key_room<T: Shown>(keys: impl Iterator<Item = T>) -> u16 {
    keys.map(|k| k.columns()).max().unwrap_or(0).clamp(5, 12)
}

/// Draws the heading of a list that begins with the latest; gives the room below it.
fn latest_first(pen: &mut Pen<'_>, area: Rect, title: &'static str, focused: bool) -> Rect {
    heading(pen, area, &[&title, &"latest first"], focused);
    Rect::new(
        area.x,
        area.y + 1,
        area.width,
        area.height.saturating_sub(1),
    )
}

/// Draws the audit trail.
pub fn audit(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let a = &state.audit;
    let list = latest_first(pen, area, "Audit", state.pane == Pane::Audit);
    let (x, end) = (list.x, list.right().saturating_sub(1));
    if a.rows.is_empty() {
        let none = "Nobody has done anything yet.";
        return note(pen, list, a.error.as_ref(), a.loaded, none);
    }
    let key = key_room(
        a.rows
            .iter()
            .filter_map(|r| r.ticket.as_ref())
            .map(|t| &t.1),
    );
    let seen = a.rows.iter().enumerate().skip(a.top);
    for ((i, row), y) in seen.zip(list.y..list.bottom()) {
        cursor_sign(pen, x + 1, y, i == a.cursor);
        pen.put(x + 3, y, 13, words::when(state, row.at), Role::Dim);
        pen.put(x + 17, y, 10, &row.by, Role::Text);
        if let Some((_, number)) = &row.ticket {
            pen.put(x + 28, y, key, number, Role::Dim);
        }
        let at = x + 28 + key + 2;
        pen.put(at, y, end.saturating_sub(at), &row.what, Role::Text);
    }
}

/// Says why there are no rows.
pub(super) fn note(
    pen: &mut Pen<'_>,
    area: Rect,
    error: Option<&Printable>,
    loaded: bool,
    none: &'static str,
) {
    if area.height == 0 {
        return;
    }
    let (x, w) = (area.x + 3, area.width.saturating_sub(3));
    match (error, loaded) {
        (Some(error), _) => pen.put(x, area.y, w, error, Role::Bad),
        (None, false) => pen.put(x, area.y, w, "not here yet …", Role::Dim),
        (None, true) => pen.put(x, area.y, w, none, Role::Dim),
    };
}
