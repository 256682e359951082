//! What the screens look like: text and style, few and small.

mod coverage;
mod outbox;
mod report;
mod scene;
mod terminals;

use chrono::Duration;
use deskhand::app::State;
use deskhand::app::commands::TABLE;
use deskhand::app::state::{
    Choice, Confirm, DeskKind, Go, Help, HelpRow, Input, Overlay, Pane, PreviewRow, Prompt,
    Purpose, Screen, Toast, Tone, Why,
};
use deskhand::domain::query::QueryError;
use deskhand::domain::text::{Printable, line};
use deskhand::domain::thread::Visibility;
use deskhand::domain::ticket::TicketId;
use deskhand::ui::{Theme, draw};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::{Backend, CrosstermBackend, TestBackend};
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};
use scene::{busy, empty, reading, writing};

fn picture(state: &State, theme: &Theme, width: u16, height: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(state, theme, frame)).unwrap();
    terminal.backend().buffer().clone()
}

/// The text of a buffer, a row a line, blanks at the ends left out.
fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut row = String::new();
        let mut covered = 0;
        for x in 0..buffer.area.width {
            if covered > 0 {
                covered -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            covered = deskhand::domain::text::width(symbol).saturating_sub(1);
            row.push_str(symbol);
        }
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}

fn colour(c: Color) -> String {
    match c {
        Color::Indexed(n) => n.to_string(),
        other => other.to_string().to_lowercase(),
    }
}

fn words(style: Style) -> String {
    let mut all = Vec::new();
    if let Some(fg) = style.fg.filter(|c| *c != Color::Reset) {
        all.push(format!("fg {}", colour(fg)));
    }
    if let Some(bg) = style.bg.filter(|c| *c != Color::Reset) {
        all.push(format!("bg {}", colour(bg)));
    }
    for (modifier, word) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "underlined"),
        (Modifier::REVERSED, "reversed"),
    ] {
        if style.add_modifier.contains(modifier) {
            all.push(word.to_owned());
        }
    }
    all.join(" ")
}

/// The text, and below it a letter for each cell's style with a legend.
fn text_and_style(buffer: &Buffer) -> String {
    let mut legend: Vec<String> = vec![String::new()];
    let mut map = String::new();
    for y in 0..buffer.area.height {
        let mut row = String::new();
        for x in 0..buffer.area.width {
            let style = words(buffer[(x, y)].style());
            let at = legend.iter().position(|s| *s == style).unwrap_or_else(|| {
                legend.push(style);
                legend.len() - 1
            });
            let letter = if at == 0 {
                '.'
            } else {
                char::from(b'a' + at as u8 - 1)
            };
            row.push(letter);
        }
        map.push_str(row.trim_end_matches('.'));
        map.push('\n');
    }
    let mut out = text(buffer);
    out.push_str("--- style\n");
    out.push_str(&map);
    for (i, style) in legend.iter().enumerate().skip(1) {
        out.push_str(&format!("{} = {style}\n", char::from(b'a' + i as u8 - 1)));
    }
    out
}

fn theme(name: &str) -> Theme {
    Theme::built_in(name).unwrap()
}

fn shows(name: &str, state: &State, width: u16, height: u16) {
    let buffer = picture(state, &theme("none"), width, height);
    insta::assert_snapshot!(name, text(&buffer));
}

fn toast(state: &mut State, tone: Tone, words: &'static str, hint: Option<&'static str>) {
    state.toasts.push(Toast {
        text: Printable::literal(words),
        hint: hint.map(Printable::literal),
        tone,
        until: scene::now() + Duration::seconds(8),
        countdown: false,
    });
}

fn asking() -> State {
    let mut state = busy(100, 30);
    state.overlays.push(Overlay::Prompt(Prompt {
        purpose: Purpose::Filter,
        title: Printable::literal("only"),
        input: Input {
            text: "status:opne assignee:me".to_owned(),
            cursor: 23,
        },
        choices: vec![
            Choice {
                label: Printable::literal("assignee:me"),
                detail: Printable::literal("Ana"),
                value: "assignee:me".to_owned(),
            },
            Choice {
                label: Printable::literal("assignee:bo"),
                detail: Printable::literal("Bo Jansen"),
                value: "assignee:bo".to_owned(),
            },
        ],
        cursor: Some(0),
        suggestions: Vec::new(),
        error: None,
        query_error: Some(QueryError {
            span: 7..11,
            message: "\"opne\" is no status".to_owned(),
            hint: Some("did you mean open?".to_owned()),
        }),
        tickets: Vec::new(),
    }));
    state
}

