//! Who of several windows on one store talks to its desk: the one that holds the lock.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

/// The right to talk to a store's desk; given back when dropped, by a kill too.
#[derive(Debug)]
pub struct Talks {
    /// None where the file system has no locks: then nobody is kept out.
    _file: Option<File>,
}

impl Talks {
    /// Takes it; none if somebody else has it.
    pub fn take(store: &Path) -> Option<Self> {
        let mut path = store.as_os_str().to_owned();
        path.push(".talks");
        let opened = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path);
        let Ok(file) = opened else {
            return Some(Self { _file: None });
        };
        match file.try_lock() {
            Ok(()) => Some(Self { _file: Some(file) }),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Error(_)) => Some(Self { _file: None }),
        }
    }
}
