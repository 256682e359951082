//! How far an import is: one line that is drawn over on a terminal, plain lines
//! elsewhere.

use std::io::{IsTerminal as _, Write as _};

use crate::domain::Instant;
use crate::shell::Clock;

/// Milliseconds between two drawings on a terminal, and between two plain lines.
const EVERY: (i64, i64) = (100, 5_000);

/// The progress of one file.
pub struct Progress {
    quiet: bool,
    tty: bool,
    clock: Clock,
    started: Instant,
    last: Instant,
    drawn: bool,
}

impl Progress {
    /// Starts; nothing is shown when `quiet`.
    pub fn new(quiet: bool) -> Self {
        let clock = Clock::System;
        let started = clock.now();
        Self {
            quiet,
            tty: std::io::stderr().is_terminal(),
            clock,
            started,
            last: started,
            drawn: false,
        }
    }

    /// Shows where it is, if it is time to.
    pub fn at(&mut self, name: &str, read: u64, size: Option<u64>, tickets: u64) {
        let now = self.clock.now();
        let every = if self.tty { EVERY.0 } else { EVERY.1 };
        if self.quiet || (now - self.last).num_milliseconds() < every {
            return;
        }
        self.last = now;
        let line = words(
            name,
            read,
            size,
            tickets,
            (now - self.started).num_milliseconds(),
        );
        let mut err = std::io::stderr().lock();
        let _ = if self.tty {
            self.drawn = true;
            write!(err, "\r{line}\x1b[K").and_then(|()| err.flush())
        } else {
            writeln!(err, "{line}")
        };
    }

    /// Takes the line away, so that something else can be written.
    pub fn clear(&mut self) {
        if self.drawn {
            let mut err = std::io::stderr().lock();
            let _ = write!(err, "\r\x1b[K").and_then(|()| err.flush());
            self.drawn = false;
        }
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        (self.clock.now() - self.started).num_milliseconds() as f64 / 1000.0
    }
}

/// `tickets.ndjson.zst   43 %  [########----------]  12.3 MB/s  12345 tickets  0:12 left`
pub fn words(name: &str, read: u64, size: Option<u64>, tickets: u64, millis: i64) -> String {
    let seconds = (millis.max(1) as f64) / 1000.0;
    let rate = read as f64 / seconds;
    let mut line = String::new();
    let short: String = name
        .rsplit('/')
        .next()
        .unwrap_or(name)
        .chars()
        .take(24)
        .collect();
    line.push_str(&short);
    if let Some(size) = size.filter(|s| *s > 0) {
        let part = (read as f64 / size as f64).min(1.0);
        let full = (part * 20.0) as usize;
        line.push_str(&format!(
            "  {:3.0} %  [{}{}]",
            part * 100.0,
            "#".repeat(full),
            "-".repeat(20 - full)
        ));
    }
    line.push_str(&format!(
        "  {:.1} MB/s  {tickets} tickets",
        rate / 1_000_000.0
    ));
    if let Some(size) = size.filter(|s| *s > read && rate > 0.0) {
        let left = ((size - read) as f64 / rate) as u64;
        line.push_str(&format!("  {}:{:02} left", left / 60, left % 60));
    }
    line
}
