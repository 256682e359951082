//! Going away, standing in and coming back, in the real binary: two people at one desk, one after the other.

use std::path::Path;

use termlens::{Key, Signal, Terminal};

use super::{BINARY, home, is_given_back, is_up};

/// The team of the demo desk; bo may do nothing that asks for a right.
const TEAM: &str = r#"
[people.ana]
[people.bo]
rights = []
[people.chris]
[people.dewi]
[people.sam]
"#;

fn at_desk(root: &Path) -> Terminal {
    sits_at_desk(root, &[])
}

fn sits_at_desk(root: &Path, args: &[&str]) -> Terminal {
    let folder = root.join("config/deskhand");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), TEAM).unwrap();
    let console = home(root).size(160, 48).args(args.iter().copied());
    let mut terminal = console.arg("demo").spawn(BINARY).unwrap();
    terminal.wait_until(is_up).unwrap();
    terminal
}

fn sees(terminal: &mut Terminal, words: &str) {
    terminal
        .wait_until(|s| s.contains(words))
        .unwrap_or_else(|e| panic!("{words:?} does not come: {e}"));
}

fn leaves(mut terminal: Terminal) {
    // Asked by a signal it does not ask back, whatever is still on its way.
    terminal.signal(Signal::Term).unwrap();
    terminal.wait_exit().unwrap();
    is_given_back(&terminal);
}

#[test]
fn a_week_off_is_planned_with_a_gap_that_one_key_closes() {
    let folder = tempfile::tempdir().unwrap();
    let mut t = at_desk(folder.path());
    t.send_str("5").unwrap();
    sees(&mut t, "Coverage · two weeks");
    t.send_str("N").unwrap();
    sees(&mut t, "Plan an absence");
    // From the next day for a week; bo stands in for one tenant only.
    t.send_str("l j \t\t\t\tbo:tenant=umc").unwrap();
    sees(&mut t, "who stands in may not");
    t.send(Key::Enter).unwrap();
    t.wait_until(|s| !s.contains("Plan an absence")).unwrap();
    t.send_str("gh").unwrap();
    sees(&mut t, "cover: bo:tenant=umc");
    t.send_str("H").unwrap();
    sees(&mut t, "with nobody");
    t.send_str("l").unwrap();
    t.wait_until(|s| s.contains("→ Ana") || s.contains("→ Chris") || s.contains("→ Dewi"))
        .unwrap();
    t.send_str("\x13").unwrap();
    sees(&mut t, "y hand over");
    t.send_str("y").unwrap();
    sees(&mut t, "handed over");
    t.send_str("gh").unwrap();
    sees(&mut t, "Hand-overs");
    leaves(t);
    let store =
        deskhand::store::Reader::open(&folder.path().join("data/deskhand/demo.db")).unwrap();
    let handed = store.handed(chrono::DateTime::UNIX_EPOCH).unwrap();
    assert_eq!(handed.len(), 1);
    assert!(!handed[0].tickets.is_empty());
}

#[test]
fn the_cover_sees_whom_they_stand_in_for_and_ana_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut t = at_desk(folder.path());
    t.send_str("5").unwrap();
    sees(&mut t, "Coverage · two weeks");
    // Ana is away from today for a week, and sam, who sits here, stands in.
    t.send_str(":absence ana\r").unwrap();
    sees(&mut t, "Plan an absence");
    t.send_str("0 j \t\t\t\tsam\r").unwrap();
    sees(&mut t, "nothing is handed over");
    t.send_str("gh").unwrap();
    sees(&mut t, "on, not handed over");
    t.send(Key::Enter).unwrap();
    sees(&mut t, "to hand over");
    t.send_str("\x13").unwrap();
    sees(&mut t, "y hand over");
    t.send_str("y").unwrap();
    sees(&mut t, "You cover Ana until");
    sees(&mut t, "Covering Ana");
    leaves(t);
    // It is still so the next time, and Ana comes back early.
    let mut t = at_desk(folder.path());
    sees(&mut t, "You cover Ana until");
    t.send_str("gh").unwrap();
    sees(&mut t, "handed over");
    t.send_str("tnow\r").unwrap();
    sees(&mut t, "the absence ends now");
    t.send_str("\x13").unwrap();
    sees(&mut t, "y give back");
    t.send_str("y").unwrap();
    t.wait_until(|s| !s.contains("You cover Ana") && s.contains("back with Ana"))
        .unwrap();
    leaves(t);
    let store =
        deskhand::store::Reader::open(&folder.path().join("data/deskhand/demo.db")).unwrap();
    let handed = store.handed(chrono::DateTime::UNIX_EPOCH).unwrap();
    assert!(handed.iter().all(|h| h.back.is_some()), "{handed:?}");
}

/// A subcommand on the demo desk, as it was typed that many days ago.
fn said_before(root: &Path, days: i64, args: &[&str]) {
    let now = chrono::Utc::now() - chrono::TimeDelta::days(days);
    let out = std::process::Command::new(BINARY)
        .env_clear()
        .env("HOME", root)
        .env("XDG_CONFIG_HOME", root.join("config"))
        .env("XDG_DATA_HOME", root.join("data"))
        .args([
            "--now",
            &now.to_rfc3339(),
            "--desk",
            "demo",
            "--as",
            "chris",
        ])
        .args(args)
        .output()
        .unwrap();
    let why = String::from_utf8_lossy(&out.stderr);
    assert!(matches!(out.status.code(), Some(0 | 9)), "{args:?}: {why}");
}

#[test]
fn chris_comes_back_and_takes_back_what_nobody_touched() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    leaves(at_desk(root));
    // Chris was away for nine days until yesterday, and it was handed over when they left.
    let day = |n: i64| (chrono::Utc::now().date_naive() - chrono::TimeDelta::days(n)).to_string();
    let (from, to) = (day(10), day(1));
    let away = ["absence", "add", "chris", "--from", &from, "--to", &to];
    said_before(root, 10, &[&away[..], &["--cover", "sam"]].concat());
    said_before(root, 10, &["absence", "apply", "chris"]);
    let store = deskhand::store::Reader::open(&root.join("data/deskhand/demo.db")).unwrap();
    let handed = store.handed(chrono::DateTime::UNIX_EPOCH).unwrap();
    let with_sam = handed[0].tickets.len();
    assert!(with_sam > 2, "{handed:?}");

    let mut t = sits_at_desk(root, &["--as", "chris"]);
    sees(
        &mut t,
        &format!("You are back · {with_sam} tickets of yours are with others"),
    );
    t.send_str("gh").unwrap();
    sees(&mut t, &format!("! over, {with_sam} to give back"));
    t.send(Key::Enter).unwrap();
    sees(&mut t, &format!("of {with_sam} come back"));
    sees(&mut t, "← back");
    t.send_str("\x13").unwrap();
    sees(&mut t, "y give back");
    t.send_str("y").unwrap();
    t.wait_until(|s| !s.contains("You are back") && s.contains("back with You"))
        .unwrap();
    leaves(t);
    let handed = store.handed(chrono::DateTime::UNIX_EPOCH).unwrap();
    assert!(handed.iter().all(|h| h.back.is_some()), "{handed:?}");
    let mine = |t: &deskhand::domain::absence::HandedTicket| {
        let now = store.ticket(t.ticket).unwrap().unwrap();
        now.assignee.is_some_and(|a| a.as_str() == "chris")
    };
    assert!(handed[0].tickets.iter().any(mine));
}
