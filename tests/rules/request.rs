//! Requests: the shipped kinds, who may ask, whose word counts, what closes them.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use deskhand::config::parse_requests;
use deskhand::domain::people::{AgentId, TenantId};
use deskhand::domain::register::{Book, Record, Register};
use deskhand::domain::request::{
    Asked, Doer, Does, Ending, Form, KindSpec, Kinds, Outcome, Said, Tick, Verdict, against_closing,
};
use deskhand::domain::sla::Policy;
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::{Kind, Status, Ticket};
use deskhand::domain::value::{Right, Role};
use rstest::rstest;

use super::gate::ticket as a_ticket;

fn now() -> DateTime<Utc> {
    "2026-11-24T09:00:00Z".parse().unwrap()
}

fn sam() -> AgentId {
    AgentId::parse("sam").unwrap()
}

fn spec(kind: Kind) -> KindSpec {
    Kinds::shipped().of(kind).unwrap().clone()
}

fn ticket(kind: Kind) -> Ticket {
    let mut t = a_ticket(1);
    (t.kind, t.status, t.requester) = (kind, Status::Open, Some(Untrusted::new("eva@umc.nl")));
    (t.workspace, t.tenant) = (None, None);
    t
}

fn reasons(
    spec: &KindSpec,
    form: &Form,
    book: &Book,
    ending: Ending,
    says: Option<&str>,
) -> Vec<String> {
    let ticket = ticket(spec.kind);
    let asked = Asked {
        spec,
        form,
        ticket: &ticket,
        book,
    };
    against_closing(asked, ending, says)
        .iter()
        .map(|a| {
            assert!(a.sentence().contains(';'), "no way out: {}", a.sentence());
            format!("{} {}", a.word(), a.about().unwrap_or("-"))
        })
        .collect()
}

fn said(name: &str, verdict: Verdict, role: Role, minutes: i64) -> Said {
    Said {
        name: name.into(),
        verdict,
        by: Untrusted::new("Prof. A"),
        role,
        at: now() - TimeDelta::minutes(60 - minutes),
        place: Untrusted::new("mail of 24 November"),
        words: None,
        kept_by: sam(),
        kept_at: now(),
    }
}

/// An answer that each sort of field takes.
fn filled(spec: &KindSpec) -> Form {
    let mut form = Form::new(spec.kind);
    for field in &spec.fields {
        let good = [
            "x",
            "yes",
            "a@b.nl",
            "dws-1-a",
            "2026-11-24",
            "5",
            "host.nl:1",
        ];
        let first = field.must_be.as_ref().or(field.choices.first());
        let answer = match first {
            Some(answer) => answer.as_str(),
            None => good
                .into_iter()
                .rev()
                .find(|g| field.read(g).is_ok())
                .unwrap(),
        };
        form.answer(spec, &field.name, answer).unwrap();
    }
    for item in &spec.checklist {
        let tick = Tick {
            by: sam(),
            at: now(),
        };
        form.tick(spec, &item.name, Some(tick)).unwrap();
    }
    for word in &spec.approvals {
        form.approve(spec, said(&word.name, Verdict::Given, word.by[0], 0))
            .unwrap();
    }
    for word in &spec.instructions {
        form.instruct(spec, said(&word.name, Verdict::Given, word.by[0], 0))
            .unwrap();
    }
    form.role = spec.asks.first().copied().or(Some(Role::Standard));
    form.vendor = Some(Untrusted::new("#123"));
    form
}

#[test]
fn the_shipped_kinds_are_all_there_and_sound() {
    let kinds = Kinds::shipped();
    assert_eq!(kinds.mistake(), None);
    let all: Vec<Kind> = kinds.all.iter().map(|s| s.kind).collect();
    let want: Vec<Kind> = Kind::ALL
        .iter()
        .copied()
        .filter(|k| !matches!(k, Kind::Problem | Kind::Question))
        .collect();
    assert_eq!(all, want);
    let policy = Policy::mydre();
    for s in &kinds.all {
        assert!(
            s.target(&policy, None).is_some(),
            "{} has no target",
            s.kind
        );
        assert!(
            !s.checklist.is_empty() && !s.fields.is_empty(),
            "{}",
            s.kind
        );
    }
    let within = |kind| spec(kind).target(&policy, None).unwrap().within.to_string();
    // The published levels: a suspected breach is priority 1, accounts and Workspaces 8 hours.
    assert_eq!(within(Kind::SecurityIncident), "2 h");
    assert_eq!(within(Kind::NewUser), "8 h");
    assert_eq!(within(Kind::NewWorkspace), "8 h");
    assert_eq!(within(Kind::Allowlisting), "3 days");
}

