//! The store through its public face, on real files.

mod acts;
mod away;
mod bench;
mod damage;
mod flight;
mod hand;
mod kill;
mod knowing;
mod laws;
mod mend;
mod next;
mod order;
mod plans;
mod play;
mod reach;
pub mod remote;
mod remote_laws;
pub mod scene;
mod sound;
mod their_due;

use chrono::TimeDelta;
use deskhand::domain::change::{Act, LinkKind, NewAttachment};
use deskhand::domain::list::{Anchor, Asker, Count, ListRequest, Sort};
use deskhand::domain::query::{
    DueState, Flag, Query, Span, Stamp, Term, Test, Text, Unit, When, Who,
};
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{Draft, DraftSeen, Kept, MessageId, Visibility};
use deskhand::domain::ticket::{Priority, Status, Ticket, TicketId, Turn};
use deskhand::store::{AuditVerdict, FromDraft, Reader, StoreError, Writer};
use scene::*;

fn term(test: Test) -> Term {
    Term {
        negated: false,
        test,
    }
}

fn not(test: Test) -> Term {
    Term {
        negated: true,
        test,
    }
}

fn span(count: u32, unit: Unit) -> Span {
    Span { count, unit }
}

/// The usual views, as terms.
pub fn views() -> Vec<(&'static str, Query, Sort)> {
    let live = || term(Test::Is(vec![Flag::Live]));
    let awake = || not(Test::Is(vec![Flag::Snoozed]));
    let q = |terms| Query { terms };
    vec![
        ("all open", q(vec![live(), awake()]), Sort::Due),
        (
            "mine",
            q(vec![
                live(),
                term(Test::Assignee(vec![Some(Who::Me)])),
                awake(),
            ]),
            Sort::Due,
        ),
        (
            "unassigned",
            q(vec![
                live(),
                term(Test::Is(vec![Flag::Unassigned])),
                awake(),
            ]),
            Sort::Due,
        ),
        (
            "breaching",
            q(vec![
                live(),
                term(Test::DueAt(When::Within(span(2, Unit::Hours)))),
                awake(),
            ]),
            Sort::Due,
        ),
        (
            "our turn",
            q(vec![live(), term(Test::Turn(vec![Turn::Ours])), awake()]),
            Sort::Due,
        ),
        (
            "waiting",
            q(vec![
                term(Test::Status(vec![Status::Pending, Status::OnHold])),
                awake(),
            ]),
            Sort::Due,
        ),
        (
            "snoozed",
            q(vec![term(Test::Is(vec![Flag::Snoozed]))]),
            Sort::Due,
        ),
        (
            "closed",
            q(vec![term(Test::Time(
                Stamp::Closed,
                When::Within(span(7, Unit::Days)),
            ))]),
            Sort::Updated,
        ),
    ]
}

/// The tickets that a query is about, by what it means; merged ones only where it asks for them.
fn fitting(tickets: &[Ticket], query: &Query, merged: bool) -> Vec<TicketId> {
    let mut ids: Vec<TicketId> = tickets
        .iter()
        .filter(|t| query.matches(t, &asker(), "") && (merged || t.merged_into.is_none()))
        .map(|t| t.id)
        .collect();
    ids.sort();
    ids
}

fn all(reader: &Reader) -> Vec<Ticket> {
    let mut out = Vec::new();
    reader
        .export(&mut |r| {
            out.push(r.ticket);
            true
        })
        .unwrap();
    out
}

fn listed(reader: &Reader, query: &Query, sort: Sort, anchor: Anchor) -> Vec<TicketId> {
    let req = ListRequest {
        query: query.clone(),
        sort,
        anchor,
        before: 5000,
        after: 5000,
    };
    let page = reader.list(&req, &asker()).unwrap();
    assert!(!page.partial, "{query:?}");
    page.rows.iter().map(|r| r.ticket.id).collect()
}

