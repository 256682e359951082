//! Talking to the desk from the command line: sending what waits, asking what is new, and
//! settling what the desk did not take.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Mutex;

use serde_json::json;

use super::absence;
use super::args::OutboxWhat;
use super::connect::not_reached;
use super::exit::{Code, Fail};
use super::kb::shelf;
use super::out::{self, Out};
use super::session::{self, Session};
use crate::desk::{Desk, DeskError, Door as _, ErrorKind};
use crate::domain::Instant;
use crate::domain::change::{ChangeId, OutboxRow, Stage};
use crate::domain::conflict::Choice;
use crate::domain::remote::Ahead;
use crate::domain::text::Printable;
use crate::domain::ticket::TicketKey;
use crate::shell::{Clock, Talks, calendars};
use crate::store::{OutboxCounts, StoreError, Undone, Writer};
use crate::sync::schedule::{self, Failures, Situation};
use crate::sync::stories::{self, Skip};
use crate::sync::{Exchanged, Ledger, Shelved, VendorDesk, exchange, pull, push};

/// What talking to the desk did.
#[derive(Debug, Default)]
struct Talked {
    /// Changes that the desk has now.
    sent: u64,
    /// Changes that it refused.
    refused: u64,
    /// Changes of ours that meet somebody else's.
    conflicts: u64,
    /// Tickets that look different now.
    tickets: u64,
    /// How often the desk was asked for what is new.
    steps: u64,
    /// Texts that were fetched in bulk.
    texts: u64,
    /// Tickets that were fetched one by one, with all that was said in them.
    stories: u64,
    /// Why it ended early.
    trouble: Option<DeskError>,
    /// Tickets and words that the vendor has now.
    to_vendor: u64,
    /// What came of articles.
    articles: Shelved,
    /// Another window has the talking: two that send would send twice.
    elsewhere: bool,
}

/// So many tickets are fetched ahead one by one in a round.
const STORIES: u64 = 200;

/// `sync`
pub fn sync(session: &Session, once: bool, out: &mut Out) -> Result<Code, Fail> {
    let mut writer = session.writer()?;
    let desk = session.desk()?;
    if once || !desk.is_remote() {
        if calendars::refresh(&session.paths, &session.config, session.now) {
            session.take_calendars(&mut writer)?;
        }
        session::wait(absence::when_due(session, &mut writer, session.now))??;
        let talked = session::wait(talk(
            (session, &mut writer),
            &desk,
            session.ahead(),
            (&mut Skip::default(), session.now),
            session.vendor()?.as_ref(),
        ))??;
        report(session, &talked, &writer, &desk, out)?;
        return code(talked);
    }
    session::wait(stay(session, &mut writer, &desk, out))?
}

/// Goes on until the process is told to end; what is under way then is looked up next time.
async fn stay(
    session: &Session,
    writer: &mut Writer,
    desk: &Desk,
    out: &mut Out,
) -> Result<Code, Fail> {
    let mut clock = Clock::System;
    let (mut told, mut failures) = (None, None);
    let vendor = session.vendor()?;
    // What the desk does not tell is not asked for in every round.
    let mut skip = Skip::default();
    loop {
        let now = clock.now();
        if !session.config.subscriptions.is_empty() {
            let (paths, config) = (session.paths.clone(), session.config.clone());
            let asked =
                tokio::task::spawn_blocking(move || calendars::refresh(&paths, &config, now));
            // It may have been another window that fetched them.
            if asked.await.is_ok() {
                session.take_calendars(writer)?;
            }
        }
        absence::when_due(session, writer, now).await?;
        let talked = talk(
            (session, writer),
            desk,
            session.ahead(),
            (&mut skip, now),
            vendor.as_ref(),
        )
        .await?;
        match &talked.trouble {
            // Nobody is here to sign in: whoever started this has to know.
            Some(error) if told.is_none() && error.kind == ErrorKind::SignIn => {
                return Err(not_reached(error.clone()));
            }
            Some(error) => {
                out::complain(&error.to_string());
                failures = Some(Failures::after(failures, error, now));
            }
            None => (told, failures) = (Some(now), None),
        }
        let any = talked.sent + talked.refused + talked.conflicts + talked.tickets > 0;
        if any || talked.articles.any() {
            report(session, &talked, writer, desk, out)?;
        }
        let situation = Situation {
            told,
            failures,
            focused: false,
            active: now,
            brought: talked.tickets > 0,
            at_once: false,
        };
        let chance = now.timestamp_subsec_nanos();
        clock
            .until(schedule::next(&situation, clock.now(), chance))
            .await;
    }
}

