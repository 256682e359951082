//! How the form lies on the screen: its lines, wrapped when something changes and never in
//! drawing.

use crate::app::layout::{form_rows, form_width};
use crate::app::state::{Form, FormKind, FormLine, State};
use crate::domain::report::{Evidence, Field, Impact, Share, WorkspaceRole, against};
use crate::domain::text::{Printable, Untrusted, block, columns, line, wrap};

use super::super::Turn;
use super::fill::QUESTIONS;

impl Turn<'_> {
    /// Lays the lines anew and keeps what has the keys in sight.
    pub fn lay_form(&mut self) {
        let Some(mut form) = self.s.report.form.take() else {
            return;
        };
        let (width, rows) = (form_width(self.s), form_rows(self.s));
        form.lines = lines(self.s, &form, usize::from(width));
        let block = form
            .lines
            .iter()
            .rposition(|l| l.field == form.at)
            .unwrap_or(0);
        let (first, many) = form.focus();
        // The field's name, what has the keys, and below it what is said of the field.
        let last = block
            .min(first + rows.saturating_sub(1))
            .max(first + many.saturating_sub(1));
        let least = (last + 1).saturating_sub(rows);
        let most = form.lines.len().saturating_sub(rows).max(least);
        form.scroll = form.scroll.min(first).max(least).min(most);
        self.s.report.form = Some(form);
    }
}

fn lines(s: &State, f: &Form, width: usize) -> Vec<FormLine> {
    let mut out = Vec::new();
    for field in Field::ALL {
        let from = out.len();
        let mut put = |kind, row, text| {
            let field = *field;
            out.push(FormLine {
                field,
                kind,
                row,
                text,
            });
        };
        for (i, (row, text)) in value(f, *field, width).into_iter().enumerate() {
            let kind = if i == 0 {
                FormKind::Head
            } else {
                FormKind::More
            };
            put(kind, row, text);
        }
        said_of(s, f, *field, width, &mut put);
        if f.at == *field && out.len() > from {
            out.push(FormLine {
                field: *field,
                kind: FormKind::Blank,
                row: usize::MAX,
                text: Printable::empty(),
            });
        }
    }
    out
}

/// What stands in a field, by step, question or file; at least one line.
fn value(f: &Form, field: Field, width: usize) -> Vec<(usize, Printable)> {
    let here = f.at == field;
    let wrapped = |row: usize, text: &str, room: usize| -> Vec<(usize, Printable)> {
        let lines = wrap(&block(text), room.max(8));
        let lines = if lines.is_empty() {
            vec![Printable::empty()]
        } else {
            lines
        };
        lines.into_iter().map(|l| (row, l)).collect()
    };
    match field {
        Field::Steps => {
            let steps = f.steps.iter().enumerate();
            steps
                .flat_map(|(i, s)| wrapped(i, &s.lines().join(" "), width.saturating_sub(4)))
                .collect()
        }
        Field::Role if here => {
            let names = WorkspaceRole::ALL.iter().enumerate().map(|(i, role)| {
                let sign = if f.kept.draft.role == Some(*role) {
                    "●"
                } else {
                    "○"
                };
                format!("{sign} {} {}", i + 1, role.word())
            });
            packed(names, width)
        }
        Field::Role => {
            let role = f.kept.draft.role.map_or("", WorkspaceRole::word);
            vec![(0, Printable::literal(role))]
        }
        Field::Impact if here => (0..QUESTIONS)
            .map(|q| (q, block(&question(&f.kept.draft.impact, q))))
            .collect(),
        Field::Impact => wrapped(0, &f.kept.draft.impact.lines().join(", "), width),
        Field::Evidence => evidence(f, here),
        _ => {
            let text = f.areas.get(&field).map(|a| a.lines().join("\n"));
            wrapped(0, &text.unwrap_or_default(), width)
        }
    }
}

/// Choices side by side, as many on a row as fit: none is broken.
fn packed(choices: impl Iterator<Item = String>, width: usize) -> Vec<(usize, Printable)> {
    let mut rows: Vec<String> = Vec::new();
    for choice in choices {
        match rows.last_mut() {
            Some(row) if columns_of(row) + 3 + columns_of(&choice) <= width => {
                row.push_str("   ");
                row.push_str(&choice);
            }
            _ => rows.push(choice),
        }
    }
    rows.iter().map(|row| (0, block(row))).collect()
}

fn columns_of(text: &str) -> usize {
    usize::from(columns(text))
}

/// A question about impact with its answer.
fn question(impact: &Impact, question: usize) -> String {
    let share = |share: Option<Share>| match share {
        None => "-".to_owned(),
        Some(Share::All) => "all".to_owned(),
        Some(Share::Percent(p)) => format!("{p} %"),
        Some(Share::Of { hit, all }) => format!("{hit} of {all}"),
        Some(Share::Some(n)) => n.to_string(),
        Some(Share::Few) => "a few".to_owned(),
        Some(Share::Many) => "more than 20 %".to_owned(),
    };
    let yes = |yes: Option<bool>| match yes {
        None => "-",
        Some(true) => "yes",
        Some(false) => "no",
    };
    match question {
        0 => format!("users without service        {}", share(impact.users)),
        1 => format!("Workspaces without service   {}", share(impact.workspaces)),
        2 => format!("a breach is suspected        {}", yes(impact.breach)),
        _ => format!(
            "approved, outside the SLA    {}",
            yes(impact.approved_request)
        ),
    }
}

