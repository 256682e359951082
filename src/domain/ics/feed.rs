//! Feeds: absences, cover and due tickets as a calendar that any program can take.

use chrono::NaiveDate;

use crate::domain::Instant;
use crate::domain::absence::AbsenceId;
use crate::domain::people::AgentId;
use crate::domain::text::{self, Untrusted};

/// The longest line, in bytes (RFC 5545, 3.1).
const WIDTH: usize = 75;

/// When something of a feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryTime {
    /// Whole days, the last one not included.
    Days(NaiveDate, NaiveDate),
    /// From one instant to another.
    Between(Instant, Instant),
}

/// Something of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name, the same whenever it is written again.
    pub uid: String,
    /// What it is called.
    pub summary: Untrusted,
    /// More about it.
    pub description: Untrusted,
    /// When.
    pub time: EntryTime,
    /// Whose it is.
    pub agent: Option<AgentId>,
    /// It does not take anybody's time.
    pub free: bool,
}

/// A text value: one printable line, with what has a meaning escaped.
pub(super) fn value(text: &str) -> String {
    let mut out = String::new();
    for c in text::line(text).chars() {
        if "\\;,".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

pub(super) fn put(out: &mut String, line: &str) {
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > WIDTH {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    out.push_str("\r\n");
}

pub(super) fn utc(at: Instant) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// The name of one stretch of an absence in a feed.
pub fn stretch_uid(absence: &AbsenceId, from: Instant) -> String {
    format!("{absence}-{}@deskhand", from.timestamp())
}

/// Whether a name is that of a stretch of this absence in a feed.
pub(crate) fn is_stretch_of(uid: &str, absence: &AbsenceId) -> bool {
    let own = uid.strip_suffix("@deskhand");
    let rest = own.and_then(|u| u.strip_prefix(absence.0.as_str())?.strip_prefix('-'));
    rest.is_some_and(|at| at.parse::<i64>().is_ok())
}

/// The calendar of that name, as of `now`.
pub fn feed(name: &str, entries: &[Entry], now: Instant) -> String {
    let mut out = String::new();
    put(&mut out, "BEGIN:VCALENDAR");
    put(&mut out, "VERSION:2.0");
    put(&mut out, "PRODID:-//Deskhand//Deskhand//EN");
    put(&mut out, &format!("X-WR-CALNAME:{}", value(name)));
    for e in entries {
        put(&mut out, "BEGIN:VEVENT");
        put(&mut out, &format!("UID:{}", value(&e.uid)));
        put(&mut out, &format!("DTSTAMP:{}", utc(now)));
        match e.time {
            EntryTime::Days(from, to) => {
                let day = |d: NaiveDate| d.format("%Y%m%d").to_string();
                put(&mut out, &format!("DTSTART;VALUE=DATE:{}", day(from)));
                put(&mut out, &format!("DTEND;VALUE=DATE:{}", day(to)));
            }
            EntryTime::Between(from, to) => {
                put(&mut out, &format!("DTSTART:{}", utc(from)));
                put(&mut out, &format!("DTEND:{}", utc(to)));
            }
        }
        put(&mut out, &format!("SUMMARY:{}", value(e.summary.raw())));
        if !e.description.raw().is_empty() {
            let text = value(e.description.raw());
            put(&mut out, &format!("DESCRIPTION:{text}"));
        }
        if let Some(agent) = &e.agent {
            put(&mut out, &format!("X-DESKHAND-AGENT:{agent}"));
        }
        let transp = if e.free { "TRANSPARENT" } else { "OPAQUE" };
        put(&mut out, &format!("TRANSP:{transp}"));
        if e.free {
            // Not every program heeds the line above; this one says it to all.
            put(&mut out, "X-MICROSOFT-CDO-BUSYSTATUS:FREE");
        }
        put(&mut out, "END:VEVENT");
    }
    put(&mut out, "END:VCALENDAR");
    out
}
