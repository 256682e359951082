//! Articles of a desk in the console: read, corrected, sent, taken back, and what the desk says to
//! that.

use deskhand::desk::Desk;
use deskhand::desk::rt::{Auth, Rt, Settings};
use deskhand::domain::knowledge::Article;
use deskhand::store::Reader;

use super::harness::{Person, Scene};
use crate::contract::shelf_desk::{Rights, ShelfDesk};

fn desk(of: &ShelfDesk) -> Desk {
    let settings = Settings {
        url: of.fake.url.clone(),
        auth: Auth::Token("1-39-abc".to_owned().into()),
        queues: Default::default(),
        statuses: Default::default(),
        workspace_field: "Workspace".into(),
        labels_field: None,
        ca_file: None,
    };
    Desk::Rt(Rt::new(settings).unwrap())
}

const SHARE: (&str, &str) = (
    "Zebra stripes on the share",
    "<h1>Zebra stripes on the share</h1><p>Mount it <b>twice</b>.</p>",
);

fn articles(person: &Person) -> Vec<Article> {
    let reader = Reader::open(&person.paths.demo_store()).unwrap();
    reader.articles().unwrap()
}

fn find(person: &Person, what: impl Fn(&Article) -> bool) -> Article {
    let mut all = articles(person).into_iter();
    all.find(|a| what(a)).expect("there is such an article")
}

/// Puts the cursor on the article of that name.
fn go_to(person: &mut Person, name: &str, of: &str) {
    person.keys("g k");
    if !person.state().knowledge.words.is_empty() {
        person.keys("Esc");
    }
    person.keys("\\").text(of).keys("Enter");
    while person.state().knowledge.selected().unwrap().key.as_str() != name {
        let before = person.state().knowledge.cursor;
        person.keys("j");
        assert!(
            person.state().knowledge.cursor > before,
            "no {name} in the list"
        );
    }
}

#[test]
fn an_article_of_the_desk_is_read_corrected_and_sent_back_unless_taken_back_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let there = ShelfDesk::new(Rights::Write, &[SHARE]);
    let mut person = Scene::default().behind(folder.path(), desk(&there));
    person
        .keys("g k \\")
        .text("zebra")
        .keys("Enter")
        .sees("Mount it twice");
    let name = "zebra-stripes-on-the-share";
    let told = find(&person, |a| a.key.as_str() == name);
    let address = format!("{}/Articles/Article/Display.html?id=1", there.fake.url);
    assert!(told.link().ends_with(&address), "{}", told.link());
    person
        .keys("w")
        .sees("It is the desk's, in Help")
        .keys("Esc");
    person.keys("d y").sees("delete it there");

    // A correction from the ticket one came from.
    person.keys("F y").sees("drafted without the people in it");
    let draft = find(&person, |a| a.corrects.is_some());
    go_to(&mut person, draft.key.as_str(), "zebra");
    person.keys("P").sees("takes the place of").keys("y");
    person.sees("goes to the desk in 10 s").sees("going");
    person.keys("z").wait(30);
    assert_eq!(there.rows()[0].edits, 0, "it was taken back");

    go_to(&mut person, draft.key.as_str(), "zebra");
    person.keys("P y").wait(11);
    assert_eq!(there.rows()[0].edits, 1);
    assert!(there.rows()[0].text.contains("<h2>To correct</h2>"));
    let left = articles(&person);
    assert!(
        left.iter()
            .all(|a| a.corrects.is_none() && a.going.is_none())
    );
    let now = find(&person, |a| a.key.as_str() == name);
    assert!(now.body.raw().contains("## To correct"));
    person.keys("z").wait(30);
    assert_eq!(there.rows()[0].edits, 1, "what the desk has stays");
}

#[test]
fn a_new_article_goes_there_and_what_somebody_changed_meanwhile_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let there = ShelfDesk::new(Rights::Write, &[SHARE]);
    let mut person = Scene::default().behind(folder.path(), desk(&there));
    person
        .keys("g k")
        .keys(":")
        .text("add Zoo of licenses")
        .keys("Enter");
    go_to(&mut person, "zoo-of-licenses", "zoo");
    person
        .keys("P")
        .sees("becomes a new article at the desk")
        .keys("y")
        .wait(11);
    assert_eq!(there.rows().len(), 2);
    assert_eq!(there.rows()[1].title, "Zoo of licenses");
    let own = find(&person, |a| a.key.as_str() == "zoo-of-licenses");
    assert_eq!(
        (own.state(), own.desk.unwrap().id.0.as_str()),
        ("current", "2")
    );
    // Asked again, it is not here twice.
    person.keys("$").wait(600);
    assert_eq!(
        articles(&person)
            .iter()
            .filter(|a| a.desk.is_some())
            .count(),
        2
    );

    person
        .keys("Esc")
        .keys("\\")
        .text("zebra")
        .keys("Enter F y");
    let draft = find(&person, |a| a.corrects.is_some());
    go_to(&mut person, draft.key.as_str(), "zebra");
    person.keys("P y");
    there.change(0, "<p>Theirs.</p>");
    person.wait(11);
    person.sees("somebody changed");
    assert_eq!(there.rows()[0].text, "<p>Theirs.</p>");
    let kept = find(&person, |a| a.corrects.is_some());
    assert_eq!((kept.state(), kept.body), ("conflict", draft.body));
    // Who has seen theirs may put the own one in its place.
    go_to(&mut person, draft.key.as_str(), "zebra");
    person.keys("P").sees("Somebody changed").keys("y").wait(11);
    assert!(there.rows()[0].text.contains("To correct"));
}

#[test]
fn where_nothing_may_be_written_the_draft_stays_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let there = ShelfDesk::new(Rights::Read, &[SHARE]);
    let mut person = Scene::default().behind(folder.path(), desk(&there));
    person
        .keys("g k")
        .keys(":")
        .text("add Zoo of licenses")
        .keys("Enter");
    go_to(&mut person, "zoo-of-licenses", "zoo");
    person
        .keys("P y")
        .wait(11)
        .sees("not sent: you may write no articles there");
    let own = find(&person, |a| a.key.as_str() == "zoo-of-licenses");
    assert_eq!(own.state(), "refused");
    assert_eq!(there.rows().len(), 1);
    // On this machine it can be used all the same.
    person.keys(":").text("publish here").keys("Enter y");
    let own = find(&person, |a| a.key.as_str() == "zoo-of-licenses");
    assert_eq!(own.state(), "current");
}
