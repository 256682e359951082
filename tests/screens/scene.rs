//! Hand-made States.

use std::sync::Arc;

use chrono::{Duration, TimeZone, Utc};
use deskhand::app::State;
use deskhand::app::event::Freshness;
use deskhand::app::state::{
    Composer, Detail, DetailLine, LineKind, Loaded, Pane, QueueRow, Setup, Size, Tab, View,
};
use deskhand::domain::Instant;
use deskhand::domain::calendar::Calendar;
use deskhand::domain::forecast::{Hours, Team};
use deskhand::domain::list::{Count, DueMark, Outlook, Place, Sort};
use deskhand::domain::people::{Agent, AgentId};
use deskhand::domain::query::Query;
use deskhand::domain::sla::{Policy, Target, countdown};
use deskhand::domain::text::{Printable, Untrusted, line};
use deskhand::domain::thread::{Thread, Visibility};
use deskhand::domain::ticket::{Due, Kind, Priority, Status, Ticket, TicketId, TicketKey, Turn};

/// Monday 23 November 2026, 11:42 in Amsterdam.
pub fn now() -> Instant {
    Utc.with_ymd_and_hms(2026, 11, 23, 10, 42, 0).unwrap()
}

fn view(name: &'static str, count: u64) -> View {
    View {
        name: Printable::literal(name),
        query: Query::all(),
        text: String::new(),
        sort: Sort::Due,
        own: false,
        warn: false,
        count: Count::Exact(count),
    }
}

/// What the shell hands over for it.
pub fn setup(width: u16, height: u16) -> Setup {
    Setup {
        keymap: std::sync::Arc::default(),
        size: Size { width, height },
        zone: chrono_tz::Europe::Amsterdam,
        me: AgentId::parse("ana").unwrap(),
        desk: Some(Printable::literal("demo")),
        abilities: deskhand::domain::reach::Abilities::all(),
        scope: Vec::new(),
        calendar: Arc::new(Calendar::standard()),
        people: Vec::new().into(),
        followed: Vec::new().into(),
        at_start: Default::default(),
        policy: Arc::new(Policy::mydre()),
        views: Vec::new(),
        as_of: None,
        warn: Default::default(),
        warn_views: vec!["Mine".into()],
        agents: Vec::new(),
        ticket_url: None,
        undo_window: Duration::seconds(10),
        snippets: Vec::new(),
        macros: Vec::new(),
        requests: std::sync::Arc::default(),
        seed: 7,
        kinds: Vec::new(),
    }
}

/// An open desk without a ticket.
pub fn empty(width: u16, height: u16) -> State {
    let mut state = State::new(setup(width, height), now());
    state.views = vec![
        view("All open", 0),
        view("Mine", 0),
        view("Unassigned", 0),
        view("Breaching", 0),
        view("Our turn", 0),
        view("Waiting", 0),
    ];
    state.queue.loaded = true;
    state.queue.total = Count::Exact(0);
    state.freshness = Freshness {
        synced: Some(now() - Duration::minutes(5)),
        ..Freshness::default()
    };
    state
}

/// A ticket's row; `due` in minutes from now, none is paused.
pub fn row(
    id: i64,
    due: Option<i64>,
    target: Target,
    subject: &str,
    who: &'static str,
) -> QueueRow {
    let at = now();
    let due = match due {
        Some(minutes) => Due::Running {
            target,
            at: at + Duration::minutes(minutes),
        },
        None => Due::Paused { target, left: 7200 },
    };
    let status = if matches!(due, Due::Paused { .. }) {
        Status::Pending
    } else {
        Status::Open
    };
    let ticket = Ticket {
        subject: Untrusted::new(subject),
        status,
        priority: Some(if id % 7 == 0 {
            Priority::P1
        } else {
            Priority::P3
        }),
        kind: Kind::Problem,
        updated: at - Duration::minutes(id % 500),
        turn: Turn::Ours,
        due,
        unread: id % 3 == 0,
        changed: id % 5 == 0,
        ..Ticket::blank(
            TicketId(id),
            TicketKey::parse(&id.to_string()).unwrap(),
            at - Duration::days(2),
        )
    };
    QueueRow {
        place: Place {
            major: id,
            minor: 0,
            id: TicketId(id),
        },
        countdown: countdown(&ticket.due, at, &Calendar::standard()),
        other: Printable::empty(),
        target: Some(target),
        key: line(&id.to_string()),
        subject: line(subject),
        assignee: Printable::literal(who),
        short: Printable::literal(who.split(' ').next().unwrap_or_default()),
        requester: Printable::literal("Jan de Vries"),
        tenant: Printable::literal("umc"),
        workspace: Printable::literal("dws-3049-AUBioLab"),
        status: Printable::literal(status.word()),
        labels: Printable::literal("vm access"),
        ticket: Arc::new(ticket),
    }
}

