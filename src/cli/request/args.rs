//! `request` as it is typed.

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::PastGate;
use crate::domain::request::Ending;
use crate::domain::value::Role;

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text)
}

/// What to do with requests.
#[derive(Debug, Subcommand)]
pub enum RequestWhat {
    /// The kinds of request, or one of them with its form, who may ask, and what closes it
    Kinds {
        /// One kind, such as new-user
        kind: Option<String>,
    },
    /// The requests that are not closed, and how much stands against closing each
    List {
        /// Those that are closed too
        #[arg(long)]
        all: bool,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Show a request: answers, approvals, instructions, checklist
    Show {
        /// The ticket's number
        id: String,
    },
    /// Make a request, or make one of a ticket that is there
    New(NewArgs),
    /// Answer fields: first-name=Ana; `name=` alone clears. Also role=ROLE and vendor=NUMBER
    Set {
        /// The ticket's number
        id: String,
        /// NAME=VALUE
        #[arg(required = true, value_name = "NAME=VALUE")]
        values: Vec<String>,
        /// Say what would be done and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Tick items of the checklist
    Tick {
        /// The ticket's number
        id: String,
        /// The items
        #[arg(required = true)]
        items: Vec<String>,
        /// Take the ticks off
        #[arg(long)]
        off: bool,
        /// Say what would be done and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// What stands against closing it; ends with 4 if anything does
    Check {
        /// The ticket's number
        id: String,
    },
    /// Write down an approval, with who gave it, when and where
    Approve(SaidArgs),
    /// Write down an instruction, with who gave it, when and where
    Instruct(SaidArgs),
    /// Close a request through the gate of its kind, and resolve its ticket
    Close(CloseArgs),
}

/// `request new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The kind, as `deskhand request kinds` gives them
    pub kind: String,
    /// Answers, as in first-name=Ana
    #[arg(value_name = "NAME=VALUE")]
    pub values: Vec<String>,
    /// Make it of this ticket instead of a new one
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["subject", "requester", "tenant", "workspace"])]
    pub ticket: Option<String>,
    /// The subject [default: the kind's name]
    #[arg(long)]
    pub subject: Option<String>,
    /// Who asks
    #[arg(long)]
    pub requester: Option<String>,
    /// What the requester is, such as accountable or privileged
    #[arg(long, value_parser = role)]
    pub role: Option<Role>,
    /// Whose it is
    #[arg(long)]
    pub tenant: Option<String>,
    /// The Workspace it is about
    #[arg(long)]
    pub workspace: Option<String>,
    /// Say what would be done and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `request approve` and `request instruct`.
#[derive(Debug, Args)]
pub struct SaidArgs {
    /// The ticket's number
    pub id: String,
    /// Which approval or instruction, as `request show` gives them
    pub name: String,
    /// Who said it
    #[arg(long, value_name = "PERSON")]
    pub by: String,
    /// What that person is, such as accountable
    #[arg(long, value_parser = role)]
    pub role: Role,
    /// Where: "mail of 23 November", "call", "message 3"
    #[arg(long, value_name = "PLACE")]
    pub r#where: String,
    /// When: 2026-11-24 09:00 [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// The words that were said
    #[arg(long, value_name = "TEXT")]
    pub words: Option<String>,
    /// It was refused
    #[arg(long)]
    pub refused: bool,
    /// Say what would be done and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// How a request ends.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum How {
    /// Fulfilled
    Done,
    /// The team or whoever had to consent says no
    Declined,
    /// The requester does not want it any more
    Withdrawn,
}

impl From<How> for Ending {
    fn from(ending: How) -> Self {
        match ending {
            How::Done => Self::Done,
            How::Declined => Self::Declined,
            How::Withdrawn => Self::Withdrawn,
        }
    }
}

/// `request close`.
#[derive(Debug, Args)]
pub struct CloseArgs {
    /// The ticket's number
    pub id: String,
    /// How it ends
    #[arg(long, value_enum, default_value_t = How::Done)]
    pub ending: How,
    /// What was done, or why not
    #[arg(long, value_name = "TEXT")]
    pub resolution: Option<String>,
    /// How to pass the gate
    #[command(flatten)]
    pub gate: PastGate,
}
