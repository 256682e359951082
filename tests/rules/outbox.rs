//! Pane 6: what its keys wish for, what they refuse, and what the desk cannot do.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use deskhand::app::event::{Changed, Fault, Freshness, Undone};
use deskhand::app::state::{OutboxLine, Overlay, Pane, Section, Setup, Size};
use deskhand::app::{App, Effect, Event};
use deskhand::domain::calendar::Calendar;
use deskhand::domain::change::{Act, BatchId, Change, ChangeId, OutboxRow, Stage};
use deskhand::domain::conflict::Choice;
use deskhand::domain::list::{Count, Page, Place, Row};
use deskhand::domain::people::AgentId;
use deskhand::domain::reach::Abilities;
use deskhand::domain::sla::{Policy, Side};
use deskhand::domain::text::{Printable, Untrusted, line};
use deskhand::domain::thread::{Author, Message, MessageId, Thread, Visibility};
use deskhand::domain::ticket::{Kind, Status, Ticket, TicketId, TicketKey, Turn};
use keybinds::KeySeq;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    "2026-11-24T08:30:00Z".parse().unwrap()
}

fn console(abilities: Abilities) -> App {
    let setup = Setup {
        size: Size {
            width: 140,
            height: 30,
        },
        zone: chrono_tz::Europe::Amsterdam,
        me: AgentId::parse("sam").unwrap(),
        desk: Some(Printable::literal("test")),
        scope: Vec::new(),
        abilities,
        calendar: Arc::new(Calendar::standard()),
        people: Vec::new().into(),
        followed: Vec::new().into(),
        at_start: Default::default(),
        policy: Arc::new(Policy::mydre()),
        as_of: None,
        warn: Default::default(),
        warn_views: vec!["Mine".into()],
        agents: Vec::new(),
        ticket_url: None,
        undo_window: TimeDelta::seconds(10),
        views: Vec::new(),
        snippets: Vec::new(),
        macros: Vec::new(),
        requests: std::sync::Arc::default(),
        keymap: Arc::default(),
        seed: 1,
        kinds: Vec::new(),
    };
    App::new(setup, now())
}

fn say(visibility: Visibility) -> Act {
    Act::Say {
        message: MessageId(1),
        visibility,
        body: Untrusted::new("Which steps?\nPlease."),
        attachments: Vec::new(),
    }
}

const fn status() -> Act {
    Act::Status {
        to: Status::Pending,
    }
}

fn row(n: u64, stage: Stage, act: Act) -> OutboxRow {
    OutboxRow {
        change: Change {
            id: ChangeId(Uuid::from_u64_pair(1, n)),
            batch: BatchId(Uuid::nil()),
            ticket: TicketId(i64::try_from(n).unwrap()),
            at: now(),
            by: AgentId::parse("sam").unwrap(),
            base: 1,
            not_before: None,
            act,
        },
        stage,
        key: TicketKey::parse(&n.to_string()).unwrap(),
        subject: Untrusted::new("s"),
        reason: Some(Untrusted::new("no right")),
        theirs: Some(Untrusted::new("resolved")),
    }
}

const fn id(n: u64) -> ChangeId {
    ChangeId(Uuid::from_u64_pair(1, n))
}

fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    let keys = keys.parse::<KeySeq>().unwrap();
    keys.as_slice()
        .iter()
        .flat_map(|key| app.handle(now(), Event::Key(*key)))
        .collect()
}

fn typed(app: &mut App, command: &str) -> Vec<Effect> {
    app.handle(now(), Event::Key(":".parse().unwrap()));
    app.handle(now(), Event::Paste(command.to_owned()));
    press(app, "Enter")
}

/// A console that shows the outbox with these rows.
fn with(rows: Vec<OutboxRow>) -> App {
    let mut app = console(Abilities::all());
    let asked = press(&mut app, "6");
    let generation = asked.iter().find_map(|e| match e {
        Effect::Outbox { generation, .. } => Some(*generation),
        _ => None,
    });
    let generation = generation.unwrap();
    app.handle(
        now(),
        Event::Outboxed {
            generation,
            answer: Ok(rows),
        },
    );
    app
}

fn said(app: &App) -> String {
    let last = app.state.toasts.last();
    last.map(|t| t.text.to_string()).unwrap_or_default()
}

fn outward(fx: &[Effect]) -> Vec<&Effect> {
    let is_it = |e: &&Effect| {
        matches!(
            e,
            Effect::Retry(_) | Effect::Withdraw(_) | Effect::Choose(..) | Effect::Commit { .. }
        )
    };
    fx.iter().filter(is_it).collect()
}

