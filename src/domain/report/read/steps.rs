//! Steps: numbered and dashed lists of acts, and tales such as "I open X, then I click on Y".

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Match, Regex};

use super::own::Own;
use super::{Confidence, Suggestion, Value, overlaps, pattern, tidy};

/// The most steps that are taken.
const MOST: usize = 30;

/// What people do with a program, as they write it, English and Dutch.
const ACTS: &str = r"add|attach|browse|change|check|choose|clear|click|close|compose|connect|copy|create|cut|deactivate|delete|disable|disconnect|double-click|doubleclick|download|drag|drop|edit|enable|enter|execute|expand|export|fill|focus|go|highlight|hit|hold|hover|import|insert|install|launch|load|log|login|logon|make|map|minimise|minimize|mount|mouse|move|navigate|open|paste|press|print|pull|push|reboot|receive|reload|remove|rename|reply|resize|restart|restore|right-click|rightclick|run|save|scroll|search|select|send|set|shut|sign|start|stop|switch|tap|transfer|try|turn|type|uncheck|unzip|update|upgrade|upload|use|view|visit|wait|write|drukken|druk|open|klik|klikken|dubbelklik|ga|gaan|kies|kiezen|selecteer|log|meld|start|herstart|typ|type|vul|voer|maak|zet|sleep|kopieer|plak|verwijder|verbind|sluit|download|upload|installeer|probeer|wacht|zoek|stuur|verstuur|verzend|wijzig|bewaar|sla|scroll|gebruik|laad|verplaats|ik|vink|schakel|draai|inloggen|aanmelden|openen|starten|opstarten|kopiëren|uploaden|downloaden|verplaatsen|selecteren|verwijderen|mount|koppel";
/// The same as told: "I opened", "ik klikte".
const TOLD: &str = r"added|attached|browsed|changed|chose|clicked|closed|composed|connected|copied|created|deleted|disabled|disconnected|double-clicked|doubleclicked|downloaded|dragged|edited|enabled|entered|exported|filled|went|go|imported|inserted|installed|launched|loaded|logged|made|mapped|mounted|moved|navigated|opened|pasted|pressed|printed|rebooted|reloaded|removed|renamed|replied|resized|restarted|ran|saved|scrolled|searched|selected|sent|signed|started|stopped|switched|tapped|tried|turned|typed|unzipped|updated|upgraded|uploaded|used|visited|waited|wrote|log|open|click|press|select|start|try|choose|run|type|send|copy|save|upload|download|opende|klikte|klik|ging|ga|koos|kies|selecteerde|selecteer|logde|log|meldde|meld|startte|start|herstartte|herstart|typte|typ|drukte|druk|kopieerde|kopieer|verwijderde|verwijder|verbond|verbind|sloot|sluit|uploadde|upload|downloadde|download|installeerde|installeer|probeerde|probeer|verstuurde|verstuur|stuurde|stuur|gebruikte|vul|voer|zet|sleep|maak|kopieer|verplaats|sla|zoek|bewaar";

/// Dutch acts that stand behind what they are done to: "VM 2 openen", "op Start geklikt".
const DUTCH: &str = r"openen|klikken|kiezen|selecteren|toevoegen|verwijderen|inloggen|uitloggen|aanmelden|afmelden|opstarten|herstarten|starten|afsluiten|sluiten|slepen|kopiëren|plakken|invoeren|intypen|typen|drukken|verbinden|downloaden|uploaden|opslaan|versturen|verzenden|aanvinken|uitvoeren|installeren|gegaan|gekozen|geklikt|geopend|ingelogd|gestart|ingevuld|gedrukt|getypt|opgeslagen|verstuurd";

static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^[\s>*]{0,6}(?:(?i:step|stap)\s*)?\(?(?P<n>\d{1,2})(?:[.):]{1,2}|\s*-)(?:\s+|\*+|$)")
});
static DASHED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s{0,8}(?:[-*•–—+#]|->|=>|→)\s+"));
static INLINE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:^|[\s:;,.(])\(?(?P<n>\d{1,2})[.)]\s+(?:\S)"));
static ACT_WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| ACTS.split('|').chain(TOLD.split('|')).collect());
static DUTCH_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| DUTCH.split('|').collect());

