//! The team's registers: what a support team has to know about its tenants, kept as rows of
//! plain values that people also keep in spreadsheets.
//!
//! What a row may hold stands in one table ([`Register::columns`]); it feeds the command line,
//! the CSV form (`csv`), completion and checks. Beside it: the registers read together
//! ([`Book`]), when a subscription is full (`forecast`), and what recurs (`duty`).

mod book;
pub mod csv;
pub mod duty;
mod edit;
pub mod forecast;
mod sheet;
mod told;

use std::collections::BTreeMap;

use super::people::TenantId;
use super::query::nearest;
use super::text::{self, Untrusted};
use super::value::{self, Holds};

pub use book::{Book, Dangling, Person};
pub use edit::Edit;
pub use sheet::Column;
pub use told::is_announced;

/// Which register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Register {
    /// Client organisations.
    Tenants,
    /// Closed environments and where they live.
    Workspaces,
    /// The tenants' Azure subscriptions and what fits in.
    Subscriptions,
    /// How full a subscription was on a day.
    Readings,
    /// What lies in the software share.
    Share,
    /// License servers and who depends on them.
    LicenseServers,
    /// People and their rights.
    People,
    /// What was agreed, and whether it is signed.
    Agreements,
    /// Who followed which training.
    Trainings,
}

impl Register {
    /// All registers with their words, in the order in which they refer to each other.
    pub const ALL: &[(Self, &str)] = &[
        (Self::Tenants, "tenants"),
        (Self::Subscriptions, "subscriptions"),
        (Self::Readings, "readings"),
        (Self::Workspaces, "workspaces"),
        (Self::Share, "share"),
        (Self::LicenseServers, "license-servers"),
        (Self::People, "people"),
        (Self::Agreements, "agreements"),
        (Self::Trainings, "trainings"),
    ];

    /// The word for it, on the command line and in the store.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(r, _)| *r == self)
            .map_or("", |(_, word)| word)
    }

    /// The register behind a word.
    ///
    /// # Errors
    /// A sentence that names the registers.
    pub fn parse(written: &str) -> Result<Self, String> {
        let wanted = written.trim().to_lowercase();
        if let Some((register, _)) = Self::ALL.iter().find(|(_, word)| *word == wanted) {
            return Ok(*register);
        }
        let words = || Self::ALL.iter().map(|(_, word)| *word);
        let hint = match nearest(&wanted, words()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there are {}", words().collect::<Vec<_>>().join(", ")),
        };
        Err(format!(
            "there is no register \"{}\"; {hint}",
            text::line(written)
        ))
    }

    /// What its rows hold; the first columns name the row.
    pub const fn columns(self) -> &'static [Column] {
        sheet::columns(self)
    }

    /// A column by its name.
    ///
    /// # Errors
    /// A sentence that names the columns.
    pub fn column(self, name: &str) -> Result<&'static Column, String> {
        let wanted = name.trim().to_lowercase().replace([' ', '_'], "-");
        if let Some(column) = self.columns().iter().find(|c| c.name == wanted) {
            return Ok(column);
        }
        let names = || self.columns().iter().map(|c| c.name);
        let hint = match nearest(&wanted, names()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
        };
        Err(format!(
            "{} have no \"{}\"; {hint}",
            self.word(),
            text::line(name)
        ))
    }

    fn keys(self) -> impl Iterator<Item = &'static Column> {
        self.columns().iter().filter(|c| c.names)
    }
}

/// A row of a register. What it holds has been read once and is in the form of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    register: Register,
    values: BTreeMap<&'static str, Untrusted>,
}

impl Record {
    /// Takes a row from outside: names of columns with what is written in them.
    ///
    /// # Errors
    /// All that is wrong with it, each as a sentence that names its column.
    pub fn new<'a>(
        register: Register,
        cells: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<String>> {
        let mut row = Self {
            register,
            values: BTreeMap::new(),
        };
        let mut wrong = Vec::new();
        for (name, written) in cells {
            if let Err(why) = row.put(name, written) {
                wrong.push(why);
            }
        }
        let blank = |c: &&Column| c.needed && row.get(c.name).is_none();
        for column in register.columns().iter().filter(blank) {
            // A cell that could not be read has been named already.
            let named = format!("{}: ", column.name);
            if !wrong.iter().any(|w| w.starts_with(&named)) {
                wrong.push(format!("{named}is empty; write {}", column.about));
            }
        }
        if wrong.is_empty() {
            Ok(row)
        } else {
            Err(wrong)
        }
    }

