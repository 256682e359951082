//! Parts with a heading: forms that were filled in, and bug reports of the classic shape.
//! "Steps to reproduce:", "**Actual results:**", "Verwacht resultaat:", "Workspace: dws-...".

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::own::Own;
use super::steps::items;
use super::{Confidence, Known, Message, Suggestion, Value, errors, extras, names, pattern, tidy};
use crate::domain::report::form::{Field, Since, WorkspaceRole};
use crate::domain::report::person::Person;

/// Headings by field, lower case, the longer ones first where one begins another.
const HEADS: &[(Field, &str)] = &[
    (
        Field::Steps,
        r"steps? (?:to|for|of) (?:re-?produc\w+|repeat|repro)|steps? taken|str|how to reproduce|to reproduce(?: (?:it|this|the (?:bug|issue|problem)))?|reproduc(?:tion|ible steps|e)(?: steps)?|steps|(?:te nemen )?stappen(?: om te (?:herhalen|reproduceren))?|stappenplan|zo te herhalen|reproductie|wat (?:ik )?(?:heb )?(?:ik )?(?:gedaan|deed)(?: ik)?|what (?:i|we) did|what did you do\??",
    ),
    (
        Field::Expected,
        r"(?:what (?:i|we|did you) expect(?:ed)?(?: to (?:happen|see))?\??|expected?(?: (?:results?|behaviou?r|outcome|output))?|expectation|expecting|should be|verwacht(?:e|ing)?(?: (?:resultaat|gedrag|uitkomst))?|wat (?:ik )?(?:had )?(?:ik )?verwacht(?:te)?(?: ik)?|gewenst(?:e)?(?: (?:resultaat|gedrag))?)",
    ),
    (
        Field::Actual,
        r"(?:what happened(?: instead)?\??|what happens(?: instead)?\??|actual(?:ly)?(?: (?:results?|behaviou?r|outcome|output))?|observed(?: (?:results?|behaviou?r))?|current (?:behaviou?r|results?)|(?:werkelijk|feitelijk|daadwerkelijk)(?:e)?(?: (?:resultaat|gedrag|uitkomst))?|wat (?:er )?gebeurt(?: er)?|wat er gebeurde|resultaat|problem|probleem|result|issue|error(?: message)?|foutmelding|melding)",
    ),
    (
        Field::Workspace,
        r"work ?space(?: name)?|werkruimte|dre|environment name|omgeving",
    ),
    (
        Field::User,
        r"(?:affected )?users?(?: name)?|user ?name|gebruikers?(?:naam)?|betrokken gebruiker|betreft gebruiker|account|who|wie|name|naam|e-?mail(?: ?adres{1,2}| address)?|reported by|reporter|requester|aanvrager|melder",
    ),
    (
        Field::Role,
        r"(?:my |your |user |workspace )?role(?: in (?:the )?workspace)?|(?:mijn )?rol(?: in (?:de )?workspace)?",
    ),
    (
        Field::Since,
        r"since(?: when)?\??|started(?: on| at)?|start(?: time| date)?|when(?: did it start)?\??|first (?:seen|noticed|occurred)(?: on)?|begin|began|sinds(?: wanneer)?\??|vanaf(?: wanneer)?|wanneer\??|begonnen(?: op)?|tijdstip|datum|date(?: and time)?",
    ),
    (
        Field::Impact,
        r"impact|gevolg(?:en)?|severity|how many(?: users)?|aantal gebruikers|getroffen",
    ),
    (
        Field::Tried,
        r"(?:already )?tried(?: so far| already)?|what (?:i|we|have you) (?:have )?tried|attempted|work-?arounds?|(?:al |reeds )?geprobeerd|zelf geprobeerd|wat (?:ik )?(?:al )?(?:heb )?geprobeerd",
    ),
    (
        Field::Environment,
        r"environment|version(?: and os)?|versie|operating system|os|besturingssysteem|browser(?: version)?|vm|machine|software(?: version)?|application|platform|build",
    ),
    (
        Field::Evidence,
        r"attachments?|bijlagen?|evidence|bewijs|screen ?shots?|schermafbeelding(?:en)?",
    ),
];

