//! What was handed over, and the way back: what nobody else has touched goes back exactly, the rest is
//! listed with what happened.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Absence, AbsenceId, Fate, Preview};
use crate::domain::Instant;
use crate::domain::change::{Act, BatchId, Change, ChangeId};
use crate::domain::people::{AgentId, TenantId};
use crate::domain::text::Untrusted;
use crate::domain::thread::{Author, Message, TimelineEntry};
use crate::domain::ticket::{Kind, Priority, Status, Ticket, TicketId, TicketKey};

/// The fields that people change, besides the assignee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fields {
    status: Status,
    priority: Option<Priority>,
    kind: Kind,
    tenant: Option<TenantId>,
    workspace: Option<Untrusted>,
    subject: Untrusted,
    labels: Vec<String>,
    snoozed_until: Option<Instant>,
}

impl Fields {
    /// Those of a ticket.
    pub fn of(t: &Ticket) -> Self {
        Self {
            status: t.status,
            priority: t.priority,
            kind: t.kind,
            tenant: t.tenant.clone(),
            workspace: t.workspace.clone(),
            subject: t.subject.clone(),
            labels: t.labels.clone(),
            snoozed_until: t.snoozed_until,
        }
    }

    /// The names of those that differ. A snooze that is over by itself is no difference.
    fn changed(&self, then: &Self, now: Instant) -> Vec<&'static str> {
        let woke = then.snoozed_until.is_none() && self.snoozed_until.is_some_and(|at| at <= now);
        let all = [
            ("status", self.status != then.status),
            ("priority", self.priority != then.priority),
            ("kind", self.kind != then.kind),
            ("tenant", self.tenant != then.tenant),
            ("Workspace", self.workspace != then.workspace),
            ("subject", self.subject != then.subject),
            ("labels", self.labels != then.labels),
            ("snooze", self.snoozed_until != then.snoozed_until && !woke),
        ];
        let differs = all.into_iter().filter(|(_, differs)| *differs);
        differs.map(|(name, _)| name).collect()
    }
}

/// One ticket that was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedTicket {
    /// Which.
    pub ticket: TicketId,
    /// Its number.
    pub key: TicketKey,
    /// Who has it since.
    pub to: AgentId,
    /// Its other fields when it was handed over.
    pub fields: Fields,
    /// When, where that was after the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
}

/// What was handed over for one stretch of an absence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    /// Which absence.
    pub absence: AbsenceId,
    /// Who is away.
    pub who: AgentId,
    /// First instant away.
    pub from: Instant,
    /// First instant back, as it was planned.
    pub to: Instant,
    /// When it was handed over.
    pub at: Instant,
    /// When it was given back.
    pub back: Option<Instant>,
    /// What.
    pub tickets: Vec<HandedTicket>,
    /// What somebody decided to leave where it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<TicketId>,
}

impl Handed {
    /// What applying a preview hands over; tickets are as they are before.
    pub fn of(preview: &Preview, tickets: &[Ticket], now: Instant) -> Self {
        let handed = |row: &super::Row| {
            let Fate::Moves { to } = &row.fate else {
                return None;
            };
            let t = tickets.iter().find(|t| t.id == row.ticket)?;
            Some(HandedTicket {
                ticket: t.id,
                key: t.key.clone(),
                to: to.clone(),
                fields: Fields::of(t),
                at: Some(now),
            })
        };
        Self {
            absence: preview.absence.clone(),
            who: preview.who.clone(),
            from: preview.from,
            to: preview.to,
            at: now,
            back: None,
            tickets: preview.rows.iter().filter_map(handed).collect(),
            kept: preview.kept.clone(),
        }
    }

    /// What was handed over later for the same stretch, with this: a ticket that is in both is as it was
    /// handed over last.
    #[must_use]
    pub fn and(mut self, later: Self) -> Self {
        let again = |t: &HandedTicket| later.tickets.iter().any(|l| l.ticket == t.ticket);
        self.tickets.retain(|t| !again(t));
        self.kept.extend(later.kept);
        self.kept.sort_unstable();
        self.kept.dedup();
        let goes = |t: &TicketId| later.tickets.iter().any(|l| l.ticket == *t);
        self.kept.retain(|t| !goes(t));
        self.tickets.extend(later.tickets);
        self.to = later.to;
        self.at = self.at.min(later.at);
        self
    }
}

