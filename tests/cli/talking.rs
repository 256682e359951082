//! Talking to a desk: what waits when it cannot be reached, and settling what it did not take.

use std::path::PathBuf;

use deskhand::config::Paths;
use deskhand::domain::change::{Act, BatchId, Change, ChangeId};
use deskhand::domain::remote::{Entry, Told, ToldFields};
use deskhand::domain::sla::Policy;
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::{Priority, Status, TicketKey};
use deskhand::shell::Talks;
use deskhand::store::{Reader, Rules, Writer};
use uuid::Uuid;

use super::hand::{agent, start, store};
use super::{Machine, said};
use crate::contract::fake::{AUTHORITY, Fake, says};

const DESK: &str =
    "[desk]\nkind = \"rt\"\nname = \"the RT\"\nurl = \"https://rt.invalid\"\nme = \"ana\"\n";

fn connected(m: &Machine) {
    let folder = m.home.path().join(".config/deskhand");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), DESK).unwrap();
}

#[test]
fn the_desk_of_the_settings_has_a_store_of_its_own_and_its_own_agent() {
    let m = Machine::filled();
    connected(&m);
    let out = m.run(&["list"]);
    assert_eq!(out.status.code(), Some(3), "{}", said(&out));
    assert!(said(&out).contains("rt-rt.invalid-"), "{}", said(&out));
    let local = m.json(&["--desk", "local", "list"]);
    assert_eq!(
        local["tickets"].as_array().map(Vec::len),
        Some(3),
        "{local}"
    );
}

#[test]
fn what_cannot_be_sent_waits_and_says_what_to_do() {
    let m = Machine::filled();
    connected(&m);
    for args in [&["import", super::TICKETS][..], &["new", "s", "text"]] {
        let out = m.run(args);
        assert_eq!(out.status.code(), Some(4), "{}", said(&out));
        assert!(said(&out).contains("--desk local"), "{}", said(&out));
    }
    // As if the desk had told of these tickets.
    let theirs = Paths {
        data_dir: store(&m).parent().unwrap().to_owned(),
        ..Paths::below(m.home.path())
    };
    std::fs::copy(store(&m), theirs.desk_store("rt", "https://rt.invalid")).unwrap();
    let out = m.run(&["take", "T-2"]);
    assert!(out.status.success(), "{}", said(&out));
    for words in [
        "waiting in the outbox",
        "there is no token",
        "deskhand connect rt",
        "deskhand sync",
    ] {
        assert!(said(&out).contains(words), "{words}: {}", said(&out));
    }
    let rows = m.json(&["outbox"]);
    assert_eq!(rows[0]["stage"], "waiting");
    assert_eq!(rows[0]["by"], "ana");
    let out = m.run(&["sync"]);
    assert_eq!(out.status.code(), Some(4), "{}", said(&out));
    assert!(said(&out).contains("DESKHAND_TOKEN"), "{}", said(&out));
}

