//! The demo desk: written for this project, kept in a store of its own, and moved in time
//! so that its queue is alive today.
//!
//! The store is made anew when it is from another day, unless somebody changed something
//! in it or began to write: then it is kept as it is, and `--fresh` makes it anew. What
//! cannot be read, or was written by a newer program, is set aside and never deleted.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::open::{DeskFile, OpenDesk, open_desk};
use crate::config::{Config, Paths};
use crate::desk::{Desk, Local};
use crate::domain::Instant;
use crate::domain::calendar::Calendar;
use crate::domain::change::LinkKind;
use crate::domain::import::{ImportAttachment, ImportMessage, ImportTicket};
use crate::domain::people::{Absence, Agent, AgentId, Tenant, TenantId, Workspace};
use crate::domain::sla::{Side, SlaEvent, What};
use crate::domain::text::Untrusted;
use crate::domain::thread::{Author, TimelineEntry, Visibility};
use crate::domain::ticket::{Channel, Kind, Priority, Status, TicketKey, Turn};
use crate::store::{self, Named, Reader, Shelf, StoreError, Writer};

const DESK: &str = include_str!("../../assets/demo/desk.json");
const TICKETS: &str = include_str!("../../assets/demo/tickets.ndjson");
/// Who sits at it.
const PERSON: &str = "sam";
/// The day for which the demo was made, in the calendar's zone.
const DAY: &str = "demo_day";

#[derive(Deserialize)]
struct DeskJson {
    agents: Vec<Agent>,
    tenants: Vec<Tenant>,
    workspaces: Vec<Workspace>,
    macros: Vec<serde_json::Value>,
    snippets: Vec<SnippetJson>,
    absences: Vec<AbsenceJson>,
}

#[derive(Deserialize)]
struct SnippetJson {
    name: String,
    body: String,
}

#[derive(Deserialize)]
struct AbsenceJson {
    agent: AgentId,
    from_w: i64,
    to_w: i64,
    cover: Option<AgentId>,
}

#[derive(Deserialize)]
struct TicketJson {
    key: TicketKey,
    subject: Untrusted,
    body: Untrusted,
    kind: Kind,
    priority: u8,
    tenant: TenantId,
    workspace: Option<Untrusted>,
    channel: Channel,
    #[serde(default)]
    labels: Vec<String>,
    requester: RequesterJson,
    status: Status,
    assignee: Option<AgentId>,
    #[serde(default)]
    unread: bool,
    created_w: i64,
    snoozed_until_w: Option<i64>,
    #[serde(default)]
    links: Vec<TicketKey>,
    #[serde(default)]
    attachments: Vec<AttachmentJson>,
    events: Vec<EventJson>,
}

#[derive(Deserialize)]
struct RequesterJson {
    name: Untrusted,
}

#[derive(Deserialize)]
struct AttachmentJson {
    name: Untrusted,
    media_type: Untrusted,
    text: String,
}

#[derive(Deserialize)]
struct EventJson {
    at_w: i64,
    by: String,
    what: String,
    #[serde(default)]
    old: serde_json::Value,
    #[serde(default)]
    new: serde_json::Value,
    #[serde(default)]
    body: Untrusted,
    #[serde(default)]
    attachments: Vec<AttachmentJson>,
}

