//! The file: where it lies, who may read it, its form and its health.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{Result, StoreError, mend, suspect};
use crate::domain::Instant;

/// What brings a file from one form to the next; only ever appended to.
pub const MIGRATIONS: &[&str] = &[
    include_str!("../../assets/migrations/001_base.sql"),
    include_str!("../../assets/migrations/002_drafts.sql"),
    include_str!("../../assets/migrations/003_narrow.sql"),
    include_str!("../../assets/migrations/004_remote.sql"),
    include_str!("../../assets/migrations/005_texts.sql"),
    include_str!("../../assets/migrations/006_order.sql"),
    include_str!("../../assets/migrations/007_their_due.sql"),
    include_str!("../../assets/migrations/008_requests_registers_knowledge.sql"),
    include_str!("../../assets/migrations/009_absences.sql"),
    include_str!("../../assets/migrations/010_reports.sql"),
    include_str!("../../assets/migrations/011_escalations.sql"),
    include_str!("../../assets/migrations/012_shared_absences.sql"),
    include_str!("../../assets/migrations/013_articles_of_a_desk.sql"),
    include_str!("../../assets/migrations/014_hand_overs.sql"),
];

/// A file opened for writing.
pub struct File {
    pub conn: Connection,
    pub set_aside: Option<PathBuf>,
    /// A copy with all that people wrote is in its place.
    pub mended: bool,
    pub fresh: bool,
}

/// Opens for writing; makes the folder and the file where they are missing. A file that was
/// found damaged while it was open is looked through, and set aside if it is: behind a copy if
/// only what is derived is damaged, behind an empty one otherwise.
pub fn for_writing(path: &Path, now: Instant) -> Result<File> {
    prepare_folder(path)?;
    let opened = suspect::settle(path).and_then(|()| try_open(path));
    match opened {
        Ok((conn, fresh)) => Ok(File {
            conn,
            set_aside: None,
            mended: false,
            fresh,
        }),
        Err(StoreError::Damaged { .. }) => {
            let saved = mend::mend(path, now).map_err(|e| e.at(path))?;
            let mended = saved.is_some();
            let aside = match saved {
                Some(aside) => aside,
                None => rename(path, "damaged", now)?,
            };
            let (conn, _) = try_open(path).map_err(|e| explain(path, e))?;
            Ok(File {
                conn,
                set_aside: Some(aside),
                mended,
                fresh: !mended,
            })
        }
        Err(e) => Err(explain(path, e)),
    }
}

/// Opens for reading only a file of the form that this program knows.
pub fn for_reading(path: &Path) -> Result<Connection> {
    if let Some(detail) = suspect::noted(path) {
        return Err(damaged(path, &detail));
    }
    let conn = look_into(path)?;
    let known = known();
    match version(&conn).map_err(|e| explain(path, e))? {
        found if found > known => Err(StoreError::NewerVersion {
            path: path.to_owned(),
            found,
            known,
        }),
        found if found < known => Err(StoreError::OlderVersion {
            path: path.to_owned(),
            found,
            known,
        }),
        _ => Ok(conn),
    }
}

