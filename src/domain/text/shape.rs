//! Measuring, cutting and wrapping by terminal columns.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

use super::Printable;
use super::cells::cell_width;
use super::gate::{self, ZWJ, ZWNJ};

/// How many columns a text takes on one row: what its characters take one by one,
/// as the screen places them. A newline takes none.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.bytes().filter(|b| !b.is_ascii_control()).count();
    }
    text.graphemes(true).map(cell_width).sum()
}

/// The same for the screen, whose columns are counted in 16 bits.
pub fn columns(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

/// Cuts a text to at most `columns`; what is left out shows as `…`.
pub fn fit(text: &Printable, columns: usize) -> Printable {
    if columns == 0 {
        return Printable::empty();
    }
    if text.is_ascii() && text.len() <= columns {
        return text.clone();
    }
    let (mut used, mut keep) = (0, 0);
    for (at, g) in text.grapheme_indices(true) {
        used += cell_width(g);
        if used > columns {
            return Printable::trusted(format!("{}…", text[..keep].trim_end_matches([ZWNJ, ZWJ])));
        }
        if used < columns {
            keep = at + g.len();
        }
    }
    text.clone()
}

/// Cuts or fills up with blanks to exactly `columns`.
pub fn pad(text: &Printable, columns: usize) -> Printable {
    let mut cut = fit(text, columns);
    cut.push(&Printable::blanks(columns.saturating_sub(width(&cut))));
    cut
}

/// Breaks a text into rows of at most `columns`: between words where it can, inside
/// a word that is longer than a row. Blanks at a break are left out, nothing else is.
/// A character that is wider than a row has a row of its own.
pub fn wrap(text: &Printable, columns: usize) -> Vec<Printable> {
    let columns = columns.max(1);
    let mut rows = Vec::new();
    for row in text.split('\n') {
        wrap_row(row, columns, &mut rows);
    }
    rows
}

fn wrap_row(row: &str, columns: usize, rows: &mut Vec<Printable>) {
    if row.is_ascii() && row.len() <= columns {
        rows.push(Printable::trusted(row.to_owned()));
        return;
    }
    let mut filler = Filler {
        text: row,
        columns,
        start: 0,
        used: 0,
        gap: None,
        split: false,
        rows,
    };
    for (at, g) in row.grapheme_indices(true) {
        let w = cell_width(g);
        if w > columns.max(2) {
            // A chain of letters that a script writes as one: broken where it must be.
            filler.split = true;
            for (i, letter) in letters(g) {
                filler.take(at + i, letter == " ", cell_width(letter));
            }
        } else {
            filler.take(at, g == " ", w);
        }
    }
    filler.put(row.len());
}

/// The characters of a cluster that take room, each with the marks and selectors that sit on it.
fn letters(cluster: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts = |(at, c): &(usize, char)| *at == 0 || c.width().unwrap_or(0) > 0;
    let mut places = cluster.char_indices().filter(starts).map(|(at, _)| at);
    let mut next = places.next();
    std::iter::from_fn(move || {
        let at = next?;
        next = places.next();
        Some((at, cluster.get(at..next.unwrap_or(cluster.len()))?))
    })
}

/// Where a row can be broken.
#[derive(Clone, Copy)]
struct Gap {
    /// The end of the last word before it.
    word_end: usize,
    /// The start of the next word.
    next: usize,
    /// The columns up to there.
    used: usize,
}

/// Fills rows from the left, looking at every character once.
struct Filler<'a> {
    text: &'a str,
    columns: usize,
    start: usize,
    used: usize,
    gap: Option<Gap>,
    /// Something was broken inside what belongs together.
    split: bool,
    rows: &'a mut Vec<Printable>,
}

impl Filler<'_> {
    fn take(&mut self, at: usize, blank: bool, w: usize) {
        if blank {
            let word_end = match self.gap {
                Some(gap) if gap.next == at => gap.word_end,
                _ => at,
            };
            self.used += 1;
            // Blanks before the first word are its indentation, not a place to break.
            if !self.text[self.start..word_end]
                .trim_start_matches(' ')
                .is_empty()
            {
                self.gap = Some(Gap {
                    word_end,
                    next: at + 1,
                    used: self.used,
                });
            }
            return;
        }
        if self.used + w > self.columns
            && let Some(gap) = self.gap.take()
        {
            self.put(gap.word_end);
            self.start = gap.next;
            self.used -= gap.used;
        }
        if self.used + w > self.columns && at > self.start && w > 0 {
            self.put(at);
            self.start = at;
            self.used = 0;
        }
        self.used += w;
    }

    fn put(&mut self, end: usize) {
        let row = self.text[self.start..end].trim_end_matches([' ', ZWNJ, ZWJ]);
        self.rows.push(if self.split {
            gate::block(row)
        } else {
            Printable::trusted(row.to_owned())
        });
    }
}