#[test]
fn lists_and_counts_are_what_the_plain_meaning_says() {
    let mut scene = Scene::with(900);
    let id = scene.id("T880");
    scene
        .writer
        .commit(&[change(
            1,
            id,
            Act::Status {
                to: Status::Pending,
            },
        )])
        .unwrap();
    let into = scene.id("T881");
    scene
        .writer
        .commit(&[change(2, scene.id("T882"), Act::Merge { into })])
        .unwrap();
    let tickets = all(&scene.reader);
    let mut queries: Vec<Query> = views().into_iter().map(|v| v.1).collect();
    queries.push(Query::all());
    for test in [
        Test::Label(vec![Some("VPN".into())]),
        Test::Priority(vec![Some(Priority::P1), None]),
        Test::Workspace(vec![Some("dws-1".into())]),
        Test::Status(vec![Status::Open, Status::Closed]),
        Test::Label(vec![None]),
        Test::Is(vec![Flag::Merged]),
        Test::Is(vec![Flag::Late]),
        Test::Time(Stamp::Updated, When::Beyond(span(20, Unit::Days))),
        Test::Requester(vec![Some("jan 1".into())]),
        Test::Requester(vec![Some("JAN 42".into()), None]),
        Test::Workspace(vec![Some("7".into()), Some("dws-12".into())]),
        Test::Workspace(vec![None]),
        Test::Channel(vec![None]),
        Test::Channel(vec![deskhand::domain::ticket::Channel::from_code(1)]),
        Test::Label(vec![Some("gpu".into()), Some("Urgent".into()), None]),
        Test::Label(vec![Some("gpu".into()), Some("Urgent".into())]),
        Test::Id(vec![
            deskhand::domain::ticket::TicketKey::parse("t17").unwrap(),
        ]),
        Test::Time(Stamp::Created, When::Within(span(300, Unit::Days))),
        Test::Time(Stamp::Created, When::Beyond(span(300, Unit::Days))),
        Test::Time(Stamp::Resolved, When::Within(span(200, Unit::Days))),
        Test::DueAt(When::Within(span(1, Unit::Weeks))),
        Test::DueAt(When::Beyond(span(1, Unit::Hours))),
        Test::DueIs(vec![DueState::Late]),
        Test::DueIs(vec![DueState::Paused, DueState::None]),
        Test::Is(vec![Flag::Unread]),
        Test::Is(vec![Flag::Unsent, Flag::Changed]),
        Test::Is(vec![Flag::Unsent]),
        Test::Is(vec![Flag::Waiting]),
        Test::Status(vec![Status::Resolved, Status::Closed]),
        Test::Turn(vec![Turn::Ours]),
        Test::Tenant(vec![
            deskhand::domain::people::TenantId::parse("vu").ok(),
            None,
        ]),
    ] {
        queries.push(Query {
            terms: vec![term(test.clone())],
        });
        queries.push(Query {
            terms: vec![not(test.clone()), term(Test::Is(vec![Flag::Live]))],
        });
        queries.push(Query {
            terms: vec![term(test), term(Test::Assignee(vec![Some(Who::Me), None]))],
        });
    }
    for query in &queries {
        let merged = query
            .terms
            .iter()
            .any(|t| matches!(&t.test, Test::Is(f) if f.contains(&Flag::Merged)));
        let want = fitting(&tickets, query, merged);
        for (sort, _) in Sort::ALL {
            for anchor in [Anchor::First, Anchor::Last] {
                let mut got = listed(&scene.reader, query, *sort, anchor);
                got.sort();
                assert_eq!(got, want, "{query:?} {sort:?} {anchor:?}");
            }
        }
        let count = scene
            .reader
            .counts(std::slice::from_ref(query), &asker())
            .unwrap()[0];
        assert_eq!(count, Count::Exact(want.len() as u64), "{query:?}");
    }
}

#[test]
fn windows_join_without_gap_or_double_in_every_order() {
    let scene = Scene::with(700);
    for (name, query, _) in views() {
        for (sort, _) in Sort::ALL {
            let whole = listed(&scene.reader, &query, *sort, Anchor::First);
            let (mut got, mut anchor) = (Vec::new(), Anchor::First);
            loop {
                let req = ListRequest {
                    query: query.clone(),
                    sort: *sort,
                    anchor,
                    before: 0,
                    after: 7,
                };
                let page = scene.reader.list(&req, &asker()).unwrap();
                let skip = usize::from(!got.is_empty());
                got.extend(page.rows.iter().skip(skip).map(|r| r.ticket.id));
                if page.at_end {
                    break;
                }
                anchor = Anchor::Around(page.rows.last().unwrap().place);
            }
            assert_eq!(got, whole, "{name} {sort:?}");
        }
    }
}