/// Late, soon, later and paused; long, Arabic, Hebrew, wide and hostile subjects.
pub fn busy(width: u16, height: u16) -> State {
    let mut state = empty(width, height);
    let long = "Since the maintenance of last weekend nobody in our group can start the analysis \
                pipeline on any of the eleven machines of the Workspace";
    let hostile = "\u{1b}[31mred\u{7} \u{202e}gpj.exe\u{202c} zero\u{200b}width \u{9b}2J";
    use Target::{FirstResponse, NextResponse, Resolution};
    let mut rows = vec![
        row(
            10482,
            Some(-42),
            FirstResponse,
            "Cannot open dws-3049-AUBioLab after resize",
            "You",
        ),
        row(
            10490,
            Some(65),
            FirstResponse,
            "New user for dws-211-Cardio",
            "-",
        ),
        row(
            10377,
            Some(220),
            NextResponse,
            "License server moved, 14 VMs",
            "Ana",
        ),
        row(10465, Some(1360), FirstResponse, long, "-"),
        row(
            10466,
            Some(1400),
            FirstResponse,
            "لا أستطيع فتح مساحة العمل dws-3049 بعد التحديث",
            "Bo",
        ),
        row(
            10467,
            Some(1420),
            FirstResponse,
            "לא מצליח להיכנס לסביבה",
            "-",
        ),
        row(
            10468,
            Some(1500),
            NextResponse,
            "日本語の件名 👩‍🔬 データ転送",
            "Bo",
        ),
        row(10469, Some(1600), NextResponse, hostile, "-"),
        row(10301, None, Resolution, "Cannot mount share", "You"),
    ];
    for i in 0..40 {
        let subject = "VM resize asks for approval although the owner has agreed";
        rows.push(row(
            10500 + i,
            Some(2000 + i * 60),
            FirstResponse,
            subject,
            "Dirk",
        ));
    }
    state.queue.total = Count::Exact(rows.len() as u64);
    state.queue.rows = rows;
    for (view, n) in state.views.iter_mut().zip([128, 14, 9, 3, 41, 22]) {
        view.count = Count::Exact(n);
    }
    let marks = [
        -42, 65, 70, 220, 230, 235, 240, 1360, 1400, 1420, 1500, 1510, 1520, 1530, 1600,
    ];
    let people = [
        Some("ana"),
        Some("ana"),
        None,
        Some("bo"),
        Some("ana"),
        Some("bo"),
    ];
    state.sla.outlook = Some(Outlook {
        marks: marks
            .iter()
            .zip(people.iter().cycle())
            .map(|(m, who)| DueMark {
                id: TicketId(10482),
                key: TicketKey::parse("10482").unwrap(),
                subject: Untrusted::new("Cannot open dws-3049-AUBioLab after resize"),
                target: Some(Target::FirstResponse),
                at: now() + Duration::minutes(*m),
                assignee: who.map(|w| AgentId::parse(w).unwrap()),
            })
            .collect(),
        late: Count::Exact(1),
        paused: Count::Exact(12),
        cut: false,
    });
    look(&mut state);
    state.freshness.outbox = 2;
    state
}

