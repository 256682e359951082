//! Opening the console: settings, desk, terminal, loop, and all of it given back.

use std::io;
use std::sync::Arc;

use crossterm::event::EventStream;
use tokio::sync::mpsc;

use super::answers::sentence;
use super::clock::{self, Clock};
use super::demo;
use super::effects::Outside;
use super::flight::Flight;
use super::logging;
use super::open::{DeskFile, OpenDesk, open_desk, setup_without_desk};
use super::remote::desk_of;
use super::run::{Console, Exit, Parts, Picture};
use super::signals::Signals;
use super::terminal::{self, Tty};
use crate::app::{App, Event};
use crate::config::{self, Paths, Theme};
use crate::desk::{Desk, Local};
use crate::domain::people::AgentId;
use crate::domain::when::parse_when;
use crate::ui;

/// How the console is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Where everything lies.
    pub paths: Paths,
    /// The demo desk, not the person's own.
    pub demo: bool,
    /// The demo desk anew, whatever was changed in it.
    pub fresh: bool,
    /// The desk on this machine, whatever the settings name.
    pub local: bool,
    /// The moment to look ahead to, as it was typed.
    pub at: Option<String>,
    /// Who sits here, whoever the desk or the settings name.
    pub me: Option<AgentId>,
}

/// Why the console did not open: sentences for standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// There is no terminal.
    NoTerminal(String),
    /// The moment to look ahead to is none.
    Moment(String),
    /// A settings file is wrong.
    Config(String),
    /// The store cannot be opened.
    Store(String),
    /// The system refuses something that is needed.
    System(String),
}

impl std::error::Error for Failure {}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::NoTerminal(what)
        | Self::Moment(what)
        | Self::Config(what)
        | Self::Store(what)
        | Self::System(what)) = self;
        f.write_str(what)
    }
}

/// Opens the console and stays in it until it ends. The terminal has been given back when
/// this returns.
///
/// # Errors
/// It did not open; nothing was drawn.
pub fn run(options: &Options) -> Result<Exit, Failure> {
    terminal::present().map_err(Failure::NoTerminal)?;
    let system = |e: io::Error| Failure::System(format!("the console cannot start: {e}"));
    let paths = &options.paths;
    let loaded = config::load(paths).map_err(|e| Failure::Config(e.to_string()))?;
    let config = Arc::new(loaded.config);
    let now = clock::now();
    // What is wrong with how it was asked for is said before any store is touched.
    let moment = |text: &String| parse_when(text, now, &config.calendar);
    let as_of = options.at.as_ref().map(moment).transpose();
    let as_of = as_of.map_err(|why| Failure::Moment(format!("--at: {why}")))?;
    let without = setup_without_desk(&config, paths).map_err(Failure::Config)?;
    let sits_here = |file: DeskFile| DeskFile {
        me: options.me.clone().or(file.me),
        ..file
    };
    let local = || Desk::Local(Local::new());
    let desk = if options.demo {
        let made = demo::open(paths, &config, now, options.fresh).map_err(Failure::Store)?;
        match &options.me {
            None => Some(made),
            Some(_) => {
                let news = made.news.clone();
                drop(made);
                let file = sits_here(DeskFile::demo(paths));
                let desk = open_desk(&file, local(), &config, paths, now);
                Some(OpenDesk {
                    news,
                    ..desk.map_err(Failure::Store)?
                })
            }
        }
    } else if let Some(remote) = config.desk.as_ref().filter(|_| !options.local) {
        let file = sits_here(DeskFile::remote(paths, remote));
        let desk = desk_of(Some(remote), paths).map_err(Failure::Config)?;
        Some(open_desk(&file, desk, &config, paths, now).map_err(Failure::Store)?)
    } else if loaded.written || !matches!(paths.local_store().try_exists(), Ok(false)) {
        let file = sits_here(DeskFile::local(paths));
        Some(open_desk(&file, local(), &config, paths, now).map_err(Failure::Store)?)
    } else {
        None
    };
    let mut setup = match &desk {
        Some(desk) => desk.setup.clone(),
        None => without,
    };
    setup.as_of = as_of;
    let picture = picture(config.theme)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(system)?;
    let exit = runtime.block_on(async {
        let (sender, reports) = mpsc::channel(256);
        let flight = Flight::default();
        let mut outside =
            Outside::new(sender, flight.clone(), Arc::clone(&config), paths.clone()).watching();
        if let Some(desk) = desk {
            let news = desk.news.clone();
            outside.put_to_work(desk).map_err(system)?;
            for news in news {
                outside.say(Event::Failed(sentence(&news)));
            }
        }
        let signals = Signals::listen().map_err(system)?;
        let screen = Tty::take(config.mouse).map_err(system)?;
        let mut console = Console::new(Parts {
            app: App::new(setup, now),
            screen,
            picture,
            input: EventStream::new,
            clock: Clock::System,
            outside,
            reports,
            flight,
            signals: Some(signals),
        });
        let log = logging::start(&paths.state_dir);
        // Tests see with this that the terminal is given back; releases do not know it.
        #[cfg(debug_assertions)]
        assert!(
            std::env::var_os("DESKHAND_PANIC").is_none(),
            "asked to panic"
        );
        let exit = console.run().await;
        drop(log);
        Ok(exit)
    });
    terminal::give_back();
    exit
}

/// What draws, in these colours.
///
/// # Errors
/// The colours cannot be read.
pub fn picture(theme: Theme) -> Result<Picture, Failure> {
    let name = colours(theme);
    let theme = ui::Theme::built_in(name)
        .ok_or_else(|| Failure::System(format!("the theme \"{name}\" cannot be read")))?;
    Ok(Box::new(move |state, frame| ui::draw(state, &theme, frame)))
}

/// The theme's name: as set, or as far as this terminal can be trusted with.
fn colours(theme: Theme) -> &'static str {
    let set = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let plain = set("NO_COLOR").is_some() || set("TERM").is_some_and(|t| t == "dumb");
    let many = set("COLORTERM").is_some_and(|c| c == "truecolor" || c == "24bit")
        || set("TERM").is_some_and(|t| t.contains("256color") || t.contains("direct"));
    match theme {
        // Whoever sets NO_COLOR means every program, this one's own setting apart.
        Theme::Auto if plain => "none",
        Theme::Auto if !many => "16",
        Theme::Auto if set("COLORFGBG").is_some_and(|c| is_light(&c)) => "light",
        Theme::Auto | Theme::Dark => "dark",
        Theme::Light => "light",
        Theme::Ansi16 => "16",
        Theme::None => "none",
    }
}

/// Whether `COLORFGBG` speaks of a light background: its last number is the background's among
/// the sixteen colours, of which light grey and white are light.
fn is_light(colours: &str) -> bool {
    matches!(colours.rsplit(';').next(), Some("7" | "15"))
}
