//! Whatever the network does and whenever the program is killed: no change is lost, none is
//! sent twice, none goes over what a colleague did unseen, and in the end the store holds
//! what the desk holds.
//!
//! A failure names its seed: `DESKHAND_SYNC_SEED=n` runs that one alone,
//! `DESKHAND_SYNC_RUNS=n` runs more of them, both so many from that one on.

use std::collections::HashMap;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, LazyLock, Mutex};
use std::task::{Context, Poll, Waker};

use chrono::TimeDelta;
use deskhand::domain::calendar::Calendar;
use deskhand::domain::change::{Act, BatchId, Change, ChangeId, OutboxRow, Stage};
use deskhand::domain::conflict::Choice;
use deskhand::domain::people::AgentId;
use deskhand::domain::remote::ToldFields;
use deskhand::domain::sla::Policy;
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::MessageId;
use deskhand::domain::ticket::{Ticket, TicketId, TicketKey};
use deskhand::store::{Reader, Rules, StoreError, Writer};
use deskhand::sync::{Ledger, pull, push, stories};
use futures_util::future::join;
use uuid::Uuid;

use super::model::{Dice, Model, Time, World, agent, any_act, first, pause, wanted};

const RUNS: u64 = 800;

/// A store that is used for many runs, each with tickets of its own.
struct Book {
    writer: Arc<Mutex<Writer>>,
    reader: Reader,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

/// A person of each run's own: taking back stays within it.
fn person(run: u64) -> AgentId {
    agent(&format!("ana{run}"))
}

fn rules(run: u64) -> Rules {
    static CALENDAR: LazyLock<Calendar> = LazyLock::new(Calendar::standard);
    Rules {
        policy: Policy::mydre(),
        calendar: CALENDAR.clone(),
        me: person(run),
    }
}

fn begin() -> Time {
    "2026-11-24T08:30:00Z".parse().unwrap()
}

impl Book {
    fn new(run: u64) -> Self {
        // In memory where the system has such a place: a disk is not what is tested here.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let folder = folder.unwrap();
        let path = folder.path().join("desk.db");
        let writer = Writer::open(&path, rules(run), begin()).unwrap().writer;
        let reader = Reader::open(&path).unwrap();
        Self {
            writer: Arc::new(Mutex::new(writer)),
            reader,
            path,
            _folder: folder,
        }
    }

    fn reopen(&self, run: u64, now: Time) {
        let mut writer = self.writer.lock().unwrap();
        *writer = Writer::open(&self.path, rules(run), now).unwrap().writer;
    }
}

/// The way to the store. A kill may come before anything is written, and after.
struct Ink(Arc<Mutex<Writer>>);

impl Ledger for Ink {
    async fn with<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Writer) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        pause().await;
        let done = job(&mut self.0.lock().unwrap());
        pause().await;
        done
    }
}

struct Play<'a> {
    book: &'a Book,
    model: Model,
    dice: Dice,
    run: u64,
    n: u64,
    ids: HashMap<TicketId, TicketKey>,
    /// What the person did, in order.
    made: Vec<(ChangeId, TicketId)>,
}

impl<'a> Play<'a> {
    fn new(book: &'a Book, run: u64) -> Self {
        let mut dice = Dice(run.wrapping_mul(7919));
        let now = begin() + TimeDelta::days(run as i64);
        let mut world = World::new(dice.roll(u64::MAX), now, person(run));
        let tickets = 1 + dice.roll(4);
        let keys: Vec<_> = (0..tickets)
            .map(|i| TicketKey::parse(&format!("R{run}-{i}")).unwrap())
            .collect();
        for key in &keys {
            world.add(key.clone(), "begun");
        }
        let mut play = Self {
            book,
            model: Model(Arc::new(Mutex::new(world))),
            dice,
            run,
            n: 0,
            ids: HashMap::new(),
            made: Vec::new(),
        };
        book.writer.lock().unwrap().set_rules(rules(run)).unwrap();
        play.bring_in();
        for key in keys {
            let id = book.reader.find(&key).unwrap().unwrap();
            play.ids.insert(id, key);
        }
        play
    }

