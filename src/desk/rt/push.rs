//! Writing. The server answers 200 whatever became of a change, so the truth is what is read
//! back; what it said is the reason where the two differ. One concern goes into one request,
//! since a request may be carried out by halves.

use reqwest::Method;
use reqwest::header::IF_MATCH;
use serde_json::{Value, json};

use super::history::{self, Book};
use super::pull::number;
use super::story::Span;
use super::wire::{Ticket, Transaction};
use super::{Rt, map, status, verify};
use crate::desk::http::{error, refused};
use crate::desk::{Answer, DeskError, ErrorKind, Prepared};
use crate::domain::Instant;
use crate::domain::change::{Act, LinkKind};
use crate::domain::conflict::{self, Meeting};
use crate::domain::people::AgentId;
use crate::domain::reach::Abilities;
use crate::domain::remote::{Gone, Mark, Outgoing, Receipt};
use crate::domain::text::Untrusted;
use crate::domain::thread::Author;
use crate::domain::ticket::Status;

const TENANT: &str = "the tenant follows the queue; move the ticket in Request Tracker";
const SPLIT: &str = "Request Tracker cannot split a ticket; make a new one there and tie them";
const UNMERGE: &str = "Request Tracker cannot take a merge back; make a new ticket there";

const NEW: &str = "tickets of this desk are made there; make it in Request Tracker and sync";

impl Rt {
    /// What it can do.
    pub(super) fn what_it_can(&self) -> Abilities {
        let mut here = vec!["snooze", "kind", "escalation"];
        if self.settings.labels_field.is_none() {
            here.push("label");
        }
        Abilities {
            here,
            not: vec![("tenant", TENANT), ("split", SPLIT)],
            no_unmerge: Some(UNMERGE),
            no_new_ticket: Some(NEW),
            texts_in_bulk: true,
            articles: true,
        }
    }

    /// The ticket of a change as it is now, with the number of its newest entry.
    pub(super) async fn present(&self, out: &Outgoing, now: Instant) -> Answer<(Ticket, String)> {
        self.one(&out.key, now).await?.map_err(|gone| lost(&gone))
    }

    /// How a change meets what is there.
    pub(super) async fn meet(&self, out: &Outgoing, now: Instant) -> Answer<Prepared> {
        let act = &out.change.act;
        let (ticket, version) = match self.one(&out.key, now).await? {
            Ok(found) => found,
            Err(gone) if verify::merged_as_wanted(out, &gone) => {
                return Ok(Prepared::There(Receipt::default()));
            }
            Err(gone) => return Err(lost(&gone)),
        };
        let Some(mut told) = self.told(&ticket) else {
            return Err(lost(&Gone::Hidden));
        };
        told.version = Some(version.clone());
        let Some(fields) = &told.fields else {
            return Ok(Prepared::Free(Mark(version)));
        };
        let receipt = Receipt {
            version: Some(version.clone()),
            entry: None,
        };
        let meeting = conflict::meeting(act, &out.base, fields);
        let set = matches!(act, Act::AddLabel { .. } | Act::RemoveLabel { .. });
        if meeting == Meeting::There
            || (set && act.is_so_already(&conflict::overlay(&out.base, fields)))
        {
            return Ok(Prepared::There(receipt));
        }
        let replied = self.colleague_replied(out, &ticket, now).await?;
        if meeting == Meeting::Conflict || conflict::replies_meet(act, replied) {
            return Ok(Prepared::Conflict(Box::new(told)));
        }
        Ok(Prepared::Free(Mark(version)))
    }

    /// Whether a colleague has answered in public since ours was written. Nothing is asked
    /// where nothing at all has happened since.
    async fn colleague_replied(
        &self,
        out: &Outgoing,
        ticket: &Ticket,
        now: Instant,
    ) -> Answer<bool> {
        let at = out.change.at;
        if !conflict::replies_meet(&out.change.act, true)
            || ticket.last_updated.is_some_and(|last| last <= at)
        {
            return Ok(false);
        }
        let me = self.me(now).await?;
        let past = self.history(number(&out.key), Span::Since(at), now).await?;
        let later: Vec<Transaction> = past
            .into_iter()
            .filter(|t| t.sort == "Correspond" && !same(&t.creator.id, &me.login))
            .collect();
        self.learn(&later, now).await?;
        let memo = self.memo();
        let is_ours = |t: &Transaction| {
            let ticket = t.object_id.unwrap_or_else(|| number(&out.key));
            matches!(
                memo.author(&t.creator.id, ticket, false),
                Author::Agent { .. }
            )
        };
        Ok(later.iter().any(is_ours))
    }

