//! A desk on which anything can be done in any order, each as one call of the store.

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use deskhand::domain::change::{Act, Change, ChangeId, Stage};
use deskhand::domain::import::{ImportTicket, NewTicket};
use deskhand::domain::people::TenantId;
use deskhand::domain::remote::{Gone, Pulled, Receipt, RemoteId};
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{Draft, DraftSeen, MessageId, Visibility};
use deskhand::domain::ticket::{Kind, Status, TicketId};
use deskhand::store::{FromDraft, Reader, StoreError, Writer};
use rusqlite::Connection;

use super::acts::{At, Deed, Op};
use super::remote::{fields, key, moved, pull, said, told as tell};
use super::scene::{Scene, agent, change, now, rules, ticket};
use super::sound::beside;

/// How many tickets the desk begins with.
const TICKETS: u64 = 12;
/// The desk and what was done so far.
pub struct Play {
    pub writer: Writer,
    pub reader: Reader,
    /// Reads beside the store.
    pub side: Connection,
    pub path: PathBuf,
    /// Grows with every act: the time, and what new things are called.
    pub n: u64,
    /// What was said to several tickets at once: a macro's words, which are nobody's draft.
    pub bulk: Vec<String>,
    _folder: Option<tempfile::TempDir>,
}

/// A ticket as its source has it in one of its versions.
fn told(i: u64, version: u8) -> ImportTicket {
    // Half of them live, half done, and of some the clocks have not run out.
    let mut t = ticket(96 + i * 2, 120);
    if t.status.is_live() {
        t.created = now() - TimeDelta::hours(30 - 2 * i as i64);
        t.updated = t.created;
    }
    t.messages[0].body = Untrusted::new(format!("asked{i} something"));
    t.original.extend(std::iter::repeat_n(b' ', version.into()));
    if version > 0 {
        t.subject = Untrusted::new(format!("told anew {version}"));
        t.labels.push(format!("v{version}"));
        t.messages.truncate(usize::from(version % 2));
    }
    t
}

/// What a desk over a network tells of its ticket `i` in one of its versions: it stands
/// somewhere else each time, and in the end it is gone or lives on in another.
fn pulled(i: u64, version: u8) -> Pulled {
    let (name, v) = (format!("R{i}"), i64::from(version));
    let mut step = pull(vec![]);
    match version {
        5 => step.gone.push((key(&name), Gone::Deleted)),
        6 => step
            .gone
            .push((key(&name), Gone::Merged(key(&format!("R{}", (i + 1) % 4))))),
        _ => {
            let mut f = fields(&format!("told{version} of it"));
            let stands = [Status::Open, Status::OnHold, Status::Resolved];
            f.status = stands[usize::from(version) % 3];
            f.assignee = version.is_multiple_of(2).then(|| agent("bo"));
            let id = |s: &str| format!("{s}{i}-{version}");
            let text = format!("told{i} in version {version}");
            let entries = vec![
                said(
                    &id("m"),
                    v,
                    ["jan", "bo"][usize::from(version) % 2],
                    Some(&text),
                ),
                said(
                    &format!("m{i}-late"),
                    9,
                    "jan",
                    (version > 2).then_some("late text"),
                ),
                moved(&id("s"), v, "bo", Status::New, f.status),
            ];
            let mut told = tell(&name, Some(f), entries);
            let other = key(&format!("R{}", (i + 2) % 4));
            told.links = Some(vec![(other, deskhand::domain::change::LinkKind::BlockedBy)]);
            step.tickets.push(told);
        }
    }
    step
}

impl Play {
    /// The desk at its beginning.
    pub fn new() -> Self {
        let mut scene = Scene::new();
        let all: Vec<_> = (0..TICKETS).map(|i| told(i, 0)).collect();
        scene.writer.import(&all, now()).unwrap();
        let path = scene.path();
        let Scene {
            folder,
            writer,
            reader,
        } = scene;
        // The last one to go folds the log into the file, if it may write.
        drop((reader, writer));
        Self {
            _folder: Some(folder),
            ..Self::on(&path, 0)
        }
    }

    /// Goes on with a store that is there, from where `n` stood.
    pub fn on(path: &Path, n: u64) -> Self {
        Self {
            writer: Writer::open(path, rules(), now()).unwrap().writer,
            reader: Reader::open(path).unwrap(),
            side: beside(path),
            path: path.to_owned(),
            n,
            bulk: Vec::new(),
            _folder: None,
        }
    }

    fn time(&self) -> DateTime<Utc> {
        now() + TimeDelta::minutes(self.n as i64)
    }

    fn numbers(&self, sql: &str) -> Vec<i64> {
        let mut stmt = self.side.prepare_cached(sql).unwrap();
        let found = stmt.query_map([], |r| r.get(0)).unwrap();
        found.collect::<rusqlite::Result<_>>().unwrap()
    }

    /// All tickets there are now.
    pub fn ids(&self) -> Vec<TicketId> {
        let ids = self.numbers("SELECT id FROM ticket ORDER BY id");
        ids.into_iter().map(TicketId).collect()
    }

