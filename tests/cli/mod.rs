//! The program's other face, through the real binary.

mod absences;
mod acting;
mod bring_in;
mod connecting;
mod doctoring;
mod escalating;
mod hand;
mod knowledge;
mod promises;
mod reading;
mod registers;
mod report;
mod requests;
mod round_trip;
mod schema;
mod sentences;
mod shelf;
mod store;
mod talking;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The tickets of these tests: three lines in the file form.
pub const TICKETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tickets.ndjson");

/// A machine of its own: home, settings and data in a folder that goes away.
pub struct Machine {
    pub home: TempDir,
}

impl Machine {
    pub fn new() -> Self {
        Self {
            home: TempDir::new().unwrap(),
        }
    }

    /// One with the three tickets in it.
    pub fn filled() -> Self {
        let machine = Self::new();
        machine.ok(&["import", "--quiet", TICKETS]);
        machine
    }

    pub fn command(&self, args: &[&str]) -> Command {
        self.command_at("2026-11-24T09:00:00Z", args)
    }

    pub fn command_at(&self, now: &str, args: &[&str]) -> Command {
        let mut c = Command::new(env!("CARGO_BIN_EXE_deskhand"));
        c.env_clear()
            .env("HOME", self.home.path())
            .env("USER", "sam")
            .env("PATH", std::env::var("PATH").unwrap_or_default())
            .args(["--now", now])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        c
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    pub fn feed(&self, args: &[&str], input: &[u8]) -> Output {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        output
    }

    pub fn ok(&self, args: &[&str]) -> String {
        let out = self.run(args);
        assert!(
            out.status.success(),
            "{args:?}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
        String::from_utf8(out.stdout).unwrap()
    }

    pub fn json(&self, args: &[&str]) -> Value {
        let mut all = vec!["--json"];
        all.extend(args);
        let text = self.ok(&all);
        assert!(
            text.chars().all(|c| c == '\n' || !c.is_control()),
            "{text:?}"
        );
        serde_json::from_str(&text).unwrap()
    }
}

pub fn said(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

/// A file of `../shared`, if it is there.
pub fn shared(path: &str) -> Option<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let found = std::fs::read(root.join(path)).ok();
    if found.is_none() {
        let mut err = std::io::stderr().lock();
        let _ = writeln!(err, "skipped: ../shared/{path} is not there");
    }
    found
}
