//! What the terminal says, in the words of the app.

use std::time::{Duration, Instant as Monotonic};

use crossterm::event::{
    Event as Raw, KeyCode, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
};
use keybinds::{Key, KeyInput, Mods};

use crate::app::Event;
use crate::app::event::MouseKind;

/// Two clicks on one cell within this time are one double click.
const DOUBLE: Duration = Duration::from_millis(400);

/// Reads the terminal's events; remembers the last click.
#[derive(Debug, Default)]
pub struct Input {
    last_click: Option<(Monotonic, u16, u16)>,
}

impl Input {
    /// The event in the app's words; none if it means nothing to it.
    pub fn read(&mut self, raw: Raw) -> Option<Event> {
        match raw {
            Raw::Key(key) if key.kind == KeyEventKind::Release => None,
            Raw::Key(key) if key.code == KeyCode::BackTab => {
                let mut mods = Mods::SHIFT;
                if key.modifiers.contains(KeyModifiers::CONTROL) {
                    mods |= Mods::CTRL;
                }
                Some(Event::Key(KeyInput::new(Key::Tab, mods)))
            }
            Raw::Key(key) => match KeyInput::from(key) {
                input if matches!(input.key(), Key::Ignored | Key::Unidentified) => None,
                input => Some(Event::Key(input)),
            },
            Raw::Paste(text) => Some(Event::Paste(text)),
            Raw::Resize(width, height) => Some(Event::Resize { width, height }),
            Raw::FocusGained => Some(Event::Focus(true)),
            Raw::FocusLost => Some(Event::Focus(false)),
            Raw::Mouse(mouse) => {
                let (col, row) = (mouse.column, mouse.row);
                let kind = match mouse.kind {
                    MouseEventKind::Down(MouseButton::Left) => self.click(col, row),
                    MouseEventKind::ScrollUp => MouseKind::WheelUp,
                    MouseEventKind::ScrollDown => MouseKind::WheelDown,
                    _ => return None,
                };
                Some(Event::Mouse { kind, col, row })
            }
        }
    }

    fn click(&mut self, col: u16, row: u16) -> MouseKind {
        let now = Monotonic::now();
        match self.last_click.take() {
            Some((at, c, r)) if (c, r) == (col, row) && now.duration_since(at) < DOUBLE => {
                MouseKind::DoubleClick
            }
            _ => {
                self.last_click = Some((now, col, row));
                MouseKind::Click
            }
        }
    }
}
