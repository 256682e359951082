//! What is read out of messages, and how well: precision and recall on labelled tickets.
//!
//! `cargo test --test it figures_of_the_reading -- --nocapture` prints the figures of the README.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant as Stopwatch};

use deskhand::domain::report::{
    Confidence, Field, Language, MOST_READ, Message, Suggestion, Value, language, read,
};
use proptest::prelude::*;
use rstest::rstest;

use super::{Case, Label, amsterdam, cases, known, now, said, say};

/// The kinds that are measured, and the least that is accepted of precision and recall, in per
/// cent: a little below what is reached.
const KINDS: &[(&str, u32, u32)] = &[
    ("workspace", 95, 95),
    ("email", 95, 95),
    ("person", 90, 90),
    ("steps", 80, 78),
    ("expected", 90, 85),
    ("actual", 70, 82),
    ("error", 80, 80),
    ("since", 75, 85),
    ("shot", 88, 85),
];

#[derive(Default, Clone, Copy)]
struct Count {
    found: u32,
    labels: u32,
    right: u32,
    suggestions: u32,
}

impl Count {
    fn percent(part: u32, of: u32) -> u32 {
        (part * 100).checked_div(of).unwrap_or(100)
    }
}

fn is_kind(s: &Suggestion, name: &str) -> bool {
    match (&s.value, name) {
        // One with a name and an address is both.
        (Value::User(person), "person") => !person.name.raw().is_empty(),
        (Value::User(person), "email") => !person.email.raw().is_empty(),
        (value, name) => {
            matches!(
                (value, name),
                (Value::Workspace(_), "workspace")
                    | (Value::Steps(_), "steps")
                    | (Value::Expected(_), "expected")
                    | (Value::Actual(_), "actual")
                    | (Value::Error(_), "error")
                    | (Value::Since(_), "since")
                    | (Value::Evidence(_), "shot")
            )
        }
    }
}

fn is_of(s: &Suggestion, label: &Label, case: &Case) -> bool {
    let overlaps = case
        .text
        .match_indices(&label.words)
        .any(|(start, words)| s.span.start < start + words.len() && start < s.span.end);
    let means = label
        .value
        .as_ref()
        .is_none_or(|v| s.value.words(case.zone.0) == *v);
    overlaps && means
}

fn count(case: &Case, all: &mut BTreeMap<&'static str, Count>) {
    let message = Message {
        text: &case.text,
        at: case.at,
        zone: case.zone.0,
    };
    let found = read(&message, &known()).suggestions;
    for (name, ..) in KINDS {
        let none = Vec::new();
        let labels = case.labels.get(*name).unwrap_or(&none);
        let of_kind: Vec<&Suggestion> = found
            .iter()
            .filter(|s| is_kind(s, name))
            // Of moments the least sure are all those that are named at all.
            .filter(|s| *name != "since" || s.confidence > Confidence::Low)
            .collect();
        let hits = labels
            .iter()
            .filter(|l| of_kind.iter().any(|s| is_of(s, l, case)))
            .count();
        let count = all.entry(name).or_default();
        if *name == "actual" {
            // Any of the phrases will do.
            count.labels += u32::from(!labels.is_empty());
            count.found += u32::from(hits > 0);
        } else {
            count.labels += labels.len() as u32;
            count.found += hits as u32;
        }
        count.suggestions += of_kind.len() as u32;
        let right = of_kind
            .iter()
            .filter(|s| labels.iter().any(|l| is_of(s, l, case)));
        count.right += right.count() as u32;
    }
}

#[test]
fn figures_of_the_reading() {
    let sets = ["labelled.ndjson", "fresh.ndjson", "good.ndjson"].map(cases);
    let counts = sets.each_ref().map(|set| {
        let mut counts = BTreeMap::new();
        set.iter().for_each(|case| count(case, &mut counts));
        counts
    });
    let share = |part, of| match of {
        0 => "-".to_owned(),
        of => format!("{} % ({part} of {of})", Count::percent(part, of)),
    };
    let [worked, fresh, written] = sets.each_ref().map(Vec::len);
    let mut table = format!(
        "| what is found | {worked} real: precision | recall | {fresh} fresh: precision | recall | {written} written: precision | recall |\n{}\n",
        "| --- ".repeat(7) + "|",
    );
    for (name, ..) in KINDS {
        let _ = write!(table, "| {name} ");
        for counts in &counts {
            let c = counts[name];
            let (precision, recall) = (share(c.right, c.suggestions), share(c.found, c.labels));
            let _ = write!(table, "| {precision} | {recall} ");
        }
        table.push_str("|\n");
    }
    say(&table);
    for (name, precision, recall) in KINDS {
        let sum = |of: fn(&Count) -> u32| counts.iter().map(|c| of(&c[name])).sum();
        let is = Count::percent(sum(|c| c.right), sum(|c| c.suggestions));
        assert!(is >= *precision, "precision of {name}: {is}\n{table}");
        let is = Count::percent(sum(|c| c.found), sum(|c| c.labels));
        assert!(is >= *recall, "recall of {name}: {is}\n{table}");
    }
    let readme = include_str!("../../../README.md");
    let (_, rest) = readme.split_once("<!-- reading: begin -->\n").unwrap();
    let (told, _) = rest.split_once("<!-- reading: end -->").unwrap();
    assert_eq!(told, table, "the README tells other figures");
}

