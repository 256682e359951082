//! What an escalation does, before anything is done.

use chrono_tz::Europe::Amsterdam;
use deskhand::domain::Instant;
use deskhand::domain::change::Act;
use deskhand::domain::escalation::{
    Case, Content, Escalation, EscalationId, Fate, File, Heard, Passage, Plan, Refusal, Stage,
    Theirs, Vendor, Way, addressed, back, fate, heard_there, plan, to_vendor,
};
use deskhand::domain::people::TenantId;
use deskhand::domain::remote::{RemoteId, ToldFile};
use deskhand::domain::report::{Draft, Evidence, Person, Register, Since, check};
use deskhand::domain::sla::Owner;
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{Attachment, AttachmentId, Author, Message, MessageId, Visibility};
use deskhand::domain::ticket::{Kind, Status, Ticket, TicketId, TicketKey};
use rstest::rstest;
use uuid::Uuid;

use super::gate::ticket;

fn now() -> Instant {
    "2026-11-24T09:00:00Z".parse().unwrap()
}

fn vendor(department: Option<&str>) -> Vendor {
    Vendor {
        name: "anDREa".into(),
        address: None,
        department: department.map(|d| TenantId::parse(d).unwrap()),
    }
}

fn good() -> Draft {
    let mut draft = Draft {
        user: Person::parse("Jan de Vries jan@umc.example"),
        steps: ["Open the VM", "Click Connect"]
            .map(Untrusted::new)
            .to_vec(),
        expected: Untrusted::new("a desktop"),
        actual: Untrusted::new("a grey page, and call me on +31 6 12345678"),
        since: Some(Since::Always),
        ..Draft::default()
    };
    draft.workspace.name = Untrusted::new("dws-3049-AUBioLab");
    draft
}

fn open(kind: Kind) -> Ticket {
    let mut t = ticket(1);
    (t.status, t.kind, t.subject) = (Status::Open, kind, Untrusted::new("Mail jan@umc.example"));
    t
}

fn asked(body: &str) -> Vec<Message> {
    vec![Message {
        id: MessageId(1),
        ticket: TicketId(1),
        at: now(),
        author: Author::Requester {
            name: Untrusted::new("Jan"),
        },
        visibility: Visibility::Public,
        body: Untrusted::new(body),
        cut_from: None,
        attachments: Vec::new(),
        waiting: false,
        missing: false,
    }]
}

fn file(id: i64, name: &str, size: u64) -> Attachment {
    Attachment {
        id: AttachmentId(id),
        name: Untrusted::new(name),
        media_type: Untrusted::new("application/octet-stream"),
        size,
    }
}

