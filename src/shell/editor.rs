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

/// Waits for the editor; says whether it ended well. An editor that is stopped (Ctrl-z) stops
/// this process with it, so that the shell gets the terminal, and both go on together.
#[cfg(unix)]
fn wait(child: std::process::Child) -> std::io::Result<bool> {
    use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, waitpid};
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    loop {
        match waitpid(pid, WaitOptions::UNTRACED) {
            Err(rustix::io::Errno::INTR) | Ok(None) => {}
            Err(e) => return Err(e.into()),
            Ok(Some((_, status))) if status.stopped() => {
                kill_process(getpid(), Signal::STOP)?;
                // We were told to go on: so is the editor, whoever told us.
                if let Some(pid) = pid {
                    kill_process(pid, Signal::CONT)?;
                }
            }
            Ok(Some((_, status))) => return Ok(status.exit_status() == Some(0)),
        }
    }
}

#[cfg(not(unix))]
fn wait(mut child: std::process::Child) -> std::io::Result<bool> {
    Ok(child.wait()?.success())
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
    let child = Command::new(program)
        .args(args)
        .arg(&path)
        .spawn()
        .map_err(|e| {
            format!(
                "the editor {program} cannot be started: {e}; set $EDITOR, or editor in config.toml"
            )
        })?;
    let well = wait(child).map_err(|e| format!("the editor {program} was lost: {e}"))?;
    if !well {
        return Err(format!(
            "the editor {program} did not end well; your text is as it was"
        ));
    }
    // Editors that replace the file leave a new one at the same path: it is opened anew.
    let mut bytes = Vec::new();
    fs::File::open(&path)
        .and_then(|f| f.take(MAX + 1).read_to_end(&mut bytes))
        .map_err(|e| format!("the text cannot be read back from the editor: {e}"))?;
    if bytes.len() as u64 > MAX {
        let kept = path.keep().map(|p| p.display().to_string());
        return Err(format!(
            "the text has more than {} MB; it lies in {}, attach it as a file instead",
            MAX / 1_048_576,
            kept.unwrap_or_else(|_| "the editor's own copy".into())
        ));
    }
    let edited = String::from_utf8_lossy(&bytes);
    // Editors end the last line; that is not a change.
    let edited = edited.strip_suffix('\n').unwrap_or(&edited);
    let old = text.strip_suffix('\n').unwrap_or(text);
    Ok((edited != old).then(|| edited.to_owned()))
}
