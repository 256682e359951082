//! Puts text into cells. Only text that has passed the gate and words of the program's own
//! can be handed to it, so nothing else ever reaches the terminal.

use std::num::NonZeroU16;

use chrono::{DateTime, TimeZone};
use ratatui::buffer::{Buffer, CellDiffOption, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation;

use super::theme::{Role, Theme};
use crate::domain::sla::Countdown;
use crate::domain::text::{Printable, cell_width, line, spread};
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
    u16::try_from(cell_width(grapheme)).unwrap_or(u16::MAX)
}

/// Says in the buffer what it needs to know about clusters whose width terminals dispute. What
/// a terminal may have laid over the columns behind one is written again in every frame; at
/// the right edge, where the terminal would go on in the next row, only the first character
/// of the cluster stays.
pub fn settle(buf: &mut Buffer) {
    let area = buf.area;
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            let cell = &buf[(x, y)];
            let symbol = cell.symbol();
            if symbol.len() < 3 {
                continue;
            }
            let Some(most) = spread(symbol) else {
                continue;
            };
            let wide = cell.cell_width();
            let most = u16::try_from(most).unwrap_or(u16::MAX);
            if x.saturating_add(most) > area.right() && most > wide {
                let first = symbol.chars().next().map(String::from);
                buf[(x, y)]
                    .set_symbol(first.as_deref().unwrap_or(" "))
                    .set_diff_option(CellDiffOption::None);
                continue;
            }
            for covered in x + 1..x.saturating_add(wide).min(area.right()) {
                buf[(covered, y)].set_diff_option(CellDiffOption::Skip);
            }
            for behind in x.saturating_add(wide)..x.saturating_add(most) {
                let cell = &mut buf[(behind, y)];
                if cell.diff_option == CellDiffOption::None {
                    cell.set_diff_option(CellDiffOption::AlwaysUpdate);
                }
            }
        }
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
            // The buffer has a table of its own; where ours differs, ours holds.
            let option = match NonZeroU16::new(wide) {
                Some(forced) if wide != grapheme.cell_width() => {
                    CellDiffOption::ForcedWidth(forced)
                }
                _ => CellDiffOption::None,
            };
            self.buf[(at, y)]
                .set_symbol(grapheme)
                .set_style(style)
                .set_diff_option(option);
            for covered in at + 1..at + wide {
                // Differs from a blank, so that a blank is written once the character is gone:
                // what a terminal shows here is its own affair.
                self.buf[(covered, y)].reset();
                self.buf[(covered, y)].set_diff_option(CellDiffOption::Skip);
            }
            at += wide;
        }
        if cut {
            self.sign(at, y, "…", style);
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
            self.sign(at, y, char::from(byte).encode_utf8(&mut [0; 4]), style);
            at += 1;
        }
        if cut {
            self.sign(at, y, "…", style);
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

    /// Takes away the line that the text area draws under the row it is on: the cursor says that.
    pub fn plain(&mut self, area: Rect) {
        let area = area.intersection(self.buf.area);
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                self.buf[(x, y)].modifier.remove(Modifier::UNDERLINED);
            }
        }
    }

    /// Empties cells, for something that lies on top.
    pub fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buf.area);
        for y in area.top()..area.bottom() {
            // A character that begins before the edge must not reach over it.
            for before in (self.buf.area.left()..area.left()).rev().take(4) {
                let cell = &mut self.buf[(before, y)];
                if before.saturating_add(cell.cell_width()) > area.left() {
                    cell.set_symbol(" ").set_diff_option(CellDiffOption::None);
                }
            }
            for behind in area.right()..self.buf.area.right() {
                let cell = &mut self.buf[(behind, y)];
                if cell.diff_option != CellDiffOption::Skip {
                    break;
                }
                cell.set_diff_option(CellDiffOption::None);
            }
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
            self.sign(x, area.y, sign, style);
        }
    }

    /// Repeats a sign of one column down a column.
    pub fn column(&mut self, x: u16, y: u16, tall: u16, sign: &'static str, role: Role) {
        let area = Rect::new(x, y, 1, tall).intersection(self.buf.area);
        let style = self.look(role);
        for y in area.top()..area.bottom() {
            self.sign(area.x, y, sign, style);
        }
    }

    /// Writes what takes one column.
    fn sign(&mut self, x: u16, y: u16, sign: &str, style: Style) {
        self.buf[(x, y)]
            .set_symbol(sign)
            .set_style(style)
            .set_diff_option(CellDiffOption::None);
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
