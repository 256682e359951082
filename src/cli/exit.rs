//! How a run ends: the codes, and the sentence that goes with each.

use std::process::ExitCode;

use crate::config::ConfigError;
use crate::shell::Failure;
use crate::store::StoreError;

/// The exit codes. They do not change between versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Done.
    Ok = 0,
    /// It failed.
    Failure = 1,
    /// The arguments cannot be understood.
    Usage = 2,
    /// There is no such ticket, view or file.
    NotFound = 3,
    /// A gate or a rule says no.
    Refused = 4,
    /// Somebody else changed the same field.
    Conflict = 5,
    /// A settings file is wrong.
    Config = 6,
    /// The store is damaged, newer or in use.
    Store = 7,
    /// There is no terminal, or it went away.
    NoTerminal = 8,
    /// Nobody is there: coverage or a hand-over has gaps.
    Gap = 9,
    /// Some lines of an import were bad; the good ones are in.
    BadLines = 65,
}

/// The table for `--help` and the man page.
pub const TABLE: &str = "\
Exit codes:
   0  done (also when the reader of a pipe went away)
   1  it failed
   2  the arguments cannot be understood
   3  there is no such ticket, view or file
   4  a gate or a rule says no
   5  somebody else changed the same field
   6  a settings file is wrong
   7  the store is damaged, newer or in use
   8  there is no terminal, or it went away
   9  nobody is there: coverage or a hand-over has gaps
  65  some lines of an import were bad; the good ones are in";

/// Why a run ended early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fail {
    /// The code.
    pub code: Code,
    /// The sentence for standard error; empty: nothing more to say.
    pub what: String,
}

impl Fail {
    /// A failure with its sentence.
    pub fn new(code: Code, what: impl Into<String>) -> Self {
        Self {
            code,
            what: what.into(),
        }
    }

    /// The arguments cannot be understood.
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Code::Usage, what)
    }

    /// It is not there.
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::new(Code::NotFound, what)
    }
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

impl From<StoreError> for Fail {
    fn from(e: StoreError) -> Self {
        let code = match &e {
            StoreError::NoTicket(_) => Code::NotFound,
            StoreError::Refused(_) => Code::Refused,
            StoreError::NewerVersion { .. }
            | StoreError::OlderVersion { .. }
            | StoreError::NotAFile { .. }
            | StoreError::Damaged { .. }
            | StoreError::Locked { .. }
            | StoreError::Unreadable { .. } => Code::Store,
            _ => Code::Failure,
        };
        Self::new(code, e.to_string())
    }
}

impl From<ConfigError> for Fail {
    fn from(e: ConfigError) -> Self {
        Self::new(Code::Config, e.to_string())
    }
}

impl From<Failure> for Fail {
    fn from(e: Failure) -> Self {
        let code = match &e {
            Failure::NoTerminal(_) => Code::NoTerminal,
            Failure::Moment(_) => Code::Usage,
            Failure::Config(_) => Code::Config,
            Failure::Store(_) => Code::Store,
            Failure::System(_) => Code::Failure,
        };
        Self::new(code, e.to_string())
    }
}

/// A pipe whose reader went away is a quiet end, everything else on the way out is not.
impl From<std::io::Error> for Fail {
    fn from(e: std::io::Error) -> Self {
        if e.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::new(Code::Ok, "");
        }
        Self::new(Code::Failure, format!("the output cannot be written: {e}"))
    }
}
