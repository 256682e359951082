//! Calendar files: written by hand after the habits of six programs, the RFC's own examples, broken ones.

use chrono_tz::Europe::Amsterdam;
use deskhand::domain::absence::{
    Absence, AbsenceId, Incoming, Known, Length, Rule, Source, Times, Why, incoming,
};
use deskhand::domain::calendar::Calendar;
use deskhand::domain::ics::{Entry, EntryTime, Reading, feed, read, stretch_uid, whose};
use deskhand::domain::people::{Agent, AgentId};
use deskhand::domain::text::Untrusted;
use rstest::rstest;

use super::world::at;

fn file(name: &str) -> String {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/ics/");
    std::fs::read_to_string(format!("{root}{name}.ics")).unwrap()
}

fn ana() -> Vec<Agent> {
    vec![Agent {
        id: AgentId::parse("ana").unwrap(),
        name: Untrusted::new("Ana de Vries"),
        tenants: vec![],
    }]
}

/// Every stretch of a file's events, in UTC, as `1016T11-1016T15`.
fn stretches(reading: &Reading) -> Vec<String> {
    let (from, to) = (at("2026-10-01T00:00:00Z"), at("2027-03-01T00:00:00Z"));
    reading
        .events
        .iter()
        .filter(|e| !e.free)
        .flat_map(|e| e.times.within(from, to))
        .map(|o| {
            format!(
                "{}-{}",
                o.from.format("%m%dT%H%M"),
                o.to.format("%m%dT%H%M")
            )
        })
        .collect()
}

#[rstest]
// One turn left out, one on another day and shorter, the last by an end in UTC; a long title folded.
#[case("outlook", &[
    "1016T1100-1016T1500", "1023T1100-1023T1500", "1105T1200-1105T1400", "1113T1200-1113T1600",
    "1223T2300-0101T2300",
])]
// Whole days end before their DTEND; one turn is called off; summer time ends in between.
#[case("google", &[
    "1018T2200-1023T2200", "1111T0800-1111T1100",
    "1012T0700-1012T1000", "1026T0800-1026T1100", "1102T0800-1102T1100",
])]
// Durations, and further dates on either side of New York's change.
#[case("apple", &[
    "1030T1300-1030T1630", "1102T1400-1102T1730", "1103T1400-1103T1730", "1220T2300-1227T2300",
])]
// Nights: the one in which the clock goes back lasts its exact eight hours. The newest version counts.
#[case("nextcloud", &[
    "1022T2000-1023T0400", "1023T2000-1024T0400", "1024T2000-1025T0400", "1025T2100-1026T0500",
    "1026T2100-1027T0500",
])]
#[case("zoho", &["1006T2200-1007T2200", "1201T2300-1202T2300", "1120T0830-1120T1230"])]
// A zone that only the file knows; midnight to midnight over the change are two whole days.
#[case("exchange", &[
    "1020T0700-1020T1500", "1022T0700-1022T1500", "1103T0800-1103T1600", "1023T2200-1025T2300",
])]
fn each_program_s_habits_are_understood(#[case] name: &str, #[case] wanted: &[&str]) {
    let reading = read(&file(name), Amsterdam);
    assert_eq!(reading.problems, []);
    assert_eq!(stretches(&reading), wanted);
    let known = ana();
    for event in reading
        .events
        .iter()
        .filter(|e| !e.free && name != "outlook")
    {
        let who = whose(event, &known).map(|w| w.to_string());
        assert_eq!(who.as_deref(), Some("ana"), "{:?}", event.summary);
    }
}

#[test]
fn what_was_called_off_is_named_and_reasons_are_guessed() {
    let google = read(&file("google"), Amsterdam);
    assert_eq!(google.cancelled, ["3v2k1gone@google.com"]);
    let whys = |name: &str| -> Vec<Why> {
        let reading = read(&file(name), Amsterdam);
        reading.events.iter().map(|e| e.why()).collect()
    };
    assert_eq!(whys("zoho"), [Why::PartTime, Why::Sick]);
    assert_eq!(whys("nextcloud"), [Why::Training]);
    let outlook = read(&file("outlook"), Amsterdam);
    assert!(
        outlook.events[1]
            .summary
            .raw()
            .ends_with("so long that it goes on")
    );
    assert!(outlook.events[2].free);
}

