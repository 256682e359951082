//! People and the organisations they belong to.

use std::fmt;

use serde::{Deserialize, Serialize};

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