/// Words that head a part of no field here, and so end the part before.
const OTHERS: &str = r"notes?|opmerking(?:en)?|additional (?:info(?:rmation)?|context|notes|details)|regression(?: range)?|severity|workaround|frequency|reproduc(?:ibility|es|ible)|description|summary|subject|onderwerp|beschrijving|omschrijving|samenvatting|user agent|useragent|build (?:id|identifier)|comments?|toelichting|prerequisites?|preconditions?|affected (?:versions?|platforms?)|tested (?:with|on)|other|overig|phone|telefoon(?:nummer)?|priority|prioriteit|thanks|details|background|achtergrond|suggest(?:ed|ion).{0,20}|pass|fail";

static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    let fields: Vec<String> = HEADS
        .iter()
        .enumerate()
        .map(|(i, (_, words))| format!("(?P<f{i}>{words})"))
        .collect();
    pattern(&format!(
        r"^(?:{}|(?P<other>{OTHERS}))[\s*_]*(?:\([^()]*\))?(?P<colon>[\s*_]*[:=–][\s*_]*|[\s*_]+-[\s]+|[?\s*_]*$)",
        fields.join("|")
    ))
});

/// Reads the headed parts and gives the stretches that they take, so that no other rule reads
/// the same words as a tale.
pub(super) fn read(
    own: &Own<'_>,
    message: &Message<'_>,
    known: &dyn Known,
    out: &mut Vec<Suggestion>,
) -> Vec<Range<usize>> {
    let heads: Vec<Option<Head>> = own.lines.iter().map(|l| head(own.at(l), l.start)).collect();
    let mut taken = Vec::new();
    for (i, head) in heads.iter().enumerate() {
        let Some(head) = head else { continue };
        let Some(field) = head.field else { continue };
        let line = &own.lines[i];
        let first = head.after..line.end;
        let rest = own.lines.get(i + 1..).unwrap_or(&[]);
        let until = heads
            .get(i + 1..)
            .unwrap_or(&[])
            .iter()
            .position(Option::is_some);
        let rest = rest.get(..until.unwrap_or(rest.len())).unwrap_or(rest);
        let part = Part {
            own,
            first,
            rest,
            bounded: until.is_some(),
        };
        if let Some(span) = part.suggest(field, head.firm, message, known, out) {
            taken.push(line.start..span.end);
            if taken.len() == MOST_PARTS {
                break;
            }
        }
    }
    taken
}

struct Head {
    field: Option<Field>,
    /// Where the words behind it begin.
    after: usize,
    /// It stands alone, or has a colon behind it.
    firm: bool,
}

fn head(line: &str, base: usize) -> Option<Head> {
    // A heading stands at the very beginning of its line.
    let low = super::head(line, 120).to_ascii_lowercase();
    let heading = without_signs(&low)?;
    let signs = low.len() - heading.len();
    let found = HEAD.captures(heading)?;
    let whole = found.get(0)?;
    let field = HEADS
        .iter()
        .enumerate()
        .find_map(|(i, (field, _))| found.name(&format!("f{i}")).map(|_| *field));
    let colon = found.name("colon").map_or("", |c| c.as_str());
    let end = signs + whole.end();
    let alone = end == line.len();
    let has_sign = colon.contains([':', '=', '–', '-']);
    // Without a colon only a line of its own is one, and no single small word; the first line is
    // a subject.
    let words = low.get(..end).unwrap_or("").split_whitespace().count();
    let stands_alone = alone && (marked(line) || (words >= 2 && base > 0));
    if !has_sign && !stands_alone {
        return None;
    }
    Some(Head {
        field,
        after: base + end,
        firm: has_sign,
    })
}

/// A line without what may stand before its heading: `## Steps`, `3) Steps`, `h3. Steps`; none
/// where that is a ruled line or a number of its own.
fn without_signs(line: &str) -> Option<&str> {
    let is_sign = |c: char| c.is_whitespace() || c.is_ascii_digit() || "*#_>»→•.()=-".contains(c);
    let mut words = line.trim_start_matches(is_sign);
    if let Some(level) = words.strip_prefix('h')
        && level.starts_with(|c: char| c.is_ascii_digit())
    {
        words = level.trim_start_matches(is_sign);
    }
    let signs = line.get(..line.len() - words.len())?;
    (signs.chars().count() <= MOST_SIGNS).then_some(words)
}

