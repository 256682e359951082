//! The table `[absences]`: calendars at addresses that absences come from, and the calendar of a server that
//! the team shares its plan through.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::desk::{Words, words};
use super::error::ConfigError;
use super::{SignIn, host, is_open, subscribed};
use crate::domain::absence::Cover;
use crate::domain::people::AgentId;
use crate::domain::text;

/// A calendar at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsenceCalendar {
    /// Its address.
    pub url: String,
    /// All in it are this person's; none: whom each event names.
    pub who: Option<AgentId>,
    /// Who stands in, where neither an event nor somebody here says so.
    pub covers: Vec<Cover>,
}

/// The calendar of a CalDAV server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalDav {
    /// Its address.
    pub url: String,
    /// How we sign in; none: whoever can reach it may.
    pub sign_in: Option<SignIn>,
    /// A file with further certificate authorities (PEM).
    pub ca_file: Option<PathBuf>,
    /// A program and its arguments that print the password; empty: there is none.
    pub token_command: Vec<String>,
}

/// Where absences come from beside this machine and the desk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Absences {
    /// Calendars at addresses.
    pub calendars: Vec<AbsenceCalendar>,
    /// The team's own, at a server.
    pub caldav: Option<CalDav>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AbsencesFile {
    calendars: Vec<Spanned<CalendarAt>>,
    caldav: Option<Spanned<CalDavFile>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarAt {
    url: String,
    who: Option<AgentId>,
    #[serde(default)]
    cover: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct CalDavFile {
    url: String,
    user: Option<String>,
    ca_file: Option<PathBuf>,
    token_command: Option<Words>,
}

impl AbsencesFile {
    pub(super) fn resolve(self, file: &Path, source: &str) -> Result<Absences, ConfigError> {
        let mut all = Absences::default();
        for calendar in self.calendars {
            let span = calendar.span();
            let wrong = |what: String| {
                let what = format!("[[absences.calendars]] {what}");
                ConfigError::at(file, source, Some(span.clone()), what)
            };
            let calendar = at_address(calendar.into_inner()).map_err(wrong)?;
            if all.calendars.iter().any(|c| c.url == calendar.url) {
                return Err(wrong("the same address stands there twice".into()));
            }
            all.calendars.push(calendar);
        }
        if let Some(caldav) = self.caldav {
            let span = caldav.span();
            let read = server(caldav.into_inner());
            all.caldav = Some(read.map_err(|what| {
                let what = format!("[absences.caldav] {what}");
                ConfigError::at(file, source, Some(span), what).hint(
                    "For instance url = \"https://cloud.example.org/dav/calendars/ana/absences/\".",
                )
            })?);
        }
        Ok(all)
    }
}

fn at_address(c: CalendarAt) -> Result<AbsenceCalendar, String> {
    let url = subscribed::address(&c.url)?.ok_or_else(|| {
        format!(
            "\"{}\" is no address; write https:// or webcal://, or bring a file in with `deskhand absence import`",
            text::line(&c.url)
        )
    })?;
    let covers = c.cover.iter().map(|typed| {
        Cover::read(typed).map_err(|why| format!("cover \"{}\": {why}", text::line(typed)))
    });
    Ok(AbsenceCalendar {
        url,
        who: c.who,
        covers: covers.collect::<Result<_, _>>()?,
    })
}

fn server(c: CalDavFile) -> Result<CalDav, String> {
    let url = c.url.trim().trim_end_matches('/').to_owned();
    let shown = text::line(&url);
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(format!("\"{shown}\" does not begin with https://"));
    }
    if is_open(&url) {
        return Err(format!(
            "{} would be talked to without TLS, and the password could be read on the way; write https://",
            text::line(host(&url))
        ));
    }
    if host(&url).is_empty() || host(&url).contains('@') {
        return Err(
            "an address with a name or password in it is not kept; give the name as user".into(),
        );
    }
    let token_command = match c.token_command {
        None => Vec::new(),
        Some(given) => words(given)
            .ok_or("token-command has a quote that is not closed; write it as in a shell")?,
    };
    let user = c
        .user
        .map(|u| u.trim().to_owned())
        .filter(|u| !u.is_empty());
    Ok(CalDav {
        url,
        sign_in: user.map(|user| SignIn::Password { user }),
        ca_file: c.ca_file.filter(|f| !f.as_os_str().is_empty()),
        token_command,
    })
}
