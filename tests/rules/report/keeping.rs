//! Two at one report, what a ticket tells by itself, and what stays away once it was refused.

use chrono::TimeDelta;
use deskhand::domain::people::AgentId;
use deskhand::domain::report::{
    AskedBack, Draft, Field, Kept, Language, Refused, ReportId, Since, Template, WorkspaceField,
    ask, check, merge, told,
};
use deskhand::domain::sla::Side;
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{Author, Message, MessageId, Thread, Visibility};
use deskhand::domain::ticket::{Status, TicketId};
use proptest::prelude::*;
use rstest::rstest;

use super::{amsterdam, known, now};
use crate::rules::update::ticket;

fn text(text: &str) -> Untrusted {
    Untrusted::new(text)
}

fn steps(all: &[&str]) -> Draft {
    Draft {
        steps: all.iter().map(|s| text(s)).collect(),
        ..Draft::default()
    }
}

fn actual(words: &str) -> Draft {
    Draft {
        actual: text(words),
        ..Draft::default()
    }
}

#[rstest]
#[case::only_i("a", "a b", "a", "a b", false)]
#[case::only_they("a", "a", "a c", "a c", false)]
#[case::both_the_same("a", "b", "b", "b", false)]
#[case::i_took_it_away("a b", "a", "a b", "a", false)]
#[case::both_on_the_same("error", "error 5", "the error", "the error 5", false)]
#[case::two_texts("", "mine", "theirs", "theirs\nmine", true)]
#[case::i_emptied_it_they_wrote_on("a", "", "a b", "a b", false)]
fn texts_are_merged(
    #[case] base: &str,
    #[case] mine: &str,
    #[case] there: &str,
    #[case] merged: &str,
    #[case] clash: bool,
) {
    let (draft, both) = merge(&actual(base), &actual(mine), &actual(there));
    assert_eq!(draft.actual.raw(), merged);
    assert_eq!(both == [Field::Actual], clash, "{both:?}");
}

#[rstest]
#[case::mine_behind_theirs(&["a"], &["a", "b"], &["a", "c"], &["a", "c", "b"])]
#[case::one_that_they_took_away_stays_away(&["a", "b"], &["a", "b", "c"], &["b"], &["b", "c"])]
#[case::another_order_of_mine(&["a", "b"], &["b", "a"], &["a", "b"], &["b", "a"])]
fn steps_are_merged(
    #[case] base: &[&str],
    #[case] mine: &[&str],
    #[case] there: &[&str],
    #[case] merged: &[&str],
) {
    let (draft, _) = merge(&steps(base), &steps(mine), &steps(there));
    assert_eq!(draft.steps, steps(merged).steps);
}

#[test]
fn fields_that_only_one_has_written_are_as_that_one_has_them() {
    let mine = Draft {
        workspace: WorkspaceField {
            name: text("dws-77-EpiData"),
            confirmed_new: true,
        },
        ..actual("it is black")
    };
    let there = Draft {
        since: Some(Since::Always),
        ..steps(&["sign in"])
    };
    let (draft, both) = merge(&Draft::default(), &mine, &there);
    assert_eq!(both, []);
    assert!(draft.workspace.confirmed_new);
    assert_eq!(draft.since, Some(Since::Always));
    assert_eq!((draft.steps.len(), draft.actual.raw()), (1, "it is black"));
}

proptest! {
    /// No word that somebody has written in a field is lost, whoever writes what over what.
    #[test]
    fn nothing_that_was_written_is_lost(
        base in "[a-c]{0,3}", mine in "[d-f]{1,4}", there in "[g-i]{1,4}",
    ) {
        let (draft, _) = merge(&actual(&base), &actual(&mine), &actual(&there));
        prop_assert!(draft.actual.raw().contains(&mine) && draft.actual.raw().contains(&there));
    }

    /// Merging with what nobody has changed changes nothing.
    #[test]
    fn what_nobody_has_changed_stays(base in "[a-z ]{0,9}", other in "[a-z ]{0,9}") {
        let (b, o) = (actual(&base), actual(&other));
        prop_assert_eq!(merge(&b, &o, &b).0, o.clone());
        prop_assert_eq!(merge(&b, &b, &o).0, o);
    }
}

fn message(id: i64, minutes: i64, author: Author, body: &str) -> Message {
    Message {
        id: MessageId(id),
        ticket: TicketId(1),
        at: now() + TimeDelta::minutes(minutes),
        author,
        visibility: Visibility::Public,
        body: text(body),
        cut_from: None,
        attachments: Vec::new(),
        waiting: false,
        missing: false,
    }
}

fn jan() -> Author {
    Author::Requester {
        name: text("Jan de Vries"),
    }
}

fn bo() -> Author {
    Author::Agent {
        id: AgentId::parse("bo").unwrap(),
    }
}

