//! Since when, and what helps besides: roles, impact, what was tried, versions, screenshots.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::names::at;
use super::own::Own;
use super::{Confidence, Message, Suggestion, Value, overlaps, pattern, since, tidy};
use crate::domain::report::form::WorkspaceRole;
use crate::domain::report::impact::Share;

// The patterns but that of versions are asked of small letters: one that takes both is a third
// larger.

/// Something begins, or goes wrong, in the same sentence.
static ONSET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:start(?:ed|s|ing)?|began|begun|begin|stopp?ed|stop|happen(?:ed|s|ing)?|occur(?:red|s|ring)?|notic(?:ed|e)|appear(?:ed|s)?|disappeared|crash(?:ed|es)?|fail(?:ed|s|ing)?|broke|broken|lost|gone|changed|updat(?:ed|e)|upgrad(?:ed|e)|can(?:no|')t|cannot|could(?:n't| not)|unable|no longer|tried|trying|got|not work\w*|won't|doesn't|didn't|isn't|error|problem|issue|suddenly|until|worked|works|working|fine|since|vanaf|begonnen|begon|gestart|gestopt|gebeurt|gebeurde|opgevallen|verdwenen|niet|geen|plots|plotseling|ineens|fout\w*|probleem|problemen|werkte|werkt|update|sinds)\b",
    )
});
static ALWAYS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:has|have|had) always (?:been (?:like (?:this|that)|so|this way|that way)|done (?:this|so)|happened)|always been (?:like this|so|this way)|since (?:the beginning|day one|always)|from (?:the (?:very )?(?:beginning|start)|day one)|never (?:worked|has worked)|it never worked|altijd al|is altijd zo geweest|vanaf (?:het begin|dag (?:1|een|één))|sinds het begin|nooit gewerkt)\b",
    )
});
static SHOT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)\b(?:screen\s?-?(?:shots?|prints?|captures?|grabs?|dumps?|pics?|pictures?|clips?)|print\s?screens?|schermafbeelding(?:en)?|schermafdruk(?:ken)?|schermopname[ns]?|printscreens?
        |(?:attached|appended|uploaded|enclosed)\s+(?:\w+\s+)?(?:image|picture|photo|pic|file|video|gif|jpe?g|png|document|log)s?|attached,?\s+(?:is|are)|(?:the\s+)?(?:image|picture|photo)s?\s+(?:\w+\s+){0,4}(?:at\s+|here\s+)?below
        |(?:see|refer\s+to)\s+(?:the\s+|my\s+)?(?:attached|attachments?|image|picture|photo|pic)s?(?:\s+\w+)?
        |(?:image|picture|photo|pic|video|capture|attachment)s?\s+(?:is\s+|are\s+)?(?:attached|enclosed|appended|included|provided|below|above)
        |zie\s+(?:de\s+|het\s+|mijn\s+)?(?:bijlage|bijgevoegd\w*|afbeelding|plaatje|foto|eerste\s+afbeelding)n?(?:en|s)?|bijgevoegde?\s+\w+|in\s+de\s+bijlage|\(zie\s+plaatje\s*\d*\)|als\s+bijlage)\b
        |[a-z0-9_-]+\.(?:png|jpe?g|gif|bmp|webp|mp4|heic)\b",
    )
});
static NO_SHOT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:how (?:do|can|to)|(?:can(?:not|'t)|could|can|will|happy to|able to|would|unable to|if (?:you )?(?:need|want)|don't know how to) (?:\w+ ){0,3}(?:attach|send|provide|post|upload|take|make|include|add)|(?:take|taking|make|making|save|saving|open|download|send|upload|view|insert|print|paste) (?:\w+ ){0,3}(?:screen ?shots?|pictures?|images?|photos?|files?|attachments?)|geen (?:screenshot|schermafbeelding))",
    )
});
static ROLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:as|als|i am|i'm|ik ben|role(?: is|:)?|rol(?: is|:)?|he is|she is|with)\s+(?:an?\s+|the\s+|een\s+|de\s+)?(?P<role>data[ -]?reader|data[ -]?contributor|privileged(?: member)?|accountable|advanced(?: user| member)|standard(?: user| member))\b|\b(?P<bare>data[ -]reader|data[ -]contributor|privileged member)\b",
    )
});
static EVERYBODY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)\b(?P<all>(?:all|every)\s+(?:of\s+)?(?:our\s+|the\s+|my\s+)?(?:users?|members?|colleagues|researchers|students|people|staff)\b|everyone|everybody|nobody\s+can|no\s+one\s+can|none\s+of\s+us|the\s+(?:whole|entire)\s+(?:team|group|department|hospital|organi[sz]ation)|alle\s+(?:gebruikers|leden|collega's|onderzoekers|medewerkers|studenten)|iedereen|niemand\s+kan|het\s+hele\s+team|de\s+hele\s+(?:groep|afdeling|organisatie)|wij\s+allemaal)\b
        |\b(?P<percent>\d{1,3})\s?(?:%|per\s?cent|procent)\s+(?:of\s+|van\s+)?(?:all\s+|alle\s+|de\s+|our\s+|the\s+|onze\s+)?(?P<pof>users|people|members|colleagues|gebruikers|leden|mensen|workspaces|werkruimtes)\b
        |\b(?P<hit>\d{1,5})\s+(?:of|out\s+of|van)\s+(?:the\s+|our\s+|de\s+|onze\s+)?(?P<whole>\d{1,5})\s+(?P<of>users|people|members|colleagues|gebruikers|leden|mensen|workspaces|werkruimtes|vms)\b
        |\b(?P<some>\d{1,5}|two|three|four|five|twee|drie|vier|vijf)\s+(?:other\s+|andere\s+)?(?P<sof>users|colleagues|members|gebruikers|collega's|leden|workspaces|werkruimtes)\b",
    )
});
static BREACH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:data ?(?:breach|leak)|security (?:breach|incident)|privacy (?:breach|incident)|breach of (?:security|privacy)|datalek|beveiligings(?:lek|incident)|privacy-?incident|(?:was|were|been|got|is|account) (?:hacked|compromised)|gehackt|leaked|gelekt|ransomware|unauthori[sz]ed access|ongeautoriseerde toegang|phished)\b",
    )
});
static TRIED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:\b(?:i|we)(?:'ve| have)?(?: also| already| even)? (?:tried|attempted|restarted|rebooted|reinstalled|re-installed|uninstalled|cleared|disabled|checked|updated|reset|removed and)\b|^(?:tried|restarted|rebooted|reinstalled|cleared|already tried)\b|\b(?:ik|we|wij) (?:heb|hebben) (?:\S+ ){0,8}(?:geprobeerd|herstart|opnieuw|gecontroleerd|verwijderd|uitgezet|ge[iï]nstalleerd)|\b(?:ook|al) geprobeerd\b|\b(?:herstarten|opnieuw (?:opstarten|installeren)) (?:helpt|hielp|werkt) niet)",
    )
});
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:Windows (?:XP|Vista|Server \d{4}|\d{1,2}(?:\.\d)?)(?: (?:Pro|Home|Enterprise|Professional|Education))?|Win ?(?:7|8|10|11)\b|mac ?OS(?: X)?(?: [A-Z][a-z]+)?(?: \d+(?:\.\d+)*)?|Ubuntu(?: \d\d\.\d\d(?:\.\d+)?)?(?: LTS)?|Debian(?: \d+)?|Linux Mint(?: \d+(?:\.\d+)?)?|Fedora(?: \d+)?|(?:Firefox|Thunderbird|SeaMonkey|Chrome|Edge|Safari|R|RStudio|Python|MATLAB|SPSS|Stata|Word|Excel|Outlook|Hadoop|Java)(?: [vV]ersion| v)? ?\d+(?:\.\d+)*(?:esr|b\d+)?(?: \((?:32|64)-?[Bb]it\))?|[vV]ersi(?:on|e):? \d+(?:\.\d+)+(?:esr)?)",
    )
});

