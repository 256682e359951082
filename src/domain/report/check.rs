//! The gate: whether a stranger can act on a report, and what is missing if not.

use serde::Serialize;

use super::form::{Draft, Evidence, Field, Since, WorkspaceRole};
use super::impact::{self, Impact};
use super::known::Known;
use super::person::Person;
use super::read::since::Moment;
use super::words;
use crate::domain::Instant;
use crate::domain::text::Untrusted;
use crate::domain::ticket::Priority;

/// What is missing, and why it matters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The field.
    pub field: Field,
    /// What is wrong with it and what would be right; never with the requester's own words.
    pub sentence: &'static str,
    /// Why anybody wants to know.
    pub why: &'static str,
}

impl Missing {
    /// The requester has said it; whether it is so is ours to settle, and no question to them.
    pub fn is_ours(&self) -> bool {
        self.sentence == UNKNOWN
    }

    /// A field that was asked for; what was wrong with it is long forgotten.
    pub const fn only(field: Field) -> Self {
        Self {
            field,
            sentence: "",
            why: "",
        }
    }
}

/// How far a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Meter {
    /// Required fields that are in order.
    pub done: usize,
    /// Required fields.
    pub of: usize,
    /// Of the fields that help but are not required: how many are filled in.
    pub helpful: usize,
}

/// Something that was done, or seen, on the way to the problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step(Untrusted);

impl Step {
    /// The words.
    pub const fn text(&self) -> &Untrusted {
        &self.0
    }
}

/// From when on; only what the gate accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onset {
    /// From then on.
    At(Moment),
    /// It never was otherwise.
    Always,
}

/// A report that passed the gate. Only [`check()`] makes one, and nothing can be taken out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complete {
    workspace: String,
    is_new: bool,
    steps: Vec<Step>,
    onset: Onset,
    draft: Draft,
}

impl Complete {
    /// The Workspace's full name as the register writes it.
    pub fn workspace(&self) -> &str {
        &self.workspace
    }

    /// Nobody here had heard of the Workspace; somebody has confirmed it.
    pub const fn workspace_is_new(&self) -> bool {
        self.is_new
    }

    /// Whom it happens to.
    pub const fn user(&self) -> &Person {
        &self.draft.user
    }

    /// That person's role, where it was said.
    pub const fn role(&self) -> Option<WorkspaceRole> {
        self.draft.role
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// From when on.
    pub const fn since(&self) -> Onset {
        self.onset
    }

    /// The answers about impact.
    pub const fn impact(&self) -> &Impact {
        &self.draft.impact
    }

    /// What was attached.
    pub fn evidence(&self) -> &[Evidence] {
        &self.draft.evidence
    }

    /// The priority that follows, and why.
    pub fn priority(&self) -> (Priority, String) {
        impact::priority(&self.draft.impact)
    }

    /// The form it was made from, with the Workspace's name as the register writes it.
    pub const fn draft(&self) -> &Draft {
        &self.draft
    }
}

/// What the gate says.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// How far the report is.
    pub meter: Meter,
    /// The report, or what is missing, in the order of the form; never empty then.
    pub outcome: Result<Box<Complete>, Vec<Missing>>,
}

impl Verdict {
    /// The gate says yes.
    pub const fn is_complete(&self) -> bool {
        self.outcome.is_ok()
    }

    /// What is missing; empty if nothing is.
    pub fn missing(&self) -> &[Missing] {
        self.outcome.as_ref().err().map_or(&[], Vec::as_slice)
    }

    /// One line for the footer: `4 of 6; missing: the steps, since when`.
    pub fn line(&self) -> String {
        let Meter { done, of, .. } = self.meter;
        if self.is_complete() {
            return format!("{done} of {of}; complete");
        }
        let names: Vec<&str> = self.missing().iter().map(|m| m.field.word()).collect();
        format!("{done} of {of}; missing: {}", names.join(", "))
    }

