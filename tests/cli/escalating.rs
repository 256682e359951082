//! Escalating between two local desks on the command line, and the report that it goes with.

use std::path::PathBuf;

use serde_json::Value;

use super::{Machine, said};

/// Our desk, and the vendor's beside it.
struct Two {
    ours: Machine,
    vendor: Machine,
}

const WORDS: &str = "The VM asks for a password after the resize, mine is token ghp_abcdefghijklmnopqrstuvwxyz0123456789";

impl Two {
    fn new(more: &str) -> Self {
        let two = Self {
            ours: Machine::new(),
            vendor: Machine::new(),
        };
        two.vendor
            .ok(&["new", "Something of theirs", "It is there."]);
        let folder = two.ours.home.path().join(".config/deskhand");
        std::fs::create_dir_all(&folder).unwrap();
        let data = two.vendor.home.path().join(".local/share/deskhand");
        let config = format!(
            "undo_window = 0\n{more}\n[vendor]\nname = \"anDREa Support\"\nstore = \"{}\"\n",
            data.display()
        );
        std::fs::write(folder.join("config.toml"), config).unwrap();
        two
    }

    fn ticket(&self) -> String {
        let made = self.ours.json(&[
            "new",
            "Cannot open dws-3049-AUBioLab",
            WORDS,
            "--requester",
            "Jan de Vries",
            "--workspace",
            "dws-3049-AUBioLab",
        ]);
        made["id"].as_str().unwrap().to_owned()
    }

    fn report(&self, id: &str) {
        self.ours.ok(&[
            "report",
            "new",
            id,
            "--workspace",
            "dws-3049-AUBioLab",
            "--user",
            "Jan de Vries jan@umc.example",
            "--step",
            "Open the VM",
            "--step",
            "Click Connect",
            "--expected",
            "a desktop",
            "--actual",
            "a grey page; password: hunter2ab",
            "--since",
            "yesterday 14:00",
            "--users",
            "3/10",
        ]);
    }

    fn at(&self, machine: &Machine, now: &str, args: &[&str]) -> String {
        let out = machine.command_at(now, args).output().unwrap();
        assert!(out.status.success(), "{args:?}: {}", said(&out));
        String::from_utf8(out.stdout).unwrap()
    }

    fn theirs(&self) -> Vec<Value> {
        let all = self.vendor.json(&["list", "--all"]);
        let all = all
            .as_array()
            .cloned()
            .unwrap_or_else(|| all["tickets"].as_array().unwrap().clone());
        all.into_iter()
            .filter(|t| t["subject"] != "Something of theirs")
            .collect()
    }
}

fn refused(m: &Machine, args: &[&str], says: &str) {
    let out = m.run(args);
    assert_eq!(out.status.code(), Some(4), "{args:?}: {}", said(&out));
    assert!(said(&out).contains(says), "{args:?}: {}", said(&out));
}

