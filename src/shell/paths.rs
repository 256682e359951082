//! Paths as people type them: which go on from what was typed, and files to go with a text.

use std::io::{Read as _, Write as _};
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

/// The text of a file of at most so many bytes.
///
/// # Errors
/// A sentence: it cannot be read, is too large, or is not UTF-8.
pub fn text(typed: &str, most: u64) -> Result<String, String> {
    let path = meant(typed);
    let shown = path.display();
    let cannot = |e| format!("{shown} cannot be read: {e}; check the path");
    let mut bytes = Vec::new();
    std::fs::File::open(&path)
        .and_then(|f| f.take(most + 1).read_to_end(&mut bytes))
        .map_err(cannot)?;
    if bytes.len() as u64 > most {
        return Err(format!("{shown} has more than {most} bytes; split it"));
    }
    String::from_utf8(bytes).map_err(|_| format!("{shown} is not UTF-8; save it as \"CSV UTF-8\""))
}

/// Writes a file where none is yet; says where it lies.
///
/// # Errors
/// A sentence: something is there already, or it cannot be written.
pub fn new_file(typed: &str, bytes: &[u8]) -> Result<PathBuf, String> {
    let path = std::path::absolute(meant(typed)).unwrap_or_else(|_| meant(typed));
    if path.exists() {
        return Err(format!(
            "{} is there already; name another file",
            path.display()
        ));
    }
    write_new(&path, bytes)?;
    Ok(path)
}

/// Writes a file that appears when it is complete.
///
/// # Errors
/// A sentence: it cannot be written.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let wrong = |e| {
        let shown = crate::domain::text::line(&path.display().to_string());
        format!("{shown} cannot be written: {e}; name another file")
    };
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(wrong)?;
    file.write_all(bytes).map_err(wrong)?;
    file.as_file().sync_all().map_err(wrong)?;
    file.persist(path).map_err(|e| wrong(e.error))?;
    Ok(())
}
