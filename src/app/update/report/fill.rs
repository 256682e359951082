//! Filling in: what keys do in the fields of a report.

use keybinds::{Key, KeyInput, Mods};
use tui_textarea::{CursorMove, TextArea};

use crate::app::commands::Action;
use crate::app::state::{Form, is_one_line, is_text};
use crate::domain::report::{
    Draft, Evidence, Field, Impact, Person, Share, Since, WorkspaceRole, check, priority,
};
use crate::domain::text::{Untrusted, line};

use super::super::Turn;
use super::super::composer::{area, input, typeable};

/// The questions about impact.
pub(super) const QUESTIONS: usize = 4;

impl Turn<'_> {
    /// A key in a field that is no command.
    pub fn form_key(&mut self, key: KeyInput) {
        let Some(f) = &self.s.report.form else {
            return;
        };
        match (key.key(), key.mods()) {
            (Key::F1, _) => return self.run(Action::Help, None),
            (Key::Esc, Mods::NONE) if !f.fits.items.is_empty() => {
                self.fits_away();
                return self.lay_form();
            }
            (Key::Esc, Mods::NONE) => return self.leave_form(),
            _ if self.fits_key(key) => return self.lay_form(),
            _ => {}
        }
        match self.s.report.form.as_ref().map(|f| f.at) {
            Some(Field::Steps) => self.steps_key(key),
            Some(field) if is_text(field) => self.text_key(field, key),
            Some(Field::Role) => self.role_key(key),
            Some(Field::Impact) => self.impact_key(key),
            Some(_) => self.evidence_key(key),
            None => {}
        }
    }

    fn text_key(&mut self, field: Field, key: KeyInput) {
        let one_line = is_one_line(field);
        match key.key() {
            Key::Enter if one_line => return self.field(true),
            Key::Up if one_line => return self.field(false),
            Key::Down if one_line => return self.field(true),
            Key::Up | Key::Down => {
                if !self.write_in_form(key) {
                    self.field(key.key() == Key::Down);
                }
                return;
            }
            _ => {}
        }
        self.write_in_form(key);
    }

    /// Gives a key to the text; says whether anything came of it.
    fn write_in_form(&mut self, key: KeyInput) -> bool {
        let Some(area) = self.s.report.form.as_mut().and_then(|f| f.area_mut()) else {
            return false;
        };
        let before = area.cursor();
        let typed = area.input(input(key));
        let moved = area.cursor() != before;
        if typed {
            self.form_typed();
            self.find_fits();
        } else {
            self.fits_away();
        }
        self.lay_form();
        typed || moved
    }

    fn steps_key(&mut self, key: KeyInput) {
        let Some(f) = self.s.report.form.as_mut() else {
            return;
        };
        let last = f.steps.len().saturating_sub(1);
        let step = f.row.min(last);
        let empty = f.steps.get(step).is_none_or(is_blank);
        match key.key() {
            // An empty step is the end of the list.
            Key::Enter if empty && step == last && step > 0 => self.field(true),
            Key::Enter => {
                f.steps.insert(step + 1, area(""));
                f.row = step + 1;
                self.form_typed();
                self.lay_form();
            }
            Key::Backspace if empty && f.steps.len() > 1 => self.drop_step(),
            Key::Up if step > 0 => self.go_to_row(step - 1),
            Key::Down if step < last => self.go_to_row(step + 1),
            Key::Up => self.field(false),
            Key::Down => self.field(true),
            _ => {
                self.write_in_form(key);
            }
        }
    }

    fn role_key(&mut self, key: KeyInput) {
        let Some(f) = self.s.report.form.as_mut() else {
            return;
        };
        let now = f.kept.draft.role;
        let at = now.and_then(|r| WorkspaceRole::ALL.iter().position(|x| *x == r));
        let to = match key.key() {
            Key::Char(digit @ '1'..='9') => WorkspaceRole::ALL
                .get(digit as usize - '1' as usize)
                .copied(),
            Key::Right => WorkspaceRole::ALL
                .get(at.map_or(0, |i| i + 1))
                .copied()
                .or(now),
            Key::Left => WorkspaceRole::ALL
                .get(at.unwrap_or(0).saturating_sub(1))
                .copied(),
            Key::Char('-') | Key::Backspace | Key::Delete => None,
            Key::Enter | Key::Down => return self.field(true),
            Key::Up => return self.field(false),
            _ => return,
        };
        f.kept.draft.role = to;
        self.form_touched();
        // A digit says all there is to say.
        if matches!(key.key(), Key::Char('1'..='9')) && to.is_some() {
            self.field(true);
        }
        self.lay_form();
    }

    fn impact_key(&mut self, key: KeyInput) {
        let Some(f) = self.s.report.form.as_mut() else {
            return;
        };
        let row = f.row;
        let impact = &mut f.kept.draft.impact;
        match key.key() {
            Key::Up if row > 0 => return self.go_to_row(row - 1),
            Key::Up => return self.field(false),
            Key::Enter | Key::Down if row + 1 < QUESTIONS => return self.go_to_row(row + 1),
            Key::Enter | Key::Down => return self.field(true),
            Key::Char(c) if answer_impact(impact, row, c) => {}
            Key::Backspace | Key::Delete if answer_impact(impact, row, '-') => {}
            _ => return,
        }
        self.form_touched();
        match row + 1 < QUESTIONS {
            true => self.go_to_row(row + 1),
            false => self.field(true),
        }
    }

    fn evidence_key(&mut self, key: KeyInput) {
        let Some(f) = self.s.report.form.as_mut() else {
            return;
        };
        let (row, last) = (f.row, f.files.len().saturating_sub(1));
        let toggled = match key.key() {
            Key::Up if row > 0 => return self.go_to_row(row - 1),
            Key::Up => return self.field(false),
            Key::Down if row < last => return self.go_to_row(row + 1),
            Key::Down | Key::Enter => return self.field(true),
            Key::Char(' ') => row,
            Key::Char(digit @ '1'..='9') => digit as usize - '1' as usize,
            _ => return,
        };
        let Some((name, size)) = f.files.get(toggled).cloned() else {
            return;
        };
        let all = &mut f.kept.draft.evidence;
        let before = all.len();
        all.retain(|e| e.name != name);
        if all.len() == before {
            let size = Some(size);
            all.push(Evidence { name, size });
        }
        f.row = toggled;
        self.form_touched();
        self.lay_form();
    }

    /// Text was pasted into a field.
    pub fn paste_in_form(&mut self, text: &str) {
        let Some(f) = self.s.report.form.as_mut() else {
            return;
        };
        let text = typeable(text);
        if f.at == Field::Steps && text.trim().contains('\n') {
            // Each line is a step; their own numbers go.
            let lines = text.lines().map(unnumbered).filter(|l| !l.is_empty());
            let new: Vec<_> = lines.map(area).collect();
            let at = (f.row + 1).min(f.steps.len());
            let many = new.len();
            f.steps.splice(at..at, new);
            f.steps.retain(|s| !is_blank(s));
            f.row = (at + many).min(f.steps.len()).saturating_sub(1);
        } else {
            let one_line = is_one_line(f.at) || f.at == Field::Steps;
            let Some(area) = f.area_mut() else { return };
            if one_line {
                area.insert_str(text.split_whitespace().collect::<Vec<_>>().join(" "));
            } else {
                area.insert_str(text);
            }
        }
        self.form_typed();
        self.find_fits();
        self.lay_form();
    }

    /// The next field, or the one before.
    pub fn field(&mut self, forward: bool) {
        let Some(at) = self.s.report.form.as_ref().map(|f| f.at) else {
            return;
        };
        let all = Field::ALL;
        let place = all.iter().position(|f| *f == at).unwrap_or(0);
        let by = if forward { 1 } else { all.len() - 1 };
        if let Some(to) = all.get((place + by) % all.len()) {
            self.go_to_field(*to);
        }
    }

    /// That field gets the keys.
    pub fn go_to_field(&mut self, field: Field) {
        self.left_field();
        self.focus_field(field);
    }

    /// The same, where none is left.
    pub(super) fn focus_field(&mut self, field: Field) {
        if let Some(f) = self.s.report.form.as_mut() {
            (f.at, f.row) = (field, 0);
            if field == Field::Steps {
                f.row = f.steps.len().saturating_sub(1);
            }
            if let Some(area) = f.area_mut() {
                area.move_cursor(CursorMove::Bottom);
                area.move_cursor(CursorMove::End);
            }
        }
        self.lay_form();
    }

    fn go_to_row(&mut self, row: usize) {
        if let Some(f) = self.s.report.form.as_mut() {
            f.row = row;
        }
        self.fits_away();
        self.lay_form();
    }

    /// The next field that the gate wants, from here on.
    pub fn field_missing(&mut self) {
        self.left_field();
        if !self.field_missing_quietly() {
            self.refuse("nothing is missing; Ctrl-s marks the report complete");
        }
        self.lay_form();
    }

    pub(super) fn field_missing_quietly(&mut self) -> bool {
        let Some(f) = self.s.report.form.as_ref() else {
            return false;
        };
        let missing: Vec<Field> = f.verdict.missing().iter().map(|m| m.field).collect();
        let next = missing.iter().find(|m| **m > f.at).or(missing.first());
        match next {
            Some(field) => {
                self.focus_field(*field);
                true
            }
            None => false,
        }
    }

    /// The field that has the keys is left: what stands in it is read as a whole.
    pub fn left_field(&mut self) {
        self.fits_away();
        let Some(f) = self.s.report.form.as_mut() else {
            return;
        };
        let known = &*self.s.report.known;
        let field = f.at;
        let before = f.kept.draft.clone();
        match field {
            Field::Workspace => {
                let name = f.kept.draft.workspace.name.raw();
                if let Some(full) = crate::domain::report::Known::workspace(known, name) {
                    f.kept.draft.workspace.name = Untrusted::new(full);
                }
            }
            Field::User if !f.kept.draft.user.is_empty() => {
                if let Some(person) = Person::of(&f.kept.draft.user.line(), known) {
                    f.kept.draft.user = person;
                }
            }
            Field::Steps => {
                f.steps.retain(|s| !is_blank(s));
                if f.steps.is_empty() {
                    f.steps.push(area(""));
                }
                f.row = f.row.min(f.steps.len() - 1);
                f.kept.draft.steps = steps(f);
            }
            _ => {}
        }
        f.left.insert(field);
        if f.kept.draft != before {
            if field != Field::Steps {
                f.show(field, self.s.zone);
            }
            self.form_touched();
        } else {
            self.judge();
        }
    }

    /// A step one up or down.
    pub fn move_step(&mut self, down: bool) {
        let Some(f) = self.s.report.form.as_mut().filter(|f| f.at == Field::Steps) else {
            return self.refuse("this moves a step; Tab goes to the steps");
        };
        let to = if down {
            f.row + 1
        } else {
            f.row.wrapping_sub(1)
        };
        if f.row < f.steps.len() && to < f.steps.len() {
            f.steps.swap(f.row, to);
            f.row = to;
            self.form_typed();
        }
        self.lay_form();
    }

    /// Takes a step away.
    pub fn drop_step(&mut self) {
        let Some(f) = self.s.report.form.as_mut().filter(|f| f.at == Field::Steps) else {
            return self.refuse("this deletes a step; Tab goes to the steps");
        };
        if f.row < f.steps.len() {
            let before = f.kept.draft.clone();
            f.steps.remove(f.row);
            f.row = f.row.saturating_sub(1);
            if f.steps.is_empty() {
                f.steps.push(area(""));
            }
            f.taken.push(crate::app::state::Taken {
                fields: vec![Field::Steps],
                before,
            });
        }
        self.form_typed();
        self.lay_form();
    }

    /// The Workspace exists although nobody here has heard of it.
    pub fn confirm_new(&mut self) {
        let Some(f) = self.s.report.form.as_mut() else {
            return;
        };
        f.kept.draft.workspace.confirmed_new = true;
        let known = &*self.s.report.known;
        let wrong =
            crate::domain::report::against(Field::Workspace, &f.kept.draft, known, self.s.now);
        match wrong {
            Some(missing) => {
                f.kept.draft.workspace.confirmed_new = false;
                self.refuse(missing.sentence);
            }
            None => {
                self.form_touched();
                self.refuse("this Workspace is new to us, and taken as it is written");
            }
        }
        self.lay_form();
    }

    /// The text of the field changed.
    pub(super) fn form_typed(&mut self) {
        let (now, zone) = (self.s.now, self.s.zone);
        if let Some(f) = self.s.report.form.as_mut() {
            let text = f.areas.get(&f.at).map(|a| a.lines().join("\n"));
            let text = text.unwrap_or_default();
            let all_steps = steps(f);
            let draft = &mut f.kept.draft;
            match f.at {
                Field::Workspace => {
                    draft.workspace.name = Untrusted::new(text.trim());
                    draft.workspace.confirmed_new = false;
                }
                Field::User => draft.user = Person::parse(&text),
                Field::Steps => draft.steps = all_steps,
                Field::Expected => draft.expected = Untrusted::new(text),
                Field::Actual => draft.actual = Untrusted::new(text),
                Field::Since => {
                    let said = !text.trim().is_empty();
                    draft.since = said.then(|| Since::parse(&text, now, zone));
                }
                Field::Tried => draft.tried = Untrusted::new(text),
                Field::Environment => draft.environment = Untrusted::new(text),
                Field::Role | Field::Impact | Field::Evidence => {}
            }
        }
        self.form_touched();
    }

    /// What the gate says of what stands there now, and what is still worth suggesting.
    pub(super) fn judge(&mut self) {
        let known = &*self.s.report.known;
        let Some(f) = self.s.report.form.as_mut() else {
            return;
        };
        f.verdict = check(&f.kept.draft, known, self.s.now);
        let (value, why) = priority(&f.kept.draft.impact);
        f.priority = line(&format!("priority {}: {why}", value.word()));
        self.lay_form();
    }
}

