//! One ticket: its fields, what was said, what changed, and the text being written.

use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::widgets::Widget;

use super::report;
use crate::app::layout::{DETAIL_HEAD, detail_head};
use crate::app::state::{Detail, DetailLine, LineKind, Pane, QueueRow, State, Tab};
use crate::domain::change::Stage as Sent;
use crate::domain::escalation::Stage;
use crate::domain::text::Printable;
use crate::domain::thread::Visibility;
use crate::domain::ticket::Turn;
use crate::ui::pen::{Pen, Short, Shown};
use crate::ui::theme::Role;
use crate::ui::widgets::queue::urgency_role;
use crate::ui::widgets::{ErasedShown, first_seen, heading};

/// Draws the pane.
pub fn detail(state: &State, pen: &mut Pen<'_>, area: Rect) {
    if area.height < 2 {
        return;
    }
    let focused = state.pane == Pane::Detail && state.composer.is_none();
    let Some(detail) = &state.detail else {
        heading(pen, area, &[&"Ticket"], focused);
        let words = "Enter opens the ticket under the cursor.";
        pen.put(
            area.x + 1,
            area.y + 2,
            area.width.saturating_sub(2),
            words,
            Role::Dim,
        );
        return;
    };
    let key = detail
        .row()
        .map_or(Short::new().s("Ticket"), |r| Short::new().s("#").s(&r.key));
    let tab = match detail.tab {
        Tab::Conversation => "",
        Tab::Timeline => "timeline",
    };
    let above = detail_head(state);
    let part = part_seen(detail, area.height.saturating_sub(above));
    let found = match detail.found {
        Some(f) if !detail.words.is_empty() => {
            let n = |n: usize| i128::try_from(n).unwrap_or(i128::MAX);
            Short::new().s("found ").n(n(f.nth) + 1).s("/").n(n(f.of))
        }
        _ => Short::new(),
    };
    heading(pen, area, &[&key, &tab, &part, &found], focused);
    let inner = Rect::new(
        area.x + 1,
        area.y + 1,
        area.width.saturating_sub(2),
        area.height - 1,
    );
    if let Some(row) = detail.row() {
        fields(state, pen, inner, row);
    }
    if above > DETAIL_HEAD {
        report::brief(state, pen, inner);
    }
    let top = area.y + above.min(area.height);
    let body = Rect::new(inner.x, top, inner.width, area.bottom().saturating_sub(top));
    lines(state, pen, body, detail);
}

fn part_seen(detail: &Detail, room: u16) -> Short {
    let (all, room) = (detail.lines().len(), usize::from(room));
    if all <= room {
        return Short::new();
    }
    let last = (detail.scroll + room).min(all);
    Short::new()
        .n(i128::try_from(last * 100 / all).unwrap_or(100))
        .s(" %")
}

fn fields(state: &State, pen: &mut Pen<'_>, area: Rect, row: &QueueRow) {
    let (x, y, w) = (area.x, area.y, area.width);
    if row.subject.is_empty() {
        pen.put(x, y, w, "(no subject)", Role::Dim);
    } else {
        let look = pen.look(Role::Strong);
        pen.put_found(x, y, w, &row.subject, look, &state.queue.words);
    }
    if area.height < 4 {
        return;
    }
    let t = &row.ticket;
    let priority = t.priority.map_or(Short::new().s("no priority"), |p| {
        Short::new().s("prio ").s(p.word())
    });
    let requester = or(&row.requester, "requester not known");
    let first: [(&dyn ErasedShown, Role); 6] = [
        (&requester, Role::Text),
        (&row.tenant, Role::Text),
        (&row.workspace, Role::Text),
        (&priority, Role::Text),
        (&t.kind.word(), Role::Dim),
        (&row.labels, Role::Dim),
    ];
    facts(pen, x, y + 1, w, &first);
    let due = row.target.map_or(Short::new(), |target| {
        let due = Short::new().s(target.long()).s(" ").s(&row.countdown);
        if row.other.is_empty() {
            due
        } else {
            due.s(" (").s(&row.other).s(")")
        }
    });
    let turn = match t.turn {
        Turn::Ours => "our turn",
        Turn::Theirs => "their turn",
        Turn::Nobody => "",
    };
    let who = match row.assignee.as_str() {
        "-" => Short::new().s("nobody's"),
        "You" => Short::new().s("yours"),
        _ => Short::new().s(&row.assignee),
    };
    let moves = match t.reassignments {
        n @ 3.. => Short::new().s("! reassigned ").n(n).s(" times"),
        _ => Short::new(),
    };
    let stuck = state.outbox.stuck.get(&t.id);
    let (waiting, how) = match (stuck, t.waiting > 0, t.draft) {
        (Some(Sent::Conflict), ..) => ("≠ in conflict", Role::Bad),
        (Some(_), ..) => ("✗ refused", Role::Bad),
        (None, true, _) => ("↑ on its way", Role::Soon),
        (None, false, true) => ("✎ draft", Role::Soon),
        (None, false, false) => ("", Role::Soon),
    };
    let answered = match state.report.answered.contains(&t.id) {
        true => "✓ answered your question",
        false => "",
    };
    let second: [(&dyn ErasedShown, Role); 7] = [
        (&row.status, Role::Strong),
        (&answered, Role::News),
        (&who, Role::Text),
        (&due, urgency_role(row.countdown.urgency)),
        (&turn, Role::Text),
        (&moves, Role::Soon),
        (&waiting, how),
    ];
    facts(pen, x, y + 2, w, &second);
    vendor(state, pen, Rect::new(x, y + 3, w, 1));
}

