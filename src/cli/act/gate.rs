//! What has to pass the gate: resolving and other statuses, opening again, merging.

use std::cell::OnceCell;

use super::{Acts, Done, Reader, act, act_ending};
use crate::cli::args::PastGate;
use crate::cli::exit::{Code, Fail};
use crate::cli::out::Out;
use crate::cli::session::Session;
use crate::config;
use crate::domain::change::Act;
use crate::domain::gate::{self, AgainstMerging, AgainstStatus};
use crate::domain::register::Book;
use crate::domain::request::{Asked, Ends, Kinds, Request};
use crate::domain::text::{Untrusted, line};
use crate::domain::thread::Visibility;
use crate::domain::ticket::{Status, Ticket};

/// What is asked before a ticket ends, and what lets it pass.
pub struct Gate<'a> {
    past: &'a PastGate,
    kinds: Kinds,
    book: OnceCell<Book>,
}

impl<'a> Gate<'a> {
    /// The gate of this team's kinds of request.
    ///
    /// # Errors
    /// The kinds cannot be read.
    pub fn new(session: &Session, past: &'a PastGate) -> Result<Self, Fail> {
        Ok(Self {
            past,
            kinds: config::load_requests(&session.paths)?,
            book: OnceCell::new(),
        })
    }

    /// A ticket as a request, if it is one.
    pub fn request(&self, t: &Ticket, reader: &Reader) -> Result<Option<Request>, Fail> {
        Ok(self.kinds.request(t, reader.request(t.id)?))
    }

    /// What a request is asked about: the registers are read for the first.
    pub fn asked<'r>(
        &'r self,
        request: Option<&'r Request>,
        reader: &Reader,
    ) -> Result<Option<Asked<'r>>, Fail> {
        let Some(request) = request else {
            return Ok(None);
        };
        if self.book.get().is_none() {
            // Nothing else fills it meanwhile.
            let _ = self.book.set(reader.book()?);
        }
        Ok(self.book.get().map(|book| request.asked(book)))
    }

    /// How the request ends that it is, where setting this status ends it.
    pub fn ends(&self, t: &Ticket, to: Status, asked: Option<Asked<'_>>) -> Option<Ends> {
        let asked = asked.filter(|_| t.status.is_live() && !to.is_live())?;
        Some(Ends {
            past: self.reason().map(Untrusted::new),
            ..Ends::with_ticket(asked)
        })
    }

    /// The reason that lets it pass, if it is one.
    pub fn reason(&self) -> Option<&str> {
        let reason = self.past.reason.as_deref();
        reason.filter(|r| !line(r).is_empty())
    }

    /// Refuses what stands against it; gives the note that belongs to what passes with a reason.
    pub fn pass(&self, t: &Ticket, against: &[AgainstStatus]) -> Result<Option<Act>, Fail> {
        if against.is_empty() {
            return Ok(None);
        }
        let is_firm = against.iter().any(AgainstStatus::is_firm);
        let is_request = against.iter().any(of_request);
        if !self.past.anyway || is_firm {
            return Err(refusal(t, against));
        }
        if is_request && self.reason().is_none() {
            return Err(Fail::usage(
                "passing the gate of a request needs a reason; add --reason TEXT",
            ));
        }
        Ok(self.past.reason.as_deref().map(|reason| Act::Say {
            message: super::text::new_message(),
            visibility: Visibility::Internal,
            body: Untrusted::new(gate::past_the_gate(reason)),
            attachments: Vec::new(),
        }))
    }
}

const fn of_request(why: &AgainstStatus) -> bool {
    matches!(why, AgainstStatus::Request(_))
}

/// Sets a status, through the gate.
pub fn status(
    session: &Session,
    ids: &[String],
    to: Status,
    past: &PastGate,
    out: &mut Out,
) -> Done {
    let gate = Gate::new(session, past)?;
    let plan = |t: &Ticket, reader: &Reader| {
        if t.status == to {
            return Ok(Acts::default());
        }
        let request = gate.request(t, reader)?;
        let asked = gate.asked(request.as_ref(), reader)?;
        let unsent = !reader.drafts_of(t.id)?.is_empty();
        let mut acts = vec![Act::Status { to }];
        acts.extend(gate.pass(t, &gate::against_status(t, to, unsent, asked))?);
        let ends = gate.ends(t, to, asked);
        Ok(Acts { acts, ends })
    };
    act_ending(session, ids, past.dry_run, &plan, out)
}

