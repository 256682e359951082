//! Stores that cannot be used as they are: a sentence, a code, and nothing lost.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Output};

use super::{Machine, TICKETS, said};

fn store(m: &Machine) -> PathBuf {
    m.home.path().join(".local/share/deskhand/local.db")
}

fn raw(m: &Machine, sql: &str) {
    rusqlite::Connection::open(store(m))
        .unwrap()
        .execute_batch(sql)
        .unwrap();
}

/// The newest form: there is a file for each step.
fn newest() -> usize {
    let steps = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/migrations");
    std::fs::read_dir(steps).unwrap().count()
}

fn refused(out: &Output, code: i32, says: &[&str]) {
    assert_eq!(out.status.code(), Some(code), "{}", said(out));
    for word in says {
        assert!(said(out).contains(word), "{word}: {}", said(out));
    }
}

#[test]
fn an_older_file_is_brought_up_to_date_by_whoever_comes_first() {
    for args in [
        &["list", "--all"][..],
        &["show", "T-1"],
        &["drafts"],
        &["views"],
    ] {
        let m = Machine::filled();
        raw(
            &m,
            "DROP INDEX ticket_requester; DROP INDEX ticket_unread; DROP INDEX ticket_changed;
             DROP INDEX ticket_unsent; DELETE FROM counter WHERE dim = 'requester';
             ALTER TABLE ticket DROP COLUMN due_whose; ALTER TABLE ticket DROP COLUMN other_state;
             ALTER TABLE ticket DROP COLUMN other_target; ALTER TABLE ticket DROP COLUMN other_value; DROP TABLE their_due;
             DROP TABLE told; DROP INDEX outbox_refused; DROP INDEX message_remote; DROP INDEX message_missing; DROP INDEX timeline_remote;
             DROP TABLE shared; DROP TABLE followed; DROP TABLE swap; DROP TABLE meant;
             DROP TABLE away; DROP TABLE handed; DROP TABLE report; DROP TABLE escalation; DROP TABLE vendor_word; DROP TABLE arrived; ALTER TABLE absence DROP COLUMN planned;
             ALTER TABLE outbox DROP COLUMN mark; ALTER TABLE outbox DROP COLUMN entry;
             ALTER TABLE outbox DROP COLUMN taken; ALTER TABLE outbox DROP COLUMN theirs; ALTER TABLE outbox DROP COLUMN begun;
             ALTER TABLE message DROP COLUMN remote; ALTER TABLE message DROP COLUMN missing;
             ALTER TABLE timeline DROP COLUMN remote; ALTER TABLE timeline DROP COLUMN was;
             ALTER TABLE timeline DROP COLUMN became; ALTER TABLE attachment DROP COLUMN remote;
             DROP TABLE moved_draft; DROP TABLE draft; DROP TABLE register; DROP TABLE request;
             DROP TABLE duty_done; DROP TABLE was; DROP TABLE words_article; DROP TABLE article;
             CREATE TABLE draft (ticket INTEGER PRIMARY KEY, visibility INTEGER NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL);
             PRAGMA user_version = 1",
        );
        m.ok(args);
        assert_eq!(m.json(&["list", "requester:ana"])["total"]["exact"], true);
    }
}

#[test]
fn a_newer_file_is_refused_for_reading_too() {
    let m = Machine::filled();
    raw(&m, "PRAGMA user_version = 99");
    for args in [
        &["list"][..],
        &["show", "T-1"],
        &["take", "T-1"],
        &["drafts"],
    ] {
        refused(&m.run(args), 7, &["newer Deskhand", "update Deskhand"]);
    }
}

