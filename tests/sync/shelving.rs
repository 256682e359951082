//! A desk with articles, and a process that dies at any step on the way there: what is sent arrives
//! once, what is told is here once, and nothing that somebody has written is lost.

use std::future::pending;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use deskhand::desk::{Answer, DeskError, Door, ErrorKind, Local, Prepared};
use deskhand::domain::Instant;
use deskhand::domain::calendar::Calendar;
use deskhand::domain::knowledge::{
    Article, ArticleKey, Form, Going, GoingStage, Met, OutgoingArticle, PulledArticles, ToldArticle,
};
use deskhand::domain::people::AgentId;
use deskhand::domain::reach::Abilities;
use deskhand::domain::remote::{Cursor, Gone, Mark, Outgoing, Pulled, Receipt, RemoteId, Told};
use deskhand::domain::sla::Policy;
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::TicketKey;
use deskhand::store::{Reader, Remembered, Rules, StoreError, Writer};
use deskhand::sync::{Ledger, Shelved, ask_articles, send_articles};
use tokio::sync::Notify;

fn now() -> Instant {
    "2026-11-24T09:00:00Z".parse().unwrap()
}

fn later(minutes: i64) -> Instant {
    now() + TimeDelta::minutes(minutes)
}

fn me() -> AgentId {
    AgentId::parse("sam").unwrap()
}

fn key(name: &str) -> ArticleKey {
    ArticleKey::parse(name).unwrap()
}

/// An article as the desk has it.
#[derive(Debug, Clone)]
struct Row {
    id: u64,
    title: String,
    text: String,
    edits: u32,
    deleted: bool,
}

/// How the desk answers what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Mood {
    #[default]
    Fair,
    /// It takes it, and the answer is lost.
    Deaf,
    /// It has no right for us.
    Strict,
    /// It cannot be reached.
    Away,
}

/// A desk with articles, two on a page.
#[derive(Default)]
struct Shelf {
    rows: Mutex<Vec<Row>>,
    mood: Mutex<Mood>,
    asked: AtomicUsize,
}

fn fails(kind: ErrorKind) -> DeskError {
    DeskError {
        kind,
        what: Untrusted::new("so it is"),
        hint: None,
        retry_at: None,
    }
}

impl Shelf {
    fn add(&self, title: &str, text: &str) -> u64 {
        let mut rows = self.rows.lock().unwrap();
        let id = u64::try_from(rows.len()).unwrap() + 1;
        rows.push(Row {
            id,
            title: title.into(),
            text: text.into(),
            edits: 0,
            deleted: false,
        });
        id
    }

    fn change(&self, id: u64, text: &str) {
        let mut rows = self.rows.lock().unwrap();
        let row = rows.iter_mut().find(|r| r.id == id).unwrap();
        (row.text, row.edits) = (text.into(), row.edits + 1);
    }

    fn delete(&self, id: u64) {
        let mut rows = self.rows.lock().unwrap();
        rows.iter_mut().find(|r| r.id == id).unwrap().deleted = true;
    }

    fn be(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn texts(&self) -> Vec<(String, String)> {
        let rows = self.rows.lock().unwrap();
        rows.iter()
            .map(|r| (r.title.clone(), r.text.clone()))
            .collect()
    }

    fn told(row: &Row) -> ToldArticle {
        ToldArticle {
            id: RemoteId(row.id.to_string()),
            title: Untrusted::new(row.title.as_str()),
            text: Untrusted::new(row.text.as_str()),
            form: Form::of(&row.text),
            category: Some(Untrusted::new("Help")),
            summary: None,
            address: Some(Untrusted::new(format!("https://desk.example/{}", row.id))),
            is_published: true,
            updated: now(),
            version: row.edits.to_string(),
        }
    }
}

impl Door for Shelf {
    fn abilities(&self) -> Abilities {
        Abilities {
            articles: true,
            ..Abilities::all()
        }
    }

