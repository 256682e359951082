//! The texts of errors: in quotes behind words such as "it says", behind a colon, and by their form.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{Confidence, Suggestion, Value, overlaps, pattern, tidy};

/// The longest error text that is taken, in bytes.
pub(super) const LONGEST: usize = 400;

/// Words before a text in double quotes that make it an error's, by how far before they may stand.
static DOUBLE_SAID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?:(?P<far>(?:errors?|messages?|warnings?|popup|pop-up|notification|alert|prompt|response|responded|exception|fout(?:melding|code)?(?:en)?|melding(?:en)?|bericht|waarschuwing)\b)
        |(?P<near>(?:says?|said|saying|states?|stating|stated|reads?|displaying|displays|text|tekst|zegt|staat|luidt|verschijnt)[\s:,])
        |(?P<next>(?:getting|get|got|krijg|failed)[\s:,]))",
    )
});
/// The same before single quotes, which may stand within words too.
static SINGLE_SAID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?P<far>(?:errors?|messages?|warnings?|says?|said|saying|states?|stating|reads?|melding|foutmelding|zegt|staat|luidt)\b)",
    )
});
/// Words before a text behind a colon.
static COLON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?ix)\b(?:(?:error|warning|failure|fatal|exception|fout|foutmelding|melding|foutbericht)(?:\s+(?:message|code|melding|text|log|is|was|i\s+(?:get|see|got)|that\s+(?:i\s+get|pops\s+up|appears)|says|states|reads))?|(?:following|this|the)\s+(?:error|message|warning)(?:\s+message)?|(?:fout)?melding\s+te\s+zien|message|says|states|saying|(?:de\s+)?volgende\s+(?:fout)?melding|responded|reason)[\t\ ]*(?:is|was)?[\t\ ]*:[\t\ ]*["“'‘]?(?P<text>[^\s"“'‘][^\n"“”]{5,})"#,
    )
});
/// Texts that are an error's by their own form; what belongs to them besides is in [`codes`].
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)\b(?:[A-Za-z_][\w.]*(?:Error|Exception)\b(?::\s*[^\n]{3,})?
        |(?P<status>(?i:HTTP(?:/\d(?:\.\d)?)?\s+(?:error\s+|status\s+)?[45]\d\d\b))
        |(?i:error|status|code|fout|fout(?:code)?)\s+(?i:code\s+)?(?:0x[0-9A-Fa-f]{4,16}|[45]\d\d\b|\#?\d{3,10}\b)
        |0x8[0-9A-Fa-f]{7}\b
        |[A-Z]{2,}(?:_[A-Z0-9]+)*_(?:ERROR|FAIL(?:ED|URE)?|ERR|INVALID|DENIED|TIMEOUT|REFUSED|EXPIRED|ISSUER|UNKNOWN|UNREACHABLE)(?:_[A-Z0-9]+)*\b
        |(?:ERR|ERROR|NS_ERROR|SEC_ERROR|SSL_ERROR|MOZILLA_PKIX_ERROR|PR)_[A-Z0-9_]{3,}\b
        |[45]\d\d[\s-][45]\.\d\.\d{1,3}\s[^\n]{5,}
        |(?P<line>An\ error\ (?:has\ )?occurred|Sending\ of\ (?:the\ )?(?:message|password)[^\n.]*(?:failed|did\ not\ succeed)|Secure\ Connection\ Failed|Could\ not\ be\ delivered|The\ (?:operation|request|connection)\ (?:has\ )?(?:timed\ out|failed)|Er\ is\ een\ (?:onverwachte\ )?fout\ opgetreden|De\ wachttijd\ voor\ de\ verbinding\ is\ verstreken|Verzenden\ van\ (?:het\ )?bericht\ is\ mislukt|Aanmelden\ (?:bij\ \S+\ )?is\ (?:niet\ mogelijk|mislukt))
        |(?P<start>Traceback\ \(most\ recent\ call\ last\)|Segmentation\ fault|(?i:Permission\ denied|Access\ (?:is\ )?denied|Toegang\ geweigerd|Connection\ (?:refused|reset|timed\ out)|Authentication\ failed|Login\ failed|No\ such\ file\ or\ directory|Command\ not\ found)|Login\ (?:to|in)\ server\ [^\n]*?failed))",
    )
});
/// A text in quotes that says by itself that something failed.
static FAULT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:^|[\s(:,])["“](?P<text>[^\s"“”][^"“”\n]*\b(?:failed|error|cannot|can't|could not|unable|denied|invalid|refused|not found|timed out|not responding|exception|mislukt|fout|kan niet|geweigerd|ongeldig|niet gevonden)\b[^"“”\n]*)["”]"#,
    )
});

