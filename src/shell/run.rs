//! The loop. One turn: wait for something, take in all that is ready, carry out what the
//! app wishes, draw once.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::task::Poll;
use std::time::Duration;

use crossterm::event::Event as Raw;
use futures_util::{Stream, StreamExt as _};
use ratatui::Frame;
use tokio::sync::mpsc::Receiver;

use super::Report;
use super::answers::sentence;
use super::clock::Clock;
use super::editor;
use super::effects::Outside;
use super::flight::{Flight, Token};
use super::input::Input;
use super::notify;
use super::signals::{self, Signal, Signals};
use super::terminal::{Aside, Screen};
use crate::app::state::Size;
use crate::app::{App, Effect, Event, State};
use crate::domain::Instant;
use crate::domain::text;

/// How the console ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The person left.
    Quit,
    /// The system told us to.
    Told,
    /// The terminal is gone.
    TerminalLost,
}

/// What a turn led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Another one.
    Go,
    /// The end.
    End(Exit),
}

/// What draws a state.
pub type Picture = Box<dyn Fn(&State, &mut Frame<'_>)>;

/// What a console is put together from.
pub struct Parts<S, M> {
    /// The mind.
    pub app: App,
    /// What is drawn on.
    pub screen: S,
    /// What draws.
    pub picture: Picture,
    /// Makes the stream of input; called again after an editor had the terminal.
    pub input: M,
    /// The time.
    pub clock: Clock,
    /// What carries out wishes.
    pub outside: Outside,
    /// What they report.
    pub reports: Receiver<Report>,
    /// What is under way.
    pub flight: Flight,
    /// The system's signals; none in tests.
    pub signals: Option<Signals>,
}

/// The running console.
pub struct Console<S, M, I> {
    app: App,
    screen: S,
    picture: Picture,
    make_input: M,
    input: Option<I>,
    keys: Input,
    clock: Clock,
    outside: Outside,
    reports: Receiver<Report>,
    flight: Flight,
    signals: Option<Signals>,
    chores_at: Option<Instant>,
    calendars_at: Option<Instant>,
    own: VecDeque<Event>,
    exit: Option<Exit>,
    /// An editor had the terminal: signals that were meant for it have not been read yet.
    lent: bool,
}

/// What a turn waits for.
enum Next {
    Signal(Signal),
    Input(Option<io::Result<Raw>>),
    Report(Option<Report>),
    Time,
}

/// Calendars are not asked for more often than this, whatever is kept of them.
const AT_MOST_EVERY: chrono::TimeDelta = chrono::TimeDelta::minutes(10);

/// So much is taken in before a frame is drawn: a burst must not starve the picture.
const AT_ONCE: usize = 256;

impl<S, M, I> Console<S, M, I>
where
    S: Screen,
    M: FnMut() -> I,
    I: Stream<Item = io::Result<Raw>> + Unpin,
{
    /// Puts it together.
    pub fn new(parts: Parts<S, M>) -> Self {
        Self {
            app: parts.app,
            screen: parts.screen,
            picture: parts.picture,
            make_input: parts.input,
            input: None,
            keys: Input::default(),
            clock: parts.clock,
            outside: parts.outside,
            reports: parts.reports,
            flight: parts.flight,
            signals: parts.signals,
            chores_at: None,
            calendars_at: None,
            own: VecDeque::new(),
            exit: None,
            lent: false,
        }
    }

    /// The state, for whoever looks on.
    pub const fn state(&self) -> &State {
        &self.app.state
    }

    /// The screen, for whoever looks on.
    pub const fn screen(&self) -> &S {
        &self.screen
    }

    /// The screen, for whoever changes it from outside.
    pub const fn screen_mut(&mut self) -> &mut S {
        &mut self.screen
    }

    /// Nothing is under way and nothing waits to be taken in.
    pub fn is_settled(&self) -> bool {
        self.flight.count() == 0 && self.own.is_empty()
    }

    /// From the first event to the end. The threads have finished when it returns.
    pub async fn run(&mut self) -> Exit {
        self.start().await;
        loop {
            if let Turn::End(exit) = self.turn().await {
                self.finish();
                return exit;
            }
        }
    }

    /// The first event and the first frame: with the first page if it comes at once.
    pub async fn start(&mut self) {
        if let Ok((width, height)) = self.screen.size() {
            self.app.state.size = Size { width, height };
        }
        self.take(Event::Started, None);
        let patience = tokio::time::sleep(Duration::from_millis(12));
        tokio::pin!(patience);
        while self.flight.count() > 0 && !self.app.state.queue.loaded && self.exit.is_none() {
            tokio::select! {
                biased;
                Some(report) = self.reports.recv() => self.report(report),
                () = &mut patience => break,
            }
        }
        self.draw();
        self.input = Some((self.make_input)());
        self.outside.first_chores(self.clock.now());
        self.outside.ask_calendars(self.clock.now());
    }

    /// Waits for something, takes in all that is ready, draws.
    pub async fn turn(&mut self) -> Turn {
        self.forget_lent().await;
        if self.own.is_empty() && self.exit.is_none() {
            let next = self.next().await;
            self.step(next);
        }
        // What is there now, and not what that leads to: the store answers so fast that a
        // frame would wait for one answer after the other.
        let mut reports = self.reports.len();
        for _ in 0..AT_ONCE {
            if self.exit.is_some() {
                break;
            }
            if let Some(event) = self.own.pop_front() {
                self.take(event, None);
                continue;
            }
            match self.ready(reports > 0).await {
                None => break,
                Some(next) => {
                    reports -= usize::from(matches!(next, Next::Report(_)));
                    self.step(next);
                }
            }
        }
        if let Some(exit) = self.exit {
            return Turn::End(exit);
        }
        self.draw();
        self.exit.map_or(Turn::Go, Turn::End)
    }

    /// Ctrl-c and Ctrl-z in the editor were meant for it. The runtime reads what the system
    /// told us only while we wait, and the loop stood still until the editor ended.
    async fn forget_lent(&mut self) {
        if std::mem::take(&mut self.lent)
            && let Some(signals) = &mut self.signals
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
            signals.forget();
        }
    }

    /// Takes in all there is until nothing is under way and nothing is due, then draws. For
    /// whoever looks on; the loop itself never waits for an answer.
    pub async fn settle(&mut self) -> Turn {
        for _ in 0..100_000 {
            if let Some(exit) = self.exit {
                return Turn::End(exit);
            }
            if let Some(event) = self.own.pop_front() {
                self.take(event, None);
            } else if let Some(next) = self.ready(true).await {
                self.step(next);
            } else if self.is_due() {
                self.step(Next::Time);
            } else if self.flight.count() == 0 {
                break;
            } else {
                tokio::select! {
                    biased;
                    report = self.reports.recv() => self.step(Next::Report(report)),
                    () = self.flight.landed() => {}
                }
            }
        }
        self.draw();
        self.exit.map_or(Turn::Go, Turn::End)
    }

    fn is_due(&self) -> bool {
        let now = self.clock.now();
        [self.app.wake(), self.chores_at, self.calendars_at]
            .into_iter()
            .flatten()
            .any(|at| at <= now)
    }

    /// Puts on disk what is being written, ends the threads after their last job, and gives
    /// the terminal back.
    pub fn finish(&mut self) {
        self.input = None;
        if let Some(composer) = &self.app.state.composer
            && composer.touched.is_some()
        {
            let draft = composer.draft(self.clock.now());
            let seen = self.app.draft_seen(draft.place());
            self.outside.save_last(draft, seen);
        }
        for (report, base) in self.app.unsaved_reports(self.clock.now()) {
            self.outside.save_last_report(report, base);
        }
        // Nobody takes reports any more: a thread that waits to tell one goes on.
        self.reports.close();
        while self.reports.try_recv().is_ok() {}
        self.outside.close();
        let _ = self.screen.leave();
    }

    async fn next(&mut self) -> Next {
        let wake = [self.app.wake(), self.chores_at, self.calendars_at]
            .into_iter()
            .flatten()
            .min();
        let Self {
            signals,
            input,
            reports,
            clock,
            ..
        } = self;
        tokio::select! {
            biased;
            signal = signal(signals) => Next::Signal(signal),
            raw = raw(input) => Next::Input(raw),
            report = reports.recv() => Next::Report(report),
            () = at(clock, wake) => Next::Time,
        }
    }

    /// Something that is there already; a report only where those are wanted.
    ///
    /// The input is asked in the name of this very task: the terminal's stream remembers
    /// whoever asked last, and would wake nobody if that were a passer-by.
    async fn ready(&mut self, reports: bool) -> Option<Next> {
        if let Some(input) = &mut self.input {
            let asked = poll_fn(|cx| Poll::Ready(input.poll_next_unpin(cx))).await;
            if let Poll::Ready(raw) = asked {
                return Some(Next::Input(raw));
            }
        }
        if !reports {
            return None;
        }
        self.reports.try_recv().ok().map(|r| Next::Report(Some(r)))
    }

    fn step(&mut self, next: Next) {
        match next {
            Next::Signal(signal) => self.signal(signal),
            Next::Input(Some(Ok(raw))) => {
                if let Some(event) = self.keys.read(raw) {
                    self.take(event, None);
                }
            }
            Next::Input(Some(Err(_)) | None) => self.exit = Some(Exit::TerminalLost),
            Next::Report(Some(report)) => self.report(report),
            Next::Report(None) => self.exit = Some(Exit::Told),
            Next::Time => {
                let now = self.clock.now();
                if self.chores_at.is_some_and(|at| at <= now) {
                    self.chores_at = None;
                    self.outside.chores(now);
                }
                if self.calendars_at.is_some_and(|at| at <= now) {
                    self.calendars_at = None;
                    self.outside.ask_calendars(now);
                }
                if self.app.wake().is_some_and(|at| at <= now) {
                    self.take(Event::Wake, None);
                }
            }
        }
    }

    fn report(&mut self, report: Report) {
        match report {
            Report::Event { event, token } => self.take(event, Some(token)),
            Report::Chores { at, token } => {
                self.chores_at = at;
                drop(token);
            }
            Report::Written { token } => {
                self.outside.look_again(self.clock.now());
                drop(token);
            }
            Report::Calendars {
                config,
                again,
                token,
            } => {
                let soonest = self.clock.now() + AT_MOST_EVERY;
                self.calendars_at = again.map(|at| at.max(soonest));
                match config {
                    None => drop(token),
                    Some(config) => {
                        self.outside.take_hours(&config);
                        let hours = (config.calendar, config.policy);
                        self.take(Event::Hours(Box::new(hours)), Some(token));
                    }
                }
            }
            Report::Opened { desk, token } => match desk {
                Err(why) => self.take(Event::Failed(sentence(&why)), Some(token)),
                Ok(desk) => {
                    let mut setup = desk.setup.clone();
                    setup.size = self.app.state.size;
                    let news = desk.news.clone();
                    match self.outside.put_to_work(*desk) {
                        Ok(()) => {
                            self.take(Event::DeskOpened(Box::new(setup)), Some(token));
                            for news in news {
                                self.take(Event::Failed(sentence(&news)), None);
                            }
                            self.outside.first_chores(self.clock.now());
                        }
                        Err(e) => {
                            let why = format!("the desk cannot be opened: {e}");
                            self.take(Event::Failed(sentence(&why)), Some(token));
                        }
                    }
                }
            },
        }
    }

    fn signal(&mut self, signal: Signal) {
        match signal {
            Signal::End => self.exit = Some(Exit::Told),
            Signal::HangUp => self.exit = Some(Exit::TerminalLost),
            Signal::Stop => {
                self.input = None;
                let stopped = self.screen.leave().and_then(|()| signals::stop_here());
                if stopped.is_err() {
                    tracing::warn!("the process could not be stopped");
                }
                self.come_back();
            }
            Signal::GoOn => {
                self.input = None;
                let _ = self.screen.leave();
                self.come_back();
            }
        }
    }

    /// The terminal was somebody else's: takes it again and paints all of it.
    fn come_back(&mut self) {
        let back = self
            .screen
            .enter()
            .and_then(|()| self.screen.size())
            .and_then(|size| self.screen.repaint(Some(size)).map(|()| size));
        match back {
            Err(_) => self.exit = Some(Exit::TerminalLost),
            Ok((width, height)) => {
                self.input = Some((self.make_input)());
                self.own.push_back(Event::Resize { width, height });
            }
        }
    }

    /// The one place where the app hears of something. The token is let go after the wishes
    /// it led to have been handed on, so that nothing looks settled in between.
    fn take(&mut self, event: Event, token: Option<Token>) {
        let now = self.clock.now();
        self.notice(&event, now);
        for effect in self.app.handle(now, event) {
            self.carry_out(effect, now);
        }
        drop(token);
    }

    /// Whoever is here is served sooner.
    fn notice(&mut self, event: &Event, now: Instant) {
        let focus = match event {
            Event::Focus(focused) => Some(*focused),
            Event::Key(_) | Event::Paste(_) | Event::Mouse { .. } => None,
            _ => return,
        };
        let at = self.outside.noticed(focus, now);
        self.chores_at = self.chores_at.into_iter().chain(at).min();
    }

    fn carry_out(&mut self, effect: Effect, now: Instant) {
        match effect {
            Effect::Quit => self.exit = Some(Exit::Quit),
            Effect::Bell if !self.outside.config().bell => {}
            Effect::Bell => self.aside(Aside::Bell),
            Effect::Notify(words) => {
                let setting = self.outside.config().warn.notify;
                if let Some(way) = notify::way(setting, |name| std::env::var(name).ok()) {
                    self.aside(Aside::Notify(way, words));
                }
            }
            Effect::Title(title) => self.aside(Aside::Title(title)),
            Effect::Copy { text, what } => self.copy(text, what.as_str()),
            Effect::OpenEditor { key, text } => {
                let command = editor::command(self.outside.config().editor.as_deref());
                self.input = None;
                let edited = match self.screen.leave() {
                    Ok(()) => editor::edit(&command, &key, &text),
                    Err(_) => Err("the terminal is gone".into()),
                };
                self.lent = true;
                self.come_back();
                self.own
                    .push_back(Event::Edited(edited.map_err(|why| sentence(&why))));
            }
            effect => self.outside.carry_out(effect, now),
        }
    }

    fn copy(&mut self, text: String, what: &str) {
        if self.outside.copy_by_command(&text, what) {
            return;
        }
        self.aside(Aside::Clipboard(text));
        let words = text::line(&format!("{what} sent to the terminal's clipboard"));
        self.own.push_back(Event::Done(words));
    }

    fn aside(&mut self, aside: Aside) {
        if self.screen.aside(aside).is_err() {
            self.exit = Some(Exit::TerminalLost);
        }
    }

    fn draw(&mut self) {
        if self.app.state.quitting {
            return;
        }
        let Self {
            app,
            screen,
            picture,
            ..
        } = self;
        if screen
            .draw(&mut |frame| picture(&app.state, frame))
            .is_err()
        {
            self.exit = Some(Exit::TerminalLost);
        }
    }
}

async fn signal(signals: &mut Option<Signals>) -> Signal {
    match signals {
        Some(signals) => signals.next().await,
        None => std::future::pending().await,
    }
}

async fn raw<I>(input: &mut Option<I>) -> Option<io::Result<Raw>>
where
    I: Stream<Item = io::Result<Raw>> + Unpin,
{
    match input {
        Some(input) => input.next().await,
        None => std::future::pending().await,
    }
}

async fn at(clock: &mut Clock, instant: Option<Instant>) {
    match instant {
        Some(instant) => clock.until(instant).await,
        None => std::future::pending().await,
    }
}
