//! Request Tracker: writing, against a real server.

use deskhand::desk::{Door, ErrorKind, Prepared, Rt};
use deskhand::domain::change::{Act, LinkKind};
use deskhand::domain::remote::{Happened, Mark, Outgoing, OutgoingFile, Receipt, Told};
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{MessageId, Visibility};
use deskhand::domain::ticket::{Priority, Status, TicketId};
use rstest::rstest;
use serde_json::json;

use super::live::{self, Person};
use super::{agent, key, now, outgoing};

/// A ticket of one's own, our side, and a colleague.
struct Scene {
    desk: Rt,
    ines: Person,
    tomas: Person,
    ticket: u64,
}

impl Scene {
    async fn new(queue: &str) -> Option<Self> {
        let ines = Person::new("ines")?;
        let ticket = ines.create(queue, "Written to").await;
        Some(Self {
            desk: live::desk("ines")?,
            tomas: Person::new("tomas")?,
            ines,
            ticket,
        })
    }

    async fn told(&self) -> Told {
        live::story(&self.desk, self.ticket).await
    }

    async fn out(&self, act: Act) -> Outgoing {
        outgoing(&self.told().await, act)
    }

    async fn mark(&self, out: &Outgoing) -> Mark {
        match self.desk.prepare(out, now()).await.unwrap() {
            Prepared::Free(mark) => mark,
            other => panic!("{:?} is met by {other:?}", out.change.act),
        }
    }

    /// Prepares and sends.
    async fn send(&self, out: &Outgoing) -> Receipt {
        let mark = self.mark(out).await;
        self.desk.send(out, &mark, now()).await.unwrap()
    }

    async fn refusal(&self, out: &Outgoing) -> String {
        let mark = self.mark(out).await;
        let error = self.desk.send(out, &mark, now()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Refused, "{error}");
        error.to_string()
    }
}

fn say(visibility: Visibility, text: &str) -> Act {
    Act::Say {
        message: MessageId(1),
        visibility,
        body: Untrusted::new(text),
        attachments: Vec::new(),
    }
}

const NOTE: Visibility = Visibility::Internal;
const REPLY: Visibility = Visibility::Public;

#[tokio::test]
async fn fields_are_written_and_read_back() {
    let Some(scene) = Scene::new("Desk").await else {
        return;
    };
    let text = |s: &str| Untrusted::new(s);
    for act in [
        Act::Status { to: Status::Open },
        Act::Status {
            to: Status::Pending,
        },
        Act::Status { to: Status::Open },
        Act::Status { to: Status::OnHold },
        Act::Status {
            to: Status::Resolved,
        },
        Act::Status { to: Status::Closed },
        Act::Subject {
            to: text("  Two\nlines "),
        },
        Act::Priority {
            to: Some(Priority::P1),
        },
        Act::Priority {
            to: Some(Priority::P4),
        },
        Act::Priority { to: None },
        Act::Workspace {
            to: Some(text("Beta")),
        },
        Act::Workspace { to: None },
        Act::AddLabel {
            label: "vpn".into(),
        },
        Act::AddLabel {
            label: "köln".into(),
        },
        Act::RemoveLabel {
            label: "vpn".into(),
        },
        Act::Assign {
            to: Some(agent("ines")),
        },
        Act::Assign {
            to: Some(agent("tomas")),
        },
        Act::Assign {
            to: Some(agent("ines")),
        },
        Act::Assign { to: None },
    ] {
        let out = scene.out(act.clone()).await;
        let receipt = scene.send(&out).await;
        let told = scene.told().await;
        assert_eq!(receipt.version, told.version, "{act:?}");
        let is = outgoing(&told, act.clone()).base;
        let subject = matches!(act, Act::Subject { .. }) && is.subject.raw() == "Two lines";
        assert!(act.is_so_already(&is) || subject, "{act:?}: {is:?}");
    }
    let told = scene.told().await;
    assert_eq!(told.fields.unwrap().labels, Some(vec!["köln".to_owned()]));
}

