//! The only room that knows both desk and store: what is sent when, and what an answer
//! means. `plan` is pure; [`push`] sends what is ready and settles each change.
//!
//! Pushing is: mark in flight, send, confirm or look. It survives a kill at every line:
//! what was in flight is looked up before it is sent again.

mod plan;
mod push;

pub use plan::{Pending, Step, Verdict, plan, verdict};
pub use push::{Ledger, Pushed, pending, push, settle};
