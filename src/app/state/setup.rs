//! What the shell knows about this machine and its person before anything is asked.

use std::sync::Arc;

use chrono::TimeDelta;
use chrono_tz::Tz;

use crate::domain::Instant;
use crate::domain::absence::{AtStart, Person};
use crate::domain::calendar::Calendar;
use crate::domain::macros::Macro;
use crate::domain::people::{Agent, AgentId, TenantId};
use crate::domain::reach::Abilities;
use crate::domain::request::Kinds;
use crate::domain::sla::Policy;
use crate::domain::text::Printable;
use crate::domain::warn::Thresholds;

use super::{Size, View};

/// A ready-made text with placeholders: `{requester.first}`, `{ticket.key}`, `{workspace}`,
/// `{agent.name}`, `{tenant}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// What is typed after `::`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// A kind of helpdesk that can be connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskKind {
    /// What it is called.
    pub name: Printable,
    /// What has to be at hand to connect it.
    pub needs: Printable,
    /// What is typed outside the console to connect it; none: Enter begins with it.
    pub command: Option<Printable>,
}

/// What the shell hands over once, before the first event.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The terminal's size.
    pub size: Size,
    /// The zone in which times are shown and days are read.
    pub zone: Tz,
    /// Who is at the keyboard.
    pub me: AgentId,
    /// The desk's name; none: there is no desk yet, and the person is welcomed.
    pub desk: Option<Printable>,
    /// What that desk can do: said before it is tried.
    pub abilities: Abilities,
    /// The tenants of this team; empty means all.
    pub scope: Vec<TenantId>,
    /// Working time.
    pub calendar: Arc<Calendar>,
    /// What the settings say of members of the team: their hours, rights and room.
    pub people: Arc<[Person]>,
    /// The names of the calendars at addresses that absences come from.
    pub followed: Arc<[String]>,
    /// What happens when an absence begins.
    pub at_start: AtStart,
    /// What is promised.
    pub policy: Arc<Policy>,
    /// The moment to look ahead to; none: now.
    pub as_of: Option<Instant>,
    /// When to warn before something falls due.
    pub warn: Thresholds,
    /// The built-in views whose tickets warn.
    pub warn_views: Vec<String>,
    /// The agents that are known, so that the first frame shows names.
    pub agents: Vec<Agent>,
    /// A ticket's page at the desk, `{key}` being its number; none: it has no pages.
    pub ticket_url: Option<String>,
    /// How long a public reply waits in the outbox and can be taken back; zero: it goes at once.
    pub undo_window: TimeDelta,
    /// The person's own views; the built-in ones come before them.
    pub views: Vec<View>,
    /// Ready-made texts.
    pub snippets: Vec<Snippet>,
    /// Ready-made acts.
    pub macros: Vec<Macro>,
    /// The kinds of request.
    pub requests: Arc<Kinds>,
    /// Which keys mean what.
    pub keymap: Arc<crate::app::keymap::Keymap>,
    /// Sixty-four random bits: the ids that are made here follow from it, the time and a counter.
    pub seed: u64,
    /// The kinds of helpdesk that can be connected, the embedded one first.
    pub kinds: Vec<DeskKind>,
}
