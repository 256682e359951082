//! Working time: laws against a walker that looks at every minute, and hand-made cases.

use chrono::{Datelike, NaiveDate, TimeDelta, Timelike};
use deskhand::domain::Instant;
use deskhand::domain::calendar::{Calendar, CalendarSpec};
use proptest::prelude::*;

fn t(s: &str) -> Instant {
    s.parse().unwrap()
}

/// The slow obvious truth: is the minute that starts here open, by the clock on the wall.
fn open_minute(spec: &CalendarSpec, c: &Calendar, at: Instant) -> bool {
    let wall = at.with_timezone(&c.zone());
    let date = wall.date_naive();
    if spec.holidays.contains(&date) {
        return false;
    }
    let days = spec.weekly.days();
    let weekly = days[date.weekday().num_days_from_monday() as usize].1;
    let hours = spec.special_dates.get(&date).map_or(weekly, Vec::as_slice);
    let minute = wall.hour() * 60 + wall.minute();
    let number = |s: &str| -> u32 {
        let (h, m) = s.split_once(':').unwrap();
        h.parse::<u32>().unwrap() * 60 + m.parse::<u32>().unwrap()
    };
    let within = |(a, b): &(String, String)| (number(a)..number(b)).contains(&minute);
    hours.iter().any(within)
        && !spec.breaks.get(&date).is_some_and(|b| b.iter().any(within))
        && !spec.absences.iter().any(|(a, b)| (*a..*b).contains(&at))
}

fn spans() -> impl Strategy<Value = Vec<(String, String)>> {
    // Clear of 02:00-03:00: what a skipped or repeated clock time means is for the vectors to say.
    prop::collection::vec((3u32..23, 0u32..4, 1u32..9), 0..3).prop_map(|list| {
        list.into_iter()
            .map(|(h, q, len)| {
                let (from, to) = (h * 60 + q * 15, (h * 60 + q * 15 + len * 15).min(1440));
                let clock = |m: u32| format!("{:02}:{:02}", m / 60, m % 60);
                (clock(from), clock(to))
            })
            .collect()
    })
}

