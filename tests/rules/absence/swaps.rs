//! Swaps: what may be asked, what a yes does, and that nothing else changes.

use chrono::TimeDelta;
use deskhand::domain::absence::{
    Absence, AbsenceId, Ask, Cover, Duty, Grant, Person, Scope, Swap, SwapId, Team, Times,
};
use deskhand::domain::calendar::Calendar;
use deskhand::domain::text::Untrusted;
use proptest::prelude::*;
use rstest::rstest;

use super::cases;
use super::world::{HOURS, Instant, at, days, plain, tenant, times, who};

fn monday() -> Instant {
    at("2026-11-30T08:00:00Z")
}

fn absence(id: &str, n: usize, from: Instant, long: i64, covers: &[(usize, Scope)]) -> Absence {
    Absence {
        id: AbsenceId(id.into()),
        who: who(n),
        times: Times::between(from, from + days(long)),
        why: Default::default(),
        covers: covers
            .iter()
            .map(|(n, scope)| Cover {
                who: who(*n),
                scope: scope.clone(),
            })
            .collect(),
        note: Untrusted::default(),
        uid: None,
    }
}

fn swap(gives: Duty, takes: Option<Duty>) -> Swap {
    Swap {
        id: SwapId("s".into()),
        by: who(1),
        with: who(2),
        gives,
        takes,
        at: monday() - days(7),
        note: Untrusted::default(),
        answered: None,
    }
}

fn cover(id: &str, from: Instant) -> Duty {
    Duty::Cover {
        absence: AbsenceId(id.into()),
        from,
    }
}

fn people() -> Vec<Person> {
    (0..4).map(|n| Person::new(who(n))).collect()
}

fn refusal(people: &[Person], plan: &[Absence], s: &Swap, load: usize) -> Option<String> {
    let calendar = Calendar::standard();
    let span = (monday() - days(10), monday() + days(40));
    let team = Team::new(people, &calendar, plan, span).with_loads([(who(2), 3)]);
    s.check(&team, plan, &|_, _| load, monday() - days(7)).err()
}

#[rstest]
#[case::fine("", None)]
#[case::away("away", Some("away until"))]
#[case::may_not("rights", Some("may not do this"))]
#[case::full("full", Some("has no room"))]
#[case::goes_along("along", Some("has no room"))]
#[case::part_time("hours", Some("does not work"))]
#[case::stranger("stranger", Some("nobody here"))]
#[case::own("own", Some("cannot stand in for themselves"))]
#[case::not_mine("not mine", Some("does not stand in"))]
#[case::over("over", Some("it is over"))]
#[case::gone("gone", Some("not planned any more"))]
fn a_swap_is_refused_where_it_cannot_be(#[case] what: &str, #[case] wanted: Option<&str>) {
    let umc = Scope {
        tenants: vec![tenant(0)],
        ..Scope::default()
    };
    let mut plan = vec![absence("a", 0, monday(), 5, &[(1, umc)])];
    let mut team = people();
    let mut s = swap(cover("a", monday()), None);
    let mut load = 0;
    match what {
        "away" => plan.push(absence("b", 2, monday() + days(1), 1, &[])),
        "rights" => {
            team[2].grants = vec![Grant {
                tenants: vec![tenant(1)],
                rights: None,
            }]
        }
        "full" => team[2].room = Some(3),
        "along" => (team[2].room, load) = (Some(4), 2),
        "hours" => {
            team[2].hours = Some(HOURS[2].clone());
            plan[0].times = Times::between(monday(), monday() + TimeDelta::hours(8));
        }
        "stranger" => s.with = who(9),
        "own" => plan[0].who = who(2),
        "not mine" => plan[0].covers.clear(),
        "over" => plan[0].times = Times::between(monday() - days(20), monday() - days(10)),
        "gone" => plan.clear(),
        _ => {}
    }
    if what == "over" {
        s.gives = cover("a", monday() - days(20));
    }
    let said = refusal(&team, &plan, &s, load);
    match wanted {
        None => assert_eq!(said, None),
        Some(words) => {
            let said = said.unwrap();
            assert!(said.contains(words) && said.contains("; "), "{said}");
        }
    }
}

