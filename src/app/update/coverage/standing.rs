//! What the team's absences mean for the person at the keyboard: the banner, the views, who is on call.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;

use crate::app::cover::{CoverWish, Standing, TurnOf};
use crate::app::state::{Covering, Overlay, Pane, Stage, State, View, Why};
use crate::domain::Instant;
use crate::domain::absence::{AtStart, Office};
use crate::domain::coverage::{Coverage as There, Need};
use crate::domain::list::{Count, Sort};
use crate::domain::people::AgentId;
use crate::domain::query::{Flag, Query, Test, Who};
use crate::domain::text::{Printable, line};
use crate::domain::ticket::TicketKey;

use super::super::Turn;
use super::turns;
use crate::app::cover_words::{called, gaps, stands_in, until, when, who_is};

/// Views of those one stands in for come after so many of the built-in ones.
const VIEWS_BEFORE: usize = 4;
/// Who is on call is known for so many days ahead.
const AHEAD_DAYS: i64 = 14;
/// An absence asks to be handed over in the last working hours before it.
const ASKS_SECONDS: i64 = 8 * 3600;

/// Whom somebody stands in for now, with the tickets that were handed to them.
fn covering(office: &Office, me: &AgentId, now: Instant) -> Vec<Covering> {
    let mut all: BTreeMap<AgentId, Covering> = BTreeMap::new();
    for handed in office.handed.iter().filter(|h| h.back.is_none()) {
        let mine = handed.tickets.iter().filter(|t| t.to == *me);
        let tickets: Vec<TicketKey> = mine.map(|t| t.key.clone()).collect();
        if tickets.is_empty() {
            continue;
        }
        let ends = office.ends(handed);
        let entry = all.entry(handed.who.clone()).or_insert_with(|| Covering {
            who: handed.who.clone(),
            until: ends,
            tickets: Vec::new(),
        });
        entry.until = entry.until.max(ends);
        entry.tickets.extend(tickets);
    }
    // Somebody who is to stand in is told so although nothing was handed over yet.
    for absence in &office.absences {
        let covers = absence.covers.iter().any(|c| c.who == *me);
        let on = absence.away(now, now + TimeDelta::seconds(1));
        if let (true, Some(o)) = (covers, on.first()) {
            all.entry(absence.who.clone()).or_insert_with(|| Covering {
                who: absence.who.clone(),
                until: o.to,
                tickets: Vec::new(),
            });
        }
    }
    all.into_values().collect()
}

fn covering_name(s: &State, c: &Covering) -> Printable {
    line(&format!("Covering {}", called(s, &c.who)))
}

/// Their tickets that are still with whoever asks.
fn covering_view(s: &State, c: &Covering) -> View {
    let query = Query::all()
        .and(Test::Assignee(vec![Some(Who::Me)]))
        .and(Test::Is(vec![Flag::Live]))
        .and(Test::Id(c.tickets.clone()));
    View {
        name: covering_name(s, c),
        text: query.to_string(),
        query,
        sort: Sort::Due,
        own: false,
        warn: true,
        count: Count::Unknown,
    }
}

