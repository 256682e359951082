//! iCalendar (RFC 5545): the files and feeds in which calendars tell of absences.
//!
//! `lines` unfolds and splits, `zone` makes time zones of what programs call them, `event` reads events
//! and their recurrences, `feed` writes. What is wrong with one event is said with its line, and the rest
//! is read.

mod event;
mod feed;
mod lines;
mod value;
mod windows;
mod zone;

pub use event::{Event, Problem, Reading, read, whose};
pub use feed::{Entry, EntryTime, feed};
pub(crate) use lines::{plain, split, unfold};
