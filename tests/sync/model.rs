//! A desk made of memory: tickets, what happened to them, colleagues who change them, and a
//! network that loses, cuts, delays and refuses as the seed says. It knows what was really
//! done, which no client of a real desk can.

use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

use chrono::{DateTime, TimeDelta, Utc};
use deskhand::desk::{Answer, DeskError, Door, ErrorKind, Prepared};
use deskhand::domain::change::{Act, ChangeId};
use deskhand::domain::conflict::{Meeting, meeting};
use deskhand::domain::people::AgentId;
use deskhand::domain::reach::Abilities;
use deskhand::domain::remote::{
    Cursor, Entry, Gone, Happened, Mark, Outgoing, Pulled, Receipt, RemoteId, Told, ToldFields,
};
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{Author, Visibility};
use deskhand::domain::ticket::{Priority, Status, TicketKey};

pub type Time = DateTime<Utc>;

/// Numbers that look like chance and follow from a seed.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (x ^ (x >> 31)) % below
    }

    pub fn hits(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len() as u64) as usize].clone()
    }
}

pub fn agent(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

/// Who gave a field a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A change of ours.
    We,
    /// A colleague.
    They,
    /// A colleague, and we were about to send the same.
    Both,
}

/// A field's values in words, and who gave them, the latest last.
type Past = Vec<(Who, String)>;

/// A ticket as the desk has it.
#[derive(Clone)]
pub struct Remote {
    pub fields: ToldFields,
    pub entries: Vec<(u64, Entry)>,
    /// The serial of the last thing that happened to it.
    pub last: u64,
    pub past: HashMap<&'static str, Past>,
}

pub struct World {
    pub dice: Dice,
    pub faults: bool,
    pub now: Time,
    /// How far the desk's clock is ahead of ours.
    pub ahead: TimeDelta,
    pub serial: u64,
    /// As whom we are known there.
    pub me: AgentId,
    pub tickets: BTreeMap<TicketKey, Remote>,
    /// What was really done, in order.
    pub done: Vec<ChangeId>,
    /// The desk had it so already.
    pub there: Vec<ChangeId>,
    /// What the desk had told of the field when the change was made.
    pub known: HashMap<ChangeId, String>,
    /// What must never happen, in words.
    pub wrong: Vec<String>,
    /// How often each fault came.
    pub faulty: BTreeMap<&'static str, u64>,
    /// What the network did, for the report of a failure.
    pub log: Vec<String>,
}

/// Lets others go first once.
pub struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

pub fn pause() -> Yield {
    Yield(false)
}

/// The way to it.
#[derive(Clone)]
pub struct Model(pub Arc<Mutex<World>>);

/// What the network does to a call.
enum Fault {
    None,
    /// Nothing arrives.
    Before(DeskError),
    /// It arrives, and its answer does not.
    After(DeskError),
}

/// What goes wrong. A server that fails may fail before or after it has done what was asked.
const FAULTS: &[&str] = &[
    "no connection",
    "cut before it arrived",
    "answer lost after commit",
    "answer cut in the middle",
    "answer cut in the middle",
    "429 with Retry-After",
    "503 without",
    "500 before",
    "500 after commit",
    "502 with HTML before",
    "502 with HTML after commit",
    "truncated JSON",
    "hostile JSON",
    "401",
    "slow drip",
    "slow drip until the time was up",
    "our clock jumps",
    "the desk's clock jumps",
];

fn error(kind: ErrorKind, retry_at: Option<Time>) -> DeskError {
    DeskError {
        kind,
        what: Untrusted::new("the network says no"),
        hint: None,
        retry_at,
    }
}

impl World {
    pub fn new(seed: u64, now: Time, me: AgentId) -> Self {
        Self {
            dice: Dice(seed),
            faults: true,
            now,
            ahead: TimeDelta::zero(),
            serial: 0,
            me,
            tickets: BTreeMap::new(),
            done: Vec::new(),
            there: Vec::new(),
            known: HashMap::new(),
            wrong: Vec::new(),
            faulty: BTreeMap::new(),
            log: Vec::new(),
        }
    }

