//! What was expected, what happened instead, and what announces the text of an error.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::errors::{self, LONGEST};
use super::own::Own;
use super::{Confidence, Suggestion, Value, holds, overlaps, pattern, tail, tidy};

/// What announces a message stands so near the end of its line, in bytes.
const ANNOUNCED: usize = 150;

/// One of these is in all that says what was expected.
const EXPECTING: [&str; 10] = [
    "expect",
    "anticipat",
    "should",
    "ought",
    "supposed",
    "verwacht",
    "zou",
    "hoor",
    "behoort",
    "moet",
];
static EXPECTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?:i|we|he|she|they)\s+(?:would\s+have\s+|would\s+|had\s+|was\s+|were\s+|am\s+|'d\s+)?(?:expect(?:ed|ing)?|anticipat(?:ed|e))\s+(?P<a>[^\n]{3,})
        |\b(?:ik|we|wij|hij|zij|ze)\s+(?:had(?:den)?\s+)?(?:zou\s+)?verwacht(?:te|ten)?\s+(?:had\s+|zou\s+)?(?P<b>[^\n]{3,})
        |\b(?:had|hadden|zou)\s+(?:ik|we|wij|hij|zij|ze)\s+verwacht(?:en)?\s+(?P<b2>[^\n]{3,})
        |^\s*expected\s+(?P<c2>(?:to|that)\s+[^\n]{3,})|\bexpected\s+(?:(?:behaviou?r|result|outcome)\s+(?:is|was|would\s+be)|it\s+to|that)\s+(?P<c>[^\n]{3,})
        |\b(?P<d>(?:it|this|that|they|there|he|she|(?:the|my|a|an|all|each|every|these|those)\s+(?:[\w'’-]+\s+){1,5})\s*(?:should|ought\s+to|is\s+supposed\s+to|are\s+supposed\s+to|was\s+supposed\s+to)\s+(?:have\s+)?(?:not\s+|just\s+|also\s+|be\s+)?[\w'’-]+[^\n]*)
        |\b(?P<d2>i\s+(?:should|ought\s+to|am\s+supposed\s+to|was\s+supposed\s+to)\s+(?:be\s+able|see|get|have|receive|find|only|not|at\s+least)[^\n]*)
        |\b(?P<e>(?:het|dit|dat|deze|die|er|ik|de\s+[\w-]+|het\s+[\w-]+|een\s+[\w-]+)\s+(?:zou(?:den)?|hoort|horen|behoort|moet)\s+(?:\S+\s+){0,12}?(?:moeten|te|kunnen|horen)\s+[^\n]*)",
    )
});
static BUT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:[,;.]\s*|\s+)(?:but(?: instead)?|instead(?: of (?:that|this))?|however|maar|echter|in plaats daarvan|yet)\b[,]?\s+(?P<rest>[^\n]{3,})$",
    )
});
static INSTEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:but\s+)?(?:instead|in plaats daarvan|in plaats hiervan|maar in plaats daarvan)\b,?\s*(?P<rest>[^\n]{3,})|(?:^|,\s*)(?P<of>[^,\n]{3,}?)\s+(?:instead of|in plaats van|rather than)\s+(?P<expected>[^,.\n]{3,})",
    )
});
/// Something goes wrong, said of a thing: the verb tells.
static WRONG: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)\b(?:nothing\s+happens|no\s+longer|(?:can(?:not|'t|t|\s+not|\s+no\s+longer)|could\s*n[o']?t|couldn't|unable\s+to|not\s+able\s+to)\s+(?:be\s+)?\w+|(?:does|do|did|is|are|was|were|has|have|will|would)(?:\s*n[o']t|nt|n't)\s+\w+|won't|wont|fails?(?:ed)?\b|failing|refus(?:es|ed)|crash(?:es|ed|ing)?|freez(?:es|ing)|froze|hangs?\b|hung|stuck|disappear(?:s|ed)?|vanish(?:es|ed)?|lost|missing|blank|empty|keeps?\s+\w+ing|stop(?:s|ped)\s+\w+|shows?\s+(?:up\s+)?(?:a|an|the|nothing|no|only)|pops?\s+up|(?:i|we)\s+(?:get|got|see|saw|receive|received|keep|am\s+getting|keep\s+getting)\s+(?:a|an|the|this|no|nothing|only|error|errors)|error|time[sd]?\s+out|rejected|denied|duplicat\w+|corrupt\w*|garbled|slow|wrong
        |er\s+gebeurt\s+niets|niet\s+meer|foutmelding|melding|mislukt|mislukte|faalt|loopt\s+vast|vastgelopen|hangt|blijft\s+\w+|crasht|verdwijnt|verdwenen|weg\b|leeg\b|geweigerd|(?:ik|we)\s+(?:krijg|krijgen|kreeg|zie|zien|zag)\s+(?:een|de|het|alleen|steeds|telkens|dan|nu|geen))",
    )
});
/// The same in Dutch, where the verb is denied some words later.
static DENIED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:kan|kunnen|kon|konden|wordt|worden|werkt|werken|doet|gaat|lukt|krijg|start|opent|laadt|reageert|verschijnt|komt|is|zijn)\s+(?:\S+\s+){0,4}?(?:niet|geen|niets|nergens)",
    )
});
/// Such sentences say something of the writer's wish or thought, not of what happened.
static WISH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:please|can (?:you|someone|anyone|anybody)|could (?:you|someone)|would you|how (?:do|can|to)|is there|what (?:can|should|do|is)|why|any (?:idea|help|suggestion)|i (?:would like|want|wish|hope|need|have tried|tried|assume|think|suspect|guess)|thanks|thank you|kunt u|kan iemand|kunnen jullie|wie kan|hoe (?:kan|krijg|moet)|graag|ik (?:wil|zou graag|hoop|heb al)|wat (?:kan|moet)|weet iemand|if you|let me|hope)\b",
    )
});

