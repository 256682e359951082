//! What an escalation would do, looked up in the store and the settings.

use std::path::Path;

use super::vendor::{known, vendor_for};
use crate::config::{self, Config, Paths};
use crate::domain::Instant;
use crate::domain::escalation::{
    Back, Case, Content, EscalationId, File, Passage, Plan, Refusal, back, goes_along, plan,
};
use crate::domain::people::AgentId;
use crate::domain::remote::RemoteId;
use crate::domain::report::{Person, Register, check};
use crate::domain::text::Untrusted;
use crate::domain::thread::{Attachment, AttachmentId, Thread};
use crate::domain::ticket::{Kind, TicketId};
use crate::store::{Reader, StoreError, Stored};

/// What is said where no vendor is set up.
pub const NO_VENDOR: &str = "no vendor is set up; write a [vendor] table in config.toml, `deskhand config sample` shows one";

/// Where nothing is escalated from, whatever is set up.
const DEMO: &str =
    "nothing of the demo leaves it; escalate on a desk of your own, `deskhand` opens it";

/// Brings the bytes of a file that only the desk has; none: it does not give them now.
pub type Bring<'a> = &'a dyn Fn(AttachmentId, &RemoteId) -> Option<Vec<u8>>;

/// Who wants to know, and by which settings.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The settings.
    pub config: &'a Config,
    /// The folders.
    pub paths: &'a Paths,
    /// The store's file.
    pub store: &'a Path,
    /// Who escalates.
    pub me: &'a AgentId,
    /// When.
    pub now: Instant,
}

/// What `E` does on a ticket.
#[derive(Debug, Clone, PartialEq)]
pub enum Prepared {
    /// It goes to the vendor.
    Out(Box<Plan>),
    /// It comes back.
    Back(Box<Back>),
    /// Something stands against it.
    Against(Refusal),
}

/// Why it cannot be said what it would do.
#[derive(Debug, thiserror::Error)]
pub enum Unprepared {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The settings, or there is no such ticket.
    #[error("{0}")]
    Other(String),
}

/// What escalating a ticket does, or coming back where it is with the vendor. `reason`: why it
/// goes past its gate. Files that go along are brought here first: what is taken out of them is
/// to be seen before they leave.
///
/// # Errors
/// The store cannot be read, the settings are wrong, or no vendor is set up.
pub fn prepare(
    reader: &Reader,
    ticket: TicketId,
    reason: Option<&str>,
    bring: Bring<'_>,
    asking: Asking<'_>,
) -> Result<Prepared, Unprepared> {
    let gone = || Unprepared::Other("this ticket is not here any more".into());
    let thread = reader.thread(ticket)?.ok_or_else(gone)?;
    if let Some(escalation) = thread.vendor.as_deref().filter(|e| e.stage.is_open()) {
        let back = back(&thread.ticket, escalation);
        return Ok(Prepared::Back(Box::new(back)));
    }
    let Some(vendor) = vendor_for(asking.config, asking.paths, asking.store) else {
        let demo = asking.store == asking.paths.demo_store();
        return Err(Unprepared::Other(
            if demo { DEMO } else { NO_VENDOR }.into(),
        ));
    };
    let vendor = known(vendor);
    let agent = name_in(reader, asking.me);
    let id = EscalationId(uuid::Uuid::now_v7());
    let planned = passed(reader, &thread, asking, |passage, before| {
        let along = |file: &Attachment| {
            vendor.department.is_none() && goes_along(thread.ticket.kind, &passage, file)
        };
        let files = contents(reader, &thread, &along, bring)?;
        let files: Vec<File<'_>> = files
            .iter()
            .map(|(attachment, bytes)| File {
                attachment,
                content: bytes.as_deref().map_or(Content::Elsewhere, Content::Here),
            })
            .collect();
        let case = Case {
            ticket: &thread.ticket,
            messages: &thread.messages,
            passage: &passage,
            files: &files,
            agent: &agent,
            zone: asking.config.zone,
        };
        Ok::<_, StoreError>(plan(case, &vendor, reason.or(before), id))
    })??;
    Ok(match planned {
        Ok(plan) => Prepared::Out(Box::new(plan)),
        Err(refusal) => Prepared::Against(refusal),
    })
}

/// What an agent is called; the handle where no name is known.
fn name_in(reader: &Reader, me: &AgentId) -> String {
    let agents = reader.agents().unwrap_or_default();
    let known = agents.into_iter().find(|a| a.id == *me);
    known.map_or_else(|| me.to_string(), |a| a.name.line().into_string())
}

/// What an agent of a store is called.
pub fn name_of(store: &Path, me: &AgentId) -> String {
    Reader::open(store).map_or_else(|_| me.to_string(), |reader| name_in(&reader, me))
}

/// Goes on with the gate of the ticket's kind, and the reason with which a report was let through
/// before, if it was.
fn passed<T>(
    reader: &Reader,
    thread: &Thread,
    asking: Asking<'_>,
    go_on: impl FnOnce(Passage<'_>, Option<&str>) -> T,
) -> Result<T, Unprepared> {
    let ticket = &thread.ticket;
    if ticket.kind == Kind::Problem {
        let kept = reader.report(ticket.id)?;
        let (draft, through) = kept.map(|k| (k.draft, k.through)).unwrap_or_default();
        let before = through.and_then(|t| t.reason);
        let before = before.as_ref().map(Untrusted::raw);
        let verdict = check(&draft, &register(reader)?, asking.now);
        return Ok(go_on(Passage::Report(&draft, &verdict), before));
    }
    let kinds = config::load_requests(asking.paths)
        .map_err(|e| Unprepared::Other(e.to_string().replace('\n', "; ")))?;
    let Some(request) = kinds.request(ticket, reader.request(ticket.id)?) else {
        return Ok(go_on(Passage::Free, None));
    };
    let book = reader.book()?;
    Ok(go_on(Passage::Request(request.asked(&book)), None))
}

/// The Workspaces and people that a report is held against.
///
/// # Errors
/// The store cannot be read.
pub fn register(reader: &Reader) -> Result<Register, StoreError> {
    let book = reader.book()?;
    let met = reader.workspaces()?;
    let met = met.iter().map(|w| w.raw().to_owned());
    let kept = book.workspaces().into_iter();
    let names = met.chain(kept.map(|w| w.name.raw().to_owned()));
    let people = book.people().into_iter().map(|p| Person {
        name: p.name,
        email: p.email,
    });
    Ok(Register::new(names, people))
}

/// A file, and its bytes where they are here.
type Found = (Attachment, Option<Vec<u8>>);

/// The files of a ticket that go along, with their bytes where they are to be had.
fn contents(
    reader: &Reader,
    thread: &Thread,
    along: &dyn Fn(&Attachment) -> bool,
    bring: Bring<'_>,
) -> Result<Vec<Found>, StoreError> {
    let all = thread.messages.iter().flat_map(|m| &m.attachments);
    all.filter(|file| along(file))
        .map(|file| {
            let bytes = match reader.file(file.id)? {
                Some(Stored::Here(bytes)) => Some(bytes),
                Some(Stored::Remote(remote)) => bring(file.id, &remote),
                None => None,
            };
            Ok((file.clone(), bytes))
        })
        .collect()
}
