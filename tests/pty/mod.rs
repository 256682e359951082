//! The real binary in a real pseudo-terminal: only what needs one.

mod absences;
mod report;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use termlens::{Key, Screen, Signal, Terminal, TerminalBuilder};

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

/// The list is there: before that, keys have nothing to act on.
fn is_up(screen: &Screen) -> bool {
    screen.contains("All open") && !screen.contains("not here yet")
}

fn demo(root: &Path) -> Terminal {
    let mut terminal = home(root).arg("demo").spawn(BINARY).unwrap();
    terminal.wait_until(is_up).unwrap();
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
    terminal.wait_until(is_up).unwrap();
    terminal.signal(Signal::Term).unwrap();
    terminal.wait_exit().unwrap();
    is_given_back(&terminal);
}

#[test]
fn it_opens_as_of_later_and_esc_is_now() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = home(folder.path())
        .args(["--at", "fri 17:00", "demo"])
        .spawn(BINARY)
        .unwrap();
    terminal
        .wait_until(|s| s.contains("17:00, if nothing is done") && s.contains("late by then"))
        .unwrap();
    terminal.send_str("\x1b").unwrap();
    terminal.wait_until(|s| !s.contains("as of")).unwrap();
    // From what is late to the first hour with a deadline, and into that ticket.
    terminal.send_str("l\r").unwrap();
    terminal
        .wait_until(|s| !s.contains("hour ahead") && s.contains("Esc back"))
        .unwrap();
    // The first leaves the ticket, the second the console.
    terminal.send_str("qq").unwrap();
    terminal.wait_exit().unwrap();
    is_given_back(&terminal);
}

#[test]
fn it_follows_a_resize() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = demo(folder.path());
    terminal.resize(80, 24).unwrap();
    terminal.wait_until(is_up).unwrap();
    terminal.resize(40, 10).unwrap();
    terminal.wait_until(|s| s.contains("60")).unwrap();
    terminal.resize(160, 48).unwrap();
    terminal.wait_until(is_up).unwrap();
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

/// Ctrl-z in the editor stops both, and one `fg` brings both back for good.
#[cfg(unix)]
#[test]
fn an_editor_that_was_stopped_comes_back_with_one_fg() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = tempfile::tempdir().unwrap();
    let editor = root.path().join("stops");
    let script = "#!/bin/sh\nkill -TSTP 0\necho 'from the editor' > \"$1\"\n";
    std::fs::write(&editor, script).unwrap();
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o700)).unwrap();
    let mut terminal = home(root.path())
        .env("EDITOR", &editor)
        .env("CONSOLE", BINARY)
        .args(["--norc", "--noprofile", "-i"])
        .spawn("bash")
        .unwrap();
    terminal.send_str("\"$CONSOLE\" demo\r").unwrap();
    terminal.wait_until(is_up).unwrap();
    terminal.send(Key::Enter).unwrap();
    terminal.send_str("c").unwrap();
    terminal
        .wait_until(|s| s.contains("internal note · only"))
        .unwrap();
    terminal.send_str("\x05").unwrap();
    terminal
        .wait_until(|s| s.contains("Stopped") && !s.alternate_screen())
        .unwrap();
    terminal.send_str("fg\r").unwrap();
    terminal
        .wait_until(|s| s.contains("from the editor"))
        .unwrap();
    terminal.send_str(" and on").unwrap();
    terminal
        .wait_until(|s| s.alternate_screen() && s.contains("from the editor and on"))
        .unwrap();
    terminal.send_str("\x1b").unwrap();
    terminal.wait_until(|s| s.contains("the draft of")).unwrap();
    // The first leaves the ticket, the second the console.
    terminal.send_str("qq").unwrap();
    terminal.wait_until(|s| !s.alternate_screen()).unwrap();
    terminal.send_str("exit\r").unwrap();
    terminal.wait_exit().unwrap();
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
    // A key after Esc is another key to a terminal if it comes at once: what Esc closes has to
    // be gone first.
    for (keys, seen, gone) in [
        ("?", "narrow the list", ""),
        ("\x1b", "Enter open", "narrow the list"),
        ("w", "Why:", ""),
        ("\x1b", "Enter open", "Why:"),
        ("/", "Find", ""),
        ("license", "everything with license", ""),
        ("\x1b", "All open · by due", "everything with"),
        ("6", "Outbox", ""),
        ("1", "All open · by due", ""),
    ] {
        terminal.send_str(keys).unwrap();
        terminal
            .wait_until(|s| s.contains(seen) && (gone.is_empty() || !s.contains(gone)))
            .unwrap();
    }
    terminal.send_str("q").unwrap();
    assert!(terminal.wait_exit().unwrap().success());
    is_given_back(&terminal);
}

#[cfg(unix)]
#[test]
fn what_it_leaves_on_the_disk_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = tempfile::tempdir().unwrap();
    let mut terminal = demo(root.path());
    terminal.send_str("q").unwrap();
    assert!(terminal.wait_exit().unwrap().success());
    let mode = |p: &Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
    for folder in ["data/deskhand", "state/deskhand"] {
        let folder = root.path().join(folder);
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        let files: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
        assert!(!files.is_empty(), "{}", folder.display());
        for file in files {
            let file = file.unwrap().path();
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    }
}