    async fn articles(&self, from: Option<&Cursor>, _now: Instant) -> Answer<PulledArticles> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if *self.mood.lock().unwrap() == Mood::Away {
            return Err(fails(ErrorKind::Unreachable));
        }
        let after: u64 = from.and_then(|c| c.0.parse().ok()).unwrap_or(0);
        let rows = self.rows.lock().unwrap();
        let page: Vec<&Row> = rows.iter().filter(|r| r.id > after).take(2).collect();
        let more = page.len() == 2;
        let next = page.last().filter(|_| more).map_or(0, |r| r.id);
        Ok(PulledArticles {
            told: page
                .iter()
                .filter(|r| !r.deleted)
                .map(|r| Self::told(r))
                .collect(),
            gone: page
                .iter()
                .filter(|r| r.deleted)
                .map(|r| RemoteId(r.id.to_string()))
                .collect(),
            cursor: Cursor(next.to_string()),
            more,
        })
    }

    async fn meet_article(&self, out: &OutgoingArticle, _now: Instant) -> Answer<Met> {
        if *self.mood.lock().unwrap() == Mood::Away {
            return Err(fails(ErrorKind::Unreachable));
        }
        let rows = self.rows.lock().unwrap();
        let found = rows.iter().find(|r| match &out.over {
            Some(over) => r.id.to_string() == over.id.0,
            None => r.title == out.title.raw(),
        });
        let told = found.map(Self::told);
        Ok(match (told, &out.over) {
            (Some(told), _) if out.is_so(&told) => Met::There(Box::new(told)),
            (Some(told), Some(over)) if told.version != over.version => {
                Met::Changed(Box::new(told))
            }
            (Some(_), None) => return Err(fails(ErrorKind::Refused)),
            _ => Met::Free(Mark::default()),
        })
    }

    async fn put_article(
        &self,
        out: &OutgoingArticle,
        _mark: &Mark,
        _now: Instant,
    ) -> Answer<ToldArticle> {
        let mood = *self.mood.lock().unwrap();
        if mood == Mood::Strict {
            return Err(fails(ErrorKind::Refused));
        }
        let text = Form::Html.write(out.body.raw());
        let id = match &out.over {
            Some(over) => {
                let id = over.id.0.parse().unwrap();
                self.change(id, &text);
                id
            }
            // This desk would make it twice, if it were asked twice.
            None => self.add(out.title.raw(), &text),
        };
        if mood == Mood::Deaf {
            return Err(fails(ErrorKind::Unreachable));
        }
        let rows = self.rows.lock().unwrap();
        Ok(Self::told(rows.iter().find(|r| r.id == id).unwrap()))
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

/// A life that ends at one step: whatever is awaited then is never heard of again.
struct Life {
    step: AtomicUsize,
    ends: usize,
    over: Notify,
}

impl Life {
    async fn step(&self) {
        if self.step.fetch_add(1, Ordering::SeqCst) == self.ends {
            self.over.notify_one();
            pending::<()>().await;
        }
    }
}

/// Dies before or after what is done by it.
struct Mortal<'a, T>(&'a T, &'a Life);

impl<T: Ledger> Ledger for Mortal<'_, T> {
    async fn with<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Writer) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        self.1.step().await;
        let done = self.0.with(job).await;
        self.1.step().await;
        done
    }
}

macro_rules! mortal {
    ($self:ident, $call:expr) => {{
        $self.1.step().await;
        let done = $call.await;
        $self.1.step().await;
        done
    }};
}

