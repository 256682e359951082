//! Bringing tickets in and writing them out.

use super::{Machine, TICKETS, said, shared};

#[test]
fn an_import_can_be_repeated_without_doubles_and_written_out_byte_for_byte() {
    let m = Machine::new();
    assert_eq!(m.json(&["import", TICKETS])["added"], 3);
    assert_eq!(m.json(&["import", TICKETS])["unchanged"], 3);
    let mut lines: Vec<String> = m.ok(&["export"]).lines().map(str::to_owned).collect();
    let file = std::fs::read_to_string(TICKETS).unwrap();
    let mut expected: Vec<String> = file.lines().map(str::to_owned).collect();
    lines.sort();
    expected.sort();
    assert_eq!(lines, expected);
}

#[test]
fn the_real_pick_comes_back_byte_for_byte() {
    let Some(file) = shared("data/tickets/mixed-300.ndjson") else {
        return;
    };
    let m = Machine::new();
    assert!(m.feed(&["import", "-q", "-"], &file).status.success());
    let out = m.run(&["export", "--all"]).stdout;
    let sorted = |bytes: &[u8]| {
        let mut lines: Vec<Vec<u8>> = bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        lines.sort();
        lines
    };
    assert!(sorted(&out) == sorted(&file), "export differs from import");
}

#[test]
fn what_was_changed_here_survives_export_and_import() {
    let a = Machine::filled();
    a.ok(&["note", "T-1", "look at the switch"]);
    a.ok(&["status", "T-2", "pending"]);
    let file = a.home.path().join("out.zst");
    a.ok(&["export", "--zstd", "-o", file.to_str().unwrap()]);
    let b = Machine::new();
    b.ok(&["import", "-q", file.to_str().unwrap()]);
    assert_eq!(b.json(&["show", "T-2"])["status"], "pending");
    let shown = b.json(&["show", "T-1"]);
    let messages = shown["messages"].as_array().unwrap();
    let note = messages.last().unwrap();
    assert_eq!(note["body"], "look at the switch");
    assert_eq!(note["visibility"], "internal note");
    assert_eq!(a.ok(&["export"]), b.ok(&["export"]));
}

#[test]
fn packed_files_and_standard_input_are_read() {
    let plain = std::fs::read(TICKETS).unwrap();
    let zstd = zstd::encode_all(plain.as_slice(), 1).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &plain).unwrap();
    for bytes in [plain, zstd, gzip.finish().unwrap()] {
        let m = Machine::new();
        let out = m.feed(&["import", "-"], &bytes);
        assert!(out.status.success(), "{}", said(&out));
        assert!(String::from_utf8_lossy(&out.stdout).starts_with("3 added"));
    }
}

#[test]
fn a_bad_line_is_named_and_the_good_ones_are_kept() {
    let m = Machine::new();
    let input = b"{\"id\":\"A\",\"subject\":\"a\"}\nnonsense\n{\"id\":\"B\",\"created_at\":5}\n\x00\xff\x01\n\n{\"id\":\"C\",\"subject\":\"c\"}\n{\"id\":\"X2\"}";
    let out = m.feed(&["import", "-"], input);
    assert_eq!(out.status.code(), Some(65));
    let said = said(&out);
    assert!(said.contains("standard input:2:"), "{said}");
    assert!(
        said.contains("standard input:3: created_at is a number"),
        "{said}"
    );
    assert!(
        said.contains("standard input:4:") && said.contains("binary data"),
        "{said}"
    );
    assert!(
        said.contains("standard input:7: subject is missing"),
        "{said}"
    );
    assert_eq!(
        m.json(&["list", "--all"])["tickets"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn a_kill_half_way_loses_nothing_that_a_repeat_does_not_bring() {
    let m = Machine::new();
    let file = m.home.path().join("many.ndjson");
    let lines: String = (0..20_000)
        .map(|n| format!("{{\"id\":\"K-{n}\",\"created_at\":\"2026-11-20T08:00:00Z\",\"subject\":\"s {n}\"}}\n"))
        .collect();
    std::fs::write(&file, lines).unwrap();
    let mut child = m
        .command(&["import", file.to_str().unwrap()])
        .spawn()
        .unwrap();
    while !m
        .home
        .path()
        .join(".local/share/deskhand/local.db")
        .exists()
    {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let again = m.json(&["import", file.to_str().unwrap()]);
    let sum = again["added"].as_u64().unwrap() + again["unchanged"].as_u64().unwrap();
    assert_eq!(sum, 20_000);
    assert_eq!(m.ok(&["export"]).lines().count(), 20_000);
}

#[test]
fn a_dry_run_changes_nothing() {
    let m = Machine::new();
    assert_eq!(m.json(&["import", "--dry-run", TICKETS])["new"], 3);
    assert_eq!(m.run(&["list"]).status.code(), Some(3));
}

#[cfg(unix)]
#[test]
fn the_store_and_its_folder_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let m = Machine::new();
    let folder = m.home.path().join("anew/data");
    let data = folder.to_str().unwrap();
    m.ok(&["--data-dir", data, "new", "A ticket", "its text"]);
    let mode = |p: &std::path::Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for file in std::fs::read_dir(&folder).unwrap() {
        let file = file.unwrap().path();
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}
