//! The structured problem report: what a stranger needs to act on a problem.
//!
//! A [`Draft`] is what was typed or taken; [`check()`] is the gate and the only maker of a
//! [`Complete`]. [`read()`] suggests what a message already says, each suggestion with the words it
//! came from; [`ask()`] writes the one question about the rest and [`answered()`] reads the reply.
//! [`bundle()`] writes the report for another reader, behind [`redact()`]. Looking things up is the
//! caller's ([`Known`]); so is every clock, disk and screen.
//!
//! What a report must hold follows the portal's pages on the support team's profile (Workspace,
//! user, steps to repeat) and on service levels (priority from impact). Everything here is rules:
//! no model, no network. Regular expressions are the `regex` crate's, which take time in the
//! length of the text only.

mod ask;
mod bundle;
mod check;
mod follow;
mod form;
mod impact;
mod kept;
mod known;
mod language;
mod merge;
mod offer;
mod person;
mod read;
mod redact;
mod words;

pub use super::fill::address;
pub use ask::{Template, TemplateError, answered, ask};
pub use bundle::{Bundle, FORMAT, Form, SCHEMA, bundle, parse_json};
pub use check::{Complete, Meter, Missing, Onset, Passed, Step, Verdict, against, check};
pub use follow::following;
pub use form::{Draft, Evidence, Field, Since, WorkspaceField, WorkspaceRole};
pub use impact::{Impact, MANY, Share, priority};
pub use kept::{AskedBack, Kept, Refused, ReportId, Through};
pub use known::{Known, Register};
pub use language::{Language, language};
pub use merge::merge;
pub use offer::{Offer, Told, told};
pub use person::{Person, is_address};
pub use read::since::{Moment, Precision};
pub use read::{Confidence, MOST_READ, Message, Reading, Suggestion, Value, fill, read};
pub use redact::{Removed, RemovedKind, diff, redact};