fn planned(
    ticket: &Ticket,
    draft: &Draft,
    files: &[File<'_>],
    department: Option<&str>,
    reason: Option<&str>,
) -> Result<Plan, Refusal> {
    let known = Register::new(
        ["dws-3049-AUBioLab".to_owned()],
        std::iter::empty::<Person>(),
    );
    let verdict = check(draft, &known, now());
    let messages = asked("my token is ghp_abcdefghijklmnopqrstuvwxyz0123456789");
    let passage = match ticket.kind {
        Kind::Problem => Passage::Report(draft, &verdict),
        _ => Passage::Free,
    };
    let case = Case {
        ticket,
        messages: &messages,
        passage: &passage,
        files,
        agent: "Ana",
        zone: Amsterdam,
    };
    plan(case, &vendor(department), reason, EscalationId(Uuid::nil()))
}

fn acts(plan: &Plan) -> Vec<Act> {
    plan.acts(&mut || MessageId(7))
}

#[test]
fn a_complete_report_leaves_without_what_the_vendor_does_not_need() {
    let plan = planned(&open(Kind::Problem), &good(), &[], None, None).unwrap();
    let body = plan.package.body.raw();
    assert!(
        body.contains("1. Open the VM") && body.contains("jan@umc.example"),
        "{body}"
    );
    assert!(
        body.contains("[phone number]") && !body.contains("12345678"),
        "{body}"
    );
    assert!(!body.contains("As it was asked"), "{body}");
    assert_eq!(plan.package.subject.raw(), "Mail jan@umc.example");
    assert!(
        plan.diff.iter().any(|d| d.contains("- actual:")),
        "{:?}",
        plan.diff
    );
    assert!(plan.package.past.is_empty());
    let acts = acts(&plan);
    assert!(
        matches!(
            acts[0],
            Act::Owner {
                to: Owner::Vendor,
                ..
            }
        ),
        "{acts:?}"
    );
    assert!(matches!(acts[1], Act::Status { to: Status::OnHold }));
    assert!(acts[2..].iter().all(|a| matches!(
        a,
        Act::Say {
            visibility: Visibility::Internal,
            ..
        }
    )));
    assert_eq!(acts.len(), 3);
}

#[rstest]
#[case::nothing_is_filled_in(Draft::default(), None, true)]
#[case::a_reason_that_says_nothing(Draft::default(), Some(" - "), true)]
fn the_gate_says_no_and_what_is_missing(
    #[case] draft: Draft,
    #[case] reason: Option<&str>,
    #[case] yields: bool,
) {
    let refusal = planned(&open(Kind::Problem), &draft, &[], None, reason).unwrap_err();
    assert_eq!(refusal.yields, yields);
    assert!(
        refusal
            .against
            .iter()
            .any(|a| a.contains("the steps are missing"))
    );
}

#[test]
fn a_reason_goes_past_the_gate_and_is_kept_with_what_was_missed() {
    let plan = planned(
        &open(Kind::Problem),
        &Draft::default(),
        &[],
        None,
        Some("It burns"),
    )
    .unwrap();
    assert!(plan.package.past.contains(&"steps".to_owned()));
    let body = plan.package.body.raw();
    assert!(
        body.contains("As it was asked:") && body.contains("[token]"),
        "{body}"
    );
    let said: Vec<String> = acts(&plan)
        .into_iter()
        .filter_map(|a| match a {
            Act::Say { body, .. } => Some(body.raw().to_owned()),
            _ => None,
        })
        .collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[1].contains("It burns"), "{said:?}");
}

#[rstest]
#[case::closed(Status::Closed, None, None, "open it again")]
#[case::merged(Status::Open, Some(TicketId(9)), None, "lives on")]
#[case::there_already(Status::OnHold, None, Some(Stage::There), "with the vendor already")]
fn no_reason_goes_past_what_is_firm(
    #[case] status: Status,
    #[case] merged_into: Option<TicketId>,
    #[case] stage: Option<Stage>,
    #[case] says: &str,
) {
    let mut t = open(Kind::Problem);
    (t.status, t.merged_into, t.vendor) = (status, merged_into, stage);
    let refusal = planned(&t, &good(), &[], None, Some("now")).unwrap_err();
    assert!(
        !refusal.yields && refusal.against[0].contains(says),
        "{refusal:?}"
    );
}

#[test]
fn a_question_needs_no_report_and_a_department_gets_the_ticket_itself() {
    let mut t = open(Kind::Question);
    t.tenant = Some(TenantId::parse("umc").unwrap());
    let plan = planned(&t, &Draft::default(), &[], Some("second-line"), None).unwrap();
    assert!(matches!(&plan.package.way, Way::Within { from: Some(f), .. } if f.as_str() == "umc"));
    assert!(
        matches!(&acts(&plan)[1], Act::Tenant { to: Some(to) } if to.as_str() == "second-line")
    );
    // It stays at this desk: nothing is written for anybody, and nothing taken out.
    assert!(plan.diff.is_empty() && plan.package.report.is_none());
    assert_eq!(plan.package.body.raw(), "");
    assert!(
        plan.rows
            .iter()
            .any(|r| (r.before.as_str(), r.after.as_str()) == ("umc", "second-line"))
    );
}

#[test]
fn only_evidence_goes_along_under_safe_names_of_their_own() {
    let mut draft = good();
    draft.evidence = [("../a.log", 3), ("a.log", 3), ("gone.png", 9)]
        .map(|(name, size)| Evidence {
            name: Untrusted::new(name),
            size: Some(size),
        })
        .to_vec();
    let all = [
        file(1, "../a.log", 3),
        file(2, "a.log", 3),
        file(3, "holiday.jpg", 3),
    ];
    let files: Vec<File<'_>> = all
        .iter()
        .map(|attachment| File {
            attachment,
            content: Content::Here(b"abc"),
        })
        .collect();
    let plan = planned(&open(Kind::Problem), &draft, &files, None, None).unwrap();
    let names: Vec<&str> = plan.package.files.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["a.log", "a-2.log"]);
}

