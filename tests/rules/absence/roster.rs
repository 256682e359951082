//! The coverage map against a slow obvious model: each minute of each column asked by itself.

use chrono::TimeDelta;
use chrono_tz::Europe::Amsterdam;
use deskhand::domain::absence::{Absence, AbsenceId, Grant, Person, Team, typed};
use deskhand::domain::coverage::Need;
use deskhand::domain::people::AgentId;
use deskhand::domain::roster::{But, Grain, Mark, Presence, Roster, columns};
use proptest::prelude::*;
use rstest::rstest;

use super::cases;
use super::world::{HOURS, Instant, at, days, first_day, tenant, times, who};

fn minutes(from: Instant, to: Instant) -> impl Iterator<Item = Instant> {
    let n = (to - from).num_minutes();
    (0..n).map(move |m| from + TimeDelta::minutes(m))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases() / 100 + 1) })]

    #[test]
    fn each_cell_says_what_its_minutes_say(
        desk in 0..5_usize,
        hours in proptest::collection::vec(proptest::option::of(0..5_usize), 3),
        limited in proptest::collection::vec(any::<bool>(), 3),
        plans in proptest::collection::vec((0..3_usize, times()), 0..4),
        from in 0..14_i64,
        grain in 0..4_usize,
        due in proptest::collection::vec(0..9 * 1440_i64, 0..20),
    ) {
        let people: Vec<Person> = hours.iter().zip(&limited).enumerate().map(|(n, (h, limited))| {
            let mut p = Person::new(who(n));
            p.hours = h.map(|h| HOURS[h].clone());
            if *limited {
                p.grants.push(Grant { tenants: vec![tenant(0)], rights: None });
            }
            p
        }).collect();
        let absences: Vec<Absence> = plans.iter().enumerate().map(|(n, (w, (times, _)))| Absence {
            id: AbsenceId(format!("a{n}")), who: who(*w), times: times.clone(), why: Default::default(),
            covers: vec![], note: Default::default(), uid: None,
        }).collect();
        let calendar = &HOURS[desk];
        let start = calendar.midnight(first_day() + days(from));
        let end = start + days(9);
        let team = Team::new(&people, calendar, &absences, (start, end));
        let mut marks: Vec<Mark> = due.iter().map(|m| Mark { at: start + TimeDelta::minutes(*m), on: None }).collect();
        marks.sort_by_key(|m| m.at);
        let need = Need { tenant: Some(tenant(1)), right: None };
        let roster = Roster::new(&team, std::slice::from_ref(&need), marks, (start, end));
        let grain = Grain::ALL[grain];
        let map = roster.map(grain, columns(calendar, start, end, grain));
        // Each open minute is in exactly one column.
        for pair in map.columns.windows(2) {
            prop_assert!(pair[0].to <= pair[1].from);
        }
        for minute in minutes(start, end).filter(|m| calendar.is_open(*m)) {
            let inside = map.columns.iter().filter(|c| c.from <= minute && minute < c.to);
            prop_assert_eq!(inside.count(), 1, "{}", minute);
        }
        let row = roster.needs.iter().position(|n| n.need == need).unwrap();
        let away: Vec<Vec<_>> = absences.iter().map(|a| a.away(start, end)).collect();
        let gone = |n: usize, m: Instant| absences.iter().zip(&away).any(|(a, all)| {
            a.who == who(n) && all.iter().any(|o| o.from <= m && m < o.to)
        });
        for (i, c) in map.columns.iter().enumerate().filter(|(_, c)| c.to <= end) {
            let own = |n: usize| people[n].hours.as_ref().unwrap_or(calendar);
            let there = |n: usize, m: Instant| own(n).is_open(m) && !gone(n, m);
            for n in 0..people.len() {
                let here = minutes(c.from, c.to).any(|m| there(n, m));
                let left = minutes(c.from, c.to).any(|m| gone(n, m));
                let wanted = match (here, left) {
                    (true, false) => Presence::There,
                    (true, true) => Presence::Partly,
                    (false, true) => Presence::Away,
                    (false, false) => Presence::Off,
                };
                prop_assert_eq!(map.people[n][i], wanted, "{} in {:?}", who(n), c);
            }
            let fewest = minutes(c.from, c.to).filter(|m| calendar.is_open(*m)).map(|m| {
                (0..people.len()).filter(|n| !limited[*n] && there(*n, m)).count()
            }).min();
            prop_assert_eq!(map.needs[row][i], fewest.unwrap_or(0), "{:?}", c);
        }
        // Nothing that falls due is lost between two columns.
        if let Some(last) = map.columns.last() {
            let seen = roster.due.iter().filter(|m| m.at < last.to).count();
            prop_assert_eq!(map.due.iter().sum::<usize>(), seen);
        }
    }
}

