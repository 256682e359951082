//! `deskhand import`: a stream of tickets into the local desk.
//!
//! One thread reads lines, two convert them, this one writes, a transaction a batch: a
//! kill loses at most the batch under way, and repeating the import makes no doubles. A
//! bad line is named and left out; nothing is aborted for it.

mod convert;
mod input;
mod markup;
mod own;
mod progress;
mod schema;

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::json;

pub use convert::ticket as read_ticket;
pub(super) use convert::{Placed, placed, status as source_status};
pub(super) use input::LONGEST;
pub use markup::jira;
pub(super) use own::{ESCALATED, REPLY, REQUEST, RETURNED, tie_word};
pub use progress::words as progress_words;
pub use schema::BadLine;

use self::input::{Input, Line};
use self::progress::Progress;
use super::args::ImportArgs;
use super::exit::{Code, Fail};
use super::out::Out;
use super::session::Session;
use crate::domain::Instant;
use crate::domain::import::{ImportOutcome, ImportTicket};
use crate::domain::text;

/// Tickets in one transaction, and bytes after which it is closed early.
const BATCH: (usize, usize) = (1000, 16 << 20);
/// Lines that travel together, and their bytes.
const BLOCK: (usize, usize) = (128, 1 << 20);
/// Bad lines that are told one by one; the rest is counted.
const TOLD: u64 = 100;
/// HTML can lie deep.
const STACK: usize = 32 << 20;

struct Block {
    seq: u64,
    lines: Vec<(u64, Line)>,
}

type Read = (u64, Result<ImportTicket, BadLine>);

struct Ready {
    seq: u64,
    tickets: Vec<Read>,
}

#[derive(Default)]
struct Tally {
    outcome: ImportOutcome,
    good: u64,
    bad: u64,
    known: u64,
    errors: Vec<serde_json::Value>,
}

/// Imports the files one after the other.
pub fn run(session: &Session, args: &ImportArgs, out: &mut Out) -> Result<Code, Fail> {
    session.makes_tickets()?;
    let mut tally = Tally::default();
    let mut progress = Progress::new(args.quiet || session.json);
    let mut sink = Sink::open(session, args.dry_run)?;
    let mut broken = None;
    for file in &args.files {
        let result = Input::open(file)
            .and_then(|input| one(input, session, &mut sink, &mut tally, &mut progress));
        progress.clear();
        if let Err(fail) = result {
            // The files before it are in; the sentence about this one ends the run.
            broken = Some(fail);
            break;
        }
    }
    report(session, args, &tally, &progress, out)?;
    if let Some(fail) = broken {
        return Err(fail);
    }
    Ok(if tally.bad > 0 {
        Code::BadLines
    } else {
        Code::Ok
    })
}

enum Sink {
    Store(Box<crate::store::Writer>),
    Look(Option<crate::store::Reader>),
}

impl Sink {
    fn open(session: &Session, dry: bool) -> Result<Self, Fail> {
        Ok(if dry {
            Self::Look(session.reader().ok())
        } else {
            Self::Store(Box::new(session.writer()?))
        })
    }

    fn take(
        &mut self,
        batch: &[ImportTicket],
        now: Instant,
        tally: &mut Tally,
    ) -> Result<(), Fail> {
        match self {
            Self::Store(writer) => {
                let o = writer.import(batch, now)?;
                let all = &mut tally.outcome;
                all.added += o.added;
                all.unchanged += o.unchanged;
                all.updated += o.updated;
                all.kept += o.kept;
            }
            Self::Look(reader) => {
                for t in batch {
                    let known = match reader {
                        Some(r) => r.find(&t.key)?.is_some(),
                        None => false,
                    };
                    tally.known += u64::from(known);
                }
            }
        }
        Ok(())
    }
}

/// Reads, converts and keeps one file.
fn one(
    input: Input,
    session: &Session,
    sink: &mut Sink,
    tally: &mut Tally,
    progress: &mut Progress,
) -> Result<(), Fail> {
    let (name, size, read) = (input.name.clone(), input.size, Arc::clone(&input.read));
    let now = session.now;
    let (to_work, work) = sync_channel::<Block>(8);
    let (to_keep, keep) = sync_channel::<Ready>(8);
    let work = Arc::new(Mutex::new(work));
    thread::scope(|scope| {
        let start =
            |e: std::io::Error| Fail::new(Code::Failure, format!("no thread can be started: {e}"));
        for _ in 0..2 {
            let (work, to_keep) = (Arc::clone(&work), to_keep.clone());
            thread::Builder::new()
                .name("import".into())
                .stack_size(STACK)
                .spawn_scoped(scope, move || convert_all(&work, &to_keep, now))
                .map_err(start)?;
        }
        drop((to_keep, work));
        let lines = thread::Builder::new()
            .name("lines".into())
            .spawn_scoped(scope, move || read_all(input, &to_work))
            .map_err(start)?;
        let kept = keep_all(&keep, sink, tally, now, &mut |bad, line, tally| {
            if let Some(bad) = bad {
                if tally.bad <= TOLD {
                    progress.clear();
                }
                tell(session, &name, line, bad, tally);
            }
            let done = read.load(std::sync::atomic::Ordering::Relaxed);
            progress.at(&name, done, size, tally.good);
        });
        // Whoever still reads or converts ends as soon as nobody takes what they make.
        drop(keep);
        let ended = lines.join();
        kept?;
        match ended {
            Ok(Ok(_)) => Ok(()),
            Ok(Err((line, e))) => Err(Fail::new(
                Code::Failure,
                format!(
                    "{name} breaks off after line {line}: {e}; the tickets before it are in, mend the file and import it again"
                ),
            )),
            Err(_) => Err(Fail::new(
                Code::Failure,
                format!("{name} cannot be read further; the tickets before are in"),
            )),
        }
    })
}

