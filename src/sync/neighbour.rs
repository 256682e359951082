//! Another local desk on this machine as the vendor: its store is a file, which its own console
//! may have open.

use std::path::PathBuf;
use std::sync::Arc;

use crate::desk::rt::vendor::Queue;
use crate::desk::{Answer, DeskError, ErrorKind, SaidThere, ToSay, Vendor};
use crate::domain::Instant;
use crate::domain::escalation::{Address, EscalationId, Heard, Package, Theirs};
use crate::domain::import::ImportAttachment;
use crate::domain::remote::{Gone, Mark, OutgoingFile, RemoteId, ToldFile};
use crate::domain::text::Untrusted;
use crate::domain::thread::{Attachment, AttachmentId, Author, Message, Thread, Visibility};
use crate::domain::ticket::TicketKey;
use crate::store::{Reader, Rules, StoreError, Writer};

/// Another local desk.
#[derive(Debug)]
pub struct Neighbour {
    /// Its store.
    pub store: PathBuf,
    /// By what it counts.
    pub rules: Rules,
    /// Who escalates, as people there read it.
    pub from: Untrusted,
}

/// The vendor that the settings name.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one of it in the whole program"
)]
pub enum VendorDesk {
    /// Another local desk.
    Neighbour(Arc<Neighbour>),
    /// A queue of a Request Tracker.
    Queue(Queue),
}

impl Neighbour {
    /// Opens it for one act: its own console writes too.
    fn writer(&self, now: Instant) -> Answer<Writer> {
        if !self.store.exists() {
            return Err(error(
                ErrorKind::Unreachable,
                format!(
                    "there is no desk at {}; mend [vendor] in config.toml",
                    self.store.display()
                ),
            ));
        }
        let opened = Writer::open(&self.store, self.rules.clone(), now);
        opened.map(|o| o.writer).map_err(|e| unreached(&e))
    }

    /// What can be asked without writing; an older file is brought up to date first.
    fn reader(&self, now: Instant) -> Answer<Reader> {
        match Reader::open(&self.store) {
            Err(StoreError::OlderVersion { .. }) => {
                drop(self.writer(now)?);
                Reader::open(&self.store).map_err(|e| unreached(&e))
            }
            opened => opened.map_err(|e| unreached(&e)),
        }
    }

    /// Whether it can be opened.
    ///
    /// # Errors
    /// A sentence says why not.
    pub fn hello(&self, now: Instant) -> Answer<()> {
        // A file that is not there is said to be so, not made.
        match self.store.exists() {
            true => self.reader(now).map(|_| ()),
            false => self.writer(now).map(|_| ()),
        }
    }

    fn look(&self, id: uuid::Uuid, now: Instant) -> Answer<Option<TicketKey>> {
        let reader = self.reader(now)?;
        let found = reader.arrived(id).map_err(|e| unreached(&e))?;
        let ticket = match found {
            Some(id) => reader.ticket(id).map_err(|e| unreached(&e))?,
            None => None,
        };
        Ok(ticket.map(|t| t.key))
    }

    fn bytes(&self, file: &str, now: Instant) -> Answer<Vec<u8>> {
        let gone = || error(ErrorKind::Refused, "the file is not there any more".into());
        let id = file.parse().map_err(|_| gone())?;
        let found = self.reader(now)?.attachment(AttachmentId(id));
        found.map_err(|e| unreached(&e))?.ok_or_else(gone)
    }

    /// By what arrived, never by the number alone: at another desk that is somebody else's.
    fn told(&self, of: EscalationId, now: Instant) -> Answer<Result<Theirs, Gone>> {
        let reader = self.reader(now)?;
        let thread = follow(&reader, of).map_err(|e| unreached(&e))?;
        let Some(thread) = thread else {
            return Ok(Err(Gone::Deleted));
        };
        let agents = reader.agents().map_err(|e| unreached(&e))?;
        let name = |handle: &str| {
            let known = agents.iter().find(|a| a.id.as_str() == handle);
            known.map_or_else(|| Untrusted::new(handle), |a| a.name.clone())
        };
        Ok(Ok(theirs(&thread, &name)))
    }
}

/// Does something with the desk where waiting for a disk or a lock holds nobody up.
async fn aside<T: Send + 'static>(
    desk: &Arc<Neighbour>,
    job: impl FnOnce(&Neighbour) -> Answer<T> + Send + 'static,
) -> Answer<T> {
    let desk = Arc::clone(desk);
    let done = tokio::task::spawn_blocking(move || job(&desk)).await;
    done.unwrap_or_else(|e| Err(error(ErrorKind::Unreachable, e.to_string())))
}

fn error(kind: ErrorKind, what: String) -> DeskError {
    DeskError {
        kind,
        what: Untrusted::new(what),
        hint: None,
        retry_at: None,
    }
}

/// Another process has it, or it cannot be read now: nothing is known to have arrived, and
/// trying again may work.
fn unreached(why: &StoreError) -> DeskError {
    let kind = match why {
        StoreError::Refused(_) | StoreError::NoTicket(_) => ErrorKind::Refused,
        _ => ErrorKind::Unreachable,
    };
    error(kind, why.to_string())
}

impl Vendor for Arc<Neighbour> {
    fn address(&self) -> Address {
        Address::store(&self.store)
    }

    async fn find(&self, id: EscalationId, now: Instant) -> Answer<Option<TicketKey>> {
        aside(self, move |desk| desk.look(id.0, now)).await
    }