#[test]
fn what_is_broken_is_said_with_its_line_and_the_rest_is_used() {
    let reading = read(&file("broken"), Amsterdam);
    let said: Vec<(usize, &str)> = reading
        .problems
        .iter()
        .map(|p| (p.line, p.what.as_str()))
        .collect();
    let about = [
        (3, "no colon"),
        (4, "no DTSTART"),
        (10, "is no date"),
        (16, "is not understood"),
        (21, "Mars/Olympus"),
        (28, "ends before it begins"),
        (36, "without its BEGIN"),
        (37, "no END:VEVENT"),
    ];
    assert_eq!(said.len(), about.len(), "{said:?}");
    for ((line, what), (wanted, word)) in said.iter().zip(about) {
        assert_eq!(*line, wanted, "{what}");
        assert!(what.contains(word), "{what}");
        assert!(what.contains("; "), "says what to do: {what}");
    }
    assert_eq!(reading.events.len(), 1);
    assert_eq!(stretches(&reading), ["1214T2300-1215T2300"]);
    let none = read("hello", Amsterdam);
    assert!(
        none.problems
            .iter()
            .any(|p| p.what.contains("BEGIN:VCALENDAR"))
    );
}

/// RFC 5545, 3.8.5.3: rule, and the first starts on the wall of New York, all from 2 September 1997 9:00
/// unless the RFC begins elsewhere.
#[rstest]
#[case(
    "19970902",
    "FREQ=DAILY;COUNT=10",
    "0902 0903 0904 0905 0906 0907 0908 0909 0910 0911"
)]
#[case(
    "19970902",
    "FREQ=DAILY;INTERVAL=10;COUNT=5",
    "0902 0912 0922 1002 1012"
)]
#[case("19970902", "FREQ=WEEKLY;COUNT=5", "0902 0909 0916 0923 0930")]
#[case(
    "19970902",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
    "0902 0904 0916 0918 0930 1002 1014 1016"
)]
#[case("19970905", "FREQ=MONTHLY;COUNT=4;BYDAY=1FR", "0905 1003 1107 1205")]
#[case(
    "19970907",
    "FREQ=MONTHLY;INTERVAL=2;COUNT=6;BYDAY=1SU,-1SU",
    "0907 0928 1102 1130 0104 0125"
)]
#[case("19970922", "FREQ=MONTHLY;COUNT=4;BYDAY=-2MO", "0922 1020 1117 1222")]
#[case("19970928", "FREQ=MONTHLY;COUNT=3;BYMONTHDAY=-3", "0928 1029 1128")]
#[case(
    "19970902",
    "FREQ=MONTHLY;COUNT=4;BYMONTHDAY=2,15",
    "0902 0915 1002 1015"
)]
#[case("19970610", "FREQ=YEARLY;COUNT=4;BYMONTH=6,7", "0610 0710 0610 0710")]
#[case(
    "19970512",
    "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3",
    "0512 0511 0517"
)]
#[case(
    "19970904",
    "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
    "0904 1007 1106"
)]
#[case(
    "19970929",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=4",
    "0929 1030 1127 1230"
)]
#[case(
    "19970805",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
    "0805 0810 0819 0824"
)]
#[case(
    "19970805",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
    "0805 0817 0819 0831"
)]
#[case("19960228", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=2", "0229 0229")]
fn the_rfc_s_own_examples(#[case] day: &str, #[case] rule: &str, #[case] wanted: &str) {
    let text = format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART;TZID=America/New_York:{day}T090000\r\nDURATION:PT1H\r\nRRULE:{rule}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let reading = read(&text, Amsterdam);
    assert_eq!(reading.problems, []);
    let found = reading.events[0]
        .times
        .within(at("1996-01-01T00:00:00Z"), at("2010-01-01T00:00:00Z"));
    let starts: Vec<String> = found
        .iter()
        .map(|o| o.from.with_timezone(&chrono_tz::America::New_York))
        .inspect(|s| assert_eq!(s.format("%H:%M").to_string(), "09:00"))
        .map(|s| s.format("%m%d").to_string())
        .collect();
    assert_eq!(starts.join(" "), wanted);
}

