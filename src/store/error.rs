//! What can go wrong with the file, each as a sentence with what to do next.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file was written by a newer program.
    #[error(
        "{path} was written by a newer Deskhand (its form is {found}, this one knows {known}); update Deskhand, or give another data folder with --data-dir"
    )]
    NewerVersion {
        /// Which file.
        path: PathBuf,
        /// The form of the file.
        found: i64,
        /// The newest form that this program knows.
        known: i64,
    },
    /// The file was written by an older program, and only reading was asked for.
    #[error(
        "{path} was written by an older Deskhand (its form is {found}, this one writes {known}); open the console once and it is brought up to date"
    )]
    OlderVersion {
        /// Which file.
        path: PathBuf,
        /// The form of the file.
        found: i64,
        /// The form that this program writes.
        known: i64,
    },
    /// Something else lies in the place of the file.
    #[error(
        "{path} is a folder where the store should be a file; move it away, or give another data folder with --data-dir"
    )]
    NotAFile {
        /// Which folder.
        path: PathBuf,
    },
    /// The file is no longer a whole database.
    #[error(
        "{path} is damaged ({detail}); close Deskhand and open it again: the file is then set aside under another name and never deleted"
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What SQLite says.
        detail: String,
    },
    /// Somebody else holds the file.
    #[error(
        "{path} is in use by another Deskhand that is writing; wait for it to finish, or close it"
    )]
    Locked {
        /// Which file.
        path: PathBuf,
    },
    /// No room is left.
    #[error("the disk that holds {path} is full; make room and try again: nothing was lost")]
    Full {
        /// Which file.
        path: PathBuf,
    },
    /// Not allowed to read or write it.
    #[error(
        "no permission for {path}; allow yourself to read and write it, or give another data folder with --data-dir"
    )]
    Permission {
        /// Which file.
        path: PathBuf,
    },
    /// The disk failed while it was read or written.
    #[error(
        "the disk failed under {path} ({source}); look whether it is there and has room, and try again: what was said to be done is kept"
    )]
    Disk {
        /// Which file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file system refused.
    #[error("{path} could not be reached: {source}; look whether the disk is there and try again")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A query was stopped because a newer one came, or because time ran out.
    #[error("the search was stopped; type on or press R to ask again")]
    Interrupted,
    /// There is no such ticket.
    #[error(
        "there is no ticket {0} here; it may have been merged or taken away, press R to refresh"
    )]
    NoTicket(String),
    /// What is asked for cannot be done.
    #[error("{0}")]
    Refused(String),
    /// A stored value that this program does not understand.
    #[error("{what} in the store cannot be read ({detail}); run `deskhand doctor`")]
    Unreadable {
        /// Which value.
        what: &'static str,
        /// Why not.
        detail: String,
    },
    /// Anything else that SQLite says.
    #[error("the store at {path} refused: {source}; run `deskhand doctor`")]
    Sql {
        /// Which file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}

fn is_missing(e: &rusqlite::Error) -> bool {
    let said = e.to_string();
    ["fts5", "vtable constructor", "no such table"]
        .iter()
        .any(|sign| said.contains(sign))
}

impl From<rusqlite::Error> for StoreError {
    fn from(source: rusqlite::Error) -> Self {
        let path = PathBuf::from("the store");
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged {
                path,
                detail: source.to_string(),
            },
            // What the program made is gone: no statement of ours names what is not there.
            Some(ErrorCode::Unknown) if is_missing(&source) => Self::Damaged {
                path,
                detail: source.to_string(),
            },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::SystemIoFailure) => Self::Disk { path, source },
            Some(
                ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::AuthorizationForStatementDenied,
            ) => Self::Permission { path },
            Some(ErrorCode::OperationInterrupted) => Self::Interrupted,
            _ => Self::Sql { path, source },
        }
    }
}

impl StoreError {
    /// Names the file in an error that could not know it.
    #[must_use]
    pub fn at(mut self, file: &std::path::Path) -> Self {
        match &mut self {
            Self::Damaged { path, .. }
            | Self::Locked { path }
            | Self::Full { path }
            | Self::Permission { path }
            | Self::Disk { path, .. }
            | Self::Sql { path, .. } => file.clone_into(path),
            _ => {}
        }
        self
    }

    /// An error of the file system at a path.
    pub fn io(path: &std::path::Path, source: std::io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Self::Permission { path }
            }
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::Full { path }
            }
            _ => Self::Io { path, source },
        }
    }
}
