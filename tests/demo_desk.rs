//! The demo desk's files tell one consistent story: what happened leads to what is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

const DESK: &str = include_str!("../assets/demo/desk.json");
const TICKETS: &str = include_str!("../assets/demo/tickets.ndjson");

/// A working day of the demo's calendar, in seconds.
const DAY: i64 = 28_800;

fn desk() -> Value {
    serde_json::from_str(DESK).unwrap()
}

fn tickets() -> Vec<Value> {
    TICKETS
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

fn ids<'a>(list: &'a Value, field: &str) -> BTreeSet<&'a str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|v| v[field].as_str().unwrap())
        .collect()
}

fn live(t: &Value) -> bool {
    !matches!(t["status"].as_str().unwrap(), "resolved" | "closed")
}

#[test]
fn keys_and_subjects_are_unique_and_lines_are_oldest_first() {
    let all = tickets();
    let (mut keys, mut subjects, mut last) = (BTreeSet::new(), BTreeSet::new(), i64::MIN);
    for t in &all {
        assert!(keys.insert(t["key"].as_str().unwrap()), "{}", t["key"]);
        assert!(
            subjects.insert(t["subject"].as_str().unwrap()),
            "{}",
            t["subject"]
        );
        let created = t["created_w"].as_i64().unwrap();
        assert!(created < 0 && created >= last, "{}", t["key"]);
        last = created;
    }
    assert!(all.len() >= 300, "{} tickets", all.len());
}

