//! A queue of the vendor's: what is escalated becomes a ticket of ours there.
//!
//! It is found again by a mark in its subject, since a queue need have no field for it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::history::{self, Book};
use super::pull::number;
use super::say::{media_type, plain_name};
use super::search::quoted;
use super::story::Span;
use super::wire::Transaction;
use super::{Rt, map, verify};
use crate::desk::http::{SLOW, odd};
use crate::desk::{Answer, DeskError, ErrorKind, SaidThere, ToSay, Vendor};
use crate::domain::Instant;
use crate::domain::escalation::{Address, EscalationId, Heard, Package, Theirs};
use crate::domain::remote::{Entry, Gone, Happened, Mark, OutgoingFile, RemoteId, Told};
use crate::domain::text::Untrusted;
use crate::domain::thread::{Author, Visibility};
use crate::domain::ticket::{Status, TicketKey};

/// A queue of a Request Tracker into which is escalated.
#[derive(Debug)]
pub struct Queue {
    /// The desk.
    pub rt: Rt,
    /// The queue's name.
    pub name: String,
}

/// What the server says of a ticket that it has made.
#[derive(Deserialize)]
struct Made {
    id: serde_json::Value,
}

impl Queue {
    /// Whether the ticket is what the escalation became: its subject has the mark, or had it
    /// before somebody there gave it another one.
    fn is_ours(told: &Told, of: EscalationId) -> bool {
        let mark = of.mark();
        let has = |text: &Option<Untrusted>| text.as_ref().is_some_and(|t| t.raw().contains(&mark));
        told.fields
            .as_ref()
            .is_some_and(|f| f.subject.raw().contains(&mark))
            || told.entries.iter().any(|e| match &e.what {
                Happened::Field { field, from, to } => field == "subject" && (has(from) || has(to)),
                _ => false,
            })
    }
}

impl Vendor for Queue {
    fn address(&self) -> Address {
        Address::queue(self.rt.url(), &self.name)
    }

    async fn find(&self, id: EscalationId, now: Instant) -> Answer<Option<TicketKey>> {
        let mark = id.mark();
        let queue = quoted(&self.name);
        let query = format!("Queue = '{queue}' AND Subject LIKE '{mark}'");
        let (found, _) = self.rt.search(&query, false, now).await?;
        let ours = found.iter().filter(|t| t.subject.contains(&mark));
        // Of two the first is the one that others may have answered already.
        let first = ours.map(|t| t.id).min();
        Ok(first.and_then(|id| TicketKey::parse(&id.to_string()).ok()))
    }

    async fn receive(
        &self,
        id: EscalationId,
        package: &Package,
        files: Vec<OutgoingFile>,
        now: Instant,
    ) -> Answer<TicketKey> {
        let mark = format!(" [{}]", id.mark());
        let room = verify::SUBJECT.saturating_sub(mark.len());
        let subject: String = verify::subject(package.subject.raw())
            .chars()
            .take(room)
            .collect();
        let attachments: Vec<_> = files
            .iter()
            .map(|f| {
                json!({
                    "FileName": encoded(&plain_name(f.name.raw())),
                    "FileType": media_type(f),
                    "FileContent": STANDARD.encode(&f.bytes),
                })
            })
            .collect();
        let ticket = json!({
            "Queue": self.name,
            "Subject": format!("{}{mark}", subject.trim_end()),
            "Content": package.body.raw(),
            "ContentType": "text/plain",
            "Priority": map::priority_number(package.priority),
            "Attachments": attachments,
        });
        let reply = self
            .rt
            .ask(Method::POST, "/ticket", |r| r.timeout(SLOW).json(&ticket))
            .await?;
        if !reply.is_fine() {
            return Err(reply.failure(now));
        }
        let unclear = || odd("the vendor's desk does not tell what became of the ticket");
        if reply.status != StatusCode::CREATED {
            return Err(unclear());
        }
        let made: Made = reply.json(now)?;
        let number = made.id.to_string();
        TicketKey::parse(number.trim_matches('"')).map_err(|_| unclear())
    }

