//! Which reports pass, and what is said of those that do not.

use deskhand::domain::report::{
    Draft, Field, Impact, Passed, Person, Register, Share, Since, WorkspaceRole, against, check,
    priority,
};
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::Priority;
use rstest::rstest;

use super::{amsterdam, cases, filled, known, now, whole};

fn lacks(draft: &Draft) -> Vec<Field> {
    check(draft, &known(), now())
        .missing()
        .iter()
        .map(|m| m.field)
        .collect()
}

#[test]
fn none_of_the_vague_tickets_passes() {
    let all = cases("vague.ndjson");
    assert!(all.len() >= 60, "{}", all.len());
    assert!(all.iter().filter(|c| c.source != "written").count() >= 25);
    for case in all {
        let mut draft = filled(&case.text, case.at, case.zone.0);
        let verdict = check(&draft, &known(), case.at);
        assert!(!verdict.is_complete(), "{}: {draft:?}", case.id);
        if case.source == "written" {
            continue;
        }
        // Nor with what the desk could add of its own: whose ticket it is, and where.
        draft.workspace.name = Untrusted::new("dws-211-Cardio");
        draft.user = Person::parse("Jan de Vries");
        let verdict = check(&draft, &known(), case.at);
        assert!(!verdict.is_complete(), "{}: {draft:?}", case.id);
    }
}

#[test]
fn all_of_the_good_ones_pass_as_they_are_read() {
    let all = cases("good.ndjson");
    assert!(all.len() >= 30);
    for case in all {
        let draft = filled(&case.text, case.at, case.zone.0);
        let verdict = check(&draft, &known(), case.at);
        assert!(
            verdict.is_complete(),
            "{}: {}\n{draft:?}",
            case.id,
            verdict.line()
        );
    }
}

#[test]
fn what_is_missing_is_named_with_a_reason_and_the_meter_counts() {
    let empty = check(&Draft::default(), &known(), now());
    assert_eq!(
        lacks(&Draft::default()),
        [
            Field::Workspace,
            Field::User,
            Field::Steps,
            Field::Expected,
            Field::Actual,
            Field::Since
        ]
    );
    assert_eq!(
        (empty.meter.done, empty.meter.of, empty.meter.helpful),
        (0, 6, 0)
    );
    for missing in empty.missing() {
        assert!(
            missing.sentence.contains(';'),
            "says what to do: {missing:?}"
        );
        assert!(missing.why.len() > 20);
    }
    let full = check(&whole(), &known(), now());
    assert_eq!((full.meter.done, full.meter.helpful), (6, 5));
    assert_eq!(full.line(), "6 of 6; complete");
    let complete = full.outcome.unwrap();
    assert_eq!(complete.workspace(), "dws-3049-AUBioLab");
    assert_eq!(complete.steps().len(), 2);
    assert!(!complete.workspace_is_new());
}

#[rstest]
#[case::full("dws-3049-AUBioLab", false, true)]
#[case::by_number("DWS-3049", false, true)]
#[case::short("aubiolab", false, true)]
#[case::unknown("dws-9999-Else", false, false)]
#[case::confirmed("dws-9999-Else", true, true)]
#[case::no_name("my workspace", true, false)]
#[case::half("dws-9999", true, false)]
#[case::none("  ", true, false)]
fn a_workspace_is_known_or_confirmed(#[case] name: &str, #[case] new: bool, #[case] passes: bool) {
    let mut draft = whole();
    draft.workspace.name = Untrusted::new(name);
    draft.workspace.confirmed_new = new;
    assert_eq!(lacks(&draft).is_empty(), passes);
    if passes && !new {
        let verdict = check(&draft, &known(), now());
        assert_eq!(verdict.outcome.unwrap().workspace(), "dws-3049-AUBioLab");
    }
}

