//! What every subcommand here works with: the team, its absences and what was handed over.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use crate::app::cover::Bench;
use crate::cli::exit::{Code, Fail};
use crate::cli::session::Session;
use crate::domain::Instant;
use crate::domain::absence::typed;
use crate::domain::absence::{Absence, Cover, Office};
use crate::domain::calendar::resolve_wall;
use crate::domain::people::{Agent, AgentId};
use crate::domain::text;
use crate::domain::when::parse_when;
use crate::shell::office as of_team;
use crate::store::Reader;

/// A number of days.
pub fn days(n: u16) -> TimeDelta {
    TimeDelta::try_days(i64::from(n)).unwrap_or_default()
}

/// Reads them, as the console does.
pub fn read(session: &Session, reader: &Reader) -> Result<Office, Fail> {
    Ok(of_team::office(reader, &bench(session), session.now)?)
}

/// Of the settings, for a question about the team.
pub fn bench(session: &Session) -> Bench {
    let config = &session.config;
    Bench {
        people: config.people.clone().into(),
        calendar: Arc::new(config.calendar.clone()),
        zone: config.zone,
        scope: config.scope.clone(),
        me: session.me.clone(),
        followed: of_team::followed(&session.paths, config).into(),
    }
}

/// The absence that is meant: by its identity's beginning, or by who is away.
pub fn absence<'a>(office: &'a Office, typed: &str, now: Instant) -> Result<&'a Absence, Fail> {
    let typed = typed.trim().to_lowercase();
    let by_id: Vec<_> = office
        .absences
        .iter()
        .filter(|a| a.id.0.to_lowercase().starts_with(&typed))
        .collect();
    let mut found = by_id;
    if found.is_empty() {
        let ahead = now + days(400);
        let since = now - days(31);
        let theirs = office.absences.iter().filter(|a| a.who.as_str() == typed);
        let open = |a: &&Absence| {
            !a.away(now, ahead).is_empty()
                || office
                    .handed
                    .iter()
                    .any(|h| h.absence == a.id && h.back.is_none() && h.to >= since)
        };
        found = theirs.filter(open).collect();
    }
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(Fail::not_found(format!(
            "there is no absence \"{}\"; `deskhand absence list` shows those there are",
            text::line(&typed)
        ))),
        many => Err(Fail::usage(format!(
            "\"{}\" fits {} absences; write more of one's identity: {}",
            text::line(&typed),
            many.len(),
            many.iter()
                .map(|a| a.id.0.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        ))),
    }
}

/// Refuses what a desk or a calendar elsewhere tells of: it is changed there.
pub fn is_ours(office: &Office, absence: &Absence) -> Result<(), Fail> {
    match office.elsewhere(absence) {
        None => Ok(()),
        Some(elsewhere) => Err(Fail::new(
            Code::Refused,
            format!("the absence {} {elsewhere}; change it there", absence.id),
        )),
    }
}

/// Whom somebody means by a name.
pub fn agent(session: &Session, reader: &Reader, typed: &str) -> Result<AgentId, Fail> {
    let agents = reader.agents()?;
    typed::agent(typed, known(session, &agents)).map_err(Fail::usage)
}

fn known<'a>(session: &'a Session, agents: &'a [Agent]) -> typed::Known<'a> {
    typed::Known {
        agents,
        people: &session.config.people,
        me: &session.me,
    }
}

/// A day, or a moment on the wall.
pub enum Typed {
    /// A whole day.
    Day(NaiveDate),
    /// A moment.
    At(NaiveDateTime),
}

impl Typed {
    /// Reads `2026-12-01`, `2026-12-01 13:00` or what else says when.
    pub fn read(session: &Session, flag: &str, typed: &str) -> Result<Self, Fail> {
        let typed = typed.trim();
        if let Ok(day) = NaiveDate::parse_from_str(typed, "%Y-%m-%d") {
            return Ok(Self::Day(day));
        }
        for form in ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"] {
            if let Ok(at) = NaiveDateTime::parse_from_str(typed, form) {
                return Ok(Self::At(at));
            }
        }
        let at = match typed {
            "now" => session.now,
            typed => match typed.parse() {
                Ok(at) => at,
                Err(_) => parse_when(typed, session.now, &session.config.calendar)
                    .map_err(|e| Fail::usage(format!("{flag}: {e}")))?,
            },
        };
        let wall = at.with_timezone(&session.config.zone).naive_local();
        Ok(Self::At(wall))
    }

    /// Its first moment on the wall.
    pub fn start(&self) -> NaiveDateTime {
        match self {
            Self::Day(day) => day.and_time(NaiveTime::MIN),
            Self::At(at) => *at,
        }
    }

    /// The first moment after it on the wall: after a day its midnight.
    pub fn end(&self) -> NaiveDateTime {
        match self {
            Self::Day(day) => day.succ_opt().unwrap_or(*day).and_time(NaiveTime::MIN),
            Self::At(at) => *at,
        }
    }

    /// Its first instant.
    pub fn start_instant(&self, session: &Session) -> Instant {
        resolve_wall(session.config.zone, self.start())
    }

    /// The first instant after it.
    pub fn end_instant(&self, session: &Session) -> Instant {
        resolve_wall(session.config.zone, self.end())
    }
}

/// Reads `ben` or `ben:tenant=umc+sra,label=vpn`.
pub fn cover(session: &Session, reader: &Reader, typed: &str) -> Result<Cover, Fail> {
    let agents = reader.agents()?;
    typed::cover(typed, known(session, &agents))
        .map_err(|why| Fail::usage(format!("--cover {}: {why}", text::line(typed))))
}
