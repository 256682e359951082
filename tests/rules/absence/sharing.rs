//! Two people and a server that keep one plan, whatever is lost on the way.

use std::collections::BTreeMap;

use chrono_tz::Europe::Amsterdam;
use deskhand::domain::absence::{
    Absence, AbsenceId, Choice, Guard, Known, Length, Met, Plan, Post, Times, Told, Went, meet,
};
use deskhand::domain::calendar::Calendar;
use deskhand::domain::ics::{object, same};
use deskhand::domain::people::Agent;
use deskhand::domain::text::Untrusted;
use proptest::prelude::*;

use super::cases;
use super::world::{Instant, at, days, who};

fn now() -> Instant {
    at("2026-11-24T09:00:00Z")
}

fn known() -> Known {
    let agent = |n| Agent {
        id: who(n),
        name: Untrusted::new(who(n).as_str()),
        tenants: vec![],
    };
    Known {
        agents: (0..3).map(agent).collect(),
        people: vec![],
        calendar: Calendar::standard(),
        zone: Amsterdam,
    }
}

fn absence(n: u32, long: i64) -> Absence {
    let start = "2026-12-01T00:00:00"
        .parse::<chrono::NaiveDateTime>()
        .unwrap()
        + days(i64::from(n));
    let mut times = Times::once(start, Length::days(long), Amsterdam);
    times.all_day = true;
    Absence {
        id: AbsenceId(format!("{n:08x}")),
        who: who((n % 3) as usize),
        times,
        why: Default::default(),
        covers: vec![],
        note: Untrusted::new(format!("number {n}")),
        uid: None,
    }
}

/// A server that compares marks, as RFC 4791 has it.
#[derive(Default)]
struct Server {
    events: BTreeMap<String, (u32, String)>,
    writes: u32,
}

impl Server {
    fn write(&mut self, post: &Post) -> Option<String> {
        let has = self
            .events
            .get(&post.href)
            .map(|(mark, _)| mark.to_string());
        let fits = match &post.guard {
            Guard::New => has.is_none(),
            Guard::Is(etag) => has.as_ref() == Some(etag),
        };
        if !fits {
            return None;
        }
        self.writes += 1;
        match &post.text {
            Some(text) => self
                .events
                .insert(post.href.clone(), (self.writes, text.clone())),
            None => self.events.remove(&post.href),
        };
        Some(self.writes.to_string())
    }

    fn told(&self, href: &str) -> Told {
        self.events
            .get(href)
            .map_or(Told::Gone, |(mark, text)| Told::Is {
                etag: mark.to_string(),
                text: text.clone(),
            })
    }
}

/// Where an exchange breaks off.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Break {
    Never,
    /// Written down, not sent.
    Before,
    /// Sent; the answer is lost.
    After,
}

fn hear(plan: &mut Plan, server: &Server, href: &str) {
    let mut n = 1_000_000;
    let mut new = || {
        n += 1;
        AbsenceId(format!("x{n}"))
    };
    plan.hear(href, server.told(href), &known(), (now(), &mut new));
}

