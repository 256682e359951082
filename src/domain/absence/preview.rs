//! What becomes of each ticket of somebody who will be away. What is previewed is what is applied:
//! changes are made from the preview and from nothing else.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AbsenceId, Against, Ask, Away, Candidate, HandOver, Handed, Right, Team};
use crate::domain::Instant;
use crate::domain::change::{Act, BatchId, Change, ChangeId};
use crate::domain::people::{AgentId, TenantId};
use crate::domain::text::Untrusted;
use crate::domain::ticket::{Due, Status, Ticket, TicketId, TicketKey};

/// Open work changes hands for an absence of more than a working day; a shorter one moves only what cannot
/// wait for its end. Seconds of working time.
const SHORT: i64 = 8 * 3600;

/// Why a ticket changes hands or stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "because")]
pub enum Because {
    /// It falls due before the absence begins: until then it is its assignee's.
    Before {
        /// Then.
        at: Instant,
    },
    /// Whoever is to have it is away until the absence begins: then it changes hands.
    Early {
        /// Then.
        at: Instant,
    },
    /// It is late already when the absence begins.
    Late {
        /// It was due then.
        at: Instant,
    },
    /// It falls due before its assignee works again.
    Due {
        /// Then.
        at: Instant,
    },
    /// Its snooze is over meanwhile.
    Wakes {
        /// Then.
        at: Instant,
    },
    /// It is open, and the absence is long.
    Open,
    /// It waits for the requester or a third party; should it come back, it goes to the cover.
    Waits,
    /// It sleeps until after the absence.
    Sleeps,
    /// Nothing about it is due before its assignee is back.
    CanWait,
}

/// What becomes of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fate")]
pub enum Fate {
    /// It goes to somebody.
    Moves {
        /// To whom.
        to: AgentId,
    },
    /// It stays.
    Stays,
    /// It needs somebody, and nobody can take it.
    Gap,
}

/// Working seconds before it is due that somebody has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// When it is due.
    pub due: Instant,
    /// If it stayed.
    pub without: i64,
    /// With the one who takes it; as without where nobody does.
    pub with: i64,
}

/// What becomes of one ticket, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Which ticket.
    pub ticket: TicketId,
    /// Its number.
    pub key: TicketKey,
    /// What it is about.
    pub subject: Untrusted,
    /// Where it stands.
    pub status: Status,
    /// Whose it is.
    pub tenant: Option<TenantId>,
    /// The right that it asks for.
    pub right: Option<Right>,
    /// The version that was looked at.
    pub version: u64,
    /// Why.
    pub because: Because,
    /// What.
    pub fate: Fate,
    /// Who was looked at, in order. For one that stays: who gets it should it come back.
    pub candidates: Vec<Candidate>,
    /// Others who could take it, where there is a gap.
    pub proposals: Vec<AgentId>,
    /// What it means for its promise.
    pub effect: Option<Effect>,
}

impl Row {
    /// What becomes of a ticket and why; nobody else was looked at.
    pub fn of(t: &Ticket, because: Because, fate: Fate) -> Self {
        Self {
            ticket: t.id,
            key: t.key.clone(),
            subject: t.subject.clone(),
            status: t.status,
            tenant: t.tenant.clone(),
            right: Right::needed(t.kind),
            version: t.version,
            because,
            fate,
            candidates: Vec::new(),
            proposals: Vec::new(),
            effect: None,
        }
    }
}

/// A ticket that changes hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Which.
    pub ticket: TicketId,
    /// To whom.
    pub to: AgentId,
}

/// What an absence means for the tickets of the one who is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Which absence.
    pub absence: AbsenceId,
    /// Who is away.
    pub who: AgentId,
    /// First instant away.
    pub from: Instant,
    /// First instant back.
    pub to: Instant,
    /// When tickets change hands: the desk's next open moment after the beginning, or after now; while it
    /// stays closed all the time, then. None: the absence is over.
    pub at: Option<Instant>,
    /// When this was looked at. What moves does so when it is applied, be that long before the beginning.
    pub made: Instant,
    /// Every live ticket, the most urgent first.
    pub rows: Vec<Row>,
    /// What somebody decided to leave where it is: later too.
    pub kept: Vec<TicketId>,
}

