//! Workspaces, e-mail addresses and people.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::own::Own;
use super::{Confidence, Known, Suggestion, Value, pattern};
use crate::domain::report::person::{Person, is_mailbox};
use crate::domain::text::Untrusted;

static WORKSPACE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bdws[-_ ]?(?P<number>\d{1,8})(?:[-_](?P<short>[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?))?\b",
    )
});
static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[\w][\w.%+'-]*@[\w][\w-]*(?:\.[\w-]+)+"));
/// A name: two to six words with capitals, particles between them.
const NAME: &str = r"\p{Lu}[\p{L}'’-]+(?:[ ](?:\p{Lu}\.|van|de|der|den|ter|ten|te|von|el|al|bin|da|di|du|la|le|in|'t|het|d')){0,3}(?:[ ]\p{Lu}\.)?(?:[ ]\p{Lu}[\p{L}'’-]+){1,3}";
static INTRODUCED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:\b(?i:my name is|mijn naam is|i am called|ik heet|name|naam|user|gebruiker|gebruikster|colleague|collega|employee|medewerker|medewerkster|researcher|onderzoeker|phd student|student|postdoc|doctor|dr\.?|prof\.?|account (?:of|for|van|voor)|on behalf of|namens|the user|de gebruiker|happens to|gebeurt bij|affected user)\b[ ]?[:=,]?[ ]*(?i:called |named |genaamd |is )?(?i:mr\.? |mrs\.? |ms\.? |dr\.? |prof\.? |drs\.? |dhr\.? |mevr\.? )?)(?P<name>{NAME})"
    ))
});
static I_AM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"\b(?:[Tt]his is|[Ii]k ben|I am|I'm|[Mm]et|[Hh]ier)\s+(?P<name>{NAME})(?:\s*(?:[,.(\n]|$)|\s+(?:van|uit|from|of|at|bij|here|hier|and|en)\b)"
    ))
});
/// A name with an address behind it: `Jan de Vries (jan@x.org)`.
static WITH_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?P<name>{NAME})\s?[,(<\[]+\s?(?i:e-?mail:?\s?|mailto:)?(?P<email>[\w][\w.%+'-]*@[\w][\w-]*(?:\.[\w-]+)+)"
    ))
});
/// A first name alone is one only where it is given as a name.
static CALLED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?i:my name is|mijn naam is|ik heet|i am called|i'm called)\s+(?P<name>\p{Lu}[\p{L}'’-]+)",
    )
});
/// Words with a capital that stand before a name at the beginning of a sentence.
const LEADS: &[&str] = &[
    "User",
    "Gebruiker",
    "Name",
    "Naam",
    "Colleague",
    "Collega",
    "Researcher",
    "Onderzoeker",
    "Student",
    "Member",
    "Requester",
    "Dear",
    "Hi",
    "Hello",
    "Beste",
    "Hallo",
    "Dr",
    "Prof",
    "The",
    "De",
    "By",
    "Bij",
    "From",
    "Van",
    "For",
    "Voor",
    "Our",
    "Onze",
    "My",
    "Mijn",
    "Mr",
    "Mrs",
    "Ms",
    "It",
    "Is",
    "With",
    "Met",
    "And",
    "En",
    "Account",
    "Thanks",
    "Regards",
    "Groeten",
];

/// A name without what only leads to it.
fn without_lead(mut name: &str) -> &str {
    while let Some((first, rest)) = name.split_once(' ')
        && LEADS.contains(&first)
    {
        name = rest;
    }
    name
}

/// Names that are two capitalised words and no person's.
const THINGS: &[&str] = &[
    "Windows",
    "Microsoft",
    "Remote",
    "Data",
    "Workspace",
    "Azure",
    "Google",
    "Mozilla",
    "Firefox",
    "Thunderbird",
    "Outlook",
    "Office",
    "Profile",
    "Manager",
    "Control",
    "Panel",
    "Desktop",
    "Server",
    "Account",
    "Settings",
    "Inbox",
    "Apple",
    "Visual",
    "Studio",
    "Internet",
    "Explorer",
    "Error",
    "Standard",
    "Privileged",
    "Advanced",
    "Agent",
    "Local",
    "Folders",
    "Team",
    "Support",
    "Service",
    "University",
    "Browser",
    "Versions",
    "Version",
    "Request",
    "Name",
    "Identification",
    "Junk",
    "Hospital",
    "Research",
    "Interface",
    "Folder",
    "Directory",
    "Login",
    "Adobe",
];

pub(super) fn read(own: &Own<'_>, known: &dyn Known, out: &mut Vec<Suggestion>) {
    for block in &own.blocks {
        let text = own.at(block);
        workspaces(text, block.start, known, out);
        addresses(text, block.start, known, out);
        people(text, block.start, known, out);
        register(text, block.start, known, out);
    }
}