fn spec() -> impl Strategy<Value = CalendarSpec> {
    const ZONES: &[&str] = &["Europe/Amsterdam", "America/New_York", "Asia/Kolkata"];
    let dates = || prop::collection::btree_map(0i64..20, spans(), 0..3);
    let week = prop::collection::vec(spans(), 7);
    (
        prop::sample::select(ZONES),
        week,
        dates(),
        dates(),
        prop::collection::vec(0i64..20, 0..3),
        0i64..20_000,
    )
        .prop_map(|(zone, week, special, breaks, holidays, away)| {
            let first = NaiveDate::from_ymd_opt(2026, 10, 18).unwrap();
            let date = |n: i64| first + TimeDelta::days(n);
            let start = t("2026-10-18T00:00:00Z") + TimeDelta::minutes(away);
            let mut spec = CalendarSpec {
                zone: zone.into(),
                special_dates: special.into_iter().map(|(d, s)| (date(d), s)).collect(),
                breaks: breaks.into_iter().map(|(d, s)| (date(d), s)).collect(),
                holidays: holidays.into_iter().map(date).collect(),
                absences: vec![(start, start + TimeDelta::minutes(away / 5))],
                ..CalendarSpec::default()
            };
            let mut week = week.into_iter();
            let w = &mut spec.weekly;
            for day in [
                &mut w.mon, &mut w.tue, &mut w.wed, &mut w.thu, &mut w.fri, &mut w.sat, &mut w.sun,
            ] {
                *day = week.next().unwrap();
            }
            w.mon.push(("09:00".into(), "10:00".into()));
            spec
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_walker_of_minutes_agrees(spec in spec(), from in 0i64..14_400, span in 0i64..8_000, work in 1i64..900) {
        let c = Calendar::new(spec.clone()).unwrap();
        let from = t("2026-10-20T00:00:00Z") + TimeDelta::minutes(from);
        let to = from + TimeDelta::minutes(span);
        let minutes = |a: Instant, n: i64| (0..n).map(move |i| a + TimeDelta::minutes(i));
        let open = minutes(from, span).filter(|m| open_minute(&spec, &c, *m)).count();
        prop_assert_eq!(c.elapsed(from, to), open as i64 * 60);
        prop_assert_eq!(c.is_open(from), open_minute(&spec, &c, from));
        let mut left = work;
        let end = minutes(from, 60_000).find(|m| {
            left -= i64::from(open_minute(&spec, &c, *m));
            left == 0
        });
        if let Some(last) = end {
            prop_assert_eq!(c.add(from, work * 60), last + TimeDelta::minutes(1));
        }
        let next = minutes(from, 60_000).find(|m| open_minute(&spec, &c, *m));
        if next.is_some() {
            prop_assert_eq!(c.next_open(from), next);
        }
    }

    #[test]
    fn adding_and_taking_away_undo_each_other(spec in spec(), at in 0i64..2_000_000, work in 1i64..400_000) {
        let c = Calendar::new(spec).unwrap();
        let at = t("2026-10-01T00:00:00Z") + TimeDelta::seconds(at);
        let end = c.add(at, work);
        prop_assert_eq!(c.elapsed(at, end), work);
        let start = c.subtract(end, work);
        prop_assert_eq!(c.elapsed(start, end), work);
        prop_assert!(start >= at);
    }
}

#[test]
fn the_standard_calendar_skips_nights_weekends_and_dutch_holidays() {
    let c = Calendar::standard();
    // Christmas 2026 is a Friday and a Saturday.
    let thursday = t("2026-12-24T15:30:00Z");
    assert_eq!(c.add(thursday, 3600), t("2026-12-28T08:30:00Z"));
    assert_eq!(
        c.holiday(NaiveDate::from_ymd_opt(2026, 12, 25).unwrap()),
        Some("Christmas Day")
    );
    let days = c.days(NaiveDate::from_ymd_opt(2026, 12, 24).unwrap(), 2);
    assert_eq!(days[1].date, NaiveDate::from_ymd_opt(2026, 12, 28).unwrap());
    assert_eq!(
        days[1].intervals,
        [(t("2026-12-28T08:00:00Z"), t("2026-12-28T16:00:00Z"))]
    );
}

#[test]
fn errors_name_the_entry() {
    let wrong = |change: fn(&mut CalendarSpec)| {
        let mut spec = CalendarSpec::standard();
        change(&mut spec);
        Calendar::new(spec).unwrap_err().to_string()
    };
    assert!(wrong(|s| s.zone = "Europe/Utrecht".into()).contains("Europe/Utrecht"));
    assert!(wrong(|s| s.weekly.tue[0].0 = "9h".into()).contains("weekly.tue: \"9h\""));
    assert!(wrong(|s| s.weekly.tue[0].1 = "08:00".into()).contains("09:00-08:00 ends before"));
    assert!(wrong(|s| s.yearly_holidays.push("02-30".into())).contains("02-30"));
    assert!(wrong(|s| *s = CalendarSpec::default()).contains("never opens"));
}

#[test]
fn pairs_that_overlap_on_the_clock_lie_apart_where_clocks_change() {
    let span = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    let mut spec = CalendarSpec {
        zone: "America/New_York".into(),
        ..CalendarSpec::default()
    };
    spec.weekly.sun = vec![span("02:01", "03:00"), span("03:00", "03:01")];
    let c = Calendar::new(spec).unwrap();
    let sunday = |date: &str| {
        let noon = t(&format!("{date}T12:00:00Z"));
        c.elapsed(noon - TimeDelta::hours(12), noon)
    };
    assert_eq!(sunday("2026-03-01"), 3600);
    // 02:01 is skipped and means 03:01, after 03:00: that pair is empty.
    assert_eq!(sunday("2026-03-08"), 60);
}

#[test]
fn working_dates_are_counted_and_not_walked() {
    let c = Calendar::standard();
    let date = |s: &str| s.parse::<NaiveDate>().unwrap();
    // Christmas 2026 is a Friday.
    for (from, days, to) in [
        ("2026-12-24", 1, "2026-12-28"),
        ("2026-12-28", -1, "2026-12-24"),
        ("2026-12-26", 0, "2026-12-28"),
        ("2026-12-26", -1, "2026-12-23"),
        ("2026-12-24", 5, "2027-01-04"),
    ] {
        assert_eq!(c.shift_date(date(from), days), date(to), "{from} {days}");
    }
    // A hundred years of working dates and back.
    let far = c.shift_date(date("2026-11-23"), 25_000);
    assert!(far.year() > 2120, "{far}");
    assert_eq!(c.shift_date(far, -25_000), date("2026-11-23"));
}
