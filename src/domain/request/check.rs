//! What stands against closing a request, each reason with what to do about it.

use super::{Doer, Ending, Form, KindSpec, Verdict};
use crate::domain::register::Book;
use crate::domain::text::{self, Untrusted};
use crate::domain::ticket::Ticket;
use crate::domain::value::Role;

/// A reason, in words that can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Against {
    /// A field is empty: its name, and what to ask for.
    Missing {
        /// The field.
        field: String,
        /// Its name for people.
        label: String,
        /// What to ask the requester for.
        ask: String,
    },
    /// An answer with which the request is not fulfilled.
    Unfit {
        /// The field.
        field: String,
        /// Its name for people.
        label: String,
        /// What it has to be.
        must_be: String,
    },
    /// What the requester is, is not known, and it decides who may ask.
    AskerUnknown {
        /// Who may ask.
        may: Vec<Role>,
    },
    /// The requester may not ask for it.
    AskerMayNot {
        /// What the requester is.
        role: Role,
        /// Who may ask.
        may: Vec<Role>,
    },
    /// Nobody has consented.
    NoApproval {
        /// Which approval.
        name: String,
        /// Whose word counts.
        by: Vec<Role>,
        /// Why it is needed.
        why: String,
    },
    /// Somebody has said no.
    ApprovalRefused {
        /// Which approval.
        name: String,
        /// Who.
        by: Untrusted,
    },
    /// Nobody has ordered it.
    NoInstruction {
        /// Which instruction.
        name: String,
        /// Whose word counts.
        by: Vec<Role>,
        /// Why it is needed.
        why: String,
    },
    /// Something is not done.
    NotDone {
        /// The item.
        item: String,
        /// What is true when it is done.
        does: String,
    },
    /// The vendor has to do it and was not asked.
    VendorNotAsked,
    /// It does not say what was done.
    NoResolution,
    /// It is closed already.
    Closed {
        /// How.
        ending: Ending,
    },
}

fn any(roles: &[Role]) -> String {
    let words: Vec<&str> = roles.iter().map(|r| r.word()).collect();
    words.join(" or ")
}

impl Against {
    /// The word for its sort, in JSON.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::Unfit { .. } => "unfit",
            Self::AskerUnknown { .. } => "asker-unknown",
            Self::AskerMayNot { .. } => "asker-may-not",
            Self::NoApproval { .. } => "no-approval",
            Self::ApprovalRefused { .. } => "approval-refused",
            Self::NoInstruction { .. } => "no-instruction",
            Self::NotDone { .. } => "not-done",
            Self::VendorNotAsked => "vendor-not-asked",
            Self::NoResolution => "no-resolution",
            Self::Closed { .. } => "closed",
        }
    }

    /// What it is about: a field, an approval, an item.
    pub fn about(&self) -> Option<&str> {
        match self {
            Self::Missing { field, .. } | Self::Unfit { field, .. } => Some(field),
            Self::NoApproval { name, .. }
            | Self::ApprovalRefused { name, .. }
            | Self::NoInstruction { name, .. } => Some(name),
            Self::NotDone { item, .. } => Some(item),
            _ => None,
        }
    }

    /// The sentence: what is so, and what to do next.
    pub fn sentence(&self) -> String {
        match self {
            Self::Missing { label, ask, .. } => {
                format!("{label} is missing; ask the requester: {ask}")
            }
            Self::Unfit { label, must_be, .. } => {
                format!("{label} is not {must_be}; wait until it is, or decline the request")
            }
            Self::AskerUnknown { may } => format!(
                "what the requester is, is not known, and only {} may ask for it; set the role",
                any(may)
            ),
            Self::AskerMayNot { role, may } => format!(
                "a {} may not ask for it; let {} ask, or decline the request",
                role.word(),
                any(may)
            ),
            Self::NoApproval { by, why, name } => {
                format!("{why}; write down the approval \"{name}\" of {}", any(by))
            }
            Self::ApprovalRefused { name, by } => format!(
                "{} refused the approval \"{name}\"; decline the request",
                by.line()
            ),
            Self::NoInstruction { by, why, name } => format!(
                "{why}; write down the instruction \"{name}\" of {}",
                any(by)
            ),
            Self::NotDone { item, does } => {
                format!("it is not ticked that {does}; do so and tick {item}")
            }
            Self::VendorNotAsked => {
                "the vendor does it, and no vendor's number is kept; ask the vendor and set vendor"
                    .into()
            }
            Self::NoResolution => "it does not say what was done; give a resolution".into(),
            Self::Closed { ending } => format!(
                "it is closed already ({}); open the ticket again first",
                ending.word()
            ),
        }
    }
}

