//! Paths as people type them: which go on from what was typed, and files to go with a text.

use std::path::{Path, PathBuf};

use directories::BaseDirs;

use crate::domain::change::{MOST_ATTACHED, NewAttachment};
use crate::domain::text::Untrusted;

/// So many are offered at most.
const OFFERED: usize = 50;

/// The path that was meant: `~/` is the home folder.
fn meant(typed: &str) -> PathBuf {
    match (typed.strip_prefix("~/"), BaseDirs::new()) {
        (Some(rest), Some(base)) => base.home_dir().join(rest),
        _ => PathBuf::from(typed),
    }
}

/// Paths that begin with what was typed, folders with a `/` behind them; hidden ones only
/// when a dot was typed. What cannot be read has none.
pub fn going_on(typed: &str) -> Vec<String> {
    let (folder, begun) = match typed.rfind('/') {
        Some(at) => typed.split_at(at + 1),
        None => ("", typed),
    };
    let place = if folder.is_empty() {
        PathBuf::from(".")
    } else {
        meant(folder)
    };
    let Ok(entries) = std::fs::read_dir(place) else {
        return Vec::new();
    };
    let mut all: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let wanted =
                name.starts_with(begun) && (begun.starts_with('.') || !name.starts_with('.'));
            let is_folder = entry.path().is_dir();
            wanted.then(|| format!("{folder}{name}{}", if is_folder { "/" } else { "" }))
        })
        .collect();
    all.sort_by_key(|p| p.to_lowercase());
    all.truncate(OFFERED);
    all
}

/// Where an attachment is saved: in that folder under its own name, or as it was typed.
///
/// # Errors
/// A sentence: the folder that was typed is not there. It is not made: it may be mistyped.
pub fn to_save(typed: Option<&str>, folder: &Path) -> Result<(PathBuf, Option<String>), String> {
    let Some(typed) = typed else {
        return Ok((folder.to_owned(), None));
    };
    // In full, so that what is said afterwards says where.
    let path = meant(typed);
    let path = std::path::absolute(&path).unwrap_or(path);
    let (folder, name) = if typed.ends_with('/') || path.is_dir() {
        (path, None)
    } else {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
        let parent = path.parent().unwrap_or(Path::new("/"));
        (parent.to_owned(), name)
    };
    if !folder.is_dir() {
        return Err(format!(
            "there is no folder {}; make it first, or name another one",
            folder.display()
        ));
    }
    Ok((folder, name))
}

/// A file that is to go with a text.
///
/// # Errors
/// A sentence: it is not there, it is a folder, or it is too large for a helpdesk.
pub fn to_attach(typed: &str) -> Result<NewAttachment, String> {
    let path = meant(typed);
    let shown = path.display();
    let found = std::fs::metadata(&path)
        .and_then(|m| std::fs::File::open(&path).map(|_| m))
        .map_err(|e| format!("{shown} cannot be attached: {e}; check the path"))?;
    if !found.is_file() {
        return Err(format!("{shown} is no file; choose a file in it"));
    }
    if found.len() > MOST_ATTACHED {
        return Err(format!(
            "{shown} has {} MB, and more than {} MB do not pass a helpdesk; share it another way",
            found.len() / 1_048_576,
            MOST_ATTACHED / 1_048_576
        ));
    }
    let name = path.file_name().map(Path::new).unwrap_or(&path);
    Ok(NewAttachment {
        name: Untrusted::new(name.to_string_lossy()),
        path: std::path::absolute(&path).unwrap_or(path.clone()),
        size: found.len(),
    })
}