#[test]
fn words_are_found_newest_first_in_whole_and_in_part() {
    let scene = Scene::with(600);
    for (word, phrase) in [
        ("cannot", false),
        ("lic", false),
        ("x1", false),
        ("cannot mount", true),
        ("dws-3", false),
    ] {
        let text = if phrase {
            Text::phrase(word)
        } else {
            Text::word(word)
        }
        .unwrap();
        let mut want: Vec<TicketId> = Vec::new();
        scene
            .reader
            .export(&mut |r| {
                let hay = format!(
                    "{} ¶ {} ¶ {} ¶ {} ¶ {} ¶ {}",
                    r.ticket.subject.raw(),
                    r.ticket.key,
                    r.ticket.requester.as_ref().unwrap().raw(),
                    r.ticket.workspace.as_ref().unwrap().raw(),
                    r.ticket.labels.join(" "),
                    r.messages[0].body.raw()
                );
                if text.is_in(&hay) {
                    want.push(r.ticket.id);
                }
                true
            })
            .unwrap();
        want.reverse();
        let query = Query::all().and(Test::Text(text));
        let got = listed(&scene.reader, &query, Sort::Due, Anchor::First);
        assert_eq!(got, want, "{word}");
        if let Some(mid) = got.get(got.len() / 2) {
            let req = ListRequest {
                query,
                sort: Sort::Due,
                anchor: Anchor::Ticket(*mid),
                before: 3,
                after: 3,
            };
            let page = scene.reader.list(&req, &asker()).unwrap();
            assert_eq!(page.rows[page.anchor].ticket.id, *mid);
        }
    }
}

#[test]
fn undo_of_do_is_identity_before_and_after_the_desk_has_it() {
    let mut scene = Scene::with(60);
    let (a, b) = (scene.id("T55"), scene.id("T56"));
    let acts = [
        Act::Status {
            to: Status::Resolved,
        },
        Act::Priority {
            to: Some(Priority::P1),
        },
        Act::Assign {
            to: Some(agent("zoe")),
        },
        Act::AddLabel {
            label: "odd".into(),
        },
        Act::Subject {
            to: Untrusted::new("other"),
        },
        Act::Link {
            to: b,
            kind: LinkKind::Related,
        },
        Act::Merge { into: b },
        Act::Split {
            subject: Untrusted::new("part"),
            messages: vec![],
            new: None,
        },
        Act::Say {
            message: MessageId(1 << 50),
            visibility: Visibility::Internal,
            body: Untrusted::new("zebra"),
            attachments: vec![],
        },
    ];
    for (i, act) in acts.into_iter().enumerate() {
        let before = (
            scene.reader.thread(a).unwrap(),
            scene.reader.thread(b).unwrap(),
            all(&scene.reader).len(),
        );
        let c = change(i as u64 + 1, a, act.clone());
        scene.writer.commit(std::slice::from_ref(&c)).unwrap();
        assert_ne!(scene.reader.thread(a).unwrap(), before.0, "{act:?}");
        scene.writer.undo(&agent("ana"), now()).unwrap().unwrap();
        let mut after = (
            scene.reader.thread(a).unwrap(),
            scene.reader.thread(b).unwrap(),
            all(&scene.reader).len(),
        );
        if let Act::Say { body, .. } = &act {
            // What was taken back before it was sent is a draft again.
            let thread = after.0.as_mut().unwrap();
            assert_eq!(thread.drafts.pop().unwrap().body, body.raw());
            assert!(std::mem::take(&mut thread.ticket.draft));
        }
        assert_eq!(after, before, "{act:?}");
        if matches!(act, Act::Say { .. } | Act::Split { .. }) {
            continue;
        }
        // Once more, and now the desk has it: the opposite is sent.
        let c = change(i as u64 + 101, a, act.clone());
        scene.writer.commit(std::slice::from_ref(&c)).unwrap();
        scene.writer.confirm(c.id, None, now()).unwrap();
        let told = scene.writer.undo(&agent("ana"), now()).unwrap().unwrap();
        assert!(told.what.starts_with("Took back"), "{}", told.what);
        for c in scene
            .writer
            .next_to_send(now() + TimeDelta::days(9))
            .unwrap()
        {
            scene.writer.confirm(c.id, None, now()).unwrap();
        }
        let (x, y) = (
            scene.reader.ticket(a).unwrap().unwrap(),
            before.0.as_ref().unwrap().ticket.clone(),
        );
        assert_eq!(
            (
                x.status,
                x.priority,
                &x.assignee,
                &x.labels,
                &x.subject,
                x.merged_into,
                x.due
            ),
            (
                y.status,
                y.priority,
                &y.assignee,
                &y.labels,
                &y.subject,
                y.merged_into,
                y.due
            ),
            "{act:?}"
        );
    }
    assert!(matches!(scene.reader.verify_audit().unwrap(), AuditVerdict::Whole(n) if n > 20));
}

