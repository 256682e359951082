//! Articles at a desk that keeps some: what it tells of them, what is sent there, and how that
//! stands.
//!
//! A desk's article is read here as Markdown, whatever it is kept as there; it is never changed
//! here but by what the desk tells. Who wants it otherwise drafts a correction, which is sent.

use pulldown_cmark::html::push_html;
use pulldown_cmark::{Event, Options, Parser};
use serde::{Deserialize, Serialize};

use super::{Article, ArticleKey};
use crate::domain::Instant;
use crate::domain::markup;
use crate::domain::remote::{Cursor, Mark, RemoteId};
use crate::domain::text::Untrusted;

/// How a desk keeps the text of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// As it is read.
    #[default]
    Plain,
    /// As HTML.
    Html,
}

impl Form {
    /// What a text that does not say it is.
    pub fn of(text: &str) -> Self {
        const TAGS: [&str; 14] = [
            "<p", "<div", "<br", "<h1", "<h2", "<h3", "<ul", "<ol", "<table", "<a ", "<b>",
            "<strong", "<span", "<pre",
        ];
        let low = text.to_lowercase();
        match TAGS.iter().any(|tag| low.contains(tag)) {
            true => Self::Html,
            false => Self::Plain,
        }
    }

    /// A text of that form as Markdown.
    pub fn read(self, text: &str) -> String {
        let text = match self {
            Self::Plain => text.replace("\r\n", "\n"),
            Self::Html => markup::html(text),
        };
        format!("{}\n", text.trim_end())
    }

    /// Markdown in that form.
    pub fn write(self, markdown: &str) -> String {
        if self == Self::Plain {
            return markdown.trim_end().to_owned();
        }
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
        let events = Parser::new_ext(markdown, options).map(|event| match event {
            Event::SoftBreak => Event::Text(" ".into()),
            event => event,
        });
        let mut out = String::new();
        push_html(&mut out, events);
        unbroken(out.trim_end())
    }
}

/// HTML without line ends between its tags: desks show them as breaks. What stands in `pre`
/// keeps them.
fn unbroken(html: &str) -> String {
    let joined = |part: &str| part.replace(">\n", ">");
    let mut parts = html.split("<pre>");
    let mut out = joined(parts.next().unwrap_or_default());
    for part in parts {
        let (code, rest) = part.split_once("</pre>").unwrap_or((part, ""));
        out.push_str("<pre>");
        out.push_str(code);
        out.push_str("</pre>");
        out.push_str(&joined(rest.trim_start_matches('\n')));
    }
    out
}

/// What a desk tells of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldArticle {
    /// The desk's name for it.
    pub id: RemoteId,
    /// Its title.
    pub title: Untrusted,
    /// Its text, as it is kept there.
    pub text: Untrusted,
    /// As what its text is kept there.
    pub form: Form,
    /// Where it is kept there: a class, a category.
    pub category: Option<Untrusted>,
    /// What it is about, in a line.
    pub summary: Option<Untrusted>,
    /// Where a person reads it.
    pub address: Option<Untrusted>,
    /// It is there for everybody, and no draft.
    pub is_published: bool,
    /// When it was last changed there.
    pub updated: Instant,
    /// The desk's mark of this version: another text has another one.
    pub version: String,
}

/// One step of asking for articles. It is kept as a whole, together with the cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct PulledArticles {
    /// Those that are new or have changed; what was told before may be told again.
    pub told: Vec<ToldArticle>,
    /// Those that are not to be had any more.
    pub gone: Vec<RemoteId>,
    /// Where the next step goes on.
    pub cursor: Cursor,
    /// The next step has more to tell at once.
    pub more: bool,
}

/// An article on its way to the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingArticle {
    /// The draft's name here.
    pub key: ArticleKey,
    /// The title.
    pub title: Untrusted,
    /// The text, in Markdown.
    pub body: Untrusted,
    /// Where it belongs there, if the person says so.
    pub category: Option<Untrusted>,
    /// What it takes the place of; none: it is a new one.
    pub over: Option<Over>,
}

