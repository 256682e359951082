//! What sync relies on, whatever the desk.

use deskhand::desk::{Door, Local, Prepared};
use deskhand::domain::change::Act;
use deskhand::domain::remote::{Outgoing, Told};
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{MessageId, Visibility};
use deskhand::domain::ticket::Priority;

use super::live::{self, Person};
use super::{key, now, outgoing};

/// After a pull has come to its end, another one tells nothing until something happens.
async fn a_quiet_desk_tells_nothing(desk: &impl Door) {
    let first = live::pull(desk, None).await;
    let again = live::pull(desk, first.cursor.clone()).await;
    let third = live::pull(desk, again.cursor.clone()).await;
    assert!(again.progress.is_empty());
    assert!(third.gone.is_empty());
}

/// What was sent is found afterwards, as the same thing, under the mark it was sent with.
async fn what_was_sent_is_found(desk: &impl Door, out: &Outgoing) {
    let Prepared::Free(mark) = desk.prepare(out, now()).await.unwrap() else {
        panic!("nothing stands in the way of {:?}", out.change.act);
    };
    let receipt = desk.send(out, &mark, now()).await.unwrap();
    let found = desk.look_up(out, &mark, now()).await.unwrap();
    assert_eq!(found.unwrap().entry, receipt.entry);
}

fn note() -> Act {
    Act::Say {
        message: MessageId(1),
        visibility: Visibility::Internal,
        body: Untrusted::new("Looked at it: the cable."),
        attachments: Vec::new(),
    }
}

const PRIORITY: Act = Act::Priority {
    to: Some(Priority::P2),
};

#[tokio::test]
async fn the_local_desk_keeps_its_promises() {
    let desk = Local::new();
    a_quiet_desk_tells_nothing(&desk).await;
    for act in [note(), PRIORITY] {
        what_was_sent_is_found(&desk, &outgoing(&some_told(), act)).await;
    }
}

fn some_told() -> Told {
    Told {
        key: key(2),
        fields: Some(super::mapping::some_fields()),
        version: None,
        entries: Vec::new(),
        whole: true,
        links: None,
    }
}

#[tokio::test]
async fn request_tracker_keeps_its_promises() {
    let (Some(desk), Some(ines)) = (live::desk("ines"), Person::new("ines")) else {
        return;
    };
    a_quiet_desk_tells_nothing(&desk).await;
    let ticket = ines.create("Desk", "Promises").await;
    for act in [note(), PRIORITY] {
        let told = live::story(&desk, ticket).await;
        what_was_sent_is_found(&desk, &outgoing(&told, act)).await;
    }
}
