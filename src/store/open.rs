//! The file: where it lies, who may read it, its form and its health.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{Result, StoreError};
use crate::domain::Instant;

/// What brings a file from one form to the next; only ever appended to.
pub const MIGRATIONS: &[&str] = &[
    include_str!("../../assets/migrations/001_base.sql"),
    include_str!("../../assets/migrations/002_draft_files.sql"),
    include_str!("../../assets/migrations/003_narrow.sql"),
];

/// A file opened for writing.
pub struct File {
    pub conn: Connection,
    pub set_aside: Option<PathBuf>,
    pub fresh: bool,
}

/// Opens for writing; makes the folder and the file where they are missing.
pub fn for_writing(path: &Path, now: Instant) -> Result<File> {
    prepare_folder(path)?;
    match try_open(path) {
        Ok((conn, fresh)) => Ok(File {
            conn,
            set_aside: None,
            fresh,
        }),
        Err(StoreError::Damaged { .. }) => {
            let aside = set_aside(path, now)?;
            let (conn, _) = try_open(path).map_err(|e| e.at(path))?;
            Ok(File {
                conn,
                set_aside: Some(aside),
                fresh: true,
            })
        }
        Err(e) => Err(e.at(path)),
    }
}

/// Opens for reading only.
pub fn for_reading(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn =
        Connection::open_with_flags(path, flags).map_err(|e| StoreError::from(e).at(path))?;
    settle(&conn, 4096).map_err(|e| StoreError::from(e).at(path))?;
    Ok(conn)
}

fn settle(conn: &Connection, cache_kib: i64) -> rusqlite::Result<()> {
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.set_prepared_statement_cache_capacity(64);
    conn.pragma_update(None, "cache_size", -cache_kib)?;
    conn.pragma_update(None, "mmap_size", 0)?;
    conn.pragma_update(None, "temp_store", "memory")
}

fn prepare_folder(path: &Path) -> Result<()> {
    let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) else {
        return Ok(());
    };
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|e| StoreError::io(folder, e))
}

fn make_private(path: &Path) -> Result<bool> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(true),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(StoreError::io(path, e)),
    }
}

fn try_open(path: &Path) -> Result<(Connection, bool)> {
    let made = make_private(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(path, flags)?;
    settle(&conn, 6144)?;
    check_size(path)?;
    let mode: String = conn.query_row("PRAGMA journal_mode = WAL", [], |r| r.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(StoreError::Refused(format!(
            "{} lies on a file system without shared memory ({mode} instead of WAL); choose a local folder with --data-dir",
            path.display()
        )));
    }
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "wal_autocheckpoint", 2000)?;
    let fresh = migrate(&mut conn, path)?;
    Ok((conn, made || fresh))
}

/// The header names the size; a file that is shorter has lost its end. SQLite itself
/// notices only when it reads there.
fn check_size(path: &Path) -> Result<()> {
    use std::io::Read as _;
    let mut head = [0_u8; 100];
    let mut file = fs::File::open(path).map_err(|e| StoreError::io(path, e))?;
    let size = file.metadata().map_err(|e| StoreError::io(path, e))?.len();
    if size == 0 || size < 100 {
        return if size == 0 {
            Ok(())
        } else {
            Err(damaged(path, "its header is cut off"))
        };
    }
    file.read_exact(&mut head)
        .map_err(|e| StoreError::io(path, e))?;
    if !head.starts_with(b"SQLite format 3\0") {
        return Err(damaged(path, "it is no SQLite file"));
    }
    let page = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65_536,
        n => u64::from(n),
    };
    let pages = u64::from(u32::from_be_bytes([head[28], head[29], head[30], head[31]]));
    let wal = sibling(path, "-wal").metadata().map_or(0, |m| m.len());
    if wal == 0 && size < page * pages {
        return Err(damaged(path, "its end is missing"));
    }
    Ok(())
}

fn damaged(path: &Path, detail: &str) -> StoreError {
    StoreError::Damaged {
        path: path.to_owned(),
        detail: detail.into(),
    }
}

/// Brings the file to the newest form; true if it was empty.
fn migrate(conn: &mut Connection, path: &Path) -> Result<bool> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let found: i64 = conn.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    if found > known {
        return Err(StoreError::NewerVersion {
            path: path.to_owned(),
            found,
            known,
        });
    }
    let tables: i64 = conn.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('ticket', 'outbox', 'audit')",
        [],
        |r| r.get(0),
    )?;
    if found > 0 && tables < 3 {
        return Err(damaged(path, "its tables are missing"));
    }
    if found == known {
        return Ok(false);
    }
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for (at, sql) in MIGRATIONS.iter().enumerate() {
        let at = i64::try_from(at).unwrap_or(i64::MAX);
        if at >= found {
            tx.execute_batch(sql)?;
            tx.pragma_update(None, "user_version", at + 1)?;
        }
    }
    tx.commit()?;
    Ok(found == 0)
}

fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Renames the file and its two companions; never over another file.
fn set_aside(path: &Path, now: Instant) -> Result<PathBuf> {
    let stamp = now.format("%Y%m%dT%H%M%SZ");
    let target = (0..1000)
        .map(|n| match n {
            0 => sibling(path, &format!(".damaged-{stamp}")),
            n => sibling(path, &format!(".damaged-{stamp}-{n}")),
        })
        .find(|t| !t.exists())
        .unwrap_or_else(|| sibling(path, ".damaged"));
    for suffix in ["-wal", "-shm", ""] {
        let from = sibling(path, suffix);
        if from.exists() {
            fs::rename(&from, sibling(&target, suffix)).map_err(|e| StoreError::io(&from, e))?;
        }
    }
    Ok(target)
}
