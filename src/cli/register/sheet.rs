//! Registers as CSV files.

use std::collections::HashSet;
use std::io::Read as _;
use std::path::Path;

use serde_json::json;

use super::args::ImportArgs;
use super::{Done, allow, book, book_of_all, sees};
use crate::cli::exit::{Code, Fail};
use crate::cli::out::{self, Out};
use crate::cli::session::Session;
use crate::domain::register::csv::{self, BadLine};
use crate::domain::register::{Record, Register};
use crate::domain::text;
use crate::store::Put;

/// No register is larger than this many bytes.
const MOST: u64 = 64 << 20;

/// Brings rows in. As with tickets, the good lines are in and the bad ones are named; where rows
/// would be taken away, a bad line stops everything, because its row would be among them.
pub fn import(session: &Session, args: &ImportArgs, out: &mut Out) -> Done {
    let name = text::line(&args.file);
    let content = content(&args.file)?;
    let in_file = |bad: &BadLine| format!("{name}:{}: {}", bad.line, bad.what);
    let sheet = csv::read(args.register, &content).map_err(|bad| {
        Fail::new(
            Code::Failure,
            format!("{}; nothing was changed", in_file(&bad)),
        )
    })?;
    let kept = book_of_all(session)?;
    let mut bad = sheet.bad;
    let allowed = |record: &Record| allow(session, &[record]).map_err(|fail| fail.what);
    let rows = kept.lay(args.register, sheet.rows, allowed, &mut bad);
    bad.sort_by_key(|b| b.line);
    for b in &bad {
        out::complain(&in_file(b));
    }
    if args.replace && !bad.is_empty() {
        return Err(Fail::new(
            Code::Refused,
            "rows that are not in the file would be taken away, and some lines cannot be read; correct them first: nothing was changed",
        ));
    }
    let in_the_file: HashSet<String> = rows.iter().map(|r| r.key().to_lowercase()).collect();
    let gone: Vec<String> = kept
        .of(args.register)
        .filter(|r| args.replace && sees(session, r))
        .map(|r| r.key())
        .filter(|key| !in_the_file.contains(&key.to_lowercase()))
        .collect();
    let put = if args.dry_run {
        let (added, changed, same) = kept.would(args.register, &rows);
        Put {
            added,
            changed,
            same,
            dropped: gone.len(),
        }
    } else {
        session
            .writer()?
            .put_records(args.register, &rows, &gone, &session.me, session.now)?
    };
    say(session, args, put, &bad, out)?;
    Ok(if bad.is_empty() {
        Code::Ok
    } else {
        Code::BadLines
    })
}

fn say(
    session: &Session,
    args: &ImportArgs,
    put: Put,
    bad: &[BadLine],
    out: &mut Out,
) -> Result<(), Fail> {
    if session.json {
        let bad: Vec<_> = bad
            .iter()
            .map(|b| json!({"line": b.line, "what": b.what}))
            .collect();
        return Ok(out.json(&json!({
            "dry_run": args.dry_run, "added": put.added, "changed": put.changed,
            "unchanged": put.same, "dropped": put.dropped, "bad": bad,
        }))?);
    }
    let would = if args.dry_run { "would be " } else { "" };
    Ok(out.row(&format!(
        "{}: {would}{} added, {} changed, {} unchanged, {} taken away, {} bad",
        args.register.word(),
        put.added,
        put.changed,
        put.same,
        put.dropped,
        bad.len()
    ))?)
}

fn content(file: &str) -> Result<String, Fail> {
    let name = text::line(file);
    let cannot = |e: std::io::Error| {
        let code = if e.kind() == std::io::ErrorKind::NotFound {
            Code::NotFound
        } else {
            Code::Failure
        };
        Fail::new(
            code,
            format!("{name} cannot be read: {e}; give another file"),
        )
    };
    let mut bytes = Vec::new();
    if file == "-" {
        std::io::stdin()
            .lock()
            .take(MOST + 1)
            .read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|f| f.take(MOST + 1).read_to_end(&mut bytes))
    }
    .map_err(cannot)?;
    if bytes.len() as u64 > MOST {
        return Err(Fail::usage(format!(
            "{name} has more than {MOST} bytes; split it"
        )));
    }
    String::from_utf8(bytes)
        .map_err(|_| Fail::usage(format!("{name} is not UTF-8; save it as \"CSV UTF-8\"")))
}

/// Writes a register.
pub fn export(session: &Session, register: Register, to: Option<&Path>, out: &mut Out) -> Done {
    let book = book(session)?;
    let sheet = csv::write(register, book.of(register));
    match to {
        // On a terminal only what can be shown; into a pipe the file's own bytes.
        None if std::io::IsTerminal::is_terminal(&std::io::stdout()) => out.row(&sheet)?,
        None => out.bytes(sheet.as_bytes())?,
        Some(path) => crate::cli::kb::write_file(path, sheet.as_bytes())?,
    }
    Ok(Code::Ok)
}
