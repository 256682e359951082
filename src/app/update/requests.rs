//! Requests and registers: what keys do there.

use crate::app::commands::Action;
use crate::app::state::Pane;

use super::Turn;

impl Turn<'_> {
    /// Does one of its acts.
    pub fn run_requests(&mut self, _action: Action, _arg: Option<&str>) {
        self.go(Pane::Requests);
    }

    /// The pane gets the keys.
    pub fn enter_requests(&mut self) {
        self.moved();
    }

    /// Moves the cursor there.
    pub fn move_in_requests(&mut self, _by: isize) {}
}
