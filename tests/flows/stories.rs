//! What people do all day.

use deskhand::app::state::{Overlay, Screen as Which, Tone};
use deskhand::config::Paths;
use deskhand::domain::change::Stage;
use deskhand::domain::ticket::Status;
use deskhand::shell::Exit;
use deskhand::shell::Turn;
use deskhand::store::Reader;

use super::harness::Scene;

fn reader(paths: &Paths) -> Reader {
    Reader::open(&paths.demo_store()).unwrap()
}

#[test]
fn on_a_new_machine_the_person_is_greeted_and_can_look_around() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().nothing(folder.path());
    assert!(matches!(person.state().screen, Which::Welcome { .. }));
    person.sees("demo").sees("local").keys("Enter");
    assert!(matches!(person.state().screen, Which::Desk));
    assert!(!person.state().queue.rows.is_empty(), "{}", person.screen());
}

#[test]
fn an_empty_local_desk_says_that_it_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let person = Scene::default().local(folder.path());
    assert!(person.state().queue.loaded);
    assert!(person.state().queue.rows.is_empty());
}

#[test]
fn the_queue_is_alive_and_the_cursor_moves() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let first = person.selected().unwrap();
    person.sees(&first).keys("j");
    let second = person.selected().unwrap();
    assert_ne!(first, second);
    person.keys("k");
    assert_eq!(person.selected().unwrap(), first);
    person.keys("G");
    let last = person.selected().unwrap();
    assert_ne!(first, last);
    person.keys("g g");
    assert_eq!(person.selected().unwrap(), first);
}

#[test]
fn a_person_takes_a_ticket_and_takes_that_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    person
        .keys("\\")
        .text("assignee:none status:new")
        .keys("Enter");
    let key = person.selected().unwrap();
    let id = person.state().queue.selected().unwrap().ticket.id;
    person.keys("i");
    let store = reader(&person.paths);
    let me = person.state().me.clone();
    assert_eq!(
        store.ticket(id).unwrap().unwrap().assignee,
        Some(me),
        "{key}"
    );
    // The embedded desk confirms at once: nothing is left waiting.
    let rows = store.outbox().unwrap();
    assert!(rows.iter().all(|r| r.stage == Stage::Confirmed), "{rows:?}");
    person.keys("z");
    assert_eq!(store.ticket(id).unwrap().unwrap().assignee, None, "{key}");
}

#[test]
fn a_note_is_written_and_read_in_the_conversation() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    person
        .keys("Enter c")
        .text("The vendor answers before noon.")
        .keys("Ctrl+s");
    assert!(person.state().composer.is_none(), "{}", person.screen());
    let id = person.state().detail.as_ref().unwrap().ticket;
    let thread = reader(&person.paths).thread(id).unwrap().unwrap();
    let last = thread.messages.last().unwrap();
    assert_eq!(last.body.raw(), "The vendor answers before noon.");
    assert_eq!(
        last.visibility,
        deskhand::domain::thread::Visibility::Internal
    );
    assert!(thread.drafts.is_empty());
}

#[test]
fn a_public_reply_waits_and_can_be_taken_back_until_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let id = person.state().queue.selected().unwrap().ticket.id;
    person
        .keys("r")
        .text("Dear all, it works again.")
        .keys("Ctrl+s");
    // A public reply asks for a key of its own where the app wants one.
    if let Some(Overlay::Confirm(confirm)) = person.state().overlays.last() {
        let yes = confirm.key.to_string();
        person.keys(&yes);
    }
    let said = |person: &super::harness::Person| {
        reader(&person.paths)
            .thread(id)
            .unwrap()
            .unwrap()
            .messages
            .iter()
            .any(|m| m.body.raw().contains("works again"))
    };
    assert!(said(&person), "{}", person.screen());
    let waiting = |person: &super::harness::Person| {
        reader(&person.paths)
            .outbox()
            .unwrap()
            .iter()
            .any(|r| r.stage == Stage::Waiting)
    };
    assert!(waiting(&person), "the reply went at once");
    person.wait(3).keys("z");
    assert!(!said(&person), "the reply was not taken back");
    // Once more, and this time the window passes.
    if person.state().composer.is_none() {
        person.keys("r");
    }
    person.text("It works again.").keys("Ctrl+s");
    if let Some(Overlay::Confirm(confirm)) = person.state().overlays.last() {
        let yes = confirm.key.to_string();
        person.keys(&yes);
    }
    person.wait(60);
    assert!(!waiting(&person), "the reply was never sent");
    assert!(said(&person));
}

