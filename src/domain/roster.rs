//! The coverage map: people and what has to be covered as rows, working time as columns. What is true at
//! each moment is gathered once; how coarse the columns are is a question of room and costs little.

use chrono::{Datelike, TimeDelta};

use super::Instant;
use super::absence::{AbsenceId, Person, Team, Why};
use super::calendar::{Calendar, DayHours};
use super::coverage::{Coverage, Need};
use super::people::AgentId;

/// How much working time a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grain {
    /// An hour on the wall.
    Hour,
    /// Half a working day.
    Half,
    /// A working day.
    Day,
    /// A week.
    Week,
}

impl Grain {
    /// All, the finest first.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Half, Self::Day, Self::Week];

    /// In words, after "by the".
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Half => "half day",
            Self::Day => "day",
            Self::Week => "week",
        }
    }
}

/// A stretch of the desk's working time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// From.
    pub from: Instant,
    /// Until.
    pub to: Instant,
    /// It begins what stands together: a day, among days a week, among weeks a month.
    pub opens: bool,
}

/// The columns between two instants. Days without working time have none.
pub fn columns(calendar: &Calendar, from: Instant, to: Instant, grain: Grain) -> Vec<Column> {
    // No stretch that is asked for has more working days than days.
    let most = usize::try_from((to - from).num_days().max(0) + 2).unwrap_or(0);
    let days = calendar.days(calendar.date(from), most);
    let days = days.iter().filter(|d| first(d).is_some_and(|at| at < to));
    let mut out: Vec<Column> = Vec::new();
    let mut before: Option<&DayHours> = None;
    for day in days {
        let (Some(open), Some(close)) = (first(day), last(day)) else {
            continue;
        };
        let new_week = before.is_none_or(|b| b.date.iso_week() != day.date.iso_week());
        let new_month = before.is_none_or(|b| b.date.month() != day.date.month());
        match grain {
            Grain::Hour => hours(calendar, day, &mut out),
            Grain::Half => halves(day, open, close, &mut out),
            Grain::Day => out.push(Column {
                from: open,
                to: close,
                opens: new_week,
            }),
            Grain::Week => match out.last_mut() {
                Some(week) if !new_week => week.to = close,
                _ => out.push(Column {
                    from: open,
                    to: close,
                    opens: new_month,
                }),
            },
        }
        before = Some(day);
    }
    out
}

fn first(day: &DayHours) -> Option<Instant> {
    day.intervals.first().map(|(open, _)| *open)
}

fn last(day: &DayHours) -> Option<Instant> {
    day.intervals.last().map(|(_, close)| *close)
}

/// Columns end where the hour on the wall does.
fn hours(calendar: &Calendar, day: &DayHours, out: &mut Vec<Column>) {
    let mut opens = true;
    for (open, close) in &day.intervals {
        let mut at = *open;
        while at < *close {
            let left = 3600 - calendar.clock(at).rem_euclid(3600);
            let to = (at + TimeDelta::seconds(left)).min(*close);
            out.push(Column {
                from: at,
                to,
                opens,
            });
            (at, opens) = (to, false);
        }
    }
}

/// A day is halved where its break ends, else in the middle.
fn halves(day: &DayHours, open: Instant, close: Instant, out: &mut Vec<Column>) {
    let middle = open + (close - open) / 2;
    let after_break = day.intervals.iter().skip(1).map(|(from, _)| *from);
    let noon = after_break
        .min_by_key(|at| (*at - middle).abs())
        .unwrap_or(middle);
    out.push(Column {
        from: open,
        to: noon,
        opens: true,
    });
    out.push(Column {
        from: noon,
        to: close,
        opens: false,
    });
}

/// A stretch in which somebody is away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// By which absence.
    pub absence: AbsenceId,
    /// First instant away.
    pub from: Instant,
    /// First instant back.
    pub to: Instant,
    /// Why.
    pub why: Why,
    /// Who stands in, the preferred ones first, and whether they are away themselves then.
    pub covers: Vec<(AgentId, bool)>,
}

