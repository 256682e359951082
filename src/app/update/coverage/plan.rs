//! A preview: its rows are decided one by one, and what is shown is what is applied.

use std::sync::Arc;

use crate::app::cover::{CoverWish, Plan, TurnOf};
use crate::app::inner::PlanAct;
use crate::app::state::{Face, Go, Overlay, PlanView, PreviewRow, Purpose, Why};
use crate::domain::absence::typed;
use crate::domain::absence::{Away, Fate};
use crate::domain::people::AgentId;
use crate::domain::text::{Printable, line};

use super::super::Turn;
use crate::app::cover_words::{called, row_words, span, tally, who_is};

impl Turn<'_> {
    /// Asks what would become of each ticket.
    pub fn ask_plan(&mut self, turn: TurnOf) {
        self.cover_wish(CoverWish::Plan {
            bench: self.bench(),
            turn,
            now: self.s.now,
            at_once: false,
        });
    }

    fn plan_view(&mut self) -> Option<&mut PlanView> {
        match &mut self.s.coverage.face {
            Face::Plan(p) => Some(p),
            _ => None,
        }
    }

    /// Decides about the ticket under the cursor: it goes to somebody, or stays.
    fn decide(&mut self, to: Option<&AgentId>) -> Result<(), String> {
        let office = Arc::clone(&self.s.coverage.office);
        let (calendar, now) = (self.s.calendar.clone(), self.s.now);
        let Some(p) = self.plan_view() else {
            return Err("open a preview first; H does".into());
        };
        let Some(id) = p.selected().map(|r| r.ticket) else {
            return Err("there is no ticket under the cursor".into());
        };
        let preview = &mut p.plan.preview;
        let ticket = p.plan.tickets.iter().find(|t| t.id == id);
        let (Some(ticket), Some(absence)) = (ticket, office.absence(&preview.absence)) else {
            return Err("the absence is not planned any more; R looks again".into());
        };
        let away = Away {
            absence,
            from: preview.from,
            to: preview.to,
        };
        let mut team = office.team_for(&calendar, &away, now);
        // Who has room is counted with all that this preview gives.
        for m in preview.moves().iter().filter(|m| m.ticket != id) {
            team.takes(&m.to);
        }
        preview.decide(&team, ticket, to)?;
        p.decided.insert(id);
        Ok(())
    }

    /// Those who can take the ticket under the cursor, in the order of the plan, then the rest of the team.
    fn able(&self) -> Vec<AgentId> {
        let Face::Plan(p) = &self.s.coverage.face else {
            return Vec::new();
        };
        let Some(row) = p.selected() else {
            return Vec::new();
        };
        let named = row.candidates.iter().map(|c| &c.who);
        let mut all: Vec<AgentId> = Vec::new();
        let rest = self.s.coverage.office.people.iter().map(|x| &x.id);
        for who in named.chain(&row.proposals).chain(rest) {
            if *who != p.plan.preview.who && !all.contains(who) {
                all.push(who.clone());
            }
        }
        all
    }

    /// The next or the last who can take the ticket under the cursor, with one key. False where there is no preview.
    pub fn other_cover(&mut self, by: isize) -> bool {
        let Face::Plan(p) = &self.s.coverage.face else {
            return false;
        };
        let now = p.selected().and_then(|r| match &r.fate {
            Fate::Moves { to } => Some(to.clone()),
            _ => None,
        });
        let mut all = self.able();
        if by < 0 {
            all.reverse();
        }
        let at = now.and_then(|to| all.iter().position(|w| *w == to));
        let from = at.map_or(0, |i| i + 1);
        let n = all.len();
        let turn: Vec<AgentId> = all.into_iter().cycle().skip(from).take(n).collect();
        let mut refused = None;
        for who in turn {
            match self.decide(Some(&who)) {
                Ok(()) => return true,
                Err(why) => refused = refused.or(Some(why)),
            }
        }
        let why = refused.unwrap_or_else(|| "there is nobody else in the team".into());
        self.refuse(&why);
        true
    }

    /// Leaves the ticket where it is, or hands it over again.
    pub fn leave_or_hand(&mut self) {
        let stays = self
            .plan_view()
            .and_then(|p| p.selected())
            .is_some_and(|r| r.fate == Fate::Stays);
        if stays {
            self.other_cover(1);
        } else if let Err(why) = self.decide(None) {
            self.refuse(&why);
        }
        self.move_in_coverage(1);
    }

    /// Gives the ticket to somebody by name.
    pub fn give(&mut self, arg: Option<&str>) {
        if self.plan_view().is_none() {
            return self
                .refuse("open a preview first (H); it gives the ticket there to somebody else");
        }
        match arg {
            None => self.ask(Purpose::Give),
            Some(name) => {
                if let Err(why) = self.answer_give(name) {
                    self.refuse(&why);
                }
            }
        }
    }

    /// The answer to whom.
    ///
    /// # Errors
    /// A sentence: nobody is called so, or they cannot take it.
    pub fn answer_give(&mut self, name: &str) -> Result<(), String> {
        if name == "none" {
            return self.decide(None);
        }
        let known = typed::Known {
            agents: &self.s.vocabulary.agents,
            people: &self.s.coverage.office.people,
            me: &self.s.me,
        };
        let who = typed::agent(name, known)?;
        self.decide(Some(&who))
    }

    /// Explains a row.
    pub fn why_plan_row(&mut self) {
        let Face::Plan(p) = &self.s.coverage.face else {
            return;
        };
        let Some(row) = p.selected() else {
            return self.refuse("there is no ticket under the cursor");
        };
        let lines = row_words(self.s, row);
        let title = line(&format!("#{} {}", row.key, row.subject.line()));
        self.s.overlays.push(Overlay::Why(Why {
            title,
            lines,
            scroll: 0,
        }));
    }

    /// Asks before anything changes hands.
    pub fn ask_apply(&mut self) {
        let Face::Plan(p) = &self.s.coverage.face else {
            return;
        };
        let preview = p.plan.preview.clone();
        let (moves, stay, gaps) = tally(&preview);
        if p.stale {
            return self.refuse("tickets changed since this was looked at; R makes it anew");
        }
        if preview.at.is_none() {
            return self.refuse("the absence is over; nothing has to change hands");
        }
        let s = &*self.s;
        let mut lines = vec![line(&format!(
            "{} away {}.",
            who_is(s, &preview.who),
            span(s, preview.from, preview.to)
        ))];
        if gaps > 0 {
            let verb = if gaps == 1 { "has" } else { "have" };
            lines.push(line(&format!(
                "! {gaps} {verb} nobody and stay where they are."
            )));
        }
        if moves == 0 {
            lines.push(line(
                "Nothing changes hands now; what comes back or arrives goes to who stands in.",
            ));
        }
        lines.push(line(&format!(
            "{stay} stay. One undo (z) takes all of it back."
        )));
        let rows = preview.rows.iter().filter_map(|r| match &r.fate {
            Fate::Moves { to } => Some(PreviewRow {
                key: Printable::from(&r.key),
                subject: r.subject.line(),
                before: called(s, &preview.who),
                after: called(s, to),
                skipped: None,
            }),
            _ => None,
        });
        let rows = rows.collect();
        let plan = p.plan.clone();
        let wish = self.hand_over(&plan);
        let what = match moves {
            0 => "hand over what comes".to_owned(),
            1 => "hand over 1 ticket".to_owned(),
            n => format!("hand over {n} tickets"),
        };
        self.confirm(&what, lines, rows, Go::Cover(Box::new(wish)));
    }

    /// What hands over exactly what a preview says.
    fn hand_over(&mut self, plan: &Plan) -> CoverWish {
        let (me, now) = (self.s.me.clone(), self.s.now);
        let inner = &mut self.s.inner;
        let new = &mut || inner.id(now);
        let over = plan.preview.apply(&plan.tickets, &me, (now, new));
        let (moves, _, gaps) = tally(&plan.preview);
        let who = called(self.s, &plan.preview.who);
        let many = if moves == 1 { "ticket" } else { "tickets" };
        let left = match gaps {
            0 => String::new(),
            n => format!("; {n} without anybody"),
        };
        let done = match moves {
            0 => format!("nothing of {who} changes hands yet; what comes does"),
            n => format!("handed over {n} {many} of {who}"),
        };
        let said = line(&format!("{done}{left}; z takes it back"));
        CoverWish::HandOver(Box::new(over), said)
    }

    /// The setting says that nobody is asked.
    pub fn apply_at_once(&mut self, plan: Plan) {
        let wish = self.hand_over(&plan);
        self.did(PlanAct::Tickets);
        self.cover_wish(wish);
    }
}
