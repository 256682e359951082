//! What holds whatever the team, its rights, its calendars and its tickets are.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use deskhand::domain::absence::{
    Against, Because, Fate, Handed, Office, Preview, Right, Since, Team, applied as turns_applied,
    give_back, hold, preview,
};
use deskhand::domain::change::Act;
use deskhand::domain::handover::{Form, Interval, Item, note};
use deskhand::domain::people::AgentId;
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{Author, Message, MessageId, TimelineEntry, Visibility};
use deskhand::domain::ticket::{Due, Priority, Status, Ticket, TicketId};
use proptest::prelude::*;
use uuid::Uuid;

use super::cases;
use super::world::{Instant, PEOPLE, World, days, ticket, who, world};

fn previews<'a>(world: &World, team: &Team<'a>) -> Vec<Preview> {
    let mut seen = BTreeSet::new();
    team.away()
        .iter()
        .filter(|a| a.to > world.now && seen.insert(a.absence.id.clone()))
        .map(|a| preview(team, a, &world.tickets, world.now))
        .collect()
}

fn find(world: &World, id: TicketId) -> &Ticket {
    world.tickets.iter().find(|t| t.id == id).unwrap()
}

/// Applies a preview as the outbox would.
fn applied(p: &Preview, tickets: &[Ticket], now: Instant) -> Vec<Ticket> {
    let mut after = tickets.to_vec();
    let mut n = 0;
    let mut new = || {
        n += 1;
        Uuid::from_u128(n)
    };
    for c in p.apply(tickets, &who(0), (now, &mut new)).changes {
        let t = after.iter_mut().find(|t| t.id == c.ticket).unwrap();
        assert_eq!(c.base, t.version, "made against what was looked at");
        c.act.apply(t, c.at);
    }
    after
}

fn said(at: Instant, author: Author) -> Message {
    Message {
        id: MessageId(1),
        ticket: TicketId(1),
        at,
        author,
        visibility: Visibility::Internal,
        body: Untrusted::new("x"),
        cut_from: None,
        attachments: vec![],
        waiting: false,
        missing: false,
    }
}

