//! When a subscription is full, and until when another one has to be asked for.
//!
//! The rate is the median of the slopes between all readings of the last half year (Theil and
//! Sen): one odd reading does not move it. Adding a subscription takes 10 to 20 minutes, the
//! first time an hour, in a session with the tenant's owner and the vendor's administrator
//! (`kb/subscription-enrollment`); how long such a session takes to come about is not
//! published, so the lead time is a column of the register, 14 days where it is empty.

use chrono::{Days, NaiveDate};

use super::{Book, Record, Register};

/// Readings older than this many days before the last say nothing about today.
const REMEMBERED: i64 = 183;
/// The least number of days that readings must span.
const SPAN: i64 = 7;
/// Days from asking for a subscription to having it, where the register does not say.
const LEAD_DAYS: u32 = 14;
/// Nothing is foretold further ahead.
const FURTHEST_DAYS: f64 = 730.0;

/// What it takes to add one.
pub const SESSION: &str = "adding one takes a session with the tenant's owner";

/// How full it was on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The day.
    pub on: NaiveDate,
    /// How many were in it.
    pub used: u32,
}

/// What the readings say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outlook {
    /// Nobody has ever read it.
    NoReading,
    /// The readings span too few days to know a rate.
    TooFew {
        /// How many were in it last.
        used: u32,
    },
    /// Nothing more fits in.
    Full {
        /// How many are in it.
        used: u32,
    },
    /// It does not grow, or so slowly that it is of no use to say when.
    Steady {
        /// How many were in it last.
        used: u32,
    },
    /// It grows.
    Fills {
        /// How many were in it last.
        used: u32,
        /// How many more a week.
        weekly: f64,
        /// The day on which it is full.
        full: NaiveDate,
        /// The last day on which to ask for another one.
        ask_by: NaiveDate,
    },
}

/// A subscription with what is foretold for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast<'a> {
    /// The subscription.
    pub of: &'a Record,
    /// How many fit in.
    pub capacity: u32,
    /// What the readings say.
    pub outlook: Outlook,
}

impl Book {
    /// What is foretold for each subscription.
    pub fn forecasts(&self, today: NaiveDate) -> Vec<Forecast<'_>> {
        let all = self.of(Register::Subscriptions);
        all.filter_map(|of| {
            let capacity = of.count("capacity")?;
            let lead = of.count("lead-days").unwrap_or(LEAD_DAYS);
            let readings = self.readings(of, today);
            Some(Forecast {
                of,
                capacity,
                outlook: outlook(&readings, capacity, lead, today),
            })
        })
        .collect()
    }

    /// The readings that somebody has written down; where there are none and Workspaces are
    /// counted, those that follow from the days on which they were made.
    fn readings(&self, of: &Record, today: NaiveDate) -> Vec<Reading> {
        let name = of.raw("name");
        let own = self.of(Register::Readings).filter(|r| names(r, name));
        let mut readings: Vec<Reading> = own
            .filter_map(|r| {
                Some(Reading {
                    on: r.date("on")?,
                    used: r.count("used")?,
                })
            })
            .filter(|r| r.on <= today)
            .collect();
        let counts_workspaces = of.get("unit").is_none() || of.raw("unit") == "Workspaces";
        if readings.is_empty() && counts_workspaces {
            readings = self.made(name, today);
        }
        readings.sort_by_key(|r| r.on);
        readings
    }

    fn made(&self, subscription: &str, today: NaiveDate) -> Vec<Reading> {
        let inside: Vec<&Record> = self
            .of(Register::Workspaces)
            .filter(|w| names(w, subscription))
            .collect();
        // Without all days of making there is a count for today, and no history.
        let mut days: Vec<NaiveDate> = vec![today];
        if inside.iter().all(|w| w.date("created").is_some()) {
            let moved = |w: &&Record| [w.date("created"), w.date("removed")];
            days.extend(inside.iter().flat_map(moved).flatten());
            days.retain(|d| *d <= today);
            days.sort_unstable();
            days.dedup();
        }
        if inside.is_empty() {
            return Vec::new();
        }
        let used = |on: NaiveDate| {
            let there = |w: &&&Record| {
                w.date("created").is_none_or(|d| d <= on)
                    && w.date("removed").is_none_or(|d| d > on)
            };
            u32::try_from(inside.iter().filter(there).count()).unwrap_or(u32::MAX)
        };
        days.into_iter()
            .map(|on| Reading { on, used: used(on) })
            .collect()
    }
}

