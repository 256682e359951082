//! What must not leave with a report: secrets always, personal data unless the reader needs it.
//!
//! Sources of the forms: the documented prefixes of the tokens' issuers (GitHub, GitLab, Slack,
//! AWS, Google, Azure, npm, PyPI and others), RFC 7519 (tokens that begin with `eyJ`), RFC 7468
//! (key blocks), RFC 3986 (user information in addresses), ISO 13616 (IBAN), ISO/IEC 7812 (card
//! numbers and their check digit), E.164 (telephone numbers). A citizen service number has nine
//! digits; since a mistyped one is still somebody's, its check digit is not asked.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};

/// What was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemovedKind {
    /// A private key.
    Key,
    /// A token, or a word that looks as if drawn by lot.
    Token,
    /// A password.
    Password,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// Nine digits, as a citizen service number has.
    CitizenNumber,
    /// A bank account.
    Account,
    /// A payment card.
    Card,
    /// Somebody's name in a path.
    Home,
}

impl RemovedKind {
    /// What stands in its place.
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Key => "[private key]",
            Self::Token => "[token]",
            Self::Password => "[password]",
            Self::Email => "[e-mail address]",
            Self::Phone => "[phone number]",
            Self::CitizenNumber => "[personal number]",
            Self::Account => "[bank account]",
            Self::Card => "[card number]",
            Self::Home => "[account name]",
        }
    }
}

/// Something that was taken out, for the person who is to see it before anything leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// What it is.
    pub kind: RemovedKind,
    /// Where it stood in the text that was given, in bytes.
    pub span: Range<usize>,
    /// The words; they stay on this machine.
    pub text: String,
}

struct Rule {
    kind: RemovedKind,
    pattern: Regex,
    /// Whether what was found is one indeed.
    holds: fn(&str) -> bool,
}

