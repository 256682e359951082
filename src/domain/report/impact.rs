//! How urgent a problem is, from what was answered, never from a number somebody picked.

use serde::{Deserialize, Serialize};

use crate::domain::ticket::Priority;

/// The share above which a failure is priority 1, in per cent. Source: the portal's page on
/// service levels, "more than 20 % of users or Workspaces without service".
pub const MANY: u32 = 20;

/// How much of a whole is hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Share {
    /// Everybody or everything.
    All,
    /// So many per cent, as said.
    Percent(u32),
    /// So many of so many.
    Of {
        /// How many are hit.
        hit: u32,
        /// How many there are.
        all: u32,
    },
    /// So many, of an unknown number.
    Some(u32),
    /// A few, certainly not more than [`MANY`] per cent.
    Few,
    /// More than [`MANY`] per cent, how many is not known.
    Many,
}

impl Share {
    /// More than [`MANY`] per cent, as far as it can be known.
    pub fn is_many(self) -> bool {
        match self {
            Self::All | Self::Many => true,
            Self::Percent(p) => p > MANY,
            Self::Of { hit, all } => {
                all > 0 && u64::from(hit) * 100 > u64::from(all) * u64::from(MANY)
            }
            Self::Some(_) | Self::Few => false,
        }
    }

    fn words(self, of: &str) -> String {
        match self {
            Self::All => format!("all {of}"),
            Self::Percent(p) => format!("{p} % of {of}"),
            Self::Of { hit, all } => format!("{hit} of {all} {of}"),
            Self::Some(1) => format!("1 {}", of.trim_end_matches('s')),
            Self::Some(n) => format!("{n} {of}"),
            Self::Few => format!("a few {of}"),
            Self::Many => format!("more than {MANY} % of {of}"),
        }
    }
}

/// The answers about impact; none: not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Impact {
    /// How many users are without service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<Share>,
    /// How many Workspaces are without service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspaces: Option<Share>,
    /// A breach of security or privacy is suspected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breach: Option<bool>,
    /// It is an approved request outside the service levels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_request: Option<bool>,
}

impl Impact {
    /// Something was answered.
    pub const fn is_answered(&self) -> bool {
        self.users.is_some()
            || self.workspaces.is_some()
            || self.breach.is_some()
            || self.approved_request.is_some()
    }

    /// The answers as sentences.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(share) = self.users {
            lines.push(format!("{} without service", share.words("users")));
        }
        if let Some(share) = self.workspaces {
            lines.push(format!("{} without service", share.words("Workspaces")));
        }
        match self.breach {
            Some(true) => lines.push("a breach of security or privacy is suspected".into()),
            Some(false) => lines.push("no breach is suspected".into()),
            None => {}
        }
        if self.approved_request == Some(true) {
            lines.push("an approved request outside the service levels".into());
        }
        lines
    }
}

/// The priority that follows from the answers, and why. Source: the portal's page on service
/// levels, 28 November 2023: 1 for more than 20 % of users or Workspaces or a suspected breach,
/// 2 for an approved request outside the service levels, 3 for everything else.
pub fn priority(impact: &Impact) -> (Priority, String) {
    if impact.breach == Some(true) {
        let why = "a breach of security or privacy is suspected".to_owned();
        return (Priority::P1, why);
    }
    for (share, of) in [(impact.users, "users"), (impact.workspaces, "Workspaces")] {
        if let Some(share) = share.filter(|s| s.is_many()) {
            let why = match share {
                Share::Many => format!("{} without service", share.words(of)),
                _ => format!("{} without service is more than {MANY} %", share.words(of)),
            };
            return (Priority::P1, why);
        }
    }
    if impact.approved_request == Some(true) {
        let why = "an approved request outside the service levels".to_owned();
        return (Priority::P2, why);
    }
    let why = match (impact.is_answered(), impact.users, impact.workspaces) {
        (false, _, _) => "nothing was answered about the impact".to_owned(),
        (_, Some(share), _) if !matches!(share, Share::Some(_)) => {
            format!(
                "{} without service is not more than {MANY} %",
                share.words("users")
            )
        }
        (_, _, Some(share)) if !matches!(share, Share::Some(_)) => {
            format!(
                "{} without service is not more than {MANY} %",
                share.words("Workspaces")
            )
        }
        (_, Some(share), _) => {
            format!(
                "{} without service, of how many is not said",
                share.words("users")
            )
        }
        (_, _, Some(share)) => {
            format!(
                "{} without service, of how many is not said",
                share.words("Workspaces")
            )
        }
        _ => "no breach, and no more than one user was named".to_owned(),
    };
    (Priority::P3, why)
}