fn exchange(plan: &mut Plan, server: &mut Server, breaks: Break) {
    let differs = |plan: &Plan, href: &String| {
        let row = plan.rows.iter().find(|r| r.href == *href);
        let etag = server.events.get(href).map(|(mark, _)| mark.to_string());
        row.map(|r| r.etag.clone()) != Some(etag)
    };
    let rows = plan
        .rows
        .iter()
        .filter(|r| r.etag.is_some())
        .map(|r| r.href.clone());
    let mut hrefs: Vec<String> = server.events.keys().cloned().chain(rows).collect();
    hrefs.sort();
    hrefs.dedup();
    hrefs.retain(|h| differs(plan, h));
    for href in hrefs {
        hear(plan, server, &href);
    }
    for post in plan.to_send("/team/", Amsterdam, now()) {
        assert!(plan.begin(&post));
        if breaks == Break::Before {
            return;
        }
        let answer = server.write(&post);
        if breaks == Break::After {
            return;
        }
        match answer {
            Some(etag) => plan.went(&post, Went::Done(post.text.as_ref().map(|_| etag))),
            None => hear(plan, server, &post.href),
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Add(usize),
    Edit(usize, usize, i64),
    Drop(usize, usize),
    /// Another program changes something that is not ours.
    Touch(usize),
    Exchange(usize, Break),
    Choose(usize, Choice),
}

fn step() -> impl Strategy<Value = Step> {
    let breaks = prop_oneof![Just(Break::Never), Just(Break::Before), Just(Break::After)];
    let choice = prop_oneof![Just(Choice::Mine), Just(Choice::Theirs), Just(Choice::Both)];
    prop_oneof![
        2 => (0..2_usize).prop_map(Step::Add),
        3 => (0..2_usize, 0..4_usize, 1..4_i64).prop_map(|(c, n, d)| Step::Edit(c, n, d)),
        1 => (0..2_usize, 0..4_usize).prop_map(|(c, n)| Step::Drop(c, n)),
        1 => (0..4_usize).prop_map(Step::Touch),
        5 => (0..2_usize, breaks).prop_map(|(c, b)| Step::Exchange(c, b)),
        1 => (0..2_usize, choice).prop_map(|(c, choice)| Step::Choose(c, choice)),
    ]
}

fn settle(plan: &mut Plan, choice: Choice, n: &mut u32) {
    for clash in plan.clashes(&known()) {
        *n += 1;
        assert!(plan.choose(&clash.id, choice, &known(), AbsenceId(format!("{n:08x}"))));
    }
}

fn sorted(plan: &Plan) -> Vec<Absence> {
    let mut all = plan.absences.clone();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases() / 10 + 1) })]

    #[test]
    fn both_come_to_the_same_and_each_is_there_once(steps in proptest::collection::vec(step(), 1..30)) {
        let mut server = Server::default();
        let mut plans = [Plan::default(), Plan::default()];
        let (mut n, mut dropped) = (0, Vec::new());
        let mut added = Vec::new();
        for step in steps {
            match step {
                Step::Add(c) => {
                    n += 1;
                    added.push(format!("number {n}"));
                    plans[c].absences.push(absence(n, 1));
                }
                Step::Edit(c, i, long) => {
                    let len = plans[c].absences.len().max(1);
                    if let Some(a) = plans[c].absences.get_mut(i % len) {
                        a.times.length = Length::days(long);
                    }
                }
                Step::Drop(c, i) => {
                    let len = plans[c].absences.len();
                    if len > 0 {
                        dropped.push(plans[c].absences.remove(i % len).note.raw().to_owned());
                    }
                }
                Step::Touch(i) => {
                    let len = server.events.len().max(1);
                    server.writes += 1;
                    let mark = server.writes;
                    if let Some((own, text)) = server.events.values_mut().nth(i % len) {
                        *own = mark;
                        *text = text.replacen("END:VEVENT", &format!("X-TOUCH:{mark}\r\nEND:VEVENT"), 1);
                    }
                }
                Step::Exchange(c, breaks) => exchange(&mut plans[c], &mut server, breaks),
                Step::Choose(c, choice) => settle(&mut plans[c], choice, &mut n),
            }
        }
        // Everything is reachable again, and whoever has a choice keeps both.
        for _ in 0..6 {
            for plan in &mut plans {
                exchange(plan, &mut server, Break::Never);
                settle(plan, Choice::Both, &mut n);
            }
        }
        let [a, b] = &plans;
        prop_assert_eq!(sorted(a).len(), server.events.len(), "each is there once");
        prop_assert_eq!(sorted(a).len(), sorted(b).len());
        for (x, y) in sorted(a).iter().zip(&sorted(b)) {
            prop_assert!(same(x, y), "{:?} {:?}", x, y);
            prop_assert_eq!(&x.id, &y.id, "by one name");
        }
        for note in added.iter().filter(|n| !dropped.contains(n)) {
            prop_assert!(a.absences.iter().any(|x| x.note.raw() == *note), "{} is lost", note);
        }
        let writes = server.writes;
        for plan in &mut plans {
            exchange(plan, &mut server, Break::Never);
        }
        prop_assert_eq!(server.writes, writes, "who has nothing to say says nothing");
    }
}

