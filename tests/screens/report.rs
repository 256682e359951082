//! The form of a report: empty, half filled in, with what is wrong, complete, and too long for
//! its room.

use deskhand::app::event::Event;
use deskhand::app::reports::{Here, ReportNews};
use deskhand::app::{App, Generation, State};
use deskhand::domain::report::{Person, Register, told};
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{Attachment, AttachmentId, Author, Message, MessageId, Visibility};
use deskhand::domain::ticket::TicketId;
use keybinds::KeySeq;

use super::scene::{now, reading};
use super::{picture, shows, text_and_style, theme};

const BODY: &str = "Since yesterday 14:00 I cannot get into dws-3049-AUBioLab.\n\n\
1. Sign in at the portal\n2. Open the VM\n3. Click on Start\n\nI get the error \"Connection refused 0x204\".";

/// A person with the open ticket in front of them.
struct Desk(App);

impl Desk {
    fn new(width: u16, height: u16) -> Self {
        let mut state = reading(width, height);
        let ticket = TicketId(10482);
        let known = Register::new(
            ["dws-3049-AUBioLab".to_owned(), "dws-211-Cardio".to_owned()],
            [Person::parse("Jan de Vries <jan.de.vries@umc.org>")],
        );
        let loaded = state.detail.as_mut().unwrap().loaded.as_mut().unwrap();
        loaded.thread.ticket.requester = Some(Untrusted::new("Jan de Vries"));
        loaded.thread.messages = vec![Message {
            id: MessageId(1),
            ticket,
            at: now(),
            author: Author::Requester {
                name: Untrusted::new("Jan de Vries"),
            },
            visibility: Visibility::Public,
            body: Untrusted::new(BODY),
            cut_from: None,
            attachments: vec![Attachment {
                id: AttachmentId(1),
                name: Untrusted::new("screen\u{202e}gnp.png"),
                media_type: Untrusted::new("image/png"),
                size: 49_152,
            }],
            waiting: false,
            missing: false,
        }];
        let told = told(&loaded.thread, None, &known, &[], state.zone);
        let mut desk = Self(App { state });
        desk.event(ReportNews::Known(Box::new(Here {
            register: known,
            past: Vec::new(),
        })));
        desk.keys("4");
        desk.event(ReportNews::Loaded {
            ticket,
            kept: None,
            told: Box::new(told),
        });
        desk
    }

    fn event(&mut self, news: ReportNews) {
        self.0
            .handle(now(), Event::Reports(Generation::default(), news));
    }

    fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            let seq: KeySeq = key.parse().unwrap();
            for key in seq.as_slice() {
                self.0.handle(now(), Event::Key(*key));
            }
        }
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.0.handle(now(), Event::Paste(text.to_owned()));
        self
    }

    fn state(&self) -> &State {
        &self.0.state
    }
}

/// What is certain is taken, the rest is typed.
fn complete(width: u16, height: u16) -> Desk {
    let mut desk = Desk::new(width, height);
    desk.keys("Ctrl+a Ctrl+y")
        .text("the VM starts and shows its desktop");
    desk.keys("Ctrl+n Tab Tab Tab m Tab");
    desk.text("restarted the VM, twice,\nwith the same error");
    desk
}

#[test]
fn it_begins_with_what_the_ticket_says() {
    shows("report-empty-160x48", Desk::new(160, 48).state(), 160, 48);
    shows("report-empty-80x24", Desk::new(80, 24).state(), 80, 24);
}

#[test]
fn half_filled_in_it_shows_the_next_suggestion_with_its_words() {
    for (width, height) in [(80, 24), (60, 16)] {
        let mut desk = Desk::new(width, height);
        desk.keys("Ctrl+a");
        shows(
            &format!("report-half-{width}x{height}"),
            desk.state(),
            width,
            height,
        );
    }
}

#[test]
fn what_is_wrong_is_said_with_why_it_matters() {
    let mut desk = Desk::new(80, 24);
    desk.text("dws-9-Nowhere")
        .keys("Tab")
        .text("the users")
        .keys("Tab Tab");
    desk.text("it fails").keys("Tab Shift+Tab");
    shows("report-wrong-80x24", desk.state(), 80, 24);
    desk.keys("Shift+Tab Shift+Tab Shift+Tab");
    shows("report-new-workspace-80x24", desk.state(), 80, 24);
}

#[test]
fn complete_it_says_so_and_which_priority_follows() {
    let desk = complete(160, 48);
    shows("report-complete-160x48", desk.state(), 160, 48);
    let desk = complete(80, 24);
    let buffer = picture(desk.state(), &theme("dark"), 80, 24);
    insta::assert_snapshot!("report-complete-80x24", text_and_style(&buffer));
}

#[test]
fn choices_are_made_by_one_key_each() {
    let mut desk = Desk::new(80, 24);
    desk.keys("Tab Tab 3 Shift+Tab");
    shows("report-role-80x24", desk.state(), 80, 24);
    desk.keys("Tab Tab Tab Tab Tab m");
    shows("report-impact-80x24", desk.state(), 80, 24);
    desk.keys("Tab Tab Tab Space");
    shows("report-evidence-80x24", desk.state(), 80, 24);
}

#[test]
fn what_fits_is_offered_below_the_field() {
    let mut desk = Desk::new(80, 24);
    desk.text("dws").keys("Down");
    shows("report-fits-80x24", desk.state(), 80, 24);
}

#[test]
fn what_is_to_be_begun_is_one_key() {
    let mut desk = Desk::new(80, 24);
    desk.keys("Esc n");
    desk.event(ReportNews::Begun(Vec::new()));
    shows("report-new-80x24", desk.state(), 80, 24);
}

/// However small the window: what has the keys is in sight, and nothing is drawn outside.
#[test]
fn what_has_the_keys_is_always_in_sight() {
    for (width, height) in [(160, 48), (120, 30), (80, 24), (60, 16)] {
        let mut desk = complete(width, height);
        desk.keys("Tab Tab Tab");
        for _ in 0..14 {
            let form = desk.state().report.form.as_ref().unwrap();
            let text = super::text(&picture(desk.state(), &theme("none"), width, height));
            let word = format!(
                "▌{}",
                ["✓", "✗", "·", "»"]
                    .iter()
                    .find(|s| text.contains(&format!("▌{s} {}", form.at.word())))
                    .unwrap_or(&"?")
            );
            assert!(
                text.contains(&format!("{word} {}", form.at.word())),
                "{width}x{height} {:?}:\n{text}",
                form.at
            );
            desk.keys("Tab");
        }
    }
}

/// `cargo test --release --test it -- --ignored --nocapture a_key_in_the_form` prints it.
#[test]
#[ignore = "measures; run it alone and in release"]
#[expect(clippy::print_stdout, reason = "a figure is wanted")]
fn a_key_in_the_form_costs_so_much() {
    let mut desk = complete(160, 48);
    let long = "It fails in another way each time, and then nothing is left of it. ".repeat(40);
    desk.text(&long).keys("Ctrl+n");
    let mut times: Vec<_> = (0..400)
        .map(|_| {
            let begun = std::time::Instant::now();
            desk.keys("x");
            picture(desk.state(), &theme("dark"), 160, 48);
            begun.elapsed()
        })
        .collect();
    times.sort();
    println!(
        "a key in the form: p50 {:?}, p99 {:?}",
        times[200], times[396]
    );
}
