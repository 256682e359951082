//! A desk that chokes on one thing must not keep the rest away.

use std::sync::Mutex;

use deskhand::desk::{Answer, DeskError, Door, ErrorKind, Local, Prepared};
use deskhand::domain::Instant;
use deskhand::domain::reach::Abilities;
use deskhand::domain::remote::{
    Cursor, Gone, Mark, Outgoing, Pulled, Receipt, RemoteId, Said, Told,
};
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::TicketKey;
use deskhand::sync::stories::{Skip, texts};

use crate::store::remote::{Kept, said, told};
use crate::store::scene::now;

/// Tells texts in bulk, unless the entry `r7` is among them.
struct Choking(Mutex<usize>);

impl Door for Choking {
    fn abilities(&self) -> Abilities {
        Abilities {
            texts_in_bulk: true,
            ..Abilities::all()
        }
    }

    async fn texts(&self, entries: &[RemoteId], _now: Instant) -> Answer<Vec<(RemoteId, Said)>> {
        *self.0.lock().unwrap() += 1;
        if entries.iter().any(|e| e.0 == "r7") {
            return Err(DeskError {
                kind: ErrorKind::Odd,
                what: Untrusted::new("the desk failed (HTTP 500)"),
                hint: None,
                retry_at: None,
            });
        }
        let told = entries
            .iter()
            .map(|e| (e.clone(), (Untrusted::new("text"), Vec::new())));
        Ok(told.collect())
    }

    async fn pull(&self, from: Option<&Cursor>, now: Instant) -> Answer<Pulled> {
        Local::new().pull(from, now).await
    }

    async fn story(&self, key: &TicketKey, now: Instant) -> Answer<Result<Told, Gone>> {
        Local::new().story(key, now).await
    }

    async fn file(&self, file: &RemoteId, now: Instant) -> Answer<Vec<u8>> {
        Local::new().file(file, now).await
    }

    async fn prepare(&self, out: &Outgoing, now: Instant) -> Answer<Prepared> {
        Local::new().prepare(out, now).await
    }

    async fn send(&self, out: &Outgoing, mark: &Mark, now: Instant) -> Answer<Receipt> {
        Local::new().send(out, mark, now).await
    }

    async fn look_up(&self, out: &Outgoing, mark: &Mark, now: Instant) -> Answer<Option<Receipt>> {
        Local::new().look_up(out, mark, now).await
    }
}

#[tokio::test]
async fn a_text_that_the_desk_chokes_on_is_the_only_one_that_stays_away() {
    let mut kept = Kept::new();
    let all: Vec<_> = (1..=20)
        .map(|n| said(&format!("r{n}"), n, "jan", None))
        .collect();
    kept.keep(vec![told("T1", None, all)]);
    let desk = Choking(Mutex::default());
    let mut skip = Skip::default();
    let mut rounds = 0;
    loop {
        let ledger = Mutex::new(&mut kept.scene.writer);
        let got = texts(&ledger, &desk, &skip, now()).await.unwrap();
        assert_eq!(got.trouble, None);
        if got.told + got.missing.len() == 0 {
            break;
        }
        skip.entries.extend(got.missing);
        rounds += 1;
        assert!(rounds < 20);
    }
    let lacking = kept.scene.writer.lacking(99).unwrap();
    assert_eq!(lacking, [RemoteId("r7".into())]);
    assert!(*desk.0.lock().unwrap() < 20);
}
