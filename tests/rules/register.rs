//! Registers: what a row may hold, CSV there and back, when a subscription is full, who is
//! told, what recurs.

use chrono::{DateTime, NaiveDate, Utc};
use deskhand::domain::absence::{Absence, AbsenceId, Cover, Person, Team, Times};
use deskhand::domain::calendar::Calendar;
use deskhand::domain::knowledge::{Article, ArticleKey};
use deskhand::domain::people::{AgentId, TenantId};
use deskhand::domain::register::duty::{Duties, Every, Known, occasions};
use deskhand::domain::register::forecast::{Outlook, Reading, outlook};
use deskhand::domain::register::{Book, Record, Register, csv};
use deskhand::domain::text::Untrusted;
use deskhand::domain::value::{Holds, Right, Role};
use proptest::prelude::*;
use rstest::rstest;

fn day(s: &str) -> NaiveDate {
    s.parse().unwrap()
}

fn row(register: Register, cells: &[(&str, &str)]) -> Record {
    Record::new(register, cells.iter().copied()).unwrap()
}

#[rstest]
#[case(Holds::Email, "Jan.de.Vries@Example.org", "jan.de.vries@example.org")]
#[case(Holds::Emails, "a@b.nl; c@d.nl,", "a@b.nl, c@d.nl")]
#[case(Holds::Date, "24-11-2026", "2026-11-24")]
#[case(Holds::Date, "2026-11-24", "2026-11-24")]
#[case(Holds::Count, "042", "42")]
#[case(Holds::YesNo, "Ja", "yes")]
#[case(Holds::Tenant, "UMC", "umc")]
#[case(Holds::Workspace, "DWS-3049-AUBioLab", "dws-3049-AUBioLab")]
#[case(Holds::Workspaces, "ALL", "all")]
#[case(Holds::Workspaces, "dws-1-a, dws-2-b", "dws-1-a, dws-2-b")]
#[case(Holds::Host, "Lic.Example.org:27000", "lic.example.org:27000")]
#[case(Holds::Host, "27000@lic.example.org", "27000@lic.example.org")]
#[case(
    Holds::Rights,
    "create user, allowlist, create_user",
    "create-user, allowlist"
)]
#[case(Holds::Role, "Tenant Owner", "tenant-owner")]
#[case(Holds::Line, "  a line ", "a line")]
#[case(Holds::Email, "  ", "")]
fn values_are_kept_in_one_form(#[case] holds: Holds, #[case] typed: &str, #[case] kept: &str) {
    assert_eq!(holds.read(typed), Ok(kept.to_owned()));
    assert_eq!(holds.read(kept), Ok(kept.to_owned()));
}

#[rstest]
#[case(Holds::Email, "jan")]
#[case(Holds::Email, "jan@host")]
#[case(Holds::Email, "jan de vries@example.org")]
#[case(Holds::Email, "a@b@c.nl")]
#[case(Holds::Emails, "a@b.nl, jan")]
#[case(Holds::Date, "31-02-2026")]
#[case(Holds::Date, "soon")]
#[case(Holds::Count, "-1")]
#[case(Holds::Count, "99999999999")]
#[case(Holds::YesNo, "perhaps")]
#[case(Holds::Workspace, "dws-x-lab")]
#[case(Holds::Workspace, "dws-12-")]
#[case(Holds::Workspace, "lab")]
#[case(Holds::Workspace, "dws-1-a b")]
#[case(Holds::Host, "http://x")]
#[case(Holds::Host, "x:70000")]
#[case(Holds::Rights, "creat-user")]
#[case(Holds::Role, "boss")]
#[case(Holds::Line, "two\nlines")]
fn a_value_of_another_form_is_told_the_form(#[case] holds: Holds, #[case] typed: &str) {
    let why = holds.read(typed).unwrap_err();
    assert!(
        why.contains(';') || why.contains("use letters"),
        "no way out is named: {why}"
    );
}

#[test]
fn a_row_says_all_that_is_wrong_with_it_at_once() {
    let wrong = Record::new(
        Register::Subscriptions,
        [
            ("name", "sub"),
            ("capacity", "many"),
            ("colour", "red"),
            ("capcity", "5"),
        ],
    )
    .unwrap_err();
    let all = wrong.join("\n");
    assert!(all.contains("capacity: \"many\" is no count"), "{all}");
    assert!(all.contains("subscriptions have no \"colour\""), "{all}");
    assert!(all.contains("did you mean capacity?"), "{all}");
    assert!(all.contains("tenant: is empty"), "{all}");
    // What could not be read is not said to be empty as well.
    assert_eq!(
        wrong.iter().filter(|w| w.starts_with("capacity: ")).count(),
        1
    );
}

