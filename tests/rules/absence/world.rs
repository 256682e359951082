//! Random teams, rights, calendars, absences and tickets.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use deskhand::domain::absence::{
    Absence, AbsenceId, Cover, Grant, Length, Person, Right, Rule, Scope, Team, Times,
};
use deskhand::domain::calendar::{Calendar, CalendarSpec, Weekly};
use deskhand::domain::people::{AgentId, TenantId};
use deskhand::domain::sla::Target;
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::{Due, Kind, Status, Ticket, TicketId, TicketKey, Turn};
use proptest::prelude::*;

pub type Instant = DateTime<Utc>;

pub fn at(s: &str) -> Instant {
    s.parse().unwrap()
}

pub fn who(n: usize) -> AgentId {
    AgentId::parse(&format!("p{n}")).unwrap()
}

pub fn tenant(n: usize) -> TenantId {
    TenantId::parse(["umc", "sra", "tnl"][n % 3]).unwrap()
}

const STATUSES: [Status; 6] = [
    Status::New,
    Status::Open,
    Status::Open,
    Status::Pending,
    Status::OnHold,
    Status::Resolved,
];

const KINDS: [Kind; 3] = [Kind::Problem, Kind::NewUser, Kind::NewWorkspace];

fn week(zone: &str, days: &[usize], from: &str, to: &str) -> Calendar {
    let span = |d: usize| match days.contains(&d) {
        true => vec![(from.to_owned(), to.to_owned())],
        false => vec![],
    };
    Calendar::new(CalendarSpec {
        zone: zone.into(),
        weekly: Weekly {
            mon: span(0),
            tue: span(1),
            wed: span(2),
            thu: span(3),
            fri: span(4),
            sat: span(5),
            sun: span(6),
        },
        ..CalendarSpec::default()
    })
    .unwrap()
}

/// Calendars are costly to make: a few that differ in every way that matters.
pub static HOURS: LazyLock<Vec<Calendar>> = LazyLock::new(|| {
    vec![
        Calendar::standard(),
        week("America/New_York", &[0, 1, 2, 3, 4], "08:00", "16:30"),
        week("Europe/Amsterdam", &[1, 2], "09:00", "13:00"),
        week("Europe/Amsterdam", &[0, 1, 2, 3, 4, 5, 6], "00:00", "24:00"),
        week("Australia/Lord_Howe", &[0, 2, 4, 6], "01:00", "09:15"),
    ]
});

pub const ZONES: [Tz; 4] = [
    Tz::Europe__Amsterdam,
    Tz::America__New_York,
    Tz::Australia__Lord_Howe,
    Tz::UTC,
];

#[derive(Debug, Clone)]
pub struct World {
    pub desk: Calendar,
    pub people: Vec<Person>,
    pub absences: Vec<Absence>,
    pub tickets: Vec<Ticket>,
    pub now: Instant,
}

pub const PEOPLE: usize = 6;

impl World {
    pub fn team(&self) -> Team<'_> {
        let (from, to) = (self.now - days(40), self.now + days(80));
        Team::new(&self.people, &self.desk, &self.absences, (from, to)).with_loads(self.loads())
    }

    pub fn loads(&self) -> Vec<(AgentId, usize)> {
        (0..PEOPLE)
            .map(|n| {
                let own = |t: &&Ticket| t.status.is_live() && t.assignee == Some(who(n));
                (who(n), self.tickets.iter().filter(own).count())
            })
            .collect()
    }
}

pub fn days(n: i64) -> TimeDelta {
    TimeDelta::days(n)
}

fn grant() -> impl Strategy<Value = Grant> {
    (
        proptest::collection::vec(0..3_usize, 0..2),
        proptest::option::of(proptest::collection::vec(1..3_usize, 0..2)),
    )
        .prop_map(|(tenants, rights)| Grant {
            tenants: tenants.into_iter().map(tenant).collect(),
            rights: rights.map(|r| {
                r.into_iter()
                    .filter_map(|n| Right::needed(KINDS[n]))
                    .collect()
            }),
        })
}

fn person(n: usize) -> impl Strategy<Value = Person> {
    (
        proptest::option::weighted(0.3, 0..5_usize),
        prop_oneof![Just(vec![]), proptest::collection::vec(grant(), 1..3)],
        proptest::option::weighted(0.3, 0..6_usize),
    )
        .prop_map(move |(hours, grants, room)| Person {
            id: who(n),
            hours: hours.map(|h| HOURS[h].clone()),
            grants,
            room,
        })
}

fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![3 => Just(Scope::default()), 2 => narrow()]
}

fn narrow() -> impl Strategy<Value = Scope> {
    (
        proptest::collection::vec(0..3_usize, 0..2),
        proptest::collection::vec(0..3_usize, 0..2),
        proptest::bool::weighted(0.1),
    )
        .prop_map(|(tenants, queues, vpn)| Scope {
            tenants: tenants.into_iter().map(tenant).collect(),
            queues: queues.into_iter().map(|k| KINDS[k]).collect(),
            labels: vpn.then(|| "vpn".to_owned()).into_iter().collect(),
            rights: Vec::new(),
        })
}

/// Rules that the slow model of the coverage test understands too.
#[derive(Debug, Clone)]
pub struct Again {
    pub daily: bool,
    pub every: i64,
    pub count: Option<u32>,
    pub skip: Vec<u8>,
}