impl Gone {
    /// The first who stands in and is there when it begins.
    pub fn cover(&self) -> Option<&AgentId> {
        self.covers.iter().find(|(_, away)| !away).map(|(c, _)| c)
    }
}

/// When somebody is there, and when not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Who.
    pub who: AgentId,
    /// They work and are not away.
    pub there: Vec<(Instant, Instant)>,
    /// They are away.
    pub gone: Vec<Gone>,
}

/// How many who may are there, stretch by stretch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// What for.
    pub need: Need,
    /// From, until, how many.
    pub spans: Vec<(Instant, Instant, usize)>,
}

impl Needed {
    /// The stretches with nobody.
    pub fn gaps(&self) -> impl Iterator<Item = (Instant, Instant)> {
        let empty = self.spans.iter().filter(|(.., n)| *n == 0);
        empty.map(|(from, to, _)| (*from, *to))
    }
}

/// Something that falls due, and on whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Instant,
    /// On whom; none: nobody.
    pub on: Option<AgentId>,
}

/// Who is there between two instants, what is needed then and what falls due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    /// From.
    pub from: Instant,
    /// Until.
    pub to: Instant,
    /// Everybody, by handle.
    pub people: Vec<Line>,
    /// What has to be covered: anything at all first.
    pub needs: Vec<Needed>,
    /// What falls due, in order.
    pub due: Vec<Mark>,
}

/// The needs that are worth a row: anything, each tenant, each right, and of the rest what has a gap that no
/// wider one has.
fn worth(coverage: &Coverage<'_>, needs: &[Need]) -> Vec<Need> {
    let mut rows = vec![Need::default()];
    let tenants = needs.iter().filter(|n| n.right.is_none());
    rows.extend(tenants.filter(|n| n.tenant.is_some()).cloned());
    let mut rights: Vec<_> = needs.iter().filter_map(|n| n.right.clone()).collect();
    rights.sort();
    rights.dedup();
    rows.extend(rights.into_iter().map(|right| Need {
        tenant: None,
        right: Some(right),
    }));
    // What a row says already is not said again.
    let all = [rows.as_slice(), needs].concat();
    let more = coverage.report(&all).into_iter().map(|(need, _)| need);
    let more: Vec<Need> = more.filter(|n| !rows.contains(n)).collect();
    rows.extend(more);
    rows
}

impl Roster {
    /// Gathers what a team that knows of that stretch says. `due` is in order.
    pub fn new(
        team: &Team<'_>,
        needs: &[Need],
        due: Vec<Mark>,
        (from, to): (Instant, Instant),
    ) -> Self {
        let coverage = Coverage::new(team, from, to);
        let line = |p: &Person| Line {
            who: p.id.clone(),
            there: team.presence(&p.id, from, to),
            gone: team
                .away()
                .iter()
                .filter(|a| a.absence.who == p.id)
                .map(|a| Gone {
                    absence: a.absence.id.clone(),
                    from: a.from,
                    to: a.to,
                    why: a.absence.why,
                    covers: a
                        .absence
                        .covers
                        .iter()
                        .map(|c| (c.who.clone(), team.away_until(&c.who, a.from).is_some()))
                        .collect(),
                })
                .collect(),
        };
        let needed = |need: Need| Needed {
            spans: coverage.counts(&need),
            need,
        };
        Self {
            from,
            to,
            people: team.people().map(line).collect(),
            needs: worth(&coverage, needs).into_iter().map(needed).collect(),
            due,
        }
    }

    /// How many stretches there are in which something has nobody.
    pub fn gaps(&self) -> usize {
        let mut all: Vec<_> = self.needs.iter().flat_map(Needed::gaps).collect();
        all.sort_unstable();
        all.dedup();
        all.len()
    }