/// The end of a line that announces what stands below it.
static ANNOUNCES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)\b(?:following|here\s+is|here's|here\s+are|volgende|hier\s+is|i\s+get|i\s+got|we\s+get|krijg\s+ik|ik\s+krijg)\b[^\n.]*\b(?:errors?|messages?|warnings?|response|(?:fout)?melding(?:en)?|bericht|fout(?:en)?)\b[^\n.:]*[.:]*\s*$
        |\b(?:get|got|getting|see|saw|receive|received|krijg|krijgt)\s+(?:the|a|an|this|een|de)\s+(?:following\s+)?(?:error\s+)?(?:message|error|melding|foutmelding)\s*[.:]*\s*$
        |\b(?:error|message|warning|melding|foutmelding)s?\b[^\n.:]*:\s*$",
    )
});
/// Whether a sentence says that something goes wrong.
pub(super) fn goes_wrong(sentence: &str) -> bool {
    let low = sentence.to_ascii_lowercase();
    WRONG.is_match(&low) || (holds(&low, &["niet", "geen", "nergens"]) && DENIED.is_match(&low))
}

/// Whether a sentence says what was expected.
pub(super) fn tells_expected(sentence: &str) -> bool {
    holds(sentence, &EXPECTING) && EXPECTED.is_match(sentence)
}

pub(super) fn read(own: &Own<'_>, taken: &[Range<usize>], out: &mut Vec<Suggestion>) {
    let headed_actual = out.iter().any(|s| matches!(s.value, Value::Actual(_)));
    let mut wrong = 0;
    for (i, sentence) in own.sentences.iter().enumerate() {
        let text = own.at(sentence);
        if taken.iter().any(|t| overlaps(t, sentence)) {
            continue;
        }
        if text.ends_with('?') && !text.to_lowercase().contains("expected") {
            continue;
        }
        let told = expected(own, i, out);
        let free = !told && !headed_actual && wrong < 2 && text.split_whitespace().count() >= 3;
        if free && goes_wrong(text) && !WISH.is_match(&text.to_ascii_lowercase()) {
            let first = wrong == 0;
            wrong += 1;
            out.push(Suggestion {
                value: Value::Actual(tidy(text)),
                span: sentence.clone(),
                confidence: if first {
                    Confidence::Medium
                } else {
                    Confidence::Low
                },
                reason: "a sentence that says what goes wrong",
            });
        }
    }
    announced(own, out);
    for block in &own.blocks {
        errors::read(own.at(block), block.start, out);
    }
}

/// What stands below "I get the following message:".
fn announced(own: &Own<'_>, out: &mut Vec<Suggestion>) {
    for (i, line) in own.lines.iter().enumerate() {
        let text = own.at(line);
        if text.len() > 600 || !ANNOUNCES.is_match(&tail(text, ANNOUNCED).to_ascii_lowercase()) {
            continue;
        }
        let next = own
            .lines
            .iter()
            .skip(i + 1)
            .take(3)
            .find(|l| !own.at(l).trim().is_empty());
        let Some(next) = next else { continue };
        // The lines of one message stand together.
        let mut end = next.end;
        for more in own
            .lines
            .iter()
            .skip_while(|l| l.start <= next.start)
            .take(3)
        {
            if own.at(more).trim().is_empty() || more.end - next.start > LONGEST {
                break;
            }
            end = more.end;
        }
        let words = super::head(own.at(&(next.start..end)), LONGEST).trim();
        // A list below is of something else.
        if words.len() < 6
            || words.starts_with(['*', '-', '•', '['])
            || words.starts_with("1.")
            || words.ends_with('?')
        {
            continue;
        }
        let start = next.start + own.at(next).len() - own.at(next).trim_start().len();
        out.push(Suggestion {
            value: Value::Error(tidy(words)),
            span: start..start + words.len(),
            confidence: Confidence::Medium,
            reason: "stands below a line that announces a message",
        });
    }
}

