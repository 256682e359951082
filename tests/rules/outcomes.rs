//! What becomes of promises, and the report that adds it up.

use deskhand::domain::Instant;
use deskhand::domain::calendar::Calendar;
use deskhand::domain::people::{AgentId, TenantId};
use deskhand::domain::sla::{
    By, History, Key, Outcome, Policy, Report, Rule, Side, SlaEvent, Subject, Target, What,
    outcomes,
};
use deskhand::domain::ticket::{Kind, Priority, Status};
use proptest::prelude::*;

fn t(s: &str) -> Instant {
    s.parse().unwrap()
}

/// Monday 23 November 2026 in UTC; Amsterdam is an hour ahead and opens at nine.
fn at(clock: &str) -> Instant {
    t(&format!("2026-11-23T{clock}:00Z"))
}

fn event(clock: &str, what: What) -> SlaEvent {
    SlaEvent {
        at: at(clock),
        what,
    }
}

fn urgent(events: &[SlaEvent]) -> History<'_> {
    History {
        created: at("08:00"),
        opened_by: Side::Requester,
        subject: Subject {
            kind: Kind::Problem,
            priority: Some(Priority::P1),
            tenant: None,
            labels: &[],
        },
        status: Status::New,
        events,
    }
}

fn policy(rules: &[(Target, &str)]) -> Policy {
    let mut p = Policy::empty("test");
    p.rules = rules
        .iter()
        .map(|(target, within)| Rule::new(*target, within.parse().unwrap()))
        .collect();
    p
}

fn outcome(target: Target, clock: &str, kept: bool, minutes: i64) -> Outcome {
    Outcome {
        target,
        at: at(clock),
        kept,
        used: minutes * 60,
    }
}

#[test]
fn each_answer_decides_a_promise_of_its_own() {
    let events = [
        event("09:00", What::AgentReply),
        event("10:00", What::RequesterMessage),
        event("10:30", What::RequesterMessage),
        event("13:00", What::AgentReply),
        event("13:10", What::AgentReply),
        event("14:00", What::RequesterMessage),
        event("14:20", What::AgentReply),
        event("15:00", What::RequesterMessage),
    ];
    let all = outcomes(
        &urgent(&events),
        &Policy::mydre(),
        &Calendar::standard(),
        at("15:30"),
    );
    // Two hours each. The one that waits is open and in time: nothing is decided.
    let expected = [
        outcome(Target::FirstResponse, "09:00", true, 60),
        outcome(Target::NextResponse, "12:00", false, 180),
        outcome(Target::NextResponse, "14:20", true, 20),
    ];
    assert_eq!(all, expected);
}

#[test]
fn what_is_late_and_open_is_broken_when_its_time_was_used_up() {
    let all = outcomes(
        &urgent(&[]),
        &Policy::mydre(),
        &Calendar::standard(),
        at("11:00"),
    );
    assert_eq!(all, [outcome(Target::FirstResponse, "10:00", false, 180)]);
    let all = outcomes(
        &urgent(&[]),
        &Policy::mydre(),
        &Calendar::standard(),
        at("09:30"),
    );
    assert_eq!(all, []);
}

#[test]
fn what_was_closed_unanswered_in_time_is_neither() {
    let closed = [event("09:00", What::Status(Status::Closed))];
    let p = policy(&[(Target::FirstResponse, "2 h"), (Target::Resolution, "2 h")]);
    let all = outcomes(&urgent(&closed), &p, &Calendar::standard(), at("15:00"));
    assert_eq!(all, [outcome(Target::Resolution, "09:00", true, 60)]);
}

#[test]
fn an_update_is_kept_by_the_next_word_of_ours_alone() {
    let p = policy(&[(Target::PeriodicUpdate, "1 h")]);
    let events = [
        event("08:30", What::AgentReply),
        event("09:00", What::AgentReply),
        event("09:30", What::RequesterMessage),
        event("10:00", What::AgentReply),
        event("12:00", What::AgentReply),
    ];
    let all = outcomes(&urgent(&events), &p, &Calendar::standard(), at("12:30"));
    let expected = [
        outcome(Target::PeriodicUpdate, "09:00", true, 30),
        outcome(Target::PeriodicUpdate, "11:00", false, 120),
    ];
    assert_eq!(all, expected);
}

fn add(report: &mut Report, who: Option<(&str, &str)>, all: &[Outcome]) {
    let tenant = who.map(|(tenant, _)| TenantId::parse(tenant).unwrap());
    let agent = who.map(|(_, agent)| AgentId::parse(agent).unwrap());
    report.add(tenant.as_ref(), agent.as_ref(), all);
}

#[test]
fn a_report_counts_side_by_side_and_by_week() {
    let by = vec![By::Tenant, By::Week];
    let mut report = Report::new(by, chrono_tz::Europe::Amsterdam, None, None);
    let first = |at: &str, kept, minutes: i64| Outcome {
        target: Target::FirstResponse,
        at: t(at),
        kept,
        used: minutes * 60 + 59,
    };
    // Sunday night in UTC is Monday in Amsterdam; the first days of 2027 belong to week 53 of 2026.
    let all = [
        first("2026-11-22T23:30:00Z", true, 10),
        first("2027-01-02T10:00:00Z", false, 30),
        first("2026-11-22T22:30:00Z", true, 20),
    ];
    add(&mut report, Some(("umc", "ana")), &all);
    add(&mut report, None, &all[..1]);
    let keys: Vec<(String, u64, u64)> = report
        .groups()
        .map(|(k, s)| {
            let words = k.iter().map(|k| k.word().unwrap_or("-".into()));
            (words.collect::<Vec<_>>().join(" "), s.met, s.breached)
        })
        .collect();
    let row = |words: &str, met, breached| (words.to_owned(), met, breached);
    let expected = [
        row("- 2026-W48", 1, 0),
        row("umc 2026-W47", 1, 0),
        row("umc 2026-W48", 1, 0),
        row("umc 2026-W53", 0, 1),
    ];
    assert_eq!(keys, expected);
    assert_eq!((report.total().met, report.total().breached), (3, 1));
    assert_eq!(report.total().minutes(50), Some(10));
    assert_eq!(report.total().minutes(90), Some(30));
}

#[test]
fn a_report_ends_before_its_end() {
    let (from, to) = (Some(at("09:00")), Some(at("10:00")));
    let mut report = Report::new(vec![By::Agent], chrono_tz::UTC, from, to);
    let all = ["08:59", "09:00", "09:59", "10:00"]
        .map(|clock| outcome(Target::Resolution, clock, true, 1));
    add(&mut report, Some(("umc", "ana")), &all);
    let groups: Vec<_> = report.groups().map(|(k, s)| (k.to_vec(), s.met)).collect();
    let ana = AgentId::parse("ana").unwrap();
    assert_eq!(groups, [(vec![Key::Agent(Some(ana))], 2)]);
}

proptest! {
    /// The quick percentile is the slow one: sort all and take the one at that rank.
    #[test]
    fn percentiles_are_those_of_the_sorted_list(minutes in prop::collection::vec(0i64..500, 1..60), percent in 1u64..=100) {
        let mut report = Report::new(Vec::new(), chrono_tz::UTC, None, None);
        let all: Vec<Outcome> = minutes.iter().map(|m| outcome(Target::Resolution, "09:00", m % 2 == 0, *m)).collect();
        add(&mut report, None, &all);
        let mut sorted = minutes.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() as f64 * percent as f64 / 100.0).ceil() as usize;
        prop_assert_eq!(report.total().minutes(percent), Some(sorted[rank.max(1) - 1]));
    }
}
