//! What every subcommand here works with: the team, its absences and what was handed over.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use crate::cli::exit::{Code, Fail};
use crate::cli::session::Session;
use crate::domain::Instant;
use crate::domain::absence::{self, typed};
use crate::domain::absence::{
    Absence, AbsenceId, Cover, Handed, Known, Person, Right, Stint, Team, balance, stints, team_of,
};
use crate::domain::calendar::resolve_wall;
use crate::domain::people::{Agent, AgentId};
use crate::domain::text;
use crate::domain::when::parse_when;
use crate::shell::plans;
use crate::store::Reader;

/// Who works here, and who is away when.
pub struct Office {
    /// The team.
    pub people: Vec<Person>,
    /// All absences that are known.
    pub absences: Vec<Absence>,
    /// What was handed over.
    pub handed: Vec<Handed>,
    /// Those that come from a calendar at an address.
    followed: Vec<AbsenceId>,
    loads: Vec<(AgentId, usize)>,
}

/// So many days back it is known what was handed over.
pub const KNOWN: u16 = 400;

/// Who has stood in how much counts for so many days, where somebody is proposed.
const LATELY: u16 = 180;

/// A number of days.
pub fn days(n: u16) -> TimeDelta {
    TimeDelta::try_days(i64::from(n)).unwrap_or_default()
}

impl Office {
    /// Reads them. The team is whom the settings name, else whom the desk knows.
    pub fn read(session: &Session, reader: &Reader) -> Result<Self, Fail> {
        let absences = reader.absences()?;
        let people = team_of(
            &session.config.people,
            reader.agents()?,
            &absences,
            &session.me,
        );
        Ok(Self {
            people,
            followed: followed(session, reader)?,
            absences,
            handed: reader.handed(session.now - days(KNOWN))?,
            loads: reader.loads()?,
        })
    }

    /// The team between two instants.
    pub fn team<'a>(&'a self, session: &'a Session, from: Instant, to: Instant) -> Team<'a> {
        let span = |from, to| {
            Team::new(
                &self.people,
                &session.config.calendar,
                &self.absences,
                (from, to),
            )
        };
        let (since, now) = (session.now - days(LATELY), session.now);
        let shares = match self.stints(since, now).as_slice() {
            [] => Vec::new(),
            stints => balance(&span(since, now), stints, since, now),
        };
        span(from, to)
            .with_loads(self.loads.iter().cloned())
            .with_shares(shares.into_iter().map(|b| (b.who.clone(), b.share())))
    }

    /// Who stood in between two instants.
    pub fn stints(&self, from: Instant, to: Instant) -> Vec<Stint> {
        stints(&self.handed, from, to)
    }

    /// What is handed over for a turn that began then, and not given back.
    pub fn open(&self, absence: &AbsenceId, begun: Instant) -> Option<&Handed> {
        let open = |h: &&Handed| h.absence == *absence && h.from == begun && h.back.is_none();
        self.handed.iter().find(open)
    }

    /// The absence that is meant: by its identity's beginning, or by who is away.
    pub fn absence(&self, typed: &str, now: Instant) -> Result<&Absence, Fail> {
        let typed = typed.trim().to_lowercase();
        let by_id: Vec<_> = self
            .absences
            .iter()
            .filter(|a| a.id.0.to_lowercase().starts_with(&typed))
            .collect();
        let mut found = by_id;
        if found.is_empty() {
            let ahead = now + days(400);
            let since = now - days(31);
            let theirs = self.absences.iter().filter(|a| a.who.as_str() == typed);
            let open = |a: &&Absence| {
                !a.away(now, ahead).is_empty()
                    || self
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

    /// What calendars are read against.
    pub fn known(&self, session: &Session, agents: Vec<Agent>) -> Known {
        Known {
            agents,
            people: self.people.clone(),
            calendar: session.config.calendar.clone(),
            zone: session.config.zone,
        }
    }

    /// Refuses what a desk or a calendar elsewhere tells of: it is changed there.
    pub fn is_ours(&self, absence: &Absence) -> Result<(), Fail> {
        let elsewhere = if absence.id.0.starts_with("desk-") {
            "is the desk's own"
        } else if self.followed.contains(&absence.id) {
            "comes from a calendar at an address"
        } else {
            return Ok(());
        };
        Err(Fail::new(
            Code::Refused,
            format!("the absence {} {elsewhere}; change it there", absence.id),
        ))
    }

    /// What is worth knowing about an absence that is kept, in sentences.
    pub fn doubts(&self, new: &Absence, now: Instant) -> Vec<String> {
        let all = absence::Office {
            people: self.people.clone(),
            absences: self.absences.clone(),
            ..absence::Office::default()
        };
        all.doubts(new, now)
    }

    /// Rights that somebody lacks: those that coverage has to look at.
    pub fn rights(&self) -> Vec<Right> {
        let lacks = |r: &Right| self.people.iter().any(|p| !p.may(None, Some(r)));
        Right::all().filter(lacks).collect()
    }
}

/// What comes from calendars that the settings still name: what came from another is ours by now.
fn followed(session: &Session, reader: &Reader) -> Result<Vec<AbsenceId>, Fail> {
    let calendars = session.config.absences.calendars.iter();
    let names: Vec<String> = calendars
        .map(|c| plans::calendar_name(&session.paths, &c.url))
        .collect();
    let all = reader.followed()?.into_iter();
    Ok(all
        .filter(|(_, calendar)| names.contains(calendar))
        .map(|(id, _)| id)
        .collect())
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
