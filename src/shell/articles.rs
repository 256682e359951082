//! Articles as somebody wishes them: drafted from a ticket, written, marked, published.

use std::path::Path;

use chrono::TimeDelta;

use super::answers::{fault, sentence};
use crate::app::books::{ArticleAct, BookNews, BookWish, Then};
use crate::app::event::Fault;
use crate::domain::Instant;
use crate::domain::knowledge::{
    Article, ArticleKey, Draft, Going, correction, draft, without_personal_data,
};
use crate::domain::people::AgentId;
use crate::domain::text::{self, Untrusted};
use crate::domain::thread::{Author, Thread};
use crate::domain::ticket::{TicketId, TicketKey};
use crate::store::{Reader, StoreError, Writer};

/// Carries out a wish about articles.
pub fn write(
    w: &mut Writer,
    store: &Path,
    wish: BookWish,
    me: &AgentId,
    now: Instant,
) -> Result<BookNews, Fault> {
    let failed = |e: StoreError| fault(&e);
    match wish {
        BookWish::Draft { ticket, corrects } => {
            let reader = Reader::open(store).map_err(failed)?;
            let of = corrects.map(|key| reader.article(&key)).transpose();
            let of = of.map_err(failed)?.flatten();
            let drafted = from_ticket(&reader, ticket, of.as_ref(), now).map_err(failed)?;
            let Some((number, drafted)) = drafted else {
                return Err(sentence("this ticket is not here any more"));
            };
            let key = ArticleKey::of_title(drafted.title.raw());
            let key = key.or_else(|| ArticleKey::of_title(&format!("from {number}")));
            let key = key.ok_or_else(|| sentence("the subject gives no name for an article"))?;
            let mut new = Article::new(key, drafted.title, drafted.body, now);
            new.is_draft = true;
            new.drafted_on = of
                .as_ref()
                .and_then(|a| Some(a.desk.as_ref()?.version.clone()));
            new.corrects = of.map(|a| a.key);
            new.ticket = Some(number);
            kept(
                w,
                &new,
                "drafted without the people in it; e writes on",
                me,
                now,
            )
        }
        BookWish::NewArticle(new) => kept(w, &new, "drafted; e writes on, P publishes it", me, now),
        BookWish::Write { key, seen, body } => text_of(w, store, &key, &seen, body, me, now),
        BookWish::SendArticle {
            key,
            window,
            category,
            over,
        } => {
            let is_new = over.is_none();
            let until = (window > TimeDelta::zero()).then(|| now + window);
            let going = Going {
                over,
                ..Going::begins(until, category)
            };
            let changed = w.change_article(&key, me, now, "to send", |a| {
                if is_new {
                    (a.corrects, a.drafted_on) = (None, None);
                }
                a.going = Some(going);
            });
            changed.map_err(failed)?.ok_or_else(|| gone(&key))?;
            let words = match until {
                Some(_) => format!(
                    "{key} goes to the desk in {} s · z takes it back",
                    window.num_seconds()
                ),
                None => format!("{key} goes to the desk"),
            };
            Ok(done(&words, Then::Article(key)))
        }
        BookWish::Change(key, ArticleAct::Publish(today)) => publish(w, store, key, today, me, now),
        BookWish::Change(key, act) => {
            let word = match act {
                ArticleAct::Stale(_) => "marked as stale",
                _ => "found right today",
            };
            let changed = w.change_article(&key, me, now, word, |a| match act {
                ArticleAct::Stale(stale) => a.stale = Some(stale),
                ArticleAct::Reviewed(today) | ArticleAct::Publish(today) => {
                    (a.stale, a.reviewed) = (None, Some(today));
                }
            });
            changed.map_err(failed)?.ok_or_else(|| gone(&key))?;
            Ok(done(
                &format!("{key} is {word} · z undoes"),
                Then::Article(key),
            ))
        }
        BookWish::DropArticle(key) => {
            w.drop_article(&key, me, now).map_err(failed)?;
            Ok(done(
                &format!("{key} is taken away · z brings it back"),
                Then::Stay,
            ))
        }
        _ => Ok(done("", Then::Stay)),
    }
}

fn done(words: &str, then: Then) -> BookNews {
    BookNews::Done(text::line(words), then)
}

fn gone(key: &ArticleKey) -> Fault {
    sentence(&format!(
        "the article {key} is not here any more; R reads the list again"
    ))
}

fn kept(
    w: &mut Writer,
    new: &Article,
    words: &str,
    me: &AgentId,
    now: Instant,
) -> Result<BookNews, Fault> {
    let kept = w.add_article(new, me, now).map_err(|e| fault(&e))?;
    Ok(done(
        &format!("{} is {words}", kept.key),
        Then::Article(kept.key),
    ))
}

