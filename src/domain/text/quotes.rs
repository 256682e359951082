//! Which part of a mail its writer wrote, and which is quoted or a signature.

/// What a part of a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentKind {
    /// Written by the sender.
    Own,
    /// Repeated from an earlier mail.
    Quoted,
    /// What the sender's program puts below.
    Signature,
}

/// A stretch of lines of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// What it is.
    pub kind: SegmentKind,
    /// The lines as they came, without the end of the last one. Not passed through the gate.
    pub text: String,
    /// How many lines it has.
    pub lines: usize,
}

/// What a mail program writes above a forwarded or repeated mail, between dashes.
const DIVIDERS: &[&str] = &[
    "original message",
    "forwarded message",
    "oorspronkelijk bericht",
    "doorgestuurd bericht",
    "ursprüngliche nachricht",
    "message d'origine",
];

/// The lines of a mail's head as programs repeat them: who, and what goes with it.
const FROM: &[&str] = &["from:", "van:", "von:", "de :", "de:"];
const HEADS: &[&str] = &[
    "sent:",
    "verzonden:",
    "gesendet:",
    "envoyé :",
    "envoyé:",
    "date:",
    "datum:",
    "to:",
    "aan:",
    "an:",
    "à :",
    "à:",
    "subject:",
    "onderwerp:",
    "betreff:",
    "objet :",
    "objet:",
    "cc:",
];

/// How the line above a quotation begins and ends: "On ... wrote:", "Op ... schreef ...:".
const INTRODUCTIONS: &[(&str, &str)] = &[
    ("on ", "wrote"),
    ("op ", "schreef"),
    ("op ", "geschreven"),
    ("am ", "schrieb"),
    ("le ", "a écrit"),
];

/// Splits a plain text body. The segments, one under the other, are the body's lines:
/// none is lost. Below a signature line and below a repeated mail's head everything
/// belongs to it; of lines with `>` only those do that have it.
pub fn fold_quotes(body: &str) -> Vec<Segment> {
    let lines: Vec<&str> = body.lines().collect();
    let mut segments: Vec<Segment> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let (kind, taken) = stretch(&lines, at);
        add(&mut segments, kind, &lines[at..at + taken]);
        at += taken;
    }
    segments
}

/// What starts at a line, and how many lines it takes.
fn stretch(lines: &[&str], at: usize) -> (SegmentKind, usize) {
    let rest = lines.len() - at;
    let line = lines[at];
    if line.trim_start().starts_with('>') {
        return (SegmentKind::Quoted, 1);
    }
    if matches!(line.trim_end_matches('\r'), "-- " | "--") && at > 0 {
        let end = lines[at..]
            .iter()
            .position(|l| starts_old_mail(l))
            .unwrap_or(rest);
        return (SegmentKind::Signature, end.max(1));
    }
    if starts_old_mail(line) || head(&lines[at..]) {
        return (SegmentKind::Quoted, rest);
    }
    if let Some(n) = introduction(&lines[at..]) {
        let below = lines[at + n..].iter().find(|l| !l.trim().is_empty());
        // Answers may stand between quoted lines; without `>` all below is the old mail.
        let marked = below.is_some_and(|l| l.trim_start().starts_with('>'));
        return (SegmentKind::Quoted, if marked { n } else { rest });
    }
    (SegmentKind::Own, 1)
}

/// "-----Original Message-----" and the line of underscores that Outlook draws.
fn starts_old_mail(line: &str) -> bool {
    let line = line.trim();
    if line.len() > 200 || !line.starts_with("--") {
        return line.len() >= 30 && line.len() <= 200 && line.bytes().all(|b| b == b'_');
    }
    let inner = line.trim_matches('-').trim().to_lowercase();
    DIVIDERS.contains(&inner.as_str())
}

fn begins(line: &str, words: &[&str]) -> bool {
    let head: String = line.trim().trim_matches('*').chars().take(16).collect();
    let head = head.to_lowercase();
    words.iter().any(|w| head.starts_with(w))
}

/// "From:" with at least two more lines of a head right below it.
fn head(lines: &[&str]) -> bool {
    begins(lines[0], FROM)
        && lines
            .iter()
            .skip(1)
            .take(5)
            .filter(|l| begins(l, HEADS))
            .count()
            >= 2
}

/// "On Monday Jan wrote:", which may be broken over up to three lines; how many.
fn introduction(lines: &[&str]) -> Option<usize> {
    let first: String = lines[0].trim().chars().take(4).collect();
    let first = first.to_lowercase();
    if !INTRODUCTIONS
        .iter()
        .any(|(begin, _)| first.starts_with(begin))
    {
        return None;
    }
    let mut whole = String::new();
    for (i, line) in lines.iter().take(3).enumerate() {
        if line.trim().is_empty() || line.len() > 300 {
            return None;
        }
        whole.push_str(&line.trim().to_lowercase());
        whole.push(' ');
        if whole.trim_end().ends_with(':') {
            let says =
                |(begin, verb): &(&str, &str)| whole.starts_with(begin) && whole.contains(verb);
            // A date or a time has digits; "On the form he wrote:" has none.
            let dated = whole.contains(|c: char| c.is_ascii_digit());
            return (dated && INTRODUCTIONS.iter().any(says)).then_some(i + 1);
        }
    }
    None
}

/// Puts lines to the segment before if that is of the same kind; blank lines between
/// two quoted stretches are quoted as well.
fn add(segments: &mut Vec<Segment>, kind: SegmentKind, lines: &[&str]) {
    if let Some(last) = segments.last_mut()
        && last.kind == kind
    {
        for line in lines {
            last.text.push('\n');
            last.text.push_str(line);
        }
        last.lines += lines.len();
    } else {
        segments.push(Segment {
            kind,
            text: lines.join("\n"),
            lines: lines.len(),
        });
    }
    swallow_blank(segments);
}

fn swallow_blank(segments: &mut Vec<Segment>) {
    use SegmentKind::{Own, Quoted};
    if let [.., a, b, c] = segments.as_slice()
        && (a.kind, b.kind, c.kind) == (Quoted, Own, Quoted)
        && b.text.trim().is_empty()
    {
        let (Some(c), Some(b)) = (segments.pop(), segments.pop()) else {
            return;
        };
        if let Some(a) = segments.last_mut() {
            a.text = [a.text.as_str(), &b.text, &c.text].join("\n");
            a.lines += b.lines + c.lines;
        }
    }
}
