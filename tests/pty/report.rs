//! A problem from a vague ticket to a report that passes the gate, on the real binary.

use std::path::Path;
use std::process::{Command, Stdio};

use termlens::{Signal, Terminal};

use super::{BINARY, home};

/// Runs the program without a screen.
fn run(root: &Path, args: &[&str]) -> String {
    let output = Command::new(BINARY)
        .args(args)
        .env_clear()
        .env("USER", "ana")
        .env("HOME", root)
        .env("XDG_CONFIG_HOME", root.join("config"))
        .env("XDG_DATA_HOME", root.join("data"))
        .env("XDG_STATE_HOME", root.join("state"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{args:?}: {said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}

fn import(root: &Path, line: &str) {
    let file = root.join("tickets.ndjson");
    std::fs::write(&file, line).unwrap();
    run(root, &["import", "-q", file.to_str().unwrap()]);
}

/// The team knows one Workspace, and a requester has written something vague about it.
fn vague_ticket(root: &Path) {
    for row in [
        ["register", "set", "tenants", "umc", "name=UMC"],
        [
            "register",
            "set",
            "workspaces",
            "dws-3049-AUBioLab",
            "tenant=umc",
        ],
    ] {
        run(root, &row);
    }
    import(
        root,
        r#"{"id":"V1","subject":"It does not work","kind":"problem","requester":"Jan de Vries","body":"Hello, my workspace AUBioLab does not work. Please help. Jan"}"#,
    );
}

fn goes(terminal: &mut Terminal, keys: &str, seen: &str) {
    terminal.send_str(keys).unwrap();
    terminal.wait_until(|s| s.contains(seen)).unwrap();
}

#[test]
fn a_vague_ticket_becomes_a_report_that_passes_the_gate() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    vague_ticket(root);
    let config = root.join("config/deskhand");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(config.join("config.toml"), "undo_window = 0\n").unwrap();
    let mut terminal = home(root).size(160, 48).spawn(BINARY).unwrap();
    terminal
        .wait_until(|s| s.contains("It does not work"))
        .unwrap();
    // One key drafts the question; what is known already is not asked.
    goes(&mut terminal, "\r", "f asks Jan");
    goes(&mut terminal, "f", "need a little");
    let text = terminal.screen().full_text();
    assert!(!text.contains("Which Workspace is it about"), "{text}");
    goes(&mut terminal, "\x13", "pending");
    terminal
        .wait_until(|s| s.contains("Jan was asked"))
        .unwrap();
    // The answer comes from outside, while the console is open.
    let at = (chrono::Utc::now() + chrono::TimeDelta::hours(1)).to_rfc3339();
    let answer = "1. Sign in at the portal, open the VM and click on Start\n2. The desktop of the VM\n3. Connection refused 0x204\n4. always";
    let line = serde_json::json!({
        "id": "V1", "subject": "It does not work", "kind": "problem", "requester": "Jan de Vries",
        "events": [{"kind": "reply", "role": "requester", "by": "Jan de Vries", "at": at, "body": answer}],
    });
    import(root, &line.to_string());
    terminal
        .wait_until(|s| s.contains("answered your question") && s.contains("open ·"))
        .unwrap();
    // What it says is suggested first, and taken one key each.
    goes(&mut terminal, "4", "your question is answered");
    for _ in 0..8 {
        if terminal.screen().full_text().contains("6 of 6; complete") {
            break;
        }
        let before = terminal.screen().full_text();
        terminal.send_str("\x19").unwrap();
        terminal.wait_until(|s| s.full_text() != before).unwrap();
    }
    terminal
        .wait_until(|s| s.contains("6 of 6; complete"))
        .unwrap();
    goes(&mut terminal, "\x13", "marked complete");
    terminal.wait_until(|s| s.contains("draft saved")).unwrap();
    goes(&mut terminal, "\x1b", "it went through the gate");
    terminal.signal(Signal::Term).unwrap();
    terminal.wait_exit().unwrap();
}