/// What may stand before an act, at the beginning of a step.
static LEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:and|then|now|next|first|after that|finally|please|just|simply|try to|you|we|the user|i|ik|dan|daarna|eerst|vervolgens|en|nu|je|u|have|has|hebt|in\s+\S+(?:\s+\S+)?,?)[\s,:]+",
    )
});
/// The words that lead a tale of an act, up to where what was done begins: at `en` if that is an
/// act, else at `to`.
static TALE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:when(?:ever)?|if|after|once|as soon as|each time|every time)\s+(?:i|we|you|he|she|the user|they)\s+(?:then |just |now |manually |first |also )?(?P<to>try(?:ing)? to |want to |attempt to |go to )?(?P<en>[\w-]+)|(?:when(?:ever)?|after|by|upon|on)\s+(?P<ing>(?:add|attach|choos|click|clos|compos|connect|copy|creat|delet|double-?click|download|dragg|edit|enter|export|import|install|launch|load|logg|mount|mov|navigat|open|past|press|print|reboot|reload|remov|reply|resiz|restart|runn|sav|scroll|search|select|send|sign|start|switch|typ|updat|upgrad|upload|writ)ing\b)|(?:wanneer|als|zodra|nadat|telkens als|indien)\s+(?:ik|we|wij|je|u|hij|zij|ze|men|de gebruiker)\s+(?P<nl>)|(?:bij|na|tijdens)\s+(?:het\s+)?(?P<bij>(?:open|klik|start|opstart|inlogg|aanmeld|verzend|verstur|verwijder|kopi[eë]r|upload|download|installer|updat|afdrukk|printen|opslaan|verbind|lad|maken|aanmak|wijzig|afsluit|toevoeg)\w*\b))",
    )
});
/// The beginning of a sentence of the first person, with what may be the word for an act.
static FIRST_PERSON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(?:and|then|so|first|next|now|after that|afterwards|today|yesterday|finally|dan|daarna|eerst|vervolgens|toen|en|vandaag|gisteren|this morning|vanmorgen|vanochtend)[\s,]+){0,3}(?:(?:i|we|ik|wij)\s+(?:(?:have|then|just|also|first|now|heb|dan|eerst|daarna|vervolgens)\s+)?(?P<act>[\w-]+)|(?P<told>[\w-]+)\s+(?:ik|wij|we)\b)",
    )
});
/// Told of what was tried against it, or what is done as a rule: no step to it.
static HELD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:have tried|also tried|i tried|we tried|have been using|i use\b|we use\b|i am using|geprobeerd|no luck|didn't help|did not help|helped|helpt niet|without success|to no avail|zonder succes)\b",
    )
});
/// What begins the outcome within a tale: "when I open it, Word closes".
static OUTCOME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:(?:,\s*(?:then\s+|dan\s+)?|\s+(?:then|but)\s+)(?:i|it|the|there|a|an|my|nothing|ik|er|het|de|dan|krijg|komt|verschijnt|gebeurt|zie|word|wordt|kan|sluit|geeft|this|that|all|only|thunderbird|firefox|windows|we|no|this|they|every|some)\b|\s(?:(?:i|it|they|there|he|she|we|nothing|(?:the|this|that|my) \w+)\s+(?:just |still |only |now |then )?(?:get|gets|got|cannot|can't|could|couldn't|can|see|sees|saw|won't|wouldn't|doesn't|does|did|didn't|is|isn't|are|was|wasn't|keep|keeps|kept|will|receive|receives|shows?|happens?|says?|goes|comes|crashes|freezes|fails|opens|closes|hangs)|(?:krijg|krijgt|kan|zie|ziet|komt|verschijnt|gebeurt|word|wordt|zegt|zeg|geeft|opent|werkt|sluit|loopt|blijft|doet|is|zijn|staat|staan)\s+(?:ik|er|het|hij|de|een|dan|deze|mijn|je|alles|niets|we|wij))\b)",
    )
});

/// Whether the first word of a text in small letters is one for an act: "open", "log-in", "klikte".
fn begins_with_act(text: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let word = text.split(|c: char| !inside(c)).next().unwrap_or("");
    let first = word.split('-').next().unwrap_or("");
    ACT_WORDS.contains(word) || ACT_WORDS.contains(first)
}

