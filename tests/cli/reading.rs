//! Reading and acting by subcommand.

use rstest::rstest;

use super::{Machine, TICKETS, said};

#[test]
fn lists_searches_and_shows_are_json_that_keeps_the_original() {
    let m = Machine::filled();
    let list = m.json(&["list", "--all", "--limit", "2"]);
    assert_eq!(list["tickets"].as_array().unwrap().len(), 2);
    let found = m.json(&["search", "switch", "share"]);
    assert!(found["tickets"].as_array().unwrap().is_empty());
    let found = m.json(&["search", "share"]);
    assert_eq!(found["tickets"][0]["id"], "T-1");
    assert_eq!(
        m.json(&["show", "t-2"])["subject"],
        "Odd spacing kept \u{1b}[31mred"
    );
    let text = m.ok(&["show", "T-2"]);
    assert!(!text.contains('\u{1b}'));
    for args in [["views"], ["outbox"], ["audit"], ["drafts"], ["next"]] {
        m.json(&args);
        m.ok(&args);
    }
}

#[test]
fn acts_are_done_undone_and_done_again() {
    let m = Machine::filled();
    m.ok(&["take", "T-1"]);
    assert_eq!(m.json(&["show", "T-1"])["assignee"], "sam");
    m.ok(&["undo"]);
    assert_eq!(m.json(&["show", "T-1"])["assignee"], "ana");
    m.ok(&["redo"]);
    assert_eq!(m.json(&["show", "T-1"])["assignee"], "sam");
    m.ok(&["priority", "T-1,T-2", "1"]);
    m.ok(&["label", "T-1", "+vpn", "-group-23"]);
    m.ok(&["snooze", "T-2", "tomorrow", "9:00"]);
    m.ok(&["assign", "T-2", "bo"]);
    let t = m.json(&["show", "T-1"]);
    assert_eq!(
        (&t["priority"], &t["labels"][0]),
        (&1.into(), &"vpn".into())
    );
    let t = m.json(&["show", "T-2"]);
    assert_eq!(t["snoozed_until"], "2026-11-25T08:00:00Z");
    assert_eq!(t["assignee"], "bo");
    let made = m.json(&["new", "A new one", "its text", "--label", "vpn"]);
    assert_eq!(
        m.json(&["show", made["id"].as_str().unwrap()])["messages"][0]["body"],
        "its text"
    );
}

#[test]
fn a_dry_run_says_what_it_would_do_and_does_nothing() {
    let m = Machine::filled();
    let before = m.ok(&["export"]);
    assert!(
        m.ok(&["take", "T-1", "--dry-run"])
            .contains("would assign to sam")
    );
    assert!(
        m.ok(&["label", "T-1", "+x", "--dry-run"])
            .contains("would add label x")
    );
    assert_eq!(m.ok(&["export"]), before);
}

#[rstest]
#[case(&["show", "T-99"], 3, "there is no ticket T-99")]
#[case(&["resolve", "T-1"], 4, "the requester had the last word")]
#[case(&["status", "T-1", "opne"], 2, "is no status")]
#[case(&["snooze", "T-1", "yesterday"], 2, "no moment")]
#[case(&["merge", "T-1", "T-1"], 2, "into itself")]
#[case(&["list", "--view", "nothing"], 3, "there is no view")]
#[case(&["list", "stauts:open"], 2, "^^^^^^")]
#[case(&["list", "--at", "yesterday"], 2, "no moment")]
#[case(&["--at", "fri", "list"], 2, "write it behind")]
#[case(&["frobnicate"], 2, "frobnicate")]
#[case(&["import", "/nowhere/at.all"], 3, "cannot be read")]
#[case(&[], 8, "needs a terminal")]
fn what_cannot_be_done_is_a_sentence_and_a_code(
    #[case] args: &[&str],
    #[case] code: i32,
    #[case] says: &str,
) {
    let out = Machine::filled().run(args);
    assert_eq!(out.status.code(), Some(code), "{}", said(&out));
    assert!(said(&out).contains(says), "{}", said(&out));
}

#[test]
fn a_reader_that_goes_away_is_a_quiet_end() {
    let m = Machine::filled();
    for args in [&["config", "sample"][..], &["export"], &["show", "T-1"]] {
        let mut child = m.command(args).spawn().unwrap();
        drop(child.stdout.take());
        let out = child.wait_with_output().unwrap();
        assert_eq!(out.status.code(), Some(0), "{}", said(&out));
        assert_eq!(said(&out), "");
    }
}

