//! The times that a form says, and the form of times: on their own wall, wherever the console is.

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use crate::app::state::AbsenceForm;
use crate::domain::absence::typed;
use crate::domain::absence::{Length, Rule, Times};
use crate::domain::calendar::resolve_wall;

/// What a form shows of an absence's times.
#[derive(PartialEq)]
pub(super) struct Shown {
    /// The first day and the last.
    pub days: (NaiveDate, NaiveDate),
    /// The hours; empty: whole days.
    pub hours: String,
    /// How often; empty: once.
    pub every: String,
}

impl Shown {
    /// Of times.
    pub fn of(t: &Times) -> Self {
        let end = t.start + TimeDelta::days(t.length.days) + TimeDelta::seconds(t.length.seconds);
        let last = match end.time() == NaiveTime::MIN {
            true => end.date().pred_opt().unwrap_or(end.date()),
            false => end.date(),
        };
        let hours = || format!("{}-{}", t.start.format("%H:%M"), end.format("%H:%M"));
        Self {
            days: (t.start.date(), last),
            hours: if t.all_day { String::new() } else { hours() },
            every: t.rules.first().map(Rule::text).unwrap_or_default(),
        }
    }

    fn in_form(form: &AbsenceForm) -> Self {
        Self {
            days: form.span(),
            hours: form.hours.text.trim().to_owned(),
            every: form.every.text.trim().to_owned(),
        }
    }
}

/// The times that a form says, new ones on the wall of `here`. Nothing of what is known of a series is lost where
/// the form says nothing about it.
///
/// # Errors
/// A sentence that says what is not understood.
pub(super) fn times(form: &AbsenceForm, here: Tz) -> Result<Times, String> {
    let was = form.was.as_deref().map(|a| &a.times);
    let shown = Shown::in_form(form);
    let before = was.map(Shown::of);
    if let Some(was) = was.filter(|_| before.as_ref() == Some(&shown)) {
        return Ok(was.clone());
    }
    let zone = was.map_or(here, |t| t.zone);
    let (first, last) = shown.days;
    let hours = typed::hours(&shown.hours)?;
    let start = first.and_time(hours.map_or(NaiveTime::MIN, |(from, _)| from));
    let length = match hours {
        None => Length::days((last - first).num_days() + 1),
        Some((_, to)) => {
            // The midnight of a day's hours is the one after it.
            let last = match to == NaiveTime::MIN {
                true => last.succ_opt().unwrap_or(last),
                false => last,
            };
            let end = resolve_wall(zone, last.and_time(to));
            let seconds = (end - resolve_wall(zone, start)).num_seconds();
            Length { days: 0, seconds }
        }
    };
    if !length.is_sane() {
        return Err(
            "it would end before it begins, or last over ten years; mark a later end".into(),
        );
    }
    let as_often = before.is_some_and(|b| b.every == shown.every);
    let mut times = match (was, as_often) {
        (Some(was), true) => was.begun_at(start, length),
        (was, _) => match (was, typed::every(&shown.every, (start, zone))?) {
            (Some(was), Some(rule)) => was.again(start, length, vec![rule]),
            (None, Some(rule)) => Times {
                rules: vec![rule],
                ..Times::once(start, length, zone)
            },
            (_, None) => Times::once(start, length, zone),
        },
    };
    times.all_day = hours.is_none();
    Ok(times)
}