/// Whether a step begins with an act, or has a Dutch one behind what it is done to.
fn is_act(step: &str) -> bool {
    let low = step.to_ascii_lowercase();
    let mut rest = low.as_str();
    for _ in 0..=4 {
        if begins_with_act(rest.strip_prefix(['\'', '"']).unwrap_or(rest)) {
            return true;
        }
        let Some(lead) = LEAD.find(rest) else { break };
        // "In Word open the file": of the two words behind "in" the second may be the act.
        let last = lead.as_str().split_whitespace().next_back();
        if last.is_some_and(begins_with_act) {
            return true;
        }
        rest = rest.get(lead.end()..).unwrap_or("");
    }
    let sentence = low.split(['.', '!', '?']).next().unwrap_or("");
    let mut words = sentence.split(|c: char| !c.is_alphanumeric());
    words.any(|w| DUTCH_WORDS.contains(w))
}

/// Whether a sentence in small letters tells what its writer did.
fn is_first_person(sentence: &str) -> bool {
    let found = FIRST_PERSON.captures(sentence);
    let act = found.and_then(|c| c.name("act").or_else(|| c.name("told")));
    act.is_some_and(|a| begins_with_act(a.as_str()))
}

/// Where a tale of an act stands in a sentence in small letters, and where in it what was done.
fn tale(text: &str) -> Option<(usize, Range<usize>)> {
    let to_end_of = |act: Match<'_>| {
        let rest = text.get(act.end()..).unwrap_or("");
        let more = rest.find(['.', '!', '?', '\n']).unwrap_or(rest.len());
        act.start()..act.end() + more
    };
    TALE.captures_iter(text).find_map(|c| {
        let start = c.get(0)?.start();
        if let Some(act) = c.name("bij") {
            return Some((start, to_end_of(act)));
        }
        // "When I try to frobnicate": trying is an act too.
        let told = ["en", "to"].iter().filter_map(|n| c.name(n));
        let told = told.filter(|act| begins_with_act(act.as_str()));
        let led = ["ing", "nl"].iter().filter_map(|n| c.name(n));
        let mut acts = told.chain(led).map(|act| (act.end(), to_end_of(act)));
        let (_, done) = acts.find(|(end, done)| done.end >= end + 2)?;
        Some((start, done))
    })
}

/// The steps of a stretch that is known to hold steps: its list, else its lines, else its
/// sentences.
pub(in crate::domain::report) fn items(said: &str) -> Vec<String> {
    let lines: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    let marked = |l: &&&str| NUMBERED.is_match(l) || DASHED.is_match(l);
    let mut steps: Vec<String> = Vec::new();
    if lines.iter().filter(marked).count() >= 2 {
        let all_marked = |l: &str| NUMBERED.is_match(l) || DASHED.is_match(l);
        for line in lines {
            match steps.last_mut() {
                Some(last) if !all_marked(line) => {
                    last.push(' ');
                    last.push_str(line);
                }
                _ => steps.push(unmarked(line).to_owned()),
            }
        }
    } else if lines.len() > 1 {
        for line in lines {
            let goes_on = line.starts_with(char::is_lowercase)
                && steps
                    .last()
                    .is_some_and(|l| !l.ends_with(['.', ':', ';', '!', '?']) && l.len() > 60);
            match steps.last_mut() {
                Some(last) if goes_on => {
                    last.push(' ');
                    last.push_str(line);
                }
                _ => steps.push(unmarked(line).to_owned()),
            }
        }
    } else if let Some(line) = lines.first() {
        steps = of_line(line);
    }
    steps.retain_mut(|s| {
        *s = tidy(s);
        s.chars().any(char::is_alphanumeric)
    });
    steps.truncate(MOST);
    steps
}

/// The steps of one line: `1) a 2) b`, `a -> b -> c`, sentences.
fn of_line(line: &str) -> Vec<String> {
    let numbers: Vec<_> = inline_numbers(line);
    if numbers.len() >= 2 {
        return numbers
            .iter()
            .map(|r| line.get(r.clone()).unwrap_or("").to_owned())
            .collect();
    }
    for arrow in ["->", "=>", "→", ";"] {
        if line.matches(arrow).count() >= 1 {
            return line.split(arrow).map(str::to_owned).collect();
        }
    }
    let line = unmarked(line);
    let sentences: Vec<String> = line
        .split_inclusive(". ")
        .flat_map(|s| s.split(", then "))
        .flat_map(|s| s.split(" and then "))
        .flat_map(|s| s.split(", daarna "))
        .flat_map(|s| s.split(" en dan "))
        .map(|s| s.trim().trim_end_matches('.').to_owned())
        .collect();
    sentences
}