#[test]
fn a_damaged_page_is_told_and_the_file_is_then_set_aside_not_deleted() {
    let m = Machine::filled();
    let root: i64 = rusqlite::Connection::open(store(&m))
        .unwrap()
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'ticket'",
            [],
            |r| r.get(0),
        )
        .unwrap();
    let mut bytes = std::fs::read(store(&m)).unwrap();
    let at = (root as usize - 1) * 4096;
    bytes[at..at + 4096].fill(0xA5);
    std::fs::write(store(&m), &bytes).unwrap();
    refused(&m.run(&["list"]), 7, &["is damaged", "set aside"]);
    let again = m.run(&["list", "--all"]);
    assert!(again.status.success(), "{}", said(&again));
    let sentence = said(&again);
    let aside = sentence.split(" as ").nth(1).unwrap();
    let aside = aside.split(" and a new one").next().unwrap().trim();
    assert_eq!(std::fs::read(aside).unwrap().len(), bytes.len());
    m.ok(&["import", "-q", TICKETS]);
    assert!(m.ok(&["list", "--all"]).contains("T-1"));
}

#[test]
fn a_folder_in_the_place_of_the_file_is_named() {
    let m = Machine::new();
    std::fs::create_dir_all(store(&m)).unwrap();
    for args in [&["list"][..], &["import", TICKETS]] {
        refused(&m.run(args), 7, &["is a folder", "move it away"]);
    }
}

/// The command as somebody who is not the super-user, for whom nothing is forbidden.
fn as_nobody(m: &Machine, args: &[&str]) -> Command {
    let mut c = m.command(args);
    if rustix::process::geteuid().is_root() {
        c.uid(65534).gid(65534);
    }
    c
}

fn give(m: &Machine, modes: &[(&str, u32)]) {
    let data = store(m).parent().unwrap().to_owned();
    for folder in [
        m.home.path(),
        &m.home.path().join(".local"),
        &data.join(".."),
    ] {
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    if rustix::process::geteuid().is_root() {
        for path in [data.clone(), store(m)] {
            std::os::unix::fs::chown(path, Some(65534), Some(65534)).unwrap();
        }
    }
    // Who reads only may leave these behind; with them even a closed folder is enough.
    for end in ["local.db-wal", "local.db-shm"] {
        let _ = std::fs::remove_file(data.join(end));
    }
    for (name, mode) in modes {
        let path = data.join(name);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(*mode)).unwrap();
    }
}

