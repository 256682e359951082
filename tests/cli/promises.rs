//! `sla explain`.

use super::{Machine, said};

#[test]
fn a_deadline_is_explained_as_text_and_as_json() {
    let m = Machine::filled();
    // Priority 2, answered after half an hour; the requester wrote again on Friday at 10:00 in Amsterdam.
    let e = m.json(&["sla", "explain", "T-1", "--at", "2026-11-20 12:00"]);
    assert_eq!((&e["id"], &e["policy"]), (&"T-1".into(), &"mydre".into()));
    let first = &e["clocks"][0];
    assert_eq!(
        (&first["target"], &first["state"]),
        (&"first-response".into(), &"met".into())
    );
    let next = &e["clocks"][1];
    assert_eq!(
        (&next["target"], &next["state"]),
        (&"next-response".into(), &"running".into())
    );
    assert_eq!(next["within"], "8 h");
    assert_eq!(next["deadline"], "2026-11-23T09:00:00Z");
    let segments = next["segments"].as_array().unwrap().iter();
    let seconds: i64 = segments.map(|s| s["secs"].as_i64().unwrap()).sum();
    assert_eq!(seconds, 8 * 3600);
    let text = m.ok(&["sla", "explain", "t-1", "--at", "2026-11-20T11:00:00Z"]);
    for line in [
        "first response within 8 h of working time: met Fri 2026-11-20 09:30",
        "next response within 8 h of working time: due Mon 2026-11-23 10:00",
        "7 h 30 m not needed",
        "2 h counted",
        "6 h still to count until the deadline",
        "2 h counted and 6 h left make 8 h",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    // Days later, the same clock is over.
    let late = m.ok(&["sla", "explain", "T-1"]);
    assert!(late.contains("over the deadline"), "{late}");
    let ahead = m.json(&["sla", "explain", "T-1", "--at", "fri 17:00"]);
    assert_eq!(ahead["at"], "2026-11-27T16:00:00Z");
}

#[test]
fn what_waits_for_somebody_else_says_whose_time_it_is() {
    let m = Machine::filled();
    let text = m.ok(&["sla", "explain", "T-2"]);
    assert!(text.contains("paused while on-hold"), "{text}");
    assert!(text.contains("with the vendor"), "{text}");
    assert!(!text.contains('\u{1b}'));
    m.ok(&["status", "T-2", "open"]);
    m.ok(&["priority", "T-2", "1"]);
    let text = m.ok(&["sla", "explain", "T-2"]);
    assert!(text.contains("within 2 h"), "{text}");
}

#[test]
fn a_moment_or_a_ticket_that_is_none_is_refused() {
    let m = Machine::filled();
    let out = m.run(&["sla", "explain", "T-1", "--at", "whenever"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(said(&out).contains("--at"), "{}", said(&out));
    let out = m.run(&["sla", "explain", "T-99"]);
    assert_eq!(out.status.code(), Some(3));
    let early = m.ok(&["sla", "explain", "T-1", "--at", "2026-11-01 10:00"]);
    assert!(early.contains("no promise of \"mydre\""), "{early}");
}