/// Where the words behind the numbers 1, 2, 3 ... of one line stand.
fn inline_numbers(line: &str) -> Vec<Range<usize>> {
    let mut marks: Vec<(usize, usize)> = Vec::new();
    for found in INLINE.captures_iter(line) {
        let (Some(n), Some(whole)) = (found.name("n"), found.get(0)) else {
            continue;
        };
        if n.as_str().parse() == Ok(marks.len() + 1) {
            let last = line[..whole.end()]
                .chars()
                .next_back()
                .map_or(0, char::len_utf8);
            marks.push((n.start(), whole.end() - last));
        }
    }
    let ends = marks.iter().skip(1).map(|m| m.0).chain([line.len()]);
    let items: Vec<_> = marks
        .iter()
        .zip(ends)
        .map(|(m, end)| m.1.min(end)..end)
        .collect();
    items
        .into_iter()
        .map(|r| {
            let text = line
                .get(r.clone())
                .unwrap_or("")
                .trim_end_matches([' ', '(', ',', ';']);
            r.start..r.start + text.len()
        })
        .collect()
}

fn unmarked(line: &str) -> &str {
    let line = match NUMBERED.find(line).or_else(|| DASHED.find(line)) {
        Some(mark) => line.get(mark.end()..).unwrap_or(""),
        None => line,
    };
    line.trim().trim_matches('*').trim()
}

pub(super) fn read(own: &Own<'_>, taken: &[Range<usize>], out: &mut Vec<Suggestion>) {
    let before = out.len();
    lists(own, taken, out);
    inline(own, taken, out);
    tales(own, taken, out);
    // A list is told better than a tale.
    if out
        .iter()
        .skip(before)
        .any(|s| s.confidence > Confidence::Low)
    {
        let mut at = 0;
        out.retain(|s| {
            at += 1;
            at <= before || s.confidence > Confidence::Low
        });
    }
}

fn is_free(range: &Range<usize>, taken: &[Range<usize>]) -> bool {
    !taken.iter().any(|t| overlaps(t, range))
}

/// Lists of at least two lines of which most are acts.
fn lists(own: &Own<'_>, taken: &[Range<usize>], out: &mut Vec<Suggestion>) {
    let mut list = List::default();
    for line in &own.lines {
        let text = super::head(own.at(line), 1_000);
        if !is_free(line, taken) {
            list.done(taken, out);
            continue;
        }
        let number = NUMBERED
            .captures(text)
            .and_then(|c| c.name("n")?.as_str().parse::<usize>().ok());
        let dash = number.is_none() && DASHED.is_match(text);
        if number.is_some() || dash {
            if !list.takes(number) {
                list.done(taken, out);
            }
            list.push(number, unmarked(text), line);
        } else if text.trim().is_empty() {
            list.gaps += 1;
            if list.gaps > 1 {
                list.done(taken, out);
            }
        } else if list.gaps == 0 && !list.items.is_empty() && text.starts_with([' ', '\t']) {
            list.grow(text, line);
        } else {
            list.done(taken, out);
        }
    }
    list.done(taken, out);
}

#[derive(Default)]
struct List {
    items: Vec<String>,
    numbered: bool,
    span: Range<usize>,
    gaps: usize,
}

impl List {
    fn takes(&self, number: Option<usize>) -> bool {
        match number {
            _ if self.items.is_empty() => true,
            // People miscount by one.
            Some(n) => self.numbered && n.abs_diff(self.items.len() + 1) <= 1 && n > 1,
            None => !self.numbered,
        }
    }

    fn push(&mut self, number: Option<usize>, text: &str, line: &Range<usize>) {
        if self.items.is_empty() {
            self.numbered = number.is_some();
            self.span = line.clone();
        }
        self.items.push(text.to_owned());
        self.span.end = line.end;
        self.gaps = 0;
    }

    fn grow(&mut self, text: &str, line: &Range<usize>) {
        if let Some(last) = self.items.last_mut() {
            last.push(' ');
            last.push_str(text.trim());
            self.span.end = line.end;
        }
    }

