//! The threads that read for the screen. Each request has a slot: one runs, one waits,
//! the newest wins, and a running one that nobody wants any more is interrupted. What the
//! person looks at has a lane of its own, so that counting never holds up a page.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rusqlite::InterruptHandle;
use tokio::sync::mpsc::Sender;

use super::Report;
use super::answers::{self, Slot};
use super::flight::{Flight, Token};
use crate::app::Effect;
use crate::store::{Reader, StoreError};

#[derive(Default)]
struct State {
    waiting: VecDeque<(Slot, Effect, Token)>,
    running: Option<Slot>,
    interrupter: Option<InterruptHandle>,
    closed: bool,
}

type Shared = Arc<(Mutex<State>, Condvar)>;

fn lock(shared: &Shared) -> MutexGuard<'_, State> {
    // Held to put in or take out a request only, never while reading.
    shared.0.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Lane {
    shared: Shared,
    thread: Option<JoinHandle<()>>,
}

impl Lane {
    fn start(name: &str, path: PathBuf, reports: Sender<Report>) -> std::io::Result<Self> {
        let shared: Shared = Arc::default();
        let own = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name(name.into())
            .spawn(move || work(&own, &path, &reports))?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    fn ask(&self, slot: Slot, effect: Effect, token: Token) {
        let mut state = lock(&self.shared);
        if state.running == Some(slot)
            && let Some(handle) = &state.interrupter
        {
            handle.interrupt();
        }
        match state.waiting.iter_mut().find(|(s, ..)| *s == slot) {
            Some(place) => *place = (slot, effect, token),
            None => state.waiting.push_back((slot, effect, token)),
        }
        self.shared.1.notify_one();
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        {
            let mut state = lock(&self.shared);
            state.closed = true;
            state.waiting.clear();
            if let Some(handle) = &state.interrupter {
                handle.interrupt();
            }
        }
        self.shared.1.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn work(shared: &Shared, path: &Path, reports: &Sender<Report>) {
    let mut reader: Option<Reader> = None;
    while let Some((effect, token)) = next(shared) {
        let opened = match reader.take() {
            Some(reader) => Ok(reader),
            None => Reader::open(path).inspect(|reader| {
                lock(shared).interrupter = Some(reader.interrupter());
            }),
        };
        let event = match opened {
            Ok(open) => {
                let event = answers::answer(&open, effect);
                reader = Some(open);
                event
            }
            Err(error) => answers::refusal(effect, &error),
        };
        lock(shared).running = None;
        // An interrupted request has a newer one behind it: there is nothing to say.
        if let Some(event) = event
            && reports
                .blocking_send(Report::Event { event, token })
                .is_err()
        {
            return;
        }
    }
}

fn next(shared: &Shared) -> Option<(Effect, Token)> {
    let mut state = lock(shared);
    loop {
        if state.closed {
            return None;
        }
        if let Some((slot, effect, token)) = state.waiting.pop_front() {
            state.running = Some(slot);
            return Some((effect, token));
        }
        state = shared.1.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}

/// Both lanes of one store.
pub struct Lanes {
    near: Lane,
    far: Lane,
    flight: Flight,
}

impl Lanes {
    /// Starts the threads; each opens its connection with its first request.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn start(path: &Path, reports: &Sender<Report>, flight: &Flight) -> std::io::Result<Self> {
        Ok(Self {
            near: Lane::start("store-read", path.to_owned(), reports.clone())?,
            far: Lane::start("store-count", path.to_owned(), reports.clone())?,
            flight: flight.clone(),
        })
    }

    /// Asks; the answer comes as an event.
    pub fn ask(&self, effect: Effect) {
        let Some(slot) = Slot::of(&effect) else {
            return;
        };
        let lane = if slot.is_near() {
            &self.near
        } else {
            &self.far
        };
        lane.ask(slot, effect, self.flight.begin());
    }
}

/// A search that was stopped because a newer one waits.
pub fn is_stopped(error: &StoreError) -> bool {
    matches!(error, StoreError::Interrupted)
}
