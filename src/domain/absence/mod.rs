//! Planned absences: who is away when, who stands in for what, and the way back.
//!
//! `times` says when (`reshape` how it is when that is changed), `typed` reads it as people type it, `office` holds what is known of all of it, `team` who is there and who may,
//! `preview` what would become of each ticket, `handed` what was handed over and how it comes back, `hold` what arrives meanwhile,
//! `balance` who has stood in how much, `incoming` what a calendar's events come to, `shared` (with `meet`) how a plan is kept the
//! same here and on a calendar server, `swap` who takes over what from whom. Who is
//! there at all is [`super::coverage`]'s; the note for the cover is [`super::handover`]'s. Nothing here
//! reads a clock or a file: the time is told, and rights come as plain values from wherever they are kept.

mod balance;
mod cycle;
mod handed;
mod hold;
mod incoming;
mod meet;
mod office;
mod preview;
mod reshape;
mod shared;
mod swap;
mod team;
mod times;
pub mod typed;

use std::fmt;

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use balance::{Balance, Stint, balance, stints};
pub use cycle::{Cycle, cycle};
pub use handed::{
    Back, Fields, GiveBack, HandOver, Handed, HandedTicket, Happened, Return, Since, Stays,
    bring_back, give_back, take_along,
};
pub use hold::{Held, applied, hold};
pub use incoming::{Incoming, Known, Source, incoming};
pub use meet::{Met, meet};
pub use office::{KNOWN_DAYS, Office, next_turn, team_of};
pub use preview::{Because, Effect, Fate, Move, Preview, Row, preview};
pub use shared::{Choice, Clash, Guard, Heard, Plan, Post, Sending, Shared, Told, Went, uid_of};
pub use swap::{Answered, Duty, Moves, Swap, SwapId, Swapped};
pub use team::{Against, Ask, Away, Candidate, Grant, Person, Team};
pub use times::{Later, Length, Moved, Occurrence, Rule, Times};

use super::Instant;
use super::calendar::resolve_wall;
use super::people::{self, AgentId, TenantId};
use super::text::Untrusted;
use super::ticket::{Kind, Ticket};

/// The identity of an absence that a desk tells of begins so.
const OF_DESK: &str = "desk-";

/// An absence's identity; printable, without blanks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AbsenceId(pub String);

impl AbsenceId {
    /// A new one out of a random name: short, because people type it.
    pub fn new(name: Uuid) -> Self {
        let hex = name.simple().to_string();
        // The end is chance; the beginning is the time and alike for all of one day.
        Self(hex.get(24..).unwrap_or(&hex).to_owned())
    }
}

impl fmt::Display for AbsenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Why somebody is away. Colleagues see the word, nothing more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Holiday.
    #[default]
    Leave,
    /// Ill.
    Sick,
    /// A course or a conference.
    Training,
    /// Hours that this person never works.
    PartTime,
    /// Anything else.
    Other,
}

impl Why {
    /// All with their words.
    pub const ALL: &[(Self, &str)] = &[
        (Self::Leave, "leave"),
        (Self::Sick, "sick"),
        (Self::Training, "training"),
        (Self::PartTime, "part-time"),
        (Self::Other, "other"),
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(w, _)| *w == self)
            .map_or("other", |(_, word)| word)
    }

    /// The one behind a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(word.trim()))
            .map(|(why, _)| *why)
    }
}

/// Something that not everybody may do, by the word of the kind of work that needs it, for instance
/// `new-user`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Right(pub String);

impl Right {
    /// What a kind of work asks for; none where everybody in the team may do it.
    pub fn needed(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Problem | Kind::Question | Kind::Knowledge | Kind::Feedback => None,
            kind => Some(Self(kind.word().to_owned())),
        }
    }

    /// A right by its word.
    ///
    /// # Errors
    /// A sentence that says which there are.
    pub fn of(typed: &str) -> Result<Self, String> {
        let found = Self::all().find(|r| r.0.eq_ignore_ascii_case(typed.trim()));
        found.ok_or_else(|| {
            let known: Vec<String> = Self::all().map(|r| r.0).collect();
            format!(
                "there is no right \"{}\"; there are {}",
                super::text::line(typed),
                known.join(", ")
            )
        })
    }

    /// All rights that some kind of work asks for.
    pub fn all() -> impl Iterator<Item = Self> {
        Kind::ALL.iter().copied().filter_map(Self::needed)
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&super::text::line(&self.0).into_string())
    }
}

/// What happens by itself when an absence begins for which nothing is handed over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AtStart {
    /// The console offers the preview.
    #[default]
    Offer,
    /// The console hands over as the preview says.
    Apply,
    /// Nothing.
    Off,
}

/// Which tickets somebody stands in for. What is empty leaves nothing out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scope {
    /// Only of these client organisations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tenants: Vec<TenantId>,
    /// Only these queues, which are kinds of work.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<Kind>,
    /// Only with one of these labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Only what asks for one of these rights.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rights: Vec<Right>,
}

/// Both, where one of them says nothing; none where they have nothing in common.
fn common<T: Clone + PartialEq>(a: &[T], b: &[T]) -> Option<Vec<T>> {
    if a.is_empty() || b.is_empty() {
        return Some([a, b].concat());
    }
    let both: Vec<T> = a.iter().filter(|x| b.contains(x)).cloned().collect();
    (!both.is_empty()).then_some(both)
}

