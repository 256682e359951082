//! The problem report in the console: filled in by keys, kept at every pause, judged, asked about.

use std::path::Path;

use chrono::TimeDelta;
use deskhand::config::{Config, Paths};
use deskhand::desk::{Desk, Local};
use deskhand::domain::import::NewTicket;
use deskhand::domain::people::Workspace;
use deskhand::domain::report::Field;
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::Visibility;
use deskhand::domain::ticket::{Kind, Priority, Status, TicketId};
use deskhand::shell::{DeskFile, open_desk};
use deskhand::store::Reader;

use super::harness::{Person, Scene, morning};

/// A ticket whose text holds half of what a report needs.
const HALF: &str = "Hi,\n\nSince yesterday 14:00 I cannot get into dws-3049-AUBioLab.\n\n\
1. Sign in at the portal\n2. Open the VM\n3. Click on Start\n\nI get the error \"Connection refused 0x204\".\n\n\
Kind regards,\nJan de Vries";

/// The local desk below a folder, with one ticket of a requester and a known Workspace.
fn desk(root: &Path, subject: &str, body: &str) -> Paths {
    let paths = Paths::below(root);
    let desk = Desk::Local(Local::new());
    let config = Config::default();
    let mut open = open_desk(&DeskFile::local(&paths), desk, &config, &paths, morning()).unwrap();
    let workspaces = ["dws-3049-AUBioLab", "dws-211-Cardio"].map(|name| Workspace {
        name: Untrusted::new(name),
        tenant: None,
    });
    open.writer.put_workspaces(&workspaces).unwrap();
    if !body.is_empty() {
        let new = NewTicket {
            subject: Untrusted::new(subject),
            body: Untrusted::new(body),
            requester: Some(Untrusted::new("Jan de Vries")),
            tenant: None,
            workspace: None,
            kind: Kind::Problem,
            priority: None,
            assignee: None,
            labels: Vec::new(),
        };
        let me = open.me.clone();
        open.writer.create_ticket(&new, &me, morning()).unwrap();
    }
    paths
}

fn person(root: &Path) -> Person {
    Scene::default().local(root)
}

fn reader(paths: &Paths) -> Reader {
    Reader::open(&paths.local_store()).unwrap()
}

fn field(person: &Person) -> Field {
    person.state().report.form.as_ref().unwrap().at
}

fn ticket(person: &Person) -> TicketId {
    person.state().queue.rows[0].ticket.id
}

#[test]
fn a_report_is_filled_in_from_what_the_ticket_says_and_passes_the_gate() {
    let folder = tempfile::tempdir().unwrap();
    let paths = desk(folder.path(), "Cannot get in", HALF);
    let mut person = person(folder.path());
    // Counted as a person types them: each key one, text letter by letter.
    let mut strokes = 0;
    let mut keys = |person: &mut Person, keys: &str| {
        strokes += keys.split_whitespace().count();
        person.keys(keys);
    };
    keys(&mut person, "4 Ctrl+a");
    person.sees("»").sees("wrote this ticket");
    assert_eq!(field(&person), Field::User);
    keys(&mut person, "Ctrl+y");
    assert_eq!(field(&person), Field::Expected, "{}", person.screen());
    let expected = "the VM starts and shows its desktop";
    person.text(expected);
    keys(&mut person, "Ctrl+n Tab Tab Tab 1 1 n n");
    assert_eq!(field(&person), Field::Tried);
    let tried = "restarted the VM, same error";
    person.text(tried);
    person.sees("6 of 6; complete");
    keys(&mut person, "Ctrl+s");
    person.sees("marked complete");
    strokes += expected.len() + tried.len();
    assert!(strokes < 100, "{strokes} keys");
    assert_eq!(strokes, KEYS, "the README gives this number");
    let kept = reader(&paths).report(ticket(&person)).unwrap().unwrap();
    assert!(kept.through.is_some());
    assert_eq!(kept.draft.steps.len(), 3);
    let shown = &person.state().queue.rows[0].ticket;
    assert_eq!(shown.workspace.as_ref().unwrap().raw(), "dws-3049-AUBioLab");
    assert_eq!(shown.priority, Some(Priority::P3));
    // What follows for the ticket is one act, and one undo takes it back.
    person.keys("Esc").wait(11).keys("z");
    let shown = &person.state().queue.rows[0].ticket;
    assert_eq!((shown.workspace.clone(), shown.priority), (None, None));
}

