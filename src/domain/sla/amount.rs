//! How much time a promise gives, as a word people write.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How much time a promise gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Amount {
    /// Seconds of working time: `8 h`, `90 m`.
    Working(i64),
    /// Seconds around the clock: `24 h calendar`.
    Calendar(i64),
    /// Working days: `3 days`; with `end_of_day` (`3 days end`) until the last closing of that day.
    Days {
        /// How many.
        days: u16,
        /// Until the day closes instead of the same clock time.
        end_of_day: bool,
    },
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = |s: i64| match s {
            s if s % 3600 == 0 => format!("{} h", s / 3600),
            s if s % 60 == 0 => format!("{} m", s / 60),
            s => format!("{s} s"),
        };
        match *self {
            Self::Working(s) => f.write_str(&secs(s)),
            Self::Calendar(s) => write!(f, "{} calendar", secs(s)),
            Self::Days { days, end_of_day } => {
                let unit = if days == 1 { "day" } else { "days" };
                let end = if end_of_day { " end" } else { "" };
                write!(f, "{days} {unit}{end}")
            }
        }
    }
}

impl From<Amount> for String {
    fn from(a: Amount) -> Self {
        a.to_string()
    }
}

impl TryFrom<String> for Amount {
    type Error = String;

    fn try_from(s: String) -> Result<Self, String> {
        s.parse()
    }
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "\"{s}\" is no amount of time; write \"8 h\", \"90 m\", \"3 days\", \"3 days end\" or \"24 h calendar\""
            )
        };
        let text = s.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = text.split_at(digits);
        let number: i64 = number.parse().map_err(|_| wrong())?;
        let mut words = rest.split_whitespace();
        let unit = words.next().ok_or_else(wrong)?;
        let tail: Vec<&str> = words.collect();
        let seconds = match unit {
            "s" | "sec" => 1,
            "m" | "min" => 60,
            "h" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => {
                let days = u16::try_from(number).map_err(|_| wrong())?;
                return match tail[..] {
                    [] => Ok(Self::Days {
                        days,
                        end_of_day: false,
                    }),
                    ["end"] => Ok(Self::Days {
                        days,
                        end_of_day: true,
                    }),
                    _ => Err(wrong()),
                };
            }
            _ => return Err(wrong()),
        };
        let total = number
            .checked_mul(seconds)
            .filter(|t| *t <= 100 * 366 * 86_400)
            .ok_or_else(wrong)?;
        match tail[..] {
            [] => Ok(Self::Working(total)),
            ["calendar"] => Ok(Self::Calendar(total)),
            _ => Err(wrong()),
        }
    }
}