impl Door for Mortal<'_, Shelf> {
    fn abilities(&self) -> Abilities {
        self.0.abilities()
    }

    async fn articles(&self, from: Option<&Cursor>, now: Instant) -> Answer<PulledArticles> {
        mortal!(self, self.0.articles(from, now))
    }

    async fn meet_article(&self, out: &OutgoingArticle, now: Instant) -> Answer<Met> {
        mortal!(self, self.0.meet_article(out, now))
    }

    async fn put_article(
        &self,
        out: &OutgoingArticle,
        mark: &Mark,
        now: Instant,
    ) -> Answer<ToldArticle> {
        mortal!(self, self.0.put_article(out, mark, now))
    }

    async fn pull(&self, from: Option<&Cursor>, now: Instant) -> Answer<Pulled> {
        self.0.pull(from, now).await
    }

    async fn story(&self, key: &TicketKey, now: Instant) -> Answer<Result<Told, Gone>> {
        self.0.story(key, now).await
    }

    async fn file(&self, file: &RemoteId, now: Instant) -> Answer<Vec<u8>> {
        self.0.file(file, now).await
    }

    async fn prepare(&self, out: &Outgoing, now: Instant) -> Answer<Prepared> {
        self.0.prepare(out, now).await
    }

    async fn send(&self, out: &Outgoing, mark: &Mark, now: Instant) -> Answer<Receipt> {
        self.0.send(out, mark, now).await
    }

    async fn look_up(&self, out: &Outgoing, mark: &Mark, now: Instant) -> Answer<Option<Receipt>> {
        self.0.look_up(out, mark, now).await
    }
}

/// A machine and a desk.
struct World {
    folder: tempfile::TempDir,
    desk: Shelf,
}

impl World {
    fn new() -> Self {
        let world = Self {
            folder: tempfile::tempdir().unwrap(),
            desk: Shelf::default(),
        };
        drop(world.writer());
        world
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("desk.db")
    }

    fn writer(&self) -> Writer {
        open(&self.path())
    }

    fn all(&self) -> Vec<Article> {
        Reader::open(&self.path()).unwrap().articles().unwrap()
    }

    fn article(&self, name: &str) -> Article {
        let found = Reader::open(&self.path()).unwrap().article(&key(name));
        found.unwrap().unwrap_or_else(|| panic!("{name} is here"))
    }

    /// Sends, then asks.
    async fn sync(&self, at: Instant) -> Shelved {
        let mut writer = self.writer();
        let ledger = Mutex::new(&mut writer);
        let sent = send_articles(&ledger, &self.desk, at).await.unwrap();
        let mut done = ask_articles(&ledger, &self.desk, true, at).await.unwrap();
        (done.sent, done.refused, done.conflicts) = (sent.sent, sent.refused, sent.conflicts);
        done.again = sent.again;
        done.trouble = sent.trouble.or(done.trouble);
        done
    }

    /// A process that sends and asks until it dies; how many steps it lived.
    async fn live(&self, ends: usize, at: Instant) -> usize {
        let life = Life {
            step: AtomicUsize::new(0),
            ends,
            over: Notify::new(),
        };
        let mut writer = self.writer();
        let ledger = Mutex::new(&mut writer);
        let (ledger, desk) = (Mortal(&ledger, &life), Mortal(&self.desk, &life));
        let work = async {
            send_articles(&ledger, &desk, at).await.unwrap();
            ask_articles(&ledger, &desk, true, at).await.unwrap();
        };
        tokio::select! {
            () = work => {}
            () = life.over.notified() => {}
        }
        life.step.load(Ordering::SeqCst)
    }

    fn draft(&self, title: &str, body: &str) -> ArticleKey {
        let wanted = ArticleKey::of_title(title).unwrap();
        let mut new = Article::new(wanted, Untrusted::new(title), Untrusted::new(body), now());
        new.is_draft = true;
        self.writer().add_article(&new, &me(), now()).unwrap().key
    }

    fn correction(&self, of: &str, body: &str) -> ArticleKey {
        let new = self.article(of).correction(Untrusted::new(body), now());
        self.writer().add_article(&new, &me(), now()).unwrap().key
    }

    /// Publishes as the person who has seen what is here now.
    fn publish(&self, draft: &ArticleKey, until: Option<Instant>) {
        let of = self.article(draft.as_str()).corrects;
        let of = of.map(|of| self.article(of.as_str()));
        let over = of.and_then(|of| Some(of.desk?.version));
        let going = Going {
            over,
            ..Going::begins(until, None)
        };
        self.writer()
            .change_article(draft, &me(), now(), "to send", |a| a.going = Some(going))
            .unwrap()
            .unwrap();
    }
}

