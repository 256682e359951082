//! How a request ends with its ticket, whichever way the ticket ends.

use super::{Against, Asked, Ending, Form, KindSpec, Kinds, Outcome, against_closing};
use crate::domain::Instant;
use crate::domain::people::AgentId;
use crate::domain::register::Book;
use crate::domain::text::Untrusted;
use crate::domain::ticket::{Kind, Ticket};

/// A ticket that is a request, with its form as it is kept or as it begins.
#[derive(Debug, Clone)]
pub struct Request {
    /// What its kind asks.
    pub spec: KindSpec,
    /// The form.
    pub form: Form,
    /// The ticket.
    pub ticket: Ticket,
}

impl Request {
    /// What it is asked about, with these registers.
    pub const fn asked<'a>(&'a self, book: &'a Book) -> Asked<'a> {
        Asked {
            spec: &self.spec,
            form: &self.form,
            ticket: &self.ticket,
            book,
        }
    }
}

impl Kinds {
    /// A ticket as a request, if it is one: by its form, else by its kind. One that came without
    /// a form has the one that it would begin with.
    pub fn request(&self, ticket: &Ticket, form: Option<Form>) -> Option<Request> {
        let spec = self.of(form.as_ref().map_or(ticket.kind, |f| f.kind))?;
        Some(Request {
            spec: spec.clone(),
            form: form.unwrap_or_else(|| spec.begun(ticket)),
            ticket: ticket.clone(),
        })
    }
}

/// How a request is to end, and what stands against that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// The kind of request.
    pub kind: Kind,
    /// How.
    pub ending: Ending,
    /// What was done, or why not.
    pub resolution: Option<Untrusted>,
    /// What stands against it.
    pub against: Vec<Against>,
    /// Why it ends all the same.
    pub past: Option<Untrusted>,
}

impl Ends {
    /// As somebody says that it ends.
    pub fn new(asked: Asked<'_>, ending: Ending, resolution: Option<&str>) -> Self {
        Self {
            kind: asked.form.kind,
            ending,
            resolution: resolution.map(Untrusted::new),
            against: against_closing(asked, ending, resolution),
            past: None,
        }
    }

    /// As fulfilled, because its ticket is done.
    pub fn with_ticket(asked: Asked<'_>) -> Self {
        Self::new(asked, Ending::Done, None)
    }

    /// For the trail: JSON without anybody's words or names.
    pub fn detail(&self) -> String {
        let against: Vec<&str> = self.against.iter().map(Against::word).collect();
        serde_json::json!({"act": "close", "as": self.ending, "against": against}).to_string()
    }

    /// What is kept then of the form that is kept now. A reason counts only where something
    /// stands against it.
    pub fn keep(&self, kept: Option<Form>, by: &AgentId, at: Instant) -> Form {
        let mut form = kept.unwrap_or(Form::new(self.kind));
        form.outcome = Some(Outcome {
            ending: self.ending,
            resolution: self.resolution.clone(),
            by: by.clone(),
            at,
            past: self.past.clone().filter(|_| !self.against.is_empty()),
        });
        form
    }
}
