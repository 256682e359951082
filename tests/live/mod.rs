//! Against real servers: Request Tracker (journeys, and faults on the way to it) and Radicale (`calendar`). `tests/live/run` starts
//! one and sets what is needed; without it these tests say that they were skipped.

#![expect(
    clippy::print_stdout,
    reason = "a skipped test says so, a figure is wanted"
)]

mod calendar;
mod escalating;
mod faults;
mod journeys;
mod proxy;
mod shelf;

use std::path::Path;
use std::process::Command;

/// A server that was started for these tests.
struct Server {
    /// `http://127.0.0.1:PORT`.
    url: String,
}

impl Server {
    /// The server to test against, if there is one.
    fn here() -> Option<Self> {
        match std::env::var("DESKHAND_RT") {
            Ok(url) if !url.is_empty() => Some(Self { url }),
            _ => {
                println!("skipped: no Request Tracker; tests/live/run starts one");
                None
            }
        }
    }

    /// `host:port`.
    fn host(&self) -> &str {
        self.url.trim_start_matches("http://").trim_end_matches('/')
    }

    /// A token of that agent, made by the server's own script.
    fn token(user: &str) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live/rt/rt");
        let out = Command::new(script).args(["token", user]).output().unwrap();
        assert!(
            out.status.success(),
            "{}",
            String::from_utf8_lossy(&out.stderr)
        );
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }
}