#[test]
fn everything_named_exists() {
    let desk = desk();
    let (agents, tenants) = (ids(&desk["agents"], "id"), ids(&desk["tenants"], "id"));
    let workspaces: BTreeMap<&str, &str> = desk["workspaces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| (w["name"].as_str().unwrap(), w["tenant"].as_str().unwrap()))
        .collect();
    let labels: BTreeSet<&str> = desk["labels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| l.as_str().unwrap())
        .collect();
    assert!(agents.contains(desk["me"].as_str().unwrap()));
    for a in desk["absences"].as_array().unwrap() {
        assert!(agents.contains(a["agent"].as_str().unwrap()));
        assert!(agents.contains(a["cover"].as_str().unwrap()));
        assert!(0 < a["from_w"].as_i64().unwrap() && a["from_w"].as_i64() < a["to_w"].as_i64());
    }
    let all = tickets();
    let keys: BTreeSet<&str> = all.iter().map(|t| t["key"].as_str().unwrap()).collect();
    for t in &all {
        let key = t["key"].as_str().unwrap();
        assert!(tenants.contains(t["tenant"].as_str().unwrap()), "{key}");
        if let Some(w) = t["workspace"].as_str() {
            assert_eq!(workspaces.get(w).copied(), t["tenant"].as_str(), "{key}");
        }
        for l in t["labels"].as_array().unwrap() {
            assert!(labels.contains(l.as_str().unwrap()), "{key} {l}");
        }
        for l in t["links"].as_array().into_iter().flatten() {
            assert!(
                l.as_str() != Some(key) && keys.contains(l.as_str().unwrap()),
                "{key} {l}"
            );
        }
        for e in t["events"].as_array().unwrap() {
            let by = e["by"].as_str().unwrap();
            assert!(by == "requester" || agents.contains(by), "{key} {by}");
        }
        // Nobody real is ever written to from a demo.
        assert!(
            t["requester"]["email"]
                .as_str()
                .unwrap()
                .ends_with(".example")
        );
    }
}

#[test]
fn the_events_lead_to_the_fields_on_top() {
    for t in tickets() {
        let key = t["key"].as_str().unwrap();
        let (mut status, mut assignee) = (Value::from("new"), Value::Null);
        let (mut priority, mut at) = (None, t["created_w"].as_i64().unwrap());
        for e in t["events"].as_array().unwrap() {
            let here = e["at_w"].as_i64().unwrap();
            assert!(here >= at && here <= 0, "{key} at {here}");
            at = here;
            match e["what"].as_str().unwrap() {
                "status" => {
                    assert_eq!(e["old"], status, "{key}");
                    status = e["new"].clone();
                }
                "assigned" => {
                    assert_eq!(e["old"], assignee, "{key}");
                    assignee = e["new"].clone();
                }
                "priority" => {
                    assert!(priority.is_none_or(|p| e["old"] == p), "{key}");
                    priority = e["new"].as_i64();
                }
                "label" => assert!(
                    t["labels"].as_array().unwrap().contains(&e["new"]),
                    "{key} {}",
                    e["new"]
                ),
                what => {
                    assert!(matches!(what, "reply" | "note"), "{key} {what}");
                    assert!(!e["body"].as_str().unwrap().is_empty(), "{key}");
                }
            }
        }
        assert_eq!(t["status"], status, "{key}");
        assert_eq!(t["assignee"], assignee, "{key}");
        assert!(priority.is_none_or(|p| t["priority"] == p), "{key}");
    }
}

/// Working seconds left on the response clock of a ticket that nobody paused.
fn left(t: &Value) -> Option<i64> {
    if !matches!(t["status"].as_str().unwrap(), "new" | "open") {
        return None;
    }
    let mut target = match t["priority"].as_i64().unwrap() {
        1 => DAY / 4,
        2 => DAY,
        _ => 3 * DAY,
    };
    if matches!(t["kind"].as_str().unwrap(), "new-user" | "new-workspace") {
        target = target.min(DAY);
    }
    let mut since = t["created_w"].as_i64();
    for e in t["events"].as_array().unwrap() {
        if e["what"] == "reply" {
            since = match (e["by"] == "requester", since) {
                (true, None) => e["at_w"].as_i64(),
                (true, waiting) => waiting,
                (false, _) => None,
            };
        }
    }
    since.map(|s| s + target)
}

#[test]
fn the_queue_is_alive() {
    let all = tickets();
    let count = |f: &dyn Fn(&Value) -> bool| all.iter().filter(|t| f(t)).count();
    let within = |from: i64, to: i64| count(&|t| left(t).is_some_and(|l| l >= from && l < to));
    let (late, soon) = (within(i64::MIN, 0), within(0, DAY / 4));
    assert!((4..=10).contains(&late), "{late} late");
    assert!((6..=12).contains(&soon), "{soon} within two hours");
    assert!(within(DAY / 4, DAY) >= 12);
    let open = count(&live);
    assert!((120..=160).contains(&open), "{open} live");
    let waiting = count(&|t| t["status"] == "pending");
    assert!(waiting * 4 >= open, "{waiting} of {open} wait");
    assert!(count(&|t| live(t) && t["assignee"].is_null()) >= 15);
    assert!(count(&|t| t["status"] == "on-hold") >= 5);
    assert!(count(&|t| t["snoozed_until_w"].as_i64().is_some_and(|s| s > 0)) >= 4);
    assert!(count(&|t| live(t) && t["assignee"] == "ana") >= 5);
}

#[test]
fn some_texts_are_hostile_on_purpose_and_the_rest_stays_small() {
    for sign in ["\\u001b[2J", "\u{202e}", "\u{200d}", "محمد", "נועה"] {
        assert!(TICKETS.contains(sign), "{sign:?}");
    }
    let all = tickets();
    assert!(
        all.iter()
            .any(|t| t["subject"].as_str().unwrap().chars().count() > 300)
    );
    assert!(all.iter().any(|t| {
        t["body"]
            .as_str()
            .unwrap()
            .lines()
            .any(|l| l.len() > 50_000)
    }));
    assert!(TICKETS.len() + DESK.len() < 700_000);
}

#[test]
fn placeholders_of_macros_and_snippets_are_known() {
    let known = [
        "{requester.first}",
        "{ticket.key}",
        "{workspace}",
        "{agent.name}",
        "{tenant}",
    ];
    let desk = desk();
    let bodies = desk["macros"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|m| m["acts"].as_array().unwrap())
        .chain(desk["snippets"].as_array().unwrap())
        .filter_map(|v| v["body"].as_str());
    for body in bodies {
        let mut rest = body.to_owned();
        for k in known {
            rest = rest.replace(k, "");
        }
        assert!(!rest.contains(['{', '}']), "{body}");
    }
}

mod again {
    //! Opening the demo on another day.

    use chrono::{DateTime, TimeDelta, Utc};
    use deskhand::config::{Config, Paths};
    use deskhand::domain::thread::{Draft, DraftSeen, Visibility};
    use deskhand::shell::open_demo;
    use deskhand::store::Reader;

    fn day(n: i64) -> DateTime<Utc> {
        let monday: DateTime<Utc> = "2026-11-23T10:00:00Z".parse().unwrap();
        monday + TimeDelta::days(n)
    }

    fn aside(paths: &Paths, word: &str) -> usize {
        std::fs::read_dir(&paths.data_dir)
            .unwrap()
            .filter_map(|f| f.ok()?.file_name().into_string().ok())
            .filter(|n| n.starts_with(&format!("demo.db.{word}-")))
            .filter(|n| !["-wal", "-shm", ".suspect"].iter().any(|e| n.ends_with(e)))
            .count()
    }

    fn made_on(paths: &Paths) -> String {
        let reader = Reader::open(&paths.demo_store()).unwrap();
        reader.meta("demo_day").unwrap().unwrap()
    }

    #[test]
    fn a_draft_keeps_yesterdays_demo() {
        let folder = tempfile::tempdir().unwrap();
        let (paths, config) = (Paths::below(folder.path()), Config::default());
        drop(open_demo(&paths, &config, day(0), false).unwrap());
        drop(open_demo(&paths, &config, day(1), false).unwrap());
        assert_eq!(made_on(&paths), "2026-11-24");
        let mut desk = open_demo(&paths, &config, day(1), false).unwrap();
        let mut first = None;
        Reader::open(&paths.demo_store())
            .unwrap()
            .export(&mut |r| {
                first = Some(r.ticket.id);
                false
            })
            .unwrap();
        let draft = Draft {
            ticket: first.unwrap(),
            visibility: Visibility::Internal,
            body: "half a sentence".into(),
            at: day(1),
            files: Vec::new(),
        };
        let seen = DraftSeen {
            place: draft.place(),
            texts: Vec::new(),
        };
        desk.writer.save_draft(draft, &seen).unwrap();
        drop(desk);
        drop(open_demo(&paths, &config, day(2), false).unwrap());
        assert_eq!(made_on(&paths), "2026-11-24");
        let kept = Reader::open(&paths.demo_store()).unwrap().drafts().unwrap();
        assert_eq!(kept.len(), 1);
        drop(open_demo(&paths, &config, day(2), true).unwrap());
        assert_eq!(made_on(&paths), "2026-11-25");
    }

    #[test]
    fn what_a_newer_program_wrote_or_what_is_damaged_is_set_aside_not_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let (paths, config) = (Paths::below(folder.path()), Config::default());
        for fresh in [false, true] {
            drop(open_demo(&paths, &config, day(0), false).unwrap());
            let raw = rusqlite::Connection::open(paths.demo_store()).unwrap();
            raw.pragma_update(None, "user_version", 99).unwrap();
            drop(raw);
            let desk = open_demo(&paths, &config, day(fresh.into()), fresh).unwrap();
            let news = desk.news.join(" ");
            assert!(
                news.contains("newer Deskhand") && news.contains("demo.db.aside-"),
                "{news}"
            );
            drop(desk);
            assert_eq!(aside(&paths, "aside"), 1 + usize::from(fresh));
            std::fs::write(paths.demo_store(), vec![b'x'; 5000]).unwrap();
            let desk = open_demo(&paths, &config, day(fresh.into()), fresh).unwrap();
            assert!(desk.news.join(" ").contains("was damaged"));
            assert_eq!(aside(&paths, "damaged"), 1 + usize::from(fresh));
            // The new one is a whole demo.
            assert_eq!(made_on(&paths), day(fresh.into()).format("%F").to_string());
        }
    }
}
