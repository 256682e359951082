//! What a team keeps of one request: the answers, who said what when and where, what is done,
//! and how it ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Field, Item, KindSpec, When, WordNeeded};
use crate::domain::Instant;
use crate::domain::people::AgentId;
use crate::domain::query::nearest;
use crate::domain::text::{self, Untrusted};
use crate::domain::ticket::Kind;
use crate::domain::value::Role;

/// Whether somebody consents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Yes.
    Given,
    /// No.
    Refused,
}

/// Somebody's word, with who, when and where: an approval or an instruction has to be traceable
/// (`kb/data-handling-policy`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Which approval or instruction it is.
    pub name: String,
    /// Yes or no.
    pub verdict: Verdict,
    /// Who said it.
    pub by: Untrusted,
    /// What they are.
    pub role: Role,
    /// When it was said.
    pub at: Instant,
    /// Where: a mail, a call, a message in the ticket.
    pub place: Untrusted,
    /// What was said, where the words matter.
    pub words: Option<Untrusted>,
    /// Who wrote it down.
    pub kept_by: AgentId,
    /// When it was written down.
    pub kept_at: Instant,
}

/// An item that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// By whom.
    pub by: AgentId,
    /// When.
    pub at: Instant,
}

/// How a request ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Fulfilled.
    Done,
    /// The team or whoever had to consent says no.
    Declined,
    /// The requester does not want it any more.
    Withdrawn,
}

impl Ending {
    /// All of them, the usual one first.
    pub const ALL: &[Self] = &[Self::Done, Self::Declined, Self::Withdrawn];

    /// Reads `done`, `declined: no budget` and the like: how it ended and what was done, or why not.
    ///
    /// # Errors
    /// A sentence that names the words.
    pub fn read(written: &str) -> Result<(Self, Option<&str>), String> {
        let written = written.trim();
        let (word, rest) = written
            .split_once(|c: char| c.is_whitespace() || c == ':')
            .unwrap_or((written, ""));
        let ending = Self::ALL
            .iter()
            .find(|e| e.word().eq_ignore_ascii_case(word));
        let rest = rest.trim_start_matches(':').trim();
        match ending {
            Some(ending) => Ok((*ending, (!rest.is_empty()).then_some(rest))),
            None => Err("begin with done, declined or withdrawn, then say what was done".into()),
        }
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How.
    pub ending: Ending,
    /// What was done, or why not.
    pub resolution: Option<Untrusted>,
    /// By whom.
    pub by: AgentId,
    /// When.
    pub at: Instant,
    /// It was closed although something stood against it, for this reason.
    pub past: Option<Untrusted>,
}

/// A kept form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// The kind of request.
    pub kind: Kind,
    /// What the requester is, which decides what they may ask.
    #[serde(default)]
    pub role: Option<Role>,
    /// The answers by field, each in the form of its field.
    #[serde(default)]
    pub answers: BTreeMap<String, Untrusted>,
    /// Who consented, in the order in which it was written down.
    #[serde(default)]
    pub approvals: Vec<Said>,
    /// Who ordered something, likewise.
    #[serde(default)]
    pub instructions: Vec<Said>,
    /// What is done, by item.
    #[serde(default)]
    pub ticks: BTreeMap<String, Tick>,
    /// The vendor's name for it, once the vendor was asked.
    #[serde(default)]
    pub vendor: Option<Untrusted>,
    /// How it ended; none: it has not.
    #[serde(default)]
    pub outcome: Option<Outcome>,
}

/// The word is none of these; the nearest, or all there are.
fn unknown<'a>(what: &str, written: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let hint = match nearest(written, known.clone()) {
        Some(near) => format!("did you mean {near}?"),
        None => match known.collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => "it has none".into(),
            all => format!("there are {all}"),
        },
    };
    format!("there is no {what} \"{}\"; {hint}", text::line(written))
}

impl Form {
    /// An empty one.
    pub const fn new(kind: Kind) -> Self {
        Self {
            kind,
            role: None,
            answers: BTreeMap::new(),
            approvals: Vec::new(),
            instructions: Vec::new(),
            ticks: BTreeMap::new(),
            vendor: None,
            outcome: None,
        }
    }

    /// Answers a field; an empty answer clears it.
    ///
    /// # Errors
    /// A sentence: there is no such field, or it cannot hold that.
    pub fn answer(&mut self, spec: &KindSpec, name: &str, written: &str) -> Result<(), String> {
        let field = spec
            .field(name)
            .ok_or_else(|| unknown("field", name, spec.fields.iter().map(|f| f.name.as_str())))?;
        let value = field.read(written)?;
        if value.is_empty() {
            self.answers.remove(name);
        } else {
            self.answers.insert(name.to_owned(), Untrusted::new(value));
        }
        Ok(())
    }

