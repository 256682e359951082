//! `forecast`: what falls due in the next working days, on whom, and how many people are there.

use serde_json::{Value, json};

use super::exit::Fail;
use super::out::Out;
use super::read;
use super::session::Session;
use super::shape;
use crate::domain::forecast::{Hours, Share, Team};
use crate::domain::list::Count;
use crate::domain::people::AgentId;
use crate::domain::text;

/// Marks are read up to here, of what is late and of what is to come.
const MARKS: usize = 5000;

/// `forecast`
pub fn run(session: &Session, out: &mut Out) -> Result<(), Fail> {
    let reader = session.reader()?;
    let hours = Hours {
        calendar: &session.config.calendar,
        zone: session.config.zone,
    };
    let until = hours.horizon(session.now);
    let outlook = reader.outlook(until, MARKS, &session.asker())?;
    let known = reader.vocabulary(session.now)?;
    let team = Team {
        agents: &known.agents,
        absences: &known.absences,
    };
    let forecast = hours.forecast(&outlook.marks, team, session.now, until);
    if session.json {
        let days: Vec<Value> = forecast
            .days
            .iter()
            .map(|d| {
                let due = d.hours.iter().filter(|h| !h.due.is_empty());
                let by_hour: Vec<Value> = due
                    .map(|h| json!({"from": h.from, "due": h.due.len()}))
                    .collect();
                json!({"date": d.date, "due": d.due(), "there": d.there, "on": on(&d.on), "hours": by_hour})
            })
            .collect();
        let late = json!({"total": read::count(outlook.late), "on": on(&forecast.late_on)});
        let mut value = json!({"late": late, "days": days, "paused": read::count(outlook.paused), "cut": outlook.cut});
        shape::say_ahead(&mut value, session);
        return Ok(out.json(&value)?);
    }
    read::as_of(session, out)?;
    let late = match outlook.late {
        Count::Exact(n) => n.to_string(),
        Count::AtLeast(n) => format!("{n}+"),
        Count::Unknown => "?".to_owned(),
    };
    out.row(&format!(
        "{:<10}  {late:>5}            {}",
        "late",
        people(&forecast.late_on)
    ))?;
    for d in &forecast.days {
        let (day, due) = (d.date.format("%a %-d %b"), d.due());
        let there = match d.there {
            0 => "nobody there".to_owned(),
            n => format!("{n} there"),
        };
        out.row(&format!(
            "{:<10}  {due:>5}  {there:>9}  {}",
            day.to_string(),
            people(&d.on)
        ))?;
    }
    if outlook.cut {
        out.row(&format!("  only the first {MARKS} to come are counted"))?;
    }
    Ok(())
}

fn on(shares: &[Share]) -> Vec<Value> {
    let one = |s: &Share| json!({"agent": s.who.as_ref().map(AgentId::as_str), "due": s.due, "away": s.away});
    shares.iter().map(one).collect()
}

fn people(shares: &[Share]) -> String {
    let one = |s: &Share| {
        let who = s.who.as_ref().map_or("nobody", AgentId::as_str);
        let away = if s.away { " (away)" } else { "" };
        format!("{} {}{away}", text::line(who), s.due)
    };
    shares.iter().map(one).collect::<Vec<_>>().join(" · ")
}
