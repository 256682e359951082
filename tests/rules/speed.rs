//! What the counting costs: no allocation, and the same for a century as for a day.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::time::Instant as Stopwatch;

use chrono::TimeDelta;
use deskhand::domain::Instant;
use deskhand::domain::calendar::{Calendar, CalendarSpec};
use deskhand::domain::sla::{History, Policy, Side, SlaEvent, Subject, What, countdown, due};
use deskhand::domain::ticket::{Due, Kind, Priority, Status};

thread_local! {
    static TAKEN: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator with a count of what each thread takes from it.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn take() {
    // A thread that ends has no count any more.
    let _ = TAKEN.try_with(|n| n.set(n.get() + 1));
}

#[expect(unsafe_code, reason = "an allocator is unsafe; this one passes all on")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take();
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        take();
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        take();
        unsafe { System.realloc(at, layout, size) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }
}

fn allocations(of: impl FnOnce()) -> u64 {
    let before = TAKEN.with(Cell::get);
    of();
    TAKEN.with(Cell::get) - before
}

fn t(s: &str) -> Instant {
    s.parse().unwrap()
}

/// Office hours with a lunch break, the holidays of six countries, and odd dates.
fn calendar() -> Calendar {
    let mut spec = CalendarSpec::standard();
    spec.public_holidays = ["NL", "BE", "DE", "GB", "FR", "US"]
        .map(String::from)
        .into();
    let span = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    let w = &mut spec.weekly;
    for day in [&mut w.mon, &mut w.tue, &mut w.wed, &mut w.thu, &mut w.fri] {
        *day = vec![span("09:00", "12:30"), span("13:00", "17:00")];
    }
    let date = |s: &str| s.parse().unwrap();
    spec.special_dates
        .insert(date("2026-12-31"), vec![span("09:00", "12:00")]);
    spec.breaks
        .insert(date("2026-12-03"), vec![span("10:00", "11:30")]);
    spec.absences = vec![(t("2026-11-30T10:00:00Z"), t("2026-12-01T10:00:00Z"))];
    Calendar::new(spec).unwrap()
}

/// Two pauses and a question in between.
fn events(created: Instant) -> [SlaEvent; 6] {
    let event = |minutes: i64, what| SlaEvent {
        at: created + TimeDelta::minutes(minutes),
        what,
    };
    [
        event(50, What::Status(Status::Open)),
        event(90, What::Status(Status::Pending)),
        event(1500, What::RequesterMessage),
        event(1500, What::Status(Status::Open)),
        event(1700, What::Status(Status::OnHold)),
        event(3000, What::Status(Status::Open)),
    ]
}

fn history(created: Instant, priority: Priority, events: &[SlaEvent]) -> History<'_> {
    History {
        created,
        opened_by: Side::Requester,
        subject: Subject {
            kind: Kind::Problem,
            priority: Some(priority),
            tenant: None,
            labels: &[],
        },
        status: Status::New,
        events,
    }
}

/// Every question, over `seconds` of open time and about as much of the calendar's.
fn ask(c: &Calendar, at: Instant, seconds: i64) {
    black_box(c.add(at, seconds));
    black_box(c.subtract(at, seconds));
    black_box(c.elapsed(at, at + TimeDelta::seconds(seconds)));
    black_box(c.is_open(at));
    black_box(c.next_open(at));
    black_box(c.next_opening(at));
    black_box(c.next_close(at));
    let days = u16::try_from(seconds / 86_400).unwrap();
    black_box(c.add_days(at, days));
    black_box(c.subtract_days(at, days));
}

const DAY: i64 = 86_400;
/// Of open time: three hundred years of the clock would run past the end.
const LONG: i64 = 30 * 366 * DAY;

#[test]
fn counting_allocates_nothing() {
    let (c, p) = (calendar(), Policy::mydre());
    let created = t("2026-11-23T09:00:00Z");
    let events = events(created);
    assert!(
        allocations(|| drop(black_box(vec![1]))) > 0,
        "the count counts"
    );
    let taken = allocations(|| {
        for hour in 0..200 {
            let at = created + TimeDelta::hours(hour);
            ask(&c, at, 8 * 3600);
            ask(&c, at, LONG);
            for priority in Priority::ALL {
                black_box(due(&history(created, *priority, &events), &p, &c));
            }
        }
    });
    assert_eq!(taken, 0);
}

/// Run with `--ignored --nocapture` in release to see figures.
#[test]
#[ignore = "prints figures"]
#[expect(clippy::print_stderr, reason = "the figures are the point")]
fn figures_of_the_counting() {
    let (c, p) = (calendar(), Policy::mydre());
    let now = t("2026-11-23T09:00:00Z");
    for (what, priority, paused) in [
        ("8 h, two pauses", Priority::P2, 6),
        ("8 h, paused now", Priority::P2, 5),
        ("3 days, two pauses", Priority::P3, 6),
        ("2 h, no pause", Priority::P1, 0),
    ] {
        let n: u32 = 1_000_000;
        let mut some = 0;
        let begun = Stopwatch::now();
        for i in 0..n {
            // Over four years, every ticket at another second.
            let created = now - TimeDelta::seconds(i64::from(i) * 127);
            let all = events(created);
            let h = history(created, priority, &all[..paused]);
            some += u32::from(black_box(due(&h, &p, &c)) != Due::None);
        }
        let took = begun.elapsed();
        let rate = f64::from(n) / took.as_secs_f64();
        eprintln!(
            "due, {what}: {rate:.0} a second, {:?} each ({some})",
            took / n
        );
    }
    for (span, seconds) in [
        ("a day", DAY),
        ("a year", 366 * DAY),
        ("thirty years of open time", LONG),
    ] {
        let n: u32 = 200_000;
        let begun = Stopwatch::now();
        for i in 0..n {
            black_box(c.add(now + TimeDelta::seconds(i64::from(i)), seconds));
        }
        let add = begun.elapsed() / n;
        let begun = Stopwatch::now();
        for i in 0..n {
            let at = now - TimeDelta::seconds(i64::from(i));
            black_box(c.elapsed(at - TimeDelta::seconds(seconds * 4), at));
        }
        let elapsed = begun.elapsed() / n;
        eprintln!("over {span}: add {add:?}, elapsed over four times that {elapsed:?}");
    }
    let n: u32 = 200_000;
    let begun = Stopwatch::now();
    let mut length = 0;
    for i in 0..n {
        let at = now + TimeDelta::seconds(i64::from(i) * 7 - 400_000);
        let due = Due::Running {
            target: deskhand::domain::sla::Target::FirstResponse,
            at,
        };
        length += countdown(&due, now, &c).text.len();
    }
    eprintln!("countdown: {:?} each ({length})", begun.elapsed() / n);
    let begun = Stopwatch::now();
    black_box(Calendar::new(c.spec().clone()).unwrap());
    eprintln!("making a calendar of six countries: {:?}", begun.elapsed());
    let begun = Stopwatch::now();
    black_box(Calendar::new(CalendarSpec::standard()).unwrap());
    eprintln!("making the standard one: {:?}", begun.elapsed());
}
