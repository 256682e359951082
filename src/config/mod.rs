//! Settings: the file as it is written (`file`), and what it means ([`Config`]).
//!
//! Here live the paths, the reading of `config.toml`, the sample, and the keeping of
//! views that were saved from the console. Nothing here draws, and nothing here asks
//! for the time. `keys.toml` is only found and read here; its meaning is the keymap's.

mod absences;
mod desk;
mod error;
mod file;
mod hours;
mod own;
mod paths;
mod people;
mod save;
mod subscribed;
mod vendor;
mod warn;

use std::path::Path;

use chrono_tz::Tz;

pub use absences::{AbsenceCalendar, Absences, CalDav};
pub use desk::{Desk, SignIn, WORKSPACE_FIELD, address, host, is_open};
pub use error::{ConfigError, nearest};
pub use file::{MacroAct, MacroFile, SnippetFile, Theme};
pub use own::{load_duties, load_questions, load_requests, parse_requests};
pub use paths::{Flags, Paths};
pub use save::{delete_view, save_desk, save_view};
pub use subscribed::{Subscribed, host as subscribed_host};
pub use vendor::{Vendor, VendorAt};
pub use warn::{Notify, Warn};

use crate::domain::absence::{AtStart, Person};
use crate::domain::calendar::Calendar;
use crate::domain::list::Sort;
use crate::domain::people::{AgentId, TenantId};
use crate::domain::sla::Policy;

/// The commented sample, which says exactly what the defaults are.
pub const SAMPLE: &str = include_str!("../../assets/config.sample.toml");

/// A view of the person's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnView {
    /// What it is called.
    pub name: String,
    /// Which tickets, in the filter language; checked where the language is known.
    pub filter: String,
    /// In which order.
    pub sort: Sort,
    /// Its tickets warn before they fall due.
    pub warn: bool,
}

/// What the settings mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The agent at the keyboard; none: the name of the account on this machine.
    pub me: Option<AgentId>,
    /// The zone in which times are shown.
    pub zone: Tz,
    /// The colours.
    pub theme: Theme,
    /// The profile of keys that is the base of `keys.toml`.
    pub keys: String,
    /// The text of `keys.toml`: what differs from the profile.
    pub own_keys: Option<String>,
    /// Click and wheel.
    pub mouse: bool,
    /// Ring with a warning that something falls due.
    pub bell: bool,
    /// Seconds a public reply waits in the outbox and can be taken back.
    pub undo_window: u32,
    /// Tenants within this team's scope; empty: all.
    pub scope: Vec<TenantId>,
    /// The editor for Ctrl-e; none: `$VISUAL`, then `$EDITOR`, then `vi`.
    pub editor: Option<String>,
    /// The command that takes text for the clipboard on its standard input; none: the terminal.
    pub clipboard: Option<String>,
    /// A ticket's page at the desk, `{key}` being its number; none: it has no page.
    pub ticket_url: Option<String>,
    /// The helpdesk over a network; none: the local desk.
    pub desk: Option<Desk>,
    /// Where is escalated to; none: nowhere.
    pub vendor: Option<Vendor>,
    /// Working time.
    pub calendar: Calendar,
    /// What is promised.
    pub policy: Policy,
    /// Warnings before a promise runs out.
    pub warn: Warn,
    /// Addresses of calendars whose days are in there, as they were fetched last.
    pub subscriptions: Vec<String>,
    /// What the settings say of members of the team: their hours, rights and room.
    pub people: Vec<Person>,
    /// What happens when an absence begins for which nothing is handed over.
    pub hand_over: AtStart,
    /// Where absences come from beside this machine and the desk.
    pub absences: Absences,
    /// The person's own views, in order.
    pub views: Vec<OwnView>,
    /// The team's snippets.
    pub snippets: Vec<SnippetFile>,
    /// The team's macros.
    pub macros: Vec<MacroFile>,
}

impl Default for Config {
    fn default() -> Self {
        let calendar = Calendar::standard();
        Self {
            me: None,
            zone: calendar.zone(),
            theme: Theme::Auto,
            keys: "default".into(),
            own_keys: None,
            mouse: true,
            bell: false,
            undo_window: 10,
            scope: Vec::new(),
            editor: None,
            clipboard: None,
            ticket_url: None,
            desk: None,
            vendor: None,
            calendar,
            policy: Policy::mydre(),
            warn: Warn::default(),
            subscriptions: Vec::new(),
            people: Vec::new(),
            hand_over: AtStart::default(),
            absences: Absences::default(),
            views: Vec::new(),
            snippets: Vec::new(),
            macros: Vec::new(),
        }
    }
}

/// What was found on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// What the settings mean.
    pub config: Config,
    /// There is a `config.toml`; without one and without a desk the person is greeted.
    pub written: bool,
}

/// Reads the settings; a missing file means the defaults.
///
/// # Errors
/// Says which file, line and column is wrong and what to write there instead.
pub fn load(paths: &Paths) -> Result<Loaded, ConfigError> {
    let file = paths.config_file();
    let text = read(&file)?;
    let mut config = match &text {
        Some(text) => resolve(text, &file, &|url| {
            Subscribed::read(&paths.subscribed(url)).text
        })?,
        None => Config::default(),
    };
    config.own_keys = read(&paths.keys_file())?;
    Ok(Loaded {
        config,
        written: text.is_some(),
    })
}

/// Reads settings from text; `file` only names it in errors. Calendars at an address have not come.
///
/// # Errors
/// Says which line and column is wrong and what to write there instead.
pub fn parse(text: &str, file: &Path) -> Result<Config, ConfigError> {
    resolve(text, file, &|_| None)
}

/// The text of a calendar at an address, as far as it is here.
type Fetched<'a> = &'a dyn Fn(&str) -> Option<String>;

fn resolve(text: &str, file: &Path, fetched: Fetched<'_>) -> Result<Config, ConfigError> {
    let typed: file::ConfigFile =
        toml::from_str(text).map_err(|e| ConfigError::toml(file, text, &e))?;
    typed.resolve(file, text, fetched)
}

fn read(file: &Path) -> Result<Option<String>, ConfigError> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(ConfigError::io(file, "cannot be read", &e)),
    }
}