    /// Goes on: with the complete report, or past the gate with a reason.
    ///
    /// # Errors
    /// The report is not complete and the reason says nothing.
    pub fn pass(self, reason: Option<&str>) -> Result<Passed, String> {
        let missing = match self.outcome {
            Ok(complete) => return Ok(Passed::Complete(complete)),
            Err(missing) => missing,
        };
        match reason.map(str::trim) {
            Some(reason) if words::words(reason).next().is_some() => Ok(Passed::Past {
                reason: Untrusted::new(reason),
                missing: missing.iter().map(|m| m.field).collect(),
            }),
            Some(_) => Err("the reason says nothing; write why it cannot wait".into()),
            None => {
                let names: Vec<&str> = missing.iter().map(|m| m.field.word()).collect();
                Err(format!(
                    "the report lacks {}; ask for it, or give a reason to go on without",
                    names.join(", ")
                ))
            }
        }
    }
}

/// How an act came through the gate.
#[derive(Debug, Clone, PartialEq)]
pub enum Passed {
    /// With a complete report.
    Complete(Box<Complete>),
    /// Past the gate: somebody had a reason.
    Past {
        /// The reason.
        reason: Untrusted,
        /// What the report lacked then.
        missing: Vec<Field>,
    },
}

impl Passed {
    /// What the internal note, and by it the audit trail, says of going past the gate; none for
    /// a complete report.
    pub fn note(&self) -> Option<String> {
        let Self::Past { reason, missing } = self else {
            return None;
        };
        let names: Vec<&str> = missing.iter().map(|f| f.word()).collect();
        Some(format!(
            "Went on without a complete report (it lacks {}): {}",
            names.join(", "),
            reason.line()
        ))
    }
}

/// Looks at a report with the eyes of a stranger. `now` is the latest that "since" can be.
pub fn check(draft: &Draft, known: &dyn Known, now: Instant) -> Verdict {
    let missing: Vec<Missing> = Field::ALL
        .iter()
        .filter(|f| f.is_required())
        .filter_map(|f| against(*f, draft, known, now))
        .collect();
    let of = Field::ALL.iter().filter(|f| f.is_required()).count();
    let helpful = |f: &&Field| !f.is_required() && draft.has(**f);
    let meter = Meter {
        done: of - missing.len(),
        of,
        helpful: Field::ALL.iter().filter(helpful).count(),
    };
    let outcome = match complete(draft, known) {
        Some(complete) if missing.is_empty() => Ok(Box::new(complete)),
        _ => Err(missing),
    };
    Verdict { meter, outcome }
}

fn complete(draft: &Draft, known: &dyn Known) -> Option<Complete> {
    let typed = draft.workspace.name.raw().trim();
    let registered = known.workspace(typed);
    let workspace = registered.unwrap_or(typed).to_owned();
    let onset = match draft.since.as_ref()? {
        Since::At(moment) => Onset::At(*moment),
        Since::Always => Onset::Always,
        Since::Typed(_) => return None,
    };
    let mut draft = draft.clone();
    draft.workspace.name = Untrusted::new(&workspace);
    let said = draft.steps.iter().filter(|s| !s.raw().trim().is_empty());
    Some(Complete {
        is_new: registered.is_none(),
        steps: said.cloned().map(Step).collect(),
        workspace,
        onset,
        draft,
    })
}

/// What stands against one field, for the form when it is left; none for what is in order and
/// for what is not required.
pub fn against(field: Field, draft: &Draft, known: &dyn Known, now: Instant) -> Option<Missing> {
    let (sentence, why) = match field {
        Field::Workspace => (against_workspace(draft, known)?, WHY_WORKSPACE),
        Field::User => (against_user(draft)?, WHY_USER),
        Field::Steps => (against_steps(draft)?, WHY_STEPS),
        Field::Expected => (against_expected(draft)?, WHY_EXPECTED),
        Field::Actual => (against_actual(draft)?, WHY_ACTUAL),
        Field::Since => (against_since(draft, now)?, WHY_SINCE),
        Field::Role | Field::Impact | Field::Tried | Field::Environment | Field::Evidence => {
            return None;
        }
    };
    Some(Missing {
        field,
        sentence,
        why,
    })
}

const WHY_WORKSPACE: &str = "nobody can look at a Workspace without knowing which it is";
const WHY_USER: &str = "rights and settings differ by person; what one sees another may not";
const WHY_STEPS: &str = "whoever mends it must see it first, and see it gone afterwards";
const WHY_EXPECTED: &str = "without it nobody can tell a fault from a rule";
const WHY_ACTUAL: &str = "what was seen, to the word of the message, is what can be looked up";
const WHY_SINCE: &str = "it says which change, update or outage may be behind it";

