//! Writing: opening with the draft, typing, snippets, saving within a second, sending.

use std::sync::Arc;

use chrono::TimeDelta;
use keybinds::{Key, KeyInput, Mods};
use tui_textarea::{CursorMove, Input, Key as AreaKey, TextArea, WrapMode};

use crate::app::effect::Effect;
use crate::app::event::Answer;
use crate::app::state::{Composer, Go, Toast, Tone};
use crate::domain::change::{Act, BatchId};
use crate::domain::text::{Untrusted, line};
use crate::domain::thread::Visibility;
use crate::domain::ticket::TicketId;

use super::Turn;
use super::escalate::Overheard;

/// A draft is saved so long after the first key that is not on disk.
pub(super) const SAVE_MILLIS: i64 = 800;

impl Turn<'_> {
    /// Opens the editor for the ticket under the cursor, with its draft for those readers.
    pub fn compose(&mut self, visibility: Visibility) {
        let Some(row) = self.s.subject().cloned() else {
            return self.refuse("there is no ticket under the cursor");
        };
        if let Some(why) = self.merged_away(&row.ticket) {
            return self.refuse(&why);
        }
        let ticket = row.ticket.id;
        self.s.composer = Some(Composer {
            ticket,
            key: row.ticket.key.clone(),
            subject: row.subject.clone(),
            requester: row.requester.clone(),
            visibility,
            files: Vec::new(),
            area: area(""),
            popup: None,
            touched: None,
            saved: None,
            error: None,
        });
        self.s.inner.save_at = None;
        self.s.inner.follow_at = None;
        self.s.inner.draft_unknown = Some((ticket, visibility));
        let mine = self.s.inner.drafts.get(&(ticket, visibility)).cloned();
        if mine.is_none() {
            self.s.inner.seen.remove(&(ticket, visibility));
        }
        let shown = self.s.detail.as_ref().filter(|d| d.ticket == ticket);
        let loaded = shown.and_then(|d| d.loaded.as_ref());
        let drafts = loaded.map(|l| l.thread.drafts.clone());
        match (mine, drafts) {
            // On its way to the disk: what was seen there is known already.
            (Some(draft), _) => self.drafts_here(ticket, vec![draft]),
            (None, Some(drafts)) => self.drafts_known(ticket, drafts),
            (None, None) if shown.is_some() => self.ask_thread(ticket),
            (None, None) => self.show(ticket, false),
        }
        self.rewrap();
    }

    /// A withdrawn text comes back and is opened.
    pub fn text_back(&mut self, ticket: TicketId, visibility: Visibility) {
        if let Some(c) = &self.s.composer {
            if (c.ticket, c.visibility) == (ticket, visibility) {
                // It was put on disk behind this one: both are read again.
                self.s.inner.draft_unknown = Some((ticket, visibility));
                self.ask_thread(ticket);
            }
            return;
        }
        self.show(ticket, true);
        self.s.pane = crate::app::state::Pane::Detail;
        self.s.inner.compose = Some((ticket, visibility));
    }

    /// A key while writing that is no command.
    pub fn write(&mut self, key: KeyInput) {
        if self.popup_key(key) {
            return;
        }
        let Some(c) = &mut self.s.composer else {
            return;
        };
        if c.area.input(input(key)) {
            self.touched();
        }
        self.popup();
    }

    /// The text changed.
    pub fn touched(&mut self) {
        let (now, at) = (self.s.now, self.after(SAVE_MILLIS));
        if let Some(c) = &mut self.s.composer {
            // Later than the save that is under way, even in the same tick of the clock.
            let last = c.touched.map(|t| t + TimeDelta::nanoseconds(1));
            c.touched = last.max(Some(now));
            self.s.inner.save_at.get_or_insert(at);
        }
    }

    /// Closes the editor; the draft stays.
    pub fn leave_composer(&mut self) {
        let Some(c) = &self.s.composer else {
            return;
        };
        if let (Some(error), false) = (&c.error, c.is_empty()) {
            let lines = vec![
                error.clone(),
                line("The text is nowhere but on this screen. Ctrl-e opens it in your editor,"),
                line("where it can be kept in a file; Ctrl-s tries to send it."),
            ];
            return self.confirm("leave and lose the text", lines, Vec::new(), Go::LoseText);
        }
        // An emptied one is given up below.
        if c.touched.is_some() && !c.is_empty() {
            self.save_draft();
        }
        let Some(c) = self.s.composer.take() else {
            return;
        };
        (self.s.inner.save_at, self.s.inner.draft_unknown) = (None, None);
        if c.is_empty() {
            if c.saved.is_some() || c.touched.is_some() {
                self.forget_draft((c.ticket, c.visibility));
            }
        } else {
            self.toast(
                Tone::Note,
                line(&format!("the draft of #{} is kept", c.key)),
                None,
            );
        }
        self.rewrap();
    }

    /// The text is given up.
    pub fn lose_text(&mut self) {
        if let Some(c) = self.s.composer.take() {
            self.s.inner.drafts.remove(&(c.ticket, c.visibility));
            (self.s.inner.save_at, self.s.inner.draft_unknown) = (None, None);
            self.rewrap();
        }
    }

    /// Puts it in the outbox. `agreed`: what is taken out of a note to the vendor was looked at.
    pub fn send(&mut self, agreed: bool) {
        let Some(c) = &self.s.composer else {
            return;
        };
        if c.is_blank() {
            return self.refuse(if c.files.is_empty() {
                "there is nothing to send yet"
            } else {
                "write a line that says what the file is"
            });
        }
        if self.s.inner.draft_unknown.is_some() {
            return self.refuse("the draft of this ticket is still being read; try again");
        }
        // On disk first: if the outbox cannot take it, the text is still there.
        if c.touched.is_some() {
            self.save_draft();
        }
        let Some(c) = &self.s.composer else {
            return;
        };
        let base = self
            .s
            .detail
            .as_ref()
            .filter(|d| d.ticket == c.ticket)
            .and_then(|d| d.row());
        let base = base.or_else(|| self.s.queue.rows.iter().find(|r| r.ticket.id == c.ticket));
        let version = base.map_or(0, |r| r.ticket.version);
        let (key, draft) = (c.key.clone(), c.draft(self.s.now));
        let ticket = draft.ticket;
        let internal = draft.visibility == Visibility::Internal;
        let shown = base.filter(|_| internal).map(|r| Arc::clone(&r.ticket));
        let heard = shown.and_then(|t| self.overheard(&t, &draft.body, agreed));
        let body = match heard {
            Some(Overheard::Asked) => return,
            Some(Overheard::Leaves(clean)) => clean,
            None => draft.body.clone(),
        };
        let act = Act::Say {
            message: self.message_id(),
            visibility: draft.visibility,
            body: Untrusted::new(body),
            attachments: draft.files.clone(),
        };
        self.s.composer = None;
        (self.s.inner.save_at, self.s.inner.draft_unknown) = (None, None);
        let place = draft.place();
        self.s.inner.drafts.remove(&place);
        let shown = self.s.detail.as_mut().filter(|d| d.ticket == ticket);
        if let Some(l) = shown.and_then(|d| d.loaded.as_mut()) {
            l.thread.drafts.retain(|d| d.place() != place);
        }
        let says = crate::app::state::Wanted {
            ticket,
            key,
            base: version,
            act,
            ends: None,
        };
        // A question back is waited for: both in one batch, so that one undo takes both back.
        let asked = self.asks(&draft);
        let waits = asked.as_ref().and_then(|_| self.waits_for(&says));
        let wants = std::iter::once(says).chain(waits).collect();
        let sent = self.commit(wants, Some(self.s.inner.draft_seen(place)));
        if let Some(asked) = asked.filter(|_| sent.is_some()) {
            self.was_asked(ticket, asked);
        }
        if let Some(s) = sent.and_then(|batch| self.s.inner.sending.get_mut(&batch)) {
            s.draft = Some(draft);
        }
        self.rewrap();
    }

    /// The outbox took it, or did not: then the text is opened again.
    pub fn committed(&mut self, batch: BatchId, answer: Answer<usize>) {
        let Some(sending) = self.s.inner.sending.remove(&batch) else {
            return;
        };
        let Err(fault) = answer else {
            let place = sending.draft.map(|d| d.place());
            let open = self.s.composer.as_ref().map(|c| (c.ticket, c.visibility));
            if let Some(place) = place.filter(|p| Some(*p) != open) {
                self.s.inner.seen.remove(&place);
            }
            return match sending.until {
                None => self.toast(Tone::Good, sending.words, None),
                Some(until) => self.s.toasts.push(Toast {
                    text: sending.words,
                    hint: None,
                    tone: Tone::Good,
                    until,
                    countdown: true,
                }),
            };
        };
        self.fault(fault);
        if let Some(draft) = sending.draft {
            let place = draft.place();
            self.s.inner.drafts.insert(place, draft);
            self.s.inner.unsaved = Some(place);
            self.text_back(place.0, place.1);
        }
    }

    /// Public or internal.
    pub fn toggle_visibility(&mut self) {
        let Some(c) = &self.s.composer else {
            return;
        };
        let (old, new) = (c.visibility, c.visibility.other());
        let (ticket, place) = (c.ticket, (c.ticket, new));
        let shown = self.s.detail.as_ref().filter(|d| d.ticket == ticket);
        let drafts = shown.and_then(|d| d.loaded.as_ref());
        let begun = drafts.is_some_and(|l| l.thread.drafts.iter().any(|d| d.place() == place))
            || self.s.inner.drafts.contains_key(&place);
        if begun {
            let key = if new == Visibility::Public { "r" } else { "c" };
            let word = match new {
                Visibility::Public => "a public reply",
                Visibility::Internal => "an internal note",
            };
            let why = format!("a draft of {word} is there already; Esc, then {key} opens it");
            return self.refuse(&why);
        }
        let moved = c.saved.is_some() || c.touched.is_some();
        if let Some(c) = &mut self.s.composer {
            c.visibility = new;
        }
        if self.s.inner.draft_unknown == Some((ticket, old)) {
            self.s.inner.draft_unknown = Some(place);
        }
        if moved {
            // First on disk for the new readers, then gone for the old ones.
            self.touched();
            self.save_draft();
            self.forget_draft((ticket, old));
        }
    }

    /// The person's own editor.
    pub fn editor(&mut self) {
        if let Some(c) = &self.s.composer {
            let (key, text) = (c.key.clone(), c.text());
            // Whatever becomes of the editor, the text so far is on disk.
            self.save_draft();
            self.fx.push(Effect::OpenEditor { key, text });
        }
    }

    /// The editor came back.
    pub fn edited(&mut self, text: Option<String>) {
        if let (None, Some(editing)) = (&self.s.composer, self.s.inner.editing.take()) {
            return self.edited_elsewhere(editing, text);
        }
        if let (Some(c), Some(text)) = (&mut self.s.composer, text) {
            c.area = area(typeable(&text).trim_end_matches('\n'));
            self.touched();
        }
    }

    /// Text was pasted while writing.
    pub fn paste_text(&mut self, text: &str) {
        if let Some(c) = &mut self.s.composer {
            c.area.insert_str(typeable(text));
            self.touched();
        }
    }
}

