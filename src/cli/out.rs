//! The way out: one locked, buffered standard output, and nothing on it that has not
//! passed the gate.

use std::io::{BufWriter, Result, StdoutLock, Write};

use crate::domain::text;

/// Standard output.
pub struct Out {
    to: BufWriter<StdoutLock<'static>>,
}

impl Out {
    /// Takes standard output.
    pub fn new() -> Self {
        Self {
            to: BufWriter::with_capacity(1 << 16, std::io::stdout().lock()),
        }
    }

    /// A row of text; it passes the gate here. Blanks keep their number.
    pub fn row(&mut self, row: &str) -> Result<()> {
        for line in text::block(row).lines() {
            writeln!(self.to, "{}", line.trim_end())?;
        }
        Ok(())
    }

    /// An empty row.
    pub fn gap(&mut self) -> Result<()> {
        writeln!(self.to)
    }

    /// A value as JSON that is printable and from which the original can be had.
    pub fn json(&mut self, value: &serde_json::Value) -> Result<()> {
        writeln!(self.to, "{}", text::to_printable_json(value, true))
    }

    /// Bytes of a file of its own form: an export, a script. Not for screens.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.to.write_all(bytes)
    }

    /// What was written so far, before somebody is asked about it.
    pub fn flush(&mut self) -> Result<()> {
        self.to.flush()
    }

    /// Everything out.
    pub fn finish(&mut self) -> Result<()> {
        self.to.flush()
    }
}

impl Default for Out {
    fn default() -> Self {
        Self::new()
    }
}

/// A sentence on standard error. That nobody reads it is no reason to stop.
pub fn complain(sentence: &str) {
    let mut err = std::io::stderr().lock();
    let _ = writeln!(err, "deskhand: {}", text::block(sentence));
}
