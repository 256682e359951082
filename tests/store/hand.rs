//! A hand-over and a return are acts like any: taken back they leave nothing behind, and what somebody did
//! meanwhile is seen at the moment of writing.

use chrono::TimeDelta;
use deskhand::domain::Instant;
use deskhand::domain::absence::{
    Absence, AbsenceId, Fields, GiveBack, HandOver, Handed, HandedTicket, Times, bring_back,
};
use deskhand::domain::change::{Act, BatchId, Change, ChangeId};
use deskhand::domain::ticket::{Priority, Ticket, TicketId};
use proptest::prelude::*;
use uuid::Uuid;

use super::scene::{Scene, agent, now};

fn hours(n: i64) -> Instant {
    now() + TimeDelta::hours(n)
}

/// The tickets that ana has, and a plan for an absence that begins in so many hours.
struct Play {
    scene: Scene,
    tickets: Vec<Ticket>,
    begins: Instant,
}

impl Play {
    fn new(begins: i64) -> Self {
        let mut scene = Scene::with(200);
        let mut tickets = Vec::new();
        let each = &mut |row: deskhand::store::ExportRow| {
            tickets.push(row.ticket);
            true
        };
        scene.reader.export(each).unwrap();
        tickets.retain(|t| t.status.is_live() && t.merged_into.is_none());
        tickets.truncate(6);
        for t in &tickets {
            let act = Act::Assign {
                to: Some(agent("ana")),
            };
            let set = Self::change(t.id, act, hours(-1), BatchId(Uuid::now_v7()));
            scene.writer.commit(&[set]).unwrap();
        }
        for t in &mut tickets {
            *t = scene.reader.ticket(t.id).unwrap().unwrap();
        }
        Self {
            scene,
            tickets,
            begins: hours(begins),
        }
    }

    fn change(ticket: TicketId, act: Act, at: Instant, batch: BatchId) -> Change {
        Change {
            id: ChangeId(Uuid::now_v7()),
            batch,
            ticket,
            at,
            by: agent("ana"),
            base: 0,
            not_before: None,
            act,
        }
    }

    fn hand_over(&mut self, which: &[usize], kept: &[usize], at: Instant) {
        let batch = BatchId(Uuid::now_v7());
        let to = || agent("bo");
        let moved = || which.iter().map(|n| &self.tickets[*n]);
        let over = HandOver {
            batch,
            by: agent("ana"),
            changes: moved()
                .map(|t| Self::change(t.id, Act::Assign { to: Some(to()) }, at, batch))
                .collect(),
            handed: Handed {
                absence: AbsenceId("a1".into()),
                who: agent("ana"),
                from: self.begins,
                to: self.begins + TimeDelta::days(7),
                at,
                back: None,
                tickets: moved()
                    .map(|t| HandedTicket {
                        ticket: t.id,
                        key: t.key.clone(),
                        to: to(),
                        fields: Fields::of(t),
                        at: Some(at),
                    })
                    .collect(),
                kept: kept.iter().map(|n| self.tickets[*n].id).collect(),
            },
        };
        self.scene.writer.hand_over(&over).unwrap();
    }

    fn open(&self) -> Option<Handed> {
        let all = self.scene.reader.handed(hours(-999)).unwrap();
        all.into_iter().find(|h| h.back.is_none())
    }

    fn back(&self, ended: Option<Absence>, at: Instant) -> GiveBack {
        let open = self.open().unwrap();
        let (found, _) = self.scene.reader.look_back(&open, at).unwrap();
        let new = &mut Uuid::now_v7;
        bring_back((&open, &found), &[], ended, &agent("ana"), (at, new))
    }

    fn prefer(&mut self, n: usize, at: Instant) {
        let to = match self.ticket(n).priority {
            Some(Priority::P1) => Priority::P2,
            _ => Priority::P1,
        };
        let act = Act::Priority { to: Some(to) };
        let mut change = Self::change(self.tickets[n].id, act, at, BatchId(Uuid::now_v7()));
        change.by = agent("cleo");
        self.scene.writer.commit(&[change]).unwrap();
    }