fn confirming() -> State {
    let mut state = busy(100, 30);
    let row = |key: &'static str, skipped: Option<&'static str>| PreviewRow {
        key: Printable::literal(key),
        subject: line("Cannot open dws-3049-AUBioLab after resize"),
        before: Printable::literal("nobody"),
        after: Printable::literal("Bo"),
        skipped: skipped.map(Printable::literal),
    };
    state.overlays.push(Overlay::Confirm(Confirm {
        title: Printable::literal("Assign 3 tickets to Bo"),
        lines: vec![Printable::literal("Bo is away from Tue to Thu.")],
        rows: vec![
            row("10482", None),
            row("10490", None),
            row("10377", Some("is Bo's already")),
        ],
        scroll: 0,
        key: 'y',
        verb: Printable::literal("assign 2 tickets"),
        go: Go::OpenUrl("https://desk.example/1".into()),
    }));
    state
}

fn confirming_many(width: u16, height: u16) -> State {
    let mut state = confirming();
    state.size = busy(width, height).size;
    if let Some(Overlay::Confirm(c)) = state.overlays.last_mut() {
        c.lines.push(Printable::literal(
            "Their requesters are told by the desk itself; nothing else leaves this machine, and \
             one undo (z) takes all of it back.",
        ));
        let row = c.rows[0].clone();
        c.rows.resize(30, row);
    }
    state
}

fn merging() -> State {
    let mut state = busy(80, 24);
    state.overlays.push(Overlay::Prompt(Prompt {
        purpose: Purpose::Merge,
        title: Printable::literal("Merge into number; or: link NUMBER, split SUBJECT"),
        input: Input {
            text: "link 10361".to_owned(),
            cursor: 10,
        },
        choices: Vec::new(),
        cursor: None,
        suggestions: Vec::new(),
        error: None,
        query_error: None,
        tickets: vec![TicketId(10482)],
    }));
    state
}

fn explaining() -> State {
    let mut state = busy(80, 24);
    state.overlays.push(Overlay::Why(Why {
        title: Printable::literal("Why is #10482 late?"),
        lines: vec![
            Printable::literal("First response within 2 h of working time: priority 1."),
            Printable::literal("Mon 09:00 to 11:00 counted: 2 h."),
        ],
        scroll: 0,
    }));
    state
}

fn welcome(width: u16, height: u16) -> State {
    let mut state = empty(width, height);
    state.screen = Screen::Welcome {
        choice: 0,
        connecting: false,
        busy: false,
    };
    state.kinds = vec![
        DeskKind {
            name: Printable::literal("local desk"),
            needs: Printable::literal(
                "nothing: it lies on this machine, and `deskhand import FILE` fills it",
            ),
            command: None,
        },
        DeskKind {
            name: Printable::literal("Request Tracker 5"),
            needs: Printable::literal("its address, and a token or your password there"),
            command: Some(Printable::literal("deskhand connect rt")),
        },
    ];
    state
}

fn connecting(width: u16, height: u16) -> State {
    let mut state = welcome(width, height);
    state.screen = Screen::Welcome {
        choice: 0,
        connecting: true,
        busy: false,
    };
    state
}

#[test]
fn the_desk_at_three_sizes() {
    shows("desk-160x48", &reading(160, 48), 160, 48);
    shows("queue-100x30", &busy(100, 30), 100, 30);
    shows("queue-80x24", &busy(80, 24), 80, 24);
    shows("queue-60x16", &busy(60, 16), 60, 16);
    shows("ticket-80x24", &reading(80, 24), 80, 24);
}

#[test]
fn what_falls_due_now_and_as_of_later() {
    let mut state = busy(80, 24);
    state.pane = Pane::Sla;
    state.sla.cursor = 4;
    shows("sla-80x24", &state, 80, 24);
    state.as_of = Some(scene::now() + chrono::TimeDelta::hours(28));
    scene::look(&mut state);
    let buffer = picture(&state, &theme("dark"), 80, 24);
    insta::assert_snapshot!("sla-ahead-80x24", text_and_style(&buffer));
    // However little room there is, nobody takes it for now.
    state.size.width = 60;
    let narrow = text(&picture(&state, &theme("none"), 60, 16));
    assert!(
        narrow.lines().next().unwrap().contains("as of Tue 15:42"),
        "{narrow}"
    );
}

