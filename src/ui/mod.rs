//! The pictures: pure functions of what the State holds. Nothing here changes anything, asks
//! anything or knows the time; only text that has passed the gate reaches a cell.

mod geometry;
pub mod pen;
mod screens;
pub mod theme;
pub mod widgets;
mod words;

use ratatui::Frame;

pub use geometry::{Geometry, geometry};
pub use theme::{Role, Theme, ThemeError};

use crate::app::state::{Screen, State};
use pen::Pen;

/// Draws the State.
pub fn draw(state: &State, theme: &Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    let mut pen = Pen {
        buf: frame.buffer_mut(),
        theme,
    };
    if area.is_empty() {
        return;
    }
    pen.lay(area, theme.look(Role::Text));
    let cursor = if area.width < 60 || area.height < 16 {
        screens::too_small(&mut pen, area);
        None
    } else {
        match state.screen {
            Screen::Welcome {
                choice,
                connecting,
                busy,
            } => {
                if connecting {
                    screens::connect(&mut pen, area, &state.kinds, choice, busy);
                } else {
                    screens::welcome(&mut pen, area, choice, busy);
                }
                let footer =
                    ratatui::layout::Rect::new(area.x, area.y, area.width, area.height - 1);
                screens::toasts(state, &mut pen, footer);
                screens::overlays(state, &mut pen, area)
            }
            Screen::Desk => screens::desk(state, &mut pen, area),
        }
    };
    pen::settle(frame.buffer_mut());
    if let Some((x, y)) = cursor
        && x < area.right()
        && y < area.bottom()
    {
        frame.set_cursor_position((x, y));
    }
}
