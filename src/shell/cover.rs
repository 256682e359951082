//! What absences and coverage wish, carried out.

use chrono::TimeDelta;

use super::answers::sentence;
use super::plans;
use crate::app::cover::{Bench, CoverNews, CoverWish, Noted, Plan, Returning, Standing, TurnOf};
use crate::domain::Instant;
use crate::domain::absence::{
    Absence, Away, Because, Fate, Handed, KNOWN_DAYS, Office, Row, preview, team_of,
};
use crate::domain::coverage::needs;
use crate::domain::gate::is_in_scope;
use crate::domain::handover::{self, Interval, Item};
use crate::domain::list::Asker;
use crate::domain::roster::{Mark, Roster};
use crate::domain::text::Printable;
use crate::domain::thread::Visibility;
use crate::domain::ticket::{Ticket, TicketId};
use crate::store::{Reader, StoreError, Writer};

/// At most so many deadlines are laid on the map.
const MOST_DUE: usize = 20_000;
/// The note tells of what was touched in so many working days before.
const LATELY_DAYS: u16 = 5;

type Read = Result<CoverNews, StoreError>;

/// Carries out what only reads.
///
/// # Errors
/// As the store's reads.
pub fn read(reader: &Reader, wish: CoverWish) -> Read {
    match wish {
        CoverWish::Standing { bench, now, until } => standing(reader, &bench, now, until),
        CoverWish::Plan {
            bench,
            turn,
            now,
            at_once,
        } => plan(reader, &bench, &turn, now, at_once),
        CoverWish::Note {
            bench,
            turn,
            now,
            anew,
        } => note(reader, &bench, turn, now, anew),
        CoverWish::Back { handed, ended, now } => back(reader, *handed, ended.map(|e| *e), now),
        _ => Ok(CoverNews::Done(None)),
    }
}

fn office(reader: &Reader, bench: &Bench, now: Instant) -> Result<Office, StoreError> {
    let absences = reader.absences()?;
    let known = TimeDelta::try_days(KNOWN_DAYS).unwrap_or_default();
    Ok(Office {
        people: team_of(&bench.people, reader.agents()?, &absences, &bench.me),
        absences,
        handed: reader.handed(now - known)?,
        loads: reader.loads()?,
    })
}

fn standing(reader: &Reader, bench: &Bench, now: Instant, until: Option<Instant>) -> Read {
    let office = office(reader, bench, now)?;
    let roster = match until {
        None => None,
        Some(until) => Some(roster(reader, bench, &office, now, until)?),
    };
    Ok(CoverNews::Standing(Box::new(Standing { office, roster })))
}

fn roster(
    reader: &Reader,
    bench: &Bench,
    office: &Office,
    now: Instant,
    until: Instant,
) -> Result<Roster, StoreError> {
    let calendar = &bench.calendar;
    // Today is whole: what was covered this morning is part of the picture.
    let span = (calendar.midnight(calendar.date(now)), until);
    let mut tenants = bench.scope.clone();
    if tenants.is_empty() {
        let known = reader.vocabulary(now)?.tenants;
        tenants = known.into_iter().map(|t| t.id).collect();
    }
    let asker = Asker {
        me: bench.me.clone(),
        now,
        scope: bench.scope.clone(),
        zone: bench.zone,
    };
    let marks = reader.outlook(until, MOST_DUE, &asker)?.marks;
    let due = marks.into_iter().map(|m| Mark {
        at: m.at,
        on: m.assignee,
    });
    let team = office.team(calendar, span);
    let needs = needs(&tenants, &office.rights());
    Ok(Roster::new(&team, &needs, due.collect(), span))
}

/// The absence and the stretch of it that is meant, or a sentence.
fn away<'a>(office: &'a Office, turn: &TurnOf) -> Result<Away<'a>, Box<CoverNews>> {
    let planned = office.absence(&turn.absence);
    let found = planned.and_then(|absence| {
        let on = absence.away(turn.from, turn.from + TimeDelta::seconds(1));
        let o = on.into_iter().find(|o| o.from == turn.from)?;
        Some(Away {
            absence,
            from: o.from,
            to: o.to,
        })
    });
    found.ok_or_else(|| {
        Box::new(CoverNews::Failed(sentence(
            "this absence is not planned like that any more; R looks again",
        )))
    })
}