/// What readings in order of time say about a capacity. The lead time is in days.
pub fn outlook(readings: &[Reading], capacity: u32, lead: u32, today: NaiveDate) -> Outlook {
    let Some(last) = readings.last() else {
        return Outlook::NoReading;
    };
    let used = last.used;
    if used >= capacity {
        return Outlook::Full { used };
    }
    let recent: Vec<Reading> = readings
        .iter()
        .filter(|r| (last.on - r.on).num_days() <= REMEMBERED)
        .copied()
        .collect();
    let span = recent
        .first()
        .map_or(0, |first| (last.on - first.on).num_days());
    if span < SPAN {
        return Outlook::TooFew { used };
    }
    let daily = median_slope(&recent);
    let left = f64::from(capacity - used);
    let days = if daily > 0.0 {
        left / daily
    } else {
        f64::INFINITY
    };
    if days > FURTHEST_DAYS {
        return Outlook::Steady { used };
    }
    // What is older than today has grown since.
    let full = later(last.on, days).max(today);
    let ask_by = full
        .checked_sub_days(Days::new(u64::from(lead)))
        .unwrap_or(full);
    Outlook::Fills {
        used,
        weekly: daily * 7.0,
        full,
        ask_by,
    }
}

/// Whether a row names that subscription; large and small letters are one.
fn names(row: &Record, subscription: &str) -> bool {
    row.raw("subscription").to_lowercase() == subscription.to_lowercase()
}

fn later(from: NaiveDate, days: f64) -> NaiveDate {
    // Within FURTHEST_DAYS, so that nothing is cut.
    let whole = days.ceil().clamp(0.0, FURTHEST_DAYS) as u64;
    from.checked_add_days(Days::new(whole)).unwrap_or(from)
}

/// Units a day; 0 without two days.
fn median_slope(readings: &[Reading]) -> f64 {
    let mut slopes = Vec::new();
    for (i, a) in readings.iter().enumerate() {
        for b in readings.iter().skip(i + 1) {
            let days = (b.on - a.on).num_days();
            if days > 0 {
                slopes.push((f64::from(b.used) - f64::from(a.used)) / days as f64);
            }
        }
    }
    slopes.sort_by(f64::total_cmp);
    let middle = slopes.len() / 2;
    match (
        slopes.get(middle),
        middle.checked_sub(1).and_then(|i| slopes.get(i)),
    ) {
        (Some(a), Some(b)) if slopes.len().is_multiple_of(2) => f64::midpoint(*a, *b),
        (Some(a), _) => *a,
        _ => 0.0,
    }
}

impl Outlook {
    /// Whether another one must be asked for now.
    pub fn is_pressing(&self, today: NaiveDate) -> bool {
        match self {
            Self::Full { .. } => true,
            Self::Fills { ask_by, .. } => *ask_by <= today,
            _ => false,
        }
    }

    /// How many were in it last.
    pub const fn used(&self) -> Option<u32> {
        match self {
            Self::NoReading => None,
            Self::TooFew { used }
            | Self::Full { used }
            | Self::Steady { used }
            | Self::Fills { used, .. } => Some(*used),
        }
    }

    /// The word for its state, in JSON.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NoReading => "no-reading",
            Self::TooFew { .. } => "too-few-readings",
            Self::Full { .. } => "full",
            Self::Steady { .. } => "steady",
            Self::Fills { .. } => "fills",
        }
    }

    /// The sentence: when it is full and what to do.
    pub fn sentence(&self, today: NaiveDate) -> String {
        match self {
            Self::NoReading => {
                "not known how full it is; note a reading with `deskhand register set readings`"
                    .into()
            }
            Self::TooFew { .. } => {
                format!("not known how fast it fills; the readings span less than {SPAN} days")
            }
            Self::Full { .. } => format!("full; {SESSION}"),
            Self::Steady { .. } => "not filling within two years".into(),
            Self::Fills { full, ask_by, .. } => {
                let when = in_about((*full - today).num_days());
                let ask = if *ask_by <= today {
                    "ask now".to_owned()
                } else {
                    format!("ask by {ask_by}")
                };
                format!("full {when}, {SESSION}; {ask}")
            }
        }
    }
}

fn in_about(days: i64) -> String {
    match days {
        ..=0 => "by now".into(),
        1..=6 => "within a week".into(),
        7..=10 => "in about 1 week".into(),
        11..=364 => format!("in about {} weeks", (days + 3) / 7),
        _ => "in more than a year".into(),
    }
}
