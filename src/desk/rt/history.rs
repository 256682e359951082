//! What happened to a ticket, from the entries of its history.

use std::collections::HashMap;

use super::Settings;
use super::map::{self, NOBODY};
use super::people::Memo;
use super::wire::{Transaction, read_value_instant};
use crate::domain::people::AgentId;
use crate::domain::remote::{Entry, Happened, RemoteId, Said};
use crate::domain::text::Untrusted;
use crate::domain::thread::{Author, Visibility};
use crate::domain::ticket::Status;

/// What the entries are told with.
#[derive(Debug, Clone, Copy)]
pub struct Book<'a> {
    /// What words mean.
    pub settings: &'a Settings,
    /// Who is who.
    pub memo: &'a Memo,
    /// Texts and files by number of entry; none: not fetched.
    pub texts: Option<&'a HashMap<u64, Said>>,
    /// The status a ticket began with, where its first change does not tell.
    pub began: Status,
}

/// The name of a message's entry. The first message of a ticket shares its entry with the
/// ticket's creation and needs a name of its own.
pub fn message_id(number: u64, is_first: bool) -> RemoteId {
    RemoteId(if is_first {
        format!("{number}m")
    } else {
        number.to_string()
    })
}

/// The number of the entry behind a message's name.
pub fn entry_number(name: &RemoteId) -> Option<u64> {
    name.0.strip_suffix('m').unwrap_or(&name.0).parse().ok()
}

/// Whether it is a message, and who may read it.
pub fn visibility(sort: &str) -> Option<Visibility> {
    match sort {
        "Create" | "Correspond" => Some(Visibility::Public),
        "Comment" => Some(Visibility::Internal),
        _ => None,
    }
}

/// Whether it gave the ticket to somebody. Old desks had a word for each way.
pub fn is_assignment(entry: &Transaction) -> bool {
    let old = ["Take", "Untake", "Steal", "Give", "Force"];
    (entry.sort == "Set" || old.contains(&entry.sort.as_str())) && entry.field == "Owner"
}

/// Numbers of users that stand in it.
pub fn user_numbers(entry: &Transaction) -> Vec<u64> {
    if !is_assignment(entry) && watched(entry).is_none() {
        return Vec::new();
    }
    [&entry.old_value, &entry.new_value]
        .into_iter()
        .filter_map(|v| v.parse().ok())
        .filter(|n| *n > 0)
        .collect()
}

/// The part people play, if it says who plays it. The owner's is logged twice.
fn watched(entry: &Transaction) -> Option<&'static str> {
    if !matches!(
        entry.sort.as_str(),
        "AddWatcher" | "DelWatcher" | "SetWatcher"
    ) {
        return None;
    }
    match entry.field.as_str() {
        "Requestor" => Some("requester"),
        "Cc" => Some("cc"),
        "AdminCc" => Some("admin cc"),
        _ => None,
    }
}

/// What these entries tell of one ticket; oldest first. What is noise or not known is left out.
/// Of entries that came with a merge only what was said is told: the other ticket's statuses
/// are not this one's.
pub fn entries(all: &[&Transaction], ticket: u64, book: Book<'_>) -> Vec<Entry> {
    let own = |t: &&&Transaction| t.object_id.is_none_or(|id| id == ticket);
    let first_change = all
        .iter()
        .filter(own)
        .find(|t| t.sort == "Status")
        .map(|t| map::status(&t.old_value, book.settings));
    let began = first_change.unwrap_or(book.began);
    let mut told = Vec::new();
    for t in all {
        let Some(at) = t.created else { continue };
        let number = t.id;
        let of = t.object_id.unwrap_or(ticket);
        let by = book.memo.author(&t.creator.id, of, t.sort == "Comment");
        let mut tell = |remote: RemoteId, by: &Author, what: Happened| {
            let by = by.clone();
            told.push(Entry {
                remote,
                at,
                by,
                what,
            });
        };
        let is_first = t.sort == "Create";
        if is_first && own(&t) {
            tell(
                message_id(number, false),
                &by,
                Happened::Created { status: began },
            );
        }
        if let Some(visibility) = visibility(&t.sort) {
            let content = book
                .texts
                .map(|texts| texts.get(&number).cloned().unwrap_or_else(nothing));
            let said = Happened::Said {
                visibility,
                content,
            };
            let by = match is_first {
                true => book.memo.opener(&t.creator.id, of),
                false => by,
            };
            tell(message_id(number, is_first), &by, said);
        } else if own(&t)
            && let Some(what) = change(t, book)
        {
            tell(message_id(number, false), &by, what);
        }
    }
    told
}