/// Keys of the typical report above.
const KEYS: usize = 75;

#[test]
fn a_draft_is_on_disk_after_a_pause_and_comes_back_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let paths = desk(folder.path(), "Broken", "It does not work.");
    let mut person = person(folder.path());
    person.keys("4").text("dws-3049").keys("Tab");
    person.sees("dws-3049-AUBioLab").sees("draft …");
    let id = ticket(&person);
    assert!(reader(&paths).report(id).unwrap().is_none());
    person.wait(1).sees("draft saved");
    let kept = reader(&paths).report(id).unwrap().unwrap();
    assert_eq!(kept.draft.workspace.name.raw(), "dws-3049-AUBioLab");
    let root = folder.path().to_owned();
    person.vanish();
    let mut again = self::person(&root);
    again.keys("4").sees("dws-3049-AUBioLab");
    assert_ne!(
        field(&again),
        Field::Workspace,
        "what stands is not asked again"
    );
}

#[test]
fn leaving_the_form_and_coming_back_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    desk(folder.path(), "Broken", "It does not work.");
    let mut person = person(folder.path());
    person.keys("4").text("dws-9").keys("Tab Tab Tab");
    person.text("open the VM").keys("Enter").text("press start");
    person.keys("Esc").sees("All open");
    person.keys("Enter J K q 4");
    person.sees("open the VM").sees("press start").sees("dws-9");
    person.sees("this is no Workspace's name");
}

#[test]
fn steps_are_put_in_order_and_deleted_by_keys() {
    let folder = tempfile::tempdir().unwrap();
    desk(folder.path(), "Broken", "It does not work.");
    let mut person = person(folder.path());
    person.keys("4 Tab Tab Tab");
    for step in ["one", "two", "three"] {
        person.text(step).keys("Enter");
    }
    person.keys("Backspace Ctrl+k Ctrl+k");
    let steps = |p: &Person| -> Vec<String> {
        let form = p.state().report.form.as_ref().unwrap();
        form.kept
            .draft
            .steps
            .iter()
            .map(|s| s.raw().to_owned())
            .collect()
    };
    assert_eq!(steps(&person), ["three", "one", "two"]);
    person.keys("Ctrl+l");
    assert_eq!(steps(&person), ["one", "three", "two"]);
    person.keys("Ctrl+d");
    assert_eq!(steps(&person), ["one", "two"]);
    person.keys("Ctrl+z");
    assert_eq!(
        steps(&person),
        ["one", "three", "two"],
        "one key brings it back"
    );
}

#[test]
fn a_suggestion_that_is_refused_stays_away_and_one_that_was_taken_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    desk(folder.path(), "Cannot get in", HALF);
    let mut person = person(folder.path());
    person.keys("4");
    assert_eq!(field(&person), Field::Workspace);
    person.keys("Ctrl+x");
    person.keys("Ctrl+n Ctrl+x").wait(1);
    let offered = |p: &Person, field: Field| {
        let form = p.state().report.form.as_ref().unwrap();
        form.offers_for(field).count()
    };
    assert_eq!(offered(&person, Field::Workspace), 0);
    let root = folder.path().to_owned();
    person.vanish();
    let mut person = self::person(&root);
    person.keys("4");
    assert_eq!(
        offered(&person, Field::Workspace),
        0,
        "also after a new start"
    );
    person.keys("Ctrl+a").sees("Sign in at the portal");
    person.keys("Ctrl+z");
    let draft = &person.state().report.form.as_ref().unwrap().kept.draft;
    assert!(!draft.has(Field::Steps) && !draft.has(Field::Actual));
}