#[test]
fn every_suggestion_has_the_words_it_came_from() {
    for case in cases("labelled.ndjson").iter().chain(&cases("good.ndjson")) {
        let message = Message {
            text: &case.text,
            at: case.at,
            zone: case.zone.0,
        };
        for s in read(&message, &known()).suggestions {
            assert!(!s.words(&case.text).trim().is_empty(), "{}: {s:?}", case.id);
            assert!(!s.reason.is_empty());
        }
    }
}

fn values(text: &str, field: Field) -> Vec<String> {
    let found = said(text).suggestions.into_iter();
    found
        .filter(|s| s.value.field() == field)
        .map(|s| s.value.words(amsterdam()))
        .collect()
}

#[test]
fn quotes_and_signatures_say_nothing_new() {
    let text = "Any news on this?\n\n\
        > Since yesterday 14:00 dws-211-Cardio fails for old@mydre.org\n\
        > 1. Open the VM\n> 2. Click Connect\n\n\
        On Mon, 23 Nov 2026 at 10:00, Support wrote:\n\
        I expected a desktop, but a grey page appears in dws-77-EpiData.\n";
    assert_eq!(said(text).suggestions, []);
    let signed =
        "It is still so.\n\nMet vriendelijke groet,\nJan de Vries\njan@mydre.org\ndws-211-Cardio\n";
    assert_eq!(values(signed, Field::User), Vec::<String>::new());
    assert_eq!(values(signed, Field::Workspace), Vec::<String>::new());
    let thanked = "Hi,\n\nThanks!\n\n1. Open the VM\n2. Click Connect\n3. Wait\n4. See it fail\n5. Close it\n";
    assert_eq!(values(thanked, Field::Steps).len(), 1);
    let phone = "It is still so in dws-77-EpiData.\n\nSent from my iPhone\njan@mydre.org";
    assert_eq!(values(phone, Field::User), Vec::<String>::new());
    assert_eq!(values(phone, Field::Workspace), ["dws-77-EpiData"]);
}

#[rstest]
#[case("dws-3049-AUBioLab is down", "dws-3049-AUBioLab")]
#[case("DWS 3049 is down", "dws-3049-AUBioLab")]
#[case("see dws_3049_aubiolab.", "dws-3049-AUBioLab")]
#[case("dws-3049-AUBioLap (sic)", "dws-3049-AUBioLab")]
#[case("it is in AUBioLab", "dws-3049-AUBioLab")]
#[case("dws-4711-Unknown is new", "dws-4711-Unknown")]
fn workspaces_are_found_however_they_are_written(#[case] text: &str, #[case] name: &str) {
    assert_eq!(values(text, Field::Workspace), [name]);
}

#[test]
fn somebody_who_is_known_is_found_by_name_or_address() {
    for text in [
        "Ana Lima cannot sign in",
        "ana.lima@mydre.org cannot sign in",
    ] {
        assert_eq!(values(text, Field::User), ["Ana Lima <ana.lima@mydre.org>"]);
    }
    assert_eq!(
        values(
            "Windows Explorer is stuck. I am Remote Desktop.",
            Field::User
        ),
        Vec::<String>::new()
    );
}

#[rstest]
#[case(
    "I expected a desktop but a grey page appears.",
    "a desktop",
    "a grey page appears"
)]
#[case(
    "Ik had een bureaublad verwacht. Ik verwachtte een bureaublad, maar ik zie een grijze pagina.",
    "een bureaublad",
    "ik zie een grijze pagina"
)]
#[case(
    "We would expect the file to be there; instead, the folder is empty.",
    "the file to be there",
    "the folder is empty"
)]
#[case("Expected: a desktop\nActual: a grey page", "a desktop", "a grey page")]
#[case(
    "**Expected Results:**\n\na desktop\n\n**Actual Results:**\n\na grey page",
    "a desktop",
    "a grey page"
)]
fn what_was_expected_and_what_came_are_told_apart(
    #[case] text: &str,
    #[case] expected: &str,
    #[case] actual: &str,
) {
    assert_eq!(values(text, Field::Expected), [expected]);
    assert_eq!(values(text, Field::Actual)[0], actual);
}