    async fn tell(
        &self,
        of: EscalationId,
        key: &TicketKey,
        now: Instant,
    ) -> Answer<Result<Theirs, Gone>> {
        let told = match self.rt.whole(key, now).await? {
            Ok(told) if Self::is_ours(&told, of) => told,
            Ok(_) => return Ok(Err(Gone::Hidden)),
            // Theirs was merged into another one: that is where it goes on.
            Err(Gone::Merged(into)) => match self.rt.whole(&into, now).await? {
                Ok(told) => told,
                Err(gone) => return Ok(Err(gone)),
            },
            Err(gone) => return Ok(Err(gone)),
        };
        let me = self.rt.me(now).await?;
        Ok(theirs(told, &Author::Agent { id: me.id }).ok_or(Gone::Hidden))
    }

    async fn mark(&self, word: ToSay<'_>, now: Instant) -> Answer<Mark> {
        let Ok((ticket, version)) = self.rt.one(word.key, now).await? else {
            return Ok(Mark::default());
        };
        if !ticket.subject.contains(&word.of.mark()) {
            let told = self.rt.whole(word.key, now).await?;
            if !told.is_ok_and(|told| Self::is_ours(&told, word.of)) {
                return Err(DeskError {
                    kind: ErrorKind::Refused,
                    what: Untrusted::new(format!(
                        "ticket #{} of the vendor's is not the one that was made for us",
                        word.key
                    )),
                    hint: Some("look into [vendor] in config.toml".into()),
                    retry_at: None,
                });
            }
        }
        Ok(Mark(version))
    }

    async fn file(&self, file: &RemoteId, now: Instant) -> Answer<Vec<u8>> {
        self.rt.bytes(file, now).await
    }

    async fn say(&self, word: ToSay<'_>, now: Instant) -> Answer<SaidThere> {
        let said = self
            .rt
            .post(word.key, Visibility::Public, word.body, &[], now)
            .await?;
        Ok(Some(said))
    }

    async fn find_word(
        &self,
        word: ToSay<'_>,
        mark: &Mark,
        now: Instant,
    ) -> Answer<Option<SaidThere>> {
        let span = mark.0.parse().map_or(Span::UpTo(None), Span::After);
        let id = number(word.key);
        let me = self.rt.me(now).await?;
        let mut past = self.rt.history(id, span, now).await?;
        past.retain(|t| {
            t.creator.id.to_lowercase() == me.login.to_lowercase() && t.sort == "Correspond"
        });
        self.rt.learn(&past, now).await?;
        let texts = self.rt.texts(&past, now).await?;
        let memo = self.rt.memo();
        let book = Book {
            settings: &self.rt.settings,
            memo: &memo,
            texts: Some(&texts),
            began: Status::New,
        };
        let past: Vec<&Transaction> = past.iter().collect();
        let is_it = |e: &Entry| match &e.what {
            Happened::Said {
                content: Some((text, _)),
                ..
            } => {
                verify::normal(text.raw()) == verify::normal(word.body.raw())
                    && !word.taken.contains(&e.remote)
            }
            _ => false,
        };
        let found = history::entries(&past, id, book).into_iter().find(is_it);
        Ok(found.map(|e| Some(e.remote)))
    }
}

/// A file's name for a form in which only ASCII arrives whole (RFC 2047).
fn encoded(name: &str) -> String {
    if name.is_ascii() {
        return name.to_owned();
    }
    format!("=?UTF-8?B?{}?=", STANDARD.encode(name))
}

/// What the vendor's ticket says to us; none where its fields were not told.
fn theirs(told: Told, me: &Author) -> Option<Theirs> {
    let fields = told.fields?;
    let began = fields.created;
    let turned = told.entries.iter().filter_map(|e| match e.what {
        Happened::Status { .. } => Some(e.at),
        _ => None,
    });
    Some(Theirs {
        status: fields.status,
        label: fields.status_label,
        with: fields.assignee.map(|a| Untrusted::new(a.as_str())),
        since: turned.max().unwrap_or(began),
        said: told
            .entries
            .into_iter()
            .filter_map(|e| heard(e, me))
            .collect(),
    })
}

/// What somebody there said to us.
fn heard(entry: Entry, me: &Author) -> Option<Heard> {
    let Happened::Said {
        visibility: Visibility::Public,
        content: Some((body, files)),
    } = entry.what
    else {
        return None;
    };
    let by = match &entry.by {
        by if by == me => return None,
        Author::Agent { id } => Untrusted::new(id.as_str()),
        Author::Helper { name } => name.clone(),
        Author::Requester { .. } | Author::System => return None,
    };
    Some(Heard {
        id: RemoteId(entry.remote.0),
        at: entry.at,
        by,
        body,
        files,
    })
}
