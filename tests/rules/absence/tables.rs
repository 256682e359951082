//! What people would expect, case by case.

use chrono::TimeDelta;
use deskhand::domain::absence::{
    Absence, AbsenceId, Against, Away, Because, Cover, Fate, Fields, Grant, Handed, HandedTicket,
    Happened, Office, Person, Preview, Return, Right, Scope, Since, Stint, Team, Times, balance,
    cycle, give_back, preview, take_along,
};
use deskhand::domain::calendar::Calendar;
use deskhand::domain::coverage::{Coverage, Need};
use deskhand::domain::handover::{Form, Interval, Item, Part, digest, note};
use deskhand::domain::sla::Target;
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::{Due, Kind, Status, Ticket, TicketId, Turn};

use super::world::{Instant, at, plain, tenant, who};

/// Monday 9:00 in Amsterdam.
fn monday() -> Instant {
    at("2026-11-23T08:00:00Z")
}

fn scope_of(n: usize) -> Scope {
    Scope {
        tenants: vec![tenant(n)],
        ..Scope::default()
    }
}

fn away(n: usize, from: Instant, days: i64, covers: &[(usize, Scope)]) -> Absence {
    Absence {
        id: AbsenceId(format!("a{n}")),
        who: who(n),
        times: Times::between(from, from + TimeDelta::days(days)),
        why: Default::default(),
        covers: covers
            .iter()
            .map(|(n, scope)| Cover {
                who: who(*n),
                scope: scope.clone(),
            })
            .collect(),
        note: Untrusted::default(),
        uid: None,
    }
}

struct Desk {
    people: Vec<Person>,
    absences: Vec<Absence>,
    calendar: Calendar,
}

impl Desk {
    fn new(absences: Vec<Absence>) -> Self {
        Self {
            people: (0..5).map(|n| Person::new(who(n))).collect(),
            absences,
            calendar: Calendar::standard(),
        }
    }

    fn team(&self) -> Team<'_> {
        let span = (
            monday() - TimeDelta::days(30),
            monday() + TimeDelta::days(60),
        );
        Team::new(&self.people, &self.calendar, &self.absences, span)
    }

    fn preview(&self, tickets: &[Ticket]) -> Preview {
        let team = self.team();
        let first = team.away().iter().find(|a| a.absence.id.0 == "a0").unwrap();
        preview(&team, first, tickets, monday() - TimeDelta::days(3))
    }
}

fn mine(n: usize) -> Ticket {
    let mut t = plain(n);
    t.assignee = Some(who(0));
    t.status = Status::Pending;
    t.turn = Turn::Theirs;
    t
}

fn due(n: usize, hours: i64) -> Ticket {
    let mut t = mine(n);
    t.status = Status::Open;
    t.due = Due::Running {
        target: Target::FirstResponse,
        at: monday() + TimeDelta::hours(hours),
    };
    t
}

fn fate(p: &Preview, n: i64) -> (&Because, &Fate) {
    let row = p.rows.iter().find(|r| r.ticket == TicketId(n)).unwrap();
    (&row.because, &row.fate)
}

fn goes(n: usize) -> Fate {
    Fate::Moves { to: who(n) }
}

#[test]
fn the_scope_decides_and_the_first_who_can_gets_it() {
    let mut desk = Desk::new(vec![away(
        0,
        monday(),
        1,
        &[
            (1, scope_of(0)),
            (2, Scope::default()),
            (3, Scope::default()),
        ],
    )]);
    desk.people[2].grants = vec![Grant {
        tenants: vec![],
        rights: Some(vec![]),
    }];
    let mut of_tenant = due(0, 2);
    of_tenant.tenant = Some(tenant(0));
    let other = due(1, 3);
    let mut right = due(2, 4);
    right.kind = Kind::NewUser;
    let p = desk.preview(&[of_tenant, other, right]);
    assert_eq!(fate(&p, 1).1, &goes(1));
    assert_eq!(fate(&p, 2).1, &goes(2));
    assert_eq!(fate(&p, 3).1, &goes(3), "the second may not make users");
    let row = &p.rows[2];
    assert_eq!(row.right, Some(Right("new-user".into())));
    assert_eq!(row.candidates[0].against, Some(Against::MayNot));
    let effect = row.effect.unwrap();
    assert_eq!((effect.without, effect.with), (0, 4 * 3600));
}