/// How it stands with the vendor, once it was escalated.
fn vendor(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let loaded = state.detail.as_ref().and_then(|d| d.loaded.as_deref());
    let escalation = loaded.and_then(|l| l.thread.vendor.as_deref());
    let Some(e) = escalation.filter(|e| e.stage.is_open()) else {
        return;
    };
    let role = match e.stage {
        Stage::Resolved => Role::Accent,
        _ if e.trouble.is_some() => Role::Bad,
        Stage::There => Role::Text,
        _ => Role::Soon,
    };
    let (x, y) = (area.x, area.y);
    let at = pen.put(x, y, area.width, "vendor: ", Role::Dim);
    let room = area.right().saturating_sub(at);
    let at = pen.put(at, y, room, e.line(state.now), role);
    if e.stage == Stage::Resolved {
        let room = area.right().saturating_sub(at);
        pen.put(at, y, room, " · E brings it back", Role::Dim);
    }
}

fn or(text: &Printable, instead: &'static str) -> Short {
    if text.is_empty() {
        Short::new().s(instead)
    } else {
        Short::new().s(text)
    }
}

fn facts(pen: &mut Pen<'_>, x: u16, y: u16, w: u16, facts: &[(&dyn ErasedShown, Role)]) {
    let end = x + w;
    let mut at = x;
    for (words, role) in facts.iter().filter(|(f, _)| !f.text().is_empty()) {
        if at > x {
            at = pen.put(at, y, end.saturating_sub(at), " · ", Role::Dim);
        }
        at = words.put_on(pen, at, y, end.saturating_sub(at), *role);
    }
}

fn lines(state: &State, pen: &mut Pen<'_>, area: Rect, detail: &Detail) {
    let gone = "The desk has deleted this ticket; it is gone here too.";
    let note: Option<(&dyn ErasedShown, Role)> = match (&detail.error, detail.tab) {
        (Some(error), _) => Some((error, Role::Bad)),
        _ if detail.gone => Some((&gone, Role::Bad)),
        _ if detail.loaded.is_none() => Some((&"not here yet …", Role::Dim)),
        _ if !detail.lines().is_empty() => None,
        (_, Tab::Conversation) => Some((&"Nothing has been said yet.", Role::Dim)),
        (_, Tab::Timeline) => Some((&"Nothing has changed since it came.", Role::Dim)),
    };
    if let Some((words, role)) = note {
        if area.height > 0 {
            words.put_on(pen, area.x, area.y, area.width, role);
        }
        return;
    }
    let current = detail.found.filter(|_| !detail.words.is_empty());
    let seen = detail.lines().iter().enumerate().skip(detail.scroll);
    for ((i, l), y) in seen.zip(area.y..area.bottom()) {
        let row = Rect::new(area.x, y, area.width, 1);
        let found = if detail.words.is_empty() {
            &state.queue.words
        } else {
            &detail.words
        };
        line(pen, row, detail, l, found);
        if current.is_some_and(|f| f.line == i) && row.width > 2 {
            pen.put(row.x + 1, y, 1, "▌", Role::Accent);
        }
    }
}

