//! Desktop notifications, by the sequences that some terminals pass on to the desktop. Others may print them, so
//! that nothing is sent to a terminal that is not known to understand it unless the settings say so.

use crate::config::Notify;
use crate::domain::text::{self, Printable};

/// A sequence that a terminal shows as a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// OSC 9: one text.
    Osc9,
    /// OSC 777: a title and a text.
    Osc777,
}

/// A notification is read at a glance; what is longer is cut.
const LONGEST: usize = 160;

/// The way to the desktop; none: there is none that is known. `env` looks up an environment variable.
pub fn way(setting: Notify, env: impl Fn(&str) -> Option<String>) -> Option<Way> {
    match setting {
        Notify::Osc9 => return Some(Way::Osc9),
        Notify::Osc777 => return Some(Way::Osc777),
        Notify::Off => return None,
        Notify::Auto => {}
    }
    let is_set = |name: &str| env(name).is_some_and(|v| !v.is_empty());
    // A multiplexer keeps what it does not know to itself, or prints it.
    if is_set("TMUX") || is_set("STY") {
        return None;
    }
    let (term, program) = (
        env("TERM").unwrap_or_default(),
        env("TERM_PROGRAM").unwrap_or_default(),
    );
    if matches!(program.as_str(), "iTerm.app" | "WezTerm" | "ghostty") || term.contains("kitty") {
        return Some(Way::Osc9);
    }
    if term.contains("ghostty") {
        return Some(Way::Osc9);
    }
    (term.starts_with("foot") || term.starts_with("rxvt-unicode")).then_some(Way::Osc777)
}

/// The sequence for a text that has passed the gate.
pub fn sequence(way: Way, words: &Printable) -> String {
    let words = text::fit(words, LONGEST);
    match way {
        // Digits at the front would be a command to some terminals.
        Way::Osc9 => format!("\x1b]9;deskhand: {words}\x1b\\"),
        // A semicolon would begin a field of its own.
        Way::Osc777 => {
            let words = words.as_str().replace(';', ",");
            format!("\x1b]777;notify;deskhand;{words}\x1b\\")
        }
    }
}
