//! What of files may leave, and under which names.

use crate::domain::report::{Draft, Evidence, Removed, diff, redact};
use crate::domain::text;
use crate::domain::thread::{Attachment, AttachmentId};

/// One of the ticket's files.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Which.
    pub attachment: &'a Attachment,
    /// What is in it.
    pub content: Content<'a>,
}

/// The bytes of a file.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// Here they are.
    Here(&'a [u8]),
    /// At our desk, and not to be had from there now.
    Elsewhere,
}

/// What becomes of a file on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It goes as it is: it is no text, so nobody has looked into it.
    AsItIs,
    /// It is a text and goes with these words taken out.
    Text {
        /// The text as it leaves, in UTF-8.
        clean: String,
        /// What was taken out.
        removed: Vec<Removed>,
        /// The same as the lines of a diff, not passed through the gate.
        diff: Vec<String>,
    },
    /// It stays here, and why.
    Stays(&'static str),
}

impl Fate {
    /// The bytes that leave: those of a text from which nothing is taken are left alone.
    ///
    /// # Errors
    /// Why it stays.
    pub fn leaving(self, bytes: Vec<u8>) -> Result<Vec<u8>, &'static str> {
        match self {
            Self::Text { clean, removed, .. } if !removed.is_empty() => Ok(clean.into_bytes()),
            Self::AsItIs | Self::Text { .. } => Ok(bytes),
            Self::Stays(why) => Err(why),
        }
    }
}

/// A file as it leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// The ticket's attachment.
    pub attachment: AttachmentId,
    /// Its name there.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Files that leave together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parcel {
    /// Those that go.
    pub files: Vec<Leaving>,
    /// What was taken out of them and of their names, as the lines of a diff; not passed through
    /// the gate.
    pub diff: Vec<String>,
    /// A sentence for each that stays, and for each that nobody has looked into.
    pub lines: Vec<String>,
}

/// Whether a report names the file as evidence.
pub fn is_evidence(draft: &Draft, file: &Attachment) -> bool {
    let is_it = |e: &Evidence| {
        e.name.raw() == file.name.raw() && e.size.is_none_or(|size| size == file.size)
    };
    draft.evidence.iter().any(is_it)
}