/// Puts the marks of the outlook into hours and days.
pub fn look(state: &mut State) {
    let hours = Hours {
        calendar: &state.calendar,
        zone: state.zone,
    };
    let agent = |id: &str| Agent {
        id: AgentId::parse(id).unwrap(),
        name: Untrusted::new(id),
        tenants: Vec::new(),
    };
    let agents = ["ana", "bo", "cas"].map(agent);
    let team = Team {
        agents: &agents,
        absences: &[],
    };
    let (now, marks) = (state.moment(), &state.sla.outlook.as_ref().unwrap().marks);
    state.sla.forecast = hours.forecast(marks, team, now, hours.horizon(now));
}

fn l(kind: LineKind, text: &str, right: &'static str) -> DetailLine {
    DetailLine {
        kind,
        text: line(text),
        right: Printable::literal(right),
        message: Some(0),
    }
}

/// The same with the first ticket open.
pub fn reading(width: u16, height: u16) -> State {
    use LineKind::{Attachment, Blank, Body, Fold, Head};
    let mut state = busy(width, height);
    let row = state.queue.rows[0].clone();
    let public = Visibility::Public;
    let internal = Visibility::Internal;
    let head = |visibility, requester, waiting| Head {
        visibility,
        requester,
        waiting,
    };
    let conversation = vec![
        l(
            head(public, true, false),
            "Jan de Vries",
            "Mon 23 Nov 08:02",
        ),
        l(
            Body { visibility: public },
            "Since the resize this morning the VM asks for a password",
            "",
        ),
        l(
            Body { visibility: public },
            "that nobody of us has. We cannot work.",
            "",
        ),
        l(Fold { visibility: public }, "… 12 quoted lines (Enter)", ""),
        l(Attachment { index: 0 }, "screen.png  48 kB", ""),
        l(Blank, "", ""),
        l(head(internal, false, false), "Bo", "Mon 23 Nov 09:10"),
        l(
            Body {
                visibility: internal,
            },
            "The Accountable has not approved the resize.",
            "",
        ),
        l(Blank, "", ""),
        l(head(public, false, true), "You", "Mon 23 Nov 11:40"),
        l(
            Body { visibility: public },
            "Dear Jan, we have put the old size back.",
            "",
        ),
    ];
    state.detail = Some(Detail {
        ticket: row.ticket.id,
        row: Some(row.clone()),
        loaded: Some(Box::new(Loaded {
            thread: Thread {
                ticket: (*row.ticket).clone(),
                messages: Vec::new(),
                timeline: Vec::new(),
                links: Vec::new(),
                drafts: Vec::new(),
                into: None,
                opened_by: deskhand::domain::sla::Side::Requester,
                first_status: Status::New,
                clock_events: Vec::new(),
                merged: Vec::new(),
                further: Vec::new(),
                whole: true,
                vendor: None,
            },
            row,
            conversation,
            timeline: Vec::new(),
            attachments: Vec::new(),
        })),
        gone: false,
        error: None,
        tab: Tab::Conversation,
        scroll: 0,
        attachment: None,
        words: Vec::new(),
        found: None,
        found_from: None,
        at: None,
        marked: std::collections::BTreeSet::new(),
        unfolded: std::collections::BTreeSet::new(),
        width: 60,
        opened: true,
    });
    state.pane = Pane::Detail;
    state
}

/// The same with a text being written.
pub fn writing(width: u16, height: u16, visibility: Visibility) -> State {
    let mut state = reading(width, height);
    let mut area = tui_textarea::TextArea::new(vec![
        "Dear Jan,".to_owned(),
        String::new(),
        "we have put the old size back.".to_owned(),
    ]);
    area.set_cursor_line_style(Default::default());
    state.composer = Some(Composer {
        ticket: TicketId(10482),
        key: TicketKey::parse("10482").unwrap(),
        subject: Printable::literal("Cannot open dws-3049-AUBioLab after resize"),
        requester: Printable::literal("Jan de Vries"),
        visibility,
        area,
        files: Vec::new(),
        popup: None,
        touched: None,
        saved: Some(now()),
        error: None,
    });
    state
}
