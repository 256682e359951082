//! Request Tracker: reading, against a real server.

use std::collections::BTreeSet;

use deskhand::desk::Door;
use deskhand::domain::people::TenantId;
use deskhand::domain::remote::{Cursor, Entry, Gone, Happened, RemoteId};
use deskhand::domain::sla::Target;
use deskhand::domain::thread::{Author, Visibility};
use deskhand::domain::ticket::{Priority, Status};
use serde_json::json;

use super::live::{self, Heard, Person};
use super::{agent, now};

/// What was said, with its text.
fn said(entries: &[Entry]) -> Vec<&str> {
    fn text(e: &Entry) -> Option<&str> {
        match &e.what {
            Happened::Said {
                content: Some((text, _)),
                ..
            } => Some(text.raw()),
            _ => None,
        }
    }
    entries.iter().filter_map(text).collect()
}

#[tokio::test]
async fn a_first_pull_tells_everything_once_newest_and_live_first() {
    let (Some(desk), Some(ines)) = (live::desk("ines"), Person::new("ines")) else {
        return;
    };
    let old = ines.create("Desk", "Rejected long ago").await;
    ines.put(old, json!({"Status": "rejected"})).await;
    let first = desk.pull(None, now()).await.unwrap();
    let live_only = |s: Status| s.is_live();
    let statuses = first.tickets.iter().filter_map(|t| t.fields.as_ref());
    assert!(statuses.clone().count() > 0);
    assert!(statuses.map(|f| f.status).all(live_only));
    assert!(first.more && first.names.is_some());

    let heard = live::pull(&desk, Some(first.cursor)).await;
    assert!(heard.has(old), "what is over comes after what is not");
    let (done, total) = *heard.progress.last().unwrap();
    assert_eq!(done, total);
    // The clocks' entries came without a request for each ticket.
    let created = |t: &&deskhand::domain::remote::Told| {
        let mut all = t.entries.iter();
        all.any(|e| matches!(e.what, Happened::Created { .. }))
    };
    assert!(heard.tickets.iter().filter(created).count() > 3);
    let (requests, bytes) = desk.traffic();
    assert!(requests < 60, "{requests} requests, {bytes} bytes");
}

#[tokio::test]
async fn hidden_entries_neither_end_a_pull_nor_hold_it_up() {
    let (Some(vera), Some(ines)) = (live::desk("vera"), Person::new("ines")) else {
        return;
    };
    let noisy = ines.find("Many notes").await;
    let heard = live::pull(&vera, None).await;
    let opened = |h: &Heard, ticket: u64| {
        let entries = h.tickets.iter().filter(|t| t.key == super::key(ticket));
        entries.flat_map(|t| &t.entries).any(|e| {
            matches!(
                e.what,
                Happened::Status {
                    to: Status::Open,
                    ..
                }
            )
        })
    };
    assert!(
        opened(&heard, noisy),
        "it comes after 120 notes that vera may not see"
    );

    let told = live::story(&vera, noisy).await;
    assert_eq!(
        said(&told.entries).len(),
        1,
        "the first message, and no note"
    );
    let told = live::story(&live::desk("ines").unwrap(), noisy).await;
    assert_eq!(said(&told.entries).len(), 151);
}

#[tokio::test]
async fn what_happens_is_told_with_the_ticket_as_it_is() {
    let (Some(desk), Some(tomas)) = (live::desk("ines"), Person::new("tomas")) else {
        return;
    };
    let ticket = tomas.create("Desk", "Heard of").await;
    let heard = live::pull(&desk, None).await;
    tomas.put(ticket, json!({"Owner": "tomas"})).await;
    tomas.put(ticket, json!({"Priority": "90"})).await;
    tomas.put(ticket, json!({"CustomFields": {"Workspace": "Alpha", "Labels": ["VPN", "home office"], "Room": "2.14"}})).await;
    tomas
        .put(ticket, json!({"Due": "2030-02-03 10:30:00"}))
        .await;
    tomas.say(ticket, "correspond", "Looking at it.").await;
    let heard = live::pull(&desk, heard.cursor).await;
    let told: Vec<_> = heard
        .tickets
        .iter()
        .filter(|t| t.key == super::key(ticket))
        .collect();
    let fields = told.last().unwrap().fields.as_ref().unwrap();
    assert_eq!(fields.assignee, Some(agent("tomas")));
    assert_eq!(fields.priority, Some(Priority::P1));
    assert_eq!(fields.status, Status::Open, "an answer opens it");
    assert_eq!(fields.tenant, Some(Some(TenantId::parse("desk").unwrap())));
    assert_eq!(fields.workspace.clone().unwrap().unwrap().raw(), "Alpha");
    assert_eq!(
        fields.labels,
        Some(vec!["home office".into(), "vpn".into()])
    );
    assert_eq!(fields.requester.as_ref().unwrap().raw(), "lea@example.org");
    let further = |name: &str| {
        let mut all = fields.further.iter();
        all.find(|(n, _)| n == name)
            .map(|(_, v)| v.raw().to_owned())
    };
    assert_eq!(further("Room").as_deref(), Some("2.14"));
    assert_eq!(
        further("Due at the desk").as_deref(),
        Some("2030-02-03 10:30 UTC"),
        "whatever zones the server and the account have"
    );
    let due: Vec<_> = fields.due.iter().map(|d| (d.target, d.at)).collect();
    let at = "2030-02-03T10:30:00Z".parse().unwrap();
    assert_eq!(due, [(Target::Resolution, at)], "it is being worked on");
    let entries: Vec<&Entry> = told.iter().flat_map(|t| &t.entries).collect();
    let by_tomas = Author::Agent { id: agent("tomas") };
    let given = |e: &&&Entry| matches!(&e.what, Happened::Assigned { from: None, to: Some(to) } if *to == agent("tomas"));
    assert_eq!(entries.iter().find(given).unwrap().by, by_tomas);
    let reply = |e: &&&Entry| {
        matches!(
            &e.what,
            Happened::Said {
                visibility: Visibility::Public,
                content: None
            }
        ) && e.by == by_tomas
    };
    assert!(
        entries.iter().any(|e| reply(&e)),
        "said, but not fetched yet"
    );
}