fn is_blank(area: &TextArea<'_>) -> bool {
    area.lines().iter().all(|l| l.trim().is_empty())
}

/// A line without the number or dash that it began with.
fn unnumbered(text: &str) -> &str {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.get(digits..).unwrap_or(text);
    match rest.strip_prefix(['.', ')', ':']) {
        Some(rest) if digits > 0 => rest.trim(),
        _ => text.strip_prefix(['-', '*', '•']).unwrap_or(text).trim(),
    }
}

/// The steps as they stand in the form.
fn steps(f: &Form) -> Vec<Untrusted> {
    let text = |s: &TextArea<'_>| s.lines().join(" ");
    let all = f.steps.iter().map(text).filter(|t| !t.trim().is_empty());
    all.map(Untrusted::new).collect()
}

/// Answers one of the questions with a key; false if the key is no answer.
fn answer_impact(impact: &mut Impact, question: usize, key: char) -> bool {
    let share = match key {
        '1'..='9' => Some(Share::Some(key as u32 - '0' as u32)),
        'f' => Some(Share::Few),
        'm' => Some(Share::Many),
        'a' => Some(Share::All),
        _ => None,
    };
    let yes = match key {
        'y' => Some(true),
        'n' => Some(false),
        _ => None,
    };
    let clears = key == '-';
    match question {
        0 if share.is_some() || clears => impact.users = share,
        1 if share.is_some() || clears => impact.workspaces = share,
        2 if yes.is_some() || clears => impact.breach = yes,
        3 if yes.is_some() || clears => impact.approved_request = yes,
        _ => return false,
    }
    true
}