/// What somebody does to a ticket after it was handed over; each is a touch but the last three.
fn touch(
    kind: u8,
    away: &AgentId,
    t: &mut Ticket,
    now: Instant,
) -> (Vec<Message>, Vec<TimelineEntry>, bool) {
    let later = now + TimeDelta::hours(1);
    let entry = |field: &str| TimelineEntry {
        at: later,
        by: Untrusted::new("p9"),
        field: field.into(),
        old: None,
        new: None,
    };
    match kind {
        0 => Act::Status {
            to: Status::Resolved,
        }
        .apply(t, later),
        1 => {
            let to = Some(if t.priority == Some(Priority::P1) {
                Priority::P2
            } else {
                Priority::P1
            });
            Act::Priority { to }.apply(t, later);
        }
        2 => Act::Assign { to: None }.apply(t, later),
        3 => {
            return (
                vec![said(later, Author::Agent { id: who(9) })],
                vec![],
                true,
            );
        }
        // There and back: the fields do not tell.
        4 => return (vec![], vec![entry("priority"), entry("priority")], true),
        // The one who is away may write without taking it back.
        6 => {
            return (
                vec![said(later, Author::Agent { id: away.clone() })],
                vec![],
                false,
            );
        }
        5 => {
            let wrote = Author::Requester {
                name: Untrusted::new("jan"),
            };
            return (vec![said(later, wrote)], vec![], false);
        }
        _ => return (vec![], vec![], false),
    }
    (vec![], vec![], true)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn nothing_falls_due_unseen(world in world()) {
        let team = world.team();
        for p in previews(&world, &team) {
            let at = p.at.expect("an absence that is not over");
            for t in world.tickets.iter().filter(|t| t.assignee.as_ref() == Some(&p.who)) {
                let Due::Running { at: due, .. } = t.due else { continue };
                if !t.status.is_live() || due <= at || due >= p.to {
                    continue;
                }
                let row = p.rows.iter().find(|r| r.ticket == t.id);
                let row = row.expect("every live ticket has its row");
                // Whoever gets it when the absence begins is only not there yet.
                let early = matches!(row.because, Because::Early { .. })
                    && world.now < p.from
                    && row.candidates.iter().any(|c| c.against.is_none());
                prop_assert!(early || row.fate != Fate::Stays, "{} is due {due} and stays", t.key);
            }
        }
    }

    #[test]
    fn nobody_gets_what_they_may_not_or_cannot_do(world in world()) {
        let team = world.team();
        for p in previews(&world, &team) {
            let at = p.at.unwrap();
            let mut got = std::collections::BTreeMap::new();
            for r in &p.rows {
                let names: Vec<_> = r.candidates.iter().map(|c| &c.who).collect();
                let once: BTreeSet<_> = names.iter().collect();
                prop_assert_eq!(names.len(), once.len(), "nobody is asked twice");
                prop_assert!(names.len() <= PEOPLE + 1, "chains end");
                let Fate::Moves { to } = &r.fate else { continue };
                *got.entry(to.clone()).or_insert(0_usize) += 1;
                prop_assert_ne!(to, &p.who);
                let t = find(&world, r.ticket);
                let person = world.people.iter().find(|x| x.id == *to).expect("one of the team");
                prop_assert!(person.may(t.tenant.as_ref(), Right::needed(t.kind).as_ref()));
                let gone = world.absences.iter().filter(|a| a.who == *to);
                let away = gone.flat_map(|a| a.away(at, at + TimeDelta::seconds(1))).next();
                prop_assert!(away.is_none(), "{to} is away at {at}");
                if world.now < p.from {
                    prop_assert!(team.away_until(to, world.now).is_none(), "{to} is away now");
                    let due = matches!(t.due, Due::Running { at: due, .. } if due > world.now && due <= p.from);
                    prop_assert!(!due, "{} is due while its assignee is there", t.key);
                }
                prop_assert!(!team.presence(to, at, p.to.max(at + days(30))).is_empty());
            }
            let loads = world.loads();
            for (to, n) in got {
                let person = world.people.iter().find(|x| x.id == to).unwrap();
                let had = loads.iter().find(|(w, _)| *w == to).unwrap().1;
                prop_assert!(person.room.is_none_or(|room| had + n <= room));
            }
        }
    }

    #[test]
    fn what_is_previewed_is_what_is_applied(world in world()) {
        let team = world.team();
        for p in previews(&world, &team) {
            let after = applied(&p, &world.tickets, world.now);
            let moves = p.moves();
            for (before, after) in world.tickets.iter().zip(&after) {
                let to = moves.iter().find(|m| m.ticket == before.id).map(|m| m.to.clone());
                let mut wanted = before.clone();
                if let Some(to) = to {
                    Act::Assign { to: Some(to) }.apply(&mut wanted, world.now);
                }
                prop_assert_eq!(after, &wanted);
            }
            let again = team.away().iter().find(|a| a.absence.id == p.absence && a.from == p.from).unwrap();
            let second = preview(&team, again, &world.tickets, world.now);
            prop_assert_eq!(&second, &p, "the same once more");
            let left = preview(&team, again, &after, world.now);
            prop_assert!(left.rows.iter().all(|r| moves.iter().all(|m| m.ticket != r.ticket)));
        }
    }

    #[test]
    fn a_row_that_somebody_left_is_never_moved(
        world in world(),
        left in proptest::collection::vec(any::<bool>(), 12),
    ) {
        let team = world.team();
        let left: BTreeSet<TicketId> = world.tickets.iter().zip(left).filter(|(_, l)| *l).map(|(t, _)| t.id).collect();
        for mut p in previews(&world, &team) {
            for t in world.tickets.iter().filter(|t| left.contains(&t.id)) {
                // One of somebody else's is not in it.
                let _ = p.decide(&team, t, None);
            }
            let over = p.apply(&world.tickets, &who(0), (world.now, &mut Uuid::now_v7));
            let moved: Vec<_> = over.changes.iter().map(|c| c.ticket).collect();
            prop_assert!(moved.iter().all(|t| !left.contains(t)));
            let told: Vec<_> = over.handed.tickets.iter().map(|t| t.ticket).collect();
            prop_assert_eq!(&told, &moved);
            // Nor is it by what goes by itself, or by another preview.
            let open = vec![over.handed];
            let own = |who: &AgentId| -> Vec<Ticket> {
                world.tickets.iter().filter(|t| t.assignee.as_ref() == Some(who) && t.status.is_live()).cloned().collect()
            };
            let turns = turns_applied(&open, &world.absences, world.now);
            let held = hold(&team, &turns, &own, &who(0), (world.now, &mut Uuid::now_v7));
            prop_assert!(held.iter().flat_map(|h| &h.changes).all(|c| !left.contains(&c.ticket)));
            let office = Office { people: world.people.clone(), absences: world.absences.clone(), handed: open, ..Office::default() };
            let again = team.away().iter().find(|a| a.absence.id == p.absence && a.from == p.from).unwrap();
            let again = office.preview(&team, again, &world.tickets, world.now);
            prop_assert!(again.moves().iter().all(|m| !left.contains(&m.ticket)));
            prop_assert_eq!(again.kept.iter().collect::<BTreeSet<_>>(), p.kept.iter().collect());
        }
    }

    #[test]
    fn what_nobody_touched_comes_back_and_the_rest_is_listed(
        world in world(),
        touches in proptest::collection::vec(0..12_u8, 12),
    ) {
        let team = world.team();
        for p in previews(&world, &team) {
            let handed = Handed::of(&p, &world.tickets, world.now);
            let mut after = applied(&p, &world.tickets, world.now);
            let mut beside = Vec::new();
            for (t, kind) in after.iter_mut().zip(&touches) {
                beside.push(touch(*kind, &p.who, t, world.now));
            }
            let later = world.now + days(1);
            let back = give_back(&handed, |id| {
                let i = after.iter().position(|t| t.id == id)?;
                Some(Since { ticket: &after[i], messages: &beside[i].0, timeline: &beside[i].1 })
            }, later);
            let all: BTreeSet<_> = back.back.iter().map(|b| b.ticket).chain(back.stays.iter().map(|s| s.ticket)).collect();
            let moved: BTreeSet<_> = p.moves().into_iter().map(|m| m.ticket).collect();
            prop_assert_eq!(back.back.len() + back.stays.len(), moved.len());
            prop_assert_eq!(all, moved.clone());
            for (i, t) in after.iter().enumerate().filter(|(_, t)| moved.contains(&t.id)) {
                let goes = back.back.iter().find(|b| b.ticket == t.id);
                prop_assert_eq!(goes.is_none(), beside[i].2, "{}", t.key);
                if let Some(goes) = goes {
                    let mut now = t.clone();
                    goes.act.apply(&mut now, later);
                    let before = find(&world, t.id);
                    // The trail of it stays: when it was touched, how often it changed hands.
                    now.updated = before.updated;
                    now.version = before.version;
                    now.reassignments = before.reassignments;
                    prop_assert_eq!(&now, before);
                }
            }
        }
    }

    #[test]
    fn what_arrives_meanwhile_goes_once_and_where_the_preview_would_send_it(
        world in world(),
        decided in proptest::collection::vec(any::<bool>(), 12),
    ) {
        let team = world.team();
        let now = world.now;
        let on = team.away().iter().filter(|a| a.from <= now && now < a.to);
        let open: Vec<Handed> = on.map(|a| Handed {
            absence: a.absence.id.clone(), who: a.absence.who.clone(), from: a.from, to: a.to, at: a.from,
            back: None, tickets: vec![],
            kept: world.tickets.iter().zip(&decided).filter(|(_, d)| **d).map(|(t, _)| t.id).collect(),
        }).collect();
        let of = |tickets: &[Ticket], who: &AgentId| -> Vec<Ticket> {
            tickets.iter().filter(|t| t.assignee.as_ref() == Some(who) && t.status.is_live()).cloned().collect()
        };
        let mut n = 0;
        let mut new = || { n += 1; Uuid::from_u128(n) };
        let turns = turns_applied(&open, &world.absences, now);
        prop_assert_eq!(turns.len(), open.len(), "all that is on is known to be");
        let held = hold(&team, &turns, &|who| of(&world.tickets, who), &who(0), (now, &mut new));
        let mut after = world.tickets.clone();
        let mut seen = BTreeSet::new();
        for c in held.iter().flat_map(|h| &h.changes) {
            prop_assert!(seen.insert(c.ticket), "once");
            let i = after.iter().position(|t| t.id == c.ticket).unwrap();
            prop_assert!(!decided[i], "what somebody left stays");
            c.act.apply(&mut after[i], now);
            let to = after[i].assignee.clone().unwrap();
            let person = world.people.iter().find(|x| x.id == to).expect("one of the team");
            prop_assert!(person.may(after[i].tenant.as_ref(), Right::needed(after[i].kind).as_ref()));
        }
        let known: Vec<Handed> = open.into_iter().map(|h| {
            let own = held.iter().find(|x| x.handed.absence == h.absence);
            own.map_or(h.clone(), |x| h.and(x.handed.clone()))
        }).collect();
        let turns = turns_applied(&known, &world.absences, now);
        let again = hold(&team, &turns, &|who| of(&after, who), &who(0), (now, &mut new));
        let left: Vec<_> = again.iter().flat_map(|h| &h.changes).filter(|c| seen.contains(&c.ticket)).collect();
        // One cover may be away by an absence of their own that is applied: then it goes on from there, once.
        for c in left {
            let from = after.iter().find(|t| t.id == c.ticket).unwrap().assignee.clone().unwrap();
            prop_assert!(known.iter().any(|h| h.who == from));
        }
    }

    #[test]
    fn the_note_tells_of_each_ticket_once_and_always_the_same(world in world(), extra in ticket(50)) {
        let mut world = world;
        world.tickets.push(extra);
        let team = world.team();
        for p in previews(&world, &team) {
            let mine: Vec<_> = world.tickets.iter().filter(|t| t.assignee.as_ref() == Some(&p.who)).collect();
            let items: Vec<_> = mine.iter().map(|ticket| Item { ticket, reply_begun: false, note_begun: true }).collect();
            let span = Interval { since: p.from - days(5), from: p.from, to: p.to };
            let zone = chrono_tz::Europe::Amsterdam;
            let n = note(&p, &items, &span, zone);
            for t in &mine {
                let times = n.entries.iter().filter(|e| e.ticket == t.id).count();
                let due = t.status.is_live() && matches!(t.due, Due::Running { at, .. } if at < p.to);
                let promised = t.status.is_live() && t.snoozed_until.is_some_and(|at| at >= p.from && at < p.to);
                let touched = t.updated >= span.since && t.updated < p.to;
                prop_assert!(times <= 1);
                prop_assert!(times == 1 || !(due || promised || touched), "{} is missing", t.key);
            }
            let mut turned = items.clone();
            turned.reverse();
            let other = note(&p, &turned, &span, zone);
            prop_assert_eq!(other.text(Form::Markdown, zone), n.text(Form::Markdown, zone));
        }
    }
}

/// The worlds are no empty ones: everything that the laws speak of takes place in them.
#[test]
fn the_worlds_are_rich() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut moves, mut gaps, mut chains, mut full) = (0, 0, 0, 0);
    for _ in 0..400 {
        let world = world().new_tree(&mut runner).unwrap().current();
        let team = world.team();
        for p in previews(&world, &team) {
            moves += p.moves().len();
            gaps += p.gaps().count();
            for c in p.rows.iter().flat_map(|r| &r.candidates) {
                chains += usize::from(!c.via.is_empty());
                full += usize::from(matches!(c.against, Some(Against::NoRoom { .. })));
            }
        }
    }
    let seen = [moves, gaps, chains, full];
    assert!(seen.iter().all(|n| *n >= 20), "{seen:?}");
}