    /// Sends a change, once.
    pub(super) async fn write(&self, out: &Outgoing, mark: &Mark, now: Instant) -> Answer<Receipt> {
        let one = |name: &str, value: Value| json!({ name: value });
        let said = match &out.change.act {
            Act::Say {
                visibility, body, ..
            } => return self.say(out, *visibility, body, now).await,
            Act::Status { to } => return self.set_status(out, *to, mark, now).await,
            Act::Assign { to } => return self.assign(out, to.as_ref(), mark, now).await,
            Act::Subject { to } => {
                let subject = one("Subject", verify::subject(to.raw()).into());
                self.put(out, "", subject, mark, now).await?
            }
            Act::Priority { to } => {
                let number = map::priority_number(*to).to_string();
                self.put(out, "", one("Priority", number.into()), mark, now)
                    .await?
            }
            Act::Workspace { to } => {
                let value = to.as_ref().map_or("", Untrusted::raw);
                let field = one(&self.settings.workspace_field, value.into());
                self.put(out, "", one("CustomFields", field), mark, now)
                    .await?
            }
            Act::AddLabel { label } => self.label(out, label, true, mark, now).await?,
            Act::RemoveLabel { label } => self.label(out, label, false, mark, now).await?,
            Act::Link { kind, .. } => {
                let name = match kind {
                    LinkKind::BlockedBy => "AddDependsOn",
                    LinkKind::Related | LinkKind::SplitFrom => "AddRefersTo",
                };
                self.put(out, "", one(name, other(out)?.into()), mark, now)
                    .await?
            }
            Act::Unlink { kind, .. } => self.unlink(out, *kind, mark, now).await?,
            Act::Merge { .. } => {
                self.put(out, "", one("MergeInto", other(out)?.into()), mark, now)
                    .await?
            }
            Act::Tenant { .. } => return Err(refused(TENANT)),
            Act::Split { .. } | Act::Unsplit { .. } => return Err(refused(SPLIT)),
            Act::Unmerge { .. } => return Err(refused(UNMERGE)),
            Act::Create { .. } | Act::Kind { .. } | Act::Snooze { .. } | Act::Owner { .. } => {
                return Err(refused("Request Tracker has no such thing"));
            }
        };
        self.confirmed(out, mark, &said, now).await
    }

    /// Changes a ticket if nobody else has changed it since the mark; answers what the server
    /// says of it, which is in the account's language and for people only.
    pub(super) async fn put(
        &self,
        out: &Outgoing,
        way: &str,
        body: Value,
        mark: &Mark,
        now: Instant,
    ) -> Answer<Vec<String>> {
        let path = format!("/ticket/{}{way}", number(&out.key));
        let reply = self
            .ask(Method::PUT, &path, |r| {
                let r = r.json(&body);
                if mark.0.is_empty() {
                    r
                } else {
                    r.header(IF_MATCH, format!("\"{}\"", mark.0))
                }
            })
            .await?;
        let said: Value = reply.json(now)?;
        let lines = said.as_array().into_iter().flatten();
        Ok(lines
            .filter_map(|l| l.as_str())
            .map(str::to_owned)
            .collect())
    }

    /// Reads back; the server's words are the reason where it is not as wanted.
    pub(super) async fn confirmed(
        &self,
        out: &Outgoing,
        mark: &Mark,
        said: &[String],
        now: Instant,
    ) -> Answer<Receipt> {
        match self.find(out, mark, now).await? {
            Some(receipt) => Ok(receipt),
            None => Err(refused(reason(said))),
        }
    }

    async fn assign(
        &self,
        out: &Outgoing,
        to: Option<&AgentId>,
        mark: &Mark,
        now: Instant,
    ) -> Answer<Receipt> {
        let me = self.me(now).await?;
        let login = match to {
            Some(to) => self.login(to, now).await?,
            None => map::NOBODY.to_owned(),
        };
        let whole = json!({ "Owner": login });
        if to != Some(&me.id) {
            let said = self.put(out, "", whole, mark, now).await?;
            return self.confirmed(out, mark, &said, now).await;
        }
        let (ticket, _) = self.present(out, now).await?;
        let owner = map::agent(ticket.owner.login());
        // Taking is safe: of two who take at once one wins. Stealing is not, so it goes only over
        // the owner that the person has seen.
        let way = match &owner {
            None => "/take",
            Some(_) if owner == out.base.assignee => "/steal",
            Some(id) if *id == me.id => return self.confirmed(out, mark, &[], now).await,
            Some(_) => return Err(faster()),
        };
        let said = self.put(out, way, json!({}), mark, now).await?;
        match self.find(out, mark, now).await? {
            Some(receipt) => Ok(receipt),
            // Who may reassign need not be allowed to steal.
            None if owner.is_some() => {
                let again = self.put(out, "", whole, mark, now).await?;
                let said: Vec<String> = said.into_iter().chain(again).collect();
                self.confirmed(out, mark, &said, now).await
            }
            None => {
                let (ticket, _) = self.present(out, now).await?;
                let somebody = map::agent(ticket.owner.login()).is_some();
                Err(if somebody {
                    faster()
                } else {
                    refused(reason(&said))
                })
            }
        }
    }