/// The named group `x` is what goes; without one the whole match is.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    use RemovedKind::{Account, Card, CitizenNumber, Email, Home, Key, Password, Phone, Token};
    let any: fn(&str) -> bool = |_| true;
    let rule = |kind, pattern: &str, holds| Rule {
        kind,
        pattern: super::read::pattern(pattern),
        holds,
    };
    vec![
        rule(
            Key,
            r"(?s)-----BEGIN [A-Z0-9 ]*(?:PRIVATE KEY|CERTIFICATE|OPENSSH)[A-Z0-9 ]*-----.*?(?:-----END [A-Z0-9 ]+-----|\z)",
            any,
        ),
        rule(
            Key,
            r"\bPuTTY-User-Key-File-[\s\S]*?Private-MAC:\s*[0-9a-f]+",
            any,
        ),
        rule(
            Token,
            r"\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}",
            any,
        ),
        rule(
            Token,
            r"\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|glpat-[A-Za-z0-9_-]{12,}|xox[abeprs]-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{8,}|sk-(?:[a-z]+-)*[A-Za-z0-9_-]{16,}|[sr]k_(?:live|test)_[A-Za-z0-9]{8,}|pk_live_[A-Za-z0-9]{8,}|(?:AKIA|ASIA|AGPA|AROA)[A-Z0-9]{12,}|AIza[A-Za-z0-9_-]{20,}|ya29\.[A-Za-z0-9_-]{8,}|1//0[A-Za-z0-9_-]{20,}|SG\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}|npm_[A-Za-z0-9]{16,}|pypi-[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{16,}|do[opr]_v1_[a-f0-9]{16,}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{16,}|sq0[a-z]{3}-[A-Za-z0-9_-]{12,}|dapi[a-f0-9]{24,}|key-[a-f0-9]{24,}|lin_api_[A-Za-z0-9]{16,}|EAA[A-Za-z0-9]{24,}|hvs\.[A-Za-z0-9_-]{16,}|1000\.[a-f0-9]{24,}\.[a-f0-9]{24,})",
            any,
        ),
        rule(
            Token,
            r"(?i)\b(?:bearer|basic|token|zoho-oauthtoken|apikey|negotiate|digest)\s+(?P<x>[A-Za-z0-9._~+/-]{8,}=*)",
            is_mixed,
        ),
        rule(
            Password,
            r"(?i)\b[a-z][a-z0-9+.-]{1,20}://[^\s/@:]*:(?P<x>[^\s/@]+)@",
            any,
        ),
        rule(
            Token,
            r"(?i)[?&;](?:[a-z_-]*(?:token|key|secret|sig|signature|password|passwd|pwd|auth|code|session|sid|jwt|credential)[a-z_-]*)=(?P<x>[^&\s#\x22'<>]{4,})",
            any,
        ),
        rule(
            Token,
            r"(?i)\b(?:AccountKey|SharedAccessKey|SharedAccessSignature|sig|AccessKey)=(?P<x>[A-Za-z0-9+/=%]{8,})",
            any,
        ),
        // A name and a sign: `password: x`, `api_key = "x"`, `wachtwoord: x`.
        rule(
            Password,
            &format!(
                r#"(?i)(?:\b|[_\-\x22']|_)(?:{SECRET}|pass)["'*_]*\s*(?:\([^)\n]{{0,40}}\)\s*)?[:=]+>?\s*["'`“”‘<(*]*(?P<x>[^\s"'`“”’<>,;]{{2,}})"#
            ),
            is_value,
        ),
        // `set the password to x`.
        rule(
            Password,
            &format!(
                r#"(?i)\b(?:{SECRET})\s+(?:back\s+)?(?:to|naar|op)\s+["'`“”‘<(*]*(?P<x>[^\s"'`“”’<>,;]{{3,}})"#
            ),
            is_mixed,
        ),
        // In prose: `my password is x`, `the password x does not work`, `wachtwoord is x`.
        rule(
            Password,
            &format!(
                r#"(?i)\b(?:{SECRET})(?:\s+(?:for|of|voor|van)\s+(?:\S+\s+){{1,4}}?)?\s+(?:(?:is|was|were|are|equals|set to|changed to|becomes|luidt|wordt|werd|reset to|veranderd in|gewijzigd in)\s+)(?:now\s+|still\s+|nu\s+|nog\s+|currently\s+|simply\s+|just\s+|gewoon\s+|set to\s+|changed to\s+|reset to\s+|veranderd in\s+|gewijzigd in\s+)*["'`“”‘<(*]*(?P<x>[^\s"'`“”’<>]{{3,}})"#
            ),
            is_spoken,
        ),
        rule(
            Password,
            &format!(
                r#"(?i)\b(?:{SECRET})\s+(?:of\s+|namely\s+|namelijk\s+)?["'`“”‘<(*]*(?P<x>[^\s"'`“”’<>,;]{{5,}})"#
            ),
            is_mixed,
        ),
        rule(
            Password,
            &format!(r#"(?i)\b(?:{SECRET})\s+["“‘'`](?P<x>[^"”’'`\n]{{3,80}})["”’'`]"#),
            is_spoken,
        ),
        rule(
            Password,
            r#"(?i)\b(?:log(?:ged)?[ -]?(?:in|on)|sign(?:ed)?[ -]?in|inloggen|ingelogd|aanmelden|aangemeld|login|credentials?|inloggegevens|user(?:name)?|gebruiker(?:snaam)?)\b[^\n.]{0,60}?(?:\s(?:with|using|met|and|en|/|:)\s)["'`“‘]*\S{2,}?\s?(?:/|:|\||\band\b|\ben\b)\s?["'`“‘]*(?P<x>[^\s"'`“”’,;]{6,})"#,
            is_mixed,
        ),
        rule(
            Password,
            r"\b\d{1,3}(?:\.\d{1,3}){3}:\d{2,5}:(?P<x>[^\s:]+:[^\s]+)",
            any,
        ),
        rule(
            Email,
            r"(?i)[\w][\w.%+'-]*\s?(?:@|\(at\)|\[at\]|\{at\}|<at>)\s?[\w-]+(?:\s?(?:\.|\(dot\)|\[dot\]|\{dot\}|<dot>)\s?[\w-]+)+",
            is_email,
        ),
        rule(
            Email,
            r"(?i)\b[\w][\w.%+'-]*\s(?:at|apenstaartje)\s[\w-]+(?:\s(?:dot|punt)\s[\w-]+)+",
            any,
        ),
        rule(
            Account,
            r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,4})?\b",
            is_iban,
        ),
        rule(Card, r"\b(?:\d[ -]?){12,18}\d\b", is_card),
        rule(
            CitizenNumber,
            r"(?i)\b(?:bsn|sofi(?:nummer)?|burgerservicenummer|citizen service number|social security(?: number)?|ssn|patient(?:nummer|number|\s?id|en?nummer)?|mrn|personal number|paspoort(?:nummer)?|passport(?: number)?)\b\D{0,20}(?P<x>\d[\d .-]{4,14}\d)",
            any,
        ),
        rule(
            Phone,
            r"(?:\+|\b00)[1-9]\d{0,2}[\s./-]{0,2}(?:\(0?\)\s?)?(?:\(?\d{1,5}\)?[\s./-]{0,2}){2,5}\d{2,}",
            is_phone,
        ),
        rule(
            Phone,
            r"(?:\b0|\(0)\d{1,4}\)?[\s./-]{0,3}\d{2,4}(?:[\s./-]?\d{2,4}){1,4}\b",
            is_phone,
        ),
        rule(
            Phone,
            r"(?:\b1[\s.-])?(?:\(\d{3}\)\s?|\b\d{3}[\s.-])\d{3}[\s.-]\d{4}\b",
            is_phone,
        ),
        rule(
            Phone,
            r"(?i)\b(?:tel(?:ephone|efoon)?(?:nummer)?|phone(?: number)?|mobile|mobiel|cell|gsm|call me (?:at|on)|bel(?:t u)? mij op|fax)\b[\s.:#]{1,4}(?:(?:is|nr|no|number|nummer)[\s.:]+)?(?P<x>[+(]?\d[\d\s()./-]{3,18}\d)",
            is_called,
        ),
        rule(
            CitizenNumber,
            r"\b(?:\d{9}|\d{3}[. -]\d{3}[. -]\d{3}|\d{4}[. -]\d{2}[. -]\d{3}|\d{3}-\d{2}-\d{4})\b",
            any,
        ),
        rule(
            Home,
            r"(?i)\b[a-z]:\\+(?:users|documents and settings)\\+(?P<x>[^\\/\s:*?\x22<>|]+)",
            is_somebody,
        ),
        rule(Home, r"/(?:home|Users)/(?P<x>[^/\s:\x22'<>]+)", is_somebody),
        rule(Token, r"[A-Za-z0-9+/_~.!$%^&*=-]{12,}", is_drawn),
    ]
});

