//! What has to pass the gate: resolving and other statuses, opening again, merging.

use super::{Done, Reader, act};
use crate::cli::args::PastGate;
use crate::cli::exit::{Code, Fail};
use crate::cli::out::Out;
use crate::cli::session::Session;
use crate::domain::change::Act;
use crate::domain::gate::{self, AgainstMerging, AgainstStatus};
use crate::domain::text::Untrusted;
use crate::domain::thread::Visibility;
use crate::domain::ticket::{Status, Ticket};

/// Sets a status, through the gate.
pub fn status(
    session: &Session,
    ids: &[String],
    to: Status,
    past: &PastGate,
    out: &mut Out,
) -> Done {
    let plan = |t: &Ticket, reader: &Reader| {
        if t.status == to {
            return Ok(Vec::new());
        }
        let mut acts = vec![Act::Status { to }];
        acts.extend(check(t, to, past, reader)?);
        Ok(acts)
    };
    act(session, ids, past.dry_run, &plan, out)
}

/// Opens again what is done.
pub fn reopen(session: &Session, ids: &[String], dry: bool, out: &mut Out) -> Done {
    let past = PastGate {
        dry_run: dry,
        ..PastGate::default()
    };
    let plan = |t: &Ticket, reader: &Reader| {
        if t.status.is_live() {
            return Ok(Vec::new());
        }
        check(t, Status::Open, &past, reader)?;
        Ok(vec![Act::Status { to: Status::Open }])
    };
    act(session, ids, dry, &plan, out)
}

/// Refuses a status that the gate does not let through; gives the note that belongs to one
/// that passes with a reason.
pub fn check(
    t: &Ticket,
    to: Status,
    past: &PastGate,
    reader: &Reader,
) -> Result<Option<Act>, Fail> {
    let ends = t.status.is_live() && !to.is_live();
    if ends && !past.anyway && reader.request(t.id)?.is_some_and(|f| f.outcome.is_none()) {
        return Err(Fail::new(
            Code::Refused,
            format!(
                "ticket {} is a request that is not closed; close it with `deskhand request close {}`, or add --anyway",
                t.key, t.key
            ),
        ));
    }
    check_ticket(t, to, past, reader)
}

/// The same, whatever its kind wants.
pub fn check_ticket(
    t: &Ticket,
    to: Status,
    past: &PastGate,
    reader: &Reader,
) -> Result<Option<Act>, Fail> {
    let unsent = !reader.drafts_of(t.id)?.is_empty();
    pass(t, &gate::against_status(t, to, unsent), past)
}

/// The same, when it is known what stands against it.
pub fn pass(t: &Ticket, against: &[AgainstStatus], past: &PastGate) -> Result<Option<Act>, Fail> {
    if against.is_empty() {
        return Ok(None);
    }
    if past.anyway && !against.iter().any(|why| why.is_firm()) {
        return Ok(past.reason.as_deref().map(|reason| Act::Say {
            message: super::text::new_message(),
            visibility: Visibility::Internal,
            body: Untrusted::new(gate::past_the_gate(reason)),
            attachments: Vec::new(),
        }));
    }
    let reasons: Vec<&str> = against.iter().map(|why| why.words()).collect();
    Err(Fail::new(
        Code::Refused,
        format!(
            "ticket {} {}; {}",
            t.key,
            reasons.join("; it "),
            hint(against)
        ),
    ))
}

fn hint(against: &[AgainstStatus]) -> String {
    if against.contains(&AgainstStatus::Merged) {
        return "undo the merge instead".into();
    }
    let ways = against.iter().map(|why| match why {
        AgainstStatus::Unanswered => "reply",
        AgainstStatus::Unassigned => "take it",
        AgainstStatus::UnsentDraft => "send the draft",
        AgainstStatus::Merged => "undo the merge",
    });
    let ways: Vec<&str> = ways.collect();
    format!("{} first, or add --anyway", ways.join(", "))
}

/// Lets a ticket live on in another.
pub fn merge(session: &Session, id: &str, into: &str, dry: bool, out: &mut Out) -> Done {
    let target = session.ticket(&session.reader()?, into)?;
    let plan = move |t: &Ticket, _: &Reader| match gate::against_merging(t, &target) {
        Some(why) => {
            let code = match why {
                AgainstMerging::Itself => Code::Usage,
                _ => Code::Refused,
            };
            Err(Fail::new(code, why.sentence(&t.key, &target.key)))
        }
        None => Ok(vec![Act::Merge { into: target.id }]),
    };
    act(session, &[id.to_owned()], dry, &plan, out)
}
