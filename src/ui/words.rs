//! Times and distances in words.

use chrono::{DateTime, Datelike};
use chrono_tz::Tz;

use super::pen::Short;
use crate::app::commands::{self, Action};
use crate::app::state::State;
use crate::domain::Instant;
use crate::domain::text::{Printable, line};

/// An instant in the person's zone.
pub fn local(state: &State, at: Instant) -> DateTime<Tz> {
    at.with_timezone(&state.zone)
}

/// `14:02` today, `Mon 14:02` within a week, `23 Nov 14:02` within the year, else `26 Jan 2021`.
pub fn when(state: &State, at: Instant) -> Short {
    let (then, now) = (local(state, at), local(state, state.now));
    let days = (now.date_naive() - then.date_naive()).num_days();
    let form = if days == 0 {
        "%H:%M"
    } else if (-6..7).contains(&days) {
        "%a %H:%M"
    } else if then.year() == now.year() {
        "%-d %b %H:%M"
    } else {
        "%-d %b %Y"
    };
    Short::new().t(&then, form)
}

/// A command's keys as they are bound now, its name on the command line, and what it does.
pub fn command(state: &State, action: Action) -> (Short, Short, Printable) {
    let keys = state.keymap.keys(action);
    let keys = keys
        .iter()
        .enumerate()
        .fold(Short::new(), |words, (i, key)| {
            words.s(if i > 0 { "  " } else { "" }).s(line(key))
        });
    let command = commands::command(action);
    let name = command.map_or("", |c| c.name);
    let help = command.map_or("", |c| c.help);
    (keys, Short::new().s(":").s(name), Printable::literal(help))
}
