//! Swaps: asking another to take over, answering, and what was asked.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::args::{Answer, SwapWhat};
use super::office::{self, Typed};
use super::{Done, keep, sync};
use crate::cli::exit::{Code, Fail};
use crate::cli::out::Out;
use crate::cli::session::Session;
use crate::cli::shape;
use crate::domain::absence::{
    Answered, Duty, Occurrence, Office, Swap, SwapId, Swapped, next_turn,
};
use crate::domain::text::{self, Untrusted};
use crate::shell::plans::new_absence_id;

/// `absence swap`
pub fn run(session: &Session, what: &SwapWhat, out: &mut Out) -> Done {
    match what {
        SwapWhat::Ask {
            with,
            give,
            take,
            note,
        } => ask(session, with, (give, take.as_deref()), note, out),
        SwapWhat::Answer { swap, answer } => answered(session, swap, *answer, out),
        SwapWhat::List { all } => list(session, *all, out),
    }
}

fn refused(why: String) -> Fail {
    Fail::new(Code::Refused, why)
}

/// Reads `1a2b3c4d`, `1a2b3c4d@2026-12-04`, `2026-12-04` or `2026-12-04 13:00..2026-12-04 17:00`.
fn duty(session: &Session, office: &Office, flag: &str, typed: &str) -> Result<Duty, Fail> {
    if let Some((from, to)) = typed.split_once("..") {
        let from = Typed::read(session, flag, from)?;
        let to = Typed::read(session, flag, to)?;
        return Ok(Duty::Stretch {
            from: from.start_instant(session),
            to: to.end_instant(session),
        });
    }
    if let Ok(day) = chrono::NaiveDate::parse_from_str(typed.trim(), "%Y-%m-%d") {
        let day = Typed::Day(day);
        return Ok(Duty::Stretch {
            from: day.start_instant(session),
            to: day.end_instant(session),
        });
    }
    let (id, day) = match typed.split_once('@') {
        Some((id, day)) => (id, Some(day)),
        None => (typed, None),
    };
    let absence = office::absence(office, id, session.now)?;
    let turn = match day {
        None => next_turn(absence, session.now),
        Some(day) => {
            let day = Typed::read(session, flag, day)?;
            let from = day.start_instant(session);
            let to = day.end_instant(session).max(from + TimeDelta::seconds(1));
            absence.away(from, to).first().copied()
        }
    };
    let turn = turn.ok_or_else(|| {
        Fail::not_found(format!(
            "{} has no turn then; `deskhand absence list` shows the next ones",
            absence.id
        ))
    })?;
    Ok(Duty::Cover {
        absence: absence.id.clone(),
        from: turn.from,
    })
}

/// What it would do; refuses what cannot be.
fn fits(session: &Session, office: &Office, swap: &Swap) -> Result<Swapped, Fail> {
    let new = &mut new_absence_id;
    swap.fits(office, &session.config.calendar, (session.now, new))
        .map_err(refused)
}

fn ask(
    session: &Session,
    with: &str,
    (give, take): (&str, Option<&str>),
    note: &str,
    out: &mut Out,
) -> Done {
    let reader = session.reader()?;
    let office = office::read(session, &reader)?;
    let takes = take.map(|typed| duty(session, &office, "--take", typed));
    let swap = Swap {
        id: SwapId(new_absence_id().0),
        by: session.me.clone(),
        with: office::agent(session, &reader, with)?,
        gives: duty(session, &office, "--give", give)?,
        takes: takes.transpose()?,
        at: session.now,
        note: Untrusted::new(note),
        answered: None,
    };
    fits(session, &office, &swap)?;
    session.writer()?.ask_swap(&swap)?;
    if session.json {
        out.json(&value(&swap, &office))?;
    } else {
        out.row(&format!("asked: {}", row(session, &swap, &office)))?;
        out.row(&format!(
            "{} answers with `deskhand absence swap answer {} yes` (or no)",
            swap.with, swap.id
        ))?;
    }
    Ok(Code::Ok)
}

