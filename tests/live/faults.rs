//! Changes and pulls through a proxy that does its worst, by seed: whatever happens on the way,
//! the server has each text once, and each field as it was wanted or as somebody else left it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use deskhand::desk::Door as _;
use deskhand::desk::rt::{Auth, Rt, Settings};
use deskhand::domain::calendar::Calendar;
use deskhand::domain::change::{Act, BatchId, Change, ChangeId};
use deskhand::domain::list::{Anchor, Asker, ListRequest};
use deskhand::domain::people::AgentId;
use deskhand::domain::remote::{Happened, Told};
use deskhand::domain::sla::Policy;
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{MessageId, Visibility};
use deskhand::domain::ticket::{Priority, Ticket, TicketKey};
use deskhand::store::{Reader, Rules, Writer};
use deskhand::sync::push;
use uuid::Uuid;

use super::Server;
use super::proxy::{Mood, Proxy};

/// Rounds, each with a seed of its own; `DESKHAND_LIVE_ROUNDS` makes it more or fewer, and
/// `DESKHAND_LIVE_SEED` is the first one. A server takes a seed only once.
const ROUNDS: u64 = 12;
/// Tickets that get three changes each in a round.
const TICKETS: usize = 4;
/// One exchange in so many suffers.
const ONE_IN: u64 = 3;

pub fn rt(url: &str, token: &str) -> Rt {
    Rt::new(Settings {
        url: url.to_owned(),
        auth: Auth::Token(token.to_owned().into()),
        queues: BTreeMap::new(),
        statuses: BTreeMap::new(),
        workspace_field: "Workspace".into(),
        labels_field: None,
        ca_file: None,
    })
    .unwrap()
}

struct Scene {
    writer: Writer,
    reader: Reader,
    now: DateTime<Utc>,
    me: AgentId,
    changes: u128,
    _folder: tempfile::TempDir,
}

impl Scene {
    fn new(now: DateTime<Utc>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("desk.db");
        let me = AgentId::parse("ines").unwrap();
        let rules = Rules {
            policy: Policy::mydre(),
            calendar: Calendar::standard(),
            me: me.clone(),
        };
        let writer = Writer::open(&file, rules, now).unwrap().writer;
        let reader = Reader::open(&file).unwrap();
        Self {
            writer,
            reader,
            now,
            me,
            changes: 0,
            _folder: folder,
        }
    }

    /// One step of a pull; false: it failed, or there is no more.
    async fn pull(&mut self, desk: &Rt) -> bool {
        self.now += TimeDelta::seconds(61);
        let (cursor, asked) = (self.writer.cursor().unwrap(), self.writer.asks().unwrap());
        match desk.pull(cursor.as_ref(), self.now).await {
            Ok(pulled) => {
                self.writer.keep(&pulled, asked, self.now).unwrap();
                pulled.more
            }
            Err(_) => false,
        }
    }

    fn live(&self) -> Vec<Ticket> {
        let request = ListRequest {
            query: deskhand::domain::query::Query::all(),
            sort: Default::default(),
            anchor: Anchor::First,
            before: 0,
            after: 60,
        };
        let asker = Asker {
            me: self.me.clone(),
            now: self.now,
            scope: Vec::new(),
            zone: chrono_tz::UTC,
        };
        let rows = self.reader.list(&request, &asker).unwrap().rows;
        let tickets = rows.into_iter().map(|r| r.ticket);
        tickets.filter(|t| t.status.is_live()).collect()
    }

    fn commit(&mut self, seed: u64, of: &Ticket, act: Act) {
        self.changes += 1;
        let id = Uuid::from_u128(u128::from(seed) << 64 | self.changes);
        let change = Change {
            id: ChangeId(id),
            batch: BatchId(id),
            ticket: of.id,
            at: self.now,
            by: self.me.clone(),
            base: of.version,
            not_before: None,
            act,
        };
        self.writer.commit(&[change]).unwrap();
    }

