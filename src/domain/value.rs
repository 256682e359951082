//! What a cell of a register or a field of a form may hold, and in which form it is kept.
//!
//! One reader for both, so that an address that a form takes is one that a register takes.
//! Errors are sentences that begin with what was written and end with what to write instead.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::people::TenantId;
use super::query::nearest;
use super::text;

/// The longest line, in characters.
const LONGEST_LINE: usize = 400;
/// The longest text, in characters.
const LONGEST_TEXT: usize = 20_000;
/// No count of people, seats or Workspaces is larger.
const LARGEST: u32 = 10_000_000;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// One line.
    Line,
    /// Any number of lines.
    Text,
    /// An e-mail address.
    Email,
    /// E-mail addresses, separated by commas.
    Emails,
    /// A day: `2026-11-24`.
    Date,
    /// A whole number from 0 up.
    Count,
    /// `yes` or `no`.
    YesNo,
    /// A tenant's code.
    Tenant,
    /// A Workspace's full name, `dws-<number>-<name>`.
    Workspace,
    /// Such names, separated by commas; `all` is all of the tenant.
    Workspaces,
    /// An agent's handle.
    Agent,
    /// A host, with or without a port: `lic.example.org:27000`.
    Host,
    /// Rights, separated by commas.
    Rights,
    /// A role in a Workspace or beside it.
    Role,
}

/// What the team may do at the portal, where not every team may: PORTAL.md, "Service levels"
/// ("new user: not every team may") and "Words" (accounts, allowlisting).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// Make Workspaces.
    CreateWorkspace,
    /// Make accounts.
    CreateUser,
    /// Change, block and delete accounts.
    ChangeAccount,
    /// Let addresses through.
    Allowlist,
    /// Open the way to a license server.
    LicenseServer,
    /// Write in the knowledge base.
    EditKnowledge,
}

impl Right {
    /// All of them with their words.
    pub const ALL: &[(Self, &str)] = &[
        (Self::CreateWorkspace, "create-workspace"),
        (Self::CreateUser, "create-user"),
        (Self::ChangeAccount, "change-account"),
        (Self::Allowlist, "allowlist"),
        (Self::LicenseServer, "license-server"),
        (Self::EditKnowledge, "edit-knowledge"),
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        word(Self::ALL, self)
    }
}

/// What somebody is in a Workspace (the first six: `kb/mydreroles`) or beside it: whose word counts
/// in a request. A report knows only those in a Workspace, `report::WorkspaceRole`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Reads data.
    DataReader,
    /// Brings data in.
    DataContributor,
    /// Standard member.
    Standard,
    /// Advanced member.
    Advanced,
    /// Privileged member, at most 100 of them.
    Privileged,
    /// Answers for the Workspace; there is one.
    Accountable,
    /// Of a Support Team: no rights inside a Workspace.
    SupportTeam,
    /// Owns the tenant's Azure subscriptions (`kb/subscription-enrollment`).
    TenantOwner,
    /// Mandated by the tenant (`kb/data-handling-policy`).
    Mandated,
    /// Of the vendor.
    Vendor,
    /// None of these.
    Outsider,
}

impl Role {
    /// All of them with their words.
    pub const ALL: &[(Self, &str)] = &[
        (Self::DataReader, "data-reader"),
        (Self::DataContributor, "data-contributor"),
        (Self::Standard, "standard"),
        (Self::Advanced, "advanced"),
        (Self::Privileged, "privileged"),
        (Self::Accountable, "accountable"),
        (Self::SupportTeam, "support-team"),
        (Self::TenantOwner, "tenant-owner"),
        (Self::Mandated, "mandated"),
        (Self::Vendor, "vendor"),
        (Self::Outsider, "outsider"),
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        word(Self::ALL, self)
    }

    /// The role behind a word, as people write it.
    ///
    /// # Errors
    /// A sentence that names the roles.
    pub fn parse(written: &str) -> Result<Self, String> {
        one_of(Self::ALL, written, "role")
    }
}