/// A hand-over that is to be written: one batch, be there no ticket in it.
#[derive(Debug, Clone, PartialEq)]
pub struct HandOver {
    /// Its batch.
    pub batch: BatchId,
    /// Who hands over.
    pub by: AgentId,
    /// The acts.
    pub changes: Vec<Change>,
    /// What is known of them for the way back.
    pub handed: Handed,
}

/// A return that is to be written: one batch, be there no ticket in it.
#[derive(Debug, Clone, PartialEq)]
pub struct GiveBack {
    /// Its batch.
    pub batch: BatchId,
    /// Who gives back.
    pub by: AgentId,
    /// The acts.
    pub changes: Vec<Change>,
    /// What was handed over.
    pub handed: Handed,
    /// What goes back and what stays, as it was looked at: another picture is not written.
    pub looked: Return,
    /// The absence as it ends now, where it ends early.
    pub ended: Option<Absence>,
    /// When.
    pub at: Instant,
}

/// A ticket that was handed over, as it is now.
#[derive(Debug, Clone, Copy)]
pub struct Since<'a> {
    /// Its fields.
    pub ticket: &'a Ticket,
    /// What was said in it.
    pub messages: &'a [Message],
    /// What changed in it.
    pub timeline: &'a [TimelineEntry],
}

/// What happened to a ticket meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Happened {
    /// It is not here any more.
    Gone,
    /// It goes on in another ticket.
    Merged,
    /// It was resolved or closed.
    Done,
    /// It has its old assignee again.
    BackAlready,
    /// It is on somebody else now.
    Reassigned {
        /// On whom; none: nobody.
        to: Option<AgentId>,
    },
    /// Fields changed.
    Changed {
        /// Which.
        fields: Vec<String>,
    },
    /// Somebody of the team wrote in it.
    Written {
        /// Who.
        by: Untrusted,
    },
    /// The requester wrote.
    RequesterWrote,
}

/// A ticket that goes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Back {
    /// Which.
    pub ticket: TicketId,
    /// Its number.
    pub key: TicketKey,
    /// The version that was looked at.
    pub version: u64,
    /// What does it.
    pub act: Act,
    /// The requester wrote meanwhile: it waits for an answer.
    pub wrote: bool,
}

/// A ticket that stays where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stays {
    /// Which.
    pub ticket: TicketId,
    /// Its number.
    pub key: TicketKey,
    /// Who had it meanwhile.
    pub with: AgentId,
    /// The version that was looked at.
    pub version: u64,
    /// What happened to it.
    pub happened: Vec<Happened>,
}

/// What a return does with everything that was handed over: each ticket is in one of the two.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// Goes back.
    pub back: Vec<Back>,
    /// Stays, and why.
    pub stays: Vec<Stays>,
}

/// What happened since the hand-over, as far as it keeps a ticket from going back.
fn happened(handed: &Handed, h: &HandedTicket, s: &Since<'_>, now: Instant) -> Vec<Happened> {
    let t = s.ticket;
    let mut out = Vec::new();
    if t.merged_into.is_some() {
        out.push(Happened::Merged);
    } else if !t.status.is_live() {
        out.push(Happened::Done);
    }
    if t.assignee.as_ref() == Some(&handed.who) {
        out.push(Happened::BackAlready);
    } else if t.assignee.as_ref() != Some(&h.to) {
        out.push(Happened::Reassigned {
            to: t.assignee.clone(),
        });
    }
    let mut fields: Vec<String> = h
        .fields
        .changed(&Fields::of(t), now)
        .into_iter()
        .map(str::to_owned)
        .collect();
    // What was changed and changed back was touched all the same.
    let since = h.at.unwrap_or(handed.at);
    let later = s.timeline.iter().filter(|e| e.at > since);
    for e in later.filter(|e| !says_the_hand_over(e, h) && !is_waking(e, h, now)) {
        if !fields.contains(&e.field) {
            fields.push(e.field.clone());
        }
    }
    if !fields.is_empty() {
        out.push(Happened::Changed { fields });
    }
    for m in s.messages.iter().filter(|m| m.at > since) {
        let by = match &m.author {
            Author::Agent { id } if *id == handed.who => continue,
            Author::Agent { id } => Untrusted::new(id.as_str()),
            Author::Helper { name } => name.clone(),
            Author::Requester { .. } | Author::System => continue,
        };
        let written = Happened::Written { by };
        if !out.contains(&written) {
            out.push(written);
        }
    }
    out
}

/// A desk tells of the hand-over itself too, by its own clock.
fn says_the_hand_over(e: &TimelineEntry, h: &HandedTicket) -> bool {
    let is_assignee = matches!(e.field.as_str(), "assignee" | "owner");
    is_assignee && e.new.as_ref().is_some_and(|n| n.raw() == h.to.as_str())
}

