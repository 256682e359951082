//! iCalendar (RFC 5545): the files and feeds in which calendars tell of absences.
//!
//! `lines` unfolds and splits, `zone` makes time zones of what programs call them, `event` reads events
//! and their recurrences (`turn` those turns that are otherwise), `feed` writes feeds, `object` one absence, with all that a calendar has beside it
//! left as it is (its zones are `zone_out`'s). What is wrong with one event is said with its line, and the rest
//! is read.

mod event;
mod feed;
mod lines;
mod object;
mod turn;
mod value;
mod windows;
mod zone;
mod zone_out;

pub use event::{Event, Problem, Reading, read, rule, whose};
pub(crate) use feed::is_stretch_of;
pub use feed::{Entry, EntryTime, feed, stretch_uid};
pub(crate) use lines::{plain, split, unfold};
pub use object::{is_simple, is_single, object, same, untitled};
pub use turn::Turn;
