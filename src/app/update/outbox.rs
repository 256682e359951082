//! Pane 6: what the person makes of a change that the desk does not have; and what the desk
//! cannot do, said before anything is asked.

use keybinds::{Key, KeyInput, Mods};

use crate::app::commands::Action;
use crate::app::effect::Effect;
use crate::app::event::{Answer, Undone};
use crate::app::state::{Conflict, Go, Overlay, Pane, Wanted, Why};
use crate::domain::change::{Act, ChangeId, OutboxRow, Stage};
use crate::domain::conflict::Choice;
use crate::domain::reach::Reach;
use crate::domain::text::{Printable, Untrusted, line};
use crate::domain::thread::Visibility;

use super::{Turn, say};

impl Turn<'_> {
    /// Sends the change under the cursor again. What the requester reads is asked about first.
    pub fn retry(&mut self) {
        let Some(row) = self.s.outbox.selected().cloned() else {
            return;
        };
        let id = row.change.id;
        let public = matches!(
            row.change.act,
            Act::Say {
                visibility: Visibility::Public,
                ..
            }
        );
        if !public {
            return self.fx.push(Effect::Retry(id));
        }
        let mut lines = vec![self.in_words(&row)];
        lines.push(line("The requester gets it as soon as the desk has it."));
        self.confirm(
            &format!("send the reply on #{} again", row.key),
            lines,
            Vec::new(),
            Go::Retry(id),
        );
    }

    /// Takes the change under the cursor back, after a question.
    pub fn withdraw(&mut self) {
        let Some(row) = self.s.outbox.selected().cloned() else {
            return;
        };
        let then = match row.change.act {
            Act::Say { .. } => "Its text becomes a draft again; nothing of it is lost.",
            _ => "The ticket shows again what the desk has.",
        };
        let lines = vec![self.in_words(&row), line(then)];
        let verb = format!("withdraw this change of #{}", row.key);
        self.confirm(&verb, lines, Vec::new(), Go::Withdraw(row.change.id));
    }

    /// The text under the cursor comes back into the editor; the change is withdrawn.
    pub fn rework(&mut self) {
        let Some(id) = self.s.outbox.selected().map(|r| r.change.id) else {
            return;
        };
        if self.s.composer.is_some() {
            return self.refuse("another text is open; Esc leaves it, its draft stays");
        }
        self.s.inner.rework = true;
        self.fx.push(Effect::Withdraw(id));
    }

    /// A change was withdrawn, for good or to be edited.
    pub fn withdrawn(&mut self, answer: Answer<Option<Undone>>) {
        let rework = std::mem::take(&mut self.s.inner.rework);
        match answer {
            Ok(Some(Undone {
                text_back: Some((ticket, visibility)),
                ..
            })) if rework && self.s.composer.is_none() => self.text_back(ticket, visibility),
            Ok(Some(undone)) if !undone.done => {
                self.refuse("it is on its way already; nothing was withdrawn");
            }
            answer => self.undone(answer, "it is on its way already; nothing was withdrawn"),
        }
    }

    fn in_words(&self, row: &OutboxRow) -> Printable {
        let act = say::act(&row.change.act, self.s);
        line(&format!("{act} · {}", row.subject.line()))
    }

    /// How the change under the cursor stands, and why, in full.
    pub fn why_change(&mut self) {
        let Some(row) = self.s.outbox.selected().cloned() else {
            return self.refuse("there is no change under the cursor");
        };
        let mut words = vec![self.in_words(&row)];
        words.push(line(match row.stage {
            Stage::Waiting => "It is on this machine and goes when the desk can be reached.",
            Stage::InFlight => "It was sent; the desk is asked whether it has it.",
            Stage::Confirmed => "The desk has it.",
            Stage::Refused => "The desk said no. Nothing of it is lost.",
            Stage::Conflict => "Somebody else changed the same since; you choose.",
            Stage::Withdrawn => "It was taken back before the desk had it.",
        }));
        words.extend(row.reason.iter().flat_map(lines));
        self.s.overlays.push(Overlay::Why(Why {
            title: line(&format!("Why: the change of #{}", row.key)),
            lines: words,
            scroll: 0,
        }));
    }

    /// The change under the cursor waits for a choice.
    pub fn in_conflict(&self) -> bool {
        let on = self.s.outbox.selected();
        self.s.pane == Pane::Outbox && on.is_some_and(|r| r.stage == Stage::Conflict)
    }

    /// Shows what the desk has beside what ours would make of it.
    pub fn show_conflict(&mut self) {
        let Some(row) = self.s.outbox.selected().cloned() else {
            return;
        };
        let conflict = self.conflict(&row);
        self.s.overlays.push(Overlay::Conflict(conflict));
    }

    fn conflict(&self, row: &OutboxRow) -> Conflict {
        let act = &row.change.act;
        let not_known = || vec![line("not known here; the open ticket shows what is")];
        let theirs = match (&row.theirs, act) {
            (None, Act::Say { .. }) => not_known(),
            // A field that the desk has without a value.
            (None, _) => vec![line("nothing")],
            (Some(text), _) => lines(text),
        };
        let (field, mine) = match act {
            Act::Say {
                body, visibility, ..
            } => (visibility.word(), lines(body)),
            other => (other.field(), vec![line(&say::act(other, self.s))]),
        };
        Conflict {
            change: row.change.id,
            title: line(&format!("#{} {field}: two changes", row.key)),
            subject: row.subject.line(),
            theirs,
            mine,
            says: matches!(act, Act::Say { .. }),
            scroll: 0,
        }
    }

    /// A key while a conflict is shown: only the keys of the choices choose.
    pub fn conflict_key(&mut self, key: KeyInput) {
        let Some(Overlay::Conflict(c)) = self.s.overlays.last_mut() else {
            return;
        };
        match key.key() {
            Key::Down => c.scroll = c.scroll.saturating_add(1),
            Key::Up => c.scroll = c.scroll.saturating_sub(1),
            Key::PageDown => c.scroll = c.scroll.saturating_add(10),
            Key::PageUp => c.scroll = c.scroll.saturating_sub(10),
            Key::Char(k) if !key.mods().contains(Mods::CTRL) => {
                let chosen = c.choices().iter().find(|(key, ..)| *key == k);
                if let Some((_, choice, ..)) = chosen {
                    let change = c.change;
                    self.settle_conflict(change, *choice);
                }
            }
            _ => {}
        }
    }

    fn settle_conflict(&mut self, id: ChangeId, choice: Choice) {
        if matches!(self.s.overlays.last(), Some(Overlay::Conflict(_))) {
            self.s.overlays.pop();
        }
        self.fx.push(Effect::Choose(id, choice));
    }

    /// Settles the conflict under the cursor as the word says, or shows it.
    pub fn choose(&mut self, word: Option<&str>) {
        let Some(row) = self.s.outbox.selected() else {
            return;
        };
        let (id, says) = (row.change.id, matches!(row.change.act, Act::Say { .. }));
        match word {
            None => self.show_conflict(),
            Some("mine") => self.settle_conflict(id, Choice::Mine),
            Some("theirs") => self.settle_conflict(id, Choice::Theirs),
            Some("both") if says => self.settle_conflict(id, Choice::Both),
            Some("both") => self.refuse("a field cannot have both; choose mine or theirs"),
            Some(_) => self.refuse("choose mine, theirs or both"),
        }
    }

    /// Why the desk cannot do what an act stands for, whatever its value; none: it can.
    pub fn beyond(&self, action: Action) -> Option<&'static str> {
        let field = match action {
            Action::Reply => "reply",
            Action::Note => "note",
            Action::Take | Action::Assign | Action::Release => "assignee",
            Action::Status | Action::Resolve => "status",
            Action::Priority => "priority",
            Action::Labels => "label",
            Action::Snooze => "snooze",
            Action::Merge => "merge",
            Action::Link => "link",
            Action::Split => "split",
            _ => return None,
        };
        match self.s.abilities.of_field(field) {
            Reach::No(why) => Some(why),
            Reach::Sent | Reach::Here => None,
        }
    }

    /// Why one of these acts cannot be done at this desk; none: all can.
    pub fn beyond_desk(&self, wants: &[Wanted]) -> Option<&'static str> {
        wants
            .iter()
            .find_map(|w| match self.s.abilities.reach(&w.act) {
                Reach::No(why) => Some(why),
                Reach::Sent | Reach::Here => None,
            })
    }

    /// What of these acts the desk has no place for, in words; empty: it takes all.
    pub fn kept_here(&self, wants: &[Wanted]) -> String {
        let here = |w: &&Wanted| self.s.abilities.reach(&w.act) == Reach::Here;
        match wants.iter().find(here) {
            Some(w) => format!(" · kept on this machine: the desk has no {}", w.act.field()),
            None => String::new(),
        }
    }
}

/// A text line by line.
fn lines(text: &Untrusted) -> Vec<Printable> {
    text.raw().lines().map(line).collect()
}