/// `**Steps**`, `## Steps`, `h3. Steps`.
fn marked(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(['*', '#', '_']) || line.starts_with("h2.") || line.starts_with("h3.")
}

/// What stands below a heading.
struct Part<'a> {
    own: &'a Own<'a>,
    first: Range<usize>,
    rest: &'a [Range<usize>],
    /// Another heading ends it, so that all between belongs to it.
    bounded: bool,
}

impl Part<'_> {
    fn suggest(
        &self,
        field: Field,
        firm: bool,
        message: &Message<'_>,
        known: &dyn Known,
        out: &mut Vec<Suggestion>,
    ) -> Option<Range<usize>> {
        let span = match field {
            Field::Steps | Field::Expected | Field::Actual | Field::Tried => {
                self.paragraphs(field)?
            }
            _ => self.short()?,
        };
        let said = self.own.at(&span);
        if said.trim().is_empty() || (!firm && span.len() < 3) {
            return None;
        }
        let text = tidy(said);
        let value = match field {
            Field::Steps => {
                let steps = items(said);
                if steps.is_empty() {
                    return None;
                }
                Value::Steps(steps)
            }
            Field::Expected => Value::Expected(text),
            Field::Actual => {
                errors::quoted(said, span.start, out);
                Value::Actual(text)
            }
            Field::Tried => Value::Tried(text),
            Field::Environment => Value::Environment(text),
            Field::Workspace => {
                let before = out.len();
                names::workspaces(said, span.start, known, out);
                if out.len() > before {
                    for found in out.iter_mut().skip(before) {
                        found.confidence = Confidence::High;
                        found.reason = HEADED;
                    }
                    return Some(span);
                }
                Value::Workspace(known.workspace(&text).unwrap_or(&text).to_owned())
            }
            Field::User => match Person::of(&text, known) {
                Some(person) => Value::User(person),
                None => return None,
            },
            Field::Role => Value::Role(WorkspaceRole::parse(&text)?),
            Field::Since => match Since::parse(&text, message.at, message.zone) {
                Since::At(moment) => Value::Since(moment),
                Since::Always => Value::Always,
                Since::Typed(_) => return None,
            },
            Field::Impact => {
                extras::impact(said, span.start, out);
                return Some(span);
            }
            Field::Evidence => Value::Evidence(text),
        };
        out.push(Suggestion {
            value,
            span: span.clone(),
            confidence: Confidence::High,
            reason: HEADED,
        });
        Some(span)
    }

    /// The rest of the line, or the next line that says something.
    fn short(&self) -> Option<Range<usize>> {
        let all = std::iter::once(&self.first).chain(self.rest.iter().take(3));
        let line = all
            .map(|r| self.trimmed(r))
            .find(|r| !self.own.at(r).is_empty())?;
        (line.len() <= 300).then_some(line)
    }

    /// Everything to the next heading; where none follows, the first paragraph, and of steps the list.
    fn paragraphs(&self, field: Field) -> Option<Range<usize>> {
        let mut span: Option<Range<usize>> = None;
        let (mut blank, mut listed) = (false, false);
        for line in std::iter::once(&self.first).chain(self.rest) {
            let line = self.trimmed(line);
            if self.own.at(&line).is_empty() {
                blank |= span.is_some();
                continue;
            }
            let list = self
                .own
                .at(&line)
                .starts_with(|c: char| c.is_ascii_digit() || "-*•".contains(c));
            // A list ends where something else begins behind a blank line.
            listed |= list && field == Field::Steps;
            let goes_on = if listed { list } else { self.bounded };
            if blank && !goes_on {
                break;
            }
            let grown = span.as_ref().map_or(line.clone(), |s| s.start..line.end);
            if grown.len() > LONGEST && span.is_some() {
                break;
            }
            span = Some(grown);
        }
        span
    }

    fn trimmed(&self, range: &Range<usize>) -> Range<usize> {
        let text = self.own.at(range);
        let start = range.start + text.len() - text.trim_start().len();
        start..start + text.trim().len()
    }
}

/// Signs before a heading beyond which it is none.
const MOST_SIGNS: usize = 12;

/// Headed parts beyond which a text is no form.
const MOST_PARTS: usize = 100;

/// The most that belongs to one heading, in bytes.
const LONGEST: usize = 1_500;

const HEADED: &str = "stands under a heading that says so";
