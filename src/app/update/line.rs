//! One line of text and its keys.

use keybinds::{Key, KeyInput, Mods};

use crate::app::state::Input;

impl Input {
    /// A line with its cursor at the end.
    pub fn of(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            cursor: text.len(),
        }
    }

    /// Puts text at the cursor.
    pub fn insert(&mut self, text: &str) {
        self.text.insert_str(self.cursor, text);
        self.cursor += text.len();
    }

    fn before(&self) -> usize {
        self.text[..self.cursor]
            .char_indices()
            .next_back()
            .map_or(0, |(i, _)| i)
    }

    fn behind(&self) -> usize {
        self.text[self.cursor..]
            .chars()
            .next()
            .map_or(self.cursor, |c| self.cursor + c.len_utf8())
    }

    /// Takes a key; says whether the text changed, or nothing if the key means nothing here.
    pub fn key(&mut self, key: KeyInput) -> Option<bool> {
        let ctrl = key.mods().contains(Mods::CTRL);
        let old = self.text.clone();
        match key.key() {
            Key::Char('a') if ctrl => self.cursor = 0,
            Key::Char('e') if ctrl => self.cursor = self.text.len(),
            Key::Char('u') if ctrl => {
                self.text.drain(..self.cursor);
                self.cursor = 0;
            }
            Key::Char('w') if ctrl => {
                let head = self.text[..self.cursor].trim_end();
                let from = head
                    .char_indices()
                    .rev()
                    .find(|(_, c)| c.is_whitespace())
                    .map_or(0, |(i, c)| i + c.len_utf8());
                self.text.drain(from..self.cursor);
                self.cursor = from;
            }
            Key::Char(c) if !ctrl && !c.is_control() => self.insert(c.encode_utf8(&mut [0; 4])),
            Key::Backspace => {
                let from = self.before();
                self.text.drain(from..self.cursor);
                self.cursor = from;
            }
            Key::Delete => {
                let to = self.behind();
                self.text.drain(self.cursor..to);
            }
            Key::Left => self.cursor = self.before(),
            Key::Right => self.cursor = self.behind(),
            Key::Home => self.cursor = 0,
            Key::End => self.cursor = self.text.len(),
            _ => return None,
        }
        Some(self.text != old)
    }
}
