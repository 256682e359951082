//! A hand-over of 500 tickets is planned while one waits for nothing; so is the map of a big team.

use std::io::Write as _;
use std::time::Instant as Clock;

use chrono::TimeDelta;
use deskhand::domain::absence::{
    Absence, AbsenceId, Cover, Length, Person, Rule, Scope, Team, Times, preview,
};
use deskhand::domain::calendar::Calendar;
use deskhand::domain::coverage::{Coverage, needs};
use deskhand::domain::sla::Target;
use deskhand::domain::ticket::{Due, Ticket};

use super::world::{at, days, plain, tenant, who};

/// Whatever is slow about a debug build on a busy machine is not the plan's fault.
const SLOWER: u128 = if cfg!(debug_assertions) { 20 } else { 3 };

fn say(what: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{what}");
}

fn people(n: usize) -> Vec<Person> {
    (0..n).map(|n| Person::new(who(n))).collect()
}

fn friday(n: usize) -> Absence {
    let start = "2026-01-02T13:00:00".parse().unwrap();
    let mut times = Times::once(
        start,
        Length {
            days: 0,
            seconds: 4 * 3600,
        },
        chrono_tz::Europe::Amsterdam,
    );
    times
        .rules
        .push(Rule::new("FREQ=WEEKLY;BYDAY=FR", None, start).unwrap());
    absence(n, times)
}

fn absence(n: usize, times: Times) -> Absence {
    let cover = |m: usize| Cover {
        who: who(m),
        scope: Scope::default(),
    };
    Absence {
        id: AbsenceId(format!("a{n}")),
        who: who(n),
        times,
        why: Default::default(),
        covers: vec![cover(n + 1), cover(n + 2), cover(n + 3)],
        note: Default::default(),
        uid: None,
    }
}

#[test]
fn five_hundred_tickets_are_planned_at_once() {
    let now = at("2026-11-23T09:00:00Z");
    let people = people(20);
    let calendar = Calendar::standard();
    let mut absences: Vec<Absence> = (1..18).map(friday).collect();
    absences.push(absence(0, Times::between(now + days(1), now + days(15))));
    let tickets: Vec<Ticket> = (0..500)
        .map(|n| {
            let mut t = plain(n);
            t.assignee = Some(who(0));
            t.due = Due::Running {
                target: Target::FirstResponse,
                at: now + TimeDelta::hours(n as i64),
            };
            t
        })
        .collect();
    let clock = Clock::now();
    let team = Team::new(&people, &calendar, &absences, (now, now + days(60)));
    let away = team.away().iter().find(|a| a.absence.id.0 == "a0").unwrap();
    let p = preview(&team, away, &tickets, now);
    let took = clock.elapsed();
    say(&format!("500 tickets planned in {took:?}"));
    assert_eq!(p.rows.len(), 500);
    assert!(!p.moves().is_empty());
    assert!(took.as_millis() < 200 * SLOWER, "{took:?}");
}

#[test]
fn fifty_people_and_ninety_days_are_one_sweep() {
    let now = at("2026-11-23T09:00:00Z");
    let people = people(50);
    let calendar = Calendar::standard();
    let absences: Vec<Absence> = (0..50).map(friday).collect();
    let clock = Clock::now();
    let team = Team::new(&people, &calendar, &absences, (now, now + days(90)));
    let coverage = Coverage::new(&team, now, now + days(90));
    let all = needs(&[tenant(0), tenant(1)], &[]);
    let gaps = coverage.report(&all);
    let took = clock.elapsed();
    say(&format!("50 people over 90 days in {took:?}"));
    // Everybody is away on Friday afternoons, and it is said once.
    assert_eq!(gaps.len(), 1);
    assert!(gaps[0].1.iter().all(|g| (g.to - g.from).num_hours() == 4));
    assert!(took.as_millis() < 100 * SLOWER, "{took:?}");
}
