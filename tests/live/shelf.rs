//! Articles through faults: what is published arrives once, whatever becomes of the answers.

use std::collections::BTreeMap;
use std::sync::Mutex;

use chrono::TimeDelta;
use deskhand::desk::Door as _;
use deskhand::desk::rt::Rt;
use deskhand::domain::Instant;
use deskhand::domain::calendar::Calendar;
use deskhand::domain::knowledge::{Article, ArticleKey, Going};
use deskhand::domain::people::AgentId;
use deskhand::domain::remote::Cursor;
use deskhand::domain::sla::Policy;
use deskhand::domain::text::Untrusted;
use deskhand::store::{Reader, Rules, Writer};
use deskhand::sync::{ask_articles, send_articles};

use super::Server;
use super::faults::rt;
use super::proxy::{Mood, Proxy};

const ROUNDS: u64 = 3;
/// Drafts in a round; as many corrections follow.
const DRAFTS: usize = 5;

/// Titles and texts that the server has.
async fn there(desk: &Rt, now: Instant) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut from: Option<Cursor> = None;
    loop {
        let step = desk.articles(from.as_ref(), now).await.unwrap();
        for told in step.told {
            let texts = all.entry(told.title.raw().to_owned()).or_default();
            texts.push(told.text.raw().to_owned());
        }
        if !step.more {
            return all;
        }
        from = Some(step.cursor);
    }
}

struct Scene {
    writer: Writer,
    reader: Reader,
    me: AgentId,
    now: Instant,
    _folder: tempfile::TempDir,
}

impl Scene {
    fn new(now: Instant) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("desk.db");
        let me = AgentId::parse("ines").unwrap();
        let rules = Rules {
            policy: Policy::mydre(),
            calendar: Calendar::standard(),
            me: me.clone(),
        };
        let writer = Writer::open(&file, rules, now).unwrap().writer;
        Self {
            writer,
            reader: Reader::open(&file).unwrap(),
            me,
            now,
            _folder: folder,
        }
    }

    fn publish(&mut self, draft: &Article) {
        let of = draft.corrects.as_ref();
        let of = of.map(|of| self.reader.article(of).unwrap().unwrap());
        let going = Going {
            over: of.and_then(|of| Some(of.desk?.version)),
            ..Going::begins(None, None)
        };
        let kept = self.writer.add_article(draft, &self.me, self.now).unwrap();
        self.writer
            .change_article(&kept.key, &self.me, self.now, "to send", |a| {
                a.going = Some(going);
            })
            .unwrap();
    }

    /// Sends and asks until nothing is on its way.
    async fn settle(&mut self, proxy: &Proxy, desk: &Rt, seed: u64) {
        for turn in 0..80 {
            if self.writer.next_article().unwrap().is_none() {
                return;
            }
            // The weather clears in the end: what is left then must go.
            if turn == 40 {
                proxy.be(Mood::Fair);
            }
            self.now += TimeDelta::minutes(6);
            let ledger = Mutex::new(&mut self.writer);
            send_articles(&ledger, desk, self.now).await.unwrap();
            ask_articles(&ledger, desk, true, self.now).await.unwrap();
        }
        panic!("seed {seed}: {:?}", self.reader.articles());
    }
}

async fn round(server: &Server, proxy: &Proxy, token: &str, seed: u64) {
    let (foul, fair) = (rt(&proxy.url(), token), rt(&server.url, token));
    let mut scene = Scene::new(deskhand::shell::Clock::System.now());
    let title = |n: usize| format!("Fault {seed} article {n} {}", std::process::id());
    proxy.be(Mood::Foul(4));
    for n in 0..DRAFTS {
        let key = ArticleKey::of_title(&title(n)).unwrap();
        let body = Untrusted::new(format!("First of {n}.\n"));
        let mut draft = Article::new(key, Untrusted::new(title(n)), body, scene.now);
        draft.is_draft = true;
        scene.publish(&draft);
    }
    scene.settle(proxy, &foul, seed).await;
    proxy.be(Mood::Foul(4));
    for n in 0..DRAFTS {
        let key = ArticleKey::of_title(&title(n)).unwrap();
        let kept = scene.reader.article(&key).unwrap().unwrap();
        assert_eq!(kept.state(), "current", "seed {seed}: {kept:?}");
        let body = Untrusted::new(format!("Second of {n}.\n"));
        let correction = kept.correction(body, scene.now);
        scene.publish(&correction);
    }
    scene.settle(proxy, &foul, seed).await;
    let all = there(&fair, scene.now).await;
    for n in 0..DRAFTS {
        let text = format!("<p>Second of {n}.</p>");
        assert_eq!(all[&title(n)], [text], "seed {seed}");
    }
    let here = scene.reader.articles().unwrap();
    let ours = here
        .iter()
        .filter(|a| a.title.raw().starts_with(&format!("Fault {seed} ")));
    let ours: Vec<&Article> = ours
        .filter(|a| a.title.raw().ends_with(&std::process::id().to_string()))
        .collect();
    assert_eq!(ours.len(), DRAFTS, "seed {seed}: {ours:?}");
    assert!(ours.iter().all(|a| a.state() == "current"), "seed {seed}");
}

#[test]
fn through_faults_every_article_arrives_once() {
    let Some(server) = Server::here() else { return };
    let token = Server::token("ines");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for seed in 1..=ROUNDS {
        let proxy = Proxy::before(server.host(), seed);
        runtime.block_on(round(&server, &proxy, &token, seed));
        println!("seed {seed}: faults {:?}", proxy.faults());
    }
}