/// Opens the demo desk, making it anew where it is not of today.
///
/// # Errors
/// A sentence: the store cannot be opened or written.
pub fn open(paths: &Paths, config: &Config, now: Instant, fresh: bool) -> Result<OpenDesk, String> {
    let file = DeskFile::demo(paths);
    let today = now.with_timezone(&config.calendar.zone()).date_naive();
    let today = today.to_string();
    let mut news: Vec<String> = Vec::new();
    if file.path.exists() {
        let mut found = Reader::open(&file.path);
        if let Err(StoreError::OlderVersion { .. }) = found {
            // Opening it for writing brings it up to date.
            drop(open_desk(&file, local(), config, paths, now)?);
            found = Reader::open(&file.path);
        }
        match found {
            Err(StoreError::NewerVersion { .. }) => {
                let aside = store::set_aside(&file.path, now).map_err(|e| e.to_string())?;
                news.push(format!(
                    "the demo was written by a newer Deskhand; it was set aside as {} and a new one begun",
                    aside.display()
                ));
            }
            Ok(reader) => {
                let stays = !fresh && may_stay(&reader, &today);
                drop(reader);
                if !stays {
                    take_away(&file)?;
                }
            }
            // Damage is set aside with the next step; what may not be read is said by it.
            Err(_) => {}
        }
    }
    let mut desk = open_desk(&file, local(), config, paths, now)?;
    desk.news.extend(news);
    if !desk.fresh {
        return Ok(desk);
    }
    load(&mut desk.writer, &config.calendar, now)
        .and_then(|()| desk.writer.set_meta(DAY, &today))
        .map_err(|e| e.to_string())?;
    let news = std::mem::take(&mut desk.news);
    drop(desk);
    // Once more, now that its snippets and macros are there.
    let desk = open_desk(&file, local(), config, paths, now)?;
    Ok(OpenDesk {
        news: desk.news.iter().cloned().chain(news).collect(),
        ..desk
    })
}

/// Its desk is this machine.
fn local() -> Desk {
    Desk::Local(Local::new())
}