impl Form {
    /// Puts into the texts what stands in the draft.
    pub(super) fn show_all(&mut self, zone: chrono_tz::Tz) {
        for field in Field::ALL {
            self.show(*field, zone);
        }
    }

    /// The same for one field; the cursor goes to its end.
    pub(super) fn show(&mut self, field: Field, zone: chrono_tz::Tz) {
        if field == Field::Steps {
            self.steps = self
                .kept
                .draft
                .steps
                .iter()
                .map(|s| area(&one(s)))
                .collect();
            if self.steps.is_empty() {
                self.steps.push(area(""));
            }
            self.row = match self.at {
                Field::Steps => self.row.min(self.steps.len() - 1),
                _ => self.row,
            };
        } else if is_text(field) {
            let text = text_of(&self.kept.draft, field, zone);
            self.areas.insert(field, area(&text));
        }
    }
}

fn one(text: &Untrusted) -> String {
    typeable(text.raw())
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// What stands in a text field, as it is typed.
fn text_of(draft: &Draft, field: Field, zone: chrono_tz::Tz) -> String {
    match field {
        Field::Workspace => one(&draft.workspace.name),
        Field::User => draft.user.line(),
        Field::Expected => typeable(draft.expected.raw()),
        Field::Actual => typeable(draft.actual.raw()),
        Field::Since => draft
            .since
            .as_ref()
            .map_or_else(String::new, |s| s.line(zone)),
        Field::Tried => typeable(draft.tried.raw()),
        Field::Environment => typeable(draft.environment.raw()),
        Field::Role | Field::Steps | Field::Impact | Field::Evidence => String::new(),
    }
}