/// The files: those of the ticket, to be picked, and others that are spoken of.
fn evidence(f: &Form, here: bool) -> Vec<(usize, Printable)> {
    let picked = &f.kept.draft.evidence;
    let has = |name: &Untrusted| picked.iter().any(|e: &Evidence| e.name == *name);
    let told = picked
        .iter()
        .filter(|e| !f.files.iter().any(|(n, _)| *n == e.name));
    let told = told.map(|e| e.name.line());
    if !here {
        let names = picked.iter().map(|e| e.name.line());
        return vec![(0, Printable::join(", ", names))];
    }
    let mut lines: Vec<Printable> = f
        .files
        .iter()
        .map(|(name, size)| {
            let sign = if has(name) { "[x]" } else { "[ ]" };
            line(&format!(
                "{sign} {} ({})",
                name.line(),
                Printable::bytes(*size)
            ))
        })
        .collect();
    lines.extend(told.map(|name| line(&format!("[x] \"{name}\""))));
    if lines.is_empty() {
        lines.push(Printable::empty());
    }
    lines.into_iter().enumerate().collect()
}

/// What is said below a field: what fits, what is wrong and why that matters, what is suggested,
/// and a word of help while nothing stands there.
fn said_of(
    s: &State,
    f: &Form,
    field: Field,
    width: usize,
    put: &mut impl FnMut(FormKind, usize, Printable),
) {
    let here = f.at == field;
    let mut say = |kind, text: &str, most: usize| {
        for row in wrap(&line(text), width.max(8)).into_iter().take(most) {
            put(kind, usize::MAX, row);
        }
    };
    if here {
        for (i, item) in f.fits.items.iter().enumerate() {
            let text = Printable::join("  ", [item.label.clone(), item.detail.clone()]);
            say(FormKind::Fits(f.fits.on == Some(i)), &text, 1);
        }
        if field == Field::Since
            && let Some(at @ crate::domain::report::Since::At(_)) = &f.kept.draft.since
        {
            say(FormKind::Hint, &format!("= {}", at.line(s.zone)), 1);
        }
    }
    let wrong = against(field, &f.kept.draft, &*s.report.known, s.now);
    match wrong.filter(|_| f.left.contains(&field)) {
        Some(missing) => {
            say(FormKind::Wrong, &format!("✗ {}", missing.sentence), 3);
            if here {
                say(FormKind::Why, &format!("  why: {}", missing.why), 2);
            }
            if here && missing.is_ours() {
                say(FormKind::Hint, "  Ctrl-g confirms that it is new to us", 1);
            }
        }
        None if here && (!f.kept.draft.has(field) || !has_text(field)) => {
            say(FormKind::Hint, hint(f, field), 2);
        }
        None => {}
    }
    if !here {
        return;
    }
    let mut offers = f.offers_for(field).filter(|o| f.is_news(o));
    if let Some(offer) = offers.next() {
        let value = offer.suggestion.value.words(s.zone).replace('\n', "  ");
        let answers = if offer.answers {
            "your question is answered: "
        } else {
            ""
        };
        say(FormKind::Offer, &format!("» {answers}{value}"), 4);
        let words = offer.words.line();
        let from = format!("  from \"{words}\" · {}", offer.suggestion.reason);
        say(FormKind::Why, &from, 2);
        let more = match offers.count() {
            0 => "  Ctrl-y takes it, Ctrl-x does not".to_owned(),
            n => format!("  Ctrl-y takes it, Ctrl-x shows the next ({n} more)"),
        };
        say(FormKind::Hint, &more, 1);
    }
}

const fn has_text(field: Field) -> bool {
    crate::app::state::is_text(field)
}

/// What a field wants, in a few words.
fn hint(f: &Form, field: Field) -> &'static str {
    match field {
        Field::Workspace => "its name, or a part of it: dws-3049-AUBioLab",
        Field::User => "whom it happens to: a name or an address",
        Field::Role => "1 to 6, - for not known",
        Field::Steps => "one act a step; Enter begins the next",
        Field::Expected => "what should have happened",
        Field::Actual => "what happened instead; the message to the word",
        Field::Since => "yesterday 14:00, 2026-11-23, or always",
        Field::Impact if f.row < 2 => "1-9 so many, f a few, m more than 20 %, a all, - not known",
        Field::Impact => "y yes, n no, - not known",
        Field::Tried => "what was tried already, and what came of it",
        Field::Environment => "version, system or VM",
        Field::Evidence if f.files.is_empty() => "the ticket has no files",
        Field::Evidence => "Space or its number picks a file of the ticket",
    }
}
