//! What happens when a person presses keys: a small desk in memory answers the effects.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use deskhand::app::event::{Answer, Changed, Foreseen, Generation};
use deskhand::app::state::{Overlay, Pane, Setup, Size};
use deskhand::app::{App, Effect, Event};
use deskhand::domain::calendar::Calendar;
use deskhand::domain::change::Act;
use deskhand::domain::list::{Anchor, Count, ListRequest, Page, Place, Row};
use deskhand::domain::people::AgentId;
use deskhand::domain::sla::Policy;
use deskhand::domain::text::{Printable, Untrusted};
use deskhand::domain::thread::{Draft, DraftPlace, Thread, Visibility};
use deskhand::domain::ticket::{Due, Kind, Status, Ticket, TicketId, TicketKey, Turn};
use keybinds::{KeyInput, KeySeq};
use proptest::prelude::*;

fn morning() -> DateTime<Utc> {
    "2026-11-24T08:30:00Z".parse().unwrap()
}

pub fn ticket(n: i64) -> Ticket {
    Ticket {
        subject: Untrusted::new(format!("Subject {n}")),
        status: Status::Open,
        kind: Kind::Problem,
        requester: Some(Untrusted::new("Jan de Vries")),
        turn: Turn::Ours,
        unread: true,
        ..Ticket::blank(
            TicketId(n),
            TicketKey::parse(&format!("{}", 1000 + n)).unwrap(),
            morning(),
        )
    }
}

