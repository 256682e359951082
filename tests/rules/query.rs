//! The filter language.

use chrono::{NaiveDate, TimeDelta, TimeZone, Utc};
use deskhand::domain::list::{Asker, Vocabulary};
use deskhand::domain::people::{Agent, AgentId, TenantId};
use deskhand::domain::query::*;
use deskhand::domain::sla::Target;
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::*;
use proptest::prelude::*;

fn asker() -> Asker {
    Asker {
        me: AgentId::parse("ana").unwrap(),
        now: Utc.with_ymd_and_hms(2026, 11, 23, 17, 42, 0).unwrap(),
        scope: Vec::new(),
        zone: chrono_tz::Europe::Amsterdam,
    }
}

fn ticket() -> Ticket {
    let now = asker().now;
    Ticket {
        subject: Untrusted::new("Cannot mount the share"),
        status: Status::Open,
        priority: Some(Priority::P2),
        kind: Kind::Problem,
        tenant: Some(TenantId::parse("umc").unwrap()),
        workspace: Some(Untrusted::new("dws-3049-AUBioLab")),
        requester: Some(Untrusted::new("Jan de Vries")),
        assignee: Some(AgentId::parse("ana").unwrap()),
        labels: vec!["VPN".into(), "share drive".into()],
        channel: Some(Channel::Email),
        updated: now - TimeDelta::hours(1),
        turn: Turn::Ours,
        due: Due::Running {
            target: Target::NextResponse,
            at: now + TimeDelta::minutes(65),
        },
        unread: true,
        ..Ticket::blank(
            TicketId(1),
            TicketKey::parse("10482").unwrap(),
            now - TimeDelta::days(4),
        )
    }
}

#[test]
fn a_ticket_is_meant_by_what_is_true_of_it() {
    let (t, a) = (ticket(), asker());
    for (query, meant) in [
        ("", true),
        (
            "status:open assignee:me tenant:umc ws:dws-3049 due<2h label:vpn \"cannot mount\"",
            true,
        ),
        ("status:pending,open", true),
        ("-status:open", false),
        ("not:status:open", false),
        ("!status:new", true),
        ("assignee:bo,none", false),
        ("ws:3049", true),
        ("ws:aubio", true),
        ("ws:049", false),
        ("ws:none", false),
        ("requester:VRIES", true),
        ("label:\"share drive\"", true),
        ("label:none", false),
        ("is:unread,merged is:live -is:late -is:unassigned", true),
        ("is:snoozed", false),
        (
            "turn:ours p:2 p<3 priority>=2 kind:problem channel:email id:#10482",
            true,
        ),
        ("p<2", false),
        ("age>3d age<5d updated<2h -idle>7d", true),
        ("idle>30m", true),
        ("closed<7d", false),
        (
            "created>2026-11-01 created<2026-11-20 created:2026-11-19",
            true,
        ),
        ("created>2026-11-19", false),
        ("created>=2026-11-19 created<=2026-11-19", true),
        ("due:today due<1d due>1h due<tomorrow due:running", true),
        ("due:late", false),
        ("due:paused,none", false),
        ("moun", true),
        ("\"moun\"", false),
        ("mount cannot", true),
        ("\"mount cannot\"", false),
        ("-printer", true),
        ("https://example.org", false),
    ] {
        let q = Query::parse(query).unwrap_or_else(|e| panic!("{query}: {e}"));
        assert_eq!(q.matches(&t, &a, t.subject.raw()), meant, "for {query}");
    }
}

#[test]
fn an_error_points_at_the_word_and_names_the_right_one() {
    for (query, at, hint) in [
        ("vpn stauts:open", "stauts", "status"),
        ("status:opne", "opne", "open"),
        ("status:open,pendng", "pendng", "pending"),
        ("is:unraed", "unraed", "unread"),
        ("status:live", "live", "is:live"),
        ("due:laet", "laet", "late"),
        ("due<2x", "2x", "due<2h"),
        ("age>2026-11-01", "2026-11-01", "created"),
        ("created:3d", ":3d", "created<3d"),
        ("status<open", "<", "status:open"),
        ("say \"cannot mount", "\"cannot mount", "ends"),
        ("status:", "status:", "status:open"),
        ("status:open,", ",", "comma"),
        ("a - b", "-", "status:open"),
        ("p:9", "9", "1, 2, 3, 4"),
        ("id:a\u{e9}", "a\u{e9}", ""),
        ("vpn ???", "???", "leave"),
    ] {
        let e = Query::parse(query).expect_err(query);
        assert_eq!(&query[e.span.clone()], at, "for {query}: {e}");
        assert!(
            e.hint.clone().unwrap_or_default().contains(hint),
            "for {query}: {e}"
        );
    }
}