#[test]
fn an_export_to_a_terminal_is_printable_json() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("tickets.ndjson");
    let line = "{\"id\":\"A\",\"subject\":\"a\u{9b}31m\u{202e}b\",\"body\":\"\u{5d0}\"}";
    std::fs::write(&file, line).unwrap();
    let import = ["import", "-q", file.to_str().unwrap()];
    let mut terminal = home(root.path()).args(import).spawn(BINARY).unwrap();
    assert!(terminal.wait_exit().unwrap().success());
    let mut terminal = home(root.path()).arg("export").spawn(BINARY).unwrap();
    assert!(terminal.wait_exit().unwrap().success());
    let text = terminal.screen().full_text();
    assert!(text.contains("\"a\\u009b31m\\u202eb\""), "{text}");
    assert!(text.contains('\u{5d0}'), "{text}");
    let mut terminal = home(root.path())
        .args(["export", "--zstd"])
        .spawn(BINARY)
        .unwrap();
    assert!(!terminal.wait_exit().unwrap().success());
    assert!(terminal.screen().full_text().contains("not for a terminal"));
}

/// A desk with one ticket that came with a file of three megabytes.
#[cfg(unix)]
fn desk_with_a_large_file(root: &Path) {
    let file = root.join("large.bin");
    std::fs::write(&file, vec![b'x'; 3 << 20]).unwrap();
    let file = file.to_str().unwrap();
    for args in [
        &["new", "With a file", "its text"][..],
        &["note", "10001", "the file", "--attach", file],
    ] {
        let mut terminal = home(root).args(args).spawn(BINARY).unwrap();
        assert!(terminal.wait_exit().unwrap().success());
    }
}

#[cfg(unix)]
fn saved(root: &Path) -> Vec<(String, u64)> {
    let entries = std::fs::read_dir(root.join("Downloads")).unwrap();
    let mut all: Vec<_> = entries
        .map(|e| e.unwrap())
        .map(|e| {
            (
                e.file_name().into_string().unwrap(),
                e.metadata().unwrap().len(),
            )
        })
        .collect();
    all.sort();
    all
}

#[cfg(unix)]
#[test]
fn a_file_is_saved_whole_under_a_name_of_its_own_or_not_at_all() {
    let root = tempfile::tempdir().unwrap();
    desk_with_a_large_file(root.path());
    // No file may grow beyond two megabytes: what a full disk looks like to a program.
    let script = "trap '' XFSZ; ulimit -f 4096; exec \"$0\"";
    let mut full = home(root.path())
        .args(["-c", script, BINARY])
        .spawn("sh")
        .unwrap();
    save_the_file(&mut full, &["nothing was saved"]);
    assert_eq!(saved(root.path()), []);
    let mut roomy = home(root.path()).spawn(BINARY).unwrap();
    save_the_file(&mut roomy, &["large.bin", "large-2.bin"]);
    let whole = |name: &str| (name.to_owned(), 3 << 20);
    assert_eq!(
        saved(root.path()),
        [whole("large-2.bin"), whole("large.bin")]
    );
}

/// Opens the ticket and saves its file once for each text that is then seen.
#[cfg(unix)]
fn save_the_file(terminal: &mut Terminal, seen: &[&str]) {
    terminal.wait_until(|s| s.contains("With a file")).unwrap();
    terminal.send(Key::Enter).unwrap();
    terminal
        .wait_until(|s| s.contains("internal note") && s.contains("large.bin"))
        .unwrap();
    terminal.send_str("x").unwrap();
    for text in seen {
        terminal.send_str("X").unwrap();
        terminal
            .wait_until(|s| s.contains("saved") && s.contains(text))
            .unwrap();
    }
    terminal.signal(Signal::Term).unwrap();
    terminal.wait_exit().unwrap();
}

/// A typed path is said in full, and a folder that is not there is not made up.
#[cfg(unix)]
#[test]
fn a_file_is_saved_where_it_was_said_and_no_folder_is_made_up() {
    let root = tempfile::tempdir().unwrap();
    let root = &root.path().canonicalize().unwrap();
    desk_with_a_large_file(root);
    let script = "cd \"$HOME\" && exec \"$0\"";
    let mut terminal = home(root).args(["-c", script, BINARY]).spawn("sh").unwrap();
    terminal.wait_until(|s| s.contains("With a file")).unwrap();
    terminal.send(Key::Enter).unwrap();
    terminal
        .wait_until(|s| s.contains("internal note") && s.contains("large.bin"))
        .unwrap();
    terminal.send_str(":save no/such/x\r").unwrap();
    terminal
        .wait_until(|s| s.contains("there is no folder"))
        .unwrap();
    assert!(!root.join("no").exists());
    terminal.send_str(":save rel.bin\r").unwrap();
    terminal.wait_until(|s| s.contains("saved as /")).unwrap();
    assert!(root.join("rel.bin").exists());
    terminal.signal(Signal::Term).unwrap();
    terminal.wait_exit().unwrap();
}

/// A command on a desk of that folder.
fn command(root: &Path, args: &[&str]) -> String {
    let out = Command::new(BINARY)
        .env_clear()
        .env("HOME", root)
        .env("USER", "ana")
        .env("XDG_CONFIG_HOME", root.join("config"))
        .env("XDG_DATA_HOME", root.join("data"))
        .env("XDG_STATE_HOME", root.join("state"))
        .args(args)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{args:?}: {said}");
    String::from_utf8(out.stdout).unwrap()
}