    fn open(&self) -> u64 {
        self.writer.outbox_counts().unwrap().open
    }
}

fn note(seed: u64, n: usize) -> (String, Act) {
    let text = format!("seed {seed} note {n}");
    let act = Act::Say {
        message: MessageId(1 << 41 | i64::try_from(seed % 1000).unwrap() << 12 | n as i64),
        visibility: Visibility::Internal,
        body: Untrusted::new(text.clone()),
        attachments: Vec::new(),
    };
    (text, act)
}

fn times(told: &Told, text: &str) -> usize {
    let said = told.entries.iter().filter(|e| match &e.what {
        Happened::Said {
            content: Some((body, _)),
            ..
        } => body.raw().trim() == text,
        _ => false,
    });
    said.count()
}

#[test]
fn through_faults_nothing_is_lost_and_nothing_is_sent_twice() {
    let Some(server) = Server::here() else { return };
    let set = |name| std::env::var(name).ok().and_then(|n| n.parse().ok());
    let rounds = set("DESKHAND_LIVE_ROUNDS").unwrap_or(ROUNDS);
    let first: u64 = set("DESKHAND_LIVE_SEED").unwrap_or(1);
    let token = Server::token("ines");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (mut faults, mut changes) = (BTreeMap::<_, u64>::new(), 0);
    for seed in first..first + rounds {
        println!("seed {seed}");
        let proxy = Proxy::before(server.host(), seed);
        changes += runtime.block_on(round(&server, &proxy, &token, seed));
        for fault in proxy.faults() {
            *faults.entry(fault).or_default() += 1;
        }
    }
    println!("{rounds} rounds, {changes} changes, faults: {faults:?}");
}

/// One round; how many changes were made.
async fn round(server: &Server, proxy: &Proxy, token: &str, seed: u64) -> u128 {
    let (foul, fair) = (rt(&proxy.url(), token), rt(&server.url, token));
    // The server's clock is the machine's; ours only has to be near it.
    let mut scene = Scene::new(deskhand::shell::Clock::System.now());
    while scene.pull(&foul).await {}
    proxy.be(Mood::Foul(ONE_IN));
    let tickets: Vec<Ticket> = scene
        .live()
        .into_iter()
        .skip(usize::try_from(seed).unwrap() % 5)
        .take(TICKETS)
        .collect();
    assert_eq!(tickets.len(), TICKETS, "seed {seed}");
    let mut wanted: Vec<(TicketKey, String)> = Vec::new();
    let priorities = [Priority::P1, Priority::P2, Priority::P3, Priority::P4];
    let to = priorities[usize::try_from(seed).unwrap() % 4];
    for (n, ticket) in tickets.iter().enumerate() {
        for part in 0..2 {
            let (text, act) = note(seed, n * 2 + part);
            scene.commit(seed, ticket, act);
            wanted.push((ticket.key.clone(), text));
            if part == 0 {
                scene.commit(seed, ticket, Act::Priority { to: Some(to) });
            }
        }
    }
    for turn in 0.. {
        if scene.open() == 0 {
            break;
        }
        // The weather clears in the end: what is left then must go.
        if turn == 40 {
            proxy.be(Mood::Fair);
        }
        assert!(turn < 80, "seed {seed}: {:?}", scene.reader.outbox());
        scene.now += TimeDelta::minutes(6);
        let now = scene.now;
        let ledger = std::sync::Mutex::new(&mut scene.writer);
        push(&ledger, &foul, now).await.unwrap();
        scene.pull(&foul).await;
    }
    for (key, text) in &wanted {
        let told = fair.story(key, scene.now).await.unwrap().unwrap();
        assert_eq!(times(&told, text), 1, "seed {seed}, {key}: {text}");
    }
    for ticket in &tickets {
        let told = fair.story(&ticket.key, scene.now).await.unwrap().unwrap();
        let fields = told.fields.unwrap();
        assert_eq!(fields.priority, Some(to), "seed {seed}, {}", ticket.key);
    }
    scene.changes
}