fn open(path: &Path) -> Writer {
    let rules = Rules {
        policy: Policy::mydre(),
        calendar: Calendar::standard(),
        me: me(),
    };
    Writer::open(path, rules, now()).unwrap().writer
}

#[tokio::test]
async fn killed_at_any_step_everything_is_there_once_and_here_once() {
    for mood in [Mood::Fair, Mood::Deaf] {
        let mut ends = 0;
        loop {
            let world = World::new();
            world.desk.add("One", "<p>First.</p>");
            world.desk.add("Two", "Second.");
            world.sync(now()).await;
            let new = world.draft("A new one", "# A new one\n\nNew words.\n");
            let correction = world.correction("two", "Second, *mended*.\n");
            world.publish(&new, None);
            world.publish(&correction, None);
            world.desk.be(mood);
            let lived = world.live(ends, now()).await;
            world.desk.be(Mood::Fair);
            // The next processes find out what became of it.
            world.sync(later(1)).await;
            world.sync(later(2)).await;

            let there = world.desk.texts();
            assert_eq!(
                there
                    .iter()
                    .map(|(title, _)| title.as_str())
                    .collect::<Vec<_>>(),
                ["One", "Two", "A new one"],
                "killed at step {ends}, {mood:?}"
            );
            assert_eq!(there[1].1, "<p>Second, <em>mended</em>.</p>");
            let rows = world.desk.rows.lock().unwrap().clone();
            assert_eq!(rows[1].edits, 1, "killed at step {ends}, {mood:?}");
            let here = world.all();
            assert_eq!(here.len(), 3, "killed at step {ends}, {mood:?}: {here:#?}");
            assert!(here.iter().all(|a| a.going.is_none() && !a.is_draft));
            let ids: Vec<_> = here.iter().map(|a| &a.desk.as_ref().unwrap().id).collect();
            assert!(
                ids.iter()
                    .all(|id| ids.iter().filter(|i| i == &id).count() == 1)
            );
            if lived <= ends {
                break;
            }
            ends += 1;
        }
        assert!(ends > 20, "{ends} steps are not all of it");
    }
}