impl Scope {
    /// Whether it means a ticket.
    pub fn means(&self, ticket: &Ticket) -> bool {
        let tenant = ticket.tenant.as_ref();
        let right = Right::needed(ticket.kind);
        (self.tenants.is_empty() || tenant.is_some_and(|t| self.tenants.contains(t)))
            && (self.queues.is_empty() || self.queues.contains(&ticket.kind))
            && (self.labels.is_empty() || self.labels.iter().any(|l| ticket.labels.contains(l)))
            && (self.rights.is_empty() || right.is_some_and(|r| self.rights.contains(&r)))
    }

    /// Which tickets both mean, as far as can be told without one: a ticket has one tenant, queue and
    /// right, but may have many labels.
    pub fn and(&self, other: &Self) -> Option<Self> {
        Some(Self {
            tenants: common(&self.tenants, &other.tenants)?,
            queues: common(&self.queues, &other.queues)?,
            labels: Vec::new(),
            rights: common(&self.rights, &other.rights)?,
        })
    }
}

/// Somebody who stands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
    /// Who.
    pub who: AgentId,
    /// For what.
    #[serde(default)]
    pub scope: Scope,
}

/// A planned absence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// Its identity.
    pub id: AbsenceId,
    /// Who is away.
    pub who: AgentId,
    /// When, once or again and again.
    pub times: Times,
    /// Why.
    #[serde(default)]
    pub why: Why,
    /// Who stands in, the preferred ones first.
    #[serde(default)]
    pub covers: Vec<Cover>,
    /// What stands in the calendar about it.
    #[serde(default)]
    pub note: Untrusted,
    /// Its name in the calendar that it came from.
    #[serde(default)]
    pub uid: Option<String>,
}

impl Cover {
    /// As it is typed and shared: `ben`, or `ben:tenant=umc+sra,label=vpn`. Signs that have a meaning
    /// there, in a label, are written as `%2B`.
    pub fn text(&self) -> String {
        let s = &self.scope;
        let join = |v: Vec<String>| v.join("+");
        let parts = [
            (
                "tenant",
                join(s.tenants.iter().map(ToString::to_string).collect()),
            ),
            (
                "queue",
                join(s.queues.iter().map(ToString::to_string).collect()),
            ),
            ("label", join(s.labels.iter().map(|l| escaped(l)).collect())),
            (
                "right",
                join(s.rights.iter().map(|r| escaped(&r.0)).collect()),
            ),
        ];
        let said: Vec<String> = parts
            .into_iter()
            .filter(|(_, v)| !v.is_empty())
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        match said.is_empty() {
            true => self.who.to_string(),
            false => format!("{}:{}", self.who, said.join(",")),
        }
    }

    /// Reads what [`Self::text`] writes.
    ///
    /// # Errors
    /// A sentence: a name, a tenant, a queue, a right or a field is not known.
    pub fn read(text: &str) -> Result<Self, String> {
        let (who, parts) = text.split_once(':').unwrap_or((text, ""));
        let mut scope = Scope::default();
        for part in parts.split(',').filter(|p| !p.is_empty()) {
            let Some((field, values)) = part.split_once('=') else {
                return Err("write ben, or ben:tenant=umc,label=vpn".into());
            };
            for value in values.split('+').map(str::trim) {
                match field.trim() {
                    "tenant" => scope.tenants.push(TenantId::parse(value)?),
                    "queue" => {
                        let kind: Result<Kind, super::ticket::UnknownWord> = value.parse();
                        scope.queues.push(kind.map_err(|e| e.to_string())?);
                    }
                    "label" => scope.labels.push(unescaped(value).to_lowercase()),
                    "right" => scope.rights.push(Right::of(&unescaped(value))?),
                    other => {
                        return Err(format!(
                            "there is no field \"{}\"; use tenant, queue, label or right",
                            super::text::line(other)
                        ));
                    }
                }
            }
        }
        let who = AgentId::parse(who.trim())?;
        Ok(Self { who, scope })
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '%' | '+' | ',' | '=' | ':' => out.push_str(&format!("%{:02X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

fn unescaped(text: &str) -> String {
    ["%3A", "%3D", "%2C", "%2B", "%25"]
        .iter()
        .zip([":", "=", ",", "+", "%"])
        .fold(text.to_owned(), |text, (code, sign)| {
            text.replace(code, sign)
        })
}

impl Absence {
    /// A desk tells of it itself; it is changed there.
    pub fn is_of_desk(&self) -> bool {
        self.id.0.starts_with(OF_DESK)
    }

    /// One that a desk tells of itself.
    pub fn of_desk(told: &people::Absence) -> Self {
        let covers = told.cover.iter().cloned().map(|who| Cover {
            who,
            scope: Scope::default(),
        });
        Self {
            id: AbsenceId(format!("{OF_DESK}{}-{}", told.agent, told.from.timestamp())),
            who: told.agent.clone(),
            times: Times::between(told.from, told.to),
            why: Why::default(),
            covers: covers.collect(),
            note: Untrusted::default(),
            uid: None,
        }
    }

    /// The absences themselves that touch a stretch of time, in order.
    pub fn away(&self, from: Instant, to: Instant) -> Vec<Occurrence> {
        self.times.within(from, to)
    }

    /// The first day of a turn and the one after the last, where it is whole days; none: it goes by the hour.
    pub fn whole_days(&self, turn: Occurrence) -> Option<(NaiveDate, NaiveDate)> {
        let zone = self.times.zone;
        let day = |at: Instant| {
            let day = at.with_timezone(&zone).date_naive();
            (resolve_wall(zone, day.and_time(NaiveTime::MIN)) == at).then_some(day)
        };
        match self.times.all_day {
            true => Some((day(turn.from)?, day(turn.to)?)),
            false => None,
        }
    }
}
