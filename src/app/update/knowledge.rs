//! Articles: what keys do there.

use crate::app::books::{BookNews, BookWish};
use crate::app::commands::Action;
use crate::app::effect::Effect;
use crate::app::event::Generation;
use crate::app::state::Pane;

use super::Turn;

impl Turn<'_> {
    /// Does one of its acts.
    pub fn run_knowledge(&mut self, _action: Action, _arg: Option<&str>) {
        self.go(Pane::Knowledge);
    }

    /// The pane gets the keys.
    pub fn enter_knowledge(&mut self) {
        self.moved();
        let generation = self.next();
        self.s.inner.books = generation;
        self.fx.push(Effect::Books(generation, BookWish::Articles));
    }

    /// Moves the cursor there.
    pub fn move_in_knowledge(&mut self, _by: isize) {}

    /// An answer about knowledge, requests or registers came.
    pub fn looked_up(&mut self, generation: Generation, news: BookNews) {
        match news {
            _ if generation != self.s.inner.books => {}
            BookNews::Articles(_) => self.s.knowledge.loaded = true,
            BookNews::Failed(fault) => self.s.knowledge.error = Some(fault.what),
        }
    }
}
