//! A team and its vendor, each with a local desk of its own.

use std::path::{Path, PathBuf};

use deskhand::config::{Config, Vendor, VendorAt};
use deskhand::domain::change::{Act, BatchId, Change, ChangeId};
use deskhand::domain::import::NewTicket;
use deskhand::domain::people::AgentId;
use deskhand::domain::report::{Draft, Kept, Person as User, ReportId, Since};
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{MessageId, Visibility};
use deskhand::domain::ticket::{Kind, Status, Ticket};
use deskhand::store::{Reader, Writer};
use uuid::Uuid;

use super::harness::{Person, Scene, morning};

fn agent(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

fn writer(path: &Path, me: &str) -> Writer {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let rules = deskhand::shell::rules(&Config::default(), agent(me));
    Writer::open(path, rules, morning()).unwrap().writer
}

fn settings(store: &Path) -> Config {
    Config {
        me: Some(agent("sam")),
        vendor: Some(Vendor {
            name: "anDREa Support".into(),
            at: VendorAt::Store {
                path: store.to_owned(),
                settings: None,
            },
        }),
        ..Config::default()
    }
}

/// A ticket with a report, complete or not, and the vendor's empty desk.
fn world(root: &Path, complete: bool) -> (PathBuf, Ticket) {
    let vendor = root.join("vendor/local.db");
    drop(writer(&vendor, "vera"));
    let ours = root.join("data/local.db");
    let mut w = writer(&ours, "sam");
    let new = NewTicket {
        subject: Untrusted::new("Cannot open dws-3049-AUBioLab"),
        body: Untrusted::new("It is grey, call +31 6 12345678."),
        requester: Some(Untrusted::new("Jan de Vries")),
        tenant: None,
        workspace: Some(Untrusted::new("dws-3049-AUBioLab")),
        kind: Kind::Problem,
        priority: None,
        assignee: Some(agent("sam")),
        labels: Vec::new(),
    };
    let ticket = w.create_ticket(&new, &agent("sam"), morning()).unwrap();
    if complete {
        let mut draft = Draft {
            user: User::parse("Jan de Vries jan@umc.example"),
            steps: ["Open the VM", "Click Connect"]
                .map(Untrusted::new)
                .to_vec(),
            expected: Untrusted::new("a desktop"),
            actual: Untrusted::new("a grey page; password: hunter2ab"),
            since: Some(Since::Always),
            ..Draft::default()
        };
        draft.workspace.name = Untrusted::new("dws-3049-AUBioLab");
        let id = ReportId(Uuid::now_v7());
        let mut kept = Kept::new(id, Some(ticket.id), morning(), agent("sam"));
        kept.draft = draft;
        w.keep_report(&kept, &Draft::default()).unwrap();
    }
    (vendor, ticket)
}

fn theirs(vendor: &Path) -> Vec<Ticket> {
    let mut all = Vec::new();
    let reader = Reader::open(vendor).unwrap();
    reader
        .export(&mut |row| {
            all.push(row.ticket);
            true
        })
        .unwrap();
    all
}

/// What the vendor does on the one ticket at their desk, and their desk confirms.
fn they(vendor: &Path, acts: Vec<Act>) {
    let ticket = theirs(vendor).remove(0);
    let mut w = writer(vendor, "vera");
    for act in acts {
        let change = Change {
            id: ChangeId(Uuid::now_v7()),
            batch: BatchId(Uuid::now_v7()),
            ticket: ticket.id,
            at: morning() + chrono::TimeDelta::minutes(5),
            by: agent("vera"),
            base: ticket.version,
            not_before: None,
            act,
        };
        w.commit(std::slice::from_ref(&change)).unwrap();
        w.confirm(change.id, None, change.at).unwrap();
    }
}

fn reply(body: &str) -> Act {
    Act::Say {
        message: MessageId(1 << 40),
        visibility: Visibility::Public,
        body: Untrusted::new(body),
        attachments: Vec::new(),
    }
}

fn at_ours(root: &Path, vendor: &Path) -> Person {
    let scene = Scene {
        config: settings(vendor),
        ..Scene::default()
    };
    scene.local(root)
}

#[test]
fn a_ticket_is_shown_before_it_goes_heard_of_and_brought_back() {
    let folder = tempfile::tempdir().unwrap();
    let (vendor, ticket) = world(folder.path(), true);
    let mut p = at_ours(folder.path(), &vendor);
    p.keys("Enter E");
    p.sees(&format!("Escalate #{} to anDREa Support?", ticket.key))
        .sees("clocks    with us → with anDREa Support")
        .sees("status    new → on-hold")
        .sees("+ actual: a grey page; password: [password]")
        .sees("The requester sees nothing of it");
    // Another key is no.
    p.keys("E").sees("cancelled; nothing changed");
    assert!(theirs(&vendor).is_empty());
    p.keys("E y").sees("vendor: not sent yet");
    assert!(theirs(&vendor).is_empty(), "it can still be taken back");
    p.keys("z");
    p.wait(30);
    assert!(theirs(&vendor).is_empty());
    p.keys("E y");
    p.wait(30);
    assert_eq!(theirs(&vendor).len(), 1);
    p.sees("vendor: new · since");

    they(
        &vendor,
        vec![
            Act::Assign {
                to: Some(agent("vera")),
            },
            Act::Status { to: Status::Open },
            reply("Please restart the gateway."),
        ],
    );
    p.wait(7500);
    p.sees("vendor: open, with vera · since 2 h")
        .sees("Please restart the gateway.");
    p.keys("w")
        .sees("The clocks are with anDREa Support #")
        .keys("Esc");
    p.keys("Esc").sees("(with vendor)");
    p.keys("Enter :")
        .text("escalate say It helped for a minute.")
        .keys("Enter");
    p.wait(30);
    let reader = Reader::open(&vendor).unwrap();
    let there = theirs(&vendor).remove(0);
    let said = reader.thread(there.id).unwrap().unwrap().messages;
    let added = said
        .iter()
        .filter(|m| m.body.raw() == "It helped for a minute.");
    assert_eq!(added.count(), 1);

    they(
        &vendor,
        vec![Act::Status {
            to: Status::Resolved,
        }],
    );
    p.wait(120);
    p.sees("vendor: resolved, with vera");
    p.keys("E")
        .sees("take")
        .sees("Their last word: Please restart the gateway.");
    p.keys("y");
    p.wait(30);
    let reader = Reader::open(&p.paths.local_store()).unwrap();
    let ours = reader.thread(ticket.id).unwrap().unwrap();
    assert_eq!(ours.ticket.status, Status::Open);
    assert_eq!(ours.ticket.vendor, None);
}

#[test]
fn a_note_to_the_vendor_is_shown_as_it_leaves_before_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let (vendor, _) = world(folder.path(), true);
    let mut p = at_ours(folder.path(), &vendor);
    p.keys("Enter E y");
    p.wait(30);
    p.keys("c")
        .text("To the vendor: the password is Hunter2!xyz")
        .keys("Ctrl+s")
        .sees("Tell the vendor on #")
        .sees("+ what you say: the password is [password]");
    // Another key is no, and the text is still there.
    p.keys("n")
        .sees("cancelled; nothing changed")
        .sees("Hunter2!xyz")
        .keys("Ctrl+s y");
    p.wait(30);
    let reader = Reader::open(&vendor).unwrap();
    let there = theirs(&vendor).remove(0);
    let said = reader.thread(there.id).unwrap().unwrap().messages;
    assert_eq!(said.len(), 2);
    assert_eq!(said[1].body.raw(), "the password is [password]");
    // Among us it goes without a question.
    p.keys("c")
        .text("For us: the password is Hunter2!xyz")
        .keys("Ctrl+s");
    p.wait(30);
    p.sees("For us: the password is Hunter2!xyz");
}

