//! Puts text into cells. Only text that has passed the gate and words of the program's own
//! can be handed to it, so nothing else ever reaches the terminal.

use chrono::{DateTime, TimeZone};
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use super::theme::{Role, Theme};
use crate::domain::sla::Countdown;
use crate::domain::text::{Printable, line};
use crate::domain::ticket::TicketKey;

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Printable {}
    impl Sealed for &'static str {}
    impl Sealed for super::TicketKey {}
    impl Sealed for super::Countdown {}
    impl Sealed for super::Short {}
    impl<T: Sealed> Sealed for &T {}
}

/// Text that may reach a cell: the gate's, or the program's own.
pub trait Shown: sealed::Sealed {
    /// The text.
    fn shown(&self) -> &str;

    /// The columns it takes.
    fn columns(&self) -> u16 {
        columns(self.shown())
    }
}

impl Shown for Printable {
    fn shown(&self) -> &str {
        self.as_str()
    }
}

impl Shown for &'static str {
    fn shown(&self) -> &str {
        self
    }
}

impl Shown for TicketKey {
    fn shown(&self) -> &str {
        self.as_str()
    }
}

impl Shown for Countdown {
    fn shown(&self) -> &str {
        &self.text
    }
}

impl Shown for Short {
    fn shown(&self) -> &str {
        &self.0
    }
}

impl<T: Shown> Shown for &T {
    fn shown(&self) -> &str {
        (*self).shown()
    }
}

/// A text of the program's own, put together from numbers, times, words and text that has passed the gate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Short(String);

impl Short {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self(String::new())
    }

    /// Adds words of the program's own, or text that has passed the gate.
    #[must_use]
    pub fn s(mut self, words: impl Shown) -> Self {
        self.0.push_str(words.shown());
        self
    }

    /// Adds a number.
    #[must_use]
    pub fn n(mut self, number: impl Into<i128>) -> Self {
        self.0.push_str(&number.into().to_string());
        self
    }

    /// Adds a time in one of chrono's forms, which holds only specifiers and plain words.
    #[must_use]
    pub fn t<Tz>(mut self, time: &DateTime<Tz>, form: &'static str) -> Self
    where
        Tz: TimeZone,
        Tz::Offset: std::fmt::Display,
    {
        self.0.push_str(&time.format(form).to_string());
        self
    }

    /// Holds nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The columns that a text takes on one row, as the screen places its characters.
pub fn columns(text: &str) -> u16 {
    if text.is_ascii() {
        return u16::try_from(text.len()).unwrap_or(u16::MAX);
    }
    text.graphemes(true)
        .fold(0, |sum: u16, g| sum.saturating_add(grapheme_width(g)))
}

fn grapheme_width(grapheme: &str) -> u16 {
    if grapheme.contains(char::is_control) {
        0
    } else {
        grapheme.cell_width()
    }
}

/// A buffer and the theme to write in it.
pub struct Pen<'a> {
    /// Where it writes.
    pub buf: &'a mut Buffer,
    /// How things look.
    pub theme: &'a Theme,
}