fn word<T: PartialEq + Copy>(all: &[(T, &'static str)], value: T) -> &'static str {
    all.iter()
        .find(|(v, _)| *v == value)
        .map_or("", |(_, word)| word)
}

fn one_of<T: Copy>(all: &[(T, &str)], written: &str, what: &str) -> Result<T, String> {
    let wanted = written.trim().to_lowercase().replace([' ', '_'], "-");
    let words = || all.iter().map(|(_, word)| *word);
    if let Some((value, _)) = all.iter().find(|(_, word)| *word == wanted) {
        return Ok(*value);
    }
    let hint = match nearest(&wanted, words()) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("use one of {}", words().collect::<Vec<_>>().join(", ")),
    };
    Err(format!("\"{}\" is no {what}; {hint}", text::line(written)))
}

/// The rights in a list, sorted, each once.
///
/// # Errors
/// A sentence that names the one that is none.
pub fn rights(list: &str) -> Result<Vec<Right>, String> {
    let mut found = parts(list)
        .map(|part| one_of(Right::ALL, part, "right"))
        .collect::<Result<Vec<_>, _>>()?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The parts of a list that is separated by commas or semicolons.
pub fn parts(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', ';'])
        .map(str::trim)
        .filter(|p| !p.is_empty())
}

impl Holds {
    /// The form in which a value is kept; an empty one stays empty.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what to write instead.
    pub fn read(self, written: &str) -> Result<String, String> {
        let written = written.trim();
        if written.is_empty() {
            return Ok(String::new());
        }
        match self {
            Self::Line => line(written),
            Self::Text => long(written),
            Self::Email => email(written),
            Self::Emails => each(written, email),
            Self::Date => date(written).map(|d| d.to_string()),
            Self::Count => count(written).map(|n| n.to_string()),
            Self::YesNo => yes_no(written).map(str::to_owned),
            Self::Tenant => TenantId::parse(written).map(|t| t.to_string()),
            Self::Agent => super::people::AgentId::parse(written).map(|a| a.to_string()),
            Self::Workspace => workspace(written),
            Self::Workspaces if written.eq_ignore_ascii_case("all") => Ok("all".into()),
            Self::Workspaces => each(written, workspace),
            Self::Host => host(written),
            Self::Rights => {
                let words = rights(written)?.into_iter().map(Right::word);
                Ok(words.collect::<Vec<_>>().join(", "))
            }
            Self::Role => Role::parse(written).map(|r| r.word().to_owned()),
        }
    }
}

fn each(list: &str, read: fn(&str) -> Result<String, String>) -> Result<String, String> {
    let all = parts(list).map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(all.join(", "))
}

fn quoted(written: &str) -> String {
    format!("\"{}\"", text::fit(&text::line(written), 60))
}

fn line(written: &str) -> Result<String, String> {
    if written.contains(['\n', '\r']) {
        return Err(format!("{} has several lines; write one", quoted(written)));
    }
    within(written, LONGEST_LINE)
}

fn long(written: &str) -> Result<String, String> {
    within(&written.replace("\r\n", "\n"), LONGEST_TEXT)
}

fn within(written: &str, longest: usize) -> Result<String, String> {
    let has = written.chars().count();
    if has > longest {
        return Err(format!(
            "{} has {has} characters; write at most {longest}",
            quoted(written)
        ));
    }
    Ok(written.to_owned())
}

/// Whether it could be an address that mail reaches: one `@`, no blanks, a dot behind it.
pub fn is_email(written: &str) -> bool {
    let Some((name, host)) = written.split_once('@') else {
        return false;
    };
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>(),;:\"[]\\@".contains(c);
    let host_is_right = host.split('.').count() >= 2
        && host.split('.').all(|part| {
            !part.is_empty()
                && !part.starts_with('-')
                && part.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
    !name.is_empty() && name.chars().all(plain) && host_is_right && written.len() <= 254
}

fn email(written: &str) -> Result<String, String> {
    if is_email(written) {
        return Ok(written.to_lowercase());
    }
    Err(format!(
        "{} is no e-mail address; write it as in jan.de.vries@example.org",
        quoted(written)
    ))
}

/// A day as it is written.
///
/// # Errors
/// A sentence that shows the form.
pub fn date(written: &str) -> Result<NaiveDate, String> {
    let read = |form| NaiveDate::parse_from_str(written.trim(), form).ok();
    // Spreadsheets of this country write 24-11-2026 or 24/11/2026.
    ["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"]
        .into_iter()
        .find_map(read)
        .filter(|d| ("1990-01-01"..="2200-01-01").contains(&d.to_string().as_str()))
        .ok_or_else(|| format!("{} is no day; write it as in 2026-11-24", quoted(written)))
}

/// A whole number.
///
/// # Errors
/// A sentence that says up to what.
pub fn count(written: &str) -> Result<u32, String> {
    written
        .parse()
        .ok()
        .filter(|n| *n <= LARGEST)
        .ok_or_else(|| {
            format!(
                "{} is no count; write a whole number from 0 to {LARGEST}",
                quoted(written)
            )
        })
}

fn yes_no(written: &str) -> Result<&'static str, String> {
    match written.to_lowercase().as_str() {
        "yes" | "y" | "ja" | "j" | "true" | "1" => Ok("yes"),
        "no" | "n" | "nee" | "false" | "0" => Ok("no"),
        _ => Err(format!(
            "{} is neither yes nor no; write one of them",
            quoted(written)
        )),
    }
}

/// A Workspace's name: PORTAL.md, "Words", `dws-<number>-<short name>`.
fn workspace(written: &str) -> Result<String, String> {
    let wrong = || {
        format!(
            "{} is no Workspace's name; write it as in dws-3049-AUBioLab",
            quoted(written)
        )
    };
    let begins = written
        .get(..4)
        .is_some_and(|b| b.eq_ignore_ascii_case("dws-"));
    let rest = written.get(4..).filter(|_| begins).ok_or_else(wrong)?;
    let (number, name) = rest.split_once('-').ok_or_else(wrong)?;
    let named = !name.is_empty()
        && name.len() <= 60
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "-_.".contains(c));
    let numbered = (1..=9).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    if numbered && named {
        Ok(format!("dws-{rest}"))
    } else {
        Err(wrong())
    }
}

fn host(written: &str) -> Result<String, String> {
    let wrong = || {
        format!(
            "{} is no host; write it as in lic.example.org:27000",
            quoted(written)
        )
    };
    // License managers write 27000@lic.example.org.
    let (name, port) = match (written.split_once('@'), written.rsplit_once(':')) {
        (Some((port, name)), _) | (None, Some((name, port))) => (name, Some(port)),
        (None, None) => (written, None),
    };
    let named = !name.is_empty()
        && name.len() <= 253
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    let reached = port.is_none_or(|p| p.parse::<u16>().is_ok_and(|p| p > 0));
    if named && reached {
        Ok(written.to_lowercase())
    } else {
        Err(wrong())
    }
}
