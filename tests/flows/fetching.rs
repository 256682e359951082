//! A console on a desk over a network that tells of a ticket without its texts: they come when
//! the person looks at it, in a second window too, and a file when it is wanted.

use std::path::Path;

use chrono::TimeDelta;
use deskhand::config::Paths;
use deskhand::desk::Desk;
use deskhand::desk::rt::{Auth, Rt, Settings};
use deskhand::domain::remote::{Cursor, Pulled, Told, ToldFields};
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::{Priority, Status, TicketKey};
use deskhand::shell::Talks;
use serde_json::{Value, json};

use super::harness::{Person, Scene, morning};
use crate::contract::fake::{Asked, Fake, Says, says};

/// A Request Tracker with one ticket in it, that fails whatever else it is asked.
pub fn tracker() -> Fake {
    Fake::new(|_, asked| answer(asked))
}

fn answer(asked: &Asked) -> Says {
    let fine = |body: Value| {
        let headers = ["Content-Type: application/json", "ETag: \"5\""];
        says("200 OK", &headers, &body.to_string())
    };
    let at = |path: &str| asked.line.contains(&format!("/REST/2.0/{path}"));
    let entry = |id: u64, sort: &str| {
        json!({"id": id, "Type": sort, "ObjectId": 900_001, "Creator": {"id": "lea"},
            "Created": "2026-11-24T07:00:00Z"})
    };
    if at("ticket/900001/history") {
        return fine(json!({"items": [entry(3, "Create"), entry(5, "Correspond")]}));
    }
    if at("ticket/900001") {
        return fine(
            json!({"id": 900_001, "Type": "ticket", "Subject": "Printer on fire",
            "Status": "open", "Priority": "90", "Queue": {"id": "1", "Name": "Desk"},
            "Owner": {"id": "Nobody"}, "Requestor": [{"id": "lea", "RealName": "Lea"}],
            "Created": "2026-11-24T07:00:00Z", "LastUpdated": "2026-11-24T07:00:00Z"}),
        );
    }
    // First what there is, then the text of it.
    if at("attachments") && asked.line.contains("TransactionId") {
        return fine(json!({"items": [
            {"id": 7, "TransactionId": 5, "ContentType": "text/plain", "ContentLength": 20},
            {"id": 8, "TransactionId": 5, "ContentType": "text/plain", "Filename": "log.txt", "ContentLength": 5},
        ]}));
    }
    if at("attachments") {
        let text = "Water on it. More water on it.";
        return fine(json!({"items": [{"id": 7, "ContentType": "text/plain", "Content": text}]}));
    }
    if at("attachment/8") {
        return fine(json!({"id": 8, "ContentType": "text/plain", "Content": "aGVsbG8="}));
    }
    if at("user/") {
        return says("404 Not Found", &[], "");
    }
    says("500 Internal Server Error", &[], "")
}

pub fn desk(url: &str) -> Desk {
    let settings = Settings {
        url: url.to_owned(),
        auth: Auth::Token("1-5-secret".to_owned().into()),
        queues: Default::default(),
        statuses: Default::default(),
        workspace_field: "Workspace".into(),
        labels_field: None,
        ca_file: None,
    };
    Desk::Rt(Rt::new(settings).unwrap())
}

/// The ticket as a pull has told it: without what was said.
pub fn told() -> Pulled {
    let since = morning() - TimeDelta::hours(2);
    let fields = ToldFields {
        subject: Untrusted::new("Printer on fire"),
        status: Status::Open,
        status_label: None,
        priority: Some(Priority::P1),
        kind: None,
        tenant: None,
        workspace: None,
        requester: Some(Untrusted::new("Lea")),
        assignee: None,
        labels: None,
        channel: None,
        created: since,
        updated: since,
        resolved: None,
        closed: None,
        due: Vec::new(),
        further: Vec::new(),
    };
    Pulled {
        tickets: vec![Told {
            key: TicketKey::parse("900001").unwrap(),
            fields: Some(fields),
            version: None,
            entries: Vec::new(),
            whole: false,
            links: None,
        }],
        gone: Vec::new(),
        names: None,
        cursor: Cursor("somewhere".into()),
        more: false,
        progress: None,
    }
}

fn reads_it(person: &mut Person, folder: &Path) {
    person
        .keys(":")
        .text("open 900001")
        .keys("Enter")
        .sees("Water on it.")
        .sees("log.txt");
    let file = folder.join("kept.txt");
    person
        .keys("x :")
        .text(&format!("save {}", file.display()))
        .keys("Enter");
    assert_eq!(std::fs::read(&file).unwrap(), b"hello");
}

#[test]
fn what_was_said_comes_when_the_ticket_is_opened_and_a_file_when_it_is_wanted() {
    let (folder, fake) = (tempfile::tempdir().unwrap(), tracker());
    let mut person = Scene::default().told(folder.path(), desk(&fake.url), &told());
    reads_it(&mut person, folder.path());
    let files = |asked: &[Asked]| {
        let file = |a: &&Asked| a.line.ends_with("/attachment/8");
        asked.iter().filter(file).count()
    };
    assert_eq!(files(&fake.asked()), 1);
    // It is here from now on.
    let again = folder.path().join("again.txt");
    person
        .keys(":")
        .text(&format!("save {}", again.display()))
        .keys("Enter");
    assert_eq!(std::fs::read(&again).unwrap(), b"hello");
    assert_eq!(files(&fake.asked()), 1);
}

#[test]
fn a_second_window_fetches_what_the_person_looks_at_and_sends_nothing() {
    let (folder, fake) = (tempfile::tempdir().unwrap(), tracker());
    let store = Paths::below(folder.path()).demo_store();
    drop(Scene::default().demo(folder.path()));
    let _first = Talks::take(&store).unwrap();
    let mut person = Scene::default().told(folder.path(), desk(&fake.url), &told());
    reads_it(&mut person, folder.path());
    person.keys("i").wait(60);
    let asked = fake.asked();
    let wrote = |a: &&Asked| a.line.starts_with("PUT") || a.line.contains("/correspond");
    assert_eq!(asked.iter().filter(wrote).count(), 0);
    assert!(!asked.iter().any(|a| a.line.contains("/transactions")));
    assert_eq!(person.state().freshness.outbox, 1);
}

#[test]
fn when_the_desk_was_last_in_touch_is_known_after_a_start() {
    let (folder, fake) = (tempfile::tempdir().unwrap(), tracker());
    let store = Paths::below(folder.path()).demo_store();
    drop(Scene::default().demo(folder.path()));
    let _first = Talks::take(&store).unwrap();
    let mut person = Scene::default().told(folder.path(), desk(&fake.url), &told());
    person.sees("2 h ago");
}