/// The Workspaces of a stretch of text.
pub(super) fn workspaces(text: &str, base: usize, known: &dyn Known, out: &mut Vec<Suggestion>) {
    for found in WORKSPACE.captures_iter(text) {
        let (Some(whole), Some(number)) = (found.get(0), found.name("number")) else {
            continue;
        };
        let written = whole.as_str();
        let full = found
            .name("short")
            .map(|s| format!("dws-{}-{}", number.as_str(), s.as_str()));
        let by_full = full.as_deref().and_then(|f| known.workspace(f));
        let by_number = known.workspace(&format!("dws-{}", number.as_str()));
        let (name, confidence, reason) = match (by_full, by_number, full) {
            (Some(name), _, _) => (
                name.to_owned(),
                Confidence::High,
                "a Workspace that is known here",
            ),
            (None, Some(name), _) => (
                name.to_owned(),
                Confidence::Medium,
                "the number is that of a known Workspace",
            ),
            (None, None, Some(full)) => (
                full,
                Confidence::Medium,
                "has the form of a Workspace's name",
            ),
            (None, None, None) => (
                written.to_owned(),
                Confidence::Low,
                "begins like a Workspace's name",
            ),
        };
        out.push(at(
            Value::Workspace(name),
            base,
            whole.range(),
            confidence,
            reason,
        ));
    }
}

fn addresses(text: &str, base: usize, known: &dyn Known, out: &mut Vec<Suggestion>) {
    for found in ADDRESS.find_iter(text) {
        let address = found.as_str().trim_end_matches(['-', '.']);
        let range = found.start()..found.start() + address.len();
        let person = known.person(address).cloned().unwrap_or_else(|| Person {
            name: Untrusted::default(),
            email: Untrusted::new(address),
        });
        let (confidence, reason) = if known.person(address).is_some() {
            (
                Confidence::High,
                "the address of somebody who is known here",
            )
        } else if is_mailbox(address) {
            (Confidence::Low, "an address that several people may read")
        } else {
            (Confidence::Medium, "an e-mail address")
        };
        out.push(at(Value::User(person), base, range, confidence, reason));
    }
}

fn people(text: &str, base: usize, known: &dyn Known, out: &mut Vec<Suggestion>) {
    for rule in [&*WITH_ADDRESS, &*INTRODUCED, &*I_AM, &*CALLED] {
        for found in rule.captures_iter(text) {
            let Some(name) = found.name("name") else {
                continue;
            };
            let said = without_lead(name.as_str());
            let alone = !said.contains(' ') && said.len() < name.len();
            // A shout is no name.
            let shout = said
                .chars()
                .filter(|c| c.is_alphabetic())
                .all(char::is_uppercase);
            if alone || shout || said.split(' ').any(|w| THINGS.contains(&w)) {
                continue;
            }
            let start = name.end() - said.len();
            let email = found.name("email");
            let registered = email
                .and_then(|e| known.person(e.as_str()))
                .or_else(|| known.person(said));
            let person = registered.cloned().unwrap_or_else(|| Person {
                name: Untrusted::new(said),
                email: Untrusted::new(email.map_or("", |e| e.as_str())),
            });
            let range = start..email.map_or(name.end(), |e| e.end());
            let reason = "a name that is introduced as one";
            out.push(at(
                Value::User(person),
                base,
                range,
                Confidence::High,
                reason,
            ));
        }
    }
}

/// What the register knows by plain words: a Workspace's short name, a person's full name.
fn register(text: &str, base: usize, known: &dyn Known, out: &mut Vec<Suggestion>) {
    let words: Vec<(usize, &str)> = plain_words(text).collect();
    for (i, &(start, word)) in words.iter().enumerate() {
        let long = word.len() >= 4 && !word.bytes().all(|b| b.is_ascii_digit());
        // Short names are found as they are written: "umbrella" is no Workspace of that name.
        if long
            && word.contains(|c: char| c.is_uppercase())
            && let Some(name) = known.workspace(word)
            && name.ends_with(word)
        {
            let range = start..start + word.len();
            let value = Value::Workspace(name.to_owned());
            out.push(at(
                value,
                base,
                range,
                Confidence::Medium,
                "the short name of a known Workspace",
            ));
        }
        if !word.starts_with(char::is_uppercase) {
            continue;
        }
        for more in 1..=4 {
            let Some(&(last, end)) = words.get(i + more) else {
                break;
            };
            let range = start..last + end.len();
            let Some(name) = text.get(range.clone()).filter(|n| n.len() <= 80) else {
                break;
            };
            if let Some(person) = known.person(name) {
                let value = Value::User(person.clone());
                out.push(at(
                    value,
                    base,
                    range,
                    Confidence::High,
                    "the name of somebody who is known here",
                ));
                break;
            }
        }
    }
}

fn plain_words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let inside = |c: char| c.is_alphanumeric() || "_'’-".contains(c);
    text.split(move |c: char| !inside(c))
        .filter(|w| !w.is_empty())
        .map(|w| (w.as_ptr() as usize - text.as_ptr() as usize, w))
}

/// A suggestion of a range within a stretch that starts at `base`.
pub(super) fn at(
    value: Value,
    base: usize,
    range: Range<usize>,
    confidence: Confidence,
    reason: &'static str,
) -> Suggestion {
    Suggestion {
        value,
        span: base + range.start..base + range.end,
        confidence,
        reason,
    }
}
