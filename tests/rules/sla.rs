//! Promises: the built-in policy, the sum behind a deadline, and how it reads.

use chrono::TimeDelta;
use deskhand::domain::Instant;
use deskhand::domain::calendar::Calendar;
use deskhand::domain::sla::{
    Amount, History, Policy, Reason, Side, SlaEvent, Subject, Target, Urgency, What, clocks,
    countdown, due, why,
};
use deskhand::domain::ticket::{Due, Kind, Priority, Status};
use proptest::prelude::*;

fn t(s: &str) -> Instant {
    s.parse().unwrap()
}

fn history<'a>(
    created: &str,
    priority: Option<Priority>,
    kind: Kind,
    events: &'a [SlaEvent],
) -> History<'a> {
    History {
        created: t(created),
        opened_by: Side::Requester,
        subject: Subject {
            kind,
            priority,
            tenant: None,
            labels: &[],
        },
        status: Status::New,
        events,
    }
}

fn running(at: &str) -> Due {
    Due::Running {
        target: Target::FirstResponse,
        at: t(at),
    }
}

#[test]
fn the_portals_service_levels() {
    let c = Calendar::standard();
    let p = Policy::mydre();
    // Monday 23 November 2026, 10:00 in Amsterdam.
    let at = |priority, kind| {
        due(
            &history("2026-11-23T09:00:00Z", priority, kind, &[]),
            &p,
            &c,
        )
    };
    assert_eq!(
        at(Some(Priority::P1), Kind::Problem),
        running("2026-11-23T11:00:00Z")
    );
    assert_eq!(
        at(Some(Priority::P2), Kind::Problem),
        running("2026-11-24T09:00:00Z")
    );
    assert_eq!(
        at(Some(Priority::P3), Kind::Problem),
        running("2026-11-26T09:00:00Z")
    );
    assert_eq!(at(None, Kind::Question), running("2026-11-26T09:00:00Z"));
    assert_eq!(
        at(Some(Priority::P3), Kind::NewUser),
        running("2026-11-24T09:00:00Z")
    );
}

#[test]
fn a_deadline_explains_itself_to_the_second() {
    let c = Calendar::standard();
    let p = Policy::mydre();
    let event = |at: &str, s| SlaEvent {
        at: t(at),
        what: What::Status(s),
    };
    let events = [
        event("2026-12-24T13:00:00Z", Status::Pending),
        event("2026-12-24T14:00:00Z", Status::Open),
    ];
    let h = history(
        "2026-12-24T12:00:00Z",
        Some(Priority::P2),
        Kind::Problem,
        &events,
    );
    let now = t("2026-12-24T15:00:00Z");
    let parts = why(&h, &[], &p, &c, now).unwrap().segments;
    assert_eq!(parts.iter().map(|s| s.secs).sum::<i64>(), 8 * 3600);
    assert!(parts.iter().any(|s| matches!(
        s.what,
        Reason::Paused {
            status: Status::Pending,
            spared: 3600
        }
    )));
    assert!(
        parts
            .iter()
            .any(|s| s.what == Reason::Holiday("Christmas Day".into()))
    );
    // The 26th is a holiday on a Saturday, closed anyway.
    assert_eq!(
        parts
            .iter()
            .filter(|s| matches!(s.what, Reason::Holiday(_)))
            .count(),
        1
    );
    assert_eq!(due(&h, &p, &c), running("2026-12-28T13:00:00Z"));
}

/// Closed from twelve to one.
fn with_lunch() -> Calendar {
    let mut spec = Calendar::standard().spec().clone();
    let span = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    let day = || vec![span("09:00", "12:00"), span("13:00", "17:00")];
    let w = &mut spec.weekly;
    for of in [&mut w.mon, &mut w.tue, &mut w.wed, &mut w.thu, &mut w.fri] {
        *of = day();
    }
    Calendar::new(spec).unwrap()
}

