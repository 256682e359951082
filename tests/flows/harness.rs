//! The console on a terminal made of memory.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{Event as Raw, KeyCode, KeyEvent, KeyModifiers};
use deskhand::app::App;
use deskhand::app::state::{Overlay, State};
use deskhand::config::{Config, Paths};
use deskhand::desk::{Desk, Door as _, Local};
use deskhand::domain::remote::Pulled;
use deskhand::shell::{
    Aside, Clock, Console, DeskFile, Flight, OpenDesk, Outside, Parts, Report, Screen, Turn,
    open_demo, open_desk,
};
use futures_util::Stream;
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};
use tokio::sync::{mpsc, watch};

/// A Tuesday morning: open, with the whole working day ahead.
pub fn morning() -> DateTime<Utc> {
    "2026-11-24T08:30:00Z".parse().unwrap()
}

/// A terminal made of memory; what is said beside the picture is kept.
pub struct Virtual {
    terminal: Terminal<TestBackend>,
    pub asides: Vec<Aside>,
    pub lost: Arc<Mutex<bool>>,
}

impl Virtual {
    fn new(width: u16, height: u16) -> Self {
        Self {
            terminal: Terminal::new(TestBackend::new(width, height)).unwrap(),
            asides: Vec::new(),
            lost: Arc::default(),
        }
    }

    fn there(&self) -> io::Result<()> {
        if *self.lost.lock().unwrap() {
            return Err(io::Error::from(io::ErrorKind::BrokenPipe));
        }
        Ok(())
    }
}

impl Screen for Virtual {
    fn draw(&mut self, picture: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        self.there()?;
        self.terminal
            .draw(|f| picture(f))
            .map(|_| ())
            .map_err(io::Error::other)
    }

    fn repaint(&mut self, size: Option<(u16, u16)>) -> io::Result<()> {
        let (width, height) = size.map_or_else(|| self.size(), Ok)?;
        self.terminal
            .resize(Rect::new(0, 0, width, height))
            .map_err(io::Error::other)
    }

    fn aside(&mut self, aside: Aside) -> io::Result<()> {
        self.there()?;
        self.asides.push(aside);
        Ok(())
    }

    fn leave(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn enter(&mut self) -> io::Result<()> {
        self.there()
    }

    fn size(&self) -> io::Result<(u16, u16)> {
        self.there()?;
        let size = self.terminal.size().map_err(io::Error::other)?;
        Ok((size.width, size.height))
    }
}

/// Keys that were typed and not read yet; survives the stream that reads it.
pub struct Typed(Arc<Mutex<mpsc::Receiver<Raw>>>);

impl Stream for Typed {
    type Item = io::Result<Raw>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.lock().unwrap().poll_recv(cx).map(|raw| raw.map(Ok))
    }
}

type MakeInput = Box<dyn FnMut() -> Typed>;

/// A person at the console.
pub struct Person {
    console: Console<Virtual, MakeInput, Typed>,
    keys: mpsc::Sender<Raw>,
    hand: watch::Sender<DateTime<Utc>>,
    runtime: tokio::runtime::Runtime,
    lost: Arc<Mutex<bool>>,
    reports: mpsc::Sender<Report>,
    flight: Flight,
    pub paths: Paths,
    pub ended: Option<Turn>,
}

/// How a person's console is put together.
pub struct Scene {
    pub width: u16,
    pub height: u16,
    pub config: Config,
    pub now: DateTime<Utc>,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            width: 120,
            height: 40,
            config: Config::default(),
            now: morning(),
        }
    }
}

impl Scene {
    /// The demo desk below that folder.
    pub fn demo(self, root: &Path) -> Person {
        let paths = Paths::below(root);
        let desk = open_demo(&paths, &self.config, self.now, false).unwrap();
        self.with(paths, Some(desk))
    }

    /// The tickets of the demo, with another desk behind them.
    pub fn behind(self, root: &Path, desk: Desk) -> Person {
        let paths = Paths::below(root);
        let mut open = open_demo(&paths, &self.config, self.now, false).unwrap();
        open.setup.abilities = desk.abilities();
        open.desk = desk;
        self.with(paths, Some(open))
    }

    /// The same, where that desk had told something two hours ago.
    pub fn told(self, root: &Path, desk: Desk, told: &Pulled) -> Person {
        let paths = Paths::below(root);
        let mut open = open_demo(&paths, &self.config, self.now, false).unwrap();
        let (then, asked) = (self.now - TimeDelta::hours(2), open.writer.asks().unwrap());
        open.writer.keep(told, asked, then).unwrap();
        open.writer.note_synced(true, then).unwrap();
        open.setup.abilities = desk.abilities();
        open.desk = desk;
        self.with(paths, Some(open))
    }

    /// The local desk below that folder.
    pub fn local(self, root: &Path) -> Person {
        let paths = Paths::below(root);
        let desk = open_desk(
            &DeskFile::local(&paths),
            Desk::Local(Local::new()),
            &self.config,
            &paths,
            self.now,
        )
        .unwrap();
        self.with(paths, Some(desk))
    }

    /// No desk at all.
    pub fn nothing(self, root: &Path) -> Person {
        self.with(Paths::below(root), None)
    }

