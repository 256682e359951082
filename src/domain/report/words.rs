//! Which words say something: the difference between an answer and "it does not work".

use std::collections::HashSet;
use std::sync::LazyLock;

/// The lower-case words of a text; what stands within a word (`dws-3049`, `don't`) stays.
pub fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !(c.is_alphanumeric() || "'’-_/.@".contains(c)))
        .map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|w| !w.is_empty())
        .map(|w| w.to_lowercase().replace('’', "'"))
}

/// Words that carry a sentence but no fact, English and Dutch.
const EMPTY: &str = "\
a an the this that these those there here it its it's i i'm i've me my mine we our us you your he she his her they \
them their to of in on at by for from with without as is am are was were be been being do does did done don't doesn't \
didn't dont doesnt didnt has have had having can can't cannot cant could couldn't will won't would wouldn't should \
shouldn't may might must shall not no nor and or but so if then than when while just only also too very really again \
still anymore any some all always never ever now today please pls plz asap thanks thank help hi hello dear sir madam \
get got gets go goes going want wants need needs like same other something anything nothing everything somehow well ok \
okay good bad properly correctly normally normal usual usually before after up out how what why where who which way \
de het een dit dat deze die er hier daar ik mij me mijn m'n wij we ons onze jij je jouw u uw hij zij ze hun hen te van \
in op aan bij voor door met zonder als is ben bent zijn was waren wordt worden werd geworden doe doet doen deed gedaan \
heb hebt heeft hebben had hadden kan kun kunt kunnen kon konden zal zult zullen zou zouden moet moeten moest mag mogen \
wil wilt willen niet geen nee en of maar dus dan toen wanneer terwijl alleen ook nog al weer steeds meer minder erg \
heel echt alles iets niets ergens altijd nooit nu vandaag graag aub a.u.b alstublieft alsjeblieft help hulp bedankt \
dank hallo beste geachte mevrouw meneer goed slecht gewoon normaal zoals vroeger eerst hoe wat waarom waar wie welke";

/// Words that say that something is wrong or right, and not what.
const VAGUE: &str = "\
work works worked working workin function functions functioning functional fail fails failed failing failure problem \
problems issue issues trouble error errors bug bugs wrong broken break breaks broke down fault faulty stuff thing \
things happen happens happened happening solve solved fix fixed fixing resolve repair weird strange slow sucks terrible \
annoying useless urgent urgently important system systems computer pc laptop software program app application n/a na \
tbd todo unknown none nil idem ditto see above below attached screenshot test asdf qwerty xxx xx x lorem blah foo bar vm vms workspace workspaces down \
use using used able unable possible impossible \
werk werkt werken werkte gewerkt functioneert functioneren doen deed fout fouten foutje mis probleem problemen storing \
kapot stuk defect gebeurt gebeurde gebeuren oplossen opgelost maken repareren raar vreemd traag langzaam vervelend \
dringend spoed belangrijk systeem programma applicatie ding dingen onbekend weet geen idee zie boven hierboven onder \
bijlage nvt n.v.t lukt lukte lukken gaat ging gaan werkruimte werkruimtes plat ligt liggen gebruiken gebruik mogelijk onmogelijk";

static EMPTY_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| EMPTY.split_whitespace().collect());
static VAGUE_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| VAGUE.split_whitespace().collect());

/// The words that say what: without those that every sentence has, and without those that only
/// say that something is wrong or right.
pub fn content(text: &str) -> Vec<String> {
    words(text)
        .filter(|w| {
            !EMPTY_WORDS.contains(w.as_str())
                && !VAGUE_WORDS.contains(w.as_str())
                // Which Workspace is said elsewhere.
                && !w.starts_with("dws-")
                && w.chars().filter(|c| c.is_alphanumeric()).count() >= 2
        })
        .collect()
}

/// Nothing is said: "it does not work", "zie boven", "-".
pub fn is_vague(text: &str) -> bool {
    content(text).is_empty()
}

/// "always", "altijd al", "from the beginning".
pub fn is_always(text: &str) -> bool {
    let said: Vec<String> = words(text).collect();
    matches!(
        said.join(" ").as_str(),
        "always"
            | "since always"
            | "it has always been like this"
            | "it has always been so"
            | "always been like this"
            | "ever since the beginning"
            | "since the beginning"
            | "from the beginning"
            | "from the start"
            | "from day one"
            | "since day one"
            | "forever"
            | "altijd"
            | "altijd al"
            | "al altijd"
            | "altijd al zo"
            | "altijd zo geweest"
            | "altijd al zo geweest"
            | "sinds het begin"
            | "vanaf het begin"
            | "van begin af aan"
            | "vanaf dag een"
            | "vanaf dag 1"
    )
}

/// Two texts in the same words, whatever their case, signs and order of negations.
pub fn same(a: &str, b: &str) -> bool {
    let key = |text: &str| words(text).collect::<Vec<_>>();
    key(a) == key(b)
}
