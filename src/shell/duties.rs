//! Recurring duties in a console that stays open: their tickets are made by themselves, once a
//! period whatever the number of windows, for whoever of their owners is there.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use chrono::{Datelike as _, TimeDelta};

use crate::config::{self, Config, Paths};
use crate::domain::Instant;
use crate::domain::absence::{KNOWN_DAYS, Office, team_of};
use crate::domain::people::AgentId;
use crate::domain::register::duty::{Duties, Known, Occasion, occasions};
use crate::domain::ticket::TicketId;
use crate::store::{Reader, StoreError, Writer};

/// The day on which they were last looked at, here.
#[derive(Clone, Default)]
pub struct LookedOn(Arc<AtomicI32>);

impl LookedOn {
    /// Whether they were not looked at on this day yet; they are from now on.
    pub fn is_new(&self, config: &Config, now: Instant) -> bool {
        let day = now.with_timezone(&config.zone).num_days_from_ce();
        self.0.swap(day, Ordering::SeqCst) != day
    }
}

/// What is due in the period that an instant lies in, done already or not; `away`: who is away
/// besides those of whom the plan says so.
///
/// # Errors
/// As the store's reads.
pub fn due(
    reader: &Reader,
    (config, duties): (&Config, &Duties),
    me: &AgentId,
    away: &[AgentId],
    now: Instant,
) -> Result<Vec<Occasion>, StoreError> {
    let (book, articles) = (reader.book()?, reader.articles()?);
    let absences = reader.absences()?;
    let office = Office {
        people: team_of(&config.people, reader.agents()?, &absences, me),
        absences,
        handed: Vec::new(),
        loads: reader.loads()?,
        ..Office::default()
    };
    let ahead = TimeDelta::try_days(KNOWN_DAYS).unwrap_or_default();
    let team = office.team(&config.calendar, (now, now + ahead));
    let known = Known {
        book: &book,
        articles: &articles,
        scope: &config.scope,
        team: &team,
        away,
        now,
    };
    let today = now.with_timezone(&config.zone).date_naive();
    Ok(occasions(duties, known, today))
}

/// Makes the tickets that are due.
///
/// # Errors
/// The duties cannot be read, with what is wrong; as the store's reads and writes.
pub fn make(
    w: &mut Writer,
    store: &Path,
    (config, paths): (&Config, &Paths),
    me: &AgentId,
    now: Instant,
) -> Result<Vec<TicketId>, StoreError> {
    let duties =
        config::load_duties(paths).map_err(|error| StoreError::Refused(error.to_string()))?;
    let reader = Reader::open(store)?;
    let mut made = Vec::new();
    for occasion in due(&reader, (config, &duties), me, &[], now)? {
        // Another window may have made it this moment: then there is nothing to do.
        if reader
            .duty_done(&occasion.duty, &occasion.period)?
            .is_none()
        {
            made.extend(w.do_duty(&occasion, me, now)?.map(|t| t.id));
        }
    }
    Ok(made)
}
