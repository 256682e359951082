//! The form of a report, and beside a ticket how far its report is.

use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::panes::note;
use crate::app::layout::{FORM_LABEL, form_rows};
use crate::app::state::{Form, FormKind, FormLine, Look, Pane, State};
use crate::domain::report::{Field, Verdict};
use crate::domain::text::{Printable, line};
use crate::ui::pen::{Pen, Short};
use crate::ui::theme::Role;
use crate::ui::widgets::heading;

/// Columns of a step's number.
const NUMBER: u16 = 4;

/// Draws the pane.
pub fn report(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let focused = state.pane == Pane::Report && state.composer.is_none();
    let below = Rect::new(
        area.x,
        area.y + 1,
        area.width,
        area.height.saturating_sub(1),
    );
    let Some(form) = &state.report.form else {
        heading(pen, area, &[&"Report"], focused);
        let shown = &state.report;
        let loaded = shown.loaded || shown.ticket.is_none();
        let none = "No report is open. 4 on a ticket opens its report, n begins one.";
        return note(pen, below, shown.error.as_ref(), loaded, none);
    };
    let whose = match &form.key {
        Some(key) => Short::new().s("#").s(key),
        None => Short::new().s("becomes a ticket"),
    };
    heading(pen, area, &[&"Report", &whose, &meter(form)], focused);
    fields(state, pen, below, form);
    foot(pen, area, form);
}

fn meter(form: &Form) -> Printable {
    match &form.kept.through {
        Some(through) if through.reason.is_some() => {
            Printable::literal("goes on without being complete")
        }
        Some(_) => Printable::literal("✓ marked complete"),
        None => line(&form.verdict.line()),
    }
}

fn fields(state: &State, pen: &mut Pen<'_>, area: Rect, form: &Form) {
    let rows = form_rows(state);
    let seen = form.lines.iter().skip(form.scroll).take(rows);
    for (l, y) in seen.zip(area.y..area.bottom()) {
        form_line(pen, Rect::new(area.x, y, area.width, 1), form, l);
    }
    typed(state, pen, area, form);
}

fn form_line(pen: &mut Pen<'_>, area: Rect, form: &Form, l: &FormLine) {
    let (x, y, right) = (area.x, area.y, area.right().saturating_sub(1));
    let here = form.at == l.field;
    let mut at = x + FORM_LABEL;
    if l.kind == FormKind::Head {
        let (sign, role) = sign(form, l.field);
        if here {
            pen.put(x, y, 1, "▌", Role::Accent);
        }
        pen.put(x + 1, y, 1, sign, role);
        let role = if here { Role::Accent } else { Role::Strong };
        pen.put(x + 3, y, FORM_LABEL - 4, l.field.word(), role);
    }
    let value = matches!(l.kind, FormKind::Head | FormKind::More);
    if value && l.field == Field::Steps {
        step_number(pen, at, y, form, l);
        at += NUMBER;
    }
    if value && here && matches!(l.field, Field::Impact | Field::Evidence) && l.row == form.row {
        pen.put(at - 2, y, 1, "▸", Role::Accent);
    }
    let role = match l.kind {
        FormKind::Head | FormKind::More => Role::Text,
        FormKind::Wrong => Role::Bad,
        FormKind::Offer => Role::News,
        FormKind::Fits(true) => Role::Accent,
        FormKind::Fits(false) => Role::Text,
        FormKind::Why | FormKind::Hint | FormKind::Blank => Role::Dim,
    };
    if let FormKind::Fits(on) = l.kind {
        pen.put(at - 2, y, 1, if on { "▌" } else { "│" }, Role::Accent);
    }
    pen.put(at, y, right.saturating_sub(at), &l.text, role);
}

/// The number of a step, where it begins.
fn step_number(pen: &mut Pen<'_>, x: u16, y: u16, form: &Form, l: &FormLine) {
    let of_step = |x: &&FormLine| {
        let value = matches!(x.kind, FormKind::Head | FormKind::More);
        x.field == Field::Steps && x.row == l.row && value
    };
    let first = form.lines.iter().find(of_step);
    if first.is_some_and(|first| std::ptr::eq(first, l)) {
        let number = Short::new()
            .n(i128::try_from(l.row + 1).unwrap_or(0))
            .s(".");
        pen.put(x, y, NUMBER - 1, &number, Role::Dim);
    }
}

/// In order, missing, suggested, or empty and not needed: by sign, and by colour.
fn sign(form: &Form, field: Field) -> (&'static str, Role) {
    let missing = form.verdict.missing().iter().any(|m| m.field == field);
    let has = form.kept.draft.has(field);
    let offered = !has && form.offers_for(field).next().is_some();
    match (missing, has, offered) {
        (_, _, true) => ("»", Role::News),
        (true, ..) => ("✗", Role::Bad),
        (false, true, _) => ("✓", Role::Good),
        (false, false, _) => ("·", Role::Dim),
    }
}