#[rstest]
#[case("1. Open the VM\n2. Click Connect", &["Open the VM", "Click Connect"])]
#[case("Do this: 1) open the VM 2) click Connect", &["open the VM", "click Connect"])]
#[case("- VM openen\n- op Verbinden klikken", &["VM openen", "op Verbinden klikken"])]
#[case("Steps: open the VM -> click Connect", &["open the VM", "click Connect"])]
#[case("I opened the VM. Then I clicked Connect.", &["I opened the VM", "Then I clicked Connect"])]
fn steps_are_read_from_lists_and_tales(#[case] text: &str, #[case] steps: &[&str]) {
    let found = said(text).suggestions;
    let got = found.iter().find_map(|s| match &s.value {
        Value::Steps(steps) => Some(steps.clone()),
        _ => None,
    });
    assert_eq!(
        got.as_deref(),
        Some(
            steps
                .iter()
                .map(|s| (*s).to_owned())
                .collect::<Vec<_>>()
                .as_slice()
        )
    );
}

#[rstest]
#[case("My questions:\n1. What is the price?\n2. Where can I read more?")]
#[case("Installed:\n- Windows 11\n- Office 2024")]
fn lists_of_other_things_are_no_steps(#[case] text: &str) {
    assert_eq!(values(text, Field::Steps), Vec::<String>::new());
}

#[test]
fn how_long_it_went_well_is_not_since_when() {
    let found = said("It worked fine for the last 9 months. It fails since Monday.").suggestions;
    let since = found
        .iter()
        .find(|s| s.value.field() == Field::Since)
        .unwrap();
    assert_eq!(since.value.words(amsterdam()), "2026-11-23");
}

#[test]
fn a_message_ends_where_the_tale_goes_on() {
    let tale = "I do not know what to do about it, and neither does anybody else here. ".repeat(4);
    let found = said(&format!(
        "I get the error: Access denied by policy 12. {tale}"
    ))
    .suggestions;
    let error = found.iter().find_map(|s| match &s.value {
        Value::Error(text) => Some(text.as_str()),
        _ => None,
    });
    assert!(
        error.unwrap().starts_with("Access denied by policy 12."),
        "{error:?}"
    );
    assert!(error.unwrap().len() <= 160, "{error:?}");
}

#[rstest]
#[case("30 % of the users cannot work", "30 % of users without service")]
#[case(
    "4 van de 12 gebruikers kunnen niet werken",
    "4 of 12 users without service"
)]
#[case("Niemand kan inloggen", "all users without service")]
#[case(
    "We suspect a data breach",
    "a breach of security or privacy is suspected"
)]
#[case("Mogelijk een datalek", "a breach of security or privacy is suspected")]
fn impact_is_read(#[case] text: &str, #[case] line: &str) {
    assert_eq!(values(text, Field::Impact), [line]);
}

#[rstest]
#[case(
    "The VM does not start since yesterday and I cannot work.",
    Language::English
)]
#[case(
    "De VM start sinds gisteren niet en ik kan niet werken.",
    Language::Dutch
)]
#[case(
    "Die VM startet seit gestern nicht und ich kann mit der VM nicht arbeiten.",
    Language::English
)]
#[case("", Language::English)]
fn the_language_is_told(#[case] text: &str, #[case] is: Language) {
    assert_eq!(language(text), is);
}

/// Built so that anything quadratic would take hours.
#[rstest]
#[case::one_word("a")]
#[case::blanks(" ")]
#[case::words("when I open it ")]
#[case::dotted("e.g. ")]
#[case::quotes("\"error ")]
#[case::addresses("a@a.")]
#[case::names("Jan de ")]
#[case::numbers("1. 2) ")]
#[case::expected("I expected ")]
#[case::dates("since 1-1-")]
#[case::accents("één fout é ")]
#[case::lines("Steps:\n")]
#[case::list("1. open it\n")]
#[case::forms("Expected: a b\n")]
#[case::quoted("> a\nb\n")]
#[case::farewell("Thanks\n")]
#[case::error("error: ")]
fn a_megabyte_is_read_in_bounded_time(#[case] part: &str) {
    let text = part.repeat((1 << 20) / part.len());
    let start = Stopwatch::now();
    let message = Message {
        text: &text,
        at: now(),
        zone: amsterdam(),
    };
    let reading = read(&message, &known());
    assert!(reading.cut && text.len() > MOST_READ);
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
}

proptest! {
    #[test]
    fn anything_can_be_read(text in "(?s).{0,400}") {
        for s in said(&text).suggestions {
            prop_assert!(text.get(s.span.clone()).is_some());
        }
    }

    #[test]
    fn what_is_like_a_message_can_be_read(parts in proptest::collection::vec(prop_oneof![
        Just("dws-3049-"), Just("é"), Just("\n"), Just("1. "), Just("Steps: "), Just("since "), Just("2026-"), Just("\""),
        Just("error"), Just(": "), Just("I expected "), Just(" but "), Just("jan@"), Just("x.org"), Just("> "), Just("-- \n"),
        Just("\u{2028}"), Just("gisteren "), Just("3"), Just(" days ago "), Just("maar "), Just("Verwacht:"), Just("Jan de Vries"),
    ], 0..40)) {
        let text = parts.concat();
        for s in said(&text).suggestions {
            prop_assert!(text.get(s.span.clone()).is_some());
        }
    }
}
