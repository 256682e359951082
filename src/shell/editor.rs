//! The person's own editor for one text. The terminal has been left and the input stream
//! dropped by the time this runs; both are taken again afterwards.

use std::fs;
use std::io::{Read as _, Write as _};
use std::process::Command;

use crate::domain::ticket::TicketKey;

/// The most that is read back: nobody types more, and a mistaken file must not fill the memory.
const MAX: u64 = 4 * 1024 * 1024;

/// The editor's command line: the setting, `$VISUAL`, `$EDITOR`, `vi`.
pub fn command(setting: Option<&str>) -> String {
    let set = |name: &str| std::env::var(name).ok().filter(|v| !v.trim().is_empty());
    setting
        .filter(|s| !s.trim().is_empty())
        .map(str::to_owned)
        .or_else(|| set("VISUAL"))
        .or_else(|| set("EDITOR"))
        .unwrap_or_else(|| if cfg!(windows) { "notepad" } else { "vi" }.into())
}

/// Lets the person edit the text; none if it was left as it was. The file is readable by
/// nobody else and gone afterwards.
///
/// # Errors
/// A sentence: the editor is missing or failed, or the text cannot be written or read back.
pub fn edit(command: &str, key: &TicketKey, text: &str) -> Result<Option<String>, String> {
    let words = shlex::split(command).unwrap_or_default();
    let Some((program, args)) = words.split_first() else {
        return Err(format!(
            "the editor command {command:?} has a quote that is not closed; set editor in config.toml"
        ));
    };
    let name: String = key
        .as_str()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    // Made with mode 0600 from the start.
    let mut file = tempfile::Builder::new()
        .prefix(&format!("deskhand-{name}-"))
        .suffix(".md")
        .tempfile()
        .map_err(|e| format!("no temporary file for the editor can be made: {e}"))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.flush())
        .map_err(|e| format!("the text cannot be given to the editor: {e}"))?;
    let path = file.into_temp_path();
    let status = Command::new(program)
        .args(args)
        .arg(&path)
        .status()
        .map_err(|e| {
            format!(
                "the editor {program} cannot be started: {e}; set $EDITOR, or editor in config.toml"
            )
        })?;
    if !status.success() {
        return Err(format!(
            "the editor {program} ended with {status}; your text is as it was"
        ));
    }
    // Editors that replace the file leave a new one at the same path: it is opened anew.
    let mut bytes = Vec::new();
    fs::File::open(&path)
        .and_then(|f| f.take(MAX).read_to_end(&mut bytes))
        .map_err(|e| format!("the text cannot be read back from the editor: {e}"))?;
    let edited = String::from_utf8_lossy(&bytes);
    // Editors end the last line; that is not a change.
    let edited = edited.strip_suffix('\n').unwrap_or(&edited);
    let old = text.strip_suffix('\n').unwrap_or(text);
    Ok((edited != old).then(|| edited.to_owned()))
}
