//! Asking back for what is missing, and recognising the answer.

use deskhand::domain::report::{
    Draft, Field, Language, Message, Missing, Since, Suggestion, Template, TemplateError, address,
    answered, ask, check,
};
use deskhand::domain::text::Untrusted;
use rstest::rstest;

use super::{amsterdam, known, now, whole};

fn missing(draft: &Draft) -> Vec<Missing> {
    check(draft, &known(), now()).missing().to_vec()
}

fn answers(draft: &Draft, text: &str, language: Language) -> Vec<Suggestion> {
    let message = Message {
        text,
        at: now(),
        zone: amsterdam(),
    };
    answered(
        &missing(draft),
        draft,
        &message,
        &known(),
        &Template::shipped(language),
    )
}

/// The report with the surest answers taken.
fn after(draft: &Draft, text: &str, language: Language) -> Draft {
    let mut draft = draft.clone();
    let mut done: Vec<Field> = Vec::new();
    for s in answers(&draft, text, language) {
        if !done.contains(&s.value.field()) {
            s.accept(&mut draft);
            done.push(s.value.field());
        }
    }
    draft
}

/// Lacks the steps, what was expected and since when.
fn three_missing() -> Draft {
    Draft {
        steps: Vec::new(),
        expected: Untrusted::default(),
        since: None,
        ..whole()
    }
}

#[rstest]
#[case(
    Language::English,
    "Hello {requester.first},",
    "What did you expect to happen?"
)]
#[case(
    Language::Dutch,
    "Beste {requester.first},",
    "Wat had je verwacht dat er zou gebeuren?"
)]
fn only_what_is_missing_is_asked_for(
    #[case] language: Language,
    #[case] greeting: &str,
    #[case] question: &str,
) {
    let template = Template::shipped(language);
    let text = ask(&missing(&three_missing()), &template).unwrap();
    assert!(text.starts_with(greeting), "{text}");
    assert!(text.contains(&format!("\n2. {question}\n3. ")), "{text}");
    assert!(
        !text.contains("dws-3049") && !text.contains("{questions}"),
        "{text}"
    );
    assert_eq!(text.matches("\n1. ").count(), 1);
    assert_eq!(ask(&[], &template), None);
    // One thing is asked for as one.
    let mut one = whole();
    one.since = None;
    let text = ask(&missing(&one), &template).unwrap();
    assert!(
        !text.contains("1. ") && text.contains(template.question(Field::Since).unwrap()),
        "{text}"
    );
}

#[test]
fn names_are_put_in_once_and_what_is_not_known_leaves_no_gap() {
    let names = [
        ("requester.first", "{agent.name}"),
        ("agent.name", "Sam"),
        ("ticket.key", ""),
    ];
    let text = "Hello {requester.first},\nabout {ticket.key}: {other} {\n{agent.name}";
    assert_eq!(
        address(text, &names),
        "Hello {agent.name},\nabout: {other} {\nSam"
    );
    assert_eq!(
        address("Hello {requester.first},", &[("requester.first", "")]),
        "Hello,"
    );
}

#[test]
fn every_required_field_has_a_question_in_every_language() {
    for language in [Language::English, Language::Dutch] {
        let template = Template::shipped(language);
        assert_eq!(template.language, language);
        for field in Field::ALL {
            assert_eq!(
                template.question(*field).is_some(),
                field.is_required(),
                "{field:?}"
            );
        }
        let all = ask(&missing(&Draft::default()), &template).unwrap();
        assert!(all.contains("\n6. "), "the shipped file is read: {all}");
    }
}

#[test]
fn a_template_of_ones_own_is_read_or_refused_with_a_reason() {
    let shipped = include_str!("../../../assets/report/ask.en.toml");
    let own = shipped.replace("Kind regards", "Cheers");
    let text = ask(&missing(&three_missing()), &Template::parse(&own).unwrap()).unwrap();
    assert!(text.contains("Cheers"));
    let without = shipped.replace("{questions}\n", "");
    assert_eq!(
        Template::parse(&without.replace("{questions}", "")),
        Err(TemplateError::NoQuestions)
    );
    let wrong = Template::parse("language = \"klingon\"").unwrap_err();
    assert!(matches!(wrong, TemplateError::Form(_)));
    assert!(wrong.to_string().contains("; compare"));
    let empty = shipped.replace("What did you expect to happen?", " ");
    assert_eq!(
        Template::parse(&empty),
        Err(TemplateError::EmptyQuestion("expected"))
    );
}