fn read_all(mut input: Input, to_work: &SyncSender<Block>) -> Result<u64, (u64, std::io::Error)> {
    for seq in 0.. {
        let mut lines = Vec::new();
        let mut bytes = 0;
        let mut broken = None;
        while lines.len() < BLOCK.0 && bytes < BLOCK.1 {
            match input.next_line() {
                Ok(Some((n, line))) => {
                    if let Line::Text(t) = &line {
                        bytes += t.len();
                    }
                    lines.push((n, line));
                }
                Ok(None) => break,
                Err(e) => {
                    broken = Some((input.lines_read(), e));
                    break;
                }
            }
        }
        let end = lines.is_empty();
        if !end && to_work.send(Block { seq, lines }).is_err() {
            return Ok(input.lines_read());
        }
        if let Some(broken) = broken {
            return Err(broken);
        }
        if end {
            break;
        }
    }
    Ok(input.lines_read())
}

fn convert_all(work: &Mutex<Receiver<Block>>, to_keep: &SyncSender<Ready>, now: Instant) {
    loop {
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(block) = next else { return };
        let tickets = block
            .lines
            .into_iter()
            .filter_map(|(n, line)| match line {
                Line::Text(t) if t.iter().all(u8::is_ascii_whitespace) => None,
                Line::Text(t) => Some((n, convert::ticket(&t, now))),
                Line::TooLong(bytes) => Some((
                    n,
                    Err(BadLine::whole(format!(
                        "the line has {bytes} bytes; at most {LONGEST} are read"
                    ))),
                )),
            })
            .collect();
        let ready = Ready {
            seq: block.seq,
            tickets,
        };
        if to_keep.send(ready).is_err() {
            return;
        }
    }
}

/// Puts the blocks back in order and keeps them, a transaction a batch.
fn keep_all(
    keep: &Receiver<Ready>,
    sink: &mut Sink,
    tally: &mut Tally,
    now: Instant,
    seen: &mut dyn FnMut(Option<&BadLine>, u64, &mut Tally),
) -> Result<(), Fail> {
    let mut early: BTreeMap<u64, Vec<Read>> = BTreeMap::new();
    let mut next = 0;
    let mut batch: Vec<ImportTicket> = Vec::new();
    let mut bytes = 0;
    while let Ok(ready) = keep.recv() {
        early.insert(ready.seq, ready.tickets);
        while let Some(tickets) = early.remove(&next) {
            next += 1;
            for (line, ticket) in tickets {
                match ticket {
                    Ok(t) => {
                        tally.good += 1;
                        bytes += t.original.len();
                        batch.push(t);
                        if batch.len() >= BATCH.0 || bytes >= BATCH.1 {
                            sink.take(&batch, now, tally)?;
                            batch.clear();
                            bytes = 0;
                        }
                    }
                    Err(bad) => {
                        tally.bad += 1;
                        seen(Some(&bad), line, tally);
                    }
                }
            }
            seen(None, 0, tally);
        }
    }
    if !batch.is_empty() {
        sink.take(&batch, now, tally)?;
    }
    Ok(())
}

fn tell(session: &Session, file: &str, line: u64, bad: &BadLine, tally: &mut Tally) {
    if tally.bad > TOLD {
        return;
    }
    if session.json {
        tally.errors.push(json!({
            "file": file, "line": line, "column": bad.column, "field": bad.field, "message": bad.what,
        }));
        return;
    }
    let mut place = format!("{file}:{line}");
    if let Some(column) = bad.column {
        place.push_str(&format!(":{column}"));
    }
    let what = match &bad.field {
        Some(field) => format!("{field} {}", bad.what),
        None => bad.what.clone(),
    };
    super::out::complain(&format!("{place}: {what}"));
    if tally.bad == TOLD {
        super::out::complain("further bad lines are only counted");
    }
}

fn report(
    session: &Session,
    args: &ImportArgs,
    tally: &Tally,
    progress: &Progress,
    out: &mut Out,
) -> Result<(), Fail> {
    let o = tally.outcome;
    let fresh = tally.good - tally.known.min(tally.good);
    if session.json {
        let files: Vec<String> = args
            .files
            .iter()
            .map(|f| text::line(f).into_string())
            .collect();
        let mut value = json!({
            "files": files, "dry_run": args.dry_run, "read": tally.good + tally.bad, "bad": tally.bad,
        });
        let more = if args.dry_run {
            json!({"new": fresh, "known": tally.known})
        } else {
            json!({"added": o.added, "unchanged": o.unchanged, "updated": o.updated, "kept": o.kept})
        };
        if let (Some(value), Some(more)) = (value.as_object_mut(), more.as_object()) {
            value.extend(more.clone());
            value.insert("errors".into(), tally.errors.clone().into());
        }
        return Ok(out.json(&value)?);
    }
    if args.dry_run {
        return Ok(out.row(&format!(
            "would import {fresh} new and look at {} known tickets, {} bad lines; nothing was changed",
            tally.known, tally.bad
        ))?);
    }
    if args.quiet {
        return Ok(());
    }
    Ok(out.row(&format!(
        "{} added, {} unchanged, {} updated, {} kept because changed here, {} bad ({:.1} s)",
        o.added,
        o.unchanged,
        o.updated,
        o.kept,
        tally.bad,
        progress.seconds()
    ))?)
}
