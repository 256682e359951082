//! In which language somebody writes: the small words tell.

use serde::{Deserialize, Serialize};

/// A language in which Deskhand can ask back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// English; also for what is neither.
    #[default]
    English,
    /// Dutch.
    Dutch,
}

impl Language {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::English, Self::Dutch];

    /// Its name, as it is written in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::English => "english",
            Self::Dutch => "dutch",
        }
    }

    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Dutch => "nl",
        }
    }
}

/// Words that are frequent in Dutch and none in English, German or Afrikaans mail.
const DUTCH: &[&str] = &[
    "ik", "het", "een", "niet", "van", "naar", "maar", "mijn", "kan", "wordt", "deze", "dit",
    "dat", "voor", "met", "bij", "heb", "heeft", "zijn", "als", "geen", "meer", "wel", "ook", "op",
    "de", "je", "wij", "u", "uw", "graag", "groet", "groeten", "sinds", "krijg", "krijgen",
    "gisteren", "vandaag", "om", "uur", "aan", "werkt", "doet", "kunt", "kunnen", "er", "nog",
    "al", "te", "en",
];
/// The same for English.
const ENGLISH: &[&str] = &[
    "i",
    "the",
    "a",
    "an",
    "not",
    "of",
    "to",
    "but",
    "my",
    "can",
    "this",
    "that",
    "for",
    "with",
    "have",
    "has",
    "are",
    "is",
    "it",
    "no",
    "also",
    "on",
    "you",
    "we",
    "your",
    "please",
    "since",
    "get",
    "yesterday",
    "today",
    "at",
    "and",
    "when",
    "was",
    "cannot",
    "from",
    "there",
    "still",
];
/// German has small words in common with Dutch; these it has not.
const GERMAN: &[&str] = &[
    "ich", "nicht", "und", "das", "ist", "mit", "auf", "der", "die", "für", "eine", "ein", "zu",
];

/// How many words are looked at.
const LOOKED_AT: usize = 400;

/// The language of a text: Dutch where Dutch words lead, else English.
pub fn language(text: &str) -> Language {
    let (mut dutch, mut english, mut german) = (0, 0, 0);
    let head = super::read::head(text, 20_000);
    for word in super::words::words(head).take(LOOKED_AT) {
        dutch += usize::from(DUTCH.contains(&word.as_str()));
        english += usize::from(ENGLISH.contains(&word.as_str()));
        german += usize::from(GERMAN.contains(&word.as_str()));
    }
    if dutch > english && dutch > german {
        Language::Dutch
    } else {
        Language::English
    }
}