fn take_away(file: &DeskFile) -> Result<(), String> {
    for end in ["", "-wal", "-shm", ".suspect"] {
        let mut name = file.path.clone().into_os_string();
        name.push(end);
        match std::fs::remove_file(&name) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(format!(
                    "the old demo at {} cannot be taken away: {e}; close what uses it",
                    file.path.display()
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether it is today's, or holds something of somebody's. What cannot be read stays: the
/// next start looks into it.
fn may_stay(reader: &Reader, today: &str) -> bool {
    let same_day = reader
        .meta(DAY)
        .map_or(true, |day| day.as_deref() == Some(today));
    same_day
        || reader.outbox().map_or(true, |rows| !rows.is_empty())
        || reader.drafts().map_or(true, |drafts| !drafts.is_empty())
}

/// Fills a store with the demo desk, alive at `now`.
///
/// # Errors
/// The store cannot be written; the built-in files cannot be read (checked by a test).
pub fn load(writer: &mut Writer, calendar: &Calendar, now: Instant) -> Result<(), StoreError> {
    let wrong = |e: serde_json::Error| StoreError::Unreadable {
        what: "the built-in demo desk",
        detail: e.to_string(),
    };
    let desk: DeskJson = serde_json::from_str(DESK).map_err(wrong)?;
    let time = Time { calendar, now };
    writer.put_agents(&desk.agents)?;
    writer.put_tenants(&desk.tenants)?;
    writer.put_workspaces(&desk.workspaces)?;
    let absences: Vec<Absence> = desk
        .absences
        .into_iter()
        .map(|a| Absence {
            agent: a.agent,
            from: time.at(a.from_w),
            to: time.at(a.to_w),
            cover: a.cover,
        })
        .collect();
    writer.put_absences(&absences)?;
    let macros: Vec<Named> = desk
        .macros
        .iter()
        .filter_map(|m| {
            Some(Named {
                name: m.get("name")?.as_str()?.to_owned(),
                body: m.to_string(),
            })
        })
        .collect();
    writer.put_named(Shelf::Macro, &macros)?;
    let snippets: Vec<Named> = desk
        .snippets
        .into_iter()
        .map(|s| Named {
            name: s.name,
            body: s.body,
        })
        .collect();
    writer.put_named(Shelf::Snippet, &snippets)?;
    let agents: BTreeSet<AgentId> = desk.agents.into_iter().map(|a| a.id).collect();
    let tickets = TICKETS
        .lines()
        .filter(|l| !l.is_empty())
        .map(|line| serde_json::from_str::<TicketJson>(line).map(|t| time.ticket(t, &agents)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(wrong)?;
    writer.import(&tickets, now)?;
    match AgentId::parse(PERSON) {
        Ok(person) => super::demo_books::load(writer, &person, now),
        Err(_) => Ok(()),
    }
}

struct Time<'a> {
    calendar: &'a Calendar,
    now: Instant,
}

impl Time<'_> {
    /// Working seconds from now, as an instant.
    fn at(&self, offset: i64) -> Instant {
        if offset < 0 {
            self.calendar.subtract(self.now, -offset)
        } else {
            self.calendar.add(self.now, offset)
        }
    }

    fn ticket(&self, t: TicketJson, agents: &BTreeSet<AgentId>) -> ImportTicket {
        let created = self.at(t.created_w);
        let requester = t.requester.name.clone();
        let first = ImportMessage {
            at: created,
            author: Author::Requester {
                name: requester.clone(),
            },
            visibility: Visibility::Public,
            body: t.body,
            attachments: files(t.attachments),
        };
        let mut ticket = ImportTicket {
            status: t.status,
            priority: Priority::from_code(i64::from(t.priority)),
            kind: t.kind,
            tenant: Some(t.tenant),
            workspace: t.workspace,
            requester: Some(requester),
            assignee: t.assignee,
            labels: t.labels,
            channel: Some(t.channel),
            snoozed_until: t.snoozed_until_w.map(|w| self.at(w)),
            unread: t.unread,
            messages: vec![first],
            links: t
                .links
                .into_iter()
                .map(|key| (key, LinkKind::Related))
                .collect(),
            ..ImportTicket::new(t.key, t.subject, created)
        };
        for event in t.events {
            self.event(&mut ticket, event, agents);
        }
        ticket
    }

    fn event(&self, ticket: &mut ImportTicket, event: EventJson, agents: &BTreeSet<AgentId>) {
        let at = self.at(event.at_w);
        ticket.updated = ticket.updated.max(at);
        let agent = AgentId::parse(&event.by)
            .ok()
            .filter(|id| agents.contains(id));
        if event.what == "reply" || event.what == "note" {
            let visibility = if event.what == "note" {
                Visibility::Internal
            } else {
                Visibility::Public
            };
            if visibility == Visibility::Public {
                let (turn, what) = match agent {
                    Some(_) => (Turn::Theirs, What::AgentReply),
                    None => (Turn::Ours, What::RequesterMessage),
                };
                ticket.turn = turn;
                ticket.sla.push(SlaEvent { at, what });
            }
            let author = match (agent, &ticket.requester) {
                (Some(id), _) => Author::Agent { id },
                (None, Some(name)) => Author::Requester { name: name.clone() },
                (None, None) => Author::System,
            };
            ticket.messages.push(ImportMessage {
                at,
                author,
                visibility,
                body: event.body,
                attachments: files(event.attachments),
            });
            return;
        }
        match (event.what.as_str(), event.new.as_str()) {
            ("status", Some(word)) => {
                if let Ok(status) = word.parse::<Status>() {
                    set_status(ticket, status, at);
                }
            }
            ("assigned", Some(_)) if event.old.is_string() => ticket.reassignments += 1,
            _ => {}
        }
        let field = if event.what == "assigned" {
            "assignee".to_owned()
        } else {
            event.what
        };
        ticket.timeline.push(TimelineEntry {
            at,
            by: Untrusted::new(event.by),
            field,
            old: word(&event.old),
            new: word(&event.new),
        });
    }
}

fn set_status(ticket: &mut ImportTicket, status: Status, at: Instant) {
    ticket.sla.push(SlaEvent {
        at,
        what: What::Status(status),
    });
    match status {
        Status::Resolved => ticket.resolved = Some(at),
        Status::Closed => {
            ticket.closed = Some(at);
            ticket.resolved = ticket.resolved.or(Some(at));
        }
        _ => {
            ticket.resolved = None;
            ticket.closed = None;
        }
    }
    ticket.opened_by = Side::Requester;
}

fn word(value: &serde_json::Value) -> Option<Untrusted> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(s) => Some(Untrusted::new(s.as_str())),
        other => Some(Untrusted::new(other.to_string())),
    }
}

fn files(files: Vec<AttachmentJson>) -> Vec<ImportAttachment> {
    files
        .into_iter()
        .map(|f| ImportAttachment {
            name: f.name,
            media_type: f.media_type,
            bytes: f.text.into_bytes(),
        })
        .collect()
}
