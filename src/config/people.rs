//! The tables `[people.HANDLE]`: when somebody works, what they may do, and how much they take.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::error::ConfigError;
use crate::domain::absence::{Grant, Person, Right};
use crate::domain::calendar::{Calendar, Weekly};
use crate::domain::people::{AgentId, TenantId};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PersonFile {
    weekly: Option<Weekly>,
    tenants: Vec<TenantId>,
    rights: Option<Vec<Right>>,
    room: Option<usize>,
}

/// What the tables mean. Hours are read in the zone of the desk's calendar and keep its holidays.
pub(super) fn resolve(
    tables: BTreeMap<AgentId, Spanned<PersonFile>>,
    desk: &Calendar,
    file: &Path,
    source: &str,
) -> Result<Vec<Person>, ConfigError> {
    let mut people = Vec::with_capacity(tables.len());
    for (id, table) in tables {
        let span = table.span();
        let wrong = |what: String| {
            ConfigError::at(
                file,
                source,
                Some(span.clone()),
                format!("[people.{id}] {what}"),
            )
        };
        let table = table.into_inner();
        for right in table.rights.iter().flatten() {
            if !Right::all().any(|known| known == *right) {
                let known: Vec<String> = Right::all().map(|r| r.0).collect();
                return Err(wrong(format!("there is no right \"{right}\""))
                    .hint(format!("There are: {}.", known.join(", "))));
            }
        }
        let hours = match table.weekly {
            None => None,
            Some(weekly) => {
                let mut spec = desk.spec().clone();
                spec.weekly = weekly;
                Some(Calendar::new(spec).map_err(|e| wrong(e.to_string()))?)
            }
        };
        let says = !table.tenants.is_empty() || table.rights.is_some();
        let grant = Grant {
            tenants: table.tenants,
            rights: table.rights,
        };
        people.push(Person {
            id,
            hours,
            grants: if says { vec![grant] } else { Vec::new() },
            room: table.room,
        });
    }
    Ok(people)
}
