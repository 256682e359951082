//! Planning absences: add, list, take away, end early, extend.

use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};

use super::args::AddArgs;
use super::office::{self, Typed};
use super::{Done, back, series, sync};
use crate::cli::exit::{Code, Fail};
use crate::cli::out::{self, Out};
use crate::cli::session::Session;
use crate::cli::shape;
use crate::domain::Instant;
use crate::domain::absence::{
    Absence, Cover, Length, Occurrence, Office, Rule, Times, Why, next_turn,
};
use crate::domain::calendar::resolve_wall;
use crate::domain::text::{self, Untrusted};
use crate::shell::plans::new_absence_id;

/// Plans an absence.
pub fn add(session: &Session, a: &AddArgs, out: &mut Out) -> Done {
    // Whoever plans something before there is a desk begins one.
    drop(session.writer()?);
    let reader = session.reader()?;
    let who = office::agent(session, &reader, a.who.as_deref().unwrap_or("me"))?;
    let mut office = office::read(session, &reader)?;
    let times = times(session, a)?;
    let before = a.instead_of.as_deref();
    let before = before.map(|typed| series::ended_before(&office, session, typed, &who, &times));
    let before = before.transpose()?;
    let covers = a.cover.iter().map(|c| office::cover(session, &reader, c));
    let mut absence = Absence {
        id: new_absence_id(),
        who,
        times,
        why: match &a.why {
            Some(typed) => why(typed)?,
            None => before.as_ref().map_or(Why::Leave, |b| b.why),
        },
        covers: covers.collect::<Result<_, _>>()?,
        note: Untrusted::new(a.note.as_str()),
        uid: None,
    };
    drop(reader);
    // Whoever goes on with a series in another way goes on with what it says.
    if let Some(before) = &before {
        if absence.covers.is_empty() {
            absence.covers.clone_from(&before.covers);
        }
        if absence.note.raw().is_empty() {
            absence.note = before.note.clone();
        }
        office.absences.retain(|a| a.id != before.id);
        office.absences.push(before.clone());
    }
    check(session, &mut office, &absence)?;
    let all: Vec<Absence> = before.into_iter().chain([absence.clone()]).collect();
    session.writer()?.put_planned(&all, session.now)?;
    sync::after(session)?;
    for doubt in office.doubts(&absence, session.now) {
        out::complain(&doubt);
    }
    say_planned(session, &absence, session.now, &office, out)
}

fn why(typed: &str) -> Result<Why, Fail> {
    Why::of(typed).ok_or_else(|| {
        let known: Vec<&str> = Why::ALL.iter().map(|(_, word)| *word).collect();
        Fail::usage(format!(
            "--why: \"{}\" is no reason; use one of {}",
            text::line(typed),
            known.join(", ")
        ))
    })
}

/// Says what is planned now: the turn that is on at a moment, or the next one.
pub fn say_planned(
    session: &Session,
    absence: &Absence,
    at: Instant,
    office: &Office,
    out: &mut Out,
) -> Done {
    let next = next_turn(absence, at);
    if session.json {
        out.json(&value(absence, next, office))?;
    } else {
        let row = row(absence, next, office, session);
        out.row(&format!("planned {row}"))?;
    }
    Ok(Code::Ok)
}

fn times(session: &Session, a: &AddArgs) -> Result<Times, Fail> {
    let from = Typed::read(session, "--from", &a.from)?;
    let to = match &a.to {
        Some(to) => Typed::read(session, "--to", to)?,
        None => Typed::Day(from.start().date()),
    };
    let zone = session.config.zone;
    let (start, end) = (from.start(), to.end());
    let all_day = matches!((&from, &to), (Typed::Day(_), Typed::Day(_)));
    let length = if all_day {
        Length::days((end - start).num_days())
    } else {
        let seconds = (resolve_wall(zone, end) - resolve_wall(zone, start)).num_seconds();
        Length { days: 0, seconds }
    };
    if !length.is_sane() {
        return Err(Fail::usage(
            "--to: the absence would end before it begins, or last over ten years; give a later end",
        ));
    }
    let mut times = Times::once(start, length, zone);
    times.all_day = all_day;
    if let Some(every) = &a.every {
        let until = match &a.until {
            None => None,
            // The last moment at which one may start.
            Some(day) => Some(Typed::read(session, "--until", day)?.end() - TimeDelta::seconds(1)),
        };
        let rule = match every.trim() {
            "daily" => "FREQ=DAILY",
            "weekly" => "FREQ=WEEKLY",
            "monthly" => "FREQ=MONTHLY",
            "yearly" => "FREQ=YEARLY",
            rule => rule,
        };
        let rule = Rule::new(rule, until, times.start)
            .map_err(|e| Fail::usage(format!("--every: {e}")))?;
        times.rules.push(rule);
    }
    Ok(times)
}

/// Refuses what can never be kept beside the others, and counts it among them from now on.
fn check(session: &Session, office: &mut Office, new: &Absence) -> Result<(), Fail> {
    office
        .check(new, &session.config.calendar, session.now)
        .map_err(|why| Fail::new(Code::Refused, why))?;
    office.absences.retain(|a| a.id != new.id);
    office.absences.push(new.clone());
    Ok(())
}