    pub fn add(&mut self, key: TicketKey, subject: &str) {
        self.serial += 1;
        let created = self.now;
        let fields = ToldFields {
            subject: Untrusted::new(subject),
            status: Status::Open,
            status_label: None,
            priority: Some(Priority::P3),
            kind: None,
            tenant: None,
            workspace: None,
            requester: Some(Untrusted::new("Jan")),
            assignee: None,
            labels: Some(Vec::new()),
            channel: None,
            created,
            updated: created,
            resolved: None,
            closed: None,
            due: Vec::new(),
            further: Vec::new(),
        };
        let remote = Remote {
            fields,
            entries: vec![(
                self.serial,
                Entry {
                    remote: RemoteId(format!("{key}/{}", self.serial)),
                    at: created,
                    by: Author::System,
                    what: Happened::Created {
                        status: Status::Open,
                    },
                },
            )],
            last: self.serial,
            past: HashMap::new(),
        };
        self.tickets.insert(key, remote);
    }

    fn fault(&mut self, what: &str) -> Fault {
        if !self.faults || self.dice.hits(70) {
            return Fault::None;
        }
        let fault = self.dice.pick(FAULTS);
        *self.faulty.entry(fault).or_default() += 1;
        self.log.push(format!("{what}: {fault}"));
        let seconds = |n: u64| TimeDelta::seconds(n as i64);
        match fault {
            "no connection" | "cut before it arrived" => {
                Fault::Before(error(ErrorKind::Unreachable, None))
            }
            "answer lost after commit" => Fault::After(error(ErrorKind::Unreachable, None)),
            "429 with Retry-After" => {
                let at = self.now + seconds(self.dice.roll(400));
                Fault::Before(error(ErrorKind::TooMany, Some(at)))
            }
            "503 without" => Fault::Before(error(ErrorKind::TooMany, None)),
            "401" => Fault::Before(error(ErrorKind::SignIn, None)),
            "500 before" | "502 with HTML before" => Fault::Before(error(ErrorKind::Odd, None)),
            "slow drip" => {
                self.now += seconds(20);
                Fault::None
            }
            "slow drip until the time was up" => {
                self.now += seconds(60);
                Fault::After(error(ErrorKind::Unreachable, None))
            }
            "our clock jumps" => {
                self.now += seconds(self.dice.roll(14_400)) - seconds(7200);
                Fault::None
            }
            "the desk's clock jumps" => {
                self.ahead = seconds(self.dice.roll(7200)) - seconds(3600);
                Fault::None
            }
            _ => Fault::After(error(ErrorKind::Odd, None)),
        }
    }

    /// Lays an act over a ticket, by us or by a colleague, and notes what happened.
    pub fn change(&mut self, key: &TicketKey, act: &Act, ours: bool) -> RemoteId {
        self.serial += 1;
        let (serial, at) = (self.serial, self.now + self.ahead);
        let who = if ours { "we" } else { "they" };
        self.log.push(format!("{serial}: {who} {key} {act:?}"));
        let remote = self.tickets.get_mut(key).unwrap();
        let before = remote.fields.clone();
        let f = &mut remote.fields;
        match act {
            Act::Status { to } => f.status = *to,
            Act::Priority { to } => f.priority = *to,
            Act::Assign { to } => f.assignee.clone_from(to),
            Act::Subject { to } => f.subject = to.clone(),
            Act::AddLabel { label } => {
                let labels = f.labels.get_or_insert_default();
                labels.push(label.clone());
                labels.sort();
                labels.dedup();
            }
            Act::RemoveLabel { label } => f.labels.get_or_insert_default().retain(|l| l != label),
            _ => {}
        }
        f.updated = at;
        let what = happened(act, &before);
        let value = value(act, &remote.fields);
        let past = remote.past.entry(act.field()).or_default();
        past.push((if ours { Who::We } else { Who::They }, value));
        let id = RemoteId(format!("{key}/{serial}"));
        let by = Author::Agent {
            id: if ours { self.me.clone() } else { agent("bo") },
        };
        let entry = Entry {
            remote: id.clone(),
            at,
            by,
            what,
        };
        remote.entries.push((serial, entry));
        remote.last = serial;
        id
    }