/// Files as they leave: under safe names of their own, names and texts without what must not.
pub fn package_files(files: &[File<'_>], keep: &[&str]) -> Parcel {
    let mut parcel = Parcel::default();
    for file in files {
        parcel.take(file, keep);
    }
    parcel
}

/// That a file does not leave, and why.
pub fn stays(name: &str, why: &str) -> String {
    format!("{name} does not go along: {why}.")
}

impl Parcel {
    fn take(&mut self, file: &File<'_>, keep: &[&str]) {
        let shown = file.attachment.name.line();
        let (clean, removed) = redact(&shown, keep);
        self.diff.extend(diff("file name", &shown, &removed));
        let name = self.free(&text::file_name(&clean));
        let Content::Here(bytes) = file.content else {
            let why = "it is at the desk, which does not give it now; try again when it does";
            return self.lines.push(stays(&name, why));
        };
        let fate = fate(&name, file.attachment.media_type.raw(), bytes, keep);
        match &fate {
            Fate::Stays(_) => {}
            Fate::AsItIs => self.lines.push(format!(
                "{name} goes as it is: it is no text, look into it yourself."
            )),
            Fate::Text { diff, .. } => self.diff.extend(diff.iter().cloned()),
        }
        match fate.leaving(bytes.to_vec()) {
            Ok(bytes) => self.files.push(Leaving {
                attachment: file.attachment.id,
                name,
                bytes,
            }),
            Err(why) => self.lines.push(stays(&name, why)),
        }
    }

    /// A name that none of the others has, nor the report beside them.
    fn free(&self, name: &str) -> String {
        let is = |n: &str, other: &str| n.eq_ignore_ascii_case(other);
        let taken = |n: &str| {
            let report = ["report.json", "report.md", "report.txt"];
            report.iter().any(|r| is(n, r)) || self.files.iter().any(|f| is(n, &f.name))
        };
        let (stem, ending) = match name.rfind('.') {
            Some(at) if at > 0 => name.split_at(at),
            _ => (name, ""),
        };
        let numbered = (2..).map(|n| format!("{stem}-{n}{ending}"));
        let mut all = std::iter::once(name.to_owned()).chain(numbered);
        all.find(|n| !taken(n)).unwrap_or_else(|| name.to_owned())
    }
}

/// Texts larger than this many bytes stay: nobody would look at what was taken out of them.
const MOST: usize = 4 << 20;

/// What may leave of a file. A text is known by its bytes; what calls itself one and cannot be
/// read as such stays, since nothing could be taken out of it.
pub fn fate(name: &str, media_type: &str, bytes: &[u8], keep: &[&str]) -> Fate {
    if bytes.is_empty() {
        return Fate::Stays("it is empty");
    }
    let Some(text) = letters(bytes) else {
        return match says_text(name, media_type) {
            true => {
                Fate::Stays("it is a text whose letters cannot be read, so it may hold secrets")
            }
            false => Fate::AsItIs,
        };
    };
    if text.len() > MOST {
        return Fate::Stays("it is too long a text to look through");
    }
    let (clean, removed) = redact(&text, keep);
    let diff = diff(name, &text, &removed);
    Fate::Text {
        clean,
        removed,
        diff,
    }
}

/// The text in some bytes: UTF-8, UTF-16 with or without its mark, or one byte a letter; none:
/// there is none. What fills a file up at its end is no part of it.
fn letters(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().rposition(|b| *b != 0).map_or(0, |at| at + 1);
    let full = bytes.get(..end).unwrap_or(bytes);
    match std::str::from_utf8(full) {
        Ok(text) if !text.contains('\0') => return Some(text.to_owned()),
        _ => {}
    }
    if let Some(text) = utf16(bytes) {
        return Some(text);
    }
    // Pictures and archives have such bytes all over, texts at most a few between their parts.
    let odd = full.iter().filter(|b| is_odd(**b)).count();
    if full.starts_with(b"%PDF-") || odd * 16 > full.len() {
        return None;
    }
    let text = std::str::from_utf8(full).map(str::to_owned);
    // Latin-1 names each byte; only letters beyond ASCII can come out as others.
    Some(text.unwrap_or_else(|_| full.iter().map(|b| char::from(*b)).collect()))
}

/// A control character that no text has for its lines, columns and colours.
fn is_odd(byte: u8) -> bool {
    const ESCAPE: u8 = 0x1b;
    byte < b' ' && !(b'\t'..=b'\r').contains(&byte) && byte != ESCAPE
}

/// Text of two bytes a letter, known by its mark, or by one byte of most pairs being nothing.
fn utf16(bytes: &[u8]) -> Option<String> {
    let pairs = || bytes.chunks_exact(2);
    let empty = |at: usize| pairs().filter(|p| p.get(at) == Some(&0)).count() * 2;
    let little = match bytes {
        [0xff, 0xfe, ..] => true,
        [0xfe, 0xff, ..] => false,
        _ if bytes.len() < 4 => return None,
        _ if empty(1) > pairs().len() && empty(0) * 8 < pairs().len() => true,
        _ if empty(0) > pairs().len() && empty(1) * 8 < pairs().len() => false,
        _ => return None,
    };
    let units = pairs().filter_map(|p| p.try_into().ok()).map(match little {
        true => u16::from_le_bytes,
        false => u16::from_be_bytes,
    });
    let text: String = char::decode_utf16(units).collect::<Result<_, _>>().ok()?;
    let text = text.trim_matches(['\u{feff}', '\0']).to_owned();
    let odd = text
        .chars()
        .filter(|c| u8::try_from(*c).is_ok_and(is_odd))
        .count();
    (odd * 16 <= text.chars().count()).then_some(text)
}

fn says_text(name: &str, media_type: &str) -> bool {
    const ENDINGS: &[&str] = &[
        ".txt", ".log", ".csv", ".md", ".json", ".xml", ".yaml", ".yml", ".conf", ".ini", ".env",
    ];
    let name = name.to_lowercase();
    media_type.trim().to_lowercase().starts_with("text/")
        || ENDINGS.iter().any(|e| name.ends_with(e))
}
