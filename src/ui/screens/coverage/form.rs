//! An absence that is being entered: months side by side, and below them who, why, who stands in, how often.

use chrono::{Datelike, Days, Months, NaiveDate};
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::map::same_month;
use crate::app::state::{AbsenceForm, Part, State};
use crate::domain::absence::Why;
use crate::domain::text::{Printable, wrap};
use crate::ui::pen::{Pen, Short};
use crate::ui::screens::Cursor;
use crate::ui::screens::ask::typed;
use crate::ui::theme::Role;
use crate::ui::widgets::{boxed, centred};

/// A month's columns, the gap behind it included, and its rows.
const MONTH: u16 = 23;
const MONTH_ROWS: u16 = 8;
/// Where fields begin.
const FIELD: u16 = 10;

/// Draws it; says where the cursor belongs.
pub fn form(state: &State, pen: &mut Pen<'_>, area: Rect, f: &AbsenceForm) -> Cursor {
    let wide = area.width.saturating_sub(4).min(MONTH * 4 + 3);
    let tall = area.height.saturating_sub(2).min(24);
    let title = match f.was {
        Some(_) => "Change the absence · Tab next, Enter keeps, Esc leaves",
        None => "Plan an absence · Tab next, Enter keeps, Esc leaves",
    };
    let inner = boxed(pen, centred(area, wide, tall), title, Role::Rule);
    if inner.height < 12 {
        return None;
    }
    let shown = (inner.width + 3) / MONTH;
    let first = f.first_month(u32::from(shown.max(1)));
    // On a low screen the weeks after the one under the cursor give way to the fields.
    let rows = MONTH_ROWS.min(inner.height.saturating_sub(10)).max(3);
    for i in 0..shown {
        let month = first.checked_add_months(Months::new(u32::from(i)));
        let at = Rect::new(inner.x + i * MONTH, inner.y, MONTH - 3, rows);
        if let Some(month) = month {
            self::month(state, pen, at, month, f);
        }
    }
    let fields = Rect {
        y: inner.y + rows,
        height: inner.height - rows,
        ..inner
    };
    self::fields(pen, fields, f)
}

fn month(state: &State, pen: &mut Pen<'_>, area: Rect, month: NaiveDate, f: &AbsenceForm) {
    let name = Short::new().s(month_name(month)).s(" ").n(month.year());
    pen.put(area.x, area.y, area.width, &name, Role::Strong);
    pen.put(
        area.x,
        area.y + 1,
        area.width,
        "Mo Tu We Th Fr Sa Su",
        Role::Dim,
    );
    let lead = u64::from(month.weekday().num_days_from_monday());
    let start = month.checked_sub_days(Days::new(lead)).unwrap_or(month);
    let weeks = area.height.saturating_sub(2);
    // The week under the cursor is seen, however low the screen is.
    let skip = match same_month(f.day, month) {
        true => {
            let week = u16::try_from((f.day - start).num_days() / 7).unwrap_or(0);
            (week + 1).saturating_sub(weeks)
        }
        false => 0,
    };
    for row in 0..weeks {
        for column in 0..7 {
            let n = u64::from(row + skip) * 7 + column;
            let Some(day) = start.checked_add_days(Days::new(n)) else {
                continue;
            };
            if !same_month(day, month) {
                continue;
            }
            let x = area.x + u16::try_from(column).unwrap_or(0) * 3;
            one_day(state, pen, x, area.y + 2 + row, day, f);
        }
    }
}

fn month_name(month: NaiveDate) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let at = usize::try_from(month.month0()).unwrap_or(0);
    NAMES.get(at).copied().unwrap_or_default()
}

fn one_day(state: &State, pen: &mut Pen<'_>, x: u16, y: u16, day: NaiveDate, f: &AbsenceForm) {
    let (from, to) = f.span();
    let inside = from <= day && day <= to && (f.from.is_some() || f.day == day);
    let works = state.calendar.is_working_date(day);
    let role = match (inside, works) {
        (true, _) => Role::Accent,
        (false, true) => Role::Text,
        (false, false) => Role::Dim,
    };
    let mut look = pen.look(role);
    if inside {
        look = look.add_modifier(Modifier::REVERSED);
    }
    if day == f.day && f.part == Part::Days {
        look = look.add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
    }
    let number = Short::new()
        .s(if day.day() < 10 { " " } else { "" })
        .n(day.day());
    pen.put_styled(x, y, 2, &number, look);
    // Brackets where colours cannot say it.
    let edge = match (
        day == f.day && f.part == Part::Days,
        f.others.contains_key(&day),
    ) {
        (true, _) => "‹",
        (false, true) => "°",
        (false, false) if day == f.today => "'",
        _ => "",
    };
    pen.put(x + 2, y, 1, edge, Role::Dim);
}