/// A console and a desk of so many tickets in memory.
struct Desk {
    app: App,
    now: DateTime<Utc>,
    tickets: Vec<Ticket>,
    drafts: std::collections::BTreeMap<DraftPlace, Draft>,
    seen: Vec<Effect>,
    /// Nothing can be written.
    disk_full: bool,
    /// Lists are answered later.
    slow: bool,
    late: Vec<Event>,
    /// Messages that each thread has.
    messages: i64,
    /// What was said.
    said: Vec<String>,
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
            kinds: Vec::new(),
        };
        let mut desk = Self {
            app: App::new(setup, morning()),
            now: morning(),
            tickets: (1..=n).map(ticket).collect(),
            drafts: Default::default(),
            seen: Vec::new(),
            disk_full: false,
            slow: false,
            late: Vec::new(),
            messages: 0,
            said: Vec::new(),
            looks_at: None,
        };
        desk.event(Event::Started);
        desk
    }

    fn event(&mut self, event: Event) {
        let fx = self.app.handle(self.now, event);
        for effect in fx {
            self.seen.push(effect.clone());
            match self.run(effect) {
                Some(answer @ Event::Listed { .. }) if self.slow => self.late.push(answer),
                Some(answer) => self.event(answer),
                None => {}
            }
        }
    }

    fn run(&mut self, effect: Effect) -> Option<Event> {
        let full = || deskhand::app::Fault {
            what: Printable::literal("the disk is full"),
            hint: None,
        };
        Some(match effect {
            Effect::SaveDraft(d, _) if self.disk_full => Event::DraftSaved {
                place: d.place(),
                at: d.at,
                answer: Err(full()),
            },
            Effect::Commit { batch, .. } if self.disk_full => Event::Committed {
                batch,
                answer: Err(full()),
            },
            Effect::Marks {
                generation,
                request,
                ..
            } => Event::Marked {
                generation,
                answer: Ok(self.page(&request)),
            },
            Effect::FindTicket { generation, key } => Event::Found {
                generation,
                answer: Ok(self
                    .tickets
                    .iter()
                    .find(|t| t.key == key)
                    .cloned()
                    .map(Box::new)),
                key,
            },
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
            Effect::Ahead {
                generation,
                ends,
                ticket,
                ..
            } => Event::Ahead {
                generation,
                here: Foreseen {
                    ends: ends.map(|e| Box::new([self.page(&e[0]), self.page(&e[1])])),
                    thread: ticket.and_then(|t| self.thread(t).ok().flatten()),
                    urgent: None,
                },
            },
            Effect::SaveDraft(d, seen) => {
                let (place, at) = (d.place(), d.at);
                let (draft, kept) = seen.keep(d, self.drafts.remove(&place));
                if !draft.is_empty() {
                    self.drafts.insert(place, draft);
                }
                Event::DraftSaved {
                    place,
                    at,
                    answer: Ok(kept),
                }
            }
            Effect::DropDraft(seen) => {
                if seen.covers(self.drafts.get(&seen.place)) {
                    self.drafts.remove(&seen.place);
                }
                return None;
            }
            Effect::Commit {
                batch,
                changes,
                draft_of,
                ..
            } => {
                for c in &changes {
                    if let Act::Say { body, .. } = &c.act {
                        self.said.push(body.raw().to_owned());
                    }
                    if let Some(t) = self.tickets.iter_mut().find(|t| t.id == c.ticket) {
                        c.act.apply(t, c.at);
                    }
                }
                if let Some(seen) = draft_of
                    && seen.covers(self.drafts.get(&seen.place))
                {
                    self.drafts.remove(&seen.place);
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
            Anchor::Around(Place { id, .. }) | Anchor::Ticket(id) => all
                .iter()
                .position(|t| t.id == id)
                .or_else(|| all.iter().position(|t| t.id >= id))
                .unwrap_or(all.len()),
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
                messages: (1..=self.messages)
                    .map(|n| deskhand::domain::thread::Message {
                        id: deskhand::domain::thread::MessageId(n),
                        ticket: id,
                        at: morning(),
                        author: deskhand::domain::thread::Author::System,
                        visibility: Visibility::Public,
                        body: Untrusted::new(format!("message {n}")),
                        cut_from: None,
                        attachments: Vec::new(),
                        waiting: false,
                        missing: false,
                    })
                    .collect(),
                timeline: Vec::new(),
                links: Vec::new(),
                drafts: self
                    .drafts
                    .values()
                    .filter(|d| d.ticket == id)
                    .cloned()
                    .collect(),
                into: None,
                opened_by: deskhand::domain::sla::Side::Requester,
                first_status: Status::Open,
                clock_events: Vec::new(),
                merged: Vec::new(),
                further: Vec::new(),
                whole: true,
                vendor: None,
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
        let asks = |e: &&Effect| {
            matches!(
                e,
                Effect::Thread { .. }
                    | Effect::Ahead {
                        ticket: Some(_),
                        ..
                    }
            )
        };
        self.seen.iter().filter(asks).count()
    }

    fn lists(&self) -> usize {
        let lists = self.seen.iter();
        lists.filter(|e| matches!(e, Effect::List { .. })).count()
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
fn after_a_rest_the_next_keys_ask_nothing() {
    let mut desk = Desk::of(5000);
    desk.messages = 2;
    desk.keys("j").wait(60);
    let (lists, threads) = (desk.lists(), desk.threads());
    assert_eq!(desk.keys("G").id(), 5000);
    let q = &desk.app.state.queue;
    assert!(q.at_end && !q.at_start && q.rows.len() > 20);
    assert_eq!(desk.keys("g g").id(), 1);
    assert_eq!((desk.lists(), desk.threads()), (lists, threads));
    // What lies around follows when the picture is there.
    desk.keys("G").wait(60);
    assert!(desk.lists() > lists && desk.app.state.queue.rows.len() > 100);
    desk.keys("Enter");
    let shown = desk.app.state.detail.as_ref().unwrap();
    assert_eq!(shown.ticket, TicketId(5000));
    assert!(shown.loaded.is_some());
}

#[test]
fn what_changed_meanwhile_is_asked_for_again() {
    let mut desk = Desk::of(5000);
    desk.wait(60);
    desk.tickets.truncate(4000);
    desk.tickets[0].subject = Untrusted::new("Another subject");
    desk.event(Event::Changed(Changed {
        all: true,
        ..Changed::default()
    }));
    assert_eq!(desk.keys("G").id(), 4000);
    desk.keys("g g Enter");
    let row = desk.app.state.subject().unwrap();
    assert_eq!(row.subject.as_str(), "Another subject");
    // An answer that was on its way when it changed says nothing any more.
    desk.wait(60);
    let asked = desk.seen.iter().rev().find_map(|e| match e {
        Effect::Ahead { generation, .. } => Some(*generation),
        _ => None,
    });
    let old = desk.tickets.iter().take(30).cloned().collect::<Vec<_>>();
    desk.event(Event::Changed(Changed {
        all: true,
        ..Changed::default()
    }));
    let page = rare(&old, &request(Anchor::First), 0, 30);
    desk.event(Event::Ahead {
        generation: asked.unwrap(),
        here: Foreseen {
            ends: Some(Box::new([page.clone(), page])),
            ..Foreseen::default()
        },
    });
    assert_eq!(desk.keys("Esc G").id(), 4000);
}

fn request(anchor: Anchor) -> ListRequest {
    ListRequest {
        query: Default::default(),
        sort: Default::default(),
        anchor,
        before: 0,
        after: 1,
    }
}

#[test]
fn the_ends_of_one_list_are_not_those_of_another() {
    let mut desk = Desk::of(5000);
    desk.wait(60);
    desk.seen.clear();
    let asked_end = |desk: &Desk| {
        let mut seen = desk.seen.iter();
        seen.any(|e| matches!(e, Effect::List { request, .. } if request.anchor == Anchor::Last))
    };
    desk.keys("G");
    assert!(!asked_end(&desk));
    desk.keys("] G");
    assert!(asked_end(&desk));
}

#[test]
fn the_way_up_from_the_end_keeps_no_more_rows_than_the_way_down() {
    let mut desk = Desk::of(5000);
    desk.keys("G").wait(60);
    for n in 1..=4999 {
        desk.keys("k");
        assert_eq!(desk.id(), 5000 - n);
    }
    assert!(desk.app.state.queue.rows.len() < 700);
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
        ..desk.page(&request(Anchor::First))
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
    assert_eq!(
        desk.drafts[&(TicketId(1), Visibility::Internal)].body,
        "half a line"
    );
    desk.text("!").keys("Esc");
    assert_eq!(
        desk.drafts[&(TicketId(1), Visibility::Internal)].body,
        "half a line!"
    );
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

#[test]
fn a_note_and_an_answer_are_two_drafts_and_c_never_opens_an_answer() {
    let mut desk = Desk::of(2);
    desk.keys("r").text("Dear Jan").keys("Esc");
    desk.keys("c");
    let c = desk.app.state.composer.as_ref().unwrap();
    assert_eq!(
        (c.visibility, c.text()),
        (Visibility::Internal, String::new())
    );
    desk.text("he called").keys("Esc r");
    let c = desk.app.state.composer.as_ref().unwrap();
    assert_eq!(
        (c.visibility, c.text()),
        (Visibility::Public, "Dear Jan".into())
    );
    // What is begun for the other readers is not mixed with it.
    desk.keys("Ctrl+t");
    assert_eq!(
        desk.app.state.composer.as_ref().unwrap().visibility,
        Visibility::Public
    );
    assert_eq!(desk.drafts.len(), 2);
    let said = desk.app.state.toasts.iter().map(|t| t.text.as_str());
    assert!(
        said.into_iter()
            .any(|t| t.contains("a draft of an internal note"))
    );
}

#[test]
fn what_another_console_writes_into_the_draft_comes_into_the_open_text() {
    let place = (TicketId(1), Visibility::Internal);
    let mut desk = Desk::of(1);
    desk.keys("c").text("AAA").wait(1000);
    let theirs = Draft {
        body: "AAABBB".into(),
        ..desk.drafts[&place].clone()
    };
    desk.drafts.insert(place, theirs);
    desk.text("CCC").wait(1000);
    let both = "AAABBB\n\nCCC";
    assert_eq!(desk.drafts[&place].body, both);
    let open = desk.app.state.composer.as_ref().unwrap();
    assert_eq!(open.text(), both);
    let told = |desk: &Desk, words: &str| {
        let toasts = &desk.app.state.toasts;
        toasts.iter().any(|t| t.text.contains(words))
    };
    assert!(told(&desk, "changed elsewhere; both texts are kept"));
    // It goes on from there without a second word.
    desk.wait(20_000);
    desk.text("DDD").wait(1000);
    assert_eq!(desk.drafts[&place].body, format!("{both}DDD"));
    assert!(!told(&desk, "elsewhere"));
    // Sent or deleted there: what is written here stays.
    desk.drafts.remove(&place);
    desk.text("EEE").wait(1000);
    assert_eq!(desk.drafts[&place].body, format!("{both}DDDEEE"));
    assert!(told(&desk, "sent or deleted elsewhere"));
}

#[test]
fn ctrl_t_takes_the_draft_along_and_leaves_none_behind() {
    let mut desk = Desk::of(1);
    desk.keys("r")
        .text("he is angry")
        .wait(1000)
        .keys("Ctrl+t")
        .wait(1000);
    let kept: Vec<_> = desk.drafts.keys().copied().collect();
    assert_eq!(kept, [(TicketId(1), Visibility::Internal)]);
}

#[test]
fn what_the_outbox_cannot_take_is_opened_again_with_its_text() {
    let mut desk = Desk::of(1);
    desk.disk_full = true;
    desk.keys("c").text("my long text").wait(1000);
    assert!(desk.app.state.composer.as_ref().unwrap().error.is_some());
    desk.keys("Ctrl+s").wait(100);
    let c = desk.app.state.composer.as_ref().expect("the text is back");
    assert_eq!(c.text(), "my long text");
    assert!(
        !desk
            .app
            .state
            .toasts
            .iter()
            .any(|t| t.text.contains("undoes")),
        "nothing was done"
    );
    // Leaving it loses it: that is asked.
    desk.wait(6000).keys("Esc");
    assert!(matches!(
        desk.app.state.overlays.last(),
        Some(Overlay::Confirm(_))
    ));
    desk.keys("n");
    assert_eq!(
        desk.app.state.composer.as_ref().unwrap().text(),
        "my long text"
    );
    desk.disk_full = false;
    desk.wait(6000).keys("Ctrl+s");
    assert!(desk.app.state.composer.is_none());
    assert_eq!(desk.said, ["my long text"]);
}

#[test]
fn control_characters_from_an_editor_or_the_clipboard_are_not_sent() {
    let mut desk = Desk::of(1);
    desk.keys("c");
    desk.event(Event::Paste("one\u{1b}[31m\ttwo\r\nthree\u{9b}".into()));
    assert_eq!(
        desk.app.state.composer.as_ref().unwrap().text(),
        "one[31m\ttwo\nthree"
    );
    desk.event(Event::Edited(Ok(Some("x\u{1b}y\n".into()))));
    assert_eq!(desk.app.state.composer.as_ref().unwrap().text(), "xy");
}

#[test]
fn all_in_view_are_marked_and_a_range_reaches_beyond_the_window() {
    let mut desk = Desk::of(1500);
    desk.keys("*");
    assert_eq!(desk.app.state.queue.marks.len(), 1500);
    desk.keys("*");
    assert!(desk.app.state.queue.marks.is_empty());
    desk.keys("j v G v");
    assert_eq!(desk.app.state.queue.marks.len(), 1499);
    let mut desk = Desk::of(5000);
    desk.keys("*");
    assert_eq!(desk.app.state.queue.marks.len(), 2000);
    assert!(
        desk.app
            .state
            .toasts
            .iter()
            .any(|t| t.text.contains("2000")),
        "it says so"
    );
}

#[test]
fn keys_faster_than_the_store_still_go_all_the_way() {
    let mut desk = Desk::of(5000);
    desk.slow = true;
    for _ in 0..30 {
        desk.keys("PageDown");
    }
    let page = desk.app.state.queue.rows.len();
    desk.slow = false;
    while let Some(event) = desk.late.pop() {
        desk.event(event);
    }
    let each = deskhand::app::layout::list_rows(&desk.app.state) as i64 - 1;
    assert_eq!(desk.id(), 1 + 30 * each, "{page} rows were there");
}

#[test]
fn one_mark_out_of_sight_is_previewed_and_used_up() {
    let mut desk = Desk::of(5);
    desk.keys("Space j i");
    let Some(Overlay::Confirm(c)) = desk.app.state.overlays.last() else {
        panic!("the marked ticket is not the one under the cursor: no preview")
    };
    assert_eq!(c.rows.len(), 1);
    desk.keys("y");
    assert!(desk.tickets[0].assignee.is_some());
    assert!(desk.app.state.queue.marks.is_empty());
}

#[test]
fn a_question_is_answered_for_the_ticket_it_was_asked_about() {
    let mut desk = Desk::of(5);
    desk.keys("p");
    // The ticket leaves the first place of the list while the question is open.
    let first = desk.tickets.remove(0);
    desk.tickets.push(first);
    desk.event(Event::Changed(deskhand::app::event::Changed {
        all: true,
        ..Default::default()
    }));
    desk.text("1").keys("Enter");
    let urgent: Vec<i64> = desk
        .tickets
        .iter()
        .filter(|t| t.priority.is_some())
        .map(|t| t.id.0)
        .collect();
    assert_eq!(urgent, [1]);
}

#[test]
fn a_ticket_of_another_tenant_is_neither_opened_nor_merged_into() {
    let mut desk = Desk::of(3);
    let tenant = |code| deskhand::domain::people::TenantId::parse(code).ok();
    desk.tickets[0].tenant = tenant("umc");
    desk.tickets[1].tenant = tenant("amc");
    desk.event(Event::Changed(deskhand::app::event::Changed {
        all: true,
        ..Default::default()
    }));
    desk.keys("m").text("1002").keys("Enter");
    // No preview of what is refused: the number is asked for again.
    let asked = desk.app.state.overlays.last();
    let Some(Overlay::Prompt(p)) = asked else {
        panic!("the prompt is gone: {asked:?}");
    };
    assert_eq!(p.input.text, "1002");
    assert!(p.error.as_ref().unwrap().contains("different tenants"));
    desk.keys("Backspace").text("3").keys("Enter");
    let asked = desk.app.state.overlays.last();
    assert!(matches!(asked, Some(Overlay::Confirm(_))), "{asked:?}");
    desk.keys("Esc");
    desk.app.state.scope.extend(tenant("umc"));
    desk.keys(":").text("open 1002").keys("Enter");
    assert_ne!(desk.app.state.pane, Pane::Detail);
    assert!(
        desk.app
            .state
            .toasts
            .iter()
            .any(|t| t.text.contains("outside your scope"))
    );
}

#[test]
fn a_merged_ticket_says_where_it_lives_on_and_is_left_alone() {
    let mut desk = Desk::of(3);
    desk.tickets[0].merged_into = Some(TicketId(2));
    desk.event(Event::Changed(deskhand::app::event::Changed {
        all: true,
        ..Default::default()
    }));
    desk.keys("i r");
    assert!(desk.tickets[0].assignee.is_none() && desk.app.state.composer.is_none());
    assert!(
        desk.app
            .state
            .toasts
            .iter()
            .any(|t| t.text.contains("lives on in #1002"))
    );
}

#[test]
fn marked_messages_move_to_a_ticket_of_their_own_and_one_has_to_stay() {
    let mut desk = Desk::of(1);
    desk.messages = 4;
    desk.keys("Enter").wait(200).keys("Space Space");
    assert_eq!(desk.app.state.detail.as_ref().unwrap().marked.len(), 2);
    desk.keys(":").text("split a second matter").keys("Enter");
    let Some(Overlay::Confirm(c)) = desk.app.state.overlays.last() else {
        panic!("no preview")
    };
    assert!(
        c.lines.iter().any(|l| l.contains("message 1")),
        "{:?}",
        c.lines
    );
    desk.keys("y");
    let moved = desk.seen.iter().rev().find_map(|e| match e {
        Effect::Commit { changes, .. } => match &changes[0].act {
            Act::Split { messages, .. } => Some(messages.len()),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(moved, Some(2));
    assert!(desk.app.state.detail.as_ref().unwrap().marked.is_empty());
    desk.keys("Space Space Space Space");
    desk.keys(":").text("split all").keys("Enter");
    assert!(desk.app.state.overlays.is_empty(), "nothing would stay");
}

#[test]
fn finding_in_a_ticket_stays_in_it_and_esc_goes_back_to_where_it_began() {
    let mut desk = Desk::of(3);
    desk.messages = 40;
    desk.keys("Enter").wait(200);
    desk.keys("/").text("message 33");
    let d = desk.app.state.detail.as_ref().unwrap();
    assert!(d.scroll > 20 && desk.app.state.queue.find.is_none());
    desk.keys("Esc");
    assert_eq!(desk.app.state.detail.as_ref().unwrap().scroll, 0);
    desk.keys("/").text("message").keys("Enter n n");
    let found = desk.app.state.detail.as_ref().unwrap().found.unwrap().line;
    desk.keys("N");
    assert!(desk.app.state.detail.as_ref().unwrap().found.unwrap().line < found);
}

#[test]
fn a_file_goes_with_a_text_is_kept_with_the_draft_and_taken_off_by_name() {
    let mut desk = Desk::of(1);
    desk.keys("c")
        .text("the log")
        .keys("Ctrl+o")
        .text("/tmp/log.txt")
        .keys("Enter");
    let asked = desk
        .seen
        .iter()
        .any(|e| matches!(e, Effect::Attach { path, .. } if path == "/tmp/log.txt"));
    assert!(asked);
    let file = deskhand::domain::change::NewAttachment {
        name: Untrusted::new("log.txt"),
        path: "/tmp/log.txt".into(),
        size: 3,
    };
    desk.event(Event::Attached {
        ticket: TicketId(1),
        answer: Ok(file.clone()),
    });
    desk.wait(1000);
    assert_eq!(
        desk.drafts[&(TicketId(1), Visibility::Internal)].files,
        [file]
    );
    desk.keys("Ctrl+o")
        .text("-log.txt")
        .keys("Enter")
        .wait(1000);
    assert!(
        desk.drafts[&(TicketId(1), Visibility::Internal)]
            .files
            .is_empty()
    );
}

#[test]
fn a_macro_that_resolves_goes_through_the_gate_and_shows_what_it_says() {
    let mut desk = Desk::of(2);
    desk.app.state.macros = vec![deskhand::domain::macros::Macro {
        name: "close".into(),
        steps: vec![
            deskhand::domain::macros::MacroStep::Note("seen by {agent.name}".into()),
            deskhand::domain::macros::MacroStep::Status(Status::Resolved),
        ],
    }];
    desk.keys(";").text("close").keys("Enter");
    let Some(Overlay::Confirm(c)) = desk.app.state.overlays.last() else {
        panic!("no preview")
    };
    assert!(
        c.lines.iter().any(|l| l.contains("last word")),
        "{:?}",
        c.lines
    );
    assert!(c.rows[0].after.contains("seen by sam"), "{:?}", c.rows);
    desk.keys("y").text("by phone").keys("Enter");
    assert_eq!(desk.tickets[0].status, Status::Resolved);
}

#[test]
fn a_click_on_a_view_goes_there() {
    let mut desk = Desk::of(3);
    let top = deskhand::app::top::top(
        &desk.app.state,
        deskhand::app::layout::layout(&desk.app.state).top,
    );
    let tab = top.tabs[2].clone();
    desk.event(Event::Mouse {
        kind: deskhand::app::event::MouseKind::Click,
        col: tab.x + 1,
        row: 0,
    });
    assert_eq!(desk.app.state.active, tab.view);
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
        let written = desk.app.state.composer.as_ref().filter(|c| !c.is_blank()).map(|c| (c.ticket, c.visibility, c.text()));
        desk.wait(1500);
        if let Some((ticket, visibility, text)) = written {
            let place = (ticket, visibility);
            prop_assert_eq!(desk.drafts.get(&place).map(|d| d.body.clone()), Some(text));
        }
    }
}

#[test]
fn why_names_the_place_the_neighbours_the_permission_and_the_rule() {
    let mut desk = Desk::of(3);
    let due = |minutes| Due::Running {
        target: deskhand::domain::sla::Target::FirstResponse,
        at: morning() + TimeDelta::minutes(minutes),
    };
    for (t, minutes) in desk.tickets.iter_mut().zip([-30, 45, 90]) {
        t.due = due(minutes);
        t.priority = "1".parse().ok();
    }
    desk.event(Event::Changed(deskhand::app::event::Changed {
        all: true,
        ..Default::default()
    }));
    desk.keys("j").wait(200).keys("w");
    let Some(Overlay::Why(w)) = desk.app.state.overlays.last() else {
        panic!("no reason")
    };
    let said: Vec<&str> = w.lines.iter().map(|l| l.as_str()).collect();
    assert!(said[0].starts_with("Row 2 of All open, by due"), "{said:?}");
    assert!(
        said[1].starts_with("After #1001 (first response late 30 m), before #1003"),
        "{said:?}"
    );
    assert!(said[2].contains("nobody's"), "{said:?}");
    let rule = "Policy mydre: first response for priority 1 within 2 h of working time, by the desk's calendar (Europe/Amsterdam).";
    assert!(said.contains(&rule), "{said:?}");
}
