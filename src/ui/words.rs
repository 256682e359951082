//! Times and distances in words.

use chrono::{DateTime, Datelike};
use chrono_tz::Tz;

use super::pen::{Short, Shown};
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

/// What people are called where there is little room: by the first name, and where two share
/// it by the first letter of the second too.
pub struct Names<'a> {
    firsts: Vec<&'a str>,
    /// The columns of the longest.
    pub widest: u16,
}

impl<'a> Names<'a> {
    /// Looks at everybody who works here.
    pub fn of(state: &'a State) -> Self {
        let agents = &state.vocabulary.agents;
        let names = agents
            .iter()
            .filter_map(|a| a.name.raw().split_whitespace().next());
        let mut names = Self {
            firsts: names.collect(),
            widest: 0,
        };
        let shorts = agents.iter().map(|a| names.short(&a.name.line()).columns());
        names.widest = shorts.max().unwrap_or(0);
        names
    }

    /// The short form of a name.
    pub fn short(&self, name: &Printable) -> Printable {
        let mut words = name.split(' ');
        let first = words.next().unwrap_or_default();
        let shared = self.firsts.iter().filter(|f| **f == first).count() > 1;
        match words.next_back().and_then(|w| w.chars().next()) {
            Some(letter) if shared => line(&format!("{first} {letter}")),
            _ => line(first),
        }
    }
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
