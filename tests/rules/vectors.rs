//! The vectors of business time and service targets; `tests/data/sla/SOURCES.md` says where they come from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{Datelike as _, NaiveDate, TimeDelta};
use deskhand::domain::Instant;
use deskhand::domain::calendar::{self, Calendar, CalendarError, CalendarSpec};
use deskhand::domain::sla::{
    Amount, Clock, ClockState, Explained, History, NextResponseScope, Policy, Reason, Rule, Side,
    SlaEvent, Subject, Target, What, clocks, due, explain,
};
use deskhand::domain::ticket::{Due, Kind, Priority, Status};
use serde_json::{Value, json};

/// The folder of the vectors; those of `tests/data/sla` unless the environment names another.
fn folder() -> PathBuf {
    std::env::var_os("DESKHAND_SLA_VECTORS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/sla"),
        PathBuf::from,
    )
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
    let mut spec: CalendarSpec = serde_json::from_value(v.clone()).unwrap();
    // The schema calls pairs that run backwards empty; the program calls them mistakes of who wrote them.
    let w = &mut spec.weekly;
    let week = [
        &mut w.mon, &mut w.tue, &mut w.wed, &mut w.thu, &mut w.fri, &mut w.sat, &mut w.sun,
    ];
    let dates = spec
        .special_dates
        .values_mut()
        .chain(spec.breaks.values_mut());
    for spans in week.into_iter().chain(dates) {
        spans.retain(|(from, to)| from < to);
    }
    spec.absences.retain(|(from, to)| from < to);
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

fn calendar_answer(v: &Value) -> Value {
    let input = &v["input"];
    let op = v["op"].as_str().unwrap();
    let date = || -> NaiveDate { input["date"].as_str().unwrap().parse().unwrap() };
    if op == "resolve_local" {
        let zone = input["time_zone"].as_str().unwrap().parse().unwrap();
        let clock = input["clock"].as_str().unwrap();
        return text(calendar::resolve_local(zone, date(), clock).unwrap());
    }
    let c = schedule(&v["schedule"]);
    let at = || time(&input["at"]);
    let days = || u16::try_from(input["days"].as_i64().unwrap()).unwrap();
    match op {
        "elapsed" => json!(c.elapsed(time(&input["from"]), time(&input["to"]))),
        "add" => text(c.add(at(), input["seconds"].as_i64().unwrap())),
        "subtract" => text(c.subtract(at(), input["seconds"].as_i64().unwrap())),
        "is_open" => json!(c.is_open(at())),
        "next_open" => optional(c.next_open(at())),
        "next_opening" => optional(c.next_opening(at())),
        "next_close" => optional(c.next_close(at())),
        "on_holiday" => json!(c.holiday(c.date(at())).is_some()),
        "on_break" => json!(c.on_break(at())),
        "is_business_date" => json!(c.is_working_date(date())),
        "shift_date" => {
            let days = i32::try_from(input["days"].as_i64().unwrap()).unwrap();
            json!(c.shift_date(date(), days).to_string())
        }
        "add_business_days" => text(c.add_days(at(), days())),
        "subtract_business_days" => text(c.subtract_days(at(), days())),
        "intervals" => intervals(&c, input),
        other => panic!("unknown question {other}"),
    }
}

fn intervals(c: &Calendar, input: &Value) -> Value {
    let at = time(&input["at"]);
    let count = input["count"]
        .as_u64()
        .map_or(usize::MAX, |n| usize::try_from(n).unwrap());
    let until = input.get("until").filter(|u| !u.is_null()).map(time);
    let pair = |(a, b): (Instant, Instant)| json!([text(a), text(b)]);
    if input["direction"] != "backward" {
        let to = until.unwrap_or(at + TimeDelta::days(36_600));
        return c.stretches(at, to).take(count).map(pair).collect();
    }
    // Backwards as far as it takes; a calendar knows nothing before 1900.
    let mut years = 1;
    loop {
        let from = until.unwrap_or(at - TimeDelta::days(366 * years));
        let mut all: Vec<_> = c.stretches(from, at).collect();
        if until.is_some() || all.len() > count || years > 128 {
            all.reverse();
            return all.into_iter().take(count).map(pair).collect();
        }
        years *= 2;
    }
}

