//! What falls due in the coming working days: hour by hour for the strip, day by day against the people who are
//! there, and the steps in which somebody looks ahead. Closed hours do not appear unless something falls due in them.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use chrono::{NaiveDate, TimeDelta, Timelike};
use chrono_tz::Tz;

use super::Instant;
use super::calendar::Calendar;
use super::coverage::who_is_there;
use super::list::DueMark;
use super::people::{Absence, Agent, AgentId};

/// How many working days are looked over.
pub const DAYS: usize = 5;

/// How many of them a glance takes in.
pub const NEAR: usize = 2;

/// What somebody has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Who; none is nobody.
    pub who: Option<AgentId>,
    /// How many tickets.
    pub due: u64,
    /// They are away all the while.
    pub away: bool,
}

/// An hour of the strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hour {
    /// When it begins, by the clock on the wall.
    pub from: Instant,
    /// What falls due in it, by places among the marks.
    pub due: Range<usize>,
}

/// A day of the strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The local date.
    pub date: NaiveDate,
    /// Its hours, in order.
    pub hours: Vec<Hour>,
    /// On whom it falls, most first.
    pub on: Vec<Share>,
    /// How many people are there.
    pub there: usize,
}

impl Day {
    /// How many tickets fall due.
    pub fn due(&self) -> u64 {
        self.on.iter().map(|s| s.due).sum()
    }
}

/// What falls due, in the forms in which it is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forecast {
    /// How many of the marks are late; they come first.
    pub late: usize,
    /// On whom those are, most first.
    pub late_on: Vec<Share>,
    /// The days, in order.
    pub days: Vec<Day>,
    /// On whom falls what is late and what falls due in the first [`NEAR`] days, most first.
    pub near_on: Vec<Share>,
    /// The same of all days.
    pub all_on: Vec<Share>,
}

impl Forecast {
    /// The columns of the strip from left to right: what is late, then every hour, by places among the marks.
    pub fn columns(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let hours = self.days.iter().flat_map(|d| &d.hours);
        std::iter::once(0..self.late).chain(hours.map(|h| h.due.clone()))
    }

    /// The first mark of the next column on that side of a mark in which something falls due.
    pub fn beside(&self, mark: usize, forward: bool) -> Option<usize> {
        let mut firsts = self.columns().filter(|c| !c.is_empty()).map(|c| c.start);
        if forward {
            return firsts.find(|first| *first > mark);
        }
        let before: Vec<usize> = firsts.take_while(|first| *first <= mark).collect();
        let own = before.len().checked_sub(1)?;
        own.checked_sub(1).and_then(|i| before.get(i)).copied()
    }

    /// On whom falls what is late together with the first days, most first.
    fn on(&self, days: usize) -> Vec<Share> {
        let of_days = self.days.iter().take(days).flat_map(|d| &d.on);
        let mut sums: HashMap<&Option<AgentId>, u64> = HashMap::new();
        for share in self.late_on.iter().chain(of_days) {
            *sums.entry(&share.who).or_default() += share.due;
        }
        shares(sums.into_iter().map(|(who, due)| (who.clone(), due)), &[])
    }
}

/// Who works here and who is away.
#[derive(Debug, Clone, Copy)]
pub struct Team<'a> {
    /// Everybody.
    pub agents: &'a [Agent],
    /// Who is away and when.
    pub absences: &'a [Absence],
}

/// The hours in which the desk is open, and in whose zone they are read.
#[derive(Debug, Clone, Copy)]
pub struct Hours<'a> {
    /// Working time.
    pub calendar: &'a Calendar,
    /// The zone of whoever looks.
    pub zone: Tz,
}