fn against_workspace(draft: &Draft, known: &dyn Known) -> Option<&'static str> {
    let name = draft.workspace.name.raw().trim();
    if name.is_empty() {
        return Some("the Workspace is missing; its name looks like dws-3049-AUBioLab");
    }
    if known.workspace(name).is_some() {
        return None;
    }
    if !is_workspace_name(name) {
        return Some("this is no Workspace's name; it looks like dws-3049-AUBioLab");
    }
    if draft.workspace.confirmed_new {
        return None;
    }
    Some(UNKNOWN)
}

/// A name that is well formed, of which nobody here has heard.
const UNKNOWN: &str =
    "no Workspace of this name is known here; mend it, or confirm that it is new to us";

/// `dws-<number>-<short name>`.
fn is_workspace_name(name: &str) -> bool {
    let low = name.to_lowercase();
    let Some((number, short)) = low.strip_prefix("dws-").and_then(|r| r.split_once('-')) else {
        return false;
    };
    (1..=8).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
        && short.starts_with(|c: char| c.is_ascii_alphanumeric())
        && short.len() <= 60
        && short
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn against_user(draft: &Draft) -> Option<&'static str> {
    if draft.user.is_empty() {
        return Some(
            "the user is missing; give a name or an address such as jan.de.vries@mydre.org",
        );
    }
    if !draft.user.is_one() {
        return Some("this is no one person; give first and last name, or a personal address");
    }
    None
}

/// Two distinct acts, or one act and what was seen then: as a step, or as what happened.
fn against_steps(draft: &Draft) -> Option<&'static str> {
    let said = draft.steps.iter().map(Untrusted::raw).filter(|s| is_act(s));
    let mut distinct: Vec<&str> = Vec::new();
    for step in said {
        if !distinct.iter().any(|s| words::same(s, step)) {
            distinct.push(step);
        }
    }
    match distinct.as_slice() {
        [] if draft.has(Field::Steps) => {
            Some("the steps say that it fails, not what to do; begin with what you open or click")
        }
        [] => Some("the steps are missing; number them, from the first click to what goes wrong"),
        [only] => {
            let seen = draft.actual.raw();
            let told = !words::is_vague(seen) && !words::same(only, seen);
            (!told).then_some("one step alone does not show it; add the next, or what you saw then")
        }
        _ => None,
    }
}

/// Words that are a step all by themselves.
const ONE_WORD: &[&str] = &[
    "login",
    "logon",
    "reboot",
    "restart",
    "inloggen",
    "aanmelden",
    "herstarten",
    "opstarten",
];

fn is_act(step: &str) -> bool {
    let count = words::words(step).count();
    match count {
        0 => false,
        1 => words::words(step).any(|w| ONE_WORD.contains(&w.as_str())),
        _ => !words::is_vague(step),
    }
}

fn against_expected(draft: &Draft) -> Option<&'static str> {
    let (expected, actual) = (draft.expected.raw(), draft.actual.raw());
    if expected.trim().is_empty() {
        return Some("what was expected is missing; say what you would see if all were well");
    }
    if words::is_vague(expected) {
        return Some(
            "\"that it works\" is no expectation; say what you would see if all were well",
        );
    }
    (words::same(expected, actual) && !actual.trim().is_empty())
        .then_some("expected and actual are the same; say what would differ if all were well")
}

fn against_actual(draft: &Draft) -> Option<&'static str> {
    let actual = draft.actual.raw();
    if actual.trim().is_empty() {
        return Some("what happened is missing; copy the message, or say what you saw");
    }
    if words::is_vague(actual) {
        return Some("\"it does not work\" says little; copy the message, or say what you saw");
    }
    None
}

fn against_since(draft: &Draft, now: Instant) -> Option<&'static str> {
    match &draft.since {
        None => Some("since when is missing; a day and about what time, or \"always\""),
        Some(Since::Typed(_)) => {
            Some("this is no moment; write for instance yesterday 14:00, 2026-11-23, or always")
        }
        Some(Since::At(moment)) if moment.at > now => {
            Some("this lies ahead; write when it began, as in yesterday 14:00")
        }
        Some(_) => None,
    }
}
