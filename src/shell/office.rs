//! What is known of a team and its absences, out of the store: the console and the command line ask here alike.

use chrono::TimeDelta;

use super::plans;
use crate::app::cover::Bench;
use crate::config::{Config, Paths};
use crate::domain::Instant;
use crate::domain::absence::{
    Away, Because, Fate, Handed, KNOWN_DAYS, Office, Preview, Row, team_of,
};
use crate::domain::gate::is_in_scope;
use crate::domain::handover::{self, Interval, Item, Note};
use crate::domain::thread::Visibility;
use crate::domain::ticket::{Due, Ticket, TicketId};
use crate::store::{Reader, StoreError};

/// The note tells of what was touched in so many working days before.
const LATELY_DAYS: u16 = 5;

/// The names of the calendars at addresses that the settings follow: what came from another is ours by now.
pub fn followed(paths: &Paths, config: &Config) -> Vec<String> {
    let calendars = config.absences.calendars.iter();
    calendars
        .map(|c| plans::calendar_name(paths, &c.url))
        .collect()
}

/// The team, its absences and what is handed over.
///
/// # Errors
/// The store cannot be read.
pub fn office(reader: &Reader, bench: &Bench, now: Instant) -> Result<Office, StoreError> {
    let absences = reader.absences()?;
    let known = TimeDelta::try_days(KNOWN_DAYS).unwrap_or_default();
    let followed = reader.followed()?.into_iter();
    let office = Office {
        people: team_of(&bench.people, reader.agents()?, &absences, &bench.me),
        absences,
        handed: reader.handed(now - known)?,
        loads: reader.loads()?,
        shares: Vec::new(),
        followed: followed
            .filter(|(_, calendar)| bench.followed.contains(calendar))
            .map(|(id, _)| id)
            .collect(),
        swaps: reader.swaps()?,
    };
    Ok(office.with_shares(&bench.calendar, now))
}

/// What would become of each ticket of somebody away, with those tickets.
///
/// # Errors
/// The store cannot be read.
pub fn plan(
    reader: &Reader,
    (office, bench): (&Office, &Bench),
    away: &Away<'_>,
    now: Instant,
) -> Result<(Preview, Vec<Ticket>), StoreError> {
    let mut tickets = reader.tickets_of(&away.absence.who, now)?;
    tickets.retain(|t| is_in_scope(t.tenant.as_ref(), &bench.scope));
    let team = office.team_for(&bench.calendar, away, now);
    Ok((office.preview(&team, away, &tickets, now), tickets))
}

/// A ticket that is with somebody already, as the note tells of it.
fn handed_row(t: &Ticket, handed: &Handed, until: Instant) -> Option<Row> {
    let h = handed.tickets.iter().find(|h| h.ticket == t.id)?;
    let because = match t.due {
        Due::Running { at, .. } if at < until => Because::Due { at },
        _ => Because::Open,
    };
    Some(Row::of(t, because, Fate::Moves { to: h.to.clone() }))
}

/// The note for a stretch of an absence. What is with others already belongs into it like what is to go.
///
/// # Errors
/// The store cannot be read.
pub fn note(
    reader: &Reader,
    (office, bench): (&Office, &Bench),
    away: &Away<'_>,
    now: Instant,
) -> Result<Note, StoreError> {
    let span = Interval {
        since: (bench.calendar).subtract_days(away.from.min(now), LATELY_DAYS),
        from: away.from,
        to: away.to,
    };
    let mut tickets = reader.tickets_of(&away.absence.who, span.since)?;
    let team = office.team_for(&bench.calendar, away, now);
    let mut made = office.preview(&team, away, &tickets, now);
    if let Some(handed) = office.open(&away.absence.id, away.from) {
        for h in &handed.tickets {
            let Some(t) = reader.ticket(h.ticket)? else {
                continue;
            };
            if let Some(row) = handed_row(&t, handed, away.to)
                && !tickets.iter().any(|known| known.id == t.id)
            {
                made.rows.push(row);
                tickets.push(t);
            }
        }
    }
    tickets.retain(|t| is_in_scope(t.tenant.as_ref(), &bench.scope));
    let drafts = reader.drafts()?;
    let begun = |id: TicketId, v| drafts.iter().any(|d| d.ticket == id && d.visibility == v);
    let items: Vec<Item<'_>> = tickets
        .iter()
        .map(|ticket| Item {
            ticket,
            reply_begun: begun(ticket.id, Visibility::Public),
            note_begun: begun(ticket.id, Visibility::Internal),
        })
        .collect();
    Ok(handover::note(&made, &items, &span, bench.zone))
}

/// What stands already as a note in the tickets of that note which change hands: it is not written twice.
///
/// # Errors
/// The store cannot be read.
pub fn written(reader: &Reader, note: &Note) -> Result<Vec<(TicketId, String)>, StoreError> {
    let mut all = Vec::new();
    for entry in note.entries.iter().filter(|e| e.to.is_some()) {
        let thread = reader.thread(entry.ticket)?;
        let said = thread.into_iter().flat_map(|t| t.messages);
        let notes = said.filter(|m| m.visibility == Visibility::Internal);
        let own = notes.filter(|m| m.body.raw().starts_with(&note.in_ticket("")));
        all.extend(own.map(|m| (entry.ticket, m.body.raw().to_owned())));
    }
    Ok(all)
}
