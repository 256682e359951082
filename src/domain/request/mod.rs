//! Requests: tickets of a kind with a form, people who may ask, approvals, a checklist, and
//! things that must be true before they are closed.
//!
//! The kinds are data (`assets/requests.toml`, which names its sources; facts from PORTAL.md,
//! "Kinds of ticket" and "Service levels"). Here are their meaning ([`KindSpec`]), what a team
//! keeps of one request (`form`) and what stands against closing it (`check`).

mod check;
mod ends;
mod form;
mod step;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::people::TenantId;
use super::register::Book;
use super::sla::{Policy, Rule, Subject, Target};
use super::ticket::{Kind, Priority, Ticket};
use super::value::{Holds, Right, Role};

pub use check::{Against, Asked, against_closing};
pub use ends::{Ends, Request};
pub use form::{Ending, Form, Outcome, Said, Tick, Verdict};
pub use step::{Keeper, Step};

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Field {
    /// Its name on the command line.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// What it holds.
    pub holds: Holds,
    /// What the requester is asked for, to stand behind "tell us".
    pub ask: String,
    /// It must not be empty.
    #[serde(default = "yes")]
    pub needed: bool,
    /// Only these can be answered; empty: anything.
    #[serde(default)]
    pub choices: Vec<String>,
    /// The answer without which the request is not fulfilled.
    #[serde(default)]
    pub must_be: Option<String>,
    /// It is asked only then, and is needed then.
    #[serde(default)]
    pub when: Option<When>,
}

const fn yes() -> bool {
    true
}

/// Something holds only for some answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct When {
    /// The field.
    pub field: String,
    /// Its answer is this one.
    #[serde(default)]
    pub is: Option<String>,
    /// It is answered, and not so.
    #[serde(default)]
    pub is_not: Option<String>,
}

/// Somebody's word that is needed: an approval of the request, or an instruction to act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WordNeeded {
    /// Its name on the command line.
    pub name: String,
    /// Whose word counts.
    pub by: Vec<Role>,
    /// It is not needed where one of these asks.
    #[serde(default)]
    pub unless_asker: Vec<Role>,
    /// It is needed only then.
    #[serde(default)]
    pub when: Option<When>,
    /// Why it is needed.
    pub why: String,
}

/// An item of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its name on the command line.
    pub name: String,
    /// What is true when it is done.
    pub does: String,
    /// It is asked for only then.
    #[serde(default)]
    pub when: Option<When>,
}

/// Who fulfils a kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Does {
    /// This team.
    Team,
    /// The vendor, whom the team asks.
    Vendor,
    /// Who has that right; if nobody has it, the vendor.
    Right(Right),
}

/// A kind of request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct KindSpec {
    /// The kind of its tickets.
    pub kind: Kind,
    /// Its name for people.
    pub title: String,
    /// Where its rules are written.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Who fulfils it.
    pub does: Does,
    /// Who may ask for it; empty: everybody (every role may open tickets, `kb/mydreroles`).
    #[serde(default)]
    pub asks: Vec<Role>,
    /// How urgent its tickets are from the start.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// It closes only with a resolution filled in, however it ends.
    #[serde(default)]
    pub needs_resolution: bool,
    /// The form.
    pub fields: Vec<Field>,
    /// Whose consent it needs.
    #[serde(default)]
    pub approvals: Vec<WordNeeded>,
    /// Whose order it needs.
    #[serde(default)]
    pub instructions: Vec<WordNeeded>,
    /// What has to be done.
    #[serde(default)]
    pub checklist: Vec<Item>,
}

/// Who fulfils one request, as far as the registers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doer {
    /// This team.
    Team,
    /// These people of the team.
    People(Vec<super::text::Untrusted>),
    /// The vendor, on the vendor's clock.
    Vendor,
    /// Nobody's rights are written down.
    Unknown(Right),
}

impl Doer {
    /// Who it is, in a few words.
    pub fn short(&self) -> String {
        match self {
            Self::Team => "us".into(),
            Self::Vendor => "the vendor".into(),
            Self::Unknown(_) => "not known".into(),
            Self::People(people) => {
                let names: Vec<String> = people.iter().map(|p| p.line().into_string()).collect();
                names.join(", ")
            }
        }
    }

    /// The same where there is little room: one first name, and how many more.
    pub fn brief(&self) -> String {
        let Self::People(people) = self else {
            return self.short();
        };
        let first = people.first().map(|p| p.line().into_string());
        let first = first.unwrap_or_default();
        let first = first.split(' ').next().unwrap_or_default();
        match people.len() {
            0 | 1 => first.to_owned(),
            n => format!("{first} +{}", n - 1),
        }
    }

    /// Who it is, and why.
    pub fn sentence(&self, spec: &KindSpec) -> String {
        let right = match spec.does {
            Does::Right(right) => right.word(),
            Does::Team | Does::Vendor => "",
        };
        match self {
            Self::Team => "This team does it: no right of its own is needed for it.".into(),
            Self::People(_) => format!(
                "{} may do it: the register of people gives the right {right}.",
                self.short()
            ),
            Self::Vendor if right.is_empty() => {
                "The vendor does it, on the vendor's clock: no team has the right to.".into()
            }
            Self::Vendor => format!(
                "The vendor does it, on the vendor's clock: nobody here has the right {right}; the register of people would say so."
            ),
            Self::Unknown(right) => format!(
                "Not known: nobody's rights stand in the register of people ({} is needed).",
                right.word()
            ),
        }
    }
}