fn nothing() -> Said {
    (Untrusted::new(""), Vec::new())
}

fn change(t: &Transaction, book: Book<'_>) -> Option<Happened> {
    let (old, new) = (t.old_value.as_str(), t.new_value.as_str());
    if is_assignment(t) {
        let who = |value: &str| -> Option<AgentId> {
            map::agent(book.memo.login_of(value.parse().ok()?)?)
        };
        return Some(Happened::Assigned {
            from: who(old),
            to: who(new),
        });
    }
    if let Some(part) = watched(t) {
        let who = |value: &str| {
            book.memo
                .login_of(value.parse().ok()?)
                .filter(|l| *l != NOBODY)
        };
        return Some(field(part, who(old), who(new)));
    }
    match t.sort.as_str() {
        "Status" => Some(Happened::Status {
            from: map::status(old, book.settings),
            to: map::status(new, book.settings),
            words: (Untrusted::new(old), Untrusted::new(new)),
        }),
        "Set" => set(&t.field, old, new, book.memo),
        "CustomField" => {
            let number: u64 = t.field.parse().ok()?;
            let name = book.memo.field(number)?;
            let is = |other: &str| other.to_lowercase() == name.to_lowercase();
            let name = if is(&book.settings.workspace_field) {
                "workspace"
            } else if book.settings.labels_field.as_deref().is_some_and(is) {
                "labels"
            } else {
                name
            };
            Some(field(name, Some(old), Some(new)))
        }
        "AddLink" => Some(field(&link(&t.field), None, Some(tail(new)))),
        "DeleteLink" => Some(field(&link(&t.field), Some(tail(old)), None)),
        _ => None,
    }
}

fn set(name: &str, old: &str, new: &str, memo: &Memo) -> Option<Happened> {
    let as_queue = |v: &str| {
        v.parse()
            .ok()
            .and_then(|n| memo.queue(n))
            .unwrap_or(v)
            .to_owned()
    };
    let as_instant = |v: &str| {
        read_value_instant(v)
            .filter(|at| at.timestamp() > 0)
            .map(map::words_of)
    };
    let as_priority = |v: &str| map::priority(v).map(|p| p.word());
    Some(match name {
        "Subject" => field("subject", Some(old), Some(new)),
        "Priority" => field("priority", as_priority(old), as_priority(new)),
        "Queue" => field("queue", Some(&as_queue(old)), Some(&as_queue(new))),
        "Due" => field(
            "due at the desk",
            as_instant(old).as_deref(),
            as_instant(new).as_deref(),
        ),
        "SLA" => field("SLA level", Some(old), Some(new)),
        "FinalPriority" | "InitialPriority" | "TimeEstimated" | "TimeLeft" | "TimeWorked" => {
            field(name, Some(old), Some(new))
        }
        // When work was to begin, and began, follows from what else is told.
        _ => return None,
    })
}

fn field(name: &str, from: Option<&str>, to: Option<&str>) -> Happened {
    let text = |v: Option<&str>| v.filter(|v| !v.is_empty()).map(Untrusted::new);
    Happened::Field {
        field: name.to_owned(),
        from: text(from),
        to: text(to),
    }
}

/// A tie's name in words: `DependsOn` is "depends on".
fn link(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

/// The number at the end of `fsck.com-rt://example.org/ticket/8`; any other address as it is.
fn tail(target: &str) -> &str {
    if target.starts_with("fsck.com-rt:") {
        target.rsplit('/').next().unwrap_or(target)
    } else {
        target
    }
}
