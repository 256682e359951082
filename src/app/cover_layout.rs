//! Where the rows and columns of the pane of coverage lie: one answer for drawing and the mouse.

use super::cover_words::{back_words, cell, cover_words, digest, row_words, turn_words};
use super::layout::{Area, map_names};
use super::state::{Face, State};
use crate::domain::roster::{Column, Grain, Map};
use crate::domain::text::{Printable, wrap};

/// Rows above the list of a face: its heading, and what it says of all of it.
const TURNS_HEAD: u16 = 1;
const PLAN_HEAD: u16 = 3;
/// Above the map: its heading, who is on call, and the two rows of its scale.
const MAP_HEAD: u16 = 3;
/// From this width on a hand-over of the list has room for who stands in.
pub const TURNS_WIDE: u16 = 90;
/// Rows of the map's scale.
pub const SCALE: u16 = 2;

/// The rows of a list, and below a rule what is to be known of the one under the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// The list.
    pub list: Area,
    /// Its first row that is seen.
    pub first: usize,
    /// What stands in the foot of the pane.
    pub foot: Vec<Printable>,
}

/// Those of what the pane shows; the note has none.
pub fn rows(state: &State, pane: Area) -> Rows {
    let c = &state.coverage;
    let (head, words, most, (top, cursor)) = match &c.face {
        Face::Map => (MAP_HEAD, cell(state), 2, (c.top, c.line)),
        Face::Turns => {
            let on = c.turns.get(c.turn);
            let mut words = turn_words(on);
            if pane.width < TURNS_WIDE {
                words.splice(0..0, on.map(cover_words));
            }
            (TURNS_HEAD, words, 3, (0, c.turn))
        }
        Face::Plan(p) => {
            let words = p.selected().map(|r| row_words(state, r));
            (PLAN_HEAD, words.unwrap_or_default(), 6, (p.top, p.cursor))
        }
        Face::Back(b) => {
            let head = u16::try_from(digest(state, b).len() + 2).unwrap_or(u16::MAX);
            let words = b.rows.get(b.cursor).map(|r| back_words(state, b, r));
            (head, words.unwrap_or_default(), 4, (b.top, b.cursor))
        }
        Face::Note(_) => (0, Vec::new(), 0, (0, 0)),
    };
    let below = under(pane, head);
    let (mut list, foot) = footed(below, &words, most);
    if matches!(c.face, Face::Map) {
        list = under(list, SCALE);
    }
    Rows {
        first: first_of(top, cursor, list.height),
        list,
        foot,
    }
}

const fn under(area: Area, rows: u16) -> Area {
    let rows = if rows > area.height {
        area.height
    } else {
        rows
    };
    Area {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}

/// The room above the foot and its rule, and what the foot has room for.
fn footed(area: Area, words: &[Printable], most: u16) -> (Area, Vec<Printable>) {
    let wide = usize::from(area.width.saturating_sub(4));
    let most = usize::from(most.min(area.height / 2));
    let mut foot: Vec<Printable> = words.iter().flat_map(|l| wrap(l, wide)).collect();
    foot.truncate(most);
    let tall = match u16::try_from(foot.len()).unwrap_or(0) {
        0 => 0,
        rows => rows + 1,
    };
    let list = Area {
        height: area.height.saturating_sub(tall),
        ..area
    };
    (list, foot)
}

/// The first of so many rows that is seen, so that the one under the cursor is.
const fn first_of(top: usize, cursor: usize, rows: u16) -> usize {
    let rows = if rows == 0 { 1 } else { rows as usize };
    let low = (cursor + 1).saturating_sub(rows);
    let top = if top < low { low } else { top };
    if top > cursor { cursor } else { top }
}

/// How wide the columns of a map are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pitch {
    /// Columns of the screen for one of the map.
    pub cell: u16,
    /// A blank stands between groups of them; else the last column of each is one.
    pub apart: bool,
}

