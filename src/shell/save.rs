//! Keeping a file that came with a message: whole or not at all, and never over another.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::domain::text;
use crate::domain::thread::AttachmentId;
use crate::store::Reader;

/// Writes an attachment under its own name or the one that is wanted, with a number if that is taken. It takes its
/// name when it is whole: a full disk leaves nothing that looks like it.
///
/// # Errors
/// A sentence: the file is not here, or it cannot be written.
pub fn attachment(
    store: &Path,
    id: AttachmentId,
    folder: &Path,
    wanted: Option<String>,
) -> Result<PathBuf, String> {
    let reader = Reader::open(store).map_err(|e| e.to_string())?;
    let missing = "the file is not here; its desk has not been asked for it";
    let name = reader.attachment_name(id).map_err(|e| e.to_string())?;
    let bytes = reader.attachment(id).map_err(|e| e.to_string())?;
    let (name, bytes) = name.zip(bytes).ok_or(missing)?;
    let name = wanted.unwrap_or_else(|| text::file_name(name.raw()));
    whole(folder, &name, &bytes)
}

/// Writes a file under that name, with a number if it is taken.
///
/// # Errors
/// A sentence: it cannot be written.
pub fn whole(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, String> {
    std::fs::create_dir_all(folder)
        .map_err(|e| format!("{} cannot be made: {e}", folder.display()))?;
    let wrong = |e: &std::io::Error| {
        format!(
            "{name} cannot be written to {}: {e}; nothing was saved",
            folder.display()
        )
    };
    let mut whole = tempfile::Builder::new()
        .prefix(".deskhand-")
        .tempfile_in(folder)
        .map_err(|e| wrong(&e))?;
    whole.write_all(bytes).map_err(|e| wrong(&e))?;
    whole.as_file().sync_all().map_err(|e| wrong(&e))?;
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem.to_owned(), format!(".{ending}")),
        _ => (name.to_owned(), String::new()),
    };
    for n in 1..1000 {
        let file = folder.join(match n {
            1 => name.to_owned(),
            n => format!("{stem}-{n}{ending}"),
        });
        match whole.persist_noclobber(&file) {
            Ok(_) => return Ok(file),
            Err(e) if e.error.kind() == std::io::ErrorKind::AlreadyExists => whole = e.file,
            Err(e) => return Err(wrong(&e.error)),
        }
    }
    Err(format!(
        "{} has a thousand files of that name; move some away",
        folder.display()
    ))
}