#[rstest]
#[case("Jan de Vries", true)]
#[case("jan.de.vries@mydre.org", true)]
#[case("Jan <jan@umc.example>", true)]
#[case("José Ángel Núñez", true)]
#[case("李 小龙", false)]
#[case("Jan", false)]
#[case("everybody", false)]
#[case("all users", false)]
#[case("de studenten", false)]
#[case("me myself", false)]
#[case("support@mydre.org", false)]
#[case("noreply@mydre.org", false)]
#[case("user 12", false)]
#[case("", false)]
fn a_user_is_one_person(#[case] user: &str, #[case] passes: bool) {
    let mut draft = whole();
    draft.user = Person::parse(user);
    assert_eq!(
        !lacks(&draft).contains(&Field::User),
        passes,
        "{:?}",
        draft.user
    );
}

#[rstest]
#[case::two(&["Open the VM", "Click Connect"], "a grey page", true)]
#[case::one_and_its_result(&["Open the VM"], "a grey page", true)]
#[case::one_and_no_result(&["Open the VM"], "it does not work", false)]
#[case::the_same_twice(&["Open the VM", "open the vm."], "it fails", false)]
#[case::no_acts(&["It does not work", "Still not working"], "a grey page", false)]
#[case::see_above(&["see above"], "a grey page", false)]
#[case::result_is_the_step(&["a grey page"], "a grey page", false)]
#[case::none(&[], "a grey page", false)]
#[case::dutch(&["VM openen", "op Verbinden klikken"], "een grijze pagina", true)]
#[case::dutch_vague(&["het doet het niet", "werkt nog steeds niet"], "een grijze pagina", false)]
fn steps_are_two_acts_or_one_and_its_result(
    #[case] steps: &[&str],
    #[case] actual: &str,
    #[case] passes: bool,
) {
    let mut draft = whole();
    draft.steps = steps.iter().map(|s| Untrusted::new(*s)).collect();
    draft.actual = Untrusted::new(actual);
    assert_eq!(!lacks(&draft).contains(&Field::Steps), passes);
}

#[rstest]
#[case("a desktop", "a grey page", &[])]
#[case("a desktop", "A desktop.", &[Field::Expected])]
#[case("that it works", "a grey page", &[Field::Expected])]
#[case("a desktop", "it doesn't work!!", &[Field::Actual])]
#[case("a desktop", "dws-3049-AUBioLab does not work", &[Field::Actual])]
#[case("a desktop", "the VM is down", &[Field::Actual])]
#[case("a desktop", "de werkruimte ligt plat", &[Field::Actual])]
#[case("dat het werkt", "het werkt niet", &[Field::Expected, Field::Actual])]
#[case("", "", &[Field::Expected, Field::Actual])]
#[case("n/a", "-", &[Field::Expected, Field::Actual])]
fn expected_and_actual_say_something_and_differ(
    #[case] expected: &str,
    #[case] actual: &str,
    #[case] missing: &[Field],
) {
    let mut draft = whole();
    draft.expected = Untrusted::new(expected);
    draft.actual = Untrusted::new(actual);
    assert_eq!(lacks(&draft), missing);
}

#[rstest]
#[case("yesterday 14:00", true)]
#[case("2026-11-20", true)]
#[case("always", true)]
#[case("altijd al", true)]
#[case("the last update", false)]
#[case("a while", false)]
#[case("tomorrow", false)]
#[case("2026-12-01", false)]
fn since_is_a_moment_that_is_past_or_always(#[case] typed: &str, #[case] passes: bool) {
    let mut draft = whole();
    draft.since = Some(Since::parse(typed, now(), amsterdam()));
    assert_eq!(lacks(&draft).is_empty(), passes, "{:?}", draft.since);
}

#[test]
fn what_only_helps_is_never_asked_for() {
    let mut draft = whole();
    draft.role = None;
    draft.impact = Impact::default();
    draft.tried = Untrusted::default();
    draft.environment = Untrusted::default();
    draft.evidence.clear();
    assert!(check(&draft, &known(), now()).is_complete());
    for field in [
        Field::Role,
        Field::Impact,
        Field::Tried,
        Field::Environment,
        Field::Evidence,
    ] {
        assert_eq!(against(field, &draft, &known(), now()), None);
    }
}