    /// What stands in each cell of a map with these columns.
    pub fn map(&self, grain: Grain, columns: Vec<Column>) -> Map {
        let cells = |line: &Line| columns.iter().map(|c| presence(line, c)).collect();
        let counts = |n: &Needed| columns.iter().map(|c| fewest(n, c)).collect();
        let load = |(i, c): (usize, &Column)| {
            // What falls due while the desk is closed has to be done before.
            let from = if i == 0 { self.from } else { c.from };
            let next = columns.get(i + 1).map_or(c.to, |next| next.from);
            let first = self.due.partition_point(|m| m.at < from);
            let last = self.due.partition_point(|m| m.at < next);
            last.saturating_sub(first)
        };
        Map {
            people: self.people.iter().map(cells).collect(),
            needs: self.needs.iter().map(counts).collect(),
            due: columns.iter().enumerate().map(load).collect(),
            grain,
            columns,
        }
    }
}

fn touches(spans: impl Iterator<Item = (Instant, Instant)>, c: &Column) -> bool {
    let mut spans = spans.skip_while(|(_, to)| *to <= c.from);
    spans.next().is_some_and(|(from, _)| from < c.to)
}

fn presence(line: &Line, c: &Column) -> Presence {
    let first = line.there.partition_point(|(_, to)| *to <= c.from);
    let there = touches(line.there.iter().skip(first).copied(), c);
    let gone = || line.gone.iter().any(|g| g.from < c.to && g.to > c.from);
    match (there, gone()) {
        (true, false) => Presence::There,
        (true, true) => Presence::Partly,
        (false, true) => Presence::Away,
        (false, false) => Presence::Off,
    }
}

fn fewest(needed: &Needed, c: &Column) -> usize {
    let first = needed.spans.partition_point(|(_, to, _)| *to <= c.from);
    let seen = needed.spans.iter().skip(first);
    let seen = seen.take_while(|(from, ..)| *from < c.to);
    seen.map(|(.., n)| *n).min().unwrap_or(0)
}

/// Whether somebody is there in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// At least some of the time, and away in none of it.
    There,
    /// There for a part of it and away for another.
    Partly,
    /// Away.
    Away,
    /// Not at work then.
    Off,
}

/// The cells of a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// How much a column holds.
    pub grain: Grain,
    /// The columns.
    pub columns: Vec<Column>,
    /// Row by row: each person's cells.
    pub people: Vec<Vec<Presence>>,
    /// Row by row: the fewest who are there for a need at any moment of a column; 0 is a gap.
    pub needs: Vec<Vec<usize>>,
    /// How much falls due in each column.
    pub due: Vec<usize>,
}

impl Map {
    /// The largest number in it.
    pub fn most(&self) -> usize {
        let needs = self.needs.iter().flatten();
        needs.chain(&self.due).copied().max().unwrap_or(0)
    }
}

/// Why somebody does not cover what is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum But {
    /// They may, and are away until then.
    Away(Instant),
    /// They may, and do not work then.
    Off,
    /// They are there, and may not.
    MayNot,
}

impl Roster {
    /// Who could cover a need in a stretch with nobody, and what is in the way: those who may first.
    pub fn could(
        &self,
        people: &[Person],
        need: &Need,
        (from, to): (Instant, Instant),
    ) -> Vec<(AgentId, But)> {
        let inside = Column {
            from,
            to,
            opens: false,
        };
        let one = |line: &Line| {
            let person = people.iter().find(|p| p.id == line.who)?;
            let may = person.may(need.tenant.as_ref(), need.right.as_ref());
            let gone = line.gone.iter().find(|g| g.from < to && g.to > from);
            let but = match (may, gone, presence(line, &inside)) {
                (true, Some(gone), _) => But::Away(gone.to),
                (true, None, Presence::Off) => But::Off,
                (false, _, Presence::There | Presence::Partly) => But::MayNot,
                _ => return None,
            };
            Some((line.who.clone(), but))
        };
        let mut all: Vec<_> = self.people.iter().filter_map(one).collect();
        all.sort_by_key(|(_, but)| match but {
            But::MayNot => 0,
            But::Off => 1,
            But::Away(_) => 2,
        });
        all
    }
}