    fn undo(&mut self, at: Instant) -> String {
        let done = self.scene.writer.undo(&agent("ana"), at).unwrap();
        done.unwrap().what
    }

    fn ticket(&self, n: usize) -> Ticket {
        let id = self.tickets[n].id;
        self.scene.reader.ticket(id).unwrap().unwrap()
    }

    fn on(&self, who: &str) -> Vec<usize> {
        let all = 0..self.tickets.len();
        all.filter(|n| self.ticket(*n).assignee == Some(agent(who)))
            .collect()
    }
}

fn planned(days: i64) -> Absence {
    Absence {
        id: AbsenceId("a1".into()),
        who: agent("ana"),
        times: Times::between(hours(-24), hours(24 * days)),
        why: Default::default(),
        covers: vec![],
        note: Default::default(),
        uid: None,
    }
}

#[test]
fn a_hand_over_that_was_taken_back_is_none() {
    let mut play = Play::new(24);
    play.hand_over(&[0, 1, 2], &[3], now());
    assert_eq!(play.on("bo"), [0, 1, 2]);
    let said = play.undo(hours(1));
    assert_eq!(said, "Took back the hand-over of ana, with 3 tickets");
    assert_eq!(play.on("ana"), [0, 1, 2, 3, 4, 5]);
    assert_eq!(play.scene.reader.handed(hours(-999)).unwrap(), []);
    // And done again it is one.
    let again = play.scene.writer.redo(&agent("ana"), hours(2)).unwrap();
    assert_eq!(
        again.unwrap().what,
        "Did again the hand-over of ana, with 3 tickets"
    );
    let open = play.open().unwrap();
    assert_eq!((open.tickets.len(), open.kept.len()), (3, 1));
    assert_eq!(play.on("bo"), [0, 1, 2]);
    play.undo(hours(3));
    assert_eq!(play.scene.reader.handed(hours(-999)).unwrap(), []);
}

#[test]
fn one_without_a_ticket_is_an_act_too() {
    let mut play = Play::new(-24);
    play.prefer(5, now());
    play.hand_over(&[], &[], now());
    assert!(play.open().is_some());
    let said = play.undo(hours(1));
    assert_eq!(said, "Took back the hand-over of ana, with 0 tickets");
    // It began: that nothing is handed over is decided.
    assert_eq!(play.open(), None);
    let all = play.scene.reader.handed(hours(-999)).unwrap();
    assert!(all[0].back.is_some() && all[0].tickets.is_empty());
}

#[test]
fn the_later_of_two_leaves_the_first_and_its_own_where_they_are() {
    let mut play = Play::new(-24);
    play.hand_over(&[0, 1], &[4], now());
    let first = play.open().unwrap();
    play.hand_over(&[2, 4], &[5], hours(1));
    play.undo(hours(2));
    assert_eq!(play.on("bo"), [0, 1]);
    let open = play.open().unwrap();
    assert_eq!(open.tickets, first.tickets);
    // While she is away nothing that passes tickets on by itself must move them again.
    let mut kept: Vec<TicketId> = [2, 4].map(|n| play.tickets[n].id).to_vec();
    kept.sort_unstable();
    assert_eq!(open.kept, kept);
}

#[test]
fn where_nothing_can_be_taken_back_it_stays_handed_over() {
    let mut play = Play::new(24);
    play.hand_over(&[0, 1], &[], now());
    let known = play.open();
    // The desk has both, and somebody there gave them to others since.
    for row in play.scene.reader.outbox().unwrap() {
        let confirmed = play.scene.writer.confirm(row.change.id, None, now());
        confirmed.unwrap();
    }
    let said = play.undo(hours(2));
    assert!(said.starts_with("Nothing was changed; left as it is: "));
    assert_eq!(play.open(), known);
}

