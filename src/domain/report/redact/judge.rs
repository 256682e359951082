//! Whether what looks like a secret or a number of a person is one.

use std::ops::Range;

/// Words that follow "password" without being one.
const PLAIN: &str = "\
a an the is was are be been being not no never and or but for from in on at to of by with as if it its that this these \
those there then than when while which who what where how why my your our their his her i you we he she they me us them all any each same \
new old own other another wrong incorrect correct right invalid valid expired required requested accepted rejected \
refused changed reset set saved stored known unknown lost forgotten empty blank missing needed asked working fine good \
ok okay strong weak weird also always again still now only just too very so both either neither more one correctly \
enough something nothing everything anything manager managers prompt prompts box field fields dialog dialogue window \
screen page request requests problem problems error errors reset change changes protection protected policy file files \
issue issues option options authentication method setting settings login list store storage vault does did do don't \
doesn't didn't has have had can cannot can't could would will won't should may might must keeps keep gets get works \
work worked fails failed says said cant dont doesnt using used use entered typed given sent shown hidden visible \
because since after before until here case-sensitive case sensitive normal oauth2 oauth normally somehow unchanged \
de het een dit dat deze die er hier daar niet geen nooit en of maar om te in op aan bij voor van met als dan toen want \
mijn wat waar hoe waarom wie jouw uw ons onze hun zijn haar ik jij u wij zij ze je we juist onjuist goed fout verkeerd ongeldig geldig verlopen \
verplicht gevraagd geweigerd geaccepteerd gewijzigd veranderd gereset ingesteld opgeslagen bekend onbekend vergeten kwijt \
leeg nodig altijd weer nog nu alleen ook heel zo is was wordt werd werkt werkte doet deed kan kon kunnen moet moest \
mag wil heeft had hebben beheer beheerder veld venster scherm pagina foutief incorrect hetzelfde nieuw nieuwe oude \
gone access intact yes yeah nope none null true false redacted removed hidden xxx";

fn is_plain(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let low = word.to_lowercase();
    word.is_empty() || PLAIN.split(' ').any(|p| p == low)
}

/// Behind a name and a sign anything is a secret that is no ordinary word of a sentence.
pub(super) fn is_value(word: &str) -> bool {
    word.chars().any(char::is_alphanumeric) && !is_plain(word) && !is_marked(word)
}

/// Behind "password is" a plain word in lower case may go on the sentence: "is being asked".
pub(super) fn is_spoken(words: &str) -> bool {
    if !is_value(words) {
        return false;
    }
    let word = words.trim_end_matches(|c: char| !c.is_alphanumeric());
    let low = word.to_lowercase();
    let letters = word
        .chars()
        .all(|c| c.is_lowercase() || c == '-' && word.len() < 12);
    !(letters
        && (low.ends_with("ed")
            || low.ends_with("ing")
            || low.ends_with("ly")
            || (low.starts_with("ge") && low.ends_with(['d', 't', 'n']))))
}

/// Before "is my password" a word that names what the sentence is about is none.
pub(super) fn is_named(word: &str) -> bool {
    const ABOUT: &[&str] = &[
        "question", "reason", "thing", "cause", "trouble", "vraag", "reden", "oorzaak", "probleem",
        "below", "attached",
    ];
    is_spoken(word) && !ABOUT.contains(&word.to_lowercase().as_str())
}

/// Letters and digits or signs within one word, as passwords have.
pub(super) fn is_mixed(word: &str) -> bool {
    if !is_value(word) || word.contains("://") {
        return false;
    }
    let word = word.trim_end_matches(|c: char| ".,:;!?)".contains(c));
    let digit = word.chars().any(|c| c.is_ascii_digit());
    let letter = word.chars().any(char::is_alphabetic);
    let sign = word.chars().any(|c| "!@#$%^&*+=?~".contains(c));
    let inner =
        word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
    letter && (digit || sign)
        || (inner && word.chars().all(char::is_alphanumeric) && word.len() >= 12)
}

