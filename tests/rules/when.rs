//! "Until when", as people write it.

use chrono::{DateTime, Utc};
use deskhand::domain::calendar::Calendar;
use deskhand::domain::when::parse_when;
use proptest::prelude::*;
use rstest::rstest;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Tuesday 24 November 2026, 10:00 in Amsterdam.
const NOW: &str = "2026-11-24T09:00:00Z";

#[rstest]
#[case("2h", "2026-11-24T11:00:00Z")]
#[case("in 2 hours", "2026-11-24T11:00:00Z")]
#[case("30m", "2026-11-24T09:30:00Z")]
#[case("+1h30m", "2026-11-24T10:30:00Z")]
#[case("3d", "2026-11-27T09:00:00Z")]
#[case("1w", "2026-12-01T09:00:00Z")]
#[case("tomorrow", "2026-11-25T08:00:00Z")]
#[case("tomorrow 9:00", "2026-11-25T08:00:00Z")]
#[case("tomorrow at 14:30", "2026-11-25T13:30:00Z")]
#[case("Tomorrow 2 pm", "2026-11-25T13:00:00Z")]
#[case("today 17:00", "2026-11-24T16:00:00Z")]
#[case("mon", "2026-11-30T08:00:00Z")]
#[case("fri 14:00", "2026-11-27T13:00:00Z")]
#[case("tue", "2026-12-01T08:00:00Z")]
#[case("tue 15:00", "2026-11-24T14:00:00Z")]
#[case("tue 9:00", "2026-12-01T08:00:00Z")]
#[case("next week", "2026-11-30T08:00:00Z")]
#[case("next fri", "2026-12-04T08:00:00Z")]
#[case("next month", "2026-12-01T08:00:00Z")]
#[case("2026-12-01", "2026-12-01T08:00:00Z")]
#[case("2026-12-01 10:30", "2026-12-01T09:30:00Z")]
#[case("2026-12-01T10:30:00Z", "2026-12-01T10:30:00Z")]
#[case("16:30", "2026-11-24T15:30:00Z")]
#[case("9:00", "2026-11-25T08:00:00Z")]
#[case("noon", "2026-11-24T11:00:00Z")]
#[case("sat", "2026-11-28T08:00:00Z")]
fn a_moment_ahead_is_understood(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(
        parse_when(text, at(NOW), &Calendar::standard()),
        Ok(at(expected)),
        "{text}"
    );
}

#[rstest]
#[case("", "say until when")]
#[case("whenever", "\"whenever\"")]
#[case("tomorrow 25:00", "\"25:00\"")]
#[case("tomorrow 9:00 sharp", "\"sharp\"")]
#[case("2026-13-01", "year-month-day")]
#[case("2026-11-23", "already past")]
#[case("0h", "already past")]
#[case("9", "\"9\"")]
#[case("99999999999d", "too long")]
#[case("262143-12-31", "no date")]
#[case("90000d", "years ahead")]
#[case("9999999h", "years ahead")]
#[case("520w1w1w1w1w1w", "years ahead")]
#[case("9999-12-31", "years ahead")]
#[case("+262142-12-31t10:00z", "years ahead")]
#[case("-262143-01-01", "already past")]
#[case("9999-99-\u{1b}[31m", "\"9999-99-␛[31m\"")]
#[case("next \u{1b}[31m", "\"␛[31m\"")]
fn anything_else_is_answered_with_what_is_wrong(#[case] text: &str, #[case] says: &str) {
    let error = parse_when(text, at(NOW), &Calendar::standard()).unwrap_err();
    assert!(error.contains(says), "{error}");
}

#[test]
fn days_keep_the_time_on_the_wall_when_the_clocks_change() {
    let friday = at("2026-10-23T08:00:00Z");
    assert_eq!(
        parse_when("3d", friday, &Calendar::standard()),
        Ok(at("2026-10-26T09:00:00Z"))
    );
    // 02:30 does not exist on the night the clocks go forward.
    let saturday = at("2026-03-28T09:00:00Z");
    assert_eq!(
        parse_when("tomorrow 2:30", saturday, &Calendar::standard()),
        Ok(at("2026-03-29T01:00:00Z"))
    );
}

#[test]
fn a_long_length_is_refused_at_the_part_that_goes_too_far() {
    for part in [
        "6000000h",
        "4294967295m",
        "4294967295w",
        "1d",
        "99999999999999999999h",
    ] {
        let text = part.repeat(200_000);
        let error = parse_when(&text, at(NOW), &Calendar::standard()).unwrap_err();
        assert!(error.contains("years ahead"), "{error}");
        assert!(error.len() < 300, "{error}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_moment_ahead_or_a_sentence(
        parts in prop::collection::vec(
            prop_oneof![
                "\\PC{0,12}",
                "[0-9]{0,12}",
                "(m|h|d|w|wd|am|pm|next|mon|t|z|:|-|\\+| |,|in|at|noon|eod)",
                "-?[0-9]{4,6}-[0-9]{2}-[0-9]{2}",
            ],
            0..24,
        ),
        now in -60_000_000_000_i64..200_000_000_000,
    ) {
        let now = DateTime::from_timestamp(now, 0).unwrap();
        match parse_when(&parts.concat(), now, &Calendar::standard()) {
            Ok(moment) => prop_assert!(moment > now),
            Err(sentence) => prop_assert!(!sentence.is_empty()),
        }
    }
}
