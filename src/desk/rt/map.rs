//! Request Tracker's words for what we call differently: statuses, priorities, names.

use super::Settings;
use super::people::Memo;
use super::wire::{CustomField, Ref, Ticket};
use crate::domain::Instant;
use crate::domain::people::{AgentId, TenantId};
use crate::domain::remote::ToldFields;
use crate::domain::sla::{Target, TheirDue};
use crate::domain::text::Untrusted;
use crate::domain::ticket::{Priority, Status};

/// Who owns what nobody owns.
pub const NOBODY: &str = "Nobody";
/// As whom the server acts.
pub const SYSTEM: &str = "RT_System";
/// The status of a deleted ticket.
pub const DELETED: &str = "deleted";

/// What a status means: as the settings say, else as in a fresh installation and the usual
/// additions to it. What nobody knows is work.
pub fn status(word: &str, settings: &Settings) -> Status {
    let mut said = settings.statuses.iter();
    if let Some((_, status)) = said.find(|(w, _)| w.to_lowercase() == word.to_lowercase()) {
        return *status;
    }
    match word.to_lowercase().as_str() {
        "new" => Status::New,
        "stalled" | "pending" | "waiting on user" | "waiting on customer" => Status::Pending,
        "waiting on vendor" | "on hold" | "on-hold" => Status::OnHold,
        "resolved" | "solved" => Status::Resolved,
        "closed" | "rejected" | DELETED => Status::Closed,
        _ => Status::Open,
    }
}

/// Its numbers run from 0 to 100 as a rule, where 0 is what nobody has set. With the words
/// that a fresh installation has for them, "Medium" (50) is normal and "High" (100) critical.
pub fn priority(number: &str) -> Option<Priority> {
    match number.trim().parse::<i64>().ok()? {
        75.. => Some(Priority::P1),
        55..=74 => Some(Priority::P2),
        20..=54 => Some(Priority::P3),
        1..=19 => Some(Priority::P4),
        _ => None,
    }
}

/// The number that is written for a priority: it reads back as the same.
pub const fn priority_number(priority: Option<Priority>) -> u32 {
    match priority {
        Some(Priority::P1) => 90,
        Some(Priority::P2) => 60,
        Some(Priority::P3) => 30,
        Some(Priority::P4) => 10,
        None => 0,
    }
}

/// An agent by log-in name; none for nobody.
pub fn agent(login: &str) -> Option<AgentId> {
    if login.is_empty() || login == NOBODY {
        return None;
    }
    AgentId::parse(login)
        .or_else(|_| AgentId::parse(&handle(login)))
        .ok()
}

/// The tenant that a queue stands for; none: its work is not ours.
pub fn tenant(queue: &str, settings: &Settings) -> Option<TenantId> {
    if settings.queues.is_empty() {
        return TenantId::parse(&handle(queue)).ok();
    }
    let mut said = settings.queues.iter();
    said.find(|(name, _)| name.to_lowercase() == queue.to_lowercase())
        .map(|(_, tenant)| tenant.clone())
}

/// A name made fit to be a handle: "Accounts & Access" becomes `accounts-access`.
fn handle(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| !(c.is_alphanumeric() || "-_.@+'".contains(c)))
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-").chars().take(64).collect()
}

/// A label as we keep it.
pub fn label(value: &str) -> String {
    value.trim().to_lowercase()
}

/// The custom field of that name.
pub fn field<'a>(ticket: &'a Ticket, name: &str) -> Option<&'a CustomField> {
    let mut fields = ticket.custom_fields.iter();
    fields.find(|f| f.name.to_lowercase() == name.to_lowercase())
}

/// An instant for people, where it is no field of ours.
pub fn words_of(at: Instant) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// A ticket's fields in our words.
pub fn fields(ticket: &Ticket, settings: &Settings, memo: &Memo) -> ToldFields {
    let status = status(&ticket.status, settings);
    let resolved = ticket.resolved.filter(|_| !status.is_live());
    let created = ticket.created.unwrap_or_default();
    let labels = settings.labels_field.as_ref().map(|name| {
        let values = field(ticket, name).map_or(&[][..], |f| &f.values);
        let mut labels: Vec<String> = values.iter().map(|v| label(v)).collect();
        labels.retain(|l| !l.is_empty());
        labels.sort();
        labels.dedup();
        labels
    });
    let workspace = field(ticket, &settings.workspace_field).and_then(|f| f.values.first());
    ToldFields {
        subject: Untrusted::new(ticket.subject.as_str()),
        status,
        status_label: Some(Untrusted::new(ticket.status.as_str())),
        priority: priority(&ticket.priority),
        kind: None,
        tenant: Some(tenant(memo.queue_name(&ticket.queue), settings)),
        workspace: Some(workspace.map(|w| Untrusted::new(w.as_str()))),
        requester: ticket.requestor.first().map(|r| memo.name_of(r)),
        assignee: agent(ticket.owner.login()),
        labels,
        channel: None,
        created,
        updated: ticket.last_updated.unwrap_or(created),
        resolved,
        closed: resolved.filter(|_| status == Status::Closed),
        due: due(ticket, status),
        further: further(ticket, settings, memo),
    }
}

/// The next deadline as the desk sees it. It does not say of which promise: before somebody works on
/// the ticket that is an answer, afterwards the solution. A done ticket keeps its last one.
fn due(ticket: &Ticket, status: Status) -> Vec<TheirDue> {
    let target = match status {
        Status::New => Target::FirstResponse,
        _ => Target::Resolution,
    };
    let at = ticket.due.filter(|_| status.is_live());
    at.map(|at| TheirDue { target, at }).into_iter().collect()
}

/// What it tells beyond the fields we have.
fn further(ticket: &Ticket, settings: &Settings, memo: &Memo) -> Vec<(String, Untrusted)> {
    let mut all = Vec::new();
    let mut tell = |name: &str, value: &str| {
        if !value.trim().is_empty() {
            all.push((name.to_owned(), Untrusted::new(value)));
        }
    };
    tell("Queue", memo.queue_name(&ticket.queue));
    tell("SLA level", &ticket.sla);
    tell(
        "Due at the desk",
        &ticket.due.map_or_else(String::new, words_of),
    );
    let names = |people: &[Ref]| {
        let names: Vec<String> = people
            .iter()
            .map(|p| memo.name_of(p).raw().to_owned())
            .collect();
        names.join(", ")
    };
    tell(
        "Also asked",
        &names(ticket.requestor.get(1..).unwrap_or_default()),
    );
    tell("Cc", &names(&ticket.cc));
    let ours = |name: &str| {
        let is = |other: &str| other.to_lowercase() == name.to_lowercase();
        is(&settings.workspace_field) || settings.labels_field.as_deref().is_some_and(is)
    };
    let mut fields: Vec<&CustomField> = ticket.custom_fields.iter().collect();
    // The server shuffles them.
    fields.sort_by(|a, b| (a.id, &a.name).cmp(&(b.id, &b.name)));
    for f in fields.iter().filter(|f| !ours(&f.name)) {
        tell(&f.name, &f.values.join(", "));
    }
    all
}
