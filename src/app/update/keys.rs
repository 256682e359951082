//! Keys: who has them now, and what they mean there.

use keybinds::{Key, KeyInput, Mods};

use crate::app::commands::{Action, Context};
use crate::app::effect::Effect;
use crate::app::keymap::Meaning;
use crate::app::state::{Overlay, Screen};

use super::Turn;

impl Turn<'_> {
    /// A key went down.
    pub fn key(&mut self, key: KeyInput) {
        if matches!(key.key(), Key::Ignored | Key::Unidentified) {
            return;
        }
        if self.s.screen != Screen::Desk {
            return self.welcome(key);
        }
        if !self.s.overlays.is_empty() {
            return self.overlay_key(key);
        }
        // Whoever goes on is not taken elsewhere by what comes back.
        self.s.inner.prefer = None;
        self.s.inner.why = None;
        let context = self.context();
        // In a form, what is typed is text: only keys with Ctrl, Tab and the like are commands.
        if context == Context::Form
            && matches!(key.key(), Key::Char(_))
            && !key.mods().contains(Mods::CTRL)
        {
            self.s.pending.clear();
            return self.form_key(key);
        }
        if self.is_typed_ahead(key) {
            return;
        }
        self.s.pending.push(key);
        let finding = self
            .s
            .is_finding()
            .then(|| self.s.keymap.meaning(Context::Finding, &self.s.pending))
            .filter(|m| *m != Meaning::Nothing);
        let meaning = finding.unwrap_or_else(|| self.s.keymap.meaning(context, &self.s.pending));
        match meaning {
            Meaning::Act(action) => {
                self.s.pending.clear();
                self.run(action, None);
            }
            Meaning::Begun => {}
            Meaning::Nothing => {
                let first = self.s.pending.len() == 1;
                self.s.pending.clear();
                if context == Context::Form {
                    self.form_key(key);
                } else if context == Context::Note {
                    self.note_key(key);
                } else if context == Context::Composer {
                    if key.key() == Key::F1 {
                        self.run(Action::Help, None);
                    } else if key.key() == Key::Esc && key.mods() == Mods::NONE {
                        let popup = self.s.composer.as_mut().and_then(|c| c.popup.take());
                        if popup.is_none() {
                            self.leave_composer();
                        }
                    } else {
                        self.write(key);
                    }
                } else if !first && key.key() != Key::Esc {
                    // A sequence that leads nowhere: its last key may still mean something by itself.
                    self.key(key);
                } else if key.mods().contains(Mods::CTRL) && key.key() == Key::Char('c') {
                    self.refuse("q closes this view, and leaves at the root; Esc goes back");
                } else if first && key.key() != Key::Esc {
                    let key = key.to_string().replace('+', "-");
                    self.refuse(&format!("{key} means nothing here; ? shows the keys"));
                }
            }
        }
    }

    /// A key went down while the terminal is too small for a picture: only leaving is possible.
    pub fn key_unseen(&mut self, key: KeyInput) {
        if key.key() == Key::Char('q') && key.mods() == Mods::NONE {
            self.leave();
        }
    }

    /// Where keys mean something now.
    pub fn context(&self) -> Context {
        self.s.context()
    }

    /// Text was pasted.
    pub fn paste(&mut self, text: &str) {
        let one = || {
            text.split(['\n', '\r'])
                .map(str::trim)
                .collect::<Vec<_>>()
                .join(" ")
        };
        let context = self.context();
        match self.s.overlays.last_mut() {
            Some(Overlay::Help(x)) => x.input.insert(&one()),
            Some(Overlay::Palette(x)) => x.input.insert(&one()),
            Some(Overlay::Line(x)) => x.input.insert(&one()),
            Some(Overlay::Prompt(x)) => x.input.insert(&one()),
            Some(Overlay::Absence(_)) => return self.form_paste(&one()),
            Some(Overlay::Confirm(_) | Overlay::Why(_) | Overlay::Conflict(_)) => return,
            None if context == Context::Form => return self.paste_in_form(text),
            None if context == Context::Note => return self.paste_in_note(text),
            None => return self.paste_text(text),
        }
        self.typed();
    }

    fn welcome(&mut self, key: KeyInput) {
        let kinds = self.s.kinds.len();
        let Screen::Welcome {
            choice,
            connecting,
            busy,
        } = &mut self.s.screen
        else {
            return;
        };
        let last = if *connecting { kinds } else { WELCOMES }.saturating_sub(1);
        match key.key() {
            Key::Char('q') => return self.run(Action::Quit, None),
            Key::Esc if *busy || !*connecting => return self.run(Action::Quit, None),
            _ if *busy => return,
            Key::Esc => {
                (*connecting, *choice) = (false, CONNECT);
                return;
            }
            Key::Char('j') | Key::Down | Key::Tab => *choice = (*choice + 1).min(last),
            Key::Char('k') | Key::Up => *choice = choice.saturating_sub(1),
            Key::Char(digit @ '1'..='9') => {
                let wanted = usize::from(digit as u8 - b'1');
                if wanted > last {
                    return;
                }
                *choice = wanted;
            }
            Key::Enter => {}
            _ => return,
        }
        if !matches!(key.key(), Key::Enter | Key::Char('1'..='9')) {
            return;
        }
        if !*connecting && *choice == CONNECT {
            (*connecting, *choice) = (true, 0);
            return;
        }
        // The embedded desk is the first kind; the others say what to type to connect them.
        let start = match (*connecting, *choice) {
            (false, 0) => Effect::StartDemo,
            (false, _) | (true, 0) => Effect::StartLocal,
            (true, _) => return,
        };
        *busy = true;
        self.fx.push(start);
    }
}

/// How many choices the welcome has, and which of them offers the kinds of helpdesk.
const WELCOMES: usize = 3;
const CONNECT: usize = 2;