#[test]
fn looks_by_theme() {
    for name in ["dark", "light", "16", "none"] {
        let mut state = busy(80, 16);
        state.queue.words = vec!["resize".to_owned()];
        state.queue.cursor = 1;
        let buffer = picture(&state, &theme(name), 80, 16);
        insta::assert_snapshot!(format!("looks-{name}"), text_and_style(&buffer));
    }
}

#[test]
fn what_the_requester_reads_never_looks_like_what_only_agents_read() {
    for (name, visibility) in [
        ("composer-public", Visibility::Public),
        ("composer-internal", Visibility::Internal),
    ] {
        let state = writing(80, 24, visibility);
        let buffer = picture(&state, &theme("dark"), 80, 24);
        insta::assert_snapshot!(name, text_and_style(&buffer));
    }
}

#[test]
fn nothing_and_one() {
    shows("empty-desk", &empty(80, 24), 80, 24);
    let mut view = empty(80, 24);
    view.views[0].count = deskhand::domain::list::Count::Exact(1);
    shows("empty-view", &view, 80, 24);
    let mut one = busy(80, 24);
    one.queue.rows.truncate(1);
    shows("one-ticket", &one, 80, 24);
    shows("welcome", &welcome(80, 24), 80, 24);
    shows("welcome-60x16", &welcome(60, 16), 60, 16);
    shows("connect", &connecting(80, 24), 80, 24);
    shows("connect-60x16", &connecting(60, 16), 60, 16);
    shows("too-small", &busy(59, 16), 59, 16);
}

#[test]
fn where_desk_and_we_differ_row_and_ticket_say_so() {
    let differ = "the desk's: Tue 24 Nov 10:15";
    for (width, height) in [(160, 48), (80, 24)] {
        let mut state = busy(width, height);
        for row in &mut state.queue.rows {
            row.other = line(differ);
        }
        let shown = text(&picture(&state, &theme("dark"), width, height));
        let row = shown.lines().find(|l| l.contains('▌')).unwrap();
        assert!(row.contains("late 42 m  ±"), "{shown}");
    }
    let mut state = reading(160, 48);
    let detail = state.detail.as_mut().unwrap();
    for row in state
        .queue
        .rows
        .iter_mut()
        .chain(detail.loaded.as_mut().map(|l| &mut l.row))
    {
        row.other = line(differ);
    }
    let shown = text(&picture(&state, &theme("dark"), 160, 48));
    assert!(shown.contains(&format!("({differ})")), "{shown}");
}

#[test]
fn what_lies_over_the_panes() {
    shows("filter-error", &asking(), 100, 30);
    let mut later = asking();
    if let Some(Overlay::Prompt(p)) = later.overlays.last_mut() {
        p.input.cursor = 11;
    }
    let text = text(&picture(&later, &theme("none"), 100, 30));
    assert!(
        !text.contains("is no status"),
        "the word is still being typed:\n{text}"
    );
    shows("confirm", &confirming(), 100, 30);
    shows("confirm-many", &confirming_many(60, 16), 60, 16);
    shows("prompt-merge", &merging(), 80, 24);
    shows("why", &explaining(), 80, 24);
    let mut help = busy(80, 24);
    help.overlays.push(Overlay::Help(Help {
        rows: TABLE.iter().map(HelpRow::Act).take(12).collect(),
        ..Help::default()
    }));
    shows("help", &help, 80, 24);
    let mut failed = busy(80, 24);
    toast(
        &mut failed,
        Tone::Bad,
        "The note on 10482 was not saved: the disk is full",
        Some("Make room, then press z to try again."),
    );
    shows("toast-error", &failed, 80, 24);
}

#[test]
fn a_toast_does_not_lie_over_the_text_that_is_written() {
    for (width, height) in [(80, 24), (160, 48)] {
        let mut state = scene::writing(width, height, Visibility::Public);
        let composer = state.composer.as_mut().unwrap();
        composer.saved = Some(scene::now());
        composer.touched = None;
        composer
            .files
            .push(deskhand::domain::change::NewAttachment {
                name: deskhand::domain::text::Untrusted::new("notes.txt"),
                path: "/tmp/notes.txt".into(),
                size: 3,
            });
        toast(
            &mut state,
            Tone::Bad,
            "notes.txt is not there any more",
            Some("Ctrl-o -notes.txt takes it off the text"),
        );
        let shown = text(&picture(&state, &theme("none"), width, height));
        for words in [
            "not there any more",
            "takes it off",
            "+ notes.txt",
            "draft saved",
        ] {
            assert!(shown.contains(words), "{words} at {width}:\n{shown}");
        }
    }
}

