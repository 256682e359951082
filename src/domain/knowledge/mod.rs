//! Knowledge: articles that are kept on this machine, read as plain text, drafted from tickets
//! and marked as stale from tickets.
//!
//! An article's text is Markdown. How it is shown is in `render`, its form as a file in `file`,
//! what becomes of a ticket in `draft`, articles of a desk in `desk`.

mod desk;
mod draft;
mod file;
mod render;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Instant;
use super::people::AgentId;
use super::text::Untrusted;
use super::ticket::TicketKey;

pub use desk::{
    AtDesk, Form, Going, GoingStage, Met, OutgoingArticle, Over, PulledArticles, ToldArticle,
};
pub use draft::{Draft, correction, draft, without_personal_data};
pub use file::{from_file, to_file};
pub use render::{Look, lines, plain};

/// The name of an article: lower-case letters, digits and dashes, as in the portal's addresses
/// (`kb/articles/<permalink>`, PORTAL.md). Safe to print and to name a file with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ArticleKey(String);

impl ArticleKey {
    /// The longest name.
    pub const MAX: usize = 100;

    /// Takes a name from outside.
    ///
    /// # Errors
    /// A sentence that says what a name may hold.
    pub fn parse(written: &str) -> Result<Self, String> {
        let name = written.trim().to_lowercase();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > Self::MAX || !name.chars().all(plain) {
            return Err(format!(
                "\"{}\" is no article's name; use at most {} letters, digits and dashes",
                super::text::line(written),
                Self::MAX
            ));
        }
        Ok(Self(name))
    }

    /// The name that a title gives; none if it holds no letter or digit of the alphabet.
    pub fn of_title(title: &str) -> Option<Self> {
        let mut name = String::new();
        for c in title.to_lowercase().chars() {
            if c.is_ascii_alphanumeric() {
                name.push(c);
            } else if !name.is_empty() && !name.ends_with('-') {
                name.push('-');
            }
            if name.len() >= Self::MAX - 10 {
                break;
            }
        }
        Self::parse(name.trim_end_matches('-')).ok()
    }

    /// The same name with a number behind it.
    pub fn numbered(&self, n: u32) -> Self {
        Self(format!("{}-{n}", self.0))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ArticleKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for ArticleKey {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

/// Somebody says that an article is no longer right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stale {
    /// When it was said.
    pub at: Instant,
    /// By whom.
    pub by: AgentId,
    /// The ticket in which it showed.
    pub ticket: Option<TicketKey>,
    /// What is wrong with it.
    pub why: Untrusted,
}

/// An article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Its name.
    pub key: ArticleKey,
    /// Its title.
    pub title: Untrusted,
    /// Its text: Markdown.
    pub body: Untrusted,
    /// It is being written and not for use yet.
    pub is_draft: bool,
    /// Its language, such as `en` or `nl`.
    pub language: Option<Untrusted>,
    /// Where it comes from, such as its address in the portal.
    pub source: Option<Untrusted>,
    /// The article that it corrects.
    pub corrects: Option<ArticleKey>,
    /// The ticket that it was drafted from.
    pub ticket: Option<TicketKey>,
    /// When its text was last changed here.
    pub updated: Instant,
    /// The day somebody last found it right.
    pub reviewed: Option<NaiveDate>,
    /// Somebody says that it is no longer right.
    pub stale: Option<Stale>,
    /// Where it stands at the desk that it comes from; none: it is kept on this machine only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<AtDesk>,
    /// It is to be sent to the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub going: Option<Going>,
    /// The version that a correction was drafted on: the desk's, or what the store calls that text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drafted_on: Option<String>,
    /// Lines of its file's head that mean nothing here and are kept for those who wrote them.
    #[serde(default)]
    pub further: Vec<Untrusted>,
}

impl Article {
    /// One with a name, a title and a text; nothing else is known of it.
    pub fn new(key: ArticleKey, title: Untrusted, body: Untrusted, now: Instant) -> Self {
        Self {
            key,
            title,
            body,
            is_draft: false,
            language: None,
            source: None,
            corrects: None,
            ticket: None,
            updated: now,
            reviewed: None,
            stale: None,
            desk: None,
            going: None,
            drafted_on: None,
            further: Vec::new(),
        }
    }

    /// What leads a reader to it: its address in the portal where it has one, else its title
    /// and name.
    pub fn link(&self) -> String {
        let address = self.source.as_ref().map(Untrusted::raw);
        let title = self.title.line();
        match address.filter(|a| a.starts_with("https://") || a.starts_with("http://")) {
            Some(address) => format!("{title}: {address}"),
            None => format!("\"{title}\" ({})", self.key),
        }
    }

    /// The part that is worth repeating: what stands below its first heading, up to so many
    /// characters and the end of a line.
    pub fn extract(&self, most: usize) -> String {
        let text = plain(self.body.raw());
        let mut out = String::new();
        let below = text.lines().skip_while(|l| l.trim().is_empty());
        let body: Vec<&str> = below.collect();
        // The first heading is the title again.
        let skip = match body.get(1) {
            Some(rule) if !rule.is_empty() && rule.chars().all(|c| c == '=') => 2,
            _ => 0,
        };
        let rest = body.iter().skip(skip).skip_while(|l| l.is_empty());
        for line in rest {
            if out.chars().count() + line.chars().count() > most {
                break;
            }
            out.push_str(line);
            out.push('\n');
        }
        out.trim_end().to_owned()
    }

    /// The desk has deleted it, or does not show it any more.
    pub fn is_gone(&self) -> bool {
        self.desk.as_ref().is_some_and(|d| d.is_gone)
    }

    /// It can be offered to whoever looks for an answer.
    pub fn is_for_use(&self) -> bool {
        let is_public = self.desk.as_ref().is_none_or(|d| d.is_published);
        !self.is_draft && !self.is_gone() && is_public
    }

    /// How it stands, in a word: `draft`, `sending`, `refused`, `conflict`, `gone`, `stale` or
    /// `current`.
    pub fn state(&self) -> &'static str {
        let going = self.going.as_ref().map(|g| &g.stage);
        match going {
            Some(GoingStage::Waiting | GoingStage::InFlight) => "sending",
            Some(GoingStage::Refused(_)) => "refused",
            Some(GoingStage::Conflict(_)) => "conflict",
            None if self.is_draft => "draft",
            None if self.is_gone() => "gone",
            None if self.stale.is_some() => "stale",
            None if !self.is_for_use() => "draft",
            None => "current",
        }
    }

    /// A correction of this article with that text, for somebody to go on with.
    pub fn correction(&self, body: Untrusted, now: Instant) -> Self {
        let mut new = Self::new(self.key.clone(), self.title.clone(), body, now);
        new.is_draft = true;
        new.language.clone_from(&self.language);
        new.corrects = Some(self.key.clone());
        new.drafted_on = self.desk.as_ref().map(|d| d.version.clone());
        new
    }
}
