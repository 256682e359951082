//! Nouns and rules. Std, chrono, serde, patterns and readers of text forms only: no I/O, no async, no SQL,
//! no screen and no clock of its own. Every rule that needs the time is told it.

pub mod absence;
pub mod calendar;
pub mod change;
pub mod conflict;
pub mod coverage;
pub mod escalation;
pub mod fill;
pub mod forecast;
pub mod gate;
pub mod handover;
pub mod ics;
pub mod import;
pub mod knowledge;
pub mod list;
pub mod macros;
pub mod markup;
pub mod next;
pub mod people;
pub mod query;
pub mod reach;
pub mod register;
pub mod remote;
pub mod report;
pub mod request;
pub mod roster;
pub mod sla;
pub mod text;
pub mod thread;
pub mod ticket;
pub mod trail;
pub mod value;
pub mod warn;
pub mod when;

/// An instant on the time line, always UTC.
pub type Instant = chrono::DateTime<chrono::Utc>;