fn report(
    session: &Session,
    talked: &Talked,
    writer: &Writer,
    desk: &Desk,
    out: &mut Out,
) -> Result<(), Fail> {
    let counts = writer.outbox_counts()?;
    if !session.json {
        return Ok(out.row(&in_words(talked, counts, desk.is_remote()))?);
    }
    let trouble = talked.trouble.as_ref().map(ToString::to_string);
    let (requests, bytes) = desk.traffic();
    Ok(out.json(&json!({
        "sent": talked.sent, "refused": talked.refused, "conflicts": talked.conflicts, "waiting": counts.open,
        "stuck": counts.stuck(), "synced": writer.synced()?, "elsewhere": talked.elsewhere, "tickets": talked.tickets,
        "texts": talked.texts, "stories": talked.stories, "steps": talked.steps,
        "to_vendor": talked.to_vendor, "articles": shelf::counted(&talked.articles), "requests": requests, "bytes": bytes, "trouble": trouble,
    }))?)
}

fn code(talked: Talked) -> Result<Code, Fail> {
    match talked.trouble {
        Some(error) => Err(not_reached(error)),
        None if talked.conflicts > 0 => Ok(Code::Conflict),
        None if talked.refused > 0 => Ok(Code::Refused),
        None => Ok(Code::Ok),
    }
}

fn in_words(talked: &Talked, counts: OutboxCounts, is_remote: bool) -> String {
    let waiting = counts.open;
    if talked.elsewhere {
        return format!(
            "another Deskhand here talks to the desk, {waiting} waiting; it sends them"
        );
    }
    let mut words = format!("{} sent, {waiting} waiting", talked.sent);
    if talked.refused > 0 {
        words.push_str(&format!(", {} refused", talked.refused));
    }
    if talked.conflicts > 0 {
        words.push_str(&format!(", {} in conflict", talked.conflicts));
    }
    if is_remote {
        let n = talked.tickets;
        let plural = if n == 1 { "" } else { "s" };
        words.push_str(&format!(
            ", {n} ticket{plural} changed, {} texts fetched",
            talked.texts + talked.stories
        ));
    }
    if talked.to_vendor > 0 {
        words.push_str(&format!(", {} handed to the vendor", talked.to_vendor));
    }
    if let Some(articles) = talked.articles.words() {
        words.push_str(&format!(", {articles}"));
    }
    if talked.refused + talked.conflicts > 0 {
        words.push_str("; `deskhand outbox` says why");
    }
    words
}

/// Sends, asks until there is nothing more, and fetches texts.
async fn talk(
    (session, writer): (&Session, &mut Writer),
    desk: &Desk,
    policy: Ahead,
    (skip, now): (&mut Skip, Instant),
    vendor: Option<&VendorDesk>,
) -> Result<Talked, StoreError> {
    let mut talked = Talked::default();
    let Ok(_talks) = turn(desk, writer.path()) else {
        talked.elsewhere = true;
        return Ok(talked);
    };
    absence::pass_on(session, writer, now)?;
    let before = writer.outbox_counts()?.conflicts;
    let ledger = Mutex::new(&mut *writer);
    let mut pushed = push(&ledger, desk, now).await?;
    if let Some(met) = meet_vendor(&ledger, desk, vendor, now).await? {
        talked.to_vendor = met.sent;
        // What was heard is a note on our desk too.
        let again = push(&ledger, desk, now).await?;
        pushed.confirmed += again.confirmed;
        pushed.tickets.extend(again.tickets);
        pushed.tickets.extend(met.tickets);
        pushed.tickets.sort();
        pushed.tickets.dedup();
        pushed.trouble = pushed.trouble.or(again.trouble);
    }
    let after = ledger.with(|w| w.outbox_counts()).await?.conflicts;
    talked.sent = pushed.confirmed;
    talked.conflicts = after.saturating_sub(before);
    talked.refused = pushed.refused.saturating_sub(talked.conflicts);
    talked.tickets = count(pushed.tickets.len());
    talked.trouble = pushed.trouble;
    if !desk.is_remote() || talked.trouble.is_some() {
        return Ok(talked);
    }
    loop {
        talked.steps += 1;
        let step = pull(&ledger, desk, now).await?;
        talked.tickets += count(step.tickets.len());
        talked.conflicts += count(step.conflicts);
        talked.trouble = step.trouble;
        progress(step.progress);
        if !step.more || talked.trouble.is_some() {
            break;
        }
    }
    progress_over();
    // What came for somebody who is away goes on to whoever stands in, and out.
    let passed_on = ledger.with({
        let session = session.clone();
        move |w| absence::pass_on(&session, w, now)
    });
    if !passed_on.await?.is_empty() && talked.trouble.is_none() {
        let pushed = push(&ledger, desk, now).await?;
        talked.sent += pushed.confirmed;
        talked.trouble = pushed.trouble;
    }
    if talked.trouble.is_none() {
        talked.articles = shelf::exchange(&ledger, desk, false, now).await?;
    }
    if talked.trouble.is_none() && policy != Ahead::Opened {
        fetch_ahead(&ledger, desk, policy, (skip, now), &mut talked).await?;
    }
    Ok(talked)
}

