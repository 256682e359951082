//! What happens when a person presses keys: a small desk in memory answers the effects.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use deskhand::app::event::{Answer, Generation};
use deskhand::app::state::{Overlay, Pane, Setup, Size};
use deskhand::app::{App, Effect, Event};
use deskhand::domain::calendar::Calendar;
use deskhand::domain::change::Act;
use deskhand::domain::list::{Anchor, Count, ListRequest, Page, Place, Row};
use deskhand::domain::people::AgentId;
use deskhand::domain::sla::Policy;
use deskhand::domain::text::{Printable, Untrusted};
use deskhand::domain::thread::{Draft, Thread, Visibility};
use deskhand::domain::ticket::{Due, Kind, Status, Ticket, TicketId, TicketKey, Turn};
use keybinds::{KeyInput, KeySeq};
use proptest::prelude::*;

fn morning() -> DateTime<Utc> {
    "2026-11-24T08:30:00Z".parse().unwrap()
}

fn ticket(n: i64) -> Ticket {
    Ticket {
        id: TicketId(n),
        key: TicketKey::parse(&format!("{}", 1000 + n)).unwrap(),
        subject: Untrusted::new(format!("Subject {n}")),
        status: Status::Open,
        status_label: None,
        priority: None,
        kind: Kind::Problem,
        tenant: None,
        workspace: None,
        requester: Some(Untrusted::new("Jan de Vries")),
        assignee: None,
        labels: Vec::new(),
        channel: None,
        created: morning(),
        updated: morning(),
        resolved: None,
        closed: None,
        snoozed_until: None,
        turn: Turn::Ours,
        due: Due::None,
        reassignments: 0,
        version: 1,
        unread: true,
        changed: false,
        waiting: 0,
        merged_into: None,
    }
}

/// A console and a desk of so many tickets in memory.
struct Desk {
    app: App,
    now: DateTime<Utc>,
    tickets: Vec<Ticket>,
    drafts: std::collections::BTreeMap<TicketId, Draft>,
    seen: Vec<Effect>,
    /// Only each hundredth ticket is meant, and so many are looked at for one request.
    looks_at: Option<usize>,
}

impl Desk {
    fn of(n: i64) -> Self {
        let setup = Setup {
            size: Size {
                width: 140,
                height: 30,
            },
            zone: chrono_tz::Europe::Amsterdam,
            me: AgentId::parse("sam").unwrap(),
            desk: Some(Printable::literal("test")),
            scope: Vec::new(),
            calendar: Arc::new(Calendar::standard()),
            policy: Arc::new(Policy::mydre()),
            agents: Vec::new(),
            undo_window: TimeDelta::seconds(10),
            views: Vec::new(),
            snippets: Vec::new(),
            macros: Vec::new(),
            keymap: Arc::default(),
            seed: 1,
        };
        let mut desk = Self {
            app: App::new(setup, morning()),
            now: morning(),
            tickets: (1..=n).map(ticket).collect(),
            drafts: Default::default(),
            seen: Vec::new(),
            looks_at: None,
        };
        desk.event(Event::Started);
        desk
    }

    fn event(&mut self, event: Event) {
        let fx = self.app.handle(self.now, event);
        for effect in fx {
            self.seen.push(effect.clone());
            if let Some(answer) = self.run(effect) {
                self.event(answer);
            }
        }
    }

    fn run(&mut self, effect: Effect) -> Option<Event> {
        Some(match effect {
            Effect::List {
                generation,
                request,
                ..
            } => Event::Listed {
                generation,
                answer: Ok(self.page(&request)),
            },
            Effect::Counts {
                generation,
                queries,
                ..
            } => Event::Counted {
                generation,
                answer: Ok(vec![Count::Exact(1); queries.len()]),
            },
            Effect::Thread { generation, ticket } => Event::Threaded {
                generation,
                answer: self.thread(ticket),
            },
            Effect::SaveDraft(d) => {
                let (ticket, at) = (d.ticket, d.at);
                self.drafts.insert(ticket, d);
                Event::DraftSaved {
                    ticket,
                    at,
                    answer: Ok(()),
                }
            }
            Effect::DropDraft(id) => {
                self.drafts.remove(&id);
                return None;
            }
            Effect::Commit {
                batch,
                changes,
                draft_of,
            } => {
                for c in &changes {
                    if let Some(t) = self.tickets.iter_mut().find(|t| t.id == c.ticket) {
                        c.act.apply(t, c.at);
                    }
                }
                if let Some(id) = draft_of {
                    self.drafts.remove(&id);
                }
                Event::Committed {
                    batch,
                    answer: Ok(changes.len()),
                }
            }
            _ => return None,
        })
    }

