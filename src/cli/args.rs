//! The command line as it is typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::absence::{AbsenceWhat, CoverageWhat, OncallArgs};
use super::exit;
use super::sla::SlaWhat;
use crate::domain::Instant;
use crate::domain::when::WHEN_FORMS;

/// Deskhand: a keyboard-driven console for support desks.
#[derive(Debug, Parser)]
#[command(
    name = "deskhand",
    version,
    about = "A keyboard-driven console for support desks",
    long_about = "A keyboard-driven console for support desks. Without a subcommand the console opens; \
every act of it is a subcommand too, as text or with --json.",
    after_long_help = exit::TABLE,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What holds for all subcommands.
    #[command(flatten)]
    pub global: Global,
    #[arg(long, value_name = "TIME", help = format!("Open the console as of that moment, if nothing is done until then: {WHEN_FORMS}"))]
    /// Open the console as of that moment
    pub at: Option<String>,
    /// What to do; the console opens without one.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What holds for all subcommands.
#[derive(Debug, Args)]
pub struct Global {
    /// Folder of the store [default: the platform's own, such as ~/.local/share/deskhand]
    #[arg(long, global = true, value_name = "FOLDER", env = "DESKHAND_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// Folder of the settings [default: the platform's own, such as ~/.config/deskhand]
    #[arg(
        long,
        global = true,
        value_name = "FOLDER",
        env = "DESKHAND_CONFIG_DIR"
    )]
    pub config_dir: Option<PathBuf>,
    /// Another desk than the settings name: the one on this machine, or the demo's
    #[arg(long, global = true, value_name = "DESK", value_parser = ["local", "demo"])]
    pub desk: Option<String>,
    /// Act as this agent [default: `me` of the settings, else the account's name]
    #[arg(long = "as", global = true, value_name = "AGENT")]
    pub agent: Option<String>,
    /// Print JSON: printable only, the original text recoverable by its escapes
    #[arg(long, global = true)]
    pub json: bool,
    /// What time it is, for tests
    #[arg(long, global = true, hide = true, value_parser = instant)]
    pub now: Option<Instant>,
}

