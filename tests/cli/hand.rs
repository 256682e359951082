//! A hand that does things to a desk's store, one after the other.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use deskhand::domain::calendar::Calendar;
use deskhand::domain::change::{Act, BatchId, Change, ChangeId, NewAttachment};
use deskhand::domain::import::NewTicket;
use deskhand::domain::people::{AgentId, TenantId};
use deskhand::domain::sla::Policy;
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{MessageId, Visibility};
use deskhand::domain::ticket::{Kind, TicketId, TicketKey};
use deskhand::store::{Reader, Rules, Writer};
use uuid::Uuid;

use super::Machine;

pub fn agent(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

pub fn start() -> DateTime<Utc> {
    "2026-11-24T09:00:00Z".parse().unwrap()
}

pub fn store(m: &Machine) -> PathBuf {
    m.home.path().join(".local/share/deskhand/local.db")
}

/// Somebody who does things to a desk, one after the other.
pub struct Hand {
    writer: Writer,
    pub reader: Reader,
    folder: PathBuf,
    pub at: DateTime<Utc>,
    n: u64,
}

impl Hand {
    pub fn on(m: &Machine) -> Self {
        let rules = Rules {
            policy: Policy::mydre(),
            calendar: Calendar::standard(),
            me: agent("sam"),
        };
        let path = store(m);
        Self {
            writer: Writer::open(&path, rules, start()).unwrap().writer,
            reader: Reader::open(&path).unwrap(),
            folder: m.home.path().to_owned(),
            at: start(),
            n: 0,
        }
    }

    pub fn id(&self, key: &str) -> TicketId {
        let key = TicketKey::parse(key).unwrap();
        self.reader.find(&key).unwrap().unwrap()
    }

    /// An act; whether the store took it.
    pub fn act(&mut self, ticket: TicketId, act: Act) -> bool {
        self.make(ticket, act).is_some()
    }

    /// An act; the tickets that it has made.
    pub fn make(&mut self, ticket: TicketId, act: Act) -> Option<Vec<TicketId>> {
        self.n += 1;
        // Some acts share an instant: their order has to come through all the same.
        if !self.n.is_multiple_of(3) {
            self.at += TimeDelta::milliseconds(1501);
        }
        let change = Change {
            id: ChangeId(Uuid::from_u64_pair(7, self.n)),
            batch: BatchId(Uuid::from_u64_pair(8, self.n)),
            ticket,
            at: self.at,
            by: agent("sam"),
            base: 1,
            not_before: None,
            act,
        };
        self.writer.commit(&[change]).ok().map(|done| done.made)
    }

    pub fn say(
        &mut self,
        ticket: TicketId,
        visibility: Visibility,
        body: &str,
        file: Option<&[u8]>,
    ) {
        let attachments = file
            .map(|bytes| {
                let path = self.folder.join(format!("file-{}.bin", self.n));
                std::fs::write(&path, bytes).unwrap();
                NewAttachment {
                    name: Untrusted::new(format!("what \u{202e}is {}.bin", self.n)),
                    size: bytes.len() as u64,
                    path,
                }
            })
            .into_iter()
            .collect();
        let act = Act::Say {
            message: MessageId((1 << 50) + i64::try_from(self.n).unwrap()),
            visibility,
            body: Untrusted::new(body),
            attachments,
        };
        assert!(self.act(ticket, act));
    }

    pub fn new_ticket(&mut self, requester: Option<&str>, body: &str) -> TicketId {
        self.at += TimeDelta::milliseconds(700);
        let new = NewTicket {
            subject: Untrusted::new("made & kept &amp; <here>"),
            body: Untrusted::new(body),
            requester: requester.map(Untrusted::new),
            tenant: Some(TenantId::parse("umc").unwrap()),
            workspace: Some(Untrusted::new("dws-1-Lab")),
            kind: Kind::Question,
            priority: None,
            assignee: None,
            labels: vec!["vpn".into()],
        };
        let (me, at) = (agent("sam"), self.at);
        self.writer.create_ticket(&new, &me, at).unwrap().id
    }

    pub fn messages(&self, ticket: TicketId) -> Vec<MessageId> {
        let thread = self.reader.thread(ticket).unwrap().unwrap();
        let own = thread.messages.iter().filter(|m| m.ticket == ticket);
        own.map(|m| m.id).collect()
    }

    /// The desk takes all that waits.
    pub fn sent(&mut self) {
        loop {
            let waiting = self.writer.next_to_send(self.at).unwrap();
            if waiting.is_empty() {
                return;
            }
            for c in waiting {
                self.writer
                    .begin(c.id, &deskhand::domain::remote::Mark::default())
                    .unwrap();
                self.writer.confirm(c.id, None, self.at).unwrap();
            }
        }
    }

    pub fn undo(&mut self) {
        self.writer.undo(&agent("sam"), self.at).unwrap();
    }

    pub fn redo(&mut self) {
        self.writer.redo(&agent("sam"), self.at).unwrap();
    }
}
