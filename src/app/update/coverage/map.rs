//! The map: its cursor, its columns, and what a cell means.

use crate::app::cover::TurnOf;
use crate::app::cover_layout::Pitch;
use crate::app::layout::map_room;
use crate::app::state::{MapLine, Overlay, Why};
use crate::domain::Instant;
use crate::domain::coverage::Need;
use crate::domain::roster::{But, Column, Gone, Grain, Presence, columns};
use crate::domain::text::{Printable, line};

use super::super::Turn;
use crate::app::cover_words::{away_words, called, until, when};

impl Turn<'_> {
    /// Lays the roster out in as fine columns as there is room for, and keeps the cursor on its moment.
    pub fn lay_map(&mut self) {
        let Some(roster) = self.s.coverage.roster.clone() else {
            return;
        };
        let on = self.column_on().map(|c| c.from);
        let room = map_room(self.s);
        let of = |grain| columns(&self.s.calendar, roster.from, roster.to, grain);
        let fits = |grain| {
            let columns = of(grain);
            if !Pitch::could_fit(grain, &columns, room) {
                return None;
            }
            let map = roster.map(grain, columns);
            Pitch::of(&map, room).map(|pitch| (map, pitch))
        };
        let (map, pitch) = Grain::ALL.into_iter().find_map(fits).unwrap_or_else(|| {
            // Wider than the screen: the columns beside the one under the cursor are seen.
            let (cell, apart) = (2, true);
            let map = roster.map(Grain::Week, of(Grain::Week));
            (map, Pitch { cell, apart })
        });
        let at = on.unwrap_or(self.s.now);
        let here = map.columns.iter().position(|c| c.to > at);
        let c = &mut self.s.coverage;
        c.column = here.unwrap_or(map.columns.len().saturating_sub(1));
        (c.map, c.pitch) = (Some(map), pitch);
        c.line = c.line.min(c.lines().len().saturating_sub(1));
    }

    /// The column under the cursor.
    fn column_on(&self) -> Option<Column> {
        let c = &self.s.coverage;
        c.map.as_ref()?.columns.get(c.column).copied()
    }

    /// Looks farther ahead, or less far.
    pub fn reach(&mut self, farther: bool) {
        let to = self.s.coverage.reach.step(farther);
        if to == self.s.coverage.reach {
            return self.refuse(match farther {
                true => "90 days is as far as it looks",
                false => "two weeks is the nearest it looks",
            });
        }
        self.s.coverage.reach = to;
        self.ask_standing();
    }

    /// To a stretch beside the one under the cursor.
    pub fn stretch(&mut self, by: isize) {
        if self.other_cover(by) {
            return;
        }
        let last = self.s.coverage.map.as_ref().map_or(0, |m| m.columns.len());
        let c = &mut self.s.coverage;
        c.column = c
            .column
            .saturating_add_signed(by)
            .min(last.saturating_sub(1));
    }

    /// To another line; the heading is passed over.
    pub fn move_on_map(&mut self, by: isize) {
        let lines = self.s.coverage.lines();
        let c = &mut self.s.coverage;
        let mut to = c
            .line
            .saturating_add_signed(by)
            .min(lines.len().saturating_sub(1));
        if lines.get(to) == Some(&MapLine::Heading) {
            to = to.saturating_add_signed(by.signum());
        }
        c.line = to;
    }

    /// The stretch of absence under the cursor.
    fn gone_here(&self) -> Option<&Gone> {
        let c = &self.s.coverage;
        let (roster, column) = (c.roster.as_ref()?, self.column_on()?);
        let MapLine::Person(i) = c.line_on()? else {
            return None;
        };
        let gone = &roster.people.get(i)?.gone;
        gone.iter()
            .find(|g| g.from < column.to && g.to > column.from)
    }

    /// The same, by its absence.
    pub fn gone_on_map(&self) -> Option<TurnOf> {
        self.gone_here().map(|g| TurnOf {
            absence: g.absence.clone(),
            from: g.from,
        })
    }

    /// The gap under the cursor.
    fn gap_here(&self) -> Option<(Need, (Instant, Instant))> {
        let c = &self.s.coverage;
        let (roster, column) = (c.roster.as_ref()?, self.column_on()?);
        let MapLine::Need(i) = c.line_on()? else {
            return None;
        };
        let needed = roster.needs.get(i)?;
        let gap = needed
            .gaps()
            .find(|(from, to)| *from < column.to && *to > column.from)?;
        Some((needed.need.clone(), gap))
    }

    /// What Enter does: a gap with proposals, the preview of an absence, else what the cell says.
    pub fn open_on_map(&mut self) {
        if let Some((need, gap)) = self.gap_here() {
            let why = self.about_gap(&need, gap);
            return self.s.overlays.push(Overlay::Why(why));
        }
        match self.gone_on_map() {
            Some(turn) => self.ask_plan(turn),
            None => self.why_cell(),
        }
    }

    fn about_gap(&self, need: &Need, gap: (Instant, Instant)) -> Why {
        let s = &*self.s;
        let hours = s.calendar.elapsed(gap.0, gap.1) as f64 / 3600.0;
        let mut lines = vec![
            line(&format!(
                "Nobody is there for {need} from {} to {}, {hours:.1} h of working time.",
                when(s, gap.0),
                until(s, gap.1)
            )),
            Printable::empty(),
        ];
        let office = &s.coverage.office;
        let could = s
            .coverage
            .roster
            .as_ref()
            .map(|r| r.could(&office.people, need, gap))
            .unwrap_or_default();
        if could.is_empty() {
            lines.push(line(
                "Nobody in the team could: it needs somebody with the right.",
            ));
        } else {
            lines.push(line("What would close it:"));
        }
        for (who, but) in could {
            let name = called(s, &who);
            lines.push(line(&match but {
                But::MayNot => {
                    format!("  {name} is there and may not; give the right under [people.{who}]")
                }
                But::Off => format!("  {name} may, and does not work then; ask for these hours"),
                But::Away(back) => format!(
                    "  {name} may, and is away until {}; ask for a swap (:swap), or move the absence",
                    until(s, back)
                ),
            }));
        }
        Why {
            title: line(&format!("Gap: {need}")),
            lines,
            scroll: 0,
        }
    }

    /// Says all of a cell.
    pub fn why_cell(&mut self) {
        let lines = self.cell_words();
        if lines.is_empty() {
            return self.refuse("there is nothing under the cursor to explain");
        }
        self.s.overlays.push(Overlay::Why(Why {
            title: line("This stretch"),
            lines,
            scroll: 0,
        }));
    }

    fn cell_words(&self) -> Vec<Printable> {
        let s = &*self.s;
        let (Some(column), Some(roster)) = (self.column_on(), s.coverage.roster.as_ref()) else {
            return Vec::new();
        };
        let mut lines = vec![line(&format!(
            "{} to {}",
            when(s, column.from),
            when(s, column.to)
        ))];
        let map = s.coverage.map.as_ref();
        for (i, person) in roster.people.iter().enumerate() {
            let cell = map.and_then(|m| m.people.get(i)?.get(s.coverage.column).copied());
            let name = called(s, &person.who);
            let gone = person
                .gone
                .iter()
                .find(|g| g.from < column.to && g.to > column.from);
            lines.push(line(&match (cell, gone) {
                (Some(Presence::There), _) => format!("{name}: there"),
                (Some(Presence::Off), _) => format!("{name}: not at work"),
                (_, Some(gone)) => format!("{name}: {}", away_words(s, gone)),
                _ => continue,
            }));
        }
        for n in &roster.needs {
            let gap = n
                .gaps()
                .find(|(from, to)| *from < column.to && *to > column.from);
            if let Some((from, to)) = gap {
                lines.push(line(&format!(
                    "! nobody for {} from {} to {}",
                    n.need,
                    when(s, from),
                    until(s, to)
                )));
            }
        }
        lines
    }
}