    /// Notes if a change of ours is about to go over what the person could not know.
    fn guard(&mut self, out: &Outgoing) {
        let act = &out.change.act;
        let Some(past) = self.tickets[&out.key].past.get(act.field()) else {
            return;
        };
        let Some((Who::They, now)) = past.last() else {
            return;
        };
        let known = self.known.get(&out.change.id);
        // What we gave it last, and what we were about to give it since, is no news to the person:
        // one of these stands in the base, and a colleague who came back to it changed nothing.
        let ours = past.iter().rposition(|(who, _)| *who == Who::We);
        let since = past.get(ours.unwrap_or(0)..).unwrap_or_default();
        let own = since.iter().any(|(who, v)| *who != Who::They && v == now);
        if wanted(act).is_some() && known != Some(now) && !own {
            self.wrong.push(format!(
                "{act:?} of {} went over \"{now}\", and the person knew {known:?}",
                out.key
            ));
        }
    }

    pub fn told(&self, key: &TicketKey, since: u64) -> Told {
        let remote = &self.tickets[key];
        let entries = remote.entries.iter().filter(|(n, _)| *n > since);
        Told {
            key: key.clone(),
            fields: Some(remote.fields.clone()),
            version: Some(remote.last.to_string()),
            entries: entries.map(|(_, e)| e.clone()).collect(),
            whole: true,
            links: None,
        }
    }

    /// What happened after that, as a feed tells it: a few entries in the order of their numbers,
    /// without their texts, and the tickets as they are by now. Some of it is told again.
    fn feed(&mut self, since: u64) -> Pulled {
        let of = |(key, r): (&TicketKey, &Remote)| {
            let all = r.entries.iter().map(|(n, e)| (*n, key.clone(), e.clone()));
            all.collect::<Vec<_>>()
        };
        let mut all: Vec<_> = self.tickets.iter().flat_map(of).collect();
        all.sort_by_key(|(n, ..)| *n);
        let place = all.partition_point(|(n, ..)| *n <= since);
        let most = 1 + self.dice.roll(6) as usize;
        let last = (place + most).min(all.len());
        let cursor = all[..last].last().map_or(since, |(n, ..)| *n);
        let again = self.dice.roll(4) as usize;
        let mut by_ticket: BTreeMap<TicketKey, Vec<Entry>> = BTreeMap::new();
        for (_, key, mut entry) in all[place.saturating_sub(again)..last].iter().cloned() {
            if let Happened::Said { content, .. } = &mut entry.what {
                *content = None;
            }
            by_ticket.entry(key).or_default().push(entry);
        }
        let mut tickets = Vec::new();
        for (key, mut entries) in by_ticket {
            if self.dice.hits(20) {
                entries.reverse();
                entries.extend(entries.clone());
            }
            let now = self.told(&key, u64::MAX);
            tickets.push(Told {
                entries,
                version: None,
                whole: false,
                ..now
            });
        }
        if self.dice.hits(10) {
            tickets.extend(tickets.last().cloned());
        }
        Pulled {
            tickets,
            gone: Vec::new(),
            names: None,
            cursor: Cursor(cursor.to_string()),
            more: last < all.len(),
            progress: None,
        }
    }
}

/// The value of a field with which every ticket begins; none: labels and messages have none.
pub fn first(act: &Act) -> Option<String> {
    Some(match act {
        Act::Status { .. } => Status::Open.word().to_owned(),
        Act::Priority { .. } => format!("{:?}", Some(Priority::P3)),
        Act::Assign { .. } => format!("{:?}", None::<AgentId>),
        Act::Subject { .. } => "begun".to_owned(),
        _ => return None,
    })
}

/// The value that an act wants.
pub fn wanted(act: &Act) -> Option<String> {
    Some(match act {
        Act::Status { to } => to.word().to_owned(),
        Act::Priority { to } => format!("{to:?}"),
        Act::Assign { to } => format!("{to:?}"),
        Act::Subject { to } => to.raw().to_owned(),
        _ => return None,
    })
}

