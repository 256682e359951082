//! How many columns a cluster takes, and where terminals disagree about it.
//!
//! A cluster is what a reader takes for one character. Terminals measure in two ways: some
//! add up code points (`wcwidth`), some look at the cluster, and neither kind agrees with
//! itself about marks with a place of their own (`ा` in `धा`), joined emoji, flags and
//! selectors. We give a cluster the room in which it stays readable on most of them,
//! [`cell_width`]; [`spread`] tells whoever draws that the terminal may think otherwise.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::gate::{ZWJ, is_tone};

/// The columns that we give a cluster.
pub fn cell_width(cluster: &str) -> usize {
    if cluster.len() == 1 {
        return usize::from(!cluster.as_bytes().iter().any(u8::is_ascii_control));
    }
    if cluster.contains(char::is_control) {
        return 0;
    }
    let marks = cluster.chars().skip(1).filter(|c| has_place(*c)).count();
    cluster.width() + marks
}

/// The most columns that a terminal may give a cluster; none if all agree with [`cell_width`].
pub fn spread(cluster: &str) -> Option<usize> {
    let mut chars = cluster.chars();
    let first = chars.next()?;
    if chars.as_str().is_empty() {
        // The youngest emoji are unknown to older terminals, which give them one column.
        return matches!(first, '\u{1fa70}'..='\u{1faff}').then_some(2);
    }
    let ours = cell_width(cluster);
    let loose = chars.clone().any(|c| most(c) > 0 || c == ZWJ || is_look(c));
    let all: usize = std::iter::once(first).chain(chars).map(most).sum();
    loose.then_some(all.max(ours))
}

/// The most columns that a terminal gives a code point.
fn most(c: char) -> usize {
    match c {
        '\u{1f1e6}'..='\u{1f1ff}' => 2,
        '\u{1160}'..='\u{11ff}' | '\u{d7b0}'..='\u{d7fb}' | '\u{fe0f}' => 1,
        c if is_tone(c) => 2,
        c if has_place(c) => 1,
        c => c.width().unwrap_or(0),
    }
}

/// Chooses between text and emoji.
const fn is_look(c: char) -> bool {
    matches!(c, '\u{fe0e}' | '\u{fe0f}')
}

/// Marks with a place of their own that the width table for whole texts counts as none;
/// `wcwidth` and the eye give them a column.
const fn has_place(c: char) -> bool {
    matches!(c,
        '\u{9be}' | '\u{9d7}' | '\u{b3e}' | '\u{b57}' | '\u{bbe}' | '\u{bd7}' | '\u{cc0}' | '\u{cc2}'
        | '\u{cc7}'..='\u{cc8}' | '\u{cca}'..='\u{ccb}' | '\u{cd5}'..='\u{cd6}' | '\u{d3e}' | '\u{d57}'
        | '\u{dcf}' | '\u{ddf}' | '\u{1715}' | '\u{1734}' | '\u{1b35}' | '\u{1b3b}' | '\u{1b3d}'
        | '\u{1b43}'..='\u{1b44}' | '\u{1baa}' | '\u{1bf2}'..='\u{1bf3}' | '\u{a953}' | '\u{a9c0}')
}
