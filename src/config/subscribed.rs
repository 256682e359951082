//! Calendars of holidays at an address, as they were fetched last. Fetching is the shell's.

use std::io::Write as _;
use std::path::Path;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::desk::is_open;
use crate::domain::Instant;
use crate::domain::text;

/// A calendar is asked for anew after so long.
const DAILY: TimeDelta = TimeDelta::hours(24);
/// After a failure it is asked for again after so long.
const AGAIN: TimeDelta = TimeDelta::hours(1);

/// The address of a calendar, if it is one: `webcal` is another word for `https`.
///
/// # Errors
/// A sentence: it can be read on the way, or holds a name or a password.
pub fn address(written: &str) -> Result<Option<String>, String> {
    let written = written.trim();
    let Some((scheme, rest)) = written.split_once("://") else {
        return Ok(None);
    };
    let shown = text::line(host(written));
    let url = match scheme.to_ascii_lowercase().as_str() {
        "https" | "webcal" | "webcals" => format!("https://{rest}"),
        "http" => format!("http://{rest}"),
        _ => {
            return Err(format!(
                "calendars are fetched over https:// or webcal://, not {}://",
                text::line(scheme)
            ));
        }
    };
    if is_open(&url) {
        return Err(format!(
            "a calendar of {shown} over http could be changed on the way; write https://"
        ));
    }
    if host(&url).is_empty() || host(&url).contains('@') {
        return Err("an address with a name or password in it is not kept; use the one that the calendar gives for sharing".into());
    }
    Ok(Some(url))
}

/// The host of an address: the rest of it may be a secret.
pub fn host(url: &str) -> &str {
    super::desk::host(url)
}

/// What is known of a calendar at an address: one file, so that text and marks belong together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscribed {
    /// The calendar (iCalendar); none: it never came.
    pub text: Option<String>,
    /// The server's mark of that text (`ETag`).
    pub etag: Option<String>,
    /// When the server says it last changed (`Last-Modified`), in its words.
    pub modified: Option<String>,
    /// When the server last said that this is it.
    pub fetched: Option<Instant>,
    /// When it was last asked for.
    pub asked: Option<Instant>,
    /// Why that failed; none: it went well.
    pub trouble: Option<String>,
}

impl Subscribed {
    /// What the file says; nothing where there is none, or it cannot be read: then it is fetched anew.
    pub fn read(file: &Path) -> Self {
        let read = std::fs::read(file).ok();
        read.and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Keeps it in the place of what was there, whole or not at all, for its owner alone.
    ///
    /// # Errors
    /// The folder or the file cannot be written.
    pub fn write(&self, file: &Path) -> std::io::Result<()> {
        let folder = file.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.write_all(&serde_json::to_vec(self)?)?;
        new.as_file().sync_all()?;
        new.persist(file).map_err(|e| e.error)?;
        Ok(())
    }

    /// From when on it is asked for again; at once where it never was.
    pub fn due(&self) -> Option<Instant> {
        let pause = if self.trouble.is_none() { DAILY } else { AGAIN };
        self.asked.map(|asked| asked + pause)
    }

    /// Whether it is to be asked for. A clock that was set back does not keep it for years.
    pub fn is_due(&self, now: Instant) -> bool {
        self.asked.is_none_or(|asked| asked > now) || self.due().is_some_and(|due| due <= now)
    }
}