fn target(name: &str) -> Option<Target> {
    match name {
        "first_response" => Some(Target::FirstResponse),
        "next_response" => Some(Target::NextResponse),
        "resolution" => Some(Target::Resolution),
        "periodic_update" => Some(Target::PeriodicUpdate),
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
        let target = target(name).unwrap();
        let within = match (t["seconds"].as_i64(), t["clock"].as_str()) {
            (Some(s), Some("calendar")) => Amount::Calendar(s),
            (Some(s), _) => Amount::Working(s),
            (None, _) => Amount::Days {
                days: u16::try_from(t["business_days"].as_u64().unwrap()).unwrap(),
                end_of_day: t["end_of_day"].as_bool().unwrap_or(false),
            },
        };
        rules.push(Rule {
            warn_before: t["warn_before"].as_i64(),
            ..Rule::new(target, within)
        });
    }
    let pausing = v["pausing_targets"].as_array().map_or_else(
        || Target::ALL.to_vec(),
        |names| {
            names
                .iter()
                .map(|n| target(n.as_str().unwrap()).unwrap())
                .collect()
        },
    );
    Policy {
        rules,
        pause_on: vec![Status::Pending],
        pausing,
        next_response: if v["next_response_scope"] == "any_unanswered" {
            NextResponseScope::AnyUnanswered
        } else {
            NextResponseScope::AfterFirstReply
        },
        ..Policy::empty("vector")
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
    let as_of = time(&v["as_of"]);
    let happened: Vec<&Value> = v["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|e| time(&e["at"]) <= as_of)
        .collect();
    let (mut plan, mut hours) = (v["policy"].clone(), v["schedule"].clone());
    let mut priority = ticket["priority"].as_str().unwrap_or("normal").to_owned();
    for e in &happened {
        match e["type"].as_str().unwrap() {
            "priority" => priority = e["to"].as_str().unwrap().to_owned(),
            "policy" => plan = e["policy"].clone(),
            "schedule" => hours = e["schedule"].clone(),
            _ => {}
        }
    }
    let source = if plan.is_object() {
        &plan
    } else {
        &v["policy"]
    };
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
    let event = |e: &&Value| {
        let what = match e["type"].as_str().unwrap() {
            "state" => What::Status(status(&e["to"])),
            "customer_message" => What::RequesterMessage,
            "agent_reply" => What::AgentReply,
            "priority" | "policy" | "schedule" => return None,
            other => panic!("unknown event {other}"),
        };
        let at = time(&e["at"]);
        Some(SlaEvent { at, what })
    };
    let events: Vec<SlaEvent> = happened.iter().filter_map(event).collect();
    let history = History {
        created: time(&ticket["created"]),
        opened_by: if ticket["created_by"] == "agent" {
            Side::Agent
        } else {
            Side::Requester
        },
        subject: Subject {
            kind: Kind::Question,
            priority: Some(Priority::P3),
            tenant: None,
            labels: &[],
        },
        status: ticket.get("state").map_or(Status::Open, status),
        events: &events,
    };
    let c = if hours.is_object() {
        schedule(&hours)
    } else {
        schedule(&json!({"always_open": true}))
    };
    let p = policy(&plan, &priority);
    let found = clocks(&history, &p, &c, as_of);
    for (name, fields) in v["expected"].as_object().unwrap() {
        if name == "next_due" {
            let dues = found.iter().filter_map(|k| match k.state {
                ClockState::Running { due } => Some(due),
                _ => None,
            });
            let by_clocks = optional(dues.min());
            // What the store keeps without looking at the time must be the same.
            let kept = match due(&history, &p, &c) {
                Due::Running { at, .. } => text(at),
                _ => Value::Null,
            };
            if by_clocks != *fields || kept != *fields {
                return Outcome::Failed(format!(
                    "next_due: {by_clocks} and {kept} instead of {fields}"
                ));
            }
            continue;
        }
        let target = target(name).unwrap();
        let clock = found.iter().find(|k| k.target == target);
        for (field, want) in fields.as_object().unwrap() {
            let got = answer(clock, field);
            if got != *want {
                return Outcome::Failed(format!("{name}.{field}: {got} instead of {want}"));
            }
        }
    }
    let sums = explain(&history, &[], &p, &c, as_of);
    let wrong = sums.iter().find(|e| !adds_up(e));
    wrong.map_or(Outcome::Passed, |e| {
        Outcome::Failed(format!(
            "the sum of {} does not add up",
            e.clock.target.long()
        ))
    })
}

/// The parts follow one another without a gap, and what they add is what the clock counted and has left.
fn adds_up(e: &Explained) -> bool {
    let seconds = |wanted: fn(&Reason) -> bool| -> i64 {
        let parts = e.segments.iter().filter(|s| wanted(&s.what));
        parts.map(|s| s.secs).sum()
    };
    let counted = seconds(|w| matches!(w, Reason::Counted));
    let over = seconds(|w| matches!(w, Reason::Over));
    let ahead = seconds(|w| matches!(w, Reason::Ahead));
    let spared: i64 = e
        .segments
        .iter()
        .map(|s| match s.what {
            Reason::Paused { spared, .. } => spared,
            _ => 0,
        })
        .sum();
    let mut parts = e.segments.iter().filter(|s| {
        matches!(
            s.what,
            Reason::Counted | Reason::Over | Reason::Ahead | Reason::Paused { .. }
        )
    });
    let mut at = e.clock.start;
    counted + over == e.clock.elapsed
        // A calendar that never opens again leaves something open for ever.
        && (counted + ahead == e.clock.elapsed + e.clock.remaining || e.clock.deadline.year() >= 2200)
        && spared == e.clock.paused_seconds
        && parts.all(|s| std::mem::replace(&mut at, s.to) == s.from)
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

/// The engine counts whole seconds; the schema lets it pass over questions in fractions of one.
fn has_fractions(v: &Value) -> bool {
    match v {
        Value::Number(n) => n.as_i64().is_none(),
        Value::String(s) => s.parse::<Instant>().is_ok() && s.contains('.'),
        Value::Array(all) => all.iter().any(has_fractions),
        Value::Object(map) => map.values().any(has_fractions),
        _ => false,
    }
}

fn run(v: &Value) -> Outcome {
    let tags = v["tags"].as_array();
    let fine = tags.is_some_and(|all| all.iter().any(|t| t == "sub-second"));
    if fine && (has_fractions(&v["input"]) || has_fractions(&v["expected"])) {
        return Outcome::Skipped;
    }
    if v["op"] == "sla" {
        return sla(v);
    }
    let got = calendar_answer(v);
    if got == v["expected"] {
        Outcome::Passed
    } else {
        Outcome::Failed(format!("{}: {got} instead of {}", v["op"], v["expected"]))
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "says per file how many passed")]
fn the_vectors_pass() {
    let folder = folder();
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no vectors in {}", folder.display());
    let mut failed = BTreeMap::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let all: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let (mut passed, mut skipped, mut wrong) = (0, 0, Vec::new());
        for v in all["vectors"].as_array().unwrap() {
            // One that cannot even be asked is one that failed, and the others still run.
            let outcome = std::panic::catch_unwind(|| run(v))
                .unwrap_or_else(|_| Outcome::Failed("it panicked; see above".into()));
            match outcome {
                Outcome::Passed => passed += 1,
                Outcome::Skipped => skipped += 1,
                Outcome::Failed(why) => {
                    wrong.push(v["id"].to_string());
                    failed.insert(format!("{name} {}", v["id"]), why);
                }
            }
        }
        let count = wrong.len();
        eprintln!(
            "{name}: {passed} passed, {skipped} skipped (fractions of a second), {count} failed {}",
            wrong.join(" ")
        );
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
