//! Escalations on their way to the vendor, and what comes back from there.
//!
//! The same discipline as the outbox: mark in flight, hand over, note the answer. What was under
//! way when the program ended is looked for there before it is handed over again.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::ledger::Ledger;
use crate::desk::{Answer, DeskError, Door, ErrorKind, ToSay, Vendor};
use crate::domain::Instant;
use crate::domain::change::{ChangeId, Stage as Sent};
use crate::domain::escalation::{
    Address, Brought, Escalation, EscalationId, Heard, Packed, Stage, fate, stays,
};
use crate::domain::import::ImportAttachment;
use crate::domain::remote::{Mark, OutgoingFile, RemoteId};
use crate::domain::text::Untrusted;
use crate::domain::ticket::{TicketId, TicketKey};
use crate::store::{StoreError, Stored, Word, Writer};

/// How long to wait where the vendor's desk does not say.
const PATIENCE: TimeDelta = TimeDelta::seconds(60);
/// What was refused is tried again after so long: somebody may have mended the settings.
const AFTER_REFUSAL: TimeDelta = TimeDelta::minutes(15);
/// What is there is looked at again after so long.
const LOOK: TimeDelta = TimeDelta::seconds(60);

/// What an exchange with the vendor did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchanged {
    /// Tickets and words that the vendor has now.
    pub sent: u64,
    /// Our tickets that look different now.
    pub tickets: Vec<TicketId>,
    /// When to come back; none: nothing is with the vendor.
    pub again: Option<Instant>,
    /// Why not all of it was done.
    pub trouble: Option<DeskError>,
}

/// Hands over what may leave, says what is to be said, and asks how it stands. `own`: our desk,
/// which has the files that are not here.
///
/// # Errors
/// The store cannot be read or written. What the desks say is not an error.
pub async fn exchange<L: Ledger, D: Door, V: Vendor>(
    ledger: &L,
    own: &D,
    vendor: &V,
    now: Instant,
) -> Result<Exchanged, StoreError> {
    let mut done = Exchanged::default();
    for e in ledger.with(move |w| w.leaving(now)).await? {
        leave(ledger, own, vendor, e, now, &mut done).await?;
    }
    for word in ledger.with(|w| w.vendor_words()).await? {
        if done.is_cut_off() {
            break;
        }
        if let Some(error) = elsewhere(word.address.as_ref(), vendor) {
            done.trouble = Some(error);
            continue;
        }
        speak(ledger, vendor, word, now, &mut done).await?;
    }
    let there = ledger.with(|w| w.with_vendor()).await?;
    let any = !there.is_empty();
    for e in there {
        if done.is_cut_off() {
            break;
        }
        ask(ledger, vendor, e, now, &mut done).await?;
    }
    let held = ledger.with(|w| w.next_escalation()).await?;
    done.again = held.into_iter().chain(any.then(|| now + LOOK)).min();
    done.tickets.sort();
    done.tickets.dedup();
    Ok(done)
}

impl Exchanged {
    /// The vendor's desk as a whole cannot be asked: the next question would hear the same.
    fn is_cut_off(&self) -> bool {
        self.trouble.as_ref().is_some_and(|e| e.kind.is_for_all())
    }
}

/// What is in the way where the settings name another desk than the one that was meant: nothing
/// is sent, asked or said there.
fn elsewhere(meant: Option<&Address>, vendor: &impl Vendor) -> Option<DeskError> {
    let meant = meant.filter(|a| **a != vendor.address())?;
    Some(DeskError {
        kind: ErrorKind::Refused,
        what: Untrusted::new("[vendor] names another desk"),
        hint: Some(format!("undo that or take it back: {meant}")),
        retry_at: None,
    })
}

/// Nothing is known of it, and why is said on its ticket. It is tried again whenever there is
/// an exchange: nothing was sent.
async fn silent<L: Ledger>(
    ledger: &L,
    id: EscalationId,
    error: DeskError,
    done: &mut Exchanged,
) -> Result<(), StoreError> {
    let why = Untrusted::new(error.to_string());
    let tickets = ledger.with(move |w| w.vendor_silent(id, &why)).await?;
    done.tickets.extend(tickets);
    done.trouble = Some(error);
    Ok(())
}