/// How quotes are written, and what makes a text in them an error's.
struct Quotes {
    /// The signs that open them.
    open: &'static str,
    /// The signs across which no word before them is looked for.
    bounds: &'static str,
    /// The words before them, by how far before they may stand.
    said: &'static LazyLock<Regex>,
    /// So many letters may stand between for each group of those words.
    reach: &'static [(&'static str, usize)],
    /// Where the text ends of which this is the beginning.
    end: fn(&str) -> Option<usize>,
}

const DOUBLE: Quotes = Quotes {
    open: "\"“„«",
    bounds: "\"“”„«».",
    said: &DOUBLE_SAID,
    reach: &[("far", 60), ("near", 15), ("next", 8)],
    end: end_of_double,
};

const SINGLE: Quotes = Quotes {
    open: "'‘",
    bounds: "'‘’.",
    said: &SINGLE_SAID,
    reach: &[("far", 40)],
    end: end_of_single,
};

fn end_of_double(text: &str) -> Option<usize> {
    let (end, sign) = text.char_indices().find(|(_, c)| "\"“”«»\n".contains(*c))?;
    let long = text.get(..end)?.chars().nth(3).is_some();
    (long && "\"”“»".contains(sign)).then_some(end)
}

fn end_of_single(text: &str) -> Option<usize> {
    let text = super::head(text, 4 * LONGEST);
    for (at, sign) in text.char_indices().filter(|(_, c)| "'’\n".contains(*c)) {
        let next = text.get(at + sign.len_utf8()..)?.chars().next();
        // An apostrophe within a word ends nothing.
        if sign != '\n' && next.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let closes = next.is_none_or(|c| c.is_whitespace() || ".,;!?)".contains(c));
        return (closes && sign != '\n' && at > 0).then_some(at);
    }
    None
}

impl Quotes {
    /// Whether words before the quotes say that an error's text stands in them.
    fn are_said(&self, before: &str) -> bool {
        self.said.captures_iter(before).any(|c| {
            self.reach.iter().any(|(name, reach)| {
                let gap = c.name(name).and_then(|m| before.get(m.end()..));
                gap.is_some_and(|g| g.chars().nth(*reach).is_none() && !g.contains('\n'))
            })
        })
    }

    /// The texts in such quotes that are said to be an error's.
    fn texts<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let mut free = 0;
        text.char_indices().filter_map(move |(at, sign)| {
            if at < free || !self.open.contains(sign) {
                return None;
            }
            let before = text
                .get(free..at)?
                .rsplit(|c| self.bounds.contains(c))
                .next()?;
            let start = at + sign.len_utf8();
            if !self.are_said(before) {
                return None;
            }
            let end = start + (self.end)(text.get(start..)?)?;
            free = end + text.get(end..)?.chars().next().map_or(0, char::len_utf8);
            Some(start..end)
        })
    }
}