/// What a request is asked about: its form and all that its meaning depends on.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The kind.
    pub spec: &'a KindSpec,
    /// The form.
    pub form: &'a Form,
    /// The ticket.
    pub ticket: &'a Ticket,
    /// The registers.
    pub book: &'a Book,
}

impl Asked<'_> {
    /// Who fulfils it.
    pub fn doer(&self) -> Doer {
        self.spec.doer(self.book, self.ticket.tenant.as_ref())
    }

    /// What stands against closing it as done, apart from the resolution, which is given when it
    /// is closed.
    pub fn open(&self) -> Vec<Against> {
        let mut all = against_closing(*self, Ending::Done, None);
        all.retain(|a| *a != Against::NoResolution);
        all
    }

    /// What the requester is: as the form says, else as the registers say.
    pub fn role(&self) -> Option<Role> {
        self.form.role.or_else(|| {
            let named = self.form.answers.get("workspace");
            let workspace = named.or(self.ticket.workspace.as_ref());
            let who = self.ticket.requester.as_ref()?;
            self.book
                .role_in(workspace.map_or("", Untrusted::raw), who.raw())
        })
    }
}

/// What stands against closing it that way, with that resolution. One that is declined or
/// withdrawn needs only to say why.
pub fn against_closing(asked: Asked<'_>, ending: Ending, resolution: Option<&str>) -> Vec<Against> {
    let Asked { spec, form, .. } = asked;
    // One whose ticket was opened again goes on.
    if let Some(outcome) = form
        .outcome
        .as_ref()
        .filter(|_| !asked.ticket.status.is_live())
    {
        return vec![Against::Closed {
            ending: outcome.ending,
        }];
    }
    let blank = resolution.is_none_or(|r| text::line(r).is_empty());
    let must_say = spec.needs_resolution || ending != Ending::Done;
    let mut all = Vec::new();
    if ending == Ending::Done {
        // The requester's role, where only the registers say it, counts as much.
        let form = Form {
            role: asked.role(),
            ..form.clone()
        };
        answers(spec, &form, &mut all);
        words(spec, &form, &mut all);
        for item in form.items(spec) {
            if !form.ticks.contains_key(&item.name) {
                all.push(Against::NotDone {
                    item: item.name.clone(),
                    does: item.does.clone(),
                });
            }
        }
        if asked.doer() == Doer::Vendor && form.vendor.is_none() {
            all.push(Against::VendorNotAsked);
        }
    }
    if blank && must_say {
        all.push(Against::NoResolution);
    }
    all
}

fn answers(spec: &KindSpec, form: &Form, all: &mut Vec<Against>) {
    for field in form.asked(spec) {
        let answer = form.answers.get(&field.name).map(Untrusted::raw);
        // A field that is asked only sometimes is needed when it is asked.
        let needed = field.needed || field.when.is_some();
        if answer.is_none() && needed {
            all.push(Against::Missing {
                field: field.name.clone(),
                label: field.label.clone(),
                ask: field.ask.clone(),
            });
        }
        if let (Some(answer), Some(must_be)) = (answer, &field.must_be)
            && answer != must_be
        {
            all.push(Against::Unfit {
                field: field.name.clone(),
                label: field.label.clone(),
                must_be: must_be.clone(),
            });
        }
    }
    match form.role {
        _ if spec.asks.is_empty() => {}
        None => all.push(Against::AskerUnknown {
            may: spec.asks.clone(),
        }),
        Some(role) if !spec.asks.contains(&role) => all.push(Against::AskerMayNot {
            role,
            may: spec.asks.clone(),
        }),
        Some(_) => {}
    }
}

fn words(spec: &KindSpec, form: &Form, all: &mut Vec<Against>) {
    for needed in form.approvals_needed(spec) {
        match Form::last(&form.approvals, &needed.name) {
            Some(said) if said.verdict == Verdict::Given => {}
            Some(said) => all.push(Against::ApprovalRefused {
                name: needed.name.clone(),
                by: said.by.clone(),
            }),
            None => all.push(Against::NoApproval {
                name: needed.name.clone(),
                by: needed.by.clone(),
                why: needed.why.clone(),
            }),
        }
    }
    for needed in form.instructions_needed(spec) {
        let last = Form::last(&form.instructions, &needed.name);
        if last.is_none_or(|said| said.verdict == Verdict::Refused) {
            all.push(Against::NoInstruction {
                name: needed.name.clone(),
                by: needed.by.clone(),
                why: needed.why.clone(),
            });
        }
    }
}