#[test]
fn chains_go_on_and_rings_end() {
    let chain = vec![
        away(0, monday(), 3, &[(1, Scope::default())]),
        away(1, monday(), 1, &[(2, Scope::default())]),
    ];
    let desk = Desk::new(chain);
    let p = desk.preview(&[due(0, 5)]);
    assert_eq!(fate(&p, 1).1, &goes(2));
    assert_eq!(p.rows[0].candidates[1].via, [who(1)]);
    assert!(cycle(&desk.absences[0], &desk.team()).is_none());

    let ring = Desk::new(vec![
        away(0, monday(), 3, &[(1, Scope::default())]),
        away(
            1,
            monday() + TimeDelta::days(1),
            3,
            &[(0, Scope::default())],
        ),
    ]);
    let found = cycle(&ring.absences[0], &ring.team()).unwrap();
    assert_eq!(found.people, [who(0), who(1)]);
    assert_eq!(found.at, monday() + TimeDelta::days(1));
    assert!(found.to_string().contains("; "));
    assert_eq!(
        ring.preview(&[due(0, 2)]).rows[0].fate,
        goes(1),
        "not away on the first day"
    );

    // Each for the other, but never for the same tickets.
    let apart = Desk::new(vec![
        away(0, monday(), 3, &[(1, scope_of(0))]),
        away(1, monday(), 3, &[(0, scope_of(1))]),
    ]);
    assert!(cycle(&apart.absences[0], &apart.team()).is_none());
}

#[test]
fn a_short_absence_moves_only_what_cannot_wait() {
    let desk = Desk::new(vec![away(0, monday(), 1, &[(1, Scope::default())])]);
    let mut wakes = mine(2);
    wakes.snoozed_until = Some(monday() + TimeDelta::hours(3));
    let mut sleeps = mine(3);
    sleeps.snoozed_until = Some(monday() + TimeDelta::days(9));
    let mut open = mine(4);
    open.status = Status::Open;
    let tickets = [
        due(0, 2),
        due(1, 60),
        wakes,
        sleeps,
        open.clone(),
        mine(5),
        due(6, -90),
    ];
    let p = desk.preview(&tickets);
    assert_eq!(fate(&p, 1).1, &goes(1));
    assert_eq!(fate(&p, 2), (&Because::CanWait, &Fate::Stays));
    assert_eq!(fate(&p, 3).1, &goes(1));
    assert_eq!(fate(&p, 4), (&Because::Sleeps, &Fate::Stays));
    assert_eq!(fate(&p, 5), (&Because::CanWait, &Fate::Stays));
    assert_eq!(fate(&p, 6), (&Because::Waits, &Fate::Stays));
    assert!(matches!(
        fate(&p, 7),
        (Because::Late { .. }, Fate::Moves { .. })
    ));
    let long = Desk::new(vec![away(0, monday(), 7, &[(1, Scope::default())])]);
    assert_eq!(fate(&long.preview(&tickets), 5), (&Because::Open, &goes(1)));
}

/// Whoever hands over before they go keeps what they can still do, and gives nothing to somebody who is not
/// there yet.
#[test]
fn what_is_handed_over_early_goes_to_who_is_there() {
    let friday = monday() - TimeDelta::days(3);
    let desk = Desk::new(vec![
        away(0, monday(), 7, &[(1, Scope::default())]),
        away(1, friday - TimeDelta::days(1), 2, &[]),
    ]);
    let team = desk.team();
    let leaves = |a: &&Away<'_>| a.absence.who == who(0);
    let leave = *team.away().iter().find(leaves).unwrap();
    let tickets = [due(0, -2), due(1, 5), due(2, -90)];
    let mut p = preview(&team, &leave, &tickets, friday);
    let before = monday() - TimeDelta::hours(2);
    assert_eq!(fate(&p, 1), (&Because::Before { at: before }, &Fate::Stays));
    for n in [2, 3] {
        let (because, fate) = fate(&p, n);
        assert!(matches!(because, Because::Early { .. }), "{because:?}");
        assert_eq!(fate, &Fate::Stays);
    }
    // Nor can it be given to them by hand; to somebody who is there, it can.
    let why = p.decide(&team, &tickets[1], Some(&who(1))).unwrap_err();
    assert!(why.contains("away until"), "{why}");
    p.decide(&team, &tickets[0], Some(&who(2))).unwrap();
    p.decide(&team, &tickets[1], Some(&who(2))).unwrap();
    assert_eq!(p.moves().len(), 2);
    // When it begins, everything goes where the plan says.
    let p = preview(&team, &leave, &tickets, monday());
    assert!((1..4).all(|n| fate(&p, n).1 == &goes(1)), "{p:?}");
}

