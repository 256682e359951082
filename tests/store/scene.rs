//! A store in a folder of its own, and tickets to put into it.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use deskhand::domain::calendar::Calendar;
use deskhand::domain::change::{Act, BatchId, Change, ChangeId};
use deskhand::domain::import::{ImportMessage, ImportTicket};
use deskhand::domain::list::Asker;
use deskhand::domain::people::{AgentId, TenantId};
use deskhand::domain::sla::Policy;
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{Author, Visibility};
use deskhand::domain::ticket::{Kind, Priority, Status, TicketId, TicketKey, Turn};
use deskhand::store::{Reader, Rules, Writer};
use uuid::Uuid;

pub fn now() -> DateTime<Utc> {
    "2026-11-23T18:42:00Z".parse().unwrap()
}

pub fn agent(s: &str) -> AgentId {
    AgentId::parse(s).unwrap()
}

pub fn rules() -> Rules {
    Rules {
        policy: Policy::mydre(),
        calendar: Calendar::standard(),
        me: agent("ana"),
    }
}

pub fn asker() -> Asker {
    Asker {
        me: agent("ana"),
        now: now(),
        scope: vec![],
        zone: chrono_tz::Europe::Amsterdam,
    }
}

pub struct Scene {
    pub folder: tempfile::TempDir,
    pub writer: Writer,
    pub reader: Reader,
}

impl Scene {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.db");
        let writer = Writer::open(&path, rules(), now()).unwrap().writer;
        let reader = Reader::open(&path).unwrap();
        Self {
            folder,
            writer,
            reader,
        }
    }

    pub fn with(n: u64) -> Self {
        let mut scene = Self::new();
        let all: Vec<_> = (0..n).map(|i| ticket(i, n)).collect();
        for part in all.chunks(1000) {
            scene.writer.import(part, now()).unwrap();
        }
        scene
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("desk.db")
    }

    pub fn id(&self, key: &str) -> TicketId {
        self.reader
            .find(&TicketKey::parse(key).unwrap())
            .unwrap()
            .unwrap()
    }
}

/// A mixed number that looks like chance and is not.
pub fn mix(n: u64) -> u64 {
    let mut x = n.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

const WORDS: &[&str] = &[
    "cannot",
    "mount",
    "share",
    "license",
    "server",
    "moved",
    "open",
    "workspace",
    "after",
    "resize",
    "user",
    "login",
    "error",
    "python",
    "matlab",
    "slow",
    "export",
    "data",
    "storage",
    "full",
    "request",
    "new",
    "role",
    "member",
    "upload",
    "download",
    "network",
    "vpn",
    "printer",
    "restart",
    "update",
    "install",
    "access",
    "denied",
    "team",
];

fn sentence(seed: u64, words: u64) -> String {
    let mut out = String::new();
    for i in 0..words {
        let r = mix(seed.wrapping_mul(977).wrapping_add(i));
        // One word in eight is rare.
        if r.is_multiple_of(8) {
            out.push_str(&format!("x{:x} ", r % 60_000));
        } else {
            out.push_str(WORDS[(r % WORDS.len() as u64) as usize]);
            out.push(' ');
        }
    }
    out
}

/// Ticket `i` of `n`: spread over three years, the last tenth live.
pub fn ticket(i: u64, n: u64) -> ImportTicket {
    let r = mix(i);
    let span = 3 * 365 * 86_400;
    let at =
        now() - TimeDelta::seconds(span) + TimeDelta::seconds((span as u64 * i / n.max(1)) as i64);
    let key = TicketKey::parse(&format!("T{i}")).unwrap();
    let mut t = ImportTicket::new(key, Untrusted::new(sentence(r, 7)), at);
    let live = i * 10 >= n * 9;
    t.status = match (live, r % 10) {
        (true, 0) => Status::New,
        (true, 1..=2) => Status::Pending,
        (true, 3) => Status::OnHold,
        (true, _) => Status::Open,
        (false, 0..=2) => Status::Resolved,
        (false, _) => Status::Closed,
    };
    t.priority = match r >> 8 & 31 {
        0 => Some(Priority::P1),
        1 => Some(Priority::P2),
        2 => None,
        _ => Some(Priority::P3),
    };
    t.kind = Kind::ALL[(r >> 16) as usize % Kind::ALL.len()];
    t.tenant = Some(
        TenantId::parse(["umc", "lumc", "vu", "tno", "rivm"][(r >> 20) as usize % 5]).unwrap(),
    );
    t.workspace = Some(Untrusted::new(format!("dws-{}-Lab", 100 + (r >> 24) % 900)));
    t.requester = Some(Untrusted::new(format!("Jan {}", (r >> 32) % 5000)));
    t.assignee = (r >> 40 & 3 != 0).then(|| {
        agent(["ana", "bo", "cem", "dee", "eva", "finn", "gus", "hal"][(r >> 42) as usize % 8])
    });
    t.labels = if r >> 50 & 3 == 0 {
        vec![["vpn", "urgent", "license", "gpu"][(r >> 52) as usize % 4].to_owned()]
    } else {
        vec![]
    };
    t.turn = [Turn::Ours, Turn::Theirs, Turn::Nobody][(r >> 56) as usize % 3];
    t.updated = t.created + TimeDelta::seconds((r % 200_000) as i64).min(now() - t.created);
    if !t.status.is_live() {
        t.resolved = Some(t.updated);
        t.closed = (t.status == Status::Closed).then_some(t.updated);
    } else if r >> 58 & 15 == 0 {
        t.snoozed_until = Some(now() + TimeDelta::hours(5));
    }
    t.messages.push(ImportMessage {
        at: t.created,
        author: Author::Requester {
            name: Untrusted::new("Jan"),
        },
        visibility: Visibility::Public,
        body: Untrusted::new(sentence(r ^ 1, 45)),
        attachments: vec![],
    });
    t.original = format!("{{\"id\":\"T{i}\"}}").into_bytes();
    t
}

pub fn change(seed: u64, ticket: TicketId, act: Act) -> Change {
    Change {
        id: ChangeId(Uuid::from_u64_pair(7, seed)),
        batch: BatchId(Uuid::from_u64_pair(8, seed)),
        ticket,
        at: now() + TimeDelta::seconds(seed as i64),
        by: agent("ana"),
        base: 1,
        not_before: None,
        act,
    }
}
