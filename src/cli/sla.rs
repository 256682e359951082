//! `sla`: the sum behind a ticket's deadlines.

use chrono::NaiveDateTime;
use serde_json::{Value, json};

use super::args::SlaWhat;
use super::exit::Fail;
use super::out::Out;
use super::session::Session;
use super::shape;
use crate::domain::Instant;
use crate::domain::calendar::resolve_local;
use crate::domain::sla::{Amount, ClockState, Explained, Owner, Reason, Segment, explain};
use crate::domain::text;
use crate::domain::when::parse_when;

/// Does what was asked.
pub fn run(session: &Session, what: &SlaWhat, out: &mut Out) -> Result<(), Fail> {
    match what {
        SlaWhat::Explain { id, at } => explain_ticket(session, id, at.as_deref(), out),
    }
}

/// A moment that is past or ahead.
pub(super) fn moment(session: &Session, text: &str) -> Result<Instant, Fail> {
    if let Ok(at) = text.trim().parse() {
        return Ok(at);
    }
    if let Ok(wall) = NaiveDateTime::parse_from_str(text.trim(), "%Y-%m-%d %H:%M") {
        let clock = wall.format("%H:%M").to_string();
        return resolve_local(session.config.zone, wall.date(), &clock)
            .map_err(|e| Fail::usage(format!("--at: {e}")));
    }
    parse_when(text, session.now, &session.config.calendar)
        .map_err(|e| Fail::usage(format!("--at: {e}")))
}

fn explain_ticket(
    session: &Session,
    id: &str,
    at: Option<&str>,
    out: &mut Out,
) -> Result<(), Fail> {
    let now = at.map_or(Ok(session.now), |text| moment(session, text))?;
    let reader = session.reader()?;
    let ticket = session.ticket(&reader, id)?;
    let Some(thread) = reader.thread(ticket.id)? else {
        return Err(Fail::not_found(format!("there is no ticket {id} here")));
    };
    let history = thread.history();
    let (policy, calendar) = (&session.config.policy, &session.config.calendar);
    let all = explain(&history, &thread.timeline, policy, calendar, now);
    if session.json {
        let clocks: Vec<Value> = all.iter().map(value).collect();
        let key = ticket.key.as_str();
        return Ok(
            out.json(&json!({"id": key, "at": now, "policy": policy.name, "clocks": clocks}))?
        );
    }
    out.row(&format!("{}  {}", ticket.key, ticket.subject.line()))?;
    if all.is_empty() {
        let at = shape::local(now, session);
        out.row(&format!(
            "  no promise of \"{}\" runs on it at {at}",
            text::line(&policy.name)
        ))?;
    }
    for e in &all {
        print(e, session, out)?;
    }
    Ok(())
}

fn value(e: &Explained) -> Value {
    let mut clock = json!(e.clock);
    if let Some(map) = clock.as_object_mut() {
        map.insert("within".into(), json!(e.within));
        map.insert("calendar".into(), json!(e.calendar));
        map.insert("segments".into(), json!(e.segments));
    }
    clock
}

fn print(e: &Explained, session: &Session, out: &mut Out) -> Result<(), Fail> {
    let k = &e.clock;
    let time = |at| shape::local(at, session);
    let state = match k.state {
        ClockState::Running { due } => format!("due {}", time(due)),
        ClockState::Paused { left } => format!("paused with {} left", span(left)),
        ClockState::Met { at } => format!("met {}", time(at)),
        ClockState::Breached { at } => format!("too late, {}", time(at)),
        ClockState::Stopped => "the ticket is done".into(),
    };
    let calendar = match (e.within, &e.calendar) {
        (Amount::Calendar(_), _) => String::new(),
        (_, None) => " of working time".into(),
        (_, Some(name)) => format!(" of the calendar {}", text::line(name)),
    };
    out.gap()?;
    out.row(&format!(
        "  {} within {}{calendar}: {state}",
        k.target.long(),
        e.within
    ))?;
    for s in &e.segments {
        let ended = matches!(
            k.state,
            ClockState::Met { .. } | ClockState::Breached { .. } | ClockState::Stopped
        );
        out.row(&format!("    {}", line(s, ended, session)))?;
    }
    let left = if k.remaining < 0 { "over" } else { "left" };
    out.row(&format!(
        "    {} counted and {} {left} make {}",
        span(k.elapsed),
        span(k.remaining.abs()),
        span(k.elapsed + k.remaining)
    ))?;
    Ok(())
}

fn line(s: &Segment, ended: bool, session: &Session) -> String {
    let amount = |a: &Option<Amount>| a.map_or_else(|| "nothing".to_owned(), |a| a.to_string());
    let what = match &s.what {
        Reason::Counted => format!("{} counted", span(s.secs)),
        Reason::Ahead if ended => format!("{} not needed", span(s.secs)),
        Reason::Ahead => format!("{} still to count until the deadline", span(s.secs)),
        Reason::Over => format!("{} over the deadline", span(s.secs)),
        Reason::Paused { status, spared } => {
            format!("paused while {status}: {} spared", span(*spared))
        }
        Reason::Holiday(name) => format!("holiday: {}", text::line(name)),
        Reason::Changed { field, was, now } => format!(
            "promise changed by its {}: {} to {}",
            text::line(field),
            amount(was),
            amount(now)
        ),
    };
    let owner = match s.owner {
        Owner::Vendor => ", with the vendor",
        Owner::Team => "",
    };
    let by = s.by.as_ref();
    let by = by.map_or_else(String::new, |by| format!(", by {}", by.line()));
    let (from, to) = (shape::local(s.from, session), shape::local(s.to, session));
    let when = if s.from == s.to {
        from
    } else {
        format!("{from} – {to}")
    };
    format!("{when}  {what}{owner}{by}")
}

/// Hours and minutes; seconds where they are not whole minutes, for the sum has to be exact.
fn span(secs: i64) -> String {
    let (hours, minutes, rest) = (secs / 3600, secs % 3600 / 60, secs % 60);
    let mut parts = Vec::new();
    if hours != 0 {
        parts.push(format!("{hours} h"));
    }
    if minutes != 0 {
        parts.push(format!("{minutes} m"));
    }
    if rest != 0 || parts.is_empty() {
        parts.push(format!("{rest} s"));
    }
    parts.join(" ")
}