#[test]
fn a_filter_that_cannot_be_read_is_explained_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let before = person.state().queue.rows.len();
    person.keys("\\").text("statsu:open");
    person.sees("statsu");
    assert!(
        person.state().queue.filter_error.is_some(),
        "{}",
        person.screen()
    );
    person.keys("Esc Esc");
    assert_eq!(person.state().queue.rows.len(), before);
}

#[test]
fn finding_narrows_to_what_was_typed_and_returns() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let before = person.selected().unwrap();
    person.keys("/").text("license");
    assert!(!person.state().queue.rows.is_empty(), "{}", person.screen());
    person.keys("Esc Esc");
    assert_eq!(person.selected().unwrap(), before);
}

#[test]
fn a_ticket_is_snoozed_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let id = person.state().queue.selected().unwrap().ticket.id;
    let store = reader(&person.paths);
    person.keys("b").text("2h").keys("Enter");
    assert!(
        store.ticket(id).unwrap().unwrap().snoozed_until.is_some(),
        "{}",
        person.screen()
    );
    person.wait(2 * 3600 + 60);
    assert!(store.ticket(id).unwrap().unwrap().snoozed_until.is_none());
}

#[test]
fn a_draft_is_on_disk_within_a_second_and_survives_a_power_cut() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let id = person.state().queue.selected().unwrap().ticket.id;
    person.keys("Enter c").text("half a sentence").wait(1);
    let kept = reader(&person.paths).drafts().unwrap();
    assert_eq!(kept.len(), 1, "{}", person.screen());
    assert_eq!(
        (kept[0].ticket, kept[0].body.as_str()),
        (id, "half a sentence")
    );
    person.vanish();
    let mut again = Scene::default().demo(folder.path());
    again.keys("Enter c");
    assert_eq!(
        again.state().composer.as_ref().unwrap().text(),
        "half a sentence"
    );
}

#[test]
fn two_consoles_on_one_draft_lose_no_word_of_either() {
    let folder = tempfile::tempdir().unwrap();
    let mut one = Scene::default().demo(folder.path());
    one.keys("Enter c").text("AAA").wait(2);
    let mut two = Scene::default().demo(folder.path());
    two.keys("Enter c");
    assert_eq!(two.state().composer.as_ref().unwrap().text(), "AAA");
    two.text("BBB").wait(2);
    two.keys("Esc");
    one.text("CCC").keys("Esc");
    let kept = reader(&one.paths).drafts().unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].body, "AAABBB\n\nCCC");
    let toasts = &one.state().toasts;
    let told = |words: &str| toasts.iter().any(|t| t.text.contains(words));
    assert!(told("changed elsewhere; both texts are kept"));
}

#[test]
fn a_lost_terminal_ends_the_console_with_the_draft_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    person.keys("Enter c").text("not yet saved");
    person.lose_terminal();
    person.text("!");
    assert_eq!(person.ended, Some(Turn::End(Exit::TerminalLost)));
    let kept = reader(&person.paths).drafts().unwrap();
    assert_eq!(kept.len(), 1);
    assert!(kept[0].body.starts_with("not yet saved"), "{kept:?}");
}

#[test]
fn resolving_goes_through_its_gate_and_undo_brings_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let id = person.state().queue.selected().unwrap().ticket.id;
    let store = reader(&person.paths);
    let before = store.ticket(id).unwrap().unwrap().status;
    person.keys("s").text("resolved").keys("Enter");
    // Nobody has answered the requester: the gate wants to know why, and shows the effect.
    person.goes_on_anyway("The cable was loose.");
    assert_eq!(
        store.ticket(id).unwrap().unwrap().status,
        Status::Resolved,
        "{}",
        person.screen()
    );
    person.keys("z");
    assert_eq!(store.ticket(id).unwrap().unwrap().status, before);
}

#[test]
fn a_resize_down_to_nothing_and_back_keeps_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    person.keys("j j j");
    let before = person.selected().unwrap();
    for (width, height) in [(59, 15), (1, 1), (60, 16), (300, 100), (80, 24), (120, 40)] {
        person.raw(crossterm::event::Event::Resize(width, height));
        assert_eq!(person.selected().unwrap(), before, "{width}x{height}");
    }
    assert!(!person.state().toasts.iter().any(|t| t.tone == Tone::Bad));
}