fn thread(messages: Vec<Message>) -> Thread {
    Thread {
        ticket: ticket(1),
        messages,
        timeline: Vec::new(),
        links: Vec::new(),
        drafts: Vec::new(),
        into: None,
        opened_by: Side::Requester,
        first_status: Status::New,
        clock_events: Vec::new(),
        merged: Vec::new(),
        further: Vec::new(),
        whole: true,
        vendor: None,
    }
}

fn kept(asked: Option<&[Field]>) -> Kept {
    let me = AgentId::parse("sam").unwrap();
    let id = ReportId(uuid::Uuid::from_u128(7));
    Kept {
        asked: asked.map(|fields| AskedBack {
            at: now() + TimeDelta::minutes(5),
            language: Language::English,
            fields: fields.to_vec(),
        }),
        ..Kept::new(id, Some(TicketId(1)), now(), me)
    }
}

#[test]
fn what_the_requester_says_is_told_and_what_we_say_is_not() {
    let thread = thread(vec![
        message(1, 0, jan(), "Since yesterday dws-77-EpiData is black."),
        message(2, 1, bo(), "Is it about dws-211-Cardio?"),
    ]);
    let told = told(&thread, None, &known(), &[], amsterdam());
    let workspaces: Vec<&str> = told
        .offers
        .iter()
        .filter(|o| o.field() == Field::Workspace)
        .map(|o| o.words.raw())
        .collect();
    assert_eq!(workspaces, ["dws-77-EpiData"]);
    let user = told.offers.iter().find(|o| o.field() == Field::User);
    assert_eq!(user.unwrap().suggestion.reason, "wrote this ticket");
    assert!(!told.answered);
}

#[test]
fn an_answer_is_told_first_and_only_what_came_after_the_question_is_one() {
    let fields = [Field::Expected, Field::Actual];
    let thread = thread(vec![
        message(1, 0, jan(), "I expected a login page. It fails."),
        message(
            2,
            9,
            jan(),
            "1. the desktop of the VM\n2. a black screen with error 0x204",
        ),
    ]);
    let kept = kept(Some(&fields));
    let told = told(&thread, Some(&kept), &known(), &[], amsterdam());
    assert!(told.answered);
    for field in fields {
        let first = told.offers.iter().find(|o| o.field() == field).unwrap();
        assert!(first.answers && first.is_certain(), "{field:?}");
    }
    let first = told.offers.iter().find(|o| o.field() == Field::Expected);
    assert_eq!(first.unwrap().words.raw(), "the desktop of the VM");
}

#[test]
fn what_was_refused_is_not_told_again() {
    let thread = thread(vec![message(1, 0, jan(), "dws-77-EpiData is black.")]);
    let first = told(&thread, None, &known(), &[], amsterdam());
    let workspace = first.offers.iter().find(|o| o.field() == Field::Workspace);
    let mut kept = kept(None);
    kept.refused = vec![Refused::of(&workspace.unwrap().suggestion.value)];
    let again = told(&thread, Some(&kept), &known(), &[], amsterdam());
    assert_eq!(again.offers.len(), first.offers.len() - 1);
}

#[test]
fn a_reply_shows_by_its_questions_what_it_asks() {
    for language in Language::ALL {
        let template = Template::shipped(*language);
        let verdict = check(&Draft::default(), &known(), now());
        let question = ask(verdict.missing(), &template).unwrap();
        let asked = template.asked_in(&format!("Dear Jan,\n{question}"));
        let missing: Vec<Field> = verdict.missing().iter().map(|m| m.field).collect();
        assert_eq!(asked, missing);
        assert_eq!(template.asked_in("Dear Jan, it is mended."), []);
    }
}

#[test]
fn a_workspace_that_is_only_unknown_is_no_question_to_the_requester() {
    let mut draft = Draft::default();
    let missing = |draft: &Draft| check(draft, &known(), now()).missing()[0].clone();
    assert!(!missing(&draft).is_ours());
    draft.workspace.name = text("dws-9-Nowhere");
    assert!(missing(&draft).is_ours());
}

#[test]
fn a_report_that_was_let_through_and_is_changed_elsewhere_has_to_pass_again() {
    let by = AgentId::parse("bo").unwrap();
    let mut mine = kept(None);
    mine.through = Some(deskhand::domain::report::Through {
        at: now(),
        by,
        reason: None,
    });
    let mut there = kept(None);
    there.draft = actual("something else");
    let (merged, _) = mine.clone().over(&Draft::default(), there.clone());
    assert_eq!((&merged.draft, &merged.through), (&there.draft, &None));
    let (merged, _) = there.clone().over(&there.draft, mine);
    assert!(merged.through.is_some(), "what is only read keeps the mark");
}
