//! What is done by itself, and when next: waking what slept, sending what was held back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DurationRound as _, TimeDelta};
use tokio::sync::mpsc::Sender;

use super::Report;
use super::answers::fault;
use super::contact::Contact;
use super::flight::Flight;
use crate::app::Event;
use crate::app::event::Changed;
use crate::domain::Instant;
use crate::domain::ticket::TicketId;
use crate::store::{StoreError, Writer};

/// Tells the app what changed, with how we stand with the desk.
pub fn tell_changed(
    writer: &Writer,
    reports: &Sender<Report>,
    flight: &Flight,
    tickets: Vec<TicketId>,
    vocabulary: bool,
    (now, contact): (Instant, &Contact),
) {
    let counts = writer.outbox_counts().unwrap_or_default();
    let changed = Changed {
        all: tickets.len() > 200 || vocabulary,
        tickets,
        vocabulary,
        freshness: contact.freshness(now, counts),
    };
    let _ = reports.blocking_send(Report::Event {
        event: Event::Changed(changed),
        token: flight.begin(),
    });
}

/// The pause after something that was due could not be done.
const PAUSE: TimeDelta = TimeDelta::seconds(30);

/// Whether the person knows that something goes wrong again and again: it is told once.
#[derive(Clone, Default)]
pub struct Trouble(Arc<AtomicBool>);

impl Trouble {
    /// What to say of a fault; none if it was said before.
    pub fn news(&self, error: &StoreError) -> Option<Event> {
        let known = self.0.swap(true, Ordering::SeqCst);
        (!known).then(|| Event::Failed(fault(error)))
    }

    /// It went well, or the person asked for another try.
    pub fn is_over(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// Tells the loop when the store next wants something done. What is due by now has just been
/// tried: if it still is, trying it at once would not end.
pub fn tell_chores(
    writer: &Writer,
    reports: &Sender<Report>,
    flight: &Flight,
    again: Option<Instant>,
    now: Instant,
) {
    let later = Some(now + PAUSE);
    let held = writer.next_not_before().unwrap_or(later);
    let asleep = writer.next_wake().unwrap_or(later);
    let drafts = writer.next_article().unwrap_or(later);
    // Duties are looked at once a day: a console that stays open wakes up for it.
    let midnight = now.duration_trunc(TimeDelta::days(1)).ok();
    let tomorrow = midnight.map(|m| m + TimeDelta::days(1));
    let at = [held, asleep, drafts, again, tomorrow]
        .into_iter()
        .flatten()
        .map(|at| if at > now { at } else { now + PAUSE })
        .min();
    let _ = reports.blocking_send(Report::Chores {
        at,
        token: flight.begin(),
    });
}