#[test]
fn a_number_is_sent_to_the_terminals_clipboard_and_called_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let key = person.selected().unwrap();
    person.keys("y");
    let sent = person
        .asides()
        .iter()
        .any(|a| *a == deskhand::shell::Aside::Clipboard(key.clone()));
    assert!(sent, "{:?}", person.asides());
    person.sees("sent to the terminal's clipboard");
}

#[test]
fn what_cannot_be_woken_is_told_once_and_tried_again_after_a_pause() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let id = person.state().queue.selected().unwrap().ticket.id;
    let store = reader(&person.paths);
    person.keys("b").text("2h").keys("Enter");
    let raw = rusqlite::Connection::open(person.paths.demo_store()).unwrap();
    // As a full disk would: nothing can be written to any ticket.
    raw.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON ticket BEGIN SELECT raise(ABORT, 'no room'); END",
    )
    .unwrap();
    // The loop would go round for ever here if the past were asked for again at once.
    person.wait(2 * 3600 + 60).sees("no room").keys("Esc");
    let asleep = |store: &Reader| store.ticket(id).unwrap().unwrap().snoozed_until.is_some();
    assert!(asleep(&store));
    person.wait(31);
    assert!(asleep(&store) && !person.screen().contains("no room"));
    raw.execute_batch("DROP TRIGGER full").unwrap();
    person.wait(31);
    assert!(!asleep(&store));
}

#[test]
fn what_cannot_be_sent_is_told_once_and_sent_after_a_pause() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let raw = rusqlite::Connection::open(person.paths.demo_store()).unwrap();
    raw.execute_batch(
        "CREATE TRIGGER full BEFORE UPDATE OF stage ON outbox BEGIN SELECT raise(ABORT, 'no room'); END",
    )
    .unwrap();
    person.keys("p 3 Enter").sees("no room").keys("Esc");
    let waiting = |paths: &Paths| {
        let all = reader(paths).outbox().unwrap();
        all.iter().filter(|r| r.stage == Stage::Waiting).count()
    };
    assert_eq!(waiting(&person.paths), 1);
    person.wait(31);
    assert!(waiting(&person.paths) == 1 && !person.screen().contains("no room"));
    raw.execute_batch("DROP TRIGGER full").unwrap();
    person.wait(31);
    assert_eq!(waiting(&person.paths), 0);
}

#[test]
fn a_begun_text_is_seen_in_the_row_found_by_a_filter_and_gone_when_emptied() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let key = person.selected().unwrap();
    person.keys("c").text("half").wait(1).keys("Esc");
    let row = |person: &super::harness::Person| {
        let screen = person.screen();
        let mut lines = screen.lines();
        let found = lines.find(|l| l.starts_with(" ▌") && l.contains(&key));
        found.unwrap_or_default().to_owned()
    };
    assert!(row(&person).contains('✎'), "{}", person.screen());
    person.keys("\\").text("is:draft").keys("Enter");
    assert_eq!(person.state().queue.rows.len(), 1, "{}", person.screen());
    person
        .keys("Esc c")
        .keys("Ctrl+u")
        .text("")
        .keys("Backspace Backspace Backspace Backspace Esc");
    assert!(person.state().composer.is_none());
    assert!(!row(&person).contains('✎'), "{}", person.screen());
}

#[test]
fn what_another_process_writes_is_shown_when_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let id = person.state().queue.selected().unwrap().ticket.id;
    let config = deskhand::config::Config::default();
    let bo = deskhand::domain::people::AgentId::parse("bo").unwrap();
    let mut other = deskhand::store::Writer::open(
        &person.paths.demo_store(),
        deskhand::shell::rules(&config, bo.clone()),
        super::harness::morning(),
    )
    .unwrap()
    .writer;
    let change = deskhand::domain::change::Change {
        id: deskhand::domain::change::ChangeId(uuid::Uuid::from_u128(7)),
        batch: deskhand::domain::change::BatchId(uuid::Uuid::from_u128(7)),
        ticket: id,
        at: super::harness::morning(),
        by: bo.clone(),
        base: 1,
        not_before: None,
        act: deskhand::domain::change::Act::Assign {
            to: Some(bo.clone()),
        },
    };
    other.commit(&[change]).unwrap();
    person.written();
    let row = person.state().queue.rows.iter().find(|r| r.ticket.id == id);
    assert_eq!(
        row.unwrap().ticket.assignee,
        Some(bo),
        "{}",
        person.screen()
    );
}