/// Text of two bytes a letter.
fn wide(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn a_text_from_which_nothing_is_taken_leaves_byte_by_byte_as_it_is() {
    for bytes in [b"caf\xe9".to_vec(), wide("fine", u16::to_le_bytes)] {
        let left = fate("a.txt", "text/plain", &bytes, &[]).leaving(bytes.clone());
        assert_eq!(left.unwrap(), bytes);
    }
}

#[test]
fn names_of_files_leave_clean_and_what_is_not_to_be_had_stays_with_a_word() {
    let mut draft = good();
    let name = "eva.smit@umc.example 06-12345678.txt";
    draft.evidence = [(name, 3), ("far.log", 3)]
        .map(|(name, size)| Evidence {
            name: Untrusted::new(name),
            size: Some(size),
        })
        .to_vec();
    let all = [file(1, name, 3), file(2, "far.log", 3)];
    let files = [
        File {
            attachment: &all[0],
            content: Content::Here(b"abc"),
        },
        File {
            attachment: &all[1],
            content: Content::Elsewhere,
        },
    ];
    let plan = planned(&open(Kind::Problem), &draft, &files, None, None).unwrap();
    let names: Vec<&str> = plan.package.files.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["[e-mail address] [phone number].txt"]);
    assert!(
        plan.lines
            .iter()
            .any(|l| l.starts_with("far.log does not go along: it is at the desk")),
        "{:?}",
        plan.lines
    );
}

#[rstest]
#[case::an_image(
    "a.png",
    "image/png",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x06\0\0\0\x1f\xf3\xffa",
    "as it is"
)]
#[case::a_clean_text("a.log", "text/plain", b"all fine", "text")]
#[case::a_secret("a.log", "text/plain", b"password: hunter2ab", "cleaned")]
#[case::text_by_its_bytes("a.bin", "application/octet-stream", b"password: hunter2ab", "cleaned")]
#[case::filled_up("a.log", "text/plain", b"password: hunter2ab\n\0\0\0\0", "cleaned")]
#[case::parts_with_nothing_between(
    "env",
    "application/octet-stream",
    b"HOME=/\0PASSWORD=hunter2ab\0LANG=C.UTF-8\0",
    "cleaned"
)]
#[case::two_bytes_a_letter("a.txt", "text/plain", &wide("password: hunter2ab", u16::to_le_bytes), "cleaned")]
#[case::two_bytes_the_other_way("a", "application/octet-stream", &wide("password: hunter2ab", u16::to_be_bytes), "cleaned")]
#[case::two_bytes_with_their_mark("a", "", &wide("\u{feff}пароль password: hunter2ab", u16::to_le_bytes), "cleaned")]
#[case::latin_1(
    "env",
    "application/octet-stream",
    b"caf\xe9 password: hunter2ab",
    "cleaned"
)]
#[case::clean_latin_1("env", "application/octet-stream", b"caf\xe9", "text")]
#[case::a_text_nobody_can_read("a.log", "text/plain", &[b'p', 1, 2, 0xe9, b'x'], "stays")]
#[case::a_document(
    "a.pdf",
    "application/pdf",
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3 0123456789 0123456789",
    "as it is"
)]
#[case::nothing("a.log", "text/plain", b"", "stays")]
fn what_becomes_of_a_file(
    #[case] name: &str,
    #[case] media: &str,
    #[case] bytes: &[u8],
    #[case] becomes: &str,
) {
    let got = match fate(name, media, bytes, &[]) {
        Fate::AsItIs => "as it is",
        Fate::Text { removed, .. } if removed.is_empty() => "text",
        Fate::Text { clean, .. } => {
            assert!(!clean.contains("hunter2ab"));
            "cleaned"
        }
        Fate::Stays(_) => "stays",
    };
    assert_eq!(got, becomes);
}

fn escalation(stage: Stage) -> Escalation {
    let plan = planned(&open(Kind::Problem), &good(), &[], None, None).unwrap();
    let by = deskhand::domain::people::AgentId::parse("ana").unwrap();
    let mut e = Escalation::new(plan.id, TicketId(1), plan.package, by, now());
    e.stage = stage;
    e
}

