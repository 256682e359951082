//! All of one ticket: its fields, its history with texts, its ties, and the bytes of files.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use reqwest::StatusCode;
use reqwest::header::ETAG;
use serde_json::json;

use super::history::{self, Book};
use super::pull::number;
use super::search::{ENTRY, PAGE};
use super::wire::{Attachment, Page, Ticket, Transaction};
use super::{Rt, map};
use crate::desk::http::{SLOW, odd, refused};
use crate::desk::{Answer, DeskError};
use crate::domain::Instant;
use crate::domain::change::LinkKind;
use crate::domain::markup::html;
use crate::domain::remote::{Gone, RemoteId, Said, Told, ToldFile};
use crate::domain::text::Untrusted;
use crate::domain::ticket::TicketKey;

/// Rows that are asked for by name in one request.
const AT_ONCE: usize = 50;
/// So many empty pages in a row are believed to be the end, where nothing else tells,
const EMPTY: u32 = 5;
/// and so many where an entry is known to come.
const EMPTY_AT_MOST: u32 = 50;

/// Which entries of a history.
#[derive(Debug, Clone, Copy)]
pub enum Span {
    /// All, up to the newest one as far as that is known.
    UpTo(Option<u64>),
    /// Those after that one.
    After(u64),
    /// Those after that instant.
    Since(Instant),
}

impl Span {
    /// Nothing that is wanted comes after this entry, in the order in which it is read. From
    /// the newest on that is the ticket's beginning at the latest.
    fn ends_at(self, entry: &Transaction, ticket: u64) -> bool {
        let is_first = entry.sort == "Create" && entry.object_id == Some(ticket);
        match self {
            Self::UpTo(newest) => newest.is_some_and(|n| entry.id >= n),
            Self::After(_) | Self::Since(_) => is_first || !self.holds(entry),
        }
    }

    fn holds(self, entry: &Transaction) -> bool {
        match self {
            Self::UpTo(_) => true,
            Self::After(n) => entry.id > n,
            Self::Since(at) => entry.created > Some(at),
        }
    }
}

impl Rt {
    /// A ticket asked for singly, with the number of its newest entry.
    pub(super) async fn one(
        &self,
        key: &TicketKey,
        now: Instant,
    ) -> Answer<Result<(Ticket, String), Gone>> {
        let person = "Name,RealName,EmailAddress";
        let query = [("fields[Owner]", person), ("fields[Queue]", "Name")];
        let reply = self
            .get(&format!("/ticket/{}", number(key)), &query)
            .await?;
        if matches!(reply.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) {
            return Ok(Err(Gone::Hidden));
        }
        let etag = reply.header(&ETAG).unwrap_or_default();
        let version = etag.trim_start_matches("W/").trim_matches('"').to_owned();
        let mut ticket: Ticket = reply.json(now)?;
        // Reminders and approvals have numbers like tickets, but are not found as such.
        if !["", "ticket"].contains(&ticket.sort.as_str()) {
            return Ok(Err(Gone::Hidden));
        }
        if ticket.status == map::DELETED {
            return Ok(Err(Gone::Deleted));
        }
        if ticket.id != number(key) {
            let into = TicketKey::parse(&ticket.id.to_string());
            return Ok(Err(into.map_or(Gone::Hidden, Gone::Merged)));
        }
        if !self.settings.queues.is_empty() && self.told(&ticket).is_none() {
            return Ok(Err(Gone::Hidden));
        }
        self.name_people(&mut ticket, now).await?;
        self.memo().notice(&ticket);
        Ok(Ok((ticket, version)))
    }

    /// Puts in the names of those who asked: they are not told where a ticket is asked for singly.
    async fn name_people(&self, ticket: &mut Ticket, now: Instant) -> Answer<()> {
        for person in ticket.requestor.iter_mut().chain(&mut ticket.cc) {
            if self.memo().knows(&person.id) {
                let name = self.memo().name_of(person);
                name.raw().clone_into(&mut person.real_name);
            } else if let Some(user) = self.user(&person.id, now).await? {
                person.real_name = user.real_name;
                person.address = user.address;
            }
        }
        Ok(())
    }

    /// All of one ticket.
    pub(super) async fn whole(&self, key: &TicketKey, now: Instant) -> Answer<Result<Told, Gone>> {
        let (ticket, version) = match self.one(key, now).await? {
            Ok(found) => found,
            Err(gone) => return Ok(Err(gone)),
        };
        let Some(mut told) = self.told(&ticket) else {
            return Ok(Err(Gone::Hidden));
        };
        let span = Span::UpTo(version.parse().ok());
        let past = self.history(number(key), span, now).await?;
        self.learn(&past, now).await?;
        let texts = self.texts(&past, now).await?;
        let memo = self.memo();
        let book = Book {
            settings: &self.settings,
            memo: &memo,
            texts: Some(&texts),
            began: map::status(&ticket.status, &self.settings),
        };
        let past: Vec<&Transaction> = past.iter().collect();
        told.entries = history::entries(&past, number(key), book);
        told.version = Some(version);
        told.whole = true;
        Ok(Ok(told))
    }

