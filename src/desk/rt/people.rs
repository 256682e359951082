//! Who is who. Request Tracker names people by log-in here and by number there, and does not
//! tell in lists who belongs to the team: what was asked once is remembered while we run.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::json;

use super::map::{self, NOBODY, SYSTEM};
use super::wire::{CustomField, Page, Queue, Ref, Ticket, Transaction, User};
use super::{Auth, Rt};
use crate::desk::http::error;
use crate::desk::{Answer, ErrorKind};
use crate::domain::Instant;
use crate::domain::people::{Agent, AgentId, Tenant};
use crate::domain::remote::ToldNames;
use crate::domain::text::Untrusted;
use crate::domain::thread::Author;

/// What is known of a person.
#[derive(Debug, Clone, Default)]
struct Person {
    name: String,
    /// One of the team; none: not asked yet.
    agent: Option<bool>,
}

/// What is remembered of people, queues and fields.
#[derive(Debug, Default)]
pub struct Memo {
    /// By log-in name in lower case.
    people: HashMap<String, Person>,
    /// Log-in names by user number.
    numbers: HashMap<u64, String>,
    /// Log-in names of agents, where a handle is not the log-in itself.
    logins: HashMap<AgentId, String>,
    /// Log-in names of those who asked, by ticket number.
    requestors: HashMap<u64, Vec<String>>,
    queues: BTreeMap<u64, String>,
    fields: HashMap<u64, String>,
    me: Option<Me>,
    /// Agents that were not told yet.
    untold: bool,
}

/// Whose account it is.
#[derive(Debug, Clone)]
pub struct Me {
    /// The log-in name.
    pub login: String,
    /// The handle.
    pub id: AgentId,
    /// The name people read.
    pub name: String,
}

impl Memo {
    /// Keeps what a ticket tells of people and fields.
    pub fn notice(&mut self, ticket: &Ticket) {
        if ticket.owner.login() != NOBODY {
            self.notice_agent(ticket.owner.login(), &ticket.owner.real_name);
        }
        for person in ticket.requestor.iter().chain(&ticket.cc) {
            self.notice_name(person);
        }
        for field in &ticket.custom_fields {
            if let Some(id) = field.id {
                self.fields.entry(id).or_insert_with(|| field.name.clone());
            }
        }
        let logins = ticket.requestor.iter().map(|r| r.login().to_lowercase());
        self.requestors.insert(ticket.id, logins.collect());
    }

    fn notice_name(&mut self, person: &Ref) {
        let known = self
            .people
            .entry(person.login().to_lowercase())
            .or_default();
        if !person.real_name.trim().is_empty() || known.name.is_empty() {
            person.people_read().clone_into(&mut known.name);
        }
    }

    fn notice_agent(&mut self, login: &str, real_name: &str) {
        let Some(id) = map::agent(login) else {
            return;
        };
        let known = self.people.entry(login.to_lowercase()).or_default();
        if !real_name.trim().is_empty() {
            real_name.clone_into(&mut known.name);
        }
        if known.agent != Some(true) {
            known.agent = Some(true);
            self.untold = true;
        }
        self.logins.insert(id, login.to_owned());
    }

    fn notice_user(&mut self, asked: &str, user: &User) {
        let login = if user.name.is_empty() {
            asked
        } else {
            &user.name
        };
        // Others than ourselves are told without their number.
        if let Some(number) = user.id.or_else(|| asked.parse().ok()) {
            self.numbers.insert(number, login.to_owned());
        }
        if user.privileged == Some(1) && ![NOBODY, SYSTEM].contains(&login) {
            self.notice_agent(login, &user.real_name);
            return;
        }
        let known = self.people.entry(login.to_lowercase()).or_default();
        known.agent.get_or_insert(false);
        let names = [&user.real_name, &user.address];
        if let Some(name) = names.into_iter().find(|n| !n.trim().is_empty()) {
            known.name.clone_from(name);
        }
    }

    /// The name people read.
    pub fn name_of(&self, person: &Ref) -> Untrusted {
        if !person.real_name.trim().is_empty() {
            return Untrusted::new(person.real_name.as_str());
        }
        let known = self.people.get(&person.login().to_lowercase());
        let name = known.map(|p| p.name.as_str()).filter(|n| !n.is_empty());
        Untrusted::new(name.unwrap_or_else(|| person.people_read()))
    }

    /// Whether the name is known that people read for a log-in.
    pub fn knows(&self, login: &str) -> bool {
        let known = self.people.get(&login.to_lowercase());
        known.is_some_and(|p| !p.name.is_empty())
    }

    /// The name of a queue, which is told by number where it was not asked for.
    pub fn queue_name<'a>(&'a self, queue: &'a Ref) -> &'a str {
        if !queue.name.is_empty() {
            return &queue.name;
        }
        let number = queue.id.parse().ok();
        number
            .and_then(|n| self.queue(n))
            .unwrap_or(queue.id.as_str())
    }

