//! What of a file may leave.

use crate::domain::report::{Removed, diff, redact};

/// What becomes of a file on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It goes as it is: it is no text, so nobody has looked into it.
    AsItIs,
    /// It is a text and goes with these words taken out.
    Text {
        /// The text as it leaves.
        clean: String,
        /// What was taken out.
        removed: Vec<Removed>,
        /// The same as the lines of a diff, not passed through the gate.
        diff: Vec<String>,
    },
    /// It stays here, and why.
    Stays(&'static str),
}

/// Texts larger than this many bytes stay: nobody would look at what was taken out of them.
const MOST: usize = 4 << 20;

/// What may leave of a file. A text is known by its bytes; what calls itself one and cannot be
/// read as such stays, since nothing could be taken out of it.
pub fn fate(name: &str, media_type: &str, bytes: &[u8], keep: &[&str]) -> Fate {
    if bytes.is_empty() {
        return Fate::Stays("it is empty");
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return match says_text(name, media_type) {
            true => {
                Fate::Stays("it is a text whose letters cannot be read, so it may hold secrets")
            }
            false => Fate::AsItIs,
        };
    };
    if text.contains('\0') {
        return Fate::AsItIs;
    }
    if text.len() > MOST {
        return Fate::Stays("it is too long a text to look through");
    }
    let (clean, removed) = redact(text, keep);
    let diff = diff(name, text, &removed);
    Fate::Text {
        clean,
        removed,
        diff,
    }
}

fn says_text(name: &str, media_type: &str) -> bool {
    const ENDINGS: &[&str] = &[
        ".txt", ".log", ".csv", ".md", ".json", ".xml", ".yaml", ".yml", ".conf", ".ini",
    ];
    let name = name.to_lowercase();
    media_type.trim().to_lowercase().starts_with("text/")
        || ENDINGS.iter().any(|e| name.ends_with(e))
}