    /// The entries of a ticket, oldest first. Pages are short or empty where entries on them are
    /// hidden, so that one goes on until an entry that can be seen for certain.
    pub(super) async fn history(
        &self,
        id: u64,
        span: Span,
        now: Instant,
    ) -> Answer<Vec<Transaction>> {
        let mut all: Vec<Transaction> = Vec::new();
        let order = match span {
            Span::UpTo(_) => "ASC",
            Span::After(_) | Span::Since(_) => "DESC",
        };
        let most = match span {
            Span::UpTo(None) => EMPTY,
            _ => EMPTY_AT_MOST,
        };
        let (mut page, mut empty) = (1_u32, 0);
        while empty < most {
            let at = page.to_string();
            let query = [
                ("per_page", "100"),
                ("page", at.as_str()),
                ("orderby", "id"),
                ("order", order),
                ("fields", ENTRY),
            ];
            let path = format!("/ticket/{id}/history");
            let found: Page<Transaction> = self.read(&path, &query, now).await?;
            if tells_again(&all, &found.items, |t| t.id) {
                return Err(same_page());
            }
            empty = if found.items.is_empty() { empty + 1 } else { 0 };
            let done = found.items.iter().any(|t| span.ends_at(t, id));
            all.extend(found.items);
            if done {
                break;
            }
            page += 1;
        }
        all.retain(|t| span.holds(t));
        all.retain(|t| !matches!(t.sort.as_str(), "EmailRecord" | "CommentEmailRecord"));
        all.sort_by_key(|t| t.id);
        all.dedup_by_key(|t| t.id);
        Ok(all)
    }

    /// Texts and files of the messages among these entries.
    pub(super) async fn texts(
        &self,
        entries: &[Transaction],
        now: Instant,
    ) -> Answer<HashMap<u64, Said>> {
        let said = |t: &&Transaction| history::visibility(&t.sort).is_some();
        let messages: Vec<u64> = entries.iter().filter(said).map(|t| t.id).collect();
        self.contents(&messages, now).await
    }

    /// Texts and files of messages by the names under which they were told.
    pub(super) async fn said(
        &self,
        entries: &[RemoteId],
        now: Instant,
    ) -> Answer<Vec<(RemoteId, Said)>> {
        let numbers: Vec<u64> = entries.iter().filter_map(history::entry_number).collect();
        let mut texts = self.contents(&numbers, now).await?;
        let named = entries.iter().filter_map(|name| {
            let text = texts.remove(&history::entry_number(name)?)?;
            Some((name.clone(), text))
        });
        Ok(named.collect())
    }

    /// Texts and files of messages by number.
    async fn contents(&self, messages: &[u64], now: Instant) -> Answer<HashMap<u64, Said>> {
        let mut parts: HashMap<u64, Vec<Attachment>> = HashMap::new();
        let fields = "TransactionId,ContentType,Filename,ContentLength";
        for part in self.parts("TransactionId", messages, fields, now).await? {
            if let Some(entry) = part.transaction_id {
                parts.entry(entry).or_default().push(part);
            }
        }
        let bodies: Vec<u64> = parts.values().filter_map(|p| Some(body(p)?.id)).collect();
        let fields = "ContentType,Content";
        let contents = self.parts("id", &bodies, fields, now).await?;
        let contents: HashMap<u64, Attachment> =
            contents.into_iter().map(|part| (part.id, part)).collect();
        let mut texts = HashMap::new();
        for (entry, mut parts) in parts {
            parts.sort_by_key(|p| p.id);
            let body = body(&parts).map(|b| b.id);
            let text = match body {
                None => String::new(),
                Some(id) => match contents.get(&id) {
                    Some(part) => plain(&part.content_type, &part.content),
                    None => self.single_text(id, now).await?,
                },
            };
            texts.insert(entry, (Untrusted::new(text), files(&parts, body)));
        }
        Ok(texts)
    }

    /// Parts of messages that have one of these values in a field.
    async fn parts(
        &self,
        field: &str,
        values: &[u64],
        fields: &str,
        now: Instant,
    ) -> Answer<Vec<Attachment>> {
        let mut all = Vec::new();
        for some in values.chunks(AT_ONCE) {
            let any: Vec<_> = some
                .iter()
                .map(|v| json!({"field": field, "value": v}))
                .collect();
            for at in 1_u32.. {
                let page = at.to_string();
                let query = [
                    ("per_page", "100"),
                    ("page", page.as_str()),
                    ("orderby", "id"),
                    ("fields", fields),
                ];
                let reply = self
                    .ask(Method::POST, "/attachments", |r| r.query(&query).json(&any))
                    .await?;
                let found: Page<Attachment> = reply.json(now)?;
                if tells_again(&all, &found.items, |part| part.id) {
                    return Err(same_page());
                }
                // A page is short where parts on it are hidden: how many there are tells, if the
                // server does.
                let full = match found.total {
                    Some(total) => total > u64::from(at) * 100,
                    None => found.items.len() >= PAGE,
                };
                all.extend(found.items);
                if !full {
                    break;
                }
            }
        }
        Ok(all)
    }