/// One escalation, from the look to what is written down of it.
async fn leave<L: Ledger, D: Door, V: Vendor>(
    ledger: &L,
    own: &D,
    vendor: &V,
    e: Escalation,
    now: Instant,
    done: &mut Exchanged,
) -> Result<(), StoreError> {
    let id = e.id;
    if done.is_cut_off() {
        return Ok(());
    }
    if let Some(error) = elsewhere(e.package.address.as_ref(), vendor) {
        return silent(ledger, id, error, done).await;
    }
    if e.flying {
        match vendor.find(id, now).await {
            Ok(Some(key)) => return arrived(ledger, id, key, now, done).await,
            Ok(None) => ledger.with(move |w| w.escalation_not_there(id)).await?,
            Err(error) => return held_up(ledger, id, error, (false, now), done).await,
        }
        if e.stage == Stage::Back {
            return Ok(());
        }
    }
    let (files, behind) = match files(ledger, own, &e, now).await? {
        Ok(files) => files,
        Err(error) => return held_up(ledger, id, error, (true, now), done).await,
    };
    if !behind.is_empty() {
        let said = ledger.with(move |w| w.left_behind(id, &behind, now));
        done.tickets.extend(said.await?);
    }
    if !ledger.with(move |w| w.begin_escalation(id)).await? {
        return Ok(());
    }
    match vendor.receive(id, &e.package, files, now).await {
        Ok(key) => arrived(ledger, id, key, now, done).await,
        Err(error) => {
            let known = !matches!(error.kind, ErrorKind::Unreachable | ErrorKind::Odd);
            held_up(ledger, id, error, (known, now), done).await
        }
    }
}

async fn arrived<L: Ledger>(
    ledger: &L,
    id: EscalationId,
    key: TicketKey,
    now: Instant,
    done: &mut Exchanged,
) -> Result<(), StoreError> {
    let tickets = ledger
        .with(move |w| w.escalation_there(id, &key, now))
        .await?;
    done.tickets.extend(tickets);
    done.sent += 1;
    Ok(())
}

async fn held_up<L: Ledger>(
    ledger: &L,
    id: EscalationId,
    error: DeskError,
    (known, now): (bool, Instant),
    done: &mut Exchanged,
) -> Result<(), StoreError> {
    let why = Untrusted::new(error.to_string());
    let wait = if error.kind == ErrorKind::Refused {
        AFTER_REFUSAL
    } else {
        PATIENCE
    };
    let again = error
        .retry_at
        .unwrap_or(now + wait)
        .max(now + TimeDelta::seconds(1));
    let tickets = ledger
        .with(move |w| w.escalation_held_up(id, &why, known, again))
        .await?;
    done.tickets.extend(tickets);
    done.trouble = Some(error);
    Ok(())
}

/// The files that go along, and a sentence for each that does not.
type Along = (Vec<OutgoingFile>, Vec<String>);

/// The files that go along, as they leave: texts without what must not.
async fn files<L: Ledger, D: Door>(
    ledger: &L,
    own: &D,
    e: &Escalation,
    now: Instant,
) -> Result<Answer<Along>, StoreError> {
    let (mut out, mut behind): Along = (Vec::new(), Vec::new());
    for packed in &e.package.files {
        let id = packed.attachment;
        let stored = ledger.with(move |w| w.stored(id)).await?;
        let bytes = match stored {
            Some(Stored::Here(bytes)) => bytes,
            Some(Stored::Remote(remote)) => match own.file(&remote, now).await {
                Ok(bytes) => bytes,
                Err(error) => return Ok(Err(error)),
            },
            None => {
                behind.push(stays(&packed.name, "it was deleted at our desk"));
                continue;
            }
        };
        match clean(packed, bytes, &e.package.keep) {
            Ok(file) => out.push(file),
            Err(why) => behind.push(stays(&packed.name, why)),
        }
    }
    out.extend(e.package.report.as_ref().map(|json| OutgoingFile {
        name: Untrusted::new("report.json"),
        media_type: Untrusted::new("application/json"),
        bytes: json.clone().into_bytes(),
    }));
    Ok(Ok((out, behind)))
}

/// A file as it leaves, or why it stays.
fn clean(packed: &Packed, bytes: Vec<u8>, keep: &[String]) -> Result<OutgoingFile, &'static str> {
    let keep: Vec<&str> = keep.iter().map(String::as_str).collect();
    let media = mime_guess::from_path(&packed.name).first_or_octet_stream();
    Ok(OutgoingFile {
        name: Untrusted::new(packed.name.as_str()),
        media_type: Untrusted::new(media.as_ref()),
        bytes: fate(&packed.name, media.as_ref(), &bytes, &keep).leaving(bytes)?,
    })
}