#[tokio::test]
async fn a_status_that_the_life_cycle_does_not_allow_is_refused_with_the_reason() {
    let Some(scene) = Scene::new("Desk").await else {
        return;
    };
    let out = scene.out(Act::Status { to: Status::Closed }).await;
    let why = scene.refusal(&out).await;
    assert!(why.contains("new") && why.contains("closed"), "{why}");
    assert!(why.contains("it can become open"), "{why}");
    assert_eq!(
        scene.told().await.version,
        out.version,
        "nothing was changed"
    );
}

#[tokio::test]
async fn each_life_cycle_has_its_own_word() {
    let Some(scene) = Scene::new("Lab Süd").await else {
        return;
    };
    let to = Status::Pending;
    scene.send(&scene.out(Act::Status { to }).await).await;
    let label = scene.told().await.fields.unwrap().status_label;
    assert_eq!(label.unwrap().raw(), "stalled");
}

#[rstest]
#[case(Act::Assign { to: Some(agent("vera")) }, "own")]
#[case(Act::Assign { to: Some(agent("nobody.here")) }, "")]
#[case(Act::Workspace { to: Some(Untrusted::new("Gamma")) }, "nvalid value")]
#[tokio::test]
async fn what_the_desk_leaves_as_it_was_is_refused_with_its_words(
    #[case] act: Act,
    #[case] words: &str,
) {
    let Some(scene) = Scene::new("Desk").await else {
        return;
    };
    let why = scene.refusal(&scene.out(act).await).await;
    assert!(why.contains(words) && !why.is_empty(), "{why}");
}

#[tokio::test]
async fn what_is_so_already_is_not_sent() {
    let Some(scene) = Scene::new("Desk").await else {
        return;
    };
    let out = scene.out(Act::Status { to: Status::Open }).await;
    scene
        .tomas
        .put(scene.ticket, json!({"Status": "open"}))
        .await;
    let met = scene.desk.prepare(&out, now()).await.unwrap();
    assert!(matches!(met, Prepared::There(_)), "{met:?}");
}

#[tokio::test]
async fn two_who_change_one_field_meet() {
    let Some(scene) = Scene::new("Desk").await else {
        return;
    };
    let to = Some(Priority::P2);
    let out = scene.out(Act::Priority { to }).await;
    scene
        .tomas
        .put(scene.ticket, json!({"Priority": "90"}))
        .await;
    let Prepared::Conflict(theirs) = scene.desk.prepare(&out, now()).await.unwrap() else {
        panic!("theirs is P1, ours P2");
    };
    assert_eq!(theirs.fields.unwrap().priority, Some(Priority::P1));
    // Another field does not meet it.
    let other = Outgoing {
        change: deskhand::domain::change::Change {
            act: Act::Status { to: Status::Open },
            ..out.change.clone()
        },
        ..out
    };
    scene.send(&other).await;
}

#[tokio::test]
async fn who_comes_between_looking_and_sending_is_not_overwritten() {
    let Some(scene) = Scene::new("Desk").await else {
        return;
    };
    let out = scene
        .out(Act::Subject {
            to: Untrusted::new("Ours"),
        })
        .await;
    let mark = scene.mark(&out).await;
    scene
        .tomas
        .put(scene.ticket, json!({"Subject": "Theirs"}))
        .await;
    let error = scene.desk.send(&out, &mark, now()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Conflict, "{error}");
    let subject = scene.told().await.fields.unwrap().subject;
    assert_eq!(subject.raw(), "Theirs");
}

#[tokio::test]
async fn nobody_is_robbed_of_a_ticket_silently() {
    let Some(scene) = Scene::new("Desk").await else {
        return;
    };
    let to = Some(agent("ines"));
    let out = scene.out(Act::Assign { to: to.clone() }).await;
    let mark = scene.mark(&out).await;
    scene
        .tomas
        .put(scene.ticket, json!({"Owner": "tomas"}))
        .await;
    let error = scene.desk.send(&out, &mark, now()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Conflict, "{error}");
    let met = scene.desk.prepare(&out, now()).await.unwrap();
    assert!(matches!(met, Prepared::Conflict(_)));
    let told = scene.told().await;
    assert_eq!(told.fields.as_ref().unwrap().assignee, Some(agent("tomas")));
    // Whoever has seen whose it is may take it.
    scene
        .send(&outgoing(&told, Act::Assign { to: to.clone() }))
        .await;
    assert_eq!(scene.told().await.fields.unwrap().assignee, to);
}

