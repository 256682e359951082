//! Warnings before a promise runs out: once, in working time, never in quiet hours.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use deskhand::config::Notify;
use deskhand::domain::calendar::Calendar;
use deskhand::domain::sla::{Policy, Target};
use deskhand::domain::text::line;
use deskhand::domain::ticket::{Due, Ticket, TicketId, TicketKey};
use deskhand::domain::warn::{Look, Quiet, Rules, Said, Thresholds, look, sentence};
use deskhand::shell::{NotifyWay, notification, notify_way};
use rstest::rstest;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Tuesday 24 November 2026, 10:00 in Amsterdam.
fn now() -> DateTime<Utc> {
    at("2026-11-24T09:00:00Z")
}

fn ticket(id: i64, due: &str) -> Ticket {
    let mut t = super::update::ticket(id);
    t.key = TicketKey::parse(&id.to_string()).unwrap();
    t.due = Due::Running {
        target: Target::FirstResponse,
        at: at(due),
    };
    t
}

struct Desk {
    thresholds: Thresholds,
    policy: Policy,
    calendar: Calendar,
    said: BTreeSet<Said>,
}

impl Desk {
    fn warning(before: &[i64]) -> Self {
        Self {
            thresholds: Thresholds {
                before: Some(before.to_vec()),
                ..Thresholds::default()
            },
            policy: Policy::mydre(),
            calendar: Calendar::standard(),
            said: BTreeSet::new(),
        }
    }

    fn quiet(mut self, from: &str, to: &str) -> Self {
        self.thresholds.quiet = Quiet::parse(&[(from.into(), to.into())]).unwrap();
        self
    }

    fn look(&mut self, tickets: &[Ticket], now: DateTime<Utc>) -> Look {
        let rules = Rules {
            thresholds: &self.thresholds,
            policy: &self.policy,
            calendar: &self.calendar,
            zone: chrono_tz::Europe::Amsterdam,
        };
        let look = look(tickets.iter(), rules, &self.said, now);
        self.said = look.said.clone();
        look
    }

    /// Numbers and thresholds of what is said then.
    fn says(&mut self, tickets: &[Ticket], now: DateTime<Utc>) -> Vec<(String, i64)> {
        let said = self.look(tickets, now).say.into_iter();
        said.map(|w| (w.key.to_string(), w.before / 60)).collect()
    }
}

const HOUR: i64 = 3600;

#[rstest]
// An hour before, on the same morning.
#[case("2026-11-24T12:00:00Z", "2026-11-24T11:00:00Z")]
// Ten minutes after opening: an hour of working time before that lies on the day before.
#[case("2026-11-25T08:10:00Z", "2026-11-24T15:10:00Z")]
// The weekend does not count.
#[case("2026-11-30T08:30:00Z", "2026-11-27T15:30:00Z")]
fn the_time_that_is_left_is_working_time(#[case] due: &str, #[case] when: &str) {
    let mut desk = Desk::warning(&[HOUR]);
    let tickets = [ticket(1, due)];
    let first = desk.look(&tickets, now());
    assert_eq!((first.say, first.next), (Vec::new(), Some(at(when))));
    let before = at(when) - TimeDelta::seconds(1);
    assert!(desk.says(&tickets, before).is_empty());
    assert_eq!(desk.says(&tickets, at(when)), [("1".to_owned(), 60)]);
}

#[test]
fn each_threshold_is_said_once_and_only_the_nearest_of_those_that_were_passed() {
    let mut desk = Desk::warning(&[2 * HOUR, HOUR / 2]);
    let tickets = [
        ticket(1, "2026-11-24T12:00:00Z"),
        ticket(2, "2026-11-24T09:20:00Z"),
    ];
    // The second one has passed both.
    assert_eq!(desk.says(&tickets, now()), [("2".to_owned(), 30)]);
    assert!(desk.says(&tickets, now()).is_empty());
    assert_eq!(
        desk.says(&tickets, at("2026-11-24T10:00:00Z")),
        [("1".to_owned(), 120)]
    );
    assert_eq!(
        desk.says(&tickets, at("2026-11-24T11:30:00Z")),
        [("1".to_owned(), 30)]
    );
    let last = desk.look(&tickets, at("2026-11-24T11:31:00Z"));
    assert_eq!((last.say.len(), last.next), (0, None));
    // What is past is forgotten; a deadline that moved is another one.
    assert_eq!(desk.said.len(), 2);
    let moved = [ticket(1, "2026-11-24T12:10:00Z")];
    assert_eq!(
        desk.says(&moved, at("2026-11-24T11:45:00Z")),
        [("1".to_owned(), 30)]
    );
}

#[test]
fn a_promise_has_thresholds_of_its_own_else_the_rules_else_the_policys() {
    let tickets = [ticket(1, "2026-11-24T12:00:00Z")];
    let mut desk = Desk::warning(&[HOUR]);
    desk.thresholds
        .of
        .insert(Target::FirstResponse, vec![HOUR / 4]);
    assert_eq!(
        desk.look(&tickets, now()).next,
        Some(at("2026-11-24T11:45:00Z"))
    );
    desk.thresholds = Thresholds::default();
    desk.policy.warn_before = Some(2 * HOUR);
    assert_eq!(
        desk.look(&tickets, now()).next,
        Some(at("2026-11-24T10:00:00Z"))
    );
    for rule in &mut desk.policy.rules {
        rule.warn_before = Some(600);
    }
    assert_eq!(
        desk.look(&tickets, now()).next,
        Some(at("2026-11-24T11:50:00Z"))
    );
    desk.policy.warn_before = None;
    for rule in &mut desk.policy.rules {
        rule.warn_before = None;
    }
    assert_eq!(desk.look(&tickets, now()).next, None);
}