    fn page(&self, r: &ListRequest) -> Page {
        let all = &self.tickets;
        let at = match r.anchor {
            Anchor::First => 0,
            Anchor::Last => all.len().saturating_sub(1),
            Anchor::Around(Place { id, .. }) | Anchor::Ticket(id) => {
                all.iter().position(|t| t.id >= id).unwrap_or(all.len())
            }
        };
        if let Some(budget) = self.looks_at {
            return rare(all, r, at, budget);
        }
        let (from, to) = (at.saturating_sub(r.before), (at + r.after).min(all.len()));
        Page {
            rows: all[from..to]
                .iter()
                .map(|t| Row {
                    place: Place {
                        major: t.id.0,
                        minor: 0,
                        id: t.id,
                    },
                    ticket: t.clone(),
                })
                .collect(),
            anchor: at - from,
            at_start: from == 0,
            at_end: to == all.len(),
            total: Count::Exact(all.len() as u64),
            partial: false,
            above: None,
            below: None,
        }
    }

    fn thread(&self, id: TicketId) -> Answer<Option<Box<Thread>>> {
        let t = self.tickets.iter().find(|t| t.id == id);
        Ok(t.map(|t| {
            Box::new(Thread {
                ticket: t.clone(),
                messages: Vec::new(),
                timeline: Vec::new(),
                links: Vec::new(),
                draft: self.drafts.get(&id).cloned(),
                merged: Vec::new(),
            })
        }))
    }

    fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.parse::<KeySeq>().unwrap().as_slice() {
            self.event(Event::Key(*key));
        }
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.event(Event::Key(KeyInput::from(c)));
        }
        self
    }

    fn wait(&mut self, millis: i64) -> &mut Self {
        let end = self.now + TimeDelta::milliseconds(millis);
        while let Some(at) = self.app.wake().filter(|at| *at <= end) {
            self.now = at.max(self.now + TimeDelta::milliseconds(1));
            self.event(Event::Wake);
        }
        self.now = end;
        self
    }

    fn id(&self) -> i64 {
        self.app.state.queue.selected().map_or(0, |r| r.ticket.id.0)
    }

    fn threads(&self) -> usize {
        self.seen
            .iter()
            .filter(|e| matches!(e, Effect::Thread { .. }))
            .count()
    }
}

/// A window of a list in which each hundredth is meant, of a store that gives up early.
fn rare(all: &[Ticket], r: &ListRequest, at: usize, budget: usize) -> Page {
    let place = |t: &Ticket| Place {
        major: t.id.0,
        minor: 0,
        id: t.id,
    };
    let meant = |t: &&Ticket| t.id.0 % 100 == 0;
    let (lo, hi) = (
        at.saturating_sub(if r.before > 0 { budget } else { 0 }),
        (at + if r.after > 0 { budget } else { 0 }).min(all.len()),
    );
    let row = |t: &Ticket| Row {
        place: place(t),
        ticket: t.clone(),
    };
    let mut rows: Vec<Row> = all[lo..at].iter().filter(meant).map(row).collect();
    let anchor = rows.len();
    rows.extend(all[at..hi].iter().filter(meant).map(row));
    let above = (lo > 0 && r.before > 0).then(|| place(&all[lo]));
    let below = (hi < all.len() && r.after > 0).then(|| place(&all[hi]));
    Page {
        total: Count::AtLeast(rows.len() as u64),
        rows,
        anchor,
        at_start: lo == 0,
        at_end: hi == all.len(),
        partial: above.is_some() || below.is_some(),
        above,
        below,
    }
}

#[test]
fn where_the_store_gave_up_looking_the_list_goes_on_by_itself_from_both_ends() {
    let mut desk = Desk::of(0);
    desk.tickets = (1..=5000).map(ticket).collect();
    // Nothing is found at first; that is not called empty.
    desk.looks_at = Some(30);
    desk.keys("R");
    let found = |desk: &Desk| -> Vec<i64> {
        let rows = &desk.app.state.queue.rows;
        rows.iter().map(|r| r.ticket.id.0).collect()
    };
    let want: Vec<i64> = (1..=50).map(|n| n * 100).collect();
    // No further than two screens down.
    assert!(want.starts_with(&found(&desk)) && found(&desk).len() < 50);
    assert!(desk.app.state.queue.is_partial() && !desk.app.state.queue.at_end);
    for _ in 0..60 {
        desk.keys("j");
    }
    assert_eq!((found(&desk), desk.id()), (want, 5000));
    assert!(desk.app.state.queue.at_end && desk.app.state.queue.below.is_none());
    assert_eq!(desk.app.state.queue.total, Count::Exact(50));
    desk.looks_at = Some(300);
    desk.keys("G");
    assert_eq!(desk.id(), 5000);
    for _ in 0..60 {
        desk.keys("k");
    }
    assert_eq!(desk.id(), 100);
    let q = &desk.app.state.queue;
    assert!(q.at_start && q.at_end && !q.is_partial() && q.rows.len() == 50);
}

