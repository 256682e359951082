//! This machine: the only room with a terminal, a clock and threads. It runs effects
//! and turns what happens into events.
//!
//! [`run`] opens the console; [`Console`] is its loop, the same with a real terminal and
//! with one made of memory. A frame never waits for disk, network or lock: reading has
//! lanes of its own (`lanes`), writing a thread of its own (`scribe`), and sending to the
//! desk a task of its own (`courier`).

mod answers;
mod articles;
mod books;
pub mod calendars;
mod chores;
mod clipboard;
mod clock;
mod contact;
mod courier;
pub mod cover;
mod demo;
mod demo_books;
mod duties;
mod editor;
mod effects;
pub mod escalation;
mod flight;
mod input;
mod lanes;
mod logging;
mod network;
mod notify;
pub mod office;
mod open;
mod opener;
mod paths;
mod planner;
pub mod plans;
mod recount;
mod remote;
mod reports;
mod run;
mod save;
mod scribe;
pub mod secret;
mod signals;
mod start;
mod talks;
mod terminal;
mod vendor;
mod watch;

pub use articles::from_ticket as article_from_ticket;
pub use clock::Clock;
pub use demo::{load as load_demo, open as open_demo};
pub use duties::due as duties_due;
pub use editor::{command as editor_command, edit as edit_text};
pub use effects::Outside;
pub use flight::Flight;
pub use notify::{Way as NotifyWay, sequence as notification, way as notify_way};
pub use open::{
    DeskFile, OpenDesk, keymap, macros, me, open_desk, rules, setup_without_desk, views,
};
pub use paths::{to_attach, write_new};
pub use remote::{desk_of, rt_settings};
pub use run::{Console, Exit, Parts, Picture, Turn};
pub use start::{Failure, Options, picture, run};
pub use talks::Talks;
pub use terminal::{Aside, Screen, backend, restore_before_reports};
pub use vendor::vendor_of;

use crate::app::Event;
use crate::config::Config;
use crate::domain::Instant;

/// What reaches the loop from threads and tasks.
#[derive(Debug)]
pub enum Report {
    /// For the app.
    Event {
        /// What happened.
        event: Event,
        /// Held until it has been taken in.
        token: flight::Token,
    },
    /// When the store next wants something done by itself.
    Chores {
        /// The instant; none: nothing is planned.
        at: Option<Instant>,
        /// Held until it has been taken in.
        token: flight::Token,
    },
    /// The store's file was written, by us or by another process.
    Written {
        /// Held until it has been taken in.
        token: flight::Token,
    },
    /// The calendars at addresses were asked for.
    Calendars {
        /// The settings with other days; none: they are the same.
        config: Option<Box<Config>>,
        /// When to ask next; none: there are none.
        again: Option<Instant>,
        /// Held until it has been taken in.
        token: flight::Token,
    },
    /// A desk was opened after the welcome.
    Opened {
        /// The desk, or why not.
        desk: Result<Box<OpenDesk>, String>,
        /// Held until it has been taken in.
        token: flight::Token,
    },
}