#[test]
fn every_kind_can_be_fulfilled_and_nothing_is_done_when_it_begins() {
    for s in &Kinds::shipped().all {
        let done = reasons(s, &filled(s), &Book::default(), Ending::Done, Some("done"));
        assert!(done.is_empty(), "{}: {done:?}", s.kind);
        let begun = reasons(s, &Form::new(s.kind), &Book::default(), Ending::Done, None);
        assert!(begun.len() >= 2, "{}: {begun:?}", s.kind);
    }
}

#[test]
fn each_thing_that_is_needed_stands_in_the_way_by_itself() {
    for s in &Kinds::shipped().all {
        let whole = filled(s);
        for field in s.fields.iter().filter(|f| f.needed && f.when.is_none()) {
            let mut form = whole.clone();
            form.answer(s, &field.name, "").unwrap();
            let found = reasons(s, &form, &Book::default(), Ending::Done, Some("done"));
            let want = format!("missing {}", field.name);
            assert!(found.contains(&want), "{}: {found:?}", s.kind);
        }
        for item in s.checklist.iter().filter(|i| i.when.is_none()) {
            let mut form = whole.clone();
            form.tick(s, &item.name, None).unwrap();
            let found = reasons(s, &form, &Book::default(), Ending::Done, Some("done"));
            assert_eq!(found, [format!("not-done {}", item.name)]);
        }
    }
}

#[rstest]
#[case(Role::Accountable, &[])]
#[case(Role::Standard, &["no-approval accountable"])]
fn who_is_not_the_accountable_needs_a_confirmation(#[case] role: Role, #[case] want: &[&str]) {
    let s = spec(Kind::NewWorkspace);
    let mut form = filled(&s);
    form.approvals.clear();
    form.role = Some(role);
    assert_eq!(
        reasons(&s, &form, &Book::default(), Ending::Done, None),
        want
    );
}

#[test]
fn the_last_word_counts_and_only_from_those_whose_word_it_is() {
    let s = spec(Kind::NewWorkspace);
    let mut form = filled(&s);
    form.approvals.clear();
    let why = form
        .approve(&s, said("accountable", Verdict::Given, Role::Standard, 0))
        .unwrap_err();
    assert!(why.contains("it counts from accountable"), "{why}");
    assert!(
        form.approve(&s, said("nobody", Verdict::Given, Role::Accountable, 0))
            .is_err()
    );
    let nowhere = Said {
        place: Untrusted::new(" "),
        ..said("accountable", Verdict::Given, Role::Accountable, 0)
    };
    assert!(form.approve(&s, nowhere).unwrap_err().contains("--where"));
    assert!(
        form.approve(
            &s,
            said("accountable", Verdict::Given, Role::Accountable, 61)
        )
        .is_err()
    );
    form.approve(
        &s,
        said("accountable", Verdict::Refused, Role::Accountable, 2),
    )
    .unwrap();
    // Written down later, said earlier.
    form.approve(
        &s,
        said("accountable", Verdict::Given, Role::Accountable, 1),
    )
    .unwrap();
    let none = Book::default();
    assert_eq!(
        reasons(&s, &form, &none, Ending::Done, None),
        ["approval-refused accountable"]
    );
    assert!(reasons(&s, &form, &none, Ending::Declined, Some("refused")).is_empty());
    form.approve(
        &s,
        said("accountable", Verdict::Given, Role::Accountable, 3),
    )
    .unwrap();
    assert!(reasons(&s, &form, &none, Ending::Done, None).is_empty());
}