fn value(act: &Act, f: &ToldFields) -> String {
    match act {
        Act::Status { .. } => f.status.word().to_owned(),
        Act::Priority { .. } => format!("{:?}", f.priority),
        Act::Assign { .. } => format!("{:?}", f.assignee),
        Act::Subject { .. } => f.subject.raw().to_owned(),
        _ => String::new(),
    }
}

fn happened(act: &Act, before: &ToldFields) -> Happened {
    let field = |from: Option<String>, to: Option<String>| Happened::Field {
        field: act.field().to_owned(),
        from: from.map(Untrusted::new),
        to: to.map(Untrusted::new),
    };
    match act {
        Act::Say {
            visibility, body, ..
        } => Happened::Said {
            visibility: *visibility,
            content: Some((body.clone(), Vec::new())),
        },
        Act::Status { to } => Happened::Status {
            from: before.status,
            to: *to,
            words: (
                Untrusted::new(before.status.word()),
                Untrusted::new(to.word()),
            ),
        },
        Act::Assign { to } => Happened::Assigned {
            from: before.assignee.clone(),
            to: to.clone(),
        },
        Act::Priority { to } => field(
            before.priority.map(|p| p.word().to_owned()),
            to.map(|p| p.word().to_owned()),
        ),
        Act::Subject { to } => field(
            Some(before.subject.raw().to_owned()),
            Some(to.raw().to_owned()),
        ),
        Act::AddLabel { label } => field(None, Some(label.clone())),
        Act::RemoveLabel { label } => field(Some(label.clone()), None),
        _ => field(None, None),
    }
}

/// Whether an entry is what that act becomes.
fn is_like(what: &Happened, act: &Act) -> bool {
    match (what, act) {
        (
            Happened::Said {
                visibility,
                content: Some((text, _)),
            },
            Act::Say {
                visibility: v,
                body,
                ..
            },
        ) => visibility == v && text == body,
        (Happened::Status { to, .. }, Act::Status { to: wanted }) => to == wanted,
        (Happened::Assigned { to, .. }, Act::Assign { to: wanted }) => to == wanted,
        (Happened::Field { field, from, to }, act) if field == act.field() => match act {
            Act::Priority { to: wanted } => {
                to.as_ref().map(Untrusted::raw) == wanted.map(|p| p.word())
            }
            Act::Subject { to: wanted } => to.as_ref() == Some(wanted),
            Act::AddLabel { label } => to.as_ref().map(Untrusted::raw) == Some(label),
            Act::RemoveLabel { label } => from.as_ref().map(Untrusted::raw) == Some(label),
            _ => false,
        },
        _ => false,
    }
}

impl Model {
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap()
    }

    /// One call: time passes, the network does what it does, and the desk does the work.
    async fn call<T>(
        &self,
        what: &str,
        work: impl FnOnce(&mut World) -> Answer<T> + Send,
    ) -> Answer<T> {
        pause().await;
        let fault = self.world().fault(what);
        if let Fault::Before(error) = fault {
            pause().await;
            return Err(error);
        }
        let answer = work(&mut self.world());
        // A kill may come here: it is done, and nobody was told. Others may be told earlier.
        let slow = self.world().dice.roll(8);
        for _ in 0..=slow {
            pause().await;
        }
        match fault {
            Fault::After(error) => Err(error),
            _ => answer,
        }
    }
}

impl Door for Model {
    fn abilities(&self) -> Abilities {
        Abilities::all()
    }

    async fn pull(&self, from: Option<&Cursor>, _now: Time) -> Answer<Pulled> {
        let since: u64 = from.map_or(0, |c| c.0.parse().unwrap_or(0));
        self.call("pull", move |w| {
            let step = w.feed(since);
            w.log.push(format!("pull {since} to {}", step.cursor.0));
            Ok(step)
        })
        .await
    }

    async fn story(&self, key: &TicketKey, _now: Time) -> Answer<Result<Told, Gone>> {
        let key = key.clone();
        self.call("story", move |w| Ok(Ok(w.told(&key, 0)))).await
    }

