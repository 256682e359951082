//! The engine against a walker that looks at every minute, on random schedules, zones and histories.
//!
//! The walker knows nothing of the engine's tables: it paints the open minutes date by date as the rules of
//! `tests/data/sla` are written, asking the zone data for each clock time, and then counts them one by one.
//! `DESKHAND_WALKER_CASES=100000 cargo test --test it walker` runs as many cases as one has patience for.

use chrono::{
    DateTime, Datelike, LocalResult, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Timelike, Utc,
};
use chrono_tz::Tz;
use deskhand::domain::Instant;
use deskhand::domain::calendar::{Calendar, CalendarError, CalendarSpec, Span, resolve_local};
use deskhand::domain::sla::{
    Amount, Clock, ClockState, History, NextResponseScope, Owner, Policy, Reason, Reopening, Rule,
    Side, SlaEvent, Subject, Target, What, clocks, due, explain,
};
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::TimelineEntry;
use deskhand::domain::ticket::{Due, Kind, Priority, Status};
use proptest::prelude::*;

/// Minutes that the walker can see.
const SIGHT: i64 = 30 * 1440;

fn cases() -> u32 {
    let asked = std::env::var("DESKHAND_WALKER_CASES");
    asked.map_or(600, |n| n.parse().unwrap())
}