    /// The first pull of the run, from where this desk begins.
    fn bring_in(&mut self) {
        let mut writer = self.book.writer.lock().unwrap();
        writer.set_meta("cursor", "").unwrap();
        drop(writer);
        self.model.world().faults = false;
        while self.drive(Deed::Pull, false) {}
        self.model.world().faults = true;
    }

    fn now(&self) -> Time {
        self.model.world().now
    }

    /// The field as the desk has told it, as far as the person may know.
    fn known(&self, change: &Change) -> String {
        let mut writer = self.book.writer.lock().unwrap();
        let out = writer.outgoing(vec![change.clone()]).unwrap();
        let base = &out[0].base;
        match &change.act {
            Act::Status { .. } => base.status.word().to_owned(),
            Act::Priority { .. } => format!("{:?}", base.priority),
            Act::Assign { .. } => format!("{:?}", base.assignee),
            Act::Subject { .. } => base.subject.raw().to_owned(),
            _ => String::new(),
        }
    }

    fn rows(&self) -> Vec<OutboxRow> {
        let mut rows = self.book.reader.outbox().unwrap();
        rows.retain(|r| self.ids.contains_key(&r.change.ticket));
        rows
    }

    fn some_ticket(&mut self) -> (TicketId, TicketKey) {
        let mut all: Vec<_> = self.ids.iter().map(|(i, k)| (*i, k.clone())).collect();
        all.sort();
        self.dice.pick(&all)
    }

    /// The person does something, or takes the latest back.
    fn person(&mut self) {
        let now = self.now();
        self.n += 1;
        let (ticket, _) = self.some_ticket();
        let mut act = any_act(&mut self.dice, true, self.n);
        if let Act::Say { message, .. } = &mut act {
            *message = MessageId((self.run * 1000 + self.n) as i64);
        }
        let change = Change {
            id: ChangeId(Uuid::from_u64_pair(self.run + 1, self.n)),
            batch: BatchId(Uuid::from_u64_pair(self.run + 1, self.n)),
            ticket,
            at: now,
            by: person(self.run),
            base: 1,
            not_before: self.dice.hits(20).then(|| now + TimeDelta::seconds(10)),
            act,
        };
        if self.dice.hits(15) {
            return self.take_back(now);
        }
        let met = self.rows().into_iter().find(|r| r.stage == Stage::Conflict);
        if let Some(met) = met.filter(|_| self.dice.hits(30)) {
            return self.settle(&met.change);
        }
        let known = self.known(&change);
        self.note(&change, known);
        self.book.writer.lock().unwrap().commit(&[change]).unwrap();
    }

    fn note(&mut self, change: &Change, known: String) {
        let mut world = self.model.world();
        world
            .log
            .push(format!("done knowing {known}: {:?}", change.act));
        world.known.insert(change.id, known);
        self.made.push((change.id, change.ticket));
    }

    /// Taking back makes changes of its own.
    fn take_back(&mut self, now: Time) {
        let me = person(self.run);
        let _ = self.book.writer.lock().unwrap().undo(&me, now);
        for row in self.rows().into_iter().rev() {
            let noted = self.model.world().known.contains_key(&row.change.id);
            if !noted {
                let known = self.known(&row.change);
                self.note(&row.change, known);
            }
        }
    }

    fn colleague(&mut self) {
        self.n += 1;
        let (_, key) = self.some_ticket();
        let act = any_act(&mut self.dice, false, self.n + 500);
        self.model.world().change(&key, &act, false);
    }

