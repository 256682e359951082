//! Real incidents reach a team of which somebody is always away: promises broken with the plan and without.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use chrono::TimeDelta;
use deskhand::domain::absence::{
    Absence, AbsenceId, Away, Cover, Handed, Person, Scope, Team, Times, preview,
};
use deskhand::domain::calendar::Calendar;
use deskhand::domain::next::Rank;
use deskhand::domain::sla::{Policy, What, due, outcomes};
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::{Status, Ticket, TicketId};

use super::world::{Instant, plain, who};
use crate::rules::incidents::office;
use crate::rules::next_up::{Case, Work, chance, effort, work};

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Happens {
    /// Somebody has answered a ticket.
    Answered(usize, usize),
    /// Somebody is back from this absence.
    Back(usize),
    /// Somebody goes away, by this absence.
    Leaves(usize),
    /// A ticket was asked, or its requester has written back.
    Asked(usize),
}

/// A promise, and whether it was kept.
struct Sums {
    all: usize,
    broken: usize,
    /// Broken while the one whose ticket it is was away.
    away_broken: usize,
}

struct Desk<'a> {
    policy: &'a Policy,
    calendar: &'a Calendar,
    people: &'a [Person],
    absences: &'a [Absence],
    spans: &'a [(usize, Instant, Instant)],
    planned: bool,
    cases: Vec<Case<'a>>,
    /// Whose each ticket is, and who has it.
    owner: Vec<usize>,
    holder: Vec<usize>,
    /// What each has to answer.
    waiting: Vec<Vec<(Rank, usize)>>,
    busy: Vec<bool>,
    handed: BTreeMap<usize, Handed>,
    answer: f64,
    seed: u64,
}

fn at(n: usize) -> TicketId {
    TicketId(n as i64 + 1)
}

