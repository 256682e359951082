//! What the people who work here are called, looked up for every row of every frame.

use std::collections::HashMap;

use crate::domain::people::{Agent, AgentId};
use crate::domain::text::{Printable, columns, line};

/// Names by handle: whole, and short for where there is little room. A short name is the first
/// name, and where two share it the first letter of the last name too.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    known: HashMap<AgentId, Name>,
    widest: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    whole: Printable,
    short: Printable,
}

impl Names {
    /// Looks at everybody who works here.
    pub fn of(agents: &[Agent]) -> Self {
        let wholes: Vec<_> = agents.iter().map(|a| a.name.line()).collect();
        let mut firsts: HashMap<&str, u32> = HashMap::new();
        for whole in &wholes {
            *firsts.entry(first(whole)).or_default() += 1;
        }
        let mut names = Self::default();
        for (agent, whole) in agents.iter().zip(&wholes) {
            let first = first(whole);
            let shared = firsts.get(first).is_some_and(|n| *n > 1);
            let last = whole.split_whitespace().skip(1).last();
            let short = match last.and_then(|w| w.chars().next()) {
                Some(letter) if shared => line(&format!("{first} {letter}")),
                _ => line(first),
            };
            names.widest = names.widest.max(columns(&short));
            let whole = whole.clone();
            names.known.insert(agent.id.clone(), Name { whole, short });
        }
        names
    }

    /// The name, or the handle where the name is not known.
    pub fn whole(&self, id: &AgentId) -> Printable {
        let known = self.known.get(id);
        known.map_or_else(|| Printable::from(id), |n| n.whole.clone())
    }

    /// The short name, or the handle where the name is not known.
    pub fn short(&self, id: &AgentId) -> Printable {
        let known = self.known.get(id);
        known.map_or_else(|| Printable::from(id), |n| n.short.clone())
    }

    /// The columns of the longest short name.
    pub const fn widest(&self) -> u16 {
        self.widest
    }
}

fn first(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or_default()
}