    async fn receive(
        &self,
        id: EscalationId,
        package: &Package,
        files: Vec<OutgoingFile>,
        now: Instant,
    ) -> Answer<TicketKey> {
        let package = package.clone();
        let files: Vec<ImportAttachment> = files
            .into_iter()
            .map(|f| ImportAttachment {
                name: f.name,
                media_type: f.media_type,
                bytes: f.bytes,
            })
            .collect();
        aside(self, move |desk| {
            let made = desk
                .writer(now)?
                .receive(id, &package, &files, &desk.from, now);
            made.map_err(|e| unreached(&e))
        })
        .await
    }

    async fn tell(
        &self,
        of: EscalationId,
        _key: &TicketKey,
        now: Instant,
    ) -> Answer<Result<Theirs, Gone>> {
        aside(self, move |desk| desk.told(of, now)).await
    }

    async fn file(&self, file: &RemoteId, now: Instant) -> Answer<Vec<u8>> {
        let file = file.0.clone();
        aside(self, move |desk| desk.bytes(&file, now)).await
    }

    async fn mark(&self, _word: ToSay<'_>, _now: Instant) -> Answer<Mark> {
        Ok(Mark::default())
    }

    async fn say(&self, word: ToSay<'_>, now: Instant) -> Answer<SaidThere> {
        let (id, of, body) = (word.id, word.of, word.body.clone());
        aside(self, move |desk| {
            let said = desk
                .writer(now)?
                .receive_word(id, of, &desk.from, &body, now);
            said.map(|()| None).map_err(|e| unreached(&e))
        })
        .await
    }

    async fn find_word(
        &self,
        word: ToSay<'_>,
        _mark: &Mark,
        now: Instant,
    ) -> Answer<Option<SaidThere>> {
        let id = word.id.0;
        let found = aside(self, move |desk| desk.look(id, now)).await?;
        Ok(found.map(|_| None))
    }
}

/// The ticket that it became, or the one in which that lives on.
fn follow(reader: &Reader, of: EscalationId) -> Result<Option<Thread>, StoreError> {
    let mut at = reader.arrived(of.0)?;
    // No chain of merges is longer than that.
    for _ in 0..64 {
        let Some(id) = at else { return Ok(None) };
        match reader.thread(id)? {
            Some(Thread {
                into: Some((into, _)),
                ..
            }) => at = Some(into),
            thread => return Ok(thread),
        }
    }
    Ok(None)
}

fn told_file(file: &Attachment) -> ToldFile {
    ToldFile {
        remote: RemoteId(file.id.0.to_string()),
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        size: file.size,
    }
}

/// What the vendor's ticket says to us. Their internal notes are theirs.
fn theirs(thread: &Thread, name: &dyn Fn(&str) -> Untrusted) -> Theirs {
    let ticket = &thread.ticket;
    let turned = thread.timeline.iter().filter(|e| e.field == "status");
    let said = |m: &Message| -> Option<Heard> {
        if m.visibility != Visibility::Public || m.waiting || m.missing {
            return None;
        }
        let by = match &m.author {
            Author::Agent { id } => name(id.as_str()),
            Author::Helper { name } => name.clone(),
            Author::Requester { .. } | Author::System => return None,
        };
        Some(Heard {
            id: RemoteId(m.id.0.to_string()),
            at: m.at,
            by,
            body: m.body.clone(),
            files: m.attachments.iter().map(told_file).collect(),
        })
    };
    Theirs {
        status: ticket.status,
        label: ticket.status_label.clone(),
        with: ticket.assignee.as_ref().map(|a| name(a.as_str())),
        since: turned.map(|e| e.at).max().unwrap_or(ticket.created),
        said: thread.messages.iter().filter_map(said).collect(),
    }
}

/// Hands a call on to the desk at hand.
macro_rules! at {
    ($self:ident, $desk:ident => $call:expr) => {
        match $self {
            VendorDesk::Neighbour($desk) => $call,
            VendorDesk::Queue($desk) => $call,
        }
    };
}

impl Vendor for VendorDesk {
    fn address(&self) -> Address {
        at!(self, desk => desk.address())
    }

    async fn find(&self, id: EscalationId, now: Instant) -> Answer<Option<TicketKey>> {
        at!(self, desk => desk.find(id, now).await)
    }

    async fn receive(
        &self,
        id: EscalationId,
        package: &Package,
        files: Vec<OutgoingFile>,
        now: Instant,
    ) -> Answer<TicketKey> {
        at!(self, desk => desk.receive(id, package, files, now).await)
    }

    async fn tell(
        &self,
        of: EscalationId,
        key: &TicketKey,
        now: Instant,
    ) -> Answer<Result<Theirs, Gone>> {
        at!(self, desk => desk.tell(of, key, now).await)
    }

    async fn file(&self, file: &RemoteId, now: Instant) -> Answer<Vec<u8>> {
        at!(self, desk => desk.file(file, now).await)
    }

    async fn mark(&self, word: ToSay<'_>, now: Instant) -> Answer<Mark> {
        at!(self, desk => desk.mark(word, now).await)
    }

    async fn say(&self, word: ToSay<'_>, now: Instant) -> Answer<SaidThere> {
        at!(self, desk => desk.say(word, now).await)
    }

    async fn find_word(
        &self,
        word: ToSay<'_>,
        mark: &Mark,
        now: Instant,
    ) -> Answer<Option<SaidThere>> {
        at!(self, desk => desk.find_word(word, mark, now).await)
    }
}
