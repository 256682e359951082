//! The audit trail in words, for people; the trail itself keeps JSON.

use chrono_tz::Tz;
use serde_json::Value;

use super::Instant;
use super::text::{Printable, line};

/// What a line of the trail says: `commit` and `{"act":"status","to":"pending"}` is
/// "status pending". A line of another form is shown as it is.
pub fn words(what: &str, detail: &str, zone: Tz) -> Printable {
    let json = serde_json::from_str::<Value>(detail).ok();
    let object = json.as_ref().filter(|v| v.is_object());
    line(&match (what, object) {
        ("commit", Some(act)) => act_in_words(act, zone),
        ("confirm", _) => "the desk has it".into(),
        ("refuse", _) => "the desk refused it".into(),
        ("create", _) => "made the ticket".into(),
        ("escalated", Some(said)) => match said.get("vendor").and_then(Value::as_str) {
            Some(number) => format!("the vendor has it as #{number}"),
            None => "the vendor has it".into(),
        },
        // What it would name is not for everybody's eyes.
        ("undo" | "redo" | "import", _) if detail.is_empty() => what.to_owned(),
        ("undo", _) => format!("undo: {detail}"),
        ("redo", _) => format!("redo: {detail}"),
        ("import", _) => format!("import: {detail}"),
        ("request" | "register" | "knowledge", Some(said)) => values_in_words(what, said),
        _ => format!("{what} {detail}"),
    })
}

/// What it holds one after the other; a number with its name.
fn values_in_words(what: &str, said: &Value) -> String {
    let values = said.as_object().into_iter().flatten();
    let words = values.filter_map(|(name, value)| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(n) => Some(format!("{n} {name}")),
        Value::Array(many) => Some(format!("{} {name}", many.len())),
        _ => None,
    });
    format!("{what}: {}", words.collect::<Vec<_>>().join(", "))
}

fn act_in_words(act: &Value, zone: Tz) -> String {
    let text = |key: &str| act.get(key).and_then(Value::as_str);
    let or_none = |key: &str| text(key).unwrap_or("none").to_owned();
    let name = text("act").unwrap_or("change");
    match name {
        "status" => format!("status {}", or_none("to")),
        "priority" => format!("priority {}", plain(act.get("to"))),
        "assign" => text("to").map_or_else(|| "released".into(), |a| format!("assigned to {a}")),
        "snooze" => text("until")
            .and_then(|u| u.parse::<Instant>().ok())
            .map_or_else(
                || "woken".into(),
                |u| {
                    format!(
                        "snoozed until {}",
                        u.with_timezone(&zone).format("%Y-%m-%d %H:%M")
                    )
                },
            ),
        "add-label" => format!("label {}", or_none("label")),
        "remove-label" => format!("label {} off", or_none("label")),
        "kind" | "tenant" => format!("{name} {}", or_none("to")),
        "workspace" => {
            text("to").map_or_else(|| "Workspace changed".into(), |w| format!("Workspace {w}"))
        }
        "subject" => "subject changed".into(),
        "say" => {
            let who = match text("visibility") {
                Some("public") => "public reply",
                _ => "internal note",
            };
            let bytes = act.pointer("/body/bytes").and_then(Value::as_u64);
            let files = act.get("attachments").and_then(Value::as_array);
            let files = match files.map_or(0, Vec::len) {
                0 => String::new(),
                1 => ", 1 file".into(),
                n => format!(", {n} files"),
            };
            format!("{who}, {}{files}", Printable::bytes(bytes.unwrap_or(0)))
        }
        "owner" => owner_in_words(act),
        "link" => "tied to another ticket".into(),
        "unlink" => "untied from another ticket".into(),
        "merge" => "merged into another ticket".into(),
        "unmerge" => "merge taken back".into(),
        "split" => {
            let n = act
                .get("messages")
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            format!("{n} message{} split off", if n == 1 { "" } else { "s" })
        }
        "unsplit" => "split taken back".into(),
        other => other.replace('-', " "),
    }
}

/// Whose the clocks are from then on, and past which gate they went.
fn owner_in_words(act: &Value) -> String {
    let text = |key: &str| act.get(key).and_then(Value::as_str);
    if text("to") != Some("vendor") {
        return "back from the vendor".into();
    }
    let past = act.get("past").and_then(Value::as_array);
    let past: Vec<&str> = past
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let past = match past.as_slice() {
        [] => String::new(),
        missing => format!(" past the gate, without {}", missing.join(", ")),
    };
    format!(
        "escalated to {}{past}",
        text("vendor").unwrap_or("the vendor")
    )
}

fn plain(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(s)) => s.clone(),
        Some(Value::Number(n)) => n.to_string(),
        _ => "none".into(),
    }
}