#[test]
fn the_gate_says_what_is_missing_and_lets_past_with_a_reason_that_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let paths = desk(folder.path(), "Broken", "It does not work.");
    let mut person = person(folder.path());
    person.keys("4").text("dws-3049-AUBioLab").keys("Ctrl+s");
    person
        .sees("the steps are missing")
        .sees("why: whoever mends it");
    person.keys("Esc").sees("cancelled").sees("1 of 6");
    assert_eq!(field(&person), Field::User, "the first that is missing");
    person.keys("Ctrl+s y").text("...").keys("Enter");
    person.sees("the reason says nothing");
    person.keys("Backspace Backspace Backspace");
    person.text("the VM is down for all").keys("Enter");
    person.sees("goes on without being complete");
    let thread = reader(&paths).thread(ticket(&person)).unwrap().unwrap();
    let note = thread.messages.last().unwrap();
    assert_eq!(note.visibility, Visibility::Internal);
    assert!(note.body.raw().contains("the VM is down for all"));
    assert!(note.body.raw().contains("lacks user, steps"));
}

#[test]
fn asking_back_waits_for_the_requester_and_one_undo_takes_both_back() {
    let folder = tempfile::tempdir().unwrap();
    let paths = desk(
        folder.path(),
        "Het werkt niet",
        "Hallo, sinds gisteren kan ik niet in dws-3049-AUBioLab. Kunnen jullie helpen? Groet, Jan",
    );
    let mut person = person(folder.path());
    let id = ticket(&person);
    person.keys("f");
    let text = person.state().composer.as_ref().unwrap().text();
    assert!(text.starts_with("Beste Jan,"), "{text}");
    assert!(
        text.contains("stap voor stap") && !text.contains("Om welke Workspace"),
        "{text}"
    );
    person.keys("Ctrl+s");
    let status = |p: &Person| p.state().queue.rows[0].ticket.status;
    assert_eq!(status(&person), Status::Pending);
    let asked = reader(&paths).report(id).unwrap().unwrap().asked.unwrap();
    assert!(asked.fields.contains(&Field::Steps) && !asked.fields.contains(&Field::Workspace));
    person.keys("z");
    assert_ne!(status(&person), Status::Pending, "{}", person.screen());
    assert!(reader(&paths).report(id).unwrap().unwrap().asked.is_none());
    let text = person.state().composer.as_ref().unwrap().text();
    assert!(
        text.starts_with("Beste Jan,"),
        "the question is a draft again"
    );
    person.keys("Ctrl+s");
    assert_eq!(status(&person), Status::Pending);
    assert!(reader(&paths).report(id).unwrap().unwrap().asked.is_some());
}

#[test]
fn a_question_never_goes_over_a_reply_that_was_begun() {
    let folder = tempfile::tempdir().unwrap();
    desk(folder.path(), "Broken", "It does not work.");
    let mut person = person(folder.path());
    person.keys("r").text("Dear Jan, I am on it").keys("Esc f");
    let text = person.state().composer.as_ref().unwrap().text();
    assert!(
        text.starts_with("Dear Jan, I am on it\n\nHello Jan,"),
        "{text}"
    );
}