/// A word of small and capital letters, digits and a sign within, as passwords are asked to be.
pub(super) fn is_password(word: &str) -> bool {
    let word = word.trim_matches(|c: char| ".,_-?".contains(c));
    let inner = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    // Names in programs (`a.b.$Proxy9`) and addresses (`%20`) have signs too.
    let encoded = word
        .split('%')
        .skip(1)
        .any(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit()));
    (8..=40).contains(&word.len())
        && word.matches('.').count() < 2
        && !encoded
        && inner.chars().any(|c| "!@#$%^&*?".contains(c))
        && word.bytes().any(|b| b.is_ascii_lowercase())
        && word.bytes().any(|b| b.is_ascii_uppercase())
        && word.bytes().any(|b| b.is_ascii_digit())
        && !crate::domain::report::person::is_address(inner)
}

/// Our own marks are not taken out again.
fn is_marked(word: &str) -> bool {
    word.starts_with('[')
}

pub(super) fn is_email(text: &str) -> bool {
    let tight: String = text.split_whitespace().collect();
    let last = tight.rsplit(['.', ')', ']', '}', '>']).next().unwrap_or("");
    last.chars().filter(|c| c.is_alphabetic()).count() >= 2
}

/// `jan.deboer at umc.nl`, and not a file or a name in a program at a machine.
pub(super) fn is_written_out(text: &str) -> bool {
    const FILES: &[&str] = &[
        "html", "htm", "log", "txt", "php", "csv", "exe", "js", "py", "json", "xml", "pdf", "png",
    ];
    let name = text.split_whitespace().next().unwrap_or("").to_lowercase();
    let last = name.rsplit('.').next().unwrap_or("");
    !FILES.contains(&last) && name.matches('.').count() < 4 && !last.ends_with("exception")
}

/// ISO 7064, modulo 97.
pub(super) fn is_iban(text: &str) -> bool {
    let tight: String = text.split_whitespace().collect();
    if !(15..=34).contains(&tight.len()) {
        return false;
    }
    let (head, tail) = tight.split_at(4);
    let sum = tail
        .chars()
        .chain(head.chars())
        .filter_map(|c| c.to_digit(36))
        .fold(0, |sum, v| {
            if v > 9 {
                (sum * 100 + v) % 97
            } else {
                (sum * 10 + v) % 97
            }
        });
    // One that is mistyped is still nearly somebody's: the shape of a Dutch one is enough.
    sum == 1 || (tight.starts_with("NL") && tight.len() == 18)
}

/// The check digit of payment cards.
pub(super) fn is_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    if !(13..=19).contains(&digits.len()) || digits.iter().all(|d| *d == 0) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| match (i % 2, d * 2) {
            (0, _) => *d,
            (_, twice) if twice > 9 => twice - 9,
            (_, twice) => twice,
        })
        .sum();
    sum.is_multiple_of(10)
}

pub(super) fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    // Addresses of machines and dates have dots and dashes too.
    let parts: Vec<&str> = text.split('.').collect();
    let machine = parts.len() == 4 && parts.iter().all(|p| p.parse::<u8>().is_ok());
    let dated = is_date(text);
    let build = text.bytes().all(|b| b == b'0');
    (8..=15).contains(&digits) && !machine && !dated && !build
}

/// `24-11-2026`, `9/9/24`, `2026.11.24`.
fn is_date(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or("");
    let lengths: Vec<usize> = first.split(['.', '/', '-']).map(str::len).collect();
    matches!(
        lengths.as_slice(),
        [1..=2, 1..=2, 2 | 4] | [4, 1..=2, 1..=2]
    )
}

pub(super) fn is_called(text: &str) -> bool {
    !is_date(text)
}

pub(super) fn is_somebody(name: &str) -> bool {
    !matches!(
        name.to_lowercase().as_str(),
        "public"
            | "default"
            | "all"
            | "shared"
            | "user"
            | "username"
            | "you"
            | "admin"
            | "administrator"
            | "root"
    ) && !name.starts_with(['%', '$', '<', '['])
}

