//! A note beside a file in which something was found that cannot be. Most damage shows only
//! when a damaged page is read, long after the file was opened, and by a connection that
//! only reads: the note makes the next start look through the whole file.

use std::fs;
use std::path::Path;

use super::open::{look_into, quick_check, sibling};
use super::{Result, StoreError};

/// What the note's name ends in.
pub const ENDING: &str = ".suspect";

/// Was looked through once and seemed whole.
const CHECKED: &str = "looked through: ";
/// Seemed whole and yet was not.
const AGAIN: &str = "again: ";

fn read(path: &Path) -> Option<String> {
    fs::read_to_string(sibling(path, ENDING)).ok()
}

fn write(path: &Path, text: &str) {
    // Without the note the next start finds out by itself, later.
    let _ = fs::write(sibling(path, ENDING), text);
}

/// Notes what was found.
pub fn note(path: &Path, detail: &str) {
    match read(path) {
        None => write(path, detail),
        Some(old) if old.starts_with(CHECKED) => write(path, &format!("{AGAIN}{detail}")),
        Some(_) => {}
    }
}

/// What was found, if the file was not looked through since.
pub fn noted(path: &Path) -> Option<String> {
    read(path).filter(|old| !old.starts_with(CHECKED))
}

/// Looks through a file that has a note.
///
/// # Errors
/// It is damaged.
pub fn settle(path: &Path) -> Result<()> {
    let Some(detail) = noted(path).filter(|_| path.is_file()) else {
        return Ok(());
    };
    let wrong = if detail.starts_with(AGAIN) {
        Some(detail.clone())
    } else {
        match look_into(path).and_then(|conn| quick_check(&conn)) {
            Ok(found) => found,
            Err(StoreError::Damaged { detail, .. }) => Some(detail),
            Err(e) => return Err(e),
        }
    };
    match wrong {
        Some(detail) => Err(StoreError::Damaged {
            path: path.to_owned(),
            detail,
        }),
        None => {
            write(path, &format!("{CHECKED}{detail}"));
            Ok(())
        }
    }
}