#[test]
fn what_needs_the_person_stands_first_and_each_part_has_a_title() {
    let app = with(vec![
        row(1, Stage::Confirmed, status()),
        row(2, Stage::Waiting, status()),
        row(3, Stage::InFlight, status()),
        row(4, Stage::Refused, status()),
        row(5, Stage::Conflict, status()),
        row(6, Stage::Refused, status()),
    ]);
    let titles: Vec<_> = app
        .state
        .outbox
        .lines()
        .into_iter()
        .filter_map(|l| match l {
            OutboxLine::Title(section) => Some(section),
            OutboxLine::Row(_) => None,
        })
        .collect();
    assert_eq!(
        titles,
        [
            Section::Conflict,
            Section::Refused,
            Section::InFlight,
            Section::Waiting,
            Section::Settled
        ]
    );
    let order: Vec<_> = app
        .state
        .outbox
        .rows
        .iter()
        .map(|r| r.change.ticket.0)
        .collect();
    assert_eq!(order, [5, 4, 6, 3, 2, 1]);
    assert_eq!(app.state.outbox.stuck.len(), 3);
}

#[test]
fn the_cursor_stays_on_its_change_and_in_sight() {
    let mut app = with(
        (1..=200)
            .map(|n| row(n, Stage::Waiting, status()))
            .collect(),
    );
    press(&mut app, "G");
    let on = app.state.outbox.selected().unwrap().change.id;
    assert_eq!(on, id(200));
    let rows = deskhand::app::layout::list_rows(&app.state);
    let top = app.state.outbox.top;
    assert!((top..top + rows).contains(&200), "{top} and {rows} rows");
    let generation = press(&mut app, "R").into_iter().find_map(|e| match e {
        Effect::Outbox { generation, .. } => Some(generation),
        _ => None,
    });
    let mut answer: Vec<_> = (1..=200)
        .map(|n| row(n, Stage::Waiting, status()))
        .collect();
    answer[199].stage = Stage::Refused;
    app.handle(
        now(),
        Event::Outboxed {
            generation: generation.unwrap(),
            answer: Ok(answer),
        },
    );
    assert_eq!(app.state.outbox.selected().unwrap().change.id, id(200));
    assert_eq!(app.state.outbox.top, 0);
}

#[test]
fn a_refused_change_goes_again_and_a_reply_only_after_a_question() {
    let mut app = with(vec![row(1, Stage::Refused, status())]);
    assert_eq!(outward(&press(&mut app, "!")), [&Effect::Retry(id(1))]);
    app.handle(now(), Event::Retried(Ok(())));
    assert!(said(&app).contains("goes out again"));
    let mut app = with(vec![row(1, Stage::Refused, say(Visibility::Public))]);
    assert!(outward(&press(&mut app, "!")).is_empty());
    assert!(outward(&press(&mut app, "Enter")).is_empty());
    assert_eq!(outward(&press(&mut app, "! y")), [&Effect::Retry(id(1))]);
    let fault = Fault {
        what: line("no"),
        hint: None,
    };
    app.handle(now(), Event::Retried(Err(fault)));
    assert_eq!(said(&app), "no");
}

#[test]
fn a_change_is_withdrawn_after_a_question_and_says_so_when_it_is_too_late() {
    let mut app = with(vec![row(1, Stage::Waiting, status())]);
    assert!(outward(&press(&mut app, "d")).is_empty());
    assert!(matches!(
        app.state.overlays.last(),
        Some(Overlay::Confirm(_))
    ));
    assert_eq!(outward(&press(&mut app, "y")), [&Effect::Withdraw(id(1))]);
    let late = Undone {
        tickets: 0,
        what: line("nothing"),
        text_back: None,
        ticket: None,
        done: false,
    };
    app.handle(now(), Event::Withdrawn(Ok(Some(late))));
    assert!(said(&app).contains("on its way already"), "{}", said(&app));
}

#[test]
fn a_refused_text_comes_back_into_the_editor() {
    let mut app = with(vec![row(1, Stage::Refused, say(Visibility::Public))]);
    assert_eq!(outward(&press(&mut app, "e")), [&Effect::Withdraw(id(1))]);
    let undone = Undone {
        tickets: 1,
        what: line("Withdrew"),
        text_back: Some((TicketId(1), Visibility::Public)),
        ticket: Some(TicketId(1)),
        done: true,
    };
    let fx = app.handle(now(), Event::Withdrawn(Ok(Some(undone))));
    let reads = |e: &Effect| {
        matches!(
            e,
            Effect::Thread {
                ticket: TicketId(1),
                ..
            }
        )
    };
    assert!(fx.iter().any(reads), "{fx:?}");
    assert_eq!(app.state.pane, Pane::Detail);
}

