//! What an escalation will do, before anything is done.

use chrono_tz::Tz;

use super::{EscalationId, File, Package, Packed, Vendor, Way, is_evidence, package_files};
use crate::domain::change::Act;
use crate::domain::gate::past_the_gate;
use crate::domain::report::{
    Draft, Form, Passed, Removed, Verdict, bundle, diff, priority, redact,
};
use crate::domain::request::{Against, Asked};
use crate::domain::sla::Owner;
use crate::domain::text::{self, Untrusted};
use crate::domain::thread::{Attachment, Author, Message, MessageId, Visibility};
use crate::domain::ticket::{Kind, Priority, Status, Ticket};

/// What is to be escalated.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The ticket.
    pub ticket: &'a Ticket,
    /// What was said in it.
    pub messages: &'a [Message],
    /// What has to be in order first.
    pub passage: &'a Passage<'a>,
    /// The contents of its files, as far as they are here.
    pub files: &'a [File<'a>],
    /// Who escalates, as people read it.
    pub agent: &'a str,
    /// The zone in which times are told.
    pub zone: Tz,
}

/// The gate that belongs to the ticket's kind.
#[derive(Debug, Clone)]
pub enum Passage<'a> {
    /// A problem: its report, and what the gate says of it.
    Report(&'a Draft, &'a Verdict),
    /// A request with a form.
    Request(Asked<'a>),
    /// Anything else: nothing is asked.
    Free,
}

/// Something before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What.
    pub what: &'static str,
    /// As it is.
    pub before: String,
    /// As it will be.
    pub after: String,
}

impl Row {
    /// A row.
    pub fn new(what: &'static str, before: impl Into<String>, after: impl Into<String>) -> Self {
        Self {
            what,
            before: before.into(),
            after: after.into(),
        }
    }
}

/// Why it is not escalated; a reason goes past what is not firm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What stands against it, as sentences.
    pub against: Vec<String>,
    /// A reason goes past it.
    pub yields: bool,
}

/// What an escalation does, to be looked at before it is done.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Its identity.
    pub id: EscalationId,
    /// What leaves.
    pub package: Package,
    /// Before and after, here and there.
    pub rows: Vec<Row>,
    /// What was taken out of what leaves, as the lines of a diff; not passed through the gate.
    pub diff: Vec<String>,
    /// What else there is to know, as sentences.
    pub lines: Vec<String>,
    notes: Vec<String>,
    status: bool,
}

impl Plan {
    /// The acts of it, one batch. The clocks go first: what is refused of the rest does not hold
    /// the vendor up.
    pub fn acts(&self, message: &mut dyn FnMut() -> MessageId) -> Vec<Act> {
        let mut acts = vec![Act::Owner {
            to: Owner::Vendor,
            of: self.id,
            package: Some(Box::new(self.package.clone())),
        }];
        if let Way::Within { to, .. } = &self.package.way {
            acts.push(Act::Tenant {
                to: Some(to.clone()),
            });
        }
        if self.status {
            acts.push(Act::Status { to: Status::OnHold });
        }
        acts.extend(self.notes.iter().map(|note| Act::Say {
            message: message(),
            visibility: Visibility::Internal,
            body: Untrusted::new(note.as_str()),
            attachments: Vec::new(),
        }));
        acts
    }
}

/// What escalating the ticket does. `reason`: why it goes although its gate says no.
///
/// # Errors
/// What stands against it.
pub fn plan(
    case: Case<'_>,
    vendor: &Vendor,
    reason: Option<&str>,
    id: EscalationId,
) -> Result<Plan, Refusal> {
    let ticket = case.ticket;
    firm(ticket)?;
    let past = pass(&case, reason)?;
    let way = match &vendor.department {
        None => Way::Apart,
        Some(to) => Way::Within {
            to: to.clone(),
            from: ticket.tenant.clone(),
        },
    };
    let apart = way == Way::Apart;
    let mut out = match apart {
        true => Outside::new(&case, past.is_some()),
        false => Outside::nothing(ticket),
    };
    let (priority, why) = ranked(&case);
    let mut lines = std::mem::take(&mut out.lines);
    let package = Package {
        vendor: vendor.name.clone(),
        way,
        address: vendor.address.clone(),
        subject: out.subject,
        body: out.body,
        report: out.report,
        priority,
        kind: ticket.kind,
        tenant: ticket.tenant.clone(),
        workspace: ticket.workspace.clone(),
        files: out.files,
        keep: out.keep,
        past: gone_past(&case),
    };
    let status = ticket.status != Status::OnHold;
    let rows = rows(ticket, vendor, &package, why.as_deref(), status);
    if let Some(past) = &past {
        lines.push(past.clone());
    }
    lines.push(if apart {
        "The requester sees nothing of it; what the vendor answers comes as an internal note."
            .into()
    } else {
        "The requester sees nothing of it; the ticket stays one and is worked on there.".into()
    });
    let mut notes = vec![format!("Escalated to {}.", vendor.name)];
    notes.extend(past);
    Ok(Plan {
        id,
        package,
        rows,
        diff: out.diff,
        lines,
        notes,
        status,
    })
}