#[test]
fn redo_does_again_and_what_others_changed_is_left() {
    let mut scene = Scene::with(60);
    let a = scene.id("T55");
    let c = change(1, a, Act::Status { to: Status::OnHold });
    scene.writer.commit(std::slice::from_ref(&c)).unwrap();
    scene.writer.undo(&agent("ana"), now()).unwrap().unwrap();
    scene.writer.redo(&agent("ana"), now()).unwrap().unwrap();
    assert_eq!(
        scene.reader.ticket(a).unwrap().unwrap().status,
        Status::OnHold
    );
    for c in scene.writer.next_to_send(now()).unwrap() {
        scene.writer.confirm(c.id, None, now()).unwrap();
    }
    let mut other = change(9, a, Act::Status { to: Status::Open });
    other.by = agent("bo");
    scene.writer.commit(std::slice::from_ref(&other)).unwrap();
    let told = scene.writer.undo(&agent("ana"), now()).unwrap().unwrap();
    assert!(
        told.what.contains("changed by somebody since"),
        "{}",
        told.what
    );
}

#[test]
fn a_draft_for_the_requester_becomes_a_note_in_another_ticket_and_comes_back_with_undo() {
    let mut scene = Scene::with(60);
    let (a, b) = (scene.id("T55"), scene.id("T56"));
    let draft = |ticket, visibility, body: &str| Draft {
        ticket,
        visibility,
        body: body.into(),
        at: now(),
        files: vec![NewAttachment {
            name: Untrusted::new("log.txt"),
            path: "/tmp/log.txt".into(),
            size: 3,
        }],
    };
    let answer = draft(a, Visibility::Public, "Dear Jan");
    let note = draft(b, Visibility::Internal, "ask Bo");
    for draft in [&answer, &note] {
        let unseen = seen(draft.ticket, draft.visibility, &[]);
        scene.writer.save_draft(draft.clone(), &unseen).unwrap();
    }
    for confirmed in [false, true] {
        let merge = change(if confirmed { 2 } else { 1 }, a, Act::Merge { into: b });
        scene.writer.commit(std::slice::from_ref(&merge)).unwrap();
        let there = scene.reader.thread(b).unwrap().unwrap().drafts;
        assert_eq!(there.len(), 1, "nothing is offered to the other requester");
        assert_eq!(there[0].visibility, Visibility::Internal);
        assert_eq!(there[0].body, "ask Bo\n\nDear Jan");
        assert!(scene.reader.thread(a).unwrap().unwrap().drafts.is_empty());
        if confirmed {
            scene.writer.confirm(merge.id, None, now()).unwrap();
        }
        scene.writer.undo(&agent("ana"), now()).unwrap().unwrap();
        assert_eq!(
            scene.reader.thread(a).unwrap().unwrap().drafts.as_slice(),
            std::slice::from_ref(&answer)
        );
        let back = scene.reader.thread(b).unwrap().unwrap().drafts;
        assert_eq!(back[0].body, note.body);
    }
}

#[test]
fn a_text_that_is_taken_back_is_a_draft_with_its_files_and_sent_again_it_is_none() {
    let mut scene = Scene::with(60);
    let a = scene.id("T55");
    let file = scene.folder.path().join("log.txt");
    std::fs::write(&file, "abc").unwrap();
    let say = Act::Say {
        message: MessageId(1 << 50),
        visibility: Visibility::Public,
        body: Untrusted::new("see the log"),
        attachments: vec![NewAttachment {
            name: Untrusted::new("log.txt"),
            path: file,
            size: 3,
        }],
    };
    let mut held = change(1, a, say);
    held.not_before = Some(held.at + TimeDelta::seconds(10));
    scene.writer.commit(std::slice::from_ref(&held)).unwrap();
    let said = |scene: &Scene| scene.reader.thread(a).unwrap().unwrap();
    let last = said(&scene).messages.pop().unwrap();
    assert_eq!(last.attachments[0].name.raw(), "log.txt");
    assert_eq!(last.attachments[0].media_type.raw(), "text/plain");
    let bytes = scene.reader.attachment(last.attachments[0].id).unwrap();
    assert_eq!(bytes.as_deref(), Some(b"abc".as_slice()));
    let undone = scene.writer.undo(&agent("ana"), now()).unwrap().unwrap();
    assert_eq!(undone.text_back, Some((a, Visibility::Public)));
    let drafts = said(&scene).drafts;
    assert_eq!((drafts.len(), drafts[0].files.len()), (1, 1));
    let later = now() + TimeDelta::seconds(60);
    scene.writer.redo(&agent("ana"), later).unwrap().unwrap();
    let thread = said(&scene);
    assert!(thread.drafts.is_empty());
    assert_eq!(thread.messages.last().unwrap().body.raw(), "see the log");
    // It can be taken back as long as the first time.
    let again = scene.writer.next_not_before().unwrap();
    assert_eq!(again, Some(later + TimeDelta::seconds(10)));
}