#[test]
fn a_feed_reads_back_as_what_was_written() {
    let day = |d: &str| d.parse().unwrap();
    let entries = vec![
        Entry {
            uid: "a@deskhand".into(),
            summary: Untrusted::new(
                "ana: leave; with, signs \\ and a very long title that has to be folded somewhere é",
            ),
            description: Untrusted::new("one\ntwo\u{1b}[31m"),
            time: EntryTime::Days(day("2026-12-01"), day("2026-12-04")),
            agent: Some(AgentId::parse("ana").unwrap()),
            free: false,
        },
        Entry {
            uid: "b@deskhand".into(),
            summary: Untrusted::new("10482 due"),
            description: Untrusted::default(),
            time: EntryTime::Between(at("2026-12-01T09:00:00Z"), at("2026-12-01T10:00:00Z")),
            agent: None,
            free: true,
        },
    ];
    let text = feed("Deskhand: Absences", &entries, at("2026-11-24T09:00:00Z"));
    assert!(text.split("\r\n").all(|l| l.len() <= 75), "{text}");
    assert!(!text.contains('\u{1b}'));
    let back = read(&text, Amsterdam);
    assert_eq!(back.problems, []);
    assert_eq!(back.events.len(), 2);
    assert_eq!(back.events[0].summary, entries[0].summary);
    assert_eq!(back.events[0].agent, entries[0].agent);
    let free: Vec<bool> = back.events.iter().map(|e| e.free).collect();
    assert_eq!(free, [false, true]);
    assert_eq!(stretches(&back), ["1130T2300-1203T2300"]);
}

#[test]
fn one_turn_of_many_ends_early_and_the_others_stay() {
    let start = "2026-10-02T13:00:00".parse().unwrap();
    let mut times = Times::once(
        start,
        Length {
            days: 0,
            seconds: 4 * 3600,
        },
        Amsterdam,
    );
    times
        .rules
        .push(Rule::new("FREQ=WEEKLY", None, start).unwrap());
    times
        .end_at(at("2026-10-09T12:00:00Z"), at("2026-10-09T12:30:00Z"))
        .unwrap();
    times
        .end_at(at("2026-10-09T12:00:00Z"), at("2026-10-09T13:00:00Z"))
        .unwrap();
    let found = times.within(at("2026-10-01T00:00:00Z"), at("2026-10-20T00:00:00Z"));
    let ends: Vec<String> = found
        .iter()
        .map(|o| o.to.format("%d %H:%M").to_string())
        .collect();
    assert_eq!(ends, ["02 15:00", "09 13:00", "16 15:00"]);
    let none = times.end_at(at("2026-10-10T12:00:00Z"), at("2026-10-10T13:00:00Z"));
    assert!(none.unwrap_err().contains("; "));
}

#[rstest]
#[case("FREQ=HOURLY", "finer than a day")]
#[case("FREQ=", "not understood")]
#[case("every friday", "not understood")]
fn rules_that_mean_nothing_are_refused(#[case] rule: &str, #[case] word: &str) {
    let said = Rule::new(rule, None, "2026-10-02T13:00:00".parse().unwrap()).unwrap_err();
    assert!(said.contains(word), "{said}");
}

proptest::proptest! {
    #[test]
    fn no_file_makes_the_reader_stumble(lines in proptest::collection::vec(
        "(BEGIN:VEVENT|END:VEVENT|BEGIN:VTIMEZONE|END:VTIMEZONE|BEGIN:STANDARD|UID:x|DTSTART:[0-9TZ]{0,16}|DTEND;TZID=[A-Z]{0,3}:[0-9TZ]{0,16}|RRULE:FREQ=(DAILY|WEEKLY|YEARLY)(;(COUNT|INTERVAL|BYDAY|UNTIL)=[0-9A-Z-]{0,8})?|DURATION:[-PT0-9DHW]{0,8}|RECURRENCE-ID:[0-9TZ]{0,16}|TZOFFSETTO:[+0-9é-]{0,6}|.{0,12})", 0..24)) {
        let text = format!("BEGIN:VCALENDAR\n{}\n", lines.join("\n"));
        let reading = read(&text, Amsterdam);
        for e in &reading.events {
            e.times.within(at("2026-10-01T00:00:00Z"), at("2026-12-01T00:00:00Z"));
        }
    }
}

