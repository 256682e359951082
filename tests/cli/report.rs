//! Problem reports on the command line: the same rules as everywhere, no ticket needed.

use serde_json::Value;

use super::{Machine, said};

const GOOD: &str = "Cannot open it\n\nUser: Jan de Vries, jan@umc.example\nWorkspace: dws-3049-AUBioLab\n\nSteps:\n1. Open the VM\n2. Click Connect\n\nExpected: a desktop\nActual: a grey page\nSince: yesterday 14:00\nTried: password: hunter2 as well\n";

#[test]
fn a_complete_report_passes_and_a_vague_one_is_refused_with_reasons() {
    let m = Machine::new();
    let args = ["report", "check", "-", "--known", "dws-3049-AUBioLab"];
    let good = m.feed(&args, GOOD.as_bytes());
    assert_eq!(good.status.code(), Some(0), "{}", said(&good));
    assert!(String::from_utf8_lossy(&good.stdout).contains("6 of 6; complete"));
    let vague = m.feed(&args, b"It does not work, please help");
    assert_eq!(vague.status.code(), Some(4));
    let text = String::from_utf8_lossy(&vague.stdout).into_owned();
    assert!(
        text.contains("0 of 6; missing: Workspace, user, steps, expected, actual, since"),
        "{text}"
    );
    assert!(
        text.contains("why: nobody can look at a Workspace"),
        "{text}"
    );
    // Known to nobody here, until somebody says so or a ticket names it.
    assert_eq!(
        m.feed(&["report", "check", "-"], GOOD.as_bytes())
            .status
            .code(),
        Some(4)
    );
    let confirmed = m.feed(
        &["report", "check", "-", "--new-workspace"],
        GOOD.as_bytes(),
    );
    assert_eq!(confirmed.status.code(), Some(0));
    m.ok(&[
        "new",
        "a ticket",
        "of it",
        "--workspace",
        "dws-3049-AUBioLab",
    ]);
    assert_eq!(
        m.feed(&["report", "check", "-"], GOOD.as_bytes())
            .status
            .code(),
        Some(0)
    );
}

