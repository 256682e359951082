//! What is wrong with a settings file: where, what, and what to write instead.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::domain::text;

/// Something is wrong with a settings file or a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file or folder.
    pub file: PathBuf,
    /// Line from 1 and column from 1 (in characters), where it is known.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", text::line(&self.file.display().to_string()))?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", text::line(&self.what))?;
        if let Some(hint) = &self.hint {
            write!(f, "\n  {}", text::line(hint))?;
        }
        Ok(())
    }
}

impl ConfigError {
    /// A mistake at a byte range of the text.
    pub fn at(file: &Path, source: &str, span: Option<Range<usize>>, what: String) -> Self {
        Self {
            file: file.to_owned(),
            place: span.map(|s| place(source, s.start)),
            what,
            hint: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn io(file: &Path, what: &str, e: &std::io::Error) -> Self {
        Self {
            file: file.to_owned(),
            place: None,
            what: format!("{what}: {e}"),
            hint: Some(
                "Check that the path exists and belongs to you, or name another folder with --config-dir or --data-dir."
                    .into(),
            ),
        }
    }

    pub(super) fn toml(file: &Path, source: &str, e: &toml::de::Error) -> Self {
        let message = e.message().trim().replace('\n', ", ");
        match suggestion(&message) {
            Some(hint) => {
                // The hint names what is known; once is enough.
                let what = message.split(", expected ").next().unwrap_or(&message);
                Self::at(file, source, e.span(), what.to_owned()).hint(hint)
            }
            None => Self::at(file, source, e.span(), in_words(message)),
        }
    }
}

/// "unknown field `thme`, expected one of `theme`, `me`" holds all that a hint needs.
fn suggestion(message: &str) -> Option<String> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let wrong = quoted.next()?;
    if !message.starts_with("unknown") {
        return None;
    }
    let known: Vec<&str> = quoted.collect();
    if known.is_empty() {
        return None;
    }
    Some(match nearest(wrong, known.iter().copied()) {
        Some(near) => format!("Did you mean \"{near}\"?"),
        None => format!("Known here: {}.", known.join(", ")),
    })
}

/// Sorts of values by the names that people have for them.
fn in_words(message: String) -> String {
    let Some((found, wanted)) = message.rsplit_once(", expected ") else {
        return message;
    };
    let wanted = match wanted {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0 up",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" => "a text in quotes",
        "a sequence" => "a list in [ ]",
        other => other,
    };
    format!("{found}, expected {wanted}")
}

/// The word most like `wrong`, if one is like it at all: at most a third of it differs.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (wrong.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|k| (distance(wrong, k), k))
        .filter(|(d, _)| *d <= limit)
        .min_by_key(|(d, _)| *d)
        .map(|(_, k)| k)
}

/// How many letters must be typed, left out, changed or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (
        a.to_lowercase().chars().collect(),
        b.to_lowercase().chars().collect(),
    );
    let width = b.len() + 1;
    let mut d = vec![0_usize; (a.len() + 1) * width];
    for (j, cell) in d.iter_mut().take(width).enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        d[i * width] = i;
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (d[(i - 1) * width + j] + 1)
                .min(d[i * width + j - 1] + 1)
                .min(d[(i - 1) * width + j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(d[(i - 2) * width + j - 2] + 1);
            }
            d[i * width + j] = best;
        }
    }
    d.last().copied().unwrap_or(0)
}

/// Line and column, both from 1, of a byte of the text.
fn place(source: &str, byte: usize) -> (usize, usize) {
    let before = source.get(..byte).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |tail| tail.chars().count())
        + 1;
    (line, column)
}
