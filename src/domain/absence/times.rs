//! When: a stretch on the wall of one zone, once or again and again.
//!
//! Recurrences are counted on the wall and become instants one by one, so that Friday 13:00 stays 13:00
//! whatever the clocks do (RFC 5545, 3.8.5.3). What a rule means is the `rrule` crate's.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;
use rrule::{RRule, RRuleSet, Unvalidated};
use serde::{Deserialize, Serialize};

use crate::domain::Instant;
use crate::domain::calendar::resolve_wall;

/// At most so many occurrences of one absence are looked at in one question.
const MOST: usize = 20_000;
/// Longer ones are taken for a mistake.
const LONGEST_DAYS: i64 = 3_660;

/// How long an occurrence lasts: days on the wall, then exact seconds (RFC 5545, 3.3.6).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Length {
    /// Days on the wall.
    pub days: i64,
    /// Exact seconds after them.
    pub seconds: i64,
}

impl Length {
    /// Whole days.
    pub const fn days(days: i64) -> Self {
        Self { days, seconds: 0 }
    }

    /// Something that lasts, and not for ever.
    pub const fn is_sane(self) -> bool {
        self.days >= 0
            && self.days <= LONGEST_DAYS
            && self.seconds >= 0
            && self.seconds <= LONGEST_DAYS * 86_400
            && (self.days > 0 || self.seconds > 0)
    }
}

/// A recurrence rule that has been checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The rule without its end, as `FREQ=WEEKLY;BYDAY=FR`.
    text: String,
    /// The last start on the wall.
    until: Option<NaiveDateTime>,
}

/// One occurrence that is not where its rule puts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Its start by the rule.
    pub was: NaiveDateTime,
    /// Where it is; none: it does not take place.
    pub to: Option<(NaiveDateTime, Length)>,
}

/// One turn and all after it are otherwise than the rule has them (RFC 5545, 3.2.13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later {
    /// The first of them, by the rule.
    pub from: NaiveDateTime,
    /// So many seconds later on the wall each of them starts.
    pub shift: i64,
    /// How long each lasts.
    pub length: Length,
}

/// When somebody is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// The first start on the wall.
    pub start: NaiveDateTime,
    /// How long it lasts.
    pub length: Length,
    /// Whose wall.
    pub zone: Tz,
    /// Whole days, as the calendar shows them.
    #[serde(default)]
    pub all_day: bool,
    /// How it recurs; without a rule it happens once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Further starts, some with a length of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<(NaiveDateTime, Option<Length>)>,
    /// Starts that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<NaiveDateTime>,
    /// Starts that are elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<Moved>,
    /// From which turns on all are otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<Later>,
}

/// One stretch of being away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// First instant away.
    pub from: Instant,
    /// First instant back.
    pub to: Instant,
}

fn wall(at: Instant, zone: Tz) -> NaiveDateTime {
    at.with_timezone(&zone).naive_local()
}

impl Rule {
    /// Reads a rule for something that first starts at `start`; `until` is its end on the wall, which the
    /// text must not hold.
    ///
    /// # Errors
    /// A sentence that says what is not understood.
    pub fn new(
        text: &str,
        until: Option<NaiveDateTime>,
        start: NaiveDateTime,
    ) -> Result<Self, String> {
        let text = text.trim().to_ascii_uppercase();
        let sub_daily = ["SECONDLY", "MINUTELY", "HOURLY"];
        if sub_daily.iter().any(|f| text.contains(f)) {
            return Err(format!(
                "the recurrence \"{text}\" is finer than a day; write it by day, week, month or year"
            ));
        }
        let rule = Self { text, until };
        rule.set(start).map_err(|e| {
            format!(
                "the recurrence \"{}\" is not understood ({e}); write it as in FREQ=WEEKLY;BYDAY=FR",
                rule.text
            )
        })?;
        Ok(rule)
    }

    /// The rule as it is written, its end included.
    pub fn text(&self) -> String {
        match self.until {
            Some(until) => format!("{};UNTIL={}", self.text, until.format("%Y%m%dT%H%M%S")),
            None => self.text.clone(),
        }
    }

    fn set(&self, start: NaiveDateTime) -> Result<RRuleSet, String> {
        let start = start.and_utc().with_timezone(&rrule::Tz::UTC);
        let rule: RRule<Unvalidated> = self.text.parse().map_err(plain)?;
        Ok(RRuleSet::new(start)
            .rrule(rule.validate(start).map_err(plain)?)
            .limit())
    }

    /// Its starts in a stretch of the wall, both ends included.
    pub(crate) fn starts(
        &self,
        first: NaiveDateTime,
        from: NaiveDateTime,
        to: NaiveDateTime,
    ) -> Vec<NaiveDateTime> {
        let Ok(set) = self.set(first) else {
            return Vec::new();
        };
        let last = self.until.map_or(to, |until| until.min(to));
        (&set)
            .into_iter()
            .map(|at| at.naive_utc())
            .take_while(|at| *at <= last)
            .filter(|at| *at >= from)
            .take(MOST)
            .collect()
    }
}

