//! Holidays that live at an address: fetched apart from everything, kept, and used from what is kept.

use crate::config::{Config, Paths, Subscribed, subscribed_host};
use crate::desk::ics::{self, Fetched};
use crate::domain::Instant;
use crate::domain::calendar::parse_ics_holidays;

/// Asks for the calendars that are due, and waits for the answers; true if one has other days now. What
/// goes wrong is kept beside the calendar, for the doctor; what was good stays.
pub fn refresh(paths: &Paths, config: &Config, now: Instant) -> bool {
    let mut changed = false;
    for url in &config.subscriptions {
        let file = paths.subscribed(url);
        let known = Subscribed::read(&file);
        if !known.is_due(now) {
            continue;
        }
        let next = asked(url, &known, config, (now, sound));
        changed |= next.text != known.text;
        if let Err(e) = next.write(&file) {
            tracing::warn!(
                "the calendar of {} cannot be kept: {e}",
                subscribed_host(url)
            );
        }
    }
    changed
}

/// When one of them is to be asked for next; none: there are none.
pub fn next(paths: &Paths, config: &Config, now: Instant) -> Option<Instant> {
    let all = config.subscriptions.iter();
    all.map(|url| {
        Subscribed::read(&paths.subscribed(url))
            .due()
            .unwrap_or(now)
    })
    .min()
}

/// Why what came is not taken.
pub(super) type Sound = fn(&str) -> Result<(), String>;

/// What is kept of a calendar after it was asked for: the new text only where it is sound.
pub(super) fn asked(
    url: &str,
    known: &Subscribed,
    config: &Config,
    (now, sound): (Instant, Sound),
) -> Subscribed {
    let mut next = Subscribed {
        asked: Some(now),
        trouble: None,
        ..known.clone()
    };
    match fetch(url, known, config) {
        Ok(Fetched::Same) => next.fetched = Some(now),
        Ok(Fetched::New {
            text,
            etag,
            modified,
        }) => match sound(&text) {
            Ok(()) => {
                (next.text, next.fetched) = (Some(text), Some(now));
                (next.etag, next.modified) = (etag, modified);
            }
            Err(why) => {
                next.trouble = Some(format!(
                    "what {} sent is not taken: {why}",
                    subscribed_host(url)
                ))
            }
        },
        Err(why) => next.trouble = Some(why),
    }
    next
}

/// A page that asks to sign in, or half a calendar, must not take the holidays away.
fn sound(text: &str) -> Result<(), String> {
    if !text
        .trim_end()
        .to_ascii_uppercase()
        .ends_with("END:VCALENDAR")
    {
        return Err("it is no whole calendar".into());
    }
    match parse_ics_holidays(text) {
        Ok(days) if days.is_empty() => Err("it has no whole days".into()),
        Ok(_) => Ok(()),
        Err(e) => Err(e.to_string()),
    }
}

fn fetch(url: &str, known: &Subscribed, config: &Config) -> Result<Fetched, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|e| format!("the network cannot be used: {e}"))?;
    // Marks without the text they belong to would bring nothing.
    let mark = |mark: &'_ Option<String>| mark.clone().filter(|_| known.text.is_some());
    let (etag, modified) = (mark(&known.etag), mark(&known.modified));
    let ca_file = config.desk.as_ref().and_then(|d| d.ca_file.as_deref());
    runtime.block_on(ics::fetch(
        url,
        etag.as_deref(),
        modified.as_deref(),
        ca_file,
    ))
}
