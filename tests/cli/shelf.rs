//! Articles of a desk by subcommand.

use std::process::Output;

use super::{Machine, said};
use crate::contract::shelf_desk::{Rights, ShelfDesk};

/// A machine whose desk that is.
struct Connected {
    m: Machine,
    there: ShelfDesk,
}

impl Connected {
    fn new(rights: Rights, articles: &[(&str, &str)]) -> Self {
        let there = ShelfDesk::new(rights, articles);
        let m = Machine::new();
        let folder = m.home.path().join(".config/deskhand");
        std::fs::create_dir_all(&folder).unwrap();
        let settings = format!(
            "[desk]\nkind = \"rt\"\nname = \"the RT\"\nurl = \"{}\"\nme = \"ines\"\n",
            there.fake.url
        );
        std::fs::write(folder.join("config.toml"), settings).unwrap();
        Self { m, there }
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut c = self.m.command(args);
        c.env("DESKHAND_TOKEN", "1-39-secret").output().unwrap()
    }

    fn ok(&self, args: &[&str]) -> String {
        let out = self.run(args);
        assert!(out.status.success(), "{args:?}: {}", said(&out));
        String::from_utf8(out.stdout).unwrap()
    }

    fn refused(&self, args: &[&str], code: i32, says: &str) {
        let out = self.run(args);
        assert_eq!(out.status.code(), Some(code), "{args:?}: {}", said(&out));
        assert!(said(&out).contains(says), "{args:?}: {}", said(&out));
    }
}

const MOUNT: (&str, &str) = ("Mount the share", "<p>From the <b>menu</b>.</p>");

#[test]
fn articles_of_the_desk_come_with_a_sync_and_say_where_they_are_from() {
    let c = Connected::new(Rights::Write, &[MOUNT, ("Plain", "Some \u{1b}[31mwords.")]);
    let said = c.ok(&["sync", "--once"]);
    assert!(said.contains("articles: 2 new"), "{said}");
    let list = c.ok(&["kb", "list"]);
    assert!(
        list.contains("current  mount-the-share                   desk  -"),
        "{list}"
    );
    let shown = c.ok(&["kb", "show", "mount-the-share"]);
    assert!(shown.contains("at the desk in Help"), "{shown}");
    assert!(
        shown.contains("/Articles/Article/Display.html?id=1"),
        "{shown}"
    );
    assert!(shown.contains("From the menu."), "{shown}");
    let plain = c.ok(&["kb", "show", "plain"]);
    assert!(plain.contains("Some ␛[31mwords."), "{plain}");
    // Not before some minutes have passed, unless it is wanted.
    c.there.change(1, "Other words.");
    assert!(!c.ok(&["sync", "--once"]).contains("articles"));
    assert!(c.ok(&["kb", "sync"]).contains("articles: 1 changed"));
    assert!(c.ok(&["kb", "sync"]).contains("nothing new"));
    c.there.rows()[0].deleted = true;
    assert!(c.ok(&["kb", "sync"]).contains("articles: 1 gone"));
    c.refused(&["kb", "drop", "plain"], 4, "delete it there");
    let doctor = c.run(&["doctor"]);
    let doctor = String::from_utf8(doctor.stdout).unwrap();
    assert!(
        doctor.contains("read in Help; new ones in Help"),
        "{doctor}"
    );
    c.refused(&["--desk", "local", "kb", "sync"], 4, "keeps no articles");
}

#[test]
fn corrections_and_new_ones_are_sent_once_and_not_over_somebody_elses() {
    let c = Connected::new(Rights::Write, &[MOUNT]);
    c.ok(&["kb", "sync"]);
    let drafted = c.ok(&["kb", "edit", "mount-the-share", "From the bar."]);
    assert!(
        drafted.contains("mount-the-share-2: a correction"),
        "{drafted}"
    );
    assert_eq!(c.there.rows()[0].edits, 0);
    let dry = c.ok(&["kb", "edit", "mount-the-share-2", "--publish", "--dry-run"]);
    assert!(dry.contains("would be sent to the desk"), "{dry}");
    let sent = c.ok(&["kb", "edit", "mount-the-share-2", "--publish"]);
    assert!(sent.contains("mount-the-share: at the desk"), "{sent}");
    assert_eq!(c.there.rows()[0].text, "<p>From the bar.</p>");
    c.refused(
        &["kb", "show", "mount-the-share-2"],
        3,
        "there is no article",
    );
    assert!(c.ok(&["kb", "sync"]).contains("nothing new"));

    c.ok(&["kb", "edit", "mount-the-share", "From the top."]);
    c.there.change(0, "<p>Theirs.</p>");
    c.refused(
        &["kb", "edit", "mount-the-share-2", "--publish"],
        5,
        "somebody changed it",
    );
    let list = c.ok(&["kb", "list"]);
    assert!(list.contains("conflict mount-the-share-2"), "{list}");
    assert!(c.ok(&["kb", "show", "mount-the-share"]).contains("Theirs."));
    c.refused(
        &["kb", "edit", "mount-the-share-2", "--publish"],
        5,
        "--over",
    );
    c.ok(&["kb", "edit", "mount-the-share-2", "--publish", "--over"]);
    assert_eq!(c.there.rows()[0].text, "<p>From the top.</p>");

    c.ok(&["kb", "new", "License servers", "Ask *first*."]);
    c.ok(&[
        "kb",
        "edit",
        "license-servers",
        "--publish",
        "--class",
        "help",
    ]);
    assert_eq!(c.there.rows().len(), 2);
    assert_eq!(c.there.rows()[1].text, "<p>Ask <em>first</em>.</p>");
    c.ok(&["kb", "new", "License servers", "Something else."]);
    c.refused(
        &["kb", "edit", "license-servers-2", "--publish"],
        4,
        "of this title",
    );
    assert!(
        c.ok(&["kb", "list", "--drafts"])
            .contains("refused  license-servers-2")
    );
}

#[test]
fn who_may_not_write_articles_is_told_so_and_keeps_the_draft() {
    let c = Connected::new(Rights::Read, &[MOUNT]);
    c.ok(&["kb", "sync"]);
    c.ok(&["kb", "edit", "mount-the-share", "From the bar."]);
    c.refused(
        &["kb", "edit", "mount-the-share-2", "--publish"],
        4,
        "request of kind knowledge",
    );
    c.ok(&["kb", "new", "License servers", "Ask first."]);
    c.refused(
        &["kb", "edit", "license-servers", "--publish"],
        4,
        "CreateArticle",
    );
    assert_eq!(c.there.rows().len(), 1);
    assert_eq!(c.there.rows()[0].edits, 0);
    let list = c.ok(&["kb", "list", "--drafts"]);
    assert_eq!(list.matches("refused").count(), 2, "{list}");
    c.ok(&["kb", "edit", "license-servers", "--publish", "--here"]);
    let list = c.ok(&["kb", "list"]);
    assert!(
        list.contains("current  license-servers                   here"),
        "{list}"
    );
    let doctor = String::from_utf8(c.run(&["doctor"]).stdout).unwrap();
    assert!(doctor.contains("none can be written from here"), "{doctor}");
}
