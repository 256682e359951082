//! Who is there when: what keys do there.

use crate::app::commands::Action;
use crate::app::cover::{CoverNews, CoverWish};
use crate::app::effect::Effect;
use crate::app::event::Generation;
use crate::app::state::Pane;

use super::Turn;

impl Turn<'_> {
    /// Does one of its acts.
    pub fn run_coverage(&mut self, _action: Action, _arg: Option<&str>) {
        self.go(Pane::Coverage);
    }

    /// The pane gets the keys.
    pub fn enter_coverage(&mut self) {
        self.moved();
        let generation = self.next();
        self.s.inner.cover = generation;
        self.fx.push(Effect::Cover(generation, CoverWish::Absences));
    }

    /// Moves the cursor there.
    pub fn move_in_coverage(&mut self, _by: isize) {}

    /// An answer came.
    pub fn covered(&mut self, generation: Generation, news: CoverNews) {
        match news {
            _ if generation != self.s.inner.cover => {}
            CoverNews::Absences(_) => self.s.coverage.loaded = true,
            CoverNews::Failed(fault) => self.s.coverage.error = Some(fault.what),
        }
    }
}