#[test]
fn holding_a_key_loads_one_ticket_when_it_rests() {
    let mut desk = Desk::of(50);
    desk.wait(200);
    let before = desk.threads();
    for _ in 0..20 {
        desk.keys("j").wait(30);
    }
    assert_eq!(desk.threads(), before);
    desk.wait(200);
    assert_eq!((desk.threads(), desk.id()), (before + 1, 21));
}

#[test]
fn the_list_pages_through_everything_and_the_ends_are_ends() {
    let mut desk = Desk::of(5000);
    for _ in 0..1000 {
        desk.keys("j");
    }
    assert_eq!(desk.id(), 1001);
    assert_eq!(desk.keys("G").id(), 5000);
    assert_eq!(desk.keys("g g").id(), 1);
    assert!(desk.app.state.queue.rows.len() < 400);
}

#[test]
fn a_late_answer_is_dropped() {
    let mut desk = Desk::of(5);
    let page = Page {
        rows: Vec::new(),
        ..desk.page(&ListRequest {
            query: Default::default(),
            sort: Default::default(),
            anchor: Anchor::First,
            before: 0,
            after: 1,
        })
    };
    desk.event(Event::Listed {
        generation: Generation(0),
        answer: Ok(page),
    });
    assert_eq!(desk.app.state.queue.rows.len(), 5);
}

#[test]
fn a_ticket_that_leaves_hands_the_cursor_to_its_neighbour() {
    let mut desk = Desk::of(5);
    desk.keys("j j");
    desk.tickets.remove(2);
    desk.event(Event::Changed(deskhand::app::event::Changed {
        all: true,
        ..Default::default()
    }));
    assert_eq!(desk.id(), 4);
    desk.keys("G");
    desk.tickets.pop();
    desk.event(Event::Changed(deskhand::app::event::Changed {
        all: true,
        ..Default::default()
    }));
    assert_eq!(desk.id(), 4);
}

#[test]
fn many_tickets_are_changed_only_after_a_preview_and_a_key_of_its_own() {
    let mut desk = Desk::of(5);
    desk.keys("Space Space i");
    let Some(Overlay::Confirm(c)) = desk.app.state.overlays.last() else {
        panic!("no preview")
    };
    assert_eq!((c.rows.len(), c.key), (2, 'y'));
    desk.keys("i");
    assert!(
        desk.tickets.iter().all(|t| t.assignee.is_none()),
        "any other key does nothing"
    );
    desk.keys("i y");
    assert_eq!(
        desk.tickets.iter().filter(|t| t.assignee.is_some()).count(),
        2
    );
    assert!(desk.app.state.queue.marks.is_empty());
}

#[test]
fn the_gate_says_what_is_in_the_way_and_passing_it_leaves_a_reason() {
    let mut desk = Desk::of(2);
    desk.keys("C");
    let Some(Overlay::Confirm(c)) = desk.app.state.overlays.last() else {
        panic!("no gate")
    };
    assert!(
        c.lines.iter().any(|l| l.contains("last word")),
        "{:?}",
        c.lines
    );
    desk.keys("y Enter");
    assert_eq!(
        desk.tickets[0].status,
        Status::Open,
        "no reason, no resolving"
    );
    desk.text("called by phone").keys("Enter");
    assert_eq!(desk.tickets[0].status, Status::Resolved);
    let note = desk.seen.iter().any(|e| matches!(e, Effect::Commit { changes, .. } if changes.iter().any(
        |c| matches!(&c.act, Act::Say { visibility: Visibility::Internal, body, .. } if body.raw().contains("by phone")))));
    assert!(note);
}

#[test]
fn a_draft_is_saved_within_a_second_kept_on_leaving_and_there_again() {
    let mut desk = Desk::of(2);
    desk.keys("c").text("half a line").wait(1000);
    assert_eq!(desk.drafts[&TicketId(1)].body, "half a line");
    desk.text("!").keys("Esc");
    assert_eq!(desk.drafts[&TicketId(1)].body, "half a line!");
    desk.keys("c");
    assert_eq!(
        desk.app.state.composer.as_ref().unwrap().text(),
        "half a line!"
    );
    desk.keys("Ctrl+s");
    assert!(desk.app.state.composer.is_none() && desk.drafts.is_empty());
}

