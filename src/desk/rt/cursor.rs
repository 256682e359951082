//! Where a pull has come to.

use serde::{Deserialize, Serialize};

use crate::domain::Instant;
use crate::domain::remote::Cursor;

/// Grows when what is written here means something else; an older one begins anew.
const VERSION: u32 = 1;

/// Where a pull has come to, and what has to be remembered for going on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    v: u32,
    /// What is under way.
    pub stage: Stage,
    /// The number of an entry that we could see: all before it has been told.
    pub anchor: u64,
    /// Numbers after it that were told too: entries may come to be seen out of order.
    #[serde(default)]
    pub seen: Vec<u64>,
    /// The tickets that we could see.
    pub known: Ids,
    /// When last all of them were looked for; none: the first pull is not over.
    pub swept: Option<Instant>,
    /// Where such a search has come to: all tickets from there on are still there.
    pub sweep: Option<u64>,
}

/// What is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "at")]
pub enum Stage {
    /// All tickets, newest first, those that are worked on before the others.
    Tickets {
        /// Those that are worked on.
        live: bool,
        /// The next ones are older than this.
        below: Option<u64>,
        /// How many were told.
        done: u64,
        /// How many there are.
        total: u64,
    },
    /// The histories of all tickets, as far as clocks need them.
    Past {
        /// Up to here they were told.
        after: u64,
        /// Up to here they are to be told.
        upto: u64,
        /// The page after `after`.
        page: u32,
        /// How many tickets there are.
        total: u64,
    },
    /// More has happened since than goes onto one page.
    Behind {
        /// Up to here it was told.
        after: u64,
        /// Up to here it is to be told.
        upto: u64,
        /// The page after `after`.
        page: u32,
    },
    /// Waiting for something to happen.
    Now,
}

impl Place {
    /// The beginning of a first pull, when the newest entry was that one.
    pub fn start(anchor: u64, total: u64) -> Self {
        Self {
            v: VERSION,
            stage: Stage::Tickets {
                live: true,
                below: None,
                done: 0,
                total,
            },
            anchor,
            seen: Vec::new(),
            known: Ids::default(),
            swept: None,
            sweep: None,
        }
    }

    /// Reads a cursor; none: it is from another version of this program.
    pub fn read(cursor: &Cursor) -> Option<Self> {
        let place: Self = serde_json::from_str(&cursor.0).ok()?;
        (place.v == VERSION).then_some(place)
    }

    /// The cursor that says it.
    pub fn write(&self) -> Cursor {
        // Nothing in it can fail to be written; an empty one would begin anew.
        Cursor(serde_json::to_string(self).unwrap_or_default())
    }
}

/// A set of numbers as ranges: `1-40,42,50-51`. Tickets that we may see lie close together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids(Vec<(u64, u64)>);

impl Ids {
    /// The first range that ends at or after `id`.
    fn place(&self, id: u64) -> usize {
        self.0.partition_point(|(_, to)| *to < id)
    }

    /// Whether it is in it.
    pub fn contains(&self, id: u64) -> bool {
        let range = self.0.get(self.place(id));
        range.is_some_and(|(from, to)| (*from..=*to).contains(&id))
    }

    /// Puts a number in.
    pub fn insert(&mut self, id: u64) {
        if self.contains(id) {
            return;
        }
        let at = self.place(id);
        let joins_next = self
            .0
            .get(at)
            .is_some_and(|(from, _)| id.checked_add(1) == Some(*from));
        let before = at.checked_sub(1);
        let joins_before = before
            .and_then(|b| self.0.get(b))
            .is_some_and(|(_, to)| to.checked_add(1) == Some(id));
        match (before.filter(|_| joins_before), joins_next) {
            (Some(before), true) => {
                let (_, to) = self.0.remove(at);
                if let Some(range) = self.0.get_mut(before) {
                    range.1 = to;
                }
            }
            (Some(before), false) => {
                if let Some(range) = self.0.get_mut(before) {
                    range.1 = id;
                }
            }
            (None, true) => {
                if let Some(range) = self.0.get_mut(at) {
                    range.0 = id;
                }
            }
            (None, false) => self.0.insert(at, (id, id)),
        }
    }

    /// Takes a number out.
    pub fn remove(&mut self, id: u64) {
        if !self.contains(id) {
            return;
        }
        let at = self.place(id);
        let (from, to) = self.0.remove(at);
        if id < to {
            self.0.insert(at, (id + 1, to));
        }
        if from < id {
            self.0.insert(at, (from, id - 1));
        }
    }

    /// Those from `low` up to, but not including, `high`.
    pub fn between(&self, low: u64, high: u64) -> impl Iterator<Item = u64> + '_ {
        self.0
            .iter()
            .flat_map(move |(from, to)| (*from).max(low)..(to.saturating_add(1)).min(high))
    }
}

impl Serialize for Ids {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let ranges = self.0.iter().map(|(from, to)| match from == to {
            true => from.to_string(),
            false => format!("{from}-{to}"),
        });
        s.serialize_str(&ranges.collect::<Vec<_>>().join(","))
    }
}

impl<'de> Deserialize<'de> for Ids {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let mut ranges = Vec::new();
        for word in text.split(',').filter(|w| !w.is_empty()) {
            let (from, to) = word.split_once('-').unwrap_or((word, word));
            let read = |w: &str| w.parse().map_err(serde::de::Error::custom);
            ranges.push((read(from)?, read(to)?));
        }
        Ok(Self(ranges))
    }
}