fn is_waking(e: &TimelineEntry, h: &HandedTicket, now: Instant) -> bool {
    e.field == "snooze" && e.new.is_none() && h.fields.snoozed_until.is_some_and(|at| at <= now)
}

/// What goes back and what stays. `since` tells how a ticket is now; none: it is not here any more.
pub fn give_back<'a>(
    handed: &Handed,
    mut since: impl FnMut(TicketId) -> Option<Since<'a>>,
    now: Instant,
) -> Return {
    let mut all = Return::default();
    for h in &handed.tickets {
        let found = since(h.ticket);
        let version = found.map_or(0, |s| s.ticket.version);
        let happened = match &found {
            None => vec![Happened::Gone],
            Some(s) => happened(handed, h, s, now),
        };
        let wrote = found.is_some_and(|s| {
            let since = h.at.unwrap_or(handed.at);
            let mut later = s.messages.iter().filter(|m| m.at > since);
            later.any(|m| matches!(m.author, Author::Requester { .. }))
        });
        if happened.is_empty() {
            all.back.push(Back {
                ticket: h.ticket,
                key: h.key.clone(),
                version,
                act: Act::Assign {
                    to: Some(handed.who.clone()),
                },
                wrote,
            });
            continue;
        }
        let mut happened = happened;
        if wrote {
            happened.push(Happened::RequesterWrote);
        }
        all.stays.push(Stays {
            ticket: h.ticket,
            key: h.key.clone(),
            with: h.to.clone(),
            version,
            happened,
        });
    }
    all
}

/// What gives back, as one batch: what `looked` lets go, and of what stays those of `also` that can be taken
/// along. `new` gives identities.
pub fn bring_back(
    (handed, looked): (&Handed, &Return),
    also: &[TicketKey],
    ended: Option<Absence>,
    by: &AgentId,
    (now, new): (Instant, &mut dyn FnMut() -> Uuid),
) -> GiveBack {
    let mut found = looked.clone();
    for key in also {
        // What is over or back already is not taken along.
        let _ = take_along(&mut found, key, &handed.who);
    }
    let batch = BatchId(new());
    let changes = found.back.into_iter().map(|b| Change {
        id: ChangeId(new()),
        batch,
        ticket: b.ticket,
        at: now,
        by: by.clone(),
        base: b.version,
        not_before: None,
        act: b.act,
    });
    GiveBack {
        batch,
        by: by.clone(),
        changes: changes.collect(),
        handed: handed.clone(),
        looked: looked.clone(),
        ended,
        at: now,
    }
}

/// Takes a ticket back although somebody touched it, if it can be taken.
///
/// # Errors
/// A sentence: it was not handed over, is back already, or is done.
pub fn take_along(back: &mut Return, key: &TicketKey, who: &AgentId) -> Result<(), String> {
    let at = back.stays.iter().position(|s| s.key == *key);
    let Some(stays) = at.and_then(|at| back.stays.get(at)) else {
        return Err(format!(
            "ticket {key} is not among those that stay; name one that the return lists"
        ));
    };
    let over = |h: &Happened| {
        matches!(
            h,
            Happened::Gone | Happened::Merged | Happened::Done | Happened::BackAlready
        )
    };
    if stays.happened.iter().any(over) {
        return Err(format!(
            "ticket {key} is back already or over; there is nothing to take back"
        ));
    }
    let wrote = stays.happened.contains(&Happened::RequesterWrote);
    back.back.push(Back {
        ticket: stays.ticket,
        key: stays.key.clone(),
        version: stays.version,
        act: Act::Assign {
            to: Some(who.clone()),
        },
        wrote,
    });
    back.stays.retain(|s| s.key != *key);
    Ok(())
}

impl std::fmt::Display for Happened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Gone => write!(f, "it is not here any more"),
            Self::Merged => write!(f, "it goes on in another ticket"),
            Self::Done => write!(f, "it is done"),
            Self::BackAlready => write!(f, "it is yours again already"),
            Self::Reassigned { to: Some(to) } => write!(f, "it is on {to} now"),
            Self::Reassigned { to: None } => write!(f, "it is on nobody now"),
            Self::Changed { fields } => {
                write!(
                    f,
                    "changed: {}",
                    crate::domain::text::line(&fields.join(", "))
                )
            }
            Self::Written { by } => write!(f, "{} wrote in it", by.line()),
            Self::RequesterWrote => write!(f, "the requester wrote"),
        }
    }
}
