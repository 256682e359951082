//! Keeping the plan the same as calendars elsewhere: asking now, saying what changed, and choosing where
//! both sides changed the same.

use std::sync::Mutex;

use serde_json::{Value, json};

use super::args::{Chosen, SyncArgs};
use super::office;
use super::{Done, keep};
use crate::cli::ask;
use crate::cli::connect::not_reached;
use crate::cli::exit::{Code, Fail};
use crate::cli::out::{self, Out};
use crate::cli::session::{self, Session};
use crate::config::{Absences, Config, Subscribed, subscribed_host};
use crate::domain::Instant;
use crate::domain::absence::{Absence, Choice, Clash, Incoming, Known, Office, next_turn};
use crate::domain::text;
use crate::shell::{plans, secret};
use crate::store::{StoreError, Writer};
use crate::sync::SharedRound;

/// What asking for everything did.
#[derive(Debug, Default)]
struct Round {
    /// Of each calendar at an address: its host, what it came to, and why it could not be fetched.
    addresses: Vec<(String, Incoming, Option<String>)>,
    /// Of the calendar server.
    server: Option<SharedRound>,
}

fn sources(session: &Session) -> Option<&Absences> {
    let all = &session.config.absences;
    let any = all.caldav.is_some() || !all.calendars.is_empty();
    // What is made up for looking around must not reach a real calendar.
    (any && session.store != session.paths.demo_store()).then_some(all)
}

/// `absence sync`
pub fn run(session: &Session, a: &SyncArgs, out: &mut Out) -> Done {
    let Some(sources) = sources(session) else {
        return Err(Fail::usage(
            "no calendar is set up; write [[absences.calendars]] or [absences.caldav] into the settings, `deskhand config sample` shows how",
        ));
    };
    if a.ask || a.password_stdin {
        password(session, a, sources)?;
    }
    let mut writer = session.writer()?;
    let known = plans::known(&session.config, &session.reader()?, &session.me)?;
    plans::fetch(&session.paths, &session.config, true, session.now);
    let mut round = Round {
        addresses: addresses(session, &mut writer, &known)?,
        server: None,
    };
    if sources.caldav.is_some() {
        let ledger = Mutex::new(&mut writer);
        let places = (&session.config, &session.paths);
        round.server = session::wait(plans::exchange(&ledger, places, &known, session.now))??;
    }
    drop(writer);
    say(session, &round, &known, out)
}

fn addresses(
    session: &Session,
    writer: &mut Writer,
    known: &Known,
) -> Result<Vec<(String, Incoming, Option<String>)>, Fail> {
    let mut all = Vec::new();
    for calendar in &session.config.absences.calendars {
        let found = plans::follow(writer, &session.paths, calendar, known, session.now)?;
        let kept = Subscribed::read(&session.paths.subscribed(&calendar.url));
        let host = subscribed_host(&calendar.url).to_owned();
        all.push((host, found.unwrap_or_default(), kept.trouble));
    }
    Ok(all)
}

/// Asks for the password of the calendar server, tries it and keeps it.
fn password(session: &Session, a: &SyncArgs, sources: &Absences) -> Result<(), Fail> {
    let caldav = sources.caldav.as_ref().filter(|c| c.sign_in.is_some());
    let Some(caldav) = caldav else {
        return Err(Fail::usage(
            "there is no account to give a password for; write user below [absences.caldav]",
        ));
    };
    let typed = match a.password_stdin {
        true => ask::secret_from_stdin("password")?,
        false => ask::secret(&format!("password at {}", caldav.url))?,
    };
    let server = plans::with_secret(caldav, typed.clone().into()).map_err(not_reached)?;
    session::wait(server.about(session.now))?.map_err(not_reached)?;
    let kept = secret::keep(&session.paths, caldav, &typed);
    let kept = kept.map_err(|e| Fail::new(Code::Failure, e))?;
    out::complain(&format!("the password is kept in {kept}"));
    Ok(())
}

