//! `kb` as it is typed.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What to do with the knowledge base.
#[derive(Debug, Subcommand)]
pub enum KbWhat {
    /// List the articles
    List {
        /// Drafts only
        #[arg(long)]
        drafts: bool,
    },
    /// Find words in the articles, the best first
    Find {
        /// The words; the last one may be only begun
        #[arg(required = true)]
        words: Vec<String>,
        /// At most so many
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Read an article as plain text
    Show {
        /// Its name
        article: String,
        /// Its Markdown as it is
        #[arg(long)]
        markdown: bool,
    },
    /// Send the drafts that wait, and ask the desk for its articles now
    Sync,
    /// Draft an article, from a ticket without the people in it, or a correction of another
    New(NewArgs),
    /// Change an article's text, or use a draft from now on
    Edit(EditArgs),
    /// Take back what you did to the articles last
    Undo,
    /// Bring articles in: Markdown or HTML files, or folders of them
    Import {
        /// Files and folders
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Read and check everything, change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Write articles out as Markdown files that can be brought in again
    Export {
        /// Which articles [default: all]
        articles: Vec<String>,
        /// The folder; it is made if it is not there
        #[arg(long, short, value_name = "FOLDER")]
        output: PathBuf,
    },
    /// List the articles that are no longer right, or mark one as such, on this machine
    Stale {
        /// The article to mark
        article: Option<String>,
        /// What is wrong with it
        #[arg(long, value_name = "TEXT", requires = "article")]
        why: Option<String>,
        /// The ticket in which it showed
        #[arg(long, value_name = "NUMBER", requires = "article")]
        ticket: Option<String>,
        /// Not looked at for so many days counts as well [default: only what is marked]
        #[arg(long, value_name = "DAYS", conflicts_with = "article")]
        older_than: Option<u32>,
        /// Say what would be done and do nothing
        #[arg(long, requires = "article")]
        dry_run: bool,
    },
    /// Somebody has looked at an article and found it right
    Reviewed {
        /// Its name
        article: String,
        /// Say what would be done and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Take an article away
    Drop {
        /// Its name
        article: String,
        /// Say what would be done and do nothing
        #[arg(long)]
        dry_run: bool,
    },
}

/// `kb new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The title [default: from the ticket]
    pub title: Option<String>,
    /// The text in Markdown; `-` is standard input
    #[arg(conflicts_with = "from")]
    pub text: Option<String>,
    /// Draft it from this ticket
    #[arg(long, value_name = "NUMBER")]
    pub from: Option<String>,
    /// Draft a correction of this article
    #[arg(long, value_name = "ARTICLE", requires = "from")]
    pub corrects: Option<String>,
    /// Its name [default: from the title]
    #[arg(long, value_name = "NAME")]
    pub key: Option<String>,
    /// Its language, such as nl
    #[arg(long)]
    pub language: Option<String>,
    /// Say what would be done and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `kb edit`.
#[derive(Debug, Args)]
pub struct EditArgs {
    /// Its name
    pub article: String,
    /// The text in Markdown; `-` is standard input
    pub text: Option<String>,
    /// Another title
    #[arg(long)]
    pub title: Option<String>,
    /// It is no draft any more; one that corrects another takes its place. At a desk with articles
    /// it is sent there
    #[arg(long)]
    pub publish: bool,
    /// Where it belongs at the desk, if there is more than one place
    #[arg(long, value_name = "CLASS", requires = "publish")]
    pub class: Option<String>,
    /// It is for use on this machine only, and not sent
    #[arg(long, requires = "publish", conflicts_with_all = ["class", "over"])]
    pub here: bool,
    /// Over what somebody changed at the desk after it was drafted
    #[arg(long, requires = "publish")]
    pub over: bool,
    /// Say what would be done and do nothing
    #[arg(long)]
    pub dry_run: bool,
}
