//! The audit trail reads as sentences.

use deskhand::domain::trail::words;
use rstest::rstest;

#[rstest]
#[case("commit", r#"{"act":"status","to":"pending"}"#, "status pending")]
#[case("commit", r#"{"act":"assign","to":"ana"}"#, "assigned to ana")]
#[case("commit", r#"{"act":"assign","to":null}"#, "released")]
#[case("commit", r#"{"act":"priority","to":"2"}"#, "priority 2")]
#[case("commit", r#"{"act":"add-label","label":"vpn"}"#, "label vpn")]
#[case(
    "commit",
    r#"{"act":"snooze","until":"2026-11-25T08:00:00Z"}"#,
    "snoozed until 2026-11-25 09:00"
)]
#[case(
    "commit",
    r#"{"act":"say","message":7,"visibility":"public","body":{"bytes":2048,"sha256":"ab"},"attachments":[{}]}"#,
    "public reply, 2 kB, 1 file"
)]
#[case(
    "commit",
    r#"{"act":"split","messages":[1,2],"new":9}"#,
    "2 messages split off"
)]
#[case("confirm", "\"0192\"", "the desk has it")]
#[case(
    "undo",
    "Took back the status of 10482",
    "undo: Took back the status of 10482"
)]
#[case("undo", "", "undo")]
// A form of another version, or one that somebody has tampered with: shown, and printable.
#[case("commit", "{\"act\":\"new-thing\"}", "new thing")]
#[case("commit", "\u{1b}[31m no json", "commit ␛[31m no json")]
fn a_line_of_the_trail(#[case] what: &str, #[case] detail: &str, #[case] said: &str) {
    let zone = chrono_tz::Europe::Amsterdam;
    assert_eq!(words(what, detail, zone).as_str(), said);
}