    fn id(&self, at: At) -> TicketId {
        let ids = self.ids();
        ids[at % ids.len()]
    }

    fn open(&self, at: At) -> Option<Change> {
        let all = self
            .writer
            .next_to_send(self.time() + TimeDelta::days(99))
            .unwrap();
        let mut all: Vec<Change> = [self.writer.in_flight().unwrap(), all].concat();
        (!all.is_empty()).then(|| all.swap_remove(at % all.len()))
    }

    /// A change of the outbox that is there.
    fn at_stage(&self, at: At, stage: Stage) -> Option<ChangeId> {
        let mut rows = self.reader.outbox().unwrap();
        rows.retain(|r| r.stage == stage);
        (!rows.is_empty()).then(|| rows[at % rows.len()].change.id)
    }

    fn act(&self, on: TicketId, deed: &Deed) -> Act {
        let name = |n: u8, of: [&str; 3]| of[usize::from(n)].to_owned();
        match deed {
            Deed::Status(to) => Act::Status { to: *to },
            Deed::Priority(to) => Act::Priority { to: *to },
            Deed::Assign(to) => Act::Assign {
                to: to.map(|n| agent(&name(n, ["ana", "bo", "zoe"]))),
            },
            Deed::Snooze(hours) => Act::Snooze {
                until: hours.map(|h| now() + TimeDelta::hours(h)),
            },
            Deed::Add(n) => Act::AddLabel {
                label: name(*n, ["vpn", "gpu", "odd"]),
            },
            Deed::Remove(n) => Act::RemoveLabel {
                label: name(*n, ["vpn", "gpu", "odd"]),
            },
            Deed::Subject(n) => Act::Subject {
                to: Untrusted::new(name(*n, ["first line", "second line", "third line"])),
            },
            Deed::Kind(to) => Act::Kind { to: *to },
            Deed::Tenant(to) => Act::Tenant {
                to: to.map(|n| TenantId::parse(&name(n, ["umc", "vu", "tno"])).unwrap()),
            },
            Deed::Workspace(to) => Act::Workspace {
                to: to.map(|n| Untrusted::new(name(n, ["dws-1-One", "dws-2-Two", "dws-3-Three"]))),
            },
            Deed::Say(public) => Act::Say {
                message: MessageId((1 << 50) + self.n as i64),
                visibility: if *public {
                    Visibility::Public
                } else {
                    Visibility::Internal
                },
                body: Untrusted::new(format!("said{} by hand", self.n)),
                attachments: vec![],
            },
            Deed::Link(to, kind) => Act::Link {
                to: self.id(*to),
                kind: *kind,
            },
            Deed::Unlink(to, kind) => Act::Unlink {
                to: self.id(*to),
                kind: *kind,
            },
            Deed::Merge(into) => Act::Merge {
                into: self.id(*into),
            },
            Deed::Split(n) => Act::Split {
                subject: Untrusted::new(format!("part {}", self.n)),
                messages: self
                    .numbers(&format!(
                        "SELECT id FROM message WHERE ticket = {} ORDER BY at, id LIMIT {n}",
                        on.0
                    ))
                    .into_iter()
                    .map(MessageId)
                    .collect(),
                new: None,
            },
        }
    }

    /// The note on a ticket, as whoever writes on it has read it.
    fn seen(&self, ticket: TicketId) -> Result<DraftSeen, StoreError> {
        let place = (ticket, Visibility::Internal);
        let mut texts = self.reader.drafts_of(ticket)?;
        texts.retain(|d| d.place() == place);
        Ok(DraftSeen { place, texts })
    }

    fn change(&self, at: At, deed: &Deed, batch: u64) -> Change {
        let on = self.id(at);
        let mut c = change(self.n, on, self.act(on, deed));
        (c.at, c.batch) = (self.time(), change(batch, on, c.act.clone()).batch);
        c
    }

    /// Does it. What the store refuses with a sentence has not happened.
    pub fn step(&mut self, op: &Op) {
        self.n += 1;
        if let Err(e) = self.attempt(op) {
            assert!(matches!(e, StoreError::Refused(_)), "{op:?}: {e}");
        }
    }

