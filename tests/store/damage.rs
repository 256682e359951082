//! Files that are not what they should be: every start ends in a sentence, and by the
//! second one there is a store to work with.

use std::path::Path;

use deskhand::domain::change::Act;
use deskhand::domain::list::{Anchor, ListRequest, Sort};
use deskhand::domain::query::Query;
use deskhand::domain::ticket::Priority;
use deskhand::store::{Reader, StoreError, Writer};

use super::scene::*;

/// Uses all of a store; what went wrong first.
fn use_it(path: &Path) -> Result<Option<std::path::PathBuf>, StoreError> {
    let mut opened = Writer::open(path, rules(), now())?;
    if opened.fresh {
        opened.writer.import(&[ticket(1, 2)], now())?;
    }
    let reader = Reader::open(path)?;
    let mut first = None;
    for text in [
        "",
        "cannot",
        "is:live",
        "requester:jan",
        "label:vpn",
        "tenant:vu",
    ] {
        for (sort, _) in Sort::ALL {
            let req = ListRequest {
                query: Query::parse(text).unwrap(),
                sort: *sort,
                anchor: Anchor::First,
                before: 0,
                after: 500,
            };
            let page = reader.list(&req, &asker())?;
            first = first.or(page.rows.first().map(|r| r.ticket.id));
        }
    }
    let mut ids = Vec::new();
    reader.export(&mut |r| {
        ids.push(r.ticket.id);
        true
    })?;
    for id in ids {
        reader.thread(id)?;
        reader.history(id)?;
    }
    reader.next_urgent(&asker(), &[])?;
    reader.outbox()?;
    reader.drafts()?;
    reader.vocabulary(now())?;
    reader.verify_audit()?;
    if let Some(id) = first {
        let seed = opened.writer.outbox_counts()?.open + 77;
        let act = Act::Priority {
            to: Some(Priority::P2),
        };
        opened.writer.commit(&[change(seed, id, act)])?;
        opened.writer.undo(&agent("ana"), now())?;
    }
    opened.writer.wake_snoozed(now())?;
    Ok(opened.set_aside)
}

#[test]
fn whatever_page_is_overwritten_a_usable_store_is_there_by_the_second_start() {
    let scene = Scene::with(40);
    let source = scene.path();
    let folder = scene.folder;
    drop(scene.reader);
    drop(scene.writer);
    let whole = std::fs::read(&source).unwrap();
    let pages = whole.len() / 4096;
    assert!(pages > 60, "{pages}");
    let mut told = 0;
    for page in (0..pages).step_by(3) {
        for (from, junk) in [(0, 0xA5_u8), (2048, 0x00)] {
            let path = folder.path().join(format!("hurt-{page}-{from}.db"));
            let mut bytes = whole.clone();
            let at = page * 4096 + from;
            bytes[at..page * 4096 + 4096].fill(junk);
            std::fs::write(&path, &bytes).unwrap();
            let first = use_it(&path);
            if let Err(e) = first {
                told += 1;
                let sentence = e.to_string();
                assert!(sentence.contains("; "), "{page} {from}: {sentence}");
            }
            let again = use_it(&path);
            assert!(again.is_ok(), "{page} {from}: {}", again.unwrap_err());
            // Set aside or used: the bytes are still somebody's.
            let kept = std::fs::read_dir(folder.path())
                .unwrap()
                .filter_map(|f| f.ok()?.file_name().into_string().ok())
                .filter(|n| n.starts_with(&format!("hurt-{page}-{from}.db")))
                .filter(|n| !n.ends_with("-wal") && !n.ends_with("-shm"))
                .count();
            assert!(kept >= 1);
        }
    }
    assert!(told > 10, "{told}");
}

#[test]
fn a_reader_takes_only_files_of_its_own_form() {
    let scene = Scene::with(5);
    let path = scene.path();
    let _folder = scene.folder;
    drop((scene.writer, scene.reader));
    for (version, wanted) in [(99, "newer Deskhand"), (1, "older Deskhand")] {
        let raw = rusqlite::Connection::open(&path).unwrap();
        raw.pragma_update(None, "user_version", version).unwrap();
        drop(raw);
        let e = Reader::open(&path).unwrap_err().to_string();
        assert!(e.contains(wanted) && e.contains("; "), "{e}");
    }
}

/// A newer request interrupts an older one at any moment, also while a fresh connection
/// opens its full-text index: that is no damage.
#[test]
fn an_interrupted_search_is_never_taken_for_damage() {
    let scene = Scene::with(300);
    let path = scene.path();
    let query = Query::text("cannot");
    // Later and later within the first request of a connection.
    for spins in (0..20_000).step_by(10) {
        let reader = Reader::open(&path).unwrap();
        let handle = reader.interrupter();
        let (go, wait) = std::sync::mpsc::channel();
        let nagging = std::thread::spawn(move || {
            wait.recv().unwrap();
            for _ in 0..spins {
                std::hint::spin_loop();
            }
            handle.interrupt();
        });
        go.send(()).unwrap();
        match reader.counts(std::slice::from_ref(&query), &asker()) {
            Ok(_) | Err(StoreError::Interrupted) => {}
            Err(e) => panic!("{e}"),
        }
        nagging.join().unwrap();
    }
    assert!(Reader::open(&path).is_ok(), "nothing was noted against it");
}
