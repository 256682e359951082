//! Whatever the network does and whenever the program is killed: no change is lost, none is
//! sent twice, none goes over what a colleague did unseen, and in the end the store holds
//! what the desk holds.
//!
//! A failure names its seed: `DESKHAND_SYNC_SEED=n` runs that one alone,
//! `DESKHAND_SYNC_RUNS=n` runs more of them, both so many from that one on. With `--nocapture`
//! it is told how often each fault came, and how often the process was killed:
//!
//! ```sh
//! DESKHAND_SYNC_SEED=20000 DESKHAND_SYNC_RUNS=12000 cargo test --test it sync::laws::nothing -- --nocapture
//! DESKHAND_SYNC_SEED=500 DESKHAND_SYNC_RUNS=140 cargo test --test it sync::laws::a_kill -- --nocapture
//! ```

use std::collections::BTreeMap;
use std::ops::Range;

use super::book::{Book, Moment};
use super::play::Play;

/// So many runs, each with another seed.
const RUNS: u64 = 800;
/// So many of them are killed at each of their writes, one after the other.
const KILLED: u64 = 2;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Two halves side by side.
fn both<T: Send>(runs: u64, run: impl Fn(Range<u64>) -> T + Sync) -> [T; 2] {
    let (from, more) = (number("DESKHAND_SYNC_SEED"), number("DESKHAND_SYNC_RUNS"));
    let runs = more.unwrap_or(if from.is_some() { 1 } else { runs });
    let from = from.unwrap_or(0);
    let half = from + runs / 2;
    std::thread::scope(|s| {
        let first = s.spawn(|| run(from..half));
        let second = run(half..from + runs);
        match first.join() {
            Ok(first) => [first, second],
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

fn assert_right(play: &Play, seed: u64, kill: Option<(u64, Moment)>) {
    let wrong = play.wrong();
    assert!(
        wrong.is_empty(),
        "DESKHAND_SYNC_SEED={seed}, killed at {kill:?}:\n{}\nwhat the network did:\n{}",
        wrong.join("\n"),
        play.model.world().log.join("\n")
    );
}

#[test]
#[expect(clippy::print_stdout, reason = "says how often what went wrong")]
fn nothing_is_lost_sent_twice_or_written_over_whatever_happens() {
    let faults = both(RUNS, |seeds| {
        let mut faults: BTreeMap<&str, u64> = BTreeMap::new();
        let mut book = Book::new(seeds.start, None);
        for seed in seeds {
            if seed % 20 == 0 {
                book = Book::new(seed, None);
            }
            let mut play = Play::new(book.clone(), seed);
            play.wild();
            play.calm();
            assert_right(&play, seed, None);
            for (fault, n) in &play.model.world().faulty {
                *faults.entry(fault).or_default() += n;
            }
        }
        faults
    });
    for (fault, n) in faults.iter().flatten() {
        println!("{n:>9} {fault}");
    }
}

/// One run with a kill at that call of the store; which calls have written.
fn killed(seed: u64, kill: Option<(u64, Moment)>) -> Vec<u64> {
    let book = Book::new(seed, kill);
    let mut play = Play::new(book.clone(), seed);
    play.reckless = false;
    play.wild();
    play.calm();
    assert_right(&play, seed, kill);
    book.wrote()
}

#[test]
#[expect(clippy::print_stdout, reason = "says how many runs there were")]
fn a_kill_at_any_write_of_the_store_changes_none_of_that() {
    let runs = both(KILLED, |seeds| {
        let mut runs = 0;
        for seed in seeds {
            for call in killed(seed, None) {
                for moment in [Moment::Before, Moment::Within, Moment::After] {
                    killed(seed, Some((call, moment)));
                    runs += 1;
                }
            }
        }
        runs
    });
    println!(
        "{:>9} kills, each at another write",
        runs.iter().sum::<u64>()
    );
}
