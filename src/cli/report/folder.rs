//! `report export --to`: all forms of a report and its evidence in a folder of their own, after
//! somebody has seen what was taken out.

use std::io::Write as _;
use std::path::Path;

use serde_json::json;

use super::Given;
use crate::cli::ask;
use crate::cli::exit::{Code, Fail};
use crate::cli::out::{self, Out};
use crate::cli::session::Session;
use crate::domain::escalation::{Content, File, is_evidence, package_files};
use crate::domain::report::{Form, bundle};
use crate::domain::thread::Attachment;
use crate::store::Stored;

/// What is to be written, and what is said about it.
struct Ready {
    files: Vec<(String, Vec<u8>)>,
    diff: Vec<String>,
    lines: Vec<String>,
}

/// Writes it, if whoever is there agrees.
pub fn export(
    session: &Session,
    given: &Given,
    to: &Path,
    yes: bool,
    out: &mut Out,
) -> Result<Code, Fail> {
    if to.exists() {
        return Err(Fail::usage(format!(
            "{} is there already; name a folder that is not",
            to.display()
        )));
    }
    let ready = ready(session, given)?;
    for sentence in &ready.lines {
        out::complain(sentence);
    }
    if !ready.diff.is_empty() {
        let diff = ready.diff.join("\n");
        out::complain(&format!("taken out before it leaves:\n{diff}"));
        if !agreed(to, yes)? {
            return Err(Fail::new(Code::Refused, "nothing was written"));
        }
    }
    write(to, &ready.files)?;
    let names: Vec<&str> = ready.files.iter().map(|(n, _)| n.as_str()).collect();
    if session.json {
        out.json(&json!({"folder": to.display().to_string(), "files": names, "removed": ready.diff.len(), "notes": ready.lines}))?;
    } else {
        for name in names {
            out.row(&to.join(name).display().to_string())?;
        }
    }
    Ok(match given.verdict().is_complete() {
        true => Code::Ok,
        false => Code::Refused,
    })
}

fn agreed(to: &Path, yes: bool) -> Result<bool, Fail> {
    if yes {
        return Ok(true);
    }
    if !ask::can() {
        return Err(Fail::new(
            Code::Refused,
            "words were taken out; look at them and add --yes",
        ));
    }
    let answer = ask::line(&format!("Write it to {}? (y/n)", to.display()), "n")?;
    Ok(answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes"))
}

fn ready(session: &Session, given: &Given) -> Result<Ready, Fail> {
    let (draft, verdict) = (&given.draft, given.verdict());
    let key = given.ticket.as_ref().map(|t| &t.key);
    let mut ready = Ready {
        files: Vec::new(),
        diff: Vec::new(),
        lines: Vec::new(),
    };
    for (form, name) in [
        (Form::Markdown, "report.md"),
        (Form::Json, "report.json"),
        (Form::Text, "report.txt"),
    ] {
        let written = bundle(draft, &verdict, key, form, session.config.zone);
        let name = name.to_owned();
        ready.files.push((name, written.text.into_bytes()));
        ready.diff = written.diff;
    }
    let Some(ticket) = &given.ticket else {
        return Ok(ready);
    };
    let reader = session.reader()?;
    let messages = reader.thread(ticket.id)?.map(|t| t.messages);
    let files = messages.iter().flatten().flat_map(|m| &m.attachments);
    let evidence: Vec<&Attachment> = files.filter(|f| is_evidence(draft, f)).collect();
    let mut bytes = Vec::new();
    for file in &evidence {
        bytes.push(match reader.file(file.id)? {
            Some(Stored::Here(bytes)) => Some(bytes),
            Some(Stored::Remote(remote)) => session.bring(&remote),
            None => None,
        });
    }
    let files: Vec<File<'_>> = evidence
        .iter()
        .zip(&bytes)
        .map(|(attachment, bytes)| File {
            attachment,
            content: bytes.as_deref().map_or(Content::Elsewhere, Content::Here),
        })
        .collect();
    let keep = [
        draft.user.email.raw().trim(),
        draft.workspace.name.raw().trim(),
    ];
    let parcel = package_files(&files, &keep);
    ready.diff.extend(parcel.diff);
    ready.lines = parcel.lines;
    let beside = parcel.files.into_iter().map(|f| (f.name, f.bytes));
    ready.files.extend(beside);
    Ok(ready)
}

/// The folder appears when all of it is written.
fn write(to: &Path, files: &[(String, Vec<u8>)]) -> Result<(), Fail> {
    let wrong = |e: std::io::Error| {
        let to = to.display();
        Fail::new(
            Code::Failure,
            format!("{to} cannot be written: {e}; nothing was kept"),
        )
    };
    let above = match to.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let whole = tempfile::Builder::new()
        .prefix(".deskhand-")
        .tempdir_in(above)
        .map_err(wrong)?;
    for (name, bytes) in files {
        let mut file = std::fs::File::create_new(whole.path().join(name)).map_err(wrong)?;
        file.write_all(bytes).map_err(wrong)?;
        file.sync_all().map_err(wrong)?;
    }
    std::fs::rename(whole.path(), to).map_err(wrong)?;
    // It has gone to its place: there is nothing left to clear away.
    let _ = whole.keep();
    Ok(())
}