/// Names of secrets, English and Dutch.
const SECRET: &str = r"pass(?:word|wd|phrase|code|wort)s?|pwd|\bpw|passwort|wachtwoord(?:en)?|wachtwrd|\bww|pin[ -]?code|\bpin|inlogcode|toegangscode|secret(?:[ _-]?key)?s?|client[ _-]?secret|api[ _-]?(?:key|token|secret)s?|access[ _-]?(?:key|token)s?|auth(?:orization)?[ _-]?(?:key|token)?s?|tokens?|private[ _-]?key|sleutel|geheim|credentials?|licen[cs]e[ _-]?key|product[ _-]?key|recovery[ _-]?(?:key|code)|herstel(?:code|sleutel)|otp|2fa[ _-]?code|mfa[ _-]?code|verification[ _-]?code|verificatiecode|session[ _-]?(?:id|key)|cookie|connection[ _-]?string";

/// Words that follow "password" without being one.
const PLAIN: &str = "\
a an the is was are be been being not no never and or but for from in on at to of by with as if it its that this these \
those there then than when while which who my your our their his her i you we he she they me us them all any each same \
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
mijn jouw uw ons onze hun zijn haar ik jij u wij zij ze je we juist onjuist goed fout verkeerd ongeldig geldig verlopen \
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
fn is_value(word: &str) -> bool {
    word.chars().any(char::is_alphanumeric) && !is_plain(word) && !is_marked(word)
}

