//! The `[warn]` table: who is told before a promise runs out, when, and how.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::error::ConfigError;
use super::nearest;
use crate::app::views::built_in;
use crate::domain::sla::{Amount, Target};
use crate::domain::warn::{Quiet, Thresholds};

/// How a desktop notification reaches the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Notify {
    /// By what a terminal is known to understand; not at all where none is known.
    #[default]
    Auto,
    /// By OSC 9.
    Osc9,
    /// By OSC 777.
    Osc777,
    /// Not at all.
    Off,
}

/// Warnings before a promise runs out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warn {
    /// When.
    pub thresholds: Thresholds,
    /// The built-in views whose tickets warn.
    pub views: Vec<String>,
    /// How.
    pub notify: Notify,
}

impl Default for Warn {
    fn default() -> Self {
        Self {
            thresholds: Thresholds::default(),
            views: vec!["Mine".into()],
            notify: Notify::Auto,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WarnFile {
    before: Option<Vec<Amount>>,
    first_response: Option<Vec<Amount>>,
    next_response: Option<Vec<Amount>>,
    resolution: Option<Vec<Amount>>,
    periodic_update: Option<Vec<Amount>>,
    views: Option<Vec<Spanned<String>>>,
    notify: Notify,
    quiet: Vec<(String, String)>,
}

impl WarnFile {
    pub(super) fn resolve(
        given: Option<Spanned<Self>>,
        file: &Path,
        source: &str,
    ) -> Result<Warn, ConfigError> {
        let mut warn = Warn::default();
        let Some(given) = given else {
            return Ok(warn);
        };
        let span = given.span();
        let given = given.into_inner();
        let wrong = |what: String| {
            ConfigError::at(file, source, Some(span.clone()), format!("[warn] {what}"))
        };
        let of = &mut warn.thresholds;
        of.before = given.before.map(seconds).transpose().map_err(wrong)?;
        let targets = [
            (Target::FirstResponse, given.first_response),
            (Target::NextResponse, given.next_response),
            (Target::Resolution, given.resolution),
            (Target::PeriodicUpdate, given.periodic_update),
        ];
        for (target, amounts) in targets {
            if let Some(amounts) = amounts {
                of.of.insert(target, seconds(amounts).map_err(wrong)?);
            }
        }
        of.quiet = Quiet::parse(&given.quiet).map_err(|e| wrong(format!("quiet: {e}")))?;
        if let Some(views) = given.views {
            let known: Vec<String> = built_in().iter().map(|v| v.name.to_string()).collect();
            for view in &views {
                let name = view.get_ref();
                if known.contains(name) {
                    continue;
                }
                let hint = match nearest(name, known.iter().map(String::as_str)) {
                    Some(near) => format!("Did you mean \"{near}\"?"),
                    None => "In a view of your own write warn = true.".into(),
                };
                let what = format!("[warn] views: \"{name}\" is no built-in view");
                return Err(ConfigError::at(file, source, Some(view.span()), what).hint(hint));
            }
            warn.views = views.into_iter().map(Spanned::into_inner).collect();
        }
        warn.notify = given.notify;
        Ok(warn)
    }
}

/// Thresholds are lengths of the time that a promise counts, whichever that is.
fn seconds(amounts: Vec<Amount>) -> Result<Vec<i64>, String> {
    let one = |amount: Amount| match amount {
        Amount::Working(secs) if secs > 0 => Ok(secs),
        other => Err(format!(
            "\"{other}\" is no time to warn before; write \"2 h\" or \"30 m\""
        )),
    };
    amounts.into_iter().map(one).collect()
}