#[rstest]
#[case(None, &["asker-unknown -"])]
#[case(Some(Role::Standard), &["asker-may-not -"])]
#[case(Some(Role::SupportTeam), &["asker-may-not -"])]
#[case(Some(Role::Privileged), &[])]
#[case(Some(Role::Accountable), &[])]
fn allowlisting_is_asked_by_privileged_members_and_the_accountable(
    #[case] role: Option<Role>,
    #[case] want: &[&str],
) {
    let s = spec(Kind::Allowlisting);
    let mut form = filled(&s);
    form.role = role;
    assert_eq!(
        reasons(&s, &form, &Book::default(), Ending::Done, None),
        want
    );
}

#[test]
fn what_the_requester_is_follows_from_the_registers_where_nobody_said_it() {
    let s = spec(Kind::Allowlisting);
    let mut form = filled(&s);
    form.role = None;
    let book = Book::new(vec![
        Record::new(
            Register::Workspaces,
            [
                ("name", "dws-1-a"),
                ("tenant", "umc"),
                ("privileged", "eva@umc.nl"),
            ],
        )
        .unwrap(),
    ]);
    assert!(reasons(&s, &form, &book, Ending::Done, None).is_empty());
}

#[test]
fn a_privacy_assessment_that_is_not_done_is_an_answer_but_not_enough() {
    let s = spec(Kind::NewWorkspace);
    let mut form = filled(&s);
    form.answer(&s, "privacy-assessment", "no").unwrap();
    let found = reasons(&s, &form, &Book::default(), Ending::Done, None);
    assert_eq!(found, ["unfit privacy-assessment"]);
}

#[test]
fn outsiders_make_their_identity_an_item() {
    let s = spec(Kind::NewUser);
    let mut form = filled(&s);
    form.tick(&s, "identity-checked", None).unwrap();
    let found = reasons(&s, &form, &Book::default(), Ending::Done, None);
    assert_eq!(found, ["not-done identity-checked"]);
    form.answer(&s, "outsider", "nee").unwrap();
    assert!(reasons(&s, &form, &Book::default(), Ending::Done, None).is_empty());
}

#[test]
fn a_security_incident_closes_only_with_a_resolution_and_work_on_data_needs_an_order() {
    let s = spec(Kind::SecurityIncident);
    let mut form = filled(&s);
    let none = Book::default();
    assert_eq!(
        reasons(&s, &form, &none, Ending::Done, Some(" \n ")),
        ["no-resolution -"]
    );
    form.instructions.clear();
    assert_eq!(
        reasons(&s, &form, &none, Ending::Done, Some("contained")),
        ["no-instruction work-on-data"]
    );
    form.answer(&s, "work-on-data", "no").unwrap();
    assert!(reasons(&s, &form, &none, Ending::Done, Some("contained")).is_empty());
    for ending in [Ending::Declined, Ending::Withdrawn] {
        let empty = Form::new(s.kind);
        assert_eq!(
            reasons(&s, &empty, &none, ending, None),
            ["no-resolution -"]
        );
        assert!(reasons(&s, &empty, &none, ending, Some("false alarm")).is_empty());
    }
}

#[test]
fn what_the_team_may_not_do_is_the_vendors() {
    let s = spec(Kind::NewUser);
    let umc = TenantId::parse("umc").unwrap();
    let person = |rights: &str, tenant: &str| {
        Record::new(
            Register::People,
            [
                ("email", "ana@umc.nl"),
                ("name", "Ana"),
                ("rights", rights),
                ("tenant", tenant),
            ],
        )
        .unwrap()
    };
    let doer = |book: &Book| s.doer(book, Some(&umc));
    assert_eq!(doer(&Book::default()), Doer::Unknown(Right::CreateUser));
    let can = Book::new(vec![person("create-user", "umc")]);
    assert_eq!(doer(&can), Doer::People(vec![Untrusted::new("Ana")]));
    let elsewhere = Book::new(vec![person("create-user", "vu")]);
    assert_eq!(doer(&elsewhere), Doer::Vendor);
    let cannot = Book::new(vec![person("allowlist", "umc")]);
    assert_eq!(doer(&cannot), Doer::Vendor);
    let mut form = filled(&s);
    form.vendor = None;
    assert_eq!(
        reasons(&s, &form, &cannot, Ending::Done, None),
        ["vendor-not-asked -"]
    );
    assert!(reasons(&s, &form, &can, Ending::Done, None).is_empty());
}