#[tokio::test]
async fn merged_deleted_and_hidden_tickets_are_gone_and_why() {
    let (Some(desk), Some(ines), Some(tomas)) = (
        live::desk("ines"),
        Person::new("ines"),
        Person::new("tomas"),
    ) else {
        return;
    };
    let target = ines.create("Desk", "Lives on").await;
    let merged = ines.create("Desk", "Merged away").await;
    let deleted = ines.create("Desk", "Deleted").await;
    let hidden = ines.create("Lab Süd", "Moved out of sight").await;
    let heard = live::pull(&desk, None).await;
    for ticket in [target, merged, deleted, hidden] {
        assert!(heard.has(ticket));
    }
    ines.put(merged, json!({"MergeInto": target})).await;
    ines.put(deleted, json!({"Status": "deleted"})).await;
    tomas.put(hidden, json!({"Queue": "Board"})).await;
    let heard = live::pull(&desk, heard.cursor).await;
    assert_eq!(heard.gone(merged), Some(&Gone::Merged(super::key(target))));
    assert_eq!(heard.gone(deleted), Some(&Gone::Deleted));
    assert!(heard.has(target));
    let story = |ticket| {
        let desk = &desk;
        async move { desk.story(&super::key(ticket), now()).await.unwrap() }
    };
    assert_eq!(story(merged).await, Err(Gone::Merged(super::key(target))));
    assert_eq!(story(deleted).await, Err(Gone::Deleted));
    assert_eq!(story(hidden).await, Err(Gone::Hidden));
    assert_eq!(story(999_999).await, Err(Gone::Hidden));

    // The feed does not tell of what was hidden; the search for all tickets does, once an hour.
    let later = now() + chrono::TimeDelta::hours(2);
    let mut cursor = heard.cursor;
    let mut gone = heard.gone;
    for _ in 0..20 {
        let step = desk.pull(cursor.as_ref(), later).await.unwrap();
        gone.extend(step.gone);
        cursor = Some(step.cursor);
    }
    assert!(gone.contains(&(super::key(hidden), Gone::Hidden)));
    let merged_text = live::story(&desk, target).await;
    assert_eq!(said(&merged_text.entries).len(), 2, "the words of both");
}

#[tokio::test]
async fn a_story_is_whole_and_plain() {
    let (Some(desk), Some(ines)) = (live::desk("ines"), Person::new("ines")) else {
        return;
    };
    let html = live::story(&desk, ines.find("HTML mail").await).await;
    let texts = said(&html.entries);
    let text = texts[0];
    assert!(html.whole && html.version.is_some());
    assert!(
        text.contains("See\u{a0}") || text.contains("See "),
        "{text}"
    );
    assert!(text.contains("Köln") && text.contains("12"), "{text}");
    assert!(!text.contains("x()") && !text.contains('<'), "{text}");

    let files = live::story(&desk, ines.find("Files with names").await).await;
    let told = files.entries.iter().find_map(|e| match &e.what {
        Happened::Said {
            content: Some((text, files)),
            ..
        } => Some((text, files)),
        _ => None,
    });
    let (text, files) = told.unwrap();
    assert_eq!(text.raw(), "Two files.");
    let names: Vec<&str> = files.iter().map(|f| f.name.raw()).collect();
    assert_eq!(names, ["Übersicht 共有.csv", "все.bin"]);
    let bytes = desk.file(&files[1].remote, now()).await.unwrap();
    assert_eq!(bytes, (0..=255).collect::<Vec<u8>>());
    assert_eq!(files[1].size, 256);
    let bytes = desk.file(&files[0].remote, now()).await.unwrap();
    assert_eq!(bytes, b"K\xf6ln;12\n", "a text file is not recoded");
}

