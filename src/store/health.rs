//! How a file is, told without changing anything in it, whatever its form.

use std::path::Path;

use rusqlite::OptionalExtension as _;

use super::{Result, StoreError, open, remote, suspect};
use crate::domain::Instant;

/// What can be said of a store without reading all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// How large the file is, in bytes, with what is not folded into it yet.
    pub size: u64,
    /// The form in which it was written.
    pub form: i64,
    /// The form that this program writes.
    pub known: i64,
    /// How many tickets it holds, if it holds any.
    pub tickets: u64,
    /// What was found in it that cannot be, and not looked into since.
    pub noted: Option<String>,
    /// When a desk over a network last told all it had; none: never.
    pub synced: Option<Instant>,
}

/// Looks at a store.
///
/// # Errors
/// It cannot be read, or is none.
pub fn health(path: &Path) -> Result<Health> {
    let conn = open::look_into(path)?;
    let size = |p: &Path| p.metadata().map_or(0, |m| m.len());
    let look = || -> Result<Health> {
        let form = open::version(&conn)?;
        let tickets: Option<i64> = if form > 0 {
            conn.query_row("SELECT sum(n) FROM counter WHERE dim = 'all'", [], |r| {
                r.get(0)
            })
            .optional()?
            .flatten()
        } else {
            None
        };
        let synced = match form {
            0 => None,
            _ => remote::synced(&conn)?,
        };
        Ok(Health {
            size: size(path) + size(&open::sibling(path, "-wal")),
            form,
            known: open::known(),
            tickets: tickets.unwrap_or(0).unsigned_abs(),
            noted: suspect::noted(path),
            synced,
        })
    };
    look().map_err(|e| e.at(path))
}

/// Reads the whole file and says what is wrong with it; none if nothing. Three seconds a
/// gigabyte if the disk is fast. Damage is noted beside the file, so that the next one to
/// open it deals with it.
///
/// # Errors
/// It cannot be read.
pub fn check(path: &Path) -> Result<Option<String>> {
    let conn = open::look_into(path)?;
    let found = match open::quick_check(&conn) {
        Err(StoreError::Damaged { detail, .. }) => Some(detail),
        other => other.map_err(|e| e.at(path))?,
    };
    if let Some(detail) = &found {
        suspect::note(path, detail);
    }
    Ok(found)
}
