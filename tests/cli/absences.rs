//! Going away for a week, being covered, and coming back, from the command line.

use super::{Machine, said};
use crate::contract::fake::{Fake, says};

const TEAM: &str = r#"
me = "ana"
[people.ana]
[people.ben]
rights = []
[people.cleo]
room = 40
"#;

/// Two tickets of ana's, due this week.
const WORK: &str = r#"{"v":1,"id":"A1","status":"open","created_at":"2026-11-24T08:00:00Z","assignee":"ana","requester":"jan","subject":"cannot mount","body":"help"}
{"v":1,"id":"A2","status":"open","created_at":"2026-11-24T08:00:00Z","assignee":"ana","requester":"eva","subject":"new user please","body":"please"}
"#;

fn team() -> Machine {
    let m = Machine::new();
    let folder = m.home.path().join(".config/deskhand");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), TEAM).unwrap();
    let out = m.feed(&["import", "--quiet", "-"], WORK.as_bytes());
    assert!(out.status.success(), "{}", said(&out));
    // It asks for a right that ben does not have.
    m.ok(&["edit", "A2", "kind", "new-user"]);
    m
}

fn later(m: &Machine, now: &str, args: &[&str]) -> String {
    let out = m.command_at(now, args).output().unwrap();
    assert!(out.status.success(), "{args:?}: {}", said(&out));
    String::from_utf8(out.stdout).unwrap()
}

fn code(m: &Machine, args: &[&str]) -> i32 {
    m.run(args).status.code().unwrap()
}

#[test]
fn a_week_off_with_a_gap_and_back_again() {
    let m = team();
    let add = [
        "absence",
        "add",
        "ana",
        "--from",
        "2026-11-24",
        "--to",
        "2026-12-01",
        "--cover",
        "ben",
    ];
    let planned = m.json(&add);
    let id = planned["id"].as_str().unwrap();
    assert_eq!(planned["next"]["from"], "2026-11-23T23:00:00Z");
    assert_eq!(planned["next"]["to"], "2026-12-01T23:00:00Z");
    assert!(
        m.ok(&["absence", "list"])
            .contains("Tue 2026-11-24 – Tue 2026-12-01")
    );

    let preview = m.run(&["--json", "absence", "preview", "ana"]);
    assert_eq!(preview.status.code(), Some(9), "a gap");
    let plan: serde_json::Value = serde_json::from_slice(&preview.stdout).unwrap();
    let plan = &plan["plans"][0];
    assert_eq!(plan["gaps"], 1);
    let of = |key: &str| {
        let rows = plan["tickets"].as_array().unwrap();
        rows.iter().find(|r| r["key"] == key).unwrap().clone()
    };
    assert_eq!(
        of("A1")["fate"],
        serde_json::json!({"fate": "moves", "to": "ben"})
    );
    assert_eq!(of("A2")["fate"]["fate"], "gap");
    assert_eq!(of("A2")["candidates"][0]["against"]["why"], "may-not");
    assert_eq!(of("A2")["proposals"], serde_json::json!(["cleo"]));
    let shown = m.run(&["absence", "preview", "ana"]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("add --give A2=cleo"));

    // Another plan than the one that was looked at is refused.
    let mark = plan["mark"].as_str().unwrap();
    let other = [
        "absence", "apply", "ana", "--give", "A2=cleo", "--mark", mark,
    ];
    assert_eq!(code(&m, &other), 5);
    assert_eq!(
        code(&m, &["absence", "apply", "ana", "--give", "A2=ben"]),
        4
    );
    let note = m.ok(&["absence", "note", id, "--markdown"]);
    assert!(note.contains("# Hand-over of ana"), "{note}");
    assert!(note.contains("asks for the right new-user"), "{note}");

    let applied = m.json(&["absence", "apply", "ana", "--give", "A2=cleo"]);
    assert_eq!(applied["plans"][0]["gaps"], 0);
    let who = |key: &str| m.json(&["show", key])["assignee"].clone();
    let before = m.json(&["show", "A1"]);
    assert_eq!(before["assignee"], "ben");
    assert_eq!(who("A2"), "cleo");
    assert!(m.ok(&["absence", "list"]).contains("handed over"));
    // What is with others already is in the note all the same.
    let note = m.ok(&["absence", "note", id]);
    assert!(
        note.contains("A1") && note.contains("goes to ben"),
        "{note}"
    );
    assert_eq!(code(&m, &["absence", "drop", id]), 4);

    // Cleo answers hers; ben's is not touched.
    let note = ["--as", "cleo", "note", "A2", "asked the tenant"];
    later(&m, "2026-11-25T10:00:00Z", &note);
    let back = m
        .command_at(
            "2026-12-02T08:00:00Z",
            &["--json", "absence", "return", "ana"],
        )
        .output()
        .unwrap();
    let back: serde_json::Value = serde_json::from_slice(&back.stdout).unwrap();
    assert_eq!(
        back["returns"][0]["back"],
        serde_json::json!([{"id": "A1", "requester_wrote": false}])
    );
    assert_eq!(back["returns"][0]["stays"][0]["id"], "A2");
    assert!(
        back["returns"][0]["stays"][0]["happened"]
            .to_string()
            .contains("written")
    );
    assert_eq!(who("A1"), "ana");
    assert_eq!(who("A2"), "cleo");
    assert_eq!(
        code(&m, &["absence", "return", "ana"]),
        3,
        "nothing is left to give back"
    );
    let balance: serde_json::Value = serde_json::from_str(&later(
        &m,
        "2026-12-03T08:00:00Z",
        &["--json", "absence", "balance"],
    ))
    .unwrap();
    assert!(
        balance["people"]
            .as_array()
            .unwrap()
            .iter()
            .any(|p| p["who"] == "ben" && p["tickets"] == 1)
    );
}

