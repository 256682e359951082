//! `sla explain` and `sla report`.

use super::{Machine, said};
use deskhand::domain::calendar::Calendar;
use deskhand::domain::people::AgentId;
use deskhand::domain::remote::{Cursor, Pulled, Told, ToldFields};
use deskhand::domain::sla::{Policy, Target, TheirDue, Trust};
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::{Status, TicketKey};
use deskhand::store::{Rules, Writer};

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

#[test]
fn a_report_sets_promises_side_by_side() {
    let m = Machine::filled();
    let r = m.json(&["sla", "report", "--by", "target,agent"]);
    assert_eq!(r["by"], serde_json::json!(["target", "agent"]));
    let groups = r["groups"].as_array().unwrap();
    let of = |target: &str, agent: serde_json::Value| {
        let is = |g: &&serde_json::Value| g["target"] == target && g["agent"] == agent;
        groups.iter().find(is).unwrap()
    };
    // T-1 was answered after half an hour; what was asked then waits for more than eight hours.
    let first = of("first response", "ana".into());
    assert_eq!((&first["met"], &first["breached"]), (&1.into(), &0.into()));
    assert_eq!(
        (&first["median_minutes"], &first["p90_minutes"]),
        (&30.into(), &30.into())
    );
    let next = of("next response", "ana".into());
    assert_eq!((&next["met"], &next["breached"]), (&0.into(), &1.into()));
    let text = m.ok(&["sla", "report"]);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("target"), "{text}");
    assert!(
        lines[0].contains("week") && lines[0].ends_with("p90"),
        "{text}"
    );
    assert!(
        text.contains(
            "first response  -       ana    2026-W47    1         0       100 %    30 m  30 m"
        ),
        "{text}"
    );
    assert!(lines.last().unwrap().starts_with("all "), "{text}");
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn a_report_narrows_by_filter_and_by_time() {
    let m = Machine::filled();
    let total = |args: &[&str]| {
        let mut all = vec!["sla", "report"];
        all.extend(args);
        let r = m.json(&all);
        let n = |key: &str| r["total"][key].as_u64().unwrap();
        (n("met"), n("breached"))
    };
    assert_eq!(total(&[]), (1, 1));
    assert_eq!(total(&["assignee:ana"]), (1, 1));
    assert_eq!(total(&["assignee:none"]), (0, 0));
    assert_eq!(total(&["printer"]), (1, 1));
    assert_eq!(total(&["--view", "Mine"]), (0, 0));
    assert_eq!(total(&["--to", "2026-11-20"]), (1, 0));
    assert_eq!(
        total(&["--from", "2026-11-21", "--to", "2026-11-30"]),
        (0, 1)
    );
    assert_eq!(
        total(&["--from", "2026-11-20T08:30:01Z", "--to", "2026-11-22"]),
        (0, 0)
    );
    let none = m.ok(&["sla", "report", "assignee:nobody-here"]);
    assert_eq!(none, "no promise was met or breached there\n");
    for wrong in [
        &["--from", "sometime"][..],
        &["--by", "mood"],
        &["--csv", "--json"],
    ] {
        let mut all = vec!["sla", "report"];
        all.extend(wrong);
        assert_eq!(m.run(&all).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn a_report_for_spreadsheets_has_no_formulas() {
    let m = Machine::new();
    let line = r#"{"v":1,"id":"T-1","created_at":"2026-11-20T08:00:00Z","status":"open","subject":"a","assignee":"@ana","events":[{"at":"2026-11-20T08:30:00Z","by":"x","kind":"reply","role":"helper","body":"b"}]}"#;
    assert!(
        m.feed(&["import", "--quiet", "-"], line.as_bytes())
            .status
            .success()
    );
    let csv = m.ok(&["sla", "report", "--csv", "--by", "agent,target"]);
    let expected = "agent,target,met,breached,met_percent,median_minutes,p90_minutes\r\n\"'@ana\",first response,1,0,100,30,30\r\n";
    assert_eq!(csv, expected);
}

/// A machine on which a desk has told that T-1 is due on Tuesday at noon in Amsterdam.
fn told_due() -> Machine {
    let m = Machine::filled();
    let config = m.home.path().join(".config/deskhand");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(config.join("config.toml"), "[sla]\ntrust = \"both\"\n").unwrap();
    let mut policy = Policy::mydre();
    policy.trust = Trust::Both;
    let rules = Rules {
        policy,
        calendar: Calendar::standard(),
        me: AgentId::parse("sam").unwrap(),
    };
    let t = |s: &str| s.parse().unwrap();
    let now = t("2026-11-24T09:00:00Z");
    let store = m.home.path().join(".local/share/deskhand/local.db");
    let mut writer = Writer::open(&store, rules, now).unwrap().writer;
    let told = Told {
        key: TicketKey::parse("T-1").unwrap(),
        fields: Some(ToldFields {
            subject: Untrusted::new("Share"),
            status: Status::Open,
            status_label: None,
            priority: None,
            kind: None,
            tenant: None,
            workspace: None,
            requester: None,
            assignee: None,
            labels: None,
            channel: None,
            created: t("2026-11-24T08:00:00Z"),
            updated: t("2026-11-24T08:00:00Z"),
            resolved: None,
            closed: None,
            due: vec![TheirDue {
                target: Target::Resolution,
                at: t("2026-11-24T11:00:00Z"),
            }],
            further: Vec::new(),
        }),
        version: None,
        entries: Vec::new(),
        whole: true,
        links: None,
    };
    let pulled = Pulled {
        tickets: vec![told],
        gone: Vec::new(),
        names: None,
        cursor: Cursor("c".into()),
        more: false,
        progress: None,
    };
    let asked = writer.asks().unwrap();
    writer.keep(&pulled, asked, now).unwrap();
    m
}

#[test]
fn where_the_desk_says_something_else_both_are_told_with_whose_they_are() {
    let m = told_due();
    let text = m.ok(&["show", "T-1"]);
    let due = text.lines().find(|l| l.starts_with("  due ")).unwrap();
    assert!(due.contains("in 2 h 00 (the desk's, ours: "), "{due}");
    let ticket = m.json(&["show", "T-1"]);
    assert_eq!(
        (&ticket["due_whose"], &ticket["due"]["target"]),
        (&"theirs".into(), &"resol.".into())
    );
    assert_eq!(ticket["due_other"]["target"], "next");
    let text = m.ok(&["sla", "explain", "T-1"]);
    assert!(
        text.contains("what counts now is the desk's, ours: "),
        "{text}"
    );
    let e = m.json(&["sla", "explain", "T-1"]);
    assert_eq!(
        (&e["due_whose"], &e["due"]["at"]),
        (&"theirs".into(), &"2026-11-24T11:00:00Z".into())
    );
    let row = m.json(&["next"]);
    assert_eq!(row["ticket"]["id"], "T-1");
}

/// An escalation that comes in with a file moves the clock's owner, there and back, and goes out again.
#[test]
fn an_escalation_that_is_imported_gives_the_clock_away_and_back() {
    let m = Machine::new();
    let line = r#"{"v":1,"id":"T-9","created_at":"2026-11-23T08:00:00Z","status":"open","subject":"a","deskhand":{"status":"open","priority":"2","turn":"ours","clocks":{"opened_by":"requester","first_status":"new","events":[{"at":"2026-11-23T09:00:00Z","what":"escalated"},{"at":"2026-11-23T11:00:00Z","what":"returned"}]}}}"#;
    let fed = m.feed(&["import", "--quiet", "-"], line.as_bytes());
    assert!(fed.status.success(), "{}", said(&fed));
    let e = m.json(&["sla", "explain", "T-9", "--at", "2026-11-23T12:00:00Z"]);
    let first = &e["clocks"][0];
    assert_eq!(first["owner"], "team");
    assert_eq!(first["elapsed"], 4 * 3600);
    assert_eq!(first["elapsed_vendor"], 2 * 3600);
    let then = m.json(&["sla", "explain", "T-9", "--at", "2026-11-23T10:00:00Z"]);
    assert_eq!(then["clocks"][0]["owner"], "vendor");
    let text = m.ok(&["sla", "explain", "T-9", "--at", "2026-11-23T12:00:00Z"]);
    assert!(text.contains("2 h counted, with the vendor"), "{text}");
    m.ok(&["take", "T-9"]);
    let out = m.ok(&["export", "--all"]);
    assert!(
        out.contains("escalated") && out.contains("returned"),
        "{out}"
    );
}