#[test]
fn a_ticket_goes_to_the_vendor_through_the_gate_and_comes_back() {
    let two = Two::new("");
    let id = two.ticket();
    refused(&two.ours, &["escalate", &id], "the steps are missing");
    two.report(&id);
    // What is taken out is shown, and wants to be agreed to.
    refused(
        &two.ours,
        &["escalate", &id],
        "- actual: a grey page; password: hunter2ab",
    );
    assert!(two.theirs().is_empty());
    let dry = two.ours.ok(&["escalate", &id, "--dry-run"]);
    assert!(
        dry.contains("clocks    with us → with anDREa Support"),
        "{dry}"
    );
    assert!(dry.contains("priority  1: 3 of 10 users"), "{dry}");
    assert!(two.theirs().is_empty());
    let done = two.ours.ok(&["escalate", &id, "--yes"]);
    assert!(done.contains("vendor: new · since"), "{done}");

    let there = two.theirs();
    assert_eq!(there.len(), 1, "{there:?}");
    let number = there[0]["id"].as_str().unwrap().to_owned();
    let seen = two.vendor.json(&["show", &number]);
    let body = seen["messages"][0]["body"].as_str().unwrap();
    assert!(
        body.contains("1. Open the VM") && body.contains("[password]"),
        "{body}"
    );
    assert!(
        !body.contains("hunter2ab") && !body.contains("ghp_"),
        "{body}"
    );
    assert!(body.contains(&format!("Our ticket: {id}")), "{body}");
    assert_eq!(seen["requester"], "sam");
    assert_eq!(seen["priority"], 1);
    assert_eq!(seen["messages"][0]["attachments"][0]["name"], "report.json");

    let ours = two.ours.json(&["show", &id]);
    assert_eq!(ours["status"], "on-hold");
    assert_eq!(ours["vendor"]["number"], number.as_str());
    refused(&two.ours, &["escalate", &id], "with the vendor already");

    // They answer, and say something among themselves.
    two.vendor.ok(&["assign", &number, "vera"]);
    two.vendor.ok(&["note", &number, "No idea yet."]);
    two.at(
        &two.vendor,
        "2026-11-24T10:00:00Z",
        &["reply", &number, "Please restart the gateway."],
    );
    two.at(&two.vendor, "2026-11-24T10:05:00Z", &["sync", "--once"]);
    for _ in 0..2 {
        two.at(&two.ours, "2026-11-24T10:06:00Z", &["sync", "--once"]);
    }
    let ours = two.ours.json(&["show", &id]);
    let notes: Vec<&str> = ours["messages"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|m| m["body"].as_str())
        .filter(|b| b.starts_with("From anDREa Support"))
        .collect();
    assert_eq!(notes.len(), 1, "{ours}");
    assert!(
        notes[0].contains("Please restart the gateway."),
        "{notes:?}"
    );
    assert_eq!(ours["vendor"]["with"], "vera");

    // We add something, once.
    two.ours
        .ok(&["escalate", &id, "--say", "It is the same on two VMs."]);
    two.ours.ok(&["sync", "--once"]);
    let seen = two.vendor.json(&["show", &number]);
    let added: Vec<&Value> = seen["messages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|m| m["body"] == "It is the same on two VMs.")
        .collect();
    assert_eq!(added.len(), 1, "{seen}");

    two.at(
        &two.vendor,
        "2026-11-24T11:00:00Z",
        &["resolve", "--anyway", &number],
    );
    two.at(&two.ours, "2026-11-24T12:00:00Z", &["sync", "--once"]);
    let shown = two.at(&two.ours, "2026-11-24T13:00:00Z", &["show", &id]);
    assert!(
        shown.contains("vendor: resolved, with vera · since 2 h"),
        "{shown}"
    );
    let back = two.at(
        &two.ours,
        "2026-11-24T13:00:00Z",
        &["escalate", "--back", &id],
    );
    assert!(
        back.contains("Their last word: Please restart the gateway."),
        "{back}"
    );
    let ours = two.ours.json(&["show", &id]);
    assert_eq!(ours["status"], "open");
    assert!(ours["messages"].as_array().unwrap().iter().any(|m| {
        m["body"]
            .as_str()
            .is_some_and(|b| b.starts_with("Back from anDREa Support"))
    }));
    refused(
        &two.ours,
        &["escalate", "--back", &id],
        "is not with the vendor",
    );
}

#[test]
fn an_override_needs_a_reason_and_is_in_the_trail() {
    let two = Two::new("");
    let id = two.ticket();
    refused(
        &two.ours,
        &["escalate", &id, "--reason", " . ", "--yes"],
        "the reason says nothing",
    );
    two.ours.ok(&[
        "escalate",
        &id,
        "--reason",
        "The whole ward stands still",
        "--yes",
    ]);
    let ours = two.ours.json(&["show", &id]);
    let past = ours["messages"].as_array().unwrap().iter().find(|m| {
        m["body"]
            .as_str()
            .is_some_and(|b| b.starts_with("Went on without a complete report"))
    });
    assert!(
        past.unwrap()["body"]
            .as_str()
            .unwrap()
            .contains("The whole ward"),
        "{ours}"
    );
    let trail = two.ours.ok(&["audit", &id]);
    assert!(
        trail.contains("escalated to anDREa Support past the gate, without Workspace, user, steps"),
        "{trail}"
    );
    let there = two.theirs();
    let seen = two.vendor.json(&["show", there[0]["id"].as_str().unwrap()]);
    let body = seen["messages"][0]["body"].as_str().unwrap();
    assert!(
        body.contains("As it was asked:") && body.contains("[token]"),
        "{body}"
    );
}

#[test]
fn what_has_not_left_is_undone_and_what_has_is_taken_back_with_a_word() {
    let two = Two::new("");
    let folder = two.ours.home.path().join(".config/deskhand/config.toml");
    let with = std::fs::read_to_string(&folder).unwrap();
    std::fs::write(&folder, with.replace("undo_window = 0", "undo_window = 60")).unwrap();
    let id = two.ticket();
    two.report(&id);
    two.ours.ok(&["escalate", &id, "--yes"]);
    assert!(two.theirs().is_empty(), "it waits");
    two.ours.ok(&["undo"]);
    two.at(&two.ours, "2026-11-24T09:30:00Z", &["sync", "--once"]);
    assert!(two.theirs().is_empty());
    let ours = two.ours.json(&["show", &id]);
    assert_eq!(
        (&ours["status"], &ours["vendor"]),
        (&Value::from("new"), &Value::Null)
    );
    two.ours.ok(&["escalate", &id, "--yes"]);
    two.at(&two.ours, "2026-11-24T09:30:00Z", &["sync", "--once"]);
    assert_eq!(two.theirs().len(), 1);
    two.at(&two.ours, "2026-11-24T09:31:00Z", &["undo"]);
    two.at(&two.ours, "2026-11-24T09:32:00Z", &["sync", "--once"]);
    let there = two.theirs();
    let seen = two.vendor.json(&["show", there[0]["id"].as_str().unwrap()]);
    let last = seen["messages"].as_array().unwrap().last().unwrap().clone();
    assert!(
        last["body"]
            .as_str()
            .unwrap()
            .starts_with("We have taken this back"),
        "{seen}"
    );
}

#[test]
fn without_a_vendor_it_says_what_to_set_and_a_wrong_one_is_found() {
    let m = Machine::filled();
    let out = m.run(&["escalate", "T-1"]);
    assert_eq!(out.status.code(), Some(4), "{}", said(&out));
    assert!(said(&out).contains("[vendor]"), "{}", said(&out));
    let folder = m.home.path().join(".config/deskhand");
    std::fs::create_dir_all(&folder).unwrap();
    for (text, says) in [
        ("[vendor]\nname = \"X\"\n", "names no place"),
        (
            "[vendor]\nstore = \"/x\"\ntenant = \"umc\"\n",
            "more than one",
        ),
        (
            "[vendor]\nstore = \"/x\"\nqueue = \"a\"\n",
            "another sort of vendor",
        ),
        (
            "[vendor.desk]\nkind = \"rt\"\nurl = \"https://rt.example.org\"\n",
            "queue",
        ),
        ("[vendor]\ntenent = \"x\"\n", "tenent"),
    ] {
        std::fs::write(folder.join("config.toml"), text).unwrap();
        let out = m.run(&["config", "check"]);
        assert_eq!(out.status.code(), Some(6), "{text}");
        assert!(said(&out).contains(says), "{text}: {}", said(&out));
    }
    std::fs::write(
        folder.join("config.toml"),
        "[vendor]\nstore = \"/no/where\"\n",
    )
    .unwrap();
    m.ok(&["config", "check"]);
    let doctor = m.run(&["doctor"]);
    let all = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(
        all.contains("there is no desk at /no/where/local.db"),
        "{all}"
    );
}

#[test]
fn a_department_of_the_same_desk_gets_the_ticket_itself() {
    let m = Machine::new();
    let folder = m.home.path().join(".config/deskhand");
    std::fs::create_dir_all(&folder).unwrap();
    let config = "undo_window = 0\n[vendor]\nname = \"second line\"\ntenant = \"second-line\"\n";
    std::fs::write(folder.join("config.toml"), config).unwrap();
    let made = m.json(&[
        "new",
        "How do I?",
        "Tell me.",
        "--kind",
        "question",
        "--requester",
        "Jan",
    ]);
    let id = made["id"].as_str().unwrap();
    m.ok(&["escalate", id]);
    let shown = m.json(&["show", id]);
    assert_eq!(
        (&shown["tenant"], &shown["status"]),
        (&Value::from("second-line"), &Value::from("on-hold"))
    );
    assert!(m.ok(&["list", "is:escalated"]).contains("How do I?"));
    m.ok(&["escalate", "--back", id]);
    let shown = m.json(&["show", id]);
    assert_eq!(
        (&shown["tenant"], &shown["status"]),
        (&Value::Null, &Value::from("open"))
    );
    assert!(!m.ok(&["list", "is:escalated"]).contains("How do I?"));
}

#[test]
fn a_report_is_begun_by_its_ticket_checked_asked_about_and_written_to_a_folder() {
    let two = Two::new("");
    let m = &two.ours;
    let id = two.ticket();
    let bad = m.run(&["report", "new", &id, "--user", "helpdesk"]);
    assert_eq!(bad.status.code(), Some(4));
    assert!(
        said(&bad).contains("user: this is no one person"),
        "{}",
        said(&bad)
    );
    let ask = m.ok(&["report", "ask", "--ticket", &id, "--language", "en"]);
    assert!(ask.contains("Jan") && !ask.contains('{'), "{ask}");
    two.report(&id);
    // What is taken out is seen before the report, also where both go to one place.
    let both = m.home.path().join("both.txt");
    let file = std::fs::File::create(&both).unwrap();
    m.command(&["report", "export", "--ticket", &id])
        .stdout(file.try_clone().unwrap())
        .stderr(file)
        .status()
        .unwrap();
    let printed = std::fs::read_to_string(&both).unwrap();
    let (diff, report) = (
        printed.find("taken out before"),
        printed.find("Problem report"),
    );
    assert!(diff.is_some() && diff < report, "{printed}");
    let log = two.ours.home.path().join("error.log");
    std::fs::write(
        &log,
        "user jan.other@umc.example\nAPI_KEY=sk_live_abcdefghijklmnop0123456789\nfine\n",
    )
    .unwrap();
    m.ok(&["note", &id, "The log.", "--attach", log.to_str().unwrap()]);
    let wrong = m.run(&["report", "new", &id, "--evidence", "other.log"]);
    assert_eq!(wrong.status.code(), Some(3));
    assert!(
        said(&wrong).contains("it has error.log"),
        "{}",
        said(&wrong)
    );
    m.ok(&["report", "new", &id, "--evidence", "error.log"]);
    m.ok(&["report", "check", "--ticket", &id]);
    let to: PathBuf = m.home.path().join("out");
    let to = to.to_str().unwrap();
    let out = m.run(&["report", "export", "--ticket", &id, "--to", to]);
    assert_eq!(out.status.code(), Some(4), "{}", said(&out));
    assert!(
        said(&out).contains("+ error.log: user [e-mail address]"),
        "{}",
        said(&out)
    );
    assert!(!std::path::Path::new(to).exists());
    m.ok(&["report", "export", "--ticket", &id, "--to", to, "--yes"]);
    let log = std::fs::read_to_string(format!("{to}/error.log")).unwrap();
    assert!(
        log.contains("fine") && !log.contains("sk_live") && !log.contains("jan.other"),
        "{log}"
    );
    let json = std::fs::read_to_string(format!("{to}/report.json")).unwrap();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["ticket"], id.as_str());
    assert!(
        std::fs::read_to_string(format!("{to}/report.md"))
            .unwrap()
            .contains("## Steps")
    );
    let again = m.run(&["report", "export", "--ticket", &id, "--to", to, "--yes"]);
    assert_eq!(again.status.code(), Some(2), "never over what is there");
}

#[test]
fn a_note_to_the_vendor_shows_what_is_taken_out_and_wants_to_be_agreed_to() {
    let two = Two::new("");
    let id = two.ticket();
    two.report(&id);
    two.ours.ok(&["escalate", &id, "--yes"]);
    let note = "To the vendor: the password is Hunter2!xyz";
    refused(
        &two.ours,
        &["note", &id, note],
        "+ what you say: the password is [password]",
    );
    two.ours.ok(&["note", &id, note, "--dry-run"]);
    two.ours.ok(&["note", &id, note, "--yes"]);
    two.ours
        .ok(&["note", &id, "Between us: the password is Hunter2!xyz"]);
    two.ours.ok(&["sync", "--once"]);
    let number = two.theirs()[0]["id"].as_str().unwrap().to_owned();
    let seen = two.vendor.json(&["show", &number]);
    let said: Vec<&Value> = seen["messages"].as_array().unwrap().iter().collect();
    assert_eq!(said.len(), 2, "{seen}");
    assert_eq!(said[1]["body"], "the password is [password]");
}
