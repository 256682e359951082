//! The knowledge base by subcommand.

use super::{Machine, said};

fn refused(m: &Machine, args: &[&str], code: i32, says: &str) {
    let out = m.run(args);
    assert_eq!(out.status.code(), Some(code), "{args:?}: {}", said(&out));
    assert!(said(&out).contains(says), "{args:?}: {}", said(&out));
}

#[test]
fn articles_come_in_are_found_read_and_go_out_as_they_were() {
    let m = Machine::new();
    let folder = m.home.path().join("in");
    std::fs::create_dir(&folder).unwrap();
    let mount = "---\ntitle: Mount the share\nkey: mount\nlanguage: en\nupdated: 2026-11-01T00:00:00Z\nlayout: page\n---\n# Mount\n\nUse *the menu*, \u{1b}[31mred.\n";
    std::fs::write(folder.join("mount.md"), mount).unwrap();
    std::fs::write(folder.join("old.html"), "<h1>Old</h1><p>a &amp; b</p>").unwrap();
    std::fs::write(folder.join("bad.md"), "---\nkey: no way\n---\n").unwrap();
    std::fs::write(folder.join("other.txt"), "not an article").unwrap();
    let path = folder.to_str().unwrap();
    let out = m.run(&["kb", "import", path]);
    assert_eq!(out.status.code(), Some(65));
    assert!(said(&out).contains("bad.md: line 2"), "{}", said(&out));
    let all = m.json(&["kb", "list"]);
    let keys: Vec<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, ["mount", "old"]);
    assert!(
        m.json(&["kb", "show", "old"])["plain"]
            .as_str()
            .unwrap()
            .contains("a & b")
    );
    let text = m.ok(&["kb", "show", "mount"]);
    assert!(
        text.contains("Mount\n=====\n\nUse the menu, ␛[31mred."),
        "{text}"
    );
    assert_eq!(m.json(&["kb", "find", "men"])[0]["key"], "mount");
    assert!(m.ok(&["kb", "find", "nothing"]).contains("try fewer"));
    let to = m.home.path().join("out");
    m.ok(&["kb", "export", "mount", "-o", to.to_str().unwrap()]);
    assert_eq!(std::fs::read_to_string(to.join("mount.md")).unwrap(), mount);
    refused(&m, &["kb", "show", "nope"], 3, "there is no article nope");
    refused(&m, &["kb", "import", "/nope"], 3, "cannot be read");
}

#[test]
fn a_ticket_becomes_a_draft_without_its_people() {
    let m = Machine::filled();
    m.ok(&["note", "T-1", "Jan is impatient"]);
    m.ok(&[
        "reply",
        "T-1",
        "Hello Jan, mail ana@umc.nl or call 020-5551234 about dws-1-Lab.",
    ]);
    m.ok(&[
        "register",
        "set",
        "people",
        "jan@umc.nl",
        "name=Jan de Boer",
    ]);
    let dry = m.json(&["kb", "new", "--from", "T-1", "--dry-run"]);
    let body = dry["article"]["body"].as_str().unwrap();
    assert!(body.contains("the **share** is gone"), "{body}");
    assert!(
        body.contains(
            "Hello [name], mail [e-mail address] or call [phone number] about [Workspace]."
        ),
        "{body}"
    );
    assert!(!body.contains("impatient"), "{body}");
    assert!(m.json(&["kb", "list"]).as_array().unwrap().is_empty());
    m.ok(&["kb", "new", "The share is gone", "--from", "T-1"]);
    let draft = &m.json(&["kb", "list", "--drafts"])[0];
    assert_eq!(
        (&draft["key"], &draft["ticket"]),
        (&"the-share-is-gone".into(), &"T-1".into())
    );
    m.ok(&[
        "kb",
        "edit",
        "the-share-is-gone",
        "Use the menu.",
        "--publish",
    ]);
    assert_eq!(m.json(&["kb", "list"])[0]["state"], "current");
    assert!(
        m.json(&["kb", "list", "--drafts"])
            .as_array()
            .unwrap()
            .is_empty()
    );
    refused(
        &m,
        &["kb", "new", "x", "y", "--from", "T-1"],
        2,
        "cannot be used with",
    );
    refused(&m, &["kb", "new", "--from", "T-99"], 3, "T-99");
}

