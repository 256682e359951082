//! The one table of acts, and the keys over it.

use std::collections::BTreeSet;

use deskhand::app::commands::{TABLE, command, key_table_markdown};
use deskhand::app::keymap::{Keymap, Meaning, PROFILES};
use deskhand::app::{Action, Context};
use keybinds::{KeyInput, KeySeq};

fn keys(text: &str) -> Vec<KeyInput> {
    text.parse::<KeySeq>().unwrap().as_slice().to_vec()
}

#[test]
fn every_default_key_can_be_read_and_every_name_is_one_acts() {
    let names: BTreeSet<_> = TABLE.iter().map(|c| c.name).collect();
    let acts: BTreeSet<_> = TABLE.iter().map(|c| c.action).collect();
    assert_eq!((names.len(), acts.len()), (TABLE.len(), TABLE.len()));
    for c in TABLE {
        assert_eq!(
            Keymap::default().keys(c.action).len(),
            c.keys.len(),
            "{}",
            c.name
        );
        assert!(key_table_markdown().contains(c.help), "{}", c.name);
        assert!(command(c.action).is_some());
    }
}

#[test]
fn every_profile_loads() {
    for (name, _) in PROFILES {
        Keymap::load(name, None).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    assert!(Keymap::load("emacs", None).unwrap_err().contains("arrows"));
}

#[test]
fn a_key_means_one_thing_and_a_sequence_is_waited_for() {
    let map = Keymap::default();
    assert_eq!(map.meaning(Context::Queue, &keys("g")), Meaning::Begun);
    assert_eq!(
        map.meaning(Context::Queue, &keys("g g")),
        Meaning::Act(Action::First)
    );
    assert_eq!(map.meaning(Context::Composer, &keys("g")), Meaning::Nothing);
    let next = map.next(Context::Detail, &keys("g"));
    assert!(
        next.contains(&("o".to_owned(), Action::GoOutbox)),
        "{next:?}"
    );
}

#[test]
fn two_acts_on_one_key_are_refused_by_name() {
    let why = Keymap::load("default", Some("assign = [\"i\"]")).unwrap_err();
    assert!(why.contains("assign") && why.contains("take"), "{why}");
    let why = Keymap::load("default", Some("assign = [\"g\"]")).unwrap_err();
    assert!(why.contains("assign"), "{why}");
    // Moving the other one away makes room.
    Keymap::load("default", Some("assign = [\"i\"]\ntake = [\"a\"]")).unwrap();
}

#[test]
fn keys_that_terminals_cannot_tell_apart_are_refused_with_the_reason() {
    for key in ["Ctrl+h", "Ctrl+i", "Ctrl+m", "Ctrl+[", "Alt+x"] {
        let why = Keymap::load("default", Some(&format!("assign = [\"{key}\"]"))).unwrap_err();
        assert!(why.contains(key) && why.contains("terminals"), "{why}");
    }
    assert!(
        Keymap::load("default", Some("fly = [\"x\"]"))
            .unwrap_err()
            .contains("fly")
    );
}

#[test]
fn the_readme_shows_the_table_as_it_is() {
    let readme =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, rest) = readme.split_once("<!-- keys: begin -->\n").unwrap();
    let (shown, _) = rest.split_once("<!-- keys: end -->").unwrap();
    let table = key_table_markdown();
    assert!(
        shown.trim() == table.trim(),
        "put this between the two marks in README.md:\n=====\n{}\n=====",
        table.trim()
    );
}