impl Rule {
    /// Nothing starts after `last` any more. A count that is not reached by then means nothing from now on:
    /// a rule has a count or an end, never both (RFC 5545, 3.3.10).
    fn end_by(&mut self, first: NaiveDateTime, last: NaiveDateTime) {
        if self.until.is_some_and(|until| until <= last) {
            return;
        }
        let parts = self.text.split(';');
        let count = parts.clone().find_map(|p| p.strip_prefix("COUNT="));
        if let Some(count) = count.and_then(|n| n.parse::<usize>().ok()) {
            if self.starts(first, first, last).len() >= count {
                return;
            }
            let kept: Vec<&str> = parts.filter(|p| !p.starts_with("COUNT=")).collect();
            self.text = kept.join(";");
        }
        self.until = Some(last);
    }

    /// The rule for starts that are so much later on the same day.
    pub(super) fn later_by(mut self, clock: TimeDelta) -> Self {
        self.until = self
            .until
            .map(|at| at.checked_add_signed(clock).unwrap_or(at));
        self
    }

    /// The rule without its end.
    pub(crate) fn pattern(&self) -> &str {
        &self.text
    }

    /// The last start on the wall.
    pub(crate) const fn until(&self) -> Option<NaiveDateTime> {
        self.until
    }
}

fn plain(e: impl std::fmt::Display) -> String {
    e.to_string().trim_end_matches('.').to_owned()
}

impl Times {
    /// Once, from one instant to another.
    pub fn between(from: Instant, to: Instant) -> Self {
        let seconds = (to - from).num_seconds().max(0);
        Self::once(from.naive_utc(), Length { days: 0, seconds }, Tz::UTC)
    }

    /// Once, from a time on the wall.
    pub const fn once(start: NaiveDateTime, length: Length, zone: Tz) -> Self {
        Self {
            start,
            length,
            zone,
            all_day: false,
            rules: Vec::new(),
            also: Vec::new(),
            except: Vec::new(),
            moved: Vec::new(),
            later: Vec::new(),
        }
    }

    /// It takes place more than once.
    pub fn recurs(&self) -> bool {
        !self.rules.is_empty() || !self.also.is_empty()
    }

    fn occurrence(&self, start: NaiveDateTime, length: Length) -> Option<Occurrence> {
        let days = Days::new(u64::try_from(length.days).ok()?);
        let from = resolve_wall(self.zone, start);
        let to = resolve_wall(self.zone, start.checked_add_days(days)?)
            .checked_add_signed(TimeDelta::try_seconds(length.seconds)?)?;
        (from < to).then_some(Occurrence { from, to })
    }

    /// The starts by rules and lists, with where they are and for how long; those that were moved by
    /// themselves are left out.
    fn starts(
        &self,
        from: NaiveDateTime,
        to: NaiveDateTime,
    ) -> BTreeMap<NaiveDateTime, (NaiveDateTime, Length)> {
        let mut starts = BTreeMap::new();
        if self.rules.is_empty() {
            starts.insert(self.start, self.length);
        }
        for rule in &self.rules {
            for at in rule.starts(self.start, from, to) {
                starts.insert(at, self.length);
            }
        }
        for (at, length) in &self.also {
            starts.insert(*at, length.unwrap_or(self.length));
        }
        for at in self.except.iter().chain(self.moved.iter().map(|m| &m.was)) {
            starts.remove(at);
        }
        starts
            .into_iter()
            .map(|(at, length)| (at, self.shifted(at, length)))
            .collect()
    }

    /// Where a turn is by the latest change of it and all that follow.
    fn shifted(&self, at: NaiveDateTime, length: Length) -> (NaiveDateTime, Length) {
        let changes = self.later.iter().filter(|l| l.from <= at);
        let Some(l) = changes.max_by_key(|l| l.from) else {
            return (at, length);
        };
        let start = TimeDelta::try_seconds(l.shift).and_then(|by| at.checked_add_signed(by));
        (start.unwrap_or(at), l.length)
    }

    /// The longest it can last, in days.
    fn longest(&self) -> i64 {
        let also = self.also.iter().filter_map(|(_, l)| *l);
        let moved = self.moved.iter().filter_map(|m| m.to.map(|(_, l)| l));
        also.chain(moved)
            .chain(self.later.iter().map(|l| l.length))
            .chain([self.length])
            .filter(|l| l.is_sane())
            .map(|l| l.days + l.seconds / 86_400 + 1)
            .max()
            .unwrap_or(1)
    }

    /// The most days by which a turn is away from where its rule has it.
    fn farthest(&self) -> i64 {
        let days = self.later.iter().map(|l| l.shift.abs() / 86_400 + 1);
        days.max().unwrap_or(0)
    }

    /// The stretch of its wall in which the rule has all turns that can touch a stretch of time. Two days
    /// more on either side: no clock change and no zone is farther off.
    fn around(&self, from: Instant, to: Instant) -> (NaiveDateTime, NaiveDateTime) {
        let margin = |days| TimeDelta::try_days(days).unwrap_or_default();
        let far = self.farthest();
        let low = wall(from, self.zone).checked_sub_signed(margin(self.longest() + far + 2));
        let high = wall(to, self.zone).checked_add_signed(margin(far + 2));
        (
            low.unwrap_or(NaiveDateTime::MIN),
            high.unwrap_or(NaiveDateTime::MAX),
        )
    }