#[test]
fn what_a_calendar_has_no_more_is_gone_unless_something_of_it_cannot_be_read() {
    let event = |uid: &str, day: &str| {
        format!(
            "BEGIN:VEVENT\nUID:{uid}\nSUMMARY:ana: leave\nDTSTART;VALUE=DATE:{day}\nEND:VEVENT\n"
        )
    };
    let mut n = 0;
    let mut take = |events: &[String], all: &[Absence]| -> Incoming {
        let text = format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", events.concat());
        let from: Vec<AbsenceId> = all.iter().map(|a| a.id.clone()).collect();
        let mut new = || {
            n += 1;
            AbsenceId(format!("a{n}"))
        };
        let now = at("2026-11-24T09:00:00Z");
        let reading = read(&text, Amsterdam);
        incoming(
            &reading,
            &Source::default(),
            all,
            (&from, true),
            &known(),
            (now, &mut new),
        )
    };
    let first = take(&[event("x", "20261201"), event("y", "20261202")], &[]);
    assert_eq!((first.new, first.put.len()), (2, 2));
    let again = take(
        &[event("x", "20261201"), event("y", "20261203")],
        &first.put,
    );
    assert_eq!((again.same, again.new, again.put.len()), (1, 0, 1));
    assert_eq!(again.put[0].id, first.put[1].id, "it keeps its identity");
    let broken = take(
        &[event("x", "20261201"), event("y", "nonsense")],
        &first.put,
    );
    assert_eq!((broken.gone.len(), broken.problems.len()), (0, 1));
    let gone = take(&[event("x", "20261201")], &first.put);
    assert_eq!(gone.gone, first.put[1..]);
    let nobody = take(&[event("x", "20261201").replace("ana", "Zoe")], &first.put);
    assert_eq!(
        (nobody.strange, nobody.gone.len()),
        (1, 1),
        "whose it is now is not known; y is gone"
    );
}

/// What calendars are read against where one of them is ana's.
fn known() -> Known {
    Known {
        agents: ana(),
        people: vec![],
        calendar: Calendar::standard(),
        zone: Amsterdam,
    }
}

/// What a file comes to beside a plan.
fn come(text: &str, all: &[Absence]) -> Incoming {
    let mut n = all.len();
    let mut new = || {
        n += 1;
        AbsenceId(format!("0000000{n}"))
    };
    let now = at("2026-11-24T09:00:00Z");
    let reading = read(text, Amsterdam);
    let from = (&[][..], false);
    let source = Source::default();
    incoming(&reading, &source, all, from, &known(), (now, &mut new))
}

fn event(lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:x\nSUMMARY:ana: leave\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n"
    )
}

#[rstest]
#[case(
    "DTSTART:20261201T090000Z\nDTEND:20261201T100000Z\nRDATE;VALUE=PERIOD:20261202T090000Z/P9223372036854775807D",
    "over ten years"
)]
#[case(
    "DTSTART:20261201T090000Z\nDTEND:20261201T100000Z\nRDATE;VALUE=PERIOD:20261202T090000Z/P99999999999D",
    "over ten years"
)]
#[case(
    "DTSTART:20261201T090000Z\nDTEND:20261201T100000Z\nRDATE;VALUE=PERIOD:20261202T090000Z/20261201T090000Z",
    "ends before it begins"
)]
#[case(
    "DTSTART:20261201T090000Z\nDTEND:20261201T100000Z\nRRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY",
    "EXRULE"
)]
fn what_would_mean_other_days_than_it_says_is_a_problem_with_its_line(
    #[case] lines: &str,
    #[case] word: &str,
) {
    let reading = read(&event(lines), Amsterdam);
    assert_eq!(reading.events, []);
    let [problem] = reading.problems.as_slice() else {
        panic!("{:?}", reading.problems);
    };
    assert!(problem.what.contains(word), "{problem}");
    assert_eq!(problem.line, 4 + lines.lines().count());
}

