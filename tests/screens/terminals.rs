//! What stands on terminals that measure characters in different ways, frame after frame.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use deskhand::app::State;
use deskhand::app::state::Pane;
use deskhand::domain::sla::Target;
use deskhand::domain::thread::Visibility;
use deskhand::ui::draw;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::scene::{busy, row, writing};

const WIDE: u16 = 100;
const TALL: u16 = 30;

/// How a terminal measures.
#[derive(Debug, Clone, Copy)]
enum Measure {
    /// Code point by code point; marks with a place of their own take so many columns.
    Points { marks: usize, flags: usize },
    /// By the cluster, at most so many columns where its first character does not take more.
    Clusters { most: usize },
}

impl Measure {
    fn pieces(self, text: &str) -> Vec<(&str, usize)> {
        match self {
            Self::Clusters { most } => {
                let first = |g: &str| g.chars().next().and_then(UnicodeWidthChar::width);
                let wide = |g: &str| g.width().min(most).max(first(g).unwrap_or(0));
                text.graphemes(true).map(|g| (g, wide(g))).collect()
            }
            Self::Points { marks, flags } => text
                .char_indices()
                .map(|(at, c)| {
                    let wide = match c {
                        '\u{93e}' | '\u{93f}' | '\u{940}' | '\u{949}'..='\u{94c}' | '\u{9be}' => {
                            marks
                        }
                        '\u{1f1e6}'..='\u{1f1ff}' => flags,
                        c => c.width().unwrap_or(0),
                    };
                    (&text[at..at + c.len_utf8()], wide)
                })
                .collect(),
        }
    }
}

/// A screen of cells: a wide character's other columns hold nothing.
struct Emulator {
    measure: Measure,
    cells: Vec<Vec<String>>,
    x: usize,
    y: usize,
}

impl Emulator {
    fn new(measure: Measure) -> Self {
        let row = vec![" ".to_owned(); usize::from(WIDE)];
        Self {
            measure,
            cells: vec![row; usize::from(TALL)],
            x: 0,
            y: 0,
        }
    }

    fn wipe(&mut self, x: usize) {
        let row = &mut self.cells[self.y];
        // Half of a wide character is none.
        let mut head = x;
        while row[head].is_empty() && head > 0 {
            head -= 1;
        }
        row[head] = " ".to_owned();
        let mut behind = head + 1;
        while behind < row.len() && row[behind].is_empty() {
            row[behind] = " ".to_owned();
            behind += 1;
        }
    }

