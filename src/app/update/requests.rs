//! Requests and registers: what keys do there.

use crate::app::commands::Action;
use crate::app::state::Pane;
use crate::domain::ticket::{Kind, TicketId};

use super::Turn;

impl Turn<'_> {
    /// Does one of its acts.
    pub fn run_requests(&mut self, _action: Action, _arg: Option<&str>) {
        self.go(Pane::Requests);
    }

    /// Begins a request of a kind, from a ticket where one is given.
    pub fn new_request(&mut self, _kind: Kind, _from: Option<TicketId>) {
        self.go(Pane::Requests);
    }

    /// The pane gets the keys.
    pub fn enter_requests(&mut self) {
        self.moved();
    }

    /// Moves the cursor there.
    pub fn move_in_requests(&mut self, _by: isize) {}
}
