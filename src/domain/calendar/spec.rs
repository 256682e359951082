//! How a calendar is written down, and what is wrong with it when it is wrong.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::Instant;

/// From and until, as clock times `HH:MM` or `HH:MM:SS`, `24:00` being the midnight that ends the day.
pub type Span = (String, String);

/// Opening hours by weekday; a day without any is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Weekly {
    /// Monday.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mon: Vec<Span>,
    /// Tuesday.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tue: Vec<Span>,
    /// Wednesday.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wed: Vec<Span>,
    /// Thursday.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub thu: Vec<Span>,
    /// Friday.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fri: Vec<Span>,
    /// Saturday.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sat: Vec<Span>,
    /// Sunday.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sun: Vec<Span>,
}

impl Weekly {
    /// The days from Monday on, with the word that names them.
    pub fn days(&self) -> [(&'static str, &[Span]); 7] {
        [
            ("mon", &self.mon),
            ("tue", &self.tue),
            ("wed", &self.wed),
            ("thu", &self.thu),
            ("fri", &self.fri),
            ("sat", &self.sat),
            ("sun", &self.sun),
        ]
    }
}

/// A calendar as somebody writes it in a settings file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CalendarSpec {
    /// The IANA zone in which hours, dates, holidays and breaks are read, such as `Europe/Amsterdam`.
    #[serde(alias = "time_zone")]
    pub zone: String,
    /// Opening hours of an ordinary week.
    pub weekly: Weekly,
    /// Areas whose public holidays are closed, such as `NL` or `DE-BY`; see [`super::PublicHolidays`].
    pub public_holidays: Vec<String>,
    /// Dates that are closed all day.
    pub holidays: Vec<NaiveDate>,
    /// Dates that are closed all day, with the names of their holidays, as a calendar file gives them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub named_holidays: BTreeMap<NaiveDate, String>,
    /// `MM-DD`, closed every year.
    pub yearly_holidays: Vec<String>,
    /// Other hours on that date, in place of the weekly ones. A holiday stays closed all the same.
    pub special_dates: BTreeMap<NaiveDate, Vec<Span>>,
    /// Closed parts of that date.
    pub breaks: BTreeMap<NaiveDate, Vec<Span>>,
    /// Closed from one instant to another, for instance a planned absence.
    pub absences: Vec<(Instant, Instant)>,
    /// Every instant is open: calendar time. Absences still count, everything else is ignored.
    pub always_open: bool,
}

impl CalendarSpec {
    /// Monday to Friday 09:00-17:00 in Amsterdam with the Dutch public holidays.
    pub fn standard() -> Self {
        let day = || vec![("09:00".to_owned(), "17:00".to_owned())];
        Self {
            weekly: Weekly {
                mon: day(),
                tue: day(),
                wed: day(),
                thu: day(),
                fri: day(),
                ..Weekly::default()
            },
            public_holidays: vec!["NL".into()],
            ..Self::default()
        }
    }

    /// The zone, if there is one of that name.
    ///
    /// # Errors
    /// Names the zone that is unknown.
    pub fn tz(&self) -> Result<Tz, CalendarError> {
        self.zone
            .parse()
            .map_err(|_| CalendarError::Zone(self.zone.clone()))
    }
}

impl Default for CalendarSpec {
    /// Amsterdam, and closed.
    fn default() -> Self {
        Self {
            zone: "Europe/Amsterdam".into(),
            weekly: Weekly::default(),
            public_holidays: Vec::new(),
            holidays: Vec::new(),
            named_holidays: BTreeMap::new(),
            yearly_holidays: Vec::new(),
            special_dates: BTreeMap::new(),
            breaks: BTreeMap::new(),
            absences: Vec::new(),
            always_open: false,
        }
    }
}

/// What is wrong with a calendar; every sentence names the entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// No such zone.
    #[error("there is no time zone \"{0}\"; write an IANA name such as Europe/Amsterdam")]
    Zone(String),
    /// Not a clock time.
    #[error("{entry}: \"{text}\" is no clock time; write HH:MM from 00:00 to 24:00")]
    Clock {
        /// Where it stands, such as `weekly.mon`.
        entry: String,
        /// What stands there.
        text: String,
    },
    /// A pair that ends before it starts.
    #[error(
        "{entry}: {from}-{to} ends before it starts; write hours past midnight as two entries on two days"
    )]
    Backwards {
        /// Where it stands.
        entry: String,
        /// Its start.
        from: String,
        /// Its end.
        to: String,
    },
    /// Not a day of the year.
    #[error("yearly_holidays: \"{0}\" is no day of the year; write MM-DD, such as 12-25")]
    Yearly(String),
    /// An area whose holidays are not built in.
    #[error(
        "public_holidays: the holidays of \"{0}\" are not built in (there are NL, BE, DE, GB, FR and US, and parts such as DE-BY or GB-ENG); list them under holidays, or name a calendar file under holiday_files"
    )]
    Country(String),
    /// An absence that ends before it starts.
    #[error("absences: {from} to {to} ends before it starts")]
    Absence {
        /// Its start.
        from: Instant,
        /// Its end.
        to: Instant,
    },
    /// It would never open.
    #[error("the calendar never opens: give it weekly hours, special_dates or always_open")]
    NeverOpen,
}
