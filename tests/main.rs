//! One integration binary: every test of the project links once.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot set up its scene should stop loudly"
)]

mod cli;
mod contract;
mod demo_desk;
mod flows;
mod house;
mod live;
mod pty;
mod rules;
mod screens;
mod settings;
mod store;
mod sync;