    async fn set_status(
        &self,
        out: &Outgoing,
        to: Status,
        mark: &Mark,
        now: Instant,
    ) -> Answer<Receipt> {
        let (ticket, _) = self.present(out, now).await?;
        let mut said = Vec::new();
        // A word that this life cycle does not have changes nothing, so that the next can be
        // tried under the same mark.
        for word in status::words(to, &ticket, &self.settings) {
            said = self
                .put(out, "", json!({ "Status": word }), mark, now)
                .await?;
            if let Some(receipt) = self.find(out, mark, now).await? {
                return Ok(receipt);
            }
        }
        let mut why = reason(&said);
        let allowed = status::allowed(&ticket);
        if !allowed.is_empty() {
            why = format!("{why}; from here it can become {}", allowed.join(", "));
        }
        Err(refused(why))
    }

    /// Puts a label on or takes it off: the desk takes the whole list, so it is the fresh one.
    async fn label(
        &self,
        out: &Outgoing,
        label: &str,
        on: bool,
        mark: &Mark,
        now: Instant,
    ) -> Answer<Vec<String>> {
        let Some(name) = &self.settings.labels_field else {
            return Err(refused("no field for labels is named in the settings"));
        };
        let (ticket, _) = self.present(out, now).await?;
        let values = map::field(&ticket, name).map_or(&[][..], |f| &f.values);
        let others = values.iter().filter(|v| map::label(v) != label).cloned();
        let wanted: Vec<String> = others.chain(on.then(|| label.to_owned())).collect();
        let field = json!({ "CustomFields": { name: wanted } });
        self.put(out, "", field, mark, now).await
    }

    /// Takes a tie off, from whichever end it was made.
    async fn unlink(
        &self,
        out: &Outgoing,
        kind: LinkKind,
        mark: &Mark,
        now: Instant,
    ) -> Answer<Vec<String>> {
        let (ticket, _) = self.present(out, now).await?;
        let other = other(out)?;
        let back = ticket
            .hyperlinks
            .iter()
            .any(|l| l.what == "referred-to-by" && l.id == other);
        let name = match kind {
            LinkKind::BlockedBy => "DeleteDependsOn",
            _ if back => "DeleteReferredToBy",
            _ => "DeleteRefersTo",
        };
        self.put(out, "", json!({ name: other }), mark, now).await
    }

    /// Looks for a change that was sent after the mark.
    pub(super) async fn find(
        &self,
        out: &Outgoing,
        mark: &Mark,
        now: Instant,
    ) -> Answer<Option<Receipt>> {
        let act = &out.change.act;
        let (ticket, version) = match self.one(&out.key, now).await? {
            Ok(found) => found,
            Err(gone) if verify::merged_as_wanted(out, &gone) => {
                return Ok(Some(Receipt::default()));
            }
            Err(gone) => return Err(lost(&gone)),
        };
        let receipt = |entry| {
            let version = Some(version.clone());
            Ok(Some(Receipt { version, entry }))
        };
        let is_message = matches!(act, Act::Say { .. });
        if !is_message && verify::is_so(out, &ticket, &self.told(&ticket)) {
            return receipt(None);
        }
        if mark.0 == version {
            return Ok(None);
        }
        // Without a mark all of it is looked through.
        let span = mark
            .0
            .parse()
            .map_or(Span::UpTo(version.parse().ok()), Span::After);
        let id = number(&out.key);
        let me = self.me(now).await?;
        let mut past = self.history(id, span, now).await?;
        past.retain(|t| same(&t.creator.id, &me.login));
        if is_message {
            past.retain(|t| verify::is_of_sort(act, &t.sort));
        }
        self.learn(&past, now).await?;
        let texts = if is_message {
            self.texts(&past, now).await?
        } else {
            Default::default()
        };
        let memo = self.memo();
        let book = Book {
            settings: &self.settings,
            memo: &memo,
            texts: Some(&texts),
            began: Status::New,
        };
        let past: Vec<&Transaction> = past.iter().collect();
        let entries = history::entries(&past, id, book);
        match entries.into_iter().find(|e| verify::made(out, e)) {
            Some(entry) => receipt(is_message.then_some(entry.remote)),
            None => Ok(None),
        }
    }
}

/// The number of the other ticket of a tie or a merge.
fn other(out: &Outgoing) -> Answer<String> {
    match &out.other {
        Some(key) => Ok(number(key).to_string()),
        None => Err(refused("the other ticket is not known to the desk")),
    }
}

/// Log-in names differ in nothing but their letters' case nowhere.
fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

pub(super) fn reason(said: &[String]) -> String {
    let said: Vec<&str> = said
        .iter()
        .map(|s| s.trim())
        .filter(|s| !s.is_empty())
        .collect();
    if said.is_empty() {
        "the desk left it as it was and does not say why".to_owned()
    } else {
        said.join(" ")
    }
}

fn faster() -> DeskError {
    error(
        ErrorKind::Conflict,
        "somebody else has taken the ticket in the meantime",
        None,
    )
}

fn lost(gone: &Gone) -> DeskError {
    refused(match gone {
        Gone::Deleted => "the ticket was deleted at the desk".to_owned(),
        Gone::Hidden => "the ticket is not to be had there any more".to_owned(),
        Gone::Merged(into) => format!("the ticket was merged into {into}; write there"),
    })
}