#[test]
fn an_absence_that_ends_early_gives_back_in_one_act() {
    let m = team();
    m.ok(&[
        "absence",
        "add",
        "--from",
        "2026-11-24 10:00",
        "--to",
        "2026-11-27",
        "--cover",
        "cleo",
    ]);
    m.ok(&["absence", "apply", "ana"]);
    let out = later(
        &m,
        "2026-11-25T08:00:00Z",
        &["absence", "until", "ana", "now"],
    );
    assert!(out.contains("2 of 2 tickets back as before"), "{out}");
    assert_eq!(m.json(&["show", "A1"])["assignee"], "ana");
    let list = later(&m, "2026-11-25T08:00:01Z", &["absence", "list"]);
    assert!(list.contains("nobody is away"), "{list}");
}

#[test]
fn who_is_there_and_when_nobody_is() {
    let m = team();
    assert_eq!(
        m.json(&["oncall"])["there"],
        serde_json::json!(["ana", "ben", "cleo"])
    );
    assert_eq!(code(&m, &["coverage", "check", "--days", "14"]), 0);
    m.ok(&[
        "absence",
        "add",
        "ana",
        "--from",
        "2026-11-26",
        "--cover",
        "cleo",
    ]);
    m.ok(&[
        "absence",
        "add",
        "cleo",
        "--from",
        "2026-11-26 13:00",
        "--to",
        "2026-11-26 17:00",
        "--cover",
        "ben",
    ]);
    let out = m.run(&["--json", "coverage", "check", "--days", "14"]);
    assert_eq!(out.status.code(), Some(9));
    let gaps: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let first = &gaps["needs"][0];
    assert_eq!(first["gaps"][0]["from"], "2026-11-26T12:00:00Z");
    assert!(
        first["right"].is_string(),
        "ben is there, but may not do everything: {first}"
    );
    let at = m.run(&["oncall", "--at", "2026-11-26 14:00", "--right", "new-user"]);
    assert_eq!(at.status.code(), Some(9));
    let shown = String::from_utf8_lossy(&at.stdout).into_owned();
    assert!(
        shown.contains("nobody is there for right new-user"),
        "{shown}"
    );
    assert!(shown.contains("away: cleo until"), "{shown}");
    let closed = m.ok(&["oncall", "--at", "2026-11-28 14:00"]);
    assert!(
        closed.contains("the desk is closed; it opens Mon 2026-11-30 09:00"),
        "{closed}"
    );
}