#[test]
fn a_stale_article_is_corrected_from_the_ticket_that_showed_it() {
    let m = Machine::filled();
    m.ok(&["kb", "new", "Mount the share", "Use the old menu."]);
    m.ok(&["kb", "edit", "mount-the-share", "--publish"]);
    refused(
        &m,
        &["kb", "stale", "mount-the-share", "--ticket", "T-1"],
        2,
        "--why",
    );
    m.ok(&[
        "kb",
        "stale",
        "mount-the-share",
        "--ticket",
        "T-1",
        "--why",
        "the menu moved",
    ]);
    let stale = m.json(&["kb", "stale"]);
    assert_eq!(stale[0]["stale"]["ticket"], "T-1");
    assert_eq!(stale[0]["stale"]["why"], "the menu moved");
    m.ok(&[
        "kb",
        "new",
        "--from",
        "T-1",
        "--corrects",
        "mount-the-share",
    ]);
    let key = m.json(&["kb", "list", "--drafts"])[0]["key"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(key, "mount-the-share-2");
    let shown = m.ok(&["kb", "show", &key]);
    assert!(
        shown.contains("Use the old menu.") && shown.contains("corrects mount-the-share"),
        "{shown}"
    );
    m.ok(&["kb", "edit", &key, "Use the new menu.", "--publish"]);
    let all = m.json(&["kb", "list"]);
    assert_eq!(all.as_array().unwrap().len(), 1);
    assert_eq!(
        (&all[0]["state"], &all[0]["reviewed"]),
        (&"current".into(), &"2026-11-24".into())
    );
    assert_eq!(
        m.json(&["kb", "find", "new menu"])[0]["key"],
        "mount-the-share"
    );
    assert!(
        m.json(&["kb", "find", "old"])
            .as_array()
            .unwrap()
            .is_empty()
    );
    m.ok(&["kb", "stale", "mount-the-share", "--why", "again"]);
    let dry = m.json(&["kb", "reviewed", "mount-the-share", "--dry-run"]);
    assert_eq!(dry["article"]["state"], "current");
    assert_eq!(m.json(&["kb", "list"])[0]["state"], "stale");
    m.ok(&["kb", "reviewed", "mount-the-share"]);
    assert!(m.json(&["kb", "stale"]).as_array().unwrap().is_empty());
    assert_eq!(
        m.json(&["kb", "stale", "--older-than", "0"])
            .as_array()
            .unwrap()
            .len(),
        1
    );
    m.ok(&["kb", "drop", "mount-the-share"]);
    assert!(m.ok(&["kb", "list"]).contains("there are no articles yet"));
    m.ok(&["kb", "undo"]);
    assert_eq!(m.json(&["kb", "list"])[0]["key"], "mount-the-share");
}

#[test]
fn publishing_a_correction_loses_nothing_that_was_written_meanwhile_and_is_one_act() {
    let m = Machine::new();
    m.ok(&["kb", "new", "Mount the share", "Open the menu."]);
    let text = "Open the new menu.";
    m.ok(&[
        "kb",
        "new",
        "Mount the share",
        text,
        "--corrects",
        "mount-the-share",
    ]);
    let list = m.ok(&["kb", "list"]);
    assert!(list.contains("mount-the-share-2"), "{list}");
    m.ok(&[
        "kb",
        "edit",
        "mount-the-share",
        "Open the menu of the portal.",
    ]);
    let said_now = m.run(&["kb", "edit", "mount-the-share-2", "--publish"]);
    assert!(said_now.status.success(), "{}", said(&said_now));
    assert!(
        said(&said_now).contains("mount-the-share-3"),
        "{}",
        said(&said_now)
    );
    assert!(
        m.ok(&["kb", "show", "mount-the-share"])
            .contains("new menu")
    );
    assert!(
        m.ok(&["kb", "show", "mount-the-share-3"])
            .contains("menu of the portal")
    );
    m.ok(&["kb", "undo"]);
    assert!(
        m.ok(&["kb", "show", "mount-the-share"])
            .contains("menu of the portal")
    );
    assert!(
        m.ok(&["kb", "show", "mount-the-share-2"])
            .contains("new menu")
    );
    let gone = m.run(&["kb", "show", "mount-the-share-3"]);
    assert!(!gone.status.success(), "one act brings all of it back");
}
