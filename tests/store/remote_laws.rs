//! Laws that hold for any series of pulls, changes of ours and answers to them: a small desk
//! over a network is played beside the store, which is told of it in any order and twice.

use deskhand::domain::change::{Act, Change, ChangeId, Stage};
use deskhand::domain::conflict::Choice;
use deskhand::domain::remote::{Entry, ToldFields};
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::Thread;
use deskhand::domain::ticket::{Priority, Status};
use proptest::collection::vec;
use proptest::prelude::*;

use super::remote::{Kept, fields, minute, moved, said, say, told};
use super::scene::change;
use super::sound::assert_whole;

/// What can happen, at the desk, here or between them.
#[derive(Debug, Clone)]
enum Op {
    /// Somebody else answers, asks or sets a field at the desk.
    TheySay(bool),
    TheySet(Status),
    TheyRank(Priority),
    /// We do something here.
    Say,
    Set(Status),
    Rank(Priority),
    Line(u8),
    /// The oldest open change is taken by the desk, which says so now or later; or is refused.
    Send {
        named: bool,
        answered: bool,
    },
    Refuse,
    /// The desk's late answer.
    Answer,
    /// The person decides.
    Choose(Choice),
    Retry,
    Withdraw,
    /// Some of what happened is told, with the fields, the texts or both.
    Pull {
        from: usize,
        texts: bool,
        twice: bool,
        bare: bool,
    },
}

fn op() -> impl Strategy<Value = Op> {
    let status = || proptest::sample::select(vec![Status::Open, Status::Pending, Status::Resolved]);
    let rank = || proptest::sample::select(Priority::ALL);
    let choice = proptest::sample::select(vec![Choice::Mine, Choice::Theirs, Choice::Both]);
    prop_oneof![
        2 => any::<bool>().prop_map(Op::TheySay),
        1 => status().prop_map(Op::TheySet),
        1 => rank().prop_map(Op::TheyRank),
        3 => Just(Op::Say),
        2 => status().prop_map(Op::Set),
        1 => rank().prop_map(Op::Rank),
        1 => (0..3_u8).prop_map(Op::Line),
        5 => any::<(bool, bool)>().prop_map(|(named, answered)| Op::Send { named, answered }),
        1 => Just(Op::Refuse),
        3 => Just(Op::Answer),
        2 => choice.prop_map(Op::Choose),
        1 => Just(Op::Retry),
        1 => Just(Op::Withdraw),
        5 => (0..6_usize, any::<(bool, bool, bool)>())
            .prop_map(|(from, (texts, twice, bare))| Op::Pull { from, texts, twice, bare }),
    ]
}

/// The desk and the store.
struct World {
    kept: Kept,
    /// The ticket as the desk has it.
    now: ToldFields,
    /// All that happened there.
    log: Vec<Entry>,
    /// What the desk took and has not answered: the change and the entry's name, where it tells.
    unanswered: Option<(Change, Option<String>)>,
    /// All changes made here.
    made: Vec<Change>,
    n: u64,
}

impl World {
    fn new() -> Self {
        Self {
            kept: Kept::new(),
            now: fields("no disk"),
            log: Vec::new(),
            unanswered: None,
            made: Vec::new(),
            n: 0,
        }
    }

    /// A moment; an hour lies between any two, so that what is close in time is one thing.
    fn at(&self) -> i64 {
        self.n as i64 * 60
    }

    fn commit(&mut self, act: Act) {
        let on = self.kept.id("T1");
        let mut c = change(self.n, on, act);
        if let Act::Say { .. } = c.act {
            c = say(self.n, on, &format!("ours{}", self.n));
        }
        c.at = minute(self.at());
        self.kept.commit(c.clone());
        self.made.push(c);
    }

