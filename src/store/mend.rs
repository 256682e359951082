//! What people wrote, carried out of a file of which only derived pages are damaged.
//!
//! The index of words follows from the tickets. It keeps no texts of its own, so that it
//! cannot be rebuilt in its place: the tables are copied and the index is filled anew.
//! Whatever is wrong with the damaged pages, nothing has to be read from them or freed.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::open::{self, MIGRATIONS, sibling};
use super::{Result, StoreError, put};
use crate::domain::Instant;
use crate::domain::ticket::TicketId;

/// What the name of the copy ends in until it is whole.
const ENDING: &str = ".mending";

/// The damaged file, where both are open.
const OLD: &str = "old";

/// Tables that hold what was told, none that is derived.
const TOLD: &str = "type = 'table' AND name NOT LIKE 'words%' AND name NOT LIKE 'sqlite_%'";

/// Puts a whole copy in the place of the file and says where the damaged one lies now; none
/// if more is damaged than can be derived.
///
/// # Errors
/// No room, no permission, another writer: then all is as it was.
pub fn mend(path: &Path, now: Instant) -> Result<Option<PathBuf>> {
    let whole = sibling(path, ENDING);
    discard(&whole)?;
    match copy(path, &whole) {
        Ok(true) => open::replace(path, &whole, now).map(Some),
        Ok(false) => discard(&whole).map(|()| None),
        Err(e) => {
            discard(&whole)?;
            if is_for_another_time(&e) {
                return Err(e);
            }
            Ok(None)
        }
    }
}

/// It says nothing about the file: an empty store must not take its place for that.
const fn is_for_another_time(e: &StoreError) -> bool {
    matches!(
        e,
        StoreError::Full { .. }
            | StoreError::Locked { .. }
            | StoreError::Permission { .. }
            | StoreError::Io { .. }
    )
}

fn discard(copy: &Path) -> Result<()> {
    for suffix in ["-journal", "-wal", "-shm", ""] {
        let file = sibling(copy, suffix);
        if file.exists() {
            fs::remove_file(&file).map_err(|e| StoreError::io(&file, e))?;
        }
    }
    Ok(())
}

/// Copies what was told and derives the rest; false if that is no help.
fn copy(from: &Path, to: &Path) -> Result<bool> {
    let Some(name) = from.to_str() else {
        return Ok(false);
    };
    open::make_private(to)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(to, flags)?;
    open::settle(&conn, 6144)?;
    conn.execute(&format!("ATTACH DATABASE ?1 AS {OLD}"), [name])?;
    let asked = format!("PRAGMA {OLD}.user_version");
    let found: i64 = conn.query_row(&asked, [], |r| r.get(0))?;
    let helps = (1..=open::known()).contains(&found) && is_hurt(&conn)? && told_is_whole(&conn)?;
    if !helps {
        return Ok(false);
    }
    let tx = conn.transaction()?;
    let (then, since) = MIGRATIONS.split_at(usize::try_from(found).unwrap_or(MIGRATIONS.len()));
    for sql in then {
        tx.execute_batch(sql)?;
    }
    // The last one keeps which numbers were ever given.
    let sequences = "sqlite_sequence".to_owned();
    for table in tables(&tx, "main")?.into_iter().chain([sequences]) {
        tx.execute_batch(&format!(
            "DELETE FROM main.\"{table}\"; INSERT INTO main.\"{table}\" SELECT * FROM {OLD}.\"{table}\""
        ))?;
    }
    for sql in since {
        tx.execute_batch(sql)?;
    }
    tx.pragma_update(None, "user_version", open::known())?;
    fill_words(&tx)?;
    tx.commit()?;
    conn.execute(&format!("DETACH DATABASE {OLD}"), [])?;
    Ok(open::quick_check(&conn)?.is_none())
}

/// Something is wrong with the file at all: otherwise a copy would be the same again.
fn is_hurt(conn: &Connection) -> Result<bool> {
    let look = || -> Result<bool> {
        let asked = format!("PRAGMA {OLD}.quick_check(1)");
        let said: String = conn.query_row(&asked, [], |r| r.get(0))?;
        if said != "ok" {
            return Ok(true);
        }
        let asked = format!("INSERT INTO {OLD}.words(words) VALUES('integrity-check')");
        conn.execute(&asked, [])?;
        Ok(false)
    };
    match look() {
        Err(StoreError::Damaged { .. }) => Ok(true),
        other => other,
    }
}

fn tables(conn: &Connection, of: &str) -> Result<Vec<String>> {
    let mut stmt = conn.prepare(&format!("SELECT name FROM {of}.sqlite_schema WHERE {TOLD}"))?;
    let found = stmt.query_map([], |r| r.get(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

fn told_is_whole(conn: &Connection) -> Result<bool> {
    for table in tables(conn, OLD)? {
        let sql = format!("PRAGMA {OLD}.quick_check('{}')", table.replace('\'', "''"));
        let said: String = conn.query_row(&sql, [], |r| r.get(0))?;
        if said != "ok" {
            return Ok(false);
        }
    }
    Ok(true)
}

fn fill_words(conn: &Connection) -> Result<()> {
    let ids: Vec<i64> = conn
        .prepare("SELECT id FROM ticket ORDER BY id")?
        .query_map([], |r| r.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for id in ids {
        if let Some(t) = put::load(conn, TicketId(id))? {
            put::index_words(conn, &t)?;
        }
    }
    Ok(())
}