fn answered(session: &Session, typed: &str, answer: Answer, out: &mut Out) -> Done {
    let reader = session.reader()?;
    let low = typed.trim().to_lowercase();
    let open = reader.swaps()?.into_iter().filter(|s| s.answered.is_none());
    let mut found: Vec<Swap> = open.filter(|s| s.id.0.starts_with(&low)).collect();
    let (Some(mut swap), 0) = (found.pop(), found.len()) else {
        return Err(Fail::not_found(format!(
            "no open swap is called \"{}\"; `deskhand absence swap list` shows those there are",
            text::line(typed)
        )));
    };
    let yes = answer == Answer::Yes;
    swap.may_answer(&session.me, yes).map_err(refused)?;
    let office = office::read(session, &reader)?;
    let swapped = match yes {
        true => fits(session, &office, &swap)?,
        false => Swapped::default(),
    };
    drop(reader);
    swap.answered = Some(Answered {
        yes,
        at: session.now,
    });
    let mut writer = session.writer()?;
    writer.answer_swap(&swap, &swapped, &session.me, session.now)?;
    session.push(&mut writer)?;
    drop(writer);
    sync::after(session)?;
    if session.json {
        out.json(&value(&swap, &office))?;
    } else {
        out.row(&row(session, &swap, &office))?;
    }
    Ok(Code::Ok)
}

fn words(session: &Session, duty: &Duty, office: &Office) -> String {
    let absence = match duty {
        Duty::Cover { absence, .. } => office.absences.iter().find(|a| a.id == *absence),
        Duty::Stretch { .. } => None,
    };
    let when = match (duty.span(&office.absences), absence) {
        (Err(_), _) => "not planned any more".to_owned(),
        (Ok((from, to)), Some(a)) => keep::span(session, a, Occurrence { from, to }),
        (Ok((from, to)), None) => {
            let local = |at| shape::local(at, session);
            format!("{} – {}", local(from), local(to))
        }
    };
    match (duty, absence) {
        (Duty::Cover { .. }, Some(a)) => format!("standing in for {} {when}", a.who),
        (Duty::Cover { absence, .. }, None) => format!("standing in ({absence}), {when}"),
        (Duty::Stretch { .. }, _) => when,
    }
}

fn row(session: &Session, s: &Swap, office: &Office) -> String {
    let back = s.takes.as_ref().map_or_else(
        || "as a favour".to_owned(),
        |d| format!("for {}", words(session, d, office)),
    );
    let state = match s.answered {
        None => "open",
        Some(a) if a.yes => "taken",
        Some(_) => "not taken",
    };
    let note = match s.note.line().to_string() {
        note if note.is_empty() => String::new(),
        note => format!("; {note}"),
    };
    format!(
        "{}  {} asks {}: {}, {back} ({state}){note}",
        s.id,
        s.by,
        s.with,
        words(session, &s.gives, office)
    )
}

fn value(s: &Swap, office: &Office) -> Value {
    let span = |d: &Duty| {
        let span = d.span(&office.absences).ok();
        json!({"duty": d, "from": span.map(|s| s.0), "to": span.map(|s| s.1)})
    };
    json!({
        "id": s.id, "by": s.by, "with": s.with, "gives": span(&s.gives), "takes": s.takes.as_ref().map(span),
        "at": s.at, "note": s.note.raw(), "answer": s.answered.map(|a| if a.yes { "yes" } else { "no" }),
    })
}

fn list(session: &Session, all: bool, out: &mut Out) -> Done {
    let reader = session.reader()?;
    let office = office::read(session, &reader)?;
    let mut swaps = reader.swaps()?;
    swaps.retain(|s| all || s.answered.is_none());
    if session.json {
        let rows: Vec<Value> = swaps.iter().map(|s| value(s, &office)).collect();
        out.json(&json!({"swaps": rows}))?;
        return Ok(Code::Ok);
    }
    if swaps.is_empty() {
        out.row("nobody asks for a swap; `deskhand absence swap ask` does")?;
    }
    for s in &swaps {
        out.row(&row(session, s, &office))?;
    }
    Ok(Code::Ok)
}