    /// The desk does what a change says.
    fn take(&mut self, c: &Change) -> String {
        let (name, at) = (format!("e{}", self.n), self.at());
        match &c.act {
            Act::Say { body, .. } => {
                self.log.push(said(&name, at, "ana", Some(body.raw())));
            }
            Act::Status { to } if *to != self.now.status => {
                self.log.push(moved(&name, at, "ana", self.now.status, *to));
                (self.now.status, self.now.status_label) = (*to, None);
            }
            Act::Priority { to } => self.now.priority = *to,
            Act::Subject { to } => self.now.subject = to.clone(),
            _ => {}
        }
        self.now.updated = minute(at);
        name
    }

    fn next(&self) -> Option<Change> {
        let all = self.kept.scene.writer.next_to_send(minute(1 << 20));
        all.unwrap().into_iter().next()
    }

    /// The desk has it so already: nothing is sent.
    fn has(&mut self, c: &Change) -> bool {
        let there = match &c.act {
            Act::Status { to } => self.now.status == *to,
            Act::Priority { to } => self.now.priority == *to,
            Act::Subject { to } => self.now.subject == *to,
            _ => false,
        };
        if there {
            self.kept.receive(c, None, minute(self.at()));
        }
        there
    }

    fn some(&self, stage: Stage) -> Option<ChangeId> {
        let rows = self.kept.scene.reader.outbox().unwrap();
        rows.iter().find(|r| r.stage == stage).map(|r| r.change.id)
    }

    fn answer(&mut self) {
        if let Some((c, name)) = self.unanswered.take() {
            self.kept.receive(&c, name.as_deref(), minute(self.at()));
        }
    }

    fn pull(&mut self, from: usize, texts: bool, bare: bool) {
        let mut entries: Vec<Entry> = self.log.iter().rev().take(from + 1).cloned().collect();
        if !texts {
            for e in &mut entries {
                if let deskhand::domain::remote::Happened::Said { content, .. } = &mut e.what {
                    *content = None;
                }
            }
        }
        let now = (!bare).then(|| self.now.clone());
        self.kept.keep(vec![told("T1", now, entries)]);
    }

    fn step(&mut self, op: &Op) {
        self.n += 1;
        let at = minute(self.at());
        let name = format!("e{}", self.n);
        match op {
            Op::TheySay(colleague) => {
                let who = if *colleague { "bo" } else { "jan" };
                let body = format!("theirs{}", self.n);
                self.log.push(said(&name, self.at(), who, Some(&body)));
                self.now.updated = at;
            }
            Op::TheySet(to) if *to != self.now.status => {
                self.log
                    .push(moved(&name, self.at(), "bo", self.now.status, *to));
                (self.now.status, self.now.status_label) = (*to, None);
                self.now.updated = at;
            }
            Op::TheySet(_) => {}
            Op::TheyRank(to) => self.now.priority = Some(*to),
            Op::Say => {
                let on = self.kept.id("T1");
                self.commit(say(self.n, on, "").act);
            }
            Op::Set(to) => self.commit(Act::Status { to: *to }),
            Op::Rank(to) => self.commit(Act::Priority { to: Some(*to) }),
            Op::Line(n) => {
                let to = Untrusted::new(format!("line {n}"));
                self.commit(Act::Subject { to });
            }
            // One thing at a time for one ticket, as sync sends.
            Op::Send { named, answered } if self.unanswered.is_none() => {
                if let Some(c) = self.next()
                    && !self.has(&c)
                {
                    self.kept.send(&c);
                    let name = self.take(&c);
                    self.unanswered = Some((c, named.then_some(name)));
                    if *answered {
                        self.answer();
                    }
                }
            }
            Op::Send { .. } => {}
            Op::Refuse => {
                if let Some(c) = self.next().filter(|_| self.unanswered.is_none()) {
                    let no = Untrusted::new("no");
                    self.kept.scene.writer.refuse(c.id, &no, at).unwrap();
                }
            }
            Op::Answer => self.answer(),
            Op::Choose(choice) => {
                if let Some(id) = self.some(Stage::Conflict) {
                    // Both of what is no message is refused with a sentence.
                    drop(self.kept.scene.writer.choose(id, *choice, at));
                }
            }
            Op::Retry => {
                if let Some(id) = self.some(Stage::Refused) {
                    self.kept.scene.writer.retry(id, at).unwrap();
                }
            }
            Op::Withdraw => {
                if let Some(id) = self.some(Stage::Waiting) {
                    self.kept.scene.writer.withdraw(id, at).unwrap();
                }
            }
            Op::Pull {
                from,
                texts,
                twice,
                bare,
            } => {
                for _ in 0..=usize::from(*twice) {
                    self.pull(*from, *texts, *bare);
                }
            }
        }
        assert_whole(&self.kept.scene.path());
        self.assert_nothing_is_lost();
    }