    /// Marks an item as done, or as not done after all.
    ///
    /// # Errors
    /// A sentence: there is no such item.
    pub fn tick(&mut self, spec: &KindSpec, name: &str, tick: Option<Tick>) -> Result<(), String> {
        if !spec.checklist.iter().any(|i| i.name == name) {
            let names = spec.checklist.iter().map(|i| i.name.as_str());
            return Err(unknown("item", name, names));
        }
        match tick {
            Some(tick) => self.ticks.insert(name.to_owned(), tick),
            None => self.ticks.remove(name),
        };
        Ok(())
    }

    /// Writes down an approval.
    ///
    /// # Errors
    /// A sentence: there is no such approval, or this role's word does not count.
    pub fn approve(&mut self, spec: &KindSpec, said: Said) -> Result<(), String> {
        counts("approval", &spec.approvals, &said)?;
        self.approvals.push(said);
        Ok(())
    }

    /// Writes down an instruction.
    ///
    /// # Errors
    /// As [`Self::approve`].
    pub fn instruct(&mut self, spec: &KindSpec, said: Said) -> Result<(), String> {
        counts("instruction", &spec.instructions, &said)?;
        self.instructions.push(said);
        Ok(())
    }

    /// Whether something holds with these answers.
    pub fn holds(&self, when: Option<&When>) -> bool {
        let Some(when) = when else { return true };
        let Some(answer) = self.answers.get(&when.field) else {
            return false;
        };
        when.is.as_ref().is_none_or(|is| answer.raw() == is)
            && when.is_not.as_ref().is_none_or(|not| answer.raw() != not)
    }

    /// The fields that are asked with these answers.
    pub fn asked<'s>(&self, spec: &'s KindSpec) -> Vec<&'s Field> {
        let fields = spec.fields.iter();
        fields.filter(|f| self.holds(f.when.as_ref())).collect()
    }

    /// The approvals that are needed with these answers, of this requester.
    pub fn approvals_needed<'s>(&self, spec: &'s KindSpec) -> Vec<&'s WordNeeded> {
        self.needed(&spec.approvals)
    }

    /// The instructions, likewise.
    pub fn instructions_needed<'s>(&self, spec: &'s KindSpec) -> Vec<&'s WordNeeded> {
        self.needed(&spec.instructions)
    }

    fn needed<'s>(&self, words: &'s [WordNeeded]) -> Vec<&'s WordNeeded> {
        let is_needed = |w: &&WordNeeded| {
            let own = self.role.is_some_and(|r| w.unless_asker.contains(&r));
            self.holds(w.when.as_ref()) && !own
        };
        words.iter().filter(is_needed).collect()
    }

    /// The items that are asked for with these answers.
    pub fn items<'s>(&self, spec: &'s KindSpec) -> Vec<&'s Item> {
        let items = spec.checklist.iter();
        items.filter(|i| self.holds(i.when.as_ref())).collect()
    }

    /// The last word on an approval or instruction: who changes their mind has changed it.
    pub fn last<'f>(words: &'f [Said], name: &str) -> Option<&'f Said> {
        let of = words.iter().filter(|s| s.name == name);
        of.max_by_key(|s| (s.at, s.kept_at))
    }

    /// The answers as the text of a ticket, in the order of the form. Not passed through the gate.
    pub fn as_text(&self, spec: &KindSpec) -> String {
        let lines = self.asked(spec).into_iter().filter_map(|f| {
            let answer = self.answers.get(&f.name)?.raw();
            let between = if answer.contains('\n') { "\n" } else { " " };
            Some(format!("{}:{between}{answer}", f.label))
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl Field {
    /// The form in which an answer is kept.
    ///
    /// # Errors
    /// A sentence that begins with the field's name for people.
    pub fn read(&self, written: &str) -> Result<String, String> {
        let wrong = |why: String| format!("{}: {why}", self.label);
        let value = self.holds.read(written).map_err(wrong)?;
        if self.choices.is_empty() || value.is_empty() {
            return Ok(value);
        }
        let choices = self.choices.iter();
        let meant = choices.clone().find(|c| c.eq_ignore_ascii_case(&value));
        meant
            .cloned()
            .ok_or_else(|| wrong(unknown("choice", &value, choices.map(String::as_str))))
    }
}

fn counts(what: &str, known: &[WordNeeded], said: &Said) -> Result<(), String> {
    let Some(needed) = known.iter().find(|w| w.name == said.name) else {
        let names = known.iter().map(|w| w.name.as_str());
        return Err(unknown(what, &said.name, names));
    };
    if said.by.raw().trim().is_empty() || said.place.raw().trim().is_empty() {
        return Err(format!(
            "an {what} needs who said it and where; give --by and --where"
        ));
    }
    if said.at > said.kept_at {
        return Err(format!(
            "an {what} cannot be said later than now; correct --at"
        ));
    }
    if needed.by.contains(&said.role) {
        return Ok(());
    }
    let roles: Vec<&str> = needed.by.iter().map(|r| r.word()).collect();
    Err(format!(
        "the {what} \"{}\" is not the word of a {}; it counts from {}",
        needed.name,
        said.role.word(),
        roles.join(" or ")
    ))
}