    /// The name of a queue by number.
    pub fn queue(&self, number: u64) -> Option<&str> {
        self.queues.get(&number).map(String::as_str)
    }

    /// The name of a custom field by number.
    pub fn field(&self, number: u64) -> Option<&str> {
        self.fields.get(&number).map(String::as_str)
    }

    /// The log-in name behind a user's number.
    pub fn login_of(&self, number: u64) -> Option<&str> {
        self.numbers.get(&number).map(String::as_str)
    }

    /// Who speaks on a ticket. Whoever asked is the requester's side even if they work here,
    /// but only who works here writes notes.
    pub fn author(&self, login: &str, ticket: u64, is_note: bool) -> Author {
        if login == SYSTEM {
            return Author::System;
        }
        let low = login.to_lowercase();
        let person = self.people.get(&low);
        let has_asked = !is_note && self.has_asked(&low, ticket);
        if !has_asked
            && person.is_some_and(|p| p.agent == Some(true))
            && let Some(id) = map::agent(login)
        {
            return Author::Agent { id };
        }
        let name = person.map(|p| p.name.as_str()).filter(|n| !n.is_empty());
        Author::Requester {
            name: Untrusted::new(name.unwrap_or(login)),
        }
    }

    /// Who speaks in a ticket's first message: what a form or a script has put in says whoever
    /// it was put in for.
    pub fn opener(&self, login: &str, ticket: u64) -> Author {
        let asked = self.requestors.get(&ticket).and_then(|all| all.first());
        match asked {
            Some(asked) if login == SYSTEM => self.author(asked, ticket, false),
            _ => self.author(login, ticket, false),
        }
    }

    fn has_asked(&self, low: &str, ticket: u64) -> bool {
        let asked = self.requestors.get(&ticket);
        asked.is_some_and(|all| all.iter().any(|l| l == low))
    }

    /// All names, if there are some that were not told yet.
    pub fn untold(&mut self, rt: &super::Settings) -> Option<ToldNames> {
        if !std::mem::take(&mut self.untold) {
            return None;
        }
        let mut agents: Vec<Agent> = self
            .people
            .iter()
            .filter(|(_, p)| p.agent == Some(true))
            .filter_map(|(login, p)| {
                let id = map::agent(login)?;
                let name = if p.name.is_empty() { login } else { &p.name };
                let name = Untrusted::new(name.as_str());
                let tenants = Vec::new();
                Some(Agent { id, name, tenants })
            })
            .collect();
        agents.sort_by(|a, b| a.id.cmp(&b.id));
        let mut tenants: BTreeMap<_, Tenant> = BTreeMap::new();
        for name in self.queues.values() {
            if let Some(id) = map::tenant(name, rt) {
                let tenant = Tenant {
                    id: id.clone(),
                    name: Untrusted::new(name.as_str()),
                };
                tenants.entry(id).or_insert(tenant);
            }
        }
        Some(ToldNames {
            agents,
            tenants: tenants.into_values().collect(),
            workspaces: Vec::new(),
        })
    }

    /// Numbers of tickets of which it is not known who asked.
    fn unknown_tickets(&self, entries: &[Transaction]) -> BTreeSet<u64> {
        let all = entries.iter().filter_map(|t| t.object_id);
        all.filter(|id| !self.requestors.contains_key(id)).collect()
    }

    /// Log-in names and numbers of users that have to be asked for before the entries can be
    /// told.
    fn unknown_users(&self, entries: &[Transaction]) -> BTreeSet<String> {
        let mut unknown = BTreeSet::new();
        for entry in entries {
            let low = entry.creator.id.to_lowercase();
            let known = self.people.get(&low).is_some_and(|p| p.agent.is_some());
            let asked = entry.sort != "Comment"
                && entry.object_id.is_some_and(|id| self.has_asked(&low, id));
            if !known && !asked && !low.is_empty() && entry.creator.id != SYSTEM {
                unknown.insert(entry.creator.id.clone());
            }
            for number in super::history::user_numbers(entry) {
                if !self.numbers.contains_key(&number) {
                    unknown.insert(number.to_string());
                }
            }
        }
        unknown
    }

    fn unknown_fields(&self, entries: &[Transaction]) -> BTreeSet<u64> {
        let fields = entries.iter().filter(|t| t.sort == "CustomField");
        let numbers = fields.filter_map(|t| t.field.parse().ok());
        numbers.filter(|n| !self.fields.contains_key(n)).collect()
    }
}