/// Why somebody would have to take a ticket, and until when.
fn needs(
    team: &Team<'_>,
    away: &Away<'_>,
    t: &Ticket,
    (at, now): (Instant, Instant),
) -> (Because, Option<Instant>) {
    let works = team.calendar().elapsed(at, away.to);
    if let Due::Running { at: due, .. } = t.due {
        if due > now && due <= away.from {
            return (Because::Before { at: due }, None);
        }
        if due <= at && works > 0 {
            return (Because::Late { at: due }, Some(away.to));
        }
        let own = || team.worked(&away.absence.who, at, due);
        if due > at && (due < away.to || (works > 0 && own() == 0)) {
            return (Because::Due { at: due }, Some(due));
        }
    }
    match t.snoozed_until {
        Some(until) if until < away.to && until > at => {
            return (Because::Wakes { at: until }, Some(away.to));
        }
        Some(until) if until > at => return (Because::Sleeps, None),
        _ => {}
    }
    if t.status.is_waiting() {
        return (Because::Waits, None);
    }
    if works > SHORT {
        return (Because::Open, Some(away.to));
    }
    (Because::CanWait, None)
}

/// What becomes of the live tickets among these that are assigned to the one who is away.
pub fn preview(team: &Team<'_>, away: &Away<'_>, tickets: &[Ticket], now: Instant) -> Preview {
    let begins = away.from.max(now);
    let opens = team.calendar().next_open(begins).filter(|at| *at < away.to);
    let at = opens.or(Some(begins)).filter(|at| *at < away.to);
    let who = &away.absence.who;
    let mut mine: Vec<&Ticket> = tickets
        .iter()
        .filter(|t| t.assignee.as_ref() == Some(who))
        .filter(|t| t.status.is_live() && t.merged_into.is_none())
        .collect();
    mine.sort_by_key(|t| (urgency(t), t.id));
    let mut team = team.clone();
    let rows = at.map_or_else(Vec::new, |at| {
        mine.into_iter()
            .map(|t| {
                let row = row(&team, away, t, (at, now));
                if let Fate::Moves { to } = &row.fate {
                    team.takes(to);
                }
                row
            })
            .collect()
    });
    Preview {
        absence: away.absence.id.clone(),
        who: who.clone(),
        from: away.from,
        to: away.to,
        at,
        made: now,
        rows,
        kept: Vec::new(),
    }
}

const fn urgency(t: &Ticket) -> (u8, i64) {
    match t.due {
        Due::Running { at, .. } => (0, at.timestamp()),
        Due::Paused { left, .. } => (1, left),
        Due::None => (2, 0),
    }
}

fn row(team: &Team<'_>, away: &Away<'_>, t: &Ticket, (at, now): (Instant, Instant)) -> Row {
    let who = &away.absence.who;
    let (because, by) = needs(team, away, t, (at, now));
    let ask = Ask {
        ticket: t,
        at,
        by: by.unwrap_or(away.to),
    };
    let candidates = team.candidates(away.absence, &ask);
    let able = candidates.iter().find(|c| c.against.is_none());
    // Whoever leaves is still there, and the cover is not yet.
    let early = |c: &Candidate| now < away.from && team.away_until(&c.who, now).is_some();
    let (because, fate, proposals) = match (by, able) {
        (None, _) => (because, Fate::Stays, Vec::new()),
        (Some(_), Some(able)) if early(able) => (Because::Early { at }, Fate::Stays, Vec::new()),
        (Some(_), Some(able)) => {
            let to = able.who.clone();
            (because, Fate::Moves { to }, Vec::new())
        }
        (Some(_), None) => {
            let able = team.proposals(&candidates, who, &ask);
            (because, Fate::Gap, able)
        }
    };
    let effect = match t.due {
        Due::Running { at: due, .. } => {
            let without = team.worked(who, at, due);
            let with = match &fate {
                Fate::Moves { to } => team.worked(to, at, due),
                _ => without,
            };
            Some(Effect { due, without, with })
        }
        _ => None,
    };
    Row {
        candidates,
        proposals,
        effect,
        ..Row::of(t, because, fate)
    }
}