/// Brings what was just changed here to the calendar server; where that cannot be, says that it waits.
pub fn after(session: &Session) -> Result<(), Fail> {
    if sources(session).is_none_or(|s| s.caldav.is_none()) {
        return Ok(());
    }
    let mut writer = session.writer()?;
    let known = plans::known(&session.config, &session.reader()?, &session.me)?;
    let ledger = Mutex::new(&mut writer);
    let places = (&session.config, &session.paths);
    let round = session::wait(plans::exchange(&ledger, places, &known, session.now))??;
    let Some(round) = round else { return Ok(()) };
    if let Some(why) = &round.trouble {
        out::complain(&format!(
            "not in the calendar yet: {why}; an open console, `deskhand sync` or `deskhand absence sync` sends it"
        ));
    }
    for why in &round.refused {
        out::complain(why);
    }
    drop(writer);
    for clash in session.reader()?.shared_plan()?.clashes(&known) {
        out::complain(&format!("not in the calendar: {}", both_changed(&clash)));
    }
    Ok(())
}

/// Asks for what is due, from a process that stays; what goes wrong is kept where the doctor finds it. True
/// where the plan is different now.
///
/// # Errors
/// The store cannot be read or written.
pub async fn when_due(
    session: &Session,
    writer: &mut Writer,
    now: Instant,
) -> Result<bool, StoreError> {
    if sources(session).is_none() {
        return Ok(false);
    }
    let Ok(reader) = session.reader() else {
        return Ok(false);
    };
    let known = plans::known(&session.config, &reader, &session.me)?;
    let (paths, config): (_, Config) = (session.paths.clone(), session.config.clone());
    let fetched = tokio::task::spawn_blocking(move || plans::fetch(&paths, &config, false, now));
    if fetched.await.is_err() {
        tracing::warn!("fetching calendars ended early");
    }
    let mut changed = false;
    for calendar in &session.config.absences.calendars {
        let found = plans::follow(writer, &session.paths, calendar, &known, now)?;
        changed |= found.is_some_and(|f| !f.put.is_empty() || !f.gone.is_empty());
    }
    if plans::due(&reader.shared_state()?, now) <= now {
        let ledger = Mutex::new(&mut *writer);
        let places = (&session.config, &session.paths);
        let round = plans::exchange(&ledger, places, &known, now).await?;
        changed |= round.is_some_and(|r| r.changed());
    }
    Ok(changed)
}

fn both_changed(clash: &Clash) -> String {
    let id = &clash.id;
    let what = match clash.why {
        Some(_) => "was changed in the calendar to what cannot be used",
        None => "was changed here and in the calendar",
    };
    format!("{id} {what}; `deskhand absence settle {id} mine` (or theirs, or both) chooses")
}

/// What stands on one side of a clash.
fn side(
    session: &Session,
    version: Option<&Absence>,
    why: Option<&str>,
    office: &Office,
) -> String {
    match (version, why) {
        (Some(a), _) => keep::row(a, next_turn(a, session.now), office, session),
        (None, Some(why)) => format!("cannot be used: {}", text::line(why)),
        (None, None) => "taken away".to_owned(),
    }
}

