//! Writing: opening with the draft, typing, snippets, saving within a second, sending.

use keybinds::{Key, KeyInput, Mods};
use tui_textarea::{CursorMove, Input, Key as AreaKey, TextArea, WrapMode};

use crate::app::effect::Effect;
use crate::app::event::Answer;
use crate::app::state::{Composer, Popup, PopupItem, State, Toast, Tone};
use crate::domain::Instant;
use crate::domain::change::{Act, BatchId, NewAttachment};
use crate::domain::text::{Untrusted, line};
use crate::domain::thread::{Draft, Visibility};
use crate::domain::ticket::{Ticket, TicketId};

use super::Turn;

/// A draft is saved so long after the first key that is not on disk.
const SAVE_MILLIS: i64 = 800;
/// After a failure it is tried again so much later.
const RETRY_MILLIS: i64 = 5000;

impl Turn<'_> {
    /// Opens the editor for the ticket under the cursor, with its draft.
    pub fn compose(&mut self, visibility: Visibility) {
        let Some(row) = self.s.subject().cloned() else {
            return self.refuse("there is no ticket under the cursor");
        };
        let ticket = row.ticket.id;
        let loaded = self
            .s
            .detail
            .as_ref()
            .filter(|d| d.ticket == ticket)
            .and_then(|d| d.loaded.as_ref())
            .map(|l| l.thread.draft.clone());
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
        self.s.inner.draft_unknown = Some(ticket);
        let mine = self.s.inner.drafts.get(&ticket).cloned();
        match (mine, loaded) {
            (Some(draft), _) => self.draft_known(ticket, Some(draft)),
            (None, Some(draft)) => self.draft_known(ticket, draft),
            (None, None) => {
                if self.s.detail.as_ref().is_none_or(|d| d.ticket != ticket) {
                    self.show(ticket, false);
                } else {
                    self.ask_thread(ticket);
                }
            }
        }
        self.rewrap();
    }

    /// A withdrawn reply comes back as text.
    pub fn text_back(&mut self, ticket: TicketId) {
        if self.s.composer.is_some() {
            return;
        }
        self.show(ticket, true);
        self.s.pane = crate::app::state::Pane::Detail;
        self.s.inner.compose = Some((ticket, Visibility::Public));
    }

    /// The draft on disk is known now.
    pub fn draft_known(&mut self, ticket: TicketId, draft: Option<Draft>) {
        if let Some((wanted, visibility)) = self.s.inner.compose
            && wanted == ticket
        {
            self.s.inner.compose = None;
            let visibility = draft.as_ref().map_or(visibility, |d| d.visibility);
            return self.compose(visibility);
        }
        if self.s.inner.draft_unknown != Some(ticket) {
            return;
        }
        self.s.inner.draft_unknown = None;
        let Some(c) = self.s.composer.as_mut().filter(|c| c.ticket == ticket) else {
            return;
        };
        let unsaved = self.s.inner.unsaved.take_if(|t| *t == ticket).is_some();
        let Some(draft) = draft.filter(|d| !d.is_empty()) else {
            return;
        };
        c.saved = (!unsaved).then_some(draft.at);
        c.files.extend(draft.files);
        if c.is_blank() {
            c.area = area(&draft.body);
            c.visibility = if c.touched.is_some() {
                c.visibility
            } else {
                draft.visibility
            };
        } else {
            c.area = area(&format!("{}\n{}", draft.body, c.text()));
        }
        if unsaved {
            self.touched();
        }
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
            c.touched = Some(now);
            self.s.inner.save_at.get_or_insert(at);
        }
    }

    /// Puts the draft on disk.
    pub fn save_draft(&mut self) {
        self.s.inner.save_at = None;
        let Some(c) = &self.s.composer else {
            return;
        };
        let Some(at) = c.touched else {
            return;
        };
        let draft = c.draft(at);
        self.s.inner.drafts.insert(c.ticket, draft.clone());
        self.fx.push(Effect::SaveDraft(draft));
    }

    /// The draft is on disk, or is not.
    pub fn draft_saved(&mut self, ticket: TicketId, at: Instant, answer: Answer<()>) {
        let retry = self.after(RETRY_MILLIS);
        match (
            self.s.composer.as_mut().filter(|c| c.ticket == ticket),
            answer,
        ) {
            (Some(c), Ok(())) => {
                c.error = None;
                c.saved = Some(at);
                if c.touched.is_some_and(|t| t <= at) {
                    c.touched = None;
                }
            }
            (Some(c), Err(fault)) => {
                c.error = Some(fault.what);
                self.s.inner.save_at.get_or_insert(retry);
            }
            (None, Err(fault)) => self.fault(fault),
            (None, Ok(())) => {}
        }
    }

    /// Closes the editor; the draft stays.
    pub fn leave_composer(&mut self) {
        if self
            .s
            .composer
            .as_ref()
            .is_some_and(|c| c.touched.is_some())
        {
            self.save_draft();
        }
        let Some(c) = self.s.composer.take() else {
            return;
        };
        (self.s.inner.save_at, self.s.inner.draft_unknown) = (None, None);
        if c.is_blank() && c.files.is_empty() {
            if c.saved.is_some() || c.touched.is_some() {
                self.s.inner.drafts.remove(&c.ticket);
                self.fx.push(Effect::DropDraft(c.ticket));
                self.ask_thread(c.ticket);
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

    /// Puts it in the outbox.
    pub fn send(&mut self) {
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
        let act = Act::Say {
            message: self.message_id(),
            visibility: draft.visibility,
            body: Untrusted::new(draft.body.as_str()),
            attachments: draft.files.clone(),
        };
        self.s.composer = None;
        (self.s.inner.save_at, self.s.inner.draft_unknown) = (None, None);
        self.s.inner.drafts.remove(&ticket);
        if let Some(l) = self
            .s
            .detail
            .as_mut()
            .filter(|d| d.ticket == ticket)
            .and_then(|d| d.loaded.as_mut())
        {
            l.thread.draft = None;
        }
        let sent = self.commit(
            vec![crate::app::state::Wanted {
                ticket,
                key,
                base: version,
                act,
            }],
            Some(ticket),
        );
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
            let ticket = draft.ticket;
            self.s.inner.drafts.insert(ticket, draft);
            self.s.inner.unsaved = Some(ticket);
            self.text_back(ticket);
        }
    }

    /// A file was looked at and can go with the text, or cannot.
    pub fn attached(&mut self, ticket: TicketId, answer: Answer<NewAttachment>) {
        match answer {
            Err(fault) => self.fault(fault),
            Ok(file) => {
                let Some(c) = self.s.composer.as_mut().filter(|c| c.ticket == ticket) else {
                    return;
                };
                c.files.retain(|f| f.path != file.path);
                c.files.push(file);
                self.touched();
            }
        }
    }

    /// Attaches a file by its path; `-name` takes one off.
    ///
    /// # Errors
    /// Nothing is being written, or no such file is attached.
    pub fn attach(&mut self, text: &str) -> Result<(), String> {
        let Some(c) = &mut self.s.composer else {
            return Err("a file goes with a text: begin one with r or c".into());
        };
        let Some(name) = text.strip_prefix('-') else {
            if text.is_empty() {
                return Err("give the path of a file; Tab completes it".into());
            }
            let (ticket, path) = (c.ticket, text.to_owned());
            self.fx.push(Effect::Attach { ticket, path });
            return Ok(());
        };
        let before = c.files.len();
        c.files.retain(|f| f.name.line() != *name);
        if c.files.len() == before {
            return Err(format!("no file \"{name}\" is attached"));
        }
        self.touched();
        Ok(())
    }

    /// Public or internal.
    pub fn toggle_visibility(&mut self) {
        if let Some(c) = &mut self.s.composer {
            c.visibility = c.visibility.other();
            self.touched();
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
        if let (Some(c), Some(text)) = (&mut self.s.composer, text) {
            c.area = area(text.trim_end_matches('\n'));
            self.touched();
        }
    }

    /// Text was pasted while writing.
    pub fn paste_text(&mut self, text: &str) {
        if let Some(c) = &mut self.s.composer {
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            c.area.insert_str(text);
            self.touched();
        }
    }

    fn popup_key(&mut self, key: KeyInput) -> bool {
        let Some(popup) = self.s.composer.as_mut().and_then(|c| c.popup.as_mut()) else {
            return false;
        };
        let last = popup.items.len().saturating_sub(1);
        match key.key() {
            Key::Down => popup.cursor = (popup.cursor + 1).min(last),
            Key::Up => popup.cursor = popup.cursor.saturating_sub(1),
            Key::Enter | Key::Tab if !popup.items.is_empty() => {
                let (n, text) = (
                    2 + popup.typed.chars().count(),
                    popup.items[popup.cursor].insert.clone(),
                );
                if let Some(c) = &mut self.s.composer {
                    for _ in 0..n {
                        c.area.delete_char();
                    }
                    c.area.insert_str(text);
                    c.popup = None;
                }
                self.touched();
            }
            _ => return false,
        }
        true
    }

    /// Offers what fits the word before the cursor.
    fn popup(&mut self) {
        let Some(c) = &self.s.composer else {
            return;
        };
        let cursor = c.area.cursor();
        let before: String = c
            .area
            .lines()
            .get(cursor.0)
            .map_or_else(String::new, |l| l.chars().take(cursor.1).collect());
        let found = ["::", "@@"].into_iter().find_map(|sign| {
            let typed = &before[before.rfind(sign)? + 2..];
            (!typed.contains(char::is_whitespace)).then(|| (sign, typed.to_owned()))
        });
        let popup = found.map(|(sign, typed)| {
            let low = typed.to_lowercase();
            let items = if sign == "::" {
                let t = self
                    .s
                    .subject()
                    .filter(|r| r.ticket.id == c.ticket)
                    .map(|r| r.ticket.clone());
                self.s
                    .snippets
                    .iter()
                    .filter(|x| x.name.to_lowercase().contains(&low))
                    .map(|x| PopupItem {
                        label: line(&x.name),
                        detail: line(x.text.lines().next().unwrap_or_default()),
                        insert: t
                            .as_ref()
                            .map_or_else(|| x.text.clone(), |t| fill(&x.text, t, self.s)),
                    })
                    .collect()
            } else {
                self.s
                    .vocabulary
                    .agents
                    .iter()
                    .filter(|a| {
                        a.id.as_str().to_lowercase().contains(&low)
                            || a.name.raw().to_lowercase().contains(&low)
                    })
                    .take(20)
                    .map(|a| PopupItem {
                        label: line(a.id.as_str()),
                        detail: a.name.line(),
                        insert: format!("@{} ", a.id),
                    })
                    .collect()
            };
            Popup {
                sign,
                typed,
                items,
                cursor: 0,
            }
        });
        if let Some(c) = &mut self.s.composer {
            c.popup = popup;
        }
    }
}

/// Puts a ticket's words into a text's placeholders.
pub fn fill(text: &str, t: &Ticket, s: &State) -> String {
    let plain = |u: &Option<Untrusted>| {
        u.as_ref()
            .map(|u| u.line().into_string())
            .unwrap_or_default()
    };
    let requester = plain(&t.requester);
    let first = requester.split_whitespace().next().unwrap_or_default();
    let me = crate::app::prepare::agent(s, &s.me);
    text.replace("{requester.first}", first)
        .replace("{requester}", &requester)
        .replace("{ticket.key}", t.key.as_str())
        .replace("{workspace}", &plain(&t.workspace))
        .replace("{agent.name}", me.as_str())
        .replace("{tenant}", t.tenant.as_ref().map_or("", |x| x.as_str()))
}

fn area(text: &str) -> TextArea<'static> {
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

fn input(key: KeyInput) -> Input {
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
