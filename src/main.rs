//! Arguments in, exit code out. The terminal is given back on every path.

use std::process::ExitCode;

fn main() -> ExitCode {
    // First the reports, then the hook that gives the terminal back before any of them.
    let _ = color_eyre::install();
    deskhand::shell::restore_before_reports();
    deskhand::cli::main()
}
