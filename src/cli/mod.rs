//! The program's other face: every act as a subcommand, as text or JSON.
//!
//! Arguments in `args`, one file a subject, the ways a run ends in `exit`, the way out in
//! `out`. Rules about tickets are not here; the console is the shell's.

mod absence;
mod act;
mod args;
mod ask;
mod check;
pub mod connect;
mod doctor;
mod escalate;
mod exit;
mod export;
mod forecast;
pub mod import;
mod kb;
mod out;
mod read;
mod register;
mod report;
mod request;
mod say;
mod session;
mod shape;
mod sla;
mod sync;

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Parser as _};

use self::args::{Cli, Command};
use self::exit::{Code, Fail};
use self::out::Out;
use self::session::Session;
use crate::domain::text;
use crate::shell;

/// Runs the program with the arguments it was given. Nothing panics on a closed pipe, and
/// the terminal has been given back when this returns.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => return misread(&e),
    };
    let code = match run(&cli) {
        Ok(code) => code,
        Err(fail) => {
            if !fail.what.is_empty() {
                out::complain(&fail.what);
            }
            fail.code
        }
    };
    code.into()
}

/// Help, the version, or what clap did not understand; the words may be anybody's.
fn misread(e: &clap::Error) -> ExitCode {
    let words = e.render().to_string();
    if e.use_stderr() {
        let words = behind_dashes(e)
            .unwrap_or_else(|| words.trim_start_matches("error: ").trim_end().to_owned());
        out::complain(&words);
        return Code::Usage.into();
    }
    let mut out = Out::new();
    let _ = out.row(&words).and_then(|()| out.finish());
    Code::Ok.into()
}

/// A word of a filter that leaves something out begins like a flag: where it has to stand.
fn behind_dashes(e: &clap::Error) -> Option<String> {
    if e.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    // Only the first letter of it was read as a flag.
    let Some(ContextValue::String(flag)) = e.get(ContextKind::InvalidArg) else {
        return None;
    };
    let words: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|a| a.to_string_lossy().into_owned())
        .take_while(|a| a != "--")
        .collect();
    let asks = |a: &&String| matches!(a.as_str(), "list" | "search" | "export" | "report");
    let command = match words.iter().find(asks)?.as_str() {
        "report" => "sla report",
        other => other,
    };
    let is_it = |w: &&String| {
        !flag.starts_with("--") && w.starts_with(flag.as_str()) && w.len() > flag.len()
    };
    let word = words.iter().find(is_it)?;
    Some(format!(
        "\"{word}\" begins like a flag; what is looked for and begins with - stands last, behind two dashes: deskhand {command} -- {word}"
    ))
}

fn run(cli: &Cli) -> Result<Code, Fail> {
    let global = &cli.global;
    let (demo, fresh, at) = match &cli.command {
        None => (
            global.desk.as_deref() == Some("demo"),
            false,
            cli.at.clone(),
        ),
        Some(Command::Demo { fresh, at }) => (true, *fresh, at.clone().or_else(|| cli.at.clone())),
        Some(_) if cli.at.is_some() => {
            return Err(Fail::usage(
                "--at before a subcommand is the console's; write it behind: deskhand list --at 'fri 17:00'",
            ));
        }
        Some(_) => {
            let mut out = Out::new();
            let done = dispatch(cli, &mut out);
            // What was written before it failed is still said.
            let flushed = out.finish();
            let code = done?;
            flushed?;
            return Ok(code);
        }
    };
    let paths = session::paths(global)?;
    let local = global.desk.as_deref() == Some("local");
    let exit = shell::run(&shell::Options {
        paths,
        demo,
        fresh,
        local,
        at,
        me: session::agent(global)?,
    })?;
    Ok(match exit {
        shell::Exit::Quit | shell::Exit::Told => Code::Ok,
        shell::Exit::TerminalLost => Code::NoTerminal,
    })
}

fn dispatch(cli: &Cli, out: &mut Out) -> Result<Code, Fail> {
    let Some(command) = &cli.command else {
        return Ok(Code::Ok);
    };
    // These work without settings, and with wrong ones.
    match command {
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "deskhand", &mut script);
            out.bytes(&script)?;
            return Ok(Code::Ok);
        }
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            out.bytes(&page)?;
            return Ok(Code::Ok);
        }
        Command::Config { what } => return check::config(&cli.global, *what, out),
        Command::Doctor { deep } => return doctor::doctor(&cli.global, *deep, out),
        Command::Connect(args) => return connect::run(&cli.global, args, out),
        _ => {}
    }
    let session = Session::new(&cli.global)?;
    match command {
        Command::Import(args) => return import::run(&session, args, out),
        Command::Export(args) => export::run(&session, args, out)?,
        Command::List(args) => read::list(&session.at(args.at.as_deref())?, args, out)?,
        Command::Show { id, at } => read::show(&session.at(at.as_deref())?, id, out)?,
        Command::Search { words, limit } => read::search(&session, words, *limit, out)?,
        Command::Oncall(args) => return absence::oncall(&session, args, out),
        Command::Coverage { what } => return absence::coverage(&session, what, out),
        Command::Absence { what } => return absence::run(&session, what, out),
        Command::Views => read::views(&session, out)?,
        Command::Forecast { at } => forecast::run(&session.at(at.as_deref())?, out)?,
        Command::Next => read::next(&session, out)?,
        Command::Outbox { what: None } => read::outbox(&session, out)?,
        Command::Outbox { what: Some(what) } => return sync::settle(&session, what, out),
        Command::Sync { once } => return sync::sync(&session, *once, out),
        Command::Report { what } => return report::run(&session, what, out),
        Command::Escalate(args) => return escalate::run(&session, args, out),
        Command::Sla { what } => sla::run(&session, what, out)?,
        Command::Audit { id, limit } => read::audit(&session, id.as_deref(), *limit, out)?,
        Command::Drafts => read::drafts(&session, out)?,
        Command::Request { what } => return request::run(&session, what, out),
        Command::Register { what } => return register::run(&session, what, out),
        Command::Kb { what } => return kb::run(&session, what, out),
        acting => return act::run(&session, acting, out),
    }
    Ok(Code::Ok)
}

/// The words of a filter as they were typed: the shell has split them, and a part with a
/// blank in it was quoted.
fn filter_text(words: &[String]) -> String {
    let quote = |w: &String| {
        if w.contains(char::is_whitespace) && !w.contains('"') && words.len() > 1 {
            format!("\"{w}\"")
        } else {
            w.clone()
        }
    };
    words.iter().map(quote).collect::<Vec<_>>().join(" ")
}

/// Reads a filter; the error shows it with the wrong word underlined.
fn query(words: &[String]) -> Result<crate::domain::query::Query, Fail> {
    let text = filter_text(words);
    crate::domain::query::Query::parse(&text).map_err(|e| {
        let before = text.get(..e.span.start).unwrap_or("");
        let wrong = text.get(e.span.clone()).unwrap_or("");
        let marks = "^".repeat(text::width(&text::line(wrong)).max(1));
        Fail::usage(format!(
            "the filter cannot be read: {e}\n  {}\n  {}{marks}",
            text::line(&text),
            " ".repeat(text::width(&text::line(before)))
        ))
    })
}