#[test]
fn what_cannot_be_is_refused_with_what_to_do() {
    let m = team();
    let add = |rest: &[&str]| {
        let mut all = vec!["absence", "add"];
        all.extend(rest);
        let out = m.run(&all);
        (out.status.code().unwrap(), said(&out))
    };
    for (rest, wanted) in [
        (
            &["ana", "--from", "2026-12-02", "--to", "2026-12-01"][..],
            2,
        ),
        (&["ana", "--from", "2026-12-02", "--cover", "ana"], 4),
        (&["ana", "--from", "2026-12-02", "--why", "bored"], 2),
        (
            &["ana", "--from", "2026-12-02", "--cover", "ben:colour=red"],
            2,
        ),
        (
            &["ana", "--from", "2026-12-02", "--cover", "ben:right=fly"],
            2,
        ),
        (&["ana", "--from", "2026-12-02", "--every", "hourly"], 2),
    ] {
        let (code, what) = add(rest);
        assert_eq!(code, wanted, "{what}");
        assert!(what.contains("; "), "{what}");
    }
    m.ok(&[
        "absence",
        "add",
        "ana",
        "--from",
        "2026-12-02",
        "--cover",
        "ben",
    ]);
    let (code, what) = add(&["ben", "--from", "2026-12-02", "--cover", "ana"]);
    assert_eq!(code, 4);
    assert!(what.contains("would stand in for each other"), "{what}");
    assert_eq!(
        m.run(&["absence", "preview", "nope"]).status.code(),
        Some(3)
    );
}

#[test]
fn calendars_come_in_again_and_go_out() {
    let m = team();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/ics/google.ics");
    let first = m.json(&["absence", "import", "--for", "ana", file]);
    assert_eq!((&first["new"], &first["again"]), (&3.into(), &0.into()));
    let second = m.json(&["absence", "import", "--for", "ana", file]);
    assert_eq!((&second["new"], &second["again"]), (&0.into(), &3.into()));
    let broken = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/ics/broken.ics");
    let out = m.run(&["absence", "import", broken]);
    assert_eq!(out.status.code(), Some(65));
    assert!(
        said(&out).contains("line 10 of the calendar file"),
        "{}",
        said(&out)
    );
    assert_eq!(
        m.json(&["absence", "list", "--who", "ana"])["absences"]
            .as_array()
            .unwrap()
            .len(),
        1,
        "what is over is not listed"
    );

    let feed = m.ok(&["absence", "export", "absences", "--days", "60"]);
    assert!(feed.starts_with("BEGIN:VCALENDAR\r\n"), "{feed}");
    assert!(feed.contains("SUMMARY:ana: leave"), "{feed}");
    let due = m.ok(&["absence", "export", "due"]);
    assert!(due.contains("UID:due-A1@deskhand"), "{due}");
    let path = m.home.path().join("out.ics");
    m.ok(&["absence", "export", "cover", "-o", path.to_str().unwrap()]);
    assert!(
        std::fs::read_to_string(path)
            .unwrap()
            .contains("X-WR-CALNAME:Deskhand: Cover")
    );
}

#[test]
fn a_desk_that_knows_nobody_has_at_least_those_of_its_plan() {
    let m = Machine::new();
    m.ok(&[
        "absence",
        "add",
        "--from",
        "2026-11-30",
        "--cover",
        "bo",
        "--every",
        "FREQ=WEEKLY;BYDAY=MO",
    ]);
    assert!(m.ok(&["absence", "list"]).contains("FREQ=WEEKLY;BYDAY=MO"));
    assert_eq!(
        m.json(&["oncall", "--at", "2026-12-07 10:00"])["there"],
        serde_json::json!(["bo"])
    );
    assert!(
        m.ok(&["absence", "preview", "sam"])
            .contains("0 to hand over")
    );
}

#[test]
fn what_comes_meanwhile_goes_to_the_cover_and_back() {
    let m = team();
    m.ok(&[
        "absence",
        "add",
        "ana",
        "--from",
        "2026-11-25",
        "--to",
        "2026-12-04",
        "--cover",
        "cleo",
    ]);
    let nobody = m.ok(&["absence", "apply", "--all"]);
    assert!(nobody.contains("nobody is away now"), "{nobody}");
    m.ok(&["absence", "apply", "ana"]);
    // The next day somebody gives ana a ticket; whoever runs this from a timer passes it on.
    let day = "2026-11-26T09:00:00Z";
    let more = WORK.lines().next().unwrap().replace("A1", "A3");
    m.feed(&["import", "--quiet", "-"], more.as_bytes());
    let dry = later(&m, day, &["absence", "apply", "--all", "--dry-run"]);
    assert!(
        dry.contains("-> cleo") && dry.contains("nothing was changed"),
        "{dry}"
    );
    assert_eq!(m.json(&["show", "A3"])["assignee"], "ana");
    later(&m, day, &["absence", "apply", "--all"]);
    assert_eq!(m.json(&["show", "A3"])["assignee"], "cleo");
    let early = later(&m, day, &["absence", "return", "--all"]);
    assert!(early.contains("nothing has to come back"), "{early}");
    let back = later(&m, "2026-12-07T08:00:00Z", &["absence", "return", "--all"]);
    assert!(back.contains("3 of 3 tickets back as before"), "{back}");
}

