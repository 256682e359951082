//! Reading lengths of time and days as a query writes them.

use chrono::NaiveDate;

use super::{Day, Span, Unit};

/// A length of time: `90m`, `2h`, `3 days`.
pub(super) fn span(text: &str) -> Option<Span> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at(digits);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "m" | "min" | "mins" | "minute" | "minutes" => Unit::Minutes,
        "h" | "hr" | "hrs" | "hour" | "hours" => Unit::Hours,
        "d" | "day" | "days" => Unit::Days,
        "w" | "wk" | "week" | "weeks" => Unit::Weeks,
        _ => return None,
    };
    Some(Span {
        count: count.parse().ok()?,
        unit,
    })
}

/// A day: `2026-11-30`, `today`.
pub(super) fn day(text: &str) -> Option<Day> {
    match text.to_ascii_lowercase().as_str() {
        "today" => Some(Day::Today),
        "yesterday" => Some(Day::Yesterday),
        "tomorrow" => Some(Day::Tomorrow),
        date if date.len() == 10 && date.is_ascii() => NaiveDate::parse_from_str(date, "%Y-%m-%d")
            .ok()
            .map(Day::Date),
        _ => None,
    }
}
