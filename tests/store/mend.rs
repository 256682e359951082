//! What is put right again: an index that is hurt, and what an undo leaves behind.

use std::path::{Path, PathBuf};

use deskhand::domain::change::{Act, BatchId, Change, LinkKind};
use deskhand::domain::import::NewTicket;
use deskhand::domain::knowledge::{Article, ArticleKey};
use deskhand::domain::list::{Anchor, ListRequest, Sort};
use deskhand::domain::query::Query;
use deskhand::domain::report::{Draft as Said, Kept, ReportId};
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{Draft, DraftSeen, MessageId, Visibility};
use deskhand::domain::ticket::{Kind, Priority, Status, TicketId};
use deskhand::store::{self, Opened, Reader, StoreError, Writer};
use uuid::Uuid;

use super::scene::*;

/// Fills the pages of a table and its indexes, all but the first, with what looks like chance.
fn hurt(path: &Path, table: &str) {
    let raw = rusqlite::Connection::open(path).unwrap();
    raw.pragma_update(None, "journal_mode", "DELETE").unwrap();
    let pages: Vec<i64> = raw
        .prepare("SELECT pageno FROM dbstat WHERE name = ?1 ORDER BY pageno")
        .and_then(|mut s| s.query_map([table], |r| r.get(0))?.collect())
        .unwrap_or_default();
    let root: i64 = raw
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = ?1",
            [table],
            |r| r.get(0),
        )
        .unwrap();
    drop(raw);
    let mut bytes = std::fs::read(path).unwrap();
    let at = |page: i64| (page as usize - 1) * 4096;
    for page in pages.iter().skip(1).take(2).chain([&root]) {
        for (i, b) in bytes[at(*page)..at(*page) + 4096].iter_mut().enumerate() {
            *b = mix(i as u64) as u8;
        }
    }
    std::fs::write(path, &bytes).unwrap();
}

fn found(path: &Path, text: &str) -> usize {
    let req = ListRequest {
        query: Query::parse(text).unwrap(),
        sort: Sort::Age,
        anchor: Anchor::First,
        before: 0,
        after: 5000,
    };
    let reader = Reader::open(path).unwrap();
    reader.list(&req, &asker()).unwrap().rows.len()
}

/// Writes a draft over the one that is there, having seen it.
fn put(scene: &mut Scene, draft: Draft) {
    let mut texts = scene.reader.drafts().unwrap();
    texts.retain(|d| d.place() == draft.place());
    let place = draft.place();
    scene
        .writer
        .save_draft(draft, &DraftSeen { place, texts })
        .unwrap();
}

/// A store with work in it, closed.
fn worked() -> (tempfile::TempDir, PathBuf) {
    let mut scene = Scene::with(400);
    let (path, id) = (scene.path(), scene.id("T390"));
    let deeds = [change(1, id, say(1, Visibility::Internal, "giraffe"))];
    scene.writer.commit(&deeds).unwrap();
    put(&mut scene, draft(id, Visibility::Public, "zebra"));
    let key = ArticleKey::parse("okapi").unwrap();
    let article = Article::new(
        key,
        Untrusted::new("Okapi"),
        Untrusted::new("stripes"),
        now(),
    );
    scene
        .writer
        .put_articles(&[article], &agent("ana"), now())
        .unwrap();
    let Scene {
        folder,
        writer,
        reader,
    } = scene;
    drop((writer, reader));
    (folder, path)
}

fn open(path: &Path) -> Opened {
    Writer::open(path, rules(), now()).unwrap()
}

#[test]
fn an_index_of_words_that_is_hurt_is_made_anew_and_nothing_is_lost() {
    for table in [
        "words_data",
        "words_idx",
        "words_config",
        "words_docsize",
        "words_article_data",
    ] {
        let (_folder, path) = worked();
        let before = [found(&path, "cannot"), found(&path, "is:live")];
        hurt(&path, table);
        assert!(store::check(&path).unwrap().is_some(), "{table}");
        let noted = store::health(&path).unwrap().noted;
        assert!(noted.is_some(), "{table}: the next to open it looks");
        let mut opened = open(&path);
        assert!(opened.mended && !opened.fresh, "{table}");
        let news = opened.news().unwrap();
        assert!(
            news.contains("search index") && news.contains("all there"),
            "{news}"
        );
        assert!(
            opened.set_aside.as_ref().unwrap().is_file(),
            "never deleted"
        );
        assert_eq!([found(&path, "cannot"), found(&path, "is:live")], before);
        assert_eq!(found(&path, "giraffe"), 1);
        let reader = Reader::open(&path).unwrap();
        assert_eq!(reader.drafts().unwrap()[0].body, "zebra");
        assert_eq!(reader.outbox().unwrap().len(), 1);
        assert_eq!(reader.find_articles("stripes", 5).unwrap().len(), 1);
        assert!(opened.writer.undo(&agent("ana"), now()).unwrap().is_some());
        drop((reader, opened));
        assert_eq!(store::check(&path).unwrap(), None);
        assert_eq!(open(&path).news(), None, "told once");
    }
}