/// Zones and dates at which their clocks do something that has broken programs before.
const PLACES: &[(&str, &str)] = &[
    ("Europe/Amsterdam", "2026-03-29"),
    ("Europe/Amsterdam", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    // Over midnight, forward and back.
    ("America/Sao_Paulo", "2018-11-04"),
    ("America/Sao_Paulo", "2018-02-18"),
    ("Africa/Cairo", "2024-04-26"),
    ("Africa/Cairo", "2024-11-01"),
    ("Asia/Beirut", "2024-03-31"),
    ("America/Havana", "2024-11-03"),
    ("America/St_Johns", "2006-04-02"),
    ("America/St_Johns", "2006-10-29"),
    // Half an hour, two hours, a quarter of an hour for ever.
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Antarctica/Troll", "2024-03-31"),
    ("Antarctica/Troll", "2024-10-27"),
    ("Asia/Kathmandu", "1986-01-01"),
    ("Asia/Pyongyang", "2018-05-05"),
    ("America/Caracas", "2016-05-01"),
    // A date that is not there.
    ("Pacific/Apia", "2011-12-30"),
    ("Pacific/Kwajalein", "1993-08-21"),
    // A summer of a week, and of four days.
    ("America/Recife", "2000-10-08"),
    ("Africa/Freetown", "1939-09-02"),
    // Summer time the other way round.
    ("Africa/Casablanca", "2026-02-15"),
    ("Africa/Casablanca", "2026-03-22"),
    ("Europe/Dublin", "2025-10-26"),
    ("Asia/Kolkata", "2026-05-01"),
    ("Etc/UTC", "2028-02-29"),
];

fn minute(at: Instant) -> i64 {
    at.timestamp().div_euclid(60)
}

fn at(minute: i64) -> Instant {
    DateTime::from_timestamp(minute * 60, 0).unwrap()
}

/// A clock time that is skipped is read with the offset before the gap; of two the first counts.
fn resolve(zone: Tz, wall: NaiveDateTime) -> i64 {
    let mut back = 0;
    loop {
        match zone.from_local_datetime(&(wall - TimeDelta::minutes(back))) {
            LocalResult::Single(t) | LocalResult::Ambiguous(t, _) => {
                return minute(t.with_timezone(&Utc)) + back;
            }
            LocalResult::None => back += 1,
        }
    }
}

fn is_skipped(zone: Tz, date: NaiveDate) -> bool {
    [(0, 0), (12, 0), (23, 59)].iter().all(|(h, m)| {
        let wall = date.and_hms_opt(*h, *m, 0).unwrap();
        matches!(zone.from_local_datetime(&wall), LocalResult::None)
    })
}

struct Walker {
    zone: Tz,
    spec: CalendarSpec,
    first: i64,
    open: Vec<bool>,
}

impl Walker {
    fn new(spec: &CalendarSpec, first: i64) -> Self {
        let zone: Tz = spec.zone.parse().unwrap();
        let mut walker = Self {
            zone,
            spec: spec.clone(),
            first,
            open: vec![spec.always_open; usize::try_from(SIGHT).unwrap()],
        };
        let start = at(first).with_timezone(&zone).date_naive();
        let days = if spec.always_open {
            0
        } else {
            usize::try_from(SIGHT / 1440 + 6).unwrap()
        };
        for date in start.iter_days().take(days) {
            walker.paint(date - TimeDelta::days(3));
        }
        for (from, to) in &spec.absences {
            for m in minute(*from)..minute(*to) {
                walker.set(m, false);
            }
        }
        walker
    }

    fn set(&mut self, m: i64, open: bool) {
        if let Ok(i) = usize::try_from(m - self.first)
            && let Some(known) = self.open.get_mut(i)
        {
            *known = open;
        }
    }

    fn spans(&self, date: NaiveDate, spans: &[Span]) -> Vec<(i64, i64)> {
        let clock = |text: &str| {
            let (h, m) = text.split_once(':').unwrap();
            let minutes = h.parse::<i64>().unwrap() * 60 + m.parse::<i64>().unwrap();
            let midnight = date.and_hms_opt(0, 0, 0).unwrap();
            resolve(self.zone, midnight + TimeDelta::minutes(minutes))
        };
        spans.iter().map(|(a, b)| (clock(a), clock(b))).collect()
    }

    fn paint(&mut self, date: NaiveDate) {
        if self.spec.holidays.contains(&date) || is_skipped(self.zone, date) {
            return;
        }
        let weekly = self.spec.weekly.days()[date.weekday().num_days_from_monday() as usize].1;
        let hours = self
            .spec
            .special_dates
            .get(&date)
            .map_or(weekly, Vec::as_slice);
        let hours = self.spans(date, hours);
        let breaks = self.spec.breaks.get(&date).map_or(&[][..], Vec::as_slice);
        let breaks = self.spans(date, breaks);
        for (from, to) in hours {
            for m in from..to {
                if !breaks.iter().any(|(a, b)| (*a..*b).contains(&m)) {
                    self.set(m, true);
                }
            }
        }
    }

    /// None where the walker cannot see.
    fn open(&self, m: i64) -> Option<bool> {
        let i = usize::try_from(m - self.first).ok()?;
        self.open.get(i).copied()
    }

    fn elapsed(&self, from: i64, to: i64) -> Option<i64> {
        (from..to).try_fold(0, |n, m| Some(n + i64::from(self.open(m)?)))
    }

    /// The first minute from `m` on that is open (or closed).
    fn next(&self, mut m: i64, open: bool) -> Option<i64> {
        while self.open(m)? != open {
            m += 1;
        }
        Some(m)
    }

    fn add(&self, mut m: i64, mut minutes: i64) -> Option<i64> {
        if minutes == 0 {
            return self.next(m, true);
        }
        while minutes > 0 {
            minutes -= i64::from(self.open(m)?);
            m += 1;
        }
        Some(m)
    }

    fn subtract(&self, mut m: i64, mut minutes: i64) -> Option<i64> {
        if minutes == 0 {
            while !self.open(m - 1)? {
                m -= 1;
            }
            return Some(m);
        }
        while minutes > 0 {
            m -= 1;
            minutes -= i64::from(self.open(m)?);
        }
        // The latest such instant lies behind what is closed.
        Some(m)
    }

    fn is_working(&self, date: NaiveDate) -> bool {
        let weekday = date.weekday().num_days_from_monday() as usize;
        self.spec.always_open
            || (!self.spec.weekly.days()[weekday].1.is_empty()
                && !self.spec.holidays.contains(&date))
    }

    fn shift(&self, date: NaiveDate, days: i64) -> Option<NaiveDate> {
        let step = TimeDelta::days(if days < 0 { -1 } else { 1 });
        let (mut date, mut left) = (date, days.abs());
        for _ in 0..400 {
            if self.is_working(date) {
                if left == 0 {
                    return Some(date);
                }
                left -= 1;
            }
            date += step;
        }
        None
    }

    fn moved(&self, m: i64, days: i64) -> Option<i64> {
        let zone = if self.spec.always_open {
            Tz::UTC
        } else {
            self.zone
        };
        let wall = at(m).with_timezone(&zone);
        let date = self.shift(wall.date_naive(), days)?;
        let minutes = i64::from(wall.hour() * 60 + wall.minute());
        let midnight = date.and_hms_opt(0, 0, 0).unwrap();
        Some(resolve(zone, midnight + TimeDelta::minutes(minutes)))
    }

    fn add_days(&self, m: i64, days: i64) -> Option<i64> {
        self.next(self.moved(self.next(m, true)?, days)?, true)
    }

    fn subtract_days(&self, m: i64, days: i64) -> Option<i64> {
        self.subtract(self.moved(self.subtract(m, 0)?, -days)?, 0)
    }
}

fn spans(most: usize) -> impl Strategy<Value = Vec<Span>> {
    let span = (0i64..1440, 1i64..700).prop_map(|(from, length)| {
        let clock = |m: i64| format!("{:02}:{:02}", m / 60, m % 60);
        (clock(from), clock((from + length).min(1440)))
    });
    prop::collection::vec(span, 0..=most)
}

fn week() -> impl Strategy<Value = Vec<Vec<Span>>> {
    let span = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    let office = vec![span("09:00", "12:30"), span("13:00", "17:00")];
    let day = prop_oneof![
        3 => Just(office),
        1 => Just(vec![]),
        1 => Just(vec![span("00:00", "24:00")]),
        4 => spans(3),
    ];
    prop::collection::vec(day, 7)
}

/// A schedule and the first minute that the walker sees of it.
fn schedule() -> impl Strategy<Value = (CalendarSpec, i64)> {
    let dates = |most| prop::collection::btree_map(0i64..20, spans(2), 0..most);
    (
        prop::sample::select(PLACES),
        week(),
        (dates(4), dates(4)),
        prop::collection::vec(0i64..24, 0..4),
        prop::collection::vec((0i64..28_000, 0i64..4_000), 0..3),
        prop::bool::weighted(0.04),
    )
        .prop_map(
            |((zone, date), week, (special, breaks), holidays, away, always_open)| {
                let first: NaiveDate = date.parse::<NaiveDate>().unwrap() - TimeDelta::days(8);
                let date = |n: i64| first + TimeDelta::days(n);
                let start = minute(first.and_hms_opt(0, 0, 0).unwrap().and_utc());
                let mut spec = CalendarSpec {
                    zone: zone.into(),
                    special_dates: special.into_iter().map(|(d, s)| (date(d), s)).collect(),
                    breaks: breaks.into_iter().map(|(d, s)| (date(d), s)).collect(),
                    holidays: holidays.into_iter().map(date).collect(),
                    absences: away
                        .into_iter()
                        .map(|(from, length)| (at(start + from), at(start + from + length)))
                        .collect(),
                    always_open,
                    ..CalendarSpec::default()
                };
                let mut week = week.into_iter();
                let w = &mut spec.weekly;
                for day in [
                    &mut w.mon, &mut w.tue, &mut w.wed, &mut w.thu, &mut w.fri, &mut w.sat,
                    &mut w.sun,
                ] {
                    *day = week.next().unwrap();
                }
                (spec, start)
            },
        )
}

/// A schedule that opens at all.
fn calendar(spec: &CalendarSpec) -> Option<Calendar> {
    match Calendar::new(spec.clone()) {
        Err(CalendarError::NeverOpen) => None,
        other => Some(other.unwrap()),
    }
}

/// Where the walker knows an answer, it is the engine's.
macro_rules! agree {
    ($walked:expr, $counted:expr, $($what:tt)+) => {
        if let Some(walked) = $walked {
            prop_assert_eq!(walked, $counted, $($what)+);
        }
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn the_calendar_agrees_with_every_minute(
        (spec, first) in schedule(),
        from in 4_000i64..24_000,
        span in -10i64..16_000,
        work in 0i64..3_000,
        days in 0u16..6,
    ) {
        let Some(c) = calendar(&spec) else { return Ok(()) };
        let w = Walker::new(&spec, first);
        let (m, to) = (first + from, first + from + span);
        let t = at(m);
        agree!(w.elapsed(m, to), c.elapsed(t, at(to)) / 60, "elapsed");
        agree!(w.open(m), c.is_open(t), "is open");
        agree!(w.add(m, work), minute(c.add(t, work * 60)), "add");
        agree!(w.subtract(m, work), minute(c.subtract(t, work * 60)), "subtract");
        agree!(w.next(m, true), minute(c.next_open(t).unwrap_or(t)), "next open");
        let opening = if w.open(m) == Some(true) { w.next(m, false).and_then(|m| w.next(m, true)) } else { w.next(m, true) };
        agree!(opening, c.next_opening(t).map_or(0, minute), "next opening");
        let close = w.next(m, true).and_then(|m| w.next(m, false));
        agree!(close, c.next_close(t).map_or(0, minute), "next close");
        agree!(w.add_days(m, days.into()), minute(c.add_days(t, days)), "add days");
        agree!(w.subtract_days(m, days.into()), minute(c.subtract_days(t, days)), "subtract days");
        // The stretches are the open minutes and nothing else.
        let stretches: i64 = c.stretches(t, at(to.max(m))).map(|(a, b)| (b - a).num_minutes()).sum();
        agree!(w.elapsed(m, to), stretches, "stretches");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn clock_times_agree_with_the_zone_data(
        zone in prop::sample::select(&chrono_tz::TZ_VARIANTS[..]),
        day in 0i64..109_000,
        minutes in 0i64..=1440,
    ) {
        let date = NaiveDate::from_ymd_opt(1901, 1, 1).unwrap() + TimeDelta::days(day);
        let clock = format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let wall = date.and_hms_opt(0, 0, 0).unwrap() + TimeDelta::minutes(minutes);
        let found = resolve_local(zone, date, &clock).unwrap();
        prop_assert_eq!(minute(found), resolve(zone, wall), "{} {} {}", zone, date, clock);
    }
}

/// What a walker says of a clock, in minutes.
#[derive(Debug, PartialEq)]
struct Walked {
    state: &'static str,
    start: i64,
    deadline: i64,
    elapsed: i64,
    remaining: i64,
    paused: i64,
    breached_at: Option<i64>,
    warn_at: Option<i64>,
}

#[derive(Debug)]
struct Case {
    created: i64,
    by_agent: bool,
    first_status: Status,
    events: Vec<(i64, What)>,
    as_of: i64,
}

impl Case {
    /// All that happened up to and with that minute.
    fn until(&self, m: i64) -> impl Iterator<Item = &(i64, What)> {
        self.events.iter().filter(move |(t, _)| *t <= m)
    }

    fn status(&self, m: i64) -> Status {
        let mut status = self.first_status;
        for (_, what) in self.until(m) {
            if let What::Status(next) = what {
                status = *next;
            }
        }
        status
    }

    fn happened(&self, m: i64, wanted: What) -> bool {
        self.events
            .iter()
            .any(|(t, what)| *t == m && *what == wanted)
    }

    /// Start and end, minute after minute.
    fn span(&self, target: Target, policy: &Policy) -> Option<(i64, Option<i64>)> {
        let mut first_reply = false;
        let (mut waiting, mut exchange) = (None, None);
        let (mut done, mut resolution_start) = (None, self.created);
        let (mut answered, mut update) = (None, None);
        let any = policy.next_response == NextResponseScope::AnyUnanswered;
        if any && !self.by_agent {
            waiting = Some(self.created);
        }
        for m in self.created..=self.as_of {
            let asked = self.happened(m, What::RequesterMessage);
            let replied = self.happened(m, What::AgentReply);
            if asked && (any || self.by_agent || first_reply) && waiting.is_none() {
                waiting = Some(m);
            }
            if replied {
                first_reply = true;
                answered = answered.or(Some(m));
                update = Some(m);
                if let Some(start) = waiting.take() {
                    exchange = Some((start, Some(m)));
                }
            } else if asked {
                update = None;
            }
            // Several changes within the minute: a re-opening in between counts.
            let before = if m == self.created {
                self.first_status
            } else {
                self.status(m - 1)
            };
            let mut status = before;
            if m == self.created && !status.is_live() {
                done = Some(m);
            }
            for (_, what) in self.events.iter().filter(|(t, _)| *t == m) {
                if let What::Status(next) = what {
                    if !next.is_live() {
                        done = done.or(Some(m));
                    } else if done.take().is_some() && policy.reopening == Reopening::Restarts {
                        resolution_start = m;
                    }
                    status = *next;
                }
            }
            assert_eq!(status, self.status(m));
        }
        match target {
            Target::FirstResponse => (!self.by_agent).then_some((self.created, answered)),
            Target::NextResponse => waiting.map(|m| (m, None)).or(exchange),
            Target::Resolution => Some((resolution_start, done)),
            Target::PeriodicUpdate => update.map(|m| (m, None)),
        }
    }

    /// None where there is no clock; the inner none where the walker cannot see far enough.
    fn walk(&self, w: &Walker, policy: &Policy, rule: &Rule) -> Option<Option<Walked>> {
        let (start, end) = self.span(rule.target, policy)?;
        Some(self.count(w, policy, rule, start, end))
    }

    fn count(
        &self,
        w: &Walker,
        policy: &Policy,
        rule: &Rule,
        start: i64,
        end: Option<i64>,
    ) -> Option<Walked> {
        let until = end.unwrap_or(self.as_of);
        let around = matches!(rule.within, Amount::Calendar(_));
        let open = |m: i64| if around { Some(true) } else { w.open(m) };
        let stopped = |m: i64| policy.pauses(rule.target, self.status(m));
        let (mut elapsed, mut paused) = (0, 0);
        for m in start..until {
            if open(m)? {
                if stopped(m) {
                    paused += 1
                } else {
                    elapsed += 1
                }
            }
        }
        let (total, base) = match rule.within {
            Amount::Working(s) | Amount::Calendar(s) => (s / 60, None),
            Amount::Days { days, end_of_day } => {
                let mut base = w.add_days(start, days.into())?;
                if end_of_day {
                    let zone = if w.spec.always_open { Tz::UTC } else { w.zone };
                    let midnight = at(base).with_timezone(&zone).date_naive() + TimeDelta::days(1);
                    let next = resolve(zone, midnight.and_hms_opt(0, 0, 0).unwrap());
                    base = w.subtract(next, 0)?;
                }
                (w.elapsed(start, base)?, Some(base))
            }
        };
        // The minute by whose end the promise is used up.
        let (mut m, mut used, mut lost) = (start, 0, 0);
        while used < total {
            if open(m)? {
                if m < until && stopped(m) {
                    lost += 1
                } else {
                    used += 1
                }
            }
            m += 1;
        }
        let deadline = match base {
            Some(base) if lost == 0 => base,
            _ => m,
        };
        let mut breached_at = None;
        for m in deadline.max(start)..until {
            if breached_at.is_none() && open(m)? && !stopped(m) {
                breached_at = Some(m);
            }
        }
        let status = self.status(self.as_of);
        let state = match end {
            Some(_) => "done",
            None if !status.is_live() => "stopped",
            None if policy.pauses(rule.target, status) => "paused",
            None => "running",
        };
        let warn = |secs: i64| {
            if around {
                Some(deadline - secs / 60)
            } else {
                w.subtract(deadline, secs / 60)
            }
        };
        let warn_at = match policy.warn_before {
            Some(secs) if state == "running" => Some(warn(secs)?),
            _ => None,
        };
        Some(Walked {
            state,
            start,
            deadline,
            elapsed,
            remaining: total - elapsed,
            paused,
            breached_at,
            warn_at,
        })
    }
}

fn seen(k: &Clock) -> Walked {
    Walked {
        state: match k.state {
            ClockState::Running { .. } => "running",
            ClockState::Paused { .. } => "paused",
            ClockState::Met { .. } | ClockState::Breached { .. } => "done",
            ClockState::Stopped => "stopped",
        },
        start: minute(k.start),
        deadline: minute(k.deadline),
        elapsed: k.elapsed / 60,
        remaining: k.remaining / 60,
        paused: k.paused_seconds / 60,
        breached_at: k.breached_at.map(minute),
        warn_at: k.warn_at.map(minute),
    }
}

fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![
        4 => (1i64..2_000).prop_map(|m| Amount::Working(m * 60)),
        1 => (1i64..4_000).prop_map(|m| Amount::Calendar(m * 60)),
        2 => (0u16..5, any::<bool>()).prop_map(|(days, end_of_day)| Amount::Days { days, end_of_day }),
    ]
}

/// Two promises for each target: for priority 1, and for the others.
fn policy() -> impl Strategy<Value = Policy> {
    (
        prop::collection::vec(amount(), 8),
        prop::sample::subsequence(Target::ALL.to_vec(), 0..=4),
        prop::sample::subsequence(vec![Status::Pending, Status::OnHold], 0..=2),
        any::<bool>(),
        any::<bool>(),
        prop::option::of(1i64..400),
    )
        .prop_map(|(amounts, pausing, pause_on, any, restarts, warn)| {
            let mut policy = Policy::empty("random");
            for (target, two) in Target::ALL.into_iter().zip(amounts.chunks(2)) {
                let mut urgent = Rule::new(target, two[0]);
                urgent.priorities = vec![Priority::P1];
                policy.rules.extend([urgent, Rule::new(target, two[1])]);
            }
            policy.pausing = pausing;
            policy.pause_on = pause_on;
            if any {
                policy.next_response = NextResponseScope::AnyUnanswered;
            }
            if restarts {
                policy.reopening = Reopening::Restarts;
            }
            policy.warn_before = warn.map(|m| m * 60);
            policy
        })
}

fn case() -> impl Strategy<Value = Case> {
    let what = prop_oneof![
        3 => Just(What::RequesterMessage),
        3 => Just(What::AgentReply),
        5 => prop::sample::select(Status::ALL).prop_map(What::Status),
        1 => prop::sample::select(vec![Owner::Team, Owner::Vendor]).prop_map(What::Owner),
    ];
    let status = prop_oneof![4 => Just(Status::New), 1 => prop::sample::select(Status::ALL)];
    (
        6_000i64..16_000,
        prop::bool::weighted(0.15),
        status,
        // A coarse step now and then, so that things happen at the same instant.
        prop::collection::vec(
            (0i64..6_000, prop::sample::select(vec![1i64, 60, 480]), what),
            0..9,
        ),
        0i64..7_000,
    )
        .prop_map(|(created, by_agent, first_status, events, after)| {
            let mut events: Vec<(i64, What)> = events
                .into_iter()
                .map(|(m, step, what)| (created + m / step * step, what))
                .collect();
            events.sort_by_key(|(m, _)| *m);
            Case {
                created,
                by_agent,
                first_status,
                events,
                as_of: created + after,
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn the_clocks_agree_with_every_minute(
        (spec, first) in schedule(),
        policy in policy(),
        mut case in case(),
        priorities in prop::collection::vec((0i64..6_000, prop::sample::select(Priority::ALL)), 0..4),
    ) {
        let Some(c) = calendar(&spec) else { return Ok(()) };
        let w = Walker::new(&spec, first);
        case.created += first;
        case.as_of += first;
        for (m, _) in &mut case.events {
            *m += first;
        }
        let events: Vec<SlaEvent> = case.events.iter().map(|(m, what)| SlaEvent { at: at(*m), what: *what }).collect();
        // The priority changes now and then; what holds in the end counts from the beginning.
        let mut trail: Vec<TimelineEntry> = Vec::new();
        let (mut priority, mut moves) = (Priority::P2, priorities);
        moves.sort_by_key(|(m, _)| *m);
        for (m, to) in moves {
            trail.push(TimelineEntry {
                at: at(case.created + m.min(case.as_of - case.created)),
                by: Untrusted::new("ana"),
                field: "priority".into(),
                old: Some(Untrusted::new(priority.word())),
                new: Some(Untrusted::new(to.word())),
            });
            priority = to;
        }
        let history = History {
            created: at(case.created),
            opened_by: if case.by_agent { Side::Agent } else { Side::Requester },
            subject: Subject { kind: Kind::Question, priority: Some(priority), tenant: None, labels: &[] },
            status: case.first_status,
            events: &events,
        };
        let now = at(case.as_of);
        let found = clocks(&history, &policy, &c, now);
        let sums = explain(&history, &trail, &policy, &c, now);
        for target in Target::ALL {
            let rule = policy.rule(target, &history.subject).unwrap();
            let clock = found.iter().find(|k| k.target == target);
            let Some(walked) = case.walk(&w, &policy, rule) else {
                prop_assert_eq!(clock, None);
                continue;
            };
            let clock = clock.unwrap();
            agree!(walked, seen(clock), "{:?} within {}", target, rule.within);
            prop_assert_eq!(clock.breached, clock.breached_at.is_some());
            let sum = sums.iter().find(|e| e.clock.target == target).unwrap();
            prop_assert_eq!(&sum.clock, clock);
            let seconds = |wanted: &[Reason]| -> i64 {
                sum.segments.iter().filter(|s| wanted.contains(&s.what)).map(|s| s.secs).sum()
            };
            // A calendar that never opens again leaves something open for ever.
            if clock.deadline.year() < 2200 {
                prop_assert_eq!(seconds(&[Reason::Counted, Reason::Ahead]), clock.elapsed + clock.remaining);
            }
            prop_assert_eq!(seconds(&[Reason::Counted, Reason::Over]), clock.elapsed);
            // Every change between the two promises is told, with who made it.
            let urgent = |word: &Option<Untrusted>| word.as_ref().is_some_and(|w| w.raw() == "1");
            let amounts: Vec<Amount> = policy.rules.iter().filter(|r| r.target == target).map(|r| r.within).collect();
            let changed = trail.iter().filter(|e| urgent(&e.old) != urgent(&e.new) && amounts[0] != amounts[1]);
            let told = sum.segments.iter().filter(|s| matches!(s.what, Reason::Changed { .. }));
            prop_assert_eq!(told.clone().count(), changed.count());
            prop_assert!(told.into_iter().all(|s| s.by == Some(Untrusted::new("ana"))));
        }
        // What the store keeps holds from the last event on.
        if case.events.iter().all(|(m, _)| *m <= case.as_of) {
            let running = found.iter().filter_map(|k| match k.state {
                ClockState::Running { due } => Some(due),
                _ => None,
            });
            match due(&history, &policy, &c) {
                Due::Running { at, .. } => prop_assert_eq!(Some(at), running.min()),
                _ => prop_assert_eq!(None, running.min()),
            }
        }
    }
}