#[test]
fn what_falls_into_quiet_hours_is_said_when_they_end() {
    let mut desk = Desk::warning(&[HOUR]).quiet("09:30", "10:30");
    let tickets = [
        ticket(1, "2026-11-24T09:50:00Z"),
        ticket(2, "2026-11-24T09:10:00Z"),
    ];
    let quiet = desk.look(&tickets, now());
    assert_eq!(
        (quiet.say.len(), quiet.next),
        (0, Some(at("2026-11-24T09:30:00Z")))
    );
    // The second is late by then, and of no use as a warning.
    assert_eq!(
        desk.says(&tickets, at("2026-11-24T09:30:00Z")),
        [("1".to_owned(), 60)]
    );
}

#[rstest]
#[case("2026-11-24T17:00:00Z", Some("2026-11-25T07:00:00Z"))] // 18:00 on the wall
#[case("2026-11-24T16:59:59Z", None)]
#[case("2026-11-25T06:59:00Z", Some("2026-11-25T07:00:00Z"))]
#[case("2026-11-25T07:00:00Z", None)]
#[case("2026-10-24T20:00:00Z", Some("2026-10-25T07:00:00Z"))] // clocks go back that night
fn quiet_hours_last_over_midnight_by_the_clock_on_the_wall(
    #[case] when: &str,
    #[case] until: Option<&str>,
) {
    let quiet = Quiet::parse(&[("18:00".into(), "08:00".into())]).unwrap();
    let zone = chrono_tz::Europe::Amsterdam;
    assert_eq!(quiet.until(at(when), zone), until.map(at));
}

#[test]
fn stretches_that_meet_are_one_and_wrong_ones_are_named() {
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let quiet = Quiet::parse(&[pair("22:00", "24:00"), pair("00:00", "07:00")]).unwrap();
    let until = quiet.until(at("2026-11-24T22:30:00Z"), chrono_tz::Europe::Amsterdam);
    assert_eq!(until, Some(at("2026-11-25T06:00:00Z")));
    assert!(
        Quiet::parse(&[pair("25:00", "07:00")])
            .unwrap_err()
            .contains("25:00")
    );
    assert!(Quiet::parse(&[pair("07:00", "07:00")]).is_err());
}

#[test]
fn many_are_one_sentence_and_none_is_silence() {
    let mut desk = Desk::warning(&[HOUR]);
    assert_eq!(sentence(&desk.look(&[], now()).say), None);
    let one = desk.look(&[ticket(7, "2026-11-24T09:30:00Z")], now()).say;
    let words = sentence(&one).unwrap();
    assert!(
        words.starts_with("#7 falls due within 1 h: first response"),
        "{words}"
    );
    let all: Vec<Ticket> = (1..=5).map(|i| ticket(i, "2026-11-24T09:40:00Z")).collect();
    let many = desk.look(&all, now()).say;
    assert_eq!(
        sentence(&many).unwrap(),
        "5 tickets fall due within 1 h: #1, #2, #3, …"
    );
    assert_eq!(
        desk.said.iter().filter(|s| s.ticket == TicketId(3)).count(),
        1
    );
}

#[rstest]
#[case(Notify::Auto, "xterm-256color", "", None)]
#[case(Notify::Auto, "xterm-kitty", "", Some(NotifyWay::Osc9))]
#[case(Notify::Auto, "xterm-256color", "WezTerm", Some(NotifyWay::Osc9))]
#[case(Notify::Auto, "foot", "", Some(NotifyWay::Osc777))]
#[case(Notify::Osc9, "dumb", "", Some(NotifyWay::Osc9))]
#[case(Notify::Off, "xterm-kitty", "", None)]
fn only_a_terminal_that_is_known_to_show_it_is_told(
    #[case] setting: Notify,
    #[case] term: &str,
    #[case] program: &str,
    #[case] way: Option<NotifyWay>,
) {
    let env = |name: &str| match name {
        "TERM" => Some(term.to_owned()),
        "TERM_PROGRAM" => Some(program.to_owned()),
        _ => None,
    };
    assert_eq!(notify_way(setting, env), way);
    let in_tmux = |name: &str| {
        if name == "TMUX" {
            Some("/tmp/x".into())
        } else {
            env(name)
        }
    };
    if setting == Notify::Auto {
        assert_eq!(notify_way(setting, in_tmux), None);
    }
}

#[test]
fn a_hostile_subject_stays_one_text_of_the_sequence() {
    let words = line("#1 falls due: 4;1 \u{1b}]0;x\u{7}\u{9c} end; more");
    let nine = notification(NotifyWay::Osc9, &words);
    assert!(nine.starts_with("\u{1b}]9;deskhand: #1"), "{nine:?}");
    let seven = notification(NotifyWay::Osc777, &words);
    assert_eq!(seven.matches(';').count(), 3, "{seven:?}");
    for sequence in [nine, seven] {
        let inside = &sequence[1..sequence.len() - 2];
        assert!(!inside.contains(|c: char| c.is_control()), "{sequence:?}");
        assert!(sequence.ends_with("\u{1b}\\"));
    }
}