#[test]
fn cover_against_a_stretch_of_ones_own_time() {
    let plan = vec![absence(
        "a",
        0,
        monday(),
        5,
        &[(1, Scope::default()), (3, Scope::default())],
    )];
    let (from, to) = (monday() + days(7), monday() + days(8));
    let s = swap(cover("a", monday()), Some(Duty::Stretch { from, to }));
    assert_eq!(refusal(&people(), &plan, &s, 0), None);
    let done = s.apply(&plan, &mut || AbsenceId("new".into())).unwrap();
    let [own, new] = done.put.as_slice() else {
        panic!("{done:?}")
    };
    let covers: Vec<_> = own.covers.iter().map(|c| c.who.clone()).collect();
    assert_eq!(covers, [who(2), who(3)], "in the same place");
    assert_eq!((&new.who, &new.covers[0].who), (&who(2), &who(1)));
    assert_eq!(new.away(from, to).len(), 1);
    assert_eq!((&done.moves[0].from, &done.moves[0].to), (&who(1), &who(2)));
    // Whoever was both is there once.
    let plan = vec![absence(
        "a",
        0,
        monday(),
        5,
        &[(1, Scope::default()), (2, Scope::default())],
    )];
    let done = swap(cover("a", monday()), None)
        .apply(&plan, &mut || AbsenceId("new".into()))
        .unwrap();
    assert_eq!(done.put[0].covers.len(), 1);
}

#[test]
fn whoever_stood_in_least_for_their_hours_is_proposed_first() {
    let calendar = Calendar::standard();
    let people = people();
    let plan = [absence("a", 0, monday(), 5, &[])];
    let team = Team::new(&people, &calendar, &plan, (monday(), monday() + days(9))).with_loads([
        (who(1), 1),
        (who(2), 9),
        (who(3), 5),
    ]);
    let mut ticket = plain(1);
    ticket.assignee = Some(who(0));
    let ask = Ask {
        ticket: &ticket,
        at: monday(),
        by: monday() + days(2),
    };
    assert_eq!(team.proposals(&[], &who(0), &ask), [who(1), who(3), who(2)]);
    let fair = team.with_shares([(who(1), 200), (who(3), 90)]);
    assert_eq!(fair.proposals(&[], &who(0), &ask), [who(2), who(3), who(1)]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases() / 10 + 1) })]

    #[test]
    fn only_that_turn_changes_hands_and_nobody_is_away_longer(
        (when, _) in times(), n in 0..6_usize, covers in proptest::collection::vec(1..4_usize, 1..4)
    ) {
        let mut plan = vec![absence("a", 0, monday(), 1, &[])];
        plan[0].times = when;
        plan[0].covers = covers.iter().map(|n| Cover { who: who(*n), scope: Scope::default() }).collect();
        let (from, to) = (monday() - days(80), monday() + days(80));
        let before = plan[0].away(from, to);
        prop_assume!(!before.is_empty());
        let turn = before[n % before.len()];
        let s = swap(cover("a", turn.from), None);
        let done = s.apply(&plan, &mut || AbsenceId("new".into())).unwrap();
        let mut after: Vec<_> = done.put.iter().flat_map(|a| {
            a.away(from, to).into_iter().map(|o| (o, a.covers.clone()))
        }).collect();
        after.sort_by_key(|(o, _)| *o);
        let spans: Vec<_> = after.iter().map(|(o, _)| *o).collect();
        prop_assert_eq!(&spans, &before, "the same stretches, each once");
        for (o, covers) in after {
            let asks = covers.iter().any(|c| c.who == who(1));
            if o == turn {
                prop_assert!(!asks, "whoever gave it away does not have it");
            } else {
                prop_assert_eq!(&covers, &plan[0].covers);
            }
        }
    }
}