#[test]
fn a_return_that_was_taken_back_is_none_and_the_next_one_is_whole() {
    let mut play = Play::new(-24);
    play.scene.writer.put_planned(&[planned(7)], now()).unwrap();
    play.hand_over(&[0, 1, 2], &[], now());
    let mut ended = planned(7);
    ended.times = Times::between(hours(-24), hours(2));
    let given = play.back(Some(ended.clone()), hours(2));
    play.scene.writer.take_back(&given).unwrap();
    assert_eq!(play.on("bo"), [0; 0]);
    assert_eq!(play.scene.reader.absences().unwrap(), [ended.clone()]);

    let said = play.undo(hours(3));
    assert_eq!(said, "Took back the return to ana, with 3 tickets");
    assert_eq!(play.on("bo"), [0, 1, 2]);
    assert_eq!(play.scene.reader.absences().unwrap(), [planned(7)]);
    // To and fro was nobody's touch.
    let given = play.back(Some(ended.clone()), hours(4));
    assert_eq!(given.looked.stays, []);
    assert_eq!(given.looked.back.len(), 3);
    play.scene.writer.redo(&agent("ana"), hours(4)).unwrap();
    assert_eq!(play.on("bo"), [0; 0]);
    assert_eq!(play.scene.reader.absences().unwrap(), [ended]);
    assert_eq!(play.open(), None);
}

#[test]
fn a_return_of_nothing_is_taken_back_and_nothing_else() {
    let mut play = Play::new(-24);
    play.hand_over(&[0], &[], now());
    play.prefer(0, hours(1));
    let own = Play::change(
        play.tickets[5].id,
        Act::Priority {
            to: Some(Priority::P4),
        },
        hours(1),
        BatchId(Uuid::now_v7()),
    );
    play.scene.writer.commit(&[own]).unwrap();
    let given = play.back(None, hours(2));
    assert_eq!(given.changes, []);
    play.scene.writer.take_back(&given).unwrap();
    assert_eq!(play.open(), None);
    let said = play.undo(hours(3));
    assert_eq!(said, "Took back the return to ana, with 0 tickets");
    assert_eq!(play.ticket(5).priority, Some(Priority::P4));
    assert!(play.open().is_some());
}

#[test]
fn what_somebody_touched_after_the_look_is_not_taken_from_them() {
    let mut play = Play::new(-24);
    play.hand_over(&[0, 1], &[], now());
    let given = play.back(None, hours(2));
    play.prefer(1, hours(1));
    let refused = play.scene.writer.take_back(&given).unwrap_err();
    assert!(refused.to_string().contains("look at the return again"));
    assert_eq!(play.on("bo"), [0, 1]);
    assert!(play.open().is_some());

    let given = play.back(None, hours(2));
    play.scene.writer.take_back(&given).unwrap();
    play.undo(hours(3));
    play.prefer(0, hours(4));
    let again = play.scene.writer.redo(&agent("ana"), hours(5)).unwrap();
    assert!(again.unwrap().what.contains("touched by somebody since"));
    assert_eq!(play.on("bo"), [0, 1]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    /// Whatever was handed over, left and given back before: one undo restores all of it.
    #[test]
    fn one_undo_restores_everything(
        begins in prop_oneof![Just(-24_i64), Just(24)],
        first in proptest::collection::btree_set(0..3_usize, 0..3),
        second in proptest::collection::btree_set(3..6_usize, 0..3),
        touched in proptest::collection::vec(0..6_usize, 0..3),
        returns in any::<bool>(),
    ) {
        let mut play = Play::new(begins);
        let first: Vec<usize> = first.into_iter().collect();
        let second: Vec<usize> = second.into_iter().collect();
        play.hand_over(&first, &[], now());
        for n in touched {
            play.prefer(n, hours(1));
        }
        let tickets = |play: &Play| (0..6).map(|n| (play.ticket(n).assignee, play.ticket(n).priority)).collect::<Vec<_>>();
        let (before, known) = (tickets(&play), play.open());
        if returns {
            let given = play.back(None, hours(2));
            play.scene.writer.take_back(&given).unwrap();
        } else {
            play.hand_over(&second, &[], hours(2));
        }
        play.undo(hours(3));
        prop_assert_eq!(tickets(&play), before);
        let after = play.open().unwrap();
        let names = |h: &Handed| h.tickets.iter().map(|t| (t.ticket, t.to.clone(), t.fields.clone())).collect::<Vec<_>>();
        prop_assert_eq!(names(&after), names(&known.unwrap()));
    }
}
