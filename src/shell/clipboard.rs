//! The clipboard: a command of the person's, else the terminal (OSC 52), which may be at
//! the other end of an SSH connection and never answers. So it is never called "copied".

use std::io::Write as _;
use std::process::{Command, Stdio};

use crossterm::Command as _;
use crossterm::clipboard::CopyToClipboard;

/// Gives text to the person's clipboard command. Waits for it: call from a thread of its own.
///
/// # Errors
/// A sentence: the command is missing, or failed.
pub fn by_command(command: &str, text: &str) -> Result<(), String> {
    let words = shlex::split(command).unwrap_or_default();
    let Some((program, args)) = words.split_first() else {
        return Err("the clipboard command in config.toml is empty".into());
    };
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("the clipboard command {program} cannot be started: {e}"))?;
    if let Some(mut input) = child.stdin.take() {
        input
            .write_all(text.as_bytes())
            .map_err(|e| format!("the clipboard command {program} does not take the text: {e}"))?;
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("the clipboard command {program} failed: {status}")),
        Err(e) => Err(format!("the clipboard command {program} was lost: {e}")),
    }
}

/// The sequence that asks the terminal to take text into its clipboard.
pub fn osc52(text: &str) -> String {
    let mut sequence = String::new();
    // Writing into a string cannot fail.
    let _ = CopyToClipboard::to_clipboard_from(text).write_ansi(&mut sequence);
    sequence
}