impl Hours<'_> {
    /// When the hour of an instant began on the wall.
    fn hour_of(self, at: Instant) -> Instant {
        let local = at.with_timezone(&self.zone);
        let over = i64::from(local.minute() * 60 + local.second());
        at - TimeDelta::seconds(over) - TimeDelta::nanoseconds(i64::from(local.nanosecond()))
    }

    /// The hour in which something falls due: what falls due as an open hour ends belongs to it.
    fn slot_of(self, at: Instant) -> Instant {
        let before = at - TimeDelta::seconds(1);
        self.hour_of(if self.calendar.is_open(before) {
            before
        } else {
            at
        })
    }

    fn date(self, at: Instant) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// The end of the last of the working days that are looked over from `now` on.
    pub fn horizon(self, now: Instant) -> Instant {
        let mut at = now;
        for _ in 0..DAYS {
            match self.calendar.next_open(at) {
                Some(open) => at = self.calendar.end_of_day(open),
                // A desk that never opens again: what is promised around the clock still falls due.
                None => at += TimeDelta::days(1),
            }
        }
        at
    }

    /// The end of the next open hour, or of the next working day.
    pub fn later(self, at: Instant, by_day: bool) -> Instant {
        let Some(open) = self.calendar.next_open(at) else {
            return at + TimeDelta::hours(if by_day { 24 } else { 1 });
        };
        if by_day {
            return self.calendar.end_of_day(open);
        }
        let end = self.hour_of(open) + TimeDelta::hours(1);
        self.calendar
            .next_close(open)
            .map_or(end, |close| end.min(close))
    }

    /// The end of the open hour before, or of the working day before; none if that is not after `now`.
    pub fn earlier(self, at: Instant, by_day: bool, now: Instant) -> Option<Instant> {
        let open = self.calendar.subtract(at, 1);
        let from = if by_day {
            self.calendar.midnight(self.calendar.date(open))
        } else {
            self.hour_of(open)
        };
        Some(self.calendar.subtract(from, 0)).filter(|at| *at > now)
    }

    /// Puts marks, which stand in order of time, into the hours of the days from `now` on until `until`.
    pub fn forecast(
        self,
        marks: &[DueMark],
        team: Team<'_>,
        now: Instant,
        until: Instant,
    ) -> Forecast {
        let late = marks.partition_point(|m| m.at < now);
        let mut slots: BTreeMap<Instant, Range<usize>> = BTreeMap::new();
        for (open, close) in self.calendar.stretches(now, until) {
            let mut hour = self.hour_of(open);
            while hour < close {
                slots.insert(hour, 0..0);
                hour += TimeDelta::hours(1);
            }
        }
        for (i, mark) in marks.iter().enumerate().skip(late) {
            let slot = slots.entry(self.slot_of(mark.at)).or_default();
            // An empty one ends where all begins.
            let start = if slot.end == 0 { i } else { slot.start };
            *slot = start..i + 1;
        }
        let mut days: Vec<Day> = Vec::new();
        for (from, due) in slots {
            let date = self.date(from);
            if days.last().is_none_or(|d| d.date != date) {
                days.push(Day {
                    date,
                    hours: Vec::new(),
                    on: Vec::new(),
                    there: 0,
                });
            }
            if let Some(day) = days.last_mut() {
                day.hours.push(Hour { from, due });
            }
        }
        for day in &mut days {
            self.people(day, marks, team);
        }
        let mut forecast = Forecast {
            late,
            late_on: shares(counted(&marks[..late]), &[]),
            days,
            ..Forecast::default()
        };
        forecast.near_on = forecast.on(NEAR);
        forecast.all_on = forecast.on(usize::MAX);
        forecast
    }

    /// Adds on whom a day falls and who is there.
    fn people(self, day: &mut Day, marks: &[DueMark], team: Team<'_>) {
        let (Some(first), Some(last)) = (day.hours.first(), day.hours.last()) else {
            return;
        };
        let whole = (first.from, last.from + TimeDelta::hours(1));
        // Who is there while the desk is open; on a day on which it is not, nobody is expected.
        let open = self.calendar.stretches(whole.0, whole.1);
        let (from, to) = open.fold((whole.1, whole.0), |(from, to), s| {
            (from.min(s.0), to.max(s.1))
        });
        let there = if from < to {
            who_is_there(team.agents, team.absences, (from, to))
        } else {
            Vec::new()
        };
        let away: Vec<&AgentId> = team
            .agents
            .iter()
            .map(|a| &a.id)
            .filter(|id| from < to && !there.contains(id))
            .collect();
        let all = day
            .hours
            .iter()
            .filter_map(|h| marks.get(h.due.clone()))
            .flatten();
        day.on = shares(counted(all), &away);
        day.there = there.len();
    }
}

fn counted<'a>(
    marks: impl IntoIterator<Item = &'a DueMark>,
) -> impl Iterator<Item = (Option<AgentId>, u64)> {
    let mut sums: HashMap<&Option<AgentId>, u64> = HashMap::new();
    for mark in marks {
        *sums.entry(&mark.assignee).or_default() += 1;
    }
    let all: Vec<_> = sums.into_iter().map(|(who, n)| (who.clone(), n)).collect();
    all.into_iter()
}

/// Most first; the same order whenever it is the same.
fn shares(all: impl Iterator<Item = (Option<AgentId>, u64)>, away: &[&AgentId]) -> Vec<Share> {
    let is_away = |who: &Option<AgentId>| who.as_ref().is_some_and(|w| away.contains(&w));
    let mut out: Vec<Share> = all
        .map(|(who, due)| Share {
            away: is_away(&who),
            who,
            due,
        })
        .collect();
    out.sort_by(|a, b| b.due.cmp(&a.due).then_with(|| a.who.cmp(&b.who)));
    out
}
