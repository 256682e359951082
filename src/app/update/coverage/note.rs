//! The hand-over note: shown, edited, exported.

use crate::app::cover::{CoverWish, Noted};
use crate::app::state::{Face, Go, PreviewRow, Purpose, Wanted};
use crate::domain::change::Act;
use crate::domain::handover::{Form, said_of};
use crate::domain::text::{Printable, Untrusted, line};
use crate::domain::thread::Visibility;

use super::super::Turn;
use crate::app::cover_words::called;

impl Turn<'_> {
    /// The note of the absence that is meant; `new` makes it anew where it was edited.
    pub fn note_of(&mut self, arg: Option<&str>) {
        let wanted = arg == Some("new");
        let Some(turn) = self.turn_meant(arg.filter(|a| *a != "new")) else {
            return;
        };
        // What somebody wrote is looked at before it goes.
        let shown = matches!(&self.s.coverage.face, Face::Note(n) if n.noted.turn == turn);
        let anew = wanted && shown;
        if wanted && !shown {
            self.refuse("this is the note as it stands; the same once more makes it anew");
        }
        if anew {
            self.forget_edited(&turn);
        }
        self.cover_wish(CoverWish::Note {
            bench: self.bench(),
            turn,
            now: self.s.now,
            anew,
        });
    }

    /// The note as it is made.
    pub fn made(&self, noted: &Noted) -> String {
        noted.note.text(Form::Markdown, self.s.zone)
    }

    /// Saves the note as a file; the name says whether as Markdown or plain.
    pub fn export_note(&mut self, arg: Option<&str>) {
        if !matches!(self.s.coverage.face, Face::Note(_)) {
            return self.refuse("open a hand-over note first; c does");
        }
        match arg {
            None => self.ask(Purpose::NoteFile),
            Some(path) => self.write_note(path),
        }
    }

    /// Writes it there; nothing typed: among the downloads.
    pub fn write_note(&mut self, typed: &str) {
        let Face::Note(n) = &self.s.coverage.face else {
            return;
        };
        let note = &n.noted.note;
        let day = note.from.with_timezone(&self.s.zone).format("%Y-%m-%d");
        let plain = typed.to_lowercase().ends_with(".txt");
        // What a person wrote is exported as it stands.
        let text = match plain && !n.is_edited() {
            true => note.text(Form::Text, self.s.zone),
            false => n.text.clone(),
        };
        let name = format!("hand-over-{}-{day}.md", note.who);
        let path = Some(typed.trim().to_owned()).filter(|p| !p.is_empty());
        self.cover_wish(CoverWish::WriteNote { path, name, text });
    }

    /// Asks before it goes into the tickets that change hands, as internal notes.
    pub fn note_into_tickets(&mut self) {
        let Face::Note(n) = &self.s.coverage.face else {
            return self.refuse("open a hand-over note first; c does");
        };
        let (note, text) = (n.noted.note.clone(), n.text.clone());
        let written = n.noted.written.clone();
        let mut wants = Vec::new();
        let mut rows = Vec::new();
        for e in note.entries.iter().filter(|e| e.to.is_some()) {
            // Whoever took a ticket out of the note does not want it told there.
            let Some(said) = said_of(&text, &e.key) else {
                continue;
            };
            let body = note.in_ticket(&said);
            if written.contains(&(e.ticket, body.clone())) {
                continue;
            }
            rows.push(PreviewRow {
                key: Printable::from(&e.key),
                subject: e.subject.line(),
                before: Printable::empty(),
                after: line(&body),
                skipped: None,
            });
            wants.push(Wanted {
                ticket: e.ticket,
                key: e.key.clone(),
                base: 0,
                act: Act::Say {
                    message: self.message_id(),
                    visibility: Visibility::Internal,
                    body: Untrusted::new(body),
                    attachments: Vec::new(),
                },
                ends: None,
            });
        }
        if wants.is_empty() {
            return self.refuse("there is nothing to write: no ticket of this note changes hands, or each has its part");
        }
        let n = wants.len();
        let many = if n == 1 { "ticket" } else { "tickets" };
        let lines = vec![
            line(&format!(
                "An internal note in each of the {n} {many} that change hands from {}.",
                called(self.s, &note.who)
            )),
            line("Requesters never see it. One undo (z) takes all of it back."),
        ];
        self.confirm(
            &format!("write into {n} {many}"),
            lines,
            rows,
            Go::Commit(wants),
        );
    }
}
