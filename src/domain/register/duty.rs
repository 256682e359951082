//! What recurs: reviews that make their own tickets, each once a period.
//!
//! The first of the owners who is there gets the ticket. Where all are away, it goes to whoever
//! stands in by the plan of absences, in that order; where nobody can, it is nobody's and says why.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{Book, Record, Register};
use crate::domain::Instant;
use crate::domain::absence::{Candidate, Team};
use crate::domain::import::NewTicket;
use crate::domain::knowledge::Article;
use crate::domain::people::{AgentId, TenantId};
use crate::domain::text::Untrusted;
use crate::domain::ticket::{Kind, Ticket, TicketId, TicketKey};

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Every {
    /// Each week, from Monday.
    Week,
    /// Each month.
    Month,
    /// Each quarter of a year.
    Quarter,
    /// Each half of a year.
    HalfYear,
    /// Each year.
    Year,
}

impl Every {
    /// The period a day lies in: `2026-W48`, `2026-11`, `2026-Q4`, `2026-H2`, `2026`.
    pub fn period(self, day: NaiveDate) -> String {
        let year = day.year();
        match self {
            Self::Week => {
                let week = day.iso_week();
                format!("{}-W{:02}", week.year(), week.week())
            }
            Self::Month => format!("{year}-{:02}", day.month()),
            Self::Quarter => format!("{year}-Q{}", day.month0() / 3 + 1),
            Self::HalfYear => format!("{year}-H{}", day.month0() / 6 + 1),
            Self::Year => year.to_string(),
        }
    }
}

/// For whom a ticket is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Each {
    /// One for the team.
    Team,
    /// One for each tenant.
    Tenant,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LooksAt {
    /// The software share.
    Share,
    /// The license servers.
    LicenseServers,
    /// The knowledge base.
    Knowledge,
}

/// Something that recurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Duty {
    /// Its name, unique.
    pub name: String,
    /// The subject of its tickets, before the period.
    pub title: String,
    /// How often.
    pub every: Every,
    /// For whom.
    pub each: Each,
    /// The kind of its tickets.
    pub kind: Kind,
    /// What is looked at.
    pub looks_at: LooksAt,
    /// What was looked at within so many days is left alone.
    pub older_than_days: u32,
    /// Who does it, in this order.
    #[serde(default)]
    pub owners: Vec<AgentId>,
}

/// The duties of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duties {
    /// In order.
    #[serde(default, rename = "duty")]
    pub all: Vec<Duty>,
}

static SHIPPED: LazyLock<Duties> = LazyLock::new(|| {
    let text = include_str!("../../../assets/duties.toml");
    // A test reads the file: what is built in cannot be wrong at a user's desk.
    toml::from_str(text).unwrap_or(Duties { all: Vec::new() })
});

impl Duties {
    /// Those that come with the program.
    pub fn shipped() -> Self {
        SHIPPED.clone()
    }

    /// Two of them that have one name.
    pub fn twice(&self) -> Option<&str> {
        self.all.iter().enumerate().find_map(|(i, a)| {
            let again = self.all.iter().skip(i + 1).any(|b| b.name == a.name);
            again.then_some(a.name.as_str())
        })
    }
}

/// One that is to be done in a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Occasion {
    /// Which duty.
    pub duty: String,
    /// Which period, with the tenant where each has its own. Each occasion has one of its own.
    pub period: String,
    /// The ticket for it.
    pub ticket: NewTicket,
    /// Why it is none of the owners', in a sentence, where all of them are away.
    pub why: Option<String>,
}

/// What is known of what may have to be looked at.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The registers.
    pub book: &'a Book,
    /// The knowledge base.
    pub articles: &'a [Article],
    /// The team's tenants; empty: all.
    pub scope: &'a [TenantId],
    /// The team, and who of it is away when.
    pub team: &'a Team<'a>,
    /// Who is away besides, as somebody said.
    pub away: &'a [AgentId],
    /// When the tickets are made.
    pub now: Instant,
}

impl Known<'_> {
    /// When somebody can begin: at once, or when the desk opens.
    fn begins(&self) -> Instant {
        let open = self.team.calendar().next_open(self.now);
        open.unwrap_or(self.now)
    }

    fn is_away(&self, who: &AgentId) -> bool {
        self.away.contains(who) || self.team.away_until(who, self.begins()).is_some()
    }

    /// Who has a ticket that is one of these owners', and why it is nobody of them.
    fn assignee(&self, owners: &[AgentId], new: &NewTicket) -> (Option<AgentId>, Option<String>) {
        if owners.is_empty() {
            return (None, None);
        }
        if let Some(there) = owners.iter().find(|o| !self.is_away(o)) {
            return (Some(there.clone()), None);
        }
        let away = all_of(owners);
        let stand_in = owners
            .iter()
            .find_map(|o| Some((o, self.stands_in(o, new)?)));
        match stand_in {
            Some((owner, who)) => {
                let why = format!("{away} away; {who} stands in for {owner}.");
                (Some(who), Some(why))
            }
            None => {
                let why = format!(
                    "Nobody has it: {away} away, and nobody who can take it stands in for them."
                );
                (None, Some(why))
            }
        }
    }

    fn stands_in(&self, owner: &AgentId, new: &NewTicket) -> Option<AgentId> {
        let ticket = Ticket {
            kind: new.kind,
            tenant: new.tenant.clone(),
            labels: new.labels.clone(),
            assignee: Some(owner.clone()),
            ..Ticket::blank(TicketId(0), TicketKey::number(0), self.now)
        };
        let all = self.team.route(&ticket, self.begins())?;
        let able = |c: &&Candidate| c.against.is_none() && !self.away.contains(&c.who);
        all.iter().find(able).map(|c| c.who.clone())
    }
}

