//! A problem report as it is being filled in: what was typed or taken, field by field.

use serde::{Deserialize, Serialize};

use super::impact::Impact;
use super::person::Person;
use super::read::since::{self, Moment};
use super::words;
use crate::domain::Instant;
use crate::domain::text::Untrusted;
use chrono_tz::Tz;

/// The fields of a report, in the order of the form. The portal's own list of what a problem
/// must say is Workspace, user and steps to repeat (its page on the support team's profile).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// Which Workspace.
    Workspace,
    /// Whom it happens to.
    User,
    /// That person's role in the Workspace.
    Role,
    /// What to do to see it.
    Steps,
    /// What should have happened.
    Expected,
    /// What happened instead.
    Actual,
    /// Since when.
    Since,
    /// How many it hits and how badly.
    Impact,
    /// What was tried already.
    Tried,
    /// Version, system or VM.
    Environment,
    /// Screenshots and other files.
    Evidence,
}

impl Field {
    /// All of them, in the order of the form.
    pub const ALL: &'static [Self] = &[
        Self::Workspace,
        Self::User,
        Self::Role,
        Self::Steps,
        Self::Expected,
        Self::Actual,
        Self::Since,
        Self::Impact,
        Self::Tried,
        Self::Environment,
        Self::Evidence,
    ];

    /// What people call it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Workspace => "Workspace",
            Self::User => "user",
            Self::Role => "role",
            Self::Steps => "steps",
            Self::Expected => "expected",
            Self::Actual => "actual",
            Self::Since => "since",
            Self::Impact => "impact",
            Self::Tried => "tried",
            Self::Environment => "environment",
            Self::Evidence => "evidence",
        }
    }

    /// The gate does not open without it.
    pub const fn is_required(self) -> bool {
        matches!(
            self,
            Self::Workspace
                | Self::User
                | Self::Steps
                | Self::Expected
                | Self::Actual
                | Self::Since
        )
    }
}

/// A role in a Workspace, as the portal's page on roles names them: what the user of a report can
/// be. Who asks for something or approves it may also be somebody beside a Workspace: that is
/// [`crate::domain::value::Role`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkspaceRole {
    /// Reads data.
    DataReader,
    /// Brings data in.
    DataContributor,
    /// Works on the VMs.
    Standard,
    /// Works on the VMs with more rights.
    Advanced,
    /// Manages members and settings; at most 100 a Workspace.
    Privileged,
    /// Answers for the Workspace; one each.
    Accountable,
}

impl WorkspaceRole {
    /// All of them, the least rights first.
    pub const ALL: &'static [Self] = &[
        Self::DataReader,
        Self::DataContributor,
        Self::Standard,
        Self::Advanced,
        Self::Privileged,
        Self::Accountable,
    ];

    /// The portal's own name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::DataReader => "Data Reader",
            Self::DataContributor => "Data Contributor",
            Self::Standard => "Standard",
            Self::Advanced => "Advanced",
            Self::Privileged => "Privileged",
            Self::Accountable => "Accountable",
        }
    }

    /// Reads a role by its name, however it is joined: `data-reader`, `Privileged member`.
    pub fn parse(text: &str) -> Option<Self> {
        let letters = |s: &str| -> String {
            s.chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .collect()
        };
        let typed = letters(text);
        let typed = typed.strip_suffix("member").unwrap_or(&typed);
        let typed = typed.strip_suffix("user").unwrap_or(typed);
        Self::ALL
            .iter()
            .copied()
            .find(|r| letters(r.word()) == typed)
    }
}

/// Since when: what was typed while it is not understood, else what it means. A moment is kept
/// as an instant, so that a draft of yesterday's "since yesterday" still means the same day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Since {
    /// Not understood as a moment.
    Typed(Untrusted),
    /// From then on.
    At(Moment),
    /// It never was otherwise.
    Always,
}

impl Since {
    /// Reads what was typed, as seen at `now` in a zone; English and Dutch.
    pub fn parse(text: &str, now: Instant, zone: Tz) -> Self {
        if words::is_always(text) {
            return Self::Always;
        }
        match since::moment(text, now, zone) {
            Some(moment) => Self::At(moment),
            None => Self::Typed(Untrusted::new(text.trim())),
        }
    }

    /// As one line in a zone: `2026-11-23 14:00`, `2026-11-23`, `always`, or the words.
    pub fn line(&self, zone: Tz) -> String {
        match self {
            Self::Typed(text) => text.line().into_string(),
            Self::At(moment) => moment.line(zone),
            Self::Always => "always".to_owned(),
        }
    }
}

/// A file that shows it; its bytes stay where the ticket's attachments are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its name, or the words that speak of it while the file itself is not here.
    pub name: Untrusted,
    /// Its size in bytes; none while only spoken of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

/// The Workspace as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WorkspaceField {
    /// Its name.
    pub name: Untrusted,
    /// Somebody has confirmed that it exists although this desk has not heard of it.
    #[serde(default)]
    pub confirmed_new: bool,
}

/// A report as far as it is filled in. Everything may be missing or wrong; only
/// [`super::check()`] makes a [`super::Complete`] of it. Serialises losslessly.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// Which Workspace.
    pub workspace: WorkspaceField,
    /// Whom it happens to.
    pub user: Person,
    /// That person's role in the Workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<WorkspaceRole>,
    /// What to do to see it, in order.
    pub steps: Vec<Untrusted>,
    /// What should have happened.
    pub expected: Untrusted,
    /// What happened instead.
    pub actual: Untrusted,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// How many it hits and how badly.
    pub impact: Impact,
    /// What was tried already.
    pub tried: Untrusted,
    /// Version, system or VM.
    pub environment: Untrusted,
    /// Screenshots and other files.
    pub evidence: Vec<Evidence>,
}

impl Draft {
    /// Moves a step to another place; the others keep their order. Places outside are left alone.
    pub fn move_step(&mut self, from: usize, to: usize) {
        if from < self.steps.len() && to < self.steps.len() {
            let step = self.steps.remove(from);
            self.steps.insert(to, step);
        }
    }

    /// Puts into a field what stands in it there.
    pub fn take(&mut self, field: Field, from: &Self) {
        match field {
            Field::Workspace => self.workspace = from.workspace.clone(),
            Field::User => self.user = from.user.clone(),
            Field::Role => self.role = from.role,
            Field::Steps => self.steps.clone_from(&from.steps),
            Field::Expected => self.expected = from.expected.clone(),
            Field::Actual => self.actual = from.actual.clone(),
            Field::Since => self.since.clone_from(&from.since),
            Field::Impact => self.impact = from.impact,
            Field::Tried => self.tried = from.tried.clone(),
            Field::Environment => self.environment = from.environment.clone(),
            Field::Evidence => self.evidence.clone_from(&from.evidence),
        }
    }

    /// Whether something stands in a field, right or wrong.
    pub fn has(&self, field: Field) -> bool {
        let said = |text: &Untrusted| !text.raw().trim().is_empty();
        match field {
            Field::Workspace => said(&self.workspace.name),
            Field::User => !self.user.is_empty(),
            Field::Role => self.role.is_some(),
            Field::Steps => self.steps.iter().any(said),
            Field::Expected => said(&self.expected),
            Field::Actual => said(&self.actual),
            Field::Since => match &self.since {
                Some(Since::Typed(text)) => said(text),
                other => other.is_some(),
            },
            Field::Impact => self.impact.is_answered(),
            Field::Tried => said(&self.tried),
            Field::Environment => said(&self.environment),
            Field::Evidence => !self.evidence.is_empty(),
        }
    }
}
