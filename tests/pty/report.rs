//! A problem from a vague ticket to one that the vendor has solved, on the real binary and
//! between two local desks.

use std::path::{Path, PathBuf};

use termlens::{Signal, Terminal};

use super::{BINARY, command as run, home};

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

/// The vendor's desk, and our settings that name it.
fn vendor_desk(root: &Path) -> PathBuf {
    let vendor = root.join("vendor");
    run(&vendor, &["new", "Something of theirs", "It is there."]);
    let config = root.join("config/deskhand");
    std::fs::create_dir_all(&config).unwrap();
    let store = vendor.join("data/deskhand");
    let text = format!(
        "undo_window = 0\n[vendor]\nname = \"anDREa Support\"\nstore = \"{}\"\n",
        store.display()
    );
    std::fs::write(config.join("config.toml"), text).unwrap();
    vendor
}

fn goes(terminal: &mut Terminal, keys: &str, seen: &str) {
    terminal.send_str(keys).unwrap();
    terminal.wait_until(|s| s.contains(seen)).unwrap();
}

/// Says that something is shown of what has come from outside meanwhile.
fn comes(terminal: &mut Terminal, seen: &[&str]) {
    terminal
        .wait_until(|s| seen.iter().all(|text| s.contains(text)))
        .unwrap();
}

/// The answer comes from outside, while the console is open.
fn the_requester_answers(root: &Path) {
    let at = (chrono::Utc::now() + chrono::TimeDelta::hours(1)).to_rfc3339();
    let answer = "1. Sign in at the portal, open the VM and click on Start\n2. The desktop of the VM\n3. Connection refused 0x204\n4. always";
    let line = serde_json::json!({
        "id": "V1", "subject": "It does not work", "kind": "problem", "requester": "Jan de Vries",
        "events": [{"kind": "reply", "role": "requester", "by": "Jan de Vries", "at": at, "body": answer}],
    });
    import(root, &line.to_string());
}

/// Takes what the texts suggest, one key each, until nothing is missing.
fn takes_what_is_suggested(terminal: &mut Terminal) {
    for _ in 0..8 {
        if terminal.screen().full_text().contains("6 of 6; complete") {
            break;
        }
        let before = terminal.screen().full_text();
        terminal.send_str("\x19").unwrap();
        terminal.wait_until(|s| s.full_text() != before).unwrap();
    }
    comes(terminal, &["6 of 6; complete"]);
}

/// The vendor takes it, answers and resolves it.
fn the_vendor_answers(vendor: &Path) {
    run(vendor, &["take", "10002"]);
    run(vendor, &["reply", "10002", "Please restart the gateway."]);
    // Their undo window: long after it, it is theirs to have said.
    let later = ["--now", "2100-01-01T00:00:00Z", "sync", "--once"];
    run(vendor, &later);
    run(vendor, &["resolve", "--anyway", "10002"]);
}

#[test]
fn a_vague_ticket_is_asked_about_escalated_answered_and_closed() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    vague_ticket(root);
    let vendor = vendor_desk(root);
    let mut terminal = home(root).size(160, 48).spawn(BINARY).unwrap();
    comes(&mut terminal, &["It does not work"]);
    // While the report says too little, it does not go to the vendor.
    goes(&mut terminal, "\r", "f asks Jan");
    goes(&mut terminal, "E", "the steps are missing");
    goes(&mut terminal, "\x1b", "cancelled; nothing changed");
    // One key drafts the question; what is known already is not asked.
    goes(&mut terminal, "f", "need a little");
    let text = terminal.screen().full_text();
    assert!(!text.contains("Which Workspace is it about"), "{text}");
    goes(&mut terminal, "\x13", "pending");
    comes(&mut terminal, &["Jan was asked"]);
    the_requester_answers(root);
    comes(&mut terminal, &["answered your question", "open ·"]);
    // What it says is suggested first, and taken one key each.
    goes(&mut terminal, "4", "your question is answered");
    takes_what_is_suggested(&mut terminal);
    goes(&mut terminal, "\x13", "marked complete");
    comes(&mut terminal, &["draft saved"]);
    goes(&mut terminal, "\x1b", "it went through the gate");

    goes(&mut terminal, "E", "to anDREa Support?");
    comes(&mut terminal, &["with us → with anDREa Support"]);
    goes(&mut terminal, "y", "vendor: new");
    the_vendor_answers(&vendor);
    // Asking now is one key.
    terminal.send_str("$").unwrap();
    comes(&mut terminal, &["vendor: resolved", "restart the gateway"]);
    goes(&mut terminal, "E", "Their last word: Please restart");
    goes(&mut terminal, "y", "Back from anDREa Support");
    terminal.wait_until(|s| !s.contains("vendor: ")).unwrap();

    // It is somebody's and the requester is told: with that nothing stands against closing it.
    goes(&mut terminal, "i", "yours");
    goes(&mut terminal, "r", "Jan de Vries will read it");
    terminal.send_str("It was the gateway.").unwrap();
    terminal.send_str("\x13").unwrap();
    terminal
        .wait_until(|s| s.contains("It was the gateway.") && !s.contains("will read it"))
        .unwrap();
    goes(&mut terminal, "C", "Resolve 1 ticket?");
    goes(&mut terminal, "y", "resolved ·");
    terminal.signal(Signal::Term).unwrap();
    terminal.wait_exit().unwrap();
    let there = run(&vendor, &["show", "10002"]);
    assert!(there.contains("Connection refused 0x204"), "{there}");
    assert!(run(root, &["show", "V1"]).contains("resolved"));
}
