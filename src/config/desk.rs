//! The `[desk]` table: which helpdesk is worked with, when it is not the one on this machine.
//! Secrets never stand here; see [`Desk::token_command`] and the shell's room for them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::error::ConfigError;
use super::nearest;
use crate::domain::people::{AgentId, TenantId};
use crate::domain::remote::Ahead;
use crate::domain::sla::Trust;
use crate::domain::text;
use crate::domain::ticket::Status;

/// The kinds that settings know; the local desk needs no table.
const KINDS: &[&str] = &["rt"];

/// The custom field that names the Workspace where nothing else is set.
pub const WORKSPACE_FIELD: &str = "Workspace";

/// How we sign in at a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// With a token that the person has made there.
    Token,
    /// With the password of this account.
    Password {
        /// The account.
        user: String,
    },
}

impl SignIn {
    /// The account, where the sign-in names one.
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::Token => None,
            Self::Password { user } => Some(user),
        }
    }

    /// What is kept secret, in one word.
    pub const fn secret(&self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Password { .. } => "password",
        }
    }
}

/// A helpdesk over a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// Its kind: "rt".
    pub kind: String,
    /// What it is called on the screen.
    pub name: String,
    /// Where it is, without a slash at the end.
    pub url: String,
    /// How we sign in.
    pub sign_in: SignIn,
    /// Whose account it is there; none: the account of the password, else the agent of the settings.
    pub me: Option<AgentId>,
    /// A file with further certificate authorities (PEM).
    pub ca_file: Option<PathBuf>,
    /// A program and its arguments that print the secret; empty: there is none.
    pub token_command: Vec<String>,
    /// The tenant of each queue that is worked on; empty: all queues, each its own tenant.
    pub queues: BTreeMap<String, TenantId>,
    /// What the desk's own words for statuses mean.
    pub statuses: BTreeMap<String, Status>,
    /// The custom field that names the Workspace.
    pub workspace_field: String,
    /// The custom field that holds labels; none: labels stay on this machine.
    pub labels_field: Option<String>,
    /// Which texts are fetched ahead.
    pub texts: Ahead,
}

impl Desk {
    /// The agent whose account it is, where the table or the sign-in says so.
    pub fn agent(&self) -> Option<AgentId> {
        let user = match &self.sign_in {
            SignIn::Password { user } => AgentId::parse(user).ok(),
            SignIn::Token => None,
        };
        self.me.clone().or(user)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct DeskTable {
    kind: Spanned<String>,
    name: Option<String>,
    url: Spanned<String>,
    user: Option<Spanned<String>>,
    me: Option<AgentId>,
    sign_in: Option<Way>,
    ca_file: Option<PathBuf>,
    token_command: Option<Spanned<Words>>,
    #[serde(default)]
    queues: BTreeMap<String, TenantId>,
    #[serde(default)]
    statuses: BTreeMap<String, Status>,
    workspace_field: Option<String>,
    labels_field: Option<String>,
    #[serde(default)]
    texts: Ahead,
    /// Whose due instants count; absent: as `[sla]` says.
    pub(super) due: Option<Trust>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Way {
    Token,
    Password,
}

/// A command as a shell would take it, or as a list of its words.
#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "a command in quotes, or a list of its words such as [\"pass\", \"show\", \"rt\"]"
)]
pub(super) enum Words {
    Line(String),
    List(Vec<String>),
}

impl DeskTable {
    pub(super) fn resolve(
        self,
        span: Range<usize>,
        file: &Path,
        source: &str,
    ) -> Result<Desk, ConfigError> {
        let wrong = |span: Range<usize>, what: String, hint: &str| {
            Err(ConfigError::at(file, source, Some(span), what).hint(hint))
        };
        let kind = self.kind.get_ref().clone();
        if !KINDS.contains(&kind.as_str()) {
            let hint = match nearest(&kind, KINDS.iter().copied()) {
                Some(near) => format!("Did you mean \"{near}\"?"),
                None => "Write \"rt\", or leave the [desk] table out for the local desk.".into(),
            };
            let what = format!("there is no kind of desk \"{kind}\"");
            return wrong(self.kind.span(), what, &hint);
        }
        let url = match address(self.url.get_ref()) {
            Ok(url) => url,
            Err(what) => {
                let hint = "For instance \"https://rt.example.org\".";
                return wrong(self.url.span(), what, hint);
            }
        };
        let sign_in = match (self.sign_in, self.user) {
            (Some(Way::Password), Some(user)) if !user.get_ref().trim().is_empty() => {
                let user = user.into_inner().trim().to_owned();
                SignIn::Password { user }
            }
            (Some(Way::Password), _) => {
                let what = "sign-in = \"password\" needs the account's name".into();
                return wrong(span, what, "Write user = \"NAME\" below it.");
            }
            (_, Some(user)) => {
                let what =
                    "user is only for sign-in = \"password\"; a token names its account".into();
                return wrong(
                    user.span(),
                    what,
                    "Take user away, or write sign-in = \"password\".",
                );
            }
            (Some(Way::Token) | None, None) => SignIn::Token,
        };
        let token_command = match self.token_command {
            None => Vec::new(),
            Some(given) => {
                let span = given.span();
                match words(given.into_inner()) {
                    Some(words) => words,
                    None => {
                        let what = "token-command has a quote that is not closed".into();
                        let hint = "Write it as in a shell: \"pass show rt\".";
                        return wrong(span, what, hint);
                    }
                }
            }
        };
        let given = |text: Option<String>| text.filter(|t| !t.trim().is_empty());
        Ok(Desk {
            name: given(self.name).unwrap_or_else(|| host(&url).to_owned()),
            kind,
            url,
            sign_in,
            me: self.me,
            ca_file: self.ca_file.filter(|f| !f.as_os_str().is_empty()),
            token_command,
            queues: self.queues,
            statuses: self.statuses,
            workspace_field: given(self.workspace_field).unwrap_or_else(|| WORKSPACE_FIELD.into()),
            labels_field: given(self.labels_field),
            texts: self.texts,
        })
    }
}

pub(super) fn words(given: Words) -> Option<Vec<String>> {
    match given {
        Words::Line(line) => shlex::split(&line),
        Words::List(words) => Some(words),
    }
}

/// A desk's address as it is kept: a scheme, a host, perhaps a folder, nothing at the end.
///
/// # Errors
/// A sentence: it is no address of a desk, or holds what must not stand in a file.
pub fn address(typed: &str) -> Result<String, String> {
    let shown = text::line(typed);
    let url = typed.trim().trim_end_matches('/');
    let url = url.strip_suffix("/REST/2.0").unwrap_or(url);
    let url = url.trim_end_matches('/');
    let Some(rest) = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
    else {
        return Err(format!("\"{shown}\" does not begin with https://"));
    };
    if rest.contains('@') {
        return Err("an address with a name or password in it is not kept".into());
    }
    let odd = |c: char| c.is_whitespace() || c.is_control() || "?#\"\\<>".contains(c);
    if host(url).is_empty() || rest.contains(odd) {
        return Err(format!("\"{shown}\" is not the address of a desk"));
    }
    Ok(url.to_owned())
}

/// The host of an address, with its port.
pub fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// Whether whatever is sent there can be read on the way: no TLS, and another machine.
pub fn is_open(url: &str) -> bool {
    let name = host(url);
    let name = name.rsplit_once(':').map_or(name, |(name, _)| name);
    url.starts_with("http://") && !matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}