#[test]
fn text_that_only_looks_like_a_field_is_found_as_text() {
    for text in [
        "10:30",
        "https://x.org/a",
        "C:\\temp",
        "error:",
        "std::fmt",
        "path=x",
    ] {
        let q = Query::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(q.words().first().map(|w| w.as_str()), Some(text));
    }
    assert_eq!(Query::text("status:open vpn").words().len(), 2);
}

#[test]
fn words_for_highlighting_leave_out_what_must_not_be_there() {
    let q = Query::parse("vpn -printer \"cannot mount\" is:live").unwrap();
    let words: Vec<&str> = q.words().iter().map(|w| w.as_str()).collect();
    assert_eq!(words, ["vpn", "cannot mount"]);
}

#[test]
fn marks_take_the_place_of_their_word() {
    let key = TicketKey::parse("10482").unwrap();
    let q = Query::parse("is:marked").unwrap();
    assert!(!q.matches(&ticket(), &asker(), ""));
    assert!(q.with_marks(&[key]).matches(&ticket(), &asker(), ""));
}

#[test]
fn completion_offers_what_fits_at_the_cursor() {
    let vocabulary = Vocabulary {
        agents: vec![Agent {
            id: AgentId::parse("bo").unwrap(),
            name: Untrusted::new("Bo Jansen"),
            tenants: Vec::new(),
        }],
        workspaces: vec![
            Untrusted::new("dws-3049-AUBioLab"),
            Untrusted::new("evil\u{202e}"),
        ],
        labels: vec!["share drive".into()],
        ..Vocabulary::default()
    };
    for (input, first, result) in [
        ("sta", "status:", "status:"),
        ("vpn -as", "assignee:", "vpn -assignee:"),
        ("status:open,pe", "pending", "status:open,pending"),
        ("assignee:jan", "", ""),
        ("assignee:Bo J", "", ""),
        ("assignee:b", "bo", "assignee:bo"),
        ("ws:30", "dws-3049-AUBioLab", "ws:dws-3049-AUBioLab"),
        ("label:sh", "\"share drive\"", "label:\"share drive\""),
        (
            "label:\"share d",
            "\"share drive\"",
            "label:\"share drive\"",
        ),
        ("unr", "is:unread", "is:unread"),
        ("due<", "30m", "due<30m"),
        ("ws:evil", "", ""),
    ] {
        let found = complete(input, input.len(), &vocabulary);
        let Some(c) = found.first().filter(|_| !first.is_empty()) else {
            assert!(first.is_empty(), "nothing for {input}");
            continue;
        };
        assert_eq!(c.text.as_str(), first, "for {input}");
        let mut all = input.to_owned();
        all.replace_range(c.replace.clone(), &c.text);
        assert_eq!(all, result);
    }
    assert!(complete("", 0, &vocabulary).len() >= 15);
}

fn texts() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop_oneof![
        "[a-z0-9-]{1,8}",
        "\\PC{1,10}",
        "(none|me|<x|,|\"|“|\\\\)"
    ])
    .prop_map(|t| t.filter(|t| !t.trim().is_empty()))
}

fn one_or_more<T: std::fmt::Debug>(s: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(s, 1..4)
}

fn pick<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

fn spans() -> impl Strategy<Value = Span> {
    let units = prop::sample::select(vec![Unit::Minutes, Unit::Hours, Unit::Days, Unit::Weeks]);
    (any::<u32>(), units).prop_map(|(count, unit)| Span { count, unit })
}

