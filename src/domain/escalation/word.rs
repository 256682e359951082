//! Words that go to the vendor and come from there while the ticket stays ours.

use super::{Brought, Escalation, Heard};
use crate::domain::report::{Removed, redact};
use crate::domain::text::{self, Untrusted};

/// An internal note that begins so goes to the vendor of an escalated ticket too.
pub const TO_VENDOR: &str = "To the vendor:";

/// The note by which something is said to the vendor, and what was taken out of it, line by line.
pub fn to_vendor(words: &str, workspace: Option<&Untrusted>) -> (String, Vec<String>) {
    let (shown, clean, removed) = leaving(words, workspace);
    let diff = crate::domain::report::diff("what you say", &shown, &removed);
    (format!("{TO_VENDOR} {clean}"), diff)
}

/// What a note says to the vendor; none where it is not addressed to them.
pub fn addressed(note: &str) -> Option<&str> {
    let words = note.trim_start().strip_prefix(TO_VENDOR)?.trim();
    (!words.is_empty()).then_some(words)
}

/// What the vendor hears of a note; none where it is not addressed to them.
pub fn heard_there(note: &str, workspace: Option<&Untrusted>) -> Option<String> {
    addressed(note).map(|words| leaving(words, workspace).1)
}

/// Words as they are seen and as they may leave, and what was taken out. What is hidden by signs
/// that nobody sees is found in what is shown.
fn leaving(words: &str, workspace: Option<&Untrusted>) -> (String, String, Vec<Removed>) {
    let shown = text::block(words.trim()).into_string();
    let keep = workspace.map(Untrusted::raw);
    let (clean, removed) = redact(&shown, keep.as_slice());
    (shown, clean, removed)
}

/// The internal note that keeps what the vendor said, and names the files of theirs that stayed
/// there.
pub fn from_vendor(escalation: &Escalation, heard: &Heard, brought: &Brought) -> Untrusted {
    let mut note = format!(
        "From {}, {}:\n\n{}",
        escalation.name(),
        heard.by.line(),
        heard.body.raw().trim()
    );
    for (file, why) in &brought.left {
        note.push_str(&format!("\n\n{} is with them: {why}.", file.line()));
    }
    Untrusted::new(note)
}

/// What the vendor is told when what was taken back is theirs again.
pub const fn taken_up() -> &'static str {
    "We need you on this again after all; please go on with it."
}

/// What the vendor is told when a ticket is ours again before they have resolved theirs.
pub const fn taken_back() -> &'static str {
    "We have taken this back; nothing more is needed from you. Thank you."
}
