//! What `deskhand export` writes beside the source's own fields: the object `deskhand` and
//! the files of messages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::convert::{channel, priority};
use super::schema::{BadLine, Object, shown};
use crate::domain::change::LinkKind;
use crate::domain::import::{ImportAttachment, ImportTicket};
use crate::domain::people::{AgentId, TenantId};
use crate::domain::sla::{Owner, Side, SlaEvent, What};
use crate::domain::text::Untrusted;
use crate::domain::ticket::{Kind, Status, TicketKey, Turn};

/// The words for what moves the clocks besides a status.
pub const REPLY: &str = "reply";
/// The other one.
pub const REQUEST: &str = "request";
/// The clock event of a hand-over to a third party.
pub const ESCALATED: &str = "escalated";
/// The clock event of the way back from it.
pub const RETURNED: &str = "returned";

/// The word of a tie.
pub const fn tie_word(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Related => "related",
        LinkKind::BlockedBy => "blocked-by",
        LinkKind::SplitFrom => "split-from",
    }
}

fn tie(word: &str) -> Result<LinkKind, String> {
    let all = [LinkKind::Related, LinkKind::BlockedBy, LinkKind::SplitFrom];
    all.into_iter()
        .find(|k| tie_word(*k) == word)
        .ok_or_else(|| {
            format!(
                "{} is no tie; use related, blocked-by or split-from",
                shown(word)
            )
        })
}

fn own_status(word: &str) -> Result<Status, String> {
    word.parse()
        .map_err(|e: crate::domain::ticket::UnknownWord| e.to_string())
}

/// Lays what the object says over what the source's own fields said.
pub fn fields(own: &Object<'_>, t: &mut ImportTicket) -> Result<(), BadLine> {
    if let Some(s) = own.text("subject")? {
        t.subject = Untrusted::new(s);
    }
    if let Some(s) = own.read("status", own_status)? {
        t.status = s;
    }
    t.status_label = own.text("status_label")?.map(Untrusted::new);
    t.priority = own.read("priority", priority)?;
    if let Some(kind) = own.read("kind", |w| w.parse::<Kind>().map_err(|e| e.to_string()))? {
        t.kind = kind;
    }
    t.tenant = own.read("tenant", TenantId::parse)?;
    t.workspace = own.text("workspace")?.map(Untrusted::new);
    t.requester = own.text("requester")?.map(Untrusted::new);
    t.assignee = own.read("assignee", AgentId::parse)?;
    t.channel = own.read("channel", channel)?;
    t.labels = own
        .list("labels")?
        .iter()
        .filter_map(Value::as_str)
        .map(|l| l.chars().filter(|c| !c.is_control()).collect())
        .collect();
    t.updated = own.time("updated")?.unwrap_or(t.updated);
    t.resolved = own.time("resolved")?;
    t.closed = own.time("closed")?;
    t.snoozed_until = own.time("snoozed_until")?;
    if let Some(turn) = own.read("turn", |w| w.parse::<Turn>().map_err(|e| e.to_string()))? {
        t.turn = turn;
    }
    if let Some(n) = own.count("reassignments")? {
        t.reassignments = u32::try_from(n).unwrap_or(u32::MAX);
    }
    t.unread = own.flag("unread")?.unwrap_or(false);
    t.merged_into = own.read("merged_into", TicketKey::parse)?;
    links(own, t)?;
    clocks(own, t)
}

/// The objects of a list, each with its path.
fn objects<'a>(of: &Object<'a>, key: &str) -> Result<Vec<Object<'a>>, BadLine> {
    let named = |n: usize| format!("{}[{n}]", of.name(key));
    let all = of.list(key)?.iter().enumerate();
    all.map(|(n, v)| match v {
        Value::Object(map) => Ok(Object::new(map, &named(n))),
        _ => Err(BadLine::field(named(n), "should be an object")),
    })
    .collect()
}

fn needed<T>(of: &Object<'_>, key: &str, found: Option<T>) -> Result<T, BadLine> {
    found.ok_or_else(|| BadLine::field(of.name(key), "is missing"))
}

fn links(own: &Object<'_>, t: &mut ImportTicket) -> Result<(), BadLine> {
    for link in objects(own, "links")? {
        let to = needed(&link, "to", link.read("to", TicketKey::parse)?)?;
        let kind = needed(&link, "kind", link.read("kind", tie)?)?;
        t.links.push((to, kind));
    }
    Ok(())
}

/// What moved the clocks; without it what was read from the events stands.
fn clocks(own: &Object<'_>, t: &mut ImportTicket) -> Result<(), BadLine> {
    let Some(map) = own.object("clocks")? else {
        return Ok(());
    };
    let clocks = Object::new(map, &own.name("clocks"));
    let side = |word: &str| match word {
        "requester" => Ok(Side::Requester),
        "agent" => Ok(Side::Agent),
        other => Err(format!("{} is neither requester nor agent", shown(other))),
    };
    if let Some(by) = clocks.read("opened_by", side)? {
        t.opened_by = by;
    }
    if let Some(first) = clocks.read("first_status", own_status)? {
        t.first_status = first;
    }
    let what = |word: &str| match word {
        REPLY => Ok(What::AgentReply),
        REQUEST => Ok(What::RequesterMessage),
        ESCALATED => Ok(What::Owner(Owner::Vendor)),
        RETURNED => Ok(What::Owner(Owner::Team)),
        status => own_status(status).map(What::Status),
    };
    t.sla.clear();
    for e in objects(&clocks, "events")? {
        t.sla.push(SlaEvent {
            at: needed(&e, "at", e.time("at")?)?,
            what: needed(&e, "what", e.read("what", what)?)?,
        });
    }
    t.sla.sort_by_key(|e| e.at);
    Ok(())
}

/// The files of a message.
pub fn files(event: &Object<'_>) -> Result<Vec<ImportAttachment>, BadLine> {
    let mut all = Vec::new();
    for file in objects(event, "attachments")? {
        let bytes = file.read("base64", |text| {
            STANDARD
                .decode(text)
                .map_err(|e| format!("is no base64: {e}"))
        })?;
        all.push(ImportAttachment {
            name: Untrusted::new(needed(&file, "name", file.text("name")?)?),
            media_type: Untrusted::new(
                file.text("media_type")?
                    .unwrap_or("application/octet-stream"),
            ),
            bytes: needed(&file, "base64", bytes)?,
        });
    }
    Ok(all)
}