#[test]
fn a_countdown_reads_like_this() {
    let c = Calendar::standard();
    let table = [
        (
            "2026-11-23T09:42:00Z",
            "2026-11-23T09:00:00Z",
            "late 42 m",
            Urgency::Late,
            Some("2026-11-23T09:43:00Z"),
        ),
        (
            "2026-11-23T09:00:00Z",
            "2026-11-23T10:05:00Z",
            "in 1 h 05",
            Urgency::Soon,
            Some("2026-11-23T09:00:01Z"),
        ),
        (
            "2026-11-23T09:00:00Z",
            "2026-11-23T12:40:30Z",
            "in 3 h 40",
            Urgency::Today,
            Some("2026-11-23T09:00:31Z"),
        ),
        (
            "2026-11-23T09:00:00Z",
            "2026-11-24T09:15:00Z",
            "Tue 10:15",
            Urgency::Later,
            Some("2026-11-23T15:15:01Z"),
        ),
        (
            "2026-11-23T15:30:00Z",
            "2026-11-24T08:15:00Z",
            "Tue 09:15",
            Urgency::Soon,
            Some("2026-11-23T23:00:00Z"),
        ),
        (
            "2026-11-23T19:00:00Z",
            "2026-11-23T16:00:00Z",
            "due now",
            Urgency::Soon,
            Some("2026-11-24T08:00:01Z"),
        ),
        (
            "2026-11-23T09:00:00Z",
            "2026-12-03T09:00:00Z",
            "3 Dec",
            Urgency::Later,
            Some("2026-11-23T23:00:00Z"),
        ),
        (
            "2026-11-23T19:00:00Z",
            "2026-11-19T16:00:00Z",
            "late 16 h",
            Urgency::Late,
            Some("2026-11-24T09:00:00Z"),
        ),
        // Before the desk opens: the time on the wall, until the desk is open.
        (
            "2026-11-23T05:40:00Z",
            "2026-11-23T08:09:00Z",
            "at 09:09",
            Urgency::Soon,
            Some("2026-11-23T08:00:00Z"),
        ),
        (
            "2026-11-23T05:40:00Z",
            "2026-11-23T12:09:00Z",
            "at 13:09",
            Urgency::Today,
            Some("2026-11-23T08:00:00Z"),
        ),
        // Due today outside working hours, by calendar time.
        (
            "2026-11-23T09:00:00Z",
            "2026-11-23T20:00:00Z",
            "at 21:00",
            Urgency::Today,
            Some("2026-11-23T14:00:01Z"),
        ),
        (
            "2026-11-23T09:00:00Z",
            "2027-01-26T09:00:00Z",
            "26 Jan 2027",
            Urgency::Later,
            Some("2026-11-23T23:00:00Z"),
        ),
        // Twelve working days and three hours; then days of the calendar, then years.
        (
            "2026-11-23T10:00:00Z",
            "2026-11-05T15:00:00Z",
            "late 91 h",
            Urgency::Late,
            Some("2026-11-23T11:00:00Z"),
        ),
        (
            "2026-11-25T10:00:00Z",
            "2026-11-05T15:00:00Z",
            "late 19 d",
            Urgency::Late,
            Some("2026-11-25T15:00:00Z"),
        ),
        (
            "2026-11-25T10:00:00Z",
            "2021-01-26T15:00:00Z",
            "late 5 y",
            Urgency::Late,
            Some("2027-01-25T15:00:00Z"),
        ),
    ];
    for (now, at, text, urgency, changes) in table {
        let got = countdown(&running(at), t(now), &c);
        assert_eq!(
            (got.text.as_str(), got.urgency, got.changes_at),
            (text, urgency, changes.map(t)),
            "{now} {at}"
        );
    }
    // A break on the way makes working time shorter than the way.
    let noon = with_lunch();
    for (now, text, changes) in [
        ("2026-11-23T10:30:00Z", "at 13:35", "2026-11-23T11:00:00Z"),
        ("2026-11-23T11:30:00Z", "at 13:35", "2026-11-23T12:00:00Z"),
        ("2026-11-23T12:00:00Z", "in 35 m", "2026-11-23T12:00:01Z"),
    ] {
        let got = countdown(&running("2026-11-23T12:35:00Z"), t(now), &noon);
        assert_eq!(
            (got.text.as_str(), got.changes_at),
            (text, Some(t(changes))),
            "{now}"
        );
    }
    let paused = countdown(
        &Due::Paused {
            target: Target::Resolution,
            left: 5,
        },
        t("2026-11-23T09:00:00Z"),
        &c,
    );
    assert_eq!((paused.text.as_str(), paused.changes_at), ("paused", None));
}