    fn attempt(&mut self, op: &Op) -> Result<(), StoreError> {
        let (me, at) = (agent("ana"), self.time());
        match op {
            Op::Do(deeds) => {
                let batch = self.n;
                let mut changes = Vec::new();
                for (t, deed) in deeds {
                    changes.push(self.change(*t, deed, batch));
                    self.n += 1;
                }
                if changes.iter().any(|c| c.ticket != changes[0].ticket) {
                    self.bulk
                        .extend(changes.iter().filter_map(|c| match &c.act {
                            Act::Say { body, .. } => Some(body.raw().to_owned()),
                            _ => None,
                        }));
                }
                self.writer.commit(&changes)?;
            }
            Op::DoAs(who, t, deed) => {
                let mut c = self.change(*t, deed, self.n);
                c.by = agent(who);
                self.writer.commit(&[c])?;
            }
            Op::Draft(t) => {
                let draft = Draft {
                    ticket: self.id(*t),
                    visibility: Visibility::Internal,
                    body: format!("draft{} begun", self.n),
                    at,
                    files: Vec::new(),
                };
                let seen = self.seen(draft.ticket)?;
                self.writer.save_draft(draft, &seen)?;
            }
            Op::Send(t) => {
                let say = self.change(*t, &Deed::Say(true), self.n);
                let draft_of = self.seen(say.ticket)?;
                self.writer.commit_draft(&FromDraft {
                    changes: vec![say],
                    draft_of,
                })?;
            }
            Op::Create => {
                let new = NewTicket {
                    subject: Untrusted::new("made here"),
                    body: Untrusted::new(format!("asked{} by telephone", self.n)),
                    requester: None,
                    tenant: None,
                    workspace: None,
                    kind: Kind::Question,
                    priority: None,
                    assignee: None,
                    labels: vec!["odd".into()],
                };
                self.writer.create_ticket(&new, &me, at)?;
            }
            Op::Undo => drop(self.writer.undo(&me, at)?),
            Op::Redo => drop(self.writer.redo(&me, at)?),
            Op::InFlight(n) => {
                if let Some(c) = self.open(*n) {
                    self.writer
                        .begin(c.id, &deskhand::domain::remote::Mark::default())?;
                }
            }
            Op::Later(n) => {
                if let Some(c) = self.open(*n) {
                    self.writer.retry_later(c.id, None)?;
                }
            }
            Op::Confirm(n) => {
                if let Some(c) = self.open(*n) {
                    self.writer.confirm(c.id, None, at)?;
                }
            }
            Op::Refuse(n) => {
                if let Some(c) = self.open(*n) {
                    self.writer.refuse(c.id, &Untrusted::new("no"), at)?;
                }
            }
            Op::Import(i, version) => {
                let both = [told(*i, *version), told((i + 1) % TICKETS, *version)];
                self.writer.import(&both, at)?;
            }
            Op::Keep(i, version) => {
                let asked = self.writer.asks()?;
                self.writer.keep(&pulled(*i, *version), asked, at)?;
            }
            Op::Received(n) => {
                if let Some(c) = self.open(*n) {
                    let receipt = Receipt {
                        version: None,
                        entry: Some(RemoteId(format!("ours{}", self.n))),
                    };
                    let asked = self.writer.asks()?;
                    self.writer.received(c.id, &receipt, asked, at)?;
                }
            }
            Op::Choose(n, choice) => {
                if let Some(id) = self.at_stage(*n, Stage::Conflict) {
                    self.writer.choose(id, *choice, at)?;
                }
            }
            Op::Retry(n) => {
                if let Some(id) = self.at_stage(*n, Stage::Refused) {
                    self.writer.retry(id, at)?;
                }
            }
            Op::Withdraw(n) => {
                if let Some(id) = self.at_stage(*n, Stage::Waiting) {
                    self.writer.withdraw(id, at)?;
                }
            }
            Op::Wake(hours) => {
                let then = now() + TimeDelta::hours(*hours);
                self.writer.wake_snoozed(then)?;
            }
            Op::Read(t) => {
                let ids = [self.id(*t), self.id(t + 1)];
                self.writer.mark_read(&ids)?;
            }
            Op::Unread(t) => {
                let ids = [self.id(*t), self.id(t + 1)];
                self.writer.mark_unread(&ids)?;
            }
        }
        Ok(())
    }

    /// Takes the latest batch back; whether anything came back.
    pub fn undo(&mut self) -> bool {
        self.n += 1;
        let at = self.time();
        let done = self.writer.undo(&agent("ana"), at).unwrap();
        done.is_some_and(|u| u.what.starts_with("Took back"))
    }

    /// Does again what was taken back last.
    pub fn redo(&mut self) {
        self.n += 1;
        let at = self.time();
        self.writer.redo(&agent("ana"), at).unwrap().unwrap();
    }

    /// Takes everything back that can be taken back.
    pub fn undo_all(&mut self) {
        loop {
            self.n += 1;
            let at = self.time();
            if self.writer.undo(&agent("ana"), at).unwrap().is_none() {
                break;
            }
        }
    }

    /// The desk takes all that is open.
    pub fn confirm_all(&mut self) {
        while let Some(c) = self.open(0) {
            self.n += 1;
            let at = self.time();
            self.writer.confirm(c.id, None, at).unwrap();
        }
    }

    /// The desk refuses all that is open; whether no split is among it.
    pub fn refuse_all(&mut self) -> bool {
        let mut plain = true;
        while let Some(c) = self.open(0) {
            self.n += 1;
            plain &= !matches!(c.act, Act::Unsplit { .. });
            let (no, at) = (Untrusted::new("no"), self.time());
            self.writer.refuse(c.id, &no, at).unwrap();
        }
        plain
    }

    /// The texts that the desk has, and the tickets they are in.
    pub fn sent(&self) -> (Vec<String>, Vec<String>) {
        let sql = "SELECT m.body, t.key FROM message m JOIN ticket t ON t.id = m.ticket WHERE change NOT NULL AND NOT m.waiting";
        let mut stmt = self.side.prepare_cached(sql).unwrap();
        let found = stmt.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
        found.map(Result::unwrap).unzip()
    }
}