/// The store of the desk of the settings, as if it had told of the three tickets.
fn filled_and_connected(settings: &str) -> (Machine, PathBuf) {
    let m = Machine::filled();
    connected(&m);
    let config = m.home.path().join(".config/deskhand/config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(config, text + settings).unwrap();
    let theirs = Paths {
        data_dir: store(&m).parent().unwrap().to_owned(),
        ..Paths::below(m.home.path())
    };
    let path = theirs.desk_store("rt", "https://rt.invalid");
    std::fs::copy(store(&m), &path).unwrap();
    (m, path)
}

/// Two that send would send twice.
#[test]
fn while_another_window_talks_to_the_desk_nothing_is_sent_from_here() {
    let (m, path) = filled_and_connected("");
    let talks = Talks::take(&path).unwrap();
    let run = |args: &[&str]| {
        let mut c = m.command(args);
        c.env("DESKHAND_TOKEN", "1-5-secret").output().unwrap()
    };
    let out = run(&["take", "T-2"]);
    assert!(out.status.success(), "{}", said(&out));
    let words = "waiting in the outbox: another Deskhand here talks to the desk and sends it";
    assert!(said(&out).contains(words), "{}", said(&out));
    let out = run(&["--json", "sync", "--once"]);
    assert!(out.status.success(), "{}", said(&out));
    let told: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(
        (&told["elsewhere"], &told["waiting"], &told["requests"]),
        (&true.into(), &1.into(), &0.into()),
        "{told}"
    );
    assert_eq!(told["synced"], serde_json::Value::Null, "{told}");
    drop(talks);
    let out = run(&["sync", "--once"]);
    assert!(said(&out).contains("rt.invalid"), "{}", said(&out));
}

/// Through a proxy and with an authority that only the settings know.
#[test]
fn the_way_to_the_desk_is_the_one_that_the_machine_and_the_settings_name() {
    let fake = Fake::proxy(|_, _| {
        let json = ["Content-Type: application/json"];
        says("401 Unauthorized", &json, "{}")
    });
    let doctor = |m: &Machine| {
        let mut c = m.command(&["doctor"]);
        c.env("DESKHAND_TOKEN", "1-5-secret")
            .env("HTTPS_PROXY", &fake.url);
        String::from_utf8(c.output().unwrap().stdout).unwrap()
    };
    let m = Machine::filled();
    let set = |more: &str| {
        connected(&m);
        let config = m.home.path().join(".config/deskhand/config.toml");
        let text = DESK.replace("rt.invalid", "desk.example.org");
        std::fs::write(config, text + more).unwrap();
    };
    set("");
    let text = doctor(&m);
    assert!(text.contains("(HTTPS_PROXY)"), "{text}");
    assert!(
        text.contains("the TLS certificate of desk.example.org is not trusted"),
        "{text}"
    );
    assert!(text.contains("name its PEM file as ca-file"), "{text}");
    assert!(fake.asked().is_empty(), "the secret was not sent");
    set(&format!("ca-file = \"{AUTHORITY}\"\n"));
    let text = doctor(&m);
    assert!(text.contains("does not accept our sign-in"), "{text}");
    let asked = fake.asked();
    let line = &asked[0].line;
    assert!(
        line.starts_with("desk.example.org:443 GET /REST/2.0/"),
        "{line}"
    );
}

/// A store in which the desk has refused one change and met another.
fn stuck() -> (Machine, ChangeId, ChangeId) {
    let m = Machine::filled();
    let rules = Rules {
        policy: Policy::mydre(),
        calendar: deskhand::domain::calendar::Calendar::standard(),
        me: agent("sam"),
    };
    let reader = Reader::open(&store(&m)).unwrap();
    let find = |key: &str| {
        reader
            .find(&TicketKey::parse(key).unwrap())
            .unwrap()
            .unwrap()
    };
    let mut writer = Writer::open(&store(&m), rules, start()).unwrap().writer;
    let mut make = |n, key: &str, act| {
        let change = Change {
            id: ChangeId(Uuid::from_u64_pair(n, n)),
            batch: BatchId(Uuid::from_u64_pair(9, n)),
            ticket: find(key),
            at: start(),
            by: agent("sam"),
            base: 1,
            not_before: None,
            act,
        };
        writer.commit(std::slice::from_ref(&change)).unwrap();
        change.id
    };
    let refused = make(
        0xabcd_1111,
        "T-2",
        Act::Priority {
            to: Some(Priority::P1),
        },
    );
    let met = make(
        0xabcd_2222,
        "T-3",
        Act::Status {
            to: Status::Pending,
        },
    );
    writer
        .refuse(refused, &Untrusted::new("no right"), start())
        .unwrap();
    let told = Told {
        key: TicketKey::parse("T-3").unwrap(),
        fields: Some(ToldFields {
            subject: Untrusted::new("No subject, no time"),
            status: Status::Resolved,
            status_label: None,
            priority: None,
            kind: None,
            tenant: None,
            workspace: None,
            requester: None,
            assignee: None,
            labels: None,
            channel: None,
            created: start(),
            updated: start(),
            resolved: Some(start()),
            closed: None,
            due: Vec::new(),
            further: Vec::new(),
        }),
        version: None,
        entries: Vec::<Entry>::new(),
        whole: false,
        links: None,
    };
    let asked = writer.asks().unwrap();
    writer.meets(met, &told, asked, start()).unwrap();
    (m, refused, met)
}

#[test]
fn the_outbox_shows_what_a_change_is_called_and_what_stands_against_it() {
    let (m, ..) = stuck();
    let text = m.ok(&["outbox"]);
    for words in ["abcd1111  refused", "no right", "abcd2222  conflict"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let rows = m.json(&["outbox"]);
    let met = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["stage"] == "conflict")
        .unwrap();
    assert!(met["theirs"].is_string(), "{met}");
}

#[test]
fn what_was_refused_goes_again_or_is_withdrawn() {
    let (m, ..) = stuck();
    assert!(m.json(&["show", "T-2"])["priority"] != 1);
    assert!(
        m.ok(&["outbox", "retry", "abcd1111"])
            .contains("goes out again")
    );
    assert_eq!(
        m.json(&["show", "T-2"])["priority"],
        1,
        "it is laid over its ticket again"
    );
    let (m, ..) = stuck();
    m.ok(&["outbox", "withdraw", "1111"]);
    assert!(m.ok(&["outbox"]).contains("withdrawn"));
}

#[test]
fn a_conflict_is_settled_by_a_word() {
    let (m, _, met) = stuck();
    let out = m.run(&["outbox", "retry", &met.0.to_string()]);
    assert_eq!(out.status.code(), Some(5), "{}", said(&out));
    assert!(
        said(&out).contains("mine, theirs or both"),
        "{}",
        said(&out)
    );
    assert_eq!(
        m.run(&["outbox", "choose", "2222", "both"]).status.code(),
        Some(4)
    );
    m.ok(&["outbox", "choose", "2222", "mine"]);
    assert_eq!(m.json(&["show", "T-3"])["status"], "pending");
    let (m, ..) = stuck();
    m.ok(&["outbox", "choose", "2222", "theirs"]);
    assert!(m.json(&["show", "T-3"])["status"] != "pending");
    assert_eq!(
        m.run(&["outbox", "choose", "2222", "mine"]).status.code(),
        Some(4),
        "it is over"
    );
}

#[test]
fn a_change_that_is_not_there_or_not_named_clearly_is_said_so() {
    let (m, ..) = stuck();
    for (id, code, says) in [
        ("11", 2, "last four letters"),
        ("99999999", 3, "deskhand outbox"),
        ("abcd", 3, "there is no change"),
    ] {
        let out = m.run(&["outbox", "withdraw", id]);
        assert_eq!(out.status.code(), Some(code), "{id}: {}", said(&out));
        assert!(said(&out).contains(says), "{id}: {}", said(&out));
    }
}