#[test]
fn the_note_goes_into_the_tickets_and_does_not_keep_them() {
    let m = team();
    m.ok(&[
        "absence",
        "add",
        "ana",
        "--from",
        "2026-11-25",
        "--to",
        "2026-12-04",
        "--cover",
        "cleo",
    ]);
    assert!(
        m.ok(&["absence", "note", "ana", "--to-tickets"])
            .contains("noted in")
    );
    later(&m, "2026-11-24T16:00:00Z", &["absence", "apply", "ana"]);
    let shown = m.ok(&["show", "A1"]);
    assert!(
        shown.contains("Hand-over of ana") && shown.contains("goes to cleo"),
        "{shown}"
    );
    let back = later(
        &m,
        "2026-12-07T08:00:00Z",
        &["absence", "return", "ana", "--dry-run"],
    );
    assert!(back.contains("2 of 2 tickets back as before"), "{back}");
    assert_eq!(m.json(&["show", "A1"])["assignee"], "cleo");
}

#[test]
fn the_note_tells_of_what_is_handed_over_and_goes_into_a_ticket_once() {
    let m = team();
    m.ok(&[
        "absence",
        "add",
        "ana",
        "--from",
        "2026-11-24",
        "--to",
        "2026-12-04",
        "--cover",
        "cleo",
    ]);
    let before = m.ok(&["absence", "note", "ana"]);
    m.ok(&["absence", "apply", "ana"]);
    let after = m.ok(&["absence", "note", "ana"]);
    for note in [before, after] {
        assert!(note.contains("A1") && note.contains("A2"), "{note}");
        assert_eq!(note.matches("goes to cleo").count(), 2, "{note}");
    }
    let first = m.ok(&["absence", "note", "ana", "--to-tickets"]);
    assert!(
        ["noted in", "A1", "A2"].iter().all(|w| first.contains(w)),
        "{first}"
    );
    let second = m.ok(&["absence", "note", "ana", "--to-tickets"]);
    assert!(second.contains("nothing was written"), "{second}");
    let shown = m.ok(&["show", "A1"]);
    assert_eq!(shown.matches("Hand-over of ana").count(), 1, "{shown}");
}

#[test]
fn a_hand_over_that_was_taken_back_is_none() {
    let m = team();
    let add = ["absence", "add", "ana", "--from", "2026-11-24"];
    m.ok(&[&add[..], &["--to", "2026-12-04", "--cover", "cleo"]].concat());
    m.ok(&["absence", "apply", "ana"]);
    assert!(m.ok(&["absence", "list"]).contains("handed over"));
    let undone = m.ok(&["undo"]);
    assert!(
        undone.contains("Took back the hand-over of ana"),
        "{undone}"
    );
    assert!(!m.ok(&["absence", "list"]).contains("handed over"));
    assert_eq!(m.json(&["show", "A1"])["assignee"], "ana");
    let held = m.ok(&["absence", "hold"]);
    assert!(held.contains("nothing came"), "{held}");
    m.ok(&["absence", "apply", "ana"]);
    assert_eq!(m.json(&["show", "A1"])["assignee"], "cleo");
    m.ok(&["undo"]);
    m.ok(&["absence", "drop", "ana"]);
}