/// "I expected A but B", and "A should ...", with the outcome that follows; whether an outcome
/// was told too.
fn expected(own: &Own<'_>, i: usize, out: &mut Vec<Suggestion>) -> bool {
    let sentence = &own.sentences[i];
    let text = own.at(sentence);
    let expecting = holds(text, &EXPECTING).then(|| EXPECTED.captures(text));
    if let Some(found) = expecting.flatten() {
        let sure = ["a", "b", "b2", "c", "c2"]
            .iter()
            .find_map(|n| found.name(n));
        let Some(words) = sure.or_else(|| ["d", "d2", "e"].iter().find_map(|n| found.name(n)))
        else {
            return false;
        };
        let lower = text.to_lowercase();
        if sure.is_none() && (text.ends_with('?') || !is_of_things(&lower)) {
            return false;
        }
        let confidence = if sure.is_some() {
            Confidence::High
        } else {
            Confidence::Medium
        };
        let said = words.as_str();
        let but = BUT.captures(said);
        let end = but
            .as_ref()
            .and_then(|b| b.get(0))
            .map_or(said.len(), |m| m.start());
        let before = said
            .get(..end)
            .unwrap_or(said)
            .trim_end_matches(['.', '!', ',', ' ']);
        let start = sentence.start + words.start();
        out.push(Suggestion {
            value: Value::Expected(tidy(before)),
            span: start..start + before.len(),
            confidence,
            reason: if sure.is_some() {
                "says what was expected"
            } else {
                "says what should be"
            },
        });
        if let Some(rest) = but.and_then(|b| b.name("rest")) {
            push_actual(start + rest.start(), rest.as_str(), confidence, out);
            return true;
        }
        // The next sentence often says what came instead.
        if let Some(next) = own.sentences.get(i + 1) {
            let lead = pattern_but(own.at(next));
            if let Some(at) = lead {
                push_actual(
                    next.start + at,
                    own.at(next).get(at..).unwrap_or(""),
                    confidence,
                    out,
                );
                return true;
            }
        }
        return false;
    }
    if let Some(found) = INSTEAD.captures(text) {
        if let Some(rest) = found.name("rest") {
            push_actual(
                sentence.start + rest.start(),
                rest.as_str(),
                Confidence::High,
                out,
            );
            return true;
        }
        if let (Some(of), Some(wanted)) = (found.name("of"), found.name("expected"))
            && goes_wrong(of.as_str())
        {
            push_actual(
                sentence.start + of.start(),
                of.as_str(),
                Confidence::Medium,
                out,
            );
            out.push(Suggestion {
                value: Value::Expected(tidy(wanted.as_str())),
                span: sentence.start + wanted.start()..sentence.start + wanted.end(),
                confidence: Confidence::Medium,
                reason: "says what came instead of it",
            });
            return true;
        }
    }
    false
}

/// "should" of a fault, not of advice, thanks or doubt.
fn is_of_things(lower: &str) -> bool {
    const OTHER: [&str; 14] = [
        "what should",
        "should i ",
        "how should",
        "should anyone",
        "should help",
        "should you",
        "you should",
        "if it should",
        "not sure",
        "apolog",
        "should probably",
        "someone should",
        "they should fix",
        "should be commended",
    ];
    !OTHER.iter().any(|o| lower.contains(o))
}

/// Where the words behind "But", "Instead", "Maar" begin.
fn pattern_but(text: &str) -> Option<usize> {
    const LEADS: [&str; 8] = [
        "but instead ",
        "but ",
        "instead, ",
        "instead ",
        "maar ",
        "in plaats daarvan ",
        "however, ",
        "echter ",
    ];
    let low = super::head(text, 40).to_lowercase();
    LEADS.iter().find(|l| low.starts_with(*l)).map(|l| l.len())
}

fn push_actual(start: usize, words: &str, confidence: Confidence, out: &mut Vec<Suggestion>) {
    let words = words.trim_end_matches(['.', '!', ' ']);
    out.push(Suggestion {
        value: Value::Actual(tidy(words)),
        span: start..start + words.len(),
        confidence,
        reason: "says what came instead",
    });
}