pub(super) fn read(
    own: &Own<'_>,
    message: &Message<'_>,
    taken: &[Range<usize>],
    out: &mut Vec<Suggestion>,
) {
    let headed_since = out
        .iter()
        .any(|s| matches!(s.value, Value::Since(_) | Value::Always));
    let mut tried = 0;
    for sentence in &own.sentences {
        let text = own.at(sentence);
        let low = text.to_ascii_lowercase();
        if !headed_since {
            moments(&low, sentence.start, message, out);
        }
        let free = !taken.iter().any(|t| overlaps(t, sentence));
        if free && tried < 3 && !text.ends_with('?') && TRIED.is_match(&low) {
            tried += 1;
            let value = Value::Tried(tidy(text));
            out.push(at(
                value,
                sentence.start,
                0..text.len(),
                Confidence::Medium,
                "says what was tried",
            ));
        }
        shots(text, &low, sentence.start, out);
        roles(&low, sentence.start, out);
        impacts(&low, sentence.start, out);
    }
    for block in &own.blocks {
        for found in VERSION.find_iter(own.at(block)).take(4) {
            let value = Value::Environment(tidy(found.as_str()));
            out.push(at(
                value,
                block.start,
                found.range(),
                Confidence::Medium,
                "names a system or a version",
            ));
        }
    }
}

