//! What falls due hour by hour and day by day, and the steps in which somebody looks ahead.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use deskhand::domain::calendar::{Calendar, CalendarSpec};
use deskhand::domain::forecast::{Forecast, Hours, Share, Team};
use deskhand::domain::list::DueMark;
use deskhand::domain::people::{Absence, Agent, AgentId};
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::{TicketId, TicketKey};
use proptest::prelude::*;
use rstest::rstest;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn id(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

/// Tuesday 24 November 2026, 10:30 in Amsterdam.
fn now() -> DateTime<Utc> {
    at("2026-11-24T09:30:00Z")
}

fn mark(when: &str, who: Option<&str>) -> DueMark {
    DueMark {
        id: TicketId(1),
        key: TicketKey::parse("1").unwrap(),
        subject: Untrusted::new("one"),
        target: None,
        at: at(when),
        assignee: who.map(id),
    }
}

fn agent(name: &str) -> Agent {
    Agent {
        id: id(name),
        name: Untrusted::new(name),
        tenants: Vec::new(),
    }
}

fn hours(calendar: &Calendar) -> Hours<'_> {
    Hours {
        calendar,
        zone: chrono_tz::Europe::Amsterdam,
    }
}

fn look(marks: &[DueMark], absences: &[Absence]) -> Forecast {
    let calendar = Calendar::standard();
    let hours = hours(&calendar);
    let agents = [agent("ana"), agent("bo")];
    let team = Team {
        agents: &agents,
        absences,
    };
    hours.forecast(marks, team, now(), hours.horizon(now()))
}

/// The columns in which something falls due: `Tue 11 x2`.
fn columns(f: &Forecast) -> Vec<String> {
    let zone = chrono_tz::Europe::Amsterdam;
    let hours = f.days.iter().flat_map(|d| &d.hours);
    let due = hours.filter(|h| !h.due.is_empty());
    due.map(|h| {
        let hour = h.from.with_timezone(&zone).format("%a %H");
        format!("{hour} x{}", h.due.len())
    })
    .collect()
}

#[test]
fn what_is_late_stands_first_and_each_mark_in_its_hour() {
    let f = look(
        &[
            mark("2026-11-20T09:00:00Z", Some("bo")),
            mark("2026-11-24T09:29:59Z", None),
            mark("2026-11-24T09:30:00Z", None), // now: this hour
            mark("2026-11-24T10:00:00Z", None), // as the hour ends: still this hour
            mark("2026-11-24T10:00:01Z", Some("ana")), // the next
            mark("2026-11-24T16:00:00Z", None), // as the desk closes
            mark("2026-11-28T11:15:00Z", None), // a Saturday: a promise around the clock
            mark("2026-11-30T08:00:00Z", None), // as the desk opens: not in the hour before
        ],
        &[],
    );
    assert_eq!(f.late, 2);
    assert_eq!(
        columns(&f),
        [
            "Tue 10 x2",
            "Tue 11 x1",
            "Tue 16 x1",
            "Sat 12 x1",
            "Mon 09 x1"
        ]
    );
    let dates: Vec<String> = f.days.iter().map(|d| d.date.to_string()).collect();
    assert_eq!(
        dates,
        [
            "2026-11-24",
            "2026-11-25",
            "2026-11-26",
            "2026-11-27",
            "2026-11-28",
            "2026-11-30"
        ]
    );
    // Closed hours are left out: Tuesday from ten on, a whole Wednesday, one hour of Saturday.
    let hours: Vec<usize> = f.days.iter().map(|d| d.hours.len()).collect();
    assert_eq!(hours, [7, 8, 8, 8, 1, 8]);
    // Nobody is expected on a day on which the desk is closed.
    let there: Vec<usize> = f.days.iter().map(|d| d.there).collect();
    assert_eq!(there, [2, 2, 2, 2, 0, 2]);
}

