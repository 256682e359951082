//! The terminal: taken, drawn on, and given back on every path.
//!
//! A frame is gathered in memory and written at once, inside a synchronized update; a
//! frame that changes nothing writes nothing. `Terminal::clear` is never called: it asks
//! the terminal for the cursor, and a silent terminal would hold us up. A full repaint is
//! `resize` to the same area.

use std::io::{self, IsTerminal as _, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::{Cell, CellWidth as _};
use ratatui::layout::{Position, Rect, Size};
use ratatui::{Frame, Terminal};

use super::{clipboard, notify};
use crate::domain::text::{Printable, spread};

/// What is said to the terminal beside the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aside {
    /// One ring.
    Bell,
    /// The window's title.
    Title(Printable),
    /// A notification, in the way that the terminal understands.
    Notify(notify::Way, Printable),
    /// Text for its clipboard.
    Clipboard(String),
}

/// What the loop draws on: a terminal, or something that stands in for one.
pub trait Screen {
    /// Draws a frame.
    ///
    /// # Errors
    /// The terminal is gone.
    fn draw(&mut self, picture: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()>;

    /// Draws everything anew with the next frame, at this size.
    ///
    /// # Errors
    /// The terminal is gone.
    fn repaint(&mut self, size: Option<(u16, u16)>) -> io::Result<()>;

    /// Says something beside the picture.
    ///
    /// # Errors
    /// The terminal is gone.
    fn aside(&mut self, aside: Aside) -> io::Result<()>;

    /// Gives the terminal to a child or to the shell it came from.
    ///
    /// # Errors
    /// The terminal is gone.
    fn leave(&mut self) -> io::Result<()>;

    /// Takes it again.
    ///
    /// # Errors
    /// The terminal is gone.
    fn enter(&mut self) -> io::Result<()>;

    /// Columns and rows.
    ///
    /// # Errors
    /// The terminal is gone.
    fn size(&self) -> io::Result<(u16, u16)>;
}

/// Gathers a frame and writes it at once.
#[derive(Debug)]
struct Gather<W: Write> {
    frame: Vec<u8>,
    target: W,
}

impl<W: Write> Write for Gather<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.frame.is_empty() {
            queue!(&mut self.frame, BeginSynchronizedUpdate)?;
        }
        self.frame.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        queue!(&mut self.frame, EndSynchronizedUpdate)?;
        let written = self.target.write_all(&self.frame);
        self.frame.clear();
        written.and_then(|()| self.target.flush())
    }
}

/// Ratatui's crossterm backend without what it would write for nothing: the cursor is
/// hidden, shown and placed only when that changes something.
#[derive(Debug)]
struct Quiet<W: Write> {
    inner: CrosstermBackend<Gather<W>>,
    cursor: Option<bool>,
    at: Option<Position>,
}

impl<W: Write> Quiet<W> {
    const fn new(target: W) -> Self {
        Self {
            inner: CrosstermBackend::new(Gather {
                frame: Vec::new(),
                target,
            }),
            cursor: None,
            at: None,
        }
    }
}

impl<W: Write> Backend for Quiet<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.at = None;
        // Where terminals dispute a cluster's width, nothing is left to the terminal: what stood
        // in its columns is wiped, and each draw begins with placing the cursor.
        let mut plain = Vec::new();
        for (x, y, cell) in content {
            if cell.symbol().len() < 3 || spread(cell.symbol()).is_none() {
                plain.push((x, y, cell));
                continue;
            }
            let mut blank = cell.clone();
            blank.set_symbol(" ");
            if !plain.is_empty() {
                self.inner.draw(plain.drain(..))?;
            }
            let columns = x..x.saturating_add(cell.cell_width());
            self.inner.draw(columns.map(|x| (x, y, &blank)))?;
            self.inner.draw(std::iter::once((x, y, cell)))?;
        }
        if plain.is_empty() {
            return Ok(());
        }
        self.inner.draw(plain.into_iter())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor == Some(false) {
            return Ok(());
        }
        self.cursor = Some(false);
        queue!(self.inner, Hide)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.cursor == Some(true) {
            return Ok(());
        }
        self.cursor = Some(true);
        queue!(self.inner, Show)
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // Never asked of the terminal: see the head of this file.
        Ok(self.at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.at == Some(position) {
            return Ok(());
        }
        self.at = Some(position);
        queue!(self.inner, MoveTo(position.x, position.y))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.at = None;
        let kind = match region {
            ClearType::All => crossterm::terminal::ClearType::All,
            ClearType::AfterCursor => crossterm::terminal::ClearType::FromCursorDown,
            ClearType::BeforeCursor => crossterm::terminal::ClearType::FromCursorUp,
            ClearType::CurrentLine => crossterm::terminal::ClearType::CurrentLine,
            ClearType::UntilNewLine => crossterm::terminal::ClearType::UntilNewLine,
        };
        queue!(self.inner, crossterm::terminal::Clear(kind))
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.inner)
    }
}