pub fn again() -> impl Strategy<Value = Option<Again>> {
    proptest::option::weighted(
        0.5,
        (
            any::<bool>(),
            1..4_i64,
            proptest::option::of(1..12_u32),
            proptest::collection::vec(0..6_u8, 0..2),
        )
            .prop_map(|(daily, every, count, skip)| Again {
                daily,
                every,
                count,
                skip,
            }),
    )
}

pub fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, 12).unwrap()
}

/// When somebody is away: from a day and an hour on, in a zone, whole days or hours, perhaps again.
pub fn times() -> impl Strategy<Value = (Times, Option<Again>)> {
    (
        -2..24_i64,
        0..24_u32,
        0..4_usize,
        any::<bool>(),
        1..13_i64,
        again(),
    )
        .prop_map(|(day, hour, zone, all_day, long, again)| {
            let day = first_day() + days(day);
            let hour = if all_day { 0 } else { hour };
            let start = day.and_hms_opt(hour, 0, 0).unwrap();
            let length = match all_day {
                true => Length::days(long),
                false => Length {
                    days: 0,
                    seconds: long * 3600,
                },
            };
            let mut times = Times::once(start, length, ZONES[zone]);
            times.all_day = all_day;
            if let Some(a) = &again {
                let freq = if a.daily { "DAILY" } else { "WEEKLY" };
                let count = a.count.map_or(String::new(), |n| format!(";COUNT={n}"));
                let text = format!("FREQ={freq};INTERVAL={}{count}", a.every);
                times.rules.push(Rule::new(&text, None, start).unwrap());
                times.except = a
                    .skip
                    .iter()
                    .map(|n| start + days(i64::from(*n) * a.every * if a.daily { 1 } else { 7 }))
                    .collect();
            }
            (times, again)
        })
}

fn absence(n: usize) -> impl Strategy<Value = Absence> {
    let cover = (0..PEOPLE + 1, scope()).prop_map(|(n, scope)| Cover { who: who(n), scope });
    (0..3_usize, times(), proptest::collection::vec(cover, 0..5)).prop_map(
        move |(away, (times, _), covers)| Absence {
            id: AbsenceId(format!("a{n}")),
            who: who(away),
            times,
            why: Default::default(),
            covers,
            note: Untrusted::default(),
            uid: None,
        },
    )
}

fn due() -> impl Strategy<Value = Due> {
    let target = || prop_oneof![Just(Target::FirstResponse), Just(Target::PeriodicUpdate)];
    prop_oneof![
        3 => (target(), -60..600_i64).prop_map(|(target, hours)| Due::Running {
            target,
            at: start() + TimeDelta::hours(hours),
        }),
        1 => (target(), 0..90_000_i64).prop_map(|(target, left)| Due::Paused { target, left }),
        1 => Just(Due::None),
    ]
}

fn start() -> Instant {
    at("2026-10-16T10:00:00Z")
}

pub fn ticket(n: usize) -> impl Strategy<Value = Ticket> {
    (
        proptest::option::weighted(0.95, 0..4_usize),
        proptest::option::weighted(0.8, 0..3_usize),
        0..3_usize,
        0..STATUSES.len(),
        due(),
        proptest::option::weighted(0.2, 1..500_i64),
        (0..3_usize, any::<bool>(), 0..400_i64, 0..5_u32),
    )
        .prop_map(
            move |(assignee, whose, kind, status, due, snoozed, (turn, vpn, ago, hands))| {
                let mut t = plain(n);
                t.assignee = assignee.map(who);
                t.tenant = whose.map(tenant);
                t.kind = KINDS[kind];
                t.status = STATUSES[status];
                t.due = if t.status.is_live() { due } else { Due::None };
                t.snoozed_until = snoozed
                    .filter(|_| t.status.is_live())
                    .map(|h| start() + TimeDelta::hours(h));
                t.turn = Turn::ALL[turn];
                t.labels = vpn.then(|| "vpn".to_owned()).into_iter().collect();
                t.updated = start() - TimeDelta::hours(ago);
                t.reassignments = hands;
                t
            },
        )
}

pub fn plain(n: usize) -> Ticket {
    Ticket {
        subject: Untrusted::new(format!("ticket {n}")),
        status: Status::Open,
        kind: Kind::Problem,
        turn: Turn::Ours,
        ..Ticket::blank(
            TicketId(n as i64 + 1),
            TicketKey::parse(&format!("{}", 1000 + n)).unwrap(),
            at("2026-10-01T08:00:00Z"),
        )
    }
}

pub fn world() -> impl Strategy<Value = World> {
    let people: Vec<_> = (0..PEOPLE).map(person).collect();
    let absences = (1..6_usize).prop_flat_map(|n| (0..n).map(absence).collect::<Vec<_>>());
    let tickets = (0..12_usize).prop_flat_map(|n| (0..n).map(ticket).collect::<Vec<_>>());
    (0..5_usize, people, absences, tickets, -100..200_i64).prop_map(
        |(desk, people, absences, tickets, ahead)| World {
            desk: HOURS[desk].clone(),
            people,
            absences,
            tickets,
            now: start() + TimeDelta::hours(ahead),
        },
    )
}
