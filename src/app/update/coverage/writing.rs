//! The hand-over note is written in: on disk at each pause, in the person's own editor, and back.

use keybinds::{Key, KeyInput};
use tui_textarea::CursorMove;

use crate::app::commands::Action;
use crate::app::cover::{CoverWish, Noted, TurnOf};
use crate::app::effect::Effect;
use crate::app::event::{Fault, Generation};
use crate::app::inner::{NoteSave, PlanAct};
use crate::app::state::{Face, NoteView, NoteWriting, Tone};
use crate::domain::text::line;
use crate::domain::ticket::TicketKey;

use super::super::Turn;
use super::super::composer::{SAVE_MILLIS, area, input, typeable};
use super::super::draft::RETRY_MILLIS;

impl Turn<'_> {
    /// The note came: what is on its way to the disk is newer than what was read there.
    pub fn show_note(&mut self, mut noted: Noted) {
        let on_disk = noted.edited.clone().unwrap_or_default();
        let saves = self.s.inner.note_saves.iter();
        if let Some(last) = saves.rev().find(|s| s.turn == noted.turn) {
            noted.edited = Some(last.text.clone()).filter(|t| !t.is_empty());
        }
        let text = noted.edited.clone().unwrap_or_else(|| self.made(&noted));
        self.face(Face::Note(Box::new(NoteView {
            noted,
            text,
            on_disk,
            top: 0,
            writing: None,
        })));
    }

    /// From now on keys are text.
    pub fn write_in_note(&mut self) {
        let Face::Note(n) = &mut self.s.coverage.face else {
            return;
        };
        let mut area = area(&n.text);
        let row = u16::try_from(n.top).unwrap_or(u16::MAX);
        area.move_cursor(CursorMove::Jump(row, 0));
        n.writing = Some(NoteWriting {
            area,
            touched: false,
            error: None,
        });
    }

    /// A key while writing that is no command.
    pub fn note_key(&mut self, key: KeyInput) {
        match key.key() {
            Key::Esc => return self.leave_note(),
            Key::F1 => return self.run(Action::Help, None),
            _ => {}
        }
        if let Some(w) = self.note_writing()
            && w.area.input(input(key))
        {
            self.note_touched();
        }
    }

    /// Text was pasted while writing.
    pub fn paste_in_note(&mut self, text: &str) {
        if let Some(w) = self.note_writing() {
            w.area.insert_str(typeable(text));
            self.note_touched();
        }
    }

    /// The note that is being written.
    pub fn note_writing(&mut self) -> Option<&mut NoteWriting> {
        match &mut self.s.coverage.face {
            Face::Note(n) => n.writing.as_mut(),
            _ => None,
        }
    }

    fn note_touched(&mut self) {
        let at = self.after(SAVE_MILLIS);
        if let Some(w) = self.note_writing() {
            w.touched = true;
            self.s.inner.note_save_at.get_or_insert(at);
        }
    }

    /// Puts the note on disk, if it was touched.
    pub fn save_note(&mut self) {
        self.s.inner.note_save_at = None;
        let Face::Note(n) = &mut self.s.coverage.face else {
            return;
        };
        let Some(w) = n.writing.as_ref().filter(|w| w.touched) else {
            return;
        };
        let text = w.text();
        let text = match text.trim().is_empty() {
            true => String::new(),
            false => text,
        };
        n.noted.edited = Some(text.clone()).filter(|t| !t.is_empty());
        let (turn, on_disk) = (n.noted.turn.clone(), n.on_disk.clone());
        self.keep_note(turn, text, Some(on_disk));
    }

    /// Sends a note to the disk. `on_disk` is what is known to be there; none: whatever is there goes.
    fn keep_note(&mut self, turn: TurnOf, text: String, on_disk: Option<String>) {
        let generation = self.next();
        let saves = &mut self.s.inner.note_saves;
        let under_way = saves.iter().filter(|s| s.turn == turn);
        let seen = on_disk.map(|first| {
            let later = under_way.map(|s| s.text.clone());
            std::iter::once(first).chain(later).collect()
        });
        saves.push(NoteSave {
            generation,
            turn: turn.clone(),
            text: text.clone(),
        });
        let wish = CoverWish::KeepNote { turn, text, seen };
        self.fx.push(Effect::Cover(generation, wish));
    }

    fn note_saved(&mut self, generation: Generation) -> Option<NoteSave> {
        let saves = &mut self.s.inner.note_saves;
        let at = saves.iter().position(|s| s.generation == generation)?;
        Some(saves.remove(at))
    }

    /// It is on disk; `both` where somebody else wrote there too.
    pub fn note_kept(&mut self, generation: Generation, both: Option<String>) {
        let Some(sent) = self.note_saved(generation) else {
            return;
        };
        if both.is_some() {
            let why = "this note was changed elsewhere; both texts are kept, one after the other";
            self.toast(Tone::Bad, line(why), None);
        }
        let Face::Note(n) = &mut self.s.coverage.face else {
            return;
        };
        if n.noted.turn != sent.turn {
            return;
        }
        let there = both.clone().unwrap_or_else(|| sent.text.clone());
        n.on_disk.clone_from(&there);
        let Some(w) = &mut n.writing else {
            if both.is_some() {
                n.noted.edited = Some(there.clone());
                n.text = there;
            }
            return;
        };
        w.error = None;
        let typed = w.text();
        let is_sent = typed == sent.text || (sent.text.is_empty() && typed.trim().is_empty());
        w.touched = !is_sent;
        if both.is_some() {
            // What was typed since goes on behind.
            let since = typed.strip_prefix(sent.text.as_str());
            let rest = match since {
                Some(since) => since.to_owned(),
                None => format!("\n\n{typed}"),
            };
            w.area = area(&format!("{there}{rest}"));
        }
    }

    /// It could not be saved: it is said where it is written, and tried again. False: another wish failed.
    pub fn note_failed(&mut self, generation: Generation, fault: &Fault) -> bool {
        let Some(lost) = self.note_saved(generation) else {
            return false;
        };
        let again = self.after(RETRY_MILLIS);
        match &mut self.s.coverage.face {
            Face::Note(n) if n.noted.turn == lost.turn => match &mut n.writing {
                Some(w) => {
                    (w.touched, w.error) = (true, Some(fault.what.clone()));
                    self.s.inner.note_save_at.get_or_insert(again);
                }
                None => self.note_lost(lost.text, fault),
            },
            _ => self.fault(fault.clone()),
        }
        true
    }

    /// It was left and is not on disk: it is opened again with what is wrong.
    fn note_lost(&mut self, text: String, fault: &Fault) {
        if let Face::Note(n) = &mut self.s.coverage.face {
            n.text = text;
        }
        self.write_in_note();
        if let Some(w) = self.note_writing() {
            (w.touched, w.error) = (true, Some(fault.what.clone()));
        }
        self.fault(fault.clone());
    }

    /// Back to reading it; what was written is kept.
    pub fn leave_note(&mut self) {
        self.save_note();
        let Face::Note(n) = &mut self.s.coverage.face else {
            return;
        };
        let Some(w) = n.writing.take() else {
            return;
        };
        n.top = w.area.cursor().0;
        let text = w.text();
        if text == n.text {
            return;
        }
        if text.trim().is_empty() {
            let noted = n.noted.clone();
            let made = self.made(&noted);
            if let Face::Note(n) = &mut self.s.coverage.face {
                (n.text, n.top) = (made, 0);
            }
            return self.refuse("an empty note is made anew");
        }
        n.text = text;
        let kept = line("your note is kept; :hand-over-note new makes it anew");
        self.toast(Tone::Good, kept, None);
    }

    /// The person's own editor for it.
    pub fn edit_note_outside(&mut self) {
        self.save_note();
        let Face::Note(n) = &self.s.coverage.face else {
            return self.refuse("open a hand-over note first; c does");
        };
        let name = format!("hand-over-{}", n.noted.note.who);
        let Ok(key) = TicketKey::parse(&name) else {
            return self.refuse(
                "the note cannot be given to an editor under this name; e writes in it here",
            );
        };
        let text = n
            .writing
            .as_ref()
            .map_or_else(|| n.text.clone(), NoteWriting::text);
        self.s.inner.note_in_editor = true;
        self.fx.push(Effect::OpenEditor { key, text });
    }

    /// It came back from the editor; false where the editor had another text.
    pub fn note_edited(&mut self, text: Option<&String>) -> bool {
        if !std::mem::take(&mut self.s.inner.note_in_editor) {
            return false;
        }
        let Some(text) = text else {
            return true;
        };
        let begun = self.s.coverage.writes();
        if !begun {
            self.write_in_note();
        }
        if let Some(w) = self.note_writing() {
            w.area = area(typeable(text).trim_end_matches('\n'));
            self.note_touched();
        }
        // Whoever was reading goes on reading.
        if !begun {
            self.leave_note();
        }
        true
    }

    /// What was edited is left aside; z brings it back.
    pub fn forget_edited(&mut self, turn: &TurnOf) {
        if let Face::Note(n) = &self.s.coverage.face
            && n.noted.turn == *turn
            && let Some(text) = n.noted.edited.clone()
        {
            self.did(PlanAct::Note(turn.clone(), text));
        }
        self.keep_note(turn.clone(), String::new(), None);
    }

    /// What was edited is there again.
    pub fn put_note_back(&mut self, turn: TurnOf, text: String) {
        self.keep_note(turn.clone(), text.clone(), None);
        if let Face::Note(n) = &mut self.s.coverage.face
            && n.noted.turn == turn
        {
            n.noted.edited = Some(text.clone());
            n.text = text;
        }
        self.toast(Tone::Good, line("the note is as you wrote it"), None);
    }
}