/// When, for people: days without their midnights.
pub fn span(session: &Session, absence: &Absence, o: Occurrence) -> String {
    let Some((first, after)) = absence.whole_days(o) else {
        return format!(
            "{} – {}",
            shape::local(o.from, session),
            shape::local(o.to, session)
        );
    };
    let day = |day: NaiveDate| day.format("%a %Y-%m-%d").to_string();
    let last = after.pred_opt().unwrap_or(first);
    if first == last {
        day(first)
    } else {
        format!("{} – {}", day(first), day(last))
    }
}

/// An absence in one line.
pub fn row(
    absence: &Absence,
    next: Option<Occurrence>,
    office: &Office,
    session: &Session,
) -> String {
    let when = next.map_or_else(|| "over".to_owned(), |o| span(session, absence, o));
    let again = absence
        .times
        .rules
        .first()
        .map_or_else(String::new, |r| format!(" ({})", r.text()));
    let covers: Vec<String> = absence.covers.iter().map(Cover::to_string).collect();
    let covers = if covers.is_empty() {
        "nobody stands in".to_owned()
    } else {
        covers.join(", ")
    };
    let state = if handed(absence, office) {
        "; handed over"
    } else {
        ""
    };
    format!(
        "{}  {}  {when}{again}  {}: {covers}{state}",
        text::line(&absence.id.0),
        text::pad(&text::line(absence.who.as_str()), 10).into_string(),
        absence.why.word(),
    )
}

/// Whether something was handed over for it and not given back.
pub fn handed(absence: &Absence, office: &Office) -> bool {
    let mut open = office.handed.iter().filter(|h| h.back.is_none());
    open.any(|h| h.absence == absence.id && !h.tickets.is_empty())
}

fn value(absence: &Absence, next: Option<Occurrence>, office: &Office) -> Value {
    let t = &absence.times;
    json!({
        "id": absence.id, "who": absence.who, "why": absence.why.word(),
        "next": next.map(|o| json!({"from": o.from, "to": o.to})),
        "all_day": t.all_day, "zone": t.zone.name(),
        "rules": t.rules.iter().map(Rule::text).collect::<Vec<_>>(),
        "covers": absence.covers, "note": absence.note.raw(), "uid": absence.uid,
        "handed_over": handed(absence, office),
    })
}

/// Lists absences: those that are on or come, and those whose tickets are still with others.
pub fn list(session: &Session, who: Option<&str>, days: u16, out: &mut Out) -> Done {
    let reader = session.reader()?;
    let who = who
        .map(|w| office::agent(session, &reader, w))
        .transpose()?;
    let office = office::read(session, &reader)?;
    let until = session.now + office::days(days);
    let mut found: Vec<(Option<Occurrence>, &Absence)> = office
        .absences
        .iter()
        .filter(|a| who.as_ref().is_none_or(|w| a.who == *w))
        .map(|a| (a.away(session.now, until).first().copied(), a))
        .filter(|(next, a)| next.is_some() || handed(a, &office))
        .collect();
    found.sort_by_key(|(next, a)| (*next, a.id.clone()));
    if session.json {
        let all: Vec<Value> = found.iter().map(|(n, a)| value(a, *n, &office)).collect();
        out.json(&json!({"absences": all}))?;
        return Ok(Code::Ok);
    }
    if found.is_empty() {
        out.row(&format!("nobody is away in the next {days} days"))?;
    }
    for (next, a) in found {
        out.row(&row(a, next, &office, session))?;
    }
    Ok(Code::Ok)
}

/// Takes an absence away.
pub fn forget(session: &Session, typed: &str, out: &mut Out) -> Done {
    let office = office::read(session, &session.reader()?)?;
    let absence = office::absence(&office, typed, session.now)?;
    office::is_ours(&office, absence)?;
    if handed(absence, &office) {
        return Err(Fail::new(
            Code::Refused,
            format!(
                "tickets of {} are with others for it; give them back first with `deskhand absence return {}`",
                absence.who, absence.id
            ),
        ));
    }
    session.writer()?.drop_planned(&absence.id, session.now)?;
    sync::after(session)?;
    if session.json {
        out.json(&json!({"dropped": absence.id}))?;
    } else {
        out.row(&format!("took away {} of {}", absence.id, absence.who))?;
    }
    Ok(Code::Ok)
}

/// Ends an absence earlier or later than planned. What was handed over comes back if it is over by now.
pub fn until(session: &Session, typed: &str, end: &str, out: &mut Out) -> Done {
    let reader = session.reader()?;
    let mut office = office::read(session, &reader)?;
    let mut absence = office::absence(&office, typed, session.now)?.clone();
    office::is_ours(&office, &absence)?;
    let open = office
        .handed
        .iter()
        .find(|h| h.absence == absence.id && h.back.is_none());
    let open = open.cloned();
    let on = open
        .as_ref()
        .map(|h| h.from)
        .or_else(|| next_turn(&absence, session.now).map(|o| o.from));
    let Some(on) = on else {
        return Err(Fail::new(
            Code::Refused,
            "the absence is over; plan another one with `deskhand absence add`",
        ));
    };
    let end = Typed::read(session, "the new end", end)?.end_instant(session);
    absence.times.end_at(on, end).map_err(Fail::usage)?;
    check(session, &mut office, &absence)?;
    if let Some(handed) = open.filter(|_| end <= session.now) {
        let done = back::ended(session, &reader, &handed, &absence, out)?;
        sync::after(session)?;
        return Ok(done);
    }
    drop(reader);
    session
        .writer()?
        .put_planned(std::slice::from_ref(&absence), session.now)?;
    sync::after(session)?;
    say_planned(session, &absence, on, &office, out)
}
