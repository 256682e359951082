//! Ready-made acts under one name, and what they come to on a ticket.

use super::Instant;
use super::change::Act;
use super::fill::fill;
use super::gate::{AgainstStatus, against_status};
use super::people::AgentId;
use super::request::Asked;
use super::text::Untrusted;
use super::thread::{MessageId, Visibility};
use super::ticket::{Priority, Status, Ticket};

/// One step of a macro.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MacroStep {
    /// Sets the status.
    Status(Status),
    /// Sets the priority.
    Priority(Priority),
    /// Assigns to the person who runs it.
    AssignMe,
    /// Assigns to this agent.
    Assign(AgentId),
    /// Puts a label on.
    AddLabel(String),
    /// Takes a label off.
    RemoveLabel(String),
    /// Adds an internal note; placeholders as in a snippet.
    Note(String),
    /// Sends a public reply; placeholders as in a snippet.
    Reply(String),
}

/// Ready-made acts under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Macro {
    /// Its name.
    pub name: String,
    /// What it does, in order.
    pub steps: Vec<MacroStep>,
}

/// Who runs a macro, and when.
#[derive(Debug)]
pub struct Runner<'a> {
    /// The person.
    pub me: &'a AgentId,
    /// Their name, for `{agent.name}`.
    pub name: &'a str,
    /// The time.
    pub now: Instant,
    /// A text for the ticket was begun and not sent.
    pub draft_is_unsent: bool,
    /// What the ticket is asked about, where it is a request.
    pub request: Option<Asked<'a>>,
}

impl Macro {
    /// Whether it is to end the ticket.
    pub fn ends(&self) -> bool {
        let ends = |step: &MacroStep| matches!(step, MacroStep::Status(to) if !to.is_live());
        self.steps.iter().any(ends)
    }

    /// What it does to a ticket, each act with what stands against it. Each step sees what the
    /// ones before have made of the ticket, so that a macro which replies and resolves passes
    /// the gate as a person would; what is so already is left out. `new` gives messages their
    /// identity.
    pub fn acts(
        &self,
        ticket: &Ticket,
        by: &Runner<'_>,
        new: &mut dyn FnMut() -> MessageId,
    ) -> Vec<(Act, Vec<AgainstStatus>)> {
        let mut t = ticket.clone();
        let mut acts = Vec::new();
        for step in &self.steps {
            let act = by.act(step, &t, new);
            if act.is_so_already(&t) {
                continue;
            }
            let against = match &act {
                Act::Status { to } => against_status(&t, *to, by.draft_is_unsent, by.request),
                _ => Vec::new(),
            };
            act.apply(&mut t, by.now);
            acts.push((act, against));
        }
        acts
    }
}

impl Runner<'_> {
    fn act(&self, step: &MacroStep, t: &Ticket, new: &mut dyn FnMut() -> MessageId) -> Act {
        let mut say = |visibility, text: &str| Act::Say {
            message: new(),
            visibility,
            body: Untrusted::new(fill(text, t, self.name)),
            attachments: Vec::new(),
        };
        match step {
            MacroStep::Status(to) => Act::Status { to: *to },
            MacroStep::Priority(to) => Act::Priority { to: Some(*to) },
            MacroStep::AssignMe => Act::Assign {
                to: Some(self.me.clone()),
            },
            MacroStep::Assign(to) => Act::Assign {
                to: Some(to.clone()),
            },
            MacroStep::AddLabel(label) => Act::AddLabel {
                label: label.clone(),
            },
            MacroStep::RemoveLabel(label) => Act::RemoveLabel {
                label: label.clone(),
            },
            MacroStep::Note(text) => say(Visibility::Internal, text),
            MacroStep::Reply(text) => say(Visibility::Public, text),
        }
    }
}