#[tokio::test]
async fn an_agent_is_found_whose_login_is_no_handle() {
    let Some(scene) = Scene::new("Desk").await else {
        return;
    };
    let to = Some(agent("uma-berg"));
    let out = scene.out(Act::Assign { to: to.clone() }).await;
    scene.send(&out).await;
    assert_eq!(scene.told().await.fields.unwrap().assignee, to);
}

#[tokio::test]
async fn messages_arrive_as_they_are_with_files_of_any_name() {
    let Some(scene) = Scene::new("Desk").await else {
        return;
    };
    let text = "Grüße \u{1f4ce}\n\n  indented <b>not bold</b>\n> quoted";
    for (visibility, files) in [(NOTE, 0), (REPLY, 4)] {
        let mut out = scene.out(say(visibility, text)).await;
        let every: Vec<u8> = (0..=255).collect();
        let all: [(&str, &str, &[u8]); 4] = [
            (
                "Übersicht \"共有\".txt",
                "text/plain",
                "grüße ✓\n".as_bytes(),
            ),
            ("latin.csv", "text/csv", b"K\xf6ln;12\r\n"),
            ("odd.txt", "text/plain", &every),
            ("все.bin", "application/x-odd", &every),
        ];
        out.files = all
            .into_iter()
            .take(files)
            .map(|(name, media_type, bytes)| OutgoingFile {
                name: Untrusted::new(name),
                media_type: Untrusted::new(media_type),
                bytes: bytes.to_vec(),
            })
            .collect();
        let receipt = scene.send(&out).await;
        let told = scene.told().await;
        assert_eq!(receipt.version, told.version);
        let entry = told
            .entries
            .iter()
            .find(|e| Some(&e.remote) == receipt.entry.as_ref());
        let Happened::Said {
            visibility: seen,
            content: Some((body, there)),
        } = &entry.unwrap().what
        else {
            panic!("no message: {entry:?}");
        };
        assert_eq!((*seen, body.raw()), (visibility, text));
        assert_eq!(there.len(), files);
        for (file, sent) in there.iter().zip(&out.files) {
            assert_eq!(file.name.raw(), sent.name.raw().replace('"', "'"));
            let bytes = scene.desk.file(&file.remote, now()).await.unwrap();
            assert_eq!(bytes, sent.bytes, "{:?}", sent.name);
        }
    }
}

#[tokio::test]
async fn an_empty_message_is_not_sent() {
    let Some(scene) = Scene::new("Desk").await else {
        return;
    };
    let why = scene.refusal(&scene.out(say(REPLY, " \n")).await).await;
    assert!(why.contains("empty"), "{why}");
    let mut out = scene.out(say(NOTE, "With a file")).await;
    out.files.push(OutgoingFile {
        name: Untrusted::new("nothing.txt"),
        media_type: Untrusted::new("text/plain"),
        bytes: Vec::new(),
    });
    assert!(scene.refusal(&out).await.contains("nothing.txt"));
}

#[tokio::test]
async fn two_answers_that_do_not_know_of_each_other_meet() {
    let Some(scene) = Scene::new("Desk").await else {
        return;
    };
    let mut out = scene.out(say(REPLY, "Ours")).await;
    out.change.at -= chrono::TimeDelta::seconds(5);
    // Neither our own answer, nor a colleague's note, nor the requester's words stand in the way.
    scene
        .ines
        .say(scene.ticket, "correspond", "Ours before")
        .await;
    scene
        .tomas
        .say(scene.ticket, "comment", "Theirs, a note")
        .await;
    scene.mark(&out).await;
    scene.tomas.say(scene.ticket, "correspond", "Theirs").await;
    let met = scene.desk.prepare(&out, now()).await.unwrap();
    assert!(matches!(met, Prepared::Conflict(_)), "{met:?}");
    out.change.act = say(NOTE, "Ours");
    let met = scene.desk.prepare(&out, now()).await.unwrap();
    assert!(
        matches!(met, Prepared::Free(_)),
        "a note is read by us alone"
    );
}

