//! The list of tickets.

use ratatui::layout::Rect;

use crate::app::state::{Pane, QueueRow, State};
use crate::app::top::{ago, as_of, count};
use crate::domain::change::Stage;
use crate::domain::escalation::Stage as Vendor;
use crate::domain::list::{Count, Sort};
use crate::domain::text::line;
use crate::domain::ticket::{Status, TicketId};
use crate::ui::pen::{Pen, Short, Shown};
use crate::ui::theme::Role;
use crate::ui::widgets::queue::{Columns, News, Row, row};
use crate::ui::widgets::{ErasedShown, Loud, heading};
use crate::ui::words;

/// Draws heading and visible rows.
pub fn queue(state: &State, pen: &mut Pen<'_>, area: Rect) {
    if area.height < 2 {
        return;
    }
    title(state, pen, area);
    let rows = Rect::new(area.x, area.y + 1, area.width, area.height - 1);
    let q = &state.queue;
    if q.rows.is_empty() {
        return empty(state, pen, rows);
    }
    let seen = q
        .rows
        .iter()
        .enumerate()
        .skip(q.top)
        .take(usize::from(rows.height));
    let key = seen
        .clone()
        .map(|(_, r)| r.key.columns())
        .max()
        .unwrap_or(5);
    let columns = Columns::of(rows.width, key, state.names.widest());
    for ((i, r), y) in seen.zip(rows.y..) {
        let area = Rect::new(rows.x, y, rows.width, 1);
        row(
            pen,
            area,
            &columns,
            &values(state, columns.shows_status(), r, i == q.cursor),
            &q.words,
        );
    }
}

fn title(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let q = &state.queue;
    let order = match (&q.find, q.sort) {
        (Some(_), _) => "newest first",
        (None, Sort::Due) => "by due",
        (None, Sort::Updated) => "by updated",
        (None, Sort::Priority) => "by priority",
        (None, Sort::Age) => "oldest first",
    };
    let name = match (&q.find, state.views.get(state.active)) {
        (Some(f), _) => Short::new().s("everything with ").s(line(&f.text)),
        (None, Some(view)) => Short::new().s(&view.name),
        (None, None) => Short::new(),
    };
    let filter = if q.filter_text.is_empty() {
        Short::new()
    } else {
        Short::new().s("only ").s(line(&q.filter_text))
    };
    let narrowed = q.find.is_some() || !filter.is_empty();
    let total = if q.loaded && narrowed {
        Short::new().s(count(q.total))
    } else {
        Short::new()
    };
    let marks = match i128::try_from(q.marks.len()) {
        Ok(n @ 1..) => Short::new().n(n).s(" marked"),
        _ => Short::new(),
    };
    let partial = match (q.is_partial(), q.loading) {
        (true, true) => "looking on …",
        (true, false) => "maybe more",
        _ => "",
    };
    let stale = if q.error.is_some() {
        "! not up to date"
    } else {
        ""
    };
    let ahead = Loud(
        state
            .as_of
            .map_or_else(Short::new, |at| Short::new().s(as_of(state, at)).s(" ")),
    );
    let words: [&dyn ErasedShown; 9] = [
        &"Queue", &ahead, &name, &filter, &total, &order, &marks, &partial, &stale,
    ];
    heading(pen, area, &words, state.pane == Pane::Queue);
}

fn empty(state: &State, pen: &mut Pen<'_>, area: Rect) {
    let q = &state.queue;
    let (x, w) = (area.x + 5, area.width.saturating_sub(5));
    let y = area.y + 1.min(area.height - 1);
    if let Some(error) = &q.error {
        pen.put(x, y, w, error, Role::Bad);
        return;
    }
    if q.loaded && nowhere_any(state) {
        return begin(pen, Rect::new(x, y, w, area.bottom().saturating_sub(y)));
    }
    let (what, hint) = if !q.loaded {
        ("not here yet …", "")
    } else if q.is_partial() {
        // Not known is not empty: nothing was found in what was looked at so far.
        match (q.loading, q.find.is_some() || !q.filter_text.is_empty()) {
            (true, true) => (
                "Nothing yet; looking through the rest …",
                "One more word narrows it; Esc gives up.",
            ),
            (true, false) => ("Nothing yet; looking through the rest …", ""),
            (false, _) => (
                "Nothing so far, but not all was looked at.",
                "R looks again.",
            ),
        }
    } else if q.find.is_some() {
        (
            "Nothing has these words.",
            "Esc goes back to where you were.",
        )
    } else if !q.filter_text.is_empty() {
        ("No ticket fits the filter.", "Esc clears it.")
    } else {
        (
            "Nothing here: this view is empty.",
            "[ and ] go to the other views.",
        )
    };
    pen.put(x, y, w, what, Role::Text);
    if y + 1 < area.bottom() {
        pen.put(x, y + 1, w, hint, Role::Dim);
    }
}