#[test]
fn lengths_that_came_in_before_they_were_looked_at_hurt_nobody() {
    let start = "2026-12-01T09:00:00".parse().unwrap();
    let hour = Length {
        days: 0,
        seconds: 3600,
    };
    let (on, end) = (at("2026-12-01T08:30:00Z"), at("2026-12-01T08:45:00Z"));
    for days in [99_999_999_999, i64::MAX] {
        let mut times = Times::once(start, hour, Amsterdam);
        times.also.push((start, Some(Length::days(days))));
        times.also.push((start + chrono::TimeDelta::days(1), None));
        times.within(on, end);
        assert!(times.clone().end_at(on, end).is_err(), "no turn is on");
        let turn = times.within(on, end + chrono::TimeDelta::days(2))[0];
        times.take_out(turn).unwrap();
    }
}

#[test]
fn a_turn_that_comes_alone_is_put_into_the_series_that_is_known() {
    let weekly = event("DTSTART:20261204T120000Z\nDTEND:20261204T160000Z\nRRULE:FREQ=WEEKLY");
    let all = come(&weekly, &[]).put;
    let days = |a: &Absence| -> Vec<String> {
        let turns = a.away(at("2026-12-01T00:00:00Z"), at("2026-12-26T00:00:00Z"));
        turns
            .iter()
            .map(|o| o.from.format("%d %H").to_string())
            .collect()
    };
    assert_eq!(days(&all[0]), ["04 12", "11 12", "18 12", "25 12"]);

    let off = event("RECURRENCE-ID:20261211T120000Z\nDTSTART:20261211T120000Z\nSTATUS:CANCELLED");
    let moved =
        event("RECURRENCE-ID:20261218T120000Z\nDTSTART:20261217T080000Z\nDTEND:20261217T100000Z");
    for (file, wanted) in [
        (&off, vec!["04 12", "18 12", "25 12"]),
        (&moved, vec!["04 12", "11 12", "17 08", "25 12"]),
    ] {
        let found = come(file, &all);
        assert_eq!((found.new, found.put.len(), found.gone.len()), (0, 1, 0));
        assert_eq!(found.put[0].id, all[0].id);
        assert_eq!(days(&found.put[0]), wanted);
        let again = come(file, &found.put);
        assert_eq!(
            (again.same, again.put.len()),
            (1, 0),
            "it is safe to repeat"
        );
    }

    // Whoever does not know the series keeps the turn by itself, until it is called off.
    let single = come(&moved, &[]);
    assert_eq!(
        (single.new, days(&single.put[0])),
        (1, vec!["17 08".to_owned()])
    );
    let off = event("RECURRENCE-ID:20261218T120000Z\nDTSTART:20261218T120000Z\nSTATUS:CANCELLED");
    assert_eq!(come(&off, &single.put).gone, single.put);
}

#[test]
fn feeds_of_ones_own_that_come_back_change_nothing() {
    let all = come(
        &event("DTSTART;VALUE=DATE:20261201\nDTEND;VALUE=DATE:20261203"),
        &[],
    )
    .put;
    let turn = all[0].away(at("2026-12-01T00:00:00Z"), at("2026-12-02T00:00:00Z"))[0];
    let (first, after) = all[0].whole_days(turn).unwrap();
    let entry = |uid: String, words: &str, free: bool| Entry {
        uid,
        summary: Untrusted::new(words),
        description: Untrusted::default(),
        time: EntryTime::Days(first, after),
        agent: Some(AgentId::parse("ana").unwrap()),
        free,
    };
    let uid = stretch_uid(&all[0].id, turn.from);
    let entries = [
        entry(uid, "ana: leave", false),
        entry("y-1-ana@deskhand".into(), "ana stands in for ben", true),
    ];
    let text = feed("Deskhand", &entries, at("2026-11-24T09:00:00Z"));
    let back = come(&text, &all);
    assert_eq!((back.same, back.free), (1, 1));
    assert_eq!((back.new, back.put.len(), back.problems.len()), (0, 0, 0));
    // To somebody else it is news.
    assert_eq!(come(&text, &[]).new, 1);
}