#[test]
fn how_it_stands_is_said_in_one_line() {
    let at = |h: i64| now() + chrono::TimeDelta::hours(h);
    let mut e = escalation(Stage::Waiting);
    assert_eq!(e.line(at(0)).as_str(), "not sent yet");
    e.trouble = Some(Untrusted::new("no way there"));
    assert_eq!(e.line(at(0)).as_str(), "not sent: no way there");
    (e.stage, e.key) = (Stage::There, TicketKey::parse("77").ok());
    e.trouble = None;
    assert_eq!(e.line(at(0)).as_str(), "#77, not heard of yet");
    let mut theirs = Theirs {
        status: Status::Open,
        label: None,
        with: Some(Untrusted::new("Vera\u{202e}")),
        since: now(),
        said: Vec::new(),
    };
    e.theirs = Some(theirs.clone());
    let line = e.line(at(2));
    assert!(
        line.starts_with("open, with Vera") && line.ends_with("· since 2 h"),
        "{line}"
    );
    e.trouble = Some(Untrusted::new("[vendor] names another desk now"));
    assert_eq!(
        e.line(at(2)).as_str(),
        "#77: [vendor] names another desk now"
    );
    e.trouble = None;
    (theirs.status, theirs.with) = (Status::Resolved, None);
    e.theirs = Some(theirs);
    e.stage = e.seen();
    assert_eq!(e.line(at(50)).as_str(), "resolved · since 2 days");
    // A vendor that refuses says why in their last word.
    if let Some(theirs) = &mut e.theirs {
        theirs.label = Some(Untrusted::new("rejected"));
    }
    e.last = Some(heard("\nNot ours: ask the network team.\nVera", Vec::new()));
    assert_eq!(
        e.line(at(50)).as_str(),
        "rejected · since 2 days · \"Not ours: ask the network team.\""
    );
    e.unsaid = Some(Untrusted::new("the ticket is closed"));
    assert!(
        e.line(at(50))
            .ends_with("your word was refused: the ticket is closed")
    );
}

fn heard(body: &str, files: Vec<ToldFile>) -> Heard {
    Heard {
        id: RemoteId("1".into()),
        at: now(),
        by: Untrusted::new("Vera"),
        body: Untrusted::new(body),
        files,
    }
}

/// The size of what comes over is limited as that of what is attached here.
#[rstest]
#[case(1, false)]
#[case(25 << 20, false)]
#[case((25 << 20) + 1, true)]
#[case(0, true)]
fn only_a_file_of_a_usual_size_comes_over(#[case] size: u64, #[case] stays: bool) {
    let file = ToldFile {
        remote: RemoteId("f".into()),
        name: Untrusted::new("dump.bin"),
        media_type: Untrusted::default(),
        size,
    };
    assert_eq!(Heard::stays(&file).is_some(), stays);
}

#[test]
fn coming_back_is_one_batch_with_their_last_word() {
    let mut e = escalation(Stage::There);
    e.last = Some(heard("Restart it.", Vec::new()));
    let mut t = open(Kind::Problem);
    t.status = Status::OnHold;
    let back = back(&t, &e);
    let acts = back.acts(MessageId(3));
    assert!(matches!(
        acts[0],
        Act::Owner {
            to: Owner::Team,
            ..
        }
    ));
    assert!(matches!(acts[1], Act::Status { to: Status::Open }));
    assert!(
        matches!(&acts[2], Act::Say { body, visibility: Visibility::Internal, .. }
        if body.raw().contains("Restart it."))
    );
    assert!(
        back.lines
            .iter()
            .any(|l| l.contains("they are told that you take it back"))
    );
}

#[test]
fn what_is_said_to_the_vendor_stands_in_a_note_as_it_leaves() {
    let (note, diff) = to_vendor(
        "Try with token ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        None,
    );
    assert_eq!(addressed(&note), Some("Try with token [token]"));
    assert_eq!(diff.len(), 1);
    // It is the same however it was written, and whatever is hidden in it.
    let hidden = "To the vendor: Try with token ghp_abcdefghij\u{200b}klmnopqrstuvwxyz0123456789";
    assert_eq!(
        heard_there(hidden, None).as_deref(),
        Some("Try with token [token]")
    );
    assert_eq!(heard_there(&note, None).as_deref(), addressed(&note));
    assert_eq!(addressed("Not for them"), None);
    assert_eq!(addressed("To the vendor:  "), None);
}
