//! `config.toml` as it is written. Unknown keys are refused: a typo must not be silence.

use std::collections::BTreeMap;
use std::path::Path;

use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, de::Error as _};
use toml::Spanned;

use super::absences::AbsencesFile;
use super::desk::DeskTable;
use super::error::ConfigError;
use super::hours::{CalendarFile, Hours, SlaFile};
use super::people::{self, PersonFile};
use super::vendor::VendorTable;
use super::warn::WarnFile;
use super::{Config, OwnView, nearest};
use crate::app::keymap::PROFILES;
use crate::domain::absence::AtStart;
use crate::domain::list::Sort;
use crate::domain::people::{AgentId, TenantId};
use crate::domain::ticket::Status;

/// The colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// What the terminal can do decides: none with `NO_COLOR`, 16 where no more are known, else dark.
    #[default]
    Auto,
    /// For dark backgrounds.
    Dark,
    /// For light backgrounds.
    Light,
    /// The terminal's own sixteen.
    #[serde(rename = "16")]
    Ansi16,
    /// No colour at all.
    None,
}

/// Text that is put in by its name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnippetFile {
    /// What is typed to find it.
    pub name: String,
    /// What is put in; `{requester.first}` and the like are filled in.
    pub body: String,
}

/// One act of a macro.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    tag = "act",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum MacroAct {
    /// Sets the status.
    Status {
        /// The wanted status.
        value: Status,
    },
    /// Sets the priority, `1` to `4`.
    Priority {
        /// The wanted priority.
        value: u8,
    },
    /// Puts a label on.
    LabelAdd {
        /// The label.
        value: String,
    },
    /// Takes a label off.
    LabelRemove {
        /// The label.
        value: String,
    },
    /// Assigns; `me` is the person at the keyboard.
    Assign {
        /// To whom.
        value: String,
    },
    /// Says something to the requester.
    Reply {
        /// What.
        body: String,
    },
    /// Says something among agents.
    Note {
        /// What.
        body: String,
    },
}

