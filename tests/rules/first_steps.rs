//! The welcome, key by key, and the mouse in panes other than the list.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use deskhand::app::event::MouseKind;
use deskhand::app::layout::{layout, sla_first, sla_head};
use deskhand::app::state::{DeskKind, Pane, Screen, Setup, Size};
use deskhand::app::{App, Effect, Event};
use deskhand::domain::calendar::Calendar;
use deskhand::domain::list::{Count, DueMark, Outlook};
use deskhand::domain::people::AgentId;
use deskhand::domain::sla::Policy;
use deskhand::domain::text::{Printable, Untrusted};
use deskhand::domain::ticket::{TicketId, TicketKey};

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 10, 42, 0).unwrap()
}

fn app(desk: Option<&'static str>) -> App {
    let setup = Setup {
        size: Size {
            width: 160,
            height: 48,
        },
        zone: chrono_tz::Europe::Amsterdam,
        me: AgentId::parse("sam").unwrap(),
        desk: desk.map(Printable::literal),
        abilities: deskhand::domain::reach::Abilities::all(),
        scope: Vec::new(),
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
        kinds: vec![DeskKind {
            name: Printable::literal("local desk"),
            needs: Printable::literal("nothing"),
            command: None,
        }],
    };
    App::new(setup, now())
}

fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    keys.split(' ')
        .flat_map(|key| app.handle(now(), Event::Key(key.parse().unwrap())))
        .collect()
}

const fn welcomed(app: &App) -> Option<(usize, bool, bool)> {
    match app.state.screen {
        Screen::Welcome {
            choice,
            connecting,
            busy,
        } => Some((choice, connecting, busy)),
        Screen::Desk => None,
    }
}

#[test]
fn the_welcome_goes_on_and_back_step_by_step() {
    let mut console = app(None);
    assert!(press(&mut console, "3").is_empty());
    assert_eq!(welcomed(&console), Some((0, true, false)));
    assert!(press(&mut console, "2 j Esc").is_empty());
    assert_eq!(welcomed(&console), Some((2, false, false)));
    assert!(press(&mut console, "k j Enter").is_empty());
    assert_eq!(welcomed(&console), Some((0, true, false)));
    assert_eq!(press(&mut console, "Enter"), [Effect::StartLocal]);
    assert_eq!(welcomed(&console), Some((0, true, true)));
    assert_eq!(press(&mut app(None), "1"), [Effect::StartDemo]);
    assert_eq!(press(&mut app(None), "2"), [Effect::StartLocal]);
    assert_eq!(press(&mut app(None), "3 1"), [Effect::StartLocal]);
    assert!(press(&mut app(None), "3 q").contains(&Effect::Quit));
    assert!(press(&mut app(None), "Esc").contains(&Effect::Quit));
}

#[test]
fn a_click_on_the_strip_opens_its_pane_and_a_click_there_selects() {
    let mut console = app(Some("test"));
    let asked = console.handle(now(), Event::Started);
    let generation = asked
        .into_iter()
        .find_map(|e| match e {
            Effect::Outlook { generation, .. } => Some(generation),
            _ => None,
        })
        .unwrap();
    let marks = (1..=100).map(|i| DueMark {
        id: TicketId(i),
        key: TicketKey::parse(&i.to_string()).unwrap(),
        subject: Untrusted::new("one"),
        target: None,
        at: now() + TimeDelta::minutes(i),
        assignee: None,
    });
    let answer = Ok(Outlook {
        marks: marks.collect(),
        late: Count::Exact(0),
        paused: Count::Exact(0),
        cut: false,
    });
    console.handle(now(), Event::Outlooked { generation, answer });
    let at = |console: &mut App, kind, col, row| {
        console.handle(now(), Event::Mouse { kind, col, row });
    };
    let strip = layout(&console.state).strip;
    at(&mut console, MouseKind::WheelDown, 5, strip.y + 1);
    assert_eq!(console.state.pane, Pane::Queue);
    at(&mut console, MouseKind::Click, 5, strip.y + 1);
    assert_eq!(console.state.pane, Pane::Sla);
    let list = layout(&console.state).main.y + sla_head(&console.state);
    at(&mut console, MouseKind::Click, 5, list + 7);
    assert_eq!(console.state.sla.cursor, 7);
    at(&mut console, MouseKind::Click, 5, list - 1);
    assert_eq!(console.state.sla.cursor, 7, "the strip has no rows");
    // The last one is in sight, and a click finds what stands there.
    press(&mut console, "G");
    let first = sla_first(&console.state);
    assert!(first > 0);
    at(&mut console, MouseKind::Click, 5, list);
    assert_eq!(console.state.sla.cursor, first);
}