#[rstest]
#[case(Register::Readings, "Sub 1/24-11-2026", "Sub 1/2026-11-24")]
#[case(Register::Trainings, "A@B.nl/part 1/2", "a@b.nl/part 1/2")]
#[case(Register::Agreements, "UMC/a / b", "umc/a / b")]
#[case(Register::People, "A@B.nl", "a@b.nl")]
fn rows_are_named_by_their_first_columns(
    #[case] register: Register,
    #[case] typed: &str,
    #[case] key: &str,
) {
    assert_eq!(Record::key_from(register, typed), key);
    let mut cells = Record::cells_of_key(register, key);
    cells.extend(
        [("tenant", "umc"), ("name", "n"), ("used", "1")]
            .iter()
            .filter(|(c, _)| register.column(c).is_ok())
            .map(|(c, v)| (*c, (*v).to_owned())),
    );
    let mut seen = std::collections::HashSet::new();
    cells.retain(|(c, _)| seen.insert(*c));
    let made = Record::new(register, cells.iter().map(|(c, v)| (*c, v.as_str()))).unwrap();
    assert_eq!(made.key(), key);
}

#[test]
fn csv_is_harmless_to_spreadsheets_and_comes_back_as_it_was() {
    let hostile = row(
        Register::Tenants,
        &[
            ("code", "umc"),
            ("name", "=HYPERLINK(\"http://x\")"),
            ("abbreviation", "'+31"),
            ("note", "a \"quote\", a ; and\ntwo lines"),
        ],
    );
    let text = csv::write(Register::Tenants, [&hostile]);
    assert!(text.contains("\"'=HYPERLINK"), "{text}");
    assert!(text.contains("''+31"), "{text}");
    let sheet = csv::read(Register::Tenants, &text).unwrap();
    assert_eq!(back(Register::Tenants, &sheet), [hostile]);
}

fn back(register: Register, sheet: &csv::Sheet) -> Vec<Record> {
    assert_eq!(sheet.bad, []);
    sheet
        .rows
        .iter()
        .map(|(_, cells)| {
            Record::new(register, cells.iter().map(|(c, v)| (*c, v.as_str()))).unwrap()
        })
        .collect()
}

#[rstest]
#[case("\u{feff}code;name\r\numc;UMC\r\n")]
#[case("name\tcode\rUMC\tumc\r")]
#[case("\"code\",\"name\"\n\n\"umc\",\"UMC\"\n,\n")]
#[case("Code,NAME\numc,UMC,,")]
fn files_of_other_programs_are_read(#[case] text: &str) {
    let sheet = csv::read(Register::Tenants, text).unwrap();
    let want = row(Register::Tenants, &[("code", "umc"), ("name", "UMC")]);
    assert_eq!(back(Register::Tenants, &sheet), [want]);
}

#[rstest]
#[case("", "the file is empty")]
#[case("name\nUMC\n", "no column is called \"code\"")]
#[case("code,nmae\n", "did you mean name?")]
#[case("code,name,code\n", "two columns are called \"code\"")]
fn a_head_that_cannot_be_used_says_why(#[case] text: &str, #[case] says: &str) {
    let bad = csv::read(Register::Tenants, text).unwrap_err();
    assert_eq!(bad.line, 1);
    assert!(bad.what.contains(says), "{bad:?}");
}

#[test]
fn a_bad_row_is_named_by_the_line_on_which_it_begins() {
    let text = "code,name,note\na,A,\"x\ny\"\nb,B,x,y\nc,\"C\"c,\nd,\"open\n";
    let sheet = csv::read(Register::Tenants, text).unwrap();
    let lines: Vec<usize> = sheet.bad.iter().map(|b| b.line).collect();
    assert_eq!(lines, [4, 5, 6], "{:?}", sheet.bad);
    assert_eq!(sheet.rows.len(), 1);
}

proptest! {
    #[test]
    fn whatever_a_cell_holds_survives_a_file(name in "[ -~éü='+@;,\"\n\r\t-]{1,30}", note in "\\PC{0,40}") {
        let cells = [("code", "umc"), ("name", name.as_str()), ("note", note.as_str())];
        if let Ok(record) = Record::new(Register::Tenants, cells) {
            let text = csv::write(Register::Tenants, [&record]);
            let sheet = csv::read(Register::Tenants, &text).unwrap();
            prop_assert_eq!(back(Register::Tenants, &sheet), vec![record]);
            for cell in text.lines().skip(1).flat_map(|l| l.split(',')) {
                let shown = cell.trim_start_matches('"');
                // Only the beginning of a cell is a formula; a comma inside quotes begins none.
                if !text.contains('"') {
                    prop_assert!(!shown.starts_with(['=', '+', '-', '@']), "{}", text);
                }
            }
        }
    }

    #[test]
    fn any_text_at_all_is_read_or_refused(text in "\\PC{0,80}|[code,name\"\n\r;]{0,60}") {
        let _ = csv::read(Register::Tenants, &text);
    }
}

