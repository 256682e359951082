//! What fits what was typed into a field: Workspaces, people, and what was answered before.

use keybinds::{Key, KeyInput};

use crate::app::state::{Fits, PopupItem, is_one_line};
use crate::domain::report::{Field, Person};
use crate::domain::text::{Printable, line};

use super::super::Turn;

/// From so many letters on what was answered before is offered.
const PAST_FROM: usize = 3;
/// So many fits are offered.
const MOST_FITS: usize = 6;

impl Turn<'_> {
    pub(super) fn fits_away(&mut self) {
        if let Some(f) = self.s.report.form.as_mut() {
            f.fits = Fits::default();
        }
    }

    /// Offers what fits what was typed: Workspaces, people, and what was answered before.
    pub(super) fn find_fits(&mut self) {
        let Some(f) = self.s.report.form.as_ref() else {
            return;
        };
        let typed = f.area().map(|a| a.lines().join(" ")).unwrap_or_default();
        let low = typed.trim().to_lowercase();
        let item = |text: &str, detail: &'static str| PopupItem {
            label: line(text),
            detail: Printable::literal(detail),
            insert: text.to_owned(),
            words: None,
        };
        let report = &self.s.report;
        let holds = |text: &str| text.to_lowercase().contains(&low);
        let mut items: Vec<PopupItem> = match f.at {
            _ if low.is_empty() => Vec::new(),
            Field::Workspace => {
                let all = report.known.workspaces().iter().filter(|w| holds(w));
                all.take(MOST_FITS).map(|w| item(w, "")).collect()
            }
            Field::User => {
                let all = report.known.people().iter().map(Person::line);
                let fit = all.filter(|p| holds(p));
                fit.take(MOST_FITS).map(|p| item(&p, "")).collect()
            }
            _ => Vec::new(),
        };
        let begins = |text: &str| text.to_lowercase().starts_with(&low);
        if low.chars().count() >= PAST_FROM {
            let past = report.past.iter().filter(|(field, _)| *field == f.at);
            let fit = past.filter(|(_, text)| begins(text) && text.trim() != typed.trim());
            items.extend(fit.map(|(_, text)| item(text, "answered before")));
        }
        items.retain(|i| i.insert.to_lowercase() != low);
        items.truncate(MOST_FITS);
        if let Some(f) = self.s.report.form.as_mut() {
            f.fits = Fits { items, on: None };
        }
    }

    /// A key for what fits; false if it means nothing there.
    pub(super) fn fits_key(&mut self, key: KeyInput) -> bool {
        let Some(f) = self.s.report.form.as_mut() else {
            return false;
        };
        let n = f.fits.items.len();
        if n == 0 {
            return false;
        }
        match (key.key(), f.fits.on) {
            (Key::Down, on) => f.fits.on = Some(on.map_or(0, |i| (i + 1) % n)),
            (Key::Up, Some(i)) => f.fits.on = i.checked_sub(1),
            (Key::Enter, Some(_)) => {
                self.take_fit();
                if self
                    .s
                    .report
                    .form
                    .as_ref()
                    .is_some_and(|f| is_one_line(f.at))
                {
                    self.field(true);
                }
            }
            _ => return false,
        }
        true
    }

    /// Puts what fits in the place of what was typed; false where nothing is offered.
    pub(super) fn take_fit(&mut self) -> bool {
        let Some(f) = self.s.report.form.as_mut() else {
            return false;
        };
        let Some(item) = f.fits.items.get(f.fits.on.unwrap_or(0)) else {
            return false;
        };
        let text = item.insert.clone();
        if let Some(old) = f.area_mut() {
            old.select_all();
            old.insert_str(text);
        }
        self.fits_away();
        self.form_typed();
        true
    }
}
