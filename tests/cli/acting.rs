//! Acting by subcommand: the gate, the team's scope, and every act of the console.

use rstest::rstest;
use serde_json::Value;

use super::{Machine, said};

/// T-1 waits for an answer and is ana's; T-2 and T-3 are nobody's.
fn desk() -> Machine {
    Machine::filled()
}

fn settings(m: &Machine, text: &str) {
    let folder = m.home.path().join(".config/deskhand");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), text).unwrap();
}

fn refused(m: &Machine, args: &[&str]) -> String {
    let before = m.ok(&["export"]);
    let out = m.run(args);
    assert_eq!(out.status.code(), Some(4), "{args:?}: {}", said(&out));
    assert_eq!(m.ok(&["export"]), before, "{args:?} changed something");
    said(&out)
}

#[rstest]
#[case(&["resolve", "T-1"], "the requester had the last word")]
#[case(&["status", "T-1", "resolved"], "the requester had the last word")]
#[case(&["status", "T-1", "closed"], "the requester had the last word")]
#[case(&["resolve", "T-2"], "has no assignee")]
#[case(&["status", "T-2,T-1", "closed"], "has no assignee")]
#[case(&["macro", "T-1", "done"], "the requester had the last word")]
fn whichever_way_a_ticket_is_resolved_it_passes_the_same_gate(
    #[case] args: &[&str],
    #[case] says: &str,
) {
    let m = desk();
    settings(
        &m,
        "[[macros]]\nname = \"done\"\nacts = [{ act = \"status\", value = \"resolved\" }]\n",
    );
    let why = refused(&m, args);
    assert!(why.contains(says) && why.contains("--anyway"), "{why}");
    let mut args = args.to_vec();
    args.extend(["--anyway", "--reason", "told by phone"]);
    let dry = m.ok(&[&args[..], &["--dry-run"]].concat());
    assert!(dry.contains("would set status"), "{dry}");
    m.ok(&args);
    let key = args[1].split(',').next().unwrap();
    let shown = m.json(&["show", key]);
    assert_ne!(shown["status"], "open");
    let note = shown["messages"].as_array().unwrap().last().unwrap();
    assert_eq!(note["body"], "Resolved past the gate: told by phone");
    assert_eq!(note["visibility"], "internal note");
}

#[test]
fn a_draft_that_was_not_sent_stands_against_resolving() {
    let m = desk();
    m.ok(&["reply", "T-1", "an answer that is taken back"]);
    m.ok(&["undo"]);
    m.ok(&["reply", "T-1", "an answer"]);
    assert_eq!(m.json(&["drafts"])[0]["ticket"], "T-1");
    assert!(refused(&m, &["resolve", "T-1"]).contains("has a draft that was not sent"));
    m.ok(&["resolve", "T-1", "--anyway"]);
    assert_eq!(m.json(&["show", "T-1"])["status"], "resolved");
    // Done is done: nothing stands against closing it, and doing it twice is doing it once.
    m.ok(&["status", "T-1", "closed"]);
    assert!(
        m.ok(&["resolve", "T-1", "--dry-run", "--anyway"])
            .contains("set status resolved")
    );
}

#[test]
fn a_ticket_that_lives_on_in_another_has_no_status_of_its_own() {
    let m = desk();
    m.ok(&["merge", "T-2", "T-1"]);
    for args in [
        &["reopen", "T-2"][..],
        &["status", "T-2", "open"],
        &["status", "T-2", "open", "--anyway"],
        &["status", "T-2", "resolved", "--anyway"],
        &["note", "T-2", "lost there"],
        &["priority", "T-2", "p1"],
        &["take", "T-2", "--dry-run"],
        &["split", "T-2", "1", "--subject", "apart"],
        &["unread", "T-2"],
    ] {
        assert!(
            refused(&m, args).contains("T-2 was merged into T-1"),
            "{args:?}"
        );
    }
    assert!(refused(&m, &["merge", "T-2", "T-3"]).contains("T-2 was merged into T-1"));
    assert!(refused(&m, &["merge", "T-3", "T-2"]).contains("T-2 is merged already"));
    assert!(m.ok(&["show", "T-2"]).contains("merged into T-1"));
    assert_eq!(m.json(&["show", "T-2"])["merged_into"], "T-1");
    m.ok(&["undo"]);
    for tenant in ["umc", "vu"] {
        m.ok(&["new", "s", "text", "--tenant", tenant]);
    }
    assert!(refused(&m, &["split", "T-2", "1", "--subject", " "]).contains("needs a subject"));
    m.ok(&["edit", "T-2", "tenant", "umc"]);
    m.ok(&["edit", "T-1", "tenant", "vu"]);
    assert!(refused(&m, &["merge", "T-2", "T-1"]).contains("different tenants"));
}