/// Text as it could have been typed: lines and tabs, and no other control characters, which
/// would be sent to the requester.
pub(super) fn typeable(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}

pub(super) fn area(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(
        text.split('\n')
            .map(|l| l.trim_end_matches('\r').to_owned())
            .collect(),
    );
    area.set_wrap_mode(WrapMode::WordOrGlyph);
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area
}

pub(super) fn input(key: KeyInput) -> Input {
    let mods = key.mods();
    let of = |k| Input {
        key: k,
        ctrl: mods.contains(Mods::CTRL),
        alt: mods.contains(Mods::ALT),
        shift: mods.contains(Mods::SHIFT),
    };
    of(match key.key() {
        Key::Char(c) => AreaKey::Char(c),
        Key::Enter => AreaKey::Enter,
        Key::Backspace => AreaKey::Backspace,
        Key::Delete => AreaKey::Delete,
        Key::Left => AreaKey::Left,
        Key::Right => AreaKey::Right,
        Key::Up => AreaKey::Up,
        Key::Down => AreaKey::Down,
        Key::Home => AreaKey::Home,
        Key::End => AreaKey::End,
        Key::PageUp => AreaKey::PageUp,
        Key::PageDown => AreaKey::PageDown,
        Key::Tab => AreaKey::Tab,
        _ => AreaKey::Null,
    })
}
