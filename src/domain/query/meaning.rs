//! What a query means, said plainly and slowly.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta, TimeZone};

use super::{Compare, Day, DueState, Flag, Query, Span, Stamp, Test, Text, When, Who};
use crate::domain::Instant;
use crate::domain::escalation::Stage;
use crate::domain::list::Asker;
use crate::domain::ticket::{Due, Ticket};

/// A stretch of instants: from the first one on, until before the second.
/// An end that is missing is open.
pub type Bounds = (Option<Instant>, Option<Instant>);

impl When {
    /// The instants that are meant, of something that has happened.
    pub fn since(self, asker: &Asker) -> Bounds {
        match self {
            Self::Within(span) => (shift(asker.now, span, -1), None),
            Self::Beyond(span) => (None, shift(asker.now, span, -1)),
            Self::Days(compare, day) => days(compare, day, asker),
        }
    }

    /// The instants that are meant, of something that is to happen.
    pub fn until_due(self, asker: &Asker) -> Bounds {
        match self {
            Self::Within(span) => (None, shift(asker.now, span, 1)),
            Self::Beyond(span) => (shift(asker.now, span, 1), None),
            Self::Days(compare, day) => days(compare, day, asker),
        }
    }
}

fn shift(now: Instant, span: Span, sign: i64) -> Option<Instant> {
    let far = if sign < 0 {
        Instant::MIN_UTC
    } else {
        Instant::MAX_UTC
    };
    let delta = TimeDelta::try_seconds(sign * span.seconds())?;
    Some(now.checked_add_signed(delta).unwrap_or(far))
}

fn days(compare: Compare, day: Day, asker: &Asker) -> Bounds {
    let today = asker.now.with_timezone(&asker.zone).date_naive();
    let date = match day {
        Day::Date(date) => date,
        Day::Yesterday => today.pred_opt().unwrap_or(today),
        Day::Today => today,
        Day::Tomorrow => today.succ_opt().unwrap_or(today),
    };
    let begin = midnight(date, asker.zone);
    let end = midnight(
        date.checked_add_days(Days::new(1)).unwrap_or(date),
        asker.zone,
    );
    match compare {
        Compare::Before => (None, Some(begin)),
        Compare::UpTo => (None, Some(end)),
        Compare::On => (Some(begin), Some(end)),
        Compare::From => (Some(begin), None),
        Compare::After => (Some(end), None),
    }
}

/// When a day begins: at midnight, or where the clocks leave midnight out, just after.
fn midnight(date: NaiveDate, zone: chrono_tz::Tz) -> Instant {
    let naive = date.and_time(NaiveTime::MIN);
    (0..=4)
        .find_map(|half_hours| {
            let later = naive.checked_add_signed(TimeDelta::minutes(30 * half_hours))?;
            zone.from_local_datetime(&later).earliest()
        })
        .map_or_else(|| naive.and_utc(), |t| t.to_utc())
}

fn inside(at: Instant, (from, to): Bounds) -> bool {
    from.is_none_or(|f| at >= f) && to.is_none_or(|t| at < t)
}

impl Query {
    /// Whether a ticket is meant. `haystack` is all of its text; see [`Text::is_in`].
    pub fn matches(&self, ticket: &Ticket, asker: &Asker, haystack: &str) -> bool {
        self.matches_by(ticket, asker, |text| text.is_in(haystack))
    }

    /// Whether a ticket is meant, when somebody else knows where words occur.
    pub fn matches_by(&self, ticket: &Ticket, asker: &Asker, has: impl Fn(&Text) -> bool) -> bool {
        self.terms.iter().all(|term| {
            let holds = match &term.test {
                Test::Text(text) => has(text),
                test => test.holds(ticket, asker),
            };
            holds != term.negated
        })
    }
}