impl Pitch {
    /// The widest that there is room for and that is read at a glance; none: the map is too wide with these
    /// columns. No two numbers touch: what has more than one digit has a blank behind it, or is a plus.
    pub fn of(map: &Map, room: u16) -> Option<Self> {
        let digits = map.most().checked_ilog10().unwrap_or(0) + 1;
        let digits = u16::try_from(digits).unwrap_or(u16::MAX);
        let (least, most) = bounds(map.grain);
        let wanted = if digits > 1 { digits + 1 } else { least };
        let fits = |p: &Self| p.width(&map.columns) <= room;
        let at = |cell, apart| Self { cell, apart };
        let wide = (wanted..=most.max(wanted)).rev().map(|cell| at(cell, true));
        let close = (wanted > least).then(|| at(wanted, false));
        // A column that is as narrow as can be has no room for two digits: there a plus stands for many.
        let narrow = (least == 1).then(|| at(1, true));
        wide.chain(close).chain(narrow).find(fits)
    }

    /// Whether these columns could fit at all: what else a map needs is worth working out only then.
    pub fn could_fit(grain: Grain, columns: &[Column], room: u16) -> bool {
        let (cell, apart) = (bounds(grain).0, true);
        Self { cell, apart }.width(columns) <= room
    }

    /// The columns of the screen that these take.
    fn width(self, columns: &[Column]) -> u16 {
        let groups = columns.iter().filter(|c| c.opens).count();
        let blanks = if self.apart { groups } else { 0 };
        let cells = columns.len() * usize::from(self.cell);
        u16::try_from(cells + blanks).unwrap_or(u16::MAX)
    }

    /// Columns of a cell that a shade fills.
    pub const fn ink(self) -> u16 {
        match self.apart {
            true => self.cell,
            false => self.cell.saturating_sub(1),
        }
    }
}

/// The narrowest that a cell may be, and the widest that is read at a glance.
const fn bounds(grain: Grain) -> (u16, u16) {
    match grain {
        Grain::Hour => (1, 2),
        Grain::Half => (2, 4),
        Grain::Day => (1, 5),
        Grain::Week => (2, 7),
    }
}

/// Where each column of the map lies on the screen: those that are left out have none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The first column that is seen.
    pub first: usize,
    /// How wide they are.
    pub pitch: Pitch,
    xs: Vec<u16>,
}

impl Places {
    /// Those of the map in a pane: so many as there is room for, so that the one under the cursor is seen.
    pub fn of(state: &State, map: &Map, pane: Area) -> Self {
        let c = &state.coverage;
        let (left, right) = (pane.x + map_names(pane.width), pane.x + pane.width);
        let mut first = 0;
        loop {
            let xs = Self::from(map, c.pitch, first, left, right);
            if first + xs.len() > c.column || first >= c.column {
                let pitch = c.pitch;
                return Self { first, pitch, xs };
            }
            first += 1;
        }
    }

    fn from(map: &Map, pitch: Pitch, first: usize, left: u16, right: u16) -> Vec<u16> {
        let mut x = left;
        let mut xs = Vec::new();
        for (i, column) in map.columns.iter().enumerate().skip(first) {
            if column.opens && i > first && pitch.apart {
                x += 1;
            }
            if x + pitch.cell > right {
                break;
            }
            xs.push(x);
            x += pitch.cell;
        }
        xs
    }

    /// Where a column begins.
    pub fn x(&self, column: usize) -> Option<u16> {
        self.xs.get(column.checked_sub(self.first)?).copied()
    }

    /// The column that holds a column of the screen; none: it lies beside them or between two groups.
    pub fn column_at(&self, x: u16) -> Option<usize> {
        let holds = |from: u16| from <= x && x < from + self.pitch.cell;
        self.seen().find(|(_, from)| holds(*from)).map(|(at, _)| at)
    }

    /// Where the next group of columns begins.
    pub fn until_next(&self, map: &Map, column: usize, right: u16) -> u16 {
        let later = map.columns.iter().enumerate().skip(column + 1);
        let mut starts = later
            .filter(|(_, c)| c.opens)
            .filter_map(|(i, _)| self.x(i));
        starts.next().unwrap_or(right)
    }

    /// The columns that are seen, each with where it begins.
    pub fn seen(&self) -> impl Iterator<Item = (usize, u16)> + '_ {
        (self.first..).zip(self.xs.iter().copied())
    }

    /// There are more columns than those that are seen.
    pub fn goes_on(&self, map: &Map) -> bool {
        self.first + self.xs.len() < map.columns.len()
    }
}