#[test]
fn a_store_of_the_first_version_keeps_its_drafts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../../assets/migrations/001_base.sql"))
        .unwrap();
    old.execute_batch("INSERT INTO draft VALUES(7, 1, 'Dear Jan', 1000); PRAGMA user_version = 1")
        .unwrap();
    drop(old);
    Writer::open(&path, rules(), now()).unwrap();
    let drafts = Reader::open(&path).unwrap().drafts().unwrap();
    assert_eq!((drafts.len(), drafts[0].body.as_str()), (1, "Dear Jan"));
    assert_eq!(drafts[0].place(), (TicketId(7), Visibility::Public));
}

fn written(ticket: TicketId, body: &str) -> Draft {
    Draft {
        ticket,
        visibility: Visibility::Internal,
        body: body.into(),
        at: now(),
        files: Vec::new(),
    }
}

fn seen(ticket: TicketId, visibility: Visibility, texts: &[&str]) -> DraftSeen {
    DraftSeen {
        place: (ticket, visibility),
        texts: texts.iter().map(|t| written(ticket, t)).collect(),
    }
}

#[test]
fn what_two_write_in_one_draft_is_kept_until_both_have_seen_it() {
    let mut scene = Scene::with(60);
    let t = scene.id("T55");
    let mut save = |body: &str, known: &[&str]| {
        let seen = seen(t, Visibility::Internal, known);
        let kept = scene.writer.save_draft(written(t, body), &seen).unwrap();
        let stored = scene.reader.drafts_of(t).unwrap().pop();
        (kept, stored.map(|d| d.body).unwrap_or_default())
    };
    assert_eq!(save("AAA", &[""]), (Kept::Whole, "AAA".into()));
    assert_eq!(save("AAABBB", &["AAA"]), (Kept::Whole, "AAABBB".into()));
    let both = "AAABBB\n\nCCC";
    let joined = Kept::Joined(written(t, both));
    assert_eq!(save("AAACCC", &["AAA"]), (joined, both.into()));
    // Own saves that are not answered yet are no stranger's.
    assert_eq!(save("x", &[both, "later"]), (Kept::Whole, "x".into()));
    // Emptied here, written on there.
    let stays = Kept::Joined(written(t, "x"));
    assert_eq!(save("", &["y"]), (stays, "x".into()));
    let place = seen(t, Visibility::Internal, &["y"]);
    scene.writer.drop_draft(&place).unwrap();
    assert_eq!(scene.reader.drafts_of(t).unwrap().len(), 1);
    let place = seen(t, Visibility::Internal, &["x"]);
    scene.writer.drop_draft(&place).unwrap();
    assert!(scene.reader.drafts_of(t).unwrap().is_empty());
    // Sent or deleted there, still written here.
    let unseen = seen(t, Visibility::Internal, &["x"]);
    let again = scene.writer.save_draft(written(t, "x y"), &unseen).unwrap();
    assert_eq!(again, Kept::Again);
    // Sending takes what was seen, and nothing else.
    let say = Act::Say {
        message: MessageId(1 << 51),
        visibility: Visibility::Internal,
        body: Untrusted::new("x"),
        attachments: vec![],
    };
    scene
        .writer
        .commit_draft(&FromDraft {
            changes: vec![change(2, t, say)],
            draft_of: unseen,
        })
        .unwrap();
    assert_eq!(scene.reader.drafts_of(t).unwrap()[0].body, "x y");
}

