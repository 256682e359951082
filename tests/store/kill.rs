//! Killed at any moment, the store has done each act whole or not at all, and what it
//! said it had done is there.
//!
//! Two ways: every length of the log that a kill or a power cut could leave, one by one;
//! and a real process that is killed while it works.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use deskhand::domain::change::LinkKind;
use deskhand::domain::conflict::Choice;
use deskhand::domain::ticket::{Kind, Priority, Status};
use deskhand::store::Writer;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use super::acts::{Deed, Op, any_op};
use super::play::Play;
use super::scene::{mix, now, rules};
use super::sound::{assert_whole, beside, content, rows};

/// The process that is killed learns from this where it is to work: the file, the number of
/// the act to begin with and where the play stood then, with blanks between.
const ORDER: &str = "DESKHAND_TEST_KILLED";
/// So many processes are killed, each within so many acts.
const RUNS: u64 = 120;
const ACTS: usize = 6;

/// A log: 32 bytes that name it, then frames: a page and what says that it is whole.
const HEADER: usize = 32;
const PAGE: usize = 4096;
const FRAME: usize = PAGE + 24;

/// The same series every time: every kind of act, and what follows from them.
fn series() -> Vec<Op> {
    let runner = &mut TestRunner::deterministic();
    let one = |at, deed| Op::Do(vec![(at, deed)]);
    let mut out = vec![
        one(3, Deed::Merge(4)),
        Op::Confirm(0),
        Op::Undo,
        one(5, Deed::Split(1)),
        Op::Confirm(1),
        Op::Undo,
        one(11, Deed::Status(Status::OnHold)),
        one(11, Deed::Priority(Some(Priority::P1))),
        one(10, Deed::Assign(Some(2))),
        one(10, Deed::Snooze(Some(9))),
        one(11, Deed::Remove(0)),
        one(9, Deed::Subject(1)),
        one(9, Deed::Kind(Kind::Feedback)),
        one(9, Deed::Tenant(None)),
        one(8, Deed::Workspace(Some(2))),
        one(8, Deed::Link(2, LinkKind::Related)),
        one(8, Deed::Unlink(2, LinkKind::Related)),
        Op::Draft(8),
        Op::Draft(9),
        Op::Do(vec![
            (8, Deed::Merge(9)),
            (10, Deed::Split(1)),
            (2, Deed::Add(1)),
        ]),
        Op::Undo,
        Op::Redo,
        Op::Send(9),
        Op::InFlight(0),
        Op::Confirm(0),
        Op::Undo,
        Op::Import(13, 1),
        Op::Keep(0, 0),
        Op::Keep(1, 0),
    ];
    // Whichever of them is the remote desk's meets what it tells next.
    out.extend((8..14).map(|at| one(at, Deed::Subject(0))));
    out.extend([
        Op::Keep(0, 4),
        Op::Choose(0, Choice::Mine),
        Op::Keep(1, 4),
        Op::Choose(0, Choice::Theirs),
        Op::Received(0),
        Op::Refuse(0),
        Op::Retry(0),
        Op::Withdraw(0),
        Op::Keep(2, 0),
        Op::Keep(1, 6),
        Op::Keep(0, 5),
        Op::Create,
        Op::Wake(20),
        Op::Read(4),
        Op::Unread(4),
    ]);
    out.extend((0..26).map(|_| any_op().new_tree(runner).unwrap().current()));
    out
}

/// The series as it was played: the file before it, the log after it, and for the beginning
/// and each act how long the log was, what the file held and where the play stood.
struct Played {
    begun: Vec<u8>,
    log: Vec<u8>,
    acts: Vec<(usize, String, u64)>,
}