/// "ana is", "ana and bo are".
fn all_of(owners: &[AgentId]) -> String {
    let names: Vec<&str> = owners.iter().map(AgentId::as_str).collect();
    match names.split_last() {
        Some((last, [])) => format!("{last} is"),
        Some((last, others)) => format!("{} and {last} are", others.join(", ")),
        None => String::new(),
    }
}

/// The occasions of the period that a day lies in, whether done already or not. A tenant of
/// which nothing is known to look at has none.
pub fn occasions(duties: &Duties, known: Known<'_>, today: NaiveDate) -> Vec<Occasion> {
    let mut all = Vec::new();
    for duty in &duties.all {
        match duty.each {
            Each::Team => all.extend(occasion(duty, known, None, today)),
            Each::Tenant => {
                for tenant in known.book.tenants() {
                    if known.scope.is_empty() || known.scope.contains(&tenant.id) {
                        all.extend(occasion(duty, known, Some(&tenant.id), today));
                    }
                }
            }
        }
    }
    all
}

fn occasion(
    duty: &Duty,
    known: Known<'_>,
    tenant: Option<&TenantId>,
    today: NaiveDate,
) -> Option<Occasion> {
    let items = items(duty, known, tenant, today)?;
    let mut period = duty.every.period(today);
    let mut subject = format!("{}, {period}", duty.title);
    if let Some(tenant) = tenant {
        subject = format!("{subject}, {tenant}");
        period = format!("{period}/{tenant}");
    }
    let mut text = body(&items);
    let mut ticket = NewTicket {
        subject: Untrusted::new(subject),
        body: Untrusted::default(),
        requester: None,
        tenant: tenant.cloned(),
        workspace: None,
        kind: duty.kind,
        priority: None,
        assignee: None,
        labels: vec!["duty".into(), duty.name.to_lowercase()],
    };
    let (assignee, why) = known.assignee(&duty.owners, &ticket);
    if let Some(why) = &why {
        text = format!("{text}\n\n{why}");
    }
    (ticket.assignee, ticket.body) = (assignee, Untrusted::new(text));
    Some(Occasion {
        duty: duty.name.clone(),
        period,
        ticket,
        why,
    })
}

/// What is to be looked at, the longest untouched first; none if there is nothing at all.
fn items(
    duty: &Duty,
    known: Known<'_>,
    tenant: Option<&TenantId>,
    today: NaiveDate,
) -> Option<Vec<String>> {
    let register = match duty.looks_at {
        LooksAt::Share => Register::Share,
        LooksAt::LicenseServers => Register::LicenseServers,
        LooksAt::Knowledge => return articles(duty, known.articles, today),
    };
    let mut rows: Vec<&Record> = known
        .book
        .of(register)
        .filter(|r| tenant.is_none() || r.tenant().as_ref() == tenant)
        .collect();
    if rows.is_empty() {
        return None;
    }
    rows.sort_by_key(|r| (r.date("reviewed"), r.key()));
    rows.retain(|r| is_old(r.date("reviewed"), duty, today));
    Some(rows.into_iter().map(item).collect())
}

fn is_old(reviewed: Option<NaiveDate>, duty: &Duty, today: NaiveDate) -> bool {
    reviewed.is_none_or(|on| (today - on).num_days() >= i64::from(duty.older_than_days))
}

fn item(row: &Record) -> String {
    let last = looked_at(row.date("reviewed"));
    let ends = row
        .date("until")
        .map_or_else(String::new, |d| format!(", license until {d}"));
    format!("{}: {last}{ends}", row.key())
}

fn looked_at(on: Option<NaiveDate>) -> String {
    on.map_or_else(
        || "never looked at".into(),
        |on| format!("last looked at {on}"),
    )
}

fn articles(duty: &Duty, all: &[Article], today: NaiveDate) -> Option<Vec<String>> {
    if all.is_empty() {
        return None;
    }
    let mut old: Vec<&Article> = all
        .iter()
        .filter(|a| !a.is_gone())
        .filter(|a| a.stale.is_some() || is_old(a.reviewed, duty, today))
        .collect();
    old.sort_by_key(|a| (a.stale.is_none(), a.reviewed, a.key.clone()));
    let lines = old.into_iter().map(|a| {
        let stale = if a.stale.is_some() {
            ", marked as stale"
        } else {
            ""
        };
        format!("{}: {}{stale}", a.key, looked_at(a.reviewed))
    });
    Some(lines.collect())
}

fn body(items: &[String]) -> String {
    if items.is_empty() {
        return "Everything was looked at lately; look whether the register is complete.".into();
    }
    let mut lines = vec!["To look at:".to_owned(), String::new()];
    lines.extend(items.iter().map(|i| format!("- {i}")));
    lines.join("\n")
}
