//! The arguments of `sla`.

use clap::{Args, Subcommand};

use crate::domain::when::WHEN_FORMS;

/// What to do with promises.
#[derive(Debug, Clone, Subcommand)]
pub enum SlaWhat {
    /// The segments that add up to each deadline of a ticket: what counted, what paused it, who set it
    Explain {
        /// The ticket's number
        id: String,
        #[arg(long, value_name = "TIME", help = format!("As it stands at that moment: {WHEN_FORMS}, or 2026-11-24T09:00:00Z"))]
        /// As it stands at that moment
        at: Option<String>,
    },
    /// How many promises were met and breached, and the working time they used: median and 90th percentile
    #[command(after_long_help = REPORT)]
    Report(ReportArgs),
}

const REPORT: &str = "A promise counts when it is decided: when it was met, or when its time was used up. \
What is open and in time is not counted yet; what is open and late counts with the time until now. An agent's \
are those of the tickets that the agent has now. Weeks are those of ISO 8601 in the time zone of the settings. \
The median and the 90th percentile are whole minutes of the promise's own kind of time, by nearest rank. \
Tickets that were merged into others are left out.";

/// `sla report`.
#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    /// What is set side by side, separated by commas
    #[arg(long, value_delimiter = ',', value_parser = ["target", "tenant", "agent", "week"], default_value = "target,tenant,agent,week", value_name = "WHAT")]
    pub by: Vec<String>,
    #[arg(long, value_name = "TIME", help = format!("Only what was decided from then on: a date such as 2026-11-01, {WHEN_FORMS}"))]
    /// Only what was decided from then on
    pub from: Option<String>,
    #[arg(
        long,
        value_name = "TIME",
        help = "Only what was decided until then; a date is meant with its whole day"
    )]
    /// Only what was decided until then
    pub to: Option<String>,
    /// Print a table that spreadsheets read
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// A view's name, as `deskhand views` gives them
    #[arg(long)]
    pub view: Option<String>,
    /// Which tickets, in the filter language: tenant:umc priority:1,2 [default: all, closed ones too]
    pub filter: Vec<String>,
}