impl Rt {
    /// Learns all that is needed to tell these entries.
    ///
    /// # Errors
    /// As [`Rt::read`].
    pub(super) async fn learn(&self, entries: &[Transaction], now: Instant) -> Answer<()> {
        let tickets = self.memo().unknown_tickets(entries);
        if !tickets.is_empty() {
            let tickets: Vec<u64> = tickets.into_iter().collect();
            for some in tickets.chunks(super::search::PAGE) {
                self.tickets_by_number(some, false, now).await?;
            }
            // What is not to be had is not asked for again.
            let mut memo = self.memo();
            for id in tickets {
                memo.requestors.entry(id).or_default();
            }
        }
        let users = self.memo().unknown_users(entries);
        for user in users {
            self.user(&user, now).await?;
        }
        let moved = entries.iter().any(|t| t.field == "Queue");
        if moved && self.memo().queues.is_empty() {
            self.queues(now).await?;
        }
        let fields = self.memo().unknown_fields(entries);
        for number in fields {
            let reply = self.get(&format!("/customfield/{number}"), &[]).await?;
            let name = match reply.json::<CustomField>(now) {
                Ok(field) => field.name,
                Err(e) if e.kind == ErrorKind::Refused => format!("field {number}"),
                Err(e) => return Err(e),
            };
            self.memo().fields.insert(number, name);
        }
        Ok(())
    }

    /// A user by log-in name or number; none: there is no such user, or we may not see it.
    ///
    /// # Errors
    /// As [`Rt::read`].
    pub(super) async fn user(&self, user: &str, now: Instant) -> Answer<Option<User>> {
        let reply = self.get(&format!("/user/{}", escape(user)), &[]).await?;
        match reply.json::<User>(now) {
            Ok(found) => {
                self.memo().notice_user(user, &found);
                Ok(Some(found))
            }
            Err(e) if e.kind == ErrorKind::Refused => {
                self.memo().notice_user(user, &User::default());
                Ok(None)
            }
            Err(e) => Err(e),
        }
    }

    /// The log-in name of an agent. A handle that is no log-in name itself is looked for.
    ///
    /// # Errors
    /// As [`Rt::read`].
    pub(super) async fn login(&self, agent: &AgentId, now: Instant) -> Answer<String> {
        let known = self.memo().logins.get(agent).cloned();
        if let Some(login) = known {
            return Ok(login);
        }
        if let Some(user) = self.user(agent.as_str(), now).await? {
            return Ok(user.name);
        }
        let mut words = agent.as_str().split(|c: char| !c.is_alphanumeric());
        let like = [json!({"field": "Name", "operator": "LIKE",
            "value": words.next().unwrap_or_default()})];
        let query = [("fields", "Name"), ("per_page", "100")];
        let reply = self
            .ask(Method::POST, "/users", |r| r.query(&query).json(&like))
            .await?;
        let found: Page<Ref> = reply.json(now)?;
        let mut logins = found.items.iter().map(Ref::login);
        let fits = logins.find(|l| map::agent(l).as_ref() == Some(agent));
        Ok(fits.unwrap_or(agent.as_str()).to_owned())
    }

    /// Who we are.
    ///
    /// # Errors
    /// As [`Rt::read`]; the token does not say whose it is.
    pub(super) async fn me(&self, now: Instant) -> Answer<Me> {
        if let Some(me) = self.memo().me.clone() {
            return Ok(me);
        }
        let asked = match &self.settings.auth {
            Auth::Password { user, .. } => user.clone(),
            // The account's number is the second part of `1-56-...`.
            Auth::Token(token) => {
                let token = token.get().await?;
                let mut parts = token.expose_secret().trim().split('-');
                parts.nth(1).unwrap_or_default().to_owned()
            }
        };
        let user = match self.user(&asked, now).await? {
            Some(user) if !asked.is_empty() => user,
            _ => return Err(unknown_account()),
        };
        let me = Me {
            id: map::agent(&user.name).ok_or_else(unknown_account)?,
            name: if user.real_name.is_empty() {
                user.name.clone()
            } else {
                user.real_name
            },
            login: user.name,
        };
        let mut memo = self.memo();
        memo.notice_agent(&me.login, &me.name);
        memo.me = Some(me.clone());
        Ok(me)
    }

    /// The queues that we may see, by number.
    ///
    /// # Errors
    /// As [`Rt::read`].
    pub(super) async fn queues(&self, now: Instant) -> Answer<BTreeMap<u64, String>> {
        let mut all = BTreeMap::new();
        for page in 1..=MOST_PAGES {
            let page = page.to_string();
            let query = [("fields", "Name"), ("per_page", "100"), ("page", &page)];
            let found: Page<Queue> = self.read("/queues/all", &query, now).await?;
            if found.items.is_empty() {
                break;
            }
            // A page is short where queues on it are hidden: only an empty one is the last.
            let named = found.items.into_iter();
            all.extend(named.map(|q| (q.id, q.name)));
        }
        let mut memo = self.memo();
        memo.queues.clone_from(&all);
        memo.untold = true;
        Ok(all)
    }
}

/// No desk has more pages of queues.
const MOST_PAGES: u32 = 100;

fn unknown_account() -> crate::desk::DeskError {
    error(
        ErrorKind::SignIn,
        "the desk does not tell whose account this is",
        Some("check the token, or the name and password"),
    )
}

/// A log-in name in a path: it may hold anything.
fn escape(name: &str) -> String {
    name.bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'@' => {
                char::from(b).to_string()
            }
            b => format!("%{b:02X}"),
        })
        .collect()
}
