//! An absence while it is entered.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Input, Suggestion};
use crate::domain::absence::{Absence, Why};
use crate::domain::text::Printable;

/// The parts of the form, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The calendar.
    Days,
    /// At which hours; nothing: whole days.
    Hours,
    /// Who is away.
    Who,
    /// Why.
    Why,
    /// Who stands in.
    Cover,
    /// How often.
    Every,
}

impl Part {
    /// All with their names.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Days, "days"),
        (Self::Hours, "hours"),
        (Self::Who, "who"),
        (Self::Why, "why"),
        (Self::Cover, "cover"),
        (Self::Every, "every"),
    ];
}

/// An absence that is being entered or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsenceForm {
    /// The one that is changed; none: a new one.
    pub was: Option<Box<Absence>>,
    /// The part that has the keys.
    pub part: Part,
    /// The day under the cursor.
    pub day: NaiveDate,
    /// Today.
    pub today: NaiveDate,
    /// The first day, once it is marked.
    pub from: Option<NaiveDate>,
    /// The last day, once it is marked.
    pub to: Option<NaiveDate>,
    /// At which hours.
    pub hours: Input,
    /// Who.
    pub who: Input,
    /// Why.
    pub why: Why,
    /// Who stands in.
    pub cover: Input,
    /// How often.
    pub every: Input,
    /// What goes on from the word that is being typed.
    pub suggestions: Vec<Suggestion>,
    /// What it is, in words.
    pub words: Printable,
    /// What is wrong: it cannot be kept like that.
    pub error: Option<Printable>,
    /// What is worth knowing before it is kept.
    pub doubts: Vec<Printable>,
    /// On which days how many others are away.
    pub others: BTreeMap<NaiveDate, usize>,
    /// What would be kept.
    pub wanted: Option<Box<Absence>>,
}

impl AbsenceForm {
    /// The first and the last day, as they are marked so far.
    pub fn span(&self) -> (NaiveDate, NaiveDate) {
        let from = self.from.unwrap_or(self.day);
        let to = self.to.unwrap_or(self.day);
        if to < from { (to, from) } else { (from, to) }
    }

    /// The line of text that has the keys.
    pub const fn input(&mut self) -> Option<&mut Input> {
        match self.part {
            Part::Hours => Some(&mut self.hours),
            Part::Who => Some(&mut self.who),
            Part::Cover => Some(&mut self.cover),
            Part::Every => Some(&mut self.every),
            Part::Days | Part::Why => None,
        }
    }
}
