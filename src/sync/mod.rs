//! The only room that knows both desk and store: what is sent and asked for when, and what
//! an answer means. `plan`, [`schedule`] and [`trouble()`] are pure; [`push()`] sends what is
//! ready, [`pull()`] asks what is new, [`stories`] fetches what was said, [`exchange()`] goes between
//! us and the vendor, [`send_articles`] and [`ask_articles`] are about the articles of a desk that keeps some.
//!
//! Pushing is: mark in flight, send, confirm or look. It survives a kill at every line:
//! what was in flight is looked up before it is sent again. Pulling keeps a step and the
//! place of the next in one, so a kill only tells the same again. Both go side by side, and
//! answers overtake each other: each is kept with when it was asked for, and where nobody can
//! say which of two is the newer one, the ticket is asked for anew.

mod ledger;
mod neighbour;
mod plan;
mod pull;
mod push;
pub mod schedule;
mod shared;
mod shelf;
pub mod stories;
mod trouble;
mod vendor;

pub use ledger::{Ledger, pending, settle};
pub use neighbour::{Neighbour, VendorDesk};
pub use plan::{Pending, Step, Verdict, plan, verdict};
pub use pull::{PulledRound, pull};
pub use push::{Pushed, push};
pub use shared::{NewId, SharedRound, share};
pub use shelf::{Shelved, article_step, ask_articles, send_articles};
pub use trouble::trouble;
pub use vendor::{Exchanged, exchange};
