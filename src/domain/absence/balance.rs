//! Who has stood in how much: a figure for fairness, by the hours that somebody works at all.

use super::{Handed, Team};
use crate::domain::Instant;
use crate::domain::people::AgentId;

/// A stretch in which somebody stood in for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stint {
    /// Who stood in.
    pub by: AgentId,
    /// For whom.
    pub for_whom: AgentId,
    /// From.
    pub from: Instant,
    /// Until.
    pub to: Instant,
    /// So many tickets.
    pub tickets: usize,
}

/// How much somebody stood in, and was stood in for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// Who.
    pub who: AgentId,
    /// Working seconds in which they stood in; two at once count twice.
    pub gave: i64,
    /// Working seconds in which others stood in for them.
    pub took: i64,
    /// Tickets that they took over.
    pub tickets: usize,
    /// Working seconds of their own in all that time.
    pub worked: i64,
}

impl Balance {
    /// How much of their own working time they stood in for others, in thousandths: half the hours make
    /// twice the share.
    pub fn share(&self) -> i64 {
        match self.worked {
            0 => 0,
            worked => self.gave.saturating_mul(1000) / worked,
        }
    }
}

/// The stretches in which somebody stood in between two instants, by what was handed over.
pub fn stints(handed: &[Handed], from: Instant, to: Instant) -> Vec<Stint> {
    let mut all: Vec<Stint> = Vec::new();
    for h in handed {
        let until = h.back.unwrap_or(h.to).min(h.to).min(to);
        if until <= from {
            continue;
        }
        for t in &h.tickets {
            let is_it = |s: &&mut Stint| s.by == t.to && s.for_whom == h.who && s.from == h.from;
            match all.iter_mut().find(is_it) {
                Some(known) => known.tickets += 1,
                None => all.push(Stint {
                    by: t.to.clone(),
                    for_whom: h.who.clone(),
                    from: h.from,
                    to: until,
                    tickets: 1,
                }),
            }
        }
    }
    all
}

/// How much everybody stood in between two instants; those who did least for their hours come first.
pub fn balance(team: &Team<'_>, stints: &[Stint], from: Instant, to: Instant) -> Vec<Balance> {
    let mut all: Vec<Balance> = team
        .people()
        .map(|p| {
            let seconds = |s: &Stint| team.worked(&s.by, s.from.max(from), s.to.min(to)).max(0);
            let gave = || stints.iter().filter(|s| s.by == p.id);
            Balance {
                who: p.id.clone(),
                gave: gave().map(seconds).sum(),
                took: stints
                    .iter()
                    .filter(|s| s.for_whom == p.id)
                    .map(seconds)
                    .sum(),
                tickets: gave().map(|s| s.tickets).sum(),
                worked: team.worked(&p.id, from, to),
            }
        })
        .collect();
    all.sort_by_key(|b| (b.share(), b.who.clone()));
    all
}
