//! Looking ahead: the strip, the moment that is shown, and warnings.

use deskhand::app::state::{Overlay, Pane};
use deskhand::config::{Config, Notify};
use deskhand::domain::list::DueMark;
use deskhand::domain::ticket::Due;
use deskhand::shell::{Aside, NotifyWay};

use super::harness::{Person, Scene};

fn late(person: &Person) -> usize {
    person.state().sla.forecast.late
}

#[test]
fn a_person_looks_at_friday_as_if_nothing_were_done_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let (now, first) = (
        person.state().now,
        person.state().queue.rows[0].countdown.clone(),
    );
    person.keys("2");
    assert_eq!(person.state().pane, Pane::Sla);
    let before = late(&person);
    // To the end of this day and of three more, and an hour further.
    person
        .keys("} } } }")
        .sees("as of Fri 17:00, if nothing is done");
    person
        .sees("late by then")
        .sees(&format!("{before} late already"));
    assert!(late(&person) > before);
    // The list tells the same moment: what is late there is late then.
    let then = person.state().as_of.unwrap();
    let row = &person.state().queue.rows[0];
    assert!(matches!(row.ticket.due, Due::Running { at, .. } if at < then));
    assert_ne!(row.countdown, first);
    person.keys("1").sees("as of Fri 17:00");
    person.keys("2 >").sees("as of Mon");
    person.keys("<").sees("as of Fri 17:00");
    person.keys("{").sees("as of Thu 17:00");
    // Back to now in one step, in this pane.
    person.keys("Esc");
    assert_eq!(
        (person.state().as_of, person.state().pane),
        (None, Pane::Sla)
    );
    assert_eq!(late(&person), before);
    assert_eq!(person.state().queue.rows[0].countdown, first);
    assert_eq!(person.state().now, now);
    assert!(!person.screen().contains("as of"), "{}", person.screen());
    person.keys("Esc");
    assert_eq!(person.state().pane, Pane::Queue);
}

#[test]
fn keys_go_along_the_strip_and_enter_opens_what_falls_due_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    person.keys("2 l");
    let late = late(&person);
    let mark = person.state().marked_due().unwrap().clone();
    assert_eq!(
        person.state().sla.cursor,
        late,
        "the first hour after what is late"
    );
    person.keys("l");
    let next = person.state().marked_due().unwrap().clone();
    assert!(next.at > mark.at);
    person.keys("h");
    assert_eq!(person.state().marked_due(), Some(&mark));
    person.keys("h");
    assert_eq!(person.state().sla.cursor, 0);
    person.keys("l Enter");
    assert_eq!(person.state().pane, Pane::Detail);
    assert_eq!(person.state().detail.as_ref().unwrap().ticket, mark.id);
}

#[test]
fn the_moment_that_was_looked_ahead_to_comes_and_is_now() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    person.keys(":").text("at 2h").keys("Enter");
    person.sees("as of Tue 11:30");
    person.wait(2 * 3600 + 1);
    assert_eq!(person.state().as_of, None);
    let said = person
        .state()
        .toasts
        .iter()
        .any(|t| t.text.contains("this is now"));
    assert!(said, "{}", person.screen());
}

#[test]
fn why_tells_the_sum_wherever_a_countdown_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    // Narrow: no ticket beside the list whose thread would be here already.
    let scene = Scene {
        width: 80,
        height: 24,
        ..Scene::default()
    };
    let mut person = scene.demo(folder.path());
    for keys in ["j w", "2 j w", "Enter w"] {
        person.keys(keys);
        let Some(Overlay::Why(why)) = person.state().overlays.last() else {
            panic!("{keys}: {}", person.screen());
        };
        let all = why
            .lines
            .iter()
            .map(|l| l.as_str())
            .collect::<Vec<_>>()
            .join("\n");
        assert!(all.contains("The sum: "), "{keys}: {all}");
        assert!(all.contains("by the desk's calendar"), "{keys}: {all}");
        person.keys("Esc");
    }
}

fn warned(person: &Person) -> Vec<String> {
    let asides = person.asides().iter();
    asides
        .filter_map(|a| match a {
            Aside::Notify(NotifyWay::Osc9, words) => Some(words.to_string()),
            _ => None,
        })
        .collect()
}

#[test]
fn a_deadline_of_mine_warns_once_and_not_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let config = || {
        let mut config = Config {
            bell: true,
            ..Config::default()
        };
        config.warn.notify = Notify::Osc9;
        config
    };
    let scene = |now| Scene {
        config: config(),
        now,
        ..Scene::default()
    };
    let start = super::harness::morning();
    let mut person = scene(start).demo(folder.path());
    // Whoever has just begun looks at the screen: nothing rings.
    assert!(warned(&person).is_empty());
    let first = person.state().sla.outlook.as_ref().unwrap();
    let me = person.state().me.clone();
    let mine = first
        .marks
        .iter()
        .filter(|m| m.assignee.as_ref() == Some(&me));
    let hour = chrono::TimeDelta::hours(1);
    let due = mine.map(|m| m.at).find(|at| *at > start + hour).unwrap();
    person.wait((due - hour - start).num_seconds() - 1);
    let before = warned(&person).len();
    person.wait(2);
    let after = warned(&person);
    assert_eq!(after.len(), before + 1, "{after:?}");
    assert!(after[before].contains("within 1 h"), "{after:?}");
    assert!(person.asides().contains(&Aside::Bell));
    person.sees("within 1 h").wait(300);
    assert_eq!(warned(&person).len(), before + 1);
    let now = person.state().now;
    person.vanish();
    let mut again = scene(now).demo(folder.path());
    again.wait(2);
    assert!(!again.screen().contains("within 1 h"), "{}", again.screen());
}

#[test]
fn whoever_takes_a_ticket_that_is_due_soon_is_not_warned_of_their_own_act() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.warn.notify = Notify::Osc9;
    let scene = Scene {
        config,
        ..Scene::default()
    };
    let mut person = scene.demo(folder.path());
    let now = person.state().now;
    let soon = now + chrono::TimeDelta::minutes(55);
    let outlook = person.state().sla.outlook.as_ref().unwrap();
    let of_nobody = |m: &&DueMark| m.assignee.is_none() && m.at > now && m.at < soon;
    let mark = outlook.marks.iter().find(of_nobody).unwrap().clone();
    person
        .wait(60)
        .keys(":")
        .text(&format!("open {}", mark.key))
        .keys("Enter i");
    person.wait(1).wait(60);
    let taken = person.state().detail.as_ref().unwrap().row().unwrap();
    assert_eq!(taken.ticket.assignee, Some(person.state().me.clone()));
    let said = warned(&person);
    let key = mark.key.to_string();
    assert!(said.iter().all(|w| !w.contains(&key)), "{said:?}");
}