#[test]
fn a_draft_that_another_window_has_sent_does_not_go_twice() {
    let mut scene = Scene::with(60);
    let t = scene.id("T55");
    let place = |texts: &[&str]| seen(t, Visibility::Internal, texts);
    scene
        .writer
        .save_draft(written(t, "once"), &place(&[""]))
        .unwrap();
    let say = |n: u64| Act::Say {
        message: MessageId((1 << 52) + i64::try_from(n).unwrap()),
        visibility: Visibility::Internal,
        body: Untrusted::new("once"),
        attachments: vec![],
    };
    let send = |n: u64| FromDraft {
        changes: vec![change(n, t, say(n))],
        draft_of: place(&["", "once"]),
    };
    scene.writer.commit_draft(&send(1)).unwrap();
    let why = scene.writer.commit_draft(&send(2)).unwrap_err();
    assert!(why.to_string().contains("sent this text already"), "{why}");
    let said = scene.reader.thread(t).unwrap().unwrap().messages;
    let said = said.iter().filter(|m| m.body.raw() == "once").count();
    assert_eq!(said, 1);
    // Written anew and never on disk, the same words go.
    let anew = FromDraft {
        draft_of: place(&[""]),
        ..send(3)
    };
    scene.writer.commit_draft(&anew).unwrap();
}

#[test]
fn a_file_that_has_moved_since_it_was_attached_is_named_and_nothing_is_sent() {
    let mut scene = Scene::with(60);
    let t = scene.id("T55");
    let say = Act::Say {
        message: MessageId(1 << 52),
        visibility: Visibility::Public,
        body: Untrusted::new("the notes"),
        attachments: vec![NewAttachment {
            name: Untrusted::new("notes.txt"),
            path: "/nowhere/notes.txt".into(),
            size: 3,
        }],
    };
    let why = scene.writer.commit(&[change(1, t, say)]).unwrap_err();
    assert_eq!(
        why.to_string(),
        "notes.txt is not there any more; Ctrl-o -notes.txt takes it off the text"
    );
    assert!(scene.reader.outbox().unwrap().is_empty());
}

#[test]
fn a_reply_and_the_end_of_its_draft_are_one_and_drafts_follow_a_merge() {
    let mut scene = Scene::with(60);
    let (a, b) = (scene.id("T55"), scene.id("T56"));
    for (t, body) in [(a, "one"), (b, "two")] {
        scene
            .writer
            .save_draft(written(t, body), &seen(t, Visibility::Internal, &[]))
            .unwrap();
    }
    scene
        .writer
        .commit(&[change(1, a, Act::Merge { into: b })])
        .unwrap();
    let thread = scene.reader.thread(b).unwrap().unwrap();
    assert_eq!(thread.drafts.len(), 1);
    assert_eq!(thread.drafts[0].body, "two\n\none");
    assert_eq!((thread.messages.len(), thread.merged.len()), (2, 1));
    let say = Act::Say {
        message: MessageId(1 << 50),
        visibility: Visibility::Public,
        body: Untrusted::new("giraffe"),
        attachments: vec![],
    };
    scene
        .writer
        .commit_draft(&FromDraft {
            changes: vec![change(2, b, say)],
            draft_of: seen(b, Visibility::Internal, &["two\n\none"]),
        })
        .unwrap();
    assert!(scene.reader.drafts().unwrap().is_empty());
    let found = listed(
        &scene.reader,
        &Query::all().and(Test::Text(Text::word("gira").unwrap())),
        Sort::Due,
        Anchor::First,
    );
    assert_eq!(found, vec![b]);
    assert_eq!(scene.reader.outbox().unwrap().len(), 2);
    // The text that was used there does not come home with the merge.
    for _ in 0..2 {
        scene.writer.undo(&agent("ana"), now()).unwrap();
    }
    let left = scene.reader.drafts().unwrap();
    let left: Vec<_> = left.iter().map(|d| (d.ticket, d.body.as_str())).collect();
    assert_eq!(left, [(b, "giraffe")]);
}

#[test]
fn import_again_changes_nothing_and_gives_the_lines_back() {
    let mut scene = Scene::with(50);
    let again: Vec<_> = (0..50).map(|i| ticket(i, 50)).collect();
    let out = scene.writer.import(&again, now()).unwrap();
    assert_eq!((out.added, out.unchanged), (0, 50));
    scene
        .writer
        .commit(&[change(
            1,
            scene.id("T7"),
            Act::AddLabel {
                label: "own".into(),
            },
        )])
        .unwrap();
    let mut other = again[7].clone();
    other.original.push(b' ');
    let mut fresh = again[8].clone();
    fresh.original.push(b' ');
    let out = scene.writer.import(&[other, fresh], now()).unwrap();
    assert_eq!((out.kept, out.updated), (1, 1));
    let mut lines = 0;
    scene
        .reader
        .export(&mut |r| {
            lines += 1;
            assert_eq!(r.touched, r.ticket.key.as_str() == "T7", "{}", r.ticket.key);
            assert!(r.original.is_some());
            true
        })
        .unwrap();
    assert_eq!(lines, 50);
}