#[test]
fn a_public_reply_waits_ten_seconds() {
    let mut desk = Desk::of(1);
    desk.keys("r").text("Dear Jan").keys("Ctrl+s");
    let Some(Effect::Commit { changes, .. }) = desk
        .seen
        .iter()
        .rev()
        .find(|e| matches!(e, Effect::Commit { .. }))
    else {
        panic!("nothing was sent")
    };
    assert_eq!(
        changes[0].not_before,
        Some(desk.now + TimeDelta::seconds(10))
    );
    assert!(desk.app.state.toasts.iter().any(|t| t.countdown));
}

#[test]
fn leaving_a_search_returns_to_the_place_before() {
    let mut desk = Desk::of(500);
    desk.keys("j j j j j j j j j j j j j j j j j j j j j j j j j j j j j j");
    let row = |d: &Desk| d.app.state.queue.cursor - d.app.state.queue.top;
    let (id, before) = (desk.id(), row(&desk));
    desk.keys("/").text("mount").keys("Esc");
    assert_eq!(desk.id(), id);
    assert_eq!(row(&desk), before);
}

#[test]
fn an_idle_console_wakes_once_a_minute() {
    let mut desk = Desk::of(3);
    desk.wait(2000);
    assert!(desk.app.wake().unwrap() - desk.now > TimeDelta::seconds(5));
}

#[test]
fn at_eighty_columns_there_is_one_pane_at_a_time() {
    let mut desk = Desk::of(3);
    desk.event(Event::Resize {
        width: 80,
        height: 24,
    });
    assert_eq!(
        deskhand::app::layout::layout(&desk.app.state).detail.width,
        0
    );
    desk.keys("Enter");
    assert_eq!(desk.app.state.pane, Pane::Detail);
    let l = deskhand::app::layout::layout(&desk.app.state);
    assert_eq!((l.main.width, l.detail.width), (0, 80));
    desk.keys("q");
    assert_eq!(desk.app.state.pane, Pane::Queue);
}

fn any_event() -> impl Strategy<Value = (u8, String)> {
    let keys = prop::sample::select(vec![
        "j",
        "k",
        "g",
        "G",
        "Enter",
        "Esc",
        "q",
        "?",
        "/",
        "n",
        "\\",
        ":",
        "Ctrl+p",
        "Tab",
        "Shift+Tab",
        "1",
        "2",
        "3",
        "6",
        "[",
        "]",
        "J",
        "K",
        ".",
        "Space",
        "v",
        "*",
        "r",
        "c",
        "i",
        "a",
        "A",
        "s",
        "p",
        "L",
        "b",
        "C",
        "m",
        "e",
        ";",
        "z",
        "u",
        "y",
        "o",
        "R",
        "w",
        "t",
        "Q",
        "x",
        "Ctrl+t",
        "Ctrl+s",
        "Ctrl+e",
        "Ctrl+w",
        "Backspace",
        "Left",
        "Up",
        "Down",
        "ß",
        "漢",
        "Delete",
        "PageDown",
        "PageUp",
    ]);
    (0_u8..40, keys.prop_map(str::to_owned))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_keys_keep_the_cursor_in_range_and_the_draft_on_disk(
        events in prop::collection::vec(any_event(), 1..150), n in 0_i64..300,
    ) {
        let mut desk = Desk::of(n);
        for (dice, key) in events {
            match dice {
                0 => desk.event(Event::Resize { width: u16::from(dice) + 7, height: 3 }),
                1 => desk.event(Event::Resize { width: 140, height: 30 }),
                2 => desk.event(Event::Paste("two\nlines".into())),
                3 => { desk.wait(1500); }
                4 => desk.event(Event::Mouse {
                    kind: deskhand::app::event::MouseKind::DoubleClick, col: 10, row: 9 }),
                _ => { desk.keys(&key); }
            }
            let q = &desk.app.state.queue;
            prop_assert!(q.rows.is_empty() || q.cursor < q.rows.len());
            prop_assert!(q.top <= q.cursor);
        }
        let written = desk.app.state.composer.as_ref().filter(|c| !c.is_blank()).map(|c| (c.ticket, c.text()));
        desk.wait(1500);
        if let Some((ticket, text)) = written {
            prop_assert_eq!(desk.drafts.get(&ticket).map(|d| d.body.clone()), Some(text));
        }
    }
}