impl Test {
    /// Whether it holds; a text never does, as the fields alone cannot tell.
    fn holds(&self, t: &Ticket, asker: &Asker) -> bool {
        match self {
            Self::Status(v) => v.contains(&t.status),
            Self::Assignee(v) => v.iter().any(|who| {
                let who = who.as_ref().map(|w| match w {
                    Who::Me => &asker.me,
                    Who::Agent(id) => id,
                });
                who == t.assignee.as_ref()
            }),
            Self::Tenant(v) => v.contains(&t.tenant),
            Self::Workspace(v) => any_text(v, t.workspace.as_ref().map(|w| w.raw()), starts_part),
            Self::Requester(v) => any_text(v, t.requester.as_ref().map(|r| r.raw()), |r, v| {
                r.to_ascii_lowercase().contains(&v.to_ascii_lowercase())
            }),
            Self::Label(v) => v.iter().any(|v| match v {
                None => t.labels.is_empty(),
                Some(v) => t.labels.iter().any(|l| l.eq_ignore_ascii_case(v)),
            }),
            Self::Priority(v) => v.contains(&t.priority),
            Self::Kind(v) => v.contains(&t.kind),
            Self::Channel(v) => v.contains(&t.channel),
            Self::Turn(v) => v.contains(&t.turn),
            Self::Id(v) => v
                .iter()
                .any(|k| k.as_str().eq_ignore_ascii_case(t.key.as_str())),
            Self::Is(v) => v.iter().any(|f| f.holds(t, asker)),
            Self::DueIs(v) => v.iter().any(|d| d.holds(&t.due, asker)),
            Self::DueAt(when) => match &t.due {
                Due::Running { at, .. } => inside(*at, when.until_due(asker)),
                Due::Paused { .. } | Due::None => false,
            },
            Self::Time(stamp, when) => {
                let at = match stamp {
                    Stamp::Created => Some(t.created),
                    Stamp::Updated => Some(t.updated),
                    Stamp::Resolved => t.resolved,
                    Stamp::Closed => t.closed,
                };
                at.is_some_and(|at| inside(at, when.since(asker)))
            }
            Self::Text(_) => false,
        }
    }
}

fn any_text(
    values: &[Option<String>],
    field: Option<&str>,
    fits: impl Fn(&str, &str) -> bool,
) -> bool {
    values.iter().any(|v| match (v, field) {
        (None, None) => true,
        (Some(v), Some(f)) => fits(f, v),
        _ => false,
    })
}

fn starts_part(name: &str, value: &str) -> bool {
    let (name, value) = (name.to_ascii_lowercase(), value.to_ascii_lowercase());
    name.starts_with(&value) || name.contains(&format!("-{value}"))
}

impl Flag {
    /// Whether a ticket is that. A mark is never known here.
    pub fn holds(self, t: &Ticket, asker: &Asker) -> bool {
        match self {
            Self::Unread => t.unread,
            Self::Changed => t.changed,
            Self::Snoozed => t.snoozed_until.is_some_and(|until| until > asker.now),
            Self::Late => DueState::Late.holds(&t.due, asker),
            Self::Unassigned => t.assignee.is_none(),
            Self::Live => t.status.is_live(),
            Self::Waiting => t.status.is_waiting(),
            Self::Merged => t.merged_into.is_some(),
            Self::Unsent => t.waiting > 0,
            Self::Draft => t.draft,
            Self::Escalated => t.vendor.is_some_and(Stage::is_open),
            Self::Marked => false,
        }
    }
}

impl DueState {
    /// Whether that is what the clock does.
    pub fn holds(self, due: &Due, asker: &Asker) -> bool {
        match (self, due) {
            (Self::Late, Due::Running { at, .. }) => *at < asker.now,
            (Self::Running, Due::Running { .. })
            | (Self::Paused, Due::Paused { .. })
            | (Self::None, Due::None) => true,
            _ => false,
        }
    }
}

/// The words of a text as they are searched: stretches of letters and digits, in
/// small letters.
pub fn tokens(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect()
}

impl Text {
    /// Whether its words stand in a text next to each other and in order. The last one
    /// may be the beginning of a longer word, unless it is a phrase.
    pub fn is_in(&self, haystack: &str) -> bool {
        let (needle, hay) = (tokens(&self.text), tokens(haystack));
        let Some((last, firsts)) = needle.split_last() else {
            return false;
        };
        hay.windows(needle.len()).any(|w| {
            let Some((end, begin)) = w.split_last() else {
                return false;
            };
            begin == firsts
                && if self.whole {
                    end == last
                } else {
                    end.starts_with(last.as_str())
                }
        })
    }
}