#[test]
fn a_newer_file_is_refused_and_a_damaged_one_set_aside() {
    let scene = Scene::with(20);
    let path = scene.path();
    let folder = scene.folder;
    drop((scene.writer, scene.reader));
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    drop(raw);
    let e = Writer::open(&path, rules(), now()).unwrap_err();
    assert!(
        matches!(e, StoreError::NewerVersion { found: 99, .. }),
        "{e}"
    );
    std::fs::write(&path, b"this is no database at all, but it was somebody's and is longer than a header, which is a hundred bytes").unwrap();
    let opened = Writer::open(&path, rules(), now()).unwrap();
    let aside = opened.set_aside.unwrap();
    assert!(
        std::fs::read(&aside)
            .unwrap()
            .starts_with(b"this is no database")
    );
    assert!(opened.fresh);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    drop(folder);
}

#[test]
fn what_was_committed_is_there_after_the_end_without_goodbye() {
    let mut scene = Scene::with(20);
    let id = scene.id("T19");
    scene
        .writer
        .commit(&[change(
            1,
            id,
            Act::Assign {
                to: Some(agent("zoe")),
            },
        )])
        .unwrap();
    // A copy of the files as they lie, with the log not folded in: what a kill leaves.
    let copy = tempfile::tempdir().unwrap();
    for name in ["desk.db", "desk.db-wal"] {
        std::fs::copy(scene.folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let opened = Writer::open(&copy.path().join("desk.db"), rules(), now()).unwrap();
    assert_eq!(
        opened
            .writer
            .next_to_send(now() + TimeDelta::days(1))
            .unwrap()
            .len(),
        1
    );
    let reader = Reader::open(&copy.path().join("desk.db")).unwrap();
    assert_eq!(
        reader.ticket(id).unwrap().unwrap().assignee,
        Some(agent("zoe"))
    );
}

#[test]
fn the_outbox_sends_in_order_and_a_refusal_keeps_the_text() {
    let mut scene = Scene::with(60);
    let a = scene.id("T55");
    let before = scene.reader.ticket(a).unwrap().unwrap();
    let (c1, c2) = (
        change(1, a, Act::Status { to: Status::OnHold }),
        change(2, a, Act::AddLabel { label: "x".into() }),
    );
    scene.writer.commit(&[c1.clone(), c2.clone()]).unwrap();
    assert_eq!(scene.writer.next_to_send(now()).unwrap().len(), 1);
    assert!(
        scene
            .writer
            .begin(c1.id, &deskhand::domain::remote::Mark::default())
            .unwrap()
    );
    assert!(scene.writer.next_to_send(now()).unwrap().is_empty());
    scene
        .writer
        .refuse(c1.id, &Untrusted::new("no"), now())
        .unwrap();
    scene.writer.confirm(c2.id, None, now()).unwrap();
    let t = scene.reader.ticket(a).unwrap().unwrap();
    assert_eq!((t.status, t.waiting), (before.status, 0));
    assert!(t.labels.contains(&"x".to_owned()));
    let row = scene
        .reader
        .outbox()
        .unwrap()
        .into_iter()
        .find(|r| r.change.id == c1.id)
        .unwrap();
    assert_eq!(row.reason, Some(Untrusted::new("no")));
}

#[test]
fn the_audit_trail_takes_no_change_and_tells_of_one() {
    let mut scene = Scene::with(20);
    scene
        .writer
        .commit(&[change(1, scene.id("T19"), Act::Priority { to: None })])
        .unwrap();
    let raw = rusqlite::Connection::open(scene.path()).unwrap();
    assert!(raw.execute("UPDATE audit SET by = 'x'", []).is_err());
    assert!(raw.execute("DELETE FROM audit", []).is_err());
    raw.execute_batch("DROP TRIGGER audit_no_update; UPDATE audit SET by = 'x' WHERE seq = 1")
        .unwrap();
    assert_eq!(
        scene.reader.verify_audit().unwrap(),
        AuditVerdict::Broken(1)
    );
}

#[test]
fn the_next_most_urgent_is_mine_or_nobodys_and_awake() {
    let scene = Scene::with(400);
    let first = scene.reader.next_urgent(&asker(), &[]).unwrap().unwrap();
    let t = &first.ticket;
    assert!(t.status.is_live() && !t.status.is_waiting() && t.snoozed_until.is_none());
    assert!(t.assignee.is_none() || t.assignee == Some(agent("ana")));
    let second = scene
        .reader
        .next_urgent(&asker(), &[t.id])
        .unwrap()
        .unwrap();
    assert_ne!(second.ticket.id, t.id);
}

#[test]
fn what_falls_due_is_bounded_on_both_sides_of_now() {
    let mut scene = Scene::with(400);
    let until = now() + TimeDelta::days(20);
    let known = scene.reader.outlook(until, 1000, &asker()).unwrap().marks;
    // As somebody would have seen it when half of it was late.
    let half = Asker {
        now: known[known.len() / 2].at,
        ..asker()
    };
    let all = scene.reader.outlook(until, 1000, &half).unwrap();
    let late = all.marks.iter().filter(|m| m.at < half.now).count();
    let coming = all.marks.len() - late;
    assert!(late > 3 && coming > 3, "{late} late, {coming} to come");
    assert_eq!(all.late, Count::Exact(late as u64));
    assert!(!all.cut && all.marks.is_sorted_by_key(|m| m.at));
    // However many are late, what is to come is told too.
    let few = scene.reader.outlook(until, 3, &half).unwrap();
    assert_eq!(
        (few.marks.len(), few.late, few.cut),
        (6, Count::AtLeast(3), true)
    );
    assert_eq!(few.marks[..3], all.marks[..3]);
    assert_eq!(few.marks[3..], all.marks[late..late + 3]);
    // Looked at from later on, what sleeps until then has woken.
    let asleep = all.marks.last().unwrap().id;
    let act = Act::Snooze {
        until: Some(now() + TimeDelta::days(1)),
    };
    scene.writer.commit(&[change(1, asleep, act)]).unwrap();
    let sees = |asker: &Asker| {
        let marks = scene.reader.outlook(until, 1000, asker).unwrap().marks;
        marks.iter().any(|m| m.id == asleep)
    };
    assert!(!sees(&asker()));
    let later = Asker {
        now: now() + TimeDelta::days(1),
        ..asker()
    };
    assert!(sees(&later));
}

#[test]
fn what_approaches_is_each_ticket_once_with_the_warnings_that_were_given() {
    let mut scene = Scene::with(200);
    let list = |query: &str| ListRequest {
        query: Query::parse(query).unwrap(),
        sort: Sort::Due,
        anchor: Anchor::First,
        before: 0,
        after: 50,
    };
    let lists = [list("is:live due>0m"), list("is:live due>0m assignee:none")];
    let known = scene.reader.outlook(now(), 1000, &asker()).unwrap().marks;
    let asker = Asker {
        now: known[known.len() / 2].at,
        ..asker()
    };
    let found = scene.reader.approaching(&lists, &asker).unwrap();
    let ids: std::collections::BTreeSet<_> = found.tickets.iter().map(|t| t.id).collect();
    assert!(!ids.is_empty() && ids.len() == found.tickets.len());
    assert!(found.said.is_empty());
    // What cannot be read is as if nothing had been said.
    scene
        .writer
        .set_meta(deskhand::store::SAID, "no JSON")
        .unwrap();
    assert!(
        scene
            .reader
            .approaching(&lists, &asker)
            .unwrap()
            .said
            .is_empty()
    );
}

#[test]
fn what_waits_behind_an_earlier_change_arms_no_alarm() {
    let mut scene = Scene::with(60);
    let (a, b) = (scene.id("T55"), scene.id("T56"));
    let first = change(1, a, Act::Status { to: Status::OnHold });
    let mut second = change(2, a, Act::AddLabel { label: "x".into() });
    second.not_before = Some(now() + TimeDelta::seconds(10));
    scene.writer.commit(&[first.clone(), second]).unwrap();
    assert!(
        scene
            .writer
            .begin(first.id, &deskhand::domain::remote::Mark::default())
            .unwrap()
    );
    assert_eq!(scene.writer.next_not_before().unwrap(), None);
    let mut other = change(3, b, Act::AddLabel { label: "x".into() });
    other.not_before = Some(now() + TimeDelta::seconds(20));
    scene.writer.commit(std::slice::from_ref(&other)).unwrap();
    assert_eq!(scene.writer.next_not_before().unwrap(), other.not_before);
    scene.writer.confirm(first.id, None, now()).unwrap();
    assert_eq!(
        scene.writer.next_not_before().unwrap(),
        Some(now() + TimeDelta::seconds(10))
    );
}