#[test]
fn the_gate_says_no_and_a_reason_goes_past_it() {
    let folder = tempfile::tempdir().unwrap();
    let (vendor, ticket) = world(folder.path(), false);
    let mut p = at_ours(folder.path(), &vendor);
    p.keys("E")
        .sees("the steps are missing")
        .sees("y asks for your reason");
    p.keys("y").sees("The reason, for an internal note");
    p.text("The whole ward stands still").keys("Enter");
    p.sees("Went on without a complete report").keys("y");
    p.wait(30);
    assert_eq!(theirs(&vendor).len(), 1);
    let reader = Reader::open(&p.paths.local_store()).unwrap();
    let trail = reader.audit(50, Some(ticket.id)).unwrap();
    assert!(
        trail
            .iter()
            .any(|l| l.detail.contains("\"past\":[\"Workspace\"")),
        "{trail:?}"
    );
}

#[test]
fn what_goes_is_what_stands_in_the_form_at_that_moment() {
    let folder = tempfile::tempdir().unwrap();
    let (vendor, ticket) = world(folder.path(), true);
    let mut p = at_ours(folder.path(), &vendor);
    // The last letters of a field, and the key in the same tick.
    p.keys("4 Tab Tab Tab Tab Tab")
        .text(", and a sound of bells");
    p.keys("Ctrl+v").sees("Escalate #").keys("y").wait(30);
    let gone = theirs(&vendor).remove(0);
    let body = Reader::open(&vendor).unwrap().thread(gone.id).unwrap();
    let body = body.unwrap().messages.remove(0).body;
    assert!(body.raw().contains("a sound of bells"), "{}", body.raw());
    let kept = Reader::open(&p.paths.local_store()).unwrap();
    let kept = kept.report(ticket.id).unwrap().unwrap();
    assert!(kept.draft.actual.raw().contains("bells"));
}

#[test]
fn where_no_vendor_is_set_up_it_says_what_to_set() {
    let folder = tempfile::tempdir().unwrap();
    world(folder.path(), true);
    let mut p = Scene::default().local(folder.path());
    p.keys("E").sees("no vendor is set up");
}

#[test]
fn nothing_of_the_demo_leaves_it_and_that_is_what_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (vendor, _) = world(folder.path(), true);
    let mut p = Scene {
        config: settings(&vendor),
        ..Scene::default()
    }
    .demo(folder.path());
    p.keys("E").sees("nothing of the demo leaves it");
}

/// What is shown before anything leaves, at both sizes: the effect, the words as they go, and
/// what is taken out of them.
#[test]
fn the_preview_looks_as_it_should() {
    for (width, height) in [(160, 48), (80, 24)] {
        let folder = tempfile::tempdir().unwrap();
        let (vendor, _) = world(folder.path(), true);
        let scene = Scene {
            config: settings(&vendor),
            width,
            height,
            ..Scene::default()
        };
        let mut p = scene.local(folder.path());
        p.keys("Enter E");
        insta::assert_snapshot!(format!("preview-{width}x{height}"), p.screen());
    }
}
