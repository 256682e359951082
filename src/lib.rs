//! Deskhand, a keyboard-driven terminal console for support desks.
//!
//! # Architecture
//!
//! One line says how everything flows:
//!
//! ```text
//! key -> Action -> update(State) -> [Effect] -> shell -> store / desk / terminal -> Event -> update(State) -> draw(&State)
//! ```
//!
//! **[`domain`]** holds nouns and rules: the ticket, the change, the filter language, working time, SLA clocks, the
//! problem report, requests, the team's registers, knowledge, and the one gate that makes text from outside printable. It does no I/O
//! and is told the time.
//!
//! **[`app`]** holds the verbs. [`app::App::handle`] is the only door that changes State: the same state, time and
//! event give the same result, so every journey can be tested, logged and replayed. What a person can do stands in
//! one table of commands; help, footer, palette, completion and the README's key table are drawn from it.
//!
//! **[`ui`]** holds the pictures: pure functions of `&State`. One layout serves drawing and the mouse.
//!
//! **[`store`]** is what this machine knows: SQLite, one file a desk. Tickets are rows as the desk last told us with
//! the outbox laid over them; lists are windows over indexes, so that a million tickets feel like a thousand.
//!
//! **[`desk`]** holds helpdesks, one file or folder a kind. The local desk is one of them; its confirmation is immediate.
//! Beside them are the calendars that a plan of absences is kept in.
//!
//! **[`sync`]** is the only room that knows both store and desk: what is sent when, and what an answer means.
//!
//! **[`shell`]** is the only room with a terminal, a clock and threads. It runs effects and turns what happens into
//! events. A frame never waits for disk, network or lock.
//!
//! **[`config`]** reads files as they are written and resolves them into what they mean. **[`cli`]** is the program's
//! other face: every act as a subcommand, as text or JSON, with exit codes in one place.
//!
//! Who may know whom: domain <- app <- ui; domain <- store; domain <- desk; store + desk <- sync; all <- shell <- cli.
//! `tests/house.rs` reads the source and fails on a wrong arrow.
//!
//! What is shown is the base with the changes laid over it. A person's act is one row, from `Effect::Commit` to the
//! desk's confirmation: offline, undo, retry and audit are states of that row, not features of their own.

pub mod app;
pub mod cli;
pub mod config;
pub mod desk;
pub mod domain;
pub mod shell;
pub mod store;
pub mod sync;
pub mod ui;