impl Pen<'_> {
    /// How a role looks.
    pub const fn look(&self, role: Role) -> Style {
        self.theme.look(role)
    }

    /// Writes a text from `x` on in at most `max` columns; what does not fit shows as `…`.
    /// Gives the column after it.
    pub fn put(&mut self, x: u16, y: u16, max: u16, text: impl Shown, role: Role) -> u16 {
        let style = self.look(role);
        self.put_styled(x, y, max, text, style)
    }

    /// The same in a look that is no role's.
    pub fn put_styled(&mut self, x: u16, y: u16, max: u16, text: impl Shown, style: Style) -> u16 {
        self.write(x, y, max, text.shown(), style)
    }

    /// Writes a text so that it ends before `right`; gives the column where it starts.
    pub fn put_right(&mut self, right: u16, y: u16, max: u16, text: impl Shown, role: Role) -> u16 {
        let wide = text.columns().min(max);
        let x = right.saturating_sub(wide);
        self.put(x, y, wide, text, role);
        x
    }

    /// Writes a text and lays the look of a match over each place where one of the needles
    /// stands, in whatever case. The needles are in lower case.
    pub fn put_found(
        &mut self,
        x: u16,
        y: u16,
        max: u16,
        text: impl Shown,
        style: Style,
        needles: &[String],
    ) -> u16 {
        let end = self.write(x, y, max, text.shown(), style);
        if needles.iter().any(|n| !n.is_empty()) {
            self.lay_matches(x, y, end, text.shown(), needles);
        }
        end
    }

    fn lay_matches(&mut self, x: u16, y: u16, end: u16, text: &str, needles: &[String]) {
        let look = self.look(Role::Match);
        let mut column = x;
        let mut lit = x;
        for (at, grapheme) in text.grapheme_indices(true) {
            if column >= end {
                break;
            }
            let longest = needles
                .iter()
                .filter_map(|n| found_at(&text[at..], n))
                .max()
                .unwrap_or(0);
            if longest > 0 {
                lit = lit.max(column.saturating_add(columns(&text[at..at + longest])));
            }
            let next = column.saturating_add(grapheme_width(grapheme));
            if column < lit {
                self.lay(
                    Rect::new(column, y, next.min(end).saturating_sub(column), 1),
                    look,
                );
            }
            column = next;
        }
    }

    fn write(&mut self, x: u16, y: u16, max: u16, text: &str, style: Style) -> u16 {
        // Whatever stood here before must not shine through.
        let style = Style::reset().patch(self.look(Role::Text)).patch(style);
        let area = self.buf.area;
        if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
            return x;
        }
        let max = max.min(area.right() - x);
        if max == 0 || text.is_empty() {
            return x;
        }
        let head = text.len().min(usize::from(max) + 1);
        if text.as_bytes()[..head].is_ascii() {
            return self.write_ascii(x, y, max, text, style);
        }
        let (mut used, mut keep, mut cut) = (0_u16, 0, false);
        for grapheme in text.graphemes(true) {
            used = used.saturating_add(grapheme_width(grapheme));
            cut = used > max;
            if cut {
                break;
            }
            if used < max {
                keep = used;
            }
        }
        let limit = if cut { keep } else { used };
        let mut at = x;
        for grapheme in text.graphemes(true) {
            let wide = grapheme_width(grapheme);
            if at - x + wide > limit {
                break;
            }
            if wide == 0 {
                continue;
            }
            self.buf[(at, y)].set_symbol(grapheme).set_style(style);
            for covered in at + 1..at + wide {
                self.buf[(covered, y)].reset();
            }
            at += wide;
        }
        if cut {
            self.buf[(at, y)].set_symbol("…").set_style(style);
            at += 1;
        }
        at
    }

    fn write_ascii(&mut self, x: u16, y: u16, max: u16, text: &str, style: Style) -> u16 {
        let cut = text.len() > usize::from(max);
        let keep = if cut {
            usize::from(max) - 1
        } else {
            text.len()
        };
        let mut at = x;
        for byte in text.bytes().take(keep).filter(|b| !b.is_ascii_control()) {
            self.buf[(at, y)]
                .set_char(char::from(byte))
                .set_style(style);
            at += 1;
        }
        if cut {
            self.buf[(at, y)].set_symbol("…").set_style(style);
            at += 1;
        }
        at
    }

    /// Lays a look over cells, keeping their text.
    pub fn lay(&mut self, area: Rect, style: Style) {
        self.buf.set_style(area.intersection(self.buf.area), style);
    }

    /// Passes through the gate what another widget has written: what is not printable becomes `�`.
    pub fn gate(&mut self, area: Rect) {
        let area = area.intersection(self.buf.area);
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                let cell = &mut self.buf[(x, y)];
                let plain = cell.symbol().is_ascii() || line(cell.symbol()) == *cell.symbol();
                if !plain {
                    cell.set_symbol("\u{fffd}");
                }
            }
        }
    }

    /// Empties cells, for something that lies on top.
    pub fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buf.area);
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                self.buf[(x, y)].reset();
            }
        }
        self.lay(area, self.look(Role::Text));
    }

    /// Repeats a sign of one column along a row.
    pub fn run(&mut self, x: u16, y: u16, wide: u16, sign: &'static str, role: Role) {
        let area = Rect::new(x, y, wide, 1).intersection(self.buf.area);
        let style = self.look(role);
        for x in area.left()..area.right() {
            self.buf[(x, area.y)].set_symbol(sign).set_style(style);
        }
    }

    /// Repeats a sign of one column down a column.
    pub fn column(&mut self, x: u16, y: u16, tall: u16, sign: &'static str, role: Role) {
        let area = Rect::new(x, y, 1, tall).intersection(self.buf.area);
        let style = self.look(role);
        for y in area.top()..area.bottom() {
            self.buf[(area.x, y)].set_symbol(sign).set_style(style);
        }
    }
}

/// How many bytes of `text` the needle takes where `text` begins with it, in whatever case.
fn found_at(text: &str, needle: &str) -> Option<usize> {
    let mut rest = text.char_indices();
    let mut wanted = needle.chars();
    let mut next = wanted.next()?;
    loop {
        let (at, c) = rest.next()?;
        for lower in c.to_lowercase() {
            if lower != next {
                return None;
            }
            match wanted.next() {
                Some(w) => next = w,
                None => return Some(at + c.len_utf8()),
            }
        }
    }
}