    /// One round of talking, in the middle of which anything may happen; whether there is more.
    fn drive(&mut self, deed: Deed, wild: bool) -> bool {
        let now = self.now();
        let (ink, model) = (Ink(Arc::clone(&self.book.writer)), self.model.clone());
        let mut round = pin!(async move {
            match deed {
                Deed::Push => push(&ink, &model, now).await.map(|p| p.again_at.is_some()),
                Deed::Pull => pull(&ink, &model, now).await.map(|p| p.more),
                Deed::PushAndPull => {
                    let both = join(push(&ink, &model, now), pull(&ink, &model, now)).await;
                    both.0.and(both.1).map(|p| p.more)
                }
                Deed::PushAndStory(key) => {
                    let told = stories::story(&ink, &model, key, now);
                    let both = join(push(&ink, &model, now), told).await;
                    both.0.and(both.1).map(|_| false)
                }
            }
        });
        let kill = (wild && self.dice.hits(35)).then(|| 1 + self.dice.roll(60));
        let mut cx = Context::from_waker(Waker::noop());
        for step in 0.. {
            if kill == Some(step) {
                break;
            }
            if let Poll::Ready(done) = round.as_mut().poll(&mut cx) {
                return done.unwrap();
            }
            if wild {
                match self.dice.roll(24) {
                    0 => self.person(),
                    1 | 2 => self.colleague(),
                    _ => {}
                }
            }
            assert!(step < 100_000, "it never ends");
        }
        self.model.world().log.push("killed".into());
        if self.dice.hits(20) {
            self.book.reopen(self.run, now);
        }
        false
    }

    fn wild(&mut self) {
        for _ in 0..3 + self.dice.roll(6) {
            for _ in 0..self.dice.roll(4) {
                self.person();
            }
            if self.dice.hits(40) {
                self.colleague();
            }
            let jump = match self.dice.roll(10) {
                0 => TimeDelta::hours(9),
                1 => TimeDelta::minutes(-3),
                n => TimeDelta::seconds(15 * n as i64),
            };
            self.model.world().now += jump;
            // Reading and sending go on side by side, each for itself in order.
            let deed = match self.dice.roll(3) {
                0 => Deed::Push,
                1 => Deed::PushAndPull,
                _ => Deed::PushAndStory(self.some_ticket().1),
            };
            self.drive(deed, true);
            self.drive(Deed::Pull, true);
        }
    }

    /// The network is well again and the person decides what waits for a decision.
    fn calm(&mut self) {
        self.model.world().faults = false;
        for _ in 0..200 {
            self.model.world().now += TimeDelta::minutes(30);
            self.drive(Deed::Push, false);
            while self.drive(Deed::Pull, false) {}
            let rows = self.rows();
            let stuck = rows.iter().filter(|r| r.stage == Stage::Conflict);
            let stuck: Vec<_> = stuck.map(|r| r.change.clone()).collect();
            for change in &stuck {
                self.settle(change);
            }
            let is_open = |r: &OutboxRow| matches!(r.stage, Stage::Waiting | Stage::InFlight);
            if stuck.is_empty() && !rows.iter().any(is_open) {
                break;
            }
        }
    }

    /// The person decides about a change that meets another, of which they know then.
    fn settle(&mut self, change: &Change) {
        let (id, now) = (change.id, self.now());
        let known = self.known(change);
        let is_field = wanted(&change.act).is_some();
        let choice = match self.dice.roll(4) {
            0 => Choice::Theirs,
            1 if !is_field => Choice::Both,
            1 | 2 => Choice::Mine,
            _ => {
                let mut writer = self.book.writer.lock().unwrap();
                writer.refuse(id, &Untrusted::new("theirs"), now).unwrap();
                return;
            }
        };
        let mut writer = self.book.writer.lock().unwrap();
        writer.choose(id, choice, now).unwrap();
        drop(writer);
        let mut world = self.model.world();
        world
            .log
            .push(format!("{choice:?} knowing {known}: {:?}", change.act));
        if world.done.contains(&id) {
            world.wrong.push("a conflict that was sent".into());
        }
        world.known.insert(id, known);
    }