/// One word, from the look to what is written down of it.
async fn speak<L: Ledger, V: Vendor>(
    ledger: &L,
    vendor: &V,
    word: Word,
    now: Instant,
    done: &mut Exchanged,
) -> Result<(), StoreError> {
    let id = word.id;
    let say = ToSay {
        id,
        of: word.escalation,
        key: &word.key,
        body: &word.body,
        taken: &word.taken,
    };
    if let Some(mark) = &word.mark {
        match vendor.find_word(say, mark, now).await {
            Ok(Some(entry)) => return said(ledger, id, Sent::Confirmed, entry, done).await,
            Ok(None) => said(ledger, id, Sent::Waiting, None, done).await?,
            Err(error) => {
                done.trouble = Some(error);
                return Ok(());
            }
        }
    }
    let mark: Mark = match vendor.mark(say, now).await {
        Ok(mark) => mark,
        Err(error) => {
            done.trouble = Some(error);
            return Ok(());
        }
    };
    if !ledger.with(move |w| w.begin_word(id, &mark)).await? {
        return Ok(());
    }
    match vendor.say(say, now).await {
        Ok(entry) => said(ledger, id, Sent::Confirmed, entry, done).await,
        Err(error) => {
            if error.kind == ErrorKind::Refused {
                let (of, why) = (word.escalation, Untrusted::new(error.to_string()));
                let tickets = ledger.with(move |w| w.vendor_unsaid(of, why)).await?;
                done.tickets.extend(tickets);
            }
            let stage = match error.kind {
                // It stays in flight, and is looked for.
                ErrorKind::Unreachable | ErrorKind::Odd => None,
                ErrorKind::Refused => Some(Sent::Refused),
                ErrorKind::SignIn | ErrorKind::TooMany | ErrorKind::Conflict => Some(Sent::Waiting),
            };
            if let Some(stage) = stage {
                said(ledger, id, stage, None, done).await?;
            }
            done.trouble = Some(error);
            Ok(())
        }
    }
}

async fn said<L: Ledger>(
    ledger: &L,
    id: ChangeId,
    stage: Sent,
    entry: Option<RemoteId>,
    done: &mut Exchanged,
) -> Result<(), StoreError> {
    ledger
        .with(move |w: &mut Writer| w.word_settled(id, stage, entry.as_ref()))
        .await?;
    done.sent += u64::from(stage == Sent::Confirmed);
    Ok(())
}

/// The files of what the vendor said, by what they came with. One that cannot be had does not
/// hold up the words.
///
/// # Errors
/// The vendor's desk as a whole cannot be asked: all of it is heard later.
async fn bring<V: Vendor>(
    vendor: &V,
    said: Vec<Heard>,
    now: Instant,
) -> Answer<BTreeMap<RemoteId, Brought>> {
    let mut all = BTreeMap::new();
    for heard in said {
        let mut brought = Brought::default();
        for file in heard.files {
            if let Some(why) = Heard::stays(&file) {
                brought.left.push((file.name, why.to_owned()));
                continue;
            }
            match vendor.file(&file.remote, now).await {
                Ok(bytes) => brought.files.push(ImportAttachment {
                    name: file.name,
                    media_type: file.media_type,
                    bytes,
                }),
                Err(error) if error.kind.is_for_all() => return Err(error),
                Err(error) => brought
                    .left
                    .push((file.name, error.what.line().into_string())),
            }
        }
        all.insert(heard.id, brought);
    }
    Ok(all)
}

async fn ask<L: Ledger, V: Vendor>(
    ledger: &L,
    vendor: &V,
    e: Escalation,
    now: Instant,
    done: &mut Exchanged,
) -> Result<(), StoreError> {
    let (id, Some(key)) = (e.id, e.key) else {
        return Ok(());
    };
    if let Some(error) = elsewhere(e.package.address.as_ref(), vendor) {
        return silent(ledger, id, error, done).await;
    }
    let tickets = match vendor.tell(id, &key, now).await {
        Ok(Ok(theirs)) => {
            let told = theirs.said.clone();
            let new = ledger.with(move |w| w.unheard(id, told)).await?;
            match bring(vendor, new, now).await {
                Ok(files) => {
                    ledger
                        .with(move |w| w.hear_vendor(id, &theirs, &files, now))
                        .await?
                }
                Err(error) => {
                    done.trouble = Some(error);
                    Vec::new()
                }
            }
        }
        Ok(Err(_)) => {
            let why = Untrusted::new("the vendor's ticket is not to be had any more");
            ledger.with(move |w| w.vendor_silent(id, &why)).await?
        }
        Err(error) => {
            done.trouble = Some(error);
            Vec::new()
        }
    };
    done.tickets.extend(tickets);
    Ok(())
}
