//! Names that are not known, and what is said where something is wrong.

use deskhand::domain::people::{Agent, Tenant, TenantId, known_agent, known_tenant};
use deskhand::domain::text::Untrusted;

use super::hand::agent;
use super::{Machine, said};

fn wrong(m: &Machine, args: &[&str], code: i32, says: &[&str]) {
    let out = m.run(args);
    assert_eq!(out.status.code(), Some(code), "{args:?}: {}", said(&out));
    for word in says {
        assert!(said(&out).contains(word), "{word}: {}", said(&out));
    }
}

#[test]
fn a_name_that_nobody_has_is_refused_with_those_there_are() {
    let m = Machine::filled();
    m.ok(&["new", "s", "text", "--tenant", "umc"]);
    let before = m.ok(&["export"]);
    wrong(
        &m,
        &["assign", "T-2", "nobodyx"],
        2,
        &["nobodyx", "there are ana"],
    );
    wrong(&m, &["assign", "T-2", "anna"], 2, &["did you mean ana?"]);
    wrong(
        &m,
        &["edit", "T-2", "tenant", "nope"],
        2,
        &["nope", "there are umc"],
    );
    assert_eq!(m.ok(&["export"]), before);
    m.ok(&["assign", "T-2", "Ana"]);
    assert_eq!(m.json(&["show", "T-2"])["assignee"], "ana");
    m.ok(&["assign", "T-2", "none"]);
    assert!(m.json(&["show", "T-2"])["assignee"].is_null());
    m.ok(&["assign", "T-2", "sam"]);
    assert_eq!(m.json(&["show", "T-2"])["assignee"], "sam");
    // Whoever brings something in brings its names.
    m.ok(&["new", "s", "text", "--tenant", "vu"]);
    m.ok(&["edit", "T-2", "tenant", "vu"]);
    m.ok(&["edit", "T-2", "workspace", "a new one"]);
}

#[test]
fn a_desk_that_knows_nobody_takes_everybody() {
    let m = Machine::new();
    let key = m.json(&["new", "s", "text"])["id"]
        .as_str()
        .unwrap()
        .to_owned();
    m.ok(&["edit", &key, "tenant", "umc"]);
    m.ok(&["assign", &key, "sam"]);
    m.ok(&["assign", &key, "bo"]);
    let who = agent("sam");
    assert_eq!(known_agent("bo", &[], &who), Ok(agent("bo")));
    assert!(known_agent("b o", &[], &who).is_err());
}

#[test]
fn a_person_is_known_by_handle_or_part_of_the_name() {
    let people: Vec<Agent> = (0..12)
        .map(|n| Agent {
            id: agent(&format!("p{n}x")),
            name: Untrusted::new(format!("Person {n}-{n}")),
            tenants: Vec::new(),
        })
        .collect();
    let me = agent("sam");
    assert_eq!(known_agent("n 1-", &people, &me), Ok(agent("p1x")));
    assert_eq!(known_agent("P2X", &people, &me), Ok(agent("p2x")));
    assert!(
        known_agent("person", &people, &me)
            .unwrap_err()
            .contains("several")
    );
    let said = known_agent("zzzzzz", &people, &me).unwrap_err();
    assert!(said.ends_with("p7x and 4 more"), "{said}");
    let umc = TenantId::parse("umc").unwrap();
    let known = [Tenant {
        name: Untrusted::new("UMC"),
        id: umc.clone(),
    }];
    assert!(known_tenant(&umc, &known).is_ok());
    assert!(known_tenant(&TenantId::parse("vu").unwrap(), &known).is_err());
}

#[test]
fn the_trail_is_read_in_words() {
    let m = Machine::filled();
    m.ok(&["status", "T-2", "pending"]);
    m.ok(&["note", "T-2", "a note"]);
    let text = m.ok(&["audit"]);
    assert!(text.contains("status pending"), "{text}");
    assert!(text.contains("internal note, 6 "), "{text}");
    assert!(!text.contains("{\""), "{text}");
    assert!(m.json(&["audit"]).to_string().contains("sha256"));
}

#[test]
fn an_export_into_no_folder_names_what_was_asked_for() {
    let m = Machine::filled();
    let out = m.run(&["export", "-o", "/nope/x"]);
    assert_eq!(out.status.code(), Some(1));
    let said = said(&out);
    assert!(
        said.contains("/nope/x") && said.contains("there is no folder /nope;"),
        "{said}"
    );
    assert!(!said.contains(".tmp"), "{said}");
}

#[test]
fn a_filter_that_begins_like_a_flag_is_told_where_to_stand() {
    let m = Machine::filled();
    for args in [
        &["list", "-tenant:umc"][..],
        &["list", "--all", "status:open", "-tenant:umc"],
    ] {
        wrong(&m, args, 2, &["deskhand list -- -tenant:umc"]);
    }
    wrong(&m, &["list", "--tenat", "-x:y"], 2, &["'--tenat'"]);
    m.ok(&["list", "--", "-tenant:umc"]);
}

#[test]
fn keys_of_another_form_are_told_the_form() {
    let m = Machine::new();
    let folder = m.home.path().join(".config/deskhand");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("keys.toml"), "reply = 5\n").unwrap();
    wrong(
        &m,
        &["config", "check"],
        6,
        &["line 1", "a key, or a list of keys, in quotes"],
    );
}
