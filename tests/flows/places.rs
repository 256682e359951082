//! Where things stand: what is found in a ticket, what comes back, what is not shown.

use crossterm::event::Event as Raw;
use deskhand::app::state::Overlay;

use super::harness::Scene;

#[test]
fn what_is_found_in_a_ticket_is_stepped_through_and_begins_again_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    person.keys("Enter /");
    for letter in ["t", "h", "e"] {
        person.text(letter);
    }
    person.keys("Enter");
    let found = |person: &super::harness::Person| {
        let detail = person.state().detail.as_ref().unwrap();
        let found = detail.found.unwrap();
        assert!(detail.holds(&detail.lines()[found.line]));
        (found.nth, found.of)
    };
    let (first, of) = found(&person);
    assert_eq!(first, 0, "typing on stays at the first match");
    assert!(of > 1, "{}", person.screen());
    person.sees(&format!("found 1/{of}"));
    person.keys("n");
    assert_eq!(found(&person), (1, of));
    person.keys("N");
    assert_eq!(found(&person), (0, of));
    for _ in 0..of {
        person.keys("n");
    }
    assert_eq!(found(&person), (0, of), "behind the last comes the first");
    person
        .keys("/")
        .text("xyzzy")
        .sees("nothing in this ticket");
}

#[test]
fn where_nothing_is_shown_no_key_does_anything_but_leave() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let before = person.state().queue.rows.clone();
    person.keys("c").text("begun");
    person.raw(Raw::Resize(50, 10)).text("i xp4").keys("Enter");
    assert!(person.ended.is_none());
    person.raw(Raw::Resize(100, 30));
    let text = person.state().composer.as_ref().unwrap().text();
    assert_eq!(text, "begun");
    let assignees = |rows: &[deskhand::app::state::QueueRow]| -> Vec<_> {
        rows.iter().map(|r| r.ticket.assignee.clone()).collect()
    };
    let now = &person.state().queue.rows;
    assert_eq!(assignees(now), assignees(&before));
    person.raw(Raw::Resize(50, 10)).text("q");
    assert!(person.ended.is_some(), "q leaves, whatever was open");
}

#[test]
fn the_gate_knows_a_draft_before_the_ticket_was_ever_opened() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene {
        width: 100,
        ..Scene::default()
    }
    .demo(folder.path());
    // The one at the top is a request, which is asked how it ended.
    person.keys("j c").text("half").wait(1).keys("Esc");
    person.vanish();
    let mut person = Scene {
        width: 100,
        ..Scene::default()
    }
    .demo(folder.path());
    person.keys("j C");
    let Some(Overlay::Confirm(confirm)) = person.state().overlays.last() else {
        panic!("{}", person.screen());
    };
    let said = confirm.lines.iter().any(|l| l.contains("draft"));
    assert!(said, "{:?}", confirm.lines);
}

#[test]
fn what_comes_back_at_the_top_is_seen_and_under_the_cursor() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let gone = person.selected().unwrap();
    person.keys("C");
    person.goes_on_anyway("done");
    assert_ne!(person.selected().unwrap(), gone);
    person.keys("j j z");
    assert_eq!(person.selected().unwrap(), gone, "{}", person.screen());
    assert_eq!(person.state().queue.top, 0, "nothing is hidden above");
}

#[test]
fn the_numbers_of_all_marked_tickets_are_copied() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    person.keys("Space Space y");
    let marks = person.state().queue.marks.values();
    let keys: Vec<String> = marks.map(|m| m.ticket.key.to_string()).collect();
    assert_eq!(keys.len(), 2);
    let sent = person.asides().iter().any(
        |a| matches!(a, deskhand::shell::Aside::Clipboard(text) if keys.iter().all(|k| text.contains(k))),
    );
    assert!(sent, "{:?}", person.asides());
}

#[test]
fn help_begins_with_what_is_this_panes_own_and_says_what_signs_mean() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    person.keys("5 ?");
    let screen = person.screen();
    let place = |words: &str| screen.find(words).unwrap_or(usize::MAX);
    assert!(place("Absences and coverage") < place("plan an absence"));
    assert!(
        place("plan an absence") < place("In every pane"),
        "{screen}"
    );
    person.keys("Esc 1 ?").text("another due");
    person.sees("±").sees("w says both");
    let screen = person.screen();
    assert!(
        !screen.contains("In every pane"),
        "what is found has no headings"
    );
    person.text("qqqq").sees("No key and no sign does that");
}