    /// What touches a stretch of time, in order and whole.
    pub fn within(&self, from: Instant, to: Instant) -> Vec<Occurrence> {
        let (low, high) = self.around(from, to);
        let starts = self.starts(low, high);
        let moved = self.moved.iter().filter_map(|m| m.to);
        let mut found: Vec<_> = starts
            .into_values()
            .chain(moved)
            .filter_map(|(start, length)| self.occurrence(start, length))
            .filter(|o| o.from < to && o.to > from)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Ends the occurrence that is on at an instant, or is the only one, at another instant.
    ///
    /// # Errors
    /// A sentence: it recurs and none is on then, or it would end before it starts.
    pub fn end_at(&mut self, on: Instant, end: Instant) -> Result<(), String> {
        if !self.recurs() {
            self.length = self.until(self.start, end)?;
            self.all_day &= self.length.seconds == 0;
            return Ok(());
        }
        let is_on = |start, length| {
            let o = self.occurrence(start, length);
            o.is_some_and(|o| o.from <= on && on < o.to)
        };
        let moved = self.moved.iter().enumerate();
        let mut again = moved.filter_map(|(i, m)| m.to.map(|(start, length)| (i, start, length)));
        if let Some((i, start, _)) = again.find(|(_, s, l)| is_on(*s, *l)) {
            let length = self.until(start, end)?;
            if let Some(m) = self.moved.get_mut(i) {
                m.to = Some((start, length));
            }
            return Ok(());
        }
        let (low, high) = self.around(on, on);
        let mut started = self.starts(low, high).into_iter();
        let Some((was, (start, _))) = started.find(|(_, (start, length))| is_on(*start, *length))
        else {
            return Err("no turn of it is on then; name a moment within one".into());
        };
        let length = self.until(start, end)?;
        self.moved.push(Moved {
            was,
            to: Some((start, length)),
        });
        Ok(())
    }

    /// Takes one turn out of a series: it does not take place there any more, and is returned by itself.
    ///
    /// # Errors
    /// A sentence: no turn is then.
    pub fn take_out(&mut self, turn: Occurrence) -> Result<Self, String> {
        let whole = self.clone();
        let is_it = |(start, length)| whole.occurrence(start, length) == Some(turn);
        let single = |(start, length): (NaiveDateTime, Length)| Self {
            all_day: whole.all_day && length.seconds == 0,
            ..Self::once(start, length, whole.zone)
        };
        let mut moved = self.moved.iter_mut();
        if let Some(m) = moved.find(|m| m.to.is_some_and(is_it)) {
            let there = m.to.take().unwrap_or((m.was, whole.length));
            return Ok(single(there));
        }
        let (low, high) = self.around(turn.from, turn.to);
        let mut starts = self.starts(low, high).into_iter();
        let Some((was, there)) = starts.find(|(_, there)| is_it(*there)) else {
            return Err("no turn of it is on then; name a moment within one".into());
        };
        self.moved.push(Moved { was, to: None });
        Ok(single(there))
    }

    /// From a start on the wall to an instant: whole days stay whole days.
    fn until(&self, start: NaiveDateTime, end: Instant) -> Result<Length, String> {
        let last = wall(end, self.zone);
        let midnight = chrono::NaiveTime::MIN;
        let length = match self.all_day && start.time() == midnight && last.time() == midnight {
            true => Length::days((last - start).num_days()),
            false => Length {
                days: 0,
                seconds: (end - resolve_wall(self.zone, start)).num_seconds(),
            },
        };
        if length.is_sane() {
            return Ok(length);
        }
        Err(
            "it would end before it begins, or last over ten years; give a moment after its start"
                .into(),
        )
    }

    /// Ends a series: what starts by its rule at this moment on the wall, or later, does not take place
    /// any more. What was moved goes by where its rule had it.
    ///
    /// # Errors
    /// A sentence: it happens once, or nothing of it would be left.
    pub fn end_before(&mut self, end: NaiveDateTime) -> Result<(), String> {
        if !self.recurs() {
            return Err("it takes place once; give it another end, or drop it".into());
        }
        let last = end - TimeDelta::seconds(1);
        let mut left = self.clone();
        for rule in &mut left.rules {
            rule.end_by(self.start, last);
        }
        left.also.retain(|(at, _)| *at <= last);
        left.except.retain(|at| *at <= last);
        left.moved.retain(|m| m.was <= last);
        left.later.retain(|l| l.from <= last);
        let is_moved = |m: &Moved| m.to.is_some();
        let mut starts = left.starts(self.start, last).into_keys();
        if !starts.any(|at| at <= last) && !left.moved.iter().any(is_moved) {
            return Err(
                "nothing of it would be left; `deskhand absence drop` takes it away".into(),
            );
        }
        *self = left;
        Ok(())
    }
}
