//! Real incidents with their changes of state; tests/data/incidents/SOURCE.md says whose and what they show.

use std::collections::BTreeMap;
use std::io::BufRead as _;

use deskhand::cli::import::read_ticket;
use deskhand::domain::Instant;
use deskhand::domain::calendar::{Calendar, CalendarSpec};
use deskhand::domain::import::ImportTicket;
use deskhand::domain::sla::{ClockState, History, Policy, Rule, Subject, Target, clocks};
use deskhand::domain::ticket::Priority;
use serde_json::Value;

/// An incident, and what its source says of its promise.
pub struct Incident {
    pub ticket: ImportTicket,
    pub kept: bool,
}

/// Those that are carried along, or those of `DESKHAND_INCIDENTS`.
pub fn incidents() -> Vec<Incident> {
    let packed = match std::env::var_os("DESKHAND_INCIDENTS") {
        Some(path) => std::fs::read(path).unwrap(),
        None => include_bytes!("../data/incidents/three-weeks.ndjson.zst").to_vec(),
    };
    let text = if packed.starts_with(b"{") {
        packed
    } else {
        zstd::decode_all(packed.as_slice()).unwrap()
    };
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let read = |line: Result<String, std::io::Error>| {
        let line = line.unwrap();
        let value: Value = serde_json::from_str(&line).unwrap();
        Incident {
            ticket: read_ticket(line.as_bytes(), now).unwrap(),
            kept: value["sla"]["met"].as_bool().unwrap(),
        }
    };
    text.lines().map(read).collect()
}

/// Office hours in the zone the log calls UTC; nothing is known of its holidays.
pub fn office() -> Calendar {
    let mut spec = CalendarSpec::standard();
    spec.zone = "UTC".into();
    spec.public_holidays.clear();
    Calendar::new(spec).unwrap()
}

fn policy(name: &str, within: [&str; 4], pauses: bool) -> Policy {
    let mut policy = Policy::empty(name);
    policy.rules = Priority::ALL
        .iter()
        .zip(within)
        .map(|(priority, within)| {
            let mut rule = Rule::new(Target::Resolution, within.parse().unwrap());
            rule.priorities = vec![*priority];
            rule
        })
        .collect();
    if !pauses {
        policy.pause_on.clear();
    }
    policy
}

/// Whether we say that the promise was kept.
fn kept(t: &ImportTicket, policy: &Policy, calendar: &Calendar, now: Instant) -> bool {
    let history = History {
        created: t.created,
        opened_by: t.opened_by,
        subject: Subject {
            kind: t.kind,
            priority: t.priority,
            tenant: None,
            labels: &[],
        },
        status: t.first_status,
        events: &t.sla,
    };
    let all = clocks(&history, policy, calendar, now);
    let of = |c: &&_| {
        matches!(
            c,
            deskhand::domain::sla::Clock {
                target: Target::Resolution,
                ..
            }
        )
    };
    let clock = all.iter().find(of).unwrap();
    assert_eq!(
        matches!(clock.state, ClockState::Breached { .. }),
        clock.breached,
        "all are done in the end"
    );
    !clock.breached
}

/// How often each verdict of ours meets each of theirs, by priority.
fn confusion(policy: &Policy) -> BTreeMap<&'static str, [[u32; 2]; 2]> {
    let (calendar, now) = (office(), "2018-01-01T00:00:00Z".parse().unwrap());
    let mut all: BTreeMap<&str, [[u32; 2]; 2]> = BTreeMap::new();
    for i in incidents() {
        let ours = kept(&i.ticket, policy, &calendar, now);
        let word = i.ticket.priority.map_or("-", |p| p.word());
        for row in [word, "all"] {
            let cell = &mut all.entry(row).or_default()[usize::from(ours)][usize::from(i.kept)];
            *cell += 1;
        }
    }
    all
}

fn agreement([[both_late, false_alarm], [overlooked, both_kept]]: [[u32; 2]; 2]) -> f64 {
    let agree = both_late + both_kept;
    f64::from(agree) / f64::from(agree + false_alarm + overlooked)
}

#[expect(
    clippy::print_stdout,
    reason = "figures are for whoever asked for them"
)]
fn print(policy: &Policy, all: &BTreeMap<&str, [[u32; 2]; 2]>) {
    println!(
        "{}\n  priority  both late  ours late only  theirs late only  both kept  agree",
        policy.name
    );
    for (word, cells) in all {
        let [[late, alarm], [overlooked, kept]] = *cells;
        let agree = agreement(*cells) * 100.0;
        println!("  {word:<8} {late:>10} {alarm:>15} {overlooked:>17} {kept:>10} {agree:>5.1} %");
    }
}

/// Our clocks on the real changes of state give the source's own verdict nine times in ten, with the one policy
/// that comes closest; the words beside the data say why not always.
#[test]
fn our_verdict_relates_to_made_sla() {
    let around = policy(
        "around the clock, no pauses",
        [
            "5 m calendar",
            "5 m calendar",
            "91 h calendar",
            "328 h calendar",
        ],
        false,
    );
    let working = policy(
        "three days of working time, with pauses",
        ["2 h", "8 h", "3 days", "3 days"],
        true,
    );
    let (close, far) = (confusion(&around), confusion(&working));
    print(&around, &close);
    print(&working, &far);
    assert!(agreement(close["all"]) > 0.88, "{close:?}");
    assert!(
        agreement(close["all"]) > agreement(far["all"]) + 0.05,
        "{far:?}"
    );
}
