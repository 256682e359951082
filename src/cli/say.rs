//! Where a text comes from: the arguments, standard input, or the person's editor.

use std::io::{IsTerminal as _, Read as _};

use super::exit::{Code, Fail};
use super::session::Session;
use crate::domain::ticket::TicketKey;
use crate::shell;

/// The most that is taken from standard input.
const MOST: u64 = 4 << 20;

/// The text that was given; never empty.
pub fn text(session: &Session, given: Option<&str>, what: &str) -> Result<String, Fail> {
    let text = match given {
        Some("-") => from_stdin()?,
        Some(text) => text.to_owned(),
        None if !std::io::stdin().is_terminal() => from_stdin()?,
        None => {
            let key = TicketKey::parse(what).map_err(Fail::usage)?;
            let editor = shell::editor_command(session.config.editor.as_deref());
            shell::edit_text(&editor, &key, "")
                .map_err(|e| Fail::new(Code::Failure, e))?
                .unwrap_or_default()
        }
    };
    if text.trim().is_empty() {
        return Err(Fail::usage(
            "there is no text; give it as an argument, on standard input, or in the editor",
        ));
    }
    Ok(text.trim_end().to_owned())
}

fn from_stdin() -> Result<String, Fail> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(MOST + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| Fail::new(Code::Failure, format!("standard input cannot be read: {e}")))?;
    if bytes.len() as u64 > MOST {
        return Err(Fail::usage(format!(
            "the text has more than {MOST} bytes; attach it as a file instead"
        )));
    }
    String::from_utf8(bytes)
        .map_err(|_| Fail::usage("the text on standard input is not UTF-8; convert it first"))
}
