//! The columns of each register.
//!
//! Sources are pages of the users' portal as PORTAL.md cites them; a column without one is this
//! program's own choice.

use super::Register;
use crate::domain::value::Holds;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name: the head in CSV and the word on the command line.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// It is part of what names the row.
    pub names: bool,
    /// It must not be empty.
    pub needed: bool,
    /// The register whose rows it names.
    pub refers: Option<Register>,
    /// What to write in it.
    pub about: &'static str,
}

const fn key(name: &'static str, holds: Holds, about: &'static str) -> Column {
    Column {
        name,
        holds,
        names: true,
        needed: true,
        refers: None,
        about,
    }
}

const fn needed(name: &'static str, holds: Holds, about: &'static str) -> Column {
    Column {
        names: false,
        ..key(name, holds, about)
    }
}

const fn may(name: &'static str, holds: Holds, about: &'static str) -> Column {
    Column {
        needed: false,
        ..needed(name, holds, about)
    }
}

impl Column {
    const fn of(self, register: Register) -> Self {
        Self {
            refers: Some(register),
            ..self
        }
    }
}

const TENANT: Column = needed("tenant", Holds::Tenant, "the tenant's code").of(Register::Tenants);
const NOTE: Column = may("note", Holds::Text, "anything else");
const REVIEWED: Column = may("reviewed", Holds::Date, "the day it was last looked at");

const TENANTS: &[Column] = &[
    key("code", Holds::Tenant, "a short code, such as umc"),
    needed("name", Holds::Line, "the organisation's name"),
    // Adding a subscription takes a session with the owner (kb/subscription-enrollment).
    may("owner", Holds::Email, "who owns its Azure subscriptions").of(Register::People),
    // Management group mg-andrea-<abbreviation> (kb/subscription-enrollment).
    may(
        "abbreviation",
        Holds::Line,
        "its abbreviation at the vendor",
    ),
    NOTE,
];

const WORKSPACES: &[Column] = &[
    key(
        "name",
        Holds::Workspace,
        "its full name, such as dws-3049-AUBioLab",
    ),
    TENANT,
    may("subscription", Holds::Line, "the subscription it lives in").of(Register::Subscriptions),
    // One Accountable, at most 100 Privileged members (kb/mydreroles).
    may("accountable", Holds::Email, "who answers for it").of(Register::People),
    may("privileged", Holds::Emails, "its Privileged members").of(Register::People),
    // 1 to 11 VMs (kb/what-is-a-workspace).
    may("vms", Holds::Count, "how many VMs it has"),
    may("created", Holds::Date, "the day it was made"),
    may("removed", Holds::Date, "the day it was taken away"),
    NOTE,
];

const SUBSCRIPTIONS: &[Column] = &[
    key("name", Holds::Line, "the subscription's name"),
    TENANT,
    needed("capacity", Holds::Count, "how many fit in"),
    may("unit", Holds::Line, "what is counted; empty: Workspaces"),
    may(
        "lead-days",
        Holds::Count,
        "days from asking for another one to having it; empty: 14",
    ),
    NOTE,
];

const READINGS: &[Column] = &[
    key("subscription", Holds::Line, "the subscription").of(Register::Subscriptions),
    key("on", Holds::Date, "the day of the reading"),
    TENANT,
    needed("used", Holds::Count, "how many were in it"),
];

const SHARE: &[Column] = &[
    key("name", Holds::Line, "what it is, such as MATLAB R2026a"),
    TENANT,
    may("version", Holds::Line, "its version"),
    may("folder", Holds::Line, "where it lies in the share"),
    may("license-server", Holds::Line, "the license server it needs").of(Register::LicenseServers),
    may(
        "workspaces",
        Holds::Workspaces,
        "who must be told of a change",
    )
    .of(Register::Workspaces),
    may("keeper", Holds::Email, "who keeps it up").of(Register::People),
    REVIEWED,
    NOTE,
];

// Changes must be announced; one outgoing public address a tenant (kb/license-servers-21-4-2021).
const LICENSE_SERVERS: &[Column] = &[
    key("name", Holds::Line, "what people call it"),
    TENANT,
    needed(
        "host",
        Holds::Host,
        "where it is, such as lic.example.org:27000",
    ),
    may("software", Holds::Line, "what it licenses"),
    may("seats", Holds::Count, "how many at a time"),
    may("until", Holds::Date, "the last day of the license"),
    may(
        "workspaces",
        Holds::Workspaces,
        "who must be told of a change",
    )
    .of(Register::Workspaces),
    may("keeper", Holds::Email, "who keeps it up").of(Register::People),
    REVIEWED,
    NOTE,
];

// An alternative address is stored with an account (kb/managing-andrea-accounts).
const PEOPLE: &[Column] = &[
    key("email", Holds::Email, "the address people write from"),
    needed("name", Holds::Line, "first and last name"),
    may(
        "tenant",
        Holds::Tenant,
        "the tenant's code; empty: of no tenant",
    )
    .of(Register::Tenants),
    may("account", Holds::Email, "the account at the vendor"),
    may("alternative", Holds::Email, "another address"),
    may("agent", Holds::Agent, "the handle here, if an agent"),
    may(
        "role",
        Holds::Role,
        "what they are, such as support-team or tenant-owner",
    ),
    may(
        "rights",
        Holds::Rights,
        "what they may do, such as create-user, allowlist",
    ),
    NOTE,
];

const AGREEMENTS: &[Column] = &[
    TENANT.names(),
    key(
        "name",
        Holds::Line,
        "what was agreed, such as processing agreement",
    ),
    may(
        "signed",
        Holds::Date,
        "the day it was signed; empty: not signed",
    ),
    may("until", Holds::Date, "the last day it holds"),
    may("by", Holds::Line, "who signed it"),
    may("where", Holds::Line, "where the paper lies"),
    NOTE,
];

const TRAININGS: &[Column] = &[
    key("person", Holds::Email, "who").of(Register::People),
    key("training", Holds::Line, "which training"),
    may(
        "tenant",
        Holds::Tenant,
        "the tenant's code; empty: of no tenant",
    )
    .of(Register::Tenants),
    may("on", Holds::Date, "the day it was followed; empty: planned"),
    may("until", Holds::Date, "the last day it counts"),
    NOTE,
];

impl Column {
    const fn names(self) -> Self {
        Self {
            names: true,
            ..self
        }
    }
}

/// What the rows of a register hold.
pub const fn columns(register: Register) -> &'static [Column] {
    match register {
        Register::Tenants => TENANTS,
        Register::Workspaces => WORKSPACES,
        Register::Subscriptions => SUBSCRIPTIONS,
        Register::Readings => READINGS,
        Register::Share => SHARE,
        Register::LicenseServers => LICENSE_SERVERS,
        Register::People => PEOPLE,
        Register::Agreements => AGREEMENTS,
        Register::Trainings => TRAININGS,
    }
}