impl Turn<'_> {
    /// How things stand is known.
    pub fn standing(&mut self, standing: Standing) {
        let office = Arc::new(standing.office);
        let listed = turns::turns(self.s, &office);
        let covering = covering(&office, &self.s.me, self.s.now);
        let c = &mut self.s.coverage;
        (c.loaded, c.error) = (true, None);
        (c.office, c.turns) = (office, listed);
        c.turn = c.turn.min(c.turns.len().saturating_sub(1));
        if let Some(roster) = standing.roster {
            let gaps = gaps(self.s, &roster);
            let c = &mut self.s.coverage;
            c.gaps = gaps;
            c.roster = Some(Arc::new(roster));
            self.lay_map();
        }
        let changed = self.s.coverage.covering != covering;
        self.s.coverage.covering = covering;
        if changed {
            self.views_of_covering();
        }
        self.s.coverage.on_call = self.on_call_words();
        self.set_banner();
        self.hand_over_at_once();
        self.s.inner.cover_at = self.next_coming();
        if matches!(self.s.overlays.last(), Some(Overlay::Absence(_))) {
            self.form_changed();
        }
    }

    /// Views of those one stands in for appear, and go again.
    fn views_of_covering(&mut self) {
        let all = self.s.coverage.covering.iter();
        let some = all.filter(|c| !c.tickets.is_empty());
        let new: Vec<View> = some.map(|c| covering_view(self.s, c)).collect();
        let on = self.s.views.get(self.s.active).map(|v| v.name.clone());
        let is_covering = |v: &View| v.name.as_str().starts_with("Covering ") && !v.own;
        self.s.views.retain(|v| !is_covering(v));
        let at = VIEWS_BEFORE.min(self.s.views.len());
        self.s.views.splice(at..at, new);
        let named = |v: &View| Some(&v.name) == on.as_ref();
        let found = self.s.views.iter().position(named);
        // The same view is shown as before; what is gone gives way to the first.
        self.s.active = found.unwrap_or(0);
        match found {
            None if self.s.pane == Pane::Queue => self.view(0),
            None => self.ask_list(),
            Some(i) if self.s.views.get(i).is_some_and(is_covering) => self.ask_list(),
            Some(_) => {}
        }
        // Counts on their way are of the views there were.
        self.s.inner.counting = false;
        self.ask_counts();
    }

    /// The banner: an absence that asks for something first, else whom one stands in for.
    pub fn set_banner(&mut self) {
        let asks = self.asking();
        let s = &*self.s;
        let banner = asks.clone().or_else(|| {
            let mut said = Vec::new();
            for c in &s.coverage.covering {
                // Those that are done meanwhile need nobody any more.
                let view = covering_name(s, c);
                let counted = s.views.iter().find(|v| v.name == view).map(|v| v.count);
                let n = match counted {
                    Some(Count::Exact(n)) => n,
                    _ => c.tickets.len() as u64,
                };
                let many = if n == 1 { "ticket" } else { "tickets" };
                said.push(format!(
                    "You cover {} until {} · {n} {many}",
                    called(s, &c.who),
                    until(s, c.until)
                ));
            }
            (!said.is_empty()).then(|| line(&said.join("   ")))
        });
        let before = self.s.coverage.banner.is_some();
        self.s.coverage.banner_asks = asks.is_some();
        self.s.coverage.banner = banner;
        if before != self.s.coverage.banner.is_some() {
            self.rewrap();
            self.ask_more();
        }
    }

    /// What an absence asks for: to be handed over, or to be given back.
    fn asking(&self) -> Option<Printable> {
        let s = &*self.s;
        if s.at_start == AtStart::Off {
            return None;
        }
        let office = &s.coverage.office;
        let key = s.keymap.keys(crate::app::Action::GoHandover);
        let key = key.first().cloned().unwrap_or_else(|| ":hand-over".into());
        let busy = |who: &AgentId| office.loads.iter().any(|(w, n)| w == who && *n > 0);
        let mine = |who: &AgentId, id| {
            let absence = office.absence(id);
            *who == s.me || absence.is_some_and(|a| a.covers.iter().any(|c| c.who == s.me))
        };
        s.coverage.turns.iter().find_map(|t| {
            if !mine(&t.who, &t.turn.absence) {
                return None;
            }
            let is_over = matches!(t.stage, Stage::Over(_));
            if !is_over && office.is_decided(&t.turn.absence, t.turn.from) {
                return None;
            }
            let who = called(s, &t.who);
            let is_me = t.who == s.me;
            match t.stage {
                Stage::Over(n) if is_me => Some(line(&format!(
                    "You are back · {n} tickets of yours are with others · {key} gives them back"
                ))),
                Stage::Over(n) => Some(line(&format!(
                    "{who} is back · {n} tickets are still with others · {key} gives them back"
                ))),
                Stage::On if busy(&t.who) => Some(line(&format!(
                    "{} away until {} and nothing is handed over · {key} previews it",
                    who_is(s, &t.who),
                    until(s, t.to)
                ))),
                Stage::Coming
                    if busy(&t.who)
                        && is_me
                        && s.calendar.elapsed(s.now, t.turn.from) <= ASKS_SECONDS =>
                {
                    Some(line(&format!(
                        "You are away from {} and nothing is handed over · {key} previews it",
                        when(s, t.turn.from)
                    )))
                }
                _ => None,
            }
        })
    }

    /// The setting says that what begins is handed over by itself, once.
    fn hand_over_at_once(&mut self) {
        if self.s.at_start != AtStart::Apply {
            return;
        }
        let tried = &self.s.inner.handed_at_once;
        let on = self
            .s
            .coverage
            .turns
            .iter()
            .filter(|t| t.stage == Stage::On);
        // What was handed over and given back is not handed over again unasked.
        let office = &self.s.coverage.office;
        let new: Vec<TurnOf> = on
            .map(|t| t.turn.clone())
            .filter(|t| !tried.contains(t) && !office.is_decided(&t.absence, t.from))
            .collect();
        // One at a time: what one takes over is load for the next.
        let Some(turn) = new.into_iter().next() else {
            return;
        };
        self.s.inner.handed_at_once.push(turn.clone());
        self.cover_wish(CoverWish::Plan {
            bench: self.bench(),
            turn,
            now: self.s.now,
            at_once: true,
        });
    }

    fn there(&self, need: &Need, from: Instant, to: Instant) -> Vec<(Instant, Instant, usize)> {
        let office = &self.s.coverage.office;
        let team = office.team(&self.s.calendar, (from, to));
        There::new(&team, from, to).counts(need)
    }

    /// Who is there now, and what nobody may do until when.
    fn on_call_words(&self) -> Printable {
        let s = &*self.s;
        let office = &s.coverage.office;
        let Some(then) = s.calendar.next_open(s.now) else {
            return line("the desk never opens");
        };
        let team = office.team(&s.calendar, (then, then + TimeDelta::days(AHEAD_DAYS)));
        let coverage = There::new(&team, then, then + TimeDelta::seconds(1));
        let there = coverage.of(&Need::default()).into_iter().next();
        let names: Vec<String> = there
            .iter()
            .flat_map(|t| &t.there)
            .map(|w| called(s, w).into_string())
            .collect();
        let head = match (then > s.now, names.is_empty()) {
            (true, _) => format!("closed until {}; then: ", when(s, then)),
            (false, _) => "on call now: ".to_owned(),
        };
        let mut said = vec![format!(
            "{head}{}",
            if names.is_empty() {
                "nobody".to_owned()
            } else {
                names.join(", ")
            }
        )];
        for right in office.rights() {
            let need = Need {
                tenant: None,
                right: Some(right.clone()),
            };
            let spans = self.there(&need, then, then + TimeDelta::days(AHEAD_DAYS));
            if spans.first().is_some_and(|(.., n)| *n > 0) {
                continue;
            }
            let next = spans.iter().find(|(.., n)| *n > 0);
            said.push(match next {
                Some((from, ..)) => format!("! {right}: nobody until {}", when(s, *from)),
                None => format!("! {right}: nobody for two weeks"),
            });
        }
        line(&said.join(" · "))
    }

    /// When somebody comes or goes next.
    fn next_coming(&self) -> Option<Instant> {
        let s = &*self.s;
        let to = s.now + TimeDelta::days(AHEAD_DAYS);
        let team = s.coverage.office.team(&s.calendar, (s.now, to));
        let away = team.away().iter().flat_map(|a| [a.from, a.to]);
        let spans = self.there(&Need::default(), s.now, s.now + TimeDelta::days(4));
        let changes = spans.iter().flat_map(|(from, to, _)| [*from, *to]);
        away.chain(changes).filter(|at| *at > s.now).min()
    }

    /// Says who is on call, and who is away until when.
    pub fn on_call(&mut self) {
        if !self.s.coverage.loaded {
            self.ask_standing();
            return self.refuse("who is there is being looked up; ask again in a moment");
        }
        let s = &*self.s;
        let words = s.coverage.on_call.as_str().split(" · ");
        let mut lines: Vec<Printable> = words.map(line).collect();
        let now = s.now;
        for absence in &s.coverage.office.absences {
            if let Some(o) = absence.away(now, now + TimeDelta::seconds(1)).first() {
                let covers: Vec<AgentId> = absence.covers.iter().map(|c| c.who.clone()).collect();
                lines.push(line(&format!(
                    "away: {} until {}, {}",
                    called(s, &absence.who),
                    until(s, o.to),
                    stands_in(s, &covers)
                )));
            }
        }
        self.s.overlays.push(Overlay::Why(Why {
            title: line("On call"),
            lines,
            scroll: 0,
        }));
    }
}