#[test]
fn help_completions_and_the_man_page_come_from_the_same_table() {
    let m = Machine::new();
    assert!(m.ok(&["--help"]).contains("65  some lines"));
    assert!(m.ok(&["man"]).contains("Exit codes"));
    for shell in ["bash", "zsh", "fish"] {
        assert!(m.ok(&["completions", shell]).contains("snooze"));
    }
    assert!(m.ok(&["connect"]).contains("local desk"));
}

#[test]
fn wrong_settings_are_code_six_and_the_doctor_says_more() {
    let m = Machine::new();
    let folder = m.home.path().join(".config/deskhand");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "thme = \"dark\"\n").unwrap();
    let out = m.run(&["config", "check"]);
    assert_eq!(out.status.code(), Some(6));
    assert!(said(&out).contains("config.toml:1:1"), "{}", said(&out));
    assert_eq!(m.run(&["list"]).status.code(), Some(6));
    assert_eq!(m.run(&["--json", "doctor"]).status.code(), Some(1));
    std::fs::remove_file(folder.join("config.toml")).unwrap();
    m.ok(&["import", "-q", TICKETS]);
    assert_eq!(m.json(&["doctor"])["ok"], true);
}

#[test]
fn a_list_is_read_to_its_end_however_far_that_is() {
    let m = Machine::filled();
    m.ok(&["priority", "T-1", "2"]);
    let store = m.home.path().join(".local/share/deskhand/local.db");
    let raw = rusqlite::Connection::open(store).unwrap();
    let cols: Vec<String> = raw
        .prepare("SELECT name FROM pragma_table_info('ticket')")
        .unwrap()
        .query_map([], |r| r.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let from: Vec<String> = cols
        .iter()
        .map(|c| match c.as_str() {
            "id" => "id + i + 1".into(),
            "key" => "'C' || i".into(),
            "channel" => "CASE WHEN i = 39999 THEN 5 ELSE 1 END".into(),
            _ => c.clone(),
        })
        .collect();
    raw.execute_batch(&format!(
        "INSERT INTO ticket WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n WHERE i < 39999)
           SELECT {} FROM ticket, n WHERE key = 'T-1'",
        from.join(",")
    ))
    .unwrap();
    drop(raw);
    let found = m.json(&["list", "--all", "channel:ivr"]);
    assert_eq!(found["tickets"][0]["id"], "C39999");
    assert_eq!(
        found["total"],
        serde_json::json!({"count": 1, "exact": true})
    );
    assert_eq!(m.json(&["list", "id:C33000"])["tickets"][0]["id"], "C33000");
    assert_eq!(
        m.ok(&["list", "--all", "channel:direct"]).trim(),
        "nothing here"
    );
}

#[test]
fn a_list_and_a_ticket_as_of_later_say_so_and_count_down_from_then() {
    let m = Machine::filled();
    m.ok(&["new", "Cannot log in", "Since today.", "--priority", "1"]);
    let late = |args: &[&str]| {
        let all: serde_json::Value = serde_json::from_str(&m.ok(args)).unwrap();
        let tickets = all["tickets"].as_array().unwrap().clone();
        (
            tickets.iter().filter(|t| t["due"]["late"] == true).count(),
            all["at"].clone(),
        )
    };
    let (now, at) = late(&["list", "--json"]);
    assert_eq!(at, serde_json::Value::Null);
    let (then, at) = late(&["list", "--json", "--at", "fri 17:00"]);
    assert_eq!(at, "2026-11-27T16:00:00Z");
    assert!(then > now, "{now} late now and {then} on Friday");
    let text = m.ok(&["list", "--at", "fri 17:00"]);
    assert!(
        text.starts_with("as of Fri 2026-11-27 17:00, if nothing is done until then\n"),
        "{text}"
    );
    let forecast = m.json(&["forecast", "--at", "fri 17:00"]);
    assert_eq!(forecast["late"]["total"]["count"], then);
    assert_eq!(forecast["days"].as_array().unwrap().len(), 5);
    assert!(m.ok(&["forecast"]).contains("Tue 24 Nov"));
    assert!(
        m.ok(&["show", "T-1", "--at", "fri 17:00"])
            .starts_with("as of Fri 2026-11-27")
    );
}