    /// The row with other values in some of its columns; an empty one clears its column.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with<'a>(
        &'a self,
        cells: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<String>> {
        let kept = self.values.iter().map(|(name, v)| (*name, v.raw()));
        Self::new(self.register, kept.chain(cells))
    }

    /// A row as it was kept. What an older program let in stays as it is; columns that this
    /// program does not know are left out.
    pub fn kept(register: Register, cells: impl IntoIterator<Item = (String, Untrusted)>) -> Self {
        let known = |(name, value): (String, Untrusted)| {
            let column = register.columns().iter().find(|c| c.name == name)?;
            Some((column.name, value))
        };
        Self {
            register,
            values: cells.into_iter().filter_map(known).collect(),
        }
    }

    fn put(&mut self, name: &str, written: &str) -> Result<(), String> {
        let column = self.register.column(name)?;
        let value = column
            .holds
            .read(written)
            .map_err(|why| format!("{}: {why}", column.name))?;
        if value.is_empty() {
            self.values.remove(column.name);
        } else {
            self.values.insert(column.name, Untrusted::new(value));
        }
        Ok(())
    }

    /// Which register it belongs to.
    pub const fn register(&self) -> Register {
        self.register
    }

    /// What stands in a column; none if it is empty.
    pub fn get(&self, column: &str) -> Option<&Untrusted> {
        self.values.get(column)
    }

    /// The text of a column, empty where nothing stands in it; for comparing, never for showing.
    pub fn raw(&self, column: &str) -> &str {
        self.get(column).map_or("", Untrusted::raw)
    }

    /// All that stands in it, in the order of the columns.
    pub fn cells(&self) -> impl Iterator<Item = (&'static str, &Untrusted)> {
        let columns = self.register.columns().iter();
        columns.filter_map(|c| Some((c.name, self.get(c.name)?)))
    }

    /// What names it: its first columns, joined by a stroke. Only the last of them can hold one.
    pub fn key(&self) -> String {
        let parts = self.register.keys().map(|c| self.raw(c.name));
        parts.collect::<Vec<_>>().join("/")
    }

    /// The form in which a name that a person wrote is looked up.
    pub fn key_from(register: Register, written: &str) -> String {
        let mut rest = written.trim();
        let mut parts = Vec::new();
        let mut keys = register.keys().peekable();
        while let Some(column) = keys.next() {
            let part = match (keys.peek(), rest.split_once('/')) {
                (Some(_), Some((part, after))) => {
                    rest = after;
                    part
                }
                _ => std::mem::take(&mut rest),
            };
            let read = column.holds.read(part);
            parts.push(read.unwrap_or_else(|_| part.to_owned()));
        }
        parts.join("/")
    }

    /// The cells that a name stands for, to begin a row with it.
    pub fn cells_of_key(register: Register, key: &str) -> Vec<(&'static str, String)> {
        let many = register.keys().count();
        let parts = key.splitn(many.max(1), '/').map(str::to_owned);
        register.keys().map(|c| c.name).zip(parts).collect()
    }

    /// Whose it is, where its register says.
    pub fn tenant(&self) -> Option<TenantId> {
        let column = match self.register {
            Register::Tenants => "code",
            _ => "tenant",
        };
        TenantId::parse(self.raw(column)).ok()
    }

    /// A whole number in a column.
    pub fn count(&self, column: &str) -> Option<u32> {
        value::count(self.raw(column)).ok()
    }

    /// A day in a column.
    pub fn date(&self, column: &str) -> Option<chrono::NaiveDate> {
        value::date(self.raw(column)).ok()
    }

    /// Whether a column holds that value in its list.
    pub fn lists(&self, column: &str, wanted: &str) -> bool {
        value::parts(self.raw(column)).any(|part| part == wanted)
    }
}

/// What a column's value must be, for hints.
impl Holds {
    /// The form in a few words.
    pub const fn form(self) -> &'static str {
        match self {
            Self::Line => "a line",
            Self::Text => "text",
            Self::Email => "an e-mail address",
            Self::Emails => "e-mail addresses, separated by commas",
            Self::Date => "a day such as 2026-11-24",
            Self::Count => "a whole number",
            Self::YesNo => "yes or no",
            Self::Tenant => "a tenant's code",
            Self::Workspace => "a Workspace such as dws-3049-AUBioLab",
            Self::Workspaces => "Workspaces, separated by commas, or all",
            Self::Agent => "an agent's handle",
            Self::Host => "a host such as lic.example.org:27000",
            Self::Rights => "rights, separated by commas",
            Self::Role => "a role",
        }
    }
}