#[test]
fn a_turn_of_a_series_that_was_swapped_goes_on_passing_on() {
    let m = team();
    let add = ["absence", "add", "ana", "--from", "2026-11-24", "--to"];
    let rest = ["2026-11-27", "--every", "monthly", "--cover", "cleo"];
    m.ok(&[&add[..], &rest[..]].concat());
    m.ok(&["absence", "apply", "ana", "--keep", "A2"]);
    assert_eq!(m.json(&["show", "A1"])["assignee"], "cleo");
    let as_ = |who: &str, args: &[&str]| {
        let out = m.run(&[&["--as", who, "--json"][..], args].concat());
        assert!(out.status.success(), "{}", said(&out));
        serde_json::from_slice::<serde_json::Value>(&out.stdout).unwrap()
    };
    let series = m.json(&["absence", "list"])["absences"][0]["id"].clone();
    let ask = ["absence", "swap", "ask", "ben", "--give"];
    let asked = as_("cleo", &[&ask[..], &[series.as_str().unwrap()]].concat());
    let id = asked["id"].as_str().unwrap();
    as_("ben", &["absence", "swap", "answer", id, "yes"]);
    assert_eq!(m.json(&["show", "A1"])["assignee"], "ben");
    // What comes for her now goes to who stands in now.
    let more = WORK.lines().next().unwrap().replace("A1", "A3");
    m.feed(&["import", "--quiet", "-"], more.as_bytes());
    m.ok(&["absence", "hold"]);
    assert_eq!(m.json(&["show", "A3"])["assignee"], "ben");
    let back = later(&m, "2026-11-30T08:00:00Z", &["absence", "return", "--all"]);
    assert!(back.contains("2 of 2 tickets back as before"), "{back}");
}

/// When somebody is away in the next months, as the feed tells it.
fn days_away(m: &Machine) -> Vec<String> {
    let feed = m.ok(&["absence", "export", "absences", "--days", "60"]);
    let starts = feed.lines().filter_map(|l| l.strip_prefix("DTSTART"));
    starts
        .map(|s| s.trim_end().rsplit(':').next().unwrap().to_owned())
        .collect()
}

#[test]
fn a_series_ends_from_a_day_on_and_goes_on_otherwise() {
    let m = team();
    let add = [
        "absence",
        "add",
        "ana",
        "--from",
        "2026-11-27 13:00",
        "--to",
        "2026-11-27 17:00",
    ];
    let more = [
        "--every",
        "weekly",
        "--cover",
        "ben:tenant=umc",
        "--why",
        "part-time",
        "--note",
        "home",
    ];
    let first = m.json(&[&add[..], &more].concat());
    let first = first["id"].as_str().unwrap();
    let next = m.json(&[
        "absence",
        "add",
        "ana",
        "--from",
        "2026-12-17 13:00",
        "--to",
        "2026-12-17 16:00",
        "--every",
        "weekly",
        "--until",
        "2026-12-31",
        "--instead-of",
        first,
    ]);
    assert_eq!(
        (&next["why"], &next["note"]),
        (&"part-time".into(), &"home".into())
    );
    assert_eq!(next["covers"][0]["scope"]["tenants"][0], "umc");
    let all = [
        "20261127T120000Z",
        "20261204T120000Z",
        "20261211T120000Z",
        "20261217T120000Z",
        "20261224T120000Z",
        "20261231T120000Z",
    ];
    assert_eq!(days_away(&m), all);
    m.ok(&["absence", "until", first, "2026-12-04", "--series"]);
    let left = [&all[..2], &all[3..]].concat();
    assert_eq!(days_away(&m), left);
    let refused = m.run(&["absence", "until", first, "2026-11-01", "--series"]);
    assert_eq!(refused.status.code(), Some(4), "{}", said(&refused));
    assert!(said(&refused).contains("absence drop"));
    assert_eq!(days_away(&m), left);
    let others = [
        "absence",
        "add",
        "ben",
        "--from",
        "2026-12-17",
        "--instead-of",
        first,
    ];
    assert_eq!(code(&m, &others), 2);
    // The last day of whole days is the last day.
    m.ok(&[
        "absence",
        "add",
        "cleo",
        "--from",
        "2026-12-01",
        "--every",
        "daily",
        "--until",
        "2026-12-03",
    ]);
    let cleo = m.ok(&[
        "absence", "export", "absences", "--who", "cleo", "--days", "60",
    ]);
    assert_eq!(cleo.matches("BEGIN:VEVENT").count(), 3, "{cleo}");
}