/// Whether a word looks drawn by lot: a word of a language, a path or a name in a program has
/// runs of letters of one kind; what is drawn changes its kind at every second sign.
pub(super) fn is_drawn(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    let tail = bare.len().checked_sub(36).and_then(|at| bare.get(at..));
    if tail.is_some_and(is_uuid) || word.contains("://") || word.contains("www.") {
        return false;
    }
    let word = telling_part(word);
    if word.len() < 12 {
        return false;
    }
    let kind = |c: char| match c {
        'a'..='z' => 0,
        'A'..='Z' => 1,
        '0'..='9' => 2,
        _ => 3,
    };
    let kinds: Vec<u8> = word.chars().map(kind).collect();
    let count = |k: u8| kinds.iter().filter(|x| **x == k).count();
    let (lower, upper, digit, sign) = (count(0), count(1), count(2), count(3));
    // A capital before small letters begins a word; it is no change.
    let changes = kinds
        .windows(2)
        .filter(|w| !matches!(w, [a, b] if a == b) && !matches!(w, [1, 0]))
        .count();
    let mean = kinds.len() * 100 / (changes + 1);
    let several = usize::from(lower > 0) + usize::from(upper > 0) + usize::from(digit > 0) >= 2;
    if sign * 4 > word.len() || !several || lower + upper == 0 {
        return false;
    }
    let hex = digit > 0 && word.bytes().all(|b| b.is_ascii_hexdigit());
    match word.len() {
        12..20 => digit > 0 && lower > 0 && upper > 0 && sign == 0 && mean < 200,
        _ if hex => word.len() >= 32 && mean < 450 && digit * 10 < word.len() * 9,
        _ if sign > word.len() / 8 => mean < 200 && digit > 1,
        _ => mean < 300 && (digit > 0 || mean < 230),
    }
}

/// What of a word tells whether it was drawn: of a path or an address its longest part, of what
/// has dots (names of hosts, files, classes) the longest between two.
fn telling_part(word: &str) -> &str {
    let longest = |sign: char| word.split(sign).max_by_key(|p| p.len()).unwrap_or(word);
    let from = if word.starts_with('/') {
        longest('/')
    } else {
        word
    };
    if from.contains('~') {
        return from;
    }
    from.split('.').max_by_key(|p| p.len()).unwrap_or(from)
}

fn is_uuid(word: &str) -> bool {
    word.len() == 36
        && word.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// Whether digits are a number of their own: no part of an address, a version or a name.
pub(super) fn stands_free(text: &str, span: &Range<usize>) -> bool {
    let before = text.get(..span.start).unwrap_or("");
    let joined = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if before.chars().next_back().is_some_and(joined) {
        return false;
    }
    if before.ends_with('/') {
        let mut tail = before
            .chars()
            .rev()
            .take_while(|c| !c.is_whitespace())
            .take(300);
        if tail.any(|c| c == ':') {
            return false;
        }
    }
    let mut after = text.get(span.end..).unwrap_or("").chars();
    match after.next() {
        Some(c) if c.is_alphanumeric() || c == '_' => false,
        Some('.') if is_ending(after.as_str()) => true,
        Some('.' | '-' | '/') => !after.next().is_some_and(char::is_alphanumeric),
        _ => true,
    }
}

/// What follows a dot is a file's ending: `txt` and nothing of the same word behind it.
fn is_ending(rest: &str) -> bool {
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric());
    let (ending, behind) = rest.split_at(end.unwrap_or(rest.len()));
    let goes_on = behind.starts_with(['.', '-', '_', '/']) && {
        let mut behind = behind.chars().skip(1);
        behind.next().is_some_and(char::is_alphanumeric)
    };
    (1..=5).contains(&ending.len())
        && ending.starts_with(|c: char| c.is_ascii_alphabetic())
        && !goes_on
}
