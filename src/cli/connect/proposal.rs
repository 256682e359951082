//! What a desk's own words could mean here: proposed, then corrected by the person.

use std::collections::BTreeMap;

use crate::config::{Desk, WORKSPACE_FIELD};
use crate::desk::Hello;
use crate::domain::people::TenantId;
use crate::domain::text::{self, Untrusted};
use crate::domain::ticket::{Status, UnknownWord};

/// Words that helpdesks have for statuses beside ours.
const WORDS: &[(&str, Status)] = &[
    ("stalled", Status::Pending),
    ("waiting", Status::Pending),
    ("pending customer", Status::Pending),
    ("waiting for customer", Status::Pending),
    ("on hold", Status::OnHold),
    ("in progress", Status::Open),
    ("assigned", Status::Open),
    ("reopened", Status::Open),
    ("solved", Status::Resolved),
    ("done", Status::Resolved),
    ("rejected", Status::Closed),
    ("deleted", Status::Closed),
];

/// The queues and statuses of a desk with what they are to mean; nothing is left out yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Each queue with its tenant; none: it is not worked on.
    pub queues: Vec<(String, Option<TenantId>)>,
    /// Each of the desk's statuses with ours.
    pub statuses: Vec<(String, Status)>,
    /// The custom field that names the Workspace.
    pub workspace_field: String,
    /// The custom field that holds labels, if one looks like it.
    pub labels_field: Option<String>,
}

impl Proposal {
    /// What a desk seems to mean; what the settings said before goes first.
    pub fn of(hello: &Hello, before: Option<&Desk>) -> Self {
        let raw =
            |all: &[Untrusted]| -> Vec<String> { all.iter().map(|u| u.raw().to_owned()).collect() };
        let known = |queue: &String| before.and_then(|b| b.queues.get(queue).cloned());
        let has_map = before.is_some_and(|b| !b.queues.is_empty());
        let queues = raw(&hello.queues)
            .into_iter()
            .map(|queue| {
                // A queue that was left out before stays so.
                let tenant = known(&queue).or_else(|| tenant_of(&queue).filter(|_| !has_map));
                (queue, tenant)
            })
            .collect();
        let statuses = raw(&hello.statuses)
            .into_iter()
            .map(|word| {
                let kept = before.and_then(|b| b.statuses.get(&word).copied());
                let status = kept.unwrap_or_else(|| status_of(&word));
                (word, status)
            })
            .collect();
        let fields = raw(&hello.fields);
        let named = |wanted: &[&str]| {
            let is_it = |f: &&String| wanted.iter().any(|w| f.eq_ignore_ascii_case(w));
            fields.iter().find(is_it).cloned()
        };
        Self {
            queues,
            statuses,
            workspace_field: before
                .map(|b| b.workspace_field.clone())
                .filter(|f| f != WORKSPACE_FIELD)
                .or_else(|| named(&[WORKSPACE_FIELD]))
                .unwrap_or_else(|| WORKSPACE_FIELD.into()),
            labels_field: before
                .and_then(|b| b.labels_field.clone())
                .or_else(|| named(&["labels", "tags"])),
        }
    }

    /// The rows as they are shown, numbered from 1: queues first, then statuses.
    pub fn rows(&self) -> Vec<String> {
        let queues = self.queues.iter().map(|(queue, tenant)| {
            let to = tenant.as_ref().map_or("(left out)", |t| t.as_str());
            ("queue", queue, to)
        });
        let statuses = self.statuses.iter().map(|(s, to)| ("status", s, to.word()));
        queues
            .chain(statuses)
            .enumerate()
            .map(|(i, (what, theirs, ours))| {
                let theirs = text::pad(&text::line(theirs), 32);
                format!("{:>3}  {what:<6}  {theirs}  {ours}", i + 1)
            })
            .collect()
    }

    /// Takes a correction: `2 umc` gives row 2 another meaning, `2 -` leaves a queue out.
    ///
    /// # Errors
    /// A sentence: there is no such row, or it cannot mean that.
    pub fn correct(&mut self, typed: &str) -> Result<(), String> {
        let form = "write a row's number and what it means: 2 umc, or 2 - to leave a queue out";
        let (number, meaning) = typed
            .trim()
            .split_once([' ', '='])
            .map(|(n, m)| (n.trim(), m.trim()))
            .filter(|(_, m)| !m.is_empty())
            .ok_or(form)?;
        let row: usize = number.parse().map_err(|_| form)?;
        let row = row.checked_sub(1).ok_or(form)?;
        if let Some((_, tenant)) = self.queues.get_mut(row) {
            *tenant = match meaning {
                "-" => None,
                name => Some(TenantId::parse(name)?),
            };
            return Ok(());
        }
        match self.statuses.get_mut(row - self.queues.len()) {
            Some((_, status)) => {
                *status = meaning.parse().map_err(|e: UnknownWord| e.to_string())?;
                Ok(())
            }
            None => Err(format!("there is no row {number}; {form}")),
        }
    }

    /// Puts what was agreed into the settings of a desk.
    pub fn fill(self, desk: &mut Desk) {
        let worked_on = |(queue, tenant): (String, Option<TenantId>)| Some((queue, tenant?));
        desk.queues = self.queues.into_iter().filter_map(worked_on).collect();
        desk.statuses = self.statuses.into_iter().collect::<BTreeMap<_, _>>();
        desk.workspace_field = self.workspace_field;
        desk.labels_field = self.labels_field;
    }
}

/// A tenant's code made of a queue's name; none: nothing of it can stand in a code.
fn tenant_of(queue: &str) -> Option<TenantId> {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '-' };
    let name: String = queue.to_lowercase().chars().map(plain).take(64).collect();
    let words: Vec<&str> = name.split('-').filter(|w| !w.is_empty()).collect();
    TenantId::parse(&words.join("-")).ok()
}

fn status_of(word: &str) -> Status {
    let low = word.trim().to_lowercase();
    let known = WORDS.iter().find(|(w, _)| *w == low).map(|(_, s)| *s);
    known.or_else(|| low.parse().ok()).unwrap_or(Status::Open)
}
