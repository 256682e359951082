//! The registers read together: who and what is known, as plain values for completion, for
//! the gate, for requests and for the question who must be told.

use std::collections::HashMap;

use super::{Record, Register};
use crate::domain::people::{AgentId, Tenant, TenantId, Workspace};
use crate::domain::text::Untrusted;
use crate::domain::value::{self, Right, Role};

/// All rows of all registers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Book {
    records: Vec<Record>,
    /// Where each row stands, by its name in small letters.
    places: HashMap<(Register, String), usize>,
}

/// A person that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The address people write from.
    pub email: Untrusted,
    /// First and last name.
    pub name: Untrusted,
    /// Whose; none: of no tenant, or of all.
    pub tenant: Option<TenantId>,
    /// The handle here, if an agent.
    pub agent: Option<AgentId>,
    /// What they are.
    pub role: Option<Role>,
    /// What they may do.
    pub rights: Vec<Right>,
}

/// A row that names one that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dangling {
    /// The register of the row.
    pub register: Register,
    /// The row.
    pub key: String,
    /// The column.
    pub column: &'static str,
    /// What it names.
    pub names: Untrusted,
    /// Where that should be.
    pub refers: Register,
}

impl Book {
    /// Of these rows.
    pub fn new(records: Vec<Record>) -> Self {
        let place = |(n, r): (usize, &Record)| ((r.register(), r.key().to_lowercase()), n);
        Self {
            places: records.iter().enumerate().map(place).collect(),
            records,
        }
    }

    /// The rows of a register, in the order in which they were given.
    pub fn of(&self, register: Register) -> impl Iterator<Item = &Record> {
        self.records
            .iter()
            .filter(move |r| r.register() == register)
    }

    /// A row by its name; large and small letters are one.
    pub fn find(&self, register: Register, key: &str) -> Option<&Record> {
        let place = self.places.get(&(register, key.to_lowercase()))?;
        self.records.get(*place)
    }

    /// The tenants.
    pub fn tenants(&self) -> Vec<Tenant> {
        let all = self.of(Register::Tenants);
        all.filter_map(|r| {
            Some(Tenant {
                id: r.tenant()?,
                name: r.get("name")?.clone(),
            })
        })
        .collect()
    }

    /// The Workspaces that are not taken away.
    pub fn workspaces(&self) -> Vec<Workspace> {
        let here = self
            .of(Register::Workspaces)
            .filter(|r| r.get("removed").is_none());
        here.filter_map(|r| {
            Some(Workspace {
                name: r.get("name")?.clone(),
                tenant: r.tenant(),
            })
        })
        .collect()
    }

    /// The people.
    pub fn people(&self) -> Vec<Person> {
        self.of(Register::People).filter_map(person).collect()
    }

    /// Who has a right, for a tenant: people of no tenant have theirs everywhere.
    pub fn who_may(&self, right: Right, tenant: Option<&TenantId>) -> Vec<Person> {
        let mut people = self.people();
        people.retain(|p| {
            let there = match (&p.tenant, tenant) {
                (Some(theirs), Some(asked)) => theirs == asked,
                _ => true,
            };
            there && p.rights.contains(&right)
        });
        people
    }

    /// Whether anybody's rights are written down: otherwise nothing follows from finding none.
    pub fn knows_rights(&self) -> bool {
        let mut people = self.of(Register::People);
        people.any(|r| r.get("rights").is_some())
    }

    /// What somebody is in a Workspace, as far as the registers say. `who` is an address, or the
    /// name of exactly one person.
    pub fn role_in(&self, workspace: &str, who: &str) -> Option<Role> {
        let who = who.trim().to_lowercase();
        let mut called = self
            .of(Register::People)
            .filter(|p| p.raw("email") == who || p.raw("name").to_lowercase() == who);
        let person_row = match (called.next(), called.next()) {
            (Some(one), None) => Some(one),
            _ => None,
        };
        let email = person_row.map_or(who.as_str(), |p| p.raw("email"));
        if let Some(row) = self.find(Register::Workspaces, workspace) {
            if row.raw("accountable") == email {
                return Some(Role::Accountable);
            }
            if row.lists("privileged", email) {
                return Some(Role::Privileged);
            }
        }
        person_row.and_then(person).and_then(|p| p.role)
    }

    /// The Workspaces that must be told when something of the software share or a license
    /// server changes: those it names, and those that use software that needs the server;
    /// `all` is all of its tenant. Each once, by name, and none that was taken away.
    pub fn told_of(&self, record: &Record) -> Vec<&Record> {
        let mut by_software: Vec<&Record> = Vec::new();
        if record.register() == Register::LicenseServers {
            let name = record.raw("name").to_lowercase();
            let uses = self.of(Register::Share).filter(|s| {
                s.tenant() == record.tenant() && s.raw("license-server").to_lowercase() == name
            });
            by_software.extend(uses);
        }
        by_software.push(record);
        let mut told: Vec<&Record> = self
            .of(Register::Workspaces)
            .filter(|w| w.get("removed").is_none() && w.tenant() == record.tenant())
            .filter(|w| {
                let named = |r: &&Record| {
                    r.lists("workspaces", "all") || r.lists("workspaces", w.raw("name"))
                };
                by_software.iter().any(named)
            })
            .collect();
        told.sort_by_key(|w| w.key());
        told
    }

    /// The rows that name one, each as its register and its own name.
    pub fn naming(&self, register: Register, key: &str) -> Vec<String> {
        let key = key.to_lowercase();
        let names = |r: &&Record| {
            let mut columns = r.register().columns().iter();
            columns.any(|c| {
                let mut parts = value::parts(r.raw(c.name));
                c.refers == Some(register) && parts.any(|p| p.to_lowercase() == key)
            })
        };
        let found = self.records.iter().filter(names);
        found
            .map(|r| format!("{} {}", r.register().word(), r.key()))
            .collect()
    }

    /// Names in the rows that no row has.
    pub fn dangling(&self) -> Vec<Dangling> {
        let mut all = Vec::new();
        for record in &self.records {
            for column in record.register().columns() {
                let (Some(refers), Some(_)) = (column.refers, record.get(column.name)) else {
                    continue;
                };
                for name in value::parts(record.raw(column.name)) {
                    let everybody = name == "all" && refers == Register::Workspaces;
                    if !everybody && self.find(refers, name).is_none() {
                        all.push(Dangling {
                            register: record.register(),
                            key: record.key(),
                            column: column.name,
                            names: Untrusted::new(name),
                            refers,
                        });
                    }
                }
            }
        }
        all
    }
}

fn person(row: &Record) -> Option<Person> {
    Some(Person {
        email: row.get("email")?.clone(),
        name: row.get("name")?.clone(),
        tenant: row.tenant(),
        agent: AgentId::parse(row.raw("agent")).ok(),
        role: Role::parse(row.raw("role")).ok(),
        rights: value::rights(row.raw("rights")).unwrap_or_default(),
    })
}
