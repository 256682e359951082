//! Asking the person at the terminal: plain questions on standard error, so that what is
//! said on standard output can go elsewhere. Secrets are read without showing them.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use secrecy::SecretString;

use super::exit::{Code, Fail};
use crate::domain::text;

/// No secret is longer.
const MOST: u64 = 8192;

/// Whether there is somebody to ask.
pub fn can() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Says something to whoever is asked.
pub fn tell(sentence: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text::block(sentence));
}

/// A line; an empty answer is the one proposed.
///
/// # Errors
/// There is nobody any more who answers.
pub fn line(question: &str, proposed: &str) -> Result<String, Fail> {
    let hint = match proposed {
        "" => String::new(),
        proposed => format!(" [{proposed}]"),
    };
    prompt(&format!("{question}{hint}:"));
    let mut answer = String::new();
    let read = std::io::stdin().lock().take(MOST).read_line(&mut answer);
    match read {
        Ok(1..) => match answer.trim() {
            "" => Ok(proposed.to_owned()),
            answer => Ok(answer.to_owned()),
        },
        _ => Err(stopped()),
    }
}

/// Asks until the answer can be used.
///
/// # Errors
/// As [`line`].
pub fn until<T>(
    question: &str,
    proposed: &str,
    take: impl Fn(&str) -> Result<T, String>,
) -> Result<T, Fail> {
    loop {
        match take(&line(question, proposed)?) {
            Ok(value) => return Ok(value),
            Err(why) => tell(&why),
        }
    }
}

/// A secret, which is not shown while it is typed.
///
/// # Errors
/// As [`line`], or the terminal cannot be told not to show it.
pub fn secret(question: &str) -> Result<SecretString, Fail> {
    prompt(&format!("{question} (not shown):"));
    enable_raw_mode().map_err(|e| {
        Fail::new(
            Code::NoTerminal,
            format!("the terminal cannot be told not to show it: {e}; give it on standard input"),
        )
    })?;
    let typed = without_echo();
    let _ = disable_raw_mode();
    tell("");
    typed
        .filter(|t| !t.is_empty())
        .map(SecretString::from)
        .ok_or_else(stopped)
}

/// What is typed until Enter; none: the person stops.
fn without_echo() -> Option<String> {
    let mut typed = String::new();
    loop {
        let Ok(event) = read() else { return None };
        let key = match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => key,
            Event::Paste(text) => {
                typed.push_str(text.trim());
                continue;
            }
            _ => continue,
        };
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => return Some(typed),
            KeyCode::Esc => return None,
            KeyCode::Char('c' | 'd') if ctrl => return None,
            KeyCode::Char('u') if ctrl => typed.clear(),
            KeyCode::Backspace => {
                typed.pop();
            }
            KeyCode::Char(c) if !ctrl => typed.push(c),
            _ => {}
        }
    }
}

/// The first line of standard input, as a secret.
///
/// # Errors
/// There is none.
pub fn secret_from_stdin(what: &str) -> Result<SecretString, Fail> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(MOST).read_line(&mut text);
    let secret = text.trim_end_matches(['\r', '\n']);
    if read.is_err() || secret.is_empty() {
        return Err(Fail::usage(format!(
            "there is no {what} on standard input; for instance: pass show rt | deskhand connect rt ..."
        )));
    }
    Ok(SecretString::from(secret.to_owned()))
}

fn prompt(words: &str) {
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "{} ", text::line(words));
    let _ = err.flush();
}

fn stopped() -> Fail {
    Fail::new(Code::Failure, "nothing was answered; nothing was changed")
}