fn say(session: &Session, round: &Round, known: &Known, out: &mut Out) -> Done {
    let reader = session.reader()?;
    let office = office::read(session, &reader)?;
    let plan = reader.shared_plan()?;
    let clashes = plan.clashes(known);
    let unused = plan.rows.iter().filter(|r| r.absence.is_none());
    let passed_over: Vec<&str> = unused.filter_map(|r| r.why.as_deref()).collect();
    if session.json {
        out.json(&value(round, &clashes, &passed_over))?;
    } else {
        for (host, found, trouble) in &round.addresses {
            let again = found.put.len() - found.new;
            out.row(&format!(
                "{}: {} new, {again} changed, {} gone, {} as before",
                text::line(host),
                found.new,
                found.gone.len(),
                found.same
            ))?;
            if let Some(why) = trouble {
                out::complain(&format!("{why}; what was fetched before counts"));
            }
        }
        if let Some(r) = &round.server {
            out.row(&format!(
                "calendar server: {} new or changed here, {} gone, {} sent",
                r.took.len(),
                r.lost.len(),
                r.sent
            ))?;
            for id in &r.took {
                if let Some(a) = office.absences.iter().find(|a| a.id == *id) {
                    let next = next_turn(a, session.now);
                    out.row(&format!("  {}", keep::row(a, next, &office, session)))?;
                }
            }
            for id in &r.lost {
                out.row(&format!("  {id} is gone"))?;
            }
        }
        for why in &passed_over {
            out.row(&format!("  passed over: {}", text::line(why)))?;
        }
        for c in &clashes {
            out.row(&format!("! {}", both_changed(c)))?;
            let here = side(session, c.ours.as_ref(), None, &office);
            let there = side(session, c.theirs.as_ref(), c.why.as_deref(), &office);
            out.row(&format!("    here  {here}"))?;
            out.row(&format!("    there {there}"))?;
        }
    }
    let all = round.addresses.iter().flat_map(|(host, found, _)| {
        let said = found.problems.iter();
        let strange = (found.strange > 0).then(|| {
            format!(
                "{host}: {} events name nobody of the team; give the calendar a who",
                found.strange
            )
        });
        said.map(move |(line, what)| format!("{host}: line {line}: {what}"))
            .chain(strange)
    });
    let server = round.server.iter();
    let server = server.flat_map(|r| r.problems.iter().chain(&r.refused).cloned());
    let problems: Vec<String> = all.chain(server).collect();
    if !session.json {
        problems.iter().for_each(|p| out::complain(p));
    }
    match round.server.as_ref().and_then(|r| r.trouble.clone()) {
        Some(error) => Err(not_reached(error)),
        None if !clashes.is_empty() => Ok(Code::Conflict),
        None if !problems.is_empty() => Ok(Code::BadLines),
        None => Ok(Code::Ok),
    }
}

fn value(round: &Round, clashes: &[Clash], passed_over: &[&str]) -> Value {
    let ids = |all: &[Absence]| all.iter().map(|a| a.id.0.clone()).collect::<Vec<_>>();
    let addresses: Vec<Value> = round
        .addresses
        .iter()
        .map(|(host, f, trouble)| {
            let problems: Vec<Value> = f
                .problems
                .iter()
                .map(|(line, what)| json!({"line": line, "what": what}))
                .collect();
            json!({
                "host": host, "new": f.new, "changed": ids(&f.put), "gone": ids(&f.gone), "same": f.same,
                "nobody": f.strange, "problems": problems, "trouble": trouble,
            })
        })
        .collect();
    let server = round.server.as_ref().map(|r| {
        json!({
            "took": r.took, "lost": r.lost, "sent": r.sent, "problems": r.problems, "refused": r.refused,
            "trouble": r.trouble.as_ref().map(ToString::to_string),
        })
    });
    let clashes: Vec<Value> = clashes
        .iter()
        .map(|c| json!({"id": c.id, "here": c.ours, "there": c.theirs, "why": c.why}))
        .collect();
    json!({
        "calendars": addresses, "server": server, "passed_over": passed_over, "conflicts": clashes,
    })
}

/// `absence settle`
pub fn settle(session: &Session, typed: &str, chosen: Chosen, out: &mut Out) -> Done {
    let reader = session.reader()?;
    let known = plans::known(&session.config, &reader, &session.me)?;
    let low = typed.trim().to_lowercase();
    let clashes = reader.shared_plan()?.clashes(&known);
    let found = clashes.iter().filter(|c| c.id.0.starts_with(&low));
    let found: Vec<&Clash> = found.collect();
    let [clash] = found.as_slice() else {
        return Err(Fail::not_found(format!(
            "\"{}\" is not among what was changed on both sides; `deskhand absence sync` lists it",
            text::line(typed)
        )));
    };
    drop(reader);
    let (id, choice) = (clash.id.clone(), Choice::from(chosen));
    let of = id.clone();
    session.writer()?.share(session.now, move |plan, _| {
        plan.choose(&of, choice, &known, plans::new_absence_id())
    })?;
    after(session)?;
    if session.json {
        out.json(&json!({"settled": id}))?;
    } else {
        out.row(&format!("settled {id}"))?;
    }
    Ok(Code::Ok)
}
