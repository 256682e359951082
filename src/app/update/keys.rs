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
        let context = self.context();
        self.s.pending.push(key);
        let meaning = self.s.keymap.meaning(context, &self.s.pending);
        match meaning {
            Meaning::Act(action) => {
                self.s.pending.clear();
                self.run(action, None);
            }
            Meaning::Begun => {}
            Meaning::Nothing => {
                let first = self.s.pending.len() == 1;
                self.s.pending.clear();
                if context == Context::Composer {
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
        match self.s.overlays.last_mut() {
            Some(Overlay::Help(x)) => x.input.insert(&one()),
            Some(Overlay::Palette(x)) => x.input.insert(&one()),
            Some(Overlay::Line(x)) => x.input.insert(&one()),
            Some(Overlay::Prompt(x)) => x.input.insert(&one()),
            Some(Overlay::Confirm(_) | Overlay::Why(_)) => return,
            None => return self.paste_text(text),
        }
        self.typed();
    }

    fn welcome(&mut self, key: KeyInput) {
        let Screen::Welcome { choice, busy } = &mut self.s.screen else {
            return;
        };
        match key.key() {
            Key::Char('q') | Key::Esc => return self.run(Action::Quit, None),
            _ if *busy => return,
            Key::Char('j') | Key::Down | Key::Tab => *choice = (*choice + 1).min(1),
            Key::Char('k') | Key::Up => *choice = 0,
            Key::Char('1') => *choice = 0,
            Key::Char('2') => *choice = 1,
            Key::Enter => {}
            _ => return,
        }
        if matches!(key.key(), Key::Enter | Key::Char('1' | '2')) {
            *busy = true;
            let demo = *choice == 0;
            self.fx.push(if demo {
                Effect::StartDemo
            } else {
                Effect::StartLocal
            });
        }
    }
}