#[test]
fn what_cannot_be_derived_is_set_aside_as_it_was() {
    let (_folder, path) = worked();
    hurt(&path, "message");
    assert!(store::check(&path).unwrap().is_some());
    let opened = open(&path);
    assert!(opened.fresh && !opened.mended);
    assert!(opened.news().unwrap().contains("a new one begun"));
    assert!(opened.set_aside.unwrap().is_file());
}

fn say(n: i64, visibility: Visibility, body: &str) -> Act {
    Act::Say {
        message: MessageId((1 << 50) + n),
        visibility,
        body: Untrusted::new(body),
        attachments: vec![],
    }
}

fn draft(ticket: TicketId, visibility: Visibility, body: &str) -> Draft {
    Draft {
        ticket,
        visibility,
        body: body.into(),
        at: now(),
        files: vec![],
    }
}

fn drafts(scene: &Scene, of: TicketId) -> Vec<String> {
    let all = scene.reader.drafts_of(of).unwrap();
    all.into_iter().map(|d| d.body).collect()
}

/// A ticket with both drafts is merged, and that taken back; what the other one holds then.
fn merged_and_back(there: &str, then: impl Fn(&str) -> String) -> Vec<String> {
    let mut scene = Scene::with(60);
    let (a, b) = (scene.id("T55"), scene.id("T56"));
    for d in [
        draft(a, Visibility::Public, "Dear Jan"),
        draft(a, Visibility::Internal, "ask Bo"),
        draft(b, Visibility::Internal, there),
    ] {
        put(&mut scene, d);
    }
    let merge = change(1, a, Act::Merge { into: b });
    scene.writer.commit(&[merge]).unwrap();
    let body = then(&drafts(&scene, b)[0]);
    put(&mut scene, draft(b, Visibility::Internal, &body));
    scene.writer.undo(&agent("ana"), now()).unwrap();
    assert_eq!(drafts(&scene, a), ["Dear Jan", "ask Bo"]);
    drafts(&scene, b)
}

#[test]
fn a_merge_that_is_taken_back_leaves_no_copy_of_the_drafts() {
    let same = str::to_owned;
    assert_eq!(merged_and_back("", same), Vec::<String>::new());
    assert_eq!(merged_and_back("mine", same), ["mine"]);
    assert_eq!(merged_and_back("Dear Jan", same), ["Dear Jan"]);
    let behind = |t: &str| format!("{t}\n\nand more");
    assert_eq!(merged_and_back("", behind), ["and more"]);
    assert_eq!(merged_and_back("mine", behind), ["mine\n\nand more"]);
    let before = |t: &str| format!("first\n\n{t}");
    assert_eq!(merged_and_back("mine", before), ["first\n\nmine"]);
    let inside = |t: &str| t.replace("ask Bo", "ask Bo and Cem");
    assert_eq!(merged_and_back("mine", inside), ["mine\n\nask Bo and Cem"]);
}

#[test]
fn the_note_of_the_gate_goes_with_the_resolve_and_is_no_draft() {
    let mut scene = Scene::with(60);
    let id = scene.id("T55");
    let batch = |n: u64, act: Act, of: BatchId| Change {
        batch: of,
        ..change(n, id, act)
    };
    let of = change(1, id, Act::Merge { into: id }).batch;
    let note = "Resolved past the gate: told by phone";
    let both = [
        batch(
            1,
            Act::Status {
                to: Status::Resolved,
            },
            of,
        ),
        batch(2, say(1, Visibility::Internal, note), of),
    ];
    put(&mut scene, draft(id, Visibility::Internal, "mine"));
    scene.writer.commit(&both).unwrap();
    let undone = scene.writer.undo(&agent("ana"), now()).unwrap().unwrap();
    assert_eq!((undone.done, undone.text_back), (2, None));
    assert_eq!(drafts(&scene, id), ["mine"]);
    scene.writer.redo(&agent("ana"), now()).unwrap().unwrap();
    let said = scene.reader.thread(id).unwrap().unwrap().messages;
    assert_eq!(said.last().unwrap().body.raw(), note);
    scene.writer.undo(&agent("ana"), now()).unwrap().unwrap();
    // Words that a person wrote come back, whatever they begin with.
    let own = [change(9, id, say(9, Visibility::Internal, note))];
    scene.writer.commit(&own).unwrap();
    scene.writer.undo(&agent("ana"), now()).unwrap().unwrap();
    assert_eq!(drafts(&scene, id), [format!("mine\n\n{note}")]);
}

