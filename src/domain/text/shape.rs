//! Measuring, cutting and wrapping by terminal columns.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::Printable;

/// How many columns a text takes on one row: what its characters take one by one,
/// as the screen places them. A newline takes none.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.bytes().filter(|b| !b.is_ascii_control()).count();
    }
    text.graphemes(true).map(cell_width).sum()
}

fn cell_width(grapheme: &str) -> usize {
    if grapheme.contains('\n') {
        0
    } else {
        grapheme.width()
    }
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
            return Printable::trusted(format!("{}…", &text[..keep]));
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
    let options = textwrap::Options::new(columns)
        .break_words(true)
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    for line in textwrap::wrap(row, options) {
        rows.push(Printable::trusted(line.into_owned()));
    }
}
