//! Coverage against a slow obvious model: each minute asked by itself.

use chrono::{DateTime, NaiveDateTime, Offset as _, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use deskhand::domain::absence::{Absence, AbsenceId, Person, Team, Times};
use deskhand::domain::coverage::{Coverage, Need};
use deskhand::domain::people::AgentId;
use proptest::prelude::*;

use super::cases;
use super::world::{Again, HOURS, Instant, days, first_day, tenant, times, who};

/// The instant of a time on the wall, by what chrono itself says: of two the first, and where the clock
/// skips it, as if it had not yet been moved.
fn instant(zone: Tz, wall: NaiveDateTime) -> Instant {
    if let Some(at) = zone.from_local_datetime(&wall).earliest() {
        return at.with_timezone(&Utc);
    }
    let before = zone.from_local_datetime(&(wall - TimeDelta::hours(3)));
    let offset = before.earliest().unwrap().offset().fix().local_minus_utc();
    DateTime::from_naive_utc_and_offset(wall - TimeDelta::seconds(i64::from(offset)), Utc)
}

/// Is somebody away at an instant? Turn by turn, from the first one on.
fn is_away(times: &Times, again: Option<&Again>, at: Instant) -> bool {
    let turns = again.map_or(1, |a| a.count.unwrap_or(200));
    let step = again.map_or(0, |a| a.every * if a.daily { 1 } else { 7 });
    (0..i64::from(turns)).any(|n| {
        let start = times.start + days(n * step);
        let skipped = again.is_some_and(|a| a.skip.iter().any(|s| i64::from(*s) == n));
        let from = instant(times.zone, start);
        let to = instant(times.zone, start + days(times.length.days))
            + TimeDelta::seconds(times.length.seconds);
        !skipped && from <= at && at < to
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases() / 50 + 1) })]

    #[test]
    fn each_minute_has_those_who_are_there(
        desk in 0..5_usize,
        hours in proptest::collection::vec(proptest::option::of(0..5_usize), 4),
        limited in proptest::collection::vec(any::<bool>(), 4),
        plans in proptest::collection::vec((0..4_usize, times()), 0..5),
        from in 0..14_i64,
    ) {
        let people: Vec<Person> = hours.iter().zip(&limited).enumerate().map(|(n, (h, limited))| {
            let mut p = Person::new(who(n));
            p.hours = h.map(|h| HOURS[h].clone());
            if *limited {
                p.grants.push(deskhand::domain::absence::Grant { tenants: vec![tenant(0)], rights: None });
            }
            p
        }).collect();
        let absences: Vec<Absence> = plans.iter().enumerate().map(|(n, (w, (times, _)))| Absence {
            id: AbsenceId(format!("a{n}")), who: who(*w), times: times.clone(), why: Default::default(),
            covers: vec![], note: Default::default(), uid: None,
        }).collect();
        // Europe's clocks go back on 25 October, New York's on 1 November, Lord Howe's went on before.
        let start = instant(Tz::UTC, (first_day() + days(from)).and_hms_opt(0, 0, 0).unwrap());
        let end = start + days(9);
        let calendar = &HOURS[desk];
        let team = Team::new(&people, calendar, &absences, (start, end));
        let need = Need { tenant: Some(tenant(1)), right: None };
        let fast = Coverage::new(&team, start, end).of(&need);
        for pair in fast.windows(2) {
            prop_assert!(pair[0].to <= pair[1].from);
        }
        let mut minute = start;
        while minute < end {
            let slow: Option<Vec<AgentId>> = calendar.is_open(minute).then(|| {
                people.iter().enumerate().filter(|(n, p)| {
                    let own = p.hours.as_ref().unwrap_or(calendar);
                    !limited[*n] && own.is_open(minute)
                        && !plans.iter().any(|(w, (t, a))| w == n && is_away(t, a.as_ref(), minute))
                }).map(|(_, p)| p.id.clone()).collect()
            });
            let here = fast.iter().find(|s| s.from <= minute && minute < s.to);
            prop_assert_eq!(here.map(|s| s.there.clone()), slow, "at {}", minute);
            minute += TimeDelta::minutes(1);
        }
    }
}
