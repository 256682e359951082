//! The plan of absences: who is in the team, and what keeps the plan the same as calendars elsewhere.

use std::sync::Arc;

use chrono::TimeDelta;
use uuid::Uuid;

use super::calendars;
use super::secret;
use crate::config::{self, AbsenceCalendar, Config, Paths, Subscribed, subscribed_host};
use crate::desk::caldav::{CalDav, CalDavSettings};
use crate::desk::{DeskError, Secret};
use crate::domain::Instant;
use crate::domain::absence::{
    Absence, AbsenceId, Held, Incoming, Known, Person, Source, Team, applied, hold, incoming,
    team_of,
};
use crate::domain::gate;
use crate::domain::ics;
use crate::domain::people::{Agent, AgentId};
use crate::domain::text::Untrusted;
use crate::domain::ticket::TicketId;
use crate::store::{Reader, Roll, SharedState, StoreError, Writer};
use crate::sync::{Ledger, SharedRound, share};

/// The calendar server is asked again after so long by itself.
const EVERY: TimeDelta = TimeDelta::minutes(10);
const DAY: TimeDelta = TimeDelta::days(1);
/// So many days after the end of an absence matter for what is passed on.
const BEYOND: i32 = 60;

/// A new identity of an absence.
pub fn new_absence_id() -> AbsenceId {
    AbsenceId::new(Uuid::now_v7())
}

/// The team: whom the settings name, else whom the desk knows; a desk that knows nobody has at least whoever
/// works there and whom its plan names.
pub fn people(config: &Config, agents: Vec<Agent>, plan: &[Absence], me: &AgentId) -> Vec<Person> {
    team_of(&config.people, agents, plan, me)
}

/// What calendars are read against.
///
/// # Errors
/// The store cannot be read.
pub fn known(config: &Config, reader: &Reader, me: &AgentId) -> Result<Known, StoreError> {
    let mut agents = reader.agents()?;
    let plan = reader.absences()?;
    let people = people(config, agents.clone(), &plan, me);
    let named = config.people.iter().map(|p| &p.id).chain([me]);
    for id in named {
        if !agents.iter().any(|a| a.id == *id) {
            agents.push(Agent {
                id: id.clone(),
                name: Untrusted::new(id.as_str()),
                tenants: Vec::new(),
            });
        }
    }
    Ok(Known {
        agents,
        people,
        calendar: config.calendar.clone(),
        zone: config.zone,
    })
}

/// Under which name the store has a calendar at an address, of which more than the host may be a secret.
pub fn calendar_name(paths: &Paths, url: &str) -> String {
    let file = paths.subscribed(url);
    let stem = file.file_stem().map(|s| s.to_string_lossy().into_owned());
    stem.unwrap_or_default()
}

/// Asks for the calendars of absences that are due, or for all, and waits for the answers. What goes wrong is
/// kept beside each; what was good stays.
pub fn fetch(paths: &Paths, config: &Config, all: bool, now: Instant) {
    for calendar in &config.absences.calendars {
        let file = paths.subscribed(&calendar.url);
        let known = Subscribed::read(&file);
        if !all && !known.is_due(now) {
            continue;
        }
        let next = calendars::asked(&calendar.url, &known, config, (now, sound));
        if let Err(e) = next.write(&file) {
            let host = subscribed_host(&calendar.url);
            tracing::warn!("the calendar of {host} cannot be kept: {e}");
        }
    }
}

/// A page that asks to sign in, or half a calendar, must not take absences away.
fn sound(text: &str) -> Result<(), String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let upper = |part: Option<&str>| part.unwrap_or_default().to_ascii_uppercase();
    let begins = upper(text.lines().next()).trim() == "BEGIN:VCALENDAR";
    let ends = upper(text.lines().last()).trim() == "END:VCALENDAR";
    match begins && ends {
        true => Ok(()),
        false => Err("it is no whole calendar".into()),
    }
}

/// Takes in what is kept of a calendar at an address; none: it never came.
///
/// # Errors
/// The store cannot be written.
pub fn follow(
    writer: &mut Writer,
    paths: &Paths,
    calendar: &AbsenceCalendar,
    known: &Known,
    now: Instant,
) -> Result<Option<Incoming>, StoreError> {
    let kept = Subscribed::read(&paths.subscribed(&calendar.url));
    let Some(text) = kept.text else {
        return Ok(None);
    };
    let reading = ics::read(&text, known.zone);
    let source = Source {
        who: calendar.who.clone(),
        covers: calendar.covers.clone(),
    };
    let name = calendar_name(paths, &calendar.url);
    let taken = writer.follow(&name, now, |plan, from| {
        let new = &mut new_absence_id;
        incoming(&reading, &source, plan, (from, true), known, (now, new))
    })?;
    Ok(Some(taken))
}

