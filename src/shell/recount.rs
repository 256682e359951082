//! Computing the due instants of all live tickets again after the rules have changed: in small steps, so
//! that what the person does comes in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;
use tokio::time::Instant;

use super::Report;
use super::answers::fault;
use super::flight::Token;
use super::scribe::Pen;
use crate::app::Event;
use crate::app::event::Changed;
use crate::domain::ticket::TicketId;

/// One pass over all of them.
#[derive(Clone)]
pub struct Recount {
    pen: Pen,
    reports: Sender<Report>,
    runtime: Handle,
    /// The number of the latest pass: an older one stops, for it must not call its work the newer one's.
    latest: Arc<AtomicU64>,
    own: u64,
}

impl Recount {
    /// A pass that takes the place of any that is under way.
    pub fn new(pen: Pen, reports: Sender<Report>, latest: Arc<AtomicU64>) -> Self {
        let own = latest.fetch_add(1, Ordering::SeqCst) + 1;
        Self {
            pen,
            reports,
            runtime: Handle::current(),
            latest,
            own,
        }
    }

    /// One step, then the next. It rests as long as it works, so that keys find a core however few
    /// there are.
    pub fn step(self, from: Option<TicketId>, token: Token) {
        let pen = self.pen.clone();
        let _ = pen.write(move |w| {
            if self.latest.load(Ordering::SeqCst) != self.own {
                return;
            }
            let begun = Instant::now();
            let event = match w.recompute_due(from) {
                Ok(progress) => match progress.next {
                    Some(next) => {
                        let rest = begun.elapsed();
                        let runtime = self.runtime.clone();
                        runtime.spawn(async move {
                            tokio::time::sleep(rest).await;
                            self.step(Some(next), token);
                        });
                        return;
                    }
                    None => Event::Changed(Changed {
                        all: true,
                        ..Changed::default()
                    }),
                },
                Err(error) => Event::Failed(fault(&error)),
            };
            let _ = self.reports.blocking_send(Report::Event { event, token });
        });
    }
}
