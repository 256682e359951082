//! The form of a report: what keys do there.

use crate::app::commands::Action;
use crate::app::effect::Effect;
use crate::app::event::Generation;
use crate::app::reports::{ReportNews, ReportWish};
use crate::app::state::Pane;

use super::Turn;

impl Turn<'_> {
    /// Does one of its acts.
    pub fn run_report(&mut self, action: Action, arg: Option<&str>) {
        match action {
            Action::Escalate => self.escalate(arg),
            _ => self.go(Pane::Report),
        }
    }

    /// The pane gets the keys.
    pub fn enter_report(&mut self) {
        self.moved();
        if let Some(ticket) = self.s.report.ticket {
            let generation = self.next();
            self.s.inner.reports = generation;
            self.fx
                .push(Effect::Reports(generation, ReportWish::Load(ticket)));
        }
    }

    /// Moves the cursor there.
    pub fn move_in_report(&mut self, _by: isize) {}

    /// An answer came.
    pub fn reported(&mut self, generation: Generation, news: ReportNews) {
        match news {
            _ if generation != self.s.inner.reports => {}
            ReportNews::Loaded(_) => self.s.report.loaded = true,
            ReportNews::Failed(fault) => self.s.report.error = Some(fault.what),
        }
    }
}