#[test]
fn going_past_the_gate_takes_a_reason_that_stays() {
    let mut draft = whole();
    draft.steps.clear();
    let verdict = || check(&draft, &known(), now());
    let refusal = verdict().pass(None).unwrap_err();
    assert!(
        refusal.contains("lacks steps") && refusal.contains("; ask for it"),
        "{refusal}"
    );
    assert!(verdict().pass(Some(" ... ")).is_err());
    let passed = verdict()
        .pass(Some("the vendor asked by phone \u{1b}[2J"))
        .unwrap();
    let note = passed.note().unwrap();
    assert!(
        note.contains("it lacks steps") && note.contains("by phone"),
        "{note}"
    );
    assert!(!note.contains('\u{1b}'));
    // A complete report needs no reason, and leaves none.
    let complete = check(&whole(), &known(), now()).pass(None).unwrap();
    assert!(matches!(complete, Passed::Complete(_)) && complete.note().is_none());
}

#[rstest]
#[case(Impact::default(), Priority::P3, "nothing was answered")]
#[case(Impact { breach: Some(true), ..Impact::default() }, Priority::P1, "breach")]
#[case(Impact { users: Some(Share::Percent(21)), ..Impact::default() }, Priority::P1, "21 % of users without service is more than 20 %")]
#[case(Impact { users: Some(Share::Percent(20)), ..Impact::default() }, Priority::P3, "not more than 20 %")]
#[case(Impact { workspaces: Some(Share::Of { hit: 3, all: 14 }), ..Impact::default() }, Priority::P1, "3 of 14 Workspaces")]
#[case(Impact { users: Some(Share::Of { hit: 1, all: 5 }), ..Impact::default() }, Priority::P3, "not more")]
#[case(Impact { users: Some(Share::Of { hit: 1, all: 0 }), ..Impact::default() }, Priority::P3, "not more")]
#[case(Impact { users: Some(Share::All), ..Impact::default() }, Priority::P1, "all users")]
#[case(Impact { users: Some(Share::Some(90)), ..Impact::default() }, Priority::P3, "of how many is not said")]
#[case(Impact { approved_request: Some(true), breach: Some(false), ..Impact::default() }, Priority::P2, "approved request")]
#[case(Impact { approved_request: Some(true), users: Some(Share::All), ..Impact::default() }, Priority::P1, "all users")]
fn the_priority_follows_from_the_answers(
    #[case] impact: Impact,
    #[case] expected: Priority,
    #[case] why: &str,
) {
    let (priority, reason) = priority(&impact);
    assert_eq!(priority, expected);
    assert!(reason.contains(why), "{reason}");
}

#[test]
fn a_step_can_be_moved() {
    let mut draft = whole();
    draft.steps = ["a", "b", "c"].map(Untrusted::new).into();
    draft.move_step(2, 0);
    assert_eq!(draft.steps, ["c", "a", "b"].map(Untrusted::new));
    draft.move_step(9, 0);
    draft.move_step(0, 9);
    assert_eq!(draft.steps, ["c", "a", "b"].map(Untrusted::new));
}

#[test]
fn a_name_that_two_workspaces_share_is_neither() {
    use deskhand::domain::report::Known as _;
    let register = Register::new(["dws-1-Lab", "dws-2-Lab"].map(str::to_owned), []);
    assert_eq!(register.workspace("lab"), None);
    assert_eq!(register.workspace("DWS-2-lab"), Some("dws-2-Lab"));
    assert_eq!(register.workspace("dws-1"), Some("dws-1-Lab"));
}

#[rstest]
#[case("data-reader", Some(WorkspaceRole::DataReader))]
#[case("Privileged member", Some(WorkspaceRole::Privileged))]
#[case("Standard user", Some(WorkspaceRole::Standard))]
#[case("boss", None)]
fn roles_are_read_by_their_names(#[case] typed: &str, #[case] role: Option<WorkspaceRole>) {
    assert_eq!(WorkspaceRole::parse(typed), role);
}