/// The texts with the form of an error, and what belongs to them on their line.
fn codes(text: &str) -> impl Iterator<Item = Range<usize>> {
    const SOME: usize = 80;
    let mut free = 0;
    CODE.captures_iter(text).filter_map(move |c| {
        let found = c.get(0).filter(|m| m.start() >= free)?;
        let rest = text.get(found.end()..)?;
        let line = || rest.split('\n').next().unwrap_or("");
        let more = if c.name("line").is_some() {
            line().len()
        } else if c.name("start").is_some() {
            line().chars().take(SOME).map(char::len_utf8).sum()
        } else if c.name("status").is_some() {
            name_of_status(rest)
        } else {
            0
        };
        free = found.end() + more;
        Some(found.start()..free)
    })
}

/// How much of what stands behind "HTTP 404" is its name, in bytes.
fn name_of_status(rest: &str) -> usize {
    let name = rest.trim_start();
    let blanks = rest.len() - name.len();
    if blanks == 0 || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return 0;
    }
    let inside = |c: &char| c.is_alphanumeric() || *c == '_' || c.is_whitespace();
    let letters: Vec<char> = name.chars().take(31).take_while(inside).collect();
    if letters.len() < 3 {
        return 0;
    }
    blanks + letters.iter().map(|c| c.len_utf8()).sum::<usize>()
}

/// The text in quotes in what is told to have happened: what the screen said.
pub(super) fn quoted(told: &str, base: usize, out: &mut Vec<Suggestion>) {
    static QUOTE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"["“](?P<text>[^"“”\n]{4,})["”]"#));
    let found = QUOTE.captures(told).and_then(|c| c.name("text"));
    if let Some(text) = found.filter(|t| t.as_str().trim().contains(' ')) {
        let words = super::head(text.as_str(), LONGEST);
        let range = text.start()..text.start() + words.len();
        let value = Value::Error(tidy(words));
        out.push(super::names::at(
            value,
            base,
            range,
            Confidence::Medium,
            QUOTED,
        ));
    }
}

/// The sentences of a message without the tale that goes on behind it: as many as are short.
fn message_of(words: &str) -> &str {
    const SHORT: usize = 160;
    let ends = words.match_indices(". ").map(|(at, _)| at + 1);
    let longest = ends.take_while(|end| *end <= SHORT).last();
    match longest {
        Some(end) if words.len() > SHORT => words.get(..end).unwrap_or(words),
        _ => words,
    }
}

const QUOTED: &str = "a text in quotes, said to be a message";
const FAILED: &str = "a text in quotes that says that something failed";

/// The texts of errors in a block.
pub(super) fn read(text: &str, base: usize, out: &mut Vec<Suggestion>) {
    let by = |rule: &'static Regex, confidence, reason| {
        let found = rule.captures_iter(text).filter_map(|c| c.name("text"));
        found.map(move |m| (m.range(), confidence, reason))
    };
    let said = DOUBLE.texts(text).chain(SINGLE.texts(text));
    let said = said.map(|r| (r, Confidence::High, QUOTED));
    let coded = codes(text).map(|r| (r, Confidence::Medium, "has the form of an error"));
    let all = said
        .chain(by(&FAULT, Confidence::Medium, FAILED))
        .chain(by(
            &COLON,
            Confidence::Medium,
            "what stands behind \"error:\"",
        ))
        .chain(coded);
    let mut taken: Vec<Range<usize>> = Vec::new();
    for (whole, confidence, reason) in all {
        let words = text.get(whole.clone()).unwrap_or("");
        let words = message_of(super::head(words, LONGEST)).trim_end();
        // One word in quotes is a button more often than a message.
        let single = reason == QUOTED && !words.contains(char::is_whitespace);
        if single && !words.contains(|c: char| c.is_ascii_digit() || c == '_') {
            continue;
        }
        let range = whole.start..whole.start + words.len();
        if taken.iter().any(|t| overlaps(t, &range)) {
            continue;
        }
        taken.push(range.clone());
        out.push(super::names::at(
            Value::Error(tidy(words)),
            base,
            range,
            confidence,
            reason,
        ));
        if taken.len() >= 20 {
            return;
        }
    }
}
