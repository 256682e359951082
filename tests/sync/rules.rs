//! When the desk is asked next, and in which words its troubles are told.

use chrono::{DateTime, TimeDelta, Utc};
use deskhand::desk::{DeskError, ErrorKind};
use deskhand::domain::text::Untrusted;
use deskhand::sync::schedule::{Failures, Situation, next};
use deskhand::sync::trouble;
use proptest::prelude::*;
use rstest::rstest;

fn now() -> DateTime<Utc> {
    "2026-11-24T13:02:00Z".parse().unwrap()
}

fn seconds(n: i64) -> TimeDelta {
    TimeDelta::seconds(n)
}

/// The desk has told all just now; the person touched a key so many seconds ago.
fn calm(focused: bool, still: i64) -> Situation {
    Situation {
        told: Some(now()),
        failures: None,
        focused,
        active: now() - seconds(still),
        brought: false,
        at_once: false,
    }
}

fn failed(count: u32, kind: ErrorKind) -> Situation {
    Situation {
        failures: Some(Failures {
            count,
            kind,
            at: now(),
            retry_at: None,
        }),
        ..calm(true, 0)
    }
}

#[rstest]
#[case::at_work(calm(true, 1), 10)]
#[case::reading(calm(true, 300), 30)]
#[case::something_else_in_front(calm(false, 1), 120)]
#[case::nobody_here(calm(false, 4000), 300)]
#[case::news_while_reading(Situation { brought: true, ..calm(true, 300) }, 10)]
#[case::news_while_nobody_is_here(Situation { brought: true, ..calm(false, 4000) }, 120)]
#[case::the_first_time(Situation { told: None, ..calm(true, 0) }, 0)]
#[case::the_person_asks(Situation { at_once: true, ..calm(false, 4000) }, 0)]
#[case::the_machine_slept(Situation { told: Some(now() - seconds(30_000)), ..calm(false, 4000) }, 0)]
#[case::the_clock_was_set_back(Situation { told: Some(now() + seconds(9999)), ..calm(true, 0) }, 10)]
#[case::one_failure(failed(1, ErrorKind::Unreachable), 5)]
#[case::three_failures(failed(3, ErrorKind::Odd), 20)]
#[case::a_night_of_failures(failed(4_000_000_000, ErrorKind::Unreachable), 300)]
#[case::no_sign_in(failed(1, ErrorKind::SignIn), 600)]
#[case::no_sign_in_and_the_person_asks(Situation { at_once: true, ..failed(1, ErrorKind::SignIn) }, 0)]
fn it_is_asked_again_after(#[case] s: Situation, #[case] wait: i64) {
    // The middle of what chance does.
    assert_eq!(next(&s, now(), 200), now() + seconds(wait));
}

#[test]
fn a_desk_that_names_an_instant_is_left_alone_until_then() {
    let mut s = failed(1, ErrorKind::TooMany);
    let later = now() + seconds(180);
    s.failures = s.failures.map(|f| Failures {
        retry_at: Some(later),
        ..f
    });
    assert_eq!(next(&s, now(), 0), later);
    s.at_once = true;
    assert_eq!(next(&s, now(), 0), later);
    let slept = later + TimeDelta::hours(8);
    assert_eq!(next(&s, slept, 0), slept);
}

fn any_kind() -> impl Strategy<Value = ErrorKind> {
    prop_oneof![
        Just(ErrorKind::Unreachable),
        Just(ErrorKind::SignIn),
        Just(ErrorKind::TooMany),
        Just(ErrorKind::Refused),
        Just(ErrorKind::Odd),
    ]
}

prop_compose! {
    fn any_situation()(
        told in proptest::option::of(-100_000_i64..100_000),
        count in proptest::option::of(1_u32..100),
        kind in any_kind(),
        at in -100_000_i64..100_000,
        retry in proptest::option::of(-100_000_i64..100_000),
        focused: bool,
        still in -100_000_i64..100_000,
        brought: bool,
        at_once: bool,
    ) -> Situation {
        Situation {
            told: told.map(|n| now() + seconds(n)),
            failures: count.map(|count| Failures {
                count,
                kind,
                at: now() + seconds(at),
                retry_at: retry.map(|n| now() + seconds(n)),
            }),
            focused,
            active: now() - seconds(still),
            brought,
            at_once,
        }
    }
}

proptest! {
    #[test]
    fn the_next_ask_is_never_past_and_never_far(s in any_situation(), chance: u32) {
        let at = next(&s, now(), chance);
        prop_assert!(at >= now());
        let retry = s.failures.and_then(|f| f.retry_at).unwrap_or(now());
        prop_assert!(at <= (now() + seconds(600)).max(retry));
        prop_assert!(at >= retry || s.failures.is_none());
    }

    #[test]
    fn more_failures_never_bring_it_forward(s in any_situation(), chance: u32) {
        if let Some(f) = s.failures {
            let more = Failures { count: f.count + 1, ..f };
            let worse = Situation { failures: Some(more), ..s };
            prop_assert!(next(&worse, now(), chance) >= next(&s, now(), chance));
        }
    }

    #[test]
    fn chance_moves_it_by_a_fifth_at_most(count in 1_u32..20, chance: u32) {
        let s = failed(count, ErrorKind::Unreachable);
        let middle = (next(&s, now(), 200) - now()).num_milliseconds();
        let moved = (next(&s, now(), chance) - now()).num_milliseconds();
        prop_assert!((moved - middle).abs() * 5 <= middle);
    }
}

#[rstest]
#[case(
    ErrorKind::Unreachable,
    None,
    "the desk cannot be reached since 14:00; changes wait here and go when it is back"
)]
#[case(
    ErrorKind::SignIn,
    None,
    "the desk refuses our sign-in (401 no); give it a new token with `deskhand connect`, then press $"
)]
#[case(
    ErrorKind::TooMany,
    Some(180),
    "the desk asks us to wait until 14:05; changes wait here and go then"
)]
#[case(
    ErrorKind::TooMany,
    Some(86_400),
    "the desk asks us to wait until Wed 25 Nov 14:02; changes wait here and go then"
)]
#[case(
    ErrorKind::TooMany,
    None,
    "the desk asks us to wait; changes wait here and go soon"
)]
#[case(
    ErrorKind::Odd,
    None,
    "the desk's answer makes no sense (401 no); changes wait here, and it is asked again by itself"
)]
#[case(
    ErrorKind::Refused,
    None,
    "the desk will not tell what is new (401 no); ask its administrator what your account may see"
)]
fn troubles_are_told_in_plain_words(
    #[case] kind: ErrorKind,
    #[case] retry: Option<i64>,
    #[case] words: &str,
) {
    let error = DeskError {
        kind,
        what: Untrusted::new("401 no"),
        hint: None,
        retry_at: retry.map(|n| now() + seconds(n)),
    };
    let zone = chrono_tz::Europe::Amsterdam;
    let told = trouble(&error, now() - seconds(120), now(), zone);
    assert_eq!(told.as_str(), words);
}

#[test]
fn what_a_desk_says_passes_the_gate() {
    let error = DeskError {
        kind: ErrorKind::Odd,
        what: Untrusted::new("a\u{1b}[2Jb\nc"),
        hint: None,
        retry_at: None,
    };
    let told = trouble(&error, now(), now(), chrono_tz::UTC);
    assert!(!told.as_str().contains(['\u{1b}', '\n']));
}
