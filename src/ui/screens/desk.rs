//! The open desk: top line, panes, last line, toasts and whatever lies over them.

use ratatui::layout::Rect;

use super::{
    Cursor, coverage, detail, knowledge, outbox, overlay, panes, queue, report, requests, sla,
};
use crate::app::commands::{Action, Command, Context, TABLE};
use crate::app::layout::layout;
use crate::app::state::{Face, Overlay, Pane, State, Tone};
use crate::app::top::top;
use crate::domain::change::Stage;
use crate::domain::register::is_announced;
use crate::domain::text::{Printable, line};
use crate::ui::geometry::geometry;
use crate::ui::pen::{Pen, Short};
use crate::ui::theme::Role;
use crate::ui::widgets::bars::{self, Hint};

/// Draws it; says where the cursor belongs.
pub fn desk(state: &State, pen: &mut Pen<'_>, area: Rect) -> Cursor {
    let g = geometry(state, area);
    bars::top(pen, g.top, &top(state, layout(state).top));
    coverage::banner(state, pen, g.banner);
    if g.main.width > 0 {
        match state.pane {
            Pane::Outbox => outbox::outbox(state, pen, g.main),
            Pane::Audit => panes::audit(state, pen, g.main),
            Pane::Report => report::report(state, pen, g.main),
            Pane::Coverage => coverage::coverage(state, pen, g.main),
            Pane::Knowledge => knowledge::knowledge(state, pen, g.main),
            Pane::Requests => requests::requests(state, pen, g.main),
            Pane::Sla => sla::sla(state, pen, g.main),
            Pane::Queue | Pane::Detail => queue::queue(state, pen, g.main),
        }
    }
    if g.strip.width > 0 {
        sla::strip(state, pen, g.strip);
    }
    if g.detail.width > 0 {
        if state.pane == Pane::Knowledge && state.composer.is_none() {
            knowledge::article(state, pen, g.detail);
        } else {
            detail::detail(state, pen, g.detail);
        }
    }
    if g.composer.width > 0 {
        detail::composer(state, pen, g.composer);
    }
    footer(state, pen, g.footer);
    let mut free = g.body;
    // Not over the text that is written, its files and whether it is on disk.
    let above = g.composer.y.saturating_sub(free.y);
    if g.composer.height > 0 && above >= TOAST_ROWS {
        free.height = above;
    }
    toasts(state, pen, free);
    overlay::overlays(state, pen, area)
}

fn footer(state: &State, pen: &mut Pen<'_>, area: Rect) {
    if state.pending.is_empty() {
        return bars::footer(pen, area, &hints(state));
    }
    let keys = state.pending.iter().fold(Short::new(), |words, key| {
        words.s(line(&key.to_string())).s(" ")
    });
    let x = pen.put(area.x + 1, area.y, area.width - 1, &keys, Role::Accent);
    pen.put(
        x,
        area.y,
        area.right().saturating_sub(x),
        "…   Esc forgets it",
        Role::Dim,
    );
}

/// The keys that matter most where the keys go now, in the table's order.
fn hints(state: &State) -> Vec<Hint> {
    let context = state.context();
    let mut shown: Vec<_> = TABLE
        .iter()
        .filter(|c| c.footer > 0 || closes_request(state, c.action))
        .filter(|c| c.contexts.contains(&context))
        .filter(|c| !(c.action == Action::Open && context == Context::Detail))
        .filter(|c| c.action != Action::Now || state.as_of.is_some())
        .filter(|c| fits_books(state, c.action))
        .filter(|c| {
            context == Context::Form || !matches!(c.action, Action::AskBack | Action::Escalate)
        })
        .filter(|c| context != Context::Coverage || helps_in_coverage(state, c.action))
        .collect();
    shown.sort_by_key(|c| match c.action {
        // Behind filling it in, which it waits for.
        Action::Resolve => 2,
        _ => c.footer,
    });
    let mut hints: Vec<Hint> = shown
        .into_iter()
        .filter(|c| context != Context::Outbox || c.disabled(state).is_none())
        .filter_map(|c| hint(state, c.action, footer_words(state, c)))
        .collect();
    let back = match context {
        Context::Queue | Context::Sla if state.as_of.is_some() => Some("back to now"),
        Context::Composer | Context::Form => Some("back, draft stays"),
        Context::Note => Some("back, it is kept"),
        Context::Queue if !state.queue.marks.is_empty() => Some("clear marks"),
        Context::Queue if !state.queue.filter_text.is_empty() => Some("clear filter"),
        Context::Queue => None,
        _ => Some("back"),
    };
    let back = back.and_then(|words| hint(state, Action::Back, words));
    let before_last = hints.len().saturating_sub(1);
    if let Some(back) = back {
        let at = if matches!(context, Context::Composer | Context::Form | Context::Note) {
            hints.len()
        } else {
            before_last
        };
        hints.insert(at, back);
    }
    hints
}

/// Closing is what the open form of a request is filled in for.
fn closes_request(state: &State, action: Action) -> bool {
    let is_open = state.pane == Pane::Requests && state.requests.open.is_some();
    action == Action::Resolve && is_open
}