    async fn file(&self, _file: &RemoteId, _now: Time) -> Answer<Vec<u8>> {
        Err(error(ErrorKind::Refused, None))
    }

    async fn prepare(&self, out: &Outgoing, _now: Time) -> Answer<Prepared> {
        self.call("prepare", |w| {
            let remote = &w.tickets[&out.key];
            let met = meeting(&out.change.act, &out.base, &remote.fields);
            w.log.push(format!("prepare {:?}: {met:?}", out.change.act));
            let remote = &w.tickets[&out.key];
            Ok(match met {
                Meeting::Free => Prepared::Free(Mark(remote.last.to_string())),
                Meeting::There => {
                    w.there.push(out.change.id);
                    // From now on the person knows it.
                    let act = &out.change.act;
                    let remote = w.tickets.get_mut(&out.key).unwrap();
                    let same = value(act, &remote.fields);
                    let past = remote.past.entry(act.field()).or_default();
                    past.push((Who::Both, same));
                    Prepared::There(Receipt::default())
                }
                Meeting::Conflict => Prepared::Conflict(Box::new(w.told(&out.key, 0))),
            })
        })
        .await
    }

    async fn send(&self, out: &Outgoing, mark: &Mark, _now: Time) -> Answer<Receipt> {
        self.call("send", |w| {
            let act = &out.change.act;
            let version = w.tickets[&out.key].last.to_string();
            if !matches!(act, Act::Say { .. }) && version != mark.0 {
                return Err(error(ErrorKind::Conflict, None));
            }
            if w.faults && w.dice.hits(4) {
                return Err(error(ErrorKind::Refused, None));
            }
            w.guard(out);
            let id = w.change(&out.key, act, true);
            w.done.push(out.change.id);
            Ok(receipt(act, w.serial, id))
        })
        .await
    }

    async fn look_up(&self, out: &Outgoing, mark: &Mark, _now: Time) -> Answer<Option<Receipt>> {
        self.call("look up", |w| {
            let since: u64 = mark.0.parse().unwrap_or(0);
            let me = Author::Agent { id: w.me.clone() };
            let remote = &w.tickets[&out.key];
            let found = remote.entries.iter().find(|(serial, e)| {
                *serial > since
                    && e.by == me
                    && !out.taken.contains(&e.remote)
                    && is_like(&e.what, &out.change.act)
            });
            let act = &out.change.act;
            Ok(found.map(|(serial, e)| receipt(act, *serial, e.remote.clone())))
        })
        .await
    }
}

/// A desk's word. It names what a message became, and nothing else.
fn receipt(act: &Act, serial: u64, entry: RemoteId) -> Receipt {
    Receipt {
        version: Some(serial.to_string()),
        entry: matches!(act, Act::Say { .. }).then_some(entry),
    }
}

/// Something a person or a colleague may do to a ticket.
pub fn any_act(dice: &mut Dice, ours: bool, n: u64) -> Act {
    let statuses = [Status::Open, Status::Pending, Status::OnHold];
    match dice.roll(8) {
        0 | 1 => Act::Status {
            to: dice.pick(&statuses),
        },
        2 => Act::Priority {
            to: dice.pick(&[None, Some(Priority::P1), Some(Priority::P2)]),
        },
        3 => Act::Assign {
            to: dice.pick(&[None, Some(agent("ana")), Some(agent("cem"))]),
        },
        4 => Act::Subject {
            to: Untrusted::new(format!("subject {n}")),
        },
        5 => Act::AddLabel {
            label: dice.pick(&["vpn", "gpu"]).to_owned(),
        },
        6 => Act::RemoveLabel {
            label: dice.pick(&["vpn", "gpu"]).to_owned(),
        },
        _ => Act::Say {
            message: deskhand::domain::thread::MessageId(0),
            visibility: if ours && dice.hits(50) {
                Visibility::Public
            } else {
                Visibility::Internal
            },
            // The same words twice are two messages.
            body: Untrusted::new(dice.pick(&["done", "looking", "thanks"])),
            attachments: Vec::new(),
        },
    }
}