#[test]
fn what_three_versions_come_to() {
    let (a, longer, longest) = (absence(1, 1), absence(1, 2), absence(1, 3));
    let mut noted = a.clone();
    noted.note = Untrusted::new("in the mountains");
    let both = Absence {
        note: noted.note.clone(),
        ..longer.clone()
    };
    let take = |a: &Absence| Met::Take(Box::new(a.clone()));
    for (agreed, ours, theirs, wanted) in [
        (None, None, Some(&a), take(&a)),
        (None, Some(&a), None, Met::Send),
        (None, Some(&a), Some(&a), Met::Agreed),
        (None, Some(&a), Some(&longer), Met::Clash),
        (Some(&a), Some(&a), Some(&longer), take(&longer)),
        (Some(&a), Some(&longer), Some(&a), Met::Send),
        (Some(&a), Some(&longer), Some(&longer), Met::Agreed),
        (Some(&a), Some(&longer), Some(&longest), Met::Clash),
        (Some(&a), Some(&longer), Some(&noted), take(&both)),
        (Some(&a), None, Some(&a), Met::Send),
        (Some(&a), None, Some(&longer), Met::Clash),
        (Some(&a), Some(&a), None, Met::Drop),
        (Some(&a), Some(&longer), None, Met::Clash),
        (Some(&a), None, None, Met::Agreed),
    ] {
        assert_eq!(
            meet(agreed, ours, theirs),
            wanted,
            "{agreed:?} {ours:?} {theirs:?}"
        );
    }
}

/// Somebody's version that cannot be used: it comes back every hour.
const HOURLY: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:00000001@deskhand\r\nSUMMARY:number 1\r\nDTSTART:20261202T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=HOURLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// What cannot be used is somebody's work all the same: it is neither replaced nor taken away unless a person
/// says so, and whatever is chosen is the end of it.
#[rstest::rstest]
#[case::replaced(false, Choice::Mine, 1, &["00000001"])]
#[case::left_there(false, Choice::Theirs, 0, &[])]
#[case::beside_it(false, Choice::Both, 1, &["0000000f"])]
#[case::taken_away(true, Choice::Mine, 1, &[])]
#[case::left_there_too(true, Choice::Theirs, 0, &[])]
fn what_cannot_be_used_waits_for_a_choice(
    #[case] dropped: bool,
    #[case] choice: Choice,
    #[case] writes: u32,
    #[case] left: &[&str],
) {
    let mut server = Server::default();
    let mut plan = Plan::default();
    plan.absences.push(absence(1, 1));
    exchange(&mut plan, &mut server, Break::Never);
    let (href, _) = server.events.first_key_value().unwrap();
    let href = href.clone();
    server.writes += 1;
    let theirs = (server.writes, HOURLY.to_owned());
    server.events.insert(href.clone(), theirs.clone());
    match dropped {
        true => plan.absences.clear(),
        false => plan.absences[0].times.length = Length::days(3),
    }
    for _ in 0..2 {
        exchange(&mut plan, &mut server, Break::Never);
        assert_eq!(server.events[&href], theirs, "nothing went over it");
    }
    let clashes = plan.clashes(&known());
    let why = clashes[0].why.as_deref().unwrap();
    assert!(why.contains("finer than a day"), "{why}");
    let before = server.writes;
    assert!(plan.choose(
        &clashes[0].id,
        choice,
        &known(),
        AbsenceId("0000000f".into())
    ));
    for _ in 0..2 {
        exchange(&mut plan, &mut server, Break::Never);
        for (href, told) in plan.again() {
            plan.hear(
                &href,
                told,
                &known(),
                (now(), &mut || AbsenceId("other".into())),
            );
        }
    }
    assert_eq!(server.writes - before, writes, "it is said once");
    let ids: Vec<&str> = plan.absences.iter().map(|a| a.id.0.as_str()).collect();
    assert_eq!(ids, left);
    assert_eq!(plan.clashes(&known()), []);
    let there = server
        .events
        .get(&href)
        .map(|(_, text)| text.contains("HOURLY"));
    let wanted = match (choice, dropped) {
        (Choice::Mine, true) => None,
        (Choice::Mine, false) => Some(false),
        _ => Some(true),
    };
    assert_eq!(there, wanted);
    if choice == Choice::Mine && !dropped {
        let text = object(&plan.absences[0], None, Amsterdam, now());
        assert_eq!(server.events[&href].1, text);
    }
}
