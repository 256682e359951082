//! From the file form to the domain's words.

use deskhand::cli::import::{jira, read_ticket};
use deskhand::domain::markup::{entities, html};
use deskhand::domain::ticket::{Priority, Status, Turn};
use rstest::rstest;

fn read(line: &str) -> deskhand::domain::import::ImportTicket {
    read_ticket(line.as_bytes(), "2026-11-24T09:00:00Z".parse().unwrap()).unwrap()
}

#[rstest]
#[case("new", Status::New)]
#[case("pending_user", Status::Pending)]
#[case("pending_vendor", Status::OnHold)]
#[case("pending_evidence", Status::OnHold)]
#[case("unknown", Status::New)]
#[case("closed", Status::Closed)]
fn statuses_of_the_source_become_ours(#[case] word: &str, #[case] status: Status) {
    let t = read(&format!(r#"{{"id":"A","subject":"s","status":"{word}"}}"#));
    assert_eq!(t.status, status);
}

#[test]
fn a_ticket_is_read_with_all_that_belongs_to_it() {
    let line = std::fs::read_to_string(super::TICKETS).unwrap();
    let t = read(line.lines().next().unwrap());
    assert_eq!(t.subject.raw(), "Share & printer, 5 < 6");
    assert_eq!(t.priority, Some(Priority::P2));
    assert_eq!(t.labels, ["group-23"]);
    assert_eq!(t.turn, Turn::Ours);
    assert_eq!(t.messages.len(), 3);
    let body = t.messages[0].body.raw();
    assert!(
        body.contains("the **share** is gone") && body.contains("* one"),
        "{body}"
    );
    assert_eq!(t.original, line.lines().next().unwrap().as_bytes());
}

#[rstest]
#[case(r#""status":"pending_user""#, Status::Pending, 0)]
#[case(r#""status":"pending_vendor""#, Status::OnHold, 0)]
#[case(r#""status":"open""#, Status::Open, 0)]
#[case(
    r#""status":"pending_user","initial":{"status":"open"}"#,
    Status::Open,
    0
)]
#[case(r#""status":"pending_user","initial":{}"#, Status::New, 0)]
#[case(r#""status":"pending_user","events":[{"at":"2026-11-20T09:00:00Z","kind":"pending","changes":{"status":["new","pending_user"]}}]"#, Status::New, 1)]
#[case(
    r#""status":"closed","closed_at":"2026-11-21T08:00:00Z""#,
    Status::New,
    1
)]
fn a_ticket_that_waits_has_waited_from_the_start_unless_the_source_knows_better(
    #[case] rest: &str,
    #[case] first: Status,
    #[case] moved: usize,
) {
    let t = read(&format!(
        r#"{{"id":"A","subject":"s","created_at":"2026-11-20T08:00:00Z",{rest}}}"#
    ));
    assert_eq!((t.first_status, t.sla.len()), (first, moved));
}

#[rstest]
#[case(r#""updated_at":"2026-11-19T08:00:00Z""#, "2026-11-20T08:00:00Z")]
#[case(
    r#""status":"closed","resolved_at":"2026-11-22T08:00:00Z","closed_at":"2026-11-25T08:00:00Z""#,
    "2026-11-25T08:00:00Z"
)]
#[case(r#""status":"resolved","updated_at":"2026-11-21T08:00:00Z","resolved_at":"2026-11-22T08:00:00Z""#, "2026-11-22T08:00:00Z")]
#[case(r#""events":[{"at":"2026-11-23T08:00:00Z"}]"#, "2026-11-23T08:00:00Z")]
#[case(
    r#""deskhand":{"updated":"2026-11-19T08:00:00Z","closed":"2026-11-24T08:00:00Z"}"#,
    "2026-11-24T08:00:00Z"
)]
fn the_last_change_is_never_earlier_than_anything_that_happened(
    #[case] rest: &str,
    #[case] updated: &str,
) {
    let t = read(&format!(
        r#"{{"id":"A","subject":"s","created_at":"2026-11-20T08:00:00Z",{rest}}}"#
    ));
    assert_eq!(
        t.updated,
        updated.parse::<chrono::DateTime<chrono::Utc>>().unwrap()
    );
}

