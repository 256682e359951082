//! `register` as it is typed.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::domain::people::AgentId;
use crate::domain::register::Register;

fn register(text: &str) -> Result<Register, String> {
    Register::parse(text)
}

fn agent(text: &str) -> Result<AgentId, String> {
    AgentId::parse(text)
}

/// What to do with registers.
#[derive(Debug, Subcommand)]
pub enum RegisterWhat {
    /// The registers with how many rows each has, or the rows of one
    List {
        /// Which register, such as subscriptions
        #[arg(value_parser = register)]
        register: Option<Register>,
        /// Only rows that hold this text
        #[arg(long, value_name = "TEXT")]
        find: Option<String>,
    },
    /// Show a row, or without one what the columns of a register hold
    Show {
        /// Which register
        #[arg(value_parser = register)]
        register: Register,
        /// The row's name, as `register list` gives it
        row: Option<String>,
    },
    /// Make a row or change one: NAME column=value; `column=` alone clears
    Set {
        /// Which register
        #[arg(value_parser = register)]
        register: Register,
        /// The row's name; of two columns, both with a stroke between: sub-1/2026-11-24
        row: String,
        /// COLUMN=VALUE
        #[arg(value_name = "COLUMN=VALUE")]
        values: Vec<String>,
        /// Say what would be done and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Take rows away
    Drop {
        /// Which register
        #[arg(value_parser = register)]
        register: Register,
        /// The rows' names
        #[arg(required = true)]
        rows: Vec<String>,
        /// Say what would be done and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Take back what you did to the registers last
    Undo,
    /// Bring rows in from CSV; columns that the file does not have stay as they are
    Import(ImportArgs),
    /// Write a register as CSV, losslessly and harmless to spreadsheets
    Export {
        /// Which register
        #[arg(value_parser = register)]
        register: Register,
        /// The file to write [default: standard output]
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// When each subscription is full, and until when to ask for another one
    Forecast,
    /// The Workspaces that must be told when something of the share or a license server changes
    Told {
        /// share or license-servers
        #[arg(value_parser = register)]
        register: Register,
        /// The row's name
        row: String,
    },
    /// Names in the rows that no row has
    Check,
    /// What recurs: reviews of share, licenses and knowledge
    Duties {
        /// What to do with them [default: list them]
        #[command(subcommand)]
        what: Option<DutiesWhat>,
    },
}

/// `register import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Which register
    #[arg(value_parser = register)]
    pub register: Register,
    /// The file; `-` is standard input
    pub file: String,
    /// Take rows away that the file does not have; refused if any line is bad
    #[arg(long)]
    pub replace: bool,
    /// Read and check everything, change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// What to do with duties.
#[derive(Debug, Subcommand)]
pub enum DutiesWhat {
    /// Make the tickets that are due, each once a period
    Run {
        /// Who is away beside those whose absence is planned, separated by commas
        #[arg(long, value_delimiter = ',', value_parser = agent, value_name = "AGENT")]
        away: Vec<AgentId>,
        /// Say what would be done and do nothing
        #[arg(long)]
        dry_run: bool,
    },
}