/// Moments of a sentence in small letters.
fn moments(text: &str, base: usize, message: &Message<'_>, out: &mut Vec<Suggestion>) {
    for found in since::scan(text, message.at, message.zone) {
        let Some(moment) = not_ahead(found.moment, message) else {
            continue;
        };
        let before = text.get(..found.span.start).unwrap_or("").trim_end();
        let well = ["fine", "well", "good", "goed", "prima", "perfectly"];
        let (confidence, reason) = if well.iter().any(|w| before.ends_with(w)) {
            (Confidence::Low, "names how long it went well")
        } else if found.led {
            (Confidence::High, "says since when")
        } else if found.span.start < 3 || ONSET.is_match(text) {
            (
                Confidence::Medium,
                "names a moment where something began, failed or was done",
            )
        } else {
            (Confidence::Low, "names a moment")
        };
        out.push(at(
            Value::Since(moment),
            base,
            found.span,
            confidence,
            reason,
        ));
    }
    // "Since the beginning of this week" is a moment.
    let of = |end: usize| {
        let rest = text.get(end..).unwrap_or("").trim_start();
        rest.starts_with("of ") || rest.starts_with("van ")
    };
    if let Some(found) = ALWAYS.find(text).filter(|f| !of(f.end())) {
        let value = Value::Always;
        out.push(at(
            value,
            base,
            found.range(),
            Confidence::Medium,
            "says that it never was otherwise",
        ));
    }
}

/// "This morning" in a message of the small hours is told from another zone: the day is meant.
fn not_ahead(moment: since::Moment, message: &Message<'_>) -> Option<since::Moment> {
    if moment.at <= message.at {
        return Some(moment);
    }
    let day = since::midnight(moment.at, message.zone)?;
    (moment.precision == since::Precision::Part && day <= message.at).then_some(since::Moment {
        at: day,
        precision: since::Precision::Day,
    })
}

fn shots(text: &str, low: &str, base: usize, out: &mut Vec<Suggestion>) {
    for found in SHOT.find_iter(low).take(3) {
        if NO_SHOT.is_match(low) {
            return;
        }
        // `image.webp.enabled` is no file.
        let rest = text.get(found.end()..).unwrap_or("");
        if rest.starts_with('.') && rest.chars().nth(1).is_some_and(char::is_alphanumeric) {
            continue;
        }
        let value = Value::Evidence(tidy(text.get(found.range()).unwrap_or("")));
        out.push(at(
            value,
            base,
            found.range(),
            Confidence::Medium,
            "speaks of a picture or a file",
        ));
    }
}

fn roles(text: &str, base: usize, out: &mut Vec<Suggestion>) {
    for found in ROLE.captures_iter(text) {
        let Some(words) = found.name("role").or_else(|| found.name("bare")) else {
            continue;
        };
        if let Some(role) = WorkspaceRole::parse(words.as_str()) {
            let sure = if found.name("role").is_some() {
                Confidence::High
            } else {
                Confidence::Medium
            };
            out.push(at(
                Value::Role(role),
                base,
                words.range(),
                sure,
                "names a role in a Workspace",
            ));
        }
    }
}

/// How many are hit, and whether a breach is spoken of.
pub(super) fn impact(text: &str, base: usize, out: &mut Vec<Suggestion>) {
    impacts(&text.to_ascii_lowercase(), base, out);
}

/// The same of a text in small letters.
fn impacts(text: &str, base: usize, out: &mut Vec<Suggestion>) {
    for found in EVERYBODY.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        let number = |name: &str| found.name(name).and_then(|m| number_of(m.as_str()));
        let (share, of) = if let (Some(hit), Some(all)) = (number("hit"), number("whole")) {
            (Share::Of { hit, all }, found.name("of"))
        } else if let Some(percent) = number("percent") {
            (Share::Percent(percent.min(100)), found.name("pof"))
        } else if let Some(some) = number("some") {
            (Share::Some(some), found.name("sof"))
        } else {
            (Share::All, None)
        };
        let of = of.map_or("", |m| m.as_str());
        let value = match of.starts_with('w') {
            true => Value::Workspaces(share),
            false => Value::Users(share),
        };
        out.push(at(
            value,
            base,
            whole.range(),
            Confidence::Medium,
            "says how many are hit",
        ));
    }
    if let Some(found) = BREACH.find(text) {
        out.push(at(
            Value::Breach,
            base,
            found.range(),
            Confidence::Medium,
            "speaks of a breach",
        ));
    }
}

fn number_of(word: &str) -> Option<u32> {
    Some(match word {
        "two" | "twee" => 2,
        "three" | "drie" => 3,
        "four" | "vier" => 4,
        "five" | "vijf" => 5,
        digits => digits.parse().ok()?,
    })
}