fn played() -> Played {
    let mut play = Play::new();
    let log = beside_of(&play.path, "-wal");
    let begun = fs::read(&play.path).unwrap();
    let note = |play: &Play| {
        let end = log.metadata().map_or(0, |m| m.len() as usize);
        (end, content(&play.side), play.n)
    };
    let mut acts = vec![note(&play)];
    for op in series() {
        play.step(&op);
        acts.push(note(&play));
    }
    let kinds = "SELECT DISTINCT json ->> '$.act.act' FROM outbox";
    let kinds = rows(&play.side, kinds);
    assert_eq!(
        kinds.len(),
        17,
        "an act is missing from the series: {kinds:?}"
    );
    let done = rows(&play.side, "SELECT DISTINCT what FROM audit");
    let done = format!("{done:?}");
    for what in ["meets", "choose", "retry", "withdraw", "gone", "merged"] {
        assert!(done.contains(what), "nothing {what}: {done}");
    }
    assert_whole(&play.path);
    assert!(
        fs::read(&play.path).unwrap() == begun,
        "the log was folded in: the series is too long"
    );
    let log = fs::read(&log).unwrap();
    Played { begun, log, acts }
}

fn beside_of(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A file and its log as something left them.
fn leave(folder: &Path, file: &[u8], log: &[u8]) -> PathBuf {
    let path = folder.join("desk.db");
    fs::write(&path, file).unwrap();
    fs::write(beside_of(&path, "-wal"), log).unwrap();
    // What is only remembered of the log does not outlive a power cut.
    fs::remove_file(beside_of(&path, "-shm")).ok();
    path
}

/// Opens a file as the program does, sees that it is whole, and tells what it holds.
fn recovered(path: &Path) -> String {
    let opened = Writer::open(path, rules(), now()).unwrap();
    assert_eq!(opened.set_aside, None);
    assert_whole(path);
    content(&beside(path))
}

impl Played {
    /// What is in the file when the log is good up to here.
    fn held(&self, log: usize) -> &str {
        let held = self.acts.iter().rev().find(|(end, ..)| *end <= log);
        &held.unwrap_or(&self.acts[0]).1
    }
}

#[test]
fn a_log_that_ends_anywhere_holds_every_act_whole_or_not_at_all() {
    let played = played();
    let folder = tempfile::tempdir().unwrap();
    let frames = (played.log.len() - HEADER) / FRAME;
    // Between any two frames: what a kill between two writes leaves.
    let mut cuts: Vec<usize> = (0..=frames).map(|n| HEADER + n * FRAME).collect();
    // Within frames, too: in what says that they are whole, and in the page.
    cuts.extend(
        (0..frames)
            .step_by(5)
            .map(|n| HEADER + n * FRAME + 1 + mix(n as u64) as usize % (FRAME - 1)),
    );
    cuts.extend([0, 1, HEADER - 1]);
    cuts.sort_unstable();
    let path = leave(folder.path(), &played.begun, &played.log);
    let log = fs::OpenOptions::new()
        .write(true)
        .open(beside_of(&path, "-wal"))
        .unwrap();
    for cut in cuts.into_iter().rev() {
        log.set_len(cut as u64).unwrap();
        fs::remove_file(beside_of(&path, "-shm")).ok();
        assert!(
            content(&beside(&path)) == played.held(cut),
            "the log cut at {cut}"
        );
    }
}

/// The same through the door the program uses, at the edges of every act.
#[test]
fn after_a_cut_at_the_edge_of_an_act_the_store_opens_and_is_whole() {
    let played = played();
    let folder = tempfile::tempdir().unwrap();
    for (i, (end, ..)) in played.acts.iter().enumerate() {
        let cut = end.saturating_sub(i % 2);
        let path = leave(folder.path(), &played.begun, &played.log[..cut]);
        assert!(recovered(&path) == played.held(cut), "the log cut at {cut}");
    }
}

/// What lies in the log after a page that was written badly is not believed.
#[test]
fn a_garbled_page_in_the_log_ends_it() {
    let played = played();
    let folder = tempfile::tempdir().unwrap();
    let frames = (played.log.len() - HEADER) / FRAME;
    for n in (0..frames).step_by(frames / 40) {
        let mut log = played.log.clone();
        let start = HEADER + n * FRAME;
        // Not in the number that the check leaves out.
        log[start + 24 + mix(n as u64) as usize % PAGE] ^= 0x10;
        let path = leave(folder.path(), &played.begun, &log);
        assert!(recovered(&path) == played.held(start), "frame {n} garbled");
    }
}

/// Folding the log into the file writes page after page while the log stays until all are there.
#[test]
fn a_log_that_is_folded_in_half_way_is_folded_in_again() {
    let played = played();
    let folder = tempfile::tempdir().unwrap();
    let path = leave(folder.path(), &played.begun, &played.log);
    drop(Writer::open(&path, rules(), now()).unwrap());
    let folded = fs::read(&path).unwrap();
    assert!(folded != played.begun && !beside_of(&path, "-wal").exists());
    let pages = folded.len() / PAGE;
    for n in (0..=pages).step_by(pages / 20) {
        let mut file = folded[..n * PAGE].to_vec();
        file.extend(played.begun.get(n * PAGE..).unwrap_or_default());
        let path = leave(folder.path(), &file, &played.log);
        assert!(
            recovered(&path) == played.held(usize::MAX),
            "{n} of {pages} pages folded in"
        );
    }
}

#[test]
fn the_first_opening_can_end_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    let opened = Writer::open(&path, rules(), now()).unwrap();
    let (file, log) = (
        fs::read(&path).unwrap(),
        fs::read(beside_of(&path, "-wal")).unwrap(),
    );
    let want = content(&beside(&path));
    drop(opened);
    let frames = (log.len() - HEADER) / FRAME;
    let cuts = (0..=frames).map(|n| HEADER + n * FRAME + n % 2 * 99);
    for cut in cuts.filter(|cut| *cut <= log.len()) {
        let path = leave(folder.path(), &file, &log[..cut]);
        assert!(recovered(&path) == want, "the log cut at {cut}");
    }
    let path = leave(folder.path(), &[], &[]);
    assert!(recovered(&path) == want, "nothing but names was there");
}