#[test]
fn a_day_falls_on_people_and_who_is_away_all_day_is_not_there() {
    let away = |from: &str, to: &str| Absence {
        agent: id("ana"),
        from: at(from),
        to: at(to),
        cover: None,
    };
    let marks = [
        mark("2026-11-25T09:10:00Z", Some("ana")),
        mark("2026-11-25T09:20:00Z", None),
        mark("2026-11-25T09:30:00Z", None),
        mark("2026-11-26T09:30:00Z", Some("ana")),
    ];
    let f = look(
        &marks,
        &[
            away("2026-11-24T23:00:00Z", "2026-11-25T23:00:00Z"),
            // Only the morning.
            away("2026-11-26T00:00:00Z", "2026-11-26T11:00:00Z"),
        ],
    );
    let [_, wednesday, thursday, ..] = &f.days[..] else {
        panic!("{f:?}");
    };
    let share = |who: Option<&str>, due, away| Share {
        who: who.map(id),
        due,
        away,
    };
    assert_eq!(
        wednesday.on,
        [share(None, 2, false), share(Some("ana"), 1, true)]
    );
    assert_eq!((wednesday.due(), wednesday.there), (3, 1));
    assert_eq!(thursday.on, [share(Some("ana"), 1, false)]);
    assert_eq!(thursday.there, 2);
    assert_eq!(f.all_on[0], share(None, 2, false));
}

#[rstest]
#[case(0, true, Some(2))] // from what is late to the first hour
#[case(1, true, Some(2))]
#[case(3, true, Some(4))] // from within an hour to the next
#[case(4, true, None)]
#[case(4, false, Some(2))]
#[case(3, false, Some(0))] // from within an hour to the one before
#[case(0, false, None)]
fn keys_go_from_hour_to_hour(#[case] from: usize, #[case] on: bool, #[case] to: Option<usize>) {
    let f = look(
        &[
            mark("2026-11-20T09:00:00Z", None),
            mark("2026-11-21T09:00:00Z", None),
            mark("2026-11-24T12:10:00Z", None),
            mark("2026-11-24T12:20:00Z", None),
            mark("2026-11-25T08:20:00Z", None),
        ],
        &[],
    );
    assert_eq!(f.beside(from, on), to);
}

#[rstest]
#[case("2026-11-24T09:30:00Z", false, "2026-11-24T10:00:00Z")]
#[case("2026-11-24T10:00:00Z", false, "2026-11-24T11:00:00Z")]
#[case("2026-11-24T16:00:00Z", false, "2026-11-25T09:00:00Z")] // the night is skipped
#[case("2026-11-27T16:00:00Z", false, "2026-11-30T09:00:00Z")] // the weekend too
#[case("2026-11-24T09:30:00Z", true, "2026-11-24T16:00:00Z")]
#[case("2026-11-24T16:00:00Z", true, "2026-11-25T16:00:00Z")]
#[case("2026-11-27T16:00:00Z", true, "2026-11-30T16:00:00Z")]
fn a_step_ahead_ends_an_open_hour_or_a_working_day(
    #[case] from: &str,
    #[case] by_day: bool,
    #[case] to: &str,
) {
    let calendar = Calendar::standard();
    assert_eq!(hours(&calendar).later(at(from), by_day), at(to));
}

#[test]
fn a_desk_that_never_opens_and_one_that_never_closes_have_steps_too() {
    let never = Calendar::new(CalendarSpec {
        weekly: Default::default(),
        special_dates: [(
            "2026-11-02".parse().unwrap(),
            vec![("09:00".into(), "17:00".into())],
        )]
        .into(),
        ..CalendarSpec::standard()
    })
    .unwrap();
    assert_eq!(
        hours(&never).later(now(), false),
        now() + TimeDelta::hours(1)
    );
    assert_eq!(hours(&never).horizon(now()), now() + TimeDelta::days(5));
    let always = Calendar::new(CalendarSpec {
        always_open: true,
        ..CalendarSpec::standard()
    })
    .unwrap();
    assert_eq!(
        hours(&always).later(now(), false),
        at("2026-11-24T10:00:00Z")
    );
    assert!(hours(&always).later(now(), true) > now() + TimeDelta::hours(12));
}

proptest! {
    /// Whoever goes ahead comes back by the same steps, and never before now.
    #[test]
    fn back_is_the_way_ahead_turned_around(hour in 0_i64..24 * 30, steps in 1_usize..40, by_day: bool) {
        let calendar = Calendar::standard();
        let hours = hours(&calendar);
        let start = (now() + TimeDelta::hours(hour)).with_second(17).unwrap();
        let mut way = vec![start];
        for _ in 0..steps {
            let last = *way.last().unwrap();
            let next = hours.later(last, by_day);
            prop_assert!(next > last);
            way.push(next);
        }
        while way.len() > 2 {
            let from = way.pop().unwrap();
            prop_assert_eq!(hours.earlier(from, by_day, start), way.last().copied());
        }
        prop_assert_eq!(hours.earlier(way[1], by_day, start), None);
    }
}
