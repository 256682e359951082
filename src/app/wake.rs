//! The one next instant at which something changes by itself.

use chrono::{DurationRound, TimeDelta};

use crate::domain::Instant;

use super::layout::list_rows;
use super::state::{Screen, State};

/// Nothing else waits: an idle console sleeps until a text on it changes.
pub fn wake(s: &State) -> Option<Instant> {
    if s.quitting || s.screen != Screen::Desk && s.toasts.is_empty() {
        return None;
    }
    let rows = s.queue.rows.iter().skip(s.queue.top).take(list_rows(s));
    let second = s
        .toasts
        .iter()
        .any(|t| t.countdown)
        .then(|| s.now + TimeDelta::seconds(1));
    let minute = (s.screen == Screen::Desk)
        .then(|| {
            s.now
                .duration_trunc(TimeDelta::minutes(1))
                .ok()
                .map(|m| m + TimeDelta::minutes(1))
        })
        .flatten();
    let due = rows.filter_map(|r| r.countdown.changes_at).min();
    [
        s.inner.follow_at,
        s.inner.ahead.at,
        s.inner.recount_soon,
        s.inner.warn_at,
        s.inner.report_save_at,
        s.inner.cover_at,
        s.inner.note_save_at,
        s.as_of,
        s.composer
            .as_ref()
            .and(s.inner.save_at)
            .filter(|_| s.inner.draft_unknown.is_none()),
        s.toasts.iter().map(|t| t.until).min(),
        second,
        minute,
        due,
    ]
    .into_iter()
    .flatten()
    .min()
    .map(|at| at.max(s.now))
}