/// What no reason goes past.
fn firm(ticket: &Ticket) -> Result<(), Refusal> {
    let no = |why: &str| {
        Err(Refusal {
            against: vec![why.to_owned()],
            yields: false,
        })
    };
    if ticket.merged_into.is_some() {
        return no("it lives on in another ticket; escalate that one");
    }
    if !ticket.status.is_live() {
        return no("it is not open any more; open it again first");
    }
    if ticket.vendor.is_some_and(super::Stage::is_open) {
        return no("it is with the vendor already; E on it takes it back");
    }
    Ok(())
}

/// The note that says what was gone past, if anything was.
fn pass(case: &Case<'_>, reason: Option<&str>) -> Result<Option<String>, Refusal> {
    match case.passage {
        Passage::Free => Ok(None),
        Passage::Report(_, verdict) => match Verdict::pass((*verdict).clone(), reason) {
            Ok(passed) => Ok(Passed::note(&passed)),
            Err(why) => {
                let missing = verdict.missing().iter();
                let mut against: Vec<String> = missing.map(|m| m.sentence.to_owned()).collect();
                // Each says it already; only a reason that says nothing is news.
                against.extend(reason.map(|_| why));
                Err(Refusal {
                    against,
                    yields: true,
                })
            }
        },
        Passage::Request(asked) => {
            let against = of_request(*asked);
            match reason.map(str::trim).filter(|r| !r.is_empty()) {
                _ if against.is_empty() => Ok(None),
                Some(reason) => Ok(Some(past_the_gate(reason))),
                None => Err(Refusal {
                    against,
                    yields: true,
                }),
            }
        }
    }
}

/// What the vendor would ask first. What is still to be done is done there.
fn of_request(asked: Asked<'_>) -> Vec<String> {
    let open = asked.open();
    open.iter()
        .filter(|a| !is_theirs_to_do(a))
        .map(Against::sentence)
        .collect()
}

const fn is_theirs_to_do(against: &Against) -> bool {
    matches!(
        against,
        Against::NotDone { .. } | Against::VendorNotAsked | Against::NoResolution
    )
}

/// What the gate misses, without anybody's words.
fn gone_past(case: &Case<'_>) -> Vec<String> {
    match case.passage {
        Passage::Report(_, verdict) => {
            let missing = verdict.missing().iter();
            missing.map(|m| m.field.word().to_owned()).collect()
        }
        Passage::Request(asked) => {
            let open = asked.open();
            let against = open.iter().filter(|a| !is_theirs_to_do(a));
            against.map(|a| a.word().to_owned()).collect()
        }
        Passage::Free => Vec::new(),
    }
}

/// How urgent it is there, and why where that follows from a report.
fn ranked(case: &Case<'_>) -> (Option<Priority>, Option<String>) {
    match case.passage {
        Passage::Report(draft, verdict) if verdict.is_complete() => {
            let (priority, why) = priority(&draft.impact);
            (Some(priority), Some(why))
        }
        _ => (case.ticket.priority, None),
    }
}

fn rows(
    ticket: &Ticket,
    vendor: &Vendor,
    package: &Package,
    why: Option<&str>,
    status: bool,
) -> Vec<Row> {
    let mut rows = vec![Row::new(
        "clocks",
        "with us",
        format!("with {}", vendor.name),
    )];
    if status {
        rows.push(Row::new(
            "status",
            ticket.status.word(),
            Status::OnHold.word(),
        ));
    }
    if let Way::Within { to, from } = &package.way {
        let from = from.as_ref().map_or("none".into(), ToString::to_string);
        rows.push(Row::new("tenant", from, to.to_string()));
        return rows;
    }
    rows.push(Row::new(
        "ticket",
        "",
        format!("theirs: {}", package.subject.line()),
    ));
    let priority = package.priority.map_or("none", Priority::word);
    let why = why.map(|w| format!(": {w}")).unwrap_or_default();
    rows.push(Row::new("priority", "", format!("{priority}{why}")));
    let names: Vec<&str> = package.files.iter().map(|f| f.name.as_str()).collect();
    let beside = package.report.is_some().then_some("report.json");
    let names: Vec<&str> = names.into_iter().chain(beside).collect();
    if !names.is_empty() {
        rows.push(Row::new("files", "", names.join(", ")));
    }
    rows
}

