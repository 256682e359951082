//! One change of a request's form, as plain data: applied to the form as it is kept at that
//! moment, so that two windows that fill in different fields lose nothing of each other.

use serde_json::json;

use super::{Form, KindSpec, Said, Tick, Verdict, WordNeeded};
use crate::domain::Instant;
use crate::domain::people::AgentId;
use crate::domain::report::Since;
use crate::domain::text::{self, Untrusted};
use crate::domain::value::Role;

/// A change of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A field gets an answer; an empty one clears it.
    Answer {
        /// The field.
        field: String,
        /// As it was written.
        value: String,
    },
    /// What the requester is.
    Role(Option<Role>),
    /// The vendor's name for it.
    Vendor(Option<Untrusted>),
    /// An item is done, or not after all.
    Tick {
        /// The item.
        item: String,
        /// By whom and when; none: not done.
        tick: Option<Tick>,
    },
    /// Somebody's word on whether it may be done.
    Approve(Said),
    /// Somebody's order.
    Instruct(Said),
}

impl Step {
    /// Does it.
    ///
    /// # Errors
    /// A sentence: there is no such field, item or word, or it cannot be so.
    pub fn apply(&self, form: &mut Form, spec: &KindSpec) -> Result<(), String> {
        match self {
            Self::Answer { field, value } => form.answer(spec, field, value),
            Self::Role(role) => {
                form.role = *role;
                Ok(())
            }
            Self::Vendor(vendor) => {
                form.vendor.clone_from(vendor);
                Ok(())
            }
            Self::Tick { item, tick } => form.tick(spec, item, tick.clone()),
            Self::Approve(said) => form.approve(spec, said.clone()),
            Self::Instruct(said) => form.instruct(spec, said.clone()),
        }
    }

    /// What takes it back on a form as it was before; none: what somebody said stays said, and
    /// a later word changes it.
    pub fn back(&self, before: &Form) -> Option<Self> {
        Some(match self {
            Self::Answer { field, .. } => {
                let was = before.answers.get(field);
                Self::Answer {
                    field: field.clone(),
                    value: was.map_or_else(String::new, |v| v.raw().to_owned()),
                }
            }
            Self::Role(_) => Self::Role(before.role),
            Self::Vendor(_) => Self::Vendor(before.vendor.clone()),
            Self::Tick { item, .. } => Self::Tick {
                item: item.clone(),
                tick: before.ticks.get(item).cloned(),
            },
            Self::Approve(_) | Self::Instruct(_) => return None,
        })
    }

    /// What the trail keeps of it: names, never what was answered or who said it.
    pub fn detail(&self) -> String {
        match self {
            Self::Answer { field, .. } => json!({"act": "set", "fields": [field]}),
            Self::Role(_) => json!({"act": "set", "fields": ["role"]}),
            Self::Vendor(_) => json!({"act": "set", "fields": ["vendor"]}),
            Self::Tick { item, tick } => {
                let act = if tick.is_some() { "tick" } else { "untick" };
                json!({"act": act, "items": [item]})
            }
            Self::Approve(said) => {
                json!({"act": "approve", "name": said.name, "verdict": said.verdict})
            }
            Self::Instruct(said) => {
                json!({"act": "instruct", "name": said.name, "verdict": said.verdict})
            }
        }
        .to_string()
    }
}

/// Who writes a word down, when, and how moments are read.
#[derive(Debug, Clone, Copy)]
pub struct Keeper<'a> {
    /// By whom.
    pub me: &'a AgentId,
    /// When.
    pub now: Instant,
    /// The zone in which times are read.
    pub zone: chrono_tz::Tz,
}

impl Said {
    /// Reads `[no;] who; role; where[; when[; what was said]]`, as it is typed in one line. The
    /// role may be left out where `known` finds it for that person.
    ///
    /// # Errors
    /// A sentence that says which part is missing or not understood.
    pub fn read(
        text: &str,
        needed: &WordNeeded,
        keeper: Keeper<'_>,
        known: impl Fn(&str) -> Option<Role>,
    ) -> Result<Self, String> {
        let mut parts: Vec<&str> = text.split(';').map(str::trim).collect();
        let refused = parts.first().is_some_and(|p| p.eq_ignore_ascii_case("no"));
        let agreed = parts.first().is_some_and(|p| p.eq_ignore_ascii_case("yes"));
        if refused || agreed {
            parts.remove(0);
        }
        let mut parts = parts.into_iter();
        let by = parts.next().unwrap_or_default();
        if by.is_empty() {
            return Err("say who, what they are and where it was said, with ; between".into());
        }
        let second = parts.next().unwrap_or_default();
        let (role, place) = match (Role::parse(second), known(by)) {
            (Ok(role), _) => (role, parts.next().unwrap_or_default()),
            (Err(_), Some(role)) if !second.is_empty() => (role, second),
            (Err(why), _) => return Err(why),
        };
        if place.is_empty() {
            return Err("say where it was said, such as a mail or a call, behind another ;".into());
        }
        let at = match parts.next().filter(|w| !w.is_empty()) {
            None => keeper.now,
            Some(when) => moment(when, keeper)?,
        };
        let words = parts.collect::<Vec<_>>().join("; ");
        Ok(Self {
            name: needed.name.clone(),
            verdict: if refused {
                Verdict::Refused
            } else {
                Verdict::Given
            },
            by: Untrusted::new(by),
            role,
            at,
            place: Untrusted::new(place),
            words: (!words.is_empty()).then(|| Untrusted::new(words)),
            kept_by: keeper.me.clone(),
            kept_at: keeper.now,
        })
    }
}

/// When it was said. Only the day may be known; a moment to come is refused by the form.
fn moment(when: &str, keeper: Keeper<'_>) -> Result<Instant, String> {
    match Since::parse(when, keeper.now, keeper.zone) {
        Since::At(moment) => Ok(moment.at),
        _ => Err(format!(
            "\"{}\" is no moment; write it as in yesterday 14:00 or 2026-11-24 9:30",
            text::line(when)
        )),
    }
}