/// Opens for reading a file of whatever form.
pub fn look_into(path: &Path) -> Result<Connection> {
    if let Some(e) = no_file(path) {
        return Err(e);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || -> Result<Connection> {
        let conn = Connection::open_with_flags(path, flags)?;
        settle(&conn, READERS_CACHE)?;
        Ok(conn)
    };
    open().map_err(|e| explain(path, e))
}

/// The newest form that this program knows.
pub fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// The form of a file.
pub fn version(conn: &Connection) -> Result<i64> {
    Ok(conn.query_row("PRAGMA user_version", [], |r| r.get(0))?)
}

/// What SQLite finds wrong with the file; none if nothing. Reads all of it.
pub fn quick_check(conn: &Connection) -> Result<Option<String>> {
    let found: String = conn.query_row("PRAGMA quick_check(1)", [], |r| r.get(0))?;
    if found != "ok" {
        return Ok(Some(found.replace('\n', " ")));
    }
    // The index of words has its own form inside its tables.
    let mut search = conn.prepare("SELECT rowid FROM words WHERE words MATCH 'x' LIMIT 1")?;
    search.exists([])?;
    Ok(None)
}

/// Names the file in an error, and looks at the file system for what SQLite does not say.
/// Damage is noted beside the file, so that the next start looks through it.
pub fn explain(path: &Path, e: StoreError) -> StoreError {
    let e = e.at(path);
    match &e {
        StoreError::Sql { source, .. } => match source.sqlite_error_code() {
            Some(ErrorCode::CannotOpen) => refusal(path).unwrap_or(e),
            None if is_nonsense(source) => {
                suspect::note(path, &source.to_string());
                e
            }
            _ => e,
        },
        // It may be the folder, or the file.
        StoreError::Permission { path: at } if at == path => refusal(path).unwrap_or(e),
        StoreError::Damaged { detail, .. } => {
            suspect::note(path, detail);
            e
        }
        _ => e,
    }
}

/// A value of a sort that is never written there.
fn is_nonsense(e: &rusqlite::Error) -> bool {
    use rusqlite::Error as E;
    matches!(
        e,
        E::FromSqlConversionFailure(..)
            | E::InvalidColumnType(..)
            | E::IntegralValueOutOfRange(..)
            | E::Utf8Error(..)
    )
}

/// There is no file that could be opened.
fn no_file(path: &Path) -> Option<StoreError> {
    match fs::metadata(path) {
        Err(e) => Some(StoreError::io(path, e)),
        Ok(m) if m.is_dir() => Some(StoreError::NotAFile {
            path: path.to_owned(),
        }),
        Ok(_) => None,
    }
}

/// Why a file cannot be opened, as far as the file system says.
fn refusal(path: &Path) -> Option<StoreError> {
    let missing = no_file(path);
    // A file that could not be made is not what is wrong: its folder is.
    let absent = matches!(&missing, Some(StoreError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound);
    if missing.is_some() && !absent {
        return missing;
    }
    if !absent && let Err(e) = fs::OpenOptions::new().read(true).write(true).open(path) {
        return Some(StoreError::io(path, e));
    }
    let Some(folder) = path.parent().filter(|f| f.is_dir()) else {
        return missing;
    };
    // SQLite keeps two files beside this one while it is open.
    #[cfg(unix)]
    if rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_err() {
        return Some(StoreError::Permission {
            path: folder.to_owned(),
        });
    }
    missing
}

/// The cache in KiB of the connection that writes. What does not fit is in the system's own cache,
/// a microsecond away, and belongs to whoever needs the memory.
pub(super) const WRITERS_CACHE: i64 = 3072;
/// The same of each connection that reads.
const READERS_CACHE: i64 = 2048;

/// Gives a connection so many KiB for pages; what it holds beyond that is let go.
pub(super) fn cache(conn: &Connection, kib: i64) -> rusqlite::Result<()> {
    conn.pragma_update(None, "cache_size", -kib)
}

pub(super) fn settle(conn: &Connection, cache_kib: i64) -> rusqlite::Result<()> {
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.set_prepared_statement_cache_capacity(64);
    cache(conn, cache_kib)?;
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

pub(super) fn make_private(path: &Path) -> Result<bool> {
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
    if let Some(e) = no_file(path) {
        return Err(e);
    }
    // SQLite would open a file that may not be written and fail with the first change.
    if let Err(e) = fs::OpenOptions::new().read(true).write(true).open(path) {
        return Err(StoreError::io(path, e));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(path, flags)?;
    settle(&conn, WRITERS_CACHE)?;
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
    let (known, found) = (known(), version(conn)?);
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

pub(super) fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Puts a file that this program cannot use out of the way, and says under which name; it
/// is never deleted.
///
/// # Errors
/// It cannot be renamed.
pub fn set_aside(path: &Path, now: Instant) -> Result<PathBuf> {
    rename(path, "aside", now)
}

/// A name beside the file that nothing has yet.
fn free_name(path: &Path, why: &str, now: Instant) -> PathBuf {
    let stamp = now.format("%Y%m%dT%H%M%SZ");
    (0..1000)
        .map(|n| match n {
            0 => sibling(path, &format!(".{why}-{stamp}")),
            n => sibling(path, &format!(".{why}-{stamp}-{n}")),
        })
        .find(|t| !t.exists())
        .unwrap_or_else(|| sibling(path, &format!(".{why}")))
}

/// Puts another file in the place of a damaged one, and says where that lies now.
pub(super) fn replace(path: &Path, by: &Path, now: Instant) -> Result<PathBuf> {
    // Whoever closes the file last folds its log into it: somebody has it open still.
    if sibling(path, "-wal").metadata().is_ok_and(|m| m.len() > 0) {
        return Err(StoreError::Locked {
            path: path.to_owned(),
        });
    }
    let target = free_name(path, "damaged", now);
    let moved = |from: &Path, to: &Path| fs::rename(from, to).map_err(|e| StoreError::io(from, e));
    for suffix in ["-wal", "-shm"] {
        let from = sibling(path, suffix);
        if from.exists() {
            moved(&from, &sibling(&target, suffix))?;
        }
    }
    // With a second name for it there is a file at the path at every moment.
    if fs::hard_link(path, &target).is_err() {
        moved(path, &target)?;
    }
    moved(by, path)?;
    let noted = sibling(path, suspect::ENDING);
    if noted.exists() {
        moved(&noted, &sibling(&target, suspect::ENDING))?;
    }
    Ok(target)
}

/// Renames the file and its companions; never over another file.
fn rename(path: &Path, why: &str, now: Instant) -> Result<PathBuf> {
    let target = free_name(path, why, now);
    for suffix in ["-wal", "-shm", suspect::ENDING, ""] {
        let from = sibling(path, suffix);
        if from.exists() {
            fs::rename(&from, sibling(&target, suffix)).map_err(|e| StoreError::io(&from, e))?;
        }
    }
    Ok(target)
}