#[test]
fn a_report_without_a_ticket_is_found_again_and_becomes_one() {
    let folder = tempfile::tempdir().unwrap();
    let paths = desk(folder.path(), "", "");
    let mut person = person(folder.path());
    person.keys("n").sees("problem report without a ticket");
    person.keys("n").sees("becomes a ticket");
    person
        .text("dws-211")
        .keys("Down Enter")
        .sees("dws-211-Cardio");
    person.keys("Esc").wait(1);
    let root = folder.path().to_owned();
    person.vanish();
    let mut person = self::person(&root);
    person
        .keys("n")
        .sees("go on with: dws-211-Cardio")
        .keys("1");
    person.sees("dws-211-Cardio");
    assert_eq!(field(&person), Field::User);
    person.text("Jan de Vries").keys("Tab Tab");
    person.text("sign in").keys("Enter").text("open the VM");
    person.keys("Tab").text("a desktop");
    person.keys("Tab").text("a black screen with error 0x204");
    person.keys("Tab").text("yesterday 14:00").keys("Tab");
    person
        .text("a")
        .sees("priority 1: all users without service");
    person.keys("Ctrl+s").sees("is made of the report");
    let made = &person.state().queue.rows[0].ticket;
    assert_eq!(made.kind, Kind::Problem);
    assert_eq!(made.priority, Some(Priority::P1));
    assert_eq!(
        made.subject.raw(),
        "dws-211-Cardio: a black screen with error 0x204"
    );
    assert_eq!(made.requester.as_ref().unwrap().raw(), "Jan de Vries");
    let (reader, id) = (reader(&paths), made.id);
    let first = reader.thread(id).unwrap().unwrap().messages.remove(0);
    assert!(first.body.raw().contains("open the VM"));
    assert!(reader.report(id).unwrap().unwrap().through.is_some());
    assert!(reader.begun_reports().unwrap().is_empty());
}

#[test]
fn two_windows_at_one_report_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let paths = desk(folder.path(), "Broken", "It does not work.");
    let (mut one, mut two) = (person(folder.path()), person(folder.path()));
    one.keys("4").text("dws-3049-AUBioLab");
    two.keys("4 Tab Tab Tab").text("open the VM");
    one.wait(2);
    two.wait(2)
        .sees("changed elsewhere")
        .sees("dws-3049-AUBioLab");
    // Both write into one field before either has heard of the other.
    one.written().sees("open the VM");
    one.keys("Ctrl+n Ctrl+n Ctrl+n").text("a desktop");
    assert_eq!(field(&one), Field::Expected, "{}", one.screen());
    two.keys("Tab").text("no error");
    one.wait(2);
    two.wait(2).sees("both texts are kept in expected");
    two.sees("a desktop").sees("no error");
    let kept = reader(&paths).report(ticket(&two)).unwrap().unwrap();
    assert_eq!(kept.draft.expected.raw(), "a desktop\nno error");
    one.written().sees("no error");
}

#[test]
fn a_full_disk_is_said_and_the_report_stays_on_the_screen() {
    let folder = tempfile::tempdir().unwrap();
    let paths = desk(folder.path(), "Broken", "It does not work.");
    let mut person = person(folder.path());
    person.keys("4").text("dws-3049-AUBioLab");
    let lock = rusqlite::Connection::open(paths.local_store()).unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON report BEGIN SELECT RAISE(FAIL, 'full'); END";
    lock.execute_batch(full).unwrap();
    person.wait(1).sees("not on disk");
    lock.execute_batch("DROP TRIGGER full").unwrap();
    person.wait(6).sees("draft saved").sees("dws-3049-AUBioLab");
    assert!(reader(&paths).report(ticket(&person)).unwrap().is_some());
}

#[test]
fn an_answer_opens_the_ticket_again_and_is_suggested_first() {
    let folder = tempfile::tempdir().unwrap();
    let paths = desk(
        folder.path(),
        "Cannot get in",
        "Hello, since yesterday I cannot get into dws-3049-AUBioLab. Regards, Jan",
    );
    let mut person = person(folder.path());
    let id = ticket(&person);
    person.keys("f Ctrl+s").wait(11);
    assert_eq!(person.state().queue.rows[0].ticket.status, Status::Pending);
    let key = person.state().queue.rows[0].ticket.key.clone();
    let asked = reader(&paths).report(id).unwrap().unwrap().asked.unwrap();
    assert_eq!(asked.fields, [Field::Steps, Field::Expected, Field::Actual]);
    answer(
        &paths,
        key,
        "1. sign in, then open the VM and click on Start\n2. the desktop of the VM\n3. Connection refused 0x204",
    );
    person.wait(3600).written();
    let shown = &person.state().queue.rows[0].ticket;
    assert_eq!(shown.status, Status::Open, "{}", person.screen());
    person.sees("answered your question");
    person.keys("4").sees("your question is answered");
    person
        .keys("Ctrl+y Ctrl+y Ctrl+y")
        .sees("the desktop of the VM");
    person.keys("Esc 6").sees("status open");
}

