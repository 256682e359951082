//! Public holidays: the built-in rules against published lists, and calendar files.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use deskhand::domain::calendar::{Calendar, CalendarSpec, PublicHolidays, parse_ics_holidays};
use rstest::rstest;

fn d(s: &str) -> NaiveDate {
    s.parse().unwrap()
}

fn lists() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/holidays");
    path.is_dir().then_some(path)
}

#[test]
#[expect(clippy::print_stderr, reason = "says why it did nothing")]
fn the_built_in_holidays_agree_with_the_published_lists() {
    let Some(folder) = lists() else {
        eprintln!("skipped: no published lists at hand");
        return;
    };
    let mut compared = 0;
    for known in PublicHolidays::all() {
        let area = known.area();
        let name = format!("{area}.ics");
        let paths = [folder.join(&name), folder.join("regions").join(&name)];
        let Some(text) = paths.iter().find_map(|p| std::fs::read_to_string(p).ok()) else {
            continue;
        };
        let listed: Vec<NaiveDate> = parse_ics_holidays(&text).unwrap().into_keys().collect();
        let built: Vec<NaiveDate> = (2024..=2030)
            .flat_map(|y| known.in_year(y).into_keys())
            .collect();
        assert_eq!(built, listed, "{area}");
        compared += 1;
    }
    assert_eq!(compared, 13);
}

#[test]
fn every_country_is_read_and_names_its_source() {
    for code in ["NL", "BE", "DE", "GB", "FR", "US", "de-by", "GB-SCT"] {
        let known = PublicHolidays::of(code).unwrap();
        assert!(!known.source().is_empty(), "{code}");
        assert!(known.in_year(2026).len() > 6, "{code}");
    }
    assert!(PublicHolidays::of("XX").is_none());
}

#[rstest]
// From the laws and proclamations themselves, outside the years of the lists.
#[case("NL", "2013-04-30", Some("Queen's Day"))]
#[case("NL", "2006-04-29", Some("Queen's Day"))]
#[case("NL", "2014-04-26", Some("King's Day"))]
#[case("NL", "2023-05-05", None)]
#[case("GB", "2022-06-02", Some("Spring Bank Holiday"))]
#[case("GB", "2022-05-30", None)]
#[case("GB", "2022-09-19", Some("State funeral of Queen Elizabeth II"))]
#[case("GB", "2020-05-04", None)]
#[case("GB-ENG", "2021-12-28", Some("Boxing Day (observed)"))]
#[case("US", "2021-12-31", Some("New Year's Day (observed)"))]
#[case("US", "2020-06-19", None)]
#[case("US", "2021-06-18", Some("Juneteenth (observed)"))]
#[case("DE-SN", "2023-11-22", Some("Repentance Day"))]
#[case("DE", "2017-10-31", Some("Reformation Day"))]
#[case("FR", "2008-05-01", Some("Labour Day; Ascension Day"))]
#[case("BE", "2011-07-21", Some("National Day"))]
fn days_of_other_years(#[case] area: &str, #[case] date: &str, #[case] name: Option<&str>) {
    use chrono::Datelike as _;
    let days = PublicHolidays::of(area).unwrap().in_year(d(date).year());
    assert_eq!(days.get(&d(date)).map(String::as_str), name);
}

fn file(event: &str) -> String {
    let event = event.replace('\n', "\r\n");
    format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
}

fn names(event: &str) -> Vec<(String, String)> {
    let days = parse_ics_holidays(&file(event)).unwrap();
    days.into_iter().map(|(d, n)| (d.to_string(), n)).collect()
}

#[rstest]
#[case::several_days_and_a_folded_name(
    "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261226\nSUMMARY:Long\n  name\\, folded",
    &["2026-12-24 Long name, folded", "2026-12-25 Long name, folded"]
)]
#[case::without_an_end("DTSTART;VALUE=DATE:20261224", &["2026-12-24 holiday"])]
#[case::by_duration("DTSTART;VALUE=DATE:20261224\nDURATION:P2D", &["2026-12-24 holiday", "2026-12-25 holiday"])]
#[case::an_end_that_is_the_day_itself("DTSTART:20261224\nDTEND:20261224", &["2026-12-24 holiday"])]
#[case::a_clock_time("DTSTART:20261224T090000Z\nDTEND:20261224T100000Z", &[])]
#[case::cancelled("DTSTART;VALUE=DATE:20261224\nSTATUS:CANCELLED", &[])]
#[case::an_alarm_within("DTSTART;VALUE=DATE:20261224\nSUMMARY:Day\nBEGIN:VALARM\nSUMMARY:Ring\nDURATION:P9D\nEND:VALARM", &["2026-12-24 Day"])]
#[case::three_times("DTSTART;VALUE=DATE:20260501\nRRULE:FREQ=YEARLY;COUNT=3;BYMONTHDAY=1\nEXDATE;VALUE=DATE:20270501", &["2026-05-01 holiday", "2028-05-01 holiday"])]
#[case::a_leap_day("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY;UNTIL=20320301", &["2024-02-29 holiday", "2028-02-29 holiday", "2032-02-29 holiday"])]
#[case::a_weekday_of_a_month("DTSTART;VALUE=DATE:20261126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=2", &["2026-11-26 holiday", "2027-11-25 holiday"])]
#[case::the_last_one("DTSTART;VALUE=DATE:20260525\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;COUNT=2", &["2026-05-25 holiday", "2027-05-31 holiday"])]
fn a_calendar_file_gives(#[case] event: &str, #[case] want: &[&str]) {
    let got: Vec<String> = names(event)
        .into_iter()
        .map(|(date, name)| format!("{date} {name}"))
        .collect();
    assert_eq!(got, want);
}

#[rstest]
#[case("DTSTART;VALUE=DATE:2026-13", 3, "is no date")]
#[case(
    "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261220",
    2,
    "ends before it starts"
)]
#[case("DTSTART;VALUE=DATE:20261224\nRRULE:FREQ=WEEKLY", 4, "not understood")]
#[case(
    "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
    4,
    "its own rule"
)]
fn a_calendar_file_is_refused(#[case] event: &str, #[case] line: usize, #[case] why: &str) {
    let error = parse_ics_holidays(&file(event)).unwrap_err();
    assert_eq!(error.line, line);
    assert!(error.problem.contains(why), "{error}");
}

#[test]
fn a_file_that_is_no_calendar_is_refused() {
    assert!(parse_ics_holidays("hello").is_err());
    assert!(parse_ics_holidays("").is_err());
}

#[test]
fn a_calendar_keeps_the_names_of_a_file() {
    let spec = CalendarSpec {
        named_holidays: parse_ics_holidays(&file("DTSTART;VALUE=DATE:20261124\nSUMMARY:Dies"))
            .unwrap(),
        ..CalendarSpec::standard()
    };
    let c = Calendar::new(spec).unwrap();
    assert_eq!(c.holiday(d("2026-11-24")), Some("Dies"));
    assert!(!c.is_open("2026-11-24T10:00:00Z".parse().unwrap()));
    assert_eq!(c.holiday(d("2026-12-25")), Some("Christmas Day"));
}
