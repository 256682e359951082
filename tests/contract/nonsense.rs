//! Answers that are JSON and mean nothing. None of them may be taken for "there is nothing":
//! what was sent would be sent again, and what is there would be passed over.

use std::sync::{Arc, Mutex};

use deskhand::desk::rt::Auth;
use deskhand::desk::{Answer, Door, ErrorKind, Rt};
use deskhand::domain::change::Act;
use deskhand::domain::remote::{Mark, Receipt, RemoteId, Told};
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{MessageId, Visibility};
use rstest::rstest;
use serde_json::json;

use super::fake::{Asked, Fake, says as answer};
use super::{live, now, outgoing};

const TEXT: &str = "Is it there?";
const MARK: &str = "8";

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Account,
    Ticket,
    History,
    Parts,
    Text,
    Feed,
    Tickets,
    Queues,
}

fn about(asked: &Asked) -> About {
    let line = &asked.line;
    match () {
        () if line.contains("/user/") => About::Account,
        () if line.contains("/history") => About::History,
        () if line.contains("/attachments") && line.contains("TransactionId") => About::Parts,
        () if line.contains("/attachments") => About::Text,
        () if line.contains("/transactions") => About::Feed,
        () if line.contains("/tickets") => About::Tickets,
        () if line.contains("/queues") => About::Queues,
        () => About::Ticket,
    }
}

/// A server with one ticket, on which the note stands that is looked for.
fn sense(of: About) -> serde_json::Value {
    let note = json!({"id": "9", "Type": "Comment", "ObjectId": "12", "Creator": {"id": "ines"},
        "Created": "2026-03-01T10:00:00Z"});
    let made = json!({"id": "8", "Type": "Create", "ObjectId": "12", "Creator": {"id": "lea"},
        "Created": "2026-03-01T09:00:00Z"});
    let page = |row: serde_json::Value| json!({"items": [row], "count": 1, "total": 1});
    match of {
        About::Account => json!({"id": 39, "Name": "ines", "Privileged": 1}),
        About::Ticket => json!({"id": 12, "Type": "ticket", "Subject": "A", "Status": "open"}),
        About::History => json!({"items": [note, made], "count": 2}),
        About::Feed => page(note),
        About::Parts => page(json!({"id": "5", "TransactionId": "9", "ContentType": "text/plain"})),
        About::Text => page(json!({"id": "5", "ContentType": "text/plain", "Content": TEXT})),
        About::Queues => json!({"items": []}),
        About::Tickets => page(json!({"id": "12", "Subject": "A", "Status": "open"})),
    }
}

/// What is answered with nonsense from now on, and with which.
type Odd = Arc<Mutex<Option<(About, &'static str)>>>;

/// The same server, but for what it answers to one kind of request.
fn server(odd: &Odd) -> Fake {
    let odd = Arc::clone(odd);
    Fake::new(move |_, asked| {
        let about = about(asked);
        let body = match *odd.lock().unwrap() {
            Some((odd, nonsense)) if odd == about => nonsense.to_owned(),
            _ => sense(about).to_string(),
        };
        let kind = "Content-Type: application/json";
        match about {
            About::Ticket => answer("200 OK", &[kind, "ETag: W/\"9\""], &body),
            _ => answer("200 OK", &[kind], &body),
        }
    })
}

fn desk(fake: &Fake) -> Rt {
    Rt::new(live::settings(&fake.url, Auth::Token("1-39-x".into()))).unwrap()
}

async fn look(desk: &Rt) -> Answer<Option<Receipt>> {
    let told = live::story(desk, 12).await;
    find(desk, &told).await
}

/// Looks for the note, which may have been sent after the mark.
async fn find(desk: &Rt, told: &Told) -> Answer<Option<Receipt>> {
    let act = Act::Say {
        message: MessageId(1),
        visibility: Visibility::Internal,
        body: Untrusted::new(TEXT),
        attachments: Vec::new(),
    };
    let out = outgoing(told, act);
    desk.look_up(&out, &Mark(MARK.into()), now()).await
}

const ROW: &str = r#"{"items":[{"id":"\u0000\u001b[2J","type":[]}],"pages":1e400,"total":-1}"#;
const MAPS: &str = r#"{"items":{},"id":{},"Status":7,"message":[null]}"#;

#[tokio::test]
async fn a_look_finds_what_is_there() {
    let fake = server(&Arc::default());
    let found = look(&desk(&fake)).await.unwrap();
    let entry = found.and_then(|r| r.entry);
    assert_eq!(entry, Some(RemoteId("9".into())));
}

#[rstest]
#[tokio::test]
async fn a_look_into_nonsense_is_unclear(
    #[values(
        About::Account,
        About::Ticket,
        About::History,
        About::Parts,
        About::Text
    )]
    of: About,
    #[values(ROW, MAPS, "{}", "[]", "null", "7", r#"{"items":[{}],"total":1}"#)]
    nonsense: &'static str,
) {
    let odd = Arc::new(Mutex::new(None));
    let fake = server(&odd);
    let desk = desk(&fake);
    // Whose account it is was asked before, as a rule.
    if of != About::Account {
        assert!(look(&desk).await.unwrap().is_some());
    }
    let told = live::story(&desk, 12).await;
    *odd.lock().unwrap() = Some((of, nonsense));
    let error = find(&desk, &told).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Odd, "{error}");
}

#[rstest]
#[tokio::test]
async fn a_pull_of_nonsense_moves_nothing(
    #[values(About::Feed, About::Tickets)] of: About,
    #[values(ROW, MAPS, "{}", "[]", "null", "7", r#"{"items":[{}],"total":1}"#)]
    nonsense: &'static str,
) {
    let odd = Arc::new(Mutex::new(None));
    let fake = server(&odd);
    let desk = desk(&fake);
    let begun = desk.pull(None, now()).await.unwrap();
    *odd.lock().unwrap() = Some((of, nonsense));
    let mut cursor = begun.cursor;
    // The first step that asks for it fails; a step before it may not need it.
    for _ in 0..4 {
        match desk.pull(Some(&cursor), now()).await {
            Err(error) => return assert_eq!(error.kind, ErrorKind::Odd, "{error}"),
            Ok(step) => cursor = step.cursor,
        }
    }
    panic!("nonsense was taken for news");
}