fn fields(pen: &mut Pen<'_>, area: Rect, f: &AbsenceForm) -> Cursor {
    let mut cursor = None;
    let mut y = area.y;
    let hint = match f.part {
        Part::Days => "h l day  j k week  [ ] month  Space first and last  ° somebody is away",
        Part::Hours => "13:00-17:00; nothing: whole days",
        Part::Who => "who is away",
        Part::Why => "h l chooses; colleagues see the word, nothing more",
        Part::Cover => "the preferred one first: ben cleo:tenant=umc+sra,right=new-user",
        Part::Every => "every friday, every 2 weeks until 2027-03-01; nothing: once",
    };
    pen.put(area.x, y, area.width, hint, Role::Dim);
    y += 1;
    for (part, name) in Part::ALL.into_iter().skip(1) {
        if y >= area.bottom() {
            return cursor;
        }
        let on = f.part == part;
        let role = if on { Role::Accent } else { Role::Dim };
        pen.put(area.x, y, 1, if on { "▌" } else { "" }, Role::Accent);
        pen.put(area.x + 2, y, FIELD - 2, name, role);
        let line = Rect::new(area.x + FIELD, y, area.width.saturating_sub(FIELD), 1);
        let input = match part {
            Part::Hours => &f.hours,
            Part::Who => &f.who,
            Part::Cover => &f.cover,
            Part::Every => &f.every,
            Part::Why | Part::Days => {
                whys(pen, line, f.why, on);
                y += 1;
                continue;
            }
        };
        let at = typed(pen, line, "", input);
        if on {
            cursor = at;
            offers(pen, line, f, at);
        }
        y += 1;
    }
    said(
        pen,
        Rect::new(area.x, y, area.width, area.bottom().saturating_sub(y)),
        f,
    );
    cursor
}

/// What goes on from the word, behind it: Tab puts in the first.
fn offers(pen: &mut Pen<'_>, line: Rect, f: &AbsenceForm, cursor: Cursor) {
    let Some((x, _)) = cursor else { return };
    let mut x = x + 2;
    for (i, s) in f.suggestions.iter().enumerate() {
        if i == 0 {
            x = pen.put(x, line.y, line.right().saturating_sub(x), "Tab ", Role::Dim);
        }
        let role = if i == 0 { Role::Strong } else { Role::Dim };
        x = pen.put(x, line.y, line.right().saturating_sub(x), &s.label, role) + 2;
    }
}

fn whys(pen: &mut Pen<'_>, line: Rect, on: Why, focused: bool) {
    let mut x = line.x;
    for (why, word) in Why::ALL {
        let chosen = *why == on;
        let role = match (chosen, focused) {
            (true, true) => Role::Accent,
            (true, false) => Role::Text,
            (false, _) => Role::Dim,
        };
        let words = if chosen {
            Short::new().s("[").s(*word).s("]")
        } else {
            Short::new().s(" ").s(*word).s(" ")
        };
        x = pen.put(x, line.y, line.right().saturating_sub(x), &words, role) + 1;
    }
}

/// What it is in words, what is wrong with it, and what is worth knowing.
fn said(pen: &mut Pen<'_>, area: Rect, f: &AbsenceForm) {
    let room = usize::from(area.width);
    let mut rows: Vec<(Printable, Role)> = Vec::new();
    let mut add = |sign: &'static str, words: &Printable, role: Role| {
        let whole = Printable::join("", [Printable::literal(sign), words.clone()]);
        rows.extend(wrap(&whole, room).into_iter().map(|r| (r, role)));
    };
    match &f.error {
        Some(why) => add("✗ ", why, Role::Bad),
        None => add("", &f.words, Role::Strong),
    }
    for doubt in &f.doubts {
        add("! ", doubt, Role::Soon);
    }
    for ((words, role), y) in rows.iter().zip(area.y..area.bottom()) {
        pen.put(area.x, y, area.width, words, *role);
    }
}