    fn with(self, paths: Paths, desk: Option<OpenDesk>) -> Person {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let (hand, clock) = watch::channel(self.now);
        let (keys, typed) = mpsc::channel(10_000);
        let typed = Arc::new(Mutex::new(typed));
        let (sender, reports) = mpsc::channel(256);
        let flight = Flight::default();
        let (own_reports, own_flight) = (sender.clone(), flight.clone());
        let config = Arc::new(self.config);
        let setup = match &desk {
            Some(desk) => desk.setup.clone(),
            None => deskhand::shell::setup_without_desk(&config, &paths).unwrap(),
        };
        let screen = Virtual::new(self.width, self.height);
        let lost = Arc::clone(&screen.lost);
        let mut outside = Outside::new(sender, flight.clone(), config, paths.clone())
            .by(Clock::Manual(clock.clone()));
        let _inside = runtime.enter();
        if let Some(desk) = desk {
            outside.put_to_work(desk).unwrap();
        }
        let console = Console::new(Parts {
            app: App::new(setup, self.now),
            screen,
            picture: deskhand::shell::picture(deskhand::config::Theme::None).unwrap(),
            input: Box::new(move || Typed(Arc::clone(&typed))) as MakeInput,
            clock: Clock::Manual(clock),
            outside,
            reports,
            flight,
            signals: None,
        });
        drop(_inside);
        let mut person = Person {
            console,
            keys,
            hand,
            runtime,
            lost,
            reports: own_reports,
            flight: own_flight,
            paths,
            ended: None,
        };
        person.runtime.block_on(person.console.start());
        person.settle();
        person
    }
}

impl Person {
    /// Waits until nothing is under way.
    pub fn settle(&mut self) {
        if self.ended.is_some() {
            return;
        }
        let turn = self.runtime.block_on(self.console.settle());
        if turn != Turn::Go {
            self.ended = Some(turn);
            self.console.finish();
        }
    }

    /// Types: words are keys (`j`, `Enter`, `Ctrl+d`); settles after each.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for word in keys.split_whitespace() {
            self.raw(Raw::Key(key(word)));
        }
        self
    }

    /// Types text letter by letter, and settles once.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            let code = if c == '\n' {
                KeyCode::Enter
            } else {
                KeyCode::Char(c)
            };
            self.keys
                .try_send(Raw::Key(KeyEvent::new(code, KeyModifiers::NONE)))
                .unwrap();
        }
        self.settle();
        self
    }

    /// Says yes to what is asked, and gives that reason where one is wanted.
    pub fn goes_on_anyway(&mut self, reason: &str) -> &mut Self {
        for _ in 0..3 {
            match self.state().overlays.last() {
                Some(Overlay::Confirm(confirm)) => {
                    let yes = confirm.key.to_string();
                    self.keys(&yes);
                }
                Some(Overlay::Prompt(_)) => {
                    self.text(reason).keys("Enter");
                }
                _ => break,
            }
        }
        self
    }

    /// Anything the terminal may say, without waiting for what it leads to.
    pub fn type_ahead(&mut self, raw: Raw) {
        if let Raw::Resize(width, height) = raw {
            self.resize_backend(width, height);
        }
        self.keys.try_send(raw).unwrap();
    }

    /// Anything the terminal may say.
    pub fn raw(&mut self, raw: Raw) -> &mut Self {
        if let Raw::Resize(width, height) = raw {
            // The console reads the size from the event; the picture follows the backend's.
            self.resize_backend(width, height);
        }
        self.keys.try_send(raw).unwrap();
        self.settle();
        self
    }

    fn resize_backend(&mut self, width: u16, height: u16) {
        self.console
            .screen_mut()
            .terminal
            .backend_mut()
            .resize(width, height);
    }

    /// The system tells that the store's file was written.
    pub fn written(&mut self) -> &mut Self {
        let token = self.flight.begin();
        let told = self.reports.try_send(Report::Written { token });
        assert!(told.is_ok());
        self.settle();
        self
    }

    /// Time passes.
    pub fn wait(&mut self, seconds: i64) -> &mut Self {
        self.hand.send_modify(|t| *t += TimeDelta::seconds(seconds));
        self.settle();
        self
    }

    /// The terminal goes away with the next frame.
    pub fn lose_terminal(&mut self) {
        *self.lost.lock().unwrap() = true;
    }

    /// The state behind the picture.
    pub fn state(&self) -> &State {
        self.console.state()
    }

    /// What was said beside the picture.
    pub fn asides(&self) -> &[Aside] {
        &self.console.screen().asides
    }

    /// The screen as text, one line a row.
    pub fn screen(&self) -> String {
        let buffer = self.console.screen().terminal.backend().buffer().clone();
        let mut text = String::new();
        for y in 0..buffer.area.height {
            let mut line = String::new();
            for x in 0..buffer.area.width {
                line.push_str(buffer[(x, y)].symbol());
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// The number of the ticket under the cursor.
    pub fn selected(&self) -> Option<String> {
        self.state()
            .queue
            .selected()
            .map(|r| r.ticket.key.as_str().to_owned())
    }

    /// Fails with the picture if the words are not on it.
    pub fn sees(&mut self, words: &str) -> &mut Self {
        let screen = self.screen();
        assert!(
            screen.contains(words),
            "{words:?} is not on the screen:\n{screen}"
        );
        self
    }

    /// Ends as a power cut would: what is not on disk is gone.
    pub fn vanish(self) -> Paths {
        self.paths.clone()
    }
}

fn key(word: &str) -> KeyEvent {
    let mut modifiers = KeyModifiers::NONE;
    let mut rest = word;
    if let Some(after) = rest.strip_prefix("Ctrl+") {
        modifiers |= KeyModifiers::CONTROL;
        rest = after;
    }
    let code = match rest {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "BackTab" => KeyCode::BackTab,
        "Space" => KeyCode::Char(' '),
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "PageUp" => KeyCode::PageUp,
        "PageDown" => KeyCode::PageDown,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "Backspace" => KeyCode::Backspace,
        "Delete" => KeyCode::Delete,
        "F1" => KeyCode::F(1),
        one => {
            let mut chars = one.chars();
            let c = chars.next().unwrap();
            assert!(chars.next().is_none(), "{one} is no key");
            KeyCode::Char(c)
        }
    };
    KeyEvent::new(code, modifiers)
}