fn asked(paths: &Paths, id: TicketId) -> Option<deskhand::domain::report::AskedBack> {
    reader(paths).report(id).unwrap().and_then(|r| r.asked)
}

#[test]
fn a_question_that_was_deleted_is_not_asked() {
    let folder = tempfile::tempdir().unwrap();
    let paths = desk(folder.path(), "Cannot get in", "It fails. Regards, Jan");
    let mut person = person(folder.path());
    let id = ticket(&person);
    let before = person.state().queue.rows[0].ticket.status;
    person.keys("f");
    // All of it goes, and something else is written.
    let long = person.state().composer.as_ref().unwrap().text().len();
    for _ in 0..long {
        person.keys("Backspace Delete");
    }
    assert_eq!(person.state().composer.as_ref().unwrap().text(), "");
    person.text("It is mended now.").keys("Ctrl+s");
    assert_eq!(person.state().queue.rows[0].ticket.status, before);
    assert!(asked(&paths, id).is_none());
}

#[test]
fn taking_a_second_question_back_leaves_the_first_one_asked() {
    let folder = tempfile::tempdir().unwrap();
    let paths = desk(
        folder.path(),
        "Cannot get in",
        "Hello, since yesterday I cannot get into dws-3049-AUBioLab. Regards, Jan",
    );
    let mut person = person(folder.path());
    let id = ticket(&person);
    person.keys("f Ctrl+s").wait(11);
    let first = asked(&paths, id).unwrap();
    person.wait(600).keys("f Ctrl+s");
    let second = asked(&paths, id).unwrap();
    assert_ne!(first.at, second.at, "{}", person.screen());
    person.keys("z");
    assert_eq!(asked(&paths, id), Some(first));
}

#[test]
fn a_ticket_that_was_answered_and_set_to_pending_again_stays_so() {
    let folder = tempfile::tempdir().unwrap();
    let paths = desk(
        folder.path(),
        "Cannot get in",
        "Hello, since yesterday I cannot get into dws-3049-AUBioLab. Regards, Jan",
    );
    let mut person = person(folder.path());
    let key = person.state().queue.rows[0].ticket.key.clone();
    person.keys("f Ctrl+s").wait(11);
    answer(&paths, key, "1. sign in\n2. open the VM");
    person.wait(3600).written();
    let status = |p: &Person| p.state().queue.rows[0].ticket.status;
    assert_eq!(status(&person), Status::Open, "{}", person.screen());
    person.keys("s").text("pending").keys("Enter");
    assert_eq!(status(&person), Status::Pending, "{}", person.screen());
    person.wait(3600).written();
    assert_eq!(status(&person), Status::Pending, "{}", person.screen());
}

/// Another process brings in what the requester says, an hour after the beginning.
fn answer(paths: &Paths, key: deskhand::domain::ticket::TicketKey, text: &str) {
    let config = Config::default();
    let local = Desk::Local(Local::new());
    let at = morning() + TimeDelta::hours(1);
    let mut other = open_desk(&DeskFile::local(paths), local, &config, paths, at).unwrap();
    let mut line = deskhand::domain::import::ImportTicket::new(key, Untrusted::new("x"), at);
    line.messages.push(deskhand::domain::import::ImportMessage {
        at,
        author: deskhand::domain::thread::Author::Requester {
            name: Untrusted::new("Jan de Vries"),
        },
        visibility: Visibility::Public,
        body: Untrusted::new(text),
        attachments: Vec::new(),
    });
    assert_eq!(other.writer.import(&[line], at).unwrap().updated, 1);
}