impl KindSpec {
    /// Who fulfils it for a tenant.
    pub fn doer(&self, book: &Book, tenant: Option<&TenantId>) -> Doer {
        let right = match self.does {
            Does::Team => return Doer::Team,
            Does::Vendor => return Doer::Vendor,
            Does::Right(right) => right,
        };
        let may = book.who_may(right, tenant);
        if !may.is_empty() {
            return Doer::People(may.into_iter().map(|p| p.name).collect());
        }
        if book.knows_rights() {
            Doer::Vendor
        } else {
            Doer::Unknown(right)
        }
    }

    /// A form of this kind with what its ticket already says: the Workspace, wherever one is asked for.
    pub fn begun(&self, ticket: &Ticket) -> Form {
        let mut form = Form::new(self.kind);
        let Some(workspace) = &ticket.workspace else {
            return form;
        };
        let asks = |f: &&Field| matches!(f.holds, Holds::Workspace | Holds::Workspaces);
        for field in self.fields.iter().filter(asks) {
            // A name that is none of a Workspace is not taken over.
            if let Ok(name) = field.read(workspace.raw()) {
                form.answers
                    .insert(field.name.clone(), super::text::Untrusted::new(name));
            }
        }
        form
    }

    /// What is promised for it: the policy's first response to a ticket of this kind.
    pub fn target<'p>(&self, policy: &'p Policy, tenant: Option<&TenantId>) -> Option<&'p Rule> {
        let of = Subject {
            kind: self.kind,
            priority: self.priority,
            tenant,
            labels: &[],
        };
        policy.rule(Target::FirstResponse, &of)
    }

    /// What is promised on one ticket of it.
    pub fn target_of<'p>(&self, policy: &'p Policy, ticket: &Ticket) -> Option<&'p Rule> {
        policy.rule(Target::FirstResponse, &Subject::of(ticket))
    }

    /// A field by its name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// What is wrong with its own data.
    fn mistake(&self) -> Option<String> {
        let named = |when: &Option<When>| {
            when.as_ref()
                .filter(|w| self.field(&w.field).is_none())
                .map(|w| format!("{}: no field is called \"{}\"", self.kind, w.field))
        };
        let fields = self.fields.iter().find_map(|f| named(&f.when));
        let words = || self.approvals.iter().chain(&self.instructions);
        let asked = words().find_map(|w| named(&w.when));
        let items = self.checklist.iter().find_map(|i| named(&i.when));
        let nobody = words()
            .find(|w| w.by.is_empty())
            .map(|w| format!("{}: \"{}\" can be given by nobody", self.kind, w.name));
        let twice = twice(self.fields.iter().map(|f| &f.name))
            .or_else(|| twice(words().map(|w| &w.name)))
            .or_else(|| twice(self.checklist.iter().map(|i| &i.name)))
            .map(|name| format!("{}: two things are called \"{name}\"", self.kind));
        fields.or(asked).or(items).or(nobody).or(twice)
    }
}

fn twice<'a>(names: impl Iterator<Item = &'a String>) -> Option<&'a String> {
    let mut seen = std::collections::HashSet::new();
    names.into_iter().find(|name| !seen.insert(*name))
}

/// The kinds of request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kinds {
    /// In the order in which they are shown.
    #[serde(default, rename = "kind")]
    pub all: Vec<KindSpec>,
}

static SHIPPED: LazyLock<Kinds> = LazyLock::new(|| {
    let text = include_str!("../../../assets/requests.toml");
    // A test reads the file: what is built in cannot be wrong at a user's desk.
    toml::from_str(text).unwrap_or(Kinds { all: Vec::new() })
});

impl Kinds {
    /// Those that come with the program.
    pub fn shipped() -> Self {
        SHIPPED.clone()
    }

    /// These with a team's own in the place of those of the same name.
    #[must_use]
    pub fn with(mut self, own: Self) -> Self {
        for spec in own.all {
            match self.all.iter_mut().find(|s| s.kind == spec.kind) {
                Some(place) => *place = spec,
                None => self.all.push(spec),
            }
        }
        self
    }

    /// The kind of a ticket, if it is a request.
    pub fn of(&self, kind: Kind) -> Option<&KindSpec> {
        self.all.iter().find(|s| s.kind == kind)
    }

    /// What is wrong with them, in a sentence.
    pub fn mistake(&self) -> Option<String> {
        let twice = self.all.iter().enumerate().find_map(|(i, a)| {
            let again = self.all.iter().skip(i + 1).any(|b| b.kind == a.kind);
            again.then(|| format!("two kinds are called \"{}\"", a.kind))
        });
        let request = |s: &&KindSpec| matches!(s.kind, Kind::Problem | Kind::Question);
        let none = self
            .all
            .iter()
            .find(request)
            .map(|s| format!("a {} is no request", s.kind));
        twice
            .or(none)
            .or_else(|| self.all.iter().find_map(KindSpec::mistake))
    }
}
