//! Full text: what is indexed of a ticket and how a search is put to the index.
//!
//! Every word carries a letter for the week of its ticket. The beginning of a word can
//! then be looked up week by week: a common one fills the screen from the newest weeks,
//! a rare one has little to read anywhere.

use crate::domain::query::{Text, tokens};
use crate::domain::ticket::{Ticket, TicketId};

/// Of one message, so many bytes are searched.
const LONGEST: usize = 256 * 1024;
const WEEK: i64 = 7 * 86_400;

/// The week of a ticket.
pub const fn week(id: TicketId) -> i64 {
    (id.0 >> 12) / WEEK
}

/// The first id that a week could have.
pub const fn first_id(week: i64) -> i64 {
    (week * WEEK) << 12
}

/// The letter for a week: a sign that is a letter to the index and to nobody else here.
fn letter(week: i64) -> char {
    let n = u32::try_from(week.rem_euclid(20_000)).unwrap_or(0);
    char::from_u32(0x4E00 + n).unwrap_or('\u{4E00}')
}

/// A ticket's words on their way into the index.
#[derive(Debug)]
pub struct Doc {
    letter: char,
    text: String,
}

impl Doc {
    /// Begins with what the ticket itself says.
    pub fn new(t: &Ticket) -> Self {
        let mut doc = Self {
            letter: letter(week(t.id)),
            text: String::with_capacity(1024),
        };
        doc.add(t.subject.raw());
        doc.add(t.key.as_str());
        for part in [t.requester.as_ref(), t.workspace.as_ref()]
            .into_iter()
            .flatten()
        {
            doc.add(part.raw());
        }
        for label in &t.labels {
            doc.add(label);
        }
        doc
    }

    /// Adds a text.
    pub fn add(&mut self, text: &str) {
        let end = (0..=LONGEST.min(text.len()))
            .rev()
            .find(|i| text.is_char_boundary(*i))
            .unwrap_or(0);
        let mut inside = false;
        for c in text[..end].chars() {
            if c.is_ascii_alphanumeric() || (!c.is_ascii() && c.is_alphanumeric()) {
                if !inside {
                    self.text.push(' ');
                    self.text.push(self.letter);
                    inside = true;
                }
                if c.is_ascii() {
                    self.text.push(c.to_ascii_lowercase());
                } else {
                    self.text.extend(c.to_lowercase());
                }
            } else {
                inside = false;
            }
        }
    }

    /// What goes into the index.
    pub fn finish(self) -> String {
        self.text
    }
}

/// The search for all texts within one week.
pub fn expression(texts: &[&Text], week: i64) -> String {
    let letter = letter(week);
    let mut out = String::new();
    for text in texts {
        if !out.is_empty() {
            out.push_str(" AND ");
        }
        out.push('"');
        for token in tokens(text.as_str()) {
            out.push(' ');
            out.push(letter);
            out.push_str(&token);
        }
        out.push('"');
        if !text.is_whole() {
            out.push('*');
        }
    }
    out
}
