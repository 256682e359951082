//! Drafts of articles, from a ticket or from nothing, and corrections that take their place.

use serde_json::json;

use super::args::NewArgs;
use super::{Done, article, key, said, value};
use crate::cli::exit::{Code, Fail};
use crate::cli::out::{self, Out};
use crate::cli::say;
use crate::cli::session::Session;
use crate::domain::knowledge::{Article, ArticleKey, Draft};
use crate::domain::text::Untrusted;
use crate::domain::ticket::TicketKey;
use crate::store::Reader;

/// Drafts an article.
pub fn new(session: &Session, args: &NewArgs, out: &mut Out) -> Done {
    let mut ticket = None;
    let of = args.corrects.as_deref();
    let of = of.map(|a| article(&session.reader()?, a)).transpose()?;
    let drafted = match &args.from {
        Some(from) => {
            let (number, drafted) = from_ticket(session, &session.reader()?, from, of.as_ref())?;
            ticket = Some(number);
            drafted
        }
        None => from_nothing(session, args)?,
    };
    let title = args
        .title
        .as_deref()
        .map(Untrusted::new)
        .unwrap_or(drafted.title);
    let name = match &args.key {
        Some(name) => key(name)?,
        None => ArticleKey::of_title(title.raw()).ok_or_else(|| {
            Fail::usage("the title gives no name; add --key with letters, digits and dashes")
        })?,
    };
    let mut new = Article::new(name, title, drafted.body, session.now);
    new.is_draft = true;
    new.language = args.language.as_deref().map(Untrusted::new);
    new.ticket = ticket;
    new.drafted_on = of
        .as_ref()
        .and_then(|a| Some(a.desk.as_ref()?.version.clone()));
    new.corrects = of.map(|a| a.key);
    if args.dry_run {
        return would(session, &new, out);
    }
    let kept = session
        .writer()?
        .add_article(&new, &session.me, session.now)?;
    said(session, &kept, "drafted", out)
}

fn would(session: &Session, new: &Article, out: &mut Out) -> Done {
    if session.json {
        out.json(&json!({"dry_run": true, "article": value(new, true)}))?;
    } else {
        out.row(&format!("would draft {}:", new.key))?;
        out.row(new.body.raw())?;
    }
    Ok(Code::Ok)
}

fn from_nothing(session: &Session, args: &NewArgs) -> Result<Draft, Fail> {
    let title = args
        .title
        .as_deref()
        .map(str::trim)
        .filter(|t| !t.is_empty());
    let title = title.ok_or_else(|| {
        Fail::usage("an article needs a title; give one, or draft it with --from NUMBER")
    })?;
    let text = say::text(session, args.text.as_deref(), "article")?;
    Ok(Draft {
        title: Untrusted::new(title),
        body: Untrusted::new(format!("{text}\n")),
    })
}

fn from_ticket(
    session: &Session,
    reader: &Reader,
    number: &str,
    of: Option<&Article>,
) -> Result<(TicketKey, Draft), Fail> {
    let ticket = session.ticket(reader, number)?;
    crate::shell::article_from_ticket(reader, ticket.id, of, session.now)?
        .ok_or_else(|| Fail::not_found(format!("there is no ticket {number} here")))
}

/// A correction that is finished takes the place of what it corrects, and is gone as a draft.
pub fn publish_correction(
    session: &Session,
    draft: &Article,
    of: &ArticleKey,
    body: Option<String>,
    title: Option<&str>,
    out: &mut Out,
) -> Done {
    let today = session.today();
    let mut writer = session.writer()?;
    let mut finished = draft.clone();
    if let Some(title) = title {
        finished.title = Untrusted::new(title);
    }
    if let Some(body) = body {
        finished.body = Untrusted::new(format!("{body}\n"));
    }
    let done = writer.publish_correction(&finished, today, &session.me, session.now)?;
    let Some((changed, beside)) = done else {
        return Err(Fail::not_found(format!(
            "the article {of} that it corrects is gone; export the draft, take `corrects` out of its head, and import it again"
        )));
    };
    if let Some(beside) = beside {
        out::complain(&format!(
            "somebody changed {of} since this correction was begun; what they wrote is the draft {beside}"
        ));
    }
    said(session, &changed, "corrected", out)
}