#[test]
fn what_a_message_says_comes_with_its_words() {
    let m = Machine::new();
    let out = m.feed(
        &[
            "--json",
            "report",
            "read",
            "-",
            "--at",
            "2026-11-24T09:00:00Z",
        ],
        GOOD.as_bytes(),
    );
    let json: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(json["language"], "en");
    let since = json["suggestions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["field"] == "since")
        .unwrap();
    assert_eq!(since["words"], "yesterday 14:00");
    assert_eq!(since["value"], "2026-11-23 14:00");
    let (start, end) = (
        since["start"].as_u64().unwrap(),
        since["end"].as_u64().unwrap(),
    );
    assert_eq!(&GOOD[start as usize..end as usize], "yesterday 14:00");
    let hostile = m.feed(
        &["report", "read", "-"],
        b"I get the error \"bad \x1b[31m thing\" in it",
    );
    assert!(!hostile.stdout.contains(&0x1b));
}

#[test]
fn the_question_is_in_the_language_of_the_message() {
    let m = Machine::new();
    let dutch = m.feed(
        &["report", "ask", "-"],
        "Het werkt niet, ik kan niet inloggen.".as_bytes(),
    );
    let text = String::from_utf8_lossy(&dutch.stdout).into_owned();
    assert!(
        text.starts_with("Beste,\n") && text.ends_with("sam\n"),
        "{text}"
    );
    assert!(text.contains("1. Om welke Workspace gaat het?"), "{text}");
    let english = m.feed(
        &["report", "ask", "-", "--language", "en"],
        "Het werkt niet".as_bytes(),
    );
    assert!(String::from_utf8_lossy(&english.stdout).contains("1. Which Workspace is it about?"));
}

#[test]
fn an_export_goes_out_and_comes_back_without_its_secrets() {
    let m = Machine::new();
    let known = ["--known", "dws-3049-AUBioLab"];
    let out = m.feed(
        &[&["report", "export", "-", "--form", "json"][..], &known].concat(),
        GOOD.as_bytes(),
    );
    assert_eq!(out.status.code(), Some(0), "{}", said(&out));
    let json = String::from_utf8(out.stdout.clone()).unwrap();
    assert!(
        !json.contains("hunter2") && json.contains("[password]"),
        "{json}"
    );
    assert!(
        said(&out).contains("hunter2"),
        "the diff is for the person here"
    );
    let file = m.home.path().join("report.json");
    std::fs::write(&file, &json).unwrap();
    let path = file.to_str().unwrap();
    let again = m.run(&[&["report", "export", path, "--form", "json"][..], &known].concat());
    let drop_removed = |text: &[u8]| {
        let mut value: Value = serde_json::from_slice(text).unwrap();
        value["removed"] = Value::Null;
        value
    };
    assert_eq!(drop_removed(&again.stdout), drop_removed(json.as_bytes()));
    let markdown = m.run(&[&["report", "export", path, "--form", "md"][..], &known].concat());
    assert!(String::from_utf8_lossy(&markdown.stdout).starts_with("# Problem report"));
}

#[test]
fn what_cannot_be_read_is_said() {
    let m = Machine::new();
    assert_eq!(
        m.run(&["report", "check", "nowhere.txt"]).status.code(),
        Some(3)
    );
    let bad = m.feed(&["report", "check", "-"], b"\xff\xfe");
    assert_eq!(bad.status.code(), Some(2));
    assert!(said(&bad).contains("not UTF-8; convert it"));
    let broken = m.feed(&["report", "check", "-"], b"{\"steps\": 3}");
    assert!(
        said(&broken).contains("this is no report"),
        "{}",
        said(&broken)
    );
}

#[test]
fn the_teams_own_question_goes_in_the_place_of_the_one_that_comes_along() {
    let m = Machine::new();
    let own = include_str!("../../assets/report/ask.en.toml").replace("Hello", "Good day");
    let folder = m.home.path().join(".config/deskhand");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("ask.en.toml");
    std::fs::write(&file, &own).unwrap();
    m.ok(&["config", "check"]);
    let asked = m.feed(
        &["report", "ask", "-"],
        b"The VM of my team does not work for us.",
    );
    assert!(said(&asked).is_empty(), "{}", said(&asked));
    assert!(String::from_utf8_lossy(&asked.stdout).starts_with("Good day,"));
    // What cannot be used is named, with what to do.
    for (text, wanted) in [
        (own.replace("{questions}", ""), "no {questions}"),
        (
            own.replace("\"english\"", "\"dutch\""),
            "its language is dutch",
        ),
        (own.replace("user = ", "usr = "), "usr"),
    ] {
        std::fs::write(&file, text).unwrap();
        let out = m.feed(&["config", "check"], b"");
        assert_ne!(out.status.code(), Some(0));
        assert!(said(&out).contains(wanted), "{}", said(&out));
        assert!(said(&out).contains("ask.en.toml"), "{}", said(&out));
    }
}

#[test]
fn a_mail_saved_as_a_page_is_read_as_its_text() {
    let m = Machine::new();
    let page = "<p>Since yesterday 14:00 I cannot open it.</p>\n<ol><li>Open the VM</li><li>Click \
                Connect</li></ol><p>I expected a desktop but got a grey page &amp; nothing else.</p>";
    let out = m.feed(&["--json", "report", "read", "-"], page.as_bytes());
    assert!(out.status.success(), "{}", said(&out));
    let read: Value = serde_json::from_slice(&out.stdout).unwrap();
    let all = read.to_string();
    assert!(!all.contains("<p>") && !all.contains("&amp;"), "{all}");
    assert!(
        all.contains("Open the VM") && all.contains("a grey page & nothing else"),
        "{all}"
    );
}

#[test]
fn a_report_is_asked_about_and_goes_through_the_gate_by_its_ticket() {
    let m = Machine::new();
    let text = "Since yesterday 14:00 it fails.";
    let made = m.json(&["new", "It fails", text, "--requester", "Jan de Vries"]);
    let key = made["id"].as_str().unwrap().to_owned();
    let none = m.run(&["report", "complete", &key]);
    assert!(said(&none).contains("no report of"), "{}", said(&none));
    // A dry run sends nothing; then the requester is asked, and waited for.
    m.ok(&["report", "ask", "--ticket", &key, "--send", "--dry-run"]);
    assert!(!m.ok(&["show", &key]).contains("pending"));
    m.ok(&["report", "ask", "--ticket", &key, "--send"]);
    assert!(m.ok(&["show", &key]).contains("pending"));
    m.run(&["report", "new", &key, "--take", "--user", "Jan de Vries"]);
    let refused = m.run(&["report", "complete", &key]);
    assert_eq!(refused.status.code(), Some(4), "{}", said(&refused));
    let text = String::from_utf8_lossy(&refused.stdout).into_owned();
    assert!(text.contains("steps:") && text.contains("why:"), "{text}");
    let empty = m.run(&["report", "complete", &key, "--reason", " - "]);
    assert_eq!(empty.status.code(), Some(2), "{}", said(&empty));
    m.ok(&[
        "report",
        "complete",
        &key,
        "--reason",
        "the ward stands still",
    ]);
    let shown = m.ok(&["show", &key]);
    assert!(shown.contains("the ward stands still"), "{shown}");
    assert!(shown.contains("problem"), "{shown}");
}
