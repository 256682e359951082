//! A console on a desk over a network that does not answer: it works on, says so, and keeps
//! what is done.

use chrono::TimeDelta;
use deskhand::config::Paths;
use deskhand::desk::Desk;
use deskhand::desk::rt::{Auth, Rt, Settings};
use deskhand::shell::Talks;
use deskhand::store::Reader;

use super::harness::{Person, Scene, morning};

/// A Request Tracker on a port where nobody listens.
fn nowhere() -> Desk {
    let settings = Settings {
        url: "http://127.0.0.1:9".into(),
        auth: Auth::Token("a secret".to_owned().into()),
        queues: Default::default(),
        statuses: Default::default(),
        workspace_field: "Workspace".into(),
        labels_field: None,
        ca_file: None,
    };
    Desk::Rt(Rt::new(settings).unwrap())
}

fn trouble(person: &Person) -> Option<String> {
    let told = person.state().freshness.trouble.clone();
    told.map(|t| t.as_str().to_owned())
}

#[test]
fn a_desk_that_cannot_be_reached_is_said_to_be_so_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().behind(folder.path(), nowhere());
    let words = "the desk cannot be reached since 09:30; changes wait here and go when it is back";
    assert_eq!(trouble(&person).as_deref(), Some(words));
    assert!(person.state().freshness.offline);
    let next = person.state().freshness.next.unwrap();
    assert!(next > morning() && next <= morning() + TimeDelta::seconds(6));
    person
        .keys("\\")
        .text("assignee:none status:new")
        .keys("Enter i");
    assert_eq!(person.state().freshness.outbox, 1);
    // It has been tried again by then, and is away since the same time.
    person.wait(600);
    assert_eq!(trouble(&person).as_deref(), Some(words));
    assert!(person.state().freshness.next.unwrap() > morning() + TimeDelta::seconds(600));
    assert_eq!(person.state().freshness.outbox, 1);
    let paths = person.vanish();
    let reader = Reader::open(&paths.demo_store()).unwrap();
    assert_eq!(reader.outbox().unwrap().len(), 1);
}

#[test]
fn of_two_windows_on_one_store_one_talks_and_the_other_takes_over() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::below(folder.path());
    drop(Scene::default().demo(folder.path()));
    let first = Talks::take(&paths.demo_store()).unwrap();
    let mut person = Scene::default().behind(folder.path(), nowhere());
    assert_eq!(trouble(&person), None);
    assert_eq!(person.state().freshness.next, None);
    person
        .keys("$")
        .sees("another Deskhand here talks to the desk");
    // What it does waits for the first to send.
    person
        .keys("\\")
        .text("assignee:none status:new")
        .keys("Enter i");
    assert_eq!(person.state().freshness.outbox, 1);
    person.wait(20);
    assert_eq!(trouble(&person), None);
    drop(first);
    person.wait(20);
    assert!(trouble(&person).unwrap().contains("cannot be reached"));
}

#[test]
fn the_local_desk_is_always_in_touch_and_never_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    person.wait(3600);
    let freshness = &person.state().freshness;
    assert_eq!(freshness.next, None);
    assert_eq!(freshness.trouble, None);
    let paths = person.vanish();
    assert!(Talks::take(&paths.demo_store()).is_some());
}
