//! What the writer of a message says now: without quotes, repeated mails, greetings' ends and
//! signatures; and its lines and sentences.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::pattern;
use crate::domain::text::{SegmentKind, fold_quotes};

/// A sentence longer than this is a log, not a sentence. In bytes.
const LONG: usize = 800;

/// The writer's own text.
pub(super) struct Own<'a> {
    /// The whole message, into which every range points.
    pub text: &'a str,
    /// Lines, without their ends.
    pub lines: Vec<Range<usize>>,
    /// Stretches of lines that stand one under the other.
    pub blocks: Vec<Range<usize>>,
    /// Sentences, none longer than what a sentence can be.
    pub sentences: Vec<Range<usize>>,
}

static SIGN_OFF: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s*(?:(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|m\.?\s?v\.?\s?g\.?|m\.?vr\.?\s?gr\.?|groet(?:jes|en)?|gr\.?|hoogachtend|bij voorbaat (?:hartelijk )?dank(?:end)?|alvast (?:hartelijk )?(?:bedankt|dank)|(?:with )?(?:kind|best|warm|many)(?:est)? (?:regards|wishes)|(?:yours )?(?:sincerely|faithfully|truly)|regards|cheers|thanks|thank you|thx|many thanks|best|all the best|mit freundlichen grüßen|cordialement)\b[\s,.!]*(?:\p{L}[\p{L}.'-]*(?:\s+|$)){0,4}$",
    )
});
static SENT_FROM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s*(?:sent from my|sent from mail|get outlook for|verstuurd vanaf|verzonden vanaf|verzonden met|download outlook)\b",
    )
});

impl<'a> Own<'a> {
    /// Takes a message apart.
    pub fn of(text: &'a str) -> Self {
        let mut lines = Vec::new();
        let mut at = 0;
        for segment in fold_quotes(text) {
            let start = lines.len();
            for _ in 0..segment.lines {
                let (line, next) = line_at(text, at);
                if segment.kind == SegmentKind::Own {
                    lines.push(line);
                }
                at = next;
            }
            let end = without_sign_off(text, &lines[start.min(lines.len())..]);
            lines.truncate(start + end);
        }
        let blocks = blocks(text, &lines);
        let sentences = blocks.iter().flat_map(|b| sentences(text, b)).collect();
        Self {
            text,
            lines,
            blocks,
            sentences,
        }
    }

    /// The words of a range.
    pub fn at(&self, range: &Range<usize>) -> &'a str {
        self.text.get(range.clone()).unwrap_or("")
    }
}

/// The line that starts at a place, and where the next one does.
fn line_at(text: &str, at: usize) -> (Range<usize>, usize) {
    let rest = text.get(at..).unwrap_or("");
    let (line, next) = match rest.find('\n') {
        Some(end) => (&rest[..end], at + end + 1),
        None => (rest, text.len()),
    };
    let line = line.strip_suffix('\r').unwrap_or(line);
    (at..at + line.len(), next)
}

/// How many of the lines stand above the farewell: it is one if little comes below it.
fn without_sign_off(text: &str, lines: &[Range<usize>]) -> usize {
    let line = |i: usize| text.get(lines[i].clone()).unwrap_or("");
    let mut below = 0;
    let mut cut = lines.len();
    for i in (0..lines.len()).rev() {
        let here = line(i);
        let low = super::head(here, 201).to_ascii_lowercase();
        if here.len() <= 200 && SENT_FROM.is_match(&low) && below <= 4 {
            cut = i;
        }
        // "Thanks!" stands at the beginning of a message too.
        let few = below <= 4 || !is_thanks(here);
        if here.len() <= 120 && SIGN_OFF.is_match(&low) && i > 0 && few {
            cut = i;
        }
        below += usize::from(!here.trim().is_empty());
        // A signature has few lines, and short ones.
        if below > 12 || here.len() > 160 {
            break;
        }
    }
    cut
}

fn is_thanks(line: &str) -> bool {
    let low = super::head(line.trim_start(), 12).to_lowercase();
    ["thank", "thx", "best", "cheers"]
        .iter()
        .any(|w| low.starts_with(w))
}

fn blocks(text: &str, lines: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    for line in lines {
        match blocks.last_mut() {
            Some(last)
                if text
                    .get(last.end..line.start)
                    .is_some_and(|gap| matches!(gap, "\n" | "\r\n")) =>
            {
                last.end = line.end;
            }
            _ => blocks.push(line.clone()),
        }
    }
    blocks
}

/// Words with a dot that end no sentence.
const DOTTED: &[&str] = &[
    "e.g", "i.e", "etc", "mr", "mrs", "ms", "dr", "drs", "prof", "nr", "no", "bijv", "bv", "evt",
    "o.a", "d.w.z", "m.b.t", "i.v.m", "ca", "approx", "vs", "st", "a.m", "p.m",
];

/// The sentences of a block: they end at a full stop before a blank, and at the end of a line
/// unless the next line goes on in lower case.
fn sentences(text: &str, block: &Range<usize>) -> Vec<Range<usize>> {
    let body = text.get(block.clone()).unwrap_or("");
    let bytes = body.as_bytes();
    let mut out = Vec::new();
    let mut start = 0;
    for (i, &b) in bytes.iter().enumerate() {
        let next = bytes.get(i + 1).copied().unwrap_or(b'\n');
        let ends = match b {
            b'!' | b'?' => next.is_ascii_whitespace() || next == b'"',
            b'.' => next.is_ascii_whitespace() && !is_dotted(&body[start..i]),
            b'\n' => {
                let goes_on = body[i + 1..].chars().next().is_some_and(char::is_lowercase);
                !(goes_on && i - start > 30)
            }
            _ => false,
        };
        if ends {
            push(
                body,
                start,
                i + usize::from(b != b'\n'),
                block.start,
                &mut out,
            );
            start = i + 1;
        }
    }
    push(body, start, body.len(), block.start, &mut out);
    out
}

fn is_dotted(before: &str) -> bool {
    let tail: String = before
        .chars()
        .rev()
        .take_while(|c| !c.is_whitespace() && *c != '(')
        .take(8)
        .collect();
    let word: String = tail.chars().rev().collect::<String>().to_lowercase();
    // A number with a dot is one of a list, if it stands first.
    let numbered = before.trim().bytes().all(|b| b.is_ascii_digit());
    numbered || DOTTED.contains(&word.as_str())
}

fn push(body: &str, start: usize, end: usize, base: usize, out: &mut Vec<Range<usize>>) {
    let part = body.get(start..end).unwrap_or("");
    let from = start + part.len() - part.trim_start().len();
    let to = start + part.trim_end().len();
    if from < to && to - from <= LONG {
        out.push(base + from..base + to);
    }
}