/// Works until it is killed, and says after each act that it is done.
#[test]
#[ignore = "it is the process that another test kills"]
fn the_process_that_is_killed() {
    let Ok(order) = std::env::var(ORDER) else {
        return;
    };
    let [path, first, n] = order.split(' ').collect::<Vec<_>>()[..] else {
        return;
    };
    let first: usize = first.parse().unwrap();
    let mut play = Play::on(Path::new(path), n.parse().unwrap());
    // In one piece, so that a kill does not cut the number.
    let say = |done: usize| {
        let line = format!("done {done}\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    };
    say(first);
    for (i, op) in series().iter().enumerate().skip(first) {
        play.step(op);
        say(i + 1);
    }
}

#[test]
fn a_process_killed_at_work_has_done_what_it_said_and_nothing_by_halves() {
    let seed = std::env::var("DESKHAND_TEST_SEED").map_or(1, |s| s.parse().unwrap());
    let played = played();
    let last = played.acts.len() - 1;
    let folder = tempfile::tempdir().unwrap();
    let starts: Vec<(usize, Vec<u8>)> = (0..last)
        .step_by(ACTS / 2)
        .map(|first| {
            let path = leave(
                folder.path(),
                &played.begun,
                &played.log[..played.acts[first].0],
            );
            drop(Writer::open(&path, rules(), now()).unwrap());
            (first, fs::read(path).unwrap())
        })
        .collect();
    let mut ends = BTreeSet::new();
    for run in 0..RUNS {
        let chance = |of: u64| mix(mix(seed).wrapping_add(run * 8 + of)) as usize;
        let (first, file) = &starts[chance(0) % starts.len()];
        let (first, n) = (*first, played.acts[*first].2);
        let path = leave(folder.path(), file, &[]);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "store::kill::the_process_that_is_killed",
                "--ignored",
                "--nocapture",
            ])
            .env(ORDER, format!("{} {first} {n}", path.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut told: Vec<String> = Vec::new();
        told.extend(lines.by_ref().take(chance(1) % ACTS).map(Result::unwrap));
        for _ in 0..chance(2) % 400_000 {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        told.extend(lines.map(Result::unwrap));
        let mut done = told
            .iter()
            .map(|l| l.strip_prefix("done ").expect(l).parse().unwrap());
        let done: usize = done.next_back().unwrap_or(first);
        let held = recovered(&path);
        let what = format!("seed {seed}, run {run}: killed after act {done}, begun with {first}");
        let next = &played.acts[(done + 1).min(last)].1;
        ends.insert(done);
        assert!(held == played.acts[done].1 || held == *next, "{what}");
    }
    assert!(
        ends.len() > last / 2,
        "killed after few of the acts only: {ends:?}"
    );
}
