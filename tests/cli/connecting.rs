//! Connecting a helpdesk: what is asked, what is refused, and what its words come to mean.

use deskhand::cli::connect::Proposal;
use deskhand::config::{Desk, SignIn};
use deskhand::desk::Hello;
use deskhand::domain::people::{AgentId, TenantId};
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::Status;

use super::{Machine, said};

fn hello() -> Hello {
    let all = |words: &[&str]| words.iter().map(|w| Untrusted::new(*w)).collect();
    Hello {
        me: AgentId::parse("ana").unwrap(),
        name: Untrusted::new("Ana"),
        version: Untrusted::new("5.0.7"),
        clock: None,
        queues: all(&["General", "Cardio & Lab / intake", "!!!"]),
        statuses: all(&["new", "stalled", "rejected", "waiting for moon"]),
        fields: all(&["workspace", "Labels", "Room"]),
        rights: Vec::new(),
        shelves: Vec::new(),
    }
}

fn desk() -> Desk {
    Desk {
        kind: "rt".into(),
        name: "rt".into(),
        url: "https://rt.example.org".into(),
        sign_in: SignIn::Token,
        me: None,
        ca_file: None,
        token_command: Vec::new(),
        queues: Default::default(),
        statuses: Default::default(),
        workspace_field: "Workspace".into(),
        labels_field: None,
        texts: Default::default(),
    }
}

#[test]
fn what_a_desk_says_is_proposed_in_our_words() {
    let mut desk = desk();
    Proposal::of(&hello(), None).fill(&mut desk);
    let queues: Vec<_> = desk
        .queues
        .iter()
        .map(|(q, t)| (q.as_str(), t.as_str()))
        .collect();
    assert_eq!(
        queues,
        [
            ("Cardio & Lab / intake", "cardio-lab-intake"),
            ("General", "general")
        ]
    );
    assert_eq!(desk.statuses["new"], Status::New);
    assert_eq!(desk.statuses["stalled"], Status::Pending);
    assert_eq!(desk.statuses["rejected"], Status::Closed);
    assert_eq!(desk.statuses["waiting for moon"], Status::Open);
    assert_eq!(desk.workspace_field, "workspace");
    assert_eq!(desk.labels_field.as_deref(), Some("Labels"));
}

#[test]
fn a_row_is_corrected_by_its_number_and_nothing_else_is_taken() {
    let mut proposal = Proposal::of(&hello(), None);
    for typed in ["1 umc", "2 -", "5 on-hold"] {
        proposal.correct(typed).unwrap();
    }
    let before = proposal.clone();
    for (typed, says) in [
        ("", "write a row's number"),
        ("1", "write a row's number"),
        ("0 umc", "write a row's number"),
        ("umc 1", "write a row's number"),
        ("99 open", "there is no row 99"),
        ("1 u m", "may not hold"),
        ("4 opne", "new, open"),
        ("4 -", "new, open"),
    ] {
        let why = proposal.correct(typed).unwrap_err();
        assert!(why.contains(says), "{typed:?}: {why}");
    }
    assert_eq!(proposal, before);
    let mut desk = desk();
    proposal.fill(&mut desk);
    assert_eq!(desk.queues.len(), 1);
    assert_eq!(desk.queues["General"].as_str(), "umc");
    assert_eq!(desk.statuses["stalled"], Status::OnHold);
}

#[test]
fn what_was_agreed_before_is_proposed_again() {
    let mut before = desk();
    before.queues = [("General".into(), TenantId::parse("umc").unwrap())].into();
    before.statuses = [("stalled".into(), Status::OnHold)].into();
    before.labels_field = Some("Room".into());
    let mut after = desk();
    Proposal::of(&hello(), Some(&before)).fill(&mut after);
    assert_eq!(after.queues, before.queues, "what was left out stays so");
    assert_eq!(after.statuses["stalled"], Status::OnHold);
    assert_eq!(after.labels_field.as_deref(), Some("Room"));
}

#[test]
fn the_kinds_are_listed_with_what_each_needs() {
    let m = Machine::new();
    let text = m.ok(&["connect"]);
    for word in ["local desk", "rt ", "Request Tracker 5", "token"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert_eq!(m.json(&["connect"])[1]["kind"], "rt");
    assert!(m.ok(&["connect", "local"]).contains("--desk local"));
}

#[test]
fn what_cannot_be_used_is_refused_before_anything_is_asked() {
    let m = Machine::new();
    for (args, code, says) in [
        (&["connect", "tr"][..], 3, "did you mean rt?"),
        (&["connect", "zendesk-or-so"], 3, "lists the kinds"),
        (&["connect", "rt"], 2, "--url https://"),
        (&["connect", "rt", "--url", "rt.example.org"], 2, "https://"),
        (
            &["connect", "rt", "--url", "https://ana:pw@rt"],
            2,
            "password in it",
        ),
        (
            &["connect", "rt", "--url", "http://rt.example.org"],
            4,
            "not encrypted",
        ),
        (
            &["connect", "rt", "--url", "https://rt.invalid"],
            2,
            "DESKHAND_TOKEN",
        ),
        (
            &[
                "connect",
                "rt",
                "--url",
                "https://rt.invalid",
                "--token-stdin",
            ],
            2,
            "standard input",
        ),
        (
            &[
                "connect",
                "rt",
                "--url",
                "https://rt.invalid",
                "--user",
                "ana",
            ],
            2,
            "standard input",
        ),
        (
            &["connect", "rt", "--token", "1-23-secret"],
            2,
            "never taken as an argument",
        ),
        (
            &["connect", "rt", "--password=pw"],
            2,
            "never taken as an argument",
        ),
        (
            &[
                "connect",
                "rt",
                "--url",
                "https://rt.invalid",
                "--ca-file",
                "/none.pem",
            ],
            3,
            "PEM",
        ),
    ] {
        let out = m.run(args);
        let said = said(&out);
        assert_eq!(out.status.code(), Some(code), "{args:?}: {said}");
        assert!(said.contains(says), "{args:?}: {said}");
        assert!(!said.contains("1-23-secret"), "{said}");
    }
    assert!(!m.home.path().join(".config/deskhand/config.toml").exists());
}

/// The secret that was given is nowhere when the desk did not take it.
#[test]
fn what_does_not_work_is_not_kept() {
    let m = Machine::new();
    let args = [
        "connect",
        "rt",
        "--url",
        "http://127.0.0.1:9",
        "--token-stdin",
        "--yes",
    ];
    let out = m.feed(&args, b"1-23-secret\n");
    assert_eq!(out.status.code(), Some(1), "{}", said(&out));
    assert!(said(&out).contains("127.0.0.1:9"), "{}", said(&out));
    assert!(!said(&out).contains("1-23-secret"));
    assert!(!m.home.path().join(".config/deskhand/config.toml").exists());
    let data = m.home.path().join(".local/share/deskhand");
    assert!(!data.exists() || std::fs::read_dir(data).unwrap().next().is_none());
}