/// Where the text that has the keys lies; none: it is out of sight, or no text has them.
fn text_area(form: &Form, area: Rect) -> Option<Rect> {
    form.area()?;
    let (first, many) = form.focus();
    let at = u16::try_from(first.checked_sub(form.scroll)?).ok()?;
    let many = u16::try_from(many).unwrap_or(u16::MAX);
    let indent = match form.at {
        Field::Steps => FORM_LABEL + NUMBER,
        _ => FORM_LABEL,
    };
    let y = area.y.checked_add(at).filter(|y| *y < area.bottom())?;
    let width = area.width.checked_sub(indent + 1)?;
    Some(Rect::new(
        area.x + indent,
        y,
        width,
        many.min(area.bottom() - y),
    ))
}

/// Draws the text that has the keys.
fn typed(state: &State, pen: &mut Pen<'_>, area: Rect, form: &Form) {
    if state.pane != Pane::Report || state.composer.is_some() {
        return;
    }
    let Some(room) = text_area(form, area) else {
        return;
    };
    if let Some(text) = form.area() {
        pen.clear(room);
        text.render(room, pen.buf);
        pen.plain(room);
        pen.gate(room);
    }
}

/// The priority that follows and why; whether it is on disk.
fn foot(pen: &mut Pen<'_>, area: Rect, form: &Form) {
    if area.height < 4 {
        return;
    }
    let y = area.bottom() - 1;
    let (words, role) = match (&form.error, form.touched, form.saved, form.base_at) {
        (Some(error), ..) => (Short::new().s("✗ not on disk: ").s(error), Role::Bad),
        (None, Some(_), ..) => (Short::new().s("draft …"), Role::Dim),
        (None, None, Some(_), _) | (None, None, None, Some(_)) => {
            (Short::new().s("draft saved"), Role::Dim)
        }
        (None, None, None, None) => (Short::new(), Role::Dim),
    };
    let right = area.right().saturating_sub(1);
    let at = pen.put_right(right, y, area.width / 2, &words, role);
    let x = area.x + 1;
    let room = at.saturating_sub(x + 2);
    pen.put(x, y, room, &form.priority, Role::Dim);
}

/// Beside a ticket: which of the fields are in order, and what helps.
pub fn brief(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let Some(look) = &state.report.look else {
        return;
    };
    let (x, end) = (area.x, area.right());
    let y = area.y + 4;
    let mut at = pen.put(x, y, area.width, "report", Role::Strong) + 2;
    // What stands in the form counts, also before it is on disk.
    let form = state.report.form.as_ref();
    let form = form.filter(|f| f.kept.ticket == Some(look.ticket) && !f.is_empty());
    let verdict = form.map_or(&look.verdict, |f| &f.verdict);
    // What only the text says is marked as the form marks it: it waits to be taken.
    let only_told = form.is_none() && look.kept.is_none();
    let wanted = Field::ALL.iter().filter(|f| f.is_required());
    for field in wanted {
        let missing = verdict.missing().iter().any(|m| m.field == *field);
        let (sign, role) = match (missing, only_told) {
            (true, _) => ("✗", Role::Bad),
            (false, true) => ("»", Role::News),
            (false, false) => ("✓", Role::Good),
        };
        at = pen.put(at, y, end.saturating_sub(at), field.word(), Role::Text) + 1;
        at = pen.put(at, y, end.saturating_sub(at), sign, role) + 2;
    }
    let words = what_helps(look, verdict, only_told, requester(state));
    pen.put(x, y + 1, area.width, &words, Role::Dim);
}

fn requester(state: &State) -> Printable {
    let row = state.detail.as_ref().and_then(|d| d.row());
    let name = row.map(|r| r.requester.as_str()).unwrap_or_default();
    match crate::domain::fill::first_name(name) {
        "" => Printable::literal("the requester"),
        name => line(name),
    }
}

fn what_helps(look: &Look, verdict: &Verdict, only_told: bool, requester: Printable) -> Short {
    let words = Short::new().s("        ");
    if look.is_through() {
        return words.s("it went through the gate. 4 shows it.");
    }
    let begun = look.kept.as_ref().is_some_and(|k| k.through.is_none());
    if look.told.answered {
        return words.s("✓ the question is answered. 4 shows what the answer says.");
    }
    if verdict.is_complete() && only_told {
        return words.s("the text says it all. 4 opens the form, Ctrl-a takes it.");
    }
    if verdict.is_complete() {
        return words.s("nothing is missing. 4 opens it, Ctrl-s there marks it complete.");
    }
    let names = verdict
        .missing()
        .iter()
        .map(|m| Printable::literal(m.field.word()));
    let names = Printable::join(", ", names);
    let words = words.s("missing: ").s(names).s(". ");
    match &look.kept {
        Some(kept) if kept.asked.is_some() => words.s(requester).s(" was asked; 4 opens it."),
        _ => {
            let words = words.s("f asks ").s(requester);
            words.s(if begun {
                "; 4 opens it."
            } else {
                "; 4 fills it in."
            })
        }
    }
}