    /// Whether the desk had, without our doing, what the person wanted of that field in the
    /// end: then nothing had to be sent.
    fn was_so(&self, row: &OutboxRow, rows: &HashMap<ChangeId, OutboxRow>, world: &World) -> bool {
        let (ticket, field) = (row.change.ticket, row.change.act.field());
        let remote = &world.tickets[&self.ids[&ticket]];
        let mut had: Vec<_> = first(&row.change.act).into_iter().collect();
        had.extend(
            remote
                .past
                .get(field)
                .into_iter()
                .flatten()
                .map(|(.., v)| v.clone()),
        );
        let since = self.made.iter().skip_while(|(id, _)| *id != row.change.id);
        since
            .filter_map(|(id, _)| rows.get(id))
            .filter(|r| r.change.ticket == ticket && r.change.act.field() == field)
            .filter_map(|r| wanted(&r.change.act))
            .any(|v| had.contains(&v))
    }

    /// What is wrong in the end, in words.
    fn wrong(&self) -> Vec<String> {
        let rows: HashMap<_, _> = self.rows().into_iter().map(|r| (r.change.id, r)).collect();
        let world = self.model.world();
        let mut wrong = world.wrong.clone();
        for (id, ticket) in &self.made {
            let times = world.done.iter().filter(|d| *d == id).count();
            let there = world.there.contains(id);
            let Some(row) = rows.get(id) else {
                wrong.push(format!("{id:?} is gone"));
                continue;
            };
            let fits = match row.stage {
                Stage::Confirmed => {
                    times == 1 || (times == 0 && (there || self.was_so(row, &rows, &world)))
                }
                Stage::Refused | Stage::Withdrawn => times == 0,
                _ => false,
            };
            if !fits {
                let (act, stage) = (&row.change.act, row.stage);
                let key = &self.ids[ticket];
                wrong.push(format!(
                    "{act:?} of {key} is {stage:?} and was done {times} times"
                ));
            }
        }
        // In order within a ticket.
        let place = |id: &ChangeId| self.made.iter().position(|(m, _)| m == id);
        for ticket in self.ids.keys() {
            let of = |id: &&ChangeId| self.made.contains(&(**id, *ticket));
            let order: Vec<_> = world.done.iter().filter(of).map(place).collect();
            if !order.is_sorted() {
                wrong.push(format!("out of order: {order:?}"));
            }
        }
        for (id, key) in &self.ids {
            let shown = self.book.reader.ticket(*id).unwrap().unwrap();
            let remote = &world.tickets[key];
            if fields(&shown) != told(&remote.fields) {
                let (ours, theirs) = (fields(&shown), told(&remote.fields));
                wrong.push(format!("{key}: here {ours:?}, there {theirs:?}"));
            }
        }
        wrong
    }
}

enum Deed {
    Push,
    Pull,
    PushAndPull,
    PushAndStory(TicketKey),
}

fn fields(t: &Ticket) -> String {
    let subject = t.subject.raw();
    format!(
        "{:?} {:?} {:?} {subject} {:?}",
        t.status, t.priority, t.assignee, t.labels
    )
}

fn told(f: &ToldFields) -> String {
    let (subject, labels) = (f.subject.raw(), f.labels.clone().unwrap_or_default());
    format!(
        "{:?} {:?} {:?} {subject} {labels:?}",
        f.status, f.priority, f.assignee
    )
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn run(seeds: std::ops::Range<u64>) {
    let mut book = Book::new(seeds.start);
    for seed in seeds {
        if seed % 20 == 0 {
            book = Book::new(seed);
        }
        let mut play = Play::new(&book, seed);
        play.wild();
        play.calm();
        let wrong = play.wrong();
        assert!(
            wrong.is_empty(),
            "DESKHAND_SYNC_SEED={seed}:\n{}\nwhat the network did:\n{}",
            wrong.join("\n"),
            play.model.world().log.join("\n")
        );
    }
}

#[test]
fn nothing_is_lost_sent_twice_or_written_over_whatever_happens() {
    let (from, runs) = (number("DESKHAND_SYNC_SEED"), number("DESKHAND_SYNC_RUNS"));
    let runs = runs.unwrap_or(if from.is_some() { 1 } else { RUNS });
    let from = from.unwrap_or(0);
    let half = from + runs / 2;
    std::thread::scope(|s| {
        let first = s.spawn(|| run(from..half));
        run(half..from + runs);
        if let Err(panic) = first.join() {
            std::panic::resume_unwind(panic);
        }
    });
}