/// Ends one request and its ticket as somebody says that it ends.
pub fn close(session: &Session, t: &Ticket, ends: &Ends, past: &PastGate, out: &mut Out) -> Done {
    let gate = Gate::new(session, past)?;
    let plan = |t: &Ticket, reader: &Reader| {
        let note = closing(&gate, t, ends, reader)?;
        let to = Status::Resolved;
        Ok(Acts {
            acts: [Act::Status { to }].into_iter().chain(note).collect(),
            ends: Some(ends.clone()),
        })
    };
    act_ending(session, &[t.key.to_string()], false, &plan, out)
}

/// Whether it would end so; refuses as [`close`] does.
pub fn would_pass(session: &Session, t: &Ticket, ends: &Ends, past: &PastGate) -> Result<(), Fail> {
    let gate = Gate::new(session, past)?;
    closing(&gate, t, ends, &session.reader()?).map(|_| ())
}

fn closing(gate: &Gate, t: &Ticket, ends: &Ends, reader: &Reader) -> Result<Option<Act>, Fail> {
    let unsent = !reader.drafts_of(t.id)?.is_empty();
    let own = ends.against.iter().cloned().map(AgainstStatus::Request);
    let mut against: Vec<_> = own.collect();
    against.extend(gate::against_status(t, Status::Resolved, unsent, None));
    gate.pass(t, &against)
}

/// Opens again what is done.
pub fn reopen(session: &Session, ids: &[String], dry: bool, out: &mut Out) -> Done {
    let past = PastGate::default();
    let gate = Gate::new(session, &past)?;
    let plan = |t: &Ticket, _: &Reader| {
        if t.status.is_live() {
            return Ok(Vec::new());
        }
        let to = Status::Open;
        gate.pass(t, &gate::against_status(t, to, false, None))?;
        Ok(vec![Act::Status { to }])
    };
    act(session, ids, dry, &plan, out)
}

fn refusal(t: &Ticket, against: &[AgainstStatus]) -> Fail {
    let reasons: Vec<_> = against.iter().map(AgainstStatus::words).collect();
    let says = format!("ticket {} {}", t.key, reasons.join("\n  it "));
    let how = hint(t, against);
    let between = if reasons.len() > 1 { "\n" } else { "; " };
    Fail::new(Code::Refused, format!("{says}{between}{how}"))
}

fn hint(t: &Ticket, against: &[AgainstStatus]) -> String {
    if against.contains(&AgainstStatus::Merged) {
        return "undo the merge instead".into();
    }
    let is_request = against.iter().any(of_request);
    let own = is_request.then(|| format!("close it with `deskhand request close {}`", t.key));
    let ways = against.iter().filter_map(|why| match why {
        AgainstStatus::Unanswered => Some("reply"),
        AgainstStatus::Unassigned => Some("take it"),
        AgainstStatus::UnsentDraft => Some("send the draft"),
        AgainstStatus::Merged | AgainstStatus::Request(_) => None,
    });
    let ways: Vec<String> = ways.map(str::to_owned).chain(own).collect();
    let past = if is_request {
        "--anyway --reason TEXT"
    } else {
        "--anyway"
    };
    format!("{} first, or add {past}", ways.join(", "))
}

/// Lets a ticket live on in another. A request that would end so passes the gate of its kind.
pub fn merge(session: &Session, id: &str, into: &str, past: &PastGate, out: &mut Out) -> Done {
    let target = session.ticket(&session.reader()?, into)?;
    let gate = Gate::new(session, past)?;
    let plan = |t: &Ticket, reader: &Reader| {
        if let Some(why) = gate::against_merging(t, &target) {
            let code = match why {
                AgainstMerging::Itself => Code::Usage,
                _ => Code::Refused,
            };
            return Err(Fail::new(code, why.sentence(&t.key, &target.key)));
        }
        let request = gate.request(t, reader)?;
        let asked = gate.asked(request.as_ref(), reader)?;
        let against = asked.map(|asked| gate::against_leaving(asked, &target));
        // The note first: nothing is said any more in a ticket that lives on in another.
        let note = gate.pass(t, &against.unwrap_or_default())?;
        let merge = Act::Merge { into: target.id };
        Ok(note.into_iter().chain([merge]).collect())
    };
    act(session, &[id.to_owned()], past.dry_run, &plan, out)
}