/// What is written for somebody outside, with what was taken out of it.
struct Outside {
    subject: Untrusted,
    body: Untrusted,
    report: Option<String>,
    files: Vec<Packed>,
    keep: Vec<String>,
    diff: Vec<String>,
    lines: Vec<String>,
}

impl Outside {
    fn new(case: &Case<'_>, past: bool) -> Self {
        let mut keep: Vec<String> = case
            .ticket
            .workspace
            .iter()
            .map(|w| w.raw().trim().to_owned())
            .collect();
        match case.passage {
            Passage::Report(draft, _) => keep.push(draft.user.email.raw().trim().to_owned()),
            // The vendor cannot make an account for somebody without a name.
            Passage::Request(asked) => {
                let answers = asked.form.answers.values();
                keep.extend(answers.map(|a| a.raw().trim().to_owned()));
            }
            Passage::Free => {}
        }
        keep.retain(|k| !k.is_empty());
        let mut out = Self {
            keep,
            ..Self::nothing(case.ticket)
        };
        out.body = out.body(case, past);
        out.subject = out.subject(case.ticket);
        (out.files, out.lines) = out.files(case);
        out
    }

    /// The ticket itself moves within the desk: nothing is written, so nothing is taken out.
    fn nothing(ticket: &Ticket) -> Self {
        Self {
            subject: ticket.subject.clone(),
            body: Untrusted::new(""),
            report: None,
            files: Vec::new(),
            keep: Vec::new(),
            diff: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// The text without what must not leave.
    fn clean(&mut self, place: &str, text: &str) -> String {
        let keep: Vec<&str> = self.keep.iter().map(String::as_str).collect();
        // What is hidden by signs that nobody sees is found in what is shown.
        let shown = text::block(text);
        let (clean, removed): (String, Vec<Removed>) = redact(&shown, &keep);
        self.diff.extend(diff(place, &shown, &removed));
        clean
    }

    fn subject(&mut self, ticket: &Ticket) -> Untrusted {
        let clean = self.clean("subject", &ticket.subject.line());
        Untrusted::new(text::line(&clean).into_string())
    }

    fn body(&mut self, case: &Case<'_>, past: bool) -> Untrusted {
        let ticket = case.ticket;
        let mut body = match case.passage {
            Passage::Report(draft, verdict) => self.of_report(case, draft, verdict),
            Passage::Request(asked) => {
                let text = asked.form.as_text(asked.spec);
                let clean = self.clean("form", &text);
                format!("{}\n\n{clean}", asked.spec.title)
            }
            Passage::Free => String::new(),
        };
        if past || matches!(case.passage, Passage::Free) {
            let asks = |m: &&Message| {
                m.visibility == Visibility::Public && matches!(m.author, Author::Requester { .. })
            };
            if let Some(first) = case.messages.iter().find(asks) {
                let words = self.clean("message", first.body.raw());
                body = format!(
                    "{}\n\nAs it was asked:\n\n{}",
                    body.trim_end(),
                    words.trim()
                );
            }
        }
        let agent = text::line(case.agent);
        Untrusted::new(format!(
            "{}\n\nOur ticket: {}. Escalated by {agent}.",
            body.trim(),
            ticket.key
        ))
    }

    fn of_report(&mut self, case: &Case<'_>, draft: &Draft, verdict: &Verdict) -> String {
        let key = Some(&case.ticket.key);
        let written = bundle(draft, verdict, key, Form::Text, case.zone);
        self.diff.extend(written.diff);
        let empty = *draft == Draft::default();
        self.report = (!empty).then(|| bundle(draft, verdict, key, Form::Json, case.zone).text);
        if empty { String::new() } else { written.text }
    }

    /// The files that go along, and a sentence for each that does not go as it was looked at.
    fn files(&mut self, case: &Case<'_>) -> (Vec<Packed>, Vec<String>) {
        let along = case.files.iter().copied();
        let along = along.filter(|f| goes_along(case.ticket.kind, case.passage, f.attachment));
        let keep: Vec<&str> = self.keep.iter().map(String::as_str).collect();
        let parcel = package_files(&along.collect::<Vec<_>>(), &keep);
        self.diff.extend(parcel.diff);
        let packed = parcel.files.into_iter().map(|file| Packed {
            attachment: file.attachment,
            name: file.name,
        });
        (packed.collect(), parcel.lines)
    }
}

/// Whether a file leaves with its ticket: only what was named as evidence does; what was asked
/// for is in the form.
pub fn goes_along(kind: Kind, passage: &Passage<'_>, file: &Attachment) -> bool {
    match passage {
        Passage::Report(draft, _) => is_evidence(draft, file),
        Passage::Request(_) => kind != Kind::Problem,
        Passage::Free => false,
    }
}
