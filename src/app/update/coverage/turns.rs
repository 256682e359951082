//! The list of hand-overs and returns.

use chrono::TimeDelta;

use crate::app::cover::{CoverWish, TurnOf};
use crate::app::state::{Face, Pane, Stage, State, TurnRow};
use crate::domain::Instant;
use crate::domain::absence::{Absence, Handed, Office};
use crate::domain::text::{Printable, line};

use super::super::Turn;
use crate::app::cover_words::called;

/// Stretches that begin in so many days are listed.
const LISTED_DAYS: i64 = 60;

fn covers(s: &State, absence: Option<&Absence>) -> Printable {
    let names = |a: &Absence| {
        let each = a
            .covers
            .iter()
            .map(|c| match c.scope == Default::default() {
                true => called(s, &c.who).into_string(),
                false => c.to_string(),
            });
        each.collect::<Vec<_>>().join(", ")
    };
    match absence.map(names) {
        Some(names) if !names.is_empty() => line(&names),
        _ => Printable::literal("nobody"),
    }
}

/// The stretch that was handed over is on or comes.
fn planned(office: &Office, handed: &Handed, now: Instant) -> bool {
    office.absence(&handed.absence).is_some() && office.ends(handed) > now
}

/// What was handed over and is not back first, then what is on, then what comes.
pub(super) fn turns(s: &State, office: &Office) -> Vec<TurnRow> {
    let now = s.now;
    let mut rows: Vec<TurnRow> = office
        .handed
        .iter()
        .filter(|h| h.back.is_none())
        // Where nothing has to come back, only the one that is planned is still of interest.
        .filter(|h| !h.tickets.is_empty() || planned(office, h, now))
        .map(|h| {
            let to = office.ends(h);
            let n = h.tickets.len();
            TurnRow {
                turn: TurnOf {
                    absence: h.absence.clone(),
                    from: h.from,
                },
                who: h.who.clone(),
                to,
                stage: if to <= now {
                    Stage::Over(n)
                } else {
                    Stage::Handed(n)
                },
                covers: covers(s, office.absence(&h.absence)),
            }
        })
        .collect();
    for absence in &office.absences {
        let turns = absence.away(now, now + TimeDelta::days(LISTED_DAYS));
        let mut new = turns
            .iter()
            .filter(|o| office.open(&absence.id, o.from).is_none());
        // Of what recurs the next turn stands for all.
        if let Some(o) = new.next() {
            rows.push(TurnRow {
                turn: TurnOf {
                    absence: absence.id.clone(),
                    from: o.from,
                },
                who: absence.who.clone(),
                to: o.to,
                stage: if o.from <= now {
                    Stage::On
                } else {
                    Stage::Coming
                },
                covers: covers(s, Some(absence)),
            });
        }
    }
    let rank = |r: &TurnRow| match r.stage {
        Stage::Over(_) => 0,
        Stage::Handed(_) | Stage::On => 1,
        Stage::Coming => 2,
    };
    rows.sort_by_key(|r| (rank(r), r.turn.from, r.turn.absence.clone()));
    rows
}

impl Turn<'_> {
    /// Enter on the list: what is over goes back, everything else is previewed.
    pub fn open_turn(&mut self) {
        let c = &self.s.coverage;
        let Some(row) = c.turns.get(c.turn) else {
            return self.refuse("nobody is away in the next weeks; N plans an absence");
        };
        let turn = row.turn.clone();
        match row.stage {
            Stage::Over(_) => self.ask_return(turn),
            Stage::Coming | Stage::On | Stage::Handed(_) => self.ask_plan(turn),
        }
    }

    /// The preview of the absence that is meant.
    pub fn preview_of(&mut self, arg: Option<&str>) {
        if let Some(turn) = self.turn_meant(arg) {
            self.ask_plan(turn);
        }
    }

    /// The return of the one that is meant.
    pub fn return_of(&mut self, arg: Option<&str>) {
        let c = &self.s.coverage;
        let over = |r: &&TurnRow| matches!(r.stage, Stage::Over(_));
        // Whoever comes back and says nothing means what is over.
        let first = c.turns.iter().find(over).map(|r| r.turn.clone());
        let in_list = self.s.pane == Pane::Coverage && matches!(c.face, Face::Turns);
        let turn = match (arg, first) {
            (None, Some(turn)) if !in_list => Some(turn),
            _ => self.turn_meant(arg),
        };
        if let Some(turn) = turn {
            self.ask_return(turn);
        }
    }

    /// Asks what would go back.
    pub fn ask_return(&mut self, turn: TurnOf) {
        let office = &self.s.coverage.office;
        if office.open(&turn.absence, turn.from).is_none() {
            return self.refuse("nothing is handed over for this absence; H previews it");
        }
        self.cover_wish(CoverWish::Back {
            turn,
            ended: None,
            now: self.s.now,
        });
    }
}
