//! What a promise depends on, whose time a clock uses, whose due instant counts, and who is behind it.

use deskhand::domain::Instant;
use deskhand::domain::calendar::{Calendar, CalendarSpec};
use deskhand::domain::people::TenantId;
use deskhand::domain::sla::{
    Amount, Clock, ClockState, History, Owner, Policy, Reason, Reopening, Rule, Settled, Side,
    SlaEvent, Subject, Target, TheirDue, Trust, What, Whose, clocks, due, explain, settle, why,
};
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::TimelineEntry;
use deskhand::domain::ticket::{Due, Kind, Priority, Status};
use rstest::rstest;

fn t(s: &str) -> Instant {
    s.parse().unwrap()
}

/// Monday 23 November 2026, 10:00 in Amsterdam.
const MONDAY: &str = "2026-11-23T09:00:00Z";

fn life<'a>(subject: Subject<'a>, events: &'a [SlaEvent]) -> History<'a> {
    History {
        created: t(MONDAY),
        opened_by: Side::Requester,
        subject,
        status: Status::New,
        events,
    }
}

const fn plain() -> Subject<'static> {
    Subject {
        kind: Kind::Problem,
        priority: Some(Priority::P2),
        tenant: None,
        labels: &[],
    }
}

fn event(at: &str, what: What) -> SlaEvent {
    SlaEvent { at: t(at), what }
}

fn resolution(hours: i64) -> Policy {
    let mut policy = Policy::empty("ours");
    let rule = Rule::new(Target::Resolution, Amount::Working(hours * 3600));
    policy.rules.push(rule);
    policy
}

fn clock(policy: &Policy, events: &[SlaEvent], now: &str) -> Clock {
    let h = life(plain(), events);
    clocks(&h, policy, &Calendar::standard(), t(now))[0]
}

#[test]
fn the_built_in_policy_is_the_published_page() {
    let p = Policy::mydre();
    let within = |kind, priority, target| {
        let subject = Subject {
            kind,
            priority,
            ..plain()
        };
        p.rule(target, &subject).map(|r| r.within.to_string())
    };
    for target in [Target::FirstResponse, Target::NextResponse] {
        for (kind, priority, want) in [
            (Kind::Problem, Some(Priority::P1), "2 h"),
            (Kind::NewUser, Some(Priority::P1), "2 h"),
            (Kind::Problem, Some(Priority::P2), "8 h"),
            (Kind::Problem, Some(Priority::P3), "3 days"),
            (Kind::Question, None, "3 days"),
            (Kind::NewUser, Some(Priority::P3), "8 h"),
            (Kind::NewWorkspace, None, "8 h"),
        ] {
            assert_eq!(within(kind, priority, target).as_deref(), Some(want));
        }
    }
    assert_eq!(within(Kind::Problem, None, Target::Resolution), None);
    assert_eq!(p.warn_before, Some(3600));
    assert_eq!(p.pause_on, [Status::Pending, Status::OnHold]);
    assert_eq!((p.trust, p.reopening), (Trust::Ours, Reopening::Continues));
}

#[test]
fn a_rule_fits_by_tenant_and_label_and_counts_in_its_own_calendar() {
    let umc = TenantId::parse("umc").unwrap();
    let labels = ["vpn".to_owned()];
    let mut p = Policy::empty("ours");
    let rule = |hours: i64| Rule::new(Target::FirstResponse, Amount::Working(hours * 3600));
    p.rules = vec![
        Rule {
            labels: vec!["outage".into(), "vpn".into()],
            calendar: Some("always".into()),
            ..rule(3)
        },
        Rule {
            tenants: vec![umc.clone()],
            ..rule(4)
        },
        rule(5),
    ];
    assert_eq!(p.missing_calendar(), Some("always"));
    let always = CalendarSpec {
        always_open: true,
        ..CalendarSpec::default()
    };
    p.calendars
        .insert("always".into(), Calendar::new(always).unwrap());
    assert_eq!(p.missing_calendar(), None);
    let at = |subject| {
        let mut h = life(subject, &[]);
        // 16:00 in Amsterdam: one open hour is left.
        h.created = t("2026-11-23T15:00:00Z");
        match due(&h, &p, &Calendar::standard()) {
            Due::Running { at, .. } => at,
            other => panic!("{other:?}"),
        }
    };
    let of_umc = Subject {
        tenant: Some(&umc),
        ..plain()
    };
    let with_label = Subject {
        labels: &labels,
        ..of_umc
    };
    assert_eq!(at(with_label), t("2026-11-23T18:00:00Z"));
    assert_eq!(at(of_umc), t("2026-11-24T11:00:00Z"));
    assert_eq!(at(plain()), t("2026-11-24T12:00:00Z"));
}