/// No view has a ticket, and nothing narrows the list: the desk itself is empty.
fn nowhere_any(state: &State) -> bool {
    let q = &state.queue;
    q.find.is_none()
        && q.filter_text.is_empty()
        && state.views.iter().all(|v| v.count == Count::Exact(0))
}

/// What to do with an empty desk.
fn begin(pen: &mut Pen<'_>, area: Rect) {
    let rows = [
        ("", "There are no open tickets here.", Role::Text),
        ("", "", Role::Dim),
        (
            "deskhand import FILE",
            "brings tickets in from a file",
            Role::Dim,
        ),
        ("deskhand new", "makes one", Role::Dim),
        ("deskhand demo", "shows how it looks with many", Role::Dim),
        ("", "", Role::Dim),
        ("", "Type these in a shell; R looks again.", Role::Dim),
        ("", "/ finds tickets that are closed.", Role::Dim),
    ];
    for ((command, words, role), y) in rows.into_iter().zip(area.y..area.bottom()) {
        let mut x = area.x;
        if !command.is_empty() {
            pen.put(x, y, area.width, command, Role::Accent);
            x += 24;
        }
        pen.put(x, y, area.right().saturating_sub(x), words, role);
    }
}

/// What stands beside a subject whose change waits for the person.
fn stuck_note(state: &State, id: TicketId) -> Short {
    Short::new().s(match state.outbox.stuck.get(&id) {
        Some(Stage::Conflict) => "(conflict)",
        _ => "(refused)",
    })
}

fn values<'a>(state: &State, status: bool, r: &'a QueueRow, cursor: bool) -> Row<'a> {
    let t = &r.ticket;
    let touched = match state.queue.sort {
        Sort::Age => t.created,
        _ => t.updated,
    };
    Row {
        marked: state.queue.marks.contains_key(&t.id),
        cursor,
        countdown: &r.countdown,
        differs: !r.other.is_empty(),
        no_promise: if t.status.is_live() {
            "no promise"
        } else {
            "done"
        },
        target: r.target,
        key: &r.key,
        news: match (t.unread, t.changed) {
            (true, _) => News::Unread,
            (_, true) => News::Changed,
            _ => News::Nothing,
        },
        waiting: t.waiting > 0,
        stuck: state.outbox.stuck.get(&t.id).copied(),
        draft: t.draft,
        subject: &r.subject,
        note: match (t.snoozed_until, t.status) {
            _ if state.outbox.stuck.contains_key(&t.id) => stuck_note(state, t.id),
            _ if state.report.answered.contains(&t.id) => {
                Short::new().s("(answered your question)")
            }
            (Some(until), _) if until > state.now => Short::new()
                .s("(until ")
                .s(words::when(state, until))
                .s(")"),
            _ if !r.other.is_empty() => Short::new().s("(").s(&r.other).s(")"),
            _ if t.vendor == Some(Vendor::Resolved) => Short::new().s("(vendor: resolved)"),
            _ if t.vendor.is_some() => Short::new().s("(with vendor)"),
            (_, Status::Pending) if !status => Short::new().s("(waiting: requester)"),
            (_, Status::OnHold) if !status => Short::new().s("(waiting: third party)"),
            _ => Short::new(),
        },
        // What waits for the person, and where else it is.
        firm: state.outbox.stuck.contains_key(&t.id) || t.vendor.is_some(),
        assignee: &r.assignee,
        short: &r.short,
        status: &r.status,
        requester: &r.requester,
        workspace: &r.workspace,
        priority: t.priority,
        age: Short::new().s(ago(touched, state.now)),
        labels: &r.labels,
    }
}