fn days() -> impl Strategy<Value = When> {
    use Compare::{After, Before, From, On, UpTo};
    let day = prop_oneof![
        Just(Day::Today),
        Just(Day::Yesterday),
        Just(Day::Tomorrow),
        (1i32..3000, 1u32..366).prop_map(|(y, d)| Day::Date(NaiveDate::from_yo_opt(y, d).unwrap())),
    ];
    (
        prop::sample::select(vec![Before, UpTo, On, From, After]),
        day,
    )
        .prop_map(|(c, d)| When::Days(c, d))
}

fn whens() -> impl Strategy<Value = When> {
    prop_oneof![
        spans().prop_map(When::Within),
        spans().prop_map(When::Beyond),
        days()
    ]
}

fn tests() -> impl Strategy<Value = Test> {
    let who = prop_oneof![
        Just(None),
        Just(Some(Who::Me)),
        "(me|none|nobody|[a-z][a-z'@.]{0,6})"
            .prop_map(|a| Some(Who::Agent(AgentId::parse(&a).unwrap()))),
    ];
    let tenant = prop::option::of("(none|[a-z]{1,6})".prop_map(|t| TenantId::parse(&t).unwrap()));
    let key = "[!-\"$-~][!-~]{0,12}".prop_map(|k| TicketKey::parse(&k).unwrap());
    let flags: Vec<Flag> = Flag::ALL.iter().map(|f| f.0).collect();
    let states: Vec<DueState> = DueState::ALL.iter().map(|d| d.0).collect();
    let stamps = vec![
        Stamp::Created,
        Stamp::Updated,
        Stamp::Resolved,
        Stamp::Closed,
    ];
    prop_oneof![
        one_or_more(pick(Status::ALL)).prop_map(Test::Status),
        one_or_more(who).prop_map(Test::Assignee),
        one_or_more(tenant).prop_map(Test::Tenant),
        one_or_more(texts()).prop_map(Test::Workspace),
        one_or_more(texts()).prop_map(Test::Requester),
        one_or_more(texts()).prop_map(Test::Label),
        one_or_more(prop::option::of(pick(Priority::ALL))).prop_map(Test::Priority),
        one_or_more(pick(Kind::ALL)).prop_map(Test::Kind),
        one_or_more(prop::option::of(pick(Channel::ALL))).prop_map(Test::Channel),
        one_or_more(pick(Turn::ALL)).prop_map(Test::Turn),
        one_or_more(key).prop_map(Test::Id),
        one_or_more(prop::sample::select(flags)).prop_map(Test::Is),
        one_or_more(prop::sample::select(states)).prop_map(Test::DueIs),
        whens().prop_map(Test::DueAt),
        (prop::sample::select(stamps), whens()).prop_map(|(s, w)| Test::Time(s, w)),
        ("\\PC{0,8}[a-z:\"\\\\=< -]{0,6}x", any::<bool>()).prop_map(|(t, whole)| {
            let text = if whole {
                Text::phrase(&t)
            } else {
                Text::word(&t)
            };
            Test::Text(text.unwrap())
        }),
    ]
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(parts in prop::collection::vec((any::<bool>(), tests()), 0..6)) {
        let terms = parts.into_iter().map(|(negated, test)| Term { negated, test }).collect();
        let q = Query { terms };
        let printed = q.to_string();
        let read = Query::parse(&printed);
        prop_assert_eq!(read.as_ref(), Ok(&q), "printed as {}", printed);
        q.matches(&ticket(), &asker(), "some text");
    }

    #[test]
    fn any_input_is_read_or_refused_at_a_place_in_it(
        input in "([a-z]{0,9}[:<>=-]{0,2}|[\"“”,! 0-9mhdw-]|\\PC){0,8}", cursor in 0usize..40
    ) {
        match Query::parse(&input) {
            Ok(q) => prop_assert_eq!(Query::parse(&q.to_string()), Ok(q)),
            Err(e) => prop_assert!(!input[e.span.clone()].is_empty(), "{:?} in {:?}", e, input),
        }
        for c in complete(&input, cursor, &Vocabulary::default()) {
            prop_assert!(input.get(c.replace.clone()).is_some());
        }
    }
}
