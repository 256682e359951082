//! The walls of the house: who may know whom, and what nobody may call.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room and the rooms it may know. A room may always know itself.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("app", &["domain"]),
    ("ui", &["domain", "app"]),
    ("store", &["domain"]),
    ("desk", &["domain"]),
    ("sync", &["domain", "desk", "store"]),
    ("config", &["domain", "app", "ui"]),
    (
        "shell",
        &["domain", "app", "ui", "store", "desk", "sync", "config"],
    ),
    (
        "cli",
        &[
            "domain", "app", "ui", "store", "desk", "sync", "config", "shell",
        ],
    ),
];

/// Crates that a room must not use.
const FOREIGN: &[(&str, &[&str])] = &[
    (
        "domain",
        &[
            "ratatui",
            "crossterm",
            "tokio",
            "rusqlite",
            "reqwest",
            "clap",
            "directories",
        ],
    ),
    (
        "app",
        &[
            "ratatui",
            "crossterm",
            "tokio",
            "rusqlite",
            "reqwest",
            "clap",
            "directories",
        ],
    ),
    ("ui", &["tokio", "rusqlite", "reqwest", "clap"]),
    (
        "store",
        &["ratatui", "crossterm", "tokio", "reqwest", "clap"],
    ),
    ("desk", &["ratatui", "crossterm", "rusqlite", "clap"]),
    ("sync", &["ratatui", "crossterm", "rusqlite", "clap"]),
];

/// Calls that only the named rooms may make, and why.
const BANS: &[(&str, &[&str], &str)] = &[
    (
        "Utc::now(",
        &["shell"],
        "time is an argument; only the shell reads the clock",
    ),
    (
        "Local::now(",
        &["shell"],
        "time is an argument; only the shell reads the clock",
    ),
    (
        "SystemTime::now(",
        &["shell"],
        "time is an argument; only the shell reads the clock",
    ),
    (
        "Instant::now(",
        &["shell"],
        "time is an argument; only the shell reads the clock",
    ),
    (
        "terminal.clear(",
        &[],
        "it asks the terminal for the cursor and can hang; resize(area) repaints all",
    ),
    (
        ".unwrap()",
        &[],
        "an error from outside gets a sentence, not a panic",
    ),
    (
        ".expect(",
        &[],
        "an error from outside gets a sentence, not a panic",
    ),
    ("todo!(", &[], "nothing half-built is called done"),
    ("unimplemented!(", &[], "nothing half-built is called done"),
    (
        "tokio::spawn(",
        &["shell", "sync"],
        "tasks are spawned where their end is waited for",
    ),
    ("unbounded_channel(", &[], "every channel has a bound"),
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

/// Every source file with its room (`src/app/x.rs` and `src/app.rs` are both in `app`) and its code lines.
fn rooms() -> BTreeMap<PathBuf, (String, Vec<(usize, String)>)> {
    let root = source();
    let mut paths = Vec::new();
    files(&root, &mut paths);
    paths
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(&root).unwrap().to_path_buf();
            let room = inside
                .iter()
                .next()
                .unwrap()
                .to_string_lossy()
                .trim_end_matches(".rs")
                .to_owned();
            let code = fs::read_to_string(&path)
                .unwrap()
                .lines()
                .enumerate()
                .map(|(n, line)| (n + 1, line.split("//").next().unwrap_or("").to_owned()))
                .collect();
            (inside, (room, code))
        })
        .collect()
}

fn mentioned_rooms(line: &str) -> Vec<&str> {
    line.match_indices("crate::")
        .map(|(at, word)| {
            let rest = &line[at + word.len()..];
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            &rest[..end]
        })
        .collect()
}

#[test]
fn every_room_knows_only_whom_it_may() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (path, (room, code)) in rooms() {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == room) else {
            continue;
        };
        for (n, line) in code {
            for other in mentioned_rooms(&line) {
                let is_room = ARROWS.iter().any(|(name, _)| *name == other);
                seen += usize::from(is_room);
                if is_room && other != room && !allowed.contains(&other) {
                    wrong.push(format!(
                        "src/{}:{n}: {room} must not know {other}",
                        path.display()
                    ));
                }
            }
        }
    }
    assert!(
        seen > 0,
        "no arrow was found at all: this test has stopped reading the source"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_keeps_to_its_crates() {
    let mut wrong = Vec::new();
    for (path, (room, code)) in rooms() {
        let Some((_, banned)) = FOREIGN.iter().find(|(name, _)| *name == room) else {
            continue;
        };
        for (n, line) in code {
            for name in *banned {
                if line.contains(&format!("{name}::")) {
                    wrong.push(format!(
                        "src/{}:{n}: {room} must not use {name}",
                        path.display()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nobody_makes_a_banned_call() {
    let mut wrong = Vec::new();
    for (path, (room, code)) in rooms() {
        for (n, line) in code {
            for (call, allowed, why) in BANS {
                if line.contains(call) && !allowed.contains(&room.as_str()) {
                    wrong.push(format!("src/{}:{n}: {call}): {why}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_top_level_holds_only_what_was_agreed() {
    let allowed = [
        "Cargo.toml",
        "Cargo.lock",
        "LICENSE",
        "CHANGELOG.md",
        "README.md",
        "assets",
        "src",
        "tests",
        "target",
    ];
    let extra: Vec<_> = fs::read_dir(env!("CARGO_MANIFEST_DIR"))
        .unwrap()
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.') && !allowed.contains(&name.as_str()))
        .collect();
    assert!(
        extra.is_empty(),
        "at the top level, but not part of the plan: {extra:?}"
    );
}