#[test]
fn the_owner_moves_with_an_escalation_and_back() {
    let p = resolution(16);
    let events = [
        event("2026-11-23T11:00:00Z", What::Owner(Owner::Vendor)),
        event("2026-11-23T14:00:00Z", What::Owner(Owner::Team)),
        event("2026-11-24T09:00:00Z", What::Status(Status::OnHold)),
    ];
    let owner = |now: &str| clock(&p, &events, now).owner;
    assert_eq!(owner("2026-11-23T10:59:00Z"), Owner::Team);
    assert_eq!(owner("2026-11-23T11:00:00Z"), Owner::Vendor);
    assert_eq!(owner("2026-11-23T14:00:00Z"), Owner::Team);
    assert_eq!(owner("2026-11-24T09:00:00Z"), Owner::Vendor);
    // It is the same clock all along, and it knows whose time it used.
    let k = clock(&p, &events, "2026-11-24T08:30:00Z");
    assert_eq!((k.elapsed, k.elapsed_vendor), (7 * 3600 + 1800, 3 * 3600));
    let h = life(plain(), &events[..2]);
    let e = why(
        &h,
        &[],
        &p,
        &Calendar::standard(),
        t("2026-11-24T08:30:00Z"),
    )
    .unwrap();
    let parts: Vec<(Owner, i64)> = e.segments.iter().map(|s| (s.owner, s.secs / 60)).collect();
    let team = Owner::Team;
    assert_eq!(
        parts,
        [(team, 120), (Owner::Vendor, 180), (team, 150), (team, 510)]
    );
}

#[rstest]
#[case(Reopening::Continues, 2 * 3600)]
#[case(Reopening::Restarts, 3600)]
fn a_reopened_ticket(#[case] reopening: Reopening, #[case] elapsed: i64) {
    let mut p = resolution(8);
    p.reopening = reopening;
    let events = [
        event("2026-11-23T10:00:00Z", What::Status(Status::Resolved)),
        event("2026-11-23T11:00:00Z", What::Status(Status::Closed)),
        event("2026-11-23T13:00:00Z", What::Status(Status::Open)),
    ];
    let k = clock(&p, &events, "2026-11-23T14:00:00Z");
    assert_eq!(k.elapsed, elapsed);
    assert!(matches!(k.state, ClockState::Running { .. }));
    // While it was done, its clock had ended when it was resolved.
    let done = clock(&p, &events, "2026-11-23T12:00:00Z");
    let at = t("2026-11-23T10:00:00Z");
    assert_eq!(done.state, ClockState::Met { at });
}

#[test]
fn fractions_of_a_second_never_add_up_to_one() {
    let mut p = Policy::empty("ours");
    p.rules
        .push(Rule::new(Target::Resolution, Amount::Calendar(3600)));
    let events = [
        event("2026-11-23T09:00:01.900Z", What::Status(Status::Pending)),
        event("2026-11-23T09:00:02.100Z", What::Status(Status::Open)),
    ];
    let k = clock(&p, &events, "2026-11-23T09:30:00.500Z");
    assert_eq!(k.elapsed + k.paused_seconds, 1800);
    assert_eq!(k.paused_seconds, 1);
}

fn change(at: &str, field: &str, old: &str, new: &str) -> TimelineEntry {
    let word = |s: &str| (!s.is_empty()).then(|| Untrusted::new(s));
    TimelineEntry {
        at: t(at),
        by: Untrusted::new("Bo"),
        field: field.into(),
        old: word(old),
        new: word(new),
    }
}

