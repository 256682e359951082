//! The real binary in a real pseudo-terminal: only what needs one.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use termlens::{Key, Signal, Terminal, TerminalBuilder};

const BINARY: &str = env!("CARGO_BIN_EXE_deskhand");

fn home(root: &Path) -> TerminalBuilder {
    Terminal::builder()
        .size(120, 40)
        .timeout(Duration::from_secs(30))
        .env_clear()
        .env("TERM", "xterm-256color")
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("USER", "ana")
        .env("HOME", root)
        .env("XDG_CONFIG_HOME", root.join("config"))
        .env("XDG_DATA_HOME", root.join("data"))
        .env("XDG_STATE_HOME", root.join("state"))
}

fn demo(root: &Path) -> Terminal {
    let mut terminal = home(root).arg("demo").spawn(BINARY).unwrap();
    terminal.wait_until(|s| s.contains("All open")).unwrap();
    terminal
}

/// The terminal is as it was before: no alternate screen, no mouse, no modes left on.
fn is_given_back(terminal: &Terminal) {
    let screen = terminal.screen();
    assert!(!screen.alternate_screen(), "{screen}");
    assert!(screen.mouse_modes().is_empty(), "mouse reports are left on");
    assert!(!screen.bracketed_paste(), "bracketed paste is left on");
    assert!(!screen.focus_events(), "focus reports are left on");
    assert!(screen.cursor_visible(), "the cursor is left hidden");
}

#[test]
fn it_starts_and_quits_and_gives_the_terminal_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = demo(folder.path());
    assert!(terminal.screen().alternate_screen());
    terminal.send_str("q").unwrap();
    let status = terminal.wait_exit().unwrap();
    assert!(status.success(), "{status:?}");
    is_given_back(&terminal);
}

#[test]
fn the_first_run_greets() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = home(folder.path()).spawn(BINARY).unwrap();
    terminal.wait_until(|s| s.contains("demo")).unwrap();
    terminal.send(Key::Enter).unwrap();
    terminal.wait_until(|s| s.contains("All open")).unwrap();
    terminal.signal(Signal::Term).unwrap();
    terminal.wait_exit().unwrap();
    is_given_back(&terminal);
}

#[test]
fn it_follows_a_resize() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = demo(folder.path());
    terminal.resize(80, 24).unwrap();
    terminal.wait_until(|s| s.contains("All open")).unwrap();
    terminal.resize(40, 10).unwrap();
    terminal.wait_until(|s| s.contains("60")).unwrap();
    terminal.resize(160, 48).unwrap();
    terminal.wait_until(|s| s.contains("All open")).unwrap();
    terminal.signal(Signal::Term).unwrap();
    let status = terminal.wait_exit().unwrap();
    assert!(status.success(), "{status:?}");
    is_given_back(&terminal);
}

#[test]
fn a_draft_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = demo(folder.path());
    terminal.send(Key::Enter).unwrap();
    terminal.send_str("c").unwrap();
    terminal
        .wait_until(|s| s.contains("internal note"))
        .unwrap();
    terminal.send_str("half a sentence").unwrap();
    let store = folder.path().join("data/deskhand/demo.db");
    let saved = || {
        deskhand::store::Reader::open(&store)
            .and_then(|r| r.drafts())
            .is_ok_and(|d| d.iter().any(|d| d.body == "half a sentence"))
    };
    // On disk within a second; the wait below is only as long as it takes.
    let begun = std::time::Instant::now();
    while !saved() {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "the draft is not on disk"
        );
        std::thread::yield_now();
    }
    terminal.signal(Signal::Kill).unwrap();
    terminal.wait_exit().unwrap();
    let mut again = demo(folder.path());
    again.send(Key::Enter).unwrap();
    again.send_str("c").unwrap();
    again.wait_until(|s| s.contains("half a sentence")).unwrap();
    again.signal(Signal::Term).unwrap();
    again.wait_exit().unwrap();
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = home(folder.path())
        .env("DESKHAND_PANIC", "1")
        .arg("demo")
        .spawn(BINARY)
        .unwrap();
    let status = terminal.wait_exit().unwrap();
    assert!(!status.success());
    is_given_back(&terminal);
    let text = terminal.screen().full_text();
    assert!(text.contains("asked to panic"), "{text}");
}

#[test]
fn without_a_terminal_it_says_so_and_does_not_hang() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(BINARY)
        .env("XDG_DATA_HOME", folder.path())
        .env("XDG_CONFIG_HOME", folder.path())
        .env("HOME", folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("needs a terminal"), "{said}");
    assert!(output.stdout.is_empty());
}

/// Each step waits for what the one before has shown, so the loop has gone to sleep in between:
/// a key must wake it again and again.
#[test]
fn a_triage_key_by_key_is_heard_after_every_pause() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = demo(folder.path());
    for (keys, seen) in [
        ("?", "one row down"),
        // Gone, that is: the row of keys is in sight all the time.
        ("\x1b", "!one row down"),
        ("w", "Why:"),
        ("\x1b", "!Why:"),
        ("/", "Find"),
        ("license", "everything with license"),
        ("\x1b", "All open · by due"),
        ("6", "Outbox"),
        ("1", "All open · by due"),
    ] {
        terminal.send_str(keys).unwrap();
        let there = |s: &termlens::Screen| match seen.strip_prefix('!') {
            Some(gone) => !s.contains(gone),
            None => s.contains(seen),
        };
        terminal.wait_until(there).unwrap();
    }
    terminal.send_str("q").unwrap();
    assert!(terminal.wait_exit().unwrap().success());
    is_given_back(&terminal);
}