/// The border of a message: heavy where the requester reads it, dotted where only agents do.
const fn border(visibility: Visibility) -> (&'static str, Role) {
    match visibility {
        Visibility::Public => ("┃", Role::Public),
        Visibility::Internal => ("┊", Role::Internal),
    }
}

fn line(pen: &mut Pen<'_>, area: Rect, detail: &Detail, l: &DetailLine, found: &[String]) {
    let (x, y, w) = (area.x, area.y, area.width);
    let (inner, room) = (x + 2, w.saturating_sub(2));
    let edge = |pen: &mut Pen<'_>, visibility| {
        let (sign, role) = border(visibility);
        pen.put(x, y, 1, sign, role);
    };
    match l.kind {
        LineKind::Blank => {}
        LineKind::Head { .. } => {
            head(pen, area, l);
            let index = l.message.unwrap_or(usize::MAX);
            if detail.is_marked(index) {
                pen.put(x, y, 1, "✓", Role::Mark);
            } else if detail.at == Some(index) {
                pen.put(x, y, 1, "▌", Role::Accent);
            }
        }
        LineKind::Body { visibility } => {
            edge(pen, visibility);
            let look = pen.look(Role::Text);
            pen.put_found(inner, y, room, &l.text, look, found);
        }
        LineKind::Quoted { visibility } | LineKind::Fold { visibility } => {
            edge(pen, visibility);
            pen.put(inner, y, room, &l.text, Role::Quoted);
        }
        LineKind::Attachment { index } => {
            let on = detail.attachment == Some(index);
            let (sign, role) = if on {
                ("▌", Role::Accent)
            } else {
                ("+", Role::Text)
            };
            pen.put(x, y, 1, sign, Role::Accent);
            pen.put(inner, y, room, &l.text, role);
        }
        LineKind::Further => {
            pen.put(x, y, w, &l.text, Role::Dim);
        }
        LineKind::Cut => {
            pen.put(inner, y, room, &l.text, Role::Soon);
        }
        LineKind::Timeline => {
            let right = pen.put_right(x + w, y, room, &l.right, Role::Dim);
            pen.put(x, y, 1, "·", Role::Dim);
            pen.put(
                inner,
                y,
                right.saturating_sub(inner + 1),
                &l.text,
                Role::Text,
            );
        }
        LineKind::Link => {
            pen.put(x, y, 1, "↔", Role::Dim);
            pen.put(inner, y, room, &l.text, Role::Text);
        }
        LineKind::Title => {
            pen.put(x, y, w, &l.text, Role::Strong);
        }
    }
}

/// Who speaks, to whom, and when.
fn head(pen: &mut Pen<'_>, area: Rect, l: &DetailLine) {
    let LineKind::Head {
        visibility,
        requester,
        waiting,
    } = l.kind
    else {
        return;
    };
    let (x, y, inner) = (area.x, area.y, area.x + 2);
    let (sign, role) = border(visibility);
    pen.put(x, y, 1, sign, role);
    let right = pen.put_right(
        area.right(),
        y,
        area.width.saturating_sub(2),
        &l.right,
        Role::Dim,
    );
    let end = right.saturating_sub(1);
    let mut at = pen.put(inner, y, end.saturating_sub(inner), &l.text, Role::Strong);
    let word = match (visibility, requester) {
        (Visibility::Public, true) => "",
        (Visibility::Public, false) => "PUBLIC REPLY",
        (Visibility::Internal, _) => "internal note",
    };
    if !word.is_empty() {
        at = pen.put(at, y, end.saturating_sub(at), " · ", Role::Dim);
        at = pen.put(at, y, end.saturating_sub(at), word, role);
    }
    if waiting {
        pen.put(
            at,
            y,
            end.saturating_sub(at),
            " · ↑ not sent yet",
            Role::Soon,
        );
    }
}

