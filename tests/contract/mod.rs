//! What every desk promises, and what Request Tracker does in particular.
//!
//! The live part asks a real server, where the environment names one:
//! `DESKHAND_RT` is its address and `DESKHAND_RT_TOKEN` a token of the account `ines`. Without
//! it these tests say "skipped". `tests/live/rt/rt run cargo test contract` brings up such a
//! server, filled by `tests/live/rt/fill.pl`, and throws it away afterwards.

pub mod caldav;
mod calendars;
pub mod fake;
mod feed;
mod http;
mod live;
mod mapping;
mod nonsense;
mod promises;
mod rt_read;
mod rt_write;
mod shelf;
pub mod shelf_desk;
mod shelf_fake;
mod sweep;

use deskhand::domain::Instant;
use deskhand::domain::change::{Act, BatchId, Change, ChangeId};
use deskhand::domain::conflict::overlay;
use deskhand::domain::people::AgentId;
use deskhand::domain::remote::{Outgoing, Told};
use deskhand::domain::ticket::{Kind, Ticket, TicketId, TicketKey};
use uuid::Uuid;

/// An instant that no test depends on.
fn now() -> Instant {
    Instant::from_timestamp(1_795_500_000, 0).unwrap()
}

fn key(n: u64) -> TicketKey {
    TicketKey::parse(&n.to_string()).unwrap()
}

fn agent(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

/// A ticket of which nothing is known.
fn blank(key: TicketKey) -> Ticket {
    Ticket {
        kind: Kind::Problem,
        ..Ticket::blank(TicketId(1), key, now())
    }
}

/// A change to a ticket as it was told.
fn outgoing(told: &Told, act: Act) -> Outgoing {
    let base = overlay(&blank(told.key.clone()), told.fields.as_ref().unwrap());
    Outgoing {
        change: Change {
            id: ChangeId(Uuid::from_u128(1)),
            batch: BatchId(Uuid::from_u128(2)),
            ticket: TicketId(1),
            at: base.updated,
            by: agent("ines"),
            base: 1,
            not_before: None,
            act,
        },
        key: told.key.clone(),
        base,
        version: told.version.clone(),
        other: None,
        files: Vec::new(),
        taken: Vec::new(),
    }
}