#[tokio::test]
async fn an_entry_has_one_name_in_the_feed_and_in_the_story() {
    let (Some(desk), Some(ines)) = (live::desk("ines"), Person::new("ines")) else {
        return;
    };
    let before = live::pull(&desk, None).await;
    let ticket = ines.create("Desk", "Names of entries").await;
    ines.say(ticket, "comment", "A note.").await;
    ines.put(ticket, json!({"Status": "open"})).await;
    let heard = live::pull(&desk, before.cursor).await;
    let names = |entries: Vec<&Entry>| -> BTreeSet<RemoteId> {
        entries.into_iter().map(|e| e.remote.clone()).collect()
    };
    let fed = heard.tickets.iter().filter(|t| t.key == super::key(ticket));
    let fed: Vec<&Entry> = fed.flat_map(|t| &t.entries).collect();
    let story = live::story(&desk, ticket).await;
    assert!(story.entries.len() >= 4);
    assert_eq!(names(fed), names(story.entries.iter().collect()));
}

#[tokio::test]
async fn texts_in_bulk_are_those_of_the_stories() {
    let (Some(desk), Some(ines)) = (live::desk("ines"), Person::new("ines")) else {
        return;
    };
    let mut wanted = Vec::new();
    for (subject, note) in [("Bulk one", "Köln"), ("Bulk two", "Delft")] {
        let ticket = ines.create("Desk", subject).await;
        ines.say(ticket, "comment", note).await;
        let told = live::story(&desk, ticket).await;
        wanted.extend(told.entries.into_iter().filter_map(|e| match e.what {
            Happened::Said { content, .. } => Some((e.remote, content.unwrap())),
            _ => None,
        }));
    }
    assert_eq!(wanted.len(), 4);
    assert!(desk.abilities().texts_in_bulk);
    let mut names: Vec<RemoteId> = wanted.iter().map(|(name, _)| name.clone()).collect();
    names.push(RemoteId("999999999".into()));
    let told = desk.texts(&names, now()).await.unwrap();
    assert_eq!(told, wanted);
}

#[tokio::test]
async fn a_colleague_who_asked_is_the_requester_but_for_notes() {
    let (Some(desk), Some(tomas)) = (live::desk("ines"), Person::new("tomas")) else {
        return;
    };
    let ticket = tomas.create("Desk", "My own trouble").await;
    tomas
        .put(ticket, json!({"Requestor": ["tomas@desk.test"]}))
        .await;
    tomas.say(ticket, "correspond", "Any news?").await;
    tomas.say(ticket, "comment", "It is the cable.").await;
    let story = live::story(&desk, ticket).await;
    let by = |visibility: Visibility| {
        let said = |e: &&Entry| matches!(&e.what, Happened::Said { visibility: v, .. } if *v == visibility);
        story.entries.iter().rfind(said).unwrap().by.clone()
    };
    let name = deskhand::domain::text::Untrusted::new("Tomáš Novák");
    assert_eq!(by(Visibility::Public), Author::Requester { name });
    let id = agent("tomas");
    assert_eq!(by(Visibility::Internal), Author::Agent { id });
}

#[tokio::test]
async fn a_cursor_of_another_version_begins_anew() {
    let Some(desk) = live::desk("vera") else {
        return;
    };
    let odd = Cursor("{\"v\":0}".into());
    let step = desk.pull(Some(&odd), now()).await.unwrap();
    assert!(step.progress.is_some());
}

#[tokio::test]
async fn a_greeting_says_who_we_are_and_what_is_there() {
    let Some(url) = live::server() else {
        return;
    };
    let auth = match std::env::var("DESKHAND_RT_TOKEN") {
        Ok(token) => deskhand::desk::rt::Auth::Token(token.into()),
        Err(_) => deskhand::desk::rt::Auth::Password {
            user: "ines".into(),
            password: "agent-pw".to_owned().into(),
        },
    };
    let desk = deskhand::desk::Rt::new(live::settings(&url, auth)).unwrap();
    let hello = desk.hello(now()).await.unwrap();
    assert_eq!(hello.me, agent("ines"));
    assert_eq!(hello.name.raw(), "Inês Duarte");
    assert!(hello.version.raw().starts_with("5."));
    assert!(hello.clock.is_some());
    let words = |all: &[deskhand::domain::text::Untrusted]| -> Vec<String> {
        all.iter().map(|t| t.raw().to_owned()).collect()
    };
    assert!(words(&hello.queues).contains(&"Lab Süd".into()));
    assert!(!words(&hello.queues).contains(&"Board".into()));
    assert!(words(&hello.fields).contains(&"Labels".into()));
    assert!(words(&hello.statuses).contains(&"new".into()));
    assert!(hello.rights.contains(&"note".into()), "{:?}", hello.rights);
}

#[tokio::test]
async fn a_wrong_password_is_said_so() {
    let Some(url) = live::server() else {
        return;
    };
    for auth in [
        deskhand::desk::rt::Auth::Token("1-39-00000000000000000000000000000000".into()),
        deskhand::desk::rt::Auth::Password {
            user: "ines".into(),
            password: "wrong".to_owned().into(),
        },
    ] {
        let desk = deskhand::desk::Rt::new(live::settings(&url, auth)).unwrap();
        let error = desk.hello(now()).await.unwrap_err();
        assert_eq!(error.kind, deskhand::desk::ErrorKind::SignIn);
        assert!(!error.to_string().contains("wrong"), "{error}");
    }
}
