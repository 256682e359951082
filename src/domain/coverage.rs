//! Coverage: for each stretch of working time, each tenant and each right, who is there. Nobody is a gap.
//!
//! A sweep over the moments at which somebody comes or goes; between two of them nothing changes.

use std::collections::{BTreeMap, BTreeSet};

use super::Instant;
use super::absence::{Person, Right, Team};
use super::people::{Absence, Agent, AgentId, TenantId};

/// Who has to be there: somebody who may act for this tenant, with this right.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// The tenant; none: any.
    pub tenant: Option<TenantId>,
    /// The right; none: what everybody may do.
    pub right: Option<Right>,
}

/// A stretch of the desk's working time in which the same people are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// From.
    pub from: Instant,
    /// Until.
    pub to: Instant,
    /// Who is there, by handle; empty: a gap.
    pub there: Vec<AgentId>,
}

impl Stretch {
    /// Nobody is there.
    pub fn is_gap(&self) -> bool {
        self.there.is_empty()
    }
}

/// Who is there when, for the whole team: made once, asked for each need.
#[derive(Debug)]
pub struct Coverage<'a> {
    people: Vec<&'a Person>,
    /// Stretches of the desk's working time with the places of those who are there.
    cells: Vec<(Instant, Instant, Vec<usize>)>,
}

/// Whoever goes and comes at one moment has stayed.
fn come_and_go(there: &mut BTreeSet<usize>, who: &[(usize, bool)]) {
    for (place, _) in who.iter().filter(|(_, comes)| !comes) {
        there.remove(place);
    }
    there.extend(
        who.iter()
            .filter(|(_, comes)| *comes)
            .map(|(place, _)| *place),
    );
}

impl<'a> Coverage<'a> {
    /// The team's coverage between two instants that it knows of.
    pub fn new(team: &Team<'a>, from: Instant, to: Instant) -> Self {
        let people: Vec<&Person> = team.people().collect();
        // Who comes (true) and who goes, by moment.
        let mut moments: BTreeMap<Instant, Vec<(usize, bool)>> = BTreeMap::new();
        for (place, person) in people.iter().enumerate() {
            for (start, end) in team.presence(&person.id, from, to) {
                moments.entry(start).or_default().push((place, true));
                moments.entry(end).or_default().push((place, false));
            }
        }
        let mut moments = moments.into_iter().peekable();
        let mut there = BTreeSet::new();
        let mut cells = Vec::new();
        for (open, close) in team.calendar().stretches(from, to) {
            let mut at = open;
            while at < close {
                while let Some((_, who)) = moments.next_if(|(moment, _)| *moment <= at) {
                    come_and_go(&mut there, &who);
                }
                let next = moments.peek().map_or(close, |(moment, _)| *moment);
                let end = next.min(close);
                cells.push((at, end, there.iter().copied().collect()));
                at = end;
            }
        }
        Self { people, cells }
    }

    /// Something about those who may and are there, stretch by stretch; neighbours alike are one.
    fn told<T: PartialEq>(
        &self,
        need: &Need,
        of: impl Fn(&[usize]) -> T,
    ) -> Vec<(Instant, Instant, T)> {
        let may: Vec<bool> = self
            .people
            .iter()
            .map(|p| p.may(need.tenant.as_ref(), need.right.as_ref()))
            .collect();
        let mut out: Vec<(Instant, Instant, T)> = Vec::new();
        for (from, to, there) in &self.cells {
            let able = there.iter().filter(|i| may.get(**i) == Some(&true));
            let told = of(&able.copied().collect::<Vec<usize>>());
            match out.last_mut() {
                Some(last) if last.1 == *from && last.2 == told => last.1 = *to,
                _ => out.push((*from, *to, told)),
            }
        }
        out
    }

    /// Who of those who may is there, stretch by stretch; neighbours with the same people are one.
    pub fn of(&self, need: &Need) -> Vec<Stretch> {
        let name = |i: &usize| self.people.get(*i).map(|p| p.id.clone());
        self.told(need, <[usize]>::to_vec)
            .into_iter()
            .map(|(from, to, there)| Stretch {
                from,
                to,
                there: there.iter().filter_map(name).collect(),
            })
            .collect()
    }

    /// How many of those who may are there, stretch by stretch; neighbours with as many are one.
    pub fn counts(&self, need: &Need) -> Vec<(Instant, Instant, usize)> {
        self.told(need, <[usize]>::len)
    }

    /// The stretches in which nobody is there who may.
    pub fn gaps(&self, need: &Need) -> Vec<Stretch> {
        let mut all = self.of(need);
        all.retain(Stretch::is_gap);
        all
    }
}

/// Everything that somebody has to be there for: each tenant by itself, and each right with each tenant.
/// Without tenants the rights alone.
pub fn needs(tenants: &[TenantId], rights: &[Right]) -> Vec<Need> {
    let whose: Vec<Option<TenantId>> = match tenants {
        [] => vec![None],
        some => some.iter().cloned().map(Some).collect(),
    };
    let what = || [None].into_iter().chain(rights.iter().cloned().map(Some));
    whose
        .iter()
        .flat_map(|tenant| {
            what().map(move |right| Need {
                tenant: tenant.clone(),
                right,
            })
        })
        .collect()
}

impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.tenant, &self.right) {
            (None, None) => write!(f, "anything"),
            (Some(t), None) => write!(f, "{t}"),
            (None, Some(r)) => write!(f, "right {r}"),
            (Some(t), Some(r)) => write!(f, "{t}, right {r}"),
        }
    }
}

impl Coverage<'_> {
    /// The gaps of all needs that have any. What a wider need says already is left out: when nobody is
    /// there at all, nobody is there for each tenant.
    pub fn report(&self, needs: &[Need]) -> Vec<(Need, Vec<Stretch>)> {
        let mut all = vec![Need::default()];
        all.extend(needs.iter().filter(|n| **n != Need::default()).cloned());
        let gaps: Vec<(Need, Vec<Stretch>)> = all
            .into_iter()
            .map(|need| {
                let gaps = self.gaps(&need);
                (need, gaps)
            })
            .collect();
        let said = |need: &Need, gap: &Stretch| {
            gaps.iter()
                .filter(|(wider, _)| wider.is_wider_than(need))
                .flat_map(|(_, gaps)| gaps)
                .any(|g| g.from <= gap.from && gap.to <= g.to)
        };
        gaps.iter()
            .filter_map(|(need, own)| {
                let own = own.iter().filter(|gap| !said(need, gap));
                let own: Vec<Stretch> = own.cloned().collect();
                (!own.is_empty()).then(|| (need.clone(), own))
            })
            .collect()
    }
}

impl Need {
    fn is_wider_than(&self, other: &Self) -> bool {
        self != other
            && (self.tenant.is_none() || self.tenant == other.tenant)
            && (self.right.is_none() || self.right == other.right)
    }
}

/// Who of the team is there in some part of a stretch of working time: everybody, but those who are away all the while.
pub fn who_is_there<'a>(
    team: &'a [Agent],
    absences: &[Absence],
    (from, to): (Instant, Instant),
) -> Vec<&'a AgentId> {
    let away = |who: &AgentId| {
        let mut absences = absences.iter().filter(|a| a.agent == *who);
        absences.any(|a| a.from <= from && a.to >= to)
    };
    team.iter().map(|a| &a.id).filter(|id| !away(id)).collect()
}