fn plan(reader: &Reader, bench: &Bench, turn: &TurnOf, now: Instant, at_once: bool) -> Read {
    let office = office(reader, bench, now)?;
    let away = match away(&office, turn) {
        Ok(away) => away,
        Err(news) => return Ok(*news),
    };
    let mut tickets = reader.tickets_of(&away.absence.who, now)?;
    tickets.retain(|t| is_in_scope(t.tenant.as_ref(), &bench.scope));
    let team = office.team_for(&bench.calendar, &away, now);
    Ok(CoverNews::Plan(Box::new(Plan {
        preview: preview(&team, &away, &tickets, now),
        tickets,
        at_once,
    })))
}

/// A ticket that is with somebody already, as the note tells of it.
fn handed_row(t: &Ticket, handed: &Handed, until: Instant) -> Option<Row> {
    let h = handed.tickets.iter().find(|h| h.ticket == t.id)?;
    let because = match t.due {
        crate::domain::ticket::Due::Running { at, .. } if at < until => Because::Due { at },
        _ => Because::Open,
    };
    Some(Row::of(t, because, Fate::Moves { to: h.to.clone() }))
}

/// Where an edited note is kept.
fn note_place(turn: &TurnOf) -> String {
    format!("hand-over-note {} {}", turn.absence, turn.from.timestamp())
}

fn note(reader: &Reader, bench: &Bench, turn: TurnOf, now: Instant, anew: bool) -> Read {
    let office = office(reader, bench, now)?;
    let away = match away(&office, &turn) {
        Ok(away) => away,
        Err(news) => return Ok(*news),
    };
    let who = &away.absence.who;
    let since = (bench.calendar).subtract_days(away.from.min(now), LATELY_DAYS);
    let mut tickets = reader.tickets_of(who, since)?;
    let team = office.team_for(&bench.calendar, &away, now);
    let mut made = preview(&team, &away, &tickets, now);
    // What is with others already belongs into the note all the same.
    if let Some(handed) = office.open(&turn.absence, turn.from) {
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
    let span = Interval {
        since,
        from: away.from,
        to: away.to,
    };
    let note = handover::note(&made, &items, &span, bench.zone);
    let edited = match anew {
        true => None,
        false => reader.meta(&note_place(&turn))?,
    };
    Ok(CoverNews::Note(Box::new(Noted { turn, note, edited })))
}

fn back(reader: &Reader, handed: Handed, ended: Option<Absence>, now: Instant) -> Read {
    let (found, threads) = plans::look_back(reader, &handed, now)?;
    let subjects = threads
        .iter()
        .map(|t| (t.ticket.key.clone(), t.ticket.subject.line()))
        .collect();
    Ok(CoverNews::Back(Box::new(Returning {
        handed,
        found,
        subjects,
        ended,
    })))
}

/// Keeps a note. What somebody else wrote there meanwhile stays before it; both are told then.
///
/// # Errors
/// As the store's writes.
pub fn keep_note(
    w: &mut Writer,
    turn: &TurnOf,
    text: &str,
    seen: Option<&[String]>,
) -> Result<Option<String>, StoreError> {
    w.meet_meta(&note_place(turn), |there| match seen {
        Some(seen) if !seen.iter().any(|s| s == there) => joined(there, text),
        _ => text.to_owned(),
    })
    .map(|kept| (kept != text).then_some(kept))
}

/// Both texts, each once.
fn joined(there: &str, text: &str) -> String {
    if there.is_empty() || text.contains(there) {
        text.to_owned()
    } else if there.contains(text) {
        there.to_owned()
    } else {
        format!("{there}\n\n{text}")
    }
}

/// Carries out what writes into the store: the tickets that it changed, and what to say.
///
/// # Errors
/// As the store's writes.
pub fn write(
    w: &mut Writer,
    wish: CoverWish,
    now: Instant,
) -> Result<(Vec<TicketId>, Option<Printable>), StoreError> {
    match wish {
        CoverWish::Keep(absences, said) => {
            w.put_planned(&absences, now)?;
            Ok((Vec::new(), Some(said)))
        }
        CoverWish::Drop(id, said) => {
            w.drop_planned(&id, now)?;
            Ok((Vec::new(), Some(said)))
        }
        CoverWish::HandOver(changes, handed, said) => {
            let done = w.hand_over(&changes, &handed)?;
            Ok((done.tickets, Some(said)))
        }
        CoverWish::TakeBack {
            changes,
            handed,
            ended,
            said,
        } => {
            let done = w.take_back(&changes, &handed, ended.as_deref(), now)?;
            Ok((done.tickets, Some(said)))
        }
        CoverWish::Reopen(handed) => {
            w.reopen(&handed)?;
            Ok((Vec::new(), None))
        }
        _ => Ok((Vec::new(), None)),
    }
}
