//! A queue of a real Request Tracker as the vendor.

use deskhand::desk::rt::vendor::Queue;
use deskhand::desk::rt::{Auth, Rt, Settings};
use deskhand::desk::{ErrorKind, ToSay, Vendor as _};
use deskhand::domain::change::ChangeId;
use deskhand::domain::escalation::{EscalationId, Package, Way};
use deskhand::domain::remote::OutgoingFile;
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::{Kind, Priority, Status, TicketKey};
use uuid::Uuid;

use super::Server;

fn queue(server: &Server, user: &str, name: &str) -> Queue {
    let settings = Settings {
        url: server.url.clone(),
        auth: Auth::Token(Server::token(user).into()),
        queues: Default::default(),
        statuses: Default::default(),
        workspace_field: "Workspace".into(),
        labels_field: None,
        ca_file: None,
    };
    Queue {
        rt: Rt::new(settings).unwrap(),
        name: name.into(),
    }
}

fn package() -> Package {
    Package {
        vendor: "anDREa".into(),
        way: Way::Apart,
        address: None,
        subject: Untrusted::new("Cannot open dws-3049 \u{2013} \u{fc}ber"),
        body: Untrusted::new("1. Open the VM\n2. Click Connect \u{fc}"),
        report: None,
        priority: Some(Priority::P1),
        kind: Kind::Problem,
        tenant: None,
        workspace: None,
        files: Vec::new(),
        keep: Vec::new(),
        past: Vec::new(),
    }
}

fn files() -> Vec<OutgoingFile> {
    [
        ("report.json", "application/json", "{}"),
        ("protokoll-\u{fc}.log", "text/plain", "gr\u{fc}n\n"),
    ]
    .map(|(name, media, text)| OutgoingFile {
        name: Untrusted::new(name),
        media_type: Untrusted::new(media),
        bytes: text.as_bytes().to_vec(),
    })
    .to_vec()
}

#[tokio::test]
async fn what_is_escalated_into_a_queue_arrives_once_and_answers_are_heard() {
    let Some(server) = Server::here() else { return };
    let now = deskhand::shell::Clock::System.now();
    let ours = queue(&server, "ines", "Desk");
    let id = EscalationId(Uuid::now_v7());
    assert_eq!(ours.find(id, now).await.unwrap(), None);
    let key = ours.receive(id, &package(), files(), now).await.unwrap();
    // As after a kill: whoever looks finds it, and nothing else.
    assert_eq!(ours.find(id, now).await.unwrap(), Some(key.clone()));
    assert_eq!(
        ours.find(EscalationId(Uuid::now_v7()), now).await.unwrap(),
        None
    );
    let told = ours.tell(id, &key, now).await.unwrap().unwrap();
    assert_eq!((told.status, told.said.len()), (Status::New, 0), "{told:?}");

    let body = Untrusted::new("It is the same on two VMs.");
    let said = ChangeId(Uuid::now_v7());
    let word = |taken| ToSay {
        id: said,
        of: id,
        key: &key,
        body: &body,
        taken,
    };
    let mark = ours.mark(word(&[]), now).await.unwrap();
    assert_eq!(ours.find_word(word(&[]), &mark, now).await.unwrap(), None);
    let entry = ours.say(word(&[]), now).await.unwrap().unwrap();
    assert_eq!(
        ours.find_word(word(&[]), &mark, now).await.unwrap(),
        Some(Some(entry.clone()))
    );
    let taken = [entry];
    assert_eq!(
        ours.find_word(word(&taken), &mark, now).await.unwrap(),
        None
    );

    // Somebody else there answers.
    let theirs = queue(&server, "tomas", "Desk");
    let answer = Untrusted::new("Please restart the gateway.");
    let reply = ToSay {
        id: ChangeId(Uuid::now_v7()),
        of: id,
        key: &key,
        body: &answer,
        taken: &[],
    };
    theirs.say(reply, now).await.unwrap();
    let told = ours.tell(id, &key, now).await.unwrap().unwrap();
    let heard: Vec<&str> = told.said.iter().map(|h| h.body.raw().trim()).collect();
    assert_eq!(heard, ["Please restart the gateway."], "{told:?}");

    let wrong = queue(&server, "ines", "No such queue");
    let error = wrong
        .receive(id, &package(), Vec::new(), now)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Refused, "{error}");
    // A ticket of that number that is another's is neither read nor written in.
    let other = EscalationId(Uuid::now_v7());
    assert!(ours.tell(other, &key, now).await.unwrap().is_err());
    let stranger = ToSay {
        of: other,
        ..word(&[])
    };
    let error = ours.mark(stranger, now).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Refused, "{error}");
    let gone = TicketKey::parse("99999999").unwrap();
    assert!(ours.tell(id, &gone, now).await.unwrap().is_err());
}
