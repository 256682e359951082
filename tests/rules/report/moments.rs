//! Moments as people write them, against the date and zone of the message.

use deskhand::domain::report::{Message, Since, Value, read};
use rstest::rstest;

use super::{amsterdam, known, now, said};

/// As seen on Tuesday 24 November 2026, 10:00 in Amsterdam.
#[rstest]
#[case("yesterday 14:00", "2026-11-23 14:00")]
#[case("since yesterday 14:00", "2026-11-23 14:00")]
#[case("gisteren om 14.00 uur", "2026-11-23 14:00")]
#[case("gistermiddag", "2026-11-23, from about 12:00")]
#[case("yesterday evening", "2026-11-23, from about 18:00")]
#[case("eergisteren", "2026-11-22")]
#[case("this morning", "2026-11-24, from about 06:00")]
#[case("vanochtend 8 uur", "2026-11-24 08:00")]
#[case("today at 9 am", "2026-11-24 09:00")]
#[case("Monday", "2026-11-23")]
#[case("sinds maandag 9:00", "2026-11-23 09:00")]
#[case("last Tuesday", "2026-11-17")]
#[case("since Tuesday", "2026-11-24")]
#[case("dinsdag vorige week", "2026-11-17")]
#[case("vrijdagochtend", "2026-11-20, from about 06:00")]
#[case("last week", "about 2026-11-16")]
#[case("vorige maand", "about 2026-10")]
#[case("3 days ago", "2026-11-21")]
#[case("drie dagen geleden", "2026-11-21")]
#[case("al twee weken", "about 2026-11-10")]
#[case("for the last three weeks", "about 2026-11-03")]
#[case("for two days now", "2026-11-22")]
#[case("2 hours ago", "2026-11-24 08:00")]
#[case("een half uur", "")]
#[case("30 minutes ago", "2026-11-24 09:30")]
#[case("a month ago", "about 2026-10")]
#[case("2026-11-20", "2026-11-20")]
#[case("2026-11-20 08:15", "2026-11-20 08:15")]
#[case("20-11-2026", "2026-11-20")]
#[case("20/11/2026 7:05", "2026-11-20 07:05")]
#[case("11/20/2026", "2026-11-20")]
#[case("26-Sep-24", "2024-09-26")]
#[case("18 November around 9 am", "2026-11-18 09:00")]
#[case("November 18th, 2025", "2025-11-18")]
#[case("12 december", "2025-12-12")]
#[case("3 mei", "2026-05-03")]
#[case("March", "about 2026-03")]
#[case("14:00", "2026-11-23 14:00")]
#[case("8:30", "2026-11-24 08:30")]
#[case("noon", "2026-11-23 12:00")]
#[case("the last update", "")]
#[case("32-13-2026", "")]
#[case("25:99", "")]
#[case("soon", "")]
#[case("31 February", "")]
fn a_moment_is_understood_or_it_is_not(#[case] typed: &str, #[case] meaning: &str) {
    let got = match Since::parse(typed, now(), amsterdam()) {
        Since::At(moment) => moment.line(amsterdam()),
        Since::Always => "always".into(),
        Since::Typed(text) => {
            assert_eq!(text.raw(), typed);
            String::new()
        }
    };
    assert_eq!(got, meaning);
}

#[test]
fn the_same_words_mean_another_instant_in_another_zone() {
    let at = "2026-11-24T01:00:00Z".parse().unwrap();
    let since = |zone| {
        let message = Message {
            text: "It fails since yesterday 14:00.",
            at,
            zone,
        };
        let found = read(&message, &known()).suggestions.into_iter();
        let mut moments = found.filter_map(|s| match s.value {
            Value::Since(moment) => Some(moment.at.to_rfc3339()),
            _ => None,
        });
        moments.next().unwrap()
    };
    assert_eq!(since(amsterdam()), "2026-11-23T13:00:00+00:00");
    // There it is still Monday.
    assert_eq!(
        since(chrono_tz::America::New_York),
        "2026-11-22T19:00:00+00:00"
    );
}

#[test]
fn a_time_that_the_clocks_skip_or_repeat_is_still_one() {
    let at = "2026-03-29T12:00:00Z".parse().unwrap();
    let Since::At(skipped) = Since::parse("today 2:30", at, amsterdam()) else {
        panic!("no moment")
    };
    assert_eq!(skipped.at.to_rfc3339(), "2026-03-29T01:30:00+00:00");
    let at = "2026-10-25T12:00:00Z".parse().unwrap();
    let Since::At(twice) = Since::parse("today 2:30", at, amsterdam()) else {
        panic!("no moment")
    };
    assert_eq!(twice.at.to_rfc3339(), "2026-10-25T00:30:00+00:00");
}

#[rstest]
#[case("The file /data/2026-11-20/run_11-12-2025.log is fine, error 12.")]
#[case("Version 10.11.12 fails in the second release.")]
fn parts_of_names_and_numbers_are_no_moments(#[case] text: &str) {
    let found = said(text).suggestions;
    assert!(
        !found.iter().any(|s| matches!(s.value, Value::Since(_))),
        "{found:?}"
    );
}