/// What the console draws through, for any terminal that bytes can be written to.
pub fn backend<W: Write>(target: W) -> impl Backend<Error = io::Error> {
    Quiet::new(target)
}

/// The terminal is ours at the moment: whoever gives it back looks here, the panic hook too.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The mouse in its older form as well as in cell coordinates beyond 223; no movement
/// reports, which would wake us for nothing.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

fn take(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let mut out = io::stdout().lock();
    queue!(
        out,
        EnterAlternateScreen,
        EnableBracketedPaste,
        EnableFocusChange,
        Hide
    )?;
    if mouse {
        out.write_all(MOUSE_ON.as_bytes())?;
    }
    out.flush()
}

/// Gives the terminal back if it is ours. Safe to call at any time, from any thread.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout().lock();
    // Nothing can be done about a terminal that does not listen any more.
    let _ = execute!(
        out,
        EndSynchronizedUpdate,
        crossterm::style::Print(MOUSE_OFF),
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    );
    let _ = disable_raw_mode();
}

/// Lets the panic hook give the terminal back before anything is reported.
pub fn restore_before_reports() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        give_back();
        report(info);
    }));
}

/// Whether there is a terminal to draw on and to read keys from; else a sentence.
///
/// # Errors
/// Says which of the two is not one, and what to do instead.
pub fn present() -> Result<(), String> {
    let (what, is) = if !io::stdout().is_terminal() {
        ("standard output", false)
    } else {
        ("standard input", io::stdin().is_terminal())
    };
    if is {
        return Ok(());
    }
    Err(format!(
        "the console needs a terminal, but {what} is not one; run it in a terminal, or use a subcommand such as `deskhand list` (see `deskhand --help`)"
    ))
}

/// The real terminal; gives itself back when dropped.
#[derive(Debug)]
pub struct Tty {
    terminal: Terminal<Quiet<Stdout>>,
    mouse: bool,
}

impl Tty {
    /// Takes the terminal.
    ///
    /// # Errors
    /// There is none, or it does not listen.
    pub fn take(mouse: bool) -> io::Result<Self> {
        take(mouse)?;
        match Terminal::new(Quiet::new(io::stdout())) {
            Ok(terminal) => Ok(Self { terminal, mouse }),
            Err(e) => {
                give_back();
                Err(e)
            }
        }
    }
}

impl Screen for Tty {
    fn draw(&mut self, picture: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(|frame| picture(frame)).map(|_| ())
    }

    fn repaint(&mut self, size: Option<(u16, u16)>) -> io::Result<()> {
        let (width, height) = match size {
            Some(size) => size,
            None => Screen::size(self)?,
        };
        let backend = self.terminal.backend_mut();
        backend.cursor = None;
        backend.at = None;
        self.terminal.resize(Rect::new(0, 0, width, height))
    }

    fn aside(&mut self, aside: Aside) -> io::Result<()> {
        let sequence = match aside {
            Aside::Bell => "\x07".to_owned(),
            Aside::Title(title) => format!("\x1b]2;{title}\x1b\\"),
            Aside::Notify(way, words) => notify::sequence(way, &words),
            Aside::Clipboard(text) => clipboard::osc52(&text),
        };
        let mut out = io::stdout().lock();
        out.write_all(sequence.as_bytes())?;
        out.flush()
    }

    fn leave(&mut self) -> io::Result<()> {
        give_back();
        Ok(())
    }

    fn enter(&mut self) -> io::Result<()> {
        take(self.mouse)
    }

    fn size(&self) -> io::Result<(u16, u16)> {
        self.terminal.size().map(|s| (s.width, s.height))
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        give_back();
    }
}