    async fn single_text(&self, id: u64, now: Instant) -> Answer<String> {
        let path = format!("/attachment/{id}");
        let part: Attachment = self.read(&path, &[], now).await?;
        let bytes = decode(&part.content)?;
        Ok(plain(&part.content_type, &String::from_utf8_lossy(&bytes)))
    }

    /// The bytes of a file.
    pub(super) async fn bytes(&self, file: &RemoteId, now: Instant) -> Answer<Vec<u8>> {
        let id: u64 = file
            .0
            .parse()
            .map_err(|_| refused("that is no file of this desk"))?;
        let path = format!("/attachment/{id}");
        let reply = self.ask(Method::GET, &path, |r| r.timeout(SLOW)).await?;
        decode(&reply.json::<Attachment>(now)?.content)
    }
}

/// Whether a page tells nothing that the one before it did not: it would go on for ever. New
/// rows push old ones on to the next page, but not all of them.
fn tells_again<T>(before: &[T], page: &[T], id: impl Fn(&T) -> u64) -> bool {
    let last = || before.iter().rev().take(PAGE);
    !page.is_empty() && page.iter().all(|t| last().any(|b| id(b) == id(t)))
}

fn same_page() -> DeskError {
    odd("the desk tells one page again and again")
}

/// Base64 with line breaks in it.
fn decode(text: &str) -> Answer<Vec<u8>> {
    let packed: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    STANDARD
        .decode(packed)
        .map_err(|_| odd("the desk sent a file that cannot be read"))
}

fn is(part: &Attachment, media_type: &str) -> bool {
    let mut said = part.content_type.split(';');
    said.next()
        .is_some_and(|t| t.trim().eq_ignore_ascii_case(media_type))
}

/// The part that is the message: the first plain text without a file name, else HTML.
pub fn body(parts: &[Attachment]) -> Option<&Attachment> {
    let first = |media_type: &str| {
        let all = parts.iter().filter(|p| p.filename.trim().is_empty());
        all.filter(|p| is(p, media_type)).min_by_key(|p| p.id)
    };
    first("text/plain").or_else(|| first("text/html"))
}

/// The files of a message: every part with content but the message itself, and the same again
/// as HTML.
pub fn files(parts: &[Attachment], body: Option<u64>) -> Vec<ToldFile> {
    let twin = parts
        .iter()
        .find(|p| is(p, "text/html") && p.filename.trim().is_empty())
        .map(|p| p.id);
    parts
        .iter()
        .filter(|p| Some(p.id) != body && Some(p.id) != twin)
        .filter(|p| !p.content_type.to_lowercase().starts_with("multipart/"))
        .filter(|p| !(is(p, "message/rfc822") && p.content_length.unwrap_or(0) == 0))
        .map(|p| ToldFile {
            remote: RemoteId(p.id.to_string()),
            name: Untrusted::new(file_name(p)),
            media_type: Untrusted::new(p.content_type.as_str()),
            size: p.content_length.unwrap_or(0),
        })
        .collect()
}

fn file_name(part: &Attachment) -> String {
    if !part.filename.trim().is_empty() {
        return part.filename.clone();
    }
    let ending = match part.content_type.as_str() {
        "text/plain" => "txt",
        "text/html" => "html",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "application/pdf" => "pdf",
        "message/rfc822" => "eml",
        _ => "bin",
    };
    format!("part-{}.{ending}", part.id)
}

/// A message as plain text with line feeds.
pub fn plain(media_type: &str, content: &str) -> String {
    let text = if media_type.to_lowercase().starts_with("text/html") {
        html(content)
    } else {
        content.to_owned()
    };
    let text = text.replace("\r\n", "\n");
    text.trim_end().to_owned()
}

/// The ties of a ticket to other tickets, of the kinds that we have; none: they were not asked for.
pub fn links(ticket: &Ticket) -> Option<Vec<(TicketKey, LinkKind)>> {
    if ticket.hyperlinks.is_empty() {
        return None;
    }
    let mut all = Vec::new();
    for link in ticket.hyperlinks.iter().filter(|l| l.sort == "ticket") {
        let kind = match link.what.as_str() {
            "depends-on" => LinkKind::BlockedBy,
            "refers-to" | "referred-to-by" => LinkKind::Related,
            _ => continue,
        };
        if let Ok(key) = TicketKey::parse(&link.id)
            && !all.contains(&(key.clone(), kind))
        {
            all.push((key, kind));
        }
    }
    Some(all)
}
