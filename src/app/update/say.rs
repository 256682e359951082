//! Acts in words.

use crate::app::state::State;
use crate::domain::change::Act;
use crate::domain::sla::Owner;
use crate::domain::ticket::Ticket;

/// What an act does: "assigned to ana".
pub fn act(act: &Act, s: &State) -> String {
    match act {
        Act::Status { to } => format!("status {to}"),
        Act::Priority { to: Some(p) } => format!("priority {p}"),
        Act::Priority { to: None } => "no priority".into(),
        Act::Assign { to: Some(a) } if *a == s.me => "assigned to you".into(),
        Act::Assign { to: Some(a) } => {
            format!("assigned to {}", s.names.whole(a))
        }
        Act::Assign { to: None } => "released".into(),
        Act::Snooze { until: Some(at) } => {
            format!("snoozed until {}", crate::app::prepare::time(s, *at))
        }
        Act::Snooze { until: None } => "no longer snoozed".into(),
        Act::AddLabel { label } => format!("label +{label}"),
        Act::RemoveLabel { label } => format!("label -{label}"),
        Act::Subject { to } => format!("subject {}", to.line()),
        Act::Kind { to } => format!("kind {to}"),
        Act::Tenant { to } => format!("tenant {}", to.as_ref().map_or("none", |t| t.as_str())),
        Act::Workspace { to } => {
            format!(
                "Workspace {}",
                to.as_ref()
                    .map_or_else(|| "none".into(), |w| w.line().into_string())
            )
        }
        Act::Say {
            visibility,
            body,
            attachments,
            ..
        } => {
            let files = match attachments.len() {
                0 => String::new(),
                1 => " with a file".into(),
                n => format!(" with {n} files"),
            };
            format!("{}{files}: \"{}\"", visibility.word(), body.line())
        }
        Act::Link { .. } => "linked".into(),
        Act::Unlink { .. } => "unlinked".into(),
        Act::Merge { .. } => "merged".into(),
        Act::Unmerge { .. } => "unmerged".into(),
        Act::Split {
            subject, messages, ..
        } => {
            let n = messages.len();
            let plural = if n == 1 { "" } else { "s" };
            format!(
                "{n} message{plural} moved to a new ticket \"{}\"",
                subject.line()
            )
        }
        Act::Unsplit { .. } => "split taken back".into(),
        Act::Owner {
            to: Owner::Vendor,
            package: Some(package),
            ..
        } => format!("escalated to {}", package.vendor),
        Act::Owner {
            to: Owner::Vendor, ..
        } => "with the vendor again".into(),
        Act::Owner {
            to: Owner::Team, ..
        } => "back from the vendor".into(),
        Act::Create { .. } => "created".into(),
    }
}

/// The same without the words that are said, for a line that is read in passing.
pub fn short(act: &Act, s: &State) -> String {
    match act {
        Act::Say { visibility, .. } => visibility.word().into(),
        other => self::act(other, s),
    }
}

/// The field as it is before the act.
pub fn before(act: &Act, t: &Ticket, s: &State) -> String {
    match act {
        Act::Status { .. } | Act::Merge { .. } => t.status.to_string(),
        Act::Priority { .. } => t
            .priority
            .map_or_else(|| "none".into(), |p| format!("priority {p}")),
        Act::Assign { .. } => t
            .assignee
            .as_ref()
            .map_or_else(|| "nobody".into(), |a| s.names.whole(a).into_string()),
        Act::Snooze { .. } => if t.snoozed_until.is_some() {
            "snoozed"
        } else {
            "not snoozed"
        }
        .into(),
        Act::AddLabel { .. } | Act::RemoveLabel { .. } => t.labels.join(" "),
        Act::Subject { .. } => t.subject.line().into_string(),
        Act::Kind { .. } => t.kind.to_string(),
        _ => String::new(),
    }
}