/// Behind "password is" a plain word in lower case may go on the sentence: "is being asked".
fn is_spoken(words: &str) -> bool {
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

/// Letters and digits or signs within one word, as passwords have.
fn is_mixed(word: &str) -> bool {
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

/// Our own marks are not taken out again.
fn is_marked(word: &str) -> bool {
    word.starts_with('[')
}

fn is_email(text: &str) -> bool {
    let tight: String = text.split_whitespace().collect();
    let last = tight.rsplit(['.', ')', ']', '}', '>']).next().unwrap_or("");
    last.chars().filter(|c| c.is_alphabetic()).count() >= 2
}

/// ISO 7064, modulo 97.
fn is_iban(text: &str) -> bool {
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
fn is_card(text: &str) -> bool {
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

fn is_phone(text: &str) -> bool {
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
    let lengths: Vec<usize> = text.split(['.', '/', '-']).map(str::len).collect();
    matches!(
        lengths.as_slice(),
        [1..=2, 1..=2, 2 | 4] | [4, 1..=2, 1..=2]
    )
}

fn is_called(text: &str) -> bool {
    !is_date(text)
}

fn is_somebody(name: &str) -> bool {
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
fn is_drawn(word: &str) -> bool {
    let ends_as_uuid = |w: &str| {
        w.len()
            .checked_sub(36)
            .and_then(|at| w.get(at..))
            .is_some_and(is_uuid)
    };
    if ends_as_uuid(word) || word.contains("://") || word.contains("www.") {
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

/// Takes out what must not leave. What is in `keep`, to the letter but for case, stays: the
/// address of the user whom the report is about, say. Secrets are taken out all the same.
pub fn redact(text: &str, keep: &[&str]) -> (String, Vec<Removed>) {
    let mut removed: Vec<Removed> = Vec::new();
    for rule in RULES.iter() {
        for found in rule.pattern.captures_iter(text) {
            let Some(span) = goes(rule, &found, text) else {
                continue;
            };
            let words = text.get(span.clone()).unwrap_or("");
            let kept = rule.kind >= RemovedKind::Email && is_kept(words, keep);
            if !kept
                && !removed
                    .iter()
                    .any(|r| r.span.start < span.end && span.start < r.span.end)
            {
                removed.push(Removed {
                    kind: rule.kind,
                    text: words.to_owned(),
                    span,
                });
            }
        }
    }
    removed.sort_by_key(|r| r.span.start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for r in &removed {
        out.push_str(text.get(at..r.span.start).unwrap_or(""));
        out.push_str(r.kind.mark());
        at = r.span.end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    (out, removed)
}

/// The part of a match that goes, without the sentence's own signs behind it.
fn goes(rule: &Rule, found: &Captures<'_>, whole: &str) -> Option<Range<usize>> {
    use RemovedKind::{Card, CitizenNumber, Key, Password, Phone};
    let named = found.name("x");
    let part = named.or_else(|| found.get(0))?;
    if !(rule.holds)(part.as_str()) {
        return None;
    }
    let text = match rule.kind {
        Password => part.as_str().trim_end_matches(['.', ',', ';', ':', ')']),
        Key => part.as_str(),
        _ => part
            .as_str()
            .trim_end_matches(|c: char| c.is_whitespace() || ".,;:-".contains(c)),
    };
    let span = part.start()..part.start() + text.len();
    let number = matches!(rule.kind, Phone | CitizenNumber | Card) && named.is_none();
    (!text.is_empty() && (!number || stands_free(whole, &span))).then_some(span)
}

/// Whether digits are a number of their own: no part of an address, a version or a name.
fn stands_free(text: &str, span: &Range<usize>) -> bool {
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
        Some('.' | '-' | '/') => !after.next().is_some_and(char::is_alphanumeric),
        _ => true,
    }
}

fn is_kept(words: &str, keep: &[&str]) -> bool {
    let low = words.trim().to_lowercase();
    keep.iter()
        .any(|k| !k.is_empty() && k.trim().to_lowercase() == low)
}

/// What was taken out of which text, as the lines of a diff: `- steps 2: log in with Xyz123!` and
/// `+ steps 2: log in with [password]`, with what stood around it.
pub fn diff(of: &str, text: &str, removed: &[Removed]) -> Vec<String> {
    const AROUND: usize = 24;
    removed
        .iter()
        .map(|r| {
            let mut from = r.span.start.saturating_sub(AROUND);
            while !text.is_char_boundary(from) {
                from -= 1;
            }
            let before = text.get(from..r.span.start).unwrap_or("");
            let before = before.rsplit('\n').next().unwrap_or("");
            let dots = if from > 0 { "…" } else { "" };
            let words = r.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let words = super::read::head(&words, 120);
            let mark = r.kind.mark();
            format!("- {of}: {dots}{before}{words}\n+ {of}: {dots}{before}{mark}")
        })
        .collect()
}