const NUMBERED: &str = "Hi,\n\n1. I open the VM and then click Connect\n2. A desktop\n3. Since yesterday 14:00\n\nThanks,\nJan\n";
const BELOW: &str = "> 1. What do you do, step by step, until it goes wrong? For example: 1. sign in, 2. open\n> the VM, 3. ...\n\nI open the VM\nI click Connect\n\n> 2. What did you expect to happen?\n\nA desktop\n\n> 3. Since when has it been like this? A day and about what time is enough, or \"always\".\n\nyesterday 14:00\n";
const FREE: &str = "Sorry!\n\nI expected a desktop. Steps:\n- open the VM\n- click Connect\n\nIt started yesterday at 14:00.\n";
const DUTCH: &str = "Hoi,\n\n1. VM openen -> op Verbinden klikken\n2. een bureaublad\n3. gisteren 14:00\n\nGroeten, Jan\n";

#[rstest]
#[case::by_number(NUMBERED, Language::English)]
#[case::below_the_questions(BELOW, Language::English)]
#[case::freely(FREE, Language::English)]
#[case::dutch(DUTCH, Language::Dutch)]
fn the_answer_is_recognised_when_it_comes(#[case] reply: &str, #[case] language: Language) {
    let draft = after(&three_missing(), reply, language);
    let verdict = check(&draft, &known(), now());
    assert!(verdict.is_complete(), "{}\n{draft:?}", verdict.line());
    assert_eq!(draft.steps.len(), 2, "{draft:?}");
    assert_eq!(draft.since.unwrap().line(amsterdam()), "2026-11-23 14:00");
    assert!(draft.expected.raw().to_lowercase().contains("desktop") || language == Language::Dutch);
}

#[rstest]
#[case(
    Field::Since,
    "Hello,\n\nlast Monday around 9:00\n\nJan",
    "2026-11-23 09:00"
)]
#[case(Field::Since, "altijd al", "always")]
#[case(Field::Workspace, "AUBioLab", "dws-3049-AUBioLab")]
#[case(Field::User, "it is Jan de Vries", "Jan de Vries")]
#[case(
    Field::Expected,
    "A desktop with my files.\n\n-- \nJan",
    "A desktop with my files."
)]
fn a_reply_to_the_one_question_is_its_answer(
    #[case] field: Field,
    #[case] reply: &str,
    #[case] value: &str,
) {
    let mut draft = whole();
    match field {
        Field::Since => draft.since = None,
        Field::Workspace => draft.workspace.name = Untrusted::default(),
        Field::User => draft.user = deskhand::domain::report::Person::default(),
        _ => draft.expected = Untrusted::default(),
    }
    let draft = after(&draft, reply, Language::English);
    let got = match field {
        Field::Since => draft
            .since
            .as_ref()
            .map(|s: &Since| s.line(amsterdam()))
            .unwrap_or_default(),
        Field::Workspace => draft.workspace.name.raw().to_owned(),
        Field::User => draft.user.name.raw().to_owned(),
        _ => draft.expected.raw().to_owned(),
    };
    assert!(got.contains(value), "{got}");
}

#[test]
fn what_stood_in_order_is_not_touched() {
    let reply = "1. I open dws-211-Cardio\n2. A desktop\n3. yesterday\n\nIn dws-77-EpiData Eva Smit sees the same.";
    let found = answers(&three_missing(), reply, Language::English);
    assert!(
        !found.iter().any(|s| s.value.field() == Field::Workspace),
        "{found:?}"
    );
    assert!(
        !found.iter().any(|s| s.value.field() == Field::User),
        "{found:?}"
    );
}

#[test]
fn a_list_of_steps_is_not_taken_for_answers() {
    let reply =
        "These are the steps:\n1. open the VM\n2. click Connect\n3. wait\n4. look at the page\n";
    let draft = after(&three_missing(), reply, Language::English);
    assert_eq!(draft.steps.len(), 4, "{draft:?}");
    assert!(draft.expected.raw().is_empty());
}