#[test]
fn what_a_key_cannot_do_to_a_change_is_said() {
    for (keys, stage, act, says) in [
        ("!", Stage::InFlight, status(), "being sent"),
        ("!", Stage::Confirmed, status(), "has it already"),
        ("!", Stage::Conflict, status(), "choose first"),
        ("d", Stage::Confirmed, status(), "has it already"),
        ("d", Stage::Withdrawn, status(), "taken back already"),
        ("e", Stage::Refused, status(), "only a text"),
    ] {
        let mut app = with(vec![row(1, stage, act)]);
        assert!(outward(&press(&mut app, keys)).is_empty());
        assert!(app.state.overlays.is_empty(), "{keys}");
        assert!(
            said(&app).contains(says),
            "{keys} {stage:?}: {}",
            said(&app)
        );
    }
    let mut app = with(Vec::new());
    press(&mut app, "d");
    assert!(said(&app).contains("no change under the cursor"));
    press(&mut app, "1");
    typed(&mut app, "withdraw");
    assert!(
        said(&app).contains("go to the outbox first"),
        "{}",
        said(&app)
    );
}

#[test]
fn a_conflict_is_settled_by_the_key_of_a_choice_and_by_nothing_else() {
    let rows = || vec![row(1, Stage::Conflict, status())];
    let mut app = with(rows());
    for keys in ["Enter", "Enter", "y", "b", "Space", "Down"] {
        assert!(outward(&press(&mut app, keys)).is_empty(), "{keys}");
        assert!(
            matches!(app.state.overlays.last(), Some(Overlay::Conflict(_))),
            "{keys}"
        );
    }
    press(&mut app, "Esc");
    assert!(app.state.overlays.is_empty());
    assert_eq!(
        outward(&press(&mut app, "Enter m")),
        [&Effect::Choose(id(1), Choice::Mine)]
    );
    assert!(app.state.overlays.is_empty());
    assert_eq!(
        outward(&press(&mut app, "Enter t")),
        [&Effect::Choose(id(1), Choice::Theirs)]
    );
    assert_eq!(
        outward(&typed(&mut app, "choose mine")),
        [&Effect::Choose(id(1), Choice::Mine)]
    );
    assert!(outward(&typed(&mut app, "choose both")).is_empty());
    assert!(said(&app).contains("cannot have both"));

    let mut app = with(vec![row(1, Stage::Conflict, say(Visibility::Public))]);
    press(&mut app, "Enter");
    let Some(Overlay::Conflict(c)) = app.state.overlays.last() else {
        panic!("no choice is shown");
    };
    assert_eq!(
        c.mine,
        ["Which steps?", "Please."].map(line),
        "the text in full"
    );
    assert_eq!(
        outward(&press(&mut app, "b")),
        [&Effect::Choose(id(1), Choice::Both)]
    );
}

#[test]
fn why_tells_the_reason_in_full() {
    let mut app = with(vec![row(1, Stage::Refused, status())]);
    press(&mut app, "w");
    let Some(Overlay::Why(w)) = app.state.overlays.last() else {
        panic!("no reason is shown");
    };
    assert!(w.lines.contains(&line("no right")), "{w:?}");
}

fn ticket() -> Ticket {
    Ticket {
        subject: Untrusted::new("s"),
        status: Status::Open,
        kind: Kind::Problem,
        turn: Turn::Ours,
        ..Ticket::blank(TicketId(1), TicketKey::parse("1").unwrap(), now())
    }
}

/// A console with one ticket, at a desk that cannot do everything.
fn limited() -> App {
    let mut app = console(Abilities {
        here: vec!["label"],
        not: vec![(
            "assignee",
            "this desk does not let you own tickets; ask who keeps it",
        )],
        ..Abilities::all()
    });
    let fx = app.handle(now(), Event::Started);
    let generation = fx.into_iter().find_map(|e| match e {
        Effect::List { generation, .. } => Some(generation),
        _ => None,
    });
    let place = Place {
        major: 0,
        minor: 0,
        id: TicketId(1),
    };
    let page = Page {
        rows: vec![Row {
            place,
            ticket: ticket(),
        }],
        anchor: 0,
        total: Count::Exact(1),
        at_start: true,
        at_end: true,
        partial: false,
        above: None,
        below: None,
    };
    app.handle(
        now(),
        Event::Listed {
            generation: generation.unwrap(),
            answer: Ok(page),
        },
    );
    app
}