/// Draws the text being written: who will read it is said by word, border and colour.
pub fn composer(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let Some(c) = &state.composer else {
        return;
    };
    if area.height < 4 || area.width < 10 {
        return;
    }
    let (across, down, role, title) = match c.visibility {
        Visibility::Public => (
            "━",
            "┃",
            Role::Public,
            Short::new()
                .s(" PUBLIC REPLY · ")
                .s(or(&c.requester, "the requester"))
                .s(" will read it "),
        ),
        Visibility::Internal => (
            "┄",
            "┊",
            Role::Internal,
            Short::new().s(" internal note · only agents read it "),
        ),
    };
    pen.clear(area);
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    pen.run(area.x, area.y, area.width, across, role);
    pen.run(area.x, bottom, area.width, across, role);
    pen.column(area.x, area.y + 1, area.height - 2, down, role);
    pen.column(right, area.y + 1, area.height - 2, down, role);
    let look = pen.look(role).add_modifier(Modifier::BOLD);
    let at = pen.put_styled(area.x + 2, area.y, area.width - 4, &title, look);
    let key = Short::new().s(" #").s(&c.key).s(" ");
    if right > at + key.columns() + 2 {
        pen.put_right(right - 1, area.y, key.columns(), &key, Role::Dim);
    }
    let (words, role) = match (&c.error, c.touched, c.saved) {
        (Some(error), ..) => (
            Short::new().s(" ✗ draft not on disk: ").s(error).s(" "),
            Role::Bad,
        ),
        (None, Some(_), _) => (Short::new().s(" draft … "), Role::Dim),
        (None, None, Some(_)) => (Short::new().s(" draft saved "), Role::Dim),
        (None, None, None) => (Short::new(), Role::Dim),
    };
    pen.put_right(right - 1, bottom, area.width - 4, &words, role);
    let mut inner = Rect::new(area.x + 2, area.y + 1, area.width - 4, area.height - 2);
    // The files stand below the text and never take more than half of the room.
    let tall = u16::try_from(c.files.len()).unwrap_or(u16::MAX);
    let tall = tall.min(inner.height / 2);
    inner.height -= tall;
    for (file, y) in c.files.iter().rev().zip((inner.bottom()..bottom).rev()) {
        let words = Short::new()
            .s("+ ")
            .s(file.name.line())
            .s(" (")
            .s(Printable::bytes(file.size))
            .s(")");
        pen.put(inner.x, y, inner.width, &words, Role::Accent);
    }
    (&c.area).render(inner, pen.buf);
    pen.plain(inner);
    pen.gate(inner);
    popup(state, pen, inner);
}

fn popup(state: &State, pen: &mut Pen<'_>, inner: Rect) {
    let Some(popup) = state.composer.as_ref().and_then(|c| c.popup.as_ref()) else {
        return;
    };
    let tall = u16::try_from(popup.items.len().clamp(1, 6)).unwrap_or(1);
    let tall = tall.min(inner.height);
    // Titles are longer than names; and there are two things to put in.
    let articles = popup.sign == "??";
    let label = if articles {
        inner.width.saturating_sub(12)
    } else {
        24
    };
    if articles && tall < inner.height && !popup.items.is_empty() {
        let words = "Enter puts in the way to it, Tab its words";
        let y = inner.bottom() - tall - 1;
        pen.clear(Rect::new(inner.x, y, inner.width, 1));
        pen.put(
            inner.x + 2,
            y,
            inner.width.saturating_sub(2),
            words,
            Role::Dim,
        );
    }
    let area = Rect::new(inner.x, inner.bottom() - tall, inner.width, tall);
    pen.clear(area);
    if popup.items.is_empty() {
        let words = match (articles, popup.typed.is_empty()) {
            (true, true) => "words of an article find it",
            (true, false) => "no article has these words",
            (false, _) => "nothing fits",
        };
        let room = area.width.saturating_sub(2);
        pen.put(area.x + 2, area.y, room, words, Role::Dim);
        return;
    }
    let first = first_seen(popup.cursor, popup.items.len(), usize::from(tall));
    let seen = popup.items.iter().enumerate().skip(first);
    for ((i, item), y) in seen.zip(area.y..area.bottom()) {
        let on = i == popup.cursor;
        let role = if on { Role::Accent } else { Role::Text };
        pen.put(area.x, y, 1, if on { "▌" } else { " " }, Role::Accent);
        let at = pen.put(
            area.x + 2,
            y,
            area.width.saturating_sub(2).min(label),
            &item.label,
            role,
        );
        let at = at.max(area.x + 20) + 2;
        pen.put(
            at,
            y,
            area.right().saturating_sub(at),
            &item.detail,
            Role::Dim,
        );
    }
}