#[test]
fn the_sum_says_who_paused_it_and_who_changed_the_promise() {
    let (c, p) = (Calendar::standard(), Policy::mydre());
    let events = [
        event("2026-11-23T10:00:00Z", What::Status(Status::Pending)),
        event("2026-11-23T11:00:00Z", What::Status(Status::Open)),
    ];
    let trail = [
        change("2026-11-23T09:30:00Z", "kind", "new-user", "problem"),
        change("2026-11-23T10:00:00Z", "status", "open", "pending"),
        change("2026-11-23T10:30:00Z", "Priority", "3 - Low", "2 - High"),
        change("2026-11-23T10:40:00Z", "subject", "a", "b"),
    ];
    let h = life(plain(), &events);
    let all = explain(&h, &trail, &p, &c, t("2026-11-23T12:00:00Z"));
    assert_eq!(all.len(), 1);
    let e = &all[0];
    assert_eq!(e.within, Amount::Working(8 * 3600));
    assert_eq!(e.clock.deadline, t("2026-11-24T10:00:00Z"));
    let bo = Some(Untrusted::new("Bo"));
    let lines: Vec<(&Reason, i64, bool)> = e
        .segments
        .iter()
        .map(|s| (&s.what, s.secs, s.by == bo))
        .collect();
    let days = Amount::Days {
        days: 3,
        end_of_day: false,
    };
    let was = |field: &str, was, now| Reason::Changed {
        field: field.into(),
        was: Some(was),
        now: Some(now),
    };
    let paused = Reason::Paused {
        status: Status::Pending,
        spared: 3600,
    };
    let hours = Amount::Working(8 * 3600);
    assert_eq!(
        lines,
        [
            (&Reason::Counted, 3600, false),
            (&was("kind", hours, days), 0, true),
            (&paused, 0, true),
            (&was("Priority", days, hours), 0, true),
            (&Reason::Counted, 3600, false),
            (&Reason::Ahead, 6 * 3600, false),
        ]
    );
}

#[test]
fn what_held_then_is_what_counted_then() {
    let (c, p) = (Calendar::standard(), Policy::mydre());
    let trail = [change("2026-11-23T10:30:00Z", "priority", "1", "2")];
    let h = life(plain(), &[]);
    let within = |now: &str| why(&h, &trail, &p, &c, t(now)).unwrap().within;
    assert_eq!(within("2026-11-23T10:29:59Z"), Amount::Working(2 * 3600));
    assert_eq!(within("2026-11-23T10:30:00Z"), Amount::Working(8 * 3600));
}

fn running(at: &str) -> Due {
    Due::Running {
        target: Target::FirstResponse,
        at: t(at),
    }
}

const PAUSED: Due = Due::Paused {
    target: Target::Resolution,
    left: 60,
};

#[rstest]
#[case::ours(
    Trust::Ours,
    running("2026-11-23T12:00:00Z"),
    running("2026-11-23T12:00:00Z"),
    Whose::Ours,
    None
)]
#[case::theirs(
    Trust::Theirs,
    running("2026-11-23T12:00:00Z"),
    running("2026-11-23T15:00:00Z"),
    Whose::Theirs,
    None
)]
#[case::theirs_is_later(
    Trust::Both,
    running("2026-11-23T12:00:00Z"),
    running("2026-11-23T12:00:00Z"),
    Whose::Ours,
    Some(running("2026-11-23T15:00:00Z"))
)]
#[case::theirs_is_earlier(
    Trust::Both,
    running("2026-11-23T16:00:00Z"),
    running("2026-11-23T15:00:00Z"),
    Whose::Theirs,
    Some(running("2026-11-23T16:00:00Z"))
)]
#[case::they_say_the_same(
    Trust::Both,
    running("2026-11-23T15:00:59Z"),
    running("2026-11-23T15:00:59Z"),
    Whose::Ours,
    None
)]
#[case::ours_is_paused(
    Trust::Both,
    PAUSED,
    running("2026-11-23T15:00:00Z"),
    Whose::Theirs,
    Some(PAUSED)
)]
#[case::we_promise_nothing(
    Trust::Both,
    Due::None,
    running("2026-11-23T15:00:00Z"),
    Whose::Theirs,
    Some(Due::None)
)]
fn whose_due_instant_counts(
    #[case] trust: Trust,
    #[case] ours: Due,
    #[case] due: Due,
    #[case] whose: Whose,
    #[case] other: Option<Due>,
) {
    let theirs = |at: &str| TheirDue {
        target: Target::FirstResponse,
        at: t(at),
    };
    let given = [
        theirs("2026-11-25T15:00:00Z"),
        theirs("2026-11-23T15:00:00Z"),
    ];
    assert_eq!(settle(ours, &given, trust), Settled { due, whose, other });
    // Where they give none, ours counts, whomever the policy trusts.
    let alone = Settled {
        due: ours,
        whose: Whose::Ours,
        other: None,
    };
    assert_eq!(settle(ours, &[], trust), alone);
}

#[test]
fn a_calendar_survives_its_words() {
    let mut p = resolution(8);
    p.calendars.insert("desk".into(), Calendar::standard());
    let text = serde_json::to_string(&p).unwrap();
    assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), p);
    assert!(text.contains("Europe/Amsterdam"));
    let wrong = text.replace("Europe/Amsterdam", "Europe/Utrecht");
    let error = serde_json::from_str::<Policy>(&wrong).unwrap_err();
    assert!(error.to_string().contains("Europe/Utrecht"));
}
