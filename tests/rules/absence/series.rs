//! Series: this turn and all later ones, written and read again.

use chrono::{NaiveDateTime, TimeDelta};
use chrono_tz::Europe::Amsterdam;
use chrono_tz::Tz;
use deskhand::domain::absence::{
    Absence, AbsenceId, Cover, Later, Length, Moved, Rule, Scope, Times, Why,
};
use deskhand::domain::ics::{object, read, same};
use deskhand::domain::text::Untrusted;
use proptest::prelude::*;
use rstest::rstest;

use super::cases;
use super::world::{ZONES, at, days, tenant, times, who};

fn wall(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

fn starts(times: &Times) -> Vec<String> {
    let found = times.within(at("2026-09-01T00:00:00Z"), at("2027-03-01T00:00:00Z"));
    let local = |o: deskhand::domain::absence::Occurrence| {
        let (from, to) = (
            o.from.with_timezone(&times.zone),
            o.to.with_timezone(&times.zone),
        );
        format!("{}-{}", from.format("%m%d %H:%M"), to.format("%H:%M"))
    };
    found.into_iter().map(local).collect()
}

const SERIES: &str = "BEGIN:VCALENDAR
BEGIN:VEVENT
UID:s
SUMMARY:ana
DTSTART;TZID=Europe/Amsterdam:20261009T130000
DTEND;TZID=Europe/Amsterdam:20261009T170000
RRULE:FREQ=WEEKLY;COUNT=6
END:VEVENT
BEGIN:VEVENT
UID:s
RECURRENCE-ID;TZID=Europe/Amsterdam;RANGE=THISANDFUTURE:20261023T130000
DTSTART;TZID=Europe/Amsterdam:20261024T090000
DTEND;TZID=Europe/Amsterdam:20261024T100000
END:VEVENT
BEGIN:VEVENT
UID:s
RECURRENCE-ID;TZID=Europe/Amsterdam:20261106T130000
DTSTART;TZID=Europe/Amsterdam:20261106T080000
DTEND;TZID=Europe/Amsterdam:20261106T090000
END:VEVENT
END:VCALENDAR
";

#[test]
fn this_and_future_moves_all_later_turns_but_those_with_a_word_of_their_own() {
    let reading = read(SERIES, Amsterdam);
    assert_eq!(reading.problems, []);
    assert_eq!(
        starts(&reading.events[0].times),
        [
            "1009 13:00-17:00",
            "1016 13:00-17:00",
            "1024 09:00-10:00",
            "1031 09:00-10:00",
            "1106 08:00-09:00",
            "1114 09:00-10:00",
        ]
    );
    let off = SERIES.replacen(
        "RANGE=THISANDFUTURE:20261023T130000",
        "RANGE=THISANDFUTURE:20261023T130000\nSTATUS:CANCELLED",
        1,
    );
    let reading = read(&off, Amsterdam);
    assert_eq!(
        starts(&reading.events[0].times)[..2],
        ["1009 13:00-17:00", "1016 13:00-17:00"]
    );
    let odd = SERIES.replace("THISANDFUTURE", "THISANDPRIOR");
    let reading = read(&odd, Amsterdam);
    assert_eq!((reading.problems.len(), reading.problems[0].line), (1, 11));
    assert!(reading.problems[0].what.contains("; "));
}

fn weekly(rule: &str, until: Option<&str>) -> Times {
    let start = wall("2026-10-09T13:00:00");
    let mut times = Times::once(
        start,
        Length {
            days: 0,
            seconds: 3600,
        },
        Amsterdam,
    );
    times
        .rules
        .push(Rule::new(rule, until.map(wall), start).unwrap());
    times
}

#[rstest]
#[case("FREQ=WEEKLY", None, "2026-10-23T13:00:00", &["1009", "1016"])]
#[case("FREQ=WEEKLY", None, "2026-10-23T13:00:01", &["1009", "1016", "1023"])]
#[case("FREQ=WEEKLY;COUNT=2", None, "2026-12-01T00:00:00", &["1009", "1016"])]
#[case("FREQ=WEEKLY;COUNT=9", None, "2026-10-17T00:00:00", &["1009", "1016"])]
#[case("FREQ=WEEKLY", Some("2026-10-16T23:59:59"), "2026-12-01T00:00:00", &["1009", "1016"])]
fn a_series_ends_where_it_is_told_to(
    #[case] rule: &str,
    #[case] until: Option<&str>,
    #[case] end: &str,
    #[case] wanted: &[&str],
) {
    let mut times = weekly(rule, until);
    times.end_before(wall(end)).unwrap();
    let found: Vec<String> = starts(&times).iter().map(|s| s[..4].to_owned()).collect();
    assert_eq!(found, wanted);
}

#[test]
fn a_series_of_which_nothing_would_be_left_and_what_happens_once_are_refused() {
    let mut times = weekly("FREQ=WEEKLY", None);
    let before = times.clone();
    assert!(
        times
            .end_before(wall("2026-10-09T13:00:00"))
            .unwrap_err()
            .contains("; ")
    );
    assert_eq!(times, before, "refused is untouched");
    let mut once = Times::once(times.start, times.length, Amsterdam);
    assert!(
        once.end_before(wall("2027-01-01T00:00:00"))
            .unwrap_err()
            .contains("; ")
    );
}

/// Times with turns that are elsewhere, that are otherwise from one on, or that do not take place.
fn rich() -> impl Strategy<Value = Times> {
    (
        times(),
        proptest::collection::vec(
            (0..6_i64, proptest::option::of((-30..30_i64, 1..9_i64))),
            0..3,
        ),
        proptest::option::of((1..5_i64, -50..50_i64, 1..9_i64)),
    )
        .prop_map(|((mut times, again), moved, later)| {
            let Some(again) = again else { return times };
            let step = again.every * if again.daily { 1 } else { 7 };
            let nth = |n: i64| times.start + days(n * step);
            let mut own: Vec<Moved> = Vec::new();
            for (n, to) in moved {
                let was = nth(n);
                let hours = |n: i64| TimeDelta::hours(n);
                let to = to.map(|(by, long)| {
                    (
                        was + hours(by),
                        Length {
                            days: 0,
                            seconds: long * 3600,
                        },
                    )
                });
                if !own.iter().any(|m| m.was == was) && !times.except.contains(&was) {
                    own.push(Moved { was, to });
                }
            }
            let later = later.map(|(n, by, long)| Later {
                from: nth(n),
                shift: by * 3600,
                length: Length {
                    days: 0,
                    seconds: long * 3600,
                },
            });
            times.moved = own;
            times.later = later.into_iter().collect();
            times
        })
}

fn absence(times: Times, note: &str) -> Absence {
    let cover = Cover {
        who: who(1),
        scope: Scope {
            tenants: vec![tenant(0), tenant(1)],
            labels: vec!["a+b, c=d: 50%".into(), "vpn".into()],
            ..Scope::default()
        },
    };
    Absence {
        id: AbsenceId("0a1b2c3d".into()),
        who: who(0),
        times,
        why: Why::Training,
        covers: vec![
            cover,
            Cover {
                who: who(2),
                scope: Scope::default(),
            },
        ],
        note: Untrusted::new(note),
        uid: Some("0a1b2c3d@deskhand".into()),
    }
}

/// The absence that an object says.
fn back(text: &str, zone: Tz, a: &Absence) -> Absence {
    let reading = read(text, zone);
    assert_eq!(reading.problems, [], "{text}");
    assert_eq!(reading.events.len(), 1, "{text}");
    let e = &reading.events[0];
    Absence {
        times: e.times.clone(),
        why: e.why(),
        covers: e.covers.clone(),
        note: e.summary.clone(),
        uid: Some(e.uid.clone()),
        ..a.clone()
    }
}

const ALARM: &str = "X-OTHER;X-P=\"a:b;c\":kept, as it is\\; so\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nX-IN:alarm\r\nEND:VALARM\r\n";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases() / 10 + 1) })]
    #[test]
    fn what_is_written_reads_back_as_it_was(times in rich(), note in "\\PC{0,60}") {
        let a = absence(times, &note);
        let zone = a.times.zone;
        let text = object(&a, None, zone, at("2026-11-24T09:00:00Z"));
        prop_assert!(text.split("\r\n").all(|l| l.len() <= 75), "{}", text);
        let again = back(&text, zone, &a);
        prop_assert!(same(&a, &again), "{text}\n{a:#?}\n{again:#?}");
        prop_assert_eq!(starts(&a.times), starts(&again.times), "{}", text);
    }

    #[test]
    fn what_a_server_has_beside_stays_through_any_change(first in rich(), then in rich(), zone in 0..4_usize) {
        let now = at("2026-11-24T09:00:00Z");
        let a = absence(first, "one");
        let text = object(&a, None, ZONES[zone], now);
        // As another program would have left it.
        let text = text.replacen("END:VEVENT", &format!("{ALARM}END:VEVENT"), 1);
        let b = absence(then, "two");
        let after = object(&b, Some(&text), ZONES[zone], now);
        let unfolded = after.replace("\r\n ", "");
        prop_assert!(unfolded.contains("X-OTHER;X-P=\"a:b;c\":kept, as it is\\; so"), "{}", after);
        prop_assert!(unfolded.contains("X-IN:alarm"), "{}", after);
        let zone = if b.times.all_day { b.times.zone } else { ZONES[zone] };
        prop_assert!(same(&b, &back(&after, zone, &b)), "{text}\n->\n{after}");
        let untouched = object(&b, Some(&after), zone, now);
        prop_assert_eq!(untouched, after, "nothing changed, nothing is written otherwise");
    }

    #[test]
    fn the_two_halves_of_a_series_are_the_whole(times in rich(), n in 1..5_i64) {
        let end = times.start + days(n * 3);
        let mut first = times.clone();
        if first.end_before(end).is_ok() {
            let (from, to) = (at("2026-09-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
            let whole = times.within(from, to);
            let half = first.within(from, to);
            prop_assert!(half.iter().all(|o| whole.contains(o)), "nothing new takes place");
            // What is gone started by its rule at the end or later, whatever else was said of it.
            let by = |l: &Later| l.shift.abs();
            let far = times.later.iter().map(by).chain([30 * 3600]).max().unwrap_or(0);
            let end = end.and_utc() - TimeDelta::seconds(far) - days(2);
            let early = whole.iter().filter(|o| o.from < end);
            prop_assert!(early.clone().all(|o| half.contains(o)), "nothing before is lost");
        }
    }
}

/// Fridays at one, all but the second; the third on the day before; longer from the fifth on.
fn fridays(rule: &str) -> Times {
    let start = wall("2026-11-27T13:00:00");
    let hours = |n: i64| Length {
        days: 0,
        seconds: n * 3600,
    };
    let mut times = Times::once(start, hours(4), Amsterdam);
    times
        .rules
        .push(Rule::new(rule, Some(wall("2026-12-25T13:00:00")), start).unwrap());
    times.except.push(wall("2026-12-04T13:00:00"));
    times.moved.push(Moved {
        was: wall("2026-12-11T13:00:00"),
        to: Some((wall("2026-12-10T08:00:00"), hours(2))),
    });
    times.later.push(Later {
        from: wall("2026-12-25T13:00:00"),
        shift: 0,
        length: hours(6),
    });
    times
}

#[rstest]
#[case::another_hour(
    "FREQ=WEEKLY;BYDAY=FR",
    "2026-11-27T14:00:00",
    "11-27T14 12-10T08 12-18T14 12-25T14"
)]
#[case::an_earlier_hour(
    "FREQ=WEEKLY",
    "2026-11-27T09:00:00",
    "11-27T09 12-10T08 12-18T09 12-25T09"
)]
// It begins a week later or earlier: the turns are the same ones, and so is what was said of them.
#[case::a_week_later(
    "FREQ=WEEKLY;BYDAY=FR",
    "2026-12-04T13:00:00",
    "12-10T08 12-18T13 12-25T13"
)]
#[case::a_week_earlier(
    "FREQ=WEEKLY",
    "2026-11-20T13:00:00",
    "11-20T13 11-27T13 12-10T08 12-18T13 12-25T13"
)]
// Thursdays instead: the turns go along.
#[case::another_day(
    "FREQ=WEEKLY",
    "2026-11-26T13:00:00",
    "11-26T13 12-10T08 12-17T13 12-24T13"
)]
// Behind what was said of a turn, that is over.
#[case::behind_it("FREQ=WEEKLY", "2026-12-18T13:00:00", "12-18T13 12-25T13")]
fn what_was_said_of_single_turns_stays_when_a_series_begins_otherwise(
    #[case] rule: &str,
    #[case] start: &str,
    #[case] wanted: &str,
) {
    let times = fridays(rule);
    let new = times.begun_at(wall(start), times.length);
    let found = new.within(at("2026-11-01T00:00:00Z"), at("2027-02-01T00:00:00Z"));
    let starts: Vec<String> = found
        .iter()
        .map(|o| {
            o.from
                .with_timezone(&Amsterdam)
                .format("%m-%dT%H")
                .to_string()
        })
        .collect();
    assert_eq!(starts.join(" "), wanted);
    let last = found.last().unwrap();
    assert_eq!(
        (last.to - last.from).num_hours(),
        6,
        "the last one is longer"
    );
    assert_eq!(
        times.begun_at(times.start, times.length),
        times,
        "nothing changed"
    );
}

#[test]
fn another_rule_keeps_what_was_said_of_the_turns_that_it_has() {
    let times = fridays("FREQ=WEEKLY");
    let rule = Rule::new("FREQ=WEEKLY;INTERVAL=2", None, times.start).unwrap();
    let new = times.again(times.start, times.length, vec![rule]);
    assert_eq!(new.except, [], "every other Friday that one is none");
    assert_eq!(new.moved, times.moved);
}
