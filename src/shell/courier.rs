//! The task that sends the outbox to the desk: one round at a time, again when something
//! was committed meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Mutex;
use tokio::sync::mpsc::Sender;

use super::Report;
use super::chores::{Trouble, tell_changed, tell_chores};
use super::flight::{Flight, Token};
use super::scribe::Pen;
use crate::desk::Desk;
use crate::domain::Instant;
use crate::store::{StoreError, Writer};
use crate::sync::{Ledger, Pushed, push};

impl Ledger for Pen {
    async fn with<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Writer) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.ask(job).await
    }
}

/// Sends; as many handles as are wanted, one desk.
#[derive(Clone)]
pub struct Courier {
    desk: Arc<Mutex<Desk>>,
    wanted: Arc<AtomicBool>,
    pen: Pen,
    reports: Sender<Report>,
    flight: Flight,
    trouble: Trouble,
}

impl Courier {
    /// A courier to that desk.
    pub fn new(desk: Desk, pen: Pen, reports: Sender<Report>, flight: Flight) -> Self {
        Self {
            desk: Arc::new(Mutex::new(desk)),
            wanted: Arc::default(),
            pen,
            reports,
            flight,
            trouble: Trouble::default(),
        }
    }

    /// The person asks for another try: what goes wrong is told again.
    pub fn ask_again(&self) {
        self.trouble.is_over();
    }

    /// Something may be sent: goes, or goes again after the round that is under way.
    pub fn go(&self, now: Instant) {
        if self.wanted.swap(true, Ordering::SeqCst) {
            return;
        }
        let token = self.flight.begin();
        tokio::spawn(self.clone().round(now, token));
    }

    async fn round(self, now: Instant, token: Token) {
        let desk = Arc::clone(&self.desk);
        let desk = desk.lock().await;
        self.wanted.store(false, Ordering::SeqCst);
        match push(&self.pen, &*desk, now).await {
            Ok(Pushed {
                tickets, again_at, ..
            }) => {
                let (reports, flight) = (self.reports.clone(), self.flight.clone());
                let offline = again_at.is_some();
                self.pen.write(move |w| {
                    if !tickets.is_empty() || offline {
                        tell_changed(w, &reports, &flight, tickets, false, (now, offline));
                    }
                    tell_chores(w, &reports, &flight, again_at, now);
                    drop(token);
                });
                self.trouble.is_over();
            }
            Err(error) => {
                if let Some(event) = self.trouble.news(&error) {
                    let token = self.flight.begin();
                    let _ = self.reports.send(Report::Event { event, token }).await;
                }
                // What is waiting is tried again, and what sleeps is still woken in time.
                let (reports, flight) = (self.reports.clone(), self.flight.clone());
                self.pen.write(move |w| {
                    tell_chores(w, &reports, &flight, Some(now), now);
                    drop(token);
                });
            }
        }
    }
}