/// Whether a key of the panes of requests, registers and articles does something where they are.
fn fits_books(state: &State, action: Action) -> bool {
    use Action::{Add, Answer, Correct, Drop, Editor, Open, Publish, Tell, Tick};
    let r = &state.requests;
    let on_ticket = matches!(
        action,
        Action::Reply | Action::Note | Action::Take | Action::Assign
    );
    match (state.context(), r.register()) {
        (Context::Requests, Some(register)) => match action {
            Open | Tick | Editor => false,
            Tell => is_announced(register),
            _ => !on_ticket,
        },
        (Context::Requests, None) if r.open.is_some() => {
            !matches!(action, Answer | Add | Drop | Tell | Action::Assign)
        }
        (Context::Requests, None) => !matches!(action, Answer | Tick | Editor | Drop | Tell),
        (Context::Knowledge, _) => {
            let article = state.knowledge.selected();
            match action {
                Editor | Drop => false,
                Correct => state.knowledge.from.is_some() && article.is_some(),
                Publish => article.is_some_and(|a| a.is_draft),
                _ => true,
            }
        }
        _ => true,
    }
}

fn hint(state: &State, action: Action, words: &'static str) -> Option<Hint> {
    let keys = state.keymap.keys(action);
    // In a form, a letter alone is text.
    let in_form = state.context() == Context::Form;
    let key = keys.iter().find(|k| !in_form || k.chars().count() > 1)?;
    let key = line(key);
    Some(Hint { key, words })
}

/// A command's name, or better words where the name alone does not say it.
fn footer_words(state: &State, command: &Command) -> &'static str {
    match command.action {
        Action::Open if is_in_conflict(state) => "choose",
        Action::Open if state.pane == Pane::Knowledge => "read",
        Action::Open if state.requests.open.is_some() && state.pane == Pane::Requests => "fill in",
        Action::Answer => "edit",
        Action::Resolve => "close",
        Action::Stale
            if state
                .knowledge
                .selected()
                .is_some_and(|a| a.stale.is_some()) =>
        {
            "is right"
        }
        Action::Rework => "edit",
        Action::Later => "hour ahead",
        Action::LaterDay => "day ahead",
        Action::NextUrgent => "next most urgent",
        Action::PlanAbsence => "plan an absence",
        Action::EditAbsence => "edit",
        Action::PreviewHandover => "preview",
        Action::HandoverNote => "note",
        Action::KeepNote => "save",
        Action::NoteIntoTickets => "into tickets",
        Action::NoteDone => "done",
        Action::Pick if matches!(state.coverage.face, Face::Back(_)) => "take along",
        Action::Pick => "leave or hand over",
        Action::StretchNext => "another cover",
        Action::Apply if matches!(state.coverage.face, Face::Back(_)) => "give back",
        Action::Apply => "hand over",
        Action::UntilAbsence => "end otherwise",
        Action::Open if matches!(state.coverage.face, Face::Plan(_) | Face::Back(_)) => {
            "open the ticket"
        }
        Action::Help => "keys",
        Action::Send => "to the outbox",
        Action::TakeOffer => "take",
        Action::TakeOffers => "take certain",
        Action::FieldMissing => "next missing",
        Action::AskBack => "ask back",
        Action::ToggleVisibility => "public/internal",
        Action::Editor => "editor",
        _ => command.name,
    }
}

/// Whether a key is worth a place in the last line for what the pane of coverage shows.
const fn helps_in_coverage(state: &State, action: Action) -> bool {
    matches!(
        (&state.coverage.face, action),
        (_, Action::Help)
            | (
                Face::Map,
                Action::Open | Action::PlanAbsence | Action::Farther | Action::PreviewHandover
            )
            | (
                Face::Plan(_),
                Action::Pick
                    | Action::StretchNext
                    | Action::Give
                    | Action::Apply
                    | Action::Open
                    | Action::HandoverNote
            )
            | (
                Face::Back(_),
                Action::Pick | Action::Apply | Action::Open | Action::HandoverNote
            )
            | (
                Face::Note(_),
                Action::KeepNote | Action::NoteIntoTickets | Action::EditAbsence
            )
            | (
                Face::Turns,
                Action::UntilAbsence
                    | Action::Open
                    | Action::PlanAbsence
                    | Action::EditAbsence
                    | Action::HandoverNote
            )
    )
}

fn is_in_conflict(state: &State) -> bool {
    let on = state.outbox.selected();
    state.pane == Pane::Outbox && on.is_some_and(|r| r.stage == Stage::Conflict)
}

/// A message that is worth its place has so many rows.
const TOAST_ROWS: u16 = 2;

/// The latest message. It keeps silent while a question about an effect is open.
pub fn toasts(state: &State, pen: &mut Pen<'_>, body: Rect) {
    if matches!(
        state.overlays.last(),
        Some(Overlay::Confirm(_) | Overlay::Conflict(_))
    ) {
        return;
    }
    let Some(toast) = state.toasts.last() else {
        return;
    };
    let tone = match toast.tone {
        Tone::Good => bars::Tone::Good,
        Tone::Note => bars::Tone::Plain,
        Tone::Warning => bars::Tone::Warning,
        Tone::Bad => bars::Tone::Error,
    };
    let mut text = toast.text.clone();
    if toast.countdown {
        let left = (toast.until - state.now).num_seconds().max(0);
        text.push(&Printable::literal(" · "));
        text.push(&Printable::number(left));
        text.push(&Printable::literal(" s"));
    }
    bars::toast(pen, body, tone, &text, toast.hint.as_ref());
}
