//! Bundles: Markdown, JSON by its schema and back, text; all of them printable.

use deskhand::domain::report::{
    Bundle, Draft, Evidence, Form, Impact, Moment, Person, Precision, SCHEMA, Share, Since,
    WorkspaceField, WorkspaceRole, bundle, check, parse_json,
};
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::TicketKey;
use proptest::prelude::*;
use serde_json::Value;

use super::{amsterdam, known, now, whole};

fn bundled(draft: &Draft, form: Form) -> Bundle {
    let verdict = check(draft, &known(), now());
    let key = TicketKey::parse("10482").unwrap();
    bundle(draft, &verdict, Some(&key), form, amsterdam())
}

const MARKDOWN: &str = r"# Problem report, ticket 10482

## Workspace

dws-3049-AUBioLab

## User and role

Jan de Vries \<jan.de.vries@mydre.org\>, Privileged

## Steps to repeat

1. Open the Workspace
2. Click Connect on VM 2

## Expected

the desktop of the VM

## Actual

a grey page with code 0x204

## Since

2026-11-23 14:00 (Europe/Amsterdam)

## Impact

12 of 40 users without service; no breach is suspected. Priority 1: 12 of 40 users without service is more than 20 %

## Tried

another browser

## Environment

Windows 11

## Evidence

1. grey page.png
";

#[test]
fn markdown_and_text_hold_the_whole_report() {
    let markdown = bundled(&whole(), Form::Markdown).text;
    assert_eq!(markdown, MARKDOWN);
    let text = bundled(&whole(), Form::Text).text;
    for line in markdown
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
    {
        let plain = line.replace('\\', "");
        assert!(text.contains(&plain), "{plain} is not in\n{text}");
    }
}

#[test]
fn an_incomplete_report_says_so_and_shows_what_there_is() {
    let mut draft = whole();
    draft.steps.clear();
    draft.since = None;
    let text = bundled(&draft, Form::Text).text;
    assert!(
        text.contains("Not complete; it lacks: steps, since"),
        "{text}"
    );
    assert!(!text.contains("Steps to repeat") && text.contains("a grey page"));
    let json: Value = serde_json::from_str(&bundled(&draft, Form::Json).text).unwrap();
    assert_eq!(json["complete"], false);
    assert_eq!(json["missing"], serde_json::json!(["steps", "since"]));
}

#[test]
fn hostile_words_stay_words() {
    let mut draft = whole();
    draft.actual = Untrusted::new("# title\n- [x](javascript:1) \u{1b}[31m<b>`code`\u{202e}");
    let markdown = bundled(&draft, Form::Markdown).text;
    assert!(markdown.contains("\\# title"), "{markdown}");
    assert!(markdown.contains("\\- \\[x\\]"), "{markdown}");
    assert!(!markdown.contains(['\u{1b}', '\u{202e}']));
    let text = bundled(&draft, Form::Text).text;
    assert!(!text.contains(['\u{1b}', '\u{202e}']));
    let json = bundled(&draft, Form::Json).text;
    assert!(!json.contains(['\u{1b}', '\u{202e}']));
    assert_eq!(parse_json(&json).unwrap().actual, draft.actual);
}

#[test]
fn files_go_beside_under_names_that_can_be_created() {
    let mut draft = whole();
    draft.evidence = vec![
        Evidence {
            name: Untrusted::new("../../etc/pass\u{1b}wd.png"),
            size: Some(3),
        },
        Evidence {
            name: Untrusted::new("see the screenshot"),
            size: None,
        },
    ];
    let beside = bundled(&draft, Form::Text).beside;
    assert_eq!(beside.len(), 1, "what is only spoken of is no file");
    assert!(!beside[0].1.contains(['/', '\u{1b}']), "{beside:?}");
    assert_eq!(beside[0].0, draft.evidence[0].name);
}

#[test]
fn what_is_no_report_is_refused_with_a_reason() {
    for text in [
        "",
        "{",
        "[]",
        "{\"format\":\"deskhand-report/1\"}",
        "{\"steps\":3}",
    ] {
        let why = parse_json(text).unwrap_err();
        assert!(why.contains("; compare it with the schema"), "{why}");
    }
    let newer = "{\"format\":\"deskhand-report/9\",\"report\":{}}";
    assert!(parse_json(newer).unwrap_err().contains("use a newer one"));
}