#[test]
fn one_asks_the_other_says_yes_and_both_covers_change_in_one_act() {
    let m = team();
    let add = |who: &str, from: &str, to: &str, cover: &str| {
        let all = [
            "absence", "add", who, "--from", from, "--to", to, "--cover", cover,
        ];
        m.json(&all)["id"].as_str().unwrap().to_owned()
    };
    let first = add("ana", "2026-11-24 10:00", "2026-11-27", "cleo");
    let second = add("ana", "2026-12-14", "2026-12-18", "ben");
    m.ok(&["absence", "apply", "ana", "--dry-run"]
        .map(|a| if a == "ana" { first.as_str() } else { a }));
    m.ok(&["absence", "apply", &first, "--keep", "A2"]);
    assert_eq!(m.json(&["show", "A1"])["assignee"], "cleo");
    let as_ = |who: &str, args: &[&str]| m.run(&[&["--as", who][..], args].concat());
    // Ben has not the right for everything, but cover of all is passed on where he may not.
    let asked = as_(
        "cleo",
        &[
            "--json",
            "absence",
            "swap",
            "ask",
            "ben",
            "--give",
            &first,
            "--take",
            &second,
            "--note",
            "a wedding",
        ],
    );
    assert!(asked.status.success(), "{}", said(&asked));
    let asked: serde_json::Value = serde_json::from_slice(&asked.stdout).unwrap();
    let id = asked["id"].as_str().unwrap();
    let list = m.ok(&["absence", "swap", "list"]);
    assert!(
        list.contains("cleo asks ben: standing in for ana") && list.contains("a wedding"),
        "{list}"
    );
    let other = as_("ana", &["absence", "swap", "answer", id, "yes"]);
    assert_eq!(other.status.code(), Some(4), "nobody answers for another");
    let yes = as_("ben", &["absence", "swap", "answer", id, "yes"]);
    assert!(yes.status.success(), "{}", said(&yes));
    let all = m.json(&["absence", "list"]);
    let covers: Vec<&serde_json::Value> = all["absences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| &a["covers"][0]["who"])
        .collect();
    assert_eq!(covers, ["ben", "cleo"]);
    assert_eq!(
        m.json(&["show", "A1"])["assignee"],
        "ben",
        "what was handed over goes along"
    );
    assert_eq!(
        as_("ben", &["absence", "swap", "answer", id, "no"])
            .status
            .code(),
        Some(3),
        "once"
    );
    assert!(m.ok(&["absence", "swap", "list"]).contains("nobody asks"));
    assert!(
        m.ok(&["absence", "swap", "list", "--all"])
            .contains("(taken)")
    );
    let back = later(&m, "2026-12-01T08:00:00Z", &["absence", "return", &first]);
    assert!(back.contains("1 of 1 ticket back as before"), "{back}");
    assert_eq!(m.json(&["show", "A1"])["assignee"], "ana");

    // A stretch of one's own time; refused where the other is away.
    let day = as_(
        "ben",
        &[
            "absence",
            "swap",
            "ask",
            "cleo",
            "--give",
            "2026-12-02 09:00..2026-12-02 13:00",
        ],
    );
    assert!(day.status.success(), "{}", said(&day));
    m.ok(&["absence", "add", "cleo", "--from", "2026-12-02"]);
    let id: serde_json::Value = m.json(&["absence", "swap", "list"])["swaps"][0]["id"].clone();
    let late = as_(
        "cleo",
        &["absence", "swap", "answer", id.as_str().unwrap(), "yes"],
    );
    assert_eq!(late.status.code(), Some(4));
    assert!(said(&late).contains("away until"), "{}", said(&late));
    assert!(
        as_(
            "cleo",
            &["absence", "swap", "answer", id.as_str().unwrap(), "no"]
        )
        .status
        .success()
    );
    let none = m.run(&["absence", "swap", "ask", "ben", "--give", "nothing"]);
    assert_eq!(none.status.code(), Some(3));
}

#[test]
fn what_arrives_while_somebody_is_away_is_held_once_and_comes_back() {
    let m = team();
    m.ok(&[
        "absence",
        "add",
        "ana",
        "--from",
        "2026-11-24 10:00",
        "--to",
        "2026-12-04",
        "--cover",
        "cleo",
    ]);
    m.ok(&["absence", "apply", "ana", "--keep", "A2"]);
    let day = "2026-11-26T09:00:00Z";
    let hold = |args: &[&str]| {
        let mut all = vec!["--json", "absence", "hold"];
        all.extend(args);
        let out = m.command_at(day, &all).output().unwrap();
        let held: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
        (out.status.code().unwrap(), held["held"].clone())
    };
    let who = |key: &str| m.json(&["show", key])["assignee"].clone();
    assert_eq!(
        hold(&[]),
        (0, serde_json::json!([])),
        "what was left stays left"
    );
    let more = WORK.lines().next().unwrap().replace("A1", "A3");
    m.feed(&["import", "--quiet", "-"], more.as_bytes());
    let (_, dry) = hold(&["--dry-run"]);
    assert_eq!(dry[0]["tickets"][0]["key"], "A3");
    assert_eq!(who("A3"), "ana");
    let (code, held) = hold(&[]);
    assert_eq!(
        (code, &held[0]["tickets"][0]["fate"]["to"]),
        (0, &"cleo".into())
    );
    assert_eq!((who("A3"), who("A2")), ("cleo".into(), "ana".into()));
    assert_eq!(hold(&[]).1, serde_json::json!([]), "once");
    // Whoever gives it back has decided.
    later(&m, day, &["--as", "cleo", "assign", "A3", "ana"]);
    assert_eq!(hold(&[]).1, serde_json::json!([]));
    assert_eq!(who("A3"), "ana");
    // An act here passes it on at once, and nobody's undo takes that back.
    later(&m, day, &["--as", "ben", "take", "A2"]);
    let fresh = WORK
        .lines()
        .next()
        .unwrap()
        .replace("A1", "A4")
        .replace("\"ana\"", "\"ben\"");
    m.feed(&["import", "--quiet", "-"], fresh.as_bytes());
    later(&m, day, &["--as", "ben", "assign", "A4", "ana"]);
    assert_eq!(who("A4"), "cleo");
    let back = later(
        &m,
        "2026-12-07T08:00:00Z",
        &["absence", "return", "ana", "--dry-run"],
    );
    assert!(back.contains("2 of 3 tickets back as before"), "{back}");
    // Nobody can take it: a gap, said with its code.
    m.ok(&[
        "absence",
        "add",
        "cleo",
        "--from",
        "2026-11-26",
        "--to",
        "2026-12-04",
    ]);
    let gap = WORK.lines().next().unwrap().replace("A1", "A5");
    m.feed(&["import", "--quiet", "-"], gap.as_bytes());
    let (code, held) = hold(&[]);
    assert_eq!(
        (code, &held[0]["tickets"][0]["fate"]["fate"]),
        (9, &"gap".into())
    );
}

/// A calendar at an address, as its days are given.
fn address(days: Vec<Vec<&'static str>>) -> Fake {
    Fake::new(move |n, _| {
        let Some(days) = days.get(n) else {
            return says("503 Service Unavailable", &[], "");
        };
        let event = |d: &&str| {
            let (uid, day) = d.split_once(' ').unwrap();
            format!(
                "BEGIN:VEVENT\r\nUID:{uid}@hr\r\nSUMMARY:Holiday\r\nDTSTART;VALUE=DATE:{day}\r\nEND:VEVENT\r\n"
            )
        };
        let events: String = days.iter().map(event).collect();
        says(
            "200 OK",
            &["ETag: \"x\""],
            &format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n"),
        )
    })
}

#[test]
fn a_calendar_at_an_address_is_followed_and_what_is_gone_there_is_gone_here() {
    let fake = address(vec![
        vec!["a 20261201", "b 20261208"],
        vec!["a 20261202"],
        vec!["a 20261202", "c 20261215"],
    ]);
    let m = team();
    let file = m.home.path().join(".config/deskhand/config.toml");
    let text = format!(
        "{TEAM}\n[[absences.calendars]]\nurl = \"{}/leave.ics?key=secret\"\nwho = \"ana\"\ncover = [\"ben:tenant=umc\"]\n",
        fake.url
    );
    std::fs::write(&file, text).unwrap();
    m.ok(&[
        "absence",
        "add",
        "ana",
        "--from",
        "2026-12-21",
        "--cover",
        "cleo",
    ]);
    let heard = m.json(&["absence", "sync"]);
    assert_eq!(heard["calendars"][0]["new"], 2);
    assert!(!heard.to_string().contains("secret"));
    let plan = || -> Vec<String> {
        let all = m.json(&["absence", "list"]);
        let day = |a: &serde_json::Value| {
            let covers = a["covers"][0]["who"].as_str().unwrap();
            format!("{} {covers}", &a["next"]["from"].as_str().unwrap()[..10])
        };
        all["absences"]
            .as_array()
            .unwrap()
            .iter()
            .map(day)
            .collect()
    };
    assert_eq!(
        plan(),
        ["2026-11-30 ben", "2026-12-07 ben", "2026-12-20 cleo"]
    );
    // Moved, and one gone; what was planned here stays.
    let heard = m.json(&["absence", "sync"]);
    assert_eq!(
        (
            &heard["calendars"][0]["new"],
            heard["calendars"][0]["gone"].as_array().unwrap().len()
        ),
        (&0.into(), 1)
    );
    assert_eq!(plan(), ["2026-12-01 ben", "2026-12-20 cleo"]);
    let id = m.json(&["absence", "list"])["absences"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for act in [
        &["absence", "until", &id, "2026-12-05"][..],
        &["absence", "drop", &id],
    ] {
        let out = m.run(act);
        assert_eq!(out.status.code(), Some(4));
        assert!(said(&out).contains("change it there"), "{}", said(&out));
    }
    // A scheduler asks when it is due: not within the day.
    m.ok(&["sync", "--once"]);
    assert_eq!(plan().len(), 2);
    let later = m
        .command_at("2026-11-25T10:00:00Z", &["sync", "--once"])
        .output()
        .unwrap();
    assert!(later.status.success(), "{}", said(&later));
    assert_eq!(
        plan(),
        ["2026-12-01 ben", "2026-12-14 ben", "2026-12-20 cleo"]
    );
    // The server is gone: what was fetched counts, and the doctor says so.
    let heard = m.json(&["absence", "sync"]);
    assert!(
        heard["calendars"][0]["trouble"]
            .as_str()
            .unwrap()
            .contains("503")
    );
    assert_eq!(plan().len(), 3);
    assert!(m.ok(&["doctor"]).contains("503"));
    // Without the address in the settings what came is ours.
    std::fs::write(&file, TEAM).unwrap();
    m.ok(&["absence", "drop", &id]);
    assert_eq!(plan().len(), 2);
}

#[test]
fn without_a_calendar_there_is_nothing_to_ask() {
    let m = team();
    let out = m.run(&["absence", "sync"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(said(&out).contains("[absences.caldav]"));
    let out = m.run(&["absence", "settle", "1a2b", "mine"]);
    assert_eq!(out.status.code(), Some(3));
}

#[test]
fn a_turn_of_whole_days_that_ends_by_the_hour_is_shown_and_sent_by_the_hour() {
    let m = team();
    let add = [
        "absence",
        "add",
        "ana",
        "--from",
        "2026-11-25",
        "--every",
        "weekly",
    ];
    let id = m.json(&add)["id"].as_str().unwrap().to_owned();
    m.ok(&["absence", "until", &id, "2026-11-25 12:00"]);
    let list = m.ok(&["absence", "list", "--days", "7"]);
    assert!(list.contains("12:00"), "{list}");
    let feed = m.ok(&["absence", "export", "absences", "--days", "20"]);
    for line in [
        "DTSTART:20261124T230000Z",
        "DTEND:20261125T110000Z",
        "DTSTART;VALUE=DATE:20261202",
        "DTEND;VALUE=DATE:20261203",
    ] {
        assert!(feed.contains(line), "{line}: {feed}");
    }
}

#[test]
fn what_is_doubtful_is_said_when_it_is_planned_in_times_of_the_desk() {
    let m = team();
    let add = |who: &str, to: &str, cover: &str| {
        m.run(&[
            "absence",
            "add",
            who,
            "--from",
            "2026-11-25",
            "--to",
            to,
            "--cover",
            cover,
        ])
    };
    let out = add("ana", "2026-11-30", "nobody");
    assert_eq!(out.status.code(), Some(2));
    assert!(
        said(&out).contains("nobody here is called \"nobody\""),
        "{}",
        said(&out)
    );
    let out = add("ben", "2026-11-27", "cleo:tenant=umc");
    assert!(
        out.status.success() && said(&out).is_empty(),
        "{}",
        said(&out)
    );
    let out = add("ana", "2026-11-30", "ben");
    assert!(out.status.success());
    for words in ["ben is away then too (leave)", "who stands in may not: "] {
        assert!(said(&out).contains(words), "{}", said(&out));
    }
    let ring = add("cleo", "2026-11-30", "ben");
    assert_eq!(ring.status.code(), Some(4), "{}", said(&ring));
    assert!(
        said(&ring).contains("away from 2026-11-25 00:00; "),
        "{}",
        said(&ring)
    );
    let preview = m.run(&["absence", "preview", "ana"]);
    let preview = String::from_utf8_lossy(&preview.stdout).into_owned();
    let note = m.ok(&["absence", "note", "ana"]);
    for text in [preview, note] {
        assert!(text.contains("away until 2026-11-27"), "{text}");
        assert!(!text.contains("UTC"), "{text}");
    }
}