fn why(done: Result<impl std::fmt::Debug, StoreError>) -> String {
    match done {
        Err(StoreError::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_ticket_that_was_merged_is_left_alone_and_the_other_is_named() {
    let mut scene = Scene::with(60);
    let (a, b, c) = (scene.id("T55"), scene.id("T56"), scene.id("T57"));
    let merge = change(1, a, Act::Merge { into: b });
    scene.writer.commit(&[merge]).unwrap();
    for act in [
        say(1, Visibility::Internal, "lost there"),
        Act::Priority {
            to: Some(Priority::P1),
        },
        Act::Assign {
            to: Some(agent("ana")),
        },
        Act::AddLabel {
            label: "vpn".into(),
        },
        Act::Snooze { until: Some(now()) },
        Act::Link {
            to: c,
            kind: LinkKind::Related,
        },
        Act::Subject {
            to: Untrusted::new("another"),
        },
        Act::Split {
            subject: Untrusted::new("apart"),
            messages: vec![],
            new: None,
        },
        Act::Merge { into: c },
        Act::Status { to: Status::Open },
    ] {
        let said = why(scene.writer.commit(&[change(5, a, act)]));
        assert!(said.contains("T55 was merged into T56"), "{said}");
    }
    assert!(why(scene.writer.mark_unread(&[a])).contains("T56"));
    scene.writer.mark_read(&[a]).unwrap();
    scene.writer.undo(&agent("ana"), now()).unwrap().unwrap();
    assert_eq!(scene.reader.ticket(a).unwrap().unwrap().merged_into, None);
}

#[test]
fn a_ticket_has_a_subject_that_can_be_seen() {
    let mut scene = Scene::with(60);
    let id = scene.id("T55");
    for nothing in ["", "  ", "\n\t"] {
        let subject = Untrusted::new(nothing);
        let split = Act::Split {
            subject: subject.clone(),
            messages: vec![],
            new: None,
        };
        for act in [split, Act::Subject { to: subject }] {
            let said = why(scene.writer.commit(&[change(5, id, act)]));
            assert!(said.contains("needs a subject"), "{said}");
        }
    }
}

#[test]
fn the_timeline_names_the_other_ticket() {
    let mut scene = Scene::with(60);
    let (a, b) = (scene.id("T55"), scene.id("T56"));
    let merge = change(1, a, Act::Merge { into: b });
    scene.writer.commit(std::slice::from_ref(&merge)).unwrap();
    scene.writer.confirm(merge.id, None, now()).unwrap();
    scene.writer.undo(&agent("ana"), now()).unwrap();
    let split = Act::Split {
        subject: Untrusted::new("apart"),
        messages: vec![],
        new: None,
    };
    let made = scene.writer.commit(&[change(3, a, split)]).unwrap().made;
    let key = scene.reader.ticket(made[0]).unwrap().unwrap().key;
    let thread = scene.reader.thread(a).unwrap().unwrap();
    let mut told: Vec<_> = thread
        .timeline
        .iter()
        .map(|e| {
            let raw = |v: &Option<Untrusted>| v.as_ref().map_or("-", |u| u.raw()).to_owned();
            format!("{} {} {}", e.field, raw(&e.old), raw(&e.new))
        })
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            "merge - T56".to_owned(),
            "merge T56 -".into(),
            format!("split - {key}")
        ]
    );
}

fn begun(ticket: Option<TicketId>) -> Kept {
    Kept::new(ReportId(Uuid::from_u128(7)), ticket, now(), agent("ana"))
}

#[test]
fn a_report_goes_with_its_ticket() {
    let mut scene = Scene::with(60);
    let a = scene.id("T55");
    let split = Act::Split {
        subject: Untrusted::new("apart"),
        messages: vec![],
        new: None,
    };
    let made = scene.writer.commit(&[change(3, a, split)]).unwrap().made;
    let report = begun(Some(made[0]));
    let nothing = Said::default();
    scene.writer.keep_report(&report, &nothing).unwrap();
    scene.writer.undo(&agent("ana"), now()).unwrap().unwrap();
    assert!(scene.reader.ticket(made[0]).unwrap().is_none());
    assert!(scene.reader.report(made[0]).unwrap().is_none());
    assert!(scene.reader.latest_reports(9).unwrap().is_empty());
}

#[test]
fn a_report_that_becomes_a_ticket_keeps_what_another_window_wrote() {
    let mut scene = Scene::with(60);
    let nothing = Said::default();
    let mut mine = begun(None);
    mine.draft.expected = Untrusted::new("a desktop");
    let mut theirs = begun(None);
    theirs.draft.tried = Untrusted::new("another browser");
    scene.writer.keep_report(&theirs, &nothing).unwrap();
    let new = NewTicket {
        subject: Untrusted::new("grey"),
        body: Untrusted::new("a desktop"),
        requester: None,
        tenant: None,
        workspace: None,
        kind: Kind::Problem,
        priority: None,
        assignee: None,
        labels: Vec::new(),
    };
    let by = agent("ana");
    let made = scene
        .writer
        .create_reported(&new, (&mine, &nothing), &by, now());
    let kept = scene.reader.report(made.unwrap().id).unwrap().unwrap();
    assert_eq!(kept.draft.expected.raw(), "a desktop");
    assert_eq!(kept.draft.tried.raw(), "another browser");
}