impl Desk<'_> {
    fn is_away(&self, agent: usize, at: Instant) -> bool {
        self.spans
            .iter()
            .any(|(a, from, to)| *a == agent && *from <= at && at < *to)
    }

    fn team(&self, from: Instant, to: Instant) -> Team<'_> {
        let span = (from - TimeDelta::days(1), to + TimeDelta::days(20));
        let loads = self
            .waiting
            .iter()
            .enumerate()
            .map(|(n, all)| (who(n), all.len()));
        Team::new(self.people, self.calendar, self.absences, span).with_loads(loads)
    }

    fn ticket(&self, i: usize) -> Ticket {
        let case = &self.cases[i];
        let mut t = plain(i);
        t.id = at(i);
        t.assignee = Some(who(self.holder[i]));
        t.created = case.work.asked;
        t.priority = case.work.priority;
        t.due = due(&case.history(), self.policy, self.calendar);
        t.status = case.status();
        t
    }

    /// What the preview says is done; what was moved is remembered for the return.
    fn hand_over(&mut self, k: usize, tickets: &[usize], now: Instant) {
        let (_, from, to) = self.spans[k];
        let away = Away {
            absence: &self.absences[k],
            from,
            to,
        };
        let all: Vec<Ticket> = tickets.iter().map(|i| self.ticket(*i)).collect();
        let plan = preview(&self.team(now, to), &away, &all, now);
        let passed = Handed::of(&plan, &all, now);
        for t in &passed.tickets {
            let i = t.ticket.0 as usize - 1;
            let to = (0..self.people.len()).find(|n| who(*n) == t.to).unwrap();
            self.give(i, to);
        }
        let all = match self.handed.remove(&k) {
            Some(before) => before.and(passed),
            None => passed,
        };
        self.handed.insert(k, all);
    }

    fn give(&mut self, i: usize, to: usize) {
        let from = std::mem::replace(&mut self.holder[i], to);
        let found = self.waiting[from].iter().position(|(_, n)| *n == i);
        if let Some(found) = found {
            let entry = self.waiting[from].swap_remove(found);
            self.waiting[to].push(entry);
        }
    }

    /// What nobody answered meanwhile goes back.
    fn take_back(&mut self, k: usize) {
        let (agent, ..) = self.spans[k];
        let Some(handed) = self.handed.remove(&k) else {
            return;
        };
        for t in handed.tickets {
            let i = t.ticket.0 as usize - 1;
            if self.cases[i].events.iter().all(|e| e.at <= handed.at) {
                self.give(i, agent);
            }
        }
    }

    fn asked(&mut self, i: usize, now: Instant) {
        let rank = Rank::of(
            &due(&self.cases[i].history(), self.policy, self.calendar),
            self.cases[i].work.asked,
        );
        let holder = self.holder[i];
        self.waiting[holder].push((rank, i));
        let gone = self
            .spans
            .iter()
            .position(|(a, from, to)| *a == holder && *from <= now && now < *to);
        if let Some(k) = gone.filter(|_| self.planned) {
            self.hand_over(k, &[i], now);
        }
    }

    fn leaves(&mut self, k: usize, now: Instant) {
        let (agent, ..) = self.spans[k];
        if self.planned {
            let mine = |i: &usize| self.holder[*i] == agent && self.cases[*i].is_live(now);
            let all: Vec<usize> = (0..self.cases.len()).filter(mine).collect();
            self.hand_over(k, &all, now);
        }
    }

    fn run(mut self) -> Sums {
        let open = |calendar: &Calendar, at| calendar.next_open(at).unwrap();
        let mut ahead: BinaryHeap<Reverse<(Instant, Happens)>> = BinaryHeap::new();
        for (i, case) in self.cases.iter().enumerate() {
            ahead.push(Reverse((
                open(self.calendar, case.work.asked),
                Happens::Asked(i),
            )));
        }
        for (k, (_, from, to)) in self.spans.iter().enumerate() {
            ahead.push(Reverse((*from, Happens::Leaves(k))));
            ahead.push(Reverse((open(self.calendar, *to), Happens::Back(k))));
        }
        let mut end = Instant::UNIX_EPOCH;
        while let Some(Reverse((now, what))) = ahead.pop() {
            end = now;
            match what {
                Happens::Asked(i) => self.asked(i, now),
                Happens::Leaves(k) => self.leaves(k, now),
                Happens::Back(k) => self.take_back(k),
                Happens::Answered(agent, i) => {
                    self.busy[agent] = false;
                    let case = &mut self.cases[i];
                    match case.work.waits.get(case.round) {
                        None => {
                            case.happens(now, &[What::AgentReply, What::Status(Status::Resolved)])
                        }
                        Some(wait) => {
                            let back = now + *wait;
                            case.happens(now, &[What::AgentReply, What::Status(Status::Pending)]);
                            case.happens(
                                back,
                                &[What::RequesterMessage, What::Status(Status::Open)],
                            );
                            case.round += 1;
                            ahead.push(Reverse((open(self.calendar, back), Happens::Asked(i))));
                        }
                    }
                }
            }
            if ahead.peek().is_some_and(|Reverse((at, _))| *at == now) {
                continue;
            }
            for agent in 0..self.people.len() {
                if self.busy[agent] || self.is_away(agent, now) {
                    continue;
                }
                let first = self.waiting[agent]
                    .iter()
                    .enumerate()
                    .min_by_key(|(_, (rank, i))| (*rank, *i));
                let Some((at, _)) = first else { continue };
                let (_, i) = self.waiting[agent].swap_remove(at);
                self.busy[agent] = true;
                let seconds = effort(self.seed, i, self.cases[i].round) * self.answer;
                let done = self.calendar.add(now, (seconds as i64).max(60));
                ahead.push(Reverse((done, Happens::Answered(agent, i))));
            }
        }
        self.sums(end)
    }

    fn sums(&self, end: Instant) -> Sums {
        let mut sums = Sums {
            all: 0,
            broken: 0,
            away_broken: 0,
        };
        for (i, case) in self.cases.iter().enumerate() {
            for o in outcomes(&case.history(), self.policy, self.calendar, end) {
                let late = usize::from(!o.kept);
                sums.all += 1;
                sums.broken += late;
                sums.away_broken += late * usize::from(self.is_away(self.owner[i], o.at));
            }
        }
        sums
    }
}