#[test]
fn closed_is_closed_until_the_ticket_is_opened_again() {
    let s = spec(Kind::Feedback);
    let mut form = filled(&s);
    form.outcome = Some(Outcome {
        ending: Ending::Done,
        resolution: None,
        by: sam(),
        at: now(),
        past: None,
    });
    let book = Book::default();
    for (status, stands) in [(Status::Resolved, true), (Status::Open, false)] {
        let mut t = ticket(s.kind);
        t.status = status;
        let asked = Asked {
            spec: &s,
            form: &form,
            ticket: &t,
            book: &book,
        };
        let found = against_closing(asked, Ending::Done, None);
        assert_eq!(found.iter().any(|a| a.word() == "closed"), stands);
        assert_eq!(found.is_empty(), !stands);
    }
}

#[test]
fn feedback_has_one_of_three_tags() {
    let s = spec(Kind::Feedback);
    let mut form = Form::new(s.kind);
    form.answer(&s, "tag", "Retention").unwrap();
    assert_eq!(form.answers["tag"].raw(), "retention");
    let why = form.answer(&s, "tag", "retentoin").unwrap_err();
    assert!(why.contains("did you mean retention?"), "{why}");
    assert!(
        form.answer(&s, "tagg", "x")
            .unwrap_err()
            .contains("did you mean tag?")
    );
}

#[test]
fn a_form_survives_its_json_and_reads_as_text() {
    let s = spec(Kind::NewWorkspace);
    let form = filled(&s);
    let json = serde_json::to_string(&form).unwrap();
    assert_eq!(serde_json::from_str::<Form>(&json).unwrap(), form);
    // What a later program adds is no reason to lose the rest.
    let bare = r#"{"kind":"feedback"}"#;
    assert_eq!(
        serde_json::from_str::<Form>(bare).unwrap(),
        Form::new(Kind::Feedback)
    );
    let text = form.as_text(&s);
    assert!(text.starts_with("Short name: "), "{text}");
    assert_eq!(text.lines().count(), 8);
}

#[test]
fn a_team_writes_its_own_kinds_in_the_place_of_ours() {
    let file = Path::new("requests.toml");
    let own = "[[kind]]\nkind = \"feedback\"\ntitle = \"Ours\"\ndoes = \"vendor\"\nfields = []\n";
    let kinds = parse_requests(own, file).unwrap();
    assert_eq!(kinds.all.len(), Kinds::shipped().all.len());
    let feedback = kinds.of(Kind::Feedback).unwrap();
    assert_eq!(
        (feedback.title.as_str(), feedback.does),
        ("Ours", Does::Vendor)
    );
}

#[rstest]
#[case(
    "[[kind]]\nkind = \"problem\"\ntitle = \"t\"\ndoes = \"team\"\nfields = []\n",
    "is no request"
)]
#[case(
    "[[kind]]\nkind = \"feedback\"\ntitle = \"t\"\ndoes = \"team\"\nfields = []\nchecklist = [{ name = \"a\", does = \"b\", when = { field = \"c\", is = \"d\" } }]\n",
    "no field is called \"c\""
)]
#[case(
    "[[kind]]\nkind = \"feedback\"\ntitle = \"t\"\ndoes = \"team\"\nfields = []\napprovals = [{ name = \"a\", by = [], why = \"b\" }]\n",
    "can be given by nobody"
)]
#[case("[[kind]]\nkind = \"feedbak\"\n", "feedbak")]
#[case("[[kind]]\nkind = \"feedback\"\ntitel = \"t\"\n", "titel")]
fn kinds_that_make_no_sense_are_refused(#[case] own: &str, #[case] says: &str) {
    let why = parse_requests(own, Path::new("requests.toml"))
        .unwrap_err()
        .to_string();
    assert!(why.contains(says), "{why}");
}
