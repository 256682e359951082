//! What absences and coverage wish, carried out.

use chrono::TimeDelta;

use super::answers::sentence;
use super::office;
use crate::app::cover::{Bench, CoverNews, CoverWish, Noted, Plan, Returning, Standing, TurnOf};
use crate::domain::Instant;
use crate::domain::absence::{Absence, Away, Handed, Office};
use crate::domain::coverage::needs;
use crate::domain::list::Asker;
use crate::domain::people::AgentId;
use crate::domain::roster::{Mark, Roster};
use crate::domain::text::Printable;
use crate::domain::ticket::TicketId;
use crate::store::{Reader, StoreError, Writer};

/// At most so many deadlines are laid on the map.
const MOST_DUE: usize = 20_000;

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
        CoverWish::Back { turn, ended, now } => back(reader, &turn, ended.map(|e| *e), now),
        _ => Ok(CoverNews::Done(None)),
    }
}

fn standing(reader: &Reader, bench: &Bench, now: Instant, until: Option<Instant>) -> Read {
    let office = office::office(reader, bench, now)?;
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
    let office = office::office(reader, bench, now)?;
    let away = match away(&office, turn) {
        Ok(away) => away,
        Err(news) => return Ok(*news),
    };
    let (preview, tickets) = office::plan(reader, (&office, bench), &away, now)?;
    Ok(CoverNews::Plan(Box::new(Plan {
        preview,
        tickets,
        at_once,
    })))
}

/// Where an edited note is kept.
fn note_place(turn: &TurnOf) -> String {
    format!("hand-over-note {} {}", turn.absence, turn.from.timestamp())
}

fn note(reader: &Reader, bench: &Bench, turn: TurnOf, now: Instant, anew: bool) -> Read {
    let office = office::office(reader, bench, now)?;
    let away = match away(&office, &turn) {
        Ok(away) => away,
        Err(news) => return Ok(*news),
    };
    let note = office::note(reader, (&office, bench), &away, now)?;
    let written = office::written(reader, &note)?;
    let edited = match anew {
        true => None,
        false => reader.meta(&note_place(&turn))?,
    };
    Ok(CoverNews::Note(Box::new(Noted {
        turn,
        note,
        edited,
        written,
    })))
}

fn back(reader: &Reader, turn: &TurnOf, ended: Option<Absence>, now: Instant) -> Read {
    let mut all = reader.handed(now)?.into_iter();
    let is_it = |h: &Handed| h.absence == turn.absence && h.from == turn.from;
    let Some(handed) = all.find(|h| h.back.is_none() && is_it(h)) else {
        return Ok(CoverNews::Failed(sentence(
            "nothing is handed over for this absence any more; H previews it",
        )));
    };
    let (found, threads) = reader.look_back(&handed, now)?;
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
    (me, now): (&AgentId, Instant),
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
        CoverWish::HandOver(over, said) => {
            let done = w.hand_over(&over)?;
            Ok((done.tickets, Some(said)))
        }
        CoverWish::TakeBack(back, said) => {
            let done = w.take_back(&back)?;
            Ok((done.tickets, Some(said)))
        }
        CoverWish::AskSwap(swap, said) => {
            w.ask_swap(&swap)?;
            Ok((Vec::new(), Some(said)))
        }
        CoverWish::AnswerSwap(answer, said) => {
            let (swap, swapped) = *answer;
            let done = w.answer_swap(&swap, &swapped, me, now)?;
            Ok((done.tickets, Some(said)))
        }
        _ => Ok((Vec::new(), None)),
    }
}