/// Acts that are done together.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MacroFile {
    /// What is typed to find it.
    pub name: String,
    /// When to use it.
    #[serde(default)]
    pub description: String,
    /// What it does, in order.
    pub acts: Vec<MacroAct>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ConfigFile {
    me: Option<AgentId>,
    #[serde(deserialize_with = "zone")]
    zone: Option<Tz>,
    theme: Theme,
    keys: Option<Spanned<String>>,
    mouse: Option<bool>,
    bell: Option<bool>,
    undo_window: Option<Spanned<u32>>,
    scope: Vec<TenantId>,
    editor: Option<Spanned<String>>,
    clipboard: Option<Spanned<String>>,
    ticket_url: Option<Spanned<String>>,
    desk: Option<Spanned<DeskTable>>,
    vendor: Option<Spanned<VendorTable>>,
    calendar: Option<Spanned<CalendarFile>>,
    calendars: BTreeMap<String, Spanned<CalendarFile>>,
    sla: Option<Spanned<SlaFile>>,
    warn: Option<Spanned<WarnFile>>,
    people: BTreeMap<AgentId, Spanned<PersonFile>>,
    hand_over: AtStart,
    absences: AbsencesFile,
    views: Vec<Spanned<ViewFile>>,
    snippets: Vec<SnippetFile>,
    macros: Vec<MacroFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ViewFile {
    name: String,
    filter: String,
    #[serde(default)]
    sort: Sort,
    #[serde(default)]
    warn: bool,
}

fn zone<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Tz>, D::Error> {
    let name = String::deserialize(d)?;
    name.parse().map(Some).map_err(|_| {
        D::Error::custom(format!(
            "there is no time zone \"{name}\"; write an IANA name such as Europe/Amsterdam"
        ))
    })
}

impl ConfigFile {
    pub(super) fn resolve(
        self,
        file: &Path,
        source: &str,
        fetched: super::Fetched<'_>,
    ) -> Result<Config, ConfigError> {
        let standard = Config::default();
        let hours = Hours {
            calendar: self.calendar,
            calendars: self.calendars,
            sla: self.sla,
        };
        let trust = self.desk.as_ref().and_then(|d| d.get_ref().due);
        let desk = match self.desk {
            None => None,
            Some(desk) => {
                let span = desk.span();
                Some(desk.into_inner().resolve(span, file, source)?)
            }
        };
        let vendor = match self.vendor {
            None => None,
            Some(vendor) => {
                let (span, is_remote) = (vendor.span(), desk.is_some());
                let vendor = vendor.into_inner();
                Some(vendor.resolve(span, is_remote, file, source)?)
            }
        };
        let mut subscriptions = Vec::new();
        let (calendar, mut policy) = hours.resolve(file, source, fetched, &mut subscriptions)?;
        policy.trust = trust.unwrap_or(policy.trust);
        let people = people::resolve(self.people, &calendar, file, source)?;
        Ok(Config {
            people,
            hand_over: self.hand_over,
            absences: self.absences.resolve(file, source)?,
            me: self.me,
            zone: self.zone.unwrap_or_else(|| calendar.zone()),
            theme: self.theme,
            keys: profile(self.keys, file, source)?.unwrap_or(standard.keys),
            own_keys: None,
            mouse: self.mouse.unwrap_or(standard.mouse),
            bell: self.bell.unwrap_or(standard.bell),
            undo_window: window(self.undo_window, file, source)?.unwrap_or(standard.undo_window),
            scope: self.scope,
            editor: command(self.editor, "editor", file, source)?,
            clipboard: command(self.clipboard, "clipboard", file, source)?,
            ticket_url: address(self.ticket_url, file, source)?,
            desk,
            vendor,
            calendar,
            policy,
            warn: WarnFile::resolve(self.warn, file, source)?,
            subscriptions,
            views: views(self.views, file, source)?,
            snippets: self.snippets,
            macros: self.macros,
        })
    }
}

fn profile(
    given: Option<Spanned<String>>,
    file: &Path,
    source: &str,
) -> Result<Option<String>, ConfigError> {
    let Some(given) = given else { return Ok(None) };
    let (span, name) = (given.span(), given.into_inner());
    let names = || PROFILES.iter().map(|(name, _)| *name);
    if names().any(|known| known == name) {
        return Ok(Some(name));
    }
    let hint = match nearest(&name, names()) {
        Some(near) => format!("Did you mean \"{near}\"?"),
        None => format!("There are: {}.", names().collect::<Vec<_>>().join(", ")),
    };
    let what = format!("there is no key profile \"{name}\"");
    Err(ConfigError::at(file, source, Some(span), what).hint(hint))
}

fn window(
    given: Option<Spanned<u32>>,
    file: &Path,
    source: &str,
) -> Result<Option<u32>, ConfigError> {
    let Some(given) = given else { return Ok(None) };
    if *given.get_ref() > 3600 {
        let what = format!(
            "undo_window is {} s: a reply would wait longer than an hour",
            given.get_ref()
        );
        return Err(ConfigError::at(file, source, Some(given.span()), what)
            .hint("Write seconds from 0 to 3600."));
    }
    Ok(Some(given.into_inner()))
}

fn command(
    given: Option<Spanned<String>>,
    key: &str,
    file: &Path,
    source: &str,
) -> Result<Option<String>, ConfigError> {
    let Some(given) = given else { return Ok(None) };
    match shlex::split(given.get_ref()) {
        Some(words) if words.is_empty() => Ok(None),
        Some(_) => Ok(Some(given.into_inner())),
        None => {
            let what = format!("{key} has a quote that is not closed");
            Err(ConfigError::at(file, source, Some(given.span()), what)
                .hint("Write it as in a shell: \"code --wait\"."))
        }
    }
}

fn address(
    given: Option<Spanned<String>>,
    file: &Path,
    source: &str,
) -> Result<Option<String>, ConfigError> {
    let Some(given) = given else { return Ok(None) };
    let text = given.get_ref();
    if text.is_empty() {
        return Ok(None);
    }
    if !(text.starts_with("https://") || text.starts_with("http://")) || !text.contains("{key}") {
        let what = "ticket_url must be an http address with {key} in it".to_owned();
        return Err(ConfigError::at(file, source, Some(given.span()), what)
            .hint("For instance https://desk.example/tickets/{key}"));
    }
    Ok(Some(given.into_inner()))
}

fn views(
    given: Vec<Spanned<ViewFile>>,
    file: &Path,
    source: &str,
) -> Result<Vec<OwnView>, ConfigError> {
    let mut views: Vec<OwnView> = Vec::with_capacity(given.len());
    for view in given {
        let span = view.span();
        let view = view.into_inner();
        let wrong = match view.name.trim() {
            "" => Some("a view needs a name".to_owned()),
            name if views.iter().any(|v| v.name == name) => {
                Some(format!("there are two views named \"{name}\""))
            }
            _ => None,
        };
        if let Some(what) = wrong {
            return Err(ConfigError::at(file, source, Some(span), what)
                .hint("Give each view a name of its own."));
        }
        views.push(OwnView {
            name: view.name.trim().to_owned(),
            filter: view.filter,
            sort: view.sort,
            warn: view.warn,
        });
    }
    Ok(views)
}