#[test]
fn what_the_desk_cannot_do_is_refused_before_anything_is_asked() {
    let mut app = limited();
    for keys in ["a", "i"] {
        assert!(outward(&press(&mut app, keys)).is_empty());
        assert!(app.state.overlays.is_empty(), "{keys} asks");
        assert!(
            said(&app).contains("does not let you own"),
            "{}",
            said(&app)
        );
    }
    assert_eq!(outward(&typed(&mut app, "priority 2")).len(), 1);
}

#[test]
fn what_the_desk_has_no_place_for_is_kept_here_and_said_so() {
    let mut app = limited();
    let fx = typed(&mut app, "label vpn");
    let batch = fx.iter().find_map(|e| match e {
        Effect::Commit { batch, .. } => Some(*batch),
        _ => None,
    });
    app.handle(
        now(),
        Event::Committed {
            batch: batch.unwrap(),
            answer: Ok(1),
        },
    );
    let words = said(&app);
    assert!(
        words.contains("kept on this machine: the desk has no label"),
        "{words}"
    );
}

/// The lines of the open ticket, when the desk has told so much of it.
fn conversation(offline: bool, messages: Vec<Message>) -> String {
    let mut app = limited();
    app.state.freshness.offline = offline;
    let fx = press(&mut app, "Enter");
    let generation = fx.into_iter().find_map(|e| match e {
        Effect::Thread { generation, .. } => Some(generation),
        _ => None,
    });
    let thread = Thread {
        ticket: ticket(),
        messages,
        timeline: Vec::new(),
        links: Vec::new(),
        drafts: Vec::new(),
        into: None,
        opened_by: Side::Requester,
        first_status: Status::New,
        clock_events: Vec::new(),
        merged: Vec::new(),
        further: vec![("Room".into(), Untrusted::new("4.12"))],
        whole: false,
        vendor: None,
    };
    let answer = Ok(Some(Box::new(thread)));
    app.handle(
        now(),
        Event::Threaded {
            generation: generation.unwrap(),
            answer,
        },
    );
    let lines = app.state.detail.as_ref().unwrap().lines().iter();
    lines.map(|l| format!("{}\n", l.text)).collect()
}

#[test]
fn a_text_that_is_not_here_is_said_to_be_asked_for() {
    let shown = conversation(false, Vec::new());
    assert!(shown.contains("Room 4.12"), "{shown}");
    assert!(
        shown.contains("not all here yet; asking the desk"),
        "{shown}"
    );
    assert!(conversation(true, Vec::new()).contains("comes when the desk can be reached"));
    let message = Message {
        id: MessageId(1),
        ticket: TicketId(1),
        at: now(),
        author: Author::System,
        visibility: Visibility::Public,
        body: Untrusted::new(""),
        cut_from: None,
        attachments: Vec::new(),
        waiting: false,
        missing: true,
    };
    let shown = conversation(false, vec![message]);
    assert!(
        shown.contains("body not here yet; asking the desk"),
        "{shown}"
    );
    assert_eq!(shown.matches("asking the desk").count(), 1, "{shown}");
}

#[test]
fn a_refusal_is_looked_for_when_the_outbox_gets_shorter() {
    let mut app = limited();
    let changed = |outbox| {
        let freshness = Freshness {
            outbox,
            ..Freshness::default()
        };
        Event::Changed(Changed {
            freshness,
            ..Changed::default()
        })
    };
    let asks = |fx: &[Effect]| fx.iter().any(|e| matches!(e, Effect::Outbox { .. }));
    let answered = |app: &mut App, rows: Vec<OutboxRow>, fx: Vec<Effect>| {
        for effect in fx {
            if let Effect::Outbox { generation, .. } = effect {
                let answer = Ok(rows.clone());
                app.handle(now(), Event::Outboxed { generation, answer });
            }
        }
    };
    let fx = app.handle(now(), changed(1));
    assert!(asks(&fx), "nothing is known yet");
    answered(&mut app, vec![row(1, Stage::Waiting, status())], fx);
    assert!(!asks(&app.handle(now(), changed(1))), "nothing moved");
    let fx = app.handle(now(), changed(0));
    assert!(asks(&fx));
    answered(&mut app, vec![row(1, Stage::Refused, status())], fx);
    assert_eq!(
        app.state.outbox.stuck.get(&TicketId(1)),
        Some(&Stage::Refused)
    );
}