/// The calendar server of the settings; none: there is none. Its password is looked for when it is needed.
///
/// # Errors
/// A sentence: the address cannot be used.
pub fn server(config: &Config, paths: &Paths) -> Result<Option<(CalDav, String)>, String> {
    let Some(caldav) = &config.absences.caldav else {
        return Ok(None);
    };
    let (of, at) = (caldav.clone(), paths.clone());
    let secret = Secret::later(move || {
        let found = secret::find(&at, &of)?;
        found.map(|f| f.secret).ok_or_else(|| secret::missing(&of))
    });
    let server = with_secret(caldav, secret).map_err(|e| e.to_string())?;
    Ok(Some((server, caldav.url.clone())))
}

/// The calendar server of the settings, with that password.
///
/// # Errors
/// The address cannot be used.
pub fn with_secret(caldav: &config::CalDav, secret: Secret) -> Result<CalDav, DeskError> {
    CalDav::new(CalDavSettings {
        url: caldav.url.clone(),
        user: caldav
            .sign_in
            .as_ref()
            .and_then(|s| s.user().map(str::to_owned)),
        secret,
        ca_file: caldav.ca_file.clone(),
    })
}

/// Exchanges the plan with the calendar server; none: there is none.
///
/// # Errors
/// The store cannot be read or written.
pub async fn exchange<L: Ledger>(
    ledger: &L,
    (config, paths): (&Config, &Paths),
    known: &Known,
    now: Instant,
) -> Result<Option<SharedRound>, StoreError> {
    let server = server(config, paths).map_err(StoreError::Refused)?;
    let Some((server, url)) = server else {
        return Ok(None);
    };
    let done = share(ledger, (&server, &url), known, (now, new_absence_id)).await?;
    Ok(Some(done))
}

/// When the calendar server is to be asked again; a clock that was set back does not keep it for years.
pub fn due(state: &SharedState, now: Instant) -> Instant {
    let at = state.asked.filter(|at| *at <= now).map(|at| at + EVERY);
    at.unwrap_or(now)
}

/// When something of the plan is to be asked for next; none: nothing is.
pub fn next(paths: &Paths, config: &Config, state: &SharedState, now: Instant) -> Option<Instant> {
    let addresses = config.absences.calendars.iter().map(|c| {
        let kept = Subscribed::read(&paths.subscribed(&c.url));
        kept.due().unwrap_or(now)
    });
    let server = config.absences.caldav.as_ref().map(|_| due(state, now));
    addresses.chain(server).min()
}

/// What passes on tickets that arrive for somebody who is away.
#[derive(Clone)]
pub struct Holder {
    config: Arc<Config>,
    me: AgentId,
}

impl Holder {
    /// One that acts in that person's name.
    pub const fn new(config: Arc<Config>, me: AgentId) -> Self {
        Self { config, me }
    }

    /// What would be passed on.
    pub fn decide(&self, roll: &Roll, now: Instant) -> Vec<Held> {
        let applied = applied(&roll.handed, &roll.absences, now);
        let Some(to) = applied.iter().map(|(_, away)| away.to).max() else {
            return Vec::new();
        };
        let people = people(&self.config, roll.agents.clone(), &roll.absences, &self.me);
        // Beyond the end of all of them: to what is due soon after.
        let span = (now - DAY, to + DAY * BEYOND);
        let team = Team::new(&people, &self.config.calendar, &roll.absences, span)
            .with_loads(roll.loads.iter().cloned());
        let tickets = |who: &AgentId| {
            let own = roll.tickets.iter().find(|(w, _)| w == who);
            let mut own = own.map_or_else(Vec::new, |(_, t)| t.clone());
            own.retain(|t| gate::is_in_scope(t.tenant.as_ref(), &self.config.scope));
            own
        };
        hold(
            &team,
            &applied,
            &tickets,
            &self.me,
            (now, &mut Uuid::now_v7),
        )
    }

    /// Passes on what is to be passed on; names the tickets that look different.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub fn hold(&self, writer: &mut Writer, now: Instant) -> Result<Vec<TicketId>, StoreError> {
        let (tickets, _) = writer.hold(now, |roll| self.decide(roll, now))?;
        Ok(tickets)
    }

    /// The same from a thread that has something else to do: what goes wrong is tried again with the next
    /// chore, and stands in the log.
    pub fn also(&self, writer: &mut Writer, now: Instant) -> Vec<TicketId> {
        self.hold(writer, now).unwrap_or_else(|error| {
            tracing::warn!(%error, "what came for somebody who is away could not be passed on");
            Vec::new()
        })
    }
}