/// An instant as it is written for machines.
pub fn instant(text: &str) -> Result<Instant, String> {
    text.parse()
        .map_err(|_| "write it as in 2026-11-24T09:00:00Z".to_owned())
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the console on the demo desk
    Demo {
        /// Make it anew, whatever was changed in it
        #[arg(long)]
        fresh: bool,
        /// As of that moment, if nothing is done until then
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
    /// Bring tickets in from files
    Import(ImportArgs),
    /// Write tickets out in the form they came in, losslessly
    Export(ExportArgs),
    /// List tickets
    List(ListArgs),
    /// Show a ticket with its conversation
    Show {
        /// The ticket's number
        id: String,
        /// As it will stand at that moment, if nothing is done until then
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
    /// Find words in everything, newest first
    Search {
        /// The words
        #[arg(required = true)]
        words: Vec<String>,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// List the views and how many tickets each has
    Views,
    /// What falls due in the next working days, on whom, and how many people are there
    Forecast {
        /// As it will look at that moment, if nothing is done until then
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
    /// The most urgent ticket that you may work on, and why
    Next,
    /// What is promised on a ticket
    Sla {
        /// What to do
        #[command(subcommand)]
        what: SlaWhat,
    },
    /// Problem reports: what a message says, what is missing, the question about it, the bundle
    Report {
        /// What to do
        #[command(subcommand)]
        what: super::report::args::ReportWhat,
    },
    /// Who is there now, and who stands in for whom
    Oncall(OncallArgs),
    /// For each tenant and right, when nobody is there
    Coverage {
        /// What to do
        #[command(subcommand)]
        what: CoverageWhat,
    },
    /// Planned absences: who is away, who stands in, hand-over and return
    Absence {
        /// What to do
        #[command(subcommand)]
        what: AbsenceWhat,
    },
    /// What was done and where it is on its way to the desk
    Outbox {
        /// Settle a change that the desk does not have [default: list them]
        #[command(subcommand)]
        what: Option<OutboxWhat>,
    },
    /// The trail of all acts
    Audit {
        /// Of one ticket only
        id: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Texts that are being written
    Drafts,
    /// Requests: their kinds, forms, approvals and checklists
    Request {
        /// What to do
        #[command(subcommand)]
        what: super::request::args::RequestWhat,
    },
    /// The team's registers: tenants, Workspaces, subscriptions, licenses, people
    Register {
        /// What to do
        #[command(subcommand)]
        what: super::register::args::RegisterWhat,
    },
    /// The knowledge base
    Kb {
        /// What to do
        #[command(subcommand)]
        what: super::kb::args::KbWhat,
    },
    /// Add an internal note
    Note(SayArgs),
    /// Answer the requester; the reply waits in the outbox for the undo window
    Reply(SayArgs),
    /// Take tickets
    Take(Ids),
    /// Assign tickets to somebody
    Assign {
        /// Numbers, separated by commas
        ids: String,
        /// The agent's handle or name; `me` is you, `none` releases
        who: String,
        /// Say what would be done and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Take the assignee off
    Release(Ids),
    /// Set the status: new, open, pending, on-hold, resolved, closed; the last two as `resolve`
    Status {
        /// Numbers, separated by commas
        ids: String,
        /// The status
        value: String,
        /// How to pass the gate
        #[command(flatten)]
        gate: PastGate,
    },
    /// Set the priority: 1 to 4, or none
    Priority(Value),
    /// Put labels on and take them off: +vpn -old
    Label {
        /// Numbers, separated by commas
        ids: String,
        /// `+label` or `-label`
        #[arg(required = true, allow_hyphen_values = true)]
        labels: Vec<String>,
        /// Say what would be done and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Give a field a value: subject, kind, tenant, workspace
    Edit {
        /// Numbers, separated by commas
        ids: String,
        /// The field
        #[arg(value_parser = ["subject", "kind", "tenant", "workspace"])]
        field: String,
        /// The value; `none` clears tenant and workspace
        #[arg(required = true)]
        value: Vec<String>,
        /// Say what would be done and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Run a macro of the desk or of the settings
    Macro {
        /// Numbers, separated by commas
        ids: String,
        /// The macro's name
        name: String,
        /// How to pass the gate, where it resolves
        #[command(flatten)]
        gate: PastGate,
    },
    /// Put tickets out of sight until a moment
    Snooze {
        /// Numbers, separated by commas
        ids: String,
        #[arg(required = true, num_args = 1.., help = format!("Until when: {WHEN_FORMS}; `off` wakes it"))]
        /// Until when
        until: Vec<String>,
        /// Say what would be done and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Resolve tickets; refused while one waits for an answer, has no assignee or has an unsent draft
    Resolve {
        /// Ticket numbers
        #[arg(required = true, value_delimiter = ',')]
        ids: Vec<String>,
        /// How to pass the gate
        #[command(flatten)]
        gate: PastGate,
    },
    /// Open resolved or closed tickets again
    Reopen(Ids),
    /// Let a ticket live on in another
    Merge {
        /// The ticket that ends
        id: String,
        /// The ticket that goes on
        into: String,
        /// How to pass the gate
        #[command(flatten)]
        gate: PastGate,
    },
    /// Tie a ticket to another
    Link {
        /// The ticket
        id: String,
        /// The other one
        to: String,
        /// How they belong together
        #[arg(long, value_enum, default_value_t = Tie::Related)]
        kind: Tie,
        /// Say what would be done and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Move messages to a new ticket of their own
    Split {
        /// The ticket
        id: String,
        /// The messages' numbers as `show` gives them
        #[arg(required = true)]
        messages: Vec<usize>,
        /// The new ticket's subject
        #[arg(long)]
        subject: String,
        /// Say what would be done and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Make a ticket
    New(NewArgs),
    /// Hand a ticket to the vendor with its report; refused while its gate says no
    Escalate(EscalateArgs),
    /// Take back what you did last
    Undo,
    /// Do again what you took back last
    Redo,
    /// Mark tickets as unread
    Unread(Ids),
    /// Mark tickets as read
    MarkRead(Ids),
    /// Send what waits in the outbox and may go now, ask the desk what is new, and go on so
    Sync {
        /// End when everything is sent and told
        #[arg(long)]
        once: bool,
    },
    /// Look after the settings
    Config {
        /// What to do
        #[command(subcommand)]
        what: ConfigWhat,
    },
    /// Look whether everything is in order, and say what to do where it is not
    Doctor {
        /// Read a store of more than 500 MB from end to end too: three seconds a gigabyte or more
        #[arg(long)]
        deep: bool,
    },
    /// Connect a helpdesk: asks for what is missing, tries it, and keeps it in the settings
    Connect(ConnectArgs),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
}

/// What to do with a change of the outbox, by the last letters of its identity.
#[derive(Debug, Clone, Subcommand)]
pub enum OutboxWhat {
    /// Send changes again at once, whatever held them back
    Retry {
        /// The changes
        #[arg(required = true, value_name = "CHANGE")]
        ids: Vec<String>,
    },
    /// Take changes back that the desk does not have; a text becomes a draft again
    Withdraw {
        /// The changes
        #[arg(required = true, value_name = "CHANGE")]
        ids: Vec<String>,
    },
    /// Settle a conflict
    Choose {
        /// The change
        #[arg(value_name = "CHANGE")]
        id: String,
        /// Whose stands
        choice: Chosen,
    },
}

/// What is chosen of a conflict.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Chosen {
    /// Ours goes over theirs
    Mine,
    /// Theirs stands; a text of ours becomes a draft again
    Theirs,
    /// Both messages: ours goes after theirs
    Both,
}

/// What to do with the settings.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigWhat {
    /// Read the settings and the key map and say what is wrong
    Check,
    /// Say where the files lie
    Path,
    /// Print a commented sample with the defaults
    Sample,
}

/// How tickets belong together.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Tie {
    /// They concern each other
    Related,
    /// This one waits for the other
    BlockedBy,
}

/// `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Files of one JSON ticket a line, plain, gzip or zstd; `-` is standard input
    #[arg(required = true)]
    pub files: Vec<String>,
    /// No progress and no summary
    #[arg(long, short)]
    pub quiet: bool,
    /// Read and check everything, change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `connect`.
#[derive(Debug, Args)]
pub struct ConnectArgs {
    /// Its kind, such as rt; without one the kinds are listed with what each needs
    pub kind: Option<String>,
    /// Its address, such as https://rt.example.org
    #[arg(long, value_name = "ADDRESS")]
    pub url: Option<String>,
    /// Read a token from standard input
    #[arg(long, conflicts_with = "user")]
    pub token_stdin: bool,
    /// Sign in with this account's password, which is asked for, or read from standard input
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// A file with further certificate authorities (PEM)
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Take what is proposed, ask nothing
    #[arg(long)]
    pub yes: bool,
    /// Not taken: said to be so
    #[arg(long, alias = "password", hide = true, num_args = 0..=1, value_name = "SECRET")]
    pub token: Option<Option<String>>,
}

/// `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// All tickets (the default without a filter)
    #[arg(long, conflicts_with = "filter")]
    pub all: bool,
    /// Which tickets, in the filter language
    pub filter: Vec<String>,
    /// The file to write; it appears when it is complete [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Pack with zstd
    #[arg(long, conflicts_with = "gzip")]
    pub zstd: bool,
    /// Pack with gzip
    #[arg(long)]
    pub gzip: bool,
}

/// `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// A view's name, as `deskhand views` gives them
    #[arg(long, conflicts_with = "all")]
    pub view: Option<String>,
    /// All tickets, closed ones too
    #[arg(long)]
    pub all: bool,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
    /// The order
    #[arg(long, value_parser = ["due", "updated", "priority", "age"])]
    pub sort: Option<String>,
    #[arg(long, value_name = "TIME", help = format!("As it will look at that moment, if nothing is done until then: {WHEN_FORMS}"))]
    /// As it will look at that moment
    pub at: Option<String>,
    /// Which of them, in the filter language: status:open assignee:me due<2h "cannot mount"
    pub filter: Vec<String>,
}

/// Tickets to act on.
#[derive(Debug, Args)]
pub struct Ids {
    /// Ticket numbers
    #[arg(required = true, value_delimiter = ',')]
    pub ids: Vec<String>,
    /// Say what would be done and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// How to pass the gate before a ticket is done.
#[derive(Debug, Default, Args)]
pub struct PastGate {
    /// Do it although something stands against it
    #[arg(long)]
    pub anyway: bool,
    /// Why; goes into an internal note
    #[arg(long, requires = "anyway", value_name = "TEXT")]
    pub reason: Option<String>,
    /// Say what would be done and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Tickets and a value.
#[derive(Debug, Args)]
pub struct Value {
    /// Numbers, separated by commas
    pub ids: String,
    /// The value
    pub value: String,
    /// Say what would be done and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `note` and `reply`.
#[derive(Debug, Args)]
pub struct SayArgs {
    /// The ticket's number
    pub id: String,
    /// The text; without one it is read from standard input, or $EDITOR opens
    pub text: Option<String>,
    /// A file that goes with it; may be given several times
    #[arg(long, value_name = "FILE")]
    pub attach: Vec<String>,
    /// Agree to what is taken out of a note to the vendor
    #[arg(long)]
    pub yes: bool,
    /// Say what would be done and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `escalate`.
#[derive(Debug, Args)]
pub struct EscalateArgs {
    /// The ticket's number
    pub id: String,
    /// Take it back from the vendor
    #[arg(long, conflicts_with_all = ["reason", "say"])]
    pub back: bool,
    /// Why it goes although its gate says no; goes into an internal note and the audit trail
    #[arg(long, value_name = "TEXT", conflicts_with = "say")]
    pub reason: Option<String>,
    /// Tell the vendor more about an escalated ticket
    #[arg(long, value_name = "TEXT")]
    pub say: Option<String>,
    /// Ask nothing, also where words were taken out of what leaves
    #[arg(long)]
    pub yes: bool,
    /// Say what would be done and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// One line that says what it is about
    pub subject: String,
    /// The text; without one it is read from standard input, or $EDITOR opens
    pub text: Option<String>,
    /// Who asks
    #[arg(long)]
    pub requester: Option<String>,
    /// Whose it is
    #[arg(long)]
    pub tenant: Option<String>,
    /// The Workspace it is about
    #[arg(long)]
    pub workspace: Option<String>,
    /// What sort of work
    #[arg(long, default_value = "problem")]
    pub kind: String,
    /// 1 to 4
    #[arg(long)]
    pub priority: Option<String>,
    /// Labels, separated by commas
    #[arg(long, value_delimiter = ',')]
    pub label: Vec<String>,
    /// Say what would be done and do nothing
    #[arg(long)]
    pub dry_run: bool,
}
