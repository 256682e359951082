//! Who is there when: what keys do there, and what comes back.
//!
//! `map` has the map, `mouse` points at it, `form` enters an absence (`entered` its times), `turns` lists hand-overs, `plan`
//! previews and applies one, `note` is about its note, `writing` writes in it, `back` gives back, `swap` asks for swaps and
//! answers them, `standing` says what all of that means for the person at the keyboard.

mod back;
mod entered;
mod form;
mod map;
mod mouse;
mod note;
mod plan;
mod standing;
mod swap;
mod turns;
mod writing;

use std::sync::Arc;

use chrono::TimeDelta;

use crate::app::commands::Action;
use crate::app::cover::{Bench, CoverNews, CoverWish, TurnOf};
use crate::app::cover_layout::rows;
use crate::app::effect::Effect;
use crate::app::event::{Changed, Generation};
use crate::app::inner::PlanAct;
use crate::app::layout::layout;
use crate::app::state::{BackView, Face, MapLine, Pane, PlanView, Tone};
use crate::domain::people::AgentId;
use crate::domain::text::line;
use crate::domain::ticket::TicketId;

use super::Turn;

impl Turn<'_> {
    /// Does one of its acts.
    pub fn run_coverage(&mut self, action: Action, arg: Option<&str>) {
        match action {
            Action::GoCoverage => {
                self.save_note();
                self.s.coverage.face = Face::Map;
                self.go(Pane::Coverage);
            }
            Action::GoHandover => {
                self.save_note();
                self.s.coverage.face = Face::Turns;
                self.go(Pane::Coverage);
            }
            Action::StretchNext => self.stretch(1),
            Action::StretchPrevious => self.stretch(-1),
            Action::Farther => self.reach(true),
            Action::Nearer => self.reach(false),
            Action::PlanAbsence => self.enter_absence(arg),
            Action::EditAbsence => self.edit_in_coverage(arg),
            Action::UntilAbsence => self.ask_until(arg),
            Action::DropAbsence => self.ask_drop(arg),
            Action::PreviewHandover => self.preview_of(arg),
            Action::HandoverNote => self.note_of(arg),
            Action::ReturnTickets => self.return_of(arg),
            Action::Pick => self.pick(),
            Action::Give => self.give(arg),
            Action::KeepNote => self.export_note(arg),
            Action::NoteIntoTickets => self.note_into_tickets(),
            Action::NoteDone => self.leave_note(),
            Action::Apply => self.apply_shown(),
            Action::OnCall => self.on_call(),
            Action::Swap => self.swap(arg),
            _ => {}
        }
    }

    /// The pane gets the keys.
    pub fn enter_coverage(&mut self) {
        self.moved();
        self.ask_standing();
    }

    /// What is shown is looked at anew.
    pub fn refresh_coverage(&mut self) {
        self.ask_standing();
        let now = self.s.now;
        match &self.s.coverage.face {
            Face::Plan(p) => self.ask_plan(TurnOf {
                absence: p.plan.preview.absence.clone(),
                from: p.plan.preview.from,
            }),
            Face::Back(b) => self.cover_wish(CoverWish::Back {
                turn: TurnOf {
                    absence: b.returning.handed.absence.clone(),
                    from: b.returning.handed.from,
                },
                ended: b.returning.ended.clone().map(Box::new),
                now,
            }),
            Face::Map | Face::Turns | Face::Note(_) => {}
        }
    }

    /// Of the settings, for a question.
    fn bench(&self) -> Bench {
        Bench {
            people: self.s.people.clone(),
            calendar: self.s.calendar.clone(),
            zone: self.s.zone,
            scope: self.s.scope.clone(),
            me: self.s.me.clone(),
            followed: Arc::clone(&self.s.followed),
        }
    }

    /// Asks how things stand; for the pane with the map.
    pub fn ask_standing(&mut self) {
        let generation = self.next();
        self.s.inner.cover = generation;
        let days = TimeDelta::days(self.s.coverage.reach.days());
        let shown = self.s.pane == Pane::Coverage;
        let calendar = &self.s.calendar;
        let until = calendar.midnight(calendar.date(self.s.now + days));
        let wish = CoverWish::Standing {
            bench: self.bench(),
            now: self.s.now,
            until: shown.then_some(until),
        };
        self.fx.push(Effect::Cover(generation, wish));
    }

    /// Wishes something that is waited for.
    fn cover_wish(&mut self, wish: CoverWish) {
        let generation = self.next();
        self.s.inner.plan = generation;
        self.fx.push(Effect::Cover(generation, wish));
    }

    /// A wish that was confirmed.
    pub fn wish_confirmed(&mut self, wish: CoverWish) {
        match &wish {
            CoverWish::Drop(id, _) => {
                let before = self.s.coverage.office.absence(id).cloned();
                self.did(PlanAct::Absence(id.clone(), before.map(Box::new)));
            }
            CoverWish::HandOver(..) | CoverWish::TakeBack(..) => self.did(PlanAct::Tickets),
            CoverWish::Keep(absences, _) => {
                for absence in absences {
                    let before = self.s.coverage.office.absence(&absence.id).cloned();
                    self.did(PlanAct::Absence(absence.id.clone(), before.map(Box::new)));
                }
            }
            _ => {}
        }
        self.cover_wish(wish);
    }

    /// Remembers the way back.
    fn did(&mut self, act: PlanAct) {
        self.s.inner.plan_acts.push(act);
    }

    /// Tickets were acted on: that is what is taken back next.
    pub fn acted(&mut self) {
        if !self.s.inner.plan_acts.is_empty() {
            self.did(PlanAct::Tickets);
        }
    }

    /// Takes back the latest act where it is one on absences; what is planned only in their pane, where it is
    /// seen. False: the latest act on tickets is meant.
    pub fn undo_plan(&mut self) -> bool {
        let here = self.s.pane == Pane::Coverage;
        let acts = &mut self.s.inner.plan_acts;
        let seen_here = |act: &PlanAct| matches!(act, PlanAct::Absence(..) | PlanAct::Note(..));
        match acts.pop_if(|act| here || !seen_here(act)) {
            Some(PlanAct::Absence(_, Some(before))) => {
                let said = line(&format!("the absence of {} is as it was", before.who));
                self.cover_wish(CoverWish::Keep(vec![*before], said));
            }
            Some(PlanAct::Absence(id, None)) => {
                self.cover_wish(CoverWish::Drop(id, line("the new absence is taken away")));
            }
            Some(PlanAct::Note(turn, text)) => self.put_note_back(turn, text),
            Some(PlanAct::Tickets) | None => return false,
        }
        true
    }

    /// An answer came.
    pub fn covered(&mut self, generation: Generation, news: CoverNews) {
        match news {
            CoverNews::Standing(standing) if generation == self.s.inner.cover => {
                self.standing(*standing);
            }
            CoverNews::Failed(fault) if generation == self.s.inner.cover => {
                self.s.coverage.error = Some(fault.what);
            }
            CoverNews::Done(said) => {
                if let Some(said) = said {
                    self.toast(Tone::Good, said, None);
                }
                self.fx.push(Effect::Vocabulary(self.s.now));
                self.ask_standing();
            }
            CoverNews::NoteKept(both) => self.note_kept(generation, both),
            CoverNews::Failed(fault) if self.note_failed(generation, &fault) => {}
            CoverNews::Failed(fault) => self.fault(fault),
            // Nobody waits for it on the screen: it is done whatever was asked for since.
            CoverNews::Plan(plan) if plan.at_once => self.apply_at_once(*plan),
            _ if generation != self.s.inner.plan => {}
            CoverNews::Plan(plan) => self.face(Face::Plan(Box::new(PlanView::new(*plan)))),
            CoverNews::Note(noted) => self.show_note(*noted),
            CoverNews::Back(back) => self.face(Face::Back(Box::new(BackView::new(*back)))),
            CoverNews::Standing(_) => {}
        }
    }

    /// Shows something else in the pane.
    fn face(&mut self, face: Face) {
        self.save_note();
        self.s.coverage.face = face;
        if self.s.pane != Pane::Coverage {
            self.s.pane = Pane::Coverage;
            self.ask_standing();
        }
        self.moved();
        self.rewrap();
    }

    /// Something in the store changed.
    pub fn coverage_changed(&mut self, changed: &Changed) {
        let any =
            |shown: &dyn Fn(&TicketId) -> bool| changed.all || changed.tickets.iter().any(shown);
        match &mut self.s.coverage.face {
            Face::Plan(plan) => {
                let rows = &plan.plan.preview.rows;
                plan.stale |= any(&|t| rows.iter().any(|r| r.ticket == *t));
            }
            Face::Back(back) => {
                let rows = &back.rows;
                back.stale |= any(&|t| rows.iter().any(|r| r.ticket == *t));
            }
            Face::Map | Face::Turns | Face::Note(_) => {}
        }
        if changed.all || changed.vocabulary {
            self.ask_standing();
        }
    }

    /// Back one step within the pane; false at its first face.
    pub fn back_in_coverage(&mut self) -> bool {
        let to = match self.s.coverage.face {
            Face::Map => return false,
            Face::Turns => Face::Map,
            Face::Plan(_) | Face::Note(_) | Face::Back(_) => Face::Turns,
        };
        self.face(to);
        true
    }

    /// Moves the cursor there.
    pub fn move_in_coverage(&mut self, by: isize) {
        let step = |at: usize, len: usize| at.saturating_add_signed(by).min(len.saturating_sub(1));
        let c = &mut self.s.coverage;
        match &mut c.face {
            Face::Map => self.move_on_map(by),
            Face::Turns => c.turn = step(c.turn, c.turns.len()),
            Face::Plan(p) => p.cursor = step(p.cursor, p.order.len()),
            Face::Back(b) => b.cursor = step(b.cursor, b.rows.len()),
            Face::Note(n) => n.top = step(n.top, n.text.lines().count()),
        }
        self.scroll_coverage();
        self.moved();
    }

    /// The row under the cursor is seen; the others stay where they are as far as they can.
    fn scroll_coverage(&mut self) {
        let first = rows(self.s, layout(self.s).main).first;
        let c = &mut self.s.coverage;
        match &mut c.face {
            Face::Map => c.top = first,
            Face::Plan(p) => p.top = first,
            Face::Back(b) => b.top = first,
            Face::Turns | Face::Note(_) => {}
        }
    }

    /// Opens what is under the cursor; false: a ticket is.
    pub fn open_in_coverage(&mut self) -> bool {
        match &self.s.coverage.face {
            Face::Map => self.open_on_map(),
            Face::Turns => self.open_turn(),
            Face::Note(_) => self.refuse("e edits the note, X saves it as a file"),
            Face::Plan(_) | Face::Back(_) => return false,
        }
        true
    }

    fn edit_in_coverage(&mut self, arg: Option<&str>) {
        match &self.s.coverage.face {
            Face::Note(_) if arg.is_none() => self.write_in_note(),
            _ => self.edit_absence(arg),
        }
    }

    fn apply_shown(&mut self) {
        match &self.s.coverage.face {
            Face::Plan(_) => self.ask_apply(),
            Face::Back(_) => self.ask_give_back(),
            _ => self.refuse("open a preview (H) or a return first; it applies what is shown"),
        }
    }

    fn pick(&mut self) {
        match &self.s.coverage.face {
            Face::Plan(_) => self.leave_or_hand(),
            Face::Back(_) => self.take_along(),
            _ => {
                self.refuse("open a preview (H) or a return first; it decides about the row there")
            }
        }
    }

    /// The stretch of an absence that is meant: the one under the cursor, or by whose it is.
    fn turn_meant(&mut self, arg: Option<&str>) -> Option<TurnOf> {
        if let Some(typed) = arg {
            let typed = if typed == "me" {
                self.s.me.as_str()
            } else {
                typed
            };
            let typed = typed.to_lowercase();
            let fits = |who: &AgentId, id: &str| who.as_str() == typed || id.starts_with(&typed);
            let turns = self.s.coverage.turns.iter();
            let mut found = turns.filter(|t| fits(&t.who, &t.turn.absence.0));
            let found = found.next().map(|t| t.turn.clone());
            if found.is_none() {
                self.refuse(&format!(
                    "nobody called \"{typed}\" is away in the next weeks; N plans an absence"
                ));
            }
            return found;
        }
        let c = &self.s.coverage;
        let found = match &c.face {
            Face::Map => self.gone_on_map(),
            Face::Turns => c.turns.get(c.turn).map(|t| t.turn.clone()),
            Face::Plan(p) => Some(TurnOf {
                absence: p.plan.preview.absence.clone(),
                from: p.plan.preview.from,
            }),
            Face::Note(n) => Some(n.noted.turn.clone()),
            Face::Back(b) => Some(TurnOf {
                absence: b.returning.handed.absence.clone(),
                from: b.returning.handed.from,
            }),
        };
        // From elsewhere the one that asks for something is meant.
        let found = found.or_else(|| match self.s.pane {
            Pane::Coverage => None,
            _ => c.turns.first().map(|t| t.turn.clone()),
        });
        if found.is_none() {
            self.refuse("no absence is under the cursor; N plans one, g h lists them");
        }
        found
    }

    /// Why what is under the cursor is as it is.
    pub fn why_coverage(&mut self) {
        match &self.s.coverage.face {
            Face::Plan(_) => self.why_plan_row(),
            Face::Back(_) => self.why_back(),
            Face::Map => match self.s.coverage.line_on() {
                Some(MapLine::Need(_)) => self.open_on_map(),
                _ => self.why_cell(),
            },
            Face::Turns | Face::Note(_) => {
                self.refuse("open the preview (H) or the return (Enter); w explains its rows");
            }
        }
    }
}