#[test]
fn a_folder_that_may_not_be_written_to_is_said_to_be_so() {
    let m = Machine::new();
    let folder = m.home.path().join("shut");
    std::fs::create_dir(&folder).unwrap();
    for (path, mode) in [(m.home.path(), 0o755), (&folder, 0o555)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let data = folder.to_str().unwrap();
    let mut import = as_nobody(&m, &["--data-dir", data, "import", "-"]);
    // The program must be within reach of nobody for this.
    let Ok(out) = import.output() else {
        return;
    };
    refused(&out, 1, &["no permission for", data, "--data-dir"]);
    assert!(!said(&out).contains("No such file"), "{}", said(&out));
}

#[test]
fn what_is_not_allowed_is_said_with_path_and_remedy() {
    // The program must be within reach of nobody for this.
    let m = Machine::filled();
    give(&m, &[]);
    if !as_nobody(&m, &["list"])
        .output()
        .is_ok_and(|o| o.status.success())
    {
        return;
    }
    let file = &[
        "no permission for",
        "local.db",
        "allow yourself",
        "--data-dir",
    ];
    let folder = &["no permission for", "share/deskhand", "allow yourself"];
    for (modes, args, says) in [
        (&[("local.db", 0o000)][..], &["list"][..], &file[..]),
        (&[("local.db", 0o000)], &["take", "T-1"], file),
        (&[("local.db", 0o400)], &["take", "T-1"], file),
        (
            &[("local.db", 0o600), (".", 0o500)],
            &["take", "T-1"],
            folder,
        ),
        (&[(".", 0o500)], &["list"], folder),
        (&[(".", 0o000)], &["take", "T-1"], folder),
    ] {
        give(&m, modes);
        let out = as_nobody(&m, args).output().unwrap();
        assert!(!out.status.success(), "{modes:?} {args:?}");
        refused(&out, 1, says);
    }
    give(&m, &[(".", 0o700), ("local.db", 0o600)]);
    assert!(as_nobody(&m, &["list"]).output().unwrap().status.success());
}

#[test]
fn a_disk_without_room_is_said_and_what_was_there_is_kept() {
    let m = Machine::filled();
    let before = m.ok(&["export"]);
    let lines: String = (0..3000)
        .map(|n| format!("{{\"id\":\"K-{n}\",\"created_at\":\"2026-11-20T08:00:00Z\",\"subject\":\"s {n}\"}}\n"))
        .collect();
    let file = m.home.path().join("many.ndjson");
    std::fs::write(&file, lines).unwrap();
    let program = env!("CARGO_BIN_EXE_deskhand");
    // A file may not grow beyond this: the nearest to a full disk that needs no rights.
    let script = format!(
        "trap '' XFSZ; ulimit -f 600; exec {program} import {}",
        file.display()
    );
    let out = Command::new("sh")
        .args(["-c", &script])
        .env_clear()
        .env("HOME", m.home.path())
        .env("USER", "sam")
        .output()
        .unwrap();
    refused(&out, 1, &["disk", "local.db", "try again"]);
    assert_eq!(
        m.ok(&["export"]).lines().take(3).collect::<Vec<_>>(),
        before.lines().take(3).collect::<Vec<_>>()
    );
    m.ok(&["import", "-q", file.to_str().unwrap()]);
    assert_eq!(m.ok(&["export"]).lines().count(), 3003);
}

#[test]
fn the_doctor_tells_form_size_health_room_and_who_may_read() {
    let m = Machine::filled();
    let of = |what: &str| -> Vec<(bool, String)> {
        let out = m.run(&["--json", "doctor"]);
        let all: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
        let found = all["findings"].as_array().unwrap().iter();
        found
            .filter(|f| f["what"] == what)
            .map(|f| {
                let text = format!("{} {}", f["found"], f["then"]);
                (f["ok"].as_bool().unwrap(), text)
            })
            .collect()
    };
    let good = |what: &str, says: &str| {
        let found = of(what);
        assert!(
            matches!(found.as_slice(), [(true, text)] if text.contains(says)),
            "{found:?}"
        );
    };
    let bad = |what: &str, says: &str| {
        let found = of(what);
        assert!(
            found.iter().any(|(ok, text)| !ok && text.contains(says)),
            "{found:?}"
        );
    };
    good("store", "3 tickets, ");
    let form = newest();
    good("form", &format!("form {form}, this program knows {form}"));
    good("check", "whole");
    good("audit", "lines, all whole");
    assert_eq!(of("room").len(), 1);
    std::fs::set_permissions(store(&m), std::fs::Permissions::from_mode(0o644)).unwrap();
    bad("store", "chmod 600");
}

#[test]
fn the_doctor_names_damage_and_forms_and_changes_nothing() {
    let m = Machine::filled();
    let found = |what: &str| -> String {
        let out = m.run(&["doctor"]);
        let text = String::from_utf8(out.stdout).unwrap();
        let line = text.lines().find(|l| l[5..].starts_with(what)).unwrap();
        format!("{line} ({})", out.status.code().unwrap())
    };
    let form = newest();
    for (version, code) in [(99, 1), (2, 0)] {
        raw(&m, &format!("PRAGMA user_version = {version}"));
        let says = format!("knows {form} ({code})");
        assert!(found("form").ends_with(&says), "{}", found("form"));
    }
    raw(&m, &format!("PRAGMA user_version = {form}"));
    let data = store(&m).parent().unwrap().to_owned();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert!(found("data").contains("may be read by others (mode 755)"));
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o700)).unwrap();
    let mut bytes = std::fs::read(store(&m)).unwrap();
    let at = bytes.len() / 4096 / 2 * 4096;
    bytes[at..at + 4096].fill(0xA5);
    std::fs::write(store(&m), &bytes).unwrap();
    assert!(found("check").starts_with("BAD"), "{}", found("check"));
    assert_eq!(std::fs::read(store(&m)).unwrap(), bytes);
}