#[test]
fn hostile_text_never_reaches_a_cell() {
    let mut typed = writing(160, 48, Visibility::Public);
    if let Some(composer) = &mut typed.composer {
        composer.area =
            tui_textarea::TextArea::new(vec!["a \u{202e}b\u{200b} \u{9b}2J".to_owned()]);
    }
    let mut cells = picture(&busy(160, 48), &theme("dark"), 160, 48)
        .content()
        .to_vec();
    cells.extend_from_slice(picture(&typed, &theme("dark"), 160, 48).content());
    for cell in &cells {
        let bad = |c: char| {
            c.is_control()
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}')
        };
        assert!(!cell.symbol().contains(bad), "{:?}", cell.symbol());
    }
}

#[test]
fn moving_the_cursor_writes_little() {
    for name in ["dark", "light", "16", "none"] {
        let mut state = busy(160, 48);
        state.pane = Pane::Queue;
        state.queue.cursor = 3;
        let before = picture(&state, &theme(name), 160, 48);
        state.queue.cursor = 4;
        let after = picture(&state, &theme(name), 160, 48);
        let mut bytes = Vec::new();
        let mut backend = CrosstermBackend::new(&mut bytes);
        backend.draw(before.diff(&after).into_iter()).unwrap();
        assert!(bytes.len() <= 360, "{name}: {} bytes", bytes.len());
    }
}

#[test]
fn built_in_themes_parse_and_wrong_ones_are_refused_with_the_place() {
    for name in Theme::BUILT_IN {
        assert_eq!(theme(name).name(), *name);
    }
    let error = |text: &str| Theme::parse(text).unwrap_err().to_string();
    assert!(error("name = 'x'\n[roles]\nlatte = {}").contains("\"latte\""));
    assert!(error("name = 'x'\n[roles]\nlate = { fg = 'reddish' }").contains("reddish"));
    assert!(error("name = 'x'\nbase = 'night'").contains("night"));
    assert!(error("nam = 'x'").contains("nam"));
}

/// Run with `--ignored --nocapture`; the budget is for a release build.
#[expect(clippy::print_stderr, reason = "a measurement says its figure")]
#[test]
#[ignore = "a measurement, not a rule"]
fn a_frame_takes_little_time() {
    let mut states = [
        ("queue", busy(160, 48)),
        ("ticket", reading(160, 48)),
        ("search", busy(160, 48)),
    ];
    states[2].1.queue.words = vec!["resize".to_owned(), "vm".to_owned()];
    for (name, state) in &states {
        let theme = theme("dark");
        let mut terminal = Terminal::new(TestBackend::new(160, 48)).unwrap();
        let start = std::time::Instant::now();
        for _ in 0..500 {
            terminal.draw(|frame| draw(state, &theme, frame)).unwrap();
        }
        eprintln!("{name}: {:?} a frame", start.elapsed() / 500);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_size_panics(width in 1_u16..300, height in 1_u16..100, which in 0..9) {
        let state = match which {
            0 => busy(width, height),
            1 => reading(width, height),
            2 => writing(width, height, Visibility::Public),
            3 => welcome(width, height),
            4 => empty(width, height),
            5 => asking(),
            6 => confirming(),
            7 => explaining(),
            _ => {
                let mut state = busy(width, height);
                state.pane = [Pane::Sla, Pane::Outbox, Pane::Audit][usize::from(width % 3)];
                toast(&mut state, Tone::Bad, "a long sentence about what went wrong and where", Some("and what to do"));
                state
            }
        };
        picture(&state, &theme("dark"), width, height);
    }
}

#[test]
fn what_was_not_looked_at_is_not_called_empty() {
    let mut state = empty(100, 30);
    let theme = Theme::built_in("none").unwrap();
    state.queue.loaded = true;
    state.queue.filter_text = "channel:ivr".into();
    assert!(text(&picture(&state, &theme, 100, 30)).contains("No ticket fits the filter."));
    state.queue.below = Some(deskhand::domain::list::Place {
        major: 1,
        minor: 0,
        id: TicketId(1),
    });
    let shown = text(&picture(&state, &theme, 100, 30));
    assert!(shown.contains("not all was looked at") && shown.contains("R looks again"));
    state.queue.loading = true;
    let shown = text(&picture(&state, &theme, 100, 30));
    assert!(
        shown.contains("Nothing yet; looking through the rest"),
        "{shown}"
    );
    assert!(!shown.contains("No ticket fits"));
}
