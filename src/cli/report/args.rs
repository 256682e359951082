//! What follows `report` on the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::instant;
use crate::domain::Instant;

/// What to do with a problem report.
#[derive(Debug, Clone, Subcommand)]
pub enum ReportWhat {
    /// What a message already says, with the words it came from
    Read {
        /// The message
        #[command(flatten)]
        input: ReportInput,
    },
    /// Begin or go on with the report of a ticket; what is not named stays. Exit code 4 while it is not complete
    New(Box<NewArgs>),
    /// Whether a report is complete, what is missing and why it matters; exit code 4 if it is not
    Check {
        /// The report
        #[command(flatten)]
        input: ReportInput,
    },
    /// Mark the report of a ticket complete, through the gate: exit code 4 and what is missing where it says no
    Complete(CompleteArgs),
    /// The question to the requester about what is missing
    Ask {
        /// The report
        #[command(flatten)]
        input: ReportInput,
        /// In this language [default: the message's own]
        #[arg(long, value_parser = ["en", "nl"])]
        language: Option<String>,
        /// Send it to the ticket's requester, who is waited for
        #[arg(long, requires = "ticket")]
        send: bool,
        /// Say what would be sent and send nothing
        #[arg(long, requires = "send")]
        dry_run: bool,
    },
    /// The report for another reader, secrets and personal data taken out; the diff goes to standard error
    Export {
        /// The report
        #[command(flatten)]
        input: ReportInput,
        /// The form
        #[arg(long, value_enum, default_value_t = ReportForm::Md)]
        form: ReportForm,
        /// Write all forms and the evidence of the ticket into this folder, which must not be there yet
        #[arg(long, value_name = "FOLDER", conflicts_with = "form")]
        to: Option<PathBuf>,
        /// Ask nothing, also where words were taken out
        #[arg(long, requires = "to")]
        yes: bool,
    },
}

/// A report, and what is known about it.
#[derive(Debug, Clone, Args)]
pub struct ReportInput {
    /// A file with a message as text, or with a report as JSON; `-` is standard input
    #[arg(required_unless_present = "ticket")]
    pub file: Option<String>,
    /// The report of this ticket; where none is kept, what its messages say
    #[arg(long, value_name = "NUMBER", conflicts_with = "file")]
    pub ticket: Option<String>,
    /// When the message was written [default: now]
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub at: Option<Instant>,
    /// A Workspace that is known besides those of the store; may be given several times
    #[arg(long = "known", value_name = "WORKSPACE")]
    pub known: Vec<String>,
    /// The Workspace exists although nobody here has heard of it
    #[arg(long)]
    pub new_workspace: bool,
}

/// `report complete`.
#[derive(Debug, Clone, Args)]
pub struct CompleteArgs {
    /// The ticket
    pub ticket: String,
    /// Go on although something is missing, for this reason: an internal note says so, and the audit trail
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Say what would be done and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `report new`.
#[derive(Debug, Clone, Args)]
pub struct NewArgs {
    /// The ticket that it is about
    #[arg(required_unless_present = "from")]
    pub ticket: Option<String>,
    /// Begin with this file: a report as JSON, or a message as text; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub from: Option<String>,
    /// Take over what the ticket's own messages say, where nothing stands yet
    #[arg(long, requires = "ticket")]
    pub take: bool,
    /// The Workspace
    #[arg(long, value_name = "NAME")]
    pub workspace: Option<String>,
    /// The Workspace exists although nobody here has heard of it
    #[arg(long)]
    pub new_workspace: bool,
    /// Whom it happens to: a name, an address, or both
    #[arg(long, value_name = "PERSON")]
    pub user: Option<String>,
    /// That person's role in the Workspace
    #[arg(long)]
    pub role: Option<String>,
    /// A step to repeat it; may be given several times, and goes in place of all there were
    #[arg(long = "step", value_name = "TEXT")]
    pub steps: Vec<String>,
    /// What should have happened
    #[arg(long, value_name = "TEXT")]
    pub expected: Option<String>,
    /// What happened instead
    #[arg(long, value_name = "TEXT")]
    pub actual: Option<String>,
    /// Since when: "yesterday 14:00", 2026-11-23, always
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// How many users are without service: 5, 3/10, 20%, all
    #[arg(long, value_name = "SHARE")]
    pub users: Option<String>,
    /// How many Workspaces are without service
    #[arg(long, value_name = "SHARE")]
    pub workspaces: Option<String>,
    /// Whether a breach of security or privacy is suspected
    #[arg(long, value_name = "yes|no", value_parser = ["yes", "no"])]
    pub breach: Option<String>,
    /// What was tried already
    #[arg(long, value_name = "TEXT")]
    pub tried: Option<String>,
    /// Version, system or VM
    #[arg(long, value_name = "TEXT")]
    pub environment: Option<String>,
    /// A file of the ticket that shows it, by its name; may be given several times
    #[arg(long, value_name = "NAME", requires = "ticket")]
    pub evidence: Vec<String>,
    /// Say what would be kept and keep nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ReportForm {
    /// Markdown
    Md,
    /// JSON, by the schema that comes with the program
    Json,
    /// Plain text for pasting
    Text,
}
