//! Asking for absences elsewhere while a console is open.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::Sender;

use super::Report;
use super::answers::sentence;
use super::chores::tell_changed;
use super::contact::Contact;
use super::flight::Flight;
use super::plans;
use super::scribe::Pen;
use crate::app::Event;
use crate::config::{Config, Paths};
use crate::domain::Instant;
use crate::domain::people::AgentId;
use crate::store::{Reader, StoreError};
use crate::sync::Ledger as _;

/// What somebody was told already: once is enough.
#[derive(Clone, Default)]
pub struct Told(Arc<Mutex<BTreeSet<String>>>);

impl Told {
    /// What is news; what is no more is forgotten, and told again if it comes back.
    fn news(&self, all: Vec<String>) -> Vec<String> {
        let Ok(mut told) = self.0.lock() else {
            return Vec::new();
        };
        let new: Vec<String> = all.iter().filter(|w| !told.contains(*w)).cloned().collect();
        *told = all.into_iter().collect();
        new
    }
}

/// All that it takes to ask, on a thread that may wait.
pub struct Planner {
    pub config: Arc<Config>,
    pub paths: Paths,
    pub store: PathBuf,
    pub me: AgentId,
    pub pen: Pen,
    pub contact: Contact,
    pub reports: Sender<Report>,
    pub flight: Flight,
    pub told: Told,
}

impl Planner {
    /// Asks for what is due and takes it in; says when to ask next. What goes wrong is kept for the doctor.
    pub fn ask(self, now: Instant) -> Option<Instant> {
        plans::fetch(&self.paths, &self.config, false, now);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let asked = match runtime {
            Ok(runtime) => runtime.block_on(self.take_in(now)),
            Err(e) => {
                tracing::warn!("the network cannot be used: {e}");
                return Some(now);
            }
        };
        match asked {
            Ok(true) => self.tell(now),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "the plan of absences could not be brought up to date")
            }
        }
        let state = Reader::open(&self.store).and_then(|r| r.shared_state());
        plans::next(&self.paths, &self.config, &state.unwrap_or_default(), now)
    }

    /// True where the plan is different now.
    async fn take_in(&self, now: Instant) -> Result<bool, StoreError> {
        let reader = Reader::open(&self.store)?;
        let known = plans::known(&self.config, &reader, &self.me)?;
        let mut changed = false;
        for calendar in self.config.absences.calendars.clone() {
            let (paths, known) = (self.paths.clone(), known.clone());
            let follow = move |w: &mut _| plans::follow(w, &paths, &calendar, &known, now);
            let found = self.pen.with(follow).await?;
            changed |= found.is_some_and(|f| !f.put.is_empty() || !f.gone.is_empty());
        }
        if plans::due(&reader.shared_state()?, now) <= now {
            let places = (self.config.as_ref(), &self.paths);
            let round = plans::exchange(&self.pen, places, &known, now).await?;
            if let Some(round) = round {
                changed |= round.changed();
                self.complain(round.refused).await;
            }
        }
        Ok(changed)
    }

    /// Says what the calendar does not take, once.
    async fn complain(&self, refused: Vec<String>) {
        for why in self.told.news(refused) {
            let event = Event::Failed(sentence(&why));
            let token = self.flight.begin();
            let _ = self.reports.send(Report::Event { event, token }).await;
        }
    }

    fn tell(&self, now: Instant) {
        let (reports, flight) = (self.reports.clone(), self.flight.clone());
        let (contact, token) = (self.contact.clone(), self.flight.begin());
        self.pen.write(move |w| {
            tell_changed(w, &reports, &flight, Vec::new(), true, (now, &contact));
            drop(token);
        });
    }
}