/// Keeps a text. What somebody else wrote since stays, and this one lies beside it as a draft.
fn text_of(
    w: &mut Writer,
    store: &Path,
    key: &ArticleKey,
    seen: &Untrusted,
    body: Untrusted,
    me: &AgentId,
    now: Instant,
) -> Result<BookNews, Fault> {
    let kept_now = Reader::open(store).and_then(|r| r.article(key));
    if let Some(theirs) = kept_now
        .map_err(|e| fault(&e))?
        .filter(|a| a.desk.is_some())
    {
        let new = theirs.correction(body, now);
        return kept(
            w,
            &new,
            "a correction of the desk's article; P sends it",
            me,
            now,
        );
    }
    let mut other: Option<Article> = None;
    let changed = w.change_article(key, me, now, "changed", |a| {
        if a.body == *seen {
            (a.body, a.updated) = (body.clone(), now);
        } else {
            other = Some(a.clone());
        }
    });
    let changed = changed.map_err(|e| fault(&e))?;
    let beside = match (changed, other) {
        (Some(_), None) => {
            return Ok(done(
                &format!("{key} is changed · z undoes"),
                Then::Article(key.clone()),
            ));
        }
        (_, Some(other)) => Article {
            corrects: (!other.is_draft).then(|| key.clone()),
            ..other
        },
        (None, None) => {
            let title = Untrusted::new(key.as_str().replace('-', " "));
            Article::new(key.clone(), title, Untrusted::default(), now)
        }
    };
    let new = Article {
        body,
        is_draft: true,
        updated: now,
        ..beside
    };
    let words = "a draft beside what somebody else wrote meanwhile; nothing of either is lost";
    kept(w, &new, words, me, now)
}

/// A correction that is finished takes the place of what it corrects, and is gone as a draft.
fn publish(
    w: &mut Writer,
    store: &Path,
    key: ArticleKey,
    today: chrono::NaiveDate,
    me: &AgentId,
    now: Instant,
) -> Result<BookNews, Fault> {
    let failed = |e: StoreError| fault(&e);
    let reader = Reader::open(store).map_err(failed)?;
    let own = reader.article(&key).map_err(failed)?;
    let own = own.ok_or_else(|| gone(&key))?;
    let Some(of) = own.corrects.clone() else {
        let changed = w.change_article(&key, me, now, "published", |a| {
            (a.is_draft, a.updated, a.reviewed) = (false, now, Some(today));
            a.going = None;
        });
        changed.map_err(failed)?.ok_or_else(|| gone(&key))?;
        return Ok(done(
            &format!("{key} is for use now · z undoes"),
            Then::Article(key),
        ));
    };
    let done_now = w.publish_correction(&own, today, me, now).map_err(failed)?;
    let (_, beside) = done_now.ok_or_else(|| gone(&of))?;
    let words = match beside {
        None => format!("{of} is corrected · z undoes"),
        Some(beside) => format!(
            "{of} is corrected; what somebody else wrote there meanwhile is the draft {beside} · z undoes"
        ),
    };
    Ok(done(&words, Then::Article(of)))
}

/// What a ticket gives for an article, or for the correction of one, without the people in it;
/// none: the ticket is gone.
///
/// # Errors
/// As the store's reads.
pub fn from_ticket(
    reader: &Reader,
    ticket: TicketId,
    of: Option<&Article>,
    now: Instant,
) -> Result<Option<(TicketKey, Draft)>, StoreError> {
    let Some(mut thread) = reader.thread(ticket)? else {
        return Ok(None);
    };
    whole(reader, &mut thread)?;
    let names = names(reader, &thread, now)?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let redact = |text: &str| without_personal_data(text, &names);
    let drafted = match of {
        Some(of) => correction(of, &thread, &redact),
        None => draft(&thread, &redact),
    };
    Ok(Some((thread.ticket.key, drafted)))
}

/// Long texts come cut; a name behind the cut must not be missed, nor an answer lost.
fn whole(reader: &Reader, thread: &mut Thread) -> Result<(), StoreError> {
    for message in &mut thread.messages {
        if message.cut_from.is_some()
            && let Some(body) = reader.body(message.id)?
        {
            message.body = body;
        }
    }
    Ok(())
}

/// All names that may stand in a ticket: of whom it is, who spoke in it, and whoever is known.
fn names(reader: &Reader, thread: &Thread, now: Instant) -> Result<Vec<String>, StoreError> {
    let mut names: Vec<String> = Vec::new();
    names.extend(thread.ticket.requester.as_ref().map(|r| r.raw().to_owned()));
    for m in &thread.messages {
        match &m.author {
            Author::Requester { name } | Author::Helper { name } => {
                names.push(name.raw().to_owned());
            }
            Author::Agent { id } => names.push(id.to_string()),
            Author::System => {}
        }
    }
    let agents = reader.vocabulary(now)?.agents;
    names.extend(agents.iter().map(|a| a.name.raw().to_owned()));
    let people = reader.book()?.people();
    names.extend(people.iter().map(|p| p.name.raw().to_owned()));
    names.sort();
    names.dedup();
    Ok(names)
}