fn readings(all: &[(&str, u32)]) -> Vec<Reading> {
    all.iter()
        .map(|(on, used)| Reading {
            on: day(on),
            used: *used,
        })
        .collect()
}

#[rstest]
#[case(&[], "not known how full it is")]
#[case(&[("2026-11-20", 3)], "not known how fast it fills")]
#[case(&[("2026-11-20", 3), ("2026-11-24", 9)], "not known how fast it fills")]
#[case(&[("2026-11-24", 50)], "full; adding one takes a session with the tenant's owner")]
#[case(&[("2026-10-01", 30), ("2026-11-24", 30)], "not filling within two years")]
#[case(&[("2026-10-01", 30), ("2026-11-24", 20)], "not filling within two years")]
#[case(&[("2026-11-10", 36), ("2026-11-17", 38), ("2026-11-24", 40)], "full in about 5 weeks, adding one takes a session with the tenant's owner; ask by 2026-12-15")]
#[case(&[("2026-11-10", 30), ("2026-11-24", 48)], "full within a week, adding one takes a session with the tenant's owner; ask now")]
fn a_forecast_says_when_and_what_to_do(#[case] all: &[(&str, u32)], #[case] says: &str) {
    let today = day("2026-11-24");
    let found = outlook(&readings(all), 50, 14, today).sentence(today);
    assert!(found.contains(says), "{found}");
}

#[test]
fn one_odd_reading_does_not_move_the_forecast() {
    let even: Vec<(String, u32)> = (0..10)
        .map(|n| {
            (
                format!("2026-{:02}-{:02}", 9 + n / 4, 1 + n % 4 * 7),
                10 + n,
            )
        })
        .collect();
    let mut all: Vec<Reading> = even
        .iter()
        .map(|(on, used)| Reading {
            on: day(on),
            used: *used,
        })
        .collect();
    let weekly = |all: &[Reading]| match outlook(all, 50, 14, day("2026-11-24")) {
        Outlook::Fills { weekly, .. } => weekly,
        other => panic!("{other:?}"),
    };
    let before = weekly(&all);
    all[4].used = 49;
    assert!(
        (weekly(&all) - before).abs() < 0.2,
        "{} {before}",
        weekly(&all)
    );
}

fn book() -> Book {
    Book::new(vec![
        row(Register::Tenants, &[("code", "umc"), ("name", "UMC")]),
        row(
            Register::Tenants,
            &[("code", "vu"), ("name", "VU"), ("owner", "nobody@vu.nl")],
        ),
        row(
            Register::Subscriptions,
            &[("name", "sub-1"), ("tenant", "umc"), ("capacity", "4")],
        ),
        row(
            Register::Workspaces,
            &[
                ("name", "dws-1-a"),
                ("tenant", "umc"),
                ("subscription", "sub-1"),
                ("created", "2026-09-01"),
                ("accountable", "eva@umc.nl"),
                ("privileged", "bo@umc.nl, cy@umc.nl"),
            ],
        ),
        row(
            Register::Workspaces,
            &[
                ("name", "dws-2-b"),
                ("tenant", "umc"),
                ("subscription", "sub-1"),
                ("created", "2026-10-06"),
            ],
        ),
        row(
            Register::Workspaces,
            &[
                ("name", "dws-3-c"),
                ("tenant", "umc"),
                ("removed", "2026-10-01"),
            ],
        ),
        row(
            Register::Workspaces,
            &[("name", "dws-4-d"), ("tenant", "vu")],
        ),
        row(
            Register::LicenseServers,
            &[
                ("name", "flex"),
                ("tenant", "umc"),
                ("host", "27000@lic.umc.nl"),
                ("workspaces", "dws-1-a"),
            ],
        ),
        row(
            Register::Share,
            &[
                ("name", "MATLAB"),
                ("tenant", "umc"),
                ("license-server", "Flex"),
                ("workspaces", "dws-2-b, dws-3-c"),
                ("reviewed", "2026-11-01"),
            ],
        ),
        row(
            Register::Share,
            &[("name", "R"), ("tenant", "umc"), ("workspaces", "all")],
        ),
        row(
            Register::People,
            &[
                ("email", "eva@umc.nl"),
                ("name", "Eva"),
                ("tenant", "umc"),
                ("role", "tenant-owner"),
            ],
        ),
        row(
            Register::People,
            &[
                ("email", "ana@umc.nl"),
                ("name", "Ana"),
                ("agent", "ana"),
                ("rights", "create-user"),
            ],
        ),
        row(
            Register::People,
            &[
                ("email", "bo@vu.nl"),
                ("name", "Bo"),
                ("tenant", "vu"),
                ("rights", "allowlist"),
            ],
        ),
    ])
}