#[test]
fn who_could_close_a_gap_is_told_with_what_is_in_the_way() {
    let calendar = HOURS[0].clone();
    let mut people: Vec<Person> = (0..4).map(|n| Person::new(who(n))).collect();
    people[0].grants.push(Grant {
        tenants: vec![tenant(0)],
        rights: None,
    });
    people[2].hours = Some(HOURS[2].clone());
    let (from, to) = (at("2026-11-26T08:00:00Z"), at("2026-11-26T16:00:00Z"));
    let absences = [Absence {
        id: AbsenceId("a".into()),
        who: who(1),
        times: deskhand::domain::absence::Times::between(from, to),
        why: Default::default(),
        covers: vec![],
        note: Default::default(),
        uid: None,
    }];
    people.truncate(3);
    let team = Team::new(&people, &calendar, &absences, (from, to));
    let need = Need {
        tenant: Some(tenant(1)),
        right: None,
    };
    let roster = Roster::new(&team, std::slice::from_ref(&need), Vec::new(), (from, to));
    assert_eq!(roster.gaps(), 1);
    let could = roster.could(&people, &need, (from, to));
    let wanted = vec![
        (who(0), But::MayNot),
        (who(2), But::Off),
        (who(1), But::Away(to)),
    ];
    assert_eq!(could, wanted);
}

#[rstest]
#[case("", None)]
#[case("every friday", Some("FREQ=WEEKLY;BYDAY=FR"))]
#[case("every fri", Some("FREQ=WEEKLY;BYDAY=FR"))]
#[case("every tue and fri", Some("FREQ=WEEKLY;BYDAY=TU,FR"))]
#[case("weekly", Some("FREQ=WEEKLY"))]
#[case("every 2 weeks", Some("FREQ=WEEKLY;INTERVAL=2"))]
#[case(
    "Every 2 weeks until 2027-03-01",
    Some("FREQ=WEEKLY;INTERVAL=2;UNTIL=20270301T235959")
)]
#[case("monthly", Some("FREQ=MONTHLY"))]
#[case("FREQ=WEEKLY;BYDAY=FR", Some("FREQ=WEEKLY;BYDAY=FR"))]
#[case(
    "FREQ=WEEKLY;BYDAY=FR until 2027-03-01",
    Some("FREQ=WEEKLY;BYDAY=FR;UNTIL=20270301T235959")
)]
// As the form shows a rule that ends, and as a calendar writes it.
#[case(
    "FREQ=WEEKLY;BYDAY=FR;UNTIL=20270301T235959",
    Some("FREQ=WEEKLY;BYDAY=FR;UNTIL=20270301T235959")
)]
#[case(
    "FREQ=WEEKLY;UNTIL=20270301T120000Z",
    Some("FREQ=WEEKLY;UNTIL=20270301T130000")
)]
fn how_often_is_read_as_it_is_typed(#[case] typed: &str, #[case] wanted: Option<&str>) {
    // A Friday.
    let start = "2026-11-27T13:00:00".parse().unwrap();
    let rule = typed::every(typed, (start, Amsterdam))
        .unwrap()
        .map(|r| r.text());
    assert_eq!(rule.as_deref(), wanted);
}

#[rstest]
#[case("every tuesday", "begin on one of those")]
#[case("every", "is not understood")]
#[case("every now and then", "is not understood")]
#[case("weekly until christmas", "is no day")]
#[case("FREQ=HOURLY", "finer than a day")]
#[case("FREQ=DAILY;UNTIL=christmas", "is no date")]
fn how_often_that_cannot_be_read_is_said_in_a_sentence(#[case] typed: &str, #[case] words: &str) {
    let start = "2026-11-27T13:00:00".parse().unwrap();
    let why = typed::every(typed, (start, Amsterdam)).unwrap_err();
    assert!(why.contains(words), "{why}");
}

#[rstest]
#[case("", None)]
#[case("13:00-17:30", Some(("13:00", "17:30")))]
#[case("9 - 12", Some(("09:00", "12:00")))]
fn hours_are_read_as_they_are_typed(#[case] typed: &str, #[case] wanted: Option<(&str, &str)>) {
    let wanted = wanted.map(|(a, b)| {
        let time = |t: &str| chrono::NaiveTime::parse_from_str(t, "%H:%M").unwrap();
        (time(a), time(b))
    });
    assert_eq!(typed::hours(typed).unwrap(), wanted);
}

#[test]
fn what_is_typed_for_a_cover_is_what_is_shown_of_it() {
    let me = AgentId::parse("ana").unwrap();
    let people = [Person::new(AgentId::parse("ben").unwrap())];
    let known = typed::Known {
        agents: &[],
        people: &people,
        me: &me,
    };
    for text in [
        "ben",
        "ben:tenant=umc+sra",
        "ben:tenant=umc,queue=new-user,label=vpn,right=new-user",
    ] {
        let cover = typed::cover(text, known).unwrap();
        assert_eq!(cover.to_string(), text);
    }
    assert!(typed::hours("whenever").is_err());
    assert!(typed::cover("ben:colour=red", known).is_err());
}