    /// Every change made here is in the outbox, and every text of ours is somewhere: in the
    /// conversation, in a draft or refused.
    fn assert_nothing_is_lost(&self) {
        let thread = self.kept.thread();
        for c in &self.made {
            let row = self.kept.row(c);
            let Act::Say { body, .. } = &c.act else {
                continue;
            };
            let said = times(&thread, body.raw());
            let drafted = thread.drafts.iter().any(|d| d.body.contains(body.raw()));
            // Told and not answered yet, it stands beside what is being sent.
            let most = 1 + usize::from(row.stage == Stage::InFlight);
            match row.stage {
                Stage::Refused => assert_eq!(said, 0, "{row:?}"),
                Stage::Withdrawn => assert!(said == 0 && drafted, "{row:?}"),
                _ => assert!((1..=most).contains(&said), "{said} times {row:?}"),
            }
        }
        let open = |s: Stage| s.is_laid_over();
        let last = |field: &str| {
            let of = |c: &&Change| c.act.field() == field && open(self.kept.stage(c));
            self.made.iter().rfind(of)
        };
        // What is shown is what we want where that is not settled. A change that went again
        // keeps its place, so that the last one made is laid over last.
        for field in ["status", "priority", "subject"] {
            if let Some(c) = last(field) {
                assert!(c.act.is_so_already(&thread.ticket), "{c:?}");
            }
        }
    }

    /// All is answered, decided and told: the store holds what the desk has.
    fn settle(&mut self) {
        self.n += 1;
        self.answer();
        while let Some(id) = self.some(Stage::Conflict) {
            let at = minute(self.at());
            self.kept
                .scene
                .writer
                .choose(id, Choice::Theirs, at)
                .unwrap();
        }
        while let Some(c) = self.next() {
            self.n += 1;
            if self.has(&c) {
                continue;
            }
            self.kept.send(&c);
            let name = self.take(&c);
            self.kept.receive(&c, Some(&name), minute(self.at()));
        }
        self.pull(self.log.len(), true, false);
        let thread = self.kept.thread();
        let t = &thread.ticket;
        assert_eq!(
            (t.status, t.priority, &t.subject, t.waiting),
            (self.now.status, self.now.priority, &self.now.subject, 0)
        );
        let mut want: Vec<String> = Vec::new();
        for e in &self.log {
            if let deskhand::domain::remote::Happened::Said {
                content: Some((body, _)),
                ..
            } = &e.what
            {
                want.push(body.raw().to_owned());
            }
        }
        want.sort();
        let mut got = self.kept.bodies();
        got.sort();
        assert_eq!(got, want, "messages were lost or doubled");
        let moves = self.log.len() - want.len();
        let shown = thread.timeline.iter().filter(|e| e.field == "status");
        assert_eq!(
            shown.count(),
            moves,
            "{:?}\n{:?}",
            thread.timeline,
            self.log
        );
        // The clocks are those of the desk's own history.
        let status = thread.clock_events.iter();
        let statuses = status.filter(|e| matches!(e.what, deskhand::domain::sla::What::Status(_)));
        assert_eq!(statuses.count(), moves);
    }
}

fn times(thread: &Thread, body: &str) -> usize {
    let same = thread.messages.iter().filter(|m| m.body.raw() == body);
    same.count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_or_doubled_whatever_is_told_in_whatever_order(ops in vec(op(), 1..30)) {
        let mut world = World::new();
        for op in &ops {
            world.step(op);
        }
        world.settle();
    }
}