/// The console's proposals and the command line's are the same: who did least for their hours comes first.
#[test]
fn who_stood_in_least_is_proposed_first() {
    let fortnight = monday() - TimeDelta::days(14);
    let desk = Desk::new(vec![away(0, monday(), 7, &[])]);
    let handed = Handed {
        absence: AbsenceId("before".into()),
        who: who(4),
        from: fortnight,
        to: fortnight + TimeDelta::days(5),
        at: fortnight,
        back: Some(fortnight + TimeDelta::days(5)),
        tickets: vec![HandedTicket {
            ticket: TicketId(9),
            key: due(9, 1).key,
            to: who(1),
            fields: Fields::of(&due(9, 1)),
            at: None,
        }],
        kept: vec![],
    };
    let office = Office {
        people: desk.people.clone(),
        absences: desk.absences.clone(),
        handed: vec![handed],
        ..Office::default()
    };
    let office = office.with_shares(&desk.calendar, monday());
    let span = (monday(), monday() + TimeDelta::days(30));
    let team = office.team(&desk.calendar, span);
    let p = office.preview(&team, &team.away()[0], &[due(0, 5)], monday());
    assert_eq!(p.rows[0].proposals, [who(2), who(3), who(4)]);
}

#[test]
fn a_gap_says_why_and_who_could() {
    let mut desk = Desk::new(vec![away(
        0,
        monday(),
        2,
        &[(1, Scope::default()), (9, Scope::default())],
    )]);
    desk.people[1].room = Some(1);
    let mut team = desk.team();
    team.takes(&who(2));
    let first = team.away()[0];
    let mut p = preview(&team, &first, &[due(0, 2), due(1, 3)], monday());
    assert_eq!(fate(&p, 1).1, &goes(1));
    let row = &p.rows[1];
    assert_eq!(row.fate, Fate::Gap);
    assert_eq!(row.candidates[0].against, Some(Against::NoRoom { open: 1 }));
    assert_eq!(row.candidates[1].against, Some(Against::Unknown));
    assert_eq!(
        row.proposals,
        [who(3), who(4), who(2)],
        "who has least first"
    );
    assert_eq!(p.gaps().count(), 1);
    assert!(p.decide(&team, &due(1, 3), Some(&who(0))).is_err());
    assert!(
        p.decide(&team, &due(7, 3), Some(&who(3)))
            .unwrap_err()
            .contains("; ")
    );
    p.decide(&team, &due(1, 3), Some(&who(3))).unwrap();
    assert_eq!(p.gaps().count(), 0);
    p.decide(&team, &due(0, 2), None).unwrap();
    assert_eq!(p.moves().len(), 1);
}