#[test]
fn amounts_survive_their_words() {
    for a in [
        "8 h",
        "90 m",
        "3 days",
        "1 day end",
        "24 h calendar",
        "45 s",
    ] {
        assert_eq!(a.parse::<Amount>().unwrap().to_string(), a);
    }
    assert_eq!("2h".parse::<Amount>(), Ok(Amount::Working(7200)));
    assert!("soon".parse::<Amount>().unwrap_err().contains("soon"));
}

#[test]
fn an_agents_first_word_waits_for_no_answer_until_the_requester_writes() {
    let (c, p) = (Calendar::standard(), Policy::mydre());
    let message = [SlaEvent {
        at: t("2026-11-23T10:00:00Z"),
        what: What::RequesterMessage,
    }];
    let mut h = history(
        "2026-11-23T09:00:00Z",
        Some(Priority::P1),
        Kind::Problem,
        &[],
    );
    h.opened_by = Side::Agent;
    assert_eq!(due(&h, &p, &c), Due::None);
    h.events = &message;
    let next = Due::Running {
        target: Target::NextResponse,
        at: t("2026-11-23T12:00:00Z"),
    };
    assert_eq!(due(&h, &p, &c), next);
}

fn events() -> impl Strategy<Value = Vec<SlaEvent>> {
    let what = prop_oneof![
        Just(What::RequesterMessage),
        Just(What::AgentReply),
        prop::sample::select(Status::ALL).prop_map(What::Status),
    ];
    prop::collection::vec((0i64..600_000, what), 0..8).prop_map(|mut list| {
        list.sort_by_key(|e| e.0);
        let start = t("2026-12-21T09:00:00Z");
        list.into_iter()
            .map(|(s, what)| SlaEvent {
                at: start + TimeDelta::seconds(s),
                what,
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// The text stays as it is until the announced instant, and differs then or is looked at again.
    #[test]
    fn a_countdown_never_changes_unannounced(now in 0i64..4_000_000, at in 0i64..1_800_000, lunch: bool, later in 0.0f64..1.0) {
        let c = if lunch { with_lunch() } else { Calendar::standard() };
        let start = t("2026-12-21T00:00:00Z");
        let (now, at) = (start + TimeDelta::seconds(now), start + TimeDelta::seconds(at));
        let due = Due::Running { target: Target::FirstResponse, at };
        let first = countdown(&due, now, &c);
        let change = first.changes_at.unwrap();
        prop_assert!(change > now);
        let span = (change - now).num_seconds() - 1;
        for s in [(span as f64 * later) as i64, span] {
            let then = countdown(&due, now + TimeDelta::seconds(s), &c);
            prop_assert_eq!((&then.text, then.urgency), (&first.text, first.urgency), "at {} due {}", now, at);
        }
    }

    /// What the store keeps as an index is what the clocks say at any later time, and the sum is exact.
    #[test]
    fn what_is_due_holds_until_something_happens(events in events(), after in 0i64..2_000_000) {
        let (c, p) = (Calendar::standard(), Policy::mydre());
        let h = history("2026-12-21T08:00:00Z", Some(Priority::P2), Kind::Problem, &events);
        let last = events.last().map_or(h.created, |e| e.at);
        let now = last + TimeDelta::seconds(after);
        let open = clocks(&h, &p, &c, now);
        for k in &open {
            prop_assert_eq!(k.breached, k.remaining < 0);
            prop_assert_eq!(k.elapsed + k.remaining, 8 * 3600);
        }
        if let Due::Running { target, at } = due(&h, &p, &c) {
            let k = open.iter().find(|k| k.target == target).unwrap();
            prop_assert_eq!(k.deadline, at);
            let parts = why(&h, &[], &p, &c, now).unwrap().segments;
            let promise: i64 = parts.iter().filter(|s| s.what != Reason::Over).map(|s| s.secs).sum();
            prop_assert_eq!(promise, 8 * 3600);
        }
    }
}
