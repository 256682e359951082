//! The tables `[calendar]`, `[calendars.NAME]` and `[sla]`: when the desk is open, and what is promised.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;

use super::error::ConfigError;
use super::subscribed;
use crate::domain::Instant;
use crate::domain::calendar::{Calendar, CalendarSpec, Span, Weekly, parse_ics_holidays};
use crate::domain::sla::{NextResponseScope, Policy, Reopening, Rule, Target, Trust};
use crate::domain::ticket::Status;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CalendarFile {
    zone: Option<String>,
    weekly: Option<Weekly>,
    public_holidays: Option<Vec<String>>,
    holidays: Vec<NaiveDate>,
    named_holidays: BTreeMap<NaiveDate, String>,
    holiday_files: Vec<String>,
    yearly_holidays: Vec<String>,
    special_dates: BTreeMap<NaiveDate, Vec<Span>>,
    breaks: BTreeMap<NaiveDate, Vec<Span>>,
    absences: Vec<(Instant, Instant)>,
    always_open: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SlaFile {
    policy: Option<String>,
    rules: Option<Vec<Rule>>,
    pause_on: Option<Vec<Status>>,
    pausing: Option<Vec<Target>>,
    next_response: Option<NextResponseScope>,
    reopening: Option<Reopening>,
    trust: Option<Trust>,
    warn_before: Option<i64>,
}

/// The three tables as they are written.
pub(super) struct Hours {
    pub(super) calendar: Option<Spanned<CalendarFile>>,
    pub(super) calendars: BTreeMap<String, Spanned<CalendarFile>>,
    pub(super) sla: Option<Spanned<SlaFile>>,
}

impl Hours {
    /// The desk's calendar, and the policy with the calendars that its rules name.
    pub(super) fn resolve(
        self,
        file: &Path,
        source: &str,
        fetched: super::Fetched<'_>,
        subscriptions: &mut Vec<String>,
    ) -> Result<(Calendar, Policy), ConfigError> {
        let mut read = |table: &str, f: Spanned<CalendarFile>| {
            let span = f.span();
            f.into_inner()
                .calendar(file, fetched, subscriptions)
                .map_err(|e| ConfigError::at(file, source, Some(span), format!("[{table}] {e}")))
        };
        let calendar = match self.calendar {
            None => Calendar::standard(),
            Some(c) => read("calendar", c)?,
        };
        let span = self.sla.as_ref().map(Spanned::span);
        let mut policy = match self.sla {
            None => Policy::mydre(),
            Some(sla) => policy(sla.into_inner())
                .map_err(|what| ConfigError::at(file, source, span.clone(), what))?,
        };
        for (name, c) in self.calendars {
            let calendar = read(&format!("calendars.{name}"), c)?;
            policy.calendars.insert(name, calendar);
        }
        match policy.missing_calendar() {
            None => Ok((calendar, policy)),
            Some(name) => {
                let what =
                    format!("[sla] a rule counts by the calendar \"{name}\", and there is none");
                Err(ConfigError::at(file, source, span, what)
                    .hint(format!("Write a [calendars.{name}] table.")))
            }
        }
    }
}

impl CalendarFile {
    /// Calendar files lie beside the settings unless their path says otherwise.
    fn calendar(
        self,
        settings: &Path,
        fetched: super::Fetched<'_>,
        subscriptions: &mut Vec<String>,
    ) -> Result<Calendar, String> {
        let beside = settings.parent().unwrap_or(Path::new(""));
        let standard = CalendarSpec::standard();
        let mut named = self.named_holidays;
        for written in self.holiday_files {
            let url = subscribed::address(&written).map_err(|e| format!("holiday_files: {e}"))?;
            let days = match url {
                Some(url) => {
                    // What was kept was sound; days that cannot be read any more are fetched anew.
                    let text = fetched(&url).unwrap_or_default();
                    if !subscriptions.contains(&url) {
                        subscriptions.push(url);
                    }
                    parse_ics_holidays(&text).unwrap_or_default()
                }
                None => in_file(&beside.join(written))?,
            };
            for (date, name) in days {
                named.entry(date).or_insert(name);
            }
        }
        let spec = CalendarSpec {
            zone: self.zone.unwrap_or(standard.zone),
            weekly: self.weekly.unwrap_or(standard.weekly),
            public_holidays: self.public_holidays.unwrap_or(standard.public_holidays),
            holidays: self.holidays,
            named_holidays: named,
            yearly_holidays: self.yearly_holidays,
            special_dates: self.special_dates,
            breaks: self.breaks,
            absences: self.absences,
            always_open: self.always_open,
        };
        Calendar::new(spec).map_err(|e| e.to_string())
    }
}

fn in_file(path: &Path) -> Result<BTreeMap<NaiveDate, String>, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|e| format!("holiday_files: {shown} cannot be read: {e}; correct its path"))?;
    parse_ics_holidays(&text).map_err(|e| format!("holiday_files: {shown}: {e}"))
}

fn policy(f: SlaFile) -> Result<Policy, String> {
    let mut policy = Policy::mydre();
    match (f.policy.as_deref(), f.rules) {
        (None | Some("mydre"), None) => {}
        (None | Some("mydre"), Some(_)) => {
            return Err(
                "[sla] has rules of its own: write policy = \"custom\", or take the rules away"
                    .into(),
            );
        }
        (Some(name), Some(rules)) => {
            policy.name = name.to_owned();
            policy.rules = rules;
        }
        (Some(name), None) => {
            return Err(format!(
                "[sla] policy \"{name}\" has no rules: write [[sla.rules]] tables, or policy = \"mydre\""
            ));
        }
    }
    policy.pause_on = f.pause_on.unwrap_or(policy.pause_on);
    policy.pausing = f.pausing.unwrap_or(policy.pausing);
    policy.next_response = f.next_response.unwrap_or(policy.next_response);
    policy.reopening = f.reopening.unwrap_or(policy.reopening);
    policy.trust = f.trust.unwrap_or(policy.trust);
    policy.warn_before = f.warn_before.or(policy.warn_before);
    Ok(policy)
}
