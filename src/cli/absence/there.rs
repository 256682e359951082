//! Who is there: now, ahead, and how the work of standing in was shared.

use serde_json::{Value, json};

use super::Done;
use super::args::{CoverageWhat, OncallArgs};
use super::office;
use crate::cli::exit::{Code, Fail};
use crate::cli::out::Out;
use crate::cli::session::Session;
use crate::cli::{shape, sla};
use crate::domain::absence::{Balance, Right, stints};
use crate::domain::coverage::{Coverage, Need, Stretch, needs};
use crate::domain::people::{AgentId, TenantId};
use crate::domain::text;

fn tenant(typed: Option<&str>) -> Result<Option<TenantId>, Fail> {
    typed.map(TenantId::parse).transpose().map_err(Fail::usage)
}

fn right(typed: Option<&str>) -> Result<Option<Right>, Fail> {
    typed.map(office::right).transpose()
}

/// Who is there at a moment; while the desk is closed, who will be when it opens.
pub fn oncall(session: &Session, a: &OncallArgs, out: &mut Out) -> Done {
    let at = match &a.at {
        Some(text) => sla::moment(session, "--at", text)?,
        None => session.now,
    };
    let need = Need {
        tenant: tenant(a.tenant.as_deref())?,
        right: right(a.right.as_deref())?,
    };
    let office = office::read(session, &session.reader()?)?;
    let team = office.team(&session.config.calendar, (at, at + office::days(31)));
    let calendar = &session.config.calendar;
    let open = calendar.is_open(at);
    let then = calendar.next_open(at).unwrap_or(at);
    let coverage = Coverage::new(&team, then, then + chrono::TimeDelta::seconds(1));
    let there = coverage.of(&need).into_iter().next().map(|s| s.there);
    let there: Vec<AgentId> = there.unwrap_or_default();
    let gone: Vec<_> = team
        .away()
        .iter()
        .filter(|g| g.from <= then && then < g.to)
        .collect();
    let covers = |g: &&crate::domain::absence::Away<'_>| -> Vec<AgentId> {
        let all = g.absence.covers.iter().map(|c| c.who.clone());
        all.filter(|c| team.away_until(c, then).is_none()).collect()
    };
    let nobody = there.is_empty();
    if session.json {
        let gone: Vec<Value> = gone
            .iter()
            .map(|g| json!({"who": g.absence.who, "until": g.to, "cover": covers(g)}))
            .collect();
        out.json(&json!({
            "at": at, "open": open, "opens": (!open).then_some(then), "tenant": need.tenant,
            "right": need.right, "there": there, "away": gone,
        }))?;
    } else {
        if !open {
            out.row(&format!(
                "the desk is closed; it opens {}",
                shape::local(then, session)
            ))?;
        }
        let names: Vec<&str> = there.iter().map(AgentId::as_str).collect();
        out.row(&match names.as_slice() {
            [] => format!("nobody is there for {need}; `deskhand coverage check` lists the gaps"),
            names => format!("there: {}", names.join(", ")),
        })?;
        for g in &gone {
            let covers = covers(g);
            let names: Vec<&str> = covers.iter().map(AgentId::as_str).collect();
            out.row(&format!(
                "away: {} until {}, {}",
                g.absence.who,
                shape::local(g.to, session),
                match names.as_slice() {
                    [] => "nobody stands in".to_owned(),
                    [name] => format!("{name} stands in"),
                    names => format!("{} stand in", names.join(", ")),
                }
            ))?;
        }
    }
    Ok(if nobody { Code::Gap } else { Code::Ok })
}

/// Lists the gaps ahead.
pub fn coverage(session: &Session, what: &CoverageWhat, out: &mut Out) -> Done {
    let CoverageWhat::Check {
        days,
        tenant: of,
        right: with,
    } = what;
    let reader = session.reader()?;
    let office = office::read(session, &reader)?;
    let (from, to) = (session.now, session.now + office::days(*days));
    let team = office.team(&session.config.calendar, (from, to));
    let (of, with) = (tenant(of.as_deref())?, right(with.as_deref())?);
    let all = if of.is_some() || with.is_some() {
        vec![Need {
            tenant: of,
            right: with,
        }]
    } else {
        let mut tenants = session.config.scope.clone();
        if tenants.is_empty() {
            let known = reader.vocabulary(session.now)?.tenants;
            tenants = known.into_iter().map(|t| t.id).collect();
        }
        needs(&tenants, &office.rights())
    };
    let gaps = Coverage::new(&team, from, to).report(&all);
    if session.json {
        let value = |(need, gaps): &(Need, Vec<Stretch>)| {
            let gaps: Vec<Value> = gaps
                .iter()
                .map(|g| json!({"from": g.from, "to": g.to}))
                .collect();
            json!({"tenant": need.tenant, "right": need.right, "gaps": gaps})
        };
        let rows: Vec<Value> = gaps.iter().map(value).collect();
        out.json(&json!({"from": from, "to": to, "needs": rows}))?;
    } else if gaps.is_empty() {
        out.row(&format!(
            "somebody is there for everything in the next {days} days"
        ))?;
    } else {
        for (need, gaps) in &gaps {
            for g in gaps {
                out.row(&format!(
                    "! nobody  {} – {}  for {need}",
                    shape::local(g.from, session),
                    shape::local(g.to, session)
                ))?;
            }
        }
    }
    Ok(if gaps.is_empty() { Code::Ok } else { Code::Gap })
}

/// Who has stood in how much.
pub fn balance(session: &Session, days: u16, out: &mut Out) -> Done {
    let office = office::read(session, &session.reader()?)?;
    let (from, to) = (session.now - office::days(days), session.now);
    let team = office.team(&session.config.calendar, (from, to));
    let stints = stints(&office.handed, from, to);
    let all = crate::domain::absence::balance(&team, &stints, from, to);
    if session.json {
        let value = |b: &Balance| {
            json!({
                "who": b.who, "gave_seconds": b.gave, "took_seconds": b.took,
                "tickets": b.tickets, "worked_seconds": b.worked, "share_permille": b.share(),
            })
        };
        out.json(
            &json!({"from": from, "to": to, "people": all.iter().map(value).collect::<Vec<_>>()}),
        )?;
        return Ok(Code::Ok);
    }
    for b in &all {
        out.row(&format!(
            "{}  stood in {} h ({} tickets), was stood in for {} h; {}.{} % of {} h",
            text::pad(&text::line(b.who.as_str()), 12).into_string(),
            b.gave / 3600,
            b.tickets,
            b.took / 3600,
            b.share() / 10,
            b.share() % 10,
            b.worked / 3600
        ))?;
    }
    Ok(Code::Ok)
}
