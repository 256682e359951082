//! The public holidays that are built in: rules as data, one file a country, each with its source.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Deserializer};

/// The files; see the first of them for how a day is written.
const FILES: [&str; 6] = [
    include_str!("../../../assets/holidays/nl.toml"),
    include_str!("../../../assets/holidays/be.toml"),
    include_str!("../../../assets/holidays/de.toml"),
    include_str!("../../../assets/holidays/gb.toml"),
    include_str!("../../../assets/holidays/fr.toml"),
    include_str!("../../../assets/holidays/us.toml"),
];

/// A file that cannot be read would leave its country out; a test reads them all.
static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let read = |text: &&str| toml::from_str(text).ok();
    FILES.iter().filter_map(read).collect()
});

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Country {
    source: String,
    areas: Vec<String>,
    holidays: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    name: String,
    #[serde(deserialize_with = "day")]
    on: Day,
    /// First and last year; absent: always.
    since: Option<i32>,
    until: Option<i32>,
    /// Only in years that this number divides.
    every: Option<i32>,
    /// Years in which it fell elsewhere.
    #[serde(default)]
    except: Vec<i32>,
    /// By weekday: kept so many days later in place of the day itself.
    #[serde(default)]
    instead: BTreeMap<String, i64>,
    /// By weekday: kept so many days later as well.
    #[serde(default)]
    also: BTreeMap<String, i64>,
    /// Only in these areas of the country; empty: in all.
    #[serde(default)]
    areas: Vec<String>,
}

#[derive(Debug)]
enum Day {
    Once(NaiveDate),
    Yearly {
        month: u32,
        day: u32,
    },
    OnOrAfter {
        weekday: Weekday,
        month: u32,
        day: u32,
    },
    Easter(i64),
}

fn day<'de, D: Deserializer<'de>>(d: D) -> Result<Day, D::Error> {
    let text = String::deserialize(d)?;
    read_day(&text).ok_or_else(|| serde::de::Error::custom(format!("\"{text}\" is no day")))
}

fn read_day(text: &str) -> Option<Day> {
    let month_and_day = |text: &str| {
        let (month, day) = text.split_once('-')?;
        Some((month.parse().ok()?, day.parse().ok()?))
    };
    if let Some(rest) = text.strip_prefix("easter") {
        let days = if rest.is_empty() {
            0
        } else {
            rest.parse().ok()?
        };
        return Some(Day::Easter(days));
    }
    if let Some((weekday, date)) = text.split_once(' ') {
        let (month, day) = month_and_day(date)?;
        let weekday = weekday.parse().ok()?;
        return Some(Day::OnOrAfter {
            weekday,
            month,
            day,
        });
    }
    if let Ok(date) = text.parse() {
        return Some(Day::Once(date));
    }
    let (month, day) = month_and_day(text)?;
    Some(Day::Yearly { month, day })
}

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876).
fn easter(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(
        year,
        u32::try_from(n / 31).ok()?,
        u32::try_from(n % 31 + 1).ok()?,
    )
}

fn plus(date: NaiveDate, days: i64) -> Option<NaiveDate> {
    let distance = Days::new(days.unsigned_abs());
    if days < 0 {
        date.checked_sub_days(distance)
    } else {
        date.checked_add_days(distance)
    }
}

impl Day {
    fn of(&self, year: i32) -> Option<NaiveDate> {
        match *self {
            Self::Once(date) => (date.year() == year).then_some(date),
            Self::Yearly { month, day } => NaiveDate::from_ymd_opt(year, month, day),
            Self::OnOrAfter {
                weekday,
                month,
                day,
            } => {
                let first = NaiveDate::from_ymd_opt(year, month, day)?;
                plus(first, i64::from(weekday.days_since(first.weekday())))
            }
            Self::Easter(days) => plus(easter(year)?, days),
        }
    }
}

impl Rule {
    fn holds(&self, area: &str, year: i32) -> bool {
        (self.areas.is_empty() || self.areas.iter().any(|a| a == area))
            && self.since.is_none_or(|first| year >= first)
            && self.until.is_none_or(|last| year <= last)
            && self.every.is_none_or(|n| year % n == 0)
            && !self.except.contains(&year)
    }

    /// The day and the day on which it is observed as well.
    fn dates(&self, year: i32) -> impl Iterator<Item = (NaiveDate, String)> {
        let date = self.on.of(year);
        let moved = |to: &BTreeMap<String, i64>| {
            let name = date?.weekday().to_string().to_lowercase();
            plus(date?, *to.get(&name)?)
        };
        let main = moved(&self.instead).or(date);
        let main = main.map(|d| (d, self.name.clone()));
        let second = moved(&self.also).map(|d| (d, format!("{} (observed)", self.name)));
        main.into_iter().chain(second)
    }
}

/// The public holidays of a country, or of a part of one that has its own.
#[derive(Debug, Clone, Copy)]
pub struct PublicHolidays {
    country: &'static Country,
    area: &'static str,
}

impl PublicHolidays {
    /// Those of an area by its ISO 3166 code, such as `NL` or `DE-BY`; none where they are not built in.
    pub fn of(code: &str) -> Option<Self> {
        Self::all().find(|h| h.area.eq_ignore_ascii_case(code.trim()))
    }

    /// All that are built in.
    pub fn all() -> impl Iterator<Item = Self> {
        let of = |country: &'static Country| {
            let areas = country.areas.iter();
            areas.map(move |area| Self { country, area })
        };
        COUNTRIES.iter().flat_map(of)
    }

    /// The code of the area.
    pub const fn area(self) -> &'static str {
        self.area
    }

    /// The laws and lists that the rules follow.
    pub fn source(self) -> &'static str {
        &self.country.source
    }

    /// The days of a year with their English names, in order. Two on one date share it: `A; B`.
    pub fn in_year(self, year: i32) -> BTreeMap<NaiveDate, String> {
        let mut days: BTreeMap<NaiveDate, String> = BTreeMap::new();
        // A New Year's Day on a Saturday is observed in the year before.
        for of in [year, year.saturating_add(1)] {
            let rules = self.country.holidays.iter();
            let holding = rules.filter(|r| r.holds(self.area, of));
            for (date, name) in holding.flat_map(|r| r.dates(of)) {
                if date.year() != year {
                    continue;
                }
                days.entry(date)
                    .and_modify(|known| {
                        known.push_str("; ");
                        known.push_str(&name);
                    })
                    .or_insert(name);
            }
        }
        days
    }
}