#[tokio::test]
async fn what_is_told_is_here_once_and_changes_with_the_desk() {
    let world = World::new();
    for n in 0..5 {
        world.desk.add(
            &format!("Article {n}"),
            "<h2>Head</h2><p>Words &amp; more.</p>",
        );
    }
    world.desk.add("Article 1", "Another of that title.");
    let first = world.sync(now()).await;
    assert_eq!((first.new, first.changed, first.gone), (6, 0, 0));
    let again = world.sync(later(1)).await;
    assert!(!again.any(), "{again:?}");
    let one = world.article("article-1");
    assert!(one.body.raw().contains("## Head"), "{:?}", one.body);
    assert_eq!(one.source.as_ref().unwrap().raw(), "https://desk.example/2");
    assert_eq!(one.link(), "Article 1: https://desk.example/2");
    assert_eq!(world.article("article-1-2").desk.unwrap().id.0, "6");

    // What somebody here has noted of it stays.
    world
        .writer()
        .change_article(&key("article-1"), &me(), now(), "reviewed", |a| {
            a.reviewed = Some(now().date_naive());
        })
        .unwrap();
    world.desk.change(2, "Now plain.");
    let third = world.sync(later(2)).await;
    assert_eq!((third.new, third.changed), (0, 1));
    let one = world.article("article-1");
    assert_eq!(one.body.raw(), "Now plain.\n");
    assert!(one.reviewed.is_some());
    let reader = Reader::open(&world.path()).unwrap();
    assert_eq!(reader.find_articles("plain", 9).unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_deleted_there_is_gone_here_but_for_what_was_written_on_it() {
    let world = World::new();
    let ids: Vec<u64> = ["One", "Two", "Three"]
        .map(|t| world.desk.add(t, "Text."))
        .to_vec();
    world.sync(now()).await;
    let correction = world.correction("two", "Better.\n");
    for id in &ids[..2] {
        world.desk.delete(*id);
    }
    let done = world.sync(later(1)).await;
    assert_eq!(done.gone, 2);
    let left: Vec<String> = world.all().iter().map(|a| a.key.to_string()).collect();
    assert_eq!(left, ["three", "two", "two-2"]);
    assert_eq!(world.article("two").state(), "gone");
    assert!(!world.article("two").is_for_use());
    assert_eq!(world.sync(later(2)).await.gone, 0, "it is said once");
    // The correction is sent as a new article, when somebody says so.
    world.publish(&correction, None);
    assert_eq!(world.sync(later(3)).await.refused.len(), 1);
    let refused = world.article("two-2");
    assert_eq!(refused.state(), "refused");
    assert_eq!(refused.body.raw(), "Better.\n");
    let mut writer = world.writer();
    writer.drop_article(&key("two"), &me(), now()).unwrap();
    assert!(matches!(
        writer.drop_article(&key("three"), &me(), now()),
        Err(StoreError::Refused(_))
    ));
}

#[tokio::test]
async fn a_conflict_overwrites_nothing_and_is_settled_by_who_has_seen_both() {
    let world = World::new();
    let id = world.desk.add("One", "Old.");
    world.sync(now()).await;
    let correction = world.correction("one", "Ours.\n");
    world.publish(&correction, None);
    world.desk.change(id, "Theirs.");
    let done = world.sync(later(1)).await;
    assert_eq!(done.conflicts, std::slice::from_ref(&correction));
    assert_eq!(world.desk.texts()[0].1, "Theirs.");
    let ours = world.article(correction.as_str());
    assert_eq!((ours.state(), ours.body.raw()), ("conflict", "Ours.\n"));
    assert_eq!(
        world.article("one").body.raw(),
        "Theirs.\n",
        "theirs is here to be read"
    );
    assert!(!world.sync(later(2)).await.any(), "it waits for the person");
    world.publish(&correction, None);
    assert_eq!(world.sync(later(3)).await.sent, 1);
    assert_eq!(world.desk.texts()[0].1, "<p>Ours.</p>");
    assert_eq!(world.all().len(), 1);
    assert_eq!(world.article("one").state(), "current");
}

#[tokio::test]
async fn it_is_taken_back_while_it_waits_and_not_any_more_when_it_is_sent() {
    let world = World::new();
    let new = world.draft("A new one", "Words.\n");
    world.publish(&new, Some(later(1)));
    let done = world.sync(now()).await;
    assert_eq!((done.sent, done.again), (0, Some(later(1))));
    let undo = || world.writer().put_back(Remembered::Articles, &me(), now());
    assert_eq!(undo().unwrap().unwrap().back, [new.to_string()]);
    assert_eq!(world.sync(later(2)).await.sent, 0);
    assert_eq!(world.article(new.as_str()).state(), "draft");

    world.publish(&new, Some(later(3)));
    assert_eq!(world.sync(later(4)).await.sent, 1);
    assert_eq!(undo().unwrap().unwrap().stays, [new.to_string()]);
    assert_eq!(world.article(new.as_str()).body.raw(), "Words.\n");
    assert_eq!(world.desk.texts().len(), 1);
}

#[tokio::test]
async fn what_is_refused_or_cannot_be_sent_stays_with_the_reason() {
    let world = World::new();
    let new = world.draft("A new one", "Words.\n");
    world.publish(&new, None);
    world.desk.be(Mood::Strict);
    assert_eq!(world.sync(now()).await.refused.len(), 1);
    let refused = world.article(new.as_str());
    assert_eq!(refused.state(), "refused");
    assert!(matches!(
        refused.going.unwrap().stage,
        GoingStage::Refused(_)
    ));
    assert!(
        !world.sync(later(1)).await.any(),
        "it is not tried again by itself"
    );

    world.publish(&new, None);
    world.desk.be(Mood::Away);
    let done = world.sync(later(2)).await;
    assert_eq!(done.trouble.unwrap().kind, ErrorKind::Unreachable);
    assert_eq!(world.article(new.as_str()).state(), "sending");
    // Nobody changes what is being sent, and nobody takes it away.
    world.desk.be(Mood::Deaf);
    world.sync(later(3)).await;
    let mut writer = world.writer();
    let edit = writer.change_article(&new, &me(), now(), "changed", |a| {
        a.body = Untrusted::new("Other words.");
    });
    assert!(matches!(edit, Err(StoreError::Refused(_))));
    assert!(writer.drop_article(&new, &me(), now()).is_err());
    drop(writer);
    world.desk.be(Mood::Fair);
    assert_eq!(world.sync(later(4)).await.sent, 1);
    assert_eq!(world.desk.texts().len(), 1);
}

#[tokio::test]
async fn what_was_asked_before_and_is_kept_after_takes_nothing_back() {
    let world = World::new();
    world.desk.add("One", "Old.");
    world.sync(now()).await;
    let step = |text: &str, at: Instant, version: &str| PulledArticles {
        told: vec![ToldArticle {
            text: Untrusted::new(text),
            updated: at,
            version: version.into(),
            ..Shelf::told(&world.desk.rows.lock().unwrap()[0])
        }],
        gone: Vec::new(),
        cursor: Cursor("0".into()),
        more: false,
    };
    let mut writer = world.writer();
    writer
        .keep_articles(&step("New.", later(1), "1"), later(1))
        .unwrap();
    let kept = writer
        .keep_articles(&step("Old.", now(), "0"), later(1))
        .unwrap();
    assert_eq!(kept.changed, 0);
    assert_eq!(world.article("one").body.raw(), "New.\n");
}

#[tokio::test]
async fn the_desk_is_asked_now_and_then_only() {
    let world = World::new();
    let mut writer = world.writer();
    let ledger = Mutex::new(&mut writer);
    let asked = || world.desk.asked.load(Ordering::SeqCst);
    for (minutes, at_once, so_often) in [
        (0, false, 1),
        (1, false, 1),
        (1, true, 2),
        (5, false, 2),
        (7, false, 3),
    ] {
        ask_articles(&ledger, &world.desk, at_once, later(minutes))
            .await
            .unwrap();
        assert_eq!(asked(), so_often, "after {minutes} minutes");
    }
    // One that does not answer is left alone as long.
    world.desk.be(Mood::Away);
    for minutes in [13, 14, 15] {
        ask_articles(&ledger, &world.desk, false, later(minutes))
            .await
            .unwrap();
    }
    assert_eq!(asked(), 4);
    // One without articles is not asked at all.
    let none = ask_articles(&ledger, &Local::new(), true, later(60))
        .await
        .unwrap();
    assert_eq!(none, Shelved::default());
}

#[tokio::test]
async fn a_file_that_comes_in_over_the_desks_article_is_a_correction_of_it() {
    let world = World::new();
    world.desk.add("One", "Old.");
    world.sync(now()).await;
    let theirs = world.article("one");
    let as_it_was = Article::new(key("one"), theirs.title.clone(), theirs.body.clone(), now());
    let mut other = as_it_was.clone();
    other.body = Untrusted::new("New.\n");
    let mut writer = world.writer();
    assert!(
        writer
            .put_articles(&[as_it_was], &me(), now())
            .unwrap()
            .is_empty()
    );
    let drafts = writer.put_articles(&[other], &me(), now()).unwrap();
    assert_eq!(drafts, [key("one-2")]);
    assert_eq!(world.article("one"), theirs);
    let draft = world.article("one-2");
    assert_eq!(draft.corrects, Some(key("one")));
    assert_eq!(draft.drafted_on, Some(theirs.desk.unwrap().version));
}
