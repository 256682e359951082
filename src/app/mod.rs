//! The verbs: what a key means, what happens then, and what is asked of the outside.
//!
//! [`App::handle`] is the only door that changes [`State`]. It does no I/O and is told
//! the time; what it wants from the outside it says as [`Effect`]s. Pictures are in
//! `ui`, the running of effects in `shell`.

pub mod books;
pub mod commands;
pub mod cover;
pub mod cover_layout;
pub mod cover_words;
pub mod effect;
pub mod escalation;
pub mod event;
mod inner;
pub mod keymap;
pub mod layout;
pub mod names;
mod prepare;
pub mod reports;
pub mod signs;
pub mod state;
pub mod top;
mod update;
pub mod views;
mod wake;

pub use commands::{Action, Context};
pub use effect::Effect;
pub use event::{Event, Fault, Generation};
pub use keymap::Keymap;
pub use state::{Setup, State};

use crate::domain::Instant;
use crate::domain::report::{Draft as ReportDraft, Kept};
use crate::domain::thread::{DraftPlace, DraftSeen};
use state::Form;

/// The console's mind: its state and the one door to it.
#[derive(Debug)]
pub struct App {
    /// All that a frame needs.
    pub state: State,
}

impl App {
    /// Starts with what the shell knows about this machine. The first effects are
    /// those of [`Event::Started`].
    pub fn new(setup: Setup, at: Instant) -> Self {
        Self {
            state: State::new(setup, at),
        }
    }

    /// Takes one event in and says what is wanted of the outside. Pure: the same state,
    /// time and event give the same result.
    pub fn handle(&mut self, at: Instant, event: Event) -> Vec<Effect> {
        self.state.now = at;
        update::update(&mut self.state, event)
    }

    /// What is known of the draft on disk that the open text goes over.
    pub fn draft_seen(&self, place: DraftPlace) -> DraftSeen {
        self.state.inner.draft_seen(place)
    }

    /// The reports that are not known to be on disk, each with the draft that is.
    pub fn unsaved_reports(&self, at: Instant) -> Vec<(Kept, ReportDraft)> {
        let open = self.state.report.form.iter().map(|f| &**f);
        let all = open.chain(&self.state.inner.parked);
        let unsaved = all.filter(|f| f.touched.is_some() && !f.is_empty());
        let kept = |f: &Form| Kept {
            at,
            ..f.kept.clone()
        };
        unsaved.map(|f| (kept(f), f.base.clone())).collect()
    }

    /// The next instant at which the screen changes by itself; the shell arms one timer
    /// for it and sends [`Event::Wake`].
    pub fn wake(&self) -> Option<Instant> {
        wake::wake(&self.state)
    }
}