    fn done(&mut self, taken: &[Range<usize>], out: &mut Vec<Suggestion>) {
        let list = std::mem::take(self);
        let acts = list.items.iter().filter(|i| is_act(i)).count();
        let steps: Vec<String> = list
            .items
            .iter()
            .map(|i| tidy(i))
            .filter(|i| !i.is_empty())
            .take(MOST)
            .collect();
        if steps.len() >= 2
            && acts * 2 >= list.items.len()
            && acts >= 1
            && is_free(&list.span, taken)
        {
            out.push(Suggestion {
                value: Value::Steps(steps),
                span: list.span,
                confidence: if list.numbered {
                    Confidence::High
                } else {
                    Confidence::Medium
                },
                reason: if list.numbered {
                    "a numbered list of acts"
                } else {
                    "a list of acts"
                },
            });
        }
    }
}

/// `1) open this 2) click that` within a line.
fn inline(own: &Own<'_>, taken: &[Range<usize>], out: &mut Vec<Suggestion>) {
    for line in &own.lines {
        let text = super::head(own.at(line), 4_000);
        let items = inline_numbers(text);
        let (Some(first), Some(last)) = (items.first(), items.last()) else {
            continue;
        };
        let steps: Vec<String> = items
            .iter()
            .map(|r| tidy(text.get(r.clone()).unwrap_or("")))
            .collect();
        let acts = steps.iter().filter(|s| is_act(s)).count();
        let span = line.start + first.start..line.start + last.end;
        if steps.len() >= 2 && acts * 2 > steps.len() && is_free(&span, taken) {
            out.push(Suggestion {
                value: Value::Steps(steps),
                span,
                confidence: Confidence::High,
                reason: "numbered acts in one line",
            });
        }
    }
}

/// Sentences that tell what was done: "when I open X, Y happens"; "I opened X. Then I clicked Y."
fn tales(own: &Own<'_>, taken: &[Range<usize>], out: &mut Vec<Suggestion>) {
    let mut told: Vec<(String, Range<usize>)> = Vec::new();
    for (i, sentence) in own.sentences.iter().enumerate() {
        let text = own.at(sentence);
        if text.ends_with('?') || !is_free(sentence, taken) {
            continue;
        }
        let low = text.to_ascii_lowercase();
        if is_first_person(&low) && !HELD.is_match(&low) {
            told.push((tidy(text.trim_end_matches('.')), sentence.clone()));
            let ends = own
                .sentences
                .get(i + 1)
                .is_none_or(|next| !is_first_person(&own.at(next).to_ascii_lowercase()));
            if ends && told.len() >= 2 {
                push_tale(&told, TOLD_OF, outcome_near(own, i), out);
            }
            if ends {
                told.clear();
            }
            continue;
        }
        told.clear();
        if super::outcome::goes_wrong(text)
            && let Some((start, done)) = tale(&low)
        {
            let words = text.get(done.clone()).unwrap_or("");
            let end = OUTCOME
                .find(low.get(done.clone()).unwrap_or(""))
                .map_or(words.len(), |o| o.start());
            let words = words.get(..end).unwrap_or(words).trim();
            // What follows a comma is already the outcome.
            let words = words.split(", ").next().unwrap_or(words);
            let span = sentence.start + start..sentence.start + done.start + words.len();
            if words.split_whitespace().count() >= 2 {
                push_tale(
                    &[(tidy(words), span)],
                    "a sentence that tells an act and what follows",
                    Confidence::Low,
                    out,
                );
            }
        }
    }
}

const TOLD_OF: &str = "sentences that tell one act after the other";

/// Acts that end in something wrong or expected are steps; others may be any story.
fn outcome_near(own: &Own<'_>, last: usize) -> Confidence {
    let near = own.sentences.iter().skip(last).take(3);
    let mut near = near.map(|s| own.at(s));
    if near.any(|s| super::outcome::goes_wrong(s) || super::outcome::tells_expected(s)) {
        Confidence::Medium
    } else {
        Confidence::Low
    }
}

fn push_tale(
    told: &[(String, Range<usize>)],
    reason: &'static str,
    confidence: Confidence,
    out: &mut Vec<Suggestion>,
) {
    let (Some(first), Some(last)) = (told.first(), told.last()) else {
        return;
    };
    out.push(Suggestion {
        value: Value::Steps(told.iter().map(|t| t.0.clone()).take(MOST).collect()),
        span: first.1.start..last.1.end,
        confidence,
        reason,
    });
}
