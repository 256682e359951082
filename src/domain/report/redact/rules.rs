//! The forms of what must not leave, the surest first: where two overlap, the first holds.

use std::sync::LazyLock;

use regex::Regex;

use super::RemovedKind;
use super::judge::{
    is_called, is_card, is_drawn, is_email, is_iban, is_mixed, is_named, is_password, is_phone,
    is_somebody, is_spoken, is_value, is_written_out,
};

/// A form of something that must not leave.
pub(super) struct Rule {
    /// What it is.
    pub(super) kind: RemovedKind,
    /// How it is written.
    pub(super) pattern: Regex,
    /// Whether what was found is one indeed.
    pub(super) holds: fn(&str) -> bool,
}

/// The named group `x` is what goes; without one the whole match is.
pub(super) static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    use RemovedKind::{Account, Card, CitizenNumber, Email, Home, Key, Password, Phone, Token};
    let any: fn(&str) -> bool = |_| true;
    let rule = |kind, pattern: &str, holds| Rule {
        kind,
        pattern: crate::domain::report::read::pattern(pattern),
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
        // Several words in quotes are one password.
        rule(
            Password,
            &format!(
                r#"(?i)(?:{SECRET})["']?\s*(?:\b(?:is|was|luidt|to|naar)\b|[:=]+)\s*["“'`‘](?P<x>[^"”'`’\n]{{3,80}})["”'`’]"#
            ),
            is_value,
        ),
        rule(
            Password,
            &format!(
                r"(?i)(?:{SECRET})\b[^\n.]{{0,30}}?\b(?:from|van)\s+(?P<x>\S{{4,}})\s+(?:to|naar)\s"
            ),
            is_mixed,
        ),
        rule(
            Password,
            &format!(
                r"(?i)(?:{SECRET})\b[^\n.]{{0,30}}?\b(?:from|van)\s+\S{{4,}}\s+(?:to|naar)\s+(?P<x>\S{{4,}})"
            ),
            is_mixed,
        ),
        rule(
            Password,
            r"(?i)\b(?:login|log-?in|user(?:name)?|gebruiker(?:snaam)?|account|creds?|credentials?|inloggegevens)\s*[:=]\s*\S+\s*[/|]\s*(?P<x>[^\s,;]{4,})",
            is_value,
        ),
        rule(
            Password,
            r"\b(?:mysql|mysqldump|mariadb|sshpass)\b[^\n]{0,80}?\s-p\s?(?P<x>[^\s]{4,})",
            any,
        ),
        rule(
            Password,
            r"(?i)\b(?:otp|pin(?:[ -]?(?:code|nummer|number))?|toegangscode|access code|2fa|mfa|(?:verification|one-time|sms|login|security|beveiligings|verificatie|inlog|eenmalige|sms-)[ -]?code)\s+(?:is\s+|was\s+)?(?P<x>\d{3}\s?\d{1,5})\b",
            any,
        ),
        rule(
            Token,
            r"(?i)\b(?:key|sleutel|code|serial|licen[cs]e|licentie(?:code|sleutel)|serienummer)\b[^\n.]{0,25}?\s(?P<x>[a-z0-9]{4,6}(?:-[a-z0-9]{4,6}){2,7})\b",
            is_mixed,
        ),
        rule(Token, r"\b\d{6}(?:-\d{6}){5,7}\b", any),
        rule(
            Token,
            r"(?i)\bbearer\s+(?P<x>[A-Za-z0-9._~+/-]{16,}=*)",
            any,
        ),
        rule(
            Token,
            r#"(?i)[-_ ]key["']?\s*[:=]\s*["']?(?P<x>[^\s"']{6,})"#,
            is_mixed,
        ),
        rule(Password, r"[A-Za-z0-9!@#$%^&*?._-]{8,}", is_password),
        // A name and a sign: `password: x`, `api_key = "x"`, `wachtwoord: x`.
        rule(
            Password,
            &format!(
                r#"(?i)(?:\b|[_\-\x22']|_)(?:{SECRET}|pass)["'*_]*\s*(?:\([^)\n]{{0,40}}\)\s*)?[:=]+>?\s*["'`“”‘<(*]*(?P<x>[^\s"'`“”’<>,;]{{2,}})"#
            ),
            is_value,
        ),
        // A name and a dash: `password - x1`, `ww -> x1`.
        rule(
            Password,
            &format!(
                r#"(?i)\b(?:{SECRET})\s*(?:\s[-–—]+|[-–—=]+>|→)\s*["'`“”‘<(*]*(?P<x>[^\s"'`“”’<>,;]{{4,}})"#
            ),
            is_mixed,
        ),
        // `I reset my password yesterday to x1`, `het wachtwoord staat op x1`.
        rule(
            Password,
            &format!(
                r#"(?i)\b(?:{SECRET})(?:\s+(?:was|is|werd|has been|yesterday|today|now|just|again|gisteren|vandaag|nu|net|zojuist|weer|set|re-?set|changed|gezet|gewijzigd|veranderd|ingesteld|aangepast|staat|stond)){{1,3}}\s+(?:to|into|naar|op|in)\s+["'`“”‘<(*]*(?P<x>[^\s"'`“”’<>,;]{{4,}})"#
            ),
            is_mixed,
        ),
        // `curl -u eva:x`.
        rule(
            Password,
            r#"\b(?:curl|wget|https?)\b[^\n]{0,80}?\s(?:-u|--user)[ =]?["']?[^\s:"'/]+:(?P<x>[^\s"'/]+)"#,
            any,
        ),
        // `log in as eva with x1`.
        rule(
            Password,
            r#"(?i)\b(?:log(?:ged)?[ -]?(?:in|on)|sign(?:ed)?[ -]?in|inloggen|ingelogd|aanmelden|aangemeld)\b[^\n.]{0,20}?\s(?:as|als)\s\S{2,40}\s(?:with|using|met|and|en)\s["'`“‘]*(?P<x>[^\s"'`“”’,;]{6,})"#,
            is_mixed,
        ),
        // `I typed x as my password`, `ik heb x als wachtwoord ingevuld`.
        rule(
            Password,
            &format!(
                r#"(?i)\b(?:type[ds]?|use[ds]?|enter(?:ed|s)?|set|chose|choose|picked|tried|try|have|had|put|fill(?:ed)? in|gebruik(?:te?)?|typ(?:te?)?|vul(?:de)?|voer(?:de)?|koos|kies|neem|nam|heb|hebben|probeer(?:de)?)\s+["'`“‘]*(?P<x>[^\s"'`”’,;]{{3,}})["'`”’]*\s+(?:in\s+)?(?:as|als)\s+(?:(?:my|our|his|her|their|the|a|an|new|temporary|mijn|ons|zijn|haar|hun|het|een|nieuwe?|tijdelijke?)\s+){{0,3}}(?:{PASSWORD})\b(?:\s*[.,;:!?)\n]|\s*\z|\s+(?:and|but|for|on|in|to|at|then|it|i|because|en|maar|voor|op|bij|dan|ik|want|ingevuld|ingevoerd|gebruikt|ingesteld|ingetypt|getypt|gekozen|opgegeven)\b)"#
            ),
            is_spoken,
        ),
        // `x is my password`.
        rule(
            Password,
            &format!(
                r#"(?i)(?:^|[\s"'`“‘])(?P<x>[^\s"'`“”‘’,;]{{4,}})["'`”’]*\s+(?:is|was)\s+(?:my|our|his|her|their|mijn|ons|onze|zijn|haar|hun)\s+(?:(?:old|new|current|oude?|nieuwe?|huidige?)\s+)?(?:{PASSWORD})\b(?:\s*[.,;:!?)\n]|\s*\z|\s+(?:and|but|for|on|en|maar|voor|op)\b)"#
            ),
            is_named,
        ),
        // `set the password to x`.
        rule(
            Password,
            &format!(
                r#"(?i)\b(?:{SECRET})\s+(?:back\s+)?(?:to|into|naar|op)\s+["'`“”‘<(*]*(?P<x>[^\s"'`“”’<>,;]{{3,}})"#
            ),
            is_mixed,
        ),
        // In prose: `my password is x`, `the password x does not work`, `wachtwoord is x`.
        rule(
            Password,
            &format!(
                r#"(?i)\b(?:{SECRET}|pass)(?:\s+(?:for|of|that|which|i|we|voor|van|dat|die|wat|ik|wij)(?:\s+[^\s.,;:!?]+){{1,5}}?(?:\s+{GIVEN})?)?\s+(?:(?:is|was|were|are|used to be|should be|(?:has|had)(?: always)? been|equals|set to|changed to|becomes|luidt|wordt|werd|reset to|veranderd in|gewijzigd in)\s*:?\s+)(?:now\s+|still\s+|always\s+|nu\s+|nog\s+|altijd\s+|vroeger\s+|eerst\s+|currently\s+|simply\s+|just\s+|gewoon\s+|set to\s+|changed to\s+|reset to\s+|veranderd in\s+|gewijzigd in\s+)*["'`“”‘<(*]*(?P<x>[^\s"'`“”’<>]{{3,}})"#
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
            r"(?i)\b(?:[\w][\w.%+'-]*\s(?:dot|punt)\s)?[\w][\w.%+'-]*\s(?:at|apenstaartje)\s[\w-]+(?:\s(?:dot|punt)\s[\w-]+)+",
            any,
        ),
        // A domain as it is written, after a name of several parts: one word before "at" may be
        // anything.
        rule(
            Email,
            r"(?i)\b(?P<x>[a-z][\w%+'-]*(?:[._][\w%+'-]+)+\s(?:at|apenstaartje)\s(?:[\w-]+\.)+(?:nl|com|org|net|eu|be|de|fr|uk|edu|io|info|example))(?:[^\w.-]|\.\s|\.?\z)",
            is_written_out,
        ),
        rule(
            Account,
            r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,4})?\b",
            is_iban,
        ),
        rule(Card, r"\b(?:\d[ -]?){12,18}\d\b", is_card),
        rule(
            CitizenNumber,
            r"(?i)\b(?:bsn|sofi(?:nummer)?|burgerservicenummer|citizen service number|social security(?: number)?|ssn|patient(?:nummer|number|\s?id|en?nummer)?|mrn|personal number|paspoort(?:nummer)?|passport(?: number)?)\b\D{0,20}(?P<x>[A-Z]{0,3}\d[\d .-]{4,14}\d)",
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

/// What a word is said to be: "as my password".
const PASSWORD: &str =
    r"pass(?:word|phrase|code|wd)|pass?woord|pwd|pw|wachtwoord|ww|pin(?:[ -]?code)?|toegangscode";

/// Within "the password that ... is x": the first "was" is not yet the one that tells it.
const GIVEN: &str = r"(?:was|were|am|are|is|had?|have|has|heb|hebben|werd)\s+(?:been\s+)?(?:given|sent|told|shown|using|gegeven|gestuurd|gekregen|gebruikt)";

/// Names of secrets, English and Dutch.
const SECRET: &str = r"pass(?:word|wd|phrase|code|wort)s?|pass?woord(?:en)?|\bpassw|\bpswd?|pwd|\bpw|passwort|wachtwoord(?:en)?|wachtwrd|\bww|pin[ -]?code|\bpin|inlogcode|toegangscode|secret(?:[ _-]?key)?s?|client[ _-]?secret|api[ _-]?(?:key|token|secret)s?|access[ _-]?(?:key|token)s?|auth(?:orization)?[ _-]?(?:key|token)?s?|tokens?|private[ _-]?key|sleutel|geheim|credentials?|licen[cs]e[ _-]?key|product[ _-]?key|recovery[ _-]?(?:key|code)|herstel(?:code|sleutel)|otp|2fa[ _-]?code|mfa[ _-]?code|verification[ _-]?code|verificatiecode|session[ _-]?(?:id|key)|(?:wifi|wlan|wpa|netwerk|network)[ -]?(?:key|sleutel|code)|cookie|connection[ _-]?string";