#[test]
fn who_must_be_told_follows_from_the_software_too() {
    let book = book();
    let told = |register, name: &str| -> Vec<String> {
        let record = book.find(register, name).unwrap();
        book.told_of(record).into_iter().map(Record::key).collect()
    };
    assert_eq!(
        told(Register::LicenseServers, "FLEX"),
        ["dws-1-a", "dws-2-b"]
    );
    assert_eq!(told(Register::Share, "R"), ["dws-1-a", "dws-2-b"]);
    assert_eq!(told(Register::Share, "matlab"), ["dws-2-b"]);
}

#[test]
fn rights_and_roles_are_plain_values() {
    let book = book();
    let (umc, vu) = (
        TenantId::parse("umc").unwrap(),
        TenantId::parse("vu").unwrap(),
    );
    let names = |right, tenant| -> Vec<String> {
        let may = book.who_may(right, tenant);
        may.into_iter().map(|p| p.name.raw().to_owned()).collect()
    };
    // Of no tenant: for all of them.
    assert_eq!(names(Right::CreateUser, Some(&umc)), ["Ana"]);
    assert_eq!(names(Right::CreateUser, Some(&vu)), ["Ana"]);
    assert_eq!(names(Right::Allowlist, Some(&vu)), ["Bo"]);
    assert!(names(Right::Allowlist, Some(&umc)).is_empty());
    assert_eq!(
        book.role_in("dws-1-a", "Eva@umc.nl"),
        Some(Role::Accountable)
    );
    assert_eq!(book.role_in("dws-1-a", "cy@umc.nl"), Some(Role::Privileged));
    assert_eq!(
        book.role_in("dws-2-b", "eva@umc.nl"),
        Some(Role::TenantOwner)
    );
    assert_eq!(book.role_in("DWS-1-A", " eva"), Some(Role::Accountable));
    assert_eq!(book.role_in("dws-2-b", "who@umc.nl"), None);
    let workspaces = book.workspaces();
    assert_eq!(workspaces.len(), 3, "one was taken away");
    let dangling: Vec<String> = book
        .dangling()
        .into_iter()
        .map(|d| format!("{} {} {}", d.key, d.column, d.names.raw()))
        .collect();
    assert_eq!(
        dangling,
        [
            "vu owner nobody@vu.nl",
            "dws-1-a privileged bo@umc.nl",
            "dws-1-a privileged cy@umc.nl"
        ]
    );
}

