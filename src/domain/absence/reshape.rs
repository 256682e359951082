//! A series that begins otherwise, lasts otherwise or comes back otherwise, with all that was said of single
//! turns.

use chrono::{NaiveDateTime, TimeDelta};

use super::times::{Later, Length, Moved, Rule, Times};

impl Times {
    /// The same with another first start and length.
    #[must_use]
    pub fn begun_at(&self, start: NaiveDateTime, length: Length) -> Self {
        let clock = start.time() - self.start.time();
        let rules = self.rules.iter().cloned();
        self.again(start, length, rules.map(|r| r.later_by(clock)).collect())
    }

    /// The same with another first start, length and rules. What was said of a turn (that it is left out, is
    /// elsewhere, or is otherwise from then on) is said of the one on its day, else of the one that is as many
    /// days off as the first start; where neither is, it means nothing any more.
    #[must_use]
    pub fn again(&self, start: NaiveDateTime, length: Length, rules: Vec<Rule>) -> Self {
        let clock = start.time() - self.start.time();
        let days = start.date() - self.start.date();
        let later = |at: NaiveDateTime, by: TimeDelta| at.checked_add_signed(by).unwrap_or(at);
        let also = self.also.iter().map(|(at, l)| (later(*at, clock), *l));
        let mut new = Self {
            start,
            length,
            rules,
            also: also.collect(),
            except: Vec::new(),
            moved: Vec::new(),
            later: Vec::new(),
            ..self.clone()
        };
        // It begins with another of its turns: all of them are where they were.
        let as_before =
            self.starts_at(later(start, -clock)) || new.starts_at(later(self.start, clock));
        let days = if as_before { TimeDelta::zero() } else { days };
        let turn = |at: &NaiveDateTime| {
            let there = [later(*at, clock), later(*at, clock + days)];
            there.into_iter().find(|at| new.starts_at(*at))
        };
        let except = self.except.iter().filter_map(turn).collect();
        let moved = self.moved.iter().filter_map(|m| {
            Some(Moved {
                was: turn(&m.was)?,
                to: m.to,
            })
        });
        let moved = moved.collect();
        let changes = self.later.iter().map(|l| Later {
            from: turn(&l.from).unwrap_or_else(|| later(l.from, clock)),
            ..l.clone()
        });
        let changes = changes.collect();
        (new.except, new.moved, new.later) = (except, moved, changes);
        new
    }

    /// Whether a turn starts then by the rules and lists.
    fn starts_at(&self, at: NaiveDateTime) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|r| !r.starts(self.start, at, at).is_empty())
            || self.also.iter().any(|(start, _)| *start == at)
    }
}
