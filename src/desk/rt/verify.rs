//! Whether a change is there: by the ticket as it is, or by an entry that the change became.

use super::history;
use super::wire::Ticket;
use crate::domain::change::{Act, LinkKind};
use crate::domain::conflict;
use crate::domain::remote::{Entry, Gone, Happened, Outgoing, Told};
use crate::domain::text::Untrusted;

/// Longest subject in characters; the server cuts what is longer.
pub const SUBJECT: usize = 200;

/// A subject as the server will have it: one line, not too long.
pub fn subject(text: &str) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    let short: String = line.join(" ").chars().take(SUBJECT).collect();
    short.trim_end().to_owned()
}

/// The ticket is not to be had because it was merged as this change wants it.
pub fn merged_as_wanted(out: &Outgoing, gone: &Gone) -> bool {
    match (&out.change.act, gone) {
        (Act::Merge { .. }, Gone::Merged(into)) => Some(into) == out.other.as_ref(),
        _ => false,
    }
}

/// Whether the ticket is as the change wants it.
pub fn is_so(out: &Outgoing, ticket: &Ticket, told: &Option<Told>) -> bool {
    let tied = |kind: LinkKind| {
        let other = out.other.as_ref().map(|k| k.as_str());
        ticket.hyperlinks.iter().any(|l| {
            let fits = match kind {
                LinkKind::BlockedBy => l.what == "depends-on",
                LinkKind::Related | LinkKind::SplitFrom => {
                    l.what == "refers-to" || l.what == "referred-to-by"
                }
            };
            fits && l.sort == "ticket" && Some(l.id.as_str()) == other
        })
    };
    match &out.change.act {
        Act::Link { kind, .. } => tied(*kind),
        Act::Unlink { kind, .. } => !tied(*kind),
        Act::Subject { to } => ticket.subject.trim_end() == subject(to.raw()),
        Act::Say { .. } | Act::Merge { .. } => false,
        act => {
            let fields = told.as_ref().and_then(|t| t.fields.as_ref());
            fields.is_some_and(|fields| act.is_so_already(&conflict::overlay(&out.base, fields)))
        }
    }
}

/// Whether an entry of that sort could be the message.
pub fn is_of_sort(act: &Act, sort: &str) -> bool {
    let Act::Say { visibility, .. } = act else {
        return false;
    };
    sort != "Create" && history::visibility(sort) == Some(*visibility)
}

/// Whether an entry of ours is what the change became.
pub fn made(out: &Outgoing, entry: &Entry) -> bool {
    let field = |name: &str, from: Option<&str>, to: Option<&str>| {
        matches!(&entry.what, Happened::Field { field, from: was, to: is }
            if field == name
                && from.is_none_or(|from| is_text(was, from))
                && to.is_none_or(|to| is_text(is, to)))
    };
    match (&out.change.act, &entry.what) {
        (
            Act::Say {
                visibility, body, ..
            },
            Happened::Said {
                visibility: said,
                content: Some((text, files)),
            },
        ) => {
            visibility == said
                && normal(body.raw()) == normal(text.raw())
                && files.len() == out.files.len()
                && !out.taken.contains(&entry.remote)
        }
        (Act::Status { to }, Happened::Status { to: became, .. }) => to == became,
        (Act::Assign { to }, Happened::Assigned { to: became, .. }) => to == became,
        (Act::Priority { to }, _) => field("priority", None, Some(to.map_or("", |p| p.word()))),
        (Act::Subject { to }, _) => field("subject", None, Some(&subject(to.raw()))),
        (Act::Workspace { to }, _) => field(
            "workspace",
            None,
            Some(to.as_ref().map_or("", Untrusted::raw)),
        ),
        (Act::AddLabel { label }, _) => field("labels", None, Some(label)),
        (Act::RemoveLabel { label }, _) => field("labels", Some(label), Some("")),
        _ => false,
    }
}

fn is_text(value: &Option<Untrusted>, wanted: &str) -> bool {
    let value = value.as_ref().map_or("", Untrusted::raw);
    value.to_lowercase() == wanted.to_lowercase()
}

/// A text as both sides have it: the way through mail and forms changes line ends and blanks
/// at the ends of lines.
pub fn normal(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim().to_owned()
}
