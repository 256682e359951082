//! The command line of absences and coverage as it is typed.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::domain::absence::Choice;

/// `oncall`.
#[derive(Debug, Args)]
pub struct OncallArgs {
    /// At that moment [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Who may act for this tenant
    #[arg(long)]
    pub tenant: Option<String>,
    /// Who has this right, such as new-user
    #[arg(long)]
    pub right: Option<String>,
}

/// What to do with coverage.
#[derive(Debug, Clone, Subcommand)]
pub enum CoverageWhat {
    /// List the working time in which nobody is there; exit code 9 where there is any
    Check {
        /// So many days from now
        #[arg(long, default_value_t = 30)]
        days: u16,
        /// Of this tenant only
        #[arg(long)]
        tenant: Option<String>,
        /// Of this right only
        #[arg(long)]
        right: Option<String>,
    },
}

/// What to do with absences. An absence is named by the beginning of its identity, or by who is away, where
/// that is clear.
#[derive(Debug, Clone, Subcommand)]
pub enum AbsenceWhat {
    /// Plan an absence
    Add(AddArgs),
    /// List absences, ongoing and planned ones
    List {
        /// Of this person only
        #[arg(long)]
        who: Option<String>,
        /// So many days ahead
        #[arg(long, default_value_t = 90)]
        days: u16,
    },
    /// Say what would become of each ticket; exit code 9 where something has a gap
    Preview(PlanArgs),
    /// Hand over, as the preview says; again for what came meanwhile
    ///
    /// What was handed over is known in this store alone: it is given back from the same one.
    Apply(ApplyArgs),
    /// Pass on what came for those who are away since it was handed over; exit code 9 where nobody can take something
    Hold {
        /// Say what would be done and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Give back what nobody touched, and list the rest
    Return {
        /// The absence
        #[arg(required_unless_present = "all")]
        absence: Option<String>,
        /// For every absence that is over
        #[arg(long, conflicts_with = "absence")]
        all: bool,
        /// Take this ticket back although somebody touched it
        #[arg(long, value_name = "NUMBER")]
        also: Vec<String>,
        /// Say what would be done and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// End an absence early, or extend it; ended by now, what was handed over comes back
    Until {
        /// The absence
        absence: String,
        /// Its new end: a moment, `now`, or the last day
        #[arg(required = true)]
        end: Vec<String>,
        /// Of all its turns: those after that day or moment do not take place
        #[arg(long)]
        series: bool,
    },
    /// Take a planned absence away
    Drop {
        /// The absence
        absence: String,
    },
    /// Write the hand-over note
    Note {
        /// The absence
        absence: String,
        /// As Markdown
        #[arg(long)]
        markdown: bool,
        /// Into the tickets that change hands, as internal notes
        #[arg(long, conflicts_with = "markdown")]
        to_tickets: bool,
        /// As it is made, whatever somebody wrote in it
        #[arg(long)]
        made: bool,
    },
    /// Bring absences in from calendar files (iCalendar)
    Import {
        /// The files; `-` is standard input
        #[arg(required = true)]
        files: Vec<String>,
        /// All of them are this person's [default: whom each event names]
        #[arg(long = "for", value_name = "AGENT")]
        who: Option<String>,
        /// Who stands in, as for `add`
        #[arg(long, value_name = "COVER")]
        cover: Vec<String>,
        /// Read everything, change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Write a calendar (iCalendar)
    Export {
        /// Of what
        #[arg(value_enum, default_value_t = Feed::Absences)]
        what: Feed,
        /// Of this person only
        #[arg(long)]
        who: Option<String>,
        /// So many days ahead
        #[arg(long, default_value_t = 90)]
        days: u16,
        /// The file to write [default: standard output]
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Ask the calendars at addresses and the calendar server now, send what was planned here, and say what changed
    ///
    /// The calendar server shares who is away, when and why, and who stands in. What was handed over, the way
    /// back, edited notes and swaps stay in this store.
    Sync(SyncArgs),
    /// Choose where an absence was changed here and in the calendar
    Settle {
        /// The absence
        absence: String,
        /// Which version counts
        #[arg(value_enum)]
        chosen: Chosen,
    },
    /// Ask another to take over, and answer; asked and answered on one machine, the covers that come of it are shared
    #[command(subcommand)]
    Swap(SwapWhat),
    /// Who has stood in how much
    Balance {
        /// In so many days before now
        #[arg(long, default_value_t = 180, value_parser = clap::value_parser!(u16).range(1..=400))]
        days: u16,
    },
}

/// What to do with swaps.
#[derive(Debug, Clone, Subcommand)]
pub enum SwapWhat {
    /// Ask somebody to stand in for you; they see it on this machine only, so tell them
    Ask {
        /// Whom
        with: String,
        /// What they would do: an absence in which you stand in (1a2b3c4d, or 1a2b3c4d@2026-12-04 for one turn),
        /// or a stretch of your own time (2026-12-04, or 2026-12-04 13:00..2026-12-04 17:00)
        #[arg(long, value_name = "DUTY")]
        give: String,
        /// What you would do in return, of theirs [default: nothing, as a favour]
        #[arg(long, value_name = "DUTY")]
        take: Option<String>,
        /// A word about it
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Answer what you are asked; with no you also take back what you asked
    Answer {
        /// The swap
        swap: String,
        /// The answer
        #[arg(value_enum)]
        answer: Answer,
    },
    /// List what is asked
    List {
        /// What was answered too
        #[arg(long)]
        all: bool,
    },
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Answer {
    /// It is taken over, at once
    Yes,
    /// It is not
    No,
}

/// `absence sync`.
#[derive(Debug, Clone, Args)]
pub struct SyncArgs {
    /// Ask for the password of the calendar server, and keep it
    #[arg(long)]
    pub ask: bool,
    /// Take that password from standard input, and keep it
    #[arg(long, conflicts_with = "ask")]
    pub password_stdin: bool,
}

/// Which version of an absence counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Chosen {
    /// The one here
    Mine,
    /// The one in the calendar
    Theirs,
    /// Both, as two absences
    Both,
}

impl From<Chosen> for Choice {
    fn from(chosen: Chosen) -> Self {
        match chosen {
            Chosen::Mine => Self::Mine,
            Chosen::Theirs => Self::Theirs,
            Chosen::Both => Self::Both,
        }
    }
}

/// What a calendar is written of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Feed {
    /// Who is away
    Absences,
    /// Who stands in for whom
    Cover,
    /// Tickets, when they fall due
    Due,
}

/// `absence add`.
#[derive(Debug, Clone, Args)]
pub struct AddArgs {
    /// Who is away [default: you]
    pub who: Option<String>,
    /// From this day, or this moment: 2026-12-01, or 2026-12-01 13:00
    #[arg(long, value_name = "TIME")]
    pub from: String,
    /// To this day, the last one away, or to this moment [default: the first day]
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// Who stands in, the preferred one first; for a part: ben:tenant=umc+sra,label=vpn (or queue=, right=)
    #[arg(long, value_name = "COVER")]
    pub cover: Vec<String>,
    /// Again and again: daily, weekly, monthly, yearly, or a rule such as FREQ=WEEKLY;INTERVAL=2
    #[arg(long, value_name = "RULE")]
    pub every: Option<String>,
    /// The last day on which it recurs
    #[arg(long, value_name = "DAY", requires = "every")]
    pub until: Option<String>,
    /// In the place of this recurring absence from its first day on: that one ends before it
    #[arg(long, value_name = "ABSENCE")]
    pub instead_of: Option<String>,
    /// Why: leave, sick, training, part-time, other [default: leave, or as that absence]
    #[arg(long)]
    pub why: Option<String>,
    /// A word about it, for the calendar
    #[arg(long, default_value = "")]
    pub note: String,
}

/// `absence preview`.
#[derive(Debug, Clone, Args)]
pub struct PlanArgs {
    /// The absence
    #[arg(required_unless_present = "all")]
    pub absence: Option<String>,
    /// For everybody who is away now
    #[arg(long, conflicts_with = "absence")]
    pub all: bool,
    /// Give a ticket to somebody else than the preview says: 10482=ben
    #[arg(long, value_name = "NUMBER=AGENT")]
    pub give: Vec<String>,
    /// Leave a ticket where it is
    #[arg(long, value_name = "NUMBER")]
    pub keep: Vec<String>,
}

/// `absence apply`.
#[derive(Debug, Clone, Args)]
pub struct ApplyArgs {
    /// Which, and what is decided otherwise
    #[command(flatten)]
    pub plan: PlanArgs,
    /// Only if it is still the plan with this mark, which the preview ends with
    #[arg(long, value_name = "MARK")]
    pub mark: Option<String>,
    /// Say what would be done and do nothing
    #[arg(long)]
    pub dry_run: bool,
}