#[test]
fn what_the_schema_forbids_is_found() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut json: Value = serde_json::from_str(&bundled(&whole(), Form::Json).text).unwrap();
    assert_eq!(wrong(&schema, &schema, &json), None);
    json["report"]["role"] = "boss".into();
    assert!(wrong(&schema, &schema, &json).is_some());
    json["report"]["role"] = "standard".into();
    json["report"]["colour"] = "red".into();
    assert!(wrong(&schema, &schema, &json).is_some());
}

/// What of the schema's language is used there; none if the value is as it says.
fn wrong(root: &Value, schema: &Value, value: &Value) -> Option<String> {
    let says = |what: &str| Some(format!("{what}: {value} against {schema}"));
    if let Some(name) = schema["$ref"].as_str() {
        return wrong(
            root,
            &root["$defs"][name.trim_start_matches("#/$defs/")],
            value,
        );
    }
    if let Some(one) = schema["oneOf"].as_array() {
        let fit = one
            .iter()
            .filter(|s| wrong(root, s, value).is_none())
            .count();
        return (fit != 1).then(|| format!("{fit} of one: {value}"));
    }
    if schema.get("const").is_some_and(|c| c != value) {
        return says("const");
    }
    if schema["enum"]
        .as_array()
        .is_some_and(|all| !all.contains(value))
    {
        return says("enum");
    }
    let is = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_u64(),
        Some(other) => panic!("the schema says {other}"),
        None => true,
    };
    if !is {
        return says("type");
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            return says("required");
        }
    }
    for (name, member) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(name) {
            Some(inner) => {
                if let Some(why) = wrong(root, inner, member) {
                    return Some(why);
                }
            }
            None if schema["additionalProperties"] == false => return says("additional"),
            None => {}
        }
    }
    let items = value.as_array().into_iter().flatten();
    items
        .filter(|_| schema.get("items").is_some())
        .find_map(|i| wrong(root, &schema["items"], i))
}

/// Text without anything that is taken out: no digit, no sign of an address, no "password".
fn innocent() -> impl Strategy<Value = Untrusted> {
    "[ a-zéß\n\"\\\\<>\u{1b}\u{202e}\u{200b}😀-]{0,24}".prop_map(Untrusted::new)
}

fn share() -> impl Strategy<Value = Share> {
    prop_oneof![
        Just(Share::All),
        any::<u32>().prop_map(Share::Percent),
        any::<(u32, u32)>().prop_map(|(hit, all)| Share::Of { hit, all }),
        any::<u32>().prop_map(Share::Some),
        Just(Share::Few),
        Just(Share::Many),
    ]
}

fn since() -> impl Strategy<Value = Since> {
    prop_oneof![
        Just(Since::Always),
        innocent().prop_map(Since::Typed),
        (0_i64..4_000_000_000).prop_map(|s| Since::At(Moment {
            at: deskhand::domain::Instant::from_timestamp(s, 0).unwrap(),
            precision: Precision::Week,
        })),
    ]
}

prop_compose! {
    fn drafts()(
        texts in proptest::collection::vec(innocent(), 7),
        steps in proptest::collection::vec(innocent(), 0..4),
        evidence in proptest::collection::vec((innocent(), any::<Option<u64>>()), 0..3),
        role in proptest::option::of(proptest::sample::select(WorkspaceRole::ALL)),
        since in proptest::option::of(since()),
        (users, workspaces) in (proptest::option::of(share()), proptest::option::of(share())),
        (breach, approved_request, confirmed_new) in any::<(Option<bool>, Option<bool>, bool)>(),
    ) -> Draft {
        let text = |i: usize| texts[i].clone();
        Draft {
            workspace: WorkspaceField { name: text(0), confirmed_new },
            user: Person { name: text(1), email: text(2) },
            role,
            steps,
            expected: text(3),
            actual: text(4),
            since,
            impact: Impact { users, workspaces, breach, approved_request },
            tried: text(5),
            environment: text(6),
            evidence: evidence.into_iter().map(|(name, size)| Evidence { name, size }).collect(),
        }
    }
}

proptest! {
    #[test]
    fn json_comes_back_as_it_was_and_by_its_schema(draft in drafts()) {
        let json = bundled(&draft, Form::Json).text;
        prop_assert!(json.chars().all(|c| c == '\n' || !c.is_control()));
        prop_assert_eq!(&parse_json(&json).unwrap(), &draft);
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let value: Value = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(wrong(&schema, &schema, &value), None);
    }

    #[test]
    fn a_draft_is_stored_losslessly(draft in drafts()) {
        let stored = serde_json::to_string(&draft).unwrap();
        prop_assert_eq!(serde_json::from_str::<Draft>(&stored).unwrap(), draft);
    }
}
