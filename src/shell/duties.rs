//! Recurring duties in a console that stays open: their tickets are made by themselves, once a
//! period whatever the number of windows, for whoever of their owners is there.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use chrono::Datelike as _;

use crate::config::{self, Config, Paths};
use crate::domain::Instant;
use crate::domain::absence::away_at;
use crate::domain::people::AgentId;
use crate::domain::register::duty::{Known, occasions};
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

/// Makes the tickets that are due.
///
/// # Errors
/// As the store's reads and writes.
pub fn make(
    w: &mut Writer,
    store: &Path,
    (config, paths): (&Config, &Paths),
    me: &AgentId,
    now: Instant,
) -> Result<Vec<TicketId>, StoreError> {
    let duties = match config::load_duties(paths) {
        Ok(duties) => duties,
        Err(error) => return Err(StoreError::Refused(error.to_string())),
    };
    let reader = Reader::open(store)?;
    let (book, articles) = (reader.book()?, reader.articles()?);
    let away = away_at(&reader.absences()?, now);
    let known = Known {
        book: &book,
        articles: &articles,
        scope: &config.scope,
        away: &away,
    };
    let today = now.with_timezone(&config.zone).date_naive();
    let mut made = Vec::new();
    for occasion in occasions(&duties, known, today) {
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