#[tokio::test]
async fn a_message_of_unknown_fate_is_found_by_its_text_or_not_at_all() {
    let Some(scene) = Scene::new("Desk").await else {
        return;
    };
    let find = |out: &Outgoing, mark: &Mark| {
        let (desk, out, mark) = (&scene.desk, out.clone(), mark.clone());
        async move { desk.look_up(&out, &mark, now()).await.unwrap() }
    };
    let out = scene.out(say(NOTE, "Same text\r\nevery time  \n")).await;
    let mark = scene.mark(&out).await;
    assert_eq!(find(&out, &mark).await, None, "it was not sent");
    // Whatever else comes is not it: another's, of another sort, another text.
    scene
        .tomas
        .say(scene.ticket, "comment", "Same text\nevery time")
        .await;
    scene
        .ines
        .say(scene.ticket, "correspond", "Same text\nevery time")
        .await;
    scene.ines.say(scene.ticket, "comment", "Same text").await;
    assert_eq!(find(&out, &mark).await, None);
    let first = scene.desk.send(&out, &mark, now()).await.unwrap();
    let found = find(&out, &mark).await.unwrap();
    assert_eq!(found.entry, first.entry);
    // The same text once more: what the first has become is not the second.
    let mut again = out.clone();
    again.taken = first.entry.into_iter().collect();
    assert_eq!(find(&again, &mark).await, None);
    let second = scene.desk.send(&again, &mark, now()).await.unwrap();
    let found = find(&again, &mark).await.unwrap();
    assert_eq!(found.entry, second.entry);
}

#[tokio::test]
async fn a_field_of_unknown_fate_is_found_though_somebody_has_changed_it_since() {
    let Some(scene) = Scene::new("Desk").await else {
        return;
    };
    let out = scene.out(Act::Status { to: Status::Open }).await;
    let mark = scene.mark(&out).await;
    let look = || scene.desk.look_up(&out, &mark, now());
    assert_eq!(look().await.unwrap(), None);
    scene.send(&out).await;
    scene
        .tomas
        .put(scene.ticket, json!({"Status": "resolved"}))
        .await;
    assert!(look().await.unwrap().is_some());
}

#[tokio::test]
async fn ties_are_made_and_undone_and_a_merge_is_found() {
    let Some(scene) = Scene::new("Desk").await else {
        return;
    };
    let other = scene.ines.create("Desk", "The other one").await;
    let to = TicketId(2);
    for kind in [LinkKind::Related, LinkKind::BlockedBy] {
        let act = Act::Link { to, kind };
        let mut out = scene.out(act).await;
        out.other = Some(key(other));
        scene.send(&out).await;
        let links = scene.told().await.links.unwrap();
        assert!(links.contains(&(key(other), kind)), "{links:?}");
        out.change.act = Act::Unlink { to, kind };
        scene.send(&out).await;
        assert_eq!(scene.told().await.links, Some(Vec::new()));
    }
    let mut out = scene.out(Act::Merge { into: to }).await;
    out.other = Some(key(other));
    let mark = scene.mark(&out).await;
    scene.desk.send(&out, &mark, now()).await.unwrap();
    assert!(
        scene
            .desk
            .look_up(&out, &mark, now())
            .await
            .unwrap()
            .is_some()
    );
    let met = scene.desk.prepare(&out, now()).await.unwrap();
    assert!(matches!(met, Prepared::There(_)));
    // What was meant for it is refused and says where it lives on.
    out.change.act = say(REPLY, "Too late");
    let error = scene.desk.prepare(&out, now()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Refused);
    assert!(error.to_string().contains(&other.to_string()), "{error}");
}

#[tokio::test]
async fn what_it_cannot_do_is_said_before_it_is_tried() {
    let Some(scene) = Scene::new("Desk").await else {
        return;
    };
    use deskhand::domain::reach::Reach;
    let can = scene.desk.abilities();
    let tenant = Act::Tenant { to: None };
    assert!(matches!(can.reach(&tenant), Reach::No(why) if why.contains("queue")));
    assert_eq!(can.reach(&Act::Snooze { until: None }), Reach::Here);
    let unmerge = Act::Unmerge {
        status: Status::Open,
    };
    assert!(matches!(can.reach(&unmerge), Reach::No(_)));
    let out = scene.out(tenant).await;
    let error = scene.desk.send(&out, &Mark::default(), now()).await;
    assert_eq!(error.unwrap_err().kind, ErrorKind::Refused);
}