#[test]
fn fields_are_edited_cleared_and_undone() {
    let m = desk();
    m.ok(&["edit", "T-1,T-2", "subject", "The", "share", "is", "gone"]);
    m.ok(&["edit", "T-1", "kind", "question"]);
    m.ok(&["edit", "T-1", "tenant", "umc"]);
    m.ok(&["edit", "T-1", "workspace", "dws-1-Lab"]);
    let t = m.json(&["show", "T-1"]);
    for (field, value) in [
        ("subject", "The share is gone"),
        ("kind", "question"),
        ("tenant", "umc"),
        ("workspace", "dws-1-Lab"),
    ] {
        assert_eq!(t[field], value);
    }
    let dry = m.ok(&["edit", "T-1", "workspace", "none", "--dry-run"]);
    assert_eq!(dry, "would clear the Workspace on T-1\n");
    m.ok(&["edit", "T-1", "workspace", "none"]);
    m.ok(&["edit", "T-1", "tenant", "none"]);
    let t = m.json(&["show", "T-1"]);
    assert_eq!(
        (&t["workspace"], &t["tenant"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(m.ok(&["edit", "T-1", "tenant", "none"]), "nothing to do\n");
    m.ok(&["undo"]);
    assert_eq!(m.json(&["show", "T-1"])["tenant"], "umc");
    for (args, says) in [
        (["edit", "T-1", "subject", " "], "needs a subject"),
        (["edit", "T-1", "kind", "riddle"], "is no kind"),
        (["edit", "T-1", "colour", "red"], "colour"),
    ] {
        let out = m.run(&args);
        assert_eq!(out.status.code(), Some(2));
        assert!(said(&out).contains(says), "{}", said(&out));
    }
}

#[test]
fn a_macro_fills_its_placeholders_and_does_what_changes_something() {
    let m = desk();
    settings(
        &m,
        r#"
[[macros]]
name = "Answer and close"
acts = [
  { act = "reply", body = "Dear {requester.first}, {ticket.key} is done. {agent.name} {unknown}" },
  { act = "assign", value = "me" },
  { act = "label-add", value = "group-23" },
  { act = "label-add", value = "answered" },
  { act = "priority", value = 2 },
  { act = "status", value = "resolved" },
]
"#,
    );
    let dry = m.json(&["macro", "T-1", "answer AND close", "--dry-run"]);
    let acts: Vec<&str> = dry["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["act"]["act"].as_str().unwrap())
        .collect();
    assert_eq!(acts, ["say", "assign", "add-label", "status"]);
    // Nothing of it goes out before the reply may.
    let until = &dry["changes"][0]["not_before"];
    assert!(
        dry["changes"]
            .as_array()
            .unwrap()
            .iter()
            .all(|c| c["not_before"] == *until)
    );
    m.ok(&["macro", "T-1", "Answer and close"]);
    let t = m.json(&["show", "T-1"]);
    assert_eq!(
        (&t["status"], &t["assignee"]),
        (&"resolved".into(), &"sam".into())
    );
    let body = &t["messages"].as_array().unwrap().last().unwrap()["body"];
    assert_eq!(body, "Dear u-jan, T-1 is done. sam {unknown}");
    m.ok(&["undo"]);
    assert_eq!(m.json(&["show", "T-1"])["status"], "open");
    let out = m.run(&["macro", "T-1", "no such"]);
    assert_eq!(out.status.code(), Some(3));
    assert!(said(&out).contains("Answer and close"), "{}", said(&out));
}

#[test]
fn files_go_with_notes_and_replies() {
    let m = desk();
    let file = m.home.path().join("log.txt");
    std::fs::write(&file, "what happened").unwrap();
    let path = file.to_str().unwrap();
    let said_so = m.ok(&[
        "note",
        "T-1",
        "see the file",
        "--attach",
        path,
        "--attach",
        path,
    ]);
    assert!(said_so.contains("internal note with 2 files"), "{said_so}");
    m.ok(&["reply", "T-1", "here it is", "--attach", "~/log.txt"]);
    let t = m.json(&["show", "T-1"]);
    let last = t["messages"].as_array().unwrap().last().unwrap();
    let files: Vec<&Value> = t["messages"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|m| m["attachments"].as_array().unwrap())
        .collect();
    assert_eq!(files.len(), 3);
    assert_eq!(files[0]["size"], 13);
    assert!(last["attachments"].as_array().unwrap().len() <= 2);
    let folder = m.home.path().to_str().unwrap();
    for (path, says) in [
        ("/nowhere/at.all", "cannot be attached"),
        (folder, "is no file"),
    ] {
        let out = m.run(&["note", "T-1", "text", "--attach", path]);
        assert_eq!(out.status.code(), Some(2));
        assert!(said(&out).contains(says), "{}", said(&out));
    }
}

#[test]
fn a_reply_says_until_when_it_can_be_taken_back_and_who_sends_it() {
    let m = desk();
    let text = m.ok(&["reply", "T-1", "an answer"]);
    assert!(
        text.contains("waits in the outbox until 10:00:10"),
        "{text}"
    );
    assert!(text.contains("deskhand sync"), "{text}");
    assert!(!m.ok(&["note", "T-2", "a note"]).contains("outbox"));
    assert!(!m.ok(&["reply", "T-1", "x", "--dry-run"]).contains("outbox"));
    assert_eq!(m.ok(&["sync"]), "0 sent, 1 waiting\n");
    assert_eq!(m.json(&["outbox"])[0]["stage"], "waiting");
    let later = m.command_at("2026-11-24T09:00:11Z", &["sync"]).output();
    assert_eq!(later.unwrap().stdout, b"1 sent, 0 waiting\n");
    assert_eq!(m.json(&["show", "T-1"])["messages"][3]["waiting"], false);
}

#[test]
fn tickets_are_marked_as_read_and_unread() {
    let m = desk();
    assert_eq!(m.json(&["show", "T-1"])["unread"], true);
    assert_eq!(m.json(&["mark-read", "T-1", "--dry-run"])["read"][0], "T-1");
    assert_eq!(m.json(&["show", "T-1"])["unread"], true);
    assert_eq!(m.ok(&["mark-read", "T-1,T-2"]), "marked T-1, T-2 as read\n");
    assert_eq!(m.json(&["show", "T-1"])["unread"], false);
    m.ok(&["unread", "T-1"]);
    assert_eq!(m.json(&["show", "T-1"])["unread"], true);
}

#[test]
fn labels_may_begin_with_any_letter_and_flags_are_flags() {
    let m = desk();
    m.ok(&["label", "T-1", "+hardware", "+json", "dry-run"]);
    let labels = |m: &Machine| m.json(&["show", "T-1"])["labels"].clone();
    assert_eq!(
        labels(&m),
        serde_json::json!(["dry-run", "group-23", "hardware", "json"])
    );
    let dry = m.ok(&["label", "T-1", "-hardware", "-group-23", "--dry-run"]);
    assert!(dry.contains("would remove label hardware on T-1"), "{dry}");
    m.ok(&["label", "--json", "T-1", "-hardware", "-json", "-dry-run"]);
    assert_eq!(labels(&m), serde_json::json!(["group-23"]));
    assert!(m.ok(&["label", "--help"]).contains("--dry-run"));
    for wrong in ["+", "a b", "+--x", "a\u{1b}b"] {
        assert_eq!(
            m.run(&["label", "T-1", wrong]).status.code(),
            Some(2),
            "{wrong}"
        );
    }
    assert_eq!(
        m.run(&["new", "s", "text", "--label", "a b"]).status.code(),
        Some(2)
    );
}

#[test]
fn a_team_neither_sees_nor_gives_away_what_is_outside_its_scope() {
    let m = desk();
    for tenant in ["umc", "vu"] {
        m.ok(&["new", "s", "text", "--tenant", tenant]);
    }
    m.ok(&["edit", "T-1", "tenant", "umc"]);
    m.ok(&["edit", "T-2", "tenant", "vu"]);
    for key in ["T-1", "T-2", "T-3"] {
        m.ok(&["note", key, &format!("note on {key}")]);
        m.ok(&["reply", key, &format!("draft of {key}")]);
        m.ok(&["undo"]);
    }
    settings(&m, "scope = [\"umc\"]\n");
    for args in [
        &["outbox"][..],
        &["audit"],
        &["audit", "--limit", "3"],
        &["drafts"],
        &["export"],
    ] {
        let text = m.ok(args);
        assert!(text.contains("T-1") || args.len() > 2, "{args:?}: {text}");
        assert!(!text.contains("T-2"), "{args:?}: {text}");
        if args != ["export"] {
            assert!(!m.json(args).to_string().contains("T-2"), "{args:?}");
        }
    }
    assert_eq!(
        m.json(&["audit", "--limit", "3"]).as_array().unwrap().len(),
        3
    );
    for args in [
        &["new", "s", "text", "--tenant", "vu"][..],
        &["new", "s", "text", "--tenant", "vu", "--dry-run"],
        &["edit", "T-1", "tenant", "vu"],
        &["note", "T-2", "text"],
        &["macro", "T-2", "any"],
        &["audit", "T-2"],
        &["mark-read", "T-2"],
    ] {
        let out = m.run(args);
        let code = if args[0] == "macro" { 3 } else { 4 };
        assert_eq!(out.status.code(), Some(code), "{args:?}: {}", said(&out));
    }
    m.ok(&["new", "s", "text", "--tenant", "umc"]);
    m.ok(&["new", "s", "text"]);
}

#[rstest]
#[case(&["list", "--", "--"])]
#[case(&["list", "-"])]
#[case(&["list", "-", "-"])]
#[case(&["list", "\"--\""])]
#[case(&["list", "."])]
#[case(&["export", "-"])]
#[case(&["search", "--", "--"])]
#[case(&["search", "?!"])]
fn signs_alone_are_nothing_to_look_for(#[case] args: &[&str]) {
    let out = desk().run(args);
    assert_eq!(out.status.code(), Some(2), "{}", said(&out));
    assert!(
        said(&out).contains("look for") || said(&out).contains("search for"),
        "{}",
        said(&out)
    );
}

#[test]
fn the_trail_holds_what_people_wrote_as_length_and_hash_only() {
    let m = desk();
    let file = m.home.path().join("hush-file.txt");
    std::fs::write(&file, "x").unwrap();
    m.ok(&["edit", "T-1", "subject", "hush one"]);
    m.ok(&[
        "note",
        "T-1",
        "hush two",
        "--attach",
        file.to_str().unwrap(),
    ]);
    m.ok(&["split", "T-1", "2", "--subject", "hush three"]);
    m.ok(&["new", "hush four", "hush five"]);
    m.ok(&["undo"]);
    let trail = m.json(&["audit"]);
    let text = trail.to_string();
    assert!(!text.contains("hush"), "{text}");
    // The hash of "hush one": whoever has the text can say that it is this one.
    let hash = "59cca34b0cf2f14e11c54c4b8e39b2bc6574bd71044d8500099c09e60907e194";
    assert!(text.contains(hash), "{text}");
    assert_eq!(m.json(&["doctor"])["ok"], true);
}