#[rstest]
#[case("[1]", "a list")]
#[case("{", "ends too early")]
#[case(r#"{"v":1}"#, "is missing")]
#[case(r#"{"id":"A"}"#, "is missing, and so is all that could stand for it")]
#[case(
    r#"{"id":"A","subject":" ","body":"","created_at":"2026-11-20T08:00:00Z"}"#,
    "is missing"
)]
#[case(r#"{"id":"A","v":2}"#, "version 1")]
#[case(r#"{"id":"A","created_at":"yesterday"}"#, "\"yesterday\" is no time")]
#[case(r#"{"id":"A","status":"opne"}"#, "\"opne\" is no status")]
#[case(r#"{"id":"A","subject":5}"#, "is a number, should be a text")]
#[case(r#"{"id":"A","events":[{"at":"x"}]}"#, "no time")]
fn a_bad_line_says_what_is_wrong(#[case] line: &str, #[case] says: &str) {
    let bad = read_ticket(line.as_bytes(), chrono::DateTime::UNIX_EPOCH).unwrap_err();
    assert!(bad.what.contains(says), "{bad:?}");
}

#[rstest]
#[case(r#""subject":"a subject""#, "a subject")]
#[case(r#""body":"the first line\nand more""#, "the first line")]
#[case(r#""category":"a","symptom":"b""#, "a, b")]
#[case(r#""events":[{"at":"2026-11-20T08:00:00Z"}]"#, "(no subject)")]
#[case(r#""deskhand":{"subject":"kept here"}"#, "kept here")]
fn what_stands_for_a_subject(#[case] rest: &str, #[case] subject: &str) {
    let t = read(&format!(r#"{{"id":"A",{rest}}}"#));
    assert_eq!(t.subject.raw(), subject);
}

#[test]
fn markup_becomes_text() {
    assert_eq!(
        entities("a &amp; b &#233; &unknown; &"),
        "a & b é &unknown; &"
    );
    assert_eq!(jira("h1. Title\n{code:java}x{code}"), "Title\n```x```");
    assert!(html("<p>a</p><script>alert(1)</script><p>b</p>").starts_with("a\n"));
    let deep = "<div>".repeat(20_000) + "found";
    assert!(html(&deep).contains("found"));
}

/// Each of these would take minutes if every tag looked for its end anew, and each is small
/// enough to come in a line.
#[rstest]
#[case::tags_without_an_end(&html("<a".repeat(2_000_000).as_str()), 4_000_000)]
#[case::signs_that_begin_no_tag(&html(("<".repeat(4_300_000) + ">").as_str()), 4_300_001)]
#[case::fences(&jira("{code}".repeat(700_000).as_str()), 2_100_000)]
#[case::fences_without_an_end(&jira("{code:".repeat(700_000).as_str()), 4_200_000)]
#[case::braces(&jira("{".repeat(4_000_000).as_str()), 4_000_000)]
#[case::attributes(&html(("<b ".to_owned() + &(0..300_000).map(|n| format!("a{n} ")).collect::<String>() + ">x").as_str()), 2)]
#[case::quotes_in_quotes(&html(("<blockquote>".repeat(399) + &"<p>x".repeat(200_000)).as_str()), 400_399)]
#[case::elements_closed_by_another_name(&html((0..90_000).map(|n| format!("<font size={n}></p>x")).collect::<String>().as_str()), 270_000)]
fn hostile_markup_is_walked_through_once(#[case] text: &str, #[case] length: usize) {
    assert_eq!(text.len(), length);
}

#[test]
fn every_ticket_of_the_real_files_can_be_read() {
    let Some(file) = super::shared("data/tickets/mixed-300.ndjson") else {
        return;
    };
    let lines: Vec<_> = file
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty())
        .collect();
    assert_eq!(lines.len(), 300);
    for line in lines {
        let t = read_ticket(line, chrono::DateTime::UNIX_EPOCH).unwrap();
        assert!(!t.subject.raw().trim().is_empty());
    }
}
