//! One run of the laws of sync: a person, colleagues, a network that fails and a process that is
//! killed, then calm; and what is wrong in the end.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use chrono::TimeDelta;
use deskhand::domain::change::{Act, BatchId, Change, ChangeId, OutboxRow, Stage};
use deskhand::domain::conflict::Choice;
use deskhand::domain::people::AgentId;
use deskhand::domain::remote::{Entry, Happened, ToldFields};
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::MessageId;
use deskhand::domain::ticket::{Ticket, TicketId, TicketKey};
use deskhand::store::Writer;
use deskhand::sync::{pull, push, stories};
use futures_util::future::join;
use uuid::Uuid;

use super::book::{Book, begin, rules};
use super::model::{Dice, Model, Time, World, any_act, first, wanted};

fn person(run: u64) -> AgentId {
    rules(run).me
}

pub struct Play {
    book: Book,
    pub model: Model,
    /// The process is killed by chance, too.
    pub reckless: bool,
    dice: Dice,
    run: u64,
    n: u64,
    ids: HashMap<TicketId, TicketKey>,
    /// What the person did, in order.
    made: Vec<(ChangeId, TicketId)>,
}

impl Play {
    pub fn new(book: Book, run: u64) -> Self {
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
            reckless: true,
            run,
            n: 0,
            ids: HashMap::new(),
            made: Vec::new(),
        };
        play.book.write(|w| w.set_rules(rules(run)).unwrap());
        play.bring_in();
        for key in keys {
            let found = play.book.read(|r| r.find(&key).unwrap());
            // Killed before it came, it comes when it is asked for again.
            let id = found.unwrap_or_else(|| {
                play.bring_in();
                play.book.read(|r| r.find(&key).unwrap().unwrap())
            });
            play.ids.insert(id, key);
        }
        play
    }

    /// The first pull of the run, from where this desk begins.
    fn bring_in(&mut self) {
        self.write(|w| w.set_meta("cursor", "").unwrap());
        self.model.world().faults = false;
        while self.drive(Deed::Pull, false) {}
        self.model.world().faults = true;
    }

    fn now(&self) -> Time {
        self.model.world().now
    }

    /// Writes as the person; none: the process was killed, and runs again.
    fn write<T>(&mut self, job: impl FnOnce(&mut Writer) -> T) -> Option<T> {
        let done = self.book.write(job);
        if done.is_none() {
            self.model
                .world()
                .log
                .push("killed while the person wrote".into());
            self.book.reopen(self.run);
            let rows = self.rows();
            self.made
                .retain(|(id, _)| rows.iter().any(|r| r.change.id == *id));
        }
        done
    }

    /// The field as the desk has told it, as far as the person may know.
    fn known(&mut self, change: &Change) -> String {
        let look = || {
            self.book
                .write(|w| w.outgoing(vec![change.clone()]).unwrap())
        };
        let out = look().or_else(|| {
            self.book.reopen(self.run);
            look()
        });
        let base = &out.unwrap()[0].base;
        match &change.act {
            Act::Status { .. } => base.status.word().to_owned(),
            Act::Priority { .. } => format!("{:?}", base.priority),
            Act::Assign { .. } => format!("{:?}", base.assignee),
            Act::Subject { .. } => base.subject.raw().to_owned(),
            _ => String::new(),
        }
    }

    fn rows(&self) -> Vec<OutboxRow> {
        let mut rows = self.book.read(|r| r.outbox().unwrap());
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
        self.write(|w| w.commit(&[change]).unwrap());
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
        self.write(|w| w.undo(&me, now).map(drop).ok());
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
        let (ink, model) = (self.book.clone(), self.model.clone());
        let mut round = pin!(async move {
            match deed {
                Deed::Push => push(&ink, &model, now).await.map(|p| p.again_at.is_some()),
                Deed::Pull => pull(&ink, &model, now).await.map(|p| p.more),
                Deed::PushAndPull => {
                    let both = join(push(&ink, &model, now), pull(&ink, &model, now)).await;
                    both.0.and(both.1).map(|p| p.more)
                }
                Deed::Story(key) => {
                    let told = stories::story(&ink, &model, key, now).await;
                    told.map(|_| false)
                }
                Deed::PushAndStory(key) => {
                    let told = stories::story(&ink, &model, key, now);
                    let both = join(push(&ink, &model, now), told).await;
                    both.0.and(both.1).map(|_| false)
                }
            }
        });
        let kill = (wild && self.dice.hits(35)).then(|| 1 + self.dice.roll(60));
        let kill = kill.filter(|_| self.reckless);
        let life = self.book.life();
        let mut cx = Context::from_waker(Waker::noop());
        for step in 0.. {
            if kill == Some(step) || self.book.life() != life {
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
        if self.book.life().is_none() || self.dice.hits(20) {
            self.book.reopen(self.run);
        }
        // Without faults whoever asks goes on until there is no more.
        !wild
    }

    pub fn wild(&mut self) {
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
    pub fn calm(&mut self) {
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
        let mut keys: Vec<_> = self.ids.values().cloned().collect();
        keys.sort();
        for key in keys {
            while self.drive(Deed::Story(key.clone()), false) {}
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
                self.write(|w| w.refuse(id, &Untrusted::new("theirs"), now).unwrap());
                return;
            }
        };
        let mut world = self.model.world();
        world
            .log
            .push(format!("{choice:?} knowing {known}: {:?}", change.act));
        if world.done.contains(&id) {
            world.wrong.push("a conflict that was sent".into());
        }
        world.known.insert(id, known);
        drop(world);
        self.write(|w| w.choose(id, choice, now).unwrap());
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
                .map(|(_, v)| v.clone()),
        );
        let since = self.made.iter().skip_while(|(id, _)| *id != row.change.id);
        since
            .filter_map(|(id, _)| rows.get(id))
            .filter(|r| r.change.ticket == ticket && r.change.act.field() == field)
            .filter_map(|r| wanted(&r.change.act))
            .any(|v| had.contains(&v))
    }

    /// What is wrong in the end, in words.
    pub fn wrong(&self) -> Vec<String> {
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
            let thread = self.book.read(|r| r.thread(*id).unwrap().unwrap());
            let shown = &thread.ticket;
            let remote = &world.tickets[key];
            if fields(shown) != told(&remote.fields) {
                let (ours, theirs) = (fields(shown), told(&remote.fields));
                wrong.push(format!("{key}: here {ours:?}, there {theirs:?}"));
            }
            let mut here: Vec<_> = thread.messages.iter().map(|m| m.body.raw()).collect();
            let mut there: Vec<_> = remote.entries.iter().filter_map(|(_, e)| text(e)).collect();
            here.sort_unstable();
            there.sort_unstable();
            if here != there {
                wrong.push(format!("{key}: said here {here:?}, there {there:?}"));
            }
        }
        wrong
    }
}

enum Deed {
    Push,
    Story(TicketKey),
    Pull,
    PushAndPull,
    PushAndStory(TicketKey),
}

fn text(e: &Entry) -> Option<&str> {
    match &e.what {
        Happened::Said { content, .. } => content.as_ref().map(|(body, _)| body.raw()),
        _ => None,
    }
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