#[test]
fn without_readings_the_days_of_making_tell_how_it_fills() {
    let book = book();
    let all = book.forecasts(day("2026-11-10"));
    assert_eq!(all.len(), 1);
    match all[0].outlook {
        Outlook::Fills { used, full, .. } => {
            assert_eq!(used, 2);
            assert!(full > day("2026-11-10"), "{full}");
        }
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case(Every::Week, "2027-01-01", "2026-W53")]
#[case(Every::Month, "2026-11-30", "2026-11")]
#[case(Every::Quarter, "2026-09-30", "2026-Q3")]
#[case(Every::Quarter, "2026-10-01", "2026-Q4")]
#[case(Every::HalfYear, "2026-06-30", "2026-H1")]
#[case(Every::Year, "2026-01-01", "2026")]
fn periods_are_those_of_the_calendar(#[case] every: Every, #[case] on: &str, #[case] name: &str) {
    assert_eq!(every.period(day(on)), name);
}

/// A team of three that works when the desk is open.
fn people() -> Vec<Person> {
    ["ana", "bo", "cy"]
        .map(|s| Person::new(AgentId::parse(s).unwrap()))
        .into()
}

fn absence(who: &str, covers: &str) -> Absence {
    let (from, to) = ("2026-11-23T09:00:00Z", "2026-12-01T09:00:00Z");
    Absence {
        id: AbsenceId(format!("{who}-away")),
        who: AgentId::parse(who).unwrap(),
        times: Times::between(from.parse().unwrap(), to.parse().unwrap()),
        why: Default::default(),
        covers: covers
            .split_whitespace()
            .map(|c| Cover {
                who: AgentId::parse(c).unwrap(),
                scope: Default::default(),
            })
            .collect(),
        note: Untrusted::default(),
        uid: None,
    }
}

#[test]
fn duties_look_at_what_is_old_and_skip_who_is_away() {
    let mut duties = Duties::shipped();
    assert_eq!(duties.all.len(), 3, "the shipped file cannot be read");
    assert_eq!(duties.twice(), None);
    let agent = |s| AgentId::parse(s).unwrap();
    duties.all[0].owners = vec![agent("ana"), agent("bo")];
    let book = book();
    let now: DateTime<Utc> = "2026-11-24T09:00:00Z".parse().unwrap();
    let key = ArticleKey::parse("mount").unwrap();
    let articles = [Article::new(
        key,
        Untrusted::new("Mount"),
        Untrusted::default(),
        now,
    )];
    let away = [agent("ana")];
    let (people, calendar) = (people(), Calendar::standard());
    let span = (now, now + chrono::TimeDelta::days(30));
    let team = Team::new(&people, &calendar, &[], span);
    let known = |scope, away| Known {
        book: &book,
        articles: &articles,
        scope,
        team: &team,
        away,
        now,
    };
    let all = occasions(&duties, known(&[], &away), day("2026-11-24"));
    let names: Vec<String> = all
        .iter()
        .map(|o| format!("{} {}", o.duty, o.period))
        .collect();
    // vu has nothing to look at.
    assert_eq!(
        names,
        [
            "share-review 2026-Q4/umc",
            "license-review 2026-Q4/umc",
            "knowledge-review 2026-H2"
        ]
    );
    let share = &all[0].ticket;
    assert_eq!(share.assignee, Some(agent("bo")));
    assert_eq!(
        share.subject.raw(),
        "Review of the software share, 2026-Q4, umc"
    );
    assert!(
        share.body.raw().contains("R: never looked at"),
        "{:?}",
        share.body
    );
    assert!(
        !share.body.raw().contains("MATLAB"),
        "it was looked at this month"
    );
    assert!(all[2].ticket.body.raw().contains("mount: never"));
    let everybody = [agent("ana"), agent("bo")];
    let all = occasions(&duties, known(&[], &everybody), day("2026-11-24"));
    assert_eq!(all[0].ticket.assignee, None);
    let vu = [TenantId::parse("vu").unwrap()];
    let all = occasions(&duties, known(&vu, &away), day("2026-11-24"));
    assert_eq!(all.len(), 1, "only the team's own review is left");
}

/// First the owners, then those who stand in for them; where nobody can, it says why.
#[rstest]
#[case("", "", "ana", "")]
#[case("ana", "", "bo", "")]
#[case("ana,bo:cy", "", "cy", "ana and bo are away; cy stands in for bo.")]
#[case("ana:cy,bo", "", "cy", "ana and bo are away; cy stands in for ana.")]
#[case(
    "ana:cy,bo",
    "cy",
    "",
    "Nobody has it: ana and bo are away, and nobody who can take it stands in for them."
)]
#[case(
    "ana:bo,bo:ana",
    "",
    "",
    "Nobody has it: ana and bo are away, and nobody who can take it stands in for them."
)]
fn a_duty_goes_to_who_is_there_or_says_why_it_is_nobodys(
    #[case] plan: &str,
    #[case] besides: &str,
    #[case] who: &str,
    #[case] why: &str,
) {
    let agent = |s: &str| AgentId::parse(s).unwrap();
    let mut duties = Duties::shipped();
    duties.all.truncate(1);
    duties.all[0].owners = vec![agent("ana"), agent("bo")];
    let (book, people, calendar) = (book(), people(), Calendar::standard());
    let now: DateTime<Utc> = "2026-11-24T09:00:00Z".parse().unwrap();
    let plan: Vec<Absence> = plan
        .split(',')
        .filter(|a| !a.is_empty())
        .map(|a| {
            let (who, covers) = a.split_once(':').unwrap_or((a, ""));
            absence(who, covers)
        })
        .collect();
    let besides: Vec<AgentId> = besides.split_whitespace().map(agent).collect();
    let span = (now, now + chrono::TimeDelta::days(30));
    let team = Team::new(&people, &calendar, &plan, span);
    let known = Known {
        book: &book,
        articles: &[],
        scope: &[],
        team: &team,
        away: &besides,
        now,
    };
    let made = occasions(&duties, known, day("2026-11-24")).remove(0);
    let assignee = made.ticket.assignee;
    assert_eq!(assignee.as_ref().map_or("", |a| a.as_str()), who);
    assert_eq!(made.why.unwrap_or_default(), why);
    assert!(made.ticket.body.raw().ends_with(why));
}