/// Everybody is away once in the three weeks: a day, three, or a week, one after the other as chance has it.
fn absences(
    agents: usize,
    first: Instant,
    seed: u64,
) -> (Vec<Absence>, Vec<(usize, Instant, Instant)>) {
    let mut absences = Vec::new();
    let mut spans = Vec::new();
    for agent in 0..agents {
        let n = 7_000_000 + agent as u64 * 8;
        let long = [1, 3, 7][(chance(seed, n) * 3.0) as usize];
        let day = (chance(seed, n + 1) * 18.0) as i64;
        let from = (first.date_naive() + TimeDelta::days(day))
            .and_hms_opt(0, 0, 0)
            .unwrap()
            .and_utc();
        let to = from + TimeDelta::days(long);
        let others = 1 + (chance(seed, n + 2) * (agents - 1) as f64) as usize;
        let cover = |step: usize| Cover {
            who: who((agent + step) % agents),
            scope: Scope::default(),
        };
        let second = 1 + others % (agents - 1);
        absences.push(Absence {
            id: AbsenceId(format!("a{agent}")),
            who: who(agent),
            times: Times::between(from, to),
            why: Default::default(),
            covers: vec![cover(others), cover(second)],
            note: Untrusted::default(),
            uid: None,
        });
        spans.push((agent, from, to));
    }
    (absences, spans)
}

/// So many agents that the work takes `load` of the time in which they are there.
fn simulate(work: &[Work], planned: bool, load: f64, seed: u64) -> Sums {
    let (policy, calendar) = (Policy::mydre(), office());
    let answers: usize = work.iter().map(|w| 1 + w.waits.len()).sum();
    let first = work.iter().map(|w| w.asked).min().unwrap();
    let last = work.iter().map(|w| w.asked).max().unwrap();
    let open = calendar.elapsed(first, last) as f64;
    let agents = (answers as f64 * 1500.0 / open / load).round().max(3.0) as usize;
    let (absences, spans) = absences(agents, first, seed);
    let missed: i64 = spans
        .iter()
        .map(|(_, from, to)| calendar.elapsed(*from, *to))
        .sum();
    let there = agents as f64 * open - missed as f64;
    let people: Vec<Person> = (0..agents).map(|n| Person::new(who(n))).collect();
    let owner: Vec<usize> = (0..work.len())
        .map(|i| (chance(seed, 9_000_000 + i as u64) * agents as f64) as usize)
        .collect();
    let desk = Desk {
        policy: &policy,
        calendar: &calendar,
        people: &people,
        absences: &absences,
        spans: &spans,
        planned,
        cases: work.iter().map(Case::new).collect(),
        holder: owner.clone(),
        owner,
        waiting: (0..agents).map(|_| Vec::new()).collect(),
        busy: vec![false; agents],
        handed: BTreeMap::new(),
        answer: there * load / answers as f64,
        seed,
    };
    desk.run()
}

#[test]
fn with_the_plan_far_fewer_promises_break_while_somebody_is_away() {
    let work: Vec<Work> = work().into_iter().step_by(4).collect();
    for (load, seed) in [(0.6, 1), (0.75, 2)] {
        let [without, with] = [false, true].map(|planned| simulate(&work, planned, load, seed));
        assert_eq!(without.all, with.all, "the same promises");
        assert!(
            with.away_broken * 2 < without.away_broken,
            "{} of {}",
            with.away_broken,
            without.away_broken
        );
        assert!(
            with.broken < without.broken,
            "{} of {}",
            with.broken,
            without.broken
        );
    }
}

/// Prints the table of the README: promises broken while whoever has them is away, and in all, by load; the
/// mean of five seeds.
#[test]
#[ignore = "prints figures; run it in release"]
#[expect(
    clippy::print_stdout,
    reason = "figures are for whoever asked for them"
)]
fn simulation_of_absences() {
    let work = work();
    println!("load   promises  broken while away: without  with   broken in all: without  with");
    for load in [0.5, 0.6, 0.7, 0.8, 0.9] {
        let mean = |planned| {
            let runs: Vec<Sums> = (1..=5)
                .map(|seed| simulate(&work, planned, load, seed))
                .collect();
            let of = |what: fn(&Sums) -> usize| runs.iter().map(what).sum::<usize>() as f64 / 5.0;
            [of(|s| s.all), of(|s| s.away_broken), of(|s| s.broken)]
        };
        let [all, away_without, without] = mean(false);
        let [_, away_with, with] = mean(true);
        println!(
            "{load:<6} {all:>8.0} {away_without:>27.1} {away_with:>5.1} {without:>24.1} {with:>5.1}"
        );
    }
}
