//! People and the organisations they belong to.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::query::nearest;
use super::text::Untrusted;

/// A short name that comes from outside and is used as an identity: an agent's
/// handle, a tenant's code. Lower case, no blanks, printable, at most 64 characters.
fn handle(s: &str, what: &str) -> Result<String, String> {
    let s = s.trim().to_lowercase();
    if s.is_empty() {
        return Err(format!("the name of the {what} is empty"));
    }
    if s.chars().count() > 64 {
        return Err(format!(
            "the name of the {what} is longer than 64 characters"
        ));
    }
    if let Some(c) = s
        .chars()
        .find(|c| !(c.is_alphanumeric() || "-_.@+'".contains(*c)))
    {
        return Err(format!(
            "the name of the {what} may not hold {c:?}: use letters, digits and -_.@+'"
        ));
    }
    Ok(s)
}

macro_rules! handles {
    ($(#[$meta:meta])* $name:ident, $what:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub struct $name(String);

        impl $name {
            /// Takes a name from outside.
            ///
            /// # Errors
            /// Says which character or length is not allowed.
            pub fn parse(s: &str) -> Result<Self, String> {
                handle(s, $what).map(Self)
            }

            /// The name as text; safe to print.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                Self::parse(&String::deserialize(d)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

handles! {
    /// A member of a support team, by handle, for instance `ana`.
    AgentId, "agent"
}
handles! {
    /// A client organisation, by code, for instance `umc`.
    TenantId, "tenant"
}

/// A member of a support team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The handle.
    pub id: AgentId,
    /// The name people read.
    pub name: Untrusted,
    /// The tenants this agent may act for; empty means all that the team serves.
    #[serde(default)]
    pub tenants: Vec<TenantId>,
}

/// A client organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// The code.
    pub id: TenantId,
    /// The name people read.
    pub name: Untrusted,
}

/// How many names a refusal gives.
const NAMED: usize = 8;

/// Whom a person means by a handle or a part of a name. Nobody has to be known to be taken
/// for oneself, and a desk that knows nobody else takes whatever is a handle.
///
/// # Errors
/// A sentence that says who is known, or that several people fit.
pub fn known_agent(typed: &str, known: &[Agent], me: &AgentId) -> Result<AgentId, String> {
    let typed = typed.trim();
    let low = typed.to_lowercase();
    if low == me.as_str() {
        return Ok(me.clone());
    }
    // Whoever works alone is all that such a desk knows, and can still hand something over.
    if known.iter().all(|a| a.id == *me) {
        return AgentId::parse(typed);
    }
    if let Some(a) = known.iter().find(|a| a.id.as_str() == low) {
        return Ok(a.id.clone());
    }
    let mut by_name = known
        .iter()
        .filter(|a| !low.is_empty() && a.name.raw().to_lowercase().contains(&low));
    match (by_name.next(), by_name.next()) {
        (Some(a), None) => Ok(a.id.clone()),
        (Some(_), Some(_)) => Err(format!("\"{typed}\" fits several people; write the handle")),
        _ => Err(format!(
            "nobody here is called \"{typed}\"; {}",
            there_are(&low, known.iter().map(|a| a.id.as_str()))
        )),
    }
}

/// Whether a ticket can be given to a tenant: a desk that knows none takes any.
///
/// # Errors
/// A sentence that says which are known.
pub fn known_tenant(id: &TenantId, known: &[Tenant]) -> Result<(), String> {
    if known.is_empty() || known.iter().any(|t| t.id == *id) {
        return Ok(());
    }
    Err(format!(
        "there is no tenant \"{id}\" here; {}",
        there_are(id.as_str(), known.iter().map(|t| t.id.as_str()))
    ))
}

/// The one that was probably meant, else the first few.
fn there_are<'a>(typed: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    if let Some(near) = nearest(typed, known.clone()) {
        return format!("did you mean {near}?");
    }
    let first: Vec<&str> = known.clone().take(NAMED).collect();
    let more = match known.count().saturating_sub(NAMED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    format!("there are {}{more}", first.join(", "))
}

/// A closed research environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    /// Its full name, `dws-<number>-<name>`.
    pub name: Untrusted,
    /// Whose it is.
    pub tenant: Option<TenantId>,
}

/// A planned absence, as far as the queue needs it: who, and from when to when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// Who is away.
    pub agent: AgentId,
    /// First instant away.
    pub from: super::Instant,
    /// First instant back.
    pub to: super::Instant,
    /// Who stands in.
    #[serde(default)]
    pub cover: Option<AgentId>,
}
