//! Cuts a query into words, with quotes taken off and every character's place kept.

use std::ops::Range;

use super::words::is_quote;

/// A character of the input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// Where it stands, in bytes.
    pub at: usize,
    /// The character.
    pub c: char,
    /// It stood within quotes: it is never a sign of the language.
    pub quoted: bool,
}

impl Piece {
    /// This character as a sign of the language.
    pub(super) fn is(self, sign: char) -> bool {
        !self.quoted && self.c == sign
    }
}

/// What stands between blanks.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// Its bytes in the input, quotes included.
    pub span: Range<usize>,
    /// Its characters, quotes left out.
    pub pieces: Vec<Piece>,
    /// Where a quote starts that does not end.
    pub open_quote: Option<usize>,
}

/// The words of an input.
pub(super) fn words(input: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut chars = input.char_indices().peekable();
    while let Some(&(start, c)) = chars.peek() {
        if c.is_whitespace() {
            chars.next();
            continue;
        }
        let mut word = Word {
            span: start..start,
            pieces: Vec::new(),
            open_quote: None,
        };
        let mut open: Option<(usize, char)> = None;
        while let Some(&(at, c)) = chars.peek() {
            if open.is_none() && c.is_whitespace() {
                break;
            }
            chars.next();
            word.span.end = at + c.len_utf8();
            let mut piece = Piece {
                at,
                c,
                quoted: open.is_some(),
            };
            match open {
                None if is_quote(c) => open = Some((at, c)),
                Some((_, by)) if closes(by, c) => open = None,
                Some(_) if c == '\\' => {
                    if let Some((at, next)) = chars.next_if(|(_, n)| matches!(n, '"' | '\\')) {
                        word.span.end = at + next.len_utf8();
                        piece.c = next;
                    }
                    word.pieces.push(piece);
                }
                _ => word.pieces.push(piece),
            }
        }
        word.open_quote = open.map(|(at, _)| at);
        words.push(word);
    }
    words
}

/// A straight quote ends with a straight one, so that others can stand within it.
const fn closes(opened_by: char, c: char) -> bool {
    match opened_by {
        '"' => c == '"',
        _ => is_quote(c),
    }
}

/// A value of a list.
#[derive(Debug, Clone)]
pub(super) struct Value {
    /// What it says.
    pub text: String,
    /// Some of it stood in quotes: it is no word of the language.
    pub quoted: bool,
    /// Its bytes in the input.
    pub span: Range<usize>,
}

impl Value {
    /// It is this word of the language.
    pub(super) fn says(&self, word: &str) -> bool {
        !self.quoted && self.text.eq_ignore_ascii_case(word)
    }
}

/// The values between commas. An empty one gets the place where it should be.
pub(super) fn values(pieces: &[Piece], end: usize) -> Vec<Value> {
    let mut from = pieces.first().map_or(end, |p| p.at);
    pieces
        .split(|p| p.is(','))
        .map(|part| {
            let to = part.last().map_or(from, |p| p.at + p.c.len_utf8());
            let start = part.first().map_or(from, |p| p.at);
            from = to + 1;
            Value {
                text: part.iter().map(|p| p.c).collect(),
                quoted: part.iter().any(|p| p.quoted),
                span: start.min(end)..to.min(end),
            }
        })
        .collect()
}