    fn print(&mut self, text: &str) {
        for (piece, wide) in self.measure.pieces(text) {
            if wide == 0 {
                let mut at = self.x.saturating_sub(1);
                while self.cells[self.y][at].is_empty() && at > 0 {
                    at -= 1;
                }
                self.cells[self.y][at].push_str(piece);
                continue;
            }
            if self.x + wide > usize::from(WIDE) {
                self.x = 0;
                self.y = (self.y + 1).min(usize::from(TALL) - 1);
            }
            for x in self.x..self.x + wide {
                self.wipe(x);
            }
            self.cells[self.y][self.x] = piece.to_owned();
            for x in self.x + 1..self.x + wide {
                self.cells[self.y][x] = String::new();
            }
            self.x += wide;
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let text = std::str::from_utf8(bytes).unwrap();
        let mut parts = text.split('\u{1b}');
        self.print(parts.next().unwrap());
        for part in parts {
            let part = part.strip_prefix('[').unwrap();
            let end = part.find(|c: char| c.is_ascii_alphabetic()).unwrap();
            if &part[end..=end] == "H" {
                let (y, x) = part[..end].split_once(';').unwrap();
                self.y = y.parse::<usize>().unwrap() - 1;
                self.x = x.parse::<usize>().unwrap() - 1;
            }
            self.print(&part[end + 1..]);
        }
    }

    fn rows(&self) -> Vec<String> {
        self.cells.iter().map(|r| r.concat()).collect()
    }
}

#[derive(Clone, Default)]
struct Wire(Rc<RefCell<Vec<u8>>>);

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn after(measure: Measure, states: &[&State]) -> Emulator {
    let wire = Wire::default();
    let area = Viewport::Fixed(Rect::new(0, 0, WIDE, TALL));
    let options = TerminalOptions { viewport: area };
    let mut terminal =
        Terminal::with_options(deskhand::shell::backend(wire.clone()), options).unwrap();
    let mut emulator = Emulator::new(measure);
    let theme = super::theme("dark");
    for state in states {
        terminal.draw(|frame| draw(state, &theme, frame)).unwrap();
        let bytes = std::mem::take(&mut *wire.0.borrow_mut());
        emulator.take(&bytes);
    }
    emulator
}

/// Every script whose width is disputed, between rows of plain text.
fn scripts() -> State {
    let mut state = busy(WIDE, TALL);
    let subjects = [
        "आधार कार्ड के बिना खाता नहीं खुल रहा है, कृपया सहायता करें क्षमा",
        "Plain text that is long enough to reach well over what the others take",
        "আমার অ্যাকাউন্ট খুলতে পারছি না",
        "👨\u{200d}👩\u{200d}👧\u{200d}👦 a family, 👍🏽 a thumb, 🇳🇱 a flag, ❤\u{fe0f} a heart, 1\u{fe0f}\u{20e3} a key",
        "எனது கணக்கைத் திறக்க முடியவில்லை",
        "สวัสดี น้ำ ที่ ไม่สามารถ",
        "חשבון שָׁלוֹם לא נפתח",
        "日本語の件名 ﾊﾟｽﾜｰﾄﾞ データ転送",
        "ភាសាខ្មែរ မြန်မာဘာသာ",
    ];
    for (at, subject) in subjects.into_iter().enumerate() {
        let id = 20_000 + i64::try_from(at).unwrap();
        state.queue.rows[at] = row(id, Some(100), Target::FirstResponse, subject, "Dirk");
    }
    state.pane = Pane::Queue;
    state
}

/// A text being written in such a script; `plain` is another one in its place.
fn written(plain: bool) -> State {
    let mut state = writing(WIDE, TALL, Visibility::Internal);
    let text = if plain {
        "Plain words that stand where the others have stood before them"
    } else {
        "आधार कार्ड के बिना ❤\u{fe0f} 👨\u{200d}👩\u{200d}👧 খাতা"
    };
    if let Some(composer) = &mut state.composer {
        composer.area = tui_textarea::TextArea::new(vec![text.to_owned()]);
    }
    state
}

#[test]
fn nothing_stays_behind_whatever_a_terminal_thinks_of_a_width() {
    let first = scripts();
    let mut scrolled = scripts();
    scrolled.queue.top = 1;
    scrolled.queue.cursor = 2;
    let mut plain = scripts();
    plain.queue.top = 9;
    plain.queue.cursor = 9;
    let mut over = scripts();
    over.overlays.push(deskhand::app::state::Overlay::Help(
        deskhand::app::state::Help::default(),
    ));
    for measure in [
        Measure::Points { marks: 0, flags: 1 },
        Measure::Points { marks: 1, flags: 2 },
        Measure::Clusters { most: 1 },
        Measure::Clusters { most: 2 },
        Measure::Clusters { most: 9 },
    ] {
        for (a, b) in [
            (written(false), written(true)),
            (written(true), written(false)),
        ] {
            let (there, fresh) = (after(measure, &[&a, &b]), after(measure, &[&b]));
            assert_eq!(there.rows(), fresh.rows(), "{measure:?}");
        }
        let fresh = after(measure, &[&first]);
        for way in [
            vec![&scrolled, &first],
            vec![&plain, &scrolled, &first],
            vec![&first, &over, &first],
            vec![&plain, &over, &plain, &first],
        ] {
            let there = after(measure, &way);
            let (there, fresh) = (there.rows(), fresh.rows());
            for (a, b) in there.iter().zip(&fresh) {
                assert_eq!(a, b, "{measure:?}");
            }
        }
        // What stands behind the subjects stays in its column.
        for row in fresh.cells.iter().skip(2).take(9) {
            let at = row.windows(4).position(|w| w.concat() == "Dirk");
            let plain = fresh.cells[3].windows(4).position(|w| w.concat() == "Dirk");
            assert_eq!(at, plain, "{measure:?}: {}", row.concat());
        }
    }
}