/// An article at the desk that is to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Over {
    /// The desk's name for it.
    pub id: RemoteId,
    /// The version that the person has seen.
    pub version: String,
}

impl OutgoingArticle {
    /// Whether the desk has it so.
    pub fn is_so(&self, there: &ToldArticle) -> bool {
        let same = |one: &str, other: &str| plainly(one) == plainly(other);
        same(self.title.raw(), there.title.raw())
            && same(&there.form.write(self.body.raw()), there.text.raw())
    }
}

/// A text without what desks change in it by themselves.
fn plainly(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How an article on its way meets what the desk has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Met {
    /// It may be sent, under that mark.
    Free(Mark),
    /// The desk has it so already.
    There(Box<ToldArticle>),
    /// Somebody else has changed it since the person has seen it.
    Changed(Box<ToldArticle>),
}

/// Where an article stands at the desk that it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtDesk {
    /// The desk's name for it.
    pub id: RemoteId,
    /// When it was last changed there.
    pub updated: Instant,
    /// The desk's mark of this version.
    pub version: String,
    /// As what its text is kept there.
    #[serde(default)]
    pub form: Form,
    /// Where it is kept there.
    pub category: Option<Untrusted>,
    /// What it is about, in a line.
    pub summary: Option<Untrusted>,
    /// It is there for everybody, and no draft.
    pub is_published: bool,
    /// It was deleted there, or we may not see it any more.
    #[serde(default)]
    pub is_gone: bool,
}

/// A draft that is to be sent to the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Going {
    /// How that stands.
    pub stage: GoingStage,
    /// Not before then.
    pub not_before: Option<Instant>,
    /// Where it belongs there, if the person says so.
    pub category: Option<Untrusted>,
    /// The version that it takes the place of, as the person has seen it.
    pub over: Option<String>,
}

/// How the sending of a draft stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "stage", content = "why")]
pub enum GoingStage {
    /// It waits to be sent.
    Waiting,
    /// It is being sent, or nobody knows whether it arrived.
    InFlight,
    /// The desk said no.
    Refused(Untrusted),
    /// Somebody else has changed the article there.
    Conflict(Untrusted),
}

impl Going {
    /// It is to be sent from then on.
    pub const fn begins(not_before: Option<Instant>, category: Option<Untrusted>) -> Self {
        Self {
            stage: GoingStage::Waiting,
            not_before,
            category,
            over: None,
        }
    }

    /// Whether it goes by itself.
    pub const fn is_under_way(&self) -> bool {
        matches!(self.stage, GoingStage::Waiting | GoingStage::InFlight)
    }

    /// Why it does not go.
    pub const fn why(&self) -> Option<&Untrusted> {
        match &self.stage {
            GoingStage::Refused(why) | GoingStage::Conflict(why) => Some(why),
            GoingStage::Waiting | GoingStage::InFlight => None,
        }
    }
}

impl Article {
    /// Takes what the desk tells. What somebody here has noted of it stays: that it is stale, when
    /// it was found right.
    pub fn hear(&mut self, told: &ToldArticle) {
        let known = self.desk.as_ref().map(|d| d.version.as_str());
        // Of the same version the text here may be what was sent, which reads better.
        if known != Some(told.version.as_str()) {
            self.body = Untrusted::new(told.form.read(told.text.raw()));
        }
        self.title = told.title.clone();
        self.updated = told.updated;
        self.source = told.address.clone();
        (self.is_draft, self.corrects, self.going, self.drafted_on) = (false, None, None, None);
        self.desk = Some(AtDesk {
            id: told.id.clone(),
            updated: told.updated,
            version: told.version.clone(),
            form: told.form,
            category: told.category.clone(),
            summary: told.summary.clone(),
            is_published: told.is_published,
            is_gone: false,
        });
    }

    /// The desk has this draft as an article of its own now.
    pub fn arrive(&mut self, told: &ToldArticle) {
        let body = std::mem::take(&mut self.body);
        self.hear(told);
        self.body = body;
    }
}