#[test]
fn the_note_sorts_and_escapes_and_the_digest_counts() {
    let desk = Desk::new(vec![away(0, monday(), 7, &[(1, Scope::default())])]);
    let mut hostile = due(0, 2);
    hostile.subject = Untrusted::new("[click](http://x) \u{1b}[31m*now*\nBEGIN");
    hostile.reassignments = 3;
    let mut promised = due(1, 20);
    promised.due = Due::Running {
        target: Target::PeriodicUpdate,
        at: monday() + TimeDelta::hours(20),
    };
    let mut done = mine(2);
    done.status = Status::Resolved;
    done.updated = monday() - TimeDelta::hours(20);
    let tickets = [hostile, promised, done, mine(3)];
    let p = desk.preview(&tickets);
    let items: Vec<Item<'_>> = tickets
        .iter()
        .map(|ticket| Item {
            ticket,
            reply_begun: ticket.id == TicketId(1),
            note_begun: false,
        })
        .collect();
    let span = Interval {
        since: monday() - TimeDelta::days(5),
        from: p.from,
        to: p.to,
    };
    let zone = chrono_tz::Europe::Amsterdam;
    let n = note(&p, &items, &span, zone);
    let parts: Vec<Part> = n.entries.iter().map(|e| e.part).collect();
    assert_eq!(parts, [Part::Due, Part::Promised, Part::Done]);
    let text = n.text(Form::Markdown, zone);
    assert!(text.contains("\\[click\\](http://x)"), "{text}");
    assert!(!text.contains('\u{1b}'));
    assert!(text.contains("a reply was begun and not sent"));
    assert!(text.contains("changed hands 3 times"));
    assert!(text.contains("goes to p1"));

    let handed = Handed::of(&p, &tickets, monday());
    assert_eq!(handed.tickets.len(), 2);
    let mut kept = tickets[0].clone();
    kept.assignee = Some(who(1));
    let mut back: Return = give_back(
        &handed,
        |id| {
            (id == TicketId(1)).then_some(Since {
                ticket: &kept,
                messages: &[],
                timeline: &[],
            })
        },
        p.to,
    );
    assert_eq!(back.back.len(), 1);
    assert_eq!(back.stays[0].happened, [Happened::Gone]);
    let said = digest(&handed, &back);
    assert_eq!(said[0], "1 of 2 tickets back as before");
    let key = back.stays[0].key.clone();
    assert!(
        take_along(&mut back, &key, &who(0)).is_err(),
        "gone is gone"
    );
}

#[test]
fn a_gap_of_everybody_is_said_once_and_rights_by_tenant() {
    let mut desk = Desk::new(vec![away(1, monday(), 1, &[])]);
    desk.people.truncate(2);
    desk.people[0].grants = vec![Grant {
        tenants: vec![tenant(0)],
        rights: Some(vec![]),
    }];
    let team = desk.team();
    let coverage = Coverage::new(&team, monday(), monday() + TimeDelta::days(1));
    let need = |t: Option<usize>, r: bool| Need {
        tenant: t.map(tenant),
        right: r.then(|| Right("new-user".into())),
    };
    let all = [
        need(Some(0), false),
        need(Some(1), false),
        need(Some(1), true),
        need(Some(0), true),
    ];
    let gaps: Vec<Need> = coverage.report(&all).into_iter().map(|(n, _)| n).collect();
    assert_eq!(gaps, [need(Some(1), false), need(Some(0), true)]);
    let there = coverage.of(&Need::default());
    assert_eq!(there.len(), 1);
    assert_eq!(there[0].there, [who(0)]);
}

#[test]
fn half_the_hours_make_twice_the_share() {
    let mut desk = Desk::new(vec![]);
    desk.people.truncate(2);
    desk.people[1].hours = Some(super::world::HOURS[2].clone());
    let team = desk.team();
    let stint = |by: usize, to: Instant| Stint {
        by: who(by),
        for_whom: who(1 - by),
        from: monday() + TimeDelta::days(1),
        to,
        tickets: 2,
    };
    let day = monday() + TimeDelta::days(2);
    let all = balance(
        &team,
        &[stint(0, day), stint(1, day)],
        monday(),
        monday() + TimeDelta::days(7),
    );
    let of = |n: usize| all.iter().find(|b| b.who == who(n)).unwrap();
    assert_eq!((of(0).gave, of(0).worked), (8 * 3600, 40 * 3600));
    assert_eq!((of(1).gave, of(1).worked), (4 * 3600, 8 * 3600));
    assert_eq!((of(0).share(), of(1).share()), (200, 500));
    assert_eq!(all[0].who, who(0));
}

#[test]
fn what_comes_meanwhile_goes_to_the_cover_by_the_same_rules() {
    let desk = Desk::new(vec![
        away(
            0,
            monday(),
            3,
            &[(1, Scope::default()), (2, Scope::default())],
        ),
        away(1, monday(), 1, &[]),
    ]);
    let team = desk.team();
    let during = monday() + TimeDelta::hours(2);
    let route = team.route(&due(0, 5), during).unwrap();
    let first = route.iter().find(|c| c.against.is_none()).unwrap();
    assert_eq!(first.who, who(2));
    assert_eq!(team.route(&due(0, 5), monday() - TimeDelta::hours(2)), None);
    let mut nobodys = due(0, 5);
    nobodys.assignee = None;
    assert_eq!(team.route(&nobodys, during), None);
}
