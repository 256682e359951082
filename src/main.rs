//! Arguments in, exit code out. The terminal is given back on every path.

use std::io::Write as _;
use std::process::ExitCode;

use deskhand::config::{Flags, Paths};
use deskhand::shell;

fn main() -> ExitCode {
    // First the reports, then the hook that gives the terminal back before any of them.
    let _ = color_eyre::install();
    shell::restore_before_reports();
    let demo = std::env::args().nth(1).is_some_and(|a| a == "demo");
    let opened = Paths::find(Flags::default())
        .map_err(|e| e.to_string())
        .and_then(|paths| {
            shell::run(&shell::Options {
                paths,
                demo,
                fresh: false,
            })
            .map_err(|e| e.to_string())
        });
    match opened {
        Ok(shell::Exit::Quit | shell::Exit::Told) => ExitCode::SUCCESS,
        Ok(shell::Exit::TerminalLost) => ExitCode::from(6),
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "deskhand: {why}");
            ExitCode::from(1)
        }
    }
}