/// Hands over to the vendor what may leave and hears what came back; a desk of theirs that
/// cannot be reached is said to be so, which is no failure of ours.
async fn meet_vendor(
    ledger: &impl Ledger,
    desk: &Desk,
    vendor: Option<&VendorDesk>,
    now: Instant,
) -> Result<Option<Exchanged>, StoreError> {
    let Some(vendor) = vendor else {
        return Ok(None);
    };
    let met = exchange(ledger, desk, vendor, now).await?;
    if let Some(error) = &met.trouble {
        out::complain(&format!("the vendor's desk: {error}"));
    }
    Ok(Some(met))
}

/// Texts that are not here: all of them where they come in bulk, else those of some tickets.
async fn fetch_ahead(
    ledger: &impl Ledger,
    desk: &Desk,
    policy: Ahead,
    (skip, now): (&mut Skip, Instant),
    talked: &mut Talked,
) -> Result<(), StoreError> {
    while policy == Ahead::All && desk.abilities().texts_in_bulk {
        let got = stories::texts(ledger, desk, skip, now).await?;
        talked.texts += count(got.told);
        talked.trouble = got.trouble;
        if talked.trouble.is_some() || got.told + got.missing.len() == 0 {
            break;
        }
        skip.entries.extend(got.missing);
    }
    while talked.trouble.is_none() && talked.stories < STORIES {
        let got = stories::ahead(ledger, desk, skip, policy, now).await?;
        if got.asked == 0 {
            break;
        }
        talked.stories += count(got.asked - got.failed.len());
        talked.trouble = got.failed.into_iter().next().map(|(_, error)| error);
    }
    Ok(())
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// Fetches what was said in a ticket if it is not here; where it cannot be had, says so, and what
/// is here is shown.
pub fn fetch(session: &Session, key: &TicketKey) -> Result<(), Fail> {
    let fetched = session.desk().and_then(|desk| {
        let mut writer = session.writer()?;
        let ledger = Mutex::new(&mut writer);
        let story = stories::story(&ledger, &*desk, key.clone(), session.now);
        Ok(session::wait(story)??)
    });
    match fetched {
        Err(why) => out::complain(&format!("not all of {key} is here: {}", why.what)),
        Ok(got) => {
            for (key, error) in got.failed {
                out::complain(&format!("not all of {key} is here: {error}"));
            }
        }
    }
    Ok(())
}

/// How far a first sync has come: one line on a terminal, nothing elsewhere.
fn progress(done: Option<(u64, u64)>) {
    let mut err = std::io::stderr().lock();
    if let Some((done, all)) = done
        && err.is_terminal()
    {
        let (done, all) = (Printable::grouped(done), Printable::grouped(all));
        let _ = write!(err, "\r{done} of {all} tickets\x1b[K").and_then(|()| err.flush());
    }
}

fn progress_over() {
    let mut err = std::io::stderr().lock();
    if err.is_terminal() {
        let _ = write!(err, "\r\x1b[K").and_then(|()| err.flush());
    }
}

/// Another window talks to the desk.
pub(super) struct Elsewhere;

/// The right to talk to a desk over a network. Two that send would send twice: each takes what the
/// other is sending for what was left behind.
pub(super) fn turn(desk: &Desk, store: &Path) -> Result<Option<Talks>, Elsewhere> {
    if !desk.is_remote() {
        return Ok(None);
    }
    Talks::take(store).map(Some).ok_or(Elsewhere)
}

/// Hands the desk what may be sent now; what cannot go is said to wait, which is no failure.
pub fn send(session: &Session, writer: &mut Writer) -> Result<(), Fail> {
    let waits = |why: &str| {
        out::complain(&format!(
            "waiting in the outbox: {why}; an open console, `deskhand sync` or your next act sends it"
        ));
    };
    absence::pass_on(session, writer, session.now)?;
    let desk = match session.desk() {
        Ok(desk) => desk,
        Err(why) => {
            waits(&why.what);
            return Ok(());
        }
    };
    let Ok(_talks) = turn(&desk, &session.store) else {
        out::complain(
            "waiting in the outbox: another Deskhand here talks to the desk and sends it",
        );
        return Ok(());
    };
    let pushed = session::wait(push(&Mutex::new(&mut *writer), &*desk, session.now))??;
    match pushed.trouble {
        Some(error) => waits(&error.to_string()),
        None if pushed.again_at.is_some() && desk.is_remote() => {
            waits("the desk cannot take it now");
        }
        None => {}
    }
    let vendor = session.vendor()?;
    let met = session::wait(meet_vendor(
        &Mutex::new(&mut *writer),
        &desk,
        vendor.as_ref(),
        session.now,
    ))??;
    if met.is_some_and(|m| !m.tickets.is_empty()) {
        session::wait(push(&Mutex::new(&mut *writer), &*desk, session.now))??;
    }
    if pushed.refused > 0 {
        out::complain("the desk did not take everything; `deskhand outbox` says why");
    }
    Ok(())
}

/// `outbox retry`, `outbox withdraw` and `outbox choose`
pub fn settle(session: &Session, what: &OutboxWhat, out: &mut Out) -> Result<Code, Fail> {
    let (OutboxWhat::Retry { ids } | OutboxWhat::Withdraw { ids }) = what else {
        let OutboxWhat::Choose { id, choice } = what else {
            return Ok(Code::Ok);
        };
        let row = find(session, id)?;
        let choice = (*choice).into();
        return each(session, &[row], out, |w, id| {
            let gone = "it was settled in the meantime";
            took(w.choose(id, choice, session.now)?, gone)
        });
    };
    let again = matches!(what, OutboxWhat::Retry { .. });
    // All are found before anything is done.
    let rows = ids.iter().map(|id| find(session, id));
    let rows: Vec<OutboxRow> = rows.collect::<Result<_, _>>()?;
    if let Some(why) = rows.iter().filter(|_| again).find_map(against_retry) {
        return Err(why);
    }
    each(session, &rows, out, |w, id| {
        if again {
            w.retry(id, session.now)?;
            return Ok("goes out again".into());
        }
        let gone = "the desk has it, or it is on its way; `deskhand undo` takes back what can be";
        took(w.withdraw(id, session.now)?, gone)
    })
}

/// Why a change cannot go again.
fn against_retry(row: &OutboxRow) -> Option<Fail> {
    let (code, why) = match row.stage {
        Stage::Waiting | Stage::Refused => return None,
        Stage::Conflict => (
            Code::Conflict,
            "somebody else changed the same; `deskhand outbox choose` settles it: mine, theirs or both",
        ),
        Stage::InFlight => (Code::Refused, "it is being sent"),
        Stage::Confirmed => (Code::Refused, "the desk has it already"),
        Stage::Withdrawn => (Code::Refused, "it was taken back"),
    };
    Some(Fail::new(code, format!("{}: {why}", row.key)))
}

fn took(undone: Undone, gone: &str) -> Result<String, Fail> {
    match undone.done {
        0 => Err(Fail::new(Code::Refused, gone)),
        _ => Ok(undone.what),
    }
}

fn each(
    session: &Session,
    rows: &[OutboxRow],
    out: &mut Out,
    mut act: impl FnMut(&mut Writer, ChangeId) -> Result<String, Fail>,
) -> Result<Code, Fail> {
    let mut writer = session.writer()?;
    let mut done = Vec::new();
    for row in rows {
        let what = act(&mut writer, row.change.id)?;
        if session.json {
            done.push(json!({"change": row.change.id, "ticket": row.key.as_str(), "what": what}));
        } else {
            out.row(&format!("{}: {what}", row.key))?;
        }
    }
    send(session, &mut writer)?;
    if session.json {
        out.json(&done.into())?;
    }
    Ok(Code::Ok)
}

/// The end of a change's identity: enough to name it, and what the list shows.
pub fn short(id: ChangeId) -> String {
    let all = id.0.simple().to_string();
    all.get(24..).unwrap_or(&all).to_owned()
}

/// The change of that name: all of its identity, or its end.
fn find(session: &Session, id: &str) -> Result<OutboxRow, Fail> {
    let wanted = id.replace('-', "").to_lowercase();
    let is_it = |r: &OutboxRow| r.change.id.0.simple().to_string().ends_with(&wanted);
    let reader = session.reader()?;
    let mut found = reader.outbox()?.into_iter().filter(|r| is_it(r));
    match (found.next(), found.next()) {
        _ if wanted.len() < 4 => Err(Fail::usage(
            "name a change by the last four letters of its identity or more; `deskhand outbox` shows them",
        )),
        (Some(row), None) => {
            // Only what the team may see is acted on.
            session.ticket(&reader, row.key.as_str())?;
            Ok(row)
        }
        (Some(_), Some(_)) => Err(Fail::usage(format!(
            "more than one change ends in {id}; give more of its letters"
        ))),
        (None, _) => Err(Fail::not_found(format!(
            "there is no change {id} in the outbox; `deskhand outbox` lists them"
        ))),
    }
}

impl From<super::args::Chosen> for Choice {
    fn from(chosen: super::args::Chosen) -> Self {
        match chosen {
            super::args::Chosen::Mine => Self::Mine,
            super::args::Chosen::Theirs => Self::Theirs,
            super::args::Chosen::Both => Self::Both,
        }
    }
}