impl Preview {
    /// What needs somebody, and nobody can take it.
    pub fn gaps(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|r| r.fate == Fate::Gap)
    }

    /// What changes hands, in order.
    pub fn moves(&self) -> Vec<Move> {
        let to = |r: &Row| match &r.fate {
            Fate::Moves { to } => Some(Move {
                ticket: r.ticket,
                to: to.clone(),
            }),
            _ => None,
        };
        self.rows.iter().filter_map(to).collect()
    }

    /// Decides otherwise about one ticket: it goes to this person, or stays.
    ///
    /// # Errors
    /// A sentence: the ticket is not in the preview, or that person cannot take it.
    pub fn decide(
        &mut self,
        team: &Team<'_>,
        ticket: &Ticket,
        to: Option<&AgentId>,
    ) -> Result<(), String> {
        let begins = self.at.unwrap_or(self.from);
        let row = self.rows.iter_mut().find(|r| r.ticket == ticket.id);
        let Some(row) = row else {
            let key = &ticket.key;
            return Err(format!(
                "ticket {key} is not among those of {}; `absence preview` lists them",
                self.who
            ));
        };
        let Some(to) = to else {
            row.fate = Fate::Stays;
            if !self.kept.contains(&ticket.id) {
                self.kept.push(ticket.id);
            }
            return Ok(());
        };
        let (at, by) = match (row.because, ticket.due) {
            (Because::Before { at: due }, _) => (self.made, due),
            (Because::Due { at: due }, _) => (begins, due),
            (Because::Early { .. }, Due::Running { at: due, .. }) if due > begins => {
                (begins, due.min(self.to))
            }
            _ => (begins, self.to),
        };
        // It changes hands when this is applied, which may be before the absence begins.
        let not_yet = team
            .away_until(to, self.made)
            .filter(|_| self.made < self.from);
        let refused = if *to == self.who {
            Some(Against::Away { until: self.to })
        } else if let Some(until) = not_yet {
            Some(Against::Away { until })
        } else {
            team.against(to, &Ask { ticket, at, by })
        };
        if let Some(against) = refused {
            return Err(format!(
                "{to} cannot take ticket {}: {}; name somebody else",
                row.key,
                against.words(team.calendar().zone())
            ));
        }
        if let (Some(effect), Due::Running { at: due, .. }) = (&mut row.effect, ticket.due) {
            effect.with = team.worked(to, at, due);
        }
        row.fate = Fate::Moves { to: to.clone() };
        self.kept.retain(|id| *id != ticket.id);
        Ok(())
    }

    /// Leaves those of these where they are that it tells of: somebody decided so before.
    pub fn leave(&mut self, kept: &[TicketId]) {
        for row in self.rows.iter_mut().filter(|r| kept.contains(&r.ticket)) {
            row.fate = Fate::Stays;
            self.kept.push(row.ticket);
        }
    }

    /// What does exactly what it says, as one batch: the changes, and what is known of them for the way back.
    /// `tickets` are those it was made of, `new` gives identities.
    pub fn apply(
        &self,
        tickets: &[Ticket],
        by: &AgentId,
        (now, new): (Instant, &mut dyn FnMut() -> Uuid),
    ) -> HandOver {
        let batch = BatchId(new());
        let change = |r: &Row| match &r.fate {
            Fate::Moves { to } => Some((r.ticket, r.version, to.clone())),
            _ => None,
        };
        let moves = self.rows.iter().filter_map(change);
        let changes = moves.map(|(ticket, base, to)| Change {
            id: ChangeId(new()),
            batch,
            ticket,
            at: now,
            by: by.clone(),
            base,
            not_before: None,
            act: Act::Assign { to: Some(to) },
        });
        HandOver {
            batch,
            by: by.clone(),
            changes: changes.collect(),
            handed: Handed::of(self, tickets, now),
        }
    }
}
